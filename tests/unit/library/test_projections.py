"""The projections that are kept: of the newest codes, and none that is damaged."""

import os
from pathlib import Path

import numpy as np
import pytest

from explorer.library import projections
from explorer.library.projections import keep_projection, kept_projection, projection_file

CODES = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x93NUMPY\x01\x00", b"x" * 99])
def test_a_damaged_projection_counts_as_none(empty_home, content):
    path: Path = projection_file(CODES)
    path.parent.mkdir()
    path.write_bytes(content)
    assert kept_projection(CODES) is None


def test_only_so_many_projections_are_kept_the_oldest_go_first(empty_home, monkeypatch):
    monkeypatch.setattr(projections, "MOST_FILES", 3)
    points = np.ones((len(CODES), 2), np.float32)
    folder = projection_file(CODES).parent
    folder.mkdir()
    (folder / "0123.npy").write_bytes(b"of an older Hourglass")
    os.utime(folder / "0123.npy", (1, 1))
    for number in range(5):
        keep_projection(CODES + number, points)
        os.utime(projection_file(CODES + number), (10 + number, 10 + number))
    assert [kept_projection(CODES + number) is not None for number in range(5)] == [False, False, True, True, True]
    assert len(list(folder.iterdir())) == 3, "no other file is left, and no temporary one"
    monkeypatch.setattr(projections, "MOST_BYTES", 1)
    keep_projection(CODES, points)
    kept = kept_projection(CODES)
    assert kept is not None, "the newest one stays in any case"
    np.testing.assert_array_equal(kept, points)
    assert len(list(folder.iterdir())) == 1
