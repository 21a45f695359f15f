"""What a teacher says at once: wrong answers by kind, the samples of each kind and others of our own, with the ids that are right first."""

from __future__ import annotations

import re

import pytest

import graphtutor as gt

# problem | wrt | lines of the answer, by / | ids of which one has to be named first
FIRST = {
    "C1 forms written out": """
        1/(1+exp(-a*v)) | a | 1/(1+exp(-a*v))*(1+1/(1+exp(-a*v)))*v | sigmoid.sign
        1/(exp(-c*r)+1) | c | 1/(exp(-c*r)+1)*(1+1/(exp(-c*r)+1))*r | sigmoid.sign
        exp(k*t)/(1+exp(k*t)) | k | exp(k*t)/(1+exp(k*t))*(1+exp(k*t)/(1+exp(k*t)))*t | sigmoid.sign
        (1+exp(-m*u))**(-1) | m | (1+exp(-m*u))**(-1)*(1+(1+exp(-m*u))**(-1))*u | sigmoid.sign
        1/(1+exp(b-q*z)) | q | z/(1+exp(b-q*z))*(1+1/(1+exp(b-q*z))) | sigmoid.sign
        1/(1+exp(-a*v)) | a | (1-(1/(1+exp(-a*v)))**2)*v | tanh.table
        1/(1+exp(-s*t)) | s | 1/(1+exp(-s*t))*(1-1/(1+exp(-s*t))) | chain.missing-inner local.dropped
        log(1+exp(s*t)) | s | t/(1+exp(s*t)) | sigmoid.argument-sign
        log(1+exp(-r*q)) | r | q/(1+exp(-r*q)) | sigmoid.argument-sign sign.lost-inner-minus
        (exp(z)-exp(-z))/(exp(z)+exp(-z)) | z | 1+((exp(z)-exp(-z))/(exp(z)+exp(-z)))**2 | tanh.table
        (exp(2*z)-1)/(exp(2*z)+1) | z | 1+((exp(2*z)-1)/(exp(2*z)+1))**2 | tanh.table
        exp(p)/(exp(p)+exp(q)+exp(r)) | q | exp(p)/(exp(p)+exp(q)+exp(r))*(1-exp(q)/(exp(p)+exp(q)+exp(r))) | softmax.diagonal-everywhere
        exp(u)/(exp(m)+exp(u)) | m | 0 | softmax.coupling-ignored
        -log(exp(s)/(exp(s)+exp(t))) | s | exp(s)/(exp(s)+exp(t)) | ce.p-for-p-minus-y
        -log(exp(s)/(exp(t)+exp(s)+exp(u))) | t | exp(t)/(exp(t)+exp(s)+exp(u)) - 1 | ce.one-hot-everywhere
        -log(exp(s)/(exp(s)+exp(t))) | s | 1 - exp(s)/(exp(s)+exp(t)) | ce.sign
        log(exp(a)+exp(b)) | a | exp(b)/(exp(a)+exp(b)) | wrt.wrong-variable
    """,
    "C3 the operator of the line before": """
        (u*v+3)**(-1/2) | u | d/du (u*v+3)**(-1/2) / -3/2*(u*v+3)**(-3/2)*v | power.off-by-one
        x**x | x | exp(x*log(x))*d/dx(x*log(x)) / x**x*(1*1/x) | product.derivatives-multiplied
        exp(m**2*cos(m)) | m | exp(m**2*cos(m))*d/dm(m**2*cos(m)) / exp(m**2*cos(m))*(2*m*(-sin(m))) | product.derivatives-multiplied
        log(t/(1+t)) | t | (1+t)/t*d/dt(t/(1+t)) / (1+t)/t*(t-(1+t))/(1+t)**2 | quotient.order-swapped
        sqrt(sin(3*q)) | q | 1/(2*sqrt(sin(3*q)))*d/dq(sin(3*q)) / 1/(2*sqrt(sin(3*q)))*cos(3*q) | chain.missing-inner local.dropped
        tanh(k**3) | k | (1-tanh(k**3)**2)*d/dk(k**3) / (1-tanh(k**3)**2)*k**2 | power.coefficient-dropped
        exp(cos(z)) | z | exp(cos(z))*d/dz(cos(z)) / exp(cos(z))*sin(z) | sign.table
    """,
    "C4 algebra between lines": """
        (a*v-q)**2 | a | 2*v*(a*v-q) / 2*a*v**2 - 2*q | algebra.parenthesis
        (b*r-s)**2/2 | b | r*(b*r-s) / b*r**2 - s | algebra.parenthesis
        exp(u)**2 | u | 2*exp(u)*exp(u) / 2*exp(u**2) | algebra
        exp(2*z)/2 | z | exp(z)*exp(z) / exp(z**2) | algebra
        sqrt(a**2+b**2+c**2) | a | a/sqrt(a**2+b**2+c**2) / a/(a+b+c) | sqrt.of-sum
        sqrt(p**2+q**2+r**2+s**2) | q | q/sqrt(p**2+q**2+r**2+s**2) / q/(p+q+r+s) | sqrt.of-sum
        log(k+m) | k | 1/(k+m) / 1/k+1/m | algebra algebra.cancelling algebra.parenthesis
        (t+n)**3/3 | t | (t+n)**2 / t**2+n**2 | algebra
        t**6/6 | t | t**2*t**3 / t**6 | algebra
        (w-y)**2/2 | w | w-y / y-w | sign.lost-inner-minus
        -(x-c)**2/2 | x | -(x-c) / -x-c | algebra.parenthesis sign.lost-inner-minus
    """,
    "C5 branches": """
        max(0, r+2)**2 | r | 2*(r+2) | branch.ignored
        max(0, 1-z)**2 | z | -2*(1-z) | branch.ignored
        relu(m*x)**2 | m | 2*m*x**2 | branch.ignored
        u*abs(u) | u | 2*u | branch.ignored
        t**2*abs(t) | t | 3*t**2 | branch.ignored
        max(3*r, r/5) | r | where(r>0, 3, 0) | branch.ignored
        max(2*k, k/10) | k | where(k>0, 2, 0) | branch.ignored
        min(5*q, q) | q | where(q>0, 1, 0) | branch.ignored
        min(max(r,-2),2) | r | where(abs(r)>2, 1, 0) | branch.swapped
        min(max(t,0),6) | t | where(t<0, 1, where(t>6, 1, 0)) | branch.swapped
        max(min(b,3),-1) | b | where(b>3, 1, where(b<-1, 1, 0)) | branch.swapped
        leaky_relu(x) | x | where(x>0, 1, 0.01*x) | branch.value-not-derivative
        where(v>0, v, v/10) | v | where(v>0, 1, v/10) | branch.value-not-derivative
        where(n>0, n, exp(n)-1) | n | where(n>0, n, exp(n)) | branch.value-not-derivative
        max(s, s/4) | s | where(s>0, 1, s/4) | branch.value-not-derivative
        elu(g) | g | where(g>0, 1, exp(g)-1) | branch.value-not-derivative
    """,
    "C6 factors": """
        exp(-k*z) | z | -exp(-k*z) | constant.factor-dropped local.dropped
        exp(-m*t) | t | -exp(-m*t) | constant.factor-dropped local.dropped
        k/(1+exp(-a*v)) | a | v/(1+exp(-a*v))*(1-1/(1+exp(-a*v))) | constant.factor-dropped upstream.dropped local.dropped
        q*sigmoid(r*s) | r | s*sigmoid(r*s)*(1-sigmoid(r*s)) | constant.factor-dropped upstream.dropped local.dropped
        sin(exp(x)+exp(2*x)) | x | exp(x)*cos(exp(x)+exp(2*x))*(exp(x)+2*exp(2*x)) | factor.too-many
        cos(exp(u)) | u | -exp(u)*exp(u)*sin(exp(u)) | factor.too-many
        -(y*log(sigmoid(z))+(1-y)*log(1-sigmoid(z))) | z | (sigmoid(z)-y)*sigmoid(z)*(1-sigmoid(z)) | factor.too-many
        -(t*log(sigmoid(w*x))+(1-t)*log(1-sigmoid(w*x))) | w | x*(sigmoid(w*x)-t)*sigmoid(w*x)*(1-sigmoid(w*x)) | factor.too-many
        tanh(c*v) | c | v*(1-tanh(c*v)**2)**2 | factor.too-many
        log(p**2+q) | p | 2*p/(p**2+q)**2 | factor.too-many algebra.cancelling quotient.denominator-not-squared
    """,
    "C7 the same slip everywhere": """
        sin(a*u)+sin(a*v) | a | cos(a*u)+cos(a*v) | chain.missing-inner
        exp(k*r)+exp(k*s) | k | exp(k*r)+exp(k*s) | chain.missing-inner not-differentiated
        tanh(w*x)-sin(w*y) | w | (1-tanh(w*x)**2)-cos(w*y) | chain.missing-inner
        (a*t-p)**2+(b*t-q)**2 | t | a*(a*t-p)+b*(b*t-q) | power.coefficient-dropped
        z**3+2*z**5 | z | z**2+2*z**4 | power.coefficient-dropped
        cos(m)+2*cos(n*m) | m | sin(m)+2*n*sin(n*m) | sign.table
        2*sin(2*x)+3/x**3 | x | 2*cos(2*x)+3/x**4 | chain.missing-inner power.coefficient-dropped
    """,
    "C8 signs where there is no minus, one finding": """
        exp(4*x) | x | -4*exp(4*x) | sign.lost-inner-minus sign.table
        log(t) | t | -1/t | sign.lost-inner-minus sign.table ce.sign
        sin(3*u) | u | -3*cos(3*u) | sign.table
        z/c | z | -1/c | sign.lost-inner-minus
        (p*q-s)/r | p | -q/r | sign.lost-inner-minus
        exp(-5*m) | m | 5*exp(-5*m) | sign.lost-inner-minus
    """,
    "C9 copied wrong": """
        (p-a*v)**2 | a | -2*v*(p-a) | copied-wrong
        (y-w*x)**2 | w | -2*x*(y-w) | copied-wrong
        (k*t+c)**3 | k | 3*t*(k*t)**2 | copied-wrong wrong-function algebra
        tanh(a*u+b) | a | u*(1-tanh(a*u)**2) | copied-wrong wrong-function
        exp(m*z-q) | m | z*exp(m*z) | copied-wrong wrong-function algebra
    """,
    "C11 constants": """
        -k*x**3+3*k | x | -3*k*x**2+3 | constant.not-zero
        a*t**2+5*a | t | 2*a*t+5 | constant.not-zero
        w**2+c**2 | w | 2*w+2*c | constant.not-zero wrt.total
        m*u-m**3 | u | m-3*m**2 | constant.not-zero wrt.total
        z*q+exp(q) | z | q+exp(q) | constant.not-zero sum.term-not-differentiated
        r**2+7 | r | 2*r+7 | constant.not-zero
        r**2+7 | r | 2*r+1 | constant.not-zero
    """,
    "K15 field reports": """
        leaky_relu(x) | x | where(x>0, 1, 0.01*x) | branch.value-not-derivative
        (sigmoid(z)-y)**2/2 | z | sigmoid(z)-y | chain.missing-inner local.dropped
        max(0, 1-y*w*x) | w | max(0, -y*x) | chain.derivative-inside
        log(abs(u)) | u | 1/abs(u) | branch.ignored
    """,
}  # fmt: skip


