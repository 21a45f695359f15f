"""The idioms of course notebooks in a student's Python: read as what Python itself makes of them, and judged; never run but here.

Each program below is our own text: it is run by Python and NumPy on numbers, and read on symbols; both have to agree.
"""

from __future__ import annotations

import ast
import math
import random
import subprocess
import sys
import warnings

import numpy as np
import pytest

import graphtutor as gt
from graphtutor.errors import LearnerError, ReadError
from graphtutor.expr.build import build
from graphtutor.grading.python.returned import leaves, read_code

SHAPES = {"X": (2, 3), "W": (3, 3), "z": (3,), "g": (3,), "y": (2,), "b": (), "c": ()}
ARGS = {
    "X": [[f"X{j}{k}" for k in range(3)] for j in range(2)],
    "W": [[f"W{j}{k}" for k in range(3)] for j in range(3)],
    "z": ["z0", "z1", "z2"],
    "g": ["g0", "g1", "g2"],
    "y": ["y0", "y1"],
    "b": "b",
    "c": "c",
}
BODIES = {
    # lists that grow
    "append": "out = []\nfor k in range(3):\n    out.append(z[k]*g[k])\nreturn sum(out)",
    "append in a branch": "out = [b]\nif c > 0:\n    out.append(z[0])\nelse:\n    out.append(z[1])\nout.append(c)\nreturn out[0] + out[1]*out[2]",
    "append pairs": "out = []\nfor a, d in zip(z, g):\n    out.append((a, d))\nreturn sum(a*d for a, d in out)",
    "append under two names": "out = []\nother = out\nother.append(b)\nout.append(c)\nreturn other[0] - 2*other[1]",
    "extend": "out = [b]\nout.extend([z[0], c])\nreturn np.array(out)",
    "plus equals a list": "grad = []\nfor k in range(3):\n    grad += [2*z[k]]\nreturn grad",
    "plus equals under two names": "grad = [b]\nsame = grad\ngrad += [c, z[1]]\nreturn len(same)*same[2]",
    "plus equals an array": "acc = np.zeros(3)\nacc += z\nacc *= 2\nacc -= g\nreturn acc",
    "plus equals seen through a view": "m = np.array(W)\nrow = m[1]\nrow += 1\nm[0, 0] = b\nreturn m.sum()",
    "plus equals an entry": "acc = np.zeros((3,))\nfor i in range(2):\n    for k in range(3):\n        acc[k] += X[i, k]*y[i]\nreturn acc",
    "plus equals a row": "acc = np.zeros((2, 3))\nacc[0] += z\nacc[:, 1] += y\nreturn acc",
    # while
    "while": "i, s = 0, 0\nwhile i < 3:\n    s += z[i]\n    i += 1\nreturn s",
    "while down": "n = len(z)\ns = 1\nwhile n > 0:\n    n = n - 1\n    s = s*g[n]\nreturn s",
    "while with else": "k = 2\nwhile k:\n    k -= 1\nelse:\n    k = 5\nreturn k*b",
    "while over a list": "todo = [b, c]\nk = 0\nwhile k < len(todo):\n    if k == 0:\n        todo.append(z[0])\n    k += 1\nreturn k*todo[-1]",
    "while in while": "i, s = 0, 0\nwhile i < 2:\n    j = 0\n    while j < 3:\n        s += X[i, j]*(i + j)\n        j += 1\n    i += 1\nreturn s",
    # print, assert
    "print": "print('z', z.shape, f'{b}', b)\nreturn 2*b",
    "print a call": "def h(a):\n    return a*a\nprint('h', h(b), len(z))\nreturn h(c)",
    "assert": "assert z.shape == (3,)\nassert z.shape == g.shape, 'shapes'\nreturn z*g",
    "assert of a type": "assert isinstance(b, float)\nassert b == b\nreturn b",
    "assert of a condition": "assert c*c >= 0\nreturn c",
    # functions
    "lambda": "f = lambda t: t**2 + b\nreturn f(c) - f(2)",
    "lambda of two": "inner = lambda u, v: (u*v).sum()\nreturn inner(z, g)",
    "lambda and map": "return sum(map(lambda t: t*t, z))",
    "lambda late": "k = 1\nf = lambda t: t + k\nk = 10\nreturn f(b)",
    "lambda at once": "return (lambda t, n=3: t**n)(b)",
    "inner function": "def sig(t):\n    return 1/(1 + np.exp(-t))\np = sig(b)\nreturn p*(1 - p)",
    "inner function sees names": "scale = 3\ndef f(t):\n    return scale*t + b\nreturn f(c)",
    "inner in inner": "def f(t):\n    def h(u):\n        return u*t\n    return h(t) + b\nreturn f(c)",
    "inner with branches": "def relu(t):\n    if t > 0:\n        return t\n    return 0\nreturn relu(b)*relu(c)",
    "function as argument": "def twice(f, t):\n    return f(f(t))\nreturn twice(lambda t: t*t, b) + twice(np.tanh, c)",
    # axes
    "axis": "return X.sum(axis=0) + X.mean(axis=0)",
    "axis of the last": "return np.sum(X, axis=-1)*y + np.sum(X, 1)",
    "keepdims": "m = np.sum(X, axis=1, keepdims=True)\nreturn (X - m/3).sum(axis=0)",
    "keepdims of all": "return X/np.sum(X**2, keepdims=True)",
    "mean along": "return (X*np.array([[1], [2]])).mean(axis=1)",
    "max": "return z.max() + np.max(X, axis=0)*g - np.min(z) + np.amax(g)",
    "several axes": "return np.sum(X*z, axis=(0, 1)) + np.prod(z)",
    "softmax by hand": "e = np.exp(z - z.max())\nreturn e/e.sum()",
    "softmax of rows": "e = np.exp(X)\np = e/e.sum(axis=1, keepdims=True)\nreturn (p - 0.5).mean(axis=0)",
    "variance": "return np.var(z) + np.std(X, axis=1) ",
    "norm": "return np.linalg.norm(z) + np.linalg.norm(X, axis=1)",
    # masks
    "mask": "dz = np.array(g, copy=True)\ndz[z <= 0] = 0\nreturn dz",
    "mask of a copy": "dz = g.copy()\ndz[z < 0] *= 0.01\nreturn dz",
    "mask of both": "dz = g*1\ndz[(z < 0) | (z > 1)] = 0\nreturn dz",
    "mask and": "dz = g.copy()\ndz[(z > 0) & (g > 0)] = 1\nreturn dz",
    "mask not": "dz = np.ones_like(z)\ndz[~(z > 0)] = -1\nreturn dz*g",
    "mask of a matrix": "m = X.copy()\nm[m < 0] = 0\nreturn m",
    "mask of rows": "m = X.copy()\nm[y > 0] = 0\nreturn m",
    "mask plus equals": "m = z.copy()\nm[m > 0] += b\nreturn m",
    "mask known": "keep = np.array([True, False, True])\nreturn z[keep].sum()",
    "mask in a branch": "dz = g.copy()\nif b > 0:\n    dz[z <= 0] = 0\nreturn dz",
    # types
    "astype float": "return (z > 0).astype(float)*g",
    "astype int": "return (z > 0).astype(int) - (g < 0).astype(np.int64)",
    "astype named": "return z.astype('float64') + np.array(g, dtype=np.float64)",
    "sum of a mask": "return (z > 0).sum()*b + np.sum(g > 0)",
    "mask times": "return (z > 0)*g + 1*(g > 0)",
    "float of": "return float(b) + float(z[0])",
    # dictionaries of names
    "a dictionary": "grads = {'dz': z*b, 'db': c}\nreturn grads['dz'] + grads['db']",
    "a dictionary filled": "cache = {}\ncache['A'] = np.tanh(z)\ncache['A'] = cache['A']*2\nreturn 1 - cache['A']**2",
    "a dictionary in a branch": "d = {'k': b}\nif c > 0:\n    d['k'] = 2*b\nreturn d['k']",
    # shapes
    "new axis": "return (z[:, None]*g[None, :]).sum(axis=1)",
    "newaxis": "return z[np.newaxis, :] + g[:, np.newaxis]",
    "ellipsis": "return X[..., 0]*y",
    "reshape": "col = z.reshape(-1, 1)\nreturn (W @ col).reshape(3)",
    "reshape tuple": "return np.reshape(X, (3, 2))[:, 1]",
    "transpose": "return X.T @ y + np.transpose(X) @ y",
    "outer": "return np.outer(y, z)*X",
    "outer of products": "return np.outer(X @ z, g)",
    "stack": "return np.concatenate([z, y]) if True else z",
    "vstack": "return np.vstack([z, g]) - X",
    "full": "return np.full(3, 2)*z + np.zeros(3) + np.full_like(z, 3) + np.eye(3) @ z",
    "fancy index": "return z[[2, 0, 1]] + g[::-1] + W[range(3), [0, 1, 2]] if True else z".replace("range(3)", "[0, 1, 2]"),
    "expand and squeeze": "return np.squeeze(np.expand_dims(z, 0)) + g.flatten() + np.ravel(z)",
    # names of operators
    "multiply": "return np.multiply(z, g) + np.multiply(X, 2).sum(axis=0)",
    "subtract": "return np.subtract(z, g)",
    "add": "return np.add(np.add(z, g), b)",
    "divide": "return np.divide(z, g*g + 1) + np.true_divide(1, 2)",
    "negative": "return np.negative(z)",
    "reciprocal": "return np.reciprocal(1.0 + z*z)",
    "power": "return np.power(z, 2) + np.square(g) + pow(b, 3)",
    "log1p": "return np.log1p(z*z)",
    "expm1": "return np.expm1(z)",
    "logaddexp": "return np.logaddexp(0, z) + np.logaddexp(z, g)",
    "clip": "return np.clip(z, -0.5, 0.5) + z.clip(0, 1)",
    "clip by name": "return np.clip(z, a_min=0, a_max=None)",
    "greater": "return np.greater(z, 0)*g + np.less_equal(z, g)*1",
    "logical": "return np.logical_and(z > 0, g > 0)*b + np.where(np.logical_not(z > 0), 1, 2)",
    "heaviside": "return np.heaviside(z, 0)*g + np.heaviside(b, 0.5)",
    "maximum": "return np.maximum(0, z) + np.minimum(z, g) + np.abs(z) + np.absolute(b) + np.sign(c)",
    "log2": "return np.log2(1 + z*z) + np.log10(2 + g*g) + np.hypot(z, g)",
    "where": "return np.where(z > 0, z, 0.01*z) + np.where(b > 0, 1, 0)",
    "dot": "return np.dot(X, z) + X.dot(z) + np.matmul(X, z) + X @ z",
    "dot of matrices": "return np.dot(X, W) + (X @ W.T)",
    "mean of a product": "return np.mean((X @ z - y)**2)",
}  # fmt: skip
PROGRAMS = {
    name: "import numpy as np\ndef f(X, W, z, g, y, b, c):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    for name, body in BODIES.items()
}


