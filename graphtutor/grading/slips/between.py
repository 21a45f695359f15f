"""From one line to the next: the operator that is carried out with a slip, the slip of algebra, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import sympy as sp

from ...expr.graph import Graph
from ...expr.running import needed, run
from ...language import trees
from ...ops import heads
from ...ops.misconceptions import LATER, mistake
from ..asked import samples
from ..asked.task import Task
from ..told.marks import Misconception
from . import substitutes
from .diagnose import agreeing, single
from .phrases import MOST_NAMED, Candidate, Ranked, became, built, formula, worded
from .problems import POINTS, Array, Problem, fits, node_of, same_values

HOLE = "the derivative carried out"
Make = Callable[[Graph], substitutes.Variants]


# ----- a derivative carried out -----
def carried_out(task: Task, previous: sp.Basic, line: sp.Basic, problem: Problem, answer: Array) -> list[Ranked]:
    """Return the slips that explain `line`, of the values `answer`, after `previous`: one derivative that it holds was worked out with them."""
    found: list[Ranked] = []
    left = [task.graph_of(operator.args[0]) for operator in derivatives(line)]
    before = list(derivatives(previous))
    for operator in before:
        what, by = operator.args
        inner = problem.within(task.graph_of(what), by.name)
        if inner is None:
            continue
        names, values = single(inner)
        around = task.graph_of(with_hole(previous, operator))
        points = problem.with_drawn(around) | {HOLE: values}
        lines = np.broadcast_to(
            np.asarray(run(around.cells, around.shapes, points, "float")[around.out], dtype=float), values.shape
        )
        if len(before) == 1 and around.cells[around.out][0] != "input":
            without = run(around.cells, around.shapes, points | {HOLE: np.ones_like(values[0])}, "float")[around.out]
            found += left_out(inner) if same_values(np.asarray(without, dtype=float), answer) else []
        found += worded(inner, [later(c, untouched(inner.graph, left)) for c in agreeing(names, lines, answer)])
    return sorted(found, key=lambda r: r.rank)


def left_out(inner: Problem) -> list[Ranked]:
    """Return that the one derivative which stood beside other factors was dropped, and not carried out."""
    known, graph = mistake("chain.missing-inner"), inner.graph
    place = formula(graph, graph.out)
    return [
        Ranked(known.rank, Misconception(known.id, graph.name(graph.out), place, hint=known.hint, strong=known.strong))
    ]


def untouched(graph: Graph, left: list[Graph]) -> set[int]:
    """Return the nodes that a line has not differentiated yet: those under the derivatives that it still has."""
    tops = (node_of(graph, part) for part in left)
    return set(needed(graph.cells, [i for i in tops if i is not None and i != graph.out]))


def later(c: Candidate, nodes: set[int]) -> Candidate:
    return replace(c, rank=c.rank + LATER["not yet"]) if c.node in nodes else c


def derivatives(tree: sp.Basic) -> Iterator[heads.Diff]:
    """Yield the derivatives by a name that stand in a line, each once; none inside another."""
    seen: set[sp.Basic] = set()
    todo = [tree]
    while todo:
        top = todo.pop()
        if isinstance(top, heads.Diff):
            if top not in seen and isinstance(top.args[1], sp.Symbol):
                yield top
            seen.add(top)
        else:
            todo.extend(top.args)


def with_hole(tree: sp.Basic, operator: sp.Basic) -> sp.Basic:
    """Return a line with a name in place of one of its derivatives."""
    hole = sp.Symbol(HOLE)
    return trees.remade(tree, lambda top, args: hole if top == operator else trees.kept(top, args))


# ----- algebra -----
def rewritten(start: Graph, answer: Graph, assume: Mapping[str, Any]) -> list[Ranked]:
    """Return the slips of algebra that make `answer` of `start`, two scalar graphs that ought to be equal."""
    return [
        Ranked(v.rank, Misconception(v.id, start.name(v.node), formula(start, v.node), hint=v.hint, strong=became(v)))
        for v in leading(start, answer, assume, substitutes.in_value)
    ]


def mending(answer: Graph, truth: Graph, assume: Mapping[str, Any], source: str) -> list[Ranked]:
    """Return what would mend an answer in one place, named by what stands there in `source`, the text that was written."""
    found = []
    for v in leading(answer, truth, assume, substitutes.in_answer):
        here = quoted(formula(answer, v.node), source)
        where = f"Look at {here} in your answer. " if here else ""
        graph = built(v.builder, v.wrong)
        mend = (
            f"With {formula(graph, v.wrong)} in place of {here} it would be right."
            if here
            else "One place in it would mend it."
        )
        found.append(
            Ranked(v.rank + LATER["would mend it"], Misconception(v.id, "", here, hint=f"{where}{v.hint}", strong=mend))
        )
    return found


def quoted(text: str, source: str) -> str:
    """Return a formula as it stands in a learner's text, nothing if it does not stand there as it is.

    >>> quoted("2*x**2", "dy/dx = 2x^2 + 1"), quoted("x**(-(-1))", "dy/dx = 1/x")
    ('2x^2', '')
    """
    signs = {"·": "*", "−": "-", "⋅": "*"}
    kept = [(k, signs.get(c, c)) for k, c in enumerate(source.replace("**", "^ ")) if c not in " {}\\"]
    bare, want = "".join(c for _, c in kept), text.replace("**", "^").replace(" ", "")
    for wanted, plain in ((want, bare), (want.replace("*", ""), bare)):
        at = plain.find(wanted)
        if at >= 0:
            return source[kept[at][0] : kept[at + len(wanted) - 1][0] + 1].strip()
    return ""


def leading(start: Graph, end: Graph, assume: Mapping[str, Any], make: Make) -> list[substitutes.Variant]:
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
    found: dict[tuple[str, int], substitutes.Variant] = {}
    for k in np.flatnonzero(fits(np.stack(there), target)).tolist():
        v = variants[k]
        found.setdefault((v.id, v.node), v)
    return sorted(found.values(), key=lambda v: v.rank)[:MOST_NAMED]
