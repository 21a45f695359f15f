"""From one line to the next: which slip of algebra turned an expression into another, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...expr.adjoint import Folding
from ...expr.graph import Graph
from ...expr.running import run
from ...ops.misconceptions import LATER
from ..asked import samples
from ..told.marks import Misconception
from . import algebra
from .formulas import formula
from .phrases import MOST_NAMED, Ranked
from .problems import POINTS, fits, same_values

Make = Callable[[Graph], tuple[Folding, list[algebra.Variant]]]


def rewritten(start: Graph, answer: Graph, assume: Mapping[str, Any]) -> list[Ranked]:
    """Return the slips of algebra that make `answer` of `start`, two scalar graphs that ought to be equal."""
    return [Ranked(v.rank, Misconception(v.id, start.name(v.node), formula(start, v.node), hint=v.hint, strong=v.said))
            for v in leading(start, answer, assume, algebra.in_value)]  # fmt: skip


def mending(answer: Graph, truth: Graph, assume: Mapping[str, Any]) -> list[Ranked]:
    """Return what would mend an answer in one place, named by what stands there."""
    found = []
    for v in leading(answer, truth, assume, algebra.in_answer):
        here = formula(answer, v.node)
        found.append(
            Ranked(
                v.rank + LATER["would mend it"],
                Misconception(
                    v.id,
                    "",
                    here,
                    hint=f"Look at {here} in your answer. {v.hint}",
                    strong=f"With {v.formula(v.wrong)} in place of {here} it would be right.",
                ),
            )
        )
    return found


def leading(start: Graph, end: Graph, assume: Mapping[str, Any], make: Make) -> list[algebra.Variant]:
    """Return the variants of `start` that equal `end`, each id and place once."""
    if any((*start.shapes, *end.shapes)):
        return []
    points = samples.draws(sorted({(n.name, n.shape) for g in (start, end) for n in g.inputs}), assume)
    points = samples.finite(points, [samples.evaluated(g, points)[g.out] for g in (start, end)], POINTS)
    size = len(next(iter(points.values()))) if points else 1
    builder, variants = make(start)
    if not size or not variants:
        return []
    values = run(builder.cells, tuple(builder.shapes), points, "float")
    here, *there = (
        np.broadcast_to(np.asarray(values[i], dtype=float), (size,)) for i in (start.out, *(v.out for v in variants))
    )
    target = np.broadcast_to(np.asarray(samples.evaluated(end, points)[end.out], dtype=float), (size,))
    if same_values(here, target):
        return []
    found: dict[tuple[str, int], algebra.Variant] = {}
    for k in np.flatnonzero(fits(np.stack(there), target)).tolist():
        v = variants[k]
        found.setdefault((v.id, v.node), v)
    return sorted(found.values(), key=lambda v: v.rank)[:MOST_NAMED]