def points():
    rng = random.Random(3)
    for _ in range(6):
        yield {name: np.array([rng.uniform(-2, 2) for _ in range(math.prod(shape))]).reshape(shape) for name, shape in SHAPES.items()}  # fmt: skip


def named(point: dict) -> dict[str, float]:
    return {
        str(n): float(v)
        for name, value in point.items()
        for n, v in zip(leaves(ARGS[name]), np.ravel(value), strict=True)
    }


OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.MatMult: ast.Sub}  # fmt: skip
SIDES = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.Gt, ast.GtE: ast.Lt}


def gone_wrong(text: str) -> str:
    """Return a program with its last operator another one, and its last comparison turned round."""
    tree = ast.parse(text)
    operators = [n for n in ast.walk(tree) if isinstance(n, ast.BinOp) and type(n.op) in OTHER]
    comparisons = [n for n in ast.walk(tree) if isinstance(n, ast.Compare) and type(n.ops[0]) in SIDES]
    for node in operators[-1:]:
        node.op = OTHER[type(node.op)]()
    for node in comparisons[-1:]:
        node.ops[0] = SIDES[type(node.ops[0])]()
    return ast.unparse(tree)


@pytest.mark.parametrize(
    "name", [name for name, body in BODIES.items() if "while" not in body and "assert" not in body]
)
def test_an_idiom_gone_wrong_is_read_as_what_it_does(name) -> None:
    text = gone_wrong(PROGRAMS[name])
    try:
        agrees(text)
    except ReadError:
        with np.errstate(all="ignore"), pytest.raises((ValueError, IndexError, TypeError)):  # nor does Python run it
            run(text, next(points()))


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_reading_an_idiom_agrees_with_running_it(text) -> None:
    agrees(text)


