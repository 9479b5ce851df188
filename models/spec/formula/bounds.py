"""Bounds of a formula by interval arithmetic (Moore 1966): finds a term of your own that has no lower bound.

An interval holds every value that the formula can have, and may be wider: where its lower end is finite, the term has a
lower bound; where it is not, the term may have none.
"""

import math
from collections.abc import Callable, Mapping
from itertools import product
from types import MappingProxyType

from models.spec import tensors as t
from models.spec.formula.formula import Formula
from models.spec.formula.nodes import Binary, Call, Negative, Node, Number, Spread, Tensor

Interval = tuple[float, float]
_REALS: Interval = (-math.inf, math.inf)
_UNIT: Interval = (0.0, 1.0)
_MOST_ELEMENTS = 1e9  # in a sum: only whether an end is finite is of use then
RANGES: Mapping[str, Interval] = MappingProxyType(
    {t.X: _UNIT, t.LABEL: _UNIT, t.RECONSTRUCTION: _UNIT, t.SAMPLE: _UNIT}
)


def lower_bound(formula: Formula) -> float:
    """Return a lower bound of the formula, -inf where none was found."""
    return _interval(formula.root)[0]


def _interval(node: Node) -> Interval:
    match node:
        case Number():
            return node.value, node.value
        case Tensor():
            return RANGES.get(node.name, _REALS)
        case Negative():
            low, high = _interval(node.operand)
            return -high, -low
        case Spread():
            return _interval(node.operand)
        case Binary():
            return _OPERATORS[node.sign](_interval(node.left), _interval(node.right))
        case Call():
            return _FUNCTIONS[node.function](*map(_interval, node.arguments))


def _add(left: Interval, right: Interval) -> Interval:
    return left[0] + right[0], left[1] + right[1]


def _subtract(left: Interval, right: Interval) -> Interval:
    return left[0] - right[1], left[1] - right[0]


def _multiply(left: Interval, right: Interval) -> Interval:
    ends = [0.0 if 0 in pair else pair[0] * pair[1] for pair in product(left, right)]  # nothing times infinity is 0
    return min(ends), max(ends)


def _divide(left: Interval, right: Interval) -> Interval:
    if right[0] <= 0 <= right[1]:  # near 0 a quotient has any size; its sign is known where both have one
        same_sign = left[0] >= 0 and right[0] >= 0
        return (0.0, math.inf) if same_sign else _REALS
    return _multiply(left, (1 / right[1], 1 / right[0]))


def _power(base: Interval, exponent: Interval) -> Interval:
    low, high = base
    power = exponent[0]
    if power != exponent[1] or power < 0:
        return (0.0, math.inf) if low >= 0 else _REALS
    if power == 0:
        return 1.0, 1.0
    ends = sorted((_raised(low, power), _raised(high, power)))
    if power % 2 == 0:
        return (0.0 if low <= 0 <= high else ends[0]), ends[1]
    return (ends[0], ends[1]) if power % 1 == 0 else (_raised(max(low, 0.0), power), _raised(max(high, 0.0), power))


def _raised(value: float, power: float) -> float:
    """Return the power, infinite where it is too large for a number."""
    try:
        return math.pow(value, power)
    except OverflowError:
        return math.inf if value > 0 or power % 2 == 0 else -math.inf
    except ValueError:  # a root of a negative number has no value
        return 0.0


def _rising(function: Callable[[float], float]) -> Callable[[Interval], Interval]:
    """Return what a function that never falls makes of an interval."""

    def applied(value: Interval) -> Interval:
        return function(value[0]), function(value[1])

    return applied


def _sum(value: Interval) -> Interval:
    return _multiply(value, (1.0, _MOST_ELEMENTS))


def _abs(value: Interval) -> Interval:
    low, high = value
    return (0.0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf


def _softplus(value: float) -> float:
    return value if value > 30 else math.log1p(_exp(value))


_OPERATORS: Mapping[str, Callable[[Interval, Interval], Interval]] = MappingProxyType(
    {"+": _add, "-": _subtract, "*": _multiply, "/": _divide, "**": _power}
)


def _same(value: Interval) -> Interval:
    return value


_FUNCTIONS: Mapping[str, Callable[..., Interval]] = MappingProxyType(
    {
        "sum": _sum,
        "mean": _same,
        "max": _same,
        "min": _same,
        "square": lambda value: _power(value, (2.0, 2.0)),
        "abs": _abs,
        "sqrt": _rising(lambda end: math.sqrt(max(end, 0.0))),
        "exp": _rising(_exp),
        "log": _rising(_log),
        "sigmoid": _rising(lambda end: 1 / (1 + _exp(-end))),
        "tanh": _rising(math.tanh),
        "relu": _rising(lambda end: max(end, 0.0)),
        "softplus": _rising(_softplus),
        "sin": lambda _value: (-1.0, 1.0),
        "cos": lambda _value: (-1.0, 1.0),
        "maximum": lambda one, other: (max(one[0], other[0]), max(one[1], other[1])),
        "minimum": lambda one, other: (min(one[0], other[0]), min(one[1], other[1])),
        "clip": lambda value, low, high: (
            min(max(value[0], low[0]), high[0]),
            min(max(value[1], low[0]), high[0]),
        ),
        "stop_gradient": _same,
    }
)
