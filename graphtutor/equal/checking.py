"""`check`: which oracle a graph is held against, and what came of it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from ..expr.adjoint import backward
from ..expr.graph import Graph
from ..walk.trace import Trace, trace
from . import Evidence, Verdict
from .oracle import by_sympy, local_rules, small

DIGITS, SEED = 100, 20260101
STEP = -40  # power of ten; the error of a central difference is about its square times the third derivative
NEAR = -18  # power of ten
RANGES = (
    (200, 900),
    (-900, 900),
    (1001, 3000),
    (-3000, -1001),
)  # thousandths; most functions are defined on one of them
EVALUATIONS = 400_000  # of a node, for the differences input by input


def by_difference(graph: Graph, tie: str) -> dict[str, Verdict]:
    """Return a verdict for every input from central differences at a random point where everything is defined."""
    walk = backward(graph, tie)
    rng = random.Random(SEED)
    with mpmath.workdps(DIGITS):
        for low, high in RANGES:
            point = {n.name: drawn(rng, n.shape, low, high) for n in graph.inputs}
            values = walk.extended.evaluate(point, "mpmath")
            gradient = {n.name: values[walk.gradient[n.id]] for n in graph.inputs}
            if all(real(v) for v in (values[graph.out], *gradient.values())):
                break
        else:
            return {
                n.name: Verdict("undecided", Evidence("no point was found where all is defined", SEED))
                for n in graph.inputs
            }
        direction = {n.name: drawn(rng, n.shape, -1000, 1000) for n in graph.inputs}
        along = {name: np.sum(g * direction[name]) for name, g in gradient.items()}
        whole = near(slope(graph, point, direction), sum(along.values()))
        shared = Verdict("agrees", Evidence(f"a central difference in a random direction through all inputs, step 1e{STEP}, {DIGITS} digits", SEED, 1, -NEAR)) if whole else \
            Verdict("undecided", Evidence("a central difference through all inputs disagrees, and there are too many inputs to take them one by one", SEED))  # fmt: skip
        alone = graph.inputs[: max(1, EVALUATIONS // (2 * len(graph)))]
        verdicts = {n.name: shared for n in graph.inputs}
        for node in alone:
            verdicts[node.name] = held(graph, point, {node.name: direction[node.name]}, along[node.name])
    return verdicts


def held(graph: Graph, point: dict[str, Any], direction: dict[str, Any], ours: Any) -> Verdict:
    """Return the verdict on the slope `ours`; "differs" only where a smaller step gives the same other slope."""
    found = slope(graph, point, direction)
    if near(found, ours):
        return Verdict("agrees", Evidence(f"a central difference, step 1e{STEP}, {DIGITS} digits", SEED, 1, -NEAR))
    if not near(found, slope(graph, point, direction, STEP - 5)):
        return Verdict(
            "undecided",
            Evidence("central differences do not settle: the function bends too much, or loses too many digits", SEED),
        )
    return Verdict(
        "differs",
        Evidence(
            f"the central difference is {mpmath.nstr(found, 8)}, backpropagation gives {mpmath.nstr(ours, 8)}", SEED
        ),
    )


def drawn(rng: random.Random, shape: tuple[int, ...], low: int, high: int) -> Any:
    """Return a random number in thousandths, or an array of them."""
    numbers = [mpmath.mpf(rng.randint(low, high)) / 1000 for _ in range(int(np.prod(shape)))]
    return np.array(numbers, dtype=object).reshape(shape) if shape else numbers[0]


def real(value: Any) -> bool:
    return all(
        isinstance(v, mpmath.mpf | int) and bool(mpmath.isfinite(v)) for v in np.ravel(np.asarray(value, dtype=object))
    )


def near(a: Any, b: Any) -> bool:
    return bool(abs(a - b) <= mpmath.mpf(10) ** NEAR * (1 + abs(a) + abs(b)))


def slope(graph: Graph, point: dict[str, Any], direction: dict[str, Any], step: int = STEP) -> Any:
    """Return the central difference of the output along `direction`, with step 10^`step`."""
    h = mpmath.mpf(10) ** step
    up, down = (np.sum(moved(graph, point, direction, d)) for d in (h, -h))
    return (up - down) / (2 * h)


def moved(graph: Graph, point: dict[str, Any], direction: dict[str, Any], by: Any) -> Any:
    return graph.evaluate(point | {name: point[name] + by * d for name, d in direction.items()}, "mpmath")[graph.out]


# ----- at a point -----
def at_point(walked: Trace) -> dict[str, Verdict]:
    """Return a verdict for every input that is at a kink: the gradient against the slopes from both sides, entry by entry."""
    assert walked.point is not None
    graph, found = walked.graph, {}
    with mpmath.workdps(60):
        point = {name: precise(value) for name, value in walked.point}
        here = graph.evaluate(point, "mpmath")[graph.out]
        if np.ndim(here) or not real(here):
            return {}
        for node in graph.inputs:
            got = np.asarray(walked.gradients[node.name])
            for name, entry, direction in entries(node.name, node.shape):
                left, right = ((moved(graph, point, {node.name: direction}, d) - here) / d for d in (-TINY, TINY))
                verdict = (
                    between(left, right, got[entry].item(), name, walked.tie) if real(left) and real(right) else None
                )
                if verdict is not None and (node.name not in found or verdict.kind == "differs"):
                    found[node.name] = verdict
    return found


TINY = mpmath.mpf(10) ** -20


def precise(value: Any) -> Any:
    """Return a number of a point, or an array of them, as mpmath's."""
    if isinstance(value, tuple | list | np.ndarray):
        out = np.empty(len(value), dtype=object)
        out[:] = [precise(v) for v in value]
        return np.array(out.tolist(), dtype=object)
    return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else mpmath.mpf(float(value))


