"""The package, SymPy and mpmath as far as they can be reached, and the exercises, as one archive of code for the page's Python.

Code is for one version of Python: compiled here if this is that version, else by a Python of that version on PATH, else by
Pyodide itself in Node. Where there is none of them the sources are packed, and the page's first start takes longer.
"""

from __future__ import annotations

import ast
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from ..tutor.course import Course
from ..tutor.exercises import COURSE
from .compiler import EPOCH, archive

PACKAGE = Path(__file__).resolve().parent.parent
LEFT_OUT = ("cli/", "batch/", "site/server.py", "site/pages.py", "site/frozen.py", "site/parts.py", "site/scorm.py", "site/compiler.py", "site/assets/",
            "picture/plots/", "_exercises/")  # fmt: skip
# what SymPy imports inside functions that nothing here calls
UNUSED = tuple(f"sympy.{name}" for name in "physics plotting parsing testing interactive stats crypto vector diffgeom categories codegen printing.pretty".split())  # fmt: skip
SECONDS = 300
NODE = """
const {{loadPyodide}} = await import({mjs});
const python = await loadPyodide({{indexURL: {home}}});
let text = "";
for await (const part of process.stdin) text += part;
python.globals.set("text", text);
const out = python.runPython({compiler} + "\\nimport json\\narchive(json.loads(text))").toJs();
process.stdout.write(Buffer.from(out));
"""


class Frozen(NamedTuple):
    """The archive, and how it came to be: "" or what to say about it."""

    data: bytes
    note: str


def frozen(taken: Course, python: tuple[int, int], pyodide: Path | None = None, course_file: Path | None = None) -> Frozen:  # fmt: skip
    """Return the archive for a page whose Python is of version `python`; `pyodide` is a folder that holds it."""
    sources = {**of_package(), **of_exercises(taken, course_file), **of_libraries()}
    if sys.version_info[:2] == python:
        return Frozen(archive(sources), "")
    text, script = json.dumps(sources), Path(__file__).with_name("compiler.py")
    for command in (at_path(python, script), in_node(pyodide, script)):
        found = compiled(command, text)
        if found:
            return Frozen(found, "")
    wanted = ".".join(map(str, python))
    note = f"Packed as sources, for there is no Python {wanted} here to compile with: the page's first start takes some 10 s longer. Put python{wanted} on PATH."
    return Frozen(as_sources(sources), note)


# ----- what is needed -----
def of_package() -> dict[str, str]:
    """Return the modules and data of this package that a page may need, as name → text."""
    paths = [p for p in sorted(PACKAGE.rglob("*")) if p.suffix in (".py", ".json") and "__pycache__" not in p.parts]
    named = ((p.relative_to(PACKAGE).as_posix(), p) for p in paths)
    return {f"graphtutor/{name}": p.read_text("utf-8") for name, p in named if not name.startswith(LEFT_OUT)}


def of_exercises(taken: Course, file: Path | None) -> dict[str, str]:
    root = taken.library.root
    found = {p.relative_to(root).as_posix(): p.read_text("utf-8") for p in taken.library.paths.values()}
    settings = file or root / COURSE
    if settings.is_file():
        found[COURSE] = settings.read_text("utf-8")
    return {f"graphtutor/_exercises/{name}": text for name, text in found.items()}


def of_libraries() -> dict[str, str]:
    """Return every module of SymPy and mpmath that importing them, or calling what is used of them, can reach."""
    found: dict[str, str] = {}
    todo = ["sympy", "mpmath"]
    while todo:
        name = todo.pop()
        path = path_of(name)
        if name in found or path is None:
            continue
        found[name] = text = path.read_text("utf-8")
        todo += [*ancestors(name), *(i for i, late in imports(name, text, path) if not (late and i.startswith(UNUSED)))]
    return {file_of(name): text for name, text in found.items()}


def ancestors(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:k]) for k in range(1, len(parts))]


@cache
def path_of(name: str) -> Path | None:
    """Return the file of a module of SymPy or mpmath, without importing it; None for what is none."""
    top, *rest = name.split(".")
    spec = find_spec(top) if top in ("sympy", "mpmath") else None
    if spec is None or not spec.origin:
        return None
    place = Path(spec.origin).parent.joinpath(*rest)
    return next((p for p in (place / "__init__.py", place.with_suffix(".py")) if p.is_file()), None)


def file_of(name: str) -> str:
    path = path_of(name)
    assert path is not None
    return name.replace(".", "/") + ("/__init__.py" if path.name == "__init__.py" else ".py")


def imports(name: str, text: str, path: Path) -> Iterator[tuple[str, bool]]:
    """Yield what a module may import, each with whether it does so inside a function."""
    here = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    todo: list[tuple[ast.AST, bool]] = [(ast.parse(text), False)]
    while todo:
        node, late = todo.pop()
        if isinstance(node, ast.ImportFrom):
            base = ".".join([*here[: len(here) - node.level + 1], *filter(None, [node.module])]) if node.level else str(node.module)  # fmt: skip
            yield from ((n, late) for n in (base, *(f"{base}.{alias.name}" for alias in node.names)))
        elif isinstance(node, ast.Import):
            yield from ((alias.name, late) for alias in node.names)
        elif not isinstance(node, ast.expr):
            late = late or isinstance(node, ast.FunctionDef)
            todo += [
                (child, late) for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt | ast.excepthandler)
            ]


# ----- who compiles -----
def at_path(python: tuple[int, int], script: Path) -> list[str]:
    found = shutil.which(f"python{python[0]}.{python[1]}")
    return [found, "-I", str(script)] if found else []


def in_node(pyodide: Path | None, script: Path) -> list[str]:
    found = shutil.which("node")
    if not found or pyodide is None:
        return []
    home = pyodide.resolve()
    text = script.read_text("utf-8").partition('if __name__ == "__main__"')[0]
    told = {"mjs": (home / "pyodide.mjs").as_uri(), "home": f"{home}/", "compiler": text}
    return [found, "--input-type=module", "-e", NODE.format(**{k: json.dumps(v) for k, v in told.items()})]


def compiled(command: list[str], text: str) -> bytes:
    """Return the archive that a command makes of sources, or nothing."""
    if not command:
        return b""
    try:
        version = Path(command[0]).name.removeprefix("python")  # pyenv's commands ask which one is meant
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=SECONDS, check=True, env={**os.environ, "PYENV_VERSION": version})  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return b""
    return done.stdout if zipfile.is_zipfile(io.BytesIO(done.stdout)) else b""


def as_sources(sources: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name in sorted(sources):
            made.writestr(zipfile.ZipInfo(name, EPOCH), sources[name].encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()
