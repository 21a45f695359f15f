"""One request as JSON to one answer as JSON: pure, so that any host may ask, and ask again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from inspect import signature
from itertools import accumulate
from typing import Any

from ..errors import AuthorError, LearnerError, ReadError
from ..picture.steps.layout import Engine
from ..tutor.course import Course
from . import classroom, studio
from .classroom import Room

DEEPEST = 40  # levels of a request
STRING, SIGN = re.compile(r'"(?:[^"\\]|\\.)*"'), re.compile(r"[\[\]{}]")
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


def asked(text: str) -> dict[str, Any] | None:
    """Return a request; None for what is no JSON object, or is nested deeper than any answer: Python in a page would end."""
    signs = SIGN.findall(STRING.sub("", text))
    if max(accumulate(1 if sign in "[{" else -1 for sign in signs), default=0) >= DEEPEST:
        return None
    try:
        request = json.loads(text)
    except ValueError:
        return None
    return request if isinstance(request, dict) else None


def answered(room: Room, text: str) -> str:
    """Return the answer to a request in JSON, as JSON."""
    request = asked(text)
    if request is None:
        return json.dumps({"ok": False, "error": f"a request is a JSON object of less than {DEEPEST} levels"})
    return json.dumps(call(room, request), ensure_ascii=False, default=str)
