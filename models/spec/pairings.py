"""Data range, last layer, loss and link, each chosen freely: what the loss lab pairs. Free of TensorFlow.

An experiment chooses these as one, its pixel model, for only some of the pairings train and show what they say. Here
every pairing is allowed, because the lab is for seeing them fail. Each table is keyed by the name that files, links and
the screen use; the Keras half of an entry stands under the same name in `models.pairing_runs`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, field_validator

from models.spec.catalogue import entry


@dataclass(frozen=True)
class DataRange:
    """The range to which an image's grey values from 0 to 1 are scaled for the network."""

    low: float
    high: float

    def put(self, values: Any) -> Any:
        """Return values in 0..1 of any kind, NumPy's or Keras', in this range."""
        return self.low + (self.high - self.low) * values


@dataclass(frozen=True)
class LastLayer:
    """The activation behind the decoder's last layer with weights. Its output stays between `low` and `high`; beyond
    ±`flat` its slope is below a twenty-fifth of the steepest.
    """

    low: float = -np.inf
    high: float = np.inf
    flat: float = np.inf


@dataclass(frozen=True)
class LossInfo:
    """`wants` is the range of targets that the loss is meant for, `takes` that of the outputs p to which it clips them;
    None where any will do.
    """

    title: str
    family: str
    formula: str
    wants: tuple[float, float] | None = None
    takes: tuple[float, float] | None = None
    applies_sigmoid: bool = False


@dataclass(frozen=True)
class LinkInfo:
    """The function from the decoder's output p to pixels, which are clipped to 0..1 after it."""

    title: str
    function: Callable[[np.ndarray], np.ndarray]
    applies_sigmoid: bool = False


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(−x)), without an overflow on either side."""
    return 0.5 + 0.5 * np.tanh(0.5 * x)


FLAT = 4.585  # sigmoid(x)(1 − sigmoid(x)) is 0.01 there

DATA_RANGES: Mapping[str, DataRange] = MappingProxyType(
    {"0..1": DataRange(0.0, 1.0), "0..255": DataRange(0.0, 255.0), "-1..1": DataRange(-1.0, 1.0)}
)
LAST_LAYERS: Mapping[str, LastLayer] = MappingProxyType(
    {
        "linear": LastLayer(),
        "sigmoid": LastLayer(0.0, 1.0, flat=FLAT),
        "tanh": LastLayer(-1.0, 1.0, flat=FLAT / 2),  # tanh(x) = 2 sigmoid(2x) − 1
    }
)
LOSSES: Mapping[str, LossInfo] = MappingProxyType(
    {
        "mse": LossInfo("MSE", "squared error", "mean (x − p)²"),
        "mae": LossInfo("MAE", "absolute error", "mean |x − p|"),
        "bce_logits": LossInfo(
            "BCE from logits", "cross-entropy", "mean softplus(p) − x · p", wants=(0.0, 1.0), applies_sigmoid=True
        ),
        "bce": LossInfo(
            "BCE on probabilities",
            "cross-entropy",
            "mean −x log p − (1 − x) log(1 − p)",
            wants=(0.0, 1.0),
            takes=(0.0, 1.0),
        ),
    }
)
LINKS: Mapping[str, LinkInfo] = MappingProxyType(
    {
        "p": LinkInfo("p", lambda p: p),
        "sigmoid": LinkInfo("sigmoid(p)", sigmoid, applies_sigmoid=True),
        "p/255": LinkInfo("p / 255", lambda p: p / 255.0),
        "(p+1)/2": LinkInfo("(p + 1) / 2", lambda p: (p + 1.0) / 2.0),
    }
)


class Pairing(BaseModel):
    """One choice of each. Raises pydantic's ValidationError for a name that is in no table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: str = "0..1"
    last: str = "linear"
    loss: str = "bce_logits"
    link: str = "sigmoid"

    @field_validator("data", "last", "loss", "link")
    @classmethod
    def _known(cls, name: str, info: Any) -> str:
        entry(TABLES[info.field_name], info.field_name, name)
        return name

    @property
    def code(self) -> str:
        """The pairing as one word, for links: `0..1~linear~bce_logits~sigmoid`."""
        return "~".join((self.data, self.last, self.loss, self.link))

    @property
    def words(self) -> str:
        data, last, loss, link = (shown_name(field, name) for field, name in self.model_dump().items())
        return f"{data} · {last} · {loss} · displayed as {link}"

    @property
    def sigmoids(self) -> int:
        """The number of sigmoids between the logits and the loss."""
        return (self.last == "sigmoid") + LOSSES[self.loss].applies_sigmoid

    @property
    def flat(self) -> float:
        """Logits beyond ± this are where the sigmoid or tanh behind them is flat, be it in the last layer, in the loss
        or before the eye. Infinite where there is none.
        """
        later = LOSSES[self.loss].applies_sigmoid or LINKS[self.link].applies_sigmoid
        return FLAT if later and self.last == "linear" else LAST_LAYERS[self.last].flat


