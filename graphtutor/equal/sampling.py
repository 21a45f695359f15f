"""Two lists of expressions at many points: a witness where they differ, what happens on kinks, where only one is defined."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from .arrangement import Arrangement
from .breaks import Break
from .domain import Domain, fraction
from .lanes import LANES, Lanes, as_floats
from .outcomes import AGREE, DIFFER, LEFT, NEITHER, RIGHT, UNSURE, Comparison, Outcome, Point
from .reals import context
from .scalars import Scalars
from .schedule import Schedule

BUDGET = 150_000  # cells evaluated at the sampled points: about half a second
TIED = 8  # points that one on a kink counts as: it is looked at more closely
FEW = 3  # points of agreement that are no sample where others could not be worked out
ENOUGH = 8  # points of agreement that are looked for longer than others
MOST_DOUBTS = 150_000  # cells evaluated with many digits at points where floats are not sure
DOUBT = 100.0  # times its noise: a difference less than this is one of rounding, most likely
NEAR = Fraction(1, 10**9)  # how near to a point its surroundings are looked at
Direction = tuple[int, ...]


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

    def __init__(self, builder: Scalars, pairs: Sequence[tuple[int, int]], found: Sequence[Break], names: Sequence[str], domains: Sequence[Domain], seed: int, points: int,
                 within: Sequence[int] = ()):  # fmt: skip
        self.pairs, self.names, self.domains, self.seed, self.breaks = pairs, names, domains, seed, found
        self.comparison = Comparison(builder.cells, pairs, [b.cell for b in found if b.kink], names, within)
        cost = max(1, len(self.comparison.line.steps))
        self.wanted = max(6, min(points, BUDGET // (3 * cost)))
        self.left = max(20, BUDGET // cost)
        self.schedule = Schedule(self.comparison, found, domains, seed, self.wanted, BUDGET // 3)
        self.met = [0] * len(pairs)  # points of agreement, for each pair
        self.unsure = 0  # points at which too many digits would have been needed
        self.tried: set[Point] = set()
        self.differs: Witness | None = None
        self.kink: Witness | None = None
        self.cells = self.visited = 0  # between breaks: how many were found, and in how many the two were compared
        self.judged: int | None = None  # which of a pair is held against the slopes from a kink's sides; both if None
        self.whole = True  # no more cells can be found
        self.edges: list[tuple[Point, int]] = []  # where only one is defined, and for which pair
        self.excluded: list[Point] = []

    @property
    def agreed(self) -> int:
        """At how many points both were defined and equal, for the pair with the fewest."""
        return min(self.met)

    @property
    def thin(self) -> bool:
        """Whether too few points could be worked out for their agreement to mean anything."""
        return self.agreed < FEW and self.unsure > self.agreed

    def run(self) -> None:
        """Sample until a difference is found or all points are used up."""
        for point in self.points():
            if not self.visit(point):
                break
        if self.names and self.differs is None:
            self.between_breaks()
        for point, entry in self.edges[:8]:
            if self.differs is None:
                self.on_edge(point, entry)

    def points(self) -> Iterator[Point]:
        """Yield the points to be tried, further ones while few count."""
        if not self.names:
            yield ()
            return
        yield from self.schedule
        for point in self.schedule.more(4 * self.wanted):
            if self.agreed >= min(ENOUGH, self.wanted):
                return
            yield point

    def visit(self, point: Point) -> bool:
        """Take a point into account; return False once the two are known to differ or no more may be tried."""
        if point in self.tried:
            return True
        self.tried.add(point)
        outcomes = self.comparison.at(point)
        self.left -= TIED if outcomes[0].tie else 1
        if all(o.kind in (AGREE, NEITHER) for o in outcomes):
            self.met = [n + (o.kind == AGREE) for n, o in zip(self.met, outcomes, strict=True)]
        self.unsure += any(o.kind == UNSURE for o in outcomes)
        for entry, outcome in enumerate(outcomes):
            self.consider(point, entry, outcome)
            if self.differs is not None:
                return False
        return self.left > 0

    def consider(self, point: Point, entry: int, outcome: Outcome) -> None:
        if outcome.kind == DIFFER and outcome.tie:
            self.on_kink(point, entry, outcome)
        elif outcome.kind == DIFFER:
            self.differs = Witness(point, entry, outcome)
        elif outcome.kind in (LEFT, RIGHT):
            if self.lost_around(point, entry, NEAR):
                self.differs = Witness(point, entry, outcome)
            else:
                self.edges.append((point, entry))

    # ----- cells -----
    def between_breaks(self) -> None:
        """Compare the two in every cell between breaks: in floats where these are sure, else with as many digits as it takes."""
        line = self.comparison.line
        soft = {a for s in line.steps if not (s.exact or s.chooses) for a in s.args}
        search = Arrangement(line.cells, [b.cell for b in self.breaks], sorted(soft), self.names, self.domains, self.comparison.constants, self.seed)  # fmt: skip
        cells = search.search()
        self.cells, self.whole = cells.count, cells.whole
        if cells.count < 2:
            self.visited = cells.count
            return
        points = search.rounded(cells.points)
        lanes = Lanes(line)
        floats = as_floats(points)
        run = lanes.run(floats, LANES)
        told = [lanes.alike(floats, a, b, run) for a, b in self.pairs]
        alike = np.logical_and.reduce([one for one, _ in told])
        apart = np.max([gap for _, gap in told], axis=0)
        seen = set(cells.owner[alike].tolist())
        self.left = max(self.left, MOST_DOUBTS // max(1, len(line.steps)))
        for i in np.argsort(-apart, kind="stable").tolist():
            if alike[i] or (apart[i] < DOUBT and cells.owner[i] in seen):
                continue
            if not self.visit(points[i]):
                break
            seen.add(cells.owner[i])
        self.visited = len(seen)
        if self.differs is not None:
            self.differs = self.simpler(self.differs)

    def simpler(self, found: Witness) -> Witness:
        """Return a witness of a difference with the simplest numbers near one that was found, if there is such."""
        for size in (1, 2, 10, 100):
            point = tuple(Fraction(v).limit_denominator(size) for v in found.point)
            if all(v in d for v, d in zip(point, self.domains, strict=True)):
                outcome = self.comparison.at(point)[found.entry]
                if outcome.kind == found.outcome.kind and not outcome.tie:
                    return Witness(point, found.entry, outcome)
        return found

    # ----- the surroundings of a point -----
    def directions(self) -> Iterator[Direction]:
        """Yield steps along each continuous name, both ways, and some aslant; along whole numbers if there is nothing else."""
        moving = [k for k, d in enumerate(self.domains) if not d.discrete] or [
            k for k, d in enumerate(self.domains) if d.integer
        ]
        for k in moving[:8]:
            for sign in (1, -1):
                yield tuple(sign * (j == k) for j in range(len(self.names)))
        if len(moving) > 1:
            yield from self.aslant(moving)

    def aslant(self, moving: Sequence[int]) -> Iterator[Direction]:
        """Yield six random directions along the names of these numbers, the same ones every time."""
        rng = random.Random(self.seed)
        for _ in range(6):
            yield tuple(rng.choice((-1, 1)) * rng.randint(1, 9) if k in moving else 0 for k in range(len(self.names)))

    @property
    def stepping(self) -> bool:
        """True if there are whole numbers and finite sets alone, so that one moves by 1."""
        return all(d.discrete for d in self.domains)

    def moved(self, point: Point, direction: Direction, by: Fraction) -> Point | None:
        """Return a point next to another, or None if it leaves the domains."""
        out = tuple(
            v if not s else fraction(v) + s * (1 if self.stepping else by * max(1, round(abs(v))))
            for v, s in zip(point, direction, strict=True)
        )
        return out if all(v in d for v, d, s in zip(out, self.domains, direction, strict=True) if s) else None

    def lost_around(self, point: Point, entry: int, by: Fraction) -> bool:
        """Return whether only one of a pair is defined all around a point, not at isolated points alone."""
        moving = [k for k, d in enumerate(self.domains) if not d.discrete or (self.stepping and d.integer)]
        if not moving:
            return True
        near = [p for p in (self.moved(point, direction, by) for direction in self.aslant(moving)) if p is not None]
        if not self.stepping:
            near = near[:3]
        return bool(near) and all(self.comparison.at(p)[entry].kind in (LEFT, RIGHT) for p in near)

    # ----- edges of domains -----
    def on_edge(self, point: Point, entry: int) -> None:
        """Decide whether a point where one is undefined stands alone or borders a region."""
        for by in (Fraction(1, 1000), NEAR):
            for direction in self.directions():
                other = self.moved(point, direction, by)
                if other is None:
                    continue
                found = self.comparison.at(other)[entry]
                if found.kind in (LEFT, RIGHT) and self.lost_around(other, entry, by / 10**4):
                    self.differs = Witness(other, entry, found)
                    return
        if point not in self.excluded:
            self.excluded.append(point)

    # ----- kinks -----
    def on_kink(self, point: Point, entry: int, outcome: Outcome) -> None:
        """Decide whether two values on a kink both lie between the values from its sides."""
        sides, unsure = [], False
        for direction in self.directions():
            near = [p for p in (self.moved(point, direction, Fraction(1, 10**n)) for n in (12, 15)) if p is not None]
            if len(near) < 2:
                continue
            first, last = (self.comparison.at(p)[entry] for p in near)
            unsure = unsure or UNSURE in (first.kind, last.kind)
            if last.kind == DIFFER and not last.tie and first.kind == DIFFER:
                self.differs = self.further(point, direction, entry) or Witness(near[0], entry, first)
                return
            if (
                last.kind == AGREE
                and first.kind == AGREE
                and abs(last.left - first.left) <= context().mpf(10) ** -6 * (1 + abs(last.left))
            ):
                sides.append(last.left)
        slack = context().mpf(10) ** -9 * (
            1 + max(map(abs, sides), default=0)
        )  # the sides are looked at from 1e-15 away
        values = (outcome.left, outcome.right)
        held = values if self.judged is None else (values[self.judged],)
        if sides and all(min(sides) - slack <= v <= max(sides) + slack for v in held):
            if self.judged is None or max(sides) - min(sides) > slack:
                self.kink = self.kink or Witness(point, entry, outcome, (min(sides), max(sides)))
        elif sides or not unsure:
            self.differs = Witness(point, entry, outcome)

    def further(self, point: Point, direction: Direction, entry: int) -> Witness | None:
        """Return a witness further away from a kink, where a difference is easier to see."""
        for by in (Fraction(1), Fraction(1, 2), Fraction(1, 10), Fraction(1, 1000)):
            other = self.moved(point, direction, by)
            if other is not None:
                found = self.comparison.at(other)[entry]
                if found.kind == DIFFER and not found.tie:
                    return Witness(other, entry, found)
        return None
