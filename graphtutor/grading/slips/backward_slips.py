"""What went wrong in a wrong gradient of vectors and matrices: backpropagation with one slip at one place, for every place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

import numpy as np

from ...expr.adjoint import Folding, parts, reach, zeros
from ...expr.graph import Graph
from ...expr.running import run
from ...expr.tracer import Tracer, fitted
from ...ops.misconceptions import LATER, mistake
from ...ops.table import ROWS
from .phrases import Candidate, Ranked, as_written, candidate, worded
from .problems import Array, Problem, same_values
from .substitutes import UNFORMED
from .written_out import views

MOST_POINTS = 6
Sent = list[tuple[int, int]]  # what a node sends back: (slot, contribution)
Change = Callable[["Pass", int, int, Sent], Sent]


class Slipped(NamedTuple):
    """A slip at a node: `change` gives what it sends back instead."""

    id: str
    rank: int
    hint: str
    node: int
    slot: int | None
    change: Change


class Pass:
    """Backward passes over one graph, all in one builder."""

    def __init__(self, graph: Graph, wrt: int):
        self.graph, self.wrt = graph, wrt
        self.builder = Folding(graph.cells, graph.shapes)
        self.wants = reach(graph, (wrt,))
        self.ones = {shape: fitted(self.builder, self.builder.constant(1), shape) for shape in set(graph.shapes)}

    def asked(self, i: int) -> tuple[bool, ...]:
        op, args, _ = self.graph.cells[i]
        return tuple(self.wants[a] and slot not in ROWS[op].conditions for slot, a in enumerate(args))

    def sent(self, i: int, g: int) -> Sent:
        op, args, params = self.graph.cells[i]
        if not args or not ROWS[op].differentiable or not any(self.asked(i)):
            return []
        found = parts(self.builder, ROWS[op], i, args, params, g, "zero", self.asked(i))
        return [(slot, part) for slot, (_, part) in enumerate(found) if part is not None]

    def gradient(self, slip: Slipped | None = None) -> int:
        """Return the node of the gradient with respect to the variable, with one slip or none."""
        graph, builder = self.graph, self.builder
        found: dict[int, int] = {graph.out: builder.constant(1)}
        for i in range(graph.out, -1, -1):
            if i not in found:
                continue
            sent = self.sent(i, found[i])
            if slip is not None and slip.node == i:
                sent = slip.change(self, i, found[i], sent)
            for slot, part in sent:
                target = graph.cells[i][1][slot]
                found[target] = builder.add("add", (found[target], part)) if target in found else part
        return found.get(self.wrt, zeros(builder, graph.shapes[self.wrt]))


# ----- the slips -----
def slips(walk: Pass) -> Iterator[Slipped]:
    """Yield every slip of every node that the gradient passes."""
    for i, (op, args, _) in enumerate(walk.graph.cells):
        if not args or not any(walk.asked(i)):
            continue
        for slip in ROWS[op].slips:
            if slip.local is not None:
                yield Slipped(slip.id, slip.rank, slip.hint, i, None, of_row(slip.local))
        for slot, asked in enumerate(walk.asked(i)):
            if asked:
                yield named(
                    "path.dropped" if sum(walk.asked(i)) > 1 else "definition.as-constant", i, slot, without(slot)
                )
                yield named("local.dropped", i, slot, handed_on(slot))
                yield named("sign.lost-inner-minus", i, slot, turned(slot))
        if i != walk.graph.out:
            yield named("upstream.dropped", i, None, from_one)


def named(id: str, node: int, slot: int | None, change: Change) -> Slipped:
    found = mistake(id)
    return Slipped(id, found.rank, found.hint, node, slot, change)


def of_row(local: Callable[..., tuple[object, ...]]) -> Change:
    """Return the change of a row's wrong local rule, or wrong pull where the row has no local one."""

    def change(walk: Pass, i: int, g: int, sent: Sent) -> Sent:
        op, args, params = walk.graph.cells[i]
        row, builder = ROWS[op], walk.builder
        y, tracers = Tracer(builder, i), [Tracer(builder, a) for a in args]
        pulled = row.pull is not None and any(builder.shapes[j] for j in (i, *args))
        given = (*tracers, *params)
        wrong = local(Tracer(builder, g), y, *given) if pulled else row.local_at("zero", y, *given, rule=local)
        out = dict(sent)
        for slot, part in enumerate(wrong):
            if part is not None and slot in out:
                lifted = y.lift(part)
                out[slot] = fitted(
                    builder, lifted if pulled else builder.add("mul", (lifted, g)), builder.shapes[args[slot]]
                )
        return list(out.items())

    return change


def without(slot: int) -> Change:
    return lambda walk, i, g, sent: [(s, part) for s, part in sent if s != slot]


def turned(slot: int) -> Change:
    return lambda walk, i, g, sent: [(s, walk.builder.add("neg", (part,)) if s == slot else part) for s, part in sent]


def handed_on(slot: int) -> Change:
    """Return the change of an edge that hands its upstream gradient on as it is, if the shapes allow it."""

    def change(walk: Pass, i: int, g: int, sent: Sent) -> Sent:
        shape = walk.graph.shapes[walk.graph.cells[i][1][slot]]
        if walk.builder.shapes[g] not in (shape, ()):
            return sent
        return [(s, fitted(walk.builder, g, shape) if s == slot else part) for s, part in sent]

    return change


