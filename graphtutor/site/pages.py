"""The page and its parts; the folder of a static site; all of it as one file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from ..training.methods import METHODS
from ..tutor.course import Course
from .call import call, room

ASSETS = Path(__file__).resolve().parent / "assets"
PARTS = "engine.js", "keeper.js", "draw.js", "scorm.js", "page.js"  # one script, in this order
SECONDS = 20  # after which an answer is left to a person
STAGES = "page", "python", "numbers", "lesson", "grader", "graphviz", "ready"
POLICY = (
    "default-src 'none'; script-src {script}; connect-src {connect}; worker-src {worker}; style-src 'self'; "
    "img-src 'self' data:; manifest-src 'self'; base-uri 'none'; form-action 'none'"
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """The page as it is served: its HTML, and what stands beside it as name → (kind, bytes)."""

    html: bytes
    files: Mapping[str, tuple[str, bytes]]


def asset(name: str) -> str:
    return (ASSETS / name).read_text("utf-8")


def script() -> str:
    """Return the page's script: its parts as one, in a scope of their own."""
    return '"use strict";\n(() => {\n' + "\n".join(asset(name) for name in PARTS) + "\n})();\n"


def data(value: object) -> str:
    """Return JSON that may stand inside a script element: nothing in it can close the element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).replace("<", "\\u003c")


def setup(taken: Course, engine: str, **more: Any) -> dict[str, Any]:
    """Return what the page knows before Python does: the course, and its first exercise opened."""
    here = room(taken)
    listed = call(here, {"op": "course"})
    first = next(iter(taken.order), "")
    opened = call(here, {"op": "open", "id": first}) if first else {}
    return {"engine": engine, "title": taken.settings.title, "course": listed, "first": opened, "stages": STAGES, "seconds": SECONDS, "methods": [row.name for row in METHODS], **more}  # fmt: skip


def page(taken: Course, engine: str, policy: Mapping[str, str] | None = None, **more: Any) -> Page:
    """Return the page of a course for one engine: "server", or "tab" (Pyodide in a worker)."""
    told = setup(taken, engine, **more)
    told["build"] = hashlib.sha256((data(told) + script()).encode()).hexdigest()[:16]
    html = asset("page.html").format(
        policy=escape(POLICY.format(**(policy or {"script": "'self'", "connect": "'self'", "worker": "'none'"}))),
        title=escape(taken.settings.title),
        style='<link rel="stylesheet" href="page.css">',
        first=first_html(told["first"]),
        setup=data(told),
        scripts='<script src="page.js"></script>',
    )
    files = {"page.js": ("text/javascript", script().encode()), "page.css": ("text/css", asset("page.css").encode())}
    return Page(html.encode(), files)


def first_html(opened: Mapping[str, Any]) -> str:
    """Return the first exercise to read before any script has run."""
    if not opened:
        return ""
    lines = "".join(f"<p>{escape(line)}</p>" for line in str(opened["prompt"]).split("\n"))
    return f'<h1>{escape(str(opened["title"]))}</h1><div class="prompt">{lines}</div>'
