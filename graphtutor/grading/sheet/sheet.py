"""A backprop sheet: a graph's nodes as rows, each with its value, its local gradients and the gradient that arrives.

A row is a node as a small graph over the rows it is computed from, so that each of its cells can be worked
out anew from any values of the cells before it: from the right ones, or from a student's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from ...errors import LearnerError
from ...expr.adjoint import Backward, backward
from ...expr.graph import Graph
from ...expr.tracer import Builder
from ...ops.table import ROWS
from ...walk.trace import settle_point, trace


@dataclass(frozen=True)
class Row:
    """One node. `args`: what it is computed from, as (name in `graph`, id of the node), each once; None of it for an input.

    `passes` are the names to which a gradient goes on: not those of conditions.
    """

    id: int
    name: str
    text: str = ""
    args: tuple[tuple[str, int], ...] = ()
    passes: tuple[str, ...] = ()
    graph: Graph | None = None

    @property
    def flat(self) -> bool:
        """True where all is numbers: then the row has local gradients."""
        return self.graph is not None and not any(self.graph.shapes)

    @property
    def edges(self) -> tuple[str, ...]:
        """The argument of each edge over which a gradient goes on, in order: x twice for x*x."""
        if self.graph is None:
            return ()
        names = {i: name for name, i in self.graph.ids.items()}
        return tuple(names[a] for a in self.graph.cells[self.graph.out][1] if names.get(a) in self.passes)

    @property
    def title(self) -> str:
        return f"{self.name} = {self.text}" if self.text and self.text != self.name else self.name

    def walk(self, tie: str) -> Backward:
        assert self.graph is not None
        return walked(self.graph, tie)


@lru_cache(maxsize=1000)
def walked(graph: Graph, tie: str) -> Backward:
    return backward(graph, tie)


class Place(NamedTuple):
    """One cell: what ("value", "local" or "upstream") of which row, for a local gradient by which argument."""

    what: str
    id: int
    arg: str = ""


@dataclass(frozen=True)
class Sheet:
    """The rows of a problem in the order of calculation, at a point or (without one) in symbols alone.

    `digits`: how many decimals are asked for. Compares by value.
    """

    graph: Graph
    rows: tuple[Row, ...]
    at: tuple[tuple[str, Any], ...] | None = None
    digits: int = 2
    tie: str = "zero"

    @cached_property
    def by_id(self) -> dict[int, Row]:
        return {row.id: row for row in self.rows}

    @cached_property
    def reached(self) -> frozenset[int]:
        """The nodes to which a gradient goes back from the output."""
        return frozenset(i for i, live in enumerate(fed(self.graph)) if live)

    def places(self) -> Iterator[Place]:
        """Yield every cell in the order of calculation: the values, the local gradients, then backward what arrives."""
        work = [row for row in self.rows if row.graph is not None]
        yield from (Place("value", row.id) for row in work)
        yield from (Place("local", row.id, name) for row in work if row.flat for name in row.passes)
        yield from (Place("upstream", row.id) for row in reversed(self.rows) if row.id in self.reached)

    def name(self, place: Place) -> str:
        """Return a cell's name: "u.value", "u.local.w0", "u.upstream"."""
        return ".".join(part for part in (self.by_id[place.id].name, place.what, place.arg) if part)

    def text(self, place: Place) -> str:
        """Return what belongs into a cell as a formula over the names of the rows."""
        row = self.by_id[place.id]
        if place.what == "value":
            return row.text
        if place.what == "local":
            assert row.graph is not None
            walk = row.walk(self.tie)
            return walk.extended.formula(walk.gradient[row.graph.ids[place.arg]], stops={row.graph.out: row.name})
        walk = walked(self.graph, self.tie)
        return walk.extended.formula(walk.gradient[place.id], stops={r.id: r.name for r in self.rows})

    def uses(self, place: Place) -> list[Place]:
        """Return the cells from which a cell is worked out."""
        row = self.by_id[place.id]
        if place.what == "upstream":
            return [
                p
                for sender, name in self.senders(place.id)
                for p in (Place("upstream", sender.id), Place("local", sender.id, name))
            ]
        below = [Place("value", i) for _, i in row.args]
        return below if place.what == "value" else [*below, Place("value", row.id)]

    def senders(self, i: int) -> list[tuple[Row, str]]:
        """Return the rows that send a gradient to row `i`, with the name that it has there."""
        return self.above.get(i, [])

    @cached_property
    def above(self) -> dict[int, list[tuple[Row, str]]]:
        found: dict[int, list[tuple[Row, str]]] = {}
        for row in self.rows:
            for name, j in row.args if row.id in self.reached else ():
                if name in row.passes:
                    found.setdefault(j, []).append((row, name))
        return found


