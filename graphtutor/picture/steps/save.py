"""A trace or a graph as pictures: its film laid out once, each frame painted when asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from ...door import door
from ...errors import LearnerError
from ...expr.graph import Graph
from ...expr.views import collapsed
from ...text import near
from ...walk.tangents import Tangents
from ...walk.trace import ONE, Trace, trace
from ..files.inks import Look, colours
from ..files.saved import FORMATS, Reel, stored
from . import dot
from .canvas import READABLE, Dress, Layout, arrange, fitted, shape_of
from .frames import Frame, film, finished, valued
from .layout import BIG, Engine, known
from .page import page
from .page_data import told
from .svg import Brush

if TYPE_CHECKING:
    import graphviz


Walked = Trace | Tangents | Graph


class Painter(Reel):
    """A film laid out once; each frame painted when asked for.

    `theme`: "light" or "dark"; `palette`: "default" or "cs231n"; `direction`: "LR" or "TB"; `digits`:
    significant digits; `size`: a canvas (see `canvas.shape_of`), "graph" for none, left out a slide for .png, .pdf and .gif;
    `title`, `caption`, `legend`: what stands around the graph (a legend is usual on a canvas); `letters`: lines are closed where
    the label of an edge would have fewer points; `collapse`: lines to be shown as one node each; `parameters`: the inputs that are;
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
        title: bool = True,
        caption: bool = True,
        legend: bool | None = None,
        letters: float = READABLE,
        collapse: str | Iterable[str] = (),
        parameters: Iterable[str] | None = None,
        engine: Engine = "pygraphviz",
    ):
        colours(theme, palette)
        if not isinstance(digits, int) or not 1 <= digits <= 17:
            raise LearnerError(f"digits={digits!r} is not possible; expected a whole number from 1 to 17")
        if size not in (None, "graph"):
            shape_of(size)
        if direction is not None:
            known(direction, engine)
        walked = seen(walked, [collapse] if isinstance(collapse, str) else list(collapse), parameters)
        self.dress, self.letters = (title, caption, legend), within(letters)
        self.graph = walked if isinstance(walked, Graph) else walked.graph
        self.walked, self.digits = walked, digits
        self.frames = film(walked, digits)
        self.pictures = self.frames  # and, of a walk, the picture of what it found
        if not isinstance(walked, Graph) and walked.steps:
            self.pictures = (*self.frames, finished(walked, self.frames[-1], digits))
        self.theme, self.palette, self.direction, self.engine, self.size = theme, palette, direction, engine, size
        self.brushes: dict[Any, tuple[Sequence[Frame], Brush]] = {}

    def __len__(self) -> int:
        return len(self.frames)

    def drawn(self, format: str = "svg", values: bool = False) -> tuple[Sequence[Frame], Brush]:
        """Return the frames as they are drawn in a format, the finished one last, and what paints them: laid out when first asked for.

        `values`: the one frame that shows values alone.
        """
        size = self.size or ("slide" if FORMATS[format].canvas else "graph")
        if (size, values) not in self.brushes:
            frames: Sequence[Frame] = self.pictures
            if values and not isinstance(self.walked, Graph):
                frames = (valued(self.walked, self.digits),)
            title, caption, legend = self.dress
            dress = Dress(title, caption, size != "graph" if legend is None else legend)
            if size == "graph":
                layout = arrange(frames, self.direction or "LR", self.engine, dress)
            else:
                layout, frames = fitted(frames, size, self.graph, self.direction, self.engine, dress, self.letters)
            self.brushes[size, values] = frames, Brush(layout, colours(self.theme, self.palette))
        return self.brushes[size, values]

    def shown(self, step: int | str | None, format: str) -> tuple[Frame, Brush]:
        """Return the frame of a step and what paints it; of None the finished picture, of "values" the values alone."""
        frames, brush = self.drawn(format, step == "values")
        return frames[-1 if step is None or step == "values" else self.number(step)], brush

    @property
    def layout(self) -> Layout:
        return self.drawn()[1].layout

    def svg(self, step: int | str | None = None) -> str:
        return self.drawing(step, "svg")

    def drawing(self, step: int | str | None, format: str) -> str:
        frame, brush = self.shown(step, format)
        return brush.paint(frame)

    def dot(self, step: int | str | None = None) -> graphviz.Source:
        frame, brush = self.shown(step, "dot")
        return dot.source(frame, brush.layout, self.theme, self.palette)

    def mermaid(self, step: int | str | None = None) -> str:
        return dot.mermaid(self.shown(step, "mmd")[0], self.direction or "LR")

    def page(self, theme: str | None = None) -> str:
        return page(self.told(), theme, self.palette)

    def told(self) -> dict[str, Any]:
        """Return the data of the page's component."""
        return told(self.walked, self.arranged, self.digits)

    def arranged(self, walked: Walked) -> tuple[Frame, Layout]:
        """Return the first frame and the layout on a page, in the shape of a window where the graph is not too large to be tried in several."""
        frames = self.frames if walked is self.walked else film(walked, self.digits)
        if self.size == "graph" or len(frames[0].boxes) > BIG // 2:
            return frames[0], arrange(frames, self.direction or "LR", self.engine)
        return frames[0], fitted(frames, self.size or "slide", None, self.direction, self.engine)[0]

    def number(self, step: Any) -> int:
        return super().number(None if step == "values" else step)


def within(letters: float) -> float:
    if not isinstance(letters, int | float) or not 4 <= letters <= 40:
        raise LearnerError(f"letters={letters!r} is no size of letters; expected 4 to 40 points")
    return float(letters)


def seen(walked: Walked, collapse: Sequence[str], parameters: Iterable[str] | None) -> Walked:
    """Return a graph or a walk with lines closed into one node each, and with these inputs as its parameters."""
    graph = walked if isinstance(walked, Graph) else walked.graph
    if collapse:
        graph = collapsed(graph, collapse)
    if parameters is not None:
        graph = replace(graph, parameters=named(graph, parameters))
    if graph is walked or isinstance(walked, Graph):
        return graph
    at = None if walked.point is None else dict(walked.point)
    if isinstance(walked, Tangents):
        if collapse:
            raise LearnerError(
                "collapse= is for a walk backward; draw this one without it, or collapse the graph: g.collapsed(…)"
            )
        return replace(walked, graph=graph)
    if not collapse:
        return replace(walked, graph=graph)
    seeded = walked.walk is not None and walked.walk.cells[walked.walk.seed] != ONE
    return trace(graph, at, walked.tie, walked.number(walked.walk.seed) if seeded and walked.walk else None)


def named(graph: Graph, parameters: Iterable[str]) -> tuple[str, ...]:
    """Return the names of inputs, or raise a LearnerError for one that is none."""
    wanted = (parameters,) if isinstance(parameters, str) else tuple(parameters)
    known_ = [n.name for n in graph.inputs]
    for name in wanted:
        if name not in known_:
            raise LearnerError(
                f"'{name}' is no input of this graph{near(name, known_)}; its inputs are {', '.join(known_) or 'none'}"
            )
    return wanted


painter = door(Painter, called="draw", hidden=("walked",))


def save(
    walked: Trace | Tangents | Graph,
    path: str | os.PathLike[str],
    step: int | str | None = None,
    format: str | None = None,
    **look: Unpack[Look],
) -> list[Path]:
    """Write pictures of a trace or graph and return their paths; see `files.stored`. `look`: what Painter takes."""
    return stored(painter(walked, **look), path, step, format)
