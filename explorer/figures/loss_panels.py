"""The panels of the loss curves: which there are, and where each stands, with its title above it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.spec.catalogue import unit_of_total
from models.spec.experiment import Experiment

MOST_STACKED = 4  # panels under each other
COLUMN_GAP = 0.1  # of the width
FIRST = 1.6  # times as high as the others is the first panel of a column
TITLE, SECOND_LINE = 22, 15  # pixels above a panel
FEW_TITLE = 27  # the same where there is room
BOTTOM, RIGHT = 38, 16  # the last tick's label reaches beyond the panel
HEIGHT = 330  # pixels of a chart that is not narrow, at least
TWO_COLUMNS_FROM = 560  # pixels; a narrower chart has one column
LETTERS = {1: 80, 2: 36}  # of a title, at most in one line, by the columns of a chart that is not narrow
NARROW_LETTERS = 44  # the same of a narrow chart, which may be a phone's
PANEL_HEIGHT = 68  # pixels of a narrow chart's panels, on the average


@dataclass(frozen=True)
class Panel:
    """One curve of an experiment: a total or a term."""

    name: str
    title: str
    unit: str
    total: bool
    learner: int
    colour: str  # a term's is the same wherever it is seen

    def has_two_lines(self, letters: int) -> bool:
        return len(self.title) + 2 + len(self.unit) > letters


def panels_of(experiment: Experiment) -> list[Panel]:
    """Return each learner's total and its terms. Of several learners, one with a single term has the total alone."""
    panels, learners = [], experiment.variant_info.learners
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


def in_columns(panels: Sequence[Panel]) -> list[list[Panel]]:
    """Return one column, or two: the first learner's and all others', or the first and the second half."""
    if len(panels) <= MOST_STACKED:
        return [list(panels)]
    first = [panel for panel in panels if panel.learner == 0]
    middle = len(first) if len(first) < len(panels) else (len(panels) + 1) // 2
    return [list(panels[:middle]), list(panels[middle:])]


def wide(columns: Sequence[Sequence[Panel]]) -> dict[str, Any]:
    """Return the place of everything as a part of a layout: y axes are numbered by panel, x axes by column."""
    letters = LETTERS[len(columns)]
    placed = _stood(columns, letters, HEIGHT)
    number = 0
    for column, panels in enumerate(columns):
        number += len(panels)
        placed[axis("xaxis", column + 1)] = {"anchor": axis("y", number), "domain": list(_span(column, len(columns)))}
    return placed


def narrow(columns: Sequence[Sequence[Panel]]) -> dict[str, Any]:
    """Return the same panels and axes, all under each other; only the last x axis is labelled."""
    panels = _all(columns)
    placed = _stood([panels], NARROW_LETTERS, narrow_height(columns))
    for column in range(1, len(columns) + 1):
        last = column == len(columns)
        unlabelled = {} if last else {"showticklabels": False, "title": {"text": ""}}
        placed[axis("xaxis", column)] = {"domain": [0.0, 1.0], **unlabelled}
    return placed


def narrow_height(columns: Sequence[Sequence[Panel]]) -> int:
    """Return how many pixels all panels need under each other."""
    titles = [TITLE + SECOND_LINE * panel.has_two_lines(NARROW_LETTERS) for panel in _all(columns)]
    return sum(titles) + PANEL_HEIGHT * len(titles) + BOTTOM


def first_height(placed: Mapping[str, Any], height: int) -> float:
    """Return the pixels of the first panel's height, in a chart of that height."""
    bottom, top = placed["yaxis"]["domain"]
    return (top - bottom) * (height - placed["margin"]["t"] - placed["margin"]["b"])


def axis(letter: str, number: int) -> str:
    """Return Plotly's name of an axis: the first has no number."""
    return letter if number == 1 else f"{letter}{number}"


def escaped(text: str) -> str:
    """Return a user's name safe for Plotly's labels, which read HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _all(columns: Sequence[Sequence[Panel]]) -> list[Panel]:
    return [panel for column in columns for panel in column]


def _stood(columns: Sequence[Sequence[Panel]], letters: int, height: int) -> dict[str, Any]:
    """Return the panels of columns of that height with their titles above."""
    tall = any(panels[0].has_two_lines(letters) for panels in columns)
    margin = {"l": 56, "r": RIGHT, "t": TITLE + SECOND_LINE * tall, "b": BOTTOM}
    pixel = 1 / (height - margin["t"] - margin["b"])
    placed: dict[str, Any] = {}
    titles = []
    for column, panels in enumerate(columns):
        two_lines = [panel.has_two_lines(letters) for panel in panels]
        left, _ = _span(column, len(columns))
        for panel, domain, two in zip(panels, _domains(two_lines, pixel), two_lines, strict=True):
            titles.append(_title(panel, left, domain[1], "<br>" if two else "  "))
            placed[axis("yaxis", len(titles))] = {"domain": domain}
    return {**placed, "annotations": titles, "margin": margin}


def _span(column: int, columns: int) -> tuple[float, float]:
    """Return a column's left and right end as shares of the width."""
    width = (1.0 - COLUMN_GAP * (columns - 1)) / columns
    left = column * (width + COLUMN_GAP)
    return round(left, 4), round(left + width, 4)


def _domains(two_lines: Sequence[bool], pixel: float) -> list[list[float]]:
    """Return where each panel stands from bottom 0 to top 1, the first on top; two lines above one need more room."""
    count = len(two_lines)
    title = FEW_TITLE if count < MOST_STACKED else TITLE
    gaps = [0.0, *(pixel * (title + SECOND_LINE * two) for two in two_lines[1:])]
    unit = (1.0 - sum(gaps)) / (FIRST + count - 1)
    domains, top = [], 1.0
    for number, gap in enumerate(gaps):
        top -= gap
        bottom = top - unit * (FIRST if number == 0 else 1.0)
        domains.append([max(0.0, round(bottom, 4)), round(top, 4)])
        top = bottom
    return domains


def _title(panel: Panel, left: float, top: float, between: str) -> dict[str, Any]:
    return {
        "text": f"<b>{escaped(panel.title)}</b>{between}{escaped(panel.unit)}",
        "xref": "paper", "yref": "paper", "x": left, "y": top, "xanchor": "left", "yanchor": "bottom",
        "align": "left", "showarrow": False, "font": {"size": 12, "color": "theme:muted"},
        "bgcolor": "theme:surface",  # the lines of changes go through all panels
    }  # fmt: skip
