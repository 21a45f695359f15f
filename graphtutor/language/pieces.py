"""A line cut into pieces: mathematics to be read whole, and prose, with what the words say of the formula after them.

Nothing is lost between them: a word that stands where only mathematics can, or that spells an operator, makes its piece
one that cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .names import Context, split
from .neighbours import told
from .prose import (
    BESIDE,
    COPULAS,
    EQUALS,
    GRAMMATICAL,
    LETTERS,
    SPOKEN,
    STOPS,
    Mark,
    Row,
    dash,
    equals_at,
    has_equals,
    is_op,
)
from .tokens import Token

ANSWERS = frozenset("derivative answer gradient result slope solution grad ans".split())
ANSWER = "the answer is"
GIVES = COPULAS | frozenset(
    "otherwise else give therefore thus hence so return answer result find finally simplifies equal it".split()
)
CONCLUDES = frozenset("so therefore thus hence then we get obtain gives yields finally".split())
DONE = frozenset("done qed finished ready".split())
DEFINES = frozenset("let where with define denote set put given call using substitute substituting assume".split())
LATE = frozenset(["where", "with", "for", "using"])
REASONS = frozenset("because since as while whereas though although".split())  # what follows explains, and is no answer
CONNECT = frozenset(
    "also and so then thus hence therefore finally now next again ok okay well overall altogether together total".split()
)
DETERMINERS = frozenset(
    "the my our a an final whole full total required correct this that so and then thus hence therefore is".split()
)
OPERATIONS = frozenset(
    "times plus minus over divided multiplied squared cubed negative twice thrice double half".split()
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of tokens of one line: mathematics to be, or prose.

    `intro` is the word before it ("let", "where", …; ANSWER where words say that this is the answer) or "";
    `sure`: nothing but mathematics can stand here; `label`: the words that an equals sign at its start follows;
    `why` it is prose; `broken`: the token of a word or sign that keeps it from being read whole.
    """

    tokens: tuple[Token, ...]
    math: bool
    intro: str = ""
    sure: bool = False
    label: tuple[str, ...] = ()
    why: str = ""
    broken: Token | None = None


def pieces(line: Sequence[Token], known: Context, text: str) -> list[Piece]:
    """Return what a line is made of, in order; what stands between dollar signs is mathematics."""
    dollars = sum(t.text == "$" for t in line)
    if dollars and dollars % 2 == 0:
        tokens, marks = without_dollars(line)
        row = Row(tokens, known, text)
    else:
        row = Row([t for t in line if t.text != "$"], known, text)
        marks = told(row)
    row, marks = spoken(row, marks)
    marks = with_left_side(row, marks)
    return assembled(row, marks, any(m.kind == "words" for m in marks))


def without_dollars(line: Sequence[Token]) -> tuple[list[Token], list[Mark]]:
    """Return a line without its dollar signs, and what its tokens are; outside them only operators and stops are no prose."""
    tokens: list[Token] = []
    marks: list[Mark] = []
    inside = closed = gap = False
    for token in line:
        if token.text == "$":
            if closed and not inside:  # two formulas side by side are two
                tokens.append(replace(token, kind="op", text=","))
                marks.append(Mark("maths", "between two formulas"))
            inside, closed, gap = not inside, inside, token.gap
            continue
        maths = inside or is_op(token, BESIDE | STOPS)
        tokens.append(replace(token, gap=True) if gap else token)
        marks.append(Mark("maths", "between dollar signs") if maths else Mark("words", "outside the dollar signs"))
        closed = gap = False
    return tokens, marks


# ----- operators in words -----
def spoken(row: Row, marks: list[Mark]) -> tuple[Row, list[Mark]]:
    """Return a line with "times", "plus", "minus", "over", "divided by" between mathematics as signs, and "minus 2x" with its sign."""
    line, out, at = list(row.line), list(marks), 0
    while at < len(line):
        for length in (2, 1):
            sign = SPOKEN.get(" ".join(t.text.lower() for t in line[at : at + length]))
            if sign and all(m.kind == "words" for m in out[at : at + length]) and takes(line, out, at, length, sign):
                line[at : at + length] = [
                    replace(line[at], kind="op", text=sign, stop=line[at + length - 1].stop, said="")
                ]
                out[at : at + length] = [Mark("maths", "an operator in words")]
        if line[at].kind == "key" and out[at] == LETTERS:
            letters = list(product(line[at], row.known))
            line[at : at + 1], out[at : at + 1] = letters, [LETTERS] * len(letters)
        at += 1
    return row._replace(line=line), out


def product(token: Token, known: Context) -> Iterator[Token]:
    """Yield a keyword as the names that it is made of: i·s, o·r."""
    at = 0
    for name in split(token.text, known, False, False, False) or [token.text]:
        yield replace(token, kind="word", text=name, said="piece", glued=at > 0, gap=token.gap and not at, start=token.start + at,
                      stop=token.start + at + len(name), column=token.column + at)  # fmt: skip
        at += len(name)


