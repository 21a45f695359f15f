"""A function, a variable, and points at which answers are tried; with the values of everything that may have gone wrong."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Any

import numpy as np

from ...errors import LearnerError
from ...expr.adjoint import Backward, backward
from ...expr.graph import Graph
from ...expr.running import apply_row, run
from ...expr.tracer import Builder
from ...ops.table import ROWS
from ..asked import samples
from . import malrules, substitutes
from .slopes import Site, Slopes
from .written_out import View, views

Array = Any
POINTS, FEWEST, FIRST = 40, 5, 6
CLOSE = 1e-8  # relative; float64 leaves some 1e-12 of a derivative of twenty operations
SHAKE, STEADY, TINY = 2e-16, 1e-9, 1e-13  # a rounding, what it may change relatively and absolutely
SHAKES = 4  # times, for two roundings may undo each other
MOST_PAIRS, MOST_IN_PAIRS, MOST_SITES = 12000, 200, 2500  # of big functions only the most specific slips are tried
MOST_SWEPT = 300_000  # slips times nodes: each is worked out at all points, in about 100 MB


class Problem:
    """A scalar function, the variable, and points at which answers are tried. `points`: name → array.

    `part`: the graph of what the variable stands for, if it is no input of the answers. `points`: where it is tried,
    if that is said; else they are drawn where function and derivative are finite and no rounding shows.
    """

    def __init__(
        self,
        graph: Graph,
        wrt: str,
        assume: Mapping[str, Any],
        part: Graph | None = None,
        points: dict[str, Array] | None = None,
    ):
        if wrt not in graph.ids:
            raise LearnerError(
                f"'{wrt}' is no variable of this problem; it has {', '.join(n.name for n in graph.inputs)}"
            )
        self.graph, self.wrt, self.assume, self.part = graph, wrt, dict(assume), part
        self.here = graph.ids[wrt]
        self.names = {n.name for n in graph.inputs}
        self.flat = not any(graph.shapes)
        self.inner: dict[tuple[Graph, str], Problem] = {}
        self.points = self.placed() if points is None else points

    @cached_property
    def walk(self) -> Backward:
        return backward(self.graph)

    @cached_property
    def derivative(self) -> Graph:
        """The graph whose output is the right derivative."""
        walk = backward(self.graph, wanted=(self.here,))
        return Graph(walk.cells, walk.shapes, walk.gradient[self.here])

    def placed(self) -> dict[str, Array]:
        inputs = [(n.name, n.shape) for n in self.graph.inputs]
        points = samples.draws(inputs, self.assume)
        if self.part is not None:
            points |= samples.draws([(n.name, n.shape) for n in self.part.inputs], self.assume)
        if self.part is not None and self.flat and not any(self.part.shapes):
            points[self.wrt] = np.broadcast_to(samples.evaluated(self.part, points)[self.part.out], (samples.DRAWS,))
        if not self.flat or not inputs:
            return {name: value[:POINTS] for name, value in points.items()}
        truth = self.derivative
        values = samples.evaluated(truth, points)
        steadily = np.where(steady(truth, points, values[truth.out]), values[truth.out], np.nan)
        kept = samples.finite(points, [values[self.graph.out], steadily], POINTS)
        enough = len(next(iter(kept.values()))) >= FEWEST
        return kept if enough else samples.finite(points, [values[self.graph.out], values[truth.out]], POINTS)

    @property
    def size(self) -> int:
        return len(next(iter(self.points.values()))) if self.points else 1

    def with_drawn(self, graph: Graph) -> dict[str, Array]:
        """Return the points with values for names that only `graph` has."""
        return self.points | samples.draws(
            [(n.name, n.shape) for n in graph.inputs if n.name not in self.points], self.assume, self.size
        )

    def values_of(self, graph: Graph) -> Array:
        """Return the values of a scalar graph at the points, nan where rounding shows."""
        points = self.with_drawn(graph)
        values = self.over(samples.evaluated(graph, points)[graph.out])
        return np.where(steady(graph, points, values), values, np.nan)

    @cached_property
    def tree(self) -> Slopes:
        tree = Slopes(self.graph, self.here)
        found = malrules.sites(tree)
        most = min(MOST_SITES, MOST_SWEPT // len(self.graph))
        tree.sites = found if len(found) <= most else sorted(found, key=lambda s: s.rank)[:most]
        tree.settle(self.points)
        return tree

    @cached_property
    def singles(self) -> Array:
        """The values of every single slip, and of none in row 0."""
        return self.tree.swept([[], *([s] for s in self.tree.sites)])

    @cached_property
    def everywhere(self) -> tuple[list[list[Site]], Array]:
        """The same slip at every node where it can be made, where these are several, with its values."""
        alike: dict[tuple[str, str, str], dict[int, Site]] = {}
        for s in self.tree.sites:
            if s.kind in ("local", "edge", "whole"):
                alike.setdefault(s.name, {}).setdefault(s.node, s)
        groups = [list(sites.values()) for sites in alike.values() if len(sites) > 1]
        return groups, self.tree.swept(groups)

    @cached_property
    def views(self) -> tuple[tuple[Problem, View], ...]:
        """The same problem with its written-out forms recognised."""
        found = views(self.graph, self.here) if self.flat else ()
        return tuple((Problem(v.graph, self.wrt, self.assume, points=self.points), v) for v in found)

    def within(self, graph: Graph, wrt: str) -> Problem | None:
        """Return the problem d graph / d wrt at the points of this one, None if it has other names."""
        if wrt not in graph.ids or any(graph.shapes) or not {n.name for n in graph.inputs} <= set(self.points):
            return None
        if (graph, wrt) not in self.inner:
            self.inner[graph, wrt] = Problem(graph, wrt, self.assume, points=self.points)
        return self.inner[graph, wrt]

    @property
    def truth(self) -> Array:
        return self.singles[0]

    @cached_property
    def factors(self) -> tuple[list[int], Array]:
        """The values and derivatives of operations that may have become a factor, by their cells, numbers left out."""
        tree = self.tree
        slopes = [d for ds in tree.locals.values() for d in ds if d is not None]
        nodes = dict.fromkeys([i for i in tree.locals if i != self.graph.out] + slopes)
        found = [i for i in nodes if tree.values[i] is not None and not malrules.number(tree, i)]
        return found, np.array([self.over(tree.values[i]) for i in found]).reshape(-1, self.size)

    @cached_property
    def pairs(self) -> tuple[list[tuple[Site, Site]], Array]:
        """Every pair of slips in two places, with its values at the first few points."""
        usual = sorted((s for s in self.tree.sites if s.kind != "minus"), key=lambda s: s.rank)[:MOST_IN_PAIRS]
        both = [(a, b) for a, b in combinations(usual, 2) if a.clash != b.clash]
        both.sort(key=lambda pair: pair[0].rank + pair[1].rank)
        both = both[: min(MOST_PAIRS, MOST_SWEPT * POINTS // (FIRST * len(self.graph)))]
        return both, self.tree.swept([list(p) for p in both], slice(0, FIRST))

    @cached_property
    def gradients(self) -> dict[str, Array]:
        """The derivative with respect to every input, at the points."""
        values = run(self.walk.cells, self.walk.shapes, self.points, "float")
        return {
            n.name: self.over(values[self.walk.gradient[n.id]]) for n in self.graph.inputs if n.id in self.walk.gradient
        }

    @cached_property
    def second(self) -> Array | None:
        """The values of the second derivative by the variable; None where the first does not depend on it."""
        first = self.derivative
        if not first.cells[first.out][1]:
            return None
        walk = backward(first, wanted=(self.here,))
        return self.over(run(walk.cells, walk.shapes, self.points, "float")[walk.gradient[self.here]])

    def over(self, value: Any) -> Array:
        if type(value) is np.ndarray and value.shape == (self.size,) and value.dtype == float:
            return value
        return np.broadcast_to(np.asarray(value, dtype=float), (self.size,))

    @cached_property
    def passed(self) -> Array:
        """The values of all that a right calculation passes: nodes, their slopes, what each gets back, each product on the way."""
        back = run(self.walk.cells, self.walk.shapes, self.points, "float")
        return np.stack([self.over(v) for v in back] + self.tree.plain())

    @cached_property
    def rewritten(self) -> list[tuple[substitutes.Variant, Array]]:
        """Slips of algebra in the derivative and in the function, with their values."""
        return self.variants(substitutes.in_derivative, substitutes.in_function)

    @cached_property
    def others(self) -> list[tuple[substitutes.Variant, Array]]:
        """The derivatives of functions that resemble the given one."""
        return self.variants(substitutes.of_another, substitutes.in_copy)

    def variants(self, *makers: Any) -> list[tuple[substitutes.Variant, Array]]:
        found: list[tuple[substitutes.Variant, Array]] = []
        for make in makers:
            builder, variants = make(self.graph, self.here)
            values = run(builder.cells, tuple(builder.shapes), self.points, "float")
            found.extend((v, self.over(values[v.out])) for v in variants)
        return found


def frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@lru_cache(maxsize=200)
def prepared(graph: Graph, wrt: str, assume: tuple[tuple[str, Any], ...], part: Graph | None = None) -> Problem:
    return Problem(graph, wrt, dict(assume), part)


def problem(graph: Graph, wrt: str, assume: Mapping[str, Any] | None = None) -> Problem:
    """Return the problem d graph / d `wrt`, kept for the next answer to it."""
    return prepared(graph, wrt, told(assume))


def problem_at(graph: Graph, part: Graph, name: str, assume: Mapping[str, Any] | None = None) -> Problem | None:
    """Return the problem d graph / d part, `part` being the graph of one of its nodes, called `name` then; None if it is none."""
    node = node_of(graph, part)
    if node is None or not graph.cells[node][1] or graph.ids.get(name, node) != node:
        return None
    cells = (*graph.cells[:node], ("input", (), (name,)), *graph.cells[node + 1 :])
    return prepared(
        Graph(cells, graph.shapes, graph.out, tuple((i, n) for i, n in graph.names if i != node)),
        name,
        told(assume),
        part,
    )


def node_of(graph: Graph, part: Graph) -> int | None:
    """Return the node of a graph that another graph is written out, None if it has none."""
    builder = Builder(graph.cells, graph.shapes)
    at: list[int] = []
    for (op, args, params), shape in zip(part.cells, part.shapes, strict=True):
        at.append(builder.intern((op, tuple(at[a] for a in args), params), shape))
    return at[part.out] if at[part.out] < len(graph) else None


def told(assume: Mapping[str, Any] | None) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((name, frozen(v)) for name, v in (assume or {}).items()))


# ----- matching -----
def steady(graph: Graph, points: Mapping[str, Array], values: Array) -> Array:
    """Return at which points the output of a scalar graph hardly changes when every step is rounded a little otherwise."""
    size = len(next(iter(points.values()))) if points else 1
    shaken: list[Any] = []
    factors = iter(roundings(size, -(-len(graph.cells) // 32) * 32))
    with np.errstate(all="ignore"):
        for cell in graph.cells:
            op, args, params = cell
            if not args:
                shaken.append(points[params[0]] if op == "input" else run([cell], ((),), {}, "float")[0])
                continue
            value = apply_row(ROWS[op], [shaken[a] for a in args], params, "float")
            shaken.append(value * next(factors))
        still = np.abs(shaken[graph.out] - values) <= STEADY * np.abs(values) + TINY
        return np.broadcast_to(still, (SHAKES, size)).all(axis=0)


@lru_cache(maxsize=16)
def roundings(size: int, steps: int) -> list[Array]:
    """Return what each of some steps is multiplied by to be rounded otherwise; those of fewer steps are the first of them."""
    rng = np.random.default_rng(samples.SEED)
    return [1 + SHAKE * rng.choice((-2, -1, 1, 2), (SHAKES, size)) for _ in range(steps)]


def fits(candidates: Array, answer: Array) -> Array:
    """Return for each row of `candidates` whether it agrees with `answer` at every point where both are defined."""
    with np.errstate(all="ignore"):
        there = np.isfinite(candidates)
        here = np.isfinite(answer)
        both = there & here
        close = np.abs(candidates - answer) <= CLOSE * (np.abs(candidates) + np.abs(answer)) + TINY
    enough = both.sum(axis=-1) >= np.minimum(FEWEST, here.sum())
    lost = (there ^ here).sum(axis=-1) <= 0.3 * answer.shape[-1]
    return (close | ~both).all(axis=-1) & enough & lost & (here.sum() > 0)


def same_values(a: Array, b: Array) -> bool:
    return bool(fits(np.atleast_2d(a), b)[0])
