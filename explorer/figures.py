"""Pure functions from data to Plotly figures, as dictionaries with NumPy arrays. No Streamlit, no state.

Colours are names of the theme (`theme:accent`, `theme:3`, ...), which the browser fills in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.runs.layout import WEIGHT_PREFIX, WEIGHTED_PREFIX
from explorer.runs.reader import Curves, Event
from models.catalogue import unit_of_total
from models.experiment import Experiment

_FIXED = {"automargin": False, "ticklabeloverflow": "allow"}  # fitting labels takes half the time of a live update
MOST_STACKED = 4  # panels under each other
COLUMN_GAP = 0.1  # of the width
MOST_MARKERS = 60  # of validations on a line; more hide it, and each is an element for the browser to draw


def escaped(text: str) -> str:
    """A name somebody gave, safe in Plotly's labels, which read HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def loss_curves(curves: Curves, experiment: Experiment, changes: Sequence[Event], *, log: bool) -> dict:
    """A panel for each total and each term, over epochs: training, validation, and what was changed.

    A term's panel shows the raw value; where its weight was not always 1, dotted lines show weight times value,
    which is what the total adds up. More panels than stand well under each other make two columns: what is against each
    other stands side by side.
    """
    columns = _columns(panels_of(experiment))
    layout: dict[str, Any] = {
        "uirevision": "log" if log else "linear",
        "hovermode": "x unified",
        "showlegend": False,
        "margin": {"l": 56, "r": 8, "t": 22, "b": 38},
        "annotations": [],
        "shapes": [_change_line(event, number) for number in range(len(columns)) for event in changes],
        "meta": {"filename": "hourglass-loss"},
    }
    traces: list[dict[str, Any]] = []
    number = 0
    for column, panels in enumerate(columns):
        left, right = _span(column, len(columns))
        for panel, domain in zip(panels, _panel_domains(len(panels), first=1.6), strict=True):
            number += 1
            layout[_axis("yaxis", number)] = {
                "domain": domain, "anchor": _axis("x", column + 1), "type": "log" if log else "linear", "nticks": 5,
                "exponentformat": "power", **_FIXED,
            }  # fmt: skip
            layout["annotations"].append(_panel_title(panel, left, domain[1]))
            traces += _panel_traces(curves, panel, _axis("y", number), _axis("x", column + 1))
        layout[_axis("xaxis", column + 1)] = {
            "title": {"text": "epoch"}, "anchor": _axis("y", number), "domain": [left, right], "rangemode": "tozero",
            **({"matches": "x"} if column else {}), **_FIXED,
        }  # fmt: skip
    layout["annotations"] += [_change_label(event, experiment) for event in changes[-8:]]
    return {"data": traces, "layout": layout}


@dataclass(frozen=True)
class Panel:
    """One curve of an experiment: a total or a term."""

    name: str
    title: str
    unit: str
    total: bool
    learner: int
    colour: str  # a term's is the same wherever it is seen


def panels_of(experiment: Experiment) -> list[Panel]:
    """Each learner's total and its terms. Of several learners, one with a single term has the total alone."""
    panels, learners = [], experiment.info.learners
    order = [name for total in learners for name in experiment.terms_of(total)]
    colours = {name: f"theme:{place % 10}" for place, name in enumerate(order)}
    for number, (total, learner) in enumerate(learners.items()):
        terms = experiment.terms_of(total)
        infos = [experiment.term(name) for name in terms]
        alone = len(learners) > 1 and len(terms) == 1
        title = infos[0].title if alone else f"{learner.title}: total" if len(learners) > 1 else "Total"
        colour = colours[terms[0]] if alone else "theme:accent"
        panels.append(Panel(total, title, unit_of_total(infos), True, number, colour))
        if not alone:
            panels += [
                Panel(name, info.title, info.unit, False, number, colours[name])
                for name, info in zip(terms, infos, strict=True)
            ]
    return panels


def _columns(panels: Sequence[Panel]) -> list[list[Panel]]:
    """One column, or two: the first learner's and all others', or the first and the second half."""
    if len(panels) <= MOST_STACKED:
        return [list(panels)]
    first = [panel for panel in panels if panel.learner == 0]
    middle = len(first) if len(first) < len(panels) else (len(panels) + 1) // 2
    return [list(panels[:middle]), list(panels[middle:])]


def _span(column: int, columns: int) -> tuple[float, float]:
    """From where to where a column goes, of the width."""
    width = (1.0 - COLUMN_GAP * (columns - 1)) / columns
    left = column * (width + COLUMN_GAP)
    return round(left, 4), round(left + width, 4)


