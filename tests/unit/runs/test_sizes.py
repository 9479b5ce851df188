"""The sizes of runs and of the home: what counts, in which words, and how seldom they are measured."""

import threading

import pytest

from explorer.runs import sizes
from explorer.runs.sizes import HomeSize, Sizes, folder_size


def test_a_folder_is_all_its_files_and_no_link_leads_out_of_it(tmp_path):
    (tmp_path / "run" / "snapshots").mkdir(parents=True)
    (tmp_path / "run" / "a").write_bytes(b"x" * 100)
    (tmp_path / "run" / "snapshots" / ".b").write_bytes(b"x" * 1000)
    (tmp_path / "large").write_bytes(b"x" * 10**6)
    (tmp_path / "run" / "link").symlink_to(tmp_path / "large")
    (tmp_path / "run" / "loop").symlink_to(tmp_path)
    assert 1100 <= folder_size(tmp_path / "run") < 2000  # a link has a size of its own
    assert folder_size(tmp_path / "absent") == 0


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (HomeSize(0, 0, 0, None), "On disk: 0 runs 0 kB, caches and logs 0 kB."),
        (HomeSize(1, 3_000_000, 3_000_100, 81_000_000_000),
         "On disk: 1 run 3.0 MB, caches and logs 1 kB. 81 GB free."),
    ],
)  # fmt: skip
def test_the_size_of_the_home_is_a_sentence(size, words):
    assert size.words == words


def test_a_page_waits_for_no_home_and_measures_it_seldom(empty_home, monkeypatch):
    (empty_home / "runs" / "one").mkdir(parents=True)
    (empty_home / "runs" / "one" / "run.db").write_bytes(b"x" * 5000)
    (empty_home / "codes").write_bytes(b"x" * 300)
    measured, may_go_on = sizes.home_size, threading.Event()
    monkeypatch.setattr(sizes, "AT_ONCE", 0.01)
    monkeypatch.setattr(sizes, "home_size", lambda: (may_go_on.wait(10), measured())[1])
    found = Sizes()
    assert found.of_home() is None
    assert found.of_home() is None
    assert sum(thread.name == "sizes" for thread in threading.enumerate()) == 1
    monkeypatch.setattr(sizes, "SHARE", 1.0)  # else the wait of this test would count fiftyfold
    may_go_on.set()
    monkeypatch.setattr(sizes, "AT_ONCE", 10.0)
    size = found.of_home()
    assert size is not None
    assert (size.count, size.runs, size.total) == (1, 5000, 5300)
    assert size.free
    monkeypatch.setattr(sizes, "home_size", lambda: pytest.fail("it was measured just now"))
    assert found.of_home() is size


def test_a_run_is_measured_again_after_some_seconds(tmp_path, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(sizes.time, "monotonic", lambda: now[0])
    found = Sizes()
    (tmp_path / "a").write_bytes(b"x" * 10)
    assert found.of_run(tmp_path) == 10
    (tmp_path / "b").write_bytes(b"x" * 10)
    assert found.of_run(tmp_path) == 10
    now[0] += sizes.KEPT + 1
    assert found.of_run(tmp_path) == 20
