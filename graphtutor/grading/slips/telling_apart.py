"""A variant of the problem on which the explanations of an answer differ: what a student answers there tells which it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from ...expr.graph import Graph
from ...expr.running import Cell
from ..told.marks import Variant
from .counterexamples import friendly, short
from .phrases import formula
from .problems import Array, Problem, fits, problem
from .slopes import Site, Slopes

MOST_EXPLANATIONS, MOST_TRIED, ALIKE = 4, 8, 1e-6
FACTOR = Fraction(3)
Change = tuple[Graph, dict[int, int]]  # the changed graph, and where each node went
Key = tuple[str, str, int, int | None]


def telling(asked: Problem, answer: Array) -> Variant | None:
    """Return the variant that tells most of the explanations of `answer` (values at the problem's points) apart, None if no two differ.

    >>> from graphtutor.expr.build import build
    >>> asked = problem(build("w**2"), "w")
    >>> found = telling(asked, asked.values_of(build("w")))
    >>> found.problem, found.answers
    ('w**3', (('power.coefficient-dropped', '1'), ('power.off-by-one', '2')))
    """
    sites = explanations(asked, answer)
    if len(sites) < 2:
        return None
    best: Variant | None = None
    most = 1
    for changed, moved in list(changes(asked.graph, asked.here))[:MOST_TRIED]:
        found = tried(asked, changed, moved, sites)
        if found is not None and len({value for _, value in found.answers}) > most:
            best, most = found, len({value for _, value in found.answers})
        if most == len(sites):
            break
    return best


def explanations(asked: Problem, answer: Array) -> list[Site]:
    """Return the slips that explain an answer, one for each misconception, the most specific first."""
    hits = sorted((asked.tree.sites[k] for k in np.flatnonzero(fits(asked.singles[1:], answer))), key=lambda s: s.rank)
    first: dict[str, Site] = {}
    for site in hits:
        first.setdefault(site.id, site)
    return list(first.values())[:MOST_EXPLANATIONS]


# ----- changes -----
def changes(graph: Graph, wrt: int) -> Iterator[Change]:
    """Yield graphs that differ from `graph` in one exponent, in one number, or by a factor before the variable."""
    same = {i: i for i in range(len(graph))}
    for i, (op, args, params) in enumerate(graph.cells):
        if args and params and isinstance(params[0], int | Fraction) and not graph.shapes[i]:
            yield swapped(graph, i, (op, args, (params[0] + 1, *params[1:]))), same
    for i, (op, _, params) in enumerate(graph.cells):
        if op == "const" and isinstance(params[0], Fraction) and params[0]:
            value = params[0] + 1
            yield swapped(graph, i, (op, (), (value, str(value)))), same
    yield scaled(graph, wrt)


def swapped(graph: Graph, i: int, cell: Cell) -> Graph:
    return Graph((*graph.cells[:i], cell, *graph.cells[i + 1 :]), graph.shapes, graph.out)


def scaled(graph: Graph, wrt: int) -> Change:
    """Return the graph with a factor times the variable wherever the variable stands."""
    cells: list[Cell] = [("const", (), (FACTOR, str(FACTOR))), *graph.cells[: wrt + 1], ("mul", (0, wrt + 1), ())]
    moved = {i: i + 1 for i in range(wrt)} | {wrt: wrt + 2} | {i: i + 2 for i in range(wrt + 1, len(graph))}
    for op, args, params in graph.cells[wrt + 1 :]:
        cells.append((op, tuple(moved[a] for a in args), params))
    return Graph(tuple(cells), ((),) * len(cells), moved[graph.out]), moved


# ----- what each explanation would answer -----
def tried(asked: Problem, changed: Graph, moved: dict[int, int], sites: Sequence[Site]) -> Variant | None:
    """Return the variant with what each slip answers there, None where a slip has no counterpart or no point shows a difference."""
    other = problem(changed, asked.wrt, asked.assume)
    if other.size < len(sites) or not other.flat:
        return None
    there = [counterpart(asked.tree, other.tree, site, moved) for site in sites]
    if any(site is None for site in there):
        return None
    tree = Slopes(changed, other.here)
    tree.builder, tree.locals, tree.slope_inputs, tree.sites = (
        other.tree.builder,
        other.tree.locals,
        other.tree.slope_inputs,
        other.tree.sites,
    )
    points = friendly([n.name for n in changed.inputs], asked.assume)
    tree.settle(points)
    values = tree.swept([[site] for site in there if site is not None])
    k = clearest(values)
    if k is None:
        return None
    at = tuple((name, short(float(v[k]))) for name, v in points.items())
    return Variant(
        formula(changed, changed.out),
        asked.wrt,
        at,
        tuple((site.id, short(float(v))) for site, v in zip(sites, values[:, k], strict=True)),
    )


def counterpart(here: Slopes, there: Slopes, site: Site, moved: dict[int, int]) -> Site | None:
    """Return the same slip at the same node of a changed graph."""
    own, want = key(site), (site.id, site.kind, moved[site.node], site.slot)
    which = [s for s in here.sites if key(s) == own].index(site)
    alike = [s for s in there.sites if key(s) == want]
    return alike[which] if which < len(alike) else None


def key(site: Site) -> Key:
    return site.id, site.kind, site.node, site.slot


def clearest(values: Array) -> int | None:
    """Return the point at which most rows differ, one with small plain numbers among equals; None if none tells two apart."""
    with np.errstate(all="ignore"):
        apart = np.abs(values[:, None] - values[None]) > ALIKE * (1 + np.abs(values[:, None]))
        fine = np.isfinite(values).all(axis=0)
        count = apart.sum(axis=(0, 1)) * fine
        cost = np.abs(values).max(axis=0) + 10 * (values % 1 != 0).any(axis=0)
    if not count.any():
        return None
    return int(np.argmin(np.where(count == count.max(), cost, np.inf)))
