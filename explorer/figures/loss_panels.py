"""The panels of the loss curves: which there are, and where each stands, to the pixel, with its title above it.

All stand under each other over one x axis. A wide chart leaves a gutter at its left for the controls beside the curves,
a narrow one a strip above each curve.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.spec.catalogue import unit_of_total
from models.spec.experiment import Experiment

NARROW_BELOW = 560  # pixels of the chart's width
GUTTER = 184  # pixels at the left of a wide chart
STRIP = 44  # pixels above a narrow chart's panel
FLAGS = 20  # pixels above the first panel, for the numbers of changes
TITLE, SECOND_LINE = 24, 15  # pixels above a panel
AXIS, BOTTOM, RIGHT = 56, 38, 16  # pixels; the last tick's label reaches beyond the panel
LEAST, MOST, ALL = 112, 150, 400  # pixels of a panel's height, and of all together where they are few
LETTERS = 44  # of a title, at most in one line


@dataclass(frozen=True)
class Panel:
    """One curve of an experiment: a total or a term."""

    name: str
    title: str
    unit: str
    learner: int
    colour: str  # a term's is the same wherever it is seen
    total: str  # whose learner it belongs to
    term: str  # whose weight moves it; empty for a total of several terms

    @property
    def has_two_lines(self) -> bool:
        return len(self.title) + 2 + len(self.unit) > LETTERS


@dataclass(frozen=True)
class Arrangement:
    """Where the panels stand in a chart of that `height`, all in pixels. `controls` are the tops of their controls."""

    tops: tuple[int, ...]
    heights: tuple[int, ...]
    controls: tuple[int, ...]
    height: int
    left: int

    @property
    def plot(self) -> int:
        return self.height - self.tops[0] - BOTTOM


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
        colour, term = (colours[terms[0]], terms[0]) if alone else ("theme:accent", "")
        panels.append(Panel(total, title, unit_of_total(infos), number, colour, total, term))
        if not alone:
            panels += [
                Panel(name, info.title, info.unit, number, colours[name], total, name)
                for name, info in zip(terms, infos, strict=True)
            ]
    return panels


def arrangement(panels: Sequence[Panel], *, narrow: bool) -> Arrangement:
    """Return where the panels stand. A narrow chart is never lower than a wide one of the same panels."""
    each = min(MOST, max(LEAST, ALL // len(panels)))
    tops, controls, bottom = [], [], 0
    for number, panel in enumerate(panels):
        title = TITLE + SECOND_LINE * panel.has_two_lines
        controls.append(bottom)
        tops.append(bottom + STRIP * narrow + title + FLAGS * (number == 0))
        bottom = tops[-1] + each
    return Arrangement(
        tuple(tops), (each,) * len(panels), tuple(controls), bottom + BOTTOM, AXIS + GUTTER * (not narrow)
    )


def layout_of(panels: Sequence[Panel], placed: Arrangement) -> dict[str, Any]:
    """Return an arrangement as a part of a figure's layout: its margin, titles and the domains of its y axes."""
    domains = {
        axis("yaxis", number): {"domain": _domain(placed, top, height)}
        for number, (top, height) in enumerate(zip(placed.tops, placed.heights, strict=True), 1)
    }
    titles = [
        _title(panel, domains[axis("yaxis", number)]["domain"][1], FLAGS if number == 1 else 0)
        for number, panel in enumerate(panels, 1)
    ]
    margin = {"l": placed.left, "r": RIGHT, "t": placed.tops[0], "b": BOTTOM}
    return {**domains, "annotations": titles, "margin": margin}


def axis(letter: str, number: int) -> str:
    """Return Plotly's name of an axis: the first has no number."""
    return letter if number == 1 else f"{letter}{number}"


def escaped(text: str) -> str:
    """Return a user's name safe for Plotly's labels, which read HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _domain(placed: Arrangement, top: int, height: int) -> list[float]:
    """Return where a panel ends and begins, from bottom 0 to top 1 of the plot."""
    from_bottom = placed.height - BOTTOM - top
    return [max(0.0, (from_bottom - height) / placed.plot), from_bottom / placed.plot]


def _title(panel: Panel, top: float, shift: int) -> Mapping[str, Any]:
    between = "<br>" if panel.has_two_lines else "  "
    return {
        "text": f"<b>{escaped(panel.title)}</b>{between}{escaped(panel.unit)}",
        "xref": "paper", "yref": "paper", "x": 0, "y": top, "xanchor": "left", "yanchor": "bottom", "yshift": shift,
        "align": "left", "showarrow": False, "font": {"size": 12, "color": "theme:muted"},
        "bgcolor": "theme:surface",  # the lines of changes go through all panels
    }  # fmt: skip
