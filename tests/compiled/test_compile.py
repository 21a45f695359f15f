"""Compiled code: one point, a batch, reductions, against the trace and central differences."""

from __future__ import annotations

import pickle
import tracemalloc

import numpy as np
import pytest

from graphtutor.compiled.function import compiled
from graphtutor.errors import LearnerError, ShapeError
from graphtutor.expr.tracer import Builder
from graphtutor.front.api import graph as make

POINTS = {"x0": [2, 5, -2, -1], "x1": [0, -2, 2, -3], "y": [-1, -1, 1, 1]}
START = {"w0": 0.5, "w1": -0.3, "b": 0.1}


def test_one_point_agrees_with_the_trace() -> None:
    g = make("f = w0*x0 + w1*x1 + b\nL = max(0, 1 - y*f) + tanh(f)**2 + sigmoid(f)/x0")
    at = {"w0": 0.5, "w1": -0.3, "x0": 2.0, "x1": 0.5, "b": 0.1, "y": -1.0}
    value, gradients = g.function()(at)
    t = g.trace(at)
    assert value == pytest.approx(t.value, rel=1e-14)
    assert gradients == pytest.approx({n: t.gradients[n] for n in at}, rel=1e-13)


def test_a_batch_gives_each_point_and_reductions_sum_or_average() -> None:
    g = make("f = w0*x0 + w1*x1 + b\nL = (f - y)**2")
    each, gradients = g.function()(START | POINTS)
    assert each == pytest.approx([4.41, 17.64, 6.25, 0.25])
    assert gradients["w0"] == pytest.approx([8.4, 42.0, 10.0, 1.0])
    total, summed = g.function("sum")(START | POINTS)
    assert total == pytest.approx(28.55) and (summed["w0"], summed["w1"], summed["b"]) == pytest.approx(
        (61.4, -23.8, 6.6)
    )
    mean, averaged = g.function("mean")(START | POINTS)
    assert mean == pytest.approx(7.1375) and (averaged["w0"], averaged["w1"], averaged["b"]) == pytest.approx(
        (15.35, -5.95, 1.65)
    )
    assert averaged["x0"] == pytest.approx(gradients["x0"] / 4)


BATCHED = [
    "cross_entropy(W@x + b, y)",
    "h = tanh(V@x)\nL = cross_entropy(W@h + b, y)",
    "sum((x@W.T + b - y)**2)",
    "norm(W@x - y)*mean(b)",
    "sum(W*b[0]) + logsumexp(W@x + b)*y[1]",
]


@pytest.mark.parametrize("text", BATCHED)
@pytest.mark.parametrize("reduce", [None, "sum", "mean"])
def test_a_batch_of_vectors_agrees_with_point_by_point(text: str, reduce: str | None) -> None:
    shapes = {"W": (3, 2), "x": 2, "b": 3, "y": 3} | ({"V": (2, 2)} if "V" in text else {})
    g = make(text, shapes=shapes)
    rng = np.random.default_rng(1)
    names = [n.name for n in g.inputs]
    at = {
        n: rng.normal(size=(5, *g.nodes[g.ids[n]].shape) if n in ("x", "y") else g.nodes[g.ids[n]].shape) for n in names
    }
    value, gradients = g.function(reduce)(at)
    singles = [g.trace({n: (v[k] if n in ("x", "y") else v).tolist() for n, v in at.items()}) for k in range(5)]
    scale = {None: 1, "sum": 1, "mean": 1 / 5}[reduce]
    each = np.array([s.value for s in singles])
    assert value == pytest.approx(each if reduce is None else each.sum() * scale, rel=1e-12)
    for n in names:
        want = np.array([s.gradients[n] for s in singles])
        want = want.sum(axis=0) * scale if reduce and n not in ("x", "y") else want * scale
        assert gradients[n] == pytest.approx(want, rel=1e-10, abs=1e-12), n
        assert np.shape(gradients[n]) == np.shape(want)


