"""Pure functions from data to Plotly figures, as dictionaries with NumPy arrays. No Streamlit, no state.

Colours are names of the theme (`theme:accent`, `theme:3`, ...), which the browser fills in.
"""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import numpy as np

from explorer.figures import loss_panels
from explorer.figures.loss_panels import Panel, axis, escaped, in_columns, panels_of
from explorer.runs.layout import WEIGHT_PREFIX, WEIGHTED_PREFIX
from explorer.runs.records import Curves, Event
from models.spec.experiment import Experiment

_FIXED = {"automargin": False, "ticklabeloverflow": "allow"}  # fitting labels takes half the time of a live update
MOST_MARKERS = 60  # of validations on a line; more hide it, and each is an element for the browser to draw
MOST_TICKS, FEW_TICKS = 5, 3  # of a panel, and of one among many
MOST_LABELS = 8  # of changes; more would hide the curves
ONE_LINE, NARROW_LINE = 0.06, 0.075  # of the epochs shown, which a label's line takes: turned, it reads downwards
LONGEST_LINE = 20  # letters, about as many as the first panel is high
LETTER = 6.5  # pixels of the first panel's height, that a letter of a label takes
AT_THE_END = 0.9  # of the epochs shown: a label further on stands before its line, not beyond the panel


def loss_curves(curves: Curves, experiment: Experiment, changes: Sequence[Event], *, log: bool) -> dict:
    """Draw a panel for each total and each term over epochs: training, validation, and the changes while it trained.

    A term's panel shows the raw value; where its weight was not always 1, dotted lines show weight times value, which
    is what the total adds up. Panels that do not fit under each other stand in two columns, opponents side by side. The
    browser does not report its width, so `meta` has the changes for a narrow chart: all panels in one column.
    """
    columns = in_columns(panels_of(experiment))
    epochs = _epochs_shown(curves, changes)
    placed, narrow = loss_panels.wide(columns), loss_panels.narrow(columns)
    letters = int(loss_panels.first_height(narrow, loss_panels.narrow_height(columns)) / LETTER)
    placed["annotations"] += _change_labels(changes, experiment, epochs, ONE_LINE, LONGEST_LINE)
    narrow["annotations"] += _change_labels(changes, experiment, epochs, NARROW_LINE, min(LONGEST_LINE, letters))
    meta = {
        "filename": "hourglass-loss",
        "narrow": {
            "below": loss_panels.TWO_COLUMNS_FROM,
            "height": loss_panels.narrow_height(columns),
            "layout": narrow,
        },
    }
    layout: dict[str, Any] = {
        **placed,
        "uirevision": "log" if log else "linear",
        "hovermode": "x unified",
        "showlegend": False,
        "shapes": [_change_line(event, number) for number in range(len(columns)) for event in changes],
        "meta": meta,
    }
    traces: list[dict[str, Any]] = []
    number = 0
    for column, panels in enumerate(columns, 1):
        ticks = MOST_TICKS if len(panels) <= loss_panels.MOST_STACKED else FEW_TICKS
        for panel in panels:
            number += 1
            layout[axis("yaxis", number)] |= {
                "anchor": axis("x", column), "type": "log" if log else "linear",
                "nticks": ticks, "exponentformat": "power", **_FIXED,
            }  # fmt: skip
            traces += _panel_traces(curves, panel, axis("y", number), axis("x", column))
        layout[axis("xaxis", column)] |= {
            "title": {"text": "epoch"}, "rangemode": "tozero", **({"matches": "x"} if column > 1 else {}), **_FIXED
        }  # fmt: skip
    return {"data": traces, "layout": layout}


def _panel_traces(curves: Curves, panel: Panel, y: str, x: str) -> list[dict[str, Any]]:
    name, axes, colour = panel.name, (x, y), panel.colour
    epochs = curves.training.get("epoch", np.empty(0))
    raw = curves.training.get(name, np.empty(0))
    drawn = [_line(epochs, raw, axes, "training", {"color": colour, "width": 1.5})]
    checks = curves.validation.get("epoch", np.empty(0))
    if len(checks) and name in curves.validation:
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
    mode = "lines" if np.isfinite(y).sum() != 1 else "lines+markers"  # a line through one point has no length
    return {
        "type": "scatter", "mode": mode, "x": x, "y": y, "xaxis": axes[0], "yaxis": axes[1], "name": name,
        "line": line,
        "hovertemplate": f"{name} %{{y:.4~g}}<extra></extra>",
    }  # fmt: skip


