"""The check of gradients: right ones pass, planted mistakes are found, kinks and big graphs say what was done."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from graphtutor import checks
from graphtutor.api import check, make
from graphtutor.maths.ops import ROWS


@pytest.mark.parametrize(
    "text, shapes",
    [
        ("f = w0*x0 + w1*x1 + b\nL = (f - y)**2", {}),
        ("L = max(0, 1 - y*(w0*x0 + w1*x1 + b))", {}),
        ("(exp(x*w)/(x*w))**3", {}),
        ("-log(softmax(W@x + b)[1])", {"W": (3, 2), "x": 2, "b": 3}),
        ("where(x > 0, log(x)*y, tanh(x))", {}),
        ("sum(gelu(x))*norm(x)", {"x": 2}),
        ("x**y", {}),
    ],
)
def test_right_gradients_agree_with_sympy(text: str, shapes: dict) -> None:
    found = check(make(text, shapes=shapes))
    assert found.ok and found.method == "sympy.diff"
    assert {v.kind for v in found.verdicts.values()} <= {"proved", "agrees"}


def test_a_planted_mistake_in_a_rule_is_found_with_a_point(monkeypatch: pytest.MonkeyPatch) -> None:
    from graphtutor import adjoint

    monkeypatch.setitem(ROWS, "sin", replace(ROWS["sin"], local=lambda y, x: (x,)))
    adjoint.template.cache_clear()
    try:
        found = check(make("w*sin(x)"))
    finally:
        adjoint.template.cache_clear()
    assert not found.ok and found.verdicts["x"].kind == "differs" and found.verdicts["x"].point
    assert found.verdicts["w"].kind == "proved"
    assert not found.locals["v1"]
    assert found.sentence == "The gradient differs from sympy.diff for x."


def test_at_a_kink_the_gradient_lies_between_the_slopes_from_both_sides() -> None:
    at = {"w": Fraction(1, 2), "x": 2, "y": 1}
    for tie in ("zero", "half", "last"):
        found = check(make("max(0, 1 - y*w*x)"), at=at, tie=tie)
        assert found.ok and found.verdicts["w"].kind == "kink"
    assert check(make("max(0, 1 - y*w*x)"), at=at | {"w": 1}).verdicts["w"].kind == "agrees"


def test_where_the_chain_rule_does_not_hold_at_a_kink_it_is_said() -> None:
    assert check(make("relu(x) - relu(-x)"), at={"x": 0}, tie="half").ok
    assert "the slope here is 1.0, but backpropagation gives 0" in check(make("relu(x) - relu(-x)"), at={"x": 0}).verdicts["x"].evidence
    found = check(make("abs(x) + relu(x) - relu(-x)"), at={"x": 0}, tie="last").verdicts["x"]
    assert found.kind == "differs" and "the chain rule does not hold there" in found.evidence


def test_a_graph_too_big_for_sympy_is_checked_another_way_and_says_so() -> None:
    text = "x"
    for _ in range(120):
        text = f"sin({text}*w + 1)"
    found = check(make(text))
    assert found.ok and "central differences at high precision" in found.method
    assert {v.kind for v in found.verdicts.values()} == {"agrees"}


def test_a_sample_is_never_called_proof() -> None:
    assert checks.same_values(*(make(t).expression() for t in ("sin(x)**2 + cos(x)**2", "1 + 0*x"))).kind == "agrees"
