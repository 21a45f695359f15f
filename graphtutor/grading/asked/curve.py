"""An equation between x and y as the problem: y depends on x, and what is equal on the curve is equal.

y′ and d/dx (…) in an answer are the derivative along the curve. Two expressions that differ somewhere in the plane are
compared at points of the curve, found by Newton's method from many starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp

from ...equal.verdict import Evidence, Verdict, place
from ...expr.graph import Graph
from ...expr.running import run
from ...language import trees
from ...ops import heads
from . import samples

FRIENDLY = (0.6, 0.8, 1.0, 2.0, 0.5, 3.0, -0.6, -1.0, 0.25, 5.0)
STARTS = (1.0, 2.0, 0.4, -1.0, 4.0, -0.3, -3.0)
DRAWN = 30
NEWTON = 60
ON = 1e-11  # what is left of F, relative to how fast it changes: the place of y is known as well as that
NUDGED = 1e-9  # y moved by this much says how far a value may be off
FEWEST = 5
SAME = 1e-8

Array = Any
Points = dict[str, Array]


def along(tree: sp.Basic, wrt: str, of: str, slope: sp.Basic) -> sp.Basic:
    """Return an answer's tree with y′ and every derivative by x as the derivative along the curve.

    >>> x, y = sp.symbols("x y")
    >>> sorted(map(str, along(heads.Diff(x * y, x), "x", "y", -x / y).args))
    ['(-x/y)*Diff(x*y, y)', 'Diff(x*y, x)']
    """
    return trees.remade(tree, lambda top, args: step(top, args, wrt, of, slope))


def step(top: sp.Basic, args: tuple[sp.Basic, ...], wrt: str, of: str, slope: sp.Basic) -> sp.Basic:
    if isinstance(top, sp.Symbol):
        return slope if top.name in (f"{of}_prime", f"{of}'") else top
    if isinstance(top, heads.Diff) and isinstance(args[1], sp.Symbol) and args[1].name == wrt:
        if isinstance(args[0], sp.Symbol) and args[0].name == of:
            return slope
        return trees.add(heads.Diff(*args), trees.mul(slope, heads.Diff(args[0], sp.Symbol(of))))
    return trees.rebuilt(top, args) if top.args else top


def points(curve: Graph, slope: Graph, of: str, assume: Mapping[str, Any]) -> Points:
    """Return points at which `curve`, left − right of the equation, is 0, the friendliest first; `slope` is its derivative by `of`."""
    names = sorted({n.name for n in curve.inputs} - {of})
    drawn = samples.draws([(name, ()) for name in names], assume, DRAWN)
    first = {name: np.roll(np.abs(FRIENDLY) if k else FRIENDLY, k) for k, name in enumerate(names)}
    at = {name: np.repeat(np.concatenate([first[name], drawn[name]]), len(STARTS)) for name in names}
    y = np.tile(STARTS, len(FRIENDLY) + DRAWN)
    with np.errstate(all="ignore"):
        for _ in range(NEWTON):
            here = {**at, of: y}
            y = y - value(curve, here) / value(slope, here)
        here = {**at, of: y}
        rate = value(slope, here)
        good = np.isfinite(y) & (np.abs(value(curve, here) / rate) < ON * (1 + np.abs(y))) & (np.abs(rate) > 1e-6)
    return {name: v[good] for name, v in here.items()}


def value(graph: Graph, at: Points) -> Array:
    size = len(next(iter(at.values())))
    return np.broadcast_to(np.asarray(run(graph.cells, graph.shapes, at, "float")[graph.out], dtype=float), (size,))


def agreement(one: Graph, other: Graph, at: Points, of: str) -> Verdict:
    """Return whether two expressions are equal on a curve, as far as its points say; `one` is the student's."""
    with np.errstate(all="ignore"):
        a, b = value(one, at), value(other, at)
        near = {**at, of: at[of] + NUDGED * (1 + np.abs(at[of]))}
        noise = np.abs(value(one, near) - a) + np.abs(value(other, near) - b)
        kept = np.isfinite(b) & np.isfinite(noise)
        apart = kept & (np.abs(a - b) > SAME * (1 + np.abs(a) + np.abs(b)) + noise) | (np.isfinite(b) & ~np.isfinite(a))
    if apart.any():
        k = int(np.flatnonzero(apart)[0])
        point = tuple((name, float(f"{v[k]:.6g}")) for name, v in sorted(at.items()))
        values = tuple("undefined" if not np.isfinite(v[k]) else f"{v[k] + 0.0:.6g}" for v in (a, b))
        return Verdict("differs", Evidence(f"at {place(point)} the two differ", point=point, values=values))
    if kept.sum() < FEWEST:
        return Verdict("undecided", Evidence("too few points of the curve were found to compare the two at"))
    return Verdict("agrees", Evidence(f"equal at {kept.sum()} points of the curve", points=int(kept.sum()), digits=8))
