"""MathML → text that the reader reads: what `write` writes, and presentation markup like it.

Elements become signs and brackets; nothing is evaluated, and entities, documents types and
anything but presentation elements are refused.
"""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ..errors import ReadError

MAX_LENGTH = 200_000
LEAVES = {"mi", "mn", "mo", "mtext", "ms"}
ROWS = {"math", "mrow", "mstyle", "mpadded", "semantics", "mtd"}
PAIRS = {"|": "abs", "‖": "norm"}
SIGNS = {"\u2061": "", "\u2062": "*", "\u2063": "", "⊤": ".T", "·": "*"}


def text_of(markup: str) -> str:
    """Return MathML as plain text.

    Raises ReadError for what is no MathML.

    >>> text_of("<math><mfrac><mn>1</mn><mi>x</mi></mfrac></math>")
    '((1)/(x))'
    """
    if len(markup) > MAX_LENGTH:
        raise ReadError(f"the markup is {len(markup)} characters long; at most {MAX_LENGTH} are read", markup[:100])
    if "<!" in markup or "<?" in markup:
        raise ReadError(
            "a document type or processing instruction is not read; give the <math> element alone",
            markup[:100].split("\n")[0],
        )
    try:
        root = ElementTree.fromstring(markup)
    except ElementTree.ParseError as error:
        line, column = error.position
        raise ReadError(
            "this is no well-formed MathML; every element needs its end tag",
            markup.split("\n")[line - 1][:200],
            line,
            column + 1,
        ) from None
    return written(root)


def written(root: Element) -> str:
    """Return the text of an element, by its own stack."""
    done: dict[Element, str] = {}
    todo: list[tuple[Element, bool]] = [(root, False)]
    while todo:
        element, ready = todo.pop()
        if ready:
            done[element] = joined(element, [done[child] for child in element])
        else:
            todo.append((element, True))
            todo.extend((child, False) for child in element)
    return done[root]


def joined(element: Element, parts: list[str]) -> str:
    tag = element.tag.rpartition("}")[2]
    if tag in LEAVES:
        text = (element.text or "").strip()
        return SIGNS.get(text, text)
    if tag in ROWS:
        return row(element, parts)
    if tag in SHAPES and len(parts) == SHAPES[tag][0]:
        if parts[-1] == ".T":
            return f"({parts[0]}).T"
        return (
            operator(parts)
            if tag == "mfrac" and parts[0] == "∂"
            else SHAPES[tag][1].format(*parts, base=base(parts[0]))
        )
    if tag == "msqrt":
        return f"sqrt({' '.join(parts)})"
    if tag in ("mtable", "mtr"):
        return " ".join(parts)
    raise ReadError(
        f"<{tag}> with {len(parts)} parts is not read; expected mi, mn, mo, mrow, mfrac, msup, msub, msqrt or a table of cases"
    )


SHAPES = {
    "mfrac": (2, "(({0})/({1}))"),
    "msup": (2, "{base}^({1})"),
    "msub": (2, "{0}_{1}"),
    "mroot": (2, "({0})^(1/({1}))"),
}


def base(text: str) -> str:
    return text if text.replace("_", "").isalnum() else f"({text})"


def operator(parts: list[str]) -> str:
    return f"d/d{parts[1].removeprefix('∂').strip()} "


def row(element: Element, parts: list[str]) -> str:
    """Return a row: bars of one row are an absolute value or a norm, a brace with a table is a choice."""
    if len(parts) > 2 and parts[0] == parts[-1] and parts[0] in PAIRS:
        return f"{PAIRS[parts[0]]}({' '.join(parts[1:-1])})"
    if len(element) == 2 and parts[0] == "{" and element[1].tag.endswith("mtable"):
        return cases(element[1])
    return " ".join(p for p in parts if p).replace(" [", "[")


def cases(table: Element) -> str:
    """Return a table of values and conditions as nested choices."""
    text = "nan"
    for line in reversed(list(table)):
        value, condition = (written(cell) for cell in line)
        condition = condition.removeprefix("if").strip()
        text = value if condition == "otherwise" else f"where(({condition}), {value}, {text})"
    return text
