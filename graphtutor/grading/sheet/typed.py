"""What a student types into a cell: a number with the decimals it shows, or a formula; and whether a number is right as far as it goes."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from ...errors import ReadError
from ...expr.build import build
from ...language import read, trees
from ...language.write import write
from ...ops import heads
from ..asked.task import Task

PLAIN = re.compile(r"[+-]?(?:\d+(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,2}))?")
LONGEST = 100
EXACT = 1e-9  # relative: what float64 leaves of some ten operations
EQUALS = re.compile(r"(?<![<>=!])=(?!=)")
MOST_CHARS = 10_000


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


# ----- a cell -----
def content(raw: Any, names: Sequence[str], asked: Task) -> Typed | sp.Basic:
    """Return a cell as a number with its decimals, or as a tree over `names`. Of `2*2.1 = 4.2` the last side counts."""
    text = EQUALS.split(said(raw))[-1].replace("−", "-").strip(" \t≈~")
    if len(text) > MOST_CHARS:
        raise ReadError(f"{len(text)} characters; expected a number or a formula", text[:60])
    comma = re.fullmatch(r"([+-]?\d+),(\d+)", text)
    found = plain(f"{comma[1]}.{comma[2]}" if comma else text)
    if found is not None:
        return found
    tree = read.read(text, names=names, shapes=asked.shapes, constants=asked.constants)
    used = trees.names_in(tree)
    unknown = sorted(used - set(names))
    if unknown:
        raise ReadError(f"'{unknown[0]}' is no name of this sheet; it has {', '.join(names)}", text[:100])
    if used:
        return tree
    value = build(tree).evaluate({})[-1]
    if not finite(value):
        raise ReadError("this is no finite number", text[:100])
    return Typed(text, value, decimals_in(tree))


def entries(raw: Any) -> list[Typed]:
    """Return the numbers of a vector or matrix: nested lists, or text with brackets, commas and spaces."""
    text = str(np.asarray(raw, dtype=object).ravel().tolist()) if isinstance(raw, list | tuple) else str(raw)
    found = [plain(word) for word in re.split(r"[\s,;\[\]()'\"]+", text.replace("−", "-")) if word]
    if any(f is None for f in found):
        raise ReadError("expected the numbers of a vector, such as [1, 2.5]", text[:60])
    return [f for f in found if f is not None]


def said(raw: Any) -> str:
    """Return a cell as text."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | list | tuple | Fraction | sp.Basic):
        raise ReadError(f"a cell holds a number or a formula, met {type(raw).__name__}", str(raw)[:60])
    if isinstance(raw, float):
        return repr(raw) if math.isfinite(raw) else str(raw)
    return write(raw) if isinstance(raw, sp.Basic) else str(raw).strip()


def decimals_in(tree: sp.Basic) -> int | None:
    """Return the fewest decimals that a number of a formula shows, None if it has whole numbers and fractions alone."""
    found = [plain(str(t.params[1]).lstrip("-")) for t in trees.parts(tree) if isinstance(t, heads.Decimal)]
    return max(0, min(shown.decimals or 0 if shown else 0 for shown in found)) if found else None


def exactly(typed: Typed) -> sp.Basic:
    """Return a number as a tree."""
    value = Fraction(typed.value) if not isinstance(typed.value, float) else Fraction(repr(typed.value))
    return sp.Rational(value.numerator, value.denominator)


def finite(value: Any) -> bool:
    try:
        return bool(np.ndim(value) == 0 and math.isfinite(float(value)))
    except (TypeError, ValueError, OverflowError):
        return False


def shown(value: Any, digits: int) -> str:
    """Return a number, vector or matrix of the key in `digits` decimals.

    >>> shown(np.array([[1.0, 0.25]]), 1), shown(Fraction(1, 3), 2)
    ('[[1, 0.2]]', '0.33')
    """
    if np.ndim(value):
        return f"[{', '.join(shown(v, digits) for v in value)}]"
    return decimal(float(value), digits) if finite(value) else str(value)
