"""Spellings of a course that no table had: each kind in five functions and letters, wrong work of the same spelling beside it."""

from __future__ import annotations

from typing import Any

import pytest

import graphtutor as gt

NET = {"shapes": {"W1": (3, 2), "x": 2, "W2": (2, 3), "y": 2}}
ROWS = {"shapes": {"X": (4, 2), "w": 2, "y": 4}}
PAIR = {"shapes": {"u": 2, "v": 2, "k": 2}}
Z = {"shapes": {"z": 3, "y": 3}}
U = {"shapes": {"U": (4, 3), "v": 3}}
V = {"shapes": {"x": 3}}
LOGISTIC = "L = -y*log(sigmoid(w*x+b)) - (1-y)*log(1-sigmoid(w*x+b))"
TANH = "h = tanh(w*x); L = (h-y)**2"
UPDOWN = "exp(-x)*sin(2*x)"
SIGMOIDS = "h = sigmoid(W1@x); f = W2@h; L = sum((f-y)**2)"

RIGHT: dict[str, list[tuple[str, Any, Any, dict[str, Any]]]] = {
    "decimal commas": [
        ("(w*x - 0.5)**2", "w", "2x(wx - 0,5)", {}),
        ("(w*x - 0.5)**2", "w", "2x·(w·x − 0{,}5)", {}),
        ("0.5*(w*x - y)**2", "w", "0,5·2·(wx−y)·x = (wx−y)x", {}),
        ("1.5*w**2", "w", "3,0w", {}),
        ("exp(-0.25*t)", "t", "-0,25 exp(-0,25t)", {}),
        ("1.25*a**2 + 2.5*a", "a", r"2{,}5\,a + 2{,}5", {}),
        ("max(0, 1.5*u)", "u", "1,5 if u > 0 else 0", {}),
    ],
    "names of parts": [
        (LOGISTIC, "w", ["p = σ(wx+b)", "dL/dp = -y/p + (1-y)/(1-p)", "dp/dz = p(1-p)", "dz/dw = x", "dL/dw = (p-y)x"], {}),
        (LOGISTIC, "b", ["p = σ(wx+b)", "dL/dp = -y/p + (1-y)/(1-p)", "dp/ds = p(1-p)", "ds/db = 1", "dL/db = p-y"], {}),
        ("tanh(a*u + c)", "a", ["h = tanh(au+c)", "dh/dq = 1 - h^2", "dq/da = u", "dh/da = (1-h^2)u"], {}),
        ("(w*x - y)**2", "w", ["dL/de = 2e", "de/dw = x", "dL/dw = 2x(wx-y)"], {}),
        ("exp(-k*t**2)", "t", ["f = exp(-kt^2)", "df/dm = f", "dm/dt = -2kt", "df/dt = -2kt f"], {}),
        ("log(1 + g**2)", "g", ["dL/dr = 1/(1+g^2)", "dr/dg = 2g", "dL/dg = 2g/(1+g^2)"], {}),
    ],
    "numbers behind a transposition, an indicator and an exponent": [
        (SIGMOIDS, "W1", "(W2^T 2(f-y) ⊙ h ⊙ (1-h)) x^T", NET),
        ("h = relu(W1@x); f = W2@h; L = sum((f-y)**2)", "W1", "(W2^T 2(f-y) ⊙ 1[W1 x > 0]) x^T", NET),
        ("max(0, 1 - y*w*x)", "w", "-y x 1[ywx<1]", {}),
        ("max(0, b - c)", "b", "1{b>c}", {}),
        ("k*max(0, u - v)", "u", "k 1{u > v}", {}),
        (UPDOWN, "x", "-e^{-x} sin 2x + e^{-x} 2 cos 2x", {}),
        ("exp(a*t)*t**2", "t", "e^{at} 2 t + a e^{at} t^2", {}),
    ],
    "letters behind a T": [
        ("L = sum((X@w - y)**2)", "w", r"2X^TXw - 2X^Ty", ROWS),
        ("L = -log(sigmoid(u@v)) - log(sigmoid(-u@k))", "u", "(σ(u^Tv)-1)v + σ(u^Tk)k", PAIR),
        ("L = tanh(u@v)", "v", r"(1-\tanh(u^Tv)^2)u", PAIR),
        ("L = exp(u@k)", "k", "exp(u^Tk)u", PAIR),
        ("L = sum((X@w)**2)", "w", r"2X^TXw", ROWS),
    ],
    "the identity matrix": [
        ("L = sum((X@w - y)**2) + lam*sum(w**2)", "w", r"2(X^TX+\lambda I)w - 2X^Ty", ROWS),
        ("L = sum((X@w - y)**2) + sum(w**2)", "w", "2(X^T X + I) w - 2 X^T y", ROWS),
        ("L = w@S@w - lam*(w@w)", "w", "(S + S^T - 2λI)w", {"shapes": {"w": 2, "S": (2, 2)}}),
        ("y = A@x + x", "x", "A + I", {"shapes": {"A": (3, 3), "x": 3}}),
        ("y = c*x", "x", "c I", V),
    ],
    "layers above names of one's own": [
        (SIGMOIDS, "W1", [r"\delta^{(2)} = 2(f-y)", r"\delta^{(1)} = (W_2)^T\delta^{(2)} \odot h \odot (1-h)", r"\nabla_{W_1} L = \delta^{(1)} x^T"], NET),
        ("(w*x - y)**2", "w", [r"a^{(1)} = wx", r"\delta^{(1)} = 2(a^{(1)} - y)", r"dL/dw = \delta^{(1)} x"], {}),
        ("tanh(a*u)**2", "a", [r"z^{(1)} = au", r"h^{(1)} = \tanh(z^{(1)})", r"2h^{(1)}(1 - (h^{(1)})^2)u"], {}),
        ("exp(b*c)", "b", [r"s^{(2)} = bc", r"e^{s^{(2)}} c"], {}),
        ("(p - q)**2", "p", [r"\epsilon^{(1)} = p - q", r"2\epsilon^{(1)}"], {}),
    ],
    "cases in German": [
        ("max(0, 1 - y*w*x)", "w", "0 falls ywx ≥ 1, sonst -yx", {}),
        ("abs(x-2)", "x", "1 wenn x>2, sonst -1", {}),
        ("max(a, b)", "a", "1 falls a > b, sonst 0", {}),
        ("relu(k*t)", "t", r"\begin{cases} k & \text{falls } kt > 0\\ 0 & \text{sonst}\end{cases}", {}),
        ("min(u, 1)", "u", "1 wenn u < 1, 0 sonst", {}),
    ],
    "I of a condition": [
        ("max(0, 1 - y*w*x)", "w", "-yx * I(ywx < 1)", {}),
        ("relu(a*b)", "a", "b·I(ab > 0)", {}),
        ("relu(a*b)", "b", "a I[ab > 0]", {}),
        ("max(c, d)", "c", "I(c > d)", {}),
        ("min(c, d)", "c", "1 - I(c > d)", {}),
    ],
    "functions run into their arguments": [
        ("sin(x)**2", "x", "2sinx cosx", {}),
        ("x**2*exp(x)*sin(x)", "x", "2xe^xsinx + x^2e^xsinx + x^2e^xcosx", {}),
        ("log(t)*cos(t)", "t", "1/t cost - lnt sint", {}),
        ("tan(x)**2", "x", "2tanx sec^2 x", {}),
        ("sin(a)*tanh(b)", "b", "sina (1 - tanh(b)^2)", {}),
        ("log(sin(x))", "x", "cot x", {}),
        ("1/cos(x)", "x", "sec x tan x", {}),
    ],
    "unit vectors": [
        ("L = -log(softmax(U@v)[0])", "v", "U^T (softmax(Uv) - e_0)", U),
        ("L = -log(softmax(U@v)[0])", "v", "U^T (softmax(Uv) - e_1)", U),
        ("L = -log(softmax(z)[2])", "z", "softmax(z) - e_3", Z),
        ("L = x[1]", "x", "e_1", V),
        ("L = 3*x[1]", "x", "3 e_2", V),
    ],
    "vectors in round brackets": [
        ("L = sum(x*x*x)", "x", "(3x_1^2, 3x_2^2, 3x_3^2)^T", V),
        ("L = sum(x*x*x)", "x", "∇L = (3x_1^2, 3x_2^2, 3x_3^2)", V),
        ("L = x[0]*x[1]*x[2]", "x", "(x_2 x_3, x_1 x_3, x_1 x_2)", V),
        ("L = x[0] - 2*x[2]", "x", "(1, 0, -2)^T", V),
        ("L = exp(x[1])", "x", "(0, e^{x_1}, 0)", V),
    ],
    "d/dx alone, braces with remarks, ends of proofs": [
        ("x**3", "x", "d/dx = 3x^2", {}),
        ("(x-d)**2", "d", "d/dd = -2(x-d)", {}),
        ("a*t**2", "t", r"\frac{d}{dt} = 2at", {}),
        ("(w*x+b-y)**2", "w", r"\frac{dL}{dw}=\underbrace{2(wx+b-y)}_{\text{outer}}\cdot\underbrace{x}_{\text{inner}}", {}),
        ("exp(k*u)", "u", r"\overbrace{e^{ku}}^{\text{as it is}} k", {}),
        ("(w*x+b-y)**2", "w", r"\frac{dL}{dw}=2x(wx+b-y)\qquad\square", {}),
        ("(w*x+b-y)**2", "w", {"code": "lambda w,x,b,y: 2*(w*x+b-y)*x"}, {}),
    ],
    "X' transposed, np.dot of a matrix": [
        ("L = 1/4*sum((X@w - y)**2)", "w", r"\frac12 X'(Xw-y)", ROWS),
        ("L = sum((X@w - y)**2)", "w", "2X'Xw - 2X'y", ROWS),
        ("L = 1/4*sum((X@w - y)**2)", "w", "0.5 * np.dot(X.T, np.dot(X, w) - y)", ROWS),
        ("L = u@v", "u", "v", PAIR),
        ("L = tanh(u@v)", "u", "(1 - tanh(u'v)^2) v", PAIR),
        ("L = (u@k)**2", "k", "2*np.dot(u, k)*u", PAIR),
        ("L = sum(relu(X@w))", "w", "np.dot(X.T, (X@w > 0))", ROWS),
    ],
    "tables, columns, colons and arrows": [
        (TANH, "w", "| ∂L/∂h | 2(h-y) |\n| ∂h/∂w | (1-h²)x |\n| ∂L/∂w | 2(h-y)(1-h²)x |", {}),
        ("(a*u - c)**2", "a", "| quantity | value |\n|---|---|\n| r | au - c |\n| dr/da | u |\n| dL/da | 2ru |", {}),
        (TANH, "w", "dL/dh=2(h-y)     dh/dw=(1-h^2)x\ndL/dw=2(h-y)(1-h^2)x", {}),
        ("(a*u - c)**2", "a", r"r = au - c \qquad \frac{dr}{da} = u \qquad \frac{dL}{da} = 2ru", {}),
        ("exp(k*t)", "k", "z = kt\tdz/dk = t\tdL/dk = t e^z", {}),
        (TANH, "w", "dL/dh : 2*(h-y)\ndh/dw : (1-h**2)*x\ndL/dw : 2*(h-y)*(1-h**2)*x", {}),
        (TANH, "w", "∂L/∂h -> 2(h-y)\n∂h/∂w -> (1-h²)x\n∂L/∂w -> 2(h-y)(1-h²)x", {}),
    ],
    "a function before a power of e": [
        ("sin(x)*exp(2*x)", "x", r"f^{\prime}(x)=\cos x e^{2 x}+2 \sin x e^{2 x}", {}),
        ("log(t)*exp(-t)", "t", "1/t e^{-t} - ln t e^{-t}", {}),
        ("cos(a)*exp(a*b)", "b", r"a \cos a e^{ab}", {}),
        ("tan(u)*exp(u)", "u", r"\sec^2 u e^u + \tan u e^u", {}),
        ("sin(x*exp(x))", "x", r"(1+x) e^x \cos(x e^x)", {}),
    ],
    "second derivatives and remarks beside the answer": [
        ("x**4", "x", "f'(x)=4x^3, f''(x)=12x^2", {}),
        ("sin(a*t)", "t", ["y' = a cos(at)", "y'' = -a^2 sin(at)"], {}),
        ("exp(k*u)", "u", "g'(u) = k e^{ku}; g''(u) = k^2 e^{ku}", {}),
        ("x**4", "x", "4x³ (Potenzregel)", {}),
        ("a*b**2", "b", "2ab (Faktorregel)", {}),
        ("x**2 + y**2", ["x", "y"], "2x, 2y", {}),
        ("x**2 + y**2", ["x", "y"], "grad f = (2x, 2y)", {}),
        ("x**2 + y**2", ["x", "y"], "fx = 2x, fy = 2y", {}),
    ],
    "gradients by several": [
        ("a*b + b", ["a", "b"], "∇f = (b, a + 1)^T", {}),
        ("a*b + b", ["a", "b"], r"\nabla f = \begin{pmatrix} b\\ a+1\end{pmatrix}", {}),
        ("a*b + b", ["a", "b"], "b; a+1", {}),
        ("u**2*v", ["u", "v"], "2uv\nu^2", {}),
        ("p + q*r", ["p", "q", "r"], "1; r; q", {}),
        ("p + q*r", ["p", "q", "r"], r"(1, r, q)^\top", {}),
    ],
}  # fmt: skip

