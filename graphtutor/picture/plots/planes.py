"""Data with two features in the plane: the boundary between two classes, and the regions of many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import LearnerError
from ...text import clean
from ...training.history import History
from ...training.predictions import Prediction, label_of, predict
from ..files.inks import LIGHT
from .figures import COLOURS, DASHES, MARKERS, WASHES, Plot

GRID = 160  # points of a mesh to each side


@dataclass(frozen=True, eq=False)
class Plane:
    """Points with two features, and how a point of the plane is given to the model."""

    history: History
    names: tuple[str, str]
    points: np.ndarray
    known: Prediction
    as_data: Callable[[np.ndarray], dict[str, Any]]

    def box(self, share: float = 0.35) -> tuple[float, float, float, float]:
        """Return left, right, bottom and top around the points, with room to each side."""
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        room = np.maximum((high - low) * share, 0.5)
        (left, bottom), (right, top) = low - room, high + room
        return float(left), float(right), float(bottom), float(top)

    def scores(self, epoch: int, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the scores on a mesh, shape (*x.shape,) or (*x.shape, C)."""
        grid = self.as_data(np.stack([x.ravel(), y.ravel()], axis=1))
        h = self.history
        found = predict(h.graph, h.after(epoch), grid, self.known.node, classes=self.known.classes).scores
        return found.reshape(*x.shape, *found.shape[1:])

    def scatter(self, ax: Any) -> None:
        """Draw the points, a marker and colour for each class."""
        known = self.known
        for k, name in enumerate(known.classes):
            here = self.points[known.known == k]
            ax.scatter(
                here[:, 0],
                here[:, 1],
                s=42,
                color=COLOURS[k % 6],
                marker=MARKERS[k % 6],
                edgecolor="white",
                linewidth=0.8,
                label=f"Class {k + 1} (label {clean(str(name)).replace('-', '−')})",
                zorder=3,
            )
        ax.set_xlabel(self.names[0])
        ax.set_ylabel(self.names[1])


def plane(h: History, node: str | None = None) -> Plane:
    """Return the points of a run's data in the plane; LearnerError unless they have two features and classes."""
    known = h.predict(node=node)
    label = label_of(h.graph, h.plan.parameters)
    columns = {name: a for name, a in h.plan.data.arrays.items() if name != label}
    sizes = {name: a.shape[1] if a.ndim == 2 else 1 for name, a in columns.items()}
    if sum(sizes.values()) != 2 or not known.classes:
        met = ", ".join(f"{name} ({size})" for name, size in sizes.items()) or "none"
        raise LearnerError(
            f"this plot needs two features and labels of classes; the features here are {met}"
            + ("" if known.classes else ", and there are no classes")
        )
    fixed = dict(h.plan.data.fixed)
    if len(columns) == 1:
        (name, a), *_ = columns.items()
        return Plane(h, (f"{name}[0]", f"{name}[1]"), a, known, lambda grid: {**fixed, name: grid})
    first, second = columns
    return Plane(
        h,
        (first, second),
        np.stack([columns[first], columns[second]], axis=1),
        known,
        lambda grid: {**fixed, first: grid[:, 0], second: grid[:, 1]},
    )


def mesh(box: tuple[float, float, float, float], count: int = GRID) -> tuple[np.ndarray, np.ndarray]:
    left, right, bottom, top = box
    x, y = np.meshgrid(np.linspace(left, right, count), np.linspace(bottom, top, count))
    return x, y


