"""A canvas with a shape: of several drawings the one whose smallest text is largest, and what had to be closed for it.

A picture without a canvas is as large as its graph. On a canvas (a slide, a page) the graph may run
from left to right, from top to bottom, or in bands; the labels of edges may lose their left sides; and
a graph too large for all that is closed into tiles, one for each line of the program, with the one at
work opened below them. Whatever is chosen holds for all frames, so no box moves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ...errors import LearnerError
from ...expr.graph import Edge, Graph
from ...language import write
from ..files.fonts import width
from ..files.inks import SHAPES, Point
from . import layout as lay
from .frames import Frame, live
from .layout import Engine, Place, Plan, Route
from .needs import LABEL, MARGIN, NARROWEST, Need, sizes, slots
from .overlap import cleared
from .ways import Labels, best, candidates, directed, fit, shortened

# ----- what of a graph may be closed: its lines, each a block of operations under one name -----
# Blocks of one structure, as the layers of a net are, are laid out once for all, so that they look the same when they are opened.
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


READABLE, COMFORTABLE = (
    7.0,
    1.18,
)  # points of an edge label below which lines are closed; how much more an opened line should have
EDGE = 20.0  # free at the border of a canvas
TILE, TILE_HIGH, TILE_LOW, TILE_GAP = 68.0, 44.0, 24.0, 10.0
MOST_NUMBERED = 24  # tiles that show numbers; of more, the names alone


class Dress(NamedTuple):
    """What stands around a graph: a title, the step as mathematics, what the shapes mean."""

    title: bool = True
    caption: bool = True
    legend: bool = False

    @property
    def top(self) -> float:
        """How much room, in points of the caption, is above the graph."""
        return 10.0 + 24.0 * self.title + 44.0 * self.caption

    @property
    def bottom(self) -> float:
        return 28.0 if self.legend else 12.0


USUAL = Dress()


class Tile(NamedTuple):
    """A closed block in the overview: its corner and size, in units."""

    block: Block
    left: float
    top: float
    width: float
    height: float
    follows: bool = False  # it is computed from the tile at its left


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands; the same for every frame of a film.

    `width` and `height` are in units, in which boxes and routes are given; `size` is the picture in points; `unit` is how
    many units a point of the caption is. Of a closed graph there are several `plans`, and frame k shows `which[k]`.
    """

    width: float
    height: float
    size: Point
    unit: float
    plans: tuple[Plan, ...]
    which: tuple[int, ...] = ()
    tiles: tuple[Tile, ...] = ()
    short: bool = False
    dress: Dress = USUAL

    def plan(self, frame: Frame) -> Plan:
        return self.plans[self.which[frame.index] if self.which else 0]

    @property
    def places(self) -> dict[int, Place]:
        return self.plans[0].places

    @property
    def routes(self) -> dict[Edge, Route]:
        return self.plans[0].routes

    @property
    def direction(self) -> str:
        return self.plans[0].direction

    @property
    def scale(self) -> float:
        """Points a unit: an edge's label is `LABEL * scale` points high on the canvas."""
        return self.size[0] / self.width


def shape_of(size: Any) -> Point:
    """Return a canvas as width and height in points.

    >>> shape_of("slide"), shape_of("1280x720"), shape_of((400, 300))
    ((960.0, 540.0), (1280.0, 720.0), (400.0, 300.0))
    """
    if isinstance(size, str):
        if size in SHAPES:
            return SHAPES[size]
        size = size.lower().replace("×", "x").split("x")
    try:
        wide, high = map(float, size)
    except (TypeError, ValueError):
        wide = high = math.nan
    if not (120 <= wide <= 5000 and 120 <= high <= 5000):
        raise LearnerError(
            f"size={size!r} is no canvas; expected {', '.join(SHAPES)}, or width and height in points such as 960x540 (120 to 5000)"
        )
    return wide, high


# ----- without a canvas -----
def arrange(
    frames: Sequence[Frame], direction: str = "LR", engine: Engine = "pygraphviz", dress: Dress = USUAL
) -> Layout:
    """Return the one layout of all `frames`, as large as the graph is. `direction`: "LR" or "TB"; raises LearnerError without Graphviz."""
    flat = lay.plan(sizes(frames), slots(frames, direction), direction, engine)
    wide = max(flat.width, NARROWEST) + 2 * MARGIN
    high = dress.top + flat.height + dress.bottom + 6
    return Layout(
        wide, high, (wide, high), 1.0, (cleared(flat).moved((wide - flat.width) / 2, dress.top),), dress=dress
    )


