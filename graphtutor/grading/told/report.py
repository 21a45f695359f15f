"""How a grade is told: as JSON's types, as Markdown, as lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from ...errors import ReadError
from ...text import escaped
from .marks import Cell, Line, Marks, Variant

WIDTH, NOTES, MOST_TOLD, MOST_BLANK, LONGEST = 80, 34, 3, 12, 44
SIGNS = {
    "right": "✓",
    "definition": "·",
    "follows": "→",
    "wrong": "✗",
    "compensates": "✗",
    "undecided": "?",
    "unread": "?",
    "text": " ",
    "side": "·",
}


def plain(grade: Marks) -> dict[str, Any]:
    """Return the grade in JSON's types."""
    found = {f.name: jsonable(getattr(grade, f.name)) for f in fields(grade) if f.name not in ("broken", "human")}
    found["cells"] = grade.cells
    found["human"] = dict(grade.human)
    return found


def markdown(grade: Marks) -> str:
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
            *(f"- `{m.id}`{' at ' + code(m.text) if m.text else ''}: {escaped(m.hint)}" for m in grade.misconceptions),
        ]
    if grade.counterexample is not None:
        out += ["", escaped(str(grade.counterexample))]
    if grade.variant is not None:
        out += ["", escaped(apart(grade.variant))]
    if grade.human:
        out += ["", f"Decided by a person: {escaped(decided(dict(grade.human)))}"]
    return "\n".join(out) + "\n"


def text(grade: Marks, width: int = WIDTH) -> str:
    """Return the grade as lines for a terminal of `width` columns; words say everything, so that no colour is needed."""
    out = [headline(grade), *wrapped(grade.message, width, 0)]
    for line in grade.lines:
        out += beside(f"  {line.index + 1:>2} {SIGNS[line.status]} {' '.join(line.text.split())}", remark(line), width)
    if (
        grade.invalid is not None
        and not any(line.error for line in grade.lines)
        and grade.invalid.source
        and not grade.table
    ):
        out += [f"  {row}" for row in grade.invalid.caret.split("\n")]
    blank = [c.name for c in grade.table if c.status == "blank"]
    for c in grade.table:
        if c.status not in ("right", "blank"):
            given = c.given if len(c.given) <= LONGEST else f"{c.given[: LONGEST - 1]}…"
            out += beside(
                f"  {c.name:<16} {c.status:<9} {given}".rstrip(),
                "; ".join(
                    filter(
                        None, [c.note, f"right is {c.right}" if c.right and c.status in ("wrong", "follows") else ""]
                    )
                ),
                width,
            )
    if blank:
        out += wrapped(
            f"blank: {', '.join(blank[:MOST_BLANK])}{f' and {len(blank) - MOST_BLANK} more' if len(blank) > MOST_BLANK else ''}",
            width,
            2,
        )
    for m in grade.misconceptions[:MOST_TOLD]:
        out += wrapped(f"{m.id}{' at ' + m.text if m.text else ''}: {m.hint}", width, 2)
    if grade.counterexample is not None:
        out += wrapped(str(grade.counterexample), width, 2)
    if grade.variant is not None:
        out += wrapped(apart(grade.variant), width, 2)
    return "\n".join(
        [*out, *(wrapped(f"decided by a person: {decided(dict(grade.human))}", width, 2) if grade.human else [])]
    )


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


def headline(grade: Marks) -> str:
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
