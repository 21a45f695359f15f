"""A frame painted onto a layout, as SVG: byte-stable, with ids, classes, a title and a description."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

from ..errors import LearnerError
from .fonts import FAMILY, width
from .frames import Box, Frame, Wire
from .layout import CAPTION, GAP, LABEL, LEADING, NUMBER, PAD, TITLE, Layout, Place, Point, Route

MARGIN, HEAD = 16.0, 44.0


@dataclass(frozen=True)
class Colours:
    """The colours of one theme. Contrast of every text colour on its ground is at least 4.5 (WCAG AA)."""

    ground: str
    box: str
    lit: str
    ink: str
    muted: str
    line: str
    value: str
    upstream: str
    local: str


LIGHT = Colours("#FFFFFF", "#FFFFFF", "#FFF3EC", "#1E293B", "#5B6472", "#8A94A3", "#0067A3", "#B93A08", "#00694E")
DARK = Colours("#0F172A", "#1E293B", "#3B2A24", "#F1F5F9", "#A9B4C4", "#7C8AA0", "#6FC1EE", "#FF9A5C", "#34D399")
CLASSIC = {"value": "#007A00", "upstream": "#C80000"}
THEMES = {"light": LIGHT, "dark": DARK}
PALETTES = ("default", "cs231n")


def colours(theme: str, palette: str) -> Colours:
    """Return the colours of a theme ("light", "dark") in a palette ("default", "cs231n": green values, red gradients)."""
    if theme not in THEMES:
        raise LearnerError(f"theme='{theme}' is not known; expected light or dark")
    if palette not in PALETTES:
        raise LearnerError(f"palette='{palette}' is not known; expected default or cs231n")
    base = THEMES[theme]
    if palette == "default":
        return base
    chosen = CLASSIC if theme == "light" else {"value": "#4ADE80", "upstream": "#FF8A8A"}
    return Colours(base.ground, base.box, base.lit, base.ink, base.muted, base.line, chosen["value"], chosen["upstream"], base.local)


def n(value: float) -> str:
    """Return a coordinate with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def text(x: float, y: float, words: str, size: float, fill: str, anchor: str = "middle", style: str = "") -> str:
    return f'<text x="{n(x)}" y="{n(y)}" font-size="{n(size)}" fill="{fill}" text-anchor="{anchor}"{style}>{escape(words)}</text>'


BOLD, ITALIC = ' font-weight="bold"', ' font-style="italic"'


def wrapped(words: str, room: float, size: float) -> list[str]:
    """Return `words` broken into lines that fit `room` points."""
    lines: list[str] = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if width(longer, size) > room and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def paint(frame: Frame, layout: Layout, theme: str = "light", palette: str = "default") -> str:
    """Return the frame as SVG text; the same frame and layout always give the same bytes."""
    c = colours(theme, palette)
    whole = max(layout.width, 430.0) + 2 * MARGIN
    head = f"{frame.phase.capitalize()} · step {frame.index + 1} of {frame.total}"
    lines = wrapped(frame.caption, whole - 2 * MARGIN, 10.5)
    top = HEAD + 14.0 * (len(lines) - 1) + 14
    high = layout.height + top + MARGIN
    left = MARGIN + (whole - 2 * MARGIN - layout.width) / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{n(whole)}" height="{n(high)}" viewBox="0 0 {n(whole)} {n(high)}" '
        f'font-family="\'{FAMILY}\', Verdana, sans-serif" role="img" aria-labelledby="t d">',
        f'<title id="t">{escape(head)}</title>',
        f'<desc id="d">{escape(described(frame))}</desc>',
        f'<rect class="ground" width="{n(whole)}" height="{n(high)}" fill="{c.ground}"/>',
        text(MARGIN, 24, head, 12.5, c.ink, "start", BOLD),
        *(text(MARGIN, HEAD + 14 * k, line, 10.5, c.ink, "start") for k, line in enumerate(lines)),
        f'<g transform="translate({n(left)} {n(top)})">',
    ]
    order = sorted(frame.wires, key=lambda w: w.state == "active")
    parts += [wire(w, layout.routes[w.edge], c) for w in order]
    parts += [box(b, layout.places[b.id], c) for b in frame.boxes]
    parts += [label(w, layout.routes[w.edge], c) for w in order if w.local]
    return "\n".join([*parts, "</g>", "</svg>", ""])


def described(frame: Frame) -> str:
    """Return the picture in words: the caption, then every value and gradient."""
    said = []
    for b in frame.boxes:
        if b.role != "constant":
            gradient = "" if b.gradient is None or frame.phase == "forward" else f", gradient {b.gradient}"
            said.append(f"{b.name}: value {b.value or '?'}{gradient}".replace("\n", " / "))
    nodes = "; ".join(said)
    return f"{frame.caption} {nodes}."


def outline(b: Box, p: Place, c: Colours) -> str:
    """Return the box's shape: rounded = parameter, rectangle = data, double border = output, soft corners = operation."""
    x, y = p.x - p.width / 2, p.y - p.height / 2
    lit = b.state == "active"
    line, thick, fill = (c.upstream if lit else c.line), ("2.4" if lit else "1.2"), (c.lit if lit else c.box)
    radius = {"parameter": p.height / 2.6, "data": 0.0, "constant": 3.0}.get(b.role, 7.0)
    dash = ' stroke-dasharray="3 2"' if b.role == "constant" else ""
    shape = f'<rect x="{n(x)}" y="{n(y)}" width="{n(p.width)}" height="{n(p.height)}" rx="{n(radius)}" fill="{fill}" stroke="{line}" stroke-width="{thick}"{dash}/>'
    if b.role == "output":
        shape += f'<rect x="{n(x + 3.2)}" y="{n(y + 3.2)}" width="{n(p.width - 6.4)}" height="{n(p.height - 6.4)}" rx="5" fill="none" stroke="{line}" stroke-width="1"/>'
    return shape