def describe_change(event: Event, experiment: Experiment) -> str:
    """Describe a change, such as `KL weight 1 → 4` or `Discriminator frozen`."""
    return _described([event], experiment)


def _described(events: Sequence[Event], experiment: Experiment) -> str:
    """Describe the changes of one setting, one or several: the value before and the value after."""
    first, last = events[0].detail, events[-1].detail
    if events[-1].kind == "moving":
        still = [info.title for total, info in experiment.variant_info.learners.items() if total not in last["value"]]
        return f"{' and '.join(still)} frozen" if still else "All updated"
    name = f"{experiment.term(first['term']).title} weight" if events[0].kind == "weight" else "learning rate"
    there_and_back = len(events) > 1 and first["before"] == last["value"]
    between = f" {first['value']:g} →" if there_and_back else ""
    return f"{name} {first['before']:g} →{between} {last['value']:g}"


def _change_line(event: Event, column: int) -> dict[str, Any]:
    return {
        "type": "line", "xref": axis("x", column + 1), "yref": "paper",
        "x0": event.epoch, "x1": event.epoch, "y0": 0, "y1": 1,
        "line": {"color": "theme:muted", "width": 1, "dash": "dash"},
    }  # fmt: skip


def _epochs_shown(curves: Curves, changes: Sequence[Event]) -> float:
    ends = [part["epoch"][-1] for part in (curves.training, curves.validation) if len(part.get("epoch", ()))]
    return float(max([*ends, *(event.epoch for event in changes)], default=0.0))


def _change_labels(
    changes: Sequence[Event], experiment: Experiment, epochs: float, line: float, letters: int
) -> list[dict[str, Any]]:
    """Label the line of each change. Labels that would overlap have a line of text each.

    A line of text takes `line` of the epochs shown, and has about `letters` letters at most.
    """
    groups: list[list[Event]] = []
    for event in changes:
        group = groups[-1] if groups else []
        lines = len(_lines(group, experiment, letters)) + _is_at_the_end(event, epochs)
        if group and event.epoch - group[0].epoch <= line * epochs * lines:
            group.append(event)
        else:
            groups.append([event])
    return [_change_label(group, _lines(group, experiment, letters), epochs) for group in groups[-MOST_LABELS:]]


def _change_label(group: Sequence[Event], lines: Sequence[str], epochs: float) -> dict[str, Any]:
    return {
        # The first line of a turned text is on the right.
        "text": "<br>".join(map(escaped, reversed(lines))), "xref": "x", "yref": "paper", "x": group[0].epoch, "y": 1,
        "xanchor": "right" if _is_at_the_end(group[0], epochs) else "left", "yanchor": "top", "align": "left",
        "textangle": 90, "showarrow": False, "font": {"size": 11, "color": "theme:muted"},
    }  # fmt: skip


def _lines(events: Sequence[Event], experiment: Experiment, letters: int) -> list[str]:
    """List the changes to each weight, to the learning rate, and to who moves. Numbers stay together."""
    subjects: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        subjects.setdefault((event.kind, event.detail.get("term", "")), []).append(event)
    texts = [_described(changes, experiment) for changes in subjects.values()]
    texts = [text.replace(" → ", "\u00a0→\u00a0") for text in texts]
    lines = [line for text in texts for line in wrap(text, letters, break_long_words=False)]
    return [line.replace("\u00a0", " ") for line in lines]


def _is_at_the_end(event: Event, epochs: float) -> bool:
    return event.epoch > AT_THE_END * epochs


def can_be_logarithmic(curves: Curves, experiment: Experiment) -> bool:
    """Return whether no value is below 0. Densities of Gaussian pixels can exceed 1, and their nats then fall below 0.

    Values that are not finite do not count: they are not drawn.
    """
    shown = [panel.name for panel in panels_of(experiment)]
    values = [part[name] for part in (curves.training, curves.validation) for name in shown if name in part]
    return not any((column < 0).any() for column in values)
