"""Right work in all the ways people write it is never called wrong, and wrong work is flagged at the right line."""

from __future__ import annotations

from typing import Any

import pytest

import graphtutor as gt

MSE = "(w0*x0 + w1*x1 + b - y)**2"
F = {"f": "w0*x0 + w1*x1 + b"}

RIGHT: list[tuple[str, str | list[str], Any]] = [
    (MSE, "w0", "2 x0 (f - y)"),
    (MSE, "w0", "∂L/∂w₀ = 2·x₀·(f − y)"),
    (MSE, "w0", r"\frac{\partial L}{\partial w_0} = 2 x_0 (f-y)"),
    (
        MSE,
        "w0",
        r"""\begin{align}\frac{\partial L}{\partial w_0} &= 2(f-y) \frac{\partial (f-y)}{\partial w_0}\\ &= 2(f-y)(x_0 + 0 + 0 - 0)\\ &= 2x_0(f-y)\end{align}""",
    ),
    (MSE, "w0", ["L = (f - y)^2", "dL/df = 2(f-y)", "df/dw0 = x0", "dL/dw0 = 2(f-y) x0", "dL/dw1 = 2(f-y) x1"]),
    (
        MSE,
        "w0",
        [
            "z1 = w0 x0",
            "z2 = w1 x1",
            "s = z1 + z2",
            "q = s + b",
            "e = q - y",
            "L = e^2",
            "dL/de = 2e",
            "de/dq = 1",
            "dq/ds = 1",
            "ds/dz1 = 1",
            "dz1/dw0 = x0",
            "dL/dw0 = 2e * 1 * 1 * 1 * x0",
        ],
    ),
    (
        MSE,
        "w0",
        [
            "forward: f = w0*x0 + w1*x1 + b",
            "error e = f - y",
            "backward: dL/de = 2*e",
            "dL/dw0 = dL/de * de/df * df/dw0 = 2*e*1*x0",
        ],
    ),
    (
        MSE,
        "w0",
        [
            "2(f-y) * d/dw0 [w0 x0 + w1 x1 + b - y]",
            "2(f-y) * [d/dw0(w0 x0) + d/dw0(w1 x1) + d/dw0 b - d/dw0 y]",
            "2(f-y)[x0 + 0 + 0 - 0]",
            "2(f-y)x0",
        ],
    ),
    (MSE, "w0", ["(f-y)^2 = f^2 - 2fy + y^2", "d/dw0: 2f x0 - 2y x0", "= 2x0(f-y)"]),
    (MSE, "w0", ["dL/dw0 = dL/df df/dw0", "dL/df = 2(f-y)", "df/dw0 = x0", "=> dL/dw0 = 2(f-y)x0"]),
    (MSE, "w0", "dw0 = 2*(f-y)*x0"),
    (MSE, "w0", "grad_w0 = 2*(f-y)*x0"),
    ("tanh(w*x)", "w", ["t = tanh(wx)", "t' = 1 - t^2", "dL/dw = (1 - t^2) x"]),
    ("tanh(w*x)", "w", "x/cosh(wx)^2"),
    ("tanh(w*x)", "w", ["dL/dw = x (cosh(wx)^2 - sinh(wx)^2)/cosh(wx)^2", "= x/cosh(wx)^2"]),
    ("log(x)", "x", "1/x for x > 0"),
    ("abs(x)", "x", "x/|x|"),
    ("abs(x)", "x", "1 if x>0, -1 if x<0"),
    ("relu(w*x)", "w", "x if w*x > 0 else 0"),
    ("x**3", "x", ["3x^2 dx/dx", "3 x^2"]),
    ("x**3", "x", "f'(x) = 3x^2"),
    ("x**3", "x", ["y = x^3", "y' = 3x^2"]),
    ("x**3", "x", ["x^3", "3x^2"]),
    ("x**3", "x", ["dy = 3x^2 dx", "dy/dx = 3x^2"]),
    (
        "sin(x)*exp(x)",
        "x",
        ["u = sin x, v = e^x", "u' = cos x, v' = e^x", "(uv)' = u'v + uv' = cos(x) e^x + sin(x) e^x"],
    ),
    ("sin(x)/x", "x", ["f = sin x, g = x", "f' = cos x, g' = 1", "(f'g - fg')/g^2 = (x cos x - sin x)/x^2"]),
    (
        "(x**2+1)**3",
        "x",
        ["inner: x^2+1, derivative 2x", "outer: u^3, derivative 3u^2", "3(x^2+1)^2 * 2x", "6x(x^2+1)^2"],
    ),
    ("exp(sin(x))", "x", ["exp(sin x) * (sin x)'", "exp(sin x) cos x"]),
    ("2*x + 3", "x", "2.0"),
    ("x**2/4", "x", "0.5 x"),
    ("sqrt(2)*x", "x", "1.414 ≈ sqrt(2)"),
    ("x*y", ["x", "y"], {"x": "y", "y": "x"}),
    ("x*y", ["x", "y"], "dL/dx = y, dL/dy = x"),
    ("x*y", ["x", "y"], "(y, x)"),
    ("x*y", ["x", "y"], "∇L = [y, x]"),
]

