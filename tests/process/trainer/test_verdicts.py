"""Real short trainings: what the verdict says of them, and what it measures them against."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.datasets.loading import Images, load_images, split
from explorer.diagnosis.findings import BAD
from explorer.diagnosis.judging import Judged, judged_run
from explorer.runs.layout import write_experiment
from explorer.runs.reader import Run
from explorer.trainer import process as trainer
from explorer.trainer.baselines import mean_image_loss
from tests.support.helpers import quick

FEW = 512  # images


def _few(name: str) -> Images:
    data = load_images(name)
    return replace(data, images=data.images[:FEW], labels=data.labels[:FEW], test_images=data.test_images[:50],
                   test_labels=data.test_labels[:50])  # fmt: skip


def _ended(folder: Path, **settings: Any) -> Judged:
    folder.mkdir()
    write_experiment(folder, quick(**{"batch_size": 64, "epochs": 25, "latent_dim": 4, **settings}))
    trainer.main(folder, _few)
    return judged_run(Run(folder))


def test_a_vae_with_a_heavy_kl_ends_collapsed_and_one_with_the_remedy_does_not(tmp_path, no_parent_needed):
    heavy = _ended(tmp_path / "heavy", terms={"kl": 50.0})
    (finding,) = heavy.findings
    assert (finding.level, finding.verdict) == (BAD, "Posterior collapse")
    assert finding.remedy == "Lower the weight of “KL” (now 50), for example to 1."
    assert heavy.found is not None
    assert heavy.found.explained == pytest.approx(0, abs=0.05)

    light = _ended(tmp_path / "light", terms={"kl": 1.0})
    assert "Posterior collapse" not in [each.verdict for each in light.findings]
    assert light.found is not None
    assert light.found.explained is not None
    assert light.found.explained > 0.3


def test_a_term_without_a_lower_bound_is_the_cause_in_the_message_and_in_the_verdict(tmp_path, no_parent_needed):
    mine = {"mine": {"weight": 1.0, "formula": "-sum(square(z))"}}
    (finding,) = _ended(tmp_path / "mine", terms=mine).findings
    assert (finding.level, finding.verdict) == (BAD, "Unbounded loss")
    with Run(tmp_path / "mine") as run:
        message = run.status().message
    for told in (message, finding.remedy):
        assert "“mine” has no lower bound: training makes it ever smaller, at any learning rate." in told
        assert "Try a learning rate" not in told


@pytest.mark.parametrize(
    ("pixel_model", "loss"),
    [
        ("bernoulli", lambda x, m: -(x * np.log(m) + (1 - x) * np.log(1 - m)).sum(axis=(1, 2, 3))),
        ("gaussian", lambda x, m: ((x - m) ** 2 / 0.125 + np.log(0.25 * np.sqrt(2 * np.pi))).sum(axis=(1, 2, 3))),
        ("unscaled", lambda x, m: ((255 * (x - m)) ** 2).mean(axis=(1, 2, 3))),
    ],
)
@pytest.mark.parametrize("variant", ["ae", "conditional_vae"])
def test_the_loss_of_the_mean_image_is_that_of_the_mean_of_what_was_trained_on(variant, pixel_model, loss):
    data, experiment = _few("digits"), quick(variant=variant, pixel_model=pixel_model)
    parts = split(FEW, 0.1, 0)
    images = data.images / 255.0
    training, validation = (images[part] for part in parts)
    kinds = data.labels if variant == "conditional_vae" else np.zeros(FEW, int)
    shown = np.stack([training[kinds[parts[0]] == kind].mean(axis=0) for kind in kinds[parts[1]]])
    expected = loss(validation, np.clip(shown, 1e-6, 1 - 1e-6)).mean()
    assert mean_image_loss(experiment, data, parts) == pytest.approx(expected, rel=1e-3)


def test_where_no_images_are_compared_there_is_no_mean_image():
    assert mean_image_loss(quick(variant="gan"), _few("digits"), split(FEW, 0.1, 0)) is None
