"""The loss curves: labels of changes that lie clear of each other, and two arrangements of one figure."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from explorer.figures.loss_curves import can_be_logarithmic, loss_curves
from explorer.figures.loss_panels import LETTERS, NARROW_LETTERS
from explorer.runs.records import Curves, Event
from models.spec.catalogue import VARIANTS
from models.spec.experiment import Experiment

EPOCHS = 10.0
LETTER_WIDTH, LINE_HEIGHT = 5.5, 14.5  # pixels of a label's text, measured in Chromium
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


def labels(*changes: Event, variant: str = "vae") -> list[dict]:
    annotations = figure(*changes, variant=variant)["layout"]["annotations"]
    return [label for label in annotations if label.get("textangle")]


def lines(label: dict) -> list[str]:
    """From the change's line on: turned text begins on the right."""
    return label["text"].split("<br>")[::-1]


def test_changes_of_one_moment_share_a_label_with_lines_of_their_own():
    (label,) = labels(weight(3, 1, 4), rate(3, 1e-3, 3e-4))
    assert lines(label) == ["KL weight 1 → 4", "learning rate", "0.001 → 0.0003"]
    assert (label["x"], label["xanchor"]) == (3, "left")


def test_changes_far_from_each_other_have_a_label_each():
    apart = labels(weight(1, 1, 4), rate(5, 1e-3, 3e-4))
    assert [label["x"] for label in apart] == [1, 5]
    assert lines(apart[0]) == ["KL weight 1 → 4"]


@pytest.mark.parametrize(
    ("values", "said"),
    [((1, 2, 3, 4), "KL weight 1 → 4"), ((1, 4, 1), "KL weight 1 → 4 → 1"), ((1, 4), "KL weight 1 → 4")],
)
def test_one_weight_in_small_steps_is_one_line_from_where_it_was_to_where_it_came(values, said):
    (label,) = labels(*(weight(3 + 0.1 * place, *step) for place, step in enumerate(pairwise(values))))
    assert lines(label) == [said]


@pytest.mark.parametrize("step", [0.1, 0.3, 0.6, 1.0])
def test_no_label_reaches_into_the_next(step):
    epochs = np.arange(0.5, 9, step)
    changes = [
        rate(epoch, 1e-3, 1e-4) if place % 2 else weight(epoch, 1, 2) for place, epoch in enumerate(epochs.tolist())
    ]
    told = labels(*changes)
    for label, after in pairwise(told):
        assert label["x"] + 0.06 * EPOCHS * len(lines(label)) <= after["x"] + 1e-9
    assert told


@pytest.mark.parametrize("variant", ["ae", "vae", "vae_gan", "factor_vae"])
def test_labels_of_a_narrow_chart_lie_clear_of_each_other_and_of_the_second_panel(variant):
    changes = [
        rate(epoch, 1e-3, 1e-4) if place % 2 else weight(epoch, 1, 2, "reconstruction" if variant == "ae" else "kl")
        for place, epoch in enumerate(np.arange(0.5, 9.9, 0.7).tolist())
    ]
    narrow = figure(*changes, variant=variant)["layout"]["meta"]["narrow"]
    layout = narrow["layout"]
    plot = narrow["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    bottom, top = layout["yaxis"]["domain"]
    told = [label for label in layout["annotations"] if label.get("textangle")]
    assert told
    for label in told:
        assert max(map(len, lines(label))) * LETTER_WIDTH <= (top - bottom) * plot
    for label, after in pairwise(told):
        assert (after["x"] - label["x"]) / EPOCHS * PHONE >= LINE_HEIGHT * len(lines(label))


def test_the_label_of_a_change_just_made_is_not_beyond_the_panel():
    (label,) = labels(weight(EPOCHS, 1, 4))
    assert label["xanchor"] == "right"


def arrangements(drawn: dict) -> list[tuple[dict, int]]:
    """Both, each with the letters that a title's line may have there."""
    layout = drawn["layout"]
    other = layout["meta"]["narrow"]["layout"]
    narrow = {name: {**layout[name], **other[name]} for name in layout if "axis" in name}
    columns = sum(name.startswith("xaxis") for name in layout)
    return [(layout, LETTERS[columns]), ({**narrow, "annotations": other["annotations"]}, NARROW_LETTERS)]


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_title_fits_its_column_and_no_two_panels_touch(variant):
    drawn = figure(variant=variant)
    for layout, letters in arrangements(drawn):
        for title in layout["annotations"]:
            for line in title["text"].replace("<b>", "").replace("</b>", "").split("<br>"):
                assert len(line) <= letters
        boxes = {
            (*layout["xaxis" + trace["xaxis"][1:]]["domain"], *layout["yaxis" + trace["yaxis"][1:]]["domain"])
            for trace in drawn["data"]
        }
        assert len(boxes) == len(layout["annotations"])
        for (left, right, low, high), (their_left, their_right, their_low, their_high) in combinations(boxes, 2):
            beside = right < their_left or their_right < left
            assert beside or high < their_low or their_high < low


@pytest.mark.parametrize("variant", ["beta_tcvae", "factor_vae", "vae"])
def test_a_narrow_chart_has_one_column_with_the_panels_in_order_and_one_labelled_axis(variant):
    narrow = figure(variant=variant)["layout"]["meta"]["narrow"]["layout"]
    axes = [value for name, value in narrow.items() if name.startswith("xaxis")]
    assert {tuple(axis["domain"]) for axis in axes} == {(0.0, 1.0)}
    assert [axis.get("showticklabels", True) for axis in axes] == [*[False] * (len(axes) - 1), True]
    tops = [title["y"] for title in narrow["annotations"]]
    assert tops == sorted(tops, reverse=True)


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