def run(text: str, point: dict):
    known: dict = {}
    exec(text, known)  # our own text, in a test
    return known["f"](**{n: (v.copy() if v.ndim else np.float64(v)) for n, v in point.items()})


def agrees(text: str) -> None:
    """Assert that reading a program and running it give the same numbers, where they are finite."""
    value = read_code(text)("f", ARGS)
    for point in points():
        with np.errstate(all="ignore"):
            right = run(text, point)
        trees, at = leaves(value), named(point)
        graphs = [build(tree) for tree in trees]
        mine = [g.evaluate({n.name: at[n.name] for n in g.inputs}, "float")[g.out] for g in graphs]
        right = np.ravel(np.asarray(right, float))
        real = np.isfinite(right)
        assert len(mine) == len(right) and real.any()
        assert np.allclose(np.array(mine, float)[real], right[real], rtol=1e-12, atol=1e-12)


# ----- judged -----
RELU = {"source": "L = sum(relu(z)*g)", "wrt": "z", "shapes": {"z": 3, "g": 3}}
LEAST = {"source": "L = mean((X@w - y)**2)", "wrt": "w", "shapes": {"X": (4, 2), "w": 2, "y": 4}}
LINEAR = {"source": "J = sum((w@X + b - y)**2)/3", "wrt": "b", "shapes": {"X": (2, 3), "w": 2, "y": 3}}
SIGMOID = {"source": "s = sigmoid(w*x + b)", "wrt": "w"}
JUDGED = [
    (RELU, "def dz(z, g):\n    dz = np.array(g, copy=True)\n    dz[z <= 0] = 0\n    return dz", True),
    (RELU, "def dz(z, g):\n    dz = np.array(g, copy=True)\n    dz[z >= 0] = 0\n    return dz", False),
    (RELU, "def dz(z, g):\n    return g*(z > 0).astype(float)", True),
    (RELU, "def dz(z, g):\n    return g*(z > 1).astype(float)", False),
    (RELU, "def dz(z, g):\n    return np.multiply(g, np.heaviside(z, 0))", True),
    (RELU, "def dz(z, g):\n    return np.where(z > 0, z, 0)", False),
    (RELU, "def dz(z, g):\n    out = []\n    for zi, gi in zip(z, g):\n        out.append(gi if zi > 0 else 0)\n    return out", True),
    (RELU, "def dz(z, g):\n    out = []\n    for zi, gi in zip(z, g):\n        if zi > 0:\n            out.append(gi)\n        else:\n            out.append(0)\n    return np.array(out)", True),
    (RELU, "def dz(z, g):\n    g[z <= 0] = 0\n    return g", True),
    (RELU, "def dz(z, g):\n    return torch.where(z > 0, g, torch.zeros_like(g))", True),
    (LEAST, "def dw(X, w, y):\n    return 2*(X*(X @ w - y)[:, None]).mean(axis=0)", True),
    (LEAST, "def dw(X, w, y):\n    return 2*np.sum(X*(X @ w - y)[:, None], axis=0, keepdims=True)/len(y)", True),
    (LEAST, "def dw(X, w, y):\n    return 2*np.sum(X*(X @ w - y)[:, None], axis=0)", False),
    (LEAST, "def dw(X, w, y):\n    n = X.shape[0]\n    return 2/n*np.dot(X.T, np.subtract(X.dot(w), y))", True),
    (LEAST, "def dw(X, w, y):\n    e = torch.mv(X, w) - y\n    return 2*torch.matmul(X.t(), e)/y.size", True),
    (LEAST, "def dw(X, w, y):\n    grad = np.zeros_like(w)\n    i = 0\n    while i < len(y):\n        grad += 2*(X[i] @ w - y[i])*X[i]/len(y)\n        i += 1\n    return grad", True),
    (LEAST, "def dw(X, w, y):\n    grad = np.zeros_like(w)\n    i = 1\n    while i < len(y):\n        grad += 2*(X[i] @ w - y[i])*X[i]/len(y)\n        i += 1\n    return grad", False),
    (LINEAR, "def db(X, w, b, y):\n    return 2/3*np.sum(w @ X + b - y, axis=0, keepdims=True)", True),
    (LINEAR, "def db(X, w, b, y):\n    return (w @ X + b - y).mean()", False),
    (SIGMOID, "def dw(w, x, b):\n    def sig(t):\n        return 1/(1 + np.exp(-t))\n    s = sig(w*x + b)\n    return s*(1 - s)*x", True),
    (SIGMOID, "dw = lambda w, x, b: x*torch.sigmoid(w*x + b)*(1 - torch.sigmoid(w*x + b))", True),
    (SIGMOID, "def dw(w, x, b):\n    s = np.reciprocal(1 + np.exp(-(w*x + b)))\n    print(s)\n    assert s > 0\n    return s*(1 + s)*x", False),
    ({"source": "log(1 + exp(w))", "wrt": "w"}, "def dw(w):\n    return np.exp(w - np.logaddexp(0, w))", True),
    ({"source": "log(1 + exp(w))", "wrt": "w"}, "def dw(w):\n    return np.exp(-np.log1p(np.exp(w)))", False),
    ({"source": "max(0, min(w, 1))", "wrt": "w"}, "def dw(w):\n    return 1.0*(np.clip(w, 0, 1) == w)", True),
    ({"source": "(w*x - y)**2", "wrt": ["w", "x"]}, "def grad(w, x, y):\n    e = w*x - y\n    return np.array([2*e*x, 2*e*w])", True),
]  # fmt: skip


