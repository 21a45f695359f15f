"""A run: a plan, where it stands, and how it goes on epoch by epoch until it is done, waits in vain or breaks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from .adjoint import backward
from .compile import compiled
from .data import Data
from .descent import FEW, Loop, Method, array_batches, cut, epoch_code, loss_code, order, rate_at
from .errors import LearnerError
from .graphs import Graph

PYTHON_REFUSES = (OverflowError, ZeroDivisionError, ValueError)  # where floats raise, arrays give inf or nan
FEW_POINTS = 64  # up to here the mean loss is summed on floats
Progress = Callable[[int, int, float], None]


class State(NamedTuple):
    """Where a run stands: the parameters, what the method keeps for each, updates done and epochs begun."""

    parameters: tuple[Any, ...]
    moments: tuple[Any, ...]
    updates: int = 0
    epochs: int = 0


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

    def rate_of(self, epoch: int, epochs: int) -> float:
        """Return the rate of an epoch (from 0) of `epochs`."""
        rate = self.rate(epoch) if callable(self.rate) else rate_at(self.rate, self.schedule, epoch, epochs)
        if not math.isfinite(rate):
            raise LearnerError(f"the rate of epoch {epoch + 1} is {rate}; expected a finite number")
        return float(rate)


class Run:
    """A plan made ready: its compiled loops, and its data in the form they take."""

    def __init__(self, plan: Plan):
        self.plan = plan
        data = plan.data
        self.fixed = tuple(data.fixed.values())
        self.arrays = tuple(data.arrays.values())
        self.single = plan.size >= data.count
        self.rows = rows_of(data) if plan.size <= FEW and not any(plan.graph.shapes) else None
        self.batches = None if self.rows is None else self.cut(self.rows)
        self.loss = loss_of(plan, data)

    def cut(self, rows: list[Any]) -> list[Any]:
        return rows if self.plan.size == 1 else cut(rows, self.plan.size)

    def loop(self, record: bool, floats: bool) -> Callable[..., Any]:
        plan = self.plan
        return epoch_code(Loop(plan.graph, plan.parameters, tuple(plan.data.arrays), tuple(plan.data.fixed), plan.method, plan.reduction, plan.size == 1,
                               floats, plan.tie, plan.sequential, plan.clip is not None, record, record or self.single))  # fmt: skip

    def epoch(self, state: State, rate: float, log: list[Any] | None = None) -> tuple[State, float]:
        """Return where one epoch leads, and the mean loss of its last batch before its update; `log` gets every update."""
        plan = self.plan
        places = None if self.single else order(plan.data.count, plan.shuffle, plan.seed, state.epochs)
        rest = (self.fixed, state.parameters, state.moments, state.updates, rate, plan.clip, plan.settings, log)
        if self.rows is not None:
            batches = self.batches if places is None else self.cut([self.rows[i] for i in places.tolist()])
            mark = 0 if log is None else len(log)
            try:
                return self.ended(state, self.loop(log is not None, True)(batches, *rest))
            except PYTHON_REFUSES:
                del (log or [])[mark:]
        with np.errstate(all="ignore"):
            return self.ended(state, self.loop(log is not None, False)(array_batches(self.arrays, plan.size, plan.data.count, places), *rest))

    def ended(self, state: State, result: tuple[Any, ...]) -> tuple[State, float]:
        parameters, moments, updates, loss = result
        if self.single and self.plan.reduction == "sum":
            loss = loss / self.plan.data.count
        return State(parameters, moments, updates, state.epochs + 1), loss


def rows_of(data: Data) -> list[Any]:
    """Return the points of `data` as tuples of floats."""
    return list(zip(*(a.tolist() for a in data.arrays.values()), strict=True)) if data.arrays else [()]


def loss_of(plan: Plan, data: Data) -> Callable[[tuple[Any, ...]], float]:
    """Return the mean loss over `data` as a function of the parameters."""
    key = (plan.graph, tuple(data.arrays), tuple(data.fixed), plan.parameters)
    fixed = tuple(data.fixed.values())
    whole = (data.count, *data.arrays.values())

    def on_arrays(parameters: tuple[Any, ...]) -> float:
        with np.errstate(all="ignore"):
            return float(loss_code(*key, False)(whole, fixed, parameters))

    if any(plan.graph.shapes) or data.count > FEW_POINTS:
        return on_arrays
    rows, code = rows_of(data), loss_code(*key, True)

    def on_floats(parameters: tuple[Any, ...]) -> float:
        try:
            return code(rows, fixed, parameters)  # type: ignore[no-any-return]
        except PYTHON_REFUSES:
            return on_arrays(parameters)

    return on_floats


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


def go_on(plan: Plan, state: State, epochs: int, progress: Progress | None = None) -> Record:
    """Return the record of `epochs` more epochs from `state`, fewer if the run breaks or makes no progress."""
    run, record, total = Run(plan), Record(state, [state.parameters]), state.epochs + epochs
    judge = run.loss if plan.validation is None else loss_of(plan, plan.validation)
    best, waited = math.inf, 0
    previous, rate = state, 0.0
    for done in range(epochs):
        here, rate_before, rate = record.state, rate, plan.rate_of(record.state.epochs, total)
        loss = math.nan if run.single else run.loss(here.parameters)
        after, last = run.epoch(here, rate) if run.single or math.isfinite(loss) else (here, loss)
        loss = last if run.single else loss
        if not math.isfinite(loss):
            return broken(run, record, previous, rate_before)
        record.losses.append(loss)
        record.rates.append(rate)
        if not all_finite(after.parameters):
            record.rows.append(after.parameters)
            return broken(run, record, here, rate)
        previous, record.state = here, after
        record.rows.append(after.parameters)
        if plan.validation is not None or plan.patience is not None:
            record.checks.append(judge(after.parameters))
            best, waited = (record.checks[-1], 0) if record.checks[-1] < best - plan.tolerance else (best, waited + 1)
            if plan.patience is not None and waited >= plan.patience:
                message = f"stopped after epoch {after.epochs}: for {plan.patience} epochs the loss did not fall by more than {plan.tolerance:g}"
                record.stop = Stop("no progress", after.epochs, after.updates, message)
                break
        if progress is not None:
            progress(done + 1, epochs, loss)
    record.loss = run.loss(record.state.parameters)
    return record if math.isfinite(record.loss) else broken(run, record, previous, rate)


def broken(run: Run, record: Record, state: State, rate: float) -> Record:
    """Return `record` cut back to the last good parameters; the epoch from `state` broke it."""
    log: list[Any] = []
    if len(record.rows) > 1:
        record.rows.pop()
        run.epoch(state, rate, log)
    steps = [state] + [State(p, m, state.updates + k + 1, state.epochs + 1) for k, (_, _, p, m) in enumerate(log)]
    bad = next((k for k, s in enumerate(steps) if not all_finite(s.parameters)), len(steps) - 1)
    while bad > 0 and not math.isfinite(run.loss(steps[bad - 1].parameters)):
        bad -= 1
    good, broke = steps[max(0, bad - 1)], steps[bad]
    node, point, what = culprit(run.plan, good, broke)
    kept = "the parameters before that update are kept; try a smaller rate" if bad else "the run did not begin; choose another start"
    record.stop = Stop("not finite", broke.epochs, broke.updates, f"stopped at update {broke.updates} (epoch {broke.epochs}): {what}; {kept}", node, point)
    record.state = good
    if good is not state:
        record.rows.append(good.parameters)
    del record.losses[max(len(record.rows) - 1, 0) :], record.rates[max(len(record.rows) - 1, 0) :]
    record.loss = run.loss(good.parameters)
    return record


def culprit(plan: Plan, good: State, broke: State) -> tuple[str | None, int | None, str]:
    """Return the node where a number that is not finite arose, the point of the data (from 1), and both in words."""
    forward = all_finite(broke.parameters)
    at = dict(zip(plan.parameters, (broke if forward else good).parameters, strict=True))
    walk = backward(plan.graph, plan.tie, () if forward else tuple(plan.graph.ids[p] for p in plan.parameters))
    graph = walk.extended
    many = compiled(plan.graph, None, plan.tie, () if forward else plan.parameters)({**at, **plan.data.fixed, **plan.data.arrays})
    results = [np.asarray(r, dtype=float).reshape(plan.data.count, -1) for r in ([many[0]] if forward else many[1].values()) if np.size(r) % plan.data.count == 0]
    odd = np.flatnonzero(~np.all([np.isfinite(r).all(axis=1) for r in results], axis=0))
    if not len(odd):
        wrong = next((p for p, v in zip(plan.parameters, broke.parameters, strict=True) if not np.isfinite(v).all()), plan.parameters[0])
        return wrong, None, f"the update of {wrong} is not finite" if not forward else f"the sum of the losses over {plan.data.count} points is not finite"
    k = int(odd[0])
    values = graph.evaluate({**at, **plan.data.point(k)}, "float")
    live = ancestors(graph, [plan.graph.out] if forward else [walk.gradient[plan.graph.ids[p]] for p in plan.parameters])
    first = min(i for i in live if not np.isfinite(np.asarray(values[i], dtype=float)).all())
    name = graph.name(first)
    value = values[first] if np.ndim(values[first]) == 0 else "not finite"
    formula = graph.text(first)
    shown = name if formula == name else f"{name} = {formula}"
    return name, k + 1, f"node {shown} is {value} at point {k + 1}"


def ancestors(graph: Graph, outs: list[int]) -> list[int]:
    """Return the ids that `outs` depend on, themselves too."""
    live = set(outs)
    for i in range(len(graph) - 1, -1, -1):
        if i in live:
            live.update(graph.cells[i][1])
    return sorted(live)
