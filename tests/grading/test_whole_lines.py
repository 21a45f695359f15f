"""A line is read whole or it is unread: no operator, name or number vanishes with the words around it.

Each case: the problem, its variable, the answer, and what a teacher says: True (right), False (wrong), None (unread or
undecided: free of charge), "not right" (any of the two, where only a wrong acceptance would be a fault).
"""

from __future__ import annotations

from typing import Any

import pytest

import graphtutor as gt

SQUARE = "(w*x - y)**2"

SECOND_LINES = [  # a gradient named as in code is judged each time that it is given
    ("(a*v - q)**2", "a", "da = 2*v*(a*v - q)\nda = 7", False),
    ("log(u)", "u", "grad_u = 1/u\ngrad_u = u", False),
    ("tanh(c*r)", "r", "dL_dr = c*(1-tanh(c*r)**2)\ndL_dr = c*(1+tanh(c*r)**2)", False),
    ("exp(k*s)", "s", "ds = k*exp(k*s)\nds = exp(k*s)", False),
    ("m*n**2", "n", "n_grad = 2*m*n\nn_grad = 2*n", False),
    ("m*n**2", "n", "dn = m*n\ndn = 2*m*n", False),
    ("sin(b*t)", "t", "dt = b*cos(b*t)\nso dt = cos(b*t)", False),
    ("(a*v - q)**2", "a", "da = 2*v*(a*v - q)\nda = 2*a*v**2 - 2*q*v", True),
    (SQUARE, "w", "u = w*x - y\ndu = 2*u\ndw = du*x", True),
    (SQUARE, "w", "u = w*x - y\ndu = 2*u\ndw = 2*du*x", False),
]

