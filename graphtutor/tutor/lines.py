"""Which line of a given derivation is the first wrong one."""

from __future__ import annotations

from .exercises import FindLine


def first_wrong(exercise: FindLine) -> int | None:
    """Return the number, from 1, of the first line that is not the derivative; None if all are."""
    raise NotImplementedError
