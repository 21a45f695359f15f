"""Cells run over an algebra: exact Fractions, floats, SymPy or mpmath, with IEEE values at the edges of domains.

A cell is `(op, args, params)`, its arguments the places of earlier cells. Leaves are the cells
`("input", (), (name,))` and `("const", (), (value, text))`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from ..ops.arrays import Shape
from ..ops.row import Row
from ..ops.table import ROWS

Cell = tuple[str, tuple[int, ...], tuple[Any, ...]]
NUMBERS: dict[str, tuple[float, Any, Any]] = {  # as a float, in SymPy, in a context of mpmath
    "pi": (float(np.pi), sp.pi, lambda m: +m.pi), "e": (float(np.e), sp.E, lambda m: +m.e), "nan": (float("nan"), sp.nan, lambda m: m.nan),
    "inf": (float("inf"), sp.oo, lambda m: m.inf), "-inf": (float("-inf"), -sp.oo, lambda m: m.ninf),
}  # fmt: skip
EXACT_BITS = 4096
PLAIN = frozenset([np.ndarray, float])


def run(
    cells: Iterable[Cell], shapes: tuple[Shape, ...], point: Mapping[str, Any], algebra: str, upto: int | None = None
) -> list[Any]:
    """Return the value of each cell; see `Graph.evaluate`."""
    values: list[Any] = []
    scalars_only = not any(shapes)
    m = context_of(point.values()) if algebra == "mpmath" else None
    with np.errstate(all="ignore"):
        for i, (op, args, params) in enumerate(cells):
            if op == "input":
                values.append(point[params[0]])
            elif op == "const":
                values.append(constant_value(params[0], algebra, m))
            else:
                given = [values[a] for a in args]
                out = apply_row(ROWS[op], given, params, algebra)
                values.append(
                    out if scalars_only or algebra in ("exact", "mpmath") else np.asarray(out) if shapes[i] else out
                )
            if upto == i:
                break
    return values


def needed(cells: Sequence[Cell], outs: Iterable[int]) -> list[int]:
    """Return the ids that `outs` depend on, themselves too, in order."""
    live = [False] * len(cells)
    for i in outs:
        live[i] = True
    for i in range(len(cells) - 1, -1, -1):
        if live[i]:
            for a in cells[i][1]:
                live[a] = True
    return [i for i, alive in enumerate(live) if alive]


def reached(cells: Sequence[Cell], starts: Iterable[int], stops: Iterable[int] = ()) -> Iterator[int]:
    """Yield `starts` and what they depend on, each id once, in no order; neither `stops` nor what lies below these alone."""
    seen, todo = set(stops), list(starts)
    while todo:
        i = todo.pop()
        if i not in seen:
            seen.add(i)
            yield i
            todo.extend(cells[i][1])


def run_values(cells: Iterable[Cell], shapes: tuple[Shape, ...], out: int, args: Iterable[Any]) -> Any:
    """Return cell `out` over the inputs `0`, `1`, … in whatever algebra the arguments are of."""
    values = list(args)
    algebra = "float"
    for value in values:
        first = value.flat[0] if isinstance(value, np.ndarray) and value.dtype == object else value
        if isinstance(first, sp.Basic):
            algebra = "sympy"
        elif hasattr(first, "_mpf_"):
            algebra = "mpmath"
        elif isinstance(first, Fraction) and algebra == "float":
            algebra = "exact"
    return run(cells, shapes, {str(k): v for k, v in enumerate(values)}, algebra, upto=out)[-1]


def context_of(numbers: Iterable[Any]) -> Any:
    """Return the context of the first of mpmath's numbers among these, or in an array of them; mpmath's own where there is none."""
    for value in numbers:
        first = value.flat[0] if isinstance(value, np.ndarray) and value.dtype == object and value.size else value
        if hasattr(first, "_mpf_") and not isinstance(first, sp.Basic):
            return first.context
    return mpmath.mp


def constant_value(value: Any, algebra: str, m: Any = None) -> Any:
    """Return a constant in an algebra; `m`: the context of mpmath's numbers."""
    if isinstance(value, str):
        return NUMBERS[value][2](m) if algebra == "mpmath" else NUMBERS[value][algebra == "sympy"]
    if algebra == "sympy":
        return sp.Rational(value.numerator, value.denominator) if isinstance(value, Fraction) else sp.Float(value)
    if algebra == "mpmath":
        return m.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else m.mpf(value)
    return to_float(value) if algebra == "float" else value


