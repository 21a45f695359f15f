"""The values that a student's Python has on symbols: numbers known here, trees, lists, arrays, functions, names to be indexed.

Arrays are NumPy's own, of trees: shapes, broadcasting, indices and views are NumPy's, and only the operations on entries
are ours.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy as sp

from ...errors import LearnerError
from ...ops import heads
from ...ops.table import ROWS

CONDITIONS = tuple(
    {
        head
        for row in ROWS.values()
        if row.discrete and row.entrywise
        for head in row.heads
        if issubclass(head, heads.Head)
    }
)
NOTHING = sp.nan  # what None is among trees: no value there


@dataclass(frozen=True, slots=True)
class Named:
    """A parameter that nobody described: itself a name, and indexed, the name with the index (`x[0]` → x0)."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """Text in the code: of use only where it names a type or is printed."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the student's, also one inside another or a lambda, with the names around it."""

    node: ast.FunctionDef | ast.Lambda
    around: Scope | None = None

    @property
    def name(self) -> str:
        return self.node.name if isinstance(self.node, ast.FunctionDef) else "this lambda"


@dataclass(frozen=True, slots=True)
class Library:
    """A function of Python, math, NumPy or torch as a value; `of_arrays` where a module stands before it."""

    name: str
    of_arrays: bool = False


@dataclass(slots=True)
class Scope:
    """Names and their values while a function is followed.

    `own` are all that it assigns, `around` the scope it is written in, `foreign` the lists and arrays that another function
    gave it, `line` the line of the return that was met, a tree where symbols decide which.
    """

    known: dict[str, Any]
    own: frozenset[str] = frozenset()
    around: Scope | None = None
    given: Any = None
    done: bool = False
    foreign: Mapping[int, Any] = field(default_factory=dict)
    line: Any = 0


def tree_of(value: Any) -> sp.Basic:
    """Return a number or condition as a tree. Raises LearnerError for anything else."""
    if isinstance(value, sp.Basic):
        return value
    if isinstance(value, Named):
        return sp.Symbol(value.name)
    if isinstance(value, bool | int):
        return sp.Integer(int(value))
    if isinstance(value, Text):
        raise LearnerError("text is not read; expected numbers")
    raise LearnerError(f"expected a number, met {kind(value)}")


def kind(value: Any) -> str:
    """Return in words what a value is."""
    if isinstance(value, Named):
        return f"'{value.name}'"
    if isinstance(value, np.ndarray):
        return f"an array of shape {shape_text(value.shape)}"
    if isinstance(value, bool):
        return "a condition"
    words: tuple[tuple[Any, str], ...] = ((type(None), "nothing"), (list | tuple, "a list"), (dict, "a dictionary"), (int | sp.Basic, "a number"), (Text, "text"), (Function | Library, "a function"))  # fmt: skip
    return next((word for types, word in words if isinstance(value, types)), f"a {type(value).__name__.lower()}")


def shape_text(shape: Iterable[int]) -> str:
    """Return a shape as Python writes it.

    >>> shape_text((2, 3)), shape_text((2,)), shape_text(())
    ('(2, 3)', '(2,)', '()')
    """
    return str(tuple(shape))


# ----- arrays -----
def array_of(value: Any) -> Any:
    """Return nested lists as an array; a number as it is. Raises LearnerError where rows have different lengths.

    >>> array_of([[1, 2], [3, 4]]).shape, array_of(3)
    ((2, 2), 3)
    """
    if not isinstance(value, list | tuple):
        return value
    parts = [array_of(v) for v in value]
    shapes = {np.shape(p) if isinstance(p, np.ndarray) else () for p in parts}
    if len(shapes) > 1:
        raise LearnerError("the rows of a matrix have different lengths")
    out = np.empty((len(parts), *(shapes.pop() if shapes else ())), dtype=object)
    for k, part in enumerate(parts):
        out[k] = part
    return out


def entry_by_entry(work: Callable[..., Any], *arrays: Any) -> Any:
    """Return what `work` gives of each entry of values of one shape; a number where none is an array."""
    if not any(isinstance(a, np.ndarray) for a in arrays):
        return work(*arrays)
    whole = np.broadcast_arrays(*(a if isinstance(a, np.ndarray) else boxed(a) for a in arrays))
    out = np.empty(whole[0].shape, dtype=object)
    for at in np.ndindex(out.shape):
        out[at] = work(*(a[at] for a in whole))
    return out


def boxed(value: Any) -> Any:
    """Return a number as an array without axes."""
    box = np.empty((), dtype=object)
    box[()] = value
    return box


def fitting(shapes: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the shape to which shapes are stretched. Raises LearnerError where they do not fit."""
    shapes = list(shapes)
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        if all(len(s) == 1 for s in shapes):
            lengths = sorted({s[0] for s in shapes} - {1})
            raise LearnerError(f"vectors of {' and '.join(map(str, lengths))} entries do not fit") from None
        raise LearnerError(f"shapes {' and '.join(map(shape_text, shapes))} do not fit") from None


def nothing_like(value: Any) -> Any:
    """Return what stands for None beside a value: no value in each of its entries."""
    if isinstance(value, np.ndarray):
        return entry_by_entry(lambda v: NOTHING, value)
    if isinstance(value, dict):
        return {key: nothing_like(part) for key, part in value.items()}
    return type(value)(map(nothing_like, value)) if isinstance(value, list | tuple) else NOTHING


def outline(value: Any) -> Any:
    """Return what two values must share to be joined entry by entry: a shape, a length, or keys."""
    return value.shape if isinstance(value, np.ndarray) else set(value) if isinstance(value, dict) else len(value)


# ----- what can change -----
def owner(value: Any) -> Any:
    """Return the array that holds a view's entries; a list or another array itself."""
    while isinstance(value, np.ndarray) and isinstance(value.base, np.ndarray):
        value = value.base
    return value


def content(value: Any) -> Any:
    """Return a copy of what a list or array holds now."""
    return value.copy() if isinstance(value, np.ndarray | dict) else list(value)


def fill(value: Any, held: Any) -> None:
    """Make a list or array hold this."""
    if isinstance(value, np.ndarray):
        value[...] = held
    elif isinstance(value, dict):
        value.clear()
        value.update(held)
    else:
        value[:] = held


def reachable(known: Mapping[str, Any]) -> dict[int, Any]:
    """Return the lists and arrays that names lead to, by identity."""
    found: dict[int, Any] = {}
    todo = list(known.values())
    while todo:
        top = todo.pop()
        if isinstance(top, list | tuple | np.ndarray | dict) and id(top) not in found:
            found[id(top)] = top
            found[id(owner(top))] = owner(top)
            todo.extend(top.values() if isinstance(top, dict) else top if not isinstance(top, np.ndarray) else ())
    return found
