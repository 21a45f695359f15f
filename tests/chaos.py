"""What an answer might do to the process that grades it, done on purpose: `graphtutor.batch.isolation.WORK` of the tests.

Nothing a student types runs, so that no answer is known that does these; the limits must hold all the same.
"""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Callable

from graphtutor.batch import results
from graphtutor.batch.submissions import Submission

WORK = "chaos:told"


def burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def bomb() -> None:
    kept = []
    while True:
        kept.append(bytearray(1 << 24))


ACTS: dict[str, Callable[[], object]] = {
    "hang": lambda: burn(1e9),
    "hang in C": lambda: pow(3, 10**300, 10**300_000 + 7),  # no signal handler of Python's gets a turn
    "sleep": lambda: time.sleep(1e6),
    "bomb": bomb,
    "bomb in C": lambda: b"x" * (1 << 40),
    "crash": lambda: ctypes.string_at(0),
    "exit": lambda: os._exit(3),
    "kill": lambda: os.kill(os.getpid(), 9),
    "print": lambda: os.write(1, b"\0\0\0\1 no frame"),
    "slow": lambda: burn(1.0),
}


def told(one: Submission, folder: str | None = None) -> bytes:
    """Do what an answer `chaos: hang` asks for, then grade it as the answer 2x."""
    act = ACTS.get(str(one.answer).removeprefix("chaos: ")) if str(one.answer).startswith("chaos: ") else None
    if act is None:
        return results.told(one, folder)
    act()
    return results.told(Submission(one.id, "2x", one.about), folder)
