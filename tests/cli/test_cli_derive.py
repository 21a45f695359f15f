"""`graphtutor derive`: the lines it prints, in each form, and what it says to what cannot be derived."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from graphtutor.cli import main

ROOT = Path(__file__).resolve().parents[2]
LECTURE = "f = w0*x0 + w1*x1 + b; (f - y)**2"


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run a command in this process, in an empty folder: (exit code, what it printed, what it complained)."""
    monkeypatch.chdir(tmp_path)

    def call(*args: str) -> tuple[int, str, str]:
        code = main(["derive", *args])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_the_lecture_s_five_lines_each_with_its_rule(run) -> None:
    code, out, err = run(LECTURE, "--wrt", "w0", "--style", "lecture")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "  ∂/∂w₀ ((f − y)²)                          what is asked",
        "= 2·(f − y)·∂/∂w₀ (f − y)                   power rule and chain rule",
        "= 2·(f − y)·∂/∂w₀ (w₀·x₀ + w₁·x₁ + b − y)   definition of f",
        "= 2·(f − y)·(x₀ + 0 + 0 − 0)                derivatives carried out",
        "= 2·x₀·(f − y)                              products and like terms collected",
    ]


def test_latex_is_one_aligned_environment(run) -> None:
    code, out, _ = run("w**2*x", "--wrt", "w", "--detail", "brief", "--format", "latex")
    assert code == 0
    assert out.startswith("\\begin{align*}\n") and out.endswith("\\end{align*}\n")
    assert out.count("\\text{") == out.count("\\\\\n") + 1


def test_along_the_graph_the_nodes_are_named_first(run) -> None:
    _, out, _ = run("w*w", "--wrt", "w", "--along", "graph")
    assert out.splitlines() == ["  L = w·w", "  ∂L/∂L = 1                   seed", "  ∂L/∂w = w × 1 = w           product rule", "  ∂L/∂w = w + w × 1 = w + w   product rule",
                                "  ∂L/∂w = 2·w                 nodes written out and collected"]  # fmt: skip


def test_an_ascii_terminal_gets_lines_that_can_be_typed() -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "PYTHON")) and k != "LANG"} | {
        "LC_ALL": "C",
        "PYTHONPATH": str(ROOT),
    }
    args = [
        sys.executable,
        "-m",
        "graphtutor",
        "derive",
        "norm(w*x)**2",
        "--wrt",
        "w",
        "--shapes",
        "x=3",
        "--detail",
        "brief",
    ]
    said = (
        subprocess.run(args, capture_output=True, env=env, check=True, timeout=120).stdout.decode("ascii").splitlines()
    )
    assert said[0].split() == ["d/dw", "(norm(w*x)**2)", "what", "is", "asked"]
    assert said[-1].startswith("= 2*sum(w*x**2)  ")


def test_both_ways_stand_one_below_the_other_and_are_compared(run) -> None:
    code, out, _ = run(LECTURE, "--wrt", "w0", "--style", "lecture", "--along", "both")
    by_rules, along, verdict = out.rstrip().split("\n\n")
    assert code == 0
    assert by_rules.splitlines()[-1].startswith("= 2·x₀·(f − y) ")
    assert along.splitlines()[-1].startswith("  ∂L/∂w₀ = 2·x₀·(f − y) ")
    assert verdict.startswith("Both ways: Equal")
    found = json.loads(run(LECTURE, "--wrt", "w0", "--along", "both", "--json")[1])
    assert (
        found["verdict"]["kind"] in ("proved", "agrees")
        and found["along_graph"]["lines"][-1]["text"] == "dL/dw0 = 2*x0*(f - y)"
    )


def test_a_terminal_with_colours_sees_what_changed_underlined(run, monkeypatch) -> None:
    _, plain, _ = run(LECTURE, "--wrt", "w0", "--style", "lecture")
    monkeypatch.setattr("graphtutor.cli.shared.colourful", lambda: True)
    monkeypatch.setattr("graphtutor.cli.derive.colourful", lambda: True)
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_: False)
    _, out, _ = run(LECTURE, "--wrt", "w0", "--style", "lecture")
    assert "\x1b[4m∂/∂w₀ (w₀·x₀ + w₁·x₁ + b − y)" in out.replace("\x1b[36m", "")
    assert re.sub(r"\x1b\[\d+m", "", out) == plain


