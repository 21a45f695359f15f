"""Each line of a derivation against the truth and against the line before.

A line makes claims: expressions that are said to be equal, of a derivative that is named (dL/dw0 = …) or
meant. A claim that is not true either follows from a wrong one before it, or is wrong itself; one that
is true again after a wrong one does not follow.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import sympy as sp

from ..errors import ReadError
from ..language import trees
from ..language.read import Claim, Part, derivation
from ..maths import heads
from .conditions import Conditions, Under, split, states_case
from .judge import Ruling, compare
from .marks import Line
from .task import Task

Key = tuple[str, str]
WORST = ("wrong", "compensates", "unread", "undecided", "follows", "right", "side", "definition", "text")
CLOSE_ENOUGH = sp.Rational(1, 100)
MOST_PATHS = 50


@dataclass(frozen=True, slots=True)
class Step:
    """One expression of a derivation, judged. `key` is (of, wrt) of the derivative it is said to be; `truth` that derivative.

    Under a condition (`under`, its text) `tree` is the expression where it holds and the truth elsewhere; `written` is as it was written.
    """

    index: int
    source: str
    status: str
    tree: sp.Basic | None = None
    truth: sp.Basic | None = None
    key: Key = ("", "")
    verdict: Ruling | None = None
    previous: Ruling | None = None
    after: int | None = None
    note: str = ""
    error: ReadError | None = None
    written: sp.Basic | None = None
    under: str = ""


@dataclass
class Judge:
    """Goes through the claims in order and remembers what was said of which derivative."""

    task: Task
    steps: list[Step] = field(default_factory=list)
    latest: dict[Key, Step] = field(default_factory=dict)
    by_case: dict[tuple[Key, str], Step] = field(default_factory=dict)
    meant: Key = ("", "")
    own: dict[str, sp.Basic] = field(default_factory=dict)
    under: Under | None = None
    identities: set[int] = field(default_factory=set)

    # ----- claims -----
    def line(self, claims: Sequence[Claim], conditions: Sequence[Under | None], index: int) -> None:
        for claim, under in zip(claims, conditions, strict=True):
            self.under = under
            if states_case(claim):
                self.steps.append(Step(index, claim.source, "text"))
            else:
                self.claim(claim, index)

    def claim(self, claim: Claim, index: int) -> None:
        if claim.kind == "text":
            self.steps.append(Step(index, claim.source, "text"))
        elif claim.kind == "unread":
            self.steps.append(Step(index, claim.source, "unread", error=claim.error))
        elif claim.kind == "definition":
            self.definition(claim, index)
        else:
            self.equation(claim, index)

    def definition(self, claim: Claim, index: int) -> None:
        """Judge `u = …`: a name of the problem must be what the problem says; a name of one's own may be anything."""
        known = self.task.definitions.get(claim.name or "")
        if known is None and claim.name == self.task.output and claim.name:
            known = self.task.tree
        if isinstance(known, sp.Basic):
            for part in claim.parts:
                self.judged(part, index, known, (claim.name or "", ""))
            return
        self.steps.append(Step(index, claim.source, "definition", claim.tree))
        self.chained(claim.parts, index)
        if claim.tree is not None and claim.name:
            self.own[claim.name] = claim.tree

    def chained(self, parts: Sequence[Part], index: int) -> None:
        """Judge the equalities of a chain of which only the first part is free."""
        for part in parts[1:]:
            self.judged(part, index, self.spelled(parts[0].tree), ("", "definition"))

    def equation(self, claim: Claim, index: int) -> None:
        parts = list(claim.parts)
        truth, key = self.quantity(claim)
        if truth is None and claim.of is None and claim.wrt is None and parts:
            truth, key, parts = self.unnamed(claim, parts, index)
        if truth is None:
            note = f"what d{claim.of or ''}/d{claim.wrt or ''} is cannot be told from the lines before" if claim.of or claim.wrt else ""
            self.steps.extend(Step(index, part.source, "undecided", part.tree, note=note) for part in parts)
            return
        for part in parts:
            self.judged(part, index, truth, key)
        self.meant = key

    def quantity(self, claim: Claim) -> tuple[sp.Basic | None, Key]:
        """Return what a named derivative is, and its key; the key of the one asked for is ("", wrt)."""
        own = self.whole(claim.of)
        if own is not None and claim.wrt:
            variable = self.whole(claim.wrt) or self.task.definitions.get(claim.wrt)
            by = variable if isinstance(variable, sp.Basic) else sp.Symbol(claim.wrt)
            asked = bool(compare(self.task, own, self.task.tree, prove=False))
            return heads.Diff(self.task.tree if asked else own, by), ("" if asked else str(claim.of), claim.wrt)
        left = claim.left
        if left is None:
            return None, ("", "")
        if isinstance(left, heads.Diff):
            by = self.whole(claim.wrt)
            left = heads.Diff(left.args[0], by) if by is not None else left
        asked = claim.of is None or claim.of == self.task.output or claim.of not in self.task.definitions
        return left, ("" if asked else str(claim.of), str(claim.wrt))

    def unnamed(self, claim: Claim, parts: list[Part], index: int) -> tuple[sp.Basic | None, Key, list[Part]]:
        """Return what an expression without a left side is said to be: what the line before was, else the derivative asked for."""
        first = parts[0].tree
        if len(parts) > 1 and isinstance(first, sp.Symbol) and first.name not in self.task.inputs and not claim.continues:
            self.own[first.name] = self.spelled(parts[-1].tree)
            self.steps.append(Step(index, claim.source, "definition", parts[-1].tree))
            self.chained(parts[1:], index)
            return sp.S.Zero, ("", "definition"), []
        if claim.continues and self.meant in self.latest:
            return self.latest[self.meant].truth, self.meant, parts
        if isinstance(first, heads.Diff) and len(parts) > 1 and not self.asked(first):
            return first, ("", f"d/d{first.args[1]} {parts[0].source}"), parts[1:]
        if len(parts) > 1 and not claim.continues:
            trees_ = [self.spelled(part.tree) for part in parts]
            self.identities.update({index} if all(compare(self.task, trees_[0], t, prove=False) for t in trees_[1:]) else ())
        return (*self.main(), parts)

    def whole(self, name: str | None) -> sp.Basic | None:
        """Return what a name of the student's own stands for over the problem's inputs, None if it is not known."""
        tree = self.own.get(name or "")
        for _ in range(len(self.own) if tree is not None else 0):
            tree = self.spelled(tree)
        return tree if tree is not None and trees.names_in(tree) <= self.task.inputs else None

    def asked(self, tree: heads.Head) -> bool:
        return isinstance(tree.args[1], sp.Symbol) and tree.args[1].name in (self.task.wrt or (tree.args[1].name,))

    def main(self) -> tuple[sp.Basic, Key]:
        task = self.task
        if len(task.wrt) == 1:
            return task.slope(task.wrt[0]), ("", task.wrt[0])
        if not task.wrt:
            return task.tree, ("", "")
        return heads.Vector(*(task.slope(w) for w in task.wrt)), ("", " ".join(task.wrt))

    def spelled(self, tree: sp.Basic) -> sp.Basic:
        """Return a tree with names of the student's own put in; the problem's names stay what they are."""
        own = {name: meaning for name, meaning in self.own.items() if name not in self.task.inputs}
        return trees.replaced(tree, own) if own else tree

    # ----- one expression -----
    def judged(self, part: Part, index: int, truth: sp.Basic, key: Key) -> None:
        tree, ruling = self.best(part, truth)
        under, written = self.under, tree
        behind = split(tree) if ruling.kind == "differs" else None
        if behind is not None:
            tree, under = behind[0], Under(behind[1], part.source)
        if ruling.kind == "differs" and under is not None:
            written, tree = tree, heads.Where(self.spelled(under.tree), tree, truth)
            ruling = compare(self.task, tree, truth)
        elif ruling.kind != "differs":
            under = None  # it holds everywhere
        before = self.latest.get(key) if under is None else self.by_case.get((key, under.text))
        if ruling.kind == "differs" and part.relation == "≈" and self.rounded(tree, truth):
            step = Step(index, part.source, "right", tree, truth, key, ruling, note="rounded; taken as it is marked ≈")
        elif ruling.kind == "undecided":
            step = Step(index, part.source, "undecided", tree, truth, key, ruling, note=ruling.evidence)
        elif ruling:
            step = self.true(part, index, tree, truth, key, ruling, before)
        else:
            step = self.false(part, index, tree, truth, key, ruling, before)
        self.remember(replace(step, written=written, under="" if under is None else under.text))

    def best(self, part: Part, truth: sp.Basic) -> tuple[sp.Basic, Ruling]:
        """Return the reading of an expression that is right if one is, else the usual one, with the verdict on it."""
        tree = self.spelled(part.tree)
        ruling = compare(self.task, tree, truth)
        for other in part.alternatives if ruling.kind == "differs" else ():
            second = compare(self.task, self.spelled(other), truth)
            if second:
                return self.spelled(other), second
        return tree, ruling

    def remember(self, step: Step) -> None:
        self.steps.append(step)
        if step.under:
            self.by_case[step.key, step.under] = step
        else:
            self.latest[step.key] = step

    def true(self, part: Part, index: int, tree: sp.Basic, truth: sp.Basic, key: Key, ruling: Ruling, before: Step | None) -> Step:
        note = ruling.evidence if ruling.kind == "kink" else "; ".join(part.assumed)
        if before is None or before.status in ("right", "undecided", "side") or before.tree is None:
            return Step(index, part.source, "right", tree, truth, key, ruling, note=note)
        here = compare(self.task, tree, before.tree, prove=False)
        if here.kind == "differs":
            return Step(index, part.source, "compensates", tree, truth, key, ruling, here, note=f"this is right again, but it does not follow from line {before.index + 1}")
        return Step(index, part.source, "right", tree, truth, key, ruling, here, note=note)

    def false(self, part: Part, index: int, tree: sp.Basic, truth: sp.Basic, key: Key, ruling: Ruling, before: Step | None) -> Step:
        """Return the step of an expression that is not the truth: wrong here, or following from what was wrong before."""
        here = compare(self.task, tree, before.tree, prove=False) if before is not None and before.tree is not None else None
        if before is not None and before.status in ("wrong", "follows", "compensates") and here:
            return Step(index, part.source, "follows", tree, truth, key, ruling, here, origin(before))
        source = None if before is not None and before.status in ("wrong", "follows") else self.built_on(tree, key)
        if source is not None:
            return Step(index, part.source, "follows", tree, truth, key, ruling, here, source)
        if self.through_a_name(tree, truth):
            return Step(index, part.source, "right", tree, truth, key, ruling, here)
        return Step(index, part.source, "wrong", tree, truth, key, ruling, here)

    def rounded(self, tree: sp.Basic, truth: sp.Basic) -> bool:
        """Return whether two numbers are within a hundredth of each other."""
        graphs = [self.task.graph_of(t) for t in (tree, truth)]
        if any(g.inputs for g in graphs):
            return False
        a, b = (float(g.evaluate({}, "float")[g.out]) for g in graphs)
        return abs(a - b) <= float(CLOSE_ENOUGH) * max(abs(a), abs(b))

    # ----- what a claim may rest on -----
    def built_on(self, tree: sp.Basic, key: Key) -> int | None:
        """Return the wrong line from which a claim follows by the chain rule over claims made before, or None."""
        paths = self.paths(*key)
        whole = paths[0][0] if paths else None
        for product, _ in paths[1:]:
            whole = trees.add(whole, product)
        every = [*paths, (whole, [s for _, steps in paths for s in steps])] if len(paths) > 1 else paths
        for product, steps in every:
            wrong = [s for s in steps if s.status in ("wrong", "follows")]
            if wrong and compare(self.task, tree, product, prove=False):
                return min(origin(s) for s in wrong)
        return None

    def paths(self, of: str, wrt: str) -> list[tuple[sp.Basic, list[Step]]]:
        """Return the products along the chains of claims that lead from `of` to `wrt`, and the claims of each; a last factor that was not written down is the right one."""
        found: list[tuple[sp.Basic, list[Step]]] = []
        todo: list[tuple[str, sp.Basic | None, list[Step]]] = [(of, None, [])]
        while todo and len(found) + len(todo) < MOST_PATHS:
            at, product, steps = todo.pop()
            onward = [(m, s) for (a, m), s in self.latest.items() if a == at and s.tree is not None and all(s is not t for t in steps) and (at, m) != (of, wrt)]
            for middle, step in onward:
                assert step.tree is not None
                longer = step.tree if product is None else trees.mul(product, step.tree)
                if middle == wrt:
                    found.append((longer, [*steps, step]))
                else:
                    todo.append((middle, longer, [*steps, step]))
            last = self.slope_of(at, wrt) if product is not None and not onward else None
            if last is not None and product is not None:
                found.append((trees.mul(product, last), steps))
        return found

    def slope_of(self, name: str, wrt: str) -> sp.Basic | None:
        """Return the right derivative of a defined name, for a chain in which it was not written down."""
        tree = self.whole(name) or self.task.definitions.get(name)
        return heads.Diff(tree, sp.Symbol(wrt)) if isinstance(tree, sp.Basic) and wrt in self.task.inputs else None

    def through_a_name(self, tree: sp.Basic, truth: sp.Basic) -> bool:
        """Return whether dL/du holds as dL/dv = dL/du · du/dv for a variable v: L need not be written with u in it."""
        if not isinstance(truth, heads.Diff) or isinstance(truth.args[1], sp.Symbol):
            return False
        what, u = truth.args
        for name in sorted(trees.names_in(u) & self.task.inputs):
            v = sp.Symbol(name)
            inner = heads.Diff(u, v)
            if not compare(self.task, inner, sp.S.Zero, prove=False) and compare(self.task, trees.mul(tree, inner), heads.Diff(what, v), prove=False):
                return True
        return False


