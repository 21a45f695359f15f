"""The page and its parts; the folder of a static site; all of it as one file."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from ..errors import LearnerError
from ..picture.steps.page import colour_rules, component, looks
from ..text import written
from ..training.methods import METHODS
from ..tutor.course import Course
from . import scorm
from .call import call, room
from .frozen import frozen
from .parts import Parts, parts

ASSETS = Path(__file__).resolve().parent / "assets"
PARTS = "engine.js", "scorm.js", "keeper.js", "draw.js", "page.js"  # one script, in this order
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
    """Return the page's script: the interactive steps and the page's own parts as one, in a scope of their own."""
    return '"use strict";\n(() => {\n' + "\n".join([component(), *map(asset, PARTS)]) + "\n})();\n"


def style() -> str:
    """Return the page's style, and that of the steps in it."""
    return asset("page.css") + colour_rules(None, "default", ".gt") + looks()


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
    told["build"] = build_of(told)
    html = asset("page.html").format(
        policy=escape(POLICY.format(**(policy or {"script": "'self'", "connect": "'self'", "worker": "'none'"}))),
        title=escape(taken.settings.title), style='<link rel="stylesheet" href="page.css">', first=first_html(told["first"]), setup=data(told),
        scripts='<script src="page.js"></script>',
    )  # fmt: skip
    files = {"page.js": ("text/javascript", script().encode()), "page.css": ("text/css", style().encode())}
    return Page(html.encode(), files)


def build_of(told: Mapping[str, Any]) -> str:
    """Return what names a build: the same for the same course, code and page."""
    return digest((data(told) + script() + asset("worker.js") + style()).encode())[:16]


def digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


# ----- the folder -----
@dataclass(frozen=True)
class Built:
    """What was written: its files, how large they are, and what there is to say about it."""

    paths: tuple[Path, ...]
    size: int
    notes: tuple[str, ...]


def built(taken: Course, out: Path, pyodide: str = "", single: bool = False, packages: bool = False, course_file: Path | None = None) -> Built:  # fmt: skip
    """Write the site of a course into the folder `out`, or as one file; the same bytes for the same course and versions.

    `pyodide`: an address or a folder, see `parts`. `packages`: beside the folder, SCORM 1.2 and 2004 as zips.
    """
    from_where = parts(pyodide)
    if single and not from_where.files:
        raise LearnerError("one file holds Pyodide too, so --single needs --pyodide DIR, a folder to copy it from")
    if single and packages:
        raise LearnerError("--scorm packs the folder; leave out --single, or --scorm")
    archive = frozen(taken, from_where.python, from_where.folder, course_file)
    files = as_one(taken, from_where, archive.data, out) if single else folder(taken, from_where, archive.data)
    home = out.parent if single else out
    paths = [written(made(home / name), text) for name, text in files.items()]
    if packages:
        paths += [written(made(out.with_name(f"{out.name}-scorm-{year}.zip")), package(year, taken, from_where, archive.data)) for year in scorm.YEARS]  # fmt: skip
    notes = (archive.note,) if archive.note else ()
    return Built(tuple(paths), sum(p.stat().st_size for p in paths), notes)


def made(path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LearnerError(f"cannot write into {path.parent}: {error.strerror}") from None
    return path


def folder(taken: Course, where: Parts, archive: bytes, learning_platform: bool = False) -> dict[str, bytes]:
    """Return the files of a static site, name → bytes; `index.html` first."""
    name = f"lesson-{digest(archive)[:12]}.zip"
    sources = " ".join(filter(None, ("'self'", where.origin)))
    policy = {"script": f"{sources} 'wasm-unsafe-eval'", "connect": sources, "worker": "'self'"}
    told = page(
        taken,
        "tab",
        policy,
        pyodide=where.pyodide,
        graphviz=where.graphviz,
        archive=name,
        road=taken.road,
        scorm=learning_platform,
    )
    files = {"index.html": told.html, **{n: text for n, (_, text) in told.files.items()}, "worker.js": asset("worker.js").encode(), name: archive}  # fmt: skip
    files |= {f"pyodide/{n}": text for n, text in where.files}
    kept = json.dumps(["./", *files])[1:-1]
    build = digest(b"".join(files.values()))[:16]
    return {**files, "sw.js": asset("sw.js").replace("BUILD", build).replace("PARTS_LIST", kept).encode()}


def package(year: str, taken: Course, where: Parts, archive: bytes) -> bytes:
    files = folder(taken, where, archive, learning_platform=True)
    return scorm.package(year, taken.settings.title, digest(files["index.html"])[:16], files)


# ----- one file -----
def as_one(taken: Course, where: Parts, archive: bytes, out: Path) -> dict[str, bytes]:
    """Return the site as one HTML file: every part stands in it as text that is no script, and only our own two scripts may run."""
    main, worker, css = script(), asset("worker.js"), style()
    policy = POLICY.format(
        script=f"{hashed(main)} blob: 'wasm-unsafe-eval'", connect="blob:", worker="blob:",
    ).replace("style-src 'self'", f"style-src {hashed(css)}")  # fmt: skip
    told = setup(taken, "tab", archive="lesson.zip", graphviz="graphviz.js", pyodide="", road=taken.road, scorm=False)
    told["build"] = build_of(told)
    parts = {"lesson.zip": archive, **dict(where.files)}
    inside = "\n".join(f'<script type="text/plain" data-file="{escape(n)}">{packed(text)}</script>' for n, text in sorted(parts.items()))  # fmt: skip
    code = f'<script type="text/plain" id="inside-worker">{worker}</script>\n<script>{main}</script>'
    html = asset("page.html").format(
        policy=escape(policy), title=escape(taken.settings.title), style=f"<style>{css}</style>", first=first_html(told["first"]), setup=data(told),
        scripts=f"{inside}\n{code}",
    )  # fmt: skip
    return {out.name: html.encode()}


def hashed(text: str) -> str:
    """Return how a policy names one script or style that may stand in the page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def packed(text: bytes) -> str:
    return base64.b64encode(gzip.compress(text, 9, mtime=0)).decode()


def first_html(opened: Mapping[str, Any]) -> str:
    """Return the first exercise to read before any script has run."""
    if not opened:
        return ""
    lines = "".join(f"<p>{escape(line)}</p>" for line in str(opened["prompt"]).split("\n"))
    return f'<h1>{escape(str(opened["title"]))}</h1><div class="prompt">{lines}</div>'
