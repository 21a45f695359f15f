"""One request as JSON to one answer as JSON: pure, so that any host may ask, and ask again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from ..errors import AuthorError, LearnerError, ReadError
from ..picture.steps.layout import Engine
from ..tutor.course import Course
from . import classroom, studio
from .classroom import Room

Operation = Callable[..., dict[str, Any]]

OPERATIONS: dict[str, Operation] = {
    "course": classroom.listed,
    "open": classroom.opened,
    "hear": classroom.heard,
    "check": classroom.checked,
    "broken": classroom.broken,
    "solution": classroom.solution,
    "progress": classroom.progressed,
    "film": studio.filmed,
    "play": studio.played,
    "descend": studio.descended,
}


def room(course: Course, engine: Engine = "pygraphviz") -> Room:
    """Return what requests are answered from: a course, and who lays graphs out."""
    return Room(course, engine)


def call(room: Room, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to `{"op": …, …}`: `{"ok": true, …}`, or what the learner can mend as `{"ok": false, "error": …}`.

    >>> from ..tutor.course import course
    >>> here = room(course())
    >>> call(here, {"op": "check", "id": "hinge-dw0", "answer": "-y*x0"})["correct"]
    False
    >>> call(here, {"op": "chekc"})["error"]
    "no operation 'chekc'; expected course, open, hear, check, broken, solution, progress, film, play, descend"
    """
    given = dict(request)
    word = given.pop("op", None)
    if word not in OPERATIONS:
        return {"ok": False, "error": f"no operation '{word}'; expected {', '.join(OPERATIONS)}"}
    operation = OPERATIONS[word]
    try:
        signature(operation).bind(room, **given)
    except TypeError as error:
        return {"ok": False, "error": f"{word}: {error}"}
    try:
        return {"ok": True, **operation(room, **given)}
    except ReadError as error:
        place = {"line": error.line, "column": error.column, "caret": error.caret if error.source else ""}
        return {"ok": False, "error": error.message, **place}
    except (LearnerError, AuthorError) as error:
        return {"ok": False, "error": str(error)}


def answered(room: Room, text: str) -> str:
    """Return the answer to a request in JSON, as JSON."""
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict) or not all(isinstance(key, str) for key in request):
        return json.dumps({"ok": False, "error": "a request is a JSON object"})
    return json.dumps(call(room, request), ensure_ascii=False, default=str)
