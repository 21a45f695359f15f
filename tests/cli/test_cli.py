"""The commands as a person meets them: what they print, their exit codes, and what they leave on the disk."""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from graphtutor import LearnerError, __version__
from graphtutor.cli import COMMANDS, main, shared
from graphtutor.cli.step import ACT, pressed

ROOT = Path(__file__).resolve().parents[2]
LECTURE = "f = w0*x0 + w1*x1 + b; L = (f - y)**2"
POINT = "w0=.5,w1=-.3,x0=2,x1=0,b=.1,y=-1"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys):
    """Run a command in this process: (exit code, what it printed, what it complained)."""

    def call(*args: str) -> tuple[int, str, str]:
        code = main(list(args))
        out, err = capsys.readouterr()
        return code, out, err

    return call


def shell(*args: str, stdin: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    env = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith("LC_") and k not in ("LANG", "PYTHONUTF8", "PYTHONIOENCODING")
    }
    env |= {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"} | environment
    return subprocess.run(
        [sys.executable, "-m", "graphtutor", *args],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=env,
        timeout=120,
        check=False,
    )


# ----- the front door -----
def test_help_lists_every_command(run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert all(f"\n  {name} " in out for name in COMMANDS)


def test_without_arguments_help_is_shown(run) -> None:
    assert run() == run("--help")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_shows_its_options(run, name) -> None:
    code, out, _ = run(name, "--help")
    assert code == 0
    assert f"Usage: graphtutor {name}" in out


def test_help_imports_no_sympy_nor_numpy_nor_rich() -> None:
    program = "import sys; from graphtutor.cli import main; main(['--help']); print(sorted({'sympy', 'numpy', 'rich', 'matplotlib', 'pygraphviz'} & set(sys.modules)))"
    out = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
    ).stdout
    assert out.splitlines()[-1] == "[]"


def test_importing_the_package_imports_no_sympy() -> None:
    program = "import sys, graphtutor; print('sympy' in sys.modules); graphtutor.graph; print('sympy' in sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
    ).stdout
    assert out.split() == ["False", "True"]


def test_version_is_the_packages(run) -> None:
    assert run("--version") == (0, f"graphtutor {__version__}\n", "")


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["drwa"], "no command 'drwa' (did you mean 'draw'?); 'graphtutor --help' lists them"),
        (["x**2"], "no command 'x**2'; to draw an expression: graphtutor draw 'x**2'"),
        (["draw"], "Missing argument 'EXPR'; 'graphtutor draw --help' shows what it takes"),
        (
            ["draw", "x", "--backward", "--step", "1"],
            "--backward draws the last step and --step N another; give one of them; 'graphtutor draw --help' shows what it takes",
        ),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(run, args, line) -> None:
    assert run(*args) == (2, "", f"graphtutor: {line}\n")


# ----- bad input: one line with the next move, exit 2 or 3, nothing half-written -----
BAD = [
    (["foo(x)"], 3, "line 1, column 1: unknown function 'foo'"),
    (["sine(x)"], 3, "line 1, column 1: unknown function 'sine' (did you mean 'sin'?)"),
    (["(x + 1"], 3, "expected ')' to close the '(' of column 1"),
    (["2 +"], 3, "line 1, column 4: the text ends after '+'; expected a number, a name or '('"),
    ([""], 3, "nothing to read; expected an expression such as"),
    (["f = w*x\nL = f**2 +"], 3, "line 2, column 11"),
    (
        ["W@x", "--shapes", "W=3x2,x=3"],
        2,
        "cannot multiply (3×2) by (3): 2 columns meet 3 rows; .T on the left would fit (in W @ x)",
    ),
    (["W@x", "--shapes", "W=3by2"], 2, "the shape of 'W' is 3by2; expected whole numbers above 0, such as 2 or 3x2"),
    (["w*x", "--at", "w=1"], 2, "no value for x; give a number to each of w, x"),
    (["w*x", "--at", "w=1,x=2,z=3"], 2, "'z' is no input of this graph; its inputs are w, x"),
    (["w*x", "--at", "w=1,x"], 2, "cannot read 'x' in --at; expected name=value, such as --at w0=0.5,b=1"),
    (["w*x", "--at", "w=1,w=2"], 2, "'w' is given twice in --at; give it once"),
    (["w*x", "--at", "w=one,x=1"], 2, "the value of 'w' is 'one'; expected a number such as 0.5, -2 or 1/3"),
    (["w@x", "--at", "w=[1,2],x=[1,two]"], 2, "the value of 'x' is [1,two]; expected numbers in brackets"),
    (
        ["log(x)", "--at", "x=-1"],
        2,
        "log(x) (node v1) is undefined at x = -1; it needs a positive value; choose another point",
    ),
    (["x*y", "-o", "missing.xyz"], 2, "'.xyz' is no format of pictures; expected .svg, .png"),
    (["x*y", "--step", "99"], 2, "there is no step 99; this trace has steps 0 to 3"),
    (["x*y", "--palette", "beige"], 2, "'beige' is not one of 'default', 'cs231n'"),
    (["@nofile"], 2, "cannot read 'nofile': no such file or directory; after @ comes the name of a text file"),
    (["x", "--collapse", "f"], 2, "'f' is no group of this graph; its groups are none"),
]


