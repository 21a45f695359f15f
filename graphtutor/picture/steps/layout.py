"""Positions from Graphviz, once for each graph: boxes are sized for the widest text of all frames, so nothing moves.

All lengths are in points, y downwards from the top left corner of the whole picture, caption included.
Graphviz sees boxes and labels of fixed size without text, so its fonts do not matter.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress, pairwise
from operator import is_not
from typing import Any, NamedTuple, TypeVar

from ...errors import LearnerError
from ...expr.graph import Edge
from ..files.fonts import width, wrapped
from .frames import Box, Frame, Grid, Run, Wire

TITLE, NUMBER, SMALL, LABEL, CAPTION, HEADING = 12.5, 12.0, 8.5, 9.5, 11.0, 13.0
PAD, GAP, BETWEEN, BRACKET = 10.0, 14.0, 7.0, 5.0
HEADER, FIRST, ROW, FOOT, LEAST = 24.0, 50.0, 14.5, 8.0, 92.0
MARGIN, TOP, CAPTION_ROW, NARROWEST = 18.0, 46.0, 15.0, 520.0
LINE, PILL, AIR = 15.0, 30.0, 4.0
BOLD = {"local", "upstream", "result"}
ENGINES, DIRECTIONS = ("pygraphviz", "dot"), ("LR", "TB")
BIG = 120
Point = tuple[float, float]
T = TypeVar("T")
Engine = (
    str | Callable[[str], str]
)  # one of ENGINES, or what a host hands in, as a page does: DOT text to Graphviz's JSON of it


class Place(NamedTuple):
    """A box: its centre and size, and the widths of its value and gradient columns (0 if there is none)."""

    x: float
    y: float
    width: float
    height: float
    value: float
    gradient: float

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def top(self) -> float:
        return self.y - self.height / 2


class Route(NamedTuple):
    """An edge: a chain of Bézier curves (3k + 1 points) from argument to operation, and the slot of its label."""

    points: tuple[Point, ...]
    label: Point
    size: Point

    def drawn(self, back: bool, head: float) -> tuple[tuple[Point, ...], Point]:
        """Return the curve without the last `head` points, where the arrow stands, and the arrow's tip."""
        points = self.points if back else self.points[::-1]
        rest = shortened(points, head)
        return (rest if back else rest[::-1]), points[0]

    def spot(self, direction: str, wide: float, high: float) -> Point:
        """Return where the centre of a label of this size stands: beside the line, at the end of its slot."""
        if direction == "LR":  # the line runs along the lower edge of the slot
            return self.label[0], self.label[1] + self.size[1] / 2 - AIR - high / 2
        return self.label[0] - self.size[0] / 2 + AIR + wide / 2, self.label[1]  # and here along its left edge


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands; the same for every frame of a film."""

    width: float
    height: float
    caption: tuple[tuple[str, ...], ...]
    places: dict[int, Place]
    routes: dict[Edge, Route]
    direction: str


# ----- how much room things need -----
def run_width(runs: Iterable[Run]) -> float:
    return math.fsum(width(run.text, LABEL, run.kind in BOLD) for run in runs)


def label_size(wire: Wire) -> Point:
    """Return the width and height of an edge's label in one frame."""
    lines = [runs for runs in (wire.local, wire.product) if runs]
    return max(map(run_width, lines)) + 10, PILL if len(lines) == 2 else LINE


def columns(grid: Grid) -> list[float]:
    """Return the width of each column of a grid."""
    return [max(width(row[k], NUMBER, True) for row in grid) for k in range(len(grid[0]))]


def bracketed(grid: Grid) -> bool:
    return len(grid) * len(grid[0]) > 1


def grid_width(grid: Grid | None, caption: str, rest: str = "") -> float:
    """Return the width of a column of a box: its caption above a grid, and what follows the grid."""
    if grid is None:
        return 0.0
    entries = (
        math.fsum(columns(grid))
        + BETWEEN * (len(grid[0]) - 1)
        + 2 * BRACKET * bracketed(grid)
        + width(rest, NUMBER, True)
    )
    return max(width(caption, SMALL), entries)


def title_width(box: Box) -> float:
    shape = GAP / 2 + width(box.shape, SMALL) if box.shape else 0.0
    if box.formula:
        return width(box.label, TITLE, True) + GAP + width(box.formula, LABEL + 0.5) + shape
    return width(box.name, TITLE + 1) + 2 * shape  # the name stands in the middle


