"""What the tests of processes share: the trained run, to be read by a file's tests or to be spoilt by one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.helpers import trained_home


@pytest.fixture(scope="module")
def trained() -> Iterator[Path]:
    """Yield the HOURGLASS_HOME of a file's tests, with the run `quick`. Other files have it too: leave it as it was."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOURGLASS_HOME", str(trained_home()))
        yield trained_home()


@pytest.fixture
def run(empty_home: Path) -> Path:
    """Return the folder of the test's own copy of the run `quick`, in a home of its own."""
    shutil.copytree(trained_home() / "runs", empty_home / "runs")
    return empty_home / "runs" / "quick"
