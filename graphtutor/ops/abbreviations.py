"""Functions that are written with operations of the table and need no row: sec x = 1/cos x, log₂ x = ln x/ln 2, square(x) = x².

A name is read in text wherever a function is, `spoken` ones without brackets too (sec x); the others are words of
English or of a library, and mean this only with their brackets. SymPy's own heads for them are taken for the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """What a function is short for: `meaning(f, *args)` over the operations `f.exp`, `f.div`, …, whole numbers as they are.

    `arity` is how many arguments it takes; `head` SymPy's class of it, if it has one.
    """

    names: tuple[str, ...]
    meaning: Callable[..., Any]
    arity: int = 1
    spoken: bool = False
    head: Any = None


def over(name: str, other: str, head: Any, *names: str) -> Abbreviation:
    return Abbreviation((name, *names), lambda f, x: f.div(1, getattr(f, other)(x)), spoken=True, head=head)


def inverse(name: str, other: str, head: Any, *names: str) -> Abbreviation:
    """Return the inverse of one over a function: asec x = acos(1/x)."""
    return Abbreviation((name, *names), lambda f, x: getattr(f, other)(f.div(1, x)), spoken=True, head=head)


def logarithm(base: int, *names: str) -> Abbreviation:
    return Abbreviation(names, lambda f, x: f.div(f.log(x), f.log(base)), spoken=True)


ABBREVIATIONS = (
    over("sec", "cos", sp.sec),
    over("csc", "sin", sp.csc, "cosec"),
    over("cot", "tan", sp.cot, "cotan", "ctg"),
    over("sech", "cosh", sp.sech),
    over("csch", "sinh", sp.csch, "cosech"),
    over("coth", "tanh", sp.coth),
    inverse("asec", "acos", sp.asec, "arcsec"),
    inverse("acsc", "asin", sp.acsc, "arccsc"),
    inverse("acot", "atan", sp.acot, "arccot"),  # the branch that SymPy takes: odd, with a jump at 0
    inverse("asech", "acosh", sp.asech, "arsech", "arcsech"),
    inverse("acsch", "asinh", sp.acsch, "arcsch", "arccsch"),
    inverse("acoth", "atanh", sp.acoth, "arcoth", "arccoth"),
    Abbreviation(("lg",), lambda f, x: f.div(f.log(x), f.log(10)), spoken=True),
    Abbreviation(("log", "ln"), lambda f, x, base: f.div(f.log(x), f.log(base)), 2),
    Abbreviation(("root",), lambda f, x, n: f.pow(x, f.div(1, n)), 2),
    Abbreviation(("square",), lambda f, x: f.pow(x, 2)),
    Abbreviation(("reciprocal",), lambda f, x: f.div(1, x)),
    Abbreviation(("rsqrt",), lambda f, x: f.div(1, f.sqrt(x))),
    Abbreviation(("negative", "neg"), lambda f, x: f.neg(x)),
    Abbreviation(("pow", "power", "float_power"), lambda f, x, n: f.pow(x, n), 2),
    Abbreviation(("add",), lambda f, a, b: f.add(a, b), 2),
    Abbreviation(("subtract", "sub"), lambda f, a, b: f.sub(a, b), 2),
    Abbreviation(("multiply", "mul"), lambda f, a, b: f.mul(a, b), 2),
    Abbreviation(("divide", "true_divide", "div"), lambda f, a, b: f.div(a, b), 2),
    Abbreviation(("array", "asarray", "tensor", "as_tensor"), lambda f, x: x),
    Abbreviation(("exp2",), lambda f, x: f.pow(2, x)),
    Abbreviation(("logit",), lambda f, p: f.log(f.div(p, f.sub(1, p)))),
    Abbreviation(("logsigmoid",), lambda f, x: f.log(f.sigmoid(x))),
    Abbreviation(("clip", "clamp"), lambda f, x, low, high: f.min(f.max(x, low), high), 3),
)
IN_CODE = (  # what text writes with a sign has these names in NumPy and PyTorch; in text they would be words of English
    Abbreviation(("greater", "gt"), lambda f, a, b: f.gt(a, b), 2),
    Abbreviation(("greater_equal", "ge"), lambda f, a, b: f.ge(a, b), 2),
    Abbreviation(("less", "lt"), lambda f, a, b: f.lt(a, b), 2),
    Abbreviation(("less_equal", "le"), lambda f, a, b: f.le(a, b), 2),
    Abbreviation(("equal", "eq"), lambda f, a, b: f.eq(a, b), 2),
    Abbreviation(("not_equal", "ne"), lambda f, a, b: f.ne(a, b), 2),
    Abbreviation(("logical_and",), lambda f, a, b: getattr(f, "and")(a, b), 2),
    Abbreviation(("logical_or",), lambda f, a, b: getattr(f, "or")(a, b), 2),
    Abbreviation(("logical_not",), lambda f, a: getattr(f, "not")(a)),
    Abbreviation(("absolute",), lambda f, a: f.abs(a)),
    Abbreviation(("remainder",), lambda f, a, b: f.mod(a, b), 2),
    Abbreviation(("matmul", "mm", "mv"), lambda f, a, b: f.matmul(a, b), 2),
    Abbreviation(("stack",), lambda f, x: x),
    Abbreviation(("mse_loss",), lambda f, a, b: f.mse(a, b), 2),
    Abbreviation(("fmax",), lambda f, a, b: f.max(a, b), 2),
    Abbreviation(("fmin",), lambda f, a, b: f.min(a, b), 2),
)
BY_NAME = {(name, short.arity): short for short in ABBREVIATIONS for name in short.names}
BY_NAME_IN_CODE = {(name, short.arity): short for short in IN_CODE for name in short.names}
BY_HEAD = {short.head: short for short in ABBREVIATIONS if short.head is not None}
SPOKEN = frozenset(name for short in ABBREVIATIONS if short.spoken for name in short.names)
CALLED = frozenset(name for name, _ in BY_NAME)
BASE = re.compile(r"log([2-9]|[1-9][0-9]{1,3})")


@lru_cache(maxsize=1000)
def abbreviation(name: str, arity: int = 1, code: bool = False) -> Abbreviation | None:
    """Return what a function of this name and number of arguments is short for, or None; `code`: by the names of libraries too.

    >>> abbreviation("sech").names, abbreviation("log10").spoken, abbreviation("exp"), abbreviation("log", 2).arity
    (('sech',), True, None, 2)
    >>> abbreviation("less", 2), abbreviation("less", 2, code=True).names
    (None, ('less', 'lt'))
    """
    base = BASE.fullmatch(name)
    if base and arity == 1:
        return logarithm(int(base[1]), name)
    return BY_NAME.get((name, arity)) or (BY_NAME_IN_CODE.get((name, arity)) if code else None)


def spoken(name: str) -> bool:
    """True for a name that means this without brackets too.

    >>> spoken("sec"), spoken("log2"), spoken("square")
    (True, True, False)
    """
    return name in SPOKEN or BASE.fullmatch(name) is not None


def opened(tree: sp.Basic) -> sp.Basic | None:
    """Return what SymPy's own function is short for, nothing evaluated; None for any other tree.

    >>> opened(sp.sec(sp.Symbol("x"))), opened(sp.sin(1))
    (1/cos(x), None)
    """
    short = BY_HEAD.get(type(tree))
    return None if short is None else short.meaning(Unevaluated(), *tree.args)


class Unevaluated:
    """SymPy's own functions and quotients, unevaluated."""

    def __getattr__(self, name: str) -> Callable[..., sp.Basic]:
        return lambda x: getattr(sp, name)(x, evaluate=False)

    def div(self, a: Any, b: sp.Basic) -> sp.Basic:
        under = sp.Pow(b, -1, evaluate=False)
        return under if a == 1 else sp.Mul(a, under, evaluate=False)
