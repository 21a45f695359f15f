"""The numbers of a straight line of scalar cells at a point: quickly, exactly, or with noise told from value.

`plain` rounds like any arithmetic. `careful` runs three lanes, each with noise of its own in every rounded result and in π and
e: up, down, and a little to one side. Digits on which all lanes agree are significant, and a value of which none are is noise
around zero; what an even power makes of noise differs between a large and a small step aside. So cancellation is not taken for
a value, nor a tie for a side.

What it promises: noise of one step is 2^16 times its rounding, so a digit on which the lanes agree is right unless noises
cancelled by chance, below one in a hundred for one number; and what is said to differ is worked out again with twice the
digits, where noise of any origin shrinks by as many and a value stays (`outcomes`). A difference that is told is therefore
one of the functions. Nothing is promised of functions that change within 10^-400 of the point.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from ..expr.running import NUMBERS, Cell
from ..ops.arrays import Entry
from ..ops.precision import context
from ..ops.table import ROWS
from .reals import NAN, Number, Operation, finite, on_reals, to_mpf
from .scalars import ancestors, exact_rule

OK, UNDEFINED, UNKNOWN = 0, 1, 2
NOISE_BITS = 16  # so many that the noise of one step does not take away that of the step before by chance
OTHER_BITS = 64  # that the second lane has more of, so that digits an operation loses inside show
ASIDE = ((0.5, 1.0), (-1.0, -0.5), (-0.4, 0.4))  # the noise of each lane, in units of the whole
NOTHING = (NAN,) * len(ASIDE)
Values = list[Any]


class Step(NamedTuple):
    """One operation of a line: the cell it fills, how, from which cells, and which of these decide what counts."""

    cell: int
    run: Operation
    args: tuple[int, ...]
    conditions: tuple[int, ...]
    whole: bool  # its result is a whole number or one of several arguments, never rounded
    chooses: bool  # where it gives one of its arguments, that is not rounded
    exact: bool  # what it makes of short numbers is not rounded either
    ties: bool  # it compares its arguments


class Careful(NamedTuple):
    """The lanes of every cell, with OK, UNDEFINED or UNKNOWN for each."""

    lanes: tuple[Values, ...]
    state: list[int]

    def value(self, i: int) -> Number:
        """Return the middle of the lanes of a cell."""
        return middle([lane[i] for lane in self.lanes])

    def noise(self, i: int) -> Number:
        """Return how far the lanes of a cell are apart."""
        return apart([lane[i] for lane in self.lanes])


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
        self.exactly: dict[int, list[Exactly]] = {}  # for each output what leads to it, in Fractions
        self.constants: dict[int, Values] = {}  # working precision → the values of the constants, the rest empty

    def start(self, point: Sequence[Any]) -> Values:
        """Return the values of the leaves at the working precision, the rest still empty."""
        m = context()
        held = self.constants.get(m.prec)
        if held is None:
            held = self.constants[m.prec] = [None] * self.size
            for i, value in self.held:
                held[i] = finite(NUMBERS[value][2](m) if isinstance(value, str) else to_mpf(value))
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
        steps = self.exactly.get(out)
        if steps is None:
            steps = self.exactly[out] = [
                in_fractions(i, self.cells[i], self.names) for i in ancestors(self.cells, [out])
            ]
        values: dict[int, Fraction | None] = {}
        for i, run, args, conditions in steps:
            if conditions is None:
                values[i] = point[args[0]] if run is None else run()
            else:
                given = [values[a] for a in args]
                known = None not in given or (conditions and None not in [given[c] for c in conditions])
                values[i] = run(*given) if run is not None and known else None
        return values[out]

    def careful(self, point: Sequence[Any], rng: random.Random, snap: bool = False) -> Careful:
        """Return noisy lanes. With `snap`, what has no significant digit is exactly 0, and what cannot be told apart is equal.

        Raises TooLarge.
        """
        unit = context().mpf(2) ** (NOISE_BITS - context().prec)
        lanes = tuple(self.start(point) for _ in ASIDE)
        for i, value in self.held:
            if isinstance(value, str):
                put(lanes, i, spoilt([lane[i] for lane in lanes], unit, rng))
        state = [UNDEFINED if v is not None and v != v else OK for v in lanes[0]]
        for step in self.steps:
            i = step.cell
            state[i] = inherited(step, state, lanes)
            out: Sequence[Number] = NOTHING
            if state[i] == OK:
                state[i], exact, out = worked_out(step, lanes, state, snap)
                if not exact:
                    out = spoilt(out, unit, rng)
                if snap and state[i] == OK and not significant(out):
                    out = [context().zero] * len(lanes)
            put(lanes, i, out)
        return Careful(lanes, state)


Exactly = tuple[int, Callable[..., Any] | None, tuple[int, ...], tuple[int, ...] | None]


def in_fractions(i: int, cell: Cell, names: Sequence[str]) -> Exactly:
    """Return how a cell is worked out exactly: (cell, how, arguments, which of these are conditions), None for these at a leaf."""
    op, args, params = cell
    if op == "input":
        return i, None, (names.index(params[0]),), None
    if op == "const":
        value = params[0] if isinstance(params[0], Fraction) else None
        return i, lambda: value, (), None
    return i, exact_rule(op, params), args, ROWS[op].conditions


def worked_out(
    step: Step, lanes: Sequence[Values], state: Sequence[int], snap: bool
) -> tuple[int, bool, Sequence[Number]]:
    """Return the state of a step's result, whether it is free of rounding, and its lanes."""
    given = [[lane[k] for k in step.args] for lane in lanes]
    if snap and step.ties and len(step.args) > 1:
        unify(given)
    out = [step.run(*a) if n != 1 else with_more(step.run, a) for n, a in enumerate(given)]
    known = made(step, given, out, [state[k] for k in step.args])
    if known != OK:
        return known, True, NOTHING
    return OK, (step.chooses and picked(step, given, out)) or (step.exact and all(map(short, (*given[0], out[0])))), out


