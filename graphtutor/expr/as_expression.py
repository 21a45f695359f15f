"""A node written out as a SymPy expression: its ancestors alone, a sum of a thousand terms as one Add, a product as one Mul.

What a person could read SymPy evaluates, as a person would by hand. What is too deep or too long for its recursion is left
as it stands: the same value, sharing its parts, unevaluated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from math import prod
from typing import Any

import numpy as np
import sympy as sp

from ..ops.arrays import Shape
from ..ops.row import Row
from ..ops.table import ROWS
from .running import Cell, apply_row, as_sympy, constant_value, needed

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
