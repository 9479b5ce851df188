"""An experiment as a picture: its named tensors in the order of the data, and which loss term reads which of them.

Pure functions without TensorFlow. What a term reads is what the catalogue or its own formula says it needs, the same
names that are checked before training.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from explorer.figures.graph_layout import Drawing, in_lines, narrow, wide
from explorer.figures.tensor_flow import Kind, Part, data_flow, tensor_key
from models.spec.catalogue import unit_of_total
from models.spec.experiment import Experiment
from models.spec.term_settings import Terms, TermSetting


@dataclass(frozen=True)
class Node:
    """`layer` counts the steps from the image; what is one step later stands one layer on."""

    key: str  # `tensor:z`, `network:encoder`, `term:kl`, `total:loss`, ...
    kind: Kind
    title: str
    detail: str
    hint: str = ""  # its tooltip
    layer: int = 0
    sources: tuple[str, ...] = ()
    total: str = ""  # of a term and of a total: the learner's
    marks: tuple[int, ...] = ()  # of several learners, the numbers of those whose this is: a total, or what they move

    @property
    def lines(self) -> tuple[str, ...]:
        return in_lines(self.title, self.kind)


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
        """Return the graph as the browser draws it."""
        nodes = [{**asdict(node), "lines": node.lines} for node in self.nodes]
        return {**asdict(self), "nodes": nodes}


def tensor_graph(experiment: Experiment) -> Graph:
    """Return the graph of an experiment with both of its drawings, the same for all weights."""
    terms = Terms((name, TermSetting(formula=setting.formula)) for name, setting in experiment.terms.items())
    return _drawn(experiment.model_copy(update={"terms": terms}).reduced("graph"))


@lru_cache(64)
def _drawn(experiment: Experiment) -> Graph:
    flow = data_flow(experiment)
    nodes = [_node(part, experiment) for part in flow]
    layers = {part.key: part.layer for part in flow}
    last = max(layers.values())
    for number, total in enumerate(experiment.variant_info.learners, 1):
        terms = [_term(name, total, experiment, layers) for name in experiment.terms_of(total)]
        nodes += [*terms, _total(total, number, terms, experiment, last)]
    edges = [Edge(source, node.key, _term_of(node, source)) for node in nodes for source in node.sources]
    sentence = _sentence(nodes, experiment)
    return Graph(tuple(nodes), tuple(edges), sentence, wide(nodes, edges), narrow(nodes, edges))


def _node(part: Part, experiment: Experiment) -> Node:
    """Return the node of a part of the flow; where there are several learners, a network's names its learner."""
    learners = experiment.variant_info.learners.values()
    several = len(learners) > 1 and part.network
    movers = {
        number: learner for number, learner in enumerate(learners, 1) if several and part.network in learner.moves
    }
    moved = [f"Updated by: {_listed([learner.title for learner in movers.values()])}"] if movers else []
    hint = ". ".join([*([part.hint] if part.hint else []), *moved])
    return Node(part.key, part.kind, part.title, part.detail, hint, part.layer, part.sources, marks=tuple(movers))


def _term(name: str, total: str, experiment: Experiment, layers: dict[str, int]) -> Node:
    """Put a term under the last tensor that it reads, one further where it reads two there, short of the total."""
    info = experiment.term(name)
    keys = tuple(dict.fromkeys(tensor_key(need, experiment) for need in info.needs))
    read = [layers[key] for key in keys]
    layer = max(0, min(max(read) + (read.count(max(read)) > 1), max(layers.values()) - 2))
    hint = f"{info.title} reads {_listed(info.needs)}"
    return Node(f"term:{name}", "term", info.title, "(batch,)", hint, layer, keys, total)


def _total(total: str, number: int, terms: Sequence[Node], experiment: Experiment, layer: int) -> Node:
    learner, several = experiment.variant_info.learners[total], len(experiment.variant_info.learners) > 1
    unit = unit_of_total(experiment.term(name) for name in experiment.terms_of(total))
    turns = f", {learner.turns}" if learner.turns else ""
    hint = f"What the learner minimises{turns}, by updating {learner.networks}: {unit}"
    title, marks = (learner.title, (number,)) if several else ("Total", ())
    keys = tuple(term.key for term in terms)
    return Node(f"total:{total}", "total", title, "mean over the batch", hint, layer, keys, total, marks)


def _term_of(node: Node, source: str) -> str:
    key = {"term": node.key, "total": source}.get(node.kind, "")
    return key.partition(":")[2]


def _sentence(nodes: Sequence[Node], experiment: Experiment) -> str:
    titles = {node.key: node.title for node in nodes}
    flow = ", ".join(node.title for node in nodes if node.kind not in ("term", "total"))
    reads = [
        f"{node.title} reads {_listed([titles[key] for key in node.sources])}." for node in nodes if node.kind == "term"
    ]
    totals = [
        f"{'The total' if node.title == 'Total' else f'The total of {node.title}'} adds "
        f"{_listed([titles[key] for key in node.sources])}."
        for node in nodes
        if node.kind == "total"
    ]
    start = "From image to picture" if experiment.decodes else "The data"
    return " ".join([f"{start}: {flow}.", *reads, *totals])


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
