"""Other views of a graph: operations opened into smaller ones, and groups closed into one node."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import LearnerError
from ..language import write
from ..ops.arrays import Shape
from ..ops.table import ROWS
from ..text import near
from .adjoint import Backward, backward
from .graph import Graph, Group
from .running import run_values
from .tracer import Builder, Tracer


def opened(graph: Graph, names: Iterable[str] | None = None) -> Graph:
    """Return `graph` with operations that have a longer form (softmax, sigmoid, relu …) written out, as groups.

    `names`: node names or operation names; all that can be opened if left out.
    """
    wanted = None if names is None else set(names)
    alien = next((n for n in wanted or () if n not in ROWS and n not in graph.ids), None)
    if alien is not None:
        raise LearnerError(
            f"'{alien}' is neither an operation nor a node of this graph{near(alien, [*ROWS, *graph.ids])}"
        )
    builder = Builder()
    groups: list[Group] = []

    def node(i: int, args: tuple[int, ...]) -> int | None:
        row = ROWS.get(graph.cells[i][0])
        if row is None or row.opens is None or (wanted is not None and not wanted & {row.name, graph.name(i)}):
            return None
        start = len(builder.cells)
        out = row.opens(*(Tracer(builder, a) for a in args), *graph.cells[i][2]).id
        inner = tuple(j for j in range(start, len(builder.cells)) if builder.cells[j][1])
        groups.append(Group(graph.name(i), row.label, inner, out))
        return int(out)

    moved = builder.graft(graph.cells, graph.shapes, node=node)
    kept = [Group(g.name, g.label, tuple(sorted({moved[j] for j in g.nodes})), moved[g.output]) for g in graph.groups]
    return Graph(tuple(builder.cells), tuple(builder.shapes), moved[graph.out], tuple((moved[i], n) for i, n in graph.names), graph.parameters,
                 (*kept, *groups), graph.symbols, graph.source)  # fmt: skip


@dataclass(frozen=True)
class Body:
    """What a closed group computes: a graph whose inputs `0`, `1`, … are the node's arguments."""

    graph: Graph
    label: str

    @property
    def shape(self) -> Shape:
        return self.graph.shapes[self.graph.out]

    def forward(self, *args: Any) -> Any:
        return run_values(self.graph.cells, self.graph.shapes, self.graph.out, args)

    def local(self, y: Any, args: Sequence[Tracer], tie: str) -> tuple[Any, ...]:
        """Return ∂y/∂arg for each argument of a number: the group's own backward pass."""
        walk = backward(self.graph, tie)
        return self.slopes(walk, args, {self.graph.out: y.id})

    def slopes(self, walk: Backward, args: Sequence[Tracer], known: dict[int, int]) -> tuple[Any, ...]:
        """Return the gradient for each argument, the pass put into their builder; `known` stands there already."""
        where = {int(n.name): n.id for n in self.graph.inputs}
        known |= {i: args[k].id for k, i in where.items()}
        placed = args[0].builder.graft(walk.cells, walk.shapes, known)
        return tuple(Tracer(args[0].builder, placed[walk.gradient[where[k]]]) for k in range(len(args)))

    def pull(self, g: Any, y: Any, args: Sequence[Tracer]) -> tuple[Any, ...]:
        """Return the gradient for each argument where entries mix."""
        builder = Builder(self.graph.cells, self.graph.shapes)
        seed = builder.input("g", self.shape)
        product = builder.add("mul", (self.graph.out, seed))
        total = builder.add("total", (product,)) if self.shape else product
        walk = backward(Graph(tuple(builder.cells), tuple(builder.shapes), total))
        return self.slopes(walk, args, {self.graph.out: y.id, seed: g.id})

    def written(self, parts: Sequence[write.Part], form: str) -> write.Part:
        """Return the group's formula over the names of its arguments."""
        stops = {n.id: parts[int(n.name)].text for n in self.graph.inputs}
        text = self.graph.formula(self.graph.out, form, stops=stops)
        return write.Part(text, 0)


