"""A problem's graph with its products and sums grouped as a student groups them: exp(-c*v) with a row z = c*v.

A product or a sum is what its factors or terms are, in any grouping. Where a row is some of them, the graph is built anew
with that row as a node, and the rest around it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from ...errors import LearnerError
from ...expr.build import Plan
from ...expr.graph import Graph
from ...expr.running import Cell, run
from ...expr.tracer import Builder
from ...language import read
from ..asked.task import Task

TRIES, SEED, CLOSE = 12, 7, 1e-9


@dataclass(frozen=True, slots=True)
class Kind:
    """How parts hang together: `joins` is the operation of parts that count once, `splits` of one that is taken away.

    An operation of one argument, the sign, turns the whole product, and every term of a sum.
    """

    joins: str
    splits: str


KINDS = (Kind("mul", "div"), Kind("add", "sub"))
SIGN = "neg"


def parts_of(cells: Sequence[Cell], i: int, kind: Kind) -> tuple[int, list[tuple[int, int]]]:
    """Return the sign of a product, and the (node, 1 or −1) of each factor, in order; of a sum sign 1 and its terms."""
    sign, found = 1, []
    todo = [(i, 1)]
    while todo:
        top, way = todo.pop()
        op, args, _ = cells[top]
        if op in (kind.joins, kind.splits):
            ways = [way, *[way if op == kind.joins else -way] * (len(args) - 1)]
            todo.extend(zip(reversed(args), reversed(ways), strict=True))
        elif op == SIGN and kind is KINDS[0]:
            sign = -sign
            todo.append((args[0], way))
        elif op == SIGN:
            todo.append((args[0], -way))
        else:
            found.append((top, way))
    return sign, found


def chains(graph: Graph, kind: Kind) -> Iterator[int]:
    """Yield the whole products, or sums: those that stand in none of their kind."""
    inside = {a for op, args, _ in graph.cells if op in (kind.joins, kind.splits, SIGN) for a in args}
    for i, (op, _, _) in enumerate(graph.cells):
        if op in (kind.joins, kind.splits, SIGN) and i not in inside:
            yield i


def with_part(graph: Graph, row: Graph) -> tuple[Graph, dict[int, int]] | None:
    """Return a graph in which the output of `row` is a node, and where each node of `graph` came to stand.

    `row` holds the cells of `graph` and then those of the row. None where the row is no part of a product or sum.
    """
    for kind in KINDS:
        sign, parts = parts_of(row.cells, row.out, kind)
        if any(i >= len(graph) for i, _ in parts) or (len(parts) < 2 and sign == 1):
            continue
        for top in chains(graph, kind):
            whole_sign, whole = parts_of(graph.cells, top, kind)
            for way in (1, -1):
                mine = Counter((i, w * way) for i, w in parts)
                if not mine - Counter(whole):
                    return rebuilt(graph, row, top, kind, way, whole_sign * sign, rest_of(whole, mine))
    return None


def rest_of(whole: list[tuple[int, int]], mine: Counter[tuple[int, int]]) -> list[tuple[int, int] | None]:
    """Return the parts of a whole that are not a row's, in order, None where the row stands for its first one."""
    left, found = mine.copy(), list[tuple[int, int] | None]()
    for part in whole:
        if left[part]:
            left[part] -= 1
            found.extend([] if None in found else [None])
        else:
            found.append(part)
    return found


def rebuilt(graph: Graph, row: Graph, top: int, kind: Kind, way: int, sign: int, rest: list[tuple[int, int] | None]) -> tuple[Graph, dict[int, int]]:  # fmt: skip
    """Return the graph with node `top` put together of a row and the rest, and where each node came to stand."""
    new = Builder()
    moved: dict[int, int] = {}

    def copied(i: int, below: dict[int, int]) -> int:
        op, args, params = row.cells[i]
        return new.intern((op, tuple(below[a] for a in args), params), row.shapes[i])

    for i in range(len(graph)):
        if i != top:
            moved[i] = copied(i, moved)
            continue
        below = dict(moved)
        for j in needed(row.cells, row.out):
            below.setdefault(j, copied(j, below))
        terms = [(below[row.out], way) if part is None else (below[part[0]], part[1]) for part in rest]
        moved[i] = together(new, terms, kind, sign)
    return reduced(Graph(tuple(new.cells), tuple(new.shapes), moved[graph.out], tuple((moved[i], n) for i, n in graph.names), graph.parameters), moved)  # fmt: skip


def needed(cells: Sequence[Cell], i: int) -> list[int]:
    """Return the nodes that a node is computed from, and itself, in order."""
    found, todo = {i}, [i]
    while todo:
        for a in cells[todo.pop()][1]:
            if a not in found:
                found.add(a)
                todo.append(a)
    return sorted(found)


