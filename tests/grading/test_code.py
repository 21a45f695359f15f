"""A student's Python is read as mathematics and never run: what it returns, and what is refused."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pytest

from graphtutor import same
from graphtutor.errors import LearnerError, ReadError
from graphtutor.expr.build import build
from graphtutor.grading.python.returned import read_code, returned
from graphtutor.language.write import write

ARGS = {"x": ["x0", "x1"], "w": ["w0", "w1"], "b": "b", "true_val": "y"}
LECTURE = """
import numpy as np

def fn(x, w, b):
    return x[0]*w[0] + x[1]*w[1] + b

def loss(x, w, b, true_val):
    return (fn(x, w, b) - true_val) ** 2

def dfn_w0(x, w, b, true_val):
    return 2.0 * x[0] * (fn(x, w, b) - true_val)

def dfn_w1(x, w, b, true_val):
    return 2.0 * x[1] * (fn(x, w, b) - true_val)

def dfn_b(x, w, b, true_val):
    return 2.0 * (fn(x, w, b) - true_val)
"""
F = "(w0*x0 + w1*x1 + b - y)"


# ----- the lecture's exercise -----
@pytest.mark.parametrize(
    ("function", "right"),
    [
        ("loss", f"{F}**2"),
        ("dfn_w0", f"2*x0*{F}"),
        ("dfn_w1", f"2*x1*{F}"),
        ("dfn_b", f"2*{F}"),
        ("fn", "w0*x0 + w1*x1 + b"),
    ],
)
def test_the_lectures_functions_return_the_lectures_formulas(function, right) -> None:
    assert same(read_code(LECTURE)(function, ARGS), right)


def test_a_result_prints_in_the_order_of_the_code() -> None:
    assert write(read_code(LECTURE)("dfn_w0", ARGS)) == "2.0*x0*(x0*w0 + x1*w1 + b - y)"


HANDED_IN = {
    "with a loop": "    s = 0.0\n    for i in range(2):\n        s += x[i]*w[i]\n    return 2*x[0]*(s + b - true_val)",
    "with zip and sum": "    f = sum(xi*wi for xi, wi in zip(x, w)) + b\n    return 2*(f - true_val)*x[0]",
    "with numpy": "    x = np.array(x)\n    e = np.dot(x, w) + b - true_val\n    return (2*e*x)[0]",
    "with the matrix sign": "    return 2*x[0]*(np.array(x) @ np.array(w) + b - true_val)",
    "step by step": "    f = x[0]*w[0] + x[1]*w[1] + b\n    u = f - true_val\n    dL_du, du_dw = 2*u, x[0]\n    return dL_du*du_dw",
    "with a type": "    error: float = float(w[0]*x[0] + w[1]*x[1] + b - true_val)\n    return 2*error*x[0]",
    "expanded": "    return 2*x[0]*x[0]*w[0] + 2*x[0]*x[1]*w[1] + 2*x[0]*b - 2*x[0]*true_val",
    "as a power": "    return pow(x[0], 1)*2**1*(np.sum(np.array(x)*np.array(w)) + b - true_val)",
}


@pytest.mark.parametrize("body", HANDED_IN.values(), ids=HANDED_IN)
def test_right_ways_to_hand_in_the_gradient_are_right(body) -> None:
    code = read_code(f"import numpy as np\ndef dfn_w0(x, w, b, true_val):\n    '''gradient'''\n{body}\n")
    assert same(code("dfn_w0", ARGS), f"2*x0*{F}")


@pytest.mark.parametrize(("body", "other"), [("return 2*(w[0]*x[0] + w[1]*x[1] + b - true_val)", f"2*{F}"), ("return 2*x[1]*(w[0]*x[0] + w[1]*x[1] + b - true_val)", f"2*x1*{F}"),
                                             ("return x[0]*(w[0]*x[0] + w[1]*x[1] + b - true_val)", f"x0*{F}"),
                                             ("return 2*x[0]*(true_val - w[0]*x[0] - w[1]*x[1] - b)", f"-2*x0*{F}")])  # fmt: skip
def test_wrong_gradients_are_read_as_what_they_are(body, other) -> None:
    tree = read_code(f"def dfn_w0(x, w, b, true_val):\n    {body}\n")("dfn_w0", ARGS)
    assert same(tree, other)
    assert not same(tree, f"2*x0*{F}")


HINGE = "-y*x0*1[y*(w0*x0 + w1*x1 + b) < 1]"


@pytest.mark.parametrize("body", [
    "    if true_val*fn(x, w, b) >= 1:\n        return 0\n    return -true_val*x[0]",
    "    if true_val*fn(x, w, b) >= 1:\n        d = 0\n    else:\n        d = -true_val*x[0]\n    return d",
    "    return -true_val*x[0] if true_val*fn(x, w, b) < 1 else 0.0",
    "    margin = true_val*fn(x, w, b)\n    if not margin < 1:\n        return 0\n    elif margin < 1:\n        return -true_val*x[0]\n    return 7",
    "    return np.where(true_val*fn(x, w, b) < 1, -true_val*x[0], 0)",
    "    g = [0, 0]\n    if 1 - true_val*fn(x, w, b) > 0:\n        g[0] = -true_val*x[0]\n    return g[0]",
    "    return (true_val*fn(x, w, b) < 1) * -true_val*x[0]",
    "    return -true_val*x[0]*int(true_val*fn(x, w, b) < 1)",
    "    d = None\n    if true_val*fn(x, w, b) < 1:\n        d = -true_val*x[0]\n    else:\n        d = 0\n    return d",
])  # fmt: skip
def test_a_condition_becomes_cases(body) -> None:
    code = read_code(f"def fn(x, w, b):\n    return x[0]*w[0] + x[1]*w[1] + b\ndef d(x, w, b, true_val):\n{body}\n")
    assert same(code("d", ARGS), HINGE)


SCRIPT = (
    LECTURE
    + """
