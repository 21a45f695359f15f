"""Builder and Tracer: a graph under construction, and a node of it that behaves like a number."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from ..errors import LearnerError
from ..ops.abbreviations import abbreviation
from ..ops.arrays import Shape
from ..ops.row import Row
from ..ops.table import ROWS
from .graph import Graph, Group
from .running import Cell


class Facts(NamedTuple):
    """What is known of a cell before any point is: whether an input changes it, whether it is never below 0, whether it is finite where its inputs are."""

    moves: bool
    positive: bool
    finite: bool


INPUT = Facts(True, False, True)


def fact(cell: Cell, known: Sequence[Facts]) -> Facts:
    """Return what is known of a cell; `known` of all cells before it."""
    op, args, params = cell
    if op == "input":
        return INPUT
    if op == "const":
        value = params[0]
        return Facts(
            False, value in ("pi", "e", "inf") if isinstance(value, str) else value >= 0, not isinstance(value, str)
        )
    row, given = ROWS[op], [known[a] for a in args]
    positive = row.never_negative([g.positive for g in given], args, params)
    finite = row.discrete or (row.stays_finite(params) and all(g.finite for g in given))
    return Facts(any(g.moves for g in given), positive, finite)


class Builder:
    """A growing list of interned cells.

    >>> b = Builder()
    >>> x = b.input("x")
    >>> b.add("mul", (x, x)) == b.add("mul", (x, x)), len(b.cells)
    (True, 2)
    """

    def __init__(self, cells: Iterable[Cell] = (), shapes: Iterable[Shape] = ()):
        self.cells: list[Cell] = list(cells)
        self.shapes: list[Shape] = list(shapes)
        self.index: dict[Cell, int] = {cell: i for i, cell in enumerate(self.cells)}
        self.groups: list[Group] = []
        self.told: list[Facts] = []

    def facts(self, i: int) -> Facts:
        """Return what is known of cell `i`."""
        for k in range(len(self.told), i + 1):
            self.told.append(fact(self.cells[k], self.told))
        return self.told[i]

    def intern(self, cell: Cell, shape: Shape) -> int:
        i = self.index.get(cell)
        if i is None:
            i = self.index[cell] = len(self.cells)
            self.cells.append(cell)
            self.shapes.append(shape)
        return i

    def input(self, name: str, shape: Shape = ()) -> int:
        return self.intern(("input", (), (name,)), shape)

    def constant(self, value: Any, text: str | None = None) -> int:
        """Return the node of a number (int, Fraction, float) or of "pi", "e", "nan"."""
        if isinstance(value, bool | int):
            value = Fraction(int(value))
        if text is None:
            text = (
                value if isinstance(value, str) else str(value) if isinstance(value, Fraction) else repr(float(value))
            )
        return self.intern(("const", (), (value, text)), ())

    def add(self, op: str, args: tuple[int, ...], params: tuple[Any, ...] = ()) -> int:
        """Return the node of an operation, its settings filled up and its shape worked out.

        Raises ShapeError, or LearnerError for a wrong number of arguments. A row that is a group is opened.
        """
        row = ROWS[op]
        if len(args) == 1 and row.of_one:
            return self.add(row.of_one, args, params)
        least, most = row.arity
        if len(args) < least or (most is not None and len(args) > most):
            expected = f"{least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
            raise LearnerError(f"{op} takes {expected} argument{'s' * (expected != '1')}, met {len(args)}")
        shapes = tuple(self.shapes[a] for a in args)
        params = row.settled(params, *shapes)
        if row.group:
            return self.open(row, args, params)
        shape: Shape = ()
        if not row.entrywise or any(shapes):
            shape = row.result_shape(shapes, params)
        return self.intern((op, args, params), shape)

    def graft(self, cells: Iterable[Cell], shapes: Iterable[Shape], known: Mapping[int, int] | None = None,
              node: Callable[[int, tuple[int, ...]], int | None] = lambda i, args: None) -> dict[int, int]:  # fmt: skip
        """Put the cells of another graph here and return where each came to stand.

        `known`: those that stand here already; `node(i, args)` may say where cell `i` is to stand instead.
        """
        moved = dict(known or {})
        for i, ((op, args, params), shape) in enumerate(zip(cells, shapes, strict=True)):
            if i not in moved:
                there = tuple([moved[a] for a in args])
                given = node(i, there)
                moved[i] = self.intern((op, there, params), shape) if given is None else given
        return moved

    def open(self, row: Row, args: tuple[int, ...], params: tuple[Any, ...]) -> int:
        """Return the node of an operation written out in smaller ones, noted as a group."""
        start = len(self.cells)
        assert row.opens is not None
        out = row.opens(*(Tracer(self, a) for a in args), *params)
        inner = tuple(i for i in range(start, len(self.cells)) if self.cells[i][0] not in ("input", "const"))
        if inner:
            self.groups.append(Group(row.name, row.label, inner, out.id))
        return int(out.id)

    def graph(self, out: int, **fields: Any) -> Graph:
        return Graph(
            tuple(self.cells),
            tuple(self.shapes),
            out,
            groups=tuple(self.groups) + tuple(fields.pop("groups", ())),
            **fields,
        )


def fitted(builder: Builder, part: int, shape: tuple[int, ...]) -> int:
    """Return `part` with exactly `shape`: a constant is spread over it."""
    have = builder.shapes[part]
    if have == shape:
        return part
    if not have:
        return builder.add("spread", (part,), (tuple(range(-len(shape), 0)), shape))
    return builder.add("sum_to", (part,), (have, shape))


class Tracer:
    """A node under construction that behaves like a number: operators and calls record nodes.

    >>> b = Builder()
    >>> w = Tracer(b, b.input("w"))
    >>> (w * 2 + w).builder.cells[-1][0]
    'add'
    """

    __array_priority__ = 1000
    __slots__ = ("builder", "id")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, builder: Builder, id: int):
        self.builder, self.id = builder, id

    # ----- what rules ask -----
    @property
    def shape(self) -> Shape:
        return self.builder.shapes[self.id]

    @property
    def facts(self) -> Facts:
        return self.builder.facts(self.id)

    def constant(self, value: Any) -> Tracer:
        return Tracer(self.builder, self.builder.constant(value))

    def apply(self, op: str, args: tuple[Any, ...], params: tuple[Any, ...] = ()) -> Tracer:
        return Tracer(self.builder, self.builder.add(op, tuple(self.lift(a) for a in args), params))

    def lift(self, value: Any) -> int:
        if isinstance(value, Tracer):
            if value.builder is not self.builder:
                raise LearnerError("a tracer of another graph was used; build each graph in one call of gt.graph")
            return value.id
        if not isinstance(value, np.ndarray | np.generic) and hasattr(value, "__array__"):  # of PyTorch or JAX
            value = np.asarray(value)
        if isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim):
            parts = tuple(self.lift(v) for v in value)
            return self.builder.add("vector", parts)
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, float):
            return (
                self.builder.constant(Fraction(repr(value)), repr(value))
                if np.isfinite(value)
                else self.builder.constant(repr(value))
            )
        if isinstance(value, int | Fraction):
            return self.builder.constant(value)
        raise LearnerError(f"cannot use {value!r} in a graph; expected a number, a tracer or a list of them")

    def binary(self, op: str, other: Any, turned: bool = False) -> Tracer:
        return self.apply(op, (other, self) if turned else (self, other))

    # ----- what Python code does with a number -----
    def __add__(self, other: Any) -> Tracer:
        return self.binary("add", other)

    def __radd__(self, other: Any) -> Tracer:
        return self.binary("add", other, True)

    def __sub__(self, other: Any) -> Tracer:
        return self.binary("sub", other)

    def __rsub__(self, other: Any) -> Tracer:
        return self.binary("sub", other, True)

    def __mul__(self, other: Any) -> Tracer:
        return self.binary("mul", other)

    def __rmul__(self, other: Any) -> Tracer:
        return self.binary("mul", other, True)

    def __truediv__(self, other: Any) -> Tracer:
        return self.binary("div", other)

    def __rtruediv__(self, other: Any) -> Tracer:
        return self.binary("div", other, True)

    def __matmul__(self, other: Any) -> Tracer:
        return self.binary("matmul", other)

    def __rmatmul__(self, other: Any) -> Tracer:
        return self.binary("matmul", other, True)

    def __pow__(self, other: Any) -> Tracer:
        if isinstance(other, int | float | Fraction):
            exponent = Fraction(repr(other)) if isinstance(other, float) else Fraction(other)
            return self.apply("power", (self,), (exponent,))
        return self.binary("pow", other)

    def __rpow__(self, other: Any) -> Tracer:
        return self.binary("pow", other, True)

    def __mod__(self, other: Any) -> Tracer:
        return self.binary("mod", other)

    def __rmod__(self, other: Any) -> Tracer:
        return self.binary("mod", other, True)

    def __neg__(self) -> Tracer:
        return self.apply("neg", (self,))

    def __abs__(self) -> Tracer:
        return self.apply("abs", (self,))

    def __lt__(self, other: Any) -> Tracer:
        return self.binary("lt", other)

    def __le__(self, other: Any) -> Tracer:
        return self.binary("le", other)

    def __gt__(self, other: Any) -> Tracer:
        return self.binary("gt", other)

    def __ge__(self, other: Any) -> Tracer:
        return self.binary("ge", other)

    def __eq__(self, other: object) -> Any:
        return self.binary("eq", other)

    def __ne__(self, other: object) -> Any:
        return self.binary("ne", other)

    def __getitem__(self, key: Any) -> Tracer:
        keys = key if isinstance(key, tuple) else (key,)
        return self.apply(
            "index", (self,), (tuple((k.start, k.stop, k.step) if isinstance(k, slice) else int(k) for k in keys),)
        )

    def __len__(self) -> int:
        if not self.shape:
            raise LearnerError("a number has no length; give the name a shape with shapes={…}")
        return self.shape[0]

    @property
    def T(self) -> Tracer:
        return self.apply("transpose", (self,))

    def __bool__(self) -> bool:
        raise LearnerError(
            "a graph has no truth of its own while it is built; write gt.fn.where(condition, a, b) or gt.fn.max(a, b) instead of if"
        )

    def __float__(self) -> float:
        raise LearnerError("a graph has no number while it is built; trace it at a point with .trace(at={…})")

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **settings: Any) -> Tracer:
        if method != "__call__":
            raise LearnerError(f"np.{ufunc.__name__}.{method} is no operation of a graph; gt.fn lists those that are")
        return self.called(ufunc.__name__, args, settings)

    def __array_function__(self, function: Any, types: Any, args: Any, settings: Any) -> Tracer:
        return self.called(function.__name__, *bound(function, args, settings))

    def __getattr__(self, name: str) -> Callable[..., Tracer]:
        if name.startswith("_") or not known_call(name):
            raise AttributeError(f"a graph's node has no '{name}'; gt.fn lists the operations")
        return lambda *args, **settings: self.called(name, (self, *args), settings)

    def called(self, name: str, args: Sequence[Any], settings: Mapping[str, Any]) -> Tracer:
        """Return what a function of NumPy, math, PyTorch or JAX makes, by the names of rows and abbreviations."""
        given = {SETTINGS.get(key, key): value for key, value in settings.items() if value is not None}
        keep = given.pop("keepdims", False)
        args = spread_out(BY_NAME.get(name), args)
        row = row_called(name, args)
        if row is None:
            return self.short_for(name, (*args, *given.values()), given)
        out = self.apply(row.name, tuple(args[: row.arity[1]]), params_of(row, name, args, given))
        return self.kept(args[0], out, given.get("axis")) if keep else out

    def short_for(self, name: str, args: Sequence[Any], given: Mapping[str, Any]) -> Tracer:
        short = abbreviation(name, len(args), code=True)
        if short is None or not set(given) <= LIMITS:
            raise LearnerError(
                f"'{name}' of {len(args)} argument{'s' * (len(args) != 1)} is no operation of a graph; gt.fn lists those that are"
            )
        return Tracer(self.builder, self.lift(short.meaning(Applied(self), *args)))

    def kept(self, x: Any, out: Tracer, axis: Any) -> Tracer:
        """Return a result with the axes that were gone over kept, each of length 1."""
        shape = Tracer(self.builder, self.lift(x)).shape
        gone = {
            a % len(shape)
            for a in (range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,))
        }
        return self.apply("reshape", (out,), (tuple(1 if k in gone else n for k, n in enumerate(shape)),))


SETTINGS = {"dim": "axis", "keepdim": "keepdims", "negative_slope": "slope"}  # PyTorch's words for NumPy's
NAMED = {"axis", "dim", "keepdims", "keepdim", "ord", "out", "dtype", "where", "initial"}
LIMITS = {"a_min", "a_max", "min", "max"}
BY_NAME: dict[str, Row] = {name: row for row in reversed(ROWS.values()) for name in row.names}


def spread_out(row: Row | None, args: Sequence[Any]) -> Sequence[Any]:
    """Return the arguments of np.concatenate((a, b)) and max([a, b]) one by one."""
    return (
        (*args[0], *args[1:])
        if row is not None and row.arity[1] is None and isinstance(args[0], list | tuple)
        else args
    )


def row_called(name: str, args: Sequence[Any]) -> Row | None:
    """Return the row that a function of this name means of these arguments; None where it may be short for something."""
    row = BY_NAME.get(name)
    if row is None or (row.arity[1] is not None and not row.params and len(args) > row.arity[1]):
        return None
    if row.name == "dot" and any(len(getattr(a, "shape", ())) > 1 for a in args):
        return ROWS["matmul"]  # as NumPy's dot of a matrix is its product
    return ROWS[row.of_one] if len(args) == 1 and row.of_one else row


def params_of(row: Row, name: str, args: Sequence[Any], given: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a row's settings: those given by name, and those that stand behind its arguments."""
    keys = [key for key, _ in row.params if key not in row.inner]
    behind = args[row.arity[1] :] if row.arity[1] is not None else ()
    known = {**given, **dict(zip(keys, behind, strict=False))}
    if unread := [key for key in known if key not in keys]:
        raise LearnerError(
            f"{name}: the setting '{unread[0]}' is not read here; {name} takes {', '.join(keys) or 'none'}"
        )
    return tuple(known.get(key, default) for key, default in row.params) if known else ()


def known_call(name: str) -> bool:
    return name in BY_NAME or any(abbreviation(name, count, code=True) for count in (1, 2, 3))


def bound(function: Any, args: Any, settings: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return arguments as nodes and settings by their names, as the function's signature has them; a norm of order 2 is the norm."""
    try:
        found = dict(inspect.signature(function).bind(*args, **settings).arguments)
    except (TypeError, ValueError):
        return tuple(args), dict(settings)
    if any(isinstance(v, dict) for v in found.values()):
        return tuple(args), dict(settings)
    if found.get("ord") in (2, "fro"):
        del found["ord"]
    asked = NAMED - {"where"} if "condition" in found else NAMED
    named = {key: found.pop(key) for key in list(found) if key in asked}
    return tuple(found.values()), named


class Applied:
    """The operations as functions that a tracer's graph takes up, of plain numbers too: log 2."""

    def __init__(self, tracer: Tracer):
        self.tracer = tracer

    def __getattr__(self, op: str) -> Callable[..., Tracer]:
        return lambda *args: self.tracer.apply(op, args)

    def pow(self, base: Any, exponent: Any) -> Any:
        return base**exponent
