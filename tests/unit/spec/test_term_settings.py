"""The terms of an experiment: weights, schedules, and the names that your own may have."""

import pytest

from explorer.runs.layout import CLOCK, WEIGHT_PREFIX, WEIGHTED_PREFIX
from explorer.runs.writer import RunWriter
from models.spec.experiment import Experiment
from models.spec.term_settings import TermSetting
from tests.support.helpers import faults


def test_a_term_is_a_bare_weight_or_a_table_and_keeps_its_default():
    bare = Experiment.parse({"variant": "beta_vae", "terms": {"kl": 2}})
    assert bare.terms == {"reconstruction": TermSetting(weight=1), "kl": TermSetting(weight=2)}
    table = Experiment.parse({"variant": "beta_vae", "terms": {"kl": {"schedule": "warm_up", "schedule_epochs": 10}}})
    assert table.terms["kl"] == TermSetting(weight=4, schedule="warm_up", schedule_epochs=10)
    assert [table.terms["kl"].weight_at(epochs) for epochs in (0, 5, 10, 99)] == [0, 2, 4, 4]


@pytest.mark.parametrize(
    ("term", "sentence"),
    [
        ({"weight": -1}, "terms.kl.weight was -1; allowed is a number from 0 to 1e+06. Change it and try again."),
        ("much", "terms.kl.weight was 'much'; allowed is a number from 0 to 1e+06. Change it and try again."),
        ({"schedule": "sine"}, "schedule was 'sine'; allowed are constant, warm_up, cyclical. Choose one of these."),
        ({"schedule_epochs": 0}, "terms.kl.schedule_epochs was 0; allowed is a number from 0.01 to 10000."),
        (
            {"beta": 4},
            "terms.kl.beta is not a setting of a term; allowed are weight, schedule, schedule_epochs, formula.",
        ),
    ],
)
def test_a_bad_term_is_named_with_its_place(term, sentence):
    (found,) = faults({"terms": {"kl": term}})
    assert found.startswith(sentence)


TAKEN = [*CLOCK, "step", "level", "loss", "mmd", "l1", "z", "epochs", f"{WEIGHT_PREFIX}kl", f"{WEIGHTED_PREFIX}mine"]


@pytest.mark.parametrize("name", [*TAKEN, "Upper", "9", "a b", 'a"', "", "a" * 33])
def test_a_term_of_ones_own_cannot_take_a_name_of_hourglass_or_of_its_history(name):
    (sentence,) = faults({"terms": {name: {"formula": "sum(z)"}}})
    assert sentence.startswith(
        f"your own term was named {name!r}; allowed are up to 32 lower-case letters, digits and _"
    )


@pytest.mark.parametrize("name", ["steps", "weight", "class", "ops", "a" * 32, "a_9"])
def test_any_other_name_makes_a_run(name, tmp_path):
    experiment = Experiment.parse({"terms": {name: {"formula": "sum(z)"}}})
    store = RunWriter(tmp_path)
    store.open_history((*experiment.terms_of("loss"), "loss"), list(experiment.terms))
    store.close()


def test_a_formula_of_an_earlier_version_names_tensors_as_they_are_called_today():
    def formula(text: str) -> str | None:
        return Experiment.parse({"variant": "gan", "terms": {"own": {"formula": text}}}).terms["own"].formula

    assert formula("critic_on_x * 2 + critic_on_sample") == "score_on_x * 2 + score_on_sample"
    assert formula("score_on_x") == "score_on_x"
    assert TermSetting(formula="my_critic_on_x + critic_on_xs").formula == "my_critic_on_x + critic_on_xs"
    (sentence,) = faults({"terms": {"own": {"formula": "critic_on_x"}}})  # a VAE has none
    assert "score_on_x" in sentence


def test_terms_in_another_order_are_another_experiment():
    """They are summed, shown and stored in their order."""
    own = {"b": {"formula": "sum(z)"}, "a": {"formula": "sum(abs(z))"}}
    one, other = (Experiment.parse({"terms": terms}) for terms in (own, dict(reversed(own.items()))))
    assert dict(one.terms) == dict(other.terms)
    assert one != other
