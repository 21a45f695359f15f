"""Matrix notation as books write it: products by their shapes, 1ᵀv, e_k, A⁻¹, σ′(z) of a vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from ..ops import heads
from ..ops.row import Row
from . import trees
from .cursor import Cursor

LOOKED_AT = 50  # factors of a product that are looked at for a transposition


# ----- products -----
def times(p: Cursor, a: sp.Basic, b: sp.Basic) -> sp.Basic:
    """Return a product written `·` or side by side: of matrices and vectors the one that their shapes allow.

    Where books leave the sign ⊙ out (H^T σ(HW)(1 - σ(HW))) and nothing else fits, the equal shapes are multiplied entry by entry.
    """
    if id(a) in p.unsized and is_row(p, b):
        (a,) = p.fill("", a)
    if column_of_ones(p, a, b):
        a = p.vector([sp.S.One] * p.context.shapes[p.context.wrt or ""][0])
    a, b = p.fill("matmul", a, b)
    one, other = p.shape(a), p.shape(b)
    if p.entrywise or not (one and other):
        return p.make("mul", a, b)
    if len(one) == len(other) == 1:
        return of_vectors(p, a, b, one == other)
    if one[-1] == other[0]:
        return side_by_side(p, a, b)
    if one == other:
        p.note("read a product of equal shapes side by side as entry by entry (⊙)")
        return p.make("mul", a, b)
    if id(a) in p.products:  # H^T σ(HW) is no matrix product with what follows: σ(HW) is
        _, left, right = p.products[id(a)]
        if p.shape(right) == other:
            p.note("read a product of equal shapes side by side as entry by entry (⊙)")
            return times(p, left, p.make("mul", right, b))
    return side_by_side(p, a, b)


def column_of_ones(p: Cursor, a: sp.Basic, b: sp.Basic) -> bool:
    """True if the 1 of 1 vᵀ is to be the vector of ones: one of two readings where the gradient asked for is a matrix."""
    matrix = p.shaped and len(p.context.shapes.get(p.context.wrt or "", ())) == 2
    one = isinstance(a, sp.Integer) and a == 1 and matrix and is_row(p, b)
    return one and bool(p.choose(2, "read 1 before a row as a number; it may also be the vector of ones"))


def side_by_side(p: Cursor, a: sp.Basic, b: sp.Basic) -> sp.Basic:
    tree = p.make("matmul", a, b)
    p.products[id(tree)] = tree, a, b
    return tree


def of_vectors(p: Cursor, a: sp.Basic, b: sp.Basic, equal: bool) -> sp.Basic:
    """Return u vᵀ as the outer product and u v as the dot product; two columns may also be meant entry by entry."""
    turned = is_row(p, b)
    if turned and not is_row(p, a):
        return p.make("outer", a, b.args[0] if isinstance(b, heads.Transpose) else b)
    if id(a) in p.products and not is_row(p, a):
        _, left, right = p.products[id(a)]
        if not equal and p.shape(right) == p.shape(b):
            p.note("read a product of equal shapes side by side as entry by entry (⊙)")
            return times(p, left, p.make("mul", right, b))
    if (
        equal
        and not is_row(p, a)
        and p.choose(2, "read a product of two vectors as their dot product; ⊙ multiplies entry by entry")
    ):
        return p.make("mul", a, b)
    return p.make("dot", a, b)


def is_row(p: Cursor, tree: sp.Basic) -> bool:
    """True for xᵀ and for a product or sum with one: xᵀA, (x + y)ᵀ, -xᵀ."""
    for _ in range(LOOKED_AT):
        if isinstance(tree, heads.Transpose):
            return len(p.shape(tree)) < 2
        if isinstance(tree, heads.MatMul) or type(tree) is sp.Add:
            tree = tree.args[0]
        elif type(tree) is sp.Mul:
            tree = tree.args[-1]
        else:
            return False
    return False


def power(p: Cursor, base: sp.Basic, exponent: sp.Basic, sign: str) -> sp.Basic:
    """Return a power; of a matrix A⁻¹ is the inverse, and any other power is taken entry by entry, which is noted."""
    if len(p.shape(base)) == 2:
        if isinstance(exponent, sp.Integer) and exponent == -1:
            if sign == "**":
                p.fail("of a matrix **(-1) is one over each entry to NumPy, the inverse to others; write 1/A or inv(A)")
            p.note("read ^(-1) of a matrix as its inverse")
            return p.make("inv", base)
        p.note("read the power of a matrix as the power of each entry")
    return p.make("pow", base, exponent)


# ----- vectors whose length their neighbours say -----
def unsized(p: Cursor, place: int | None = None) -> sp.Basic:
    """Return the vector of ones, or e_k with its 1 at `place` (from 0), as long as what it meets."""
    p.shaped = True
    tree = sp.Dummy("one")
    p.unsized[id(tree)] = tree, place
    return tree


# ----- σ′(z) -----
def slope_at(p: Cursor, row: Row, tree: sp.Basic) -> sp.Basic:
    """Return σ′(z) of a vector z, entry by entry: the local derivative of the row, `tree` being σ(z)."""
    if row.local is None or row.arity != (1, 1):
        p.fail(f"the derivative of {row.name} of a vector is no vector; write ∂/∂z")
    found = row.local_at("zero", Entries(p, tree), Entries(p, tree.args[0]), *row.settled(getattr(tree, "params", ())))[
        0
    ]
    return found.tree if isinstance(found, Entries) else sp.Integer(int(found))


class Entries:
    """A tree that a row's rules take for a number: operators and operations build trees."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, p: Cursor, tree: sp.Basic):
        self.p, self.tree = p, tree

    def apply(self, op: str, args: tuple[Any, ...], params: tuple[Any, ...] = ()) -> Entries:
        if op == "power":
            return Entries(self.p, self.p.make("pow", args[0].tree, trees.constant(params[0])))
        return Entries(self.p, self.p.make(op, *map(self.lifted, args), params=params))

    def __neg__(self) -> Entries:
        return self.apply("neg", (self,))

    def lifted(self, value: Any) -> sp.Basic:
        return value.tree if isinstance(value, Entries) else trees.constant(value)


def operator(op: str, turned: bool = False) -> Callable[[Entries, Any], Entries]:
    return lambda a, b: a.apply(op, (b, a) if turned else (a, b))


for sign, op in {"add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "pow": "pow"}.items():
    setattr(Entries, f"__{sign}__", operator(op))
    setattr(Entries, f"__r{sign}__", operator(op, True))
for op in ("lt", "le", "gt", "ge"):
    setattr(Entries, f"__{op}__", operator(op))
