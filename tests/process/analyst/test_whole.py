"""Whole data sets: encoded once for each snapshot's content, their images once, and damaged files made again."""

from concurrent.futures import Future

import numpy as np
import pytest

from explorer.analyst.answers.encode import encode_whole
from explorer.analyst.client import AnalystClient
from explorer.analyst.errors import AnalystError, AskAgainError, EndedError
from explorer.analyst.jobs import Jobs, Progress
from explorer.analyst.requests import Answer
from explorer.analyst.whole_sets import WholeSets
from explorer.datasets.loading import load_images
from explorer.files import load_arrays, save_arrays
from explorer.library import models as library
from explorer.library import whole_set as whole
from explorer.library.models import ModelEntry
from explorer.library.whole_set import codes_file, kept_whole
from explorer.places import codes_folder, images_folder
from models.spec.errors import CheckpointError

SHAPE = (28, 28, 1)


@pytest.fixture
def entry(run) -> ModelEntry:
    return library.find("run/quick")


def encode(entry: ModelEntry) -> list[tuple[str, float]]:
    told: list[tuple[str, float]] = []
    encode_whole(entry.folder, entry.snapshot, lambda stage, share: told.append((stage, share)))
    return told


def test_every_image_is_there_with_its_code_and_label(entry):
    assert kept_whole(entry.snapshot, SHAPE) is None
    told = encode(entry)
    assert (told[0], told[-1][0]) == (("loading digits", 0.0), "computing their codes")
    assert [share for _, share in told] == sorted(share for _, share in told)
    found, data = kept_whole(entry.snapshot, SHAPE), load_images("digits")
    assert found is not None
    assert isinstance(found.images, np.memmap)
    assert (found.test, found.mean.dtype) == (297, np.float32)
    np.testing.assert_array_equal(found.images, np.concatenate([data.images, data.test_images]))
    np.testing.assert_array_equal(found.labels, np.concatenate([data.labels, data.test_labels]))
    probe = entry.codes()
    assert found.log_var is not None
    assert probe.log_var is not None
    np.testing.assert_allclose(found.mean[-297:], probe.mean[:297], atol=1e-5)
    np.testing.assert_allclose(found.log_var[-297:], probe.log_var[:297], atol=0.01)
    assert [path for path in (*codes_folder().iterdir(), *images_folder().iterdir()) if path.name[0] == "."] == []


def test_images_are_kept_once_and_codes_for_each_snapshot(entry):
    encode(entry)
    encode(library.find("run/quick@0"))
    assert len(list(images_folder().iterdir())) == 1
    assert len(list(codes_folder().iterdir())) == 2


@pytest.mark.parametrize(("bound", "most"), [("MOST_FILES", 1), ("MOST_BYTES", 100)])
def test_the_oldest_codes_go(entry, monkeypatch, bound, most):
    monkeypatch.setattr(whole, bound, most)
    encode(entry)
    encode(library.find("run/quick@0"))
    assert kept_whole(entry.snapshot, SHAPE) is None
    assert kept_whole(library.find("run/quick@0").snapshot, SHAPE) is not None


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY\x01\x00", b"x" * 99])
@pytest.mark.parametrize("kind", ["codes", "images"])
def test_damaged_files_count_as_none_and_are_made_again(entry, kind, content):
    encode(entry)
    path = codes_file(entry.snapshot) if kind == "codes" else next(images_folder().iterdir())
    path.write_bytes(content)
    whole._read.cache_clear()  # what is mapped already stays readable
    assert kept_whole(entry.snapshot, SHAPE) is None
    encode(entry)
    assert kept_whole(entry.snapshot, SHAPE) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"images": np.frombuffer(b"../../etc/passwd", np.uint8)}, {"images": np.frombuffer(b"\xff\xfe", np.uint8)},
        {"labels": np.zeros(3, np.int32)}, {"test": np.zeros(0)}, {"z_mean": np.zeros((5, 2), np.float32)},
        {"z_log_var": np.zeros((5, 2), np.float16)},
    ],
    ids=range(6),
)  # fmt: skip
def test_codes_that_do_not_belong_together_count_as_none(entry, changes):
    encode(entry)
    path = codes_file(entry.snapshot)
    save_arrays(path, {**load_arrays(path), **changes})
    assert kept_whole(entry.snapshot, SHAPE) is None


