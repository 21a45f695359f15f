"""The backward pass in symbols: adjoints as nodes that extend the graph they belong to.

For each edge, walked from the output back: the local derivative, its product with the upstream
gradient (local × upstream, in this order everywhere) and the sum so far. All of them are nodes, so
the pass is linear in the size of the graph, and numbers come from evaluating the same nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from .errors import LearnerError
from .graph import Builder, Cell, Edge, Graph, Tracer, show_shape
from .maths.ops import ROWS
from .maths.row import Row

TIES = ("zero", "first", "last", "half")


class Flow(NamedTuple):
    """One edge of the backward pass; all but `edge` and `missing` are ids of the extended graph.

    `local` is None where entries mix (a matrix product, a softmax); `missing` counts the
    contributions to the edge's target that are still to come.
    """

    edge: Edge
    local: int | None
    upstream: int
    contribution: int
    total: int
    missing: int


@dataclass(frozen=True)
class Backward:
    """A graph with its adjoints: `cells[:size]` are the graph's own, `gradient` maps their ids to adjoints."""

    graph: Graph
    cells: tuple[Cell, ...]
    shapes: tuple[tuple[int, ...], ...]
    seed: int
    flows: tuple[Flow, ...]
    adjoints: tuple[tuple[int, int], ...]
    tie: str

    @cached_property
    def gradient(self) -> dict[int, int]:
        return dict(self.adjoints)

    @cached_property
    def extended(self) -> Graph:
        """The graph and its adjoints as one Graph; a node's adjoint is named `dL/dw0`."""
        taken = {name for _, name in self.graph.names}
        top = self.graph.name(self.graph.out)
        names = list(self.graph.names)
        for i, adjoint in self.adjoints:
            label = f"d{top}/d{self.graph.name(i)}"
            if adjoint >= len(self.graph) and self.cells[adjoint][0] != "const" and label not in taken and all(a != adjoint for a, _ in names):
                names.append((adjoint, label))
        return Graph(self.cells, self.shapes, self.graph.out, tuple(names), self.graph.parameters, self.graph.groups, self.graph.symbols)


class Folding(Builder):
    """A builder that leaves out × 1, + 0 and the like: what a textbook does not write."""

    def number(self, i: int) -> Fraction | None:
        op, _, params = self.cells[i]
        return params[0] if op == "const" and isinstance(params[0], Fraction) else None

    def add(self, op: str, args: tuple[int, ...], params: tuple[Any, ...] = ()) -> int:
        fold = FOLDS.get(op)
        if fold is not None and not any(self.shapes[a] for a in args):
            known = fold(self, [self.number(a) for a in args], args, params)
            if known is not None:
                return known
        elif op == "mul" and len(args) == 2:
            for one, other in (args, args[::-1]):
                if self.number(one) == 1:
                    return other
                if self.number(one) == -1:
                    return super().add("neg", (other,))
        return super().add(op, args, params)


def fold_add(b: Folding, known: list[Fraction | None], args: tuple[int, ...], _: Any) -> int | None:
    rest = [a for a, k in zip(args, known, strict=True) if k != 0]
    if len(rest) == len(args):
        return b.constant(sum(k for k in known if k is not None)) if None not in known else None
    return b.constant(0) if not rest else rest[0] if len(rest) == 1 else Builder.add(b, "add", tuple(rest))


def fold_mul(b: Folding, known: list[Fraction | None], args: tuple[int, ...], _: Any) -> int | None:
    if 0 in known:
        return b.constant(0)
    if None not in known:
        value = Fraction(1)
        for k in known:
            value *= k or 0
        return b.constant(value)
    if len(args) == 2:
        for one, other in ((0, 1), (1, 0)):
            if known[one] == 1:
                return args[other]
            if known[one] == -1:
                return b.add("neg", (args[other],))
    return None


def fold_sub(b: Folding, known: list[Fraction | None], args: tuple[int, ...], _: Any) -> int | None:
    left, right = known
    if left is not None and right is not None:
        return b.constant(left - right)
    return args[0] if right == 0 else b.add("neg", (args[1],)) if left == 0 else None


def fold_neg(b: Folding, known: list[Fraction | None], args: tuple[int, ...], _: Any) -> int | None:
    if known[0] is not None:
        return b.constant(-known[0])
    op, inner, _params = b.cells[args[0]]
    return inner[0] if op == "neg" else None


def fold_div(b: Folding, known: list[Fraction | None], args: tuple[int, ...], _: Any) -> int | None:
    if known[1] == 1:
        return args[0]
    if known[0] is not None and known[1]:
        return b.constant(known[0] / known[1])
    return None


def fold_power(b: Folding, known: list[Fraction | None], args: tuple[int, ...], params: tuple[Any, ...]) -> int | None:
    return args[0] if params[0] == 1 else b.constant(1) if params[0] == 0 else None


FOLDS = {"add": fold_add, "mul": fold_mul, "sub": fold_sub, "neg": fold_neg, "div": fold_div, "power": fold_power}


