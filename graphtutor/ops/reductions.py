"""Rows of what is worked out along an axis: products, extremes, spread, running sums, normalisation."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from ..errors import ShapeError
from . import arrays
from .arrays import Shape
from .notation import call
from .row import ALL, Row, Slip
from .shaping import Axes, along, axes_of, back, count, without
from .tracing import f


def extreme(of: str, ufunc: Any) -> Callable[[Any, Axes], Any]:
    """Return the greatest or least entry over axes (negative); of symbols SymPy's Max or Min of them."""
    symbolic, exact = (sp.Max, max) if of == "max" else (sp.Min, min)

    def run(x: Any, axes: Axes) -> Any:
        if not axes:
            return x
        if x.dtype != object:
            return ufunc.reduce(x, axis=axes)
        rows = np.moveaxis(x, axes, range(-len(axes), 0)).reshape(*without(x.shape, axes), -1)
        first = x.flat[0]
        own = getattr(getattr(first, "context", None), of, exact)
        pick = symbolic if isinstance(first, sp.Basic) else lambda *entries: own(*entries)
        return np.frompyfunc(pick, rows.shape[-1], 1)(
            *np.moveaxis(rows, -1, 0)
        )

    return run


def pull_extreme(g: Any, y: Any, x: Any, axes: Axes) -> tuple[Any]:
    """Return the gradient to the entry that won; entries that win together share it."""
    won = f.indicator(f.eq(x, back(y, x, axes)))
    return (back(g / f.total(won, params=(axes,)), x, axes) * won,)


def push_extreme(d: Any, y: Any, x: Any, axes: Axes) -> Any:
    won = f.indicator(f.eq(x, back(y, x, axes)))
    return f.total(won * d[0], params=(axes,)) / f.total(won, params=(axes,))


def pull_prod(g: Any, y: Any, x: Any, axes: Axes) -> tuple[Any]:
    """Return g times the product of the other entries, which a division by an entry of 0 could not give."""
    if not axes:
        return (g,)
    if len(axes) > 1:
        flat = f.reshape(x, params=((math.prod(x.shape),),)) if len(axes) == len(x.shape) else None
        if flat is None:
            return (back(g * y, x, axes) / x,)
        return (f.reshape(pull_prod(g, y, flat, (-1,))[0], params=(x.shape,)),)
    n, axis = x.shape[axes[0]], len(x.shape) + axes[0]
    keys = [tuple((k, k + 1, 1) if a == axis else (0, m, 1) for a, m in enumerate(x.shape)) for k in range(n)]
    entries = [f.index(x, params=(key,)) for key in keys]
    before, after = [entries[0] * 0 + 1], [entries[0] * 0 + 1]
    for k in range(1, n):
        before.append(before[-1] * entries[k - 1])
        after.append(after[-1] * entries[n - k])
    others = f.concatenate(*(a * b for a, b in zip(before, reversed(after), strict=True)), params=(axis,))
    return (back(g, x, axes) * others,)


def deviation(x: Any, axes: Axes) -> Any:
    return x - back(f.mean(x, params=(axes,)), x, axes)


def some(shape: Shape, axes: Axes) -> Shape:
    """Return the shape of the extreme along axes; a ShapeError for a number."""
    if not shape:
        raise ShapeError(
            "max and min of one thing need a vector or matrix, met a number; give two numbers, as in max(0, x)"
        )
    return without(shape, axes)


def variance(x: Any, axes: Axes) -> Any:
    if not axes:
        return 0 * x
    n = count(x.shape, axes)
    middle = np.add.reduce(x, axis=axes, keepdims=True) / n
    return np.add.reduce((x - middle) ** 2, axis=axes) / n


def turned(x: Any, axis: int) -> Any:
    """Return x with its entries along `axis` (negative) in the other order."""
    return f.index(x, params=(tuple((None, None, -1 if a == len(x.shape) + axis else 1) for a in range(len(x.shape))),))


def pull_cumsum(g: Any, y: Any, x: Any, axis: int) -> tuple[Any]:
    return (turned(f.cumsum(turned(g, axis), params=(axis,)), axis),)


def normalised(x: Any, axes: Axes, eps: Any) -> Any:
    return deviation(x, axes) / back(f.sqrt(f.var(x, params=(axes,)) + eps), x, axes)


def as_it_is(shape: Shape, *_: Any) -> Shape:
    return shape


AXIS: Any = {"params": (("axis", None),), "settle": axes_of, "shape": without}
EPSILON = (("eps", Fraction(1, 100_000)),)

