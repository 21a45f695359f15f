"""A canvas with a shape: of several drawings the one whose smallest text is largest, and what had to be closed for it.

A picture without a canvas is as large as its graph. On a canvas (a slide, a page) the graph may run
from left to right, from top to bottom, or in bands; the labels of edges may lose their left sides; and
a graph too large for all that is closed into tiles, one for each line of the program, with the one at
work opened below them. Whatever is chosen holds for all frames, so no box moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...errors import LearnerError
from ...expr.graph import Edge
from ..files.fonts import width, wrapped
from ..files.look import SHAPES
from . import layout as lay
from .blocks import Block
from .frames import Frame, Wire
from .layout import Engine, Place, Plan, Route
from .needs import CAPTION, CAPTION_ROW, LABEL, MARGIN, NARROWEST, TOP, Need, Point, sizes, slots

LARGEST, READABLE = 2.2, 7.0  # points a unit at most; the smallest edge label, in points, with which nothing is closed
EDGE, BOTTOM = 20.0, 24.0  # free at the border of a canvas, and below for the legend
TILE, TILE_HIGH, TILE_LOW, TILE_GAP = 62.0, 44.0, 24.0, 10.0
MOST_NUMBERED = 24  # tiles that show numbers; of more, the names alone
FULL, ONE_BAND, ACROSS = (
    1.1,
    1.06,
    1.04,
)  # by how much text may be smaller with all words, in one band, from left to right


class Tile(NamedTuple):
    """A closed block in the overview: its corner and size, in units."""

    block: Block
    left: float
    top: float
    width: float
    height: float


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
    caption: tuple[tuple[str, ...], ...]
    plans: tuple[Plan, ...]
    which: tuple[int, ...] = ()
    tiles: tuple[Tile, ...] = ()
    short: bool = False

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
def arrange(frames: Sequence[Frame], direction: str = "LR", engine: Engine = "pygraphviz") -> Layout:
    """Return the one layout of all `frames`, as large as the graph is. `direction`: "LR" or "TB"; raises LearnerError without Graphviz."""
    flat = lay.plan(sizes(frames), slots(frames, direction), direction, engine)
    wide = max(flat.width, NARROWEST) + 2 * MARGIN
    caption = tuple(tuple(wrapped(frame.caption, wide - 2 * MARGIN, CAPTION)) for frame in frames)
    top = TOP + CAPTION_ROW * max(map(len, caption))
    high = top + flat.height + MARGIN
    return Layout(wide, high, (wide, high), 1.0, caption, (flat.moved((wide - flat.width) / 2, top),))


# ----- on a canvas -----
class Candidate(NamedTuple):
    """A way of drawing: with all words on its edges or without left sides, and how much room it takes."""

    plan: Plan
    short: bool
    favour: float


def candidates(boxes: Mapping[int, Need], labels: Mapping[bool, Mapping[str, Mapping[Edge, Point]]], direction: str | None, engine: Engine, bands: int = 4) -> Iterator[Candidate]:  # fmt: skip
    """Yield the ways of drawing one graph. `labels`: by whether they are short, and by direction."""
    for short in labels:
        words = 1.0 if short else FULL
        if direction != "TB":
            across = labels[short]["LR"]
            yield Candidate(lay.plan(boxes, across, "LR", engine), short, words * ONE_BAND * ACROSS)
            for k in range(2, bands + 1):
                for wrapped_ in lay.wrapped(boxes, across, k, engine):
                    yield Candidate(wrapped_, short, words * ACROSS)
        if direction != "LR":
            yield Candidate(lay.plan(boxes, labels[short]["TB"], "TB", engine), short, words * ONE_BAND)


def fit(plan: Plan, room: Point) -> float:
    """Return how many points a unit may have for a plan to fit the room."""
    return min(room[0] / max(plan.width, 1.0), room[1] / max(plan.height, 1.0), LARGEST)


def best(found: Sequence[Candidate], room: Point) -> Candidate:
    return max(found, key=lambda c: fit(c.plan, room) * c.favour)


def brief(wire: Wire) -> Wire:
    """Return a wire whose label has lost its left side: x₀ = 2 and not ∂v₁/∂w₀ = x₀ = 2."""
    local = wire.local
    return (
        wire._replace(local=local[1:])
        if len(local) > 1 and local[0].text.endswith(" = ") and local[0].kind == "name"
        else wire
    )


def shortened(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Return frames with short labels; what two frames shared they share still."""
    made: dict[int, Wire] = {}
    found = []
    for frame in frames:
        for w in frame.wires:
            if id(w) not in made:
                made[id(w)] = brief(w)
        found.append(frame.with_wires(tuple(made[id(w)] for w in frame.wires)))
    return tuple(found)


