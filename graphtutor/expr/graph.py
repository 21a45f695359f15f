"""Graph: interned nodes in topological order, named, grouped, written out, evaluated.

A node is a cell; equal cells are one node, and ids are given in the order of interning, so they are
a topological order and backward is `reversed`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, fields
from functools import cached_property
from math import prod
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from ..errors import LearnerError
from ..language import write
from ..ops.arrays import Shape
from ..ops.row import Row
from ..ops.table import ROWS
from ..text import several
from .running import Cell, apply_row, as_sympy, constant_value, entries_of, needed, run, to_float

ATOM = 70


class Node(NamedTuple):
    """One node as a person sees it. `args` are ids; `text` is its formula over the names of its arguments.

    `role` is "parameter", "data", "constant", "operation" or "output".
    """

    id: int
    name: str
    op: str
    args: tuple[int, ...]
    shape: Shape
    text: str
    params: tuple[Any, ...]
    role: str


class Edge(NamedTuple):
    """From an operation (`source`) to its argument number `slot` (`target`): the way a gradient goes."""

    source: int
    target: int
    slot: int


class Group(NamedTuple):
    """Nodes that belong together under one name: a named line, or an operation that was opened."""

    name: str
    label: str
    nodes: tuple[int, ...]
    output: int


@dataclass(frozen=True)
class Graph:
    """A computation graph. Compares, hashes and pickles by its cells.

    `names` holds the names given to nodes, in order; `output` is the output's id.
    """

    cells: tuple[Cell, ...]
    shapes: tuple[Shape, ...]
    out: int
    names: tuple[tuple[int, str], ...] = ()
    parameters: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    symbols: tuple[tuple[str, sp.Symbol], ...] = field(default=(), compare=False)
    source: str = field(default="", compare=False)

    def __len__(self) -> int:
        return len(self.cells)

    def __hash__(self) -> int:
        return self.hashed

    def __getstate__(self) -> dict[str, Any]:
        return {
            f.name: getattr(self, f.name) for f in fields(self)
        }  # without what was cached: hashes of text differ between processes

    @cached_property
    def hashed(self) -> int:
        """The hash, worked out once: compiled code is kept by graph."""
        return hash((self.cells, self.shapes, self.out, self.names, self.parameters, self.groups))

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(self.node(i) for i in range(len(self.cells)))

    @property
    def output(self) -> Node:
        return self.node(self.out)

    @cached_property
    def inputs(self) -> tuple[Node, ...]:
        """The named leaves, in the order in which they appear."""
        return tuple(self.node(i) for i, cell in enumerate(self.cells) if cell[0] == "input")

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The name of every node: an input's own, the one given to it, or v1, v2, … in topological order."""
        given: dict[int, str] = {}
        for i, name in self.names:
            if self.cells[i][0] != "input":  # of which it is an alias
                given.setdefault(i, name)
        taken = {name for _, name in self.names} | {c[2][0] for c in self.cells if c[0] == "input"}
        labels, count = [], 0
        for i, (op, _, params) in enumerate(self.cells):
            if i in given:
                labels.append(given[i])
            elif op == "input":
                labels.append(params[0])
            elif op == "const":
                labels.append(params[1])
            else:
                count += 1
                while f"v{count}" in taken:
                    count += 1
                labels.append(f"v{count}")
        return tuple(labels)

    @cached_property
    def ids(self) -> dict[str, int]:
        """Every name, aliases too, with the id of its node; constants have none."""
        found = {label: i for i, label in enumerate(self.labels) if self.cells[i][0] != "const"}
        return found | {name: i for i, name in self.names}

    def name(self, i: int) -> str:
        return self.labels[i]

    def node(self, i: int) -> Node:
        op, args, params = self.cells[i]
        role = "operation"
        if op == "const":
            role = "constant"
        elif op == "input":
            role = "parameter" if params[0] in self.parameters else "data"
        if i == self.out:
            role = "output"
        return Node(i, self.labels[i], op, args, self.shapes[i], self.text(i), params, role)

    def row(self, i: int) -> Row:
        return ROWS[self.cells[i][0]]

    def text(self, i: int, form: str = "plain") -> str:
        """Return the formula of node `i` over the names of its arguments; a leaf's is its name."""
        return self.formula(i, form, depth=1)

    def formula(
        self, i: int, form: str = "plain", depth: int | None = None, stops: Mapping[int, str] | None = None
    ) -> str:
        """Return node `i` written out down to leaves, to `stops` (id → its text), or `depth` operations deep."""
        parts: dict[int, write.Part] = {}
        todo = [(i, 0, False)]
        while todo:
            j, level, ready = todo.pop()
            if j in parts:
                continue
            op, args, params = self.cells[j]
            if stops is not None and j in stops and j != i:
                parts[j] = write.Part(stops[j], ATOM)
            elif op == "const":
                parts[j] = constant(params, form)
            elif op == "input" or (depth is not None and level >= depth):
                parts[j] = write.Part(write.name(self.labels[j], form), ATOM)
            elif ready:
                row, given = ROWS[op], [parts[a] for a in args]
                parts[j] = (
                    row.written(given, *params, form)
                    if row.written
                    else write.operation(row, given, self.settings(j, form), form)
                )
            else:
                todo.append((j, level, True))
                todo.extend((a, level + 1, False) for a in reversed(args))
        return parts[i].text

    def settings(self, i: int, form: str) -> tuple[Any, ...]:
        """Return the settings of node `i` as a person gives them: axes counted from the front, and those for code alone only in plain text."""
        op, args, params = self.cells[i]
        row = ROWS[op]
        unusual = {key for key, _ in write.unusual(row, params)}
        if not unusual or len(params) != len(row.params):
            return params
        given = tuple(
            from_front(v, len(self.shapes[args[0]])) if key in unusual and key == "axis" else v
            for (key, _), v in zip(row.params, params, strict=True)
        )
        return given if form == "plain" else row.seen(given)

    def edges(self) -> tuple[Edge, ...]:
        """Return every edge, both of `x*x` too, in topological order."""
        return tuple(Edge(i, a, slot) for i, (_, args, _) in enumerate(self.cells) for slot, a in enumerate(args))

    # ----- evaluation -----
    def evaluate(self, point: Mapping[str, Any], algebra: str = "exact") -> list[Any]:
        """Return the value of every node at `point` (input name → number or array).

        `algebra`: "exact" keeps rationals as Fractions, "float", "sympy" or "mpmath".
        A value outside an operation's domain is nan or inf; nothing is raised.
        """
        if algebra == "exact" and any(self.shapes):
            algebra, point = "float", {name: to_float(value) for name, value in point.items()}
        return run(self.cells, self.shapes, point, algebra)

    def expression(self, i: int | None = None) -> Any:
        """Return node `i` (the output) as a SymPy expression, a matrix of entries if it has a shape; see `as_expression`."""
        return expression(self.cells, self.shapes, self.entries, self.out if i is None else i)

    @cached_property
    def entries(self) -> dict[str, Any]:
        """Every input as a SymPy symbol, or an object array of symbols `W[0, 1]`."""
        known = dict(self.symbols)
        return {n.name: entries_of(n.name, n.shape, known.get(n.name)) for n in self.inputs}


