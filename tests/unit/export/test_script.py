"""What stands in an exported script, and what is left out of it."""

import ast
import dataclasses
import re
from pathlib import Path
from typing import Any

import keras
import pytest

from explorer.datasets.catalogue import DATASETS
from explorer.export.data import functions_of
from explorer.export.script import script_name, script_of
from explorer.export.source import ExportError
from models.spec.experiment import Experiment
from models.spec.schedules import rate_factor


@pytest.mark.parametrize(("dataset", "most"), [("mnist", 120), ("fashion_mnist", 120), ("digits", 130)])
def test_a_plain_vae_is_a_script_that_a_person_would_write(dataset, most):
    text = script_of(Experiment.parse({"dataset": dataset}))
    assert len(text.splitlines()) <= most
    assert all(word in text for word in ("model.fit(", "model.evaluate(", '.keras"', "def compute_loss("))
    assert "tensorflow" not in text


def test_a_script_never_writes_into_a_folder_that_is_there(tmp_path, monkeypatch):
    text = script_of(Experiment.parse({"dataset": "mnist"}))
    (main,) = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == "main"]
    made = "\n".join(ast.unparse(statement) for statement in main.body[1:3])

    class Frozen:
        @staticmethod
        def now():
            return __import__("datetime").datetime(2026, 1, 2, 3, 4, 5)

    monkeypatch.chdir(tmp_path)
    names = {"Path": Path, "datetime": Frozen, "__file__": "some/where/mine.py"}
    exec(made, names)  # noqa: S102 -- the script's own first lines
    assert (tmp_path / "mine_2026-01-02_03-04-05").is_dir()
    with pytest.raises(FileExistsError):
        exec(made, names)  # noqa: S102


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
            "with_class", "CLASSES", "conditional", "set_time", "Clock", "Prior",
        )
        if word in plain
    ]  # fmt: skip
    assert plain.count("LATENT_DIM, BATCH_SIZE, EPOCHS, LEARNING_RATE, SEED = 7, 128, 20, 0.001, 0\n") == 1
    noisy = script_of(Experiment.parse({"variant": "denoising_ae", "pixel_model": "gaussian", "corruption": 0.5}))
    assert "CORRUPTION = 0.5\n" in noisy
    assert "layers.GaussianNoise(CORRUPTION, seed=SEED)(image)" in noisy
    assert "PIXEL_SIGMA = 0.25\n" in noisy
    assert "pixel_sigma=PIXEL_SIGMA)" in noisy
    warm = script_of(Experiment.parse({"terms": {"kl": {"weight": 2, "schedule": "warm_up", "schedule_epochs": 3}}}))
    assert '    WEIGHTS["kl"].assign(2.0 * linear_warm_up(epochs, 3.0))\n' in warm
    assert "callbacks=[Clock(set_time)]" in warm
    assert "def cyclical" not in warm
    unpaced = script_of(Experiment.parse({"variant": "gan"}))  # no learner of it rests
    assert not re.search(r"every=|Paced|self\.steps", unpaced)
    assert 'every={"loss": 5}' in script_of(Experiment.parse({"variant": "wgan_gp"}))


@pytest.mark.parametrize(("variant", "every"), [("vae", {"RATE": 1}), ("wgan_gp", {"loss": 5, "critic_loss": 1})])
def test_a_scheduled_rate_is_the_apps_at_every_step_of_a_learner(variant, every):
    experiment = Experiment.parse({"variant": variant, "rate_schedule": "cosine", "epochs": 3, "batch_size": 100})
    text = script_of(experiment)
    steps, rate = 14, "RATE" if "RATE" in every else "RATES[total]"  # an epoch
    (made,) = [n for n in ast.parse(text).body if isinstance(n, ast.Assign) and "CosineDecay" in ast.unparse(n)]
    names: dict[str, Any] = {"keras": keras, "LEARNING_RATE": 0.5, "EPOCHS": 3}
    exec(ast.unparse(made), names)  # noqa: S102 -- the script's own line
    assert re.search(rf"Adam\((learning_rate=)?{re.escape(rate)}[,)]", text)
    for learner, pause in every.items():
        falling = names[learner] if learner == "RATE" else names["RATES"][learner]
        for step in range(0, 60, 5):
            expected = 0.5 * rate_factor("cosine", step / steps, 3)
            assert float(falling(step // pause)) == pytest.approx(expected, rel=1e-5)


def test_own_terms_stand_in_the_script_as_code():
    terms = {"blur": {"weight": 2, "formula": "mean(square(x - sigmoid(logits)))"}, "mine": {"formula": "0 - mean(z)"}}
    text = script_of(Experiment.parse({"terms": terms}))
    assert '        "blur": ops.mean(ops.square(x - ops.sigmoid(tensors["logits"])), axis=(1, 2, 3)),\n' in text
    assert '        "mine": 0.0 - ops.mean(tensors["z"], axis=-1),\n' in text
    assert "    2 × blur: mean(square(x - sigmoid(logits))), in own unit\n" in text


def test_two_equal_experiments_give_one_script_and_a_file_name_that_says_what_it_is():
    experiment = Experiment.parse({"variant": "beta_vae", "network": "conv", "dataset": "shapes", "latent_dim": 10})
    assert script_of(experiment) == script_of(Experiment.parse(experiment.model_dump_json()))
    assert script_name(experiment) == "beta_vae_shapes_conv_10d.py"
    assert f"`python {script_name(experiment)}` trains it." in script_of(experiment).splitlines()[0]


@pytest.mark.parametrize("name", DATASETS)
def test_a_script_can_load_every_data_set(name):
    assert script_of(Experiment.parse({"dataset": name}))


def test_a_data_set_that_a_script_cannot_load_is_refused_and_taken_for_no_other():
    new = dataclasses.replace(DATASETS["shapes"], name="galaxies")
    with pytest.raises(ExportError, match=r"^The data set was galaxies; a script can load mnist, .* shapes_rgb\."):
        functions_of(Experiment.parse({}), new)
