"""Numbers for the browser: JSON has none that are not finite."""

import math
from collections.abc import Mapping
from typing import Any


def finite(value: Any) -> Any:
    """Return JSON values with None in place of each number that is not finite, however deep."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