# ----- on a canvas -----
def fitted(frames: Sequence[Frame], size: Any, graph: Graph | None, direction: str | None = None, engine: Engine = "pygraphviz",
           dress: Dress = USUAL, letters: float = READABLE) -> tuple[Layout, Sequence[Frame]]:  # fmt: skip
    """Return the layout of `frames` on a canvas, and the frames as they are drawn there.

    Of `graph` lines may be closed, where one is given: where an edge's label would have less than `letters` points.
    """
    canvas = shape_of(size)
    brief_ = shortened(frames)
    room = (canvas[0] - 2 * EDGE, canvas[1] - dress.top - dress.bottom)
    both = {False: frames, True: brief_}
    boxes = sizes(frames)
    if graph is None or len(boxes) <= lay.BIG // 2:
        found = [
            c for short, these in both.items() for c in candidates(boxes, directed(these), short, direction, engine)
        ]
        chosen = best(found, room)
        scale = fit(chosen.plan, room)
        if graph is None or scale * LABEL >= letters or len(blocks(graph)) < 2:
            return on_canvas(canvas, scale, dress.top, [chosen.plan], (), (), chosen.short, dress), both[chosen.short]
    return closed(both, canvas, graph, direction, engine, dress, letters)


def on_canvas(canvas: Point, scale: float, top: float, plans: Sequence[Plan], which: tuple[int, ...], tiles: tuple[Tile, ...], short: bool, dress: Dress) -> Layout:  # fmt: skip
    """Return plans at one scale, each in the middle of what is free below `top` points."""
    wide, high = canvas[0] / scale, canvas[1] / scale
    free = (canvas[1] - top - dress.bottom) / scale
    moved = tuple(cleared(p).moved((wide - p.width) / 2, top / scale + (free - p.height) / 2) for p in plans)
    return Layout(wide, high, canvas, 1 / scale, moved, which, tiles, short, dress)


def closed(both: Mapping[bool, Sequence[Frame]], canvas: Point, graph: Graph, direction: str | None, engine: Engine, dress: Dress, letters: float) -> tuple[Layout, Sequence[Frame]]:  # fmt: skip
    """Return the layout with every block closed into a tile, and the one whose turn it is opened below; smaller blocks if its letters are small."""
    boxes = sizes(both[False])
    labels = {short: directed(these) for short, these in both.items()}
    found: list[tuple[float, bool, Opened, list[Tile], float]] = []
    for most in MOST_INSIDE:
        parts = blocks(graph, most)
        tiles, below = overview(parts, canvas, dress.top)
        room = (canvas[0] - 2 * EDGE, canvas[1] - below - dress.bottom)
        for short in (False, True):
            inside = opened(parts, boxes, labels[short], short, room, direction, engine)
            found.append((inside.scale, short, inside, tiles, below))
            if inside.scale * LABEL >= letters * COMFORTABLE:
                break
        else:
            continue
        break
    scale, short, inside, tiles, below = max(found, key=lambda f: f[0])
    home = {i: k for k, tile in enumerate(tiles) for i in tile.block.nodes}
    which = tuple(home.get(f.at, 0) for f in both[False])
    in_units = tuple(
        Tile(t.block, t.left / scale, t.top / scale, t.width / scale, t.height / scale, t.follows) for t in tiles
    )
    return on_canvas(canvas, scale, below, inside.plans, which, in_units, short, dress), both[short]


def overview(blocks: Sequence[Block], canvas: Point, top: float) -> tuple[list[Tile], float]:
    """Return the tiles in rows, in points, and where they end."""
    high = TILE_HIGH if len(blocks) <= MOST_NUMBERED else TILE_LOW
    wide = max(TILE if high == TILE_HIGH else 30.0, *(width(b.name, 11.5) + 10 for b in blocks))
    across = int((canvas[0] - 2 * EDGE + TILE_GAP) // (wide + TILE_GAP))
    rows = math.ceil(len(blocks) / across)
    across = math.ceil(len(blocks) / rows)
    left = (canvas[0] - across * (wide + TILE_GAP) + TILE_GAP) / 2
    tiles = [
        Tile(b, left + (k % across) * (wide + TILE_GAP), top + (k // across) * (high + TILE_GAP), wide, high,
             bool(k % across) and blocks[k - 1].output in b.uses)
        for k, b in enumerate(blocks)
    ]  # fmt: skip
    return tiles, top + rows * (high + TILE_GAP) + 4
