"""One algebra for numbers, float arrays, and arrays of SymPy or mpmath entries.

A value is a float, a Fraction (exact), an mpmath number, a SymPy tree, a float array, or an
object array of SymPy or mpmath entries. `Entry` is the bridge for functions; operators need
none. Every array function here leaves axes in front of the ones it names alone, so that the
same code serves one point and a batch with a leading axis.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from ..errors import ShapeError

Shape = tuple[int, ...]
Value = Any


class Entry:
    """A function of entries: `numeric` on floats and float arrays, `formula` on anything else.

    `formula(m, *args)` is written once over a module `m` that is `sympy` or a context of mpmath: that of its numbers.
    `exact` says that `numeric` keeps Fractions as they are.

    >>> square_root = Entry(np.sqrt, lambda m, x: m.sqrt(x))
    >>> square_root(sp.Integer(8)), float(square_root(4.0))
    (2*sqrt(2), 2.0)
    """

    def __init__(self, numeric: Callable[..., Value], formula: Callable[..., Value], exact: bool = False):
        self.numeric, self.formula, self.exact = numeric, formula, exact

    def __call__(self, *args: Value) -> Value:
        lib: Any = None
        for arg in args:
            if isinstance(arg, np.ndarray) and arg.dtype == object:
                return np.frompyfunc(self, len(args), 1)(*args)
            if isinstance(arg, sp.Basic):
                lib = sp
            elif lib is None and hasattr(arg, "_mpf_"):
                lib = arg.context
        if lib is not None:
            return self.formula(lib, *(lift(lib, a) for a in args))
        if not self.exact:
            args = tuple(float(a) if isinstance(a, Fraction | int) else a for a in args)
        return self.numeric(*args)


def lift(lib: Any, value: Value) -> Value:
    """Return `value` as a number of `lib` (`sympy` or a context of mpmath); what is not a plain number stays."""
    if isinstance(value, Fraction):
        return (
            sp.Rational(value.numerator, value.denominator)
            if lib is sp
            else lib.mpf(value.numerator) / value.denominator
        )
    if isinstance(value, int | float):
        return sp.sympify(value) if lib is sp else lib.mpf(value)
    return value


def broadcast(what: str, *shapes: Shape) -> Shape:
    """Return the shape that `shapes` broadcast to by NumPy's rule, or raise a ShapeError naming them.

    >>> broadcast("+", (3, 1), (4,))
    (3, 4)
    """
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise ShapeError(entrywise_trouble(what, shapes)) from None


def entrywise_trouble(what: str, shapes: tuple[Shape, ...]) -> str:
    """Return the message for shapes that do not broadcast, with what would fit."""
    met = " and ".join(show_shape(s) for s in shapes)
    if what == "×" and len(shapes) == 2 and [len(s) for s in shapes] in ([2, 1], [2, 2], [1, 2]):
        return f"cannot multiply shapes {met} entry by entry; for the matrix product write @"
    hint = "entrywise operations need equal shapes, or 1 where they differ"
    if len(shapes) == 2 and len(shapes[0]) == len(shapes[1]) == 2 and shapes[0] == shapes[1][::-1]:
        hint = f"transposing one with .T gives {show_shape(shapes[0])} for both"
    return f"'{what}' cannot join shapes {met}; {hint}"


def show_shape(shape: tuple[int | str, ...]) -> str:
    """Return a shape as a person writes it.

    >>> show_shape((3, 2)), show_shape((3,)), show_shape(())
    ('(3×2)', '(3)', '(scalar)')
    """
    return f"({'×'.join(map(str, shape))})" if shape else "(scalar)"


# ----- functions of entries whose NumPy form needs care -----
def sigmoid(x: Value) -> Value:
    """Return 1/(1 + exp(-x)) for a float or a float array; exp may overflow to inf, which gives 0."""
    if isinstance(x, float):
        return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
    with np.errstate(over="ignore"):
        out = np.asarray(np.negative(x), dtype=float)
        np.exp(out, out=out)
        out += 1
        return np.reciprocal(out, out=out)


def erf(x: Value) -> Value:
    return math.erf(x) if isinstance(x, float) else np.asarray(_erf(x), dtype=float)


_erf = np.frompyfunc(math.erf, 1, 1)


def choose(condition: Value, yes: Value, no: Value) -> Value:
    """Return `yes` where `condition` is not 0, else `no`; the one not taken may be undefined."""
    if any(isinstance(a, np.ndarray) for a in (condition, yes, no)):
        return np.where(np.asarray(condition, dtype=bool), yes, no)
    return yes if condition else no


def extreme(pick: Callable[..., Value], ufunc: Any) -> Callable[..., Value]:
    """Return an n-ary max or min over numbers (Fractions stay exact) and arrays."""

    def run(*args: Value) -> Value:
        if any(isinstance(a, np.ndarray) for a in args):
            return ufunc.reduce(np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in args)))
        if any(a != a for a in args):
            return math.nan
        return pick(args)

    return run


# ----- vectors and matrices; `nd` counts the axes that belong to one point -----
def matmul(a: Value, b: Value, nd_a: int, nd_b: int) -> Value:
    """Return the matrix product of one point's `nd_a`- and `nd_b`-dimensional arrays."""
    if a.ndim == nd_a and b.ndim == nd_b:
        return a @ b
    if nd_a == 2 and nd_b == 1 and a.ndim == 2:
        return (a @ b.T).T  # points side by side in memory, so that sums over a point's few entries run fast
    left = a[..., None, :] if nd_a == 1 else a
    right = b[..., :, None] if nd_b == 1 else b
    out = np.matmul(left, right)
    if nd_b == 1:
        out = out[..., 0]
    return out[..., 0, :] if nd_a == 1 and nd_b == 2 else out[..., 0] if nd_a == 1 else out


