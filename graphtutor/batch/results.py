"""Results: one submission graded, many of them, and how they are written for machines."""

from __future__ import annotations

import csv
import io
import json
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from ..errors import AuthorError, LearnerError, ReadError
from ..grading.grader import grade
from ..grading.told.grades import Grade
from ..grading.told.marks import Rubric
from ..grading.told.report import plain
from ..tutor.course import Course, course
from ..tutor.judge import judge
from ..tutor.variants import variant
from .submissions import Submission, made

Result = dict[str, Any]
COLUMNS = (
    "id",
    "student",
    "exercise",
    "correct",
    "score",
    "first_wrong",
    "misconceptions",
    "message",
    "undecided_because",
    "decided_by",
)
CHUNK = 16  # answers sent to a process at once: a message costs about as much as a short answer
RISKY = ("=", "+", "-", "@", "\t", "\r")


# ----- grading -----
def graded(one: Submission, folder: str | None = None) -> Grade:
    """Return the Grade of a submission. Raises LearnerError or AuthorError where the question makes no sense."""
    if one.about.get("exercise"):
        return judge(variant(course_of(folder).exercise(one.about["exercise"]), one.about.get("seed")), one.answer)
    options = {
        key: value for key, value in one.about.items() if key not in ("exercise", "expression", "seed", "rubric")
    }
    points: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in one.about.get("rubric", {}).items()
    }
    return grade(one.about["expression"], one.answer, rubric=Rubric(**points), **options)


@lru_cache(maxsize=4)
def course_of(folder: str | None) -> Course:
    return course(folder)


@dataclass(frozen=True)
class Graded:
    """A submission with its Grade; `error` says why there is none to speak of, `bug` holds the traceback if that is our fault."""

    one: Submission
    grade: Grade
    error: str = ""
    bug: str = ""

    @property
    def result(self) -> Result:
        """What is handed on of it: what it was, and the grade in JSON's types."""
        return {
            **self.one.data,
            "id": self.one.id,
            **plain(self.grade),
            **({"error": self.error} if self.error else {}),
        }

    def with_human(self, human: Mapping[str, Any]) -> Graded:
        """Return it with what a person decided, {} for nothing."""
        return replace(self, grade=replace(self.grade, human=tuple(human.items())))


def attempt(one: Submission, folder: str | None = None) -> Graded:
    """Return a submission with its Grade; where the question makes no sense, with the reason."""
    try:
        return Graded(one, graded(one, folder))
    except (LearnerError, AuthorError) as error:
        return ungraded(one, error.message if isinstance(error, ReadError) else str(error))
    except Exception as error:  # one answer that we fail on must not cost the other answers of a night their grades
        return ungraded(
            one,
            f"graphtutor failed on it ({type(error).__name__}); this is its bug, not the answer's",
            traceback.format_exc(),
        )


def grade_many(
    submissions: Iterable[Mapping[str, Any]], executor: Executor | None = None, folder: str | None = None
) -> list[Result]:
    """Return the result of each submission, in order: what was handed in, and the grade in JSON's types.

    A submission is an object with `answer`, and `exercise` or `expression` with `wrt`; see `submissions.made`. One that
    cannot be graded has an `error` and costs the others nothing. `executor`: any of concurrent.futures.

    >>> [r["correct"] for r in grade_many([{"expression": "x**2", "wrt": "x", "answer": "2x"}, {"answer": "2x"}])]
    [True, None]
    """
    read = [made(item, f"submission-{k}", f"submission {k}") for k, item in enumerate(submissions, 1)]
    graded_ = attempts([one for one in read if isinstance(one, Submission)], executor, folder)
    return [
        next(graded_).result
        if isinstance(one, Submission)
        else ungraded(Submission(one.where, None), one.message).result
        for one in read
    ]


def ungraded(one: Submission, why: str, bug: str = "") -> Graded:
    return Graded(one, Grade(0.0, None, f"This could not be graded: {why}", undecided_because=why), why, bug)


def attempts(of: Sequence[Submission], executor: Executor | None = None, folder: str | None = None) -> Iterator[Graded]:
    """Yield each submission with its Grade, in order; worked out by an executor if there is one."""
    work = partial(attempt, folder=folder)
    return (
        iter(executor.map(work, of, chunksize=max(1, min(CHUNK, len(of) // 16))))
        if executor is not None
        else map(work, of)
    )


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


# ----- forms -----
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
               " ".join(ids(one)), one.get("message", ""), one.get("undecided_because", ""), "person" if final(one) != (one["correct"], float(one["score"])) else "machine"]  # fmt: skip
        table.writerow([safe(value) for value in row])
    return out.getvalue().rstrip("\n")


def safe(value: Any) -> str:
    """Return a cell that no spreadsheet runs.

    >>> safe("=HYPERLINK(1)"), safe(-3), safe("2*x")
    ("'=HYPERLINK(1)", '-3', '2*x')
    """
    text = " ".join(str("" if value is None else value).split())
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


SYSTEMS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "gradescope": as_gradescope,
    "prairielearn": as_prairielearn,
}


def read_results(path: str | Path) -> dict[str, Result]:
    """Return id → result of a file of JSON lines, or of one JSON object with `results`."""
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise LearnerError(f"cannot read {path}: {(error.strerror or 'it failed').lower()}") from None
    except UnicodeDecodeError:
        raise LearnerError(f"{path} is no UTF-8 text; expected results that graphtutor grade -o wrote") from None
    try:
        whole = (
            [json.loads(line) for line in text.splitlines() if line.strip()]
            if not text.lstrip().startswith("[")
            else json.loads(text)
        )
    except (ValueError, RecursionError):
        try:
            whole = [json.loads(text)]
        except (ValueError, RecursionError):
            raise LearnerError(f"{path} holds no results; expected what graphtutor grade -o wrote") from None
    found = (
        whole[0]["results"]
        if len(whole) == 1 and isinstance(whole[0], dict) and isinstance(whole[0].get("results"), list)
        else whole
    )
    if not all(
        isinstance(r, dict) and "id" in r and "correct" in r and isinstance(r.get("score"), int | float) for r in found
    ):
        raise LearnerError(f"{path} holds no results; expected what graphtutor grade -o wrote")
    return {str(r["id"]): r for r in found}