@pytest.mark.parametrize(("problem", "code", "correct"), JUDGED, ids=range(len(JUDGED)))
def test_a_hand_in_is_judged_by_what_it_returns(problem, code, correct) -> None:
    more = {k: v for k, v in problem.items() if k != "source"}
    grade = gt.grade(problem["source"], {"code": code}, **more)
    assert grade.correct is correct, grade.message


# ----- None -----
@pytest.mark.parametrize(("code", "line"), [
    ("def dw(w, x):\n    if w*x > 0:\n        return x", 2), ("def dw(w, x):\n    d = None\n    if w*x > 0:\n        d = x\n    return d", 3),
    ("def dw(w, x):\n    if w*x > 0:\n        return x\n    elif w*x < -1:\n        return 0", 4), ("def dw(w, x):\n    g = x if w*x > 0 else 0", 1),
    ("def dw(w, x):\n    def h(t):\n        if t > 0:\n            return 1\n    return x*h(w*x) if w*x > -3 else 0", 3), ("def dw(w, x):\n    return", 2), ("def dw(w, x):\n    return None", 1),
    ("def dw(w, x):\n    if w*x > 0:\n        return x\n    return None", None),
])  # fmt: skip
def test_a_function_that_returns_none_is_wrong_and_says_after_which_line(code, line) -> None:
    grade = gt.grade("max(0, w*x)", {"code": code}, wrt="w")
    assert grade.correct is False and grade.invalid is None
    assert line is None or f"ine {line}" in grade.message


