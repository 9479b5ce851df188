"""The straight lines of recorded calls: which calls get a variable, and what its name is."""

import math
from collections.abc import Iterable, Iterator
from itertools import chain, count
from typing import Any

from explorer.export.text import call, entries, literal
from models.spec.recorder import Item, Name, RecordedCall, parts_of

TOGETHER = {"encoder": "codes", "critic": "verdict"}  # what the tensors of a network are called as a whole


def lines_of(kept: Iterable[RecordedCall]) -> list[tuple[RecordedCall, str]]:
    """Write the calls that the `kept` ones are made of, in their order; gives each with its line."""
    return list(_Lines(kept).written())


def text_of(made: RecordedCall) -> str:
    """Write a single call."""
    return _Lines([made]).text(made)


def layers_in(kept: Iterable[RecordedCall]) -> list[type]:
    """Return the classes of the layers of ours that are in them, in the order of their use."""
    calls = sorted(_behind(kept), key=lambda made: made.number)
    return list(dict.fromkeys(made.function for made in calls if isinstance(made.function, type)))


def _behind(kept: Iterable[RecordedCall]) -> set[RecordedCall]:
    found, waiting = set(), list(kept)
    while waiting:
        made = waiting.pop()
        if made not in found:
            found.add(made)
            waiting += parts_of(made)
    return found


class _Lines:
    def __init__(self, kept: Iterable[RecordedCall]):
        needed = sorted(_behind(kept), key=lambda made: made.number)
        self.users: dict[RecordedCall, list[RecordedCall]] = {made: [] for made in needed}
        for made in needed:
            for part in parts_of(made):
                self.users[part].append(made)
        self.lines = [made for made in needed if self._has_line(made)]
        self.names: dict[RecordedCall | Item, str] = {}
        self.hints: dict[RecordedCall | Item, str] = {}
        for made in self.lines:
            if made.is_model and isinstance(made.args[1], dict):
                for key, tensor in made.args[1].items():
                    if key != made.kwargs["name"]:
                        self.hints.setdefault(tensor, key)

    def _has_line(self, made: RecordedCall) -> bool:
        """Tell whether a call is written on a line of its own, and not within the only one that uses it."""
        users = self.users[made]
        if made.is_model or made.is_input or made.items:
            return True
        if not made.makes_tensors:
            return len(users) > 1
        # What was made within another call is written there too: seeds are drawn in the same order.
        nested = isinstance(users[0].function, RecordedCall) and users[0].function.number < made.function.number
        only_output = users[0].is_model and users[0].args[1] is made
        return len(users) > 1 or not (nested or only_output or made.function.is_model)

    def written(self) -> Iterator[tuple[RecordedCall, str]]:
        """Give every line; a name is free again once nothing below reads what had it."""
        last = {made: math.inf if made.is_model else place for place, made in enumerate(self.lines)}
        for place, made in enumerate(self.lines):
            for part in self._read(made):
                last[part] = max(last[part], place)
        holders: dict[str, RecordedCall] = {}
        for place, made in enumerate(self.lines):
            targets = []
            for target in made.items or (made,):
                numbered = (name + str(n or "") for n in chain([0], count(2)) for name in [self._hint(target)])
                name = next(n for n in numbered if n not in holders or last[holders[n]] <= place)
                targets.append((target, name))
            text = self.text(made, f"{', '.join(name for _, name in targets)} = ")
            for target, name in targets:
                self.names[target] = name
                holders[name] = made
            yield made, text

    def _read(self, made: RecordedCall) -> Iterator[RecordedCall]:
        """Find the lines that a line reads, also within what is written inside it."""
        for part in parts_of(made):
            if part in self.users and part not in self.lines:
                yield from self._read(part)
            else:
                yield part

    def _hint(self, target: RecordedCall | Item) -> str:
        if isinstance(target, RecordedCall) and (target.is_model or target.is_input):
            return target.kwargs["name"]
        inner = target.function if isinstance(target, RecordedCall) else None
        together = isinstance(inner, RecordedCall) and inner.is_model
        usual = TOGETHER.get(inner.kwargs["name"], "x") if together else "x"
        return self.hints.get(target, usual)

    def text(self, made: RecordedCall, head: str = "") -> str:
        """Write a call; behind a `head` it stands on lines of its own."""
        match made.function:
            case RecordedCall():
                function = self._value(made.function)
            case Name():
                function = made.function.path
            case _:
                function = made.function.__name__
        named = [f"{name}={self._value(value)}" for name, value in made.kwargs.items()]
        flat = call(f"{head}{function}(", [*map(self._value, made.args), *named])
        if not any(isinstance(value, dict) for value in made.args) or "\n" not in flat or len(flat.split("\n")) == 3:
            return flat
        return entries(f"{head}{function}(", [*(self._value(v, indent=4) for v in made.args), *named], tail=")")

    def _value(self, value: Any, indent: int | None = None) -> str:
        match value:
            case RecordedCall() | Item() if value in self.names:
                return self.names[value]
            case RecordedCall():
                return self.text(value)
            case Item():
                return f"{self._value(value.call)}[{literal(value.key)}]"
            case list():
                return f"[{', '.join(map(self._value, value))}]"
            case dict():
                parts = list(self._entries(value))
                return f"{{{', '.join(parts)}}}" if indent is None else call("{", parts, indent, tail="},")
        return literal(value)

    def _entries(self, tensors: dict[str, Any]) -> Iterator[str]:
        """Write the entries of a dictionary of tensors, all those of one call together."""
        for key, tensor in tensors.items():
            parent = tensor.call if isinstance(tensor, Item) and not tensor.call.items else None
            keys = list(parent.function.args[1]) if parent else []
            whole = all(isinstance(t := tensors.get(k), Item) and t.call is parent and t.key == k for k in keys)
            if not keys or not whole:
                yield f"{literal(key)}: {self._value(tensor)}"
            elif key == keys[0]:
                yield f"**{self._value(parent)}"
