"""A run: a plan, where it stands, and how it goes on epoch by epoch until it is done, waits in vain or breaks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import count, repeat
from typing import Any, NamedTuple

import numpy as np

from ..compiled.function import PYTHON_REFUSES, compiled
from ..errors import LearnerError
from ..expr.adjoint import backward
from ..expr.graph import Graph
from ..expr.running import needed
from .data import Data
from .loops import FEW, Loop, array_batches, cut, loop_code, loss_code, order
from .methods import Method, factors

BROKEN = "not finite"
NARROW = 32  # entries of a point up to which sums over them run faster with points side by side
FEW_POINTS = 64  # up to here the mean loss is summed on floats
Progress = Callable[[int, int, float], None]


class State(NamedTuple):
    """Where a run stands: the parameters, what the method keeps for each, updates done and epochs begun."""

    parameters: tuple[Any, ...]
    moments: tuple[Any, ...]
    updates: int = 0
    epochs: int = 0


Row = tuple[tuple[Any, ...], tuple[Any, ...], int]


class Stop(NamedTuple):
    """Why a run ended before its last epoch: `reason` is "not finite" or "no progress".

    `epoch` counts from 1, `update` too; `node` is the name of the node where a number that is not
    finite arose, `point` the point of the data (from 1) at which it did.
    """

    reason: str
    epoch: int
    update: int
    message: str
    node: str | None = None
    point: int | None = None


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that decides a run but its start; the same plan and start give the same numbers."""

    graph: Graph
    data: Data
    parameters: tuple[str, ...]
    method: Method
    settings: tuple[float, ...]
    size: int
    reduction: str = "sum"
    rate: float | Callable[[int], float] = 0.01
    schedule: str = "constant"
    shuffle: bool = False
    seed: int = 0
    clip: float | None = None
    patience: int | None = None
    tolerance: float = 0.0
    validation: Data | None = None
    tie: str = "zero"
    sequential: bool = False

    def rates(self, first: int, count: int, total: int) -> list[float]:
        """Return the rates of `count` epochs from `first` (counted from 0) of `total`."""
        if callable(self.rate):
            rates = [asked(self.rate, k) for k in range(first, first + count)]
        else:
            rates = [self.rate * factor for factor in factors(self.schedule, first, count, total)]
        if not math.isfinite(sum(rates)):
            raise LearnerError(
                f"a rate is not finite: {next(r for r in rates if not math.isfinite(r))}; expected finite numbers"
            )
        return rates

    def order(self, epoch: int) -> np.ndarray:
        """Return the points of an epoch (counted from 0) in the order they are used."""
        return order(self.data.count, self.seed, epoch) if self.shuffle else np.arange(self.data.count)

    def check(self, epochs: int) -> None:
        """Raise a LearnerError for a number that does not fit."""
        for what, number, least, expected in (("epochs", epochs, 0, "a whole number, 0 or more"), ("seed", self.seed, 0, "a whole number, 0 or more"),
                                              ("patience", self.patience, 1, "a whole number of epochs above 0")):  # fmt: skip
            if number is not None and (not isinstance(number, int) or number < least):
                raise LearnerError(f"{what}={number!r}; expected {expected}")
        for what, value, fits, expected in (("rate", self.rate, is_number(self.rate) or callable(self.rate), "a number, or a function of the epoch"),
                                            ("tolerance", self.tolerance, is_number(self.tolerance), "a number"),
                                            ("clip", self.clip, self.clip is None or (is_number(self.clip) and self.clip > 0), "a length above 0")):  # fmt: skip
            if not fits:
                raise LearnerError(f"{what}={value!r}; expected {expected}")
        if self.clip is not None and self.sequential:
            raise LearnerError(
                "clip needs the whole gradient, and sequential=True takes it piece by piece; leave one of them out"
            )


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating)


def asked(rate: Callable[[int], float], epoch: int) -> float:
    """Return what a rate function says of an epoch, counted from 0."""
    found = rate(epoch)
    try:
        return float(found)
    except (TypeError, ValueError):
        raise LearnerError(f"the rate of epoch {epoch + 1} is {found!r}; expected a number") from None


