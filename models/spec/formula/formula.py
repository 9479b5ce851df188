"""Your own loss terms, such as `sum(square(x - sigmoid(logits)))`: read, checked, written as Python.

Free of TensorFlow. Nothing that was written is ever run: Python's parser makes a syntax tree of it (syntax.py), a
closed list of that tree's nodes becomes nodes of our own (reader.py), and those are computed (models/own_terms.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from models.spec import tensors
from models.spec.formula.nodes import (
    AXES,
    FUNCTIONS,
    SHAPES,
    VALUE,
    Axes,
    Binary,
    Call,
    FormulaError,
    FunctionInfo,
    Negative,
    Node,
    Number,
    Spread,
    Tensor,
    nodes_of,
)
from models.spec.formula.reader import Reader, usage
from models.spec.formula.shapes import spread_shape
from models.spec.formula.syntax import LONGEST, syntax_of

__all__ = ["FUNCTIONS", "LONGEST", "Formula", "FormulaError", "FunctionInfo", "parse_formula", "python", "usage"]

_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 4}
_MINUS, _WHOLE = 3, 5  # how strongly a minus before a value binds; what needs no parentheses anywhere


@dataclass(frozen=True)
class Formula:
    """A formula that can be computed; `needs` names the tensors that it reads, in the order of their first use."""

    text: str
    needs: tuple[str, ...]
    root: Node


def parse_formula(text: str, kinds: Mapping[str, str]) -> Formula:
    """Read a formula of the tensors in `kinds`, each with its kind of shape; equal kinds are equal shapes.

    The kind `value` is (batch,), every other (batch, ...). Raises FormulaError, which has the place, where the text is
    no formula, names what is not there, mixes shapes, gives no value for each image, or is sure not to be finite.
    """
    syntax, before = syntax_of(text)
    root = Reader(text, before, kinds).read(syntax)
    needs = tuple(dict.fromkeys(node.name for node in nodes_of(root) if isinstance(node, Tensor)))
    if not needs:
        sentence = (
            f"The formula reads no tensor, so nothing can learn from it; allowed are {', '.join(kinds)}. Use one."
        )
        raise FormulaError(sentence, 0, len(text))
    if root.kind != VALUE:
        sentence = (
            f"The formula must be one number for each image, but it has the shape of {SHAPES[root.kind]}. Wrap it "
            "in sum(...) or mean(...)."
        )
        raise FormulaError(sentence, 0, len(text))
    return Formula(text, needs, root)


def python(formula: Formula, axes: Axes = AXES) -> str:
    """Write the formula as Python: an expression of `ops` (keras.ops), the images `x` and `tensors` by name, (batch,).

    `axes` has what a reduction of a kind runs over, where that is not -1.
    """
    return _written(formula.root, axes)[0]


def _written(node: Node, axes: Axes) -> tuple[str, int]:
    """Write a node as Python. Return it, and how strongly its outermost operator binds."""
    match node:
        case Number():
            return repr(node.value), _WHOLE  # always with a point: keras.ops would make integer tensors of integers
        case Tensor():
            return node.name if node.name == tensors.X else f'tensors["{node.name}"]', _WHOLE
        case Negative():  # -(x ** 2) is the same without parentheses, but not to the eye
            power = isinstance(node.operand, Binary) and node.operand.sign == "**"
            return f"-{_within(node.operand, _WHOLE if power else _MINUS + 1, axes)}", _MINUS
        case Binary():
            return _written_binary(node, axes)
        case Call():
            arguments = [_written(argument, axes)[0] for argument in node.arguments]
            if FUNCTIONS[node.function].reduces:
                arguments.append(f"axis={axes.get(node.arguments[0].kind, -1)}")
            return f"ops.{node.function}({', '.join(arguments)})", _WHOLE
        case Spread():
            return f"ops.reshape({_written(node.operand, axes)[0]}, {spread_shape(node.kind, axes)})", _WHOLE


def _written_binary(node: Binary, axes: Axes) -> tuple[str, int]:
    strength = _STRENGTH[node.sign]
    if node.sign == "**":  # binds from right to left, and a minus may stand in its exponent
        left, right = _within(node.left, strength + 1, axes), _within(node.right, _MINUS, axes)
    else:
        left, right = _within(node.left, strength, axes), _within(node.right, strength + 1, axes)
    return f"{left} {node.sign} {right}", strength


def _within(node: Node, least: int, axes: Axes) -> str:
    """Write a node as Python, in parentheses where it binds less strongly than it must there."""
    written, strength = _written(node, axes)
    return written if strength >= least else f"({written})"
