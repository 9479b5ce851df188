"""The code of the five wirings, which a person copies from the page."""

import ast
import importlib
from pathlib import Path

import pytest

from models.spec.wirings import WIRINGS

NAMES = list(WIRINGS)


@pytest.mark.parametrize("name", NAMES)
def test_the_code_that_is_shown_is_the_code_that_runs(name):
    module = importlib.import_module(f"models.wirings.{name}")
    assert module.__file__ is not None
    assert Path(module.__file__).read_text(encoding="utf-8") == WIRINGS[name].source()


@pytest.mark.parametrize("name", NAMES)
def test_the_code_can_be_copied(name):
    """It imports nothing of ours, and its lines fit beside their numbers."""
    source = WIRINGS[name].source()
    imported = {
        (node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name).partition(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported <= {"keras", "tensorflow", "numpy"}
    assert max(map(len, source.splitlines())) <= 88
