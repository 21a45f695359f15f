"""Forward mode: tangents as nodes that extend the graph, pushed from the inputs to every node that depends on them.

A tangent is the derivative of a node along a direction given at the inputs. It grows along each edge by local × tangent, and
what is sent is linear in the direction; one pass serves one direction and every output, where the backward pass serves one
output and every input.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from ..errors import LearnerError
from ..ops.arrays import Shape
from ..ops.row import Row
from ..ops.table import ROWS
from ..text import near, several
from .adjoint import TIES, Folding, seeded, settled, zeros
from .graph import Edge, Graph
from .running import Cell
from .tracer import Tracer, fitted

ZERO: Cell = ("const", (), (Fraction(0),))


class Push(NamedTuple):
    """One edge of the forward pass: ids of the extended graph, as `adjoint.Flow` has them for the way back.

    `local` is None where entries mix; `missing` counts the contributions to the edge's source that are still to come.
    """

    edge: Edge
    local: int | None
    tangent: int
    contribution: int
    total: int
    missing: int


@dataclass(frozen=True)
class Forward:
    """A graph with its tangents: `cells[:size]` are the graph's own, `tangent` maps their ids to those of their tangents.

    `seeds` are the ids of the nodes that a direction was given for; `pushes` the edges in the order they are walked.
    """

    graph: Graph
    cells: tuple[Cell, ...]
    shapes: tuple[Shape, ...]
    seeds: tuple[int, ...]
    pushes: tuple[Push, ...]
    tangents: tuple[int, ...]
    tie: str

    @cached_property
    def tangent(self) -> dict[int, int]:
        """The id of the tangent of each node that depends on the direction."""
        return {i: t for i, t in enumerate(self.tangents) if t >= 0}

    @cached_property
    def extended(self) -> Graph:
        """The graph and its tangents as one Graph."""
        own = self.graph
        return Graph(self.cells, self.shapes, own.out, own.names, own.parameters, own.groups, own.symbols)


def node_of(graph: Graph, name: Any) -> int:
    """Return the id of a named node; LearnerError says which there are."""
    i = graph.ids.get(str(name))
    if i is None:
        raise LearnerError(
            f"'{name}' is no node of this graph; it has {several(graph.ids, 12)}{near(str(name), graph.ids)}"
        )
    return i


def forward(graph: Graph, direction: Mapping[str, Any], tie: str = "zero") -> Forward:
    """Return the tangents of every node along `direction`: name of a node → its number or array, or the id of a node that holds it.

    Nodes not named stand still. Raises LearnerError for an unknown name, a direction of another shape, or an operation that has no
    derivative on the way.

    >>> from graphtutor.expr.build import build
    >>> walk = forward(build("f = w*x; L = f**2"), {"w": 1})
    >>> walk.extended.expression(walk.tangent[walk.graph.out])
    2*w*x**2
    """
    if tie not in TIES:
        raise LearnerError(f"tie='{tie}' is no choice at a kink; expected one of {', '.join(TIES)}")
    builder = Folding(graph.cells, graph.shapes)
    tangents = [-1] * len(graph)
    for name, given in direction.items():
        i = node_of(graph, name)
        tangents[i] = (
            given.id
            if isinstance(given, Tracer)
            else seeded(builder, settled(graph, i, given, "direction"), graph.shapes[i])
        )
    seeds = tuple(i for i, t in enumerate(tangents) if t >= 0)
    pushes: list[Push] = []
    for i, (_, args, _) in enumerate(graph.cells):
        if i in seeds or not any(tangents[a] >= 0 for a in args):
            continue
        sent = pushed(builder, graph, i, tangents, tie)
        for k, (slot, local, part) in enumerate(sent):
            before = tangents[i]
            total = part if before < 0 else builder.add("add", (before, part))
            total = fitted(builder, total, graph.shapes[i]) if builder.shapes[total] != graph.shapes[i] else total
            tangents[i] = total
            pushes.append(Push(Edge(i, args[slot], slot), local, tangents[args[slot]], part, total, len(sent) - k - 1))
    return Forward(graph, tuple(builder.cells), tuple(builder.shapes), seeds, tuple(pushes), tuple(tangents), tie)


class Tangents(NamedTuple):
    """The cells of a graph with tangents of numbers behind them, and where the tangent of each node is."""

    cells: tuple[Cell, ...]
    shapes: tuple[Shape, ...]
    known: dict[int, int]


def tangents_of(graph: Graph, known: Mapping[int, int], nodes: Iterable[int]) -> Tangents:
    """Return the tangents of `nodes`, in the order of the graph, given those that are `known`; nodes that stand still have 0."""
    builder = Folding(graph.cells, graph.shapes)
    tangents = [-1] * len(graph.cells)
    found = dict(known)
    for i, t in found.items():
        tangents[i] = t if builder.cells[t] != ZERO else -1
    for i in nodes:
        if i in found:
            continue
        for _, _, part in pushed(builder, graph, i, tangents, "zero") if graph.cells[i][1] else ():
            tangents[i] = part if tangents[i] < 0 else builder.add("add", (tangents[i], part))
        found[i] = tangents[i] if tangents[i] >= 0 else builder.constant(0)
    return Tangents(tuple(builder.cells), tuple(builder.shapes), found)


def moving_slots(graph: Graph, i: int, tangents: list[int]) -> list[int]:
    """Return the slots of node `i` through which its tangent comes; raises LearnerError where its row refuses."""
    row = ROWS[graph.cells[i][0]]
    moving = [slot for slot, a in enumerate(graph.cells[i][1]) if tangents[a] >= 0 and slot not in row.conditions]
    if row.refuses and moving:
        raise LearnerError(f"node {graph.name(i)}: {row.refuses}")
    return moving if row.differentiable else []


def pushed(builder: Folding, graph: Graph, i: int, tangents: list[int], tie: str) -> list[tuple[int, int | None, int]]:
    """Return (slot, local, contribution) for each argument of node `i` that moves."""
    op, args, params = graph.cells[i]
    row = ROWS[op]
    moving = moving_slots(graph, i, tangents)
    if not moving:
        return []
    tracers = [Tracer(builder, a) for a in args]
    moves = {slot: Tracer(builder, tangents[args[slot]]) for slot in moving}
    mixed = row.pull is not None and any(builder.shapes[j] for j in (i, *args))
    if row.local is not None and not mixed:
        return by_local(builder, row, Tracer(builder, i), tracers, params, moves, tie)
    if row.joint or set(moving) <= set(row.linear):
        return [(slot, None, linearly(builder, row, tracers, params, slot, moves[slot])) for slot in moving]
    if row.push is None:
        raise LearnerError(
            f"node {graph.name(i)}: no forward rule stands in the row of '{op}'; open it with .opened('{op}'), or use reverse mode"
        )
    ds = [moves.get(slot, Tracer(builder, builder.constant(0))) for slot in range(len(args))]
    whole = row.push(ds, Tracer(builder, i), *tracers, *params)
    return [(moving[0], None, tracers[0].lift(whole))]


def by_local(builder: Folding, row: Row, out: Tracer, tracers: list[Tracer], params: tuple[Any, ...], moves: Mapping[int, Tracer],
             tie: str) -> list[tuple[int, int | None, int]]:  # fmt: skip
    """Return what each moving argument adds where entries do not mix: local × tangent, and a gate that is shut selects 0."""
    sent: list[tuple[int, int | None, int]] = []
    for slot, local in enumerate(row.local_at(tie, out, *tracers, *params)):
        if slot not in moves or local is None:
            continue
        d = tracers[slot].lift(local)
        part = builder.add("mul", (d, moves[slot].id))
        if row.gates and builder.cells[d][0] != "const" and not builder.facts(moves[slot].id).finite:
            part = builder.add("kept", (d, part))
        sent.append((slot, d, part))
    return sent


def linearly(
    builder: Folding, row: Row, tracers: list[Tracer], params: tuple[Any, ...], slot: int, move: Tracer
) -> int:
    """Return op(…, du, …): the other arguments as they are where it is linear in each, 0 where it is linear in all together."""
    args = []
    for k, tracer in enumerate(tracers):
        still = tracer.id if k in row.conditions or not row.joint else zeros(builder, tracer.shape)
        args.append(move.id if k == slot else still)
    return builder.add(row.name, tuple(args), params)


# ----- what it costs -----
class Costs(NamedTuple):
    """Products of a local derivative with what travels, one an edge: of one backward pass, and of a forward pass for each input."""

    reverse: int
    forward: tuple[tuple[str, int], ...]

    @property
    def sentence(self) -> str:
        """Say which mode needs how many multiplications, and why."""
        every = sum(n for _, n in self.forward)
        passes = len(self.forward)
        if not passes:
            return "Nothing is asked for: the graph has no input."
        told = f"Reverse mode: one backward pass, {self.reverse} multiplications, and every gradient is there. Forward mode: one pass for each of {passes} input{'s' * (passes != 1)}, {every} in all."
        if every > self.reverse:
            return f"{told} With one output, going back shares what lies behind it: {every / self.reverse:.1f} times less work."
        return f"{told} With one input neither way does more than the other."


def costs(graph: Graph) -> Costs:
    """Return how many products local × gradient, and local × tangent, the two modes take; one for each edge that is walked.

    An input with a shape counts once: a forward pass gives the derivative along one direction of it.

    >>> from graphtutor.expr.build import build
    >>> costs(build("f = w0*x0 + w1*x1 + b; L = (f - y)**2")).sentence.split(". ")[0]
    'Reverse mode: one backward pass, 11 multiplications, and every gradient is there'
    """
    reaches = [False] * len(graph)
    reaches[graph.out] = True
    for i in range(graph.out, -1, -1):
        for a in graph.cells[i][1] if reaches[i] else ():
            reaches[a] = True

    def edges(start: set[int]) -> int:
        count, moved = 0, set(start)
        for i, (op, args, _) in enumerate(graph.cells):
            there = (
                [slot for slot, a in enumerate(args) if a in moved and slot not in ROWS[op].conditions]
                if reaches[i] and args
                else []
            )
            count += len(there)
            moved |= {i} if there else set()
        return count

    inputs = [n for n in graph.inputs if reaches[n.id]]
    return Costs(edges({n.id for n in inputs}), tuple((n.name, edges({n.id})) for n in inputs))