NOTHING_DROPPED = [
    ("x**2 - b*y", "x", "f'(x) = 2x - by", False),
    ("x**3 - w*exp(w)", "x", "df/dx = 3x^2 - we^w", False),
    (SQUARE, "w", "dL/dw = 2x(wx-y) - reg", "not right"),
    (SQUARE, "w", "dL/dw = 2x(wx-y) - decay", "not right"),
    (SQUARE, "w", "dL/dw = 2x(wx-y) times w", False),
    (SQUARE, "w", "dL/dw = 2x(wx-y) plus w", False),
    ("c*theta", "theta", "dJ/dθ = cθ", False),
    ("c*sigma + k", "sigma", "dJ/dσ = c − σ", False),
    ("c*lam", "lam", "dJ/dλ = cλ", False),
    (SQUARE, "w", "dL/dw = 2x(wx-y) + noise", "not right"),
    (SQUARE, "w", "dL/dw = 2x(wx-y) + weight decay", "not right"),
    (SQUARE, "w", "dL/dw = 2x(wx-y) - weight decay", "not right"),
    (SQUARE, "w", "dL/dw = 2x(wx-y) * lr", "not right"),
    (SQUARE, "w", "dL/dw = 2x(wx-y) / batch", "not right"),
    (SQUARE, "w", "dL/dw = 2x(wx-y) minus y", False),
    (SQUARE, "w", "dL/dw = 2x(wx-y) over 2", False),
    (SQUARE, "w", "dL/dw = 2x(wx-y) divided by 2", False),
    (SQUARE, "w", "dL/dw = 2x(wx-y) multiplied by w", False),
    (SQUARE, "w", "dL/dw = 2x(wx-y) squared", "not right"),
    (SQUARE, "w", "dL/dw = reg + 2x(wx-y)", "not right"),
    (SQUARE, "w", "the answer is minus 2x(wx-y)", False),
    (SQUARE, "w", "dL/dw = 2x(wx-y) times", "not right"),
    (SQUARE, "w", "dL/dw = 2x(wx-y) +", "not right"),
    (SQUARE, "w", "dL/dw = 2x(wx-y) - \\text{penalty}", "not right"),
    (SQUARE, "w", "dL/dw = learning rate * 2x(wx-y)", "not right"),
    (SQUARE, "w", "dL/dw = 2x(wx-y)*foo(", "not right"),
    ("exp(2*z)", "z", "f'(z) = 2e^{2z} + const", "not right"),
    ("log(q)", "q", "d/dq = 1/q - bias", "not right"),
    (SQUARE, "w", "$2x(wx-y)$ minus $y$", False),
    *(
        (SQUARE, "w", f"dL/dw = {line}", "not right")
        for line in (
            "2x(wx-y), times w",
            "2x(wx-y). times w",
            "2x(wx-y) (times two)",
            "2x(wx-y) (plus w)",
            r"2x(wx-y) \text{ times the learning rate}",
            "2x(wx-y)%",
            "2x(wx-y) half",
            "twice 2x(wx-y)",
            "negative 2x(wx-y)",
            "2x(wx-y) + ...",
            "2x(wx-y), + w",
            "(2x(wx-y) plus regularizer)",
            "2x(wx-y)(w)",
            "2x(wx-y) (2)",
            "2x(wx-y) w done",
            "2x(wx-y) 3 done",
            "2x(wx-y) - w by the chain rule",
            "2x(wx-y) to the power 2",
            "sqrt of 2x(wx-y)",
            "mean of 2x(wx-y)",
            "sum over i of 2x(wx-y)",
            r"\text{mean of } 2x(wx-y)",
            r"2x(wx-y) - \text{reg term}",
            "1/n 2x(wx-y)",
            "?2x(wx-y)!",
            "2x(wx-y) or 2(wx-y)",
        )
    ),
    *(
        (SQUARE, "w", line, "not right")
        for line in ("dL/dw is not 2x(wx-y)", "dL/dw ≠ 2x(wx-y)", "dL/dw ∝ 2x(wx-y)", "either 2x(wx-y) or 2(wx-y)")
    ),
    (SQUARE, "w", "$\\frac{dL}{dw} = 2x(wx-y)$ - decay", "not right"),
    (SQUARE, "w", "$\\frac{dL}{dw} = 2x(wx-y)$ + $w$", False),
    (SQUARE, "w", "dL/dw = 2 (wx-y done)", "not right"),
    # words that explain stay words
    (SQUARE, "w", "$2x$ times $(wx-y)$", True),
    (SQUARE, "w", "$\\frac{dL}{dw}$ = $2x(wx-y)$", True),
    (SQUARE, "w", "$u = wx - y$ $\\frac{dL}{dw} = 2xu$", True),
    (SQUARE, "w", "dL/dw = 2x(wx-y) | chain rule", True),
    (SQUARE, "w", "dL/dw = 2x(wx-y) (x is constant)", True),
    (SQUARE, "w", "dL/dw = 2x(wx-y) (by the rule for x^2)", True),
    (SQUARE, "w", "dL/dw = 2x(wx-y), where x is the input and y the label", True),
    (SQUARE, "w", "dL/dw = 2(wx-y), where x is the input and y the label", False),
    (SQUARE, "w", "dL/dw = 2x(wx-y) for all x", True),
    (SQUARE, "w", "dL/dw = 2x(wx-y) - chain rule", True),
    (SQUARE, "w", "First, let u = wx-y; then L = u^2. So dL/du = 2u and du/dw = x. Therefore dL/dw = 2ux.", True),
    (SQUARE, "w", "First, let u = wx-y; then L = u^2. So dL/du = 2u and du/dw = w. Therefore dL/dw = 2uw.", False),
    (SQUARE, "w", "dL/dw = 2x(wx-y) - by the chain rule", True),
    (SQUARE, "w", "dL/dw = 2x(wx-y) -- chain rule", True),
    (SQUARE, "w", "dL/dw = 2x(wx-y) — done", True),
    (SQUARE, "w", "dL/dw = 2x(wx-y), done", True),
    (SQUARE, "w", "dL/dw = 2x(wx-y) (chain rule)", True),
    (SQUARE, "w", "dL/dw = 2x(wx-y) by the chain rule", True),
    (SQUARE, "w", "dL/dw = 2x times (wx-y)", True),
    (SQUARE, "w", "dL/dw = 2 times x times (wx minus y)", True),
    (SQUARE, "w", "Multiplying by x, dL/dw = 2x(wx-y)", True),
    (SQUARE, "w", "dL/dw = 2x(wx-y) <- final answer", True),
    (SQUARE, "w", "so the gradient comes to 2x(wx-y)", True),
    (SQUARE, "w", "The outer derivative is 2(wx-y), the inner derivative is x, so dL/dw = 2x(wx-y).", True),
]

