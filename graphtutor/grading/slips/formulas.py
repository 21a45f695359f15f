"""A node as text for a person, never longer than can be read."""

from __future__ import annotations

from ...expr.graph import Graph

MOST = 300  # leaves and operations, each counted as often as it would be written


def formula(graph: Graph, i: int) -> str:
    """Return node `i` written out; one that would run on, shared parts again and again, over the names of its arguments.

    >>> from graphtutor.expr.build import build
    >>> square = build("(w*x - y)**2")
    >>> formula(square, square.out)
    '(w*x - y)**2'
    >>> doubled = build("; ".join(["u0 = x + 1", *(f"u{k + 1} = u{k}*u{k}" for k in range(60))]))
    >>> formula(doubled, doubled.out)
    'u59*u59'
    """
    return graph.formula(i) if written(graph, i) <= MOST else graph.text(i)


def written(graph: Graph, i: int) -> int:
    """Return how many leaves and operations are written for node `i`."""
    sizes: list[int] = []
    for _, args, _ in graph.cells[: i + 1]:
        sizes.append(1 + sum(sizes[a] for a in args))
    return sizes[i]
