"""How a grade is told: as JSON's types, as Markdown, as lines for a terminal."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from ..errors import ReadError
from .marks import Line, Marks

SIGNS = {"right": "✓", "definition": "·", "follows": "→", "wrong": "✗", "compensates": "✗", "undecided": "?", "unread": "?", "text": " ", "side": "·"}


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
        out += [f"| {line.index + 1} | {SIGNS[line.status].strip() or ' '} | {code(line.text)}{' ' + escaped(remark(line)) if remark(line) else ''} |" for line in grade.lines]
    if grade.table:
        out += ["", "| cell | | yours | right |", "|---|---|---|---|"]
        out += [f"| {code(c.name)} | {c.status} | {code(c.given)} | {code(c.right)} |" for c in grade.table]
    if grade.misconceptions:
        out += ["", *(f"- `{m.id}`{' at ' + code(m.text) if m.text else ''}: {escaped(m.hint)}" for m in grade.misconceptions)]
    if grade.counterexample is not None:
        out += ["", escaped(str(grade.counterexample))]
    return "\n".join(out) + "\n"


def text(grade: Marks) -> str:
    """Return the grade as lines for a terminal."""
    out = [headline(grade), grade.message]
    width = max((len(line.text) for line in grade.lines), default=0)
    for line in grade.lines:
        shown = " ".join(line.text.split())
        out.append(f"  {line.index + 1:>2} {SIGNS[line.status]} {shown:<{min(width, 60)}}  {remark(line)}".rstrip())
    out += [f"  {c.name:<16} {c.status:<8} {c.given:<12} {'' if c.status == 'right' else c.right}".rstrip() for c in grade.table]
    for m in grade.misconceptions[:3]:
        out.append(f"  {m.id}{' at ' + m.text if m.text else ''}: {m.hint}")
    if grade.counterexample is not None:
        out.append(f"  {grade.counterexample}")
    return "\n".join(out)


def headline(grade: Marks) -> str:
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
