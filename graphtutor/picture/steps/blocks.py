"""What of a graph may be closed: its lines, each a block of operations under one name; long ones cut, many of them joined.

Blocks of one structure, as the layers of a net are, are laid out once for all, so that they look the same when they are opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ...expr.graph import Edge, Graph
from ...language import write
from ..files.inks import Point
from .frames import live
from .layout import Engine, Plan
from .needs import Need
from .ways import Labels, best, candidates, fit

MOST_INSIDE, MOST_BLOCKS = (9, 6, 4), 60  # operations in a block, fewer if they do not fit; blocks in a picture


class Block(NamedTuple):
    """Operations that are shown as one tile: what the tile is called, the operations, the last of them, and the nodes they are computed from."""

    name: str
    nodes: frozenset[int]
    output: int
    uses: frozenset[int] = frozenset()


def homes(graph: Graph) -> dict[int, int]:
    """Return for every operation the named one of its line."""
    named, drawn = {i for i, _ in graph.names} | {graph.out}, live(graph)
    uses: dict[int, set[int]] = {}
    for i, (_, args, _) in enumerate(graph.cells):
        for a in args:
            uses.setdefault(a, set()).add(i)
    home: dict[int, int] = {}
    for i in reversed(range(len(graph))):
        if graph.cells[i][1] and drawn[i]:
            lines = {home[u] for u in uses.get(i, ()) if u in home}
            home[i] = lines.pop() if i not in named and len(lines) == 1 else i
    return home


def blocks(graph: Graph, most: int = MOST_INSIDE[0]) -> tuple[Block, ...]:
    """Return the operations of a graph in blocks, in the graph's order.

    An operation belongs to the line that it is written in, which is the first named one that all its uses lead to.
    """
    home = homes(graph)
    found: dict[int, list[int]] = {}
    for i in sorted(home):
        found.setdefault(home[i], []).append(i)
    parts: list[tuple[str, list[int]]] = []
    for line in sorted(found):
        name, nodes = write.name(graph.name(line), "unicode"), found[line]
        pieces = [nodes[k : k + most] for k in range(0, len(nodes), most)]
        parts += [(name if len(pieces) == 1 else f"{name}·{k}", piece) for k, piece in enumerate(pieces, 1)]
    each = -(-len(parts) // MOST_BLOCKS)
    return tuple(joined(graph, parts[k : k + each]) for k in range(0, len(parts), each))


def joined(graph: Graph, run: list[tuple[str, list[int]]]) -> Block:
    """Return a run of named pieces as one block."""
    nodes = frozenset(i for _, piece in run for i in piece)
    uses = frozenset(a for i in nodes for a in graph.cells[i][1]) - nodes
    (first, _), (last, piece) = run[0], run[-1]
    return Block(last if len(run) == 1 else f"{first}…{last}", nodes, piece[-1], uses)


# ----- opened -----
class Opened(NamedTuple):
    """The plan of every block and what it is computed from, all at one scale."""

    plans: list[Plan]
    scale: float


class Kin(NamedTuple):
    """Blocks of one structure: what each of their places needs at most, and for each block its nodes in those places."""

    boxes: dict[int, Need]
    labels: dict[str, dict[Edge, Point]]
    members: list[tuple[int, list[int]]]


def opened(parts: Sequence[Block], boxes: Mapping[int, Need], labels: Labels, short: bool, room: Point, direction: str | None, engine: Engine) -> Opened:  # fmt: skip
    """Return the best plan of every block in this room, and the scale at which all of them fit it."""
    plans: dict[int, Plan] = {}
    for kin in families(parts, boxes, labels):
        whole = best(list(candidates(kin.boxes, kin.labels, short, direction, engine, 2)), room).plan
        for k, nodes in kin.members:
            routes = {Edge(nodes[e.source], nodes[e.target], e.slot): r for e, r in whole.routes.items()}
            plans[k] = replace(whole, places={nodes[j]: p for j, p in whole.places.items()}, routes=routes)
    return Opened([plans[k] for k in range(len(parts))], min(fit(p, room) for p in plans.values()))


def families(parts: Sequence[Block], boxes: Mapping[int, Need], labels: Labels) -> list[Kin]:
    """Return the blocks sorted by structure, the nodes of each numbered from its output down."""
    found: dict[object, Kin] = {}
    slots: dict[int, list[Edge]] = {}
    for e in sorted(labels["LR"]):
        slots.setdefault(e.source, []).append(e)
    for k, block in enumerate(parts):
        nodes = numbered(block, slots)
        place = {i: j for j, i in enumerate(nodes)}
        edges = {
            e: Edge(place[e.source], place[e.target], e.slot)
            for i in nodes
            if i in block.nodes
            for e in slots.get(i, ())
        }
        kin = found.setdefault((tuple(edges.values()), len(nodes)), Kin({}, {d: {} for d in labels}, []))
        kin.members.append((k, nodes))
        for i, j in place.items():
            kin.boxes[j] = Need(*map(max, kin.boxes.get(j, boxes[i]), boxes[i]))
        for d, own in kin.labels.items():
            for e, same in edges.items():
                wide, high = own.get(same, (0.0, 0.0))
                own[same] = max(wide, labels[d][e][0]), max(high, labels[d][e][1])
    return list(found.values())


def numbered(block: Block, slots: Mapping[int, list[Edge]]) -> list[int]:
    """Return the nodes of a block and its arguments, arguments before what is computed from them, alike for blocks of one structure."""
    found: dict[int, None] = {}
    inner = sorted(block.nodes)
    todo = [(i, False) for i in reversed(inner)]
    while todo:
        i, ready = todo.pop()
        if i in found:
            continue
        if ready or i not in block.nodes:
            found[i] = None
            continue
        todo.append((i, True))
        todo.extend((e.target, False) for e in reversed(slots.get(i, [])))
    return list(found)