def fitted(frames: Sequence[Frame], size: Any, blocks: Sequence[Block], direction: str | None = None, engine: Engine = "pygraphviz") -> tuple[Layout, Sequence[Frame]]:  # fmt: skip
    """Return the layout of `frames` on a canvas, and the frames as they are drawn there. `blocks`: what may be closed."""
    canvas = shape_of(size)
    brief_ = shortened(frames)
    top, caption = header(frames, canvas)
    room = (canvas[0] - 2 * EDGE, canvas[1] - top - BOTTOM)
    both = {False: frames, True: brief_}
    boxes = sizes(frames)
    if len(boxes) <= lay.BIG // 2 or len(blocks) < 3:
        labels = {short: {d: slots(these, d) for d in lay.DIRECTIONS} for short, these in both.items()}
        chosen = best(list(candidates(boxes, labels, direction, engine)), room)
        scale = fit(chosen.plan, room)
        if scale * LABEL >= READABLE or len(blocks) < 3:
            return on_canvas(canvas, scale, caption, top, [chosen.plan], (), (), chosen.short), both[chosen.short]
    return closed(both, canvas, caption, top, boxes, blocks, direction, engine)


def header(frames: Sequence[Frame], canvas: Point) -> tuple[float, tuple[tuple[str, ...], ...]]:
    """Return how much of a canvas title and caption take, and the captions in lines."""
    caption = tuple(tuple(wrapped(f.caption, canvas[0] - 2 * EDGE, CAPTION)) for f in frames)
    return TOP + CAPTION_ROW * max(map(len, caption)), caption


def on_canvas(canvas: Point, scale: float, caption: Any, top: float, plans: Sequence[Plan], which: tuple[int, ...], tiles: tuple[Tile, ...], short: bool) -> Layout:  # fmt: skip
    """Return plans at one scale, each in the middle of what is free below `top` points."""
    wide, high = canvas[0] / scale, canvas[1] / scale
    free = (canvas[1] - top - BOTTOM) / scale
    moved = tuple(p.moved((wide - p.width) / 2, top / scale + (free - p.height) / 2) for p in plans)
    return Layout(wide, high, canvas, 1 / scale, caption, moved, which, tiles, short)


def closed(both: Mapping[bool, Sequence[Frame]], canvas: Point, caption: Any, top: float, boxes: Mapping[int, Need], blocks: Sequence[Block],
           direction: str | None, engine: Engine) -> tuple[Layout, Sequence[Frame]]:  # fmt: skip
    """Return the layout with every block closed into a tile, and the one whose turn it is opened below."""
    frames = both[False]
    tiles, below = overview(blocks, canvas, top)
    room = (canvas[0] - 2 * EDGE, canvas[1] - below - BOTTOM)
    labels = {short: {d: slots(these, d) for d in lay.DIRECTIONS} for short, these in both.items()}
    options = [list(inside(block, boxes, labels, direction, engine)) for block in blocks]
    chosen, scale = one_scale(options, False, room)
    short = scale * LABEL < READABLE * FULL
    if short:
        chosen, scale = one_scale(options, True, room)
    home = {i: k for k, block in enumerate(blocks) for i in block.nodes}
    which = tuple(home.get(f.at, 0) for f in frames)
    in_units = tuple(Tile(t.block, t.left / scale, t.top / scale, t.width / scale, t.height / scale) for t in tiles)
    return on_canvas(canvas, scale, caption, below, chosen, which, in_units, short), both[short]


def inside(block: Block, boxes: Mapping[int, Need], labels: Mapping[bool, Mapping[str, Mapping[Edge, Point]]], direction: str | None, engine: Engine) -> Iterator[Candidate]:  # fmt: skip
    """Yield the ways of drawing one block and what it is computed from."""

    def own(these: Mapping[Edge, Point]) -> dict[Edge, Point]:
        return {e: p for e, p in these.items() if e.source in block.nodes}

    edges = {short: {d: own(these) for d, these in both.items()} for short, both in labels.items()}
    seen = block.nodes | {e.target for e in edges[False]["LR"]}
    return candidates({i: n for i, n in boxes.items() if i in seen}, edges, direction, engine, 2)


def one_scale(options: Sequence[Sequence[Candidate]], short: bool, room: Point) -> tuple[list[Plan], float]:
    """Return the best plan of every block, and the scale at which all of them fit."""
    chosen = [best([c for c in found if c.short == short], room).plan for found in options]
    return chosen, min(fit(p, room) for p in chosen)


def overview(blocks: Sequence[Block], canvas: Point, top: float) -> tuple[list[Tile], float]:
    """Return the tiles in rows, in points, and where they end."""
    high = TILE_HIGH if len(blocks) <= MOST_NUMBERED else TILE_LOW
    wide = max(TILE if high == TILE_HIGH else 30.0, *(width(b.name, 12.0) + 14 for b in blocks))
    across = int((canvas[0] - 2 * EDGE + TILE_GAP) // (wide + TILE_GAP))
    rows = math.ceil(len(blocks) / across)
    across = math.ceil(len(blocks) / rows)
    left = (canvas[0] - across * (wide + TILE_GAP) + TILE_GAP) / 2
    tiles = [
        Tile(b, left + (k % across) * (wide + TILE_GAP), top + (k // across) * (high + TILE_GAP), wide, high)
        for k, b in enumerate(blocks)
    ]
    return tiles, top + rows * (high + TILE_GAP) + 4
