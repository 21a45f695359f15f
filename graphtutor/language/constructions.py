"""What has a shape of its own: fractions, roots, indicators, sums and products over an index, cases, matrices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from ..ops import table as ops
from . import trees
from .brackets import close, group, inside
from .cursor import IF, POWER, PRODUCT, SUM, Bound, Cursor, Rule, Start
from .identifiers import whole_of
from .indices import whole_number
from .matrices import times, unsized
from .names import key
from .precedence import compares, expression, ones_beside, operand
from .subscripts import array_of, index_parts, is_kronecker
from .tokens import Token


def numeral(p: Cursor) -> Any:
    if ones_beside(p):
        p.take()
        return unsized(p)
    token = p.take()
    follows = p.now
    bracket = follows.kind == "open" and (follows.text == "[" or (follows.text == "{" and compares(p)))
    if token.text == "1" and not follows.gap and (follows.text == "_" or bracket):
        return indicator(p, token)
    return p.number(token)


def infinity(p: Cursor) -> sp.Basic:
    p.take()
    p.count()
    return sp.oo


def fraction(p: Cursor) -> Rule:
    p.take()
    above = yield braced(p)
    under = yield braced(p)
    return p.make("div", above, under)


def braced(p: Cursor) -> Rule:
    """Read an argument of a LaTeX command: {…}, or one character."""
    token = p.now
    if token.kind == "open" and token.text == "{":
        return (yield group(p))
    if token.kind == "number" and len(token.text) > 1 and token.text.isdigit():
        p.tokens[p.at : p.at + 1] = [replace(token, text=token.text[0], stop=token.start + 1),
                                              replace(token, text=token.text[1:], start=token.start + 1, column=token.column + 1)]  # fmt: skip
        return p.number(p.take())
    if token.kind == "word" and token.tex and len(token.text) > 1:
        first = replace(token, text=token.text[0], sub=None, stop=token.start + 1, said="piece")
        p.tokens[p.at : p.at + 1] = [
            first,
            replace(token, text=token.text[1:], start=token.start + 1, column=token.column + 1),
        ]
    if token.kind not in ("word", "number", "macro"):
        p.refuse("an argument in braces { }")
    return (yield operand(p))


def radical(p: Cursor) -> Rule:
    """Read √x, √(…), \\sqrt{…}, \\sqrt[n]{…}."""
    sign = p.take()
    root = None
    if p.now.kind == "open" and p.now.text == "[":
        opened = p.take()
        root = yield inside(p, expression(p, 0))
        close(p, opened)
    whole = p.text[sign.start : sign.stop] == "√" and p.now.kind == "number"  # √10 is no √1·0, as it is in LaTeX
    inner = yield (group(p) if p.now.kind == "open" and p.now.text in "({" else operand(p) if whole else braced(p))
    if (
        p.text[sign.start : sign.stop] == "√"
        and p.now.kind == "word"
        and p.now.glued
        and p.choose(2, "read √ of its first factor alone; write √(…) for more")
    ):
        while p.now.kind == "word" and p.now.glued:
            inner = times(p, inner, (yield braced(p)))
    if root is None:
        return p.make("sqrt", inner)
    return p.make("pow", inner, trees.div(sp.S.One, root))


def indicator(p: Cursor, one: Token) -> Rule:
    """Read what stands after the 1 of an indicator: [c], (c), {c}, _{c}."""
    if p.sign("_"):
        p.take()
    opened = p.now
    if opened.kind != "open" and one.kind == "macro" and p.shaped:
        return unsized(p)
    if opened.kind != "open":
        p.refuse("a condition in brackets, as in 1[x > 0]")
    p.take()
    inner = p.take() if p.now.kind == "open" and p.now.text == "{" else None
    test = yield inside(p, expression(p, 0))
    if inner is not None:
        close(p, inner)
    close(p, opened)
    return p.make("indicator", test)


def series(p: Cursor, op: str, empty: sp.Basic) -> Rule:
    """Read Σ over an index, written out term by term; without an index, the sum of the entries of a vector."""
    start = p.take()
    index, first, last = None, None, None
    while p.sign("_", "^"):
        if p.take().text == "_":
            index, first = yield lower_bound(p)
        else:
            last = yield bound_value(p)
    if index is None:
        if op != "add":
            p.fail("a product needs its index: \\prod_{i=1}^{3}", start)
        return p.make("total", (yield expression(p, PRODUCT)), params=trees.filled(ops.ROWS["total"], {}))
    values = span(p, index, first, last, start)
    outer, place, total = p.bound.get(index), p.at, None
    kept = p.tokens.copy()  # reading may cut a token in two
    if not values:
        yield expression(p, PRODUCT)
        return empty
    for value in values:
        p.at, p.tokens = place, kept.copy()
        p.bound[index] = Bound(value, values[0], values[-1])
        term = yield expression(p, PRODUCT)
        total = term if total is None else p.make(op, total, term)
    del p.bound[index]
    if outer is not None:
        p.bound[index] = outer
    return total


def lower_bound(p: Cursor) -> Rule:
    """Read i, {i} or {i=1}: the index and where it starts."""
    braced = p.now.kind == "open"
    if braced:
        p.take()
    if p.now.kind != "word":
        p.refuse("the index of the sum, as in \\sum_{i=1}^{3}")
    index, first = p.take().name, None
    if braced and p.sign("="):
        p.take()
        first = yield whole_value(p)
    if braced:
        if p.now.kind != "close":
            p.refuse("'}' after the index of the sum")
        p.take()
    return index, first


def bound_value(p: Cursor) -> Rule:
    """Read the upper end of a sum; None for a name without a value (n)."""
    braced = p.now.kind == "open"
    if not braced:
        named = p.now.kind == "word" and whole_of(p, p.now) is None
        return None if named and p.take() is not None else whole_number(p)
    p.take()
    value = yield whole_value(p)
    if p.now.kind != "close":
        p.refuse("'}' after the end of the sum")
    p.take()
    return value


def whole_value(p: Cursor) -> Rule:
    if p.now.kind == "word" and whole_of(p, p.now) is None and p.ahead().kind == "close":
        p.take()
        return None
    token = p.now
    if p.now.kind == "word":
        return whole_number(p)
    tree = yield expression(p, SUM if p.now.kind != "number" or p.ahead().kind != "word" else POWER)
    if not isinstance(tree, sp.Integer):
        p.fail("a sum runs over whole numbers, as in \\sum_{i=1}^{3}", token)
    return int(tree)


def span(p: Cursor, index: str, first: int | None, last: int | None, start: Token) -> range | list[int]:
    """Return the values of an index; without numbers, those for which the problem has names."""
    if first is not None and last is not None:
        if last - first >= p.limits.nodes:
            p.fail(f"a sum of {last - first + 1} terms; write at most {p.limits.nodes}", start)
        return range(first, last + 1)
    found: set[int] | None = None
    for token in p.tokens[p.at :]:
        if (
            token.kind == "word"
            and token.sub is not None
            and index in index_parts(token.sub)
            and not is_kronecker(p, token)
        ):
            family = places_of(p, token, index)
            found = family if found is None or not family else found & family if found else family
    if not found:
        p.fail(
            f"the sum over {index} has no ends; write \\sum_{{{index}=1}}^{{3}}, or declare the names it runs over",
            start,
        )
    values = sorted(found)
    p.note(f"summed over {index} = {', '.join(map(str, values))}")
    return values


def places_of(p: Cursor, token: Token, index: str) -> set[int]:
    """Return the places that an index below a name can have: along a vector or matrix, or those with names of their own."""
    array = array_of(p.context, token.text)
    if array is not None:
        return set(range(dict(zip(index_parts(token.sub or ""), array[1], strict=False)).get(index, 0)))
    stem = key(token.text)
    return {int(k[len(stem) :]) for k in p.context.names if k.startswith(stem) and k[len(stem) :].isdigit()}


def cases(p: Cursor) -> Rule:
    """Read \\begin{cases} value & condition \\\\ … \\end{cases}."""
    opened = p.take()
    found: list[tuple[sp.Basic, sp.Basic | None]] = []
    while p.now.kind != "finish":
        found.append((yield case(p, opened)))
        if p.now.kind == "break":
            p.take()
        elif p.now.kind != "finish":
            p.refuse("'\\\\' or \\end{cases}")
    p.take()
    return by_cases(p, found, opened)


def case(p: Cursor, opened: Token) -> Rule:
    bars, p.bars = p.bars, 0
    rows, p.rows = p.rows, 1
    nest, p.nest = p.nest, p.nest + 1
    value = yield expression(p, IF + 1)
    test: sp.Basic | None = None
    marked = False
    while p.sign(",", "&", ":") or p.key("if", "for") or p.now.kind == "words" or p.now.name in ("when", "where"):
        marked = True
        p.take()
    if p.key("otherwise", "else"):
        p.take()
    elif marked and p.now.kind not in ("break", "finish"):
        test = yield expression(p, IF + 1)
    while p.sign(",", "."):
        p.take()
    p.bars, p.rows, p.nest = bars, rows, nest
    return value, test


def by_cases(p: Cursor, found: Sequence[tuple[sp.Basic, sp.Basic | None]], opened: Token) -> sp.Basic:
    """Return nested choices; without a last case for all the rest, that is undefined (nan)."""
    if not found:
        p.fail("no cases; expected value & condition", opened)
    tree: sp.Basic = sp.nan
    rest = list(found)
    if rest[-1][1] is None:
        tree = rest.pop()[0]
    for value, test in reversed(rest):
        if test is None:
            p.fail("a case without a condition stands before others; put it last", opened)
        tree = p.make("where", test, value, tree)
    return tree


def piecewise(p: Cursor) -> Rule:
    """Read Piecewise((value, condition), …, (value, True))."""
    opened = p.take()
    found: list[tuple[sp.Basic, sp.Basic | None]] = []
    while p.now.kind == "open":
        inner = p.take()
        value, test = yield inside(p, pair(p))
        close(p, inner)
        found.append((value, test))
        if p.sign(","):
            p.take()
    close(p, opened)
    if found and found[-1][1] is sp.true:
        found[-1] = (found[-1][0], None)
    return by_cases(p, [(v, sp.S.One if t is sp.true else t) for v, t in found], opened)


def pair(p: Cursor) -> Rule:
    value = yield expression(p, IF + 1)
    if not p.sign(","):
        p.fail("a case is written (value, condition)")
    p.take()
    if p.key("True", "otherwise", "else"):
        p.take()
        return value, sp.true
    return value, (yield expression(p, 0))


def matrix(p: Cursor) -> Rule:
    """Read \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}; one row or one column is a vector."""
    opened = p.take()
    rows: list[list[sp.Basic]] = [[]]
    outer, p.rows = p.rows, 1
    while p.now.kind != "finish":
        rows[-1].append((yield expression(p, IF + 1)))
        if p.sign("&"):
            p.take()
        elif p.now.kind == "break":
            p.take()
            if p.now.kind != "finish":
                rows.append([])
        elif p.now.kind != "finish":
            p.refuse("'&', '\\\\' or \\end{pmatrix}")
    p.take()
    p.rows = outer
    widths = {len(r) for r in rows}
    if len(widths) != 1 or widths == {0}:
        p.fail("the rows of the matrix differ in length", opened)
    if len(rows) == 1 or widths == {1}:
        return p.vector(e for r in rows for e in r)
    return p.vector(p.vector(r) for r in rows)


SPELLINGS = (
    Start("number", (), numeral),
    Start("macro", ("inf",), infinity),
    Start("macro", ("frac",), fraction),
    Start("macro", ("sqrt",), radical),
    Start("macro", ("indicator",), lambda p: indicator(p, p.take())),
    Start("macro", ("sum",), lambda p: series(p, "add", sp.S.Zero)),
    Start("macro", ("prod",), lambda p: series(p, "mul", sp.S.One)),
    Start("begin", ("cases",), cases),
    Start("begin", ("matrix",), matrix),
)
