"""A last resort: work that is ended after some seconds, in whatever thread it runs. Limits that count come first; see `equal`."""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from ..door import kind
from ..errors import LearnerError

R = TypeVar("R")
ARRIVED = 100  # jumps; taking the strike back by None would leave CPython 3.11's signal set for good, where a profiler then hangs
AGAIN = 1.0  # seconds to the next strike: one that falls into a finalizer or a callback of C is lost without a word


class OutOfTime(BaseException):
    """The seconds are over; no `except Exception` on the way may take it."""


def within(seconds: Any, work: Callable[[], R], otherwise: Callable[[], R]) -> R:
    """Return what `work` returns, or `otherwise` where that takes longer than `seconds`.

    A timer raises OutOfTime in the thread that works, between two of its bytecodes: signals reach the main thread alone, and a
    process for each answer costs more than most answers. One call into C is not cut in two.

    >>> within(0.05, lambda: sum(1 for _ in iter(int, 1)), lambda: -1)
    -1
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < math.inf:
        met = seconds if isinstance(seconds, int | float) else kind(seconds)
        raise LearnerError(f"seconds is {met}; expected a number above 0, such as seconds=5")
    worker, lock, ended = threading.get_ident(), threading.Lock(), False
    timer: threading.Timer | None = None

    def arm(after: float) -> None:
        nonlocal timer
        timer = threading.Timer(after, ring)
        timer.daemon = True
        timer.start()

    def ring() -> None:
        with lock:
            if not ended:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker), ctypes.py_object(OutOfTime))
                arm(AGAIN)

    def settle() -> None:
        nonlocal ended
        with lock:
            ended = True
        for _ in range(
            ARRIVED
        ):  # what is on its way arrives here, not in whoever called: it comes at a jump backwards at the latest
            pass

    try:
        try:
            arm(seconds)
            found = work()
        except OutOfTime:
            raise
        except BaseException:
            settle()
            raise
        settle()
        return found
    except OutOfTime:
        settle()
        return otherwise()
    finally:
        if timer is not None:
            timer.cancel()
