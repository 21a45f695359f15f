"""The page from this machine: on 127.0.0.1 alone, a token in its address, Python in a child that may be ended.

The progress is the shell's own file. Other pages in the browser cannot ask: they do not know the token, and what
comes under another name or from another origin is refused.
"""

from __future__ import annotations

import json
import multiprocessing
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from ..errors import LearnerError
from ..tutor.course import Course, course
from ..tutor.progress import Progress
from ..tutor.store import Store
from .call import answered, asked, room
from .classroom import decoded, progressed
from .pages import POLICY, SECONDS, Page, page

HOST = "127.0.0.1"
LARGEST = 5_000_000  # bytes of a request
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}  # fmt: skip


# ----- Python in a child -----
def child(folder: str, file: str | None, road: str, line: Connection) -> None:
    """Answer requests, one after the other, until the line is closed."""
    here = room(course(folder, file).along(road))
    while True:
        try:
            text = line.recv()
        except EOFError:
            return
        line.send(answered(here, text))


@dataclass
class Child:
    """A process that answers; one that takes longer than `seconds` is ended, and another begins."""

    course: Course
    file: str | None = None
    seconds: float = SECONDS
    lock: Any = field(default_factory=threading.Lock)
    process: Any = None
    line: Any = None

    def ask(self, text: str) -> str:
        """Return the answer to a request in JSON; `slow` where it took too long."""
        with self.lock:
            for _ in range(2):
                if self.process is None or not self.process.is_alive():
                    self.start()
                try:
                    self.line.send(text)
                    if self.line.poll(self.seconds):
                        return str(self.line.recv())
                    self.end()
                    return json.dumps({"ok": False, "slow": True, "error": "it took too long; a person decides"})
                except (EOFError, OSError):  # it died, of too much memory perhaps: one more try in a new one
                    self.end()
            return json.dumps({"ok": False, "slow": True, "error": "it could not be worked out; a person decides"})

    def start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.line, there = context.Pipe()
        given = str(self.course.library.root), self.file, self.course.road, there
        self.process = context.Process(target=child, args=given, daemon=True)
        self.process.start()
        there.close()

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.line.close()
        self.process = None


# ----- the server -----
class Lesson(ThreadingHTTPServer):
    """The server of one learner's lesson."""

    daemon_threads = True

    def __init__(self, taken: Course, store: Store, port: int = 0, file: str | None = None, seconds: float = SECONDS):
        super().__init__((HOST, port), Handler)
        self.token = secrets.token_urlsafe(24)
        self.child = Child(taken, file, seconds)
        self.room, self.store = room(taken), store
        self.page: Page = page(taken, "server")
        self.files = {"": ("text/html", self.page.html), **self.page.files}

    @property
    def names(self) -> set[str]:
        """The names under which this server may be called."""
        return {f"{name}:{self.server_port}" for name in (HOST, "localhost")}

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    def progress(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Return how far the learner is, after what happened, which is kept in the shell's file."""
        found: dict[str, Any] = {}

        def change(before: Progress) -> Progress:
            here = told.get("replace")
            kept = here if isinstance(here, dict) else msgspec.to_builtins(before)
            found.update(progressed(self.room, kept, told.get("events") or ()))
            return decoded(found["progress"])

        self.store.change(change)
        return {"ok": True, **found}

    def server_close(self) -> None:
        super().server_close()
        self.child.end()


class Handler(BaseHTTPRequestHandler):
    """GET of the page and its parts, POST of `call` and `progress`; all below the token."""

    server: Lesson
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.wanted()
        if name is None:
            return
        if name not in self.server.files:
            self.reply(HTTPStatus.NOT_FOUND, "text/plain", b"nothing here")
            return
        kind, data = self.server.files[name]
        self.reply(HTTPStatus.OK, kind, data)

    def do_POST(self) -> None:
        name = self.wanted()
        if name is None:
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST:
            self.reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "text/plain", b"too large")
            return
        text = self.rfile.read(int(length)).decode("utf-8", "replace")
        if name == "call":
            self.reply(HTTPStatus.OK, "application/json", self.server.child.ask(text).encode())
        elif name == "progress":
            self.reply(HTTPStatus.OK, "application/json", self.kept(text).encode())
        else:
            self.reply(HTTPStatus.NOT_FOUND, "text/plain", b"nothing here")

    def kept(self, text: str) -> str:
        try:
            answer = self.server.progress(asked(text) or {})
        except (LearnerError, ValueError) as error:
            answer = {"ok": False, "error": str(error)}
        return json.dumps(answer, ensure_ascii=False)

    def wanted(self) -> str | None:
        """Return what is asked for, below the token; to a stranger the door stays shut, and None is returned."""
        token, _, name = self.path.partition("?")[0].lstrip("/").partition("/")
        known = secrets.compare_digest(token.encode(), self.server.token.encode())
        origin = self.headers.get("Origin", "").removeprefix("http://")
        if known and self.headers.get("Host") in self.server.names and (not origin or origin in self.server.names):
            return name
        self.close_connection = True
        self.reply(HTTPStatus.FORBIDDEN, "text/plain", b"take the address that graphtutor printed")
        return None

    def reply(self, status: HTTPStatus, kind: str, data: bytes) -> None:
        self.send_response(status)
        told = kind if not kind.startswith("text/") else f"{kind}; charset=utf-8"
        policy = POLICY.format(script="'self'", connect="'self'", worker="'none'")
        for name, value in {
            "Content-Type": told,
            "Content-Length": str(len(data)),
            "Content-Security-Policy": policy + "; frame-ancestors 'none'",
            **HEADERS,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the token stands in every line."""
