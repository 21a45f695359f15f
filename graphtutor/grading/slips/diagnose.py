"""What went wrong in a wrong derivative: every slip is tried at every place, and the values are compared.

All candidates are worked out numerically at once. Those that agree with the answer at every point are
named, the most specific first; two slips are tried where one does not explain the answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import combinations

import numpy as np

from ...expr.graph import Graph
from ...expr.running import run
from ...ops.misconceptions import LATER, mistake
from ...ops.table import ROWS
from ...text import several
from . import malrules, substitutes
from .phrases import (
    MOST_NAMED,
    MOST_PLACES,
    Candidate,
    Ranked,
    as_written,
    became,
    built,
    candidate,
    formula,
    worded,
    written,
)
from .problems import CLOSE, FEWEST, FIRST, TINY, Array, Problem, fits, same_values
from .slopes import Site
from .written_out import View

ROUNDED = 0.011
SIMPLE = 20  # leaves and operations of a factor that is named
SURE = 30  # the rank from which on an explanation is looked for elsewhere too
MOST_FACTORS = 6  # of an answer of which some may be too many
MOST_TOGETHER = 6  # variables whose derivatives are added up in every way
Named = Callable[[], Candidate]


def diagnose(problem: Problem, answer: Array, slope: Array | None = None) -> list[Ranked]:
    """Return the misconceptions that explain `answer`, its values at the problem's points; most specific first.

    `slope`: the values of the answer's own derivative, to notice an integral. Nothing is returned for
    values that agree with the truth.
    """
    if not problem.flat or problem.size < FEWEST or same_values(problem.truth, answer):
        return []
    names, values = single(problem)
    found = [*agreeing(names, values, answer), *overall(problem, answer, slope)]
    if not found:
        found = [*agreeing(*other_functions(problem), answer), *double(problem, answer)]
    if all(c.rank >= SURE for c in found):
        found.extend(partly(problem, answer))
    return worded(problem, found or list(undone(problem, answer)))


def agreeing(names: list[Named], values: Array, answer: Array) -> Iterator[Candidate]:
    """Yield the explanations whose values are the answer's."""
    yield from (names[k]() for k in np.flatnonzero(fits(values, answer)).tolist()) if names else ()


# ----- one slip -----
@lru_cache(maxsize=100)
def single(problem: Problem) -> tuple[list[Named], Array]:
    """Return every explanation by one slip, or by one made everywhere, with its values: shape (explanations, points)."""
    names: list[Named] = [lambda s=s: at_site(s) for s in problem.tree.sites]  # type: ignore[misc]
    rows = [problem.singles[1:]]
    groups, values = problem.everywhere
    names += [lambda g=g: at_each(problem.graph, g) for g in groups]  # type: ignore[misc]
    rows.append(values)
    for other, view in problem.views:
        new = [k for k, s in enumerate(other.tree.sites) if view.renamed(problem.graph, s.node)]
        names += [lambda s=other.tree.sites[k], v=view: in_view(problem, v, s) for k in new]  # type: ignore[misc]
        rows.append(other.singles[1:][new])
        alike, values = other.everywhere
        new = [k for k, g in enumerate(alike) if all(view.renamed(problem.graph, s.node) for s in g)]
        names += [lambda s=alike[k][0], v=view: in_view(problem, v, s, "everywhere") for k in new]  # type: ignore[misc]
        rows.append(values[new])
    more, further = listed(problem, problem.rewritten)
    return [*names, *more], np.concatenate([*rows, further])


def at_site(s: Site) -> Candidate:
    return Candidate(s.id, s.rank, s.node, s.slot, s.hint)


def at_each(graph: Graph, sites: list[Site]) -> Candidate:
    """Return one slip that is made at each of several places."""
    first, where = sites[0], several((formula(graph, s.node) for s in sites), MOST_PLACES + 1)
    said = f"{mistake(first.id).strong} It is the same at {where}."
    return Candidate(first.id, first.rank + LATER["everywhere"], first.node, first.slot, first.hint, said)


