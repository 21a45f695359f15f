"""What an exercise asks, question by question, and how what is typed becomes an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..errors import LearnerError, ReadError
from .exercises import (
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
    lettered,
)
from .keys import graph_of, sheet
from .numbers import labelled

END = "."


class Question(NamedTuple):
    """One thing to type: `key` is "" where the answer is one text; `lines` means several lines, ended by `.` alone."""

    key: str
    prompt: str
    lines: bool = False


def questions(exercise: Exercise) -> list[Question]:
    """Return what an exercise asks for, in order."""
    if isinstance(exercise, Numbers):
        return [Question(ask.label, ask.label) for ask in exercise.asks]
    if isinstance(exercise, Sheet):
        return [Question(cell, label) for cell, label in cells(exercise).items()]
    if isinstance(exercise, Gradients):
        top = output_name(exercise)
        return [Question(name, f"d{top}/d{name}") for name in exercise.wrt]
    return [Question("", asked(exercise), isinstance(exercise, Derivation | Code))]


def asked(exercise: Exercise) -> str:
    """Return the prompt of an exercise with one answer."""
    if isinstance(exercise, Expression):
        return f"d{output_name(exercise)}/d{exercise.wrt}"
    if isinstance(exercise, Local):
        return f"d{exercise.node}/d{exercise.wrt}"
    if isinstance(exercise, Solve):
        return exercise.wrt
    if isinstance(exercise, FindLine):
        return "line"
    if isinstance(exercise, Choice):
        return "letter"
    return "code" if isinstance(exercise, Code) else "lines"


def output_name(exercise: Exercise) -> str:
    """Return the name of the output as a prompt shows it: its own, or f."""
    last = exercise.program.strip().splitlines()[-1]
    name, equals, _ = last.partition("=")
    return name.strip() if equals and name.strip().isidentifier() else "f"


def cells(exercise: Sheet) -> dict[str, str]:
    """Return each cell of a sheet with the words that ask for it."""
    top = output_name(exercise)
    found = {}
    for cell in sheet(exercise):
        node, column, *arg = cell.split(".")
        found[cell] = (
            f"{node}" if column == "value" else f"local d{node}/d{arg[0]}" if column == "local" else f"d{top}/d{node}"
        )
    return found


def from_text(exercise: Exercise, text: str) -> Any:
    """Return the answer that one text holds: the text itself, or label → text where there are several questions."""
    asks = questions(exercise)
    if len(asks) == 1 and not asks[0].key:
        if isinstance(exercise, Derivation):
            return [line for line in (part.strip() for part in text.splitlines()) if line]
        return text.strip() if not isinstance(exercise, Code) else text
    by_label = labelled(text, [q.prompt for q in asks])
    keys = {q.prompt: q.key for q in asks}
    return {keys[label]: value for label, value in by_label.items()}


def checked(exercise: Exercise, answer: Any) -> Any:
    """Return an answer in the form that its exercise takes, or a LearnerError that says which that is."""
    asks = questions(exercise)
    if isinstance(answer, str):
        return from_text(exercise, answer)
    if isinstance(exercise, Sheet) and isinstance(answer, Mapping) and isinstance(answer.get("sheet"), list | tuple):
        return answer
    several = bool(asks[0].key)
    if several and isinstance(answer, Mapping):
        known = {name: q.key for q in asks for name in (q.prompt, q.key)}
        unknown = next((str(name) for name in answer if name not in known), None)
        if unknown is not None:
            raise LearnerError(
                f"'{unknown}' is no question of {exercise.id}; expected {', '.join(q.key for q in asks)}"
            )
        return {known[name]: value for name, value in answer.items()}
    if several and isinstance(answer, list | tuple) and len(answer) == len(asks):
        return {q.key: value for q, value in zip(asks, answer, strict=True)}
    if isinstance(exercise, Derivation | Expression | Local | Solve) and not isinstance(answer, Mapping):
        return list(answer) if isinstance(answer, tuple) else answer
    if isinstance(exercise, Code) and isinstance(answer, Mapping) and isinstance(answer.get("code"), str):
        return answer["code"]
    if not several and isinstance(answer, int | float):
        return str(answer)
    expected = f"{len(asks)} values, for {', '.join(q.prompt for q in asks)}" if several else "one text"
    raise LearnerError(f"{exercise.id} cannot take {type(answer).__name__}; expected {expected}")


def letters(exercise: Choice, text: str) -> list[str]:
    """Return the letters chosen: `b`, `a c`, `A, C`, `(a) and (c)`."""
    known = [letter for letter, _ in lettered(exercise)]
    words = [w for w in "".join(c if c.isalnum() else " " for c in text.lower()).split() if w != "and"]
    if len(words) == 1 and len(words[0]) > 1:
        words = list(words[0])
    unknown = next((w for w in words if w not in known), None)
    if unknown is not None or not words:
        raise ReadError(f"'{unknown or text}' is no letter of an option; expected {', '.join(known)}", text)
    return sorted(set(words))


def line_number(exercise: FindLine, text: str) -> int | None:
    """Return the number of a line, from 1, or None for `none`."""
    plain = text.strip().lower().removeprefix("line").strip()
    if plain in ("none", "no", "-"):
        return None
    found = next((k for k in range(1, len(exercise.lines) + 1) if plain.rstrip(".") == str(k)), None)
    if found is None:
        raise ReadError(
            f"'{text.strip()[:40]}' is no line; expected a number from 1 to {len(exercise.lines)}, or none", text[:200]
        )
    return found


def programs(exercise: Exercise) -> list[str]:
    """Return every program that an exercise computes with, its questions' own ones too."""
    own = [ask.program for ask in exercise.asks if ask.program] if isinstance(exercise, Numbers) else []
    return [text for text in (exercise.program, *own) if text]


def operations(exercise: Exercise) -> set[str]:
    """Return the names of the inputs and operations of an exercise's graph."""
    return {cell[0] for text in programs(exercise) for cell in graph_of(exercise, text).cells}
