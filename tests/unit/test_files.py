"""Arrays in files, where the disk does not take them, and what a process that died leaves behind."""

import errno
import os
import resource
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors import SafetensorError

from explorer import files, places
from explorer.analyst import process
from explorer.files import save_arrays, write_json
from explorer.places import DiskFullError, UnwritableError, full_disk, remove_leftovers, size_in_words

DAY = 24 * 3600.0
DEAD, HERE = 2**22 + 7, places.of_this_process().rpartition("-")[0]  # beyond every number that Linux gives


def test_an_error_of_the_disk_is_one_whatever_library_met_it(tmp_path):
    """The system lets no file grow beyond a limit, as a full disk does."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large") as raised:
            save_arrays(tmp_path / "codes", {"z": np.zeros(1000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert raised.value.errno == errno.EFBIG
    assert list(tmp_path.iterdir()) == []


def _refuse_arrays(monkeypatch, number: int) -> None:
    def save(_arrays: object, path: Path) -> None:
        path.write_bytes(b"half of it")
        raise SafetensorError(f"I/O error: {os.strerror(number)} (os error {number})")

    monkeypatch.setattr(files, "save_file", save)


def test_a_full_disk_is_called_so_with_the_place_and_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr("explorer.places.free_bytes", lambda _place: 3_000_000)
    _refuse_arrays(monkeypatch, errno.ENOSPC)
    with pytest.raises(UnwritableError) as raised:
        save_arrays(tmp_path / "codes", {"z": np.zeros(3_000_000)})
    assert str(raised.value) == f"The disk of {tmp_path} is full (24 MB needed, 3.0 MB free). Make room on it."
    assert list(tmp_path.iterdir()) == []
    _refuse_arrays(monkeypatch, errno.EDQUOT)
    with pytest.raises(DiskFullError, match=r"^Your quota on the disk of .+ is used up \(8 kB needed\)\. Make room on"):
        save_arrays(tmp_path / "codes", {"z": np.zeros(1000)})
    monkeypatch.setattr("explorer.places.free_bytes", lambda _place: None)
    assert full_disk(tmp_path, errno.ENOSPC) == f"The disk of {tmp_path} is full"


def test_json_that_finds_no_room_leaves_nothing_behind(tmp_path, monkeypatch):
    def refuse(path: Path, _text: bytes) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(DiskFullError, match=f"^The disk of {tmp_path} "):
        write_json(tmp_path / "summary.json", {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 kB"), (1, "1 kB"), (840_000, "840 kB"), (999_500, "1.0 MB"), (3_200_000, "3.2 MB"), (24e6, "24 MB"),
     (999.8e6, "1.0 GB"), (1.61e9, "1.6 GB"), (2e12, "2,000 GB")],
)  # fmt: skip
def test_sizes_are_said_in_few_figures(size, words):
    assert size_in_words(size) == words


def _old(path: Path, seconds: float) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"half")
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def test_temporary_files_of_dead_processes_are_removed_and_no_others(tmp_path):
    run = tmp_path / "run"
    gone = [
        _old(run / f".preview.safetensors.{HERE}-{DEAD}-1", 100),
        _old(run / "snapshots" / f".000000010.safetensors.{HERE}-{DEAD}-140737350", 100),
        _old(run / f".reserve.another_host-{os.getpid()}-1", 2 * DAY),
        _old(run / f".summary.json.{os.getpid()}-1", 2 * DAY),  # of an earlier version, which named no host
    ]
    stays = [
        _old(run / f".preview.safetensors.{HERE}-{os.getpid()}-1", 2 * DAY),
        _old(run / f".preview.safetensors.{HERE}-{DEAD}-2", 5),
        _old(run / f".reserve.another_host-{DEAD}-1", 3600),
        _old(run / f".summary.json.{DEAD}-1", 3600),
        _old(run / ".hidden", 2 * DAY),
        _old(run / f"notes.{HERE}-{DEAD}-1", 2 * DAY),
    ]
    remove_leftovers(tmp_path)
    assert [path for path in (*gone, *stays) if path.exists()] == stays
    remove_leftovers(tmp_path / "absent")


def test_a_name_for_the_time_of_writing_is_found_again(tmp_path):
    assert places._TEMPORARY.fullmatch(places.temporary_name(tmp_path / "preview.safetensors").name)


def test_of_the_logs_of_apps_that_have_ended_the_newest_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "OLD_LOGS", 2)
    own = _old(tmp_path / f"decoder.{places.of_this_process()}.log", 2 * DAY)
    elsewhere = _old(tmp_path / f"decoder.another_host-{DEAD}.log", 3600)
    old = [_old(tmp_path / name, age) for age, name in enumerate(
        (f"lab.{HERE}-{DEAD}.log", f"decoder.{HERE}-{DEAD}.log", f"lab.{HERE}-{DEAD + 1}.log", "workbench.log"), 1000
    )]  # fmt: skip
    notes = _old(tmp_path / "My notes.log", 2 * DAY)
    with process._opened(own) as log:
        assert log
        log.write(b" and more")
    assert own.read_bytes() == b"half and more"
    assert sorted(tmp_path.iterdir()) == sorted([own, elsewhere, notes, *old[:2]])
