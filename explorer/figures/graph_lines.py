"""The lines of a drawing: of all ways with few corners, each takes the one that is clearest where the others are.

A way is a row of numbers, x and y in turns: the side that it leaves, where it leaves it, each place where it turns,
where it meets the other side, that side. Its part number i lies at number i + 1 and goes from number i to i + 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

Point = tuple[float, float]
Line = tuple[Point, ...]
PAD = 3.0  # from a line to a box that it passes
NEAR = 4.0  # lines that are nearer to each other look like one
PORTS = np.array([0.0, -6.0, 6.0, -12.0, 12.0, -18.0, 18.0])  # where lines meet a side, from its middle
CORNERS = (0.0, 12.0, 28.0, 80.0, 140.0)  # what so many cost, in pixels: more than two are a last resort
LENGTH = 0.35  # a pixel of a line
CROSSING, OVERLAP, BLOCKED, WORD, OFF = 20.0, 400.0, 5000.0, 90.0, 0.4  # what else costs
AGAINST = 60.0  # a line into the side of a term that its own line leaves
BACK = 45.0  # a line that leaves a box on the far side of where it goes, or comes from there
SHORTEST, SHORTEST_LAST = 4.0, 9.0  # parts of a line; the arrow's head covers the last one
TURNS = 4  # of the places to turn at, so many next to either side
AT_ONCE = 300  # ways that are weighed together


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def centre(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2


class _Side(NamedTuple):
    """A side of a box: lines that meet it are level or not, and go to higher numbers or to lower ones."""

    level: bool
    at: float
    forward: bool
    middle: float
    room: float  # from the middle, where lines can meet it
    is_left: bool = False

    def ports(self, other: "_Side") -> np.ndarray:
        """Return where lines meet the box: about its middle, and straight from the other's where both have room."""
        ports = self.middle + PORTS[abs(PORTS) <= self.room]
        if self.level == other.level and abs(other.middle - self.middle) <= self.room:
            ports = np.append(ports, other.middle)
        return np.unique(ports)


def routed(
    edges: Sequence[Any], boxes: dict[str, Box], words: Sequence[Box], across: Sequence[float], down: Sequence[float]
) -> tuple[Line, ...]:
    """Route a line for each edge. Long ways go along `across` (x) and `down` (y), which are clear of boxes."""
    room = _Room(boxes, words, np.array(sorted(across)), np.array(sorted(down)))
    lines: dict[int, Line] = {}
    for place in sorted(range(len(edges)), key=lambda place: _urgency(edges[place], boxes)):
        lines[place] = room.draw(edges[place])
    return tuple(lines[place] for place in range(len(edges)))


def _urgency(edge: Any, boxes: dict[str, Box]) -> tuple[bool, bool, float]:
    """Sort edges: the data first, then what the totals add, then what the terms read; short lines before long ones."""
    source, target = boxes[edge.source].centre, boxes[edge.target].centre
    return bool(edge.term), edge.target.startswith("term:"), abs(source[0] - target[0]) + abs(source[1] - target[1])


