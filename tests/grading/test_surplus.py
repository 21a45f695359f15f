"""Three kinds of wrong answer that had no explanation: factors too many that are not in the problem, noise in the truth, a part left as it is."""

from __future__ import annotations

import pytest

import graphtutor as gt


@pytest.mark.parametrize(
    "function, answer, wrt, factor",
    [
        ("(a - y)**2/2", "(a - y)a(1 - a)", "a", "a*(1 - a)"),
        ("(h - t)**2/2", "(h - t)*(1 - h^2)", "h", "1 - h**2"),
        ("sin(z)", "cos(z)*(z^2 + 1)", "z", "z**2 + 1"),
        ("log(u)", "1/u*exp(u)", "u", "exp(u)"),
        ("w*x**2", "2*w*x*sqrt(x + 3)", "x", "sqrt(x + 3)"),
        ("exp(r) + r", "(exp(r) + 1)*r*(r - 2)", "r", "r*(r - 2)"),
        ("sin(exp(x) + exp(2*x))", "cos(exp(x) + exp(2x))*(exp(x) + 2exp(2x))*exp(x)", "x", "exp(x)"),
    ],
)
def test_factors_that_are_too_many_are_named(function: str, answer: str, wrt: str, factor: str) -> None:
    told = gt.grade(function, answer, wrt=wrt).misconceptions
    assert ("factor.too-many", f"Yours is {factor} times the derivative.") in [(m.id, m.strong) for m in told]


@pytest.mark.parametrize(
    "factor, id",
    [("3", "constant.factor-dropped"), ("5", "constant.factor-dropped"), ("1/2", "constant.factor-dropped"), ("-1", "sign.lost-inner-minus"), ("7", "constant.factor-dropped")],
)  # fmt: skip
def test_where_rounding_spoils_the_truth_at_a_point_that_point_does_not_count(factor: str, id: str) -> None:
    """1 - q of a saturated q has lost its digits: one such point used to hide what explains the answer at all others."""
    loss = "q = 1/(1 + exp(-(a*v + c)))\nL = -(t*log(q) + (1 - t)*log(1 - q))"
    found = gt.grade(loss, f"({factor})*(q - t)*v", wrt="a")
    assert id in [m.id for m in found.misconceptions] or (factor == "-1" and "ce.sign" in [m.id for m in found.misconceptions])  # fmt: skip


@pytest.mark.parametrize(
    "function, answer, wrt",
    [("exp(x)", "x", "x"), ("sin(t)", "t", "t"), ("tanh(z)", "z", "z"), ("exp(x**3)", "x**3", "x"), ("log(1 + s**2)", "1 + s**2", "s"), ("cosh(r)", "r", "r")],
)  # fmt: skip
def test_a_part_of_the_function_left_as_it_is_is_told(function: str, answer: str, wrt: str) -> None:
    assert gt.grade(function, answer, wrt=wrt).misconceptions