def together(new: Builder, terms: list[tuple[int, int]], kind: Kind, sign: int) -> int:
    """Return the node of a product or sum of terms, in order, the first of those that count once at the front."""
    once = [i for i, way in terms if way > 0]
    taken = [i for i, way in terms if way < 0]
    if not once and kind is KINDS[0]:
        once = [new.constant(1)]
    out = once[0] if once else new.add(SIGN, (taken.pop(0),))
    for i in once[1:]:
        out = new.add(kind.joins, (out, i))
    for i in taken:
        out = new.add(kind.splits, (out, i))
    return new.add(SIGN, (out,)) if kind is KINDS[0] and sign < 0 else out


def reduced(graph: Graph, moved: Mapping[int, int]) -> tuple[Graph, dict[int, int]]:
    """Return a graph without the nodes that nothing is computed from any more, but for its inputs."""
    live = set(needed(graph.cells, graph.out)) | {i for i, cell in enumerate(graph.cells) if cell[0] == "input"}
    place = {i: k for k, i in enumerate(sorted(live))}
    cells = tuple((op, tuple(place[a] for a in args), params) for i, (op, args, params) in enumerate(graph.cells) if i in live)  # fmt: skip
    names = tuple((place[i], name) for i, name in graph.names if i in live)
    whole = Graph(cells, tuple(s for i, s in enumerate(graph.shapes) if i in live), place[graph.out], names, graph.parameters)  # fmt: skip
    return whole, {i: place[j] for i, j in moved.items() if j in live}


# ----- rows -----
def regrouped(task: Task, rows: Sequence[tuple[str, str]]) -> Graph:
    """Return the graph of a task with a node for each row (name, formula) that is a part of it in another grouping."""
    graph, meant = task.graph, dict[str, int]()
    if any(graph.shapes):
        return graph
    points = points_of(graph)
    for name, formula in rows:
        try:
            tree = read.read(formula, names=[*graph.ids, *meant], shapes=task.shapes, constants=task.constants)
            row = with_row(graph, tree, task, meant)
        except LearnerError:
            continue  # matching says what is wrong with it
        same = [row.out] if row.out < len(graph) else equal(graph, row, points)
        found = None if same else with_part(graph, row)
        if found is not None and same_output(graph, found[0], points):
            graph, moved = found
            meant = {n: moved[j] for n, j in meant.items() if j in moved}
            same = equal(graph, with_row(graph, tree, task, meant), points)
        if name and same:
            meant[name] = same[0]
    return graph


def with_row(graph: Graph, tree: sp.Basic, task: Task, meant: Mapping[str, int]) -> Graph:
    """Return a graph with the nodes of a row's formula behind its own; the row is the output."""
    plan = Plan(task.shapes, task.constants)
    plan.builder = Builder(graph.cells, graph.shapes)
    plan.env |= {**graph.ids, **meant}
    i = plan.tree(tree)
    return Graph(tuple(plan.builder.cells), tuple(plan.builder.shapes), i)


# ----- by value -----
def points_of(graph: Graph) -> dict[str, Any]:
    """Return random values of every input: arrays over some points, for vectors and matrices one point."""
    rng = np.random.default_rng(SEED)
    several = () if any(graph.shapes) else (TRIES,)
    return {
        n.name: rng.uniform(0.2, 1.8, n.shape or several) * rng.choice([-1.0, 1.0], n.shape or several, p=[0.3, 0.7])
        for n in graph.inputs
    }


def equal(graph: Graph, extended: Graph, points: Mapping[str, Any]) -> list[int]:
    """Return the operations of a graph that have the value of an extended graph's output at every point."""
    if not {n.name for n in extended.inputs} <= set(points):
        return []
    with np.errstate(all="ignore"):
        values = run(extended.cells, extended.shapes, points, "float")
    target = np.asarray(values[extended.out], dtype=float)
    return [
        j for j, (_, args, _) in enumerate(graph.cells) if args and close(np.asarray(values[j], dtype=float), target)
    ]


def same_output(one: Graph, other: Graph, points: Mapping[str, Any]) -> bool:
    with np.errstate(all="ignore"):
        a, b = (run(g.cells, g.shapes, points, "float")[g.out] for g in (one, other))
    return close(np.asarray(a, dtype=float), np.asarray(b, dtype=float))


def close(a: Any, b: Any) -> bool:
    """Return whether two rows of values are numbers at the same points, at one at least, and agree there."""
    if a.ndim and b.ndim and a.shape != b.shape:
        return False
    a, b = np.broadcast_arrays(a, b)
    real = np.isfinite(a)
    return bool(
        real.any() and (real == np.isfinite(b)).all() and (np.abs(a - b)[real] <= CLOSE * (1 + np.abs(b[real]))).all()
    )