def entries(name: str, shape: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...], Any]]:
    """Yield each entry of an input: its name, its index, and the direction that moves it alone."""
    if not shape:
        yield name, (), 1
        return
    for index in np.ndindex(*shape):
        direction = np.zeros(shape, dtype=object)
        direction[index] = 1
        yield f"{name}[{', '.join(map(str, index))}]", index, direction


def between(left: Any, right: Any, got: float, name: str, tie: str) -> Verdict | None:
    """Return a verdict on the gradient `got` where the slopes from the two sides differ, or where it is not the slope; else None."""
    low, high = sorted((left, right))
    close = mpmath.mpf(10) ** -9 * (1 + abs(low) + abs(high))
    interval = (mpmath.nstr(low, 6), mpmath.nstr(high, 6))
    if high - low < close:
        if abs(got - low) <= close:
            return None
        return Verdict("differs", Evidence(f"the slope of {name} here is {plain(low)}, but backpropagation gives {got:g}: "
                                           "a choice was made at each kink on the way, and the chain rule does not hold there", interval=interval))  # fmt: skip
    sides = f"{name} is at a kink here: slope {plain(left)} from below, {plain(right)} from above"
    if low - close <= got <= high + close:
        return Verdict("kink", Evidence(f"{sides}; {got:g} lies between them (tie='{tie}')", interval=interval))
    return Verdict(
        "differs",
        Evidence(f"{sides}, but backpropagation gives {got:g}; the chain rule does not hold there", interval=interval),
    )


def plain(number: Any) -> str:
    """Return a number to six digits, a whole one without its point.

    >>> plain(mpmath.mpf(-1)), plain(mpmath.mpf(1) / 3)
    ('-1', '0.333333')
    """
    return str(mpmath.nstr(number, 6)).removesuffix(".0")


SYMPY = "sympy.diff"
DIFFERENCES = (
    "central differences at high precision (the graph is too big for sympy.diff; each rule was checked against SymPy)"
)


@dataclass(frozen=True)
class Check:
    """The check of a graph: a verdict for each input, one for each operation's local rule, and how it was done.

    `locals` has one node, by its name, for each operation with its settings and shapes.
    """

    verdicts: dict[str, Verdict]
    locals: dict[str, Verdict]
    method: str

    @property
    def ok(self) -> bool:
        return all(self.verdicts.values()) and all(self.locals.values())

    @property
    def sentence(self) -> str:
        bad = [name for name, v in self.verdicts.items() if v.kind == "differs"]
        undecided = [name for name, v in self.verdicts.items() if v.kind == "undecided"]
        if bad:
            return f"The gradient differs from {self.method} for {', '.join(bad)}."
        if undecided:
            others = f"; the others agree with {self.method}" if len(undecided) < len(self.verdicts) else ""
            return f"Undecided for {', '.join(undecided)}{others}."
        return f"Every gradient agrees with {self.method}."

    def __repr__(self) -> str:
        kinds = ", ".join(f"{name}: {v.kind}" for name, v in self.verdicts.items())
        return f"<Check {{{kinds}}} {self.sentence}>"


def check(graph: Graph, tie: str = "zero", at: Mapping[str, Any] | None = None) -> Check:
    """Return the check of every gradient of `graph` against SymPy's derivative, and at the point `at` against one-sided slopes.

    A graph that SymPy could not differentiate in a few seconds, written out with its shared parts repeated, is checked by
    central differences instead, and `method` says so. At a kink SymPy's value is no truth: there a gradient is
    right ("kink") if it lies between the slopes from the left and from the right of the whole function, and
    "differs" where it does not.

    >>> from graphtutor.expr.build import build
    >>> check(build("(w*x - y)**2"))
    <Check {w: proved, x: proved, y: proved} Every gradient agrees with sympy.diff.>
    """
    fits = small(graph)
    verdicts = by_sympy(graph, tie) if fits else by_difference(graph, tie)
    if at is not None:
        verdicts |= at_point(trace(graph, at, tie))
    return Check(verdicts, local_rules(graph), SYMPY if fits else DIFFERENCES)
