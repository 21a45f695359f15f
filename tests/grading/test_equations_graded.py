"""dy/dx of an equation, graded: lines with y′ in any spelling, what is equal on the curve, what follows from a wrong line."""

import pytest

import graphtutor as gt

CIRCLE, FOLIUM, HYPERBOLA = "x**2 + y**2 = 1", "x^3 + y^3 = 6xy", "x*y = 1"

RIGHT = [
    (CIRCLE, "-x/y"),
    (CIRCLE, "y' = -2x/(2y)"),
    (CIRCLE, "dy/dx = -x/y"),
    (CIRCLE, "2x + 2y y' = 0\ny' = -x/y"),
    (CIRCLE, "2x + 2y dy/dx = 0\n2y dy/dx = -2x\ndy/dx = -x/y"),
    (CIRCLE, "x^2+y^2=1\n2x+2yy'=0\nyy'=-x\ny'=-x/y"),
    (CIRCLE, "d/dx(x^2) + d/dx(y^2) = d/dx(1)\n2x + 2y \\frac{dy}{dx} = 0\n\\frac{dy}{dx} = -\\frac{x}{y}"),
    (CIRCLE, "differentiate both sides: 2x + 2y y' = 0, so y' = -x/y"),
    (CIRCLE, "-x*(x^2+y^2)/y"),
    (CIRCLE, "x/(-y)"),
    (FOLIUM, "(2y - x^2)/(y^2 - 2x)"),
    (FOLIUM, "3x^2 + 3y^2 y' = 6y + 6x y'\ny' = (6y - 3x^2)/(3y^2 - 6x)"),
    (HYPERBOLA, "-y/x"),
    (HYPERBOLA, "-1/x^2"),
    (HYPERBOLA, "y + x y' = 0\nxy' = -y\ny' = -y/x"),
    ("y = x*exp(y)", "e^y/(1-y)"),
    ("exp(x*y) = x + y", "(1-ye^{xy})/(xe^{xy}-1)"),
    ("sqrt(x) + sqrt(y) = 3", "-sqrt(y/x)"),
    ("sin(y) = x", "1/cos(y)"),
]
WRONG = [
    (CIRCLE, "x/y", "implicit.sign"),
    (CIRCLE, "-y/x", "implicit.upside-down"),
    (CIRCLE, "2x", "implicit.held-constant"),
    (CIRCLE, "2x + 2y = 0", "implicit.held-constant"),
    (CIRCLE, "-x/sqrt(1-x^2)", ""),
    (CIRCLE, "2x + 2y y' = 1\ny' = (1 - 2x)/(2y)", ""),
    (FOLIUM, "-(x^2)/(y^2)", ""),
    (FOLIUM, "(x^2 - 2y)/(y^2 - 2x)", "implicit.sign"),
    (HYPERBOLA, "-x/y", "implicit.upside-down"),
    (HYPERBOLA, "y + x = 0", "implicit.held-constant"),
    ("y = x*exp(y)", "e^y/(1+y)", ""),
    ("exp(x*y) = x + y", "(1-ye^{xy})/(xe^{xy}+1)", ""),
    ("sin(y) = x", "cos(y)", "implicit.upside-down"),
]


@pytest.mark.parametrize(("problem", "answer"), RIGHT)
def test_right_lines_are_right(problem, answer):
    assert gt.grade(problem, answer, wrt="x").correct is True


@pytest.mark.parametrize(("problem", "answer", "slip"), WRONG)
def test_wrong_lines_are_wrong_and_named(problem, answer, slip):
    grade = gt.grade(problem, answer, wrt="x")
    assert grade.correct is False and grade.first_wrong == 0
    assert [m.id for m in grade.misconceptions] == ([slip] if slip else [])


def test_a_line_follows_from_a_wrong_equation():
    grade = gt.grade(CIRCLE, "2x + 2y' = 0\ny' = -x", wrt="x")
    assert [line.status for line in grade.lines] == ["wrong", "follows"]
    assert "at x = 0.6, y = 0.8 its sides are" in grade.lines[0].note


def test_the_counterexample_lies_on_the_curve():
    found = gt.grade(CIRCLE, "x/y", wrt="x").counterexample
    assert dict(found.point) == {"x": "0.6", "y": "0.8"} and (found.answer, found.truth) == ("0.75", "-0.75")


def test_an_equation_alone_is_not_finished_and_a_name_of_ones_own_is_free():
    grade = gt.grade(CIRCLE, "2x + 2y y' = 0", wrt="x")
    assert grade.first_wrong is None and grade.correct is False and "not finished" in grade.message
    assert gt.grade(CIRCLE, "y' = -x/z", wrt="x").correct is None


def test_what_depends_on_what_is_asked_for():
    with pytest.raises(gt.LearnerError, match="by which variable"):
        gt.grade(CIRCLE, "-x/y")
    with pytest.raises(gt.LearnerError, match="which name depends on x"):
        gt.grade("a*x*z = 1", "-z/x", wrt="x")
