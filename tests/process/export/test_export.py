"""The exported script against the app: the same networks, numbers and course, without a line of ours imported."""

import ast
import hashlib
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from explorer.datasets.catalogue import DATASETS
from explorer.datasets.loading import load_images, split
from explorer.export import evaluate, source
from explorer.export.layout import fitted, joined, without_dead
from explorer.export.own_terms import own_term
from explorer.export.script import script_name, script_of
from explorer.export.source import ExportError
from explorer.export.writer import Writer
from models.spec.experiment import Experiment
from models.spec.formula.formula import FormulaError
from tests.support.export_helpers import (
    DRIVER,
    LOADING,
    RUNNING,
    STEPS,
    alone,
    every_experiment,
    ours,
    some_given,
    spread,
)
from tests.support.formula_helpers import formulas, read
from tests.support.helpers import ROOT, in_python


def settled(folder: Path) -> None:
    """Nothing in the folder is anything to ruff."""
    for command in (["check", "--ignore", "T20,S,INP"], ["format", "--check"]):  # a script prints and stands alone
        done = in_python("-m", "ruff", *command, "--no-cache", "--config", "pyproject.toml", str(folder))
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr


@pytest.fixture(scope="module")
def pairs(tmp_path_factory) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """For each experiment of the spread what the app finds, and what the script does."""
    folder = tmp_path_factory.mktemp("scripts")
    mine = {}
    for name, experiment in spread().items():
        (folder / f"{name}.py").write_text(script_of(experiment), encoding="utf-8")
        arrays = some_given(experiment)
        mine[name] = ours(experiment, arrays)
        np.savez(folder / f"{name}.given.npz", **arrays)  # ty: ignore[invalid-argument-type]
    alone("-c", DRIVER, str(folder), folder=folder)
    return {name: (found, dict(np.load(folder / f"{name}.found.npz"))) for name, found in mine.items()}


@pytest.mark.parametrize("name", spread())
def test_a_script_is_the_same_model_and_gives_the_same_terms_and_pictures(pairs, name):
    mine, theirs = pairs[name]
    assert set(theirs) == set(mine)
    assert int(theirs["parameters"]) == mine["parameters"]
    for key, value in mine.items():
        assert np.isfinite(value).all(), key
        if key.startswith("initial"):  # the same seed in the same order
            np.testing.assert_array_equal(theirs[key], value, key)
        elif "-step" not in key:
            np.testing.assert_allclose(theirs[key], value, rtol=1e-5, atol=1e-6, err_msg=key)


@pytest.mark.parametrize("name", spread())
def test_its_first_steps_are_the_apps_own(pairs, name):
    mine, theirs = pairs[name]
    steps, experiment = [key for key in mine if "-step" in key], spread()[name]
    assert len(steps) == STEPS * (len(experiment.terms) + len(experiment.variant_info.learners))
    for key in steps:
        assert np.isfinite(mine[key]), key
        # Chen's terms are small differences of large numbers.
        np.testing.assert_allclose(theirs[key], mine[key], rtol=1e-4, atol=5e-6, err_msg=key)


