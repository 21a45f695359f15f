"""Train: gradient descent on any loss graph and any data, as a History of what happened.

The gradient is that of the compiled graph; how it is used is a row of `descent.METHODS`. All
parameters are updated at once from the old ones.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from ..compiled.function import compiled
from ..errors import LearnerError, ShapeError
from ..expr.build import build
from ..expr.graph import Graph
from ..ops.arrays import show_shape
from . import descent
from .data import Data, as_array, fitted, shapes_from
from .descent import Method
from .predictions import Prediction, predict
from .runs import Plan, Progress, Run, State, Stop, go_on, zeros


class Stretch(NamedTuple):
    """A part of a run under one plan: where it began, and how many epochs and updates it has."""

    plan: Plan
    start: State
    epochs: int
    updates: int


class Updates(NamedTuple):
    """Every update of a run: its batch's loss and gradients (as used), the parameters after it (the start first), what the method kept."""

    epochs: np.ndarray
    losses: np.ndarray
    gradients: dict[str, np.ndarray]
    parameters: dict[str, np.ndarray]
    moments: tuple[tuple[Any, ...], ...]


H = TypeVar("H", bound="History")


@dataclass(frozen=True, eq=False)
class History:
    """What happened in a run.

    `parameters[name]`: one row an epoch, the start first, so shape (epochs + 1, *shape). `losses`:
    the mean loss over the data before each epoch; `loss`: after the last. `rates`: of each epoch.
    `validation`: the mean loss over the validation data after each epoch, if there are any.
    `stopped` says why the run ended early, or is None; the last row then holds the last good
    parameters. A pickled History goes on with `resume` another day.
    """

    parameters: dict[str, np.ndarray]
    losses: np.ndarray
    loss: float
    rates: np.ndarray
    validation: np.ndarray
    stopped: Stop | None
    state: State
    stretches: tuple[Stretch, ...]

    @property
    def plan(self) -> Plan:
        return self.stretches[-1].plan

    @property
    def graph(self) -> Graph:
        return self.plan.graph

    @property
    def final(self) -> dict[str, Any]:
        """The parameters after the last epoch: numbers, and arrays where they have a shape."""
        return dict(zip(self.plan.parameters, self.state.parameters, strict=True))

    @cached_property
    def gradients(self) -> dict[str, np.ndarray]:
        """The gradient of the mean loss over the data before each epoch; rows belong to those of `losses`."""
        plan = self.plan
        function = compiled(plan.graph, "mean", plan.tie, plan.parameters)
        points = {**plan.data.fixed, **plan.data.arrays}
        rows = [
            function({**points, **{name: rows[k] for name, rows in self.parameters.items()}})[1]
            for k in range(len(self.losses))
        ]
        return {
            name: np.array([row[name] for row in rows]).reshape(len(rows), *self.parameters[name].shape[1:])
            for name in plan.parameters
        }

    @cached_property
    def updates(self) -> Updates:
        """Every update, got by running again: a run depends on its plan and start alone."""
        log: list[Any] = []
        epochs: list[int] = []
        start = self.stretches[0].start.parameters
        for plan, state, count, updates in self.stretches:
            per = -(-plan.data.count // plan.size)
            part: list[Any] = []
            Run(plan).go(state, plan.rates(state.epochs, count, state.epochs + count)[: -(-updates // per)], part)
            epochs += [state.epochs + 1 + k // per for k in range(updates)]
            log += part[:updates]
        names = self.plan.parameters
        shapes = [np.shape(p) for p in start]
        gradients = {
            name: np.array([np.asarray(g[k]) for _, g, _, _ in log]).reshape(-1, *shapes[k])
            for k, name in enumerate(names)
        }
        parameters = {name: np.array([start[k], *(p[k] for _, _, p, _ in log)]) for k, name in enumerate(names)}
        return Updates(
            np.array(epochs, dtype=int),
            np.array([float(row[0]) for row in log]),
            gradients,
            parameters,
            tuple(row[3] for row in log),
        )

    def resume(self: H, epochs: int = 20, progress: Progress | None = None, **changes: Any) -> H:
        """Return the history of this run and `epochs` more; `changes` are fields of its plan, such as rate=0.001.

        Without changes it is number for number the longer run.
        """
        known = {"rate", "schedule", "shuffle", "seed", "clip", "patience", "tolerance", "tie", "sequential"}
        for name in changes:
            if name not in known:
                raise LearnerError(
                    f"'{name}' cannot be changed when a run goes on; expected one of {', '.join(sorted(known))}"
                )
        plan = replace(self.plan, **changes) if changes else self.plan
        check(plan, epochs)
        more = history(plan, self.state, epochs, progress)
        joined = {name: np.concatenate([rows, more.parameters[name][1:]]) for name, rows in self.parameters.items()}
        last = self.stretches[-1]
        stretches = (*self.stretches, *more.stretches)
        if not changes and self.stopped is None:
            stretches = (
                *self.stretches[:-1],
                Stretch(plan, last.start, last.epochs + epochs, last.updates + more.stretches[0].updates),
            )
        return type(self)(joined, np.concatenate([self.losses, more.losses]), more.loss, np.concatenate([self.rates, more.rates]),
                          np.concatenate([self.validation, more.validation]), more.stopped, more.state, stretches)  # fmt: skip

    def predict(
        self, data: Mapping[str, Any] | None = None, node: str | None = None, label: str | None = None, epoch: int = -1
    ) -> Prediction:
        """Return what the model says about the training data, or about other points, after an epoch (0: at the start).

        `node` names the node that predicts, `label` the data that hold the right answers; see `predictions.predict`.

        >>> from graphtutor.training.data import lecture
        >>> h = train("f = w0*x0 + w1*x1 + b; L = (f - y)**2", lecture(), start={"w0": 0.5, "w1": -0.3, "b": 0.1})
        >>> print(h.predict().print_out)
        (2, 0) → −0.479745  Class 1
        (5, −2) → −1.25979  Class 1
        (−2, 2) → 0.651658  Class 2
        (−1, −3) → 0.985373  Class 2
        """
        parameters = self.after(epoch)
        known = predict(self.graph, parameters, self.plan.data, node, label)
        return (
            known
            if data is None
            else predict(self.graph, parameters, named("data", data, "one value a point"), node, label, known.classes)
        )

    def after(self, epoch: int) -> dict[str, Any]:
        """Return the parameters after an epoch (0: at the start, -1: at the end)."""
        if not -len(self.losses) - 1 <= epoch <= len(self.losses):
            raise LearnerError(f"there is no epoch {epoch}; this run has 0 (the start) to {len(self.losses)}")
        return {name: rows[epoch] if rows[epoch].ndim else float(rows[epoch]) for name, rows in self.parameters.items()}

    # ----- out -----
    def rows(self, every: str = "epoch") -> Iterator[list[Any]]:
        """Yield a header, then one row an epoch (or update): its number, loss, parameters before it and gradients."""
        if every not in ("epoch", "update"):
            raise LearnerError(f"every='{every}' is not known; expected 'epoch' or 'update'")
        names = self.plan.parameters
        columns = [column for name in names for column in entries(name, self.parameters[name].shape[1:])]
        source, losses = (
            (self, [*self.losses, self.loss]) if every == "epoch" else (self.updates, list(self.updates.losses))
        )
        yield [every, "loss", *columns, *(f"dL/d{c}" for c in columns)]
        for k, loss in enumerate(losses):
            values = [v for name in names for v in np.ravel(source.parameters[name][k]).tolist()]
            known = k < len(next(iter(source.gradients.values())))
            slopes = (
                [v for name in names for v in np.ravel(source.gradients[name][k]).tolist()]
                if known
                else [""] * len(columns)
            )
            yield [k, float(loss), *values, *slopes]

    def to_csv(self, path: str | Path | None = None, every: str = "epoch") -> str:
        """Return the run as CSV text, and write it to `path` if given.

        Row k of `every="epoch"` stands before epoch k + 1, and the last row after the run.
        """
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(self.rows(every))
        if path is not None:
            try:
                Path(path).write_text(text.getvalue(), encoding="utf-8")
            except OSError as error:
                raise LearnerError(
                    f"cannot write {path}: {(error.strerror or 'it failed').lower()}; choose another place"
                ) from None
        return text.getvalue()

    def __repr__(self) -> str:
        ends = f"{self.losses[0]:.6g} → {self.loss:.6g}" if len(self.losses) else f"{self.loss:.6g}"
        return f"<History: {self.plan.method.name}, {len(self.losses)} epochs, {self.state.updates} updates, loss {ends}{'; ' + self.stopped.message if self.stopped else ''}>"


def entries(name: str, shape: tuple[int, ...]) -> list[str]:
    """Return the names of a parameter's entries.

    >>> entries("W", (2, 1)), entries("b", ())
    (['W[0,0]', 'W[1,0]'], ['b'])
    """
    return [f"{name}[{','.join(map(str, place))}]" for place in np.ndindex(*shape)] if shape else [name]


def history(plan: Plan, start: State, epochs: int, progress: Progress | None = None) -> History:
    """Return the History of `epochs` epochs from `start`."""
    record = go_on(plan, start, epochs, progress)
    parameters = {
        name: np.array(rows) for name, rows in zip(plan.parameters, zip(*record.rows, strict=True), strict=True)
    }
    stretch = Stretch(plan, start, epochs, record.state.updates - start.updates)
    return History(parameters, np.array(record.losses, dtype=float), record.loss, np.array(record.rates, dtype=float),
                   np.array(record.checks if plan.validation is not None else [], dtype=float), record.stop, record.state, (stretch,))  # fmt: skip


def train(loss: Any, data: Mapping[str, Any] | None = None, *, method: str = "sgd", batch_size: int | None = None, reduction: str = "sum",
          rate: float | Callable[[int], float] = 0.01, epochs: int = 20, start: Mapping[str, Any] | None = None, shuffle: bool = False, seed: int = 0,
          schedule: str = "constant", clip: float | None = None, patience: int | None = None, tolerance: float = 0.0,
          validation: Mapping[str, Any] | None = None, tie: str = "zero", sequential: bool = False, shapes: Mapping[str, Any] | None = None,
          constants: Mapping[str, Any] | None = None, parameters: Iterable[str] = (), progress: Progress | None = None, **settings: float) -> History:  # fmt: skip
    """Return the History of descending `loss` over `data`.

    `loss` is a Graph, or anything that `build` takes; `data` maps input names to one value a point
    (class numbers are taken for one-hot rows). Learned are the inputs with a `start`, those named
    in `parameters`, and those without data that are called like parameters (see
    `build.default_parameters`); what `start` leaves out starts at random from `seed`: a number in
    [0, 1), as in the lecture, a vector or matrix normal with variance 1/columns.

    `method`: a row of `descent.METHODS`, its settings (`momentum=0.9`, …) by name. `reduction` says
    whether a batch's gradients are summed, as the lecture does, or averaged. `schedule` names a row
    of `descent.SCHEDULES`, such as "step:10:0.5"; `rate` may be a function of the epoch instead.
    `clip` bounds the length of the whole gradient. `patience` stops after so many epochs in which
    the loss (over `validation`, if given) did not fall by more than `tolerance`. `sequential=True`
    shows the common slip: each parameter is updated before the next one's gradient is taken.

    A loss that turns not finite ends the run: see `History.stopped`. Raises LearnerError for what does not fit.

    >>> h = train(lambda w, x, y: (w*x - y)**2, {"x": [1, 2], "y": [2, 4]}, rate=0.1, epochs=3, start={"w": 0})
    >>> h.parameters["w"].round(6).tolist(), h.losses.round(6).tolist()
    ([0.0, 1.68, 1.9488, 1.991808], [10.0, 0.256, 0.006554])
    """
    data, given = named("data", data, "one value a point"), named("start", start, "first value")
    graph = (
        loss
        if isinstance(loss, Graph)
        else build(loss, shapes={**shapes_from(data), **known_shapes(given), **(shapes or {})}, constants=constants)
    )
    if graph.shapes[graph.out]:
        raise ShapeError(
            f"the loss has shape {show_shape(graph.shapes[graph.out])}; descent needs one number a point: sum it, or take its mean"
        )
    fit = fitted(graph, data)
    names = parameters_of(graph, data, given, tuple(parameters))
    row = descent.method_called(method)
    plan = Plan(
        graph, fit, names, row, settings_of(row, settings), descent.points_an_update(row, batch_size, fit.count), chosen("reduction", reduction, ("sum", "mean")),
        rate, schedule, shuffle, seed, clip, patience, tolerance, None if validation is None else held_out(graph, data, validation), tie, sequential,
    )  # fmt: skip
    check(plan, epochs)
    first = started(graph, names, given, seed)
    return history(plan, State(first, zeros(row, first)), epochs, progress)


def chosen(what: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise LearnerError(f"{what}='{value}' is not known; expected {' or '.join(map(repr, allowed))}")
    return value


def named(what: str, given: Mapping[str, Any] | None, each: str) -> dict[str, Any]:
    """Return what belongs to input names as a dictionary."""
    if given is not None and not hasattr(given, "items"):
        raise LearnerError(
            f"{what} is a {type(given).__name__}; expected input name → {each}, such as {what}={{'x': …}}"
        )
    return {} if given is None else {str(name): value for name, value in given.items()}


def held_out(graph: Graph, data: Mapping[str, Any], validation: Mapping[str, Any]) -> Data:
    """Return validation data fitted to the graph; LearnerError if they lack a name that the data have."""
    table = named("validation", validation, "one value a point")
    missing = [name for name in data if name not in table]
    if missing:
        raise LearnerError(f"validation has no '{missing[0]}'; it needs the names of the data: {', '.join(data)}")
    return fitted(graph, {name: table[name] for name in data} | table)


def check(plan: Plan, epochs: int) -> None:
    """Raise a LearnerError for a number of a plan that does not fit."""
    for what, number, least, expected in (("epochs", epochs, 0, "a whole number, 0 or more"), ("seed", plan.seed, 0, "a whole number, 0 or more"),
                                          ("patience", plan.patience, 1, "a whole number of epochs above 0")):  # fmt: skip
        if number is not None and (not isinstance(number, int) or number < least):
            raise LearnerError(f"{what}={number!r}; expected {expected}")
    for what, value, fits, expected in (("rate", plan.rate, is_number(plan.rate) or callable(plan.rate), "a number, or a function of the epoch"),
                                        ("tolerance", plan.tolerance, is_number(plan.tolerance), "a number"),
                                        ("clip", plan.clip, plan.clip is None or (is_number(plan.clip) and plan.clip > 0), "a length above 0")):  # fmt: skip
        if not fits:
            raise LearnerError(f"{what}={value!r}; expected {expected}")
    if plan.clip is not None and plan.sequential:
        raise LearnerError(
            "clip needs the whole gradient, and sequential=True takes it piece by piece; leave one of them out"
        )


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating)


def known_shapes(start: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Return the shapes that start values say."""
    shapes = {name: as_array(name, value).shape for name, value in start.items() if not is_number(value)}
    return {name: shape for name, shape in shapes.items() if shape}


def parameters_of(
    graph: Graph, data: Mapping[str, Any], start: Mapping[str, Any], named: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the inputs that are to be learned: those with a start, those `named`, and those without data that look like parameters."""
    names = [n.name for n in graph.inputs]
    for what, name in [*(("start", name) for name in start), *(("parameters", name) for name in named)]:
        if name not in names:
            raise LearnerError(f"{what} has '{name}', which is no input of the loss; its inputs are {', '.join(names)}")
        if name in data:
            raise LearnerError(f"'{name}' has both data and a place in {what}; a parameter is learned, data are given")
    found = tuple(n for n in names if n in start or n in named or (n not in data and n in graph.parameters))
    missing = [n for n in names if n not in data and n not in found]
    if missing:
        raise LearnerError(
            f"no data for '{missing[0]}'; give it one value a point, or name it in parameters=[…] (in the shell: --learn {missing[0]}) if it is to be learned"
        )
    if not found:
        raise LearnerError(
            f"every input of the loss ({', '.join(names) or 'none'}) has data, so nothing is left to learn; leave the parameters out of the data"
        )
    return found


def settings_of(row: Method, given: Mapping[str, float]) -> tuple[float, ...]:
    """Return the numbers of a method's settings, in order."""
    known = dict(row.settings)
    for name, value in given.items():
        if name not in known:
            raise LearnerError(f"method='{row.name}' has no setting '{name}'; it takes {', '.join(known) or 'none'}")
        if not isinstance(value, int | float) or not 0 <= value < math.inf:
            raise LearnerError(f"{name}={value!r}; expected a number, 0 or more")
    return tuple(float({**known, **given}[name]) for name in known)


def started(graph: Graph, names: tuple[str, ...], start: Mapping[str, Any], seed: int) -> tuple[Any, ...]:
    """Return the first value of every parameter."""
    random = np.random.default_rng(seed) if len(start) < len(names) else None
    values: list[Any] = []
    for name in names:
        shape = graph.shapes[graph.ids[name]]
        if random is not None and name not in start:
            values.append(random.normal(0, shape[-1] ** -0.5, shape) if shape else float(random.random()))
            continue
        if not shape and isinstance(start[name], float) and math.isfinite(start[name]):
            values.append(start[name])
            continue
        try:
            value = np.array(start[name], dtype=float)
        except (TypeError, ValueError):
            raise LearnerError(
                f"start['{name}'] is {start[name]!r}; expected numbers of shape {show_shape(shape)}"
            ) from None
        if value.shape != shape:
            raise ShapeError(f"start['{name}'] has shape {show_shape(value.shape)}; expected {show_shape(shape)}")
        if not np.isfinite(value).all():
            raise LearnerError(f"start['{name}'] holds a number that is not finite; expected finite numbers")
        values.append(value if shape else value.item())
    return tuple(values)
