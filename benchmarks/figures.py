"""One measured number, the bound it is held to, and how both are written."""

import json
import operator
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

_RELATIONS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType({"<=": operator.le, ">=": operator.ge})


@dataclass(frozen=True)
class Figure:
    """`bound` is a relation and a number, such as "<= 1.5"; None where the figure is only for information."""

    figure: str
    value: float
    unit: str
    bound: str | None = None

    @property
    def holds(self) -> bool | None:
        if self.bound is None:
            return None
        relation, limit = self.bound.split()
        return bool(_RELATIONS[relation](self.value, float(limit)))  # NumPy has a bool of its own, which is not False

    def as_json(self, benchmark: str) -> dict[str, Any]:
        return {
            "benchmark": benchmark,
            "figure": self.figure,
            "value": float(self.value),
            "unit": self.unit,
            "bound": self.bound,
            "holds": self.holds,
        }

    def as_row(self, benchmark: str) -> str:
        verdict = {True: "holds", False: "MISSED", None: ""}[self.holds]
        value = f"{self.value:,.0f}" if abs(self.value) >= 1000 else f"{self.value:.3g}"
        return f"{benchmark:<16} {self.figure:<46} {value:>9} {self.unit:<9} {self.bound or '':<8} {verdict}".rstrip()


HEADING = f"{'benchmark':<16} {'figure':<46} {'value':>9} {'unit':<9} {'bound':<8}".rstrip()


def median_ratio(above: Iterable[float], below: Iterable[float]) -> float:
    """The median of the paired ratios: what both sides of a pair met at the same moment falls out."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def write_report(path: Path, measured: Mapping[str, Sequence[Figure]]) -> None:
    """Write the figures of every benchmark as one JSON list."""
    rows = [figure.as_json(name) for name, figures in measured.items() for figure in figures]
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
