"""The changes while a run trained: numbered flags on its curves, and each change in words for their legend.

A change has its number for good: the first is 1. Flags that would overlap are one, such as `3–5`.
"""

from collections.abc import Sequence
from typing import Any

from explorer.runs.records import Event
from models.spec.experiment import Experiment

LETTER, PADDING = 0.024, 0.03  # of the epochs shown, of a flag on a phone
_Group = tuple[int, int, float]  # first and last number, and the epoch of the first
APART = 0.01  # of the epochs shown: lines that are nearer look like one


def flags(changes: Sequence[Event], epochs: float) -> list[dict[str, Any]]:
    """Return the flags as annotations above the first panel. `epochs`: how many are shown."""
    return [_flag(_numbers(first, last), epoch) for first, last, epoch in _groups(changes, epochs)]


def _groups(changes: Sequence[Event], epochs: float) -> list[_Group]:
    groups: list[_Group] = []
    for number, event in enumerate(changes, 1):
        groups.append((number, number, event.epoch))
        while len(groups) > 1 and _overlap(*groups[-2:], epochs):
            (first, _, epoch), (_, last, _) = groups[-2:]
            groups[-2:] = [(first, last, epoch)]
    return groups


def _overlap(group: _Group, following: _Group, epochs: float) -> bool:
    letters = len(_numbers(*group[:2])) + len(_numbers(*following[:2]))
    return following[2] - group[2] <= (PADDING + LETTER * letters / 2) * epochs


def _numbers(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _flag(text: str, epoch: float) -> dict[str, Any]:
    return {
        "text": f"<b>{text}</b>", "xref": "x", "yref": "paper", "x": epoch, "y": 1, "xanchor": "center",
        "yanchor": "bottom", "showarrow": False, "borderpad": 2, "bgcolor": "theme:muted", "name": "flag",
        "font": {"size": 11, "color": "theme:surface"},
    }  # fmt: skip


def lines(changes: Sequence[Event], epochs: float) -> list[dict[str, Any]]:
    """Return a line through all panels for each flag: at its change, or at the first and the last of several."""
    ends = [(changes[first - 1].epoch, changes[last - 1].epoch) for first, last, _ in _groups(changes, epochs)]
    drawn = [epoch for start, end in ends for epoch in (start, *([end] if end - start > APART * epochs else []))]
    return [
        {
            "type": "line", "xref": "x", "yref": "paper", "x0": epoch, "x1": epoch, "y0": 0, "y1": 1,
            "line": {"color": "theme:muted", "width": 1, "dash": "dash"},
        }
        for epoch in drawn
    ]  # fmt: skip


def describe_change(event: Event, experiment: Experiment) -> str:
    """Describe a change, such as `KL weight 1 → 4` or `Discriminator frozen`."""
    detail = event.detail
    if event.kind == "moving":
        still = [info.title for total, info in experiment.variant_info.learners.items() if total not in detail["value"]]
        return f"{' and '.join(still)} frozen" if still else "All updated"
    name = f"{experiment.term(detail['term']).title} weight" if event.kind == "weight" else "Learning rate"
    return f"{name} {detail['before']:g} → {detail['value']:g}"
