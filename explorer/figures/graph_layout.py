"""The layout of a tensor graph: layers from left to right, on a phone from top to bottom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.figures.graph_lines import Box, Line, Point, routed

WIDTHS = {"tensor": 80.0, "narrowing": 84.0, "widening": 84.0, "step": 72.0, "term": 136.0, "total": 122.0}
HEIGHT = 44.0
LINE = 7.0  # that a second line of the title adds
GAP = 30.0  # between layers
CROWDED, SMALL_GAP = 9, 18.0  # with so many layers, less
ROW = 62.0  # from one row to the next
MARGIN = 4.0
SIDE = 142.0  # width of a node on a phone
GUTTER = 46.0  # between the two columns there
TRACK = 6.0  # between lines that run side by side
LETTER = {"tensor": 7.5}  # of a title, at most; of any other kind of node:
OTHER_LETTER, SMALL_LETTER = 7.0, 5.9
LONGEST = 124.0  # a title that is wider has two lines
LABEL = 44.0  # a weight's width, at most


@dataclass(frozen=True)
class Drawing:
    """Boxes by node, one line of points for each edge, and the right end of each weight's label, all in pixels."""

    width: float
    height: float
    boxes: dict[str, Box]
    lines: tuple[Line, ...]
    labels: dict[str, Point]


def in_lines(title: str, kind: str) -> tuple[str, ...]:
    """Return a title in one line, or in two of about the same length where it is long."""
    if len(title) * _letter(kind) <= LONGEST:
        return (title,)
    middle = len(title) / 2
    ends = [place for place, letter in enumerate(title, 1) if letter in "_ "] or [round(middle)]
    end = min(ends, key=lambda place: abs(place - middle))
    return title[:end].strip(), title[end:]


def _letter(kind: str) -> float:
    return LETTER.get(kind, OTHER_LETTER)


def _width(node: Any) -> float:
    title = max(len(line) for line in node.lines) * _letter(node.kind)
    return max(WIDTHS[node.kind], title + 18, len(node.detail) * SMALL_LETTER + 14)


def _box(node: Any, x: float, row: float, width: float) -> Box:
    """Return the box of a node in a row, about the row's middle."""
    more = LINE * (len(node.lines) - 1)
    return Box(x, MARGIN + row * ROW - more / 2, width, HEIGHT + more)


def _chains(nodes: Sequence[Any]) -> list[list[Any]]:
    """Return the data in unbranched chains: each part continues the chain of its first source that is an end."""
    chains: list[list[Any]] = []
    for node in nodes:
        before = next((chain for source in node.sources for chain in chains if chain[-1].key == source), None)
        if before is None:
            chains.append([node])
        else:
            before.append(node)
    return chains


def _split(nodes: Sequence[Any]) -> tuple[list[Any], list[tuple[Any, list[Any]]]]:
    """Split the nodes into the data, and each total with its terms."""
    terms = [node for node in nodes if node.kind == "term"]
    totals = [node for node in nodes if node.kind == "total"]
    data = [node for node in nodes if node.kind not in ("term", "total")]
    return data, [(total, [term for term in terms if term.total == total.total]) for total in totals]


def wide(nodes: Sequence[Any], edges: Sequence[Any]) -> Drawing:
    """Lay out the data from left to right, each term in a row of its own below, each total right of its terms."""
    data, learners = _split(nodes)
    lefts, gaps, width = _columns(data, [total for total, _ in learners])
    in_lane = lanes(data)
    boxes = {node.key: _box(node, lefts[node.layer], in_lane[node.key], _width(node)) for node in data}
    row = 1 + max(in_lane.values())
    for total, terms in learners:
        right = _width(total)
        for place, node in enumerate(sorted(terms, key=lambda node: -node.layer)):
            furthest = width - MARGIN - right - LABEL - GAP - _width(node)
            boxes[node.key] = _box(node, min(lefts[node.layer], furthest), row + place, _width(node))
        top, height = MARGIN + row * ROW, (len(terms) - 1) * ROW + HEIGHT
        boxes[total.key] = Box(width - MARGIN - right, top, right, height)
        row += len(terms)
    height = max(box.bottom for box in boxes.values()) + MARGIN
    ends = {term.key: boxes[total.key].x for total, terms in learners for term in terms}
    labels = {key: (min(boxes[key].right + 48, end - 12), boxes[key].centre[1] - 6) for key, end in ends.items()}
    return _drawing(width, height, boxes, labels, edges, gaps, _between(row))


def _between(rows: int) -> list[float]:
    """Return the places for lines between so many rows, three in each gap."""
    middles = [MARGIN + row * ROW - (ROW - HEIGHT) / 2 for row in range(1, rows)]
    return [middle + beside for middle in middles for beside in (1 - TRACK, 0, TRACK - 1)]


