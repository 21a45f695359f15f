"""Forward mode, stepped: values and tangents grow together, one edge a step, from the inputs to the output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from ..door import Listed
from ..errors import LearnerError
from ..expr.adjoint import Backward
from ..expr.forward import Costs, Forward, Push, costs, forward
from ..expr.graph import Edge, Graph, known_functions
from ..expr.running import to_float
from ..language import write
from .trace import Quantity, Step, bracketed, chain, derivative, place, product_of, settle_point, shown, shown_of


@dataclass(frozen=True)
class Tangents:
    """A forward-mode walk: the derivative of every node along one direction at the inputs. Compares by graph, point and direction.

    In its steps `phase` is "forward" for a value, "seed" for the direction at an input, "tangent" for an edge: `local` × `upstream`,
    where `upstream` is the tangent of the edge's target, the argument, is added to that of its source.
    """

    walk: Forward
    graph: Graph
    point: tuple[tuple[str, Any], ...] | None
    along: str

    @cached_property
    def numbers(self) -> tuple[Any, ...] | None:
        """The value of every node of the extended graph; None without a point."""
        if self.point is None:
            return None
        inputs = {name: np.asarray(v, dtype=float) if isinstance(v, tuple) else v for name, v in self.point}
        return tuple(self.walk.extended.evaluate(inputs))

    def number(self, i: int) -> Any:
        if self.numbers is None:
            raise LearnerError("this walk has no point; call .trace(at={…}, mode='forward') for numbers")
        value = to_float(self.numbers[i])
        return float(value) if np.ndim(value) == 0 else value

    @property
    def value(self) -> Any:
        """The output's value."""
        return self.number(self.graph.out)

    @property
    def values(self) -> dict[str, Any]:
        """The value of every named node."""
        return {name: self.number(i) for name, i in self.graph.ids.items()}

    @cached_property
    def tangents(self) -> dict[str, Any]:
        """The tangent of every named node; 0 where it does not depend on the direction."""
        found = self.walk.tangent
        return {
            name: self.number(found[i])
            if i in found
            else np.zeros(self.graph.shapes[i])
            if self.graph.shapes[i]
            else 0.0
            for name, i in self.graph.ids.items()
        }

    @property
    def derivative(self) -> Any:
        """The derivative of the output along the direction."""
        return self.tangents[self.graph.name(self.graph.out)]

    @property
    def costs(self) -> Costs:
        """How many multiplications this mode and the other take for every gradient."""
        return costs(self.graph)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step: the directions, then node after node, its value and what each edge adds to its tangent."""
        return Listed(self._steps())

    def _steps(self) -> Iterator[Step]:
        index = 0
        by_node: dict[int, list[Push]] = {}
        for push in self.walk.pushes:
            by_node.setdefault(push.edge.source, []).append(push)
        for node in self.graph.nodes:
            i = node.id
            if node.args:
                value = f" = {shown(self.numbers[i])}" if self.numbers is not None else ""
                said = f"{write.name(node.name, 'unicode')} = {self.graph.text(i, 'unicode')}{value}."
                yield Step(index, "forward", node, said, value=self.quantity(i))
                index += 1
            if i in self.walk.seeds:
                seed = self.quantity(self.walk.tangents[i])
                yield Step(
                    index,
                    "seed",
                    node,
                    f"Direction: {derivative(self.pair(i))} = {seed.text()}.",
                    contribution=seed,
                    total=seed,
                )
                index += 1
            arrived: list[Push] = []
            for push in by_node.get(i, ()):
                arrived.append(push)
                yield self.step(index, push, arrived)
                index += 1

    @property
    def derived(self) -> Mapping[int, int]:
        """The id of the tangent of each node that has one."""
        return self.walk.tangent

    def pair(self, i: int) -> str:
        """Return what a node's tangent is the derivative of and by, as "L w0"; by t along a direction of several numbers."""
        return f"{self.graph.name(i)} {self.along}"

    def place(self, edge: Edge) -> str:
        return place(self.graph, edge)

    def quantity(self, i: int, symbol: str = "") -> Quantity:
        held = self.walk
        walk = Backward(self.graph, held.cells, held.shapes, -1, (), (), held.tie)
        if self.numbers is None:
            return Quantity(walk, i, None, None, (), symbol)
        value = self.numbers[i]
        return Quantity(walk, i, to_float(value), value if isinstance(value, Fraction) else None, (), symbol)

    def step(self, index: int, push: Push, arrived: list[Push]) -> Step:
        edge = push.edge
        local = None if push.local is None else self.quantity(push.local)
        tangent = self.quantity(push.tangent, self.pair(edge.target))
        contribution = self.quantity(push.contribution)
        total = self.quantity(push.total, self.pair(edge.source))
        said = self.sentence(push, local, tangent, contribution, total, arrived)
        return Step(
            index,
            "tangent",
            self.graph.node(edge.source),
            said,
            edge,
            local,
            tangent,
            contribution,
            total,
            push.missing,
        )

    def sentence(
        self,
        push: Push,
        local: Quantity | None,
        tangent: Quantity,
        contribution: Quantity,
        total: Quantity,
        arrived: list[Push],
    ) -> str:
        source, target = (write.name(self.graph.name(i), "unicode") for i in (push.edge.source, push.edge.target))
        head = f"{target} → {source} = {self.graph.text(push.edge.source, 'unicode')}: "
        if local is None:
            what = f"tangent {chain(tangent.text(), tangent)}, contribution {chain(contribution.text(), contribution)}"
        else:
            name = derivative(f"{self.graph.name(push.edge.source)} {self.graph.name(push.edge.target)}")
            what = f"local {name} = {chain(local.text(), local)}, tangent {chain(tangent.text(), tangent)}"
            product = (
                f"{product_of(local, tangent)} = {shown_of(contribution)}"
                if local.value is not None
                else contribution.text()
            )
            what += f", contribution {product}"
        if len(arrived) + push.missing == 1:
            return f"{head}{what}; {chain(total.text(), total)}."
        terms = " + ".join(
            bracketed(shown_of(self.quantity(p.contribution)) or self.quantity(p.contribution).text()) for p in arrived
        )
        rest = " + ?" * push.missing if push.missing else f" = {shown_of(total)}" if total.value is not None else ""
        return f"{head}{what}; {total.text()} = {terms}{rest}."


def tangents(graph: Graph, at: Mapping[Any, Any] | None, direction: Mapping[str, Any], tie: str = "zero") -> Tangents:
    """Return the forward-mode walk of `graph` along `direction` (name → number or array of its shape), at a point or in symbols.

    >>> from graphtutor.expr.build import build
    >>> walk = tangents(build("f = w*x; L = f**2"), {"w": 2, "x": 3}, {"w": 1})
    >>> walk.derivative, walk.steps[-1].sentence
    (36.0, 'f → L = f²: local ∂L/∂f = 2·f = 12, tangent ∂f/∂w = 3, contribution 12 × 3 = 36; ∂L/∂w = 36.')
    """
    if at is not None:
        known_functions(graph)
    walk = forward(graph, direction, tie)
    one = (
        len(direction) == 1
        and not graph.shapes[walk.seeds[0]]
        and walk.cells[walk.tangents[walk.seeds[0]]][2][:1] == (Fraction(1),)
    )
    return Tangents(walk, graph, None if at is None else settle_point(graph, at), next(iter(direction)) if one else "t")
