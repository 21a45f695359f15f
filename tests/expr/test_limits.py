"""Where floats tell nothing (0 × ∞, a point filled in, a number beyond 1e308), the gradient is the function's own one-sided slope, on every road.

The truth: difference quotients of the same functions in mpmath, at 400 digits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import graphtutor as gt
from graphtutor.compiled.function import compiled
from graphtutor.expr.tracer import Builder


def roads(text: str, at: dict[str, float], wrt: str) -> dict[str, float]:
    g, floats = gt.graph(text), {k: float(v) for k, v in at.items()}
    batch = g.function()({k: np.array([v + 1, v]) for k, v in floats.items()})[1][wrt]
    return {"trace": g.trace(at=at).gradients[wrt], "compiled": g.function()(floats)[1][wrt], "batch": batch[1]}


def sides(f: Callable[..., Any], at: dict[str, float], wrt: str) -> list[float]:
    """Return the slopes from below and above; where the function ends, the one."""
    with mp.workdps(400):
        here = {k: mp.mpf(v) for k, v in at.items()}
        found = []
        for h in (-(mp.mpf(10) ** -100), mp.mpf(10) ** -100):
            slope = (f(**{**here, wrt: here[wrt] + h}) - f(**here)) / h
            found += [] if isinstance(slope, mp.mpc) else [float(slope)]
        return found


def either(c: bool, a: Any, b: Callable[[], Any]) -> Any:
    return a if c else b()


CASES: list[tuple[str, Callable[..., Any], dict[str, float], str]] = [
    # 0 × ∞: a root under a factor, a power or a root that vanishes with it
    ("x*sqrt(x)", lambda x: x * mp.sqrt(x), {"x": 0}, "x"),
    ("sqrt(u**3)", lambda u: mp.sqrt(u**3), {"u": 0}, "u"),
    ("sqrt(x)*sqrt(x)", lambda x: x, {"x": 0}, "x"),
    ("sqrt(2*t)**4", lambda t: 4 * t**2, {"t": 0}, "t"),
    ("y*sqrt(x)**3", lambda x, y: y * mp.sqrt(x) ** 3, {"x": 0, "y": 2}, "x"),
    ("(x - 1)*asin(x)", lambda x: (x - 1) * mp.asin(x), {"x": 1}, "x"),
    ("sin(a)*sqrt(a) + 3*a", lambda a: mp.sin(a) * mp.sqrt(a) + 3 * a, {"a": 0}, "a"),
    ("sqrt(1 - cos(x))", lambda x: mp.sqrt(1 - mp.cos(x)), {"x": 0}, "x"),
    ("sqrt(exp(2*s) - 2*exp(s) + 1)", lambda s: mp.sqrt((mp.exp(s) - 1) ** 2), {"s": 0}, "s"),
    ("sqrt(x**2 - 2*x*y + y**2)", lambda x, y: abs(x - y), {"x": 3, "y": 3}, "y"),
    ("cbrt(x)**3", lambda x: x, {"x": 0}, "x"),
    ("cbrt(q**6)", lambda q: q**2, {"q": 0}, "q"),
    ("acos(cos(x))", lambda x: abs(x), {"x": 0}, "x"),
    # a point filled in by what the function tends to
    ("Piecewise((sin(x)/x, Ne(x, 0)), (1, True))", lambda x: either(x == 0, 1, lambda: mp.sin(x) / x), {"x": 0}, "x"),
    ("where(x == 0, 0, x)", lambda x: x, {"x": 0}, "x"),
    ("where(x != 2, x**2, 4)", lambda x: x**2, {"x": 2}, "x"),
    ("where(z == 0, 1, (exp(z) - 1)/z)", lambda z: either(z == 0, 1, lambda: mp.expm1(z) / z), {"z": 0}, "z"),
    ("where(v == 1, 1, log(v)/(v - 1))", lambda v: either(v == 1, 1, lambda: mp.log(v) / (v - 1)), {"v": 1}, "v"),
    ("where(x == y, 2*x, (x**2 - y**2)/(x - y))", lambda x, y: x + y, {"x": 3, "y": 3}, "y"),
    ("where(x == 1 or x < -5, 1, x**3)", lambda x: x**3, {"x": 1}, "x"),
    # a number on the way that no float holds
    ("1/(1 + exp(-x))", lambda x: 1 / (1 + mp.exp(-x)), {"x": -800}, "x"),
    ("log(1 + exp(x))", lambda x: mp.log(1 + mp.exp(x)), {"x": 800}, "x"),
    ("log(exp(m))", lambda m: m, {"m": 5000}, "m"),
    ("exp(k)/(exp(k) + exp(2))", lambda k: mp.exp(k) / (mp.exp(k) + mp.exp(2)), {"k": 1000}, "k"),
    ("(exp(x) - exp(-x))/(exp(x) + exp(-x))", lambda x: mp.tanh(x), {"x": -900}, "x"),
    ("sqrt(x**2 + y**2)", lambda x, y: mp.sqrt(x**2 + y**2), {"x": 3e200, "y": 4e200}, "x"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "f", "at", "wrt"), CASES, ids=[row[0] for row in CASES])
def test_the_gradient_is_the_slope_or_lies_between_the_slopes_of_the_two_sides(text: str, f: Callable[..., Any], at: dict[str, float], wrt: str) -> None:  # fmt: skip
    found = sides(f, at, wrt)
    low, high = min(found), max(found)
    kink = high - low > 1e-9
    for road, got in roads(text, at, wrt).items():
        assert low - 1e-12 <= got <= high + 1e-12, road
        assert not kink or got == (0 if low < 0 < high else min(low, high, key=abs)), road


@pytest.mark.parametrize(("tie", "slope"), [("zero", 0), ("first", -(0.5**0.5)), ("last", 0.5**0.5), ("half", 0)])
def test_a_kink_that_only_a_limit_shows_takes_the_tie_that_is_asked_for(tie: str, slope: float) -> None:
    g = gt.graph("sqrt(1 - cos(x))")
    assert g.trace(at={"x": 0}, tie=tie).gradients["x"] == pytest.approx(slope)
    assert g.function(tie=tie)({"x": 0.0})[1]["x"] == pytest.approx(slope)


@pytest.mark.parametrize("text", ["sqrt(sqrt(x))*x**(1/8)", "where(x == 0, 1, x)", "where(x == 0, 0, x*sin(1/x))", "sqrt(x)*sqrt(-x)", "sqrt(abs(x))*cbrt(x)/1e-30"])  # fmt: skip
def test_where_no_limit_is_seen_the_gradient_stays_undefined(text: str) -> None:
    """An upright tangent, a jump, slopes that swing, a function of one point only, and one that is not defined."""
    assert not np.isfinite(gt.graph(text).function()({"x": 0.0})[1]["x"])


def test_entries_of_a_vector_take_their_limits_one_by_one() -> None:
    g, x = gt.graph("sum(x*sqrt(x))", shapes={"x": 3}), [0.0, 4.0, 0.0]
    assert g.trace(at={"x": x}).gradients["x"].tolist() == [0, 3, 0]
    assert g.function()({"x": np.array([x, [1.0, 1, 1]])})[1]["x"].tolist() == [[0, 3, 0], [1.5, 1.5, 1.5]]


def test_an_unfused_cross_entropy_of_large_scores_has_the_gradient_of_the_fused_one() -> None:
    at = {"x": [-431, 279, 427], "y": [1, 0, 0]}
    g = gt.graph("-sum(y*log(exp(x)/sum(exp(x))))", shapes={"x": 3, "y": 3})
    assert g.trace(at=at).gradients["x"] == pytest.approx([-1, 0, 1], abs=1e-12)
    assert g.function()(at)[0] == pytest.approx(858)


def test_the_step_says_where_the_slope_comes_from() -> None:
    def told(text: str, x: float) -> str:
        return gt.graph(text).trace(at={"x": x}).steps[-1].sentence

    assert told("x*sqrt(x)", 0).endswith("tends to 0 on the one side where it is defined: that is the derivative.")
    assert told("where(x == 0, 0, x)", 0).endswith("beside it the slope tends to 1: that is the derivative.")
    assert told("sqrt(1 - cos(x))", 0).endswith("tends to −0.707107 from below and 0.707107 from above: a kink, and 0 is taken (tie='zero').")  # fmt: skip
    assert told("log(1 + exp(x))", 800).endswith("with a longer exponent the gradient is as shown.")
    forward = [s.sentence for s in gt.graph("log(1 + exp(x))").trace(at={"x": 800}).steps if s.phase == "forward"]
    assert forward[-1] == "v₃ = ln(v₂) = ln(∞) = 800 (∞ is too large for a float, and kept with a longer exponent)."


def test_a_graph_too_large_or_numbers_too_large_are_left_undefined() -> None:
    assert np.isnan(gt.graph("exp(exp(exp(x))) - exp(exp(exp(x)))").function()({"x": 10.0})[0])
    wide = gt.graph("sum(x*sqrt(x))", shapes={"x": 9000})
    assert np.isnan(wide.function()({"x": np.zeros(9000)})[1]["x"]).all()


def test_a_value_that_depends_on_no_input_stands_once_in_a_batch() -> None:
    b = Builder()
    b.input("x")
    value, slopes = compiled(b.graph(b.add("exp", (b.constant(0.5),))))({"x": np.array([1.0, 2.0])})
    assert np.all(value == np.exp(0.5)) and slopes["x"].tolist() == [0, 0]
