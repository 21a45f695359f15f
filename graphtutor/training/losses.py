"""Losses side by side: the lecture's tables to full precision, and which of its sentences about them hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled.function import compiled
from ..door import door, kind
from ..errors import LearnerError, ShapeError
from ..expr.build import build
from ..ops.arrays import show_shape, softmax
from ..shown import Late

if TYPE_CHECKING:
    from ..picture.plots import curves, figures
else:
    curves = Late("graphtutor.picture.plots.curves")

MODELS = {
    "Model 1": ((0.3, 0.3, 0.4), (0.3, 0.4, 0.3), (0.1, 0.2, 0.7)),
    "Model 2": ((0.1, 0.2, 0.7), (0.1, 0.7, 0.2), (0.3, 0.4, 0.3)),
}
CLASSES = ("Other", "Republican", "Democrat")
LABELS = (2, 1, 0)
SCORES, PRINTED = (-1.85, 0.42, 0.15), (0.06, 0.54, 0.40)  # the softmax example of S91, as the slide prints it
HOLDS, FAILS, PARTLY = "holds", "does not hold", "holds in part"
SQUARED = "p = sigmoid(z); L = (1 - p)**2 + (0 - (1 - p))**2"
CROSS = "p = sigmoid(z); L = -log(p)"


Floats = NDArray[np.float64]
Places = NDArray[np.intp]


class Claim(NamedTuple):
    """A sentence of the lecture, by the number of its slide item, with a verdict and the numbers behind it."""

    slide: str
    sentence: str
    verdict: str
    evidence: str


@dataclass(frozen=True, eq=False)
class Table:
    """The losses of one model, one entry a row; `rows` holds its probabilities, shape (N, C), `truth` the right classes."""

    name: str
    rows: Floats
    truth: Places

    @property
    def right(self) -> Floats:
        """The probability given to the right class."""
        return self.rows[np.arange(len(self.rows)), self.truth]

    @property
    def hot(self) -> Floats:
        return np.eye(self.rows.shape[1])[self.truth]

    @cached_property
    def squared(self) -> Floats:
        """Σᵢ (fᵢ − yᵢ)², which the lecture calls MSE."""
        return np.asarray(np.add.reduce((self.rows - self.hot) ** 2, axis=1))

    @cached_property
    def mean_squared(self) -> Floats:
        """The mean over the classes, which the name says."""
        return np.asarray(self.squared / self.rows.shape[1])

    @cached_property
    def absolute(self) -> Floats:
        """Σᵢ |fᵢ − yᵢ|."""
        return np.asarray(np.add.reduce(np.abs(self.rows - self.hot), axis=1))

    @cached_property
    def cross_entropy(self) -> Floats:
        """−log of the right class's probability; infinite where that is 0."""
        with np.errstate(divide="ignore"):
            return -np.log(self.right)

    @property
    def said(self) -> Places:
        """The class with the highest probability, the first of equals."""
        return np.asarray(np.argmax(self.rows, axis=1))

    @property
    def wrong(self) -> tuple[int, ...]:
        """The rows that are misclassified, counted from 0."""
        return tuple(int(k) for k in np.flatnonzero(self.said != self.truth))

    @property
    def averages(self) -> dict[str, float]:
        """The mean of each loss over the rows."""
        return {name: float(np.mean(getattr(self, name))) for name in KINDS}


WIDE = 14  # characters of a column of losses
KINDS = {"squared": "squared", "mean_squared": "mean squared", "absolute": "absolute", "cross_entropy": "cross entropy"}


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Models under several losses, and the lecture's claims judged on them. Printing it shows the tables."""

    tables: tuple[Table, ...]
    classes: tuple[str, ...]
    claims: tuple[Claim, ...]

    def __getitem__(self, name: str) -> Table:
        for table in self.tables:
            if table.name == name:
                return table
        raise LearnerError(f"no model '{name}'; there are {', '.join(t.name for t in self.tables)}")

    def differences(self) -> dict[str, float]:
        """Return, for each loss, the average of the first model less that of the second."""
        first, second = self.two()
        return {name: first[name] - second[name] for name in KINDS}

    def ratios(self) -> dict[str, float]:
        """Return, for each loss, the average of the first model over that of the second."""
        first, second = self.two()
        return {name: first[name] / second[name] for name in KINDS}

    def two(self) -> tuple[dict[str, float], dict[str, float]]:
        if len(self.tables) < 2:
            raise LearnerError("one model has nothing to be compared with; give the rows of two")
        return self.tables[0].averages, self.tables[1].averages

    def __str__(self) -> str:
        lines = []
        for t in self.tables:
            lines += [
                t.name,
                "  "
                + "".join(
                    h.rjust(w)
                    for h, w in (("row", 3), ("right class", 13), ("p", 7), *((k, WIDE) for k in KINDS.values()))
                ),
            ]
            for k in range(len(t.rows)):
                mark = "  wrong" if k in t.wrong else ""
                numbers = "".join(f"{getattr(t, name)[k]:{WIDE}.6f}" for name in KINDS)
                lines.append(f"  {k + 1:3d}{self.classes[t.truth[k]]:>13}{t.right[k]:7.4g}{numbers}{mark}")
            lines.append(f"  {'average':>23}" + "".join(f"{v:{WIDE}.6f}" for v in t.averages.values()))
        return "\n".join([*lines, *(f"{c.slide}: “{c.sentence}” {c.verdict}: {c.evidence}" for c in self.claims)])

    __repr__ = __str__

    def plot(self, path: str | Path | None = None) -> figures.Plot:
        """Return the size of the gradient against the probability, squared error beside cross entropy: why one of them saturates."""
        return curves.saturation_plot().at(path)


