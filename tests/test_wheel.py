"""The wheel, installed into an environment of its own and used outside the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def ran(*command: str | Path, cwd: Path = ROOT) -> str:
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "GRAPHTUTOR_EXERCISES")}
    done = subprocess.run(
        [str(c) for c in command],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env=env | {"LC_ALL": "C.UTF-8"},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    ran(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def scripts(wheel, tmp_path_factory) -> Path:
    """Install the wheel into a fresh environment that borrows the dependencies of this one; nothing is downloaded."""
    place = tmp_path_factory.mktemp("fresh") / "venv"
    ran(sys.executable, "-m", "venv", "--without-pip", place)
    python = next(p for p in (place / "bin/python", place / "Scripts/python.exe") if p.exists())
    ran(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel)
    packages = Path(ran(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "borrowed.pth").write_text("\n".join(sorted(borrowed)))
    return python.parent


def test_wheel_holds_the_package_and_the_exercises_and_nothing_else(wheel) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    exercises = {
        f"graphtutor/_exercises/{p.relative_to(ROOT / 'exercises').as_posix()}"
        for p in (ROOT / "exercises").rglob("*")
        if p.is_file()
    }
    assert exercises
    assert exercises <= set(names)
    assert {"graphtutor/py.typed", "graphtutor/picture/files/widths.json"} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"graphtutor"}


def test_installed_wheel_is_the_one_that_runs(scripts, tmp_path) -> None:
    where = ran(scripts / "python", "-c", "import graphtutor; print(graphtutor.__file__)", cwd=tmp_path).strip()
    assert Path(where).is_relative_to(scripts.parent)


def test_outside_the_repository_exercises_and_fonts_are_found(scripts, tmp_path) -> None:
    told = json.loads(ran(scripts / "graphtutor", "doctor", "--json", cwd=tmp_path))
    findings = {f["what"]: f for f in told["findings"]}
    assert told["ok"] is True
    assert findings["exercises"]["found"].endswith("_exercises")
    assert findings["fonts"]["ok"] is True


def test_outside_the_repository_outputs_go_to_the_folder_one_is_in(scripts, tmp_path) -> None:
    ran(scripts / "graphtutor", "demo", cwd=tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["outputs"]
    assert len(list((tmp_path / "outputs/demo").glob("*.svg"))) == 18
