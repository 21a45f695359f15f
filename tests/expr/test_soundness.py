"""Random programs over every row of numbers, at random points and on kinks and edges of domains.

Trace, compiled code, batches and 40-digit numbers give one gradient; where the function has a slope
(one-sided quotients of its value from both sides agree) a gradient that is finite is that slope, and
where it has two, a single kink's gradient lies between them. Longer: GRAPHTUTOR_FUZZ=10000.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest

from graphtutor.compiled.function import compiled
from graphtutor.errors import ShapeError
from graphtutor.expr.adjoint import backward
from graphtutor.expr.graph import Graph
from graphtutor.expr.running import needed
from graphtutor.expr.tracer import Builder
from graphtutor.ops.table import ROWS, TABLE

PROGRAMS = int(os.environ.get("GRAPHTUTOR_FUZZ", "300"))
ROWS_OF_NUMBERS = [r for r in TABLE if r.pull is None and (r.local is not None or r.discrete) and r.entrywise and not r.abstract and r.name not in ("kept", "tip", "not", "and", "or")]  # fmt: skip
CONSTANTS = [Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(2), Fraction(3)]
EDGES = [Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(2)]
EXPONENTS = [Fraction(n) for n in (2, 3, -1, -2, 4)] + [Fraction(1, 2), Fraction(3, 2), Fraction(1, 3)]
DIGITS = 60
STEPS = (mpmath.mpf(10) ** -16, mpmath.mpf(10) ** -19)


def program(rng: random.Random, size: int) -> Graph:
    """Return a graph of about `size` operations on x and y; conditions are comparisons or anything else."""
    b = Builder()
    made = [b.input("x"), b.input("y")]
    while len(made) < size + 2:
        row = rng.choice(ROWS_OF_NUMBERS)
        count = row.arity[0] if row.arity[1] is not None else rng.choice((2, 2, 3))
        args = [b.constant(rng.choice(CONSTANTS)) if rng.random() < 0.2 else rng.choice(made[-4:] + made[:2]) for _ in range(count)]  # fmt: skip
        if row.conditions and rng.random() < 0.8:
            args[0] = b.add(rng.choice(("lt", "le", "gt", "ge")), (rng.choice(made), b.constant(rng.choice(CONSTANTS))))
        params = (rng.choice(EXPONENTS),) if row.name == "power" else ()
        made.append(b.add(row.name, tuple(args), params))
    return b.graph(made[-1])


def points(rng: random.Random) -> list[dict[str, Fraction]]:
    inside = [{n: Fraction(rng.randint(-3000, 3000), 1000) for n in "xy"} for _ in range(2)]
    return [*inside, {"x": rng.choice(EDGES), "y": Fraction(rng.randint(-3000, 3000), 1000)}, {n: rng.choice(EDGES) for n in "xy"}]  # fmt: skip


class Seen(NamedTuple):
    """What the function does by one name at a point: its slopes from both sides (None where they do not settle), and how many kinks are met."""

    below: Any
    above: Any
    kinks: int


def value(graph: Graph, at: dict[str, Any]) -> Any:
    found = graph.evaluate(at, "mpmath")[graph.out]
    return mpmath.mpf(found.numerator) / found.denominator if isinstance(found, Fraction) else found


def slope(graph: Graph, at: dict[str, Any], name: str, sign: int) -> Any:
    """Return the slope to one side, or None where two steps do not tell the same."""
    middle = value(graph, at)
    found = [(value(graph, {**at, name: at[name] + sign * h}) - middle) / (sign * h) for h in STEPS]
    if not all(mpmath.isfinite(s) for s in found) or abs(found[0] - found[1]) > mpmath.mpf(10) ** -6 * (1 + abs(found[1])):  # fmt: skip
        return None
    return found[1]


def met(graph: Graph, i: int, numbers: Sequence[Any]) -> bool:
    """Return whether node `i` is at a kink, a jump or the edge of its domain."""
    op, args, params = graph.cells[i]
    if not args:
        return False
    row, given = ROWS[op], [numbers[a] for a in args]
    at = list(row.kink.where(*given, *params)) if row.kink is not None else []
    if op == "mod":
        at.append((given[0] / given[1] + mpmath.mpf(1) / 2) % 1 - mpmath.mpf(1) / 2 if given[1] else given[1])
    if op in ("atan2", "power", "pow", "indicator", "where", "div"):
        at += [given[0], given[-1]]
    for place, v in zip(row.domain, given, strict=False):
        at += [v - bound for bound in place] if isinstance(place, tuple) else [] if place == "real" else [v]
    return any(not mpmath.isfinite(q) or abs(float(q)) < 1e-30 for q in at)


def seen(graph: Graph, point: dict[str, Fraction], name: str) -> Seen:
    with mpmath.workdps(DIGITS):
        at = {n: mpmath.mpf(v.numerator) / v.denominator for n, v in point.items()}
        numbers = graph.evaluate(at, "mpmath")
        kinks = sum(met(graph, i, numbers) for i in needed(graph.cells, [graph.out]))
        return Seen(slope(graph, at, name, -1), slope(graph, at, name, 1), kinks)


def alike(a: float, b: float, scale: float) -> bool:
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return a == b or abs(a - b) <= max(1e-7 * max(abs(a), abs(b), scale), 1e-13)


def tame(numbers: Sequence[Any]) -> bool:
    """True where no number on the way is so large or so small that floats and 40 digits may part."""
    sizes = [abs(float(v)) for v in numbers if isinstance(v, int | float | Fraction | mpmath.mpf)]
    return all(math.isfinite(s) and (s == 0 or 1e-6 < s < 1e6) for s in sizes)


def faults(seed: int) -> list[str]:
    """Return what is wrong with one program's gradients, a line each."""
    rng = random.Random(seed)
    graph = program(rng, rng.randint(1, 7))
    walk = backward(graph)
    run = compiled(graph)
    found = []
    for point in points(rng):
        at = {n.name: point[n.name] for n in graph.inputs}
        exact = walk.extended.evaluate(at)
        if not math.isfinite(float(exact[graph.out])) or not tame(exact):
            continue
        floats = {n: float(v) for n, v in at.items()}
        one = run(floats)[1]
        many = run({n: np.array([v, v]) for n, v in floats.items()})[1]
        for node in graph.inputs:
            name = node.name
            traced = float(exact[walk.gradient[node.id]])
            roads = {"compiled": float(one[name]), "batch": float(many[name][1])}
            place = f"seed {seed}: d/d{name} of {graph.formula(graph.out)} at {floats}"
            found += [f"{place}: traced {traced}, {road} {got}" for road, got in roads.items() if not alike(traced, got, 1e-9)]  # fmt: skip
            told = seen(graph, point, name)
            if told.below is None or told.above is None:
                if math.isfinite(traced) and not told.kinks:
                    found.append(f"{place}: traced {traced}, but it has no slope from both sides")
                continue
            low, high = sorted((float(told.below), float(told.above)))
            if not math.isfinite(traced):
                if not told.kinks:
                    found.append(f"{place}: traced {traced}, the slope is {low}")
            elif not told.kinks and not alike(low, high, 1):
                found.append(f"{place}: no kink is met, but the slopes are {low} and {high}")
            elif not low - 1e-6 * (1 + abs(low)) <= traced <= high + 1e-6 * (1 + abs(high)) and told.kinks < 2:
                found.append(f"{place}: traced {traced}, the slopes are {low} and {high}")
    return found


