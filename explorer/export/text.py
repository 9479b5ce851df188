"""Values and statements as text, on lines as `ruff format` leaves them."""

import json
from collections.abc import Iterable
from typing import Any

WIDTH = 120


class _Constant:
    text: str

    def __add__(self, other: Any) -> Any:
        return constant(super().__add__(other), f"{self.text} + {literal(other)}")  # ty: ignore[missing-attribute]


def constant(value: float, text: str) -> Any:
    """Return the number, which `literal` writes as `text`; sums with it keep the name."""
    return type("Constant", (_Constant, type(value)), {"text": text})(value)


def literal(value: Any) -> str:
    """Write a value as a careful author would."""
    match value:
        case _Constant():
            return value.text
        case str():
            return json.dumps(value, ensure_ascii=False)
        case bool() | None:
            return repr(value)
        case int():
            return f"{value:_}" if abs(value) >= 10_000 else str(value)
        case float() if 0 < value < 1 and len(repr(value)) > 10 and 1 / round(1 / value) == value:
            return f"1 / {round(1 / value)}"
        case tuple():
            return f"({', '.join(map(literal, value))}{',' * (len(value) == 1)})"
    return repr(value)


def call(head: str, arguments: Iterable[str], indent: int = 0, tail: str = ")") -> str:
    """Write a call or, with another `tail`, a table: on one line, or else on lines within its brackets."""
    parts, space = list(arguments), " " * (indent + 4)
    if indent + len(flat := f"{head}{', '.join(parts)}{tail}") <= WIDTH:
        return flat
    if tail.startswith(")") and len(body := f"{space}{', '.join(parts)}") <= WIDTH:
        return f"{head}\n{body}\n{' ' * indent}{tail}"
    return entries(head, parts, indent, tail)


def entries(head: str, parts: Iterable[str], indent: int = 0, tail: str = "}") -> str:
    """Write a head and a line for each part; its comma may be there already."""
    space = " " * (indent + 4)
    return "\n".join([head, *(f"{space}{part.removesuffix(',')}," for part in parts), " " * indent + tail])


def is_definition(block: str) -> bool:
    """Tell whether a block begins with a function or a class, behind its comments."""
    first = next(line for line in block.splitlines() if not line.startswith("#"))
    return first.startswith(("def ", "class ", "@"))


def joined(blocks: Iterable[str]) -> str:
    """Put blocks under each other: two empty lines around functions and classes, one between all else."""
    out, after = "", False
    for block in blocks:
        here = is_definition(block)
        out += ("\n\n\n" if here or after else "\n\n" if out else "") + block if out else block
        after = here
    return out
