"""The project's own Python files, and what they import."""

import ast
from pathlib import Path

from tests.support.helpers import ROOT

MODELS = sorted((ROOT / "models").rglob("*.py"))
EXPLORER = sorted((ROOT / "explorer").rglob("*.py"))
BENCHMARKS = sorted((ROOT / "benchmarks").rglob("*.py"))


def module_name(path: Path) -> str:
    """Return `explorer.runs.reader` for explorer/runs/reader.py."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> set[str]:
    """Return the full names of all that a file imports, wherever in it: `models.spec` for `from models import spec`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            names |= {_full_name(node.module or "", alias.name) for alias in node.names}
    return names


def _full_name(module: str, name: str) -> str:
    """A module of ours is named by itself, anything else by the module that holds it."""
    inner = ROOT / module.replace(".", "/") / name
    return f"{module}.{name}" if inner.is_dir() or inner.with_suffix(".py").is_file() else module


def tops(path: Path) -> set[str]:
    """Return the first part of the name of everything that a file imports."""
    return {name.partition(".")[0] for name in imported(path)}
