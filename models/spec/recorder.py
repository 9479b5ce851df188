"""Keras calls written down instead of made: `models.twins` runs as it is, and leaves what it would have built.

The modules of `models` are loaded once more for each recording, with a `Recorder` in the place of Keras. From the calls
come the lines of a script (explorer/export) and the sizes of the networks (network_sizes.py).
"""

import builtins
import importlib
from collections.abc import Iterator, Mapping
from importlib.machinery import SourceFileLoader
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def file_of(module: str) -> Path:
    """Return the file of a module of ours."""
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


class RecordedCall:
    """Something that Keras would have made: `function(*args, **kwargs)`."""

    def __init__(self, recorder: "Recorder", function: Any, args: tuple = (), kwargs: Mapping[str, Any] | None = None):
        self.recorder, self.function, self.args, self.kwargs = recorder, function, args, dict(kwargs or {})
        self.items: tuple[Item, ...] = ()  # where it gives several tensors and was unpacked
        path = function.path if isinstance(function, Name) else ""
        self.is_model, self.is_input = path == "keras.Model", path == "keras.Input"
        self.makes_tensors = isinstance(function, RecordedCall)  # it is a layer or a model, called
        self.number = len(recorder.calls)
        recorder.calls.append(self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], type):  # a decorator of a class
            return args[0]
        made = RecordedCall(self.recorder, self, args, kwargs)
        outputs = self.args[1] if self.is_model else None
        return {key: Item(made, key) for key in outputs} if isinstance(outputs, dict) else made

    def __iter__(self) -> Iterator["Item"]:
        """Unpack the outputs of a layer of ours, which says how many it has as it says it to Keras."""
        shapes = self.function.function.compute_output_shape(None, *((None, None) for _ in self.args))
        self.items = tuple(Item(self, number) for number in range(len(shapes)))
        return iter(self.items)


class Item:
    """One of several tensors that a call gives."""

    def __init__(self, call: RecordedCall, key: Any):
        self.call, self.key = call, key


def parts_of(value: Any) -> Iterator[RecordedCall]:
    """Find the calls that a call, a list or the values of a mapping are directly made of, each as often as used."""
    inner = chain([value.function], value.args, value.kwargs.values()) if isinstance(value, RecordedCall) else value
    for part in inner:
        match part:
            case RecordedCall():
                yield part
            case Item():
                yield part.call
            case dict():
                yield from parts_of(part.values())
            case list() | tuple():
                yield from parts_of(part)


class Name:
    """A name of Keras, such as `layers.Dense`, or the class of a layer of ours."""

    def __init__(self, recorder: "Recorder", path: str):
        self.recorder, self.path = recorder, path

    def __getattr__(self, name: str) -> "Name":
        # Scripts import these two from keras, as the modules here do.
        within = name if self.path == "keras" and name in {"layers", "ops"} else f"{self.path}.{name}"
        return Name(self.recorder, within)

    def __call__(self, *args: Any, **kwargs: Any) -> RecordedCall:
        return RecordedCall(self.recorder, self, args, kwargs)

    def __mro_entries__(self, bases: tuple) -> tuple[type, ...]:
        """Stand for a class that ours are derived from: theirs are recorded when they are made."""
        recorder = self.recorder

        class Recorded:
            def __new__(cls, *args: Any, **kwargs: Any) -> Any:
                return RecordedCall(recorder, cls, args, kwargs)

        return (Recorded,)

    def __or__(self, other: Any) -> "Name":
        return self

    __ror__ = __or__


class Recorder:
    """Modules of `models` without Keras; what they would have made of it is in `calls`, in order."""

    def __init__(self):
        self.calls: list[RecordedCall] = []
        self.modules: dict[str, ModuleType] = {}
        self.keras = {name: Name(self, name) for name in ("keras", "tensorflow")}

    def load(self, name: str) -> ModuleType:
        """Load a module of `models` with this recorder in the place of Keras; the program's own is left alone."""
        if name not in self.modules:
            self.modules[name] = module = ModuleType(name)
            module.__dict__["__builtins__"] = {**vars(builtins), "__import__": self._import}
            SourceFileLoader(name, str(file_of(name))).exec_module(module)
        return self.modules[name]

    def _import(self, name: str, scope: Any = None, local: Any = None, names: tuple = (), level: int = 0) -> Any:
        """Stand for Python's own import within the loaded modules."""
        if name.partition(".")[0] in self.keras:
            return self.keras[name.partition(".")[0]]
        if name.startswith("models.") and not name.startswith("models.spec"):
            return self.load(name)
        return importlib.__import__(name, scope, local, names, level)
