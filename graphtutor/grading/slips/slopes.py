"""Differentiation along the tree with slips in it: many wrong derivatives in one sweep over the graph.

A person differentiates a tree: rule by rule, each giving the slope of a node from those of its
arguments. A `Site` is one place where one slip can be made there. `Slopes` works out the slope of the
output for any number of scenarios (one, two … sites each) and all points at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...expr.adjoint import Folding
from ...expr.graph import Graph
from ...expr.running import apply_row, run
from ...expr.tracer import Tracer
from ...ops.table import ROWS

Array = Any
SLOPE = "slope "


@dataclass(frozen=True, slots=True)
class Site:
    """A slip at a node. `kind`: "local" (`plan`: slot → wrong local), "edge" (slot → what is taken for the
    argument's slope), "whole" (the node's slope), "jump" (the node whose slope is taken), "minus".

    What the plan holds are ids of the sweep's builder, for a jump that of the node.
    """

    id: str
    node: int
    slot: int | None
    kind: str
    plan: tuple[tuple[int, int], ...]
    hint: str
    rank: int

    @property
    def clash(self) -> tuple[Any, ...]:
        return (self.node, self.kind, self.slot)

    @property
    def name(self) -> tuple[str, str, str]:
        """What the same slip at another node has in common with this one."""
        return (self.id, self.kind, self.hint)


class Slopes:
    """The slopes of a scalar graph's nodes with respect to the input `wrt`, with room for slips.

    `values[i]` are the values of every cell of the builder that needs no slope: arrays over the points.
    """

    def __init__(self, graph: Graph, wrt: int, tie: str = "zero"):
        self.graph, self.wrt, self.tie = graph, wrt, tie
        self.builder = Folding(graph.cells, graph.shapes)
        self.active = [False] * len(graph)
        for i, (_, args, _) in enumerate(graph.cells):
            self.active[i] = i == wrt or any(self.varies(i, slot) for slot in range(len(args)))
        self.locals: dict[int, tuple[int | None, ...]] = {}
        self.slope_inputs: dict[int, tuple[int, int]] = {}
        for i, (_, args, _) in enumerate(graph.cells):
            if args and self.active[i]:
                self.locals[i] = self.lifted(i, self.rule(i, ROWS[graph.cells[i][0]].local))
        self.sites: list[Site] = []

    # ----- what is asked of a node -----
    def varies(self, i: int, slot: int) -> bool:
        """Return whether argument `slot` of node `i` depends on the variable and passes a slope on."""
        op, args, _ = self.graph.cells[i]
        return self.active[args[slot]] and slot not in ROWS[op].conditions and ROWS[op].differentiable

    def moving(self, i: int) -> list[int]:
        """Return the slots of node `i` whose arguments vary."""
        return [slot for slot in range(len(self.graph.cells[i][1])) if self.varies(i, slot)]

    def tracer(self, i: int) -> Tracer:
        return Tracer(self.builder, i)

    def rule(self, i: int, local: Any, args: Sequence[int] | None = None, node: int | None = None) -> tuple[Any, ...]:
        """Return what a local rule gives at node `i`, or at the same operation on other arguments."""
        op, own, params = self.graph.cells[i]
        y, given = self.tracer(i if node is None else node), map(self.tracer, own if args is None else args)
        return tuple(ROWS[op].local_at(self.tie, y, *given, *params, rule=local))

    def lifted(self, i: int, found: Iterable[Any]) -> tuple[int | None, ...]:
        return tuple(None if d is None else self.tracer(i).lift(d) for d in found)

    def slope(self, i: int, of: int) -> Tracer:
        """Return the tracer that stands for the slope of node `of` in what is said of node `i` above it."""
        k = self.builder.input(f"{SLOPE}{i} {of}")
        self.slope_inputs[k] = i, of
        return self.tracer(k)

    # ----- numbers -----
    def settle(self, points: Mapping[str, Array]) -> None:
        """Work out every cell at `points` (name → array of one length) that does not ask for a slope."""
        self.points = points
        self.size = len(next(iter(points.values()))) if points else 1
        known: list[Any] = []
        with np.errstate(all="ignore"):
            for i, (op, args, params) in enumerate(self.builder.cells):
                if i in self.slope_inputs or any(known[a] is None for a in args):
                    known.append(None)
                elif op == "input":
                    known.append(points[params[0]])
                elif op == "const":
                    known.append(run([self.builder.cells[i]], ((),), {}, "float")[0])
                else:
                    known.append(apply_row(ROWS[op], [known[a] for a in args], params, "float"))
        self.values = known

    def value(self, target: int, given: Mapping[int, Array], values: Sequence[Any]) -> Array:
        """Return a cell that asks for slopes, with those `given`; `values` are those of the cells that ask for none."""
        needed, todo = set(), [target]
        while todo:
            i = todo.pop()
            if values[i] is None and i not in given and i not in needed:
                needed.add(i)
                todo.extend(self.builder.cells[i][1])
        found = dict(given)
        for i in sorted(needed):
            op, args, params = self.builder.cells[i]
            found[i] = apply_row(ROWS[op], [found[a] if a in found else values[a] for a in args], params, "float")
        return found[target] if target in found else values[target]

    def swept(self, scenarios: Sequence[Sequence[Site]], points: slice = slice(None)) -> Array:
        """Return the slope of the output in every scenario: shape (scenarios, points)."""
        rows: dict[int, list[tuple[Site, Array]]] = {}
        place: dict[Site, list[int]] = {}
        for k, sites in enumerate(scenarios):
            for site in sites:
                place.setdefault(site, []).append(k)
        for site, where in place.items():
            rows.setdefault(site.node, []).append((site, np.array(where)))
        size = len(range(self.size)[points])
        with np.errstate(all="ignore"):
            found = self.run(rows, len(scenarios), size, points).get(self.graph.out, np.zeros((1, size)))
            return np.broadcast_to(found, (len(scenarios), size))

    def plain(self) -> list[Array]:
        """Return the right slope of every node that depends on the variable: arrays over the points."""
        with np.errstate(all="ignore"):
            return [np.broadcast_to(v, (1, self.size))[0] for v in self.run({}, 1, self.size, slice(None)).values()]

    def run(
        self, rows: Mapping[int, list[tuple[Site, Array]]], count: int, size: int, points: slice
    ) -> dict[int, Array]:
        slopes: dict[int, Array] = {self.wrt: np.ones((1, size))}
        values = (
            self.values
            if points == slice(None)
            else [v[points] if isinstance(v, np.ndarray) and v.ndim else v for v in self.values]
        )
        for i in sorted(self.locals):
            slopes[i] = self.one(i, slopes, rows.get(i, ()), count, size, values)
        return slopes

    def one(
        self,
        i: int,
        slopes: dict[int, Array],
        rows: Iterable[tuple[Site, Array]],
        count: int,
        size: int,
        values: Sequence[Any],
    ) -> Array:
        """Return the slope of node `i` in every scenario."""
        args = self.graph.cells[i][1]
        inner: dict[int, Array] = {slot: slopes[args[slot]] for slot in self.moving(i)}
        local: dict[int, Array] = {slot: values[d] for slot, d in enumerate(self.locals[i]) if d is not None}
        for site, where in rows:
            if site.kind in ("edge", "local"):
                table = inner if site.kind == "edge" else local
                for slot, target in site.plan:
                    table[slot] = spread(table.get(slot, 0.0), count, size)
                    table[slot][where] = values[target]
        total: Array = np.zeros((1, size))
        for slot, slope in inner.items():
            if slot in local:
                total = total + local[slot] * slope
        for site, where in rows:
            if site.kind not in ("edge", "local"):
                total = spread(total, count, size)
                total[where] = self.instead(site, where, slopes, total[where], values)
        return total

    def instead(self, site: Site, where: Array, slopes: dict[int, Array], right: Array, values: Sequence[Any]) -> Array:
        """Return what stands for the slope of a node in the scenarios `where`: its own turned, another node's, or a wrong one."""
        if site.kind == "minus":
            return -right
        size = right.shape[1]
        some = {
            of: np.broadcast_to(slopes[of], (max(len(slopes[of]), where.max() + 1), size))[where]
            for of in self.asked(site)
        }
        if site.kind == "jump":
            return some[site.plan[0][1]]
        given = {k: some[of] for k, (node, of) in self.slope_inputs.items() if node == site.node}
        return self.value(site.plan[0][1], given, values)

    def asked(self, site: Site) -> list[int]:
        """Return the nodes whose slopes a site asks for."""
        if site.kind == "jump":
            return [site.plan[0][1]]
        return [of for node, of in self.slope_inputs.values() if node == site.node]


def spread(value: Array, count: int, size: int) -> Array:
    """Return a copy of `value` over all scenarios and points, unless it is one already."""
    if isinstance(value, np.ndarray) and value.shape == (count, size) and value.flags.writeable and value.base is None:
        return value.copy()
    return np.broadcast_to(np.asarray(value, dtype=float), (count, size)).copy()
