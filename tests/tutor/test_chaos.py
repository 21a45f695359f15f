"""Chaos: the lesson and the drawing of pictures killed at random moments, two lessons at once, a full disk. Nothing is lost, nothing half written.

CI kills the lesson 40 times; `python tests/tutor/test_chaos.py 1000` does it a thousand times.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

import graphtutor as gt
from graphtutor.tutor.course import course
from graphtutor.tutor.judge import judge
from graphtutor.tutor.lesson import Lesson
from graphtutor.tutor.progress import gone_to
from graphtutor.tutor.store import Store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fork and kill -9 are POSIX")
COURSE = course(Path(__file__).resolve().parents[2] / "exercises")
QUICK = [n for n in COURSE.order if COURSE.exercise(n).kind == "expression"][:25]
KILLS = 40


class Learner:
    """A screen with somebody restless before it: answers right and wrong, hints, words of command; says in a pipe what was said to be right."""

    width, notation = 80, "plain"

    def __init__(self, store: Store, rng: random.Random, out: int):
        self.store, self.rng, self.out = store, rng, out

    def say(self, text: str = "", style: str = "") -> None:
        if style == "good" and text.startswith("Right"):
            os.write(self.out, f"{self.name}\n".encode())

    def ask(self, prompt: str, before: str = "") -> str:
        if prompt.startswith("Enter"):
            return f"goto {self.rng.choice(QUICK)}"
        self.name = self.store.read().current
        right = str(COURSE.exercise(self.name).accepted()[0]) if self.name in QUICK else "1"
        return self.rng.choice([right, right, right, "x", "2*(", "hint", f"goto {self.rng.choice(QUICK)}", "list"])


def learning(path: Path, seed: int) -> tuple[int, int]:
    """Begin a lesson in a process of its own; return its id and a pipe with what it says is done."""
    taken, out = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.close(taken)
            store = Store(path, lenient=True)
            rng = random.Random(seed)
            store.change(lambda p: gone_to(p, rng.choice(QUICK)))
            Lesson(COURSE, store, Learner(store, rng, out), judge).run()
        finally:
            os._exit(1)
    os.close(out)
    return pid, taken


def killed(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def said(taken: int) -> set[str]:
    with os.fdopen(taken) as lines:
        return set(lines.read().split())


def chaos(path: Path, kills: int, lessons: int = 1, seed: int = 0) -> int:
    """Kill lessons at random moments, `lessons` at once; return how many exercises were said to be right. Raises where one of them is lost."""
    rng = random.Random(seed)
    complaints: list[str] = []
    done: set[str] = set()
    attempts = heard = 0
    for k in range(kills):
        begun = [learning(path, 1000 * k + n) for n in range(lessons)]
        time.sleep(rng.uniform(0, 0.25) if k % 3 else rng.uniform(0, 0.02))
        for pid, _ in rng.sample(begun, lessons):
            killed(pid)
        new = [said(taken) for _, taken in begun]
        heard += sum(map(len, new))
        done |= set().union(*new)
        if path.exists():
            json.loads(path.read_text("utf-8"))
        kept = Store(path, complaints.append).read()
        assert {n for n in done if kept.record(n).state != "done"} == set(), "what was said to be right is lost"
        now = sum(len(record.attempts) for record in kept.exercises.values())
        assert now >= attempts, "attempts are lost"
        attempts = now
    assert complaints == []
    Store(path).change(lambda p: p)
    assert {p.name for p in path.parent.iterdir()} <= {path.name, f"{path.name}.lock"}, "something is left over"
    return heard


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Grade once, so that a forked lesson answers at once."""
    for name in QUICK:
        judge(COURSE.exercise(name), COURSE.exercise(name).accepted()[0])


def test_a_lesson_killed_at_random_moments_loses_nothing(tmp_path: Path) -> None:
    assert chaos(tmp_path / "progress.json", KILLS * 3 // 4) > 0


def test_two_lessons_at_once_killed_lose_nothing_of_each_other(tmp_path: Path) -> None:
    assert chaos(tmp_path / "progress.json", KILLS // 4, lessons=2, seed=1) > 0


def limited(size: int) -> Callable[[], None]:
    def limit() -> None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


FULL = """
import sys
from pathlib import Path
from graphtutor.tutor.store import Store
from graphtutor.tutor.progress import noted, Attempt
store = Store(Path(sys.argv[1]), print, lenient=True)
for k in range(60):
    store.change(lambda p: noted(p, f"e{k}", Attempt("2026-01-01T00:00:00Z", "x" * 200, True)))
print(len(store.read().exercises))
"""


@pytest.fixture
def small(tmp_path: Path):
    """A folder on a disk of 16 kB where one may be mounted, else one in which no file may grow above 8 kB."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(tmp_path)], capture_output=True)
    yield tmp_path, mounted.returncode == 0
    if mounted.returncode == 0:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def test_a_full_disk_ends_no_lesson_and_tears_no_file(small: tuple[Path, bool]) -> None:
    folder, mounted = small
    path = folder / "progress.json"
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(path)],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=None if mounted else limited(8000),
        env=os.environ | {"PYTHONPATH": str(Path(gt.__file__).parents[1])},
    )
    *complaints, count = run.stdout.splitlines()
    assert int(count) == 60, "in memory nothing is lost"
    assert len(complaints) == 1 and "cannot write your progress" in complaints[0]
    kept = Store(path).read()
    assert 0 < len(kept.exercises) < 60
    assert {p.name for p in folder.iterdir()} <= {"progress.json", "progress.json.lock"}


def test_drawing_killed_leaves_whole_pictures_and_the_next_start_sweeps(tmp_path: Path) -> None:
    trace = gt.graph("f = w*x + b; L = (f - y)**2").trace(at={"w": 2, "x": 3, "b": 1, "y": 5})
    trace.draw(tmp_path / "warm.svg")
    rng = random.Random(0)
    folder = tmp_path / "steps"
    for _ in range(12):
        pid = os.fork()
        if not pid:
            while True:
                trace.draw(folder)
        time.sleep(rng.uniform(0.01, 0.3))
        killed(pid)
        for picture in folder.glob("*.svg"):
            ElementTree.fromstring(picture.read_text("utf-8"))
    from graphtutor.text import HERE

    (folder / f".007.svg-{HERE}-99999999-0123abcd").write_text("half")  # of a process that is no more
    (folder / f".007.svg-00000000-{os.getpid()}-0123abcd").write_text("of another machine")
    trace.draw(folder)
    assert [p.name for p in folder.iterdir() if p.name.startswith(f".007.svg-{HERE}")] == []
    assert len([p for p in folder.iterdir() if p.name.startswith(".")]) == 1


if __name__ == "__main__":
    from tempfile import mkdtemp

    warm.__wrapped__() if hasattr(warm, "__wrapped__") else None
    for many, count in ((1, int(sys.argv[1]) * 4 // 5), (2, int(sys.argv[1]) // 5)):
        print(
            f"{count} kills, {many} at once:",
            chaos(Path(mkdtemp(), "progress.json"), count, many),
            "said to be right, all kept",
        )