def origin(step: Step) -> int:
    return step.after if step.after is not None else step.index


def judged(task: Task, answer: str | Sequence[str]) -> list[Step]:
    """Return every expression of a derivation, judged in order."""
    rows, index_of = numbered(answer)
    judge, conditions = Judge(task), Conditions(task)
    claims = derivation(rows, **task.read_options())
    judge.own |= outputs(task, claims)
    for line, group in groupby(claims, key=lambda c: c.line):
        here = list(group)
        judge.line(here, conditions.of_line(here), index_of.get(line, 0))
    return restated(task, judge.steps, judge.identities)


def outputs(task: Task, claims: Sequence[Claim]) -> dict[str, sp.Basic]:
    """Return what a student calls the function, if the problem has no name for it: the L of dL/dw."""
    taken = {*task.inputs, *task.definitions, *(c.name for c in claims if c.kind == "definition" and c.name)}
    found: dict[str, sp.Basic] = {c.of: task.tree for c in claims if c.of and c.wrt and c.of not in taken}
    return found | {f"{name}_prime": task.slope(task.wrt[0]) for name in found if len(task.wrt) == 1}


def judged_tree(task: Task, tree: sp.Basic, text: str) -> Step:
    """Return one expression, given as a tree, judged as the answer to what is asked."""
    judge = Judge(task)
    judge.judged(Part(tree, text, 1, 1), 0, *judge.main())
    return judge.steps[0]


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


