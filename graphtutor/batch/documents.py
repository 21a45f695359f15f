"""Documents with several answers: notebooks, Markdown, LaTeX and HTML, each read into (exercise, answer) pairs.

An answer is marked by the id of its exercise: a heading `## Exercise: hinge-dw0` or `\\section{hinge-dw0}`, a comment
`<!-- answer: hinge-dw0 -->` or `% answer: hinge-dw0`, `\\begin{answer}{hinge-dw0}`; in a notebook a cell's tag `answer:hinge-dw0`, its
first line `# answer: hinge-dw0`, or nbgrader's grade_id. A single word is an id only behind such a word. It goes on to the next mark or heading.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

ID = r"([a-z0-9]+(?:-[a-z0-9]+)*)"
WORD = r"(?:exercise|answer|question|task|problem)"
NAMED = rf"(?:{WORD}\s*:?\s*(?:\d+\s*[.:)]\s*)?{ID}|([a-z0-9]+(?:-[a-z0-9]+)+))"  # with a word before it, or with a hyphen in it
HEADING = re.compile(rf"\s*#{{1,6}}\s+{NAMED}\s*#*\s*", re.I)
COMMENT = re.compile(rf"\s*(?:<!--|%+|#+|//)\s*{WORD}\s*:\s*{ID}\s*(?:-->)?\s*", re.I)
SECTION = re.compile(rf"\s*\\(?:sub)*section\*?\{{\s*{NAMED}\s*\}}.*|\s*\\(?:exercise|answer)\{{{ID}\}}.*", re.I)
OPENED = re.compile(rf"\s*\\begin\{{(?:exercise|answer)\}}\s*[\[{{]{ID}[\]}}]\s*", re.I)
ENDS = re.compile(r"\s*(?:#{1,6}\s|\\(?:sub)*section\b|\\end\{(?:exercise|answer|document)\})")
FENCE = re.compile(r"^[ \t]*(```+|~~~+)[ \t]*(\w*)[^\n]*\n(.*?)^[ \t]*\1[ \t]*$", re.M | re.S)
SETS = re.compile(r"\\(begin|end)\{(\w+\*?)\}")
DISPLAYS = {"align", "aligned", "equation", "gather", "gathered", "eqnarray", "multline", "split", "displaymath", "math", "flalign", "alignat", "document"}  # fmt: skip
MATHS = re.compile(r"\$\$?|\\[\[\]()]")
Part = tuple[str, Any]


def marked(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield (exercise, text) for each marked part of a text."""
    name, kept = "", list[str]()
    for line in lines:
        found = next((m for m in (p.fullmatch(line) for p in (HEADING, COMMENT, SECTION, OPENED)) if m), None)
        if found or ENDS.match(line):
            if name and "".join(kept).strip():
                yield name, "\n".join(kept)
            name, kept = (next(filter(None, found.groups())).lower() if found else ""), []
        else:
            kept.append(line)
    if name and "".join(kept).strip():
        yield name, "\n".join(kept)


def formulas(text: str) -> str:
    """Return a text without the signs that set its formulas apart: displays as lines, no ampersands, no dollars.

    >>> print(formulas(r"$$\\begin{align*} L' &= 2x \\\\ &= \\begin{cases} 1 & x > 0 \\\\ 0 \\end{cases} \\end{align*}$$"))
    L' = 2x
     = \\begin{cases} 1 & x > 0 \\\\ 0 \\end{cases}
    """
    out, depth, last = [], 0, 0
    for mark in SETS.finditer(text):
        piece = text[last : mark.start()]
        out.append(piece if depth else opened(piece))
        display = mark[2].rstrip("*") in DISPLAYS and not depth
        depth += 0 if display else 1 if mark[1] == "begin" else -1
        out.append("\n" if display else mark[0])
        last = mark.end()
    lines = MATHS.sub("\n", "".join([*out, text[last:] if depth else opened(text[last:])])).split("\n")
    return "\n".join(line.rstrip() for line in lines if line.strip()).strip()


def opened(text: str) -> str:
    return (
        re.sub(r"\\\\(?:\[[^\]]*\])?", "\n", re.sub(r"(?<!\\)%[^\n]*", "", text))
        .replace("&", "")
        .replace("\\nonumber", "")
    )


