"""Loss terms that a person wrote, computed: the Keras half of models/spec/formula."""

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import cast

import keras
from keras import ops

from models.objective import Tensors, TermFunction
from models.spec import tensors as t
from models.spec.formula.formula import Formula
from models.spec.formula.nodes import AXES, FUNCTIONS, Binary, Call, Negative, Node, Number, Spread, Tensor
from models.spec.formula.shapes import spread_shape

_OPERATORS: Mapping[str, Callable] = MappingProxyType(
    {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow}
)


def term_function(formula: Formula) -> TermFunction:
    """Return the formula as a loss term, (x, tensors) -> (batch,). It computes what `formula.python` writes."""
    # Every formula reads a tensor, so the value is one.
    return lambda x, tensors: cast(keras.KerasTensor, _computed(formula.root, {t.X: x, **tensors}))


def _computed(node: Node, given: Tensors) -> keras.KerasTensor | float:
    """Compute a node: a plain number if it reads no tensor, else a tensor of its kind of shape."""
    match node:
        case Number():
            return node.value
        case Tensor():
            return given[node.name]
        case Negative():
            return -_computed(node.operand, given)
        case Binary():
            return _OPERATORS[node.sign](_computed(node.left, given), _computed(node.right, given))
        case Call():
            arguments = [_computed(argument, given) for argument in node.arguments]
            reduced = {"axis": AXES.get(node.arguments[0].kind, -1)} if FUNCTIONS[node.function].reduces else {}
            return getattr(ops, node.function)(*arguments, **reduced)  # a name of FUNCTIONS, never one that was typed
        case Spread():
            return ops.reshape(_computed(node.operand, given), spread_shape(node.kind, AXES))
