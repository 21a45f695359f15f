"""Training against the lecture's runs, a loop written out by hand, PyTorch and scikit-learn."""

from __future__ import annotations

import csv
import io
import json
import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import datasets
from sklearn import linear_model as linear

from graphtutor.errors import LearnerError, ShapeError
from graphtutor.expr.build import build
from graphtutor.training.data import START, lecture, load, table_for
from graphtutor.training.methods import METHODS
from graphtutor.training.train import train

TRUTH = json.loads((Path(__file__).parents[1] / "data" / "lecture_truth.json").read_text("utf-8"))
RUNS = TRUTH["runs"]
SQUARED = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"
HINGE = "f = w0*x0 + w1*x1 + b\nL = max(0, 1 - y*f)"
CLOSE = {"rel": 1e-12, "abs": 1e-12}


def as_configured(config: dict[str, Any]) -> Any:
    """Return the history of a run of lecture_truth.json."""
    mode = {None: "sgd", "batch": "batch", "mini": "minibatch"}[config.get("mode")]
    return train(
        HINGE if config.get("loss_kind") == "hinge" else SQUARED, lecture(), method=mode, batch_size=2 if mode == "minibatch" else None,
        reduction="mean" if config.get("agg") == "mean" else "sum", rate=config["lr"], epochs=config["epochs"],
        start={"w0": config["w0"][0], "w1": config["w0"][1], "b": config["b0"]}, sequential=config.get("seqbug", False),
    )  # fmt: skip


# ----- the lecture's numbers -----
@pytest.mark.parametrize("name", RUNS)
def test_every_run_of_the_lecture_comes_out_to_twelve_digits(name: str) -> None:
    truth = RUNS[name]
    h = as_configured(truth["config"])
    assert h.losses == pytest.approx(np.array(truth["loss_per_epoch"], dtype=float), **CLOSE)
    assert h.loss == pytest.approx(float(truth["loss_after_last_epoch"]), **CLOSE)
    rows = np.stack([h.parameters[n] for n in ("w0", "w1", "b")], axis=1)
    assert rows[0].tolist() == [0.5, -0.3, 0.1]
    assert rows[1:] == pytest.approx(np.array(truth["history"], dtype=float), **CLOSE)
    found = h.predict()
    assert found.scores == pytest.approx([row["f"] for row in truth["predictions"]], **CLOSE)
    assert [f"Class {k + 1}" for k in found.chosen] == [row["cls"] for row in truth["predictions"]]
    for update, step in enumerate(truth["first_epoch_steps"]):
        u = h.updates
        assert [u.parameters[n][update + 1] for n in ("w0", "w1", "b")] == pytest.approx(
            [*step["w"], step["b"]], **CLOSE
        )
        if step["grad"] is not None:
            assert [u.gradients[n][update] for n in ("w0", "w1", "b")] == pytest.approx(step["grad"], **CLOSE)


def test_the_lectures_own_loop_gives_the_same_numbers() -> None:
    data = [(2, 0), (5, -2), (-2, 2), (-1, -3)]
    labels = [-1, -1, 1, 1]
    w, b, lr = [0.5, -0.3], 0.1, 0.01

    def fn(x: tuple[int, int]) -> float:
        return x[0] * w[0] + x[1] * w[1] + b

    losses, history = [], [(*w, b)]
    for _ in range(20):
        losses.append(sum((fn(x) - t) ** 2 for x, t in zip(data, labels, strict=True)) / 4)
        for x, t in zip(data, labels, strict=True):
            error = fn(x) - t
            dw0, dw1, db = 2.0 * x[0] * error, 2.0 * x[1] * error, 2.0 * error
            w[0] -= lr * dw0
            w[1] -= lr * dw1
            b -= lr * db
        history.append((*w, b))
    h = train(SQUARED, lecture(), start=START)
    assert h.losses == pytest.approx(losses, **CLOSE)
    assert np.stack(list(h.parameters[n] for n in ("w0", "w1", "b")), axis=1) == pytest.approx(
        np.array(history), **CLOSE
    )
    assert ["Class 1" if fn(x) < 0 else "Class 2" for x in data] == [
        line.split("  ")[1] for line in h.predict().print_out.splitlines()
    ]


