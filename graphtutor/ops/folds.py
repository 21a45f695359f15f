"""What a textbook does not write: × 1, + 0 and the like, for the rows of operations that have such a thing.

A fold gets the builder of a graph and the ids of the arguments, and returns the id of a shorter
node that is the same, or None. Arrays are left alone but for × 1 and × −1: a 0 has lost their shape.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any


def shaped(b: Any, args: tuple[int, ...]) -> bool:
    return any(b.shapes[a] for a in args)


def add(b: Any, args: tuple[int, ...]) -> int | None:
    if shaped(b, args):
        return None
    known = [b.number(a) for a in args]
    rest = tuple(a for a, k in zip(args, known, strict=True) if k != 0)
    if len(rest) == len(args):
        return int(b.constant(sum(known))) if None not in known else None
    return int(b.constant(0)) if not rest else rest[0] if len(rest) == 1 else int(b.add("add", rest))


def mul(b: Any, args: tuple[int, ...]) -> int | None:
    known = [b.number(a) for a in args]
    if not shaped(b, args):
        if 0 in known:
            return int(b.constant(0))
        if None not in known:
            return int(b.constant(prod(known, start=Fraction(1))))
    if len(args) == 2:
        for one, other in ((0, 1), (1, 0)):
            if known[one] == 1:
                return args[other]
            if known[one] == -1:
                return int(b.add("neg", (args[other],)))
    return None


def sub(b: Any, args: tuple[int, ...]) -> int | None:
    if shaped(b, args):
        return None
    left, right = map(b.number, args)
    if left is not None and right is not None:
        return int(b.constant(left - right))
    return args[0] if right == 0 else int(b.add("neg", (args[1],))) if left == 0 else None


def neg(b: Any, args: tuple[int, ...]) -> int | None:
    if shaped(b, args):
        return None
    known = b.number(args[0])
    if known is not None:
        return int(b.constant(-known))
    op, inner, _ = b.cells[args[0]]
    return int(inner[0]) if op == "neg" else None


def div(b: Any, args: tuple[int, ...]) -> int | None:
    if shaped(b, args):
        return None
    above, below = map(b.number, args)
    if below == 1:
        return args[0]
    return int(b.constant(above / below)) if above is not None and below else None


def power(b: Any, args: tuple[int, ...], n: Any) -> int | None:
    if shaped(b, args):
        return None
    return args[0] if n == 1 else int(b.constant(1)) if n == 0 else None
