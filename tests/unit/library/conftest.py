"""What the tests of the library share."""

import shutil
from pathlib import Path

import pytest

from tests.support.helpers import OLD_RUN


@pytest.fixture
def runs(tmp_path, monkeypatch) -> Path:
    """The runs folder of a home of its own, with two runs: `first` and `second`."""
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path))
    for name in ("first", "second"):
        shutil.copytree(OLD_RUN, tmp_path / "runs" / name)
    return tmp_path / "runs"