@pytest.mark.parametrize(("args", "code", "line"), BAD, ids=lambda value: value[0] if isinstance(value, list) else "")
def test_bad_input_is_one_line_with_the_next_move(run, empty_folder, args, code, line) -> None:
    got, out, err = run("draw", *args)
    assert (got, out) == (code, "")
    first, *caret = err.splitlines()
    assert line in first
    assert len(caret) in ((0, 2) if code == 3 else (0,)), "after the line only the caret may follow"
    assert list(empty_folder.iterdir()) == [], "nothing may be written"


def test_caret_stands_under_the_place_where_reading_stopped(run) -> None:
    _, _, err = run("draw", "w*x + sine(y)")
    assert err.splitlines()[1:] == ["w*x + sine(y)", "      ^"]


def test_line_of_100000_brackets_is_refused_at_once(run, empty_folder) -> None:
    (empty_folder / "deep.txt").write_text("(" * 100_000)
    code, _, err = run("draw", "@deep.txt")
    assert (code, err.splitlines()[0]) == (
        3,
        "graphtutor: line 1, column 201: nested deeper than 200 levels; name a part on a line of its own",
    )
    assert max(map(len, err.splitlines())) < 120
    assert [p.name for p in empty_folder.iterdir()] == ["deep.txt"]


@pytest.mark.skipif(os.name == "nt", reason="/dev is not on Windows")
def test_place_that_cannot_be_written_is_named(run) -> None:
    code, _, err = run("draw", "x*y", "-o", "/dev/null/graph.svg")
    assert code == 2
    assert err.startswith("graphtutor: cannot write /dev/null/graph.svg: ")
    assert err.endswith("; choose another place\n")


def test_json_tells_what_was_refused_and_where(run) -> None:
    code, out, err = run("draw", "sine(x)", "--json")
    told = json.loads(out)
    assert (code, told["ok"], told["code"], told["kind"], told["line"], told["column"]) == (
        3,
        False,
        3,
        "ReadError",
        1,
        1,
    )
    assert err.startswith("graphtutor: line 1, column 1: unknown function 'sine'")


def test_our_own_bug_keeps_its_traceback_and_exits_70(run, monkeypatch) -> None:
    monkeypatch.setattr("graphtutor.cli.draw.graph_of", lambda *_: 1 / 0)
    code, _, err = run("draw", "x")
    assert code == 70
    assert "Traceback" in err
    assert "ZeroDivisionError" in err
    assert err.splitlines()[-1].startswith("graphtutor: this is a bug of graphtutor, not of your input")


def test_interrupt_exits_130(run, monkeypatch) -> None:
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("graphtutor.cli.draw.graph_of", interrupted)
    code, out, err = run("draw", "x")
    assert (code, out, err.strip()) == (130, "", "graphtutor: interrupted")


