"""Calls: functions with their settings, sin x without brackets, σ′(z), definitions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import sympy as sp

from ..ops import heads
from ..ops.row import Row
from . import trees
from .brackets import close, inside, listed
from .cursor import POWER, TRUTH, After, Cursor, Rule
from .derivatives import derivative_starts, differential
from .identifiers import symbol
from .names import GREEK, SHORT, Definition, respelling
from .precedence import expression
from .tokens import Token


def call(p: Cursor, token: Token, row: Row, first: tuple[sp.Basic, ...] = ()) -> Rule:
    opened = p.take()
    args, given = yield inside(p, arguments(p, token, row, opened, list(first)))
    close(p, opened)
    if len(args) == 1 and row.arity[0] > 1 and isinstance(args[0], heads.Vector):
        args = list(args[0].args)
    least, most = row.arity
    if len(args) < least or (most is not None and len(args) > most):
        expected = str(least) if least == most else f"at least {least}" if most is None else f"{least} to {most}"
        p.fail(f"{token.name} takes {expected} argument{'s' * (expected != '1')}, met {len(args)}", token)
    if len(token.name) <= SHORT or token.name in GREEK:
        p.note(f"read {token.name}(…) as {row.names[0] if row.names else row.name}")
    return p.make(row.name, *args, params=trees.filled(row, given))


def arguments(p: Cursor, token: Token, row: Row, opened: Token, args: list[sp.Basic]) -> Rule:
    """Read the arguments of a call; those beyond the row's arity are its settings."""
    given: dict[str, Any] = {}
    settings = [k for k, _ in row.params]
    extra: list[Any] = []
    while p.now.kind != "close":
        if p.now.kind == "word" and p.ahead().kind == "op" and p.ahead().text == "=":
            word = p.take()
            setting = "axis" if word.name == "dim" else word.name
            p.take()
            if setting not in settings:
                p.fail(f"{token.name} has no setting '{word.name}'; it has {', '.join(settings) or 'none'}", word)
            given[setting] = setting_value(p)
        elif row.arity[1] is not None and len(args) >= row.arity[1] and settings:
            extra.append(setting_value(p))
        else:
            args.append((yield expression(p, 0)))
        if not p.sign(","):
            break
        p.take()
    if len(extra) > len(settings) and settings and isinstance(row.params[0][1], tuple):
        extra = [tuple(extra)]
    if len(extra) > len(settings):
        p.fail(f"{token.name} takes at most {len(settings)} settings ({', '.join(settings)}), met {len(extra)}", token)
    given.update(zip(settings, extra, strict=False))
    return args, given


def setting_value(p: Cursor) -> Any:
    """Return the value of a setting: a number, True, False, None, or a tuple of them."""
    if p.now.kind == "open":
        opened = p.take()
        values = []
        while p.now.kind != "close":
            values.append(plain_value(p))
            if not p.sign(","):
                break
            p.take()
        close(p, opened)
        return tuple(values)
    return plain_value(p)


def plain_value(p: Cursor) -> Any:
    if p.now.kind == "key" and p.now.text in TRUTH:
        return TRUTH[p.take().text]
    sign = -1 if p.sign("-") else 1
    if sign < 0:
        p.take()
    token = p.now
    value: Any = None
    if token.kind == "word":
        value = p.context.values.get(p.context.spelling(token.name) or token.name)
        if not isinstance(value, int | float | Fraction):
            p.fail(f"'{token.name}' has no number; a setting is a plain number, or one of constants={{…}}")
        p.take()
    elif token.kind == "number":
        value = trees.number(checked(p, p.take()))
        value = value.value if isinstance(value, heads.Decimal) else int(value)
        if p.sign("/") and p.ahead().kind == "number" and p.ahead().text.isdigit():
            p.take()
            under = int(checked(p, p.take()))
            if under == 0:
                p.fail("a setting cannot be divided by 0")
            value = Fraction(value) / under
    else:
        p.refuse("a plain number as a setting")
    return sign * value


def checked(p: Cursor, token: Token) -> str:
    p.number(token)
    return token.text


