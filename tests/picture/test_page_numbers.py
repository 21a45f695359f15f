"""What a page works out after an input has changed is what the trace works out there: to 1e-12, on every operation, kinks included."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from graphtutor.front.api import graph as make
from graphtutor.ops.table import ROWS, TABLE
from graphtutor.picture.steps.page import component, data
from graphtutor.picture.steps.save import Painter

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
A, X, Y = [[1, 2, 0.5], [0.3, -1, 2], [0, 1, 1]], [1, -3, 2.5, 0.7], [4, 0.5, -6, 1]
A2, X2 = [[2, -2, 0.5], [0.3, 1, 2], [1.5, 1, -1]], [2, 2, -1, 2]
ONE = {"a": 1, "b": 0.7}

# (program, shapes, where the page starts, where it goes)
PROGRAMS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("f = w0*x0 + w1*x1 + b; L = (f - y)**2", {}, {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}, {"w0": 1.5, "w1": 2, "x0": -2, "x1": 3, "b": 0, "y": 1e-9}),
    ("L = max(0, 1 - y*(w*x + b))", {}, {"y": 1, "w": 0.3, "x": 1, "b": 0}, {"y": 1, "w": 1, "x": 1, "b": 0}),
    ("L = max(a, b, a*b) + min(a, b, 0)", {}, ONE, {"a": 1, "b": 1}),
    ("L = abs(a - b) + abs(a)**3", {}, ONE, {"a": -2, "b": -2}),
    ("L = relu(a) - relu(-a)*b", {}, ONE, {"a": 0, "b": 3}),
    ("L = leaky_relu(a) + elu(b) + leaky_relu(-b)", {}, ONE, {"a": -3, "b": -0.5}),
    ("L = sign(a)*a + step(b)*b", {}, ONE, {"a": -1, "b": 0}),
    ("L = huber(a) + huber(3*b)", {}, ONE, {"a": -1, "b": 0.01}),
    ("L = hardtanh(a)*b + hardtanh(3*b)", {}, ONE, {"a": -4, "b": 0.2}),
    ("L = floor(a)*b + ceil(a*b) + round(2.5*a)*a", {}, {"a": 1.2, "b": 0.7}, {"a": -1.4, "b": 0.9}),
    ("L = mod(a, b) + mod(-a, b)*a", {}, ONE, {"a": -5.5, "b": 2}),
    ("L = where(a > 0 and b > 0, a*b, a) + where(not (a < 1), a**3, b)", {}, ONE, {"a": -1, "b": 2}),
    ("L = where(a == 1 or b != 2, sin(a)/b, 1) + where(a >= b, a, 2*b) + where(a <= b, 3*a, b)", {}, ONE, {"a": 2, "b": 2}),
    ("L = indicator(a > b)*a + where(a == 0, 1, sin(a)/a)", {}, ONE, {"a": 0.3, "b": 2}),
    ("L = sqrt(a) + sqrt(a**2 + b**2)", {}, ONE, {"a": 4, "b": 0}),
    ("L = hypot(a, b)*atan2(a, b)", {}, ONE, {"a": -3, "b": 4}),
    ("L = cbrt(a) + a**(1/3) + pow(a, b)", {}, ONE, {"a": 27, "b": -1.5}),
    ("L = 1/a - b/a**2 + a**-3 + a**7", {}, ONE, {"a": -0.2, "b": 3}),
    ("L = exp(a) + log(b) + log1p(b) + expm1(a)", {}, ONE, {"a": 1e-8, "b": 1e-9}),
    ("L = sin(a) + cos(b) + tan(a*b)", {}, ONE, {"a": 20, "b": -3}),
    ("L = asin(b) + acos(b) + atan(a)", {}, ONE, {"a": -9, "b": -0.99}),
    ("L = sinh(a) + cosh(b) + tanh(a*b)", {}, ONE, {"a": -6, "b": 7}),
    ("L = asinh(a) + acosh(2*a) + atanh(b)", {}, ONE, {"a": 12, "b": -0.9}),
    ("L = erf(a) + erfc(b) + erf(0.001*a)", {}, ONE, {"a": -3.1, "b": 5.5}),
    ("L = sigmoid(a) + softplus(b)", {}, ONE, {"a": -40, "b": 45}),
    ("L = softplus(a) + sigmoid(b)", {}, ONE, {"a": -30, "b": 33}),
    ("L = gelu(a) + silu(b) + mish(a*b)", {}, ONE, {"a": -2, "b": -5}),
    ("L = logaddexp(a, b) + logaddexp(-a, 3)", {}, ONE, {"a": -700, "b": 800}),
    ("L = hinge(a, b) + mse(a, b)", {}, ONE, {"a": -2, "b": 1}),
    ("L = -log(softmax(W@x + b)[1])", {"W": (3, 2), "x": 2, "b": 3}, {"W": [[-0.5, 0.75], [0.1, -0.12], [0.05, 0.05]], "x": [2, -1], "b": [-0.1, 0.1, 0.1]},
     {"W": [[-5, 7], [1, -1], [0, 3]], "x": [1, 1], "b": [0, 0, 2]}),
    ("L = cross_entropy(W@x, y)", {"W": (3, 2), "x": 2, "y": 3}, {"W": [[-0.5, 0.75], [0.1, -0.12], [0.05, 0.05]], "x": [2, -1], "y": [0, 1, 0]},
     {"W": [[-500, 0.75], [0.1, -0.12], [500, 0.05]], "x": [2, -1], "y": [0, 0, 1]}),
    ("L = sum(logsumexp(A, axis=1)) + logsumexp(A)", {"A": (2, 3)}, {"A": [[1, 2, 3], [3, -4, 5]]}, {"A": [[1, 2, 800], [3, -4, 5]]}),
    ("L = det(A) + trace(inv(A)) + norm(solve(A, x))", {"A": (3, 3), "x": 3}, {"A": A, "x": [1, 2, -1]}, {"A": A2, "x": [0, 1, 2]}),
    ("L = max(x)*3 + min(x)*std(x) + var(x)", {"x": 4}, {"x": X}, {"x": X2}),
    ("L = prod(x) + mean(x)*sum(x) + norm(x)", {"x": 4}, {"x": X}, {"x": [0, 1, 2, 3]}),
    ("L = where(argmax(x) == 1, a, 2*a) + where(argmin(x) == 2, a, -a)", {"x": 4}, {"x": X, "a": 2}, {"x": X2, "a": -1}),
    ("L = sum(cumsum(x)*y) + dot(x, y) + sum(outer(x, y))", {"x": 4, "y": 4}, {"x": X, "y": Y}, {"x": X2, "y": X}),
    ("L = sum(layer_norm(A)**3) + sum(batch_norm(A)*A)", {"A": (3, 3)}, {"A": A}, {"A": A2}),
    ("L = sum(concatenate(x, y)*reshape(B, 8)) + sum(diag(x)) + sum(B.T)", {"x": 4, "y": 4, "B": (2, 4)}, {"x": X, "y": Y, "B": [X, Y]}, {"x": X2, "y": X, "B": [Y, X2]}),
    ("L = sum([x[0], y[1], 2]*x[1:4]) + sum(A + c)", {"x": 4, "y": 4, "A": (3, 3)}, {"x": X, "y": Y, "A": A, "c": 1}, {"x": X2, "y": X, "A": A2, "c": -2}),
    ("s = softmax(Q@K.T); L = sum(s@V)", {"Q": (2, 3), "K": (2, 3), "V": (2, 2)}, {"Q": A[:2], "K": A2[:2], "V": [[1, 2], [3, 4]]}, {"Q": A2[1:], "K": A[:2], "V": [[0, 2], [-3, 4]]}),
]  # fmt: skip
# made of others when a graph is built, without values of their own, or for the diagnosis alone
NO_NODE = {row.name for row in TABLE if row.group or row.abstract} | (set(ROWS) - {row.name for row in TABLE})


@pytest.fixture(scope="module")
def tab() -> Iterator[Any]:
    sync = pytest.importorskip("playwright.sync_api")
    with sync.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(offline=True).new_page()
        page.set_content("<!DOCTYPE html><html lang='en'><title>t</title><body><div id='g'></div></body></html>")
        page.add_script_tag(content=component() + ";window.tutor = graphtutor;")
        yield page
        browser.close()


GOES = """([told, to]) => {
  const root = document.getElementById("g"), shown = tutor(root, told, {id: "t"});
  for (const key in to) shown.set(key, to[key]);
  const found = told.nodes.map(n => [n.i, shown.number(n.i), n.g == null ? null : shown.slope(n.i)].map(x => Array.isArray(x) ? x.map(String) : x));
  shown.destroy();
  return found;
}"""


@pytest.mark.browser
@pytest.mark.parametrize(("text", "shapes", "start", "to"), PROGRAMS, ids=[p[0][:40] for p in PROGRAMS])
def test_what_the_page_works_out_is_what_the_trace_does(tab: Any, text: str, shapes: Any, start: Any, to: Any) -> None:
    graph = make(text, shapes=shapes)
    told = Painter(graph.trace(start), size="graph").told()
    there = graph.trace(to)
    for i, value, slope in tab.evaluate(GOES, [told, to]):
        for got, want in ((value, i), (slope, there.derived.get(i))):
            if got is not None and want is not None:
                numbers = np.array([float(x.replace("Infinity", "inf")) for x in got])
                np.testing.assert_allclose(
                    numbers, np.ravel(there.number(want)), rtol=1e-12, atol=1e-12, err_msg=graph.text(i)
                )


def test_the_programs_reach_every_row_that_can_be_a_node() -> None:
    met = {cell[0] for text, shapes, start, _ in PROGRAMS for cell in make(text, shapes=shapes).trace(start).walk.cells}
    assert set(ROWS) - met - NO_NODE <= {"block", "kept", "hole", "tip", "spread", "sum_to", "place"}


@pytest.mark.browser
def test_a_closed_group_is_worked_out_too(tab: Any) -> None:
    graph = make("s = w*x + b; p = sigmoid(s)*s; L = (p - y)**2").collapsed("p")
    at, to = {"w": 1, "x": 2, "b": 0.5, "y": 1}, {"w": -1, "x": 0.3, "b": 0.5, "y": 2}
    told = Painter(graph.trace(at), size="graph").told()
    there = graph.trace(to)
    for i, _, slope in tab.evaluate(GOES, [told, to]):
        if slope is not None:
            assert float(slope[0]) == pytest.approx(there.number(there.derived[i]), rel=1e-12)


def test_an_operation_is_told_once_and_only_numbers_and_signs_are_sent() -> None:
    told = Painter(make("L = tanh(w*x) + tanh(w*x)*softplus(x)").trace({"w": 1, "x": 2})).told()
    assert [line for line in told["code"] if isinstance(line, list) and line[0] == "tanh"].__len__() == 1
    assert data(told["code"]).count('"') < 200