def in_view(problem: Problem, view: View, s: Site, later: str = "") -> Candidate:
    """Return a slip at an operation that is written out, told of what is written there."""
    said = as_written(problem.graph, view, s.node)
    return Candidate(s.id, s.rank + LATER[view.later] + LATER[later], view.back[s.node], None, s.hint, said)


def listed(problem: Problem, variants: list[tuple[substitutes.Variant, Array]]) -> tuple[list[Named], Array]:
    names: list[Named] = [lambda v=v: rewriting(problem, v) for v, _ in variants]  # type: ignore[misc]
    return names, np.stack([row for _, row in variants]) if variants else np.zeros((0, problem.size))


def rewriting(problem: Problem, v: substitutes.Variant) -> Candidate:
    return Candidate(v.id, v.rank, v.node if v.node < len(problem.graph) else None, None, v.hint, became(v))


@lru_cache(maxsize=100)
def other_functions(problem: Problem) -> tuple[list[Named], Array]:
    return listed(problem, problem.others)


# ----- two slips -----
def double(problem: Problem, answer: Array) -> Iterator[Candidate]:
    """Yield pairs of slips; of a problem with quotients of powers in that view too."""
    for here, view in ((problem, None), *((o, v) for o, v in problem.views)):
        both, values = here.pairs
        near: Array = np.flatnonzero(fits(values, answer[:FIRST]))[:200] if both else np.array([], dtype=int)
        if not len(near):
            continue
        exact = fits(here.tree.swept([list(both[k]) for k in near]), answer)
        for k in near[exact][:MOST_NAMED]:
            pair = sorted(both[k], key=lambda s: s.rank)
            rank = sum(s.rank for s in pair) / 4 + LATER["two at once"]
            for s, beside in (pair, pair[::-1]):
                node = s.node if view is None else view.back[s.node]
                yield Candidate(s.id, rank, node, s.slot if view is None else None, s.hint, beside=beside.id)


# ----- the answer as a whole -----
def overall(problem: Problem, answer: Array, slope: Array | None) -> Iterator[Candidate]:
    """Yield what the answer as a whole is: another derivative, an integral, the truth times something."""
    f, out = problem.over(problem.tree.values[problem.graph.out]), problem.graph.out
    if same_values(f, answer):
        yield candidate("not-differentiated", out)
    if not np.any(answer):
        yield candidate("definition.as-constant", out)
    yield from by_others(problem, answer)
    if stepped(problem, answer):
        yield candidate("updated-instead", problem.graph.ids[problem.wrt])
    if slope is not None and same_values(f, slope):
        yield candidate("integrated-instead", out)
    second = problem.second
    if second is not None and np.any(second != 0) and same_values(second, answer):
        yield candidate("second-derivative", out)
    yield from by_ratio(problem, answer)


def stepped(problem: Problem, answer: Array) -> bool:
    """Return whether an answer is the variable after a step: w − rate·dL/dw with a rate up to 1, or w + rate·dL/dw below 1.

    x + y for the slope of x·y is no step of rate −1: the two are added, which is a slip of its own.
    """
    here = problem.over(problem.tree.values[problem.graph.ids[problem.wrt]])
    with np.errstate(all="ignore"):
        moved = here - answer
        share = np.abs(problem.truth) / (
            np.abs(here) + np.abs(problem.truth)
        )  # where the step is large its rate is known best
        known = np.isfinite(moved) & np.isfinite(share)
        if known.sum() < FEWEST or not np.any(share[known] > 0):
            return False
        best = int(np.argmax(np.where(known, share, -1)))
        rate = moved[best] / problem.truth[best]
        step = rate * problem.truth
        alike = np.abs(moved - step) <= 1e-8 * (np.abs(here) + np.abs(answer) + np.abs(step))
        seen = known & (np.abs(step) > 1e-4 * np.abs(here))
    return bool(-1 + 1e-6 < rate < 1 + 1e-6 and np.all(alike[known]) and seen.sum() >= FEWEST)


