"""What the fields of a submission may hold: one row for each, with its check and the words for what is expected."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

NUMBER = re.compile(r"[+-]?(\d{1,50}(\.\d{0,50})?|\.\d{1,50})([eE][+-]?\d{1,2})?(/0*[1-9]\d{0,50})?")
LARGEST_SIZE, MOST_AXES = 10_000, 4


def text(value: Any) -> bool:
    return isinstance(value, str)


def each(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Return the check of an object: a name → what `check` allows."""
    return lambda value: (
        isinstance(value, Mapping) and all(isinstance(name, str) and check(v) for name, v in value.items())
    )


def number(value: Any) -> bool:
    """Return whether a value is a number, as JSON's or as text such as 1/3."""
    if isinstance(value, str):
        return NUMBER.fullmatch(value.strip()) is not None
    return (isinstance(value, int | Fraction) and not isinstance(value, bool)) or (
        isinstance(value, float) and math.isfinite(value)
    )


def numbers(value: Any) -> bool:
    return all(map(numbers, value)) if isinstance(value, list) and value else number(value)


def shape(value: Any) -> bool:
    sizes = value if isinstance(value, list) else [value]
    return len(sizes) <= MOST_AXES and all(
        isinstance(s, int) and not isinstance(s, bool) and 0 < s <= LARGEST_SIZE for s in sizes
    )


def share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


RUBRIC: Mapping[str, Callable[[Any], bool]] = {
    "points": lambda v: isinstance(v, list) and all(isinstance(p, int | float) and not isinstance(p, bool) and 0 <= p < math.inf for p in v),
    "follow": share, "form": lambda v: isinstance(v, list) and all(map(text, v)), "form_share": share, "variant": lambda v: isinstance(v, bool),
}  # fmt: skip
FIELDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "exercise": (text, "the id of an exercise"), "seed": (lambda v: text(v) or (isinstance(v, int) and not isinstance(v, bool)), "the seed of a variant"), "expression": (text, "text"),
    "wrt": (lambda v: text(v) or (isinstance(v, list) and all(map(text, v))), "a name, or a list of names"),
    "assume": (lambda v: text(v) or each(lambda d: text(d) or numbers(d))(v), 'an object such as {"x": "positive"}'),
    "shapes": (each(shape), 'an object such as {"W": [3, 2], "x": 2}'),
    "definitions": (each(text), 'an object such as {"f": "w*x + b"}'),
    "constants": (each(numbers), 'an object such as {"k": 1}'),
    "rubric": (lambda v: isinstance(v, Mapping) and set(v) <= set(RUBRIC) and all(RUBRIC[key](part) for key, part in v.items()), 'an object such as {"points": [1, 2], "follow": 0.5, "form": ["cases"]}'),
    "given": (each(number), 'an object such as {"y0": 0}'),
    "at": (each(numbers), 'an object such as {"w": 2, "x": [1, 2]}'),
    "digits": (lambda v: isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= 12, "a whole number of decimals up to 12"),
}  # fmt: skip
QUESTION = ("exercise", "expression")  # where one is said, the question is stated