@door
# branches: one branch a form of what is handed in, each with its message
def compare_losses(model_rows: Mapping[str, Any] | Sequence[Any] | None = None, labels: Sequence[Any] | None = None,
                   classes: Sequence[str] | None = None) -> Comparison:  # fmt: skip
    """Return models side by side under squared error, absolute error and cross entropy, with the lecture's claims judged.

    `model_rows`: name → rows of probabilities, shape (N, C), or a list of such rows; `labels`: the
    right classes as numbers from 0, as names in `classes`, or as one-hot rows. Left out, they are
    the lecture's two models. Raises LearnerError for rows that are no probabilities.

    >>> c = compare_losses()
    >>> [round(v, 4) for v in c["Model 1"].squared.tolist()], round(c["Model 1"].averages["cross_entropy"], 12)
    ([0.54, 0.54, 1.34], 1.378388852247)
    >>> {claim.slide: claim.verdict for claim in c.claims}["S109"]
    'does not hold'
    """
    if model_rows is None:
        model_rows, labels, classes = (
            MODELS,
            LABELS if labels is None else labels,
            CLASSES if classes is None else classes,
        )
    if not isinstance(model_rows, Mapping):
        if not hasattr(model_rows, "__len__") or isinstance(model_rows, str):
            raise LearnerError(f"the models are {kind(model_rows)}; expected rows of probabilities, or name → rows")
        many = [model_rows] if len(model_rows) and np.ndim(model_rows[0]) == 1 else list(model_rows)
        model_rows = {f"Model {k + 1}": rows for k, rows in enumerate(many)}
    if labels is None:
        raise LearnerError("no labels; give the right class of each row, as numbers from 0 or one-hot rows")
    rows = {str(name): probabilities(str(name), given) for name, given in model_rows.items()}
    if not rows:
        raise LearnerError("no models; give at least one table of probabilities")
    shape = next(iter(rows.values())).shape
    for name, table in rows.items():
        if table.shape != shape:
            raise ShapeError(
                f"'{name}' has rows of shape {show_shape(table.shape)}, the first model {show_shape(shape)}; all models answer the same rows"
            )
    names = tuple(map(str, classes)) if classes is not None else tuple(map(str, range(shape[1])))
    if len(names) != shape[1]:
        raise ShapeError(f"{len(names)} class names for rows of {shape[1]}; expected one a column")
    tables = tuple(Table(name, table, truth_of(labels, names, shape)) for name, table in rows.items())
    return Comparison(tables, names, tuple(judged(tables)))


def probabilities(name: str, given: Any) -> np.ndarray:
    """Return rows as an array of probabilities, or raise a LearnerError that names the row."""
    try:
        rows = np.array(given, dtype=float)
    except (TypeError, ValueError):
        raise LearnerError(
            f"the rows of '{name}' are not numbers in rows of one length; expected one probability a class"
        ) from None
    if rows.ndim != 2 or not rows.size:
        raise ShapeError(f"the rows of '{name}' have shape {show_shape(rows.shape)}; expected (rows×classes)")
    bad = np.flatnonzero(~(np.all(rows >= 0, axis=1) & (np.abs(rows.sum(axis=1) - 1) < 1e-6)))
    if len(bad):
        raise LearnerError(
            f"row {bad[0] + 1} of '{name}' adds up to {rows[bad[0]].sum():.6g}; expected probabilities, 0 or more, that add up to 1"
        )
    return rows


def truth_of(labels: Any, classes: tuple[str, ...], shape: tuple[int, ...]) -> np.ndarray:
    """Return the right class of each row as a number from 0."""
    if np.ndim(labels) == 2:
        hot = np.array(labels, dtype=float)
        if hot.shape != shape or not np.all(np.isin(hot, (0, 1))) or not np.all(hot.sum(axis=1) == 1):
            raise ShapeError(
                f"one-hot labels need shape {show_shape(shape)} and a single 1 a row; met {show_shape(hot.shape)}"
            )
        return np.asarray(np.argmax(hot, axis=1))
    if len(labels) != shape[0]:
        raise ShapeError(f"{len(labels)} labels for {shape[0]} rows; expected one a row")
    places = [classes.index(k) if isinstance(k, str) and k in classes else k for k in labels]
    for k in places:
        if not isinstance(k, int | float | np.integer | np.floating) or k != int(k) or not 0 <= k < shape[1]:
            raise LearnerError(
                f"label {k!r} is no class; expected a whole number from 0 to {shape[1] - 1}"
                + (f", or one of {', '.join(classes)}" if not classes[0].isdigit() else "")
            )
    return np.array([int(k) for k in places])


