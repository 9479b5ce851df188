"""Own loss terms: what is read, what is refused and where, and how they are written as Python."""

import re

import pytest

from models.spec.catalogue import flow
from models.spec.formula.formula import parse_formula, python
from models.spec.formula.nodes import FUNCTIONS, SHAPES
from models.spec.formula.reader import DEEPEST, usage
from models.spec.formula.syntax import LONGEST
from tests.support.formula_helpers import KINDS, refused

_RANGES = " ".join(
    ['ops.max(tensors["z"], axis=-1) - ops.min(tensors["z"], axis=-1)', '- (1.0 - ops.max(tensors["z"], axis=-1))']
)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (
            "sum(square(x - sigmoid(logits)))",
            'ops.sum(ops.square(x - ops.sigmoid(tensors["logits"])), axis=(1, 2, 3))',
        ),
        (" mean( abs(z) )\n", 'ops.mean(ops.abs(tensors["z"]), axis=-1)'),
        ("score_on_x", 'tensors["score_on_x"]'),
        ("-(score_on_x + 1)", '-(tensors["score_on_x"] + 1.0)'),
        ("-(-score_on_x)", '-(-tensors["score_on_x"])'),
        ("(max(z) - min(z)) - (1 - max(z))", _RANGES),
        ("((sum(z) * 2) / 3) * (0.5 / 7)", 'ops.sum(tensors["z"], axis=-1) * 2.0 / 3.0 * (0.5 / 7.0)'),
        ("(2 * score_on_x) ** 2 ** -1", '(2.0 * tensors["score_on_x"]) ** 2.0 ** -1.0'),
        ("((score_on_x ** 2) ** 2)", '(tensors["score_on_x"] ** 2.0) ** 2.0'),
        ("-score_on_x ** 2", '-(tensors["score_on_x"] ** 2.0)'),
        ("(-score_on_x) ** 2", '(-tensors["score_on_x"]) ** 2.0'),
        ("2 * -score_on_x", '2.0 * -tensors["score_on_x"]'),
        ("sum(clip(x, -1, 1))", "ops.sum(ops.clip(x, -1.0, 1.0), axis=(1, 2, 3))"),
        ("sum(score_on_x * x)", 'ops.sum(ops.reshape(tensors["score_on_x"], (-1, 1, 1, 1)) * x, axis=(1, 2, 3))'),
        (
            "sum(maximum(z, mean(x)))",
            'ops.sum(ops.maximum(tensors["z"], ops.reshape(ops.mean(x, axis=(1, 2, 3)), (-1, 1))), axis=-1)',
        ),
        ("score_on_x * log(0.5) - sqrt(4)", 'tensors["score_on_x"] * -0.6931471805599453 - 2.0'),
        ("sum(stop_gradient(critic_features))", 'ops.sum(ops.stop_gradient(tensors["critic_features"]), axis=-1)'),
    ],
)  # fmt: skip
def test_a_formula_is_written_as_python_with_no_more_parentheses_than_it_needs(text, written):
    assert python(parse_formula(text, KINDS)) == written


def test_the_axes_of_a_kind_can_be_given():
    formula = parse_formula("sum(critic_features * score_on_x)", KINDS)
    assert python(formula, {"features": (1, 2)}) == (
        'ops.sum(tensors["critic_features"] * ops.reshape(tensors["score_on_x"], (-1, 1, 1)), axis=(1, 2))'
    )