def backward(graph: Graph, tie: str = "zero", wanted: tuple[int, ...] | None = None) -> Backward:
    """Return the adjoints of every node that reaches the output, seeded with 1.

    `tie` is the choice at a kink (see `TIES`); `wanted` restricts the pass to these ids and what
    lies between them and the output. Raises LearnerError if the output is not a number or an
    operation on the way refuses a gradient (argmax).
    """
    if tie not in TIES:
        raise LearnerError(f"tie='{tie}' is no choice at a kink; expected one of {', '.join(TIES)}")
    out = graph.out
    if graph.shapes[out]:
        raise LearnerError(f"the output {graph.name(out)} has shape {show_shape(graph.shapes[out])}; a backward pass starts from a number: sum it, or take an entry")
    builder = Folding(graph.cells, graph.shapes)
    seed = builder.constant(1)
    wants = reach(graph, wanted)
    arrivals = expected(graph, wants)
    gradient: dict[int, int] = {out: seed}
    flows: list[Flow] = []
    for i in range(out, -1, -1):
        if i not in gradient or not graph.cells[i][1]:
            continue
        op, args, params = graph.cells[i]
        row = ROWS[op]
        if not row.differentiable:
            continue
        g = gradient[i]
        for slot, (local, part) in enumerate(parts(builder, row, i, args, params, g, tie, wants)):
            target = args[slot]
            if part is None:
                continue
            arrivals[target] -= 1
            before = gradient.get(target)
            gradient[target] = part if before is None else builder.add("add", (before, part))
            flows.append(Flow(Edge(i, target, slot), local, g, part, gradient[target], arrivals[target]))
    for i in range(len(graph)):
        if wants[i] and i not in gradient:
            gradient[i] = zeros(builder, graph.shapes[i])
    cells, shapes = tuple(builder.cells), tuple(builder.shapes)
    return Backward(graph, cells, shapes, seed, tuple(flows), tuple(sorted(gradient.items())), tie)


def reach(graph: Graph, wanted: tuple[int, ...] | None) -> list[bool]:
    """Return for each node whether a gradient is wanted there: it depends on an input (one of `wanted`)."""
    wants: list[bool] = []
    for i, (op, args, _) in enumerate(graph.cells):
        if op == "const":
            wants.append(False)
        elif op == "input":
            wants.append(wanted is None or i in wanted)
        else:
            wants.append((wanted is not None and i in wanted) or any([wants[a] for a in args]))
    return wants


def expected(graph: Graph, wants: list[bool]) -> list[int]:
    """Return how many contributions each node will receive; refuse an operation that has no gradient."""
    live = [False] * len(graph)
    live[graph.out] = True
    count = [0] * len(graph)
    for i in range(graph.out, -1, -1):
        op, args, params = graph.cells[i]
        if not live[i] or not args:
            continue
        row = ROWS[op]
        if row.refuses and any(wants[a] for a in args):
            raise LearnerError(f"node {graph.name(i)}: {row.refuses}")
        if not row.differentiable:
            continue
        for slot, a in enumerate(args):
            if wants[a] and slot not in row.conditions:
                count[a] += 1
                live[a] = True
    return count


def parts(builder: Folding, row: Row, i: int, args: tuple[int, ...], params: tuple[Any, ...], g: int, tie: str,
          wants: list[bool]) -> list[tuple[int | None, int | None]]:  # fmt: skip
    """Return (local, contribution) for each argument of node `i`; (None, None) where none is wanted."""
    tracers = [Tracer(builder, a) for a in args]
    asked = [wants[a] and slot not in row.conditions for slot, a in enumerate(args)]
    if not any(asked):
        return [(None, None)] * len(args)
    out: list[tuple[int | None, int | None]] = []
    if row.local is not None:
        choice = {"tie": tie} if row.kink is not None else {}
        locals_ = row.local(Tracer(builder, i), *tracers, *params, **choice)
        for slot, local in enumerate(locals_):
            if not asked[slot] or local is None:
                out.append((None, None))
                continue
            d = tracers[slot].lift(local)
            out.append((d, fitted(builder, builder.add("mul", (d, g)), builder.shapes[args[slot]])))
        return out
    assert row.pull is not None
    pulled = row.pull(Tracer(builder, g), Tracer(builder, i), *tracers, *params)
    for slot, part in enumerate(pulled):
        if not asked[slot] or part is None:
            out.append((None, None))
        else:
            out.append((None, fitted(builder, tracers[slot].lift(part), builder.shapes[args[slot]])))
    return out


def fitted(builder: Folding, part: int, shape: tuple[int, ...]) -> int:
    """Return `part` with exactly `shape`: a constant is spread over it."""
    have = builder.shapes[part]
    if have == shape:
        return part
    if not have:
        return builder.add("spread", (part,), (tuple(range(-len(shape), 0)), shape))
    return builder.add("sum_to", (part,), (have, shape))


def zeros(builder: Folding, shape: tuple[int, ...]) -> int:
    return fitted(builder, builder.constant(0), shape)
