"""Handwriting as a model of photographs hands it over: read, or unread and free; never misread.

Each row: the problem, its variable, the lines, and whether the work is right (True), wrong (False), or may only be
either right or unread ("right or unread"), wrong or unread ("wrong or unread"): a line that the pen or the camera spoilt
may cost the reader, never the student.
"""

from __future__ import annotations

from typing import Any

import pytest

import graphtutor as gt

SQUARE, LOGISTIC = "(w*x + b - y)**2", "log(1 + exp(-y*w*x))"
READ, WRONG = "right or unread", "wrong or unread"

HANDWRITING = [
    (SQUARE, "w", "$$L=(wx+b-y)^{2}$$\n$$\\frac{\\partial L}{\\partial w}=2(wx+b-y)\\cdot x$$", True),
    (SQUARE, "w", "$$L=(wx+b-y)^{2}$$\n$$\\frac{\\partial L}{\\partial w}=2(wx+b-y)$$", False),
    (SQUARE, "w", "\\[ \\frac{d L}{d w} = 2 ( w x + b - y ) x \\]", True),
    (SQUARE, "w", "\\[ \\frac{d L}{d w} = 2 ( w x + b - y ) + x \\]", False),
    (SQUARE, "w", "dL/dw=2(wx+b-y)x ✓", True),
    (SQUARE, "w", "dL/dw=2(wx+b−y)x  → done", True),
    (SQUARE, "w", "∂L\n∂w = 2x(wx+b-y)", READ),
    (
        SQUARE,
        "w",
        "\\begin{aligned} \\frac{\\partial L}{\\partial w} &= 2(w x+b-y) \\frac{\\partial}{\\partial w}(w x+b-y) \\\\ &=2(w x+b-y) x \\end{aligned}",
        True,
    ),
    (
        SQUARE,
        "w",
        "\\begin{aligned} \\frac{\\partial L}{\\partial w} &= 2(w x+b-y) \\frac{\\partial}{\\partial w}(w x+b-y) \\\\ &=2(w x+b-y) w \\end{aligned}",
        False,
    ),
    (
        SQUARE,
        "w",
        "Let $u=wx+b-y$. Then $L=u^2$ and $\\frac{dL}{du}=2u$, $\\frac{du}{dw}=x$.\nHence $\\frac{dL}{dw}=2ux$.",
        True,
    ),
    (
        SQUARE,
        "w",
        "Let $u=wx+b-y$. Then $L=u^2$ and $\\frac{dL}{du}=2u$, $\\frac{du}{dw}=w$.\nHence $\\frac{dL}{dw}=2uw$.",
        False,
    ),
    (SQUARE, "w", "2 x ( w x + b - y ) Ans.", READ),
    (SQUARE, "w", "∴ dL/dw = 2x(wx+b-y) //", True),
    (SQUARE, "w", "= 2(wx+b-y).x", READ),
    (SQUARE, "w", "dL/dw = 2(wx+b-y)*x = 2x(wx+b-y) (ii)", READ),
    (SQUARE, "w", "(a) \\frac{dL}{dw} = 2x(wx+b-y)", True),
    (SQUARE, "w", "Q1. dL/dw = 2x(wx + b - y)", READ),
    (SQUARE, "w", "Solution: dL/dw = 2x(wx + b - y)", True),
    (SQUARE, "w", "\\text{Sol: } \\frac{d L}{d w}=2 x(w x+b-y)", True),
    (SQUARE, "w", "\\boxed{\\frac{dL}{dw} = 2x(wx+b-y)}", True),
    (SQUARE, "w", "\\underline{\\underline{2x(wx+b-y)}}", READ),
    (SQUARE, "w", "dL/dw = 2x(wx+b-y) [chain rule]", READ),
    (SQUARE, "w", "dL/dw = 2x(wx+b-y) ... (1)", READ),
    (SQUARE, "w", "dL/dw = 2x(wx+b-y)   — (*)", READ),
    (SQUARE, "w", "d L / d w = 2 x (w x + b - y) , x ≠ 0", READ),
    (SQUARE, "b", "dL/db : 2(wx+b-y)·1 = 2(wx+b-y)", READ),
    (SQUARE, "b", "dL/db = 2(wx+b-y)·1 = 2(wx+b+y)", False),
    (LOGISTIC, "w", "$\\frac{d L}{d w}=\\frac{1}{1+e^{-y w x}} \\cdot e^{-y w x} \\cdot(-y x)$", True),
    (LOGISTIC, "w", "$\\frac{d L}{d w}=\\frac{1}{1+e^{-y w x}} \\cdot e^{-y w x} \\cdot(y x)$", False),
    (LOGISTIC, "w", "dL/dw = \\frac{-yx e^{-ywx}}{1+e^{-ywx}}\n= \\frac{-yx}{1+e^{ywx}}", True),
    (LOGISTIC, "w", "dL/dw = - y x σ(-ywx)", True),
    ("x*exp(-x**2)", "x", "f'(x)=e^{-x^{2}}+x e^{-x^{2}} \\cdot(-2 x)\n=e^{-x^{2}}\\left(1-2 x^{2}\\right)", True),
    ("x*exp(-x**2)", "x", "f'(x)=e^{-x^{2}}+x e^{-x^{2}} \\cdot(-2 x)\n=e^{-x^{2}}\\left(1+2 x^{2}\\right)", False),
    ("x*exp(-x**2)", "x", "y^{\\prime} = e^{-x^2}(1-2x^2)", True),
    ("x*exp(-x**2)", "x", "f ' ( x ) = e ^ { - x ^ { 2 } } ( 1 - 2 x ^ { 2 } )", True),
    ("sin(x)/x", "x", "f'(x) = \\frac { x \\cos x - \\sin x } { x ^ { 2 } }", True),
    ("sin(x)/x", "x", "f'(x) = \\frac { x \\cos x + \\sin x } { x ^ { 2 } }", False),
    ("sin(x)/x", "x", "by quotient rule\nf' = (x·cosx − sinx·1)/x²", True),
    ("sin(x)/x", "x", "by quotient rule\nf' = (x·cosx − sinx·1)/x", False),
    ("sqrt(1+x**2)", "x", "\\frac{dy}{dx}=\\frac{1}{2\\sqrt{1+x^2}}\\times 2x=\\frac{x}{\\sqrt{1+x^2}}", True),
    ("sqrt(1+x**2)", "x", "dy/dx = x/√(1+x²)", True),
    ("sqrt(1+x**2)", "x", "dy/dx = x/√1+x²", "either"),
    ("tanh(w*x)", "w", "h' = (1 - h²)x where h = tanh(wx)", True),
    ("tanh(w*x)", "w", "h' = (1 + h²)x where h = tanh(wx)", False),
    ("max(0, 1 - y*w)", "w", "dL/dw = { -y , if yw<1\n         { 0 , otherwise", READ),
    ("max(0, 1 - y*w)", "w", "dL/dw = -y if yw < 1\n        = 0 if yw > 1", READ),
    (
        "max(0, 1 - y*w)",
        "w",
        "\\frac{dL}{dw}=\\left\\{\\begin{array}{ll} -y & y w<1 \\\\ 0 & \\text { otherwise } \\end{array}\\right.",
        True,
    ),
    (
        "max(0, 1 - y*w)",
        "w",
        "\\frac{dL}{dw}=\\left\\{\\begin{array}{ll} y & y w<1 \\\\ 0 & \\text { otherwise } \\end{array}\\right.",
        False,
    ),
    ("a*x**3 + b*x", "x", "y' = 3ax² + b Q.E.D.", READ),
    ("a*x**3 + b*x", "x", "y' = 3ax² + b   ...(i)", READ),
    ("a*x**3 + b*x", "x", "y' = 3ax² - b   ...(i)", WRONG),
    ("a*x**3 + b*x", "x", "slope m = 3ax^2 + b", READ),
    ("a*x**3 + b*x", "x", "Ans = 3ax^2+b", True),
    ("a*x**3 + b*x", "x", "Ans = 3ax^2", False),
    ("a*x**3 + b*x", "x", "= d(ax³)/dx + d(bx)/dx\n= 3ax² + b", True),
]


@pytest.mark.parametrize(
    ("problem", "wrt", "answer", "right"), HANDWRITING, ids=[f"{h[0]} | {h[2][:60]}" for h in HANDWRITING]
)
def test_handwriting_is_read_or_unread_and_never_misread(problem: str, wrt: str, answer: str, right: Any) -> None:
    found = gt.grade(problem, answer, wrt=wrt).correct
    allowed = {READ: (True, None), WRONG: (False, None), "either": (True, False, None)}.get(right, (right,))
    assert found in allowed