TABLES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {"data": DATA_RANGES, "last": LAST_LAYERS, "loss": LOSSES, "link": LINKS}
)


def shown_name(field: str, name: str) -> str:
    """Return a choice as the screen shows it: by its title, if its table has one."""
    return getattr(TABLES[field][name], "title", name)


@dataclass(frozen=True)
class Case:
    title: str
    pairing: Pairing


def _case(title: str, *names: str) -> Case:
    return Case(title, Pairing(**dict(zip(TABLES, names, strict=True))))


CASES: Mapping[str, Case] = MappingProxyType(
    {
        "A": _case("The question, linear", "0..255", "linear", "mse", "p/255"),
        "B": _case("The question, sigmoid", "0..255", "sigmoid", "mse", "p"),
        "C": _case("Scaled, linear", "0..1", "linear", "mse", "p"),
        "D": _case("Scaled, sigmoid", "0..1", "sigmoid", "mse", "p"),
        "E": _case("Logits", "0..1", "linear", "bce_logits", "sigmoid"),
        "F": _case("The accepted answer, unchanged", "0..1", "linear", "mse", "sigmoid"),
        "G": _case("The accepted answer on the question's data", "0..255", "linear", "mse", "sigmoid"),
        "H": _case("Sigmoid, then resized", "0..1", "sigmoid", "bce", "p"),
        "I": _case("Sigmoid twice", "0..1", "sigmoid", "bce_logits", "p"),
        "J": _case("Logits on unscaled data", "0..255", "linear", "bce_logits", "sigmoid"),
    }
)


def pairing_of(code: str) -> Pairing:
    """Return the pairing of a case's letter or of a `code`. Raises ValueError with what is allowed."""
    if code in CASES:
        return CASES[code].pairing
    names = code.split("~")
    if len(names) != len(TABLES):
        raise ValueError(
            f"The pairing was {code[:60]!r}; allowed are {', '.join(CASES)}, or four names such as "
            f"{Pairing().code}. Choose one of these."
        )
    for (field, table), name in zip(TABLES.items(), names, strict=True):
        entry(table, field, name)
    return Pairing(**dict(zip(TABLES, names, strict=True)))


def letter_of(pairing: Pairing) -> str | None:
    """Return the letter of one of the ten cases, or None for any other pairing."""
    return next((letter for letter, case in CASES.items() if case.pairing == pairing), None)


def title_of(pairing: Pairing) -> str:
    """Return such as `A · The question, linear` for one of the ten cases, else the parts of the pairing."""
    letter = letter_of(pairing)
    return f"{letter} · {CASES[letter].title}" if letter else pairing.words


def pixels_of(link: str, outputs: np.ndarray) -> np.ndarray:
    """Return outputs p of any shape behind the link, float32, before they are clipped."""
    with np.errstate(over="ignore", invalid="ignore"):
        return LINKS[link].function(outputs.astype(np.float32))


def seen_as(link: str, outputs: np.ndarray) -> np.ndarray:
    """Return outputs p of any shape as displayed pixels: float32 in 0..1. NaN is black."""
    return np.nan_to_num(np.clip(pixels_of(link, outputs), 0.0, 1.0), nan=0.0)
