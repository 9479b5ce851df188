"""Code on lines, as `ruff format` leaves it."""

import ast
import io
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

WIDTH = 120
_OPEN, _CLOSE = "([{", ")]}"


def _tokens(text: str) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(text).readline))


def keeps_its_lines(text: str) -> bool:
    """Whether the lines were meant: a comment between them, or a comma before the last bracket."""
    tokens = [token for token in _tokens(text) if token.type not in {tokenize.NL, tokenize.NEWLINE}]
    pairs = pairwise(tokens)
    commas = any(a.string == "," and b.string in _CLOSE and b.string and a.end[0] < b.start[0] for a, b in pairs)
    return commas or any(token.type == tokenize.COMMENT for token in tokens)


def joined(text: str) -> str:
    """An expression or statement on one line; strings that span lines keep theirs."""
    if "\n" not in text:
        return text
    wrapped = f"({text})"  # so that a line may end anywhere
    lines, out, row, column, previous = wrapped.splitlines(), [], 1, 0, ""
    for token in _tokens(wrapped):
        if not token.string.strip():
            continue
        if token.start[0] == row:
            gap = lines[row - 1][column : token.start[1]]
        else:
            gap = "" if previous in _OPEN or token.string in _CLOSE else " "
            if token.string in _CLOSE and previous == ",":
                out.pop()
        out += [gap, token.string]
        (row, column), previous = token.end, token.string
    return "".join(out)[1:-1]


def fitted(text: str, indent: int) -> str:
    """A simple statement that will stand `indent` columns to the right: on one line where it fits."""
    if "\n" in text and keeps_its_lines(text):
        return text
    flat = joined(text)
    if "\n" in flat or indent + len(flat) <= WIDTH:
        return flat
    return _split(flat, indent)


def _split(flat: str, indent: int) -> str:
    """What its last brackets hold goes to lines of its own: one line if it fits, else one for each part."""
    tokens = [token for token in _tokens(flat) if token.string.strip()]
    last = max((i for i, token in enumerate(tokens) if token.string in _CLOSE), default=None)
    if last is None:
        return flat
    depth, first = 0, last
    while True:
        depth += (tokens[first].string in _CLOSE) - (tokens[first].string in _OPEN)
        if not depth:
            break
        first -= 1
    opening, closing = tokens[first].end[1], tokens[last].start[1]
    head, body, tail = flat[:opening], flat[opening:closing], flat[closing:]
    if indent + 4 + len(body) > WIDTH:
        body = "\n    ".join(f"{part}," for part in _parts(body))
    return f"{head}\n    {body}\n{tail}"


def _parts(body: str) -> list[str]:
    """The text between the commas that are in no brackets."""
    depth, start, parts = 0, 0, []
    for token in _tokens(f"{body}\n"):
        depth += (token.string in _OPEN and bool(token.string)) - (token.string in _CLOSE and bool(token.string))
        if token.string == "," and not depth:
            parts.append(body[start : token.start[1]].strip())
            start = token.end[1]
    return [part for part in [*parts, body[start:].strip()] if part]


def indented(lines: Iterable[str], by: int = 4) -> list[str]:
    return [" " * by + line if line.strip() else "" for line in lines]


def bracketed_entries(opening: str, entries: list[str], closing: str, short: bool, indent: int) -> str:
    """Entries of a list or dictionary: one on a line each, or all on one where they are short."""
    if short:
        return f"{opening}{', '.join(entries)}{closing}"
    lines = [line for entry in entries for line in _entry(entry, indent + 4).splitlines()]
    return "\n".join([opening, *indented(lines), closing])


def _entry(text: str, indent: int) -> str:
    """An entry with its comma, on one line where it fits; a long sum behind a lambda gets parentheses of its own."""
    if "\n" not in text and indent + len(text) >= WIDTH:
        match ast.parse(f"{{{text}}}" if ": " in text else text, mode="eval").body:
            case ast.Dict(values=[ast.Lambda(body=ast.BinOp(col_offset=at))]):
                return f"{text[: at - 1]}(\n    {text[at - 1 :]}\n),"
    return fitted(f"{text},", indent)


def without_dead(text: str) -> str:
    """A function without the assignments that nothing after them reads."""
    while (shorter := _drop_one(text)) != text:
        text = shorter
    return _returned(text)


def _returned(text: str) -> str:
    """What is set only to be returned at once is returned itself."""
    (function,) = ast.parse(text).body
    match function.body[-2:]:  # ty: ignore[missing-attribute]
        case [ast.Assign(targets=[ast.Name(id=name)], value=value) as last, ast.Return(value=ast.Name(id=given))]:
            if name == given:
                statement = f"return {ast.get_source_segment(text, value)}"
                lines, indent = text.splitlines(), last.col_offset
                flat = fitted("\n".join(line.removeprefix(" " * indent) for line in statement.splitlines()), indent)
                return "\n".join([*lines[: last.lineno - 1], *indented(flat.splitlines(), indent)])
    return text


def _drop_one(text: str) -> str:
    lines = text.splitlines()
    (function,) = ast.parse(text).body
    read: set[str] = set()
    for node in reversed(function.body):  # ty: ignore[missing-attribute]
        if isinstance(node, ast.Assign) and (kept := _living(node, read, text)) is not None:
            first = node.lineno - 1
            while not kept and lines[first - 1].strip().startswith("#"):
                first -= 1  # what is said of it goes with it
            return "\n".join([*lines[:first], *kept, *lines[node.end_lineno :]])
        if isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets):
            read -= {target.id for target in node.targets if isinstance(target, ast.Name)}
        read |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return text


def _living(node: ast.Assign, read: set[str], text: str) -> list[str] | None:
    """The lines of what is read of an assignment; None where all of it is."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return None if name in read else []
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            pairs = [(n, v) for n, v in zip(names, values, strict=True) if not isinstance(n, ast.Name) or n.id in read]
            if len(pairs) == len(names):
                return None
            sides = (
                ", ".join(ast.get_source_segment(text, side) or "" for side in s) for s in zip(*pairs, strict=True)
            )
            return [f"{' ' * node.col_offset}{' = '.join(sides)}"] if pairs else []
    return None


def import_lines(imports: Iterable[tuple[str, tuple[str, str | None]]]) -> str:
    """Sorted import statements of (name here, (module, name there)): the standard library first."""
    sections = [[], []]
    members: dict[str, list[str]] = defaultdict(list)
    for name, (source, there) in imports:
        if there is None:
            own = source.partition(".")[0] not in sys.stdlib_module_names
            sections[own].append(f"import {source}" if name == source else f"import {source} as {name}")
        else:
            members[source].append(there if name == there else f"{there} as {name}")
    for section in sections:
        section.sort(key=str.lower)
    for source in sorted(members, key=str.lower):
        names = sorted(members[source], key=lambda name: (not name.isupper(), not name[0].isupper(), name.lower()))
        own = source.partition(".")[0] not in sys.stdlib_module_names
        sections[own].append(f"from {source} import {', '.join(names)}")
    return "\n\n".join("\n".join(section) for section in sections if section)
