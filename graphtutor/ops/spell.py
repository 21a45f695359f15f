"""Which operation a SymPy tree spells: the one place that knows that `a + (-1)*b` is a difference.

SymPy has no heads for −, ÷ and √. Here `Add`, `Mul` and `Pow` are taken for what a person meant,
SymPy's own `Piecewise`, `Derivative`, `MatMul` and relations for ours, and everything else by
the heads listed in its row.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

import sympy as sp

from ..errors import LearnerError
from . import heads
from .abbreviations import opened
from .table import TABLE

ROW_OF_HEAD = {head: row for row in TABLE for head in row.heads}
NUMBERS = {"pi": sp.pi, "e": sp.E, "nan": sp.nan, "inf": sp.oo, "-inf": -sp.oo}
NAMED_NUMBERS = {tree: name for name, tree in NUMBERS.items()}


class Spelled(NamedTuple):
    """An operation with its argument trees and settings; `op` is a row's name, "input" or "const"."""

    op: str
    args: tuple[sp.Basic, ...]
    params: tuple[Any, ...] = ()


# branches: one case for each head that is not in a row alone
def recognise(tree: sp.Basic, faithful: bool = False) -> Spelled:
    """Return the operation at the top of `tree`. Looks at most two levels deep.

    `faithful` takes two terms or factors only for what the reader would have made of them (for
    writing): `-b + a` stays a sum, `x**(-1)` a power; otherwise they are a − b and 1/x.
    Raises LearnerError for a head that no row lists.

    >>> a, b = sp.symbols("a b")
    >>> recognise(a - b).op, recognise(a / b).op, recognise(sp.sqrt(a)).op, recognise(-a).op
    ('sub', 'div', 'sqrt', 'neg')
    """
    kind = type(tree)
    if kind is sp.Add:
        return as_read_sum(tree.args) if faithful else sum_(tree.args)
    if kind is sp.Mul:
        return as_read_product(tree.args) if faithful and len(tree.args) == 2 else product(tree.args)
    if kind is sp.Pow:
        return as_read_power(*tree.args) if faithful else power(*tree.args)
    row = ROW_OF_HEAD.get(kind)
    if row is not None:
        if isinstance(tree, heads.Head):
            if len(tree.args) == 1 and row.of_one:
                return Spelled(row.of_one, tree.args, tree.params)
            return Spelled(row.name, tree.args, tree.params)
        if kind is sp.MatMul and len(tree.args) > 2:
            return Spelled(row.name, (tree.func(*tree.args[:-1], evaluate=False), tree.args[-1]))
        n = row.arity[1]
        if n is not None and len(tree.args) > n:  # Heaviside(x, value at 0)
            return Spelled(row.name, tree.args[:n], tuple(number(a) for a in tree.args[n:]))
        return Spelled(row.name, tree.args)
    return leaf(tree) or other(tree)


LEAVES = ("input", "const")
Result = TypeVar("Result")


def folded(tree: sp.Basic, leaf: Callable[[sp.Basic, Spelled], Result], join: Callable[[sp.Basic, Spelled, list[Result]], Result],
           faithful: bool = False, done: dict[int, tuple[sp.Basic, Result]] | None = None) -> Result:  # fmt: skip
    """Return what `leaf` makes of names and numbers and `join` of operations, given the results of their arguments, for the whole tree.

    From the leaves up and from left to right, shared subtrees once, however deep. `done` may be kept between trees.

    >>> a = sp.Symbol("a")
    >>> folded(a / (a + 1), lambda tree, spelled: 1, lambda tree, spelled, sizes: 1 + sum(sizes))
    5
    """
    known = {} if done is None else done
    todo: list[Any] = [tree]
    while todo:
        top = todo.pop()
        if isinstance(top, tuple):
            whole, spelled = top
            known[id(whole)] = whole, join(whole, spelled, [known[id(a)][1] for a in spelled.args])
        elif id(top) not in known:
            spelled = recognise(top, faithful)
            if spelled.op in LEAVES:
                known[id(top)] = top, leaf(top, spelled)
            else:
                todo.append((top, spelled))
                todo.extend(reversed(spelled.args))
    return known[id(tree)][1]


