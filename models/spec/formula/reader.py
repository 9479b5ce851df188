"""From Python's syntax tree to the nodes of a formula: a closed list, and a sentence with its place for all else."""

import ast
import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from models.spec.formula.nodes import (
    FUNCTIONS,
    NUMBER,
    SHAPES,
    VALUE,
    Binary,
    Call,
    FormulaError,
    Negative,
    Node,
    Number,
    Tensor,
)
from models.spec.formula.shapes import SMALLEST, combined, constant, single, spread
from models.spec.formula.syntax import MADE_OF

DEEPEST = 40  # nodes from the whole formula to a name in it
MOST = 200  # nodes

_SIGNS: Mapping[type[ast.operator], str] = MappingProxyType(
    {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
)
_REFUSED: Mapping[type[ast.AST], str] = MappingProxyType(
    {
        ast.Attribute: "A dot behind a value",
        ast.Subscript: "An index in brackets",
        ast.Compare: "A comparison",
        ast.BoolOp: "An “and” or “or”",
        ast.Not: "A “not”",
        ast.Invert: "~",
        ast.UAdd: "A plus before a value",
        ast.IfExp: "An “if”",
        ast.Lambda: "A lambda",
        ast.NamedExpr: ":=",
        ast.ListComp: "A comprehension",
        ast.SetComp: "A comprehension",
        ast.DictComp: "A comprehension",
        ast.GeneratorExp: "A comprehension",
        ast.Tuple: "A comma outside a function's parentheses",
        ast.List: "A list",
        ast.Set: "A set",
        ast.Dict: "A dictionary",
        ast.Starred: "A * before an argument",
        ast.Await: "An “await”",
        ast.Yield: "A “yield”",
        ast.YieldFrom: "A “yield”",
        ast.Mod: "%",
        ast.FloorDiv: "//",
        ast.MatMult: "@",
        ast.BitAnd: "&",
        ast.BitOr: "|",
        ast.LShift: "<<",
        ast.RShift: ">>",
    }
)

_ELSEWHERE: Mapping[str, str] = MappingProxyType({"ln": "log(value)", "pow": "value ** 2", "power": "value ** 2"})


class Reader:
    """Reads the syntax tree of one text, in which `before` characters stand before the tree's own first."""

    def __init__(self, text: str, before: int, kinds: Mapping[str, str]):
        self.text = text
        self.before = before
        self.kinds = kinds
        self.nodes = 0

    def read(self, syntax: ast.expr, depth: int = 1) -> Node:
        """Read a node: a number, tensor, operator or call of a known function. Raises FormulaError for others."""
        self.nodes += 1
        if depth > DEEPEST or self.nodes > MOST:
            allowed = f"{MOST} names and operations"
            if depth > DEEPEST:
                allowed = f"{DEEPEST} operations within each other or in a row"
            raise self.error(
                f"The formula is too large here; allowed are at most {allowed}. Make two terms of it.", syntax
            )
        match syntax:
            case ast.Constant():
                return self.number(syntax)
            case ast.Name():
                return self.tensor(syntax)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Negative(self.read(operand, depth + 1))
            case ast.BinOp(op=operator) if type(operator) in _SIGNS:
                return self.binary(syntax, _SIGNS[type(operator)], depth)
            case ast.Call():
                return self.call(syntax, depth)
        raise self.refusal(syntax)

    def refusal(self, syntax: ast.expr) -> FormulaError:
        """Return what is said of a node that no formula has."""
        if isinstance(syntax, ast.BinOp) and isinstance(syntax.op, ast.BitXor):
            power = f"{self.words(syntax.left)} ** {self.words(syntax.right)}"
            return self.error(f"^ was given; a power is written **. Write {power}.", syntax)
        odd = syntax.op if isinstance(syntax, ast.BinOp | ast.UnaryOp) else syntax
        return self.error(f"{_REFUSED.get(type(odd), type(odd).__name__)} was given; {MADE_OF}. Remove it.", syntax)

    def number(self, syntax: ast.Constant) -> Number:
        value = syntax.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            given = self.words(syntax)
            raise self.error(f"{given} was given; allowed are numbers such as 2 or 0.5. Write one.", syntax)
        try:
            return Number(single(float(value)))
        except OverflowError:
            sentence = f"The number {self.words(syntax)} is too large; allowed is what a float can hold, up to 3.4e38."
            raise self.error(f"{sentence} Write a smaller one.", syntax) from None

    def tensor(self, syntax: ast.Name) -> Tensor:
        name = syntax.id
        if kind := self.kinds.get(name):
            return Tensor(name, kind)
        if name in FUNCTIONS:
            raise self.error(f"{name} is a function; write {usage(name)}.", syntax)
        nearest = _nearest(name, [*self.kinds, *FUNCTIONS])
        raise self.error(f"There is no tensor {name}; allowed are {', '.join(self.kinds)}. {nearest}", syntax)

    def binary(self, syntax: ast.BinOp, sign: str, depth: int) -> Node:
        left, right = self.read(syntax.left, depth + 1), self.read(syntax.right, depth + 1)
        if sign == "**" and right.kind != NUMBER:
            sentence = f"The exponent was {self.words(syntax.right)}; allowed is a number. Write one, such as 2 or 0.5."
            raise self.error(sentence, syntax.right)
        if sign == "/" and right.kind == NUMBER and abs(constant(right)) < SMALLEST:
            sentence = f"The divisor {self.words(syntax.right)} is 0, or too near 0 for a float. Change it."
            raise self.error(sentence, syntax.right)
        kind = self.met(sign, (syntax.left, left), (syntax.right, right), syntax)
        return self.folded(Binary(sign, spread(left, kind), spread(right, kind), kind), syntax)

    def call(self, syntax: ast.Call, depth: int) -> Node:
        name = self.function(syntax)
        info = FUNCTIONS[name]
        arguments = [self.read(argument, depth + 1) for argument in syntax.args]
        first = arguments[0]
        if info.reduces:
            self.check_reducible(name, first.kind, syntax)
            return Call(name, (first,), VALUE)
        if info.numbers:
            self.check_range(name, arguments[-2:], syntax)
            return self.folded(Call(name, tuple(arguments), first.kind), syntax)
        kind = first.kind
        if len(arguments) == 2:
            kind = self.met(name, (syntax.args[0], first), (syntax.args[1], arguments[1]), syntax)
        return self.folded(Call(name, tuple(spread(argument, kind) for argument in arguments), kind), syntax)

    def function(self, syntax: ast.Call) -> str:
        """Return the name of the called function. Raises FormulaError for an unknown one or wrong arguments."""
        if not isinstance(syntax.func, ast.Name):
            raise self.error(
                f"{self.words(syntax.func)} cannot be called; {MADE_OF}. Write a function's name.", syntax.func
            )
        name = syntax.func.id
        if name in self.kinds:
            raise self.error(f"{name} is a tensor and takes nothing in parentheses. To multiply, write *.", syntax.func)
        if name not in FUNCTIONS:
            nearest = _nearest(name, FUNCTIONS)
            raise self.error(f"There is no function {name}; allowed are {', '.join(FUNCTIONS)}. {nearest}", syntax.func)
        if syntax.keywords:
            given = self.words(syntax.keywords[0])
            raise self.error(f"The named argument {given} was given; write {usage(name)}.", syntax.keywords[0])
        if len(syntax.args) != (takes := len(FUNCTIONS[name].arguments)):
            hint = f" For two values, there is {name}imum." if name in ("max", "min") and len(syntax.args) == 2 else ""
            sentence = f"{name} was given {len(syntax.args)} arguments and takes {takes}; write {usage(name)}.{hint}"
            raise self.error(sentence, syntax)
        return name

    def check_reducible(self, name: str, kind: str, syntax: ast.Call) -> None:
        given = self.words(syntax.args[0])
        if kind == NUMBER:
            raise self.error(f"{name} was given the number {given}; allowed is a tensor. Remove the {name}.", syntax)
        if kind == VALUE:
            sentence = (
                f"{given} is one number for each image already; {name} has nothing left to run over but the batch, "
                f"and would mix its images. Remove the {name}."
            )
            raise self.error(sentence, syntax)

    def check_range(self, name: str, limits: list[Node], syntax: ast.Call) -> None:
        for limit, given in zip(limits, syntax.args[-2:], strict=True):
            if limit.kind != NUMBER:
                raise self.error(f"A limit of {name} was {self.words(given)}; allowed is a number. Write one.", given)
        low, high = map(constant, limits)
        if low > high:
            sentence = f"The limits of {name} were {low:g} and {high:g}; the first is the lower one. Swap them."
            raise self.error(sentence, syntax)

    def met(self, sign: str, one: tuple[ast.expr, Node], other: tuple[ast.expr, Node], syntax: ast.expr) -> str:
        """Return the kind that two operands give together."""
        kind = combined(one[1].kind, other[1].kind)
        if kind is None:
            shapes = [f"{self.words(operand)} (the shape of {SHAPES[node.kind]})" for operand, node in (one, other)]
            sentence = (
                f"{shapes[0]} and {shapes[1]} do not fit together; {sign} takes equal shapes. "
                "Make one number for each image of both, with sum(...) or mean(...)."
            )
            raise self.error(sentence, syntax)
        return kind

    def folded(self, node: Node, syntax: ast.expr) -> Node:
        """Return the node, but the value of a function of numbers. Raises FormulaError if a constant is not finite.

        keras.ops would make a tensor of a plain number, in a precision of its own choice.
        """
        if node.kind != NUMBER:
            return node
        try:
            value = constant(node)
        except (ArithmeticError, ValueError):
            sentence = f"{self.words(syntax)} is no finite number that a float can hold, up to 3.4e38. Change it."
            raise self.error(sentence, syntax) from None
        if not isinstance(node, Call):
            return node
        return Negative(Number(-value)) if value < 0 else Number(value)

    def words(self, syntax: ast.expr | ast.keyword) -> str:
        """Return the text of a node, shortened."""
        start, end = self.place(syntax)
        given = " ".join(self.text[start:end].split())
        return given if len(given) <= 32 else f"{given[:20]} … {given[-9:]}"

    def place(self, syntax: ast.expr | ast.keyword) -> tuple[int, int]:
        # One line of ASCII, so that the parser's bytes are characters.
        return self.before + syntax.col_offset, self.before + (syntax.end_col_offset or syntax.col_offset)

    def error(self, sentence: str, syntax: ast.expr | ast.keyword) -> FormulaError:
        return FormulaError(sentence, *self.place(syntax))


def usage(name: str) -> str:
    """Return the signature of a function, such as `clip(value, low, high)`."""
    return f"{name}({', '.join(FUNCTIONS[name].arguments)})"


def _nearest(name: str, known: Iterable[str]) -> str:
    if name in _ELSEWHERE:
        return f"Write {_ELSEWHERE[name]}."
    by_case = {other.lower(): other for other in known}
    found = difflib.get_close_matches(name.lower(), by_case, n=1)
    return f"Did you mean {by_case[found[0]]}?" if found else "Choose one of these."