TRAILING_GREEK = [
    ("(theta*x)**2", "theta", "dJ/dθ = 2x²θ", True),
    ("(theta*x-y)**2 + alpha*theta**2", "theta", "dJ/dθ = 2x(θx - y) + 2αθ", True),
    ("theta**2", "theta", "2θ", True),
    ("sigma**2", "sigma", "2σ", True),
    ("log(sigma)", "sigma", "1/sigma", True),
    ("sigma**3/3", "sigma", "dL/dσ = σ²", True),
    ("sigma**3/3", "sigma", "dL/dσ = σ", False),
    ("k*theta*phi", "phi", "∂L/∂φ = kθ", True),
    ("k*theta*phi", "phi", "∂L/∂φ = k", False),
    ("rho*sigma", "rho", "df/dρ = \\sigma", True),
    ("rho*theta", "rho", "the answer is theta", True),
]

ENGLISH_LETTERS = [
    ("exp(w*x)", "x", "we^{wx}", True),
    ("exp(w*x)", "x", "f'(x) = we^{wx}", True),
    ("exp(m*x)", "x", "me^{mx}", True),
    ("exp(b*x)", "x", "be^(bx)", True),
    ("a*t**2/2 + v*t", "t", "at + v", True),
    ("a*t**2/2 + v*t", "t", "ds/dt = v + at", True),
    ("a*t**2/2 + v*t", "t", "ds/dt = v - at", False),
    ("a*x**2 + 2*b*x*y", "x", "df/dx = 2ax + 2by", True),
    ("a*x**2 + 2*b*x*y", "x", "df/dx = 2by + 2ax", True),
    ("a*x**2 + 2*b*x*y", "x", "df/dx = 2ax + 4by", False),
    ("i*s*q", "q", "is", True),
    ("i*s*q", "q", "dL/dq = is", True),
    ("i*s*q", "q", "dL/dq = 2is", False),
    ("o*r*q", "q", "dL/dq = or", True),
    ("n*o*q", "q", "dL/dq = no", True),
    ("n*o*q", "q", "dL/dq = -no", False),
    ("i*t*q", "q", "it", True),
    ("t*o*q", "q", "dL/dq = to", True),
    ("i*n*q", "q", "dL/dq = in", True),
    ("a*n*d*q", "q", "dL/dq = and", True),
    ("u*p*q", "q", "dL/dq = up", True),
    ("a*s*q + a", "q", "dL/dq = as", True),
    ("i*f*q", "q", "dL/dq = if", True),
    ("n*o*t*q", "q", "dL/dq = not", True),
    ("s*o*q", "q", "so dL/dq = so", True),
    ("a*d*d*q", "q", "dL/dq = add", True),
    ("x**2 - b*y", "x", "By the power rule we get f'(x) = 2x", True),
    (SQUARE, "w", "Then by the chain rule we get dL/dw = 2x(wx-y)", True),
    ("b*y*x", "x", "the derivative is by", True),
    ("b*y*x", "x", "differentiating by x we get by", True),
    ("exp(a*x)", "x", "the derivative is a times e^(ax)", True),
    ("exp(a*x)", "x", "the derivative is a constant times e^(ax)", "not right"),
    ("a*x", "x", "dL/dx = a since a is a constant", True),
    ("I*R**2", "R", "2IR", True),
    ("u*s*x", "x", "We have f'(x) = us", True),
]

LIBRARIES = [
    ("x*log(x)", "x", "math.log(x)+1", True),
    ("w - x*log(w)*w", "w", "dw = 1 - math.log(w)*x - x", True),
    ("sin(x)", "x", "math.cos(x)", True),
    ("sin(x)", "x", "torch.cos(x)", True),
    ("sin(x)", "x", "(math.cos(x))", True),
    ("sin(x)", "x", "(np.cos(x))", True),
    ("sin(x)", "x", "-math.cos(x)", False),
    ("exp(k*z)", "z", "k*np.exp(k*z)", True),
    ("exp(k*z)", "z", "dz = - np.exp(k*z)", False),
    ("cos(v)", "v", "dv = -torch.sin(v)", True),
    ("sqrt(r)", "r", "0.5/math.sqrt(r)", True),
]

