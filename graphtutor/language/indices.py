"""An index behind an operand: x[0], W[0, 1:], softmax(z)_k."""

from __future__ import annotations

from typing import Any

import sympy as sp

from .brackets import close
from .cursor import After, Cursor
from .identifiers import symbol, whole_of
from .names import joined


def index_follows(p: Cursor) -> bool:
    """True if what stands in the brackets ahead is an index: whole numbers, slices, constants."""
    at = p.at + 1
    while (token := p.tokens[at]).kind != "close":
        number = token.kind == "number" and token.text.isdigit()
        if (
            not number
            and not (token.kind == "op" and token.text in "-:,")
            and not (token.kind == "word" and whole_of(p, token) is not None)
        ):
            return (
                token.kind == "word"
                and p.tokens[at - 1].kind == "open"
                and p.tokens[at + 1].kind == "close"
                and not token.tex
            )
        at += 1
    return token.text == "]" and at > p.at + 1


def indexed(p: Cursor, left: sp.Basic) -> sp.Basic:
    opened = p.take()
    entries = index_entries(p, "]")
    close(p, opened)
    return element(p, left, entries)


def lowered(p: Cursor, left: sp.Basic) -> sp.Basic:
    """Read an index below a bracket or a call: softmax(z)_k."""
    p.take()
    if p.lifted is not None and p.lifted in (p.now.name, p.ahead().name):
        p.at += 1 if p.now.name == p.lifted else 3
        return left
    if p.now.kind == "open" and p.now.text == "{":
        opened = p.take()
        entries = index_entries(p, "}")
        close(p, opened)
    else:
        entries = (index_entry(p),)
    return element(p, left, entries)


def element(p: Cursor, left: sp.Basic, entries: tuple[Any, ...]) -> sp.Basic:
    """Return left[entries]; of a name without a shape, the declared name with that number (w[0] is w0)."""
    if isinstance(left, sp.Symbol) and not p.shape(left) and all(isinstance(e, int) for e in entries):
        named = p.context.spelling(joined(left.name, ",".join(map(str, entries))))
        if named is not None:
            return symbol(p, named)
    return p.make("index", left, params=(entries,))


def index_entries(p: Cursor, close: str) -> tuple[Any, ...]:
    found = [index_entry(p)]
    while p.sign(","):
        p.take()
        found.append(index_entry(p))
    return tuple(found)


def index_entry(p: Cursor) -> Any:
    """Return one index: a whole number, or a slice as (start, stop, step)."""
    parts: list[int | None] = [whole_number(p)]
    while p.sign(":"):
        p.take()
        parts.append(whole_number(p))
    if len(parts) > 3:
        p.fail("a slice has at most three parts: start:stop:step")
    if len(parts) > 1:
        return (*parts, None)[:3]
    if parts[0] is None:
        p.fail("an index is a whole number or a slice, such as [0], [1:], [0, 2]")
    return parts[0]


def whole_number(p: Cursor) -> int | None:
    sign = 1
    if p.sign("-"):
        p.take()
        sign = -1
    token = p.now
    if token.kind == "number" and token.text.isdigit() and len(token.text) < 10:
        return sign * int(p.take().text)
    if token.kind == "word":
        value = whole_of(p, token)
        if value is None:
            p.fail(f"the index '{token.name}' has no number; give it one with constants={{'{token.name}': 0}}")
        p.take()
        return sign * value
    if sign < 0:
        p.refuse("a whole number")
    return None


def below_bracket(p: Cursor, left: sp.Basic) -> bool:
    return p.tokens[p.at - 1].kind == "close" and not p.now.gap and not isinstance(left, sp.Integer)


SPELLINGS = (
    After("open", ("[",), indexed, lambda p, left: not p.now.gap and index_follows(p)),
    After("op", ("_",), lowered, below_bracket),
)
