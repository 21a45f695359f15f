"""Compile: a graph and its adjoints as straight-line NumPy code, value and all gradients in one call.

One statement a node, named by node numbers and filled from rows: no text that a user typed gets
into the code. One point runs on floats, a batch (a leading axis) on arrays.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np

from .adjoint import Backward, backward
from .errors import LearnerError, ShapeError
from .graphs import NUMBERS, Graph, settings, to_float
from .maths.arrays import Entry, erf, show_shape
from .maths.ops import ROWS
from .maths.row import Row

PIECE = 2**14  # numbers in the widest array of a piece of a batch: 128 KB, measured best
INLINE = 100  # characters: a value used once is written where it is used, up to this length (Python's compiler recurses)
FLOATS = {float, int}
REDUCTIONS = (None, "sum", "mean")
SCALARS = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")} | {"abs": abs, "erf": erf}


@dataclass
class Function:
    """`f({"w0": …})` → (value, {"w0": gradient, …}).

    Inputs are numbers, or arrays of the input's shape; any of them may have one leading batch axis.
    `reduce` None keeps the batch axis; "sum" and "mean" reduce the value over it, and the gradients
    of inputs that have no batch axis. Gradients have the shapes of their inputs. `wrt` names the
    inputs that gradients are wanted for (all if left out); `()` gives the value alone.
    """

    graph: Graph
    reduce: str | None = None
    tie: str = "zero"
    wrt: tuple[str, ...] | None = None
    walk: Backward = field(init=False, repr=False)
    codes: dict[Any, Callable[..., Any]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        if self.reduce not in REDUCTIONS:
            raise LearnerError(f"reduce='{self.reduce}' is no reduction; expected None, 'sum' or 'mean'")
        self.inputs = [(n.name, n.shape) for n in self.graph.inputs]
        self.names = [name for name, _ in self.inputs]
        self.wanted = self.names if self.wrt is None else [name for name in self.names if name in self.wrt]
        ids = tuple(self.graph.ids[name] for name in self.wanted)
        self.walk = forward_alone(self.graph) if self.wrt == () else backward(self.graph, self.tie, None if self.wrt is None else ids)
        self.getter: Any = itemgetter(*self.names) if len(self.names) > 1 else None
        self.scalar = not any(self.walk.shapes)
        self.adjoints = [self.walk.gradient[i] for i in ids]
        self.fast = scalar_code(self.walk, self.adjoints) if self.scalar else None

    def __call__(self, at: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        try:
            given = self.pick(at)
        except KeyError as missing:
            raise LearnerError(f"no value for {missing.args[0]}; give one to each of {', '.join(self.names)}") from None
        if self.fast is not None and FLOATS.issuperset(map(type, given)):
            try:
                value, gradients = self.fast(*given)
                return value, dict(zip(self.wanted, gradients, strict=True))
            except (OverflowError, ZeroDivisionError, ValueError):
                pass
        return self.arrays(given)

    def pick(self, at: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the values of the inputs in order."""
        return self.getter(at) if len(self.names) > 1 else tuple(at[name] for name in self.names)

    def arrays(self, given: Sequence[Any]) -> tuple[Any, dict[str, Any]]:
        """Return value and gradients on arrays, one point or a batch."""
        values = [np.asarray(v, dtype=float) for v in given]
        batched = tuple(self.is_batched(name, v, shape) for (name, shape), v in zip(self.inputs, values, strict=True))
        sizes = {len(v) for v, many in zip(values, batched, strict=True) if many}
        if len(sizes) > 1:
            raise ShapeError(f"batches of {' and '.join(map(str, sorted(sizes)))} points met; all inputs with a batch axis need the same number")
        code = self.code(batched)
        with np.errstate(all="ignore"):
            out = code(*sizes or (1,), *values)
        results = [v.item() if isinstance(v, np.ndarray | np.generic) and v.ndim == 0 else v for v in out]
        return results[0], dict(zip(self.wanted, results[1:], strict=True))

    def code(self, batched: tuple[bool, ...]) -> Callable[..., Any]:
        """Return `run(N, *inputs)` → (value, *gradients) on arrays; `batched` says which inputs have N points in front."""
        code = self.codes.get(batched)
        if code is None:
            code = self.codes[batched] = batch_code(self.walk, self.wanted, batched, self.reduce)
        return code

    def is_batched(self, name: str, value: Any, shape: tuple[int, ...]) -> bool:
        if value.shape == shape:
            return False
        if value.ndim == len(shape) + 1 and value.shape[1:] == shape:
            return True
        raise ShapeError(f"'{name}' has shape {show_shape(value.shape)}; expected {show_shape(shape)}, or that with a batch axis in front")

    def __reduce__(self) -> Any:
        return Function, (self.graph, self.reduce, self.tie, self.wrt)


