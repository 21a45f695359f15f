"""Calls: functions with their settings, sin x without brackets, σ′(z), definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, NoReturn

import sympy as sp

from ..ops import heads
from ..ops.abbreviations import CALLED, abbreviation, spoken
from ..ops.row import Row
from . import trees
from .brackets import close, inside, listed
from .cursor import POWER, TRUTH, After, Cursor, Rule
from .derivatives import derivative_starts, differential
from .identifiers import function_ahead, named, symbol
from .matrices import slope_at, times
from .names import GREEK, SHORT, Definition, loose
from .precedence import expression
from .tokens import Token


def call(p: Cursor, token: Token, row: Row | None, first: tuple[sp.Basic, ...] = ()) -> Rule:
    """Read a function's arguments in brackets, after `first`; `row` None: one that is short for others."""
    args, given = yield with_brackets(p, token, row, first)
    return built(p, token, row, args, given)


def with_brackets(p: Cursor, token: Token, row: Row | None, first: tuple[sp.Basic, ...] = ()) -> Rule:
    opened = p.take()
    args, given = yield inside(p, arguments(p, token, row, list(first)))
    close(p, opened)
    if row is not None and len(args) == 1 and row.arity[0] > 1 and isinstance(args[0], heads.Vector):
        args = list(args[0].args)
    return args, given


# branches: a row of the table, a short form, and the notes on both
def built(p: Cursor, token: Token, row: Row | None, args: list[sp.Basic], given: Mapping[str, Any]) -> sp.Basic:
    """Return a function of its arguments, or what it is short for with so many of them."""
    if row is not None and takes(row, len(args)):
        if not row.abstract and (len(token.name) <= SHORT or token.name in GREEK):
            p.note(f"read {token.name}(…) as {row.names[0] if row.names else row.name}")
        if row.name == "dot" and max(len(p.shape(a)) for a in args) > 1:  # np.dot of a matrix is its product
            return p.make("matmul", *args)
        return p.make(row.name, *args, params=trees.filled(row, given))
    short = abbreviation(loose(token.name), len(args))
    if short is not None and not given:
        return short.meaning(Operations(p), *args)
    if row is not None:
        wrong_number(p, token, len(args), *row.arity)
    wanted = next(n for n in range(1, 4) if abbreviation(loose(token.name), n))
    wrong_number(p, token, len(args), wanted, wanted)


def takes(row: Row, count: int) -> bool:
    """Say whether a function takes so many arguments; max and min of one are those of a vector."""
    least, most = row.arity
    return (1 if row.of_one else least) <= count and (most is None or count <= most)


def wrong_number(p: Cursor, token: Token, met: int, least: int, most: int | None) -> NoReturn:
    """Say how many arguments a function takes."""
    expected = str(least) if least == most else f"at least {least}" if most is None else f"{least} to {most}"
    p.fail(f"{token.name} takes {expected} argument{'s' * (expected != '1')}, met {met}", token)


def short_for_something(name: str) -> bool:
    return loose(name) in CALLED or spoken(name)


class Operations:
    """The operations of the table as functions of trees; whole numbers are taken as they are."""

    def __init__(self, p: Cursor):
        self.p = p

    def __getattr__(self, op: str) -> Callable[..., sp.Basic]:
        return lambda *args: self.p.make(op, *(sp.Integer(a) if isinstance(a, int) else a for a in args))


def arguments(p: Cursor, token: Token, row: Row | None, args: list[sp.Basic]) -> Rule:
    """Read the arguments of a call; those beyond the row's arity are its settings."""
    given: dict[str, Any] = {}
    settings, most = ([k for k, _ in row.params], row.arity[1]) if row is not None else ([], None)
    extra: list[Any] = []
    while p.now.kind != "close":
        if p.now.kind == "word" and (p.ahead().kind, p.ahead().text) == ("op", "="):
            name = setting_name(p, token, settings)
            given[name] = setting_value(p)
        elif most is not None and len(args) >= most and settings:
            extra.append(setting_value(p))
        else:
            args.append((yield expression(p, 0)))
        if not p.sign(","):
            break
        p.take()
    if row is not None and len(extra) > len(settings) > 0 and isinstance(row.params[0][1], tuple):
        extra = [tuple(extra)]
    if len(extra) > len(settings):
        p.fail(f"{token.name} takes at most {len(settings)} settings ({', '.join(settings)}), met {len(extra)}", token)
    given.update(zip(settings, extra, strict=False))
    return args, given


def setting_name(p: Cursor, token: Token, settings: Sequence[str]) -> str:
    """Read the name of a setting and its =, as in axis=0; dim is what PyTorch calls an axis."""
    word = p.take()
    setting = "axis" if word.name == "dim" else word.name
    p.take()
    if setting not in settings:
        p.fail(f"{token.name} has no setting '{word.name}'; it has {', '.join(settings) or 'none'}", word)
    return setting


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


