"""MathML set in type: every sign, bar, bracket and mark at its place, in points, for any painter of shapes and text.

What `language.write` writes is set, as a textbook sets it: names slanted, fractions on a bar,
exponents raised, brackets as tall as what they hold. A group with a class is a mark; a formula
that is too wide is broken before an operator, outside brackets where that is possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from .fonts import width

Point = tuple[float, float]
SIZE, LEAST = 17.0, 7.0
AXIS = 0.314  # DejaVu Sans: the middle of its minus sign above the baseline, in em; so are those below
CAPITAL, SMALL, TALLEST, DEEP = 0.73, 0.56, 0.77, 0.24
LOW = set("acemnorsuvwxzαεικμνοπρστυωγηχ·−+=<>≤≥×,")
BELOW = set("gjpqyQβγημρφχψξζς,;()[]|‖")
SCRIPT, PART, INDEX = 0.72, 0.92, 0.6
BAR = 0.055


class Ink(NamedTuple):
    """Something to draw, its place measured from the start of the baseline, y downwards.

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
        return Ink(self[0], self[1] + dx, self[2] + dy, *self[3:9], points, self[10])  # thrice as fast as _replace, and called for every sign


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
KINDS = {"(": "open", "[": "open", "{": "open", ")": "close", "]": "close", ",": "punct", "∂": "ord", "⊤": "ord", "¬": "pre",
         **dict.fromkeys("=<>≤≥≠∈", "rel"), **dict.fromkeys("\u2061\u2062\u2063", "")}  # fmt: skip
# the room before and after a token of a kind, in em
ROOM = {"bin": (0.22, 0.22), "rel": (0.28, 0.28), "punct": (0.0, 0.2), "prose": (0.35, 0.35)}
DOT = 0.13
FENCES = "|‖"


def typeset(markup: str, size: float = SIZE, room: float = float("inf")) -> list[Block]:
    """Return a formula in MathML as blocks of type, one below the other if it is wider than `room` points.

    >>> fraction, = typeset("<math><mfrac><mn>1</mn><mi>x</mi></mfrac></math>")
    >>> [ink.words or ink.what for ink in fraction.ink]
    ['1', 'x', 'bar']
    """
    root = ElementTree.fromstring(markup)
    tokens = stretched(resolved(rows_of(root, size)[root]))
    return [row(line) for line in broken(tokens, room)]


def rows_of(root: Element, size: float) -> dict[Element, Row]:
    """Return the tokens of every element, by its own stack."""
    done: dict[Element, Row] = {}
    todo: list[tuple[Element, float, bool]] = [(root, size, False)]
    while todo:
        element, points, ready = todo.pop()
        name = tag(element)
        if name in LEAVES:
            done[element] = leaf(element, points)
        elif ready:
            done[element] = SHAPES[name](element, [done[c] for c in element], points)
        elif name not in SHAPES:
            raise ValueError(f"no type for <{name}>; add it to SHAPES")
        else:
            todo.append((element, points, True))
            todo.extend((child, max(LEAST, points * scale(name, k)), False) for k, child in enumerate(element))
    return done


def tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def scale(name: str, k: int) -> float:
    return {"mfrac": PART, "msup": SCRIPT if k else 1.0, "msub": SCRIPT if k else 1.0, "mroot": INDEX if k else 1.0}.get(name, 1.0)


# ----- signs -----
LEAVES = {"mi", "mn", "mo", "mtext"}


def leaf(element: Element, size: float) -> Row:
    words, name = (element.text or "").strip(), tag(element)
    if name == "mo":
        kind = KINDS.get(words, "bin")
    elif name == "mtext":
        kind = "prose"
    else:
        kind = "ord"
    return [Token(kind, sign(words, size, name == "mi" and slanted(words)), size, words)] if kind else []


def slanted(words: str) -> bool:
    """Return True for a letter that names something; Greek capitals stand upright."""
    return len(words) == 1 and words.isalpha() and not "Α" <= words <= "Ω"


@lru_cache(maxsize=4096)
def sign(words: str, size: float, italic: bool = False) -> Block:
    """Return one run of text."""
    up = SMALL if all(c in LOW for c in words) else TALLEST if words[:1] in "([{|‖" else CAPITAL
    down = DEEP * 0.55 if words in "()[]|‖" else DEEP if any(c in BELOW for c in words) else 0.02
    wide = width(words, size)
    return Block(wide, up * size, down * size, (Ink("text", 0.0, 0.0, wide, words=words, size=size, italic=italic),))


# ----- constructions -----
def group(element: Element, parts: list[Row], size: float) -> Row:
    """Return a row; bars around it are a pair of brackets, a brace alone is closed where the row ends, a class is a mark."""
    tokens = [t for part in parts for t in part]
    first = tokens[0].text if tokens else ""
    if first in FENCES and first and len(tokens) > 1 and tokens[-1].text == first:
        tokens = [tokens[0]._replace(kind="open"), *tokens[1:-1], tokens[-1]._replace(kind="close")]
    if first == "{" and not any(t.text == "}" for t in tokens):
        tokens.append(Token("close", NOTHING, size))
    name = element.get("class")
    return [Token("begin", NOTHING, size, name), *tokens, Token("end", NOTHING, size, name)] if name else tokens


def fraction(element: Element, parts: list[Row], size: float) -> Row:
    above, below = map(whole, parts)
    wide, gap, axis, bar = max(above.width, below.width) + 0.24 * size, 0.19 * size, AXIS * size, BAR * size
    edge = 0.09 * size
    high, low = -axis - bar / 2 - gap - above.down, -axis + bar / 2 + gap + below.up
    ink = (*above.moved(edge + (wide - above.width) / 2, high), *below.moved(edge + (wide - below.width) / 2, low), Ink("bar", edge, -axis - bar / 2, wide, bar))
    return [Token("ord", Block(wide + 2 * edge, above.up - high, low + below.down, ink), size)]


