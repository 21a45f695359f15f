"""The ways in which one graph can be drawn, and the one whose letters are largest where there is so much room.

It may run from left to right, from top to bottom, or in bands; the labels of its edges may lose their left sides.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any, NamedTuple

from ...expr.graph import Edge
from ..files.inks import Point
from . import layout as lay
from .frames import Frame, Wire
from .layout import Engine, Place, Plan, Route, found, outlines, plan, standing, straight
from .needs import LABEL, Need, slots
from .overlap import crosses

# ----- bands: a graph wrapped like a line of text -----
# Each is laid out on its own, and what goes on runs back to the left border.
LANE, GUTTER, CORNER = 9.0, 16.0, 6.0  # between lines that run side by side; between bands; the radius of a turn


def wrapped(boxes: Mapping[int, Need], labels: Mapping[Edge, Point], bands: int, engine: Engine = "pygraphviz") -> list[Plan]:  # fmt: skip
    """Return a graph laid out from left to right in so many bands, one below the other, cut in the likeliest places.

    An edge that goes on in a later band runs along the right border down into the gap between bands, and back to the left.
    """
    flat = plan(boxes, labels, "LR", engine)
    columns = sorted({p.x for p in flat.places.values()})
    rank = {i: columns.index(p.x) for i, p in flat.places.items()}
    if len(columns) < 2 * bands:
        return []
    ends = [max(p.x + p.width / 2 for i, p in flat.places.items() if rank[i] == k) for k in range(len(columns))]

    def cost(cuts: tuple[int, ...]) -> float:
        band = bands_of(rank, labels, cuts)
        crossing = {(e.target, band[e.source]) for e in labels if band[e.target] != band[e.source]}
        stops = [0.0, *(ends[c - 1] for c in cuts), flat.width]
        return max(b - a for a, b in pairwise(stops)) + 60.0 * len(crossing)

    cuts = sorted(combinations(range(1, len(columns)), bands - 1), key=lambda c: (cost(c), c))[:2]
    ways = [bands_of(rank, labels, cut) for cut in cuts]
    return [stacked(boxes, labels, way, engine) for way in ways if len(set(way.values())) == bands]


def bands_of(rank: Mapping[int, int], labels: Iterable[Edge], cuts: Sequence[int]) -> dict[int, int]:
    """Return the band of every node: an input stands in the first band that uses it."""
    band = {i: sum(r >= c for c in cuts) for i, r in rank.items()}
    made = {e.source for e in labels}
    uses: dict[int, int] = {}
    for e in labels:
        uses[e.target] = min(uses.get(e.target, len(cuts)), band[e.source])
    return {i: b if i in made else uses.get(i, b) for i, b in band.items()}


class Crossing(NamedTuple):
    """A value that goes on into a later band: the node, the band it leaves, and the band it enters."""

    node: int
    leaves: int
    enters: int

    @property
    def out(self) -> str:
        return f"o{self.node}"

    @property
    def into(self) -> str:
        return f"i{self.node}"


def stacked(boxes: Mapping[int, Need], labels: Mapping[Edge, Point], band: Mapping[int, int], engine: Engine) -> Plan:
    """Return the bands laid out one by one and stacked, joined by the edges that cross."""
    crossings = list(
        dict.fromkeys(
            Crossing(e.target, band[e.target], band[e.source]) for e in labels if band[e.target] != band[e.source]
        )
    )
    drawn = [one_band(boxes, labels, band, k, crossings, engine) for k in range(max(band.values()) + 1)]
    left = LANE * len(crossings) + CORNER
    y, offsets = 0.0, []
    for k, (_, high, _, _) in enumerate(drawn):
        offsets.append(y)
        y += high + GUTTER + LANE * sum(c.leaves == k for c in crossings)
    wide = max(w for w, _, _, _ in drawn)
    right = left + wide
    places: dict[int, Place] = {}
    for i, n in boxes.items():
        places[i] = standing(drawn[band[i]][2][f"n{i}"], n).moved(left, offsets[band[i]])
    inner = {
        e: routed(drawn[band[e.source]], f"e{e.source}_{e.slot}", size).moved(left, offsets[band[e.source]])
        for e, size in labels.items()
    }
    routes = dict(inner)
    for edge, route in inner.items():
        start = band[edge.target]
        if start != band[edge.source]:
            crossing = Crossing(edge.target, start, band[edge.source])
            lane = crossings.index(crossing)
            leaving = routed(drawn[start], crossing.out, (0.0, 0.0)).moved(left, offsets[start])
            lanes = LANE * sum(c.leaves == start for c in crossings[:lane])
            borders = right + CORNER + LANE * lane, left - CORNER - LANE * lane
            below = offsets[start] + drawn[start][1] + GUTTER / 2 + lanes
            before, after = levelled(leaving, 0, edge, places, inner), levelled(route, -1, edge, places, inner)
            routes[edge] = around(before.points, after, borders, below)
    return Plan(right + CORNER + LANE * len(crossings), y - GUTTER, places, routes, "LR")


def around(before: tuple[Point, ...], after: Route, borders: tuple[float, float], below: float) -> Route:
    """Return an edge from the end of its band along the right border, the gap below it and the left border into the next."""
    out, into = borders
    start = before[0] if level(before) else before[-1]
    end = after.points[-1] if level(after.points) else after.points[0]
    way = bent((start, (out, start[1]), (out, below), (into, below), (into, after.points[0][1]), end))
    points = (*(() if level(before) else before[:-1]), *way, *(() if level(after.points) else after.points[1:]))
    return Route(points, after.label, after.size, (((out + into) / 2, below),))


def routed(drawn: Any, name: str, size: Point) -> Route:
    """Return an edge of a band as it was drawn."""
    points, label = drawn[3][name]
    return Route(points, label, size)


def level(points: Sequence[Point]) -> bool:
    return all(abs(p[1] - points[0][1]) < 0.01 for p in points)


def levelled(route: Route, end: int, edge: Edge, places: Mapping[int, Place], others: Mapping[Edge, Route]) -> Route:
    """Return a route straight and level with its box, which stands at its first point or (`end` -1) its last, where nothing is in the way."""
    (a, _), (b, _) = route.points[0], route.points[-1]
    y = route.points[end][1]
    wide, high = route.size
    label = (route.label[0], y - high / 2)
    mine = {edge.source, edge.target}
    for i, p in places.items():
        in_line = p.left < b - 1 and p.left + p.width > a + 1 and p.top - 3 < y and p.top + p.height + 3 > y - high
        if in_line and i not in mine:
            return route
    for e, r in others.items():
        if e != edge and (crosses(r.points, label, wide, high) or on_label(r, a, b, y, label, wide, high)):
            return route
    return Route(((a, y), *straight((a, y), (b, y))), label, route.size)


def on_label(other: Route, a: float, b: float, y: float, label: Point, wide: float, high: float) -> bool:
    """Return whether the label of another edge lies on a level line, or on the label above it."""
    (x, mid), (w, h) = other.label, other.size
    on_line = w > 0 and a < x + w / 2 and x - w / 2 < b and mid - h / 2 < y < mid + h / 2
    return on_line or (w > 0 and abs(x - label[0]) < (w + wide) / 2 and abs(mid - label[1]) < (h + high) / 2)


def one_band(boxes: Mapping[int, Need], labels: Mapping[Edge, Point], band: Mapping[int, int], k: int, crossings: Sequence[Crossing], engine: Engine) -> Any:  # fmt: skip
    """Return one band as Graphviz draws it, with ports where edges enter at the left and leave at the right."""
    ends = {
        e: (f"n{e.target}" if band[e.target] == k else f"i{e.target}", f"n{e.source}")
        for e in labels
        if band[e.source] == k
    }
    ports = side([c.into for c in crossings if c.enters == k], "source")
    leaving = list(dict.fromkeys(c.node for c in crossings if c.leaves == k))
    ports += side([f"o{i}" for i in leaving], "sink")
    ports += [f"n{i} -> o{i} [id=o{i} arrowhead=none]" for i in leaving]
    inside = {i: n for i, n in boxes.items() if band[i] == k}
    return found(outlines(inside, {e: labels[e] for e in ends}, "LR", ends, ports), engine)


def side(names: Sequence[str], rank: str) -> list[str]:
    """Return ports that stand at one end of a band."""
    lines = [f"{name} [width=0.02 height=0.06]" for name in names]
    return [*lines, f"{{rank={rank}; {'; '.join(names)}}}"] if names else []


def bent(corners: Sequence[Point]) -> tuple[Point, ...]:
    """Return lines through corners, each turn rounded, as a chain of Bézier curves."""
    points: list[Point] = [corners[0]]
    for before, here, after in zip(corners, corners[1:], corners[2:], strict=False):
        a, b = toward(here, before), toward(here, after)
        points += [*straight(points[-1], a), here, here, b]
    return (*points, *straight(points[-1], corners[-1]))


def toward(a: Point, b: Point) -> Point:
    """Return the point CORNER away from `a` on the way to `b`, half-way at most."""
    away = math.dist(a, b)
    part = min(CORNER, away / 2) / away if away else 0.0
    return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part


LARGEST = 2.2  # points a unit
# by how much letters may be smaller with all words, in one band, from left to right; and in one band that is easily read
FULL, ONE_BAND, ACROSS, STRAIGHT, EASY = 1.1, 1.06, 1.04, 1.25, 10.0
Labels = Mapping[str, Mapping[Edge, Point]]  # by direction


class Candidate(NamedTuple):
    """A way of drawing: with all words on its edges or without left sides, and how much room it takes."""

    plan: Plan
    short: bool
    favour: float
    straight: bool = True


def candidates(boxes: Mapping[int, Need], labels: Labels, short: bool, direction: str | None, engine: Engine, bands: int = 4) -> Iterator[Candidate]:  # fmt: skip
    """Yield the ways of drawing one graph with these labels, which are short or not."""
    words = 1.0 if short else FULL
    if direction != "TB":
        yield Candidate(lay.plan(boxes, labels["LR"], "LR", engine), short, words * ONE_BAND * ACROSS)
        for k in range(2, bands + 1):
            for plan in wrapped(boxes, labels["LR"], k, engine):
                yield Candidate(plan, short, words * ACROSS, False)
    if direction != "LR":
        yield Candidate(lay.plan(boxes, labels["TB"], "TB", engine), short, words * ONE_BAND)


def directed(frames: Sequence[Frame]) -> Labels:
    """Return the room that labels take in each direction."""
    return {d: slots(frames, d) for d in lay.DIRECTIONS}


def fit(plan: Plan, room: Point) -> float:
    """Return how many points a unit may have for a plan to fit the room."""
    return min(room[0] / max(plan.width, 1.0), room[1] / max(plan.height, 1.0), LARGEST)


def best(found: Sequence[Candidate], room: Point) -> Candidate:
    """Return the drawing with the largest letters; one band is left only for much larger ones where it is easily read."""

    def worth(c: Candidate) -> float:
        scale = fit(c.plan, room)
        return scale * c.favour * (STRAIGHT if c.straight and scale * LABEL >= EASY else 1.0)

    return max(found, key=worth)


def brief(wire: Wire) -> Wire:
    """Return a wire whose label has lost its left side: x₀ = 2 and not ∂v₁/∂w₀ = x₀ = 2."""
    local = wire.local
    return (
        wire._replace(local=local[1:])
        if len(local) > 1 and local[0].text.endswith(" = ") and local[0].kind == "name"
        else wire
    )


def shortened(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Return frames with short labels; what two frames shared they share still."""
    made: dict[int, Wire] = {}
    found = []
    for frame in frames:
        for w in frame.wires:
            if id(w) not in made:
                made[id(w)] = brief(w)
        found.append(frame.with_wires(tuple(made[id(w)] for w in frame.wires)))
    return tuple(found)
