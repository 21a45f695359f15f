"""How much room things need: boxes, their columns, the labels of edges; in points, from the widths of the font alone.

Boxes are sized for the widest text of all frames, so nothing moves from step to step.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from operator import is_not
from typing import NamedTuple, TypeVar

from ...expr.graph import Edge
from ..files.fonts import width
from ..files.inks import Point
from .frames import Box, Frame, Grid, Run, Wire

TITLE, NUMBER, SMALL, LABEL, CAPTION, HEADING = 12.0, 12.6, 8.6, 9.0, 11.0, 14.0
PAD, GAP, BETWEEN, BRACKET = 9.0, 12.0, 7.0, 5.0
HEADER, FIRST, ROW, FOOT, LEAST = 23.0, 48.0, 15.0, 7.5, 60.0
LEAF_FIRST = 31.0  # an input has its name beside its numbers, not above them
MARGIN, CAPTION_ROW, NARROWEST = 18.0, 15.0, 640.0
LINE, PILL, AIR = 14.5, 28.0, 3.5
BOLD = {"local", "upstream", "result"}
T = TypeVar("T")


class Need(NamedTuple):
    """What a box needs over all frames: its size, and its columns of value, gradient and (beside them) name; 0 for none."""

    width: float
    height: float
    value: float = 0.0
    gradient: float = 0.0
    name: float = 0.0


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


def need(box: Box) -> Need:
    """Return what one box needs in one frame."""
    value, gradient = grid_width(box.value, "value"), grid_width(box.gradient, box.gradient_name, box.rest)
    if box.value is None and box.gradient is None:
        return Need(max(LEAST, title_width(box) + 2 * PAD), HEADER + 6)
    rows = ROW * (max(len(box.value or ()), len(box.gradient or ())) - 1) + FOOT
    if box.formula:
        return Need(max(LEAST, title_width(box) + 2 * PAD), FIRST + rows, value, gradient)
    name = max(width(box.name, TITLE + 1), width(box.shape, SMALL))
    return Need(0.0, LEAF_FIRST + rows, value, gradient, name)


def distinct(rows: Iterable[tuple[T, ...]]) -> Iterator[T]:
    """Yield what a film shows, without what the frame before showed too: frames share the boxes and wires that did not change."""
    before: tuple[T, ...] = ()
    for row in rows:
        yield from row if len(row) != len(before) else compress(row, map(is_not, row, before))
        before = row


def sizes(frames: Sequence[Frame]) -> dict[int, Need]:
    """Return what every box needs over all frames."""
    found: dict[int, Need] = {}
    for box in distinct(frame.boxes for frame in frames):
        found[box.id] = Need(*map(max, found.get(box.id, Need(0.0, 0.0)), need(box)))
    return {i: n._replace(width=math.ceil(max(n.width, beside(n)))) for i, n in found.items()}


def beside(n: Need) -> float:
    """Return the width of the columns of a box side by side."""
    wide = [w for w in (n.name, n.value, n.gradient) if w]
    return math.fsum(wide) + GAP * (len(wide) - 1) + 2 * PAD if wide else 0.0


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
