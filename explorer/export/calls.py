"""Calls of our own functions: solved where the experiment decides the answer, else made with what is left to give."""

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from explorer.export.scope import Scope
from explorer.export.values import Closure, Code, Known, Own, Record, Value, is_plain

if TYPE_CHECKING:
    from explorer.export.evaluate import Evaluator

PROGRAM = "explorer.export.program"  # and program_model: what a reader of the script looks for
OWN_TERM = ("models.own_terms", "term_function")  # its formula is written out instead
Given = dict[str, Value]


def is_dataclass(node: ast.ClassDef) -> bool:
    return any(isinstance(d, ast.Call) and ast.unparse(d.func) == "dataclass" for d in node.decorator_list)


def parameters(callee: Own | Closure) -> tuple[list[str], dict[str, ast.expr]]:
    """The parameters in order, and the defaults of those that have one."""
    node = callee.node
    if isinstance(node, ast.ClassDef):
        fields = [n for n in node.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)]
        names = [n.target.id for n in fields if isinstance(n.target, ast.Name)]
        return names, {name: n.value for name, n in zip(names, fields, strict=True) if n.value is not None}
    args = [*node.args.posonlyargs, *node.args.args]
    names = [arg.arg for arg in args]
    late = zip(reversed(names), reversed(node.args.defaults), strict=False)
    pairs = zip((arg.arg for arg in node.args.kwonlyargs), node.args.kw_defaults, strict=True)
    only = {name: default for name, default in pairs if default is not None}
    return [*names, *(arg.arg for arg in node.args.kwonlyargs)], {**dict(late), **only}


def bound(evaluator: "Evaluator", node: ast.Call, callee: Own | Closure, scope: Scope) -> Given | None:
    """The value of each parameter of a call, defaults included; None where it spreads its arguments with a star."""
    if any(isinstance(arg, ast.Starred) for arg in node.args) or any(kw.arg is None for kw in node.keywords):
        return None
    names, defaults = parameters(callee)
    home = callee.scope if isinstance(callee, Closure) else Scope(callee.module)
    given = {name: evaluator.evaluate(arg, scope) for name, arg in zip(names, node.args, strict=False)}
    given |= {kw.arg: evaluator.evaluate(kw.value, scope) for kw in node.keywords if kw.arg is not None}
    rest = {name: evaluator.evaluate(default, home) for name, default in defaults.items() if name not in given}
    return {**given, **rest}


def solved(evaluator: "Evaluator", callee: Own | Closure, given: Given) -> Value | None:
    """What a call comes to, where no statement of the function is left over; None where the script has to call it."""
    if isinstance(callee, Closure):
        return evaluator.evaluate(callee.node.body, callee.scope.inside(given))
    if callee.module.name.startswith(PROGRAM):
        return None
    scope = Scope(callee.module, dict(given))
    answer = _answer(evaluator, callee.node.body, scope)
    if answer is None or not isinstance(answer, Code):
        return answer
    simple = any(answer == value for value in given.values()) or all(isinstance(v, Known) for v in given.values())
    return answer if simple else None


def _answer(evaluator: "Evaluator", body: list[ast.stmt], scope: Scope) -> Value | None:
    for statement in body:
        match statement:
            case ast.Expr(value=ast.Constant()):
                continue
            case ast.Return(value=ast.expr() as value):
                return evaluator.evaluate(value, scope)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                scope.names[name] = evaluator.evaluate(value, scope)
                if isinstance(scope.names[name], Code):
                    return None
            case ast.For(iter=ast.Name(id=name)) if scope.names.get(name) in (Known(()), Known((), "()")):
                continue
            case _:
                return None
    return None


def decided(given: Mapping[str, Value], callee: Own, said: set[str]) -> dict[str, Value]:
    """The parameters that the script's function does without.

    What has no literal, what is None or empty, functions by default, and every default where the call does not say
    (`said`) otherwise.
    """
    _, defaults = parameters(callee)
    return {
        name: value
        for name, value in given.items()
        if isinstance(value, Record)
        or (isinstance(value, Known) and (not is_plain(value) or value.value in (None, ()) or name not in said))
        or (isinstance(value, Own) and name in defaults)
    }


def call_text(evaluator: "Evaluator", node: ast.Call, callee: Own | Closure, given: Given) -> Value:
    """The call as the script makes it: without what is decided, and without what the function ignores."""
    assert isinstance(callee, Own)  # noqa: S101 -- a lambda is always solved
    names, _ = parameters(callee)
    placed = dict(zip(names, node.args, strict=False))
    fixed = decided(given, callee, {*placed, *(kw.arg for kw in node.keywords if kw.arg)})
    ignored = frozenset(name for name in names if name.startswith("_") and name in given)
    ignored |= evaluator.needs.unread(callee, fixed)
    name = evaluator.needs.own(callee, fixed, ignored)
    gone = {*fixed, *ignored}
    parts = [evaluator.lift(given[at]) for at in placed if at not in gone]
    parts += [f"{kw.arg}={evaluator.lift(given[kw.arg])}" for kw in node.keywords if kw.arg and kw.arg not in gone]
    return Code(f"{name}({', '.join(parts)})")


def record_text(evaluator: "Evaluator", node: ast.Call, callee: Own, given: Given) -> str:
    """The making of a dataclass, without arguments that are what the class has by default."""
    names, defaults = parameters(callee)
    placed = names[: len(node.args)]
    usual = {name: evaluator.evaluate(default, Scope(callee.module)) for name, default in defaults.items()}
    keywords = [kw.arg for kw in node.keywords if kw.arg and not _same(given[kw.arg], usual.get(kw.arg))]
    while placed and not keywords and _same(given[placed[-1]], usual.get(placed[-1])):
        placed.pop()
    parts = [*(evaluator.lift(given[at]) for at in placed), *(f"{at}={evaluator.lift(given[at])}" for at in keywords)]
    return f"{evaluator.lift(callee)}({', '.join(parts)})"


def _same(one: Value, other: Value | None) -> bool:
    return isinstance(one, Known) and isinstance(other, Known) and one.value == other.value
