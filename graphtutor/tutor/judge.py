"""Grade an answer to an exercise, and draw where a wrong one broke; what `gt.exercise` and `gt.grade` do with exercises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..door import door, kind
from ..errors import LearnerError, ReadError
from ..grading.grader import of_source
from ..grading.told.grades import Grade
from .course import course
from .kinds import Exercise
from .variants import variant

FOLDER = Path("outputs", "lesson")


def judge(exercise: Exercise, answer: Any) -> Grade:
    """Return the Grade of an answer; see `Exercise.checked` for the forms it may take. What cannot be read costs nothing."""
    try:
        return exercise.judged(exercise.checked(answer))
    except ReadError as error:
        return Grade(0.0, None, f"This cannot be read: {error.message}. It costs nothing.", invalid=error)


@door
def exercise(name: str | int, seed: int | str | None = None, folder: str | Path | None = None) -> Exercise:
    """Return an exercise of the lesson for `grade`: as its file shows it, or the variant that `seed` (such as a student's name) draws.

    `name`: its id, or its number in the list. `folder` holds the exercises; without it $GRAPHTUTOR_EXERCISES, ./exercises, or those that come with graphtutor.

    >>> of_exercise(exercise("hinge-dw0"), "-y*x0").misconceptions[0].id
    'branch.ignored'
    """
    taken = course(folder)
    if isinstance(name, int) and not isinstance(name, bool):
        if not 1 <= name <= len(taken.order):
            raise LearnerError(f"there is no exercise {name}; they go from 1 to {len(taken.order)}")
        return variant(taken.exercise(taken.order[name - 1]), seed)
    if not isinstance(name, str):
        raise LearnerError(f"{kind(name)} is no exercise; expected its name or number, such as 'hinge-dw0' or 1")
    return variant(taken.exercise(name), seed)


@of_source.register
def of_exercise(source: Exercise, answer: Any, **options: Any) -> Grade:
    """Return the Grade of an answer to an exercise: what `gt.grade` does with one."""
    if options:
        raise LearnerError(f"an exercise says itself what is asked; leave out {', '.join(options)}")
    return judge(source, answer)


def drawn(exercise: Exercise, grade: Grade, palette: str = "default", folder: Path = FOLDER) -> str:
    """Draw where an answer broke and return the file; nothing where no place is known, nothing can be written, or nothing can draw."""
    if not grade.broken:
        return ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return str(grade.draw(str(folder / f"{exercise.id}.svg"), palette=palette)[0])
    except (OSError, LearnerError):
        return ""
