"""The lesson as a page from this machine: to its owner's browser alone, into the shell's own file, a hang ended."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request

import pytest

from graphtutor.site.server import Child, Lesson
from graphtutor.tutor.course import course
from graphtutor.tutor.store import Store


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory):
    server = Lesson(course(), Store(tmp_path_factory.mktemp("web") / "progress.json"))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def fetched(lesson: Lesson, path: str, body: object = None, token: str | None = None, **headers: str):
    address = f"http://127.0.0.1:{lesson.server_port}/{lesson.token if token is None else token}/{path}"
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(address, data, {k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(asked, timeout=60) as reply:
            return reply.status, dict(reply.headers), reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read().decode()


def test_the_page_and_its_parts_are_served_with_a_policy(lesson: Lesson) -> None:
    for path in ("", "page.js", "page.css"):
        status, headers, text = fetched(lesson, path)
        assert status == 200 and len(text) > 1000
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"] and headers["X-Content-Type-Options"] == "nosniff"
    html = fetched(lesson, "")[2]
    assert "<script>" not in html and " onclick" not in html and " style=" not in html


@pytest.mark.parametrize("token", ["", "x", "../", "a" * 32])
def test_without_the_token_nothing_is_told(lesson: Lesson, token: str) -> None:
    assert fetched(lesson, "", token=token)[0] == 403
    assert fetched(lesson, "call", {"op": "course"}, token=token)[0] == 403


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}])
def test_another_name_or_another_origin_is_refused(lesson: Lesson, headers: dict[str, str]) -> None:
    assert fetched(lesson, "call", {"op": "course"}, **headers)[0] == 403


def test_nothing_but_the_page_can_be_fetched(lesson: Lesson) -> None:
    for path in ("../../etc/passwd", "server.py", "assets/page.js", "call"):
        assert fetched(lesson, path)[0] == 404
    assert fetched(lesson, "other", {})[0] == 404


def test_an_answer_is_graded_and_kept_where_the_shell_keeps_it(lesson: Lesson) -> None:
    found = json.loads(fetched(lesson, "call", {"op": "check", "id": "power-rule", "answer": "n*x**(n-1)"})[2])
    event = {"do": "attempt", "id": "power-rule", "attempt": found["attempt"]}
    told = json.loads(fetched(lesson, "progress", {"events": [event]})[2])
    assert told["current"] == "constant-multiple"
    assert lesson.store.read().record("power-rule").state == "done"


@pytest.mark.parametrize(
    "body", [[], 5, {"events": [{"do": "attempt", "id": "power-rule"}]}, {"replace": {"cards": 3}}]
)
def test_what_is_no_progress_is_refused_and_nothing_is_lost(lesson: Lesson, body: object) -> None:
    before = lesson.store.read()
    status, _, text = fetched(lesson, "progress", body)
    assert status == 200 and json.loads(text)["ok"] in (False, True)
    assert lesson.store.read() == before


def test_an_answer_that_hangs_is_ended_and_the_next_one_is_answered() -> None:
    child = Child(course(), seconds=60)
    try:
        assert json.loads(child.ask('{"op": "course"}'))["ok"]
        first = child.process
        child.seconds = 0.0
        assert json.loads(child.ask('{"op": "check", "id": "hinge-dw0", "answer": "-y*x0"}'))["slow"] is True
        assert first is not None and not first.is_alive() if child.process is None else True
        child.seconds = 60
        assert json.loads(child.ask('{"op": "check", "id": "power-rule", "answer": "n*x**(n-1)"}'))["correct"] is True
    finally:
        child.end()
