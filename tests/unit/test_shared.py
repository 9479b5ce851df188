"""What is made once in a session: by whoever asks first, while others wait; what fails is told to all."""

import threading
from pathlib import Path

import pytest

from tests.support.shared import own_home, shared_folder


def test_a_folder_is_made_once_and_others_wait_for_it(request):
    made, begun, go_on = [], threading.Event(), threading.Event()

    def make(folder: Path) -> None:
        begun.set()
        assert go_on.wait(10)
        (folder / "there").touch()
        made.append(folder)

    found: list[Path] = []
    first, second = (
        threading.Thread(target=lambda: found.append(shared_folder(request.node.name, make))) for _ in range(2)
    )
    first.start()
    assert begun.wait(10)
    second.start()
    second.join(0.2)
    assert second.is_alive()
    go_on.set()
    for thread in (first, second):
        thread.join(10)
    assert (len(made), found) == (1, made * 2)
    assert (found[0] / "there").exists()


def test_who_waits_for_what_failed_is_told(request):
    def make(_folder: Path) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        shared_folder(request.node.name, make)
    with pytest.raises(RuntimeError, match="could not be made"):
        shared_folder(request.node.name, make)


def test_a_home_of_ones_own_can_be_written_into(request):
    def make(folder: Path) -> None:
        (folder / "runs" / "one").mkdir(parents=True)

    home = own_home(request.node.name, make)
    assert (home / "runs" / "one").is_dir()
    (home / "cache").mkdir()
    assert own_home(request.node.name, make) == home
    assert [path.name for path in shared_folder(request.node.name, make).iterdir()] == ["runs"]
