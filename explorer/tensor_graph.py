"""An experiment as a picture: its named tensors in the order of the data, and which loss term reads which of them.

Pure functions without TensorFlow. What a term reads is what the catalogue says it needs, the same names that are
checked before training; a tensor of a name that is not known here becomes a node of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal

from explorer.datasets.catalogue import DATASETS
from explorer.graph_layout import Drawing, narrow, wide
from models import catalogue, tensors
from models.experiment import Experiment

TOTAL = "total"
Kind = Literal["tensor", "narrowing", "widening", "step", "term", "total"]


@dataclass(frozen=True)
class Node:
    """`layer` counts the steps from the image; what is one step later stands one layer on."""

    key: str  # `tensor:z`, `network:encoder`, `term:kl`, ...
    kind: Kind
    title: str
    detail: str
    hint: str = ""  # for whoever points at it
    layer: int = 0


@dataclass(frozen=True)
class Edge:
    source: str
    target: str
    term: str = ""  # whose this edge is: it reads the source, or the total adds it


@dataclass(frozen=True)
class Graph:
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    sentence: str  # the same in words
    wide: Drawing
    narrow: Drawing

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class _Part:
    """A node on its way: what it comes from, by key."""

    key: str
    kind: Kind
    title: str
    detail: str
    sources: tuple[str, ...] = ()
    hint: str = ""


def tensor_graph(experiment: Experiment) -> Graph:
    """The graph of an experiment with both of its drawings."""
    # Weights are no part of the picture but of the words: the picture shows the live ones.
    settings = tuple((name, setting.weight) for name, setting in experiment.terms.items())
    return _drawn(experiment.model_copy(update={"terms": {}}).model_dump_json(), settings)


@lru_cache(64)
def _drawn(without_terms: str, terms: tuple[tuple[str, float], ...]) -> Graph:
    experiment = Experiment.parse(without_terms)
    names = [name for name, _ in terms]
    flow = [*_flow(experiment)]
    reads = {name: _read_by(name, experiment) for name in names}
    flow += _unknown(flow, [key for keys in reads.values() for key in keys])
    layers = _layers(flow)
    nodes = [Node(p.key, p.kind, p.title, p.detail, p.hint, layers[p.key]) for p in flow]
    edges = [Edge(source, p.key) for p in flow for source in p.sources]
    last = max(layers.values())
    for name in names:
        title, at = catalogue.TERMS[name].title, _term_layer([layers[key] for key in reads[name]], last)
        hint = f"{title} reads {_listed(_titles(nodes, reads[name]))}"
        nodes.append(Node(f"term:{name}", "term", title, "(batch,)", hint, at))
        edges += [Edge(key, f"term:{name}", name) for key in reads[name]]
        edges.append(Edge(f"term:{name}", TOTAL, name))
    unit = catalogue.unit_of_total(names, experiment.pixel_model)
    nodes.append(Node(TOTAL, "total", "Total", "mean over the batch", f"What the learner minimises: {unit}", last))
    sentence = _sentence(nodes, reads, dict(terms))
    return Graph(tuple(nodes), tuple(edges), sentence, wide(nodes, edges), narrow(nodes, edges))


def _flow(experiment: Experiment) -> Iterable[_Part]:
    """From the image to what a person sees, in the order of the data."""
    info, pixels = experiment.info, catalogue.PIXEL_MODELS[experiment.pixel_model]
    image, code = _image_shape(experiment.dataset), f"(batch, {experiment.latent_dim})"
    network = catalogue.NETWORKS[experiment.network].title
    seen = f"tensor:{tensors.X}"
    yield _Part(seen, "tensor", tensors.X, image, hint="Images in 0..1")
    if info.uses_corruption:
        hint = "Only while training; the terms compare with the clean x"
        yield _Part("step:noise", "step", "noise", f"σ = {experiment.corruption:g}", (seen,), hint)
        seen = "step:noise"
    scaled = f"{network}, × {pixels.scale:g}" if pixels.scale != 1 else network
    hint = f"Brings the images to 0..{pixels.scale:g} first" if pixels.scale != 1 else ""
    yield _Part("network:encoder", "narrowing", "encoder", scaled, (seen,), hint)
    yield from _codes(info.stochastic, code)
    yield _Part("network:decoder", "widening", "decoder", network, (f"tensor:{tensors.Z}",))
    output = f"tensor:{pixels.output}"
    yield _Part(output, "tensor", pixels.output, image, ("network:decoder",), "The decoder's linear output")
    hint = f"{pixels.link}: for looking, no term reads it"
    yield _Part("step:link", "step", "link", pixels.link.partition("(")[0], (output,), hint)
    yield _Part("tensor:shown", "tensor", "shown", image, ("step:link",), "What a person sees, in 0..1")


def _codes(stochastic: bool, shape: str) -> Iterable[_Part]:
    code, mean, log_var = (f"tensor:{name}" for name in (tensors.Z, tensors.Z_MEAN, tensors.Z_LOG_VAR))
    encoder = ("network:encoder",)
    if not stochastic:
        yield _Part(
            code, "tensor", f"{tensors.Z} = {tensors.Z_MEAN}", shape, encoder, "The code: one tensor, two names"
        )
        return
    yield _Part(mean, "tensor", tensors.Z_MEAN, shape, encoder)
    yield _Part(log_var, "tensor", tensors.Z_LOG_VAR, shape, encoder)
    yield _Part(code, "tensor", tensors.Z, shape, (mean, log_var), "Sampled while training, z_mean otherwise")


def _image_shape(dataset: str) -> str:
    info = DATASETS.get(dataset)
    sides = ", ".join(str(side) for side in info.image_shape) if info else "height, width, channels"
    return f"(batch, {sides})"


def _read_by(term: str, experiment: Experiment) -> list[str]:
    """The keys of what the term reads. A code that is no distribution is its own mean, drawn once."""
    same = {} if experiment.info.stochastic else {tensors.Z_MEAN: tensors.Z}
    return [f"tensor:{same.get(name, name)}" for name in catalogue.needs_of(term, experiment.pixel_model)]


def _unknown(flow: Sequence[_Part], read: Iterable[str]) -> list[_Part]:
    """Tensors that terms read and nothing here is known of: they stand beside the decoder."""
    known = {part.key for part in flow}
    missing = dict.fromkeys(key for key in read if key not in known)
    return [_Part(key, "tensor", key.partition(":")[2], "") for key in missing]


def _layers(flow: Sequence[_Part]) -> dict[str, int]:
    """How many steps each part is from the image, by the longest way."""
    layers: dict[str, int] = {}
    for part in flow:  # each comes after its sources
        layers[part.key] = 1 + max((layers[source] for source in part.sources), default=-1)
    lost = [part.key for part in flow if not part.sources and part.key != flow[0].key]
    return layers | dict.fromkeys(lost, layers["network:decoder"])


def _term_layer(read: Sequence[int], last: int) -> int:
    """Under the last tensor that it reads, one further where it reads two of that layer; short of the total."""
    latest = max(read)
    return max(0, min(latest + (read.count(latest) > 1), last - 2))


def _titles(nodes: Sequence[Node], keys: Sequence[str]) -> list[str]:
    titles = {node.key: node.title for node in nodes}
    return [titles[key] for key in keys]


def _sentence(nodes: Sequence[Node], reads: dict[str, list[str]], weights: dict[str, float]) -> str:
    flow = ", ".join(node.title for node in nodes if node.kind not in ("term", "total"))
    parts = [f"{catalogue.TERMS[name].title} reads {_listed(_titles(nodes, keys))}." for name, keys in reads.items()]
    total = " + ".join(f"{weight:g} × {catalogue.TERMS[name].title}" for name, weight in weights.items())
    return f"From image to picture: {flow}. {' '.join(parts)} The total is {total}."


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
