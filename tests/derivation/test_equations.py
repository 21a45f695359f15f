"""dy/dx of an equation, against SymPy's idiff; its lines hold on the curve."""

import pickle

import pytest
import sympy as sp

import graphtutor as gt

x, y = sp.symbols("x y")
EQUATIONS = [
    ("x**2 + y**2 = 1", x**2 + y**2 - 1),
    ("x^3 + y^3 = 6xy", x**3 + y**3 - 6 * x * y),
    (r"x^2 y + \sin(y) = 3x", x**2 * y + sp.sin(y) - 3 * x),
    ("exp(x*y) = x + y", sp.exp(x * y) - x - y),
    ("y = x*exp(y)", y - x * sp.exp(y)),
    ("sqrt(x) + sqrt(y) = 1", sp.sqrt(x) + sp.sqrt(y) - 1),
    ("log(y) = x*log(x)", sp.log(y) - x * sp.log(x)),
    ("x/y + y/x = 3", x / y + y / x - 3),
    ("cos(x - y) = y*tanh(x)", sp.cos(x - y) - y * sp.tanh(x)),
]


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(("text", "curve"), EQUATIONS)
def test_the_last_line_is_sympys_implicit_derivative(text, curve, order):
    found = gt.derive(text, "x", order=order)
    gap = found.evaluated(len(found.lines) - 1) - sp.idiff(curve, y, x, order)
    for a, b in (("7/10", "13/10"), ("19/10", "2/5"), ("1/4", "5/2")):
        assert abs(sp.N(gap.subs({x: sp.Rational(a), y: sp.Rational(b)}), 30)) < 1e-20


@pytest.mark.parametrize(("text", "curve"), EQUATIONS)
def test_every_equation_on_the_way_holds_for_that_derivative(text, curve):
    slope = sp.idiff(curve, y, x)
    a, b = sp.Rational(7, 10), sp.Rational(13, 10)
    for line in gt.derive(text, "x", detail="full").lines[1:]:
        if line.right is not None and "d/dx" not in line.text:
            left, right = (sp.sympify(side).doit() for side in (line.expr, line.right))
            gap = (left - right).subs(sp.Symbol("y'"), slope)
            assert abs(sp.N(gap.subs({x: a, y: b}), 30)) < 1e-20


@pytest.mark.parametrize(
    ("text", "wrt", "slope"),
    [
        ("x = tan(y)", "x", "1/(1 + tan(y)**2)"),
        ("y = tan(x)", "y", "1/(1 + tan(x)**2)"),
        ("t = exp(u)", "t", "exp(-u)"),
        ("x = y^2", "x", "1/(2*y)"),
        ("s = log(t)", "s", "t"),
        ("x = cosh(y)", "x", "1/sinh(y)"),
    ],
)
def test_a_name_alone_that_is_differentiated_by_is_a_side_of_an_equation_and_no_label(text, wrt, slope):
    # read as what a program calls its output, its derivative by itself came out 0
    assert gt.same(gt.derive(text, wrt).lines[-1].text.split("=")[1], slope)
    assert gt.grade(text, slope, wrt=wrt).correct and gt.grade(text, "0", wrt=wrt).correct is False


def test_the_name_that_depends_is_said_or_the_only_other_one_or_y():
    assert gt.derive("s*t + t**2 = 1", "t").name == "s"
    assert gt.derive("x**2 + y**2 = r**2", "x").lines[-1].text == "y' = -x/y"
    assert gt.derive("x**2 + y**2 = r**2", "x", of="r").lines[-1].text == "r' = x/r"
    assert gt.derive("x**2 + y**2 = 1", "y").lines[-1].text == "x' = -y/x"


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("a*b*x = 3", {}, "which name depends on x"),
        ("x**2 + 1 = 0", {}, "which name depends on x"),
        ("x + y = x + y + 1", {}, "drops out"),
        ("x**2 + y**2 = 1", {"of": "z"}, "which name depends on x"),
        ("x**2", {"of": "y"}, "met none"),
        ("x**2 + y**2 = 1", {"order": 99}, "order=99"),
    ],
)
def test_what_says_nothing_is_refused_in_one_sentence(text, options, said):
    with pytest.raises(gt.LearnerError, match=said):
        gt.derive(text, "x", **options)


def test_a_line_of_a_program_is_no_equation():
    assert gt.derive("L = x**2", "x").lines[-1].text == "2*x"
    assert gt.derive("f(x) = x**3", "x").lines[-1].text == "3*x**2"


def test_it_is_drawn_written_and_pickled_like_any_derivation(tmp_path):
    found = gt.derive("x**2 + y**2 = 1", "x", style="lecture")
    assert pickle.loads(pickle.dumps(found)) == found
    assert str(found).splitlines()[-1].startswith("  y′ = −x/y")
    assert r"2 \cdot x + 2 \cdot y \cdot y' &= 0" in found.written("latex")
    assert [path.stat().st_size > 1000 for path in found.draw(tmp_path / "circle.svg")] == [True]
    with pytest.raises(gt.LearnerError, match="no graph to walk"):
        found.along_graph()
