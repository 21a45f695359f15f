"""Exercises for a page: the list of them, one opened, what is heard while typing, an answer checked, and progress."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from ..errors import LearnerError
from ..grading.told.grades import SIGNS, Grade
from ..language.read import program
from ..language.write import MATH, name, write
from ..picture.steps.layout import Engine
from ..picture.steps.save import Painter
from ..text import jsonable
from ..tutor.course import Course
from ..tutor.desk import Desk
from ..tutor.judge import judge
from ..tutor.kinds import Exercise, Question
from ..tutor.lesson import STATUS, ids, kept, reasons, unread
from ..tutor.progress import Attempt, Progress, due, gone_to, hint_taken, noted, now, started, with_state
from ..tutor.store import Store
from ..tutor.variants import variant

KEPT = 64  # exercises, grades and films that stand ready
LONGEST = 60_000  # characters of an answer


@dataclass(frozen=True)
class Room:
    """A course and who lays out its graphs; what was last worked out is kept, for a page asks for its parts one by one."""

    course: Course
    engine: Engine = "pygraphviz"
    memory: dict[tuple[str, ...], Any] = field(default_factory=dict, compare=False)

    def exercise(self, id: str, seed: str | None = None) -> Exercise:
        """Return an exercise in the variant of a learner's seed, or of the course's."""
        drawn = seed or self.course.settings.seed
        found: Exercise = self.once(("exercise", id, drawn or ""), lambda: variant(self.course.exercise(id), drawn))
        return found

    def once(self, key: tuple[str, ...], make: Any) -> Any:
        """Return what `make` gave for this key before, or now; the oldest is forgotten."""
        if key not in self.memory:
            value = make()
            while len(self.memory) >= KEPT:
                del self.memory[next(iter(self.memory))]
            self.memory[key] = value
        return self.memory[key]


# ----- what there is -----
def listed(room: Room) -> dict[str, Any]:
    """Return the course: what it says, its chapters with their exercises, and its shorter ways."""
    course, said = room.course, room.course.settings
    order = {id: k for k, id in enumerate(course.order, 1)}
    chapters = [
        {"title": title, "about": course.about(title), "minutes": course.minutes(names), "exercises": [{"id": id, "number": order[id], "title": course.exercise(id).title} for id in names]}
        for title, names in course.groups
    ]  # fmt: skip
    roads = {road: list(names) for road, names in said.roads.items()}
    return {"title": said.title, "welcome": said.welcome, "farewell": said.farewell, "chapters": chapters, "roads": roads, "count": len(order)}  # fmt: skip


def opened(room: Room, id: str, seed: str | None = None) -> dict[str, Any]:
    """Return an exercise as a page shows it: prompt, program typeset, what is asked, hints, and its graph drawn."""
    it = room.exercise(id, seed)
    asks = it.questions()
    return {
        "id": id, "title": it.title, "kind": it.kind, "form": it.FORM, "prompt": it.prompt.strip(), "program": typeset(it.program, it.declared(it.program), it.constants), "listing": [] if it.choices() else it.listing(),
        "choices": [{"typed": typed, "words": words} for typed, words in it.choices()], "asks": [asked(it, q) for q in asks], "hints": list(it.hints), "varies": it.varies,
        "untouched": it.untouched(), "graph": drawn(room, it, seed), "walks": bool(it.program),
    }  # fmt: skip


def asked(it: Exercise, question: Question) -> dict[str, Any]:
    return {
        "key": question.key,
        "prompt": question.prompt,
        "lines": question.lines,
        "wanted": it.wanted(question.key),
        **cell(question.key),
    }


def cell(key: str) -> dict[str, str]:
    """Return where a cell of a sheet stands: its row and column; nothing for a question of another kind."""
    node, *rest = key.split(".")
    return {"row": node, "column": rest[0], "by": "".join(rest[1:])} if rest else {}


def typeset(text: str, shapes: Mapping[str, Any], constants: Mapping[str, Any]) -> list[str]:
    """Return the lines of a program in MathML; none where it cannot be read.

    >>> typeset("L = x", {}, {})
    ['<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>L</mi><mo>=</mo><mi>x</mi></math>']
    """
    try:
        lines = program(text, shapes=shapes, constants=constants).lines if text else ()
    except LearnerError:
        return []
    heads = [name(line.name, "mathml") + "<mo>=</mo>" if line.name else "" for line in lines]
    return [
        f"{MATH}{head}{write(line.tree, 'mathml').removeprefix(MATH)}" for head, line in zip(heads, lines, strict=True)
    ]


def drawn(room: Room, it: Exercise, seed: str | None) -> dict[str, str]:
    """Return an exercise's graph as SVG, light and dark; nothing where it has none."""
    if not it.program:
        return {}

    def paint() -> dict[str, str]:
        try:
            painters = {theme: Painter(it.graph(), theme=theme, engine=room.engine) for theme in ("light", "dark")}
            return {theme: painter.svg() for theme, painter in painters.items()}
        except LearnerError:
            return {}

    found: dict[str, str] = room.once(("graph", it.id, seed or ""), paint)
    return found