def test_a_step_against_the_slope_lowers_the_loss_and_one_along_it_raises_it() -> None:
    truth, point = TRUTH["claims"]["update_direction"], {"x0": [2.0], "x1": [0.0], "y": [-1.0]}
    for rate, after in ((0.01, "L_after_minus"), (-0.01, "L_after_plus")):
        h = train(SQUARED, point, start=START, rate=rate, epochs=1)
        assert h.losses[0] == pytest.approx(truth["L_before"]["value"], **CLOSE) and h.loss == pytest.approx(
            truth[after]["value"], **CLOSE
        )


def test_batch_descent_diverges_above_the_rate_that_the_hessian_allows() -> None:
    largest = max(TRUTH["least_squares_optimum"]["hessian_eigs"])
    for share, falls in ((0.99, True), (1.01, False)):
        h = train(
            SQUARED, lecture(), method="batch", reduction="mean", rate=share * 2 / largest, epochs=400, start=START
        )
        assert bool(h.loss < h.losses[0]) is falls


def test_batch_descent_reaches_the_least_squares_optimum() -> None:
    best = TRUTH["least_squares_optimum"]
    h = train(SQUARED, lecture(), method="batch", reduction="mean", rate=0.09, epochs=2000, start=START)
    assert [h.final[n] for n in ("w0", "w1", "b")] == pytest.approx(best["value"], abs=1e-12)
    assert h.loss == pytest.approx(best["mean_loss_value"], rel=1e-12)


def test_predictions_are_those_of_the_lecture() -> None:
    h = as_configured(RUNS["sgd_mse"]["config"])
    p = h.predict()
    assert p.node == "f" and p.classes == (-1, 1)
    assert p.scores == pytest.approx([float(row["f"]) for row in RUNS["sgd_mse"]["predictions"]], **CLOSE)
    assert p.labels == (-1, -1, 1, 1) and p.accuracy == 1.0 and p.confusion.tolist() == [[2, 0], [0, 2]]
    fresh = h.predict({"x0": [1.0, -9.0], "x1": [0.0, 0.0]})
    assert fresh.labels == (-1, 1)
    with pytest.raises(LearnerError, match="these points have no labels; give them with the data to see what is right"):
        _ = fresh.accuracy


# ----- every method -----
@pytest.mark.parametrize("method", [m.name for m in METHODS])
@pytest.mark.parametrize("shaped", [False, True], ids=["floats", "arrays"])
def test_every_method_lowers_the_loss_and_resumes_bit_by_bit(method: str, shaped: bool) -> None:
    loss = "f = w@x + b\nL = (f - y)**2" if shaped else SQUARED
    data = {"x": np.stack([lecture()["x0"], lecture()["x1"]], axis=1), "y": lecture()["y"]} if shaped else lecture()
    start = {"w": [0.5, -0.3], "b": 0.1} if shaped else START
    settings: dict[str, Any] = {
        "method": method,
        "rate": 0.01,
        "start": start,
        "reduction": "mean",
        "shuffle": True,
        "seed": 3,
    }
    whole = train(loss, data, epochs=12, **settings)
    assert whole.loss < whole.losses[0]
    parts = train(loss, data, epochs=5, **settings).resume(7)
    for name in whole.parameters:
        assert np.array_equal(whole.parameters[name], parts.parameters[name])
        assert np.array_equal(whole.updates.parameters[name], parts.updates.parameters[name])
    assert np.array_equal(whole.losses, parts.losses) and whole.loss == parts.loss
    again = pickle.loads(pickle.dumps(whole))
    assert again.to_csv(every="update") == whole.to_csv(every="update")


def test_floats_and_arrays_agree() -> None:
    rng = np.random.default_rng(5)
    points = {"x0": rng.normal(size=50), "x1": rng.normal(size=50), "y": rng.choice([-1.0, 1.0], size=50)}
    vectors = {"x": np.stack([points["x0"], points["x1"]], axis=1), "y": points["y"]}
    for size in (1, 7, 50):
        one = train(
            "f = w0*x0 + w1*x1 + b\nL = log(1 + exp(-y*f))",
            points,
            method="minibatch",
            batch_size=size,
            rate=0.1,
            start=START,
        )
        other = train(
            "f = w@x + b\nL = log(1 + exp(-y*f))",
            vectors,
            method="minibatch",
            batch_size=size,
            rate=0.1,
            start={"w": [0.5, -0.3], "b": 0.1},
        )
        assert np.stack([one.parameters["w0"], one.parameters["w1"]], axis=1) == pytest.approx(
            other.parameters["w"], rel=1e-11
        )
        assert one.losses == pytest.approx(other.losses, rel=1e-11)