def boundary_plot(h: History, epoch: int = -1, slide: bool = False, node: str | None = None) -> Plot:
    """Return the data with the decision boundary after an epoch (0: at the start).

    `slide` draws the lecture's formula x₂ = −b − (w₀·x₁)/w₁ (S64) beside it: b is not divided by
    w₁, so it is wrong unless b = 0 or w₁ = 1. It needs parameters w0, w1, b, or w (2) and b.
    """
    p = plane(h, node)
    if len(p.known.classes) != 2:
        raise LearnerError(
            f"a boundary lies between two classes, and these are {len(p.known.classes)}; use the plot of regions"
        )
    box = p.box()
    x, y = mesh(box)
    scores = p.scores(epoch, x, y)
    height = scores[..., 1] - scores[..., 0] if scores.ndim == 3 else scores - sum(p.known.classes) / 2
    number = epoch % (len(h.losses) + 1)
    lost = [*h.losses, h.loss][number]
    wrong = slide_line(h, epoch) if slide else None
    title = f"After epoch {number}: mean loss {lost:.4g}" if number else f"At the start: mean loss {lost:.4g}"

    def draw(figure: Any) -> None:
        ax = figure.add_subplot(title=title, xlim=box[:2], ylim=box[2:])
        if height.min() < 0 < height.max():
            ax.contourf(x, y, height, levels=[-np.inf, 0, np.inf], colors=WASHES[:2])
            ax.contour(x, y, height, levels=[0], colors=[LIGHT.ink], linewidths=1.8)
        p.scatter(ax)
        ax.plot(
            [],
            [],
            color=LIGHT.ink,
            label="boundary: " + ("equal scores" if scores.ndim == 3 else f"score = {sum(p.known.classes) / 2:g}"),
        )
        if wrong is not None:
            ax.axline(
                (0, wrong[0]),
                slope=wrong[1],
                color=COLOURS[3],
                linestyle=DASHES[2],
                label="the slide’s formula (wrong)",
            )
        ax.legend(loc="upper right", framealpha=0.9, frameon=True, edgecolor="none")

    said = f"Scatter plot of {len(p.points)} points of two classes in the plane of {p.names[0]} and {p.names[1]}, with the decision boundary after {number} epochs"
    said += (
        f"; {round(100 * right_share(p, epoch))} % of the points lie on their own side, and the mean loss is {lost:.4g}"
    )
    if wrong is not None:
        apart = wrong[0] - wrong[2]
        said += f". The slide's formula gives a parallel line {abs(apart):.3f} too {'low' if apart < 0 else 'high'}"
    return Plot(title, said + ".", draw, (6.4, 4.8))


def right_share(p: Plane, epoch: int) -> float:
    h = p.history
    return predict(h.graph, h.after(epoch), h.plan.data, p.known.node).accuracy


def slide_line(h: History, epoch: int) -> tuple[float, float, float]:
    """Return where the slide's line meets x = 0, its slope, and where the right one does.

    Raises LearnerError where the model has no w0, w1, b, or w1 is 0.
    """
    found = h.after(epoch)
    w = found.get("w")
    w0, w1 = (found.get("w0"), found.get("w1")) if w is None or np.shape(w) != (2,) else (float(w[0]), float(w[1]))
    b = found.get("b")
    if w0 is None or w1 is None or b is None or np.ndim(b):
        raise LearnerError("the slide's formula speaks of w0, w1 and b; this model has " + ", ".join(found))
    if w1 == 0:
        raise LearnerError("the slide's formula divides by w1, which is 0 here")
    return -b, -w0 / w1, -b / w1


def boundary_frames(h: History, slide: bool = False) -> list[Plot]:
    """Return the data with the boundary at the start and after each epoch."""
    return [boundary_plot(h, k, slide) for k in range(len(h.losses) + 1)]


def regions_plot(h: History, epoch: int = -1, node: str | None = None) -> Plot:
    """Return the data and the region where each class has the highest score."""
    p = plane(h, node)
    box = p.box(0.2)
    x, y = mesh(box, 2 * GRID)
    scores = p.scores(epoch, x, y)
    if scores.ndim == 2:
        middle = sum(p.known.classes) / 2
        scores = np.stack([middle - scores, scores - middle], axis=-1)
    title = f"Regions of {len(p.known.classes)} classes"

    def draw(figure: Any) -> None:
        ax = figure.add_subplot(title=title, xlim=box[:2], ylim=box[2:])
        for k in range(scores.shape[-1]):
            lead = scores[..., k] - np.delete(scores, k, axis=-1).max(axis=-1)
            if lead.max() > 0:
                ax.contourf(x, y, lead, levels=[0, np.inf], colors=[WASHES[k % 6]])
            if lead.min() < 0 < lead.max():
                ax.contour(x, y, lead, levels=[0], colors=[LIGHT.muted], linewidths=0.8)
        p.scatter(ax)
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))

    shares = [float(np.mean(np.argmax(scores, axis=-1) == k)) for k in range(scores.shape[-1])]
    said = ", ".join(f"{name} {round(100 * s)} %" for name, s in zip(p.known.classes, shares, strict=True))
    return Plot(title, f"Map of the plane of {p.names[0]} and {p.names[1]} in regions by the class with the highest score, with {len(p.points)} points; share of the map: {said}. "
                f"{round(100 * right_share(p, epoch))} % of the points lie in the region of their own class.", draw, (7.2, 4.6))  # fmt: skip
