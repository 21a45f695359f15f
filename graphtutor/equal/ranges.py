"""Between which numbers a cell stays, whatever its inputs are: what is never zero is no kink and no edge of a domain.

Rules of the table run on intervals as they run on numbers: operators add and multiply them, and a function written over a
module (`m.exp`) finds its bounds in `Bounds`. What has none may be anything. Bounds are exact, or wider than they need be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..expr.running import NUMBERS, Cell
from ..ops.arrays import Entry
from ..ops.table import ROWS
from .domain import Domain

LONGEST = 64  # bits of a bound: a longer one gives way to a plain number beyond it
HIGHEST = 64  # power that is followed
End = tuple[Any, bool]  # a number or an infinity, and whether it is reached


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers from `low` to `high`, each with whether it is reached.

    >>> 1 - 1 / (1 + BOUNDS.exp(ALL))
    Range(low=(Fraction(0, 1), False), high=(Fraction(1, 1), False))
    """

    low: End
    high: End

    @property
    def nonzero(self) -> bool:
        return self.positive or self.high[0] < 0 or self.high == (0, False)

    @property
    def positive(self) -> bool:
        return bool(self.low[0] > 0 or self.low == (0, False))

    def __neg__(self) -> Range:
        return Range((-self.high[0], self.high[1]), (-self.low[0], self.low[1]))

    def __add__(self, other: Any) -> Range:
        low, high = ranged(other).low, ranged(other).high
        return short((self.low[0] + low[0], self.low[1] and low[1]), (self.high[0] + high[0], self.high[1] and high[1]))

    def __mul__(self, other: Any) -> Range:
        other = ranged(other)
        ends = [times(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return short(min(ends, key=lambda e: (e[0], not e[1])), max(ends))

    def __sub__(self, other: Any) -> Range:
        return self + -ranged(other)

    def __rsub__(self, other: Any) -> Range:
        return -self + ranged(other)

    def __truediv__(self, other: Any) -> Range:
        return self * ranged(other).inverse()

    def __rtruediv__(self, other: Any) -> Range:
        return self.inverse() * ranged(other)

    def inverse(self) -> Range:
        """Return where 1/x is, of those x that are not 0."""
        if self.low[0] < 0 < self.high[0]:
            return ALL
        return short(reciprocal(self.high, -math.inf), reciprocal(self.low, math.inf))

    def __pow__(self, power: Any) -> Range:
        n = int(power) if isinstance(power, int | Fraction) else HIGHEST + 1
        if n != power or not -HIGHEST <= n <= HIGHEST:
            return POSITIVE if self.positive else ALL
        if n < 0:
            return (self**-n).inverse()
        if n % 2 == 0 and self.low[0] < 0:
            return (
                (-self) ** n
                if self.high[0] <= 0
                else Range((0, True), max(self.high, (-self.low[0], self.low[1]))) ** n
            )
        return short((self.low[0] ** n, self.low[1]), (self.high[0] ** n, self.high[1]))

    def __radd__(self, other: Any) -> Range:
        return self + ranged(other)

    def __rmul__(self, other: Any) -> Range:
        return self * ranged(other)


ALL = Range((-math.inf, False), (math.inf, False))
POSITIVE = Range((Fraction(0), False), (math.inf, False))


def ranged(value: Any) -> Range:
    """Return the range of a number."""
    return value if isinstance(value, Range) else short((Fraction(value), True), (Fraction(value), True))


def times(a: End, b: End) -> End:
    """Return an end of a product; nothing times any number however large is nothing."""
    if 0 in (a[0], b[0]):
        return Fraction(0), a == (0, True) or b == (0, True)
    return a[0] * b[0], a[1] and b[1]


def reciprocal(end: End, at_zero: float) -> End:
    if end[0] == 0:
        return at_zero, False
    return (Fraction(0), False) if math.isinf(end[0]) else (1 / Fraction(end[0]), end[1])


def short(low: End, high: End) -> Range:
    """Return a range whose bounds are not too long to be worked with."""
    return Range(lower(low), turned(lower(turned(high))))


def turned(end: End) -> End:
    return -end[0], end[1]


def lower(end: End) -> End:
    """Return a low end, or a plainer one below it where its number is a long one.

    >>> lower((Fraction(1, 3), True)) == (Fraction(1, 3), True), lower((1 + Fraction(1, 3**99), True))
    (True, (Fraction(1, 1), False))
    """
    value = end[0]
    if math.isinf(value) or value.numerator.bit_length() + value.denominator.bit_length() <= LONGEST:
        return end
    return next(((Fraction(v), False) for v in (1, 0, -1) if value > v), (-math.inf, False))


class Bounds:
    """What a formula finds where it asks a module for functions (`m.exp`): coarse, with what tells positive from negative."""

    pi = Range((Fraction(3), False), (Fraction(4), False))

    def mpf(self, value: Any) -> Range:
        return ranged(value)

    def exp(self, u: Any) -> Range:
        """Above 0 at least, above 1 where u is positive."""
        return grown(ranged(u), ((-math.inf, 0), (0, 1), (math.inf, math.inf)))

    def log(self, u: Any) -> Range:
        return grown(ranged(u), ((0, -math.inf), (1, 0), (math.inf, math.inf)))

    def sqrt(self, u: Any) -> Range:
        return grown(ranged(u), ((0, 0), (1, 1), (math.inf, math.inf)))

    def tanh(self, u: Any) -> Range:
        return grown(ranged(u), ((-math.inf, -1), (0, 0), (math.inf, 1)))

    def erfc(self, u: Any) -> Range:
        return 1 - self.erf(u)

    def cosh(self, u: Any) -> Range:
        return Range((Fraction(1), True), (math.inf, False))

    def sinh(self, u: Any) -> Range:
        return grown(ranged(u), ((-math.inf, -math.inf), (0, 0), (math.inf, math.inf)))

    def sin(self, u: Any) -> Range:
        return Range((Fraction(-1), True), (Fraction(1), True))

    erf, cos = tanh, sin

    def __getattr__(self, name: str) -> Callable[..., Range]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *_: ALL


def grown(u: Range, steps: Sequence[tuple[Any, Any]]) -> Range:
    """Return the range over `u` of a function that grows, of which some (x, y) are known; it is defined from the first x on.

    >>> grown(Range((Fraction(-1), True), (Fraction(0), True)), ((0, 0), (1, 1))).high
    (Fraction(0, 1), True)
    """
    x, y = max((s for s in steps if s[0] <= u.low[0]), default=(u.low[0], steps[0][1]))
    low = y, x == u.low[0] and (u.low[1] or x < steps[0][0]) and not math.isinf(y)
    x, y = min((s for s in steps if s[0] >= u.high[0]), default=steps[-1])
    high = y, x == u.high[0] and u.high[1] and not math.isinf(y)
    return Range(*((v if math.isinf(v) else Fraction(v), reached) for v, reached in (low, high)))


BOUNDS = Bounds()


class Ranges:
    """The range of each cell of a growing list, for inputs of these domains.

    >>> b = __import__("graphtutor.equal.scalars", fromlist=["Scalars"]).Scalars()
    >>> s = b.add("sigmoid", (b.input("x"),))
    >>> Ranges(b.cells, lambda name: Domain()).of(s).nonzero
    True
    """

    def __init__(self, cells: Sequence[Cell], domain: Callable[[str], Domain]):
        self.cells, self.domain = cells, domain
        self.known: dict[int, Range] = {}

    def of(self, cell: int) -> Range:
        todo = [cell]
        while todo:
            i = todo[-1]
            waiting = [a for a in self.cells[i][1] if a not in self.known] if i not in self.known else []
            if not waiting:
                todo.pop()
                if i not in self.known:
                    self.known[i] = self.made(i)
            todo.extend(waiting)
        return self.known[cell]

    def made(self, i: int) -> Range:
        op, args, params = self.cells[i]
        if op == "input":
            return of_domain(self.domain(params[0]))
        if op == "const":
            return of_number(params[0])
        row, given = ROWS[op], [self.known[a] for a in args]
        found = ALL
        if not (row.discrete or row.conditions or row.kink):
            try:
                forward = row.forward
                found = ranged(
                    forward.formula(BOUNDS, *given, *params) if isinstance(forward, Entry) else forward(*given, *params)
                )
            except (TypeError, ValueError, AttributeError, ArithmeticError):
                pass
        if found.low[0] < 0 and row.never_negative([g.low[0] >= 0 for g in given], args, params):
            return Range((Fraction(0), True), found.high)
        return found


def of_number(value: Any) -> Range:
    """Return the range of a constant; one that has a name lies between two whole numbers."""
    if isinstance(value, Fraction):
        return ranged(value)
    near = NUMBERS[value][0] if isinstance(value, str) else math.nan
    if not math.isfinite(near):
        return ALL
    return Range((Fraction(math.floor(near)), False), (Fraction(math.floor(near) + 1), False))


def of_domain(domain: Domain) -> Range:
    if domain.members is not None:
        return Range((min(domain.members), True), (max(domain.members), True))
    closed = domain.closed or domain.integer
    low = (-math.inf, False) if domain.low is None else (domain.low, closed)
    return short(low, (math.inf, False) if domain.high is None else (domain.high, closed))
