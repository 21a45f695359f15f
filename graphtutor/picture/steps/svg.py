"""A frame painted onto a layout, as SVG: byte-stable, with ids, classes, a title and a description."""

from __future__ import annotations

import math
from html import escape

from ..files.fonts import STACK, width
from ..files.inks import BOLD_FACE, ITALIC, LIGHT, Colours, arrow, colours, n, path, text
from .canvas import TILE_HIGH, Layout, Tile
from .frames import Box, Frame, Grid, Run, Wire, cut, line, total_in
from .headings import caption
from .layout import Place, Route
from .needs import (
    BETWEEN,
    BOLD,
    BRACKET,
    FIRST,
    GAP,
    HEADER,
    LABEL,
    LEAF_FIRST,
    MARGIN,
    NUMBER,
    PAD,
    ROW,
    SMALL,
    TITLE,
    bracketed,
    columns,
    label_size,
)

THICK, THIN = 2.4, 1.2


# ----- boxes -----
RADIUS = {"parameter": 15.0, "data": 0.0, "constant": 3.0}


def outline(b: Box, p: Place, c: Colours, unit: float = 1.0) -> str:
    """Return the box's shape: round = parameter, square = data, dashed = constant, double border = output, else an operation."""
    stroke = {"computed": c.value, "active": c.upstream, "target": c.upstream, "waiting": c.faint}.get(b.state, c.line)
    thick = THICK if b.state in ("computed", "active", "target") else THIN
    fill = {"computed": c.fresh, "active": c.lit, "waiting": c.idle}.get(b.state, c.box)
    radius, thick = min(RADIUS.get(b.role, 7.0) * unit, p.height / 2 - unit), thick * unit
    dash = ' stroke-dasharray="3 2"' if b.role == "constant" else ""
    rect = '<rect x="{}" y="{}" width="{}" height="{}" rx="{}" fill="{}" stroke="{}" stroke-width="{}"{}/>'
    shape = rect.format(n(p.left), n(p.top), n(p.width), n(p.height), n(radius), fill, stroke, n(thick), dash)
    if b.role == "output":
        inset = unit if p.height > 20 * unit else unit * 0.6
        shape += rect.format(
            n(p.left + 3.5 * inset),
            n(p.top + 3.5 * inset),
            n(p.width - 7 * inset),
            n(p.height - 7 * inset),
            n(4.5 * inset),
            "none",
            stroke,
            n(inset),
            "",
        )
    return shape


def box(b: Box, p: Place, c: Colours) -> str:
    """Return a node: its title, and below it (of an input: beside it) the value and the gradient, each under its name."""
    said = f"{b.name}: value {line(b.value) or '–'}" + (
        f", {b.gradient_name} = {line(b.gradient)}{b.rest}" if b.gradient is not None else ""
    )
    parts = [f'<g id="n{b.id}" class="node {b.role} {b.state}">', f"<title>{escape(said)}</title>", outline(b, p, c)]
    left, right, first = p.left + PAD, p.left + p.width - PAD, p.top + FIRST
    columns_ = [
        (name, grid, rest, wide, colour)
        for name, grid, rest, wide, colour in (
            ("value", b.value, "", p.value, c.value),
            (b.gradient_name, b.gradient, b.rest, p.gradient, c.upstream),
        )
        if wide
    ]
    if p.name:
        first = p.top + LEAF_FIRST
        parts.append(beside(b, p, left, c))
        left += p.name + GAP
    else:
        parts.append(title(b, p, left, right, c))
        if columns_:
            parts.append(f'<path d="M{n(left)} {n(p.top + HEADER)}H{n(right)}" stroke="{c.faint}" stroke-width="0.8"/>')
    spare = right - left - math.fsum(wide for *_, wide, _ in columns_) - GAP * (len(columns_) - 1)
    for name, grid, rest, wide, colour in columns_:
        middle = left + (wide + spare / len(columns_)) / 2
        left += wide + spare / len(columns_) + GAP
        if grid is not None:
            parts.append(text(middle, first - 15, name, SMALL, c.muted))
            parts.append(entries(grid, rest, middle, first, c.muted if grid == (("?",),) else colour))
    return "".join([*parts, "</g>"])