def collapsed(graph: Graph, names: Iterable[str]) -> Graph:
    """Return `graph` with the groups called `names` shown as one node each.

    A group is a named line of a program, or an operation that was opened (hinge, mse, softmax …).
    Raises LearnerError for an unknown group, or one whose inside is used outside it.
    """
    for name in names:
        group = next((g for g in graph.groups if g.name == name), None) or next(
            (g for g in graph.groups if graph.name(g.output) == name), None
        )
        if group is None:
            known = ", ".join(dict.fromkeys(g.name for g in graph.groups)) or "none"
            raise LearnerError(f"'{name}' is no group of this graph; its groups are {known}")
        graph = closed(graph, group)
    return graph


def closed(graph: Graph, group: Group) -> Graph:
    """Return `graph` with one group as a single node."""
    inside = set(group.nodes)
    hidden = inside - {group.output}
    not_used_outside(graph, group, hidden)
    outer = arguments_of(graph, group)
    body = Body(inner_graph(graph, group, outer), group.label)
    builder = Builder()
    used = {graph.out} | {a for i, (_, args, _) in enumerate(graph.cells) if i not in inside for a in args}
    moved: dict[int, int] = {}
    for i, (op, args, params) in enumerate(graph.cells):
        if i == group.output:
            moved[i] = builder.intern(("block", tuple(moved[a] for a in outer), (body,)), graph.shapes[i])
        elif i not in hidden and (op != "const" or i in used):
            moved[i] = builder.intern((op, tuple(moved[a] for a in args), params), graph.shapes[i])
    return renamed(graph, builder, moved, group)


def not_used_outside(graph: Graph, group: Group, hidden: set[int]) -> None:
    """Raise a LearnerError if a node inside the group is used outside it."""
    inside = set(group.nodes)
    for i, (_, args, _) in enumerate(graph.cells):
        shown = [a for a in args if a in hidden] if i not in inside else []
        if shown or (i in hidden and i == graph.out):
            raise LearnerError(
                f"node {graph.name((shown or [i])[0])} inside '{group.name}' is used outside it, so the group cannot be one node"
            )


def arguments_of(graph: Graph, group: Group) -> list[int]:
    """Return the nodes outside a group that it is computed from, each once; constants go inside."""
    inside = set(group.nodes)
    found = dict.fromkeys(a for i in group.nodes for a in graph.cells[i][1])
    return [a for a in found if a not in inside and graph.cells[a][0] != "const"]


def renamed(graph: Graph, builder: Builder, moved: dict[int, int], group: Group) -> Graph:
    """Return the graph that was built of `graph`, with its names and its other groups where their nodes came to stand."""
    names = tuple((moved[i], n) for i, n in graph.names if i in moved)
    if all(i != moved[group.output] for i, _ in names):
        names = (*names, (moved[group.output], graph.name(group.output)))
    groups = tuple(
        Group(g.name, g.label, tuple(moved[i] for i in g.nodes if i in moved), moved[g.output])
        for g in graph.groups
        if g is not group and g.output in moved
    )
    cells, shapes = tuple(builder.cells), tuple(builder.shapes)
    return replace(graph, cells=cells, shapes=shapes, out=moved[graph.out], names=names, groups=groups)


def inner_graph(graph: Graph, group: Group, outer: list[int]) -> Graph:
    """Return the inside of a group as a graph over the inputs `0`, `1`, …"""
    builder = Builder()
    moved = {a: builder.input(str(k), graph.shapes[a]) for k, a in enumerate(outer)}
    for i in group.nodes:
        op, args, params = graph.cells[i]
        for a in args:
            if a not in moved:
                moved[a] = builder.intern(graph.cells[a], ())
        moved[i] = builder.intern((op, tuple(moved[a] for a in args), params), graph.shapes[i])
    return Graph(tuple(builder.cells), tuple(builder.shapes), moved[group.output])
