"""What pages read of a model is fully annotated."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SPEC = Path(__file__).parents[3] / "models" / "spec"


def _untold(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    given = function.args
    several = [one for one in (given.vararg, given.kwarg) if one is not None]
    for argument in [*given.posonlyargs, *given.args, *given.kwonlyargs, *several]:
        if argument.annotation is None and argument.arg not in {"self", "cls"}:
            yield argument.arg
    if function.returns is None and function.name != "__init__":
        yield "return"


@pytest.mark.parametrize("path", sorted(SPEC.rglob("*.py")), ids=lambda path: path.relative_to(SPEC).as_posix())
def test_every_parameter_and_return_is_annotated(path):
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, functions)]
    assert {f"{one.name}: {name}" for one in found for name in _untold(one)} == set()