def from_one(walk: Pass, i: int, g: int, sent: Sent) -> Sent:
    return walk.sent(i, walk.ones[walk.graph.shapes[i]])


# ----- matching -----
def diagnosed(problem: Problem, answer: Graph, labels: Collection[str] = ()) -> list[Ranked]:
    """Return the misconceptions that explain an answer to a problem with vectors or matrices, most specific first.

    `labels`: names whose entries sum to 1.
    """
    if not problem.size:  # nowhere is the function defined: nothing to explain
        return []
    points = {name: summing_to_one(v) if name in labels else v for name, v in problem.with_drawn(answer).items()}
    (given,) = at_points(problem, answer, [answer.out], points)
    right, rows = gradients(problem, problem.graph, points, lambda node: True)
    if given.shape[1:] != right.shape[1:]:
        turned_over = given.shape[1:] == right.shape[1:][::-1] and agrees(right, np.moveaxis(given, 1, -1))
        return worded(problem, [candidate("matrix.transpose-missing", problem.graph.out)] if turned_over else [])
    if agrees(right, given):
        return []
    found = [Candidate(s.id, s.rank, s.node, s.slot, s.hint) for s, wrong in rows if agrees(wrong, given)]
    for view in views(problem.graph, problem.here):
        _, rows = gradients(problem, view.graph, points, lambda node, v=view: v.renamed(problem.graph, node))  # type: ignore[misc]
        for s, wrong in rows:
            if agrees(wrong, given):
                rank = s.rank + LATER[view.later]
                found.append(
                    Candidate(s.id, rank, view.back[s.node], None, s.hint, as_written(problem.graph, view, s.node))
                )
    found += symmetric(problem, answer, points)
    return worded(problem, [*found, *compared(problem, np.ravel(right), np.ravel(given))])


def agrees(candidate: Array, answer: Array) -> bool:
    return same_values(np.ravel(candidate), np.ravel(answer))


def summing_to_one(values: Array) -> Array:
    return np.abs(values) / np.abs(values).sum(axis=-1, keepdims=True)


def gradients(
    problem: Problem, graph: Graph, points: dict[str, Array], where: Callable[[int], bool]
) -> tuple[Array, list[tuple[Slipped, Array]]]:
    """Return the gradient at the points, and what each slip at the nodes `where` makes of it; one that cannot be formed is left out."""
    walk = Pass(graph, graph.ids[problem.wrt])
    truth, found = walk.gradient(), list[tuple[Slipped, int]]()
    for slip in slips(walk):
        try:
            out = walk.gradient(slip) if where(slip.node) else truth
        except UNFORMED:
            continue
        if walk.builder.shapes[out] == walk.builder.shapes[truth] and out != truth:
            found.append((slip, out))
    extended = Graph(tuple(walk.builder.cells), tuple(walk.builder.shapes), truth)
    right, *rows = at_points(problem, extended, [truth, *(out for _, out in found)], points)
    return right, [(slip, row) for (slip, _), row in zip(found, rows, strict=True)]


def at_points(problem: Problem, graph: Graph, outs: list[int], points: dict[str, Array]) -> list[Array]:
    """Return the values of nodes at a few points: arrays (points, *shape)."""
    rows: list[list[Array]] = []
    for k in range(min(MOST_POINTS, problem.size)):
        at = {name: v[k] for name, v in points.items()}
        if problem.part is not None:
            at[problem.wrt] = run(problem.part.cells, problem.part.shapes, at, "float")[problem.part.out]
        found = run(graph.cells, graph.shapes, at, "float")
        rows.append([np.broadcast_to(np.asarray(found[i], dtype=float), graph.shapes[i]) for i in outs])
    return [np.stack(column) for column in zip(*rows, strict=True)]


def symmetric(problem: Problem, answer: Graph, points: dict[str, Array]) -> Iterator[Candidate]:
    """Yield the matrices for which the answer is right just where they are symmetric."""
    for n in problem.graph.inputs:
        if len(n.shape) == 2 and n.shape[0] == n.shape[1] > 1:
            even = points | {n.name: (points[n.name] + np.swapaxes(points[n.name], 1, 2)) / 2}
            right, _ = gradients(problem, problem.graph, even, lambda node: False)
            (given,) = at_points(problem, answer, [answer.out], even)
            if agrees(right, given):
                yield candidate("matrix.symmetry-assumed", n.id, said=f"Only where {n.name} is symmetric is it right.")


def compared(problem: Problem, right: Array, given: Array) -> Iterator[Candidate]:
    """Yield what the answer is as a whole: the truth times a number, nothing at all."""
    out = problem.graph.out
    if not given.any():
        yield candidate("definition.as-constant", out)
        return
    with np.errstate(all="ignore"):
        ratio = given / right
    ratio = ratio[np.isfinite(ratio)]
    if len(ratio) and np.all(np.abs(ratio - ratio[0]) < 1e-9 * abs(ratio[0])):
        id = "sign.lost-inner-minus" if abs(ratio[0] + 1) < 1e-9 else "constant.factor-dropped"
        yield candidate(id, out, later="by its ratio")
