"""Points at which a problem is tried: drawn by the assumptions on its names, kept where all is finite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...equal.domain import Domain, domains
from ...expr.graph import Graph
from ...expr.running import run
from ...ops.arrays import Shape

SEED, DRAWS = 20260101, 240
NEAR, FAR = 0.3, 2.2
SCALES = 1.0, 3.0, 0.4


def drawn(domain: Domain, rng: np.random.Generator, size: tuple[int, ...], scale: float) -> Any:
    """Return random numbers of a domain, away from 0 and not far from it; `scale` widens the range.

    >>> rng = np.random.default_rng(0)
    >>> sorted(set(drawn(Domain(members=(-1, 1)), rng, (20,), 1.0).tolist()))
    [-1.0, 1.0]
    """
    if domain.members is not None:
        return np.array([float(v) for v in domain.members])[rng.integers(0, len(domain.members), size)]
    low, high = (None if end is None else float(end) for end in (domain.low, domain.high))
    if domain.integer:
        return rng.integers(
            1 if low is None else int(np.ceil(low)) + (not domain.closed), 6 if high is None else int(high) + 1, size
        ).astype(float)
    share = rng.random(size)
    if low is not None and high is not None:
        return low + (high - low) * (0.02 + 0.96 * share)
    away = (NEAR + (FAR - NEAR) * share) * scale
    if low is not None:
        return low + away
    return high - away if high is not None else away * rng.choice((-1.0, 1.0), size)


def draws(names: Iterable[tuple[str, Shape]], assume: Mapping[str, Any], count: int = DRAWS) -> dict[str, Any]:
    """Return `count` points: for each name an array of shape (count, *its shape), in turn wide and narrow."""
    told = domains(assume)
    out = {}
    for name, shape in names:
        rng = np.random.default_rng([SEED, *name.encode()])
        parts = [drawn(told.get(name, Domain()), rng, (count // len(SCALES) + 1, *shape), s) for s in SCALES]
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
