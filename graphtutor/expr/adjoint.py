"""The backward pass in symbols: adjoints as nodes that extend the graph they belong to.

For each edge, walked from the output back: the local derivative, its product with the upstream
gradient (local × upstream, in this order everywhere) and the sum so far. All of them are nodes, so
the pass is linear in the size of the graph, and numbers come from evaluating the same nodes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from ..errors import LearnerError, ShapeError
from ..ops.arrays import Shape, show_shape
from ..ops.row import Row
from ..ops.table import ROWS
from .gates import Gates
from .graph import Edge, Graph
from .running import Cell, needed
from .tracer import INPUT, Builder, Facts, Tracer, fitted

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
    """A graph with its adjoints: `cells[:size]` are the graph's own, `gradient` maps their ids to adjoints.

    `sent` holds the flows as plain tuples (source, target, slot, local, upstream, contribution, total, missing).
    """

    graph: Graph
    cells: tuple[Cell, ...]
    shapes: tuple[Shape, ...]
    seed: int
    sent: tuple[tuple[Any, ...], ...]
    adjoints: tuple[int, ...]
    tie: str

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        return tuple(Flow(Edge(i, target, slot), *rest) for i, target, slot, *rest in self.sent)

    @cached_property
    def gradient(self) -> dict[int, int]:
        """The id of the adjoint of each node that has one."""
        return {i: adjoint for i, adjoint in enumerate(self.adjoints) if adjoint >= 0}

    @cached_property
    def extended(self) -> Graph:
        """The graph and its adjoints as one Graph; a node's adjoint is named `dL/dw0`."""
        taken = {name for _, name in self.graph.names}
        top = self.graph.name(self.graph.out)
        names = list(self.graph.names)
        named = {i for i, _ in names}
        for i, adjoint in self.gradient.items():
            label = f"d{top}/d{self.graph.name(i)}"
            if (
                adjoint >= len(self.graph)
                and self.cells[adjoint][0] != "const"
                and label not in taken
                and adjoint not in named
            ):
                named.add(adjoint)
                names.append((adjoint, label))
        return Graph(
            self.cells,
            self.shapes,
            self.graph.out,
            tuple(names),
            self.graph.parameters,
            self.graph.groups,
            self.graph.symbols,
        )


class Folding(Builder):
    """A builder that leaves out × 1, + 0 and the like: what a textbook does not write."""

    def number(self, i: int) -> Fraction | None:
        op, _, params = self.cells[i]
        return params[0] if op == "const" and isinstance(params[0], Fraction) else None

    def add(self, op: str, args: tuple[int, ...], params: tuple[Any, ...] = ()) -> int:
        fold = ROWS[op].fold
        known = None if fold is None else fold(self, args, *params)
        return super().add(op, args, params) if known is None else known


# ----- what one node sends, worked out once per kind of node -----
class Template(NamedTuple):
    """What a node of one kind sends back: cells to append, and for each slot its local and contribution.

    References: 0 is the node, 1 its upstream gradient, then its arguments, the constants, the new cells.
    """

    constants: tuple[Cell, ...]
    cells: tuple[tuple[str, int, int, tuple[int, ...], tuple[Any, ...]], ...]
    outs: tuple[tuple[int, int, int], ...]
    shapes: tuple[Shape, ...]


