"""A point of small friendly numbers at which an answer fails, and the ratio to the truth where it is the same everywhere."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from ...equal.domain import REAL, Domain, domains
from ...equal.verdict import Evidence, texts
from ...expr.graph import Graph
from ...expr.running import run
from ...ops.arrays import Shape
from ..told.marks import Counterexample

SMALL = tuple(map(Fraction, ("2", "3", "1", "5", "4", "-1", "-2", "-3", "1/2")))
TRIES, ARRAY_TRIES, SEED = 400, 30, 11
MOST_SHOWN = 6  # entries of a value that are shown in full
NUDGE = 1e-6  # a difference that holds on both sides of a point is none of a kink
APART = 1e-5  # relative; what a nudge changes at most in values of the size tried here
WORDS = {
    Fraction(2): "twice the right value",
    Fraction(1, 2): "half the right value",
    Fraction(-1): "the right value with its sign turned",
}
MOST_RATIO = 60

Array = Any


def counterexample(
    answer: Graph, truth: Graph, function: Graph, assume: Mapping[str, Any], evidence: Evidence, ratio: str = ""
) -> Counterexample | None:
    """Return the friendliest point found at which two graphs differ and `function` is defined; that of the evidence if none is friendly."""
    shapes = {n.name: n.shape for g in (answer, truth) for n in g.inputs}
    names = sorted(shapes)
    if not any((*answer.shapes, *truth.shapes, *function.shapes)):
        points = friendly(sorted({*names, *(n.name for n in function.inputs)}), assume)
        one, other = over(answer, points), over(truth, points)
        differ = far(one, other) & np.isfinite(over(function, points))
        if differ.any():
            differ = differ & apart_around(answer, truth, points)
        k = friendliest({name: points[name] for name in names}, one, other, differ)
        if k is not None:
            at = {name: points[name][k] for name in names}
            told = (float(over(g, {n: v[k : k + 1] for n, v in points.items()})[0]) for g in (answer, truth))
            return Counterexample(tuple((name, short(value)) for name, value in at.items()), *apart(*told), ratio)
    elif answer.shapes[answer.out] == truth.shapes[truth.out]:
        return of_arrays(answer, truth, shapes, assume, ratio)
    if not evidence.point or len(evidence.values) != 2:
        return None
    return Counterexample(tuple(texts(dict(evidence.point)).items()), *evidence.values, ratio)


def of_arrays(
    answer: Graph, truth: Graph, shapes: Mapping[str, Shape], assume: Mapping[str, Any], ratio: str
) -> Counterexample | None:
    """Return a point of small vectors and matrices at which two graphs differ: the whole values, or one entry of large ones."""
    told = domains(assume)
    rng = random.Random(SEED)
    for _ in range(ARRAY_TRIES):
        at = {
            name: np.array(
                [float(rng.choice(few_of(told.get(name, REAL))[:4])) for _ in range(math.prod(shape))]
            ).reshape(shape)
            for name, shape in sorted(shapes.items())
        }
        given = {name: v if v.shape else float(v) for name, v in at.items()}
        one, other = (np.asarray(run(g.cells, g.shapes, given, "float")[g.out], dtype=float) for g in (answer, truth))
        with np.errstate(all="ignore"):
            differ = np.abs(one - other) > APART * (1 + np.abs(other))
        if differ.any() and np.isfinite(other).all():
            point = tuple((name, listed(v)) for name, v in at.items())
            if one.size <= MOST_SHOWN:
                return Counterexample(point, listed(one), listed(other), ratio)
            entry = tuple(int(n) for n in np.argwhere(differ)[0])
            mine, right = apart(float(one[entry]), float(other[entry]))
            return Counterexample(point, f"{mine} in entry {list(entry)}", right, ratio)
    return None


def listed(value: Array) -> str:
    """Return an array of numbers as text.

    >>> listed(np.array([[1.0, 2.0], [0.5, 3.25]]))
    '[[1, 2], [1/2, 3.25]]'
    """
    return short(float(value), 4) if not value.shape else f"[{', '.join(map(listed, value))}]"


def few_of(domain: Domain) -> Sequence[Fraction]:
    """Return small numbers of a domain, the plainest first."""
    return [v for v in SMALL if v in domain] or domain.friendly()[:6]


def friendly(names: Sequence[str], assume: Mapping[str, Any]) -> dict[str, Array]:
    """Return points of small numbers of the names' domains, the plainest first."""
    told = domains(assume)
    few = [few_of(told.get(name, REAL)) for name in names]
    return {
        name: np.array([float(v) for v in values])[turns]
        for name, values, turns in zip(names, few, drawn(tuple(map(len, few))), strict=True)
    }