def beside(b: Box, p: Place, left: float, c: Colours) -> str:
    """Return the name of an input at the left of its numbers, its shape below it."""
    middle, low = left + p.name / 2, p.y + 4.5 - (5.0 if b.shape else 0.0)
    shape = text(middle, low + 12.5, b.shape, SMALL, c.muted) if b.shape else ""
    rule = f'<path d="M{n(left + p.name + GAP / 2)} {n(p.top + 6)}V{n(p.top + p.height - 6)}" stroke="{c.faint}" stroke-width="0.8"/>'
    return text(middle, low, b.name, TITLE + 1, c.ink, "middle", ITALIC) + shape + rule


def title(b: Box, p: Place, left: float, right: float, c: Colours) -> str:
    """Return the first line of a box: an input's name, or an operation's sign and formula; the shape at the right."""
    base = p.top + 16 if p.value or p.gradient else p.y + 4.5
    shape = text(right, base, b.shape, SMALL, c.muted, "end") if b.shape else ""
    if not b.formula:
        return text(p.x, base, b.name, TITLE + 1, c.ink, "middle", ITALIC) + shape
    room = right - (GAP / 2 + width(b.shape, SMALL) if b.shape else 0)
    return (
        text(left, base, b.label, TITLE, c.ink, "start", BOLD_FACE)
        + text(room, base, b.formula, LABEL + 0.5, c.ink, "end", ITALIC)
        + shape
    )


def entries(grid: Grid, rest: str, middle: float, base: float, fill: str) -> str:
    """Return a grid of numbers around `middle`, in brackets if it has several, each column flush right."""
    if not bracketed(grid):
        return text(middle, base, grid[0][0] + rest, NUMBER, fill, "middle", BOLD_FACE)
    wide = columns(grid)
    whole = math.fsum(wide) + BETWEEN * (len(wide) - 1) + 2 * BRACKET
    x = start = middle - (whole + width(rest, NUMBER, True)) / 2
    parts = []
    top, bottom = base - 10.5, base + ROW * (len(grid) - 1) + 3
    for side, turn in ((start + 1, 3.0), (start + whole - 1, -3.0)):
        parts.append(
            f'<path d="M{n(side + turn)} {n(top)}H{n(side)}V{n(bottom)}H{n(side + turn)}" fill="none" stroke="{fill}" stroke-width="1.1"/>'
        )
    x += BRACKET
    for k, w in enumerate(wide):
        x += w
        parts.extend(text(x, base + ROW * i, row[k], NUMBER, fill, "end", BOLD_FACE) for i, row in enumerate(grid))
        x += BETWEEN
    if rest:
        parts.append(text(start + whole, (top + bottom) / 2 + 4, rest, NUMBER, fill, "start", BOLD_FACE))
    return "".join(parts)


# ----- edges -----
def wire(w: Wire, r: Route, c: Colours) -> str:
    """Return an edge: forward a solid line to the operation; on its turn thick, dashed, the arrow turned back."""
    back = w.state == "active"
    stroke = {"active": c.upstream, "feeding": c.value, "waiting": c.faint}.get(w.state, c.line)
    head = 11.0 if back else 8.5
    curve, tip = r.drawn(back, head)
    behind = curve[0] if back else curve[-1]
    look = f'stroke="{stroke}" stroke-width="{n(THICK if w.state in ("active", "feeding") else THIN)}"' + (
        ' stroke-dasharray="7 3"' if back else ""
    )
    heads = f'<polygon points="{arrow(tip, behind, head)}" fill="{stroke}"/>'
    for x, y in r.marks:  # on its way back to the start of the next band; a gradient goes the other way
        ahead = 1.0 if back else -1.0
        heads += f'<polygon points="{arrow((x + 5 * ahead, y), (x - 5 * ahead, y), 10.0)}" fill="{stroke}"/>'
    return f'<g id="e{w.edge.source}_{w.edge.slot}" class="edge {w.state}"><path d="{path(curve)}" fill="none" {look}/>{heads}</g>'


def label(w: Wire, r: Route, direction: str, c: Colours) -> str:
    """Return an edge's local derivative, close to its line, and on its turn the pill with the product."""
    if not (w.local or w.product):
        return ""
    lines = [runs for runs in (w.local, w.product) if runs]
    wide, high = label_size(w)
    x, y = r.spot(direction, wide, high)
    lit = w.state == "active"
    frame = (
        f'rx="6" fill="{c.box}" stroke="{c.upstream}" stroke-width="1"'
        if lit
        else f'rx="2" fill="{c.ground}" fill-opacity="0.8"'
    )
    parts = [f'<g id="l{w.edge.source}_{w.edge.slot}" class="label {w.state}">',
             f'<rect x="{n(x - wide / 2)}" y="{n(y - high / 2)}" width="{n(wide)}" height="{n(high)}" {frame}/>']  # fmt: skip
    parts += [spans(runs, x, y + 3.4 + 13 * (k - (len(lines) - 1) / 2), w.state, c) for k, runs in enumerate(lines)]
    return "".join([*parts, "</g>"])


