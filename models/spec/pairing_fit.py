"""Wishes that each part of a pairing has for the parts before it, and the nearest pairing that grants them. No Keras.

Four wishes, read off the tables of models.spec.pairings: the loss wants targets in its range, and outputs that it does
not clip; the targets want a last layer that can reach them, also through the sigmoid of a loss from logits; the eye
wants the link that undoes what the loss was told. A pairing that grants all four trains and is displayed as it should.
"""

from functools import cache
from itertools import product
from typing import Literal

import numpy as np

from models.spec.pairings import DATA_RANGES, LAST_LAYERS, LINKS, LOSSES, TABLES, Pairing, shown_name, sigmoid

Wish = Literal["targets", "reach", "logits", "outputs", "link"]
PARTS = ("link", "last", "loss", "data")  # what is changed first, where several changes would do
CALLED = {"data": "data range", "last": "last layer", "loss": "loss", "link": "display"}


def ungranted(pairing: Pairing) -> tuple[Wish, ...]:
    """Return the wishes that a pairing does not grant.

    `targets`: they leave the loss's range. `reach`: the last layer cannot give them. `logits`: the same through the
    sigmoid of the loss. `outputs`: the loss clips some of them. `link`: the display is not what the loss was told.
    """
    loss, last, low, high = LOSSES[pairing.loss], LAST_LAYERS[pairing.last], *targets_of(pairing)
    within = last.low <= low and high <= last.high
    tests: dict[Wish, bool] = {
        "targets": loss.wants is None or (loss.wants[0] <= low and high <= loss.wants[1]),
        "reach": loss.applies_sigmoid or within,
        "logits": not loss.applies_sigmoid or not np.isfinite(last.high),
        "outputs": loss.takes is None or (loss.takes[0] <= last.low and last.high <= loss.takes[1]),
        "link": pairing.link == link_of(pairing),
    }
    return tuple(wish for wish, granted in tests.items() if not granted)


def targets_of(pairing: Pairing) -> tuple[float, float]:
    """Return the lowest and the highest target of images from 0 to 1."""
    data = DATA_RANGES[pairing.data]
    return data.low, data.high


def link_of(pairing: Pairing) -> str:
    """Return the link that shows what the loss was told: its own sigmoid, else what undoes the data range."""
    if LOSSES[pairing.loss].applies_sigmoid:
        return next(name for name, link in LINKS.items() if link.applies_sigmoid)
    ends = np.array(targets_of(pairing))
    return next(name for name, link in LINKS.items() if np.allclose(link.function(ends), [0.0, 1.0]))


def read_range(pairing: Pairing) -> tuple[float, float]:
    """Return between what the loss compares with the targets: the last layer's range, or its sigmoid."""
    last = LAST_LAYERS[pairing.last]
    ends = np.array([last.low, last.high])
    low, high = sigmoid(ends) if LOSSES[pairing.loss].applies_sigmoid else ends
    return float(low), float(high)


@cache
def nearest(pairing: Pairing) -> Pairing:
    """Return the pairing that grants every wish and differs in the fewest parts.

    Of several, the one whose changes come first in PARTS, and of these one whose loss is of the same family.
    """
    choices = (Pairing(**dict(zip(TABLES, names, strict=True))) for names in product(*TABLES.values()))
    return min((other for other in choices if not ungranted(other)), key=lambda other: _distance(pairing, other))


def _distance(one: Pairing, other: Pairing) -> tuple[int, ...]:
    differ = [getattr(one, part) != getattr(other, part) for part in PARTS]
    return sum(differ), *reversed(differ), LOSSES[one.loss].family != LOSSES[other.loss].family


def change_in_words(before: Pairing, after: Pairing) -> str:
    """Say what to choose, such as `Choose the last layer linear and the display sigmoid(p).`"""
    parts = [
        f"the {CALLED[part]} {shown_name(part, getattr(after, part))}"
        for part in ("data", "last", "loss", "link")
        if getattr(before, part) != getattr(after, part)
    ]
    return f"Choose {', '.join(parts[:-1])}{' and ' * (len(parts) > 1)}{parts[-1]}."
