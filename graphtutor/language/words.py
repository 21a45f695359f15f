"""A word ahead: which of a name, a function, a derivative and a definition it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sympy as sp

from ..ops.abbreviations import spoken
from .brackets import close
from .calls import applied, call, logarithm, own_call, primes_ahead, short_for_something, slope, stands_for
from .constructions import indicator, piecewise
from .cursor import BY_CASES, DERIVATIVES, LIBRARIES, Cursor, Rule, Start
from .derivatives import after_bracket, derivative, derivative_starts, diff_call
from .identifiers import cut_run, named
from .indices import whole_number
from .matrices import unsized
from .names import GREEK, NAMED_NUMBERS, SHORT
from .precedence import compares
from .tokens import Token, unknown_command


def word(p: Cursor) -> Rule:
    """Read a name, a function, a derivative, or the first of the names that a run is made of."""
    token = p.now
    if token.name in p.bound:
        p.take()
        return sp.Integer(p.bound[token.name].value)
    library(p)
    if derivative_starts(p):
        return (yield derivative(p))
    cut_run(p)
    token = p.take()
    for sense in SENSES:
        rule = sense(p, token)
        if rule is not None:
            return (yield rule)
    return named(p, token)


def library(p: Cursor) -> None:
    """Skip `np.`, `math.`, `torch.nn.functional.` before a function."""
    start = p.at
    while (
        p.now.kind == "word"
        and p.now.name in LIBRARIES
        and p.ahead().text == "."
        and not p.context.spelling(p.now.name)
    ):
        p.at += 2
    token = p.now
    if p.at == start and not (token.kind == "word" and token.said == "library"):
        return
    if token.name == "e":
        p.tokens[p.at] = replace(token, said="upright")
    elif not (
        token.kind == "word"
        and (p.context.function(token.name) or short_for_something(token.name) or token.name in NAMED_NUMBERS)
    ):
        p.fail(f"'{p.shown(token)}' is no function that is read; write exp(x), max(a, b), …")


def ones(p: Cursor) -> sp.Basic:
    """Read ones(n), the vector of n ones."""
    opened = p.take()
    length = whole_number(p)
    close(p, opened)
    return p.long(unsized(p), length)


def unit_vector(p: Cursor) -> sp.Basic:
    """Read onehot(k) or one_hot(k, n) for a constant k."""
    opened = p.take()
    place, length = whole_number(p), None
    if place is None:
        p.refuse("the place of the 1: a whole number, or a name with constants={…}")
    if p.sign(","):
        p.take()
        length = whole_number(p)
    close(p, opened)
    tree = unsized(p, place)
    return tree if length is None else p.long(tree, length)


# ----- what a word may be, in the order in which it is asked -----
def operator(p: Cursor, token: Token) -> Any:
    """Read diff(…, x) and Piecewise(…)."""
    if p.context.spelling(token.name) or not called(p, token):
        return None
    if token.name in DERIVATIVES:
        return diff_call(p, token)
    if p.shaped and token.name in ONE_HOT:
        return unit_vector(p)
    if p.shaped and token.name == "ones" and p.ahead().kind == "number" and p.context.function("ones") is None:
        return ones(p)
    return piecewise(p) if token.name in BY_CASES else None


def function(p: Cursor, token: Token) -> Any:
    """Read a function of the table with its argument; a declared letter (H, σ) is what was declared."""
    name, row = token.name, p.context.function(token.name)
    declared, short = p.context.spelling(name), len(name) <= SHORT or name in GREEK
    if row is None or (declared and short):
        return None
    if called(p, token) and (name not in p.context.definitions or p.now.text == "("):
        return call(p, token, row)
    if name in p.context.definitions:
        return None
    if token.said and p.now.kind == "open" and p.now.text == "[":
        return call(p, token, row)
    return None if short or declared or bare(p, token) else applied(p, token, row)


def abbreviated(p: Cursor, token: Token) -> Any:
    """Read what is short for operations of the table: sec x, log₂ x, square(x), log_a x."""
    name = token.name
    if p.context.spelling(name) is not None or p.context.function(name) is not None:
        return None
    opens = p.now.kind == "open" and p.now.text == "("
    if opens and not p.now.gap and short_for_something(name):
        return call(p, token, None)
    follows = opens or p.now.kind in ("word", "number", "macro", "open") or p.sign("^")
    if follows and spoken(name):
        return applied(p, token, None)
    return logarithm(p, token) if follows and token.text == "log" and token.sub else None


def primed(p: Cursor, token: Token) -> Any:
    """Read σ'(z), the transposed X' of a matrix, or x' as a name."""
    if p.now.kind != "prime" or p.context.spelling(token.name) in p.context.definitions:
        return None
    if p.context.shapes.get(p.context.spelling(token.name) or "") and p.ahead().kind != "prime":
        p.take()
        p.note(f"read {token.name}' as transposed")
        return p.make("transpose", named(p, token))
    row = p.context.function(token.name)
    if row is not None and p.ahead().kind == "open":
        return slope(p, token, row)
    name = prime_name(p, token)
    if p.now.text == "(" and token.text in UNKNOWN:
        p.fail(f"nothing says what {token.name}(…) is; give definitions={{'{token.name}(x)': …}}", token)
    return name


