"""Operators: + − · / ^, side by side, comparisons, and, or, a if c else b, transposition."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from ..ops import heads
from .brackets import euclidean
from .cursor import (
    AND,
    COMPARE,
    IF,
    MINUS,
    NOT,
    OR,
    POWER,
    PRODUCT,
    RELATIONS,
    SUM,
    TIGHT,
    After,
    Between,
    Cursor,
    Rule,
    Start,
    condition,
)
from .identifiers import cut
from .matrices import power, times, unsized
from .names import joined, split
from .precedence import expression, factor_starts


def between(op: str, right: int) -> Callable[[Cursor, sp.Basic], Rule]:
    """Return the rule that makes `op` of what stands left and what, binding at least `right`, stands right."""

    def join(p: Cursor, left: sp.Basic) -> Rule:
        p.take()
        other = yield expression(p, right, nested=False)
        return p.make(op, left, other)

    return join


def dotted(p: Cursor, left: sp.Basic) -> Rule:
    p.take()
    other = yield expression(p, TIGHT, nested=False)
    return times(p, left, other)


def beside(p: Cursor, left: sp.Basic) -> Rule:
    if condition(left) and p.now.kind == "word":
        p.refuse("'and', 'or' or the end after a condition")
    other = yield expression(p, TIGHT, beside=True, nested=False)
    return times(p, left, other)


def over(p: Cursor, left: sp.Basic) -> Rule:
    """Read a quotient; of `1/2x` and `y/xw` both readings are kept."""
    start = p.take()
    under = yield expression(p, TIGHT, nested=False)
    follows = p.now
    if factor_starts(p) and not follows.gap and follows.kind in ("word", "open"):
        tight = follows.glued
        pick = p.choose(
            2,
            f"read what follows '{start.text}' at column {start.column} as {'one denominator' if tight else 'the first factor below alone'}",
        )
        if tight != bool(pick):
            while factor_starts(p) and not p.now.gap and (not tight or p.now.glued):
                under = times(p, under, (yield expression(p, TIGHT, beside=True)))
    return p.make("div", left, under)


def raised(p: Cursor, left: sp.Basic) -> Rule:
    sign = p.take()
    if p.shown(sign) != "**" and transposing(p, left):
        return p.make("transpose", unsized(p) if left == 1 else left)
    short = p.now.kind in ("word", "number") or (p.sign("-") and p.ahead().kind in ("word", "number"))
    exponent = yield expression(p, POWER)
    if short and p.now.kind == "word" and not p.now.gap and not p.now.tex and left is sp.E:
        pick = p.choose(2, "read the power of e as its first factor alone; write e^(…) for more")
        while pick and p.now.kind == "word" and not p.now.gap:
            exponent = times(p, exponent, (yield expression(p, POWER)))
    if isinstance(left, heads.Norm):
        left = euclidean(p, left)  # ‖x‖^2_2
    return power(p, left, exponent, p.shown(sign))


def cut_transposed(p: Cursor) -> None:
    """Cut the T of X^TX and u^Tv from the names or the function behind it."""
    token, context = p.now, p.context
    if (
        not p.shaped
        or token.kind != "word"
        or token.text[0] != "T"
        or context.spelling("T")
        or context.spelling(token.name)
    ):
        return
    rest = token.text[1:]
    if rest and (context.spelling(joined(rest, token.sub)) or context.function(rest)):
        p.tokens[p.at : p.at + 1] = cut(token, ["T", rest], token.sub)
    elif pieces := split(rest, context, token.tex, False, False):
        p.tokens[p.at : p.at + 1] = cut(token, ["T", *pieces], token.sub)


def transposing(p: Cursor, left: sp.Basic) -> bool:
    """Take the T of x^T, if it is one."""
    cut_transposed(p)
    braced = p.now.kind == "open" and p.now.text == "{" and p.ahead(2).kind == "close"
    token = p.ahead() if braced else p.now
    if (
        token.kind != "word"
        or token.name != "T"
        or p.context.spelling("T")
        or left is sp.E
        or (isinstance(left, sp.Integer | heads.Decimal) and left != 1)
    ):
        return False
    p.at += 3 if braced else 1
    p.note("read ^T as transposed")
    return True


def compared(p: Cursor, left: sp.Basic) -> Rule:
    """Read a comparison; a chain a < b < c is (a < b) and (b < c)."""
    whole = None
    while p.now.kind == "op" and p.now.text in RELATIONS and (p.now.text != "=" or p.nest):
        op = RELATIONS[p.take().text]
        right = yield expression(p, COMPARE + 1, nested=False)
        part = p.make(op, left, right)
        whole = part if whole is None else p.make("and", whole, part)
        left = right
    return whole


def choice(p: Cursor, value: sp.Basic, first: bool = True) -> Rule:
    """Read `a if c else b`, and `a if c, b otherwise`; after other cases `a if c` alone, undefined elsewhere."""
    opened = p.take()
    p.nest += 1
    test = yield expression(p, IF + 1)
    p.nest -= 1
    if p.key("else"):
        p.take()
        other = yield expression(p, IF)
        return p.make("where", test, value, other)
    if p.sign(",") and not p.nest:
        p.take()
        if p.key("otherwise", "else"):
            p.take()
            return p.make("where", test, value, (yield expression(p, IF)))
        other = yield expression(p, IF + 1)
        if p.key("otherwise", "else"):
            p.take()
            return p.make("where", test, value, other)
        if p.key("if"):
            return p.make("where", test, value, (yield choice(p, other, False)))
    if not first:
        return p.make("where", test, value, sp.nan)
    p.fail("'if' needs an 'else': a if condition else b", opened)


def equates(p: Cursor, left: sp.Basic) -> bool:
    """True if = compares here: inside brackets."""
    return bool(p.nest)


def signed(op: str | None, binds: int) -> Callable[[Cursor], Rule]:
    """Return the rule of a sign before an operand: −x, +x, not x."""

    def sign(p: Cursor) -> Rule:
        p.take()
        inner = yield expression(p, binds)
        return inner if op is None else p.make(op, inner)

    return sign


def truth(p: Cursor) -> sp.Basic:
    return sp.Integer(p.take().text == "True")


def turned(p: Cursor, left: sp.Basic) -> sp.Basic:
    p.take()
    return p.make("transpose", unsized(p) if left == 1 else left)


SPELLINGS = (
    Start("op", ("-",), signed("neg", MINUS)),
    Start("op", ("+",), signed(None, MINUS)),
    Start("key", ("not",), signed("not", NOT)),
    Start("key", ("True", "False"), truth),
    Between("op", ("+",), SUM, between("add", SUM + 1)),
    Between("op", ("-",), SUM, between("sub", SUM + 1)),
    Between("op", ("*", "⊙"), PRODUCT, between("mul", TIGHT)),
    Between("op", ("⊗",), PRODUCT, between("outer", TIGHT)),
    Between("op", ("@",), PRODUCT, between("matmul", TIGHT)),
    Between("op", ("·",), PRODUCT, dotted),
    Between("op", ("/",), PRODUCT, over),
    Between("op", ("^",), POWER, raised),
    Between("op", tuple(r for r in RELATIONS if r != "="), COMPARE, compared),
    Between("op", ("=",), COMPARE, compared, equates),
    Between("key", ("and",), AND, between("and", AND + 1)),
    Between("op", ("&&",), AND, between("and", AND + 1)),
    Between("op", ("&",), AND, between("and", AND + 1), lambda p, left: not p.rows),
    Between("key", ("or",), OR, between("or", OR + 1)),
    Between("op", ("|",), OR, between("or", OR + 1), lambda p, left: not p.bars and condition(left)),
    Between("key", ("if",), IF, choice),
    After("op", ("ᵀ",), turned),
)