ONE_LINE = [
    "The answer is 2x(wx-y)",
    "= 2x(wx - y)",
    "2x(wx−y) ✓",
    "dL/dw=2x(wx-y);",
    "dL_dw = 2*x*(w*x - y)",
    "dL/dw := 2x(wx-y)",
    "dL/dw = 2x(wx - y) = 2wx² - 2xy",
    "∂/∂w (wx−y)² = 2(wx−y)·x",
    "d/dw (wx-y)^2 = 2(wx-y) * d/dw(wx-y) = 2(wx-y)x",
    "2x(wx-y) (by the chain rule)",
    "So we get: 2*x*(w*x-y).",
    "$\\frac{dL}{dw} = 2x(wx-y)$",
    "\\boxed{2x(wx-y)}",
    "L'(w) = 2x(wx-y)",
    "dL = 2x(wx-y) dw",
    "**2x(wx-y)**",
    "`2*x*(w*x-y)`",
    "2*x*(w*x-y) # done",
    "let e=wx-y; dL/dw=2ex",
    "(wx-y)^2 ⇒ 2(wx-y)x",
    "2(wx-y)·x, since d(wx)/dw = x",
    "dL/dw = [2(wx-y)] [x]",
    "D_w L = 2x(wx-y)",
    "\\partial_w L = 2x(wx-y)",
    "L_w = 2x(wx-y)",
]