def rows(table: dict[str, str]) -> list[tuple[str, str, str, list[str], set[str]]]:
    found = []
    for kind, block in table.items():
        for row in block.strip().splitlines():
            problem, wrt, answer, ids = (part.strip() for part in row.split(" | "))
            found.append((kind, problem, wrt, [line.strip() for line in answer.split(" / ")], set(ids.split())))
    return found


def name(row: tuple[str, str, str, list[str], set[str]]) -> str:
    return f"{row[0][:3].strip()} {row[1]}: {row[3][-1]}"


@pytest.mark.parametrize("row", rows(FIRST), ids=name)
def test_first_finding_is_what_a_teacher_says(row: tuple[str, str, str, list[str], set[str]]) -> None:
    _, problem, wrt, lines, ids = row
    found = gt.grade(problem, lines if len(lines) > 1 else lines[0], wrt=wrt)
    assert found.correct is False
    assert found.first_wrong == len(lines) - 1
    assert found.misconceptions and found.misconceptions[0].id in ids, [m.id for m in found.misconceptions]


# ----- vectors and matrices: (problem, wrt, shapes, answer, ids of which one is named first; none: nothing explains it) -----
ARRAYS = [
    # a vector left of @: the verdict stands, whatever slips can be formed
    ("sum(w@X)", "w", {"w": 2, "X": (2, 3)}, "w", set()),
    ("sum(sigmoid(v@A))", "v", {"v": 3, "A": (3, 2)}, "v", set()),
    ("dot(p@B, q)", "p", {"p": 2, "B": (2, 4), "q": 4}, "p", set()),
    ("sum(tanh(r@K))", "r", {"r": 2, "K": (2, 3)}, "sum(K)*r", set()),
    ("norm(s@T)", "s", {"s": 3, "T": (3, 2)}, "s", set()),
    ("exp(m@(N@z))", "m", {"m": 2, "N": (2, 3), "z": 3}, "m", set()),
    # 2Ax for xᵀAx
    ("x@A@x", "x", {"x": 2, "A": (2, 2)}, "2*A@x", {"matrix.symmetry-assumed"}),
    ("x@(A@x)", "x", {"x": 3, "A": (3, 3)}, "2*A@x", {"matrix.symmetry-assumed"}),
    ("dot(z, B@z)", "z", {"z": 3, "B": (3, 3)}, "2*B@z", {"matrix.symmetry-assumed"}),
    ("x.T@Q@x + dot(c,x)", "x", {"x": 3, "Q": (3, 3), "c": 3}, "2*Q@x + c", {"matrix.symmetry-assumed"}),
    ("x@A@x/2", "x", {"x": 2, "A": (2, 2)}, "A@x", {"matrix.symmetry-assumed"}),
    ("(u@M@u)**2", "u", {"u": 2, "M": (2, 2)}, "4*(u@M@u)*(M@u)", {"matrix.symmetry-assumed"}),
    # forms written out
    ("sum(exp(x)/sum(exp(x))*y)", "x", {"x": 3, "y": 3}, "exp(x)/sum(exp(x))*(1-exp(x)/sum(exp(x)))*y", {"softmax.coupling-ignored"}),
    ("-sum(t*log(exp(z)/sum(exp(z))))", "z", {"z": 3, "t": 3}, "t-exp(z)/sum(exp(z))", {"ce.sign"}),
    ("-sum(t*log(exp(z)/sum(exp(z))))", "z", {"z": 4, "t": 4}, "exp(z)/sum(exp(z))", {"ce.p-for-p-minus-y"}),
    ("sqrt(sum(x**2))", "x", {"x": 3}, "x", {"local.dropped"}),
    ("sqrt(sum(v*v))", "v", {"v": 3}, "v/sum(v*v)", {"power.off-by-one"}),
    ("sqrt(sum((x-y)**2))", "x", {"x": 3, "y": 3}, "2*(x-y)", {"wrong-function"}),
    # as before
    ("sum((X@w-y)**2)", "w", {"w": 2, "X": (3, 2), "y": 3}, "X.T@(X@w-y)", {"power.coefficient-dropped"}),
    ("mean((X@w-y)**2)", "w", {"w": 2, "X": (3, 2), "y": 3}, "2*X.T@(X@w-y)", {"reduction.sum-for-mean"}),
    ("sum(sigmoid(X@w))", "w", {"w": 2, "X": (3, 2)}, "X.T@sigmoid(X@w)", {"chain.outer-not-differentiated"}),
    ("sum(relu(W@x))", "W", {"W": (3, 2), "x": 2}, "outer(relu(W@x), x)", {"branch.value-not-derivative"}),
]  # fmt: skip


