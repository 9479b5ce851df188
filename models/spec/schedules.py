"""Schedules of a term's weight over the epochs. Free of TensorFlow.

A schedule is a factor in 0..1 that multiplies the live weight, so that a changed weight and a schedule never conflict.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class ScheduleInfo:
    title: str
    summary: str
    factor: Callable[[float, float], float]  # (epochs passed, the schedule's length in epochs) -> 0..1


def constant(_passed: float, _length: float) -> float:
    return 1.0


def linear_warm_up(passed: float, length: float) -> float:
    """Rise from 0 to 1 over the first `length` epochs (Sønderby et al. 2016, section 2.3)."""
    return min(1.0, passed / length)


def cyclical(passed: float, length: float) -> float:
    """Rise from 0 to 1 in half a cycle of `length` epochs, then stay at 1 (Fu et al. 2019, eq. 6 with R = 0.5)."""
    return min(1.0, (passed % length) / length / 0.5)


SCHEDULES: Mapping[str, ScheduleInfo] = MappingProxyType(
    {
        "constant": ScheduleInfo("Constant", "The weight stays as it is set.", constant),
        "warm_up": ScheduleInfo("Linear warm-up", "The weight rises from 0 over the first epochs.", linear_warm_up),
        "cyclical": ScheduleInfo("Cyclical", "The weight rises from 0 again in every cycle.", cyclical),
    }
)
