"""A folder that claims larger networks than it holds: nothing is built for it."""

import json

import pytest

from explorer.analyst.answers import decode, inspect
from explorer.analyst.claimed_sizes import claimed_shape
from explorer.datasets.catalogue import DATASETS
from explorer.places import PRETRAINED
from explorer.runs.layout import SUMMARY, write_experiment
from explorer.runs.reader import Run
from models.spec.errors import CheckpointError
from models.spec.experiment import Experiment
from tests.support.damage import fresh


@pytest.mark.parametrize("network", ["dense", "conv", "question"])
@pytest.mark.parametrize(
    "answer", [decode.Decoder, lambda folder: inspect._built(folder, 1)], ids=["decode", "inspect"]
)
def test_networks_for_larger_images_than_it_has_weights_for_are_not_built(tmp_path, answer, network):
    folder = fresh(tmp_path / "huge")
    summary = json.loads((folder / SUMMARY).read_text())
    (folder / SUMMARY).write_text(json.dumps(summary | {"image_shape": [1400, 1400, 1]}))
    write_experiment(folder, Experiment.parse({"network": network, "latent_dim": 512}))
    with pytest.raises(
        CheckpointError, match=r"^The decoder of huge has .* for images of 1400 x 1400 pixels; its largest"
    ):
        answer(folder)


@pytest.mark.parametrize("folder", sorted(PRETRAINED.iterdir()), ids=lambda folder: folder.name)
def test_a_model_of_ours_has_weights_enough(folder):
    run = Run(folder)
    info = DATASETS[run.experiment.dataset]
    assert claimed_shape(run, run.summary()) == (info.image_shape, info.classes)
