"""Explanations in words: each misconception with its place in the graph and its two hints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...expr.graph import Graph
from ...ops.misconceptions import mistake
from ..told.marks import Misconception
from .formulas import formula
from .problems import Problem

MOST_NAMED, MOST_PLACES = 12, 4


class Ranked(NamedTuple):
    """A misconception and its rank among those that explain an answer: low is more specific."""

    rank: float
    what: Misconception


@dataclass(frozen=True, slots=True)
class Candidate:
    """An explanation before it is put into words."""

    id: str
    rank: float
    node: int | None = None
    slot: int | None = None
    hint: str = ""
    said: str = ""
    beside: str = ""  # the id of the slip that was made as well


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
        return (
            f"{c.hint} Here it is {problem.wrt}, not {graph.name(c.node)}."
            if graph.name(c.node) != problem.wrt
            else mistake(c.id).strong
        )
    row = graph.row(c.node)
    if not problem.flat:
        return f"{row.rule}: {row.formula}."
    tree = problem.tree
    parts = []
    for slot in [c.slot] if c.slot is not None and c.slot in tree.moving(c.node) else tree.moving(c.node):
        d = tree.locals.get(c.node, ())[slot]
        if d is not None:
            text = formula(Graph(tuple(tree.builder.cells), tuple(tree.builder.shapes), d), d)
            parts.append(f"its derivative by {formula(graph, graph.cells[c.node][1][slot])} is {text}")
    return (
        f"{row.rule}: {row.formula}. At {formula(graph, c.node)} {' and '.join(parts)}."
        if parts
        else f"{row.rule}: {row.formula}."
    )
