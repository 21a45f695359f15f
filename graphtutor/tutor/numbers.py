"""Numbers as a learner types them: reading a line of them, and comparing with the right ones as far as they are given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..errors import LearnerError, ReadError
from ..expr.build import build
from ..grading.sheet.typed import PLAIN, Typed, agrees, decimal, plain

LONGEST = 2000


def typed(text: str) -> list[Typed]:
    """Return the numbers of a line: decimals, fractions, and formulas without names, between commas or spaces.

    >>> [(str(n.value), n.decimals) for n in typed("[8.40, -1/2, 3x2]")]
    [('42/5', 2), ('-1/2', None), ('3', 0), ('2', 0)]
    """
    if len(text) > LONGEST:
        raise ReadError(f"{len(text)} characters; expected a few numbers, such as 8.4, 0, 4.2")
    flat = text.replace("−", "-").replace("×", "x")
    flat = re.sub(r"(?<=\d)\s*x\s*(?=\d)", ", ", flat)
    return [one(piece) for piece in pieces(flat)]


def pieces(text: str) -> list[str]:
    """Return what stands between commas and semicolons; between spaces too, where each piece is a number by itself."""
    found: list[str] = []
    for part in cut(opened(text)):
        words = part.split()
        found.extend(words if len(words) > 1 and all(PLAIN.fullmatch(w.strip("[]()")) for w in words) else [part])
    return [piece for piece in (p.strip() for p in found) if piece]


def opened(text: str) -> str:
    """Return a vector or matrix without its brackets: `[[1, 2], [3, 4]]` is four numbers."""
    return (
        text.replace("[", " ").replace("]", " ")
        if "[" in text
        else text.strip()[1:-1]
        if re.fullmatch(r"\s*\(.*,.*\)\s*", text) and text.count("(") == 1
        else text
    )


def cut(text: str) -> list[str]:
    """Return the parts between commas and semicolons that stand outside brackets."""
    parts, depth, start = [], 0, 0
    for k, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if c in ",;" and depth <= 0:
            parts.append(text[start:k])
            start = k + 1
    return [*parts, text[start:]]


def one(text: str) -> Typed:
    """Return one number; a ReadError for what is none."""
    found = plain(text)
    if found is not None:
        return found
    graph = build(text)
    if graph.inputs:
        raise ReadError(
            f"'{graph.inputs[0].name}' is a name; expected a number such as 8.4, -2 or 1/3",
            text,
            1,
            text.find(graph.inputs[0].name) + 1,
        )
    value = graph.evaluate({})[graph.out]
    if np.ndim(value) or not np.isfinite(float(value)):
        raise ReadError("this is no finite number; expected one such as 8.4, -2 or 1/3", text)
    return Typed(text, value, None)


def all_agree(given: Sequence[Typed], right: Sequence[Any], digits: int = 0) -> bool | None:
    """Return whether all numbers are right; None if they are, but some in too few decimals."""
    if len(given) != len(right):
        return False
    found = [agrees(g, r, digits) for g, r in zip(given, right, strict=True)]
    return False if False in found else None if None in found else True


def shown(values: Iterable[Any], digits: int) -> str:
    """Return numbers as an answer would give them, to `digits` decimals, whole numbers and short decimals as they are.

    >>> from fractions import Fraction
    >>> shown([Fraction(42, 5), 0.40894782, 2.0], 4)
    '8.4, 0.4089, 2'
    """
    return ", ".join(decimal(v, digits) for v in values)


def labelled(text: str, labels: Sequence[str]) -> dict[str, str]:
    """Return label → what was typed for it, from one text: in order, or each behind its label and `:` or `=`.

    >>> labelled("f = 1.1, L = 4.41", ["f", "e", "L"])
    {'f': '1.1', 'L': '4.41'}
    >>> labelled("8.4, 0, 4.2; 1, 3, -1", ["first", "second"])
    {'first': '8.4, 0, 4.2', 'second': '1, 3, -1'}
    """
    if len(labels) == 1 and not named(text, labels):
        return {labels[0]: text}
    parts = [p.strip() for p in re.split(r"[;\n]", text) if p.strip()]
    if len(parts) == 1 and not named(text, labels) and len(text.split()) == len(labels):
        parts = text.replace(",", " ").split()
    elif len(parts) == 1:
        parts = joined([p.strip() for p in cut(text) if p.strip()], labels)
    found: dict[str, str] = {}
    free = iter(labels)
    for part in parts:
        match = named(part, labels)
        label = match[0] if match else next((n for n in free if n not in found), None)
        if label is None:
            raise LearnerError(f"{len(parts)} answers for {len(labels)} questions; expected {'; '.join(labels)}")
        found[label] = match[1] if match else part
    return found


def joined(parts: list[str], labels: Sequence[str]) -> list[str]:
    """Return comma-separated parts, those without a label put behind the one before where any part has a label."""
    if not any(named(part, labels) for part in parts):
        return parts
    out: list[str] = []
    for part in parts:
        if named(part, labels) or not out:
            out.append(part)
        else:
            out[-1] += f", {part}"
    return out


def named(part: str, labels: Sequence[str]) -> tuple[str, str] | None:
    """Return (label, rest) if a part begins with a label and `:` or `=`."""
    for label in sorted(labels, key=len, reverse=True):
        rest = part.strip()[len(label) :].lstrip()
        if part.strip().startswith(label) and rest[:1] in (":", "="):
            return label, rest[1:].strip()
    return None
