"""Many digits: a context of mpmath for each thread.

mpmath keeps its precision in a context, and its usual one is shared by the whole process. Here every thread has a context of
its own, so that work in several threads does not meet, and the precision that a user has set stays as it is.
"""

from __future__ import annotations

from threading import local
from typing import Any

import mpmath


class TooLarge(ArithmeticError):
    """A number too large or too small for a function of it to be worked out, or too many of them."""


class Own(local):
    def __init__(self) -> None:
        self.context: Any = mpmath.MPContext()


OWN = Own()


def context() -> Any:
    """Return this thread's context of mpmath: its numbers, functions and precision.

    >>> context() is context(), context() is mpmath.mp
    (True, False)
    """
    return OWN.context
