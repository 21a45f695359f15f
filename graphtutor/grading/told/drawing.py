"""A verdict drawn: the problem's graph with the edge or node where it broke marked, by dashes, a cross and words."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from html import escape
from typing import Any

from ...errors import LearnerError
from ...expr.build import build
from ...expr.graph import Edge, Graph
from ...picture.files.inks import Point, arrow, colours, n, path
from ...picture.files.saved import Reel
from ...picture.steps.canvas import Layout, arrange
from ...picture.steps.frames import Frame, Run, cut, still
from ...picture.steps.layout import Engine, Place, Route
from ...picture.steps.svg import paint

ARM, THICK = 7.0, 2.6
WHERE = "the slip is here"


class Verdict(Reel):
    """The graph of a problem with what `broken` names marked; see `Task.place` for what that holds.

    `words` stand beside the mark, `caption` above the graph. Raises LearnerError for a place that the
    graph does not have.
    """

    formats = ("svg", "png", "pdf")
    each, whole = "picture", "verdict"

    def __init__(
        self,
        broken: Sequence[Any],
        caption: str,
        words: str = WHERE,
        *,
        theme: str = "light",
        palette: str = "default",
        direction: str = "LR",
        engine: Engine = "pygraphviz",
    ):
        program, operation, argument, shapes, constants = broken
        self.theme, self.palette, self.words = theme, palette, cut(words, 40)
        self.colours = colours(theme, palette)
        graph = build(program, shapes=dict(shapes), constants=dict(constants))
        frame = still(graph)
        self.node = boxed(graph, found(graph, operation), {b.id for b in frame.boxes})
        edge = edge_of(graph, self.node, argument)
        self.edge = (
            edge if edge in {w.edge for w in frame.wires} else None
        )  # a constant stands in the box, with no edge
        self.frame = self.marked(frame, cut(caption, 300))
        self.layout: Layout = arrange((self.frame,), direction, engine)

    def marked(self, frame: Frame, caption: str) -> Frame:
        """Return the frame with its caption, and with the words at the broken edge (above an empty line, for the cross) or in the box of the broken node."""
        words = f"✗ {self.words}"
        wires = tuple(
            w._replace(local=(Run(words, "upstream"),), product=(Run(" ", "sign"),)) if w.edge == self.edge else w
            for w in frame.wires
        )
        boxes = tuple(
            b._replace(gradient=((words,),), gradient_name="") if b.id == self.node and self.edge is None else b
            for b in frame.boxes
        )
        return replace(frame, caption=caption, wires=wires, boxes=boxes)

    def __len__(self) -> int:
        return 1

    def svg(self, step: int | None = None) -> str:
        self.number(step)
        plain = paint(self.frame, self.layout, self.theme, self.palette)
        mark = (
            self.on_edge(self.layout.routes[self.edge])
            if self.edge is not None
            else self.on_node(self.layout.places[self.node])
        )
        title = "Where it broke"
        body, end = plain.replace("Computation graph", title).rsplit("</svg>", 1)
        return f'{body}<g id="broken"><title>{escape(title)}: {escape(self.words)}</title>{mark}</g>\n</svg>{end}'

    def page(self, theme: str | None = None) -> str:
        return self.svg()

    # ----- the mark -----
    def on_edge(self, route: Route) -> str:
        """Return the edge once more, thick and dashed, with a cross at its middle."""
        c = self.colours
        curve, tip = route.drawn(False, 8.5)
        line = f'<path d="{path(curve)}" fill="none" stroke="{c.ground}" stroke-width="4"/><path d="{path(curve)}" fill="none" stroke="{c.upstream}" stroke-width="{THICK}" stroke-dasharray="6 4"/>'
        return f'{line}<polygon points="{arrow(tip, curve[-1], 10.5)}" fill="{c.upstream}"/>{self.cross(middle(curve))}'

    def on_node(self, place: Place) -> str:
        """Return a dashed frame around a node, with a cross at its corner."""
        left, top, wide, high = place.left - 5, place.top - 5, place.width + 10, place.height + 10
        look = f'rx="9" fill="none" stroke="{self.colours.upstream}" stroke-width="{THICK}" stroke-dasharray="6 4"'
        return f'<rect x="{n(left)}" y="{n(top)}" width="{n(wide)}" height="{n(high)}" {look}/>{self.cross((left + wide, top))}'

    def cross(self, at: Point) -> str:
        x, y = at
        arms = (
            f"M{n(x - ARM)} {n(y - ARM)}L{n(x + ARM)} {n(y + ARM)}M{n(x - ARM)} {n(y + ARM)}L{n(x + ARM)} {n(y - ARM)}"
        )
        return f'<path d="{arms}" stroke="{self.colours.ground}" stroke-width="6"/><path d="{arms}" stroke="{self.colours.upstream}" stroke-width="3"/>'


def found(graph: Graph, formula: str) -> int:
    """Return the node with this formula; LearnerError if there is none."""
    for i in range(len(graph)):
        if graph.formula(i) == formula or graph.name(i) == formula:
            return i
    raise LearnerError(f"'{formula[:60]}' is no node of this graph, so it cannot be marked")


def boxed(graph: Graph, node: int, boxes: Container[int]) -> int:
    """Return the node, or the first one after it that has a box: what constants alone give stands inside its user's."""
    while node not in boxes:
        node = next(i for i, (_, args, _) in enumerate(graph.cells) if node in args)
    return node


def edge_of(graph: Graph, node: int, argument: str) -> Edge | None:
    """Return the edge to a node from the argument with this formula, None if it names none."""
    args = graph.cells[node][1]
    return next(
        (
            Edge(node, a, slot)
            for slot, a in enumerate(args)
            if argument and argument in (graph.formula(a), graph.name(a))
        ),
        None,
    )


def middle(curve: Sequence[Point]) -> Point:
    """Return the point in the middle of a chain of Bézier curves."""
    k = 3 * (((len(curve) - 1) // 3) // 2)
    a, b, c, d = curve[k : k + 4]
    even = ((len(curve) - 1) // 3) % 2 == 0
    return a if even else ((a[0] + 3 * b[0] + 3 * c[0] + d[0]) / 8, (a[1] + 3 * b[1] + 3 * c[1] + d[1]) / 8)
