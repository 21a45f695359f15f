"""Each line of a derivation against the truth and against the line before.

A line makes claims: expressions that are said to be equal, of a derivative that is named (dL/dw0 = …) or
meant. A claim that is not true either follows from a wrong one before it, or is wrong itself; one that
is true again after a wrong one does not follow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby, takewhile

import sympy as sp

from ...equal import weakest
from ...errors import ReadError
from ...language import trees
from ...language.read import Claim, Part, derivation
from ...ops import heads
from ..asked.rulings import Key, Ruling, Step, compare, origin
from ..asked.task import Task
from ..slips.problems import fits, problem
from .conditions import Conditions, Under, bracketed, states_case
from .meanings import BY_ARGUMENT, Meaning, Meanings, middle_names, own_names
from .on_curve import judged_on_curve
from .record import NOT_RIGHT, Record
from .strangers import asks, by_convention, only_meant, sized, strangers

ROUNDED = 0.01  # what ≈ may be away, as a share
MANY = 15  # significant digits are all that a computer's number has
ALL_DIGITS = 3e-14  # what a rounded sixteenth may be away
DASHED = (
    "it is right with a minus before the derivative and wrong with a bullet: write −(dL/dw) = …, or leave the dash out"
)
OF_ITS_OWN = Meaning(sp.S.Zero, ("", "definition"))


@dataclass
class Judge:
    """Goes through the claims in order; `meant` is the derivative that the one before was about, `last` the last claim of all."""

    task: Task
    last: Claim | None = None
    rows: Sequence[str] = ()
    meant: Key = ("", "")
    record: Record = field(init=False)
    about: Meanings = field(init=False)

    def __post_init__(self) -> None:
        self.record = Record(self.task)
        self.about = Meanings(self.task, self.record)

    # ----- claims -----
    def line(self, claims: Sequence[Claim], conditions: Sequence[Under | None], index: int) -> None:
        broken = any(claim.kind == "unread" for claim in claims)
        for claim, under in zip(claims, conditions, strict=True):
            # beside what cannot be read an expression of its own is a piece of that
            piece = (
                broken and claim.kind == "claim" and len(claim.parts) == 1 and claim.of is None and claim.wrt is None
            )
            if claim.kind == "text" or piece or states_case(claim):
                self.record.steps.append(Step(index, claim.source, "text"))
            elif claim.kind == "unread":
                self.record.steps.append(Step(index, claim.source, "unread", error=claim.error))
            elif claim.kind == "definition":
                self.definition(claim, index, under)
            else:
                self.equation(claim, index, under)

    def definition(self, claim: Claim, index: int, under: Under | None) -> None:
        """Judge `u = …`: a name of the problem must be what the problem says; a name of one's own may be anything."""
        known = self.task.meaning(claim.name)
        wrt, parts = ("", claim.parts) if known is not None else self.about.in_disguise(claim, claim is self.last)
        if known is not None or wrt:
            meaning = (
                Meaning(self.task.slope(wrt), ("", wrt)) if known is None else Meaning(known, (claim.name or "", ""))
            )
            for part in parts:
                self.judged(part, Step(index, part.source, "wrong"), meaning, under)
            return
        self.record.steps.append(Step(index, claim.source, "definition", claim.tree))
        self.chained(claim.parts, index, under)
        if claim.tree is not None and claim.name:
            self.record.own[claim.name] = claim.tree

    def chained(self, parts: Sequence[Part], index: int, under: Under | None) -> None:
        """Judge the equalities of a chain of which only the first part is free."""
        for part in parts[1:]:
            meaning = replace(OF_ITS_OWN, truth=self.record.spelled(parts[0].tree))
            self.judged(part, Step(index, part.source, "wrong"), meaning, under)

    def untold(self, claim: Claim, parts: Sequence[Part], index: int) -> None:
        """Leave the expressions of a claim undecided, whose left side means nothing that is known."""
        named = claim.of is not None or claim.wrt is not None
        note = f"what d{claim.of or ''}/d{claim.wrt or ''} is cannot be told from the lines before" if named else ""
        self.record.steps.extend(Step(index, part.source, "undecided", part.tree, note=note) for part in parts)

    def equation(self, claim: Claim, index: int, under: Under | None) -> None:
        """Judge the expressions of a claim, by what its left side means or, without one, by what it goes on from."""
        parts: Sequence[Part] = claim.parts
        if any(part.relation == "≈" for part in parts):
            parts = [replace(part, relation="≈") for part in parts]
        bare = claim.of is None and claim.wrt is None
        meanings = self.about.of_claim(claim)
        if not meanings and bare and parts:
            meanings, parts = self.unnamed(claim, parts, index, under)
        if not meanings:
            return self.untold(claim, parts, index)
        meaning = self.fitting(meanings, parts)
        identity = False
        if bare and not claim.continues and len(parts) > 1:
            identity = self.holds(parts)
            bare = identity or self.on_the_way(parts)
        for part in parts:
            self.judged(part, Step(index, part.source, "wrong", bare=bare, identity=identity), meaning, under)
        self.meant = meaning.key

    def on_the_way(self, parts: Sequence[Part]) -> bool:
        """Say whether sides that differ may be steps: what is said to equal the answer, and does not, is none but the function itself."""
        trees = [self.record.spelled(part.tree) for part in parts]
        return any(strangers(self.task, tree) for tree in trees) or bool(
            compare(self.task, trees[0], self.task.tree, prove=False)
        )

    def fitting(self, meanings: Sequence[Meaning], parts: Sequence[Part]) -> Meaning:
        """Return the meaning under which a claim comes out right, else the usual one."""
        others = meanings[1:] if parts and len(meanings) > 1 and not self.best(parts[-1], meanings[0].truth)[1] else ()
        return next((m for m in others if self.best(parts[-1], m.truth)[1]), meanings[0])

    def holds(self, parts: Sequence[Part]) -> bool:
        """Return whether an equation between other things holds: ln y = x ln x."""
        first, *others = (self.record.spelled(part.tree) for part in parts)
        return all(compare(self.task, first, tree, prove=False) for tree in others)

    def unnamed(
        self, claim: Claim, parts: Sequence[Part], index: int, under: Under | None
    ) -> tuple[list[Meaning], Sequence[Part]]:
        """Return what an expression without a left side is said to be: what the line before was, else the derivative asked for."""
        first = parts[0].tree
        if claim.continues:
            before = self.record.latest.get(self.meant)
            known = before is not None and before.truth is not None
            return [
                Meaning(before.truth, self.meant) if before and before.truth and known else self.about.main()
            ], parts
        if len(parts) > 1 and isinstance(first, sp.Symbol) and first.name not in self.task.inputs:
            self.record.own[first.name] = self.record.spelled(parts[-1].tree)
            self.record.steps.append(Step(index, claim.source, "definition", parts[-1].tree))
            self.chained(parts[1:], index, under)
            return [OF_ITS_OWN], []
        if len(parts) > 1 and isinstance(first, heads.Diff) and not self.about.asked(first):
            return [Meaning(first, ("", f"d/d{first.args[1]} {parts[0].source}"))], parts[1:]
        return [self.about.main()], parts

    # ----- one expression -----
    def judged(self, part: Part, step: Step, meaning: Meaning, under: Under | None) -> None:
        """Judge one expression and remember its step; `step` says where it stands."""
        truth, key = meaning.truth, meaning.key
        tree, ruling, assumed = self.best(part, truth)
        written = tree
        if ruling.kind == "differs":
            tree, under = bracketed(tree) or (tree, under)
        if ruling.kind == "differs" and under is not None:
            written, tree = tree, heads.Where(self.record.spelled(under.tree), tree, truth)
            ruling = compare(self.task, tree, truth)
        elif ruling.kind != "differs":
            under = None  # it holds everywhere
        before = self.record.latest.get(key) if under is None else self.record.by_case.get((key, under.text))
        step = replace(step, tree=tree, truth=truth, key=key, verdict=ruling, written=written)
        if under is not None:
            step = replace(step, under=under.text, case=self.record.spelled(under.tree))
        if ruling.kind == "differs" and strangers(self.task, tree) and not self.close(part, tree, truth):
            error = self.unknown(part, tree, truth)
            self.record.steps.append(Step(step.index, step.source, "unread", error=error, written=tree))
            return
        if part.dashed and self.by_minus_alone(tree, ruling, truth):
            self.record.remember(replace(step, status="undecided", note=DASHED))
            return
        step = self.settled(step, before, assumed, self.close(part, tree, truth) if ruling.kind == "differs" else "")
        self.record.remember(replace(step, status="side", note=meaning.beside) if meaning.beside else step)

    def by_minus_alone(self, tree: sp.Basic, ruling: Ruling, truth: sp.Basic) -> bool:
        """Return whether `- dL/dw = …` is right if its dash is a minus, and only then."""
        return ruling.kind == "differs" and compare(self.task, trees.neg(tree), truth).kind != "differs"

    def settled(self, step: Step, before: Step | None, assumed: str, close: str) -> Step:
        """Return a step with what becomes of it; `close` says why one that differs is taken all the same."""
        assert step.verdict is not None
        if step.verdict.kind == "undecided":
            return replace(step, status="undecided", note=step.verdict.evidence)
        if close:
            return replace(step, status="right", note=close)
        return self.true(step, before, assumed) if step.verdict else self.false(step, before)

    def close(self, part: Part, tree: sp.Basic, truth: sp.Basic) -> str:
        """Return why an expression in decimals is near enough to be right, "" if it is not."""
        if exactly(tree) and self.record.near(tree, truth, ALL_DIGITS):
            return "right to all the digits it is written with; an exact number says more"
        return (
            "rounded; taken as it is marked ≈"
            if part.relation == "≈" and self.record.near(tree, truth, ROUNDED)
            else ""
        )

    def best(self, part: Part, truth: sp.Basic) -> tuple[sp.Basic, Ruling, str]:
        """Return the reading of an expression that is right if one is, else the usual one; the verdict on it, and what was taken for granted."""
        assumed = "; ".join(part.assumed)
        first: tuple[sp.Basic, Ruling, str] | None = None
        for spelled in (self.record.spelled(t) for t in (part.tree, *part.alternatives)):
            tree, read = sized(self.task, spelled)
            for meant, said in chain([(tree, "")], by_convention(self.task, tree)):
                found = meant, compare(self.task, meant, truth), "; ".join(filter(None, (assumed, read, said)))
                first = first or found
                if found[1].kind != "differs":
                    return found
        assert first is not None
        sure, said = only_meant(self.task, first[0])
        return (sure, compare(self.task, sure, truth), "; ".join(filter(None, (assumed, said)))) if said else first

    def unknown(self, part: Part, tree: sp.Basic, truth: sp.Basic) -> ReadError:
        """Return what is said of an expression with names that the problem does not have, its place the first of them."""
        row = self.rows[part.line - 1] if part.line <= len(self.rows) else part.source
        at = min((row.find(name, part.column - 1) for name in strangers(self.task, tree)), default=-1)
        return ReadError(asks(self.task, tree, truth), row, part.line, (at if at >= 0 else part.column - 1) + 1)

    def true(self, step: Step, before: Step | None, assumed: str) -> Step:
        """Return the step of an expression that is the truth: right, or right again though the one before was not."""
        assert step.verdict is not None and step.tree is not None
        told = "; ".join(filter(None, (assumed, step.verdict.note)))
        right = replace(step, status="right", note=step.verdict.evidence if step.verdict.kind == "kink" else told)
        if before is None or before.tree is None or before.status in ("right", "undecided", "side"):
            return replace(right, previous=both(step.verdict, before))
        here = compare(self.task, step.tree, before.tree, prove=False)
        if here.kind != "differs":
            return replace(right, previous=here)
        note = f"this is right again, but it does not follow from line {before.index + 1}"
        return replace(step, status="compensates", previous=here, note=note)

    def false(self, step: Step, before: Step | None) -> Step:
        """Return the step of an expression that is not the truth: wrong here, or following from what was wrong before."""
        assert step.tree is not None and step.truth is not None
        known = before is not None and before.tree is not None
        here = compare(self.task, step.tree, before.tree, prove=False) if before and before.tree and known else None
        step = replace(step, previous=here)
        source = self.source(step, before)
        if source is not None:
            idle = self.idle(step, before)
            return replace(
                step, status="follows", after=source, idle=idle, note="nothing was left to work out in it" * idle
            )
        if self.record.by_chain_rule(step.tree, step.truth):
            return replace(step, status="right")
        return replace(step, note=step.verdict.why) if step.verdict is not None and step.verdict.misfit else step

    def idle(self, step: Step, before: Step | None) -> bool:
        """Return whether a line that follows from a wrong one is that line again, or 0 because of it."""
        assert step.tree is not None
        graph = self.task.graph_of(step.tree)
        again = before is not None and before.tree is not None and self.task.graph_of(before.tree) == graph
        return again or bool(compare(self.task, step.tree, sp.S.Zero, prove=False))

    def source(self, step: Step, before: Step | None) -> int | None:
        """Return the wrong line that an expression follows from: the one before, claims along a chain, or claims put into the one before."""
        assert step.tree is not None
        if before is not None and before.status in (*NOT_RIGHT, "compensates") and step.previous:
            return origin(before)
        found = None if before and before.status in NOT_RIGHT else self.record.built_on(step.tree, step.key)
        return found if found is not None or before is None else self.record.as_claimed(before, step.tree)


