"""Graph: interned nodes in topological order, and the builder and tracers that make one.

A node is a cell `(op, args, params)`; equal cells are one node, and ids are given in the order of
interning, so they are a topological order and backward is `reversed`. Leaves are the cells
`("input", (), (name,))` and `("const", (), (value, text))`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import mpmath
import numpy as np
import sympy as sp

from ..errors import LearnerError, ShapeError
from ..language import write
from ..ops.arrays import Shape, show_shape
from ..ops.row import Row
from ..ops.table import ROWS

Cell = tuple[str, tuple[int, ...], tuple[Any, ...]]
ATOM = 70
PARAMETER = re.compile(r"(?:w|W|b|B|U|V|theta|Theta|beta|bias|weight|weights|θ|Θ|β)[_\d]*")
NUMBERS = {"pi": (float(np.pi), sp.pi, mpmath.pi), "e": (float(np.e), sp.E, mpmath.e), "nan": (float("nan"), sp.nan, mpmath.nan),
           "inf": (float("inf"), sp.oo, mpmath.inf), "-inf": (float("-inf"), -sp.oo, -mpmath.inf)}  # fmt: skip


class Node(NamedTuple):
    """One node as a person sees it. `args` are ids; `text` is its formula over the names of its arguments.

    `role` is "parameter", "data", "constant", "operation" or "output".
    """

    id: int
    name: str
    op: str
    args: tuple[int, ...]
    shape: Shape
    text: str
    params: tuple[Any, ...]
    role: str


class Edge(NamedTuple):
    """From an operation (`source`) to its argument number `slot` (`target`): the way a gradient goes."""

    source: int
    target: int
    slot: int


class Group(NamedTuple):
    """Nodes that belong together under one name: a named line, or an operation that was opened."""

    name: str
    label: str
    nodes: tuple[int, ...]
    output: int


@dataclass(frozen=True)
class Graph:
    """A computation graph. Compares, hashes and pickles by its cells.

    `names` holds the names given to nodes, in order; `output` is the output's id.
    """

    cells: tuple[Cell, ...]
    shapes: tuple[Shape, ...]
    out: int
    names: tuple[tuple[int, str], ...] = ()
    parameters: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    symbols: tuple[tuple[str, sp.Symbol], ...] = field(default=(), compare=False)
    source: str = field(default="", compare=False)

    def __len__(self) -> int:
        return len(self.cells)

    def __hash__(self) -> int:
        return self.hashed

    def __getstate__(self) -> dict[str, Any]:
        return {
            f.name: getattr(self, f.name) for f in fields(self)
        }  # without what was cached: hashes of text differ between processes

    @cached_property
    def hashed(self) -> int:
        """The hash, worked out once: compiled code is kept by graph."""
        return hash((self.cells, self.shapes, self.out, self.names, self.parameters, self.groups))

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(self.node(i) for i in range(len(self.cells)))

    @property
    def output(self) -> Node:
        return self.node(self.out)

    @cached_property
    def inputs(self) -> tuple[Node, ...]:
        """The named leaves, in the order in which they appear."""
        return tuple(self.node(i) for i, cell in enumerate(self.cells) if cell[0] == "input")

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The name of every node: the one given to it, a leaf's own, or v1, v2, … in topological order."""
        given: dict[int, str] = {}
        for i, name in self.names:
            given.setdefault(i, name)
        taken = {name for _, name in self.names} | {c[2][0] for c in self.cells if c[0] == "input"}
        labels, count = [], 0
        for i, (op, _, params) in enumerate(self.cells):
            if i in given:
                labels.append(given[i])
            elif op == "input":
                labels.append(params[0])
            elif op == "const":
                labels.append(params[1])
            else:
                count += 1
                while f"v{count}" in taken:
                    count += 1
                labels.append(f"v{count}")
        return tuple(labels)

    @cached_property
    def ids(self) -> dict[str, int]:
        """Every name, aliases too, with the id of its node; constants have none."""
        found = {label: i for i, label in enumerate(self.labels) if self.cells[i][0] != "const"}
        return found | {name: i for i, name in self.names}

    def name(self, i: int) -> str:
        return self.labels[i]

    def node(self, i: int) -> Node:
        op, args, params = self.cells[i]
        role = "operation"
        if op == "const":
            role = "constant"
        elif op == "input":
            role = "parameter" if params[0] in self.parameters else "data"
        if i == self.out:
            role = "output"
        return Node(i, self.labels[i], op, args, self.shapes[i], self.text(i), params, role)

    def row(self, i: int) -> Row:
        return ROWS[self.cells[i][0]]

    def text(self, i: int, form: str = "plain") -> str:
        """Return the formula of node `i` over the names of its arguments; a leaf's is its name."""
        return self.formula(i, form, depth=1)

    def formula(
        self, i: int, form: str = "plain", depth: int | None = None, stops: Mapping[int, str] | None = None
    ) -> str:
        """Return node `i` written out down to leaves, to `stops` (id → its text), or `depth` operations deep."""
        parts: dict[int, write.Part] = {}
        todo = [(i, 0, False)]
        while todo:
            j, level, ready = todo.pop()
            if j in parts:
                continue
            op, args, params = self.cells[j]
            if stops is not None and j in stops and j != i:
                parts[j] = write.Part(stops[j], ATOM)
            elif op == "const":
                parts[j] = constant(params, form)
            elif op == "input" or (depth is not None and level >= depth):
                parts[j] = write.Part(write.name(self.labels[j], form), ATOM)
            elif ready:
                row, given = ROWS[op], [parts[a] for a in args]
                parts[j] = (
                    row.written(given, *params, form)
                    if row.written
                    else write.operation(row, given, self.settings(j, form), form)
                )
            else:
                todo.append((j, level, True))
                todo.extend((a, level + 1, False) for a in reversed(args))
        return parts[i].text

    def settings(self, i: int, form: str) -> tuple[Any, ...]:
        """Return the settings of node `i` as a person gives them: axes counted from the front, and those for code alone only in plain text."""
        op, args, params = self.cells[i]
        row = ROWS[op]
        unusual = {key for key, _ in write.unusual(row, params)}
        if not unusual or len(params) != len(row.params):
            return params
        given = tuple(
            from_front(v, len(self.shapes[args[0]])) if key in unusual and key == "axis" else v
            for (key, _), v in zip(row.params, params, strict=True)
        )
        return given if form == "plain" else row.seen(given)

    def edges(self) -> tuple[Edge, ...]:
        """Return every edge, both of `x*x` too, in topological order."""
        return tuple(Edge(i, a, slot) for i, (_, args, _) in enumerate(self.cells) for slot, a in enumerate(args))

    # ----- evaluation -----
    def evaluate(self, point: Mapping[str, Any], algebra: str = "exact") -> list[Any]:
        """Return the value of every node at `point` (input name → number or array).

        `algebra`: "exact" keeps rationals as Fractions, "float", "sympy" or "mpmath".
        A value outside an operation's domain is nan or inf; nothing is raised.
        """
        if algebra == "exact" and any(self.shapes):
            algebra, point = "float", {name: to_float(value) for name, value in point.items()}
        return run(self.cells, self.shapes, point, algebra)

    def expression(self, i: int | None = None) -> Any:
        """Return node `i` (the output) as a SymPy expression, a matrix of entries if it has a shape."""
        return as_sympy(run(self.cells, self.shapes, self.entries, "sympy", upto=self.out if i is None else i)[-1])

    @cached_property
    def entries(self) -> dict[str, Any]:
        """Every input as a SymPy symbol, or an object array of symbols `W[0, 1]`."""
        known = dict(self.symbols)
        return {n.name: entries_of(n.name, n.shape, known.get(n.name)) for n in self.inputs}