def outer(a: Value, b: Value) -> Value:
    return a[..., :, None] * b[..., None, :]


def transpose(a: Value, nd: int) -> Value:
    return np.swapaxes(a, -1, -2) if nd == 2 else a


def total(x: Value, axes: tuple[int, ...], keep: bool = False) -> Value:
    """Return the sum over `axes`, all counted from the end (negative)."""
    if not axes:
        return x
    out: Value = np.add.reduce(x, axis=axes, keepdims=keep)  # type: ignore[call-overload]
    return out


def spread(g: Value, axes: tuple[int, ...], shape: Shape) -> Value:
    """Return `g` repeated along `axes` (negative) so that one point has `shape`."""
    g = np.asarray(g)
    lead = g.ndim - (len(shape) - len(axes))
    for axis in sorted(a + len(shape) for a in axes):
        g = np.expand_dims(g, lead + axis)
    return np.broadcast_to(g, g.shape[:lead] + shape)


def sum_to(g: Value, have: Shape, want: Shape) -> Value:
    """Return `g` (one point: shape `have`) summed over the axes along which `want` was broadcast."""
    extra = len(have) - len(want)
    ones = tuple(i - len(want) for i, n in enumerate(want) if n == 1 and have[extra + i] != 1)
    if ones:
        g = np.sum(g, axis=ones, keepdims=True)
    return np.sum(g, axis=tuple(range(-len(have), -len(want)))) if extra else g


def reshape(x: Value, have: Shape, want: Shape) -> Value:
    x = np.asarray(x)
    return x.reshape(x.shape[: x.ndim - len(have)] + want)


def pick(x: Value, key: tuple[Any, ...]) -> Value:
    """Return `x[..., key]`, where `key` names every axis of one point."""
    return x[(..., *(slice(*k) if isinstance(k, tuple) else k for k in key))]


def place(g: Value, key: tuple[Any, ...], shape: Shape) -> Value:
    """Return zeros of `shape` with `g` at `key`: what `pick` sends back."""
    g = np.asarray(g)
    lead = g.ndim - sum(isinstance(k, tuple) for k in key)
    out = np.zeros(g.shape[:lead] + shape, dtype=g.dtype if g.dtype == object else float)
    out[(..., *(slice(*k) if isinstance(k, tuple) else k for k in key))] = g
    return out


def stack(*entries: Value, nd: int) -> Value:
    """Return entries (one point: `nd` axes each) side by side along a new first axis of the point."""
    parts = (np.asarray(e, dtype=object if _objects(e) else float) for e in entries)
    return np.stack(np.broadcast_arrays(*parts), axis=-(nd + 1))