def raised(element: Element, parts: list[Row], size: float) -> Row:
    base, script = map(whole, parts)
    rise = max(0.38 * size, base.up - 0.38 * size)
    x = base.width + (0.08 if slants(base) else 0.03) * size
    block = Block(x + script.width + 0.03 * size, max(base.up, rise + script.up), max(base.down, script.down - rise), (*base.ink, *script.moved(x, -rise)))
    return [Token(parts[0][-1].kind if len(parts[0]) == 1 else "ord", block, size)]


def lowered(element: Element, parts: list[Row], size: float) -> Row:
    base, script = map(whole, parts)
    drop = max(0.16 * size, base.down - 0.1 * size)
    block = Block(base.width + script.width + 0.04 * size, max(base.up, script.up - drop), max(base.down, drop + script.down), (*base.ink, *script.moved(base.width, drop)))
    return [Token("ord", block, size)]


def slants(block: Block) -> bool:
    return bool(block.ink) and block.ink[-1].italic


def root(element: Element, parts: list[Row], size: float) -> Row:
    """Return a root over a row, or over the first part with the second as its index."""
    rooted = tag(element) == "mroot"
    inner = whole(parts[0] if rooted else [t for part in parts for t in part])
    index = whole(parts[1]) if rooted else NOTHING
    up, down, x = max(inner.up, CAPITAL * size) + 0.2 * size, max(inner.down, 0.1 * size), max(0.0, index.width - 0.3 * size)
    foot, hook = x + 0.32 * size, x + 0.56 * size
    end = hook + inner.width + 0.12 * size
    points = ((x + 0.04 * size, -0.3 * size), (x + 0.17 * size, -0.37 * size), (foot, down), (hook, -up), (end, -up))
    ink = (Ink("path", 0, 0, width=BAR * size, letters="MLLLL", points=points), *inner.moved(hook + 0.05 * size, 0.0), *index.moved(0.0, -0.55 * size))
    return [Token("ord", Block(end + 0.06 * size, up + BAR * size, down, ink), size)]


def table(element: Element, parts: list[Row], size: float) -> Row:
    """Return rows of cells, each column flush left, the whole on the axis."""
    cells = [[whole([t]) for t in part] for part in parts]
    wide = [max(r[k].width for r in cells if k < len(r)) for k in range(max(map(len, cells)))]
    between, gap = 0.9 * size, 0.4 * size
    heights = [(max(max(c.up for c in r), CAPITAL * size), max(max(c.down for c in r), 0.2 * size)) for r in cells]
    total = sum(u + d for u, d in heights) + gap * (len(cells) - 1)
    y = top = -AXIS * size - total / 2
    ink: list[Ink] = []
    for r, (up, down) in zip(cells, heights, strict=True):
        x = 0.0
        for k, cell in enumerate(r):
            ink.extend(cell.moved(x, y + up))
            x += wide[k] + between
        y += up + down + gap
    return [Token("ord", Block(sum(wide) + between * (len(wide) - 1), -top, y - gap, tuple(ink)), size)]


def cells(element: Element, parts: list[Row], size: float) -> Row:
    return [Token("ord", whole(part), size) for part in parts]


def cell(element: Element, parts: list[Row], size: float) -> Row:
    return [t for part in parts for t in part]


Shape = Callable[[Element, list[Row], float], Row]
SHAPES: dict[str, Shape] = {
    "math": group, "mrow": group, "mfrac": fraction, "msup": raised, "msub": lowered, "msqrt": root, "mroot": root, "mtable": table, "mtr": cells, "mtd": cell,
}  # fmt: skip


# ----- rows -----
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
    top, bottom, wide = -AXIS * size - half, -AXIS * size + half, {"{": 0.55, "|": 0.2, "‖": 0.34}.get(token.text, 0.32) * size
    ink = tuple(Ink("path", 0, 0, width=1.25 * BAR * size, letters=letters, points=points) for letters, points in STROKES[token.text](0.08 * size, wide - 0.08 * size, top, bottom))
    return Block(wide, -top, bottom, ink)


Strokes = list[tuple[str, tuple[Point, ...]]]
STROKES: dict[str, Callable[[float, float, float, float], Strokes]] = {
    "(": lambda a, b, t, u: [("MC", ((b, t), (a - (b - a) / 3, t + (u - t) * 0.3), (a - (b - a) / 3, u - (u - t) * 0.3), (b, u)))],
    ")": lambda a, b, t, u: [("MC", ((a, t), (b + (b - a) / 3, t + (u - t) * 0.3), (b + (b - a) / 3, u - (u - t) * 0.3), (a, u)))],
    "[": lambda a, b, t, u: [("MLLL", ((b, t), (a, t), (a, u), (b, u)))],
    "]": lambda a, b, t, u: [("MLLL", ((a, t), (b, t), (b, u), (a, u)))],
    "{": lambda a, b, t, u: [("MCC", ((b, t), ((a + b) / 2 - 2, t), ((a + b) / 2 + 2, (t + u) / 2), (a, (t + u) / 2), ((a + b) / 2 + 2, (t + u) / 2), ((a + b) / 2 - 2, u), (b, u)))],
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


# ----- lines that are too wide -----
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


SHORT = 0.4  # no line is left shorter than this part of the room


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
    going: list[Token] = []
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
