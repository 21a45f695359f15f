"""Functions and numbers as courses, calculators and libraries write them, against mpmath and Python's own arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import pytest
import sympy as sp

import graphtutor as gt
from graphtutor.errors import ReadError
from graphtutor.language.read import read, reading
from graphtutor.ops.abbreviations import ABBREVIATIONS

AT = {"x": 1.7, "w": 0.6, "b": -0.4, "y": 0.8, "m": 2.3, "t": 0.45}
NAMES = list(AT)


def value(tree: Any) -> float:
    graph = gt.graph(tree)
    return float(graph.trace(at={n.name: AT[n.name] for n in graph.inputs}).value)


X, W, B, Y, M, T = (AT[n] for n in "xwbymt")
FORMS: list[tuple[Callable[[], Any], list[str]]] = [
    (lambda: mp.cbrt(X), ["cbrt(x)", "np.cbrt(x)", "root(x, 3)", r"\sqrt[3]{x}", "x^(1/3)"]),
    (lambda: mp.root(M, 5), ["root(m, 5)", r"\sqrt[5]{m}", "np.power(m, 1/5)"]),
    (lambda: mp.log(X, 10), ["log(x, 10)", "lg x", "lg(x)", "log10(x)", "np.log10(x)", r"\log_{10} x", r"\lg x"]),
    (lambda: mp.log(M, 2), ["log_2 m", "log2(m)", "log(m, 2)", "math.log2(m)", r"\log_2(m)", "torch.log2(m)"]),
    (lambda: mp.log(X, M), [r"\log_m x", "log_m(x)", "log(x, m)", "ln x/ln m"]),
    (lambda: mp.sign(B), ["signum(b)", "sgn(b)", "sign(b)", "np.sign(b)"]),
    (lambda: mp.acot(X), ["acot(x)", "arccot(x)", r"\operatorname{arccot} x", r"\cot^{-1} x"]),
    (lambda: mp.acoth(X), [r"\arcoth x", "acoth(x)", "arcoth(x)", r"\coth^{-1}(x)"]),
    (lambda: mp.asec(X), ["asec(x)", "arcsec x", r"\sec^{-1}(x)"]),
    (lambda: mp.sec(W) ** 2, [r"\sec^2 w", "sec(w)**2", "sec^2(w)"]),
    (lambda: mp.csc(X) * mp.cot(X), [r"\csc x \cot x", "cosec(x) cot(x)"]),
    (lambda: X**3, ["pow(x, 3)", "np.power(x, 3)", "torch.pow(x, 3)", "math.pow(x, 3)", "Pow(x, 3)", "x ** 3"]),
    (lambda: (W * X - Y) ** 2, ["square(wx - y)", "np.square(w*x - y)", "torch.square(w*x-y)"]),
    (lambda: (W - X) / Y, ["np.divide(np.subtract(w, x), y)", "torch.div(torch.sub(w, x), y)"]),
    (lambda: X * Y + B, ["np.add(np.multiply(x, y), b)", "torch.add(torch.mul(x, y), b)"]),
    (lambda: -1 / X, ["np.negative(np.reciprocal(x))", "-reciprocal(x)", "torch.neg(1/x)"]),
    (lambda: mp.log(1 + X), ["log1p(x)", "np.log1p(x)", "math.log1p(x)"]),
    (lambda: mp.e**X - 1, ["expm1(x)", "np.expm1(x)"]),
    (lambda: mp.log(mp.e**X + mp.e**Y), ["np.logaddexp(x, y)", "logaddexp(x, y)"]),
    (lambda: mp.hypot(X, Y), ["hypot(x, y)", "math.hypot(x, y)"]),
    (lambda: min(max(X, 0), 1), ["np.clip(x, 0, 1)", "torch.clamp(x, 0, 1)"]),
    (lambda: mp.log(T / (1 - T)), ["logit(t)", "log(t/(1-t))"]),
    # numbers behind names, brackets and thin spaces
    (lambda: X * 2 ** (W * X) * mp.log(2), [r"x\,2^{wx}\ln 2", r"\ln(2)\,2^{wx}\,x", "x 2^(wx) ln2", r"x~2^{wx} \ln 2"]),
    (lambda: (1 + X) * 3 * mp.e**X, ["(1+x)3e^x", r"(1+x)\,3e^{x}", r"\left(1+x\right)3e^x"]),
    (lambda: 5 * mp.sin(5 * X), ["5sin5x", "5 sin5x", r"5\sin 5x", "5sin(5x)"]),
    (lambda: 3**X * mp.log(3), ["3^x ln3", "3^x ln 3", r"3^x \ln 3", r"\ln 3 \cdot 3^x"]),
    (lambda: X * mp.sqrt(7), ["xsqrt7", "x sqrt7", "x√7", r"x\sqrt7"]),
    (lambda: -4 * mp.cos(4 * M), ["-4cos4m", "-4 cos(4m)", r"-4\cos 4m"]),
    (lambda: mp.exp(3 * T) * mp.log(5), ["exp3t ln5", "exp(3t) ln(5)"]),
    (lambda: (X - Y) * 4 * W, ["(x - y)4w", "{(x-y)}4w"]),
    (lambda: 2 * X * mp.tanh(2 * Y), ["2xtanh2y", "2x tanh2y"]),
    # Euler's number
    (lambda: mp.e * X, ["e*x", "ex", "x*e", r"\mathrm{e} x", r"\mathrm{e}\,x", "E^1 x"]),
    (lambda: mp.log(mp.e * X), [r"\ln(ex)", "ln(ex)", "log(e*x)", "1 + ln x"]),
    (lambda: mp.sqrt(mp.e), ["sqrt(e)", "e^(1/2)", r"\sqrt{e}", "√e", "math.sqrt(math.e)"]),
    (lambda: mp.e**W * mp.log(mp.e), ["e^w*ln(e)", r"e^{w}\ln e", r"\mathrm{e}^{w}"]),
    (lambda: X ** (mp.e - 1) * mp.e, ["e x^(e-1)", r"e\,x^{e-1}"]),
    # letters of other alphabets, spaces
    (lambda: W * X + B, ["𝑤𝑥 + 𝑏", "𝐰·𝐱 + 𝐛", "ｗ＊ｘ＋ｂ", "𝘸*𝘹 + 𝘣", r"w\ x + b", r"w~x\ +\ b"]),
    (lambda: mp.sin(2 * X), ["ｓｉｎ（２ｘ）", "𝚜𝚒𝚗(𝟸𝚡)", r"\sin\ (2x)"]),
    (lambda: -mp.cos(X), ["-math.cos(x)", "-(np.cos(x))", "- torch.cos(x)", "-jnp.cos(x)", "-numpy.cos(x)"]),
    (lambda: mp.sqrt(X**2 + Y**2), ["np.linalg.norm([x, y])", "torch.linalg.norm([x, y])", "norm([x, y])"]),
]  # fmt: skip


@pytest.mark.parametrize(("truth", "texts"), FORMS, ids=[t[0] for _, t in FORMS])
def test_every_spelling_has_the_value_of_what_it_means(truth: Callable[[], Any], texts: list[str]) -> None:
    for text in texts:
        assert value(read(text, names=NAMES)) == pytest.approx(float(truth()), rel=1e-12), text


@pytest.mark.parametrize("short", [s for s in ABBREVIATIONS if s.head is not None], ids=lambda s: s.names[0])
def test_sympys_own_functions_are_taken_for_the_same(short: Any) -> None:
    at = 0.4 if short.names[0] == "asech" else 1.7
    x = sp.Symbol("x")
    graph = gt.graph(short.head(x))
    assert float(graph.trace(at={"x": at}).value) == pytest.approx(float(short.head(at)), rel=1e-12)
    assert float(graph.trace(at={"x": at}).gradients["x"]) == pytest.approx(
        float(sp.diff(short.head(x), x).subs(x, at)), rel=1e-9
    )


@pytest.mark.parametrize(
    "text",
    [
        "x 2",
        "x 2 y",
        "wx 2 + b",
        "2 3",
        "x2 3",
        "x[0]2",
        "3 4^x",
        "(x - y)2",
        "(w - x)2*x",
        "y/(1-t) 2",
        "x*(x**2+1)**(-1/2)2",
        r"\sqrt{x^{2} 1}",
        "e^{x} 3 + b",
    ],
)
def test_what_may_be_a_lost_exponent_or_two_numbers_is_refused(text: str) -> None:
    with pytest.raises(ReadError, match="side by side"):
        read(text, names=NAMES)


@pytest.mark.parametrize("text", ["y ~ N(0, 1)", "y~N(0, 1)", "1~/x", "x~*2", "~x"])
def test_a_tilde_that_is_no_space_is_not_read(text: str) -> None:
    with pytest.raises(ReadError):
        read(text, names=NAMES)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("step1", "step1"),
        ("sign2x", "sign2x"),
        ("relu3", "relu3"),
        ("abs1", "abs1"),
        ("max2", "max2"),
        ("not51", "not51"),
    ],
)
def test_names_that_start_like_a_function_with_a_kink_stay_names(text: str, name: str) -> None:
    assert read(text) == sp.Symbol(name)


@pytest.mark.parametrize(
    ("text", "names", "tree"),
    [("sin5x", ["sin5x"], "sin5x"), ("ln3", ["ln3"], "ln3"), ("e", ["e"], "e"), ("square", ["square"], "square"),
     ("2e", ["e"], "2*e"), ("power", ["power"], "power"), ("lg", ["lg"], "lg"), ("F.T", ["F"], None)],
)  # fmt: skip
def test_a_declared_name_is_that_name(text: str, names: list[str], tree: str | None) -> None:
    if tree is not None:
        assert str(read(text, names=names)) == tree
    assert names[0] in {s.name for s in read(text, names=names).free_symbols}


@pytest.mark.parametrize(
    ("text", "message"),
    [("root(x)", "root takes 2 arguments, met 1"), ("square(x, y)", "square takes 1 argument, met 2"),
     ("np.power(x)", "pow"), ("np.save(x)", "'np.save' is no function"), ("log(x, 2, 3)", "log takes 1 argument, met 3")],
)  # fmt: skip
def test_wrong_numbers_of_arguments_are_said(text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        read(text, names=NAMES)


def test_euler_is_noted_and_a_line_named_e_stays_a_name() -> None:
    assert reading("2e").assumed == ("read e as Euler's number",)
    assert [n.name for n in gt.graph("e = f - y\nL = e**2").inputs] == ["f", "y"]
