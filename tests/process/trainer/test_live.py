"""The live snapshot: a steady view, everything of one step, and a key that always leads to the newest one."""

import numpy as np
import pytest

from explorer.files import load_arrays, save_arrays
from explorer.latent.planes import PrincipalPlane, steady_axes
from explorer.library import models as library
from explorer.library.models import LibraryError
from explorer.runs.layout import PREVIEW
from explorer.trainer import probe as probing
from models.checkpoints import assign_weights
from models.program import build
from models.training import TrainingLoop
from models.twins import build_twins
from tests.support.helpers import quick, some_images

RNG = np.random.default_rng(0)
SHAPE = (8, 8, 1)


def points_of(codes: np.ndarray, previous: np.ndarray | None = None) -> np.ndarray:
    axes, centre = steady_axes(codes, previous)
    assert (axes.dtype, centre.dtype) == (np.float32, np.float32)
    np.testing.assert_allclose(axes @ axes.T, np.eye(len(axes)), atol=1e-5)
    return (codes - centre) @ axes.T


@pytest.mark.parametrize("dimensions", [1, 2])
def test_codes_that_can_be_shown_as_they_are_are(dimensions):
    codes = RNG.normal(3, 2, (20, dimensions)).astype(np.float32)
    np.testing.assert_array_equal(points_of(codes), codes)
    np.testing.assert_array_equal(points_of(codes, points_of(codes) + 1), codes)


def test_the_axes_follow_a_training_without_a_jump():
    codes = (RNG.normal(size=(300, 6)) * [3, 2.9, 1, 1, 1, 1]).astype(np.float32)  # two axes that may swap any time
    before = points_of(codes)
    for _ in range(50):
        codes = codes + RNG.normal(0, 0.03, codes.shape).astype(np.float32)
        points = points_of(codes, before)
        assert np.abs(points - before).max() < 0.6
        before = points
    plane = PrincipalPlane(codes)
    assert before.var() == pytest.approx(plane.project(codes).var(), rel=1e-4)  # still the plane of largest variance


def test_a_turn_undoes_a_rotation_and_a_mirror():
    codes = RNG.normal(size=(50, 5)) * [5, 3, 1, 1, 1]
    points = PrincipalPlane(codes).project(codes)
    plane = PrincipalPlane(codes)
    plane.turn(codes, points[:, ::-1] * [1, -1] + 7)
    np.testing.assert_allclose(plane.project(codes), points[:, ::-1] * [1, -1], atol=1e-9)


def test_fewer_codes_than_before_are_turned_to_the_first_of_those():
    codes = RNG.normal(size=(40, 5)) * [5, 3, 1, 1, 1]
    before = points_of(codes)
    assert np.abs(points_of(codes[:20], before) - before[:20]).mean() < 1.5


@pytest.mark.parametrize("network", ["dense", "conv"])
@pytest.mark.parametrize("variant", ["ae", "vae"])
def test_weights_codes_and_pictures_are_of_one_step(tmp_path, network, variant):
    images = some_images(40, SHAPE)
    program = build(quick(network=network, variant=variant, latent_dim=3), SHAPE)
    loop, probe = TrainingLoop(program.model, images), probing.Probe(program, images, np.zeros(len(images)))
    before = None
    for step in range(3):
        assert probe.save_preview(tmp_path / PREVIEW, step)
        arrays = load_arrays(tmp_path / PREVIEW)
        assert arrays["step"].tolist() == [step]
        assert not [name for name in arrays if name.startswith("encoder/")]
        assert ("probe/z_log_var" in arrays) == (variant == "vae")
        codes, twins = arrays["probe/z_mean"], build_twins(program.experiment, SHAPE)
        assert (codes.shape, arrays["axes"].shape, arrays["centre"].shape) == ((40, 3), (2, 3), (3,))
        assign_weights(twins, arrays, ["decoder"])
        pictures = np.round(twins.generator(codes[: probing.STRIP]).numpy() * 255)
        np.testing.assert_allclose(arrays["reconstruction"], pictures, atol=1)
        assert before is None or np.abs(before - codes).max() > 0
        before = codes
        loop.train(np.arange(40, dtype=np.int32))


def test_the_key_leads_to_the_newest_live_snapshot(run):
    entry, newest = library.find("run/quick@live"), library.find("run/quick")
    assert (entry.key, entry.live, entry.snapshot) == ("run/quick@live", True, run / PREVIEW)
    assert (entry.step, newest.live, entry.experiment) == (newest.step, False, newest.experiment)
    codes = entry.codes()
    count = len(codes.mean)  # fewer where a look took long
    assert (0 < count <= 500, len(entry.images()), len(entry.labels)) == (True, 1000, 1000)
    np.testing.assert_allclose(codes.mean, newest.codes().mean[:count], atol=1e-6)
    np.testing.assert_array_equal(entry.arrays()["reconstruction"], newest.arrays()["probe/reconstruction"])
    assert codes.axes is not None
    assert newest.codes().axes is None
    arrays = load_arrays(run / PREVIEW)
    save_arrays(run / PREVIEW, {**arrays, "probe/z_mean": arrays["probe/z_mean"] + 1, "step": np.array([99])})
    again = library.find("run/quick@live")
    assert (again.step, entry.arrays()["step"].tolist(), again.arrays()["step"].tolist()) == (99, [entry.step], [99])
    np.testing.assert_allclose(again.codes().mean, codes.mean + 1)
    np.testing.assert_array_equal(entry.codes().mean, codes.mean)


def test_a_key_without_a_live_snapshot_is_refused_in_a_sentence(run):
    with pytest.raises(LibraryError, match=r"bundled/mnist-vae-2d has no live snapshot.*leave @live out"):
        library.find("bundled/mnist-vae-2d@live")
    for name in ("quick@alive", "quick@live2", "quick@"):  # names of other folders
        with pytest.raises(LibraryError, match=rf"There is no model run/{name}\. Choose"):
            library.find(f"run/{name}")
    (run / PREVIEW).write_bytes(b"half")
    with pytest.raises(LibraryError, match=r"^preview\.safetensors cannot be read"):
        library.find("run/quick@live")
    save_arrays(run / PREVIEW, {"plane": np.zeros((5, 2)), "step": np.array([1])})
    with pytest.raises(LibraryError, match="run/quick is of an earlier version, without a live snapshot"):
        library.find("run/quick@live")
    (run / PREVIEW).unlink()
    with pytest.raises(LibraryError, match=r"run/quick has no live snapshot. Wait for its first one"):
        library.find("run/quick@live")
