"""`models/` is fully annotated, and the docstrings of its functions begin with a verb."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.export.source import copy
from models.spec.wirings import WIRINGS

MODELS = Path(__file__).parents[3] / "models"
# Shown to users as examples of plain Keras, which has no annotations.
EXAMPLES = {MODELS / "wirings" / f"{name}.py" for name in WIRINGS}
PATHS = sorted(set(MODELS.rglob("*.py")) - EXAMPLES)
# Definitions that exported scripts copy as they stand. They need no annotations: a script would have to import the
# types. What these use in their modules is copied, and so excepted, too.
COPIED = {
    "clock": ("Clock",),
    "layers": ("Sampling", "Prior", "Shuffle", "Quantizer", "CriticSlope", "Densities"),
    "losses": ("TERMS",),
    "pixels": ("Clip", "bernoulli_nll", "gaussian_nll", "grey_level_error"),
    "standalone": ("Autoencoder", "Learners", "PacedLearners"),
}
VERBS = {
    "Apply", "Assign", "Build", "Compare", "Compute", "Describe", "Draw", "Fill", "Find", "Freeze", "Import",
    "Inspect", "Let", "Move", "Put", "Raise", "Read", "Reset", "Return", "Rise", "Set", "Skip", "Take", "Tell",
    "Train", "Update", "Write", "Yield",
}  # fmt: skip

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.AST) -> list[Function]:
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def _missing(function: Function) -> Iterator[str]:
    """Find the parameters of a function without an annotation, and its return."""
    given = function.args
    several = [one for one in (given.vararg, given.kwarg) if one is not None]
    for argument in [*given.posonlyargs, *given.args, *given.kwonlyargs, *several]:
        if argument.annotation is None and argument.arg not in {"self", "cls"}:
            yield argument.arg
    if function.returns is None and function.name != "__init__":
        yield "return"


def _copied(path: Path) -> set[str]:
    names = COPIED.get(path.stem, ()) if path.parent == MODELS else ()
    copied = set(copy(f"models.{path.stem}", names).definitions) if names else set()
    assert set(names) <= copied, "COPIED has a name that the module does not define"
    return copied


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.relative_to(MODELS).as_posix())
def test_every_parameter_and_return_is_annotated(path):
    copied = _copied(path)
    body = [
        node for node in ast.parse(path.read_text(encoding="utf-8")).body if getattr(node, "name", "") not in copied
    ]
    functions = _functions(ast.Module(body, type_ignores=[]))
    assert {f"{one.name}: {name}" for one in functions for name in _missing(one)} == set()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.relative_to(MODELS).as_posix())
def test_docstrings_of_functions_begin_with_a_verb(path):
    # A property is data: its docstring is a noun phrase.
    functions = [
        each
        for each in _functions(ast.parse(path.read_text(encoding="utf-8")))
        if not any("property" in ast.unparse(decorator) for decorator in each.decorator_list)
    ]
    texts = [(each.name, text) for each in functions if (text := ast.get_docstring(each)) is not None]
    assert {(name, text) for name, text in texts if text.split()[0] not in VERBS} == set()


def test_the_examples_are_the_five_wirings():
    assert len(EXAMPLES) == 5
    assert all(path.is_file() for path in EXAMPLES)