def exactly(tree: sp.Basic) -> bool:
    """Return whether an expression holds a decimal with all the digits that a computer's number has."""
    return any(
        isinstance(t, heads.Decimal) and len(re.sub(r"e.*|\D", "", t.params[1].lower()).lstrip("0")) >= MANY
        for t in trees.parts(tree)
    )


def both(ruling: Ruling, before: Step | None) -> Ruling | None:
    """Return the verdict on an expression against the one before, where both are right: as sure as the less sure of the two."""
    if before is None or before.verdict is None or not before.verdict:
        return None
    return Ruling(weakest([ruling.verdict, before.verdict.verdict]))


# ----- a whole answer -----
def judged(task: Task, answer: str | Sequence[str]) -> list[Step]:
    """Return every expression of a derivation, judged in order."""
    rows, index_of = numbered(answer)
    claims = derivation(rows, **task.read_options())
    if task.depends:
        return judged_on_curve(task, claims, index_of)
    steps = judged_claims(task, claims, rows, index_of)
    wrong = any(s.status == "wrong" for s in steps)
    if wrong and any(of_part(task, s) for s in steps):  # u' = e^(-x) is a slip where the rest follows from it
        other = judged_claims(task, claims, rows, index_of, own_argument=False)
        return other if explains(other, steps) else steps
    return steps


