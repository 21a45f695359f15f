"""Right answers to show and to check with: computed where they are numbers, the author's first accepted form elsewhere."""

from __future__ import annotations

from typing import Any

from ..derivation import derive
from ..grading.sheet.typed import decimal
from .answers import cells
from .exercises import Choice, Code, Derivation, Exercise, Expression, FindLine, Gradients, Numbers, Sheet, lettered
from .judge import first_wrong
from .keys import declared, numbers, right_options, sheet
from .numbers import shown

WIDEST = 110  # characters of a formula that can still be taken in


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
    return [
        list(a) if isinstance(exercise, Derivation) else dict(a) if isinstance(exercise, Gradients) else a
        for a in exercise.accept  # type: ignore[attr-defined]
    ]


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
        return [
            (
                base
                | {
                    label: long(numbers(exercise, asks[label], formula), exercise.digits)
                    for label, formula in w.answer.items()
                },
                w.misconceptions,
            )
            for w in wrong
        ]
    if isinstance(exercise, Sheet):
        return [(key(exercise) | w.answer, w.misconceptions) for w in wrong]
    return [(list(w.answer) if isinstance(w.answer, tuple) else w.answer, w.misconceptions) for w in wrong]


def steps(exercise: Expression, notation: str, width: int) -> str:
    """Return a derivation as a lecturer would write it, each line with its rule, beside it or under it; nothing if it is too wide to read."""
    lines = derive(exercise.program, exercise.wrt, detail="brief", shapes=declared(exercise, exercise.program)).lines
    formulas = [f"{'= ' if k else '  '}{line.written(notation)}" for k, line in enumerate(lines)]
    widest = max(map(len, formulas))
    if widest > WIDEST:
        return ""
    beside = all(widest + 3 + len(line.rule.name) <= width for line in lines)
    told = [
        f"{text:<{widest}}   {line.rule.name}" if beside else f"{text}\n    {line.rule.name}"
        for text, line in zip(formulas, lines, strict=True)
    ]
    return "\n".join([formulas[0], *told[1:]])


def long(values: list[Any], digits: int) -> str:
    """Return numbers with decimals enough that none of them counts as rounded."""
    return ", ".join(f"{float(v):.{max(6, digits)}f}" for v in values)


def told(exercise: Exercise, notation: str = "plain", width: int = 80) -> str:
    """Return a solution as lines of text: of one derivative line by line with the rules, its formulas in a notation of the course.

    >>> from .exercises import library
    >>> print(told(library().exercise("sine-of-square"), "unicode"))
      ∂/∂x (sin(x²))
    = cos(x²)·∂/∂x (x²)   sine rule and chain rule
    = cos(x²)·2·x         power rule
    = 2·cos(x²)·x         products and like terms collected
    """
    if isinstance(exercise, Expression):
        return steps(exercise, notation, width) or f"  {exercise.accept[0]}"
    answer = accepted(exercise)[0]
    if isinstance(exercise, Sheet):
        return "\n".join(f"  {label} = {answer[cell]}" for cell, label in cells(exercise).items())
    if isinstance(exercise, Numbers):
        return "\n".join(f"  {label}: {value}" for label, value in answer.items())
    if isinstance(exercise, Choice):
        return "\n".join(
            f"  {letter}) {option.text}" for letter, option in lettered(exercise) if letter in answer.split()
        )
    if isinstance(exercise, Gradients):
        return "\n".join(f"  {name}: {value}" for name, value in answer.items())
    if isinstance(exercise, FindLine):
        return f"  line {answer}" if answer != "none" else "  none: all lines are right"
    if isinstance(exercise, Derivation):
        return "\n".join(f"  {line}" for line in answer)
    return (
        "\n".join(f"  {line}" for line in str(answer).strip("\n").splitlines())
        if isinstance(exercise, Code)
        else f"  {answer}"
    )