def from_front(axis: Any, dimensions: int) -> Any:
    """Return an axis or axes counted from the front; a single one as a number.

    >>> from_front((-2,), 3), from_front(-1, 2), from_front((-3, -2), 3)
    (1, 1, (0, 1))
    """
    if isinstance(axis, tuple):
        return axis[0] % dimensions if len(axis) == 1 else tuple(a % dimensions for a in axis)
    return axis % dimensions if isinstance(axis, int) else axis


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


def constant(params: tuple[Any, ...], form: str) -> write.Part:
    value, text = params
    return write.number(text if isinstance(value, str) or text else value, form)


# ----- running cells over an algebra -----
EXACT_BITS = 4096


def run(
    cells: Iterable[Cell], shapes: tuple[Shape, ...], point: Mapping[str, Any], algebra: str, upto: int | None = None
) -> list[Any]:
    """Return the value of each cell; see `Graph.evaluate`."""
    values: list[Any] = []
    scalars_only = not any(shapes)
    which = {"exact": 0, "float": 0, "sympy": 1, "mpmath": 2}[algebra]
    with np.errstate(all="ignore"):
        for i, (op, args, params) in enumerate(cells):
            if op == "input":
                values.append(point[params[0]])
            elif op == "const":
                values.append(constant_value(params[0], algebra, which))
            else:
                given = [values[a] for a in args]
                out = apply_row(ROWS[op], given, params, algebra)
                values.append(
                    out if scalars_only or algebra in ("exact", "mpmath") else np.asarray(out) if shapes[i] else out
                )
            if upto == i:
                break
    return values