TEXT_COMMANDS = [
    (SQUARE, "w", r"\text{So } \frac{dL}{dw} = 2x(wx-y)", True),
    (SQUARE, "w", r"\text{Hence } \frac{dL}{dw} = 2x(wx-y)", True),
    (SQUARE, "w", r"\text{Let } u = wx - y \\ \frac{dL}{dw} = 2ux", True),
    (SQUARE, "w", r"\frac{dL}{dw} = 2x(wx-y) \quad \text{done}", True),
    (SQUARE, "w", r"\text{Finally, } \frac{dL}{dw} = 2x(wx+y)", False),
    (SQUARE, "w", r"\frac{dL}{dw} = 2x(wx-y) \text{ where } L = (wx-y)^2", True),
    ("(loss_0 - 1)**2", "loss_0", r"2(\text{loss}_0 - 1)", True),
    ("rate*t", "t", r"\text{rate}", True),
]

REASONS = [
    ("(w*x - s)**2", "w", "dL/dw = 2x(wx-s) since s^2 = 1", True),
    ("(w*x - s)**2", "w", "dL/dw = 2x(wx-s) because s^2 = 1", True),
    ("(w*x - s)**2", "w", "dL/dw = 2x(wx-s) as s^2 = 1", True),
    ("(w*x - s)**2", "w", "dL/dw = 2x(wx-s) using s^2 = 1", True),
    ("(w*x - s)**2", "w", "dL/dw = 2x(wx-s) (s^2 = 1)", True),
    ("(w*x - s)**2", "w", "dL/dw = 2x(wx-s) with s^2 = 1", True),
    ("(w*x - s)**2", "w", "dL/dw = 2x(wx+s) since s^2 = 1", False),
    ("(w*x - s)**2", "w", "since s^2 = 1, dL/dw = 2x(wx-s)", True),
    ("(w*x - s)**2", "w", "since s^2 = 1 we get dL/dw = 2x(wx+s)", False),
    ("sin(t)*k", "t", "k cos(t) since k = 2", "not wrong"),
    (SQUARE, "w", "dL/dw = dL/du * du/dw = 2u * x = 2(wx-y)x [u = wx-y]", True),
    (SQUARE, "w", "dL/dw = dL/du * du/dw = 2u * x = 2(wx-y)x (u = wx-y)", True),
    (SQUARE, "w", "dL/dw = dL/du * du/dw = 2u * x = 2(wx-y)x (u = wx+y)", False),
]

QUANTITIES = [
    ("x**3", "x", "∂/∂x loss = 3x²", True),
    ("x**3", "x", r"\frac{\partial}{\partial x} D_{KL} = 3x^2", True),
    ("x**3", "x", "sigma'(x) = 3x^2", True),
    ("x**3", "x", "sigma'(x) = 2x^2", False),
    ("-p*log(p)", "p", "H'(p) = -log(p) - 1", True),
    ("-p*log(p)", "p", "H'(p) = log(p) + 1", False),
    ("x**3", "x", "d/dx MSE = 3x^2", True),
    ("x**3", "x", "d/dx MSE = x^2", False),
    ("x**3", "x", "d(loss)/dx = 3x^2", True),
    ("x**3", "x", "d(loss)/dx = 3x", False),
    ("x**3", "x", r"\mathcal{L}'(x) = 3x^2", True),
    ("-p*log(p)", "p", "dH(p)/dp = -log(p) - 1", True),
    ("-p*log(p)", "p", "dH(p)/dp = log(p) + 1", False),
    ("x*y + sin(x)", "x", "dsin(x)/dx = cos(x)\nso df/dx = y + cos(x)", True),
    ("exp(-x**2)", "x", "out = -2x exp(-x^2)", True),
    (SQUARE, "w", "∂/∂w cost = 2x(wx-y)", True),
    (SQUARE, "w", "∂/∂w cost = 2(wx-y)", False),
    (SQUARE, "w", r"\frac{\partial \mathcal{L}}{\partial w} = 2x(wx-y)", True),
    (SQUARE, "w", r"\frac{\partial L_{total}}{\partial w} = 2x(wx-y)", True),
    (SQUARE, "w", "dE/dw = 2x(wx-y)", True),
    (SQUARE, "w", "dLoss/dw = 2x(wx-y)", True),
    (SQUARE, "w", "d MSE/dw = 2x(wx-y)", True),
    (SQUARE, "w", r"\frac{d}{dw} \text{MSE} = 2x(wx-y)", True),
    (SQUARE, "w", r"\nabla_w J = 2x(wx-y)", True),
    (SQUARE, "w", "∂ℓ/∂w = 2x(wx-y)", True),
    (SQUARE, "w", "J'(w) = 2x(wx-y)", True),
    (SQUARE, "w", "NLL'(w) = 2x(wx-y)", True),
    ("log(1+exp(x))", "x", "let p = sigmoid(x)\nsigmoid'(x) = p(1-p)\ndf/dx = p", True),
    ("sigmoid(x)", "x", "σ'(x) = σ(x)(1-σ(x))", True),
    ("sigmoid(x)", "x", "σ'(x) = σ(x)(1+σ(x))", False),
    ("x*sigmoid(x)", "x", "σ'(x) = σ(x)(1-σ(x))\ndf/dx = σ(x) + xσ'(x)", True),
]