MORE: list[tuple[str, str | list[str], Any, dict[str, Any]]] = [
    (
        "z = W@x + b; L = sum((z - y)**2)",
        "W",
        ["δ = 2(z - y)", "dL/dW = δ x^T"],
        {"shapes": {"W": (3, 2), "x": 2, "b": 3, "y": 3}},
    ),
    (
        "z = W@x + b; L = sum((z - y)**2)",
        "b",
        ["delta = 2(z - y)", "dL/dz = delta", "dL/db = delta"],
        {"shapes": {"W": (3, 2), "x": 2, "b": 3, "y": 3}},
    ),
    (
        "z = W@x + b; L = sum((z - y)**2)",
        "W",
        ["\\delta = 2(Wx + b - y)", "\\frac{\\partial L}{\\partial W} = \\delta x^\\top"],
        {"shapes": {"W": (3, 2), "x": 2, "b": 3, "y": 3}},
    ),
    (
        "z = W@x + b; L = sum((z - y)**2)",
        "x",
        ["dL/dx = W^T dL/dz", "dL/dz = 2(z-y)", "dL/dx = 2 W^T (z-y)"],
        {"shapes": {"W": (3, 2), "x": 2, "b": 3, "y": 3}},
    ),
    (
        "z = W@x + b; L = sum((z - y)**2)",
        "W",
        ["e = Wx + b - y", "L = e^T e", "dL/dW = 2 e x^T"],
        {"shapes": {"W": (3, 2), "x": 2, "b": 3, "y": 3}},
    ),
    (
        "z = W@x + b; L = sum((z - y)**2)",
        "b",
        ["e = Wx + b - y", "L = ||e||^2", "dL/db = 2e"],
        {"shapes": {"W": (3, 2), "x": 2, "b": 3, "y": 3}},
    ),
    (
        "z = W@x + b; p = softmax(z); L = -log(p[1])",
        "b",
        ["dL/dz = p - [0,1,0]", "dL/db = p - [0,1,0]"],
        {"shapes": {"W": (3, 2), "x": 2, "b": 3}},
    ),
    (
        "z = W@x + b; p = softmax(z); L = -log(p[1])",
        "W",
        ["dL/dz = p - e1 where e1 = [0,1,0]", "dL/dW = (p - e1) x^T"],
        {"shapes": {"W": (3, 2), "x": 2, "b": 3}},
    ),
    ("((w*x1 - y1)**2 + (w*x2 - y2)**2)/2", "w", "\\frac{1}{2}\\sum_i 2(w x_i - y_i) x_i", {}),
    (
        "((w*x1 - y1)**2 + (w*x2 - y2)**2)/2",
        "w",
        ["r1 = w x1 - y1", "r2 = w x2 - y2", "dL/dr1 = r1", "dL/dr2 = r2", "dL/dw = r1 x1 + r2 x2"],
        {},
    ),
    (
        "((w*x1 - y1)**2 + (w*x2 - y2)**2)/2",
        "w",
        ["term 1: (w x1 - y1) x1", "term 2: (w x2 - y2) x2", "sum: (w x1 - y1) x1 + (w x2 - y2) x2"],
        {},
    ),
    ("(w*x - y)**2", "w", ["dL/dw = lim (h→0) [((w+h)x - y)^2 - (wx-y)^2]/h", "= 2x(wx-y)"], {}),
    ("sigmoid(w*x)", "w", ["s = sigmoid(wx)", "ds/dw = s(1-s) x"], {}),
    ("max(0,1-y*f)", "f", ["dL/df = -y if yf<1 else 0"], {}),
    ("x*y + sin(x)", "x", ["d(xy)/dx = y", "d(sin x)/dx = cos x", "total: y + cos x"], {}),
    ("x*y + sin(x)", "x", ["y", "+ cos x", "y + cos x"], {}),
    ("x*y + sin(x)", "x", ["∂(xy)/∂x = y; ∂sin(x)/∂x = cos(x)", "∂f/∂x = y + cos(x)"], {}),
    ("exp(-x**2)", "x", ["u = -x^2, du/dx = -2x", "d(e^u)/du = e^u", "=> -2x e^{-x^2}"], {}),
    ("exp(-x**2)", "x", ["u := -x**2", "du = -2*x", "out = exp(u)*du"], {}),
    ("exp(-x**2)", "x", ["f = e^u, u = -x^2", "f_u = e^u", "u_x = -2x", "f_x = f_u u_x = -2x e^{-x^2}"], {}),
    ("x**x", "x", ["y = x^x", "ln y = x ln x", "y'/y = ln x + 1", "y' = x^x (ln x + 1)"], {"assume": "x=positive"}),
    ("x**x", "x", ["e^{x ln x}", "e^{x ln x} (ln x + 1)"], {"assume": "x=positive"}),
    ("log(x**2+1)", "x", ["1/(x^2+1) * (x^2+1)'", "(x^2+1)' = 2x", "2x/(x^2+1)"], {}),
    ("tan(x)", "x", ["sin x / cos x", "(cos x cos x + sin x sin x)/cos^2 x", "1/cos^2 x"], {}),
    ("x/(1+x)", "x", ["1 - 1/(1+x)", "1/(1+x)^2"], {}),
    ("x/(1+x)", "x", ["f = x, g = 1+x", "(1*(1+x) - x*1)/(1+x)^2", "1/(1+x)^2"], {}),
    ("(x-a)**2 + (x-b)**2", "x", ["2(x-a) + 2(x-b)", "4x - 2a - 2b", "4(x - (a+b)/2)"], {}),
    ("a*b*c", "a", ["bc da/da + a c db/da + ab dc/da", "bc + 0 + 0", "bc"], {}),
    ("w*x + b", "w", ["dw/dw x + w dx/dw + db/dw", "x"], {}),
    ("sqrt(x)", "x", ["x^{1/2}", "1/2 x^{-1/2}", "1/(2 sqrt x)"], {}),
    ("1/x", "x", ["x^-1", "-x^-2", "-1/x^2"], {}),
    ("1/x", "x", ["-1/x²"], {}),
    ("abs(w)", "w", ["|w|/w"], {}),
    ("abs(w)", "w", ["w > 0: 1", "w < 0: -1"], {}),
    ("abs(w)", "w", ["sgn(w)"], {}),
    ("relu(w)", "w", ["H(w)"], {}),
    ("relu(w)", "w", ["1 (w>0)", "0 (w<0)"], {}),
    ("relu(w)", "w", ["\\begin{cases}1 & w>0\\\\0 & w\\le 0\\end{cases}"], {}),
    ("L = (a*b + c)**2", ["a", "b", "c"], {"a": "2(ab+c)b", "b": "2(ab+c)a", "c": "2(ab+c)"}, {}),
    ("L = (a*b + c)**2", ["a", "b", "c"], "dL/dc = 2(ab+c)\ndL/da = dL/dc * b\ndL/db = dL/dc * a", {}),
    ("L = (a*b + c)**2", ["a", "b", "c"], "dc = 2*(a*b+c)\nda = dc*b\ndb = dc*a", {}),
]

