"""What users rely on, as they would type it: every form in which a graph is given, read, traced, drawn, checked and pickled."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

import graphtutor as gt

LOSS = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"
AT = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}


@pytest.fixture(scope="module")
def graph() -> gt.Graph:
    return gt.graph(LOSS)


@pytest.fixture(scope="module")
def trace(graph: gt.Graph) -> gt.Trace:
    return graph.trace(at=AT, tie="zero")


def test_text_a_tree_and_a_function_give_graphs_of_the_same_function() -> None:
    w, x, b, y = sp.symbols("w x b y")
    values = {"w": 2, "x": 3, "b": 1, "y": 5}
    graphs = [
        gt.graph("(w*x + b - y)**2"),
        gt.graph((w * x + b - y) ** 2),
        gt.graph(lambda w, x, b, y: (w * x + b - y) ** 2),
    ]
    assert [g.trace(at=values).value for g in graphs] == [4, 4, 4]


def test_functions_of_gt_fn_work_inside_a_traced_function() -> None:
    g = gt.graph(lambda w, x: gt.fn.max(0, 1 - gt.fn.exp(w * x)))
    assert g.trace(at={"w": 1, "x": -2}).gradients["w"] == pytest.approx(2 * np.exp(-2))


def test_a_graph_has_its_nodes_output_and_inputs(graph: gt.Graph) -> None:
    assert [n.name for n in graph.inputs] == ["w0", "x0", "w1", "x1", "b", "y"]
    assert (graph.output.name, graph.output.text, len(graph)) == ("L", "v4**2", len(graph.nodes))
    node = graph.nodes[graph.output.args[0]]
    assert (node.op, node.shape, [graph.nodes[i].name for i in node.args]) == ("sub", (), ["f", "y"])


def test_a_gradient_is_a_sympy_expression_that_sympy_agrees_with(graph: gt.Graph) -> None:
    w0, x0, w1, x1, b, y = sp.symbols("w0 x0 w1 x1 b y")
    assert sp.expand(graph.gradient("w0") - sp.diff((w0 * x0 + w1 * x1 + b - y) ** 2, w0)) == 0


def test_a_trace_has_numbers_for_every_named_node(trace: gt.Trace) -> None:
    assert trace.value == pytest.approx(4.41)
    assert (trace.values["f"], trace.gradients["w0"], trace.gradients["f"]) == pytest.approx((1.1, 8.4, 4.2))
    step = trace.steps[-1]
    assert step.phase == "backward" and step.missing == 0
    assert [q.value for q in (step.local, step.upstream, step.contribution, step.total)] == pytest.approx(
        [0.5, 4.2, 2.1, 2.1]
    )


def test_a_compiled_function_takes_a_point_a_batch_and_a_reduction() -> None:
    f = gt.graph("(w*x - y)**2")
    value, gradients = f.function()({"w": 2, "x": 3, "y": 5})
    assert (value, gradients["w"]) == (1, 6)
    batch = {"w": 2, "x": np.array([3.0, 1.0]), "y": np.array([5.0, 1.0])}
    assert f.function()(batch)[0].tolist() == [1, 1]
    assert f.function(reduce="sum")(batch)[1]["w"] == 6 + 2
    assert f.function(reduce="mean")(batch)[1]["w"] == 4


def test_the_backward_graph_is_a_graph_to_differentiate_again() -> None:
    second = gt.graph("sin(w*x)").backward_graph("w")
    w, x = sp.symbols("w x")
    assert sp.simplify(second.gradient("w") - sp.diff(sp.sin(w * x), w, 2)) == 0


@pytest.mark.parametrize("format", ["svg", "png", "pdf", "dot"])
def test_every_step_is_drawn_into_a_folder_and_only_own_frames_are_replaced(tmp_path: Path, format: str) -> None:
    trace = gt.graph("w*x + b").trace(at={"w": 1, "x": 2, "b": 3})
    folder = tmp_path / "mse"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    made = trace.draw(str(folder), format=format)
    assert [p.name for p in made] == [f"{k:03}.{format}" for k in range(len(trace.steps))]
    shorter = gt.graph("w*x").trace(at={"w": 1, "x": 2})
    shorter.draw(str(folder), format=format)
    assert sorted(p.name for p in folder.iterdir()) == [
        *(f"{k:03}.{format}" for k in range(len(shorter.steps))),
        "notes.txt",
    ]


def test_one_step_an_animation_and_a_page_are_one_file_each(trace: gt.Trace, tmp_path: Path) -> None:
    starts = {"one.svg": b"<svg", "all.gif": b"GIF8", "all.html": b"<!"}
    for name, start in starts.items():
        trace.draw(str(tmp_path / name), **({"step": 12} if name == "one.svg" else {}))
        assert (tmp_path / name).read_bytes().lower().startswith(start.lower())
    assert trace.dot(12).source.startswith("digraph")


def test_a_check_has_a_verdict_for_each_input(graph: gt.Graph) -> None:
    found = gt.check(graph)
    assert found.ok and set(found.verdicts) == {"w0", "x0", "w1", "x1", "b", "y"}
    assert {v.kind for v in found.verdicts.values()} == {"proved"}


def test_same_has_a_kind_and_evidence_and_is_truthy_when_equal() -> None:
    assert gt.same("2*x0*(f-y)", "(f-y)*x0*2", assume={"x0": "real"})
    differs = gt.same("x**2", "2*x")
    assert not differs and differs.kind == "differs" and differs.point


def test_a_derivation_has_lines_with_their_rules() -> None:
    lines = gt.derive("(exp(x*w)/(x*w))**3", wrt="w").lines
    assert all(line.text and line.latex and line.rule for line in lines)
    w, x = sp.symbols("w x")
    assert gt.same(lines[-1].expr, sp.diff((sp.exp(x * w) / (x * w)) ** 3, w))


def test_reading_knows_the_names_of_the_problem() -> None:
    w, x, b = sp.symbols("w x b")
    assert gt.read("wx + b", names=["w", "x", "b"]).args == (w * x, b)
    with pytest.raises(gt.ReadError) as error:
        gt.read("2*(x")
    assert (error.value.line, error.value.column) == (1, 5) and "^" in error.value.caret


def test_training_gives_a_history() -> None:
    data = {"x0": [2, 1, 0, -1], "x1": [0, -1, 2, 1], "y": [-1, -1, 1, 1]}
    history = gt.train(
        LOSS,
        data,
        method="minibatch",
        batch_size=2,
        reduction="mean",
        rate=0.01,
        epochs=5,
        start={"w0": 0.5, "w1": -0.3, "b": 0.1},
    )
    assert len(history.losses) in (5, 6) and history.parameters["w0"][0] == 0.5
    assert history.losses[-1] < history.losses[0]


def things() -> dict[str, object]:
    g = gt.graph(LOSS)
    return {
        "graph": g,
        "trace": g.trace(at=AT),
        "verdict": gt.same("x + x", "2*x"),
        "derivation": gt.derive("x + x", wrt="x"),
    }


def again(thing: object) -> object:
    return thing


def test_values_travel_to_another_process_and_back_and_compare_equal() -> None:
    made = things()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for name, thing in made.items():
            back = pool.submit(again, thing).result()
            assert back == thing and hash(back) == hash(thing), name
    assert things() == made


def test_a_tree_that_sympy_would_tidy_stays_as_written_through_pickle() -> None:
    g = gt.graph("x + x")
    assert [n.text for n in pickle.loads(pickle.dumps(g)).nodes] == ["x", "x + x"]


@pytest.mark.parametrize("name", ["E", "S", "N", "I", "Q", "O", "beta", "gamma", "zeta", "lambda"])
def test_names_that_sympy_keeps_for_itself_are_plain_names(name: str) -> None:
    assert [n.name for n in gt.graph(f"w*{name} + 1").inputs] == ["w", name]
