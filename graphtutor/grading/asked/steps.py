"""Step: one expression of a derivation with what was found of it."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ...errors import ReadError
from .judge import Ruling

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One expression of a derivation, judged. `key` is (of, wrt) of the derivative it is said to be; `truth` that derivative.

    Under a condition (`case`, and `under`, its text) `tree` is the expression where it holds and the truth elsewhere; `written` is as it was written.
    `bare`: it has no left side that says what it is.
    """

    index: int
    source: str
    status: str
    tree: sp.Basic | None = None
    truth: sp.Basic | None = None
    key: Key = ("", "")
    verdict: Ruling | None = None
    previous: Ruling | None = None
    after: int | None = None
    note: str = ""
    error: ReadError | None = None
    written: sp.Basic | None = None
    under: str = ""
    case: sp.Basic | None = None
    bare: bool = False


def origin(step: Step) -> int:
    return step.after if step.after is not None else step.index
