"""A sheet as it is handed in: which node of the problem each row is, by its name, its formula or its value, and what stands in each cell."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ...errors import ReadError
from ...expr.build import Plan
from ...expr.graph import Graph
from ...language import read, trees
from ..asked.task import Task
from .filled import KEYS, Edges, argument_name, blank, form_of, local_of
from .regrouping import equal, points_of, regrouped, with_row
from .sheet import Place, Row, Sheet, sheet, with_rows


@dataclass(frozen=True)
class Handed:
    """A sheet with what a student put into it: cell → as it was typed; `listed` are the rows in the student's order.

    `base` is the problem's own sheet, `asked` the cells that count.
    `strange` holds the cells whose row is no node of the problem, each with the reason.
    """

    sheet: Sheet
    base: Sheet
    given: Mapping[Place, Any]
    listed: tuple[int, ...]
    asked: frozenset[Place]
    strange: tuple[tuple[str, Any, str], ...] = ()


def handed_in(asked: Task, answer: Mapping[str, Any], tie: str = "zero", columns: Sequence[str] = KEYS) -> Handed:
    """Return what a sheet in the form of the contract says: {"sheet": rows, "at": point, "digits": n}.

    A row has `node` ("u = w0*x0", or the name of a node alone), `value`, `local` (argument → gradient) and
    `upstream`. A node that no row is for is taken as a row of blanks; `columns` are those that are asked for.
    Raises ReadError for another form.
    """
    rows, at, digits = form_of(answer)
    known = None if at is None else {name: value for name, value in at.items() if name in asked.inputs}
    base = sheet(regrouped(asked, formulas(rows, asked.graph.ids)), known, digits, tie)
    found = Matching(asked, base, [row["node"] for row in rows])
    given: dict[Place, Any] = {}
    local: list[tuple[Row, Mapping[str, Any]]] = []
    strange: list[tuple[str, Any, str]] = []
    for row in rows:
        slopes = local_of(row.get("local"))
        try:
            mine = found.row(row["node"], [argument_name(name) for name in slopes])
        except ReadError as error:
            filled = [key for key in ("value", "upstream") if not blank(row.get(key))]
            strange.extend((f"{name_and_formula(row['node'])[0]}.{key}", row[key], error.message) for key in filled)
            continue
        given |= {Place(what, mine.id): row.get(what) for what in ("value", "upstream")}
        local.append((mine, slopes))
    whole = with_rows(base, list(found.own.values()), found.lines())
    strange += put_slopes(whole, local, given)
    counted = frozenset(p for p in wanted(whole, given) if p.what in columns)
    return Handed(whole, base, given, tuple(found.own), counted, tuple(strange))


def formulas(rows: Sequence[Mapping[str, Any]], known: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return (name, formula) of each row that has a formula, the name empty where it stands alone."""
    found = [name_and_formula(row["node"]) for row in rows]
    return [(name, formula) if formula else ("", name) for name, formula in found if (formula or name) not in known]


def put_slopes(whole: Sheet, local: Sequence[tuple[Row, Mapping[str, Any]]], given: dict[Place, Any]) -> list[tuple[str, Any, str]]:  # fmt: skip
    """Put the local gradients of each row into `given`; return those that are of none of its arguments, with the reason."""
    strange = []
    for row, values in local:
        positions = by_position(row, values)
        for name, value in values.items():
            try:
                place = Place("local", row.id, argument(whole, row, positions.get(name, name)))
                given[place] = value if place not in given else Edges([given[place], value])
            except ReadError as error:
                strange += [] if blank(value) else [(f"{row.name}.local.{name[:30]}", value, error.message)]
    return strange


