"""Results: one submission graded, or many of them over any executor."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

from ..door import door
from ..errors import AuthorError, LearnerError, ReadError
from ..grading.grader import grade
from ..grading.told.grades import Grade
from ..grading.told.marks import Rubric
from ..tutor.course import Course, course
from ..tutor.judge import judge
from ..tutor.variants import variant
from .formats import Result
from .submissions import Submission, made

CHUNK = 16  # answers sent to a process at once: a message costs about as much as a short answer


# ----- grading -----
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
            **self.grade.to_json(),
            **({"error": self.error} if self.error else {}),
            **({"conflicts": list(self.one.conflicts)} if self.one.conflicts else {}),
        }

    @property
    def waits(self) -> bool:
        """True where a person should look: it is undecided, disputed, or decided for another answer."""
        human = dict(self.grade.human)
        open_ = self.grade.correct is None or bool(self.one.data.get("disputed"))
        return bool(human.get("stale")) or (open_ and not human)

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


@door
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
