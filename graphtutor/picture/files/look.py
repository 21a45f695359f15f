"""How pictures may look: the options of every drawing, with what each may be. Imports nothing heavy: the shell reads it too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypedDict, get_args

Theme = Literal["light", "dark"]
Palette = Literal["default", "cs231n"]
Direction = Literal["LR", "TB"]
PALETTES: tuple[str, ...] = get_args(Palette)
# canvases by name, width and height in points: 16:9, a sheet upright, a square, and a strip; "graph" is as large as the graph
SHAPES: dict[str, tuple[float, float]] = {
    "slide": (960.0, 540.0),
    "page": (595.0, 842.0),
    "square": (720.0, 720.0),
    "wide": (1280.0, 540.0),
}


class Look(TypedDict, total=False):
    """How a graph's pictures look; each option has its usual value where it is left out."""

    theme: Theme
    palette: Palette
    direction: Direction  # on a canvas the better of the two if left out
    title: bool  # above the graph
    caption: bool  # the step as mathematics
    legend: bool  # what the shapes mean; usual on a canvas
    letters: float  # points an edge's label has at least, before lines are closed: 7
    collapse: str | Iterable[str]  # lines of the program, or opened operations, shown as one node each
    parameters: Iterable[str]  # the inputs that are parameters
    size: str | tuple[float, float]  # "slide", "page", "square", "wide", "graph", "960x540" or (960, 540)
    digits: int  # significant ones of a number, 1 to 17
    engine: Literal["pygraphviz", "dot"]  # who lays the graph out
