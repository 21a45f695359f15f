"""An answer's own lines: their numbers, and what becomes of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..asked.rulings import Key, Step
from ..told.marks import Line

WORST = ("wrong", "compensates", "unread", "undecided", "follows", "right", "side", "definition", "text")


def numbered(answer: str | Sequence[str]) -> tuple[str, dict[int, int]]:
    """Return the text of an answer and, for each of its lines, the number of the answer's own line: blank ones do not count."""
    rows = answer.split("\n") if isinstance(answer, str) else list(answer)
    place: dict[int, int] = {}
    at, index = 1, -1
    for row in rows:
        index += bool(row.strip()) or not isinstance(answer, str)
        for k in range(row.count("\n") + 1):
            place[at + k] = max(index, 0)
        at += row.count("\n") + 1
    return "\n".join(rows), place


def lines(steps: Iterable[Step], answer: str | Sequence[str]) -> tuple[Line, ...]:
    """Return one Line for each line of the answer: the worst of what stands in it."""
    rows = [
        r
        for r in (answer.split("\n") if isinstance(answer, str) else answer)
        if r.strip() or not isinstance(answer, str)
    ]
    groups: dict[int, list[Step]] = {k: [] for k in range(len(rows))}
    for step in steps:
        groups.setdefault(step.index, []).append(step)
    return tuple(merged(k, rows[k] if k < len(rows) else "", group) for k, group in sorted(groups.items()))


def merged(index: int, text: str, group: Sequence[Step]) -> Line:
    if not group:
        return Line(index, text.strip(), "text")
    worst = min(group, key=lambda s: WORST.index(s.status))
    verdict, previous = worst.verdict, worst.previous  # neither is true as such if the two differ
    return Line(index, text.strip(), worst.status, named(worst.key), None if verdict is None else verdict.kind, None if previous is None else previous.kind,
                "" if verdict is None else verdict.evidence, worst.after, worst.note, worst.error)  # fmt: skip


def named(key: Key) -> str:
    of, wrt = key
    return f"d{of}/d{wrt}" if wrt and wrt != "definition" else ""
