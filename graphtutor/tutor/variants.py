"""The same exercise with other names, numbers and small changes of structure, drawn from a seed.

Answers are computed, so a variant needs none; the accepted and wrong ones of the file change with it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from .exercises import Kind
from .kinds import KEPT, Exercise, Number

E = TypeVar("E", bound=Exercise)
WORD = re.compile(r"\{\{(\w+)\}\}|(?<![A-Za-z_])[A-Za-z][A-Za-z0-9_]*")
QUOTIENT = re.compile(r"(d|local_)(\w+?)_(d?)(\w+)")


def variant(exercise: E, seed: int | str | None = None) -> E:
    """Return the exercise as `seed` draws it; without a seed as its file shows it. A student's name is a good seed.

    >>> from .exercises import library
    >>> power = library().exercise("power-rule")
    >>> variant(power).program, variant(power, 3).program, variant(power, "ada").program == variant(power, "ada").program
    ('x**n', 't**m', True)
    """
    rng = random.Random(f"{seed}/{exercise.id}")
    row: dict[str, Number] = dict(
        (exercise.variants[0] if seed is None else rng.choice(exercise.variants)) if exercise.variants else {}
    )
    data: dict[str, Any] = msgspec.to_builtins(exercise)
    data.update(exercise.drawn(random.Random(f"{seed or 0}/{exercise.id}")))
    at = data.get("at", {})
    if seed is not None:
        at.update({name: rng.choice(choices) for name, choices in exercise.vary.items()})
    shown = {str(row.get(name, name)): value for name, value in at.items()}
    row["at"] = ", ".join(f"{name} = {value}" for name, value in shown.items())
    row["program"] = replaced(data.get("program", ""), row).strip() + "\n"
    changed: E = msgspec.convert(renamed(data, row, KEPT | exercise.KEPT), Kind)
    return changed


def renamed(data: Any, row: Mapping[str, Number], kept: frozenset[str]) -> Any:
    """Return nested lists and tables with every text of them, and every key, replaced; what stands behind a `kept` key stays."""
    if isinstance(data, str):
        return replaced(data, row)
    if isinstance(data, list | tuple):
        return [renamed(item, row, kept) for item in data]
    if isinstance(data, dict):
        return {replaced(key, row): item if key in kept else renamed(item, row, kept) for key, item in data.items()}
    return data


def replaced(text: str, row: Mapping[str, Number]) -> str:
    """Return `text` with its names and `{{keys}}` replaced, in formulas, derivatives and prose.

    >>> replaced("dL/dw0 = 2*x*w0 + {{k}}; dL_dw0, e^{xw0}, xy", {"w0": "a", "x": "t", "y": "s", "k": 3})
    'dL/da = 2*t*a + 3; dL_da, e^{xw0}, ts'
    """
    return WORD.sub(lambda m: str(row.get(m[1], m[0])) if m[1] else word(m[0], row), text)


def word(name: str, row: Mapping[str, Number]) -> str:
    """Return one word: a name, its differential `dx`, a gradient `dL_dx`, or letters that stand for a product."""
    if name in row and isinstance(row[name], str) and name not in ("at", "program"):
        return str(row[name])
    if name[0] == "d" and name[1:] in row:
        return f"d{row[name[1:]]}"
    parts = QUOTIENT.fullmatch(name)
    if parts:
        head, top, d, bottom = parts.groups()
        return f"{head}{row.get(top, top)}_{d}{row.get(bottom, bottom)}"
    if 1 < len(name) < 4 and all(letter in row for letter in name):
        return "".join(str(row[letter]) for letter in name)
    return name
