"""The shapes of a formula that broadcast, and the values of its numbers, before any tensor exists."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from models.spec.formula.nodes import NUMBER, VALUE, Axes, Binary, Call, Negative, Node, Number, Spread

# Tensors are in single precision: above its largest number is infinity, below its smallest is 0.
LARGEST = 3.4e38
SMALLEST = 1.2e-38


def combined(one: str, other: str) -> str | None:
    """Return the kind of shape that two kinds give together, or None if they do not broadcast."""
    if one == other or other == NUMBER:
        return one
    if one == NUMBER:
        return other
    if VALUE in (one, other):
        return other if one == VALUE else one
    return None


def spread(node: Node, kind: str) -> Node:
    """Return the node, broadcast to that kind: one number for each image gets axes of length 1 behind the batch."""
    return Spread(node, kind) if node.kind == VALUE and kind != VALUE else node


def spread_shape(kind: str, axes: Axes) -> tuple[int, ...]:
    """Return the shape of one number for each image that broadcasts to a tensor of that kind."""
    own = axes.get(kind, -1)
    return (-1, *(1 for _ in own)) if isinstance(own, tuple) else (-1, 1)


def single(value: float) -> float:
    """Return the value. Raises OverflowError if it is not finite in single precision."""
    if not abs(value) <= LARGEST:  # also for NaN
        raise OverflowError
    return value


def constant(node: Node) -> float:
    """Return the value of a node of kind `number`, in floats, as it is computed later: whole numbers have no bound.

    Raises ArithmeticError or ValueError where it is not finite, or no real number.
    """
    match node:
        case Number():
            return single(node.value)
        case Negative():
            return -constant(node.operand)
        case Binary():
            return single(_OPERATORS[node.sign](constant(node.left), constant(node.right)))
        case Call():
            return single(_FOLDED[node.function](*map(constant, node.arguments)))
    raise ValueError(f"{type(node).__name__} of kind {node.kind} is no constant.")


_OPERATORS: Mapping[str, Callable[[float, float], float]] = MappingProxyType(
    {
        "+": lambda left, right: left + right,
        "-": lambda left, right: left - right,
        "*": lambda left, right: left * right,
        "/": lambda left, right: left / right,
        "**": math.pow,  # of floats, and never a complex number
    }
)

_FOLDED: Mapping[str, Callable[..., float]] = MappingProxyType(
    {
        "square": lambda value: value * value,
        "abs": abs,
        "sqrt": math.sqrt,
        "exp": math.exp,
        "log": math.log,
        "sigmoid": lambda value: 0.5 + 0.5 * math.tanh(value / 2),
        "tanh": math.tanh,
        "relu": lambda value: max(value, 0.0),
        "softplus": lambda value: max(value, 0.0) + math.log1p(math.exp(-abs(value))),
        "sin": math.sin,
        "cos": math.cos,
        "maximum": max,
        "minimum": min,
        "clip": lambda value, low, high: min(max(value, low), high),
        "stop_gradient": float,
    }
)
