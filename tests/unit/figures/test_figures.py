"""The loss curves: flags of changes that lie clear of each other, and two arrangements of one figure."""

from itertools import pairwise

import numpy as np
import pytest

from explorer.figures.change_flags import describe_change
from explorer.figures.loss_curves import can_be_logarithmic, loss_curves
from explorer.figures.loss_panels import LEAST, LETTERS, STRIP, arrangement, panels_of
from explorer.runs.records import Curves, Event
from models.spec.catalogue import VARIANTS
from models.spec.experiment import Experiment

EPOCHS = 10.0
LETTER_WIDTH, PADDING = 6.3, 4  # pixels of a flag's text, measured in Chromium
PHONE = 358 - 56 - 16  # pixels of a panel's width on a phone


def figure(*changes: Event, variant: str = "vae") -> dict:
    experiment = Experiment.parse({"dataset": "digits", "variant": variant})
    series = [name for total in experiment.variant_info.learners for name in (*experiment.terms_of(total), total)]
    training = {name: np.ones(11) for name in ("step", *series)} | {"epoch": np.linspace(0, EPOCHS, 11)}
    return loss_curves(Curves(training, {}), experiment, list(changes), log=False)


def weight(epoch: float, before: float, value: float, term: str = "kl") -> Event:
    return Event(1, epoch, 1.0, "weight", {"term": term, "before": before, "value": value})


def rate(epoch: float, before: float, value: float) -> Event:
    return Event(1, epoch, 1.0, "learning_rate", {"before": before, "value": value})


def flags(*changes: Event) -> list[dict]:
    return [each for each in figure(*changes)["layout"]["annotations"] if each.get("name") == "flag"]


def text(flag: dict) -> str:
    return flag["text"].removeprefix("<b>").removesuffix("</b>")


def test_each_change_has_a_flag_with_its_number():
    found = flags(weight(1, 1, 4), rate(5, 1e-3, 3e-4), weight(9, 4, 2))
    assert [(text(flag), flag["x"]) for flag in found] == [("1", 1), ("2", 5), ("3", 9)]


def test_changes_of_one_moment_share_a_flag():
    assert [text(flag) for flag in flags(weight(1, 1, 2), weight(3, 1, 4), rate(3, 1e-3, 3e-4))] == ["1", "2–3"]


def test_a_change_keeps_its_number_as_more_come():
    changes = [weight(float(epoch), 1, 2) for epoch in range(1, 10)]
    for count in range(1, 10):
        assert text(flags(*changes[:count])[0]) == "1"
        assert text(flags(*changes[:count])[-1]) == str(count)


@pytest.mark.parametrize("step", [0.01, 0.1, 0.3, 0.6, 1.0])
def test_no_flag_reaches_into_the_next_on_a_phone(step):
    found = flags(*(weight(epoch, 1, 2) for epoch in np.arange(0.5, 9.9, step).tolist()))
    assert found
    for flag, after in pairwise(found):
        widths = [len(text(each)) * LETTER_WIDTH + PADDING for each in (flag, after)]
        assert (after["x"] - flag["x"]) / EPOCHS * PHONE >= sum(widths) / 2


def test_a_hundred_changes_are_no_wall_of_lines():
    layout = figure(*(weight(0.1 * number, 1, 2) for number in range(100)))["layout"]
    assert {flag["x"] for flag in layout["annotations"] if flag.get("name") == "flag"} <= {
        line["x0"] for line in layout["shapes"]
    }
    assert len(layout["shapes"]) <= 20


