"""Gradients in numbers: central differences on graphs too big for SymPy, one-sided slopes at a kink.

A central difference in a random direction through all entries of an input tests all of them at once; one
through all inputs tests the whole gradient where there are too many inputs to take them one by one. Numbers have a hundred
digits as long as a graph has few entries; those of wide matrices are floats.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import isfinite, isqrt
from typing import Any

import numpy as np

from ..expr.adjoint import Backward
from ..expr.graph import Graph
from ..ops.precision import TooLarge, context
from ..ops.table import ROWS
from ..walk.trace import Trace
from .evaluate import Line
from .reals import NAN, to_mpf
from .scalars import Scalars, expanded
from .verdict import Evidence, Verdict

DIGITS, SEED = 100, 20260101
STEP = -40  # power of ten; the error of a central difference is about its square times the third derivative
NEAR = -18  # power of ten
FLOAT_STEP, FLOAT_NEAR = 1e-5, 1e-6  # of floats: the step, and how near a slope must come, relatively
SIDE, CLOSER = -20, -25  # powers of ten: the steps of one-sided slopes
GROWS = 30  # times: a slope that a step 10^5 times as small makes so much larger has no bound
RANGES = (
    (200, 900),
    (-900, 900),
    (1001, 3000),
    (-3000, -1001),
)  # thousandths; most functions are defined on one of them
EVALUATIONS = 400_000  # of a node, for the differences input by input
CONFIRMED = 8  # times fewer where one through all inputs agrees: it would show an error in any of them
MOST_PRECISE = 40_000  # entries and products of entries that are taken with a hundred digits
MOST_FLOATS = 30_000_000  # that are taken at all: some 240 MB each time they are kept


def work(graph: Graph) -> int:
    """Return about how many entries a graph has, and products of entries that its matrices make."""
    total = 0
    for i, (op, args, _) in enumerate(graph.cells):
        sizes = [int(np.prod(graph.shapes[a])) for a in args]
        out = int(np.prod(graph.shapes[i]))
        mixes = bool(args) and not ROWS[op].entrywise
        products = isqrt(sizes[0] * sizes[1] * out) if mixes and len(args) == 2 else 0  # (n×k)(k×m) takes n·k·m
        total += max(out, products, *(sizes if mixes else (0,)))
    return total


class Function:
    """The output of a graph, summed, and its gradients, over the entries of its inputs in a row."""

    def __init__(self, graph: Graph, walk: Backward | None = None):
        self.graph = graph
        self.spans: dict[str, slice] = {}
        self.names: list[str] = []
        for node in graph.inputs:
            entries = [name for name, _ in entries_of(node.name, node.shape)]
            self.spans[node.name] = slice(len(self.names), len(self.names) + len(entries))
            self.names += entries
        wanted = {} if walk is None else {n.name: walk.gradient[n.id] for n in graph.inputs}
        whole = graph if walk is None else walk.extended
        cells = expanded(whole.cells, whole.shapes, builder := Scalars(), [graph.out, *wanted.values()])
        self.outputs = np.ravel(cells[graph.out]).tolist()
        self.slopes = {name: np.ravel(cells[i]).tolist() for name, i in wanted.items()}
        self.line = Line(builder.cells, [*self.outputs, *(i for s in self.slopes.values() for i in s)], self.names)

    def values(self, point: Sequence[Any]) -> list[Any]:
        try:
            return self.line.plain(point)
        except TooLarge:
            return [NAN] * self.line.size

    def at(self, point: Sequence[Any]) -> Any:
        """Return the sum of the outputs at a point; nan where it is undefined, or too large to be worked out."""
        values = self.values(point)
        return sum(values[i] for i in self.outputs)

    def gradient(self, point: Sequence[Any]) -> dict[str, list[Any]]:
        """Return the entries of each input's gradient, as backpropagation gives them."""
        values = self.values(point)
        out = {}
        for name, cells in self.slopes.items():
            span = self.spans[name]
            count = span.stop - span.start
            out[name] = [values[i] for i in (cells if len(cells) == count else cells * count)]
        return out

    def slope(self, point: Sequence[Any], direction: Sequence[Any], step: int = STEP) -> Any:
        """Return the central difference along `direction`, with step 10^`step`."""
        h = context().mpf(10) ** step
        up, down = (self.at([p + d * s for p, s in zip(point, direction, strict=True)]) for d in (h, -h))
        return (up - down) / (2 * h)


