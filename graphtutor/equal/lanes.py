"""A line at many points at once in floats: three lanes with noise of their own, so that digits that were lost show.

What three lanes agree on is known to the digits on which they agree; where they do not, or where a number left the range of
floats, nothing is said and the point is looked at with more digits (`evaluate`). So floats may leave a question open, and
never settle it falsely for want of digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from ..expr.running import NUMBERS, settings, to_float
from ..ops.arrays import Entry
from ..ops.table import ROWS
from .evaluate import Line

Array = np.ndarray[Any, Any]
NOISE = 2.0**-49  # relative, of each rounded result: some ulps, more than any function of NumPy is wrong by
FLOAT_DIGITS = 11  # to which two floats must agree, noise and all, to be taken for one
ALIKE = 10.0**-FLOAT_DIGITS
SHARP = 1e-9  # relative noise of values that may be told to differ
LANES = 3


class Lanes:
    """A line of cells, evaluated at the rows of an array of points.

    >>> from graphtutor.equal.scalars import Scalars
    >>> b = Scalars()
    >>> x = b.input("x")
    >>> square = b.add("mul", (x, x))
    >>> Lanes(Line(b.cells, [square], ["x"])).plain(np.array([[2.0], [3.0]]), [square])[square].tolist()
    [4.0, 9.0]
    """

    def __init__(self, line: Line):
        self.line = line
        self.steps = [(s.cell, on_arrays(*line.cells[s.cell][::2]), s.args, s.chooses, ROWS[line.cells[s.cell][0]].joint) for s in line.steps]  # fmt: skip
        self.held = [
            (i, np.full((1, 1), NUMBERS[v][0] if isinstance(v, str) else to_float(v), float)) for i, v in line.held
        ]

    @cached_property
    def noise(self) -> Array:
        """A factor for each step and lane, 1 in the first lane."""
        return noise_of(-(-len(self.steps) // 64) * 64)

    def run(self, points: Array, lanes: int) -> tuple[dict[int, Array], Array]:
        """Return the values of every cell, (lanes, points) or with 1 in place of either, and at which points one left the range of floats."""
        values: dict[int, Array] = dict(self.held)
        for i, k in self.line.inputs:
            values[i] = points[None, :, k]
        out_of_range = np.zeros(len(points), bool)
        with np.errstate(all="ignore"):
            for n, (i, run, args, chooses, joint) in enumerate(self.steps):
                given = [values[a] for a in args]
                out = run(*given)
                if lanes > 1 and not chooses:
                    out = out * self.noise[n]
                    lost = np.isinf(out)
                    if not joint:
                        nothing = out == 0
                        for v in given if nothing.any() else ():
                            nothing = nothing & (v != 0)
                        lost = lost | nothing
                    out_of_range |= lost.any(axis=0)
                values[i] = out
        return values, out_of_range

    def plain(self, points: Array, wanted: Iterable[int]) -> dict[int, Array]:
        """Return the values of some cells at each point, by one lane without noise."""
        values, _ = self.run(points, 1)
        return {i: np.broadcast_to(values[i][0], (len(points),)) for i in wanted}

    def alike(self, points: Array, a: int, b: int, run: tuple[dict[int, Array], Array]) -> tuple[Array, Array]:
        """Return at which points two cells surely have one value, and by how much they differ elsewhere, in units of their noise.

        A point where both are undefined counts as neither alike nor different; `run` is what `run` gave.
        """
        _, lost = run
        _, _, noise, gap, size = self.beside(points, a, b, run)
        with np.errstate(all="ignore"):
            one = np.isfinite(size) & ~lost & (gap + noise <= ALIKE * size)
            apart = np.where(one, 0, np.where(np.isfinite(gap), gap / (noise + 1e-16 * size), 1.0))
        return one, apart

    def defined(self, a: int, b: int, run: tuple[dict[int, Array], Array]) -> Array:
        """Return at which points both cells are defined, whatever their digits, and no number left the range of floats."""
        values, lost = run
        return np.isfinite(values[a]).all(axis=0) & np.isfinite(values[b]).all(axis=0) & ~lost

    def seen(
        self, points: Array, a: int, b: int, run: tuple[dict[int, Array], Array]
    ) -> list[tuple[float, float] | None]:
        """Return the two values of cells at each point where they surely differ, noise told from value; else None."""
        _, lost = run
        x, y, noise, gap, size = self.beside(points, a, b, run)
        with np.errstate(all="ignore"):
            sure = np.isfinite(size) & ~lost & (noise <= SHARP * size) & (gap > SHARP * 1000 * size)
            known = [np.where(10 * np.ptp(v, axis=0) <= np.abs(v).max(axis=0), v[0], 0.0).tolist() for v in (x, y)]
        pairs = zip(*known, strict=True)
        return [v if known else None for v, known in zip(pairs, sure.tolist(), strict=True)]

    def beside(self, points: Array, a: int, b: int, run: tuple[dict[int, Array], Array]) -> tuple[Array, ...]:
        """Return the lanes of two cells, their noise together, how far they are apart, and the larger of them."""
        x, y = (np.broadcast_to(run[0][i], (LANES, len(points))) for i in (a, b))
        with np.errstate(all="ignore"):
            noise = np.ptp(x, axis=0) + np.ptp(y, axis=0)
            gap = np.abs(x - y).max(axis=0)
            size = np.maximum(np.abs(x), np.abs(y)).max(axis=0)
        return x, y, noise, gap, size


@lru_cache(maxsize=16)
def noise_of(steps: int) -> Array:
    """Return the factors of so many steps; those of fewer are the first of them."""
    factors = 1 + NOISE * np.random.default_rng(0).uniform(-1, 1, (steps, LANES, 1))
    factors[:, 0] = 1
    return factors


@lru_cache(maxsize=10_000)
def on_arrays(op: str, params: tuple[Any, ...]) -> Callable[..., Array]:
    """Return an operation of the table on float arrays; a choice by what is undefined is undefined."""
    row = ROWS[op]
    forward = row.forward.numeric if isinstance(row.forward, Entry) and not params else row.forward
    held = settings(params)
    guards = row.conditions or (range(8) if row.discrete else ())

    def call(*args: Array) -> Array:
        out = np.asarray(forward(*args, *held), dtype=float)
        for k in guards:
            if k < len(args):
                undefined = np.isnan(args[k])
                if undefined.any():
                    out = np.where(undefined, np.nan, out)
        return out

    return call


def as_floats(points: Sequence[Sequence[Any]]) -> Array:
    """Return points of Fractions or mpmath numbers as an array of floats."""
    return np.array([[float(v) if not isinstance(v, Fraction) else to_float(v) for v in p] for p in points], float)
