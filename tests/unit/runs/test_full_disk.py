"""The writer of a run whose disk is full: what it keeps, what it says all the same, and how it is told to stop."""

import sqlite3
import stat

import pytest

from explorer.places import UnwritableError
from explorer.runs import reserve
from explorer.runs.commands import Inbox, Simple, newest_waiting, stop_is_waiting
from explorer.runs.layout import DISK_FULL, put_command
from explorer.runs.reader import Run
from tests.support.full_disk import FullDisk, stand_in
from tests.support.run_helpers import HISTORY, written


@pytest.fixture
def disk(monkeypatch) -> type[FullDisk]:
    return stand_in(monkeypatch)


def reserves(folder) -> dict[str, int]:
    """The size of each file that keeps room, by its name."""
    found = (*folder.glob(".reserve.*"), *folder.glob(".last-words.*"))
    return {path.name.split(".")[1]: path.stat().st_size for path in found}


def test_a_writer_keeps_room_for_its_last_words_and_gives_it_back(tmp_path, disk):
    writer, _ = written(tmp_path, 4)
    assert reserves(tmp_path) == {"reserve": reserve.SIZE, "last-words": reserve.LAST}
    disk.full, disk.allowed = True, ("status",)
    writer.log_step(5, dict.fromkeys(HISTORY, 5.0))
    writer.set_state("paused", DISK_FULL, "The disk is full.")
    assert list(reserves(tmp_path)) == ["last-words"]
    assert str(writer.full) == f"The disk of {tmp_path} is full (0 kB free). Make room on it."
    assert writer.waiting_steps == 1
    with Run(tmp_path) as run:
        status = run.status()
        assert (status.state, status.stage, status.message) == ("paused", DISK_FULL, "The disk is full.")
        assert run.curves().training["step"][-1] == 4
    writer.look_for_room()
    assert "(66 kB needed, 0 kB free)" in str(writer.full)
    disk.full = False
    writer.look_for_room()
    assert (writer.full, writer.waiting_steps, len(reserves(tmp_path))) == (None, 0, 2)
    assert Run(tmp_path).curves().training["step"][-1] == 5
    disk.full = True
    writer.set_state("stopped")
    assert reserves(tmp_path) == {}, "the end of a run may take all of it"
    writer.close(0.0)
    assert reserves(tmp_path) == {}


def test_an_error_that_may_be_a_full_disk_is_one_where_nothing_else_can_be_written(tmp_path, disk):
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
    assert reserve.full_disk_behind(error, tmp_path) is None
    assert reserve.full_disk_behind(error, tmp_path / "gone") is None
    assert list(tmp_path.iterdir()) == []
    disk.full = True
    assert reserve.full_disk_behind(error, tmp_path) is not None
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    assert reserve.full_disk_behind(error, tmp_path) is None


@pytest.mark.parametrize("command", ["stop", "pause", "resume"])
def test_a_command_that_is_one_word_reaches_a_run_whose_disk_is_full(tmp_path, disk, command):
    inbox = Inbox(tmp_path)
    disk.full = True
    path = put_command(tmp_path, command)
    assert (path.stat().st_size, stat.S_ISREG(path.stat().st_mode)) == (0, True)
    assert next(newest_waiting(tmp_path)) == Simple(command=command)
    assert stop_is_waiting(tmp_path) == (command == "stop")
    assert inbox.take() == [Simple(command=command)]
    assert not path.exists()
    with pytest.raises(UnwritableError, match=r"^The disk of .+ is full \(1 kB needed, 0 kB free\)\. Make room on it"):
        put_command(tmp_path, "weight", term="kl", value=2.0)


def test_an_empty_file_of_another_name_is_no_command(tmp_path):
    inbox = Inbox(tmp_path)
    (inbox.folder / "1.dance.json").touch()
    (inbox.folder / "2.json").touch()
    first, second = inbox.take()
    assert isinstance(first, ValueError)
    assert isinstance(second, ValueError)
