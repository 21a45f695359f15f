"""Slips of algebra: something is written in place of a node, in the function, in its derivative or from one line to the next.

Each variant is the same graph with one node (everywhere, or as one argument of one operation) replaced
by what its row's slips put there; all variants stand in one builder and are worked out in one go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from ...errors import LearnerError
from ...expr.adjoint import Folding, backward
from ...expr.graph import Graph
from ...expr.running import Cell, needed
from ...expr.tracer import Tracer
from ...ops.misconceptions import LATER, mistake
from ...ops.row import Slip
from ...ops.table import ROWS

MOST_VARIANTS, MOST_CELLS = 300, 6000
LAWS = frozenset(["sqrt.of-sum", "log.power-confusion", "domain.abs-dropped", "branch.ignored"])
UNFORMED = (LearnerError, ArithmeticError)  # a slip that cannot be formed here is skipped
FACTORS = tuple(map(Fraction, ("-1", "2", "1/2", "3", "1/3", "4", "1/4")))
Replacing = Callable[[Folding, int], Iterator[tuple[Slip, int]]]


class Variant(NamedTuple):
    """What the output is (`out`, an id of `builder`) after one slip `id` at `node`; `wrong` is what stands there instead."""

    id: str
    hint: str
    node: int
    out: int
    wrong: int
    rank: int
    builder: Folding


Variants = tuple[Folding, list[Variant]]


def bounded(builder: Folding, variants: Iterator[Variant]) -> Variants:
    """Return the variants up to so many, and until the builder has grown too large."""
    found = []
    for v in variants:
        found.append(v)
        if len(found) >= MOST_VARIANTS or len(builder.cells) > MOST_CELLS:
            break
    return builder, found


def variant(slip: Slip, node: int, out: int, wrong: int, builder: Folding, later: str = "") -> Variant:
    """Return a variant; a law that does not hold is named before a slip of the chain rule, other algebra after it."""
    if slip.instead is None:
        rank = mistake(slip.id).rank
    else:
        rank = slip.rank + LATER["law" if slip.id in LAWS else "in writing"]
    return Variant(slip.id, slip.hint, node, out, wrong, rank + LATER[later], builder)


# ----- what stands in place of a node -----
def replacements(builder: Folding, i: int) -> Iterator[tuple[Slip, int]]:
    """Yield (slip, id of what stands there instead) for node `i`."""
    op, args, params = builder.cells[i]
    for slip in ROWS[op].slips if op in ROWS else ():
        if slip.instead is not None:
            try:
                outs = slip.instead(Tracer(builder, i), *(Tracer(builder, a) for a in args), *params)
            except UNFORMED:
                continue
            yield from ((slip, out.id) for out in outs if out.id != i)


def leaves(builder: Folding, i: int) -> Iterator[tuple[Slip, int]]:
    """Yield other numbers for a number, other names for a name."""
    op, _, params = builder.cells[i]
    if op == "const" and isinstance(params[0], Fraction):
        value = params[0]
        others = (-value, value + 1, value - 1, 2 * value, value / 2, Fraction(1), Fraction(0), value * value)
        yield from ((Slip("arithmetic-slip"), builder.constant(n)) for n in dict.fromkeys(others) if n != value)
    elif op == "input":
        for k, (other, _, _) in enumerate(tuple(builder.cells)):
            if other == "input" and k != i and builder.shapes[k] == builder.shapes[i]:
                yield Slip("copied-wrong"), k
        yield Slip("copied-wrong"), builder.constant(1)


def written_wrong(builder: Folding, i: int) -> Iterator[tuple[Slip, int]]:
    """Yield what may stand in place of node `i` from one line to the next: a slip of its row, or another leaf."""
    yield from replacements(builder, i)
    yield from leaves(builder, i)


def miscopied(builder: Folding, i: int) -> Iterator[tuple[Slip, int]]:
    """Yield what may be left of node `i` when it is copied: another leaf, or one of the two that it joins."""
    yield from leaves(builder, i)
    args = builder.cells[i][1]
    yield from ((Slip("copied-wrong"), a) for a in (args if len(args) > 1 else ()))


def mended(builder: Folding, i: int) -> Iterator[tuple[Slip, int]]:
    """Yield what may have been meant instead of node `i` of an answer: a sign, a number, a name, a factor or a power."""
    yield from leaves(builder, i)
    for factor in FACTORS:
        id = "sign.lost-inner-minus" if factor == -1 else "constant.factor-dropped"
        yield Slip(id), builder.add("mul", (builder.constant(factor), i))
    yield from ((Slip("algebra"), other) for other in builder.cells[i][1])


# ----- put into an expression -----
def in_derivative(graph: Graph, wrt: int) -> Variants:
    """Return the variants of the written derivative: a slip where it is worked out."""
    return of_derivative(graph, wrt, replacements)


def in_copy(graph: Graph, wrt: int) -> Variants:
    """Return the variants of the written derivative in which something is copied wrong."""
    return of_derivative(graph, wrt, miscopied)


def of_derivative(graph: Graph, wrt: int, replacing: Replacing) -> Variants:
    walk = backward(graph, wanted=(wrt,))
    builder = Folding(walk.cells, walk.shapes)
    return bounded(builder, varied(builder, walk.gradient[wrt], len(graph), replacing))


def in_value(graph: Graph) -> Variants:
    """Return the variants of an expression: a slip of algebra, a number or a name copied wrong, everywhere or in one place."""
    builder = Folding(graph.cells, graph.shapes)
    return bounded(builder, varied(builder, graph.out, 0, written_wrong))


def in_answer(graph: Graph) -> Variants:
    """Return the variants of an answer that mend one place."""
    builder = Folding(graph.cells, graph.shapes)
    return bounded(builder, varied(builder, graph.out, 0, mended))


def varied(builder: Folding, out: int, size: int, replacing: Replacing) -> Iterator[Variant]:
    """Yield the variants of node `out`; below `size` a slip in one place is one where a node from there on takes it."""
    kept = needed(tuple(builder.cells), [out])
    for i in kept:
        for slip, wrong in replacing(builder, i):
            path = above(builder, i, kept)
            yield variant(slip, i, copied(builder, path, {i: wrong}).get(out, wrong), wrong, builder)
            for one in singly(builder, i, wrong, path, out, size):
                yield variant(slip, i, one, wrong, builder, "another place")


def above(builder: Folding, start: int, kept: list[int]) -> list[int]:
    """Return those of the nodes `kept`, in order, that depend on `start`, itself left out."""
    reached = {start}
    for i in kept:
        if not reached.isdisjoint(builder.cells[i][1]):
            reached.add(i)
    return sorted(reached - {start})


def copied(
    builder: Folding, nodes: list[int], moved: dict[int, int], slot: tuple[int, int] | None = None
) -> dict[int, int]:
    """Append `nodes` again with arguments replaced by `moved`; with `slot` = (node, slot) only there."""
    for i in nodes:
        op, args, params = builder.cells[i]
        new = tuple(moved.get(a, a) if slot is None or i != slot[0] or k == slot[1] else a for k, a in enumerate(args))
        moved[i] = builder.intern((op, new, params), builder.shapes[i])
    return moved


def singly(builder: Folding, i: int, wrong: int, path: list[int], out: int, size: int) -> Iterator[int]:
    """Yield the output with the slip in one place only: where the function's own nodes are used once more by the derivative."""
    inner = [j for j in path if j < size]
    moved = copied(builder, inner, {i: wrong})
    borders = [(j, slot) for j in path if j >= size for slot, a in enumerate(builder.cells[j][1]) if a in moved]
    for j, slot in borders if len(borders) > 1 else ():
        after = copied(builder, [j], dict(moved), (j, slot))[j]
        yield copied(builder, above(builder, j, path), {j: after}).get(out, after)