def defined(p: Cursor, token: Token) -> Any:
    """Read a name with brackets that stands for something: f(x), f'(x)."""
    name = p.context.spelling(token.name) or ""
    definition = p.context.definitions.get(name)
    if definition is not None and (p.now.text == "(" or (p.now.kind == "prime" and p.ahead().text == "(")):
        return stands_for(p, name, definition)
    return own_call(p, name, token) if name in p.context.calls and p.now.text == "(" else None


def indicating(p: Cursor, token: Token) -> Any:
    """Read I(x > 0), 1 where the condition holds, where I is nobody's."""
    if token.name != "I" or p.now.kind != "open" or p.context.spelling("I") or not compares(p):
        return None
    return indicator(p, token)


def unknown(p: Cursor, token: Token) -> None:
    if p.now.text == "(" and called(p, token) and p.context.spelling(token.name) is None:
        unknown_call(p, token)


def by_name(p: Cursor, token: Token) -> Any:
    """Read g(u) and g'(u) where only that g is a function is known: of a letter in a problem, or as the problem has it."""
    if after_primes(p).text != "(":
        return None
    name = p.context.spelling(token.name)
    if name is not None:
        return abstract(p, token, name) if name in p.context.abstract else None
    letter = token.text in UNKNOWN and not token.glued and p.context.target is None
    product = p.now.text == "(" and factor_in_brackets(p)
    return abstract(p, token, token.name) if letter and not product else None


def abstract(p: Cursor, token: Token, name: str) -> Rule:
    row = p.context.unknown(name, primes_ahead(p))
    return (yield call(p, token, row))


UNKNOWN = "fghFG"  # letters that name a function where nobody says what they are
ONE_HOT = frozenset(["onehot", "one_hot", "OneHot"])
SENSES: tuple[Callable[[Cursor, Token], Any], ...] = (
    operator, indicating, by_name, function, abbreviated, primed, defined, unknown,
)  # fmt: skip


def called(p: Cursor, token: Token) -> bool:
    """True if an argument in brackets follows: f(x), and \\sin{x}."""
    if p.now.kind != "open" or p.now.text not in "({":
        return False
    return p.now.text == "(" or token.said == "command" or bool(p.context.function(token.name))


def bare(p: Cursor, token: Token) -> bool:
    """True if a function's name stands without an argument, and may be a plain name (`mean` of a problem)."""
    follows = p.now
    if (
        follows.kind in ("word", "number", "macro", "open", "begin")
        or (follows.kind == "op" and follows.text in ("^", "|", "‖", "-"))
        or follows.kind == "prime"
    ):
        return follows.kind == "prime"
    p.fail(f"{token.name} needs its argument: {token.name}(x)", token)


def after_primes(p: Cursor) -> Token:
    """Return the token behind the primes that stand here."""
    place = p.at  # no slice: it would copy the rest of a long text at every name
    while p.tokens[place].kind == "prime":
        place += 1
    return p.tokens[place]


def prime_name(p: Cursor, token: Token) -> sp.Basic:
    """Return the name that x' is, where nothing says what it differentiates."""
    primes = primes_ahead(p)
    name = f"{token.name}_{'_'.join(['prime'] * primes)}"
    p.note(f"read {token.name}{chr(39) * primes} as a name of its own")
    return named(p, replace(token, text=name, sub=None))


def factor_in_brackets(p: Cursor) -> bool:
    """True if brackets stand apart and hold more than names and numbers, as in f (1 - x): no argument, but a factor."""
    inside = p.tokens[p.at + 1 : after_bracket(p, p.at) - 1]
    return p.now.gap and any(t.kind == "op" and t.text not in ",;." for t in inside)


def unknown_call(p: Cursor, token: Token) -> None:
    """Decide what `name(…)` is if nobody said so: a product for a letter, else an error."""
    name = token.name
    if token.said == "command":
        p.fail(unknown_command(token.text), token)
    if token.glued or (token.tex and len(token.text) == 1 and token.text not in UNKNOWN):
        return
    if len(token.text.rstrip("0123456789")) > 1 and token.text not in GREEK and not token.tex and name != "e":
        p.fail(
            f"unknown function '{name}'{p.context.like(name, called=True) or '; sin, exp, log, max, … are known'}",
            token,
        )
    if token.text in UNKNOWN and not factor_in_brackets(p):
        p.fail(
            f"nothing says what {name}(…) is; give definitions={{'{name}(x)': …}}, or write {name}*(…) for a product",
            token,
        )
    if name != "I":
        p.note(f"read {name}(…) as a product")


SPELLINGS = (Start("word", (), word),)
