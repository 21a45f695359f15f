"""The numbers of a straight line of scalar cells at a point: quickly, exactly, or with noise told from value.

`plain` rounds like any arithmetic. `careful` runs two lanes with opposite noise in every rounded
result: digits on which the lanes agree are significant, and a value of which none are is noise
around zero. So cancellation is never taken for a value, nor a tie for a side.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath
from mpmath import mpf

from ..expr.running import NUMBERS, Cell
from ..ops.arrays import Entry
from ..ops.table import ROWS
from .reals import NAN, Number, Operation, finite, on_reals, to_mpf
from .scalars import ancestors, exactly

OK, UNDEFINED, UNKNOWN = 0, 1, 2
MOST_BITS = 4000  # of an exact value
NOISE_BITS = 16  # so many that the noise of one step does not take away that of the step before by chance
OTHER_BITS = 64  # that the second lane has more of, so that digits an operation loses inside show
Values = list[Any]


class Step(NamedTuple):
    """One operation of a line: the cell it fills, how, from which cells, and which of these decide what counts."""

    cell: int
    run: Operation
    args: tuple[int, ...]
    conditions: tuple[int, ...]
    chooses: bool  # its result is one of its arguments or a whole number, never rounded
    exact: bool  # what it makes of short numbers is not rounded either
    ties: bool  # it compares its arguments


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
        self.cells, self.names = cells, tuple(names)
        self.needed = ancestors(cells, outputs)
        where = {name: k for k, name in enumerate(names)}
        self.inputs = [(i, where[cells[i][2][0]]) for i in self.needed if cells[i][0] == "input"]
        self.held = [(i, cells[i][2][0]) for i in self.needed if cells[i][0] == "const"]
        self.steps = [step(i, cells[i]) for i in self.needed if cells[i][1]]
        self.quick = [(s.cell, s.run, s.args) for s in self.steps]
        self.size = max(self.needed, default=-1) + 1
        self.constants: dict[int, Values] = {}  # working precision → the values of the constants, the rest empty

    def start(self, point: Sequence[Any]) -> Values:
        """Return the values of the leaves at the working precision, the rest still empty."""
        held = self.constants.get(mpmath.mp.prec)
        if held is None:
            held = self.constants[mpmath.mp.prec] = [None] * self.size
            for i, value in self.held:
                held[i] = finite(+NUMBERS[value][2] if isinstance(value, str) else to_mpf(value))
        values = held.copy()
        for i, k in self.inputs:
            values[i] = to_mpf(point[k])
        return values

    def plain(self, point: Sequence[Any]) -> Values:
        """Return the value of every cell at the working precision. Raises TooLarge."""
        values = self.start(point)
        for i, run, args in self.quick:
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
            if (
                not isinstance(value, Fraction)
                or value.numerator.bit_length() > MOST_BITS
                or value.denominator.bit_length() > MOST_BITS
            ):
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
        for step in self.steps:
            i, args = step.cell, step.args
            state[i] = inherited(step, state, left, right)
            a, b = [left[k] for k in args], [right[k] for k in args]
            x = y = NAN
            if state[i] == OK:
                if snap and step.ties and len(args) > 1:
                    unify(a, b)
                x = step.run(*a)
                with mpmath.workprec(mpmath.mp.prec + OTHER_BITS):
                    y = step.run(*b)
                state[i] = made(step, a, b, x, y, [state[k] for k in args])
            if state[i] != OK:
                x = y = NAN
            elif not (step.chooses or (step.exact and all(short(v) for v in (*a, x)))):
                noise = mpf(2) ** (NOISE_BITS - mpmath.mp.prec) * rng.uniform(0.5, 1)
                x, y = x * (1 + noise), y * (1 - noise)
            if snap and state[i] == OK and not significant(x, y):
                x = y = mpmath.mp.zero
            left[i], right[i] = x, y
        return Careful(left, right, state)


def step(i: int, cell: Cell) -> Step:
    op, args, params = cell
    row = ROWS[op]
    chooses = row.discrete or row.kink is not None or bool(row.conditions)
    return Step(
        i,
        on_reals(op, params),
        args,
        row.conditions,
        chooses,
        not isinstance(row.forward, Entry) or row.forward.exact,
        row.kink is not None,
    )


# ----- what two lanes know -----
def inherited(step: Step, state: list[int], left: Values, right: Values) -> int:
    """Return what the arguments' states make of a result, OK if it is to be worked out."""
    if not step.conditions:
        return max([state[k] for k in step.args])
    for c in (step.args[c] for c in step.conditions):
        if state[c]:
            return state[c]
        if bool(left[c]) != bool(right[c]):
            return UNKNOWN
    return OK


def made(step: Step, left: Values, right: Values, x: Number, y: Number, states: Sequence[int]) -> int:
    """Return the state of a result `x` and `y` of two lanes of arguments."""
    if x == x and y == y:
        return (
            UNKNOWN
            if at_pole(step.run, left, right) or (not (step.exact or step.chooses) and vanished(x, y, left))
            else OK
        )
    if step.conditions:  # the branch that was taken says why
        return max((s for s, v in zip(states, left, strict=True) if v != v), default=UNDEFINED)
    return UNDEFINED if x != x and y != y and surely_undefined(step.run, left, right) else UNKNOWN


def vanished(x: Number, y: Number, args: Values) -> bool:
    """Return whether a rounded function gives exactly 0 where it hardly can (it does at 0 and 1): ln(1 + e^x) of -5000 has lost its digits."""
    return (not x or not y) and any(a not in (0, 1) for a in args)


def doubtful(left: Values, right: Values) -> list[int]:
    """Return which arguments have no significant digit."""
    return [k for k, (x, y) in enumerate(zip(left, right, strict=True)) if x == x and not significant(x, y)]


def at_pole(run: Operation, left: Values, right: Values) -> bool:
    """Return whether an argument of which no digit is known may be 0, where the operation is undefined: its result can be anything."""
    return any(undefined_with(run, left, [k], 0) for k in doubtful(left, right))


def surely_undefined(run: Operation, left: Values, right: Values) -> bool:
    """Return whether what is undefined stays so with either sign of each argument of which no digit is known."""
    unknown = doubtful(left, right)
    return not unknown or all(undefined_with(run, left, unknown, sign) for sign in (1, -1))


def undefined_with(run: Operation, values: Values, slots: Sequence[int], value: int) -> bool:
    """Return whether an operation is undefined with `value` put into some of its arguments."""
    out = run(*(mpf(value) if k in slots else v for k, v in enumerate(values)))
    return bool(out != out)


def significant(x: Number, y: Number) -> bool:
    """Return whether two noisy lanes agree on at least one digit; exact zeros do."""
    return bool(abs(x - y) * 10 <= max(abs(x), abs(y)))


def short(value: Number) -> bool:
    """Return whether a number has so few digits that a sum or product of two is exact."""
    _, man, exp, bits = value._mpf_
    third = mpmath.mp.prec // 3
    return not man or bool(bits < third and -third < exp < third)


def unify(left: Values, right: Values) -> None:
    """Make arguments that cannot be told apart equal, so that a comparison sees the tie."""
    for k in range(1, len(left)):
        for j in range(k):
            noise = abs(left[j] - right[j]) + abs(left[k] - right[k])
            size = max(abs(left[j]), abs(left[k]))
            if abs(left[j] - left[k]) <= 4 * noise + size * mpf(2) ** (12 - mpmath.mp.prec):
                left[k], right[k] = left[j], right[j]
                break