def test_none_that_no_numbers_lead_to_is_no_fault() -> None:
    code = "def dw(w, x):\n    if w*x > 0:\n        return x\n    if w*x <= 0:\n        return 0"
    assert gt.grade("max(0, w*x)", {"code": code}, wrt="w").correct is True


# ----- the learner's own line -----
@pytest.mark.parametrize(("code", "line"), [
    ("def dw(w, x, y):\n    e = w*x - y\n    return 2*e", "line 3: return 2*e"),
    ("def dw(w, x, y):\n    if w*x - y > 0:\n        return 2*x*(w*x - y)\n    return -2*x*(w*x - y)", "line 4: return -2*x*(w*x - y)"),
    ("def dw(w, x, y):\n    if w*x - y > 0:\n        return x\n    else:\n        return 2*x*(w*x - y)", "line 3: return x"),
    ("import numpy as np\n\ndw = lambda w, x, y: 2*(w*x - y)", "line 3: dw = lambda w, x, y: 2*(w*x - y)"),
    ("def dw(w, x, y):\n    e = w*x - y\n    d = e*x\n    return d", "line 3: d = e*x"),
    ("def dw(w, x, y):\n    d = 0\n    if w > 0:\n        d = x\n    return d", "line 5: return d"),
    ("def h(t):\n    return t\n\ndef dw(w, x, y):\n    return h(x)*(w*x - y)", "line 5: return h(x)*(w*x - y)"),
])  # fmt: skip
def test_the_verdict_names_the_learners_own_line(code, line) -> None:
    grade = gt.grade("(w*x - y)**2", {"code": code, "function": "dw"}, wrt="w")
    assert grade.correct is False and grade.message.endswith(f"In your code, {line}")
    assert [one.text for one in grade.lines] == [line.split(": ", 1)[1]]


