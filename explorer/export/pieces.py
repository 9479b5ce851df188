"""The parts of an expression: where they stand, how they are put together, what operators make of them."""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from explorer.export.scope import Scope
from explorer.export.source import ExportError
from explorer.export.values import Code, Known

OPERATORS: Mapping[type, Callable[..., Any]] = MappingProxyType(
    {
        ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
        ast.FloorDiv: operator.floordiv, ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt,
        ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Not: operator.not_, ast.USub: operator.neg,
        ast.Is: operator.is_, ast.IsNot: operator.is_not,
        ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
    }
)  # fmt: skip
_ATOMS = (ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.Call, ast.List, ast.Dict, ast.Set, ast.Tuple)
_BINDING = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.Attribute, ast.Starred, ast.IfExp)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def tuple_of(texts: list[str]) -> Code:
    return Code(f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})")


def round_of(generator: ast.comprehension, each: Any, scope: Scope) -> Scope:
    match generator.target:
        case ast.Name(id=name):
            return scope.inside({name: Known(each)})
        case ast.Tuple(elts=names):
            pairs = zip(names, each, strict=True)
            return scope.inside({name.id: Known(value) for name, value in pairs if isinstance(name, ast.Name)})
    raise ExportError("A comprehension has an unusual target. Use a name or a tuple of names.")


def parts(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions right below a node, also those in keywords, comprehensions and argument lists."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
        else:
            yield from parts(child)


def bracketed(text: str, part: ast.expr, parent: ast.expr) -> str:
    """Text in the place of an atom stays one where an operator or a dot binds it."""
    binds = isinstance(parent, _BINDING) or (isinstance(parent, ast.Call | ast.Subscript) and _leads(parent, part))
    if not binds or not isinstance(part, _ATOMS):
        return text
    return text if isinstance(ast.parse(text, mode="eval").body, _ATOMS) else f"({text})"


def _leads(parent: ast.Call | ast.Subscript, part: ast.expr) -> bool:
    return part is (parent.func if isinstance(parent, ast.Call) else parent.value)
