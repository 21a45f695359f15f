"""Grade an answer to an exercise: formulas, derivations, sheets and code by the grading room, the rest by computed keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..errors import ReadError
from .answers import checked, letters
from .exercises import Choice, Exercise, Numbers, Wrong, lettered
from .keys import numbers, right_options
from .numbers import Typed, all_agree, typed


class Found(NamedTuple):
    """What came of an answer, before it becomes a Grade: `ids` are the misconceptions, `why` the words of the exercise about them."""

    correct: bool | None
    score: float
    message: str
    ids: tuple[str, ...] = ()
    why: str = ""
    invalid: ReadError | None = None


def judge(exercise: Exercise, answer: Any) -> Any:
    """Return the Grade of an answer; see `answers.checked` for the forms it may take. What cannot be read costs nothing."""
    try:
        return JUDGES[type(exercise)](exercise, checked(exercise, answer))
    except ReadError as error:
        return Found(None, 0.0, f"cannot be read: {error}", invalid=error)


# ----- numbers -----
def judge_numbers(exercise: Numbers, answer: Mapping[str, Any]) -> Found:
    """Compare each question's numbers with the computed ones, and what is wrong with the slips of the file."""
    given = {ask.label: read_numbers(ask.label, answer.get(ask.label, "")) for ask in exercise.asks}
    right = {ask.label: numbers(exercise, ask) for ask in exercise.asks}
    verdicts = {ask.label: all_agree(given[ask.label], right[ask.label], exercise.digits if ask.digits is None else ask.digits) for ask in exercise.asks}
    wrong = [label for label, ok in verdicts.items() if ok is False]
    score = sum(ok is True for ok in verdicts.values()) / len(verdicts)
    if not wrong and None in verdicts.values():
        return coarse(exercise, next(label for label, ok in verdicts.items() if ok is None))
    if not wrong:
        return Found(True, 1.0, "Right." if len(verdicts) == 1 else f"Right, all {len(verdicts)}.")
    slip = slip_of(exercise, wrong, given)
    message = f"{listed(wrong)} {'is' if len(wrong) == 1 else 'are'} not right{counted(given[wrong[0]], right[wrong[0]]) if len(wrong) == 1 else ''}."
    if score:
        message += f" The other {len(verdicts) - len(wrong)} {'is' if len(verdicts) - len(wrong) == 1 else 'are'}."
    return Found(False, score, message, slip.misconceptions if slip else (), slip.why if slip else "")


def read_numbers(label: str, value: Any) -> list[Typed]:
    """Return what was given for one question as numbers; an empty answer is a ReadError that names the question."""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    if not text.strip():
        raise ReadError(f"'{label}' has no answer yet; expected a number", "")
    try:
        return typed(text)
    except ReadError as error:
        raise ReadError(f"{label}: {error.message}", error.source or text, 1, error.column) from None


def coarse(exercise: Numbers, label: str) -> Found:
    ask = next(a for a in exercise.asks if a.label == label)
    digits = exercise.digits if ask.digits is None else ask.digits
    message = f"{label}: right as far as it goes; give at least {digits} decimal{'s' if digits != 1 else ''}"
    return Found(None, 0.0, message, invalid=ReadError(message, ""))


def counted(given: list[Typed], right: list[Any]) -> str:
    return f": {len(given)} number{'s' if len(given) != 1 else ''} where {len(right)} {'were' if len(right) != 1 else 'was'} asked for" if len(given) != len(right) else ""


def listed(labels: list[str]) -> str:
    """Return labels as prose: `f`, `f and e`, `f, e and L`."""
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"


def slip_of(exercise: Numbers, wrong: list[str], given: Mapping[str, list[Typed]]) -> Wrong[Any] | None:
    """Return the slip of the file that gives just the numbers that were typed where they are wrong."""
    asks = {ask.label: ask for ask in exercise.asks}
    for slip in exercise.wrong:
        if all(label in slip.answer and all_agree(given[label], numbers(exercise, asks[label], slip.answer[label])) for label in wrong):
            return slip
    return None


# ----- choices and lines -----
def judge_choice(exercise: Choice, answer: str) -> Found:
    """Compare the letters with the options whose claims hold."""
    chosen, right = letters(exercise, answer), right_options(exercise)
    options = dict(lettered(exercise))
    bad = [letter for letter in chosen if letter not in right]
    agree = sum((letter in chosen) == (letter in right) for letter in options)
    if not bad and chosen == right:
        return Found(True, 1.0, "Right.")
    score = agree / len(options) if len(right) > 1 else 0.0
    if not bad:
        return Found(False, score, f"{listed(chosen)} {'holds' if len(chosen) == 1 else 'hold'}, but not alone: look at the others again.")
    first = options[bad[0]]
    return Found(False, score, f"{listed(bad)} {'does' if len(bad) == 1 else 'do'} not hold.", first.misconceptions, first.why)


JUDGES: dict[type[Exercise], Callable[[Any, Any], Any]] = {Numbers: judge_numbers, Choice: judge_choice}