@lru_cache(maxsize=10_000)
# branches: a list is filled for constants, cells and outs from one pass of the rule
def template(
    op: str,
    params: tuple[Any, ...],
    known: tuple[Cell | None, ...],
    tie: str,
    asked: tuple[bool, ...],
    facts: tuple[Facts, ...] = (),
) -> Template:
    """Return the template of a scalar node; `known` holds the constants among its upstream and its arguments, `facts` what its rule asks of these.

    The row's own rule is run on stand-ins: rules are written once, and run once per kind of node.
    """
    builder = Folding()
    stand_ins = [builder.input("node")]
    for k, cell in enumerate(known):
        stand_ins.append(builder.input(f"given {k}") if cell is None else builder.intern(cell, ()))
    builder.told = [INPUT] * len(builder.cells)
    for i, told in zip(stand_ins[2:], facts, strict=False):
        builder.told[i] = told
    where = {i: r for r, i in reversed(list(enumerate(stand_ins)))}
    sent = parts(builder, ROWS[op], stand_ins[0], tuple(stand_ins[2:]), params, stand_ins[1], tie, asked)
    constants: list[Cell] = []
    cells: list[tuple[str, int, int, tuple[int, ...], tuple[Any, ...]]] = []
    for i, (_, _, _) in enumerate(builder.cells):
        if i not in where and builder.cells[i][0] == "const":
            where[i] = len(stand_ins) + len(constants)
            constants.append(builder.cells[i])
    for i, (name, args, settings) in enumerate(builder.cells):
        if i not in where:
            where[i] = len(stand_ins) + len(constants) + len(cells)
            refs = tuple(where[a] for a in args)
            cells.append((name, refs[0], refs[-1] if len(refs) == 2 else -1 if len(refs) == 1 else -2, refs, settings))
    outs = tuple(
        (slot, where[local], where[part])
        for slot, (local, part) in enumerate(sent)
        if part is not None and local is not None
    )
    return Template(tuple(constants), tuple(cells), outs, ((),) * len(cells))


def backward(graph: Graph, tie: str = "zero", wanted: tuple[int, ...] | None = None, seed: Any = None) -> Backward:
    """Return the adjoints of every node that reaches the output, seeded with 1, or with numbers of the output's shape.

    `tie` is the choice at a kink (see `TIES`); `wanted` restricts the pass to these ids and what
    lies between them and the output. Raises LearnerError if the output is not a number or an
    operation on the way refuses a gradient (argmax).
    """
    if tie not in TIES:
        raise LearnerError(f"tie='{tie}' is no choice at a kink; expected one of {', '.join(TIES)}")
    out = graph.out
    if graph.shapes[out] and seed is None:
        raise LearnerError(
            f"the output {graph.name(out)} has shape {show_shape(graph.shapes[out])}; a backward pass starts from a number: sum it, take an entry, or give a seed of this shape"
        )
    wants = reach(graph, wanted)
    arrivals = expected(graph, wants)
    builder = Folding(graph.cells, graph.shapes)
    start = (
        builder.constant(1) if seed is None else seeded(builder, settled(graph, out, seed, "seed"), graph.shapes[out])
    )
    gradient = [-1] * len(graph)
    gradient[out] = start
    sent: list[tuple[Any, ...]] = []
    send = Sender(builder, tie, wants)
    gates = Gates(builder, out)
    for i in range(out, -1, -1):
        g = gradient[i]
        if g < 0 or not graph.cells[i][1]:
            continue
        for slot, target, local, part in send(i, g):
            if not gates.calm:
                part = gates.sent(i, target, local, part, g)
            before = gradient[target]
            total = part if before < 0 else send.sum(before, part)
            gradient[target] = total
            arrivals[target] -= 1
            sent.append((i, target, slot, local, g, part, total, arrivals[target]))
    if gates.filled:
        fill(builder, gates, gradient, range(out, -1, -1))
    for i, adjoint in enumerate(gradient):
        if adjoint < 0 and wants[i]:
            gradient[i] = zeros(builder, graph.shapes[i])
    return Backward(graph, tuple(builder.cells), tuple(builder.shapes), start, tuple(sent), tuple(gradient), tie)


