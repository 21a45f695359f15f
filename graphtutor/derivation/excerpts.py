"""A long tree as much of it as somebody reads: the beginning and the end of each sum and product, and … for what lies between."""

from __future__ import annotations

import sympy as sp

from ..ops.spell import folded
from .anatomy import compose, flat_factors, row_of, spell

GAP = sp.Symbol("…")
MOST = 10**9  # that are counted
Counts = dict[int, tuple[sp.Basic, int]]


def length(tree: sp.Basic, known: Counts | None = None) -> int:
    """Return how many names, numbers and operations are written for a tree, its shared parts each time; `known` may be kept between trees that share parts."""
    return folded(tree, lambda *_: 1, lambda _, spelled, counts: min(1 + sum(counts), MOST), True, known)


def excerpt(tree: sp.Basic, most: int, known: Counts | None = None) -> sp.Basic:
    """Return `tree` with at most about `most` names, numbers and operations, `…` for those left out; conditions stand whole.

    >>> from .terms import product
    >>> from ..language.write import write
    >>> write(excerpt(product(sp.symbols("a b c d e f g h")), 8))
    'a*b*c*…*f*g*h'
    >>> write(excerpt(sp.sin(sp.sin(sp.sin(sp.sin(sp.Symbol("x") * 2) + 3))), 6))
    'sin(sin(sin(3 + …)))'
    """
    counts: Counts = {} if known is None else known
    length(tree, counts)
    done: dict[tuple[int, int], sp.Basic] = {}
    todo = [(tree, most)]
    while todo:
        top, room = todo[-1]
        if (id(top), room) in done:
            todo.pop()
        elif counts[id(top)][1] <= room:
            done[id(top), room] = top
        elif room < 3:
            done[id(top), room] = GAP
        else:
            inside = shares(top, room, counts)
            waiting = [part for part in inside if (id(part[0]), part[1]) not in done]
            if waiting:
                todo.extend(waiting)
                continue
            spelled = spell(top)
            done[id(top), room] = compose(spelled.op, [done[id(a), n] for a, n in inside], spelled.params)
    return done[id(tree), most]


def shares(tree: sp.Basic, room: int, counts: Counts) -> list[tuple[sp.Basic, int]]:
    """Return the arguments of an operation that are shown, each with its room: the short ones have theirs first."""
    spelled = spell(tree)
    row = row_of(spelled.op)
    args = flat_factors(spelled, row)
    keep = max(1, (room - 1) // 2)
    if row.note is not None and row.note.join and len(args) > 2 * keep:
        args = [*args[:keep], GAP, *args[-keep:]]
        counts.setdefault(id(GAP), (GAP, 1))
    left = room - 1
    rooms = {}
    waiting = len(args)
    for k in sorted(range(len(args)), key=lambda k: counts[id(args[k])][1]):
        size = counts[id(args[k])][1]
        rooms[k] = size if k in row.conditions else max(1, min(size, left // waiting))
        left -= rooms[k]
        waiting -= 1
    return [(a, rooms[k]) for k, a in enumerate(args)]
