"""Grade an answer to an exercise: formulas, derivations, sheets and code by the grading room, the rest by computed keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import AuthorError, LearnerError, ReadError
from ..grading.asked.rulings import compare
from ..grading.asked.task import Task, task
from ..grading.grader import as_tree, grade
from ..grading.lines.lines import judged
from ..grading.lines.scoring import BAD
from ..grading.python.returned import read_code
from ..grading.sheet.tally import message, of_sheet
from ..grading.sheet.typed import Typed
from ..grading.told.grades import Grade
from ..grading.told.marks import Cell, Misconception, Rubric
from ..language.read import derivation
from ..text import several
from .answers import cells, checked, letters, line_number
from .course import course
from .exercises import (
    Ask,
    Choice,
    Code,
    Derivation,
    Exercise,
    Expression,
    FindLine,
    Gradients,
    Local,
    Numbers,
    Sheet,
    Solve,
    Wrong,
    lettered,
)
from .keys import declared, numbers, right_options, solution
from .numbers import all_agree, typed
from .variants import variant

Worded = Expression | Local | Solve | Gradients | Derivation | Code


def said(message: str, why: str) -> str:
    """Return a message with the words of the exercise behind it, in place of a bare "Not right."."""
    return " ".join(filter(None, (message if message != "Not right." or not why else "", sentence(why))))


def sentence(why: str) -> str:
    """Return words as a sentence; a formula at its beginning stays as it is.

    >>> sentence("the sine becomes a cosine"), sentence("x0 is missing")
    ('The sine becomes a cosine.', 'x0 is missing.')
    """
    if not why:
        return ""
    start = why[0].upper() if re.match(r"[a-z]+('s)?[,:;.]?(\s|$)", why) and why[1:2].isalpha() else why[0]
    return f"{start}{why[1:].rstrip('.')}{'' if why.endswith(('?', '!')) else '.'}"


def judge(exercise: Exercise, answer: Any) -> Grade:
    """Return the Grade of an answer; see `answers.checked` for the forms it may take. What cannot be read costs nothing."""
    try:
        return JUDGES[type(exercise)](exercise, checked(exercise, answer))
    except ReadError as error:
        return Grade(0.0, None, f"This cannot be read: {error.message}. It costs nothing.", invalid=error)


def exercise(name: str, seed: int | str | None = None, folder: str | Path | None = None) -> Exercise:
    """Return an exercise of the lesson for `grade`: as its file shows it, or the variant that `seed` (such as a student's name) draws.

    `folder` holds the exercises; without it $GRAPHTUTOR_EXERCISES, ./exercises, or those that come with graphtutor.

    >>> grade(exercise("hinge-dw0"), "-y*x0").misconceptions[0].id
    'branch.ignored'
    """
    return variant(course(folder).exercise(name), seed)


@grade.register
def of_exercise(source: Exercise, answer: Any, **options: Any) -> Grade:
    """Return the Grade of an answer to an exercise: what `gt.grade` does with one."""
    if options:
        raise LearnerError(f"an exercise says itself what is asked; leave out {', '.join(options)}")
    return judge(source, answer)


# ----- numbers -----
def judge_numbers(exercise: Numbers, answer: Mapping[str, Any]) -> Grade:
    """Compare each question's numbers with the computed ones, and what is wrong with the slips of the file."""
    asks = {ask.label: ask for ask in exercise.asks}
    given: dict[str, list[Typed]] = {}
    for label in asks:
        try:
            given[label] = read_numbers(label, answer.get(label, ""))
        except ReadError as error:
            return unreadable(error, label, asks)
    right = {label: numbers(exercise, ask) for label, ask in asks.items()}
    verdicts = {label: all_agree(given[label], right[label], places_of(exercise, ask)) for label, ask in asks.items()}
    wrong = [label for label, ok in verdicts.items() if ok is False]
    coarse = next((label for label, ok in verdicts.items() if ok is None), None)
    if not wrong and coarse is not None:
        digits = places_of(exercise, asks[coarse])
        return unreadable(
            ReadError(
                f"{coarse}: right as far as it goes; give at least {digits} decimal{'s' if digits != 1 else ''}", ""
            ),
            coarse,
            asks,
        )
    if not wrong:
        return Grade(1.0, True, "Right." if len(verdicts) == 1 else f"Right, all {len(verdicts)}.")
    message = f"{several(wrong)} {'is' if len(wrong) == 1 else 'are'} not right{counted(given[wrong[0]], right[wrong[0]]) if len(wrong) == 1 else ''}."
    rest = len(verdicts) - len(wrong)
    message += f" The other {rest} {'is' if rest == 1 else 'are'}." if rest else ""
    found = refusal(
        rest / len(verdicts),
        message,
        exercise.wrong,
        lambda slip: all(
            n in slip.answer and all_agree(given[n], numbers(exercise, asks[n], slip.answer[n])) for n in wrong
        ),
    )
    return replace(
        found, table=tuple(Cell(label, "wrong" if label in wrong else "right", str(answer[label])) for label in asks)
    )


def unreadable(error: ReadError, label: str, labels: Iterable[str]) -> Grade:
    """Return the Grade of numbers of which one cannot be read: none of them counts."""
    return Grade(
        0.0,
        None,
        f"{error.message}. It costs nothing.",
        invalid=error,
        table=tuple(Cell(name, "unread" if name == label else "undecided") for name in labels),
    )


def places_of(exercise: Numbers, ask: Ask) -> int:
    return exercise.digits if ask.digits is None else ask.digits


def read_numbers(label: str, value: Any) -> list[Typed]:
    """Return what was given for one question as numbers; an empty answer is a ReadError that names the question."""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    if not text.strip():
        raise ReadError(f"'{label}' has no answer yet; expected a number", "")
    try:
        return typed(text)
    except ReadError as error:
        raise ReadError(f"{label}: {error.message}", error.source or text, 1, error.column) from None


def counted(given: list[Typed], right: list[Any]) -> str:
    return (
        f": {len(given)} number{'s' if len(given) != 1 else ''} where {len(right)} {'were' if len(right) != 1 else 'was'} asked for"
        if len(given) != len(right)
        else ""
    )


def refusal(score: float, message: str, wrong: Iterable[Wrong[Any]], matches: Callable[[Wrong[Any]], bool]) -> Grade:
    """Return the Grade of a wrong answer: the misconceptions of all slips of the file that it makes, and the words about the first."""
    slips = [slip for slip in wrong if matches(slip)]
    return refused(
        score, message, (slip.misconceptions[:1] for slip in slips), next((s.why for s in slips if s.why), "")
    )


def refused(score: float, message: str, ids: Iterable[Iterable[str]], why: str) -> Grade:
    told = (Misconception(name, hint=sentence(why)) for name in dict.fromkeys(name for names in ids for name in names))
    return Grade(score, False, said(message, why), misconceptions=tuple(told))


# ----- choices and lines -----
def judge_choice(exercise: Choice, answer: str) -> Grade:
    """Compare the letters with the options whose claims hold."""
    chosen, right = letters(exercise, answer), right_options(exercise)
    options = dict(lettered(exercise))
    bad = [letter for letter in chosen if letter not in right]
    agree = sum((letter in chosen) == (letter in right) for letter in options)
    if not bad and chosen == right:
        return Grade(1.0, True, "Right.")
    score = agree / len(options) if len(right) > 1 else 0.0
    if not bad:
        return Grade(
            score,
            False,
            f"{several(chosen)} {'holds' if len(chosen) == 1 else 'hold'}, but not alone: look at the others again.",
        )
    first = options[bad[0]]
    return refused(
        score, f"{several(bad)} {'does' if len(bad) == 1 else 'do'} not hold.", [first.misconceptions], first.why
    )


# ----- formulas, derivations and code, by the grading room -----
def judge_formula(exercise: Worded, answer: Any) -> Grade:
    """Return the Grade of an answer to what is asked, in the words of the file where the file knows this slip."""
    if not answer:
        raise ReadError("there is no answer yet; expected an expression, or the lines that lead to it", "")
    asked = asked_of(exercise)
    found = graded(exercise, asked, answer)
    return worded(exercise, asked, found, answer) if found.correct is False else found


def asked_of(exercise: Worded) -> Task:
    """Return what the exercise asks, as the grading room takes it."""
    if isinstance(exercise, Solve):
        return task(solution(exercise), assume=exercise.assume)
    if not isinstance(exercise, Local):
        return task(exercise, shapes=declared(exercise, exercise.program))
    line = next(
        (text for text in exercise.program.strip().splitlines() if text.partition("=")[0].strip() == exercise.node),
        None,
    )
    if line is None:
        raise AuthorError(f"{exercise.id}: node = '{exercise.node}', which is no line of its program")
    text = line.partition("=")[2].strip()
    return task(text, wrt=exercise.wrt, assume=exercise.assume, shapes=declared(exercise, text))


def graded(exercise: Worded, asked: Task, answer: Any) -> Grade:
    """Return what the grading room says of an answer, the file's own words apart."""
    return grade(
        asked,
        {"code": answer, "function": exercise.function, "args": exercise.args}
        if isinstance(exercise, Code)
        else answer,
    )


def worded(exercise: Worded, asked: Task, found: Grade, answer: Any) -> Grade:
    """Return the Grade of a wrong answer with what the file says of it: its words, and first the misconceptions that it expects."""
    given = wrong_trees(exercise, asked, answer)
    slips = [w for w in exercise.wrong if agree(asked, given, wrong_trees(exercise, asked, w.answer))]
    slips.sort(key=lambda w: w.answer != answer)  # two slips may lead to the same value
    why = next((w.why for w in slips if w.why), "")
    told = dict.fromkeys(m for w in slips for m in expected(found, w))
    first = [replace(m, hint=sentence(why) or m.hint) for m in list(told)[:1]]
    rest = [m for m in dict.fromkeys((*told, *found.misconceptions)) if m not in list(told)[:1]]
    return replace(found, message=said(found.message, why), misconceptions=(*first, *rest))


def expected(found: Grade, slip: Wrong[Any]) -> list[Misconception]:
    """Return the misconceptions of a slip that the diagnosis found too; if it found none of them, the slip's first."""
    known = [m for m in found.misconceptions if m.id in slip.misconceptions]
    return known or [Misconception(name) for name in slip.misconceptions[:1]]


def wrong_trees(exercise: Worded, asked: Task, answer: Any) -> dict[str, Any]:
    """Return the first wrong expression of an answer, for each gradient that it gives."""
    if isinstance(exercise, Code):
        return {"": as_tree(read_code(answer)(exercise.function, exercise.args))}
    if isinstance(exercise, Gradients):
        return {
            name: tree
            for name, text in answer.items()
            if (tree := wrong_tree(replace(asked, wrt=(name,)), text)) is not None
        }
    return {"": wrong_tree(asked, answer)}


def wrong_tree(asked: Task, answer: Any) -> Any:
    """Return the only expression of an answer, or the first wrong one of several; None if there is none."""
    text = answer if isinstance(answer, str) else "\n".join(answer) if isinstance(answer, list | tuple) else ""
    trees = [part.tree for claim in derivation(text, **asked.read_options()) for part in claim.parts]
    if len(trees) == 1:
        return trees[0]
    return (
        next((s.tree for s in judged(asked, answer) if s.status in BAD and s.tree is not None), None) if trees else None
    )


def agree(asked: Task, given: Mapping[str, Any], slip: Mapping[str, Any]) -> bool:
    """Return whether an answer makes the slip: in each gradient that it has wrong."""
    return bool(given) and all(
        slip.get(name) is not None and tree is not None and compare(asked, tree, slip[name], prove=False)
        for name, tree in given.items()
    )


# ----- the first wrong line of a given derivation -----
def judge_line_number(exercise: FindLine, answer: str) -> Grade:
    given, right = line_number(exercise, answer), first_wrong(exercise)
    if given == right:
        return Grade(1.0, True, "Right.")
    return refusal(
        0.0,
        f"{f'Line {given}' if given else 'None'} is not it.",
        exercise.wrong,
        lambda slip: line_number(exercise, slip.answer) == given,
    )


def first_wrong(exercise: FindLine) -> int | None:
    """Return the number, from 1, of the first line that is not the derivative; None if all are."""
    found = grade(task(exercise, shapes=declared(exercise, exercise.program)), list(exercise.lines)).first_wrong
    return None if found is None else found + 1


def judge_sheet(exercise: Sheet, answer: Mapping[str, Any]) -> Grade:
    """Return the Grade of a sheet, in the words of the file where the file knows this slip; `answer` holds cells, or rows as `grade` takes them."""
    handed = {
        "sheet": answer["sheet"] if "sheet" in answer else rows(answer),
        "at": exercise.at,
        "digits": exercise.digits,
    }
    found = of_sheet(task(exercise), handed, Rubric(), exercise.tie or "zero", exercise.columns)
    if found.correct is not False:
        return found
    words = cells(exercise)
    wrong = {c.name: c.given for c in found.table if c.status == "wrong"}
    slip = next(
        (
            w
            for w in exercise.wrong
            if wrong
            and all(
                c in w.answer and all_agree(typed(given), [typed(w.answer[c])[0].value]) for c, given in wrong.items()
            )
        ),
        None,
    )
    told = (
        [Misconception(name, hint=sentence(slip.why)) for name in slip.misconceptions[:1]] if slip is not None else []
    )
    others = [m for m in found.misconceptions if m.id not in [t.id for t in told]]
    asked = message(tuple(replace(c, name=words.get(c.name, c.name)) for c in found.table))
    return replace(found, message=said(asked, slip.why if slip else ""), misconceptions=(*told, *others))


def rows(*filled: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return cells as the rows of a sheet.

    >>> rows({"u.value": "6"}, {"u.local.w": "3", "u.upstream": "2"})
    [{'node': 'u', 'value': '6', 'local': {'w': '3'}, 'upstream': '2'}]
    """
    found: dict[str, dict[str, Any]] = {}
    for name, value in ((k, v) for part in filled for k, v in part.items()):
        node, column, *by = name.split(".")
        row = found.setdefault(node, {"node": node})
        if by:
            row.setdefault("local", {})[by[0]] = value
        else:
            row[column] = value
    return list(found.values())


JUDGES: dict[type[Exercise], Callable[[Any, Any], Grade]] = {
    **dict.fromkeys((Expression, Local, Solve, Gradients, Derivation, Code), judge_formula),
    Numbers: judge_numbers, Choice: judge_choice, FindLine: judge_line_number, Sheet: judge_sheet,
}  # fmt: skip
