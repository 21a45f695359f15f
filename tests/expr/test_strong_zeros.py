"""A branch not taken sends no gradient; roots and norms at 0 take the least slope; a constant is what depends on no input.

The truth: one-sided difference quotients of the same functions written in mpmath, at 60 digits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import graphtutor as gt

FORMULA = ("x**y", "sqrt(x**4)", "sqrt(x**2)*x")  # in symbols these are the formula beside the point
STEP = mpmath.mpf(10) ** -25


def where(c: bool, a: Callable[[], Any], b: Callable[[], Any]) -> Any:
    return a() if c else b()


def slopes(f: Callable[..., Any], at: dict[str, float], wrt: str) -> tuple[Any, Any]:
    """Return the slopes of f from below and from above."""
    with mpmath.workdps(60):
        here = {k: mpmath.mpf(v) for k, v in at.items()}
        middle = f(**here)
        return tuple((f(**{**here, wrt: here[wrt] + h}) - middle) / h for h in (-STEP, STEP))


def roads(text: str, at: dict[str, float], wrt: str) -> dict[str, float]:
    """Return the gradient on every road: step by step, compiled, in a batch, and as a graph of its own."""
    g = gt.graph(text)
    floats = {k: float(v) for k, v in at.items()}
    batch = g.function()({k: np.array([v, v + 1, v]) for k, v in floats.items()})[1][wrt]
    return {
        "trace": g.trace(at=at).gradients[wrt],
        "compiled": g.function()(floats)[1][wrt],
        "batch": batch[0],
        "end of batch": batch[2],
        "backward graph": g.backward_graph(wrt).trace(at=at).value,
        "entries": float(g.gradient(wrt).subs(dict(at)).evalf()) if text not in FORMULA else None,
    }


SMOOTH: list[tuple[str, Callable[..., Any], dict[str, float], str]] = [
    ("where(x < 1, x, sqrt(x))", lambda x: where(x < 1, lambda: x, lambda: mpmath.sqrt(x)), {"x": 0}, "x"),
    ("where(x > 0, sqrt(x), 0)", lambda x: where(x > 0, lambda: mpmath.sqrt(x), lambda: 0), {"x": -3}, "x"),
    ("where(x <= 0, 0, sqrt(x))", lambda x: where(x <= 0, lambda: 0, lambda: mpmath.sqrt(x)), {"x": -1}, "x"),
    ("where(b < 0, b^2, sqrt(b))", lambda b: where(b < 0, lambda: b**2, lambda: mpmath.sqrt(b)), {"b": -2}, "b"),
    # further kinds of an undefined branch: 1/0, log of 0, asin beyond 1, overflow, a tower of gates
    ("where(abs(t) > 1, 1/t, 5*t)", lambda t: where(abs(t) > 1, lambda: 1 / t, lambda: 5 * t), {"t": 0}, "t"),
    ("where(u > 0.5, u*log(u), 3*u)", lambda u: where(u > 0.5, lambda: u * mpmath.log(u), lambda: 3 * u), {"u": 0}, "u"),
    ("where(z > 1, z, asin(z)) + z", lambda z: where(z > 1, lambda: z, lambda: mpmath.asin(z)) + z, {"z": 3}, "z"),
    ("where(x > 100, x, exp(exp(x)))", lambda x: where(x > 100, lambda: x, lambda: mpmath.exp(mpmath.exp(x))), {"x": 1000}, "x"),
    ("where(a > 0, where(a > 1, log(a - 1), a), a^3)", lambda a: where(a > 0, lambda: where(a > 1, lambda: mpmath.log(a - 1), lambda: a), lambda: a**3), {"a": -2}, "a"),
    ("where(p > 0, p, log(p)) + where(p > 0, 2*p, log(p)**2)", lambda p: where(p > 0, lambda: 3 * p, lambda: mpmath.log(p) + mpmath.log(p) ** 2), {"p": 2}, "p"),
    ("max(x, sqrt(x - 5)*0 + x - 1)", lambda x: x, {"x": 5}, "x"),
    ("relu(x)*1 + sqrt(relu(x))", lambda x: where(x > 0, lambda: x + mpmath.sqrt(x), lambda: 0), {"x": -1}, "x"),
    ("s = log(q); where(q > 0, s, 0) + where(q > 2, s*s, q)", lambda q: where(q > 0, lambda: mpmath.log(q), lambda: 0) + q, {"q": 0 - 1}, "q"),
    ("x**y", lambda x, y: x**y, {"x": 0, "y": 2}, "y"),
    ("sqrt(x**4)", lambda x: x**2, {"x": 0}, "x"),
    ("(x**2)**(3/2)", lambda x: abs(x) ** 3, {"x": 0}, "x"),
    ("sqrt(x**2)*x", lambda x: abs(x) * x, {"x": 0}, "x"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "f", "at", "wrt"), SMOOTH, ids=[row[0] for row in SMOOTH])
def test_a_way_that_is_shut_sends_nothing_on_any_road(text: str, f: Callable[..., Any], at: dict[str, float], wrt: str) -> None:  # fmt: skip
    below, above = slopes(f, at, wrt)
    assert abs(below - above) < 1e-9, "the case is not smooth"
    for road, found in roads(text, at, wrt).items():
        assert found is None or found == pytest.approx(float(above), rel=1e-9, abs=1e-12), road


KINKS: list[tuple[str, Callable[..., Any], dict[str, float], str]] = [
    ("sqrt(x**2)", lambda x: abs(x), {"x": 0}, "x"),
    ("(x**2)**0.5", lambda x: abs(x), {"x": 0}, "x"),
    ("sqrt(u*u + v**2)", lambda u, v: mpmath.sqrt(u * u + v * v), {"u": 0, "v": 0}, "v"),
    ("3*sqrt(4*t^2)", lambda t: 6 * abs(t), {"t": 0}, "t"),
    ("sqrt(abs(m)*abs(m))", lambda m: abs(m), {"m": 0}, "m"),
    ("(k**4)**(1/4)", lambda k: abs(k), {"k": 0}, "k"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "f", "at", "wrt"), KINKS, ids=[row[0] for row in KINKS])
def test_at_the_tip_of_a_root_of_squares_the_least_slope_is_taken(text: str, f: Callable[..., Any], at: dict[str, float], wrt: str) -> None:  # fmt: skip
    below, above = slopes(f, at, wrt)
    assert below < 0 < above
    g = gt.graph(text)
    assert g.trace(at=at).gradients[wrt] == 0 == g.function()({k: float(v) for k, v in at.items()})[1][wrt]
    assert any("the least, 0, is taken" in step.sentence for step in g.trace(at=at).steps)


@pytest.mark.parametrize("text", ["norm(x)", "norm(x)**2", "n = norm(x); L = where(n > 0.5, n, 1)", "sqrt(sum(x*x))", "sqrt(x@x)", "norm(2*x)**3"])  # fmt: skip
def test_a_norm_at_zero_sends_zeros(text: str) -> None:
    g = gt.graph(text, shapes={"x": 2})
    assert g.trace(at={"x": [0, 0]}).gradients["x"].tolist() == [0, 0]
    assert g.function()({"x": np.zeros(2)})[1]["x"].tolist() == [0, 0]
    rows = g.function()({"x": np.array([[0.0, 0.0], [3.0, 4.0]])})[1]["x"]
    assert rows[0].tolist() == [0, 0] and np.all(np.isfinite(rows))


def test_rows_of_a_matrix_are_blocked_one_by_one() -> None:
    """Twice the row where its norm is above ½ is the truth: d Σ n² = 2x there, and 0 for the zero row."""
    g = gt.graph("n = norm(X, axis=1); sum(where(n > 0.5, n, 1)**2)", shapes={"X": (2, 2)})
    X = np.array([[0.0, 0.0], [3.0, 4.0]])
    assert g.trace(at={"X": X}).gradients["X"] == pytest.approx(np.array([[0, 0], [6, 8]]))


def test_entries_outside_a_domain_are_blocked_one_by_one() -> None:
    g = gt.graph("sum(where(x > 0, sqrt(x), 0))", shapes={"x": 3})
    assert g.trace(at={"x": [-1, 0, 4]}).gradients["x"].tolist() == [0, 0, 0.25]
    mixed = gt.graph("s = sqrt(x); sum(where(x > 0, s, 0)) + sum(A @ where(x > 1, s, x))", shapes={"x": 2, "A": (2, 2)})
    found = mixed.trace(at={"x": [-1, 4], "A": [[1, 2], [3, 4]]}).gradients["x"]
    assert found == pytest.approx([4, 0.25 + 6 * 0.25])


@pytest.mark.parametrize(
    ("text", "at", "second"),
    [("where(x > 0, sqrt(x), 0)", -3, 0), ("where(x < 1, x**3, log(x))", 0, 0), ("where(x < 1, x**3, log(x))", -1, -6), ("where(x > 0, 1/x, x**2)", -2, 2),
     ("where(x > 2, x, 5*x**2) + where(x > 3, log(x - 3), 0)", 1, 10)],
)  # fmt: skip
def test_second_derivatives_are_blocked_too(text: str, at: float, second: float) -> None:
    twice = gt.graph(text).backward_graph("x").backward_graph("x")
    assert twice.trace(at={"x": at}).value == second
    assert twice.function()({"x": float(at)})[0] == second


@pytest.mark.parametrize("text", ["sqrt(x)", "x**(1/3)", "log(x)*0 + sqrt(x)**2"])
def test_a_slope_that_is_not_determined_stays_undefined(text: str) -> None:
    g = gt.graph(text)
    assert not np.isfinite(g.function()({"x": 0.0})[1]["x"])


def test_the_second_derivative_of_a_squared_norm_at_zero_is_not_called_zero() -> None:
    first = gt.graph("sqrt(x**2)**2").backward_graph("x")
    assert first.trace(at={"x": 0}).value == 0
    second = first.backward_graph("x").function()({"x": 0.0})[0]
    assert not np.isfinite(second) or second == 2


@pytest.mark.parametrize("half", ["0.5", "1/2", "2/4", "sqrt(1/4)", "exp(0)/2", "c"])
def test_a_constant_takes_the_same_tie_however_it_is_written(half: str) -> None:
    g = gt.graph(f"min(x, {half})", constants={"c": 0.5})
    assert g.trace(at={"x": 0.5}).gradients["x"] == 0
    assert gt.graph(f"max({half}, 3*x)", constants={"c": 0.5}).function()({"x": 1 / 6})[1]["x"] in (0.0, 3.0)
    assert gt.graph(f"max({half}, x)", constants={"c": 0.5}).function()({"x": 0.5})[1]["x"] == 0


@pytest.mark.parametrize(
    ("text", "at"),
    [("where(x, x, 3)", 0), ("where(x == 1 or x < -5, 2, x**3)", 1), ("where(2*x == 1, 0, exp(x))", 0.5), ("where(x == 0, 0, x**2*sin(1/x))", 0), ("where(x != 0, exp(x), 0)", 0),
     ("where(t == 2, 5, t**2)", 2)],
)  # fmt: skip
def test_where_a_single_point_is_filled_in_by_something_else_the_formula_gives_no_derivative(text: str, at: float) -> None:  # fmt: skip
    g = gt.graph(text)
    (name,) = (n.name for n in g.inputs)
    assert np.isnan(g.trace(at={name: at}).gradients[name]) and np.isnan(g.function()({name: float(at)})[1][name])
    assert any("filled in by a value of its own" in s.sentence for s in g.trace(at={name: at}).steps)
    assert np.isfinite(g.trace(at={name: at + 0.25}).gradients[name])
    assert np.isnan(g.function()({name: np.array([at, at + 1.0])})[1][name]).tolist() == [True, False]


def test_a_label_that_only_decides_leaves_the_other_gradients_alone() -> None:
    g = gt.graph("where(y == 1, -log(p), -log(1 - p))")
    assert g.trace(at={"y": 1, "p": 0.25}).gradients["p"] == -4


def test_a_point_filled_in_on_a_branch_not_taken_does_no_harm() -> None:
    assert gt.graph("where(x > 0, where(x == -1, 5, x), x**2)").trace(at={"x": -1}).gradients["x"] == -2


def test_a_step_says_why_nothing_is_sent() -> None:
    told = [s.sentence for s in gt.graph("where(x < 1, x, sqrt(x))").trace(at={"x": 0}).steps]
    assert told[-1].endswith("No open way leads from here to the output, so nothing is sent back, whatever the slope.")


def test_what_needs_no_selection_is_written_as_ever() -> None:
    walk = gt.graph("relu(w*x + b)*v").trace(at={"w": 1, "x": 2, "b": 0, "v": 3}).walk
    assert all(op not in ("kept", "tip") for op, _, _ in walk.cells)


def test_a_node_of_constants_alone_has_no_gradient_and_no_picture_says_zero() -> None:
    walked = gt.graph("z = w*x/sqrt(2)").trace(at={"w": 2, "x": 4})
    assert "v2" not in walked.gradients
    assert "∂z/∂v₂" not in walked.svg()


def test_two_edges_from_one_node_are_told_apart() -> None:
    told = [s.sentence for s in gt.graph("x*x").trace(at={"x": 3}).steps if s.edge]
    assert "local ∂v₁/∂x (place 1 of 2 alone) = x = 3" in told[0]
    assert "local ∂v₁/∂x (place 2 of 2 alone) = x = 3" in told[1]