def _objects(x: Value) -> bool:
    return isinstance(x, sp.Basic) or hasattr(x, "_mpf_") or (isinstance(x, np.ndarray) and x.dtype == object)


def join(*parts: Value, axis: int, nd: int) -> Value:
    """Return `parts` one after the other along `axis` (negative) of one point's `nd` axes."""
    lead = np.broadcast_shapes(*(np.shape(p)[: np.ndim(p) - nd] for p in parts))
    return np.concatenate([np.broadcast_to(p, lead + np.shape(p)[np.ndim(p) - nd :]) for p in parts], axis=axis)


def on_float(point: Callable[[float], float], array: Callable[[Any], Any], x: float) -> float:
    """Return `point` of a float, and the IEEE value that `array` gives (inf, nan) where Python's own function refuses.

    >>> on_float(math.log, np.log, 0.0), on_float(math.exp, np.exp, 1000.0)
    (-inf, inf)
    """
    try:
        return point(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        with np.errstate(all="ignore"):
            return float(array(x))


square_root = Entry(
    lambda x: on_float(math.sqrt, np.sqrt, x) if type(x) is float else np.sqrt(x), lambda m, x: m.sqrt(x)
)
_exp = Entry(np.exp, lambda m, x: m.exp(x))
_log = Entry(np.log, lambda m, x: m.log(x))


def softmax(x: Value, axis: int) -> Value:
    """Return exp(xᵢ) / Σₖ exp(xₖ) along `axis`, shifted by the maximum so that exp never overflows.

    Source: Blanchard, Higham & Higham, IMA J. Numer. Anal. 41(4), 2021.
    """
    if x.dtype == object:
        e = _exp(x - peak(x, (axis,)))
        return e / np.add.reduce(e, axis=axis, keepdims=True)
    e = x - x.max(axis=axis, keepdims=True)
    np.exp(e, out=e)
    e /= np.add.reduce(e, axis=axis, keepdims=True)
    return e


def logsumexp(x: Value, axes: tuple[int, ...]) -> Value:
    """Return log Σ exp(x) over `axes` (negative), shifted by the maximum."""
    if x.dtype == object:
        top = peak(x, axes)
        return _log(np.sum(_exp(x - top), axis=axes)) + (np.squeeze(top, axis=axes) if np.ndim(top) else 0)
    top = x.max(axis=axes, keepdims=True)
    return np.log(np.add.reduce(np.exp(x - top), axis=axes)) + np.squeeze(top, axis=axes)


def peak(x: Value, axes: tuple[int, ...]) -> Value:
    """Return the greatest of entries that know how it is found, to be taken off before exp; 0 of symbols and exact numbers."""
    greatest = getattr(getattr(x.flat[0], "context", None), "max", None)
    if greatest is None:
        return 0
    kept = [1 if a - x.ndim in axes else n for a, n in enumerate(x.shape)]
    rows = np.moveaxis(x, axes, range(-len(axes), 0)).reshape(math.prod(kept), -1)
    return np.asarray([greatest(*row) for row in rows], dtype=object).reshape(kept)


def most(x: Value, axis: int, sign: str, ufunc: Any) -> Value:
    """Return the first place of the greatest (`sign` ">") or least entry along `axis`."""
    x = np.asarray(x)
    found = getattr(getattr(x.flat[0], "context", None), "argmost", None)
    if found is None:
        return ufunc(np.asarray(x, dtype=float), axis=axis)
    rows = np.moveaxis(x, axis, -1)
    return np.asarray([found(sign, row) for row in rows.reshape(-1, rows.shape[-1])], dtype=object).reshape(
        rows.shape[:-1]
    )


def log_softmax(x: Value, axis: int) -> Value:
    """Return log softmax(x) along `axis`, shifted by the maximum."""
    if x.dtype == object:
        return x - np.expand_dims(np.asarray(logsumexp(x, (axis,)), dtype=object), axis)  # of symbols: x − log Σ exp(x)
    x = x - x.max(axis=axis, keepdims=True)
    x -= np.log(np.add.reduce(np.exp(x), axis=axis, keepdims=True))
    return x
