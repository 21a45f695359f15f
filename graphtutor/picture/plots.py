"""Plots of training by matplotlib: losses, boundaries, regions, surfaces with paths, saturation, robustness.

Figures are built without pyplot and written byte for byte the same: fixed style, fixed hash salt,
no date. Each carries alt text that says what it shows.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import LearnerError
from ..losses import saturation
from ..outliers import Robustness, path
from ..predictions import Prediction, label_of, predict
from ..runs import loss_of
from ..training import History
from .animate import gif
from .files import written
from .svg import LIGHT

COLOURS = ("#0067A3", "#B93A08", "#00694E", "#7A3E9D", "#8A6D00", "#1E293B")  # told apart by the colour-blind too, each at least 4.5 to 1 on white
WASHES = ("#CFE6F5", "#FBDCCB", "#CDEBDD", "#E6D8F0", "#F3E8C2", "#DDE2E9")
DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (1, 1)), "-")
MARKERS = "osD^vP"
STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans", "font.size": 10, "axes.edgecolor": LIGHT.line, "axes.labelcolor": LIGHT.ink, "axes.titlesize": 11, "axes.titlecolor": LIGHT.ink,
    "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False, "axes.grid": False, "axes.axisbelow": True, "grid.color": "#E3E8EF", "grid.linewidth": 0.8,
    "xtick.color": LIGHT.muted, "ytick.color": LIGHT.muted, "legend.frameon": False, "legend.fontsize": 9, "lines.linewidth": 1.8, "figure.facecolor": "white",
    "svg.hashsalt": "graphtutor", "svg.fonttype": "path", "path.simplify": True, "axes.formatter.useoffset": False, "axes.unicode_minus": True,
}  # fmt: skip
RISING = ("#FFFFFF", "#DDE2E9")  # low to high; text and curves stay readable on both
GRID = 160
SPARKS = "▁▂▃▄▅▆▇█"
FORMATS = ("svg", "png", "pdf", "gif")


@dataclass(frozen=True, eq=False, repr=False)
class Plot:
    """A plot: a title, alt text, and a function that draws it on a new figure of `size` inches."""

    title: str
    alt: str
    draw: Callable[[Any], None]
    size: tuple[float, float] = (6.4, 4.2)

    def figure(self) -> Any:
        """Return the plot as a matplotlib Figure, to be changed further."""
        from matplotlib.figure import Figure

        with style():
            figure = Figure(figsize=self.size, layout="constrained")
            self.draw(figure)
        return figure

    def bytes(self, format: str = "svg") -> bytes:
        """Return the plot as "svg", "png" or "pdf", the same bytes each time."""
        metadata: dict[str, dict[str, Any]] = {
            "svg": {"Date": None, "Creator": None, "Title": self.title, "Description": self.alt},
            "png": {"Software": None, "Title": self.title, "Description": self.alt},
            "pdf": {"CreationDate": None, "Creator": None, "Producer": None, "Title": self.title, "Subject": self.alt},
        }
        if format not in metadata:
            raise LearnerError(f"'{format}' is no format of a plot; expected {', '.join(metadata)}")
        out = io.BytesIO()
        with style():
            self.figure().savefig(out, format=format, dpi=144, metadata=metadata[format])
        return titled(out.getvalue(), self.title, self.alt) if format == "svg" else out.getvalue()

    def save(self, target: str | Path) -> Path:
        """Write the plot to a file by its suffix: .svg, .png or .pdf."""
        place = Path(target)
        return written(place, self.bytes(place.suffix.removeprefix(".") or "svg"))

    def __repr__(self) -> str:
        return f"<Plot {self.title}>"

    def _repr_svg_(self) -> str:
        return self.bytes().decode()


def titled(data: bytes, title: str, alt: str) -> bytes:
    """Return SVG with the title and the alt text where screen readers look for them."""
    text = data.decode()
    end = text.index(">", text.index("<svg")) + 1
    head = text[: end - 1] + ' role="img">'
    return f"{head}\n <title>{escape(title)}</title>\n <desc>{escape(alt)}</desc>{text[end:]}".encode()


def style() -> AbstractContextManager[None]:
    """Return our own look for as long as a figure is made, whatever the user's is."""
    from matplotlib import rc_context, rcParamsDefault

    usual: dict[Any, Any] = dict(rcParamsDefault)
    usual.pop("backend")
    return rc_context(usual | STYLE)


def save_frames(plots: Sequence[Plot], target: str | Path, format: str = "svg") -> list[Path]:
    """Write plots into one .gif, or into a folder as 000.svg, 001.svg, …"""
    place = Path(target)
    if place.suffix == ".gif":
        return [written(place, gif([p.bytes().decode() for p in plots], 0.5))]
    if place.suffix:
        raise LearnerError(f"'{place.suffix}' holds one picture, and these are {len(plots)}; give a .gif or a folder")
    return [written(place / f"{k:03d}.{format}", p.bytes(format)) for k, p in enumerate(plots)]