class _Room:
    """The lines that are drawn, and the space that must stay clear."""

    def __init__(self, boxes: dict[str, Box], words: Sequence[Box], across: np.ndarray, down: np.ndarray):
        self.boxes, self.turns = boxes, (across, down)
        self.keys = list(boxes)
        # (boxes, axis, low or high)
        self.sides = np.array([[(b.x, b.right), (b.y, b.bottom)] for b in boxes.values()])
        self.words = np.array([[(b.x, b.right), (b.y, b.bottom)] for b in words]).reshape(-1, 2, 2)
        self.parts: list[np.ndarray] = []  # level, at, low, high
        self.edges: list[Any] = []

    def draw(self, edge: Any) -> Line:
        best, level, least = np.empty(0), True, float("inf")
        for corners in range(len(CORNERS)):
            for floor, leaves, meets in self._sides(edge, corners):
                if floor >= least:
                    break
                ways, costs = self._ways(leaves, meets, corners)
                costs += floor
                for start in range(0, len(ways), AT_ONCE):
                    some, cost = ways[start : start + AT_ONCE], costs[start : start + AT_ONCE]
                    if cost[0] >= least:
                        break
                    whole = cost + self._in_the_way(some, leaves.level, edge)
                    if whole.min() < least:
                        best, level, least = some[whole.argmin()], leaves.level, float(whole.min())
        numbers = [float(number) for number in best]
        for part, (begin, at, end) in enumerate(zip(numbers, numbers[1:], numbers[2:], strict=False)):
            self.parts.append(np.array([_axis(level, part), at, min(begin, end), max(begin, end)]))
            self.edges.append(edge)
        turned = [pair if _axis(level, part) == 0 else pair[::-1] for part, pair in enumerate(pairwise(numbers))]
        return tuple((x, y) for x, y in turned)

    def _sides(self, edge: Any, corners: int) -> list[tuple[float, _Side, _Side]]:
        """Return the pairs of sides that a way with so many corners can join, with its least cost; cheapest first."""
        source, target = self.boxes[edge.source], self.boxes[edge.target]
        found = []
        for leaves in _leaving(source):
            for meets in _meeting(target):
                if (leaves.level == meets.level) == (corners % 2 == 0):
                    back = BACK * (_is_back(leaves, target) + _is_back(meets, source))
                    against = AGAINST * (edge.target.startswith("term:") and meets.level and not meets.is_left)
                    found.append((CORNERS[corners] + back + against, leaves, meets))
        return sorted(found, key=itemgetter(0))

    def _ways(self, leaves: _Side, meets: _Side, corners: int) -> tuple[np.ndarray, np.ndarray]:
        """Return ways (n, numbers) and the cost of their lengths and ends (n,), cheapest first."""
        ways = self._between(leaves, meets, corners)
        off = abs(ways[:, 1] - leaves.middle) + abs(ways[:, -2] - meets.middle)
        costs = LENGTH * _lengths(ways).sum(axis=1) + OFF * off
        order = np.argsort(costs, kind="stable")
        return ways[order], costs[order]

    def _between(self, leaves: _Side, meets: _Side, corners: int) -> np.ndarray:
        """Return every way with so many corners that leaves one side outwards and enters the other inwards."""
        first, last = leaves.ports(meets), meets.ports(leaves)
        if corners == 0:
            choices = [np.intersect1d(first, last)]
        else:
            axes = [int(leaves.level != (turn % 2 == 1)) for turn in range(1, corners)]
            turns = [self._turns(axis, leaves, meets, corners) for axis in axes]
            few = corners > 2  # so many corners are ugly wherever they begin
            choices = [_middle(first) if few else first, *turns, _middle(last) if few else last]
        grid = np.stack([part.ravel() for part in np.meshgrid(*choices, indexing="ij")], axis=1)
        ends = np.ones((len(grid), 1))
        ways = np.concatenate([leaves.at * ends, grid, meets.at * ends], axis=1)
        out, into, lengths = ways[:, 2] - leaves.at, meets.at - ways[:, -3], _lengths(ways)
        fits = (out > 0) if leaves.forward else (out < 0)
        fits &= (into > 0) if meets.forward else (into < 0)
        return ways[fits & (lengths.min(axis=1) >= SHORTEST) & (lengths[:, -1] >= SHORTEST_LAST)]

    def _turns(self, axis: int, leaves: _Side, meets: _Side, corners: int) -> np.ndarray:
        """Return where to turn: anywhere with two corners, and at the middle of four; else next to either side."""
        places = self.turns[axis]
        if corners == 2 or (corners == 4 and axis != int(not leaves.level)):
            return places
        ends = [side.at if side.level == (axis == 0) else side.middle for side in (leaves, meets)]
        near = [np.argsort(abs(places - end), kind="stable")[: 2 * TURNS] for end in ends]
        return places[np.unique(np.concatenate(near))]

    def _in_the_way(self, ways: np.ndarray, level: bool, edge: Any) -> np.ndarray:
        """Return what boxes, words and other lines in its way cost each way (n, numbers)."""
        cost = np.zeros(len(ways))
        own = np.array([0.0 if key in (edge.source, edge.target) else PAD for key in self.keys])
        drawn = np.array(self.parts).reshape(-1, 4)
        one = np.array([_are_one(edge, other) for other in self.edges], bool)
        for part in range(ways.shape[1] - 2):
            axis, at = _axis(level, part), ways[:, part + 1, None]
            low, high = np.sort(ways[:, part : part + 3 : 2], axis=1)[:, :, None].swapaxes(0, 1)
            cost += BLOCKED * _passes(axis, at, low, high, self.sides, own).sum(axis=1)
            cost += WORD * _passes(axis, at, low, high, self.words, 0.0).sum(axis=1)
            cost += _trouble(axis, at, low, high, drawn, one).sum(axis=1)
        return cost


