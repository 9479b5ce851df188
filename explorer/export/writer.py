"""Functions, classes and constants, specialised and written out, each once and under a name of its own."""

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from explorer.export.evaluate import Evaluator
from explorer.export.layout import fitted, indented, without_dead
from explorer.export.scope import DATASET_CONSTANTS, EXPERIMENT_CONSTANTS, Scope
from explorer.export.source import ExportError, Module
from explorer.export.statements import Statements, text_of
from explorer.export.values import Own, Value

RESERVED = {name.upper() for name in (*EXPERIMENT_CONSTANTS, *DATASET_CONSTANTS)}


class Writer:
    """What a script needs, by the name that it has there. Nothing is written before somebody reads it."""

    def __init__(self, given: Mapping[str, Any]):
        self.given = given
        self.evaluator = Evaluator(self)
        self.statements = Statements(self.evaluator)
        self.names: dict[tuple, str] = {}
        self.superfluous: dict[tuple, frozenset[str]] = {}
        self.written: dict[str, Callable[[], str]] = {}
        self.imports: dict[str, tuple[str, str | None]] = {}

    def imported(self, name: str, origin: tuple[str, str | None]) -> str:
        if self.imports.setdefault(name, origin) != origin or name in self.written:
            raise ExportError(f"The name {name} means two things in one script. Rename one of them.")
        return name

    def constant(self, owner: Module, name: str) -> str:
        return self._name((owner.name, name), owner, name, lambda: self._write_constant(owner, name))

    def unread(self, value: Own, decided: Mapping[str, Value]) -> frozenset[str]:
        """The parameters of a function that nothing in it reads once so much is decided."""
        node, key = value.node, _key(value, decided)
        if isinstance(node, ast.ClassDef):
            return frozenset()
        if key not in self.superfluous:
            scope = Scope(value.module, self.statements.names_in(node, decided))
            body = self.statements.body(node.body, scope, 4, node.lineno)[0]
            self.superfluous[key] = frozenset(_superfluous(node, body))
        return self.superfluous[key]

    def own_term(self, text: str) -> str:
        """A function, given from its parameters on."""
        number = sum(name.startswith("own_term") for name in self.written) + 1
        name = "own_term" if number == 1 else f"own_term{number}"
        self.written[name] = lambda: f"def {name}{text}"
        return name

    def own(self, value: Own, decided: Mapping[str, Value], dropped: frozenset[str]) -> str:
        node, owner = value.node, value.module
        key = (*_key(value, decided), dropped)
        if isinstance(node, ast.ClassDef):
            return self._name(key, owner, node.name, lambda: self._write_class(owner, node))
        write = lambda: self.function(owner, node, self.names[key], decided, dropped)  # noqa: E731
        return self._name(key, owner, node.name, write)

    def _name(self, key: tuple, owner: Module, name: str, write: Callable[[], str]) -> str:
        """The name in the script: without the underscore that says nothing there, and no name twice."""
        if key not in self.names:
            bare = name.lstrip("_")
            chosen = name if bare in owner.bound else bare
            if chosen in {*self.written, *self.imports, *RESERVED}:
                place = owner.name.rpartition(".")[2]
                chosen = f"{place.upper() if name.isupper() else place}_{bare}"
            if chosen in self.written:
                raise ExportError(f"The name {chosen} is needed twice in one script. Rename one of its functions.")
            self.names[key] = chosen
            self.written[chosen] = write
        return self.names[key]

    def _write_constant(self, owner: Module, name: str) -> str:
        node = owner.definitions[name]
        value = getattr(node, "value", None)
        if not isinstance(value, ast.expr):
            raise ExportError(f"{owner.name}.{name} is no constant. Give it a value.")
        floor = max((n.end_lineno or 0 for n in owner.tree.body if n.lineno < node.lineno), default=0)
        said = [line for line in owner.before(node, floor).splitlines() if line.startswith("#")]
        scope = Scope(owner)
        kind = f": {self.evaluator.code(node.annotation, scope)}" if isinstance(node, ast.AnnAssign) else ""
        line = f"{self.names[owner.name, name]}{kind} = {self.evaluator.code(value, scope)}"
        return "\n".join([*said, fitted(line, 0) + owner.after(node)])

    def _write_class(self, owner: Module, node: ast.ClassDef) -> str:
        scope = Scope(owner)
        head = [f"@{self.evaluator.code(d, scope)}" for d in node.decorator_list]
        bases = [self.evaluator.code(base, scope) for base in node.bases]
        head.append(f"class {node.name}({', '.join(bases)}):" if bases else f"class {node.name}:")
        lines = []
        for statement, above in with_gaps(owner, node):
            if isinstance(statement, ast.FunctionDef):
                method = self.function(owner, statement, statement.name, {}, frozenset(), 4)
                lines += [*above, *method.splitlines()]
            else:
                lines += [*above, *self.statements.one(statement, scope, 4)[0]]
        return "\n".join([*head, *indented(lines)])

    def function(
        self, owner: Module, node: ast.FunctionDef, name: str,
        decided: Mapping[str, Value], dropped: frozenset[str], indent: int = 0,
    ) -> str:  # fmt: skip
        """A function without the parameters that are decided or dropped."""
        scope = Scope(owner, self.statements.names_in(node, decided))
        head = [f"@{self.evaluator.code(d, Scope(owner))}" for d in node.decorator_list]
        gone = {*decided, *dropped}
        returns = f" -> {self.evaluator.code(node.returns, scope)}" if node.returns else ""
        body = self.statements.body(node.body, scope, indent + 4, node.lineno)[0]
        gone |= _superfluous(node, body) if indent else set()
        parameters = [text for arg, text in self._parameters(node.args, scope) if arg not in gone]
        head.append(f"def {name}({', '.join(parameters)}){returns}:")
        head[-1] = fitted(head[-1] + " ...", indent).removesuffix(" ...")
        return without_dead("\n".join([*head, *indented(body)]))

    def _parameters(self, args: ast.arguments, scope: Scope) -> Iterator[tuple[str, str]]:
        plain = [*args.posonlyargs, *args.args]
        defaults = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
        groups = [(arg, default, "") for arg, default in zip(plain, defaults, strict=True)]
        groups += [(args.vararg, None, "*")] if args.vararg else []
        groups += [(arg, default, "") for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)]
        groups += [(args.kwarg, None, "**")] if args.kwarg else []
        for arg, default, star in groups:
            kind = f": {self.evaluator.code(arg.annotation, scope)}" if arg.annotation else ""
            equals = " = " if kind else "="
            yield (
                arg.arg,
                f"{star}{arg.arg}{kind}" + (f"{equals}{self.evaluator.code(default, scope)}" if default else ""),
            )


def with_gaps(owner: Module, node: ast.ClassDef) -> Iterator[tuple[ast.stmt, list[str]]]:
    return text_of(owner, node.body, node.lineno, node.body[0].col_offset)


def _key(value: Own, decided: Mapping[str, Value]) -> tuple:
    """What tells one version of a function from another: what is decided of its parameters."""
    marks = sorted((name, repr(getattr(given, "value", given))) for name, given in decided.items())
    return value.module.name, value.node.name, tuple(marks)


def _superfluous(function: ast.FunctionDef, body: list[str]) -> set[str]:
    """The parameters that its source reads, and that are not read any more in what was made of its body."""
    trees = (function, ast.parse("\n".join(body)))
    before, after = ({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} for tree in trees)
    return {arg.arg for arg in function.args.args} & before - after