# ----- making sheets -----
def sheet(graph: Graph, at: Mapping[Any, Any] | None = None, digits: int = 2, tie: str = "zero") -> Sheet:
    """Return the sheet of a graph, a row for each input and each operation.

    Raises LearnerError where the output is no number, or one that nothing leads to, or the point does not fit.

    >>> from graphtutor.expr.build import build
    >>> s = sheet(build("u = w*x; L = u**2"), {"w": 2, "x": 3})
    >>> [row.title for row in s.rows], [s.name(p) for p in s.places()][:4]
    (['w', 'x', 'u = w*x', 'L = u**2'], ['u.value', 'L.value', 'u.local.w', 'u.local.x'])
    """
    if graph.shapes[graph.out]:
        raise LearnerError(
            f"the output {graph.name(graph.out)} is no number; gradients start from a number: sum it, or take an entry"
        )
    if graph.cells[graph.out][0] == "const":
        raise LearnerError(
            f"the problem is the number {graph.text(graph.out)}, which no row leads to; a sheet needs an operation"
        )
    if not 0 <= digits <= 12:
        raise LearnerError(f"digits={digits} is not possible; expected 0 to 12 decimals")
    point = None if at is None else settle_point(graph, at)
    if point is not None:
        trace(graph, at, tie)  # refuses a point where the output is undefined
    rows = tuple(row_of(graph, i) for i, (op, _, _) in enumerate(graph.cells) if op != "const")
    return Sheet(graph, rows, point, digits, tie)


def row_of(graph: Graph, i: int) -> Row:
    """Return the row of node `i`."""
    op, args, params = graph.cells[i]
    if op == "input":
        return Row(i, graph.name(i))
    builder = Builder()
    ids = [
        builder.intern(graph.cells[a], ())
        if graph.cells[a][0] == "const"
        else builder.input(graph.name(a), graph.shapes[a])
        for a in args
    ]
    out = builder.intern((op, tuple(ids), params), graph.shapes[i])
    own = Graph(tuple(builder.cells), tuple(builder.shapes), out)
    names = {graph.name(a): a for a in args if graph.cells[a][0] != "const"}
    row = ROWS[op]
    passes = [
        graph.name(a)
        for slot, a in enumerate(args)
        if row.differentiable and slot not in row.conditions and graph.name(a) in names and has_gradient(graph, a)
    ]
    return Row(i, graph.name(i), graph.text(i), tuple(names.items()), tuple(dict.fromkeys(passes)), own)


@lru_cache(maxsize=100)
def fed(graph: Graph) -> tuple[bool, ...]:
    """Return for each node whether the output's gradient goes back to it."""
    live = [i == graph.out for i in range(len(graph))]
    for i in range(graph.out, -1, -1):
        op, args, _ = graph.cells[i]
        for slot, a in enumerate(args if live[i] else ()):
            live[a] = live[a] or (slot not in ROWS[op].conditions and has_gradient(graph, a))
    return tuple(live)


@lru_cache(maxsize=100)
def varying(graph: Graph) -> tuple[bool, ...]:
    """Return for each node whether an input moves it without a jump."""
    found: list[bool] = []
    for op, args, _ in graph.cells:
        found.append(op == "input" or (op != "const" and ROWS[op].differentiable and any(found[a] for a in args)))
    return tuple(found)


def has_gradient(graph: Graph, i: int) -> bool:
    return varying(graph)[i]


def with_rows(base: Sheet, own: Sequence[Row], others: Sequence[Row] = ()) -> Sheet:
    """Return a sheet in which a student's own rows stand for the nodes they are, and `others` where it has none of its own.

    What rows skip is left out.
    """
    mine = {row.id: row for row in own}
    every = {**base.by_id, **{row.id: row for row in others}, **mine}
    needed, todo = set(mine), [base.graph.out, *mine]
    while todo:
        i = todo.pop()
        needed.add(i)
        todo.extend(j for _, j in every[i].args if j not in needed)
    taken = {row.name for row in own}
    rows = (every[i] for i in sorted(needed))
    return replace(
        base,
        rows=tuple(
            replace(row, name=f"{row.name}'") if row.name in taken and row.id not in mine else row for row in rows
        ),
    )
