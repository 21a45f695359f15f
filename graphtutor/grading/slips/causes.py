"""Why a line is wrong: misconceptions with their places, a counterexample, and a variant that tells candidates apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp

from ...derivation.equations import partial
from ...equal.verdict import Evidence, texts
from ...errors import LearnerError, ShapeError
from ...expr.adjoint import backward
from ...expr.graph import Graph
from ...expr.running import Cell, run
from ...language import trees
from ...ops import heads
from ...ops.misconceptions import LATER, mistake
from ..asked.forms import unfinished
from ..asked.rulings import Step, compare, textbook
from ..asked.task import Task
from ..told.marks import Counterexample, Misconception, Variant
from .backward_slips import diagnosed
from .between import carried_out, mending, rewritten
from .counterexamples import constant_ratio, counterexample, friendly, short
from .diagnose import SURE, diagnose, surplus
from .phrases import Ranked, formula, formulas, worded
from .problems import Array, Problem, fits, problem, problem_at
from .slopes import Site, Slopes

# ----- a variant of the problem on which the explanations of an answer differ: what a student answers there tells which it was -----
MOST_EXPLANATIONS, MOST_TRIED, ALIKE = 4, 8, 1e-6
FACTOR = Fraction(3)
Change = tuple[Graph, dict[int, int]]  # the changed graph, and where each node went
Key = tuple[str, str, int, int | None]


def telling(asked: Problem, answer: Array) -> Variant | None:
    """Return the variant that tells most of the explanations of `answer` (values at the problem's points) apart, None if no two differ.

    >>> from graphtutor.expr.build import build
    >>> asked = problem(build("w**2"), "w")
    >>> found = telling(asked, asked.values_of(build("w")))
    >>> found.problem, found.answers
    ('w**3', (('power.coefficient-dropped', '1'), ('power.off-by-one', '2')))
    """
    sites = explanations(asked, answer)
    if len(sites) < 2:
        return None
    best: Variant | None = None
    most = 1
    for changed, moved in list(changes(asked.graph, asked.here))[:MOST_TRIED]:
        found = tried(asked, changed, moved, sites)
        if found is not None and len({value for _, value in found.answers}) > most:
            best, most = found, len({value for _, value in found.answers})
        if most == len(sites):
            break
    return best


def explanations(asked: Problem, answer: Array) -> list[Site]:
    """Return the slips that explain an answer, one for each misconception, the most specific first."""
    hits = sorted((asked.tree.sites[k] for k in np.flatnonzero(fits(asked.singles[1:], answer))), key=lambda s: s.rank)
    first: dict[str, Site] = {}
    for site in hits:
        first.setdefault(site.id, site)
    return list(first.values())[:MOST_EXPLANATIONS]


# ----- changes -----
def changes(graph: Graph, wrt: int) -> Iterator[Change]:
    """Yield graphs that differ from `graph` in one exponent, in one number, or by a factor before the variable."""
    same = {i: i for i in range(len(graph))}
    for i, (op, args, params) in enumerate(graph.cells):
        if args and params and isinstance(params[0], int | Fraction) and not graph.shapes[i]:
            yield swapped(graph, i, (op, args, (params[0] + 1, *params[1:]))), same
    for i, (op, _, params) in enumerate(graph.cells):
        if op == "const" and isinstance(params[0], Fraction) and params[0]:
            value = params[0] + 1
            yield swapped(graph, i, (op, (), (value, str(value)))), same
    yield scaled(graph, wrt)


def swapped(graph: Graph, i: int, cell: Cell) -> Graph:
    return Graph((*graph.cells[:i], cell, *graph.cells[i + 1 :]), graph.shapes, graph.out)


def scaled(graph: Graph, wrt: int) -> Change:
    """Return the graph with a factor times the variable wherever the variable stands."""
    cells: list[Cell] = [("const", (), (FACTOR, str(FACTOR))), *graph.cells[: wrt + 1], ("mul", (0, wrt + 1), ())]
    moved = {i: i + 1 for i in range(wrt)} | {wrt: wrt + 2} | {i: i + 2 for i in range(wrt + 1, len(graph))}
    for op, args, params in graph.cells[wrt + 1 :]:
        cells.append((op, tuple(moved[a] for a in args), params))
    return Graph(tuple(cells), ((),) * len(cells), moved[graph.out]), moved


# ----- what each explanation would answer -----
def tried(asked: Problem, changed: Graph, moved: dict[int, int], sites: Sequence[Site]) -> Variant | None:
    """Return the variant with what each slip answers there, None where a slip has no counterpart or no point shows a difference."""
    other = problem(changed, asked.wrt, asked.assume)
    if other.size < len(sites) or not other.flat:
        return None
    there = [counterpart(asked.tree, other.tree, site, moved) for site in sites]
    if any(site is None for site in there):
        return None
    tree = Slopes(changed, other.here)
    tree.builder, tree.locals, tree.slope_inputs, tree.sites = (
        other.tree.builder,
        other.tree.locals,
        other.tree.slope_inputs,
        other.tree.sites,
    )
    points = friendly([n.name for n in changed.inputs], asked.assume)
    tree.settle(points)
    values = tree.swept([[site] for site in there if site is not None])
    k = clearest(values)
    if k is None:
        return None
    at = tuple((name, short(float(v[k]))) for name, v in points.items())
    return Variant(
        formula(changed, changed.out),
        asked.wrt,
        at,
        tuple((site.id, short(float(v))) for site, v in zip(sites, values[:, k], strict=True)),
    )


def counterpart(here: Slopes, there: Slopes, site: Site, moved: dict[int, int]) -> Site | None:
    """Return the same slip at the same node of a changed graph."""
    own, want = key(site), (site.id, site.kind, moved[site.node], site.slot)
    which = [s for s in here.sites if key(s) == own].index(site)
    alike = [s for s in there.sites if key(s) == want]
    return alike[which] if which < len(alike) else None


def key(site: Site) -> Key:
    return site.id, site.kind, site.node, site.slot


def clearest(values: Array) -> int | None:
    """Return the point at which most rows differ, one with small plain numbers among equals; None if none tells two apart."""
    with np.errstate(all="ignore"):
        apart = np.abs(values[:, None] - values[None]) > ALIKE * (1 + np.abs(values[:, None]))
        fine = np.isfinite(values).all(axis=0)
        count = apart.sum(axis=(0, 1)) * fine
        cost = np.abs(values).max(axis=0) + 10 * (values % 1 != 0).any(axis=0)
    if not count.any():
        return None
    return int(np.argmin(np.where(count == count.max(), cost, np.inf)))


MOST_NAMED = 8
HERE = ("wrong", "compensates")


def explained(task: Task, steps: Sequence[Step], variant: bool = False) -> dict[str, Any]:
    """Return the fields of a Grade that say why its first wrong line is wrong; with `variant` how to tell its explanations apart."""
    if task.depends:
        return on_curve(task, steps)
    steps = [one for s in steps for one in entries(task, s)]
    wrong = [k for k, s in enumerate(steps) if s.status in HERE and s.tree is not None and s.truth is not None]
    try:
        return because([Cause(task, steps[k], before(steps, k)) for k in wrong], variant) if wrong else {}
    except ShapeError:
        return {"misconceptions": misfit(steps[wrong[0]])}
    except (LearnerError, ArithmeticError):  # that nothing explains an answer leaves its verdict as it is
        return {}


def on_curve(task: Task, steps: Sequence[Step]) -> dict[str, Any]:
    """Return what explains the first wrong line of dy/dx of an equation: y held constant, a sign, a quotient upside down."""
    step = next(s for s in steps if s.status in HERE)
    assert step.tree is not None and step.verdict is not None and step.truth is not None
    evidence = step.verdict.verdict.evidence
    shown = Counterexample(tuple(texts(dict(evidence.point)).items()), *evidence.values) if evidence.point else None
    shown = None if step.key[1] == "equation" else shown
    return {"counterexample": shown, "misconceptions": tuple(slips_on_curve(task, step))[:1]}


def slips_on_curve(task: Task, step: Step) -> Iterator[Misconception]:
    """Yield the misconceptions that lead to a wrong line."""
    assert step.tree is not None and step.truth is not None
    across, up = (partial((task.tree, sp.S.Zero), name) for name in (task.wrt[0], task.depends))
    right, mine, held = task.slope(task.wrt[0]), step.tree, (across, trees.neg(across), trees.add(across, up))
    if step.key[1] == "equation":
        mine = trees.sub(step.truth, step.tree)
        free = compare(task, task.along(mine, sp.S.Zero), task.along(mine, sp.S.One), prove=False)
        candidates = [
            ("implicit.held-constant", slip) for slip in held if free
        ]  # no y′ in it: y was taken for a number
    else:
        over = trees.div(sp.S.One, right)
        candidates = [("implicit.sign", trees.neg(right)), ("implicit.upside-down", over)]
        candidates += [("implicit.upside-down", trees.neg(over)), *(("implicit.held-constant", slip) for slip in held)]
    for id, slip in candidates:
        if compare(task, mine, slip, prove=False):
            found = mistake(id)
            yield Misconception(found.id, hint=found.hint, strong=found.strong, line=step.index)


def because(causes: Sequence[Cause], variant: bool) -> dict[str, Any]:
    named = dict.fromkeys(m for cause in causes if cause.step.status == "wrong" for m in cause.misconceptions)
    told = tuple(named)[:MOST_NAMED]
    return {
        "misconceptions": told,
        "counterexample": causes[0].counterexample,
        "broken": causes[0].broken(told),
        "variant": causes[0].variant if variant else None,
    }


def entries(task: Task, step: Step) -> list[Step]:
    """Return the wrong entries of a wrong row of derivatives as steps of their own, or the step itself."""
    tree, truth = step.tree, step.truth
    if (
        step.status not in HERE
        or not isinstance(tree, heads.Vector)
        or not isinstance(truth, heads.Vector)
        or len(tree.args) != len(truth.args)
    ):
        return [step]
    pairs = [(a, b, compare(task, a, b, prove=False)) for a, b in zip(tree.args, truth.args, strict=True)]
    return [replace(step, tree=a, truth=b, verdict=ruling) for a, b, ruling in pairs if ruling.kind == "differs"] or [
        step
    ]


def misfit(step: Step) -> tuple[Misconception, ...]:
    """Return the misconception behind an expression whose shapes do not fit: a matrix product with a factor that is not transposed."""
    assert step.tree is not None and step.verdict is not None
    if not any(isinstance(t, heads.MatMul | heads.Dot | heads.Outer | heads.Transpose) for t in trees.parts(step.tree)):
        return ()
    return (
        Misconception(
            "matrix.transpose-missing",
            hint=mistake("matrix.transpose-missing").hint,
            strong=step.verdict.evidence,
            line=step.index,
        ),
    )


def before(steps: Sequence[Step], k: int) -> Step | None:
    """Return the last expression of the same derivative before step `k`."""
    return next((s for s in reversed(steps[:k]) if s.key == steps[k].key and s.tree is not None), None)


class Cause:
    """What is wrong with one step; `previous` is what was said of the same derivative before."""

    def __init__(self, task: Task, step: Step, previous: Step | None):
        assert step.tree is not None and step.truth is not None
        self.task, self.step, self.previous = task, step, previous
        self.tree, self.truth = (trees.replaced(t, task.numbers) for t in (step.tree, step.truth))
        if task.shapes:
            self.tree = textbook(task, self.tree)
        self.graph = task.graph_of(self.tree)
        self.problem = self.place()

    def place(self) -> Problem | None:
        """Return the problem that the step answers: d what / d by, where `by` may stand for a part of what."""
        if not isinstance(self.truth, heads.Diff):
            return None
        what, by = self.truth.args
        graph = self.task.graph_of(what)
        if isinstance(by, sp.Symbol):
            return problem(graph, by.name, self.task.assume) if by.name in graph.ids else None
        inner = self.task.graph_of(by)
        return problem_at(graph, inner, self.step.key[1], self.task.assume)

    @property
    def plain(self) -> bool:
        """Whether all is made of numbers, with no vectors or matrices."""
        return self.problem is not None and self.problem.flat and not any(self.graph.shapes)

    @property
    def misconceptions(self) -> tuple[Misconception, ...]:
        found = self.from_previous() if self.previous is not None and self.previous.status == "right" else []
        if all(r.rank >= SURE for r in found):
            known = {r.what.id for r in found}
            found += [r for r in self.from_truth() if r.what.id not in known]
        if not found:
            found = mending(self.graph, self.task.graph_of(self.truth), self.task.assume, self.step.source)
        return tuple(replace(r.what, line=self.step.index) for r in sorted(found, key=lambda r: r.rank))

    def from_truth(self) -> list[Ranked]:
        """Return the slips that lead here from the function itself; no rule of differentiation fails after the last is carried out."""
        if self.plain and self.problem is not None:
            found = diagnose(self.problem, self.values(self.graph), self.slope())
            found = found or worded(self.problem, list(surplus(self.problem, self.graph)))
        elif self.problem is not None:
            found = diagnosed(self.problem, self.graph, self.task.labelled)
        else:
            return rewritten(self.task.graph_of(self.truth), self.graph, self.task.assume)
        if (
            self.previous is None
            or self.previous.status != "right"
            or self.before_it is None
            or unfinished(self.before_it)
        ):
            return found
        late = LATER["worked out before"]
        return [r if mistake(r.what.id).family == "writing" else r._replace(rank=r.rank + late) for r in found]

    def from_previous(self) -> list[Ranked]:
        """Return the slips that lead here from the line before: a derivative carried out with one, or a slip of algebra."""
        assert self.before_it is not None
        found: list[Ranked] = []
        if self.plain and self.problem is not None:
            found += carried_out(self.task, self.before_it, self.tree, self.problem, self.values(self.graph))
        known = {r.what.id for r in found}
        algebra = rewritten(self.task.graph_of(self.before_it), self.graph, self.task.assume)
        return found + [r for r in algebra if r.what.id not in known]

    @cached_property
    def before_it(self) -> sp.Basic | None:
        """The expression of the line before."""
        before = None if self.previous is None else self.previous.tree
        return None if before is None else trees.replaced(before, self.task.numbers)

    # ----- numbers -----
    def values(self, graph: Graph) -> Array:
        """Return the values of a graph at the problem's points; names that the problem does not have are drawn."""
        assert self.problem is not None
        return self.problem.values_of(graph)

    def slope(self) -> Array | None:
        """Return the values of the answer's own derivative, to notice an integral."""
        place = self.problem
        if place is None or any(self.graph.shapes) or place.wrt not in self.graph.ids:
            return None
        walk = backward(self.graph, wanted=(self.graph.ids[place.wrt],))
        return place.over(
            run(walk.cells, walk.shapes, place.with_drawn(self.graph), "float")[
                walk.gradient[self.graph.ids[place.wrt]]
            ]
        )

    @property
    def counterexample(self) -> Any:
        verdict = self.step.verdict
        evidence = verdict.verdict.evidence if verdict is not None else Evidence()
        try:
            truth = self.task.graph_of(self.truth)
        except LearnerError:
            return None
        ratio = ""
        if self.plain and self.problem is not None:
            ratio = constant_ratio(self.values(self.graph), self.problem.truth)
        return counterexample(self.graph, truth, self.task.numeric, self.task.assume, evidence, ratio)

    @property
    def variant(self) -> Variant | None:
        """The variant of the problem that tells the explanations apart."""
        return (
            telling(self.problem, self.values(self.graph))
            if self.plain and self.problem is not None and self.problem.part is None
            else None
        )

    # ----- the drawing -----
    def broken(self, told: Sequence[Misconception]) -> tuple[Any, ...]:
        """Return the place of the first misconception that has one in the problem's graph."""
        if self.problem is None or not told:
            return ()
        whole = self.task.graph_of(
            self.truth.args[0]
        )  # where a part of it has a name for this line alone, its own formulas
        drawn = set(formulas(self.task.graph))
        nodes = {
            own: text for own, text in zip(formulas(self.problem.graph), formulas(whole), strict=True) if text in drawn
        }
        at = next((m for m in told if m.text in nodes), None)
        return () if at is None else self.task.place(nodes[at.text], nodes.get(at.argument, ""))