def of_part(task: Task, step: Step) -> bool:
    """Return whether a prime was read as the derivative of a part of the function by that part's own argument."""
    if step.note != BY_ARGUMENT or not isinstance(step.truth, heads.Diff):
        return False
    return task.graph_of(step.truth.args[0]) != task.graph_of(task.tree)


def explains(other: Sequence[Step], steps: Sequence[Step]) -> bool:
    """Return whether what is wrong in `steps` follows from an earlier line in `other`."""
    return any(a.status == "wrong" and b.status == "follows" for a, b in zip(steps, other, strict=False))


def judged_claims(
    task: Task, claims: Sequence[Claim], rows: str, index_of: Mapping[int, int], own_argument: bool = True
) -> list[Step]:
    """Return every expression of the claims, judged in order."""
    last = next((c for c in reversed(claims) if c.kind in ("claim", "definition")), None)
    judge = Judge(task, last, rows.split("\n"))
    judge.record.own |= own_names(task, claims)
    unsaid = frozenset(middle_names(task, claims, judge.record.own))
    judge.about = Meanings(task, judge.record, unsaid, own_argument)
    conditions = Conditions(task)
    for line, group in groupby(claims, key=lambda c: c.line):
        here = list(group)
        judge.line(here, conditions.of_line(here), index_of.get(line, 0))
    return restated(task, misstated(judge.about, claims, judge.record.steps))