def entries_of(name: str, shape: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the name and the index of each entry of an input."""
    for index in np.ndindex(*shape):
        yield (f"{name}[{', '.join(map(str, index))}]" if shape else name), index


# ----- at a random point -----
def by_difference(graph: Graph, walk: Backward) -> dict[str, Verdict]:
    """Return a verdict for every input from central differences at a random point where everything is defined."""
    size = work(walk.extended)
    if size > MOST_FLOATS:
        wide = max(graph.inputs, key=lambda n: int(np.prod(n.shape)))
        too_big = f"a check takes at most {MOST_FLOATS:,} numbers, and this graph has about {size:,}; '{wide.name}' is the widest input, try it with fewer entries"
        return {n.name: Verdict("undecided", Evidence(too_big, SEED)) for n in graph.inputs}
    if size > MOST_PRECISE:
        return in_floats(graph, walk)
    function = Function(graph, walk)
    rng = random.Random(SEED)
    with context().workdps(DIGITS):
        found = defined(function, rng)
        if found is None:
            return nowhere(graph)
        point, gradient = found
        direction = [to_mpf(Fraction(rng.randint(-1000, 1000), 1000)) for _ in function.names]
        along = {
            name: sum(g * d for g, d in zip(gradient[name], direction[span], strict=True))
            for name, span in function.spans.items()
        }
        whole = near(function.slope(point, direction), sum(along.values()))
        verdicts = {n.name: IN_ALL if whole else NOT_IN_ALL for n in graph.inputs}
        most = EVALUATIONS // CONFIRMED if whole else EVALUATIONS
        for node in graph.inputs[: max(1, most // (2 * len(graph)))]:
            span = function.spans[node.name]
            alone = [d if span.start <= k < span.stop else 0 * d for k, d in enumerate(direction)]
            verdicts[node.name] = held(function, point, alone, along[node.name])
    return verdicts


IN_ALL = Verdict("agrees", Evidence(f"a central difference in a random direction through all inputs, step 1e{STEP}, {DIGITS} digits", SEED, 1, -NEAR))  # fmt: skip
NOT_IN_ALL = Verdict("undecided", Evidence("a central difference through all inputs disagrees, and there are too many inputs to take them one by one", SEED))  # fmt: skip


def defined(function: Function, rng: random.Random) -> tuple[list[Any], dict[str, list[Any]]] | None:
    """Return a random point at which the function and all its gradients are defined, with these; None if none was found."""
    for low, high in RANGES:
        point = [to_mpf(Fraction(rng.randint(low, high), 1000)) for _ in function.names]
        gradient = function.gradient(point)
        if all(v == v for v in (function.at(point), *(v for g in gradient.values() for v in g))):
            return point, gradient
    return None


def nowhere(graph: Graph) -> dict[str, Verdict]:
    return {
        n.name: Verdict("undecided", Evidence("no point was found where all is defined", SEED)) for n in graph.inputs
    }


def held(function: Function, point: Sequence[Any], direction: Sequence[Any], ours: Any) -> Verdict:
    """Return the verdict on the slope `ours`; "differs" only where a smaller step gives the same other slope."""
    found = function.slope(point, direction)
    if near(found, ours):
        return Verdict("agrees", Evidence(f"a central difference, step 1e{STEP}, {DIGITS} digits", SEED, 1, -NEAR))
    if not near(found, function.slope(point, direction, STEP - 5)):
        return Verdict(
            "undecided",
            Evidence("central differences do not settle: the function bends too much, or loses too many digits", SEED),
        )
    return Verdict(
        "differs",
        Evidence(f"the central difference is {shown(found, 8)}, backpropagation gives {shown(ours, 8)}", SEED),
    )


def near(a: Any, b: Any) -> bool:
    return bool(abs(a - b) <= context().mpf(10) ** NEAR * (1 + abs(a) + abs(b)))


def in_floats(graph: Graph, walk: Backward) -> dict[str, Verdict]:
    """Return a verdict for every input of a wide graph, each from one central difference of floats through all its entries."""
    rng = np.random.default_rng(SEED)
    for low, high in RANGES:
        point = {n.name: rng.uniform(low / 1000, high / 1000, n.shape) for n in graph.inputs}
        values = walk.extended.evaluate(point, "float")
        if all(np.isfinite(values[i]).all() for i in (graph.out, *(walk.gradient[n.id] for n in graph.inputs))):
            break
    else:
        return nowhere(graph)
    verdicts = {}
    for node in graph.inputs:
        direction = rng.uniform(-1, 1, node.shape) / float(np.prod(node.shape)) ** 0.5
        ours = float(np.sum(values[walk.gradient[node.id]] * direction))
        up, down = (
            float(np.sum(graph.evaluate(point | {node.name: point[node.name] + h * direction}, "float")[graph.out]))
            for h in (FLOAT_STEP, -FLOAT_STEP)
        )
        found = (up - down) / (2 * FLOAT_STEP)
        noise = 1e-14 * abs(up) / FLOAT_STEP
        how = f"a central difference of floats through all entries, step {FLOAT_STEP:g}"
        if abs(found - ours) <= FLOAT_NEAR * (1 + abs(found) + abs(ours)) + noise:
            verdicts[node.name] = Verdict("agrees", Evidence(how, SEED, 1, 6))
        else:
            verdicts[node.name] = Verdict(
                "differs" if abs(found - ours) > 0.01 * abs(found) + 100 * noise else "undecided",
                Evidence(f"{how}, is {found:.6g}, backpropagation gives {ours:.6g}", SEED),
            )
    return verdicts


# ----- at a point -----
def at_point(walked: Trace) -> dict[str, Verdict]:
    """Return a verdict for every input that is at a kink, a jump or an edge: the gradient against the slopes from both sides, entry by entry."""
    assert walked.point is not None
    graph = walked.graph
    if work(graph) > MOST_PRECISE or np.prod(graph.shapes[graph.out]) != 1:
        return {}
    function = Function(graph)
    given = dict(walked.point)
    found: dict[str, Verdict] = {}
    with context().workdps(60):
        point = [precise(v) for n in graph.inputs for v in np.ravel(np.array(given[n.name], dtype=object))]
        here = function.at(point)
        if here != here:
            undefined = Evidence("the function is undefined at this point, or too large to be worked out")
            return {n.name: Verdict("undecided", undefined) for n in graph.inputs}
        most = max(1, EVALUATIONS // (4 * len(function.line.steps) + 1))
        for node in graph.inputs:
            got = np.ravel(np.asarray(walked.gradients[node.name], dtype=float))
            start = function.spans[node.name].start
            for k, (name, _) in list(enumerate(entries_of(node.name, node.shape)))[:most]:
                verdict = beside(function, point, start + k, here, float(got[k]), name, walked.tie)
                if verdict is not None and (node.name not in found or verdict.kind == "differs"):
                    found[node.name] = verdict
    return found


def precise(value: Any) -> Any:
    """Return a number of a point as mpmath's."""
    return to_mpf(value if isinstance(value, Fraction) else float(value))


def beside(
    function: Function, point: Sequence[Any], k: int, here: Any, got: float, name: str, tie: str
) -> Verdict | None:
    """Return the verdict on the gradient `got` with respect to number `k` of a point, None where it is the slope from both sides."""
    sides = []
    for sign in (-1, 1):
        steps = [sign * context().mpf(10) ** power for power in (SIDE, CLOSER)]
        heights = [function.at([*point[:k], point[k] + h, *point[k + 1 :]]) for h in steps]
        slopes = [(height - here) / h for height, h in zip(heights, steps, strict=True)]
        if any(s != s for s in slopes):  # the edge of a domain
            edge = Evidence(
                f"{name} is at the edge of where the function is defined: it has no slope there from {'below' if sign < 0 else 'above'}"
            )
            return None if isfinite(got) else Verdict("undecided", edge)
        if abs(slopes[1]) > GROWS * abs(slopes[0]) and abs(slopes[1]) > 1e3:
            jump = abs(heights[1] - here) > 1e-9 * (1 + abs(here))
            what = f"jumps here in {name}, from {shown(here)} to {shown(heights[1])}" if jump else f"has no finite slope here in {name}"  # fmt: skip
            return Verdict(
                "differs" if isfinite(got) else "undecided",
                Evidence(f"the function {what}: there is no derivative, and backpropagation gives {got:g}"),
            )
        sides.append(slopes[1])
    return between(sides[0], sides[1], got, name, tie)


def between(left: Any, right: Any, got: float, name: str, tie: str) -> Verdict | None:
    """Return a verdict on the gradient `got` where the slopes from the two sides differ, or where it is not the slope; else None."""
    low, high = sorted((left, right))
    close = context().mpf(10) ** -9 * (1 + abs(low) + abs(high))
    interval = (shown(low), shown(high))
    if high - low < close:
        if abs(got - low) <= close:
            return None
        if not isfinite(got):
            return Verdict(
                "differs", Evidence(f"the slope of {name} here is {shown(low)}, but backpropagation gives {got:g}")
            )
        return Verdict("differs", Evidence(f"the slope of {name} here is {shown(low)}, but backpropagation gives {got:g}: "
                                           "a choice was made at each kink on the way, and the chain rule does not hold there", interval=interval))  # fmt: skip
    sides = f"{name} is at a kink here: slope {shown(left)} from below, {shown(right)} from above"
    if low - close <= got <= high + close:
        return Verdict("kink", Evidence(f"{sides}; {got:g} lies between them (tie='{tie}')", interval=interval))
    why = "; the chain rule does not hold there" if isfinite(got) else ""
    return Verdict("differs", Evidence(f"{sides}, but backpropagation gives {got:g}{why}", interval=interval))


def shown(number: Any, digits: int = 6) -> str:
    """Return a number to so many digits, a whole one without its point; what is nothing but noise is 0.

    >>> shown(to_mpf(-1)), shown(to_mpf(Fraction(1, 3)))
    ('-1', '0.333333')
    """
    if abs(number) < 1e-15:
        return "0"
    return str(context().nstr(number, digits)).removesuffix(".0")
