"""Grade: what was right, where the first wrong line is, what was misunderstood; as JSON's types, as Markdown, as lines for a terminal."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from ...door import Listed, door
from ...errors import LearnerError, ReadError
from ...picture.files.saved import stored
from ...shown import BAD, GOOD, OPEN, bundle, card
from ...text import clean, escaped, several
from .drawing import WHERE, Verdict
from .marks import Cell, Counterexample, Line, Misconception, Variant

WIDTH, NOTES, MOST_TOLD, MOST_BLANK, LONGEST = 80, 34, 3, 12, 44
SIGNS = {
    "right": "✓", "definition": "·", "follows": "→", "wrong": "✗", "compensates": "✗", "undecided": "?", "unread": "?", "text": " ", "side": "·",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Grade:
    """The verdict on one answer; it compares by value, hashes and pickles.

    `score` is in 0..1; `correct` True, False, or None for undecided; `first_wrong` an index from 0 (messages count
    lines from 1). `table` holds the cells of a sheet. `broken` is a `Task.place`, for the drawing. `human` is what a
    person decided, beside the machine's verdict.

    >>> print(Grade(0.5, False, "Line 2 is the first wrong one.", first_wrong=1))
    not right, 50 %
    Line 2 is the first wrong one.
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
    table: tuple[Cell, ...] = ()
    variant: Variant | None = None
    broken: tuple[Any, ...] = ()
    human: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self) -> None:
        for name in ("lines", "misconceptions", "table"):
            object.__setattr__(self, name, Listed(getattr(self, name)))

    @property
    def undecided(self) -> tuple[int, ...]:
        """The lines that wait for a person."""
        return tuple(line.index for line in self.lines if line.status == "undecided")

    @property
    def cells(self) -> dict[str, str]:
        """The cells of a sheet, name → status: `cells["u.local.w0"]`; `table` holds them whole."""
        return {c.name: c.status for c in self.table}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Grade) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> str:
        """The whole grade as text: equal for equal grades."""
        return json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)

    @door
    def to_json(self) -> dict[str, Any]:
        """Return the grade in JSON's types."""
        found = {f.name: jsonable(getattr(self, f.name)) for f in fields(self) if f.name not in ("broken", "human")}
        return {**found, "cells": self.cells, "human": dict(self.human)}

    def to_markdown(self) -> str:
        """Return the grade as Markdown; what the student typed stands in code, so that nothing in it is markup."""
        return clean(markdown(self))

    @door
    def to_text(self, width: int = WIDTH) -> str:
        """Return the grade as lines for a terminal of `width` columns; words say everything, so that no colour is needed."""
        return clean(terminal(self, width))

    @door
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

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return bundle(self.to_text(), self._repr_html_, self._repr_svg_)

    def _repr_html_(self) -> str:
        first, *rest = self.to_text(110).split("\n")
        picture = bundle("", svg=self._repr_svg_).get("image/svg+xml", "")
        return card(first, rest, GOOD if self.correct else OPEN if self.correct is None else BAD) + picture

    def _repr_svg_(self) -> str | None:
        return self.verdict().svg() if self.broken else None

    def __str__(self) -> str:
        return self.to_text()


# ----- how it is told -----
def markdown(grade: Grade) -> str:
    """Return the grade as Markdown; what the student typed stands in code, so that nothing in it is markup."""
    out = [f"**{headline(grade)}**", "", escaped(grade.message)]
    if grade.lines:
        out += ["", "| line | | |", "|---|---|---|"]
        out += [
            f"| {line.index + 1} | {SIGNS[line.status].strip() or ' '} | {code(line.text)}{' ' + escaped(remark(line)) if remark(line) else ''} |"
            for line in grade.lines
        ]
    if grade.table:
        out += ["", "| cell | | yours | right |", "|---|---|---|---|"]
        out += [f"| {code(c.name)} | {escaped(told(c))} | {code(c.given)} | {code(c.right)} |" for c in grade.table]
    if grade.misconceptions:
        out += [
            "",
            *(
                f"- `{m.id}`{' at ' + code(m.text) if m.text else ''}: {escaped(m.hint + rest)}"
                for m, rest in findings(grade.misconceptions)
            ),
        ]
    for text in below(grade):
        out += ["", escaped(text)]
    if grade.human:
        out += ["", f"Decided by a person: {escaped(decided(dict(grade.human)))}"]
    return "\n".join(out) + "\n"


def below(grade: Grade) -> Iterator[str]:
    """Yield what stands below lines and cells: where the answer fails, and what tells explanations apart."""
    if grade.counterexample is not None:
        yield str(grade.counterexample)
    if grade.variant is not None:
        yield apart(grade.variant)


