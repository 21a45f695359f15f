"""Graphs: interning, order, names, depth, groups, and adjoints as a graph of their own."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import sympy as sp

from graphtutor.errors import LearnerError, ShapeError
from graphtutor.expr.adjoint import backward
from graphtutor.expr.build import from_tree
from graphtutor.expr.graph import Graph
from graphtutor.expr.tracer import Builder
from graphtutor.front.api import fn
from graphtutor.front.api import graph as make
from graphtutor.ops import heads


def chain(layers: int) -> Graph:
    """A sigmoid chain written out: six operations a layer."""
    b = Builder()
    x = b.input("x")
    for k in range(layers):
        z = b.add("add", (b.add("mul", (b.input(f"w{k}"), x)), b.input(f"b{k}")))
        x = b.add("div", (b.constant(1), b.add("add", (b.constant(1), b.add("exp", (b.add("neg", (z,)),))))))
    return b.graph(x)


def test_equal_subexpressions_are_one_node_and_both_edges_of_a_square_are_kept() -> None:
    g = make("x*x + sin(x*x)")
    assert [n.op for n in g.nodes] == ["input", "mul", "sin", "add"]
    assert g.nodes[1].args == (0, 0)
    assert len(make("x*y + y*x")) == 5


def test_ids_are_a_topological_order() -> None:
    g = make("f = w0*x0 + w1*x1 + b\nL = max(0, 1 - y*f)")
    assert all(a < n.id for n in g.nodes for a in n.args)


def test_names_are_kept_aliases_too_and_the_rest_count_in_order() -> None:
    g = make("v2 = x + y\nout = v2\nL = sin(out)*x")
    assert [n.name for n in g.nodes] == ["x", "y", "v2", "v1", "L"]
    assert g.ids["out"] == g.ids["v2"]


def test_roles_follow_the_stated_guess_or_what_is_said() -> None:
    roles = {n.name: n.role for n in make("(w0*x0 + b - y)**2").nodes}
    assert (roles["w0"], roles["b"], roles["x0"], roles["y"], roles["v4"]) == (
        "parameter",
        "parameter",
        "data",
        "data",
        "output",
    )
    assert {n.name: n.role for n in make("w*x", parameters=["x"]).inputs} == {"w": "data", "x": "parameter"}
    with pytest.raises(LearnerError, match="'q' is no input of this graph; its inputs are w, x"):
        make("w*x", parameters=["q"])


def test_a_sympy_tree_is_drawn_as_it_stands_however_deep_and_shared() -> None:
    x = sp.Symbol("x")
    tree = x
    for _ in range(3000):
        tree = heads.unevaluated(sp.sin, tree)
    assert len(from_tree(tree)) == 3001
    shared = x
    for _ in range(200):
        shared = sp.Add(shared, shared, evaluate=False)
    assert len(from_tree(shared)) == 201


def test_graphs_built_twice_are_equal_hash_and_travel() -> None:
    a, b = make("f = x*w; L = (f - y)**2"), make("f = x*w; L = (f - y)**2")
    assert a == b and hash(a) == hash(b) and pickle.loads(pickle.dumps(a)) == a
    assert a != make("f = w*x; L = (f - y)**2")


def test_symbols_with_assumptions_keep_them() -> None:
    x = sp.Symbol("x", positive=True)
    g = make(sp.log(x) ** 2)
    assert sp.simplify(g.gradient("x") - sp.diff(sp.log(x) ** 2, x)) == 0


def test_gradient_of_a_matrix_is_a_matrix_of_entries() -> None:
    g = make("sum((W@x)**2)", shapes={"W": (2, 2), "x": 2})
    gradient = g.gradient("W")
    assert isinstance(gradient, sp.ImmutableDenseMatrix) and gradient.shape == (2, 2)
    entries = g.entries["W"]
    loss = g.expression()
    assert all(sp.expand(gradient[i, j] - sp.diff(loss, entries[i, j])) == 0 for i in range(2) for j in range(2))


def test_the_adjoints_are_a_graph_that_can_be_differentiated_again() -> None:
    g = make("L = sin(x)*x**3")
    x = sp.Symbol("x")
    second = g.backward_graph("x")
    assert sp.simplify(second.expression() - sp.diff(sp.sin(x) * x**3, x)) == 0
    assert sp.simplify(second.gradient("x") - sp.diff(sp.sin(x) * x**3, x, 2)) == 0
    assert "dL/dx" in second.ids


def test_a_derivative_operator_inside_an_expression_becomes_nodes() -> None:
    x = sp.Symbol("x")
    g = make(sp.Mul(2, heads.Diff(sp.Pow(x, 3, evaluate=False), x), evaluate=False))
    assert sp.simplify(g.expression() - 6 * x**2) == 0


def test_a_closed_line_is_one_node_with_the_same_gradients() -> None:
    g = make("f = w0*x0 + w1*x1 + b\nL = (f - y)**2")
    at = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}
    closed = g.collapsed("f")
    assert [n.name for n in closed.nodes if n.args] == ["f", "v1", "L"]
    assert closed.nodes[closed.ids["f"]].text == "w0*x0 + w1*x1 + b"
    assert {n: v for n, v in closed.trace(at).gradients.items() if n in at} == {
        n: v for n, v in g.trace(at).gradients.items() if n in at
    }
    with pytest.raises(LearnerError, match="'q' is no group of this graph; its groups are f"):
        g.collapsed("q")


def test_a_group_whose_inside_is_used_outside_cannot_be_one_node() -> None:
    with pytest.raises(LearnerError, match="is used outside it, so the group cannot be one node"):
        make("f = exp(x*w) + 1\nL = f*(x*w)").collapsed("f")


def test_softmax_closed_and_opened_give_the_same_gradient() -> None:
    g = make("L = -log(softmax(z)[1])", shapes={"z": 3})
    opened = g.opened("softmax")
    assert {n.op for n in opened.nodes} >= {"exp", "total", "div"} and "softmax" not in {n.op for n in opened.nodes}
    at = {"z": [-1.85, 0.42, 0.15]}
    assert opened.trace(at).gradients["z"] == pytest.approx(g.trace(at).gradients["z"], rel=1e-12)
    again = opened.collapsed(opened.groups[-1].name)
    assert again.trace(at).gradients["z"] == pytest.approx(g.trace(at).gradients["z"], rel=1e-12)


def test_hinge_mse_and_cross_entropy_are_groups() -> None:
    assert [g.name for g in make("hinge(w*x + b, y)").groups] == ["hinge"]
    assert make("mse(p, y)", shapes={"p": 3, "y": 3}).trace({"p": [1, 2, 3], "y": [1, 1, 1]}).value == pytest.approx(
        5 / 3
    )
    assert [n.op for n in make("hinge(w*x + b, y)").collapsed("hinge").nodes if n.args] == ["mul", "add", "block"]


def test_tracers_take_numpy_functions_indices_and_transposes() -> None:
    g = make(lambda W, x: np.tanh(W @ x)[0] + W.T[0, 1] + abs(x[1]), shapes={"W": (2, 2), "x": 2})
    t = g.trace({"W": [[1, 2], [3, 4]], "x": [0.5, -0.25]})
    assert t.value == pytest.approx(np.tanh(0.0) + 3 + 0.25)
    assert isinstance(fn.max(1, 2), int)


@pytest.mark.parametrize(
    "text, shapes, message",
    [
        ("W*x", {"W": (3, 2), "x": 2}, None),
        (
            "W*x",
            {"W": (3, 2), "x": 3},
            r"cannot multiply shapes \(3×2\) and \(3\) entry by entry; for the matrix product write @",
        ),
        ("W@x", {"W": (3, 2), "x": 3}, r"cannot multiply \(3×2\) by \(3\): 2 columns meet 3 rows"),
        ("x[5]", {"x": 3}, r"index 5 into shape \(3\): expected -3 to 2; counting starts at 0"),
        ("softmax(x)", {}, "softmax and its kind need a vector or matrix, met a number"),
    ],
)
def test_shapes_are_checked_while_the_graph_is_built(text: str, shapes: dict, message: str | None) -> None:
    if message is None:
        assert make(text, shapes=shapes).output.shape == (3, 2)
    else:
        with pytest.raises(ShapeError, match=message):
            make(text, shapes=shapes)


def test_a_vector_output_has_values_but_its_backward_pass_is_refused_in_words() -> None:
    t = make("softmax(z)", shapes={"z": 3}).trace({"z": [0, 0, 0]})
    assert t.value == pytest.approx([1 / 3] * 3)
    with pytest.raises(LearnerError, match=r"has shape \(3\); gradients start from a number: sum it, or take an entry"):
        _ = t.gradients


def test_twice_the_layers_give_about_twice_the_adjoint_nodes() -> None:
    sizes = [len(backward(chain(n)).cells) for n in (200, 400, 800)]
    assert sizes[1] / sizes[0] == pytest.approx(2, rel=0.05) and sizes[2] / sizes[1] == pytest.approx(2, rel=0.05)


def test_the_gradient_of_a_thousand_layers_agrees_with_a_central_difference() -> None:
    f = chain(1000)
    point = {n.name: 0.3 for n in f.inputs}
    walk = backward(f)
    last = "b999"
    got = float(walk.extended.evaluate(point, "float")[walk.gradient[f.ids[last]]])
    h = 1e-6
    up, down = (f.evaluate(point | {last: 0.3 + d}, "float")[f.out] for d in (h, -h))
    assert got == pytest.approx((up - down) / (2 * h), rel=1e-8)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: np.square(x) + np.log2(y) * np.absolute(x) - np.log10(y),
        lambda x, y: np.subtract(np.multiply(x, 2), np.true_divide(y, x)) + np.reciprocal(y),
        lambda x, y: np.power(x, 2) + np.exp2(y) + np.negative(np.remainder(x, 3)),
        lambda x, y: np.float64(2) * x + np.hypot(x, y) + np.arctan2(y, x),
        lambda x, y: np.add(np.less(x, y) * x, np.greater_equal(x, y) * y),
    ],
)
def test_a_function_in_numpys_words_is_traced_and_has_numpys_values(function) -> None:
    g = make(function)
    for x, y in ((0.7, 1.9), (-2.3, 0.4), (4.1, 2.2)):
        assert g.trace(at={"x": x, "y": y}).value == pytest.approx(float(function(x, y)), rel=1e-12)


def test_a_ufunc_without_a_row_is_named() -> None:
    with pytest.raises(LearnerError, match="'spacing' of 1 argument is no operation of a graph"):
        make(lambda x: np.spacing(x))
