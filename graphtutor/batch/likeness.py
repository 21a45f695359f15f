"""Answers whose text is nearly the same: as information, never as a verdict."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from .final import Result, question, student

TOKEN = re.compile(r"[^\W\d_]\w*|\d+(?:\.\d+)?|\S")
SHINGLE, LEAST, SAME, BANDS = (
    4,
    25,
    0.85,
    8,
)  # tokens in a row, tokens of an answer, share of rows in common, hashes that find it


def rows(answer: Any) -> frozenset[int]:
    """Return hashes of an answer's tokens, four in a row; none of an answer too short to say anything."""
    text = answer.get("code", "") if isinstance(answer, dict) else answer
    lines = text if isinstance(text, list) else [text]
    found = TOKEN.findall("\n".join(map(str, lines)))
    if len(found) < LEAST:
        return frozenset()
    pieces = (" ".join(found[k : k + SHINGLE]) for k in range(len(found) - SHINGLE + 1))
    return frozenset(
        int.from_bytes(hashlib.blake2b(p.encode("utf-8", "replace"), digest_size=6).digest()) for p in pieces
    )


def alike(results: Iterable[Result]) -> list[tuple[str, list[Result]]]:
    """Return groups of different students' answers to one question that are nearly the same, each with the question.

    >>> long = "2*(w*x + b - y)*d/dw(w*x + b - y) = 2*(w*x + b - y)*x"
    >>> found = alike({"id": k, "exercise": "e", "answer": a} for k, a in enumerate([long, long + " ", "2x", long.replace("2", "3")]))
    >>> [(name, [one["id"] for one in group]) for name, group in found]
    [('e', [0, 1])]
    """
    buckets: dict[tuple[str, int, int], list[int]] = defaultdict(list)
    kept: list[tuple[Result, frozenset[int]]] = []
    leader: dict[int, int] = {}
    for one in results:
        found = rows(one.get("answer"))
        if not found:
            continue
        place = len(kept)
        kept.append(({key: one.get(key) for key in ("id", "student", "exercise", "expression")}, found))
        for band in range(BANDS):
            bucket = buckets[
                question(one), band, min((value * (2 * band + 1) * 0x9E3779B1) & 0xFFFFFFFFFFFF for value in found)
            ]
            first = next((k for k in bucket[:4] if place not in leader and near(kept[k][1], found)), None)
            if first is not None:
                leader[place] = leader.get(first, first)
            bucket.append(place)
    groups: dict[int, list[Result]] = defaultdict(list)
    for place, first in leader.items():
        groups[first] = groups[first] or [kept[first][0]]
        groups[first].append(kept[place][0])
    return [(question(group[0]), group) for group in groups.values() if len({student(one) for one in group}) > 1]


def near(one: frozenset[int], other: frozenset[int]) -> bool:
    return len(one & other) >= SAME * len(one | other)
