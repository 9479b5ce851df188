"""Experiments as earlier versions wrote them: whole, but without the choices that came later."""

from collections.abc import Mapping
from typing import Any

_SIZES = {"width": 16, "depth": 2}  # of the convolutional network, while it had one size


def as_written_now(given: Any) -> Any:
    """Return a stored experiment with what it lacks as it was when it was written. What is no table stays as it is.

    What is new may have another default: a model of before would not fit the network that is built by it.
    """
    return {**_SIZES, **given} if isinstance(given, Mapping) and given.get("network") == "conv" else given
