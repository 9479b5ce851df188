"""Whatever is typed as a formula: hostile text is refused at once, nothing of it is run, and any other comes back."""

import string
import time

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from models.spec.formula.formula import FormulaError, parse_formula, python
from models.spec.formula.syntax import LONGEST
from tests.support.formula_helpers import KINDS, expressions, formulas, read, refused

MANY = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


LONGEST_REFUSAL = 0.05  # seconds


_HOSTILE = {
    "long": "sum(x) + " * 1200,
    "parentheses": "(" * 500,
    "closed parentheses": "(" * 240 + "x" + ")" * 240,
    "brackets": "[" * 500,
    "braces": "{" * 250 + "}" * 250,
    "mixed": "([{" * 166,
    "calls": "abs(" * 125,
    "closed calls": "abs(" * 99 + "x" + ")" * 99,
    "minus": "-" * 499 + "x",
    "plus": "+" * 499 + "x",
    "invert": "~" * 499 + "x",
    "not": "not " * 124 + "x",
    "sum": "+".join("x" * 250),
    "power": "**".join("9" * 160),
    "power of x": "**".join("x" * 160),
    "division": "/".join("x" * 250),
    "comparisons": "<".join("x" * 250),
    "attributes": "x" + ".x" * 249,
    "subscripts": "x" + "[x]" * 160,
    "subscripts within": "x[" * 160 + "x" + "]" * 160,
    "call of calls": "x" + "()" * 249,
    "lambdas": "lambda:" * 71 + "x",
    "ifs": "x if x else " * 41 + "x",
    "commas": "x," * 250,
    "digits": "9" * 500,
    "points": "1." * 250,
    "exponents": "1e9" * 160,
    "unicode": "Σ" * 500,
    "underscores": "1" + "_" * 499,
    "stars": "*" * 500,
    "quotes": '"' * 500,
    "backslashes": "\\" * 500,
    "lines": "\n" * 499 + "x",
    "nulls": "\0" * 500,
    "colons": "x:=" * 160,
}


@pytest.mark.parametrize("text", _HOSTILE.values(), ids=_HOSTILE)
def test_hostile_text_is_refused_at_once(text):
    def seconds() -> float:
        start = time.perf_counter()
        refused(text)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(3)) < LONGEST_REFUSAL


_PIECES = st.sampled_from(
    [*"()[]{}+-*/%,.:=<>@&|^~ \n\t", "**", ":=", "x", "z", "logits", "sum", "mean(", "abs(", "1", "1e9", "0x",
     "lambda ", "if ", " else ", " for ", " in ", "not ", "await ", "yield ", "None", "__import__", "_",
     "é", "²", "\0", "\ud800"]
)  # fmt: skip


@given(st.text(max_size=60) | st.text(string.printable, max_size=60) | st.lists(_PIECES, max_size=40).map("".join))
@MANY
def test_any_text_is_read_or_refused_with_a_place(text):
    found = read(text)
    event(type(found).__name__)
    if isinstance(found, FormulaError):
        assert found.sentence[0].isprintable()


def test_nothing_that_is_typed_is_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for text in ("open(x)", "exec(x)", "print(x)", "breakpoint()", "exit()", "x.tofile(x)", "sum(exit())"):
        assert "no function" in refused(text).sentence or "cannot be called" in refused(text).sentence
    assert not list(tmp_path.iterdir())


@given(formulas())
@MANY
def test_what_is_written_as_python_reads_as_the_same_formula(text):
    """Written with the functions' own names, the Python is a formula again: the same tree, so the same order."""
    formula = read(text)
    event(type(formula).__name__)
    if isinstance(formula, FormulaError):
        assert any(words in formula.sentence for words in ("no finite number", "too large", "The divisor")), formula
        return
    again = python(formula)
    if "reshape" in again:
        return
    for noise in ("ops.", 'tensors["', '"]', ", axis=(1, 2, 3)", ", axis=-1"):
        again = again.replace(noise, "")
    if len(again) <= LONGEST:
        assert parse_formula(again, KINDS).root == formula.root


@given(expressions("image") | expressions("code") | expressions("features"))
@MANY
def test_the_shape_is_known_of_every_expression(text):
    found = read(text)
    assert isinstance(found, FormulaError)
    assert any(words in found.sentence for words in ("be one number", "no finite number", "too large", "divisor")), text
