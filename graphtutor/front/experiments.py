"""What a user holds of training: `train` with a bar on long runs, and what it and the comparisons give, which plot themselves."""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from ..errors import LearnerError
from ..picture.plots import curves, figures, planes, surfaces
from ..training import losses, opening
from ..training import train as training
from ..training.outliers import EPOCHS
from ..training.outliers import Robustness as Runs
from ..training.outliers import outliers as ran

LONG = 50_000  # points times epochs from which a run may show a bar
PATIENCE, EVERY = 0.5, 0.1  # seconds before it does, and between two looks at it

ONE: Mapping[str, Callable[..., figures.Plot]] = {"boundary": planes.boundary_plot, "regions": planes.regions_plot}
MANY: Mapping[str, Callable[..., figures.Plot]] = {"loss": curves.loss_plot, "surface": surfaces.surface_plot}
KINDS = ("loss", "boundary", "regions", "surface")


class History(training.History):
    """What happened in a run; see `training.History` for its data."""

    def plot(
        self,
        kind: str = "loss",
        path: str | Path | None = None,
        beside: Mapping[str, training.History] | Iterable[training.History] = (),
        **look: Any,
    ) -> figures.Plot:
        """Return a plot of the run, and write it to `path` (.svg, .png, .pdf) if given.

        `kind`: "loss" by epoch, "boundary" between two classes (`epoch=`, `slide=True` for the
        lecture's formula beside it), "regions" of many classes, "surface" of the loss over two
        parameters (`names=("w0", "b")`) with the path on it. Loss and surface show other runs
        `beside` this one: histories, or name → history.
        """
        if kind not in KINDS:
            raise LearnerError(f"'{kind}' is no plot of a run; expected one of {', '.join(KINDS)}")
        others = dict(beside) if isinstance(beside, Mapping) else named(self, *beside)
        if kind in ONE and len(others) > 1 - isinstance(beside, Mapping):
            raise LearnerError(f"a plot of {kind} shows one run; leave beside out, or plot the {' or the '.join(MANY)}")
        return saved(ONE[kind](self, **look) if kind in ONE else MANY[kind]({**named(self), **others}, **look), path)

    def frames(self, path: str | Path, slide: bool = False) -> list[Path]:
        """Write the decision boundary at the start and after each epoch, into a folder or one .gif; return the paths."""
        return figures.save_frames(planes.boundary_frames(self, slide), path)

    def update(self, number: int = 0) -> opening.Update:
        """Return an update (from 0), opened up: the graph with gradients, and every number of the step; see `opening`."""
        return opening.update(self, number)

    @property
    def spark(self) -> str:
        """The losses as a line of blocks for a terminal."""
        return curves.spark([*self.losses, self.loss])

    def _repr_svg_(self) -> str:
        return self.plot()._repr_svg_()


def named(*runs: training.History) -> dict[str, training.History]:
    """Return runs by the names of their methods, numbered where one comes again."""
    found: dict[str, training.History] = {}
    for h in runs:
        name = h.plan.method.name
        again = sum(other.split(" ")[0] == name for other in found)
        found[f"{name} {again + 1}" if again else name] = h
    return found


def saved(plot: figures.Plot, path: str | Path | None) -> figures.Plot:
    if path is not None:
        plot.save(path)
    return plot


def dressed(plain: training.History) -> History:
    """Return a plain history with the methods of this room."""
    out = object.__new__(History)
    out.__dict__.update(plain.__dict__)
    return out


# ----- losses and far points -----
class Comparison(losses.Comparison):
    """Models under several losses; see `losses.Comparison`."""

    def plot(self, path: str | Path | None = None) -> figures.Plot:
        """Return the size of the gradient against the probability, squared error beside cross entropy: why one of them saturates."""
        return saved(curves.saturation_plot(), path)


class Robustness(Runs):
    """Runs on data with one far point; see `outliers.Robustness`."""

    def plot(self, path: str | Path | None = None) -> figures.Plot:
        """Return the data with the lines that the runs end at, and how far each is from the clean optimum by epoch."""
        return saved(curves.robustness_plot(self), path)


def compare_losses(model_rows: Mapping[str, Any] | Sequence[Any] | None = None, labels: Sequence[Any] | None = None,
                   classes: Sequence[str] | None = None) -> Comparison:  # fmt: skip
    """Return models side by side under squared error, absolute error and cross entropy; see `losses.compare_losses`."""
    found = losses.compare_losses(model_rows, labels, classes)
    return Comparison(found.tables, found.classes, found.claims)


def outliers(seed: int = 0, rate: float = 0.01, epochs: int = EPOCHS) -> Robustness:
    """Return runs on data with one far point, and the lecture's sentences about it judged; see `outliers.outliers`."""
    found = ran(seed, rate, epochs)
    return Robustness(found.data, found.runs, found.clean, found.spoiled, found.claims)


class Bar:
    """A progress bar on standard error that shows itself only when a run takes its time."""

    def __init__(self) -> None:
        self.looked = time.monotonic() + PATIENCE - EVERY
        self.shown: Progress | None = None
        self.task = TaskID(0)

    def __call__(self, done: int, total: int, loss: float) -> None:
        now = time.monotonic()
        if now - self.looked < EVERY:
            return
        self.looked = now
        if self.shown is None:
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

    def end(self) -> None:
        if self.shown is not None:
            self.shown.stop()


def train(
    loss: Any,
    data: Mapping[str, Any] | None = None,
    *,
    epochs: int = 20,
    progress: Callable[[int, int, float], None] | None = None,
    **settings: Any,
) -> History:
    """Return the History of descending `loss` over `data`; see `training.train` for all it takes.

    A long run shows a bar where standard error is a terminal.

    >>> h = train("(w - 3)**2", start={"w": 0.0}, rate=0.25, epochs=4)
    >>> h.parameters["w"].tolist(), h.spark
    ([0.0, 1.5, 2.25, 2.625, 2.8125], '█▂▁▁▁')
    """
    bar = None
    if progress is None and sys.stderr is not None and sys.stderr.isatty() and epochs * points(data) > LONG:
        progress = bar = Bar()
    try:
        return dressed(training.train(loss, data, epochs=epochs, progress=progress, **settings))
    finally:
        if bar is not None:
            bar.end()


train.__signature__ = inspect.signature(training.train).replace(return_annotation="History")  # type: ignore[attr-defined]


def points(data: Mapping[str, Any] | None) -> int:
    return max([len(v) for v in data.values() if hasattr(v, "__len__") and np.ndim(v)], default=1) if data else 1
