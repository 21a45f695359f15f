"""Text to trees: every spelling of one language, the problem's names, messages in full, bounds."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp

from graphtutor.errors import LearnerError, ReadError
from graphtutor.language.read import DEFAULT, Limits, derivation, program, read, reading
from graphtutor.ops import table as ops
from graphtutor.ops.row import Row


def show(tree: sp.Basic) -> str:
    """A tree as it stands, in order, heads by name: no printer of SymPy's that could re-sort it."""
    if not tree.args:
        return str(tree)
    params = getattr(tree, "params", ())
    return f"{type(tree).__name__}({', '.join(map(show, tree.args))}{f'; {params}' if params else ''})"


SPELLINGS = [
    (
        "Mul(Mul(2, x0), Add(f, Mul(-1, y)))",
        [
            "2*x0*(f - y)",
            "2 x0 (f-y)",
            "2·x₀·(f − y)",
            "2x_0(f-y)",
            r"2 \cdot x_0 \cdot (f - y)",
            r"2x_{0}\left(f-y\right)",
            "2 × x₀ × (f−y)",
        ],
    ),
    ("Pow(x, 2)", ["x**2", "x^2", "x²", "x^{2}", "{x}^2", "$x^2$", "\\(x^2\\)"]),
    (
        "exp(x)",
        [
            "e^x",
            "E**x",
            "exp(x)",
            "np.exp(x)",
            "math.exp(x)",
            "torch.exp(x)",
            r"e^{x}",
            r"\exp x",
            r"\exp\left(x\right)",
            "eˣ",
            "math.e**x",
        ],
    ),
    (
        "Pow(x, 1/2)",
        [
            "sqrt(x)",
            "√x",
            "√(x)",
            r"\sqrt{x}",
            r"\sqrt x",
            "x**(1/2)",
            "np.sqrt(x)",
            r"x^{\frac{1}{2}}",
            r"\sqrt[2]{x}",
        ],
    ),
    ("Mul(a, Pow(b, -1))", ["a/b", "a÷b", r"\frac{a}{b}", r"\dfrac ab", r"\tfrac{a}b", "a ∕ b"]),
    ("Abs(x)", ["|x|", "abs(x)", "Abs(x)", "np.abs(x)", r"\left|x\right|", r"\lvert x \rvert", r"\vert x \vert"]),
    (
        "Pow(Norm(x), 2)",
        [
            "norm(x)**2",
            "‖x‖²",
            "||x||^2",
            r"\|x\|^2",
            r"\lVert x \rVert^{2}",
            r"\left\lVert x\right\rVert_2^2",
            r"\left\|x\right\|^2",
            "‖x‖₂²",
        ],
    ),
    (
        "Max(0, Add(1, Mul(-1, m)))",
        [
            "max(0, 1 - m)",
            "Max(0, 1 - m)",
            "np.maximum(0, 1-m)",
            "max{0, 1 − m}",
            r"\max\{0, 1 - m\}",
            r"\max\left\{0, 1-m\right\}",
            r"\max(0, 1-m)",
        ],
    ),
    (
        "sin(x)",
        [
            "sin(x)",
            "sin x",
            r"\sin x",
            r"\sin{x}",
            r"\sin\left(x\right)",
            "np.sin (x)",
            r"\operatorname{sin}(x)",
            r"\mathrm{sin}(x)",
        ],
    ),
    (
        "Pow(tanh(x), 2)",
        ["tanh(x)**2", "tanh²(x)", r"\tanh^2 x", r"\tanh^{2}\left(x\right)", "(tanh x)^2", "tanh^2(x)"],
    ),
    ("Pow(x1, 2)", ["x1^2", "x_1^2", "x₁²", "x²₁", "x^2_1", "x^{2}_{1}", "x_{1}^{2}"]),
    ("Pow(Norm(w), 2)", [r"\|w\|^2_2", r"\lVert w \rVert^{2}_{2}"]),
    ("Mul(2, x)", ["2x", "2x;", "`2x`", "```2x```", "2*x  # a remark"]),
    (
        "Diff(Pow(w, 2), w)",
        ["d/dw (w^2)", "(d/dw) w^2", r"\left(\frac{d}{dw}\right) w^2", "D_w w^2", "D_{w} (w^2)", "∂_w w²"],
    ),
    (
        "Add(Diff(Pow(w1, 2), w1), Diff(Pow(w2, 2), w2))",
        [r"\sum_{i=1}^{2} \frac{d}{dw_i} w_i^2", r"\sum_{i=1}^{2} (\frac{d}{dw_i}) w_i^2"],
    ),
    ("Mul(log(x), Pow(log(2), -1))", ["log2(x)", "log_2 x", r"\log_2(x)", r"\log_{2} x", "np.log2(x)", "log₂ x"]),
    ("Mul(1, Pow(cosh(x), -1))", ["sech(x)", "sech x", "1/cosh(x)", r"\operatorname{sech}(x)"]),
    ("Pow(Mul(1, Pow(cos(x), -1)), 2)", [r"\sec^2 x", "sec^2(x)", "sec(x)^2", "(1/cos(x))^2"]),
    ("Max(0, Add(1, Mul(-1, m)))", ["(1 - m)_+", "[1 - m]_+", r"\left(1 - m\right)_{+}"]),
    ("Mul(Mul(1, Pow(2, -1)), Pow(x, 2))", ["½x²", "(1/2)x^2", r"\tfrac12 x^2"]),
    ("Mul(w, x)", ["w•x", "w·x", "w x", r"w \cdot x"]),
    ("Mul(Add(f, Mul(-1, y)), x)", ["[f - y]x", "(f - y)x"]),
    ("Max(1, x)", ["max(1; x)", "max(1, x)"]),
    ("Mul(f, Add(1, Mul(-1, x)))", ["f (1 - x)", "f*(1 - x)"]),
    ("Lt(x, -1)", ["x<-1", "x < -1", "x<−1"]),
    ("log(x)", ["log(x)", "ln(x)", "ln x", r"\ln x", r"\log(x)", "np.log(x)", "math.log(x)"]),
    (
        "Sigmoid(z)",
        [
            "sigmoid(z)",
            "σ(z)",
            r"\sigma(z)",
            "expit(z)",
            r"\operatorname{sigmoid}\left(z\right)",
            "torch.sigmoid(z)",
            "sigma(z)",
        ],
    ),
    (
        "LeakyRelu(x; (Fraction(1, 100),))",
        [
            "leaky_relu(x)",
            "LeakyReLU(x)",
            r"\operatorname{LeakyReLU}(x)",
            "F.leaky_relu(x, slope=0.01)",
            "leaky_relu(x, 1/100)",
        ],
    ),
    ("atanh(x)", ["atanh(x)", "arctanh(x)", r"\operatorname{artanh}\left(x\right)", r"\tanh^{-1}(x)"]),
    (
        "Indicator(Lt(m, 1))",
        [
            "indicator(m < 1)",
            "1[m < 1]",
            "[m < 1]",
            r"\mathbb{1}[m<1]",
            r"\mathbb{1}_{m<1}",
            r"\mathbf{1}\{m < 1\}",
            "𝟙[m<1]",
            "1_{m<1}",
            r"\mathbb{1}_{\{m < 1\}}",
            "I(m < 1)",
            "I[m < 1]",
            "1{m < 1}",
            r"1\{m < 1\}",
        ],
    ),
    (
        "Where(Gt(x, 0), 1, a)",
        [
            "where(x > 0, 1, a)",
            "np.where(x > 0, 1, a)",
            "Piecewise((1, x > 0), (a, True))",
            "1 if x > 0 else a",
            "1 if x > 0, a otherwise",
            r"\begin{cases} 1 & \text{if } x > 0 \\ a & \text{otherwise} \end{cases}",
            r"\begin{cases} 1, & x > 0, \\ a, & \text{else} \end{cases}",
            "Piecewise((1, Gt(x, 0)), (a, True))",
            r"\left\{ \begin{array}{ll} 1 & \mbox{if } x > 0 \\ a & \mbox{otherwise} \end{array} \right.",
            r"\left\{\begin{aligned} 1 & \text{ for } x > 0 \\ a & \text{ otherwise} \end{aligned}\right.",
        ],
    ),
    (
        "Where(Ge(x, 1), 2, Where(Lt(x, 1), 0, nan))",
        [r"\begin{cases} 2, & x \geq 1 \\ 0, & x < 1 \end{cases}", "Piecewise((2, x >= 1), (0, x < 1))"],
    ),
    (
        "And(Lt(0, x), Lt(x, 1))",
        ["0 < x < 1", "0 < x and x < 1", "(0 < x) & (x < 1)", "0 < x ∧ x < 1", r"0 < x \land x < 1", "0<x && x<1"],
    ),
    (
        "Or(Le(x, 0), Not(Eq(x, 2)))",
        ["x <= 0 or not x == 2", "x ≤ 0 ∨ ¬ x == 2", r"x \le 0 \lor \lnot x == 2", "(x<=0) | not x==2"],
    ),
    ("Transpose(W)", ["W.T", r"W^T", r"W^\top", r"W^{\top}", "Wᵀ", "W^⊤", "transpose(W)"]),
    (
        "Add(Add(x1, x2), x3)",
        [r"\sum_{i=1}^{3} x_i", r"\sum_{i=1}^3 x_{i}", "∑_{i=1}^{3} x_i", "x1 + x2 + x3", "x₁+x₂+x₃"],
    ),
    ("Mul(Mul(1, Pow(2, -1)), x)", ["1/2*x", r"\frac12 x", r"\frac{1}{2}x"]),
    (
        "Diff(Pow(x, 2), x)",
        [
            "d/dx x^2",
            "d/dx (x²)",
            "∂/∂x x²",
            r"\frac{d}{dx} x^2",
            r"\frac{\partial}{\partial x}\left(x\right)^2",
            "diff(x**2, x)",
            "Derivative(x**2, x)",
            "D(x^2, x)",
            "d(x^2)/dx",
            r"\frac{\mathrm{d}}{\mathrm{d}x} x^2",
            r"\frac{d (x^2)}{dx}",
            "∂(x²)/∂x",
            r"\nabla_x x^2",
            "∂_x x²",
        ],
    ),
    (
        "Diff(Diff(Pow(x, 3), x), x)",
        [
            "d²/dx² x³",
            r"\frac{d^2}{dx^2} x^3",
            "diff(x**3, x, x)",
            "diff(x**3, x, 2)",
            "Derivative(x**3, (x, 2))",
            r"\frac{\partial^2}{\partial x^2} x^3",
        ],
    ),
    (
        "Vector(a, b)",
        [
            "[a, b]",
            r"\begin{pmatrix} a \\ b \end{pmatrix}",
            r"\begin{bmatrix} a & b \end{bmatrix}",
            r"\left[a, b\right]",
        ],
    ),
    ("Vector(Vector(1, 2), Vector(3, 4))", ["[[1, 2], [3, 4]]", r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}"]),
    ("y_hat", ["y_hat", "ŷ", r"\hat{y}", r"\hat y", "y\u0302"]),
    ("w10", ["w_10", "w₁₀", "w_{10}", "w10", r"\mathbf{w}_{10}"]),
    ("theta1", ["theta1", "θ₁", "θ_1", r"\theta_1", r"\theta_{1}"]),
    ("L", ["L", r"\mathcal{L}", "ℒ"]),
]


@pytest.mark.parametrize(("tree", "text"), [(tree, text) for tree, texts in SPELLINGS for text in texts])
def test_all_spellings_of_an_expression_are_one_tree(tree: str, text: str) -> None:
    assert show(read(text)) == tree


ORDER = [
    ("-x**2", "Mul(-1, Pow(x, 2))"),
    ("-a*b", "Mul(Mul(-1, a), b)"),
    ("2**-x", "Pow(2, Mul(-1, x))"),
    ("2**3**2", "Pow(2, Pow(3, 2))"),
    ("a - b - c", "Add(Add(a, Mul(-1, b)), Mul(-1, c))"),
    ("a/b/c", "Mul(Mul(a, Pow(b, -1)), Pow(c, -1))"),
    ("a/b*c", "Mul(Mul(a, Pow(b, -1)), c)"),
    ("-2x", "Mul(-2, x)"),
    ("x - 2", "Add(x, -2)"),
    ("x - -2", "Add(x, Mul(-1, -2))"),
    ("-(2)", "-2"),
    ("+x", "x"),
    ("a*-b", "Mul(a, Mul(-1, b))"),
    ("1 - 1", "Add(1, -1)"),
    ("x + x", "Add(x, x)"),
    ("0*x", "Mul(0, x)"),
    ("x**(2/3)", "Pow(x, 2/3)"),
    ("x**(-1/2)", "Pow(x, -1/2)"),
    ("x**0.5", "Pow(x, 0.5)"),
    ("|x||y|", "Mul(Abs(x), Abs(y))"),
    ("|x - |y||", "Abs(Add(x, Mul(-1, Abs(y))))"),
    ("2|x|/x", "Mul(Mul(2, Abs(x)), Pow(x, -1))"),
    ("| |x| - 1 |", "Abs(Add(Abs(x), -1))"),
    ("sin 2x", "sin(Mul(2, x))"),
    (r"\sin x \cos x", "Mul(sin(x), cos(x))"),
    ("ln x^2", "log(Pow(x, 2))"),
    ("ln(x)^2", "Pow(log(x), 2)"),
    (r"\frac{1}{x} e^{-x}", "Mul(Mul(1, Pow(x, -1)), exp(Mul(-1, x)))"),
    ("e^-x/2", "Mul(exp(Mul(-1, x)), Pow(2, -1))"),
    ("exp(x)**2", "Pow(exp(x), 2)"),
    ("a if p > 0 else b if q > 0 else c", "Where(Gt(p, 0), a, Where(Gt(q, 0), b, c))"),
    ("not a > b and c > d", "And(Not(Gt(a, b)), Gt(c, d))"),
    (r"\max\left(-k, \min\left(x, k\right)\right)", "Max(Mul(-1, k), Min(x, k))"),
    ("σ'(z)", "Diff(Sigmoid(z), z)"),
    ("(m < 1)*x", "Mul(Lt(m, 1), x)"),
    ("x[0, 1:]", "Index(x; ((0, (1, None, None)),))"),
    ("x[-1]", "Index(x; ((-1,),))"),
    ("x[::2]", "Index(x; (((None, None, 2),),))"),
    ("softmax(z)[0]", "Index(Softmax(z); ((0,),))"),
    ("softmax(z, axis=1)", "Softmax(z; (1,))"),
    ("sum(x)", "Total(x; (None, False))"),
    ("x.sum(axis=0)", "Total(x; (0, False))"),
    ("mean(x, 1)", "Mean(x; (1,))"),
    ("reshape(x, (2, 3))", "Reshape(x; ((2, 3),))"),
    ("reshape(x, 2, 3)", "Reshape(x; ((2, 3),))"),
    ("Heaviside(x, 0)", "Step(x; (0,))"),
    ("H(x)", "Step(x; (Fraction(1, 2),))"),
    ("F.softmax(x, dim=0)", "Softmax(x; (0,))"),
    ("max([a, b, c])", "Max(a, b, c)"),
    ("9**9**9**9", "Pow(9, Pow(9, Pow(9, 9)))"),
    ("1/0", "Mul(1, Pow(0, -1))"),
    (r"\sum_{i=1}^{2} \sum_{j=1}^{2} a_{ij}", "Add(Add(a11, a12), Add(a21, a22))"),
    (r"\sum_{i=1}^{2} i x_{i+1}", "Add(Mul(1, x2), Mul(2, x3))"),
    (r"\prod_{i=1}^3 (x+i)", "Mul(Mul(Add(x, 1), Add(x, 2)), Add(x, 3))"),
    (r"\sum_{i=1}^{2} x_i - y", "Add(Add(x1, x2), Mul(-1, y))"),
    ("x\\\n + 1", "Add(x, 1)"),
    ("x  # the input", "x"),
    ("lambda + beta*zeta", "Add(lambda, Mul(beta, zeta))"),
]


@pytest.mark.parametrize(("text", "tree"), ORDER, ids=[t for t, _ in ORDER])
def test_operators_bind_as_in_python_and_keep_the_authors_order(text: str, tree: str) -> None:
    assert show(read(text)) == tree


@pytest.mark.parametrize("name", "E S N I Q O beta gamma zeta lambda x_prime d f".split())
def test_every_letter_is_a_plain_name(name: str) -> None:
    assert read(name) == sp.Symbol(name)
    assert show(read(f"2*{name} + 1")) == f"Add(Mul(2, {name}), 1)"


PROBLEM: dict[str, Any] = {"names": "x w b y z m x0 x1 w0 w1 y_hat".split()}
SCALAR: dict[str, Any] = {"names": "x w b y w0 x0".split(), "definitions": {"f(x, W, b)": "w0*x0 + b", "u": "f - y"}}
SHAPED: dict[str, Any] = {"shapes": {"W": (3, 2), "x": 2, "b": 3, "d": 3}}
CONTEXT = [
    ("wx + b", PROBLEM, "Add(Mul(w, x), b)"),
    ("-2xy", PROBLEM, "Mul(Mul(-2, x), y)"),
    ("e^(xw)", PROBLEM, "exp(Mul(x, w))"),
    ("2x0w0", PROBLEM, "Mul(Mul(2, x0), w0)"),
    ("x_0w_0", PROBLEM, "Mul(x0, w0)"),
    ("xexp(wx)", PROBLEM, "Mul(x, exp(Mul(w, x)))"),
    ("2xe^x", PROBLEM, "Mul(Mul(2, x), exp(x))"),
    ("xw^2", PROBLEM, "Mul(x, Pow(w, 2))"),
    ("x(y+1)", PROBLEM, "Mul(x, Add(y, 1))"),
    ("yhat - y", PROBLEM, "Add(y_hat, Mul(-1, y))"),
    (r"\hat{y} - y", PROBLEM, "Add(y_hat, Mul(-1, y))"),
    ("xw", {"names": ["x", "w", "xw"]}, "xw"),
    ("xw", {}, "xw"),
    (r"\frac{xw}{1}", {}, "Mul(Mul(x, w), Pow(1, -1))"),
    ("loss", {"names": "l o s".split()}, "Mul(Mul(Mul(l, o), s), s)"),
    ("σ²", {"names": ["sigma"]}, "Pow(sigma, 2)"),
    (r"\sigma (x - m)", {"names": ["sigma", "x", "m"]}, "Mul(sigma, Add(x, Mul(-1, m)))"),
    ("sigma", {"names": ["σ"]}, "σ"),
    ("e**2", {"names": ["e"]}, "Pow(e, 2)"),
    ("pi*x", {"names": ["pi", "x"]}, "Mul(pi, x)"),
    ("T^2", {"names": ["T"]}, "Pow(T, 2)"),
    (r"x^T", {"names": ["T", "x"]}, "Pow(x, T)"),
    ("neg + dot(a, b)", {"names": ["neg", "dot"]}, "Add(neg, Dot(a, b))"),
    ("max - min", {"names": ["max", "min"]}, "Add(max, Mul(-1, min))"),
    ("f(x, W, b) - y", SCALAR, "Add(Add(Mul(w0, x0), b), Mul(-1, y))"),
    ("f - y", SCALAR, "Add(Add(Mul(w0, x0), b), Mul(-1, y))"),
    ("2u", SCALAR, "Mul(2, Add(Add(Mul(w0, x0), b), Mul(-1, y)))"),
    ("df/dw0", SCALAR, "Diff(Add(Mul(w0, x0), b), w0)"),
    ("∂f/∂w₀", SCALAR, "Diff(Add(Mul(w0, x0), b), w0)"),
    (r"\frac{\partial f(x, W, b)}{\partial w_0}", SCALAR, "Diff(Add(Mul(w0, x0), b), w0)"),
    ("g(2)", {"definitions": {"g(t)": "t**2 + t"}}, "Add(Pow(2, 2), 2)"),
    ("g(x)'", {"definitions": {"g(t)": "t**2"}}, "Diff(Pow(x, 2), x)"),
    ("g'(t)", {"definitions": {"g(t)": "t**2"}}, "Diff(Pow(t, 2), t)"),
    ("u(y+1)", {"names": ["y"], "definitions": {"u": "x + 1"}}, "Mul(Add(x, 1), Add(y, 1))"),
    ("u(x)", {"definitions": {"u": "x + 1"}}, "Add(x, 1)"),
    ("a + b", {"definitions": {"b": "a**2", "a": "x"}}, "Add(x, Pow(x, 2))"),
    ("dL/df", {"definitions": {"f": "w*x", "L": "f**2"}}, "Diff(Pow(Mul(w, x), 2), Mul(w, x))"),
    ("dL/dw", {"target": "(w*x)**2"}, "Diff(Pow(Mul(w, x), 2), w)"),
    (r"\sum_i w_i x_i", PROBLEM, "Add(Mul(w0, x0), Mul(w1, x1))"),
    ("w[0]*x[1]", PROBLEM, "Mul(w0, x1)"),
    ("W@x + b", SHAPED, "Add(MatMul(W, x), b)"),
    ("Wx + b", SHAPED, "Add(MatMul(W, x), b)"),
    (r"W \cdot x", SHAPED, "MatMul(W, x)"),
    ("x·x", SHAPED, "Dot(x, x)"),
    ("W*x", SHAPED, "Mul(W, x)"),
    (r"x^\top x", SHAPED, "Dot(Transpose(x), x)"),
    (r"d x^T", SHAPED, "Outer(d, x)"),
    ("W^T d", SHAPED, "MatMul(Transpose(W), d)"),
    (r"d \odot b", SHAPED, "Mul(d, b)"),
    ("x_0", SHAPED, "Index(x; ((0,),))"),
    (r"d \otimes x", SHAPED, "Outer(d, x)"),
    ("2x", SHAPED, "Mul(2, x)"),
    (r"\sum_{i=1}^{2} x_i", SHAPED, "Add(Index(x; ((0,),)), Index(x; ((1,),)))"),
    (r"\sum_i x_i", SHAPED, "Add(Index(x; ((0,),)), Index(x; ((1,),)))"),
    ("softmax(Wx+b)[k]", SHAPED | {"constants": {"k": 2}}, "Index(Softmax(Add(MatMul(W, x), b)); ((2,),))"),
    ("softmax(b)_k", SHAPED | {"constants": {"k": 0}}, "Index(Softmax(b); ((0,),))"),
]


@pytest.mark.parametrize(("text", "problem", "tree"), CONTEXT, ids=[f"{t} {i}" for i, (t, _, _) in enumerate(CONTEXT)])
def test_the_problems_names_definitions_and_shapes_decide_what_is_meant(
    text: str, problem: dict[str, Any], tree: str
) -> None:
    assert show(read(text, **problem)) == tree


def test_a_right_side_is_read_after_what_it_is_said_to_be() -> None:
    for text in (
        r"\frac{\partial L}{\partial w_0} = 2x_0(f-y)",
        "dL/dw0 = 2x0(f-y)",
        "= 2x0(f-y)",
        "y = z = 2x0(f-y)",
        "⇒ 2x0(f-y)",
        "\n 2x0(f-y)\n",
    ):
        assert show(read(text)) == "Mul(Mul(2, x0), Add(f, Mul(-1, y)))", text


ASSUMED = [
    ("x(y + 1)", ("read x(…) as a product",)),
    ("xw", ("read 'xw' as one name",)),
    (r"\frac{xw}{2}", ("read 'xw' as x·w",)),
    ("e^x", ("read e as Euler's number",)),
    ("2e", ("read e as Euler's number",)),
    ("σ(z)", ("read sigma(…) as sigmoid",)),
    ("H(x)", ("read H(…) as step",)),
    (r"\sin^{-1} x", ("read sin^(-1) as the inverse function asin",)),
    (r"W^T", ("read ^T as transposed",)),
    ("2*x", ()),
    ("sin(x)", ()),
]


@pytest.mark.parametrize(("text", "assumed"), ASSUMED, ids=[t for t, _ in ASSUMED])
def test_what_was_assumed_is_said(text: str, assumed: tuple[str, ...]) -> None:
    assert reading(text).assumed == assumed


def test_both_scopes_of_a_derivative_operator_are_kept() -> None:
    line = r"\frac{\frac{\partial}{\partial w} e^{xw} \cdot xw - e^{xw} \cdot \frac{\partial}{\partial w} xw}{x^2 w^2}"
    found = reading(line, names=["x", "w"])
    first = "Add(Mul(Mul(Diff(exp(Mul(x, w)), w), x), w), Mul(-1, Mul(exp(Mul(x, w)), Diff(Mul(x, w), w))))"
    greedy = "Add(Diff(Mul(Mul(exp(Mul(x, w)), x), w), w), Mul(-1, Mul(exp(Mul(x, w)), Diff(Mul(x, w), w))))"
    assert first in show(found.tree)
    assert any(greedy in show(a) for a in found.alternatives)


@pytest.mark.parametrize(
    ("text", "usual", "other"),
    [
        ("1/2x", "Mul(Mul(1, Pow(2, -1)), x)", "Mul(1, Pow(Mul(2, x), -1))"),
        ("y/xw", "Mul(y, Pow(Mul(x, w), -1))", "Mul(Mul(y, Pow(x, -1)), w)"),
        ("e^2x", "Mul(exp(2), x)", "exp(Mul(2, x))"),
        ("d/dx x^2 + 3x", "Add(Diff(Pow(x, 2), x), Mul(3, x))", "Diff(Add(Pow(x, 2), Mul(3, x)), x)"),
        ("d/dx (x) (y)", "Mul(Diff(x, x), y)", "Diff(Mul(x, y), x)"),
    ],
)
def test_where_a_person_could_mean_two_things_the_other_reading_is_kept(text: str, usual: str, other: str) -> None:
    found = reading(text, names=["x", "w", "y"])
    assert (show(found.tree), [show(a) for a in found.alternatives]) == (usual, [other])
    assert found.assumed


MESSAGES = [
    ("", 1, "nothing to read; expected an expression such as 2*x"),
    ("2 +", 4, "the text ends after '+'; expected a number, a name or '('"),
    ("2 + * 3", 5, "'*' cannot stand here; expected a number, a name or '('"),
    ("1 + sine(x)", 5, "unknown function 'sine' (did you mean 'sin'?)"),
    ("qux(x)", 1, "unknown function 'qux'; sin, exp, log, max, … are known"),
    ("dL/dw0", 2, "nothing says what 'L' is; define it first, as in L = …, or give definitions={'L': …}"),
    ("(x + 1", 7, "expected ')' to close the '(' of column 1, met the end"),
    ("[x + 1)", 7, "expected ']' to close the '[' of column 1, met ')'"),
    ("x + 1)", 6, "')' closes nothing; take it away, or open a bracket before it"),
    ("()", 2, "the brackets are empty; expected an expression before ')'"),
    ("[]", 2, "the list is empty; expected [a, b]"),
    ("(1, 2)", 3, "a comma needs a function or a list; write [a, b] for a vector"),
    ("a, b", 2, "',' separates two expressions; expected one alone"),
    ("2 3", 3, "'2' and '3' stand side by side; expected an operator such as * between them"),
    ("x!", 2, "factorials are not read; write the product out"),
    ("x; y", 2, "one expression was expected, and a second line follows; name the first one, as in u = x + y"),
    ("x\ny", 2, "one expression was expected, and a second line follows; name the first one, as in u = x + y"),
    ("x == y = z = ", 14, "the text ends after '='; expected a number, a name or '('"),
    ("sin", 1, "sin needs its argument: sin(x)"),
    ("sin(x, y)", 1, "sin takes 1 argument, met 2"),
    ("where(x > 0, 1)", 1, "where takes 3 arguments, met 2"),
    ("softmax(x, axs=0)", 12, "softmax has no setting 'axs'; it has axis"),
    ("log(x, base=2)", 8, "log has no setting 'base'; it has none"),
    ("x[k]", 3, "the index 'k' has no number; give it one with constants={'k': 0}"),
    ("x[0:1:2:3]", 10, "a slice has at most three parts: start:stop:step"),
    ("a if b", 3, "'if' needs an 'else': a if condition else b"),
    ("x.shape", 2, "'.shape' is not read; .T transposes, and functions are written exp(x), sum(x)"),
    ("np.linalg.qr(x)", 1, "'np.linalg.qr' is no function that is read; write exp(x), max(a, b), …"),
    ("sin('x')", 5, "text in quotes is not mathematics; write names without quotes"),
    ("х + 1", 1, "'х' is CYRILLIC SMALL LETTER HA; did you mean the Latin 'x'?"),
    ("х(x)", 1, "'х' is CYRILLIC SMALL LETTER HA; did you mean the Latin 'x'?"),
    (
        "x\u200b+1",
        2,
        "the character ZERO WIDTH SPACE is not read here; write with Latin or Greek letters, digits, + - * / ^ ( )",
    ),
    ("x % 2", 3, "'%' is not read here; write with letters, digits, + - * / ^ ( ) and function names"),
    (r"\farc{1}{2}", 1, r"unknown LaTeX command '\farc' (did you mean '\frac'?)"),
    (r"\binom{n}{k}", 1, r"unknown LaTeX command '\binom'; \operatorname{…} names a function"),
    (r"\frac{1}", 9, "the text ends after '}'; expected an argument in braces { }"),
    (r"\begin{foo} x \end{foo}", 1, "the LaTeX environment 'foo' is not read; cases, pmatrix and align are"),
    (r"\begin{pmatrix} 1 & 2 \\ 3 \end{pmatrix}", 1, "the rows of the matrix differ in length"),
    (r"\sum_{i=1}^{n} x_i", 1, r"the sum over i has no ends; write \sum_{i=1}^{3}, or declare the names it runs over"),
    (r"\sum_{i=1}^{10^9} i", 13, r"a sum runs over whole numbers, as in \sum_{i=1}^{3}"),
    (r"\sum_{i=1}^{999999} i", 1, "a sum of 999999 terms; write at most 20000"),
    ("x_{i+1}", 1, r"the subscript 'i+1' has no value here; an index has one inside \sum_{i=1}^{3}"),
    ("diff(x**2)", 1, "say what to differentiate with respect to: diff(…, x)"),
    ("9" * 101, 1, "a number of 101 digits; at most 100 are read"),
    ("1e999999999", 1, "the exponent 999999999 is too large; at most 300 is read"),
    ("-" * 300 + "x", 201, "nested deeper than 200 levels; name a part on a line of its own"),
    ("x" + "+x" * 5000, 1, "the text is 10001 characters long; at most 10000 are read"),
]


@pytest.mark.parametrize(("text", "column", "message"), MESSAGES, ids=[m[0][:30] for m in MESSAGES])
def test_messages_say_what_was_met_what_was_expected_and_the_next_move(text: str, column: int, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(text)
    assert (caught.value.message, caught.value.column) == (message, column)
    assert "\n" in caught.value.caret


def test_an_error_in_a_later_line_names_the_line_and_shows_it() -> None:
    with pytest.raises(ReadError) as caught:
        program("f = w*x\nL = (f - y))**2")
    assert str(caught.value) == "line 2, column 12: ')' closes nothing; take it away, or open a bracket before it"
    assert caught.value.caret == "L = (f - y))**2\n" + " " * 11 + "^"


def test_strict_reading_refuses_names_that_were_not_declared() -> None:
    assert read("unknown + x0", ["unknown", "x0"], strict=True)
    with pytest.raises(ReadError, match=r"line 1, column 1: unknown name 'unknwn' \(did you mean 'unknown'\?\)"):
        read("unknwn + x0", ["unknown", "x0"], strict=True)
    with pytest.raises(ReadError, match=r"unknown name 'q'; the names here are w, x$"):
        read("q*x", ["x", "w"], strict=True)


def test_definitions_that_use_one_another_and_names_that_are_none_are_refused() -> None:
    with pytest.raises(
        ReadError, match="the definitions of a and b use one another; put one of them in terms of the problem's names"
    ):
        read("a", definitions={"a": "b", "b": "a"})
    with pytest.raises(
        LearnerError, match=r"'x \+ 1' is no name; a name is letters, then letters, digits or _, such as w0"
    ):
        read("x", names=["x + 1"])
    with pytest.raises(LearnerError, match="cannot read int; expected text"):
        read(3)  # type: ignore[arg-type]
    with pytest.raises(ReadError, match="f takes 3 arguments \\(x, W, b\\), met 1"):
        read("f(2)", definitions={"f(x, W, b)": "x"})


# ----- programs -----
def lines(text: str, **given: Any) -> list[tuple[str | None, str]]:
    return [(line.name, show(line.tree)) for line in program(text, **given).lines]


def test_a_program_is_named_lines_and_the_last_one_is_the_output() -> None:
    assert lines("f = w0*x0 + w1*x1 + b\nL = (f - y)**2") == [
        ("f", "Add(Add(Mul(w0, x0), Mul(w1, x1)), b)"),
        ("L", "Pow(Add(f, Mul(-1, y)), 2)"),
    ]
    assert lines("a = x + y; b = a*a ;a/b") == [("a", "Add(x, y)"), ("b", "Mul(a, a)"), (None, "Mul(a, Pow(b, -1))")]
    assert lines("# the score\nf = (w*x +\n     b)  # joined\n\n") == [("f", "Add(Mul(w, x), b)")]
    assert lines("p0 = x\nout = p0") == [("p0", "x"), ("out", "p0")]
    assert lines(r"f = w_0 x_0 + b \\ L = (f-y)^{2}") == [
        ("f", "Add(Mul(w0, x0), b)"),
        ("L", "Pow(Add(f, Mul(-1, y)), 2)"),
    ]
    assert lines("f(x, W, b) = w0*x0 + b\nL = (f(x, W, b) - y)**2") == [
        ("f", "Add(Mul(w0, x0), b)"),
        ("L", "Pow(Add(f, Mul(-1, y)), 2)"),
    ]
    assert lines("L = f**2\ndL/df", definitions={})[1] == (None, "Diff(L, f)")
    assert program("a = x\n\n  b = a").lines[1].line_no == 3


def test_an_assigned_name_beats_a_function_of_that_name_unless_it_is_called() -> None:
    assert lines("dot = s + w2\nneg = -dot\nex = exp(neg)") == [
        ("dot", "Add(s, w2)"),
        ("neg", "Mul(-1, dot)"),
        ("ex", "exp(neg)"),
    ]
    assert lines("max = a + b\nmax(max, 2)")[1] == (None, "Max(max, 2)")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f = x\nf = y", "line 2, column 1: 'f' is assigned twice; give the second line a name of its own"),
        ("L = f**2\nf = w*x", "line 1, column 5: 'f' is used before its own line 2; move that line up"),
        ("f = f + 1", "line 1, column 5: 'f' is used before its own line 1; move that line up"),
        (
            "f(x) = x**2\nf(2)",
            "line 2, column 1: f was given for (x) and is read with these alone; write its formula out for other arguments",
        ),
        ("", "line 1, column 1: nothing to read; expected an expression such as (w*x - y)**2"),
        ("# only a comment", "line 1, column 1: nothing to read; expected an expression such as (w*x - y)**2"),
        ("f =", "line 1, column 3: 'f =' has no right side; expected an expression after '='"),
        (
            "2 = x",
            "line 1, column 3: '=' cannot stand inside an expression; compare with ==, or give the line a name at its start",
        ),
        ("x; open('gt_canary','w')", "line 1, column 4: unknown function 'open'; sin, exp, log, max, … are known"),
    ],
)
def test_programs_that_cannot_be_run_say_which_line_to_mend(text: str, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        program(text)
    assert str(caught.value) == message


def test_the_published_programs_are_read_line_by_line() -> None:
    from pathlib import Path

    examples = [
        e
        for e in json.loads((Path(__file__).parents[1] / "data" / "published.json").read_text("utf-8"))
        if e.get("steps")
    ]
    assert len(examples) > 15
    for example in examples:
        found = program("\n".join(f"{name} = {text}" for name, text in example["steps"]))
        assert [line.name for line in found.lines] == [name for name, _ in example["steps"]]


# ----- bounds, and a row added later -----
def test_authors_can_raise_the_bounds() -> None:
    wide = "x" + "+x" * 6000
    with pytest.raises(ReadError):
        read(wide)
    assert read(wide, limits=replace(DEFAULT, chars=20_000)).args[1] == sp.Symbol("x")
    with pytest.raises(ReadError, match="more than 5 nodes; split the expression into named lines"):
        read("a+b+c+d", limits=Limits(nodes=5))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 4999 + "x",
        "x" + "**x" * 3000,
        "-" * 9999,
        r"\sqrt{" * 1600,
        "|" * 9999,
        "x[" * 4000,
        "a if b else " * 800,
        r"\hat{" * 1900,
        "d/dx " * 1900,
        "xw" * 4999,
        "1/" * 4999 + "x",
        "f'" * 4000,
        r"\sum_{i=1}^{9}" * 700,
        "x_" * 4999,
        "$" * 9999,
        "{" * 9999,
        "e^" * 4900 + "x",
        "2x(" * 3000,
    ],
)
def test_long_nested_text_ends_within_a_second(text: str) -> None:
    start = time.process_time()
    for reader in (read, reading, program, derivation):
        with contextlib.suppress(ReadError):
            reader(text)
    assert time.process_time() - start < 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sinwx", "sin(Mul(w, x))"),
        ("xlnw", "Mul(x, log(w))"),
        ("tanhx", "tanh(x)"),
        ("f(x)", "Add(Mul(w, x), b)"),
        ("f(x; w)", "Add(Mul(w, x), b)"),
        ("f(2, w)", "Add(Mul(w, 2), b)"),
    ],
)
def test_run_together_functions_and_shortened_calls_are_those_of_the_problem(text: str, expected: str) -> None:
    assert show(read(text, names=["w", "x", "b"], definitions={"f(x, w)": "w*x + b"})) == expected


