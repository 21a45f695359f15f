"""Lines of an answer to dy/dx of an equation: equations that hold on the curve, and what y′ is said to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import sympy as sp

from ...equal.verdict import place
from ...errors import ReadError
from ...language import trees
from ...language.read import Claim, Part
from ..asked.rulings import Ruling, Step, compare, origin
from ..asked.task import Task
from .record import NOT_RIGHT
from .strangers import asks, strangers

Sides = tuple[sp.Basic, sp.Basic]


@dataclass
class OnCurve:
    """Goes through the claims in order; `latest` is the last one that said something."""

    task: Task
    steps: list[Step] = field(default_factory=list)
    latest: Step | None = None
    claimed: sp.Basic | None = None  # y′ as the last wrong line has it

    def claim(self, claim: Claim, index: int) -> None:
        if claim.kind in ("text", "unread"):
            self.steps.append(Step(index, claim.source, claim.kind, error=claim.error))
        elif claim.kind == "claim" and len(claim.parts) > 1 and claim.wrt is None and not claim.continues:
            self.equation(claim, index)
        elif claim.continues and self.latest is not None and self.latest.key[1] == "equation":
            assert self.latest.tree is not None
            self.judged(claim.parts[-1], index, self.latest.tree, "equation")
        elif claim.wrt in (None, *self.task.wrt):
            for part in claim.parts:
                self.judged(part, index, self.task.slope(self.task.wrt[0]), self.task.wrt[0])
        else:
            note = f"d{claim.of or ''}/d{claim.wrt} is not asked for"
            self.steps.append(Step(index, claim.source, "undecided", note=note))

    def equation(self, claim: Claim, index: int) -> None:
        """Judge an equation: it holds on the curve, or for the y′ of a wrong line before."""
        first = claim.parts[0].tree
        for part in claim.parts[1:]:
            self.judged(replace(part, source=claim.source), index, first, "equation")

    def judged(self, part: Part, index: int, truth: sp.Basic, wrt: str) -> None:
        readings = [(tree, compare(self.task, tree, truth)) for tree in (part.tree, *part.alternatives)]
        tree, ruling = next((r for r in readings if r[1].kind != "differs"), readings[0])
        unknown = strangers(self.task, self.task.along(tree)) + strangers(self.task, self.task.along(truth))
        step = Step(index, part.source, "wrong", tree, truth, ("", wrt), ruling, note="; ".join(part.assumed))
        if unknown and not ruling:
            error = ReadError(asks(self.task, self.task.along(tree), truth), part.source, part.line, part.column)
            self.steps.append(Step(index, part.source, "unread", error=error, written=tree))
            return
        self.latest = self.settled(step, ruling)
        self.steps.append(self.latest)

    def settled(self, step: Step, ruling: Ruling) -> Step:
        assert step.tree is not None and step.truth is not None
        if ruling.kind != "differs":
            return replace(step, status="undecided" if ruling.kind == "undecided" else "right", previous=None)
        own = step.key[1] == "equation"
        if self.claimed is not None and self.follows(step, own):
            last = next(s for s in reversed(self.steps) if s.status in NOT_RIGHT)
            return replace(step, status="follows", after=origin(last))
        self.claimed = self.solved((step.tree, step.truth)) if own else step.tree
        return replace(step, note=sides_at(ruling) if own else "")

    def follows(self, step: Step, equation: bool) -> bool:
        """Return whether a line holds for the y′ of the wrong line before it."""
        assert step.tree is not None and step.truth is not None and self.claimed is not None
        one, other = step.tree, self.claimed
        if equation:
            one, other = (self.task.along(t, self.claimed) for t in (step.tree, step.truth))
        return bool(compare(self.task, one, other, prove=False))

    def solved(self, sides: Sides) -> sp.Basic | None:
        """Return the y′ for which an equation holds that has y′ in it once: a + b·y′ = 0."""
        gap = trees.sub(*sides)
        zero, one = (self.task.along(gap, number) for number in (sp.S.Zero, sp.S.One))
        if compare(self.task, zero, one, prove=False):
            return None
        return trees.div(zero, trees.sub(zero, one))


def sides_at(ruling: Ruling) -> str:
    """Return where an equation does not hold, in words."""
    shown = ruling.verdict.evidence
    return f"at {place(shown.point)} its sides are {shown.values[1]} and {shown.values[0]}" if shown.point else ""


def judged_on_curve(task: Task, claims: Sequence[Claim], index_of: dict[int, int]) -> list[Step]:
    """Return every claim of an answer to dy/dx of an equation, judged in order."""
    judge = OnCurve(task)
    for claim in claims:
        judge.claim(claim, index_of.get(claim.line, 0))
    return judge.steps
