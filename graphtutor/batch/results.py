"""Results: one submission graded, and what is handed on of it in JSON's types."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from ..errors import AuthorError, LearnerError, ReadError
from ..grading.grader import grade
from ..grading.told.grades import Grade
from ..grading.told.marks import Cell, Counterexample, Line, Misconception, Rubric, Variant
from ..tutor.course import Course, course
from ..tutor.judge import judge
from ..tutor.variants import variant
from .submissions import Submission


def graded(one: Submission, folder: str | None = None) -> Grade:
    """Return the Grade of a submission. Raises LearnerError or AuthorError where the question makes no sense."""
    if one.about.get("exercise"):
        return judge(variant(course_of(folder).exercise(one.about["exercise"]), one.about.get("seed")), one.answer)
    if any(said.startswith("at: ") for said in one.conflicts) and "at" not in one.answer:
        raise LearnerError(
            "it says its own point, which is not used; say the point with --at, or trust the files with --own-questions"
        )
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


def told(one: Submission, folder: str | None = None) -> bytes:
    """Return the grade of a submission as JSON; where there is none, with the reason in `error`, and our traceback in `bug` if it is ours."""
    try:
        return packed(graded(one, folder).to_json())
    except (LearnerError, AuthorError) as error:
        return packed(ungraded(error.message if isinstance(error, ReadError) else str(error)))
    except MemoryError:  # how much there is, the caller says
        raise
    except Exception as error:  # one answer that we fail on must not cost the other answers of a night their grades
        why = f"graphtutor failed on it ({type(error).__name__}); this is its bug, not the answer's"
        return packed(ungraded(why, bug=traceback.format_exc()))


def ready(folder: str | None = None) -> None:
    """Grade samples, so that what is imported, read or worked out at a first answer is there before processes are forked from this one."""
    told(Submission("", "2*(w*x - y)", {"expression": "(w*x - y)**2", "wrt": "w"}), folder)
    with suppress(LearnerError, AuthorError):
        told(Submission("", "1", {"exercise": course_of(folder).order[0]}), folder)


def ungraded(why: str, **more: Any) -> dict[str, Any]:
    """Return the grade, in JSON's types, of what could not be graded."""
    grade = Grade(0.0, None, f"This could not be graded: {why}", undecided_because=why)
    return {**grade.to_json(), "error": why, **more}


def packed(value: Any) -> bytes:
    """Return a value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace")


# ----- a grade, from its JSON -----
class Quoted(ReadError):
    """A ReadError as a result tells it: its caret is kept as it was drawn."""

    def __init__(self, message: str, line: int, column: int, caret: str):
        super().__init__(message, caret.split("\n")[0], line, column)
        self.drawn = caret

    @property
    def caret(self) -> str:
        return self.drawn


def error_of(said: Mapping[str, Any] | None) -> Quoted | None:
    return Quoted(**said) if said else None


def tuples(value: Any) -> Any:
    return tuple(map(tuples, value)) if isinstance(value, list) else value


def restored(result: Mapping[str, Any]) -> Grade:
    """Return the Grade that a result tells of, to be shown; it cannot be drawn.

    >>> found = grade("(w*x - y)**2", "2*(w*x - y)", wrt="w")
    >>> restored(json.loads(packed(found.to_json()))).to_text() == found.to_text()
    True
    """
    parts: dict[str, Any] = {
        "lines": tuple(Line(**{**line, "error": error_of(line["error"])}) for line in result["lines"]),
        "misconceptions": tuple(
            Misconception(**{name + "_" * (name == "with"): tuples(value) for name, value in m.items()})
            for m in result["misconceptions"]
        ),
        "table": tuple(Cell(**cell) for cell in result["table"]),
        "invalid": error_of(result["invalid"]),
        "human": tuple((result.get("human") or {}).items()),
    }
    for name, kind in (("counterexample", Counterexample), ("variant", Variant)):
        said = result.get(name)
        parts[name] = kind(**{key: tuples(value) for key, value in said.items()}) if said else None
    plain = {name: result[name] for name in ("score", "correct", "message", "first_wrong", "undecided_because")}
    return Grade(**plain, **parts)
