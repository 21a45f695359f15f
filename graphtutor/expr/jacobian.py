"""Derivatives of vectors and of gradients, as graphs of their own: Jacobians, Hessians, Hessian-vector products."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from ..errors import LearnerError
from ..ops.arrays import show_shape
from ..text import several
from .adjoint import Folding, backward
from .forward import forward, node_of
from .graph import Graph
from .tracer import Builder, Tracer

MOST = 10_000  # entries of a Jacobian


def names_of(graph: Graph, wrt: Any) -> list[str]:
    """Return the names a derivative is asked by: as given, else the parameters, else the inputs."""
    if wrt is not None:
        return [str(wrt)] if isinstance(wrt, str) or not isinstance(wrt, Iterable) else [str(n) for n in wrt]
    parameters = [n.name for n in graph.inputs if n.role == "parameter"]
    return parameters or [n.name for n in graph.inputs]


def entries(builder: Builder, node: int) -> list[int]:
    """Return the nodes of the entries of a node, row by row; a number is its own."""
    shape = builder.shapes[node]
    return [builder.add("index", (node,), (key,)) for key in product(*map(range, shape))] if shape else [node]


def rows(builder: Builder, nodes: Sequence[int], shape: tuple[int, ...]) -> int:
    """Return one node of `shape` followed by the shape of the `nodes`, which stand in it row by row."""
    if not shape:
        return nodes[0]
    step = len(nodes) // shape[0]
    return builder.add(
        "vector", tuple(rows(builder, nodes[k * step : (k + 1) * step], shape[1:]) for k in range(shape[0]))
    )


def asked(graph: Graph, names: list[str]) -> list[int]:
    """Return the ids of what a derivative is asked by: one node of any shape, or several numbers."""
    ids = [node_of(graph, name) for name in names]
    if len(ids) > 1 and any(graph.shapes[i] for i in ids):
        shapes = several(
            f"{n} {show_shape(graph.shapes[i])}" if graph.shapes[i] else f"{n} a number"
            for n, i in zip(names, ids, strict=True)
        )
        raise LearnerError(
            f"{shapes} do not stand in one row; ask by one name with a shape (wrt='{names[0]}'), or by numbers"
        )
    return ids


def jacobian(graph: Graph, of: str | None = None, wrt: Any = None, tie: str = "zero") -> Graph:
    """Return d `of` / d `wrt` as a graph, whose output has the shape of `of` followed by that of `wrt`.

    `of`: a node, the output if left out. `wrt`: a name of any shape, or several names of numbers, which make one axis; the
    parameters if left out. One backward pass an entry of `of`. Raises LearnerError for unknown names, or over 10,000 entries.

    >>> from graphtutor.expr.build import build
    >>> j = jacobian(build("y = W@x", shapes={"W": (2, 3), "x": 3}), wrt="x")
    >>> j.output.shape, j.expression()[0, 1]
    ((2, 3), W[0, 1])
    """
    top = graph.out if of is None else node_of(graph, of)
    names = names_of(graph, wrt)
    ids = asked(graph, names)
    builder: Builder = Folding(graph.cells, graph.shapes)
    tops = entries(builder, top)
    inner = graph.shapes[ids[0]] if len(ids) == 1 else (len(ids),)
    count = len(tops)
    for n in inner:
        count *= n
    if count > MOST:
        raise LearnerError(
            f"this Jacobian has {count:,} entries; {MOST:,} are the most: ask for a part of {graph.name(top)}, or by fewer names"
        )
    lines = []
    for entry in tops:
        walk = backward(
            replace(graph, cells=tuple(builder.cells), shapes=tuple(builder.shapes), out=entry), tie, tuple(ids)
        )
        builder = Folding(walk.cells, walk.shapes)
        slopes = [walk.gradient[i] if i in walk.gradient else builder.constant(0) for i in ids]
        lines.append(slopes[0] if len(ids) == 1 else builder.add("vector", tuple(slopes)))
    out = rows(builder, lines, graph.shapes[top])
    return result(
        graph, builder, out, f"d{graph.name(top)}/d{names[0] if len(names) == 1 else '(' + ','.join(names) + ')'}"
    )


def result(graph: Graph, builder: Builder, out: int, name: str) -> Graph:
    names = (
        graph.names
        if any(i == out for i, _ in graph.names) or not builder.cells[out][1]
        else (*graph.names, (out, name))
    )
    return replace(graph, cells=tuple(builder.cells), shapes=tuple(builder.shapes), out=out, names=names)


def hessian(graph: Graph, of: str | None = None, wrt: Any = None, tie: str = "zero") -> Graph:
    """Return d² `of` / d `wrt`² as a graph: the Jacobian of the gradient. `of` is a number, the output if left out.

    For several names of numbers, or one vector, a square matrix; for a matrix, one axis for each of its two, twice.

    >>> from graphtutor.expr.build import build
    >>> hessian(build("L = (w0*x + w1)**2"), wrt=["w0", "w1"]).expression()
    Matrix([
    [2*x**2, 2*x],
    [   2*x,   2]])
    """
    top = graph.out if of is None else node_of(graph, of)
    names = names_of(graph, wrt)
    ids = asked(graph, names)
    walk = backward(replace(graph, out=top), tie, tuple(ids))
    builder = Folding(walk.cells, walk.shapes)
    slopes = [walk.gradient[i] if i in walk.gradient else builder.constant(0) for i in ids]
    gradient = slopes[0] if len(ids) == 1 else builder.add("vector", tuple(slopes))
    called = f"d{graph.name(top)}/d{'(' + ','.join(names) + ')' if len(names) > 1 else names[0]}"
    found = jacobian(replace(result(graph, builder, gradient, called), out=gradient), None, names, tie)
    return (
        replace(found, names=tuple((i, n) for i, n in found.names if i != found.out or n in graph.ids))
        if found.out < len(graph)
        else found
    )


def hessian_vector(graph: Graph, wrt: str, direction: Any, tie: str = "zero") -> Graph:
    """Return H·v as a graph, H the Hessian of the output by `wrt` and v the `direction`: forward mode over the backward pass.

    `direction`: numbers of the shape of `wrt`, or the name of a new input of that shape. It costs a few gradients, whatever the
    size of H, which is never built.

    >>> from graphtutor.expr.build import build
    >>> hessian_vector(build("L = sum(w**3)", shapes={"w": 2}), "w", [1, 0]).evaluate({"w": [2.0, 5.0]}, "float")[-1].tolist()
    [12.0, 0.0]
    """
    i = node_of(graph, wrt)
    walk = backward(graph, tie, (i,))
    over = walk.extended
    if isinstance(direction, str):
        builder = Builder(over.cells, over.shapes)
        given = builder.input(direction, graph.shapes[i])
        over = replace(over, cells=tuple(builder.cells), shapes=tuple(builder.shapes))
        direction = Tracer(builder, given)
    pushed = forward(replace(over, out=walk.gradient[i]), {wrt: direction}, tie)
    builder = Folding(pushed.cells, pushed.shapes)
    out = pushed.tangents[walk.gradient[i]]
    out = (
        builder.add("spread", (builder.constant(0),), (tuple(range(-len(graph.shapes[i]), 0)), graph.shapes[i]))
        if out < 0 and graph.shapes[i]
        else builder.constant(0)
        if out < 0
        else out
    )
    return result(over, builder, out, f"H{wrt}")
