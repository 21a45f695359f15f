"""Problems and answers that are long: read, judged and explained without recursion, in time that grows little faster than they do."""

from __future__ import annotations

import time

import pytest

import graphtutor as gt


def chain(layers: int, activation: str = "tanh") -> str:
    return "\n".join(["u0 = w*x", *(f"u{k + 1} = {activation}(u{k})" for k in range(layers))])


@pytest.mark.parametrize("answer", ["1", "u1000 + x"])
def test_a_chain_of_a_thousand_layers_is_graded(answer: str) -> None:
    found = gt.grade(chain(1000), answer, wrt="w")
    assert found.correct is False and found.invalid is None


def test_a_graph_too_deep_to_be_written_as_one_expression_is_graded() -> None:
    def deep(w, x):  # type: ignore[no-untyped-def]
        u = w * x
        for _ in range(300):
            u = gt.fn.sin(u)
        return u

    assert gt.grade(gt.graph(deep), "x", wrt="w").correct is False


def test_the_right_derivative_of_a_chain_in_its_own_names_is_right() -> None:
    right = "*".join(["x", *(f"(1 - u{k}**2)" for k in range(1, 31))])
    assert gt.grade(chain(30), right, wrt="w").correct is True


def test_a_long_wrong_answer_takes_no_more_than_a_few_times_as_long_as_one_of_half_its_length() -> None:
    """Above some hundred operations slips are tried up to a bound; the least of two runs, for a machine is busy at times."""

    def seconds(terms: int) -> float:
        function = " + ".join(f"a{k}*x**{k}" for k in range(1, terms))
        wrong = " + ".join(f"{k}*a{k}*x**{k - 1}" for k in range(1, terms)).replace("+ 3*", "- 3*")
        start = time.process_time()
        assert gt.grade(function, wrong, wrt="x").correct is False
        return time.process_time() - start

    seconds(5)
    assert seconds(120) < 6 * seconds(60) + 1


def test_a_quotient_of_exponentials_in_two_lines_takes_no_time() -> None:
    """It once took 46 s: numbers of thousands of digits at points where one exponential is nothing beside the other."""
    lines = ["(e^x(e^x + e^n) - e^x e^x)/(e^x + e^n)^2", "e^(x+n)/(e^x + e^n)^2"]
    start = time.process_time()
    assert gt.grade("exp(x)/(exp(x) + exp(n))", lines, wrt="x").correct is True
    assert gt.grade("exp(x)/(exp(x) + exp(n))", [lines[0], "n e^x/(e^x + e^n)^2"], wrt="x").correct is False
    assert time.process_time() - start < 5
