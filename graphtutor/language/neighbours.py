"""What its neighbours make of a token that spells both a word and a product of names, or a connective, or a mark: prose or mathematics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from .prose import (
    BESIDE,
    CLAUSES,
    CONNECTIVES,
    COPULAS,
    EITHER,
    GRAMMATICAL,
    LETTERS,
    SPOKEN,
    STOPS,
    Mark,
    Row,
    has_equals,
    is_op,
    looked,
    spells,
)
from .tokens import Token


def told(row: Row) -> list[Mark]:
    """Return for each token whether it is prose, and why."""
    marks = looked(row)
    for at in range(len(marks) - 1, -1, -1):
        if marks[at].kind == "either":
            prose = SETTLED.get(row.line[at].kind, settled_word)(row, at, marks)
            letters = marks[at] == EITHER and not prose
            marks[at] = (
                LETTERS if letters else Mark("words" if prose else "maths", f"{marks[at].why}, as its neighbours say")
            )
    return bracketed(row, marks)


def words_at(row: Row, marks: Sequence[Mark], at: int) -> bool:
    """True if prose stands at a place; what is not settled yet counts as prose if it is a word of English."""
    if not 0 <= at < len(marks):
        return False
    return marks[at].kind == "words" or (
        marks[at].kind == "either" and row.line[at].text.lower() in GRAMMATICAL - {"a", "i"}
    )


def settled_mark(row: Row, at: int, marks: Sequence[Mark]) -> bool:
    """Return whether a dash, a quote, a prime is prose: where a word stands beside it."""
    return words_at(row, marks, at - 1) or words_at(row, marks, at + 1)


def settled_key(row: Row, at: int, marks: Sequence[Mark]) -> bool:
    """Return whether a connective is prose and none of a choice or a condition."""
    word, line = row.line[at].text, row.line
    if marks[at] == EITHER:
        return settled_run(row, at, marks)
    if word not in CONNECTIVES:
        return True
    if word == "else":
        return at == 0
    words = (words_at(row, marks, at - 1), words_at(row, marks, at + 1))
    alone = (at == 0 and word in ("if", "otherwise")) or (any(words) if word in ("and", "or") else all(words))
    late = word in ("if", "otherwise") and at > 0 and line[at - 1].text == "," and has_equals(line[at:])
    return alone or late or (word == "if" and at > 0 and lone_if(line, at))


def lone_if(line: Sequence[Token], at: int) -> bool:
    """Return whether an `if` outside brackets has no `else` and no second `if`: a claim, and the case in which it holds."""
    depth = sum((t.kind in ("open", "begin")) - (t.kind in ("close", "finish")) for t in line[:at])
    return depth == 0 and not any(
        t.kind == "key" and t.text in ("else", "otherwise", "if") for k, t in enumerate(line) if k != at
    )


def settled_word(row: Row, at: int, marks: Sequence[Mark]) -> bool:
    token, follows = row.line[at], row.near(at + 1)
    if token.text in ("a", "A", "I"):
        noun = words_at(row, marks, at + 1) and follows is not None and follows.text.lower() not in SPOKEN
        return noun and (not row.known.spelling(token.text) or words_at(row, marks, at - 1))
    if spells(row, token.text):
        return settled_run(row, at, marks)
    ends = (
        follows is None or follows.text in (",", ".", ":") or words_at(row, marks, at + 1)
    )  # a function without an argument
    return ends and not is_op(row.near(at - 1), BESIDE - {"="})


def settled_run(row: Row, at: int, marks: Sequence[Mark]) -> bool:
    """Return whether letters of the problem that spell a word are that word: `2ax + by` and `2x by the chain rule`."""
    left, right = left_of(row, at, marks), right_of(row, at, marks)
    equation = has_equals(row.line[at + 1 :])
    prose = {
        "glued": (),
        "operator": ("words",) if row.line[at - 1].text == "-" and row.line[at].gap else (),
        "copula": ("words",),
        "words": ("words", "clause", "operand", "end"),
        "start": ("words", "clause", *(("operand",) if equation else ())),
        "operand": ("words", *(("operand",) if equation else ())),
    }
    return right in prose[left]


def left_of(row: Row, at: int, marks: Sequence[Mark]) -> str:
    before = row.near(at - 1)
    if before is None or is_op(before, STOPS) or before.text == "(":
        return "start"
    if words_at(row, marks, at - 1):
        return "copula" if before.text.lower() in COPULAS else "words"
    if before.kind == "number" and not row.line[at].gap:
        return "glued"
    return "operator" if before.kind in ("op", "open") else "operand"


def right_of(row: Row, at: int, marks: Sequence[Mark]) -> str:
    follows = row.near(at + 1)
    if follows is None or is_op(follows, STOPS) or follows.kind == "close":
        return "end"
    if words_at(row, marks, at + 1):
        return "clause" if follows.text.lower() in CLAUSES else "words"
    signed = (
        follows.kind == "op" and follows.text in "+-" and follows.gap and not getattr(row.near(at + 2), "gap", True)
    )
    glued = follows.kind == "open" and not follows.gap
    return "operator" if glued or (follows.kind == "op" and not signed and follows.text != "=") else "operand"


SETTLED: dict[str, Callable[[Row, int, Sequence[Mark]], bool]] = {
    "junk": settled_mark,
    "prime": settled_mark,
    "key": settled_key,
}


def bracketed(row: Row, marks: list[Mark]) -> list[Mark]:
    """Count a bracket that holds nothing but prose as prose: (chain rule); of a sentence the brackets alone: (by the rule for x²)."""
    opened: list[int] = []
    met = list(accumulate(mark.kind == "words" for mark in marks))  # words up to each place
    for at, token in enumerate(row.line):
        if token.kind == "open":
            opened.append(at)
        elif token.kind == "close" and opened:
            start = opened.pop()
            if met[at] > met[start] and not is_op(row.near(start - 1), BESIDE):
                said = [k for k in range(start + 1, at) if marks[k].kind == "words"]
                for k in within(row, marks, start, at, said):
                    marks[k] = Mark("words", "a bracket that holds words")
    return marks


def within(row: Row, marks: Sequence[Mark], start: int, stop: int, said: Sequence[int]) -> Iterable[int]:
    """Return which tokens from one bracket to the other are prose with the words between them: all, the brackets, or none."""
    inner = range(start + 1, stop)
    if all(marks[k].kind == "words" or row.line[k].kind in ("number", "op", "key", "junk", "prime") for k in inner):
        return range(start, stop + 1)
    grammar = row.line[start].gap and any(row.line[k].text.lower() in GRAMMATICAL for k in said)
    sentence = grammar and not any(is_op(row.line[k], BESIDE) for k in inner)
    return (start, stop) if marks[start + 1].kind == "words" or sentence else ()
