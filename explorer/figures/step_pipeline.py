"""The stages of a training step as a pipeline: boxes with arrows from the image to the loss, and below it the way back.

Every box leads to a stage. A network that is applied to another tensor is drawn again and leads to the same stage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from explorer.figures.graph_layout import lanes
from explorer.figures.graph_lines import Box, Line, routed
from explorer.figures.tensor_flow import Part, layered
from explorer.figures.tensor_graph import Edge
from models.spec.catalogue import TensorInfo
from models.spec.catalogue.flow import DECODER

HEIGHT, LOW, SMALL_HEIGHT = 74.0, 52.0, 44.0  # of boxes with a picture, with a code, and with a number
LEAST = 72.0  # width of a box
LETTER = 7.4  # of a title
GAP, BETWEEN = 27.0, 15.0  # between columns and rows
TRACK = 5.0  # between lines that run side by side
MARGIN = 5.0


@dataclass(frozen=True)
class Pipeline:
    """The boxes by key with their parts and arrows. `stages` has the key of the stage that a box leads to."""

    parts: tuple[Part, ...]
    stages: Mapping[str, str]
    edges: tuple[Edge, ...]
    lines: tuple[Line, ...]  # one for each edge
    boxes: Mapping[str, Box]
    width: float
    height: float


def pipeline(flow: Mapping[str, TensorInfo], stages: Sequence[Any]) -> Pipeline:
    """Draw the stages of a step (`stepping.Stage`), whose tensors are made as `flow` says."""
    titles = {stage.key: stage.title for stage in stages}
    data: dict[str, Part] = {}
    ends: list[Part] = []
    for stage in stages:
        kind, _, name = stage.key.partition(":")
        if kind == "tensor":
            info = flow[name]
            sources = tuple(key for source in info.sources if (key := f"tensor:{source}") in titles)
            if network := titles.get(f"network:{info.through}"):
                sources = (_applied(info.through, network, sources, data),)
            data[stage.key] = Part(stage.key, "tensor", name, info.kind, sources)
        elif kind == "term":
            ends.append(Part(stage.key, "term", stage.title, "", tuple(f"tensor:{read}" for read in stage.shows)))
        elif kind == "total":
            keys = tuple(f"term:{row['name']}" for row in stage.terms)
            ends.append(Part(stage.key, "total", stage.title, "", keys))
        elif kind == "moved":
            total, network = name.split(":")
            before = ends[-1].key if ends[-1].key.startswith(f"moved:{total}:") else f"total:{total}"
            ends.append(Part(stage.key, "gradient", stage.title, "", (before,), network=network))
    return _drawn((*layered(list(data.values())), *ends))


def _applied(network: str, title: str, sources: tuple[str, ...], parts: dict[str, Part]) -> str:
    """Return the key of a network as it is applied to these, drawn where it is not yet."""
    others = [part for part in parts.values() if part.network == network]
    for part in others:
        if part.sources == sources:
            return part.key
    key = f"network:{network}({', '.join(sources)})" if others else f"network:{network}"
    kind = "widening" if network == DECODER else "narrowing"
    parts[key] = Part(key, kind, title, "again" if others else "", sources, network=network)
    return key


@lru_cache(64)
def _drawn(parts: tuple[Part, ...]) -> Pipeline:
    data = [part for part in parts if part.kind in ("tensor", "narrowing", "widening")]
    lefts, width = _columns(parts, data)
    in_lane = lanes(data)
    rows = _rows(data, in_lane)
    boxes = {
        part.key: Box(lefts[part.layer], y, _width(part), height)
        for part in data
        for y, height in [rows[in_lane[part.key]]]
    }
    last = max(lefts)
    _stack(parts, boxes, lefts[last - 1], lefts[last])
    _put_gradients(parts, boxes)
    edges = tuple(Edge(source, part.key, _term_of(part, source)) for part in parts for source in part.sources)
    height = max(box.bottom for box in boxes.values()) + MARGIN
    across = [x - GAP + 6 + TRACK * i for x in [*lefts.values(), width] for i in range(4)][4:]
    down = sorted({y for box in boxes.values() for y in (box.bottom + 4, box.bottom + 8, box.bottom + 11)})
    lines = routed(edges, boxes, (), across, down)
    stages = {part.key: part.key.partition("(")[0] for part in parts}
    return Pipeline(parts, stages, edges, lines, boxes, width, height + BETWEEN)


def _width(part: Part) -> float:
    return max(LEAST, len(part.title) * LETTER + 14)


def _rows(data: Sequence[Part], in_lane: Mapping[str, int]) -> list[tuple[float, float]]:
    """Return the top and the height of each lane: less where there are only codes and values."""
    rows, y = [], MARGIN
    for lane in range(1 + max(in_lane.values())):
        own = [part for part in data if in_lane[part.key] == lane]
        height = HEIGHT if any(part.kind != "tensor" or part.detail == "image" for part in own) else LOW
        rows.append((y, height))
        y += height + BETWEEN
    return rows


def _columns(parts: Sequence[Part], data: Sequence[Part]) -> tuple[dict[int, float], float]:
    """Return the left end of each column: of each layer of the data, the terms and the totals; and the whole width."""
    last = max(part.layer for part in data)
    widths = dict.fromkeys(range(last + 3), LEAST)
    for part in parts:
        column = {"term": last + 1, "total": last + 2, "gradient": 0}.get(part.kind, part.layer)
        if part.kind != "gradient":
            widths[column] = max(widths[column], _width(part))
    lefts, x = {}, MARGIN
    for column, width in widths.items():
        lefts[column] = x
        x += width + GAP
    return lefts, x - GAP + 2 * TRACK + MARGIN


def _stack(parts: Sequence[Part], boxes: dict[str, Box], terms: float, totals: float) -> None:
    """Put the terms of each learner under each other, and its total beside their middle."""
    y = MARGIN
    by_key = {part.key: part for part in parts}
    for total in (part for part in parts if part.kind == "total"):
        first = y
        for key in total.sources:
            boxes[key] = Box(terms, y, _width(by_key[key]), SMALL_HEIGHT)
            y += SMALL_HEIGHT + BETWEEN
        middle = (first + max(y - BETWEEN, first + SMALL_HEIGHT)) / 2
        boxes[total.key] = Box(totals, middle - SMALL_HEIGHT / 2, _width(total), SMALL_HEIGHT)


def _put_gradients(parts: Sequence[Part], boxes: dict[str, Box]) -> None:
    """Put each learner's gradients in a row below everything, each under its network."""
    bottom = max(box.bottom for box in boxes.values()) + BETWEEN
    rows: list[str] = []
    for part in (part for part in parts if part.kind == "gradient"):
        learner = part.key.split(":")[1]
        if learner not in rows:
            rows.append(learner)
        above = boxes[f"network:{part.network}"]
        width = _width(part)
        y = bottom + rows.index(learner) * (SMALL_HEIGHT + BETWEEN)
        boxes[part.key] = Box(above.centre[0] - width / 2, y, width, SMALL_HEIGHT)


def _term_of(part: Part, source: str) -> str:
    key = {"term": part.key, "total": source}.get(part.kind, "")
    return key.partition(":")[2]
