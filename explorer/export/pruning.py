"""What no script reads of a dataclass is left out of it: properties, and last fields that have a default."""

import ast
import re
from collections.abc import Iterator


def without_unused(texts: list[str]) -> list[str]:
    """The definitions of a script, its dataclasses without what nothing reads."""
    before: list[str] = []
    while texts != before:
        read = {name for text in texts for name in _read(ast.parse(text))}
        before, texts = texts, [_pruned(text, read) if text.startswith("@dataclass") else text for text in texts]
    return texts


def _pruned(text: str, read: set[str]) -> str:
    (definition,) = ast.parse(text).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 -- for the type checker: such is what is decorated so
    lines = text.splitlines()
    for member in reversed(definition.body):
        name = _optional(member)
        if name is not None and name not in read:
            first = min([member.lineno, *(d.lineno for d in getattr(member, "decorator_list", []))]) - 1
            blank = first and not lines[first - 1].strip()
            del lines[first - bool(blank) : member.end_lineno]
            lines = re.sub(rf"\n    {name}: \S.*(\n {{8}}.*)*", "", "\n".join(lines), count=1).splitlines()
    return "\n".join(lines)


def _optional(member: ast.stmt) -> str | None:
    """The name of a member that a dataclass can do without."""
    match member:
        case ast.FunctionDef(name=name) | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return name
    return None


def _read(tree: ast.AST) -> Iterator[str]:
    """Names that are read of some object, or given by keyword."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                yield name
