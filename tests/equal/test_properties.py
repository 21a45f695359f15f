"""Random expressions over the table: the trace, SymPy's derivative and a central difference agree; graphs built twice are equal."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graphtutor.compiled.function import compiled
from graphtutor.expr.adjoint import backward
from graphtutor.expr.graph import Graph
from graphtutor.expr.tracer import Builder
from graphtutor.ops.table import ROWS, TABLE

UNARY = [
    r.name
    for r in TABLE
    if r.local is not None
    and r.pull is None
    and r.arity == (1, 1)
    and not r.abstract
    and r.name not in ("power", "step", "sign", "floor", "ceil", "round")
]
BINARY = ["add", "sub", "mul", "div", "max", "min", "pow"]
NAMES = ("x", "y", "z")
AWAY = {"DiracDelta": lambda *_: 0}  # SymPy writes one at the zero of a sign; the points lie away from those


def slope(loss: sp.Expr, name: str, point: dict[str, mpmath.mpf]) -> mpmath.mpf:
    """SymPy's derivative at a point; a slope of a sign that it leaves standing, d sign(x**x)/dx, is 0 away from its zeros."""
    found = sp.diff(loss, sp.Symbol(name, real=True)).replace(
        lambda e: isinstance(e, sp.Derivative) and isinstance(e.expr, sp.sign), lambda e: sp.S.Zero
    )
    return sp.lambdify([sp.Symbol(n, real=True) for n in point], found, [AWAY, "mpmath"])(*point.values())


@st.composite
def graphs(draw: st.DrawFn, most: int = 7, unary: tuple[str, ...] = tuple(UNARY)) -> Graph:
    """A random graph over three inputs with shared nodes."""
    b = Builder()
    ids = [b.input(n) for n in NAMES]
    for _ in range(draw(st.integers(1, most))):
        pick = st.sampled_from(ids)
        if draw(st.booleans()):
            ids.append(b.add(draw(st.sampled_from(unary)), (draw(pick),)))
        else:
            ids.append(b.add(draw(st.sampled_from(BINARY)), (draw(pick), draw(pick))))
    return b.graph(ids[-1])


@settings(max_examples=120, deadline=None)
@given(graphs(), st.tuples(*[st.integers(150, 950)] * 3))
def test_backpropagation_agrees_with_sympy_and_a_central_difference(graph: Graph, numbers: tuple[int, ...]) -> None:
    used = [n.name for n in graph.inputs]
    point = {n: v / 1000 for n, v in zip(NAMES, numbers, strict=True)}
    walk = backward(graph)
    values = walk.extended.evaluate(point, "float")
    assume(all(math.isfinite(v) and abs(v) < 1e6 for v in values))
    kinks = [
        q
        for op, args, params in graph.cells
        if args and (k := ROWS[op].kink)
        for q in k.where(*(values[a] for a in args), *params)
    ]
    assume(all(abs(q) > 1e-3 for q in kinks))
    real = {sp.Symbol(n): sp.Symbol(n, real=True) for n in NAMES}
    loss = sp.sympify(graph.expression()).xreplace(real)
    for name in used:
        got = values[walk.gradient[graph.ids[name]]]
        with mpmath.workdps(50):
            high = {n: mpmath.mpf(v) / 1000 for n, v in zip(NAMES, numbers, strict=True)}
            h = mpmath.mpf(10) ** -18
            up, down = (graph.evaluate(high | {name: high[name] + d}, "mpmath")[graph.out] for d in (h, -h))
            assert got == pytest.approx(
                float((up - down) / (2 * h)), rel=1e-8, abs=1e-8
            )  # rel: float64 through up to 7 operations
            assert got == pytest.approx(float(mpmath.re(slope(loss, name, high))), rel=1e-8, abs=1e-8)


@settings(max_examples=150, deadline=None)
@given(graphs(30, ("neg", "neg", *UNARY)), st.tuples(*[st.integers(-950, 950)] * 3))
def test_compiled_code_agrees_with_the_walk_at_one_point_and_over_a_batch(
    graph: Graph, numbers: tuple[int, ...]
) -> None:
    point = {n: v / 1000 for n, v in zip(NAMES, numbers, strict=True)}
    walk = backward(graph)
    values = walk.extended.evaluate(point, "float")
    assume(all(math.isfinite(v) and abs(v) < 1e6 for v in values))
    used = {n.name: point[n.name] for n in graph.inputs}
    want = [values[graph.out], *(values[walk.gradient[graph.ids[name]]] for name in used)]
    f = compiled(graph)
    value, slopes = f(used)
    assert [value, *slopes.values()] == pytest.approx(
        want, rel=1e-9, abs=1e-9
    )  # the same operations, signs and sums taken in another order
    many, each = f({name: np.full(3, v) for name, v in used.items()})
    for got, expected in zip([many, *each.values()], want, strict=True):
        assert got == pytest.approx(np.full(3, expected), rel=1e-9, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_a_graph_built_again_from_its_own_cells_is_equal(graph: Graph) -> None:
    b = Builder()
    moved: list[int] = []
    for op, args, params in graph.cells:
        moved.append(b.input(params[0]) if op == "input" else b.add(op, tuple(moved[a] for a in args), params))
    again = b.graph(moved[graph.out])
    assert again == graph and hash(again) == hash(graph) and again.labels == graph.labels


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from(["softmax", "log_softmax", "tanh", "sigmoid", "gelu", "exp"]),
    st.integers(0, 10**6),
)
def test_random_shapes_agree_with_sympy_entry_by_entry(rows: int, columns: int, activation: str, seed: int) -> None:
    b = Builder()
    w, x, c = b.input("W", (rows, columns)), b.input("x", (columns,)), b.input("b", (rows,))
    hidden = b.add(activation, (b.add("add", (b.add("matmul", (w, x)), c)),))
    graph = b.graph(b.add("total", (b.add("mul", (hidden, c)),)))
    rng = np.random.default_rng(seed)
    point = {n.name: rng.uniform(-1, 1, n.shape) for n in graph.inputs}
    walk = backward(graph)
    values = walk.extended.evaluate(point, "float")
    loss = graph.expression()
    flat = {
        s: float(v)
        for n in graph.inputs
        for s, v in zip(np.ravel(graph.entries[n.name]), np.ravel(point[n.name]), strict=True)
    }
    for node in graph.inputs:
        got = np.ravel(values[walk.gradient[node.id]])
        want = [float(sp.diff(loss, s).subs(flat)) for s in np.ravel(graph.entries[node.name])]
        assert got == pytest.approx(want, rel=1e-9, abs=1e-10)
