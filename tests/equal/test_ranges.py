"""Between which numbers a cell stays: never outside where it can be tried, and tight enough to tell what is never zero."""

from __future__ import annotations

import random

import numpy as np
import pytest

import graphtutor as gt
from graphtutor.equal.breaks import breaks
from graphtutor.equal.domain import NAMED, Domain
from graphtutor.equal.evaluate import Line
from graphtutor.equal.lanes import Lanes
from graphtutor.equal.ranges import Ranges
from graphtutor.equal.scalars import Scalars, expanded
from graphtutor.ops.table import ROWS


def cells(text: str) -> tuple[Scalars, int]:
    graph = gt.graph(text)
    builder = Scalars()
    made = expanded(graph.cells, graph.shapes, builder, [graph.output.id])
    return builder, int(made[graph.output.id])


NEVER_ZERO = ["1 + exp(-x)", "1 - sigmoid(x)", "exp(x)*(1 - tanh(y))", "x**2 + 1", "(x*y)**4 + exp(z)", "1 + abs(x)", "2 + sin(x)", "-softplus(x) - 1", "1/(1 + exp(x))", "cosh(x)", "sqrt(x**2 + 3)", "3 - erf(x)"]  # fmt: skip
MAYBE = ["x", "x*y", "1 + sin(x)", "x**2", "exp(x) - 1", "x**3 + 5", "1/x - 1", "tanh(x)", "log(1 + exp(x)) - 1", "max(x, 0)", "x**2 - y**2", "1 - sigmoid(x)*2"]  # fmt: skip


@pytest.mark.parametrize("text", NEVER_ZERO)
def test_what_is_never_zero_is_told(text: str) -> None:
    builder, out = cells(text)
    assert Ranges(builder.cells, lambda _: Domain()).of(out).nonzero
    edge, out = cells(f"log({text})*1")
    assert [b for b in breaks(edge, [out], Ranges(edge.cells, lambda _: Domain())) if not b.kink] == []


@pytest.mark.parametrize("text", MAYBE)
def test_what_may_be_zero_is_not_taken_for_what_is_not(text: str) -> None:
    builder, out = cells(text)
    assert not Ranges(builder.cells, lambda _: Domain()).of(out).nonzero


def test_what_is_assumed_of_a_name_counts() -> None:
    builder, out = cells("x*y + 1")
    assert Ranges(builder.cells, lambda _: NAMED["positive"]).of(out).nonzero
    assert not Ranges(builder.cells, lambda _: NAMED["nonzero"]).of(out).nonzero


@pytest.mark.parametrize("seed", range(40))
def test_no_value_lies_outside_of_its_range(seed: int) -> None:
    """Random lines of operations of one and two numbers, at random points: floats may reach an end that is only approached."""
    rng = random.Random(seed)
    ops = [r for r in ROWS.values() if r.entrywise and r.arity[0] <= 2 and not r.abstract and not r.params and r.names and r.local]  # fmt: skip
    b = Scalars()
    made = [b.input("x"), b.input("y"), b.constant(2), b.constant(-1)]
    for _ in range(25):
        row = rng.choice(ops)
        count = max(1, row.arity[0])
        made.append(b.add(row.name, tuple(rng.choice(made) for _ in range(count))))
    points = np.random.default_rng(seed).normal(size=(60, 2)) * np.array([[0.5], [3.0]]).repeat(30, axis=0)
    values, _ = Lanes(Line(b.cells, made, ["x", "y"])).run(points, 1)
    ranges = Ranges(b.cells, lambda _: Domain())
    for i in made:
        low, high = ranges.of(i).low[0], ranges.of(i).high[0]
        known = np.ravel(values[i])[np.isfinite(np.ravel(values[i]))]
        slack = 1e-9 * (1 + np.abs(known))
        assert ((known >= float(low) - slack) & (known <= float(high) + slack)).all(), b.cells[i]