# ----- draw -----
def test_draw_writes_the_graph_to_outputs(run, empty_folder) -> None:
    assert run("draw", LECTURE) == (0, "wrote outputs/graph.svg\n", "")
    picture = (empty_folder / "outputs/graph.svg").read_text("utf-8")
    assert "f = v₃ + b" in picture
    assert "4.41" not in picture


def test_draw_backward_shows_every_gradient(run, empty_folder) -> None:
    run("draw", LECTURE, "--at", POINT, "--backward", "-o", "back.svg")
    picture = (empty_folder / "back.svg").read_text("utf-8")
    assert all(number in picture for number in ("4.41", "8.4", "4.2", "−1.26", "−4.2"))


def test_draw_at_a_point_shows_values_and_no_gradient_yet(run, empty_folder) -> None:
    run("draw", LECTURE, "--at", POINT, "-o", "values.svg")
    words = re.findall(">([^<]+)<", (empty_folder / "values.svg").read_text("utf-8"))
    assert "4.41" in words
    assert "8.4" not in words and not any("∂" in word for word in words)


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        ("svg", b"<svg"),
        ("png", b"\x89PNG"),
        ("pdf", b"%PDF"),
        ("dot", b"digraph"),
        ("gif", b"GIF89a"),
        ("html", b"<!DOCTYPE html>"),
    ],
)
def test_draw_writes_the_format_of_the_suffix(run, empty_folder, suffix, start) -> None:
    assert run("draw", "w*x", "--at", "w=2,x=3", "-o", f"a/b.{suffix}")[0] == 0
    data = (empty_folder / f"a/b.{suffix}").read_bytes()
    assert start in data[:200]


def test_draw_into_a_folder_writes_every_step(run, empty_folder) -> None:
    code, out, _ = run("draw", "w*x", "--at", "w=2,x=3", "-o", "steps", "--json")
    told = json.loads(out)
    assert (code, told["steps"]) == (0, 4)
    assert told["files"] == [f"steps/{k:03d}.svg" for k in range(4)]
    assert sorted(p.name for p in (empty_folder / "steps").iterdir()) == [f"{k:03d}.svg" for k in range(4)]


def test_expression_may_start_with_a_minus(run) -> None:
    code, out, _ = run("step", "-x**2", "--at", "x=3")
    assert code == 0
    assert "= −9" in out


def test_expression_may_come_from_a_file_and_from_standard_input(run, empty_folder, monkeypatch) -> None:
    (empty_folder / "mse.txt").write_text("f = w*x\nL = f**2\n")
    from_file = run("step", "@mse.txt", "--json")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"f = w*x\nL = f**2\n")))
    assert run("step", "-", "--json") == from_file
    assert run("step", "f = w*x; L = f**2", "--json") == from_file


# ----- step -----
def test_step_prints_every_step_in_order(run) -> None:
    code, out, _ = run("step", "L = (w*x - y)**2", "--at", "w=2,x=3,y=5")
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "forward:"
    assert lines[1].split(maxsplit=1) == ["0", "v₁ = w·x = 2·3 = 6."]
    assert lines[4].split(maxsplit=1) == ["3", "Seed: ∂L/∂L = 1, for L changes exactly as much as itself."]
    assert lines[5] == "backward:"
    assert [line.split()[0] for line in lines if line.strip()[0].isdigit()] == [str(k) for k in range(9)]


def test_step_as_json_carries_symbols_and_numbers(run) -> None:
    _, out, _ = run("step", LECTURE, "--at", POINT, "--json")
    steps = json.loads(out)["steps"]
    found = next(s for s in steps if s["edge"] and s["edge"]["target"] == "w0")
    assert found["local"] == {"symbol": "x0", "value": 2.0, "exact": "2"}
    assert found["upstream"]["exact"] == "21/5"
    assert found["contribution"]["exact"] == "42/5"
    assert [s["phase"] for s in steps] == ["forward"] * 6 + ["seed"] + ["backward"] * 11


