"""The loss graph: an experiment's loss as a picture and as rows, with the numbers of a run."""

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.app_pages.parts.messages import plain
from explorer.components.graph import graph
from explorer.figures.finite import finite
from explorer.figures.tensor_graph import tensor_graph
from explorer.runs.layout import WEIGHT_PREFIX, WEIGHTED_PREFIX
from explorer.runs.records import Moment
from models.spec.catalogue import OPTIMIZERS, LearnerInfo, unit_of_total
from models.spec.experiment import Experiment
from models.spec.schedules import SCHEDULES
from models.spec.sentences import in_sentence
from models.spec.term_settings import TermSetting

_COUNTS = {2: "Two", 3: "Three"}  # a sentence that begins with more has a figure


def show_terms(experiment: Experiment, values: Mapping[str, Any] | None = None, *, key: str = "terms") -> None:
    """Show the picture of the tensors and terms, a row for each term, and the optimizers.

    `values` are those of `newest_values`; without them a row shows the weight that is set. Two on a page need two keys.
    """
    shown = values and _complete(values, experiment)
    graph(tensor_graph(experiment), term_rows(experiment), key=key, learners=learner_rows(experiment), values=shown)
    rate = experiment.learning_rate if values is None else values.get("learning_rate", experiment.learning_rate)
    st.caption(plain(learner_in_words(experiment, rate)))


def term_rows(experiment: Experiment) -> list[dict[str, str]]:
    """Return a row for each term, learner by learner."""
    return [
        {
            "name": name,
            "title": info.title,
            "formula": info.formula,
            "unit": info.unit,
            "paper": info.paper,
            "reads": ", ".join(info.needs),
            "weight": _weight_in_words(experiment.terms[name]),
            "total": total,
        }
        for total in experiment.variant_info.learners
        for name in experiment.terms_of(total)
        for info in [experiment.term(name)]
    ]


def learner_rows(experiment: Experiment) -> list[dict[str, str]]:
    """Return a row for each learner."""
    return [
        {
            "total": total,
            "title": learner.title,
            "unit": unit_of_total(experiment.term(name) for name in experiment.terms_of(total)),
            "moves": _moves(learner),
        }
        for total, learner in experiment.variant_info.learners.items()
    ]


def _moves(learner: LearnerInfo) -> str:
    """Return what a learner updates, such as `updates decoder, every 5th step`; not of a network that is its own."""
    networks = "" if learner.is_one_network else f"updates {learner.networks}"
    return ", ".join(filter(None, [networks, learner.turns]))


def _weight_in_words(setting: TermSetting) -> str:
    if setting.schedule == "constant":
        return f"{setting.weight:g}"
    title = SCHEDULES[setting.schedule].title.lower()
    return f"{setting.weight:g} · {title}, {setting.schedule_epochs:g} epochs"


def learner_in_words(experiment: Experiment, rate: float) -> str:
    """Return who minimises what, and which networks are updated."""
    how, learners = f"{OPTIMIZERS[experiment.optimizer]} at {rate:g}", experiment.variant_info.learners.values()
    if len(learners) == 1:
        (learner,) = learners
        return f"One learner minimises the total: {how} {_moves(learner)}."
    each = [in_sentence(learner.title) + (f" ({moves})" if (moves := _moves(learner)) else "") for learner in learners]
    return f"{_COUNTS.get(len(learners), len(learners))} learners, each with {how}: {', '.join(each)}."


def newest_values(moment: Moment | None, experiment: Experiment) -> dict[str, Any] | None:
    """Return the terms of a moment's newest step: raw, weight and weighted by term, the totals, step and learning rate.

    None before the first step. The moment was read with one step at least.
    """
    if moment is None:
        return None
    terms = list(experiment.terms)
    newest = {name: float(column[-1]) for name, column in moment.newest.items() if len(column)}
    if not newest or not all(name in newest for name in terms):
        return None
    raw = {name: newest[name] for name in terms}
    weight = {name: newest.get(WEIGHT_PREFIX + name, experiment.terms[name].weight) for name in terms}
    weighted = {name: newest.get(WEIGHTED_PREFIX + name, weight[name] * raw[name]) for name in terms}
    return {
        "step": int(newest["step"]),
        "raw": raw,
        "weight": weight,
        "weighted": weighted,
        "totals": {
            total: sum(weighted[name] for name in experiment.terms_of(total))
            for total in experiment.variant_info.learners
        },
        "learning_rate": newest.get("learning_rate", experiment.learning_rate),
    }


def _complete(values: Mapping[str, Any], experiment: Experiment) -> dict[str, Any]:
    """Return the values with weights and shares. One that is not finite is None, which is drawn as a dash."""
    raw, weighted = values["raw"], values["weighted"]
    weight = values.get("weight") or {name: weighted[name] / raw[name] if raw[name] else None for name in raw}
    share: dict[str, float | None] = {}
    for total in experiment.variant_info.learners:
        share |= shares({name: weighted[name] for name in experiment.terms_of(total)})
    known = {"raw": raw, "weight": weight, "weighted": weighted, "share": share, "totals": values["totals"]}
    return {**finite(known), "step": values["step"]}


def shares(weighted: Mapping[str, float]) -> dict[str, float | None]:
    """Return each term's share of its total, 0..1. It is taken of absolute values: Gaussian nats may be below 0."""
    sizes = {name: abs(value) for name, value in weighted.items()}
    whole = sum(sizes.values())
    return {name: size / whole if whole and math.isfinite(whole) else None for name, size in sizes.items()}
