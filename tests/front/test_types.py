"""Every public name is there for a type checker: mypy --strict and pyright read a user's script without a complaint, and find its slips."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import graphtutor as gt

SCRIPT = Path(__file__).parents[1] / "data" / "user_script.py"
HOUSE = Path(__file__).parents[2]
SLIPS = {
    't.draw("x.svg", them="dark")': "them",
    't.draw("x.svg", digits="3")': "digits",
    't.draw("x.svg", theme="drak")': "theme",
    'gt.graph("x", shape={})': "shape",
    "gt.grph('x')": "grph",
}


def mypy(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(path)]
    return subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)


def test_the_script_uses_every_public_name() -> None:
    text = SCRIPT.read_text("utf-8")
    assert [name for name in gt.PUBLIC if f"gt.{name}" not in text] == []


def test_mypy_strict_reads_a_users_script() -> None:
    pytest.importorskip("mypy")
    found = mypy(SCRIPT)
    assert (found.stdout, found.returncode) == ("", 0)


def test_mypy_finds_a_users_slips(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    slips = tmp_path / "slips.py"
    head = 'import graphtutor as gt\n\nt = gt.graph("x").trace(at={"x": 1})\n'
    slips.write_text(head + "".join(f"{slip}\n" for slip in SLIPS), "utf-8")
    said = mypy(slips).stdout
    for line, name in enumerate(SLIPS.values(), 4):
        assert any(f"slips.py:{line}:" in row and name in row for row in said.splitlines()), (line, said)


def test_pyright_reads_a_users_script() -> None:
    program = shutil.which("pyright") or shutil.which("basedpyright")
    if program is None:
        pytest.skip("pyright is not on PATH")
    command = [program, "--level", "error", "--pythonpath", sys.executable, str(SCRIPT)]
    found = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