@pytest.mark.parametrize(("problem", "wrt", "shapes", "answer", "ids"), ARRAYS, ids=[f"{a[0]}: {a[3]}" for a in ARRAYS])
def test_wrong_gradient_of_arrays_is_wrong_and_explained(
    problem: str, wrt: str, shapes: dict[str, object], answer: str, ids: set[str]
) -> None:
    found = gt.grade(problem, answer, wrt=wrt, shapes=shapes)
    assert found.correct is False
    assert not ids or found.misconceptions[0].id in ids, [m.id for m in found.misconceptions]


# ----- points at which rounding shows -----
ENTROPY = "-t*log({0}) - (1-t)*log(1-{0})"
LONG = "1/(1+exp(-(a*v+c)))"
SATURATED = [
    (ENTROPY.format(LONG), "a", f"3*({LONG}-t)*v", {"constant.factor-dropped"}),
    (ENTROPY.format(LONG), "a", f"{LONG}-t", {"local.dropped", "chain.missing-inner", "wrt.wrong-variable"}),
    (ENTROPY.format(LONG), "a", f"(t-{LONG})*v", {"ce.sign", "sign.lost-inner-minus"}),
    (ENTROPY.format("sigmoid(9*m*r)"), "m", "9*r*sigmoid(9*m*r)", {"ce.p-for-p-minus-y", "path.dropped"}),
    ("log(1-tanh(4*k*x)**2)", "k", "-8*tanh(4*k*x)", {"local.dropped", "constant.factor-dropped"}),
    ("log(cosh(5*u*z))", "u", "5*tanh(5*u*z)", {"local.dropped", "constant.factor-dropped"}),
    ("log(1+exp(8*b*s))-8*b*s", "b", "8*s/(1+exp(-8*b*s))", {"path.dropped"}),
]


