"""Operations on mpmath numbers with real semantics: nan where they are undefined, TooLarge where they would take too long.

Each thread has a context of its own, see `ops.precision`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from threading import local
from typing import Any

import mpmath

from ..ops.arrays import Entry, lift
from ..ops.precision import TooLarge, context
from ..ops.table import ROWS

Number = Any  # mpf
Operation = Callable[..., Number]
NAN = mpmath.nan
MOST_KEPT = 10_000  # operations with their settings
LARGEST = 4000  # bits before or after the point of an argument of exp, sin, …: their cost grows with it


class Own(local):
    """What each thread has of its own: a context of mpmath, and the operations of the table over its numbers."""

    def __init__(self) -> None:
        self.context: Any = context()
        self.operations: dict[tuple[str, tuple[Any, ...]], Operation] = {}


OWN = Own()


def to_mpf(value: Any) -> Number:
    """Return a Fraction, float or mpf as an mpf of the working precision."""
    mpf = OWN.context.mpf
    if isinstance(value, Fraction):
        return mpf(value.numerator) / value.denominator if value.denominator != 1 else +mpf(value.numerator)
    return +mpf(value)


def on_reals(op: str, params: tuple[Any, ...]) -> Operation:
    """Return an operation of the table on mpf numbers of this thread's context. What it returns raises TooLarge.

    >>> on_reals("div", ())(to_mpf(1), to_mpf(0)), on_reals("sqrt", ())(to_mpf(4))
    (mpf('nan'), mpf('2.0'))
    """
    found = OWN.operations.get((op, params))
    if found is None:
        found = OWN.operations[op, params] = made(op, params)
        if len(OWN.operations) > MOST_KEPT:
            OWN.operations.clear()
    return found


def made(op: str, params: tuple[Any, ...]) -> Operation:
    row = ROWS[op]
    if row.operators and not isinstance(row.forward, Entry):
        return or_nan(row.forward)
    base = (
        partial(row.forward.formula, OWN.context)
        if isinstance(row.forward, Entry) and not params
        else with_params(row.forward, params)
    )
    exact = row.kink is not None or row.discrete or bool(row.conditions)
    return guarded(base, row.conditions, not exact, OWN.context)


def or_nan(forward: Operation) -> Operation:
    def call(*args: Number) -> Number:
        try:
            return forward(*args)
        except ZeroDivisionError:
            return NAN

    return call


def with_params(forward: Operation, params: tuple[Any, ...]) -> Operation:
    return lambda *args: forward(*args, *params)


def guarded(base: Operation, conditions: tuple[int, ...], bounded: bool, m: Any) -> Operation:
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
        return NAN if isinstance(out, m.mpc) else finite(out if type(out) is m.mpf else m.mpf(lift(m, out)))

    return call


def magnitude(x: Number) -> int:
    """Return how many bits stand before the point of a number, negative if it is smaller than 1; 0 for 0.

    >>> magnitude(to_mpf(5)), magnitude(to_mpf(0.125)), magnitude(to_mpf(0))
    (3, -2, 0)
    """
    _, man, exp, bits = x._mpf_
    return exp + bits if man else 0


def finite(x: Number) -> Number:
    return x if mpmath.isfinite(x) else NAN
