"""A hand-in → its rows of tokens, without what only orders them: numbers, bullets, quotes, fences, comments, alignment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .cases import comma, goes_on
from .names import Context
from .tokens import LOOKS_LATEX, Token

BULLETS = frozenset("•‣◦▪●○–—·*+")
FENCED = frozenset("python latex math text tex".split())
HEADINGS = frozenset("step line part eq case".split())
MOST_BOXES = 4
QUESTION = re.compile(r"(?:Q|Ex|No|Prob|P|Eq)\d+|Q|Ex|No|Sol|Soln|Ans")
GOES_ON = frozenset("=+-*·/")  # a row that ends in one of these goes on in the next


def rows(stream: Sequence[Token], text: str, known: Context) -> list[list[Token]]:
    """Return the rows of a hand-in; one that ends in an operator, or that is a further case, is joined to the next."""
    found = [without_end(unboxed(without_marks(row, text)), known) for row in lines(stream)]
    found = [row for row in found if row and not all(t.text == "$" for t in row)]
    if bulleted(found):
        found = [row[1:] for row in found]
    counted = [row for row in found if in_brackets(row, known)]
    numbers = [row[1].text for row in counted if row[1].kind == "number"]
    in_order = numbers == [str(k + 1) for k in range(len(numbers))]
    counts = in_order and (len(counted) > 1 or any(row[3].text != "-" for row in counted))  # (1) - x alone is 1 - x
    found = [without_number(row, text, known, counts) for row in found]
    return joined([row for row in found if row])


def lines(stream: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each line as handed in; an environment such as cases is one line."""
    depth = 0
    held: list[Token] = []
    for token in stream:
        depth += (token.kind == "begin") - (token.kind == "finish")
        if token.kind == "end" or (token.kind == "break" and depth <= 0):
            if held:
                yield held
            held, depth = [], max(0, depth) if token.kind != "end" else 0
        elif not (token.kind == "break" and token.text == "\n"):
            held.append(token)


def joined(found: Sequence[list[Token]]) -> list[list[Token]]:
    """Return the rows with those joined to the next that end in an operator or an equals sign, and the cases of one choice."""
    out: list[list[Token]] = []
    for row in found:
        if out and goes_on(out[-1], row):
            out[-1] = [*out[-1], comma(row[0]), *row]
        elif out and out[-1][-1].kind == "op" and out[-1][-1].text in GOES_ON:
            out[-1] = [*out[-1], *row]
        else:
            out.append(list(row))
    return out


# ----- marks of layout -----
def without_marks(line: Sequence[Token], text: str) -> list[Token]:
    """Return a line without fences, comments, alignment, the > of a quote and the stars of **bold**."""
    kept = [t for t in line if t.kind != "comment" and not (t.kind == "junk" and set(t.text) <= {"`"})]
    if len(kept) < len(line) and len(kept) == 1 and kept[0].name in FENCED:
        return []  # ```python
    kept = kept[: next((at for at, t in enumerate(kept) if t.kind == "op" and t.text == "//"), None)]
    kept = unaligned(kept, ("&", "&&") if LOOKS_LATEX.search(text) else ("&",))
    if len(kept) > 1 and kept[0].kind == "op" and kept[0].text == ">" and kept[1].gap:
        kept = kept[1:]
    stars = [at for at, t in enumerate(kept) if t.kind == "op" and text[t.start : t.stop] == "**"]
    bold = len(stars) > 1 and stars[0] == 0
    return [t for at, t in enumerate(kept) if not (bold and at in stars[:2])]


def unboxed(line: list[Token]) -> list[Token]:
    """Return a line without the braces around all of it: \\boxed{…}, \\underline{…}."""
    for _ in range(MOST_BOXES):
        if len(line) < 3 or line[0].text != "{" or line[-1].text != "}":
            break
        depth = 0
        for token in line[:-1]:
            depth += (token.kind == "open") - (token.kind == "close")
            if depth == 0:
                return line
        line = line[1:-1]
    return line


def without_end(line: list[Token], known: Context) -> list[Token]:
    """Return a line without the number of an equation behind it: `… (ii)`, `… ... (1)`, `… (*)`; a bare (2) may be a factor, and stays."""
    if len(line) < 5 or line[-3].text != "(" or line[-1].text != ")" or not line[-3].gap:
        return line
    body, number = line[:-3], line[-2]
    dotted = body
    while len(dotted) > 1 and dotted[-1].kind == "op" and dotted[-1].text in (".", "…"):
        dotted = dotted[:-1]
    roman = (
        number.kind == "word"
        and len(number.text) > 1
        and set(number.text) <= set("ivx")
        and not known.spelling(number.name)
    )
    counts = roman or number.text == "*" or (len(dotted) < len(body) and ordinal(number))
    return dotted if counts else line


def unaligned(line: Sequence[Token], signs: tuple[str, ...]) -> list[Token]:
    """Return a line without the & that align it; those of an environment such as cases stay."""
    depth, kept = 0, []
    for token in line:
        depth += (token.kind == "begin") - (token.kind == "finish")
        if depth > 0 or token.kind == "finish" or not (token.kind == "op" and token.text in signs):
            kept.append(token)
    return kept


def bulleted(found: Sequence[Sequence[Token]]) -> bool:
    """True if every line starts with `- `: then it is a list, and not a row of minus signs."""
    return len(found) > 1 and all(len(x) > 1 and x[0].kind == "op" and x[0].text == "-" and x[1].gap for x in found)


# ----- numbers -----
def ordinal(token: Token) -> bool:
    """True for what counts lines: 3, iv, b."""
    if token.kind == "number":
        return token.text.isdigit()
    return token.kind == "word" and token.sub is None and (len(token.text) == 1 or set(token.text) <= set("ivx"))


def in_brackets(line: Sequence[Token], known: Context) -> bool:
    """True if a line starts with (2), (ii) or (b) and goes on behind it: a number, or a factor in brackets."""
    if len(line) < 4 or line[0].text != "(" or line[2].kind != "close" or not line[3].gap or not ordinal(line[1]):
        return False
    letter_of_problem = line[1].kind == "word" and known.spelling(line[1].name)
    return not letter_of_problem and (line[3].kind != "op" or line[3].text in ("=", "-", "⇒"))


def without_number(line: list[Token], text: str, known: Context, brackets_count: bool) -> list[Token]:
    """Return a line without `1)`, `(2)`, `(i)`, `1.`, `a)`, `Step 3:`, `- `, `* `, `• ` at its start; `brackets_count`: (1), (2) do."""
    if len(line) < 2:
        return line
    first, second, third = line[0], line[1], line[2] if len(line) > 2 else line[1]
    if ordinal(first) and second.kind == "close" and second.text == ")" and (len(line) > 2 or first.kind == "number"):
        return line[2:]
    point = second.kind == "op" and second.text in ".:" and not second.gap and (third.gap or len(line) == 2)
    if first.kind == "number" and first.text.isdigit() and point:
        return line[2:]
    if in_brackets(line, known):
        return line[3:] if brackets_count or line[3].text == "=" else line
    if (
        QUESTION.fullmatch(first.name)
        and known.known
        and not known.spelling(first.name)
        and point
        and first.kind == "word"
    ):
        return line[2:]
    if first.text.lower() in HEADINGS and not known.spelling(first.name) and second.kind == "number":
        if second.text.endswith("."):
            return line[2:]
        return line[3:] if third.text in (":", ".") else line
    dash = first.kind == "op" and first.text == "-" and text[first.start] in "–—"
    bullet = first.kind == "junk" or first.text == "*"
    return line[1:] if second.gap and (dash or (bullet and first.text in BULLETS)) else line
