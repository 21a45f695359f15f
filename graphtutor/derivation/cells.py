"""Trees as tables of cells: what a derivation keeps, for SymPy's own trees re-evaluate when they travel."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from ..expr.running import apply_row, as_sympy, entries_of, run_values
from ..expr.tracer import Builder
from ..language import trees
from ..ops import heads
from ..ops.arrays import Shape
from ..ops.spell import NUMBERS, Spelled, folded
from ..ops.table import OPERATORS
from .anatomy import compose, row_of

Cells = tuple[tuple[str, tuple[int, ...], tuple[Any, ...]], ...]


def encoded(tree: sp.Basic) -> Cells:
    """Return the cells of a tree, the last one its top; equal subtrees are one cell.

    >>> x = sp.Symbol("x")
    >>> encoded(trees.add(x, x))
    (('input', (), ('x',)), ('add', (0, 0), ()))
    """
    index: dict[Any, int] = {}

    def leaf(top: sp.Basic, spelled: Spelled) -> int:
        return index.setdefault((spelled.op, (), leaf_params(top, spelled.params)), len(index))

    def join(top: sp.Basic, spelled: Spelled, args: list[int]) -> int:
        return index.setdefault((spelled.op, tuple(args), spelled.params), len(index))

    folded(tree, leaf, join, faithful=True)
    return tuple(index)


def leaf_params(leaf: sp.Basic, params: tuple[Any, ...]) -> tuple[Any, ...]:
    if isinstance(leaf, sp.Symbol) and leaf != sp.Symbol(leaf.name):
        return (*params, tuple(sorted(leaf.assumptions0.items())))
    return params


def decoded(cells: Cells) -> sp.Basic:
    """Return the tree of some cells, built anew and unevaluated."""
    built: list[sp.Basic] = []
    for op, args, params in cells:
        if op == "input":
            built.append(sp.Symbol(params[0], **dict(params[1] if len(params) > 1 else ())))
        elif op == "const":
            built.append(constant(*params))
        else:
            built.append(compose(op, (built[a] for a in args), params))
    return built[-1]


def constant(value: Any, text: str) -> sp.Basic:
    if isinstance(value, str):
        return NUMBERS[value]
    if text.lstrip("-").isdigit():
        return sp.Integer(int(text))
    return (
        sp.Rational(value.numerator, value.denominator)
        if "/" in text
        else heads.Decimal(params=(Fraction(value), text))
    )


def evaluated(tree: sp.Basic, definitions: Mapping[str, sp.Basic], shapes: Mapping[str, Shape]) -> Any:
    """Return a tree as SymPy evaluates it: names written out, every d/dw carried out by SymPy's own derivative.

    A number is a SymPy expression; a vector or matrix one of entries, with symbols such as `W[0, 1]`.

    >>> x, f = sp.symbols("x f")
    >>> evaluated(heads.Diff(trees.power(f, sp.Integer(2)), x), {"f": trees.mul(sp.Integer(3), x)}, {})
    18*x
    """
    reals: dict[sp.Symbol, sp.Symbol] = {}
    value = as_sympy(values(tree, definitions, shapes, reals))
    return value.xreplace({real: plain for plain, real in reals.items()})


def values(
    tree: sp.Basic, definitions: Mapping[str, sp.Basic], shapes: Mapping[str, Shape], reals: dict[sp.Symbol, sp.Symbol]
) -> Any:
    """Return the value of a tree over real symbols, noted in `reals`: a plain symbol's |x| has no derivative for SymPy.

    `definitions`: in an order in which each uses earlier ones.
    """
    known: dict[str, Any] = {}

    def leaf(top: sp.Basic, spelled: Spelled) -> Any:
        if isinstance(top, sp.Symbol):
            return known[top.name] if top.name in known else real_entries(top, shapes.get(top.name, ()), reals)
        value = spelled.params[0]
        return NUMBERS[value] if isinstance(value, str) else sp.Rational(value.numerator, value.denominator)

    def join(top: sp.Basic, spelled: Spelled, args: list[Any]) -> Any:
        return value_of(spelled, args)

    for name, meant in definitions.items():
        known[name] = folded(meant, leaf, join, faithful=True)
    return folded(tree, leaf, join, faithful=True)


def real_entries(symbol: sp.Symbol, shape: Shape, reals: dict[sp.Symbol, sp.Symbol]) -> Any:
    def real(plain: sp.Symbol) -> sp.Symbol:
        return plain if plain.is_real is not None else reals.setdefault(plain, sp.Symbol(plain.name, real=True))

    return each(entries_of(symbol.name, shape, symbol), real)


def value_of(spelled: Spelled, args: list[Any]) -> Any:
    row = row_of(spelled.op)
    if spelled.op in OPERATORS:
        return each(args[0], lambda entry: row.forward(entry, args[1]))
    sizes = tuple(getattr(a, "shape", ()) for a in args)
    if row.group:
        builder = Builder()
        out = builder.add(row.name, tuple(builder.input(str(k), s) for k, s in enumerate(sizes)), spelled.params)
        return run_values(builder.cells, tuple(builder.shapes), out, args)
    value = apply_row(row, args, row.settled(spelled.params, *sizes), "sympy")
    return value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value


def each(value: Any, change: Any) -> Any:
    if getattr(value, "shape", ()) == ():
        return change(value)
    out = value.copy()
    for index in range(out.size):
        out.flat[index] = change(out.flat[index])
    return out


def names_written(tree: sp.Basic, definitions: Mapping[str, sp.Basic]) -> sp.Basic:
    """Return a tree with every defined name written out, names in definitions too."""
    for name in reversed(list(definitions)):
        tree = trees.replaced(tree, {name: definitions[name]})
    return tree
