"""Keys of models, as an address says them: `bundled/NAME` or `run/NAME`, with `@STEP` or `@live` behind it."""

import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

LIVE = "live"
_KEY = re.compile(rf"(bundled|run)/(.+?)(?:@([0-9]{{1,9}}|{LIVE}))?", re.DOTALL)
_SNAPSHOT = re.compile(rf".+@([0-9]{{1,9}}|{LIVE})", re.DOTALL)
_LONGEST_NAME = 255  # characters; file systems have no longer ones


class Key(NamedTuple):
    kind: str
    name: str  # of the model's folder
    snapshot: str | None  # a step, or LIVE; None for the newest


def parse_key(key: str) -> Key | None:
    """Return the parts of a key; None for what is no key."""
    match = _KEY.fullmatch(key)
    return Key(*match.groups()) if match and can_be_said(match[2]) else None


def can_be_said(name: str) -> bool:
    """Return whether a key can say a folder's name: any name in any alphabet, but none that leads out of its folder.

    Control characters and bytes that are no text cannot be shown or sent; `NAME@250` would be read as a step of NAME.
    """
    shown = not any(unicodedata.category(character)[0] == "C" for character in name)
    inside = Path(name).name == name and not name.startswith(".")
    return shown and inside and 0 < len(name) <= _LONGEST_NAME and not _SNAPSHOT.fullmatch(name)