# ----- against PyTorch -----
TORCH: dict[str, Callable[[Any, list[Any]], Any]] = {
    "momentum": lambda torch, p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
    "nesterov": lambda torch, p: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True),
    "rmsprop": lambda torch, p: torch.optim.RMSprop(p, lr=0.01),
    "adam": lambda torch, p: torch.optim.Adam(p, lr=0.01),
}
RECORDED = Path(__file__).parents[1] / "data" / "torch_steps.json"
STEPS = json.loads(RECORDED.read_text("utf-8"))
HUNDRED = pytest.mark.parametrize(
    "number", range(len(STEPS["runs"])), ids=[f"{run['method']}-{run['clip']}" for run in STEPS["runs"]]
)


def pytorch(run: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters that PyTorch's own optimiser reaches in 100 steps of softmax regression."""
    torch = pytest.importorskip("torch")
    x, y = torch.tensor(STEPS["x"], dtype=torch.float64), torch.tensor(STEPS["y"])
    w, b = (torch.tensor(STEPS["start"][n], dtype=torch.float64, requires_grad=True) for n in ("W", "b"))
    optimiser = TORCH[run["method"]](torch, [w, b])
    for _ in range(100):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(x @ w.T + b, y).backward()
        if run["clip"] is not None:
            size = math.sqrt(sum(float((p.grad**2).sum()) for p in (w, b)))
            for p in (w, b):
                p.grad *= min(1.0, run["clip"] / size)
        optimiser.step()
    return {"W": w.tolist(), "b": b.tolist()}


@HUNDRED
def test_a_hundred_steps_match_those_recorded_from_pytorch(number: int) -> None:
    run = STEPS["runs"][number]
    h = train("cross_entropy(W@x + b, y)", {"x": STEPS["x"], "y": STEPS["y"]}, method=run["method"], reduction="mean", rate=0.01, epochs=100, start=STEPS["start"],
              clip=run["clip"], shapes={"y": 4})  # fmt: skip
    for name in ("W", "b"):
        assert h.final[name] == pytest.approx(np.array(run["after"][name]), abs=1e-10)


@HUNDRED
def test_what_is_recorded_is_what_pytorch_gives_here(number: int) -> None:
    run = STEPS["runs"][number]
    for name, values in pytorch(run).items():
        assert np.array(values) == pytest.approx(
            np.array(run["after"][name]), abs=1e-12
        )  # another PyTorch may sum in another order


def record() -> None:
    """Write what the installed PyTorch gives into the data file: `python tests/training/test_training.py`."""
    import torch

    STEPS["provenance"] = (
        f"PyTorch {torch.__version__}, float64 on the CPU: torch.optim over torch.nn.functional.cross_entropy, 100 steps over all 20 points, rate 0.01"
    )
    for run in STEPS["runs"]:
        run["after"] = pytorch(run)
    RECORDED.write_text(json.dumps(STEPS, indent=1) + "\n", "utf-8")


# ----- against scikit-learn -----
def test_logistic_regression_reaches_scikit_learns_optimum() -> None:
    x, y = datasets.load_breast_cancer(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    n = len(y)
    model = linear.LogisticRegression(C=1.0, tol=1e-12, solver="newton-cholesky").fit(x, y)
    loss = "f = w@x + b\nL = log(1 + exp(-y*f)) + sum(w**2)/(2*n)"
    h = train(
        loss,
        {"x": x, "y": 2.0 * y - 1, "n": float(n)},
        method="nesterov",
        reduction="mean",
        rate=0.5,
        epochs=3000,
        start={"w": np.zeros(30), "b": 0.0},
    )
    assert h.final["w"] == pytest.approx(model.coef_[0], abs=1e-6) and h.final["b"] == pytest.approx(
        model.intercept_[0], abs=1e-6
    )
    assert h.predict().accuracy == pytest.approx(model.score(x, y))


def test_softmax_regression_reaches_scikit_learns_optimum() -> None:
    x, y = datasets.load_iris(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    model = linear.LogisticRegression(C=1.0, tol=1e-12, solver="newton-cholesky").fit(x, y)
    loss = "L = cross_entropy(W@x + b, y) + sum(W**2)/(2*150)"
    h = train(
        loss,
        {"x": x, "y": y},
        method="nesterov",
        reduction="mean",
        rate=0.5,
        epochs=3000,
        start={"W": np.zeros((3, 4)), "b": np.zeros(3)},
        shapes={"y": 3},
    )
    assert h.final["W"] == pytest.approx(model.coef_, abs=1e-6)
    assert h.final["b"] - h.final["b"].mean() == pytest.approx(model.intercept_ - model.intercept_.mean(), abs=1e-6)
    assert h.predict().probabilities == pytest.approx(model.predict_proba(x), abs=1e-6)


def test_a_two_layer_net_learns_what_no_line_can() -> None:
    corners = {"x": [[0, 0], [0, 1], [1, 0], [1, 1]], "y": [0, 1, 1, 0]}
    h = train("h = tanh(V@x + c)\ns = W@h + b\nL = cross_entropy(s, y)", corners, method="adam", rate=0.1, epochs=300, seed=1,
              parameters=["c"], shapes={"V": (4, 2), "W": (2, 4), "y": 2, "c": 4, "b": 2})  # fmt: skip
    p = h.predict()
    assert p.node == "s" and p.labels == (0, 1, 1, 0) and h.loss < 0.01
    assert p.probabilities.sum(axis=1) == pytest.approx(np.ones(4))


# ----- schedules, clipping, stopping -----
def test_schedules_change_the_rate() -> None:
    def rates(schedule: str, epochs: int = 4) -> list[float]:
        return train(SQUARED, lecture(), schedule=schedule, rate=0.01, epochs=epochs).rates.tolist()

    assert rates("constant") == [0.01] * 4
    assert rates("step:2:0.1") == pytest.approx([0.01, 0.01, 0.001, 0.001])
    assert rates("exponential:0.5") == pytest.approx([0.01, 0.005, 0.0025, 0.00125])
    assert rates("inverse:1") == pytest.approx([0.01, 0.005, 0.01 / 3, 0.0025])
    assert rates("cosine") == pytest.approx([0.01 * (1 + math.cos(math.pi * k / 4)) / 2 for k in range(4)])
    assert rates("warmup:2") == pytest.approx([0.005, 0.01, 0.01, 0.01])
    assert train(SQUARED, lecture(), rate=lambda k: 0.01 / (k + 1), epochs=2).rates.tolist() == [0.01, 0.005]


def test_clipping_bounds_the_whole_gradient() -> None:
    u = train(SQUARED, lecture(), start=START, clip=1.0).updates
    lengths = np.sqrt(sum(g**2 for g in u.gradients.values()))
    assert lengths.max() == pytest.approx(1.0) and lengths[0] == pytest.approx(1.0)
    free = train(SQUARED, lecture(), start=START).updates
    assert u.gradients["w0"][0] / u.gradients["b"][0] == pytest.approx(free.gradients["w0"][0] / free.gradients["b"][0])


def test_early_stopping_waits_and_then_stops() -> None:
    h = train(HINGE, lecture(), start=START, epochs=100, patience=3)
    assert h.stopped is not None and h.stopped.reason == "no progress" and len(h.losses) == h.stopped.epoch < 30
    assert (
        h.stopped.message == f"stopped after epoch {h.stopped.epoch}: for 3 epochs the loss did not fall by more than 0"
    )
    held = {"x0": [3.0], "x1": [-1.0], "y": [-1.0]}
    h = train(SQUARED, lecture(), start=START, epochs=500, patience=5, validation=held)
    assert len(h.validation) == len(h.losses) < 500


def test_a_loss_that_is_not_finite_stops_with_step_node_and_last_good_parameters() -> None:
    h = train("f = w*x\nL = exp(f)", {"x": [1.0, 2.0]}, rate=-1.0, start={"w": 0.0}, epochs=30)
    assert h.stopped is not None and h.stopped.reason == "not finite"
    assert (h.stopped.node, h.stopped.epoch, h.stopped.update, h.stopped.point) == ("L", 2, 3, 1)
    assert (
        h.stopped.message
        == "stopped at update 3 (epoch 2): node L = exp(f) is inf at point 1; the parameters before that update are kept; try a smaller rate"
    )
    assert math.isfinite(h.loss) and math.isfinite(h.final["w"]) and h.parameters["w"][-1] == h.final["w"]
    assert len(h.losses) + 1 == len(h.parameters["w"]) and h.updates.parameters["w"][-1] == h.final["w"]


def test_divergence_is_found_at_the_same_update_by_floats_and_arrays() -> None:
    one = train(SQUARED, lecture(), start=START, rate=1.0, epochs=2000)
    data = {"x": np.stack([lecture()["x0"], lecture()["x1"]], axis=1), "y": lecture()["y"]}
    many = train("f = w@x + b\nL = (f - y)**2", data, start={"w": [0.5, -0.3], "b": 0.1}, rate=1.0, epochs=2000)
    assert one.stopped is not None and many.stopped is not None and one.stopped.update == many.stopped.update
    assert one.stopped.node == many.stopped.node == "L"
    assert one.final["w0"] == pytest.approx(many.final["w"][0], rel=1e-9)
    watched = train(SQUARED, lecture(), start=START, rate=1.0, epochs=2000, progress=lambda done, total, loss: None)
    assert watched.stopped == one.stopped and watched.final == one.final


def test_a_gradient_that_is_not_finite_names_the_adjoint() -> None:
    h = train("L = sqrt(w*x)", {"x": [1.0]}, start={"w": 0.0})
    assert h.stopped is not None and h.final == {"w": 0.0} and h.stopped.update == 1
    assert "is inf at point 1" in h.stopped.message
    h = train("L = log(w*x)", {"x": [1.0, -1.0]}, start={"w": 1.0})
    assert h.stopped is not None and h.stopped.update == 0 and h.stopped.point == 2
    assert "the run did not begin; choose another start" in h.stopped.message


# ----- histories -----
def test_gradients_are_those_of_the_mean_loss_before_each_epoch() -> None:
    h = train(SQUARED, lecture(), start=START)
    assert [h.gradients[n][0] for n in ("w0", "w1", "b")] == pytest.approx([15.35, -5.95, 1.65])
    assert len(h.gradients["w0"]) == len(h.losses) == 20


def test_csv_holds_every_epoch_and_every_update() -> None:
    h = train(
        "L = sum((W@x - y)**2)",
        {"x": [[1.0, 2.0]], "y": [[1.0, 0.0]]},
        rate=0.01,
        epochs=3,
        start={"W": np.zeros((2, 2))},
    )
    rows = list(csv.reader(io.StringIO(h.to_csv())))
    assert rows[0] == [
        "epoch",
        "loss",
        *(f"W[{i},{j}]" for i in (0, 1) for j in (0, 1)),
        *(f"dL/dW[{i},{j}]" for i in (0, 1) for j in (0, 1)),
    ]
    assert (
        len(rows) == 5 and float(rows[4][1]) == h.loss and float(rows[4][2]) == h.final["W"][0, 0] and rows[4][-1] == ""
    )
    updates = list(csv.reader(io.StringIO(h.to_csv(every="update"))))
    assert len(updates) == 4 and float(updates[1][1]) == 1.0


def test_a_shuffled_run_is_decided_by_its_seed() -> None:
    runs = [train(SQUARED, lecture(), start=START, shuffle=True, seed=s).losses for s in (1, 1, 2)]
    assert np.array_equal(runs[0], runs[1]) and not np.array_equal(runs[0], runs[2])


def test_a_run_goes_on_under_another_rate() -> None:
    h = train(SQUARED, lecture(), start=START, epochs=5).resume(5, rate=0.001)
    assert h.rates.tolist() == [0.01] * 5 + [0.001] * 5
    assert h.updates.parameters["w0"][-1] == h.final["w0"] and len(h.updates.losses) == 40
    with pytest.raises(
        LearnerError, match="'method' cannot be changed when a run goes on; expected one of clip, patience"
    ):
        h.resume(5, method="adam")


def test_descent_needs_no_data() -> None:
    h = train("(w - 3)**2 + (b + 1)**2", start={"w": 0.0, "b": 0.0}, rate=0.1, epochs=200)
    assert h.final == pytest.approx({"w": 3.0, "b": -1.0})


# ----- data -----
def test_labels_come_as_numbers_names_or_one_hot_rows() -> None:
    x = np.arange(8.0).reshape(4, 2)
    settings: dict[str, Any] = {"start": {"W": np.zeros((2, 2)), "b": np.zeros(2)}, "shapes": {"y": 2}, "epochs": 3}
    runs = [train("cross_entropy(W@x + b, y)", {"x": x, "y": y}, **settings)
            for y in ([0, 0, 1, 1], [-1, -1, 1, 1], ["cat", "cat", "dog", "dog"], [[1, 0], [1, 0], [0, 1], [0, 1]])]  # fmt: skip
    assert all(np.array_equal(runs[0].losses, r.losses) for r in runs)
    assert runs[2].predict().classes == ("cat", "dog") and runs[1].predict().classes == (-1, 1)


def test_csv_and_npz_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("x0,x1,y\n2,0,-1\n5,-2,-1\n\n-2,2,1\n-1,-3,1\n", encoding="utf-8")
    table = load(tmp_path / "d.csv")
    assert all(np.array_equal(table[n], lecture()[n]) for n in ("x0", "x1", "y"))
    np.savez(tmp_path / "d.npz", x=np.stack([table["x0"], table["x1"]], axis=1), y=table["y"])
    graph = build("(w@x + b - y)**2", shapes={"w": 2, "x": 2})
    from_csv, from_npz = (
        train(graph, table_for(graph, load(tmp_path / name)), start={"w": [0.5, -0.3], "b": 0.1})
        for name in ("d.csv", "d.npz")
    )
    assert np.array_equal(from_csv.losses, from_npz.losses)
    assert from_csv.losses == pytest.approx(np.array(RUNS["sgd_mse"]["loss_per_epoch"]))


@pytest.mark.parametrize(("text", "message"), [
    ("x,y\n1\n", "line 2: 1 entries under 2 names; every line needs one entry a name"),
    ("1,2\n3,4\n", "begins with numbers; expected a header line of names such as x0,x1,y"),
    ("x,x\n1,2\n", "has two columns called 'x'; give each its own name"),
    ("x,y\n", "has no rows under its header"),
])  # fmt: skip
def test_a_bad_file_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "d.csv").write_text(text, encoding="utf-8")
    with pytest.raises(LearnerError, match=message):
        load(tmp_path / "d.csv")
    with pytest.raises(LearnerError, match="no data file .*; give a .csv with a header, an .npz, or 'lecture'"):
        load(tmp_path / "none.csv")
    (tmp_path / "d.npz").write_bytes(b"not a zip")
    with pytest.raises(LearnerError, match="is no .npz of plain arrays"):
        load(tmp_path / "d.npz")


@pytest.mark.parametrize(("changes", "message"), [
    ({"data": {"x0": [1, 2], "x1": [1, 2], "y": [1]}}, "the data 'x0' have 2 points and 'y' 1; every name needs one row a point"),
    ({"data": {**lecture(), "z": [1]}}, "the loss has no input 'z'; its inputs are w0, x0, w1, x1, b, y"),
    ({"data": {"x0": [1, math.nan], "x1": [1, 2], "y": [1, 2]}}, "the data 'x0' hold a number that is not finite at point 2"),
    ({"data": {"x0": [[1, 2]], "x1": [1], "y": [1]}}, r"the data 'x0' have shape \(1×2\); expected one number a point"),
    ({"data": {"x0": ["a"], "x1": [1], "y": [1]}}, "the data 'x0' hold 'a' at point 1, which is no number"),
    ({"data": {"x0": [1], "x1": [1]}}, "no data for 'y'; give it one value a point, or name it in parameters="),
    ({"data": {"x0": [], "x1": [], "y": []}}, "the data have no points; expected at least one"),
    ({"method": "newton"}, "method='newton' is no way of descending; expected one of sgd, batch, minibatch"),
    ({"reduction": "max"}, "reduction='max' is not known; expected 'sum' or 'mean'"),
    ({"schedule": "steps"}, "schedule='steps' is not known; expected one of constant, step"),
    ({"schedule": "step:x"}, "schedule='step:x' has a setting that is no number; expected 'step:10:0.5'"),
    ({"method": "adam", "momentum": 0.9}, "method='adam' has no setting 'momentum'; it takes beta1, beta2, epsilon"),
    ({"method": "sgd", "batch_size": 2}, "method='sgd' updates after every point, so batch_size=2 does not fit; use method='minibatch'"),
    ({"method": "minibatch", "batch_size": 0}, "batch_size=0; expected a whole number of points above 0"),
    ({"start": {"z": 1}}, "start has 'z', which is no input of the loss"),
    ({"start": {"y": 1}}, "'y' has both data and a place in start"),
    ({"start": {"b": [1, 2]}}, r"start\['b'\] has shape \(2\); expected \(scalar\)"),
    ({"epochs": -1}, "epochs=-1; expected a whole number, 0 or more"),
    ({"clip": 0}, "clip=0; expected a length above 0"),
    ({"clip": "long"}, "clip='long'; expected a length above 0"),
    ({"epochs": 2.5}, "epochs=2.5; expected a whole number, 0 or more"),
    ({"seed": -1}, "seed=-1; expected a whole number, 0 or more"),
    ({"patience": 2.5}, "patience=2.5; expected a whole number of epochs above 0"),
    ({"rate": "fast"}, "rate='fast'; expected a number, or a function of the epoch"),
    ({"rate": lambda epoch: "fast"}, "the rate of epoch 1 is 'fast'; expected a number"),
    ({"method": "minibatch", "batch_size": 2.5}, "batch_size=2.5; expected a whole number of points above 0"),
    ({"parameters": ["z"]}, "parameters has 'z', which is no input of the loss"),
    ({"start": [1, 2]}, "start is a list; expected input name → first value, such as start="),
    ({"data": [1, 2]}, "data is a list; expected input name → one value a point, such as data="),
    ({"data": {"x0": [[1, 2], [3]], "x1": [1], "y": [1]}}, "the data 'x0' are not numbers in rows of one length"),
    ({"data": {"x0": [1j], "x1": [1], "y": [1]}}, "the data 'x0' are not numbers in rows of one length"),
    ({"validation": {"x0": [1]}}, "validation has no 'x1'; it needs the names of the data: x0, x1, y"),
    ({"loss": "f = w0*x0 + w1*x1 + b*y", "data": {**lecture(), "w0": [0] * 4, "w1": [0] * 4, "b": [0] * 4}}, "so nothing is left to learn"),
])  # fmt: skip
def test_what_does_not_fit_is_one_clear_line(changes: dict[str, Any], message: str) -> None:
    loss, data = changes.pop("loss", SQUARED), changes.pop("data", lecture())
    graph = build(loss)
    with pytest.raises(LearnerError, match=message):
        train(graph, data, **changes)


def test_what_a_run_cannot_give_is_one_clear_line(tmp_path: Path) -> None:
    h = train(SQUARED, lecture(), start=START, epochs=3)
    with pytest.raises(LearnerError, match=r"there is no epoch 9; this run has 0 \(the start\) to 3"):
        h.predict(epoch=9)
    (tmp_path / "file").write_text("")
    with pytest.raises(
        LearnerError, match="cannot write .*run.csv: (not a directory|file exists); choose another place"
    ):
        h.to_csv(tmp_path / "file" / "run.csv")
    with pytest.raises(LearnerError, match="every='step' is not known; expected 'epoch' or 'update'"):
        h.to_csv(every="step")


def test_shapes_that_do_not_fit_say_what_was_expected() -> None:
    with pytest.raises(
        ShapeError, match=r"the loss has shape \(2\); descent needs one number a point: sum it, or take its mean"
    ):
        train("W@x", {"x": [[1.0, 2.0]]}, shapes={"W": (2, 2)})
    with pytest.raises(
        ShapeError, match=r"the data 'y' hold 3 different labels; expected rows of 2, or class numbers from 0 to 1"
    ):
        train("cross_entropy(W@x, y)", {"x": np.ones((4, 2)), "y": [0, 1, 2, 2]}, shapes={"W": (2, 2), "y": 2})


if __name__ == "__main__":
    record()