def _axis(letter: str, number: int) -> str:
    """Plotly's name of an axis: the first has no number."""
    return letter if number == 1 else f"{letter}{number}"


def _panel_domains(count: int, first: float) -> list[list[float]]:
    """Where each panel stands from bottom 0 to top 1, the first on top and `first` times as high as the others."""
    gap = 0.1 if count < 4 else 0.075
    unit = (1.0 - gap * (count - 1)) / (first + count - 1)
    domains, top = [], 1.0
    for number in range(count):
        height = unit * (first if number == 0 else 1.0)
        domains.append([max(0.0, round(top - height, 4)), round(top, 4)])
        top -= height + gap
    return domains


def _panel_title(panel: Panel, left: float, top: float) -> dict[str, Any]:
    return {
        "text": f"<b>{escaped(panel.title)}</b>  {escaped(panel.unit)}",
        "xref": "paper", "yref": "paper", "x": left, "y": top, "xanchor": "left", "yanchor": "bottom",
        "showarrow": False, "font": {"size": 12, "color": "theme:muted"},
    }  # fmt: skip


def _panel_traces(curves: Curves, panel: Panel, y: str, x: str) -> list[dict[str, Any]]:
    name, axes, colour = panel.name, (x, y), panel.colour
    epochs = curves.training.get("epoch", np.empty(0))
    raw = curves.training.get(name, np.empty(0))
    drawn = [_line(epochs, raw, axes, "training", {"color": colour, "width": 1.5})]
    checks = curves.validation.get("epoch", np.empty(0))
    if len(checks):
        line = {"color": "theme:text", "width": 1.5}
        checked = _line(checks, curves.validation[name], axes, "validation", line)
        if len(checks) <= MOST_MARKERS:
            checked |= {"mode": "lines+markers", "marker": {"size": 5, "color": "theme:text"}}
        drawn.append(checked)
    weights = curves.training.get(WEIGHT_PREFIX + name, np.ones(1))
    weighted = WEIGHTED_PREFIX + name
    if (weights != 1).any() and weighted in curves.training:
        dotted = {"color": colour, "width": 1.5, "dash": "dot"}
        drawn.append(_line(epochs, curves.training[weighted], axes, "training × weight", dotted))
        if weighted in curves.validation:
            dotted = {"color": "theme:text", "width": 1.5, "dash": "dot"}
            drawn.append(_line(checks, curves.validation[weighted], axes, "validation × weight", dotted))
    return drawn


def _line(x: np.ndarray, y: np.ndarray, axes: tuple[str, str], name: str, line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "xaxis": axes[0], "yaxis": axes[1], "name": name,
        "line": line,
        "hovertemplate": f"{name} %{{y:.4~g}}<extra></extra>",
    }  # fmt: skip


def describe_change(event: Event, experiment: Experiment) -> str:
    """Such as `KL weight 1 → 4` or `Critic held still`."""
    detail = event.detail
    if event.kind == "moving":
        still = [info.title for total, info in experiment.info.learners.items() if total not in detail["value"]]
        return f"{' and '.join(still)} held still" if still else "all learners move"
    name = f"{experiment.term(detail['term']).title} weight" if event.kind == "weight" else "learning rate"
    return f"{name} {detail['before']:g} → {detail['value']:g}"


def _change_line(event: Event, column: int) -> dict[str, Any]:
    return {
        "type": "line", "xref": _axis("x", column + 1), "yref": "paper",
        "x0": event.epoch, "x1": event.epoch, "y0": 0, "y1": 1,
        "line": {"color": "theme:muted", "width": 1, "dash": "dash"},
    }  # fmt: skip


def _change_label(event: Event, experiment: Experiment) -> dict[str, Any]:
    return {
        "text": escaped(describe_change(event, experiment)), "xref": "x", "yref": "paper", "x": event.epoch, "y": 1,
        "xanchor": "left", "yanchor": "top", "textangle": 90, "showarrow": False,
        "font": {"size": 11, "color": "theme:muted"},
    }  # fmt: skip


def can_be_logarithmic(curves: Curves, experiment: Experiment) -> bool:
    """Whether no value is below 0. Densities of Gaussian pixels can exceed 1, and their nats then fall below 0."""
    shown = [panel.name for panel in panels_of(experiment)]
    values = [part[name] for part in (curves.training, curves.validation) for name in shown if name in part]
    return all((column >= 0).all() for column in values)