def spans(runs: tuple[Run, ...], x: float, y: float, state: str, c: Colours) -> str:
    """Return one line of a label, each run in the colour of what it is."""
    fill = {"local": c.local, "name": c.local, "upstream": c.upstream, "result": c.upstream, "sign": c.muted}
    inner = "".join(
        f'<tspan fill="{c.muted if state == "waiting" else fill[r.kind]}"{BOLD_FACE if r.kind in BOLD else ""}>{escape(r.text)}</tspan>'
        for r in runs
    )
    return (
        f'<text x="{n(x)}" y="{n(y)}" font-size="{n(LABEL)}" text-anchor="middle" xml:space="preserve">{inner}</text>'
    )


# ----- the picture -----
def in_words(b: Box, back: bool) -> str:
    """Return a box in words, on the way `back` with its gradient; nothing for a constant."""
    if b.role == "constant" or (b.value is None and b.gradient is None):
        return ""
    value = f" = {line(b.value)}" if b.value is not None else ""
    gradient = f", {b.gradient_name} = {line(b.gradient)}{b.rest}" if b.gradient is not None and back else ""
    return f"{b.name}{value}{gradient}"


LEGEND, MOST_NAMED = 9.5, 6
FEEDS = "; outlined in blue: what it is computed from"
ROLES = (("parameter", "parameter"), ("data", "given"), ("operation", "operation"), ("output", "output"))


def legend(frame: Frame, layout: Layout, c: Colours) -> str:
    """Return what the shapes mean, with the names that are parameters and those that are given, and what was closed."""
    u, plan = layout.unit, layout.plan(frame)
    if not layout.dress.legend:
        return ""
    x, y, parts = MARGIN, layout.height / u - 11.0, []
    for role, word in ROLES:
        names = [b.name for b in frame.boxes if b.role == role]
        if not names:
            continue
        sample = Box(-1, role, "", "", "", "", None, None, "", "", "done")
        parts.append(outline(sample, Place((x + 9) * u, (y - 3.4) * u, 18 * u, 11 * u, 0, 0), c, u))
        said = (
            f"{word} {', '.join(names)}"
            if role != "operation" and len(names) <= MOST_NAMED
            else f"{word}{'s' * (role == 'parameter')}"
        )
        parts.append(text((x + 23) * u, y * u, said, LEGEND * u, c.muted, "start"))
        x += 23 + width(said, LEGEND) + 20
    if layout.tiles:
        k = next(k for k, p in enumerate(layout.plans) if p is plan)
        feeds = any(t.block.output in plan.places for j, t in enumerate(layout.tiles) if j != k)
        said = f"{len(layout.tiles)} parts closed, {layout.tiles[k].block.name} opened{FEEDS if feeds else ''}"
        parts.append(text(layout.width - MARGIN * u, y * u, said, LEGEND * u, c.muted, "end"))
    return f'<g id="legend">{"".join(parts)}</g>'


def tiles(frame: Frame, layout: Layout, c: Colours) -> list[str]:
    """Return the closed blocks of a graph, the opened one lit, those that feed it outlined, and how they follow each other."""
    if not layout.tiles:
        return []
    u, boxes, here = layout.unit, {b.id: b for b in frame.boxes}, layout.plan(frame)
    found = []
    for k, t in enumerate(layout.tiles):
        b = boxes[t.block.output]
        opened = layout.plans[k] is here
        stroke = c.upstream if opened else c.value if b.id in here.places else c.line
        fill = c.lit if opened else c.idle if b.state == "waiting" else c.box
        name = text(t.left + t.width / 2, t.top + 16 * u, t.block.name, 11.5 * u, c.ink, "middle", ITALIC)
        found.append(
            f'<g class="tile" id="t{b.id}"><rect x="{n(t.left)}" y="{n(t.top)}" width="{n(t.width)}" height="{n(t.height)}" rx="{n(6 * u)}" '
            f'fill="{fill}" stroke="{stroke}" stroke-width="{n((2.4 if opened else 1.2) * u)}"/>{name}{numbers(b, t, u, c)}</g>'
        )
        if t.follows:
            tip, high = t.left - 1.5 * u, t.top + t.height / 2
            found.append(f'<polygon points="{arrow((tip, high), (tip - u, high), 6 * u)}" fill="{c.line}"/>')
    return found


