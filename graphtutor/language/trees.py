"""From the name of an operation and its arguments to a SymPy tree: what `ops.spell.recognise` undoes.

SymPy has no heads for −, ÷ and √; here stands how they are built. Every other operation is its
row's first head. Nothing here evaluates, sorts or recurses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy as sp

from ..ops import heads
from ..ops import table as ops
from ..ops.heads import unevaluated
from ..ops.row import Row


def add(a: sp.Basic, b: sp.Basic) -> sp.Basic:
    return unevaluated(sp.Add, a, b)


def neg(a: sp.Basic) -> sp.Basic:
    """Return −a; a number that is not negative becomes a negative number.

    >>> neg(sp.Integer(2)), neg(sp.Symbol("x")).args, neg(sp.Integer(-2)).args
    (-2, (-1, x), (-1, -2))
    """
    if isinstance(a, sp.Integer) and a > 0:
        return sp.Integer(-int(a))
    if isinstance(a, heads.Decimal) and a.value > 0:
        return heads.Decimal(params=(-a.value, f"-{a.params[1]}"))
    return unevaluated(sp.Mul, sp.S.NegativeOne, a)


def sub(a: sp.Basic, b: sp.Basic) -> sp.Basic:
    return add(a, neg(b))


def mul(a: sp.Basic, b: sp.Basic) -> sp.Basic:
    return unevaluated(sp.Mul, a, b)


def div(a: sp.Basic, b: sp.Basic) -> sp.Basic:
    return unevaluated(sp.Mul, a, unevaluated(sp.Pow, b, sp.S.NegativeOne))


def power(base: sp.Basic, exponent: sp.Basic) -> sp.Basic:
    """Return base^exponent: of Euler's number the exponential; a quotient of whole numbers is one exponent.

    >>> power(sp.E, sp.Symbol("x")), power(sp.Symbol("x"), div(sp.Integer(1), sp.Integer(2)))
    (exp(x), sqrt(x))
    """
    if base is sp.E:
        return unevaluated(sp.exp, exponent)
    value = quotient(exponent)
    return unevaluated(sp.Pow, base, exponent if value is None else sp.Rational(value.numerator, value.denominator))


def quotient(tree: sp.Basic) -> Fraction | None:
    """Return the Fraction that a whole number over a whole number is, with a sign or without; else None."""
    sign = 1
    if (
        type(tree) is sp.Mul
        and tree.args[0] is sp.S.NegativeOne
        and len(tree.args) == 2
        and type(tree.args[1]) is sp.Mul
    ):
        sign, tree = -1, tree.args[1]
    if type(tree) is sp.Mul and len(tree.args) == 2:
        above, under = tree.args
        if isinstance(above, sp.Integer) and type(under) is sp.Pow and under.args[1] is sp.S.NegativeOne:
            below = under.args[0]
            if isinstance(below, sp.Integer) and below != 0:
                return Fraction(sign * int(above), int(below))
    return None


def number(text: str) -> sp.Basic:
    """Return an Integer, or a Decimal that keeps its text.

    >>> number("0.50"), number("12")
    (0.50, 12)
    """
    return sp.Integer(int(text)) if text.isdigit() else heads.Decimal(params=(Fraction(text), text))


def constant(value: Any, decimal: bool = False) -> sp.Basic:
    """Return a Fraction as the tree that its text reads as; `decimal`: as a decimal, if it is one.

    >>> constant(Fraction(-1, 2)), constant(Fraction(3)), constant(Fraction(1, 4), decimal=True)
    (-1/2, 3, 0.25)
    """
    value = Fraction(value)
    if value < 0:
        return (
            neg(constant(-value, decimal))
            if value.denominator == 1 or decimal
            else div(sp.Integer(value.numerator), sp.Integer(value.denominator))
        )
    if value.denominator == 1:
        return sp.Integer(value.numerator)
    text = repr(float(value))
    if decimal and "e" not in text and Fraction(text) == value:
        return heads.Decimal(params=(value, text))
    return div(sp.Integer(value.numerator), sp.Integer(value.denominator))


SPELLED: Mapping[str, Callable[..., sp.Basic]] = {"add": add, "sub": sub, "neg": neg, "mul": mul, "div": div, "pow": power,
                                                  "power": lambda base, n: power(base, constant(n))}  # fmt: skip


def compose(op: str, args: tuple[sp.Basic, ...], params: tuple[Any, ...] = ()) -> sp.Basic:
    """Return the tree of the operation `op` (a row's name) on `args`.

    >>> compose("sigmoid", (sp.Symbol("x"),))
    Sigmoid(x)
    """
    if op in SPELLED:
        tree = SPELLED[op](*args, *params)
    else:
        row = ops.ROWS[op]
        if row.tree is not None:
            tree = row.tree(*args)
        else:
            head = row.heads[0]
            tree = head(*args, params=params) if issubclass(head, heads.Head) else unevaluated(head, *args)
    return shallow(tree)


def shallow(tree: sp.Basic) -> sp.Basic:
    """Return a tree that has been asked what SymPy asks of arguments by recursion: asked from the leaves up it never goes deep."""
    tree.is_commutative, hash(tree)
    return tree


def filled(row: Row, given: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the settings of a call in the row's order, defaults filled in, without trailing None."""
    params = [given.get(name, default) for name, default in row.params]
    while params and params[-1] is None:
        params.pop()
    return tuple(params)


def replaced(tree: sp.Basic, meaning: Mapping[str, sp.Basic]) -> sp.Basic:
    """Return `tree` with names replaced by trees, nothing evaluated; shared subtrees stay shared.

    >>> x, y = sp.symbols("x y")
    >>> replaced(add(x, x), {"x": y})
    y + y
    """
    return remade(tree, lambda top, args: meaning.get(top.name, top) if isinstance(top, sp.Symbol) else kept(top, args))


def remade(tree: sp.Basic, make: Callable[[sp.Basic, tuple[sp.Basic, ...]], sp.Basic]) -> sp.Basic:
    """Return a tree made anew from its leaves up: `make` gets each node once, and its new arguments; without recursion."""
    done: dict[int, sp.Basic] = {}
    todo: list[tuple[sp.Basic, bool]] = [(tree, False)]
    while todo:
        top, ready = todo.pop()
        if id(top) in done:
            continue
        if ready or not top.args:
            done[id(top)] = make(top, tuple(done[id(a)] for a in top.args))
        else:
            todo.append((top, True))
            todo.extend((a, False) for a in top.args)
    return done[id(tree)]


def kept(tree: sp.Basic, args: tuple[sp.Basic, ...]) -> sp.Basic:
    """Return the tree on new arguments; itself where they are its own."""
    return tree if all(a is b for a, b in zip(args, tree.args, strict=True)) else rebuilt(tree, args)


def rebuilt(tree: sp.Basic, args: tuple[sp.Basic, ...]) -> sp.Basic:
    head = isinstance(tree, heads.Head)
    return shallow(type(tree)(*args, params=tree.params) if head else unevaluated(type(tree), *args))


def names_in(tree: sp.Basic) -> frozenset[str]:
    """Return the names of the symbols in `tree`, without recursion.

    >>> sorted(names_in(sp.Symbol("x") * sp.Symbol("w")))
    ['w', 'x']
    """
    return frozenset(top.name for top in parts(tree) if isinstance(top, sp.Symbol))


def parts(tree: sp.Basic) -> Iterator[sp.Basic]:
    """Yield every subtree once, without recursion."""
    seen: set[int] = set()
    todo = [tree]
    while todo:
        top = todo.pop()
        if id(top) not in seen:
            seen.add(id(top))
            yield top
            todo.extend(top.args)
