"""What stands in a cell of a sheet: read as a number with its decimals, or as a formula; and written for a key."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from ...errors import ReadError
from ...expr.build import build
from ...language import read, trees
from ...language.write import write
from ...ops import heads
from ..asked.task import Task
from . import figures
from .figures import Typed

EQUALS = re.compile(r"(?<![<>=!])=(?!=)")
MOST_CHARS = 10_000


def content(raw: Any, names: Sequence[str], asked: Task) -> Typed | sp.Basic:
    """Return a cell as a number with its decimals, or as a tree over `names`. Of `2*2.1 = 4.2` the last side counts."""
    text = EQUALS.split(said(raw))[-1].replace("−", "-").strip(" \t≈~")
    if len(text) > MOST_CHARS:
        raise ReadError(f"{len(text)} characters; expected a number or a formula", text[:60])
    comma = re.fullmatch(r"([+-]?\d+),(\d+)", text)
    found = figures.plain(f"{comma[1]}.{comma[2]}" if comma else text)
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
    found = [figures.plain(word) for word in re.split(r"[\s,;\[\]()'\"]+", text.replace("−", "-")) if word]
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
    found, todo = [], [tree]
    while todo:
        top = todo.pop()
        if isinstance(top, heads.Decimal):
            shown = figures.plain(str(top.params[1]).lstrip("-"))
            found.append(shown.decimals or 0 if shown else 0)
        todo.extend(top.args)
    return min(found, default=None)


def figures_tree(typed: Typed) -> sp.Basic:
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
    return figures.decimal(float(value), digits) if finite(value) else str(value)
