"""Expressions by operator precedence: what starts an operand, what stands between two and what comes after one is the table's to say."""

from __future__ import annotations

from typing import Any

import sympy as sp

from .cursor import GLUED, PRODUCT, RELATIONS, Cursor, Rule
from .tokens import Token

BESIDE = frozenset(["word", "begin", "open", "macro"])


def expression(p: Cursor, least: int, beside: bool = False, nested: bool = True) -> Rule:
    """Read an expression of operators that bind at least `least`.

    `beside`: it stands beside a factor, so that [ … ] are brackets; `nested`: it counts as a level of nesting.
    """
    p.depth += nested
    if p.depth > p.limits.depth:
        p.fail(f"nested deeper than {p.limits.depth} levels; name a part on a line of its own")
    left = yield operand(p, beside)
    left = yield rest(p, left, least)
    p.depth -= nested
    return left


def rest(p: Cursor, left: sp.Basic, least: int) -> Rule:
    """Go on after `left` with operators that bind at least `least`."""
    while (step := infix(p, left, least)) is not None:
        left = yield step
    return left


def infix(p: Cursor, left: sp.Basic, least: int) -> Any:
    """Return the rule of the operator ahead, None if there is none that binds at least `least`."""
    token = p.now
    for entry in p.table.between.get((token.kind, token.text), ()):
        if entry.when is None or entry.when(p, left):
            return entry.read(p, left) if entry.binds >= least else None
    if factor_starts(p) and (GLUED if token.glued else PRODUCT) >= least:
        return p.table.beside(p, left)
    return None


def factor_starts(p: Cursor) -> bool:
    """True if the present token can be a factor that stands beside the one before."""
    token = p.now
    if token.kind == "op":
        return (token.text == "|" and not p.bars) or (token.text == "‖" and not p.norms)
    return token.kind in BESIDE or (token.kind == "number" and number_beside(p))


# branches: one for each thing that may stand before a number that is a factor
def number_beside(p: Cursor) -> bool:
    """True if a number may stand behind a factor: (1 + x)3e^x, x\\,2^x. In (x)2, x 2 and (x)2*y an exponent may have been lost."""
    before, number, after = p.tokens[p.at - 1], p.now, p.ahead()
    if number.glued or ones_beside(p) or transposed_before(p) or indicator_ahead(p):
        return True
    space = p.text[before.stop : number.start]
    if not ends_factor(before):
        return False
    if "\\" in space or "~" in space or (number.gap and after.kind == "op" and after.text == "^"):
        return True
    if before.text == "}" and number.gap and after.kind in BESIDE and closes_exponent(p):
        return True
    return (
        before.kind == "close"
        and not after.gap
        and (after.kind in BESIDE or (after.kind == "op" and after.text == "^"))
    )


def closes_exponent(p: Cursor) -> bool:
    """True if the brace before closes an exponent: what stands behind e^{-x} is no exponent that lost its sign."""
    depth = 0
    for at in range(p.at - 1, 0, -1):
        depth += (p.tokens[at].kind == "close") - (p.tokens[at].kind == "open")
        if depth == 0:
            return p.tokens[at - 1].text == "^"
    return False


def ends_factor(before: Token) -> bool:
    """True for a name, a closing bracket, and the number that a function has taken: the 3 of ln3 3^x."""
    return (before.kind in ("word", "close") and before.text != "]") or (before.kind == "number" and before.glued)


def transposed_before(p: Cursor) -> bool:
    """True if a transposition stands before: what comes after it is a factor."""
    before = p.tokens[p.at - 1]
    return p.shaped and (before.text == "ᵀ" or (before.kind == "word" and before.text == "T"))


def ones_beside(p: Cursor) -> bool:
    """True if a 1 stands behind a transposed matrix, and so is the vector of ones: Xᵀ1."""
    return p.now.text == "1" and transposed_before(p) and not indicator_ahead(p)


def indicator_ahead(p: Cursor) -> bool:
    """True for the 1 of 1[x > 0] and 1{x > 0}."""
    follows = p.ahead()
    return p.now.text == "1" and follows.kind == "open" and not follows.gap and compares(p, 1)


def compares(p: Cursor, ahead: int = 0) -> bool:
    """True if a comparison stands in the bracket that opens here, or so many tokens ahead."""
    depth = 0
    for token in p.tokens[p.at + ahead :]:
        depth += (token.kind == "open") - (token.kind == "close")
        if depth == 0:
            return False
        if depth == 1 and token.kind == "op" and token.text in RELATIONS:
            return True
    return False


def operand(p: Cursor, beside: bool = False) -> Rule:
    """Read one operand with what comes after it: an index, a prime, a transposition."""
    p.beside = beside
    left = yield primary(p)
    while (step := postfix(p, left)) is not None:
        left = yield step
    return left


def primary(p: Cursor) -> Any:
    token = p.now
    for entry in p.table.start.get((token.kind, token.text)) or p.table.start.get((token.kind, ""), ()):
        if entry.when is None or entry.when(p):
            return entry.read(p)
    p.refuse("a number, a name or '('")


def postfix(p: Cursor, left: sp.Basic) -> Any:
    token = p.now
    for entry in p.table.after.get((token.kind, token.text), ()):
        if entry.when is None or entry.when(p, left):
            return entry.read(p, left)
    return None
