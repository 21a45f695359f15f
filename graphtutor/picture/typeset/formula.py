"""MathML set in type, as a textbook sets it: names slanted, fractions on a bar, exponents raised.

What `language.write` writes is set; a group with a class is a mark.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ..files.fonts import width
from .setting import AXIS, BAR, NOTHING, SIZE, Block, Ink, Row, Token, broken, resolved, row, stretched, whole

LEAST = 7.0
CAPITAL, SMALL, TALLEST, DEEP = 0.73, 0.56, 0.77, 0.24  # of DejaVu Sans, in em
LOW = set("acemnorsuvwxzαεικμνοπρστυωγηχ·−+=<>≤≥×,")
BELOW = set("gjpqyQβγημρφχψξζς,;()[]|‖")
SCRIPT, PART, INDEX = 0.72, 0.92, 0.6  # the size of an exponent, of what stands at a bar, of a root's index
KINDS = {"(": "open", "[": "open", "{": "open", ")": "close", "]": "close", ",": "punct", "∂": "ord", "⊤": "ord", "¬": "pre",
         **dict.fromkeys("=<>≤≥≠∈", "rel"), **dict.fromkeys("\u2061\u2062\u2063", "")}  # fmt: skip
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
    return {
        "mfrac": PART,
        "msup": SCRIPT if k else 1.0,
        "msub": SCRIPT if k else 1.0,
        "mroot": INDEX if k else 1.0,
    }.get(name, 1.0)


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
    ink = (
        *above.moved(edge + (wide - above.width) / 2, high),
        *below.moved(edge + (wide - below.width) / 2, low),
        Ink("bar", edge, -axis - bar / 2, wide, bar),
    )
    return [Token("ord", Block(wide + 2 * edge, above.up - high, low + below.down, ink), size)]


def raised(element: Element, parts: list[Row], size: float) -> Row:
    base, script = map(whole, parts)
    rise = max(0.38 * size, base.up - 0.38 * size)
    x = base.width + (0.08 if slants(base) else 0.03) * size
    block = Block(
        x + script.width + 0.03 * size,
        max(base.up, rise + script.up),
        max(base.down, script.down - rise),
        (*base.ink, *script.moved(x, -rise)),
    )
    return [Token(parts[0][-1].kind if len(parts[0]) == 1 else "ord", block, size)]


def lowered(element: Element, parts: list[Row], size: float) -> Row:
    base, script = map(whole, parts)
    drop = max(0.16 * size, base.down - 0.1 * size)
    block = Block(
        base.width + script.width + 0.04 * size,
        max(base.up, script.up - drop),
        max(base.down, drop + script.down),
        (*base.ink, *script.moved(base.width, drop)),
    )
    return [Token("ord", block, size)]


def slants(block: Block) -> bool:
    return bool(block.ink) and block.ink[-1].italic


def root(element: Element, parts: list[Row], size: float) -> Row:
    """Return a root over a row, or over the first part with the second as its index."""
    rooted = tag(element) == "mroot"
    inner = whole(parts[0] if rooted else [t for part in parts for t in part])
    index = whole(parts[1]) if rooted else NOTHING
    up, down, x = (
        max(inner.up, CAPITAL * size) + 0.2 * size,
        max(inner.down, 0.1 * size),
        max(0.0, index.width - 0.3 * size),
    )
    foot, hook = x + 0.32 * size, x + 0.56 * size
    end = hook + inner.width + 0.12 * size
    points = ((x + 0.04 * size, -0.3 * size), (x + 0.17 * size, -0.37 * size), (foot, down), (hook, -up), (end, -up))
    ink = (
        Ink("path", 0, 0, width=BAR * size, letters="MLLLL", points=points),
        *inner.moved(hook + 0.05 * size, 0.0),
        *index.moved(0.0, -0.55 * size),
    )
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
