"""Points at which a problem is tried: drawn by the assumptions on its names, kept where all is finite."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import LearnerError
from ..graphs import Graph, run
from ..maths.arrays import Shape

SEED, DRAWS = 20260101, 240
Assumed = Mapping[str, Any]
RANGES: dict[str, tuple[tuple[float, float], ...]] = {
    "real": ((-2.2, -0.3), (0.3, 2.2)), "positive": ((0.2, 2.6),), "nonnegative": ((0.2, 2.6),), "nonzero": ((-2.2, -0.3), (0.3, 2.2)),
    "unit": ((-0.9, 0.9),), "unit01": ((0.05, 0.95),),
}  # fmt: skip
SCALES = 1.0, 3.0, 0.4


def drawn(domain: Any, rng: np.random.Generator, size: tuple[int, ...], scale: float) -> Any:
    """Return numbers of a domain: a name of `assume=`, an interval (low, high), or a finite list of values.

    >>> rng = np.random.default_rng(0)
    >>> sorted(set(drawn([-1, 1], rng, (20,), 1.0).tolist()))
    [-1.0, 1.0]
    """
    if domain == "integer":
        return rng.integers(1, 5, size).astype(float)
    if isinstance(domain, str):
        if domain not in RANGES:
            raise LearnerError(f"'{domain}' is no assumption; expected {', '.join([*RANGES, 'integer'])}, an interval (low, high) or a list of values")
        pieces = RANGES[domain]
        which = rng.integers(0, len(pieces), size)
        low, high = (np.array([p[k] for p in pieces])[which] for k in (0, 1))
        stretch = 1.0 if domain.startswith("unit") else scale
        return (low + (high - low) * rng.random(size)) * stretch
    if isinstance(domain, tuple) and len(domain) == 2:
        low, high = (float(v) for v in domain)
        low = max(low, -6.0 if math.isinf(high) else high - 8.0) if math.isinf(low) else low
        high = low + 8.0 if math.isinf(high) else high
        return low + (high - low) * (0.02 + 0.96 * rng.random(size))
    return np.array([float(v) for v in domain])[rng.integers(0, len(domain), size)]


def draws(names: Iterable[tuple[str, Shape]], assume: Assumed, count: int = DRAWS, seed: int = SEED) -> dict[str, Any]:
    """Return `count` points: for each name an array of shape (count, *its shape), in turn wide and narrow."""
    out = {}
    for name, shape in names:
        rng = np.random.default_rng([seed, *name.encode()])
        parts = [drawn(assume.get(name, "real"), rng, (count // len(SCALES) + 1, *shape), s) for s in SCALES]
        out[name] = np.stack(parts, 1).reshape(-1, *shape)[:count]
    return out


def evaluated(graph: Graph, points: Mapping[str, Any]) -> list[Any]:
    """Return the value of every scalar node at all points at once; undefined values are nan."""
    return run(graph.cells, graph.shapes, points, "float")


def finite(points: Mapping[str, Any], values: Sequence[Any], count: int) -> dict[str, Any]:
    """Return the first `count` points at which all values are finite."""
    size = len(next(iter(points.values()))) if points else 1
    good = np.ones(size, dtype=bool)
    for value in values:
        flat = np.asarray(value, dtype=float)
        good &= np.isfinite(flat.reshape(size, -1)).all(axis=1) if flat.ndim else bool(np.isfinite(flat))
    kept = np.flatnonzero(good)[:count]
    return {name: value[kept] for name, value in points.items()}


Values = Callable[[Mapping[str, Any]], Any]
