"""Whatever problem, answer and form meet, a Grade comes back, or a LearnerError where the problem makes no sense.

`python tests/grading/test_any_triple.py 100000` runs as many as one likes.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from typing import Any

import pytest

import graphtutor as gt

CI = 6_000
NAMES = "w x b y a u v t k n m e f q z p W X A h s theta sigma lam S E I N".split()
PROBLEMS = [
    "(w*x - y)**2", "f = w*x + b; L = (f - y)**2", "max(0, 1 - y*w*x)", "exp(w*x)/x", "log(w) + x**w", "sin(w)*abs(x)", "where(w > 0, w**2, x)", "w",
    "2", "x/0", "softmax(z)", "L = -log(softmax(W@x)[0])", "sum((X@w - y)**2)", "w@X", "norm(x)", "x@A@x", "mean(X)", "sigmoid(w*x)", "sqrt(w)", "1/(1 + exp(-w*x))",
    "(((", "", "w ==", "def f", "f = f", "x = 1; x = 2", "tanh(w*tanh(w))", "a*(b", "∂L", "w^w^w", "max(w)", "min(w, x, y)", "diff(w**2, w)", "relu(w)*relu(x)",
]  # fmt: skip
SHAPES: list[Any] = [
    None,
    {"w": 2, "x": 2},
    {"W": (3, 2), "x": 2},
    {"X": (4, 2), "w": 2, "y": 4},
    {"z": 3},
    {"x": 3, "A": (3, 3)},
    {"w": 2, "X": (2, 3)},
    {"w": (1, 2)},
    {"q": 5},
]
ATOMS = [
    *NAMES, "0", "1", "2", "3.5", "-", "+", "*", "/", "^", "**", "(", ")", "[", "]", "{", "}", "=", "==", ",", ";", "\n", "d/dw", "dL/dw = ", "∂L/∂w", "\\frac{", "}{", "exp(", "log(",
    "max(0,", "if", "else", "where(", "softmax(", "sum(", "@", ".T", "^T", "_i", "_0", "\\sum_{i}", "δ_ij", "so", "because", "the", "chain rule", "…", "π", "√", "²", "₀", "|", "‖", "'", '"', "\\", "$", "#",
    "np.exp(", "math.log(", "x[0]", "1e400", "10**9", "!", "%", "&", "<", ">", "≤", ":", "?", "\t", "\u202e", "\x00", "é",
]  # fmt: skip
WHOLE = [
    "2*x*(w*x - y)",
    "2x(wx - y)",
    "dL/dw = 2(f - y)*x",
    "0",
    "x^T(\\sigma(Xw) - y)",
    "p - y",
    "-y*x if y*w*x < 1 else 0",
    "df/dw = x\ndL/df = 2(f-y)\ndL/dw = 2x(f-y)",
    "2 X^T (Xw - y)",
    "d/dw d/dw w^3",
]
CODE = [
    "def g(w, x):\n    return 2*x*w",
    "def g(w):\n    while True: w += 1\n    return w",
    "def g(w, x, y):\n    r = w*x - y\n    return 2*r*x",
    "lambda: 1",
    "import os",
    "def g(*a): return a",
    "x =",
    "def g(w):\n    if w > 0:\n        return w",
]


def text(draw: random.Random) -> str:
    if draw.random() < 0.35:
        return draw.choice(WHOLE)
    return draw.choice(["", " "]).join(draw.choice(ATOMS) for _ in range(draw.randrange(1, 14)))


def answer(draw: random.Random) -> Any:
    kind = draw.randrange(8)
    if kind < 4:
        return text(draw)
    if kind == 4:
        return [text(draw) for _ in range(draw.randrange(4))]
    if kind == 5:
        return {draw.choice(NAMES): text(draw) for _ in range(draw.randrange(3))}
    if kind == 6:
        return {
            "code": draw.choice([*CODE, text(draw)]),
            "function": draw.choice(["g", "dfn_w0", "", None]),
            "args": {"x": draw.choice(["x", ["x0", "x1"], 3])},
        }
    cell: Any = draw.choice([1, 2.5, "3", "", None, "?", "w*x", "2**1e9", [1, 2], {"w": 2}])
    return {
        "sheet": [
            {
                "node": draw.choice(["u = w*x", "f", "w", "q", ""]),
                "value": cell,
                "local": draw.choice([{"w": cell}, cell, {}]),
                "upstream": cell,
            }
        ],
        "at": draw.choice([{"w": 1, "x": 2, "y": 3, "b": 1}, {}, None]),
    }


def triple(seed: int) -> tuple[str, Any, dict[str, Any]]:
    draw = random.Random(seed)
    how: dict[str, Any] = {"wrt": draw.choice(["w", "x", "W", "z", "nope", ["w", "x"], None, ()])}
    shapes = draw.choice(SHAPES)
    if shapes and draw.random() < 0.3:
        how["shapes"] = shapes
    if draw.random() < 0.2:
        how["definitions"] = {draw.choice(NAMES): text(draw)}
    if draw.random() < 0.2:
        how["assume"] = {
            draw.choice(NAMES): draw.choice(["positive", "nonzero", "real", (-1, 1), [0, 1], "onehot", "distribution"])
        }
    problem = draw.choice(PROBLEMS) if draw.random() < 0.8 else text(draw)
    return problem, answer(draw), how


def outcome(seed: int) -> str:
    problem, given, how = triple(seed)
    try:
        grade = gt.grade(problem, given, **how)
    except gt.LearnerError:
        return "no problem"
    str(grade)
    return {True: "right", False: "wrong", None: "undecided or unread"}[grade.correct]


@pytest.mark.parametrize("part", range(10))
def test_any_problem_answer_and_form_give_a_grade_or_a_sentence(part: int) -> None:
    found = Counter(outcome(seed) for seed in range(part * CI // 10, (part + 1) * CI // 10))
    assert sum(found.values()) == CI // 10
    assert len(found) >= 3  # the triples reach more than one end


if __name__ == "__main__":
    print(Counter(outcome(seed) for seed in range(int(sys.argv[1]) if sys.argv[1:] else CI)))
