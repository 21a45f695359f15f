"""Grade an answer to an exercise: formulas, derivations, sheets and code by the grading room, the rest by computed keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from ..equal import Verdict, same
from ..errors import AuthorError, LearnerError, ReadError
from ..grading.code import read_code
from ..grading.figures import Typed
from ..grading.grader import grade
from ..grading.grades import Grade
from ..grading.marks import Misconception
from ..graphs import Graph
from ..trace import trace
from .answers import cells, checked, letters, line_number
from .exercises import Choice, Code, Derivation, Exercise, Expression, FindLine, Gradients, Local, Numbers, Sheet, Solve, Wrong, lettered
from .keys import graph_of, numbers, right_options, sheet, solution
from .numbers import all_agree, typed


class Found(NamedTuple):
    """What came of an answer, before it becomes a Grade: `ids` are the misconceptions, `why` the words of the exercise about them."""

    correct: bool | None
    score: float
    message: str
    ids: tuple[str, ...] = ()
    why: str = ""
    invalid: ReadError | None = None

    @property
    def grade(self) -> Grade:
        told = tuple(Misconception(id, hint=self.why) for id in self.ids)
        return Grade(self.score, self.correct, said(self.message, self.why), misconceptions=told, invalid=self.invalid)


def said(message: str, why: str) -> str:
    """Return a message with the words of the exercise behind it, as a sentence of their own."""
    return f"{message} {why[0].upper()}{why[1:].rstrip('.')}." if why else message


def judge(exercise: Exercise, answer: Any) -> Grade:
    """Return the Grade of an answer; see `answers.checked` for the forms it may take. What cannot be read costs nothing."""
    try:
        found: Found = JUDGES[type(exercise)](exercise, checked(exercise, answer))
    except ReadError as error:
        return Grade(0.0, None, f"cannot be read: {error.message}", invalid=error)
    return found.grade


@grade.register
def of_exercise(source: Exercise, answer: Any, **options: Any) -> Grade:
    """Return the Grade of an answer to an exercise: what `gt.grade` does with one."""
    if options:
        raise LearnerError(f"an exercise says itself what is asked; leave out {', '.join(options)}")
    return judge(source, answer)


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
    asks = {ask.label: ask for ask in exercise.asks}
    message = f"{listed(wrong)} {'is' if len(wrong) == 1 else 'are'} not right{counted(given[wrong[0]], right[wrong[0]]) if len(wrong) == 1 else ''}."
    if score:
        message += f" The other {len(verdicts) - len(wrong)} {'is' if len(verdicts) - len(wrong) == 1 else 'are'}."
    return refusal(score, message, exercise.wrong, lambda slip: all(n in slip.answer and all_agree(given[n], numbers(exercise, asks[n], slip.answer[n])) for n in wrong))


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


def refusal(score: float, message: str, wrong: Iterable[Wrong[Any]], matches: Callable[[Wrong[Any]], bool]) -> Found:
    """Return what is found of a wrong answer: the ids of all slips of the file that it matches, and the words about the first."""
    slips = [slip for slip in wrong if matches(slip)]
    return Found(False, score, message, tuple(dict.fromkeys(id for slip in slips for id in slip.misconceptions)), next((s.why for s in slips if s.why), ""))


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


# ----- formulas, by sampling and proof -----
def truth(exercise: Exercise, wrt: str) -> Any:
    """Return d output / d `wrt` as a graph of its own; without `wrt` the graph of the output."""
    graph = graph_of(exercise)
    if not wrt:
        return graph
    walked = trace(graph)
    assert walked.walk is not None
    return Graph(walked.walk.extended.cells, walked.walk.extended.shapes, walked.walk.gradient[graph.ids[wrt]])


def definitions(exercise: Exercise) -> dict[str, str]:
    """Return what the lines of a program but the last one name: a learner may use those names."""
    lines = [line.partition("=") for line in exercise.program.strip().splitlines()[:-1]]
    return {name.strip(): text.strip() for name, _, text in lines}


def verdict(exercise: Exercise, answer: Any, right: Any) -> Verdict:
    return same(answer, right, exercise.assume, definitions={} if isinstance(exercise, Local) else definitions(exercise))


def judge_formula(exercise: Expression | Local | Solve, answer: str) -> Found:
    if isinstance(exercise, Solve):
        right: Any = solution(exercise)
    elif isinstance(exercise, Local):
        right = local_truth(exercise)
    else:
        right = truth(exercise, exercise.wrt)
    return of_verdict(exercise, answer, verdict(exercise, answer, right))


def local_truth(exercise: Local) -> Any:
    """Return the local gradient of a node by one of its arguments, a folded line being one node, over the names of its arguments."""
    program = exercise.program.strip().splitlines()
    line = next((text for text in program if text.partition("=")[0].strip() == exercise.node), None)
    if line is None:
        raise AuthorError(f"{exercise.id}: node = '{exercise.node}', which is no line of its program")
    return truth(replace(exercise, program=line.partition("=")[2].strip()), exercise.wrt)


def of_verdict(exercise: Exercise, answer: Any, found: Verdict) -> Found:
    if found.kind == "undecided":
        return Found(None, 0.0, str(found.evidence))
    if found:
        return Found(True, 1.0, "Right." if found.kind != "kink" else f"Right. {found.evidence}")
    return refusal(0.0, f"{found.evidence}", exercise.wrong, lambda slip: bool(verdict(exercise, answer, slip.answer)))  # type: ignore[attr-defined]


def judge_gradients(exercise: Gradients, answer: Mapping[str, Any]) -> Found:
    missing = next((name for name in exercise.wrt if not str(answer.get(name, "")).strip()), None)
    if missing:
        raise ReadError(f"'{missing}' has no answer yet; expected a formula", "")
    verdicts = {name: verdict(exercise, answer[name], truth(exercise, name)) for name in exercise.wrt}
    wrong = [name for name, v in verdicts.items() if not v]
    if not wrong:
        return Found(True, 1.0, f"Right, all {len(verdicts)}.")
    message = f"{listed(wrong)} {'is' if len(wrong) == 1 else 'are'} not right. {verdicts[wrong[0]].evidence}"
    return refusal(1 - len(wrong) / len(verdicts), message, exercise.wrong, lambda slip: all(verdict(exercise, answer[n], slip.answer[n]) for n in wrong))


def judge_lines(exercise: Derivation, answer: list[str]) -> Found:
    given = replace(exercise, constants=exercise.constants | {k: float(v) for k, v in exercise.given.items()})
    right = truth(given, exercise.wrt)
    if not answer:
        raise ReadError("there is no line yet; expected the lines of a derivation", "")
    known = definitions(exercise) | {k: str(v) for k, v in exercise.given.items()}
    verdicts = [same(line.removeprefix("=").strip(), right, exercise.assume, definitions=known) for line in answer]
    wrong = next((k for k, v in enumerate(verdicts, 1) if not v), None)
    if wrong is None:
        return Found(True, 1.0, "Right, every line.")
    return refusal((wrong - 1) / len(verdicts), f"Line {wrong} is the first wrong one. {verdicts[wrong - 1].evidence}", exercise.wrong,
                   lambda slip: any(same(answer[wrong - 1], line, exercise.assume, definitions=known) for line in slip.answer))  # fmt: skip


def judge_line_number(exercise: FindLine, answer: str) -> Found:
    given, right = line_number(exercise, answer), first_wrong(exercise)
    if given == right:
        return Found(True, 1.0, "Right.")
    return refusal(0.0, f"{f'Line {given}' if given else 'None'} is not it.", exercise.wrong, lambda slip: line_number(exercise, slip.answer) == given)


def first_wrong(exercise: FindLine) -> int | None:
    """Return the number, from 1, of the first line that is not the derivative; None if all are."""
    right = truth(exercise, exercise.wrt)
    return next((k for k, line in enumerate(exercise.lines, 1) if not verdict(exercise, line, right)), None)


def judge_code(exercise: Code, answer: str) -> Found:
    tree = read_code(answer)(exercise.function, exercise.args)
    return of_verdict(replace(exercise, wrong=tuple(replace(w, answer=read_code(w.answer)(exercise.function, exercise.args)) for w in exercise.wrong)), tree,
                      same(tree, truth(exercise, exercise.wrt), exercise.assume))  # fmt: skip


def judge_sheet(exercise: Sheet, answer: Mapping[str, Any]) -> Found:
    """Compare each cell with the computed one."""
    right = sheet(exercise)
    given = {cell: read_numbers(cell, answer.get(cell, "")) for cell in right}
    wrong = [cell for cell in right if all_agree(given[cell], [right[cell]], exercise.digits) is False]
    if not wrong:
        return Found(True, 1.0, "Right, every cell.")
    words = cells(exercise)
    message = f"{listed([words[c] for c in wrong[:4]])} {'is' if len(wrong) == 1 else 'are'} not right."
    score = 1 - len(wrong) / len(right)
    return refusal(score, message, exercise.wrong, lambda slip: all(c in slip.answer and all_agree(given[c], [typed(slip.answer[c])[0].value]) for c in wrong))


JUDGES: dict[type[Exercise], Callable[[Any, Any], Any]] = {
    Numbers: judge_numbers, Choice: judge_choice, Expression: judge_formula, Local: judge_formula, Solve: judge_formula, Gradients: judge_gradients,
    Derivation: judge_lines, FindLine: judge_line_number, Code: judge_code, Sheet: judge_sheet,
}  # fmt: skip