def test_a_condition_on_an_entry_still_names_every_line_that_may_be_wrong() -> None:
    code = "def dw(X, w, y):\n    if X[0, 0] > 1:\n        return X.T @ (X @ w)\n    return X.T @ y"
    grade = gt.grade(LEAST["source"], {"code": code}, wrt="w", shapes=LEAST["shapes"])
    assert grade.correct is False and "line 3: return X.T @ (X @ w); line 4: return X.T @ y" in grade.message


# ----- shapes -----
@pytest.mark.parametrize(("returns", "said"), [
    ("[[1, 2], [3, 4]]", "a 2×2 matrix"), ("X", "a 4×2 matrix"), ("1", "one number"), ("np.outer(w, w)", "a 2×2 matrix"), ("np.zeros(3)", "3 numbers"),
    ("1/4*X*(X @ w - y)[:, None]", "a 4×2 matrix"), ("[w[0], w[1], 0]", "3 numbers"),
])  # fmt: skip
def test_another_shape_than_the_gradients_is_wrong_and_both_are_said(returns, said) -> None:
    grade = gt.grade("L = mean((X@w - y)**2)", {"code": f"def dw(X, w, y):\n    return {returns}"}, wrt="w", shapes=LEAST["shapes"])  # fmt: skip
    assert grade.correct is False
    assert f"returns {said}; the gradient for w is 2 numbers" in grade.message


def test_several_gradients_of_several_shapes_are_judged_each() -> None:
    code = "def grads(X, w, b, y):\n    e = X @ w + b - y\n    return X.T @ e, {}"
    shapes = {"X": (3, 2), "w": 2, "y": 3}
    source = "L = sum((X@w + b - y)**2)/2"
    assert gt.grade(source, {"code": code.format("e.sum()")}, wrt=["w", "b"], shapes=shapes).correct is True
    grade = gt.grade(source, {"code": code.format("e.mean()")}, wrt=["w", "b"], shapes=shapes)
    assert grade.correct is False and grade.message.startswith("b is not right.")


@pytest.mark.parametrize(("returns", "correct"), [
    ("{'dw': X.T @ e, 'db': e.sum()}", True), ("{'db': np.sum(e), 'dw': np.dot(X.T, e)}", True), ("{'dw': X.T @ e, 'db': 2*e.sum()}", False), ("{'dL_dw': X.T @ e, 'dL_db': e.sum()}", True), ("{'dw': e, 'db': e.sum()}", False),
])  # fmt: skip
def test_gradients_in_a_dictionary_are_judged_by_their_names(returns, correct) -> None:
    code = f"def propagate(X, w, b, y):\n    e = X @ w + b - y\n    grads = {returns}\n    return grads"
    grade = gt.grade(
        "L = sum((X@w + b - y)**2)/2", {"code": code}, wrt=["w", "b"], shapes={"X": (3, 2), "w": 2, "y": 3}
    )
    assert grade.correct is correct


def test_an_array_that_only_one_side_of_an_if_returns_is_wrong() -> None:
    code = "def dz(z, g):\n    if z[0] > 0:\n        return g*(z > 0)"
    grade = gt.grade(RELU["source"], {"code": code}, wrt="z", shapes=RELU["shapes"])
    assert grade.correct is False and "Python returns None after line 2: if z[0] > 0:" in grade.message