def box(b: Box, p: Place, c: Colours) -> str:
    x, y = p.x - p.width / 2, p.y - p.height / 2
    parts = [f'<g id="n{b.id}" class="node {b.role} {b.state}">', outline(b, p, c)]
    if b.role == "constant":
        return "".join([*parts, text(p.x, p.y + 4, b.value, NUMBER - 1, c.muted), "</g>"])
    inner = x + PAD
    if b.formula:
        parts.append(text(inner, y + 18, b.label, TITLE, c.ink, "start", BOLD))
        parts.append(text(x + p.width - PAD - (width(b.shape, CAPTION) + 6 if b.shape else 0), y + 18, b.formula, LABEL + 0.5, c.ink, "end", ITALIC))
    else:
        parts.append(text(p.x, y + 18, b.name, TITLE + 1, c.ink, "middle", ITALIC))
    if b.shape:
        parts.append(text(x + p.width - PAD, y + 18, b.shape, CAPTION, c.muted, "end"))
    parts.append(f'<path d="M{n(inner)} {n(y + 24)}H{n(x + p.width - PAD)}" stroke="{c.line}" stroke-width="0.7" opacity="0.7"/>')
    if b.gradient is None:
        middle = p.x
    else:
        spare = max(0.0, (p.width - 2 * PAD - p.split - GAP) - gradient_room(b)) / 3
        middle = inner + p.split / 2 + spare
        right = x + p.width - PAD - (p.width - 2 * PAD - p.split - GAP - spare) / 2
        parts.append(text(right, y + 36, b.gradient_name, CAPTION, c.muted))
        parts += numbers(right, y + 50, b.gradient, c.muted if b.gradient == "?" else c.upstream)
    parts.append(text(middle, y + 36, "value", CAPTION, c.muted))
    parts += numbers(middle, y + 50, b.value or "?", c.value if b.value else c.muted)
    return "".join([*parts, "</g>"])


def gradient_room(b: Box) -> float:
    """Return the width that the gradient column takes."""
    return max(width(b.gradient_name, CAPTION), *(width(line, NUMBER, True) for line in (b.gradient or "").split("\n")))


def numbers(x: float, y: float, words: str, fill: str) -> list[str]:
    """Return a number, or the entries of a vector or matrix one row a line."""
    return [text(x, y + LEADING * k, line, NUMBER, fill, "middle", BOLD) for k, line in enumerate(words.split("\n"))]


def wire(w: Wire, r: Route, c: Colours) -> str:
    """Return an edge: solid forward; on its turn thick, dashed and with the arrow turned backward."""
    lit = w.state == "active"
    colour = c.upstream if lit else c.value if w.state == "feeding" else c.line
    thick = "2.4" if w.state != "waiting" and w.state != "done" else "1.2"
    curve = r.points[:-1] if len(r.points) % 3 != 1 else r.points
    start = f"M{n(curve[0][0])} {n(curve[0][1])}"
    body = "C" + " ".join(f"{n(x)} {n(y)}" for x, y in curve[1:]) + (f"L{n(r.points[-1][0])} {n(r.points[-1][1])}" if lit else "")
    tip, behind = (r.points[0], r.points[1]) if lit else (r.points[-1], r.points[-2])
    dash = ' stroke-dasharray="6 3"' if lit else ""
    return (f'<g id="e{w.edge.source}_{w.edge.slot}" class="edge {w.state}"><path d="{start}{body}" fill="none" stroke="{colour}" stroke-width="{thick}"{dash}/>'
            f"{arrow(tip, behind, colour, 9.0 if lit else 7.0)}</g>")  # fmt: skip


def arrow(tip: Point, behind: Point, colour: str, size: float) -> str:
    angle = math.atan2(tip[1] - behind[1], tip[0] - behind[0])
    base = (tip[0] - size * math.cos(angle), tip[1] - size * math.sin(angle))
    across = (size * 0.42 * math.sin(angle), -size * 0.42 * math.cos(angle))
    points = (tip, (base[0] + across[0], base[1] + across[1]), (base[0] - across[0], base[1] - across[1]))
    return f'<polygon points="{" ".join(f"{n(x)},{n(y)}" for x, y in points)}" fill="{colour}"/>'


def label(w: Wire, r: Route, c: Colours) -> str:
    """Return an edge's local derivative, and on its turn the pill with the product."""
    x, y = r.label
    wide, high = r.size
    if w.product:
        pill = f'<rect x="{n(x - wide / 2 + 1)}" y="{n(y - high / 2)}" width="{n(wide - 2)}" height="{n(high)}" rx="6" fill="{c.box}" stroke="{c.upstream}" stroke-width="0.9"/>'
        return f'<g class="label">{pill}{text(x, y - 3, w.local, LABEL, c.local)}{text(x, y + 10, w.product, LABEL, c.upstream, "middle", BOLD)}</g>'
    room = width(w.local, LABEL) + 4
    back = f'<rect x="{n(x - room / 2)}" y="{n(y - 8)}" width="{n(room)}" height="14" fill="{c.ground}" opacity="0.85"/>'
    return f'<g class="label">{back}{text(x, y + 3, w.local, LABEL, c.local)}</g>'