class Run:
    """A plan made ready: its compiled loops, and its data in the form they take."""

    def __init__(self, plan: Plan):
        self.plan = plan
        data = plan.data
        self.fixed = tuple(data.fixed.values())
        self.arrays = tuple(side_by_side(a) for a in data.arrays.values())
        self.single = plan.size >= data.count
        self.rows = rows_of(data) if plan.size <= FEW and not any(plan.graph.shapes) else None
        self.batches = None if self.rows is None else self.cut(self.rows)
        self.loss = loss_of(plan, data, self.rows)

    def cut(self, rows: list[Any]) -> list[Any]:
        return rows if self.plan.size == 1 else cut(rows, self.plan.size)

    def loop(self, record: bool, floats: bool) -> Callable[..., Any]:
        plan = self.plan
        return loop_code(Loop(plan.graph, plan.parameters, tuple(plan.data.arrays), tuple(plan.data.fixed), plan.method, plan.reduction, plan.size == 1, self.single,
                              floats, floats and plan.data.count <= FEW_POINTS, plan.tie, plan.sequential, plan.clip is not None, record))  # fmt: skip

    def go(self, state: State, rates: list[float], log: list[Any] | None = None) -> tuple[list[Row], list[float]]:
        """Return where each epoch led (parameters, moments, updates), and the mean loss before it; `log` gets every update."""
        states: list[Row] = []
        losses: list[float] = []
        while len(states) < len(rates):
            here, mark = after(state, states), 0 if log is None else len(log)
            try:
                self.stretch(here, rates[len(states) :], states, losses, log, self.rows is not None)
            except PYTHON_REFUSES:
                here, done = after(state, states), len(states)
                del losses[done:], (log or [])[mark + here.updates - state.updates :]
                self.stretch(here, rates[done : done + 1], states, losses, log, False)
        return states, losses

    def stretch(
        self,
        state: State,
        rates: list[float],
        states: list[Row],
        losses: list[float],
        log: list[Any] | None,
        floats: bool,
    ) -> None:
        """Run epochs on floats or on arrays, adding to `states`, `losses` and `log`."""
        plan = self.plan
        run = self.loop(log is not None, floats)
        epochs = zip(rates, self.order(state.epochs, floats), strict=False)
        points = plan.data.count if self.single else self.rows
        with nullcontext() if floats else np.errstate(all="ignore"):
            run(
                epochs,
                points,
                self.loss,
                self.fixed if floats else ieee(self.fixed),
                state.parameters if floats else ieee(state.parameters),
                state.moments,
                state.updates,
                plan.clip,
                plan.settings,
                states,
                losses,
                log,
            )

    def order(self, first: int, floats: bool) -> Iterator[Any]:
        """Return the batches of each epoch from `first`."""
        plan = self.plan
        if plan.shuffle and not self.single:
            return (self.turned(order(plan.data.count, plan.seed, k), floats) for k in count(first))
        return (
            repeat(self.batches)
            if floats
            else (array_batches(self.arrays, plan.size, plan.data.count) for _ in count())
        )

    def turned(self, places: np.ndarray, floats: bool) -> Any:
        if floats:
            rows = self.rows or []
            return self.cut([rows[i] for i in places.tolist()])
        return array_batches([a[places] for a in self.arrays], self.plan.size, self.plan.data.count)


def after(state: State, rows: list[Row]) -> State:
    """Return where `rows` of epochs led from `state`."""
    return State(*rows[-1], state.epochs + len(rows)) if rows else state


def side_by_side(a: np.ndarray) -> np.ndarray:
    """Return `a` with the points of a few entries each side by side in memory, as the compiled code keeps its own."""
    return np.asfortranarray(a) if a.ndim == 2 and a.shape[1] <= NARROW else a


def rows_of(data: Data) -> list[Any]:
    """Return the points of `data` as tuples of floats."""
    return list(zip(*(a.tolist() for a in data.arrays.values()), strict=True)) if data.arrays else [()]


