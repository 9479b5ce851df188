"""Programs in files: they come back whole and go on, and what is no such file is said."""

import json
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from models import CheckpointError, Experiment, build, load, save
from models.checkpoints import weights_of
from tests.support.helpers import some_images
from tests.support.programs import SMALL, program

BYTES = some_images(8, SMALL)
RISING = {"kl": {"weight": 4.0, "schedule": "warm_up", "schedule_epochs": 4}}
TOLD: dict[str, Any] = {"batch_size": 4, "shuffle": False, "verbose": 0, "epochs": 1}


@pytest.mark.parametrize(
    "settings",
    [{"terms": RISING, "rate_schedule": "cosine", "epochs": 3}, {"variant": "aae"}, {"variant": "conditional_vae"}],
    ids=["schedule", "critic", "class"],
)
def test_what_is_loaded_is_the_same_and_its_training_goes_on_alike(settings, tmp_path):
    experiment = Experiment.parse(settings)
    made = build(experiment, SMALL, classes=3)
    made.model.compile(run_eagerly=True)  # to trace a few steps takes longer than to take them
    data = (BYTES, np.arange(8) % 3) if made.twins.classes else (BYTES,)
    made.model.fit(*data, **TOLD)
    save(made, tmp_path / "it.safetensors")
    found = load(tmp_path / "it.safetensors")
    found.model.compile(run_eagerly=True)
    assert found.experiment == experiment
    for name, array in weights_of(made.twins).items():
        np.testing.assert_array_equal(weights_of(found.twins)[name], array)
    assert found.model.fit(*data, **TOLD).history == made.model.fit(*data, **TOLD).history
    assert found.model.epochs.value == 2


def test_an_optimizer_given_to_compile_is_not_kept(tmp_path):
    made = program()
    made.model.compile(optimizer="sgd", run_eagerly=True)
    made.model.fit(BYTES, **TOLD)
    save(made, str(tmp_path / "it"))
    assert type(load(str(tmp_path / "it")).model.learners[0].optimizer).__name__ == "Adam"


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path):
    for seed in (1, 2):
        save(program(seed=seed), tmp_path / "it")
    assert load(tmp_path / "it").experiment.seed == 2
    assert [path.name for path in tmp_path.iterdir()] == ["it"]


def _without_head(path):
    save_file(load_file(path), path)


def _damaged(path):
    path.write_bytes(path.read_bytes()[:1000])


def _changed(**changes):
    def change(path):
        arrays = load_file(path)
        with safe_open(path, framework="numpy") as file:
            head = file.metadata()
        save_file(arrays, path, {**head, **changes})

    return change


def _larger(path):
    with safe_open(path, framework="numpy") as file:
        experiment = json.loads(file.metadata()["experiment"])
    _changed(experiment=json.dumps({**experiment, "latent_dim": 512}), image_shape="[9000,9000,3]")(path)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.unlink(), "No such file"),
        (_damaged, "cannot be read"),
        (_without_head, "has not the head that models.save writes"),
        (_changed(hourglass="2"), "has not the head that models.save writes"),
        (_changed(image_shape="[8,8]"), "has not the head that models.save writes"),
        (_changed(experiment='{"variant": "gpt"}'), "variant was 'gpt'; allowed are"),
        (_larger, "its networks need"),
    ],
    ids=range(7),
)
def test_what_is_no_such_file_is_said(damage, words, tmp_path):
    save(program(), tmp_path / "it")
    damage(tmp_path / "it")
    with pytest.raises(CheckpointError, match=words) as caught:
        load(tmp_path / "it")
    assert str(tmp_path / "it") in str(caught.value)
