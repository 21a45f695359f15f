"""Numbers of scalar cells over the reals, to many digits; what is undefined is nan, what is too large to say raises.

`plain` rounds like any arithmetic. `careful` runs two lanes with opposite noise in every rounded
result: digits on which the lanes agree are significant, and a value of which none are is noise
around zero. So cancellation is never taken for a value, nor a tie for a side.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any, NamedTuple

import mpmath
from mpmath import mpf

from ..graphs import NUMBERS, Cell
from ..maths.arrays import Entry, lift
from ..maths.ops import ROWS
from .scalars import ancestors, exactly

NAN = mpmath.nan
LARGEST = 4000  # bits before or after the point of an argument of exp, sin, …: their cost grows with it
OK, UNDEFINED, UNKNOWN = 0, 1, 2
Number = Any  # mpf
Values = list[Any]


class TooLarge(ArithmeticError):
    """A number too large or too small for its exponential or sine to be worked out."""


@lru_cache(maxsize=10_000)
def on_points(op: str, params: tuple[Any, ...]) -> Callable[..., Number]:
    """Return an operation on mpf numbers with real semantics: nan where undefined, TooLarge where it would take too long."""
    row = ROWS[op]
    if row.operators and not isinstance(row.forward, Entry):
        return quotient(row.forward) if "/" in str(row.code) else row.forward
    base = partial(row.forward.formula, mpmath) if isinstance(row.forward, Entry) and not params else settled(row.forward, params)
    exact = row.kink is not None or row.discrete or bool(row.conditions)
    return guarded(base, row.conditions, not exact)


def quotient(forward: Callable[..., Number]) -> Callable[..., Number]:
    def call(a: Number, b: Number) -> Number:
        try:
            return forward(a, b)
        except ZeroDivisionError:
            return NAN

    return call


def settled(forward: Callable[..., Number], params: tuple[Any, ...]) -> Callable[..., Number]:
    return lambda *args: forward(*args, *params)


def guarded(base: Callable[..., Number], conditions: tuple[int, ...], bounded: bool) -> Callable[..., Number]:
    def call(*args: Number) -> Number:
        for k, x in enumerate(args):
            _, man, exp, bits = x._mpf_
            if not man:
                if exp and (not conditions or k in conditions):  # nan
                    return NAN
            elif bounded and not -LARGEST < exp + bits < LARGEST:
                raise TooLarge
        try:
            out = base(*args)
        except (ZeroDivisionError, ValueError, TypeError):
            return NAN
        except (OverflowError, MemoryError) as error:
            raise TooLarge from error
        if type(out) is not mpf:
            if isinstance(out, mpmath.mpc):
                return NAN
            out = mpf(lift(mpmath, out))
        _, man, exp, _ = out._mpf_
        return NAN if not man and exp else out

    return call


def to_mpf(value: Any) -> Number:
    """Return a Fraction, float or mpf as an mpf of the working precision."""
    if isinstance(value, Fraction):
        return mpf(value.numerator) / value.denominator if value.denominator != 1 else +mpf(value.numerator)
    return +mpf(value)


class Careful(NamedTuple):
    """Both lanes of every cell, with OK, UNDEFINED or UNKNOWN for each."""

    left: Values
    right: Values
    state: list[int]


class Line:
    """A straight line of cells that ends in `outputs`, ready to be evaluated at points.

    A point gives one number to each of `names`, in order.
    """

    def __init__(self, cells: Sequence[Cell], outputs: Sequence[int], names: Sequence[str]):
        self.cells, self.outputs, self.names = cells, tuple(outputs), tuple(names)
        self.needed = ancestors(cells, outputs)  # type: ignore[arg-type]
        where = {name: k for k, name in enumerate(names)}
        self.inputs = [(i, where[cells[i][2][0]]) for i in self.needed if cells[i][0] == "input"]
        self.held = [(i, cells[i][2][0]) for i in self.needed if cells[i][0] == "const"]
        self.steps: list[tuple[int, Callable[..., Number], int, int, tuple[int, ...]]] = []
        for i in self.needed:
            op, args, params = cells[i]
            if args:
                first, second = args[0], args[1] if len(args) == 2 else -len(args)
                self.steps.append((i, on_points(op, params), first, second, args))
        self.size = (max(self.needed) + 1) if self.needed else 0
        self.constants: dict[int, Values] = {}

    def start(self, point: Sequence[Any]) -> Values:
        """Return the values of the leaves at the working precision, the rest still empty."""
        held = self.constants.get(mpmath.mp.prec)
        if held is None:
            held = self.constants[mpmath.mp.prec] = [None] * self.size
            for i, value in self.held:
                number = +NUMBERS[value][2] if isinstance(value, str) else to_mpf(value)
                held[i] = number if mpmath.isfinite(number) else NAN
        values = held.copy()
        for i, k in self.inputs:
            values[i] = to_mpf(point[k])
        return values

    def plain(self, point: Sequence[Any]) -> Values:
        """Return the value of every cell at the working precision. Raises TooLarge."""
        values = self.start(point)
        for i, run, first, second, args in self.steps:
            if second >= 0:
                values[i] = run(values[first], values[second])
            elif second == -1:
                values[i] = run(values[first])
            else:
                values[i] = run(*[values[a] for a in args])
        return values

    def exact(self, point: Sequence[Any], out: int) -> Fraction | None:
        """Return a cell's value as a Fraction, or None if it is irrational, undefined or too long."""
        values: dict[int, Fraction] = {}
        for i in self.needed:
            op, args, params = self.cells[i]
            if op == "input":
                value = point[self.names.index(params[0])]
            elif op == "const":
                value = params[0]
            else:
                value = exactly(op, params, [values[a] for a in args])
            if not isinstance(value, Fraction) or value.numerator.bit_length() > LARGEST or value.denominator.bit_length() > LARGEST:
                return None
            values[i] = value
            if i == out:
                return value
        return None

    def careful(self, point: Sequence[Any], rng: random.Random, snap: bool = False) -> Careful:
        """Return two noisy lanes. With `snap`, what has no significant digit is exactly 0, and what cannot be told apart is equal.

        Raises TooLarge.
        """
        left = self.start(point)
        right = left.copy()
        state = [UNDEFINED if v is not None and v != v else OK for v in left]
        tiny = mpf(2) ** (5 - mpmath.mp.prec)
        for i, run, _, _, args in self.steps:
            op = self.cells[i][0]
            row = ROWS[op]
            known = one_state(state, args, row.conditions, left, right)
            if known:
                left[i] = right[i] = NAN
                state[i] = known
                continue
            a, b = [left[k] for k in args], [right[k] for k in args]
            if snap and row.kink is not None and len(args) > 1:
                unify(a, b)
            x, y = run(*a), run(*b)
            if x == x and y == y and poles(run, a, b):
                left[i] = right[i] = NAN
                state[i] = UNKNOWN
                continue
            if x != x or y != y:
                sure = x != x and y != y and surely_undefined(run, a, b)
                left[i] = right[i] = NAN
                state[i] = UNDEFINED if sure else UNKNOWN
                if row.conditions:  # the branch that was taken says why
                    state[i] = max(state[k] for k, v in zip(args, a, strict=True) if v != v)
                continue
            if row.operators and all(short(v) for v in (*a, x)):
                pass
            elif not (row.discrete or row.kink is not None or row.conditions):
                noise = tiny * rng.uniform(0.5, 1)
                x, y = x * (1 + noise), y * (1 - noise)
            if snap and not significant(x, y):
                x = y = mpmath.mp.zero
            left[i], right[i] = x, y
        return Careful(left, right, state)