def test_a_formula_says_which_tensors_it_reads_in_the_order_of_their_first_use():
    formula = parse_formula("sum(logits * score_on_x) + sum(x - logits) + sum(label)", KINDS)
    assert formula.needs == ("logits", "score_on_x", "x", "label")
    assert formula.text.startswith("sum(logits")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "", "The formula is empty; write one"),
        ("   \n ", "   \n ", "The formula is empty; write one"),
        ("sum(square(x - sigmoid(logit)))", "logit", "no tensor logit; allowed are x, logits, z.* Did you mean logits"),
        ("sum(squar(x))", "squar", "no function squar; allowed are sum, mean.* Did you mean square?"),
        ("Sum(x)", "Sum", "Did you mean sum?"),
        ("sum(ln(x))", "ln", r"Write log\(value\)"),
        ("sum(beta)", "beta", "There is no tensor beta.*Choose one of these"),
        (
            "x - logits",
            "x - logits",
            r"must be one number for.*has the shape of an image.*sum\(\.\.\.\) or mean\(\.\.\.\)",
        ),
        ("3 + 4", "3 + 4", "reads no tensor"),
        (
            "sum(x + z)",
            "x + z",
            r"x \(the shape of an image\) and z \(the shape of a code\) do not fit.*\+ takes equal shapes",
        ),
        (
            "sum(maximum(z, label))",
            "maximum(z, label)",
            r"z \(the shape of a code\) and label \(the shape of one-hot classes\)",
        ),
        ("sum(score_on_x)", "sum(score_on_x)", "one number for each image already.*mix its images"),
        ("mean(sum(x))", "mean(sum(x))", r"sum\(x\) is one number for each image already"),
        ("sum(3)", "sum(3)", "sum was given the number 3"),
        ("sum(x) / 0", "0", "The divisor 0 is 0, or too near 0 for a float"),
        ("sum(x) / (1 - 1)", "1 - 1", "The divisor 1 - 1"),
        ("sum(x) / 1e-300", "1e-300", "The divisor 1e-300"),
        ("sum(x) / exp(-200)", "exp(-200)", r"The divisor exp\(-200\)"),
        ("sum(x) + 1 / (2 - 2)", "2 - 2", "The divisor 2 - 2"),
        ("sum(z^2)", "z^2", r"a power is written \*\*. Write z \*\* 2\."),
        ("sum(2 x)", "2 x", r"missing between 2 and x\. To multiply, write 2 \* x\."),
        ("2 x", "2 x", r"missing between 2 and x\. To multiply, write 2 \* x\."),
        ("sum(z)2", ")2", r"missing between \) and 2\. To multiply, put \* between them"),
        ("sum(z) z", ") z", r"missing between \) and z\. To multiply, put \* between them"),
        ("sum(x) * log(-1)", "log(-1)", "no finite number"),
        ("sum(x) * log(0)", "log(0)", "no finite number"),
        ("sum(x) * sqrt(-0.5)", "sqrt(-0.5)", "no finite number"),
        ("sum(x) * exp(1000)", "exp(1000)", "no finite number"),
        ("sum(x) * (-1) ** 0.5", "(-1) ** 0.5", "no finite number"),
        ("sum(x) * 0 ** -1", "0 ** -1", "no finite number"),
        ("sum(x) * 9 ** 9 ** 9", "9 ** 9 ** 9", "no finite number"),
        ("sum(x) * 9 ** 9 ** 9 ** 9", "9 ** 9 ** 9", "no finite number"),
        ("sum(x) * 1e30 * 1e30", "", ""),
        ("sum(x) * (1e30 * 1e30)", "1e30 * 1e30", "no finite number"),
        ("sum(x) * 1e999", "1e999", "The number 1e999 is too large"),
        ("sum(x) * " + 400 * "9", 400 * "9", "is too large"),
        ("sum(x ** z)", "z", "The exponent was z; allowed is a number"),
        ("sum(2 ** x)", "x", "The exponent was x"),
        ("sum(clip(x, z, 1))", "z", "A limit of clip was z"),
        ("sum(clip(x, 1, -1))", "clip(x, 1, -1)", "limits of clip were 1 and -1.*Swap"),
        ("sum(clip(x))", "clip(x)", r"given 1 arguments and takes 3; write clip\(value, low, high\)"),
        ("sum()", "sum()", r"given 0 arguments and takes 1; write sum\(value\)"),
        ("max(x, logits)", "max(x, logits)", "For two values, there is maximum"),
        ("sum(x, axis=1)", "axis=1", "The named argument axis=1 was given"),
        ("sum(*x)", "*x", r"A \* before an argument was given"),
        ("sum(**x)", "**x", r"The named argument \*\*x was given"),
        ("sum(x)(z)", "sum(x)", r"sum\(x\) cannot be called"),
        ("x(3)", "x", "x is a tensor and takes nothing in parentheses"),
        ("sum", "sum", r"sum is a function; write sum\(value\)"),
        ("sum(x.shape)", "x.shape", "A dot behind a value was given"),
        ("x.__class__.__mro__", "x.__class__.__mro__", "A dot behind a value was given"),
        ("sum(x[0])", "x[0]", "An index in brackets"),
        ("sum(x) < 3", "sum(x) < 3", "A comparison"),
        ("sum(x) and sum(z)", "sum(x) and sum(z)", "“and”"),
        ("not sum(x)", "not sum(x)", "“not”"),
        ("sum(x) if x else sum(z)", "sum(x) if x else sum(z)", "“if”"),
        ("(lambda: x)()", "lambda: x", "cannot be called"),
        ("lambda: x", "lambda: x", "A lambda"),
        ("sum(i for i in x)", "(i for i in x)", "A comprehension"),
        ("[i for i in x]", "[i for i in x]", "A comprehension"),
        ("(y := x)", "y := x", ":= was given"),
        ("(x, z)", "(x, z)", "A comma outside"),
        ("[x]", "[x]", "A list"),
        ("{x}", "{x}", "A set"),
        ("{}", "{}", "A dictionary"),
        ("+sum(x)", "+sum(x)", "A plus before a value"),
        ("~sum(x)", "~sum(x)", "~ was given"),
        ("sum(x) % 2", "sum(x) % 2", "% was given"),
        ("sum(x) ^ 2", "sum(x) ^ 2", r"a power is written \*\*"),
        ("sum(x) // 2", "sum(x) // 2", "// was given"),
        ("sum(x) * True", "True", "True was given; allowed are numbers"),
        ("sum(x) * None", "None", "None was given; allowed are numbers"),
        ("sum(x) * ...", "...", "... was given; allowed are numbers"),
        ("sum(x) * 2j", "2j", "j stands right behind the number 2"),
        ("2x", "2x", r"an operator between, such as 2 \* x"),
        ("1_000 * sum(x)", "1_000", "_000 stands right behind"),
        ("sum(x) * 007", "007", "cannot be read here"),
        ('f"{x}"', '"', 'The character " was given'),
        ("__import__('os')", "'", "The character ' was given"),
        ("sum(x) # nothing", "#", "The character # was given"),
        ("sum(x) \\\n", "\\", "was given"),
        ("sum(x − logits)", "−", "write - in its place"),
        ("½ Σ x", "½", r"write 0\.5 \* in its place"),
        ("sum(ｘ)", "ｘ", "The character ｘ was given"),
        ("sum(x)\0", "\0", r"The character U\+0000 was given"),
        ("sum(\ud800)", "\ud800", r"The character U\+D800 was given"),
        ("sum(x\u2028)", "\u2028", r"The character U\+2028 was given"),
        ("sum(x", "(", r"This \( is never closed"),
        ("sum(x))", ")", r"This \) closes nothing"),
        ("sum(x]", "]", "This ] closes nothing"),
        ("sum(x) +", "+", "ends too early"),
        ("sum(x) *  ", "*", "ends too early"),
        ("sum(x z)", "x z", "missing between x and z"),
        ("sum(x) z", ") z", "missing between"),
        ("loss = sum(x)", "=", "what would stand on the right of it"),
        ("import os", "import", "“import” cannot be read here"),
        ("sum(x); sum(z)", ";", "The character ; was given"),
        ("sum(x) +\n  sum(\n zz)", "zz", "no tensor zz"),
        ("\t\n sum(x)\n\n - zz", "zz", "no tensor zz"),
    ],
)
def test_what_is_no_formula_is_refused_with_a_sentence_and_its_place(text, place, words):
    if not words:  # each number is finite by itself; what the tensors make of them is not known
        parse_formula(text, KINDS)
        return
    error = refused(text)
    assert text[error.start : error.end] == place
    assert re.search(words, error.sentence), error.sentence


def test_a_long_formula_is_refused_before_it_is_read():
    error = refused("x" * 10_000)
    assert "10,000 characters; allowed are at most 500" in error.sentence
    assert (error.start, error.end) == (LONGEST, 10_000)


def test_a_sum_of_many_addends_may_be_as_deep_as_the_limit_and_no_deeper():
    assert parse_formula("+".join(["score_on_x"] * DEEPEST), KINDS).needs == ("score_on_x",)
    assert "too large" in refused("+".join(["score_on_x"] * (DEEPEST + 1))).sentence
    wide = "+".join(["(" + "+".join(["sum(x)"] * 8) + ")"] * 8)
    assert parse_formula(wide, KINDS)


def test_every_function_can_be_used_and_says_what_it_does():
    for name, info in FUNCTIONS.items():
        arguments = ["x", "-1", "1"] if info.numbers else ["x", "logits"][: len(info.arguments)]
        inner = f"{name}({', '.join(arguments)})"
        assert parse_formula(inner if info.reduces else f"sum({inner})", KINDS)
        assert info.summary
        assert usage(name).startswith(f"{name}(value")


def test_every_kind_of_shape_has_its_words():
    assert set(SHAPES) == set(flow.KINDS)