def differentiated(task: Task, claims: Sequence[Claim]) -> str | None:
    """Return the name of the student's own whose derivative the last claim is, None if it is another's."""
    last = next((c for c in reversed(claims) if c.kind == "claim"), None)
    return last.of if last is not None and last.wrt in task.wrt and last.of not in task.definitions else None


# branches: what must hold before a definition is the line at fault
def misstated(about: Meanings, claims: Sequence[Claim], steps: list[Step]) -> list[Step]:
    """Return the steps with a definition as wrong that was to be the function, where its derivative is the answer: L = w² - wx, dL/dw = 2w - x."""
    task, name = about.task, differentiated(about.task, claims)
    own = about.record.whole(name)
    said = [k for k, s in enumerate(steps) if s.status == "definition" and s.tree is not None]
    at = next((k for k in said if own is not None and own == about.record.spelled(steps[k].tree)), None)
    if own is None or at is None or any(s.key in wanted(task) for s in steps):
        return steps
    ruling = compare(task, own, task.tree, prove=False)
    if trees.names_in(own) != task.inputs or about.is_part(own) or ruling.kind != "differs":
        return steps
    wrong = replace(
        steps[at],
        status="wrong",
        truth=task.tree,
        key=(str(name), ""),
        verdict=ruling,
        note="this is not the function that is given",
    )
    return [
        *steps[:at],
        wrong,
        *(replace(s, status="follows", after=wrong.index) if s.status == "right" else s for s in steps[at + 1 :]),
    ]


