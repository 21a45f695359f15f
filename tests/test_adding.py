"""What ARCHITECTURE.md says of adding holds: one place each, tried on a copy of the package, and used through the public door."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any

import pytest
from measure import TOP

# what is added -> the one file it goes into, what it stands before ("" for a file of its own), and the text
ADDED = {
    "an operation": ("ops/functions.py", '    scalar("log",', """\
    Row("bump", Entry(lambda x: np.exp(-x * x), lambda m, x: m.exp(-x * x)), names=("bump",), label="bump", rule="bump rule", local=lambda y, x: (-2 * x * y,)),
"""),
    "a spelling": ("ops/functions.py", '"ln")', '"napierian", '),
    "a sign": ("language/signs.py", '    ("op", "/", "÷∕⁄", "div"),', '    ("op", "*", "✕", "bigtimes"),\n'),
    "a kind of exercise": ("tutor/kinds/downhill.py", "", '''\
"""The direction in which a descent goes."""

from . import Single, maths


class Downhill(Single, frozen=True, kw_only=True, tag="downhill"):
    """One entry of the negative gradient as a formula."""

    TEMPLATE = """\\
prompt = "L = (w*x - y)^2. In which direction does a descent move w? Give -dL/dw."
program = "L = (w*x - y)**2"
wrt = "w"
accept = ["-2*x*(w*x - y)"]
hints = ["A descent goes against the gradient.", "Find dL/dw first.", "Turn the sign of 2*x*(w*x - y)."]

[[wrong]]
answer = "2*x*(w*x - y)"
why = "this is the direction uphill"
"""

    def asked(self):
        walk = maths.trace(self.graph()).walk
        return maths.task(f"-({walk.extended.formula(walk.gradient[self.graph().ids[self.wrt]])})", wrt=())
'''),
    "a method of descent": ("training/methods.py", '    Method("rmsprop",', '''\
    Method("signs", "free", ("{p} = {p} - rate * {g} / sqrt({g} * {g} + tiny)",), (), (("tiny", 1e-12),), "steps by the rate, whatever the slope"),
'''),
    "a schedule": ("training/methods.py", '    Schedule("step",', '    Schedule("halved", lambda k, n: 0.5),\n'),
    "a form of results": ("batch/formats.py", '    "gradescope":', '''\
    "ids": Form(lambda results: (str(one["id"]) + "\\n" for one in results), ".ids"),
'''),
    "a format of pictures": ("picture/files/saved.py", '    "gif":', '''\
    "txt": Format(lambda reel, step: str(len(reel.drawing(step, "txt"))).encode()),
'''),
}  # fmt: skip

USED = r"""
import json, subprocess, sys
from pathlib import Path
import graphtutor as gt
from graphtutor.tutor.exercises import template

g = gt.graph("L = bump(w*x)")
t = g.trace(at={"w": 2, "x": 0.5})
Path("mine").mkdir()
Path("mine/01-which-way.toml").write_text(template("which-way", "Which way", "downhill"))
kind = gt.exercise("which-way", folder="mine")
runs = {name: gt.train("(w*x - y)**2", {"x": [1], "y": [2]}, start={"w": 0}, rate=0.5, epochs=2, **more).parameters["w"][-1]
        for name, more in {"signs": {"method": "signs"}, "halved": {"method": "batch", "schedule": "halved"}}.items()}
Path("answers.txt").write_text("2*x*(w*x - y)\n")
shell = [sys.executable, "-m", "graphtutor", "grade", "answers.txt", "--expression", "(w*x - y)**2", "--wrt", "w", "-o", "out.ids"]
subprocess.run(shell, stdout=subprocess.DEVNULL, check=True)
print(json.dumps({
    "an operation": [t.gradients["w"], gt.check(g).ok, [line.rule.name for line in gt.derive("bump(w*x)", wrt="w").lines][1:2]],
    "a spelling": gt.same("napierian(x)", "log(x)").kind,
    "a sign": [gt.same("2 ✕ w", "2*w").kind, gt.same(r"2 \bigtimes w", "w + w").kind],
    "a kind of exercise": [gt.grade(kind, text).correct for text in ("-2*x*(w*x - y)", "2*(y - w*x)*x", "2*x*(w*x - y)")],
    "a method of descent": runs["signs"],
    "a schedule": runs["halved"],
    "a form of results": Path("out.ids").read_text(),
    "a format of pictures": t.draw("picture.txt")[0].read_text(),
}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what each of the things added does, all of them at once in one copy of the package."""
    top = tmp_path_factory.mktemp("copy")
    shutil.copytree(TOP / "graphtutor", top / "graphtutor", ignore=shutil.ignore_patterns("__pycache__"))
    (top / "exercises").symlink_to(TOP / "exercises")
    for file, before, text in ADDED.values():
        path = top / "graphtutor" / file
        if before:
            old = path.read_text("utf-8")
            assert old.count(before) == 1, f"{file}: {before}"
            text = old.replace(before, text + before)
        path.write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", USED],
        cwd=top,
        env={**os.environ, "PYTHONPATH": str(top)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


# by hand: d exp(-(wx)²)/dw = -2wx²·exp(-(wx)²) at w = 2, x = 1/2; |step| = rate = 1/2 twice; w ← w - rate/2·2(w - 2), twice
@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (
            "an operation",
            [pytest.approx(-(2.718281828459045**-1)), True, ["bump rule and chain rule"]],
        ),
        ("a spelling", "proved"),
        ("a sign", ["proved", "proved"]),
        ("a kind of exercise", [True, True, False]),
        ("a method of descent", pytest.approx(1.0)),
        ("a schedule", pytest.approx(1.5)),
        ("a form of results", "answers\n"),
    ],
)
def test_one_row_is_enough(found: dict[str, Any], what: str, expected: Any) -> None:
    assert found[what] == expected


def test_one_row_is_enough_for_a_format_of_pictures(found: dict[str, Any]) -> None:
    assert int(found["a format of pictures"]) > 1000
