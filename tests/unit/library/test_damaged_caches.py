"""Files of the home that may be deleted: whatever stands in their place counts as none, and nothing waits for it."""

import os
import shutil

import numpy as np
import pytest

from explorer.analyst.jobs import Jobs
from explorer.analyst.whole_sets import WholeSets
from explorer.datasets.catalogue import DatasetError
from explorer.datasets.npz import read_npz_images
from explorer.library import models as library
from explorer.library import whole_set
from explorer.library.models import ModelEntry
from explorer.library.projections import keep_projection, kept_projection, projection_file
from explorer.library.whole_set import codes_file, digest_of, kept_whole, save_codes, save_images
from explorer.places import images_folder
from explorer.presets import from_command_line
from models.spec.experiment import ExperimentError
from tests.support.damage import KINDS
from tests.support.helpers import OLD_RUN

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has neither such links nor pipes")
COUNT = 5


@pytest.fixture
def entry(empty_home) -> ModelEntry:
    """Return a model whose data set of COUNT images is kept."""
    shutil.copytree(OLD_RUN, empty_home / "runs" / "first")
    found = library.find("run/first")
    keep(found, np.ones((COUNT, 2), np.float32), np.arange(COUNT))
    return found


def keep(entry: ModelEntry, codes: np.ndarray, labels: np.ndarray) -> None:
    images = np.zeros((COUNT, *entry.image_shape), np.uint8)
    save_images(images, digest_of(images))
    save_codes(entry.snapshot, {"z_mean": codes}, labels, 1, digest_of(images))
    whole_set._read.cache_clear()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", ["codes", "images"])
def test_other_things_than_files_count_as_no_codes(entry, which, kind):
    assert kept_whole(entry.snapshot, entry.image_shape) is not None
    kind(codes_file(entry.snapshot) if which == "codes" else next(images_folder().iterdir()))
    whole_set._read.cache_clear()
    assert kept_whole(entry.snapshot, entry.image_shape) is None


@pytest.mark.parametrize(
    ("codes", "labels"),
    [
        (np.full((COUNT, 2), np.nan, np.float32), np.arange(COUNT)), (np.ones(COUNT, np.float32), np.arange(COUNT)),
        (np.ones((COUNT, 2), np.int32), np.arange(COUNT)), (np.ones((COUNT, 2), np.float32), -np.arange(COUNT)),
        (np.ones((COUNT, 0), np.float32), np.arange(COUNT)),
    ],
    ids=range(5),
)  # fmt: skip
def test_codes_of_another_kind_count_as_none(entry, codes, labels):
    keep(entry, codes, labels)
    assert kept_whole(entry.snapshot, entry.image_shape) is None


@pytest.mark.parametrize(("latent", "classes"), [(3, COUNT), (2, 99)])
def test_codes_of_another_model_are_computed_again(entry, latent, classes):
    keep(entry, np.ones((COUNT, latent), np.float32), np.full(COUNT, classes - 1))
    asked = []

    class Workbench(Jobs):
        def __init__(self):
            pass

        def poll(self, key, request, payload=None, **values):
            asked.append(request)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        WholeSets(Workbench()).request(entry)
    assert asked == ["encode"]


@pytest.mark.parametrize("kind", KINDS)
def test_other_things_than_files_count_as_no_projection(empty_home, kind):
    codes = np.ones((4, 2), np.float32)
    keep_projection(codes, np.zeros((4, 2), np.float32))
    assert kept_projection(codes) is not None
    kind(projection_file(codes))
    assert kept_projection(codes) is None


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_file_that_a_person_names_may_be_anything(tmp_path, kind):
    for name in ("mnist.npz", "experiment.json"):
        (tmp_path / name).touch()
        if kind.__name__ != "_a_pipe" or name != "experiment.json":  # a shell's <(...) is one
            kind(tmp_path / name)
    with pytest.raises(DatasetError, match=r"mnist\.npz cannot be read"):
        read_npz_images(tmp_path / "mnist.npz")
    with pytest.raises(ExperimentError, match=r"experiment\.json could not be read"):
        from_command_line(None, tmp_path / "experiment.json", [])
