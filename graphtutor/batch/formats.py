"""How results are written, in each form that `graphtutor grade` offers, and read back: one row of FORMATS for each.

Imports nothing heavy, so that the shell knows its forms before anything is graded.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from ..errors import LearnerError
from ..text import clean, escaped, several

Result = dict[str, Any]
Writer = Callable[[Sequence["Graded"], bool], str]


class Graded(Protocol):
    """What a form asks of a submission with its Grade: `results.Graded`."""

    @property
    def one(self) -> Any: ...
    @property
    def grade(self) -> Any: ...
    @property
    def result(self) -> Result: ...
    @property
    def waits(self) -> bool: ...


COLUMNS = ("id", "student", "exercise", "correct", "score", "first_wrong", "misconceptions", "message", "undecided_because", "decided_by", "conflicts")  # fmt: skip
RISKY = ("=", "+", "-", "@", "\t", "\r")
WIDEST = 80


# ----- the end result -----
def final(of: Mapping[str, Any]) -> tuple[bool | None, float]:
    """Return (correct, score): a person's decision where there is one for this answer, else the machine's."""
    human = of.get("human") or {}
    if human and not human.get("stale"):
        return human.get("correct"), float(human.get("score", of["score"]))
    return of["correct"], float(of["score"])


def ids(of: Mapping[str, Any]) -> list[str]:
    """Return the ids of a result's misconceptions."""
    return [m["id"] if isinstance(m, Mapping) else str(m) for m in of.get("misconceptions") or []]


def word(correct: bool | None) -> str:
    return "undecided" if correct is None else "right" if correct else "not right"


