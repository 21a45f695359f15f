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
    say = plain if ascii else str
    return "\n".join([say(frame.title), *table(frame, columns, ascii), "", *textwrap.wrap(say(frame.caption), columns)])


def table(frame: Frame, columns: int = 80, ascii: bool = False) -> list[str]:
    """Return the nodes as aligned lines, the column titles first; a column that all leave empty is left out."""
    boxes = [b for b in frame.boxes if b.role != "constant"] or list(frame.boxes)
    cells = [("", "node", "value", "gradient"), *(row(b) for b in boxes)]
    empty = {2: all(b.value is None for b in boxes), 3: all(b.gradient is None for b in boxes)}
    shown = [k for k in range(4) if not empty.get(k)]
    say = plain if ascii else str
    return aligned([tuple(say(r[k]) for k in shown) for r in cells], columns)


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