def test_step_of_vectors_takes_their_shapes_from_the_point(run) -> None:
    _, out, _ = run("step", "L = sum(W@x)", "--at", "W=[[1,2],[3,4]],x=[1,-.5]", "--json")
    steps = json.loads(out)["steps"]
    assert steps[0]["value"]["value"] == [0.0, 1.0]
    assert steps[-1]["total"]["value"] == [4.0, 6.0]


# ----- check -----
def test_check_of_right_gradients_exits_0(run) -> None:
    code, out, _ = run("check", LECTURE, "--at", POINT)
    assert code == 0
    assert "dL/dw0 = 8.4 " in out
    assert out.splitlines()[-1] == "Every gradient agrees with sympy.diff."


def test_check_as_json_has_a_verdict_for_each_input(run) -> None:
    told = json.loads(run("check", "L = exp(w*x)", "--json")[1])
    assert told["ok"] is True
    assert set(told["verdicts"]) == {"w", "x"}
    assert {v["kind"] for v in told["verdicts"].values()} <= {"proved", "agrees"}


@pytest.mark.parametrize(("kind", "code"), [("differs", 1), ("undecided", 5)])
def test_check_exits_by_its_worst_verdict(run, monkeypatch, kind, code) -> None:
    from graphtutor.equal import Evidence, Verdict
    from graphtutor.equal.checking import Check

    monkeypatch.setattr(
        "graphtutor.front.analysis.check",
        lambda *_: Check(
            {"w": Verdict("proved", Evidence("yes")), "x": Verdict(kind, Evidence("no"))}, {}, "sympy.diff"
        ),
    )
    got, out, _ = run("check", "w*x")
    assert got == code
    assert kind in out


# ----- doctor and demo -----
def test_doctor_finds_what_is_installed(run) -> None:
    code, out, _ = run("doctor", "--json")
    findings = {f["what"]: f for f in json.loads(out)["findings"]}
    assert code == 0
    assert findings["sympy"]["found"] == importlib.metadata.version("sympy")
    assert findings["Graphviz in-process"]["ok"]


def test_doctor_says_what_to_do_about_what_is_missing(run, monkeypatch) -> None:
    monkeypatch.setattr("graphtutor.picture.files.fonts.files", lambda: ())
    code, out, _ = run("doctor")
    assert code == 1
    assert "✗ fonts" in out
    assert "→ PNG and PDF would have no text: pip install matplotlib" in out


def test_demo_draws_and_checks_the_lectures_squared_error(run, empty_folder) -> None:
    code, out, _ = run("demo")
    assert code == 0
    assert "L = 4.41" in out
    assert "dL/dw0 = 8.4 " in out
    assert len(list((empty_folder / "outputs/demo").glob("*.svg"))) == 18
    assert (empty_folder / "outputs/demo.png").read_bytes()[:4] == b"\x89PNG"


def test_gallery_in_the_repository_is_what_the_command_draws(run, empty_folder) -> None:
    run("demo", "--gallery")
    drawn = {p.name: p.read_bytes() for p in (empty_folder / "outputs/gallery").iterdir()}
    kept = {p.name: p.read_bytes() for p in (ROOT / "outputs/gallery").iterdir()}
    assert sorted(drawn) == sorted(kept)
    assert [name for name in drawn if drawn[name] != kept[name]] == [], (
        "these changed; 'graphtutor demo --gallery' draws them anew"
    )


# ----- terminals of every kind -----
@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "", "LANG": "C"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_ascii_locale_gets_ascii(locale) -> None:
    done = shell("step", "L = (w₀·x − y)²", "--at", "w0=2,x=3,y=5", **locale)
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert "local dL/dv2 = 2*v2 = 2" in done.stdout


def test_unicode_locale_gets_unicode() -> None:
    assert "∂L/∂v₂" in shell("step", "L = (w*x - y)**2").stdout


def test_without_a_terminal_nothing_is_coloured() -> None:
    assert "\x1b" not in shell("check", "w*x").stdout


def test_control_characters_from_learners_reach_no_terminal(run) -> None:
    for args in (
        ["draw", "x\x1b[31m"],
        ["x\x1b]0;title\x07"],
        ["draw", "x", "--at", "\x1b[2Jx=1"],
        ["draw", "x", "-o", "a\x1b[2J.xyz"],
    ):
        _, out, err = run(*args)
        assert "\x1b" not in out + err
        assert "\x07" not in out + err