def need(box: Box) -> tuple[float, float, float, float]:
    """Return the (width, height, value column, gradient column) that one box needs in one frame."""
    if box.role == "constant":
        return width(box.value[0][0] if box.value else box.name, NUMBER - 1) + 14, 22.0, 0.0, 0.0
    value, gradient = grid_width(box.value, "value"), grid_width(box.gradient, box.gradient_name, box.rest)
    if box.value is None and box.gradient is None:
        return max(LEAST, title_width(box) + 2 * PAD), HEADER + 6, 0.0, 0.0
    rows = max(len(box.value or ()), len(box.gradient or ()))
    return max(LEAST, title_width(box) + 2 * PAD), FIRST + ROW * (rows - 1) + FOOT, value, gradient


def distinct(rows: Iterable[tuple[T, ...]]) -> Iterator[T]:
    """Yield what a film shows, without what the frame before showed too: frames share the boxes and wires that did not change."""
    before: tuple[T, ...] = ()
    for row in rows:
        yield from row if len(row) != len(before) else compress(row, map(is_not, row, before))
        before = row


def sizes(frames: Sequence[Frame]) -> dict[int, tuple[float, float, float, float]]:
    """Return the (width, height, value column, gradient column) of every box over all frames."""
    found: dict[int, tuple[float, float, float, float]] = {}
    for box in distinct(frame.boxes for frame in frames):
        found[box.id] = tuple(map(max, found.get(box.id, (0.0,) * 4), need(box)))  # type: ignore[assignment]
    return {
        i: (math.ceil(max(w, a + b + GAP * bool(a and b) + 2 * PAD * bool(a or b))), h, a, b)
        for i, (w, h, a, b) in found.items()
    }


def slots(frames: Sequence[Frame], direction: str) -> dict[Edge, Point]:
    """Return the room that each edge's label takes over all frames; (0, 0) for none."""
    found: dict[Edge, Point] = {}
    air = (4.0, AIR) if direction == "LR" else (4.0 + AIR, 2.0)
    for wire in distinct(frame.wires for frame in frames):
        wide, high = found.get(wire.edge, (0.0, 0.0))
        if wire.local or wire.product:
            w, h = label_size(wire)
            wide, high = max(wide, math.ceil(w + air[0])), max(high, h + air[1])
        found[wire.edge] = wide, high
    return found


# ----- Graphviz -----
def source(frames: Sequence[Frame], direction: str = "LR") -> str:
    """Return the DOT text that is laid out: fixed boxes n0, n1, … and label slots, no text at all."""
    return outlines(sizes(frames), slots(frames, direction), direction)


def outlines(boxes: dict[int, tuple[float, float, float, float]], labels: dict[Edge, Point], direction: str) -> str:
    apart = "nodesep=0.25 ranksep=0.35" if direction == "LR" else "nodesep=0.35 ranksep=0.3"
    quick = " nslimit=2 nslimit1=2 mclimit=0.3 searchsize=10" if len(boxes) > BIG else ""
    lines = [
        "digraph {",
        f"graph [rankdir={direction} ordering=in {apart}{quick}]",
        'node [shape=box fixedsize=true label=""]',
        "edge [arrowsize=0.7]",
    ]
    lines += [f"n{i} [width={w / 72:.5f} height={h / 72:.5f}]" for i, (w, h, _, _) in boxes.items()]
    for edge, (w, h) in labels.items():
        cell = f'<TR><TD FIXEDSIZE="TRUE" WIDTH="{w:.0f}" HEIGHT="{h:.0f}"></TD></TR>'
        table = f'label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{cell}</TABLE>>' if w else ""
        lines.append(f"n{edge.target} -> n{edge.source} [id=e{edge.source}_{edge.slot} {table}]")
    return "\n".join([*lines, "}"])