def takes(line: Sequence[Token], marks: Sequence[Mark], at: int, length: int, sign: str) -> bool:
    """Return whether operands stand on both sides of a word, or after a minus that nothing but words or a sign stands before."""
    after = at + length
    right = (
        after < len(line)
        and marks[after].kind == "maths"
        and line[after].kind in ("word", "number", "open", "macro", "begin")
    )
    left = (
        at > 0 and marks[at - 1].kind == "maths" and line[at - 1].kind in ("word", "number", "close", "finish", "prime")
    )
    return right and (left or (sign == "-" and (at == 0 or marks[at - 1].kind == "words" or line[at - 1].kind == "op")))


# ----- pieces -----
def introduction(words: Sequence[Token]) -> str:
    """Return the word that says what the formula after it is.

    ANSWER where the words end in "the derivative is"; one of REASONS unless a conclusion follows; else the last of DEFINES or GIVES.
    """
    said = [token.text.lower() for token in words if token.kind != "open"]
    *before, noun, verb = ["", "", *said]
    if verb in COPULAS and noun in ANSWERS and DETERMINERS.issuperset(filter(None, before[-1:])):
        return ANSWER
    return reason(said) or last_word(said)


def reason(said: Sequence[str]) -> str:
    """Return the word that starts a reason, unless a conclusion follows it."""
    at = next((k for k, word in enumerate(said) if word in REASONS), len(said))
    return "" if at == len(said) or CONCLUDES.intersection(said[at:]) else said[at]


def last_word(said: Sequence[str]) -> str:
    """Return the last word that says what follows, of the clause after an "and"; "so" for words that only connect."""
    clause = said[len(said) - said[::-1].index("and") :] if "and" in said else said
    found = next((word for word in reversed(clause) if word in DEFINES | GIVES), "")
    return found or ("so" if clause and CONNECT.issuperset(clause) else "")


def answers(found: Sequence[Piece], at: int) -> bool:
    """True if a piece of mathematics is the answer, as the words around it say: 2x is the derivative, 2x because …, 1 if x > 0, -1 if x < 0."""
    if found[at].intro == ANSWER:
        return True
    if at + 1 >= len(found) or found[at + 1].math or (at != 0 and not found[at - 1].math):
        return False
    remark = found[at + 1].tokens
    if at == 0 and len(found) == 2 and remark[0].kind == "open" and remark[-1].kind == "close":
        return True  # 4x³ (Potenzregel)
    said = [token.text.lower() for token in remark if token.kind != "open"] or [""]
    if said[0] in ("if", "when", "for"):
        return True
    return at == 0 and closes(said, len(found) == 2)


def closes(said: Sequence[str], alone: bool) -> bool:
    """True if words behind a formula give a reason, say that it is the answer, or end the work (`alone`: nothing follows them)."""
    return (
        said[0] in REASONS
        or (alone and said[0] in CONCLUDES | DONE)
        or said[0] in ("by", "using", "where", "with")
        or (said[0] == "is" and bool(ANSWERS & set(said)))
    )


def assembled(row: Row, marks: Sequence[Mark], prose: bool) -> list[Piece]:
    """Cut a line at its prose, commas, full stops and arrows; `prose`: the line has words."""
    found: list[Piece] = []
    intro, at = "", 0
    cases = by_cases(row, marks)
    while at < len(row.line):
        stop = end_of(row, marks, at, cases)
        if marks[at].kind == "words":
            found.append(Piece(tuple(row.line[at:stop]), False, why=marks[at].why))
            intro = introduction(row.line[at:stop]) or intro
        else:
            if stop > at:
                found += formulas(row, marks, at, stop, intro, not prose)
                intro = intro if intro in DEFINES else ""
            if stop < len(row.line) and marks[stop].kind != "words":
                intro = after_stop(row.line[stop].text, intro, prose)
                stop += 1
        at = stop
    return found


def by_cases(row: Row, marks: Sequence[Mark]) -> bool:
    """True for a choice, in which commas part the cases: a if c, b otherwise."""
    said = [t.text for t, mark in zip(row.line, marks, strict=True) if t.kind == "key" and mark.kind != "words"]
    return said.count("if") > 1 or ("if" in said and ("otherwise" in said or "else" in said))


def end_of(row: Row, marks: Sequence[Mark], at: int, cases: bool) -> int:
    """Return where the prose or the formula that starts at a place ends."""
    prose, depth, stop = marks[at].kind == "words", 0, at
    while stop < len(marks) and (marks[stop].kind == "words") == prose:
        token = row.line[stop]
        depth += (token.kind in ("open", "begin")) - (token.kind in ("close", "finish"))
        if not prose and depth <= 0 and parts_line(row.line, at, stop, cases):
            break
        stop += 1
    return stop


def after_stop(sign: str, intro: str, prose: bool) -> str:
    """Return the introduction of what comes after a comma, a full stop, a colon or an arrow."""
    if sign == "⇒" or (sign == ":" and prose):
        return "so"
    return "" if sign == "." and intro in DEFINES else intro


