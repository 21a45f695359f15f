"""Is one expression the same as another within a task? What `equal.same` says, with the task's names, shapes and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from ..equal import Verdict, same, weakest
from ..errors import LearnerError
from ..language import trees
from ..maths import heads
from .task import Task


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
        return self.why or str(self.verdict.evidence)

    def __bool__(self) -> bool:
        return bool(self.verdict)


def compare(task: Task, a: sp.Basic, b: sp.Basic, prove: bool = True) -> Ruling:
    """Return whether two trees are the same for this task's names and assumptions; `a` is the student's."""
    meaning = {name: exact(value) for name, value in task.given.items()}
    sides = [trees.replaced(t, meaning) if meaning else t for t in (a, b)]
    if isinstance(sides[0], heads.Vector) and isinstance(sides[1], heads.Vector) and not task.shapes:
        return entries(task, sides, prove)
    try:
        one, other = (task.graph_of(t) for t in sides)
        return Ruling(same(one, other, assume=dict(task.assume), prove=prove))
    except LearnerError as error:
        return Ruling(Verdict("differs"), str(error))


def entries(task: Task, sides: list[Any], prove: bool) -> Ruling:
    """Return the verdict on two rows of numbers, entry by entry."""
    if len(sides[0].args) != len(sides[1].args):
        return Ruling(Verdict("differs"), f"it has {len(sides[0].args)} entries, expected {len(sides[1].args)}")
    return Ruling(weakest([compare(task, x, y, prove).verdict for x, y in zip(sides[0].args, sides[1].args, strict=True)]))


def exact(value: Any) -> sp.Basic:
    number = Fraction(str(value))
    return sp.Rational(number.numerator, number.denominator)
