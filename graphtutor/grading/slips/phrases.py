"""Explanations in words: each misconception with its place in the graph and its two hints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from ...expr.graph import Graph
from ...expr.running import Cell
from ...ops.misconceptions import LATER, mistake
from ..told.marks import Misconception
from .problems import Problem
from .substitutes import Variant
from .written_out import View

MOST_NAMED, MOST_PLACES = 8, 2
MOST_WRITTEN = 300  # leaves and operations, each counted as often as it would be written


class Ranked(NamedTuple):
    """A misconception and its rank among those that explain an answer: low is more specific."""

    rank: float
    what: Misconception


@dataclass(frozen=True, slots=True)
class Candidate:
    """An explanation before it is put into words. `beside`: the id of the slip that was made as well."""

    id: str
    rank: float
    node: int | None = None
    slot: int | None = None
    hint: str = ""
    said: str = ""
    beside: str = ""


def candidate(id: str, node: int | None = None, slot: int | None = None, later: str = "", said: str = "") -> Candidate:
    """Return a misconception of the catalogue as an explanation."""
    found = mistake(id)
    return Candidate(id, found.rank + LATER[later], node, slot, found.hint, said)


def worded(problem: Problem, found: Sequence[Candidate]) -> list[Ranked]:
    """Return the candidates as misconceptions, each id and place once, the most specific first."""
    out: dict[tuple[Any, ...], Ranked] = {}
    for c in sorted(found, key=lambda c: c.rank):
        if len(out) >= MOST_NAMED:
            break
        if c.beside or sum(key[0] == c.id for key in out) < MOST_PLACES:
            out.setdefault((c.id, c.node, c.slot), Ranked(c.rank, one(problem, c)))
    return list(out.values())


def one(problem: Problem, c: Candidate) -> Misconception:
    graph = problem.graph
    if c.node is None or c.node >= len(graph):
        return Misconception(c.id, hint=c.hint, strong=c.said or mistake(c.id).strong)
    args = graph.cells[c.node][1]
    other = args[c.slot] if c.slot is not None and args else None
    edge = None if other is None else (graph.name(c.node), graph.name(other))
    return Misconception(
        c.id,
        graph.name(c.node),
        formula(graph, c.node),
        edge,
        c.hint,
        c.said or strong(problem, c),
        c.beside,
        argument="" if other is None else formula(graph, other),
    )


def strong(problem: Problem, c: Candidate) -> str:
    """Return a hint that says the rule and what it gives here."""
    graph = problem.graph
    assert c.node is not None
    if not graph.cells[c.node][1]:
        name = graph.name(c.node)
        return mistake(c.id).strong if name == problem.wrt else f"{c.hint} Here it is {problem.wrt}, not {name}."
    row = graph.row(c.node)
    if not problem.flat:
        return f"{row.rule}: {row.formula}."
    tree = problem.tree
    parts = []
    for slot in [c.slot] if c.slot is not None and c.slot in tree.moving(c.node) else tree.moving(c.node):
        d = tree.locals.get(c.node, ())[slot]
        if d is not None:
            by = formula(graph, graph.cells[c.node][1][slot])
            parts.append(f"its derivative by {by} is {formula(built(tree.builder, d), d)}")
    here = f" At {formula(graph, c.node)} {' and '.join(parts)}." if parts else ""
    return f"{row.rule}: {row.formula}.{here}"


# ----- formulas -----
def formula(graph: Graph, i: int) -> str:
    """Return node `i` written out; one that would run on, shared parts again and again, over the names of its arguments.

    >>> from graphtutor.expr.build import build
    >>> square = build("(w*x - y)**2")
    >>> formula(square, square.out)
    '(w*x - y)**2'
    >>> doubled = build("; ".join(["u0 = x + 1", *(f"u{k + 1} = u{k}*u{k}" for k in range(60))]))
    >>> formula(doubled, doubled.out)
    'u59*u59'
    """
    return graph.formula(i) if written(graph, i) <= MOST_WRITTEN else graph.text(i)


def written(graph: Graph, i: int) -> int:
    """Return how many leaves and operations are written for node `i`."""
    return sizes(graph.cells[: i + 1])[i]


def sizes(cells: Sequence[Cell]) -> list[int]:
    """Return for each cell how many leaves and operations are written for it."""
    found: list[int] = []
    for _, args, _ in cells:
        found.append(1 + sum(found[a] for a in args))
    return found


@lru_cache(maxsize=200)
def formulas(graph: Graph) -> tuple[str, ...]:
    """Return the `formula` of every node of a graph."""
    return tuple(
        graph.formula(i) if size <= MOST_WRITTEN else graph.text(i) for i, size in enumerate(sizes(graph.cells))
    )


def built(builder: Any, i: int) -> Graph:
    """Return a node of a builder as a graph."""
    return Graph(tuple(builder.cells), tuple(builder.shapes), i)


def became(v: Variant) -> str:
    """Return what a slip of algebra did, in words."""
    graph = built(v.builder, max(v.node, v.wrong))
    return f"{formula(graph, v.node)} became {formula(graph, v.wrong)}."


def as_written(graph: Graph, view: View, i: int) -> str:
    """Return in words that what is written out is the operation at node `i` of a view, with its rule."""
    row = view.graph.row(i)
    return f"{formula(graph, view.back[i])} is {formula(view.graph, i)}. {row.rule}: {row.formula}."
