"""Slips of algebra: something is written in place of a node, in the function or in its derivative.

Each variant is the same graph with one node (everywhere, or as one argument of one operation) replaced
by what its row's slips put there; all variants stand in one builder and are worked out in one go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from ...expr.adjoint import Folding, backward
from ...expr.graph import Graph
from ...expr.running import Cell
from ...expr.tracer import Tracer
from ...ops.misconceptions import LATER, mistake
from ...ops.row import Slip
from ...ops.table import ROWS
from .formulas import formula

MOST_VARIANTS, MOST_CELLS = 300, 6000
LAWS = frozenset(["sqrt.of-sum", "log.power-confusion", "domain.abs-dropped"])
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

    def formula(self, i: int) -> str:
        """Return a node of the builder as text."""
        return formula(Graph(tuple(self.builder.cells), tuple(self.builder.shapes), i), i)

    @property
    def said(self) -> str:
        return f"{self.formula(self.node)} became {self.formula(self.wrong)}."


def replacements(builder: Folding, i: int) -> Iterator[tuple[Slip, int]]:
    """Yield (slip, id of what stands there instead) for node `i`."""
    op, args, params = builder.cells[i]
    if op not in ROWS:
        return
    for slip in ROWS[op].slips:
        if slip.instead is not None:
            for out in slip.instead(Tracer(builder, i), *(Tracer(builder, a) for a in args), *params):
                if out.id != i:
                    yield slip, out.id


def written_wrong(builder: Folding, i: int) -> Iterator[tuple[Slip, int]]:
    """Yield what may stand in place of node `i` from one line to the next: a slip of its row, or another leaf."""
    yield from replacements(builder, i)
    yield from leaves(builder, i)


def leaves(builder: Folding, i: int) -> Iterator[tuple[Slip, int]]:
    """Yield other numbers for a number, other names for a name."""
    op, _, params = builder.cells[i]
    if op == "const" and isinstance(params[0], Fraction):
        value = params[0]
        for other in dict.fromkeys(
            (-value, value + 1, value - 1, 2 * value, value / 2, Fraction(1), Fraction(0), value * value)
        ):
            if other != value:
                yield Slip("arithmetic-slip"), builder.constant(other)
    elif op == "input":
        for k, (other_op, _, _) in enumerate(tuple(builder.cells)):
            if other_op == "input" and k != i and builder.shapes[k] == builder.shapes[i]:
                yield Slip("copied-wrong"), k
        yield Slip("copied-wrong"), builder.constant(1)


def rank(slip: Slip) -> int:
    """Return the rank of what stands in place of a node; a law that does not hold comes before a slip of the chain rule."""
    if slip.instead is None:
        return mistake(slip.id).rank
    return slip.rank + LATER["law" if slip.id in LAWS else "in writing"]


def above(cells: list[Cell], start: int, out: int) -> list[int]:
    """Return the nodes from `start` (left out) up to `out` that depend on it."""
    reached = {start}
    for i in range(start + 1, out + 1):
        if not reached.isdisjoint(cells[i][1]):
            reached.add(i)
    reached.discard(start)
    return sorted(reached)


def copied(
    builder: Folding, nodes: list[int], moved: dict[int, int], slot: tuple[int, int] | None = None
) -> dict[int, int]:
    """Append `nodes` again with arguments replaced by `moved`; with `slot` = (node, slot) only there."""
    for i in nodes:
        op, args, params = builder.cells[i]
        new = tuple(moved.get(a, a) if slot is None or i != slot[0] or k == slot[1] else a for k, a in enumerate(args))
        moved[i] = builder.intern((op, new, params), builder.shapes[i])
    return moved


def in_derivative(graph: Graph, wrt: int) -> tuple[Folding, list[Variant]]:
    """Return the variants of the written derivative: a slip where it is worked out."""
    walk = backward(graph, wanted=(wrt,))
    return varied(Folding(walk.cells, walk.shapes), walk.gradient[wrt], len(graph), replacements)


def in_value(graph: Graph) -> tuple[Folding, list[Variant]]:
    """Return the variants of an expression: a slip of algebra, a number or a name copied wrong, everywhere or in one place."""
    return varied(Folding(graph.cells, graph.shapes), graph.out, 0, written_wrong)


def varied(builder: Folding, out: int, size: int, replacements: Replacing) -> tuple[Folding, list[Variant]]:
    """Return the variants of node `out`; below `size` a slip in one place is one where a node from there on takes it."""
    cells = tuple(builder.cells)
    needed = needed_for(cells, out)
    found: list[Variant] = []
    for i in needed:
        for slip, wrong in replacements(builder, i):
            if len(found) >= MOST_VARIANTS or len(builder.cells) > MOST_CELLS:
                return builder, found
            path = [j for j in above(builder.cells, i, out) if j in needed]
            whole = copied(builder, path, {i: wrong}).get(out, wrong)
            found.append(Variant(slip.id, slip.hint, i, whole, wrong, rank(slip), builder))
            found.extend(
                Variant(slip.id, slip.hint, i, one, wrong, rank(slip) + LATER["another place"], builder)
                for one in singly(builder, i, wrong, path, out, size)
            )
    return builder, found


def singly(builder: Folding, i: int, wrong: int, path: list[int], out: int, size: int) -> Iterator[int]:
    """Yield the output with the slip in one place only: where the function's own nodes are used once more by the derivative."""
    inner = [j for j in path if j < size]
    moved = copied(builder, inner, {i: wrong})
    borders = [(j, slot) for j in path if j >= size for slot, a in enumerate(builder.cells[j][1]) if a in moved]
    if len(borders) < 2:
        return
    for j, slot in borders:
        start = dict(moved)
        after = copied(builder, [j], start, (j, slot))[j]
        rest = [k for k in above(builder.cells, j, out) if k in path]
        yield copied(builder, rest, {j: after}).get(out, after)