def terminal(grade: Grade, width: int) -> str:
    """Return a grade as lines of `width` columns: the verdict, the answer's lines or cells, and what explains them."""
    out = [headline(grade), *wrapped(grade.message, width, 0)]
    for line in grade.lines:
        out += beside(f"  {line.index + 1:>2} {SIGNS[line.status]} {' '.join(line.text.split())}", remark(line), width)
    unread = grade.invalid
    if unread is not None and unread.source and not (grade.table or any(line.error for line in grade.lines)):
        out += [f"  {row}" for row in unread.caret.split("\n")]
    for cell in grade.table:
        out += [] if cell.status in ("right", "blank") else beside(*row(cell), width)
    told = [f"{m.id}{' at ' + m.text if m.text else ''}: {m.hint}{rest}" for m, rest in findings(grade.misconceptions)]
    notes = [*blanks(grade.table), *told[:MOST_TOLD], *below(grade)]
    notes += [f"decided by a person: {decided(dict(grade.human))}"] if grade.human else []
    return "\n".join([*out, *(part for text in notes for part in wrapped(text, width, 2))])


def blanks(table: Sequence[Cell]) -> list[str]:
    """Return a line that names the cells left blank; none where all are filled."""
    blank = [c.name for c in table if c.status == "blank"]
    more = f" and {len(blank) - MOST_BLANK} more" if len(blank) > MOST_BLANK else ""
    return [f"blank: {', '.join(blank[:MOST_BLANK])}{more}"] if blank else []


def row(cell: Cell) -> tuple[str, str]:
    """Return a cell of a sheet that is not right, and what is said beside it."""
    given = cell.given if len(cell.given) <= LONGEST else f"{cell.given[: LONGEST - 1]}…"
    right = f"right is {cell.right}" if cell.right and cell.status in ("wrong", "follows") else ""
    return f"  {cell.name:<16} {cell.status:<9} {given}".rstrip(), "; ".join(filter(None, [cell.note, right]))


def findings(found: Iterable[Misconception]) -> list[tuple[Misconception, str]]:
    """Return what explains each line of an answer, and in words with what it was made and what nothing in the line tells from it.

    >>> found = [Misconception("path.dropped", line=1), Misconception("upstream.dropped", line=1), Misconception("rounding", line=2)]
    >>> [(m.id, rest) for m, rest in findings(found)]
    [('path.dropped', ' (Nothing here tells it from upstream.dropped.)'), ('rounding', '')]
    """
    lines: dict[Any, list[Misconception]] = {}
    for k, m in enumerate(found):
        lines.setdefault(("cell", k) if m.line is None else m.line, []).append(m)
    return [(first, company(first, dict.fromkeys(m.id for m in rest))) for first, *rest in lines.values()]


def company(first: Misconception, ids: Iterable[str]) -> str:
    others = [id for id in ids if id not in (first.id, first.with_)]
    said = f"Together with {first.with_}. " if first.with_ else ""
    said += f"Nothing here tells it from {several(others, MOST_TOLD, 'or')}." if others else ""
    return f" ({said.strip()})" if said else ""


def apart(variant: Variant) -> str:
    """Return in words the problem that tells explanations apart.

    >>> apart(Variant("(2*x + y)**2", "x", (("x", "1"), ("y", "3")), (("chain.missing-inner", "10"), ("wrt.wrong-variable", "20"))))
    'To tell these apart: d/dx of (2*x + y)**2 at x = 1, y = 3 comes out as 10 (chain.missing-inner) or 20 (wrt.wrong-variable).'
    """
    at = ", ".join(f"{name} = {value}" for name, value in variant.point)
    by_value: dict[str, list[str]] = {}
    for name, value in variant.answers:
        by_value.setdefault(value, []).append(name)
    *others, last = [f"{value} ({', '.join(names)})" for value, names in by_value.items()]
    return f"To tell these apart: d/d{variant.wrt} of {variant.problem} at {at} comes out as {', '.join(others)}{' or ' * bool(others)}{last}."


def decided(human: Mapping[str, Any]) -> str:
    """Return in words what a person decided.

    >>> decided({"correct": False, "score": 0.5, "note": "sign only", "stale": True})
    'not right, 50 %: sign only; the answer has changed since'
    """
    note = f": {human['note']}" if human.get("note") else ""
    return f"{'right' if human.get('correct') else 'not right'}, {percent(human.get('score', 0.0))}{note}" + (
        "; the answer has changed since" if human.get("stale") else ""
    )


def wrapped(text: str, width: int, indent: int) -> list[str]:
    """Return text in lines, every one but the first moved in two columns more."""
    return textwrap.wrap(
        text,
        max(30, width),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_long_words=True,
        break_on_hyphens=False,
    )


def beside(text: str, note: str, width: int) -> list[str]:
    """Return a line with its note behind it, or below it where both are too wide together."""
    if not note:
        return wrapped(text, width, 0) if len(text) > width else [text]
    room = max(NOTES, len(text) + 2)
    if room + len(note) <= width:
        return [f"{text:<{room}}{note}"]
    return [*(wrapped(text, width, 0) if len(text) > width else [text]), *wrapped(note, width, 6)]


def told(cell: Cell) -> str:
    """Return a cell's status with its note, "follows" once."""
    return (
        cell.note
        if cell.status == "follows" and cell.note
        else f"{cell.status}; {cell.note}"
        if cell.note
        else cell.status
    )


def headline(grade: Grade) -> str:
    if grade.invalid is not None and not grade.lines and not grade.table:
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


def jsonable(value: Any) -> Any:
    if isinstance(value, ReadError):
        return {"message": value.message, "line": value.line, "column": value.column, "caret": value.caret}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name.rstrip("_"): jsonable(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [jsonable(v) for v in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