# ----- an answer -----
def heard(room: Room, id: str, text: str, key: str = "", seed: str | None = None) -> dict[str, Any]:
    """Return what is understood of an answer while it is typed, piece by piece."""
    found = room.exercise(id, seed).heard(key, text[:LONGEST])
    return {"heard": [h._asdict() for h in found]}


def checked(room: Room, id: str, answer: Any, seed: str | None = None) -> dict[str, Any]:
    """Return what came of an answer: the verdict as a page tells it, the whole grade, the attempt to keep, and what need not be typed again."""
    it = room.exercise(id, seed)
    grade, handed = graded(room, it, answer, seed)
    lost = unread(grade)
    attempt = None if lost else attempted(grade, handed, seed)
    return {
        "correct": grade.correct, "unread": lost, "score": grade.score, "message": grade.message, "reasons": [] if grade.correct else reasons(grade), "lines": [line_of(line) for line in grade.lines],
        "cells": {c.name: {"status": c.status, "note": c.note} for c in grade.table}, "note": it.note if grade.correct else "", "pictured": bool(grade.broken and not grade.correct),
        "attempt": attempt, "again": {} if grade.correct else kept(grade, handed), "grade": grade.to_json(),
    }  # fmt: skip


def graded(room: Room, it: Exercise, answer: Any, seed: str | None) -> tuple[Grade, Any]:
    """Return the Grade of an answer with the answer as it is taken, worked out once."""
    if len(json.dumps(answer, default=str)) > LONGEST:
        raise LearnerError(f"an answer of more than {LONGEST} characters; expected a formula, or lines")

    def work() -> tuple[Grade, Any]:
        taken = it.checked(answer)
        return judge(it, taken), taken

    found: tuple[Grade, Any] = room.once(("grade", it.id, seed or "", json.dumps(answer, sort_keys=True)), work)
    return found


def attempted(grade: Grade, handed: Any, seed: str | None) -> Any:
    return msgspec.to_builtins(
        Attempt(now(), jsonable(handed), grade.correct, round(grade.score, 4), ids(grade)[:8], seed)
    )


def line_of(line: Any) -> dict[str, Any]:
    """Return a line's verdict: the sign and words of the shell, and a place where it could not be read."""
    note = line.note or (f"from line {line.after + 1}" if line.status == "follows" and line.after is not None else "")
    why = {"column": line.error.column, "unread": line.error.message} if line.error is not None else {}
    return {"text": line.text, "status": line.status, "sign": SIGNS[line.status].strip(), "word": STATUS.get(line.status, line.status), "note": note, "quantity": line.quantity, **why}  # fmt: skip


def broken(room: Room, id: str, answer: Any, seed: str | None = None) -> dict[str, Any]:
    """Return the graph with the place where an answer broke, as SVG, light and dark."""
    grade, _ = graded(room, room.exercise(id, seed), answer, seed)
    return {theme: grade.verdict(theme=theme, engine=room.engine).svg() for theme in ("light", "dark")}