@lru_cache(maxsize=200)
def drawn(sizes: tuple[int, ...]) -> tuple[Array, ...]:
    """Return which of so many small numbers each name takes at each point: all in turn at the first two, then at random."""
    rng = random.Random(SEED)
    return tuple(
        np.array([k % n, (k + 1 % n) % n, *(rng.choice(range(n)) for _ in range(TRIES))]) for k, n in enumerate(sizes)
    )


def over(graph: Graph, points: Mapping[str, Array]) -> Array:
    """Return the values of a graph's output at all points."""
    size = len(next(iter(points.values()))) if points else 1
    with np.errstate(all="ignore"):
        return np.broadcast_to(
            np.asarray(run(graph.cells, graph.shapes, points, "float")[graph.out], dtype=float), (size,)
        )


def apart_around(answer: Graph, truth: Graph, points: Mapping[str, Array]) -> Array:
    """Return at which points two graphs differ a little to all sides."""
    rng = np.random.default_rng(SEED)
    size = len(next(iter(points.values()))) if points else 1
    differ = np.ones(size, dtype=bool)
    for step in (NUDGE, -NUDGE):
        near = {name: v + step * rng.uniform(0.5, 1.0, v.shape) for name, v in points.items()}
        differ &= far(over(answer, near), over(truth, near))
    return differ


def far(one: Array, other: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.abs(one - other) > APART * (1 + np.abs(other))


def friendliest(points: Mapping[str, Array], one: Array, other: Array, differ: Array) -> int | None:
    """Return the point whose values are the easiest to check by hand."""
    if not differ.any():
        return None
    cost = sum((np.abs(v) + 3 * (v < 0) + 4 * (v % 1 != 0) for v in points.values()), np.zeros(len(one)))
    for value in (one, other):
        with np.errstate(all="ignore"):
            cost = (
                cost
                + 8 * np.log10(np.maximum(np.abs(value) / 100, 1))
                + 8 * (np.abs(value * 12 - np.round(value * 12)) > 1e-9)
                + 6 * (np.abs(value) < 1e-9)
                + 4 * (value % 1 != 0)
            )
    own = np.sort(np.stack([*points.values()] or [np.zeros(len(one))]), axis=0)
    cost = cost + 3 * (own[1:] == own[:-1]).sum(axis=0)  # numbers that occur again
    cost[~differ] = np.inf
    return int(np.argmin(cost))


def short(value: float, digits: int = 6) -> str:
    """Return a number as a person writes it: 2, 1/2, 0.333333.

    >>> short(2.0), short(0.5), short(-1.25)
    ('2', '1/2', '-1.25')
    """
    if value == 0.5 or value == -0.5:
        return "1/2" if value > 0 else "-1/2"
    return f"{value + 0.0:.{digits}g}"


def apart(one: float, other: float) -> tuple[str, str]:
    """Return two numbers as text with digits enough to tell them apart."""
    for digits in (4, 6, 9, 12, 17):
        texts_ = f"{one + 0.0:.{digits}g}", f"{other + 0.0:.{digits}g}"
        if texts_[0] != texts_[1]:
            break
    return texts_


def constant_ratio(answer: Array, truth: Array, fewest: int = 5) -> str:
    """Return in words by what an answer differs from the truth if it is the same factor everywhere, else "".

    >>> constant_ratio(np.arange(1.0, 9.0), 2 * np.arange(1.0, 9.0))
    'half the right value'
    """
    with np.errstate(all="ignore"):
        both = np.isfinite(answer) & np.isfinite(truth) & ~((answer == 0) & (truth == 0))
        ratio = answer[both] / truth[both]
    if len(ratio) < fewest or not np.isfinite(ratio).all():
        return ""
    r = float(np.median(ratio))
    if r == 0 or abs(r - 1) < 1e-9 or np.any(np.abs(ratio - r) > 1e-9 * abs(r)):
        return ""
    return factor(r)


def factor(r: float) -> str:
    """Return a factor in words.

    >>> factor(-1.0), factor(3.0), factor(0.75), factor(0.6931471805599453)
    ('the right value with its sign turned', '3 times the right value', '3/4 of the right value', '0.6931 times the right value')
    """
    near = Fraction(r).limit_denominator(MOST_RATIO)
    if abs(float(near) - r) > 1e-9 * abs(r):
        text = next(t for digits in (4, 6, 9, 17) if (t := f"{r:.{digits}g}") != "1")
        return f"{text} times the right value"
    return WORDS.get(near) or (
        f"{near} times the right value" if near.denominator == 1 or near < 0 else f"{near} of the right value"
    )