def positions(dot: str, engine: Engine) -> dict[str, Any]:
    """Return Graphviz's JSON of a DOT text, made in this process ("pygraphviz"), by the `dot` program ("dot"), or by the host."""
    if callable(engine):
        return dict(json.loads(engine(dot)))
    if engine == "pygraphviz":
        try:
            import pygraphviz
        except ImportError:
            if shutil.which("dot") is None:
                raise LearnerError(
                    "no Graphviz found; install it with 'pip install pygraphviz', or put Graphviz's dot on PATH"
                ) from None
        else:
            return dict(json.loads(pygraphviz.AGraph(string=dot).draw(format="json0", prog="dot")))
    program = shutil.which("dot")
    if program is None:
        raise LearnerError("engine='dot' needs Graphviz's dot on PATH; install Graphviz, or leave engine out")
    try:
        done = subprocess.run([program, "-Tjson0"], input=dot, capture_output=True, text=True, check=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        raise LearnerError(
            f"{program} did not lay the graph out ({type(error).__name__}); leave engine out to use Graphviz in-process"
        ) from None
    return dict(json.loads(done.stdout))


def arrange(frames: Sequence[Frame], direction: str = "LR", engine: Engine = "pygraphviz") -> Layout:
    """Return the one layout of all `frames`. `direction`: "LR" or "TB"; raises LearnerError without Graphviz."""
    for what, given, known in (("direction", direction, DIRECTIONS), ("engine", engine, ENGINES)):
        if given not in known and not callable(given):
            raise LearnerError(f"{what}='{given}' is not known; expected {' or '.join(known)}")
    boxes, labels = sizes(frames), slots(frames, direction)
    found = positions(outlines(boxes, labels, direction), engine)
    _, _, graph_width, graph_height = map(float, found["bb"].split(","))
    wide = max(graph_width, NARROWEST) + 2 * MARGIN
    caption = tuple(tuple(wrapped(frame.caption, wide - 2 * MARGIN, CAPTION)) for frame in frames)
    left, top = (wide - graph_width) / 2, TOP + CAPTION_ROW * max(map(len, caption))

    def spot(text: str) -> Point:
        x, y = map(float, text.split(","))
        return round(left + x, 3), round(top + graph_height - y, 3)

    places = {}
    for thing in found["objects"]:
        i = int(thing["name"][1:])
        w, h, a, b = boxes[i]
        places[i] = Place(*spot(thing["pos"]), w, h, a, b)
    routes = {}
    edges = {thing["id"]: thing for thing in found.get("edges", ())}
    for edge, size in labels.items():
        drawn = edges[f"e{edge.source}_{edge.slot}"]
        points = [spot(p) for p in drawn["pos"].split() if not p.startswith("e,")]
        tip = next(spot(p[2:]) for p in drawn["pos"].split() if p.startswith("e,"))
        routes[edge] = Route(
            (*points, *straight(points[-1], tip)),
            spot(drawn["lp"]) if "lp" in drawn else points[len(points) // 2],
            size,
        )
    return Layout(wide, top + graph_height + MARGIN, caption, places, routes, direction)


# ----- curves -----
def straight(a: Point, b: Point) -> tuple[Point, Point, Point]:
    """Return a straight line from `a` as a Bézier curve, without `a`."""
    (x, y), (u, v) = a, b
    return (x + (u - x) / 3, y + (v - y) / 3), (x + (u - x) * 2 / 3, y + (v - y) * 2 / 3), b


@lru_cache(maxsize=8192)
def shortened(points: tuple[Point, ...], length: float) -> tuple[Point, ...]:
    """Return a chain of Bézier curves without its first `length` points, as the crow flies."""
    start, rest = points[0], list(points)
    while len(rest) > 4 and math.dist(start, rest[3]) <= length:
        rest = rest[3:]
    (a, b), (c, d), (e, f), (g, h) = rest[:4]
    low, high = 0.0, 1.0
    for _ in range(24):
        t = (low + high) / 2
        u = 1 - t
        p, q, r, s = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
        near = math.hypot(p * a + q * c + r * e + s * g - start[0], p * b + q * d + r * f + s * h - start[1]) < length
        low, high = (t, high) if near else (low, t)
    return (*split(rest[:4], low), *rest[4:])


def split(curve: Sequence[Point], t: float) -> tuple[Point, Point, Point, Point]:
    """Return the part of one Bézier curve from `t` on (de Casteljau)."""
    row, right = list(curve), [curve[3]]
    while len(row) > 1:
        row = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(row)]
        right.append(row[-1])
    return right[3], right[2], right[1], right[0]
