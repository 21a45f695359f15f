"""A hand-in → its rows of tokens, without what only orders them: numbers, bullets, quotes, fences, comments, alignment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .cases import comma, goes_on
from .names import Context, split
from .prose import equals_at, has_equals
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
    found = [apart(cells(row), text) for row in found if any(t.text not in "$|-:" for t in row)]
    if bulleted(found):
        found = [row[1:] for row in found]
    counts = counted(found, known)
    found = [row[number(row, text, known, counts) :] for row in found]
    return joined([with_points(row, known) for row in found if row])


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


# ----- tables and columns -----
def cells(row: list[Token]) -> list[Token]:
    """Return a row of a table with two columns as an equation: | dL/dh | 2(h - y) |."""
    bars = [at for at, t in enumerate(row) if is_sign(t, "|")]
    if len(bars) != 3 or bars[0] != 0 or bars[2] != len(row) - 1 or not 1 < bars[1] < len(row) - 2:
        return row
    return [*row[1 : bars[1]], replace(row[bars[1]], text="="), *row[bars[1] + 1 : -1]]


def apart(row: list[Token], text: str) -> list[Token]:
    """Return a row of two equations with nothing but a wide space or a \\quad between them as with a comma there."""
    for at in range(len(row) - 1, 2, -1):
        space = text[row[at - 1].stop : row[at].start]
        wide = row[at].kind in ("word", "macro") and ("quad" in space or "\t" in space or len(space) > 2)
        if (
            wide
            and has_equals(row[:at])
            and starts_equation(row[at:])
            and row[at - 1].kind in ("word", "number", "close")
        ):
            row = [*row[:at], comma(row[at]), *row[at:]]
    return row


def starts_equation(row: Sequence[Token]) -> bool:
    """True if a name or a derivative stands here, and an equals sign behind it."""
    head = row[: equals_at(row) or 0]
    return len(head) == 1 or (
        head[:1] != [] and any(is_sign(t, "/") or t.text in ("frac", "nabla", "'") for t in head[:3])
    )


# ----- decimal commas -----
def with_points(row: list[Token], known: Context) -> list[Token]:
    """Return a row with the comma of 0,5 and 0{,}5 as a decimal point, where no list of numbers can stand."""
    found: list[Token] = []
    opened: list[bool] = [not known.shapes.get(known.wrt or "")]  # whether a comma in this bracket is one of a decimal
    at = 0
    while at < len(row):
        token, (length, digits) = row[at], decimals(row, at)
        if token.kind in ("open", "begin"):
            opened.append(one_value(row, at, known))
        elif token.kind in ("close", "finish") and len(opened) > 1:
            opened.pop()
        if length and (opened[-1] or length > 2):
            token = replace(token, text=f"{token.text}.{digits}", stop=row[at + length].stop)
            at += length
        found.append(token)
        at += 1
    return found


def decimals(row: Sequence[Token], at: int) -> tuple[int, str]:
    """Return how many tokens stand behind the 0 of 0,5 or 0{,}5, and its digits; (0, "") for the numbers 1,2,3 of a list."""
    texts = [t.text for t in row[at + 1 : at + 4]]
    length = 4 if texts == ["{", ",", "}"] else 2
    parts = row[at : at + length + 1]
    if len(parts) <= length or parts[1].text not in (",", "{") or any(t.gap for t in parts[1:]):
        return 0, ""
    near = [*row[max(at - 1, 0) : at], *row[at + length + 1 : at + length + 2]]
    if not re.fullmatch("[0-9]+", parts[0].text + parts[-1].text) or any(is_sign(t, ",") for t in near):
        return 0, ""
    return length, parts[-1].text


def one_value(row: Sequence[Token], at: int, known: Context) -> bool:
    """True if one value stands in the bracket that opens here: a group, or the argument of a function that has one."""
    before = row[at - 1] if at else None
    if row[at].kind == "begin" or row[at].text == "[" or (before is not None and before.kind in ("junk", "words")):
        return False
    if before is not None and before.kind == "word" and not row[at].gap:
        return takes_one(before, known)
    return [t.kind for t in row[at + 1 : at + 5]] != ["number", "op", "number", "close"]


def takes_one(word: Token, known: Context) -> bool:
    """True for a function of one argument, and for a factor before brackets; f(0,5) holds the arguments of a function, as far as is known."""
    function, name = known.function(word.name), known.spelling(word.name)
    if function is not None and name is None:
        return function.arity == (1, 1) and not function.params
    return name not in {*known.definitions, *known.calls} and bool(name or split(word.text, known, False, True, False))


# ----- marks of layout -----
def is_sign(token: Token | None, signs: str) -> bool:
    return token is not None and token.kind == "op" and token.text in signs


def without_marks(line: Sequence[Token], text: str) -> list[Token]:
    """Return a line without fences, comments, alignment, the > of a quote and the stars of **bold**."""
    kept = [t for t in line if t.kind != "comment" and not (t.kind == "junk" and set(t.text) <= {"`"})]
    if len(kept) == 1 < len(line) and kept[0].name in FENCED:
        return []  # ```python
    kept = kept[: next((at for at, t in enumerate(kept) if is_sign(t, "//") and t.text == "//"), None)]
    kept = unaligned(kept, ("&", "&&") if LOOKS_LATEX.search(text) else ("&",))
    if len(kept) > 1 and is_sign(kept[0], ">") and kept[1].gap:
        kept = kept[1:]
    return without_stars(kept, text)


def without_stars(line: list[Token], text: str) -> list[Token]:
    stars = [at for at, t in enumerate(line) if t.kind == "op" and text[t.start : t.stop] == "**"][:2]
    return [t for at, t in enumerate(line) if at not in stars] if len(stars) == 2 and stars[0] == 0 else line


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
    body, mark = line[:-3], line[-2]
    dotted = body
    while len(dotted) > 1 and is_sign(dotted[-1], ".…"):
        dotted = dotted[:-1]
    roman = mark.kind == "word" and len(mark.text) > 1 and ordinal(mark) and not known.spelling(mark.name)
    return dotted if roman or mark.text == "*" or (len(dotted) < len(body) and ordinal(mark)) else line


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


def counted(found: Sequence[list[Token]], known: Context) -> bool:
    """True if the numbers in brackets at the start of lines count them: (1), (2), … in order; (1) - x alone is 1 - x."""
    held = [row for row in found if in_brackets(row, known)]
    numbers = [row[1].text for row in held if row[1].kind == "number"]
    return numbers == [str(k + 1) for k in range(len(numbers))] and (
        len(held) > 1 or any(row[3].text != "-" for row in held)
    )


def number(line: list[Token], text: str, known: Context, counts: bool) -> int:
    """Return how many tokens number a line: `1)`, `(2)` where these count, `(i)`, `1.`, `Q1.`, `a)`, `Step 3:`, `- `, `* `, `• `."""
    if len(line) < 2:
        return 0
    if in_brackets(line, known):
        return 3 if counts or line[3].text == "=" else 0
    return closed(line) or pointed(line, known) or headed(line, known) or bullet(line, text)


def closed(line: list[Token]) -> int:
    """Return 2 for `1)` and `a)`."""
    return 2 * (ordinal(line[0]) and line[1].text == ")" and (len(line) > 2 or line[0].kind == "number"))


def pointed(line: list[Token], known: Context) -> int:
    """Return 2 for `1.` and `1:`, and for `Q1.` where the problem has no such name."""
    first = line[0]
    question = (
        known.known and first.kind == "word" and QUESTION.fullmatch(first.name) and not known.spelling(first.name)
    )
    point = is_sign(line[1], ".:") and not line[1].gap and (len(line) == 2 or line[2].gap)
    return 2 * bool(point and (question or (first.kind == "number" and first.text.isdigit())))


def headed(line: list[Token], known: Context) -> int:
    """Return the length of `Step 3:`, `Line 2.`."""
    first, second = line[:2]
    if first.text.lower() not in HEADINGS or known.spelling(first.name) or second.kind != "number":
        return 0
    return 2 if second.text.endswith(".") else 3 * (len(line) > 2 and line[2].text in (":", "."))


def bullet(line: list[Token], text: str) -> int:
    first = line[0]
    dash = is_sign(first, "-") and text[first.start] in "–—"
    return int(line[1].gap and (dash or (first.text in BULLETS and (first.kind == "junk" or first.text == "*"))))
