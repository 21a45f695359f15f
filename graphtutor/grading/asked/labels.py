"""Labels of a classification: a vector whose entries sum to 1, or one of them is 1; what is equal for all such is equal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import sympy as sp

from ...equal.domain import pair, split
from ...errors import LearnerError
from ...expr.graph import Graph
from ...expr.running import run
from ...language import trees
from ...ops import heads
from ...ops.arrays import Shape
from . import samples

KINDS = "distribution", "onehot"
TRIED = 4  # points at which probabilities are added up
SUMS_TO_ONE = 1e-9


def apart(assume: Mapping[str, Any] | str | None) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what is assumed of numbers, and of labels.

    >>> apart("x=positive; y=onehot")
    ({'x': 'positive'}, {'y': 'onehot'})
    """
    said = dict(map(pair, split(assume, ";,"))) if isinstance(assume, str) else dict(assume or {})
    labels = {str(name): kind for name, kind in said.items() if isinstance(kind, str) and kind in KINDS}
    return {name: kind for name, kind in said.items() if str(name) not in labels}, labels


def weighing(graph: Graph) -> Iterator[str]:
    """Yield the inputs that weigh logs of probabilities in a graph: the y of Σ y·log p where the entries of p sum to 1.

    >>> from graphtutor.expr.build import build
    >>> list(weighing(build("-sum(y*log(softmax(z)))", shapes={"y": 3, "z": 3})))
    ['y']
    """
    inputs = {n.id: n.name for n in graph.inputs if n.shape}
    weights = [
        (args[k], args[1 - k]) for op, args, _ in graph.cells if op == "mul" for k in (0, 1) if args[k] in inputs
    ]
    certain = summing_to_one(graph, np.exp, [logs for _, logs in weights])
    yield from dict.fromkeys(inputs[label] for label, logs in weights if logs in certain)


def picked(graph: Graph) -> tuple[int, int] | None:
    """Return (which, of how many) where a graph takes one entry of probabilities or of their logs: the class k of -log p[k].

    >>> from graphtutor.expr.build import build
    >>> picked(build("-log(softmax(z)[1])", shapes={"z": 3}))
    (1, 3)
    """
    entries = [
        (args[0], params[0]) for op, args, params in graph.cells if op == "index" and len(graph.shapes[args[0]]) == 1
    ]
    certain = {i for made in (np.abs, np.exp) for i in summing_to_one(graph, made, [i for i, _ in entries])}
    places = {(key[0], graph.shapes[i][0]) for i, key in entries if i in certain}
    return places.pop() if len(places) == 1 else None


def summing_to_one(graph: Graph, made: Callable[[Any], Any], nodes: Iterable[int]) -> set[int]:
    """Return the nodes whose entries, as `made` of them, are positive and add up to 1 at every point that is tried."""
    among = [i for i in dict.fromkeys(nodes) if graph.shapes[i]]
    if not among:
        return set()
    points = samples.draws([(n.name, n.shape) for n in graph.inputs], {}, TRIED)
    for k in range(TRIED):
        with np.errstate(all="ignore"):
            values = run(graph.cells, graph.shapes, {name: drawn[k] for name, drawn in points.items()}, "float")
            sums = {i: made(np.asarray(values[i], dtype=float)).sum(-1) for i in among}
        among = [i for i in among if np.all(np.abs(sums[i] - 1) < SUMS_TO_ONE)]
    return set(among)


def meanings(kind: str, name: str, shape: Shape) -> list[sp.Basic]:
    """Return what stands in for a label, so that an equation holds for all labels of a kind if it holds for these.

    A distribution is y/Σy for any y; a label that is one class is each of the unit vectors.
    """
    if not shape:
        raise LearnerError(f"{name} is a number; '{kind}' is said of a vector: give its shape")
    if kind == "onehot" and len(shape) == 1:
        return [unit(k, shape[0]) for k in range(shape[0])]
    y = sp.Symbol(name)
    return [trees.div(y, trees.compose("total", (y,), ((-1,), True)))]


def unit(k: int, size: int) -> sp.Basic:
    """Return the vector with a 1 at place k.

    >>> unit(1, 3)
    Vector(0, 1, 0)
    """
    return heads.Vector(*(sp.Integer(int(j == k)) for j in range(size)))