def parts_line(line: Sequence[Token], start: int, at: int, cases: bool) -> bool:
    """Return whether a token outside brackets parts what stands before it from what comes after: `a = 1, b = 2`, `a = 1 and b = 2`."""
    token, after = line[at], line[at + 1 : at + 2]
    parts = token.kind == "op" and token.text in STOPS and not (token.text == "." and after and not after[0].gap)
    if not parts and not (token.kind == "key" and token.text == "and"):
        return False
    if parts and not (token.text == "," and cases):
        return True
    return has_equals(line[start:at]) and has_equals(line[at + 1 :])


def formulas(row: Row, marks: Sequence[Mark], start: int, stop: int, intro: str, sure: bool) -> list[Piece]:
    """Return the piece of mathematics between two places, with what keeps it from being read whole; a fact in brackets behind it apart."""
    line = row.line
    label = label_before(row, marks, start)
    after = row.near(stop) if stop < len(line) and marks[stop].kind == "words" else None
    body = list(line[start:stop])
    broken = None
    if after is not None:
        kept = without_dash(row, body, after, line[stop + 1 :])
        broken = after if kept and is_op(kept[-1], BESIDE | {"."} - EQUALS) else None
        body = kept or body
    broken = broken or operation_before(row, marks, start) or operation_after(row, marks, stop)
    fact = bracketed_fact(body)
    whole = Piece(tuple(body[:fact]), True, intro, sure, label, broken=broken)
    return [whole] if fact is None else [whole, Piece(tuple(body[fact + 1 : -1]), True, "with", False)]


def operation_before(row: Row, marks: Sequence[Mark], start: int) -> Token | None:
    """Return the word before a formula if it is an operation: twice 2x."""
    token = row.line[start - 1] if start and marks[start - 1].kind == "words" else None
    said = token.text.lower().split()[-1:] if token is not None else []
    return token if OPERATIONS.intersection(said) else None


def operation_after(row: Row, marks: Sequence[Mark], stop: int) -> Token | None:
    """Return the word after a formula if it is an operation, over a comma and a bracket too: 2x squared; 2x, times w; 2x (plus w)."""
    at = stop
    while at < len(marks) and (
        is_op(row.line[at], STOPS) or (row.line[at].kind == "open" and marks[at].kind == "words")
    ):
        at += 1
    token = row.line[at] if at < len(marks) and marks[at].kind == "words" else None
    said = token.text.lower().split()[:1] if token is not None else []
    return token if OPERATIONS.intersection(said) else None


def label_before(row: Row, marks: Sequence[Mark], start: int) -> tuple[str, ...]:
    """Return the words that are the left side of an equation: outer derivative = 2u."""
    if not start or not is_op(row.line[start], EQUALS) or row.line[start - 1].text.lower() in GRAMMATICAL:
        return ()
    first = start
    while first and marks[first - 1].kind == "words":
        first -= 1
    return tuple(t.name for t in row.line[first:start])


def with_left_side(row: Row, marks: list[Mark]) -> list[Mark]:
    """Count the left side "the gradient of L with respect to w" as words: it names a derivative."""
    at = equals_at(row.line) or 0
    noun = any(row.line[k].text.lower() in ANSWERS and marks[k].kind == "words" for k in range(at))
    if noun and at > 2 and row.line[at - 2].text in ("wrt", "to", "by") and row.line[at - 1].kind == "word":
        return [Mark("words", "a left side in words")] * at + marks[at:]
    return marks


def bracketed_fact(body: Sequence[Token]) -> int | None:
    """Return the place of a bracket at the end that holds an equation: 2x(wx - s)  (s^2 = 1)."""
    if len(body) < 5 or body[-1].text not in (")", "]"):
        return None
    depth = 0
    for at in range(len(body) - 1, 0, -1):
        depth += (body[at].kind == "close") - (body[at].kind == "open")
        if depth == 0:
            fact = body[at].gap and body[at - 1].kind in ("word", "number", "close") and has_equals(body[at + 1 : -1])
            return at if fact and has_equals(body[:at]) else None
    return None


def without_dash(row: Row, body: list[Token], after: Token, rest: Sequence[Token]) -> list[Token]:
    """Return a piece without the dash or arrow that parts it from a remark: 2x -- chain rule, 2x - by the chain rule."""
    kept = list(body)
    if len(kept) > 1 and is_op(kept[-1], frozenset("|")) and sum(t.text == "|" for t in row.line) == 1:
        return kept[:-1]
    while len(kept) > 1 and is_op(kept[-1], frozenset(["-", "<-"])):
        at = next(k for k, t in enumerate(row.line) if t is kept[-1])
        remark = after.text.lower() in GRAMMATICAL or any(t.text.lower() == "rule" for t in rest)
        if not (dash(row, at) or (kept[-1].gap and remark) or len(kept) < len(body)):
            break
        kept.pop()
    return kept
