"""The cells into which kinks and edges of domains cut the space, and a point in each that can be found.

On one side of every break an expression is one smooth formula; so two expressions that agree at a generic point of every cell
agree nearly surely, and a cell without a point can hide anything. Cells are told apart by the signs of all breaks. From a
scatter of points, lines are shot from each new cell: along every axis over the numbers that occur, straight at each break by
its slope, and aslant. Where several breaks are crossed between two points of a line, the crossings are worked out and the gaps
between them are cells too; where one comes near zero and turns, its turning point is looked for. That goes on until no line
finds a new cell, or until a bound is met, which is then said.

A function that is steep has no break and yet changes within a hair (tanh(10⁶x)): the argument of each rounded function that
is never near ±1 in the scatter counts as a break there.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from ..expr.running import Cell
from .domain import Domain
from .evaluate import Line
from .lanes import LANES, Array, Lanes

MOST_CELLS = 600
MOST_WORK = 12_000_000  # steps of the line at all points: about a tenth of a second
SCATTER = 160
AT_ONCE = 48  # cells from which lines are shot together
AXES = 16  # names along which they are shot
HALVINGS = 40
GRID = np.array([0.01, 0.1, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 5, 7, 10, 20, 50, 100, 300, 1000, 1e6])
AHEAD = np.array(
    [-30, -4, -1.6, -1.05, -0.9, -0.5, 0.5, 0.9, 1.05, 1.6, 4, 30]
)  # along a slope: break at 1 or −1, about
ASLANT = np.array([-30, -10, -3, -1, -0.3, -0.1, 0.1, 0.3, 1, 3, 10, 30])


class Break(NamedTuple):
    """What cuts the space: where `cell` takes the value `level`."""

    cell: int
    level: float


class Cells(NamedTuple):
    """`points`: up to two in each of `many` cells that were found, by cell in `owner`; `whole`: the search ended by itself."""

    points: Array
    owner: Array
    many: int
    whole: bool


class Arrangement:
    """The search for the cells of `breaks`, quantities of a line over names with these domains; the same for the same seed."""

    def __init__(self, cells: Sequence[Cell], breaks: Sequence[int], soft: Sequence[int], names: Sequence[str], domains: Sequence[Domain], constants: Sequence[Fraction],
                 seed: int):  # fmt: skip
        self.domains, self.rng = domains, np.random.default_rng(seed)
        line = Line(cells, [*breaks, *soft], names)
        self.lanes = Lanes(line)
        chosen: set[int] = set()  # cells that may be the same all over a cell: what a gate shuts off is 0 there
        for step in line.steps:
            if step.chooses or not chosen.isdisjoint(step.args):
                chosen.add(step.cell)
        self.own = np.unique([abs(float(c)) for c in constants])
        self.left = MOST_WORK
        self.moving = [k for k, d in enumerate(domains) if not d.discrete]
        self.first = self.scatter(SCATTER)
        values = self.lanes.plain(self.first, [*breaks, *soft])
        self.breaks = distinct([Break(b, 0.0) for b in breaks], values, self.lanes.run(self.first, LANES)[0])
        for u in soft:
            low, high = np.abs(values[u] + 1) < 0.9, np.abs(values[u] - 1) < 0.9
            self.breaks += [Break(u, v) for v, seen in ((-1.0, low), (1.0, high)) if not seen.any()]
        self.flat: Array = np.array([b.cell in chosen for b in self.breaks], bool)
        self.found: dict[bytes, list[Array]] = {}

    # ----- where to look -----
    def scatter(self, count: int) -> Array:
        """Return random points of the domains, of all sizes and about the numbers that occur."""
        return np.stack([self.drawn(d, count) for d in self.domains], axis=1)

    def drawn(self, domain: Domain, count: int) -> Array:
        rng = self.rng
        if domain.members is not None:
            return rng.choice([float(m) for m in domain.friendly()], count)
        low, high = (None if v is None else float(v) for v in (domain.low, domain.high))
        if low is not None and high is not None:
            out = low + (high - low) * rng.uniform(0, 1, count)
        else:
            size = np.where(rng.random(count) < 0.5, rng.uniform(0, 4, count), 10 ** rng.uniform(-2, 2.3, count))
            if len(self.own):
                about = rng.choice(self.own, count) + rng.uniform(-1, 1, count) * rng.choice([0.3, 2, 20], count)
                size = np.where(rng.random(count) < 0.4, about, size)
            if low is None and high is None:
                out = size * rng.choice([-1, 1], count)
            else:
                out = low + np.abs(size) if low is not None else high - np.abs(size)
        return np.round(out) if domain.integer else out

    def axis(self, k: int) -> Array:
        """Return the numbers that one name runs through, sorted."""
        domain = self.domains[k]
        if domain.members is not None:
            return np.array([float(m) for m in domain.friendly()])
        if domain.integer:
            return self.inside(k, np.arange(-40, 41).astype(float))
        if domain.low is not None and domain.high is not None:
            return float(domain.low) + float(domain.high - domain.low) * np.linspace(0.01, 0.99, 40)
        values = np.concatenate([GRID, self.own, self.own * 1.07 + 0.01, self.own * 0.93])
        if domain.low is not None or domain.high is not None:
            end, sign = (domain.low, 1) if domain.low is not None else (domain.high, -1)
            return self.inside(k, np.unique(np.concatenate([float(end or 0) + sign * values, values])))
        return np.unique(np.concatenate([values, -values, [0]]))

    def inside(self, k: int, values: Array) -> Array:
        d = self.domains[k]
        good = np.ones(values.shape, bool)
        if d.low is not None:
            good &= values > float(d.low)
        if d.high is not None:
            good &= values < float(d.high)
        return values[good]

    def allowed(self, points: Array) -> Array:
        """Return those points that lie in the domains."""
        good = np.isfinite(points).all(axis=1)
        for k, d in enumerate(self.domains):
            good &= (points[:, k] > float(d.low)) if d.low is not None else True
            good &= (points[:, k] < float(d.high)) if d.high is not None else True
        return points[good]

    # ----- signs -----
    def heights(self, points: Array) -> Array:
        """Return the height of every break over its level at each point, (points, breaks)."""
        self.left -= len(points) * len(self.lanes.steps)
        values = self.lanes.plain(points, {b.cell for b in self.breaks})
        return np.stack([values[b.cell] - b.level for b in self.breaks], axis=1)

    def noted(self, points: Array, heights: Array) -> list[Array]:
        """Keep the points of cells that are new, and return those; a point on a break lies in no cell.

        Behind shut gates a break is 0 all over, as a - b is in max(a, b) where both are 0: that is a cell of its own.
        """
        signs = np.where(np.isnan(heights), 2, np.sign(heights)).astype(np.int8)
        open_ = ((signs != 0) | self.flat).all(axis=1)
        signs, points = signs[open_], points[open_]
        new = []
        if len(points):
            _, first, last = unique_rows(signs)
            for i, j in zip(first, last, strict=True):
                held = self.found.setdefault(signs[i].tobytes(), [])
                if not held:
                    if len(self.found) > MOST_CELLS:
                        self.found.popitem()
                        self.left = -1
                        break
                    new.append(points[i])
                    held.append(points[i])
                if len(held) < 2 and j != i:
                    held.append(points[j])
        return new

    def rounded(self, points: Array) -> list[tuple[Fraction, ...]]:
        """Return points as Fractions, with as few digits as keep each in its cell."""
        want = np.sign(self.heights(points))
        best = points.copy()
        for digits in (9, 6, 4):
            shorter = np.array([[float(f"{v:.{digits}g}") for v in p] for p in points.tolist()])
            same = ((np.sign(self.heights(shorter)) == want) | np.isnan(want)).all(axis=1)
            best[same] = shorter[same]
        return [tuple(Fraction(repr(v)) for v in p) for p in best.tolist()]

    # ----- lines -----
    def search(self) -> Cells:
        """Return the cells that can be found."""
        with np.errstate(all="ignore"):
            return self.searched()

    def searched(self) -> Cells:
        if not self.breaks or not self.domains:
            return Cells(self.first[:1], np.zeros(1, int), 1, True)
        front = self.noted(self.first, self.heights(self.first))
        while front and self.left > 0:
            here, front = np.array(front[:AT_ONCE]), front[AT_ONCE:]
            front = self.along_axes(here) + self.at_breaks(here) + front
        points = [p for held in self.found.values() for p in held]
        owner = [n for n, held in enumerate(self.found.values()) for _ in held]
        return Cells(np.array(points).reshape(len(points), len(self.domains)), np.array(owner, int), len(self.found), self.left > 0)  # fmt: skip

    def along_axes(self, here: Array) -> list[Array]:
        """Shoot a line along each axis through each point, and look closely where more than one break is crossed at once."""
        new: list[Array] = []
        order = range(len(self.domains))
        for k in order if len(order) <= AXES else self.rng.choice(len(order), AXES, replace=False):
            ticks = self.axis(k)
            if len(ticks) < 2 or self.left <= 0:
                continue
            points = np.repeat(here, len(ticks), axis=0)
            points[:, k] = np.tile(ticks, len(here))
            heights = self.heights(points)
            new += self.noted(points, heights)
            if not self.domains[k].discrete:
                new += self.between(here, k, ticks, heights.reshape(len(here), len(ticks), -1))
        return new

    def between(self, here: Array, k: int, ticks: Array, heights: Array) -> list[Array]:
        """Look between neighbouring ticks of lines along one axis: in the gaps between crossings, and where a break turns near zero."""
        signs = np.sign(heights)
        crossed = (signs[:, :-1] * signs[:, 1:] <= 0) & (signs[:, :-1] != signs[:, 1:])
        crowded = crossed & (crossed.sum(axis=2, keepdims=True) > 1)
        which, tick, which_break = np.nonzero(crowded)
        points = []
        if len(which):
            roots = self.roots(here[which], k, ticks[tick], ticks[tick + 1], which_break)
            points.append(gaps(here, k, which, tick, roots, ticks))
        points.append(self.turns(here, k, ticks, heights))
        together = self.allowed(np.concatenate(points))
        return self.noted(together, self.heights(together)) if len(together) else []

    def roots(self, base: Array, k: int, low: Array, high: Array, which: Array) -> Array:
        """Return where a break is zero between two numbers at which it has opposite signs, for many at once, by the Illinois method."""
        a, b = low.copy(), high.copy()

        def height(t: Array) -> Array:
            points = base.copy()
            points[:, k] = t
            return self.heights(points)[np.arange(len(t)), which]

        fa, fb = height(a), height(b)
        small = 1e-12 * (np.abs(fa) + np.abs(fb))
        a, b = np.where(fb == 0, b, a), np.where(fa == 0, a, b)
        for n in range(HALVINGS):
            t = (a * fb - b * fa) / (fb - fa)
            inner = (t > np.minimum(a, b)) & (t < np.maximum(a, b)) & (n % 3 < 2)
            t = np.where(inner, t, (a + b) / 2)
            f = height(t)
            left = f * fa > 0
            a, fa = np.where(left, t, a), np.where(left, f, fa)
            b, fb = np.where(left, b, t), np.where(left, fb, f)
            settled = (np.abs(f) <= small) | (np.abs(b - a) <= 1e-12 * np.abs(b))
            a, b = np.where(settled, t, a), np.where(settled, t, b)
            if settled.all() or self.left <= 0:
                break
        return (a + b) / 2

    def turns(self, here: Array, k: int, ticks: Array, heights: Array) -> Array:
        """Return the points on lines at which a break that comes near zero and turns may have crossed it."""
        size = np.abs(heights)
        middle, sides = size[:, 1:-1], np.minimum(size[:, :-2], size[:, 2:])
        bent = np.abs(second_difference(ticks, heights)) > 1e-9 * size[:, 1:-1]
        sign = np.sign(heights)
        same = (sign[:, :-2] == sign[:, 1:-1]) & (sign[:, 2:] == sign[:, 1:-1])
        which, tick, q = np.nonzero(same & bent & (middle <= sides))
        if not len(which) or self.left <= 0:
            return np.empty((0, here.shape[1]))
        base, low, high = here[which], ticks[tick], ticks[tick + 2]
        share = (5**0.5 - 1) / 2
        for _ in range(24):  # by the golden section
            left, right = high - share * (high - low), low + share * (high - low)
            both = np.concatenate([left, right])
            base2, q2 = np.concatenate([base, base]), np.concatenate([q, q])
            points = base2.copy()
            points[:, k] = both
            found = np.abs(self.heights(points)[np.arange(len(both)), q2])
            nearer = found[: len(left)] < found[len(left) :]
            high, low = np.where(nearer, right, high), np.where(nearer, low, left)
            if self.left <= 0:
                break
        points = base.copy()
        points[:, k] = (low + high) / 2
        return points

    def at_breaks(self, here: Array) -> list[Array]:
        """Shoot lines from each point straight at each break, by its slope there, and some aslant."""
        if not self.moving or self.left <= 0:
            return []
        step = 1e-6 * (1 + np.abs(here))
        base = self.heights(here)
        slopes = np.zeros((*base.shape, here.shape[1]))
        for k in self.moving[:AXES]:
            beside = here.copy()
            beside[:, k] += step[:, k]
            slopes[:, :, k] = (self.heights(beside) - base) / step[:, k, None]
        ways = -base[:, :, None] * slopes / np.sum(slopes**2, axis=2, keepdims=True)  # a step of Newton's
        ways[~np.isfinite(ways)] = 0
        straight = here[:, None, None, :] + AHEAD[None, None, :, None] * ways[:, :, None, :]
        aim = self.rng.normal(size=(len(here), 4, here.shape[1]))
        aim[:, :, [k for k in range(here.shape[1]) if k not in self.moving]] = 0
        aslant = here[:, None, None, :] + ASLANT[None, None, :, None] * aim[:, :, None, :]
        points = self.allowed(np.concatenate([p.reshape(-1, here.shape[1]) for p in (straight, aslant)]))
        return self.noted(points, self.heights(points))


def distinct(breaks: Sequence[Break], values: dict[int, Array], noisy: dict[int, Array]) -> list[Break]:
    """Return the breaks that are not a multiple of another in the scatter, and not zero all over it, noise apart."""
    kept: dict[bytes, Break] = {}
    for b in breaks:
        v = values[b.cell]
        with np.errstate(all="ignore"):
            known = np.isfinite(v) & (np.ptp(noisy[b.cell], axis=0) < 0.1 * np.abs(v))
            if known.any():
                scaled = np.where(known, v / v[np.flatnonzero(known)[0]], 0)
                kept.setdefault(np.array([float(f"{s:.9g}") for s in scaled]).tobytes(), b)
        if np.isnan(v).all():  # defined, if at all, where the scatter has no point
            kept[bytes(str(b.cell), "ascii")] = b
    return list(kept.values())


def unique_rows(signs: Array) -> tuple[Array, Array, Array]:
    """Return the rows that occur, and the first and last place of each."""
    rows, first, inverse = np.unique(signs, axis=0, return_index=True, return_inverse=True)
    last = np.zeros(len(rows), int)
    last[inverse.ravel()] = np.arange(len(signs))
    return rows, first, last


def gaps(here: Array, k: int, which: Array, tick: Array, roots: Array, ticks: Array) -> Array:
    """Return a point in each gap between the crossings of one stretch of a line, and before and behind them."""
    order = np.lexsort((roots, tick, which))
    which, tick, roots = which[order], tick[order], roots[order]
    together = (which[1:] == which[:-1]) & (tick[1:] == tick[:-1])
    out = []
    for share in (0.38, 0.62):
        points = here[which[1:][together]].copy()
        points[:, k] = roots[:-1][together] * (1 - share) + roots[1:][together] * share
        out.append(points)
    for edge in (ticks[tick], ticks[tick + 1]):
        points = here[which].copy()
        points[:, k] = roots * 0.62 + edge * 0.38
        out.append(points)
    return np.concatenate(out)


def second_difference(ticks: Array, heights: Array) -> Any:
    """Return the second divided difference of heights along lines, times the square of the distance: 0 where they are straight."""
    h = np.diff(ticks)[None, :, None]
    slope = np.diff(heights, axis=1) / h
    return np.diff(slope, axis=1) * h[:, :-1]
