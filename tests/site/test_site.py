"""The static site: the same bytes each time, a strict policy, and what a page's Python lacks replaced."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import msgspec
import pytest

from graphtutor.errors import LearnerError
from graphtutor.site import pages, scorm
from graphtutor.site.compiler import archive
from graphtutor.site.frozen import Frozen, of_libraries, of_package
from graphtutor.site.parts import NEEDED, parts
from graphtutor.tutor.course import course

COURSE = course()
STAND_IN = """
import json
from graphtutor.site.structs import installed
installed()
import msgspec
from graphtutor.tutor.course import course
taken = course()
print(json.dumps({name: msgspec.to_builtins(taken.exercise(name)) for name in taken.order}))
"""
WRITTEN = """
from graphtutor.site.structs import installed
STAND
import msgspec
from graphtutor.tutor.progress import Attempt, Card, Progress, Record
zero, text = round(0.04, 1), "".join(["op", "en"])
one = Record(text, int("0"), (Attempt("now", {"a": 1}, None, zero, tuple([])), Attempt("now", "", True)), None, {})
print(msgspec.json.encode(Progress(exercises={"x": one, "y": Record()})))
"""


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like Pyodide's, and an archive made in no time."""
    home = tmp_path / "npm"
    home.mkdir()
    for name in (*NEEDED, "numpy-1.whl", "graphviz.js"):
        (home / name).write_text(f"/* {name} */")
    lock = {"info": {"python": "3.12.7"}, "packages": {"numpy": {"file_name": "numpy-1.whl"}, "scipy": {}}}
    (home / "pyodide-lock.json").write_text(json.dumps(lock))
    monkeypatch.setattr(pages, "frozen", lambda *_: Frozen(b"PK", ""))
    return home


def read(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_site_is_the_same_bytes_each_time(fake: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for out in (one, two):
        pages.built(COURSE, out, str(fake), packages=True)
    assert read(one) == read(two)
    for year in scorm.YEARS:
        assert (tmp_path / f"one-scorm-{year}.zip").read_bytes() == (tmp_path / f"two-scorm-{year}.zip").read_bytes()


def test_a_page_runs_no_script_of_its_own_and_asks_only_where_pyodide_lies(fake: Path, tmp_path: Path) -> None:
    pages.built(COURSE, tmp_path / "here", str(fake))
    pages.built(COURSE, tmp_path / "there", "https://example.org/py")
    for folder, origin in (("here", "'self'"), ("there", "'self' https://example.org")):
        html = (tmp_path / folder / "index.html").read_text()
        assert f"connect-src {origin}; " in html.replace("&#x27;", "'") and "unsafe-inline" not in html
        assert re.findall(r"<script(?! src=| type=\"application/json\")", html) == [] and " style=" not in html


def test_one_file_names_its_two_scripts_by_what_they_are(fake: Path, tmp_path: Path) -> None:
    out = tmp_path / "lesson.html"
    assert pages.built(COURSE, out, str(fake), single=True).paths == (out,)
    html = out.read_text().replace("&#x27;", "'")
    assert pages.hashed(pages.script()) in html and "unsafe-inline" not in html and "http-equiv" in html
    with pytest.raises(LearnerError, match="--single needs --pyodide DIR"):
        pages.built(COURSE, out, "", single=True)


@pytest.mark.parametrize("where", ["~nobody-here/x", "a\\0b", "no such folder"])
def test_what_is_no_folder_is_told(where: str) -> None:
    with pytest.raises(LearnerError, match="with Pyodide; expected one, or an address"):
        parts(where)


def test_a_folder_without_a_part_says_which_and_where_it_comes_from(fake: Path) -> None:
    (fake / "pyodide.asm.wasm").unlink()
    with pytest.raises(LearnerError, match=r"no pyodide\.asm\.wasm in .*; npm install pyodide"):
        parts(str(fake))


def test_a_learning_platform_finds_the_page_and_every_file(fake: Path, tmp_path: Path) -> None:
    pages.built(COURSE, tmp_path / "out", str(fake), packages=True)
    for year in scorm.YEARS:
        with zipfile.ZipFile(tmp_path / f"out-scorm-{year}.zip") as package:
            root = ET.fromstring(package.read("imsmanifest.xml"))
            listed = {f.get("href") for f in root.iter() if f.tag.endswith("}file")}
            assert listed == set(package.namelist()) - {"imsmanifest.xml"}
            assert '"scorm":true' in package.read("index.html").decode()


def test_what_stands_in_for_msgspec_reads_every_exercise_alike() -> None:
    done = subprocess.run([sys.executable, "-c", STAND_IN], capture_output=True, text=True, check=True)
    real = {name: json.loads(msgspec.json.encode(COURSE.exercise(name))) for name in COURSE.order}
    assert json.loads(done.stdout) == real


def test_what_stands_in_for_msgspec_writes_alike() -> None:
    """What equals a default and is not the default itself is written: byte for byte the same progress file."""
    found = subprocess.run(
        [sys.executable, "-c", WRITTEN.replace("STAND", "installed()")], capture_output=True, check=True
    )
    assert (
        found.stdout
        == subprocess.run([sys.executable, "-c", WRITTEN.replace("STAND", "")], capture_output=True, check=True).stdout
    )


def test_code_is_the_same_bytes_in_another_process_and_holds_no_docstring() -> None:
    sources = {name: text for name, text in of_package().items() if name.startswith("graphtutor/site/")}
    script = Path(pages.__file__).with_name("compiler.py")
    there = subprocess.run(
        [sys.executable, "-I", script], input=json.dumps(sources).encode(), capture_output=True, check=True
    )
    assert there.stdout == archive(sources)
    assert b"pure, for any host" not in archive({"a.py": '"""pure, for any host"""\n'})


def test_what_sympy_can_reach_is_packed_and_what_it_cannot_is_not() -> None:
    found = of_libraries()
    assert {"sympy/core/add.py", "sympy/simplify/simplify.py", "mpmath/ctx_mp.py"} <= set(found)
    assert not [name for name in found if name.startswith(("sympy/physics/quantum/", "sympy/stats/"))]