def applied(p: Cursor, token: Token, row: Row) -> Rule:
    """Read a function without brackets: sin x, \\ln 2x, \\cos^2 x, \\sin^{-1} x."""
    exponent: sp.Basic | None = None
    if p.sign("^"):
        p.take()
        exponent = yield expression(p, POWER)
    if p.now.kind == "open" and p.now.text in "({[":
        tree = yield call(p, token, row)
    else:
        if row.arity[0] > 1:
            p.fail(f"{token.name} needs its arguments in brackets: {token.name}(a, b)", token)
        argument = yield expression(p, POWER)
        count = 1
        while (
            p.now.kind == "word"
            and not derivative_starts(p)
            and not (p.context.function(p.now.name) and len(p.now.name) > SHORT)
        ):
            argument = p.times(argument, (yield expression(p, POWER)))
            count += 1
        if count > 1:
            p.note(f"read {token.name} of all {count} factors that follow it")
        tree = p.make(row.name, argument, params=trees.filled(row, {}))
    if exponent is None:
        return tree
    inverse = p.context.function("a" + token.name)
    if (
        exponent == sp.S.NegativeOne
        and isinstance(exponent, sp.Integer)
        and inverse is not None
        and inverse.arity == row.arity == (1, 1)
        and tree.args
    ):
        p.note(f"read {token.name}^(-1) as the inverse function {inverse.name}")
        return p.make(inverse.name, tree.args[0], params=trees.filled(inverse, {}))
    return p.make("pow", tree, exponent)


def respelled(p: Cursor, token: Token) -> Rule:
    """Read sec x as 1/cos x, and log₂ x as ln x/ln 2."""
    other, base = respelling(token.name) or ("", None)
    row = p.context.function(other)
    assert row is not None
    if p.sign("^") and (base is not None or p.ahead().text == "-" or p.ahead(2).text == "-"):
        p.fail(f"a power of {token.name} is written behind it: ({token.name}(x))^2")
    plain = replace(token, text=other, sub=None)
    tree = yield (call(p, plain, row) if p.now.kind == "open" else applied(p, plain, row))
    return p.make("div", sp.S.One, tree) if base is None else p.make("div", tree, p.make(row.name, sp.Integer(base)))


def stands_for(p: Cursor, name: str, meaning: Definition) -> Rule:
    """Read a defined name with brackets: a call if they hold its arguments, else a product."""
    primes = 0
    while p.now.kind == "prime":
        p.take()
        primes += 1
    start, opened = p.at, p.take()
    args = yield inside(p, listed(p))
    close(p, opened)
    bare = [a.name for a in args if isinstance(a, sp.Symbol)]
    params = meaning.params
    if (
        params is None
        and len(args) == 1
        and not primes
        and not (bare and (bare[0] in meaning.free or p.context.spelling(bare[0]) is None))
    ):
        p.at = start  # f is no function of this: a product
        return meaning.tree
    if params is not None and bare and len(bare) == len(args) < len(params) and set(bare) <= set(params):
        bare, args = list(params), [sp.Symbol(p) for p in params]  # f(x) for f(x, W, b)
    if params is not None and len(args) != len(params):
        p.fail(
            f"{name} takes {len(params)} argument{'s' * (len(params) != 1)} ({', '.join(params)}), met {len(args)}",
            opened,
        )
    tree = meaning.tree
    if params is not None and tuple(bare) != params:
        tree = trees.replaced(tree, dict(zip(params, args, strict=True)))
    p.count()
    if primes:
        variable = sp.Symbol(bare[0]) if len(bare) == len(args) == 1 else None
        if variable is None:
            p.fail(f"say what {name}' is the derivative with respect to: d{name}/dx", opened)
        for _ in range(primes):
            tree = heads.Diff(tree, variable)
    elif p.shaped:
        p.shapes[id(tree)] = tree, meaning.shape
    return tree


def own_call(p: Cursor, name: str, token: Token) -> Rule:
    """Read f(x, w) where a line `f(x, w) = …` came before: the same as f."""
    opened = p.take()
    args = yield inside(p, listed(p))
    close(p, opened)
    params = p.context.calls[name]
    if tuple(getattr(a, "name", "") for a in args) != params:
        p.fail(
            f"{name} was given for ({', '.join(params)}) and is read with these alone; write its formula out for other arguments",
            token,
        )
    return symbol(p, name)


def slope(p: Cursor, token: Token, row: Row) -> Rule:
    """Read σ'(z): the derivative of a function at its argument."""
    primes = 0
    while p.now.kind == "prime":
        p.take()
        primes += 1
    tree = yield call(p, token, row)
    for _ in range(primes):
        tree = differential(p, tree, tree.args[0] if not isinstance(tree, heads.Diff) else tree.args[1])
    return tree


def attribute(p: Cursor, left: sp.Basic) -> Rule:
    dot = p.take()
    word = p.take()
    if word.name == "T":
        return p.make("transpose", left)
    row = p.context.function(word.name)
    if row is not None and p.now.kind == "open" and p.now.text == "(":
        return (yield call(p, word, row, (left,)))
    p.fail(f"'.{word.name}' is not read; .T transposes, and functions are written exp(x), sum(x)", dot)


SPELLINGS = (After("op", (".",), attribute, lambda p, left: p.ahead().kind == "word"),)
