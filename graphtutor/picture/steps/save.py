"""A trace or a graph as pictures: its film laid out once, each frame painted when asked for."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from ...door import door
from ...errors import LearnerError
from ...expr.graph import Graph
from ...walk.tangents import Tangents
from ...walk.trace import Trace
from ..files.look import Look
from ..files.saved import Reel, stored
from . import dot
from .frames import Frame, film
from .layout import Engine, Layout, arrange
from .page import page
from .svg import Brush, colours

if TYPE_CHECKING:
    import graphviz


class Painter(Reel):
    """A film laid out once; each frame painted when asked for.

    `theme`: "light" or "dark"; `palette`: "default" or "cs231n"; `direction`: "LR" or "TB"; `digits`:
    significant digits; `engine`: "pygraphviz", "dot", or a host's own. Raises LearnerError for anything else.
    """

    def __init__(
        self,
        walked: Trace | Tangents | Graph,
        *,
        theme: str = "light",
        palette: str = "default",
        direction: str = "LR",
        digits: int = 4,
        engine: Engine = "pygraphviz",
    ):
        colours(theme, palette)
        if not isinstance(digits, int) or not 1 <= digits <= 17:
            raise LearnerError(f"digits={digits!r} is not possible; expected a whole number from 1 to 17")
        self.frames = film(walked, digits)
        self.theme, self.palette, self.direction, self.engine = theme, palette, direction, engine

    def __len__(self) -> int:
        return len(self.frames)

    @cached_property
    def layout(self) -> Layout:
        return arrange(self.frames, self.direction, self.engine)

    @cached_property
    def brush(self) -> Brush:
        return Brush(self.layout, colours(self.theme, self.palette))

    def frame(self, step: int | None) -> Frame:
        """Return a frame by number, -1 or None the last; LearnerError if there is none."""
        return self.frames[self.number(step)]

    def svg(self, step: int | None = None) -> str:
        return self.brush.paint(self.frame(step))

    def dot(self, step: int | None = None) -> graphviz.Source:
        return dot.source(self.frame(step), self.layout, self.theme, self.palette)

    def page(self, theme: str | None = None) -> str:
        return page(self.frames, self.layout, theme, self.palette)

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