CALLED_D = [
    ("(a - d)**2", "a", "∂L/∂a = 2(a-d)", True),
    ("(a - d)**2", "a", "dL/da = 2(a-d)", True),
    ("(a - d)**2", "d", "∂L/∂d = -2(a-d)", True),
    ("(a - d)**2", "d", "∂L/∂d = 2(a-d)", False),
    ("d*x**2", "x", "2dx", True),
    ("d*x**2", "x", "df/dx = 2dx", True),
    ("d*x**2", "x", "df/dx = 2d/x", False),
    ("log(d)*k", "d", "k/d", True),
]

GREEK_NAMES = [
    ("lam*w**2", "w", "2λw", True),
    ("lam*w**2", "w", r"2\lambda w", True),
    ("lambda*w**2", "w", "2*lam*w", True),
    ("lam*w**2", "w", "2*lambda*w", True),
    ("lam*w**2", "w", "λw", False),
    ("lam*w**2", "lam", "dL/dλ = w^2", True),
    ("x/sqrt(v + eps)", "x", "1/√(v + ε)", True),
    ("x/sqrt(v + epsilon)", "x", "1/sqrt(v+eps)", True),
    ("x/sqrt(v + eps)", "x", r"\frac{1}{\sqrt{v+\varepsilon}}", True),
    ("(x - mu)**2/(2*sig**2)", "x", r"\frac{x-\mu}{\sigma^2}", True),
    ("w1*x", "x", "w^{(1)}", True),
    ("w1*x", "x", r"\frac{dL}{dx} = w^{(1)}", True),
    ("w1*x", "x", r"W^{[1]}", "not right"),
    ("W1*x", "x", r"W^{[1]}", True),
    ("W1*tanh(W2*x)", "x", r"W^{[1]} W^{[2]} (1 - \tanh^2(W^{[2]} x))", True),
    ("W1*tanh(W2*x)", "x", r"W^{[2]} (1 - \tanh^2(W^{[2]} x))", False),
    ("(y_pred - y)**2", "y_pred", "2(ŷ - y)", True),
    ("(y_hat - y)**2", "y_hat", "2(y_pred - y)", True),
    ("(y_pred - y)**2", "y_pred", r"2(\hat{y} + y)", False),
    ("a_hat*b", "b", r"\hat a", True),
    ("(a1 - y)**2", "a1", "dL/da^{(1)} = 2(a^{(1)} - y)", True),
    ("(a1 - y)**2", "a1", r"\frac{\partial L}{\partial a^{[1]}} = 2(a^{[1]} - y)", True),
    ("(a1 - y)**2", "a1", r"\frac{\partial L}{\partial a^{[1]}} = (a^{[1]} - y)", False),
]

NUMBERING = [
    ("-p*log(p)", "p", "- ∂H/∂p = -log(p) - 1", True),  # a bullet
    ("-p*log(p)", "p", "- ∂H/∂p = log(p) + 1", None),  # right with a minus, a slip behind a bullet: a person decides
    ("(w*x - y)**2", "w", "- dL/dw = 2x(y - wx)", None),
    ("(w*x - y)**2", "w", "- dL/dw = 2x(wx - y)", True),
    ("(w*x - y)**2", "w", "- dL/dw = x(wx - y)", False),
    ("exp(-k*t)", "t", "- dN/dt = k e^{-kt}", None),
    ("log(s)/c", "s", "- \\frac{\\partial f}{\\partial s} = -\\frac{1}{cs}", None),
    ("cos(q)", "q", "- f'(q) = sin(q)", None),
    ("cos(q)", "q", "-f'(q) = sin(q)", True),
    ("-p*log(p)", "p", "- ∂H/∂p = log(p)", False),
    ("-p*log(p)", "p", "-∂H/∂p = log(p) + 1", True),
    ("k*sin(z)", "z", "- df/dz = k cos(z)", True),
    ("k*sin(z)", "z", "- k cos(z)", False),
    ("k*sin(z)", "z", "* df/dz = k cos(z)", True),
    ("k*sin(z)", "z", "- $\\frac{df}{dz} = k\\cos z$", True),
    ("x - x**2/2", "x", "(1) - x", True),
    ("x**2", "x", "(2) x", True),
    ("(1 - x)**2", "x", "(1) -2(1-x)\n(2) = 2x - 2", True),
    (SQUARE, "w", "(1) 2(wx-y) x\n(2) = 2x(wx-y)", True),
    (SQUARE, "w", "1 = 2*x*(w*x-y) = 2*w*x**2 - 2*x*y", False),
    (SQUARE, "w", "The answer is 0. Also 2*x*(w*x-y)", False),
    (SQUARE, "w", "7 = 2x(wx-y)", False),
    (SQUARE, "w", "x = 2x(wx-y)", False),
    (SQUARE, "w", "2(wx-y) = 2x(wx-y)", False),
    (SQUARE, "w", "The derivative is 2(wx-y). The derivative is 2x(wx-y).", False),
]

