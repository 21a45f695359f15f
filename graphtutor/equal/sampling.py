"""Two lists of expressions at points: do they agree, where do they differ, and where is only one defined?"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple

import mpmath

from .assume import Domain, fraction
from .breaks import GRID, Break, Root, at, between, roots
from .evaluate import OK, UNDEFINED, UNKNOWN, Line, TooLarge
from .scalars import Scalars, ancestors

AGREE, DIFFER, LEFT, RIGHT, NEITHER, UNSURE = "agree", "differ", "left", "right", "neither", "unsure"
GUARD = 15  # digits that may be lost before two values are looked at more closely
NEAR_TIE = mpmath.mpf(10) ** -25
BUDGET = 150_000  # cells evaluated at the sampled points: about half a second
Point = tuple[Any, ...]


class Outcome(NamedTuple):
    """What a point says of one pair; LEFT and RIGHT: only that one is defined. `tie`: the point is on a kink."""

    kind: str
    left: Any = None
    right: Any = None
    tie: bool = False


class Witness(NamedTuple):
    """A point and an outcome there that tells the number `entry` of the pairs apart; at a kink with the values from its sides."""

    point: Point
    entry: int
    outcome: Outcome
    sides: tuple[Any, Any] | None = None


class Sampler:
    """Pairs of cells compared at points.

    `differs`, `kink` and `excluded` hold what was found: a witness that they are not equal, one on a
    kink where both values lie between those of its sides, and isolated points where one is undefined.
    """

    def __init__(self, builder: Scalars, pairs: Sequence[tuple[int, int]], found: Sequence[Break], names: Sequence[str], domains: Sequence[Domain], seed: int, points: int):
        self.pairs, self.names, self.domains, self.seed = pairs, names, domains, seed
        self.breaks = found
        self.cells = builder.cells
        self.kinks = [b.cell for b in found if b.kink]
        self.line = Line(builder.cells, [*(i for pair in pairs for i in pair), *self.kinks], names)
        self.constants = sorted({v for i, v in self.line.held if isinstance(v, Fraction)}, key=lambda v: (abs(v), v))
        self.digits = 50 + min(250, max([0, *(len(str(v.numerator)) + len(str(v.denominator)) - 10 for v in self.constants)]))
        self.rng = random.Random(seed)
        cost = max(1, len(self.line.steps))
        self.wanted = max(6, min(points, BUDGET // (3 * cost)))
        self.left = max(20, BUDGET // cost)
        self.met = [0] * len(pairs)  # points of agreement, for each pair
        self.tried: set[Point] = set()
        self.differs: Witness | None = None
        self.kink: Witness | None = None
        self.edges: list[tuple[Point, int, Outcome]] = []
        self.excluded: list[Point] = []

    @property
    def agreed(self) -> int:
        """At how many points both were defined and equal, for the pair with the fewest."""
        return min(self.met)

    # ----- one point -----
    def at(self, point: Point) -> list[Outcome]:
        """Return the outcome of each pair at a point."""
        with mpmath.workdps(self.digits):
            try:
                values = self.line.plain(point)
            except TooLarge:
                return [Outcome(UNSURE)] * len(self.pairs)
            if any(abs(values[q]) < NEAR_TIE for q in self.kinks):
                return self.tied(point)
            out, doubt = [], False
            near = mpmath.mpf(10) ** (GUARD - self.digits)
            for a, b in self.pairs:
                x, y = values[a], values[b]
                if x != x and y != y:
                    out.append(Outcome(NEITHER))
                elif abs(x - y) <= near * max(abs(x), abs(y)):
                    out.append(Outcome(AGREE, x, y))
                else:
                    doubt = True
                    out.append(Outcome(UNSURE))
        return self.closely(point) if doubt else out

    def closely(self, point: Point) -> list[Outcome]:
        """Return the outcomes with noise told from value, digits doubled until each pair is settled."""
        out: list[Outcome | None] = [None] * len(self.pairs)
        for times in (2, 4, 8):
            with mpmath.workdps(times * self.digits):
                try:
                    lanes = self.line.careful(point, random.Random(times))
                except TooLarge:
                    break
                for n, (a, b) in enumerate(self.pairs):
                    if out[n] is None:
                        out[n] = settled(lanes, a, b, times * self.digits)
            if None not in out:
                break
        if None in out:
            snapped = self.tied(point, tie=False)
            out = [o or (s if s.kind == AGREE else Outcome(UNSURE)) for o, s in zip(out, snapped, strict=True)]
        return [o for o in out if o is not None]

    def tied(self, point: Point, tie: bool = True) -> list[Outcome]:
        """Return the outcomes at a point on a kink: what is noise is 0 there, what cannot be told apart is equal."""
        out = []
        with mpmath.workdps(2 * self.digits):
            try:
                lanes = self.line.careful(point, random.Random(2), snap=True)
            except TooLarge:
                return [Outcome(UNSURE)] * len(self.pairs)
            for a, b in self.pairs:
                states = lanes.state[a], lanes.state[b]
                x, y = lanes.left[a], lanes.left[b]
                if UNKNOWN in states:
                    out.append(Outcome(UNSURE))
                elif states != (OK, OK):
                    out.append(undefined(states, x, y, tie))
                else:
                    same = abs(x - y) <= mpmath.mpf(10) ** -30 * (1 + max(abs(x), abs(y)))
                    out.append(Outcome(AGREE if same else DIFFER, x, y, tie))
        return out

    # ----- many points -----
    def visit(self, point: Point) -> bool:
        """Take a point into account; return False once the two are known to differ."""
        if point in self.tried or self.differs is not None or self.left <= 0:
            return self.differs is None
        self.tried.add(point)
        self.left -= 1
        outcomes = self.at(point)
        if all(o.kind in (AGREE, NEITHER) for o in outcomes):
            self.met = [n + (o.kind == AGREE) for n, o in zip(self.met, outcomes, strict=True)]
        for entry, outcome in enumerate(outcomes):
            if outcome.kind == DIFFER and not outcome.tie:
                self.differs = Witness(point, entry, outcome)
            elif outcome.kind == DIFFER:
                self.on_kink(point, entry, outcome)
            elif outcome.kind in (LEFT, RIGHT):
                if self.lost_around(point, entry, Fraction(1, 10**9)):
                    self.differs = Witness(point, entry, outcome)
                else:
                    self.edges.append((point, entry, outcome))
            if self.differs is not None:
                return False
        return True

    def run(self) -> None:
        """Sample until a difference is found or all points are used up."""
        if not self.names:
            self.visit(())
            return
        for point in self.schedule():
            if not self.visit(point):
                return
        for _ in range(4 * self.wanted):
            if self.agreed >= min(8, self.wanted) or not self.visit(self.random(self.rng.choice(("near", "small", "far", "near")))):
                break
        for point, entry, outcome in self.edges[:8]:
            if self.differs is None:
                self.on_edge(point, entry, outcome)

    def schedule(self) -> Iterator[Point]:
        """Yield simple points, random ones near and far, and those on the breaks and between them."""
        yield from self.musts()
        yield from self.simple()
        for _ in range(self.wanted // 4):
            yield self.random("near")
        yield from self.around_breaks()
        for k in range(self.wanted - self.wanted // 4):
            yield self.random(("near", "far", "near", "small")[k % 4])

    def random(self, scale: str) -> Point:
        return tuple(d.random(self.rng, scale) for d in self.domains)

    def musts(self) -> Iterator[Point]:
        """Yield every combination of the values that must be tried."""
        given = [d.must for d in self.domains]
        if any(given):
            for n, combination in enumerate(product(*(m or (None,) for m in given))):
                if n >= 64:
                    return
                for scale in ("near", "far"):
                    yield tuple(d.random(self.rng, scale) if v is None else v for v, d in zip(combination, self.domains, strict=True))

    def simple(self) -> Iterator[Point]:
        """Yield points of small numbers and of the constants that occur, all names alike, one at 0, and mixed."""
        own = [c for c in self.constants if c.denominator < 10**6 and abs(c) < 10**9][-8:]
        lists = [d.friendly((*own, *(-c for c in own))) for d in self.domains]
        if len(lists) == 1:
            yield from ((v,) for v in lists[0])
            return
        for j in range(8):
            yield tuple(values[(j + i) % len(values)] for i, values in enumerate(lists))
        for j in range(6):
            yield tuple(values[j % len(values)] for values in lists)
        for k, values in list(enumerate(lists))[:12]:
            for v in (Fraction(0), *own[-4:]):
                if v in values:
                    yield tuple(at(self.random("near"), k, v))

    def around_breaks(self) -> Iterator[Point]:
        """Yield points on each break along each of its names, in the gaps between them, and on two breaks at once."""
        budget = BUDGET // 3
        corners: list[tuple[Point, int]] = []
        grid = sorted({*GRID, *(abs(c) for c in self.constants if abs(c) < 10**9)})
        reach = {b.cell: set(ancestors(self.cells, [b.cell])) for b in self.breaks}
        lines = {b.cell: Line(self.cells, [b.cell], self.names) for b in self.breaks}
        for base in (self.plain_base(), self.random("near")):
            for k, domain in enumerate(self.domains):
                cell = next((i for i, j in self.line.inputs if j == k), -1)
                found: list[Root] = []
                for b in self.breaks:
                    if cell not in reach[b.cell] or domain.members is not None:
                        continue
                    budget -= 40 * len(lines[b.cell].steps)
                    if budget < 0:
                        return
                    met = roots(lines[b.cell], b.cell, base, k, real(domain), grid, 2 * self.digits + 20)
                    found.extend(met)
                    if b.kink:
                        corners.extend((tuple(at(base, k, r.value)), b.cell) for r in met if r.tie and isinstance(r.value, Fraction) and r.value in domain)
                for r in found:
                    for v in (r.value,) if not domain.integer else (Fraction(fraction(r.value).__floor__()), Fraction(fraction(r.value).__ceil__())):
                        if r.tie and v in domain:
                            yield tuple(at(base, k, v))
                for v in between(sorted((r.value for r in found), key=fraction), domain):
                    yield tuple(at(base, k, v))
        yield from self.corners(corners, reach, lines, grid)

    def plain_base(self) -> Point:
        """Return a point of simple numbers, all different where the domains allow it."""
        chosen = []
        for k, d in enumerate(self.domains):
            values = d.friendly()
            chosen.append(values[k % len(values)])
        return tuple(chosen)

    def corners(self, starts: list[tuple[Point, int]], reach: dict[int, set[int]], lines: dict[int, Line], grid: list[Fraction]) -> Iterator[Point]:
        """Yield points where two kinks meet: on one of them, moved along a name that it does not know onto the other."""
        for point, held in starts[:6]:
            for b in [b for b in self.breaks if b.kink and b.cell != held][:4]:
                for i, k in self.line.inputs[:6]:
                    if i in reach[b.cell] and i not in reach[held] and not self.domains[k].discrete:
                        for r in roots(lines[b.cell], b.cell, point, k, self.domains[k], grid, 2 * self.digits + 20):
                            if r.tie:
                                yield tuple(at(point, k, r.value))

    # ----- kinks and edges -----
    def directions(self) -> Iterator[tuple[int, ...]]:
        """Yield steps along each continuous name, both ways, and some aslant; along whole numbers if there is nothing else."""
        moving = [k for k, d in enumerate(self.domains) if not d.discrete] or [k for k, d in enumerate(self.domains) if d.integer]
        for k in moving[:8]:
            for sign in (1, -1):
                yield tuple(sign * (j == k) for j in range(len(self.names)))
        rng = random.Random(self.seed)
        for _ in range(6 if len(moving) > 1 else 0):
            yield tuple(rng.choice((-1, 1)) * rng.randint(1, 9) * (j in moving) for j in range(len(self.names)))

    def moved(self, point: Point, direction: tuple[int, ...], by: Fraction) -> Point | None:
        """Return a point next to another, or None if it leaves the domains."""
        whole = not any(not d.discrete for d in self.domains)
        out = tuple(v if not s else fraction(v) + s * (1 if whole else by * max(1, round(abs(v)))) for v, s in zip(point, direction, strict=True))
        return out if all(v in d for v, d, s in zip(out, self.domains, direction, strict=True) if s) else None

    def lost_around(self, point: Point, entry: int, by: Fraction) -> bool:
        """Return whether only one of a pair is defined all around a point, not at isolated points alone."""
        if all(d.members is not None for d in self.domains):
            return True
        rng = random.Random(self.seed)
        moving = [not d.discrete for d in self.domains]
        whole = not any(moving)
        met = 0
        for _ in range(6):
            jitter = tuple(rng.choice((-1, 1)) * rng.randint(1, 9) * (m or (whole and d.integer)) for m, d in zip(moving, self.domains, strict=True))
            other = self.moved(point, jitter, by)
            if other is None:
                continue
            if self.at(other)[entry].kind not in (LEFT, RIGHT):
                return False
            met += 1
            if met == 3 and not whole:
                return True
        return met > 0

    def on_edge(self, point: Point, entry: int, outcome: Outcome) -> None:
        """Decide whether a point where one is undefined stands alone or borders a region."""
        for by in (Fraction(1, 1000), Fraction(1, 10**9)):
            for direction in self.directions():
                other = self.moved(point, direction, by)
                if other is not None:
                    found = self.at(other)[entry]
                    if found.kind in (LEFT, RIGHT) and self.lost_around(other, entry, by / 10**4):
                        self.differs = Witness(other, entry, found)
                        return
        if point not in self.excluded:
            self.excluded.append(point)

    def on_kink(self, point: Point, entry: int, outcome: Outcome) -> None:
        """Decide whether two values on a kink both lie between the values from its sides."""
        sides = []
        for direction in self.directions():
            near = [self.moved(point, direction, by) for by in (Fraction(1, 10**12), Fraction(1, 10**15))]
            if None in near:
                continue
            first, last = (self.at(p)[entry] for p in near if p is not None)
            if last.kind == DIFFER and not last.tie and first.kind == DIFFER:
                self.differs = self.nicer(point, direction, entry) or Witness(near[0] or point, entry, first)
                return
            if last.kind == AGREE and first.kind == AGREE and abs(last.left - first.left) <= mpmath.mpf(10) ** -6 * (1 + abs(last.left)):
                sides.append(last.left)
        slack = mpmath.mpf(10) ** -9 * (1 + max(map(abs, sides), default=0))
        if sides and all(min(sides) - slack <= v <= max(sides) + slack for v in (outcome.left, outcome.right)):
            self.kink = self.kink or Witness(point, entry, outcome, (min(sides), max(sides)))
        else:
            self.differs = Witness(point, entry, outcome)

    def nicer(self, point: Point, direction: tuple[int, ...], entry: int) -> Witness | None:
        """Return a witness further away from a kink, where the difference is easier to see."""
        for by in (Fraction(1), Fraction(1, 2), Fraction(1, 10), Fraction(1, 1000)):
            other = self.moved(point, direction, by)
            if other is not None:
                found = self.at(other)[entry]
                if found.kind == DIFFER and not found.tie:
                    return Witness(other, entry, found)
        return None


def real(domain: Domain) -> Domain:
    """Return the interval of a domain: kinks of whole numbers are looked for between them too."""
    return Domain(domain.low, domain.high, domain.closed) if domain.integer else domain


def undefined(states: tuple[int, int], x: Any, y: Any, tie: bool = False) -> Outcome:
    if states == (UNDEFINED, UNDEFINED):
        return Outcome(NEITHER, tie=tie)
    return Outcome(LEFT, x, None, tie) if states[0] == OK else Outcome(RIGHT, None, y, tie)


def settled(lanes: Any, a: int, b: int, digits: int) -> Outcome | None:
    """Return the outcome that two noisy lanes are sure of, or None."""
    states = lanes.state[a], lanes.state[b]
    if UNKNOWN in states:
        return None
    if states != (OK, OK):
        return undefined(states, lanes.left[a], lanes.left[b])
    x, y = (lanes.left[a] + lanes.right[a]) / 2, (lanes.left[b] + lanes.right[b]) / 2
    noise = abs(lanes.left[a] - lanes.right[a]) + abs(lanes.left[b] - lanes.right[b])
    size, gap = max(abs(x), abs(y)), abs(x - y)
    if gap > 1000 * noise and gap > size * mpmath.mpf(10) ** (20 - digits):
        return Outcome(DIFFER, x, y)
    if (gap + noise) <= size * mpmath.mpf(10) ** -25 or size <= mpmath.mpf(10) ** (-3 * digits // 4):
        return Outcome(AGREE, x, y)
    return None
