"""Expressions as one straight line of scalar cells: vectors and matrices entry by entry, what is alike once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from ..errors import LearnerError
from ..expr.running import Cell, reached
from ..expr.tracer import Builder, Tracer
from ..ops.arrays import Entry, Shape
from ..ops.table import ROWS

MOST = 200_000  # scalar cells
MOST_BITS = 4000  # of an exact value
FOLD_BITS = 64  # of a constant, numerator and denominator


class Scalars(Builder):
    """A builder of scalar cells that works out what is constant and exact."""

    def leaf(self, op: str, params: tuple[Any, ...]) -> int:
        """Return the cell of an input or a constant; a constant is its value, however it was written."""
        return self.intern((op, (), params if op == "input" else (params[0], "")), ())

    def add(self, op: str, args: tuple[int, ...], params: tuple[Any, ...] = ()) -> int:
        row = ROWS[op]
        if len(params) < len(row.params):
            params = row.settled(params, *((),) * len(args))
        return self.scalar(op, args, params)

    def scalar(self, op: str, args: tuple[int, ...], params: tuple[Any, ...]) -> int:
        if len(self.cells) > MOST:
            raise LearnerError(f"the expressions have more than {MOST} entries and operations; compare a part of them")
        value = self.folded(op, args, params)
        return self.intern((op, args, params), ()) if value is None else self.intern(("const", (), (value, "")), ())

    def folded(self, op: str, args: tuple[int, ...], params: tuple[Any, ...]) -> Fraction | None:
        """Return the exact value of an operation on small rational constants, or None."""
        given = []
        for a in args:
            kind, _, held = self.cells[a]
            if (
                kind != "const"
                or not isinstance(held[0], Fraction)
                or held[0].numerator.bit_length() + held[0].denominator.bit_length() > FOLD_BITS
            ):
                return None
            given.append(held[0])
        rule = exact_rule(op, params)
        value = None if rule is None else rule(*given)
        return (
            value
            if value is not None and value.numerator.bit_length() + value.denominator.bit_length() <= 4 * FOLD_BITS
            else None
        )


@lru_cache(maxsize=10_000)
def exact_rule(op: str, params: tuple[Any, ...]) -> Callable[..., Fraction | None] | None:
    """Return an operation on Fractions, whose value is None where it is none or too long; None if it is never exact, or slow."""
    row = ROWS[op]
    if not all(isinstance(p, int | Fraction) and -64 <= p <= 64 for p in params) or (
        isinstance(row.forward, Entry) and not row.forward.exact
    ):
        return None
    forward = row.forward

    def call(*given: Any) -> Fraction | None:
        try:
            out: Any = forward(*given, *params)
        except (ZeroDivisionError, ValueError, OverflowError, TypeError):
            return None
        out = Fraction(out) if isinstance(out, int) else out
        short = isinstance(out, Fraction) and max(out.numerator.bit_length(), out.denominator.bit_length()) <= MOST_BITS
        return out if short else None

    return call


def expanded(
    cells: Sequence[Cell], shapes: Sequence[Shape], builder: Scalars, wanted: Iterable[int]
) -> dict[int, np.ndarray[Any, Any]]:
    """Return the ids in `builder` of the entries of some cells, and of all that they are made from, as arrays of their shapes.

    An input `W` of shape (2, 2) becomes the inputs `W[0, 0]`, `W[0, 1]`, …
    """
    needed = ancestors(cells, wanted)
    if all(not shapes[i] and (not cells[i][1] or ROWS[cells[i][0]].entrywise) for i in needed):
        return plainly(cells, needed, builder)
    entries: dict[int, np.ndarray[Any, Any]] = {}
    for i in needed:
        op, args, params = cells[i]
        if not args:
            entries[i] = leaf_entries(builder, op, params, shapes[i])
        elif ROWS[op].entrywise:
            entries[i] = entrywise(builder, op, [entries[a] for a in args], params)
        else:
            entries[i] = mixed(builder, op, [entries[a] for a in args], params, shapes[i])
    return entries


def plainly(cells: Sequence[Cell], needed: Sequence[int], builder: Scalars) -> dict[int, np.ndarray[Any, Any]]:
    """Return the ids in `builder` of cells that are numbers all."""
    moved: dict[int, int] = {}
    for i in needed:
        op, args, params = cells[i]
        moved[i] = builder.scalar(op, tuple(moved[a] for a in args), params) if args else builder.leaf(op, params)
    return {i: np.array(k) for i, k in moved.items()}


def leaf_entries(builder: Scalars, op: str, params: tuple[Any, ...], shape: Shape) -> np.ndarray[Any, Any]:
    if not shape:
        return np.array(builder.leaf(op, params))
    out = np.empty(shape, dtype=int)
    for index in np.ndindex(*shape):
        out[index] = builder.leaf(op, (f"{params[0]}[{', '.join(map(str, index))}]",))
    return out


def entrywise(
    builder: Scalars, op: str, args: list[np.ndarray[Any, Any]], params: tuple[Any, ...]
) -> np.ndarray[Any, Any]:
    spread = np.broadcast_arrays(*args)
    out = np.empty(spread[0].shape, dtype=int)
    for index in np.ndindex(*out.shape):
        out[index] = builder.scalar(op, tuple(int(a[index]) for a in spread), params)
    return out


def mixed(
    builder: Scalars, op: str, args: list[np.ndarray[Any, Any]], params: tuple[Any, ...], shape: Shape
) -> np.ndarray[Any, Any]:
    """Return the entries of an operation that mixes them: its `forward`, run on arrays of tracers."""
    tracers = np.frompyfunc(lambda i: Tracer(builder, int(i)), 1, 1)
    given = [np.asarray(boxed(tracers(a))) for a in args]
    out = np.empty(shape, dtype=int)
    try:
        made = boxed(ROWS[op].forward(*given, *params))
    except (TypeError, ValueError):
        raise LearnerError(
            f"'{ROWS[op].names[0] if ROWS[op].names else op}' cannot be written entry by entry; compare what stands in it"
        ) from None
    for index in np.ndindex(*shape):
        out[index] = Tracer(builder, 0).lift(made[index])
    return out


def boxed(value: Any) -> np.ndarray[Any, Any]:
    if isinstance(value, np.ndarray):
        return value
    out = np.empty((), dtype=object)
    out[()] = value
    return out


def ancestors(cells: Sequence[Cell], wanted: Iterable[int]) -> list[int]:
    """Return the ids of `wanted` and of all that they are made from, in topological order."""
    return sorted(reached(cells, wanted))
