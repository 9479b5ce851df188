"""What the browser asks the server for besides decodes: weights, and single data points."""

import hashlib
import json

import numpy as np
import pytest

from explorer.analyst.answers.encode import encode_whole
from explorer.api import weights as weights_route
from explorer.api.bodies import Bodies, Body
from explorer.api.origin import FOREIGN, UNKNOWN_NAME
from explorer.files import load_arrays, save_arrays
from explorer.library import models as library
from explorer.runs.layout import PREVIEW, PROBE_IMAGES, SUMMARY, write_json
from tests.support.api_helpers import Answer, call, unpack

KEY = "run/quick"
STRANGERS = [{"host": "evil.example"}, {"host": "evil.example:8501"}, {"origin": "http://evil.example"}]


def weights(key: str, **headers: str) -> Answer:
    return call("/api/weights", {"model": key}, headers)


def points(key: str = KEY, **query: str) -> Answer:
    return call("/api/points", {"model": key, **query}, {})


def sentence(answer: Answer) -> str:
    return json.loads(answer[2])["error"]


@pytest.mark.parametrize("key", [KEY, f"{KEY}@0", f"{KEY}@live", "bundled/mnist-vae-16d"])
def test_a_decoder_arrives_whole_and_is_the_one_of_the_snapshot(run, key):
    entry = library.find(key)
    status, headers, body = weights(key)
    assert (status, headers["content-encoding"], headers["cache-control"]) == (200, "identity", "no-store")
    assert headers["hourglass-sha256"] == hashlib.sha256(body).hexdigest()
    header, arrays = unpack(body)
    assert (header["model"], header["step"]) == (entry.key, entry.step)
    assert (header["shape"], header["latent"]) == (list(entry.image_shape), entry.experiment.latent_dim)
    assert header["layers"] == entry.summary["decoder"]["layers"]
    kept = {name: array for name, array in load_arrays(entry.snapshot).items() if name.startswith("decoder/")}
    assert set(arrays) == set(kept)
    for name, array in kept.items():
        np.testing.assert_array_equal(arrays[name], array)


def test_a_body_is_packed_once_and_anew_when_the_live_snapshot_changes(run, monkeypatch):
    first = weights(f"{KEY}@live")
    with monkeypatch.context() as patched:
        patched.delattr(weights_route, "pack")
        assert weights(f"{KEY}@live") == first
    arrays = load_arrays(run / PREVIEW)
    save_arrays(run / PREVIEW, {**arrays, "step": np.array([77])})
    assert unpack(weights(f"{KEY}@live")[2])[0]["step"] == 77


def test_bodies_are_bounded_in_bytes_and_there_is_one_a_slot():
    bodies, two = Bodies(5), Body(b"12", "")
    bodies.keep("a", 1, two)
    assert (bodies.get("a", 1), bodies.get("a", 2), bodies.get("b", 1)) == (two, None, None)
    bodies.keep("a", 2, two)
    assert (bodies.get("a", 1), bodies.get("a", 2), bodies.size) == (None, two, 2)
    bodies.keep("b", 1, two)
    bodies.get("a", 2)
    bodies.keep("c", 1, two)  # b is the one not asked for the longest
    assert (bodies.get("a", 2), bodies.get("b", 1), bodies.get("c", 1)) == (two, None, two)
    bodies.keep("d", 1, Body(b"123456", ""))
    assert (bodies.get("d", 1), bodies.size) == (None, 0)


@pytest.mark.parametrize("headers", STRANGERS)
def test_a_foreign_page_or_name_gets_nothing(run, headers):
    for path in ("/api/weights", "/api/points"):
        answer = call(path, {"model": KEY, "rows": "1"}, headers)
        said = FOREIGN if "origin" in headers else UNKNOWN_NAME.format(name="evil.example")
        assert (answer[0], sentence(answer)) == (403, said)


def test_models_that_the_browser_cannot_run_are_said(run):
    summary = json.loads((run / SUMMARY).read_text())
    write_json(run / SUMMARY, {**summary, "decoder": {"unsupported": "Layer x is not known."}})
    assert (weights(KEY)[0], sentence(weights(KEY))) == (422, "Layer x is not known.")
    del summary["decoder"]
    write_json(run / SUMMARY, summary | {"old": True})
    assert weights(KEY)[0] == 422
    assert sentence(weights(KEY)).startswith("quick was trained by an earlier version of Hourglass")


def test_weights_that_are_too_large_missing_or_damaged_are_said(run, monkeypatch):
    monkeypatch.setattr(weights_route, "MOST_BYTES", 1000)
    answer = weights(f"{KEY}@0")
    assert (answer[0], "MB; a browser is sent at most" in sentence(answer)) == (422, True)
    path = library.find(KEY).snapshot
    arrays = load_arrays(path)
    save_arrays(path, {name: array for name, array in arrays.items() if name != "decoder/dense/bias"})
    assert weights(KEY)[0] == 500
    assert "lacks the weights decoder/dense/bias. Choose another" in sentence(weights(KEY))
    path.write_bytes(b"half")
    assert (weights(KEY)[0], "cannot be read" in sentence(weights(KEY))) == (500, True)


