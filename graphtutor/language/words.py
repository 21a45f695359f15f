"""A word ahead: which of a name, a function, a derivative and a definition it is."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from .calls import applied, call, own_call, respelled, slope, stands_for
from .constructions import piecewise
from .cursor import BY_CASES, DERIVATIVES, LIBRARIES, Cursor, Rule, Start
from .derivatives import after_bracket, derivative, derivative_starts, diff_call
from .identifiers import cut_run, named
from .names import GREEK, NAMED_NUMBERS, SHORT, respelling
from .tokens import Token, unknown_command


def word(p: Cursor) -> Rule:
    """Read a name, a function, a derivative, or the first of the names that a run is made of."""
    token = p.now
    if token.name in p.bound:
        p.take()
        return sp.Integer(p.bound[token.name].value)
    if library(p):
        return (yield word(p))
    if derivative_starts(p):
        return (yield derivative(p))
    cut_run(p)
    token = p.take()
    name = token.name
    called = (
        p.now.kind == "open"
        and p.now.text in "({"
        and (p.now.text == "(" or token.said == "command" or bool(p.context.function(name)))
    )
    declared = p.context.spelling(name)
    if (
        declared is None
        and respelling(name)
        and (called or p.now.kind in ("word", "number", "macro", "open") or p.sign("^"))
    ):
        return (yield respelled(p, token))
    row = p.context.function(name)
    short = len(name) <= SHORT or name in GREEK
    if called and not declared and name in DERIVATIVES:
        return (yield diff_call(p, token))
    if called and not declared and name in BY_CASES:
        return (yield piecewise(p))
    if row is not None and not (declared and short) and name not in p.context.definitions:
        if called or (p.now.kind == "open" and p.now.text == "[" and token.said):
            return (yield call(p, token, row))
        if not short and not declared and not bare(p, token):
            return (yield applied(p, token, row))
    if row is not None and called and declared in p.context.definitions and not short and p.now.text == "(":
        return (yield call(p, token, row))
    if p.now.kind == "prime" and declared not in p.context.definitions:
        if row is not None and p.ahead().kind == "open":
            return (yield slope(p, token, row))
        primed = prime_name(p, token)
        if p.now.text == "(" and token.text in "fghFG":
            p.fail(f"nothing says what {name}(…) is; give definitions={{'{name}(x)': …}}", token)
        return primed
    definition = p.context.definitions.get(declared or "")
    if definition is not None and (p.now.text == "(" or (p.now.kind == "prime" and p.ahead().text == "(")):
        return (yield stands_for(p, declared or "", definition))
    if declared in p.context.calls and p.now.text == "(":
        return (yield own_call(p, declared or "", token))
    if called and declared is None and p.now.text == "(":
        unknown_call(p, token)
    return named(p, token)


def library(p: Cursor) -> bool:
    """Skip `np.`, `math.`, `torch.nn.functional.` before a function."""
    start = p.at
    while (
        p.now.kind == "word"
        and p.now.name in LIBRARIES
        and p.ahead().text == "."
        and not p.context.spelling(p.now.name)
    ):
        p.at += 2
    if p.at == start:
        return False
    token = p.now
    if token.kind == "word" and (
        p.context.function(token.name) or respelling(token.name) or token.name in NAMED_NUMBERS or token.name == "e"
    ):
        if token.name == "e":
            p.tokens[p.at] = replace(token, said="upright")
        return True
    p.fail(f"'{p.shown(token)}' is no function that is read; write exp(x), max(a, b), …")


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


def prime_name(p: Cursor, token: Token) -> sp.Basic:
    """Return the name that x' is, where nothing says what it differentiates."""
    primes = 0
    while p.now.kind == "prime":
        p.take()
        primes += 1
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
    if token.glued or (token.tex and len(token.text) == 1 and token.text not in "fghFG"):
        return
    if len(token.text.rstrip("0123456789")) > 1 and token.text not in GREEK and not token.tex and name != "e":
        p.fail(
            f"unknown function '{name}'{p.context.like(name, called=True) or '; sin, exp, log, max, … are known'}",
            token,
        )
    if token.text in "fghFG" and not factor_in_brackets(p):
        p.fail(
            f"nothing says what {name}(…) is; give definitions={{'{name}(x)': …}}, or write {name}*(…) for a product",
            token,
        )
    if name != "I":
        p.note(f"read {name}(…) as a product")


SPELLINGS = (Start("word", (), word),)
