"""What stands above a graph: its title, what is to be noticed, and the step as mathematics, in type that fits."""

from __future__ import annotations

import math
from functools import lru_cache

from ..files.fonts import width, wrapped
from ..files.inks import BOLD_FACE, ITALIC, Colours, n, text
from ..typeset.formula import typeset
from ..typeset.setting import Block, Ink
from .canvas import Layout
from .frames import Frame
from .needs import CAPTION, CAPTION_ROW, HEADING, MARGIN

UP, DOWN = 29.0, 17.0  # the room of formulas above and below their baseline
SETTING, SMALLEST, APART = 15.0, 8.0, 26.0  # the size of formulas, at least, and between two


def caption(frame: Frame, layout: Layout, c: Colours) -> str:
    """Return the heading, what is to be noticed beside it, and below them the step as mathematics in the picture's colours."""
    u, dress = layout.unit, layout.dress
    room, low, parts = layout.width / u - 2 * MARGIN, dress.top - DOWN, []
    if dress.title:
        parts.append(text(MARGIN * u, 25 * u, frame.title, HEADING * u, c.ink, "start", BOLD_FACE))
    if dress.title and dress.caption:
        low += remarked(frame, room, u, c, parts)
    x = MARGIN
    for block in fitting(frame.formulas, room) if dress.caption else ():
        parts.append("".join(inked(ink, c) for ink in enlarged(block, u).moved(x * u, low * u)))
        x += block.width + APART
    return "".join(parts)


def remarked(frame: Frame, room: float, u: float, c: Colours, parts: list[str]) -> float:
    """Add what a frame says in words, beside its title or below it; return by how much its formulas then stand lower."""
    start = width(frame.title, HEADING, True) + 16
    if frame.formulas and width(frame.remark, CAPTION) <= room - start:
        if frame.remark:
            parts.append(text((MARGIN + start) * u, 25 * u, frame.remark, CAPTION * u, c.muted, "start"))
        return 0.0
    lines = wrapped(frame.remark or frame.caption, room, CAPTION)[: 1 if frame.formulas else 2]
    parts += [
        text(MARGIN * u, (41 + CAPTION_ROW * k) * u, said, CAPTION * u, c.muted, "start")
        for k, said in enumerate(lines)
    ]
    return 4.0 if frame.formulas else 0.0


@lru_cache(maxsize=1024)
def fitting(formulas: tuple[str, ...], room: float) -> tuple[Block, ...]:
    """Return formulas in type that fit side by side, smaller if they must be; the last ones are left out where nothing helps."""
    for count in range(len(formulas), 0, -1):
        size = SETTING
        while size >= SMALLEST:
            blocks = tuple(typeset(markup, size)[0] for markup in formulas[:count])
            wide = math.fsum(b.width for b in blocks) + APART * (count - 1)
            if wide <= room and all(b.up <= UP and b.down <= DOWN for b in blocks):
                return blocks
            size -= 1.0
    return ()


def enlarged(block: Block, by: float) -> Block:
    """Return type in other units."""
    if by == 1.0:
        return block
    ink = tuple(
        i._replace(
            x=i.x * by,
            y=i.y * by,
            width=i.width * by,
            height=i.height * by,
            size=i.size * by,
            points=tuple((x * by, y * by) for x, y in i.points),
        )
        for i in block.ink
    )
    return Block(block.width * by, block.up * by, block.down * by, ink)


def inked(ink: Ink, c: Colours, fill: str | None = None) -> str:
    """Return one thing that is set, in the colour of the mark around it."""
    fill = fill or {"local": c.local, "upstream": c.upstream, "value": c.value}.get(ink.role, c.ink)
    if ink.what == "text":
        return text(ink.x, ink.y, ink.words, ink.size, fill, "start", ITALIC if ink.italic else "")
    if ink.what == "bar":
        return f'<rect x="{n(ink.x)}" y="{n(ink.y)}" width="{n(ink.width)}" height="{n(ink.height)}" fill="{fill}"/>'
    return (
        f'<path d="{stroke(ink)}" fill="none" stroke="{fill}" stroke-width="{n(ink.width)}"/>'
        if ink.what == "path"
        else ""
    )


def stroke(ink: Ink) -> str:
    """Return a stroke as path data."""
    points = iter(ink.points)
    return "".join(
        letter + " ".join(f"{n(x)} {n(y)}" for x, y in (next(points) for _ in range(3 if letter == "C" else 1)))
        for letter in ink.letters
    )