REDUCTIONS: tuple[Row, ...] = (
    Row("prod", lambda x, axes: np.multiply.reduce(x, axis=axes) if axes else x, names=("prod",), **AXIS, positive=ALL, finite=False, label="Π", note=call(r"\operatorname{{prod}}\left({0}\right)"),
        rule="product rule", formula="d(Π uᵢ) = Σ duᵢ·Πₖ≠ᵢ uₖ", says="a product of many gives each the product of the others",
        pull=pull_prod, push=lambda d, y, x, axes: y * f.total(d[0] / x, params=(axes,)),
        slips=(Slip("local.other-operation", lambda g, y, x, axes: (back(g, x, axes),)), Slip("mul.local-not-swapped", lambda g, y, x, axes: (back(g, x, axes) * x,)))),
    Row("amax", extreme("max", np.maximum), names=("amax",), params=AXIS["params"], settle=axes_of, shape=some, positive=ALL, label="max", note=call(r"\operatorname{{amax}}\left({0}\right)"), rule="max rule",
        formula="d max(u) = duᵢ of the greatest uᵢ", says="a maximum sends all to the entry that won; entries that win together share it", pull=pull_extreme, push=push_extreme,
        slips=(Slip("max-both-sides", lambda g, y, x, axes: (back(g, x, axes),)),)),
    Row("amin", extreme("min", np.minimum), names=("amin",), params=AXIS["params"], settle=axes_of, shape=some, positive=ALL, label="min", note=call(r"\operatorname{{amin}}\left({0}\right)"), rule="min rule",
        formula="d min(u) = duᵢ of the least uᵢ", says="a minimum sends all to the entry that won; entries that win together share it", pull=pull_extreme, push=push_extreme,
        slips=(Slip("max-both-sides", lambda g, y, x, axes: (back(g, x, axes),)),)),
    Row("argmin", lambda x, axis: arrays.most(x, axis, "<", np.argmin), names=("argmin",), params=(("axis", None),), settle=along, usual=(-1,),
        shape=lambda s, axis: without(s, (axis,)), label="argmin", discrete=True, rule="argmin", says="an argmin has no gradient", note=call(r"\operatorname{{argmin}}\left({0}\right)"),
        refuses="argmin picks a place, so it has no gradient; take the gradient of a softmax of what is turned round, or of the score itself"),
    Row("var", variance, names=("var", "variance"), **AXIS, positive=True, label="var", note=call(r"\operatorname{{var}}\left({0}\right)"), rule="variance rule",
        formula="d var(u) = (2/n)·Σ (uᵢ − ū)·duᵢ", says="a variance sends each entry twice its share of its distance from the mean",
        pull=lambda g, y, x, axes: (back(g * 2 / count(x.shape, axes), x, axes) * deviation(x, axes),),
        push=lambda d, y, x, axes: 2 * f.mean(deviation(x, axes) * d[0], params=(axes,)),
        slips=(Slip("reduction.sum-for-mean", lambda g, y, x, axes: (back(g * 2, x, axes) * deviation(x, axes),)),
               Slip("power.coefficient-dropped", lambda g, y, x, axes: (back(g / count(x.shape, axes), x, axes) * deviation(x, axes),)))),
    Row("std", lambda x, axes: arrays.square_root(variance(x, axes)), names=("std",), **AXIS, positive=True, label="std", note=call(r"\operatorname{{std}}\left({0}\right)"),
        rule="standard deviation rule", formula="d std(u) = Σ (uᵢ − ū)·duᵢ/(n·std(u))", says="a standard deviation sends each entry its distance from the mean, over n times itself",
        pull=lambda g, y, x, axes: (back(f.tip(g / (count(x.shape, axes) * y), y), x, axes) * deviation(x, axes),),
        push=lambda d, y, x, axes: f.mean(deviation(x, axes) * d[0], params=(axes,)) / y,
        slips=(Slip("reduction.sum-for-mean", lambda g, y, x, axes: (back(g / y, x, axes) * deviation(x, axes),)),)),
    Row("cumsum", lambda x, axis: np.add.accumulate(x, axis=axis), names=("cumsum",), joint=True, positive=ALL, params=(("axis", None),), settle=along, usual=(-1,), shape=as_it_is, label="Σ↓",
        note=call(r"\operatorname{{cumsum}}\left({0}\right)"), rule="running sum rule", formula="d(Σₖ≤ᵢ uₖ) = Σₖ≤ᵢ duₖ",
        says="a running sum sends an entry all that comes back from its own place on", pull=pull_cumsum,
        slips=(Slip("path.dropped", lambda g, y, x, axis: (g,)),)),
    Row("layer_norm", lambda x, eps: x, names=("layer_norm", "layernorm"), params=EPSILON, group=True, shape=as_it_is, label="layer norm", opens=lambda x, eps: normalised(x, (-1,), eps),
        rule="layer normalisation", formula="(u − ū)/√(var(u) + ε)", says="each row is brought to mean 0 and variance 1"),
    Row("batch_norm", lambda x, eps: x, names=("batch_norm", "batchnorm"), params=EPSILON, group=True, shape=as_it_is, label="batch norm", opens=lambda x, eps: normalised(x, (-len(x.shape),), eps),
        rule="batch normalisation", formula="(u − ū)/√(var(u) + ε)", says="each column is brought to mean 0 and variance 1 over the batch"),
)  # fmt: skip
