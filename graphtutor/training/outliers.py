"""One far point: what it does to stochastic, batch and minibatch descent, and to squared against absolute error.

The lecture says that batch descent drowns an outlier's effect (S85) and that squared error is
better than the absolute difference (S95). Here both are run, and judged by where they end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..door import door
from ..errors import LearnerError
from ..shown import Late
from .history import History
from .losses import FAILS, HOLDS, PARTLY, Claim
from .train import train

if TYPE_CHECKING:
    from ..picture.plots import curves, figures
else:
    curves = Late("graphtutor.picture.plots.curves")

SQUARED = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"
ABSOLUTE = "f = w0*x0 + w1*x1 + b\nL = abs(f - y)"
NAMES = ("w0", "w1", "b")
EPOCHS, LAST = 300, 50


@dataclass(frozen=True, eq=False, repr=False)
class Robustness:
    """Runs on data with one outlier, and where they end.

    `data`: the columns x0, x1, y; the outlier is the last point. `runs`: name → History. `clean` and
    `spoiled`: the least-squares optimum (w0, w1, b) without and with the outlier. `claims`: the
    lecture's sentences, judged.
    """

    data: dict[str, np.ndarray]
    runs: Mapping[str, History]
    clean: np.ndarray
    spoiled: np.ndarray
    claims: tuple[Claim, ...]

    def distance(self, name: str, optimum: str = "clean") -> float:
        """Return how far a run's last parameters are from an optimum, "clean" or "spoiled"."""
        return float(np.linalg.norm(path(self.runs[name])[-1] - getattr(self, optimum)))

    def swing(self, name: str) -> float:
        """Return how far the parameters move within the last epochs: the longest way from their mean."""
        steps = path(self.runs[name], updates=True)
        last = steps[-max(2, len(steps) * LAST // EPOCHS) :]
        return float(np.max(np.linalg.norm(last - last.mean(axis=0), axis=1)))

    def __str__(self) -> str:
        lines = [f"{'run':28}{'from clean':>12}{'from spoiled':>14}{'swing':>10}"]
        lines += [
            f"{name:28}{self.distance(name):12.6f}{self.distance(name, 'spoiled'):14.6f}{self.swing(name):10.6f}"
            for name in self.runs
        ]
        return "\n".join([*lines, *(f"{c.slide}: “{c.sentence}” {c.verdict}: {c.evidence}" for c in self.claims)])

    __repr__ = __str__

    def plot(self, path: str | Path | None = None) -> figures.Plot:
        """Return the data with the lines that the runs end at, and how far each is from the clean optimum by epoch."""
        return curves.robustness_plot(self).at(path)


def path(h: History, updates: bool = False) -> np.ndarray:
    """Return the parameters (w0, w1, b) after each epoch or update, one row each, the start first."""
    source = h.updates.parameters if updates else h.parameters
    return np.stack([source[name] for name in NAMES], axis=1)


def points(seed: int = 0, count: int = 40) -> dict[str, np.ndarray]:
    """Return two clusters that a line separates, and one far point with the wrong label, visited last.

    >>> {name: column.shape for name, column in points().items()}
    {'x0': (41,), 'x1': (41,), 'y': (41,)}
    """
    random = np.random.default_rng(seed)
    labels = np.tile([-1.0, 1.0], count // 2)
    x = random.normal(0, 0.6, (len(labels), 2)) + labels[:, None] * np.array([1.2, -1.2])
    return {"x0": np.append(x[:, 0], 4.0), "x1": np.append(x[:, 1], -4.0), "y": np.append(labels, -1.0)}


def least_squares(data: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the (w0, w1, b) with the least squared error."""
    rows = np.stack([data["x0"], data["x1"], np.ones(len(data["y"]))], axis=1)
    return np.asarray(np.linalg.lstsq(rows, data["y"], rcond=None)[0])


@door
def outliers(seed: int = 0, rate: float = 0.01, epochs: int = EPOCHS) -> Robustness:
    """Return the runs with an outlier, and the lecture's sentences about it judged.

    >>> r = outliers()
    >>> [(c.slide, c.verdict) for c in r.claims]
    [('S85', 'holds'), ('S85', 'does not hold'), ('S95', 'holds in part')]
    """
    data = points(seed)
    settings: dict[str, Any] = {"rate": rate, "epochs": epochs, "start": {name: 0.0 for name in NAMES}}
    batch: dict[str, Any] = settings | {"reduction": "mean", "rate": 10 * rate}
    runs = {
        "stochastic, squared": train(SQUARED, data, **settings),
        "minibatch of 14, squared": train(
            SQUARED, data, method="minibatch", batch_size=14, **batch | {"rate": 3 * rate}, shuffle=True
        ),
        "batch, squared": train(SQUARED, data, method="batch", **batch),
        "batch, absolute": train(ABSOLUTE, data, method="batch", **batch, schedule="inverse"),
    }
    broken = next((name for name, h in runs.items() if h.stopped is not None), None)
    if broken is not None:
        raise LearnerError(
            f"rate={rate:g} is too large: the run '{broken}' is not finite any more; choose a smaller rate, such as 0.01"
        )
    clean = least_squares({name: column[:-1] for name, column in data.items()})
    r = Robustness(data, runs, clean, least_squares(data), ())
    return Robustness(data, runs, clean, r.spoiled, judged(r))


def judged(r: Robustness) -> tuple[Claim, ...]:
    """Return the lecture's sentences about outliers, with a verdict from these runs."""
    one, all_, absolute = "stochastic, squared", "batch, squared", "batch, absolute"
    swings = r.swing(one), r.swing(all_)
    drift = Claim("S85", "Stochastic descent drifts at the outlier", HOLDS if swings[0] > 10 * swings[1] else FAILS,
                  f"at the end it still swings by {swings[0]:.4f} each epoch, batch descent by {swings[1]:.2g}")  # fmt: skip
    left, there = r.distance(all_), r.distance(all_, "spoiled")
    drown = Claim("S85", "Batch descent drowns the outlier's effect", FAILS if there < left / 10 else HOLDS,
                  f"it ends {there:.2g} from the optimum of the spoiled data, and {left:.4f} from that of the clean ones: only the effect of the order is gone")  # fmt: skip
    robust = r.distance(absolute)
    better = Claim("S95", "Squared error is better than the absolute difference", PARTLY if robust < left else HOLDS,
                   f"it is smooth at 0, but the far point moves it {left:.4f} from the clean optimum and the absolute error {robust:.4f}")  # fmt: skip
    return drift, drown, better
