"""What differs between two trees, as the smallest places that a reader has to look at.

The terms of a sum and the factors of a product are compared as a person compares them: those that
stand on both sides are passed over, wherever they stand.
"""

from __future__ import annotations

from collections import Counter

import sympy as sp

from ..ops.row import Row
from .anatomy import Keys, row_of, spell
from .places import Path

Member = tuple[Path, sp.Basic, int]


def changed(before: sp.Basic, after: sp.Basic) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the smallest places that differ: where they stand before, and where after.

    >>> a, b, c = sp.symbols("a b c")
    >>> changed(sp.Add(a, b, evaluate=False), sp.Add(a, c, evaluate=False))
    (((1,),), ((1,),))
    """
    keys, exact = Keys(), Keys(exact=True)
    old: list[Path] = []
    new: list[Path] = []
    todo: list[tuple[Path, sp.Basic, Path, sp.Basic]] = [((), before, (), after)]
    while todo:
        p, a, q, b = todo.pop()
        pairs = [] if exact(a) == exact(b) else differing(keys, a, b)
        if pairs is None:
            old.append(p)
            new.append(q)
            continue
        for x, y in pairs:
            if x is not None and y is not None:
                todo.append(((*p, *x[0]), x[1], (*q, *y[0]), y[1]))
            elif x is not None:
                old.append((*p, *x[0]))
            elif y is not None:
                new.append((*q, *y[0]))
    return tuple(sorted(old)), tuple(sorted(new))


# branches: sums, products and everything else are compared each in its way
def differing(keys: Keys, a: sp.Basic, b: sp.Basic) -> list[tuple[Member | None, Member | None]] | None:
    """Return the parts of two trees that differ, in pairs where one became the other, alone where it came or went; None for the trees themselves."""
    x, y = spell(a), spell(b)
    kin = family(a)
    if (
        not x.args
        or not y.args
        or kin != family(b)
        or (not kin and (x.op, len(x.args), x.params) != (y.op, len(y.args), y.params))
    ):
        return None
    if not kin:
        return [(((k,), u, 1), ((k,), v, 1)) for k, (u, v) in enumerate(zip(x.args, y.args, strict=True))]
    left, right = members(a, kin), members(b, kin)
    gone, come = only(keys, left, right), only(keys, right, left)
    if len(gone) == len(come) == 1 and gone[0][2] == come[0][2] and len(left) > 1:
        return [(gone[0], come[0])]
    if not (gone or come) or max(len(gone), 1) >= len(left) or max(len(come), 1) >= len(right):
        return None
    return [*((m, None) for m in gone), *((None, m) for m in come)]


def only(keys: Keys, these: list[Member], others: list[Member]) -> list[Member]:
    """Return the members that have no equal among the others."""
    spare = Counter((keys(t), sign) for _, t, sign in others)
    found = []
    for member in these:
        key = keys(member[1]), member[2]
        if spare[key]:
            spare[key] -= 1
        else:
            found.append(member)
    return found


def family(tree: sp.Basic) -> str:
    """Return "sum" or "product" for what is compared member by member, else ""."""
    spelled = spell(tree)
    if not spelled.args:
        return ""
    row = row_of(spelled.op)
    if row.joint and row.entrywise and not row.conditions and row.arity[0] > 1:
        return "sum"
    return "product" if joins(row) and row.linear else ""


def joins(row: Row) -> bool:
    """Return whether it does not matter in which order the arguments stand, as in a sum and not in a difference."""
    return row.note is not None and row.note.join


def members(tree: sp.Basic, kin: str) -> list[Member]:
    """Return the terms of a sum or the factors of a product, each with its place and its sign."""
    found: list[Member] = []
    todo: list[Member] = [((), tree, 1)]
    while todo:
        path, top, sign = todo.pop()
        if family(top) != kin:
            found.append((path, top, sign))
            continue
        spelled = spell(top)
        rest = 1 if joins(row_of(spelled.op)) else -1
        todo.extend(((*path, k), a, sign * (rest if k else 1)) for k, a in reversed(list(enumerate(spelled.args))))
    return found