def from_front(axis: Any, dimensions: int) -> Any:
    """Return an axis or axes counted from the front; a single one as a number.

    >>> from_front((-2,), 3), from_front(-1, 2), from_front((-3, -2), 3)
    (1, 1, (0, 1))
    """
    if isinstance(axis, tuple):
        return axis[0] % dimensions if len(axis) == 1 else tuple(a % dimensions for a in axis)
    return axis % dimensions if isinstance(axis, int) else axis


def constant(params: tuple[Any, ...], form: str) -> write.Part:
    value, text = params
    return write.number(text if isinstance(value, str) or text else value, form)


def known_functions(graph: Graph) -> None:
    """Raise LearnerError if a function of which only the name is known stands in a graph that is to have numbers."""
    names = {params[0] for op, _, params in graph.cells if op in ROWS and ROWS[op].abstract}
    if names:
        raise LearnerError(
            f"{several(sorted(names))} {'is' if len(names) == 1 else 'are'} known by name alone, so there are no numbers; leave at= out, or say what {'it is' if len(names) == 1 else 'they are'} with definitions={{…}}"
        )


# ----- a node written out as a SymPy expression: its ancestors alone, a sum of a thousand terms as one Add -----
# What a person could read SymPy evaluates, as a person would by hand. What is too deep or too long for its recursion is left as it
# stands: the same value, sharing its parts, unevaluated.
LONGEST = 4_000  # operations written out with the shared parts repeated: SymPy sorts and asks about them in some tenths of a second
REPEATED = 4  # … or any number of them that is at most this many times what is written with shared parts once
CALLS = 50  # functions: SymPy asks of all that stands inside one whether it is zero, real, whole …
DEEPEST = 60  # operations inside one another: SymPy's recursion takes up to eight frames for each, of a thousand