def number(tree: sp.Basic) -> Any:
    """Return the Fraction or float that a constant tree stands for, or None.

    >>> number(sp.Rational(-1, 2)), number(sp.Symbol("x"))
    (Fraction(-1, 2), None)
    """
    if isinstance(tree, heads.Decimal):
        return tree.value
    if isinstance(tree, sp.Rational):
        return Fraction(int(tree.p), int(tree.q))
    if isinstance(tree, sp.Float):
        return Fraction(repr(float(tree)))
    return None


def leaf(tree: sp.Basic) -> Spelled | None:
    value = number(tree)
    if value is not None:
        text = (
            str(tree.params[1])
            if isinstance(tree, heads.Decimal)
            else str(value)
            if isinstance(tree, sp.Rational)
            else repr(float(tree))
        )
        return Spelled("const", (), (value, text))
    if isinstance(tree, sp.Symbol):
        return Spelled("input", (), (printable(tree.name),))
    if isinstance(tree, sp.MatrixSymbol):
        return Spelled("input", (), (printable(tree.name), tuple(int(n) for n in tree.shape)))
    if not tree.args and tree in NAMED_NUMBERS:  # hashing a tree goes down to its leaves, too deep for some
        return Spelled("const", (), (NAMED_NUMBERS[tree], NAMED_NUMBERS[tree]))
    if tree is sp.true or tree is sp.false:
        value = Fraction(1 if tree is sp.true else 0)
        return Spelled("const", (), (value, str(value)))
    return None


def negated(tree: sp.Basic) -> sp.Basic | None:
    """Return what `tree` is the negative of, or None: a negative number, or a product with a negative number first."""
    value = number(tree)
    if value is not None:
        if value >= 0:
            return None
        return heads.Decimal(params=(-value, tree.params[1].lstrip("-"))) if isinstance(tree, heads.Decimal) else -tree
    if type(tree) is not sp.Mul:
        return None
    first, *rest = tree.args
    if first is sp.S.NegativeOne:
        return rest[0] if len(rest) == 1 else heads.unevaluated(sp.Mul, *rest)
    opposite = negated(first) if number(first) is not None else None
    return None if opposite is None else heads.unevaluated(sp.Mul, opposite, *rest)


# ----- as the reader builds them -----
def as_read_sum(args: tuple[sp.Basic, ...]) -> Spelled:
    if len(args) == 2 and (type(args[1]) is not sp.Mul or opposite_as_read(args[1].args)):
        taken = negated(args[1])
        if taken is not None:
            return Spelled("sub", (args[0], taken))
    return Spelled("add", args)


def as_read_product(args: tuple[sp.Basic, ...]) -> Spelled:
    first, second = args
    if type(second) is sp.Pow and second.args[1] is sp.S.NegativeOne:  # -1/x, and not -x**(-1), which is the same tree
        return Spelled("div", (first, second.args[0]))
    if opposite_as_read(args):
        return Spelled("neg", (second,))
    return Spelled("mul", args)


def opposite_as_read(factors: tuple[sp.Basic, ...]) -> bool:
    """Return True for −1 times something; but −1 times 2 is not −2, which is a number of its own."""
    return factors[0] is sp.S.NegativeOne and not (len(factors) == 2 and (number(factors[1]) or 0) > 0)


def as_read_power(base: sp.Basic, exponent: sp.Basic) -> Spelled:
    if exponent is sp.S.Half:
        return Spelled("sqrt", (base,))
    if isinstance(exponent, sp.Integer):
        return Spelled("power", (base,), (int(exponent),))
    return Spelled("exp", (exponent,)) if base is sp.E else Spelled("pow", (base, exponent))


