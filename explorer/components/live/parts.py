"""The parts of a run's page, each made of a look. To add one: a function and an entry of `PARTS`."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import numpy as np

from explorer.components import bank, latent_map, plot, strip
from explorer.components.component import Component, Live
from explorer.components.live.changes import changes
from explorer.components.live.health import health
from explorer.components.live.look import Look
from explorer.components.live.progress import course, progress
from explorer.components.live.verdict import verdict
from explorer.figures import latent as exploring
from explorer.figures.loss_curves import height_of, loss_curves
from explorer.runs import arrays as names
from explorer.runs.records import Curves
from models.spec.catalogue import PIXEL_MODELS
from models.spec.unit_range import around_grey, to_bytes

MAP_HEIGHT = 290
MAP_SCREEN = 36  # percent of the screen's height
STRIP_SCALE = 44
_MOST = 64  # runs whose ranges are kept
Kept = TypeVar("Kept")


class Options(NamedTuple):
    """The choices of somebody on the page."""

    log: bool = False
    pair: tuple[int, int] | None = None  # of latent dimensions; None for the view that the trainer keeps steady
    other: tuple[str, Curves] | None = None  # title and curves of another run, of one that has ended


_NOTHING_CHOSEN = Options()


class _Steady:
    """The ranges of the look before this one, which move in steps: the same in every tab."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple, Any] = OrderedDict()
        self._lock = threading.Lock()

    def follow(self, key: tuple, newest: Callable[[Kept | None], Kept]) -> Kept:
        with self._lock:
            made = self._kept[key] = newest(self._kept.get(key))
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
            return made


_STEADY = _Steady()


def curves(look: Look, options: Options) -> Component | None:
    if look.moment is None or not look.has_curves:  # the networks are being built
        return None
    log = options.log and look.can_be_logarithmic
    figure = loss_curves(look.moment.curves, look.experiment, look.moment.changes, log=log, other=options.other)
    return plot(figure, height=height_of(look.experiment), label="loss curves")


def live_map(look: Look, options: Options) -> Component | None:
    if (entry := look.entry) is None:
        return None
    codes, summary = entry.codes(), entry.summary
    labels, classes = entry.labels[: len(codes.mean)], summary["class_names"]

    def newest(before: exploring.Plane | None) -> exploring.Plane:
        ranges = before.ranges if before else None
        return exploring.live_plane(codes, labels, len(classes), look.name, ranges, options.pair)

    plane = _STEADY.follow(("plane", entry.folder, options.pair), newest)

    return latent_map(
        exploring.shown(entry, version=str(entry.step)),
        exploring.at_prior_scale(plane, codes, entry.experiment.variant_info.prior),
        labels,
        classes,
        hand=look.name,
        total=summary["probe"],
        what=f"{exploring.probe_name(summary)} at step {entry.step:,}",
        tests=exploring.probe_name(summary) == exploring.TESTS,
        height=MAP_HEIGHT,
        screen=MAP_SCREEN,
    )


def live_bank(look: Look, _options: Options) -> Component | None:
    if (entry := look.entry) is None:
        return None
    codes, prior = entry.codes(), entry.experiment.variant_info.prior
    status = look.moment.status if look.moment and look.active else None

    def newest(before: list[exploring.Dimension] | None) -> list[exploring.Dimension]:
        return exploring.live_dimensions(codes, prior, before, settled=not look.active)

    return bank(
        exploring.shown(entry, version=str(entry.step)),
        codes.mean[0].tolist(),
        _STEADY.follow(("dimensions", entry.folder), newest),
        hand=look.name,
        class_index=int(entry.labels[0]),
        chosen=0,
        compact=True,
        rate=status.images_per_second if status else None,
    )


def live_strip(look: Look, _options: Options) -> Component | None:
    if (entry := look.entry) is None:
        return None
    output = PIXEL_MODELS[look.experiment.pixel_model].output
    return strip(strip_rows(entry.images(), entry.arrays(), output), scale=STRIP_SCALE)


def strip_rows(images: np.ndarray, preview: Mapping[str, np.ndarray], output: str) -> dict[str, np.ndarray]:
    """Return the rows of the strip as uint8: input, noisy input, linear output (scaled around 0), reconstruction.

    A row that the model lacks is left out. Where codes can be drawn, decoded samples from the prior stand below.
    """
    linear = preview[names.LINEAR]
    grey = to_bytes(around_grey(linear))
    noisy = {"noisy input": preview[names.CORRUPTED]} if names.CORRUPTED in preview else {}
    samples = {"samples": preview[names.SAMPLES][: len(linear)]} if names.SAMPLES in preview else {}
    rows = {"input": images[: len(linear)], **noisy, output.replace("_", " "): grey}
    return {**rows, "reconstruction": preview[names.RECONSTRUCTION], **samples}


PARTS: Mapping[str, Callable[[Look, Options], Component | None]] = MappingProxyType(
    {
        "progress": progress,
        "course": course,
        "verdict": verdict,
        "curves": curves,
        "changes": changes,
        "map": live_map,
        "bank": live_bank,
        "strip": live_strip,
        "health": health,
    }
)


def show_part(name: str, look: Look, options: Options = _NOTHING_CHOSEN) -> bool:
    """Show a part of a run's page; while the run is active it goes on by itself. Return whether there is one.

    Raises LibraryError where its files cannot be read.
    """
    part = PARTS[name](look, options)
    if part is not None:
        live = Live(look.name, name, look.at, _asked(name, look, options)) if look.active else None
        part.show(f"{name}-{look.name}", live)
    return part is not None


def _asked(name: str, look: Look, options: Options) -> dict[str, str]:
    """Return what the browser asks of a part besides its newest: what was chosen, and for which frame it was drawn."""
    chosen = {
        "progress": {"drawn": look.drawn},
        "curves": {"log": str(int(options.log))},
        "map": {"pair": ",".join(map(str, options.pair or ()))},
    }
    return chosen.get(name, {})
