"""Where expressions break: the kinks of max, abs, comparisons … and the edges of domains, and points on and between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import isfinite, isqrt, nan
from typing import Any, NamedTuple

import numpy as np

from ..expr.running import Cell
from ..expr.tracer import Tracer
from ..ops.precision import TooLarge, context
from ..ops.table import ROWS
from .domain import Domain, fraction
from .evaluate import Line
from .lanes import Lanes, as_floats, on_arrays
from .ranges import Range, Ranges
from .reals import NAN
from .scalars import Scalars, ancestors

GRID = tuple(
    Fraction(n)
    for n in (
        "0",
        "1/100",
        "1/10",
        "3/10",
        "1/2",
        "7/10",
        "1",
        "3/2",
        "2",
        "3",
        "5",
        "10",
        "30",
        "100",
        "1000",
        "1000000",
    )
)
SECTIONS = 512  # into which a stretch with a root is cut at once
SMALL = np.array([-2.5, -2.0, -1.0, -0.25]), np.array([0.0]), np.array([0.25, 1.0, 2.0, 2.5])
PROBES = tuple(Fraction(n) for n in ("-3", "-1", "1/2", "2", "5"))


class Break(NamedTuple):
    """A quantity (a cell) whose zero is a kink (`kink`) or the edge of a domain."""

    cell: int
    kink: bool


class Root(NamedTuple):
    """Where a quantity is zero along a line; `tie` is False for a jump or pole."""

    value: Any
    tie: bool


def breaks(builder: Scalars, outputs: Iterable[int], ranges: Ranges) -> list[Break]:
    """Return the quantities whose zeros are kinks or edges of domains of `outputs`, added to `builder` as cells; none that is never 0."""
    found: dict[int, bool] = {}
    for i in ancestors(builder.cells, outputs):
        op, args, params = builder.cells[i]
        if not args:
            continue
        row = ROWS[op]
        tracers = [Tracer(builder, a) for a in args]
        if row.kink is not None:
            for q in row.kink.where(*tracers, *params):
                found[bare(builder, tracers[0].lift(q), ranges)] = True
        for slot, t in enumerate(tracers):
            place = row.domain[min(slot, len(row.domain) - 1)]
            for bound in place if isinstance(place, tuple) else () if place == "real" else (0,):
                found.setdefault(bare(builder, (t - bound).id if bound else t.id, ranges), False)
    return [
        Break(cell, kink)
        for cell, kink in found.items()
        if not ranges.of(cell).nonzero and any(builder.cells[i][0] == "input" for i in ancestors(builder.cells, [cell]))
    ]


def bare(builder: Scalars, cell: int, ranges: Ranges) -> int:
    """Return what is zero, or changes its sign, where a cell does: the one factor that may be zero, without those that never are."""
    while True:
        op, args, _ = builder.cells[cell]
        product = bool(args) and (bool(ROWS[op].linear) or (ROWS[op].joint and len(args) == 1))
        rest = {a for a in args if not ranges.of(a).nonzero} if product else ()
        if len(rest) != 1:
            return cell
        (cell,) = rest


def alike_edges(cells: Sequence[Cell], pairs: Iterable[tuple[int, int]], ranges: Ranges) -> bool:
    """Return whether both of each pair are undefined where the same operations are, and neither has a kink or a choice."""
    found = [(edges(cells, a, ranges), edges(cells, b, ranges)) for a, b in pairs]
    return all(one is not None and one == two for one, two in found)


def edges(cells: Sequence[Cell], out: int, ranges: Ranges) -> set[Cell] | None:
    """Return the cells before `out` that are not defined wherever their arguments are; None if one of them has a kink or chooses."""
    found = set()
    for i in ancestors(cells, [out]):
        op, args, params = cells[i]
        if args:
            row = ROWS[op]
            if row.kink is not None or row.discrete or row.conditions:
                return None
            inner = any(isinstance(place, tuple) for place in row.domain)  # the tangent has edges that no sign tells
            if inner or not total(op, params, tuple(signs(ranges.of(a)) for a in args)):
                found.add(cells[i])
    return found


def signs(range: Range) -> tuple[bool, bool, bool]:
    """Return whether a quantity may be negative, 0, positive."""
    return range.low[0] < 0, not range.nonzero, range.high[0] > 0


@lru_cache(maxsize=10_000)
def total(op: str, params: tuple[Any, ...], allowed: tuple[tuple[bool, bool, bool], ...]) -> bool:
    """Return whether an operation is defined at small numbers of the signs that its arguments may have, as one that is defined everywhere is."""
    if len(allowed) > 4 or not all(map(any, allowed)):
        return False
    grid = np.meshgrid(*(np.concatenate([v for v, may in zip(SMALL, some, strict=True) if may]) for some in allowed))
    with np.errstate(all="ignore"):
        return bool(np.isfinite(on_arrays(op, params)(*grid)).all())


def roots(
    lanes: Lanes, cell: int, point: Sequence[Any], k: int, domain: Domain, grid: Sequence[Fraction], digits: int
) -> list[Root]:
    """Return where `cell` is zero when the number `k` of `point` runs through its domain: exactly if it can be, else to `digits`."""
    found = exact_roots(lanes.line, cell, point, k, digits)
    if found is None:
        found = numeric_roots(lanes, cell, point, k, grid, digits)
    return [r for r in found if r.value in domain]


def ticks(domain: Domain, numbers: Iterable[Fraction]) -> list[Fraction]:
    """Return the numbers of a domain between which roots are looked for: those given and their opposites, or evenly spread ones."""
    if domain.low is None or domain.high is None:
        values = {v for g in numbers for v in (g, -g)}
    else:
        values = {domain.between(Fraction(n, 24)) for n in range(1, 24)}
    return sorted(v for v in values if v in domain)


def at(point: Sequence[Any], k: int, value: Any) -> tuple[Any, ...]:
    """Return a point with another number at place `k`.

    >>> at((1, 2, 3), 1, 0)
    (1, 0, 3)
    """
    return (*point[:k], value, *point[k + 1 :])


def exact_roots(line: Line, cell: int, point: Sequence[Any], k: int, digits: int) -> list[Root] | None:
    """Return the roots of a quantity that is affine or quadratic in number `k`, or None if it is neither."""
    heights = []
    for t in PROBES:
        height = line.exact(at(point, k, t), cell)
        if height is None:
            return None
        heights.append(height)
    c0, c1, c2 = parabola(PROBES[:3], heights[:3])
    if any(c0 + c1 * t + c2 * t * t != h for t, h in zip(PROBES[3:], heights[3:], strict=True)):
        return None
    if c2 == 0:
        return [Root(-c0 / c1, True)] if c1 else []
    under = c1 * c1 - 4 * c2 * c0
    if under < 0:
        return []
    root = isqrt(under.numerator), isqrt(under.denominator)
    if (root[0] ** 2, root[1] ** 2) == (under.numerator, under.denominator):
        step = Fraction(*root)
        return [Root((-c1 + s * step) / (2 * c2), True) for s in ((-1, 1) if step else (1,))]
    with context().workdps(digits):
        far = context().sqrt(context().mpf(under.numerator) / under.denominator)
        return [
            Root((s * far - context().mpf(c1.numerator) / c1.denominator) * c2.denominator / (2 * c2.numerator), True)
            for s in (-1, 1)
        ]


def parabola(x: Sequence[Fraction], y: Sequence[Fraction]) -> tuple[Fraction, Fraction, Fraction]:
    """Return the coefficients of 1, t, t² through three points.

    >>> [int(c) for c in parabola([Fraction(0), Fraction(1), Fraction(2)], [Fraction(1), Fraction(2), Fraction(5)])]
    [1, 0, 1]
    """
    d1 = (y[1] - y[0]) / (x[1] - x[0])
    d2 = ((y[2] - y[1]) / (x[2] - x[1]) - d1) / (x[2] - x[0])
    return y[0] - d1 * x[0] + d2 * x[0] * x[1], d1 - d2 * (x[0] + x[1]), d2


def numeric_roots(
    lanes: Lanes, cell: int, point: Sequence[Any], k: int, grid: Sequence[Fraction], digits: int
) -> list[Root]:
    """Return the roots between neighbours of `grid` on which the quantity has opposite signs, and those that lie on it."""

    def heights(values: Sequence[float]) -> list[float]:
        ticks = np.repeat(as_floats([point]), len(values), axis=0)
        ticks[:, k] = values
        return [h if isfinite(h) else nan for h in lanes.plain(ticks, [cell])[cell].tolist()]

    def height(t: Any) -> Any:
        try:
            return lanes.line.plain(at(point, k, t))[cell]
        except TooLarge:
            return NAN

    found: list[Root] = []
    at_ticks = heights([float(t) for t in grid])
    for (t, a), (u, b) in pairwise(zip(grid, at_ticks, strict=True)):
        if abs(a) < 1e-12:
            found.append(Root(t, True))
        elif a * b < 0 and abs(b) >= 1e-12:
            found.append(refined(height, *bracket(heights, float(t), float(u)), max(abs(a), abs(b)), digits))
    return found


def bracket(heights: Callable[[Sequence[float]], list[float]], low: float, high: float) -> tuple[float, float]:
    """Return two numbers 2^-36 times as far apart as those given, at which the heights still have opposite signs."""
    for _ in range(4):
        ticks = np.linspace(low, high, SECTIONS + 1).tolist()
        inner = heights(ticks)
        crossed = next((i for i in range(SECTIONS) if inner[i] * inner[i + 1] <= 0), None)
        if crossed is None or ticks[crossed] == ticks[crossed + 1]:
            break
        low, high = ticks[crossed], ticks[crossed + 1]
    return low, high


def refined(height: Callable[[Any], Any], low: float, high: float, start: float, digits: int) -> Root:
    """Return the root between two near numbers by secants; `start`: the height from which it was sought."""
    with context().workdps(digits + 10):
        a, b = context().mpf(low), context().mpf(high)
        fa, fb = height(a), height(b)
        for _ in range(12):
            if fa == fb or fa != fa or fb != fb:
                break
            a, b, fa = b, b - fb * (b - a) / (fb - fa), fb
            if abs(b - a) <= abs(b) * context().mpf(10) ** -digits:
                break
            fb = height(b)
        end = height(b)
        if end == end and abs(end) <= start * context().mpf(10) ** (-digits // 2):
            return Root(b, True)
    return Root(Fraction((low + high) / 2).limit_denominator(1000), False)


def between(values: Sequence[Any], domain: Domain) -> list[Fraction]:
    """Return a simple number of the domain in each gap between `values` (sorted), before the first and after the last.

    >>> between([Fraction(0), Fraction(1)], Domain())
    [Fraction(-1, 1), Fraction(1, 2), Fraction(2, 1)]
    """
    if not values:
        return []
    ends = [fraction(v) for v in values]
    low, high = domain.low, domain.high
    first = (low + ends[0]) / 2 if low is not None else Fraction(ends[0].__ceil__() - 1)
    last = (high + ends[-1]) / 2 if high is not None else Fraction(ends[-1].__floor__() + 1)
    inner = [simplest(a, b) for a, b in pairwise(ends) if b > a]
    return [v for v in (first, *inner, last) if v in domain]


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """Return a fraction of small denominator well inside an interval.

    >>> simplest(Fraction(1), Fraction(10001, 10000)) > 1
    True
    """
    middle, quarter = (low + high) / 2, (high - low) / 4
    for size in (1, 2, 3, 10, 100, 10**4, 10**6, 10**9):
        near = middle.limit_denominator(size)
        if abs(near - middle) < quarter:
            return near
    return middle