def test_what_a_power_of_e_or_a_root_takes_in_is_kept_both_ways() -> None:
    assert [show(a) for a in reading("e^-yf", names=["y", "f"]).alternatives] == ["exp(Mul(Mul(-1, y), f))"]
    assert [show(a) for a in reading("√wx", names=["w", "x"]).alternatives] == ["Pow(Mul(w, x), 1/2)"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0,5x", "a decimal is written with a point: 0.5"),
        ("2½", "'2½' is not read; write a decimal, or a sum in brackets"),
    ],
)
def test_what_could_be_misread_is_refused_with_what_to_write(text: str, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(text)
    assert caught.value.message == message


def test_names_of_a_new_row_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from graphtutor.ops import heads

    class Swish(heads.Head): ...

    monkeypatch.setitem(
        ops.ROWS,
        "swish",
        Row("swish", lambda x, beta: x, heads=(Swish,), names=("swish", "SiLU"), params=(("beta", Fraction(1)),)),
    )
    assert show(read("2 swish(x)")) == "Mul(2, Swish(x; (Fraction(1, 1),)))"
    assert show(read(r"\operatorname{SiLU}(x)")) == show(read("swish x"))
    assert show(read("swish(x, beta=1.5)")) == "Swish(x; (Fraction(3, 2),))"