def test_reader_of_a_pipe_may_leave_early() -> None:
    command = f"{sys.executable} -m graphtutor step '{LECTURE}' | head -1"
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=120,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("forward:\n", "")


# ----- keys -----
@pytest.fixture
def terminal():
    """Start `graphtutor step` in a terminal of its own."""
    pexpect = pytest.importorskip("pexpect")
    started = []

    def start(*args: str, **environment: str):
        env = os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "TERM": "xterm"} | environment
        child = pexpect.spawn(
            sys.executable,
            ["-m", "graphtutor", "step", *args],
            encoding="utf-8",
            timeout=30,
            env=env,
            dimensions=(40, 200),
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.close(force=True)


STEPPED = ["L = (w*x - y)**2", "--at", "w=2,x=3,y=5"]


def test_arrows_walk_and_q_leaves(terminal, empty_folder) -> None:
    child = terminal(*STEPPED, NO_COLOR="1")
    child.expect("step 1 of 9")
    child.expect("▶ +v₁ = w·x +6 +∂L/∂v₁ = [?]")
    child.expect("picture: outputs/step/000.svg")
    for keys, step in (
        ("\x1b[C", 1),
        ("\x1b[C", 2),
        ("\x1b[D", 1),
        ("\x1b[F", 8),
        ("\x1b[C", 8),
        ("\x1b[H", 0),
        ("\x1b[D", 0),
        ("z", 0),
        ("n", 1),
    ):
        child.send(keys)
        child.expect(rf"step {step + 1} of 9")
    child.send("q")
    child.expect("$")
    child.wait()
    assert child.exitstatus == 0
    assert len(list((empty_folder / "outputs/step").glob("*.svg"))) == 9


def test_graph_taller_than_the_terminal_shows_the_part_around_the_active_node(terminal) -> None:
    child = terminal(" + ".join(f"w{k}*x{k}" for k in range(30)), "--no-pictures", NO_COLOR="1")
    child.expect("▶ +v₁ = w₀·x₀")
    child.expect("… [0-9]+ more lines; the picture shows all")
    child.send("\x1b[F")
    child.expect("step 178 of 178")
    child.expect("▶ +v₁ = w₀·x₀")
    child.expect("more lines; the picture shows all")


def test_held_arrow_comes_as_many_keys_the_last_one_cut_in_two(monkeypatch) -> None:
    reads = iter(["\x1b[C\x1b[C\x1b[", "C", "\x1b[C\x1b", "OCn", "\x1b"])
    monkeypatch.setattr("click.getchar", lambda: next(reads))
    keys = pressed()
    assert [ACT[next(keys)] for _ in range(7)] == ["next"] * 6 + ["quit"]


def test_ctrl_c_leaves_with_130(terminal) -> None:
    child = terminal(*STEPPED, "--no-pictures")
    child.expect("step 1 of 9")
    child.send("\x03")
    child.expect("interrupted")
    child.wait()
    assert child.exitstatus == 130


def test_no_color_is_honoured_in_a_terminal(terminal) -> None:
    child = terminal(*STEPPED, "--no-pictures", NO_COLOR="1")
    child.expect("leave")
    assert "\x1b[1m" not in child.before
    child = terminal(*STEPPED, "--no-pictures")
    child.expect("step 1 of 9")
    child.expect("leave")
    assert "\x1b[1m" in child.before


# ----- reading options -----
@pytest.mark.parametrize("text", ["[1, 2", "[1, [2]", "(a)", "[" * 5000])
def test_vector_that_cannot_be_read_is_a_learners_error(text) -> None:
    with pytest.raises(LearnerError, match="the value of 'x' is"):
        shared.floats(shared.listed("x", text))


def test_what_ascii_has_no_letter_for_is_written_as_it_is_typed() -> None:
    assert shared.transliterate("x² + y⁻¹⁰ ≥ Θ·λ − é … 漢") == "x^2 + y^-10 >= Theta*lambda - e ... ?"
