"""Case by case: which condition a claim of a line stands under."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import sympy as sp

from ...errors import LearnerError
from ...language.read import Claim, read
from ...language.write import write
from ...ops import heads
from ..asked import samples
from ..asked.task import Task

RELATION = heads.Lt | heads.Le | heads.Gt | heads.Ge | heads.Ne | heads.And | heads.Or | heads.Not
SIGNS = ("<", ">", "≤", "≥", "≠", r"\l", r"\g", r"\n")
OTHERWISE = frozenset(["otherwise", "else", "elsewhere"])


class Under(NamedTuple):
    """A condition, and its text."""

    tree: sp.Basic
    text: str


@dataclass
class Conditions:
    """The conditions of a derivation, line by line: `standing` holds for lines after one that states nothing else."""

    task: Task
    standing: Under | None = None
    latest: Under | None = None
    met: list[Under] = field(default_factory=list)

    def of_line(self, claims: Sequence[Claim]) -> list[Under | None]:
        """Return for each claim of a line the condition that it stands under, None for one that holds everywhere."""
        found = [self.condition(c) for c in claims]
        said = [k for k, under in enumerate(found) if under is not None]
        maths = [k for k, c in enumerate(claims) if c.kind in ("claim", "definition") and found[k] is None]
        if said:
            self.standing = None if maths else found[said[-1]]
        out: list[Under | None] = [None] * len(claims)
        after = bool(said and maths and said[0] > maths[0])  # "A if C, B if D", and not "if C: A, if D: B"
        for k in maths:
            at = bisect(said, k)
            near = said[at:] if after else said[:at][::-1]
            elsewhere = self.latest if claims[k].continues else self.standing
            self.latest = out[k] = found[near[0]] if near else elsewhere
        return out

    def condition(self, claim: Claim) -> Under | None:
        """Return the condition that a piece of a line states, None if it states none."""
        if claim.kind == "text" and claim.source.strip(" ,.:;").lower() in OTHERWISE:
            return self.note(Under(negation([u.tree for u in self.met]), "otherwise")) if self.met else None
        if states_case(claim):
            return self.note(Under(claim.parts[0].tree, claim.source))
        if claim.kind != "text" or not any(sign in claim.source for sign in SIGNS):
            return None
        try:
            tree = read(claim.source, **self.task.read_options())
        except LearnerError:
            return None
        return self.note(Under(tree, claim.source)) if isinstance(tree, RELATION) else None

    def note(self, under: Under) -> Under:
        if under.text not in [u.text for u in self.met]:
            self.met.append(under)
        return under


def states_case(claim: Claim) -> bool:
    """Return whether a claim is nothing but a condition: y f < 1."""
    return (
        claim.kind == "claim"
        and len(claim.parts) == 1
        and claim.wrt is None
        and isinstance(claim.parts[0].tree, RELATION)
    )


def negation(conditions: Sequence[sp.Basic]) -> sp.Basic:
    """Return the condition that none of several holds."""
    return heads.Not(conditions[0] if len(conditions) == 1 else heads.Or(*conditions))


def everywhere(task: Task, cases: Sequence[sp.Basic]) -> bool:
    """Return whether one of several conditions holds wherever it is tried: at random points, so that borders do not count.

    >>> from graphtutor.grading.asked.task import task
    >>> x, one = sp.Symbol("x"), sp.Integer(1)
    >>> everywhere(task("x"), [heads.Lt(x, one), heads.Gt(x, one)]), everywhere(task("x"), [heads.Lt(x, one)])
    (True, False)
    """
    graph = task.graph_of(cases[0] if len(cases) == 1 else heads.Or(*cases))
    points = samples.draws([(n.name, n.shape) for n in graph.inputs], task.assume)
    return bool(np.all(samples.evaluated(graph, points)[graph.out])) if not any(graph.shapes) else len(cases) > 1


def bracketed(tree: sp.Basic) -> tuple[sp.Basic, Under] | None:
    """Return (expression, condition) of an expression with a condition in brackets behind it, which reads as their product.

    >>> x = sp.Symbol("x")
    >>> bracketed(sp.Mul(x, heads.Lt(x, sp.Integer(1)), evaluate=False))
    (x, Under(tree=Lt(x, 1), text='x < 1'))
    """
    if isinstance(tree, sp.Mul) and len(tree.args) == 2 and isinstance(tree.args[1], RELATION):
        return tree.args[0], Under(tree.args[1], write(tree.args[1]))
    return None
