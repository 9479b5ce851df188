"""One real analyst behind its client: what it decodes, encodes, projects and estimates, and what becomes of faults."""

import json
import os
import shutil
import signal
import time
from concurrent.futures import Future
from functools import partial

import numpy as np
import psutil
import pytest

from explorer.analyst.client import AnalystClient
from explorer.analyst.errors import AnalystError, AskAgainError, EndedError
from explorer.analyst.jobs import Jobs, Progress
from explorer.analyst.whole_sets import WholeSets
from explorer.api import decode as decode_route
from explorer.files import load_arrays, save_arrays
from explorer.library import models as library
from explorer.library.models import ModelEntry
from explorer.library.projections import kept_projection
from explorer.library.whole_set import WholeSet
from explorer.runs.layout import write_json
from explorer.services import SERVICES
from models.checkpoints import assign_weights
from models.twins import build_twins
from tests.support.api_helpers import call_decode
from tests.support.helpers import wait_for

KEY = "run/quick"
CODES = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)


@pytest.fixture(scope="module")
def entry(trained) -> ModelEntry:
    return library.find(KEY)


@pytest.fixture(scope="module")
def client(trained):
    """One real analyst for the module; its process must be gone at the end."""
    one = AnalystClient()
    assert one.wait_ready(120)
    yield one
    process = psutil.Process(one.pid)
    one.close()
    wait_for(lambda: not process.is_running(), 10)


@pytest.fixture(scope="module")
def expected(entry) -> np.ndarray:
    """What the twins' generator makes of CODES."""
    twins = build_twins(entry.experiment, entry.image_shape)
    assign_weights(twins, load_arrays(entry.snapshot))
    return np.round(twins.generator(CODES).numpy() * 255).astype(np.uint8)


def ask(client: AnalystClient, entry: ModelEntry, codes: np.ndarray = CODES) -> Future:
    return client.ask("decode", codes.tobytes(), folder=str(entry.folder), snapshot=str(entry.snapshot))


def decoded(client: AnalystClient, entry: ModelEntry) -> np.ndarray:
    _, pixels = ask(client, entry).result(60)
    return np.frombuffer(pixels, np.uint8).reshape(-1, *entry.image_shape)


def assert_same(pictures: np.ndarray, expected: np.ndarray) -> None:
    """Equal, but for what another order of additions does at a half."""
    assert pictures.shape == expected.shape
    difference = np.abs(pictures.astype(int) - expected)
    assert difference.max() <= 1
    assert difference.mean() < 1e-3


def test_a_decode_is_what_the_generator_makes(client, entry, expected):
    assert client.ready
    assert_same(decoded(client, entry), expected)
    several = [ask(client, entry, CODES[i : i + 3]) for i in range(0, 30, 3)]
    for number, future in enumerate(several):
        picture = np.frombuffer(future.result(60)[1], np.uint8).reshape(3, 28, 28, 1)
        assert_same(picture, expected[3 * number : 3 * number + 3])


def test_another_snapshot_of_the_same_run_is_another_picture(client, entry, expected):
    first = library.find(f"{KEY}@0")
    assert first.step == 0 < entry.step
    assert np.abs(decoded(client, first).astype(int) - expected).mean() > 1
    assert_same(decoded(client, entry), expected)


def test_a_live_snapshot_is_decoded_as_it_was_written_last(client, entry, trained):
    folder = trained / "runs" / "followed"
    shutil.copytree(entry.folder, folder)
    live = library.find("run/followed@live")
    try:
        assert live.step == entry.step
        again = decoded(client, library.find("run/followed"))
        np.testing.assert_array_equal(decoded(client, live), again)
        arrays = load_arrays(live.snapshot)
        dark = {name: np.full_like(array, -9) for name, array in arrays.items() if name.startswith("decoder/dense_2")}
        save_arrays(live.snapshot, {**arrays, **dark})
        assert decoded(client, live).max() == 0
        np.testing.assert_array_equal(decoded(client, library.find("run/followed")), again)
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"snapshot": "absent.safetensors"}, "absent.safetensors cannot be read"),
        ({"folder": "/nowhere/none"}, "none is not a run: it has no experiment.json"),
        (
            {"payload": bytes(3)},
            r"^The analyst met an unexpected error \(ValueError\)\. Its log is .*/analyst\.\w+-[0-9]+\.log\.$",
        ),
        ({"request": "dance"}, "The request was 'dance'; allowed are decode, encode"),
    ],
    ids=["snapshot", "folder", "payload", "request"],
)
def test_a_request_that_cannot_be_met_says_why_and_the_process_lives(client, entry, expected, values, sentence):
    pid = client.pid
    request = {"request": "decode", "payload": CODES.tobytes(), "folder": str(entry.folder)}
    with pytest.raises(AnalystError, match=sentence):
        client.ask(**{**request, "snapshot": str(entry.snapshot), **values}).result(30)
    assert_same(decoded(client, entry), expected)
    assert client.pid == pid


def test_an_answer_that_nobody_waits_for_does_no_harm(client, entry, expected):
    os.kill(client.pid, signal.SIGSTOP)
    try:
        unwanted = ask(client, entry)
        assert unwanted.cancel()
    finally:
        os.kill(client.pid, signal.SIGCONT)
    assert_same(decoded(client, entry), expected)


def test_a_whole_data_set_is_encoded_once(client, entry):
    told, sets = [], WholeSets(Jobs(client))
    while not isinstance(found := sets.request(entry), WholeSet):
        told.append((found.stage, found.share))
        time.sleep(0.02)
    assert len(found.mean) == len(found.labels) == len(found.images) == 1797
    np.testing.assert_allclose(found.mean[-found.test :], entry.codes().mean[: found.test], atol=1e-5)
    assert told[0] == ("waiting for its turn", 0.0)
    assert sets.request(entry) is found


