"""What each cell of a sheet is worth, in numbers or in symbols: from the right cells, or from a student's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy as sp

from ...errors import LearnerError
from ...expr.adjoint import Backward
from ...expr.graph import Graph
from ...expr.running import as_sympy
from ...language import trees
from ...walk.trace import trace
from .sheet import Place, Row, Sheet
from .typed import shown

OUT = "own value"  # a name that no text can have
Known = dict[Place, Any]


class Work:
    """Works cells out, from the right cells or from given ones; what a quantity is, the kinds of work below say.

    `known` holds every right cell: values and what arrives by the problem's own rows (`base`), where a student
    computes in another way.
    """

    def __init__(self, of: Sheet, base: Sheet | None = None, tie: str | None = None):
        self.sheet, self.tie = of, tie or of.tie
        self.known: Known = self.start()
        if base is not None:
            self.known |= {
                place: value for place, value in type(self)(base, None, self.tie).known.items() if place.what != "local"
            }
        for place in of.places():
            if place not in self.known:
                self.known[place] = self.work(place, self.known)

    def start(self) -> Known:
        """Return the values of the inputs."""
        raise NotImplementedError

    def of_graph(self, graph: Graph, i: int, values: Mapping[str, Any]) -> Any:
        """Return what node `i` of a graph is for these values of its inputs."""
        raise NotImplementedError

    def arrived(self, first: bool, parts: Sequence[tuple[Any, Any]]) -> Any:
        """Return the sum of local × upstream; `first`: and of the 1 that the output starts with."""
        raise NotImplementedError

    def work(self, place: Place, known: Mapping[Place, Any]) -> Any:
        """Return what a cell is, worked out from `known`."""
        row = self.sheet.by_id[place.id]
        if place.what == "upstream":
            parts = [
                (known[Place("local", s.id, name)], known[Place("upstream", s.id)])
                for s, name in self.sheet.senders(place.id)
            ]
            return self.arrived(place.id == self.sheet.graph.out, parts)
        assert row.graph is not None
        if place.what == "value":
            return self.of_graph(row.graph, row.graph.out, {name: known[Place("value", i)] for name, i in row.args})
        walk = row.walk(self.tie)
        return self.of_graph(
            with_own_value(walk, row.graph), walk.gradient[row.graph.ids[place.arg]], self.around(row, known)
        )

    def around(self, row: Row, known: Mapping[Place, Any]) -> dict[str, Any]:
        """Return the values of a row's arguments, and its own."""
        return {**{name: known[Place("value", i)] for name, i in row.args}, OUT: known[Place("value", row.id)]}

    def slots(self, place: Place, known: Mapping[Place, Any]) -> list[Any]:
        """Return the local gradient of each edge by itself where an argument stands more than once, as in x*x."""
        row = self.sheet.by_id[place.id]
        if place.what != "local" or row.graph is None:
            return []
        walk = row.walk(self.tie)
        ids = [
            f.local
            for f in walk.flows
            if f.edge.target == row.graph.ids[place.arg] and f.edge.source == row.graph.out and f.local is not None
        ]
        return (
            [self.of_graph(with_own_value(walk, row.graph), i, self.around(row, known)) for i in ids]
            if len(ids) > 1
            else []
        )


class Numbers(Work):
    """Work in numbers, at the sheet's point; vectors and matrices are always worked out from the right cells."""

    def start(self) -> Known:
        assert self.sheet.at is not None
        self.shaped = trace(self.sheet.graph, dict(self.sheet.at), self.tie) if any(self.sheet.graph.shapes) else None
        return {Place("value", self.sheet.graph.ids[name]): value for name, value in self.sheet.at}

    def of_graph(self, graph: Graph, i: int, values: Mapping[str, Any]) -> Any:
        return graph.evaluate(values)[i]

    def arrived(self, first: bool, parts: Sequence[tuple[Any, Any]]) -> Any:
        total: Any = Fraction(first)
        for local, upstream in parts:
            total = total + local * upstream
        return total

    def work(self, place: Place, known: Mapping[Place, Any]) -> Any:
        found = self.from_trace(place) if self.shaped is not None else None
        return super().work(place, known) if found is None else found

    def from_trace(self, place: Place) -> Any:
        """Return a cell that numbers alone do not give: of a vector or matrix, or one whose gradient comes from such."""
        assert self.shaped is not None and self.shaped.numbers is not None and self.shaped.walk is not None
        row = self.sheet.by_id[place.id]
        mixed = any(not sender.flat for sender, _ in self.sheet.senders(place.id)) or self.sheet.graph.shapes[place.id]
        if place.what == "upstream" and mixed:
            return self.shaped.numbers[self.shaped.walk.gradient[place.id]]
        return self.shaped.numbers[place.id] if place.what == "value" and not row.flat else None


class Symbols(Work):
    """Work in trees over the inputs."""

    def start(self) -> Known:
        if any(self.sheet.graph.shapes):
            raise LearnerError(
                "a sheet of vectors and matrices needs a point; give one with at={…} (--at in the shell)"
            )
        return {Place("value", n.id): sp.Symbol(n.name) for n in self.sheet.graph.inputs}

    def of_graph(self, graph: Graph, i: int, values: Mapping[str, Any]) -> Any:
        return trees.replaced(as_sympy(graph.expression(i)), values)

    def arrived(self, first: bool, parts: Sequence[tuple[Any, Any]]) -> Any:
        products = [*([sp.Integer(1)] if first else []), *(trees.mul(local, upstream) for local, upstream in parts)]
        total = products[0] if products else sp.Integer(0)
        for product in products[1:]:
            total = trees.add(total, product)
        return total


@lru_cache(maxsize=1000)
def with_own_value(walk: Backward, graph: Graph) -> Graph:
    """Return the adjoints of a row with its value as an input of its own: a local gradient may be read off it."""
    if graph.cells[graph.out][0] == "input":
        return walk.extended
    cells = tuple(("input", (), (OUT,)) if i == graph.out else cell for i, cell in enumerate(walk.cells))
    return Graph(cells, walk.shapes, graph.out)


def key(sheet: Sheet, known: Mapping[Place, Any], place: Place) -> str:
    """Return the right content of a cell as text."""
    return shown(known[place], sheet.digits) if sheet.at is not None else sheet.text(place)
