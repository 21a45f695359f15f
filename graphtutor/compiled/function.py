"""Compile: a graph and its adjoints as one function, value and all gradients in one call.

One point runs straight-line code on floats, a batch (a leading axis) on NumPy arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ..door import NAMED, kind
from ..errors import LearnerError, ShapeError
from ..expr import limits
from ..expr.adjoint import Backward, backward
from ..expr.graph import Graph, known_functions
from ..expr.running import to_float
from ..ops.arrays import show_shape
from ..ops.table import ROWS
from .batches import REDUCTIONS, batch_code
from .floats import LONG, SCALARS, in_pieces, make, named_anew, scalar_statements

MOST_MENDED = 100  # points of a batch
PYTHON_REFUSES = (OverflowError, ZeroDivisionError, ValueError)  # where floats raise, arrays give inf or nan


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
        self.walk = (
            forward_alone(self.graph)
            if self.wrt == ()
            else backward(self.graph, self.tie, None if self.wrt is None else ids)
        )
        self.fast = None if any(self.walk.shapes) else scalar_code(self.walk, self.names, self.wanted)

    def __call__(self, at: Mapping[str, Any] | None = None, /, **apart: Any) -> tuple[Any, dict[str, Any]]:
        if self.fast is not None and not apart:
            try:
                found = self.fast(at)
                if found is not None and not (self.risky and undefined(found)):
                    return found  # type: ignore[no-any-return]
            except (KeyError, TypeError, *PYTHON_REFUSES):
                pass
        return self.with_care(at, apart)

    def with_care(self, at: Any, apart: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Return value and gradients where not every input is a float, or floats do not do."""
        if apart or at is None:
            told = ", ".join(f"{name!r}: …" for name in self.names)
            raise LearnerError(f"the point comes in one piece: f({{{told}}}), one number for each name")
        if not isinstance(at, Mapping):
            raise LearnerError(f"the point is {kind(at)}; expected {NAMED['at'].replace('at=', '')}")
        try:
            given = [at[name] for name in self.names]
        except KeyError as missing:
            raise LearnerError(f"no value for {missing.args[0]}; give one to each of {', '.join(self.names)}") from None
        if self.fast is not None and any(type(v) is int for v in given):
            return self({name: to_float(v) if type(v) is int else v for name, v in zip(self.names, given, strict=True)})
        return self.arrays(given)

    def arrays(self, given: Sequence[Any]) -> tuple[Any, dict[str, Any]]:
        """Return value and gradients on arrays, one point or a batch."""
        values = [floats(name, v) for name, v in zip(self.names, given, strict=True)]
        batched = tuple(self.is_batched(name, v, shape) for (name, shape), v in zip(self.inputs, values, strict=True))
        sizes = {len(v) for v, many in zip(values, batched, strict=True) if many}
        if len(sizes) > 1:
            raise ShapeError(
                f"batches of {' and '.join(map(str, sorted(sizes)))} points met; all inputs with a batch axis need the same number"
            )
        code = self.code(batched)
        with np.errstate(all="ignore"):
            out = code(*sizes or (1,), *values)
        results = [v.item() if isinstance(v, np.ndarray | np.generic) and v.ndim == 0 else v for v in out]
        if self.risky:
            results = self.mended(results, values, batched)
        return results[0], dict(zip(self.wanted, results[1:], strict=True))

    @cached_property
    def risky(self) -> bool:
        """Whether a gradient may be undefined where the function is not, so that it is looked for with more digits and as a limit."""
        kinds = {(op, params) for op, args, params in self.walk.cells if args}
        plain = all(ROWS[op].stays_finite(params) and op != "hole" for op, params in kinds)
        return self.reduce is None and not plain and not self.graph.shapes[self.graph.out] and self.wrt != ()

    def mended(self, results: list[Any], values: Sequence[Any], batched: Sequence[bool]) -> list[Any]:
        """Return the results with what floats left undefined, point by point as long as `limits` has time; see there."""
        many = any(batched)
        rows = in_rows(results, next((len(v) for v, b in zip(values, batched, strict=True) if b), None))
        lost = np.any([~np.isfinite(rows[0]), *(np.isnan(v).reshape(len(v), -1).any(axis=1) for v in rows[1:])], axis=0)
        if not lost.any():
            return results
        rows = [np.array(v) for v in rows]
        for r in np.nonzero(lost)[0][:MOST_MENDED]:
            self.mend([v[r] if b else v for v, b in zip(values, batched, strict=True)], r, rows)
        if not many:
            return [v[0].item() if v.ndim == 1 else v[0] for v in rows]
        return [rows[0] if np.ndim(results[0]) else results[0], *rows[1:]]

    def mend(self, values: list[Any], r: int, rows: list[Any]) -> None:
        """Put into row `r` of the results what floats left undefined at the point of these values."""
        if not all(np.isfinite(v).all() for v in values):
            return
        got = {name: v[r] for name, v in zip(self.wanted, rows[1:], strict=True)}
        found = limits.mended(self.walk, dict(zip(self.names, values, strict=True)), rows[0][r], got)
        if found is not None:
            if not np.isfinite(rows[0][r]):
                rows[0][r] = found.values[self.graph.out]
            for v, (name, slope) in zip(rows[1:], got.items(), strict=True):
                v[r] = limits.filled(slope, found.slopes.get(name, {}))

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
        raise ShapeError(
            f"'{name}' has shape {show_shape(value.shape)}; expected {show_shape(shape)}, or that with a batch axis in front"
        )

    def __reduce__(self) -> Any:
        return Function, (self.graph, self.reduce, self.tie, self.wrt)


