"""Is one expression the same as another within a task? What `equal.same` says, with the task's names, shapes and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from ...equal import Verdict, place, same, weakest
from ...errors import LearnerError, ShapeError
from ...language import trees
from ...ops import heads
from .task import Task
from .textbook import textbook


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict on two trees; `why` says what kept them from being compared."""

    verdict: Verdict
    why: str = ""

    @property
    def kind(self) -> str:
        return self.verdict.kind

    @property
    def evidence(self) -> str:
        """What shows it, as said to the student."""
        return self.why or sentence(self.verdict)

    def __bool__(self) -> bool:
        return bool(self.verdict)


def sentence(verdict: Verdict) -> str:
    """Return a verdict's evidence with the two sides called what they are: the student's, and the right one.

    >>> from graphtutor.equal import same
    >>> sentence(same("where(x > 0, 1, 0)", "where(x >= 0, 1, 0)"))
    'on the kink x = 0 yours is 0, where any value from 0 to 1 will do'
    """
    shown = verdict.evidence
    if verdict.kind == "kink" and len(shown.values) == len(shown.interval) == 2:
        return f"on the kink {place(shown.point)} yours is {shown.values[0]}, where any value from {shown.interval[0]} to {shown.interval[1]} will do"
    if verdict.kind == "differs" and len(shown.values) == 2:
        return (
            f"at {place(shown.point)} it is {shown.values[0]}, not {shown.values[1]}"
            if shown.point
            else f"it is {shown.values[0]}, not {shown.values[1]}"
        )
    return str(shown)


def compare(task: Task, a: sp.Basic, b: sp.Basic, prove: bool = True) -> Ruling:
    """Return whether two trees are the same for this task's names and assumptions, where its function is defined; `a` is the student's."""
    sides = [trees.replaced(t, task.numbers) if task.given else t for t in (a, b)]
    if task.shapes:
        sides[0] = textbook(task, sides[0])
    if isinstance(sides[0], heads.Vector) and isinstance(sides[1], heads.Vector) and not task.shapes:
        return entries(task, sides, prove)
    try:
        one, other = (task.graph_of(t) for t in sides)
        return Ruling(same(one, other, assume=dict(task.assume), within=task.numeric, prove=prove))
    except ShapeError as error:
        return Ruling(Verdict("differs"), str(error))
    except LearnerError as error:
        return Ruling(Verdict("undecided"), str(error))


def entries(task: Task, sides: list[Any], prove: bool) -> Ruling:
    """Return the verdict on two rows of numbers, entry by entry."""
    if len(sides[0].args) != len(sides[1].args):
        return Ruling(Verdict("differs"), f"it has {len(sides[0].args)} entries, expected {len(sides[1].args)}")
    return Ruling(
        weakest([compare(task, x, y, prove).verdict for x, y in zip(sides[0].args, sides[1].args, strict=True)])
    )
