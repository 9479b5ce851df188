"""Own loss terms computed by Keras, against their own Python, and against NumPy in float64."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from models.own_terms import term_function
from models.spec.formula.formula import FormulaError, parse_formula, python
from models.spec.formula.nodes import FUNCTIONS
from tests.support.formula_helpers import BATCH, KINDS, computed, formulas, read, some_tensors

FEW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def run(text: str, given: dict) -> np.ndarray:
    """What the exported script would compute."""
    return eval(text, {"ops": keras.ops, "x": given["x"], "tensors": given})  # noqa: S307 -- text that `python` wrote


@pytest.fixture
def double_precision():
    """Keras in float64, so that NumPy's float64 can be met closely."""
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx(before)


def test_every_function_is_one_of_keras():
    assert all(hasattr(keras.ops, name) for name in FUNCTIONS)


@pytest.mark.usefixtures("double_precision")
@given(formulas(), st.integers(0, 50))
@FEW
def test_a_term_is_what_its_python_says_and_what_numpy_says(text, seed):
    formula = read(text)
    if isinstance(formula, FormulaError):
        return
    arrays = some_tensors(seed)
    given = {name: keras.ops.convert_to_tensor(array) for name, array in arrays.items()}
    found = np.asarray(term_function(formula)(given["x"], given))
    assert found.shape == (BATCH,)
    np.testing.assert_array_equal(found, run(python(formula), given))
    sizes: list[float] = []
    expected = computed(formula.root, arrays, sizes)
    usual = max(sizes) < 1e4  # beyond, a sine or a difference loses every digit
    event(f"compared: {usual}")
    if usual:
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


_EXAMPLES: list[tuple[str, Callable[..., np.ndarray]]] = [
    ("sum(square(x - logits))", lambda x, logits, **_: ((x - logits) ** 2).sum((1, 2, 3))),
    (
        "sum(softplus(logits) - x * logits)",
        lambda x, logits, **_: (np.logaddexp(0, logits) - x * logits).sum((1, 2, 3)),
    ),
    (
        "0.5 * sum(exp(z_log_var) + square(z_mean) - 1 - z_log_var)",
        lambda z_mean, z_log_var, **_: 0.5 * (np.exp(z_log_var) + z_mean**2 - 1 - z_log_var).sum(1),
    ),
    ("max(x) - min(x)", lambda x, **_: x.max((1, 2, 3)) - x.min((1, 2, 3))),
    ("mean(abs(x - mean(x)))", lambda x, **_: np.abs(x - x.mean((1, 2, 3), keepdims=True)).mean((1, 2, 3))),
    ("score_on_x ** 2", lambda score_on_x, **_: score_on_x**2),
    (
        "sqrt(2) * sum(clip(critic_features, -sqrt(0.25), 1))",
        lambda critic_features, **_: 2**0.5 * np.clip(critic_features, -0.5, 1).sum(1),
    ),
]


@pytest.mark.parametrize(("text", "expected"), _EXAMPLES, ids=[text for text, _ in _EXAMPLES])
def test_a_term_in_single_precision_is_what_a_person_means(text, expected):
    arrays = some_tensors()
    given = {name: keras.ops.convert_to_tensor(array, "float32") for name, array in arrays.items()}
    formula = parse_formula(text, KINDS)
    tensors = {name: tensor for name, tensor in given.items() if name != "x"}  # the images come by themselves
    found = np.asarray(term_function(formula)(given["x"], tensors))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected(**arrays), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(found, run(python(formula), given))


@pytest.mark.parametrize("name", [name for name, info in FUNCTIONS.items() if not info.reduces])
def test_every_function_of_a_number_is_what_the_check_takes_it_for(name):
    """What is refused as not finite is folded in Python; Keras must mean the same."""
    info = FUNCTIONS[name]
    call = f"{name}({', '.join(['0.75', '0.25', '0.5'][: len(info.arguments)])})"
    formula = parse_formula(f"score_on_x * {call}", KINDS)
    arrays = some_tensors()
    given = {name: keras.ops.convert_to_tensor(array, "float32") for name, array in arrays.items()}
    found = np.asarray(term_function(formula)(given["x"], given))
    of_tensor = keras.ops.convert_to_tensor(0.75, "float32")
    expected = getattr(keras.ops, name)(of_tensor, *[0.25, 0.5][: len(info.arguments) - 1])
    np.testing.assert_allclose(found, arrays["score_on_x"] * np.asarray(expected), rtol=1e-5)


def test_a_term_is_the_same_in_a_graph_whose_batch_is_not_known():
    arrays = some_tensors()
    given = {name: tf.constant(array, tf.float32) for name, array in arrays.items()}
    formula = parse_formula("sum(score_on_x * x) + mean(maximum(z, score_on_x)) ** 2", KINDS)
    term = term_function(formula)
    signature = {name: tf.TensorSpec((None, *array.shape[1:])) for name, array in arrays.items()}
    traced = tf.function(lambda tensors: term(tensors["x"], tensors), input_signature=[signature])
    np.testing.assert_allclose(traced(given), computed(formula.root, arrays), rtol=1e-5)


def test_a_stopped_gradient_is_none_and_the_rest_is_right():
    x, logits = tf.zeros((2, 3, 2, 3)), tf.Variable(tf.ones((2, 3, 2, 3)))
    term = term_function(parse_formula("sum(stop_gradient(logits) * logits)", KINDS))
    with tf.GradientTape() as tape:
        value = term(x, {"logits": logits})
    np.testing.assert_array_equal(tape.gradient(value, logits), np.ones(logits.shape))