def fill(builder: Folding, gates: Gates, gradient: list[int], order: Iterable[int]) -> None:
    """Put nan into the gradients by what decides whether a point is filled in, where it is; see `Gates.holes`."""
    for i in order:
        op, args, _ = builder.cells[i]
        if gradient[i] < 0 or not args or not (ROWS[op].gates and ROWS[op].conditions):
            continue
        for pair, hole in gates.holes(i):
            for x in needed(builder.cells, pair):
                if builder.cells[x][0] == "input" and gradient[x] >= 0:
                    shape, have = builder.shapes[x], builder.shapes[hole]
                    part = hole if not have or (x in pair and have == shape) else builder.add("total", (hole,))
                    gradient[x] = builder.add("add", (gradient[x], fitted(builder, part, shape)))


class Sender:
    """What each node sends: by template where all is scalar, by the row's rule on tracers where not."""

    def __init__(self, builder: Folding, tie: str, wants: list[bool]):
        self.builder, self.tie, self.wants = builder, tie, wants
        self.templates: dict[Any, tuple[Template, list[int]]] = {}
        self.flat = not any(builder.shapes)
        self.constants = {i: cell for i, cell in enumerate(builder.cells) if cell[0] == "const"}
        self.still = {i for i, wanted in enumerate(wants) if not wanted}

    # branches: measured: the loop over a template is written out for one argument and for two
    def __call__(self, i: int, g: int) -> list[tuple[int, int, int | None, int]]:
        """Return (slot, target, local, contribution) for each argument that gets something."""
        builder = self.builder
        cells, shapes = builder.cells, builder.shapes
        op, args, params = cells[i]
        if not self.flat and (shapes[i] or any([shapes[a] for a in args])):
            return self.by_rule(i, g)
        held = self.constants
        key: Any = (op, params, len(args))
        if g in held or not self.still.isdisjoint(args):
            key = (op, params, held.get(g), tuple([held.get(a) or self.wants[a] for a in args]))
        if ROWS[op].asks:
            key = (*key, tuple([builder.facts(a) for a in args]))
        found = self.templates.get(key)
        if found is None:
            found = self.templates[key] = self.prepare(op, params, g, args)
        plan, env = found
        env = [i, g, *args, *env]
        n = len(cells)
        for name, first, second, refs, settings in plan.cells:
            if second >= 0:
                cells.append((name, (env[first], env[second]), settings))
            elif second == -1:
                cells.append((name, (env[first],), settings))
            else:
                cells.append((name, tuple([env[r] for r in refs]), settings))
            env.append(n)
            n += 1
        shapes.extend(plan.shapes)
        return [(slot, args[slot], env[local], env[part]) for slot, local, part in plan.outs]

    def prepare(self, op: str, params: tuple[Any, ...], g: int, args: tuple[int, ...]) -> tuple[Template, list[int]]:
        row = ROWS[op]
        asked = tuple(self.wants[a] and slot not in row.conditions for slot, a in enumerate(args))
        if not row.differentiable or not any(asked):
            return Template((), (), (), ()), []
        if row.local is None:
            raise LearnerError(
                f"{op} needs vectors or matrices, met numbers only; give its names shapes with shapes={{…}}"
            )
        facts = tuple(self.builder.facts(a) for a in args) if row.asks else ()
        plan = template(op, params, tuple(self.constants.get(a) for a in (g, *args)), self.tie, asked, facts)
        ids = []
        for cell in plan.constants:
            ids.append(self.builder.intern(cell, ()))
            self.constants[ids[-1]] = cell
        return plan, ids

    def by_rule(self, i: int, g: int) -> list[tuple[int, int, int | None, int]]:
        op, args, params = self.builder.cells[i]
        row = ROWS[op]
        asked = tuple(self.wants[a] and slot not in row.conditions for slot, a in enumerate(args))
        if not row.differentiable or not any(asked):
            return []
        sent = parts(self.builder, row, i, args, params, g, self.tie, asked)
        return [(slot, args[slot], local, part) for slot, (local, part) in enumerate(sent) if part is not None]

    def sum(self, before: int, part: int) -> int:
        builder = self.builder
        if before in self.constants or part in self.constants or builder.shapes[before] or builder.shapes[part]:
            total = builder.add("add", (before, part))
            if builder.cells[total][0] == "const":
                self.constants[total] = builder.cells[total]
            return total
        builder.cells.append(("add", (before, part), ()))
        builder.shapes.append(())
        return len(builder.cells) - 1


