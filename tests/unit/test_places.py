"""A home that cannot be written to: sentences that name it, and models that can be explored all the same."""

import errno
import os
import tempfile
from pathlib import Path

import pytest

from explorer import places
from explorer.cli.parser import main
from explorer.lab.session import Session, new_session
from explorer.library.listing import listing
from explorer.places import UnwritableError, home, home_warning, make_folder, writing
from explorer.runs.active import ActiveRuns
from explorer.runs.launcher import Launcher, new_run_folder
from explorer.runs.layout import put_command
from explorer.services import Services
from models.spec.pairings import CASES
from tests.support.helpers import quick

SESSION = Session.parse({"pairings": [CASES["B"].pairing]})


@pytest.fixture(params=["file", "/proc/nowhere", "~nobodyhere"])
def bad_home(request, tmp_path, monkeypatch) -> str:
    """Yield a HOURGLASS_HOME that is a file, one that cannot be made, and one of an unknown user."""
    (tmp_path / "file").touch()
    given = str(tmp_path / "file") if request.param == "file" else request.param
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOURGLASS_HOME", given)
    return given


@pytest.fixture
def homeless(tmp_path, monkeypatch) -> Path:
    """Return the temporary folder of a user whose home is not there and cannot be made."""
    (tmp_path / "file").touch()
    monkeypatch.delenv("HOURGLASS_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "file" / "me"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file" / "me" / "data"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for cached in (places._can_be_had, places._temporary_home):
        cached.cache_clear()
    return tmp_path


def test_a_user_without_a_home_has_a_temporary_one_and_is_told(homeless):
    folder = homeless / f"hourglass-{os.getuid()}"
    assert home() == folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert home_warning() == (
        f"Runs are kept in the temporary folder {folder}. Set HOURGLASS_HOME to a folder that lasts."
    )
    make_folder(home() / "runs")
    assert home() == folder, "the next process finds it again"


@pytest.mark.parametrize("taken", ["link", "file"])
def test_a_temporary_home_that_somebody_else_made_is_not_taken(homeless, taken, monkeypatch):
    place = homeless / f"hourglass-{os.getuid()}"
    if taken == "link":
        place.symlink_to(homeless)
    else:
        place.touch()
    assert home().is_relative_to(homeless / "file")  # and what is written is refused, as of any such home
    monkeypatch.setenv("HOURGLASS_HOME", str(homeless / "mine"))
    assert (home(), home_warning()) == (homeless / "mine", None)


def test_a_home_that_can_be_made_is_the_usual_one(homeless, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(homeless / "data"))
    assert (home(), home_warning()) == (homeless / "data" / "hourglass", None)


@pytest.mark.parametrize("make", [lambda: new_run_folder(quick()), lambda: new_session(SESSION)], ids=["run", "lab"])
def test_a_home_that_cannot_be_written_is_named_with_what_to_do(bad_home, make, tmp_path):
    with pytest.raises(
        UnwritableError, match=r" cannot be written \(.+\)\. Set HOURGLASS_HOME to a folder that "
    ) as it:
        make()
    assert str(it.value).startswith(bad_home)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_command_says_so_and_exits_with_2(bad_home, capsys):
    assert main(["train", "--preset", "first-vae"]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert printed.err.startswith(f"{bad_home}/runs cannot be written (")
    assert main(["runs"]) == 0


def test_the_bundled_models_are_listed_all_the_same(bad_home):
    assert str(home()) == bad_home
    assert all(key.startswith("bundled/") for key in listing().titles)
    assert listing().titles


@pytest.mark.parametrize(
    ("free", "words"),
    [(3_000, r"is full \(3 kB free\)"), (81e9, "takes no more, with 81 GB free: too many files, or a quota")],
)
def test_a_full_disk_wants_room_and_no_other_home(tmp_path, monkeypatch, free, words):
    monkeypatch.setattr("explorer.places.free_bytes", lambda _place: free)
    with pytest.raises(UnwritableError, match=rf"^The disk of .+ {words}\. Make room on it\.$"), writing(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_no_run_begins_where_it_could_not_even_say_that_its_disk_is_full(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("explorer.runs.launcher.free_bytes", lambda _place: 40_000)
    monkeypatch.setattr("explorer.places.free_bytes", lambda _place: 40_000)
    full = "is full (2.0 MB needed, 40 kB free). Make room on it.\n"
    assert main(["train", "--preset", "first-vae"]) == 2
    assert capsys.readouterr().err == f"The disk of {tmp_path}/home/runs {full}"
    assert list((tmp_path / "home" / "runs").iterdir()) == []
    assert main(["train", "--preset", "first-vae", "--out", str(tmp_path / "run")]) == 2
    assert capsys.readouterr().err == f"The disk of {tmp_path}/run {full}"
    assert not (tmp_path / "run").exists()


def test_a_command_to_a_run_that_was_deleted_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(UnwritableError, match=r"gone/inbox cannot be written \(.+\)\. Check that its folder still"):
        put_command(tmp_path / "gone", "pause")


def test_a_run_whose_folder_has_gone_is_not_started(tmp_path):
    with pytest.raises(UnwritableError, match="gone cannot be written"):
        Launcher().start(quick(), tmp_path / "gone")


def test_a_folder_that_cannot_be_listed_is_said(capsys, monkeypatch, tmp_path):
    def refuse(_folder: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert main(["runs", "--in", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"{tmp_path} cannot be listed (Permission denied). Choose another folder.\n"


def test_runs_that_cannot_be_listed_hide_no_bundled_model(monkeypatch, empty_home):
    runs = empty_home / "runs"
    runs.mkdir()
    scandir = os.scandir

    def refuse(path: str | Path):
        if Path(path) == runs:
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.setattr(os, "listdir", refuse)
    shown = listing()
    assert shown.passed_over == (
        f"{runs} cannot be listed (Permission denied). Set HOURGLASS_HOME to a folder that you may write to.",
    )
    assert shown.titles
    assert ActiveRuns().names(runs) == []


def test_an_app_that_starts_removes_what_dead_processes_left_half_written(empty_home):
    left = empty_home / "runs" / "one" / "snapshots" / f".000000010.safetensors.{2**22 + 7}-1"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    services = Services()
    services._closing.set()  # the thread that reaps ends at once
    services._reap()
    assert not left.exists()
