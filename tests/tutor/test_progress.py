"""Progress is one file: no kill tears it, no second shell loses anything in it, and damage is set aside and said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graphtutor.errors import LearnerError
from graphtutor.tutor.progress import INTERVALS, Attempt, Card, Progress, Record, due, noted, reviewed
from graphtutor.tutor.store import Store, default_path

WHEN = "2026-01-01T00:00:00Z"
ROOT = Path(__file__).resolve().parents[2]


def attempt(correct: bool | None = True, *misconceptions: str, when: str = WHEN) -> Attempt:
    return Attempt(when, "2*x", correct, float(correct is True), misconceptions)


def count(name: str = "count"):
    """Return a change that adds one attempt."""
    return lambda p: noted(p, name, attempt())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    said: list[str] = []
    store = Store(tmp_path / "deep" / "progress.json", said.append)
    return store


def test_what_is_kept_is_read_back_and_is_plain_json(store: Store) -> None:
    store.change(lambda p: noted(p, "power-rule", attempt(False, "power.exponent-kept")))
    store.change(count("sum-rule"))
    kept = json.loads(store.path.read_text("utf-8"))
    assert kept["format_version"] == 1
    assert kept["exercises"]["power-rule"]["attempts"][0]["misconceptions"] == ["power.exponent-kept"]
    progress = Store(store.path).read()
    assert progress.record("sum-rule").state == "done"
    assert progress.record("power-rule").state == "open"
    assert progress.cards["power.exponent-kept"].exercise == "power-rule"


def test_without_a_file_nothing_is_done(store: Store) -> None:
    assert store.read() == Progress()
    assert not store.path.exists()


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\x00" * 50,
        b"[]",
        b'{"format_version": 1, "exercises": 3}',
        b'{"exercises": {}}',
        b'{"format_version": "x"}',
    ],
)
def test_damaged_progress_is_set_aside_and_said(tmp_path: Path, damage: bytes) -> None:
    said: list[str] = []
    store = Store(tmp_path / "progress.json", said.append)
    store.path.write_bytes(damage)
    assert store.read() == Progress()
    (line,) = said
    (aside,) = tmp_path.glob("progress.damaged-*.json")
    assert str(aside) in line and line.startswith("Your progress file was damaged")
    assert aside.read_bytes() == damage
    store.change(count())
    assert len(store.read().record("count").attempts) == 1


def test_two_damaged_files_are_both_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "progress.json")
    for text in ("{", "["):
        store.path.write_text(text)
        store.read()
    assert sorted(p.read_text() for p in tmp_path.glob("progress.damaged-*.json")) == ["[", "{"]


def test_progress_of_a_newer_graphtutor_is_left_alone(tmp_path: Path) -> None:
    store = Store(tmp_path / "progress.json")
    store.path.write_text('{"format_version": 99, "exercises": {"a": {"unknown": 1}}}')
    for act in (store.read, lambda: store.change(count())):
        with pytest.raises(
            LearnerError,
            match="was written by a newer graphtutor \\(format 99\\); update graphtutor, or set \\$GRAPHTUTOR_PROGRESS",
        ):
            act()
    assert '"format_version": 99' in store.path.read_text()


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        LearnerError, match=r"cannot write your progress to .*; set \$GRAPHTUTOR_PROGRESS to a file you may write"
    ):
        Store(tmp_path / "file" / "progress.json").change(count())


WORKER = """
import sys
from graphtutor.tutor.progress import Attempt
from graphtutor.tutor.store import Store
from graphtutor.tutor.progress import noted
from pathlib import Path
store = Store(Path(sys.argv[1]))
for k in range(int(sys.argv[2])):
    store.change(lambda p: noted(p, f"{sys.argv[3]}-{k}", Attempt("2026-01-01T00:00:00Z", "x" * 2000, True)))
    print(k, flush=True)
"""


def worker(path: Path, times: int, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(path), str(times), name], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_two_shells_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    shells = [worker(path, 40, name) for name in ("left", "right")]
    for shell in shells:
        shell.communicate(timeout=60)
        assert shell.returncode == 0
    assert len(Store(path).read().exercises) == 80


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_kill_minus_nine_in_the_middle_of_writes_loses_nothing_that_was_said_to_be_kept(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    said: list[str] = []
    kept = 0
    for run in range(6):
        shell = worker(path, 100_000, f"run{run}")
        assert shell.stdout is not None
        for _ in range(3 + 5 * run):
            kept += bool(shell.stdout.readline())
        time.sleep(0.002 * run)
        os.kill(shell.pid, signal.SIGKILL)
        shell.wait()
        kept += len(shell.stdout.readlines())
        shell.stdout.close()
        found = len(Store(path, said.append).read().exercises)
        assert kept <= found <= kept + 1  # the last write may have been finished but not yet said
        kept = found
    assert said == []
    Store(path).change(count())  # the lock died with its holder
    assert [p.name for p in tmp_path.iterdir() if "damaged" in p.name] == []


def test_a_half_written_file_beside_it_does_no_harm(tmp_path: Path) -> None:
    store = Store(tmp_path / "progress.json")
    store.change(count("first"))
    (tmp_path / "progress.json.part").write_text('{"format_version": 1, "exer')
    store.change(count("second"))
    assert set(store.read().exercises) == {"first", "second"}


def test_the_file_moves_to_another_machine(store: Store, tmp_path: Path) -> None:
    store.change(lambda p: noted(p, "mse-dw0", attempt(False, "chain.missing-inner")))
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_bytes(store.path.read_bytes())
    assert Store(elsewhere).read() == store.read()


def test_the_path_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRAPHTUTOR_PROGRESS", str(tmp_path / "mine.json"))
    assert default_path() == tmp_path / "mine.json"
    monkeypatch.delenv("GRAPHTUTOR_PROGRESS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if sys.platform.startswith("linux"):
        assert default_path() == tmp_path / "graphtutor" / "progress.json"


# ----- what comes back -----
def test_a_misconception_comes_back_after_growing_intervals_and_leaves_after_the_last() -> None:
    progress = noted(Progress(), "power-rule", attempt(False, "power.exponent-kept", "power.off-by-one"))
    assert list(progress.cards) == ["power.exponent-kept"]
    assert due(progress, WHEN) == []
    assert due(progress, "2026-01-01T00:10:00Z") == [
        Card("power.exponent-kept", "power-rule", 0, "2026-01-01T00:10:00Z")
    ]
    dates = []
    for _ in INTERVALS:
        progress = reviewed(progress, "power.exponent-kept", True, WHEN)
        dates += [card.due for card in progress.cards.values()]
    assert dates == [
        "2026-01-02T00:00:00Z",
        "2026-01-04T00:00:00Z",
        "2026-01-08T00:00:00Z",
        "2026-01-22T00:00:00Z",
        "2026-03-02T00:00:00Z",
    ]
    assert progress.cards == {}


def test_a_wrong_review_begins_again_and_the_same_slip_elsewhere_counts() -> None:
    progress = reviewed(noted(Progress(), "a", attempt(False, "m")), "m", True, WHEN)
    assert reviewed(progress, "m", False, WHEN).cards["m"].box == 0
    again = noted(progress, "b", attempt(False, "m"))
    assert (again.cards["m"].exercise, again.cards["m"].box, again.cards["m"].seen) == ("b", 0, 2)


def test_done_stays_done_and_old_attempts_make_room() -> None:
    progress = noted(Progress(), "a", attempt(True))
    for _ in range(60):
        progress = noted(progress, "a", attempt(False))
    assert progress.record("a").state == "done"
    assert len(progress.record("a").attempts) == 50
    assert Record().state == "open"
