"""The points at which two expressions are compared: simple ones, random ones near and far, and those on and between breaks."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from .breaks import GRID, Break, Root, at, between, roots, ticks
from .domain import Domain, fraction
from .evaluate import Line
from .lanes import Lanes
from .outcomes import Comparison, Point
from .scalars import ancestors

MOST_MUSTS = 64  # combinations of values that must be tried
MOST_ZEROS = 12  # names that are put to 0 one by one
OWN = 8  # constants of the expressions that are tried themselves
BREAK_COST = 40  # evaluations that finding the roots along one name takes, about
TINY, HUGE = Fraction(1, 10**6), 10**9  # constants beyond these are no numbers to try


class Schedule:
    """The points for a comparison, by its breaks and the domains of its names; the same for the same seed."""

    def __init__(
        self,
        comparison: Comparison,
        breaks: Sequence[Break],
        domains: Sequence[Domain],
        seed: int,
        wanted: int,
        budget: int,
    ):
        self.line, self.breaks, self.domains = comparison.line, breaks, domains
        self.wanted, self.budget = wanted, budget
        self.rng = random.Random(seed)
        self.digits = 2 * comparison.digits + 20  # of a root
        self.constants = [c for c in comparison.constants if abs(c) < HUGE]
        cells = self.line.cells
        self.reach = {b.cell: set(ancestors(cells, [b.cell])) for b in breaks}
        self.lanes: dict[int, Lanes] = {}
        self.numbers = {*GRID, *map(abs, self.constants)}
        self.grids: dict[Domain, list[Fraction]] = {}

    def first(self) -> Iterator[Point]:
        """Yield the points that tell most wrong answers apart: those that must be tried, simple ones, and some random ones."""
        yield from self.musts()
        yield from self.simple()
        for _ in range(self.wanted // 4):
            yield self.random("near")

    def rest(self) -> Iterator[Point]:
        """Yield the points on breaks and between them, and further random ones."""
        yield from self.around_breaks()
        for k in range(self.wanted - self.wanted // 4):
            yield self.random(("near", "far", "near", "small")[k % 4])

    def more(self, count: int) -> Iterator[Point]:
        """Yield further random points, for when few of the others counted."""
        for _ in range(count):
            yield self.random(self.rng.choice(("near", "small", "far", "near")))

    def random(self, scale: str) -> Point:
        return tuple(d.random(self.rng, scale) for d in self.domains)

    def musts(self) -> Iterator[Point]:
        """Yield every combination of the values that must be tried."""
        given = [d.must for d in self.domains]
        for n, combination in enumerate(product(*(m or (None,) for m in given)) if any(given) else ()):
            if n >= MOST_MUSTS:
                return
            for scale in ("near", "far"):
                yield tuple(
                    d.random(self.rng, scale) if v is None else v
                    for v, d in zip(combination, self.domains, strict=True)
                )

    def simple(self) -> Iterator[Point]:
        """Yield points of small numbers and of the constants that occur, all names alike, one at 0, and mixed."""
        own = [c for c in self.constants if c.denominator < 1 / TINY][-OWN:]
        lists = [d.friendly((*own, *(-c for c in own))) for d in self.domains]
        if len(lists) == 1:
            yield from ((v,) for v in lists[0])
            return
        for j in range(8):
            yield tuple(values[(j + i) % len(values)] for i, values in enumerate(lists))
        for j in range(6):
            yield tuple(values[j % len(values)] for values in lists)
        for k, values in list(enumerate(lists))[:MOST_ZEROS]:
            for v in (Fraction(0), *own[-4:]):
                if v in values:
                    yield at(self.random("near"), k, v)

    # ----- breaks -----
    def around_breaks(self) -> Iterator[Point]:
        """Yield points on each break along each of its names, in the gaps between them, and on two breaks at once."""
        corners: list[tuple[Point, int]] = []
        self.breaks = self.distinct()
        for base in (self.plain_base(), self.random("near")):
            for k, domain in enumerate(self.domains):
                if self.budget < 0 or domain.members is not None:
                    continue
                found = list(self.met(base, k))
                corners += [
                    (at(base, k, r.value), b.cell) for b, rs in found for r in rs if b.kink and exactly_in(r, domain)
                ]
                yield from (at(base, k, v) for v in on_and_between([r for _, rs in found for r in rs], domain))
        yield from self.corners(corners)

    def distinct(self) -> list[Break]:
        """Return the breaks without those that are a multiple of another, as 1 - x*y is of x*y - 1: exactly so at three random points."""
        points = [tuple(d.random(random.Random(k)) for d in self.domains) for k in range(3)]
        found: dict[Any, Break] = {}
        for b in self.breaks:
            first, *others = (self.lanes_of(b.cell).line.exact(p, b.cell) for p in points)
            ratios = tuple(h / first for h in others if h) if first else ()
            key = ratios if len(ratios) == len(others) else b.cell
            found[key] = b if b.kink else found.get(key, b)
        return list(found.values())

    def met(self, base: Point, k: int) -> Iterator[tuple[Break, list[Root]]]:
        """Yield the breaks that depend on name number `k`, each with its roots on the line through `base`."""
        cell = next((i for i, j in self.line.inputs if j == k), -1)
        for b in self.breaks:
            if cell in self.reach[b.cell]:
                self.budget -= BREAK_COST * len(self.lanes_of(b.cell).steps)
                if self.budget < 0:
                    return
                yield b, self.roots(b.cell, base, k, between_members(self.domains[k]))

    def roots(self, cell: int, point: Point, k: int, domain: Domain) -> list[Root]:
        """Return where a cell is zero when the number `k` of a point runs through a domain."""
        grid = self.grids.get(domain)
        if grid is None:
            grid = self.grids[domain] = ticks(domain, self.numbers)
        return roots(self.lanes_of(cell), cell, point, k, domain, grid, self.digits)

    def lanes_of(self, cell: int) -> Lanes:
        """Return the line that leads to a break alone."""
        found = self.lanes.get(cell)
        if found is None:
            found = self.lanes[cell] = Lanes(Line(self.line.cells, [cell], self.line.names))
        return found

    def plain_base(self) -> Point:
        """Return a point of simple numbers, all different where the domains allow it."""
        lists = [d.friendly() for d in self.domains]
        return tuple(values[k % len(values)] for k, values in enumerate(lists))

    def corners(self, starts: list[tuple[Point, int]]) -> Iterator[Point]:
        """Yield points where two kinks meet: on one of them, moved along a name that it does not know onto the other."""
        for point, held in starts[:6]:
            for b in [b for b in self.breaks if b.kink and b.cell != held][:4]:
                for i, k in self.line.inputs[:6]:
                    if i in self.reach[b.cell] and i not in self.reach[held] and not self.domains[k].discrete:
                        found = self.roots(b.cell, point, k, self.domains[k])
                        yield from (at(point, k, r.value) for r in found if r.tie)


def between_members(domain: Domain) -> Domain:
    """Return the interval of a domain: breaks of whole numbers are looked for between them too."""
    return Domain(domain.low, domain.high, domain.closed) if domain.integer else domain


def on_and_between(roots: Sequence[Root], domain: Domain) -> Iterator[Fraction]:
    """Yield the numbers of a domain at some roots, and one in each gap between them."""
    yield from (v for r in roots if r.tie for v in on_domain(r, domain))
    yield from between(sorted((r.value for r in roots), key=fraction), domain)


def exactly_in(root: Root, domain: Domain) -> bool:
    return root.tie and isinstance(root.value, Fraction) and root.value in domain


def on_domain(root: Root, domain: Domain) -> list[Fraction]:
    """Return the numbers of a domain at a root: itself, or the whole numbers around it."""
    around = (
        [root.value]
        if not domain.integer
        else [Fraction(fraction(root.value).__floor__()), Fraction(fraction(root.value).__ceil__())]
    )
    return [v for v in around if v in domain]
