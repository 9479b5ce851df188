"""A walk through one training step: the question to the analyst, and its answer as stages in the order of the data.

Pure functions without TensorFlow. What a stage says comes from the catalogue, its numbers from the answer.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from explorer.figures.finite import finite
from explorer.figures.step_pipeline import Pipeline, pipeline
from models.spec import catalogue, tensors
from models.spec.catalogue import PIXEL_MODELS, TensorInfo, flow_of
from models.spec.experiment import Experiment
from models.spec.sentences import in_sentence

WORD = re.compile(r"[a-z_]+")
Part = Literal["forward", "terms", "backward"]


@dataclass(frozen=True)
class Question:
    """The subject of a walk through one step: the snapshot (`model` is its key), what is in force there, and which
    batch, noise and image. `chosen` goes round the batch.
    """

    model: str
    folder: str
    snapshot: str
    weights: tuple[tuple[str, float], ...]  # by term, in pairs, so that a question is a key
    learning_rate: float
    epochs: float
    batch: int = 0
    draws: int = 0
    chosen: int = 0

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "weights": dict(self.weights)}


@dataclass(frozen=True)
class Stage:
    """One thing that happens. `makes` is the name of what it makes, of which `formula` is the right side.

    `shows` names the tensors that it is about, what it makes last.
    """

    key: str
    part: Part
    title: str
    sentence: str
    makes: str = ""
    formula: str = ""
    numbers: bool = False  # whether the formula holds number by number, so that they can be put in
    shows: tuple[str, ...] = ()
    layers: Sequence[Mapping[str, Any]] = ()
    terms: Sequence[Mapping[str, Any]] = ()
    total: Mapping[str, Any] | None = None
    moved: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Walk:
    """All that the browser is told of a step: its stages, its tensors by name, and the drawing of all."""

    stages: Sequence[Stage]
    tensors: Mapping[str, Mapping[str, Any]]
    pipeline: Pipeline
    pictures: tuple[str, ...] = field(default=())  # in the order of the answer's bytes

    def as_json(self) -> dict[str, Any]:
        return finite(asdict(self))


def walk(experiment: Experiment, answer: Mapping[str, Any], about: str) -> Walk:
    """Arrange the answer as stages: forward, the terms and totals, backward. `about` says which image x is."""
    pixels = PIXEL_MODELS[experiment.pixel_model]
    flow = {name: info for name, info in flow_of(experiment.variant_info, pixels).items() if name in answer["tensors"]}
    shown = {n: i for n, i in flow.items() if i.kind != "features" or n in experiment.tensors}
    stages = [*_forward(experiment, shown, answer, about), *_judged(experiment, answer), *_backward(experiment, answer)]
    told = {name: {**answer["tensors"][name], "kind": info.kind} for name, info in flow.items()}
    pictures = tuple(name for name, info in flow.items() if info.kind == "image")
    return Walk(stages, told, pipeline(shown, stages), pictures)


def _forward(
    experiment: Experiment, flow: Mapping[str, TensorInfo], answer: Mapping[str, Any], about: str
) -> Iterator[Stage]:
    """Return each tensor, and before the first output of a network that network."""
    entered, called = set(), experiment.variant_info.called
    for name, info in flow.items():
        if info.through in answer["networks"] and info.through not in entered:
            entered.add(info.through)
            yield _network(experiment, info.through, answer)
        sources = tuple(source for source in info.sources if source in flow)
        sentence = f"{info.hint}. {about}" if name == tensors.X else f"{info.hint}."
        formula = info.formula or (f"{called(info.through)}({', '.join(info.sources)})" if info.sources else "")
        numbers = bool(info.formula) and _by_number(info.formula, flow, info.kind)
        yield Stage(f"tensor:{name}", "forward", name, sentence, name, formula, numbers, (*sources, name))


def _network(experiment: Experiment, name: str, answer: Mapping[str, Any]) -> Stage:
    layers = answer["networks"][name]
    count = sum(layer["parameters"] for layer in layers)
    sentence = f"{catalogue.NETWORKS[experiment.network].title} network with {count:,} parameters."
    title = experiment.variant_info.called(name)
    return Stage(f"network:{name}", "forward", title, sentence, layers=[_short(layer) for layer in layers])


def _by_number(formula: str, known: Mapping[str, TensorInfo], kind: str) -> bool:
    """Return whether all tensors of a formula have one kind of shape, so that it holds number by number."""
    kinds = {known[word].kind for word in WORD.findall(formula) if word in known}
    return kinds == {kind}


def _judged(experiment: Experiment, answer: Mapping[str, Any]) -> Iterator[Stage]:
    """Return each learner's terms, and their sum."""
    for total, learner in experiment.variant_info.learners.items():
        rows = [_term_row(name, experiment, answer) for name in experiment.terms_of(total)]
        for row in rows:
            yield _term(row["name"], row, experiment)
        networks = "its own weights" if learner.is_one_network else learner.networks
        sentence = f"What the {in_sentence(learner.title)} minimises, by updating {networks}."
        if learner.turns:
            sentence += f" It is updated at {learner.turns} only."
        value = answer["learners"][total]["total"]
        unit = catalogue.unit_of_total(experiment.term(row["name"]) for row in rows)
        formula = " + ".join(f"{row['weight']:.4g} · {row['title']}" for row in rows)
        label = experiment.label(total)
        yield Stage(
            f"total:{total}", "terms", label, sentence, label, formula, terms=rows, total={**value, "unit": unit}
        )


def _term_row(name: str, experiment: Experiment, answer: Mapping[str, Any]) -> dict[str, Any]:
    info, weight = experiment.term(name), answer["weights"][name]
    return {"name": name, "title": experiment.label(name), "unit": info.unit, "weight": weight, **answer["terms"][name]}


def _term(name: str, row: dict[str, Any], experiment: Experiment) -> Stage:
    info = experiment.term(name)
    whole = " It depends on the whole batch." if info.of_batch else ""
    known = catalogue.TENSORS
    reads = tuple(need for need in info.needs if need != tensors.EPOCHS)
    numbers = all(known[need].kind == "value" for need in reads) and _by_number(info.formula, known, "value")
    note = f" {info.note}" if info.note else ""
    sentence = f"Unit: {info.unit}. {info.paper}.{whole}{note}"
    title = row["title"]
    return Stage(f"term:{name}", "terms", title, sentence, title, info.formula, numbers, reads, terms=[row])


def _backward(experiment: Experiment, answer: Mapping[str, Any]) -> Iterator[Stage]:
    """Return each network that a learner moves, from the loss back to the image."""
    for total, learner in answer["learners"].items():
        label = in_sentence(experiment.label(total))
        for network, layers in learner["networks"].items():
            called = experiment.variant_info.called(network)
            sentence = (
                f"The gradient of the {label} with respect to the {called}'s weights, from its last layer back to its "
                f"first. A plain step at the learning rate {learner['rate']:g} would change each layer's weights by "
                "the share in the last column."
            )
            rows = [{**_short(layer), "update": _update(layer, learner["rate"])} for layer in layers]
            yield Stage(
                f"moved:{total}:{network}",
                "backward",
                f"∇ {called}",
                sentence,
                "∇",
                f"∂ {label} / ∂ weights",
                moved=rows,
            )


def _update(layer: Mapping[str, Any], rate: float) -> float | None:
    """Return the length of a plain step as a share of that of the weights."""
    return layer["gradient"] * rate / layer["weights"] if layer["weights"] else None


def _short(layer: Mapping[str, Any]) -> dict[str, Any]:
    """Return a layer's label within its network."""
    return {**layer, "label": layer["label"].partition("/")[2]}
