"""What is known of an expression before the script runs: a value, or only the code that will give one."""

import ast
import json
from dataclasses import dataclass, field
from typing import Any

from explorer.export.source import ExportError, Module


@dataclass(frozen=True)
class Known:
    """A value that the experiment decides; `code` is how the script writes it, such as LATENT_DIM."""

    value: Any
    code: str | None = None


@dataclass(frozen=True)
class Code:
    """An expression that only the script's own run can answer."""

    text: str


@dataclass(frozen=True)
class Own:
    """A function or class of ours, not yet written into the script."""

    module: Module
    node: ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Table:
    """A dictionary of ours, written out in its module: looked into, never copied."""

    module: Module
    node: ast.Dict


@dataclass(frozen=True)
class Package:
    """A module of ours under its name."""

    module: Module


@dataclass(frozen=True)
class Closure:
    """A lambda with the names around it."""

    node: ast.Lambda
    scope: Any


@dataclass(frozen=True)
class Record:
    """A dataclass of ours that is made here: its fields can be read without making it."""

    fields: dict[str, Any]
    text: Any = field(compare=False, repr=False)  # gives the call as code, where it is to be made after all


Value = Known | Code | Own | Table | Package | Closure | Record


def literal(value: Any) -> str:
    """A value as a careful author would write it. Raises ExportError for what has no literal."""
    match value:
        case bool() | None:
            return repr(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case int():
            return f"{value:_}" if abs(value) >= 10_000 else str(value)
        case float():
            return repr(value)
        case dict() if not value:
            return "{}"
        case tuple():
            inner = ", ".join(literal(part) for part in value)
            return f"({inner},)" if len(value) == 1 else f"({inner})"
    raise ExportError(f"A {type(value).__name__} cannot be written into a script. Use its fields instead.")


def is_plain(value: Value) -> bool:
    """Whether it is known and can be written down."""
    if not isinstance(value, Known):
        return False
    try:
        return value.code is not None or bool(literal(value.value))
    except ExportError:
        return False
