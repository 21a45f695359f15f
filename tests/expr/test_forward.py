"""Forward mode, Jacobians, Hessians and seeds: against SymPy on explicit entries, and against reverse mode's meaning."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp

import graphtutor as gt
from graphtutor.expr.forward import forward
from graphtutor.ops.table import TABLE

SCALAR = [
    "w*x + b",
    "(w*x - y)**2",
    "sin(w)*exp(x*w)/(1 + w**2)",
    "log(1 + exp(-(w*x + b)))",
    "tanh(w*tanh(x*w))",
    "x**w",
    "sqrt(w**2 + x**2)",
    "sigmoid(w)*softplus(x)",
    "atan(w/x) - b**3",
]


def numbers(names: set[str], seed: int) -> dict[str, float]:
    draw = np.random.default_rng(seed)
    return {name: float(v) for name, v in zip(sorted(names), draw.uniform(0.3, 1.7, len(names)), strict=True)}


@pytest.mark.parametrize("text", SCALAR)
def test_a_tangent_is_sympys_directional_derivative(text: str) -> None:
    graph = gt.graph(text)
    names = {n.name for n in graph.inputs}
    at, along = numbers(names, 1), numbers(names, 2)
    e = graph.expression()
    truth = sum(sp.diff(e, sp.Symbol(n)) * along[n] for n in names).subs(at)
    assert graph.trace(at=at, seed=along, mode="forward").derivative == pytest.approx(float(truth), rel=1e-12)


@pytest.mark.parametrize("text", SCALAR)
def test_a_hessian_is_sympys(text: str) -> None:
    graph = gt.graph(text)
    names = sorted(n.name for n in graph.inputs)
    at = numbers(set(names), 3)
    truth = np.array(sp.hessian(graph.expression(), sp.symbols(names)).subs(at), dtype=float)
    ours = graph.hessian(wrt=names).evaluate(at, "float")[graph.hessian(wrt=names).out]
    np.testing.assert_allclose(np.reshape(ours, truth.shape), truth, rtol=1e-10, atol=1e-12)


SHAPED: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "affine": ("y = W@x + b", {"W": (2, 3), "x": 3, "b": 2}, "y", "x"),
    "affine by the matrix": ("y = W@x + b", {"W": (2, 3), "x": 3, "b": 2}, "y", "W"),
    "softmax": ("y = softmax(z)", {"z": 4}, "y", "z"),
    "log softmax": ("y = log_softmax(z)", {"z": 3}, "y", "z"),
    "layer": ("h = tanh(W@x); y = h/norm(h)", {"W": (3, 2), "x": 2}, "y", "x"),
    "outer": ("y = outer(u, v)", {"u": 2, "v": 3}, "y", "u"),
    "gram": ("y = X.T@X", {"X": (3, 2)}, "y", "X"),
    "mean of squares": ("y = mean(x**2)", {"x": 3}, "y", "x"),
    "log sum exp": ("y = logsumexp(z) + dot(z, z)", {"z": 3}, "y", "z"),
    "gated": ("y = relu(x)*max(x, 1/2)", {"x": 3}, "y", "x"),
    "entries": ("y = concatenate(x[1:], x[:1]**2)", {"x": 3}, "y", "x"),
}


def explicit(graph: Any, of: str, wrt: str) -> tuple[Any, list[sp.Symbol]]:
    """Return the entries of `of` as SymPy expressions, and the symbols of the entries of `wrt`."""
    value = graph.expression(graph.ids[of])
    rows = (
        sp.Matrix([value])
        if not hasattr(value, "shape")
        else sp.Matrix(np.reshape(np.array(value.tolist(), dtype=object), -1))
    )
    entries = graph.entries[wrt]
    return rows, list(np.reshape(np.array(entries, dtype=object), -1))


def points(shapes: dict[str, Any], seed: int) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    return {name: draw.uniform(-1, 1, shape) for name, shape in shapes.items()}


def filled(graph: Any, at: dict[str, Any]) -> dict[sp.Symbol, float]:
    entries = graph.entries
    return {
        s: v
        for name in at
        for s, v in zip(np.reshape(np.array(entries[name], dtype=object), -1), np.reshape(at[name], -1), strict=True)
    }


@pytest.mark.parametrize("name", SHAPED)
def test_a_jacobian_is_sympys_of_explicit_entries(name: str) -> None:
    text, shapes, of, wrt = SHAPED[name]
    graph = gt.graph(text, shapes=shapes)
    at = points(shapes, 5)
    rows, entries = explicit(graph, of, wrt)
    truth = rows.jacobian(entries).subs(filled(graph, at)).evalf()
    found = graph.jacobian(of, wrt=wrt)
    ours = found.evaluate(at, "float")[found.out]
    assert np.shape(ours) == (*graph.shapes[graph.ids[of]], *graph.shapes[graph.ids[wrt]])
    np.testing.assert_allclose(np.reshape(ours, truth.shape), np.array(truth, dtype=float), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", SHAPED)
def test_a_seed_gives_seed_times_jacobian_and_a_direction_jacobian_times_direction(name: str) -> None:
    text, shapes, of, wrt = SHAPED[name]
    graph = gt.graph(text, shapes=shapes)
    at, draw = points(shapes, 6), np.random.default_rng(7)
    found = graph.jacobian(of, wrt=wrt)
    jacobian = np.reshape(found.evaluate(at, "float")[found.out], (max(1, int(np.prod(graph.shapes[graph.out]))), -1))
    seed = draw.normal(size=graph.shapes[graph.out])
    back = graph.trace(at=at, seed=seed)
    np.testing.assert_allclose(
        np.reshape(back.gradients[wrt], -1), np.reshape(seed, -1) @ jacobian, rtol=1e-9, atol=1e-12
    )
    direction = draw.normal(size=graph.shapes[graph.ids[wrt]])
    ahead = graph.trace(at=at, seed={wrt: direction}, mode="forward")
    np.testing.assert_allclose(
        np.reshape(ahead.derivative, -1), jacobian @ np.reshape(direction, -1), rtol=1e-9, atol=1e-12
    )


def test_a_hessian_times_a_vector_is_forward_over_reverse() -> None:
    graph = gt.graph("L = sum(softplus(W@x))**2", shapes={"W": (2, 3), "x": 3})
    at = points({"W": (2, 3), "x": 3}, 8)
    v = np.array([0.5, -1.0, 2.0])
    full = graph.hessian(wrt="x")
    product = graph.hessian_vector("x", v)
    np.testing.assert_allclose(
        product.evaluate(at, "float")[product.out], full.evaluate(at, "float")[full.out] @ v, rtol=1e-10
    )
    named = graph.hessian_vector("x", "v")
    assert "v" in {n.name for n in named.inputs}
    np.testing.assert_allclose(
        named.evaluate({**at, "v": v}, "float")[named.out], full.evaluate(at, "float")[full.out] @ v, rtol=1e-10
    )


def test_every_row_with_a_gradient_has_a_forward_rule() -> None:
    # a row that goes back by its pull alone has to say how it goes forward: joint, linear or push; a closed group is opened first
    without = [r.name for r in TABLE if r.name != "block" and r.pull is not None and r.differentiable and not r.group
               and not (r.joint or r.linear or r.push is not None or (r.local is not None and r.entrywise))]  # fmt: skip
    assert without == []


def test_a_branch_not_taken_has_no_tangent_however_steep() -> None:
    graph = gt.graph("where(x < 1, x, sqrt(x))")
    assert graph.trace(at={"x": 0}, mode="forward").derivative == 1
    assert gt.graph("max(x, sqrt(x - 4))").trace(at={"x": 4.5}, mode="forward").derivative == 1


def test_the_steps_of_forward_mode_say_what_each_edge_adds() -> None:
    walk = gt.graph("f = w*x + b; L = (f - y)**2").trace(at={"w": 2, "x": 3, "b": 1, "y": 4}, seed="w", mode="forward")
    assert [step.phase for step in walk.steps] == [
        "seed",
        "forward",
        "tangent",
        "forward",
        "tangent",
        "forward",
        "tangent",
        "forward",
        "tangent",
    ]
    assert [step.sentence for step in walk.steps if step.phase != "forward"] == [
        "Direction: ∂w/∂w = 1.",
        "w → v₁ = w·x: local ∂v₁/∂w = x = 3, tangent ∂w/∂w = 1, contribution 3 × 1 = 3; ∂v₁/∂w = 3.",
        "v₁ → f = v₁ + b: local ∂f/∂v₁ = 1, tangent ∂v₁/∂w = 3, contribution 1 × 3 = 3; ∂f/∂w = 3.",
        "f → v₂ = f − y: local ∂v₂/∂f = 1, tangent ∂f/∂w = 3, contribution 1 × 3 = 3; ∂v₂/∂w = 3.",
        "v₂ → L = v₂²: local ∂L/∂v₂ = 2·v₂ = 6, tangent ∂v₂/∂w = 3, contribution 6 × 3 = 18; ∂L/∂w = 18.",
    ]
    assert walk.tangents["b"] == 0


def test_a_sum_along_the_way_shows_what_is_missing() -> None:
    said = [s.sentence for s in gt.graph("w*w + w").trace(at={"w": 3}, mode="forward").steps if s.phase == "tangent"]
    assert said[0].endswith("; ∂v₁/∂w = 3 + ?.") and said[1].endswith("; ∂v₁/∂w = 3 + 3 = 6.")


def test_what_each_mode_costs_is_counted_by_edges() -> None:
    costs = gt.graph("f = w0*x0 + w1*x1 + b; L = (f - y)**2").costs()
    assert costs.reverse == 11 and dict(costs.forward) == {"w0": 5, "x0": 5, "w1": 5, "x1": 5, "b": 3, "y": 2}
    assert "2.3 times less work" in costs.sentence


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda g: g.trace(at={"w": 1, "x": 2}, mode="forward"),
            r"forward mode needs a direction: seed='w' for one input",
        ),
        (
            lambda g: g.trace(at={"w": 1, "x": 2}, seed={"q": 1}, mode="forward"),
            r"'q' is no node of this graph; it has w, x",
        ),
        (
            lambda g: g.trace(at={"w": 1, "x": 2}, seed={"w": [1, 2]}, mode="forward"),
            r"the direction at w has shape \(2\), and w \(scalar\)",
        ),
        (
            lambda g: g.trace(mode="sideways"),
            r"mode='sideways' is no way through a graph; expected 'reverse' or 'forward'",
        ),
        (lambda g: g.jacobian("z", wrt="w"), r"'z' is no node of this graph"),
        (
            lambda g: gt.graph("y = W@x + b", shapes={"W": (2, 2), "x": 2, "b": 2}).jacobian(wrt=["W", "x"]),
            r"do not stand in one row; ask by one name with a shape",
        ),
    ],
)
def test_what_cannot_be_asked_is_said(call: Any, message: str) -> None:
    with pytest.raises(gt.LearnerError, match=message):
        call(gt.graph("w*x"))


def test_tangents_grow_linearly_with_the_graph() -> None:
    sizes = []
    for n in (50, 100):
        walk = forward(gt.graph("; ".join(["a0 = w", *(f"a{k + 1} = tanh(a{k})*w" for k in range(n))])), {"w": 1})
        sizes.append(len(walk.cells))
    assert sizes[1] / sizes[0] == pytest.approx(2, rel=0.1)


def test_a_jacobian_can_be_drawn(tmp_path: Any) -> None:
    graph = gt.graph("y = softmax(z)", shapes={"z": 3}).jacobian(wrt="z")
    assert graph.draw(tmp_path / "jacobian.svg")[0].read_text("utf-8").startswith("<svg")


def test_forward_mode_is_drawn_with_the_tangent_where_it_grows(tmp_path: Any) -> None:
    walk = gt.graph("f = w*x; L = f**2").trace(at={"w": 2, "x": 3}, seed="w", mode="forward")
    first = walk.svg(2)  # w → f has just added its part
    assert "∂f/∂w" in first and "∂L/∂w" in first and "?" in first
    last = walk.svg(len(walk.steps) - 1)
    assert "Tangent · step 5 of 5" in last and "36" in last
    assert [p.name for p in walk.draw(tmp_path / "steps")] == [f"{k:03d}.svg" for k in range(5)]


def test_a_seed_is_said_and_named_in_every_gradient() -> None:
    walk = gt.graph("y = softmax(z)", shapes={"z": 2}).trace(at={"z": [0, 0]}, seed=[1, 0])
    assert (
        walk.steps[1].sentence
        == "Seed: the backward pass starts with [1, 0] at y; every gradient is that of the seed times y."
    )
    assert "∂(s·y)/∂z = [0.25, −0.25]" in walk.steps[2].sentence
    assert "∂(s·y)/∂z" in walk.svg()
