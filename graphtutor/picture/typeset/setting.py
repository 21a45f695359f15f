"""Type set in rows: signs one after the other with the room between them, brackets as tall as what they hold, marks around their groups.

Places are in points, measured from the start of the baseline, y downwards; for any painter of shapes
and text. A formula that is too wide is set in lines: each begins with an operator outside as many
brackets as possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from ..files.inks import Point

SIZE = 17.0
AXIS = 0.314  # DejaVu Sans: the middle of its minus sign above the baseline, in em
BAR = 0.055  # how thick a line is


class Ink(NamedTuple):
    """Something to draw, at a place.

    `what`: "text" (`words` from x on), "bar" (a filled rectangle whose corner is x, y), "path" (a stroke
    through `points`, `letters` saying how, as in SVG), or "mark" (the rectangle behind a marked group).
    `role`: the innermost mark around it.
    """

    what: str
    x: float
    y: float
    width: float = 0.0
    height: float = 0.0
    words: str = ""
    size: float = 0.0
    italic: bool = False
    letters: str = ""
    points: tuple[Point, ...] = ()
    role: str = ""

    def moved(self, dx: float, dy: float) -> Ink:
        points = tuple((x + dx, y + dy) for x, y in self.points) if self.points else ()
        return Ink(
            self[0], self[1] + dx, self[2] + dy, *self[3:9], points, self[10]
        )  # thrice as fast as _replace, and called for every sign


class Block(NamedTuple):
    """Type that is set: how wide, how far above and below its baseline, and what to draw."""

    width: float
    up: float
    down: float
    ink: tuple[Ink, ...] = ()

    def moved(self, dx: float, dy: float) -> tuple[Ink, ...]:
        if not (dx or dy):
            return self.ink
        return tuple(i.moved(dx, dy) for i in self.ink)


class Token(NamedTuple):
    """One piece of a row. `kind`: ord, prose, bin, pre, rel, open, close, punct, begin or end (of a mark)."""

    kind: str
    block: Block
    size: float
    text: str = ""


Row = list[Token]
NOTHING = Block(0.0, 0.0, 0.0)
# the room before and after a token of a kind, in em
ROOM = {"bin": (0.22, 0.22), "rel": (0.28, 0.28), "punct": (0.0, 0.2), "prose": (0.35, 0.35)}
DOT = 0.13


def whole(tokens: Row) -> Block:
    return row(stretched(resolved(tokens)))


def resolved(tokens: Iterable[Token]) -> Row:
    """Return tokens with a sign that has nothing on its left told from an operator between two things."""
    found: Row = []
    before = ""
    for token in tokens:
        if token.kind == "bin" and before in ("", "open", "bin", "rel", "punct", "pre"):
            token = token._replace(kind="pre")
        found.append(token)
        before = before if token.kind in ("begin", "end") else token.kind
    return found


def stretched(tokens: Row) -> Row:
    """Return tokens with every pair of brackets as tall as what stands between them."""
    found = list(tokens)
    waiting: list[int] = []
    for k, token in enumerate(tokens):
        if token.kind == "open":
            waiting.append(k)
        elif token.kind == "close" and waiting:
            start = waiting.pop()
            inner = found[start + 1 : k]
            up, down = max((t.block.up for t in inner), default=0.0), max((t.block.down for t in inner), default=0.0)
            for place in (start, k):
                found[place] = found[place]._replace(block=bracket(found[place], up, down))
    return found


def bracket(token: Token, up: float, down: float) -> Block:
    """Return a bracket for what reaches `up` and `down`: the font's own, or a stroke of that height."""
    size = token.size
    if not token.text or (up <= 0.85 * size and down <= 0.3 * size and token.text != "{"):
        return token.block
    half = max(up + AXIS * -size, down + AXIS * size) + 0.08 * size  # brackets stand on the axis
    top, bottom, wide = (
        -AXIS * size - half,
        -AXIS * size + half,
        {"{": 0.55, "|": 0.2, "‖": 0.34}.get(token.text, 0.32) * size,
    )
    ink = tuple(
        Ink("path", 0, 0, width=1.25 * BAR * size, letters=letters, points=points)
        for letters, points in STROKES[token.text](0.08 * size, wide - 0.08 * size, top, bottom)
    )
    return Block(wide, -top, bottom, ink)


