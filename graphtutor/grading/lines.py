"""Each line of a derivation against the truth and against the line before.

A line makes claims: expressions that are said to be equal, of a derivative that is named (dL/dw0 = …) or
meant. A claim that is not true either follows from a wrong one before it, or is wrong itself; one that
is true again after a wrong one does not follow.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, takewhile

import sympy as sp

from ..equal import weakest
from ..language import trees
from ..language.read import Claim, Part, derivation
from ..maths import heads
from .chains import Record
from .conditions import Conditions, Under, split, states_case
from .judge import Ruling, compare
from .problems import fits, node_of, problem
from .rows import numbered
from .steps import Key, Step, origin
from .task import Task

PRIME = re.compile(r"['′’]|\\prime")


@dataclass
class Judge:
    """Goes through the claims in order; `meant` is the derivative that the last one was about."""

    task: Task
    record: Record = field(init=False)
    meant: Key = ("", "")
    under: Under | None = None
    primed: bool = False
    bare: bool = False
    identities: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.record = Record(self.task)

    # ----- claims -----
    def line(self, claims: Sequence[Claim], conditions: Sequence[Under | None], index: int) -> None:
        broken = any(claim.kind == "unread" for claim in claims)  # then an expression of its own in the line is a piece of what is not read
        for claim, under in zip(claims, conditions, strict=True):
            self.under = under
            if states_case(claim) or (broken and claim.kind == "claim" and len(claim.parts) == 1 and claim.of is None and claim.wrt is None):
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
        wrt, parts = self.in_disguise(claim)
        if wrt:
            self.bare = False
            for part in parts:
                self.judged(part, index, self.task.slope(wrt), ("", wrt))
            return
        self.record.steps.append(Step(index, claim.source, "definition", claim.tree))
        self.chained(claim.parts, index)
        if claim.tree is not None and claim.name:
            self.record.own[claim.name] = claim.tree

    def in_disguise(self, claim: Claim) -> tuple[str, Sequence[Part]]:
        """Return (variable, expressions) of a right derivative that looks like a definition: L_w = …, dL = … dw, or out = …"""
        for wrt in self.task.wrt:
            one = {f"d{wrt}": sp.S.One}
            parts = [replace(part, tree=trees.replaced(part.tree, one)) for part in claim.parts]
            named = len(self.task.wrt) == 1 or (claim.name or "").endswith(f"_{wrt}") or (claim.name or "").startswith("d")
            if named and parts and all(compare(self.task, self.record.spelled(p.tree), self.task.slope(wrt), prove=False) for p in parts):
                return wrt, parts
        return "", ()

    def chained(self, parts: Sequence[Part], index: int) -> None:
        """Judge the equalities of a chain of which only the first part is free."""
        for part in parts[1:]:
            self.judged(part, index, self.record.spelled(parts[0].tree), ("", "definition"))

    def equation(self, claim: Claim, index: int) -> None:
        parts = list(claim.parts)
        if any(part.relation == "≈" for part in parts):
            parts = [replace(part, relation="≈") for part in parts]
        self.primed = PRIME.search(claim.source.split("=")[0]) is not None
        truth, key = self.quantity(claim)
        if claim.of is None and claim.wrt in self.record.own and truth is not None and parts:
            truth, key = self.by_first(claim.wrt, parts[-1], truth, key)
        self.bare = claim.of is None and claim.wrt is None
        if truth is None and claim.of is None and claim.wrt is None and parts:
            truth, key, parts = self.unnamed(claim, parts, index)
        name = next(filter(None, (self.record.differential(self.record.spelled(p.tree)) for p in parts)), "")
        if name:
            self.record.steps.extend(Step(index, part.source, "undecided", part.tree, note=f"what the differential {name} means here cannot be told") for part in parts)
            return
        if truth is None:
            note = f"what d{claim.of or ''}/d{claim.wrt or ''} is cannot be told from the lines before" if claim.of or claim.wrt else ""
            self.record.steps.extend(Step(index, part.source, "undecided", part.tree, note=note) for part in parts)
            return
        for part in parts:
            self.judged(part, index, truth, key)
        self.meant = key

    def by_first(self, name: str, part: Part, truth: sp.Basic, key: Key) -> tuple[sp.Basic, Key]:
        """Return what `du` stands for: dL/du as in code, or du/dw if it is that."""
        own = self.record.whole(name)
        if own is None or len(self.task.wrt) != 1 or compare(self.task, self.record.spelled(part.tree), truth, prove=False):
            return truth, key
        inner = heads.Diff(own, sp.Symbol(self.task.wrt[0]))
        return (inner, (name, self.task.wrt[0])) if compare(self.task, self.record.spelled(part.tree), inner, prove=False) else (truth, key)

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
        asked = claim.of is None or claim.of == self.task.output or (claim.of not in self.task.definitions and not (isinstance(left, heads.Diff) and self.is_part(left.args[0])))
        return left, ("" if asked else str(claim.of), str(claim.wrt))

    def unnamed(self, claim: Claim, parts: list[Part], index: int) -> tuple[sp.Basic | None, Key, list[Part]]:
        """Return what an expression without a left side is said to be: what the line before was, else the derivative asked for."""
        first = parts[0].tree
        if len(parts) > 1 and isinstance(first, sp.Symbol) and first.name not in self.task.inputs and not claim.continues:
            self.record.own[first.name] = self.record.spelled(parts[-1].tree)
            self.record.steps.append(Step(index, claim.source, "definition", parts[-1].tree))
            self.chained(parts[1:], index)
            return sp.S.Zero, ("", "definition"), []
        if claim.continues and self.meant in self.record.latest:
            return self.record.latest[self.meant].truth, self.meant, parts
        if isinstance(first, heads.Diff) and len(parts) > 1 and not self.asked(first):
            return first, ("", f"d/d{first.args[1]} {parts[0].source}"), parts[1:]
        if len(parts) > 1 and not claim.continues:
            trees_ = [self.record.spelled(part.tree) for part in parts]
            self.identities.update({index} if all(compare(self.task, trees_[0], t, prove=False) for t in trees_[1:]) else ())
        return (*self.main(), parts)

    def asked(self, tree: heads.Head) -> bool:
        what, by = tree.args
        if not isinstance(by, sp.Symbol) or by.name not in (self.task.wrt or (by.name,)):
            return False
        return not self.is_part(what)  # the derivative of a part of the function is another one

    def is_part(self, tree: sp.Basic) -> bool:
        """Return whether an expression is a part of the function, as it is written, and not the whole."""
        node = node_of(self.task.graph, self.task.graph_of(self.record.spelled(tree)))
        return node is not None and node != self.task.graph.out

    def main(self) -> tuple[sp.Basic, Key]:
        task = self.task
        if len(task.wrt) == 1:
            return task.slope(task.wrt[0]), ("", task.wrt[0])
        if not task.wrt:
            return task.tree, ("", "")
        return heads.Vector(*(task.slope(w) for w in task.wrt)), ("", " ".join(task.wrt))

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
        self.record.remember(replace(step, written=written, under="" if under is None else under.text, bare=self.bare))

    def best(self, part: Part, truth: sp.Basic) -> tuple[sp.Basic, Ruling]:
        """Return the reading of an expression that is right if one is, else the usual one, with the verdict on it."""
        tree = self.record.spelled(part.tree)
        ruling = compare(self.task, tree, truth)
        for other in part.alternatives if ruling.kind == "differs" else ():
            second = compare(self.task, self.record.spelled(other), truth)
            if second:
                return self.record.spelled(other), second
        return tree, ruling

    def true(self, part: Part, index: int, tree: sp.Basic, truth: sp.Basic, key: Key, ruling: Ruling, before: Step | None) -> Step:
        note = ruling.evidence if ruling.kind == "kink" else "; ".join(part.assumed)
        if before is None or before.status in ("right", "undecided", "side") or before.tree is None:
            return Step(index, part.source, "right", tree, truth, key, ruling, both(ruling, before), note=note)
        here = compare(self.task, tree, before.tree, prove=False)
        if here.kind == "differs":
            return Step(index, part.source, "compensates", tree, truth, key, ruling, here, note=f"this is right again, but it does not follow from line {before.index + 1}")
        return Step(index, part.source, "right", tree, truth, key, ruling, here, note=note)

    def false(self, part: Part, index: int, tree: sp.Basic, truth: sp.Basic, key: Key, ruling: Ruling, before: Step | None) -> Step:
        """Return the step of an expression that is not the truth: wrong here, or following from what was wrong before."""
        here = compare(self.task, tree, before.tree, prove=False) if before is not None and before.tree is not None else None
        if before is not None and before.status in ("wrong", "follows", "compensates") and here:
            return Step(index, part.source, "follows", tree, truth, key, ruling, here, origin(before))
        source = None if before is not None and before.status in ("wrong", "follows") else self.record.built_on(tree, key)
        if source is not None:
            return Step(index, part.source, "follows", tree, truth, key, ruling, here, source)
        if before is not None and before.status == "right" and before.tree is not None:
            put_in, wrong = self.record.with_claims(before.tree)
            if wrong and compare(self.task, tree, put_in, prove=False):
                return Step(index, part.source, "follows", tree, truth, key, ruling, here, min(origin(s) for s in wrong))
        if self.record.through_a_name(tree, truth):
            return Step(index, part.source, "right", tree, truth, key, ruling, here)
        if self.primed and self.record.by_argument(tree, truth):
            return Step(index, part.source, "side", tree, truth, key, ruling, here, note="read as the derivative by its own argument")
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
    judge.record.own |= outputs(task, claims) | said_later(task, claims)
    for line, group in groupby(claims, key=lambda c: c.line):
        here = list(group)
        judge.line(here, conditions.of_line(here), index_of.get(line, 0))
    return restated(task, judge.record.steps, judge.identities)


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


def judged_tree(task: Task, tree: sp.Basic, text: str) -> Step:
    """Return one expression, given as a tree, judged as the answer to what is asked."""
    judge = Judge(task)
    judge.judged(Part(tree, text, 1, 1), 0, *judge.main())
    return judge.record.steps[0]


def restated(task: Task, steps: list[Step], identities: Container[int] = ()) -> list[Step]:
    """Return the steps with calculations on the way, and the function written down once more, told from errors.

    Before anything else an expression without a left side may be the function itself; an equation between
    other things (`identities`, lines) counts as wrong only if the derivation does not end right.
    """
    said = [k for k, s in enumerate(steps) if s.key in main_keys(task) and s.verdict is not None]
    itself = set(takewhile(lambda k: steps[k].bare and task.wrt and steps[k].status in ("wrong", "follows") and compare(task, steps[k].tree, task.tree, prove=False), said))
    side = itself if len(itself) < len(said) else set()
    if said and steps[said[-1]].status in ("right", "compensates"):
        start = next((k for k in said if steps[k].status in ("right", "compensates") and steps[k].index not in identities), said[-1])
        early = said[: said.index(start)]
        side = side | {k for k in early if steps[k].bare and passed(task, steps[k])}
        side = side | set(early) if all(k in side or steps[k].index in identities for k in early) else side
    if not side:
        return steps
    first = next(k for k in said if k not in side)
    clean = replace(steps[first], status="right", previous=None, note="") if steps[first].status == "compensates" else replace(steps[first], previous=None)
    return [replace(s, status="side", note="a calculation on the way") if k in side else clean if k == first else s for k, s in enumerate(steps)]


def passed(task: Task, step: Step) -> bool:
    """Return whether an expression is one that a right calculation passes: a node, its slope, what comes back to it, a product on the way."""
    if len(task.wrt) != 1 or task.wrt[0] not in task.graph.ids or step.tree is None:
        return False
    graph, asked = task.graph_of(step.tree), problem(task.graph, task.wrt[0], task.assume)
    if not asked.flat or any(graph.shapes):
        return False
    return bool(fits(asked.passed, asked.values_of(graph)).any())


def wanted(task: Task) -> list[Key]:
    """Return the derivatives that are asked for."""
    return [("", w) for w in task.wrt] or [("", "")]


def main_keys(task: Task) -> set[Key]:
    return {("", w) for w in task.wrt} | {("", " ".join(task.wrt))}
