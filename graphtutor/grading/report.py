"""A Grade: what was right, where the first wrong line is, what was misunderstood, and how it is told.

`Grade` is plain data: it compares, hashes and pickles, and turns into JSON, Markdown or terminal text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from ..errors import LearnerError, ReadError
from .diagnose import Misconception

CREDITED = {"right": 1.0, "definition": 1.0, "follows": 1.0, "wrong": 0.0, "compensates": 0.0, "undecided": 0.0, "unread": 0.0}
SIGNS = {"right": "✓", "definition": "·", "follows": "→", "wrong": "✗", "compensates": "✗", "undecided": "?", "unread": "?", "text": " ", "side": "·"}
FORMS = ("cases", "expanded", "product", "no-decimals")


@dataclass(frozen=True, slots=True)
class Rubric:
    """How points are given: per line (`points`, 1 each if left out), with follow-through or without, and what form is asked for.

    `follow`: the share of a line's points that it earns when it follows correctly from a wrong line.
    `form`: any of "cases", "expanded", "product", "no-decimals"; an answer that is right but in another form gets `form_share`.
    """

    points: tuple[float, ...] = ()
    follow: float = 1.0
    form: tuple[str, ...] = ()
    form_share: float = 0.5

    def __post_init__(self) -> None:
        for form in self.form:
            if form not in FORMS:
                raise LearnerError(f"'{form}' is no form of an answer; expected {', '.join(FORMS)}")
        if any(p < 0 for p in self.points) or not 0 <= self.follow <= 1 or not 0 <= self.form_share <= 1:
            raise LearnerError("points are numbers from 0 up, follow and form_share shares from 0 to 1")

    def of(self, index: int) -> float:
        return self.points[min(index, len(self.points) - 1)] if self.points else 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer. `index` counts the answer's lines from 0.

    `status`: "right", "wrong", "follows" (wrong, but correct from line `after`), "compensates" (right again,
    though it does not follow from the wrong line before), "definition", "side" (a calculation on the way),
    "text", "unread" (`error` says where), "undecided" (a person decides).
    `truth` and `previous` are verdicts ("proved", "agrees", "kink", "differs", "undecided"), None where nothing was compared.
    """

    index: int
    text: str
    status: str
    quantity: str = ""
    truth: str | None = None
    previous: str | None = None
    evidence: str = ""
    after: int | None = None
    note: str = ""
    error: ReadError | None = None
    points: float = 1.0
    earned: float = 0.0


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A point of small numbers at which the answer fails: `answer` and `truth` as text there, and their ratio if it is the same everywhere."""

    point: tuple[tuple[str, str], ...]
    answer: str
    truth: str
    ratio: str = ""

    def __str__(self) -> str:
        at = ", ".join(f"{name} = {value}" for name, value in self.point)
        told = f"At {at}: " if at else ""
        return f"{told}yours is {self.answer}, the derivative is {self.truth}." + (f" Yours is {self.ratio} everywhere." if self.ratio else "")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a sheet: `status` is "right", "wrong", "follows" (wrong only because of an earlier cell) or "blank"."""

    name: str
    status: str
    given: str = ""
    right: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """A change of the problem on which the candidates differ: its text, and what each misconception would answer there."""

    problem: str
    wrt: str
    point: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grade:
    """The verdict on one answer.

    `score` is in 0..1; `correct` True, False, or None for undecided; `first_wrong` an index from 0 (messages count
    lines from 1). `broken` is (program, operation, argument) for the drawing. `human` is what a person decided, beside
    the machine's verdict.
    """

    score: float
    correct: bool | None
    message: str
    lines: tuple[Line, ...] = ()
    first_wrong: int | None = None
    misconceptions: tuple[Misconception, ...] = ()
    counterexample: Counterexample | None = None
    invalid: ReadError | None = None
    undecided_because: str = ""
    cells: tuple[Cell, ...] = ()
    variant: Variant | None = None
    broken: tuple[Any, ...] = ()
    human: tuple[tuple[str, Any], ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Grade) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> str:
        return json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)

    def cell(self, name: str) -> str:
        """Return the status of a cell such as "u.local.w0"."""
        for cell in self.cells:
            if cell.name == name:
                return cell.status
        raise LearnerError(f"no cell '{name}'; the sheet has {', '.join(c.name for c in self.cells)}")

    @property
    def undecided(self) -> tuple[int, ...]:
        """The lines that wait for a person."""
        return tuple(line.index for line in self.lines if line.status == "undecided")

    def to_json(self) -> dict[str, Any]:
        """Return the grade in JSON's types."""
        found = {f.name: jsonable(getattr(self, f.name)) for f in fields(self) if f.name not in ("broken", "cells", "human")}
        found["cells"] = {c.name: c.status for c in self.cells}
        found["human"] = dict(self.human)
        return found

    def to_markdown(self) -> str:
        """Return the grade as Markdown; what the student typed stands in code, so that nothing in it is markup."""
        out = [f"**{headline(self)}**", "", escaped(self.message)]
        if self.lines:
            out += ["", "| line | | |", "|---|---|---|"]
            out += [f"| {line.index + 1} | {SIGNS[line.status].strip() or ' '} | {code(line.text)}{' ' + escaped(remark(line)) if remark(line) else ''} |" for line in self.lines]
        if self.cells:
            out += ["", "| cell | | yours | right |", "|---|---|---|---|"]
            out += [f"| {code(c.name)} | {c.status} | {code(c.given)} | {code(c.right)} |" for c in self.cells]
        if self.misconceptions:
            out += ["", *(f"- `{m.id}`{' at ' + code(m.text) if m.text else ''}: {escaped(m.hint)}" for m in self.misconceptions)]
        if self.counterexample is not None:
            out += ["", escaped(str(self.counterexample))]
        return "\n".join(out) + "\n"

    def to_text(self) -> str:
        """Return the grade as lines for a terminal."""
        out = [headline(self), self.message]
        width = max((len(line.text) for line in self.lines), default=0)
        for line in self.lines:
            shown = " ".join(line.text.split())
            out.append(f"  {line.index + 1:>2} {SIGNS[line.status]} {shown:<{min(width, 60)}}  {remark(line)}".rstrip())
        out += [f"  {c.name:<16} {c.status:<8} {c.given:<12} {'' if c.status == 'right' else c.right}".rstrip() for c in self.cells]
        for m in self.misconceptions[:3]:
            out.append(f"  {m.id}{' at ' + m.text if m.text else ''}: {m.hint}")
        if self.counterexample is not None:
            out.append(f"  {self.counterexample}")
        return "\n".join(out)

    def __str__(self) -> str:
        return self.to_text()

    @property
    def sheet(self) -> dict[str, str]:
        """The cells of a sheet as name → status."""
        return {c.name: c.status for c in self.cells}


