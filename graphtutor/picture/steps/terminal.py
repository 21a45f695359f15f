"""A frame as aligned text: every node with its value and gradient, the active one marked."""

from __future__ import annotations

import re
import textwrap
import unicodedata

from .frames import Box, Frame, line

MARKS = {"computed": "▶", "active": "▶", "target": "◀"}
ASCII = str.maketrans({"▶": ">", "◀": "<", "∂": "d", "−": "-", "×": "*", "·": "*", "÷": "/", "√": "sqrt", "→": "->", "…": "...", "∞": "inf", "⊗": "(x)",
                       "ᵀ": ".T", "Σ": "sum", "≤": "<=", "≥": ">=", "≠": "!=", "½": "1/2", "—": "-", "–": "-", "°": "o", "∇": "grad ", "𝟙": "1"})  # fmt: skip
RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")


def plain(text: str) -> str:
    """Return text in ASCII.

    >>> plain("∂v₁/∂w₀ = x₀² = −2 × 3")
    'dv1/dw0 = x0^2 = -2 * 3'
    """
    text = unicodedata.normalize("NFKD", RAISED.sub(r"^\g<0>", text).replace("⁻", "-").translate(ASCII))
    return "".join(c for c in text if not unicodedata.combining(c)).encode("ascii", "replace").decode()


def text(frame: Frame, columns: int = 80, ascii: bool = False) -> str:
    """Return the frame as lines of at most `columns` characters, without colour and without a line end.

    A node that was computed or sends its gradient is marked ▶, one that receives it ◀ (`>`, `<` in ASCII).
    """
    title = plain(frame.title) if ascii else frame.title
    return "\n".join([title, *table(frame, columns, None, ascii), "", *said(frame, columns, ascii)])


# branches: one branch a column that may be left out
def table(frame: Frame, columns: int = 80, rows: int | None = None, ascii: bool = False) -> list[str]:
    """Return the nodes as aligned lines, the column titles first; of more than `rows` nodes those around the active one."""
    boxes = [b for b in frame.boxes if b.role != "constant"] or list(frame.boxes)
    cells = [("", "node", "value", "gradient"), *(row(b) for b in boxes)]
    shown = [
        0,
        1,
        *([2] if any(b.value is not None for b in boxes) else []),
        *([3] if any(b.gradient is not None for b in boxes) else []),
    ]
    say = plain if ascii else str
    lines = aligned([tuple(say(r[k]) for k in shown) for r in cells], columns)
    if rows is None or len(boxes) <= rows:
        return lines
    active = next((k for k, b in enumerate(boxes) if b.state in MARKS), 0)
    start = max(0, min(active - rows // 2, len(boxes) - rows))
    return [lines[0], *lines[1 + start : 1 + start + rows], f"   {len(boxes) - rows} more nodes; the picture shows all"]


def said(frame: Frame, columns: int = 80, ascii: bool = False) -> list[str]:
    """Return the frame's sentence in lines."""
    return textwrap.wrap(plain(frame.caption) if ascii else frame.caption, columns)


def marked(line_: str) -> bool:
    """Return whether a line of the table is that of a marked node."""
    return line_[:1] in ("▶", "◀", ">", "<")


def row(b: Box) -> tuple[str, ...]:
    """Return a node's line: mark, name and formula, value, and its gradient under its own name."""
    gradient = "" if b.gradient is None else f"{b.gradient_name} = {line(b.gradient)}{b.rest}"
    kind = "" if b.formula else f" ({b.role})"
    return (
        MARKS.get(b.state, ""),
        (b.formula or b.name + kind) + (f" {b.shape}" if b.shape else ""),
        line(b.value),
        gradient,
    )


def aligned(table: list[tuple[str, ...]], columns: int) -> list[str]:
    """Return rows with their columns flush left; where they are too wide, the widest is cut."""
    wide = [max(len(r[k]) for r in table) for k in range(len(table[0]))]
    while sum(wide) + 2 * (len(wide) - 1) > columns and max(wide) > 8:
        wide[wide.index(max(wide))] -= 1
    return ["  ".join(fitted(cell, w).ljust(w) for cell, w in zip(r, wide, strict=True)).rstrip() for r in table]


def fitted(cell: str, room: int) -> str:
    """Return a cell cut to `room` characters, with dots in its own alphabet."""
    dots = "..." if cell.isascii() else "…"
    return cell if len(cell) <= room else cell[: room - len(dots)] + dots
