"""Presets, and experiments from the command line: settings, files, and a sentence for whatever is wrong."""

import re

import pytest

from explorer.cli.parser import main
from explorer.presets import (
    AT_ONCE,
    PRESET_HELP,
    PRESET_SECONDS,
    PRESET_TITLES,
    PRESETS,
    checked_experiment,
    from_command_line,
)
from models.spec.catalogue import NETWORKS, PIXEL_MODELS, QUESTION
from models.spec.experiment import Experiment, ExperimentError
from models.spec.term_settings import TermSetting


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_a_whole_experiment_with_a_title(preset):
    assert from_command_line(preset, None, []) == checked_experiment(dict(PRESETS[preset]))
    assert PRESET_TITLES[preset]
    assert PRESET_SECONDS[preset] > 0


def test_the_question_is_explained_wherever_it_can_be_chosen(capsys):
    explained = [NETWORKS["question"].summary, PIXEL_MODELS["unscaled"].summary, *PRESET_HELP.values()]
    assert set(AT_ONCE) == set(PRESET_HELP)
    assert all(QUESTION in text for text in explained)
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    assert QUESTION in " ".join(capsys.readouterr().out.split())


def test_the_question_and_what_it_should_have_been_differ_in_their_pixels_alone():
    question, answer = (from_command_line(name, None, []) for name in ("question", "answer"))
    assert (question.pixel_model, answer.pixel_model) == ("unscaled", "bernoulli")
    assert question.model_copy(update={"pixel_model": "bernoulli"}) == answer
    assert (question.dataset, question.network, question.variant, question.latent_dim) == (
        "mnist",
        "question",
        "ae",
        100,
    )
    assert (question.optimizer, question.learning_rate, question.batch_size, question.epochs) == ("adam", 1e-4, 256, 10)


def test_settings_change_a_preset_and_not_the_preset_itself():
    changed = from_command_line(
        "first-vae", None, ["latent_dim=16", "dataset=shapes", "terms.kl.weight=4", "terms.kl.schedule=warm_up"]
    )
    assert (changed.latent_dim, changed.dataset, changed.epochs) == (16, "shapes", PRESETS["first-vae"]["epochs"])
    assert changed.terms["kl"] == TermSetting(weight=4, schedule="warm_up")
    assert from_command_line(None, None, ["terms.kl=3"]).terms["kl"].weight == 3
    assert from_command_line("first-vae", None, []).latent_dim == 2


def test_a_file_is_read_and_settings_come_on_top(tmp_path):
    file = tmp_path / "experiment.json"
    written = Experiment.parse({"variant": "beta_vae", "seed": 7})
    file.write_text(written.model_dump_json(), encoding="utf-8")
    assert from_command_line(None, file, []) == written
    changed = from_command_line(None, file, ["seed=8", "terms.kl.weight=2.5"])
    assert (changed.seed, changed.terms["kl"].weight) == (8, 2.5)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "could not be read"), (b"{", "could not be read"), (b"\xff", "could not be read"),
        (b"[1]", "does not contain a JSON object"), (b"[" * 100_000, "could not be read"),
        (b'{"epochs": 0}', "epochs was 0; allowed is"),
    ],
    ids=range(6),
)  # fmt: skip
def test_a_file_that_is_no_experiment_is_said(tmp_path, content, sentence):
    file = tmp_path / "own.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ExperimentError, match=sentence):
        from_command_line(None, file, [])


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("latent_dim", "--set was 'latent_dim'; give KEY=VALUE"),
        ("=3", "--set was '=3'; give KEY=VALUE"),
        ("", "--set was ''; give KEY=VALUE"),
        ("latent_dim.x=3", "latent_dim is a single value. Write it without a dot."),
        ("latent_dim=", "latent_dim was ''; allowed is a whole number from 1 to 512"),
        ("latent_dim=NaN", "latent_dim was nan; allowed is a whole number from 1 to 512"),
        ("terms=" + "[" * 100_000, "terms was"),
        ("dataset=cifar", "There is no data set 'cifar'"),
    ],
    ids=range(8),
)
def test_a_bad_setting_is_said(setting, sentence):
    with pytest.raises(ExperimentError, match=re.escape(sentence)):
        from_command_line("first-vae", None, [setting])


def test_an_unknown_preset_is_answered_with_the_known_ones():
    with pytest.raises(ExperimentError, match="--preset was 'x'; allowed are first-vae, digits-ae"):
        from_command_line("x", None, [])
