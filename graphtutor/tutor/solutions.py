"""Right answers to show and to check with: computed where they are numbers, the author's first accepted form elsewhere."""

from __future__ import annotations

from typing import Any

from ..grading.figures import decimal
from .answers import cells
from .exercises import Choice, Code, Derivation, Exercise, FindLine, Gradients, Numbers, Sheet, lettered
from .judge import first_wrong
from .keys import numbers, right_options, sheet
from .numbers import shown


def accepted(exercise: Exercise) -> list[Any]:
    """Return answers that must pass, one at least."""
    if isinstance(exercise, Numbers):
        return [{ask.label: shown(numbers(exercise, ask), more(exercise, ask.digits)) for ask in exercise.asks}]
    if isinstance(exercise, Sheet):
        return [key(exercise)]
    if isinstance(exercise, Choice):
        return [" ".join(right_options(exercise))]
    if isinstance(exercise, FindLine):
        return [str(first_wrong(exercise) or "none")]
    return [list(a) if isinstance(exercise, Derivation) else dict(a) if isinstance(exercise, Gradients) else a for a in exercise.accept]  # type: ignore[attr-defined]


def more(exercise: Numbers, digits: int | None) -> int:
    return exercise.digits if digits is None else digits


def key(exercise: Sheet) -> dict[str, str]:
    """Return every cell of a sheet, rounded as the sheet asks for."""
    return {cell: decimal(value, exercise.digits) for cell, value in sheet(exercise).items()}


def rejected(exercise: Exercise) -> list[tuple[Any, tuple[str, ...]]]:
    """Return answers that must fail, each with the misconceptions of which one must be named."""
    if isinstance(exercise, Choice):
        right = right_options(exercise)
        return [(letter, option.misconceptions) for letter, option in lettered(exercise) if letter not in right]
    wrong: list[Any] = list(exercise.wrong)  # type: ignore[attr-defined]
    if isinstance(exercise, Numbers):
        asks = {ask.label: ask for ask in exercise.asks}
        base = accepted(exercise)[0]
        return [(base | {label: long(numbers(exercise, asks[label], formula), exercise.digits) for label, formula in w.answer.items()}, w.misconceptions) for w in wrong]
    if isinstance(exercise, Sheet):
        return [(key(exercise) | w.answer, w.misconceptions) for w in wrong]
    return [(list(w.answer) if isinstance(w.answer, tuple) else w.answer, w.misconceptions) for w in wrong]


def long(values: list[Any], digits: int) -> str:
    """Return numbers with decimals enough that none of them counts as rounded."""
    return ", ".join(f"{float(v):.{max(6, digits)}f}" for v in values)


def told(exercise: Exercise) -> str:
    """Return a solution as lines of text."""
    answer = accepted(exercise)[0]
    if isinstance(exercise, Sheet):
        return "\n".join(f"  {label} = {answer[cell]}" for cell, label in cells(exercise).items())
    if isinstance(exercise, Numbers):
        return "\n".join(f"  {label}: {value}" for label, value in answer.items())
    if isinstance(exercise, Choice):
        return "\n".join(f"  {letter}) {option.text}" for letter, option in lettered(exercise) if letter in answer.split())
    if isinstance(exercise, Gradients):
        return "\n".join(f"  {name}: {value}" for name, value in answer.items())
    if isinstance(exercise, FindLine):
        return f"  line {answer}" if answer != "none" else "  none: all lines are right"
    if isinstance(exercise, Derivation):
        return "\n".join(f"  {line}" for line in answer)
    return "\n".join(f"  {line}" for line in str(answer).strip("\n").splitlines()) if isinstance(exercise, Code) else f"  {answer}"
