"""A trace or a graph as pictures: its film laid out once, each frame painted when asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from ...door import door
from ...errors import LearnerError
from ...expr.graph import Graph
from ...walk.tangents import Tangents
from ...walk.trace import Trace
from ..files.look import Look
from ..files.saved import Reel, stored
from . import dot
from .canvas import Layout, arrange, fitted, shape_of
from .frames import Frame, film
from .layout import BIG, Engine, known
from .page import page
from .page_data import told
from .svg import Brush, colours

if TYPE_CHECKING:
    import graphviz


CANVASED = ("png", "pdf", "gif")  # drawn on a slide where no size is asked for; others are as large as their graph


class Painter(Reel):
    """A film laid out once; each frame painted when asked for.

    `theme`: "light" or "dark"; `palette`: "default" or "cs231n"; `direction`: "LR" or "TB"; `digits`:
    significant digits; `size`: a canvas (see `canvas.shape_of`), "graph" for none, left out a slide for .png, .pdf and .gif;
    `engine`: "pygraphviz", "dot", or a host's own. Raises LearnerError for anything else.
    """

    def __init__(
        self,
        walked: Trace | Tangents | Graph,
        *,
        theme: str = "light",
        palette: str = "default",
        direction: str | None = None,
        digits: int = 4,
        size: Any = None,
        engine: Engine = "pygraphviz",
    ):
        colours(theme, palette)
        if not isinstance(digits, int) or not 1 <= digits <= 17:
            raise LearnerError(f"digits={digits!r} is not possible; expected a whole number from 1 to 17")
        if size not in (None, "graph"):
            shape_of(size)
        if direction is not None:
            known(direction, engine)
        self.graph = walked if isinstance(walked, Graph) else walked.graph
        self.walked, self.digits = walked, digits
        self.frames = film(walked, digits)
        self.theme, self.palette, self.direction, self.engine, self.size = theme, palette, direction, engine, size
        self.brushes: dict[Any, tuple[Sequence[Frame], Brush]] = {}

    def __len__(self) -> int:
        return len(self.frames)

    def drawn(self, format: str = "svg") -> tuple[Sequence[Frame], Brush]:
        """Return the frames as they are drawn in a format, and what paints them: laid out when first asked for."""
        size = self.size or ("slide" if format in CANVASED else "graph")
        if size not in self.brushes:
            frames: Sequence[Frame] = self.frames
            if size == "graph":
                layout = arrange(frames, self.direction or "LR", self.engine)
            else:
                layout, frames = fitted(frames, size, self.graph, self.direction, self.engine)
            self.brushes[size] = frames, Brush(layout, colours(self.theme, self.palette))
        return self.brushes[size]

    @property
    def layout(self) -> Layout:
        return self.drawn()[1].layout

    def svg(self, step: int | None = None) -> str:
        return self.drawing(step, "svg")

    def drawing(self, step: int | None, format: str) -> str:
        frames, brush = self.drawn(format)
        return brush.paint(frames[self.number(step)])

    def dot(self, step: int | None = None) -> graphviz.Source:
        frames, brush = self.drawn("dot")
        return dot.source(frames[self.number(step)], brush.layout, self.theme, self.palette)

    def page(self, theme: str | None = None) -> str:
        return page(self.told(), theme, self.palette)

    def told(self) -> dict[str, Any]:
        """Return the data of the page's component; the graph has the shape of a window where it is not too large to be tried in several."""
        if self.size == "graph" or len(self.frames[0].boxes) > BIG // 2:
            layout = arrange(self.frames, self.direction or "LR", self.engine)
        else:
            layout, _ = fitted(self.frames, self.size or "slide", None, self.direction, self.engine)
        return told(self.walked, self.frames[0], layout, self.digits)

    def bytes(self, step: int | None, format: str) -> bytes:
        return str(self.dot(step).source).encode() if format == "dot" else super().bytes(step, format)


painter = door(Painter, called="draw", hidden=("walked",))


def save(
    walked: Trace | Tangents | Graph,
    path: str | os.PathLike[str],
    step: int | None = None,
    format: str | None = None,
    **look: Unpack[Look],
) -> list[Path]:
    """Write pictures of a trace or graph and return their paths; see `files.stored`. `look`: what Painter takes."""
    return stored(painter(walked, **look), path, step, format)