def run_values(graph: Graph, args: Iterable[Any]) -> Any:
    """Return the output of a graph over the inputs `0`, `1`, … in whatever algebra the arguments are of."""
    values = list(args)
    algebra = "float"
    for value in values:
        first = value.flat[0] if isinstance(value, np.ndarray) and value.dtype == object else value
        if isinstance(first, sp.Basic):
            algebra = "sympy"
        elif isinstance(first, mpmath.mpf):
            algebra = "mpmath"
        elif isinstance(first, Fraction) and algebra == "float":
            algebra = "exact"
    return run(graph.cells, graph.shapes, {str(k): v for k, v in enumerate(values)}, algebra, upto=graph.out)[-1]


def constant_value(value: Any, algebra: str, which: int) -> Any:
    if isinstance(value, str):
        number = NUMBERS[value][which]
        return +number if algebra == "mpmath" else number
    if algebra == "sympy":
        return sp.Rational(value.numerator, value.denominator) if isinstance(value, Fraction) else sp.Float(value)
    if algebra == "mpmath":
        return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else mpmath.mpf(value)
    return to_float(value) if algebra == "float" else value


def apply_row(row: Row, given: list[Any], params: tuple[Any, ...], algebra: str) -> Any:
    """Return `row.forward` with what Python raises at the edge of a domain turned into nan or inf."""
    try:
        out = row.forward(*given, *(settings(params) if algebra == "float" else params))
    except (ZeroDivisionError, ValueError, OverflowError, TypeError):
        if algebra not in ("exact", "float"):
            return sp.nan if algebra == "sympy" else mpmath.nan
        return edge_value(row, given, params)
    if isinstance(out, Fraction) and out.numerator.bit_length() + out.denominator.bit_length() > EXACT_BITS:
        return to_float(out)
    if isinstance(out, complex | mpmath.mpc):
        return float("nan") if algebra != "mpmath" else mpmath.nan
    return (
        Fraction(out)
        if algebra == "exact" and isinstance(out, int)
        else float(out)
        if algebra == "float" and isinstance(out, int | Fraction)
        else out
    )


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