# ----- the lecture's sentences -----
def judged(tables: tuple[Table, ...]) -> list[Claim]:
    """Return the lecture's claims about losses, each with a verdict on these tables and its reason."""
    claims = [rounding()]
    if len(tables) > 1:
        claims += [differing(*tables[:2])]
    return [*claims, penalties(tables), slowing()]


def rounding() -> Claim:
    exact = softmax(np.array(SCORES), -1)
    off = [k for k, (p, printed) in enumerate(zip(exact, PRINTED, strict=True)) if round(float(p), 2) != printed]
    shown = ", ".join(f"{p:.12f}" for p in exact)
    wrong = "; ".join(f"entry {k + 1} rounds to {exact[k]:.2f}, printed {PRINTED[k]:.2f}" for k in off)
    return Claim(
        "S91",
        "softmax(−1.85, 0.42, 0.15) = (0.06, 0.54, 0.40)",
        FAILS if off else HOLDS,
        f"it is ({shown})" + (f"; {wrong}" if off else ""),
    )


def differing(first: Table, second: Table) -> Claim:
    a, b = first.averages, second.averages
    sentence = "The difference between the models is greater in cross entropy than in MSE"
    endless = [t.name for t in (first, second) if not np.isfinite(t.averages["cross_entropy"])]
    if endless:
        return Claim(
            "S108",
            sentence,
            HOLDS if len(endless) == 1 else PARTLY,
            f"the cross entropy of {' and '.join(endless)} is infinite, for a right class got probability 0; squared error stays finite",
        )
    squared, cross = a["squared"] - b["squared"], a["cross_entropy"] - b["cross_entropy"]
    ratios = (
        a["squared"] / b["squared"] if b["squared"] else np.inf,
        a["cross_entropy"] / b["cross_entropy"] if b["cross_entropy"] else np.inf,
    )
    evidence = f"the averages differ by {cross:.6f} in cross entropy and {squared:.6f} in squared error"
    if (ratios[1] > ratios[0]) != (cross > squared):
        evidence += f"; but their ratios say the opposite ({ratios[1]:.4f} and {ratios[0]:.4f}), and differences of losses on different scales cannot be compared"
    return Claim("S108", sentence, HOLDS if abs(cross) > abs(squared) else FAILS, evidence)


def penalties(tables: tuple[Table, ...]) -> Claim:
    most = max(float(np.max(t.squared - t.cross_entropy)) for t in tables)
    rows = sum(len(t.rows) for t in tables)
    evidence = (
        f"in all {rows} rows squared error is at most cross entropy"
        if most <= 1e-12
        else f"squared error exceeds cross entropy by up to {most:.6f}"
    ) + (
        "; for every probability p of the right class, Σ(f − y)² ≤ 2(1 − p)² ≤ −log p, equal at p = 1 alone, and squared error never exceeds 2"
    )
    return Claim(
        "S109",
        "MSE penalizes incorrect predictions much more than cross entropy",
        FAILS if most <= 1e-12 else HOLDS,
        evidence,
    )


def slowing() -> Claim:
    s = saturation(np.array([0.0001, 0.01, 0.5, 0.99]))
    low, least, half, high = np.abs(s.squared_slope / s.cross_slope)
    evidence = (
        f"by the score, squared error's slope is 4p(1 − p) times cross entropy's: {high:.4f} at p = 0.99 and {half:.0f} at p = 0.5, but also {least:.4f} at p = 0.01 "
        f"and {low:.4f} at p = 0.0001, when the model is confidently wrong; that is where it fails to learn"
    )
    return Claim(
        "S110",
        "MSE makes the gradients very small as the scores become better, so learning slows down",
        PARTLY,
        evidence,
    )


class Saturation(NamedTuple):
    """Two losses of a two-class model by the probability p of the right class, with their slopes by its score z = log(p/(1 − p))."""

    p: np.ndarray
    squared: np.ndarray
    squared_slope: np.ndarray
    cross: np.ndarray
    cross_slope: np.ndarray


def saturation(p: np.ndarray) -> Saturation:
    """Return squared error and cross entropy at probabilities `p`, with gradients got by backpropagation.

    >>> s = saturation(np.array([0.5]))
    >>> s.squared_slope.round(12).tolist(), s.cross_slope.round(12).tolist()
    ([-0.5], [-0.5])
    """
    if not np.all((p > 0) & (p < 1)):
        raise LearnerError("a probability outside (0, 1) has no score; expected numbers between 0 and 1")
    z = np.log(p) - np.log1p(-p)
    squared, cross = (compiled(build(text))({"z": z}) for text in (SQUARED, CROSS))
    return Saturation(p, squared[0], squared[1]["z"], cross[0], cross[1]["z"])
