"""What lies on what: labels that a line runs through are moved along their own edge until none does."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from ...expr.graph import Edge
from ..files.inks import Point
from .layout import Plan, Route
from .needs import AIR, LINE, PILL

SHIFTS = (0.0, -3.0, 3.0, -6.0, 6.0, -10.0, 10.0, -16.0, 16.0, -24.0, 24.0, -36.0, 36.0)  # along the edge
Area = tuple[float, float, float, float]
NEARER = (0.0, 1.2, 2.2, -3.0, -6.0, -10.0)  # towards the edge, then away from it


def crosses(points: Sequence[Point], at: Point, wide: float, high: float) -> bool:
    """Return whether a curve runs through a label of this size."""
    return runs_through(tuple(points), at[0] - wide / 2, at[1] - high / 2, at[0] + wide / 2, at[1] + high / 2)


@lru_cache(maxsize=4096)
def points_of(curve: tuple[Point, ...]) -> tuple[Point, ...]:
    return tuple(along(curve))


def along(curve: Sequence[Point]) -> Iterator[Point]:
    """Yield 17 points along one Bézier curve."""
    for k in range(17):
        t = k / 16
        u = 1 - t
        weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
        yield (
            math.fsum(w * p[0] for w, p in zip(weights, curve, strict=True)),
            math.fsum(w * p[1] for w, p in zip(weights, curve, strict=True)),
        )


def cleared(plan: Plan) -> Plan:
    """Return a plan whose labels no other line runs through, as far as there is room beside their own."""
    routes = dict(plan.routes)
    for edge, route in plan.routes.items():
        if route.size[0] and met(plan, routes, edge, route):
            free = (r for r in elsewhere(route, plan.direction) if not met(plan, routes, edge, r))
            routes[edge] = next(free, route)
    return replace(plan, routes=routes)


def elsewhere(route: Route, direction: str) -> Iterator[Route]:
    """Yield an edge with its label in other places beside it, the nearest first."""
    x, y = route.label
    for near in NEARER:
        for shift in SHIFTS:
            yield route._replace(label=(x + shift, y + near) if direction == "LR" else (x - near, y + shift))


def area(route: Route, direction: str) -> Area:
    """Return where the label of an edge may stand: left, top, right and bottom of all its forms."""
    wide, high = route.size
    if direction == "LR":
        x, y = route.spot(direction, wide, high - AIR)
        tall = min(high - AIR, PILL)
        y = route.spot(direction, wide, tall)[1]
        return x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2
    x, y = route.spot(direction, wide - AIR, high)
    tall = high - 2 if high > LINE + 4 else high
    return x - (wide - AIR) / 2, y - tall / 2, x + (wide - AIR) / 2, y + tall / 2


def met(plan: Plan, routes: Mapping[Edge, Route], edge: Edge, route: Route) -> bool:
    """Return whether a line, its own too, a box or another label lies where the label of an edge would stand."""
    here = area(route, plan.direction)
    boxes = ((p.left, p.top, p.left + p.width, p.top + p.height) for p in plan.places.values())
    labels = (area(r, plan.direction) for e, r in routes.items() if e != edge and r.size[0])
    return any(overlap(here, there) for there in (*boxes, *labels)) or any(
        runs_through(r.points, *here) for r in routes.values()
    )


def overlap(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def runs_through(points: tuple[Point, ...], left: float, top: float, right: float, bottom: float) -> bool:
    """Return whether a curve runs through a rectangle."""
    for k in range(0, len(points) - 3, 3):
        piece = points[k : k + 4]
        xs, ys = [p[0] for p in piece], [p[1] for p in piece]
        if max(xs) < left or min(xs) > right or max(ys) < top or min(ys) > bottom:
            continue
        if any(left < x < right and top < y < bottom for x, y in points_of(piece)):
            return True
    return False
