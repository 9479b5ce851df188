"""Pure functions from data to Plotly figures, as dictionaries with NumPy arrays. No Streamlit, no state.

Colours are names of the theme (`theme:accent`, `theme:3`, ...), which the browser fills in.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from explorer.runs.layout import WEIGHT_PREFIX, WEIGHTED_PREFIX
from explorer.runs.reader import Curves, Event
from models import catalogue

_FIXED = {"automargin": False, "ticklabeloverflow": "allow"}  # fitting labels takes half the time of a live update
MOST_MARKERS = 60  # of validations on a line; more hide it, and each is an element for the browser to draw


def escaped(text: str) -> str:
    """A name somebody gave, safe in Plotly's labels, which read HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def loss_curves(
    curves: Curves,
    series: Sequence[str],
    totals: Sequence[str],
    changes: Sequence[Event],
    *,
    log: bool,
    pixel_model: str | None = None,
) -> dict:
    """One panel for each total and each term under a shared axis of epochs: training, validation, and what was changed.

    A term's panel shows the raw value; where its weight was not always 1, dotted lines show weight times value,
    which is what the total adds up. The pixel model says in which unit the reconstruction is; without it no panel says.
    """
    units = _units(series, totals, pixel_model)
    panels = [*totals, *(name for name in series if name not in totals)]
    bottoms = _panel_domains(len(panels), first=1.6)
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "xaxis": {"title": {"text": "epoch"}, "anchor": f"y{len(panels)}", "rangemode": "tozero", **_FIXED},
        "uirevision": "log" if log else "linear",
        "hovermode": "x unified",
        "showlegend": False,
        "margin": {"l": 56, "r": 8, "t": 22, "b": 38},
        "annotations": [],
        "shapes": [_change_line(event) for event in changes],
        "meta": {"filename": "hourglass-loss"},
    }
    for number, (name, domain) in enumerate(zip(panels, bottoms, strict=True), start=1):
        axis = "yaxis" if number == 1 else f"yaxis{number}"
        kind = "log" if log else "linear"
        layout[axis] = {"domain": domain, "type": kind, "nticks": 5, "exponentformat": "power", **_FIXED}
        layout["annotations"].append(_panel_title(name, name in totals, domain[1], units.get(name, "")))
        traces += _panel_traces(curves, name, f"y{number}" if number > 1 else "y", number, total=name in totals)
    layout["annotations"] += [_change_label(event) for event in changes[-8:]]
    return {"data": traces, "layout": layout}


def _panel_domains(count: int, first: float, gap: float = 0.1) -> list[list[float]]:
    """Where each panel stands from bottom 0 to top 1, the first on top and `first` times as high as the others."""
    unit = (1.0 - gap * (count - 1)) / (first + count - 1)
    domains, top = [], 1.0
    for number in range(count):
        height = unit * (first if number == 0 else 1.0)
        domains.append([max(0.0, round(top - height, 4)), round(top, 4)])
        top -= height + gap
    return domains


def _units(series: Sequence[str], totals: Sequence[str], pixel_model: str | None) -> dict[str, str]:
    """The unit of each series that the catalogue knows, and of the totals."""
    if pixel_model is None:
        return {}
    terms = [name for name in series if name in catalogue.TERMS]
    units = {name: catalogue.unit_of(name, pixel_model) for name in terms}
    return units | dict.fromkeys(totals, catalogue.unit_of_total(terms, pixel_model))


def _panel_title(name: str, is_total: bool, top: float, unit: str) -> dict[str, Any]:
    title = "Total" if is_total else catalogue.TERMS[name].title if name in catalogue.TERMS else name
    return {
        "text": f"<b>{escaped(title)}</b>  {escaped(unit)}",
        "xref": "paper", "yref": "paper", "x": 0, "y": top, "xanchor": "left", "yanchor": "bottom",
        "showarrow": False, "font": {"size": 12, "color": "theme:muted"},
    }  # fmt: skip


def _panel_traces(curves: Curves, name: str, axis: str, number: int, total: bool) -> list[dict[str, Any]]:
    colour = "theme:accent" if total else f"theme:{number - 2}"
    epochs = curves.training.get("epoch", np.empty(0))
    raw = curves.training.get(name, np.empty(0))
    drawn = [_line(epochs, raw, axis, "training", {"color": colour, "width": 1.5})]
    checks = curves.validation.get("epoch", np.empty(0))
    if len(checks):
        line = {"color": "theme:text", "width": 1.5}
        checked = _line(checks, curves.validation[name], axis, "validation", line)
        if len(checks) <= MOST_MARKERS:
            checked |= {"mode": "lines+markers", "marker": {"size": 5, "color": "theme:text"}}
        drawn.append(checked)
    weights = curves.training.get(WEIGHT_PREFIX + name, np.ones(1))
    weighted = WEIGHTED_PREFIX + name
    if (weights != 1).any() and weighted in curves.training:
        dotted = {"color": colour, "width": 1.5, "dash": "dot"}
        drawn.append(_line(epochs, curves.training[weighted], axis, "training × weight", dotted))
        if weighted in curves.validation:
            dotted = {"color": "theme:text", "width": 1.5, "dash": "dot"}
            drawn.append(_line(checks, curves.validation[weighted], axis, "validation × weight", dotted))
    return drawn


def _line(x: np.ndarray, y: np.ndarray, axis: str, name: str, line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "xaxis": "x", "yaxis": axis, "name": name, "line": line,
        "hovertemplate": f"{name} %{{y:.4~g}}<extra></extra>",
    }  # fmt: skip


def describe_change(event: Event) -> str:
    """Such as `KL weight 1 → 4`."""
    if event.kind == "weight":
        name = str(event.detail["term"])
        title = catalogue.TERMS[name].title if name in catalogue.TERMS else name
        return f"{title} weight {event.detail['before']:g} → {event.detail['value']:g}"
    return f"learning rate {event.detail['before']:g} → {event.detail['value']:g}"


def _change_line(event: Event) -> dict[str, Any]:
    return {
        "type": "line", "xref": "x", "yref": "paper", "x0": event.epoch, "x1": event.epoch, "y0": 0, "y1": 1,
        "line": {"color": "theme:muted", "width": 1, "dash": "dash"},
    }  # fmt: skip


def _change_label(event: Event) -> dict[str, Any]:
    return {
        "text": escaped(describe_change(event)), "xref": "x", "yref": "paper", "x": event.epoch, "y": 1,
        "xanchor": "left", "yanchor": "top", "textangle": 90, "showarrow": False,
        "font": {"size": 11, "color": "theme:muted"},
    }  # fmt: skip


def can_be_logarithmic(curves: Curves, series: Sequence[str]) -> bool:
    """Whether no value is below 0. Densities of Gaussian pixels can exceed 1, and their nats then fall below 0."""
    values = [part[name] for part in (curves.training, curves.validation) for name in series if name in part]
    return all((column >= 0).all() for column in values)
