"""Grade: what was right, where the first wrong line is, what was misunderstood; with its forms."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from . import report
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

    def __str__(self) -> str:
        return self.to_text()
