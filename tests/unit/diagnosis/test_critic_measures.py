"""What the health of a critic is measured from, and what is said where that is missing."""

import numpy as np
import pytest

from explorer.app_pages.parts import messages
from explorer.app_pages.run import live as page
from explorer.components.live.look import Look
from explorer.diagnosis import measured
from explorer.diagnosis.critic_measures import spread_of
from explorer.files import save_arrays
from explorer.library import models as library
from explorer.runs.layout import PROBE_IMAGES
from explorer.runs.reader import Run
from tests.support.helpers import quick
from tests.support.run_helpers import unfinished


def test_means_are_no_numbers_where_the_history_has_none():
    arrays = {f"health/{name}": np.ones(4) for name in ("real", "made", "gradients", "largest")}
    arrays = {**arrays, "step": np.array([1]), "samples": np.zeros((3, 2, 2, 1))}
    for recent in ({}, {"fools_critic": np.empty(0)}, {"fools_critic": np.array([np.nan, 1.0])}):
        health = measured(quick(variant="gan"), arrays, np.zeros((3, 2, 2, 1)), recent, ())
        assert health is not None
        assert all(np.isnan(mean) for mean in health.means.values())


def test_the_spread_is_that_of_pixels_whatever_the_number_of_images():
    images = np.random.default_rng(0).integers(0, 256, (500, 8, 8, 1), dtype=np.uint8)
    assert spread_of(images) == pytest.approx(255 / 12**0.5, rel=0.02)
    assert spread_of(images[:12]) == pytest.approx(spread_of(images), rel=0.05)
    assert spread_of(np.repeat(images[:1], 9, axis=0)) == spread_of(images[:1]) == 0


def test_a_run_without_a_critic_or_of_an_earlier_version_has_no_health():
    for experiment in (quick(), quick(variant="gan")):
        assert measured(experiment, {"step": np.array([1])}, np.zeros((3, 2, 2, 1)), {}, ("loss",)) is None


def test_missing_probe_images_are_said_and_leave_the_rest_of_the_page(tmp_path, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(messages, "show_error", said.append)
    summary = {"probe": 3, "image_shape": (2, 2, 1)}
    unfinished(tmp_path / "gan", quick(variant="gan")).close()
    with Run(tmp_path / "gan") as run:
        path = run.folder / "000000000.safetensors"
        save_arrays(path, {"step": np.array([1])})
        entry = library.ModelEntry("run/gan", "GAN", run.folder, path, 0, run.experiment, summary)
        moment = run.moment()
        page._show_beside("health", Look("gan", run.experiment, moment, entry, "", None, False, 0.0))
    (sentence,) = said
    assert sentence.startswith("A file of gan cannot be read")
    assert PROBE_IMAGES in sentence