def undone(problem: Problem, answer: Array) -> Iterator[Candidate]:
    """Yield that the answer is a part of the function, as it stands there: x for e^x."""
    parts = [i for i, (op, _, _) in enumerate(problem.graph.cells) if op != "const" and i != problem.graph.out]
    values = np.array([problem.over(problem.tree.values[i]) for i in parts]).reshape(-1, problem.size)
    for k in np.flatnonzero(fits(values, answer)).tolist()[:1]:
        said = f"{formula(problem.graph, parts[k])} is a part of the function: it has not been differentiated."
        yield candidate("not-differentiated", parts[k], later="by its ratio", said=said)


def surplus(problem: Problem, answer: Graph) -> Iterator[Candidate]:
    """Yield the factors of an answer, as it is written, without which it would be right: a·(1 - a) in (a - y)·a·(1 - a)."""
    factors, todo = [], [answer.out]
    while todo:
        top = todo.pop()
        op, args, _ = answer.cells[top]
        product = bool(args) and all(k in ROWS[op].linear for k in range(len(args)))
        todo.extend(reversed(args)) if product else factors.append(top)
    if not 1 < len(factors) <= MOST_FACTORS:
        return
    values = run(answer.cells, answer.shapes, problem.with_drawn(answer), "float")
    chosen = [c for size in range(1, len(factors)) for c in combinations(factors, size)]
    with np.errstate(all="ignore"):
        ratio = problem.over(values[answer.out]) / problem.truth
        rows = np.array([math.prod((problem.over(values[i]) for i in c), start=np.ones(problem.size)) for c in chosen])
    for k in np.flatnonzero(fits(rows, ratio)).tolist()[:1]:
        cells = list(answer.cells)
        while len(chosen[k]) > 1:
            cells.append(("mul", chosen[k][:2], ()))
            chosen[k] = (len(cells) - 1, *chosen[k][2:])
        graph = Graph(tuple(cells), ((),) * len(cells), chosen[k][0])
        if written(graph, graph.out) <= SIMPLE:
            yield candidate("factor.too-many", said=f"Yours is {formula(graph, graph.out)} times the derivative.")


def by_others(problem: Problem, answer: Array) -> Iterator[Candidate]:
    """Yield that it is the derivative by another variable, or those by several added up."""
    others = [name for name in problem.gradients if name != problem.wrt]
    for name in others:
        if same_values(problem.gradients[name], answer):
            yield candidate("wrt.wrong-variable", problem.graph.ids[name])
    for size in range(1, len(others) + 1 if len(others) <= MOST_TOGETHER else 2):
        for chosen in combinations(others, size):
            if same_values(problem.truth + sum(problem.gradients[n] for n in chosen), answer):
                yield candidate("wrt.total", problem.graph.ids[chosen[0]])


def by_ratio(problem: Problem, answer: Array) -> Iterator[Candidate]:
    """Yield by what the answer differs from the truth, as a factor."""
    with np.errstate(all="ignore"):
        ratio = answer / problem.truth
    known = ratio[np.isfinite(ratio)]
    if len(known) < FEWEST:
        return
    missing = list(missing_factor(problem, answer))
    yield from missing
    r = float(np.median(known))
    if np.all(np.abs(known - r) <= 1e-8 * abs(r)) and r != 0:
        yield from constant_ratio(problem, r)
    elif np.all(np.abs(known - 1) < ROUNDED):
        yield candidate("rounding", later="by its ratio")
    else:
        yield from by_name(problem, answer)
        if not missing and not np.all(np.isin(np.abs(known), (0, 1))):  # that is a branch, no factor
            yield from too_many(problem, ratio)


def constant_ratio(problem: Problem, r: float) -> Iterator[Candidate]:
    out = problem.graph.out
    if abs(r - 1) < ROUNDED:
        if abs(r - 1) > 1e-7:
            yield candidate("rounding")
        return
    if abs(r + 1) < 1e-9:
        yield candidate("sign.lost-inner-minus", out, said="Yours is the right value with its sign turned.")
        return
    for base in (10.0, 2.0):
        if abs(abs(r) - math.log(base)) < 1e-8 or abs(abs(r) - 1 / math.log(base)) < 1e-8:
            yield candidate("log.base", out)
    n = summands(problem)
    if n > 1 and (abs(r - 1 / n) < 1e-9 or abs(r - n) < 1e-9):
        yield candidate("reduction.sum-for-mean", out)
    yield candidate("constant.factor-dropped", out, later="by its ratio")