def counted(of: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many results there are of each kind."""
    found = {"right": 0, "not right": 0, "undecided": 0}
    for one in of:
        found[word(final(one)[0])] += 1
    return found


# ----- for machines -----
def as_lines(of: Iterable[Mapping[str, Any]]) -> str:
    """Return results as JSON lines."""
    return "\n".join(json.dumps(one, ensure_ascii=False, default=str) for one in of)


def as_csv(of: Iterable[Mapping[str, Any]]) -> str:
    """Return results as CSV; a text that a spreadsheet would take for a formula gets an apostrophe."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for one in of:
        correct, score = final(one)
        first = one.get("first_wrong")
        row = [one.get("id"), one.get("student", ""), one.get("exercise") or one.get("expression", ""), word(correct), f"{score:.4g}", "" if first is None else first + 1,
               " ".join(ids(one)), one.get("message", ""), one.get("undecided_because", ""), "person" if final(one) != (one["correct"], float(one["score"])) else "machine", "; ".join(one.get("conflicts", []))]  # fmt: skip
        table.writerow([safe(value) for value in row])
    return out.getvalue().rstrip("\n")


def safe(value: Any) -> str:
    """Return a cell that no spreadsheet runs.

    >>> safe("=HYPERLINK(1)"), safe(-3), safe("2*x")
    ("'=HYPERLINK(1)", '-3', '2*x')
    """
    text = " ".join(clean(str("" if value is None else value)).split())
    return f"'{text}" if isinstance(value, str) and text.startswith(RISKY) else text


def tests(of: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the lines or cells of a result as (name, points, most, message) for a grading system."""
    if of.get("table"):
        return [
            {
                "name": c["name"],
                "score": float(c["status"] in ("right", "follows")),
                "max": 1.0,
                "output": " ".join(filter(None, [c["status"], c["note"]])),
            }
            for c in of["table"]
        ]
    lines = [line for line in of.get("lines") or [] if line["points"]]
    return [
        {
            "name": f"line {x['index'] + 1}: {x['text']}"[:120],
            "score": float(x["earned"]),
            "max": float(x["points"]),
            "output": x["note"] or x["status"],
        }
        for x in lines
    ]


def as_gradescope(of: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result as Gradescope's results.json."""
    correct, score = final(of)
    found = [
        {
            "name": t["name"],
            "score": t["score"],
            "max_score": t["max"],
            "status": "passed" if t["score"] == t["max"] else "failed",
            "output": t["output"],
        }
        for t in tests(of)
    ]
    open_ = "Undecided, a person looks at it. " if correct is None else ""
    return {"score": score, "output": f"{open_}{of['message']}", "visibility": "visible", "tests": found,
            "extra_data": {"id": of["id"], "correct": correct, "first_wrong": of.get("first_wrong"), "misconceptions": ids(of)}}  # fmt: skip


def as_prairielearn(of: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result as PrairieLearn's results.json; an answer that is undecided or cannot be read is not gradable and costs no attempt."""
    correct, score = final(of)
    if correct is None:
        return {
            "gradable": False,
            "message": of["message"],
            "format_errors": [of["invalid"]["message"]] if of.get("invalid") else ["A person looks at it."],
        }
    found = [
        {"name": t["name"], "points": t["score"], "max_points": t["max"], "message": t["output"]} for t in tests(of)
    ]
    return {"gradable": True, "score": score, "message": of["message"], "tests": found}


def for_system(form: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Writer:
    """Return the writer of a grading system's form: the object of one result, of several id → object."""

    def write(every: Sequence[Graded], verbose: bool) -> str:
        made = {g.one.id: form(g.result) for g in every}
        return json.dumps(next(iter(made.values())) if len(made) == 1 else made, ensure_ascii=False, indent=1)

    return write


# ----- for people -----
def as_text(every: Sequence[Graded], verbose: bool) -> str:
    """Return one answer, or with `verbose` every one, line by line; many as one line each, with a sentence about all."""
    if len(every) == 1 or verbose:
        return "\n\n".join((f"{g.one.id}\n" if len(every) > 1 else "") + g.grade.to_text() for g in every)
    return "\n".join([*(line for line, _ in listed(every)), summary(every)]) if every else ""


def as_markdown(every: Sequence[Graded], verbose: bool) -> str:
    headed = ((f"## {escaped(g.one.id)}\n\n" if len(every) > 1 else "") + g.grade.to_markdown() for g in every)
    return "\n".join(headed).rstrip("\n")


def listed(every: Sequence[Graded]) -> list[tuple[str, str]]:
    """Return a line for each grade, with the word for what became of it."""
    wide = min(24, max(len(g.one.id) for g in every))
    lines = []
    for g in every:
        correct, score = final(g.result)
        line = f"{g.one.id[:wide]:<{wide}}  {word(correct):<9}  {100 * score:3.0f} %  {remark(g)}".rstrip()
        lines.append((line if len(line) <= WIDEST else line[: WIDEST - 3] + "...", word(correct)))
    return lines


def remark(graded: Graded) -> str:
    """Return what one line says behind a score: the first wrong line and the misconception, or why it is open."""
    grade = graded.grade
    if grade.human and not dict(grade.human).get("stale"):
        return "decided by a person"
    first = "" if grade.first_wrong is None else f"{'row' if grade.table else 'line'} {grade.first_wrong + 1}  "
    found = grade.message if grade.correct is None else first + " ".join(m.id for m in grade.misconceptions[:1])
    own = (
        f"({several(c.split(':')[0] for c in graded.one.conflicts)} of its own, not used)"
        if graded.one.conflicts
        else ""
    )
    return f"{'' if grade.correct else found} {own}".strip()


def summary(every: Sequence[Graded]) -> str:
    """Return the grades in one sentence."""
    counts, waiting = counted(g.result for g in every), sum(g.waits for g in every)
    told = ", ".join(f"{n} {name}" for name, n in counts.items() if n)
    return f"{len(every)} graded: {told}." + (
        f" {waiting} wait{'s' * (waiting == 1)} for a person: --review." if waiting else ""
    )


FORMATS: Mapping[str, Writer] = {
    "text": as_text,
    "json": lambda every, verbose: as_lines(g.result for g in every),
    "markdown": as_markdown,
    "csv": lambda every, verbose: as_csv(g.result for g in every),
    "gradescope": for_system(as_gradescope),
    "prairielearn": for_system(as_prairielearn),
}


# ----- read back -----
def read_results(path: str | Path) -> dict[str, Result]:
    """Return id → result of a file of JSON lines, or of one JSON object with `results`."""
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise LearnerError(f"cannot read {path}: {(error.strerror or 'it failed').lower()}") from None
    except UnicodeDecodeError:
        raise LearnerError(f"{path} is no UTF-8 text; expected results that graphtutor grade -o wrote") from None
    try:
        found = values(text)
    except (ValueError, RecursionError):
        raise LearnerError(f"{path} holds no results; expected what graphtutor grade -o wrote") from None
    if len(found) == 1 and isinstance(found[0], dict) and isinstance(found[0].get("results"), list):
        found = found[0]["results"]
    if not all(map(is_result, found)):
        raise LearnerError(f"{path} holds no results; expected what graphtutor grade -o wrote")
    return {str(r["id"]): r for r in found}


def values(text: str) -> list[Any]:
    """Return the JSON values of a text: one on each line, or one alone, a list's one by one."""
    try:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        found = [json.loads(text)]
    return list(found[0]) if len(found) == 1 and isinstance(found[0], list) else found


def is_result(value: Any) -> bool:
    return (
        isinstance(value, dict) and "id" in value and "correct" in value and isinstance(value.get("score"), int | float)
    )
