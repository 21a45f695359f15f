"""What a claim is about: the derivative that its left side names or means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sympy as sp

from ...language import trees
from ...language.read import Claim, Part
from ...ops import heads
from ..asked.rulings import Key, compare
from ..asked.task import Task
from ..slips.problems import node_of
from .chains import Record


@dataclass
class Quantities:
    """Says of a claim which derivative it is of; knows what was said before."""

    task: Task
    record: Record

    def quantity(self, claim: Claim) -> tuple[sp.Basic | None, Key]:
        """Return what a named derivative is, and its key; the key of the one asked for is ("", wrt)."""
        own = self.record.whole(claim.of)
        if own is not None and claim.wrt:
            variable = self.record.whole(claim.wrt) or self.task.meaning(claim.wrt)
            by = variable if variable is not None else sp.Symbol(claim.wrt)
            asked = bool(compare(self.task, own, self.task.tree, prove=False))
            return heads.Diff(self.task.tree if asked else own, by), ("" if asked else str(claim.of), claim.wrt)
        left = claim.left
        if left is None:
            return None, ("", "")
        if isinstance(left, heads.Diff):
            by = self.record.whole(claim.wrt)
            left = heads.Diff(left.args[0], by) if by is not None else left
        asked = (
            claim.of is None
            or claim.of == self.task.output
            or (
                claim.of not in self.task.definitions
                and not (isinstance(left, heads.Diff) and self.is_part(left.args[0]))
            )
        )
        return left, ("" if asked else str(claim.of), str(claim.wrt))

    def by_first(self, name: str, part: Part, truth: sp.Basic, key: Key) -> tuple[sp.Basic, Key]:
        """Return what `du` stands for: dL/du as in code, or du/dw if it is that."""
        own = self.record.whole(name)
        if (
            own is None
            or len(self.task.wrt) != 1
            or compare(self.task, self.record.spelled(part.tree), truth, prove=False)
        ):
            return truth, key
        inner = heads.Diff(own, sp.Symbol(self.task.wrt[0]))
        return (
            (inner, (name, self.task.wrt[0]))
            if compare(self.task, self.record.spelled(part.tree), inner, prove=False)
            else (truth, key)
        )

    def in_disguise(self, claim: Claim, last: bool) -> tuple[str, Sequence[Part]]:
        """Return (variable, expressions) of a right derivative that looks like a definition: L_w = …, dL = … dw, or at last out = …"""
        for wrt in self.task.wrt:
            one = {f"d{wrt}": sp.S.One}
            parts = [replace(part, tree=trees.replaced(part.tree, one)) for part in claim.parts]
            named = (
                (last and len(self.task.wrt) == 1)
                or (claim.name or "").endswith(f"_{wrt}")
                or (claim.name or "").startswith("d")
            )
            if (
                named
                and parts
                and all(
                    compare(self.task, self.record.spelled(p.tree), self.task.slope(wrt), prove=False) for p in parts
                )
            ):
                return wrt, parts
        return "", ()

    def asked(self, tree: heads.Head) -> bool:
        """Return whether a derivative written as an operator is the one asked for."""
        what, by = tree.args
        if not isinstance(by, sp.Symbol) or by.name not in (self.task.wrt or (by.name,)):
            return False
        return not self.is_part(what)  # the derivative of a part of the function is another one

    def is_part(self, tree: sp.Basic) -> bool:
        """Return whether an expression is a part of the function, as it is written, and not the whole."""
        node = node_of(self.task.graph, self.task.graph_of(self.record.spelled(tree)))
        return node is not None and node != self.task.graph.out

    def main(self) -> tuple[sp.Basic, Key]:
        """Return the derivative asked for: that of several names is a row of them."""
        task = self.task
        if len(task.wrt) == 1:
            return task.slope(task.wrt[0]), ("", task.wrt[0])
        if not task.wrt:
            return task.tree, ("", "")
        return heads.Vector(*(task.slope(w) for w in task.wrt)), ("", " ".join(task.wrt))


# ----- names that only a student has -----
def outputs(task: Task, claims: Sequence[Claim]) -> dict[str, sp.Basic]:
    """Return what a student calls the function, if the problem has no name for it: the L of dL/dw."""
    taken = {*task.inputs, *task.definitions, *(c.name for c in claims if c.kind == "definition" and c.name)}
    whole = task.graph_of(task.tree)
    found: dict[str, sp.Basic] = {
        c.of: task.tree for c in claims
        if c.of and c.wrt and c.of not in taken and (not isinstance(c.left, heads.Diff) or task.graph_of(c.left.args[0]) == whole)
    }  # fmt: skip
    return found | {f"{name}_prime": task.slope(task.wrt[0]) for name in found if len(task.wrt) == 1}


def said_later(task: Task, claims: Sequence[Claim]) -> dict[str, sp.Basic]:
    """Return what names stand for that a student may use before saying so."""
    found: dict[str, sp.Basic] = {}
    for claim in claims:
        known = claim.name in task.inputs or claim.name in task.definitions or task.meaning(claim.name) is not None
        if claim.kind == "definition" and claim.name and claim.tree is not None and not known:
            found.setdefault(claim.name, claim.tree)
    return found