@pytest.mark.parametrize("key", ["", "run/absent", f"{KEY}@5", "run/../quick", f"{KEY}@alive", "run/" + "x" * 9999])
def test_a_key_that_leads_nowhere_is_said(run, key):
    for answer in (weights(key), points(key, rows="1")):
        assert answer[0] == 400
        assert sentence(answer).endswith(".")


@pytest.mark.parametrize("key", [KEY, f"{KEY}@live"])
def test_points_of_the_probe_set(run, key):
    status, _, body = points(key, of="probe", rows="3,0,3")
    assert status == 200
    header, arrays = unpack(body)
    entry = library.find(key)
    assert (header["rows"], header["shape"]) == ([3, 0, 3], [28, 28, 1])
    assert header["labels"] == [str(label) for label in entry.labels[[3, 0, 3]]]
    log_var = entry.codes().log_var
    assert log_var is not None
    np.testing.assert_array_equal(arrays["mean"], entry.codes().mean[[3, 0, 3]])
    np.testing.assert_array_equal(arrays["log_var"], log_var[[3, 0, 3]])
    np.testing.assert_array_equal(arrays["images"], entry.images()[[3, 0, 3]])


def test_a_point_that_fills_up_the_probe_set_is_not_said_to_be_a_test_image(run):
    tests = library.find(KEY).summary["probe_test"]
    _, _, body = points(KEY, of="probe", rows=f"0,{tests - 1},{tests}")
    header = unpack(body)[0]
    assert header["is_test"] == [True, True, False]
    assert header["numbers"] == [1, tests, tests + 1]


def test_a_model_without_a_posterior_has_points_without_one(run):
    _, arrays = unpack(points("bundled/mnist-ae-16d", rows="999")[2])
    assert set(arrays) == {"mean", "images"}


def test_points_whose_files_are_damaged_are_said(run):
    (run / PROBE_IMAGES).unlink()
    answer = points(rows="1")
    assert (answer[0], sentence(answer).startswith("A file of quick cannot be read (")) == (500, True)
    library.find(KEY).snapshot.write_bytes(b"half")
    assert (points(rows="1")[0], "Choose another snapshot." in sentence(points(rows="1"))) == (500, True)


BAD_ROWS = ["", "1,", ",1", "-1", "1.5", "1e3", "x", "1 ,2", "٣", "9" * 10, "1," * 300 + "1", "0," * 256 + "0"]


@pytest.mark.parametrize("rows", BAD_ROWS)
def test_rows_that_are_none_are_said(run, rows):
    answer = points(rows=rows)
    assert answer[0] == 400
    assert sentence(answer).startswith("The rows were ")
    assert len(sentence(answer)) < 150


def test_as_many_rows_as_are_allowed_are_given(run):
    assert len(unpack(points(rows=",".join(["7"] * 256))[2])[0]["rows"]) == 256


@pytest.mark.parametrize("key", [KEY, f"{KEY}@live"])
def test_rows_beyond_the_codes_are_said(run, key):
    count = len(library.find(key).codes().mean)  # of a live snapshot: fewer on a busy machine
    assert count in ({1000} if key == KEY else {250, 500})
    assert points(key, rows=str(count - 1))[0] == 200
    answer = points(key, rows=f"0,{count}")
    assert answer[0] == 400
    assert sentence(answer) == f"Row {count} was asked for; there are codes of {count:,} images, from row 0 on."


def test_all_points_are_there_once_they_are_encoded(run):
    for key in (KEY, f"{KEY}@live"):
        answer = points(key, of="all", rows="1")
        assert answer[0] == 409
        shown = library.find(key).key  # with its step
        assert sentence(answer).startswith(
            f"The codes of all images of {shown} are not stored. Choose “All images” in "
        )
    answer = points(of="some", rows="1")
    assert (answer[0], sentence(answer)) == (400, "of was 'some'; allowed are probe and all. Choose one of these.")
    entry = library.find(KEY)
    encode_whole(entry.folder, entry.snapshot, lambda _stage, _share: None)
    header, arrays = unpack(points(of="all", rows="1796,1500,1499")[2])
    assert header["is_test"] == [True, True, False]  # the last 297 are
    assert header["numbers"] == [297, 1, 1500]
    np.testing.assert_array_equal(arrays["images"][1], entry.images()[0])
    np.testing.assert_allclose(arrays["mean"][1], entry.codes().mean[0], atol=1e-5)
    assert header["labels"][1] == str(entry.labels[0])
    assert points(of="all", rows="1797")[0] == 400
