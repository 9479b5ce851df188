"""Terms of one's own as code of the script, in the place of `models.own_terms.term_function`, which computes them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from explorer.export.layout import WIDTH
from explorer.export.scope import Needs
from explorer.export.values import Code
from models.spec.formula.formula import Formula, python
from models.spec.formula.nodes import Binary, Call, Negative, Node, Spread

_SHORT = 70  # characters: it still fits behind its name in the table of the terms
_SIMPLE = r"(?:x|part\d+|\d[\d.]*(?:e-?\d+)?)"


def own_term(needs: Needs, formula: Formula) -> Code:
    """The formula as a loss term (x, named) -> (batch,): a lambda where it is short, else a function of its own."""
    needs.imported("ops", ("keras", "ops"))
    body = python(replace(formula, root=_without_double_minus(formula.root)))
    given = ", ".join(each if re.search(rf"\b{each}\b", body) else f"_{each}" for each in ("x", "named"))
    if len(body) <= _SHORT:
        return Code(f"lambda {given}: {_formatted(body)}")
    lines = [f"({given}):", '    """A term of your own: (batch,)."""', *_in_parts(body)]
    return Code(needs.own_term("\n".join(lines)))


def _without_double_minus(node: Node) -> Node:
    """The same node; two minus signs before each other look like a slip."""
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
    """An expression as statements of a line each: what is too long for one is computed in parts."""
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
    """Where the calls and operations within an expression stand, of those that are not too long."""
    whole = ast.parse(body, mode="eval").body
    for node in ast.walk(whole):
        if isinstance(node, ast.Call | ast.BinOp) and node is not whole:
            assert node.end_col_offset is not None  # noqa: S101 -- for the type checker
            if node.end_col_offset - node.col_offset <= longest:
                yield node.col_offset, node.end_col_offset


def _formatted(text: str) -> str:
    """As `ruff format` has it: powers of simple operands without spaces, exponents without a plus."""
    text = re.sub(r"(?<=\d)e\+", "e", text)
    return re.sub(rf"(?<![\w.\])])({_SIMPLE}) \*\* (-*{_SIMPLE})(?![\w.\[(]| \*\*)", r"\1**\2", text)