def by_position(row: Row, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the argument of each local gradient that has no name: one for each argument, or for each edge (two of x*x)."""
    nameless = [name for name in values if name.startswith("#")]
    for names in (row.passes, row.edges):
        if nameless and len(names) == len(values):
            return dict(zip(nameless, names, strict=False))
    return {}


def argument(whole: Sheet, row: Row, name: str) -> str:
    """Return the argument of a row that a key names, however the row itself calls it."""
    short = argument_name(name)
    if name.startswith("#"):
        raise ReadError(
            f"{row.name} has {len(row.passes)} local gradient{'s' * (len(row.passes) != 1)} ({', '.join(row.passes)}); say which is which",
            row.title[:60],
        )
    if short in row.passes:
        return short
    there = next(
        (
            n
            for n, i in row.args
            if n in row.passes and (whole.by_id[i].name == short or whole.graph.ids.get(short) == i)
        ),
        None,
    )
    if there is None:
        raise ReadError(
            f"{row.name} has no local gradient by '{short[:30]}'; it has {', '.join(row.passes) or 'none'}",
            row.title[:60],
        )
    return there


def wanted(whole: Sheet, given: Mapping[Place, Any]) -> list[Place]:
    """Return the cells that count: all, but for the gradient of the output, which is 1, and of inputs where they are left out."""
    found = []
    for place in whole.places():
        said = not blank(given.get(place))
        free = place.what == "upstream" and (
            place.id == whole.graph.out or (whole.by_id[place.id].graph is None and place not in given)
        )
        if said or not free:
            found.append(place)
    return found


# ----- rows -----
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

    @property
    def with_row(self) -> dict[str, int]:
        """The problem's own names that have a row: not those of constants."""
        return {name: i for name, i in self.graph.ids.items() if i in self.base.by_id}

    def row(self, text: str, slopes: Sequence[str] = ()) -> Row:
        """Return the row for the text of a node: `u`, `u = w0*x0`, or the formula alone; `slopes` names its local gradients."""
        name, formula = name_and_formula(text)
        if not formula and name in self.with_row:
            return self.kept(self.of_name(name, slopes))
        if not formula:
            name, formula = formula, name
        if not formula:
            raise ReadError("a row without a node; expected its name, or name = formula", text[:60])
        tree = self.read(formula)
        i = self.found(name, tree)
        if i is None:
            if name in self.with_row:
                return self.kept(self.base.by_id[self.with_row[name]])
            nodes = ", ".join(r.title for r in self.base.rows if r.graph is not None)
            raise ReadError(f"'{text.strip()[:40]}' is no node of this problem; its nodes are {nodes[:120]}", text[:60])
        label = name or formula
        row = self.kept(self.with_formula(i, label, formula, tree))
        if label.isidentifier():
            self.meant[label] = i
        return row

    def read(self, formula: str) -> sp.Basic:
        return read.read(formula, names=list(self.names), shapes=self.task.shapes, constants=self.task.constants)

    def with_formula(self, i: int, label: str, formula: str, tree: sp.Basic) -> Row:
        """Return the row of a node that a formula is: the problem's own under other names, or computed in another way."""
        args = {n: self.names[n] for n in sorted(trees.names_in(tree)) if n in self.names}
        base = self.base.by_id[i]
        if base.graph is None:
            return base
        if {j for _, j in base.args} == set(args.values()):
            return renamed(base, label, {j: n for n, j in args.items()})
        return self.of_formula(i, label, formula, tree, args)

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
        tree = self.read(formula)
        return self.of_formula(
            i, name, formula, tree, {n: self.graph.ids[n] for n in sorted(trees.names_in(tree)) if n in self.graph.ids}
        )

    def lines(self) -> list[Row]:
        """Return the lines of the program that no row is for, each as one row where the sheet skips what is inside."""
        return [
            self.of_name(name, ())
            for i, name in self.graph.names
            if i not in self.own and i in self.base.by_id and self.base.by_id[i].graph is not None
        ]

    def kept(self, row: Row) -> Row:
        self.own[row.id] = row
        return row

    def found(self, name: str, tree: sp.Basic) -> int | None:
        """Return the id of the node that a formula is: the same operation, or else one with the same value."""
        row = with_row(self.graph, tree, self.task, self.names)
        if row.out < len(self.graph):
            return row.out if row.out in self.base.by_id else None
        same = equal(self.graph, row, self.points)
        mine = self.graph.ids.get(name)
        return mine if mine in same else next((j for j in same if j not in self.own), same[0] if same else None)

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
