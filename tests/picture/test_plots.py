"""Plots: the same bytes each time, alt text that says what is seen, and what they show against the lecture's numbers."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from PIL import Image

import graphtutor as gt
from graphtutor.errors import LearnerError
from graphtutor.picture.plots import curves, planes, surfaces
from graphtutor.picture.plots.figures import Plot
from graphtutor.training.data import START, lecture
from graphtutor.training.history import History
from graphtutor.training.outliers import outliers
from graphtutor.training.train import train

GOLDEN = Path(__file__).parents[1] / "golden" / "plots"
TRUTH = json.loads((Path(__file__).parents[1] / "data" / "lecture_truth.json").read_text("utf-8"))
SQUARED = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"
DRAWN_WITH = "3.11"  # the matplotlib that drew the golden files; another one may place text otherwise


def lecture_runs() -> dict[str, History]:
    settings: dict[str, Any] = {"start": START, "reduction": "mean"}
    return {"stochastic": train(SQUARED, lecture(), **settings), "minibatch of 2": train(SQUARED, lecture(), method="minibatch", batch_size=2, **settings),
            "batch": train(SQUARED, lecture(), method="batch", **settings)}  # fmt: skip


def three_classes() -> History:
    random = np.random.default_rng(4)
    y = np.arange(90) % 3
    x = np.array([[0, 2], [-2, -1], [2, -1]])[y] + random.normal(0, 0.8, (90, 2))
    return train("s = W@x + b\nL = cross_entropy(s, y)", {"x": x, "y": y}, method="batch", reduction="mean", rate=0.5, epochs=100, start={"W": np.zeros((3, 2)), "b": np.zeros(3)},
                 shapes={"y": 3})  # fmt: skip


MAKE = {
    "loss": lambda: curves.loss_plot(lecture_runs()),
    "boundary": lambda: planes.boundary_plot(lecture_runs()["stochastic"], slide=True),
    "regions": lambda: planes.regions_plot(three_classes()),
    "surface": lambda: surfaces.surface_plot(lecture_runs()),
    "saturation": curves.saturation_plot,
    "robustness": lambda: curves.robustness_plot(outliers()),
}


@pytest.fixture(scope="module")
def drawn() -> dict[str, Plot]:
    return {name: make() for name, make in MAKE.items()}


@pytest.mark.parametrize("name", MAKE)
def test_a_plot_is_the_golden_file(name: str, drawn: dict[str, Plot]) -> None:
    if not matplotlib.__version__.startswith(DRAWN_WITH):
        pytest.skip(f"the golden files were drawn with matplotlib {DRAWN_WITH}, here is {matplotlib.__version__}")
    golden = GOLDEN / f"{name}.svg"
    assert drawn[name].bytes() == golden.read_bytes(), (
        f"{golden} differs; after looking at the plot, write it anew with python tests/picture/test_plots.py"
    )


@pytest.mark.parametrize("name", MAKE)
@pytest.mark.parametrize("format", ["svg", "png", "pdf"])
def test_the_same_plot_is_the_same_bytes(name: str, format: str, drawn: dict[str, Plot]) -> None:
    first = drawn[name].bytes(format)
    assert first == drawn[name].bytes(format) == MAKE[name]().bytes(format)
    assert not re.search(rb"20\d\d-\d\d-\d\d|/tmp/|/home/|CreationDate", first)


@pytest.mark.parametrize("name", MAKE)
def test_a_plot_carries_its_title_and_alt_text(name: str, drawn: dict[str, Plot], tmp_path: Path) -> None:
    plot = drawn[name]
    root = ET.fromstring(plot.bytes())
    tag = "{http://www.w3.org/2000/svg}"
    assert (
        root.get("role") == "img"
        and root.findtext(f"{tag}title") == plot.title
        and root.findtext(f"{tag}desc") == plot.alt
    )
    assert len(plot.alt) > 80 and plot.alt.endswith(".")
    with Image.open(plot.save(tmp_path / "p.png")) as image:
        assert image.info["Description"] == plot.alt and "Software" not in image.info
        colours = image.convert("RGB").getcolors(1 << 24) or []
        assert (len(colours) > 20 and max(colours)[1] == (255, 255, 255)) or name in ("boundary", "regions", "surface")


def test_the_users_own_style_does_not_reach_a_plot(drawn: dict[str, Plot]) -> None:
    with matplotlib.rc_context({"font.size": 25, "axes.facecolor": "red", "lines.linewidth": 9}):
        assert drawn["loss"].bytes() == MAKE["loss"]().bytes()
        assert matplotlib.rcParams["font.size"] == 25


# ----- what they show -----
def test_the_boundary_is_the_true_one_and_the_slides_is_1_85_too_low(drawn: dict[str, Plot]) -> None:
    truth = TRUTH["decision_boundary"]
    run = lecture_runs()["stochastic"]
    wrong, slope, right = planes.slide_line(run, -1)
    assert slope == pytest.approx(truth["slope"], rel=1e-12) and wrong - right == pytest.approx(
        truth["offset_drawn_minus_true"], rel=1e-12
    )
    for point in truth["points"]:
        assert right + slope * point["x1"] == pytest.approx(point["true"], rel=1e-12)
        assert wrong + slope * point["x1"] == pytest.approx(point["slide"], rel=1e-12)
    assert "The slide's formula gives a parallel line 1.850 too low" in drawn["boundary"].alt
    axes = drawn["boundary"].figure().axes[0]
    line = next(c for c in axes.collections if len(getattr(c, "levels", [])) == 1).get_paths()[0].vertices
    assert line[:, 1] == pytest.approx(right + slope * line[:, 0], abs=1e-9)


def test_the_surface_shows_every_update_of_every_run(drawn: dict[str, Plot]) -> None:
    runs = lecture_runs()
    lines = {line.get_label(): line for line in drawn["surface"].figure().axes[0].get_lines()}
    for name, h in runs.items():
        assert np.array_equal(lines[name].get_xdata(), h.updates.parameters["w0"]) and np.array_equal(
            lines[name].get_ydata(), h.updates.parameters["w1"]
        )
    first = runs["stochastic"]
    chosen = tuple(surfaces.Entry.of(first, name) for name in ("w0", "w1"))
    height = surfaces.surface(first, chosen, np.array([[0.5]]), np.array([[-0.3]]))
    x0, x1, y = lecture().values()
    assert height[0, 0] == pytest.approx(np.mean((0.5 * x0 - 0.3 * x1 + first.final["b"] - y) ** 2))


def test_the_saturation_curves_are_the_formulas(drawn: dict[str, Plot]) -> None:
    cross, squared = drawn["saturation"].figure().axes[0].get_lines()
    p = cross.get_xdata()
    assert cross.get_ydata() == pytest.approx(1 - p, abs=1e-12) and squared.get_ydata() == pytest.approx(
        4 * p * (1 - p) ** 2, abs=1e-12
    )


def test_regions_put_each_class_where_its_score_is_highest() -> None:
    h = three_classes()
    p = planes.plane(h)
    scores = p.scores(-1, *np.meshgrid([-3.0, 0.0, 3.0], [-2.0, 3.0]))
    assert np.argmax(scores, axis=-1).tolist() == [[1, 2 if scores[0, 1, 2] > scores[0, 1, 1] else 1, 2], [0, 0, 0]]


def test_two_features_in_one_vector_or_two_columns_make_a_plane() -> None:
    x = np.stack([lecture()["x0"], lecture()["x1"]], axis=1)
    one = planes.boundary_plot(
        train("f = w@x + b\nL = (f - y)**2", {"x": x, "y": lecture()["y"]}, start={"w": [0.5, -0.3], "b": 0.1}),
        slide=True,
    )
    assert "x[0]" in one.alt and "1.850 too low" in one.alt


def test_a_net_bends_its_boundary_and_says_what_its_surface_holds() -> None:
    corners = {"x": [[0, 0], [0, 1], [1, 0], [1, 1]], "y": [0, 1, 1, 0]}
    h = train("h = tanh(V@x + c)\ns = W@h + b\nL = cross_entropy(s, y)", corners, method="adam", rate=0.1, epochs=100, seed=1,
              start={"c": np.zeros(4), "b": np.zeros(2)}, shapes={"V": (4, 2), "W": (2, 4), "y": 2})  # fmt: skip
    axes = h.plot("boundary").figure().axes[0]
    assert (
        "boundary: equal scores" in axes.get_legend_handles_labels()[1]
        and "100 % of the points lie on their own side" in h.plot("boundary").alt
    )
    assert "over V[0,0] and W[1,2], with all else held" in h.plot("surface", names=("V[0,0]", "W[1,2]")).alt


def test_frames_are_one_an_epoch(tmp_path: Path) -> None:
    h = train(SQUARED, lecture(), start=START, epochs=3)
    files = h.frames(tmp_path / "frames")
    assert [f.name for f in files] == ["000.svg", "001.svg", "002.svg", "003.svg"]
    assert "At the start: mean loss 7.138" in files[0].read_text("utf-8")
    with Image.open(h.frames(tmp_path / "a.gif")[0]) as image:
        assert image.n_frames == 4  # type: ignore[attr-defined]
    with pytest.raises(LearnerError, match="'.svg' holds one picture, and these are 4; give a .gif or a folder"):
        h.frames(tmp_path / "a.svg")


def test_a_history_plots_itself(tmp_path: Path) -> None:
    h = train(SQUARED, lecture(), start=START, epochs=3)
    assert h.plot(path=tmp_path / "loss.svg").bytes() == (tmp_path / "loss.svg").read_bytes()
    assert h._repr_svg_().startswith("<?xml") and h.spark == "█▁▁▁"
    for kind in ("boundary", "regions", "surface"):
        assert h.plot(kind).alt


def test_runs_are_plotted_beside_one_another_and_comparisons_plot_themselves(tmp_path: Path) -> None:
    runs = lecture_runs()
    first, *others = runs.values()
    assert "sgd from 7.138 to 0.1149 in 20 epochs; minibatch from" in first.plot(beside=others).alt
    assert "; sgd 2 from 7.138" in first.plot(beside=[first]).alt
    assert first.plot("surface", beside={"two at once": others[0]}).alt.count("updates, from (0.5, -0.3)") == 2
    with pytest.raises(
        LearnerError, match="a plot of boundary shows one run; leave beside out, or plot the loss or the surface"
    ):
        first.plot("boundary", beside=others)
    assert gt.compare_losses().plot(tmp_path / "s.svg").bytes() == (GOLDEN / "saturation.svg").read_bytes()
    far = gt.outliers()
    assert (
        far.plot().title == "One far point"
        and repr(far).startswith("run ")
        and repr(gt.compare_losses()).startswith("Model 1\n")
    )
    assert (
        repr(first.predict()) == "<Prediction f: 4 points, 4 right>"
        and repr(first.update(0)).startswith("Update 1 (epoch 1), point 1")
        and repr(far.plot()) == "<Plot One far point>"
    )


@pytest.mark.parametrize(("call", "message"), [
    (lambda h: h.plot("pie"), "'pie' is no plot of a run; expected one of loss, boundary, regions, surface"),
    (lambda h: h.plot("boundary", epoch=9), r"there is no epoch 9; this run has 0 \(the start\) to 2"),
    (lambda h: h.plot().bytes("bmp"), "'bmp' is no format of a plot; expected svg, png, pdf"),
    (lambda h: h.plot("surface", names=("w0", "w9")), "'w9' is no single parameter; expected one such as w0, w1, b"),
    (lambda h: h.plot("surface", names=("w0", "w0")), "a surface lies over two different parameters; met w0, w0"),
    (lambda h: h.plot("surface", names=("w0",)), "a surface lies over two different parameters; met w0"),
    (lambda h: gt.outliers(rate=10.0), "rate=10 is too large: the run 'stochastic, squared' is not finite any more; choose a smaller rate, such as 0.01"),
    (lambda h: curves.loss_plot({}), "no runs to plot; give at least one history"),
    (lambda h: train("(w - 1)**2", start={"w": 0.0}, epochs=1).plot("surface"), "a surface needs two parameters, and this run has 1"),
    (lambda h: train("(w*x - y)**2", {"x": [1, 2], "y": [-1, 1]}, start={"w": 0.0}).plot("boundary"), r"this plot needs two features and labels of classes; the features here are x \(1\)"),
    (lambda h: three_classes().plot("boundary"), "a boundary lies between two classes, and these are 3; use the plot of regions"),
    (lambda h: train("f = v0*x0 + v1*x1\nL = (f - y)**2", lecture(), start={"v0": 0.0, "v1": 1.0}).plot("boundary", slide=True),
     "the slide's formula speaks of w0, w1 and b; this model has v0, v1"),
])  # fmt: skip
def test_what_cannot_be_plotted_is_one_clear_line(call: Any, message: str) -> None:
    with pytest.raises(LearnerError, match=message):
        call(train(SQUARED, lecture(), start=START, epochs=2))


def test_sparks_take_any_numbers() -> None:
    assert (
        curves.spark([]) == ""
        and curves.spark([1, 1]) == "▁▁"
        and curves.spark([0, float("nan"), 1]) == "▁ █"
        and len(curves.spark(range(1000), 30)) == 30
    )


# ----- the far point -----
@pytest.mark.parametrize("seed", range(5))
def test_batch_descent_ends_at_the_optimum_of_the_spoiled_data(seed: int) -> None:
    r = outliers(seed)
    assert r.distance("batch, squared", "spoiled") < 1e-6 < 0.1 < r.distance("batch, squared")
    assert r.distance("batch, absolute") < r.distance("batch, squared") / 2
    assert r.swing("stochastic, squared") > 0.2 and r.swing("batch, squared") < 1e-6
    assert [(c.slide, c.verdict) for c in r.claims] == [
        ("S85", "holds"),
        ("S85", "does not hold"),
        ("S95", "holds in part"),
    ]
    assert "from clean" in str(r)


if __name__ == "__main__":
    for key, make in MAKE.items():
        make().save(GOLDEN / f"{key}.svg")
