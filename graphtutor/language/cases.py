"""Choices as people write them, "a when c and b otherwise", and claims under a condition, told apart among the tokens of a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .cursor import RELATIONS
from .pieces import Piece
from .prose import has_equals
from .tokens import Token

IF = frozenset(["if", "when", "whenever", "for"])
REST = frozenset(["otherwise", "else"])
AFTER = frozenset(["word", "number", "close"])  # what a value ends with
COMPARISONS = frozenset(RELATIONS) - {"="}


def normal(line: Sequence[Token]) -> list[Token]:
    """Return a line with `when` and `for` before a comparison as `if`, the `and` before another case as a comma, and (if …) without brackets."""
    line = without_brackets(line)
    found = list(line)
    for at, token in enumerate(line):
        if (
            token.text in IF - {"if"}
            and at > 0
            and (line[at - 1].text == "&" or (line[at - 1].kind in AFTER and compares(clause(line[at + 1 :]))))
        ):
            found[at] = replace(token, kind="key", text="if")
        elif token.kind == "key" and token.text == "and" and word(found[:at], IF) and next_case(line[at + 1 :]):
            found[at] = comma(token)
    return found


def without_brackets(line: Sequence[Token]) -> list[Token]:
    """Return a line in which (if y f < 1) and (otherwise) stand without their brackets."""
    found = list(line)
    for at in range(len(line) - 2, 0, -1):
        if found[at].text == "(" and found[at].gap and found[at + 1].text in IF | REST:
            stop = next((k for k in range(at, len(found)) if found[k].text == ")"), None)
            if stop is not None and (stop == at + 2 or compares(found[at + 2 : stop])):
                found[at : stop + 1] = found[at + 1 : stop]
    return found


def clause(line: Sequence[Token]) -> list[Token]:
    """Return the tokens up to the next comma, full stop, `and` or word of a case."""
    stop = next((k for k, t in enumerate(line) if t.text in (",", ".", ":", "and") or t.text in IF | REST), len(line))
    return list(line[:stop])


def next_case(line: Sequence[Token]) -> bool:
    """True if a value comes here, and then the word that says when."""
    value = clause(line)
    return bool(value) and len(value) < len(line) and not compares(value) and line[len(value)].text in IF | REST


def comma(token: Token) -> Token:
    return replace(token, kind="op", text=",")


def word(line: Sequence[Token], words: frozenset[str]) -> bool:
    return any(t.kind == "key" and t.text in words for t in line)


def goes_on(row: Sequence[Token], after: Sequence[Token]) -> bool:
    """True if a line is a further case of the choice in the line before: `0 otherwise` below `a if c`."""
    return (
        word(row, IF)
        and not word(row, REST)
        and not has_equals(after)
        and word(after, IF | REST)
        and after[0].text not in IF | REST
    )


def compares(body: Sequence[Token]) -> bool:
    """True if a comparison stands outside brackets, and no equals sign does."""
    depth, met = 0, False
    for token in body:
        depth += (token.kind in ("open", "begin")) - (token.kind in ("close", "finish"))
        met = met or (depth <= 0 and token.kind == "op" and token.text in COMPARISONS)
    return met and not has_equals(body) and not word(body, IF | REST)


def otherwise(piece: Piece) -> bool:
    """True for words that say that what follows holds in all other cases."""
    return not piece.math and any(t.text.lower() in REST for t in piece.tokens)


def apart(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces with the condition of a claim as a piece of its own: `dL/dw = 0 | if | y f >= 1`, `0 | otherwise`."""
    found: list[Piece] = []
    for piece in pieces:
        at = condition_at(piece.tokens) if piece.math else None
        if at is None:
            found.append(piece)
            continue
        before, word_, after = (piece.tokens[part] for part in (slice(at), slice(at, at + 1), slice(at + 1, None)))
        found += [replace(piece, tokens=before, sure=True)] if before else []
        found += [Piece(word_, False)]
        found += [replace(piece, tokens=after, sure=not before, intro="")] if after else []
    return found


def condition_at(body: Sequence[Token]) -> int | None:
    """Return the place of the `if` or `otherwise` by which a claim is made under a condition, and is no choice that is complete."""
    if len(body) > 1:
        if body[0].kind == "key" and body[0].text in REST:
            return 0
        if body[-1].kind == "key" and body[-1].text in REST and not word(body, IF):
            return len(body) - 1
    places = [k for k, t in enumerate(body) if t.kind == "key" and t.text in IF]
    alone = len(places) == 1 and 0 < places[0] < len(body) - 1 and not word(body, REST)
    return places[0] if alone and compares(body[places[0] + 1 :]) else None
