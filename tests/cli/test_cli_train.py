"""`train` and `plot` as a person meets them, and the loop opened up."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphtutor.cli import main
from graphtutor.errors import LearnerError
from graphtutor.training.data import START, lecture
from graphtutor.training.methods import METHODS, SCHEDULES
from graphtutor.training.train import train

SQUARED = "f = w0*x0 + w1*x1 + b; L = (f - y)**2"
BEGIN = "w0=.5,w1=-.3,b=.1"
RUNS = json.loads((Path(__file__).parents[1] / "data" / "lecture_truth.json").read_text("utf-8"))["runs"]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command in this process: (exit code, what it printed, what it complained)."""

    def call(*args: str) -> tuple[int, str, str]:
        code = main(list(args))
        out, err = capsys.readouterr()
        return code, out, err

    return call


# ----- train -----
def test_the_lectures_run_prints_its_losses_and_classes(run: Any) -> None:
    code, out, err = run("train", SQUARED, "--start", BEGIN)
    lines = out.splitlines()
    assert code == 0 and err == ""
    assert lines[0].split() == ["epoch", "loss", "w0", "w1", "b"] and lines[1].split() == [
        "0",
        "7.1375",
        "0.5",
        "−0.3",
        "0.1",
    ]
    assert lines[-6].startswith("loss █▂▁▁") and lines[-6].endswith("7.1375 → 0.114928 in 80 updates")
    assert [line[-7:] for line in lines[-5:-1]] == ["Class 1", "Class 1", "Class 2", "Class 2"] and lines[
        -1
    ] == "4 of 4 right"


@pytest.mark.parametrize("name", ["batch_mse_sum", "minibatch2_mse_mean", "sgd_mse_sequential_update_BUG"])
def test_json_holds_the_runs_of_the_lecture(run: Any, name: str) -> None:
    config = RUNS[name]["config"]
    more = {"batch": ["--method", "batch"], "mini": ["--method", "minibatch", "--batch-size", "2"]}.get(
        config.get("mode"), []
    )
    more += ["--reduction", "mean"] * (config.get("agg") == "mean") + ["--sequential"] * bool(config.get("seqbug"))
    code, out, _ = run("train", SQUARED, "--start", BEGIN, "--json", *more)
    told = json.loads(out)
    assert code == 0 and told["ok"] and told["losses"] == pytest.approx(RUNS[name]["loss_per_epoch"], rel=1e-12)
    assert told["prediction"]["accuracy"] == 1.0 and told["stopped"] is None


def test_a_run_that_breaks_exits_1_and_says_where(run: Any) -> None:
    code, out, err = run("train", SQUARED, "--start", BEGIN, "--rate", "5", "--epochs", "500")
    assert (
        code == 1
        and "is inf at point" in err
        and "the parameters before that update are kept; try a smaller rate" in err
        and "in " in out
    )
    code, out, _ = run("train", SQUARED, "--start", BEGIN, "--rate", "5", "--epochs", "500", "--json")
    told = json.loads(out)
    assert code == 1 and not told["ok"] and told["stopped"]["node"] == "L" and np.isfinite(told["parameters"]["w0"])


def test_data_come_from_files(run: Any, tmp_path: Path) -> None:
    Path("points.csv").write_text("a,b,kind\n0,0,no\n0,2,no\n3,0,yes\n3,2,yes\n", encoding="utf-8")
    loss = "L = cross_entropy(W@[a, b] + c, kind)"
    code, out, _ = run(
        "train",
        loss,
        "--data",
        "points.csv",
        "--shapes",
        "W=2x2,c=2,kind=2",
        "--start",
        "W=[[0,0],[0,0]],c=[0,0]",
        "--rate",
        "0.5",
        "--json",
    )
    told = json.loads(out)
    assert (
        code == 0
        and told["prediction"]["labels"] == ["no", "no", "yes", "yes"]
        and told["loss"] < told["losses"][0] == pytest.approx(np.log(2))
    )


def test_inputs_of_any_name_are_learned_when_asked(run: Any) -> None:
    net = "h = tanh(V@[x0, x1] + c); f = W@h + b; L = (f[0] - y)**2"
    code, out, _ = run(
        "train", net, "--learn", "c", "--shapes", "V=3x2,c=3,W=1x3,b=1", "--epochs", "60", "--rate", "0.05", "--json"
    )
    told = json.loads(out)
    assert code == 0 and set(told["parameters"]) == {"V", "c", "W", "b"} and told["loss"] < 0.1 < told["losses"][0]
    code, _, err = run("train", net, "--shapes", "V=3x2,c=3,W=1x3,b=1")
    assert (
        code == 2
        and "no data for 'c'; give it one value a point, or name it in parameters=[…] (in the shell: --learn c) if it is to be learned"
        in err
    )