def solution(room: Room, id: str, seed: str | None = None) -> dict[str, Any]:
    """Return how an exercise is done: lines of text, and what there is to say about it."""
    it = room.exercise(id, seed)
    return {"lines": it.told("unicode", 76).splitlines(), "note": it.note}


# ----- progress -----
class Mute:
    """A screen on which nothing is said."""

    width, notation = 80, "unicode"

    def say(self, text: str = "", style: str = "") -> None: ...

    def ask(self, prompt: str, before: str = "") -> str:
        raise EOFError


def progressed(
    room: Room, progress: Mapping[str, Any] | None = None, events: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Return progress, in the shell's own schema, after what happened since, and how far the learner is.

    `events`: `{"do": "attempt" | "hint" | "leave" | "goto" | "draft" | "begin" | "road", "id": …, …}` in order; one of an
    exercise that this course has not is left out. What is no progress file is refused.
    """
    here = decoded(progress or {})
    for event in events:
        here = happened(room, here, event)
    desk = desk_of(room, here)
    states = {id: desk.state(id, here) for id in room.course.order}
    seeds = {id: record.seed for id, record in here.exercises.items() if record.seed} | (
        {"": here.seed} if here.seed else {}
    )
    waiting = [card.exercise for card in due(here, now())]
    return {
        "progress": msgspec.to_builtins(here),
        "states": states,
        "current": desk.current(here),
        "standing": desk.standing(here).replace(" (graphtutor review)", ""),
        "due": waiting,
        "seeds": seeds,
    }


def decoded(progress: Mapping[str, Any]) -> Progress:
    """Return progress from JSON's types; LearnerError for what is none, or a newer one."""
    try:
        read = msgspec.convert(progress, Progress)
    except msgspec.ValidationError as error:
        raise LearnerError(f"this is no progress file of graphtutor: {error}") from None
    if read.format_version > Progress().format_version:
        raise LearnerError(f"this was written by a newer graphtutor (format {read.format_version}); take a newer page")
    return read


def desk_of(room: Room, here: Progress) -> Desk:
    course = room.course
    road = here.road if here.road in course.settings.roads else ""
    return Desk(course.along(road), Store(Path("progress.json"), held=[here]), Mute())


def happened(room: Room, here: Progress, event: Mapping[str, Any]) -> Progress:
    """Return progress after one thing that a learner did."""
    id, do = str(event.get("id", "")), event.get("do")
    if do == "road":
        return replace(here, road=str(event.get("road", "")))
    if do not in EVENTS or id not in room.course.library:
        return here
    after: Progress = EVENTS[do](desk_of(room, here), here, id, event)
    return after


def after_attempt(desk: Desk, here: Progress, id: str, event: Mapping[str, Any]) -> Progress:
    try:
        attempt = msgspec.convert(event.get("attempt"), Attempt)
    except msgspec.ValidationError as error:
        raise LearnerError(f"this is no attempt: {error}") from None
    after = noted(here, id, attempt)
    again = event.get("again")
    if attempt.correct:
        return desk.passed(here, after, id)
    return drafted(after, id, again) if isinstance(again, Mapping) and again else after


def drafted(here: Progress, id: str, draft: Mapping[str, Any]) -> Progress:
    return here.with_record(id, replace(here.record(id), draft={str(k): str(v) for k, v in draft.items()}))


EVENTS: dict[Any, Any] = {
    "attempt": after_attempt,
    "hint": lambda desk, here, id, event: hint_taken(here, id, len(desk.course.exercise(id).hints)),
    "leave": lambda desk, here, id, event: desk.passed(here, with_state(here, id, str(event.get("state", "skipped"))), id),
    "goto": lambda desk, here, id, event: gone_to(here, id, event.get("seed")),
    "draft": lambda desk, here, id, event: drafted(here, id, event.get("draft") or {}),
    "begin": lambda desk, here, id, event: started(here, id, event.get("seed")),
}  # fmt: skip
