"""The project's own modules as text: their definitions, their imports, and the exact source of any part of them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN = ("models.", "explorer.")


class ExportError(ValueError):
    """Something that cannot be written as a script; the message is a sentence."""


class Module:
    """One parsed source file. Definitions by name, and where each imported name comes from."""

    def __init__(self, name: str, source: bytes):
        self.name, self.source = name, source
        self.tree = ast.parse(self.source)
        self.lines = [0]  # where each line begins, in bytes: that is how ast counts columns
        for line in self.source.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.definitions = {name: node for node in self.tree.body for name in _defined(node)}
        self.imports = {name: origin for node in ast.walk(self.tree) for name, origin in _imported(node)}
        self.bound = {name for node in ast.walk(self.tree) for name in _bound(node)}

    def start(self, node: ast.AST) -> int:
        return self.lines[node.lineno - 1] + node.col_offset  # ty: ignore[missing-attribute]

    def end(self, node: ast.AST) -> int:
        return self.lines[node.end_lineno - 1] + node.end_col_offset  # ty: ignore[missing-attribute]

    def text(self, start: int, end: int) -> str:
        return self.source[start:end].decode()

    def before(self, node: ast.stmt, floor: int) -> str:
        """The blank lines and comments over a statement, down from line number `floor` (the last line before them)."""
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        return self.text(self.lines[floor], self.lines[first - 1])

    def after(self, node: ast.stmt) -> str:
        """The comment on a statement's last line, with its #, or nothing; words to our own tools are none."""
        rest = self.text(self.end(node), self.lines[node.end_lineno or 0]).strip()
        return f"  {rest}" if rest.startswith("#") and not rest.startswith(("# fmt:", "# ty:")) else ""


@cache
def module(name: str) -> Module:
    path = ROOT / name.replace(".", "/")
    return Module(name, (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_bytes())


def is_own(name: str) -> bool:
    return name.startswith(OWN)


def _bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            yield name


def _defined(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _imported(node: ast.AST) -> Iterator[tuple[str, tuple[str, str | None]]]:
    """A local name with (module, name in it); the second is None where the module itself is imported."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.asname or alias.name, (alias.name, None)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, (node.module or "", alias.name)