def written(text: str) -> Any:
    """Return the answer that a part of a document holds: the code or the text in its fences where there are any, else its formulas."""
    fences = FENCE.findall(text + "\n")
    if fences:
        inside = "\n".join(inner for _, _, inner in fences).strip("\n")
        return as_code(inside) if any(kind.lower() in ("python", "py") for _, kind, _ in fences) else inside
    return formulas(text)


def as_code(text: str) -> Any:
    """Return what a code cell answers: code where it defines a function, else its lines."""
    return {"code": text} if re.search(r"^\s*def\s", text, re.M) else text.strip("\n")


def of_text(text: str) -> list[Part]:
    """Return the marked answers of Markdown or LaTeX."""
    return [(name, written(part)) for name, part in marked(text.split("\n"))]


def of_html(text: str) -> list[Part]:
    return of_text(plain(text))


class Plain(HTMLParser):
    """The text of a page: a line for each block, headings with a # before them."""

    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.hidden += tag in ("script", "style")
        self.out.append(
            "\n# "
            if re.fullmatch("h[1-6]", tag)
            else "\n"
            if tag in ("p", "div", "br", "li", "tr", "pre", "table")
            else ""
        )

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style") and self.hidden > 0
        self.out.append("\n" if re.fullmatch("h[1-6]|p|div|li|tr|pre", tag) else "")

    def handle_data(self, data: str) -> None:
        self.out.append("" if self.hidden else data)


def plain(text: str) -> str:
    """Return the text of a page.

    >>> plain("<p>2x<sup></sup> &lt; 3</p><script>x</script><p>y</p>")
    '2x < 3\\ny'
    """
    reader = Plain()
    reader.feed(text)
    reader.close()
    return "\n".join(line.strip() for line in "".join(reader.out).split("\n") if line.strip())


def of_notebook(text: str) -> list[Part]:
    """Return the marked cells of a notebook; cells of one exercise belong together. Raises ValueError for what is no notebook."""
    found: dict[str, list[tuple[str, str]]] = {}
    cells = json.loads(text).get("cells")
    if not isinstance(cells, list):
        raise ValueError("no cells")
    for cell in cells:
        cell = cell if isinstance(cell, Mapping) else {}
        source = cell.get("source", "")
        source = "".join(map(str, source)) if isinstance(source, list) else str(source)
        name, body = mark_of(cell, source)
        if name and body.strip():
            found.setdefault(name, []).append((str(cell.get("cell_type")), body))
    return [(name, joined(parts)) for name, parts in found.items()]


def mark_of(cell: Mapping[str, Any], source: str) -> tuple[str, str]:
    """Return the exercise that a cell answers, "" for none, and what it says without the mark."""
    first, _, rest = source.lstrip("\n").partition("\n")
    said = HEADING.fullmatch(first) or COMMENT.fullmatch(first)
    if said:
        return next(filter(None, said.groups())).lower(), rest
    return next(filter(None, tags(cell.get("metadata"))), ""), source


def tags(told: Any) -> Iterator[str]:
    """Yield the exercises that a cell's metadata names, as tags or as nbgrader's id of a solution."""
    told = told if isinstance(told, Mapping) else {}
    named = told.get("tags") if isinstance(told.get("tags"), list) else []
    yield from (m[1] for m in (re.fullmatch(rf"{WORD}:\s*{ID}", str(tag)) for tag in named) if m)
    graded = told.get("nbgrader")
    if isinstance(graded, Mapping) and graded.get("solution") and re.fullmatch(ID, str(graded.get("grade_id"))):
        yield str(graded["grade_id"])


def joined(parts: list[tuple[str, str]]) -> Any:
    """Return the answer in the cells of one exercise: its code where a cell defines a function, else lines."""
    code = "\n\n".join(body for kind, body in parts if kind == "code")
    if isinstance(as_code(code), dict):
        return as_code(code)
    return "\n".join(body.strip("\n") if kind == "code" else written(body) for kind, body in parts)


# a new kind of document is one row: the ending of its name, and what reads its marked answers
DOCUMENTS: Mapping[str, Callable[[str], list[Part]]] = {
    ".ipynb": of_notebook,
    ".md": of_text,
    ".markdown": of_text,
    ".tex": of_text,
    ".html": of_html,
    ".htm": of_html,
}
WHOLE: Mapping[str, Callable[[str], str]] = {
    ".tex": formulas,
    ".html": plain,
    ".htm": plain,
}  # a document without a mark, as one answer
