"""The programs that others would use, each asked for the same: value and gradient of one function, by public names alone.

A peer that is not installed is left out, and said so. Time is this process's CPU time, all threads of it; two sides are run in
turn, the same number of times, and the median of the pairs' ratios is told.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

Run = Callable[[], Any]


def have(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def cpu(run: Run, repeat: int = 1) -> float:
    """Return the CPU seconds of a call, of `repeat` calls in a row."""
    start = time.process_time()
    for _ in range(repeat):
        run()
    return (time.process_time() - start) / repeat


def repeats(run: Run, least: float = 0.02) -> int:
    """Return how many calls in a row take long enough to be timed."""
    run()
    return max(1, min(10_000, int(least / max(cpu(run), 1e-7))))


def in_turn(runs: dict[str, Run], rounds: int = 5) -> dict[str, float]:
    """Return the median CPU seconds of each, run in turn and equally often."""
    often = {name: repeats(run) for name, run in runs.items()}
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            found[name].append(cpu(run, often[name]))
    return {name: statistics.median(times) for name, times in found.items()}


def told(title: str, found: dict[str, float], ours: str = "ours") -> None:
    """Print a row for each, with how many times ours it takes."""
    print(f"\n{title}")
    for name, seconds in sorted(found.items(), key=lambda kv: kv[1]):
        print(f"  {name:44} {seconds * 1e6:12,.1f} µs   {seconds / found[ours]:10.2f} × ours", flush=True)


def missing(*modules: str) -> None:
    gone = [m for m in modules if not have(m)]
    if gone:
        print(f"left out, not installed: {', '.join(gone)}", file=sys.stderr)