def test_a_change_is_told_from_what_to_what():
    experiment = Experiment.parse({"variant": "vae"})
    assert describe_change(weight(3, 1, 4), experiment) == "KL weight 1 → 4"
    assert describe_change(rate(3, 1e-3, 3e-4), experiment) == "Learning rate 0.001 → 0.0003"


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_curve_is_high_enough_under_a_title_that_fits_and_no_two_panels_touch(variant, narrow):
    panels = panels_of(Experiment.parse({"dataset": "digits", "variant": variant}))
    placed = arrangement(panels, narrow=narrow)
    layout = figure(variant=variant)["layout"]
    if narrow:
        layout = layout["meta"]["narrow"]["layout"]
    titles = [each["text"] for each in layout["annotations"]]
    assert len(titles) == len(panels)
    for title in titles:
        for line in title.replace("<b>", "").replace("</b>", "").split("<br>"):
            assert len(line) <= LETTERS
    plot = placed.height - layout["margin"]["t"] - layout["margin"]["b"]
    domains = [layout[f"yaxis{number if number > 1 else ''}"]["domain"] for number in range(1, len(panels) + 1)]
    assert all((high - low) * plot >= LEAST - 0.5 >= 110 for low, high in domains)
    for (low, _), (_, high), title in zip(domains, domains[1:], titles[1:], strict=False):
        assert (low - high) * plot >= 22 + 15 * ("<br>" in title) + STRIP * narrow - 0.5


@pytest.mark.parametrize("variant", ["ae", "beta_tcvae", "gan"])
def test_each_term_has_its_control_beside_its_curve_and_above_it_on_a_phone(variant):
    experiment = Experiment.parse({"dataset": "digits", "variant": variant})
    panels = panels_of(experiment)
    assert {panel.term for panel in panels} - {""} == {
        term for total in experiment.variant_info.learners for term in experiment.terms_of(total)
    }
    wide, narrow = arrangement(panels, narrow=False), arrangement(panels, narrow=True)
    assert all(top + STRIP < below for top, below in zip(narrow.controls, narrow.tops, strict=True))
    assert all(before + 1 <= top for before, top in pairwise(wide.tops))
    assert narrow.height > wide.height


@pytest.mark.parametrize(
    ("value", "possible"),
    [(1.0, True), (0.0, True), (np.nan, True), (np.inf, True), (-1e-9, False), (-np.inf, False)],
)
@pytest.mark.parametrize("part", ["training", "validation"])
def test_only_values_below_0_stand_against_a_logarithm(part, value, possible):
    columns = {"training": {"loss": np.ones(3)}, "validation": {"loss": np.ones(1)}}
    columns[part] = {"loss": np.array([1.0, value]), "kl": np.array([np.nan, 1.0])}
    assert can_be_logarithmic(Curves(**columns), Experiment.parse({"variant": "vae"})) == possible


def test_a_run_that_failed_after_one_step_shows_that_step():
    """A line through one point has no length."""
    experiment = Experiment.parse({"dataset": "digits", "variant": "vae"})
    names = ("step", "epoch", *experiment.terms, "loss")
    one, two = (
        loss_curves(Curves({name: np.ones(count) for name in names}, {}), experiment, [], log=False) for count in (1, 2)
    )
    assert {trace["mode"] for trace in one["data"]} == {"lines+markers"}
    assert {trace["mode"] for trace in two["data"]} == {"lines"}


def test_a_value_between_values_that_are_not_finite_is_marked():
    experiment = Experiment.parse({"dataset": "digits", "variant": "vae"})
    lone = np.array([np.nan, 1.0, np.nan, 2.0, 3.0])
    columns = {"epoch": np.arange(5.0), **dict.fromkeys([*experiment.terms, "loss"], lone)}
    drawn = loss_curves(Curves(columns, {}), experiment, [], log=False)
    assert {trace["mode"] for trace in drawn["data"]} == {"lines+markers"}


def test_another_runs_total_is_drawn_over_the_total_and_its_title_is_no_markup():
    experiment = Experiment.parse({"dataset": "digits", "variant": "vae"})
    other = Curves({"epoch": np.arange(3.0), "loss": np.ones(3)}, {"epoch": np.arange(1.0, 3.0), "loss": np.zeros(2)})
    drawn = loss_curves(Curves({}, {}), experiment, [], log=False, other=("<b>one</b>", other))["data"][-1]
    assert (drawn["yaxis"], drawn["y"].tolist()) == ("y", [0.0, 0.0])
    assert drawn["hovertemplate"].startswith("&lt;b&gt;one")
    unchecked = loss_curves(Curves({}, {}), experiment, [], log=False, other=("one", Curves(other.training, {})))
    assert unchecked["data"][-1]["y"].tolist() == [1.0, 1.0, 1.0]