def test_a_umap_tells_how_far_it_is_and_is_kept(client, trained):  # before a test that stops the process that has UMAP
    rng = np.random.default_rng(0)
    codes = np.concatenate([rng.normal(size=(100, 8)) + 9, rng.normal(size=(100, 8))]).astype(np.float32)
    assert kept_projection(codes) is None
    told: list[dict] = []
    _, data = client.ask("project", codes.tobytes(), told.append, shape=list(codes.shape)).result(120)
    points = np.frombuffer(data, np.float32).reshape(-1, 2)
    assert np.isfinite(points).all()
    one, other = points[:100], points[100:]
    distance = np.linalg.norm(one.mean(axis=0) - other.mean(axis=0))
    assert distance > 2 * max(one.std(axis=0).max(), other.std(axis=0).max())
    shares = [progress["share"] for progress in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1] > 0.9, told[-1]["stage"]) == (0.0, True, "laying out")
    kept = kept_projection(codes)
    assert kept is not None
    np.testing.assert_array_equal(kept, points)
    assert kept_projection(codes + 1) is None


def test_what_takes_long_can_be_stopped(client):
    jobs, restarts = Jobs(client), client.restarts
    codes = np.random.default_rng(0).normal(size=(1500, 2)).astype(np.float32)
    poll = partial(jobs.poll, "umap", "project", codes.tobytes, shape=list(codes.shape))
    wait_for(lambda: isinstance(found := poll(), Progress) and found.share > 0)
    jobs.stop("umap")
    for _ in range(2):
        with pytest.raises(AnalystError, match=r"^Stopped by you\.$"):
            poll()
    wait_for(lambda: client.restarts == restarts + 1 and client.ready)
    jobs.forget_failure("umap")
    wait_for(lambda: isinstance(found := poll(), Progress) and found.share > 0)  # it may be tried again
    jobs.stop("umap")
    wait_for(lambda: client.restarts == restarts + 2 and client.ready)


def test_a_data_set_that_is_not_there_is_said_until_it_is_tried_again(client, entry, trained):
    folder = trained / "runs" / "elsewhere"
    shutil.copytree(entry.folder, folder)
    try:
        write_json(folder / "experiment.json", entry.experiment.model_dump() | {"dataset": "holidays"})
        other, sets = library.find("run/elsewhere"), WholeSets(Jobs(client))
        save_arrays(other.snapshot, {**load_arrays(other.snapshot), "own": np.zeros(1)})
        for _ in range(2):
            with pytest.raises(AnalystError, match=r"^There is no data set 'holidays'. Choose one of"):
                wait_for(lambda: isinstance(sets.request(other), WholeSet))
        write_json(folder / "experiment.json", entry.experiment.model_dump())
        sets.forget_failure(other)
        wait_for(lambda: isinstance(sets.request(other), WholeSet))
    finally:
        shutil.rmtree(folder)


def test_an_estimate_builds_and_times_the_model(client, entry):
    given = entry.experiment.model_dump()
    header, _ = client.ask("estimate", experiment=given, image_shape=[28, 28, 1], classes=10).result(60)
    assert header["images_per_second"] > 0


def test_an_estimate_of_what_does_not_fit_is_refused_without_being_run(client):
    pid = client.pid
    given = {"variant": "beta_tcvae", "dataset": "mnist", "latent_dim": 512, "batch_size": 4096}  # about 170 GB
    with pytest.raises(AnalystError, match=r"^This training needs about \d+ GB of memory, most of it for pairwise "):
        client.ask("estimate", experiment=given, image_shape=[28, 28, 1], classes=10).result(10)
    assert client.pid == pid


@pytest.fixture
def service(client, monkeypatch):
    monkeypatch.setattr(SERVICES, "decoder", client)


@pytest.mark.parametrize("headers", [{}, {"origin": "http://localhost:8501"}, {"origin": "https://localhost:8501"}])
def test_the_route_decodes(service, entry, expected, headers):
    status, found, pixels = call_decode(KEY, CODES.tobytes(), **headers)
    assert (status, found["content-encoding"]) == (200, "identity")
    assert_same(np.frombuffer(pixels, np.uint8).reshape(expected.shape), expected)


def test_the_route_says_when_there_is_no_answer_yet_or_in_time(service, client, entry, expected, monkeypatch):
    monkeypatch.setattr(decode_route, "TIMEOUT", 0.1)
    os.kill(client.pid, signal.SIGSTOP)
    try:
        status, _, answer = call_decode(KEY, CODES.tobytes())
    finally:
        os.kill(client.pid, signal.SIGCONT)
    assert (status, b"The decoder gave no answer within" in answer) == (504, True)
    assert_same(decoded(client, entry), expected)  # its late answer did no harm
    idle = AnalystClient()
    monkeypatch.setattr(idle, "start", lambda: None)
    monkeypatch.setattr(SERVICES, "decoder", idle)
    status, headers, answer = call_decode(KEY, CODES.tobytes())
    assert (status, headers["retry-after"]) == (503, "1")
    assert json.loads(answer) == {"error": "The analyst is starting; this takes a few seconds."}


def test_a_killed_analyst_fails_what_was_asked_and_comes_back_by_itself(client, entry, expected):
    pid, restarts = client.pid, client.restarts
    os.kill(pid, signal.SIGSTOP)
    future = ask(client, entry)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(EndedError, match=r"was ended while it worked on this \(signal 9, SIGKILL: most often "):
        future.result(30)
    with pytest.raises(AskAgainError, match="this takes a few seconds"):
        ask(client, entry)
    assert client.wait_ready(120)
    assert (client.pid != pid, client.restarts) == (True, restarts + 1)
    assert_same(decoded(client, entry), expected)