# ----- building -----
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
        least, most = row.arity
        if len(args) < least or (most is not None and len(args) > most):
            expected = f"{least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
            raise LearnerError(f"{op} takes {expected} argument{'s' * (expected != '1')}, met {len(args)}")
        if len(params) < len(row.params):
            params = (*params, *(default for _, default in row.params[len(params) :]))
        shapes = tuple(self.shapes[a] for a in args)
        params = row.settle(params, *shapes) if row.params else ()
        if row.group:
            return self.open(row, args, params)
        shape: Shape = ()
        if not row.entrywise or any(shapes):
            shape = row.result_shape(shapes, params)
        return self.intern((op, args, params), shape)

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
    def is_constant(self) -> bool:
        return self.builder.cells[self.id][0] == "const"

    def constant(self, value: Any) -> Tracer:
        return Tracer(self.builder, self.builder.constant(value))

    def apply(self, op: str, args: tuple[Any, ...], params: tuple[Any, ...] = ()) -> Tracer:
        return Tracer(self.builder, self.builder.add(op, tuple(self.lift(a) for a in args), params))

    def lift(self, value: Any) -> int:
        if isinstance(value, Tracer):
            if value.builder is not self.builder:
                raise LearnerError("a tracer of another graph was used; build each graph in one call of gt.graph")
            return value.id
        if isinstance(value, np.ndarray | list | tuple) and np.ndim(value):
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

    def sum(self, axis: Any = None) -> Tracer:
        return self.apply("total", (self,), (axis,))

    def mean(self, axis: Any = None) -> Tracer:
        return self.apply("mean", (self,), (axis,))

    def __bool__(self) -> bool:
        raise LearnerError(
            "a graph has no truth of its own while it is built; write gt.fn.where(condition, a, b) or gt.fn.max(a, b) instead of if"
        )

    def __float__(self) -> float:
        raise LearnerError("a graph has no number while it is built; trace it at a point with .trace(at={…})")

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **settings: Any) -> Tracer:
        op = UFUNCS.get(ufunc.__name__) or next(
            (row.name for row in ROWS.values() if ufunc.__name__ in row.names), None
        )
        if op is None or method != "__call__" or settings:
            raise LearnerError(f"np.{ufunc.__name__} is no operation of a graph; gt.fn lists those that are")
        return self.apply(op, args)


UFUNCS = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "div", "negative": "neg", "matmul": "matmul", "absolute": "abs", "power": "pow",
          "less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge", "equal": "eq", "not_equal": "ne"}  # fmt: skip


def default_parameters(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names taken for parameters when nothing is said: w, W, b, U, V, θ, β, with digits.

    >>> default_parameters(["w0", "x0", "b", "y"])
    ('w0', 'b')
    """
    return tuple(n for n in names if PARAMETER.fullmatch(n))


def with_roles(graph: Graph, parameters: Iterable[str] | None, data: Iterable[str] | None) -> Graph:
    """Return `graph` with its inputs told apart; an unknown name is a LearnerError."""
    names = [n.name for n in graph.inputs]
    for given in (*(parameters or ()), *(data or ())):
        if given not in names:
            raise LearnerError(f"'{given}' is no input of this graph; its inputs are {', '.join(names) or 'none'}")
    if parameters is None:
        chosen = default_parameters(names) if data is None else tuple(n for n in names if n not in set(data))
    else:
        chosen = tuple(n for n in names if n in set(parameters))
    return replace(graph, parameters=chosen)


def check_shape(name: str, shape: Any) -> Shape:
    """Return a shape as a tuple; `2` is `(2,)`, as in NumPy."""
    given = (shape,) if isinstance(shape, int) else tuple(shape)
    if not all(isinstance(n, int) and n > 0 for n in given):
        raise ShapeError(f"shape {shape!r} of '{name}': expected whole numbers above 0, such as 2 or (3, 2)")
    return given


__all__ = ["Builder", "Cell", "Edge", "Graph", "Group", "Node", "Tracer", "show_shape"]