def reach(graph: Graph, wanted: tuple[int, ...] | None) -> list[bool]:
    """Return for each node whether a gradient is wanted there: it depends on an input (one of `wanted`)."""
    cells = graph.cells
    if wanted is not None:
        wants: list[bool] = []
        for i, (_, args, _) in enumerate(cells):
            wants.append(i in wanted or any([wants[a] for a in args]))
        return wants
    wants = [True] * len(cells)
    still = {i for i, cell in enumerate(cells) if cell[0] == "const"}
    for i, (_, args, _) in enumerate(cells) if still else ():
        if args and still.issuperset(args):
            still.add(i)
    for i in still:
        wants[i] = False
    return wants


def expected(graph: Graph, wants: list[bool]) -> list[int]:
    """Return how many contributions each node will receive; refuse an operation that has no gradient."""
    cells, out = graph.cells, graph.out
    count = [0] * len(graph)
    plain: dict[str, bool] = {}
    for i in range(out, -1, -1):
        op, args, _ = cells[i]
        if not args or not (count[i] or i == out):
            continue
        if op not in plain:
            row = ROWS[op]
            plain[op] = row.differentiable and not row.conditions and not row.refuses
        for a in args if plain[op] else receivers(graph, i, wants):
            if wants[a]:
                count[a] += 1
    return count


def receivers(graph: Graph, i: int, wants: list[bool]) -> list[int]:
    """Return the arguments of node `i` that a gradient may go to; LearnerError if it refuses one that is wanted."""
    op, args, _ = graph.cells[i]
    row = ROWS[op]
    if row.refuses and any(wants[a] for a in args):
        raise LearnerError(f"node {graph.name(i)}: {row.refuses}")
    return [a for slot, a in enumerate(args) if slot not in row.conditions] if row.differentiable else []


def parts(builder: Folding, row: Row, i: int, args: tuple[int, ...], params: tuple[Any, ...], g: int, tie: str,
          asked: tuple[bool, ...]) -> list[tuple[int | None, int | None]]:  # fmt: skip
    """Return (local, contribution) for each argument of node `i`; (None, None) where none is asked for."""
    tracers = [Tracer(builder, a) for a in args]
    out: list[tuple[int | None, int | None]] = []
    if row.local is not None and not (row.pull is not None and any(builder.shapes[j] for j in (i, *args))):
        locals_ = row.local_at(tie, Tracer(builder, i), *tracers, *params)
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


def settled(graph: Graph, i: int, given: Any, what: str) -> Any:
    """Return a seed or a direction at node `i` as numbers of its shape; one number stands for every entry."""
    shape, name = graph.shapes[i], graph.name(i)
    try:
        value = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        expected = f"an array of shape {show_shape(shape)}" if shape else "a number"
        raise LearnerError(f"the {what} at {name} is {given!r}; expected {expected}") from None
    if value.shape not in ((), shape):
        raise ShapeError(
            f"the {what} at {name} has shape {show_shape(value.shape)}, and {name} {show_shape(shape)}; give it the same"
        )
    return np.broadcast_to(value, shape) if shape else float(value)


def seeded(builder: Folding, value: Any, shape: Shape) -> int:
    """Return the node of constant numbers; one number in all places is spread."""
    written = np.vectorize(lambda v: int(v) if float(v).is_integer() else float(v), otypes=[object])(value)
    if not shape or np.all(value == value.flat[0]):
        return fitted(builder, Tracer(builder, 0).lift(written.flat[0] if shape else written.item()), shape)
    return Tracer(builder, 0).lift(written.tolist())


def zeros(builder: Folding, shape: tuple[int, ...]) -> int:
    return fitted(builder, builder.constant(0), shape)
