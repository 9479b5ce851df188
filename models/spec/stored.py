"""Experiments as earlier versions wrote them: whole, but without the choices that came later."""

from collections.abc import Mapping
from typing import Any


def as_written_now(given: Any) -> Any:
    """Return a stored experiment by the names of today: its convolutional network has sizes, or is the one of before.

    What is no table stays as it is. The weights beside such an experiment fit that network only.
    """
    if not isinstance(given, Mapping) or given.get("network") != "conv" or "width" in given:
        return given
    return {**given, "network": "conv_small"}