def test_a_large_batch_goes_in_pieces_and_comes_back_whole() -> None:
    g = make("h = tanh(V@x)\nL = sum((W@h - y)**2) + c**2", shapes={"V": (3, 2), "W": (2, 3), "x": 2, "y": 2})
    rng = np.random.default_rng(2)
    at = {
        "V": rng.normal(size=(3, 2)),
        "W": rng.normal(size=(2, 3)),
        "c": 0.5,
        "x": rng.normal(size=(30_001, 2)),
        "y": rng.normal(size=(30_001, 2)),
    }
    value, each = g.function()(at)
    total, summed = g.function("sum")(at)
    assert value.shape == (30_001,) and total == pytest.approx(value.sum(), rel=1e-12)
    for n in ("V", "W", "c"):
        assert summed[n] == pytest.approx(each[n].sum(axis=0), rel=1e-9)
    assert np.array_equal(each["x"], summed["x"])
    few = {n: v if np.shape(v)[:1] != (30_001,) else v[20_000:20_005] for n, v in at.items()}
    part, slopes = g.function()(few)
    assert part == pytest.approx(value[20_000:20_005], rel=1e-13) and slopes["V"] == pytest.approx(
        each["V"][20_000:20_005], rel=1e-12
    )


def test_a_value_that_no_point_touches_is_one_number() -> None:
    f = make("g = 2*x\nL = w**2").function()
    value, gradients = f({"w": 3.0, "x": np.ones(40_000)})
    assert (
        value == 9.0 and gradients["w"].shape == (40_000,) and set(gradients["w"]) == {6.0} and not gradients["x"].any()
    )


@pytest.mark.parametrize(("text", "x", "value", "slope"), [
    ("(-x)**2", 3.0, 9.0, 6.0), ("-x**2", 3.0, -9.0, -6.0), ("(-x)**3 - -x", 2.0, -6.0, -11.0), ("-(-x)*(-x)/(-2)", 3.0, 4.5, 3.0), ("2 - -(-x)", 3.0, -1.0, -1.0),
    ("max(-x, x - 9)", 2.0, -2.0, -1.0), ("exp(-(-(x - 2)))", 2.0, 1.0, 1.0), ("-abs(-x)*-3", -2.0, 6.0, -3.0), ("u = -x; u*u + u", 3.0, 6.0, 5.0), ("u = -(x*x); u*u*u", 2.0, -64.0, -192.0),
])  # fmt: skip
def test_minus_signs_are_carried_to_where_they_belong(text: str, x: float, value: float, slope: float) -> None:
    f = make(text).function()
    assert f({"x": x}) == (value, {"x": slope})
    many, slopes = f({"x": np.array([x, x])})
    assert many.tolist() == [value, value] and slopes["x"].tolist() == [slope, slope]


def test_a_weight_that_sigmoids_share_turns_its_sign_once() -> None:
    g = make("p = sigmoid(w*x + b)\nq = 1/(1 + exp(-(w*p + b)))\nL = sigmoid(w*q + b) + sigmoid(w*x + b)")
    for at in ({"w": 0.5, "x": 2.0, "b": -0.3}, {"w": 1.0, "x": 0.25, "b": -0.25}, {"w": -30.0, "x": 30.0, "b": 0.0}):
        value, gradients = g.function()(at)
        t = g.trace(at)
        assert value == pytest.approx(t.value, rel=1e-15) and gradients == pytest.approx(
            {n: t.gradients[n] for n in at}, rel=1e-14, abs=1e-300
        )


def test_whole_numbers_come_back_as_floats() -> None:
    value, gradients = make("w*x").function()({"w": 2, "x": 3.5})
    assert (value, gradients) == (7.0, {"w": 3.5, "x": 2.0}) and all(
        type(v) is float for v in (value, *gradients.values())
    )


def test_a_central_difference_agrees() -> None:
    g = make("L = sum(gelu(W@x)*softplus(x)) + erf(x[0])*elu(-x[1])", shapes={"W": (2, 2), "x": 2})
    f = g.function()
    at = {"W": np.array([[0.3, -0.7], [1.1, 0.4]]), "x": np.array([0.6, 0.9])}
    _, gradients = f(at)
    h = 1e-6
    for i in range(2):
        d = np.eye(2)[i] * h
        want = (f(at | {"x": at["x"] + d})[0] - f(at | {"x": at["x"] - d})[0]) / (2 * h)
        assert gradients["x"][i] == pytest.approx(want, rel=1e-7)


