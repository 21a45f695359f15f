"""The lecture's own numbers, published examples, and what a step says."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from graphtutor.errors import DomainError, LearnerError, ShapeError
from graphtutor.expr import adjoint
from graphtutor.front.api import fn
from graphtutor.front.api import graph as make

DATA = Path(__file__).parents[1] / "data"
TRUTH = json.loads((DATA / "lecture_truth.json").read_text())
PUBLISHED = json.loads((DATA / "published.json").read_text())
MSE = "p0 = w0*x0\np1 = w1*x1\ns = p0 + p1\nf = s + b\ne = f - y\nL = e**2"
HINGE = "p0 = w0*x0\np1 = w1*x1\ns = p0 + p1\nf = s + b\nm = y*f\nh = 1 - m\nL = max(0, h)"
POINT = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}


def close(value: object) -> object:
    """1e-12 relative plus 1e-12 absolute, as data/README.md says: some entries are rounding dust."""
    if isinstance(value, dict):
        value = value["value"]
    return pytest.approx(
        np.asarray(value, dtype=float) if isinstance(value, list) else float(value), rel=1e-12, abs=1e-12
    )


def inputs(case: dict) -> dict[str, object]:
    w, b = case.get("w_float", case["w"]), case.get("b_float", case["b"])
    return (
        {"w0": case["w"][0], "w1": case["w"][1], "x0": case["x"][0], "x1": case["x"][1], "b": case["b"], "y": case["y"]}
        if w and b is not None
        else {}
    )


def check_nodes(t, nodes: list[dict]) -> None:
    """Compare every value, local, upstream and contribution with the truth, and the order of arrival."""
    backward = [s for s in t.steps if s.phase == "backward"]
    for node in nodes:
        if node["op"] == "const":
            continue
        name = node["id"]
        assert t.values[name] == close(node["value"]), name
        assert t.gradients[name] == close(node["upstream"]), name
        sends = {t.graph.name(s.edge.target): s for s in backward if s.node.name == name}
        for local in node["local"]:
            if local["arg"] in sends:
                assert sends[local["arg"]].local.value == close(local["d"]), (name, local["arg"])
        for down in node["downstream"]:
            if down["arg"] in sends:
                assert sends[down["arg"]].contribution.value == close(down["d"])
                assert sends[down["arg"]].upstream.value == close(node["upstream"])
        arrivals = [s for s in backward if t.graph.name(s.edge.target) == name]
        if arrivals and "contributions" in node:
            assert [t.graph.name(s.edge.source) for s in arrivals] == [c["frm"] for c in node["contributions"]]
            assert [s.contribution.value for s in arrivals] == [close(c["d"]) for c in node["contributions"]]
            assert [s.missing for s in arrivals] == list(range(len(arrivals) - 1, -1, -1))


@pytest.mark.parametrize("case", TRUTH["mse_graph"]["cases"], ids=lambda c: str(c["x"]))
def test_squared_error_of_the_lecture_node_by_node(case: dict) -> None:
    t = make(MSE).trace(inputs(case))
    check_nodes(t, case["nodes"])
    for name, value in case["grad"].items():
        assert t.gradients[name] == close(value)
        if isinstance(value, dict):
            assert t.exact[f"dL/d{name}"] == Fraction(value["exact"])
    counts = TRUTH["mse_graph"]["counts"]
    operations = [n for n in t.graph.nodes if n.args]
    assert (len(t.graph.inputs), len(operations)) == (counts["inputs"], counts["operations"])
    assert sum(s.phase == "backward" for s in t.steps) == counts["edges"]


def test_products_of_two_and_of_three_factors_stand_side_by_side() -> None:
    x, y, z = sp.symbols("x y z")
    g = make(
        sp.Add(
            sp.Mul(x, y, z, evaluate=False),
            sp.Mul(x, y, evaluate=False),
            sp.Mul(y, z, x, evaluate=False),
            evaluate=False,
        )
    )
    assert g.trace({"x": 2, "y": 3, "z": 5}).gradients["x"] == 15 + 3 + 15
    assert sp.expand(g.gradient("y") - (2 * x * z + x)) == 0


@pytest.mark.parametrize("case", TRUTH["hinge_graph"]["cases"], ids=lambda c: f"{c['x']} {c['side']}")
def test_hinge_loss_of_the_lecture_node_by_node(case: dict) -> None:
    check_nodes(make(HINGE).trace(inputs(case)), case["nodes"])


@pytest.mark.parametrize("case", TRUTH["hinge_graph"]["at_kink"], ids=lambda c: str(c["x"]))
def test_on_the_kink_the_choice_and_the_interval_are_said(case: dict) -> None:
    graph = make(HINGE)
    for tie, convention in (("zero", "slide_0"), ("half", "half"), ("last", "active_1")):
        t = graph.trace(inputs(case), tie=tie)
        want = next(v for k, v in case["conventions"].items() if k.startswith(convention))
        for name, value in want.items():
            assert t.gradients[name.removeprefix("d")] == close(value)
        step = next(s for s in t.steps if s.phase == "backward" and s.node.name == "L")
        assert step.kink == (0, 1)
        assert "At this kink the slope may be anything from 0 to 1" in step.sentence and f"tie='{tie}'" in step.sentence


def test_the_slides_let_the_variable_win_in_max_1_x2() -> None:
    for x, key in ((1, "x=1"), (-1, "x=-1")):
        truth = TRUTH["hinge_graph"]["max_rule_kink"][key]
        graph = make("max(1, x**2)")
        assert graph.trace({"x": x}, tie="last").gradients["x"] == truth["slide"]
        assert graph.trace({"x": x}, tie="zero").gradients["x"] == 0
        assert graph.trace({"x": x}, tie="half").gradients["x"] == float(truth["sympy"])


@pytest.mark.parametrize(
    "case", TRUTH["complicated_function"]["cases"], ids=lambda c: f"{c['which']} {c['x']} {c['w']}"
)
def test_the_more_complicated_function_node_by_node(case: dict) -> None:
    under = "m" if case["which"] == "derived" else "x"
    t = make(f"m = x*w\nE = exp(m)\nq = E/{under}\nf = q**3").trace({"x": case["x"], "w": case["w"]})
    check_nodes(t, case["nodes"])


def test_softmax_of_the_lecture() -> None:
    truth = TRUTH["softmax"]
    scores = [float(s) for s in truth["scores"]]
    t = make(
        "p = softmax(f)\nl = logsumexp(f)\nq = log_softmax(f)\nk = argmax(f)\ne = exp(f)\nZ = sum(e)\nL = p[0]",
        shapes={"f": 3},
    ).trace({"f": scores})
    assert t.values["p"] == close([float(p) for p in truth["p"]])
    assert t.values["l"] == close(truth["logsumexp"])
    assert t.values["q"] == close([float(p) for p in truth["log_p"]])
    assert t.values["k"] == truth["argmax"]
    assert t.values["e"] == close([float(p) for p in truth["exp"]])
    assert t.values["Z"] == close(truth["sum_exp"])
    for k, row in enumerate(truth["jacobian"]):
        assert make(f"softmax(f)[{k}]", shapes={"f": 3}).trace({"f": scores}).gradients["f"] == close(
            [float(v) for v in row]
        )


def test_softmax_with_cross_entropy_gives_p_minus_y() -> None:
    truth, scores = TRUTH["softmax_ce"], [float(s) for s in TRUTH["softmax"]["scores"]]
    for k, want in truth["ce_for_each_true_class"].items():
        y = [float(int(k) == i) for i in range(3)]
        for text, at in (
            (f"-log(softmax(f)[{k}])", {"f": scores}),
            ("cross_entropy(f, y)", {"f": scores, "y": y}),
            ("-sum(y*log(softmax(f)))", {"f": scores, "y": y}),
        ):
            t = make(text, shapes={"f": 3, "y": 3} if "y" in at else {"f": 3}).trace(at)
            assert t.value == close(want["ce"])
            assert t.gradients["f"] == close([float(v) for v in want["grad"]])
    y = {"y": [0.0, 1.0, 0.0]}
    through = make("p = softmax(f)\nL = sum((p - y)**2)", shapes={"f": 3, "y": 3}).trace({"f": scores} | y)
    assert through.value == close(truth["mse_sum_on_probs"])
    assert through.gradients["f"] == close([float(v) for v in truth["mse_through_softmax_grad"]])
    probs = make("L = -sum(y*log(p))", shapes={"p": 3, "y": 3}).trace(
        {"p": [float(p) for p in TRUTH["softmax"]["p"]]} | y
    )
    assert probs.gradients["p"] == close([float(v) for v in truth["grad_wrt_probs"]])


def test_the_whole_pipeline_with_matrices() -> None:
    truth = TRUTH["pipeline_softmax_ce"]
    g = make("f = W@x + b\nL = -log(softmax(f)[k])", shapes={"W": (3, 2), "x": 2, "b": 3}, constants={"k": 1})
    t = g.trace(
        {
            "W": np.array(truth["W"], dtype=float),
            "x": [float(v) for v in truth["x"]],
            "b": [float(v) for v in truth["b"]],
        }
    )
    assert t.values["f"] == close([float(v) for v in truth["scores"]])
    assert t.value == close(truth["loss"])
    for name, want in (("W", truth["dW"]), ("b", truth["db"]), ("x", truth["dx"])):
        assert t.gradients[name] == close(np.array(want, dtype=float).tolist())
    value, gradients = g.function()({n.name: np.array(v) for n, (_, v) in zip(g.inputs, t.point, strict=True)})
    assert value == close(truth["loss"]) and gradients["W"] == close(np.array(truth["dW"], dtype=float).tolist())


@pytest.mark.parametrize("example", [e for e in PUBLISHED if e.get("steps")], ids=lambda e: e["id"])
def test_published_examples_within_their_printed_tolerance(example: dict) -> None:
    program = "\n".join(f"{name} = {text}" for name, text in example["steps"])
    t = make(program).trace(example["point"])
    assert example["comparison"]
    for row in example["comparison"]:
        kind, name = row["quantity"].split(":", 1)
        if kind not in ("val", "grad") or name not in t.values:
            continue
        got = (t.values if kind == "val" else t.gradients)[name]
        assert got == pytest.approx(float(row["recomputed"]), rel=1e-9, abs=1e-12), row["quantity"]
        assert (abs(got - float(row["published"])) <= row["tolerance"]) == row["match"], row["quantity"]


def test_a_step_shows_symbols_and_numbers_side_by_side() -> None:
    t = make("f = w0*x0 + w1*x1 + b\nL = (f - y)**2").trace(POINT)
    step = next(s for s in t.steps if s.phase == "backward" and t.graph.name(s.edge.target) == "w0")
    assert (step.local.text("plain"), step.local.value, step.upstream.value, step.contribution.value) == (
        "x0",
        2,
        4.2,
        8.4,
    )
    assert (
        "local ∂v1/∂w₀ = x₀ = 2, upstream ∂L/∂v1 = 4.2, contribution 2 × 4.2 = 8.4; ∂L/∂w₀ = 8.4."
        in step.sentence.replace("v₁", "v1")
    )
    assert t.exact["dL/dw0"] == Fraction(42, 5)


def test_several_paths_add_up_and_say_what_is_missing() -> None:
    t = make("L = x*x + x").trace({"x": 3})
    arrivals = [s for s in t.steps if s.phase == "backward" and t.graph.name(s.edge.target) == "x"]
    assert [s.missing for s in arrivals] == [2, 1, 0]
    assert [s.total.value for s in arrivals] == [1, 4, 7]
    assert "1 + ? + ? (1 of 3 paths)" in arrivals[0].sentence and "1 + 3 + 3 = 7 (3 of 3 paths)" in arrivals[2].sentence
    assert len(t.graph.nodes[t.graph.ids["x"]]) and [s.edge.slot for s in arrivals[1:]] == [0, 1]


def test_a_line_that_does_not_feed_the_output_keeps_its_value_and_has_gradient_0() -> None:
    t = make("u = x*y\nv = x + 1\nL = v**2").trace({"x": 2, "y": 5})
    assert (t.values["u"], t.gradients["u"], t.gradients["y"], t.gradients["x"]) == (10, 0, 0, 6)


def test_without_a_point_a_trace_is_symbols_alone() -> None:
    t = make("L = sin(w*x)").trace()
    assert [s.phase for s in t.steps] == ["forward", "forward", "seed", "backward", "backward", "backward"]
    assert t.steps[-1].local.value is None and t.steps[3].local.text("plain") == "cos(v1)"
    with pytest.raises(LearnerError, match="this trace has no point"):
        _ = t.value


def test_relu_minus_relu_of_the_negative_gets_a_choice_at_each_kink() -> None:
    g = make("relu(x) - relu(-x)")
    assert [g.trace({"x": 0}, tie=tie).gradients["x"] for tie in adjoint.TIES] == [0, 0, 2, 1]


@pytest.mark.parametrize(
    "text, at, error, message",
    [
        (
            "log(x)",
            {"x": -1},
            DomainError,
            r"log\(x\) \(node v1\) is undefined at x = -1; it needs a positive value; choose another point",
        ),
        (
            "u = x - 1\nL = 1/u",
            {"x": 1},
            DomainError,
            r"1/u \(node L\) is .* at u = 0; it needs a nonzero value; choose another point",
        ),
        ("x*y", {"x": 1}, LearnerError, r"no value for y; give a number to each of x, y with at=\{…\}"),
        ("x*y", {"x": 1, "y": 2, "z": 3}, LearnerError, r"'z' is no input of this graph; its inputs are x, y"),
        (
            "f = x*y\nL = f",
            {"x": 1, "y": 2, "f": 3},
            LearnerError,
            r"'f' is computed by the graph, not given; its inputs are x, y",
        ),
        (
            "x*y",
            {"x": 1, "y": "two"},
            LearnerError,
            r"the value of 'y' is 'two'; expected a number such as 0.5, -2 or 1/3",
        ),
        ("x*y", {"x": 1, "y": float("nan")}, LearnerError, r"the value of 'y' is nan; expected a finite number"),
    ],
)
def test_a_point_that_does_not_fit_is_one_clear_line(text: str, at: dict, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        make(text).trace(at)


def test_a_value_of_the_wrong_shape_names_both_shapes() -> None:
    with pytest.raises(ShapeError, match=r"the value of 'x' has shape \(3\); expected \(2\)"):
        make("sum(x)", shapes={"x": 2}).trace({"x": [1, 2, 3]})


def test_the_branch_not_taken_may_be_undefined() -> None:
    t = make("where(x > 0, log(x), 0)").trace({"x": -1})
    assert (t.value, t.gradients["x"]) == (0, 0)


def test_traces_compare_by_value_and_travel() -> None:
    a, b = (make(MSE).trace(POINT) for _ in range(2))
    assert a == b and hash(a) == hash(b)
    copy = pickle.loads(pickle.dumps(a))
    assert copy == a and copy.steps == a.steps and copy.gradients == a.gradients


def test_python_functions_sympy_trees_and_text_give_one_graph() -> None:
    text = make("max(0, 1 - y*(w*x + b))")
    traced = make(lambda w, x, b, y: fn.max(0, 1 - y * (w * x + b)))
    y, w, x, b = sp.symbols("y w x b")
    tree = make(sp.Max(0, 1 - y * (w * x + b), evaluate=False))
    at = {"w": 0.5, "x": 2, "b": 0.25, "y": 1}
    assert text.trace(at).gradients["w"] == traced.trace(at).gradients["w"] == tree.trace(at).gradients["w"] == 0
    assert (
        text.trace(at | {"y": -1}).gradients["w"]
        == traced.trace(at | {"y": -1}).gradients["w"]
        == tree.trace(at | {"y": -1}).gradients["w"]
        == 2
    )


def test_a_function_that_asks_a_tracer_for_its_truth_is_told_what_to_write() -> None:
    with pytest.raises(LearnerError, match=r"write gt.fn.where\(condition, a, b\) or gt.fn.max\(a, b\) instead of if"):
        make(lambda x: x if x > 0 else 0)
