"""A derivation written out as on a board: line under line, each with its rule, and what changed marked.

Marked by shape and by colour: a frame stands around what the rule of a line has put in, a line under
what the next rule will change. Along the graph, local and upstream gradients have colours of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from html import escape
from typing import NamedTuple

from ...derivation import Derivation
from ..files.fonts import STACK, width, wrapped
from ..files.inks import BOLD_FACE, Colours, colours, n, text
from ..files.saved import Reel
from ..steps.headings import inked
from ..steps.page import VARIABLES
from ..typeset.formula import typeset
from ..typeset.setting import SIZE, Block, Ink
from .board_page import Row, page

MARGIN, GAP, INDENT = 26.0, 18.0, 24.0
ROOM = 720.0  # of a formula; a longer one is broken
FURTHER = 28.0  # a broken formula's next lines stand so much to the right
RULE, NOTE, NOTE_ROOM, NOTE_ROW = 12.5, 11.0, 280.0, 14.0
BETWEEN = 36.0  # from the formulas to their rules
LARGER = 1.2  # on a page
GIVEN, APART = 14.0, 34.0  # what names stand for: its size, and what is between two of them
LEGEND = {
    "new": "put in by this line's rule",
    "next": "changed by the next line's rule",
    "local": "local derivative",
    "upstream": "upstream gradient",
}


Placed = tuple[tuple[Block, float, float], ...]  # each with the start of its baseline


class Place(NamedTuple):
    """A line where it stands: its blocks at their places, its rule's name and formula in rows, and where its baseline is."""

    blocks: Placed
    name: tuple[str, ...]
    note: tuple[str, ...]
    base: float
    bottom: float


