"""What stands in brackets: groups, lists, conditions, |x|, ‖x‖, (u)₊."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import sympy as sp

from .cursor import CLOSES, SUM, After, Cursor, Rule, Start, condition
from .precedence import expression
from .tokens import Token

MOST_AXES = 16  # of an array: NumPy broadcasts at most 32, and a batch and a gradient add theirs


def group(p: Cursor) -> Rule:
    """Read ( … ) or { … }."""
    opened = p.take()
    if p.now.kind == "close":
        p.fail(f"the brackets are empty; expected an expression before '{p.now.text}'")
    beside = p.beside
    tree = yield inside(p, expression(p, 0))
    if p.sign(",") and p.shaped and not beside and opened.text == "(":
        p.take()
        tree = p.vector([tree, *(yield inside(p, listed(p)))])
    if p.sign(","):
        p.fail("a comma needs a function or a list; write [a, b] for a vector")
    close(p, opened)
    return tree


def inside(p: Cursor, rule: Rule) -> Rule:
    """Run a rule inside brackets: bars that were open outside are not closed here, and = compares."""
    bars, norms, p.bars, p.norms = p.bars, p.norms, 0, 0
    rows, p.rows = p.rows, 0
    p.nest += 1
    tree = yield rule
    p.nest -= 1
    p.bars, p.norms, p.rows = bars, norms, rows
    return tree


def close(p: Cursor, opened: Token) -> None:
    wanted = CLOSES[opened.text]
    if not (p.now.kind in ("close", "op") and p.now.text == wanted):
        met = "the end" if p.now.kind == "end" else f"'{p.shown(p.now)}'"
        if p.now.kind == "junk":
            p.fail(p.now.said)
        if p.now.kind in ("number", "words"):
            p.refuse(f"an operator, or '{wanted}'")
        p.fail(f"expected '{wanted}' to close the '{opened.text}' of column {opened.column}, met {met}")
    p.take()


def listed(p: Cursor) -> Rule:
    entries = [(yield expression(p, 0))]
    while p.sign(","):
        p.take()
        if p.now.kind == "close":
            break
        entries.append((yield expression(p, 0)))
    return entries


def square(p: Cursor) -> Rule:
    """Read [ … ]: a vector, one condition (1 where it holds), or plain brackets where mathematics uses them so."""
    beside, opened = p.beside, p.take()
    if p.now.kind == "close":
        p.fail("the list is empty; expected [a, b]")
    entries = yield inside(p, listed(p))
    close(p, opened)
    if len(entries) == 1 and condition(entries[0]):
        return p.make("indicator", entries[0])
    if len(entries) == 1 and (beside or p.tokens[p.at - 2].tex or word_beside(p) or positive_part(p)):
        return entries[0]
    if any(len(p.shape(entry)) >= MOST_AXES for entry in entries):
        p.fail(f"lists are nested deeper than {MOST_AXES} levels; a matrix is a list of lists", opened)
    return p.vector(entries)


def word_beside(p: Cursor) -> bool:
    """True if a name stands right beside a bracket, as in [f - y]x."""
    return p.now.kind == "word" and not p.now.gap


def positive_part(p: Cursor) -> bool:
    """True if `_+` or `_{+}` stands here."""
    return p.sign("_") and (
        p.ahead().text == "+" or (p.ahead().text == "{" and p.ahead(2).text == "+" and p.ahead(3).text == "}")
    )


def floored(p: Cursor, left: sp.Basic) -> sp.Basic:
    """Read (u)_+ as max(0, u)."""
    p.at += 2 if p.ahead().text == "+" else 4
    return p.make("max", sp.S.Zero, left)


def between(p: Cursor, mark: str, op: str) -> Rule:
    """Read |x| or ‖x‖ with one kind of bar on both sides."""
    opened = p.take()
    bars, norms = p.bars, p.norms
    p.bars, p.norms = (bars + 1, norms) if mark == "|" else (bars, norms + 1)
    nest, p.nest = p.nest, p.nest + 1
    tree = yield expression(p, SUM)
    p.nest, p.bars, p.norms = nest, bars, norms
    if mark == "‖" and p.sign("|") and p.ahead().text == "|":
        p.take()
        p.take()
    else:
        close(p, replace(opened, text=mark))
    return euclidean(p, p.make(op, tree)) if mark == "‖" else p.make(op, tree)


def euclidean(p: Cursor, norm: sp.Basic) -> sp.Basic:
    """Take the 2 of ‖x‖₂."""
    if p.sign("_"):
        p.take()
        braced = p.now.kind == "open"
        if braced:
            p.take()
        if p.now.text != "2":
            p.refuse("2: the Euclidean norm is the one that is read")
        p.take()
        if braced:
            p.take()
    elif p.now.kind == "junk" and p.now.text == "₂" and not p.now.gap:
        p.take()
    return norm


def between_bars(p: Cursor) -> Rule:
    """Read |x|, or ||x|| as a norm if two bars stand together again later."""
    second = p.ahead()
    if second.text == "|" and second.kind == "op" and not second.gap and twice_later(p):
        p.take()
        p.tokens[p.at] = replace(second, text="‖")
        return between_double(p)
    return between(p, "|", "abs")


def between_double(p: Cursor) -> Rule:
    p.take()
    bars, p.bars = p.bars, p.bars + 1
    tree = yield expression(p, SUM)
    p.bars = bars
    for _ in range(2):
        if not p.sign("|"):
            p.refuse("'||' to close the norm")
        p.take()
    return euclidean(p, p.make("norm", tree))


def twice_later(p: Cursor) -> bool:
    later = p.tokens[p.at + 2 :]
    return any(a.kind == b.kind == "op" and a.text == b.text == "|" and not b.gap for a, b in pairwise(later))


SPELLINGS = (
    Start("open", ("(", "{"), group),
    Start("open", ("[",), square),
    Start("open", ("|",), lambda p: between(p, "|", "abs")),
    Start("open", ("‖",), lambda p: between(p, "‖", "norm")),
    Start("op", ("‖",), lambda p: between(p, "‖", "norm")),
    Start("op", ("|",), between_bars),
    After("op", ("_",), floored, lambda p, left: p.tokens[p.at - 1].kind == "close" and positive_part(p)),
)
