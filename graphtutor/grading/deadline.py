"""A last resort: work that is ended after some seconds, in whatever thread it runs. Limits that count come first; see `equal`."""

from __future__ import annotations

import ctypes
import math
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from ..door import kind
from ..errors import LearnerError

R = TypeVar("R")


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
    worker, lock, ended, rung = threading.get_ident(), threading.Lock(), False, False

    def ring() -> None:
        nonlocal rung
        with lock:
            if not ended:
                rung = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker), ctypes.py_object(OutOfTime))

    def settle() -> None:
        nonlocal ended
        with lock:
            ended = True
        while rung:  # it is on its way: it must arrive here, not in whoever called
            time.sleep(0.001)

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    try:
        try:
            timer.start()
            found = work()
        except OutOfTime:
            raise
        except BaseException:
            settle()
            raise
        settle()
        return found
    except OutOfTime:
        return otherwise()
    finally:
        timer.cancel()