def one_state(state: list[int], args: tuple[int, ...], conditions: tuple[int, ...], left: Values, right: Values) -> int:
    """Return what the arguments' states make of a result, OK if it is to be worked out."""
    if not conditions:
        return max([state[k] for k in args])
    for c in conditions:
        if state[args[c]]:
            return state[args[c]]
        if bool(left[args[c]]) != bool(right[args[c]]):
            return UNKNOWN
    return OK


def significant(x: Number, y: Number) -> bool:
    """Return whether two noisy lanes agree on at least one digit; exact zeros do."""
    return bool(abs(x - y) * 10 <= max(abs(x), abs(y)))


def poles(run: Callable[..., Number], left: Values, right: Values) -> bool:
    """Return whether an argument of which no digit is known may be 0, where the operation is undefined: its result can be anything."""
    return any(not significant(x, y) and run(*at_zero(left, k)) != run(*at_zero(left, k)) for k, (x, y) in enumerate(zip(left, right, strict=True)))


def surely_undefined(run: Callable[..., Number], left: Values, right: Values) -> bool:
    """Return whether what is undefined stays so with either sign of each argument of which no digit is known."""
    doubtful = [k for k, (x, y) in enumerate(zip(left, right, strict=True)) if x == x and not significant(x, y)]
    return all(run(*(sign if k in doubtful else v for k, v in enumerate(left))) != run(*(sign if k in doubtful else v for k, v in enumerate(left))) for sign in (mpf(1), mpf(-1)))


def at_zero(values: Values, k: int) -> Values:
    return [*values[:k], mpmath.mp.zero, *values[k + 1 :]]


def short(value: Number) -> bool:
    """Return whether a number has so few digits that a sum or product of two is exact."""
    _, man, exp, bits = value._mpf_
    third = mpmath.mp.prec // 3
    return not man or bool(bits < third and -third < exp < third)


def unify(left: list[Number], right: list[Number]) -> None:
    """Make arguments that cannot be told apart equal, so that a comparison sees the tie."""
    for k in range(1, len(left)):
        for j in range(k):
            noise = abs(left[j] - right[j]) + abs(left[k] - right[k])
            size = max(abs(left[j]), abs(left[k]))
            if abs(left[j] - left[k]) <= 4 * noise + size * mpf(2) ** (12 - mpmath.mp.prec):
                left[k], right[k] = left[j], right[j]
                break
