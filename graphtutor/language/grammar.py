"""Tokens → one SymPy tree, by operator precedence.

Where people mean two things by one line (how far `d/dw` reaches, what `1/2x` is), the grammar takes
the usual one, notes it, and counts it as a choice; parsing again with other `picks` gives the rest.
A spelling is one entry of the table made here of the parts'; of two for the same token the first that holds counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NoReturn

import sympy as sp

from . import brackets, calls, constructions, derivatives, indices, operators, words
from .cursor import BY_CASES, DEFAULT, DERIVATIVES, Cursor, Limits, Rule, Table, run
from .names import Context
from .precedence import expression
from .subscripts import every, liftable, sizes
from .tokens import Token

# ----- all the readings of one expression -----
MOST_READINGS = 12
MOST_TOKENS = 4_000  # read again for other readings; a line longer than this has one reading


@dataclass(frozen=True, slots=True)
class Reading:
    """A tree, what had to be assumed to get it, the trees of other readings that a person could mean, and its shape."""

    tree: sp.Basic
    assumed: tuple[str, ...] = ()
    alternatives: tuple[sp.Basic, ...] = ()
    shape: tuple[int, ...] = ()


def readings(
    stream: Sequence[Token],
    known: Context,
    limits: Limits,
    text: str,
    alternatives: bool = True,
    axes: Mapping[str, int | None] = MappingProxyType({}),
) -> Reading:
    """Return the usual reading of some tokens, and if asked the others, each differing in one or more choices."""
    first = parse(stream, known, limits, text, axes=axes)
    others: list[sp.Basic] = []
    most = min(MOST_READINGS, MOST_TOKENS // max(1, len(stream)))
    todo = [first.choices] if alternatives else []
    while todo and len(others) < most:
        made = todo.pop(0)
        picked = [p for p, _ in made]
        changed = max((i for i, p in enumerate(picked) if p), default=-1)
        for place in range(changed + 1, len(made)):
            for pick in range(1, made[place][1]):
                if len(others) >= most:
                    break
                again = parse(stream, known, limits, text, (*picked[:place], pick), axes=axes)
                others.append(again.tree)
                todo.append(again.choices)
    return Reading(first.tree, first.assumed, tuple(others), first.shape)


__all__ = ["BY_CASES", "DEFAULT", "DERIVATIVES", "Limits", "Parse", "parse"]

PARTS = (derivatives, brackets, constructions, indices, calls, operators, words)
TABLE = Table((entry for part in PARTS for entry in part.SPELLINGS), operators.beside)


@dataclass(frozen=True, slots=True)
class Parse:
    """A tree, its shape, what was assumed to get it, and the choices made: (picked, how many there were), in order."""

    tree: sp.Basic
    shape: tuple[int, ...]
    assumed: tuple[str, ...]
    choices: tuple[tuple[int, int], ...]


def parse(
    stream: Sequence[Token],
    known: Context,
    limits: Limits,
    text: str,
    picks: Sequence[int] = (),
    later: Mapping[str, int] | None = None,
    axes: Mapping[str, int | None] = MappingProxyType({}),
) -> Parse:
    """Return the tree of all the tokens of `stream`, which were made of `text`.

    `picks` says which reading to take where several are possible; `later` the lines of names that are not
    defined yet; `axes` how far the indices of a left side go, ∂p_i/∂z_j. Raises ReadError with line, column, caret.
    """
    p = Cursor(TABLE, stream, known, limits, text, picks, later)
    (tree,) = p.fill("", run(whole(p) if not p.shaped else with_indices(p, axes)))
    return Parse(tree, p.shape(tree), tuple(p.assumed), tuple(p.choices))


def whole(p: Cursor) -> Rule:
    """Read an expression that ends where the tokens do."""
    tree = yield expression(p, 0)
    if p.sign(".") and p.ahead().kind == "end":
        p.take()
    if p.now.kind != "end":
        unfinished(p)
    return tree


def with_indices(p: Cursor, axes: Mapping[str, int | None]) -> Rule:
    """Read an expression in which letters below vectors may stand for every place; `axes`, those of its left side, come first, then the alphabet."""
    free = sizes(p.tokens, p.context)
    if not free:
        return (yield whole(p))
    free = dict(axes) | {letter: n or axes.get(letter) for letter, n in sorted(free.items())}
    letter = next(iter(free))
    if len(free) > 1 or not liftable(p.tokens, p.context, letter):
        return (yield every(p, free, lambda: whole(p)))
    p.lifted, p.entrywise = letter, True
    p.note(f"read the entries with index {letter} as whole vectors")
    return (yield whole(p))


def unfinished(p: Cursor) -> NoReturn:
    token = p.now
    if token.kind == "close":
        p.fail(f"'{token.text}' closes nothing; take it away, or open a bracket before it")
    if token.kind == "op" and token.text in ("=", ":="):
        p.fail("'=' cannot stand inside an expression; compare with ==, or give the line a name at its start")
    if token.kind == "break":
        p.fail("one expression was expected, and a second line follows; name the first one, as in u = x + y")
    if token.kind == "op" and token.text == "!":
        p.fail("factorials are not read; write the product out")
    if (
        token.kind == "op"
        and token.text == ","
        and not token.gap
        and not p.ahead().gap
        and p.tokens[p.at - 1].kind == p.ahead().kind == "number"
    ):
        p.fail(f"a decimal is written with a point: {p.tokens[p.at - 1].text}.{p.ahead().text}")
    if token.kind == "op" and token.text in (",", "⇒"):
        p.fail(f"'{token.text}' separates two expressions; expected one alone")
    p.refuse("an operator such as + or *, or the end")
