"""Every cell between breaks holds a point: gates on different variables, steep functions, and what is said where there are too many."""

from __future__ import annotations

import pytest

import graphtutor as gt

WRONG = [
    ("relu(x - 2)*relu(y - 5)", "2*relu(x - 2)*relu(y - 5)"),
    ("relu(x - 40)*relu(y - 70)*relu(z - 20)", "0"),
    ("relu(x*y - 10)*relu(5 - x - y)", "0"),
    ("relu(x**2 + y**2 - 100)*relu(y - 9)*relu(4 - x)", "relu(y - 9)*relu(4 - x)*(x**2 + y**2 - 100)"),
    ("relu(relu(x - 3)*relu(y - 4) - 50)", "0"),
    ("max(0, 10 - y*max(0, w*x - 10))", "max(0, 10 - 2*y*max(0, w*x - 10))"),
    ("where(x > 1, where(x < 1.001, 1, 0), 0)", "0"),
    ("(x - 50 + sqrt((x - 50)**2))/2*relu(y - 60)", "relu(y - 60)*relu(x - 50)*2"),
    ("max(x - 99, y - 99, 0)", "max(x - 99, 0) + max(y - 99, 0)"),
    ("min(a, 64)*max(b, 80)", "min(a, 64)*where(b > 81, b, 80)"),
    # where both arguments of the outer choice are 0 its break is 0 all over
    (
        "max(max(0, w - 60)**2, relu(x + w - 90)*relu(w**2 - 40))",
        "max(max(0, w - 60)**2, relu(x + w - 90)*where(w > 60, relu(w**2 - 40), 0))",
    ),
    (
        "max(relu(a - 30), relu(b - 20)*relu(30 - a))",
        "max(relu(a - 30), relu(b - 20)*relu(30 - a)*where(a < -30, 1, 0))",
    ),
    (
        "min(-relu(a - 70), -relu(b - 80))",
        "-relu(a - 70)*where(a - 70 > b - 80, 1, 0) - relu(b - 80)*where(b - 80 > a - 70, 1, 0)*where(a > 70, 1, 0)",
    ),
    (
        "abs(relu(x - 45)*relu(y - 55) - relu(50 - y)*relu(z - 60))",
        "relu(x - 45)*relu(y - 55) + where(x > 45, relu(50 - y)*relu(z - 60), 0)",
    ),
]
HIDDEN = [  # a difference in one cell alone that floats cannot see
    ("x + 1e-13*relu(x - 50)", "x"),
    ("exp(y)*(1 + 1e-14*where(x > 7, 1, 0))*relu(x)", "exp(y)*relu(x)"),
    ("1000 + relu(x - 20)*relu(y - 30)*1e-15", "1000 + 0*x*y"),
]
STEEP = [
    ("relu(sin(x) - 0.999)", "0"),
    ("relu(cos(3*x) - 0.9995)*y", "0"),
    ("tanh(1e6*x)", "sign(x)"),
    ("sigmoid(1e7*(x - 3))", "where(x > 3, 1, 0)"),
    ("exp(-1e6*(2*x - 0.7531)**2)", "0"),
    ("tanh(1e5*(x + y - 12))*relu(x - 7)", "sign(x + y - 12)*relu(x - 7)"),
]


@pytest.mark.parametrize("one, other", WRONG + STEEP + HIDDEN)
def test_what_differs_in_one_cell_alone_differs(one: str, other: str) -> None:
    assert gt.same(one, other).kind == gt.same(other, one).kind == "differs"


@pytest.mark.parametrize(
    "function, answer, wrt, right",
    [
        ("max(0, x-2)*max(0, y-5)", "0", "x", "where(x > 2, max(0, y-5), 0)"),
        ("max(0, 10 - y*max(0, w*x - 10))", "-max(0, w*x - 10)", "y", "where(10 - y*max(0, w*x - 10) > 0, -max(0, w*x - 10), 0)"),
        ("where(x > 6, max(x, y), 0)", "0", "y", "where(x > 6, where(y > x, 1, 0), 0)"),
        ("max(0, 1 - a*b) + max(0, 1 - c*d)", "where(1 - a*b > 0, where(1 - c*d > 0, -b, 0), 0)", "a", "where(a*b < 1, -b, 0)"),
        ("relu(x - 20)*relu(y - 30)*relu(z - 40)", "relu(x - 20)*relu(y - 30)", "z", "relu(x - 20)*relu(y - 30)*where(z > 40, 1, 0)"),
    ],
)  # fmt: skip
def test_a_wrong_gradient_behind_two_gates_is_not_graded_right(
    function: str, answer: str, wrt: str, right: str
) -> None:
    assert gt.grade(function, answer, wrt=wrt).correct is False
    assert gt.grade(function, right, wrt=wrt).correct is True


def test_the_evidence_says_how_many_cells_there_are() -> None:
    found = gt.same("relu(x - 2)*relu(y - 5) + sin(x)**2 + cos(x)**2", "relu(y - 5)*relu(x - 2) + 1").evidence
    assert (found.cells, found.visited) == (4, 4)
    smooth = gt.same("sin(x)**2 + cos(x)**2", "1")
    assert smooth.evidence.cells <= 1 and "cells" not in smooth.to_json()


def test_where_there_are_too_many_cells_it_is_said_how_many_were_visited() -> None:
    many = " + ".join(f"relu(x{k} - {k})*tanh(x{k})" for k in range(12))
    less = " + ".join(f"relu(x{k} - {k})*sinh(x{k})/cosh(x{k})" for k in range(12))
    found = gt.same(many, less, prove=False)
    assert found.kind in ("agrees", "undecided") and found.evidence.visited <= found.evidence.cells
    assert "in the others they may differ" in str(found.evidence)