def applied(p: Cursor, token: Token, row: Row | None) -> Rule:
    """Read a function without brackets: sin x, \\ln 2x, \\cos^2 x, \\sin^{-1} x."""
    exponent: sp.Basic | None = None
    if p.sign("^"):
        p.take()
        exponent = yield expression(p, POWER)
    if p.now.kind == "open" and p.now.text in "({[":
        args, given = yield with_brackets(p, token, row)
    elif row is not None and row.arity[0] > 1:
        p.fail(f"{token.name} needs its arguments in brackets: {token.name}(a, b)", token)
    else:
        args, given = [(yield argument(p, token))], {}
    if exponent is None:
        return built(p, token, row, args, given)
    if exponent == sp.S.NegativeOne and isinstance(exponent, sp.Integer) and len(args) == 1:
        inverse = replace(token, text=f"a{token.name}", sub=None)
        other = p.context.function(inverse.name)
        if (other is not None and other.arity == (1, 1)) or abbreviation(inverse.name):
            p.note(f"read {token.name}^(-1) as the inverse function {other.name if other else inverse.name}")
            return built(p, inverse, other, args, {})
    return p.make("pow", built(p, token, row, args, given), exponent)


def argument(p: Cursor, token: Token) -> Rule:
    """Read all the factors that a function without brackets takes: ln 2 x y."""
    number = p.now.kind == "number" and p.now.glued
    found = yield expression(p, POWER)
    count = 1
    apart = number and p.now.kind == "word" and p.now.gap and not function_ahead(p)
    if apart and p.choose(2, f"took what follows {token.name} for its argument; a number close by may be all of it"):
        return found
    while p.now.kind == "word" and not derivative_starts(p) and not function_ahead(p):
        if eulers_power(p) and not p.choose(2, f"took {token.name} of what stands before the power of e"):
            break
        found = times(p, found, (yield expression(p, POWER)))
        count += 1
    if count > 1:
        p.note(f"read {token.name} of all {count} factors that follow it")
    return found


def eulers_power(p: Cursor) -> bool:
    """True if a power of Euler's number stands here: \\cos x e^{2x} is cos(x)·e^{2x}."""
    after = p.ahead()
    return p.now.name == "e" and p.context.spelling("e") is None and (after.kind, after.text) == ("op", "^")


def logarithm(p: Cursor, token: Token) -> Rule | None:
    """Read log_a x, the logarithm to a base that has a name; None if nothing is called so."""
    base = replace(token, text=token.sub or "", sub=None, said="piece")
    if p.context.spelling(base.name) is None:
        return None
    return quotient_of_logs(p, replace(token, sub=None), base)


def quotient_of_logs(p: Cursor, token: Token, base: Token) -> Rule:
    row = p.context.function("log")
    above = yield applied(p, token, row)
    return p.make("div", above, p.make("log", named(p, base)))


def primes_ahead(p: Cursor) -> int:
    """Take the primes that stand here, and return how many."""
    count = 0
    while p.now.kind == "prime":
        p.take()
        count += 1
    return count


def stands_for(p: Cursor, name: str, meaning: Definition) -> Rule:
    """Read a defined name with brackets: a call if they hold its arguments, else a product."""
    primes = primes_ahead(p)
    start, opened = p.at, p.take()
    args = yield inside(p, listed(p))
    close(p, opened)
    bare = [a.name for a in args if isinstance(a, sp.Symbol)]
    params = meaning.params
    if params is None and not primes and is_factor(p, meaning, bare, args):
        p.at = start
        return meaning.tree
    tree = meaning.tree if params is None else put_in(p, name, meaning.tree, params, args, opened)
    p.count()
    if primes:
        if not len(bare) == len(args) == 1:
            p.fail(f"say what {name}' is the derivative with respect to: d{name}/dx", opened)
        for _ in range(primes):
            tree = heads.Diff(tree, sp.Symbol(bare[0]))
    elif p.shaped:
        p.shapes[id(tree)] = tree, meaning.shape
    return tree


def put_in(
    p: Cursor, name: str, tree: sp.Basic, params: tuple[str, ...], args: list[sp.Basic], opened: Token
) -> sp.Basic:
    """Return what a function stands for at its arguments; f(x) for f(x, W, b) leaves W and b as they are."""
    bare = [a.name for a in args if isinstance(a, sp.Symbol)]
    if bare and len(bare) == len(args) < len(params) and set(bare) <= set(params):
        return tree
    if len(args) != len(params):
        wanted = f"{len(params)} argument{'s' * (len(params) != 1)} ({', '.join(params)})"
        p.fail(f"{name} takes {wanted}, met {len(args)}", opened)
    return tree if tuple(bare) == params else trees.replaced(tree, dict(zip(params, args, strict=True)))


def is_factor(p: Cursor, meaning: Definition, bare: list[str], args: list[sp.Basic]) -> bool:
    """True if brackets behind a name without arguments hold a factor: f is no function of this."""
    return len(args) == 1 and not (bare and (bare[0] in meaning.free or p.context.spelling(bare[0]) is None))


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
    primes = primes_ahead(p)
    tree = yield call(p, token, row)
    if p.shape(tree) and primes == 1:
        return slope_at(p, row, tree)
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
