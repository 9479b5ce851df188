"""Routes that are asked for a model with damaged files: a sentence, never a bare 500."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from explorer.files import load_arrays, save_arrays
from explorer.library import models as library
from explorer.library.whole_set import digest_of, save_codes, save_images
from explorer.runs.layout import PROBE_IMAGES, SUMMARY
from tests.support.api_helpers import call
from tests.support.helpers import OLD_RUN

KEY = "run/first"


@pytest.fixture
def run(empty_home) -> Path:
    shutil.copytree(OLD_RUN, empty_home / "runs" / "first")
    return empty_home / "runs" / "first"


def said(path: str, **query: str) -> tuple[int, str]:
    status, _, body = call(path, {"model": KEY, **query}, {})
    return status, json.loads(body)["error"]


@pytest.mark.parametrize("step", [None, np.zeros(0, np.int64)], ids=["none", "empty"])
def test_weights_that_do_not_say_their_step(run, step):
    summary = json.loads((run / SUMMARY).read_text())
    (run / SUMMARY).write_text(json.dumps(summary | {"decoder": {"layers": []}}))
    snapshot = library.find(KEY).snapshot
    arrays = {name: array for name, array in load_arrays(snapshot).items() if name != "step"}
    save_arrays(snapshot, arrays if step is None else {**arrays, "step": step})
    status, sentence = said("/api/weights")
    assert (status, sentence.endswith("Choose another snapshot.")) == (500, True)
    assert sentence.startswith(f"{snapshot.name} does not say its step" if step is None else "The array step of")


def test_codes_of_more_classes_than_the_summary_names(run):
    entry, count = library.find(KEY), 5
    images = np.zeros((count, *entry.image_shape), np.uint8)
    save_images(images, digest_of(images))
    codes = {"z_mean": np.zeros((count, 2), np.float32)}
    save_codes(entry.snapshot, codes, np.full(count, 11), 1, digest_of(images))
    status, sentence = said("/api/points", of="all", rows="3")
    assert status == 500
    assert sentence.endswith("are of 12 classes; its summary names 10.")


def test_codes_of_more_images_than_there_are(run):
    snapshot = library.find(KEY).snapshot
    arrays = load_arrays(snapshot)
    more = {
        name: np.repeat(array, 2, axis=0)
        for name, array in arrays.items()
        if name in ("probe/z_mean", "probe/z_log_var")
    }
    save_arrays(snapshot, {**arrays, **more})
    status, sentence = said("/api/points", of="probe", rows="40")
    assert (status, sentence.startswith(f"{snapshot.name} has 80 codes for 40 images")) == (500, True)


def test_a_picture_of_the_probe_images_that_is_none(run):
    (run / PROBE_IMAGES).write_bytes(b"no picture")
    status, sentence = said("/api/points", of="probe", rows="0")
    assert (status, sentence.startswith("A file of first cannot be read")) == (500, True)
