"""Grade: what was right, where the first wrong line is, what was misunderstood; with its forms."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import LearnerError
from ...picture.files.saved import stored
from . import report
from .drawing import WHERE, Verdict
from .marks import Marks


@dataclass(frozen=True, eq=False)
class Grade(Marks):
    """The verdict on one answer, as `marks.Marks` describes; it compares by value, hashes and pickles.

    >>> print(Grade(0.5, False, "Line 2 is the first wrong one.", first_wrong=1))
    not right, 50 %
    Line 2 is the first wrong one.
    """

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Grade) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> str:
        """The whole grade as text: equal for equal grades."""
        return json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)

    def to_json(self) -> dict[str, Any]:
        """Return the grade in JSON's types."""
        return report.plain(self)

    def to_markdown(self) -> str:
        """Return the grade as Markdown; what the student typed stands in code, so that nothing in it is markup."""
        return report.markdown(self)

    def to_text(self) -> str:
        """Return the grade as lines for a terminal."""
        return report.text(self)

    def draw(self, path: str, **look: Any) -> list[Path]:
        """Write the problem's graph with the broken edge or node marked (.svg, .png, .pdf); return the paths.

        `look`: theme="light" | "dark", palette, direction="LR" | "TB". Raises LearnerError where this
        grade names no place in the graph.
        """
        return stored(self.verdict(**look), path)

    def verdict(self, **look: Any) -> Verdict:
        """Return the picture of the verdict, to be painted."""
        if not self.broken:
            raise LearnerError(
                "this grade names no place in the graph, so there is nothing to mark: "
                + ("the answer is right" if self.correct else self.message)
            )
        first = next((m for m in self.misconceptions if m.node), None)
        hint = first.hint if first and first.hint not in self.message else ""
        return Verdict(self.broken, f"{self.message} {hint}".strip(), first.id if first else WHERE, **look)

    def _repr_svg_(self) -> str | None:
        return self.verdict().svg() if self.broken else None

    def __str__(self) -> str:
        return self.to_text()