WRONG: list[tuple[str, str, list[str], str]] = [
    (MSE, "w0", ["dL/df = 2(f-y)", "df/dw0 = x0", "dL/dw0 = 2 x0"], "right right wrong"),
    (MSE, "w0", ["dL/df = (f-y)", "df/dw0 = x0", "dL/dw0 = (f-y) x0"], "wrong right follows"),
    (MSE, "w0", ["f = w0 x0 + w1 x1 - b", "dL/dw0 = 2(f-y) x0"], "wrong right"),
    ("x**2", "x", ["x^2", "x"], "side wrong"),
    ("x**2", "x", ["x^2", "x*x"], "wrong follows"),
    ("x**2", "x", ["2x", "4x/2", "x + x", "3x"], "right right right wrong"),
    ("x**2", "x", ["3x", "2x"], "wrong compensates"),
    ("x**2", "x", ["x^2 = x^2 + 1", "2x"], "wrong compensates"),
    (
        "sin(x)*exp(x)",
        "x",
        ["u = sin x, v = e^x", "u' = -cos x, v' = e^x", "u'v + uv' = -cos(x) e^x + sin(x) e^x"],
        "definition wrong follows",
    ),
    (
        "sin(x)*exp(x)",
        "x",
        ["u = sin x, v = e^x", "u' = cos x, v' = e^x", "u'v - uv' = cos(x) e^x - sin(x) e^x"],
        "definition right wrong",
    ),
    ("tanh(w*x)", "w", ["t = tanh(wx)", "t' = 1 - t^2", "dL/dw = 1 - t^2"], "definition side wrong"),
    ("tanh(w*x)", "w", ["t = tanh(wx)", "dt/dw = 1 - t^2", "dL/dw = 1 - t^2"], "definition wrong follows"),
    ("max(0, x)", "x", ["if x > 0: 1", "otherwise 1"], "right wrong"),
]


@pytest.mark.parametrize(("source", "wrt", "answer"), RIGHT, ids=[str(r[2])[:50] for r in RIGHT])
def test_right_work_is_right(source: str, wrt: str | list[str], answer: Any) -> None:
    found = gt.grade(source, answer, wrt=wrt, definitions=F if source == MSE else None)
    assert found.correct is True, found
    assert (found.misconceptions, found.first_wrong, found.counterexample) == ((), None, None)


@pytest.mark.parametrize(("source", "wrt", "answer", "options"), MORE, ids=[str(m[2])[:50] for m in MORE])
def test_right_work_in_more_ways_is_right(
    source: str, wrt: str | list[str], answer: Any, options: dict[str, Any]
) -> None:
    found = gt.grade(source, answer, wrt=wrt, **options)
    assert found.correct is True and found.misconceptions == (), found


def test_a_line_with_a_differential_that_means_nothing_here_is_not_read_and_costs_nothing() -> None:
    found = gt.grade("sigmoid(w*x)", ["ds/d(wx) = s(1-s)", "d(wx)/dw = x", "s = σ(wx)", "dL/dw = s(1-s)x"], wrt="w")
    assert (found.correct, found.score, found.lines[0].status) == (True, 1.0, "unread")
    assert found.message.startswith(
        "Right. Line 1 cannot be read ('d' and 'ds' are no names of this problem; it has w and x)"
    )


@pytest.mark.parametrize("answer", ONE_LINE)
def test_right_answer_is_right_with_whatever_is_written_around_it(answer: str) -> None:
    found = gt.grade("(w*x - y)**2", answer, wrt="w")
    assert found.correct is True and found.misconceptions == (), found


@pytest.mark.parametrize(("source", "wrt", "lines", "statuses"), WRONG, ids=[" / ".join(w[2])[:50] for w in WRONG])
def test_wrong_work_is_flagged_line_by_line(source: str, wrt: str, lines: list[str], statuses: str) -> None:
    found = gt.grade(source, lines, wrt=wrt, definitions=F if source == MSE else None)
    assert [line.status for line in found.lines] == statuses.split(), found
    assert found.correct is False and found.counterexample is not None