def test_json_has_every_form_of_every_line_and_what_changed(run) -> None:
    code, out, _ = run("(w*x - y)**2", "--wrt", "w", "--json")
    found = json.loads(out)
    assert code == 0 and found["ok"] and found["wrt"] == "w"
    first, second = found["lines"][:2]
    assert first["text"] == "d/dw ((w*x - y)**2)"
    assert second["rule"] == {"id": "power", "name": "power rule and chain rule", "formula": "d(uⁿ) = n·uⁿ⁻¹·du"}
    assert second["latex"] == r"2 \cdot (w \cdot x - y) \cdot \frac{\partial}{\partial w} (w \cdot x - y)"
    assert found["lines"][4]["changed"] == ["x"]


def test_definitions_are_part_of_the_answer(run) -> None:
    assert json.loads(run(LECTURE, "--wrt", "w0", "--json")[1])["definitions"] == ["f = w0*x0 + w1*x1 + b"]


@pytest.mark.parametrize(("args", "code", "message"), [
    (("w +", "--wrt", "w"), 3, "graphtutor: line 1, column 4: "),
    (("w*x",), 2, "graphtutor: missing option '--wrt'"),
    (("w*x", "--wrt", "2"), 2, "graphtutor: '2' is no name to differentiate by; expected one name, such as w0"),
    (("sum(w*x)", "--wrt", "x", "--shapes", "x=3"), 2, "graphtutor: 'x' has shape (3); a derivation by rules is by a number"),
])  # fmt: skip
def test_what_cannot_be_derived_is_one_line_on_stderr(run, args: tuple[str, ...], code: int, message: str) -> None:
    got, out, err = run(*args)
    assert (got, out) == (code, "")
    assert err.lower().startswith(message.lower()) and "Traceback" not in err


@pytest.mark.parametrize(
    ("name", "start"),
    [("d.svg", b"<svg"), ("d.png", b"\x89PNG"), ("d.pdf", b"%PDF"), ("d.gif", b"GIF"), ("d.html", b"<!DOCTYPE html>")],
)
def test_a_picture_is_written_in_the_format_of_its_name(run, tmp_path, name: str, start: bytes) -> None:
    code, out, _ = run("(w*x - y)**2", "--wrt", "w", "--detail", "brief", "-o", name)
    assert (code, out) == (0, f"wrote {name}\n")
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_folder_gets_line_after_line(run, tmp_path) -> None:
    _, out, _ = run("(w*x - y)**2", "--wrt", "w", "--detail", "brief", "-o", "lines", "--json")
    names = [Path(file).name for file in json.loads(out)["files"]]
    assert (
        names == ["000.svg", "001.svg", "002.svg", "003.svg"] == sorted(p.name for p in (tmp_path / "lines").iterdir())
    )


def test_a_derivation_is_no_graph_to_be_written_as_dot(run) -> None:
    code, _, err = run("w**2", "--wrt", "w", "-o", "d.dot")
    assert (
        code == 2
        and err
        == "graphtutor: '.dot' is no format of pictures; expected .svg, .png, .pdf, .gif, .html, or a folder name\n"
    )


def test_html_is_printed_whole(run) -> None:
    _, out, _ = run("w**2", "--wrt", "w", "--format", "html")
    assert out.startswith("<!DOCTYPE html>") and out.rstrip().endswith("</html>")


def test_a_name_that_does_not_occur_is_pointed_out(run) -> None:
    code, out, err = run("w*x + b", "--wrt", "W")
    assert code == 0 and out.splitlines()[-1].startswith("= 0 ")
    assert err == "graphtutor: 'W' does not occur in it, so the derivative is 0; the names in it are b, w, x\n"
    assert run("w", "--wrt", "w")[2] == run("w", "--wrt", "w", "--along", "graph")[2] == ""


def test_vectors_have_shapes(run) -> None:
    code, out, _ = run("dot(w*x, x)", "--wrt", "w", "--shapes", "x=3", "--detail", "brief")
    assert code == 0 and out.splitlines()[-1].split("   ")[0] == "= dot(x, x)"


def test_a_second_derivative_is_derived_in_the_shell(at) -> None:
    code, out, _ = at("derive", "x**3", "--wrt", "x", "--order", "2")
    assert (
        code == 0 and out.splitlines()[0].startswith("  ∂/∂x (∂/∂x (x³))") and out.splitlines()[-1].startswith("= 6·x")
    )
    code, _, err = at("derive", "x**3", "--wrt", "x", "--order", "40")
    assert code == 2 and "order=40 is not possible; expected a whole number from 1 to 12" in err
