"""Curves: losses by epoch, also as a spark line, why one loss saturates, and what one far point does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...errors import LearnerError
from ...training.history import History
from ...training.losses import saturation
from ...training.outliers import Robustness, path
from ..files.inks import LIGHT
from .figures import COLOURS, DASHES, MARKERS, Plot

SPARKS = "▁▂▃▄▅▆▇█"


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

        ax = figure.add_subplot(
            xlabel="epochs done", ylabel="mean loss" + (" (log scale)" if wide else ""), title=title
        )
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


# ----- why one loss saturates -----
def saturation_plot() -> Plot:
    """Return the size of the gradient by the score, of squared error and of cross entropy, against the probability of the right class."""
    p = np.concatenate([[0.0005, 0.002], np.linspace(0.005, 0.995, 199), [0.998, 0.9995]])
    s = saturation(p)
    title = "How large the gradient with respect to the score z is"

    def draw(figure: Any) -> None:
        ax = figure.add_subplot(
            title=title, xlabel="probability p of the right class", ylabel="|dL/dz|", xlim=(0, 1), ylim=(0, 1.02)
        )
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
    lines = {"clean data, squared": r.clean} | {
        name: path(r.runs[name])[-1] for name in r.runs if name.startswith("batch")
    }
    away = {name: np.linalg.norm(path(h) - r.clean, axis=1) for name, h in r.runs.items()}
    spoiled = float(np.linalg.norm(r.spoiled - r.clean))

    def draw(figure: Any) -> None:
        left, right = figure.subplots(1, 2)
        for k, label in enumerate((-1, 1)):
            here = r.data["y"] == label
            left.scatter(
                r.data["x0"][here],
                r.data["x1"][here],
                s=24,
                color=COLOURS[k],
                marker=MARKERS[k],
                edgecolor="white",
                linewidth=0.6,
                label=f"label {label}".replace("-", "−"),
                zorder=3,
            )
        left.scatter(
            [r.data["x0"][-1]],
            [r.data["x1"][-1]],
            s=150,
            facecolor="none",
            edgecolor=LIGHT.ink,
            linewidth=1.4,
            label="the far point",
            zorder=4,
        )
        for k, (name, (w0, w1, b)) in enumerate(lines.items()):
            left.axline(
                (0, -b / w1),
                slope=-w0 / w1,
                color=(LIGHT.ink, COLOURS[2], COLOURS[3])[k % 3],
                linestyle=DASHES[k % 6],
                label=name,
            )
        left.set(xlim=(-4, 5), ylim=(-5, 5.5), xlabel="x0", ylabel="x1", title="Where the runs end")
        left.legend(loc="upper left", fontsize=7.5, frameon=True, framealpha=0.9, edgecolor="none")
        for k, (name, y) in enumerate(away.items()):
            right.plot(np.arange(len(y)), y, color=COLOURS[(1, 4, 2, 3)[k % 4]], label=name, linewidth=1.5)
        right.axhline(spoiled, color=LIGHT.muted, linestyle=DASHES[2], linewidth=1, label="optimum of the spoiled data")
        right.set(
            xlabel="epochs done",
            ylabel="distance from the clean optimum",
            title="How far from the clean optimum",
            ylim=(0, None),
        )
        right.grid(axis="y")
        right.legend(loc="center right", bbox_to_anchor=(1.0, 0.65), fontsize=7.5)

    said = "; ".join(f"{name} ends {r.distance(name):.3f} from it" for name in r.runs)
    return Plot(title, f"Left: {len(r.data['y']) - 1} points of two classes that a line separates and one far point with the wrong label, with the boundaries that squared and absolute error "
                f"end at. Right: the distance of the parameters from the least-squares optimum of the clean data by epoch: {said}. The optimum of the spoiled data is {spoiled:.3f} away.",
                draw, (10.4, 4.6))  # fmt: skip
