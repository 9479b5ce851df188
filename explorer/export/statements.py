"""Statements with the comments over them: what the experiment decides is decided, the rest stays as it was written."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from explorer.export.calls import PROGRAM, bound
from explorer.export.evaluate import Evaluator
from explorer.export.layout import fitted, indented
from explorer.export.scope import Scope
from explorer.export.source import ExportError, Module
from explorer.export.values import Closure, Code, Known, Own, Record, Value, is_plain

Lines = list[str]
FEW = 3  # statements that are put in the place of a call
# Loops and undecided branches run any number of times: a name that they set has no one value.
_UNDECIDED = (ast.For, ast.While, ast.With, ast.Try)


class Statements:
    def __init__(self, evaluator: Evaluator):
        self.evaluator = evaluator

    def names_in(self, node: ast.FunctionDef, decided: Mapping[str, Value]) -> dict[str, Value]:
        """Every local name of a function, as code, but for the parameters that are decided."""
        args = {arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)}
        return {**{name: Code(name) for name in args | _stored(node.body)}, **decided}

    def body(self, statements: Sequence[ast.stmt], scope: Scope, indent: int, floor: int) -> tuple[Lines, bool]:
        """The lines of a block that will stand `indent` columns to the right, and whether it returns at its end."""
        lines, blank = [], False  # a blank line outlives the statement under it
        undecided = [s for s in ast.walk(ast.Module(list(statements), [])) if isinstance(s, _UNDECIDED)]
        scope.moving = scope.moving.union(*(_stored(s.body) for s in undecided))
        for statement, above in text_of(scope.module, statements, floor, statements[0].col_offset):
            written, ends = self.one(statement, scope, indent)
            blank = blank or "" in above
            if written:
                said = [line for line in above if line]
                lines += [*([""] if blank and lines else []), *said, *written]
                blank = False
            if ends:
                return lines, True
        return lines, False

    def one(self, node: ast.stmt, scope: Scope, indent: int) -> tuple[Lines, bool]:
        scope.indent, scope.column = node.col_offset, indent
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                text = scope.module.text(scope.module.start(node), scope.module.end(node))
                return _docstring(text, scope, self.evaluator.needs.given["experiment"].variant_info.conditional), False
            case ast.Import() | ast.ImportFrom():
                return [], False  # goes to the top of the script
            case ast.If():
                return self._if(node, scope, indent)
            case ast.For() | ast.While() | ast.With():
                return self._block(node, scope, indent), False
            case ast.Assign():
                return self._assign(node, scope, indent), False
            case ast.Return(value=None) | ast.Return(value=ast.expr()):
                return self._simple(node, scope, indent), True
            case ast.FunctionDef() | ast.ClassDef() | ast.Try() | ast.Match():
                raise ExportError(f"{scope.module.name} line {node.lineno}: cannot be exported. Write it more simply.")
        return self._simple(node, scope, indent), False

    def _if(self, node: ast.If, scope: Scope, indent: int) -> tuple[Lines, bool]:
        if all(isinstance(each, ast.Raise) for each in node.body) and not node.orelse:
            return [], False  # guards against arguments that this experiment does not have
        test = self.evaluator.evaluate(node.test, scope)
        if isinstance(test, Known):
            taken = node.body if test.value else node.orelse
            floor = node.lineno if test.value else taken[0].lineno - 1 if taken else 0
            return self.body(taken, scope, indent, floor) if taken else ([], False)
        scope.moving |= _stored([*node.body, *node.orelse])
        lines = [f"if {self.evaluator.lift(test)}:", *indented(self.body(node.body, scope, indent + 4, node.lineno)[0])]
        if node.orelse:
            lines += ["else:", *indented(self.body(node.orelse, scope, indent + 4, node.orelse[0].lineno - 1)[0])]
        return lines, False

    def _block(self, node: ast.For | ast.While | ast.With, scope: Scope, indent: int) -> Lines:
        code = self.evaluator.code
        match node:
            case ast.For(target=target, iter=over):
                bare = isinstance(target, ast.Tuple)  # `for a, b in`
                head = f"for {code(target, scope).strip('()') if bare else code(target, scope)} in {code(over, scope)}:"
            case ast.While(test=test):
                head = f"while {code(test, scope)}:"
            case _:
                items = [(code(i.context_expr, scope), i.optional_vars) for i in node.items]
                head = ", ".join(f"{text} as {code(name, scope)}" if name else text for text, name in items)
                head = f"with {head}:"
        return [head, *indented(self.body(node.body, scope, indent + 4, node.lineno)[0])]

    def _assign(self, node: ast.Assign, scope: Scope, indent: int) -> Lines:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]):
                return self._assign_one(name, node, scope, indent)
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                return self._assign_each(targets, values, node, scope, indent)
        return self._simple(node, scope, indent)

    def _assign_one(self, name: str, node: ast.Assign, scope: Scope, indent: int) -> Lines:
        inlined = self._inlined(name, node.value, scope, indent)
        if inlined is not None:
            lines, scope.names[name] = inlined
            return lines
        target, given, source = node.targets[0], node.value, scope.module
        value = self.evaluator.evaluate(given, scope)
        if self._is_left_out(target, value, scope):
            scope.names[name] = value
            return []
        scope.names[name] = Code(name)
        gap = self.evaluator.between(source.end(target), source.start(given), scope)
        text = f"{name}{gap}{self.evaluator.lift(value)}{source.text(source.end(given), source.end(node))}"
        return (fitted(text, indent) + source.after(node)).splitlines()

    def _assign_each(self, targets: list, values: list, node: ast.Assign, scope: Scope, indent: int) -> Lines:
        """Several names at once, without those whose value is decided."""
        pairs = [(target, self.evaluator.evaluate(value, scope)) for target, value in zip(targets, values, strict=True)]
        left = [pair for pair in pairs if not self._is_left_out(*pair, scope)]
        if len(left) == len(pairs):
            return self._simple(node, scope, indent)
        scope.names |= {target.id: Code(target.id) if (target, value) in left else value for target, value in pairs}
        names, texts = [target.id for target, _ in left], [self.evaluator.lift(value) for _, value in left]
        return fitted(f"{', '.join(names)} = {', '.join(texts)}", indent).splitlines() if left else []

    def _is_left_out(self, target: ast.expr, value: Value, scope: Scope) -> bool:
        return isinstance(target, ast.Name) and target.id not in scope.moving and self._is_settled(value, scope)

    def _is_settled(self, value: Value, scope: Scope) -> bool:
        """Whether its uses can be replaced by it: what makes nothing and never changes."""
        match value:
            case Known(code=code):
                return not is_plain(value) or code is None or code.isidentifier()
            case Code(text):
                return text.isupper() or (text in scope.names and text not in scope.moving)
        return isinstance(value, Own | Closure | Record)

    def _inlined(self, name: str, node: ast.expr, scope: Scope, indent: int) -> tuple[Lines, Value] | None:
        """The statements of a function instead of a call of it, and what it gives.

        That is for what the experiment decides wholly, and for what it leaves only a few statements of.
        """
        if not isinstance(node, ast.Call):
            return None
        callee = self.evaluator.evaluate(node.func, scope)
        if not isinstance(callee, Own) or callee.module.name.startswith(PROGRAM):
            return None
        function, given = callee.node, bound(self.evaluator, node, callee, scope) or {"": Code("")}
        undecided = [v for v in given.values() if not isinstance(v, Known) or is_plain(v)]
        if isinstance(function, ast.ClassDef) or len(undecided) == len(given):
            return None
        inner = Scope(callee.module, self.names_in(function, given))
        if undecided:
            simple = all(v.text.isidentifier() for v in undecided if isinstance(v, Code))
            return self._put_in_place(name, function, inner, scope, indent) if simple else None
        return self._whole(function, inner, scope, indent)

    def _whole(self, function: ast.FunctionDef, inner: Scope, scope: Scope, indent: int) -> tuple[Lines, Value] | None:
        last = function.body[-1]
        if not isinstance(last, ast.Return):
            return None
        if _stored(function.body) & {n for n, v in scope.names.items() if isinstance(v, Known)}:
            raise ExportError(f"{function.name} and its caller share the name of a variable. Rename one.")
        lines, _ = self.body(function.body[:-1], inner, indent, function.lineno)
        inner.indent, inner.column = last.col_offset, indent
        return lines, self.evaluator.evaluate(last.value or ast.Constant(None), inner)

    def _put_in_place(
        self, name: str, function: ast.FunctionDef, inner: Scope, scope: Scope, indent: int
    ) -> tuple[Lines, Value] | None:
        """Where a few statements are left that end in a result, and nothing they set is a name of the caller's."""
        said = ast.get_docstring(function) is not None
        body, floor = function.body[said:], function.body[0].end_lineno if said else function.lineno
        text = "\n".join(self.body(body, inner, indent, floor or 0)[0])
        *statements, last = ast.parse(text).body
        names = _stored(statements) - {name}
        if len(statements) > FEW or not isinstance(last, ast.Return) or names & set(scope.names):
            return None
        lines = text.splitlines()
        value = "\n".join(lines[last.lineno - 1 :]).removeprefix("return ")
        kept = lines[: last.lineno - 1]
        return kept + ([] if value == name else f"{name} = {value}".splitlines()), Code(name)

    def _simple(self, node: ast.stmt, scope: Scope, indent: int) -> Lines:
        """A statement of one line, or of a bracket over some."""
        source, pieces, at = scope.module, [], scope.module.start(node)
        parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        for part in sorted(parts, key=source.start):
            text = self.evaluator.code(part, scope)
            pieces += [self.evaluator.between(at, source.start(part), scope), text]
            at = source.end(part)
        text = "".join([*pieces, self.evaluator.between(at, source.end(node), scope)])
        return (fitted(text, indent) + source.after(node)).splitlines()


def text_of(owner: Module, statements: Sequence[ast.stmt], floor: int, indent: int) -> Iterator[tuple[ast.stmt, Lines]]:
    """Statements with the blank lines and comments over each."""
    for statement in statements:
        yield statement, [line[indent:] for line in owner.before(statement, floor).splitlines()]
        floor = statement.end_lineno or floor


def _docstring(text: str, scope: Scope, conditional: bool) -> Lines:
    """Without what it says of errors, whose guards are left out, and of conditional models where this is none."""
    text = re.sub(r"\s*\bRaises \w+Error\b[^\"]*?(\s*\"\"\")", r"\1", text)
    if not conditional:
        text = re.sub(r"\s*\bA conditional\b[^\"]*?\.(?=\s|\"\"\")", "", text)
    if text.count("\n") == 1:
        text = re.sub(r"\n\s*", "", text)
    return [line.removeprefix(" " * scope.indent) for line in text.splitlines()]


def _stored(statements: Sequence[ast.stmt]) -> set[str]:
    nodes = [node for statement in statements for node in ast.walk(statement)]
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
