"""What went wrong in a wrong derivative: every slip is tried at every place, and the values are compared.

All candidates are worked out numerically at once. Those that agree with the answer at every point are
named, the most specific first; two slips are tried where one does not explain the answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from ...expr.adjoint import backward
from ...expr.running import run
from ...ops.misconceptions import LATER, mistake
from ...ops.table import ROWS
from . import algebra, malrules
from .phrases import MOST_NAMED, Candidate, Ranked, worded
from .problems import CLOSE, FEWEST, FIRST, Array, Problem, fits, same_values

ROUNDED = 0.011


def diagnose(problem: Problem, answer: Array, slope: Array | None = None) -> list[Ranked]:
    """Return the misconceptions that explain `answer`, its values at the problem's points; most specific first.

    `slope`: the values of the answer's own derivative, to notice an integral. Nothing is returned for
    values that agree with the truth.
    """
    if not problem.flat or problem.size < FEWEST or same_values(problem.truth, answer):
        return []
    found = [*single(problem, answer), *overall(problem, answer, slope), *listed(problem.rewritten, problem, answer)]
    if not found:
        found = [*listed(problem.others, problem, answer), *double(problem, answer)]
    if not found or all(c.rank >= 30 for c in found):
        found.extend(partly(problem, answer))
    return worded(problem, found)


def single(problem: Problem, answer: Array) -> Iterator[Candidate]:
    hits = fits(problem.singles[1:], answer)
    for k in np.flatnonzero(hits):
        s = problem.tree.sites[k]
        yield Candidate(s.id, s.rank, s.node, s.slot, s.hint)


def double(problem: Problem, answer: Array) -> Iterator[Candidate]:
    both, values = problem.pairs
    if not both:
        return
    near = np.flatnonzero(fits(values, answer[:FIRST]))[:200]
    if not len(near):
        return
    exact = fits(problem.tree.swept([list(both[k]) for k in near]), answer)
    for k in near[exact][:MOST_NAMED]:
        a, b = sorted(both[k], key=lambda s: s.rank)
        rank = (a.rank + b.rank) / 4 + LATER["two at once"]
        yield Candidate(a.id, rank, a.node, a.slot, a.hint, beside=b.id)
        yield Candidate(b.id, rank, b.node, b.slot, b.hint, beside=a.id)


def listed(variants: Sequence[tuple[algebra.Variant, Array]], problem: Problem, answer: Array) -> Iterator[Candidate]:
    """Yield the variants that agree with the answer."""
    if not variants:
        return
    for k in np.flatnonzero(fits(np.stack([v for _, v in variants]), answer)).tolist():
        v = variants[k][0]
        yield Candidate(v.id, v.rank, v.node if v.node < len(problem.graph) else None, None, v.hint, said=v.said)


# ----- the answer as a whole -----
def whole(id: str, node: int | None = None, slot: int | None = None, later: str = "") -> Candidate:
    found = mistake(id)
    return Candidate(id, found.rank + LATER[later], node, slot, found.hint)


def overall(problem: Problem, answer: Array, slope: Array | None) -> Iterator[Candidate]:
    """Yield what the answer as a whole is: another derivative, an integral, the truth times something."""
    f = problem.over(problem.tree.values[problem.graph.out])
    if same_values(f, answer):
        yield whole("not-differentiated", problem.graph.out)
    if not np.any(answer):
        yield whole("definition.as-constant", problem.graph.out)
    others = [name for name in problem.gradients if name != problem.wrt]
    for name in others:
        if same_values(problem.gradients[name], answer):
            yield whole("wrt.wrong-variable", problem.graph.ids[name])
    for size in range(1, len(others) + 1 if len(others) <= 6 else 2):
        for chosen in combinations(others, size):
            if same_values(problem.truth + sum(problem.gradients[n] for n in chosen), answer):
                yield whole("wrt.total", problem.graph.ids[chosen[0]])
    if slope is not None and same_values(f, slope):
        yield whole("integrated-instead", problem.graph.out)
    second = second_derivative(problem)
    if second is not None and np.any(second != 0) and same_values(second, answer):
        yield whole("second-derivative", problem.graph.out)
    yield from by_ratio(problem, answer)


def second_derivative(problem: Problem) -> Array | None:
    first = problem.derivative
    if not first.cells[first.out][1]:
        return None
    walk = backward(first, wanted=(problem.here,))
    return problem.over(run(walk.cells, walk.shapes, problem.points, "float")[walk.gradient[problem.here]])


def by_ratio(problem: Problem, answer: Array) -> Iterator[Candidate]:
    with np.errstate(all="ignore"):
        ratio = answer / problem.truth
    ratio = ratio[np.isfinite(ratio)]
    if len(ratio) < FEWEST:
        return
    yield from missing_factor(problem, answer)
    r = float(np.median(ratio))
    if np.all(np.abs(ratio - r) <= 1e-8 * abs(r)) and r != 0:
        yield from constant_ratio(problem, r)
    elif np.all(np.abs(ratio - 1) < ROUNDED):
        yield rounded("by its ratio")
    else:
        yield from monomial(problem, answer)


def rounded(later: str = "") -> Candidate:
    return replace(whole("rounding", later=later), said=mistake("rounding").strong)


def constant_ratio(problem: Problem, r: float) -> Iterator[Candidate]:
    if abs(r - 1) < ROUNDED:
        if abs(r - 1) > 1e-7:
            yield rounded()
        return
    if abs(r + 1) < 1e-9:
        yield whole("sign.lost-inner-minus", problem.graph.out)
        return
    for base in (10.0, 2.0):
        if abs(abs(r) - math.log(base)) < 1e-8 or abs(abs(r) - 1 / math.log(base)) < 1e-8:
            yield whole("log.base", problem.graph.out)
    n = terms(problem)
    if n > 1 and (abs(r - 1 / n) < 1e-9 or abs(r - n) < 1e-9):
        yield whole("reduction.sum-for-mean", problem.graph.out)
    yield whole("constant.factor-dropped", problem.graph.out, later="by its ratio")


def terms(problem: Problem) -> int:
    """Return how many terms the function is a plain sum of, whatever constant it is divided by."""
    graph = problem.graph
    count, todo = 0, [graph.out]
    locals_ = backward(graph).flows
    plain = {
        (x.edge.source, x.edge.slot) for x in locals_ if x.local is not None and backward_constant(problem, x.local)
    }
    while todo:
        top = todo.pop()
        args = graph.cells[top][1]
        if args and all((top, slot) in plain or graph.cells[a][0] == "const" for slot, a in enumerate(args)):
            todo.extend(a for a in args if graph.cells[a][0] != "const")
        else:
            count += 1
    return count


def backward_constant(problem: Problem, i: int) -> bool:
    return problem.walk.cells[i][0] == "const"


def missing_factor(problem: Problem, answer: Array) -> Iterator[Candidate]:
    """Yield a local derivative that is left out on every path at once."""
    tree = problem.tree
    for i, locals_ in tree.locals.items():
        for slot in tree.moving(i):
            d = locals_[slot]
            if d is None:
                continue
            with np.errstate(all="ignore"):
                without = problem.truth / tree.values[d]
            if same_values(problem.over(without), answer) and not same_values(problem.over(without), problem.truth):
                numeric = malrules.number(tree, d)
                if malrules.value(tree, d) == -1:
                    continue
                yield whole("constant.factor-dropped" if numeric else "local.dropped", i, slot, "everywhere")


def monomial(problem: Problem, answer: Array) -> Iterator[Candidate]:
    """Yield a power of a name too many or too few."""
    for name, x in problem.points.items():
        for power in (1, -1, 2, -2):
            with np.errstate(all="ignore"):
                changed = problem.truth * x**power
            if same_values(changed, answer) or same_values(-changed, answer):
                yield whole("algebra.cancelling", problem.graph.ids[name])


# ----- right in one part only -----
def partly(problem: Problem, answer: Array) -> Iterator[Candidate]:
    """Yield what holds where the answer is right at some points and wrong at others."""
    with np.errstate(all="ignore"):
        right = np.abs(answer - problem.truth) <= CLOSE * (np.abs(answer) + np.abs(problem.truth)) + 1e-13
    if not 0 < right.sum() < len(right):
        return
    for name, x in problem.points.items():
        sides = right[x > 0], right[x < 0]
        if all(map(len, sides)) and any(a.all() and not b.any() for a, b in (sides, sides[::-1])):
            yield whole("domain.abs-dropped", problem.graph.ids[name])
    if not kinked(problem):
        return
    rows: dict[int, list[int]] = {}
    for k, s in enumerate(problem.tree.sites):
        if s.id in ("branch.ignored", "branch.swapped"):
            rows.setdefault(s.node, []).append(k + 1)
    for node, ks in rows.items():
        values = problem.singles[[0, *ks]]
        with np.errstate(all="ignore"):
            met = (np.abs(values - answer) <= CLOSE * (np.abs(values) + np.abs(answer)) + 1e-13).any(axis=0)
        if met.all():
            yield whole("branch.condition-wrong", node)


def kinked(problem: Problem) -> bool:
    rows = [ROWS[op] for op, args, _ in problem.graph.cells if args]
    return any(row.kink is not None or row.conditions for row in rows)
