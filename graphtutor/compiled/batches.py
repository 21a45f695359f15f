"""Straight-line code over NumPy arrays: the same statements for all points of a batch at once, in pieces that stay in the cache."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ..expr.adjoint import Backward
from ..expr.running import NUMBERS, apply_row, needed, to_float
from ..ops.table import ROWS
from .floats import Term, body, code_of, expression, make, with_params

WIDEST = 2**14  # numbers in the widest array of a piece of a batch: 128 KB, measured best
TOGETHER = 2**21  # numbers in all arrays of the way forward through a piece: 16 MB, measured best
REDUCTIONS = (None, "sum", "mean")


def lift(value: Any, axes: int) -> Any:
    """Return a batch (N, …) with `axes` axes of one put after the batch axis, so that points broadcast as points."""
    return np.expand_dims(value, tuple(range(1, 1 + axes)))


def batch_code(
    walk: Backward, wanted: list[str], batched: tuple[bool, ...], reduce: str | None, value: bool = True
) -> Callable[..., Any]:
    """Return `run(N, *inputs)` → (value, *gradients of `wanted`) over arrays; `batched` says which inputs have N points in front.

    Many points are gone through in pieces that stay in the processor's cache. Without `value` the
    gradients alone are returned.
    """
    code, size, rows = piece_code(walk, wanted, batched, reduce, value)

    def run(N: int, *inputs: Any) -> tuple[Any, ...]:
        if size >= N or not any(batched):
            return code(N, N, *inputs)  # type: ignore[no-any-return]
        step = -(-N // -(-N // size))
        done: list[Any] = [[] if many else 0.0 for many in rows]
        for i in range(0, N, step):
            part = code(
                min(step, N - i), N, *[v[i : i + step] if many else v for v, many in zip(inputs, batched, strict=True)]
            )
            for k, new in enumerate(part):
                if rows[k]:
                    done[k].append(new)
                else:
                    done[k] = done[k] + new
        return tuple([np.concatenate(parts) if many else parts for parts, many in zip(done, rows, strict=True)])

    return run


# branches: what is spread, what is summed in one stroke and what is returned are worked out over one set of nodes
def piece_code(
    walk: Backward, wanted: list[str], batched: tuple[bool, ...], reduce: str | None, value: bool
) -> tuple[Callable[..., Any], int, list[bool]]:
    """Return `run(N, M, *inputs)` over N points of M, how many points suit a call, and which results have a row for each point."""
    space: dict[str, Any] = {"np": np, "lift": lift, "nan": np.nan, "inf": np.inf}
    out = walk.graph.out
    inputs = {n.id: many for n, many in zip(walk.graph.inputs, batched, strict=True)}
    places = [walk.graph.ids[name] for name in wanted]
    many = spreads(walk, inputs)
    strokes = {
        walk.gradient[i]: in_one_stroke(walk, walk.gradient[i], many) if reduce is not None and not inputs[i] else None
        for i in places
    }
    outs = [out] * value + [
        a for adjoint, stroke in strokes.items() for a in (walk.cells[adjoint][1] if stroke else (adjoint,))
    ]
    live = needed(walk.cells, outs)
    constants = constant_values(walk, live)
    space |= {f"v{i}": known for i, known in constants.items()}
    lines, texts = body(
        walk,
        live,
        outs,
        {i: Term(False, f"v{i}") for i in constants},
        lambda i, texts: spelled(walk, i, texts, many, space),
    )
    told = dict(zip(outs, texts, strict=True))
    batch = any(batched)
    scale = " / M" if reduce == "mean" else ""
    results = [value_code(told[out], many[out], batch, reduce)] if value else []
    for place in places:
        adjoint = walk.gradient[place]
        stroke = strokes[adjoint]
        if stroke is not None:
            space[f"stroke{adjoint}"] = stroke
            text = f"stroke{adjoint}({', '.join(told[a] for a in walk.cells[adjoint][1])})"
        else:
            text = gradient_code(
                told[adjoint], walk.shapes[place], many[adjoint], batch, reduce is None or inputs[place]
            )
        results.append(text + scale * batch)
    run = make(
        lines, ["N", "M", *(f"v{n.id}" for n in walk.graph.inputs)], f"({''.join(r + ', ' for r in results)})", space
    )
    rows = [reduce is None and many[out]] * value + [batch and (reduce is None or inputs[place]) for place in places]
    size = points_a_piece(walk, [i for i in live if many[i] and walk.cells[i][1]]) if many[out] else sys.maxsize
    return run, size, rows


def points_a_piece(walk: Backward, spread: list[int]) -> int:
    """Return how many points a call should take whose nodes `spread` have a value for each: as many as the caches hold."""
    sizes = [math.prod(walk.shapes[i]) for i in spread] or [1]
    own = sum(size for i, size in zip(spread, sizes, strict=False) if i < len(walk.graph))
    return max(64, min(WIDEST // max(sizes), TOGETHER // max(1, own)))


def spelled(walk: Backward, i: int, texts: list[str], many: list[bool], space: dict[str, Any]) -> str:
    """Return the expression of node `i` over arrays, with its function in `space` where operators do not do."""
    op, args, params = walk.cells[i]
    row = ROWS[op]
    depth = len(walk.shapes[i]) if row.entrywise else 0
    given = [
        f"lift({text}, {depth - len(walk.shapes[a])})" if many[a] and depth > len(walk.shapes[a]) else text
        for a, text in zip(args, texts, strict=True)
    ]
    code = code_of(row, params)
    if code is not None and not any(map(str.isalpha, code)):  # operators alone
        return expression(row, given, params, i, space)
    space[f"f{i}"] = with_params(row, params)
    return f"f{i}({', '.join(given)})"


def value_code(text: str, many: bool, batch: bool, reduce: str | None) -> str:
    """Return the code of the value, reduced over the batch."""
    if reduce is None or not batch:
        return text
    total = f"np.add.reduce({text})" if many else f"{text} * N"
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
                known[i] = np.asarray(apply_row(ROWS[op], [known[a] for a in args], params, "float"), dtype=float)[()]
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
    return (
        row.reduced
        if row is not None and row.reduced is not None and len(args) == 2 and all(many[a] for a in args)
        else None
    )


def gradient_code(text: str, shape: tuple[int, ...], many: bool, batch: bool, each: bool) -> str:
    """Return the code of one input's gradient: for `each` point, or summed over the batch."""
    if not batch:
        return text
    if each:
        return text if many else f"np.broadcast_to({text}, (N,) + {shape!r})"
    return f"np.add.reduce({text}, 0)" if many else f"({text} * N)"