def needed_for(cells: tuple[Cell, ...], out: int) -> list[int]:
    seen, todo = {out}, [out]
    while todo:
        for a in cells[todo.pop()][1]:
            if a not in seen:
                seen.add(a)
                todo.append(a)
    return sorted(seen)


def in_function(graph: Graph, wrt: int) -> tuple[Folding, list[Variant]]:
    """Return the right derivatives of functions copied wrong: a slip before differentiating."""
    builder = Folding(graph.cells, graph.shapes)
    found: list[Variant] = []
    needed = needed_for(graph.cells, graph.out)
    for i in needed:
        for slip, wrong in replacements(builder, i):
            if len(found) >= MOST_VARIANTS or len(builder.cells) > MOST_CELLS:
                return builder, found
            path = [j for j in above(builder.cells, i, graph.out) if j in needed]
            changed = copied(builder, path, {i: wrong}).get(graph.out, wrong)
            slope = differentiated(builder, changed, wrt)
            if slope is not None:
                found.append(Variant(slip.id, slip.hint, i, slope, wrong, rank(slip), builder))
    return builder, found


def differentiated(builder: Folding, what: int, wrt: int) -> int | None:
    """Return the node of d what / d wrt, appended to the builder; None if it cannot vary."""
    needed = needed_for(tuple(builder.cells), what)
    if wrt not in needed:
        return builder.constant(0)
    place = {old: new for new, old in enumerate(needed)}
    cells = tuple(
        (op, tuple(place[a] for a in args), params) for op, args, params in (builder.cells[i] for i in needed)
    )
    walk = backward(Graph(cells, tuple(builder.shapes[i] for i in needed), place[what]), wanted=(place[wrt],))
    back: list[int] = list(needed)
    for (op, args, params), shape in zip(walk.cells[len(needed) :], walk.shapes[len(needed) :], strict=True):
        back.append(builder.intern((op, tuple(back[a] for a in args), params), shape))
    return back[walk.gradient[place[wrt]]]


def of_another(graph: Graph, wrt: int) -> tuple[Folding, list[Variant]]:
    """Return the right derivatives of functions that differ from the given one by a factor, a term, a name or a number."""
    builder = Folding(graph.cells, graph.shapes)
    found: list[Variant] = []
    needed = needed_for(graph.cells, graph.out)
    for parent in needed:
        for slot, i in enumerate(graph.cells[parent][1]):
            for slip, other in others(builder, graph, i):
                if len(found) >= MOST_VARIANTS or len(builder.cells) > MOST_CELLS:
                    return builder, found
                new = copied(builder, [parent], {i: other}, (parent, slot))[parent]
                path = [j for j in above(builder.cells, parent, graph.out) if j in needed]
                slope = differentiated(builder, copied(builder, path, {parent: new}).get(graph.out, new), wrt)
                if slope is not None:
                    found.append(Variant(slip.id, slip.hint, i, slope, other, rank(slip), builder))
    return builder, found


def others(builder: Folding, graph: Graph, i: int) -> Iterator[tuple[Slip, int]]:
    """Yield what one argument may be in a function that resembles the given one."""
    args = graph.cells[i][1]
    if len(args) > 1:
        for other in args:
            yield Slip("wrong-function"), other
    elif not args:
        if graph.cells[i][0] == "input":
            for n in graph.inputs:
                yield Slip("wrong-function"), builder.add("mul", (i, n.id))
        yield from leaves(builder, i)


# ----- what would mend an answer -----
FACTORS = tuple(map(Fraction, ("-1", "2", "1/2", "3", "1/3", "4", "1/4")))


def in_answer(graph: Graph) -> tuple[Folding, list[Variant]]:
    """Return the variants of an answer that mend one place: a sign, a number, a name, a factor or a power."""
    return varied(Folding(graph.cells, graph.shapes), graph.out, 0, mended)


def mended(builder: Folding, i: int) -> Iterator[tuple[Slip, int]]:
    """Yield what may have been meant instead of node `i`."""
    yield from leaves(builder, i)
    for factor in FACTORS:
        yield (
            Slip("sign.lost-inner-minus" if factor == -1 else "constant.factor-dropped"),
            builder.add("mul", (builder.constant(factor), i)),
        )
    if builder.cells[i][1]:
        for other in builder.cells[i][1]:
            yield Slip("algebra"), other
