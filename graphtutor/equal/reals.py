"""Operations on mpmath numbers with real semantics: nan where they are undefined, TooLarge where they would take too long."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

import mpmath
from mpmath import mpf

from ..ops.arrays import Entry, lift
from ..ops.table import ROWS

Number = Any  # mpf
Operation = Callable[..., Number]
NAN = mpmath.nan
LARGEST = 4000  # bits before or after the point of an argument of exp, sin, …: their cost grows with it


class TooLarge(ArithmeticError):
    """A number too large or too small for its exponential or sine to be worked out."""


def to_mpf(value: Any) -> Number:
    """Return a Fraction, float or mpf as an mpf of the working precision."""
    if isinstance(value, Fraction):
        return mpf(value.numerator) / value.denominator if value.denominator != 1 else +mpf(value.numerator)
    return +mpf(value)


@lru_cache(maxsize=10_000)
def on_reals(op: str, params: tuple[Any, ...]) -> Operation:
    """Return an operation of the table on mpf numbers. What it returns raises TooLarge.

    >>> on_reals("div", ())(mpf(1), mpf(0)), on_reals("sqrt", ())(mpf(4))
    (mpf('nan'), mpf('2.0'))
    """
    row = ROWS[op]
    if row.operators and not isinstance(row.forward, Entry):
        return or_nan(row.forward)
    base = (
        partial(row.forward.formula, mpmath)
        if isinstance(row.forward, Entry) and not params
        else with_params(row.forward, params)
    )
    exact = row.kink is not None or row.discrete or bool(row.conditions)
    return guarded(base, row.conditions, not exact)


def or_nan(forward: Operation) -> Operation:
    def call(*args: Number) -> Number:
        try:
            return forward(*args)
        except ZeroDivisionError:
            return NAN

    return call


def with_params(forward: Operation, params: tuple[Any, ...]) -> Operation:
    return lambda *args: forward(*args, *params)


def guarded(base: Operation, conditions: tuple[int, ...], bounded: bool) -> Operation:
    """Return an operation that looks at the size of its arguments first (`bounded`) and whose result is real.

    `conditions` are the arguments that decide which of the others count: only these pass on a nan.
    """

    def call(*args: Number) -> Number:
        for k, x in enumerate(args):
            if x != x:
                if not conditions or k in conditions:
                    return NAN
            elif bounded and not -LARGEST < magnitude(x) < LARGEST:
                raise TooLarge
        try:
            out = base(*args)
        except (ZeroDivisionError, ValueError, TypeError):
            return NAN
        except (OverflowError, MemoryError) as error:
            raise TooLarge from error
        return NAN if isinstance(out, mpmath.mpc) else finite(out if type(out) is mpf else mpf(lift(mpmath, out)))

    return call


def magnitude(x: Number) -> int:
    """Return how many bits stand before the point of a number, negative if it is smaller than 1; 0 for 0.

    >>> magnitude(mpf(5)), magnitude(mpf("0.125")), magnitude(mpf(0))
    (3, -2, 0)
    """
    _, man, exp, bits = x._mpf_
    return exp + bits if man else 0


def finite(x: Number) -> Number:
    return x if mpmath.isfinite(x) else NAN
