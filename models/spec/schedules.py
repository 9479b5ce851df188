"""Schedules of a term's weight over the epochs, and of the learning rate over a training. Free of TensorFlow.

A schedule is a factor in 0..1 that multiplies the live value, so that a changed value and a schedule never conflict.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


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


LEAST_RATE = 0.01  # of the learning rate, at the end of a training and for as long as somebody goes on


@dataclass(frozen=True)
class RateScheduleInfo:
    title: str
    summary: str
    factor: Callable[..., Any] | None  # (share of the training in 0..1, its cosine function) -> LEAST_RATE..1


def cosine(share: Any, cos: Callable[[Any], Any] = math.cos) -> Any:
    """Return a fall from 1 to LEAST_RATE by half a cosine (Loshchilov & Hutter 2017, eq. 5, without restarts)."""
    return LEAST_RATE + (1.0 - LEAST_RATE) * 0.5 * (1.0 + cos(math.pi * share))


RATE_SCHEDULES: Mapping[str, RateScheduleInfo] = MappingProxyType(
    {
        "constant": RateScheduleInfo("Constant", "The learning rate stays as it is set.", None),
        "cosine": RateScheduleInfo("Cosine decay", "The learning rate falls to a hundredth over the training.", cosine),
    }
)


def rate_factor(schedule: str, epochs: float, of: float) -> float:
    """Return what the learning rate is multiplied by after so many epochs of a training."""
    factor = RATE_SCHEDULES[schedule].factor
    return 1.0 if factor is None else factor(min(1.0, epochs / of))
