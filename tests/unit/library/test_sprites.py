"""Many images in one file: what is saved can be read, and what is no such file is refused before it is decoded."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.library import sprites
from explorer.library.sprites import load_sprites, most_sprites, save_sprites
from explorer.runs.summary import MOST_VALUES


@pytest.mark.parametrize(
    ("count", "shape"),
    [(1, (1, 1, 1)), (39, (5, 7, 3)), (40, (5, 7, 1)), (41, (28, 28, 1)), (1000, (256, 256, 1))],
    ids=str,
)
def test_what_is_saved_can_be_read(tmp_path, count, shape):
    images = np.zeros((count, *shape), np.uint8)
    images[:, 0, 0, 0] = np.arange(count) % 251
    images[-1] = 200
    save_sprites(tmp_path / "a.png", images)
    np.testing.assert_array_equal(load_sprites(tmp_path / "a.png", count, shape), images)


def test_a_probe_set_has_room_for_some_images_of_any_size_that_a_summary_may_say():
    for side in (1, 28, 256, int(MOST_VALUES**0.5)):
        assert most_sprites((side, side, 1)) >= 40
    assert most_sprites((256, 256, 3)) >= 1000


def test_more_than_can_be_read_is_not_saved(tmp_path, monkeypatch):
    monkeypatch.setattr(sprites, "LARGEST_PIXELS", 40 * 16 * 2)
    assert most_sprites((4, 4, 1)) == 80
    with pytest.raises(ValueError, match=r"takes 80 images of \(4, 4, 1\) at most, not 81"):
        save_sprites(tmp_path / "a.png", np.zeros((81, 4, 4, 1), np.uint8))
    assert not (tmp_path / "a.png").exists()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int, packed: bytes = b"") -> bytes:
    """A PNG of that size, whatever its pixels are."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content",
    [
        bomb(60_000, 60_000), bomb(12_000, 9_000), bomb(2**31 - 1, 2**31 - 1), bomb(1120, 28), bomb(0, 0),
        bomb(1120, 28, zlib.compress(b"\0" * 10**7)), bomb(1120, 28)[:40], b"", b"GIF89a", bomb(1120, 28)[:-20],
        bomb(1120, 28, b"x" * 99), b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"short"),
    ],
    ids=range(12),
)  # fmt: skip
def test_what_is_no_sheet_of_these_images_is_said(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    try:
        found = load_sprites(tmp_path / "a.png", 40, (28, 28, 1))
    except (OSError, ValueError) as error:
        assert "a.png" in str(error)  # noqa: PT017 (an enormous stream of zeros is a whole picture)
    else:
        assert found.shape == (40, 28, 28, 1)


def test_another_mode_is_turned_into_the_one_that_is_needed(tmp_path):
    Image.new("RGBA", (1120, 28), (255, 255, 255, 255)).save(tmp_path / "a.png")
    assert load_sprites(tmp_path / "a.png", 40, (28, 28, 1)).min() == 255


def test_a_sheet_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    """A trainer may be killed while it writes one."""

    def half(_image: Image.Image, file: Path, *_: object, **_named: object) -> None:
        file.write_bytes(b"half")
        raise InterruptedError

    monkeypatch.setattr(Image.Image, "save", half)
    with pytest.raises(InterruptedError):
        save_sprites(tmp_path / "probe.png", np.zeros((2, 4, 4, 1), np.uint8))
    assert list(tmp_path.iterdir()) == []