def test_a_snapshot_that_is_not_there_is_said(entry):
    entry.snapshot.unlink()
    with pytest.raises(CheckpointError, match=r"cannot be read .* Choose another snapshot\.$"):
        kept_whole(entry.snapshot, SHAPE)


class Workbench(AnalystClient):
    """Answers nothing by itself; counts what is asked."""

    def __init__(self, ready: bool = True):
        super().__init__()
        self.asked: list[Progress] = []
        self.willing = ready
        self.interrupted: list[Future[Answer]] = []

    def interrupt(self, future):
        self.interrupted.append(future)

    def ask(self, request, payload=b"", progress=None, **values):
        if not self.willing:
            raise AskAgainError("The workbench is starting.")
        self.asked.append(Progress())
        if progress is not None:
            progress({"stage": request, "share": 0.5})
        return self.asked[-1].answer


def test_a_second_page_joins_the_job_and_the_answer_is_given_once():
    bench = Workbench(ready=False)
    jobs = Jobs(bench)
    waiting = jobs.poll("a", "encode")
    assert isinstance(waiting, Progress)
    assert (waiting.stage, waiting.share) == ("starting its process", 0.0)
    bench.willing = True
    first, second = jobs.poll("a", "encode"), jobs.poll("a", "encode")
    assert isinstance(first, Progress)
    assert (first is second, first.stage, first.share, len(bench.asked)) == (True, "encode", 0.5, 1)
    first.answer.set_result(({}, b"done"))
    assert jobs.poll("a", "encode") == ({}, b"done")
    assert isinstance(jobs.poll("a", "encode"), Progress)


def test_a_job_that_ended_its_process_is_not_asked_again_by_itself():
    bench = Workbench()
    jobs = Jobs(bench)
    jobs.poll("a", "encode")
    bench.asked[0].answer.set_exception(EndedError("It was ended."))
    for _ in range(2):
        with pytest.raises(EndedError, match="It was ended"):
            jobs.poll("a", "encode")
    assert len(bench.asked) == 1


def test_a_stopped_job_says_so_until_it_is_tried_again():
    bench = Workbench()
    jobs = Jobs(bench)
    for key in ("first", "second"):
        jobs.poll(key, "encode")
    jobs.stop("unknown")
    jobs.stop("second")
    assert bench.interrupted == [bench.asked[1].answer]
    for _ in range(2):
        with pytest.raises(AnalystError, match="Stopped by you"):
            jobs.poll("second", "encode")
    jobs.forget_failure("second")
    assert isinstance(jobs.poll("second", "encode"), Progress)


def test_the_bytes_of_a_job_are_made_only_where_it_begins():
    jobs, made = Jobs(Workbench()), []

    def payload() -> bytes:
        made.append(1)
        return b"codes"

    assert not jobs.knows("a")
    for _ in range(3):
        jobs.poll("a", "project", payload)
    assert (jobs.knows("a"), len(made)) == (True, 1)


def test_a_failure_is_kept_until_it_is_forgotten():
    bench = Workbench()
    jobs = Jobs(bench)
    jobs.poll("a", "encode")
    bench.asked[0].answer.set_exception(AnalystError("No."))
    for _ in range(2):
        with pytest.raises(AnalystError, match=r"^No\.$"):
            jobs.poll("a", "encode")
    jobs.forget_failure("a")
    assert isinstance(jobs.poll("a", "encode"), Progress)
    assert len(bench.asked) == 2


def test_codes_that_were_deleted_are_encoded_again(entry):
    bench = Workbench()
    sets = WholeSets(Jobs(bench))
    assert isinstance(sets.request(entry), Progress)
    encode_whole(entry.folder, entry.snapshot, lambda _stage, _share: None)
    bench.asked[0].answer.set_result(({}, b""))
    assert not isinstance(sets.request(entry), Progress)
    codes_file(entry.snapshot).unlink()
    assert isinstance(sets.request(entry), Progress)
    assert len(bench.asked) == 2


def test_what_cannot_be_encoded_is_said(entry):
    sets, bench = WholeSets(Jobs(Workbench())), Workbench()
    with pytest.raises(AnalystError, match="A live snapshot has no encoder"):
        sets.request(library.find("run/quick@live"))
    sets = WholeSets(Jobs(bench))
    sets.request(entry)
    bench.asked[0].answer.set_result(({}, b""))
    with pytest.raises(AnalystError, match="could not be read back"):
        sets.request(entry)