def numbers(b: Box, t: Tile, u: float, c: Colours) -> str:
    """Return the value and the gradient of a block's output, below its name; of an array its shape."""
    if t.height < TILE_HIGH * u - 1e-6:
        return ""
    middle = t.left + t.width / 2
    if b.shape:
        return text(middle, t.top + 30 * u, b.shape, 9.5 * u, c.muted)
    said = [
        (total_in(line(grid)), grid, colour)
        for grid, colour in ((b.value, c.value), (b.gradient, c.upstream))
        if grid is not None
    ]
    return "".join(
        text(
            middle,
            t.top + (28 + 11.5 * k) * u,
            cut(words, 10),
            9.5 * u,
            c.muted if grid == (("?",),) else colour,
            "middle",
            BOLD_FACE,
        )
        for k, (words, grid, colour) in enumerate(said)
    )


def paint(frame: Frame, layout: Layout, theme: str = "light", palette: str = "default") -> str:
    """Return the frame as SVG text; the same frame and layout always give the same bytes."""
    return Brush(layout, colours(theme, palette)).paint(frame)


class Brush:
    """Paints the frames of one layout. Frames share what did not change from one to the next: it is painted once."""

    def __init__(self, layout: Layout, colours: Colours = LIGHT):
        self.layout, self.colours = layout, colours
        self.boxes: dict[tuple[int, int], tuple[Box, str, dict[bool, str]]] = {}
        self.wires: dict[tuple[int, int], tuple[Wire, str, str]] = {}
        self.plan = layout.plans[0]

    def paint(self, frame: Frame) -> str:
        """Return the frame as SVG text."""
        c, layout = self.colours, self.layout
        w, h = n(layout.width), n(layout.height)
        wide, high = map(n, layout.size)
        self.plan = layout.plan(frame)
        shown = [w_ for w_ in frame.wires if w_.edge in self.plan.routes]
        wires = [self.wire(w_) for w_ in sorted(shown, key=lambda w_: w_.state == "active")]
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="graphtutor" width="{wide}" height="{high}" viewBox="0 0 {w} {h}" font-family="{STACK}" role="img">',
            f"<title>{escape(frame.title)}</title>",
            f"<desc>{escape(self.described(frame))}</desc>",
            f'<rect class="ground" width="{w}" height="{h}" fill="{c.ground}"/>',
            f'<g id="caption">{caption(frame, layout, c)}</g>',
            *tiles(frame, layout, c),
            *(line for _, line, _ in wires),
            *(self.box(b)[1] for b in frame.boxes if b.id in self.plan.places),
            *(label for _, _, label in wires if label),
            *filter(None, (legend(frame, layout, c),)),
            "</svg>",
            "",
        ]
        return "\n".join(parts)

    def described(self, frame: Frame) -> str:
        """Return the picture in words: the caption, then every value and gradient."""
        back = frame.phase != "forward"
        boxes = [self.box(b) for b in frame.boxes if b.id in self.plan.places]
        said = "; ".join(
            [
                words
                for words in [told.get(back) or told.setdefault(back, in_words(b, back)) for b, _, told in boxes]
                if words
            ]
        )
        return f"{frame.caption} {said}{'.' if said else ''}".strip()

    def box(self, b: Box) -> tuple[Box, str, dict[bool, str]]:
        """Return a box with its picture, and what it says on the way forward and back as far as that was asked for."""
        key = id(b), id(self.plan)
        made = self.boxes.get(key)
        if made is None:
            made = self.boxes[key] = b, box(b, self.plan.places[b.id], self.colours), {}
        return made

    def wire(self, w: Wire) -> tuple[Wire, str, str]:
        """Return an edge with its line and its label."""
        key = id(w), id(self.plan)
        made = self.wires.get(key)
        if made is None:
            route = self.plan.routes[w.edge]
            made = self.wires[key] = (
                w,
                wire(w, route, self.colours),
                label(w, route, self.plan.direction, self.colours),
            )
        return made
