"""Numbers as a student writes them: how many decimals they show, and whether they are right as far as they go."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, NamedTuple

PLAIN = re.compile(r"[+-]?(?:\d+(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,2}))?")
LONGEST = 100
EXACT = 1e-9  # relative: what float64 leaves of some ten operations


class Typed(NamedTuple):
    """One number as typed: its text, its value, and how many decimals it gives (None: a formula, meant exactly)."""

    text: str
    value: Any
    decimals: int | None

    @property
    def significant(self) -> int:
        """How many significant digits it shows.

        >>> [plain(t).significant for t in ("0.050", "17", "1.2e-5", "0")]
        [2, 2, 2, 0]
        """
        return len(re.sub(r"[eE].*|[^\d]", "", self.text).lstrip("0"))


def plain(text: str) -> Typed | None:
    """Return a decimal number as typed, None for anything else.

    >>> plain("8.40"), plain("-1.5e-3").decimals, plain("1/2")
    (Typed(text='8.40', value=Fraction(42, 5), decimals=2), 4, None)
    """
    match = (
        PLAIN.fullmatch(text) if len(text) <= LONGEST else None
    )  # Python refuses to turn thousands of digits into a number
    if match is None:
        return None
    return Typed(text, Fraction(text), len(match[1] or match[2] or "") - int(match[3] or 0))


def agrees(given: Typed, right: Any, digits: int = 0) -> bool | None:
    """Return whether a number is right as far as it is given; None if it is, but in fewer than `digits` decimals.

    With more decimals than `digits` it may be cut off where it should be rounded.

    >>> agrees(plain("0.41"), 0.408948, 2), agrees(plain("0.40"), 0.408948, 2), agrees(plain("0.4"), 0.408948, 2)
    (True, False, None)
    >>> agrees(plain("40.948612"), 40.9486125, 2), agrees(plain("40.948611"), 40.9486125, 2)
    (True, False)
    >>> agrees(plain("2.0"), 2, 3), agrees(plain("1.99"), 2, 3)
    (True, False)
    """
    off = apart(given, right)
    if off <= EXACT * max(1, abs(float(right))):
        return True
    if given.decimals is None or off >= 10.0**-given.decimals:
        return False
    if off > 0.5 * 10.0**-given.decimals * (1 + EXACT) and (given.decimals <= digits or abs(given.value) > abs(right)):
        return False
    return True if given.decimals >= digits else None


def apart(given: Typed, right: Any) -> float:
    """Return how far a number is from the right one."""
    if isinstance(right, Fraction | int) and isinstance(given.value, Fraction | int):
        return abs(float(Fraction(given.value) - Fraction(right)))
    return abs(float(given.value) - float(right))


def decimal(value: Any, digits: int) -> str:
    """Return one number in `digits` decimals; whole numbers and short decimals as they are.

    >>> decimal(2.0, 3), decimal(Fraction(441, 100), 1), decimal(0.8999, 2), decimal(-1e-17, 2)
    ('2', '4.41', '0.90', '0')
    """
    for places in range(13 if isinstance(value, Fraction) else digits + 1):
        text = f"{float(value):.{places}f}"
        if abs(float(text) - float(value)) <= EXACT * max(1, abs(float(value))):
            return "0" if float(text) == 0 else text
    return f"{float(value):.{digits}f}"
