"""Train: gradient descent on any loss graph and any data.

The gradient is that of the compiled graph; how it is used is a row of `methods.METHODS`. All
parameters are updated at once from the old ones.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from ..door import door
from ..errors import LearnerError, ShapeError
from ..expr.build import build
from ..expr.graph import Graph
from ..ops.arrays import show_shape
from .data import Data, as_array, fitted, shapes_from
from .history import History, history, named
from .methods import method_called, points_an_update, settings_of
from .runs import Plan, Progress, State, is_number, zeros

LONG = 50_000  # points times epochs from which a run may show a bar
PATIENCE, EVERY = 0.5, 0.1  # seconds before it does, and between two looks at it


@door
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

    `method`: a row of `METHODS`, its settings (`momentum=0.9`, …) by name. `reduction` says
    whether a batch's gradients are summed, as the lecture does, or averaged. `schedule` names a row
    of `SCHEDULES`, such as "step:10:0.5"; `rate` may be a function of the epoch instead.
    `clip` bounds the length of the whole gradient. `patience` stops after so many epochs in which
    the loss (over `validation`, if given) did not fall by more than `tolerance`. `sequential=True`
    shows the common slip: each parameter is updated before the next one's gradient is taken.

    A loss that turns not finite ends the run: see `History.stopped`. A long run shows a bar where standard error is
    a terminal. Raises LearnerError for what does not fit.

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
    row = method_called(method)
    plan = Plan(
        graph, fit, names, row, settings_of(row, settings), points_an_update(row, batch_size, fit.count), chosen("reduction", reduction, ("sum", "mean")),
        rate, schedule, shuffle, seed, clip, patience, tolerance, None if validation is None else held_out(graph, data, validation), tie, sequential,
    )  # fmt: skip
    plan.check(epochs)
    first = started(graph, names, given, seed)
    state = State(first, zeros(row, first))
    if progress is not None or sys.stderr is None or not sys.stderr.isatty() or epochs * fit.count <= LONG:
        return history(plan, state, epochs, progress)
    with Bar() as bar:
        return history(plan, state, epochs, bar)


def chosen(what: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise LearnerError(f"{what}='{value}' is not known; expected {' or '.join(map(repr, allowed))}")
    return value


def held_out(graph: Graph, data: Mapping[str, Any], validation: Mapping[str, Any]) -> Data:
    """Return validation data fitted to the graph; LearnerError if they lack a name that the data have."""
    table = named("validation", validation, "one value a point")
    missing = [name for name in data if name not in table]
    if missing:
        raise LearnerError(f"validation has no '{missing[0]}'; it needs the names of the data: {', '.join(data)}")
    return fitted(graph, {name: table[name] for name in data} | table)


def known_shapes(start: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Return the shapes that start values say."""
    shapes = {name: as_array(name, value).shape for name, value in start.items() if not is_number(value)}
    return {name: shape for name, shape in shapes.items() if shape}


# branches: one branch a message about a name
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


class Bar:
    """A progress bar on standard error that shows itself only when a run takes its time."""

    def __init__(self) -> None:
        self.looked = time.monotonic() + PATIENCE - EVERY
        self.shown: Any = None
        self.task: Any = 0

    def __call__(self, done: int, total: int, loss: float) -> None:
        now = time.monotonic()
        if now - self.looked < EVERY:
            return
        self.looked = now
        if self.shown is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (
                TextColumn("epoch {task.completed}/{task.total}"),
                BarColumn(),
                TextColumn("loss {task.fields[loss]:.6g}"),
                TimeRemainingColumn(),
            )
            self.shown = Progress(*columns, console=Console(stderr=True), transient=True)
            self.task = self.shown.add_task("training", total=total, loss=loss)
            self.shown.start()
        self.shown.update(self.task, completed=done, loss=loss)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *failure: object) -> None:
        if self.shown is not None:
            self.shown.stop()
