"""A derivation line by line."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from . import Number, Question, Worded, Wrong, indented


class Derivation(Worded, frozen=True, kw_only=True, tag="derivation"):
    """A derivation line by line: of d output / d `wrt`, or without `wrt` a rewriting of the output where `given` holds."""

    program: str
    wrt: str = ""
    given: dict[str, Number] = {}
    accept: Annotated[tuple[tuple[str, ...], ...], Meta(min_length=1)]
    wrong: Annotated[tuple[Wrong[tuple[str, ...]], ...], Meta(min_length=1)]

    MINUTES = 6
    FORM = "lines"
    TEMPLATE = """\
prompt = "L = (w*x - y)^2. Derive dL/dw line by line; d/dw (...) may stand in a line."
program = "L = (w*x - y)**2"
wrt = "w"
accept = [["d/dw ((w*x - y)**2)", "2*(w*x - y)*d/dw (w*x - y)", "2*(w*x - y)*x"]]
hints = [
    "The first line states the task.",
    "Then the chain rule: the outer derivative, times that of what is inside.",
    "The inner derivative is the factor beside w.",
]

[[wrong]]
answer = ["2*(w*x - y)*d/dw (w*x - y)", "2*(w*x - y)*(x - y)"]
why = "y does not depend on w, so its derivative is 0"
"""

    def questions(self) -> list[Question]:
        return [Question("", "lines", lines=True)]

    def from_text(self, text: str) -> list[str]:
        return [line for line in (part.strip() for part in text.splitlines()) if line]

    def accepted(self) -> list[Any]:
        return [list(lines) for lines in self.accept]

    def rejected(self) -> list[tuple[Any, tuple[str, ...]]]:
        return [(list(w.answer), w.misconceptions) for w in self.wrong]

    def told(self, notation: str = "plain", width: int = 80) -> str:
        return indented(self.accept[0])
