"""Every row of the table, present and future, against SymPy's derivative and a central difference."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp

import graphtutor as gt
from graphtutor.errors import LearnerError, ShapeError
from graphtutor.expr import adjoint
from graphtutor.expr.graph import Graph
from graphtutor.expr.tracer import Builder
from graphtutor.ops.row import Row
from graphtutor.ops.table import ROWS, TABLE

SMOOTH_POINTS = 4
SCALAR = [row for row in TABLE if row.local is not None and row.pull is None]
MIXING = [row for row in TABLE if row.pull is not None and row.local is None]
SHAPES = {
    "matmul": [((3, 2), (2,)), ((2,), (2, 3)), ((2,), (2,)), ((2, 3), (3, 2))],
    "dot": [((3,), (3,))],
    "outer": [((3,), (2,))],
    "transpose": [((3, 2),), ((3,),)],
    "concatenate": [((2,), (3,)), ((2, 2), (1, 2))],
    "vector": [((), (), ()), ((2,), (2,))],
    "diag": [((3,),), ((2, 2),)],
    "trace": [((2, 2),)],
    "det": [((2, 2),), ((3, 3),)],
    "inv": [((2, 2),)],
    "solve": [((2, 2), (2,)), ((2, 2), (2, 3))],
}
PARAMS = {"power": [(2,), (3,), (-1,), (Fraction(1, 2),)], "index": [((1,),), (((0, 2, None),),)], "reshape": [((3, 2),)], "spread": [((-1,), (2, 3, 4))],
          "sum_to": [((2, 3), (3,)), ((2, 3), (2, 1))], "place": [(((1, 3, 1),), (4,))], "total": [(None, False), (0, False), (-1, True)],
          "prod": [(None,), (0,), (-1,)], "amax": [(None,), (0,)], "amin": [(None,), (1,)], "var": [(None,), (0,)], "std": [(None,), (1,)],
          "cumsum": [(None,), (0,)], "huber": [(1,), (Fraction(1, 2),)], "softmax": [(None,), (0,)], "logsumexp": [(None,), (0,)]}  # fmt: skip


def sample(domain: object, rng: random.Random) -> Fraction:
    low, high = {"real": (-2, 2), "positive": (0, 3), "nonnegative": (0, 3), "nonzero": (1, 3)}.get(domain, domain)  # type: ignore[arg-type]
    return Fraction(rng.randint(1, 999), 1000) * (Fraction(high) - Fraction(low)) + Fraction(low)


def arguments(row: Row, rng: random.Random) -> list[Fraction]:
    n = max(row.arity[0], 1) if row.arity[1] is None or row.arity[1] > 3 else row.arity[1]
    return [sample(row.domain[min(k, len(row.domain) - 1)], rng) for k in range(n)]


def one_node(row: Row, shapes: tuple[tuple[int, ...], ...], params: tuple[object, ...] = ()) -> tuple[Builder, int]:
    builder = Builder()
    return builder, builder.add(row.name, tuple(builder.input(f"a{k}", s) for k, s in enumerate(shapes)), params)


@pytest.mark.parametrize("row", SCALAR, ids=lambda r: r.name)
def test_local_derivatives_agree_with_sympy_and_a_central_difference(row: Row) -> None:
    rng = random.Random(row.name)
    for params in PARAMS.get(row.name, [tuple(d for _, d in row.params)]):
        values = arguments(row, rng)
        builder, out = one_node(row, ((),) * len(values), params)
        graph = builder.graph(out)
        names = [f"a{k}" for k in range(len(values))]
        walk = adjoint.backward(graph)
        expression = graph.expression().subs({sp.Symbol(n): sp.Symbol(n, real=True) for n in names})
        for _ in range(SMOOTH_POINTS):
            values = [
                abs(v) if any(Fraction(p).denominator > 1 for p in params if not isinstance(p, str)) else v
                for v in arguments(row, rng)
            ]
            point = dict(zip(names, values, strict=True))
            numbers = walk.extended.evaluate(point, "float")
            for slot, name in enumerate(names):
                if slot in row.conditions:
                    continue
                got = float(numbers[walk.gradient[graph.ids[name]]])
                exact = sp.diff(expression, sp.Symbol(name, real=True)).subs(
                    {sp.Symbol(n, real=True): sp.Rational(v.numerator, v.denominator) for n, v in point.items()}
                )
                assert got == pytest.approx(float(exact), rel=1e-10, abs=1e-12)
                with mpmath.workdps(40):
                    h = mpmath.mpf(10) ** -12
                    at = [
                        graph.evaluate(
                            {
                                n: mpmath.mpf(v.numerator) / v.denominator + (d if n == name else 0)
                                for n, v in point.items()
                            },
                            "mpmath",
                        )[out]
                        for d in (h, -h)
                    ]
                    assert got == pytest.approx(float((at[0] - at[1]) / (2 * h)), rel=1e-9, abs=1e-10)


def shaped_cases() -> list[tuple[Row, tuple[tuple[int, ...], ...], tuple[object, ...]]]:
    cases = []
    for row in MIXING:
        default = [tuple(d for _, d in row.params)]
        shapes = SHAPES.get(
            row.name,
            [
                ((2, 3),)
                if row.name not in ("index", "place", "spread")
                else {"index": ((3,),), "place": ((2,),), "spread": ((2, 3),)}[row.name]
            ],
        )
        cases += [(row, s, p) for s, p in itertools.product(shapes, PARAMS.get(row.name, default))]
    return cases


@pytest.mark.parametrize("row, shapes, params", shaped_cases(), ids=lambda v: getattr(v, "name", None))
def test_what_mixing_operations_send_back_agrees_with_sympy_entry_by_entry(row: Row, shapes, params) -> None:
    rng = np.random.default_rng(7)
    builder, out = one_node(row, shapes, params)
    shape = builder.shapes[out]
    seed = builder.input("g", shape)
    product = builder.add("mul", (out, seed))
    total = builder.add("total", (product,)) if shape else product
    graph = builder.graph(total)
    walk = adjoint.backward(graph)
    point = {n.name: rng.uniform(0.2, 2.0, n.shape) for n in graph.inputs}
    numbers = walk.extended.evaluate(point, "float")
    loss = graph.expression()
    flat = {
        s: float(v)
        for n in graph.inputs
        for s, v in zip(np.ravel(graph.entries[n.name]), np.ravel(point[n.name]), strict=True)
    }
    for node in graph.inputs[:-1]:
        got = np.ravel(numbers[walk.gradient[node.id]])
        want = [float(sp.diff(loss, s).subs(flat)) for s in np.ravel(graph.entries[node.name])]
        assert got == pytest.approx(want, rel=1e-10, abs=1e-12)
        assert np.shape(numbers[walk.gradient[node.id]]) == node.shape


@pytest.mark.parametrize("row", [r for r in SCALAR if r.entrywise], ids=lambda r: r.name)
def test_every_scalar_row_works_entry_by_entry_with_broadcasting(row: Row) -> None:
    rng = random.Random(row.name)
    one = arguments(row, rng)
    many = [[float(v) for v in arguments(row, rng)] for _ in range(3)]
    shapes = tuple((3,) if k == 0 else () for k in range(len(one)))
    builder, out = one_node(row, shapes)
    rest = [float(v) for v in one[1:]]
    got = builder.graph(out).evaluate(
        {"a0": np.array([m[0] for m in many])} | {f"a{k + 1}": v for k, v in enumerate(rest)}, "float"
    )[out]
    single, node = one_node(row, ((),) * len(one))
    want = [
        single.graph(node).evaluate({"a0": m[0]} | {f"a{k + 1}": v for k, v in enumerate(rest)}, "float")[node]
        for m in many
    ]
    assert got == pytest.approx(np.array(want, dtype=float), rel=1e-12)


@pytest.mark.parametrize("row", [r for r in TABLE if r.opens is not None and not r.group], ids=lambda r: r.name)
def test_an_operation_written_out_has_the_same_value(row: Row) -> None:
    from graphtutor.expr import views

    shape = () if row.entrywise else (3,)
    builder, out = one_node(row, (shape,) * row.arity[0])
    graph = builder.graph(out)
    x = np.array([0.3, -1.2, 2.0]) if shape else 0.7
    opened = views.opened(graph)
    assert len(opened) > len(graph)
    point = {f"a{k}": x / (k + 1) for k in range(row.arity[0])}
    assert opened.evaluate(point, "float")[opened.out] == pytest.approx(graph.evaluate(point, "float")[out], rel=1e-12)


@pytest.mark.parametrize("row", [r for r in TABLE if r.kink is not None and r.local is not None], ids=lambda r: r.name)
def test_at_a_kink_every_choice_lies_in_the_interval_the_row_states(row: Row) -> None:
    count = 1 if row.arity[1] == 1 else 2
    for tie in adjoint.TIES:
        builder, out = one_node(row, ((),) * count)
        walk = adjoint.backward(builder.graph(out), tie)
        low, high = row.kink.ends(*builder.cells[out][2])
        numbers = walk.extended.evaluate({f"a{k}": Fraction(0) for k in range(count)})
        for k in range(count):
            assert low <= numbers[walk.gradient[k]] <= high


@pytest.mark.parametrize("row", TABLE, ids=lambda r: r.name)
def test_every_row_explains_itself_and_has_a_name_of_its_own(row: Row) -> None:
    assert ROWS[row.name] is row
    assert row.rule and row.says
    assert row.differentiable or row.discrete or row.group
    if row.differentiable:
        assert row.formula and row.label


@pytest.mark.parametrize("row", [r for r in TABLE if r.slips and r.local is not None], ids=lambda r: r.name)
def test_every_slip_differs_from_the_right_rule_somewhere(row: Row) -> None:
    from graphtutor.expr.tracer import Tracer

    rng = random.Random(row.name)
    count = len(arguments(row, rng))
    builder, out = one_node(row, ((),) * count)
    tracers = [Tracer(builder, k) for k in range(count)]
    params = builder.cells[out][2]
    choice = {"tie": "zero"} if row.kink else {}
    right = row.local(Tracer(builder, out), *tracers, *params, **choice)
    for slip in row.slips:
        if slip.local is None:
            continue  # what is written instead, or a wrong rule for the whole node: tests/test_grading_diagnose.py
        wrong = slip.local(Tracer(builder, out), *tracers, *params, **choice)
        pairs = [
            (tracers[0].lift(r), tracers[0].lift(w))
            for r, w in zip(right, wrong, strict=True)
            if w is not None and r is not None
        ]
        differs = False
        for _ in range(10):
            signs = [
                rng.choice((1, -1)) if row.domain[min(k, len(row.domain) - 1)] == "real" else 1 for k in range(count)
            ]
            point = {f"a{k}": s * float(v) for k, (s, v) in enumerate(zip(signs, arguments(row, rng), strict=True))}
            values = Graph(tuple(builder.cells), tuple(builder.shapes), out).evaluate(point, "float")
            differs |= any(abs(values[r] - values[w]) > 1e-9 for r, w in pairs)
        assert differs, slip.id


def test_argmax_refuses_a_gradient_in_words() -> None:
    builder, out = one_node(ROWS["argmax"], ((3,),))
    with pytest.raises(
        LearnerError,
        match="argmax picks a place, so it has no gradient; take the gradient of softmax or of the score itself",
    ):
        adjoint.backward(builder.graph(out))


@pytest.mark.parametrize(
    "name, shapes, message",
    [
        (
            "matmul",
            ((3, 2), (1, 2)),
            r"cannot multiply \(3×2\) by \(1×2\): 2 columns meet 1 row; .T on the right would fit",
        ),
        ("matmul", ((), (2,)), r"@ needs vectors or matrices, met \(scalar\) and \(2\); for numbers write \*"),
        (
            "mul",
            ((3, 2), (3,)),
            r"cannot multiply shapes \(3×2\) and \(3\) entry by entry; for the matrix product write @",
        ),
        ("add", ((2, 3), (3, 2)), r"transposing one with .T gives \(2×3\) for both"),
        ("dot", ((2,), (3,)), r"dot needs two vectors of one length, met \(2\) and \(3\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named_with_what_would(name: str, shapes, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        one_node(ROWS[name], shapes)


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [("log1p(x)", 1e-20, 1e-20), ("expm1(x)", 1e-20, 1e-20), ("cbrt(x)", -8.0, -2.0), ("logaddexp(x, x)", 1000.0, 1000.6931471805599), ("hypot(x, x)", 1e200, 1.4142135623730951e200)],
)  # fmt: skip
def test_functions_that_libraries_have_are_as_exact_as_theirs(text: str, x: float, value: float) -> None:
    """What they are short for would give 0, nan or inf here."""
    run = gt.graph(text).function()
    assert run({"x": x})[0] == pytest.approx(value, rel=1e-15)
    assert run({"x": np.array([x, 1.0])})[0][0] == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("X", "slope"), [([2.0, 0.0, 5.0], [0, 10, 0]), ([0.0, 0.0, 5.0], [0, 0, 0]), ([2.0, 3.0, -1.0], [-3, -2, 6])]
)
def test_a_product_with_an_entry_of_0_has_its_slope(X: list[float], slope: list[float]) -> None:
    g = gt.graph("prod(x)", shapes={"x": 3})
    assert g.trace(at={"x": X}).gradients["x"].tolist() == slope
    matrix = gt.graph("prod(X)", shapes={"X": (2, 2)})
    assert matrix.trace(at={"X": [[0, 2], [3, 4]]}).gradients["X"].tolist() == [[24, 0], [0, 0]]


def test_a_singular_matrix_is_undefined_and_no_error() -> None:
    g = gt.graph("sum(solve(A, b))", shapes={"A": (2, 2), "b": 2})
    value, slopes = g.function()({"A": np.ones((2, 2)), "b": np.ones(2)})
    assert np.isnan(value) and np.isnan(slopes["A"]).all()
    many = g.function()({"A": np.array([np.ones((2, 2)), np.eye(2)]), "b": np.ones(2)})[0]
    assert np.isnan(many[0]) and many[1] == 2


@pytest.mark.parametrize("text", ["max(x)", "np.max(x)", "amax(x)", "x.max()"])
def test_the_greatest_entry_takes_all_and_ties_share(text: str) -> None:
    g = gt.graph(text, shapes={"x": 3})
    assert g.trace(at={"x": [1, 5, 2]}).gradients["x"].tolist() == [0, 1, 0]
    assert g.trace(at={"x": [5, 5, 2]}).gradients["x"].tolist() == [0.5, 0.5, 0]
    with pytest.raises(ShapeError, match="max and min of one thing need a vector or matrix, met a number"):
        gt.graph("max(z)")