def picked(step: Step, given: Sequence[Values], out: Sequence[Number]) -> bool:
    """Say whether a choice hands an argument on in every lane, or gives a whole number."""
    return step.whole or all(taken(v, args) for v, args in zip(out, given, strict=True))


def taken(value: Number, args: Sequence[Number]) -> bool:
    """Say whether a choice gave one of its arguments, its opposite or 0, and did not work anything out: an elu does."""
    return value == 0 or any(value in (a, -a) for a in args)


def put(lanes: Sequence[Values], i: int, values: Sequence[Number]) -> None:
    for lane, value in zip(lanes, values, strict=True):
        lane[i] = value


def with_more(run: Operation, args: Values) -> Number:
    """Return the result of an operation worked out with more bits."""
    with context().workprec(context().prec + OTHER_BITS):
        return run(*args)


def spoilt(values: Sequence[Number], unit: Number, rng: random.Random) -> list[Number]:
    """Return the lanes of a number with noise of their own in each."""
    return [v * (1 + unit * rng.uniform(low, high)) for v, (low, high) in zip(values, ASIDE, strict=True)]


def step(i: int, cell: Cell) -> Step:
    op, args, params = cell
    row = ROWS[op]
    chooses = row.discrete or row.kink is not None or bool(row.conditions)
    return Step(
        i,
        on_reals(op, params),
        args,
        row.conditions,
        row.discrete or bool(row.conditions),
        chooses,
        not isinstance(row.forward, Entry) or row.forward.exact,
        row.kink is not None,
    )


# ----- what lanes know -----
def inherited(step: Step, state: list[int], lanes: Sequence[Values]) -> int:
    """Return what the arguments' states make of a result, OK if it is to be worked out."""
    if not step.conditions:
        return max([state[k] for k in step.args])
    for c in (step.args[c] for c in step.conditions):
        if state[c]:
            return state[c]
        if len({bool(lane[c]) for lane in lanes}) > 1:
            return UNKNOWN
    return OK