@pytest.mark.parametrize(("problem", "wrt", "answer", "ids"), SATURATED, ids=[s[2] for s in SATURATED])
def test_points_at_which_rounding_shows_hide_no_slip(problem: str, wrt: str, answer: str, ids: set[str]) -> None:
    found = gt.grade(problem, answer, wrt=wrt)
    assert found.correct is False
    assert found.misconceptions[0].id in ids, [m.id for m in found.misconceptions]


# ----- how it is told -----
def test_factor_too_many_is_named() -> None:
    found = gt.grade(
        "-(y*log(sigmoid(z))+(1-y)*log(1-sigmoid(z)))", "(sigmoid(z)-y)*sigmoid(z)*(1-sigmoid(z))", wrt="z"
    )
    assert found.misconceptions[0].strong == "Yours is sigmoid(z)*(1 - sigmoid(z)) times the derivative."


def test_written_out_form_is_told_in_the_characters_of_the_problem() -> None:
    found = gt.grade("1/(1+exp(-a*v))", "v/(1+exp(-a*v))*(1+1/(1+exp(-a*v)))", wrt="a")
    assert found.misconceptions[0].text == "1/(1 + exp(-a*v))"
    assert found.misconceptions[0].strong.startswith("1/(1 + exp(-a*v)) is sigmoid(a*v). sigmoid rule: ")


