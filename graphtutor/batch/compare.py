"""What changed between two gradings of the same submissions: after an exercise was mended, or the grader was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .final import Result, final, ids, word


@dataclass(frozen=True)
class Change:
    """One submission whose result is another one: what was said before and after."""

    id: str
    before: str
    after: str
    score: tuple[float, float]
    misconceptions: tuple[tuple[str, ...], tuple[str, ...]]

    def __str__(self) -> str:
        points = (
            "" if self.score[0] == self.score[1] else f", {100 * self.score[0]:.0f} % -> {100 * self.score[1]:.0f} %"
        )
        named = (
            ""
            if self.misconceptions[0] == self.misconceptions[1]
            else f"; named {' '.join(self.misconceptions[0]) or 'nothing'} -> {' '.join(self.misconceptions[1]) or 'nothing'}"
        )
        return (
            f"{self.id}: {self.before} -> {self.after}{points}{named}"
            if self.before != self.after
            else f"{self.id}: {self.after}{points}{named}"
        )


def said(result: Result) -> str:
    """Return a result in words: right, or not right from which line on."""
    correct, _ = final(result)
    first = result.get("first_wrong")
    return word(correct) + (
        f" from {'row' if result.get('table') else 'line'} {first + 1}"
        if first is not None and correct is not True
        else ""
    )


def changes(old: Mapping[str, Result], new: Mapping[str, Result]) -> list[Change]:
    """Return the submissions in both whose verdict, score, first wrong line or misconceptions differ."""
    found = []
    for name, after in new.items():
        before = old.get(name)
        if before is not None and told(before) != told(after):
            found.append(
                Change(
                    name,
                    said(before),
                    said(after),
                    (final(before)[1], final(after)[1]),
                    (tuple(ids(before)), tuple(ids(after))),
                )
            )
    return found


def told(result: Mapping[str, Any]) -> tuple[Any, ...]:
    correct, score = final(result)
    return correct, round(score, 9), result.get("first_wrong"), ids(result)


def summary(old: Mapping[str, Result], new: Mapping[str, Result], found: list[Change]) -> str:
    """Return in one sentence how many changed, and which are in one file alone."""
    gone, came = [n for n in old if n not in new], [n for n in new if n not in old]
    parts = [f"{len(found)} of {len(set(old) & set(new))} results changed"]
    parts += [f"{len(names)} only in the {which} file" for names, which in ((gone, "old"), (came, "new")) if names]
    return f"{', '.join(parts)}."
