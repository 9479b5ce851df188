"""A formula as a loss term of a script: an expression, or a function where that is too long for a line."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from models.spec.formula.formula import Formula, python
from models.spec.formula.nodes import Binary, Call, Negative, Node, Spread

WIDTH = 120  # of a line
_SIMPLE = r"(?:x|part\d+|\d[\d.]*(?:e-?\d+)?)"


def own_term(name: str, formula: Formula, room: int) -> tuple[str, str]:
    """Return an expression of `x` and `tensors`, at most `room` long, and the function that it calls, if any."""
    body = python(replace(formula, root=_without_double_minus(formula.root)))
    if len(_formatted(body)) <= room:
        return _formatted(body), ""
    lines = [f"def {name}_term(x, tensors):", '    """Return the value of your own term: (batch,)."""']
    return f"{name}_term(x, tensors)", "\n".join([*lines, *_in_parts(body)])


def _without_double_minus(node: Node) -> Node:
    """Return the same node; two minus signs before each other look like a slip."""
    match node:
        case Negative(operand=Negative(operand=same)):
            return _without_double_minus(same)
        case Negative() | Spread():
            return replace(node, operand=_without_double_minus(node.operand))
        case Binary():
            return replace(node, left=_without_double_minus(node.left), right=_without_double_minus(node.right))
        case Call():
            return replace(node, arguments=tuple(map(_without_double_minus, node.arguments)))
    return node


def _in_parts(body: str) -> list[str]:
    """Write an expression as statements of a line each: what is too long for one is computed in parts."""
    lines = []
    while len(last := f"    return {_formatted(body)}") > WIDTH:
        name = f"part{len(lines) + 1}"
        start, end = max(_parts(body, WIDTH - len(f"    {name} = ")), key=lambda part: part[1] - part[0])
        lines.append(f"    {name} = {_formatted(body[start:end])}")
        if re.search(r"(?<!\w)\($", body[:start]) and body[end] == ")":  # parentheses that are no call's
            start, end = start - 1, end + 1
        body = f"{body[:start]}{name}{body[end:]}"
    return [*lines, last]


def _parts(body: str, longest: int) -> Iterator[tuple[int, int]]:
    """Find where the calls and operations within an expression stand, of those that are not too long."""
    whole = ast.parse(body, mode="eval").body
    for node in ast.walk(whole):
        if isinstance(node, ast.Call | ast.BinOp) and node is not whole:
            assert node.end_col_offset is not None  # noqa: S101 -- for the type checker
            if node.end_col_offset - node.col_offset <= longest:
                yield node.col_offset, node.end_col_offset


def _formatted(text: str) -> str:
    """Write powers of simple operands without spaces and exponents without a plus, as `ruff format` does."""
    text = re.sub(r"(?<=\d)e\+", "e", text)
    return re.sub(rf"(?<![\w.\])])({_SIMPLE}) \*\* (-*{_SIMPLE})(?![\w.\[(]| \*\*)", r"\1**\2", text)
