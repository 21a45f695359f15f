"""Functions of which only the name is known: f(g(x)) is read, written, derived with f′ and g′, and graded; it never has numbers."""

from __future__ import annotations

import pytest
import sympy as sp

import graphtutor as gt
from graphtutor.language.write import write

x = sp.Symbol("x")
KNOWN = {"f": lambda u: sp.sin(u) + u**2, "g": lambda u: sp.exp(u / 3) * u, "h": lambda u: 1 / (1 + u**2)}


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("12 + 2*g(x)", "2·g′(x)"),
        ("f(g(x))", "f′(g(x))·g′(x)"),
        ("g(x)*h(x)", "g′(x)·h(x) + g(x)·h′(x)"),
        ("x*f(x)", "f(x) + x·f′(x)"),
        ("f(3*x)", "3·f′(3·x)"),
    ],
)
def test_the_chain_rule_is_written_with_the_names(text: str, last: str) -> None:
    assert gt.derive(text, wrt="x").lines[-1].unicode == last


@pytest.mark.parametrize(
    "text",
    ["f(g(x))", "g(x)*h(x)", "g(x)/h(x)", "f(x)**3", "exp(f(x))", "f(x**2 + g(x))", "x*f(g(h(x)))", "sin(g(x))/x"],
)
def test_every_line_holds_whatever_the_functions_are(text: str) -> None:
    """SymPy's derivative with known functions put in for the unknown ones."""
    truth = sp.diff(sp.sympify(text, locals={"x": x, **KNOWN}), x).subs(x, sp.Rational(7, 10))
    told = gt.derive(text, wrt="x").lines[-1].text
    t = sp.Symbol("t")
    slopes = {f"{n}_prime": sp.Lambda(t, sp.diff(known(t), t)) for n, known in KNOWN.items()}
    for name in KNOWN:
        told = told.replace(f"{name}'", f"{name}_prime")
    ours = sp.sympify(told, locals={"x": x, **KNOWN, **slopes}).subs(x, sp.Rational(7, 10))
    assert abs(float(ours - truth)) < 1e-12


@pytest.mark.parametrize(
    ("problem", "wrt", "right", "wrong"),
    [
        ("12 + 2*g(x)", "x", ["2*g'(x)", "2 g'(x)", r"2 g^{\prime}(x)", "2 dg/dx"], ["2*g(x)", "g'(x)", "12 + 2g'(x)"]),
        ("f(g(x))", "x", ["f'(g(x))*g'(x)", "g'(x) f'(g(x))"], ["f'(x)*g'(x)", "f'(g(x))", "f'(g'(x))"]),
        ("g(x)*h(x)", "x", ["g'(x)h(x) + g(x)h'(x)", "dg/dx h(x) + g(x) dh/dx"], ["g'(x)h'(x)", "g'(x)h(x)"]),
        (
            "g(x)/h(x)",
            "x",
            [r"\frac{g'(x)h(x) - g(x)h'(x)}{h(x)^2}"],
            ["g'(x)/h'(x)", r"\frac{g'(x)h(x) + g(x)h'(x)}{h(x)^2}"],
        ),
        ("g(w*a)**2", "w", ["2 g(wa) g'(wa) a"], ["2 g(wa) g'(wa)", "2 g(wa) a"]),
        ("exp(F(t))", "t", ["F'(t) e^{F(t)}"], ["e^{F(t)}", "e^{F'(t)}"]),
    ],
)
def test_answers_in_the_names_of_the_problem_are_graded(
    problem: str, wrt: str, right: list[str], wrong: list[str]
) -> None:
    for answer in right:
        assert gt.grade(problem, answer, wrt=wrt).correct is True, answer
    for answer in wrong:
        assert gt.grade(problem, answer, wrt=wrt).correct is False, answer


def test_a_function_that_the_problem_does_not_have_is_unread_and_costs_nothing() -> None:
    grade = gt.grade("w*x", "g'(x)", wrt="x")
    assert grade.correct is None and "nothing says what g(…) is" in grade.message


@pytest.mark.parametrize("text", ["g(x)", "f(g(x**2))", "h''(x) + x", "2*F(x)**2"])
def test_what_is_written_reads_back(text: str) -> None:
    assert write(gt.read(write(gt.read(text)))) == write(gt.read(text)) == text


def test_an_unknown_function_is_drawn_and_stepped_in_symbols_and_has_no_numbers() -> None:
    graph = gt.graph("L = g(w*x)**2")
    said = [step.sentence for step in graph.trace().steps]
    assert "∂v₂/∂v₁ = g′(v₁)" in said[5] and "An unknown function sends its slope g′ at that place." in said[5]
    assert "g(v₁)" in graph.trace().svg()
    for ask in (
        lambda: graph.trace(at={"w": 1, "x": 2}),
        lambda: graph.trace(at={"w": 1, "x": 2}, seed="w", mode="forward"),
        lambda: graph.function(),
    ):
        with pytest.raises(gt.LearnerError, match="g is known by name alone, so there are no numbers"):
            ask()


def test_equality_is_of_every_function_of_that_name() -> None:
    assert gt.same("g(x) + g(x)", "2*g(x)").kind == "proved"
    assert gt.same("g(2*x)", "2*g(x)").kind == "differs"
    assert gt.same("g(x)", "h(x)").kind == "differs"