@pytest.mark.parametrize("block", range(10))
def test_gradients_of_random_programs_are_sound_on_every_road(block: int) -> None:
    wrong = [line for k in range(PROGRAMS // 10) for line in faults(1000 * block + k)]
    assert not wrong, "\n".join(wrong[:20])


# ----- vectors and matrices -----
N = 3
SHAPED = [
    r for r in TABLE if r.names and r.pull is not None and r.arity == (1, 1) and r.name not in ("reshape", "block")
]
ENTRYWISE = [r for r in ROWS_OF_NUMBERS if r.name not in ("hole", "power")]


def vector_program(rng: random.Random, size: int) -> Graph:
    """Return a graph over x (3), A (3×3) and the number c whose output is a sum of everything made last."""
    b = Builder()
    made = [b.input("x", (N,)), b.input("A", (N, N)), b.input("c")]
    while len(made) < size + 3:
        row = rng.choice(SHAPED) if rng.random() < 0.4 else rng.choice(ENTRYWISE)
        count = row.arity[0] if row.arity[1] is not None else 2
        args = tuple(b.constant(rng.choice(CONSTANTS)) if rng.random() < 0.1 and count > 1 else rng.choice(made) for _ in range(count))  # fmt: skip
        if row.pull is not None and not b.shapes[args[0]]:
            continue  # what goes over entries refuses a number
        try:
            made.append(b.add(row.name, args))
        except ShapeError:
            continue
        if len(made) > 4 and rng.random() < 0.2:
            made.append(b.add("matmul", (made[1], made[0])))
    out = made[-1]
    return b.graph(b.add("total", (out,)) if b.shapes[out] else out)


def vector_faults(seed: int) -> list[str]:
    """Return where trace, compiled code, batch and central differences of the value part, a line each."""
    rng, draw = random.Random(seed), np.random.default_rng(seed)
    graph = vector_program(rng, rng.randint(1, 5))
    walk, run, found = backward(graph), compiled(graph), []
    for k in range(3):
        at = {n.name: (draw.integers(-1, 3, n.shape).astype(float) if k == 2 else draw.uniform(0.3, 2, n.shape)) if n.shape else float(draw.uniform(0.3, 2)) for n in graph.inputs}  # fmt: skip
        numbers = walk.extended.evaluate(at, "float")
        one = run(at)[1]
        many = run({n: np.stack([v, v]) for n, v in at.items()})[1]
        if not all(np.all(np.isfinite(v)) and np.all(np.abs(v) < 1e4) for v in numbers):
            continue
        for node in graph.inputs:
            place = f"seed {seed}: d/d{node.name} of {graph.formula(graph.out)} at {at}"
            traced = np.asarray(numbers[walk.gradient[node.id]], dtype=float)
            roads = {"compiled": one[node.name], "batch": np.asarray(many[node.name])[1]}
            found += [f"{place}: traced {traced}, {r} {got}" for r, got in roads.items() if not np.allclose(traced, got, rtol=1e-8, atol=1e-10)]  # fmt: skip
            if k < 2:
                found += [f"{place}: traced {traced}, differences {d}" for d in differences(run, at, node.name, traced)]
    return found


def differences(run: Any, at: dict[str, Any], name: str, traced: np.ndarray) -> list[np.ndarray]:
    """Return the central differences if they have settled and are not what was traced."""
    found = []
    for h in (1e-5, 1e-6):
        slopes = np.zeros(np.shape(at[name]))
        for place in np.ndindex(slopes.shape):
            values = []
            for sign in (1, -1):
                moved = np.array(at[name], dtype=float)
                moved[place] += sign * h
                values.append(run({**at, name: moved if moved.shape else float(moved)})[0])
            slopes[place] = (values[0] - values[1]) / (2 * h)
        found.append(slopes)
    settled = np.all(np.isfinite(found)) and np.allclose(found[0], found[1], rtol=1e-4, atol=1e-5)
    return [found[1]] if settled and not np.allclose(traced, found[1], rtol=1e-3, atol=1e-4) else []


@pytest.mark.parametrize("block", range(5))
def test_gradients_of_random_programs_of_arrays_are_sound_on_every_road(block: int) -> None:
    wrong = [line for k in range(PROGRAMS // 5) for line in vector_faults(1000 * block + k)]
    assert not wrong, "\n".join(wrong[:20])
