"""The results of a class as the forms take them: with what a person decided, which attempt counts, and pictures of where answers broke."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..text import written
from .final import Result, final
from .many import Class
from .results import graded, restored
from .reviews import Reviews
from .submissions import Submission

# which of several attempts counts: the place of it in (place, score) of all, in the order of time
ATTEMPTS: Mapping[str, Callable[[Sequence[tuple[int, float]]], int]] = {
    "last": lambda tried: tried[-1][0],
    "first": lambda tried: tried[0][0],
    "best": lambda tried: max(reversed(tried), key=lambda one: one[1])[0],
    "all": lambda tried: -1,
}


class Entry(Result):
    """A result that knows its place on the roll."""

    place = 0


@dataclass
class Marked:
    """Results with everything that is said of them; a form goes through them as often as it wants."""

    of: Class
    decisions: Reviews
    folder: str | None = None
    verbose: bool = False
    together: bool = False
    names: bool = False
    alike: bool = False
    attempts: str = "last"
    pictures: Path | None = None
    tried: dict[int, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tried: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        for k, one in enumerate(self.of.roll):
            name = one["data"].get("identifier") or one["data"].get("student")
            if name:
                tried[str(name), one["question"]].append((str(one["data"].get("time", "")), k))
        for places in tried.values():
            self.count(places if len(places) > 1 else [])

    def count(self, places: list[tuple[str, int]]) -> None:
        """Number the attempts of a student at a question, and say which counts."""
        order = [k for _, k in sorted(places)]
        scores = [(k, final(self.put_in(k))[1] if self.attempts == "best" else 0.0) for k in order]
        counts = ATTEMPTS[self.attempts](scores) if order else -1
        for number, k in enumerate(order, 1):
            self.tried[k] = {"attempt": number, "counts": counts in (k, -1)}

    @property
    def widest(self) -> int:
        return self.of.roll.widest

    def __len__(self) -> int:
        return len(self.of)

    def __iter__(self) -> Iterator[Entry]:
        for k, one in enumerate(self.of.roll):
            if bytes.fromhex(one["key"]) in self.of.journal:
                yield self.put_in(k, one)

    def put_in(self, k: int, one: Mapping[str, Any] | None = None) -> Entry:
        """Return the result at a place with what a person decided of it, and whether it counts."""
        one = one or self.of.roll[k]
        found = Entry({**self.decisions.put_in(self.of.result(one), one["digest"]), **self.tried.get(k, {})})
        found.place = k
        return found

    def submission(self, k: int) -> Submission:
        """Return what was handed in at a place, as it was graded."""
        one = self.of.roll[k]
        return Submission(
            one["id"], one["answer"], one["about"], one["data"], one["where"], conflicts=tuple(one["conflicts"])
        )

    def text(self, result: Result) -> str:
        return restored(result).to_text()

    def markdown(self, result: Result) -> str:
        return restored(result).to_markdown()

    def picture(self, result: Result) -> str:
        """Draw where an answer broke, and return the file as a page beside the folder of pictures links it; "" where no place is known."""
        if self.pictures is None or not isinstance(result, Entry):
            return ""
        try:
            found = graded(self.submission(result.place), self.folder)
            if not found.broken:
                return ""
            return "/".join(
                written(self.pictures / f"{result.place + 1}.svg", found.verdict().svg().encode()).parts[-2:]
            )
        except Exception:  # a picture that nothing here can draw is no reason to have no report
            return ""