def restated(task: Task, steps: list[Step], identities: Container[int] = ()) -> list[Step]:
    """Return the steps with calculations on the way, and the function written down once more, told from errors.

    Before the first expression that is right, one without a left side may be the function itself, or an
    equation between other things (`identities`, lines); it counts as wrong only if the derivation does not end right.
    """
    said = [k for k, s in enumerate(steps) if s.key in main_keys(task) and s.verdict is not None]
    if len(said) < 2 or steps[said[-1]].status not in ("right", "compensates"):
        return steps
    start = next((k for k in said if steps[k].status in ("right", "compensates") and steps[k].index not in identities), said[-1])
    early = said[: said.index(start)]
    if not early or any(steps[k].status == "undecided" for k in early):
        return steps
    if all(steps[k].index in identities or (steps[k].index < steps[start].index and task.wrt and compare(task, steps[k].tree, task.tree, prove=False)) for k in early):
        rest = [replace(s, status="right", previous=None, note="") if k == start and s.status == "compensates" else s for k, s in enumerate(steps)]
        return [replace(s, status="side", note="a calculation on the way") if k in early else s for k, s in enumerate(rest)]
    return steps


def wanted(task: Task) -> list[Key]:
    """Return the derivatives that are asked for."""
    return [("", w) for w in task.wrt] or [("", "")]


