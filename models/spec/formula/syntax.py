"""From the text of a formula to Python's syntax tree. Python's parser only reads the text: nothing of it is ever run.

The text is checked before the parser sees it: its length, its characters and its numbers. What is left is ASCII in one
line, so that the parser's places, which count bytes of a line, are places in the text.
"""

import ast
import keyword
import re

from models.spec.formula.nodes import FormulaError

LONGEST = 500  # characters: no text this short can exhaust the parser
MADE_OF = "a formula is made of names, numbers, + - * / **, commas and parentheses"

_BREAKS = {ord(character): " " for character in "\t\n\r\f"}
_FOREIGN = re.compile(r"""[^ -~]|["'`#\\$?!;]""")
_STUCK = re.compile(r"(?<![\w.])((?>\d+\.?\d*|\.\d+)(?>[eE][+-]?\d+)?+)([A-Za-z_]\w*)")
_BESIDE = re.compile(r"(?<![\w.])([\w.]+) +([\w.]+)|(\)) *([\w.]+|\()")  # two factors and no operator
_WORD = re.compile(r"\w+|\S")
_INSTEAD = {
    "×": "*", "·": "*", "⋅": "*", "∙": "*", "−": "-", "–": "-", "÷": "/", "²": "**2", "³": "**3", "√": "sqrt(...)",
    "Σ": "sum(...)", "∑": "sum(...)", "½": "0.5 *", "π": "3.14159265",
}  # fmt: skip


def syntax_of(text: str) -> tuple[ast.expr, int]:
    """Return the syntax tree of a formula, and how many characters of the text stand before it.

    Raises FormulaError where the text is too long, has a character that no formula has, or is no expression.
    """
    line = _checked(text).translate(_BREAKS)
    body = line.strip(" ")
    if not body:
        raise FormulaError("The formula is empty; write one, such as sum(square(x - 0.5)).", 0, len(text))
    before = line.index(body)
    try:
        return ast.parse(body, mode="eval").body, before
    except SyntaxError as error:
        raise _in_words(error, body, before) from error
    except (RecursionError, MemoryError, ValueError) as error:
        sentence = "The formula is nested too deeply to be read. Take some of its parentheses away."
        raise FormulaError(sentence, before, before + len(body)) from error


def _checked(text: str) -> str:
    if len(text) > LONGEST:
        sentence = (
            f"The formula has {len(text):,} characters; allowed are at most {LONGEST}. "
            "Shorten it, or make two terms of it."
        )
        raise FormulaError(sentence, LONGEST, len(text))
    if found := _FOREIGN.search(text.translate(_BREAKS)):
        raise FormulaError(_foreign(found[0]), found.start(), found.end())
    if found := _STUCK.search(text):
        number, name = found.groups()
        sentence = (
            f"{name} stands right behind the number {number}; put an operator between, such as {number} * {name}."
        )
        raise FormulaError(sentence, found.start(), found.end())
    return text


def _foreign(character: str) -> str:
    if instead := _INSTEAD.get(character):
        return f"The character {character} is not known; write {instead} in its place."
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return f"The character {shown} was given; {MADE_OF}. Remove it."


def _missing_operator(body: str, before: int) -> FormulaError | None:
    """Return words for the first place where two factors stand side by side, as on paper."""
    for beside in _BESIDE.finditer(body):
        left, right = filter(None, beside.groups())
        if not keyword.iskeyword(left) and not keyword.iskeyword(right):
            product = "put * between them" if left == ")" else f"write {left} * {right}"
            sentence = f"An operator is missing between {left} and {right}. To multiply, {product}."
            return FormulaError(sentence, before + beside.start(), before + beside.end())
    return None


def _in_words(error: SyntaxError, body: str, before: int) -> FormulaError:
    """Return what is wrong and where, in words about formulas: Python's own words are about programs."""
    at = min(error.offset - 1, len(body)) if error.offset else len(body)  # Python 3.11 says 0 for the end
    word = _WORD.match(body, at)
    if word is None or at == len(body):
        sentence = "The formula ends too early; something is missing behind this. Add it, or remove this."
        return FormulaError(sentence, before + len(body) - 1, before + len(body))
    found, end = word[0], word.end()
    if (missing := _missing_operator(body, before)) is not None:
        return missing
    if "was never closed" in error.msg:
        sentence = f"This {found} is never closed. Add the parenthesis that closes it, or remove it."
    elif found in ")]}" and ("unmatched" in error.msg or "does not match" in error.msg):
        sentence = f"This {found} closes nothing that was opened. Remove it, or open a parenthesis before it."
    elif "too many nested" in error.msg:
        sentence = "The formula is nested too deeply to be read. Take some of its parentheses away."
    elif found == "=":
        sentence = "= was given; a formula is what would stand on the right of it. Remove the = and what is left of it."
    else:
        end = max(end, min((error.end_offset or 0) - 1, len(body)))
        sentence = f"“{body[at:end]}” cannot be read here; {MADE_OF}. Correct it."
    return FormulaError(sentence, before + at, before + end)
