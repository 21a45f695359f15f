"""Hints, nearest first: a wrong answer is told what it shows; then the exercise's own hints come, weak to strong, and none is the solution."""

from __future__ import annotations

from msgspec.structs import replace

from .exercises import Choice, Exercise, Wrong
from .progress import Progress, Record


def slips(exercise: Exercise) -> list[Wrong[object]]:
    """Return the wrong answers of an exercise; those of a choice are its options."""
    if isinstance(exercise, Choice):
        return [Wrong(answer=o.text, misconceptions=o.misconceptions, why=o.why) for o in exercise.options]
    return list(getattr(exercise, "wrong", ()))


def next_hint(exercise: Exercise, record: Record) -> tuple[str, int, int]:
    """Return the next hint with its number and how many there are; after the last one, that one again."""
    place = min(record.hints, len(exercise.hints) - 1)
    return exercise.hints[place], place + 1, len(exercise.hints)


def taken(progress: Progress, name: str, count: int) -> Progress:
    """Return the progress with one more hint taken, of `count` that there are."""
    record = progress.record(name)
    return progress.with_record(name, replace(record, hints=min(record.hints + 1, count)))
