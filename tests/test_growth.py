"""Work grows with the length of what is asked, counted in calls of functions and never in seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
from sympy.core.cache import clear_cache

import graphtutor as gt
from graphtutor.expr.tracer import Builder
from graphtutor.front.api import dressed
from graphtutor.ops.heads import unevaluated

A_LITTLE_MORE = 1.35  # than the lengths' ratio: what sorts takes n log n


def calls(run: Callable[[], Any]) -> int:
    """Return how many Python functions a run calls, SymPy's cache cold."""
    clear_cache()
    count = 0

    def seen(frame: Any, event: str, arg: Any) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        run()
    finally:
        sys.setprofile(before)
    return count


def chain(layers: int, shared: bool = False) -> gt.Graph:
    b = Builder()
    x = b.input("x")
    for k in range(layers):
        w, c = (b.input("w"), b.input("b")) if shared else (b.input(f"w{k}"), b.input(f"b{k}"))
        x = b.add("sigmoid", (b.add("add", (b.add("mul", (w, x)), c)),))
    return dressed(b.graph(x))


def squared_error(features: int) -> gt.Graph:
    b = Builder()
    total = b.input("b")
    for k in range(features):
        total = b.add("add", (total, b.add("mul", (b.input(f"w{k}"), b.input(f"x{k}")))))
    return dressed(b.graph(b.add("power", (b.add("sub", (total, b.input("y"))),), (2,))))


def alternating(terms: int) -> gt.Graph:
    b = Builder()
    total = b.input("w0")
    for k in range(1, terms):
        total = b.add("sub" if k % 2 else "add", (total, b.add("tanh", (b.input(f"w{k}"),))))
    return dressed(b.graph(b.add("mul", (b.add("exp", (total,)), b.input("c")))))


def squares(times: int) -> gt.Graph:
    b = Builder()
    x = b.add("add", (b.input("x"), b.input("y")))
    for _ in range(times):
        x = b.add("add", (b.add("mul", (x, x)), b.input("c")))
    return dressed(b.graph(x))


def nested(layers: int) -> sp.Basic:
    tree: sp.Basic = sp.Symbol("x")
    for k in range(layers):
        tree = unevaluated(sp.sin, unevaluated(sp.Mul, sp.Symbol(f"w{k}"), tree))
        tree.is_commutative, hash(tree)
    return tree


def summed(terms: int) -> str:
    return " + ".join(f"w{k}*sin(x{k})" for k in range(terms))


GROWING: dict[str, tuple[Callable[[int], Any], Callable[[Any], Any], int]] = {
    "one gradient of a chain": (chain, lambda g: g.gradient("w0"), 40),
    "one gradient of a chain that shares its weight": (lambda n: chain(n, True), lambda g: g.gradient("w"), 40),
    "one gradient of many features": (squared_error, lambda g: g.gradient("w0"), 60),
    "one gradient of sums and differences": (alternating, lambda g: g.gradient("w3"), 60),
    "one gradient of squares of squares": (squares, lambda g: g.gradient("x"), 40),
    "the derivation of a chain": (nested, lambda tree: gt.derive(tree, "x"), 25),
    "the derivation of a sum": (summed, lambda text: gt.derive(text, "w0"), 25),
    "reading a program": (lambda n: "\n".join(["h0 = x", *(f"h{k + 1} = tanh(w{k}*h{k} + b{k})" for k in range(n))]), gt.graph, 40),
    "steps to a variable that is met many times": (
        lambda n: gt.graph(" + ".join(["x"] * n)).trace(at={"x": 0.5}), lambda t: [s.sentence for s in t.steps], 60),
    "reading a sum": (summed, gt.graph, 80),
}  # fmt: skip


@pytest.mark.parametrize("what", GROWING)
def test_four_times_as_much_takes_little_more_than_four_times_the_calls(what: str) -> None:
    make, ask, size = GROWING[what]
    small, large = make(size), make(4 * size)
    ask(make(5))  # what is imported at the first call
    assert calls(lambda: ask(large)) <= 4 * A_LITTLE_MORE * calls(lambda: ask(small))


def test_a_sentence_tells_the_ends_of_a_long_sum() -> None:
    t = gt.graph(" + ".join(f"c{k}*x" for k in range(50))).trace(at={"x": 3.0} | {f"c{k}": 2.0 for k in range(50)})
    sums = [s.sentence for s in t.steps if "paths)" in s.sentence]
    assert "= 2 + ? + … + ? (1 of 50 paths)" in sums[0]
    assert "= 2 + 2 + 2 + … + 2 + 2 + 2 = 100 (50 of 50 paths)" in sums[-1]


def test_a_product_is_derived_in_the_square_of_its_factors_as_its_answer_is_long() -> None:
    def derived(factors: int) -> int:
        return calls(lambda: gt.derive("*".join(f"(x - {i + 1})" for i in range(factors)), "x"))

    derived(5)
    assert derived(40) <= 16 * A_LITTLE_MORE * derived(10)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("a*x + b*x - a*x + a*x", "b + a"),  # what was cancelled and comes again stands where it came again
        ("0*a*x + c*x + a*x - c*x", "a"),
        ("2*x - 3*x + x + y*x", "y"),
        ("x**3 - x**3 + x + x**3", "1 + 3*x**2"),
        ("a*x + 3*x - 3*x + 2*x", "a + 2"),
    ],
)
def test_terms_of_a_sum_keep_their_places_when_some_cancel(text: str, last: str) -> None:
    assert gt.derive(text, "x").lines[-1].text == last


def test_the_gradient_of_a_thousand_layers_has_its_value() -> None:
    # neither SymPy's printer nor its evalf goes so deep: worked out from the leaves up, each part once
    g = chain(1000, True)
    point = {"x": 0.3, "w": 2.0, "b": 0.1}
    values: dict[int, float] = {}
    for part in in_order(g.gradient("w")):
        values[id(part)] = value(part, [values[id(a)] for a in part.args], point)
    assert values[id(part)] == pytest.approx(g.function()(point)[1]["w"], rel=1e-9)


def in_order(tree: sp.Basic) -> list[sp.Basic]:
    found: dict[int, sp.Basic] = {}
    todo = [(tree, False)]
    while todo:
        top, ready = todo.pop()
        if ready:
            found.setdefault(id(top), top)
        elif id(top) not in found:
            todo.append((top, True))
            todo.extend((a, False) for a in top.args)
    return list(found.values())


def value(part: sp.Basic, args: list[float], point: dict[str, float]) -> float:
    if isinstance(part, sp.Symbol):
        return point[part.name]
    return float(part) if not part.args else float(part.func(*map(sp.Float, args)))


@pytest.mark.parametrize("make", [chain, squared_error, alternating, squares])
def test_a_gradient_written_out_is_the_one_sympy_finds(make: Callable[[int], gt.Graph]) -> None:
    g = make(3)
    for node in g.inputs:
        assert sp.simplify(g.gradient(node.name) - sp.diff(g.expression(), sp.Symbol(node.name))) == 0


def test_shared_parts_are_derived_along_the_graph_and_written_as_far_as_somebody_reads() -> None:
    text = "\n".join(["h0 = x", *(f"h{k + 1} = h{k}*h{k}" for k in range(60))])
    with pytest.raises(gt.LearnerError, match="along the graph"):
        gt.derive(text, "x")
    found = gt.derive(text, "x", along="graph")
    assert len(found.lines) == 122
    assert max(map(len, str(found).splitlines())) < 3_000
    assert max(len(line.text) for line in found.lines) < 500_000
    assert "…" in str(found)