def made(step: Step, given: Sequence[Values], out: Sequence[Number], states: Sequence[int]) -> int:
    """Return the state of a result `out` of lanes of arguments."""
    defined = [x == x for x in out]
    if all(defined):
        lost = (
            at_pole(step.run, given) or scattered(step, given, out)
            or (not (step.exact or step.chooses) and vanished(out, given[0]))
        )  # fmt: skip
        return UNKNOWN if lost else OK
    if step.conditions:  # the branch that was taken says why
        return max((s for s, v in zip(states, given[0], strict=True) if v != v), default=UNDEFINED)
    return UNDEFINED if not any(defined) and surely_undefined(step.run, given) else UNKNOWN


def vanished(out: Sequence[Number], args: Values) -> bool:
    """Return whether a rounded function gives exactly 0 where it hardly can (it does at 0 and 1): ln(1 + e^x) of -5000 has lost its digits."""
    return not all(out) and any(a not in (0, 1) for a in args)


def scattered(step: Step, given: Sequence[Values], out: Sequence[Number]) -> bool:
    """Return whether a result lost every digit at once although its arguments have some, and is no noise around zero.

    A difference is that beside its arguments; a function near a root of its own is small; tan at π/2 and floor at 3 are neither.
    """
    if significant(out) or any(not significant(values) for values in zip(*given, strict=True)):
        return False
    size = max(abs(a) for a in given[0]) if step.exact and not step.whole else 1
    return bool(max(map(abs, out)) > size * context().mpf(2) ** (-context().prec // 2))


def doubtful(given: Sequence[Values]) -> list[int]:
    """Return which arguments have no significant digit."""
    return [
        k for k, values in enumerate(zip(*given, strict=True)) if values[0] == values[0] and not significant(values)
    ]


def at_pole(run: Operation, given: Sequence[Values]) -> bool:
    """Return whether an argument of which no digit is known may be 0, where the operation is undefined: its result can be anything."""
    return any(undefined_with(run, given[0], [k], 0) for k in doubtful(given))


def surely_undefined(run: Operation, given: Sequence[Values]) -> bool:
    """Return whether what is undefined stays so with either sign of each argument of which no digit is known."""
    unknown = doubtful(given)
    return not unknown or all(undefined_with(run, given[0], unknown, sign) for sign in (1, -1))


def undefined_with(run: Operation, values: Values, slots: Sequence[int], value: int) -> bool:
    """Return whether an operation is undefined with `value` put into some of its arguments."""
    out = run(*(context().mpf(value) if k in slots else v for k, v in enumerate(values)))
    return bool(out != out)


def middle(values: Sequence[Number]) -> Number:
    return (values[0] + values[1]) / 2


def apart(values: Sequence[Number]) -> Number:
    """Return the widest distance between the lanes of a number."""
    x, y, z = values
    return max(abs(x - y), abs(y - z), abs(x - z))


def significant(values: Sequence[Number]) -> bool:
    """Return whether the lanes of a number agree on at least one digit; exact zeros do."""
    return bool(apart(values) * 10 <= max(map(abs, values)))


def short(value: Number) -> bool:
    """Return whether a number has so few digits that a sum or product of two is exact."""
    _, man, exp, bits = value._mpf_
    third = context().prec // 3
    return not man or bool(bits < third and -third < exp < third)


def unify(given: Sequence[Values]) -> None:
    """Make arguments that cannot be told apart equal, so that a comparison sees the tie."""
    first = given[0]
    smallest = context().mpf(2) ** (12 - context().prec)
    for k in range(1, len(first)):
        for j in range(k):
            noise = apart([lane[j] for lane in given]) + apart([lane[k] for lane in given])
            if abs(first[j] - first[k]) <= 4 * noise + max(abs(first[j]), abs(first[k])) * smallest:
                for lane in given:
                    lane[k] = lane[j]
                break
