"""Whatever an answer does to the process that grades it costs that answer alone, and says why."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import chaos
import pytest

import graphtutor as gt
from graphtutor.batch import isolation, many
from graphtutor.batch.isolation import Limits, apart
from graphtutor.batch.submissions import Submission

LIMITS = Limits(timeout=0.3, memory=200, work=chaos.WORK)
GOOD = Submission("good", "2*x", {"expression": "x**2", "wrt": "x"})


def asked(act: str) -> Submission:
    return Submission(act, f"chaos: {act}", {"expression": "x**2", "wrt": "x"})


@pytest.mark.parametrize(("act", "why"), [
    ("hang", "it was stopped after 0.3 s of work"), ("hang in C", "it was stopped after 0.3 s of work"), ("sleep", "it was stopped after 0.3 s of work"),
    ("bomb", "it needs more than 200 MB of memory"), ("bomb in C", "it needs more than 200 MB of memory"),
    ("crash", "ended 3 times (signal SIGSEGV)"), ("kill", "ended 3 times (signal SIGKILL)"), ("exit", "ended 3 times (exit code 3)"),
])  # fmt: skip
def test_what_an_answer_does_costs_it_alone_and_says_why(act: str, why: str) -> None:
    before, bad, after = apart([GOOD, asked(act), GOOD], LIMITS)
    assert b'"correct": true' in before.told and b'"correct": true' in after.told
    assert bad.told == b"" and why in bad.why
    assert bad.clock == (act in ("hang", "hang in C", "sleep"))


def test_what_is_printed_is_no_answer() -> None:
    assert [b'"correct": true' in one.told for one in apart([asked("print"), GOOD], LIMITS)] == [True, True]


def test_memory_that_other_answers_took_is_not_held_against_one() -> None:
    limits = Limits(memory=64, work=chaos.WORK)
    work = [Submission(f"s{k}", f"{k}*x", {"expression": f"{k}*x**2/2 + sin({k}*x)", "wrt": "x"}) for k in range(40)]
    assert not [one.why for one in apart(work, limits) if one.why]


def test_a_killed_keeper_is_made_good(monkeypatch) -> None:
    work = [Submission(f"s{k}", "2*x", {"expression": f"x**2 + {k}", "wrt": "x"}) for k in range(60)]
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(apart, work, Limits())
        for _ in range(2):
            time.sleep(0.3)
            for cell in list(isolation.EVERY):
                cell.process.kill()
        assert all(b'"correct": true' in one.told for one in future.result(60))


def test_no_process_outlives_what_started_it() -> None:
    code = ("import sys, os; sys.path[:0] = %r\nfrom graphtutor.batch.isolation import apart, EVERY, Limits\nfrom graphtutor.batch.submissions import Submission\n"
            "import threading\none = Submission('a', 'chaos: hang', {'expression': 'x**2', 'wrt': 'x'})\n"
            "threading.Thread(target=apart, args=([one], Limits(100, 200, 'chaos:told')), daemon=True).start()\n"
            "import time\nwhile not EVERY: time.sleep(.05)\ntime.sleep(2)\nprint(next(iter(EVERY)).process.pid, flush=True)\ntime.sleep(100)\n")  # fmt: skip
    paths = [os.path.dirname(os.path.dirname(gt.__file__)), os.path.dirname(chaos.__file__)]
    with subprocess.Popen([sys.executable, "-c", code % paths], stdout=subprocess.PIPE, text=True) as parent:
        keeper = int(parent.stdout.readline())
        group = os.getpgid(keeper)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("a process of the cell is still there")


def test_what_only_the_clock_stopped_is_tried_alone_with_ten_times_as_much(monkeypatch) -> None:
    monkeypatch.setattr(isolation, "WORK", chaos.WORK)
    items = [{"id": one, "expression": "x**2", "wrt": "x", "answer": f"chaos: {one}"} for one in ("slow", "hang")]
    slow, hang = gt.grade_many([*items, *items][:2], timeout=0.2, jobs=1)
    assert slow["correct"] is True
    assert hang["correct"] is None and hang["undecided_because"] == "it was stopped after 2 s of work; a person decides"


def test_the_same_answer_is_graded_once_and_order_is_kept(monkeypatch) -> None:
    sent = []
    monkeypatch.setattr(many, "apart", lambda work, *rest: sent.extend(work) or apart(work, *rest))
    items = [{"id": k, "expression": "x**2", "wrt": "x", "answer": ["2x", "x"][k % 2]} for k in range(20)]
    assert [(r["id"], r["correct"]) for r in gt.grade_many(items)] == [(str(k), k % 2 == 0) for k in range(20)]
    assert len(sent) == 2