def _columns(data: Sequence[Any], totals: Sequence[Any]) -> tuple[dict[int, float], list[float], float]:
    """Return the left end of each layer, the tracks between the layers, and the width of all of them."""
    last = max(node.layer for node in data)
    widths = dict.fromkeys(range(last + 1), 0.0) | {last: max(_width(total) for total in totals)}
    for node in data:
        widths[node.layer] = max(widths[node.layer], _width(node))
    gap = SMALL_GAP if last >= CROWDED else GAP
    lefts, tracks, x = {}, [], MARGIN
    for layer, width in widths.items():
        tracks += _side_by_side(x - gap + TRACK, gap - 2 * TRACK) if layer else []
        lefts[layer] = x
        x += width + gap
    return lefts, tracks, x - gap + MARGIN


def _side_by_side(start: float, width: float) -> list[float]:
    """Return the places for lines in a gap."""
    return [start + TRACK * place for place in range(int(width // TRACK) + 1)]


def lanes(data: Sequence[Any]) -> dict[str, int]:
    """Return the lane of each node: a chain has one, the first that is free for its length."""
    found: dict[str, int] = {}
    taken: set[tuple[int, int]] = set()
    for chain in _chains(data):
        span = range(chain[0].layer, chain[-1].layer + 1)
        first = found.get(chain[0].sources[0], 0) if chain[0].sources else 0
        lane = next(lane for lane in range(first, first + len(data)) if taken.isdisjoint((lane, at) for at in span))
        taken.update((lane, at) for at in span)
        found |= {node.key: lane for node in chain}
    return found


def narrow(nodes: Sequence[Any], edges: Sequence[Any]) -> Drawing:
    """Lay out the data from top to bottom on the left; on the right its neighbours, the terms, and the totals last."""
    data, learners = _split(nodes)
    rows = _rows(data)
    left, right = MARGIN, MARGIN + SIDE + GUTTER
    boxes = {
        node.key: _box(node, (left, right)[column], row, SIDE) for node in data for column, row in [rows[node.key]]
    }
    taken = {row for column, row in rows.values() if column}
    for node in sorted((term for _, terms in learners for term in terms), key=lambda term: _last(term, rows)):
        row = _free(taken, _last(node, rows))
        taken.add(row)
        boxes[node.key] = _box(node, right, row, SIDE)
    end = max(max(taken) + 1, max(row for _, row in rows.values()) - len(learners) + 1)
    for place, (total, _) in enumerate(learners):
        boxes[total.key] = _box(total, right, end + place, SIDE)
    labels = {term.key: (right + SIDE - 20, boxes[term.key].bottom + 13) for _, terms in learners for term in terms}
    last = max(end + len(learners), 1 + max(row for _, row in rows.values()))
    outside = _side_by_side(right + SIDE + TRACK, 2 * TRACK)
    tracks = [*_side_by_side(left + SIDE + 8, GUTTER - 17), *outside]
    height = max(box.bottom for box in boxes.values()) + MARGIN
    return _drawing(outside[-1] + MARGIN, height, boxes, labels, edges, tracks, _between(last))


def _rows(data: Sequence[Any]) -> dict[str, tuple[int, int]]:
    """Return column and row of each node: chains under each other on the left, other nodes on the right."""
    chains, places = _chains(data), {}
    for chain in (chain for chain in chains if len(chain) > 1):
        for node in [*chain, *_siblings(chain[-1], chains)]:
            places[node.key] = (0, len(places))
    taken: set[int] = set()
    for chain in (chain for chain in chains if len(chain) == 1 and chain[0].key not in places):
        (node,) = chain
        peers = [places[other.key][1] for other in data if other.key in places and other.sources == node.sources]
        used = [places[other.key][1] - 1 for other in data if other.key in places and node.key in other.sources]
        wanted = peers[0] if peers and node.sources else min(used, default=0)
        places[node.key] = (1, _free(taken, wanted))
        taken.add(places[node.key][1])
    return places


def _siblings(end: Any, chains: Sequence[Sequence[Any]]) -> list[Any]:
    """Return the tensors made together with the end of a chain, which go under it, beside the terms that read them."""
    return [chain[0] for chain in chains if len(chain) == 1 and end.sources and chain[0].sources == end.sources]


def _free(taken: set[int], wanted: int) -> int:
    while wanted in taken:
        wanted += 1
    return max(wanted, 0)


def _last(term: Any, rows: dict[str, tuple[int, int]]) -> int:
    """Return the row of the last tensor that a term reads."""
    return max(rows[key][1] for key in term.sources)


def _drawing(
    width: float,
    height: float,
    boxes: dict[str, Box],
    labels: dict[str, Point],
    edges: Sequence[Any],
    across: Iterable[float],
    down: Iterable[float],
) -> Drawing:
    words = [Box(x - LABEL, y - 10, LABEL, 12) for x, y in labels.values()]
    lines = routed(edges, boxes, words, sorted(across), sorted(down))
    return Drawing(width, height, boxes, lines, {key.partition(":")[2]: place for key, place in labels.items()})