# ----- the right derivative of a wrong function -----
def in_function(graph: Graph, wrt: int) -> Variants:
    """Return the right derivatives of functions copied wrong: a slip before differentiating."""
    builder = Folding(graph.cells, graph.shapes)

    def found() -> Iterator[Variant]:
        kept = needed(graph.cells, [graph.out])
        for i in kept:
            for slip, wrong in replacements(builder, i):
                changed = copied(builder, above(builder, i, kept), {i: wrong}).get(graph.out, wrong)
                yield variant(slip, i, differentiated(builder, changed, wrt), wrong, builder)

    return bounded(builder, found())


def of_another(graph: Graph, wrt: int) -> Variants:
    """Return the right derivatives of functions that differ from the given one by a factor, a term, a name or a number."""
    builder = Folding(graph.cells, graph.shapes)

    def found() -> Iterator[Variant]:
        kept = needed(graph.cells, [graph.out])
        for parent in kept:
            for slot, i in enumerate(graph.cells[parent][1]):
                for slip, other in others(builder, graph, i):
                    new = copied(builder, [parent], {i: other}, (parent, slot))[parent]
                    changed = copied(builder, above(builder, parent, kept), {parent: new}).get(graph.out, new)
                    yield variant(slip, i, differentiated(builder, changed, wrt), other, builder)

    return bounded(builder, found())


def others(builder: Folding, graph: Graph, i: int) -> Iterator[tuple[Slip, int]]:
    """Yield what one argument may be in a function that resembles the given one."""
    op, args, _ = graph.cells[i]
    yield from ((Slip("wrong-function"), other) for other in (args if len(args) > 1 else ()))
    for n in graph.inputs if op == "input" else ():
        yield Slip("wrong-function"), builder.add("mul", (i, n.id))
    yield from leaves(builder, i)


def differentiated(builder: Folding, what: int, wrt: int) -> int:
    """Return the node of d what / d wrt, appended to the builder."""
    kept = needed(tuple(builder.cells), [what])
    if wrt not in kept:
        return builder.constant(0)
    place = {old: new for new, old in enumerate(kept)}
    cells: tuple[Cell, ...] = tuple(
        (op, tuple(place[a] for a in args), params) for op, args, params in (builder.cells[i] for i in kept)
    )
    walk = backward(Graph(cells, tuple(builder.shapes[i] for i in kept), place[what]), wanted=(place[wrt],))
    moved = builder.graft(walk.cells, walk.shapes, dict(enumerate(kept)))
    return moved[walk.gradient[place[wrt]]]
