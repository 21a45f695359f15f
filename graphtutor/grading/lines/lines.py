"""Each line of a derivation against the truth and against the line before.

A line makes claims: expressions that are said to be equal, of a derivative that is named (dL/dw0 = …) or
meant. A claim that is not true either follows from a wrong one before it, or is wrong itself; one that
is true again after a wrong one does not follow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import sympy as sp

from ...equal import weakest
from ...language.read import Claim, Part, derivation
from ...ops import heads
from ..asked.rulings import Key, Ruling, Step, compare, origin
from ..asked.task import Task
from .chains import Record
from .conditions import Conditions, Under, split, states_case
from .quantities import Quantities, outputs, said_later
from .rows import numbered
from .sides import restated

PRIME = re.compile(r"['′’]|\\prime")


@dataclass
class Judge:
    """Goes through the claims in order; `meant` is the derivative that the one before was about, `last` the last claim of all."""

    task: Task
    record: Record = field(init=False)
    about: Quantities = field(init=False)
    meant: Key = ("", "")
    last: Claim | None = None
    under: Under | None = None
    primed: bool = False
    bare: bool = False
    identities: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.record = Record(self.task)
        self.about = Quantities(self.task, self.record)

    # ----- claims -----
    def line(self, claims: Sequence[Claim], conditions: Sequence[Under | None], index: int) -> None:
        broken = any(
            claim.kind == "unread" for claim in claims
        )  # then an expression of its own in the line is a piece of what is not read
        for claim, under in zip(claims, conditions, strict=True):
            self.under = under
            if states_case(claim) or (
                broken and claim.kind == "claim" and len(claim.parts) == 1 and claim.of is None and claim.wrt is None
            ):
                self.record.steps.append(Step(index, claim.source, "text"))
            else:
                self.claim(claim, index)

    def claim(self, claim: Claim, index: int) -> None:
        if claim.kind == "text":
            self.record.steps.append(Step(index, claim.source, "text"))
        elif claim.kind == "unread":
            self.record.steps.append(Step(index, claim.source, "unread", error=claim.error))
        elif claim.kind == "definition":
            self.definition(claim, index)
        else:
            self.equation(claim, index)

    def definition(self, claim: Claim, index: int) -> None:
        """Judge `u = …`: a name of the problem must be what the problem says; a name of one's own may be anything."""
        known = self.task.meaning(claim.name)
        if known is not None:
            for part in claim.parts:
                self.judged(part, index, known, (claim.name or "", ""))
            return
        wrt, parts = self.about.in_disguise(claim, claim is self.last)
        if wrt:
            self.bare = False
            for part in parts:
                self.judged(part, index, self.task.slope(wrt), ("", wrt))
            return
        self.record.steps.append(Step(index, claim.source, "definition", claim.tree))
        self.chained(claim.parts, index)
        if claim.tree is not None and claim.name:
            self.record.own[claim.name] = claim.tree

    def chained(self, parts: Sequence[Part], index: int) -> None:
        """Judge the equalities of a chain of which only the first part is free."""
        for part in parts[1:]:
            self.judged(part, index, self.record.spelled(parts[0].tree), ("", "definition"))

    def equation(self, claim: Claim, index: int) -> None:
        parts = list(claim.parts)
        if any(part.relation == "≈" for part in parts):
            parts = [replace(part, relation="≈") for part in parts]
        self.primed = PRIME.search(claim.source.split("=")[0]) is not None
        truth, key = self.about.quantity(claim)
        if claim.of is None and claim.wrt in self.record.own and truth is not None and parts:
            truth, key = self.about.by_first(claim.wrt, parts[-1], truth, key)
        self.bare = claim.of is None and claim.wrt is None
        if truth is None and claim.of is None and claim.wrt is None and parts:
            truth, key, parts = self.unnamed(claim, parts, index)
        name = next(filter(None, (self.record.differential(self.record.spelled(p.tree)) for p in parts)), "")
        if name:
            self.record.steps.extend(
                Step(
                    index,
                    part.source,
                    "undecided",
                    part.tree,
                    note=f"what the differential {name} means here cannot be told",
                )
                for part in parts
            )
            return
        if truth is None:
            note = (
                f"what d{claim.of or ''}/d{claim.wrt or ''} is cannot be told from the lines before"
                if claim.of or claim.wrt
                else ""
            )
            self.record.steps.extend(Step(index, part.source, "undecided", part.tree, note=note) for part in parts)
            return
        for part in parts:
            self.judged(part, index, truth, key)
        self.meant = key

    def unnamed(self, claim: Claim, parts: list[Part], index: int) -> tuple[sp.Basic | None, Key, list[Part]]:
        """Return what an expression without a left side is said to be: what the line before was, else the derivative asked for."""
        first = parts[0].tree
        if (
            len(parts) > 1
            and isinstance(first, sp.Symbol)
            and first.name not in self.task.inputs
            and not claim.continues
        ):
            self.record.own[first.name] = self.record.spelled(parts[-1].tree)
            self.record.steps.append(Step(index, claim.source, "definition", parts[-1].tree))
            self.chained(parts[1:], index)
            return sp.S.Zero, ("", "definition"), []
        if claim.continues and self.meant in self.record.latest:
            return self.record.latest[self.meant].truth, self.meant, parts
        if isinstance(first, heads.Diff) and len(parts) > 1 and not self.about.asked(first):
            return first, ("", f"d/d{first.args[1]} {parts[0].source}"), parts[1:]
        if len(parts) > 1 and not claim.continues:
            trees_ = [self.record.spelled(part.tree) for part in parts]
            self.identities.update(
                {index} if all(compare(self.task, trees_[0], t, prove=False) for t in trees_[1:]) else ()
            )
        return (*self.about.main(), parts)

    # ----- one expression -----
    def judged(self, part: Part, index: int, truth: sp.Basic, key: Key) -> None:
        tree, ruling = self.best(part, truth)
        under, written = self.under, tree
        behind = split(tree) if ruling.kind == "differs" else None
        if behind is not None:
            tree, under = behind[0], Under(behind[1], part.source)
        if ruling.kind == "differs" and under is not None:
            written, tree = tree, heads.Where(self.record.spelled(under.tree), tree, truth)
            ruling = compare(self.task, tree, truth)
        elif ruling.kind != "differs":
            under = None  # it holds everywhere
        before = self.record.latest.get(key) if under is None else self.record.by_case.get((key, under.text))
        if ruling.kind == "differs" and part.relation == "≈" and self.record.rounded(tree, truth):
            step = Step(index, part.source, "right", tree, truth, key, ruling, note="rounded; taken as it is marked ≈")
        elif ruling.kind == "undecided":
            step = Step(index, part.source, "undecided", tree, truth, key, ruling, note=ruling.evidence)
        elif ruling:
            step = self.true(part, index, tree, truth, key, ruling, before)
        else:
            step = self.false(part, index, tree, truth, key, ruling, before)
        if under is not None:
            step = replace(step, under=under.text, case=self.record.spelled(under.tree))
        self.record.remember(replace(step, written=written, bare=self.bare))

    def best(self, part: Part, truth: sp.Basic) -> tuple[sp.Basic, Ruling]:
        """Return the reading of an expression that is right if one is, else the usual one, with the verdict on it."""
        tree = self.record.spelled(part.tree)
        ruling = compare(self.task, tree, truth)
        for other in part.alternatives if ruling.kind == "differs" else ():
            second = compare(self.task, self.record.spelled(other), truth)
            if second:
                return self.record.spelled(other), second
        return tree, ruling

    def true(
        self, part: Part, index: int, tree: sp.Basic, truth: sp.Basic, key: Key, ruling: Ruling, before: Step | None
    ) -> Step:
        note = ruling.evidence if ruling.kind == "kink" else "; ".join(part.assumed)
        if before is None or before.status in ("right", "undecided", "side") or before.tree is None:
            return Step(index, part.source, "right", tree, truth, key, ruling, both(ruling, before), note=note)
        here = compare(self.task, tree, before.tree, prove=False)
        if here.kind == "differs":
            return Step(
                index,
                part.source,
                "compensates",
                tree,
                truth,
                key,
                ruling,
                here,
                note=f"this is right again, but it does not follow from line {before.index + 1}",
            )
        return Step(index, part.source, "right", tree, truth, key, ruling, here, note=note)

    def false(
        self, part: Part, index: int, tree: sp.Basic, truth: sp.Basic, key: Key, ruling: Ruling, before: Step | None
    ) -> Step:
        """Return the step of an expression that is not the truth: wrong here, or following from what was wrong before."""
        here = (
            compare(self.task, tree, before.tree, prove=False)
            if before is not None and before.tree is not None
            else None
        )
        if before is not None and before.status in ("wrong", "follows", "compensates") and here:
            return Step(index, part.source, "follows", tree, truth, key, ruling, here, origin(before))
        source = (
            None if before is not None and before.status in ("wrong", "follows") else self.record.built_on(tree, key)
        )
        if source is not None:
            return Step(index, part.source, "follows", tree, truth, key, ruling, here, source)
        if before is not None and before.status == "right" and before.tree is not None:
            put_in, wrong = self.record.with_claims(before.tree)
            if wrong and compare(self.task, tree, put_in, prove=False):
                return Step(
                    index, part.source, "follows", tree, truth, key, ruling, here, min(origin(s) for s in wrong)
                )
        if self.record.through_a_name(tree, truth):
            return Step(index, part.source, "right", tree, truth, key, ruling, here)
        if self.primed and self.record.by_argument(tree, truth):
            return Step(
                index,
                part.source,
                "side",
                tree,
                truth,
                key,
                ruling,
                here,
                note="read as the derivative by its own argument",
            )
        return Step(index, part.source, "wrong", tree, truth, key, ruling, here)


def both(ruling: Ruling, before: Step | None) -> Ruling | None:
    """Return the verdict on an expression against the one before, where both are right: as sure as the less sure of the two."""
    if before is None or before.verdict is None or not before.verdict:
        return None
    return Ruling(weakest([ruling.verdict, before.verdict.verdict]))


def judged(task: Task, answer: str | Sequence[str]) -> list[Step]:
    """Return every expression of a derivation, judged in order."""
    rows, index_of = numbered(answer)
    judge, conditions = Judge(task), Conditions(task)
    claims = derivation(rows, **task.read_options())
    judge.last = next((c for c in reversed(claims) if c.kind in ("claim", "definition")), None)
    judge.record.own |= outputs(task, claims) | said_later(task, claims)
    for line, group in groupby(claims, key=lambda c: c.line):
        here = list(group)
        judge.line(here, conditions.of_line(here), index_of.get(line, 0))
    return restated(task, judge.record.steps, judge.identities)


def judged_tree(task: Task, tree: sp.Basic, text: str) -> Step:
    """Return one expression, given as a tree, judged as the answer to what is asked."""
    judge = Judge(task)
    judge.judged(Part(tree, text, 1, 1), 0, *judge.about.main())
    return judge.record.steps[0]
