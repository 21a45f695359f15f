"""What happens inside a closed group: a walk of its own, which starts backward with what arrives at the group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...expr.adjoint import Backward, backward
from ...expr.graph import Graph
from ...expr.tracer import Builder
from ...expr.views import Body
from ...walk.trace import Trace

ARRIVES = "what arrives"  # no name that a reader could give


def inside(body: Body, args: Sequence[tuple[str, Any]], name: str, arrives: Any, tie: str) -> Trace:
    """Return the walk inside a group called `name`, whose arguments have these names and values; `arrives` is its gradient.

    The gradients of its inputs are what the group sends to its arguments, so nothing changes at the border.

    >>> from ...expr.build import build
    >>> body = Body(Graph((("input", (), ("0",)), ("power", (0,), (2,))), ((), ()), 1), "square")
    >>> inside(body, [("u", 3.0)], "p", 10.0, "zero").gradients["u"]
    60.0
    """
    inner = body.graph
    cells = [
        ("input", (), (args[int(params[0])][0],)) if op == "input" else (op, given, params)
        for op, given, params in inner.cells
    ]
    graph = Graph(tuple(cells), inner.shapes, inner.out, ((inner.out, name),))
    builder = Builder(graph.cells, graph.shapes)
    product = builder.add("mul", (inner.out, builder.input(ARRIVES, inner.shapes[inner.out])))
    out = builder.add("total", (product,)) if builder.shapes[product] else product
    whole = backward(Graph(tuple(builder.cells), tuple(builder.shapes), out), tie)
    sent = tuple(flow for flow in whole.sent if flow[0] < len(graph))
    own = whole.adjoints[: len(graph)]
    walk = Backward(graph, whole.cells, whole.shapes, own[inner.out], sent, own, tie)
    return Trace(walk, graph, (*args, (ARRIVES, arrives)), tie)
