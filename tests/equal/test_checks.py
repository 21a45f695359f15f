"""The check of gradients: right ones pass, planted mistakes are found, kinks and big graphs say what was done."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from graphtutor import LearnerError
from graphtutor.equal.checking import same_values
from graphtutor.front.analysis import check
from graphtutor.front.api import graph as make
from graphtutor.ops.table import ROWS


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
    from graphtutor.expr import adjoint

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
    assert "the slope of x here is 1, but backpropagation gives 0" in str(
        check(make("relu(x) - relu(-x)"), at={"x": 0}).verdicts["x"].evidence
    )
    found = check(make("abs(x) + relu(x) - relu(-x)"), at={"x": 0}, tie="last").verdicts["x"]
    assert found.kind == "differs" and "the chain rule does not hold there" in str(found.evidence)


def test_a_graph_too_big_for_sympy_is_checked_another_way_and_says_so() -> None:
    text = "x"
    for _ in range(120):
        text = f"sin({text}*w + 1)"
    found = check(make(text))
    assert found.ok and "central differences at high precision" in found.method
    assert {v.kind for v in found.verdicts.values()} == {"agrees"}


def test_a_sample_is_never_called_proof() -> None:
    assert same_values(*(make(t).expression() for t in ("sin(x)**2 + cos(x)**2", "1 + 0*x"))).kind == "agrees"


@pytest.mark.parametrize(
    ("lines", "shapes"),
    [
        (
            ["a0 = x + 1", *(f"a{i} = a{i - 1}*a{i - 1} + a{i - 1}" for i in range(1, 40))],
            {},
        ),  # 4**40 nodes when written out
        (["(a + b + c + d + e1 + g)**60"], {}),  # 8 million terms when multiplied out
        (["L = -log(softmax(W@x + b)[7])"], {"W": (30, 20), "x": 20, "b": 30}),
    ],
)
def test_what_would_take_sympy_for_ever_is_checked_with_what_can_be_counted(lines: list[str], shapes: dict) -> None:
    found = check(make("\n".join(lines), shapes=shapes))
    assert found.ok and {v.kind for v in found.verdicts.values()} == {"agrees"}


def test_a_planted_mistake_in_a_big_graph_is_found_by_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    from graphtutor.expr import adjoint

    monkeypatch.setitem(
        ROWS,
        "matmul",
        replace(ROWS["matmul"], pull=lambda g, out, a, b, *rest: tuple(2 * v for v in original(g, out, a, b, *rest))),
    )
    adjoint.template.cache_clear()
    try:
        found = check(make("sum(tanh(W@x)) + sum(x)", shapes={"W": (30, 20), "x": 20}))
    finally:
        adjoint.template.cache_clear()
    assert found.verdicts["W"].kind == found.verdicts["x"].kind == "differs"
    assert "the central difference is" in str(found.verdicts["W"].evidence)


original = ROWS["matmul"].pull


def test_every_operation_on_vectors_and_matrices_has_its_own_rule_checked_entry_by_entry() -> None:
    found = check(make("p = softmax(W@x + b); L = norm(p)*mean(relu(x))", shapes={"W": (3, 2), "x": 2, "b": 3}))
    assert {"v1", "p", "L"} <= set(found.locals) and all(found.locals.values())


def test_an_entry_of_a_vector_at_a_kink_is_compared_with_its_own_slopes() -> None:
    found = check(make("sum(relu(x)*w)", shapes={"x": 3, "w": 3}), at={"x": [1, 0, -1], "w": [2, -3, 1]}).verdicts["x"]
    assert found.kind == "kink" and "x[1] is at a kink here: slope 0 from below, -3 from above" in str(found.evidence)


def test_a_deep_graph_is_checked_where_it_is_defined() -> None:
    text = "log(x - 1) + 5"
    for _ in range(100):
        text = f"log({text}) + 5"
    found = check(make(text))
    assert found.ok and found.verdicts["x"].kind == "agrees"


def test_a_graph_defined_nowhere_that_was_tried_is_undecided() -> None:
    found = check(make("x*log(-1 - x**2)"))
    assert found.verdicts["x"].kind == "undecided" and not found.ok
    assert found.sentence == "Undecided for x."


def test_a_verdict_of_a_check_is_the_verdict_of_same() -> None:
    import graphtutor as gt

    assert isinstance(gt.check("w*x").verdicts["w"], gt.Verdict)


HARD = [
    "sign(w)",
    "x*sign(w)*step(x)",
    "(0.5 - w)*sign(2)",
    "y*x - 2*y + max(elu(y), y/x)",
    "where(sqrt(-3)*x > 0, x, 2*x)",
    "tanh(step(-3))**x*w",
    "(-6)**x",
    "10**-(10**8)*x",
    "x*(1/3)**(10**9)",
    "2**(3**(4**5))*x",
    "(2*x)**(10**8)",
]


@pytest.mark.parametrize("text", HARD)
def test_what_sympy_finds_hard_is_never_called_wrong_and_ends_in_no_error(text: str) -> None:
    assert {v.kind for v in check(make(text)).verdicts.values()} <= {"proved", "agrees", "undecided"}


# ----- budgets -----
def chain(layer: str, count: int) -> str:
    text = "x"
    for k in range(count):
        text = layer.format(text, k=k)
    return text


@pytest.mark.parametrize(
    "text, shapes",
    [
        ("exp(exp(exp(exp(x))))", {}),
        ("sin(exp(exp(exp(x))))", {}),
        ("2**x**3**x**4**x", {}),
        (chain("x**({0})", 8), {}),
        (chain("exp({0})", 30), {}),
        (chain("tanh(w{k}*{0} + b{k})", 12), {}),
        (chain("relu(w{k}*{0} + b{k})", 20), {}),
        (chain("max({0}*w, x - {k})", 15), {}),
        ("total(W@x)", {"W": (400, 400), "x": 400}),
        ("sum(tanh(W@x))", {"W": (300, 500), "x": 500}),
        ("; ".join(["a0 = x", *(f"a{k} = sin(a{k - 1})*cos(a{k - 1})" for k in range(1, 20))]), {}),
    ],
)
def test_a_check_ends_soon_whatever_is_asked(text: str, shapes: dict) -> None:
    found = check(make(text, shapes=shapes))
    assert {v.kind for v in found.verdicts.values()} <= {"proved", "agrees", "undecided"}


def test_a_graph_too_wide_to_be_checked_says_how_wide_it_is() -> None:
    found = check(make("total(W@x)", shapes={"W": (9000, 9000), "x": 9000})).verdicts["W"]
    assert found.kind == "undecided" and "30,000,000 numbers" in str(found.evidence) and "'W'" in str(found.evidence)


def test_an_alias_of_an_input_is_no_other_input() -> None:
    assert set(check(make("a = x; b = a; L = a*b + sin(b)")).verdicts) == {"x"}
    assert make("a = x; L = a**2").trace(at={"x": 3}).gradients["x"] == 6


# ----- jumps and edges -----
@pytest.mark.parametrize(
    "text, at, says",
    [
        ("Piecewise((sin(x), x < 0), (1/2, True))", {"x": 0}, "jumps here in x, from 0.5 to 0"),
        ("where(x > 0, 1, 0)*y", {"x": 0, "y": 2}, "jumps here in x"),
        ("where(x >= 2, x + 1, x)", {"x": 2}, "jumps here in x"),
        ("sign(x - y)*(x + y)", {"x": 1, "y": 1}, "jumps here"),
        ("step(w)*exp(w)", {"w": 0}, "jumps here in w"),
    ],
)
def test_at_a_jump_there_is_no_derivative(text: str, at: dict, says: str) -> None:
    found = check(make(text), at=at)
    assert not found.ok and says in " ".join(str(v.evidence) for v in found.verdicts.values())


@pytest.mark.parametrize("text", ["sqrt(x)", "sqrt(abs(x))", "x**(1/3)", "x*sqrt(x)/x", "abs(x)**(1/2)"])
def test_an_undefined_gradient_never_agrees(text: str) -> None:
    try:
        found = check(make(text), at={"x": 0})
    except LearnerError:
        return
    assert not found.ok and found.verdicts["x"].kind != "agrees"
