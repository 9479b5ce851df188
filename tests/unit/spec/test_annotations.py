"""`models/` is fully annotated, but for what users read as plain Keras."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from explorer.export.script import script_of
from models.spec.catalogue import PIXEL_MODELS, VARIANTS
from models.spec.experiment import Experiment
from models.spec.schedules import SCHEDULES
from models.spec.wirings import WIRINGS

MODELS = Path(__file__).parents[3] / "models"
# Shown to users as examples of plain Keras, which has no annotations.
EXAMPLES = {MODELS / "wirings" / f"{name}.py" for name in WIRINGS}
PATHS = sorted(set(MODELS.rglob("*.py")) - EXAMPLES)

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


@cache
def _copied() -> frozenset[str]:
    """Return the definitions that exported scripts copy as they stand, as syntax trees without their places.

    They need no annotations: a script would have to import the types.
    """
    choices = [
        *({"variant": name} for name in VARIANTS),
        *({"variant": "vae", "pixel_model": name} for name in PIXEL_MODELS),
        *({"variant": "vae", "terms": {"kl": {"weight": 1.0, "schedule": name}}} for name in SCHEDULES),
    ]
    scripts = [ast.parse(script_of(Experiment.parse(choice))) for choice in choices]
    return frozenset(ast.dump(node) for script in scripts for node in script.body)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.relative_to(MODELS).as_posix())
def test_every_parameter_and_return_is_annotated(path):
    body = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if ast.dump(node) not in _copied()]
    functions = _functions(ast.Module(body, type_ignores=[]))
    assert {f"{one.name}: {name}" for one in functions for name in _missing(one)} == set()


def test_a_script_brings_functions_without_annotations():
    """Else nothing would be excepted above, and the exception would be of no use."""
    losses = _functions(ast.parse((MODELS / "losses.py").read_text(encoding="utf-8")))
    assert any(ast.dump(each) in _copied() and list(_missing(each)) for each in losses)


def test_the_examples_are_the_five_wirings():
    assert len(EXAMPLES) == 5
    assert all(path.is_file() for path in EXAMPLES)
