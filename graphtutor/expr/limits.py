"""Gradients where a float's own arithmetic tells nothing: 0 × ∞ on the way, ∞ − ∞, a point filled in, a number beyond 1e308.

First the same cells with many digits and an exponent without bound, at the point. What is undefined there too is the limit of
the gradient beside the point, from each side along that entry alone: of a function that is continuous it is the one-sided
derivative, by the mean value theorem. Two sides that differ are a kink. A limit is taken for one only where three steps towards
the point settle; else the gradient stays undefined.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from ..ops.arrays import Shape
from ..ops.precision import TooLarge, context
from ..ops.row import Row
from ..ops.table import ROWS
from .adjoint import Backward
from .graph import Graph
from .running import apply_row, constant_value, needed, to_float

DIGITS, BESIDE = 60, 800  # at the point; beside it, where differences of differences of steps are to keep digits
STEPS = (30, 60, 90)  # powers of ten
SETTLED, FADES = (
    1e-12,
    1e-6,
)  # relative change of the last step; what a slope that tends to 0 as a fifth root does keeps of the one before
LARGEST = (
    20_000  # bits before the point of what goes into a function: exp of more has an exponent that fills the memory
)
MOST = 20_000  # entries worked out in all, a second or so


class Slope(NamedTuple):
    """A gradient's entry that floats did not give: its value, the slopes from below and above (None: there is no function), and whether they are limits."""

    value: float
    below: float | None
    above: float | None
    limit: bool


def real(entry: Any, m: Any) -> Any:
    """Return an entry as a real number of the context: nan where it is complex; TooLarge where it is too large to go on with."""
    if hasattr(entry, "_mpc_"):
        return m.nan
    if hasattr(entry, "_mpf_"):
        if m.isfinite(entry) and entry and m.mag(entry) > LARGEST:
            raise TooLarge
        return entry
    return m.mpf(entry.numerator) / entry.denominator if isinstance(entry, Fraction) else m.mpf(float(entry))


def to_double(value: Any) -> float:
    """Return a number of mpmath as a float, infinite where it is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def doubles(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return to_double(value)
    return np.array([to_double(v) for v in value.flat], dtype=float).reshape(value.shape)


class Wide:
    """The cells of a backward pass over numbers of many digits, around one point."""

    def __init__(self, walk: Backward, point: Mapping[str, Any], wanted: Iterable[int]):
        self.walk, self.m = walk, context()
        self.live = needed(walk.cells, [walk.graph.out, *wanted])
        self.size = sum(math.prod(walk.shapes[i]) for i in self.live)
        self.spent = 0
        with self.m.workdps(BESIDE):
            self.point = {name: self.lifted(value) for name, value in point.items()}

    def lifted(self, value: Any) -> Any:
        """Return a number or an array of them in mpmath's numbers."""
        if np.ndim(value) == 0:
            return real(value if isinstance(value, Fraction) else float(value), self.m)
        return np.frompyfunc(lambda v: self.m.mpf(float(v)), 1, 1)(np.asarray(value, dtype=float))

    def run(self, point: Mapping[str, Any]) -> dict[int, Any]:
        """Return the cells in use at a point. Raises TooLarge."""
        self.spent += self.size
        if self.spent > MOST:
            raise TooLarge
        values: dict[int, Any] = {}
        for i in self.live:
            op, args, params = self.walk.cells[i]
            if op == "input":
                values[i] = point[params[0]]
            elif op == "const":
                values[i] = constant_value(params[0], "mpmath", self.m)
            else:
                values[i] = self.entries(ROWS[op], [values[a] for a in args], params, self.walk.shapes[i])
        return values

    def entries(self, row: Row, given: list[Any], params: tuple[Any, ...], shape: Shape) -> Any:
        """Return an operation's value, entry by entry where it acts so: what one entry has left, the others keep."""

        def one(*args: Any) -> Any:
            return real(apply_row(row, list(args), params, "mpmath"), self.m)

        if not shape and not any(np.ndim(v) for v in given):
            return one(*given)
        if row.entrywise:
            return np.frompyfunc(one, len(given), 1)(*given)
        found = np.broadcast_to(np.asarray(apply_row(row, given, params, "mpmath"), dtype=object), shape)
        entries = np.frompyfunc(lambda v: real(v, self.m), 1, 1)(found)
        return entries if shape or not isinstance(entries, np.ndarray) else entries.item()

    def here(self) -> dict[int, Any]:
        """Return the cells at the point itself."""
        with self.m.workdps(DIGITS):
            return self.run(self.point)

    def moved(self, name: str, place: tuple[int, ...], h: Any) -> dict[str, Any]:
        value = self.point[name]
        if place:
            value = value.copy()
            value[place] += h
        return {**self.point, name: value if place else value + h}

    def side(self, name: str, place: tuple[int, ...], sign: int, cell: int) -> tuple[bool, float | None]:
        """Return whether the function goes on to this side, and the limit of an entry's gradient from there, None if it is not seen to have one."""
        slopes, out = [], self.walk.graph.out
        with self.m.workdps(BESIDE):
            start = self.run(self.point)[out]
            for power in STEPS:
                values = self.run(self.moved(name, place, sign * self.m.mpf(10) ** -power))
                height, slope = values[out], values[cell]
                slopes.append(slope[place] if place and isinstance(slope, np.ndarray) else slope)
            if not self.m.isfinite(height):
                return False, None
            continuous = abs(height - start) <= 1e-9 * (1 + abs(start))
            return True, settled(slopes) if continuous and all(map(self.m.isfinite, slopes)) else None


