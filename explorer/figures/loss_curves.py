"""Pure functions from data to Plotly figures, as dictionaries with NumPy arrays. No Streamlit, no state.

Colours are names of the theme (`theme:accent`, `theme:3`, ...), which the browser fills in.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from explorer.figures import change_flags, loss_panels
from explorer.figures.loss_panels import NARROW_BELOW, Panel, arrangement, axis, escaped, layout_of, panels_of
from explorer.runs.layout import WEIGHT_PREFIX, WEIGHTED_PREFIX
from explorer.runs.records import Curves, Event
from models.spec.catalogue import LOSS
from models.spec.experiment import Experiment

_FIXED = {"automargin": False, "ticklabeloverflow": "allow"}  # fitting labels takes half the time of a live update
MOST_MARKERS = 60  # of validations on a line; more hide it, and each is an element for the browser to draw
TICKS = 4  # of a panel


def loss_curves(
    curves: Curves,
    experiment: Experiment,
    changes: Sequence[Event],
    *,
    log: bool,
    other: tuple[str, Curves] | None = None,
) -> dict:
    """Draw a panel for each total and each term over epochs: training, validation, and the changes while it trained.

    A term's panel shows the raw value; where its weight was not always 1, dotted lines show weight times value, which
    is what the total adds up. `other` is the title and the curves of a run whose total is drawn too. The browser does
    not report its width, so `meta` has the arrangement for a narrow chart.
    """
    panels = panels_of(experiment)
    wide, narrow = (arrangement(panels, narrow=is_narrow) for is_narrow in (False, True))
    flags = change_flags.flags(changes, _epochs_shown(curves, changes))
    placed, otherwise = layout_of(panels, wide), layout_of(panels, narrow)
    for each in (placed, otherwise):
        each["annotations"] += flags
    layout: dict[str, Any] = {
        **placed,
        "uirevision": "log" if log else "linear",
        "hovermode": "x unified",
        "showlegend": False,
        "shapes": change_flags.lines(changes, _epochs_shown(curves, changes)),
        "xaxis": {"anchor": axis("y", len(panels)), "title": {"text": "epoch"}, "rangemode": "tozero", **_FIXED},
        "meta": {
            "filename": "hourglass-loss",
            "narrow": {"below": NARROW_BELOW, "height": narrow.height, "layout": otherwise},
        },
    }
    traces: list[dict[str, Any]] = []
    for number, panel in enumerate(panels, 1):
        layout[axis("yaxis", number)] |= {
            "anchor": "x", "type": "log" if log else "linear", "nticks": TICKS, "exponentformat": "power", **_FIXED,
        }  # fmt: skip
        traces += _panel_traces(curves, panel, axis("y", number))
    return {"data": [*traces, *([_of_other(*other)] if other else [])], "layout": layout}


def _of_other(title: str, curves: Curves) -> dict[str, Any]:
    """Draw the total of another run in the first panel: on validation images, where it has been validated."""
    columns = curves.validation if len(curves.validation.get(LOSS, ())) else curves.training
    x, values = (columns.get(name, np.empty(0)) for name in ("epoch", LOSS))
    drawn = _line(x, values, "y", "other", {"color": "theme:muted", "width": 2, "dash": "dash"})
    return {**drawn, "hovertemplate": f"{escaped(title)} %{{y:.4~g}}<extra></extra>"}


def height_of(experiment: Experiment) -> int:
    """Return the pixels that the curves of an experiment are high where the chart is not narrow."""
    return loss_panels.arrangement(panels_of(experiment), narrow=False).height


def _panel_traces(curves: Curves, panel: Panel, y: str) -> list[dict[str, Any]]:
    name, colour = panel.name, panel.colour
    epochs = curves.training.get("epoch", np.empty(0))
    raw = curves.training.get(name, np.empty(0))
    drawn = [_line(epochs, raw, y, "training", {"color": colour, "width": 1.5})]
    checks = curves.validation.get("epoch", np.empty(0))
    if len(checks) and name in curves.validation:
        line = {"color": "theme:text", "width": 1.5}
        checked = _line(checks, curves.validation[name], y, "validation", line)
        if len(checks) <= MOST_MARKERS:
            checked |= {"mode": "lines+markers", "marker": {"size": 5, "color": "theme:text"}}
        drawn.append(checked)
    weights = curves.training.get(WEIGHT_PREFIX + name, np.ones(1))
    weighted = WEIGHTED_PREFIX + name
    if (weights != 1).any() and weighted in curves.training:
        dotted = {"color": colour, "width": 1.5, "dash": "dot"}
        drawn.append(_line(epochs, curves.training[weighted], y, "training × weight", dotted))
        if weighted in curves.validation:
            dotted = {"color": "theme:text", "width": 1.5, "dash": "dot"}
            drawn.append(_line(checks, curves.validation[weighted], y, "validation × weight", dotted))
    return drawn


def _line(x: np.ndarray, values: np.ndarray, y: str, name: str, line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines+markers" if _has_lone_point(values) else "lines", "x": x, "y": values,
        "xaxis": "x", "yaxis": y, "name": name, "line": line,
        "hovertemplate": f"{name} %{{y:.4~g}}<extra></extra>",
    }  # fmt: skip


def _has_lone_point(values: np.ndarray) -> bool:
    """Return whether a value has none beside it that a line could be drawn to: such a line has no length."""
    finite = np.concatenate([[False], np.isfinite(values), [False]])
    return bool((finite[1:-1] & ~finite[:-2] & ~finite[2:]).any())


def _epochs_shown(curves: Curves, changes: Sequence[Event]) -> float:
    ends = [part["epoch"][-1] for part in (curves.training, curves.validation) if len(part.get("epoch", ()))]
    return float(max([*ends, *(event.epoch for event in changes)], default=0.0))


def can_be_logarithmic(curves: Curves, experiment: Experiment) -> bool:
    """Return whether no value is below 0. Densities of Gaussian pixels can exceed 1, and their nats then fall below 0.

    Values that are not finite do not count: they are not drawn.
    """
    shown = [panel.name for panel in panels_of(experiment)]
    values = [part[name] for part in (curves.training, curves.validation) for name in shown if name in part]
    return not any((column < 0).any() for column in values)
