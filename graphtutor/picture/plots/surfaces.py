"""The surface of a loss over two of its parameters, as contours, with the paths of descent on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import LearnerError
from ...training.history import History
from ...training.runs import loss_of
from ..files.inks import LIGHT
from .curves import need
from .figures import COLOURS, MARKERS, Plot
from .planes import mesh

RISING = ("#FFFFFF", "#DDE2E9")  # low to high; text and curves stay readable on both


# branches: limits, levels and paths of one figure
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
    x, y = mesh(
        (float(low[0] - room[0]), float(high[0] + room[0]), float(low[1] - room[1]), float(high[1] + room[1])), 60
    )
    heights = surface(first, chosen, x, y)
    held = [
        f"{name} = {value:.3g}"
        for name, value in first.final.items()
        if np.ndim(value) == 0 and name not in [e.name for e in chosen]
    ]
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
        ax.contourf(
            x, y, heights, levels=[base - 1e-12, *steps], cmap=LinearSegmentedColormap.from_list("rising", RISING)
        )
        lines = ax.contour(x, y, heights, levels=steps, colors=[LIGHT.line], linewidths=0.7)
        ax.clabel(lines, lines.levels[::2], fontsize=7.5, fmt="%.3g", colors=[LIGHT.muted])
        for k, (name, line) in enumerate(paths.items()):
            ax.plot(
                line[:, 0],
                line[:, 1],
                color=COLOURS[k % 6],
                linewidth=1.5,
                marker=MARKERS[k % 6],
                markersize=3,
                markevery=max(1, len(line) // 25),
                label=name,
            )
            ax.plot(
                line[-1, 0],
                line[-1, 1],
                color=COLOURS[k % 6],
                marker=MARKERS[k % 6],
                markersize=8,
                markeredgecolor="white",
                linestyle="none",
            )
        ax.plot(
            *next(iter(paths.values()))[0], color=LIGHT.ink, marker="*", markersize=12, linestyle="none", label="start"
        )
        ax.legend(loc="best", frameon=True, framealpha=0.9, edgecolor="none")

    said = "; ".join(
        f"{name}, {len(line) - 1} updates, from ({line[0][0]:.3g}, {line[0][1]:.3g}) to ({line[-1][0]:.3g}, {line[-1][1]:.3g})"
        for name, line in paths.items()
    )
    return Plot(
        title,
        f"Contour plot of the mean loss over {chosen[0].text} and {chosen[1].text}{where}, with the paths of descent: {said}.",
        draw,
        (6.8, 5.2),
    )


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
        name, place = (
            (match[1], tuple(int(k) for k in (match[2] or "").split(",") if k.strip())) if match else (text, ())
        )
        shape = h.parameters[name].shape[1:] if name in h.parameters else None
        if shape is None or len(place) != len(shape) or any(k >= n for k, n in zip(place, shape, strict=True)):
            known = ", ".join(
                f"{n}[{','.join('0' * (rows.ndim - 1))}]" if rows.ndim > 1 else n for n, rows in h.parameters.items()
            )
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