def spark(values: Sequence[float], width: int = 40) -> str:
    """Return numbers as a line of blocks for a terminal, at most `width` wide; what is not finite is a space.

    >>> spark([7.1, 1.0, 0.3, 0.2])
    '█▁▁▁'
    """
    given = np.asarray(values, dtype=float)
    if len(given) > width:
        given = np.array([part.mean() for part in np.array_split(given, width)])
    known = given[np.isfinite(given)]
    if not len(known):
        return " " * len(given)
    low, high = float(known.min()), float(known.max())
    heights = np.zeros(len(given)) if high == low else (given - low) / (high - low)
    return "".join(SPARKS[min(7, int(h * 8))] if np.isfinite(h) else " " for h in heights)


# ----- losses by epoch -----
def loss_plot(runs: Mapping[str, History], title: str = "Mean loss by epoch") -> Plot:
    """Return the loss by epoch of several runs together; on a logarithmic scale where they span more than a factor of 20."""
    lines = {name: np.append(h.losses, h.loss) for name, h in need(runs).items()}
    every = np.concatenate(list(lines.values()))
    wide = bool(every.min() > 0 and every.max() > 20 * every.min())

    def draw(figure: Any) -> None:
        from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

        ax = figure.add_subplot(xlabel="epochs done", ylabel="mean loss" + (" (log scale)" if wide else ""), title=title)
        ax.grid(axis="y")
        for k, (name, y) in enumerate(lines.items()):
            ax.plot(np.arange(len(y)), y, color=COLOURS[k % 6], linestyle=DASHES[k % 6], label=name)
        if wide:
            ax.set_yscale("log")
            ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            ax.yaxis.set_minor_locator(NullLocator())
            ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        ax.margins(x=0.02)
        ax.legend()

    said = "; ".join(f"{name} from {y[0]:.4g} to {y[-1]:.4g} in {len(y) - 1} epochs" for name, y in lines.items())
    return Plot(title, f"Line plot of the mean loss over the data by epoch: {said}.", draw)


def need(runs: Mapping[str, History]) -> Mapping[str, History]:
    if not runs:
        raise LearnerError("no runs to plot; give at least one history")
    return runs


# ----- data in the plane -----
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
            ax.scatter(here[:, 0], here[:, 1], s=42, color=COLOURS[k % 6], marker=MARKERS[k % 6], edgecolor="white", linewidth=0.8, label=f"Class {k + 1} (label {str(name).replace('-', '−')})", zorder=3)
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
        raise LearnerError(f"this plot needs two features and labels of classes; the features here are {met}" + ("" if known.classes else ", and there are no classes"))
    fixed = dict(h.plan.data.fixed)
    if len(columns) == 1:
        (name, a), *_ = columns.items()
        return Plane(h, (f"{name}[0]", f"{name}[1]"), a, known, lambda grid: {**fixed, name: grid})
    first, second = columns
    return Plane(h, (first, second), np.stack([columns[first], columns[second]], axis=1), known, lambda grid: {**fixed, first: grid[:, 0], second: grid[:, 1]})


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
        raise LearnerError(f"a boundary lies between two classes, and these are {len(p.known.classes)}; use the plot of regions")
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
        ax.plot([], [], color=LIGHT.ink, label="boundary: " + ("equal scores" if scores.ndim == 3 else f"score = {sum(p.known.classes) / 2:g}"))
        if wrong is not None:
            ax.axline((0, wrong[0]), slope=wrong[1], color=COLOURS[3], linestyle=DASHES[2], label="the slide’s formula (wrong)")
        ax.legend(loc="upper right", framealpha=0.9, frameon=True, edgecolor="none")

    said = f"Scatter plot of {len(p.points)} points of two classes in the plane of {p.names[0]} and {p.names[1]}, with the decision boundary after {number} epochs"
    said += f"; {round(100 * right_share(p, epoch))} % of the points lie on their own side, and the mean loss is {lost:.4g}"
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


