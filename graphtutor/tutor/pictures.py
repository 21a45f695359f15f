"""The picture of a wrong answer: the graph of the exercise with the edge marked where the answer broke."""

from __future__ import annotations

from pathlib import Path

from ..errors import LearnerError
from ..grading.told.grades import Grade
from .exercises import Exercise

FOLDER = Path("outputs", "lesson")


def drawn(exercise: Exercise, grade: Grade, palette: str = "default", folder: Path = FOLDER) -> str:
    """Draw where an answer broke and return the file; nothing where no place is known, nothing can be written, or nothing can draw."""
    if not grade.broken:
        return ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return str(grade.draw(str(folder / f"{exercise.id}.svg"), palette=palette)[0])
    except (OSError, LearnerError):
        return ""