def loss_of(plan: Plan, data: Data, rows: list[Any] | None = None) -> Callable[[tuple[Any, ...]], float]:
    """Return the mean loss over `data` as a function of the parameters."""
    key = (plan.graph, tuple(data.arrays), tuple(data.fixed), plan.parameters)
    fixed = tuple(data.fixed.values())
    whole = (data.count, *(side_by_side(a) for a in data.arrays.values()))

    def on_arrays(parameters: tuple[Any, ...]) -> float:
        with np.errstate(all="ignore"):
            return float(loss_code(*key, False)(whole, ieee(fixed), ieee(parameters)))

    if any(plan.graph.shapes) or data.count > FEW_POINTS:
        return on_arrays
    rows, code = rows or rows_of(data), loss_code(*key, True)

    def on_floats(parameters: tuple[Any, ...]) -> float:
        try:
            return code(rows, fixed, parameters)  # type: ignore[no-any-return]
        except PYTHON_REFUSES:
            return on_arrays(parameters)

    return on_floats


def ieee(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return values of which a float goes to inf or nan, as arrays do, where Python would refuse."""
    return tuple(np.float64(v) if type(v) is float else v for v in values)


def all_finite(values: tuple[Any, ...]) -> bool:
    return all([math.isfinite(v) if isinstance(v, float) else bool(np.isfinite(v).all()) for v in values])


def zeros(method: Method, parameters: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what `method` keeps for each parameter, at the start."""
    return tuple(np.zeros_like(p) if isinstance(p, np.ndarray) else 0.0 for p in parameters for _ in method.state)


# ----- going on -----
@dataclass
class Record:
    """What a stretch of epochs leaves behind: a row an epoch, the start first, and where it ended."""

    state: State
    rows: list[tuple[Any, ...]]
    losses: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    checks: list[float] = field(default_factory=list)
    loss: float = math.nan
    stop: Stop | None = None
    before: State | None = None


def go_on(plan: Plan, state: State, epochs: int, progress: Progress | None = None) -> Record:
    """Return the record of `epochs` more epochs from `state`, fewer if the run breaks or makes no progress."""
    run, record = Run(plan), Record(state, [state.parameters])
    rates = plan.rates(state.epochs, epochs, state.epochs + epochs)
    watched = plan.validation is not None or plan.patience is not None
    if not watched and progress is None:
        add(run, record, rates)
        return ended(run, record)
    judge = run.loss if plan.validation is None else loss_of(plan, plan.validation)
    best, waited = math.inf, 0
    for done, rate in enumerate(rates):
        if not add(run, record, [rate]):
            return record
        if watched:
            record.checks.append(judge(record.state.parameters))
            best, waited = (record.checks[-1], 0) if record.checks[-1] < best - plan.tolerance else (best, waited + 1)
        if plan.patience is not None and waited >= plan.patience:
            here = record.state
            message = f"stopped after epoch {here.epochs}: for {plan.patience} epochs the loss did not fall by more than {plan.tolerance:g}"
            record.stop = Stop("no progress", here.epochs, here.updates, message)
            break
        if progress is not None:
            progress(done + 1, epochs, record.losses[-1])
    return ended(run, record)


def add(run: Run, record: Record, rates: list[float]) -> bool:
    """Add epochs to the record; False if a number was not finite, and the record was cut back before it."""
    states, losses = run.go(record.state, rates)
    sound = math.isfinite(sum(losses)) and (not states or all_finite(states[-1][0]))
    if not sound:
        bad = next(
            (
                k
                for k, (s, loss) in enumerate(zip(states, losses, strict=True))
                if not (math.isfinite(loss) and all_finite(s[0]))
            ),
            None,
        )
        if bad is not None:
            if not math.isfinite(losses[bad]) and (bad or record.before is not None):
                bad -= 1
            keep(record, states[: max(bad, 0)], losses[: max(bad, 0)], rates)
            start = record.before if bad < 0 else record.state
            broken(run, record, start or record.state, rates[bad] if bad >= 0 else record.rates[-1], bad < 0)
            return False
    keep(record, states, losses, rates)
    return True


def keep(record: Record, states: list[Row], losses: list[float], rates: list[float]) -> None:
    if states:
        record.before, record.state = after(record.state, states[:-1]), after(record.state, states)
        record.rows += [parameters for parameters, _, _ in states]
        record.losses += losses
        record.rates += rates[: len(losses)]


def ended(run: Run, record: Record) -> Record:
    """Return the record with the loss at its end; if that is not finite, cut back before the update that broke it."""
    if record.stop is None or record.stop.reason != BROKEN:
        record.loss = run.loss(record.state.parameters)
        if not math.isfinite(record.loss):
            broken(
                run,
                record,
                record.before or record.state,
                record.rates[-1] if record.rates else 0.0,
                record.before is not None,
            )
    return record


def broken(run: Run, record: Record, state: State, rate: float, drop: bool) -> None:
    """Cut `record` back to the last good parameters: the epoch from `state` broke it (`drop`: it is the record's last)."""
    if drop:
        for part in (record.rows, record.losses, record.rates):
            part.pop()
    log: list[Any] = []
    if math.isfinite(run.loss(state.parameters)):
        run.go(state, [rate], log)
    steps = [state] + [State(p, m, state.updates + k + 1, state.epochs + 1) for k, (_, _, p, m) in enumerate(log)]
    bad = next((k for k, s in enumerate(steps) if not all_finite(s.parameters)), len(steps) - 1)
    while bad > 0 and not math.isfinite(run.loss(steps[bad - 1].parameters)):
        bad -= 1
    good, broke = steps[max(0, bad - 1)], steps[bad]
    node, point, what = culprit(run.plan, good, broke)
    kept = (
        "the parameters before that update are kept; try a smaller rate"
        if bad
        else "the run did not begin; choose another start"
    )
    record.stop = Stop(
        BROKEN,
        broke.epochs,
        broke.updates,
        f"stopped at update {broke.updates} (epoch {broke.epochs}): {what}; {kept}",
        node,
        point,
    )
    record.state, record.loss = good, run.loss(good.parameters)
    if good is not state:
        record.rows.append(good.parameters)
        record.losses.append(run.loss(state.parameters))
        record.rates.append(rate)


# branches: where a number broke: forward, backward, in an update or in a sum
def culprit(plan: Plan, good: State, broke: State) -> tuple[str | None, int | None, str]:
    """Return the node where a number that is not finite arose, the point of the data (from 1), and both in words."""
    forward = all_finite(broke.parameters)
    at = dict(zip(plan.parameters, (broke if forward else good).parameters, strict=True))
    walk = backward(plan.graph, plan.tie, () if forward else tuple(plan.graph.ids[p] for p in plan.parameters))
    graph = walk.extended
    many = compiled(plan.graph, None, plan.tie, () if forward else plan.parameters)(
        {**at, **plan.data.fixed, **plan.data.arrays}
    )
    results = [
        np.asarray(r, dtype=float).reshape(plan.data.count, -1)
        for r in ([many[0]] if forward else many[1].values())
        if np.size(r) % plan.data.count == 0
    ]
    odd = np.flatnonzero(~np.all([np.isfinite(r).all(axis=1) for r in results], axis=0))
    if not len(odd):
        wrong = next(
            (p for p, v in zip(plan.parameters, broke.parameters, strict=True) if not np.isfinite(v).all()),
            plan.parameters[0],
        )
        return (
            wrong,
            None,
            f"the update of {wrong} is not finite"
            if not forward
            else f"the sum of the losses over {plan.data.count} points is not finite",
        )
    k = int(odd[0])
    values = graph.evaluate({**at, **plan.data.point(k)}, "float")
    outs = [plan.graph.out] if forward else [walk.gradient[plan.graph.ids[p]] for p in plan.parameters]
    live = needed(graph.cells, outs)
    first = min(i for i in live if not np.isfinite(np.asarray(values[i], dtype=float)).all())
    name = graph.name(first)
    value = values[first] if np.ndim(values[first]) == 0 else "not finite"
    formula = graph.text(first)
    shown = name if formula == name else f"{name} = {formula}"
    return name, k + 1, f"node {shown} is {value} at point {k + 1}"
