"""What went wrong in a wrong derivative: every slip is tried at every place, and the values are compared.

All candidates are worked out numerically at once. Those that agree with the answer at every point are
named, the most specific first; two slips are tried where one does not explain the answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from ..adjoint import Backward, backward
from ..errors import LearnerError
from ..graphs import Builder, Graph, run
from ..maths.ops import ROWS
from . import algebra, malrules, samples
from .malrules import STRUCTURAL
from .marks import Misconception
from .slopes import Site, Slopes

Array = Any
POINTS, FEWEST, FIRST = 40, 5, 6
CLOSE = 1e-8  # relative; float64 leaves some 1e-12 of a derivative of twenty operations
MOST_PAIRS, MOST_NAMED, MOST_PLACES = 12000, 12, 4
ROUNDED = 0.011


class Ranked(NamedTuple):
    """A misconception and its rank among those that explain an answer: low is more specific."""

    rank: float
    what: Misconception


@dataclass(frozen=True, slots=True)
class Candidate:
    """An explanation before it is put into words."""

    id: str
    rank: float
    node: int | None = None
    slot: int | None = None
    hint: str = ""
    second: Site | None = None
    wrong: str = ""


class Problem:
    """A scalar function, the variable, and points at which answers are tried. `points`: name → array.

    `part`: the graph of what the variable stands for, if it is no input of the answers.
    """

    def __init__(self, graph: Graph, wrt: str, assume: Mapping[str, Any], part: Graph | None = None):
        if wrt not in graph.ids:
            raise LearnerError(f"'{wrt}' is no variable of this problem; it has {', '.join(n.name for n in graph.inputs)}")
        self.graph, self.wrt, self.assume, self.part = graph, wrt, dict(assume), part
        self.here = graph.ids[wrt]
        self.names = {n.name for n in graph.inputs}
        self.flat = not any(graph.shapes)
        self.points = self.placed()

    @cached_property
    def walk(self) -> Backward:
        return backward(self.graph)

    @property
    def derivative(self) -> Graph:
        """The graph whose output is the right derivative."""
        walk = backward(self.graph, wanted=(self.here,))
        return Graph(walk.cells, walk.shapes, walk.gradient[self.here])

    def placed(self) -> dict[str, Array]:
        inputs = [(n.name, n.shape) for n in self.graph.inputs]
        points = samples.draws(inputs, self.assume)
        if self.part is not None:
            points |= samples.draws([(n.name, n.shape) for n in self.part.inputs], self.assume)
            points[self.wrt] = np.broadcast_to(samples.evaluated(self.part, points)[self.part.out], (samples.DRAWS,))
        if not self.flat or not inputs:
            return {name: value[:POINTS] for name, value in points.items()}
        truth = self.derivative
        values = samples.evaluated(truth, points)
        return samples.finite(points, [values[self.graph.out], values[truth.out]], POINTS)

    @property
    def size(self) -> int:
        return len(next(iter(self.points.values()))) if self.points else 1

    def with_drawn(self, graph: Graph) -> dict[str, Array]:
        """Return the points with values for names that only `graph` has."""
        return self.points | samples.draws([(n.name, n.shape) for n in graph.inputs if n.name not in self.points], self.assume, self.size)

    def values_of(self, graph: Graph) -> Array:
        """Return the values of a scalar graph at the points."""
        return self.over(samples.evaluated(graph, self.with_drawn(graph))[graph.out])

    @cached_property
    def tree(self) -> Slopes:
        tree = Slopes(self.graph, self.here)
        tree.sites = malrules.sites(tree)
        tree.settle(self.points)
        return tree

    @cached_property
    def singles(self) -> Array:
        """The values of every single slip, and of none in row 0."""
        return self.tree.swept([[], *([s] for s in self.tree.sites)])

    @property
    def truth(self) -> Array:
        return self.singles[0]

    @cached_property
    def pairs(self) -> tuple[list[tuple[Site, Site]], Array]:
        """Every pair of slips in two places, with its values at the first few points."""
        usual = [s for s in self.tree.sites if s.kind != "minus"]
        both = [(a, b) for a, b in combinations(usual, 2) if a.clash != b.clash]
        both.sort(key=lambda pair: pair[0].rank + pair[1].rank)
        both = both[:MOST_PAIRS]
        return both, self.tree.swept([list(p) for p in both], slice(0, FIRST))

    @cached_property
    def gradients(self) -> dict[str, Array]:
        """The derivative with respect to every input, at the points."""
        values = run(self.walk.cells, self.walk.shapes, self.points, "float")
        return {n.name: self.over(values[self.walk.gradient[n.id]]) for n in self.graph.inputs if n.id in self.walk.gradient}

    def over(self, value: Any) -> Array:
        return np.broadcast_to(np.asarray(value, dtype=float), (self.size,))

    @cached_property
    def rewritten(self) -> list[tuple[algebra.Variant, Array]]:
        """Slips of algebra in the derivative and in the function, with their values."""
        return self.variants(algebra.in_derivative, algebra.in_function)

    @cached_property
    def others(self) -> list[tuple[algebra.Variant, Array]]:
        """The derivatives of functions that resemble the given one."""
        return self.variants(algebra.of_another)

    def variants(self, *makers: Any) -> list[tuple[algebra.Variant, Array]]:
        found: list[tuple[algebra.Variant, Array]] = []
        for make in makers:
            builder, variants = make(self.graph, self.here)
            values = run(builder.cells, tuple(builder.shapes), self.points, "float")
            found.extend((v, self.over(values[v.out])) for v in variants)
        return found


def frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@lru_cache(maxsize=200)
def prepared(graph: Graph, wrt: str, assume: tuple[tuple[str, Any], ...], part: Graph | None = None) -> Problem:
    return Problem(graph, wrt, dict(assume), part)


def problem(graph: Graph, wrt: str, assume: Mapping[str, Any] | None = None) -> Problem:
    """Return the problem d graph / d `wrt`, kept for the next answer to it."""
    return prepared(graph, wrt, told(assume))


def problem_at(graph: Graph, part: Graph, name: str, assume: Mapping[str, Any] | None = None) -> Problem | None:
    """Return the problem d graph / d part, `part` being the graph of one of its nodes, called `name` then; None if it is none."""
    builder = Builder(graph.cells, graph.shapes)
    at: list[int] = []
    for (op, args, params), shape in zip(part.cells, part.shapes, strict=True):
        at.append(builder.intern((op, tuple(at[a] for a in args), params), shape))
    node = at[part.out]
    if node >= len(graph) or graph.shapes[node] or not graph.cells[node][1] or name in graph.ids:
        return None
    cells = (*graph.cells[:node], ("input", (), (name,)), *graph.cells[node + 1 :])
    return prepared(Graph(cells, graph.shapes, graph.out, graph.names), name, told(assume), part)


def told(assume: Mapping[str, Any] | None) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((name, frozen(v)) for name, v in (assume or {}).items()))


# ----- matching -----
def fits(candidates: Array, answer: Array) -> Array:
    """Return for each row of `candidates` whether it agrees with `answer` at every point where both are defined."""
    with np.errstate(all="ignore"):
        there = np.isfinite(candidates)
        here = np.isfinite(answer)
        both = there & here
        close = np.abs(candidates - answer) <= CLOSE * (np.abs(candidates) + np.abs(answer)) + 1e-13
    enough = both.sum(axis=-1) >= np.minimum(FEWEST, here.sum())
    lost = (there ^ here).sum(axis=-1) <= 0.3 * answer.shape[-1]
    return (close | ~both).all(axis=-1) & enough & lost & (here.sum() > 0)


def same_values(a: Array, b: Array) -> bool:
    return bool(fits(np.atleast_2d(a), b)[0])


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
        yield Candidate(s.id, s.rank, s.node, s.slot, s.hint, wrong=s.wrong)


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
        yield Candidate(a.id, 50 + (a.rank + b.rank) / 4, a.node, a.slot, a.hint, second=b)


def listed(variants: Sequence[tuple[algebra.Variant, Array]], problem: Problem, answer: Array) -> Iterator[Candidate]:
    """Yield the variants that agree with the answer."""
    if not variants:
        return
    for k in np.flatnonzero(fits(np.stack([v for _, v in variants]), answer)).tolist():
        v = variants[k][0]
        yield Candidate(v.id, v.rank, v.node if v.node < len(problem.graph) else None, None, v.hint)


def rewritten(start: Graph, answer: Graph, assume: Mapping[str, Any]) -> list[Ranked]:
    """Return the slips of algebra that make `answer` of `start`, two scalar graphs that ought to be equal."""
    if any((*start.shapes, *answer.shapes)):
        return []
    builder, variants = algebra.in_value(start)
    points = samples.draws(sorted({(n.name, n.shape) for g in (start, answer) for n in g.inputs}), assume)
    points = samples.finite(points, [samples.evaluated(g, points)[g.out] for g in (start, answer)], POINTS)
    size = len(next(iter(points.values()))) if points else 1
    if not size or not variants:
        return []
    values = run(builder.cells, tuple(builder.shapes), points, "float")
    table = np.stack([np.broadcast_to(np.asarray(values[v.out], dtype=float), (size,)) for v in variants])
    target = np.broadcast_to(np.asarray(samples.evaluated(answer, points)[answer.out], dtype=float), (size,))
    if same_values(np.broadcast_to(np.asarray(values[start.out], dtype=float), (size,)), target):
        return []
    found: dict[tuple[str, int], Ranked] = {}
    for k in np.flatnonzero(fits(table, target)).tolist():
        v = variants[k]
        wrong = Graph(tuple(builder.cells), tuple(builder.shapes), v.wrong).formula(v.wrong)
        there = start.formula(v.node)
        found.setdefault((v.id, v.node), Ranked(v.rank, Misconception(v.id, start.name(v.node), there, hint=v.hint, strong=f"{there} became {wrong}.")))
    return sorted(found.values(), key=lambda r: r.rank)[:MOST_NAMED]


# ----- the answer as a whole -----
def whole(id: str, later: float = 0, node: int | None = None, slot: int | None = None) -> Candidate:
    rank, hint = STRUCTURAL[id]
    return Candidate(id, rank + later, node, slot, hint)


def overall(problem: Problem, answer: Array, slope: Array | None) -> Iterator[Candidate]:
    """Yield what the answer as a whole is: another derivative, an integral, the truth times something."""
    f = problem.over(problem.tree.values[problem.graph.out])
    if same_values(f, answer):
        yield whole("not-differentiated", 0, problem.graph.out)
    if not np.any(answer):
        yield whole("definition.as-constant", 0, problem.graph.out)
    others = [name for name in problem.gradients if name != problem.wrt]
    for name in others:
        if same_values(problem.gradients[name], answer):
            yield whole("wrt.wrong-variable", 0, problem.graph.ids[name])
    for size in range(1, len(others) + 1 if len(others) <= 6 else 2):
        for chosen in combinations(others, size):
            if same_values(problem.truth + sum(problem.gradients[n] for n in chosen), answer):
                yield whole("wrt.total", 0, problem.graph.ids[chosen[0]])
    if slope is not None and same_values(f, slope):
        yield whole("integrated-instead", 0, problem.graph.out)
    second = second_derivative(problem)
    if second is not None and np.any(second != 0) and same_values(second, answer):
        yield whole("second-derivative", 0, problem.graph.out)
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
        yield whole("rounding", 20)
    else:
        yield from monomial(problem, answer)


def constant_ratio(problem: Problem, r: float) -> Iterator[Candidate]:
    if abs(r - 1) < ROUNDED:
        if abs(r - 1) > 1e-7:
            yield whole("rounding")
        return
    if abs(r + 1) < 1e-9:
        yield whole("sign.lost-inner-minus", 0, problem.graph.out)
        return
    for base in (10.0, 2.0):
        if abs(abs(r) - math.log(base)) < 1e-8 or abs(abs(r) - 1 / math.log(base)) < 1e-8:
            yield whole("log.base", 0, problem.graph.out)
    n = terms(problem)
    if n > 1 and (abs(r - 1 / n) < 1e-9 or abs(r - n) < 1e-9):
        yield whole("reduction.sum-for-mean", 0, problem.graph.out)
    yield whole("constant.factor-dropped", 20, problem.graph.out)


def terms(problem: Problem) -> int:
    """Return how many terms the function is a plain sum of, whatever constant it is divided by."""
    graph = problem.graph
    count, todo = 0, [graph.out]
    locals_ = backward(graph).flows
    plain = {(x.edge.source, x.edge.slot) for x in locals_ if x.local is not None and backward_constant(problem, x.local)}
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
                yield whole("constant.factor-dropped" if numeric else "local.dropped", 4 if numeric else 3, i, slot)


def monomial(problem: Problem, answer: Array) -> Iterator[Candidate]:
    """Yield a power of a name too many or too few."""
    for name, x in problem.points.items():
        for power in (1, -1, 2, -2):
            with np.errstate(all="ignore"):
                changed = problem.truth * x**power
            if same_values(changed, answer) or same_values(-changed, answer):
                yield whole("algebra.cancelling", 0, problem.graph.ids[name])


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
            yield whole("domain.abs-dropped", 0, problem.graph.ids[name])
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
            yield whole("branch.condition-wrong", 0, node)


def kinked(problem: Problem) -> bool:
    rows = [ROWS[op] for op, args, _ in problem.graph.cells if args]
    return any(row.kink is not None or row.conditions for row in rows)


# ----- in words -----
def worded(problem: Problem, found: Sequence[Candidate]) -> list[Ranked]:
    """Return the candidates as misconceptions, each id and place once, the most specific first."""
    out: dict[tuple[Any, ...], Ranked] = {}
    for c in sorted(found, key=lambda c: c.rank):
        if len(out) >= MOST_NAMED:
            break
        if sum(key[0] == c.id for key in out) < MOST_PLACES:
            out.setdefault((c.id, c.node, c.slot), Ranked(c.rank, one(problem, c)))
        if c.second is not None:
            s = c.second
            out.setdefault((s.id, s.node, s.slot), Ranked(c.rank, one(problem, Candidate(s.id, c.rank, s.node, s.slot, s.hint, wrong=c.id))))
    return list(out.values())


def one(problem: Problem, c: Candidate) -> Misconception:
    graph = problem.graph
    if c.node is None or c.node >= len(graph):
        return Misconception(c.id, hint=c.hint, strong=c.hint)
    args = graph.cells[c.node][1]
    other = args[c.slot] if c.slot is not None and args else None
    edge = None if other is None else (graph.name(c.node), graph.name(other))
    second = c.second.id if c.second is not None else c.wrong
    return Misconception(c.id, graph.name(c.node), graph.formula(c.node), edge, c.hint, strong(problem, c), second, argument="" if other is None else graph.formula(other))


def strong(problem: Problem, c: Candidate) -> str:
    """Return a hint that says the rule and what it gives here."""
    graph = problem.graph
    assert c.node is not None
    if not graph.cells[c.node][1]:
        return f"{c.hint} Here it is {problem.wrt}, not {graph.name(c.node)}." if graph.name(c.node) != problem.wrt else c.hint
    row = graph.row(c.node)
    tree = problem.tree
    parts = []
    for slot in [c.slot] if c.slot is not None and c.slot in tree.moving(c.node) else tree.moving(c.node):
        d = tree.locals.get(c.node, ())[slot]
        if d is not None:
            text = Graph(tuple(tree.builder.cells), tuple(tree.builder.shapes), d).formula(d)
            parts.append(f"its derivative by {graph.formula(graph.cells[c.node][1][slot])} is {text}")
    return f"{row.rule}: {row.formula}. At {graph.formula(c.node)} {' and '.join(parts)}." if parts else f"{row.rule}: {row.formula}."