LABELS = [
    (SQUARE, "w", "outer derivative = 2(wx-y)\ninner derivative = x\ndL/dw = 2x(wx-y)", True),
    (SQUARE, "w", "derivative = 2x(wx-y)", True),
    (SQUARE, "w", "the gradient = 2x(wx-y)", True),
    (SQUARE, "w", "the gradient = 2(wx-y)", False),
    (SQUARE, "w", "Final answer = 2x(wx-y)", True),
    (SQUARE, "w", "gradient of L w.r.t. w = 2x(wx-y)", True),
    (SQUARE, "w", "upstream gradient = 2(wx-y)\nlocal gradient = x\nproduct = 2x(wx-y)\ndL/dw = 2x(wx-y)", True),
    ("w*x - y", "w", "I get (y - wx)", False),
    ("(y - w*x)**2/2", "w", "I get -x(y - wx)", True),
    ("f = w*x - y; f**2", "w", "2fx", True),
]

KINDS: dict[str, list[Any]] = {
    "second lines": SECOND_LINES,
    "nothing dropped": NOTHING_DROPPED,
    "trailing Greek": TRAILING_GREEK,
    "English letters": ENGLISH_LETTERS,
    "libraries": LIBRARIES,
    "text commands": TEXT_COMMANDS,
    "reasons": REASONS,
    "quantities": QUANTITIES,
    "a name d": CALLED_D,
    "Greek names": GREEK_NAMES,
    "numbering": NUMBERING,
    "labels": LABELS,
}
CASES = [(kind, *case) for kind, cases in KINDS.items() for case in cases]


@pytest.mark.parametrize(
    ("kind", "problem", "wrt", "answer", "right"), CASES, ids=[f"{c[0]}: {c[1]} | {c[3]}" for c in CASES]
)
def test_a_line_is_read_whole_or_unread(kind: str, problem: str, wrt: str, answer: str, right: Any) -> None:
    found = gt.grade(problem, answer, wrt=wrt)
    if right == "not right":
        assert found.correct is not True, found.message
    elif right == "not wrong":
        assert found.correct is not False, found.message
    else:
        assert found.correct is right, (found.message, [(line.status, line.text, line.note) for line in found.lines])
    if found.correct is True:
        assert found.score == 1.0


@pytest.mark.parametrize(
    "answer",
    [r"\mathrm{d} L/\mathrm{d} a = 2 d", r"\frac{\mathrm{d} L}{\mathrm{d} a} = 2 d \frac{\mathrm{d} d}{\mathrm{d} a} = 2 d",
     r"\frac{\mathrm d L}{\mathrm d a} = 2d", r"\dfrac{\text{d}L}{\text{d}d}\cdot\frac{\text{d}d}{\text{d}a} = 2d\cdot 1", "dL/da = dL/dd * dd/da = 2d*1",
     "dd/da = 1\ndL/da = 2d", r"\operatorname{d}L/\operatorname{d}a = 2\mathrm{d}", "2d"],
)  # fmt: skip
def test_a_differential_is_told_from_a_name_that_is_d(answer: str) -> None:
    assert gt.grade("d = a - b; L = d**2", answer, wrt="a").correct
    assert not gt.grade("d = a - b; L = d**3", answer, wrt="a").correct
