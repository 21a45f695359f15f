"""`gt.grade(…, seconds=…)`: an answer that takes too long is undecided, in any thread, and the time that is left over strikes nobody else."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import graphtutor as gt
from graphtutor.grading.deadline import within

# a strike may fall into a finalizer, which loses it and says so; another one follows
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def endless() -> int:
    while True:
        sum(range(100))


def test_work_that_does_not_end_is_ended() -> None:
    began = time.monotonic()
    assert within(0.1, endless, lambda: -1) == -1
    assert time.monotonic() - began < 5


class Swallows:
    """What is raised while it goes is ignored, as in every finalizer."""

    def __del__(self) -> None:
        until = time.monotonic() + 0.4
        while time.monotonic() < until:
            sum(range(100))


def test_a_strike_that_a_finalizer_swallows_holds_nobody_up_and_another_one_follows() -> None:
    began = time.monotonic()
    assert within(0.1, lambda: (Swallows(), 7)[1], lambda: -1) == 7  # it ended; nothing waits for what was lost

    def lost_once() -> int:
        Swallows()
        return endless()

    assert within(0.1, lost_once, lambda: -1) == -1
    assert time.monotonic() - began < 10


def test_a_profiler_still_works_after_a_grade_with_a_limit() -> None:
    # a strike that was taken back left the interpreter's signal set: every profiled function then hung
    lines = [
        "import sys, graphtutor as gt",
        "print(gt.grade('x**2', '2*x', wrt='x', seconds=30).correct)",
        "sys.setprofile(lambda *_: None)",
        "print(sum(k for k in range(10)))",
    ]
    run = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout.split() == ["True", "45"]


def test_work_that_ends_in_time_is_untouched_and_so_is_what_comes_after() -> None:
    for _ in range(200):
        assert within(0.002, lambda: sum(range(20_000)), lambda: -1) in (
            199990000,
            -1,
        )  # as likely as not at the same moment
    time.sleep(0.05)  # a timer that strikes late would strike here


def test_eight_threads_end_each_for_itself() -> None:
    with ThreadPoolExecutor(8) as pool:
        slow = [pool.submit(within, 0.2, endless, lambda k=k: k) for k in range(4)]
        quick = [pool.submit(gt.grade, "(w*x - y)**2", "2*x*(w*x - y)", wrt="w", seconds=60) for _ in range(8)]
        assert [s.result() for s in slow] == [0, 1, 2, 3]
        assert all(q.result().correct for q in quick)


def test_a_grade_that_takes_too_long_is_undecided_and_says_so() -> None:
    grade = gt.grade("(w*x - y)**2", "√" * 3000 + "x", wrt="w", seconds=0.05)
    assert (grade.correct, grade.score, grade.message) == (None, 0.0, "It was not decided in 0.05 s.")
    assert grade.undecided_because == grade.message


def test_an_exception_within_the_time_comes_out_as_it_is() -> None:
    with pytest.raises(gt.LearnerError, match="by which variable"):
        gt.grade("x*y*z", "1", seconds=60)


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan"), True, "5"])
def test_seconds_are_a_number_above_zero(seconds: object) -> None:
    with pytest.raises(gt.LearnerError, match="expected a number above 0, such as seconds=5"):
        gt.grade("x**2", "2*x", wrt="x", seconds=seconds)
