"""A frame as DOT with pinned positions: any Graphviz (neato -n2, nop2) draws it where the SVG has it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from ..files.fonts import FAMILY, wrapped
from ..files.inks import Colours, Point, colours, n
from .canvas import Layout
from .frames import Box, Frame, Grid, Run, Wire, line, words
from .layout import Place, Route
from .needs import (
    BOLD,
    CAPTION,
    CAPTION_ROW,
    FIRST,
    GAP,
    HEADER,
    HEADING,
    LABEL,
    LEAF_FIRST,
    MARGIN,
    NUMBER,
    PAD,
    SMALL,
    TITLE,
    label_size,
)
from .svg import Brush

if TYPE_CHECKING:
    import graphviz


STYLE = {
    "parameter": "rounded,filled",
    "data": "filled",
    "constant": "filled,dashed",
    "output": "filled",
    "operation": "filled",
}
ARROW = 0.8


def source(frame: Frame, layout: Layout, theme: str = "light", palette: str = "default") -> graphviz.Source:
    """Return the frame as a `graphviz.Source` whose positions are those of the layout, in points, y upwards.

    Names are ids `n0`, `n1`, …; what a learner typed stands in escaped labels alone.
    """
    c, plan = colours(theme, palette), layout.plan(frame)
    lines = [
        "digraph graphtutor {",
        "// positions are pinned: render with neato -n2 (nop2), not with dot",
        f'graph [bb="0,0,{n(layout.width)},{n(layout.height)}" bgcolor="{c.ground}" fontname="{FAMILY}" outputorder=edgesfirst pad=0.25 splines=true notranslate=true]',
        f'node [shape=box fixedsize=true margin=0 fontname="{FAMILY}" fontcolor="{c.ink}"]',
        f'edge [fontname="{FAMILY}" fontsize={LABEL} arrowsize={ARROW}]',
        caption(frame, layout, c),
        *(node(b, plan.places[b.id], layout, c) for b in frame.boxes if b.id in plan.places),
        *(edge(w, plan.routes[w.edge], layout, c) for w in frame.wires if w.edge in plan.routes),
        "}",
    ]
    import graphviz

    class Pinned(graphviz.Source):  # type: ignore[misc]
        """A step as DOT; in a notebook it shows the same picture without any Graphviz."""

        def _repr_mimebundle_(self, *args: Any, **how: Any) -> dict[str, str]:
            return {"image/svg+xml": Brush(layout, c).paint(frame)}

    return Pinned("\n".join([*lines, ""]), engine="neato")


def at(point: Point, layout: Layout) -> str:
    """Return a point as Graphviz counts: y upwards."""
    return f"{n(point[0])},{n(layout.height - point[1])}"


def font(words: str, size: float, colour: str, bold: bool = False) -> str:
    """Return escaped text in a size and a colour; Graphviz refuses empty tags, so nothing gives nothing."""
    if not words:
        return ""
    inner = escape(words).replace("\\", "\\\\")  # Graphviz would put the node's name for \\N
    return f'<FONT POINT-SIZE="{n(size)}" COLOR="{colour}">{f"<B>{inner}</B>" if bold else inner}</FONT>'


def cell(inner: str, w: float, h: float, more: str = "", align: str = "MIDDLE") -> str:
    return f'<TD FIXEDSIZE="TRUE" WIDTH="{int(w)}" HEIGHT="{int(h)}" VALIGN="{align}"{more}>{inner}</TD>'


def table(*rows: str) -> str:
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{"".join(f"<TR>{row}</TR>" for row in rows)}</TABLE>>'


def caption(frame: Frame, layout: Layout, c: Colours) -> str:
    """Return the heading and the sentence as a node without a border."""
    words = wrapped(frame.caption, layout.width / layout.unit - 2 * MARGIN, CAPTION)[:3]
    high = HEADING + 7 + CAPTION_ROW * len(words)
    wide = layout.width - 2 * MARGIN
    left = ' ALIGN="LEFT"'
    said = "".join(font(line, CAPTION, c.ink) + f"<BR{left}/>" for line in words)
    rows = (
        cell(font(frame.title, HEADING, c.ink, True), wide, HEADING + 7, left),
        cell(said, wide, CAPTION_ROW * len(words), left, "TOP"),
    )
    return f'caption [shape=plain fixedsize=false pos="{at((layout.width / 2, 12 + high / 2), layout)}!" label={table(*rows)}]'


def node(b: Box, p: Place, layout: Layout, c: Colours) -> str:
    """Return a node: its outline says what it is, a table of fixed cells what it holds."""
    line = {"computed": c.value, "active": c.upstream, "target": c.upstream, "waiting": c.faint}.get(b.state, c.line)
    fill = {"computed": c.fresh, "active": c.lit, "waiting": c.idle}.get(b.state, c.box)
    thick = 2.4 if b.state in ("computed", "active", "target") else 1.2
    twice = " peripheries=2" if b.role == "output" else ""
    gap = 8.0 if twice else 0.0  # Graphviz draws the outer border 4 points outside
    size = f"width={(p.width - gap) / 72:.5f} height={(p.height - gap) / 72:.5f}"
    return (f'n{b.id} [id="n{b.id}" class="node {b.role} {b.state}" pos="{at((p.x, p.y), layout)}!" {size} style="{STYLE[b.role]}"{twice} color="{line}" '
            f'fillcolor="{fill}" penwidth={thick} label={inside(b, p, c)}]')  # fmt: skip


def inside(b: Box, p: Place, c: Colours) -> str:
    """Return the text of a box as a table: an operation's title above its numbers, an input's name beside them."""
    wide = p.width - 2 * PAD
    shape = font(f"  {b.shape}", SMALL, c.muted) if b.shape else ""
    shown = [entry for entry in (("value", b.value, "", p.value, c.value), (b.gradient_name, b.gradient, b.rest, p.gradient, c.upstream))
             if entry[1] is not None and entry[3]]  # fmt: skip
    if p.name and shown:
        broken = f"<BR/>{shape}" if shape else ""
        name = cell(font(b.name, TITLE + 1, c.ink) + broken, p.name + GAP, p.height - 6, ' ROWSPAN="2"')
        names, numbers = filled(shown, wide - p.name - GAP, p.height - LEAF_FIRST + 9, c)
        return table(name + names, numbers)
    head = (
        font(b.label, TITLE, c.ink, True) + font(f"   {b.formula}", LABEL + 0.5, c.ink)
        if b.formula
        else font(b.name, TITLE + 1, c.ink)
    )
    top = cell(head + shape, wide, HEADER - 4, f' COLSPAN="{max(len(shown), 1)}"')
    return table(top, *filled(shown, wide, p.height - FIRST + 9, c)) if shown else table(top)


def filled(shown: Sequence[Any], wide: float, high: float, c: Colours) -> tuple[str, str]:
    """Return two rows: the names of the columns, and their numbers."""
    spare = (wide - math.fsum(room for _, _, _, room, _ in shown)) / len(shown)
    names = "".join(cell(font(name, SMALL, c.muted), room + spare, SMALL + 4) for name, _, _, room, _ in shown)
    numbers = "".join(
        cell(column(grid, rest, colour, c), room + spare, high, align="TOP") for _, grid, rest, room, colour in shown
    )
    return names, numbers


def column(grid: Grid, rest: str, colour: str, c: Colours) -> str:
    colour = c.muted if grid == (("?",),) else colour
    rows = ["  ".join(row) for row in grid]
    rows[-1] += rest
    return "<BR/>".join(font(row, NUMBER, colour, True) for row in rows)


def edge(w: Wire, r: Route, layout: Layout, c: Colours) -> str:
    """Return an edge along its route; on its turn the arrow stands at the argument."""
    back = w.state == "active"
    line = {"active": c.upstream, "feeding": c.value, "waiting": c.faint}.get(w.state, c.line)
    curve, tip = r.drawn(back, 10.0 * ARROW)
    route = f"{'s' if back else 'e'},{at(tip, layout)} {' '.join(at(p, layout) for p in curve)}"
    parts = [f'id="e{w.edge.source}_{w.edge.slot}" class="edge {w.state}" pos="{route}" color="{line}"']
    parts.append("penwidth=2.4 style=dashed dir=back" if back else f"penwidth={2.4 if w.state == 'feeding' else 1.2}")
    if w.local or w.product:
        wide, high = label_size(w)
        lines = [runs for runs in (w.local, w.product) if runs]
        inner = "<BR/>".join(spans(runs, w.state, c) for runs in lines)
        frame = f' BORDER="1" COLOR="{c.upstream}" BGCOLOR="{c.box}" STYLE="ROUNDED"' if back else ""
        parts.append(
            f'lp="{at(r.spot(layout.direction, wide, high), layout)}" label={table(cell(inner, wide, high, frame))}'
        )
    return f"n{w.edge.target} -> n{w.edge.source} [{' '.join(parts)}]"


def spans(runs: Sequence[Run], state: str, c: Colours) -> str:
    fill = {"local": c.local, "name": c.local, "upstream": c.upstream, "result": c.upstream, "sign": c.muted}
    return "".join(font(r.text, LABEL, c.muted if state == "waiting" else fill[r.kind], r.kind in BOLD) for r in runs)


# ----- the same frame as Mermaid, for editors and wikis: shapes and words, no positions -----
SHAPES = {
    "parameter": ("([", "])"),
    "data": ("[", "]"),
    "output": ("[[", "]]"),
    "operation": ("(", ")"),
    "constant": ("(", ")"),
}


def mermaid(frame: Frame, direction: str = "LR") -> str:
    """Return the frame as Mermaid.

    >>> from graphtutor.front.api import graph
    >>> from graphtutor.picture.steps.frames import still
    >>> print(mermaid(still(graph("w*x"))))
    flowchart LR
        n0(["w"])
        n1["x"]
        n2[["v₁ = w·x"]]
        n0 --> n2
        n1 --> n2
    <BLANKLINE>
    """
    lines = [f"flowchart {direction}"]
    for b in frame.boxes:
        opened, closed = SHAPES[b.role]
        lines.append(f'    n{b.id}{opened}"{quoted(said(b))}"{closed}')
    for w in frame.wires:
        label = words(w.local) + (f"<br/>{words(w.product)}" if w.product else "")
        shown = f'|"{quoted(label)}"|' if label else ""
        lines.append(f"    n{w.edge.target} -->{shown} n{w.edge.source}")
    return "\n".join([*lines, ""])


def said(b: Box) -> str:
    """Return what a box says: its formula, its value and its gradient, a line each."""
    parts = [b.formula or b.name]
    if b.value is not None:
        parts.append(f"value {line(b.value)}")
    if b.gradient is not None:
        parts.append(f"{b.gradient_name} = {line(b.gradient)}{b.rest}")
    return "<br/>".join(parts)


def quoted(words: str) -> str:
    """Return words that may stand between quotes: Mermaid writes what would end them as entities."""
    kept = words.replace("&", "#amp;").replace('"', "#quot;").replace("<br/>", "\0")
    return kept.replace("<", "#lt;").replace(">", "#gt;").replace("\0", "<br/>")
