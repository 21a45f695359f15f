"""Rows of linear algebra: diagonal, trace, determinant, inverse, solution of a system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from ..errors import ShapeError
from .arrays import Shape, show_shape
from .notation import call
from .row import Row, Slip
from .tracing import f, is_zero


def careful(run: Callable[..., Any], a: Any, *rest: Any) -> Any:
    """Return `run` of a matrix or of many, nan for each that is singular."""
    try:
        return run(a, *rest)
    except np.linalg.LinAlgError:
        if a.ndim == 2:
            return np.full_like(rest[0] if rest else a, np.nan)
        rest = tuple(
            np.broadcast_to(r, (len(a), *r.shape[r.ndim - a.ndim + 1 :])) if r.ndim < a.ndim else r for r in rest
        )
        return np.stack([careful(run, one, *others) for one, *others in zip(a, *rest, strict=True)])


def entries_of(a: Any, symbolic: Callable[[Any], Any], exact: Callable[[Any], Any]) -> Any:
    """Return what SymPy or mpmath makes of a matrix of their entries, as entries again."""
    if isinstance(a.flat[0], mpmath.mpf):
        out = exact(mpmath.matrix(a.tolist()))
        return np.array(out.tolist(), dtype=object) if isinstance(out, mpmath.matrix) else out
    out = symbolic(sp.Matrix(a.tolist()))
    return np.array(out.tolist(), dtype=object) if isinstance(out, sp.MatrixBase) else out


def known(entry: Any) -> bool:
    return isinstance(entry, sp.Basic | mpmath.mpf | int | float)


def minor(a: Any, i: int, j: int) -> Any:
    return by_minors(np.delete(np.delete(a, i, axis=0), j, axis=1))


def by_minors(a: Any) -> Any:
    """Return the determinant of entries of which no more is known than that they add and multiply."""
    if len(a) == 0:
        return 1
    return sum(((-1) ** j * a[0, j] * minor(a, 0, j) for j in range(1, len(a))), start=a[0, 0] * minor(a, 0, 0))


def inverse(a: Any) -> Any:
    if a.dtype == object and not all(map(known, a.flat)):
        whole, n = by_minors(a), range(len(a))
        return np.array([[(-1) ** (i + j) * minor(a, j, i) / whole for j in n] for i in n], dtype=object)
    if a.dtype == object:
        return entries_of(a, lambda m: m.adjugate() / m.det(), lambda m: m**-1)
    return careful(np.linalg.inv, a)


def determinant(a: Any) -> Any:
    if a.dtype == object and not all(map(known, a.flat)):
        return by_minors(a)
    return entries_of(a, lambda m: m.det(), mpmath.det) if a.dtype == object else np.linalg.det(a)


def solution(a: Any, b: Any, nd: int) -> Any:
    if a.dtype == object or b.dtype == object:
        return inverse(a) @ b
    return careful(np.linalg.solve, a, b[..., None])[..., 0] if nd == 1 else careful(np.linalg.solve, a, b)


def diagonal(a: Any, nd: int) -> Any:
    if nd == 2:
        return np.diagonal(a, axis1=-2, axis2=-1)
    return a[..., None] * np.eye(a.shape[-1], dtype=int)


def square(shape: Shape, *_: Any) -> Shape:
    """Return the shape of a square matrix, or raise a ShapeError."""
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ShapeError(
            f"this needs a square matrix, met {show_shape(shape)}; give the name a shape with shapes={{…}}, such as (2, 2)"
        )
    return shape


def number_of(shape: Shape, *_: Any) -> Shape:
    square(shape)
    return ()


def diagonal_shape(shape: Shape, *_: Any) -> Shape:
    if len(shape) == 1:
        return shape * 2
    return square(shape)[:1]


def solved_shape(a: Shape, b: Shape, *_: Any) -> Shape:
    square(a)
    if not b or b[0] != a[0]:
        raise ShapeError(f"cannot solve {show_shape(a)} for {show_shape(b)}; the right side needs {a[0]} rows")
    return b


def pull_solve(g: Any, y: Any, a: Any, b: Any, nd: int) -> tuple[Any, Any]:
    sent = f.solve(f.transpose(a), g)
    return -(f.outer(sent, y) if nd == 1 else sent @ f.transpose(y)), sent


def push_solve(d: Any, y: Any, a: Any, b: Any, nd: int) -> Any:
    if is_zero(d[0]):
        return f.solve(a, d[1])
    return -f.solve(a, d[0] @ y) if is_zero(d[1]) else f.solve(a, d[1] - d[0] @ y)


LINEAR: tuple[Row, ...] = (
    Row("diag", diagonal, names=("diag",), joint=True, params=(("nd", None),), inner=("nd",), settle=lambda p, a: (len(a),), shape=diagonal_shape, label="diag",
        note=call(r"\operatorname{{diag}}\left({0}\right)"), rule="diagonal rule", formula="d diag(u) = diag(du)", says="a diagonal sends back what stands on it, and 0 beside it",
        pull=lambda g, y, a, nd: (f.diag(g),)),
    Row("trace", lambda a: np.trace(a, axis1=-2, axis2=-1), names=("trace", "tr"), joint=True, shape=number_of, label="tr", note=call(r"\operatorname{{tr}}\left({0}\right)"),
        rule="trace rule", formula="d tr(A) = tr(dA)", says="a trace sends its gradient down the diagonal, and 0 beside it",
        pull=lambda g, y, a: (f.diag(f.spread(g, params=((-1,), a.shape[:1]))),),
        slips=(Slip("local.other-operation", lambda g, y, a: (f.spread(g, params=((-2, -1), a.shape)),)),)),
    Row("det", determinant, names=("det",), shape=number_of, finite=False, label="det", note=call(r"\det\left({0}\right)"), rule="determinant rule", formula="d det A = det A·tr(A⁻¹·dA)",
        says="a determinant sends itself times the inverse, turned", pull=lambda g, y, a: (g * y * f.transpose(f.inv(a)),), push=lambda d, y, a: y * f.trace(f.inv(a) @ d[0]),
        slips=(Slip("matrix.transpose-missing", lambda g, y, a: (g * y * f.inv(a),)), Slip("local.dropped", lambda g, y, a: (g * f.transpose(f.inv(a)),)))),
    Row("inv", inverse, names=("inv", "inverse"), shape=square, finite=False, label="⁻¹", note=call(r"\operatorname{{inv}}\left({0}\right)"),
        rule="inverse rule", formula="d(A⁻¹) = −A⁻¹·dA·A⁻¹", says="an inverse sends −A⁻ᵀ·g·A⁻ᵀ",
        pull=lambda g, y, a: (-(f.transpose(y) @ g @ f.transpose(y)),), push=lambda d, y, a: -(y @ d[0] @ y),
        slips=(Slip("sign.table", lambda g, y, a: (f.transpose(y) @ g @ f.transpose(y),)), Slip("matrix.transpose-missing", lambda g, y, a: (-(y @ g @ y),)))),
    Row("solve", solution, names=("solve",), arity=(2, 2), params=(("nd", None),), inner=("nd",), settle=lambda p, a, b: (len(b),), shape=solved_shape, finite=False, label="A⁻¹b",
        note=call(r"\operatorname{{solve}}\left({0}, {1}\right)"), rule="solution rule", formula="d(A⁻¹·b) = A⁻¹·(db − dA·A⁻¹·b)",
        says="a solution sends s = A⁻ᵀ·g to the right side and −s·yᵀ to the matrix", pull=pull_solve, push=push_solve,
        slips=(Slip("sign.table", lambda g, y, a, b, nd: (-pull_solve(g, y, a, b, nd)[0], None)),)),
)  # fmt: skip
