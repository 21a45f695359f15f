"""History: what happened in a run, how it goes on, what it predicts, and its pictures."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..compiled.function import compiled
from ..door import door, made_by
from ..door import kind as called
from ..errors import LearnerError
from ..expr.graph import Graph
from ..shown import Late, bundle
from ..text import written
from .predictions import Prediction, predict
from .runs import Plan, Progress, Run, State, Stop, go_on
from .update import Update

if TYPE_CHECKING:
    from ..picture.plots import curves, figures, planes, surfaces
else:
    curves, figures, planes, surfaces = (
        Late(f"graphtutor.picture.plots.{name}") for name in ("curves", "figures", "planes", "surfaces")
    )

KINDS = {
    "loss": ("title",),
    "boundary": ("epoch", "slide", "node"),
    "regions": ("epoch", "node"),
    "surface": ("names", "title"),
}  # plots of a run, with their options

GROWN = 1000  # by which a loss has grown that is called diverging


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


@made_by("gt.train('(w - 3)**2', start={'w': 0})")
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

    @door
    def resume(self, epochs: int = 20, progress: Progress | None = None, **changes: Any) -> History:
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
        plan.check(epochs)
        more = history(plan, self.state, epochs, progress)
        joined = {name: np.concatenate([rows, more.parameters[name][1:]]) for name, rows in self.parameters.items()}
        last = self.stretches[-1]
        stretches = (*self.stretches, *more.stretches)
        if not changes and self.stopped is None:
            stretches = (
                *self.stretches[:-1],
                Stretch(plan, last.start, last.epochs + epochs, last.updates + more.stretches[0].updates),
            )
        return History(joined, np.concatenate([self.losses, more.losses]), more.loss, np.concatenate([self.rates, more.rates]),
                          np.concatenate([self.validation, more.validation]), more.stopped, more.state, stretches)  # fmt: skip

    @door
    def predict(
        self, data: Mapping[str, Any] | None = None, node: str | None = None, label: str | None = None, epoch: int = -1
    ) -> Prediction:
        """Return what the model says about the training data, or about other points, after an epoch (0: at the start).

        `node` names the node that predicts, `label` the data that hold the right answers; see `predictions.predict`.

        >>> from graphtutor.training.data import lecture
        >>> from graphtutor.training.train import train
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

    @door
    def after(self, epoch: int) -> dict[str, Any]:
        """Return the parameters after an epoch (0: at the start, -1: at the end)."""
        if not -len(self.losses) - 1 <= epoch <= len(self.losses):
            raise LearnerError(f"there is no epoch {epoch}; this run has 0 (the start) to {len(self.losses)}")
        return {name: rows[epoch] if rows[epoch].ndim else float(rows[epoch]) for name, rows in self.parameters.items()}

    # ----- pictures -----
    @door
    def plot(
        self,
        kind: str = "loss",
        path: str | Path | None = None,
        beside: Mapping[str, History] | Iterable[History] = (),
        *,
        title: str | None = None,
        epoch: int | None = None,
        slide: bool | None = None,
        node: str | None = None,
        names: tuple[str, str] | None = None,
    ) -> figures.Plot:
        """Return a plot of the run, and write it to `path` (.svg, .png, .pdf) if given.

        `kind`: "loss" by epoch, "boundary" between two classes (`epoch=`, `slide=True` for the
        lecture's formula beside it), "regions" of many classes, "surface" of the loss over two
        parameters (`names=("w0", "b")`) with the path on it. Loss and surface show other runs
        `beside` this one: histories, or name → history.
        """
        if kind not in KINDS:
            raise LearnerError(f"'{kind}' is no plot of a run; expected one of {', '.join(KINDS)}")
        given = {"title": title, "epoch": epoch, "slide": slide, "node": node, "names": names}
        look: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        alien = next((name for name in look if name not in KINDS[kind]), None)
        if alien:
            fitting = " or ".join(k for k, options in KINDS.items() if alien in options)
            raise LearnerError(f"{alien}= belongs to a plot of {fitting}; leave it out of a plot of {kind}")
        checked(beside)
        others = dict(beside) if isinstance(beside, Mapping) else by_method(self, *beside)
        one: dict[str, Any] = {"boundary": planes.boundary_plot, "regions": planes.regions_plot}
        if kind in one:
            if len(others) > 1 - isinstance(beside, Mapping):
                raise LearnerError(f"a plot of {kind} shows one run; leave beside out, or plot the loss or the surface")
            return one[kind](self, **look).at(path)  # type: ignore[no-any-return]
        draw: Any = curves.loss_plot if kind == "loss" else surfaces.surface_plot
        return draw({**by_method(self), **others}, **look).at(path)  # type: ignore[no-any-return]

    @door
    def frames(self, path: str | Path, slide: bool = False) -> list[Path]:
        """Write the decision boundary at the start and after each epoch, into a folder or one .gif; return the paths."""
        return figures.save_frames(planes.boundary_frames(self, slide), path)

    @door
    def update(self, number: int = 0) -> Update:
        """Return an update (from 0), opened up: the graph with gradients, and every number of the step; see `Update`."""
        made = self.updates
        if not 0 <= number < len(made.losses):
            raise LearnerError(f"there is no update {number + 1}; this run has {len(made.losses)}")
        earlier = 0
        for stretch in self.stretches:
            if number < earlier + stretch.updates:
                break
            earlier += stretch.updates
        plan, epochs = stretch.plan, stretch.start.epochs
        done, place = divmod(number - earlier, -(-plan.data.count // plan.size))
        points = range(plan.data.count) if plan.size >= plan.data.count else plan.order(epochs + done).tolist()
        chosen = tuple(points[place * plan.size : (place + 1) * plan.size]) if plan.data.arrays else ()
        before, after = ({name: single(rows[number + k]) for name, rows in made.parameters.items()} for k in (0, 1))
        gradients = {name: single(rows[number]) for name, rows in made.gradients.items()}
        rate = plan.rates(epochs, stretch.epochs, epochs + stretch.epochs)[done]
        return Update(number, chosen, before, after, gradients, self.moments(number), plan, epochs + done + 1, rate)

    def moments(self, number: int) -> dict[str, tuple[Any, ...]]:
        """Return what the method kept for each parameter before an update."""
        size = len(self.plan.method.state)
        kept = self.stretches[0].start.moments if number == 0 else self.updates.moments[number - 1]
        return {name: tuple(kept[k * size : (k + 1) * size]) for k, name in enumerate(self.plan.parameters)}

    @property
    def spark(self) -> str:
        """The losses as a line of blocks for a terminal."""
        return curves.spark([*self.losses, self.loss])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return bundle(repr(self), svg=self._repr_svg_)

    def _repr_svg_(self) -> str:
        return self.plot()._repr_svg_()

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

    @door
    def to_csv(self, path: str | Path | None = None, every: str = "epoch") -> str:
        """Return the run as CSV text, and write it to `path` if given.

        Row k of `every="epoch"` stands before epoch k + 1, and the last row after the run.
        """
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(self.rows(every))
        if path is not None:
            written(Path(path), text.getvalue().encode())
        return text.getvalue()

    @property
    def diverges(self) -> str:
        """What is to be said of a loss that grows without end, or nothing: it went up by a factor of GROWN, and was still going up."""
        tail = [*self.losses[-3:], self.loss]
        grows = (
            len(tail) == 4
            and all(a < b for a, b in itertools.pairwise(tail))
            and self.loss > GROWN * max(abs(self.losses[0]), 1e-300)
        )
        return (
            f"the loss grows without end (it is diverging): from {self.losses[0]:.6g} to {self.loss:.6g}; try a smaller rate"
            if grows
            else ""
        )

    def __repr__(self) -> str:
        ends = f"{self.losses[0]:.6g} → {self.loss:.6g}" if len(self.losses) else f"{self.loss:.6g}"
        return f"<History: {self.plan.method.name}, {len(self.losses)} epochs, {self.state.updates} updates, loss {ends}{'; ' + self.stopped.message if self.stopped else '; ' + self.diverges if self.diverges else ''}>"


def entries(name: str, shape: tuple[int, ...]) -> list[str]:
    """Return the names of a parameter's entries.

    >>> entries("W", (2, 1)), entries("b", ())
    (['W[0,0]', 'W[1,0]'], ['b'])
    """
    return [f"{name}[{','.join(map(str, place))}]" for place in np.ndindex(*shape)] if shape else [name]


def single(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else value


def by_method(*runs: History) -> dict[str, History]:
    """Return runs by the names of their methods, numbered where one comes again."""
    found: dict[str, History] = {}
    for h in runs:
        name = h.plan.method.name
        again = sum(other.split(" ")[0] == name for other in found)
        found[f"{name} {again + 1}" if again else name] = h
    return found


def checked(beside: Any) -> None:
    """Raise a LearnerError where something among runs is none."""
    runs = beside.values() if isinstance(beside, Mapping) else beside
    if not all(isinstance(run, History) for run in runs):
        raise LearnerError(f"beside is {called(beside)}; expected runs of gt.train, or name → run")


def named(what: str, given: Mapping[str, Any] | None, each: str) -> dict[str, Any]:
    """Return what belongs to input names as a dictionary."""
    if given is not None and not hasattr(given, "items"):
        raise LearnerError(
            f"{what} is a {type(given).__name__}; expected input name → {each}, such as {what}={{'x': …}}"
        )
    return {} if given is None else {str(name): value for name, value in given.items()}


def history(plan: Plan, start: State, epochs: int, progress: Progress | None = None) -> History:
    """Return the History of `epochs` epochs from `start`."""
    record = go_on(plan, start, epochs, progress)
    parameters = {
        name: np.array(rows) for name, rows in zip(plan.parameters, zip(*record.rows, strict=True), strict=True)
    }
    stretch = Stretch(plan, start, epochs, record.state.updates - start.updates)
    return History(parameters, np.array(record.losses, dtype=float), record.loss, np.array(record.rates, dtype=float),
                   np.array(record.checks if plan.validation is not None else [], dtype=float), record.stop, record.state, (stretch,))  # fmt: skip