# ----- the surface of the loss -----
def surface_plot(runs: Mapping[str, History], names: tuple[str, str] | None = None, title: str | None = None) -> Plot:
    """Return contours of the mean loss over two parameters, with the path of each run on it.

    `names` are parameters, or entries such as "W[0,1]"; the first two if left out. All others are
    held where the first run ended.
    """
    first = next(iter(need(runs).values()))
    chosen = tuple(Entry.of(first, name) for name in (names or first_two(first)))
    if len(set(chosen)) != 2:
        raise LearnerError(f"a surface lies over two different parameters; met {', '.join(e.text for e in chosen)}")
    paths = {name: np.stack([e.path(h) for e in chosen], axis=1) for name, h in runs.items()}
    every = np.concatenate(list(paths.values()))
    low, high = every.min(axis=0), every.max(axis=0)
    room = np.maximum((high - low) * 0.25, 0.05)
    x, y = mesh((float(low[0] - room[0]), float(high[0] + room[0]), float(low[1] - room[1]), float(high[1] + room[1])), 60)
    heights = surface(first, chosen, x, y)
    held = [f"{name} = {value:.3g}" for name, value in first.final.items() if np.ndim(value) == 0 and name not in [e.name for e in chosen]]
    if sum(np.size(value) for value in first.final.values()) > len(held) + 2:
        held.append("all else")
    title = title or "Mean loss and the paths of descent"

    where = f", with {', '.join(held)} held" if held else ""

    def draw(figure: Any) -> None:
        from matplotlib.colors import LinearSegmentedColormap

        a, b = chosen
        ax = figure.add_subplot(title=title + where.replace("-", "−"), xlabel=a.text, ylabel=b.text)
        base = float(np.nanmin(heights))
        steps = base + (float(np.nanmax(heights)) - base) * np.linspace(0.0, 1.0, 13)[1:] ** 2
        ax.contourf(x, y, heights, levels=[base - 1e-12, *steps], cmap=LinearSegmentedColormap.from_list("rising", RISING))
        lines = ax.contour(x, y, heights, levels=steps, colors=[LIGHT.line], linewidths=0.7)
        ax.clabel(lines, lines.levels[::2], fontsize=7.5, fmt="%.3g", colors=[LIGHT.muted])
        for k, (name, line) in enumerate(paths.items()):
            ax.plot(line[:, 0], line[:, 1], color=COLOURS[k % 6], linewidth=1.5, marker=MARKERS[k % 6], markersize=3, markevery=max(1, len(line) // 25), label=name)
            ax.plot(line[-1, 0], line[-1, 1], color=COLOURS[k % 6], marker=MARKERS[k % 6], markersize=8, markeredgecolor="white", linestyle="none")
        ax.plot(*next(iter(paths.values()))[0], color=LIGHT.ink, marker="*", markersize=12, linestyle="none", label="start")
        ax.legend(loc="best", frameon=True, framealpha=0.9, edgecolor="none")

    said = "; ".join(f"{name}, {len(line) - 1} updates, from ({line[0][0]:.3g}, {line[0][1]:.3g}) to ({line[-1][0]:.3g}, {line[-1][1]:.3g})" for name, line in paths.items())
    return Plot(title, f"Contour plot of the mean loss over {chosen[0].text} and {chosen[1].text}{where}, with the paths of descent: {said}.", draw, (6.8, 5.2))


@dataclass(frozen=True)
class Entry:
    """One number among the parameters: a parameter without a shape, or an entry of one."""

    name: str
    place: tuple[int, ...]

    @property
    def text(self) -> str:
        return f"{self.name}[{','.join(map(str, self.place))}]" if self.place else self.name

    @classmethod
    def of(cls, h: History, text: str) -> Entry:
        """Return the entry that `text` names, or raise a LearnerError."""
        match = re.fullmatch(r"([^\[\]]+)(?:\[([\d,\s]+)\])?", text.strip())
        name, place = (match[1], tuple(int(k) for k in (match[2] or "").split(",") if k.strip())) if match else (text, ())
        shape = h.parameters[name].shape[1:] if name in h.parameters else None
        if shape is None or len(place) != len(shape) or any(k >= n for k, n in zip(place, shape, strict=True)):
            known = ", ".join(f"{n}[{','.join('0' * (rows.ndim - 1))}]" if rows.ndim > 1 else n for n, rows in h.parameters.items())
            raise LearnerError(f"'{text}' is no single parameter; expected one such as {known}")
        return cls(name, place)

    def path(self, h: History) -> np.ndarray:
        """Return the entry at the start and after every update."""
        place: Any = (slice(None), *self.place)
        return np.asarray(h.updates.parameters[self.name][place])


def first_two(h: History) -> list[str]:
    names = [Entry(name, place).text for name, rows in h.parameters.items() for place in np.ndindex(*rows.shape[1:])]
    if len(names) < 2:
        raise LearnerError(f"a surface needs two parameters, and this run has {len(names)}")
    return names[:2]


def surface(h: History, chosen: tuple[Entry, ...], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the mean loss over the data at every point of a mesh of two parameters, the others as at the end of `h`."""
    loss = loss_of(h.plan, h.plan.data)
    out = np.empty(x.shape)
    for k in np.ndindex(*x.shape):
        values = {name: np.array(value, dtype=float) for name, value in h.final.items()}
        for entry, v in zip(chosen, (x[k], y[k]), strict=True):
            values[entry.name][entry.place] = v
        out[k] = loss(tuple(v if v.ndim else v.item() for v in (values[name] for name in h.plan.parameters)))
    return np.where(np.isfinite(out), out, np.nan)


# ----- why one loss saturates -----
def saturation_plot() -> Plot:
    """Return the size of the gradient by the score, of squared error and of cross entropy, against the probability of the right class."""
    p = np.concatenate([[0.0005, 0.002], np.linspace(0.005, 0.995, 199), [0.998, 0.9995]])
    s = saturation(p)
    title = "How large the gradient with respect to the score z is"

    def draw(figure: Any) -> None:
        ax = figure.add_subplot(title=title, xlabel="probability p of the right class", ylabel="|dL/dz|", xlim=(0, 1), ylim=(0, 1.02))
        ax.grid(axis="y")
        ax.plot(p, np.abs(s.cross_slope), color=COLOURS[0], label="cross entropy: 1 − p")
        ax.plot(p, np.abs(s.squared_slope), color=COLOURS[1], linestyle=DASHES[1], label="squared error: 4p(1 − p)²")
        ax.annotate("confidently wrong:\nsquared error hardly learns", (0.02, 0.075), (0.1, 0.12), color=LIGHT.ink, fontsize=9, va="center",
                    arrowprops={"arrowstyle": "->", "color": LIGHT.muted})  # fmt: skip
        ax.legend(loc="upper right")

    return Plot(title, "Two curves of the gradient's size by the score against the probability p of the right class in a two-class softmax model. Cross entropy falls straight from 1 at p = 0 "
                "to 0 at p = 1. Squared error starts at 0 when the model is confidently wrong, rises to 0.593 at p = 1/3, touches cross entropy at p = 1/2, and falls to 0.", draw)  # fmt: skip


# ----- one far point -----
def robustness_plot(r: Robustness) -> Plot:
    """Return the data with an outlier and the lines that squared and absolute error end at, and each run's distance from the clean optimum."""
    title = "One far point"
    lines = {"clean data, squared": r.clean} | {name: path(r.runs[name])[-1] for name in r.runs if name.startswith("batch")}
    away = {name: np.linalg.norm(path(h) - r.clean, axis=1) for name, h in r.runs.items()}
    spoiled = float(np.linalg.norm(r.spoiled - r.clean))

    def draw(figure: Any) -> None:
        left, right = figure.subplots(1, 2)
        for k, label in enumerate((-1, 1)):
            here = r.data["y"] == label
            left.scatter(r.data["x0"][here], r.data["x1"][here], s=24, color=COLOURS[k], marker=MARKERS[k], edgecolor="white", linewidth=0.6, label=f"label {label}".replace("-", "−"), zorder=3)
        left.scatter([r.data["x0"][-1]], [r.data["x1"][-1]], s=150, facecolor="none", edgecolor=LIGHT.ink, linewidth=1.4, label="the far point", zorder=4)
        for k, (name, (w0, w1, b)) in enumerate(lines.items()):
            left.axline((0, -b / w1), slope=-w0 / w1, color=(LIGHT.ink, COLOURS[2], COLOURS[3])[k % 3], linestyle=DASHES[k % 6], label=name)
        left.set(xlim=(-4, 5), ylim=(-5, 5.5), xlabel="x0", ylabel="x1", title="Where the runs end")
        left.legend(loc="upper left", fontsize=7.5, frameon=True, framealpha=0.9, edgecolor="none")
        for k, (name, y) in enumerate(away.items()):
            right.plot(np.arange(len(y)), y, color=COLOURS[(1, 4, 2, 3)[k % 4]], label=name, linewidth=1.5)
        right.axhline(spoiled, color=LIGHT.muted, linestyle=DASHES[2], linewidth=1, label="optimum of the spoiled data")
        right.set(xlabel="epochs done", ylabel="distance from the clean optimum", title="How far from the clean optimum", ylim=(0, None))
        right.grid(axis="y")
        right.legend(loc="center right", bbox_to_anchor=(1.0, 0.65), fontsize=7.5)

    said = "; ".join(f"{name} ends {r.distance(name):.3f} from it" for name in r.runs)
    return Plot(title, f"Left: {len(r.data['y']) - 1} points of two classes that a line separates and one far point with the wrong label, with the boundaries that squared and absolute error "
                f"end at. Right: the distance of the parameters from the least-squares optimum of the clean data by epoch: {said}. The optimum of the spoiled data is {spoiled:.3f} away.",
                draw, (10.4, 4.6))  # fmt: skip