def forward_alone(graph: Graph) -> Backward:
    """Return a walk without a way back: for values alone, of an output of any shape."""
    return Backward(graph, graph.cells, graph.shapes, -1, (), (-1,) * len(graph), "zero")


def needed(walk: Backward, outs: list[int]) -> list[int]:
    """Return the ids that `outs` depend on, in order."""
    live = [False] * len(walk.cells)
    for i in outs:
        live[i] = True
    for i in range(len(walk.cells) - 1, -1, -1):
        if live[i]:
            for a in walk.cells[i][1]:
                live[a] = True
    return [i for i, alive in enumerate(live) if alive]


def literal(value: Any) -> str:
    """Return the Python literal of a constant."""
    number = NUMBERS[value][0] if isinstance(value, str) else to_float(value)
    if math.isfinite(number):
        return f"({number!r})" if number < 0 else repr(number)
    return "nan" if math.isnan(number) else "inf" if number > 0 else "(-inf)"


def make(lines: list[str], args: list[str], result: str, space: dict[str, Any]) -> Callable[..., Any]:
    body = "\n ".join([*lines, f"return {result}"])
    scope = dict(space)
    exec(compile(f"def run({', '.join(args)}):\n {body}\n", "<graph>", "exec"), scope)  # the text holds rows' templates and node numbers only
    return scope["run"]  # type: ignore[no-any-return]


# ----- one point, floats -----
def scalar_code(walk: Backward, adjoints: list[int]) -> Callable[..., Any]:
    """Return `run(*inputs)` → (value, (gradient, …)) over Python floats."""
    space: dict[str, Any] = dict(SCALARS)
    lines, (value, *gradients) = scalar_body(walk, [walk.graph.out, *adjoints], space)
    args = [f"v{n.id}" for n in walk.graph.inputs]
    return make(lines, args, f"{value}, ({''.join(g + ', ' for g in gradients)})", space)