class Board(Reel):
    """A derivation laid out once; picture k shows its lines up to number k, each at its place.

    `theme`: "light" or "dark"; `palette`: "default" or "cs231n". Raises LearnerError for anything else.
    `above`: the board below which it stands.
    """

    formats = ("svg", "png", "pdf", "gif", "html")
    each, whole = "line", "derivation"

    def __init__(
        self, derivation: Derivation, *, theme: str = "light", palette: str = "default", above: Board | None = None
    ):
        self.derivation, self.theme, self.palette = derivation, theme, palette
        self.colours = colours(theme, palette)
        self.top, self.before = (above.size[1], len(above)) if above else (0.0, 0)

    def __len__(self) -> int:
        return len(self.derivation.lines)

    @property
    def heading(self) -> str:
        return f"derivation by {self.derivation.wrt}"

    def page(self, theme: str | None = None) -> str:
        return page(self.heading, self.names_drawn, self.rows, self.legend_drawn, theme, self.palette)

    @property
    def rows(self) -> list[Row]:
        """The lines for a page."""
        return [
            Row(self.drawn(k), line.mathml, line.rule.name, line.rule.formula)
            for k, line in enumerate(self.derivation.lines)
        ]

    @property
    def names_drawn(self) -> str:
        return pictured(self.given) if self.given else ""

    @property
    def legend_drawn(self) -> str:
        return f'<svg width="{n(self.size[0])}" height="28" viewBox="{n(MARGIN - 6)} 0 {n(self.size[0])} 28" font-family="{STACK}">{self.legend(20, VARIABLES)}</svg>'

    @property
    def page_height(self) -> float:
        """How high the page is, in pixels, where it is wide enough."""
        return (self.size[1] - self.top - GAP * len(self)) * LARGER + 36 * len(self) + 90

    def drawn(self, k: int) -> str:
        """Return line k as a picture of its own, in the colours of a page."""
        return pictured(self.places[k].blocks, self.equals(k, VARIABLES))

    def equals(self, k: int, c: Colours) -> str:
        return (
            text(MARGIN, self.places[k].base, "=", SIZE, c.ink, "start")
            if k and not self.derivation.lines[k].whole
            else ""
        )

    # ----- where everything stands -----
    def markup(self, k: int) -> str:
        """Return line k in MathML with its marks."""
        lines = self.derivation.lines
        return lines[k].dressed(lines[k + 1].before if k + 1 < len(lines) else ())

    @cached_property
    def given(self) -> Placed:
        """What the names stand for, side by side as far as there is room, above the lines."""
        rows: list[list[Block]] = [[]]
        for block in (b for markup in self.derivation.given("mathml") for b in typeset(markup, GIVEN, ROOM)):
            if rows[-1] and sum(b.width + APART for b in rows[-1]) + block.width > ROOM:
                rows.append([])
            rows[-1].append(block)
        placed: list[tuple[Block, float, float]] = []
        y = self.top + MARGIN
        for row in filter(None, rows):
            x, y = MARGIN, y + max(b.up for b in row)
            for block in row:
                placed.append((block, x, y))
                x += block.width + APART
            y += max(b.down for b in row) + 9
        return tuple(placed)

    @cached_property
    def places(self) -> list[Place]:
        y = max((y + block.down for block, _, y in self.given), default=self.top + MARGIN - GAP) + GAP
        found = []
        for k, line in enumerate(self.derivation.lines):
            left = MARGIN + (0.0 if line.whole else INDENT)
            blocks = typeset(self.markup(k), SIZE, ROOM)
            base = y + max(blocks[0].up, 0.8 * SIZE)
            placed, at = [], base
            for j, block in enumerate(blocks):
                at += block.up + 9 if j else 0.0
                placed.append((block, left + (FURTHER if j else 0.0), at))
                at += block.down
            name = tuple(wrapped(line.rule.name, NOTE_ROOM, RULE))
            note = tuple(packed(line.rule.formula))
            bottom = max(at, base + NOTE_ROW * (len(name) + len(note) - 1) + 2)
            found.append(Place(tuple(placed), name, note, base, bottom))
            y = bottom + GAP
        return found

    @cached_property
    def rules_from(self) -> float:
        """Where the rules begin, right of the widest formula."""
        return max(x + block.width for p in self.places for block, x, _ in p.blocks) + BETWEEN

    @cached_property
    def roles(self) -> list[str]:
        """The marks that occur anywhere, for the legend."""
        used = {ink.role for p in self.places for block, _, _ in p.blocks for ink in block.ink}
        return [role for role in LEGEND if role in used]

    @cached_property
    def size(self) -> tuple[float, float]:
        words = [width(row, RULE, True) for p in self.places for row in p.name] + [
            width(row, NOTE) for p in self.places for row in p.note
        ]
        legend = sum(width(LEGEND[role], NOTE) + 60 for role in self.roles)
        return max(
            self.rules_from + max(words), MARGIN + legend, *(x + b.width for b, x, _ in self.given), 0
        ) + MARGIN, self.places[-1].bottom + GAP + (34 if self.roles else 8)

    # ----- the picture -----
    def svg(self, step: int | None = None) -> str:
        """Return the lines up to `step` (all of them if left out) as SVG text; the same derivation always gives the same bytes."""
        return picture(self.heading, str(self.derivation), self.size, self.painted(self.number(step)), self.colours)

    def painted(self, shown: int) -> list[str]:
        """Return what the names stand for, the lines up to number `shown`, and the legend, as SVG."""
        lines = [self.line(k, k == shown) for k in range(shown + 1)]
        return [
            *(painted(block, x, y, self.colours) for block, x, y in self.given),
            *lines,
            self.legend(self.size[1] - 22, self.colours),
        ]

    def line(self, k: int, last: bool) -> str:
        place, c = self.places[k], self.colours
        parts = [f'<g id="line{self.before + k + 1}" class="line">', self.equals(k, c)]
        parts += [painted(block, x, y, c, hidden=("next",) if last else ()) for block, x, y in place.blocks]
        parts += [
            text(self.rules_from, place.base + NOTE_ROW * j, row, RULE, c.ink, "start", BOLD_FACE)
            for j, row in enumerate(place.name)
        ]
        parts += [
            text(self.rules_from, place.base + NOTE_ROW * (j + len(place.name)), row, NOTE, c.muted, "start")
            for j, row in enumerate(place.note)
        ]
        return "".join([*parts, "</g>"])

    def legend(self, y: float, c: Colours) -> str:
        """Return what the marks mean, each beside a sample of it."""
        parts, x = [], MARGIN
        for role in self.roles:
            sample = Ink("mark", x, y - 9, 22, 10, role=role)
            parts.append("".join(mark(sample, c)))
            parts.append(text(x + 32, y, LEGEND[role], NOTE, c.muted, "start"))
            x += width(LEGEND[role], NOTE) + 60
        return "".join(parts)