@pytest.mark.parametrize(
    ("problem", "answer", "here"),
    [
        ("k**0.5 + c", "0.5*k^{-0.5}+3k^2", "3"),
        ("x**3 + x", "3x^2 + 1 + 7/x", "7"),
        ("exp(m) + m", "e^m + 1 + 4m^3", "4"),
        ("sin(t)*t", "sin(t) + t cos(t) - 9", "9"),
        ("u**2/2 + log(u)", "u + 1/u + 5u^{4}", "5"),
    ],
)
def test_what_would_mend_an_answer_is_quoted_as_it_was_typed_or_not_at_all(
    problem: str, answer: str, here: str
) -> None:
    """No message holds an expression that the learner did not type, such as 0.5/k**(-(-0.5))."""
    found = gt.grade(problem, answer, wrt=next(c for c in problem if c in "kmtu" or problem.startswith("x")))
    assert found.correct is False
    for m in found.misconceptions:
        quoted = re.findall(r"Look at (.+?) in your answer", m.hint)
        assert all(q in answer for q in quoted), m
    assert any(f"Look at {here} in your answer." in m.hint for m in found.misconceptions)


def test_one_finding_comes_first_and_what_cannot_be_told_from_it_is_said_in_one_line() -> None:
    found = gt.grade("v*tanh(w*x)", ["x*(1-tanh(w*x)**2)"], wrt="w")
    told = found.to_text().splitlines()
    assert sum(": " in line and line.startswith("  ") and "At " not in line for line in told) <= 2
    assert "Nothing here tells it from" in " ".join(told)
    assert len(found.misconceptions) <= 8
    assert found.to_markdown().count("\n- `") == 1


# ----- diagnosis never raises, whatever is answered -----
@pytest.mark.parametrize("problem", ["x/0", "log(-1 - x**2)", "sqrt(-2 - x**2)*y", "x + 1/(y - y)", "acos(2 + x**2)"])
@pytest.mark.parametrize("answer", ["2*w@X", "x", "0", "y*X@w + 1", ["f = x", "df/dx = 1", "dL/dx = 2"]])
def test_function_that_is_defined_nowhere_is_not_explained(problem: str, answer: str | list[str]) -> None:
    found = gt.grade(problem, answer, wrt="x", shapes={"X": (2, 3), "w": 2})
    assert found.correct in (False, None, True)


PIECES = [
    "w",
    "X",
    "y",
    "w@X",
    "X@y",
    "X.T@w",
    "2*w",
    "sum(X)",
    "outer(w, y)",
    "w@X@y",
    "exp(w)",
    "norm(w)*w",
    "X@y/2",
    "softmax(w)",
    "0",
    "1",
    "w*w - 1",
]
PROBLEMS = ["sum(w@X)", "w@X@y", "sum((w@X - y)**2)", "norm(w@X)", "-sum(y*log_softmax(w@X))", "sum(relu(w@X))*sum(w)", "max(0, 1 - w@X@y)", "sqrt(sum(w**2)) + w@X@y"]  # fmt: skip


@pytest.mark.parametrize("problem", PROBLEMS)
def test_diagnosis_of_arrays_never_raises(problem: str) -> None:
    for answer in PIECES:
        found = gt.grade(problem, answer, wrt="w", shapes={"w": 2, "X": (2, 3), "y": 3})
        assert found.correct in (True, False, None)
