"""The description of an experiment: its defaults, its journey through JSON, and a sentence for whatever is wrong."""

import itertools
import json
import math
import re
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from explorer.lab.session import Session
from explorer.presets import PRESETS, checked_experiment
from models.spec.catalogue import NETWORKS, OPTIMIZERS, PIXEL_MODELS, SETTINGS, VARIANTS, settings_of
from models.spec.experiment import Change, Experiment, ExperimentError, changes_of, limits_of
from models.spec.pairings import Pairing
from models.spec.schedules import SCHEDULES
from models.spec.stored import as_written_now
from models.spec.term_settings import Terms, TermSetting
from tests.support.helpers import faults

FEW = settings(max_examples=80, deadline=None)


def test_nothing_given_is_a_small_vae():
    experiment = Experiment.parse({})
    assert experiment == Experiment.parse("{}") == Experiment()
    assert (experiment.dataset, experiment.variant, experiment.latent_dim) == ("digits", "vae", 2)
    assert {name: setting.weight for name, setting in experiment.terms.items()} == {"reconstruction": 1, "kl": 1}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_brings_its_terms_and_weights(variant):
    experiment = Experiment.parse({"variant": variant})
    assert {name: s.weight for name, s in experiment.terms.items()} == dict(VARIANTS[variant].weights)
    assert experiment.variant_info is VARIANTS[variant]


def test_limits_are_those_of_the_field_in_its_own_type():
    found = [
        limits_of("latent_dim"), limits_of("learning_rate"), limits_of("weight", TermSetting),
        limits_of("schedule_epochs", TermSetting), limits_of("batch_size", Session),
    ]  # fmt: skip
    assert found == [(1, 512), (1e-7, 1.0), (0.0, 1e6), (0.01, 10_000.0), (1, 1024)]
    assert [[type(limit) for limit in pair] for pair in found] == [
        [number] * 2 for number in (int, float, float, float, int)
    ]


def test_what_the_choices_ask_for_has_words_and_limits_and_is_asked_once():
    asked: set[str] = set()
    for variant, pixels in itertools.product(VARIANTS.values(), PIXEL_MODELS.values()):
        names = settings_of(variant, pixels)
        assert len(names) == len(set(names))
        asked |= set(names)
    sizes = {name for network in NETWORKS.values() for name in network.settings}
    assert asked.isdisjoint(sizes)
    asked |= sizes
    assert asked == set(SETTINGS)
    assert all(
        low <= Experiment.model_fields[name].default <= high for name in asked for low, high in [limits_of(name)]
    )


def experiments():
    def small(low: float, high: float):
        return st.floats(low, high, allow_nan=False)

    term = st.builds(
        TermSetting, weight=small(0.001, 1e6), schedule=st.sampled_from(sorted(SCHEDULES)),
        schedule_epochs=small(0.01, 10_000),
    )  # fmt: skip
    return st.builds(
        lambda kl, **values: Experiment.parse({**values, "variant": "vae", "terms": {"kl": kl}}),
        kl=term, dataset=st.from_regex(r"[a-z][a-z0-9_]{0,63}", fullmatch=True),
        network=st.sampled_from(sorted(NETWORKS)), pixel_model=st.sampled_from(sorted(PIXEL_MODELS)),
        optimizer=st.sampled_from(sorted(OPTIMIZERS)), pixel_sigma=small(0.01, 10), corruption=small(0, 2),
        width=st.integers(4, 256), depth=st.integers(1, 5), hidden=st.integers(1, 4), latent_dim=st.integers(1, 512),
        learning_rate=small(1e-7, 1), batch_size=st.integers(1, 4096),
        epochs=st.integers(1, 10_000), validation_fraction=small(0.01, 0.5), seed=st.integers(0, 2**31 - 1),
    )  # fmt: skip


@given(experiments())
@FEW
def test_json_and_back_is_the_same_experiment(experiment):
    assert Experiment.parse(experiment.model_dump_json()) == experiment
    assert Experiment.parse(json.loads(json.dumps(experiment.model_dump()))) == experiment
    assert Experiment.parse(experiment.model_dump()) == experiment


