"""Where the nodes and lines of a tensor graph are drawn: layers from left to right, on a phone from top to bottom."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]
WIDTHS = {"tensor": 122.0, "narrowing": 100.0, "widening": 100.0, "step": 72.0, "term": 136.0, "total": 122.0}
HEIGHT = 44.0
GAP = 30.0  # between layers
ROW = 62.0  # from one row to the next
MARGIN = 4.0
TRACK = 6.0  # between lines that run side by side
SIDE = 150.0  # width of a node on a phone
GUTTER = 40.0  # between the two columns there
OUTSIDE = 10.0  # from the right column to the lines that pass it
LETTER = 7.6  # of a title, at most


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float = HEIGHT

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def centre(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class Drawing:
    """Boxes by node, one line of points for each edge, and the right end of each weight's label, all in pixels."""

    width: float
    height: float
    boxes: dict[str, Box]
    lines: tuple[tuple[Point, ...], ...]
    labels: dict[str, Point]


def _width(node: Any) -> float:
    return max(WIDTHS[node.kind], LETTER * len(node.title) + 16)


def _flow_of(nodes: Sequence[Any]) -> dict[int, list[Any]]:
    """The nodes that are no terms, by layer; the first of a layer is on the main line."""
    layers: dict[int, list[Any]] = defaultdict(list)
    for node in nodes:
        if node.kind not in ("term", "total"):
            layers[node.layer].append(node)
    return dict(sorted(layers.items()))


def wide(nodes: Sequence[Any], edges: Sequence[Any]) -> Drawing:
    """The data from left to right, each term in a row of its own below, the total on the right."""
    layers = _flow_of(nodes)
    lefts, width = _columns(layers)
    boxes = {
        node.key: Box(lefts[layer], MARGIN + lane * ROW, _width(node))
        for layer, lanes in layers.items()
        for lane, node in enumerate(lanes)
    }
    top = MARGIN + ROW * max(len(lanes) for lanes in layers.values())
    terms = sorted((node for node in nodes if node.kind == "term"), key=lambda node: -node.layer)
    for row, node in enumerate(terms):
        boxes[node.key] = Box(lefts[node.layer], top + row * ROW, _width(node))
    (total,) = (node for node in nodes if node.kind == "total")
    boxes[total.key] = Box(width - MARGIN - WIDTHS["total"], top + ROW * (len(terms) - 1) / 2, WIDTHS["total"])
    lowest = {lanes[-1].key for lanes in layers.values()}
    tracks = _tracks(edges)
    lines = tuple(_wide_line(edge, boxes, edge.source in lowest, total.key, tracks) for edge in edges)
    labels = {node.key.partition(":")[2]: _above(boxes[node.key], boxes[total.key]) for node in terms}
    return Drawing(width, top + len(terms) * ROW - ROW + HEIGHT + MARGIN, boxes, lines, labels)


def _columns(layers: dict[int, list[Any]]) -> tuple[dict[int, float], float]:
    """The left end of each layer, and how wide all of them are."""
    lefts, x = {}, MARGIN
    for layer, lanes in layers.items():
        lefts[layer] = x
        x += max(_width(node) for node in lanes) + GAP
    return lefts, x - GAP + MARGIN


def _tracks(edges: Sequence[Any]) -> dict[str, float]:
    """Lines of different terms run side by side."""
    names = list(dict.fromkeys(edge.term for edge in edges if edge.term))
    return {name: TRACK * number for number, name in enumerate(names)}


def _above(term: Box, total: Box) -> Point:
    """Where a weight ends: over the line from the term, short of where it turns."""
    return min(term.right + 48, total.x - GAP / 2 - 6), term.centre[1] - 6


