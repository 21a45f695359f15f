"""Hints, nearest first: what the last wrong answer showed, then the exercise's own from weak to strong."""

from __future__ import annotations

from msgspec.structs import replace

from .exercises import Choice, Exercise, Wrong
from .progress import Progress, Record


def hints_for(exercise: Exercise, record: Record) -> list[str]:
    """Return all hints in the order in which they are given. None of them is the solution.

    The words about a misconception come first where the last answer showed it.
    """
    last = record.attempts[-1] if record.attempts else None
    near = [why for why in (about(exercise, id) for id in (last.misconceptions if last and not last.correct else ())[:1]) if why]
    return [*near, *exercise.hints]


def about(exercise: Exercise, misconception: str) -> str:
    """Return what an exercise says about a misconception, or nothing."""
    return next((w.why for w in slips(exercise) if misconception in w.misconceptions and w.why), "")


def slips(exercise: Exercise) -> list[Wrong[object]]:
    """Return the wrong answers of an exercise; those of a choice are its options."""
    if isinstance(exercise, Choice):
        return [Wrong(answer=o.text, misconceptions=o.misconceptions, why=o.why) for o in exercise.options]
    return list(getattr(exercise, "wrong", ()))


def next_hint(exercise: Exercise, record: Record) -> tuple[str, int, int]:
    """Return the next hint with its number and how many there are; after the last one, that one again."""
    hints = hints_for(exercise, record)
    place = min(record.hints, len(hints) - 1)
    return hints[place], place + 1, len(hints)


def taken(progress: Progress, name: str, count: int) -> Progress:
    """Return the progress with one more hint taken, of `count` that there are."""
    record = progress.record(name)
    return progress.with_record(name, replace(record, hints=min(record.hints + 1, count)))
