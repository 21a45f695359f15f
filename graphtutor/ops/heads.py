"""Our own SymPy heads, for what SymPy's cannot carry as a learner wrote it.

SymPy's `Max`, `And`, `Piecewise`, relations and `Derivative` re-sort or refuse their
arguments even unevaluated, and it has no head for an index or a softmax of a plain symbol.
A `Head` keeps its arguments in order and its settings (an axis, a key, a slope) in `params`.
Which operation a head stands for is said by the row in `ops.TABLE` that lists it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp


class Head(sp.Expr):  # type: ignore[misc]
    """An operation of ours in a SymPy tree: ordered arguments, and settings in `params`."""

    __slots__ = ("params",)
    is_commutative = True
    params: tuple[Any, ...]

    def __new__(cls, *args: sp.Basic, params: tuple[Any, ...] = ()) -> Head:
        tree: Head = sp.Expr.__new__(cls, *args)
        tree.params = params
        return tree

    @property
    def func(self) -> Any:
        return lambda *args: type(self)(*args, params=self.params)

    def _hashable_content(self) -> tuple[Any, ...]:
        return (self.params, *self._args)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self._args, self.params)

    def _sympystr(self, printer: Any) -> str:
        inside = [printer._print(a) for a in self.args] + [repr(p) for p in self.params]
        return f"{type(self).__name__}({', '.join(inside)})"


def named(name: str) -> type[Head]:
    """Return the head of the operation `name`: one of those below, or a new one for a new row.

    >>> named("leaky_relu") is LeakyRelu, named("swish").__name__, named("swish") is named("swish")
    (True, 'Swish', True)
    """
    title = "".join(part.capitalize() for part in name.split("_"))
    if title not in globals():
        globals()[title] = type(title, (Head,), {"__slots__": (), "__module__": __name__})
    return globals()[title]  # type: ignore[no-any-return]


def _rebuild(cls: type[Head], args: tuple[sp.Basic, ...], params: tuple[Any, ...]) -> Head:
    return cls(*args, params=params)


def unevaluated(cls: type[sp.Basic], *args: sp.Basic) -> sp.Basic:
    """Return the SymPy node `cls(*args)` just as given: not evaluated, not sorted, not cached.

    SymPy's function cache compares equal trees by recursion, so it is gone round.

    >>> unevaluated(sp.Add, sp.Integer(1), sp.Integer(1)).args
    (1, 1)
    """
    tree = sp.Basic.__new__(cls, *args)
    if cls in (sp.Add, sp.Mul, sp.Pow):
        tree.is_commutative = all(getattr(a, "is_commutative", True) for a in args)
    return tree


class Decimal(Head):
    """A decimal as typed: `params` are its exact value and its text; it has no arguments.

    >>> Decimal(params=(Fraction(1, 2), "0.50")).value
    Fraction(1, 2)
    """

    __slots__ = ()
    is_number = True
    is_Atom = True

    @property
    def value(self) -> Fraction:
        return self.params[0]  # type: ignore[no-any-return]

    def _sympystr(self, printer: Any) -> str:
        return str(self.params[1])


class Unknown(Head):
    """A function of which only the name is known; `params` are the name and how often it is differentiated."""

    __slots__ = ()


# ----- choices and conditions -----
class Max(Head): ...


class Min(Head): ...


class Where(Head): ...


class Indicator(Head): ...


class Lt(Head): ...


class Le(Head): ...


class Gt(Head): ...


class Ge(Head): ...


class Eq(Head): ...


class Ne(Head): ...


class And(Head): ...


class Or(Head): ...


class Not(Head): ...


class Flat:
    """A rounding of SymPy whose derivative is 0, as it is wherever there is one; `mpmath` is its name there."""

    mpmath = ""

    def fdiff(self, argindex: int = 1) -> sp.Basic:
        return sp.S.Zero


class Floor(Flat, sp.floor):  # type: ignore[misc]
    mpmath = "floor"


class Ceiling(Flat, sp.ceiling):  # type: ignore[misc]
    mpmath = "ceil"


class Round(Flat, sp.Function):  # type: ignore[misc]
    mpmath = "nint"

    @classmethod
    def eval(cls, x: sp.Basic) -> sp.Basic | None:
        return sp.Integer(round(x)) if x.is_Rational else None

    def _eval_evalf(self, prec: int) -> sp.Basic:
        return sp.Float(round(self.args[0].evalf()), prec)


# ----- the derivative operator: args (what, with respect to which symbol) -----
class Diff(Head): ...


# ----- activations and losses -----
class Relu(Head): ...


class LeakyRelu(Head): ...


class Elu(Head): ...


class Gelu(Head): ...


class Sigmoid(Head): ...


class Softplus(Head): ...


class Step(Head): ...


class Hinge(Head): ...


class Mse(Head): ...


class CrossEntropy(Head): ...


# ----- vectors and matrices -----
class Vector(Head): ...


class MatMul(Head): ...


class Transpose(Head): ...


class Dot(Head): ...


class Outer(Head): ...


class Total(Head): ...


class Mean(Head): ...


class Norm(Head): ...


class Index(Head): ...


class Reshape(Head): ...


class Concatenate(Head): ...


class Softmax(Head): ...


class LogSoftmax(Head): ...


class LogSumExp(Head): ...


class ArgMax(Head): ...


# ----- what gradients of vectors and matrices are made of -----
class Spread(Head): ...


class SumTo(Head): ...


class Place(Head): ...