def test_overflow_and_poles_give_infinities_and_not_exceptions() -> None:
    f = make("1/x + exp(w)").function()
    assert f({"x": 0.0, "w": 1000.0})[0] == np.inf
    assert f({"x": 1.0, "w": 1000.0})[1]["w"] == np.inf


def test_a_long_sum_compiles_without_recursion() -> None:
    g = make(" + ".join(["x"] * 2400))
    assert g.function()({"x": 1.0}) == (2400.0, {"x": 2400.0})


def test_bad_values_are_one_clear_line_and_functions_travel() -> None:
    f = make("sum(W@x)", shapes={"W": (2, 2), "x": 2}).function("sum")
    with pytest.raises(LearnerError, match="no value for x; give one to each of W, x"):
        f({"W": np.eye(2)})
    with pytest.raises(ShapeError, match=r"'x' has shape \(3\); expected \(2\), or that with a batch axis in front"):
        f({"W": np.eye(2), "x": np.ones(3)})
    with pytest.raises(LearnerError, match="reduce='total' is no reduction; expected None, 'sum' or 'mean'"):
        make("x").function("total")
    copy = pickle.loads(pickle.dumps(f))
    assert copy({"W": np.eye(2), "x": np.ones(2)})[0] == 2.0


def test_a_constant_outside_a_domain_is_nan_and_no_error() -> None:
    value, gradients = make("(-6)**x").function()({"x": 3.0})
    assert value == -216 and np.isnan(gradients["x"])


@pytest.mark.parametrize(
    "text", ["min(log(b), x)**x", "where(sqrt(0.5/b) > x, sqrt(abs(b)), x)", "asin(3*x/b)", "log(b*b*x)"]
)
def test_outside_a_domain_one_point_is_nan_as_a_batch_is(text: str) -> None:
    f = make(text).function()
    one, many = f({"b": -3.0, "x": -1.5}), f({"b": np.array([-3.0, -3.0]), "x": np.array([-1.5, -1.5])})
    assert np.isclose(one[0], many[0][0], equal_nan=True)
    assert all(np.isclose(one[1][name], many[1][name][0], equal_nan=True) for name in ("b", "x"))


LONG_WAYS = ["sin(x)*y - x*sin(x) - 3", "-(w*x + b)*(-(w*y + b))*(-w)", "where(x > y, x*y, exp(-x)) - sigmoid(w*x + b)/(1 + sigmoid(w*y + b))",
             "((x - y)**2 + (x*y - b)**2)*(x - y)", "-x", "x*y*w*b*x*y*w*b", "sqrt(1 + x**2) - tanh(-x)*sqrt(1 + x**2)"]  # fmt: skip


@pytest.mark.parametrize("text", LONG_WAYS)
@pytest.mark.parametrize("piece", [1, 2, 5])
def test_code_in_pieces_gives_the_same_floats(text: str, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    g = make(text)
    at = {name: 0.3 + 0.4 * k for k, name in enumerate(n.name for n in g.inputs)}
    whole = g.function()(at)
    monkeypatch.setattr("graphtutor.compiled.floats.PIECE", piece)
    monkeypatch.setattr("graphtutor.compiled.function.LONG", -1)
    found = g.function()
    assert found.fast is not None
    assert found.fast(at) == whole
    assert found({**at, next(iter(at)): 1})[0] == pytest.approx(g.trace({**at, next(iter(at)): 1}).value)
    with pytest.raises(LearnerError, match="no value for"):
        found({})


def test_a_long_chain_is_compiled_in_little_memory() -> None:
    b = Builder()
    x = b.input("x")
    for k in range(3_000):
        x = b.add("sigmoid", (b.add("add", (b.add("mul", (b.input(f"w{k}"), x)), b.input(f"b{k}"))),))
    tracemalloc.start()
    f = compiled(b.graph(x))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    value, slopes = f({n.name: 0.5 for n in f.graph.inputs})
    assert len(slopes) == 6_001 and 0.5 < value < 1
    assert most < 2_000 * len(f.graph)  # bytes; in one function it is 6,900
