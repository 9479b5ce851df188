"""Expressions, evaluated as far as the experiment decides them; the rest is their own source text, rebuilt."""

import ast
import importlib
from collections.abc import Iterator

from explorer.export.calls import OWN_TERM, PROGRAM, bound, call_text, is_dataclass, record_text, solved
from explorer.export.layout import bracketed_entries, joined
from explorer.export.own_terms import own_term
from explorer.export.pieces import COMPREHENSIONS, OPERATORS, bracketed, parts, round_of, tuple_of
from explorer.export.scope import CONSTANTS_OF, PLAIN, Needs, Scope
from explorer.export.source import ExportError, Module, is_own, module
from explorer.export.values import Closure, Code, Known, Own, Package, Record, Table, Value, is_plain, literal


class Evaluator:
    def __init__(self, needs: Needs):
        self.needs = needs

    def evaluate(self, node: ast.expr, scope: Scope) -> Value:
        special = getattr(self, f"_{type(node).__name__.lower()}", None)
        try:
            value = special(node, scope) if special else None
            return self._rebuilt(node, scope) if value is None else value
        except ExportError as error:
            if " line " in str(error):
                raise
            raise ExportError(f"{scope.module.name} line {node.lineno}: {error}") from error

    def code(self, node: ast.expr, scope: Scope) -> str:
        return self.lift(self.evaluate(node, scope))

    def lift(self, value: Value) -> str:
        """A value as code. Raises ExportError where there is no code for it."""
        match value:
            case Known():
                return literal(value.value) if value.code is None else value.code
            case Code(text):
                return text
            case Own():
                return self.needs.own(value, {}, frozenset())
            case Record():
                return value.text()
            case Closure(node, scope):
                names = {arg.arg: Code(arg.arg) for arg in ast.walk(node.args) if isinstance(arg, ast.arg)}
                return joined(self._rebuilt(node, scope.inside(names)).text)
        raise ExportError(f"A {type(value).__name__.lower()} of ours cannot be copied as a whole. Look one entry up.")

    # Each method below answers for the node of its name, or gives None: then the node's text is rebuilt.

    def _constant(self, node: ast.Constant, scope: Scope) -> Value:
        return Known(node.value, scope.module.text(scope.module.start(node), scope.module.end(node)))

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Value:
        for part in ast.walk(node):  # Python 3.11 does not know where the parts of an f-string stand
            if isinstance(part, ast.Name) and self._name(part, scope) != Code(part.id):
                raise ExportError(f"{part.id} stands in an f-string. Take it out into a name of its own.")
        return Code(scope.module.text(scope.module.start(node), scope.module.end(node)))

    def _name(self, node: ast.Name, scope: Scope) -> Value:
        if node.id in scope.names:
            return scope.names[node.id]
        return self.global_name(scope.module, node.id)

    def global_name(self, owner: Module, name: str) -> Value:
        if owner.name in PLAIN:
            return Known(getattr(importlib.import_module(owner.name), name))
        if name in owner.definitions:
            return self._definition(owner, name)
        if name not in owner.imports:
            return Code(name)  # Python's own
        source, there = owner.imports[name]
        if not is_own(f"{source}."):
            return Code(self.needs.imported(name, (source, there)))
        if there is not None and source not in {"models", "explorer"}:
            return self.global_name(module(source), there)
        return Package(module(source if there is None else f"{source}.{there}"))

    def _definition(self, owner: Module, name: str) -> Value:
        if owner.name.startswith(PROGRAM) and name in self.needs.given:
            return Known(self.needs.given[name])
        node = owner.definitions[name]
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                return Own(owner, node)
            case ast.Assign(value=ast.Dict() as table) | ast.AnnAssign(value=ast.Dict() as table):
                return Table(owner, table)
            case ast.AnnAssign(value=ast.Call(func=ast.Name(id="MappingProxyType"), args=[ast.Dict() as table])):
                return Table(owner, table)
            case ast.Assign(value=ast.Constant(value=value)):
                return Known(value, self.needs.constant(owner, name))
        return Code(self.needs.constant(owner, name))

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Value | None:
        base = self.evaluate(node.value, scope)
        if isinstance(base, Known) and not is_plain(base):
            constant = any(isinstance(base.value, kind) and node.attr in names for kind, names in CONSTANTS_OF)
            return Known(getattr(base.value, node.attr), node.attr.upper() if constant else None)
        if isinstance(base, Package):
            return self.global_name(base.module, node.attr)
        return base.fields[node.attr] if isinstance(base, Record) else None

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Value | None:
        base = self.evaluate(node.value, scope)
        if not isinstance(base, Table | Known):
            return None
        key = self.evaluate(node.slice, scope)
        if not isinstance(key, Known):
            return None
        if isinstance(base, Known):
            return Known(base.value[key.value], f"{base.code}[{self.lift(key)}]" if base.code else None)
        for at, entry in zip(base.node.keys, base.node.values, strict=True):
            if isinstance(at, ast.Constant) and at.value == key.value:
                return self.evaluate(entry, Scope(base.module))
        raise ExportError(f"There is no entry {key.value!r} in the table. Add it, or choose another.")

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Value:
        return Closure(node, scope)

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Value | None:
        test = self.evaluate(node.test, scope)
        return self.evaluate(node.body if test.value else node.orelse, scope) if isinstance(test, Known) else None

    def _binop(self, node: ast.BinOp, scope: Scope) -> Value:
        left, right = self.evaluate(node.left, scope), self.evaluate(node.right, scope)
        if isinstance(node.op, ast.Mult) and isinstance(left, Known) and left.value == 1:
            return right  # a scale of 1 is none
        return self._computed(node, scope, [node.op], [left, right])

    def _unaryop(self, node: ast.UnaryOp, scope: Scope) -> Value:
        return self._computed(node, scope, [node.op], [self.evaluate(node.operand, scope)])

    def _compare(self, node: ast.Compare, scope: Scope) -> Value:
        return self._computed(node, scope, node.ops, [self.evaluate(n, scope) for n in (node.left, *node.comparators)])

    def _computed(self, node: ast.expr, scope: Scope, ops: list, values: list[Value]) -> Value:
        rebuilt = None if any(isinstance(v, Known) and not is_plain(v) for v in values) else self._rebuilt(node, scope)
        known = [value.value for value in values if isinstance(value, Known)]
        if len(ops) != 1 or len(known) < len(values) or type(ops[0]) not in OPERATORS:
            return rebuilt or self._rebuilt(node, scope)
        return Known(OPERATORS[type(ops[0])](*known), rebuilt.text if rebuilt else None)

    def _tuple(self, node: ast.Tuple, scope: Scope) -> Value | None:
        if any(isinstance(part, ast.Starred) for part in node.elts):
            return tuple_of([text for part in node.elts for text in self._spread(part, scope)])
        values = [self.evaluate(part, scope) for part in node.elts]
        if not all(isinstance(value, Known) for value in values) or not isinstance(node.ctx, ast.Load):
            return None
        return Known(tuple(v.value for v in values if isinstance(v, Known)), self._rebuilt(node, scope).text)

    def _spread(self, part: ast.expr, scope: Scope) -> list[str]:
        """The code of each element that a part of a tuple stands for."""
        text = self.code(part.value if isinstance(part, ast.Starred) else part, scope)
        inner = ast.parse(text, mode="eval").body
        if not isinstance(part, ast.Starred):
            return [text]
        return (
            [ast.get_source_segment(text, each) or "" for each in inner.elts]
            if isinstance(inner, ast.Tuple)
            else [f"*{text}"]
        )

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> Value | None:
        values = [self.evaluate(part, scope) for part in node.values]
        known = [value.value for value in values if isinstance(value, Known)]
        together = all if isinstance(node.op, ast.And) else any
        return Known(together(known)) if len(known) == len(values) else None

    def _call(self, node: ast.Call, scope: Scope) -> Value | None:
        if isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) == 2:
            named = self.evaluate(node.args[1], scope)
            if isinstance(named, Known):
                return Code(f"{self.code(node.args[0], scope)}.{named.value}")
        callee = self.evaluate(node.func, scope)
        if isinstance(callee, Own | Closure):
            return self._call_own(node, callee, scope)
        if isinstance(callee, Known):
            values = [self.evaluate(arg, scope) for arg in node.args]
            if all(isinstance(value, Known) for value in values):
                return Known(callee.value(*(value.value for value in values if isinstance(value, Known))))
        return None

    def _call_own(self, node: ast.Call, callee: Own | Closure, scope: Scope) -> Value | None:
        given = bound(self, node, callee, scope)
        if given is None:  # an argument list that only the script's run can take apart
            return None
        if isinstance(callee, Own) and isinstance(callee.node, ast.ClassDef):
            if not is_dataclass(callee.node):
                return None
            return Record(given, lambda: record_text(self, node, callee, given))
        formula = given.get("formula")
        if (
            isinstance(callee, Own)
            and (callee.module.name, callee.node.name) == OWN_TERM
            and isinstance(formula, Known)
        ):
            return own_term(self.needs, formula.value)
        answer = solved(self, callee, given)
        return answer if answer is not None else call_text(self, node, callee, given)

    def _dict(self, node: ast.Dict, scope: Scope) -> Value | None:
        """What is spread into nothing but empty dictionaries is the dictionary itself."""
        pairs = [(key, self.evaluate(value, scope)) for key, value in zip(node.keys, node.values, strict=True)]
        match [(key, value) for key, value in pairs if key is not None or value != Known({})]:
            case []:
                return Known({})
            case [(None, value)]:
                return value
        return None

    def _dictcomp(self, node: ast.DictComp, scope: Scope) -> Value | None:
        rounds = self._rounds(node.generators, scope)
        if rounds is None:
            return None
        pairs = [(self.code(node.key, inner), self.evaluate(node.value, inner)) for inner in rounds]
        entries = [f"{key}: {self.lift(value)}" for key, value in pairs]
        short = all(isinstance(value, Known) for _, value in pairs)
        return Code(bracketed_entries("{", entries, "}", short, scope.column))

    def _listcomp(self, node: ast.ListComp, scope: Scope) -> Value | None:
        rounds = self._rounds(node.generators, scope)
        if rounds is None:
            return None
        entries = [self.code(node.elt, inner) for inner in rounds]
        return Code(bracketed_entries("[", entries, "]", not any("(" in entry for entry in entries), scope.column))

    def _rounds(self, generators: list[ast.comprehension], scope: Scope) -> Iterator[Scope] | None:
        """The scope of each round of a comprehension over something of the experiment's; None over anything else."""
        over = self.evaluate(generators[0].iter, scope)
        if len(generators) > 1 or not isinstance(over, Known) or (is_plain(over) and over.code is not None):
            return None
        return (inner for each in over.value if self._wanted(inner := round_of(generators[0], each, scope), generators))

    def _wanted(self, scope: Scope, generators: list[ast.comprehension]) -> bool:
        tests = [self.evaluate(test, scope) for test in generators[0].ifs]
        return all(test.value for test in tests if isinstance(test, Known))

    def _rebuilt(self, node: ast.expr, scope: Scope) -> Code:
        """The node's own text with the text of its parts put in."""
        if isinstance(node, COMPREHENSIONS):
            targets = [n for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)]
            scope = scope.inside({n.id: Code(n.id) for n in targets})
        source, pieces, at = scope.module, [], scope.module.start(node)
        for part in sorted(parts(node), key=source.start):
            text = self.code(part, scope)
            pieces += [self.between(at, source.start(part), scope), bracketed(text, part, node)]
            at = source.end(part)
        return Code("".join([*pieces, self.between(at, source.end(node), scope)]))

    def between(self, start: int, end: int, scope: Scope) -> str:
        return scope.module.text(start, end).replace("\n" + " " * scope.indent, "\n")
