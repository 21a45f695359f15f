"""What of a graph may be closed: its lines, each a block of operations under one name; long ones cut, many of them joined."""

from __future__ import annotations

from typing import NamedTuple

from ...expr.graph import Graph
from ...language import write

MOST_INSIDE, MOST_BLOCKS = 9, 60


class Block(NamedTuple):
    """Operations that are shown as one tile: what the tile is called, the operations, and the last of them."""

    name: str
    nodes: frozenset[int]
    output: int


def blocks(graph: Graph) -> tuple[Block, ...]:
    """Return the operations of a graph in blocks, in the graph's order.

    An operation belongs to the line that it is written in, which is the first named one that all its uses lead to.
    """
    named = {i for i, _ in graph.names} | {graph.out}
    uses: dict[int, set[int]] = {}
    for i, (_, args, _) in enumerate(graph.cells):
        for a in args:
            uses.setdefault(a, set()).add(i)
    home: dict[int, int] = {}
    for i in reversed(range(len(graph))):
        if graph.cells[i][1]:
            lines = {home[u] for u in uses.get(i, ()) if u in home}
            home[i] = lines.pop() if i not in named and len(lines) == 1 else i
    found: dict[int, list[int]] = {}
    for i in sorted(home):
        found.setdefault(home[i], []).append(i)
    parts = [
        nodes[k : k + MOST_INSIDE]
        for line in sorted(found)
        for nodes in [found[line]]
        for k in range(0, len(nodes), MOST_INSIDE)
    ]
    return tuple(joined(graph, parts))


def joined(graph: Graph, parts: list[list[int]]) -> list[Block]:
    """Return at most MOST_BLOCKS blocks of so many parts in a row."""
    each = -(-len(parts) // MOST_BLOCKS)
    found = []
    for k in range(0, len(parts), each):
        run = parts[k : k + each]
        first, last = (write.name(graph.name(run[j][-1]), "unicode") for j in (0, -1))
        found.append(
            Block(
                last if each == 1 or len(run) == 1 else f"{first}…{last}",
                frozenset(i for p in run for i in p),
                run[-1][-1],
            )
        )
    return found
