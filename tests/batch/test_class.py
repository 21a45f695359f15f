"""A class of hundreds under everything that may happen in a night: workers and parent killed, interrupted, a full disk, a folder that cannot be written."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import classroom
import pytest
from classroom import TESTS, graded, handed_in, journal, lines, started, until

ROOT = os.geteuid() == 0 if hasattr(os, "geteuid") else False
LIMITS = ["--timeout", "0.25", "--memory", "300"]


def children(pid: int) -> list[int]:
    try:
        return [int(p) for path in Path(f"/proc/{pid}/task").glob("*/children") for p in path.read_text().split()]
    except OSError:
        return []


def kills(parent: subprocess.Popen[str], done: threading.Event, draw: random.Random) -> None:
    """Kill a process that grades now and then, and sometimes the one that watches it."""
    for k in range(8):
        if done.wait(0.7 + draw.random() / 2):
            return
        keepers = children(parent.pid)
        targets = keepers if k % 4 == 3 else [child for keeper in keepers for child in children(keeper)]
        with contextlib.suppress(ProcessLookupError, IndexError):
            os.kill(draw.choice(targets), signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_class_of_500_loses_nothing_to_killed_workers_and_a_killed_parent(tmp_path: Path) -> None:
    handed_in(tmp_path, 500, trouble=7)
    args = ("class.jsonl", "-o", "r.jsonl", "-j", "2", *LIMITS)
    with started(*args, cwd=tmp_path) as first:
        until(lambda: len(journal(tmp_path)) > 120)
        first.kill()
    assert not (tmp_path / "r.jsonl").exists()
    before = journal(tmp_path)
    with started(*args, "--resume", cwd=tmp_path) as second:
        done = threading.Event()
        killer = threading.Thread(target=kills, args=(second, done, random.Random(1)))
        killer.start()
        out, err = second.communicate(timeout=300)
        done.set()
        killer.join()
    assert (second.returncode, err) == (0, "")
    assert "wrote r.jsonl: 500 graded" in out
    results = lines(tmp_path / "r.jsonl")
    assert [one["id"] for one in results] == [f"s{k:06}" for k in range(500)]
    counts, other = classroom.check(results)
    assert other == []
    assert counts["open: undecided"] == 7
    keys = journal(tmp_path)
    assert len(keys) == len(set(keys)) and keys[: len(before)] == before  # nothing was graded twice
    same = (tmp_path / "r.jsonl").read_bytes()
    graded(*args, "--resume", cwd=tmp_path)
    assert (tmp_path / "r.jsonl").read_bytes() == same and journal(tmp_path) == keys


@pytest.fixture(scope="module")
def some(tmp_path_factory) -> tuple[Path, bytes]:
    folder = tmp_path_factory.mktemp("some")
    handed_in(folder, 48, seed=3)
    graded("class.jsonl", "-o", "one.jsonl", "-j", "1", cwd=folder)
    return folder, (folder / "one.jsonl").read_bytes()


def test_the_number_of_processes_changes_no_byte(some) -> None:
    folder, one = some
    graded("class.jsonl", "-o", "two.jsonl", "-j", "2", cwd=folder)
    assert (folder / "two.jsonl").read_bytes() == one
    shuffled = lines(folder / "class.jsonl")
    random.Random(4).shuffle(shuffled)
    (folder / "shuffled.jsonl").write_text("".join(json.dumps(s, ensure_ascii=False) + "\n" for s in shuffled), "utf-8")
    graded("shuffled.jsonl", "-o", "other.jsonl", "-j", "2", cwd=folder)
    assert sorted((folder / "other.jsonl").read_bytes().splitlines()) == sorted(one.splitlines())


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_keeps_what_is_done_and_says_how_to_go_on(how, some, tmp_path: Path) -> None:
    folder, one = some
    (tmp_path / "class.jsonl").write_bytes((folder / "class.jsonl").read_bytes())
    with started("class.jsonl", "-o", "r.jsonl", "-j", "1", cwd=tmp_path) as process:
        until(lambda: len(journal(tmp_path)) > 5)
        process.send_signal(how)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    kept = len(journal(tmp_path))
    assert (
        err
        == f"graphtutor: {kept} grades are kept in r.jsonl.journal; --resume goes on from there\ngraphtutor: interrupted\n"
    )
    assert not (tmp_path / "r.jsonl").exists()
    graded("class.jsonl", "-o", "r.jsonl", "--resume", cwd=tmp_path)
    assert (tmp_path / "r.jsonl").read_bytes() == one


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    if (
        not ROOT
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=56k", "none", str(place)], capture_output=True
        ).returncode
    ):
        pytest.skip("a file system of its own needs root; the test with a limited size of file runs")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_keeps_what_is_done_and_says_so(small_disk: Path, some, tmp_path: Path) -> None:
    folder, one = some
    (tmp_path / "class.jsonl").write_bytes((folder / "class.jsonl").read_bytes())
    out, err = graded("class.jsonl", "-o", "disk/r.jsonl", cwd=tmp_path, code=2)
    kept = len(journal(small_disk))
    assert out == "" and kept > 0
    assert f"no space left on device; make room, or choose another place; the {kept} grades before are kept" in err
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    graded("class.jsonl", "-o", "disk/r.jsonl", "--resume", cwd=tmp_path)
    assert (small_disk / "r.jsonl").read_bytes() == one and len(journal(small_disk)) == len(set(journal(small_disk)))


def test_a_file_that_may_not_grow_keeps_what_is_done(some, tmp_path: Path) -> None:
    folder, _ = some
    (tmp_path / "class.jsonl").write_bytes((folder / "class.jsonl").read_bytes())
    with subprocess.Popen([sys.executable, str(TESTS / "chaotic.py"), "grade", "class.jsonl", "-o", "r.jsonl"], cwd=tmp_path, stderr=subprocess.PIPE, text=True,
                          env=os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)]), "GRAPHTUTOR_EXERCISES": str(TESTS.parent / "exercises")},
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))) as process:  # fmt: skip
        _, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert (
        f"file too large; make room, or choose another place; the {len(journal(tmp_path))} grades before are kept"
        in err
    )


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_graded(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("2x", "utf-8")
    place = tmp_path / "box"
    place.mkdir()
    mounted = (
        ROOT
        and not subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", str(place)], capture_output=True).returncode
    )
    place.chmod(0o555) if not ROOT else None
    try:
        if ROOT and not mounted:
            pytest.skip("root writes everywhere, and nothing can be mounted here")
        out, err = graded("a.txt", "--expression", "x**2", "--wrt", "x", "-o", "box/r.jsonl", cwd=tmp_path, code=2)
    finally:
        subprocess.run(["umount", str(place)], check=False) if mounted else None
    assert out == "" and "cannot write box/r.jsonl" in err and len(err.splitlines()) == 1
