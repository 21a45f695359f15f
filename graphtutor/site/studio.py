"""Graphs for a page: the film of a walk, any expression played with, a run of descent."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..derivation import derive
from ..equal.checking import check
from ..errors import LearnerError
from ..expr.build import build
from ..expr.graph import Graph
from ..picture.steps.page import named
from ..picture.steps.save import Painter
from ..training.data import START, lecture
from ..training.history import History
from ..training.methods import METHODS
from ..training.train import train
from ..tutor.predict import walked
from ..walk.trace import Trace, trace
from .classroom import Room, typeset

LONGEST = 2_000  # characters of an expression
MOST = 60  # nodes of a graph that a page steps through
GRID = 41  # points along each side of a map
EPOCHS = 200


# ----- a walk -----
def walk_of(room: Room, walk: Mapping[str, Any]) -> Trace:
    """Return the walk over `{"id": …}`, or over `{"expression": …}`: at its `at`, else at small numbers."""
    unknown = sorted(set(walk) - {"id", "seed", "expression", "at", "shapes"})
    if unknown:
        raise LearnerError(f"a walk has no '{unknown[0]}'; it has id and seed, or expression and shapes, and at")

    def make() -> Trace:
        if walk.get("id"):
            return walked(room.exercise(walk["id"], walk.get("seed")), walk.get("at"))
        graph = graph_of(str(walk.get("expression", "")), walk.get("shapes"))
        return trace(graph, point_of(graph, walk.get("at") or {}))

    found: Trace = room.once(("walk", json.dumps(walk, sort_keys=True)), make)
    return found


def graph_of(expression: str, shapes: Mapping[str, Any] | None = None) -> Graph:
    if len(expression) > LONGEST:
        raise LearnerError(f"{len(expression)} characters; a page takes up to {LONGEST}")
    sizes = {name: tuple(size) if isinstance(size, list) else size for name, size in (shapes or {}).items()}
    graph = build(expression, shapes=sizes)
    if len(graph) > MOST:
        raise LearnerError(f"this graph has {len(graph)} nodes; a page draws up to {MOST}")
    return graph


def point_of(graph: Graph, at: Mapping[str, Any]) -> dict[str, Any]:
    """Return a number for every input: those given, else 1, 2, 3, … in turn; entries of a vector alike."""
    known = {n.name: n for n in graph.inputs}
    return {
        name: at[name] if name in at else filled(n.shape, k % 3 + 1)
        for k, (name, n) in enumerate(known.items())
    }  # fmt: skip


def filled(shape: tuple[int, ...], first: int) -> Any:
    count = math.prod(shape)
    return (np.arange(count) % 3 + first).reshape(shape).tolist() if shape else first


def filmed(room: Room, walk: Mapping[str, Any]) -> dict[str, Any]:
    """Return a walk as the data of the interactive page: boxes, edges, steps, and the operations that give every number."""
    return {"film": named(Painter(walk_of(room, walk), engine=room.engine).told())}


def plain(value: Any) -> Any:
    return np.asarray(value, dtype=float).tolist()


# ----- any expression -----
def played(
    room: Room,
    expression: str,
    at: Mapping[str, Any] | None = None,
    wrt: str = "",
    shapes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what there is to an expression: typeset, its graph, its numbers, the derivation by one name, and the check."""
    graph = graph_of(expression, shapes)
    found = walk_of(room, {"expression": expression, "at": dict(at or {}), "shapes": dict(shapes or {})})
    names = [n.name for n in graph.inputs]
    by = wrt if wrt in names else next(iter([*(p for p in graph.parameters if p in names), *names]), "")
    painters = {
        theme: Painter(graph, theme=theme, engine=room.engine).svg() for theme in ("light", "dark")
    }  # fmt: skip
    return {
        "typeset": typeset(expression, {n.name: n.shape for n in graph.inputs}, {}), "graph": painters, "names": names, "wrt": by, "value": plain(found.values[graph.output.name]),
        "at": {n.name: plain(found.values[n.name]) for n in graph.inputs}, "gradients": {n: plain(found.gradients[n]) for n in names if n in found.gradients},
        "derivation": derived(expression, by, shapes) if by else [], "check": check(graph).sentence if by else "",
    }  # fmt: skip


def derived(expression: str, wrt: str, shapes: Mapping[str, Any] | None) -> list[dict[str, str]]:
    """Return a derivation line by line with the rule of each; where none can be written, the reason alone."""
    try:
        lines = derive(expression, wrt, shapes=shapes).lines
    except LearnerError as error:
        return [{"markup": "", "text": "", "rule": str(error), "formula": ""}]
    return [{"markup": line.mathml, "text": line.text, "rule": line.rule.name, "formula": line.rule.formula} for line in lines]  # fmt: skip


# ----- descent -----
def descended(
    room: Room,
    loss: str = "f = w0*x0 + w1*x1 + b; L = (f - y)**2",
    rate: float = 0.01,
    epochs: int = 20,
    method: str = "sgd",
    reduction: str = "sum",
    start: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Return a run on the lecture's four points: losses, parameters, the line of each epoch, and the surface under the path."""
    if not 1 <= int(epochs) <= EPOCHS:
        raise LearnerError(f"{epochs} epochs; a page runs 1 to {EPOCHS}")
    graph = graph_of(loss)
    known = {n.name for n in graph.inputs}
    first = {name: float(value) for name, value in ({**START, **(start or {})}).items() if name in known}
    found = train(
        graph, lecture(), method=method, reduction=reduction, rate=float(rate), epochs=int(epochs), start=first
    )
    data = lecture()
    points = [{"x": float(a), "y": float(b), "label": float(c)} for a, b, c in zip(data["x0"], data["x1"], data["y"], strict=True)]  # fmt: skip
    paths = {name: [finite(v) for v in rows] for name, rows in found.parameters.items() if np.ndim(rows) == 1}
    return {
        "losses": [finite(v) for v in found.losses], "parameters": paths, "points": points, "surface": surface(found), "said": repr(found).strip("<>"),
        "loss": finite(found.loss), "methods": [row.name for row in METHODS], "diverges": found.diverges,
    }  # fmt: skip


def finite(value: Any) -> float | None:
    return float(value) if math.isfinite(float(value)) else None


def surface(found: History) -> dict[str, Any]:
    """Return the mean loss over the first two parameters around the path, on a grid; nothing where there are not two."""
    names = [name for name, rows in found.parameters.items() if np.ndim(rows) == 1][:2]
    if len(names) < 2:
        return {}
    sides = [side(found.parameters[name]) for name in names]
    x, y = np.meshgrid(*sides)
    fixed = {name: rows[-1] for name, rows in found.parameters.items()}
    loss = sum(losses(found, {**fixed, names[0]: x, names[1]: y})) / found.plan.data.count
    return {"names": names, "x": sides[0].tolist(), "y": sides[1].tolist(), "loss": [[finite(v) for v in row] for row in np.asarray(loss)]}  # fmt: skip


def side(path: Any) -> Any:
    low, high = float(np.nanmin(path)), float(np.nanmax(path))
    room = max(0.5, 0.6 * (high - low))
    return np.linspace(low - room, high + room, GRID)


def losses(found: History, at: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the loss of each point over the whole grid."""
    data = found.plan.data
    for k in range(data.count):
        yield found.graph.evaluate({**data.point(k), **at}, "float")[found.graph.out]
