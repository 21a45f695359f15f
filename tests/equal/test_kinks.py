"""At a kink the truth is the pair of slopes from both sides of the whole function, never the value that one reading takes there."""

from __future__ import annotations

import pytest

import graphtutor as gt

RIGHT = [
    ("max(0, x) - max(0, -x)", "1", "x"),
    ("max(z, 0) - z*t + log(1 + exp(-abs(z)))", "sigmoid(z) - t", "z"),
    ("max(a, b) + min(a, b)", "1", "a"),
    ("max(0, x) - max(0, -x)", "where(x > 0, 1, 0) + where(x < 0, 1, 0)", "x"),
    ("abs(x)*abs(x)", "2*x", "x"),
    ("relu(x)*3 - relu(-x)*3 + x**2", "3 + 2*x", "x"),
    ("max(x, y) + min(x, y) - x", "0", "x"),
    ("abs(x - 3) - (x - 3)*sign(x - 3)", "0", "x"),
    ("max(1 - m, 0) - max(m - 1, 0)", "-1", "m"),
    ("where(x > 0, x, 2*x)", "where(x > 0, 1, where(x < 0, 2, 1.5))", "x"),
]
WRONG = [
    ("max(0, x) - max(0, -x)", "0", "x"),
    ("max(0, x) - max(0, -x)", "where(x == 0, 5, 1)", "x"),
    ("max(0, x)", "where(x > 0, 1, where(x < 0, 0, 2))", "x"),
    ("max(a, b) + min(a, b)", "where(a == b, 3, 1)", "a"),
    ("abs(x)", "where(x > 0, 1, where(x < 0, -1, -2))", "x"),
]


@pytest.mark.parametrize("function, answer, wrt, right", [(*c, True) for c in RIGHT] + [(*c, False) for c in WRONG])
def test_an_answer_at_a_kink_is_held_against_the_slopes_from_both_sides(
    function: str, answer: str, wrt: str, right: bool
) -> None:
    assert gt.grade(function, answer, wrt=wrt).correct is right


def test_two_functions_that_are_no_slopes_are_compared_at_the_kink_itself() -> None:
    assert gt.same("where(x == 0, 5, x)", "x").kind == "differs"
    assert gt.same("1", "where(x > 0, 1, 0) + where(x < 0, 1, 0)").kind == "differs"
    assert gt.same("1", "where(x > 0, 1, 0) + where(x < 0, 1, 0)", slopes=True).kind == "agrees"
    assert gt.same("where(x == 0, 5, x)", "x", slopes=True).kind == "differs"