def test_every_script_is_clean_short_and_free_of_ours(tmp_path):
    for name, experiment in every_experiment().items():
        text = script_of(experiment)
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        imported = {n.module if isinstance(n, ast.ImportFrom) else n.names[0].name for n in ast.walk(ast.parse(text))
                    if isinstance(n, ast.Import | ast.ImportFrom)}  # fmt: skip
        assert {str(each).partition(".")[0] for each in imported} <= {
            "collections", "dataclasses", "functools", "math", "keras", "numpy", "tensorflow", "PIL", "sklearn",
        }  # fmt: skip
        longest = 285 + 80 * (len(experiment.variant_info.learners) > 1) + 80 * ("shapes" in experiment.dataset)
        assert sum(bool(line) for line in text.splitlines()) < longest
        assert not {"experiment.", "tensors.", "last(", "linear(", str(ROOT)} & {w for w in text.split() if w in text}
        assert "last" not in [a.arg for a in ast.walk(ast.parse(text)) if isinstance(a, ast.arg)]
    settled(tmp_path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> tuple[Path, dict[str, list[str]]]:
    """Where three scripts have run, and what each printed: one that learns, and others that only have to run."""
    folder, quick = tmp_path_factory.mktemp("trained"), {"epochs": 1, "batch_size": 512}
    choices = {"vae": {"epochs": 4, "latent_dim": 8}, "conditional_vae": quick, "wgan_gp": quick}
    for variant, fields in choices.items():
        (folder / variant).mkdir()
        text = script_of(Experiment.parse({"dataset": "digits", "variant": variant, **fields}))
        (folder / variant / "script.py").write_text(text, encoding="utf-8")
    printed = alone("-c", RUNNING, *choices, folder=folder).split("parameters\n")[1:]
    return folder, {variant: lines.splitlines() for variant, lines in zip(choices, printed, strict=True)}


def test_a_script_trains_when_it_is_run(trained):
    lines = [line for line in trained[1]["vae"] if not line[:1].isdigit()]
    losses = {kind: [float(line.split()[-1]) for line in lines if line.startswith(kind)] for kind in ("epoch", "  val")}
    assert [len(each) for each in losses.values()] == [4, 4]
    for each in losses.values():
        assert each == sorted(each, reverse=True)
        assert each[-1] < 0.6 * each[0] or each[-1] < 300


@pytest.mark.parametrize(
    ("variant", "words", "networks"),
    [
        ("vae", ("reconstruction", "kl", "loss"), {"encoder", "decoder"}),
        ("conditional_vae", ("reconstruction", "kl", "loss"), {"encoder", "decoder"}),
        ("wgan_gp", ("gradient_penalty", "critic_loss", "encoder_loss"), {"encoder", "decoder", "critic"}),
    ],
)
def test_a_script_saves_what_it_learnt_and_a_picture(trained, variant, words, networks):
    folder, printed = trained[0] / variant, trained[1][variant]
    (tested,) = [line for line in printed if line.startswith("test ")]
    assert all(f"{word} " in tested for word in words)
    assert {path.name for path in folder.glob("*.h5")} == {f"{network}.weights.h5" for network in networks}
    picture = np.asarray(keras.utils.load_img(folder / "reconstructions.png", color_mode="grayscale"))
    assert picture.shape == (3 * 28, 16 * 28)
    first = load_images("digits").test_images[0, :, :, 0]
    np.testing.assert_array_equal(picture[:28, :28], first)


def test_its_images_and_their_split_are_the_apps_own(tmp_path):
    names = [name for name in DATASETS if "mnist" not in name]
    variants = ["conditional_vae" if number % 2 else "vae" for number in range(len(names))]
    for name, variant in zip(names, variants, strict=True):
        text = script_of(Experiment.parse({"dataset": name, "variant": variant, "seed": 3}))
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    found = json.loads(alone("-c", LOADING, str(tmp_path), folder=tmp_path).splitlines()[-1])
    for name, variant in zip(names, variants, strict=True):
        data = load_images(name)
        arrays = [data.images, data.test_images, *split(len(data.images), 0.1, 3)]
        if variant == "conditional_vae":
            arrays[1:2] = [data.labels, data.test_images, data.test_labels]
        expected = [[str(a.dtype), list(a.shape), hashlib.sha256(a.tobytes()).hexdigest()] for a in arrays]
        assert found[name] == expected, name


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_downloaded_images_come_from_keras(name):
    text = script_of(Experiment.parse({"dataset": name}))
    assert f"(images, _), (test_images, _) = keras.datasets.{name}.load_data()\n" in text
    assert "sklearn" not in text
    assert "PIL" not in text
    told = script_of(Experiment.parse({"dataset": name, "variant": "conditional_vae"}))
    assert f"(images, labels), (test_images, test_labels) = keras.datasets.{name}.load_data()\n" in told
    assert "CLASSES = 10\n" in told


def test_what_is_not_used_is_left_out_and_what_is_decided_is_named():
    plain = script_of(Experiment.parse({"variant": "ae", "latent_dim": 7}))
    assert not [
        word
        for word in (
            "Sampling", "gaussian_kl", "SIGMA", "CORRUPTION", "Clip", "warm_up", "Rescaling", "Learner", "critic",
            "told", "CLASSES", "conditional", "set_epochs", "labels", "Prior",
        )
        if word in plain
    ]  # fmt: skip
    assert "LATENT_DIM = 7\n" in plain
    noisy = script_of(Experiment.parse({"variant": "denoising_ae", "pixel_model": "gaussian", "corruption": 0.5}))
    assert "CORRUPTION = 0.5\n" in noisy
    assert "layers.GaussianNoise(CORRUPTION, seed=SEED)(image)" in noisy
    assert "PIXEL_SIGMA = 0.25\n" in noisy
    warm = script_of(Experiment.parse({"terms": {"kl": {"weight": 2, "schedule": "warm_up", "schedule_epochs": 3}}}))
    assert '"kl": 2.0 * linear_warm_up(epochs, 3.0),' in warm
    assert "def cyclical" not in warm
    assert ".every" not in script_of(Experiment.parse({"variant": "gan"}))  # no learner of it rests


def test_own_terms_stand_in_the_script_as_code():
    terms = {"blur": {"weight": 2, "formula": "mean(square(x - sigmoid(logits)))"}, "mine": {"formula": "0 - mean(z)"}}
    text = script_of(Experiment.parse({"terms": terms}))
    assert '"blur": lambda x, named: ops.mean(ops.square(x - ops.sigmoid(named["logits"])), axis=(1, 2, 3)),\n' in text
    assert '"mine": lambda _x, named: 0.0 - ops.mean(named["z"], axis=-1),\n' in text
    assert "    2 × blur: mean(square(x - sigmoid(logits))), in own unit\n" in text


def test_any_formula_becomes_code_that_ruff_leaves_alone(tmp_path):
    writer, entries = Writer({}), []

    @given(formulas())
    @settings(max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def write(text):
        if not isinstance(formula := read(text), FormulaError):
            entries.append(f'    "term{len(entries)}": {own_term(writer, formula).text},')

    write()
    functions = [f"{text()}\n\n\n" for text in writer.written.values()]
    assert len(functions) > 10
    table = "\n".join(["TERMS = {", *entries, "}", ""])
    (tmp_path / "terms.py").write_text("".join(["from keras import ops\n\n\n", *functions, table]), encoding="utf-8")
    settled(tmp_path)


def test_two_equal_experiments_give_one_script_and_a_file_name_that_says_what_it_is():
    experiment = Experiment.parse({"variant": "beta_vae", "network": "conv", "dataset": "shapes", "latent_dim": 10})
    assert script_of(experiment) == script_of(Experiment.parse(experiment.model_dump_json()))
    assert script_name(experiment) == "beta_vae_shapes_conv_10d.py"
    assert f"`python {script_name(experiment)}` trains it." in script_of(experiment).splitlines()[0]


def test_the_exporter_does_without_the_heavy_libraries():
    code = (
        "import sys; from explorer.export.script import script_of; from models.spec.experiment import Experiment; "
        "script_of(Experiment()); "
        "print({n.partition('.')[0] for n in sys.modules} & {'keras', 'tensorflow', 'sklearn', 'streamlit', 'PIL'})"
    )
    done = in_python("-c", code)
    assert done.stdout.strip() == "set()", done.stdout + done.stderr


def test_a_source_that_cannot_be_exported_is_named_with_its_place(monkeypatch):
    text = (ROOT / "models" / "twins.py").read_text(encoding="utf-8")
    changed = text.replace("    seen = image\n", "    try:\n        seen = image\n    finally:\n        pass\n")
    assert changed != text
    broken, real = source.Module("models.twins", changed.encode()), source.module
    monkeypatch.setattr(evaluate, "module", lambda name: broken if name == "models.twins" else real(name))
    with pytest.raises(ExportError, match=r"^models\.twins line \d+: .*Write it more simply"):
        script_of(Experiment())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(\n    a, b\n)", "f(a, b)"),
        ("f(\n    a,\n    b,\n)", "f(\n    a,\n    b,\n)"),
        ("x = [\n    1,  # one\n    2,\n]", "x = [\n    1,  # one\n    2,\n]"),
        ("x = g('" + "a" * 55 + "', '" + "b" * 55 + "')", "x = g(\n    '" + "a" * 55 + "', '" + "b" * 55 + "'\n)"),
    ],
)
def test_statements_are_put_on_lines_as_ruff_would(text, expected):
    assert fitted(text, 0) == expected


def test_lines_are_joined_and_what_nobody_reads_is_dropped():
    assert joined("f(\n    a,\n    [\n        b,\n    ],\n)") == "f(a, [b])"
    text = "def f(x):\n    # why\n    a = g(x)\n    b, c = h(x), k(x)\n    return c"
    assert without_dead(text) == "def f(x):\n    return k(x)"