BAD = [
    ("dataset", "../x", "lower-case letters, digits and _"),
    ("dataset", 3, "a name"),
    ("network", "deep", "dense, conv, question"),
    ("width", 3, "a whole number from 4 to 256"),
    ("depth", 6, "a whole number from 1 to 5"),
    ("hidden", 0, "a whole number from 1 to 4"),
    ("variant", "diffusion", "ae, denoising_ae, sparse_ae, sparse_kl_ae, vae, conditional_vae, beta_vae"),
    ("variant", ["vae"], "a name"),
    ("pixel_model", "laplace", "bernoulli, gaussian, unscaled"),
    ("pixel_sigma", 0, "a number from 0.01 to 10"),
    ("pixel_sigma", math.nan, "a number from 0.01 to 10"),
    ("latent_dim", 0, "a whole number from 1 to 512"),
    ("latent_dim", 513, "a whole number from 1 to 512"),
    ("latent_dim", 2.5, "a whole number from 1 to 512"),
    ("latent_dim", "two", "a whole number from 1 to 512"),
    ("latent_dim", None, "a whole number from 1 to 512"),
    ("terms", "kl", "a table of term settings"),
    ("corruption", -1, "a number from 0 to 2"),
    ("optimizer", "lion", "adam, adam_gan, adamw, rmsprop, sgd"),
    ("learning_rate", 0, "a number from 1e-07 to 1"),
    ("learning_rate", math.inf, "a number from 1e-07 to 1"),
    ("batch_size", 5000, "a whole number from 1 to 4,096"),
    ("epochs", 0, "a whole number from 1 to 10,000"),
    ("validation_fraction", 0.6, "a number from 0.01 to 0.5"),
    ("seed", -1, "a whole number from 0 to 2,147,483,647"),
    ("seed", 2**31, "a whole number from 0 to 2,147,483,647"),
]


@pytest.mark.parametrize(("field", "value", "allowed"), BAD)
def test_every_bad_value_is_named_with_what_was_given_and_what_is_allowed(field, value, allowed):
    (sentence,) = faults({field: value})
    assert sentence.startswith(f"{field} was {value!r}; allowed ")
    assert allowed in sentence
    assert re.search(r"\. (Change it and try again|Choose one of these)\.$", sentence)


def test_what_contradicts_itself_is_refused():
    assert faults({"variant": "ae", "terms": {"kl": 1}}) == [
        "terms had kl; the variant ae has reconstruction. Remove the others, choose another variant, or give a "
        "formula for your own term."
    ]
    (sentence,) = faults({"terms": {"kl": 0, "reconstruction": 0}})
    assert sentence.startswith("every term's weight was 0; at least one must be above 0.")
    assert sentence.endswith(" Raise the weight of “Reconstruction” (terms.reconstruction).")
    (sentence,) = faults({"variant": "gan", "terms": dict.fromkeys(VARIANTS["gan"].weights, 0)})
    assert sentence.endswith(" Raise the weight of “Fooling the discriminator” (terms.fools_critic).")
    (sentence,) = faults({"variant": "vq_vae", "latent_dim": 5})
    assert "must be a multiple of 2" in sentence
    (sentence,) = faults({"epoch": 3})
    assert sentence.startswith(
        "epoch is not a setting of an experiment; allowed are dataset, network, width, depth, hidden, variant"
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_terms_and_totals_are_called_by_their_titles(variant):
    experiment = Experiment.parse({"variant": variant, "terms": {"my_own": {"formula": "sum(z)"}}})
    learners = experiment.variant_info.learners
    labels = {name: experiment.label(name) for name in (*learners, *experiment.terms)}
    assert len(set(labels.values())) == len(labels)
    assert all("_" not in label and label[0].isupper() for name, label in labels.items() if name != "my_own")
    assert labels["my_own"] == "my own"
    assert labels["loss"] == ("Total" if len(learners) == 1 else f"Total of the {learners['loss'].title.lower()}")
    with pytest.raises(KeyError):
        experiment.label("sigma")


def test_every_fault_has_its_own_sentence():
    assert len(faults({"epochs": 0, "latent_dim": 0, "network": "?", "extra": 1})) == 4


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "The experiment is not valid JSON"),
        ("", "The experiment is not valid JSON"),
        ("[" * 5000, "The experiment is not valid JSON"),
        (b"\xff\xfe", "The experiment is not valid JSON"),
        ("[]", "The experiment was []; allowed is a table of settings."),
        (None, "The experiment was None; allowed is a table of settings."),
        ("\ud800", "The experiment was '\\ud800'; allowed is text in UTF-8."),
        ({"latent_dim": 10**5000}, "latent_dim was a whole number of thousands of digits; allowed is a whole number"),
        ({"dataset": "x" * 10_000}, "dataset was 'xxx"),
        ({1: 2}, "1 was 1; allowed is a name."),
    ],
    ids=range(10),
)
def test_what_is_no_table_at_all_is_said_in_a_short_sentence(text, sentence):
    (found,) = faults(text)
    assert found.startswith(sentence)
    assert len(found) < 250


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["vae", "kl"])
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner), max_leaves=8
)
KEYS = st.sampled_from([*Experiment.model_fields, "weight", "schedule"]) | st.text(max_size=6)
TERMS = st.dictionaries(st.sampled_from(["kl", "reconstruction"]) | st.text(max_size=4), ANYTHING, max_size=3)
TABLES = st.dictionaries(KEYS, ANYTHING, max_size=4) | st.builds(
    lambda t, v: {"terms": t, "variant": v}, TERMS, ANYTHING
)