def _wide_line(edge: Any, boxes: dict[str, Box], free_below: bool, total: str, tracks: dict[str, float]) -> tuple:
    source, target = boxes[edge.source], boxes[edge.target]
    if not edge.term or edge.target == total:
        turn = (target.x - GAP / 2) if edge.term else (source.right + 0.35 * GAP)
        return _across(source, target, source.centre[1], turn)
    track = tracks[edge.term]
    if target.x <= source.centre[0]:
        over, down = target.y - 9, (target.centre[0] + track, target.y)
        under = source.centre[0] + track
        if target.x <= under <= target.right:
            return (under, source.bottom), (under, target.y)
        return (under, source.bottom), (under, over), (down[0], over), down
    if free_below:
        under = source.centre[0] + track
        return (under, source.bottom), (under, target.centre[1]), (target.x, target.centre[1])
    return _across(
        source, target, source.y + 0.8 * source.height, source.right + 0.65 * GAP + min(track / 2, 0.2 * GAP)
    )


def _across(source: Box, target: Box, leaves: float, turn: float) -> tuple[Point, ...]:
    """From the right side of one to the left side of the other, turning at x = `turn` where they are not level."""
    if leaves == target.centre[1]:
        return (source.right, leaves), (target.x, leaves)
    return (source.right, leaves), (turn, leaves), (turn, target.centre[1]), (target.x, target.centre[1])


def narrow(nodes: Sequence[Any], edges: Sequence[Any]) -> Drawing:
    """The data from top to bottom on the left; on the right what stands beside it, the terms, and the total last."""
    right = MARGIN + SIDE + GUTTER
    boxes: dict[str, Box] = {}
    first: dict[int, int] = {}
    taken: set[int] = set()
    row = 0
    for layer, lanes in _flow_of(nodes).items():
        first[layer] = row
        boxes[lanes[0].key] = Box(MARGIN, MARGIN + row * ROW, SIDE)
        for beside, node in enumerate(lanes[1:]):
            boxes[node.key] = Box(right, MARGIN + (row + beside) * ROW, SIDE)
            taken.add(row + beside)
        row += max(1, len(lanes) - 1)
    for node in sorted((node for node in nodes if node.kind == "term"), key=lambda node: node.layer):
        place = first[node.layer]
        while place in taken:
            place += 1
        taken.add(place)
        boxes[node.key] = Box(right, MARGIN + place * ROW, SIDE)
    (total,) = (node for node in nodes if node.kind == "total")
    boxes[total.key] = Box(right, MARGIN + max(row - 1, max(taken) + 1) * ROW, SIDE)
    tracks = _tracks(edges)
    lines = tuple(_narrow_line(edge, boxes, tracks) for edge in edges)
    terms = [node.key for node in nodes if node.kind == "term"]
    labels = {key.partition(":")[2]: (boxes[key].right - 4, boxes[key].bottom + 13) for key in terms}
    lowest = max(box.bottom for box in boxes.values())
    return Drawing(right + SIDE + OUTSIDE + MARGIN, lowest + MARGIN, boxes, lines, labels)


def _narrow_line(edge: Any, boxes: dict[str, Box], tracks: dict[str, float]) -> tuple[Point, ...]:
    source, target = boxes[edge.source], boxes[edge.target]
    middle, other = source.centre, target.centre
    track = tracks.get(edge.term, 0.0)
    if source.x == target.x and (source.x == MARGIN or (target.y - source.y == ROW and edge.term)):
        return (middle[0], source.bottom), (middle[0], target.y)
    if source.x == target.x:  # past what stands between, on the outside
        turn = source.right + OUTSIDE
        return (source.right, middle[1]), (turn, middle[1]), (turn, other[1]), (target.right, other[1])
    if source.x > target.x:
        turn = target.right + 0.25 * GUTTER
        return (source.x, middle[1]), (turn, middle[1]), (turn, other[1]), (target.right, other[1])
    if not edge.term:
        return (source.right, middle[1]), (other[0], middle[1]), (other[0], target.y)
    leaves = source.y + 0.8 * source.height
    turn = source.right + 0.5 * GUTTER + min(track, 0.3 * GUTTER)
    return (source.right, leaves), (turn, leaves), (turn, other[1]), (target.x, other[1])