def headline(grade: Grade) -> str:
    if grade.invalid is not None and not grade.lines:
        return "not read"
    if grade.correct is None:
        return f"undecided, {percent(grade.score)} so far"
    return f"{'right' if grade.correct else 'not right'}, {percent(grade.score)}"


def percent(score: float) -> str:
    return f"{round(100 * score)} %"


def remark(line: Line) -> str:
    if line.status == "follows" and line.after is not None:
        return f"follows from your line {line.after + 1}" + (f"; {line.note}" if line.note else "")
    if line.status == "compensates":
        return line.note or "right again, but it does not follow from the line before"
    if line.status == "unread" and line.error is not None:
        return str(line.error)
    return line.note


def code(text: str) -> str:
    """Return text as Markdown code, in a fence longer than any run of backticks in it."""
    flat = " ".join(text.split()).replace("|", "\\|")
    if not flat:
        return ""
    runs = max((len(r) for r in "".join(c if c == "`" else " " for c in flat).split()), default=0)
    fence = "`" * (runs + 1)
    return f"{fence} {flat} {fence}" if runs else f"`{flat}`"


def escaped(text: str) -> str:
    return "".join("\\" + c if c in "\\`*_[]<>|#" else c for c in " ".join(text.split()))


def jsonable(value: Any) -> Any:
    if isinstance(value, ReadError):
        return {"message": value.message, "line": value.line, "column": value.column, "caret": value.caret}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name.rstrip("_"): jsonable(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [jsonable(v) for v in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