def judged_tree(task: Task, tree: sp.Basic, text: str) -> Step:
    """Return one expression, given as a tree, judged as the answer to what is asked."""
    judge = Judge(task)
    judge.judged(Part(tree, text, 1, 1), Step(0, text, "wrong"), judge.about.main(), None)
    return judge.record.steps[0]


def numbered(answer: str | Sequence[str]) -> tuple[str, dict[int, int]]:
    """Return the text of an answer and, for each of its lines, the number of the answer's own line: blank ones do not count."""
    rows = answer.split("\n") if isinstance(answer, str) else list(answer)
    place: dict[int, int] = {}
    at, index = 1, -1
    for row in rows:
        index += bool(row.strip()) or not isinstance(answer, str)
        for k in range(row.count("\n") + 1):
            place[at + k] = max(index, 0)
        at += row.count("\n") + 1
    return "\n".join(rows), place


# ----- what stands beside the point -----
def wanted(task: Task) -> list[Key]:
    """Return the derivatives that are asked for."""
    return [("", w) for w in task.wrt] or [("", "")]


def restated(task: Task, steps: list[Step]) -> list[Step]:
    """Return the steps with calculations on the way, and the function written down once more, told from errors.

    Before anything else an expression without a left side may be the function itself; an equation between
    other things that holds (`identity`) counts as wrong only if the derivation does not end right.
    """
    main = {*wanted(task), ("", " ".join(task.wrt))}
    said = [k for k, s in enumerate(steps) if s.key in main and s.verdict is not None]
    side = on_the_way(task, steps, said, function_again(task, steps, said))
    if not side:
        return steps
    first = next(k for k in said if k not in side)
    out = [replace(s, status="side", note="a calculation on the way") if k in side else s for k, s in enumerate(steps)]
    out[first] = replace(out[first], previous=None)
    if out[first].status == "compensates":
        out[first] = replace(out[first], status="right", note="")
    return out


def function_again(task: Task, steps: Sequence[Step], said: Sequence[int]) -> set[int]:
    """Return the steps at the beginning that are the function itself; none where nothing else is said."""
    found = set(takewhile(lambda k: is_function(task, steps[k]), said)) if len(said) > 1 else set()
    return found if len(found) < len(said) else set()


def on_the_way(task: Task, steps: Sequence[Step], said: Sequence[int], side: set[int]) -> set[int]:
    """Return the steps beside the point: those of `side`, and what a derivation that ends right passes before it is right."""
    good = [k for k in said if steps[k].status in ("right", "compensates")]
    if not good or good[-1] != said[-1]:
        return side
    start = next((k for k in good if not steps[k].identity), said[-1])
    early = said[: said.index(start)]
    side = side | {k for k in early if steps[k].bare and passed(task, steps[k])}
    return side | set(early) if all(k in side or steps[k].identity for k in early) else side


def is_function(task: Task, step: Step) -> bool:
    """Return whether an expression that is not the derivative is the function itself."""
    return bool(
        step.bare
        and task.wrt
        and step.tree is not None
        and step.status in NOT_RIGHT
        and compare(task, step.tree, task.tree, prove=False)
    )


def passed(task: Task, step: Step) -> bool:
    """Return whether an expression is one that a right calculation passes: a node, its slope, what comes back to it, a product on the way."""
    if len(task.wrt) != 1 or task.wrt[0] not in task.graph.ids or step.tree is None:
        return False
    graph, asked = task.graph_of(step.tree), problem(task.graph, task.wrt[0], task.assume)
    if not asked.flat or any(graph.shapes):
        return False
    return bool(fits(asked.passed, asked.values_of(graph)).any())
