"""The lesson in a browser tab: Python in the page grades as Python here does, and the page is played by keyboard alone."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from graphtutor.site.call import answered, room
from graphtutor.tutor.course import course
from graphtutor.tutor.variants import variant

pytestmark = [pytest.mark.browser, pytest.mark.pyodide]
COURSE = course()
IN_TURN = """async texts => { const found = []; for (const text of texts) found.push(await graphtutor.call(text)); return found; }"""


def timeless(text: str) -> str:
    return re.sub(r'"when": "[^"]*"', "", text)


def test_every_answer_of_the_authors_is_graded_in_the_page_as_here_byte_for_byte(tab: Any) -> None:
    exercises = {id: variant(COURSE.exercise(id)) for id in COURSE.order}
    answers = [
        (id, a) for id, it in exercises.items() for a in (*it.accepted(), *(wrong for wrong, _ in it.rejected()))
    ]
    asked = [json.dumps({"op": "check", "id": id, "answer": answer}) for id, answer in answers]
    assert len(exercises) >= 129 and len(asked) >= 472
    here = room(COURSE)
    for text, there in zip(asked, tab.evaluate(IN_TURN, asked), strict=True):
        assert timeless(there) == timeless(answered(here, text)), text
    assert tab.said == []
