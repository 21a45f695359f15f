r"""Right work is never called wrong, and wrong work never right: the kinds of `grading_cases.md`, a row an input.

A: wrong work that was accepted. B: right work that was rejected, accused or unread. Each kind also has inputs of
other functions and other letters, wrong ones among them that must stay wrong. `None`: it cannot be read, and costs nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

import graphtutor as gt
from graphtutor.grading.asked.task import lettered, task


class Case(NamedTuple):
    kind: str
    problem: str
    wrt: Any
    answer: Any
    correct: bool | None
    options: dict[str, Any] = {}  # noqa: RUF012


MEAN = {"shapes": {"X": (4, 2), "w": 2, "y": 4}}
Z3 = {"shapes": {"z": 3, "t": 3, "y": 3}}
R = {"r": "sqrt(u**2+v**2)"}

WRONG_ACCEPTED = [
    # ----- A1: a second line of the same derivative -----
    Case("A1", "(a*v - q)**2", "a", ["da = 2*v*(a*v - q)", "da = 7"], False),
    Case("A1", "log(u)", "u", ["grad_u = 1/u", "grad_u = u"], False),
    Case("A1", "tanh(c*r)", "r", ["dL_dr = c*(1-tanh(c*r)**2)", "dL_dr = c*(1+tanh(c*r)**2)"], False),
    Case("A1", "p**3", "p", ["dp = 3*p**2", "dp = p**2"], False),
    Case("A1", "exp(k*m)", "m", ["dm = k*exp(k*m)", "dm = m*exp(k*m)"], False),
    Case("A1", "sin(g)", "g", ["g_grad = cos(g)", "g_grad = -cos(g)"], False),
    Case("A1", "s/h", "h", ["dh = -s/h**2", "dh = s/h**2"], False),
    Case("A1", "cos(2*v)", "v", ["dL/dv = -2*sin(2v)", "dL/dv = -sin(2v)"], False),
    # ----- A2: nothing of a line is dropped -----
    *(
        Case("A2", problem, wrt, answer, False)
        for problem, wrt, answer in (
            ("x**2 - b*y", "x", "f'(x) = 2x - by"),
            ("x**3 - w*exp(w)", "x", "df/dx = 3x^2 - we^w"),
            ("c*theta", "theta", "dJ/dθ = cθ"),
            ("c*sigma + k", "sigma", "dJ/dσ = c − σ"),
            ("p**2 + m*e1", "p", "df/dp = 2p + me1"),
            ("z**2 - i*s", "z", "df/dz = 2z - is"),
            ("q*phi", "phi", "dJ/dφ = qφ"),
            ("v**2 + a*t", "v", "dL/dv = 2v + at"),
            ("k*tau", "tau", "dJ/dτ = k + τ"),
        )
    ),
    # ----- A6: a line that makes the rest trivial -----
    Case("A6", "(w0*x0 + b - y)**2", "w0", ["f = w0 x0 + b", "dL/df = 0", "df/dw0 = x0", "dL/dw0 = 0"], False),
]

RIGHT_REJECTED = [
    # ----- B1: θ or σ at the end of a line -----
    Case("B1", "(theta*x)**2", "theta", "dJ/dθ = 2x²θ", True),
    Case("B1", "(theta*x-y)**2 + alpha*theta**2", "theta", "dJ/dθ = 2x(θx − y) + 2αθ", True),
    Case("B1", "theta**2", "theta", "2θ", True),
    Case("B1", "sigma**2", "sigma", "2σ", True),
    Case("B1", "log(sigma)", "sigma", "1/sigma", True),
    Case("B1", "phi**3", "phi", "3φ²", True),
    Case("B1", "k*mu**2", "mu", "2kμ", True),
    Case("B1", "theta*sigma", "theta", "dJ/dθ = σ", True),
    Case("B1", "theta**2", "theta", "3θ", False),
    Case("B1", "sigma**2", "sigma", "σ", False),
    # ----- B2: the output's name in definitions -----
    Case("B2", "(w*x-y)**2", "w", "dL/dw = 2x(wx-y)", True, {"definitions": {"L": "(w*x-y)**2"}}),
    Case("B2", "sqrt(u**2+v**2)", "u", "dr/du = u/r", True, {"definitions": R}),
    Case("B2", "exp(a*b)", "a", "dE/da = b*E", True, {"definitions": {"E": "exp(a*b)"}}),
    Case("B2", "log(p + q)", "p", "dl/dp = 1/(p+q)", True, {"definitions": {"l": "log(p + q)"}}),
    Case("B2", "tanh(k*v)", "v", "dh/dv = k(1 - h^2)", True, {"definitions": {"h": "tanh(k*v)"}}),
    Case("B2", "1/(1+exp(-z))", "z", "ds/dz = s(1-s)", True, {"definitions": {"s": "1/(1+exp(-z))"}}),
    Case("B2", "c/m", "m", "dQ/dm = -Q/m", True, {"definitions": {"Q": "c/m"}}),
    Case("B2", "tanh(k*v)", "v", "dh/dv = k(1 + h^2)", False, {"definitions": {"h": "tanh(k*v)"}}),
    Case("B2", "sqrt(u**2+v**2)", "u", "dr/du = r/u", False, {"definitions": R}),
    # ----- B10: labels are a distribution in a cross entropy -----
    Case("B10", "L = -sum(t*log(softmax(z)))", "z", "softmax(z) - t", True, Z3),
    Case("B10", "L = -sum(t*log(softmax(z)))", "z", "p - t", True, Z3),
    Case("B10", "p = softmax(z); L = -sum(t*log(p))", "z", "p - t", True, Z3),
    Case("B10", "L = cross_entropy(z, y)", "z", "softmax(z) - y", True, Z3),
    Case("B10", "L = -sum(y*log(exp(z)/sum(exp(z))))", "z", "exp(z)/sum(exp(z)) - y", True, Z3),
    Case("B10", "q = softmax(a); E = -sum(c*log(q))", "a", "q - c", True, {"shapes": {"a": 4, "c": 4}}),
    Case(
        "B10",
        "L = -sum(t*log(softmax(W@x)))",
        "W",
        "(softmax(W@x) - t) x^T",
        True,
        {"shapes": {"W": (3, 2), "x": 2, "t": 3}},
    ),
    Case("B10", "L = -sum(t*log(softmax(z)))", "z", "t - softmax(z)", False, Z3),
    Case("B10", "L = -sum(t*log(softmax(z)))", "z", "softmax(z)", False, Z3),
    Case("B10", "L = -sum(t*log(sigmoid(z)))", "z", "sigmoid(z) - t", False, Z3),
    Case("B10", "L = sum((t - softmax(z))**2)", "z", "softmax(z) - t", False, Z3),
    Case("B10", "L = sum(t*z)", "z", "t/sum(t)", True, {**Z3, "assume": {"t": "distribution"}}),
    Case("B10", "L = sum(t*z)", "z", "t**2", True, {**Z3, "assume": {"t": "onehot"}}),
    Case("B10", "L = sum(t*z)", "z", "t**2", False, {**Z3, "assume": {"t": "distribution"}}),
    Case("B10", "L = sum(t*z)", "z", "t/sum(t)", False, Z3),
    *(
        Case("B10", "L = -log(softmax(z)[k])", "z", answer, correct, {"shapes": {"z": 3}, "constants": {"k": 1}})
        for answer, correct in (
            ("p - y", True),
            ("softmax(z) - y", True),
            ("softmax(z) - t", True),
            ("p - e_k", True),
            ("p + y", None),
            ("softmax(z)", False),
        )
    ),
    # ----- B11: a size that the shapes fix -----
    Case("B11", "mean((X@w - y)**2)", "w", r"\frac{2}{n} X^T(Xw - y)", True, MEAN),
    Case("B11", "mean((X@w - y)**2)", "w", "2/m * X.T@(X@w - y)", True, MEAN),
    Case("B11", "mean((A@v - c)**2)/2", "v", "(1/N) A^T (Av - c)", True, {"shapes": {"A": (5, 3), "v": 3, "c": 5}}),
    Case(
        "B11",
        "mean(sigmoid(X@w))",
        "w",
        "1/n X^T (sigmoid(X@w)*(1-sigmoid(X@w)))",
        True,
        {"shapes": {"X": (3, 2), "w": 2}},
    ),
    Case("B11", "mean(log(1 + exp(X@w)))", "w", r"\frac{1}{m} X^T \sigma(Xw)", True, {"shapes": {"X": (3, 2), "w": 2}}),
    Case("B11", "mean((X@w - y)**2)", "w", r"\frac{1}{n} X^T(Xw - y)", False, MEAN),
    Case("B11", "mean((X@w - y)**2)", "w", "2 n X.T@(X@w - y)", False, MEAN),
    Case("B11", "mean((A@v - c)**2)/2", "v", "(1/N) A^T (c - Av)", False, {"shapes": {"A": (5, 3), "v": 3, "c": 5}}),
    # ----- B13: a variable called d -----
    Case("B13", "(a - d)**2", "a", "∂L/∂a = 2(a-d)", True),
    Case("B13", "(a - d)**2", "d", "dL/dd = -2(a-d)", True),
    Case("B13", "a*d", "a", "d", True),
    Case("B13", "d*x", "x", "dL/dx = d", True),
    Case("B13", "exp(d*t)", "t", "dL/dt = d e^{dt}", True),
    Case("B13", "(a - d)**2", "a", "∂L/∂a = 2(d-a)", False),
    # ----- B17: zero derivatives -----
    Case("B17", "-2", "y", "0", True),
    Case("B17", "x**2", "y", "0", True),
    Case("B17", "w*x + b", "q", "dL/dq = 0", True),
    Case("B17", "7", "x", "0", True),
    Case("B17", "exp(a)*c", "t", ["= 0"], True),
    Case("B17", "sum(X)", "v", "0", True, {"shapes": {"X": (2, 2), "v": 3}}),
    Case("B17", "sum(u*u)", "v", "[0, 0]", True, {"shapes": {"u": 2, "v": 2}}),
    Case("B17", "x**2", "y", "2x", False),
    Case("B17", "-2", "y", "1", False),
    Case("B17", "sum(X)", "v", "1", False, {"shapes": {"X": (2, 2), "v": 3}}),
    # ----- B18: wrong shape -----
    Case("B18", "L = 1/2*lam*sum(W**2)", "W", "lam*sum(W)", False, {"shapes": {"W": (3, 2)}}),
    # ----- B21, B22: unknown names -----
    Case("B22", "(w*x - y)**2", "w", "2*x*(w*x - q)", None),
    Case("B22", "mean((X@w - y)**2)", "w", r"\frac{2}{B} X^T(Xw - y)", None, MEAN),
    Case("B22", "exp(a*t)", "t", "alpha*exp(a*t)", None),
    Case("B22", "m*g*h", "h", "mu*g", None),
    Case("B22", "log(x + c)", "x", "1/(x + C)", None),
    # ----- B24: decimals -----
    Case("B24", "sqrt(2)*x", "x", "1.4142135623730951", True),
    Case("B24", "sqrt(2)*x", "x", "1.41421", False),
    Case("B24", "exp(1)*v", "v", "2.718281828459045", True),
    Case("B24", "pi*r**2", "r", "6.283185307179586*r", True),
    Case("B24", "log(2)*2**k", "k", "0.4804530139182014*2**k", True),
    Case("B24", "x/3", "x", "0.3333333333333333", True),
    Case("B24", "x/3", "x", "0.3333", False),
    Case("B24", "sqrt(2)*x", "x", "1.4142135623730951*x", False),
    Case("B24", "sqrt(2)*x", "x", "1.4142135623734951", False),
    Case("B24", "sqrt(2)*x", "x", "1.4142135623730951", False, {"rubric": gt.Rubric(form=("no-decimals",))}),
    # ----- B29: a forgotten wrt -----
    Case("B29", "x**2", None, "2*x", True),
    Case("B29", "u*v", None, "dL/du = v", True),
    Case("B29", "(a*t - s)**2", None, "da = 2*t*(a*t - s)", True),
    Case("B29", "exp(-k)", None, "-exp(-k)", True),
    Case("B29", "x**2", None, "x", False),
    Case("B29", "u*v", None, "dL/du = u", False),
    Case("B29", "(x + 1)**2", (), "x**2 + 2*x + 1", True),
    Case("B29", "x**2", (), "2*x", False),
]

CASES = [*WRONG_ACCEPTED, *RIGHT_REJECTED]


def graded(case: Case) -> gt.Grade:
    options = {} if case.wrt is None else {"wrt": case.wrt}
    return gt.grade(case.problem, case.answer, **options, **case.options)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.kind} {c.problem} | {c.answer}"[:90])
def test_a_right_answer_is_right_and_a_wrong_one_wrong(case: Case) -> None:
    found = graded(case)
    assert found.correct is case.correct, found
    if case.correct is None:
        assert found.invalid is not None and found.score == 0
    if case.correct:
        assert (found.misconceptions, found.counterexample, found.first_wrong, found.score) == ((), None, None, 1.0)


def test_code_that_returns_a_matrix_where_a_vector_is_due_is_told_the_shapes() -> None:
    for code in ("def g(v, x):\n    return [[1, 2], [3, 4]]", "def g(v, x):\n    return np.outer(v, x)"):
        found = gt.grade("L = sum(v*x)", {"code": code}, wrt="v", shapes={"v": 2, "x": 2})
        assert (found.correct, found.misconceptions[0].id) == (False, "matrix.wrong-shape")
        assert "2×2 matrix" in found.message and "2 numbers" in found.message


def test_an_unread_line_is_not_every_line() -> None:
    for lines in (["dL/dw = 2(wx-y)*foo(", "= 2x(wx-y)"], ["dL/dw = 2x(wx-y)", "= 2x*((", "= 2xwx - 2xy"]):
        found = gt.grade("(w*x-y)**2", lines, wrt="w")
        assert found.correct is True and found.message.startswith("Right. Line ") and "cannot be read" in found.message


@pytest.mark.parametrize(("problem", "wrt", "lines", "share"), [
    ("(w0*x0 + b - y)**2", "w0", ["f = w0 x0 + b", "dL/df = 0", "df/dw0 = x0", "dL/dw0 = 0"], 1 / 3),
    ("(a*v - q)**2", "a", ["u = a v - q", "dL/du = 2u", "du/da = 0", "dL/da = 0"], 1 / 3),
    ("tanh(k*m)", "k", ["dL/dk = 7", "= 7", "= 7", "= 7"], 0),
    ("exp(c*t)", "t", ["dL/dt = e^{ct}", "= e^{ct}", "= e^{ct}"], 0),
    ("log(g*s)", "g", ["dL/dg = 0", "= 0 * s", "= 0"], 0),
    ("(w0*x0 + b - y)**2", "w0", ["f = w0 x0 + b", "dL/df = f - y", "df/dw0 = x0", "dL/dw0 = (f - y) x0"], 2 / 3),
    ("exp(c*t)", "t", ["dL/dt = t e^{ct}", "= e^{ct} t"], 1 / 2),
])  # fmt: skip
def test_a_wrong_line_that_leaves_nothing_to_work_out_earns_nothing_later(
    problem: str, wrt: str, lines: list[str], share: float
) -> None:
    found = gt.grade(problem, lines, wrt=wrt)
    assert found.correct is False and found.score == pytest.approx(share)


@pytest.mark.parametrize(("problem", "wrt", "shapes", "answer", "said"), [
    ("L = 1/2*lam*sum(W**2)", "W", {"W": (3, 2)}, "lam*sum(W)", "yours is a number, the right answer is a matrix of shape 3×2"),
    ("L = sum(A@v)", "A", {"A": (2, 3), "v": 3}, "v", "yours is a vector of 3, the right answer is a matrix of shape 2×3"),
    ("L = sum(A@v)", "v", {"A": (2, 3), "v": 3}, "A", "yours is a matrix of shape 2×3, the right answer is a vector of 3"),
    ("L = u@u", "u", {"u": 4}, "2*sum(u)", "yours is a number, the right answer is a vector of 4"),
    ("L = c*s", "c", {"M": (2, 2)}, "M", "yours is a matrix of shape 2×2, the right answer is a number"),
])  # fmt: skip
def test_a_wrong_shape_is_said_first(problem: str, wrt: str, shapes: dict[str, Any], answer: Any, said: str) -> None:
    found = gt.grade(problem, answer, wrt=wrt, shapes=shapes)
    assert (found.correct, found.misconceptions[0].id) == (False, "matrix.wrong-shape")
    assert found.message.startswith(f"Not right: {said}.") and said in found.misconceptions[0].strong


@pytest.mark.parametrize(("problem", "wrt", "answer", "question"), [
    ("(w*x - y)**2", "w", "2*x*(w*x - t)", "'t' is no name of this problem; it has w, x and y. Is your t the problem's y?"),
    ("h = a*s; L = h**2", "a", "2*q*s", "'q' is no name of this problem; it has a and s. Is your q the problem's h?"),
    ("tanh(k*m)", "k", "m(1 - g^2)", "'g' is no name of this problem; it has k and m. Is your g tanh(k*m)?"),
    ("exp(c*t)", "t", "z*exp(c*t)", "'z' is no name of this problem; it has c and t. Is your z the problem's c?"),
    ("u**3", "u", "3 v**2 + j", "'j' and 'v' are no names of this problem; it has u"),
])  # fmt: skip
def test_an_unknown_name_is_asked_for_and_costs_nothing(problem: str, wrt: str, answer: str, question: str) -> None:
    found = gt.grade(problem, answer, wrt=wrt)
    assert found.correct is None and found.invalid is not None and found.invalid.message == question
    assert [(line.status, line.points) for line in found.lines] == [("unread", 0)]


def test_the_reading_of_a_size_and_of_labels_is_said() -> None:
    found = gt.grade("mean((X@w - y)**2)", "2/n * X.T@(X@w - y)", wrt="w", **MEAN)
    assert found.lines[0].note == "n read as 4, the number of rows of X"
    found = gt.grade("L = -sum(t*log(softmax(z)))", "p - t", wrt="z", **Z3)
    assert found.lines[0].note == "p read as softmax(z); t taken as a distribution: its entries sum to 1"


def test_a_derivative_by_one_of_several_variables_is_asked_for() -> None:
    with pytest.raises(
        gt.LearnerError, match=r"by which variable is the derivative asked for\? The problem has u and v"
    ):
        gt.grade("u*v", "3")
    assert gt.grade("x**2", "2*x").message == "Right. Taken as the derivative by x, the one variable there is."


@pytest.mark.parametrize(("problem", "wrt", "prompt", "answer", "correct"), [
    ("s**2", "s", "E = s^2 with s = u - v. Find dE/ds.", "2*(u - v)", True),
    ("s**2", "s", "E = s^2 with s = u - v. Find dE/ds.", "2*(v - u)", False),
    ("tanh(a*t + c)", "a", "h = tanh(a*t + c). Find dh/da.", "t*(1 - h^2)", True),
    ("tanh(a*t + c)", "a", "h = tanh(a*t + c). Find dh/da.", "a*(1 - h^2)", False),
    ("exp(k*m)**4", "k", "From the last slide: g = (e^(k*m))^4. Find dg/dk.", "4*m*g", True),
    ("(exp(k*m)/(k*m))**2", "k", "Given dg/dk = 2*r * d/dk r with r = e^(k*m)/(k*m): write the next line.", "2*r*(m*r - r/k)", True),
    ("-log(q)", "q", "L = -log(q), where q = p_c is the probability of the right class. Find dL/dq.", "-1/p_c", True),
    ("-log(q)", "q", "L = -log(q), where q = p_c is the probability of the right class. Find dL/dq.", "1/p_c", False),
    ("b**z", "z", "N = b^z with b > 0. Find dN/dz.", "N*ln(b)", True),
    ("1/(1 + exp(-z))", "z", "A neuron: y = 1/(1 + e^(-z)). Find dy/dz.", "y(1 - y)", True),
    ("c*r**2", "r", "A = c*r^2. Find dA/dr.", "2*A/r", True),
    ("c*r**2", "r", "A = c*r^2. Find dA/dr.", "A/r", False),
])  # fmt: skip
def test_the_letters_of_a_prompt_are_known_when_an_answer_is_read(
    problem: str, wrt: str, prompt: str, answer: str, correct: bool
) -> None:
    assume = {"q": "positive", "b": "positive"} if problem in ("-log(q)", "b**z") else None
    assert gt.grade(lettered(task(problem, wrt=wrt, assume=assume), prompt), answer).correct is correct


def test_a_counterexample_does_not_contradict_the_prompt() -> None:
    found = gt.grade(lettered(task("s**2", wrt="s"), "E = s^2 with s = u - v."), "s")
    assert {name for name, _ in found.counterexample.point} == {"u", "v"}