WRONG: list[tuple[str, Any, Any, int | None, dict[str, Any]]] = [
    ("(w*x - 0.5)**2", "w", "2x(wx - 0,6)", 0, {}),
    ("1.5*w**2", "w", "1,5w", 0, {}),
    (LOGISTIC, "w", ["p = σ(wx+b)", "dL/dp = -y/p - (1-y)/(1-p)", "dp/dz = p(1-p)", "dz/dw = x", "dL/dw = (p-y)x"], 1, {}),
    (LOGISTIC, "w", "x(y-p)", 0, {}),
    (LOGISTIC, "b", "y - p", 0, {}),
    ("p = softmax(U@v); L = -sum(y*log(p))", "U", r"v(\hat y - y)^\top", 0, {"shapes": {**U["shapes"], "y": 4}}),
    ("L = cross_entropy(z, y)", "z", "y - p", 0, Z),
    ("L = cross_entropy(z, y)", "z", "p + y", 0, Z),
    (UPDOWN, "x", ["u = e^{-x}, v = sin 2x", "u' = e^{-x}, v' = 2 cos 2x", "f' = u'v + uv'", "= e^{-x} sin 2x + 2 e^{-x} cos 2x"], 1, {}),
    ("exp(2*t)*t", "t", ["u = e^{2t}, v = t", "u' = e^{2t}, v' = 1", "f' = u'v + uv'", "= e^{2t} t + e^{2t}"], 1, {}),
    ("sin(3*x)*x", "x", ["u = sin(3x), v = x", "u' = cos(3x), v' = 1", "f' = u'v + uv' = x cos(3x) + sin(3x)"], 1, {}),
    ("tan(x)", "x", "sec x tan x", 0, {}),
    ("L = sum(x*x*x)", "x", "(3x_1^2, 3x_2^2, 2x_3^2)^T", 0, V),
    ("L = sum((X@w - y)**2) + lam*sum(w**2)", "w", r"(X^TX+\lambda I)w - 2X^Ty", None, ROWS),
    ("max(0, 1 - y*w*x)", "w", "-yx * I(ywx > 1)", 0, {}),
    ("sin(x)**2", "x", "2sinx sinx", 0, {}),
    ("x**4", "x", ["f'(x)=4x^3", "f''(x)=12x^3"], 1, {}),
    ("x**2 + y**2", ["x", "y"], "2y, 2x", 0, {}),
    ("sin(x)*exp(2*x)", "x", r"\cos x e^{2 x}+ \sin x e^{2 x}", 0, {}),
    (TANH, "w", "dL/dh : 2*(h-y)\ndh/dw : (1-h**2)*w\ndL/dw : 2*(h-y)*(1-h**2)*w", 1, {}),
    (TANH, "w", "| dL/dh | 2(y-h) |\n| dh/dw | (1-h²)x |\n| dL/dw | 2(y-h)(1-h²)x |", 0, {}),
    (TANH, "w", "dL/dh=2(h-y)     dh/dw=(1-h)x\ndL/dw=2(h-y)(1-h)x", 0, {}),
    ("L = 1/4*sum((X@w - y)**2)", "w", r"X'(Xw-y)", 0, ROWS),
    ("p + q*r", ["p", "q", "r"], "1; q; r", 0, {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("problem", "wrt", "answer", "about"),
    [pytest.param(*row, id=f"{kind} {k}") for kind, rows in RIGHT.items() for k, row in enumerate(rows)],
)
def test_right_work_is_right_in_these_spellings_too(problem: str, wrt: Any, answer: Any, about: dict[str, Any]) -> None:
    grade = gt.grade(problem, answer, wrt=wrt, **about)
    assert grade.correct is True, str(grade)


@pytest.mark.parametrize(("problem", "wrt", "answer", "line", "about"), WRONG)
def test_wrong_work_is_not_right_in_them(
    problem: str, wrt: Any, answer: Any, line: int | None, about: dict[str, Any]
) -> None:
    grade = gt.grade(problem, answer, wrt=wrt, **about)
    assert grade.correct is (None if line is None else False), str(grade)
    assert grade.first_wrong == line