def main_keys(task: Task) -> set[Key]:
    return {("", w) for w in task.wrt} | {("", " ".join(task.wrt))}


# ----- lines -----
def lines(steps: Iterable[Step], answer: str | Sequence[str]) -> tuple[Line, ...]:
    """Return one Line for each line of the answer: the worst of what stands in it."""
    rows = [r for r in (answer.split("\n") if isinstance(answer, str) else answer) if r.strip() or not isinstance(answer, str)]
    groups: dict[int, list[Step]] = {k: [] for k in range(len(rows))}
    for step in steps:
        groups.setdefault(step.index, []).append(step)
    return tuple(merged(k, rows[k] if k < len(rows) else "", group) for k, group in sorted(groups.items()))


def merged(index: int, text: str, group: Sequence[Step]) -> Line:
    if not group:
        return Line(index, text.strip(), "text")
    worst = min(group, key=lambda s: WORST.index(s.status))
    kinds = [s.verdict.kind for s in group if s.verdict is not None]
    return Line(index, text.strip(), worst.status, named(worst.key), worst.verdict.kind if worst.verdict else (kinds[0] if kinds else None),
                worst.previous.kind if worst.previous else None, worst.verdict.evidence if worst.verdict else "", worst.after, worst.note, worst.error)  # fmt: skip


def named(key: Key) -> str:
    of, wrt = key
    return f"d{of}/d{wrt}" if wrt and wrt != "definition" else ""
