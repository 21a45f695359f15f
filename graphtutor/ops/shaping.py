"""Shapes of operations that mix entries: what fits, axes and keys settled, and gradients brought back into shape."""

from __future__ import annotations

import math
from typing import Any

from ..errors import ShapeError
from .arrays import Shape, show_shape
from .tracing import f

Axes = tuple[int, ...]


def matmul_shape(a: Shape, b: Shape, *_: Any) -> Shape:
    if not (1 <= len(a) <= 2 and 1 <= len(b) <= 2):
        raise ShapeError(f"@ needs vectors or matrices, met {show_shape(a)} and {show_shape(b)}; for numbers write *")
    if a[-1] != b[0]:
        fits = [text for text, x, y in ((".T on the right", a, b[::-1]), (".T on the left", a[::-1], b), ("the other order", b, a))
                if x[-1] == y[0] and (x, y) != (a, b)]  # fmt: skip
        inner = f"{a[-1]} {'columns' if len(a) == 2 else 'entries'} meet {b[0]} row{'s' * (b[0] != 1)}"
        raise ShapeError(f"cannot multiply {show_shape(a)} by {show_shape(b)}: {inner}; "
                         + (f"{fits[0]} would fit" if fits else f"the right side needs {a[-1]} rows"))  # fmt: skip
    return a[:-1] + b[1:]


def vectors(what: str) -> Any:
    def shape(a: Shape, b: Shape, *_: Any) -> Shape:
        if len(a) != 1 or len(b) != 1 or (what == "dot" and a != b):
            raise ShapeError(f"{what} needs two vectors{' of one length' if what == 'dot' else ''}, met {show_shape(a)} and {show_shape(b)}; "
                             "for matrices write @")  # fmt: skip
        return () if what == "dot" else a + b

    return shape


def axes_of(params: tuple[Any, ...], shape: Shape) -> tuple[Any, ...]:
    """Settle an axis (None: all of them) as a tuple of negative axes."""
    axis = params[0] if params else None
    given = range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return (tuple(sorted(one_axis(a, shape) for a in given)), *params[1:])


def one_axis(axis: Any, shape: Shape) -> int:
    if not isinstance(axis, int) or not -len(shape) <= axis < len(shape):
        raise ShapeError(f"axis {axis} of shape {show_shape(shape)}: expected a whole number from {-len(shape)} to {len(shape) - 1}"
                         if shape else f"axis {axis} of a number: leave the axis out")  # fmt: skip
    return axis - len(shape) if axis >= 0 else axis


def without(shape: Shape, axes: Axes, keep: bool = False) -> Shape:
    drop = {a + len(shape) for a in axes}
    return tuple(1 if i in drop else n for i, n in enumerate(shape) if keep or i not in drop)


def count(shape: Shape, axes: Axes) -> int:
    return math.prod(shape[a] for a in axes)


def along(params: tuple[Any, ...], shape: Shape) -> tuple[Any, ...]:
    """Settle one axis, the last if not given."""
    if not shape:
        raise ShapeError(
            "softmax and its kind need a vector or matrix, met a number; give the name a shape with shapes={…}"
        )
    return (one_axis(-1 if not params or params[0] is None else params[0], shape),)


def full_key(params: tuple[Any, ...], shape: Shape) -> tuple[Any, ...]:
    """Settle an index: one entry per axis, negative numbers and slices resolved."""
    key = params[0]
    if len(key) > len(shape):
        if not shape:
            raise ShapeError("a number has no entries to take; give the name a shape with shapes={…}")
        raise ShapeError(f"{len(key)} indices into shape {show_shape(shape)}; expected at most {len(shape)}")
    out: list[Any] = []
    for axis, n in enumerate(shape):
        k = key[axis] if axis < len(key) else (None, None, None)
        if isinstance(k, tuple):
            start, stop, step = slice(*k).indices(n)
            out.append((start, stop if stop >= 0 else None, step))
        elif not -n <= k < n:
            raise ShapeError(
                f"index {k} into shape {show_shape(shape)}: expected {-n} to {n - 1}; counting starts at 0"
            )
        else:
            out.append(k % n)
    return (tuple(out), shape)


def index_shape(shape: Shape, key: tuple[Any, ...], _: Shape) -> Shape:
    return tuple(len(range(n)[slice(*k)]) for n, k in zip(shape, key, strict=True) if isinstance(k, tuple))


def new_shape(params: tuple[Any, ...], shape: Shape) -> tuple[Any, ...]:
    want = params[-1] if isinstance(params[-1], tuple) else (params[-1],)
    size, known = math.prod(shape), math.prod(n for n in want if n != -1)
    if want.count(-1) == 1 and known and size % known == 0:
        want = tuple(size // known if n == -1 else n for n in want)
    if math.prod(want) != size or -1 in want:
        raise ShapeError(
            f"cannot reshape {show_shape(shape)} ({size} entries) to {show_shape(want)} ({math.prod(want)} entries)"
        )
    return (shape, want)


def join_shape(*given: Any) -> Shape:
    *shapes, axis, _ = given
    first = shapes[0]
    for other in shapes[1:]:
        if without(other, (axis,)) != without(first, (axis,)) or len(other) != len(first):
            raise ShapeError(
                f"cannot concatenate {show_shape(first)} and {show_shape(other)}; all but the joined axis must agree"
            )
    out = list(first)
    out[axis] = sum(s[axis] for s in shapes)
    return tuple(out)


def joined(params: tuple[Any, ...], *shapes: Shape) -> tuple[Any, ...]:
    if any(not s for s in shapes):
        raise ShapeError("concatenate joins vectors or matrices, met a number; write it as [a]")
    return (one_axis(params[0] if params and params[0] is not None else 0, shapes[0]), len(shapes[0]))


def stack_shape(*given: Any) -> Shape:
    *shapes, _ = given
    if any(s != shapes[0] for s in shapes):
        odd = next(s for s in shapes if s != shapes[0])
        raise ShapeError(
            f"the entries of [ … ] have shapes {show_shape(shapes[0])} and {show_shape(odd)}; they must agree"
        )
    return (len(shapes), *shapes[0])


# ----- what is sent back -----
def pull_matmul(g: Any, y: Any, a: Any, b: Any, nd_a: int, nd_b: int) -> tuple[Any, Any]:
    if (nd_a, nd_b) == (2, 1):
        return f.outer(g, b), f.transpose(a) @ g
    if (nd_a, nd_b) == (1, 2):
        return b @ g, f.outer(a, g)
    if (nd_a, nd_b) == (1, 1):
        return b * g, a * g
    return g @ f.transpose(b), f.transpose(a) @ g


def pull_join(g: Any, y: Any, *rest: Any) -> tuple[Any, ...]:
    *args, axis, nd = rest
    parts, start = [], 0
    for a in args:
        n = a.shape[axis]
        key = tuple((start, start + n, 1) if i == nd + axis else (0, a.shape[i], 1) for i in range(nd))
        parts.append(f.index(g, params=(key,)))
        start += n
    return tuple(parts)


def pull_stack(g: Any, y: Any, *rest: Any) -> tuple[Any, ...]:
    *args, _ = rest
    return tuple(f.index(g, params=((i,),)) for i in range(len(args)))


def back(g: Any, x: Any, axes: Axes) -> Any:
    return f.spread(g, params=(axes, x.shape))


def over(x: Any, like: Any, axis: int) -> Any:
    """Return the sum of x along `axis`, kept as an axis of length 1 unless `like` is a vector."""
    return f.total(x, params=((axis,), len(like.shape) > 1))
