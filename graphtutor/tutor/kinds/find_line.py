"""The first wrong line of a given derivation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from ...errors import ReadError
from . import Exercise, Wrong, maths, refusal, right

if TYPE_CHECKING:
    from ...grading.told.grades import Grade
    from ..heard import Heard


class FindLine(Exercise, frozen=True, kw_only=True, tag="find-line"):
    """Which line of a given derivation is the first that does not follow? Lines count from 1; `none` if all do."""

    program: str
    wrt: str
    lines: Annotated[tuple[str, ...], Meta(min_length=2)]
    wrong: Annotated[tuple[Wrong[str], ...], Meta(min_length=1)]

    HINT_MAY_ANSWER = True
    FORM = "one"
    TEMPLATE = """\
prompt = "Which is the first wrong line? (Its number, counting from 1, or none.)"
program = "L = (w*x - y)**2"
wrt = "w"
lines = [
    "d/dw ((w*x - y)**2)",
    "2*(w*x - y)*d/dw (w*x - y)",
    "2*(w*x - y)*w",
    "2*w*(w*x - y)",
]
hints = [
    "Put in small numbers: w = 1, x = 2, y = 1.",
    "Each line should have the same value there.",
    "Which line takes the derivative of w*x?",
]

[[wrong]]
answer = "4"
why = "line 4 follows from line 3; the slip is earlier"
"""

    @property
    def asks_for(self) -> str:
        return "line"

    def choices(self) -> list[tuple[str, str]]:
        return [*((str(k), line) for k, line in enumerate(self.lines, 1)), ("none", "none: all lines are right")]

    def heard(self, key: str, text: str) -> list[Heard]:
        return []

    def listing(self) -> list[str]:
        return [f"{k}. {line}" for k, line in enumerate(self.lines, 1)]

    def number(self, text: str) -> int | None:
        """Return the number of a line, from 1, or None for `none`."""
        plain = text.strip().lower().removeprefix("line").strip()
        if plain in ("none", "no", "-"):
            return None
        found = next((k for k in range(1, len(self.lines) + 1) if plain.rstrip(".") == str(k)), None)
        if found is None:
            expected = f"a number from 1 to {len(self.lines)}, or none"
            raise ReadError(f"'{text.strip()[:40]}' is no line; expected {expected}", text[:200])
        return found

    def first_wrong(self) -> int | None:
        """Return the number, from 1, of the first line that is not the derivative; None if all are."""
        asked = maths.task(self, shapes=self.declared(self.program))
        found = maths.grade(asked, list(self.lines)).first_wrong
        return None if found is None else found + 1

    def judged(self, answer: str) -> Grade:
        given = self.number(answer)
        if given == self.first_wrong():
            return right()
        message = f"{f'Line {given}' if given else 'None'} is not it."
        return refusal(0.0, message, self.wrong, lambda slip: self.number(slip.answer) == given)

    def accepted(self) -> list[Any]:
        return [str(self.first_wrong() or "none")]

    def told(self, notation: str = "plain", width: int = 80) -> str:
        answer = self.accepted()[0]
        return f"  line {answer}" if answer != "none" else "  none: all lines are right"
