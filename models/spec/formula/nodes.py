"""The parts of your own loss term: functions, nodes, shapes, and the error with its place.

Free of TensorFlow. reader.py reads a formula, script.py writes one, models/own_terms.py computes one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Kinds of shape. Two tensors of one kind have one shape; every other kind is (batch, ...) with axes of its own.
NUMBER = "number"  # no tensor in it
VALUE = "value"  # (batch,): one number for each image
IMAGE = "image"  # (batch, height, width, channels)

# Each in words: "it has the shape of ...".
SHAPES: Mapping[str, str] = MappingProxyType(
    {
        NUMBER: "a number",
        VALUE: "one number for each image",
        IMAGE: "an image",
        "code": "a code",
        "classes": "one-hot classes",
        "features": "features",
    }
)

Axes = Mapping[str, int | tuple[int, ...]]
AXES: Axes = MappingProxyType({IMAGE: (1, 2, 3)})  # what a reduction runs over; -1 for any other kind


class FormulaError(ValueError):
    """A formula that cannot be used: a sentence, and which characters of the text it is about, `start` to `end`."""

    def __init__(self, sentence: str, start: int, end: int):
        super().__init__(f"At character {start + 1}: {sentence}")
        self.sentence = sentence
        self.start = start
        self.end = end


@dataclass(frozen=True)
class FunctionInfo:
    """One function. The last `numbers` of its arguments must be numbers; one that `reduces` gives (batch,)."""

    summary: str
    arguments: tuple[str, ...] = ("value",)
    numbers: int = 0
    reduces: bool = False


_TWO = ("value", "other")

# Each stands under its name in keras.ops, and means what it means there.
FUNCTIONS: Mapping[str, FunctionInfo] = MappingProxyType(
    {
        "sum": FunctionInfo("the sum over all but the batch", reduces=True),
        "mean": FunctionInfo("the mean over all but the batch", reduces=True),
        "max": FunctionInfo("the largest of all but the batch", reduces=True),
        "min": FunctionInfo("the smallest of all but the batch", reduces=True),
        "square": FunctionInfo("the square"),
        "abs": FunctionInfo("the absolute value"),
        "sqrt": FunctionInfo("the square root"),
        "exp": FunctionInfo("e to the power of the value"),
        "log": FunctionInfo("the natural logarithm"),
        "sigmoid": FunctionInfo("1 / (1 + exp(-value))"),
        "tanh": FunctionInfo("the hyperbolic tangent"),
        "relu": FunctionInfo("the value, or 0 where it is below 0"),
        "softplus": FunctionInfo("log(1 + exp(value))"),
        "sin": FunctionInfo("the sine"),
        "cos": FunctionInfo("the cosine"),
        "maximum": FunctionInfo("the larger of two", _TWO),
        "minimum": FunctionInfo("the smaller of two", _TWO),
        "clip": FunctionInfo("the value, kept between two numbers", ("value", "low", "high"), numbers=2),
        "stop_gradient": FunctionInfo("the value, without a gradient"),
    }
)


@dataclass(frozen=True)
class Number:
    """A number as it was written; a minus before it is a `Negative`."""

    value: float
    kind: str = NUMBER


@dataclass(frozen=True)
class Tensor:
    name: str
    kind: str


@dataclass(frozen=True)
class Negative:
    operand: "Node"

    @property
    def kind(self) -> str:
        return self.operand.kind


@dataclass(frozen=True)
class Binary:
    """Two operands of one kind, or a number with either, under one of + - * / **."""

    sign: str
    left: "Node"
    right: "Node"
    kind: str


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple["Node", ...]
    kind: str


@dataclass(frozen=True)
class Spread:
    """One number for each image, (batch,), as (batch, 1, ...), so that it meets every element of the other kind."""

    operand: "Node"
    kind: str


Node = Number | Tensor | Negative | Binary | Call | Spread


def nodes_of(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, in the order in which they were written."""
    yield node
    match node:
        case Negative() | Spread():
            yield from nodes_of(node.operand)
        case Binary():
            yield from nodes_of(node.left)
            yield from nodes_of(node.right)
        case Call():
            for argument in node.arguments:
                yield from nodes_of(argument)