def settled(slopes: list[Any]) -> float | None:
    """Return what three slopes, each taken nearer to the point, tend to; None where that is not seen."""
    first, second, last = slopes
    if abs(last) <= FADES * abs(second) and abs(second) <= FADES * abs(first):
        return 0.0
    return to_double(last) if abs(last - second) <= SETTLED * abs(last) else None


def least(low: float, high: float, tie: str) -> float:
    """Return the slope at a kink that `tie` names; "zero": the one nearest to 0 of all between."""
    return {"zero": min(max(0.0, low), high), "first": low, "last": high, "half": (low + high) / 2}[tie]


def slope(wide: Wide, name: str, place: tuple[int, ...], cell: int) -> Slope | None:
    """Return the derivative by one entry as the limit of the formula beside the point, None where there is none."""
    (goes_below, below), (goes_above, above) = (wide.side(name, place, sign, cell) for sign in (-1, 1))
    found = [s for goes, s in ((goes_below, below), (goes_above, above)) if goes]
    if not found or None in found:
        return None
    low, high = min(found), max(found)  # type: ignore[type-var]
    assert low is not None and high is not None
    one = high - low <= SETTLED * max(abs(low), abs(high))
    if one and len(found) == 2:
        below = above = high
    return Slope(high if one else least(low, high, wide.walk.tie), below, above, True)


class Mended(NamedTuple):
    """All cells with more digits as floats, and the entries that this gave to each input's gradient."""

    values: dict[int, Any]
    slopes: dict[str, dict[tuple[int, ...], Slope]]


def mended(walk: Backward, point: Mapping[str, Any], value: float, got: Mapping[str, Any]) -> Mended | None:
    """Return what floats left undefined of the value and the gradients `got` at a point, or None: the function is not finite there, or too large.

    Where the value itself has left the floats, no gradient of theirs is trusted.
    """
    if walk.graph.shapes[walk.graph.out]:
        return None
    wanted = {name: walk.gradient[walk.graph.ids[name]] for name in got}
    wide = Wide(walk, point, wanted.values())
    trusted = math.isfinite(to_float(value))
    try:
        here = wide.here()
        if not wide.m.isfinite(here[walk.graph.out]):
            return None
        slopes = {
            name: slopes_of(wide, name, cell, here[cell], trusted & ~np.isnan(np.asarray(got[name], dtype=float)))
            for name, cell in wanted.items()
        }
    except TooLarge:
        return None
    return Mended({i: doubles(v) for i, v in here.items()}, {name: found for name, found in slopes.items() if found})


def slopes_of(wide: Wide, name: str, cell: int, here: Any, told: Any) -> dict[tuple[int, ...], Slope]:
    """Return the entries of a gradient that are not `told` already: what they are at the point, else the limit."""
    found: dict[tuple[int, ...], Slope] = {}
    for place in map(tuple, np.argwhere(~told)):
        entry = here[place] if place else here
        at = Slope(to_double(entry), None, None, False)
        there = slope(wide, name, place, cell) if wide.m.isnan(entry) else at
        if there is not None:
            found[place] = there
    return found


def put(plain: tuple[Any, ...], found: Mended, gradient: Mapping[int, int], graph: Graph) -> tuple[Any, ...]:
    """Return the cells' numbers with what was found where they are not finite. Inputs that share a cell of which they say different things keep nan."""
    values = list(plain)
    for i, value in found.values.items():
        here = np.asarray(to_float(plain[i]), dtype=float)
        if not np.isfinite(here).all():
            values[i] = np.where(np.isfinite(here), here, value) if here.shape else value
    told: dict[int, Any] = {}
    for name, entries in found.slopes.items():
        i = gradient[graph.ids[name]]
        told[i] = entries if told.get(i, entries) == entries else {}
    for i, entries in told.items():
        values[i] = filled(values[i], entries)
    return tuple(values)


def filled(value: Any, entries: Mapping[tuple[int, ...], Slope]) -> Any:
    """Return a gradient with the entries that were found for it."""
    out = np.array(to_float(value), dtype=float)
    for place, found in entries.items():
        out[place] = found.value
    return out if out.shape else float(out)