def summands(problem: Problem) -> int:
    """Return how many terms the function is a plain sum of, whatever constant it is divided by."""
    graph, cells = problem.graph, problem.walk.cells
    plain = {
        (x.edge.source, x.edge.slot) for x in problem.walk.flows if x.local is not None and cells[x.local][0] == "const"
    }
    count, todo = 0, [graph.out]
    while todo:
        top = todo.pop()
        args = graph.cells[top][1]
        if args and all((top, slot) in plain or graph.cells[a][0] == "const" for slot, a in enumerate(args)):
            todo.extend(a for a in args if graph.cells[a][0] != "const")
        else:
            count += 1
    return count


def missing_factor(problem: Problem, answer: Array) -> Iterator[Candidate]:
    """Yield a local derivative that is left out on every path at once."""
    tree = problem.tree
    places = [(i, slot, tree.locals[i][slot]) for i in tree.locals for slot in tree.moving(i)]
    found = [(i, slot, d) for i, slot, d in places if d is not None and malrules.value(tree, d) != -1]
    if not found:
        return
    with np.errstate(all="ignore"):
        without = np.stack([problem.over(problem.truth / tree.values[d]) for _, _, d in found])
    for k in np.flatnonzero(fits(without, answer) & ~fits(without, problem.truth)).tolist():
        i, slot, d = found[k]
        yield candidate(
            "constant.factor-dropped" if malrules.number(tree, d) else "local.dropped", i, slot, "everywhere"
        )


def by_name(problem: Problem, answer: Array) -> Iterator[Candidate]:
    """Yield a power of a name too many or too few; a constant that is missing is a factor dropped."""
    found = [(name, power) for name in problem.points for power in (1, -1, 2, -2)]
    if not found:
        return
    with np.errstate(all="ignore"):
        changed = np.stack([problem.over(problem.truth * problem.points[name] ** power) for name, power in found])
    for k in np.flatnonzero(fits(changed, answer) | fits(-changed, answer)).tolist():
        name, power = found[k]
        here = problem.graph.ids.get(name)
        if power == -1 and name != problem.wrt:
            yield candidate("constant.factor-dropped", here, None, "by name", f"The factor {name} is missing.")
        yield candidate("algebra.cancelling", here)


def too_many(problem: Problem, ratio: Array) -> Iterator[Candidate]:
    """Yield a factor that the answer has too many: the value or the derivative of one operation of the problem."""
    for here in (problem, *(other for other, _ in problem.views)):
        nodes, values = here.factors
        for i in (nodes[k] for k in np.flatnonzero(fits(values, ratio)).tolist()):
            graph = built(here.tree.builder, i)
            if written(graph, i) <= SIMPLE:
                yield candidate("factor.too-many", said=f"Yours is {formula(graph, i)} times the derivative.")


# ----- right in one part only -----
def partly(problem: Problem, answer: Array) -> Iterator[Candidate]:
    """Yield what holds where the answer is right at some points and wrong at others."""
    right = close(answer, problem.truth)
    if not 0 < right.sum() < len(right):
        return
    for name, x in problem.points.items():
        sides = right[x > 0], right[x < 0]
        if all(map(len, sides)) and any(a.all() and not b.any() for a, b in (sides, sides[::-1])):
            yield candidate("domain.abs-dropped", problem.graph.ids.get(name))
    if not any(ROWS[op].kink is not None or ROWS[op].conditions for op, args, _ in problem.graph.cells if args):
        return
    rows: dict[int, list[int]] = {}
    for k, s in enumerate(problem.tree.sites):
        if s.id in ("branch.ignored", "branch.swapped"):
            rows.setdefault(s.node, []).append(k + 1)
    for node, ks in rows.items():
        if close(problem.singles[[0, *ks]], answer).any(axis=0).all():
            yield candidate("branch.condition-wrong", node)


def close(a: Array, b: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.abs(a - b) <= CLOSE * (np.abs(a) + np.abs(b)) + TINY