def scalar_body(walk: Backward, outs: list[int], space: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return statements over floats `v0`, `v1`, … (inputs by their ids) and the expressions of `outs` after them."""
    lines: list[str] = []
    names: dict[int, str] = {}
    live = needed(walk, outs)
    uses = count_uses(walk, live, outs)
    for i in live:
        op, args, params = walk.cells[i]
        if op == "input":
            continue
        if op == "const":
            names[i] = literal(params[0])
            continue
        text = scalar_statement(ROWS[op], [names.get(a, f"v{a}") for a in args], params, i, space)
        if uses[i] == 1 and len(text) < INLINE:
            names[i] = f"({text})"
        else:
            lines.append(f"v{i} = {text}")
    return lines, [names.get(i, f"v{i}") for i in outs]


def count_uses(walk: Backward, live: list[int], outs: list[int]) -> Counter[int]:
    """Return how often the code will mention each node: an operation's code may mention an argument twice."""
    uses = Counter(outs)
    for i in live:
        op, args, params = walk.cells[i]
        code = code_of(ROWS[op], params) if args else None
        for slot, a in enumerate(args):
            uses[a] += max(1, code.count(f"{{{slot}}}")) if code else 1
    return uses


def code_of(row: Row, params: tuple[Any, ...]) -> str | None:
    return row.code(*params) if callable(row.code) else row.code


def scalar_statement(row: Row, given: list[str], params: tuple[Any, ...], i: int, space: dict[str, Any]) -> str:
    code = code_of(row, params)
    if code is not None and len(given) <= 2 + code.count("{2}"):
        return code.format(*given)
    if code is not None and row.note is not None and row.note.join:
        return code[len("{0}") : -len("{1}")].join(given)
    space[f"f{i}"] = with_params(row, params)
    return f"f{i}({', '.join(given)})"


def with_params(row: Row, params: tuple[Any, ...]) -> Callable[..., Any]:
    """Return the row's function on floats with its settings filled in."""
    run = row.forward.numeric if isinstance(row.forward, Entry) else row.forward
    return partial(after, run, settings(params)) if params else run


def after(run: Callable[..., Any], params: tuple[Any, ...], *args: Any) -> Any:
    return run(*args, *params)


# ----- arrays and batches -----
def lift(value: Any, axes: int) -> Any:
    """Return a batch (N, …) with `axes` axes of one put after the batch axis, so that points broadcast as points."""
    return np.expand_dims(value, tuple(range(1, 1 + axes)))


def batch_code(walk: Backward, wanted: list[str], batched: tuple[bool, ...], reduce: str | None, value: bool = True) -> Callable[..., Any]:
    """Return `run(N, *inputs)` → (value, *gradients of `wanted`) over arrays; `batched` says which inputs have N points in front.

    A reduction over many points goes through them in pieces that stay in the processor's cache.
    Without `value` the gradients alone are returned.
    """
    code, width = piece_code(walk, wanted, batched, reduce, value)
    size = max(64, PIECE // width)
    kept = any(many for node, many in zip(walk.graph.inputs, batched, strict=True) if node.name in wanted)
    if reduce is None or kept or not any(batched):
        return lambda N, *inputs: code(N, N, *inputs)

    def run(N: int, *inputs: Any) -> tuple[Any, ...]:
        if size >= N:
            return code(N, N, *inputs)  # type: ignore[no-any-return]
        total: tuple[Any, ...] = ()
        for i in range(0, N, size):
            part = code(min(size, N - i), N, *[v[i : i + size] if many else v for v, many in zip(inputs, batched, strict=True)])
            total = tuple([a + b for a, b in zip(total, part, strict=True)]) if total else part
        return total

    return run


def piece_code(walk: Backward, wanted: list[str], batched: tuple[bool, ...], reduce: str | None, value: bool) -> tuple[Callable[..., Any], int]:
    """Return `run(N, M, *inputs)` over N points of M, and how many numbers its widest node holds for a point."""
    space: dict[str, Any] = {"np": np, "lift": lift, "nan": np.nan, "inf": np.inf}
    out = walk.graph.out
    inputs = {n.id: many for n, many in zip(walk.graph.inputs, batched, strict=True)}
    places = [walk.graph.ids[name] for name in wanted]
    many = spreads(walk, inputs)
    strokes = {walk.gradient[i]: in_one_stroke(walk, walk.gradient[i], many) if reduce is not None and not inputs[i] else None for i in places}
    outs = [out] * value + [a for adjoint, stroke in strokes.items() for a in (walk.cells[adjoint][1] if stroke else (adjoint,))]
    live = needed(walk, outs)
    uses = count_uses(walk, live, outs * 2)
    constants = constant_values(walk, live)
    lines: list[str] = []
    names: dict[int, str] = {}
    for i in live:
        op, args, params = walk.cells[i]
        if op == "input":
            continue
        if i in constants:
            space[f"v{i}"] = constants[i]
            continue
        row = ROWS[op]
        depth = len(walk.shapes[i]) if row.entrywise else 0
        given = [names.get(a, f"v{a}") for a in args]
        given = [f"lift({text}, {depth - len(walk.shapes[a])})" if many[a] and depth > len(walk.shapes[a]) else text for a, text in zip(args, given, strict=True)]
        if row.operators:
            text = scalar_statement(row, given, params, i, space)
        else:
            space[f"f{i}"] = with_params(row, params)
            text = f"f{i}({', '.join(given)})"
        if uses[i] == 1 and len(text) < INLINE:
            names[i] = f"({text})"
        else:
            lines.append(f"v{i} = {text}")
    batch = any(batched)
    scale = " / M" if reduce == "mean" else ""
    results = [value_code(out, many[out], batch, reduce)] * value
    for place in places:
        adjoint = walk.gradient[place]
        stroke = strokes[adjoint]
        if stroke is not None:
            space[f"r{adjoint}"] = stroke
            text = f"r{adjoint}({', '.join(f'v{a}' for a in walk.cells[adjoint][1])})"
        else:
            text = gradient_code(adjoint, walk.shapes[place], many[adjoint], batch, reduce is None or inputs[place])
        results.append(text + scale * batch)
    width = max([math.prod(walk.shapes[i]) for i in live if many[i] and walk.cells[i][1]], default=1)
    return make(lines, ["N", "M", *(f"v{n.id}" for n in walk.graph.inputs)], f"({''.join(r + ', ' for r in results)})", space), width


def value_code(out: int, many: bool, batch: bool, reduce: str | None) -> str:
    """Return the code of the value, reduced over the batch."""
    if reduce is None or not batch:
        return f"v{out}"
    total = f"np.add.reduce(v{out})" if many else f"v{out} * N"
    return total + " / M" if reduce == "mean" else total


def constant_values(walk: Backward, live: list[int]) -> dict[int, Any]:
    """Return the values of the nodes that depend on constants alone."""
    known: dict[int, Any] = {}
    for i in live:
        op, args, params = walk.cells[i]
        if op == "const":
            known[i] = np.float64(NUMBERS[params[0]][0] if isinstance(params[0], str) else to_float(params[0]))
        elif args and all(a in known for a in args):
            with np.errstate(all="ignore"):
                known[i] = np.asarray(with_params(ROWS[op], params)(*(known[a] for a in args)), dtype=float)[()]
    return known


def spreads(walk: Backward, inputs: dict[int, bool]) -> list[bool]:
    """Return for each node whether it has one value a point, given which inputs do."""
    many: list[bool] = []
    for i, (op, args, _) in enumerate(walk.cells):
        many.append(inputs[i] if op == "input" else any([many[a] for a in args]))
    return many


def in_one_stroke(walk: Backward, adjoint: int, many: list[bool]) -> Callable[..., Any] | None:
    """Return the function of the arguments of `adjoint` that sums it over the batch without making it for each point."""
    op, args, _ = walk.cells[adjoint]
    row = ROWS.get(op)
    return row.reduced if row is not None and row.reduced is not None and len(args) == 2 and all(many[a] for a in args) else None


def gradient_code(adjoint: int, shape: tuple[int, ...], many: bool, batch: bool, each: bool) -> str:
    """Return the code of one input's gradient: for `each` point, or summed over the batch."""
    if not batch:
        return f"v{adjoint}"
    if each:
        return f"v{adjoint}" if many else f"np.broadcast_to(v{adjoint}, (N,) + {shape!r})"
    return f"np.add.reduce(v{adjoint}, 0)" if many else f"(v{adjoint} * N)"


def compiled(graph: Graph, reduce: str | None = None, tie: str = "zero", wrt: tuple[str, ...] | None = None) -> Function:
    """Return value and gradients of `graph` as one compiled function; see `Function`."""
    return Function(graph, reduce, tie, wrt)


__all__ = ["Fraction", "Function", "compiled"]
