"""Source of ours, copied as it stands: definitions of a module, all that they need of it, and its imports."""

import ast
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from explorer.export.text import is_definition
from models.spec.recorder import file_of


class ExportError(ValueError):
    """A source that cannot stand in a script; the message names its place."""


@dataclass(frozen=True)
class Copied:
    """Definitions by name in the order of their module, and the import statements that they need."""

    definitions: dict[str, str] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)

    @property
    def blocks(self) -> list[str]:
        """The definitions; constants that stand together are one block."""
        out: list[str] = []
        for text in self.definitions.values():
            if out and not is_definition(text) and not is_definition(out[-1]):
                out[-1] += f"\n{text}"
            else:
                out.append(text)
        return out

    def __or__(self, other: "Copied") -> "Copied":
        return Copied(self.definitions | other.definitions, self.imports | other.imports)


def copy(module: str, names: Iterable[str]) -> Copied:
    """Copy definitions and what they need. Raises ExportError where they use something of ours that is elsewhere."""
    lines, definitions, imports = _module(module)
    copied, needed, waiting = Copied(), set(), [(name, name) for name in names]
    while waiting:
        name, user = waiting.pop()
        if name in definitions and name not in needed:
            needed.add(name)
            waiting += [(n.id, name) for n in ast.walk(definitions[name]) if isinstance(n, ast.Name)]
        elif name in imports:
            if imports[name].split()[1].partition(".")[0] in {"models", "explorer"}:
                place = f"{module} line {definitions[user].lineno}: {user}"
                raise ExportError(f"{place} uses {name}, which a script does not have. Give it as an argument.")
            copied.imports.add(imports[name])
    for name in (name for name in definitions if name in needed):
        copied.definitions[name], inner = _text(lines, definitions[name])
        copied.imports.update(inner)
    return copied


def copy_all(things: Iterable[Any]) -> Copied:
    """Copy functions and classes of ours, wherever they are defined."""
    modules: dict[str, list[str]] = {}
    for thing in things:
        modules.setdefault(thing.__module__, []).append(thing.__name__)
    copied = Copied()
    for module, names in modules.items():
        copied |= copy(module, names)
    return copied


def import_lines(statements: Iterable[str]) -> str:
    """Sort import statements as ruff does: the standard library's first, one line for each module."""
    modules: dict[str, list[str]] = {}
    for statement in sorted(statements, key=lambda line: (line.startswith("from"), line.lower())):
        start, _, name = statement.partition(" import ")
        modules.setdefault(start, []).append(name)
    sections: dict[bool, list[str]] = {True: [], False: []}
    for start, names in modules.items():
        line = f"{start} import {', '.join(names)}" if names[0] else start
        sections[start.split()[1].partition(".")[0] in sys.stdlib_module_names].append(line)
    return "\n\n".join("\n".join(section) for section in sections.values() if section)


@cache
def _module(name: str) -> tuple[list[str], dict[str, ast.stmt], dict[str, str]]:
    """Read the lines of a module, its definitions, and for each name that it imports a statement that does that."""
    text = file_of(name).read_text(encoding="utf-8")
    definitions: dict[str, ast.stmt] = {}
    imports: dict[str, str] = {}
    for node in ast.parse(text).body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                definitions[node.name] = node
            case ast.Assign(targets=targets):
                names = [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]
                definitions |= dict.fromkeys(names, node)
            case ast.AnnAssign(target=ast.Name(id=constant)):
                definitions[constant] = node
            case ast.Import() | ast.ImportFrom():
                imports |= _imported(node)
    return text.splitlines(), definitions, imports


def _imported(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    start = f"from {node.module} import" if isinstance(node, ast.ImportFrom) else "import"
    return {
        alias.asname or alias.name: f"{start} {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
        for alias in node.names
    }


def _text(lines: list[str], node: ast.stmt) -> tuple[str, set[str]]:
    """Return a definition with its decorators and the comments over it, and the imports that were made inside it."""
    start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]) - 1
    while start and lines[start - 1].startswith("#"):
        start -= 1
    inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
    gone = {line for n in inner for line in range(n.lineno - 1, n.end_lineno or n.lineno)}
    if gone and not lines[max(gone) + 1]:
        gone.add(max(gone) + 1)
    kept = [lines[at] for at in range(start, node.end_lineno or node.lineno) if at not in gone]
    return "\n".join(kept), {statement for n in inner for statement in _imported(n).values()}