import matplotlib.pyplot as plt

data = [(2, 0), (5, -2), (-2, 2), (-1, -3)]
labels = [-1, -1, 1, 1]
w = np.random.random(2)
b = np.random.random(1)[0]
history = []
lr = 0.01
for epoch in range(20):
    total = 0
    for x, t in zip(data, labels):
        dw0, dw1, db = dfn_w0(x, w, b, t), dfn_w1(x, w, b, t), dfn_b(x, w, b, t)
        w[0] -= lr * dw0
        w[1] -= lr * dw1
        b -= lr * db
        total += loss(x, w, b, t)
    print('Epoch %d: %0.2f' % (epoch, total / 4))
    history.append((w.copy(), b))
print(f"w = {w}")
x1 = np.arange(-20, 20, 0.1)
plt.plot(x1, (-b - w[0]*x1)/w[1])
plt.show()
"""
)


def test_the_lectures_whole_script_is_taken_and_only_its_functions_are_read() -> None:
    assert same(read_code(SCRIPT)("dfn_w0", ARGS), f"2*x0*{F}")


@pytest.mark.parametrize(("more", "message"), [
    ("def f(x):\n    return lr*x", None), ("def f(x):\n    return w[0]*x", "'w' gets its value outside functions, on line 27, which is not read; make it a parameter"),
    ("def f(x):\n    return plt.plot(x)", "this call is not read"), ("for k in range(3):\n    dfn_w0 = loss", "'dfn_w0' is a function and another thing too"),
    ("dfn_w0 = loss", "'dfn_w0' is a function and another thing too"), ("plt.__class__.__base__", "an expression outside a function is not read"),
    ("print(open('gt_canary', 'w'))", "an expression outside"),
    ("for k in eval('[1]'):\n    pass", "'for' outside a function is not read"), ("while True:\n    print(w)", "'while' outside a function is not read"),
    ("if __name__ != '__main__':\n    def dfn_w0(x, w, b, t):\n        return 0", "'if' outside a function is not read"), ("try:\n    print(w)\nfinally:\n    pass", "'try' outside"),
])  # fmt: skip
def test_what_a_script_does_outside_functions_cannot_reach_into_them(more, message) -> None:
    text = f"{SCRIPT}\n{more}\n"
    if message is None:
        assert write(read_code(text)("f")) == "0.01*x"
        return
    with pytest.raises(ReadError, match=message):
        read_code(text)("f" if "def f" in more else "dfn_w0", {} if "def f" in more else ARGS)


# ----- against Python itself, which these tests may run -----
PROGRAMS = {
    "early return inside an inner if": "def f(x, w, b, true_val):\n    if b > 0:\n        if x[0] > w[0]:\n            return x[0]\n        b = b + 1\n    return b*w[1]",
    "return out of a loop": "def f(x, w, b, true_val):\n    for v in x:\n        if v > b:\n            return v*w[0]\n    return b",
    "for else": "def f(x, w, b, true_val):\n    s = 1\n    for v in x:\n        s = s*v\n    else:\n        s = s + b\n    return s",
    "two loops": "def f(x, w, b, true_val):\n    s = 0\n    for i in range(2):\n        for j in range(i, 2):\n            s += x[i]*w[j]/(1 + j)\n    return s - b",
    "a list filled": "def f(x, w, b, true_val):\n    g = [0]*2\n    for i, v in enumerate(x):\n        g[i] = v*w[i]\n    return sum(g)",
    "one list, two names": "def f(x, w, b, true_val):\n    g = [b, x[0]]\n    h = g\n    h[0] = w[0]\n    return g[0]*g[1]",
    "one list, two names, in an if": "def f(x, w, b, true_val):\n    g = [b, x[0]]\n    h = g\n    if b > 0:\n        h[0] = w[0]\n    h[1] = x[1]\n    return g[0]*g[1]",
    "slices": "def f(x, w, b, true_val):\n    v = [b, *[]] if False else [b, x[0], x[1]]\n    return sum(v[1:]) * v[-1] - sum(v[:2]) * sum(v[::2])".replace("[b, *[]] if False else ", ""),
    "and or not": "def f(x, w, b, true_val):\n    return x[0] if x[0] > 0 and not w[0] > 0 or b < 0 else w[1]",
    "chained comparison": "def f(x, w, b, true_val):\n    return w[0] if -1 < b < 1 else w[1]",
    "and, or of numbers": "def f(x, w, b, true_val):\n    return (x[0] or 1) + (b and w[0]) + (0 or w[1]) + ((x[1] > 0 or b > 0) and x[1])",
    "a number as a condition": "def f(x, w, b, true_val):\n    step = (b > 0) * 1\n    return x[0] if step else w[0]",
    "max and min of several": "def f(x, w, b, true_val):\n    return max(x[0], w[0], b) + min(x) - abs(w[1])",
    "defaults and names": "def g(a, b=2, *, c=3):\n    return a - b*c\ndef f(x, w, b, true_val):\n    return g(x[0]) + g(x[1], c=w[0]) + g(b=b, a=w[1])",
    "math": "import math\nfrom math import exp as e_to\ndef f(x, w, b, true_val):\n    return math.tanh(x[0])*e_to(-b*b) + math.sqrt(1 + w[0]**2) + math.pi*math.cos(w[1])",
    "globals": "n = 2\nscale: float = 1/n\ndef f(x, w, b, true_val):\n    return scale*x[0]*n",
    "floor and rest": "def f(x, w, b, true_val):\n    s = 0\n    for i in range(10, 0, -3):\n        if i % 2 == 0:\n            s = s + x[0]*(i//3)\n        else:\n            s -= b\n    return s",
    "comprehension with a condition": "def f(x, w, b, true_val):\n    return sum([x[i]*w[j] for i in range(2) for j in range(2) if i != j])",
    "true division": "def f(x, w, b, true_val):\n    return 1/2*x[0] + 2**-1*b + (-2)**2 - -w[0]**2",
    "numpy": "import numpy as np\ndef f(x, w, b, true_val):\n    x = np.array(x)\n"
             "    w = np.asarray(w)\n    return (x*w).sum() + np.mean(x - w) + np.maximum(x, 0).dot(np.ones(2)) + np.square(b) + np.power(2, x[1])",
    "matrix": "import numpy as np\ndef f(x, w, b, true_val):\n    W = np.array([[1, b], [w[0], 2]])\n"
              "    return (W @ np.array(x))[1] + (W.T @ np.array(x))[1] + W[0, 1]*W[1][0] + np.sum(W) + np.zeros((2, 2))[0, 1] + W.shape[0]",
    "a vector goes with each row": "import numpy as np\ndef f(x, w, b, true_val):\n    W = np.array([[1, b], [w[0], 2]])\n    return (W*np.array(x))[0][1] + (np.array(w) - W)[1, 0] + (W*b)[0, 0]",
    "columns and parts of a matrix": "import numpy as np\ndef f(x, w, b, true_val):\n    W = np.array([[1, b, 3], [w[0], 2, 4]])\n"
                                     "    return W[0:2, 0].sum() - W[:, 1][1]*W[1, 1:][0] + W[1][::-1][0] + (W[0:1, 0:2] * b)[0, 1]",
    "if main": "def f(x, w, b, true_val):\n    return x[0]\n\nif __name__ == '__main__':\n    print(f(1, 2, 3, 4))",
}  # fmt: skip


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_reading_agrees_with_running(text) -> None:
    graph = build(read_code(text)("f", ARGS))
    known: dict = {"__name__": "read"}
    exec(text, known)  # our own text, in a test
    rng = random.Random(1)
    for _ in range(20):
        x, w, b, y = (
            [rng.uniform(-2, 2) for _ in "01"],
            [rng.uniform(-2, 2) for _ in "01"],
            rng.uniform(-2, 2),
            rng.choice([-1.0, 1.0]),
        )
        point = {"x0": x[0], "x1": x[1], "w0": w[0], "w1": w[1], "b": b, "y": y}
        value = graph.evaluate({n.name: point[n.name] for n in graph.inputs}, "float")[graph.out]
        assert math.isclose(
            value, known["f"](x, w, b, y), rel_tol=1e-12, abs_tol=1e-12
        )  # some ten float operations in another order


# ----- what is refused -----
REFUSED = {
    "def f(x):\n    while True:\n        pass": "line .*: the code takes more than 20000 steps",
    "import os": "line 1, column 1: import of 'os' is not read; only math and numpy are known",
    "from os import system as exp": "line 1, column 1: import of 'os'",
    "from . import exp": "line 1, column 1: import of '.'",
    "def f(x):\n    return __import__('os').getcwd()": "line 2, column 12: this call is not read",
    "def f(x):\n    return open('gt_canary', 'w')": "line 2, column 12: 'open' is not read",
    "def f(x):\n    return eval('1')": "line 2, column 12: 'eval' is not read",
    "open('gt_canary', 'w')": "line 1, column 1: an expression outside a function is not read",
    "def f(x):\n    return x.__class__": r"line 2, column 12: '\.__class__' is not read",
    "def f(x):\n    return lambda: 1": "line 1, column 1: the function returns a function; expected a number",
    "def f(x):\n    return 'a'*3": "line 2, column 12: text is not read; expected numbers",
    "def f(x):\n    return f'{x}'": "line 2, column 12: an f-string is not read",
    "def f(x):\n    return {1: x}": "line 2, column 12: a dictionary is not read",
    "def f(x):\n    return (y := 1)": "line 2, column 13: ':=' is not read",
    "def f(x):\n    for k in range(3):\n        break\n    return x": "line 3, column 9: 'break' is not read",
    "def f(x):\n    try:\n        return x\n    finally:\n        pass": "line 2, column 5: 'try' is not read",
    "def f(x):\n    global y\n    return x": "line 2, column 5: 'global' is not read",
    "class A:\n    pass": "line 1, column 1: 'class' outside a function is not read",
    "@staticmethod\ndef f(x):\n    return x": "line 2, column 1: only functions with plain parameters and without decorators are read",
    "def f(*x):\n    return x": "line 1, column 1: only functions with plain parameters",
    "def f(x):\n    return x": None,
    "def f(x):\n    return y": "line 2, column 12: 'y' is not defined here",
    "def f(x):\n    y = y + x\n    return y": "line 2, column 9: 'y' is used before this function has given it a value",
    "def g(x):\n    return x\ndef f(x):\n    g = g(x)\n    return g": "line 4, column 9: 'g' is a value in this function, so it cannot be called",
    "a = b\nb = a\ndef f(x):\n    return a": "'a' is defined by itself|'b' is defined by itself",
    "def f(x):\n    x = x + 1": "line 1, column 1: f ends without return",
    "def f(x):\n    return None": "line 1, column 1: the function returns nothing; expected a number",
    "def f(x):\n    return None + x": "line 2, column 12: expected a number, met nothing",
    "def f(x):\n    return int(x)": "line 2, column 12: int of a number that is not known here is not read",
    "def f(x):\n    return": "line 2, column 5: return without a value",
    "def g(a, b):\n    return a\ndef f(x):\n    return g(x)": r"line 4, column 12: g takes 2 arguments \(a, b\), met 1",
    "def g(a):\n    return a\ndef f(x):\n    return g(x, a=1)": "line 4, column 12: g has already its 'a'",
    "def f(x):\n    return math.log(x, 2)": "line 2, column 12: log takes 1 argument, met 2",
    "def f(x):\n    return pow(x, 2, 3)": "line 2, column 12: pow takes 2 arguments here, met 3",
    "def f(x):\n    return np.sum([x, x], axes=0)": "line 2, column 12: 'axes=' is not read here",
    "def f(x):\n    return sum(x)": "line 2, column 12: sum needs a list, met 'x'; describe the length of the parameter in args",
    "def f(x):\n    return [x, x]*x": "line 2, column 12: arithmetic on a plain list is not that on its entries in Python",
    "def f(x):\n    return -[x, x]": "line 2, column 12: a sign before a plain list is not that of its entries in Python",
    "def f(x):\n    return [x, x] < [1, 2]": "line 2, column 12: plain lists are not compared entry by entry in Python",
    "def f(x):\n    return [x, x][True]": "line 2, column 12: cannot take an entry of a list",
    "def f(x):\n    return [x, x][[0]]": "line 2, column 12: cannot take an entry of a list",
    "def f(x):\n    return np.array([[x, 1], [2]]) @ np.array([1, 2])": "line 2, column 12: the rows of a matrix have different lengths",
    "def f(x):\n    return [[x, 1], 2] @ np.array([1, 2])": "line 2, column 12: the rows of a matrix have different lengths",
    "def f(x):\n    return [x, x][2]": "line 2, column 12: index 2 of 2 entries; counting starts at 0",
    "def f(x):\n    return [x][x > 0]": "line 2, column 12: cannot take an entry of a list",
    "def g(v):\n    v[0] = 1\n    return v\ndef f(x):\n    a = [x]\n    g(a)\n    return a[0]": "line 6, column 5: a call of g whose result is not used",
    "def g(v):\n    v[0] = 1\n    return 0\ndef f(x):\n    a = [x]\n    b = g(a)\n    return a[0]": "line 2, column 5: changing an argument in place is not read",
    "def f(x)\n    return x": "line 1, column 9: not Python: expected ':'",
    "print 'hello'": "line 1, column 1: not Python: Missing parentheses",
    "def f(x):\n\treturn x\n        return x": "line 3, column .*: not Python",
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED.items())
def test_what_is_not_read_is_refused_with_its_line(text, message, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    if message is None:
        assert str(read_code(text)("f")) == "x"
        return
    with pytest.raises(ReadError, match=message) as caught:
        read_code(text)("f")
    assert caught.value.caret.split("\n")[0] == text.split("\n")[caught.value.line - 1].replace("\t", " ")
    assert not Path("gt_canary").exists()


BOMBS = [
    "def f(x):\n    return f(x)",
    "def f(x):\n    return g(x)\ndef g(x):\n    return f(x) + f(x)",
    "def f(x):\n    return " + "(" * 90 + "x" + ")" * 90,
    "def f(x):\n    return " + "-" * 900 + "x",
    "def f(x):\n    return " + "not " * 2400 + "x",
    "def f(x):\n    return " + "x**" * 2400 + "x",
    "def f(x):\n    return " + "x if x > 0 else " * 600 + "x",
    "def f(x):\n    return [i for i in range(10**9)]",
    "def f(x):\n    return [0 for i in range(1000) for j in range(1000) for k in range(1000)]",
    "def f(x):\n    for i in range(1000):\n        for j in range(1000):\n            pass\n    return x",
    "def f(x):\n    v = [x]\n    for i in range(900):\n        v = v + v\n    return v[0]",
    "def f(x):\n    v = [x]\n    for i in range(900):\n        v = [v, v]\n    return v",
    "def f(x):\n    return np.zeros((1000, 1000))",
    "def f(x):\n    return [x]*10**9",
    "def f(x):\n    n = 2\n    for i in range(900):\n        n = n*n\n    return n",
    "def f(x):\n    return 9999999999**9999999999**9999999999",
    "def f(x):\n    return 1e400",
    "def f(x):\n" + "".join(f"    if x > {k}:\n        x = x + 1\n        if x < 2:\n            return 1\n" for k in range(80)) + "    return x",
    "def f(x):\n    if x > 0:\n        return 1\n" + "".join(f"    elif x > {k}:\n        return {k}\n" for k in range(300)) + "    return 0",
    "def f(x):\n    for i in range(1000):\n        x = x*x + x\n    return x",
    "def f(x):\n    return " + "x+" * 4900 + "x",
    "\0", "def f(x):\n    return x\0", "\ud800", "def f(x):\n    return \N{MATHEMATICAL BOLD SMALL E}val('1')", "#" * 20_000,
    "def f(x=f):\n    return x", "def f(x, x):\n    return x", "def f(n):\n    return range(0, 10**30)", "def f(x):\n    return range(0, 1, 0)",
    "def f(x):\n    return x[10**9]", "x = [x]\ndef f(y):\n    return x",
]  # fmt: skip


@pytest.mark.parametrize("text", BOMBS, ids=range(len(BOMBS)))
def test_no_code_makes_the_reader_work_long_or_fall(text) -> None:
    try:
        value = read_code(text)("f")
    except ReadError as error:
        assert error.line >= 1
    else:
        for tree in value if isinstance(value, list) else [value]:
            assert len(build(tree)) < 50_000


def test_a_result_that_doubles_at_every_step_is_refused_before_it_is_written() -> None:
    with pytest.raises(
        ReadError, match="line 1, column 1: what f returns is too long: written out it has more than 20000 terms"
    ):
        read_code("def f(x):\n    for i in range(40):\n        x = x*x + 1\n    return x")("f")


# ----- an answer -----
INPUTS: dict = dict.fromkeys(["w0", "w1", "x0", "x1", "b", "y"], ())


def test_parameters_without_a_description_are_found_by_name() -> None:
    found = returned({"code": LECTURE, "function": "dfn_w0"}, ["w0"], INPUTS)
    assert same(found.trees[0], f"2*x0*{F}")
    assert found.assumed == ("'true_val' is taken for y",)


def test_each_derivative_is_found_by_the_name_of_its_function() -> None:
    found = returned({"code": LECTURE}, ["w0", "w1", "b"], INPUTS)
    assert [bool(same(t, r)) for t, r in zip(found.trees, [f"2*x0*{F}", f"2*x1*{F}", f"2*{F}"], strict=True)] == [
        True
    ] * 3


def test_a_function_may_return_several_derivatives() -> None:
    code = "def grad(x, w, b, y):\n    e = x[0]*w[0] + x[1]*w[1] + b - y\n    return 2*e*x[0], 2*e*x[1], 2*e"
    assert len(returned({"code": code}, ["w0", "w1", "b"], INPUTS).trees) == 3


def test_vectors_of_the_problem_are_indexed() -> None:
    code = "import numpy as np\ndef grad(w, x, y):\n    return 2*(np.dot(w, x) - y)*x"
    found = returned({"code": code}, ["w"], {"w": (2,), "x": (2,), "y": ()})
    assert [write(t) for t in found.trees] == [
        "2*(w[0]*x[0] + w[1]*x[1] - y)*x[0]",
        "2*(w[0]*x[0] + w[1]*x[1] - y)*x[1]",
    ]


def test_an_answer_that_leaves_the_function_open_asks_for_it() -> None:
    with pytest.raises(
        LearnerError, match='which function is the answer\\? The code has f, g; say it as "function": "dfn_w0"'
    ):
        returned({"code": "def f(x):\n    return x\ndef g(x):\n    return x"}, ["w"], {"w": (), "x": ()})


@pytest.mark.parametrize("args", [{"x": {}}, {"x": [[[["x0"]]]]}, {"x": True}, "x", {"x": "__import__('os')"}])
def test_a_strange_description_of_parameters_is_refused(args) -> None:
    with pytest.raises(LearnerError):
        returned({"code": "def f(x):\n    return x", "args": args}, ["x"], {"x": ()})


def test_numpy_floats_are_not_needed_to_read_numbers() -> None:
    tree = read_code("def f(x):\n    return 1.50*x + .5 + 2. + 1e-3 + 1_000.5")("f")
    assert write(tree).startswith("1.50*x + .5")
    assert float(build(tree).evaluate({"x": np.float64(0)}, "float")[-1]) == pytest.approx(1003.001, rel=1e-12)