# ----- as a person means them -----
def sum_(args: tuple[sp.Basic, ...]) -> Spelled:
    if len(args) == 2:
        a, b = args
        taken = negated(b)
        if taken is not None:
            return Spelled("sub", (a, taken))
        taken = negated(a)
        if taken is not None:
            return Spelled("sub", (b, taken))
    return Spelled("add", args)


def reciprocal(tree: sp.Basic) -> sp.Basic | None:
    """Return b if `tree` is b⁻¹ or b⁻ⁿ (then bⁿ) or 1/n, else None."""
    if type(tree) is sp.Pow:
        exponent = number(tree.args[1])
        if exponent is not None and exponent < 0:
            return tree.args[0] if exponent == -1 else heads.unevaluated(sp.Pow, tree.args[0], -tree.args[1])
    if isinstance(tree, sp.Rational) and tree.p == 1 and tree.q != 1:
        return sp.Integer(tree.q)
    return None


# branches: a minus, a bar below, a bar in front, many factors
def product(args: tuple[sp.Basic, ...]) -> Spelled:
    first, *rest = args
    if first is sp.S.NegativeOne and rest:
        return Spelled("neg", (rest[0] if len(rest) == 1 else heads.unevaluated(sp.Mul, *rest),))
    if len(args) == 2:
        under = reciprocal(args[1])
        if under is not None and type(args[1]) is sp.Pow:
            return Spelled("div", (first, under))
        over = reciprocal(first)
        if over is not None:  # SymPy's own x/2 is (1/2, x), and y/x may be (1/x, y)
            return Spelled("div", (args[1], over))
        return Spelled("mul", args)
    below = [u for u in map(reciprocal, args) if u is not None]
    if below and len(below) < len(args):
        above = [a for a in args if reciprocal(a) is None]
        top = above[0] if len(above) == 1 else heads.unevaluated(sp.Mul, *above)
        return Spelled("div", (top, below[0] if len(below) == 1 else heads.unevaluated(sp.Mul, *below)))
    return Spelled("mul", args)


def power(base: sp.Basic, exponent: sp.Basic) -> Spelled:
    if base is sp.E:
        return Spelled("exp", (exponent,))
    value = number(exponent)
    if value is None:
        return Spelled("pow", (base, exponent))
    if value == Fraction(1, 2) and isinstance(exponent, sp.Rational):
        return Spelled("sqrt", (base,))
    if value == -1 and isinstance(exponent, sp.Rational):
        return Spelled("div", (sp.Integer(1), base))
    return Spelled("power", (base,), (value,))


def other(tree: sp.Basic) -> Spelled:
    if isinstance(tree, sp.Piecewise):
        (value, condition), *rest = tree.args
        if condition is sp.true:
            return recognise(value)
        below = sp.Piecewise(*rest, evaluate=False) if rest else sp.nan
        return Spelled("where", (condition, value, below))
    if isinstance(tree, sp.Derivative) and len(tree.variable_count) == 1 and tree.variable_count[0][1] == 1:
        return Spelled("diff", (tree.expr, tree.variables[0]))
    if isinstance(tree, heads.Diff):
        return Spelled("diff", tree.args)
    if isinstance(tree, sp.matrices.expressions.matexpr.MatrixElement):
        return Spelled("index", (tree.parent,), (tuple(int(i) for i in tree.indices),))
    if isinstance(tree, sp.MatAdd):
        return Spelled("add", tree.args)
    if (written_out := opened(tree)) is not None:
        return recognise(written_out)
    raise LearnerError(
        f"no operation for '{type(tree).__name__}'; write it with the functions that gt.fn offers, or add a row to ops.TABLE"
    )


def printable(name: str) -> str:
    """Return a name, or raise a LearnerError where it holds a character that would steer a terminal or break a picture.

    >>> printable("x\x1b[31m")
    Traceback (most recent call last):
        ...
    graphtutor.errors.LearnerError: a symbol is called 'x\\x1b[31m', with a character that cannot be printed; rename it
    """
    if name.isprintable():
        return name
    raise LearnerError(f"a symbol is called {name[:60]!r}, with a character that cannot be printed; rename it")
