"""Pairs of expressions at one point: do they agree there, differ, or is only one of them defined?"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from ..expr.running import Cell
from ..ops.precision import TooLarge, context
from .evaluate import OK, UNDEFINED, UNKNOWN, Careful, Line, significant
from .reals import magnitude, to_mpf

AGREE, DIFFER, LEFT, RIGHT, NEITHER, UNSURE = "agree", "differ", "left", "right", "neither", "unsure"
DIGITS = 50  # worked with, more where long constants occur
MOST_MORE = 250
MOST_SPREAD = 1000  # digits
MOST_DIGITS = 4000  # worked with where twice as many and four times have left it open
FINE, FINE_DIGITS = (
    8,
    800,
)  # points at which the smallest term is made to show, and about how many digits that may take in all
GUARD = 15  # digits that may be lost before two values are looked at more closely
NEAR_TIE = 1e-25
SAME_TIE = 1e-30  # apart, relatively: two values on a kink that are one
Point = tuple[Any, ...]


class Outcome(NamedTuple):
    """What a point says of one pair; LEFT and RIGHT: only that one is defined. `tie`: the point is on a kink."""

    kind: str
    left: Any = None
    right: Any = None
    tie: bool = False


class Comparison:
    """Pairs of cells, ready to be compared at points; `kinks` are the cells whose zeros are ties.

    Where one of the cells `within` is undefined, nothing is compared.
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        pairs: Sequence[tuple[int, int]],
        kinks: Sequence[int],
        names: Sequence[str],
        within: Sequence[int] = (),
    ):
        self.pairs, self.kinks, self.within = pairs, kinks, within
        self.line = Line(cells, [*(i for pair in pairs for i in pair), *kinks, *within], names)
        self.constants = sorted({v for _, v in self.line.held if isinstance(v, Fraction)}, key=lambda v: (abs(v), v))
        longest = max((len(str(v.numerator)) + len(str(v.denominator)) for v in self.constants), default=0)
        self.fine = float(FINE)
        self.digits = DIGITS + min(MOST_MORE, max(0, longest - 10))

    @property
    def trusted(self) -> int:
        """To how many digits two values agree that are taken for one."""
        return self.digits - GUARD

    def at(self, point: Point, floats: Sequence[tuple[float, float] | None] = ()) -> list[Outcome]:
        """Return the outcome of each pair at a point; `floats`: the two values of each pair where floats are sure that they differ."""
        with context().workdps(self.digits):
            try:
                values = self.line.plain(point)
            except TooLarge:
                return self.unsure()
            if any(values[i] != values[i] for i in self.within):
                return [Outcome(NEITHER)] * len(self.pairs)
            if any(abs(values[q]) < NEAR_TIE for q in self.kinks):
                return self.tied(point)
            out = self.quickly(values, self.trusted)
            for k, seen in enumerate(floats):
                out[k] = out[k] or as_seen(values, self.pairs[k], seen)
            spread = spread_of(values)
        return self.looked_into(point, out, spread)

    def looked_into(self, point: Point, out: list[Outcome | None], spread: int) -> list[Outcome]:
        """Return outcomes at a point with as many more digits as it takes; `spread`: between the largest or smallest number and 1."""
        if None in out:
            near = self.closely(point)
            unsure = GUARD < spread <= MOST_SPREAD and any(o.kind == UNSURE for o in near)
            return self.closely(point, spread) if unsure else near
        if spread > MOST_SPREAD:
            return self.unsure()
        found = self.finely(point, spread) if spread > GUARD and self.fine > 0 else out
        return [o for o in found if o is not None] if None not in found else self.closely(point, spread)

    def quickly(self, values: Sequence[Any], digits: int) -> list[Outcome | None]:
        """Return the outcome of each pair that is plainly alike to so many digits, None for the others."""
        near = context().mpf(10) ** -digits
        return [quick(values[a], values[b], near) for a, b in self.pairs]

    def finely(self, point: Point, spread: int) -> Sequence[Outcome | None]:
        """Return the outcomes with so many more digits that x shows in exp(1000) + x: `spread` are those between the largest or smallest number and 1."""
        self.fine -= max(1, spread * FINE / FINE_DIGITS)
        with context().workdps(self.digits + 2 * spread):
            return self.quickly(self.line.plain(point), self.trusted + spread)

    def closely(self, point: Point, spread: int = 0) -> list[Outcome]:
        """Return the outcomes with noise told from value, digits doubled until each pair is settled."""
        digits = self.digits + 2 * spread
        out: list[Outcome | None] = [None] * len(self.pairs)
        before = out
        for times in rounds(digits):
            with context().workdps(times * digits):
                try:
                    lanes = self.line.careful(
                        point, random.Random(f"{times} {point}")
                    )  # other noise at each point, the same every time
                except TooLarge:
                    break
                found = [settled(lanes, a, b, times * digits, self.digits // 2 + spread) for a, b in self.pairs]
            out = [o or confirmed(f, b) for o, f, b in zip(out, found, before, strict=True)]
            before = found
            if None not in out or (times == 8 and all(f is None or f.kind != DIFFER for f in found)):
                break
        last = self.tied(point, tie=False) if None in out else self.unsure()
        return [o or (s if s.kind == AGREE else Outcome(UNSURE)) for o, s in zip(out, last, strict=True)]

    def tied(self, point: Point, tie: bool = True) -> list[Outcome]:
        """Return the outcomes at a point on a kink: exactly if they are rational; else what is noise is 0, what cannot be told apart is equal."""
        exact = self.exactly(point, tie)
        if exact is not None:
            return exact
        with context().workdps(2 * self.digits):
            try:
                lanes = self.line.careful(point, random.Random(2), snap=True)
            except TooLarge:
                return self.unsure()
            return [snapped(lanes, a, b, tie) for a, b in self.pairs]

    def exactly(self, point: Point, tie: bool) -> list[Outcome] | None:
        """Return the outcomes at a rational point where all values are rational, None elsewhere."""
        out = []
        for a, b in self.pairs if all(isinstance(v, Fraction) for v in point) else ():
            x = self.line.exact(point, a)
            y = None if x is None else self.line.exact(point, b)
            if x is None or y is None:
                return None
            out.append(Outcome(AGREE if x == y else DIFFER, to_mpf(x), to_mpf(y), tie))
        return out or None

    def unsure(self) -> list[Outcome]:
        return [Outcome(UNSURE)] * len(self.pairs)


def rounds(digits: int) -> list[int]:
    """Return how many times as many digits are worked with, one after the other.

    >>> rounds(50), rounds(900)
    ([2, 4, 8, 16], [2, 4])
    """
    return [2, 4, *(times for times in (8, 16) if times * digits <= MOST_DIGITS)]


def spread_of(values: Sequence[Any]) -> int:
    """Return how many decimal digits lie between 1 and the largest or the smallest of some numbers; zeros and nan do not count."""
    return max((abs(magnitude(v)) for v in values if v is not None and v == v), default=0) * 3 // 10


def quick(x: Any, y: Any, near: Any) -> Outcome | None:
    """Return the outcome of two values that are plainly alike, else None."""
    if x != x and y != y:
        return Outcome(NEITHER)
    return Outcome(AGREE, x, y) if abs(x - y) <= near * max(abs(x), abs(y)) else None


def confirmed(found: Outcome | None, before: Outcome | None) -> Outcome | None:
    """Return an outcome that may be told: a difference only if half as many digits gave the same two values, for noise shrinks with more."""
    if found is None or found.kind != DIFFER:
        return found
    if before is None or before.kind != DIFFER:
        return None
    size = 1e-6 * max(abs(found.left), abs(found.right))
    return found if abs(found.left - before.left) <= size and abs(found.right - before.right) <= size else None


def as_seen(values: Sequence[Any], pair: tuple[int, int], floats: tuple[float, float] | None) -> Outcome | None:
    """Return a difference that floats have seen, noise told from value, if many digits give the same two values."""
    x, y = (values[i] for i in pair)
    if floats is None or x != x or y != y:
        return None
    size = 1e-6 * max(abs(x), abs(y))
    if abs(x - floats[0]) > size or abs(y - floats[1]) > size:
        return None
    return Outcome(
        DIFFER, *(v if f or abs(v) > NEAR_TIE * size else 0 * v for v, f in zip((x, y), floats, strict=True))
    )


def settled(lanes: Careful, a: int, b: int, digits: int, alike: int) -> Outcome | None:
    """Return the outcome that noisy lanes of so many digits are sure of, or None; `alike`: to how many digits they must agree."""
    if UNKNOWN in (lanes.state[a], lanes.state[b]):
        return None
    if (lanes.state[a], lanes.state[b]) != (OK, OK):
        return undefined(lanes, a, b)
    x, y, noise = lanes.value(a), lanes.value(b), lanes.noise(a) + lanes.noise(b)
    size, gap = max(abs(x), abs(y)), abs(x - y)
    if gap > 1000 * noise and gap > size * context().mpf(10) ** (20 - digits):
        x, y = (v if significant([lane[i] for lane in lanes.lanes]) else 0 * v for v, i in ((x, a), (y, b)))
        return Outcome(DIFFER, x, y)
    if (gap + noise) <= size * context().mpf(10) ** -alike or size <= context().mpf(10) ** (-3 * digits // 4):
        return Outcome(AGREE, x, y)
    return None


def snapped(lanes: Careful, a: int, b: int, tie: bool) -> Outcome:
    """Return the outcome of lanes in which noise was made 0."""
    x, y = lanes.lanes[0][a], lanes.lanes[0][b]
    if UNKNOWN in (lanes.state[a], lanes.state[b]):
        return Outcome(UNSURE)
    if (lanes.state[a], lanes.state[b]) != (OK, OK):
        return undefined(lanes, a, b, tie)
    return Outcome(AGREE if abs(x - y) <= SAME_TIE * (1 + max(abs(x), abs(y))) else DIFFER, x, y, tie)


def undefined(lanes: Careful, a: int, b: int, tie: bool = False) -> Outcome:
    states = lanes.state[a], lanes.state[b]
    if states == (UNDEFINED, UNDEFINED):
        return Outcome(NEITHER, tie=tie)
    first = lanes.lanes[0]
    return Outcome(LEFT, first[a], None, tie) if states[0] == OK else Outcome(RIGHT, None, first[b], tie)