Strokes = list[tuple[str, tuple[Point, ...]]]
STROKES: dict[str, Callable[[float, float, float, float], Strokes]] = {
    "(": lambda a, b, t, u: [
        ("MC", ((b, t), (a - (b - a) / 3, t + (u - t) * 0.3), (a - (b - a) / 3, u - (u - t) * 0.3), (b, u)))
    ],
    ")": lambda a, b, t, u: [
        ("MC", ((a, t), (b + (b - a) / 3, t + (u - t) * 0.3), (b + (b - a) / 3, u - (u - t) * 0.3), (a, u)))
    ],
    "[": lambda a, b, t, u: [("MLLL", ((b, t), (a, t), (a, u), (b, u)))],
    "]": lambda a, b, t, u: [("MLLL", ((a, t), (b, t), (b, u), (a, u)))],
    "{": lambda a, b, t, u: [
        (
            "MCC",
            (
                (b, t),
                ((a + b) / 2 - 2, t),
                ((a + b) / 2 + 2, (t + u) / 2),
                (a, (t + u) / 2),
                ((a + b) / 2 + 2, (t + u) / 2),
                ((a + b) / 2 - 2, u),
                (b, u),
            ),
        )
    ],
    "|": lambda a, b, t, u: [("ML", (((a + b) / 2, t), ((a + b) / 2, u)))],
    "‖": lambda a, b, t, u: [("ML", ((x, t), (x, u))) for x in (a + (b - a) * 0.15, b - (b - a) * 0.15)],
}


def rooms(token: Token) -> tuple[float, float]:
    """Return the room before and after a token, in points; less among small type."""
    before, after = (DOT, DOT) if token.text == "·" else ROOM.get(token.kind, (0.0, 0.0))
    tight = 1.0 if token.size > 0.8 * SIZE else 0.6
    return before * tight * token.size, after * tight * token.size


class Mark(NamedTuple):
    """A mark that is being set: its name, where it starts, how much ink there was before it, and the blocks in it."""

    name: str
    start: float
    inks: int
    blocks: list[Block]


def row(tokens: Sequence[Token]) -> Block:
    """Return tokens set one after the other, with the marks behind them and room around framed ones."""
    x = after = up = down = 0.0
    ink: list[Ink] = []
    marks: list[Ink] = []
    going: list[Mark] = []
    waiting: list[Token] = []  # marks begin after the room before their first sign
    for token in tokens:
        if token.kind == "begin":
            waiting.append(token)
            continue
        if token.kind != "end":
            before, behind = rooms(token)
            x += max(before, after) if x else 0.0
            after = behind
        for begun in waiting:
            x += PADDED.get(begun.text, 0.0)
            going.append(Mark(begun.text, x, len(ink), []))
        waiting = []
        if token.kind == "end":
            done = going.pop()
            block, frame = marked(done, x)
            marks.append(frame)
            ink[done.inks :] = [i if i.role else i._replace(role=done.name) for i in ink[done.inks :]]
            x += PADDED.get(done.name, 0.0)
        else:
            block = token.block
            ink.extend(block.moved(x, 0.0))
            x += block.width
        for mark in going:
            mark.blocks.append(block)
        up, down = max(up, block.up), max(down, block.down)
    return Block(x, up, down, (*reversed(marks), *ink))


PADDED = {"new": 5.0}  # room beside a frame, in points
ABOVE, UNDER = {"new": 5.0}, 5.0


def marked(mark: Mark, end: float) -> tuple[Block, Ink]:
    """Return the room that a mark takes, and the mark itself around what stands in it."""
    high, low = max((b.up for b in mark.blocks), default=0.0), max((b.down for b in mark.blocks), default=0.0)
    room = Block(0.0, high + ABOVE.get(mark.name, 0.0), low + UNDER)
    return room, Ink("mark", mark.start, -high, end - mark.start, high + low, role=mark.name)


SHORT = 0.4  # no line is left shorter than this part of the room


def broken(tokens: Row, room: float) -> list[Row]:
    """Return the tokens in lines of at most `room` points; a line begins with an operator outside as many brackets as possible, a sum's rather than a product's."""
    chunks, costs = pieces(tokens)
    lines: list[Row] = []
    k = 0
    while k < len(chunks):
        wide = list(accumulate(map(length, chunks[k:])))
        fit = max(1, sum(w <= room for w in wide))
        if k + fit < len(chunks):
            late = [j for j in range(1, fit + 1) if wide[j - 1] > SHORT * room] or [fit]
            fit = min(late, key=lambda j: (costs[k + j], -j))
        lines.append([t for chunk in chunks[k : k + fit] for t in chunk])
        k += fit
    return marks_closed(lines)


def length(tokens: Row) -> float:
    return sum(token.block.width + sum(rooms(token)) for token in tokens)


def pieces(tokens: Row) -> tuple[list[Row], list[float]]:
    """Return the pieces that begin with an operator, and what a break before each costs: the brackets around it, and half more at a product."""
    chunks: list[Row] = [[]]
    costs, depth = [0.0], 0
    for token in tokens:
        if token.kind in ("bin", "rel") and chunks[-1]:
            chunks.append([])
            costs.append(depth + (0.5 if token.text == "·" else 0.0))
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        chunks[-1].append(token)
    return chunks, costs


def marks_closed(lines: list[Row]) -> list[Row]:
    """Return lines in which a mark that goes on is closed at the end and begun again on the next."""
    found = []
    going: Row = []
    for line in lines:
        whole_line = [*going, *line]
        going = []
        for token in whole_line:
            if token.kind == "begin":
                going.append(token)
            elif token.kind == "end":
                going.pop()
        found.append([*whole_line, *(t._replace(kind="end") for t in reversed(going))])
    return found
