"""For those who write exercises: prove that a file does what it says, see it as a learner does, begin a new one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import AuthorError, LearnerError
from ..expr.views import collapsed
from ..ops.table import TABLE
from ..walk.trace import trace
from .exercises import Library, load
from .judge import judge
from .kinds import Exercise, Single
from .lesson import ids
from .variants import variant

SEEDS: tuple[int | None, ...] = (None, 1, 2, 3, 4)


class Finding(NamedTuple):
    """What one check of an exercise found: `what` was tried, what is wrong with it ("" if nothing is), and a remark that is no fault."""

    exercise: str
    what: str
    fault: str = ""
    remark: str = ""


def check(exercise: Exercise, seeds: Iterable[int | None] = SEEDS) -> Iterator[Finding]:
    """Yield what was proved of an exercise, and what fails: right answers, wrong ones, no answer, hints, variants."""
    fault = unreadable(exercise)
    if fault:
        yield Finding(exercise.id, "the program", fault)
        return
    for seed in seeds:
        if seed is not None and not exercise.varies:
            continue
        label = "" if seed is None else f" (variant {seed})"
        try:
            drawn = variant(exercise, seed)
            yield from proofs(drawn, label, seed is not None)
        except (LearnerError, AuthorError) as error:
            yield Finding(exercise.id, f"the file{label}", f"{error}")
    if not variant(exercise).rejected():
        yield Finding(exercise.id, "wrong answers", "there is none; give one that learners give")


def unreadable(exercise: Exercise) -> str:
    """Return what is wrong with the program of an exercise before any answer is looked at, or nothing."""
    drawn = variant(exercise)
    try:
        graphs = [drawn.graph(text) for text in drawn.programs()]
    except (LearnerError, AuthorError) as error:
        return " ".join(str(error).split())
    for name in drawn.inputs_asked:
        if name not in graphs[0].ids:
            return f"wrt = '{name}' is no name of it; it has {', '.join(n.name for n in graphs[0].inputs)}"
    return ""


def proofs(exercise: Exercise, label: str, variant_only: bool) -> Iterator[Finding]:
    for answer in exercise.accepted():
        grade = judge(exercise, answer)
        yield Finding(
            exercise.id, f"accepts {short(answer)}{label}", "" if grade.correct else f"it is refused: {grade.message}"
        )
    for answer in exercise.in_prompts_letters() if isinstance(exercise, Single) else ():
        grade = judge(exercise, answer)
        fault = "" if grade.correct else f"the letters of its prompt are refused: {grade.message}"
        yield Finding(exercise.id, f"accepts {short(answer)} in the letters of its prompt{label}", fault)
    for answer, names in exercise.rejected():
        fault = refused(judge(exercise, answer), names, variant_only)
        yield Finding(
            exercise.id,
            f"refuses {short(answer)}{label}",
            fault,
            "" if fault or variant_only else unnamed(exercise, answer, names),
        )
    if not variant_only:
        yield Finding(exercise.id, "is unsolved as it stands", "an empty answer is right" if solved(exercise) else "")
        for hint in exercise.hints:
            yield Finding(
                exercise.id,
                f"hint '{hint}' is no solution",
                "it is an accepted answer" if gives_away(exercise, hint) else "",
            )


def refused(grade: Any, names: tuple[str, ...], variant_only: bool) -> str:
    """Return what is wrong with the refusal of a wrong answer, or nothing."""
    if grade.correct is not False:
        return "it is accepted" if grade.correct else f"it is not refused: {grade.message}"
    found = ids(grade)
    if names and not set(names) & set(found) and not variant_only:
        return f"named {', '.join(found) or 'nothing'}; expected {' or '.join(names)}"
    return ""


def unnamed(exercise: Exercise, answer: Any, names: tuple[str, ...]) -> str:
    """Return that only the file names a wrong answer's misconception, or nothing where the diagnosis finds it too."""
    grade = exercise.diagnosed(answer) if names else None
    if grade is None:
        return ""
    found = ids(grade)
    return (
        ""
        if set(names) & set(found)
        else f"only the file names {' or '.join(names)}; the diagnosis names {', '.join(found) or 'nothing'}"
    )


def solved(exercise: Exercise) -> bool:
    """Return whether an exercise is right without an answer, or with the function itself for an answer."""
    blank = judge(exercise, "")
    untouched = exercise.untouched()
    return bool(blank.correct) or bool(untouched and judge(exercise, untouched).correct)


def gives_away(exercise: Exercise, hint: str) -> bool:
    """Return whether a hint, taken as an answer, is right."""
    if not exercise.HINT_MAY_ANSWER:
        return False
    try:
        return bool(judge(exercise, hint.rstrip(".")).correct)
    except LearnerError:
        return False


def short(answer: Any) -> str:
    text = (
        " | ".join(map(str, answer))
        if isinstance(answer, list)
        else ", ".join(f"{k} {v}" for k, v in answer.items())
        if isinstance(answer, dict)
        else str(answer)
    )
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:57] + "..."


# ----- the whole folder -----
def unpractised(library: Library) -> list[str]:
    """Return the names of differentiable operations that no exercise practises, forward, backward, or folded into one node."""
    seen: set[str] = set()
    for exercise in library.all():
        drawn = variant(exercise)
        for text in drawn.programs():
            seen |= practised(drawn, text)
    return [row.name for row in TABLE if not row.discrete and row.name not in seen]


def practised(exercise: Exercise, text: str) -> set[str]:
    """Return the names of the operations in a program's graph, in its backward pass, and in what it folds or opens."""
    graph = exercise.graph(text)
    walked = trace(graph)
    cells = (*graph.cells, *(walked.walk.extended.cells if walked.walk else ()))
    opened = {row.name for row in TABLE for group in graph.groups if row.group and group.label in (row.label, row.name)}
    node = getattr(exercise, "node", "")
    folded = collapsed(graph, (node,)).cells if any(g.name == node for g in graph.groups) else ()
    return {cell[0] for cell in (*cells, *folded)} | opened


def found_files(paths: Iterable[str | Path]) -> list[Path]:
    """Return the exercise files of paths: files as they are, folders with all they hold."""
    files: list[Path] = []
    for path in map(Path, paths):
        if not path.exists():
            raise LearnerError(f"no file or folder '{path}'")
        files.extend(Library(path).paths.values() if path.is_dir() else [path])
    return files


def checked_file(path: Path) -> list[Finding]:
    """Return the findings of one file; one that cannot be loaded is a finding too."""
    try:
        return list(check(load(path)))
    except AuthorError as error:
        return [Finding(path.stem, "the file", str(error))]


# ----- preview -----
def preview(exercise: Exercise, seed: int | str | None = None) -> str:
    """Return an exercise as a learner meets it, then its hints, a solution, and what is said to its wrong answers."""
    drawn = variant(exercise, seed)
    lines = [f"{drawn.title} ({drawn.id}, {drawn.kind})", drawn.prompt.strip(), *drawn.listing(), ""]
    lines += [f"Hint {k}: {hint}" for k, hint in enumerate(drawn.hints, 1)]
    lines += ["", "Solution:", drawn.told(), *([drawn.note] if drawn.note else []), ""]
    for answer, _ in drawn.rejected():
        grade = judge(drawn, answer)
        lines += [f"To {short(answer)}:", f"  {grade.message}"]
    return "\n".join(lines)