@given(ANYTHING | TABLES | st.builds(json.dumps, ANYTHING | TABLES) | st.text() | st.binary())
@FEW
def test_whatever_comes_in_is_an_experiment_or_an_experiment_error(value):
    try:
        experiment = Experiment.parse(value)
    except ExperimentError as error:
        assert error.sentences  # noqa: PT017
        assert all(sentence.endswith(".") for sentence in error.sentences)  # noqa: PT017
    else:
        assert Experiment.parse(experiment.model_dump_json()) == experiment


def test_an_experiment_is_a_key_of_what_was_computed_for_it():
    given = {
        "variant": "beta_vae",
        "terms": {"kl": {"weight": 4, "schedule": "warm_up"}, "mine": {"formula": "sum(z)"}},
    }
    one, again = Experiment.parse(given), Experiment.parse(given)
    assert {one: "known"}[again] == "known"
    assert Experiment.parse(one.model_dump_json()) == Experiment.parse(one.model_dump()) == one
    assert hash(Experiment.parse(one.model_dump_json())) == hash(one)
    heavier = one.model_copy(update={"terms": Terms({**one.terms, "kl": TermSetting(weight=5)})})
    assert len({one, again, heavier, Experiment.parse({**given, "seed": 1})}) == 3
    with pytest.raises(TypeError, match="does not support item assignment"):
        one.terms["kl"] = TermSetting()  # ty: ignore[invalid-assignment]
    with pytest.raises(ValidationError, match="frozen"):
        one.terms = Terms()  # ty: ignore[invalid-assignment]


def test_each_field_says_what_it_changes_and_a_reduced_experiment_keeps_nothing_else():
    for name in Experiment.model_fields:
        assert set(changes_of(name)) <= set(get_args(Change)), name
    whole = Experiment.parse(
        {"variant": "ae", "epochs": 3, "batch_size": 7, "corruption": 0.9, "seed": 5}
        | {"terms": {"mine": {"formula": "sum(z)"}}}
    )
    assert whole.reduced("cost") == Experiment.parse({"variant": "ae", "batch_size": 7})
    assert whole.reduced("tensors") == Experiment.parse({"variant": "ae", "corruption": 0.9, "seed": 5})
    graph = Experiment.parse({"variant": "ae", "corruption": 0.9, "terms": {"mine": {"formula": "sum(z)"}}})
    assert whole.reduced("graph") == graph


def test_experiments_and_sessions_of_earlier_versions_name_the_questions_network_seed():
    """As the experiment.json of a run of that time has it."""
    stored = """{
      "dataset": "mnist", "network": "seed", "variant": "ae", "pixel_model": "unscaled", "pixel_sigma": 0.25,
      "latent_dim": 100, "terms": {"reconstruction": {"weight": 1.0, "schedule": "constant", "schedule_epochs": 5.0,
      "formula": null}}, "optimizer": "adam", "learning_rate": 0.0001, "batch_size": 256, "epochs": 10,
      "validation_fraction": 0.01, "seed": 0
    }"""
    assert Experiment.parse(stored) == checked_experiment(PRESETS["question"])
    assert Session.parse({"network": "seed", "pairings": [Pairing().model_dump()]}).network == "question"
    assert "network was 'seeds'; allowed are dense, conv, question" in faults({"network": "seeds"})[0]


def test_a_stored_convolutional_network_without_sizes_is_the_one_of_its_time():
    """The weights beside it would fit no other."""
    conv = {"network": "conv", "latent_dim": 2}
    assert Experiment.parse(as_written_now(conv)).network == "conv_small"
    for same in (Experiment.parse(conv).model_dump(), {**conv, "width": 24}, {"network": "dense"}):
        assert as_written_now(same) == same
    assert as_written_now("conv") == "conv"
