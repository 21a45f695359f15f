"""Long but legal texts cost about their length: twice the text, about twice the work. Work is counted in calls, never in seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp

import graphtutor as gt
from graphtutor.errors import LearnerError, ReadError
from graphtutor.language.cursor import LECTURER
from graphtutor.language.read import derivation, program, reading


def work(function: Callable[[], Any]) -> int:
    """Return how many calls, of Python and of C, `function` makes."""
    count = 0

    def counted(frame: Any, event: str, arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count


TEXTS: dict[str, Callable[[int], str]] = {
    "x-": lambda n: "x-" * n + "x", "x+": lambda n: "x+" * n + "x", "(x)": lambda n: "(x)" * n, "√": lambda n: "√" * n + "x", "x/": lambda n: "x/" * (n // 2) + "x",
    "x ": lambda n: "x " * n, "-x*": lambda n: "-x*" * n + "y", "Σ": lambda n: rf"\sum_{{i=1}}^{{{n}}} 1/(x-i)", "Π": lambda n: rf"\prod_{{i=1}}^{{{n}}} (x-i)",
    "[": lambda n: "+".join(["[x, y]"] * (n // 4)), "max": lambda n: "max(" + "x," * n + "y)", "sin": lambda n: "+".join(["sin 2x"] * (n // 4)),
    "x_i": lambda n: "+".join(f"x_{{{i}}}" for i in range(n // 4)), "cases": lambda n: r"\begin{cases} " + r"x & x > 1 \\ " * (n // 10) + r"0 & \text{else} \end{cases}",
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_twice_the_text_is_about_twice_the_work_of_reading(name: str) -> None:
    text = TEXTS[name]
    reading(text(40))  # what is made once
    once, twice = (work(lambda n=n: reading(text(n))) for n in (400, 800))  # type: ignore[misc]
    assert twice < 2.3 * once


@pytest.mark.parametrize("name", ["x-", "(x)", "√", "Σ", "max"])
def test_twice_the_text_is_about_twice_the_work_of_a_graph(name: str) -> None:
    text = TEXTS[name]
    gt.graph(text(40))
    once, twice = (work(lambda n=n: gt.graph(text(n))) for n in (300, 600))  # type: ignore[misc]
    assert twice < 2.4 * once


@pytest.mark.parametrize("depth", [17, 32, 40, 150])
@pytest.mark.parametrize("door", [reading, gt.graph, lambda t: gt.same(t, "x"), lambda t: gt.same("2*x", t)])
def test_lists_nested_too_deep_are_refused_at_every_door(depth: int, door: Callable[[str], Any]) -> None:
    with pytest.raises(LearnerError, match="nested deeper than 16 levels"):
        door("[" * depth + "x" + "]" * depth)


def layers(n: int) -> str:
    return "\n".join(["a0 = x", *(f"a{i} = tanh(w{i}*a{i - 1} + b{i})  # layer {i}" for i in range(1, n))])


def features(n: int) -> str:
    return "L = " + " + ".join(f"w{i}*x{i}" for i in range(n))


@pytest.mark.parametrize("make", [layers, features])
def test_a_teachers_program_longer_than_a_learners_text_is_read_in_work_that_grows_as_its_length(
    make: Callable[[int], str],
) -> None:
    gt.graph(make(20))
    once, twice = (work(lambda n=n: program(make(n), limits=LECTURER)) for n in (500, 1000))  # type: ignore[misc]
    assert twice < 2.3 * once
    long = make(1200)
    assert len(long) > 10_000
    assert len(gt.graph(long).inputs) >= 1200


@pytest.mark.parametrize(
    "read_it",
    [
        lambda t: gt.graph(t + " " * 1_000_000),
        lambda t: reading(t + " " * 10_000),
        lambda t: derivation(t + " " * 10_000),
    ],
)
def test_what_is_too_long_says_how_much_is_read(read_it: Callable[[str], Any]) -> None:
    with pytest.raises(ReadError, match=r"characters long; at most 10+ are read"):
        read_it("x + y")


@pytest.mark.parametrize(
    ("text", "derivative"),
    [("softplus(sin(x**2))", lambda x: sp.log(1 + sp.exp(sp.sin(x**2)))), ("exp(x)*cos(3*x)", lambda x: sp.exp(x) * sp.cos(3 * x)),
     ("x**5/(1+x)", lambda x: x**5 / (1 + x)), ("tanh(x)*log(x)", lambda x: sp.tanh(x) * sp.log(x)), ("1/(1+exp(-x))", lambda x: 1 / (1 + sp.exp(-x)))],
)  # fmt: skip
def test_nested_derivatives_are_sympys(text: str, derivative: Callable[[sp.Symbol], sp.Expr]) -> None:
    x = sp.Symbol("x")
    for order in (1, 2, 3, 5):
        graph = gt.graph("d/dx " * order + f"({text})")
        truth = sp.diff(derivative(x), x, order).subs(x, sp.Rational(7, 10)).evalf(30)
        assert float(graph.trace(at={"x": 0.7}).value) == pytest.approx(float(truth), rel=1e-7)


@pytest.mark.parametrize("text", ["softplus(sin(x**2))", "sigmoid(x)*exp(x)", "log(1 + x**2)", "tanh(cos(x))", "x**x"])
def test_nested_derivatives_share_their_parts(text: str) -> None:
    sizes = [len(gt.graph("d/dx " * order + f"({text})")) for order in (5, 10, 20)]
    assert (
        sizes[1] < 32 * sizes[0]
    )  # at most a fifth power of the order, where nothing shared grows by 2¹⁰ from 10 to 20
    assert sizes[2] < 32 * sizes[1]


@pytest.mark.parametrize(
    "text",
    ["d/dx " * 21 + "sin(x)", "D(" * 30 + "x" + ", x)" * 30, "diff(" * 50 + "x" + ",x)" * 50, "d^9/dx^9 d^9/dx^9 d^9/dx^9 x", "d/dx (x + d/dx (x*" * 11 + "x" + "))" * 11],
)  # fmt: skip
def test_the_order_of_nested_derivatives_has_a_bound_that_is_said(text: str) -> None:
    with pytest.raises(LearnerError, match="a derivative of order 21 and more; at most 20 is read"):
        gt.graph(text)


def test_the_derivative_of_a_vector_is_its_jacobian() -> None:
    graph = gt.graph("p = softmax(z)\nJ = diff(p, z)", shapes={"z": 3})
    trace = graph.trace(at={"z": [0.3, -0.2, 0.5]})
    p = trace.values["p"]
    for i in range(3):
        for j in range(3):
            assert float(trace.value[i][j]) == pytest.approx(p[i] * ((i == j) - p[j]))