# ----- what stays refused, and what is never misread -----
ODD = [  # calls that mean nothing: each is refused in words, none falls
    "np.diag(z, 10**6)", "np.diagonal(X, 10**99)", "np.linalg.norm(z, g)", "np.log1p(None)", "float.tolist()", "np.arange(None)", "z.reshape(10**9)", "np.sum(X, axis=z)", "np.sum(X, axis=(0, 0))", "np.concatenate(z, X)",
    "np.concatenate([z, X])", "np.where(z > 0)", "np.exp(np.exp)", "z[None, None, None, None, None]", "z['a']", "z[1.5]", "z[True]", "{}['a']", "[].append(1)[0]", "np.clip(z)[z]", "map(z, z)", "sum(b)", "(lambda: b)(1)", "X @ None", "~z", "np.outer(b, z)",
    "np.array([[1], [2, 3]])", "max()", "len(b)", "np.max([])", "np.mean([])", "z.mean(axis='x')", "np.full(z, 1)", "np.eye(10**6)", "np.zeros((-1, 2))", "np.transpose(X, z)", "(z > 0)[z > 0]", "z(1)", "np(z)", "np.linalg", "b.c.d", "[q for q in b]", "z if None + 1 else g",
]  # fmt: skip


@pytest.mark.parametrize("call", ODD)
def test_a_call_that_means_nothing_is_refused_in_words(call) -> None:
    text = f"def f(X, W, z, g, y, b, c):\n    v = {call}\n    return v[0] + z"
    with pytest.raises(LearnerError):
        read_code(text)("f", ARGS)


@pytest.mark.parametrize(("body", "message"), [
    ("s = z\nwhile b > 0:\n    s = s*2\nreturn s", "'while' is not read where the numbers decide how often"),
    ("while True:\n    pass", "more than 20000 steps"),
    ("return z[z > 0]", "how many entries this mask takes depends on the numbers"),
    ("return z[X > 0]", "how many entries this mask takes depends on the numbers"),
    ("return z.astype(int)", "int of a number that is not known here"),
    ("return np.sum(X, axis=2)", r"no axis 2"),
    ("return X + y", "shapes \\(2, 3\\) and \\(2,\\) do not fit"),
    ("return z.reshape(2, 2)", "does not fit an array of shape \\(3,\\)"),
    ("z.sort()\nreturn z", "a call of sort whose result is not used"),
    ("return np.random.rand(3)", "this call is not read"),
    ("assert z.shape == (2,)\nreturn z", "this assert does not hold"),
    ("d = [b]\nh = d\nif c > 0:\n    h = [c]\nd[0] = 7\nreturn h[0]", "one of two lists"),
    ("return max(z, 0)", "max of Python does not go over the entries of an array; use np.maximum"),
    ("return math.exp(z)", "math.exp takes numbers, met a list"),
    ("return np.zeros((1000, 1000, 1000))", "up to 1000 entries are followed"),
    ("return np.tile(z, 10**9)", "'tile' is not read"), ("return np.broadcast_to(z, (10**9, 3))", "20000 steps"),
    ("return np.sum(z, where=z > 0)", "'where=' is not read here"),
    ("return torch.load('x')", "'load' is not read"),
    ("return z.__class__()", "this call is not read"),
    ("return (lambda: open('gt_canary'))()", "'open' is not read"),
])  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_line(body, message) -> None:
    text = "def f(X, W, z, g, y, b, c):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    with pytest.raises(ReadError, match=message) as caught:
        read_code(text)("f", ARGS)
    assert caught.value.line > 1


def test_a_function_that_is_no_name_is_refused() -> None:
    found = gt.grade_many([{"expression": "x**2", "wrt": "x", "answer": {"code": "def f(x):\n    return 2*x", "function": ["f"]}}])  # fmt: skip
    assert found[0]["correct"] is None and "function is a list; expected the name of one" in found[0]["message"]


def test_the_style_of_an_answer_prints_no_warning() -> None:
    code = r"def d(x):\n    '''\d'''\n    return 1if x>0else 0"
    text = f'import graphtutor as gt; print(gt.grade("max(0, x)", {{"code": "{code}"}}, wrt="x").correct)'
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("True", "")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert gt.grade("max(0, x)", {"code": "def d(x):\n    return 1if x>0else 0"}, wrt="x").correct is True
