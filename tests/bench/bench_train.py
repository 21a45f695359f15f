"""Training against peers, measured in one run: `python tests/bench/bench_train.py` prints a table of ratios.

Peers that are not installed are left out and said so. Each pair runs the same loop: the same
points in the same order, the mean loss before every epoch, the same final parameters (checked).
Runs of a pair alternate; times are the best of several; only the ratios are meant.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from graphtutor.expr.build import build
from graphtutor.training.data import START, lecture
from graphtutor.training.train import train

ROWS, FEATURES, CLASSES = 10_000, 64, 10
pytestmark = pytest.mark.bench


def have(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def pair(ours: Callable[[], Any], theirs: Callable[[], Any], times: int, row: int = 1) -> tuple[float, float]:
    """Return the best seconds of two functions, run in turn so that both meet the same machine, `row` times in a row each."""
    best = [float("inf"), float("inf")]
    for _ in range(times):
        for k, run in enumerate((ours, theirs)):
            start = time.perf_counter()
            for _ in range(row):
                run()
            best[k] = min(best[k], (time.perf_counter() - start) / row)
    return best[0], best[1]


def report(what: str, ours: float, theirs: float, epochs: int, asked: float) -> float:
    ratio = theirs / ours
    print(
        f"{what:64} {epochs / ours:12,.0f} {epochs / theirs:12,.0f} {ratio:8.2f} {'≥ ' + format(asked, 'g'):>7}",
        flush=True,
    )
    return ratio


# ----- the lecture's run -----
def micrograd_run() -> tuple[list[float], tuple[float, ...]]:
    from micrograd.engine import Value  # type: ignore[import-not-found]

    w0, w1, b = (Value(START[n]) for n in ("w0", "w1", "b"))
    points = list(zip(*(lecture()[n].tolist() for n in ("x0", "x1", "y")), strict=True))
    losses = []
    for _ in range(20):
        losses.append(sum(((w0 * x0 + w1 * x1 + b - y) ** 2).data for x0, x1, y in points) / 4)
        for x0, x1, y in points:
            for p in (w0, w1, b):
                p.grad = 0
            ((w0 * x0 + w1 * x1 + b - y) ** 2).backward()
            for p in (w0, w1, b):
                p.data -= 0.01 * p.grad
    return losses, (w0.data, w1.data, b.data)


def lecture_ratio() -> float | None:
    if not have("micrograd"):
        print("micrograd is not installed: the lecture's run is left out")
        return None
    graph, data = build("f = w0*x0 + w1*x1 + b\nL = (f - y)**2"), lecture()

    def ours() -> Any:
        return train(graph, data, start=START)

    losses, final = micrograd_run()
    assert ours().losses == pytest.approx(losses, rel=1e-12) and [
        ours().final[n] for n in ("w0", "w1", "b")
    ] == pytest.approx(final, rel=1e-12)
    return report("the lecture's run, 4 points, 20 epochs; micrograd", *pair(ours, micrograd_run, 40, 10), 20, 20)


# ----- softmax regression -----
def softmax_ratios(dtype: str) -> list[float]:
    if not have("torch"):
        print("PyTorch is not installed: softmax regression is left out")
        return []
    import torch

    random = np.random.default_rng(0)
    x, y = random.normal(size=(ROWS, FEATURES)), random.integers(0, CLASSES, ROWS)
    data = {"x": x, "y": np.eye(CLASSES)[y]}
    graph = build(
        "L = cross_entropy(W@x + b, y)", shapes={"W": (CLASSES, FEATURES), "x": FEATURES, "b": CLASSES, "y": CLASSES}
    )
    start = {"W": np.zeros((CLASSES, FEATURES)), "b": np.zeros(CLASSES)}
    kind = getattr(torch, dtype)
    tx, ty = torch.tensor(x, dtype=kind), torch.tensor(y)
    loss = torch.nn.functional.cross_entropy

    def theirs(size: int, epochs: int) -> Any:
        w, b = (torch.zeros(shape, dtype=kind, requires_grad=True) for shape in ((CLASSES, FEATURES), (CLASSES,)))
        descent = torch.optim.SGD([w, b], lr=0.1)
        losses = []
        for _ in range(epochs):
            if size < ROWS:
                with torch.no_grad():
                    losses.append(loss(torch.nn.functional.linear(tx, w, b), ty).item())
            for i in range(0, ROWS, size):
                descent.zero_grad()
                out = loss(torch.nn.functional.linear(tx[i : i + size], w, b), ty[i : i + size])
                out.backward()
                descent.step()
            if size == ROWS:
                losses.append(out.item())
        return w.detach().numpy()

    def ours(size: int, epochs: int) -> Any:
        return train(
            graph, data, method="minibatch", batch_size=size, reduction="mean", rate=0.1, epochs=epochs, start=start
        )

    ratios = []
    for name, size, epochs, times in (("minibatch 32", 32, 3, 7), ("batch", ROWS, 60, 12)):
        assert ours(size, 2).final["W"] == pytest.approx(
            theirs(size, 2), rel=1e-9 if dtype == "float64" else 1e-3, abs=1e-9 if dtype == "float64" else 1e-5
        )
        for threads in sorted({1, torch.get_num_threads()}, reverse=True):
            before = torch.get_num_threads()
            torch.set_num_threads(threads)
            times_of_both = pair(lambda s=size, e=epochs: ours(s, e), lambda s=size, e=epochs: theirs(s, e), times)  # type: ignore[misc]
            torch.set_num_threads(before)
            ratios.append(
                report(
                    f"softmax regression {ROWS:,}×{FEATURES}, {CLASSES} classes, {name}; PyTorch {dtype}, {threads} thread{'s' * (threads > 1)}",
                    *times_of_both,
                    epochs,
                    1,
                )
            )
    return ratios


def table() -> None:
    print(f"{'loop and peer':64} {'epochs/s':>12} {'peer':>12} {'ratio':>8} {'asked':>7}")
    lecture_ratio()
    softmax_ratios("float64")
    softmax_ratios("float32")


def test_the_lectures_run_is_twenty_times_faster_than_micrograd() -> None:
    pytest.importorskip("micrograd")
    assert (lecture_ratio() or 0) >= 20


def test_softmax_regression_is_at_least_as_fast_as_pytorch() -> None:
    pytest.importorskip("torch")
    assert min(softmax_ratios("float64")) >= 1


if __name__ == "__main__":
    table()