def test_csv_and_pictures_are_written(run: Any) -> None:
    code, out, _ = run("train", SQUARED, "--start", BEGIN, "--csv", "run.csv", "-o", "loss.svg", "--epochs", "3")
    rows = list(csv.reader(Path("run.csv").read_text("utf-8").splitlines()))
    assert code == 0 and rows[0][:5] == ["epoch", "loss", "w0", "w1", "b"] and len(rows) == 5
    assert "wrote run.csv" in out and Path("loss.svg").read_text("utf-8").startswith("<?xml")


def test_an_exercise_is_trained_by_its_id(run: Any) -> None:
    code, out, err = run("train", "hinge-dw0", "--epochs", "2", "--start", BEGIN)
    assert code == 0 and err.startswith("graphtutor: 'hinge-dw0' is an exercise: ") and "2.325" in out


@pytest.mark.parametrize(("args", "code", "message"), [
    (("w0*x0 +",), 3, "expected a number, a name or '('"),
    (("w0*x0", "--data", "none.csv"), 2, "no data file 'none.csv'"),
    (("w0*x0", "--start", "q=1"), 2, "start has 'q', which is no input of the loss"),
    (("w0*x0", "--start", "w0=abc"), 2, "the value of 'w0' is 'abc'; expected a number such as 0.5"),
    (("w0*x0", "--setting", "momentum=.9"), 2, "method='sgd' has no setting 'momentum'"),
    (("w0*x0", "--setting", "rate=1"), 2, "cannot read 'rate' in --setting"),
    (("w0*x0", "--method", "newton"), 2, "'newton' is not one of"),
    (("w0*x0", "--schedule", "fast"), 2, "schedule='fast' is not known"),
    (("w0*x0*z",), 2, "no data for 'z'"),
    ((SQUARED, "--step", "--update", "81"), 2, "there is no update 81; this run has 80"),
    ((SQUARED, "--csv", "/dev/null/run.csv"), 2, "cannot write /dev/null/run.csv: "),
])  # fmt: skip
def test_what_cannot_be_trained_is_one_line_and_an_exit_code(
    run: Any, args: tuple[str, ...], code: int, message: str
) -> None:
    found, out, err = run("train", *args)
    assert found == code and message in err and err.startswith("graphtutor: ") and "Traceback" not in err and out == ""


def test_the_help_names_every_method_and_schedule_without_numpy() -> None:
    program = "import sys; from graphtutor.cli import main; main(['train', '--help']); print('numpy' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "|".join(m.name for m in METHODS) in re.sub(r"\s", "", said)
    assert all(schedule.spelled in said for schedule in SCHEDULES) and said.endswith("False\n")


def test_an_ascii_locale_gets_ascii(tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "PYTHON")) and k != "LANG"} | {
        "LC_ALL": "C",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "graphtutor", "train", SQUARED, "--start", BEGIN, "--step"],
        capture_output=True,
        env=env,
        cwd=tmp_path,
        check=True,
    )
    assert done.stdout.isascii() and b"w0 <- 0.5 - 0.01 * 8.4 = 0.416" in done.stdout


# ----- the loop, opened up -----
def test_one_update_is_shown_as_the_lecture_does_it(run: Any) -> None:
    code, out, _ = run("train", SQUARED, "--start", BEGIN, "--step", "-o", "graph.svg")
    assert code == 0 and Path("graph.svg").exists()
    assert (
        "w₀ ← 0.5 − 0.01 · 8.4 = 0.416" in out
        and "L = v₄² = 4.41" in out
        and "L = 3.5721 after the update; it was 4.41" in out
    )
    assert "∂L/∂w₀ = 8.4" in out


def test_a_batchs_update_adds_up_its_points(run: Any) -> None:
    _, out, _ = run("train", SQUARED, "--start", BEGIN, "--method", "batch", "--step")
    assert "sum of ∂L/∂w₀: 8.4 + 42 + 10 + 1 = 61.4" in out and "w₀ ← 0.5 − 0.01 · 61.4 = −0.114" in out
    _, out, _ = run("train", SQUARED, "--start", BEGIN, "--method", "batch", "--reduction", "mean", "--step", "--json")
    told = json.loads(out)
    assert told["gradients"] == pytest.approx({"w0": 15.35, "w1": -5.95, "b": 1.65}) and told["points"] == [1, 2, 3, 4]