def expression(cells: Sequence[Cell], shapes: Sequence[Shape], entries: Mapping[str, Any], out: int) -> Any:
    """Return node `out` as a SymPy expression, a matrix of entries if it has a shape; `entries`: every input as symbols."""
    live = needed(cells, [out])
    parts = gathered(cells, shapes, live, out)
    values: dict[int, Any] = {}
    with nullcontext() if readable(cells, shapes, parts, out) else sp.evaluate(False), np.errstate(all="ignore"):
        for i, terms in parts.items():
            values[i] = value(cells[i], terms, values, entries)
            if shapes[i]:
                values[i] = np.asarray(values[i])
            elif not isinstance(values[i], np.ndarray):
                hash(values[i])  # from the leaves up: SymPy asks for it later, and then by recursion
        return as_sympy(values[out])


Terms = tuple[tuple[int, bool], ...]  # arguments, each with whether it is taken away


def gathered(cells: Sequence[Cell], shapes: Sequence[Shape], live: Sequence[int], out: int) -> dict[int, Terms]:
    """Return the cells of `live` that are worked out, with what they are made of: a sum in a sum, of which nothing else is made, stands in it.

    >>> b = ("input", (), ("b",))
    >>> gathered((b, ("add", (0, 0), ()), ("add", (1, 0), ())), ((), (), ()), (0, 1, 2), 2)
    {0: (), 2: ((0, False), (0, False), (0, False))}
    """
    uses = Counter(a for i in live for a in cells[i][1])
    found: dict[int, Terms] = {}
    inside: set[int] = set()
    for i in reversed(live):
        if i in inside:
            continue
        op, args, _ = cells[i]
        kind = JOINED.get(op)
        if not kind or shapes[i]:
            found[i] = tuple((a, False) for a in args)
            continue
        terms = []
        todo = [(i, False)]
        while todo:
            top, less = todo.pop()
            name, under, _ = cells[top]
            if top == i or (JOINED.get(name) == kind and uses[top] == 1 and not number_in(cells, under)):
                inside.add(top)
                turns = name != kind
                todo.extend(reversed([(a, less ^ (turns and slot > 0)) for slot, a in enumerate(under)]))
            else:
                terms.append((top, less))
        found[i] = tuple(terms)
    return dict(reversed(found.items()))


def joining(row: Row) -> bool:
    """Return whether an operation takes any number of arguments, one in another being the same as all in one."""
    return row.note is not None and row.note.join and row.arity[1] is None and row.entrywise


JOINED = {row.name: row.name for row in ROWS.values() if joining(row)}  # and a difference is a sum too
JOINED |= {row.note.minus: row.name for row in ROWS.values() if joining(row) and row.note and row.note.minus}


def number_in(cells: Sequence[Cell], args: tuple[int, ...]) -> bool:
    """Return whether a number stands among these: SymPy multiplies it into a sum at once."""
    return any(cells[a][0] == "const" for a in args)


def readable(cells: Sequence[Cell], shapes: Sequence[Shape], parts: Mapping[int, Terms], out: int) -> bool:
    """Return whether SymPy can evaluate a node, counted beforehand: not deep, and not long with its shared parts repeated."""
    size: dict[int, int] = {}
    depth: dict[int, int] = {}
    for i, terms in parts.items():
        entries = (
            1
            if ROWS.get(cells[i][0]) is None or ROWS[cells[i][0]].entrywise
            else max(prod(shapes[a]) for a, _ in terms)
        )
        size[i] = min(1 + entries * sum(size[a] for a, _ in terms), 10**9)
        depth[i] = 1 + max((depth[a] for a, _ in terms), default=0)
    once = sum(max(1, len(terms)) for terms in parts.values())
    calls = sum(len(terms) == 1 and not ROWS[cells[i][0]].operators for i, terms in parts.items())
    return depth[out] <= DEEPEST and calls <= CALLS and size[out] <= max(LONGEST, REPEATED * once)


def value(cell: Cell, terms: Terms, values: Mapping[int, Any], entries: Mapping[str, Any]) -> Any:
    """Return what a cell is worth, given the values of its terms."""
    op, _, params = cell
    if op == "input":
        return entries[params[0]]
    if op == "const":
        return constant_value(params[0], "sympy")
    if len(terms) > 2 and op in JOINED:
        return apply_row(ROWS[JOINED[op]], [-values[a] if less else values[a] for a, less in terms], (), "sympy")
    return apply_row(ROWS[op], [values[a] for a, _ in terms], params, "sympy")
