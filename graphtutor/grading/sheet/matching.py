"""Which node of a problem each row of a student's sheet is: by its name, by its formula, or by its value."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp

from ...errors import ReadError
from ...expr.build import Plan
from ...expr.graph import Graph
from ...expr.running import run
from ...expr.tracer import Builder
from ...language import read, trees
from ..asked.task import Task
from .sheet import Row, Sheet

TRIES, SEED, CLOSE = 12, 7, 1e-9


class Matching:
    """Finds the node that each row of a student is: by its name, by its formula, or by its value at random points."""

    def __init__(self, asked: Task, base: Sheet, listed: Sequence[str]):
        self.task, self.base, self.graph = asked, base, base.graph
        self.listed = {name_and_formula(text)[0] for text in listed}
        self.own: dict[int, Row] = {}
        self.meant: dict[str, int] = {}
        self.points = points_of(self.graph)

    @property
    def names(self) -> dict[str, int]:
        """Every name that a formula may use; a student's own come before those of the problem."""
        return {**self.graph.ids, **self.meant}

    def row(self, text: str, slopes: Sequence[str] = ()) -> Row:
        """Return the row for the text of a node: `u`, `u = w0*x0`, or the formula alone; `slopes` names its local gradients."""
        name, formula = name_and_formula(text)
        if not formula and name in self.graph.ids:
            return self.kept(self.of_name(name, slopes))
        if not formula:
            name, formula = formula, name
        if not formula:
            raise ReadError("a row without a node; expected its name, or name = formula", text[:60])
        tree = read.read(formula, names=list(self.names), shapes=self.task.shapes, constants=self.task.constants)
        i = self.found(name, tree)
        if i is None:
            if name in self.graph.ids:
                return self.kept(self.base.by_id[self.graph.ids[name]])
            nodes = ", ".join(r.title for r in self.base.rows if r.graph is not None)
            raise ReadError(f"'{text.strip()[:40]}' is no node of this problem; its nodes are {nodes[:120]}", text[:60])
        args = {n: self.names[n] for n in sorted(trees.names_in(tree)) if n in self.names}
        base = self.base.by_id[i]
        label = name or formula
        if base.graph is None or {j for _, j in base.args} == set(args.values()):
            row = base if base.graph is None else renamed(base, label, {j: n for n, j in args.items()})
        else:
            row = self.of_formula(i, label, formula, tree, args)
        if label.isidentifier():
            self.meant[label] = i
        return self.kept(row)

    def of_name(self, name: str, slopes: Sequence[str]) -> Row:
        """Return the row of a name alone: its operation, or the whole line of the program where the sheet skips what is inside."""
        i = self.graph.ids[name]
        base = self.base.by_id[i]
        named = {j: n for j, n in self.graph.names if j != i}
        inner = [j for _, j in base.args if self.base.by_id[j].graph is not None and j not in named]
        known = {*base.passes, *(f"#{k}" for k in range(len(base.passes)))}
        if not inner or any(self.graph.name(j) in self.listed for j in inner) or (slopes and set(slopes) <= known):
            return base
        formula = self.graph.formula(i, stops=named)
        tree = read.read(formula, names=list(self.names), shapes=self.task.shapes, constants=self.task.constants)
        return self.of_formula(
            i, name, formula, tree, {n: self.graph.ids[n] for n in sorted(trees.names_in(tree)) if n in self.graph.ids}
        )

    def lines(self) -> list[Row]:
        """Return the lines of the program that no row is for, each as one row where the sheet skips what is inside."""
        return [
            self.of_name(name, ())
            for i, name in self.graph.names
            if i not in self.own and self.base.by_id[i].graph is not None
        ]

    def kept(self, row: Row) -> Row:
        self.own[row.id] = row
        return row

    def found(self, name: str, tree: sp.Basic) -> int | None:
        """Return the id of the node that a formula is: the same operation, or else one with the same value."""
        plan = Plan(self.task.shapes, self.task.constants)
        plan.builder = Builder(self.graph.cells, self.graph.shapes)
        plan.env |= self.names
        i = plan.tree(tree)
        if i < len(self.graph):
            return i
        same = self.equal(Graph(tuple(plan.builder.cells), tuple(plan.builder.shapes), i))
        mine = self.graph.ids.get(name)
        return mine if mine in same else next((j for j in same if j not in self.own), same[0] if same else None)

    def equal(self, extended: Graph) -> list[int]:
        """Return the operations of the problem that have the value of a graph's output at every point."""
        if not {n.name for n in extended.inputs} <= set(self.points):
            return []
        with np.errstate(all="ignore"):
            values = run(extended.cells, extended.shapes, self.points, "float")
        target = np.asarray(values[extended.out], dtype=float)
        return [
            j
            for j, (_, args, _) in enumerate(self.graph.cells)
            if args and close(np.asarray(values[j], dtype=float), target)
        ]

    def of_formula(self, i: int, name: str, formula: str, tree: sp.Basic, args: Mapping[str, int]) -> Row:
        """Return a row that a student computes in another way than the problem: its own formula, over its own arguments."""
        plan = Plan({n: self.graph.shapes[j] for n, j in args.items()}, self.task.constants)
        return Row(i, name, formula, tuple(args.items()), tuple(args), plan.graph(plan.tree(tree)))


def name_and_formula(text: str) -> tuple[str, str]:
    """Return the two sides of the text of a node, the formula empty where a name or a formula stands alone.

    >>> name_and_formula("u₁ = w*x"), name_and_formula("u")
    (('u1', 'w*x'), ('u', ''))
    """
    name, _, formula = text.partition("=")
    return unicodedata.normalize("NFKC", name).strip(), formula.strip()


def renamed(row: Row, name: str, names: Mapping[int, str]) -> Row:
    """Return a row under a student's name for it and for its arguments."""
    assert row.graph is not None
    new = {old: names[i] for old, i in row.args}
    cells = tuple(
        (op, args, (new[params[0]],)) if op == "input" else (op, args, params) for op, args, params in row.graph.cells
    )
    graph = Graph(cells, row.graph.shapes, row.graph.out)
    return Row(
        row.id,
        name,
        graph.text(graph.out),
        tuple((new[n], i) for n, i in row.args),
        tuple(new[n] for n in row.passes),
        graph,
    )


def points_of(graph: Graph) -> dict[str, Any]:
    """Return random values of every input: arrays over some points, for vectors and matrices one point."""
    rng = np.random.default_rng(SEED)
    several = () if any(graph.shapes) else (TRIES,)
    return {
        n.name: rng.uniform(0.2, 1.8, n.shape or several) * rng.choice([-1.0, 1.0], n.shape or several, p=[0.3, 0.7])
        for n in graph.inputs
    }


def close(a: Any, b: Any) -> bool:
    """Return whether two rows of values are numbers at the same points, at one at least, and agree there."""
    if a.ndim and b.ndim and a.shape != b.shape:
        return False
    a, b = np.broadcast_arrays(a, b)
    real = np.isfinite(a)
    return bool(
        real.any() and (real == np.isfinite(b)).all() and (np.abs(a - b)[real] <= CLOSE * (1 + np.abs(b[real]))).all()
    )
