"""All the readings of one expression: the usual one first, then those that differ in a choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import sympy as sp

from .grammar import Limits, parse
from .names import Context
from .tokens import Token

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
