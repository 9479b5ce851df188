"""Docstrings of functions begin with a verb, so that what a call does is the first word that one reads."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATHS = sorted(path for room in ("models", "explorer") for path in (ROOT / room).rglob("*.py"))
VERBS = {
    "Add", "Answer", "Apply", "Arrange", "Ask", "Assign", "Begin", "Block", "Bound", "Build", "Check", "Choose",
    "Close", "Commit", "Compare", "Compute", "Copy", "Count", "Declare", "Decode", "Delete", "Describe", "Do", "Draw",
    "Drop", "Encode", "End", "Explain", "Fail", "Fill", "Find", "Forget", "Freeze", "Give", "Go", "Guard", "Hand",
    "Handle", "Import", "Inspect", "Judge", "Keep", "Label", "Lay", "Let", "List", "Load", "Lower", "Make", "Measure",
    "Move", "Open", "Parse", "Print", "Project", "Put", "Raise", "Read", "Record", "Refuse", "Remove", "Reset",
    "Return", "Rise", "Route", "Run", "Save", "Say", "Send", "Set", "Show", "Skip", "Sort", "Split", "Stand", "Start",
    "Stop", "Take", "Tell", "Train", "Try", "Turn", "Unpack", "Update", "Write", "Yield",
    "GET", "POST",  # the answer to a request of the browser
}  # fmt: skip
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _is_property(function: Function) -> bool:
    """Return whether it is data, whose docstring is a noun phrase."""
    return any("property" in ast.unparse(decorator) for decorator in function.decorator_list)


EVERYWHERE = [*PATHS, *sorted((ROOT / "benchmarks").glob("*.py"))]
NO_SUBJECT = ("What ", "Whether ", "Why ", "When ", "Who ", "The same ")


@pytest.mark.parametrize("path", EVERYWHERE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_docstring_begins_with_a_question_instead_of_its_subject(path):
    documented = ast.Module | ast.ClassDef | Function
    nodes = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, documented)]
    texts = [text for node in nodes if (text := ast.get_docstring(node)) is not None]
    assert [text for text in texts if text.startswith(NO_SUBJECT)] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_docstrings_of_functions_begin_with_a_verb(path):
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    functions = [node for node in nodes if isinstance(node, Function) and not _is_property(node)]
    texts = [(each.name, text) for each in functions if (text := ast.get_docstring(each)) is not None]
    assert {(name, text) for name, text in texts if text.split()[0].strip(",") not in VERBS} == set()