def _axis(level: bool, part: int) -> int:
    """Return the axis of a part, x or y, of a way whose first part is level or not."""
    return int(level == (part % 2 == 1))


def _is_back(side: _Side, other: Box) -> bool:
    """Return whether lines at this side of a box come from the side away from the other box."""
    return side.level and (other.right > side.at if side.is_left else other.x < side.at)


def _leaving(box: Box) -> tuple[_Side, ...]:
    """List the sides to leave a box by: right, down, left."""
    (x, y), across, up = box.centre, box.width / 2 - 12, box.height / 2 - 5
    right, left = _Side(True, box.right, True, y, up), _Side(True, box.x, False, y, up, True)
    return right, _Side(False, box.bottom, True, x, across), left


def _meeting(box: Box) -> tuple[_Side, ...]:
    """List the sides to enter a box by: left, top, right."""
    (x, y), across, up = box.centre, box.width / 2 - 12, box.height / 2 - 5
    left, right = _Side(True, box.x, True, y, up, True), _Side(True, box.right, False, y, up)
    return left, _Side(False, box.y, True, x, across), right


def _middle(ports: np.ndarray) -> np.ndarray:
    return ports[len(ports) // 2 - 1 :][:3]


def _lengths(ways: np.ndarray) -> np.ndarray:
    """Return the length of each part: (n, parts)."""
    return abs(ways[:, 2:] - ways[:, :-2])


def _passes(axis: int, at: Any, low: Any, high: Any, boxes: np.ndarray, pad: Any) -> np.ndarray:
    """Return whether each part (n, 1) goes through each box, or passes it nearer than `pad`: (n, boxes)."""
    along, beside = boxes[:, axis], boxes[:, 1 - axis]
    is_beside = (beside[:, 0] - pad < at) & (at < beside[:, 1] + pad)
    return is_beside & (low < along[:, 1] + pad) & (high > along[:, 0] - pad)


def _trouble(axis: int, at: Any, low: Any, high: Any, drawn: np.ndarray, one: np.ndarray) -> np.ndarray:
    """Return what each drawn part costs each part (n, 1): (n, drawn). Lines that belong together share their way."""
    their_axis, their_at, their_low, their_high = drawn.T
    shared = np.minimum(high, their_high) - np.maximum(low, their_low)
    apart = abs(at - their_at)
    overlaps = (their_axis == axis) & (shared > 0) & (apart < NEAR) & ~(one & (apart == 0))
    crosses = (their_axis != axis) & (low < their_at) & (their_at < high) & (their_low < at) & (at < their_high) & ~one
    return np.where(overlaps, OVERLAP + shared, 0.0) + CROSSING * crosses


def _are_one(edge: Any, other: Any) -> bool:
    """Return whether two lines may share their way: they have one colour, and come from one node or go to one."""
    return edge.term == other.term and (edge.source == other.source or edge.target == other.target)
