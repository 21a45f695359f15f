"""Two lists of expressions at many points: a witness where they differ, what happens on kinks, where only one is defined."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import islice, repeat
from typing import Any, NamedTuple

import numpy as np

from .arrangement import Arrangement
from .breaks import Break
from .domain import Domain, fraction
from .lanes import LANES, Array, Lanes, as_floats
from .outcomes import AGREE, DIFFER, LEFT, NEITHER, RIGHT, UNSURE, Comparison, Outcome, Point
from .scalars import Scalars
from .schedule import Schedule

BUDGET = 150_000  # cells evaluated at the sampled points: about half a second
TIED = 8  # points that one on a kink counts as: it is looked at more closely
SURE = 3  # points of agreement beside a proof for two that are undefined in the same places
PRECISE = 4  # points of agreement with many digits, before floats may say so
NEAR_KINK = 1e-7  # a point where a kink's quantity is so small is no business of floats
MANY = 10  # so many points that could not be worked out for each that agrees are no sample either
FEW = 3  # points of agreement that are no sample where others could not be worked out
HOPELESS = 20  # points that could not be worked out, and hardly one that agreed: no more are tried
ENOUGH = 8  # points of agreement that are looked for longer than others
MOST_DOUBTS = 150_000  # cells evaluated with many digits at points where floats are not sure
FEW_CELLS = 40
DOUBT = 100.0  # times its noise: a difference less than this is one of rounding, most likely
NEAR = Fraction(1, 10**9)  # how near to a point its surroundings are looked at
BESIDE = (Fraction(1, 10**12), Fraction(1, 10**15))  # how near to a kink its sides are looked at
Direction = tuple[int, ...]


class Witness(NamedTuple):
    """A point and an outcome there that tells the number `entry` of the pairs apart; at a kink with the values from its sides."""

    point: Point
    entry: int
    outcome: Outcome
    sides: tuple[Any, Any] | None = None


class Looked(NamedTuple):
    """What floats know of a point: whether all pairs surely agree there, away from kinks; whether none is to be compared; the values that surely differ."""

    alike: bool
    nowhere: bool
    seen: tuple[Any, ...]


UNKNOWN = Looked(False, False, ())


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
        self.quick = 0  # points at which floats were sure that they agree
        self.method = ""  # what proved them equal
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
        return self.unsure > (self.agreed if self.agreed < FEW else MANY * self.agreed)

    @property
    def hopeless(self) -> bool:
        """Whether it is known by now that nothing will be: not one point in many can be worked out."""
        return self.unsure >= HOPELESS and self.agreed < FEW and not self.quick

    def run(self, prove: Callable[[], str], alike_edges: Callable[[], bool]) -> None:
        """Sample until a difference is found or all points are used up.

        `prove` is asked once the first points agree. Where it proves equality and both are undefined in the same places
        (`alike_edges`), no further point can tell them apart, and a few are enough.
        """
        if not self.names:
            self.visit(())
            self.method = prove() if self.differs is None else ""
            return
        first = self.schedule.first()
        going = self.tried_all(list(islice(first, SURE)))
        alike = self.differs is None and alike_edges()
        if alike:
            self.method = prove()
        if not (alike and self.method and self.agreed):
            going = going and self.tried_all(list(first))
            if self.differs is None and not alike:
                self.method = prove()
            self.search(going)
        for point, entry in self.edges[:8]:
            if self.differs is None:
                self.on_edge(point, entry)

    def search(self, going: bool) -> None:
        """Try the points on kinks and between them, random ones, and one in each cell."""
        if going and self.differs is None and self.tried_all(list(self.schedule.rest())):
            self.tried_all(self.further_points())
        if self.differs is None and (not self.method or self.comparison.kinks):
            self.between_breaks()

    def further_points(self) -> Iterator[Point]:
        """Yield random points while few of those before counted."""
        for point in self.schedule.more(4 * self.wanted):
            if self.agreed + self.quick >= min(ENOUGH, self.wanted):
                return
            yield point

    def tried_all(self, points: Iterable[Point]) -> bool:
        """Take points into account, in floats where these are sure; return False once the two are known to differ or no more may be tried."""
        looked = self.looked_at(points) if isinstance(points, list) else repeat(UNKNOWN)
        for point, (alike, nowhere, seen) in zip(points, looked, strict=False):
            if (nowhere or (alike and self.agreed >= PRECISE)) and point not in self.tried:
                self.tried.add(point)
                self.quick += alike
            elif not self.visit(point, seen):
                return False
        return True

    @cached_property
    def lanes(self) -> Lanes:
        return Lanes(self.comparison.line)

    def looked_at(self, points: Sequence[Point]) -> list[Looked]:
        """Return what floats know of each point."""
        if not points:
            return []
        floats = as_floats(points)
        run = values, lost = self.lanes.run(floats, LANES)
        good: Array = np.logical_and.reduce(np.isfinite(floats), axis=1)
        with np.errstate(all="ignore"):
            for i in self.comparison.kinks:
                good &= np.broadcast_to(np.abs(values[i]).min(axis=0) > NEAR_KINK, good.shape)
            for i in self.comparison.within:
                good &= np.broadcast_to(np.isfinite(values[i]).all(axis=0), good.shape)
            nowhere = ~lost & self.undefined(values, len(points))
        alike = good.copy()
        for a, b in self.pairs:
            one, _ = self.lanes.alike(floats, a, b, run)
            if self.method and not self.comparison.kinks:  # proved: only where one alone is defined they differ
                one = one | self.lanes.defined(a, b, run)
            alike &= one
        seen = zip(*(self.lanes.seen(floats, a, b, run) for a, b in self.pairs), strict=True)
        return [
            Looked(one, none, found if away else ())
            for one, none, away, found in zip(alike.tolist(), nowhere.tolist(), good.tolist(), seen, strict=True)
        ]

    def undefined(self, values: dict[int, Array], count: int) -> Array:
        """Return at which points nothing is to be compared, as floats see it that are well away from every edge of a domain."""
        if not all(b.cell in values for b in self.breaks):
            return np.zeros(count, bool)
        found: Array = np.ones(count, bool)
        for i in (i for pair in self.pairs for i in pair):
            found = found & np.isnan(values[i]).all(axis=0)
        for i in self.comparison.within:
            found = found | np.isnan(values[i]).all(axis=0)
        for b in self.breaks:
            v = values[b.cell]
            near = np.abs(v).min(axis=0)
            found = found & (np.isnan(v).all(axis=0) | ((near > NEAR_KINK) & (np.ptp(v, axis=0) < 0.1 * near)))
        return found

    def visit(self, point: Point, seen: Sequence[tuple[float, float] | None] = ()) -> bool:
        """Take a point into account; return False once the two are known to differ or no more may be tried.

        `seen`: what floats are sure of there, see `Comparison.at`.
        """
        if point in self.tried:
            return True
        self.tried.add(point)
        outcomes = self.comparison.at(point, seen)
        self.left -= TIED if outcomes[0].tie else 1
        if all(o.kind in (AGREE, NEITHER) for o in outcomes):
            self.met = [n + (o.kind == AGREE) for n, o in zip(self.met, outcomes, strict=True)]
        self.unsure += any(o.kind == UNSURE for o in outcomes)
        for entry, outcome in enumerate(outcomes):
            self.consider(point, entry, outcome)
            if self.differs is not None:
                return False
        return self.left > 0 and not self.hopeless

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
        self.cells, self.visited, self.whole = cells.many, min(cells.many, 1), cells.whole
        if cells.many < 2:
            return
        points = search.rounded(cells.points)
        floats = as_floats(points)
        run = self.lanes.run(floats, LANES)
        told = [self.lanes.alike(floats, a, b, run) for a, b in self.pairs]
        alike = np.logical_and.reduce([one for one, _ in told])
        apart = np.max([gap for _, gap in told], axis=0)
        self.visited = len(self.visited_cells(points, cells.owner, alike, apart))
        if self.differs is not None:
            self.differs = self.simpler(self.differs)

    def visited_cells(self, points: Sequence[Point], owner: Array, alike: Array, apart: Array) -> set[int]:
        """Visit the points that are not `alike`, the widest `apart` first, and return in which cells the two were compared."""
        seen, looked = set(owner[alike].tolist()), set()
        few = len(set(owner.tolist())) <= FEW_CELLS  # in each of which one point is taken with many digits
        self.left = max(self.left, MOST_DOUBTS // max(1, len(self.comparison.line.steps)))
        for i in np.argsort(-apart, kind="stable").tolist():
            known = alike[i] or (apart[i] < DOUBT and owner[i] in seen)
            if known and (not few or owner[i] in looked):
                continue
            if not self.visit(points[i]):
                break
            seen.add(owner[i])
            looked.add(owner[i])
        return seen

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
        sides, unsure = self.sides(point, entry, outcome)
        if self.differs is not None:
            return
        if sides and between(sides, outcome, self.judged):
            if self.judged is None or max(sides) - min(sides) > slack(sides):
                self.kink = self.kink or Witness(point, entry, outcome, (min(sides), max(sides)))
        elif sides or not unsure:
            self.differs = Witness(point, entry, outcome)

    def sides(self, point: Point, entry: int, outcome: Outcome) -> tuple[list[Any], bool]:
        """Return the values from the sides of a kink, and whether some could not be worked out; where the two differ beside it, that is noted.

        All sides are looked at until a kink is known; of further ones no more than show that the values lie between them.
        """
        sides, unsure = [], False
        for direction in self.directions():
            near = [p for p in (self.moved(point, direction, by) for by in BESIDE) if p is not None]
            if len(near) < len(BESIDE):
                continue
            first, last = (self.comparison.at(p)[entry] for p in near)
            unsure = unsure or UNSURE in (first.kind, last.kind)
            if last.kind == first.kind == DIFFER and not last.tie:
                self.differs = self.further(point, direction, entry) or Witness(near[0], entry, first)
                break
            if last.kind == first.kind == AGREE and settles(first.left, last.left):
                sides.append(last.left)
                if self.kink is not None and surely_between(sides, outcome, self.judged):
                    break
        return sides, unsure

    def further(self, point: Point, direction: Direction, entry: int) -> Witness | None:
        """Return a witness further away from a kink, where a difference is easier to see."""
        for by in (Fraction(1), Fraction(1, 2), Fraction(1, 10), Fraction(1, 1000)):
            other = self.moved(point, direction, by)
            if other is not None:
                found = self.comparison.at(other)[entry]
                if found.kind == DIFFER and not found.tie:
                    return Witness(other, entry, found)
        return None


def settles(first: Any, last: Any) -> bool:
    """Return whether two values ever nearer to a kink come to a limit."""
    return bool(abs(last - first) <= 1e-6 * (1 + abs(last)))


def slack(sides: Sequence[Any]) -> Any:
    """Return how exactly the values from the sides are known: they are looked at from 1e-15 away."""
    return 1e-9 * (1 + max(map(abs, sides)))


def surely_between(sides: Sequence[Any], outcome: Outcome, judged: int | None) -> bool:
    """Return whether values lie between those from some sides, whatever the other sides are."""
    return bool(max(sides) - min(sides) > slack(sides)) and between(sides, outcome, judged)


def between(sides: Sequence[Any], outcome: Outcome, judged: int | None) -> bool:
    """Return whether the values on a kink, or the one of them that is `judged`, lie between those from its sides."""
    values = (outcome.left, outcome.right)
    low, high = min(sides) - slack(sides), max(sides) + slack(sides)
    return all(low <= v <= high for v in (values if judged is None else (values[judged],)))
