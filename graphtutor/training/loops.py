"""The loops of descent as code, generated from a row of METHODS for one graph: on floats, or on arrays a batch at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..compiled.batches import batch_code
from ..compiled.floats import SCALARS, make, scalar_body
from ..expr.adjoint import backward
from ..expr.graph import Graph
from .methods import Method

FEW = 32  # points in a batch up to which plain floats beat arrays


@dataclass(frozen=True)
class Loop:
    """What a run's loop is made of; hashable, so that its code is made once.

    `data` are the inputs with a batch axis, `fixed` those without. `one`: a batch is one point;
    `single`: it is all of them. `floats` runs on Python floats, else on arrays; `inline` sums the
    loss of an epoch on floats in place. `record` logs every update; `sequential` updates each
    parameter before the gradient of the next is taken (the common slip); `clip` bounds the length
    of the whole gradient.
    """

    graph: Graph
    parameters: tuple[str, ...]
    data: tuple[str, ...]
    fixed: tuple[str, ...]
    method: Method
    reduction: str
    one: bool
    single: bool
    floats: bool
    inline: bool = False
    tie: str = "zero"
    sequential: bool = False
    clip: bool = False
    record: bool = False

    @property
    def value(self) -> bool:
        """Whether the loss of each batch is wanted."""
        return self.record or self.single

    @property
    def lean(self) -> bool:
        """Whether one assignment updates all parameters: plain descent, a point at a time, on floats, nothing logged."""
        plain = len(self.method.update) == 1 and self.method.update[0].count("{g}") == 1 and not self.method.state
        return self.floats and self.one and plain and not (self.clip or self.value or self.sequential)


@lru_cache(maxsize=256)
# branches: one branch a choice of Loop, each a line of the code that is made
def loop_code(loop: Loop) -> Callable[..., Any]:
    """Return `run(epochs, points, error, fixed, parameters, state, t, clip, settings, rows, losses, seen)`.

    `epochs` yields (rate, batches); `batches` on floats are tuples of points, each a tuple of the
    data (a point itself when `one`), on arrays (N, array, …). For each epoch `losses` gets the mean
    loss before it (got from `points`, or `error(parameters)`), `rows` (parameters, state, t) after
    it. `seen`, a list, gets (loss, gradients, parameters, state) of each update.
    """
    space: dict[str, Any] = dict(SCALARS) if loop.floats else {"sqrt": np.sqrt, "length": length}
    name = {n.name: f"v{n.id}" for n in loop.graph.inputs}
    count = len(loop.parameters)
    gradients = [f"g{k}" for k in range(count)]
    parameters = [name[p] for p in loop.parameters]
    states = [[f"s{key}{k}" for key in loop.method.state] for k in range(count)]
    flat = [s for each in states for s in each]
    unpack = [
        (loop.fixed and [name[f] for f in loop.fixed], "fixed"),
        (parameters, "parameters"),
        (flat, "state"),
        ([key for key, _ in loop.method.settings], "settings"),
    ]
    if loop.lean:
        inside, after = at_once(loop, parameters, space), ["t += len(batches)"]
    else:
        inside, after = ["t += 1"], []
        for part in [[k] for k in range(count)] if loop.sequential else [list(range(count))]:
            inside += on_floats(loop, part, space) if loop.floats else on_arrays(loop, part, space)
            if loop.clip:
                inside += clipping(gradients, loop.floats)
            for k in part:
                names = dict(zip(loop.method.state, states[k], strict=True))
                inside += [line.format(p=parameters[k], g=gradients[k], **names) for line in loop.method.update]
    if loop.record:
        inside.append(f"seen.append((L, {listed(gradients)}, {listed(parameters)}, {listed(flat)}))")
    inner = [
        "for " + (point_of(loop) if loop.one and loop.floats else "batch") + " in batches:",
        *indented(inside),
        *after,
    ]
    if loop.single:
        inner.append("losses.append(L / points)" if loop.reduction == "sum" else "losses.append(L)")
    elif loop.inline:
        inner = [*summed(loop, space), "losses.append(E / len(points))", *inner]
    else:
        inner = [f"losses.append(error({listed(parameters)}))", *inner]
    inner.append(f"rows.append(({listed(parameters)}, {listed(flat)}, t))")
    body = [f"{listed(names)} = {what}" for names, what in unpack if names] + [
        "for rate, batches in epochs:",
        *indented(inner),
    ]
    args = [
        "epochs",
        "points",
        "error",
        "fixed",
        "parameters",
        "state",
        "t",
        "clip",
        "settings",
        "rows",
        "losses",
        "seen",
    ]
    return make(body, args, "None", space)


def indented(lines: Sequence[str]) -> list[str]:
    return [" " + line for line in lines]


def point_of(loop: Loop) -> str:
    """Return the data of one point as a target to assign to."""
    return listed([f"v{loop.graph.ids[d]}" for d in loop.data])


def summed(loop: Loop, space: dict[str, Any]) -> list[str]:
    """Return the statements that sum the loss over `points` into E, on floats."""
    lines, (value,) = scalar_body(backward(loop.graph, loop.tie, ()), [loop.graph.out], space)
    return ["E = 0.0", f"for {point_of(loop)} in points:", *indented([*lines, f"E += {value}"])]


def listed(names: Sequence[str]) -> str:
    return "(" + "".join(n + ", " for n in names) + ")"


def on_floats(loop: Loop, part: list[int], space: dict[str, Any]) -> list[str]:
    """Return the statements that give the gradients of `part` over one batch of points, on floats."""
    graph = loop.graph
    ids = tuple(graph.ids[loop.parameters[k]] for k in part)
    walk = backward(graph, loop.tie, ids)
    outs = [walk.gradient[i] for i in ids]
    lines, slopes = scalar_body(walk, [graph.out, *outs] if loop.value else outs, space)
    names = ["L"] * loop.value + [f"g{k}" for k in part]
    if loop.one:
        return [*lines, *(f"{name} = {text}" for name, text in zip(names, slopes, strict=True))]
    start = [" = ".join([*names, "0.0"]), f"for {point_of(loop)} in batch:"]
    inner = indented([*lines, *(f"{name} += {text}" for name, text in zip(names, slopes, strict=True))])
    if loop.reduction == "mean":
        return [*start, *inner, "n = len(batch)", *(f"{name} /= n" for name in names)]
    return start + inner


def at_once(loop: Loop, parameters: list[str], space: dict[str, Any]) -> list[str]:
    """Return the statements of a lean update: the right side is worked out from the old parameters before any is replaced."""
    ids = tuple(loop.graph.ids[p] for p in loop.parameters)
    walk = backward(loop.graph, loop.tie, ids)
    lines, slopes = scalar_body(walk, [walk.gradient[i] for i in ids], space)
    updates = [
        loop.method.update[0].format(p=p, g=g).split(" = ", 1)[1] for p, g in zip(parameters, slopes, strict=True)
    ]
    return [*lines, f"{', '.join(parameters)} = {', '.join(updates)}"]


def on_arrays(loop: Loop, part: list[int], space: dict[str, Any]) -> list[str]:
    """Return the statements that give the gradients of `part` over one batch, on arrays."""
    wanted = [loop.parameters[k] for k in part]
    walk = backward(loop.graph, loop.tie, tuple(loop.graph.ids[w] for w in wanted))
    key = f"code{part[0]}" if part else "code"
    space[key] = batch_code(
        walk, wanted, tuple(n.name in loop.data for n in loop.graph.inputs), loop.reduction, loop.value
    )
    given = ", ".join(f"v{n.id}" for n in loop.graph.inputs)
    return [
        f"(N, {point_of(loop)[1:]} = batch",
        f"{listed(['L'] * loop.value + [f'g{k}' for k in part])} = {key}(N, {given})",
    ]


def clipping(gradients: list[str], floats: bool) -> list[str]:
    """Return the statements that shorten the whole gradient to length `clip`."""
    size = f"sqrt({' + '.join(f'{g} * {g}' for g in gradients)})" if floats else f"length({listed(gradients)})"
    return [f"size = {size}", "if size > clip:", " size = clip / size", *(f" {g} = {g} * size" for g in gradients)]


def length(gradients: tuple[Any, ...]) -> float:
    """Return the length of all gradients as one vector."""
    return math.sqrt(sum(float(np.vdot(g, g)) for g in gradients))


@lru_cache(maxsize=256)
def loss_code(
    graph: Graph, data: tuple[str, ...], fixed: tuple[str, ...], parameters: tuple[str, ...], floats: bool
) -> Callable[..., Any]:
    """Return `loss(points, fixed, parameters)`: the mean loss over points (floats), or over (N, array, …)."""
    walk = backward(graph, "zero", ())
    unpack = [
        f"{listed([f'v{graph.ids[n]}' for n in names])} = {what}"
        for names, what in ((fixed, "fixed"), (parameters, "parameters"))
        if names
    ]
    point = listed([f"v{graph.ids[d]}" for d in data])
    if floats:
        space: dict[str, Any] = dict(SCALARS)
        lines, (value,) = scalar_body(walk, [graph.out], space)
        loop = ["L = 0.0", f"for {point} in batch:", *(" " + line for line in lines), f" L += {value}"]
        return make([*unpack, *loop], ["batch", "fixed", "parameters"], "L / len(batch)", space)
    space = {"code": batch_code(walk, [], tuple(n.name in data for n in graph.inputs), "mean")}
    given = ", ".join(f"v{n.id}" for n in graph.inputs)
    return make(
        [*unpack, f"(N, {point[1:-1]}) = batch"], ["batch", "fixed", "parameters"], f"code(N, {given})[0]", space
    )


# ----- the order of points -----
def order(count: int, seed: int, epoch: int) -> np.ndarray:
    """Return a shuffled order of an epoch's points; it depends on seed and epoch alone, so that runs resume."""
    return np.random.default_rng([seed, epoch]).permutation(count)


def cut(rows: Sequence[Any], size: int) -> list[Any]:
    return [rows[i : i + size] for i in range(0, len(rows), size)]


def array_batches(arrays: Sequence[np.ndarray], size: int, count: int) -> Iterator[tuple[Any, ...]]:
    """Yield (N, array, …) for every batch of an epoch."""
    for i in range(0, count, size):
        yield (min(size, count - i), *[a[i : i + size] for a in arrays])