def apply_row(row: Row, given: list[Any], params: tuple[Any, ...], algebra: str) -> Any:
    """Return `row.forward` with what Python raises at the edge of a domain turned into nan or inf."""
    try:
        out = row.forward(*given, *(settings(params) if params and algebra == "float" else params))
    except (ZeroDivisionError, ValueError, OverflowError, TypeError):
        if algebra not in ("exact", "float"):
            return sp.nan if algebra == "sympy" else mpmath.nan
        return edge_value(row, given, params)
    return out if type(out) in PLAIN else plain_number(out, algebra)


def plain_number(out: Any, algebra: str) -> Any:
    """Return a result as a number of the algebra: none that is complex, no Fraction too long, no int."""
    if isinstance(out, Fraction) and out.numerator.bit_length() + out.denominator.bit_length() > EXACT_BITS:
        return to_float(out)
    if isinstance(out, complex) or hasattr(out, "_mpc_"):
        return float("nan") if algebra != "mpmath" else mpmath.nan
    if algebra == "exact" and isinstance(out, int):
        return Fraction(out)
    return float(out) if algebra == "float" and isinstance(out, int | Fraction) else out


def settings(params: tuple[Any, ...]) -> tuple[Any, ...]:
    """Params for float code: a Fraction that is not whole as a float."""
    return tuple(float(p) if isinstance(p, Fraction) and p.denominator != 1 else p for p in params)


def edge_value(row: Row, given: list[Any], params: tuple[Any, ...]) -> Any:
    """Return the IEEE value (inf, nan) of an operation that Python's own floats refuse: NumPy's, on 0-d arrays."""
    try:
        out = row.forward(
            *(v if isinstance(v, np.ndarray) else np.asarray(to_float(v), dtype=float) for v in given),
            *settings(params),
        )
    except (ZeroDivisionError, ValueError, OverflowError, TypeError):
        return float("nan")
    return float(out) if np.ndim(out) == 0 else out


def to_float(value: Any) -> Any:
    """Return a float; a Fraction too large for one is inf."""
    if isinstance(value, Fraction | int):
        try:
            return float(value)
        except OverflowError:
            return float("inf") if value > 0 else float("-inf")
    return value


# ----- entries as SymPy sees them -----
def entries_of(name: str, shape: Shape, symbol: sp.Symbol | None = None) -> Any:
    """Return `name` as a symbol, or as an object array of one symbol an entry.

    >>> entries_of("x", (2,))
    array([x[0], x[1]], dtype=object)
    """
    if not shape:
        return symbol if symbol is not None else sp.Symbol(name)
    out = np.empty(shape, dtype=object)
    for index in np.ndindex(*shape):
        out[index] = sp.Symbol(f"{name}[{', '.join(map(str, index))}]")
    return out


def as_sympy(value: Any) -> Any:
    """Return a scalar tree as it is, and an array of entries as an ImmutableDenseMatrix (a vector is a column)."""
    if not isinstance(value, np.ndarray):
        return value if isinstance(value, sp.Basic) else sp.sympify(value)
    if value.ndim == 0:
        return as_sympy(value.item())
    if value.ndim == 1:
        return sp.ImmutableDenseMatrix(len(value), 1, list(value))
    if value.ndim == 2:
        return sp.ImmutableDenseMatrix(*value.shape, list(value.flat))
    return sp.ImmutableDenseNDimArray(list(value.flat), value.shape)
