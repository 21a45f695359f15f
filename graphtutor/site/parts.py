"""Where Pyodide and Graphviz lie, and what of them a page needs."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import LearnerError

VERSION, PYTHON = "0.27.7", (3, 12)  # the release that is tested, and its Python
CDN = "https://cdn.jsdelivr.net"
FULL = f"{CDN}/pyodide/v{VERSION}/full/"
GRAPHVIZ = f"{CDN}/npm/@hpcc-js/wasm-graphviz@1.29.2/dist/index.js"
NEEDED = "pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"
INSTALL = f"npm install pyodide@{VERSION} @hpcc-js/wasm-graphviz@1.29.2, and put NumPy's wheel for Pyodide {VERSION} beside them"


@dataclass(frozen=True)
class Parts:
    """Pyodide and Graphviz: at an address, or as files to be copied (name → bytes)."""

    pyodide: str
    graphviz: str
    origin: str = ""
    files: tuple[tuple[str, bytes], ...] = ()
    python: tuple[int, int] = PYTHON
    folder: Path | None = None


def parts(where: str) -> Parts:
    """Return the parts at an address ("" is Pyodide's own), or in a folder that holds the npm packages and NumPy's wheel.

    >>> parts("https://example.org/py").pyodide, parts("https://example.org/py").origin
    ('https://example.org/py/', 'https://example.org')
    """
    if not where:
        return Parts(FULL, GRAPHVIZ, CDN)
    if where.startswith(("https://", "http://")):
        home = where if where.endswith("/") else f"{where}/"
        split = urlsplit(home)
        return Parts(home, f"{home}graphviz.js", f"{split.scheme}://{split.netloc}")
    folder = Path(os.path.expanduser(where))
    if not folder.is_dir():
        raise LearnerError(f"no folder '{where}' with Pyodide; expected one, or an address that begins with https://")
    return copied(folder)


def copied(folder: Path) -> Parts:
    """Return the parts of a folder, wherever they stand below it."""
    found = {name: one(folder, name) for name in NEEDED}
    lock = json.loads(found["pyodide-lock.json"].read_text("utf-8"))
    wheel = one(folder, lock["packages"]["numpy"]["file_name"])
    drawing = next((p for p in sorted(folder.rglob("index.js")) if "wasm-graphviz" in p.parts), None) or one(folder, "graphviz.js")  # fmt: skip
    # of the lock only NumPy: the page loads nothing else, and asks nowhere else
    short = {**lock, "packages": {"numpy": {**lock["packages"]["numpy"], "depends": []}}}
    files = {name: path.read_bytes() for name, path in found.items()}
    files["pyodide-lock.json"] = json.dumps(short, sort_keys=True).encode()
    files[wheel.name] = wheel.read_bytes()
    files["graphviz.js"] = drawing.read_bytes().partition(b"\n//# sourceMappingURL")[0]
    major, minor, *_ = lock["info"]["python"].split(".")
    return Parts(
        "pyodide/",
        "pyodide/graphviz.js",
        "",
        tuple(sorted(files.items())),
        (int(major), int(minor)),
        found["pyodide.mjs"].parent,
    )


def one(folder: Path, name: str) -> Path:
    """Return the file of this name, nearest to the folder."""
    there = sorted(folder.rglob(name), key=lambda p: (len(p.parts), p.as_posix()))
    if not there:
        raise LearnerError(f"no {name} in '{folder}'; {INSTALL}")
    return there[0]