@pytest.mark.parametrize("method", [m.name for m in METHODS])
def test_the_shown_update_is_the_one_that_was_made(method: str) -> None:
    h = train(
        SQUARED,
        lecture(),
        method=method,
        start=START,
        shuffle=True,
        seed=7,
        rate=0.02,
        schedule="exponential",
        epochs=4,
    ).resume(3, rate=0.001)
    last = len(h.updates.losses) - 1
    for number in {0, 1, last // 2, last}:
        u = h.update(number)
        shown = [line for line in u.changes() if line.startswith(("w₀", "w₁", "b"))]
        assert [float(line.split(" = ")[-1].replace("−", "-")) for line in shown] == pytest.approx(
            [float(u.after[n]) for n in ("w0", "w1", "b")], rel=1e-5
        )
        assert u.loss(u.before) == pytest.approx(h.updates.losses[number], rel=1e-12)


def test_an_update_of_matrices_is_shown() -> None:
    h = train(
        "cross_entropy(W@x + b, y)",
        {"x": [[1, 2], [3, 4]], "y": [0, 1]},
        start={"W": [[0.1, 0.2], [0.3, 0.4]], "b": [0, 0]},
        shapes={"y": 2},
        epochs=1,
    )
    assert "b ← [0, 0] − 0.01 · [−0.645656, 0.645656] = [0.00645656, −0.00645656]" in h.update().lines()
    with pytest.raises(LearnerError, match="there is no update 3; this run has 2"):
        h.update(2)


# ----- plot -----
@pytest.mark.parametrize("args", [
    ("loss", "--method", "sgd", "--method", "batch"), ("boundary", "--slide"), ("boundary", "--epoch", "0"), ("regions",), ("surface", "--over", "w0,b"), ("saturation",),
    ("robustness",),
])  # fmt: skip
def test_every_kind_of_plot_is_written_with_its_words(run: Any, args: tuple[str, ...]) -> None:
    code, out, err = run("plot", *args)
    assert code == 0 and err == "" and out.rstrip().endswith(f"wrote outputs/{args[0]}.svg")
    code, out, _ = run("plot", *args, "-o", "p.png", "--json")
    told = json.loads(out)
    assert (
        code == 0
        and told["files"] == ["p.png"]
        and len(told["alt"]) > 50
        and Path("p.png").read_bytes().startswith(b"\x89PNG")
    )


def test_plots_judge_the_lectures_sentences(run: Any) -> None:
    _, out, _ = run("plot", "saturation")
    assert "S109: “MSE penalizes incorrect predictions much more than cross entropy” does not hold" in out
    _, out, _ = run("plot", "robustness")
    assert "S85: “Batch descent drowns the outlier's effect” does not hold" in out


def test_frames_are_written_one_an_epoch(run: Any) -> None:
    code, out, _ = run("plot", "boundary", SQUARED, "--start", BEGIN, "--epochs", "3", "--frames", "-o", "frames")
    assert (
        code == 0
        and "(4 frames)" in out
        and sorted(p.name for p in Path("frames").iterdir()) == ["000.svg", "001.svg", "002.svg", "003.svg"]
    )


@pytest.mark.parametrize(("args", "message"), [
    (("pie",), "'pie' is not one of"),
    (("surface", "--over", "w0"), "--over w0 names 1 parameters; expected two, such as w0,w1"),
    (("surface", "--over", "w0,q"), "'q' is no single parameter; expected one such as w0, w1, b"),
    (("boundary", "--epoch", "99"), "there is no epoch 99"),
    (("loss", "--frames"), "--frames belongs to plot boundary; leave it out of plot loss"),
    (("surface", "--epoch", "3"), "--epoch belongs to plot boundary and plot regions; leave it out of plot surface"),
    (("saturation", "w*x"), "plot saturation draws the lecture's own example; leave 'w*x' out"),
    (("loss", "-o", "p.bmp"), "'bmp' is no format of a plot; expected svg, png, pdf"),
])  # fmt: skip
def test_what_cannot_be_plotted_is_one_line(run: Any, args: tuple[str, ...], message: str) -> None:
    code, _, err = run("plot", *args)
    assert code == 2 and message in err