def in_rows(results: Sequence[Any], count: int | None) -> list[Any]:
    """Return results with a row for each of `count` points (None: they are of one point), also where one value is that of all."""
    return [v if count is not None and np.ndim(v) else np.broadcast_to(v, (count or 1, *np.shape(v))) for v in results]


def undefined(found: tuple[Any, dict[str, Any]]) -> bool:
    return found[0] - found[0] != 0 or any([v != v for v in found[1].values()])


def floats(name: str, value: Any) -> Any:
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise LearnerError(f"the value of '{name}' is {kind(value)}; expected a number, or an array of them") from None


def forward_alone(graph: Graph) -> Backward:
    """Return a walk without a way back: for values alone, of an output of any shape."""
    return Backward(graph, graph.cells, graph.shapes, -1, (), (-1,) * len(graph), "zero")


def scalar_code(walk: Backward, names: list[str], wanted: list[str]) -> Callable[..., Any]:
    """Return `run(at)` → (value, {name: gradient}) over Python floats, or None where `at` holds anything else."""
    space: dict[str, Any] = dict(SCALARS)
    places = {name: walk.graph.ids[name] for name in names}
    statements, texts = scalar_statements(
        walk, [walk.graph.out, *(walk.gradient[places[name]] for name in wanted)], space
    )
    if len(statements) > LONG:
        return long_code(in_pieces(statements, texts, [f"v{i}" for i in places.values()], space), names, wanted)
    lines, (value, *gradients) = named_anew(statements, texts)
    keys = {name: f"n{k}" for k, name in enumerate(names)}
    space |= {key: name for name, key in keys.items()}
    taken = [f"v{i} = at[{keys[name]}]" for name, i in places.items()]
    checked = " is ".join([*(f"type(v{i})" for i in places.values()), "float"])
    told = ", ".join(f"{keys[name]}: {g}" for name, g in zip(wanted, gradients, strict=True))
    return make([*taken, f"if not {checked}: return None", *lines], ["at"], f"{value}, {{{told}}}", space)


def long_code(run: Callable[[list[float]], list[float]], names: list[str], wanted: list[str]) -> Callable[..., Any]:
    """Return what `scalar_code` does, by code in pieces."""

    def whole(at: Any) -> Any:
        given = [at[name] for name in names]
        if set(map(type, given)) != {float}:
            return None
        value, *gradients = run(given)
        return value, dict(zip(wanted, gradients, strict=True))

    return whole


def compiled(
    graph: Graph, reduce: str | None = None, tie: str = "zero", wrt: tuple[str, ...] | None = None
) -> Function:
    """Return value and gradients of `graph` as one compiled function; see `Function`."""
    known_functions(graph)
    return Function(graph, reduce, tie, wrt)
