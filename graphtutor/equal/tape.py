"""SymPy trees as one straight line on mpmath numbers: parts that are alike once, undefined as nan, and nothing that takes for ever.

This knows SymPy's classes and mpmath's functions, and nothing of the table of operations: what it gives is SymPy's own reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial, reduce
from operator import add, mul
from typing import Any

import sympy as sp
from sympy.utilities.lambdify import MPMATH_TRANSLATIONS

from ..ops.precision import TooLarge, context
from .reals import LARGEST, NAN, Number, finite, magnitude, to_mpf

LONGEST = 100_000  # bits of a whole number that is written out
RELATIONS: dict[Any, Callable[[Any, Any], bool]] = {
    sp.StrictLessThan: lambda a, b: a < b,
    sp.LessThan: lambda a, b: a <= b,
    sp.StrictGreaterThan: lambda a, b: a > b,
    sp.GreaterThan: lambda a, b: a >= b,
    sp.Equality: lambda a, b: a == b,
    sp.Unequality: lambda a, b: a != b,
}
WORDS: dict[Any, Callable[..., Any]] = {
    sp.And: lambda *c: all(c),
    sp.Or: lambda *c: any(c),
    sp.Not: lambda c: not c,
    sp.Xor: lambda *c: sum(map(bool, c)) % 2 == 1,
}
CHOICES: dict[Any, Callable[..., Any]] = {
    sp.Max: max,
    sp.Min: min,
    sp.Abs: abs,
    sp.sign: lambda u: (u > 0) - (u < 0),
    sp.Heaviside: lambda u, *_: 0.5 if u == 0 else int(u > 0),
    sp.DiracDelta: lambda *_: 0,  # a jump is left out, as backpropagation does
}


JOINED = {sp.Add: add, sp.Mul: mul}


class Tape:
    """SymPy trees over real symbols, ready to be evaluated at points.

    >>> x = sp.Symbol("x", real=True)
    >>> Tape([x**2 + 1, sp.log(x)], [x]).at([to_mpf(-3)])
    [mpf('10.0'), mpf('nan')]
    """

    def __init__(self, trees: Sequence[sp.Basic], names: Sequence[sp.Symbol]):
        self.index: dict[sp.Basic, int] = {}
        self.steps: list[tuple[Callable[..., Any], tuple[int, ...]]] = []
        self.inputs = dict(zip(names, range(len(names)), strict=True))
        for tree in trees:
            self.add(tree)
        self.outputs = [self.index[t] for t in trees]

    def add(self, tree: sp.Basic) -> None:
        """Append the steps of a tree and of its parts, those first. Raises NotImplementedError for what mpmath does not have."""
        todo = [(tree, False)]
        while todo:
            node, ready = todo.pop()
            if node in self.index:
                continue
            parts = parts_of(node)
            if ready or not parts:
                self.index[node] = len(self.steps)
                self.steps.append((self.operation(node), tuple(self.index[p] for p in parts)))
            else:
                todo.append((node, True))
                todo.extend((p, False) for p in parts)

    def operation(self, node: sp.Basic) -> Callable[..., Any]:
        if node in self.inputs:
            return lambda point, k=self.inputs[node]: point[k]
        if not node.args:
            return leaf(node)
        kind = type(node)
        if kind in JOINED:
            return partial(joined, JOINED[kind])
        if kind is sp.Pow:
            return power
        if kind is sp.Piecewise:
            return chosen
        for table in (RELATIONS, WORDS, CHOICES):
            if kind in table:
                return known(table[kind], table is CHOICES)
        name = getattr(kind, "mpmath", "") or MPMATH_TRANSLATIONS.get(kind.__name__, kind.__name__)
        if not hasattr(context(), name):
            raise NotImplementedError(f"{kind.__name__} has no number")
        return bounded(getattr(context(), name))

    def at(self, point: Sequence[Number]) -> list[Any]:
        """Return the value of each tree at a point. Raises TooLarge."""
        values: list[Any] = []
        for run, args in self.steps:
            values.append(run(*[values[a] for a in args]) if args else run(point))
        return [values[i] for i in self.outputs]


def parts_of(node: sp.Basic) -> tuple[sp.Basic, ...]:
    """Return what a node is made of; the branches of a Piecewise with their conditions in turn."""
    if isinstance(node, sp.Piecewise):
        return tuple(part for pair in node.args for part in pair.args)
    return tuple(node.args)


def joined(join: Callable[[Any, Any], Any], *values: Number) -> Number:
    return reduce(join, values)


def leaf(node: sp.Basic) -> Callable[..., Any]:
    """Return what gives a number or a truth at the working precision; what is not real is nan."""
    if isinstance(node, sp.Rational):
        if max(int(node.p).bit_length(), int(node.q).bit_length()) > LONGEST:
            raise NotImplementedError(f"a number of more than {LONGEST} bits")
        return lambda _, v=Fraction(int(node.p), int(node.q)): to_mpf(v)
    if isinstance(node, sp.Float):
        return lambda _, v=node._mpf_: context().make_mpf(v)
    if node in (sp.true, sp.false):
        return lambda _, v=bool(node): v
    named = {sp.pi: "pi", sp.E: "e"}.get(node)
    return (lambda _: +getattr(context(), named)) if named else (lambda _: NAN)


def known(run: Callable[..., Any], number: bool) -> Callable[..., Any]:
    """Return a choice that is nan where an argument is; its numbers become mpmath's if it is a `number`."""

    def call(*args: Any) -> Any:
        if any(a != a for a in args):
            return NAN
        return to_mpf(run(*args)) if number else run(*args)

    return call


def chosen(*parts: Any) -> Any:
    """Return the value of the first branch whose condition holds; an undefined condition leaves it undefined."""
    for value, condition in zip(parts[::2], parts[1::2], strict=True):
        if condition != condition:
            return NAN
        if condition:
            return value
    return NAN


def power(base: Number, exponent: Number) -> Number:
    if base != base or exponent != exponent or (base == 0 and exponent < 0) or (base < 0 and exponent != int(exponent)):
        return NAN
    bits = abs(magnitude(base)) + 1
    if magnitude(exponent) > LARGEST or bits * abs(exponent) > 2**LARGEST or bits > 2**LARGEST:
        raise TooLarge
    return finite(base**exponent)


def bounded(run: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of mpmath's that looks at the size of its arguments first, and gives nan where it is not real."""

    def call(*args: Number) -> Number:
        if any(a != a for a in args):
            return NAN
        if any(abs(magnitude(a)) > LARGEST for a in args):
            raise TooLarge
        try:
            out = run(*args)
        except (ZeroDivisionError, ValueError, TypeError):
            return NAN
        except (OverflowError, MemoryError, NotImplementedError) as error:
            raise TooLarge from error
        return finite(out) if isinstance(out, context().mpf) else NAN

    return call