def packed(formulas: str) -> Iterator[str]:
    """Yield the formulas of a rule in rows, broken between two of them."""
    row = ""
    for formula in filter(None, formulas.split("; ")):
        longer = f"{row}; {formula}" if row else formula
        if row and width(longer, NOTE) > NOTE_ROOM:
            yield row + ";"
            longer = formula
        row = longer
    if row:
        yield from wrapped(row, NOTE_ROOM, NOTE)


# ----- painting -----
def picture(heading: str, words: str, size: tuple[float, float], inner: list[str], c: Colours) -> str:
    """Return a whole SVG picture with its title, the same in words, and its ground."""
    wide, high = map(n, size)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="graphtutor" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" font-family="{STACK}" role="img">'
    ground = f'<rect class="ground" width="{wide}" height="{high}" fill="{c.ground}"/>'
    return "\n".join(
        [
            head,
            f"<title>{escape(heading)}</title>",
            f"<desc>{escape(words)}</desc>",
            ground,
            *filter(None, inner),
            "</svg>",
            "",
        ]
    )


def pictured(blocks: Placed, before: str = "") -> str:
    """Return blocks as an SVG picture of their own in the colours of a page, with room for the frames around them, a little larger."""
    top = min(y - b.up for b, _, y in blocks) - 6
    wide, high = max(x + b.width for b, x, _ in blocks) + 12 - MARGIN, max(y + b.down for b, _, y in blocks) + 6 - top
    inner = before + "".join(painted(block, x, y, VARIABLES) for block, x, y in blocks)
    box = f"{n(MARGIN - 6)} {n(top)} {n(wide)} {n(high)}"
    return f'<svg width="{n(wide * LARGER)}" height="{n(high * LARGER)}" viewBox="{box}" font-family="{STACK}" aria-hidden="true">{inner}</svg>'


def painted(block: Block, x: float, y: float, c: Colours, hidden: tuple[str, ...] = ()) -> str:
    """Return a block of type at a place; marks of a `hidden` role are left out."""
    parts: list[str] = []
    for ink in block.moved(x, y):
        fill = c.ink if ink.role in hidden else {"local": c.local, "upstream": c.upstream}.get(ink.role, c.ink)
        if ink.what == "mark":
            parts.extend(mark(ink, c) if ink.role not in hidden else ())
        else:
            parts.append(inked(ink, c, fill))
    return "".join(parts)


def mark(ink: Ink, c: Colours) -> Iterator[str]:
    """Yield the frame of something new, or the line under what is about to change, a local or an upstream gradient."""
    if ink.role == "new":
        yield f'<rect class="new" x="{n(ink.x - 3.5)}" y="{n(ink.y - 3.5)}" width="{n(ink.width + 7)}" height="{n(ink.height + 7)}" rx="4" fill="{c.fresh}" stroke="{c.value}" stroke-width="1"/>'
    else:
        stroke = c.local if ink.role == "local" else c.upstream
        y = ink.y + ink.height + 2.5
        dash = ' stroke-dasharray="5 3"' if ink.role == "next" else ""
        yield f'<path class="{ink.role}" d="M{n(ink.x)} {n(y)}H{n(ink.x + ink.width)}" fill="none" stroke="{stroke}" stroke-width="1.8"{dash}/>'


class Boards(Reel):
    """A board above another; picture k shows the lines up to number k, counted through. The look is that of Board."""

    formats, each, whole = Board.formats, Board.each, "derivation"

    def __init__(self, first: Derivation, second: Derivation, *, theme: str = "light", palette: str = "default"):
        self.first = Board(first, theme=theme, palette=palette)
        self.second = Board(second, theme=theme, palette=palette, above=self.first)
        self.theme, self.palette = theme, palette

    def __len__(self) -> int:
        return len(self.first) + len(self.second)

    def svg(self, step: int | None = None) -> str:
        k = self.number(step)
        inner = self.first.painted(min(k, len(self.first) - 1))
        if k >= len(self.first):
            inner += self.second.painted(k - len(self.first))
        size = max(self.first.size[0], self.second.size[0]), self.second.size[1]
        return picture(
            self.first.heading, f"{self.first.derivation}\n\n{self.second.derivation}", size, inner, self.first.colours
        )

    def page(self, theme: str | None = None) -> str:
        between = [Row(self.second.names_drawn, "", "along the graph", "")] if self.second.given else []
        legend = self.first.legend_drawn + self.second.legend_drawn
        return page(
            self.first.heading,
            self.first.names_drawn,
            [*self.first.rows, *between, *self.second.rows],
            legend,
            theme,
            self.palette,
        )
