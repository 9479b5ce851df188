"""Formulas for the tests: made at random, and computed by NumPy in float64, which knows nothing of `own_terms`."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import strategies as st

from models.spec.formula.formula import Formula, FormulaError, parse_formula
from models.spec.formula.nodes import Binary, Call, Negative, Node, Number, Spread, Tensor

KINDS = {
    "x": "image",
    "logits": "image",
    "z": "code",
    "z_mean": "code",
    "z_log_var": "code",
    "score_on_x": "value",
    "label": "classes",
    "critic_features": "features",
}
SHAPES = {"image": (3, 2, 3), "code": (4,), "classes": (5,), "features": (6,), "value": ()}
BATCH = 3

_ONE = ("square", "abs", "sqrt", "exp", "log", "sigmoid", "tanh", "relu", "softplus", "sin", "cos", "stop_gradient")
_NUMPY = {
    "square": np.square,
    "abs": np.abs,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "sigmoid": lambda v: np.exp(-np.logaddexp(0, -v)),
    "tanh": np.tanh,
    "relu": lambda v: np.where(v > 0, v, 0.0),
    "softplus": lambda v: np.logaddexp(0, v),
    "sin": np.sin,
    "cos": np.cos,
    "stop_gradient": lambda v: v,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "clip": lambda v, low, high: np.minimum(np.maximum(v, low), high),
}
_REDUCED = {"sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min}
_SIGNS = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "**": np.power}


def read(text: str) -> Formula | FormulaError:
    """The formula, or why it is none, with a place that is in the text."""
    try:
        return parse_formula(text, KINDS)
    except FormulaError as error:
        found = error
    assert 0 <= found.start <= found.end <= len(text)
    return found


def some_tensors(seed: int = 0) -> dict[str, np.ndarray]:
    """A tensor of each kind, float64, by name."""
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0.3, 1, (BATCH, *SHAPES[kind])) for name, kind in KINDS.items()}


def computed(node: Node, given: Mapping[str, np.ndarray], seen: list[float] | None = None) -> np.ndarray:
    """What a node comes to, in float64. `seen` takes the largest size of every part, infinity where it is no number."""
    with np.errstate(all="ignore"):
        value = np.asarray(_computed(node, given, seen), np.float64)
    if seen is not None:
        seen.append(float(np.max(np.where(np.isfinite(value), np.abs(value), np.inf))))
    return value


def _computed(node: Node, given: Mapping[str, np.ndarray], seen: list[float] | None) -> np.ndarray:
    match node:
        case Number():
            return np.array(node.value)
        case Tensor():
            return given[node.name]
        case Negative():
            return np.negative(computed(node.operand, given, seen))
        case Spread():
            inner = computed(node.operand, given, seen)
            return inner[(slice(None), *(np.newaxis for _ in SHAPES[node.kind]))]
        case Binary():
            return _SIGNS[node.sign](computed(node.left, given, seen), computed(node.right, given, seen))
        case Call():
            values = [computed(argument, given, seen) for argument in node.arguments]
            if node.function in _REDUCED:
                return _REDUCED[node.function](values[0].reshape(len(values[0]), -1), axis=1)
            return _NUMPY[node.function](*values)


def _numbers() -> st.SearchStrategy[str]:
    return st.sampled_from(["0.5", "1", "2", "3.25", ".25", "1e-1", "2.", "(1 + 0.5)", "sqrt(2)", "-1.5", "exp(-1)"])


def _spaced(sign: str) -> st.SearchStrategy[str]:
    return st.sampled_from([sign, f" {sign} ", f"  {sign}\n"])


@st.composite
def expressions(draw: st.DrawFn, kind: str, depth: int = 4) -> str:
    """The text of a well-formed expression that is sure to read a tensor and to be of that kind."""
    leaves = [name for name, own in KINDS.items() if own == kind]
    shape = draw(st.sampled_from(["leaf", "one", "two", "number", "power", "minus", "clip", "spread", "parens"]))
    if depth <= 0 or shape == "leaf":
        if kind == "value" and draw(st.booleans()):
            return draw(reduced(depth - 1))
        return draw(st.sampled_from(leaves))
    inner = draw(expressions(kind, depth - 1))
    if shape == "one":
        return f"{draw(st.sampled_from(_ONE))}({inner})"
    if shape == "minus":
        return f"-({inner})" if draw(st.booleans()) else f"-{inner}"
    if shape == "power":
        return f"({inner}){draw(_spaced('**'))}{draw(st.sampled_from(['2', '3', '-1', '0.5', '(1 / 2)', '-(2)']))}"
    if shape == "clip":
        return f"clip({inner}, -0.5, {draw(st.sampled_from(['0.5', '2', '(1+1)']))})"
    if shape == "parens":
        return f"( {inner} )"
    return _two(draw, shape, kind, inner, depth)


def _two(draw: st.DrawFn, shape: str, kind: str, inner: str, depth: int) -> str:
    other = draw(_numbers() if shape == "number" else expressions("value" if shape == "spread" else kind, depth - 2))
    pair = [inner, other] if draw(st.booleans()) else [other, inner]
    sign = draw(st.sampled_from(["+", "-", "*", "/", "maximum", "minimum"]))
    if sign.isalpha():
        return f"{sign}({pair[0]}, {pair[1]})"
    return draw(_spaced(sign)).join(part if draw(st.booleans()) else f"({part})" for part in pair)


def reduced(depth: int = 3) -> st.SearchStrategy[str]:
    """One number for each image, made of any kind."""
    kinds = st.sampled_from(["image", "code", "classes", "features"])
    functions = st.sampled_from(list(_REDUCED))
    return st.tuples(functions, kinds.flatmap(lambda kind: expressions(kind, depth))).map(
        lambda two: f"{two[0]}({two[1]})"
    )


def formulas() -> st.SearchStrategy[str]:
    """The text of a formula; some few are refused, as `log(-1.5)` is."""
    return expressions("value", 4).filter(lambda text: len(text) <= 500)


def refused(text: str) -> FormulaError:
    """Return the error of a text that is no formula; its place lies in the text."""
    with pytest.raises(FormulaError) as caught:
        parse_formula(text, KINDS)
    assert str(caught.value) == f"At character {caught.value.start + 1}: {caught.value.sentence}"
    assert 0 <= caught.value.start <= caught.value.end <= len(text)
    assert caught.value.sentence[-1] in ".?"
    return caught.value
