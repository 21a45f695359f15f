"""Every kind of exercise played in a pseudo-terminal of 60 and of 80 columns: what is said, word for word, set in Unicode and within the width.

One lesson plays them all, so that SymPy is waited for once; what it says stands in `tests/golden/lesson.txt`, a line an answer.
`GRAPHTUTOR_GOLDEN=1` writes that file anew: read it then.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from shells import Shell, needs_pty

from graphtutor.text import in_unicode, transliterate
from graphtutor.tutor.course import course
from graphtutor.tutor.progress import Progress
from graphtutor.tutor.store import Store

GOLDEN = Path(__file__).parents[1] / "golden" / "lesson.txt"
EMPTY = "\x15"  # Ctrl-U takes away what stands there to be changed
# what is typed, at which prompt: an exercise a kind, each with nothing, not knowing, a wrong answer, an unreadable one, and right in odd spelling
PLAY: list[tuple[str, str]] = [
    # expression
    ("∂f/∂x = ", "goto mse-db"), ("∂L/∂b = ", ""), ("∂L/∂b = ", "I don't know"), ("∂L/∂b = ", "2*b*(f - y)"), ("∂L/∂b = ", "2*(f -"),
    ("∂L/∂b = ", "dL/db = 2 (f−y)"), ("Enter goes on to: ", "goto forward-by-hand"),
    # numbers
    ("\nf = ", "1,1"), ("\ne = ", "0.1"), ("\nL = ", "441/100"), ("\ne = ", "idk"), ("\ne = ", "two"), ("\ne = ", "+2.10"),
    ("Enter goes on to: ", "goto 35"),
    # choice
    ("letter = ", "z"), ("letter = ", "a"), ("letter = ", "hint please"), ("letter = ", "(B)"), ("Enter goes on to: ", "goto rescue-slide"),
    # find-line
    ("line = ", "7"), ("line = ", "4"), ("line = ", "no idea"), ("line = ", "Line 3."), ("Enter goes on to: ", "goto mse-dw0-derivation"),
    # derivation
    ("\n1: ", "2*(f - y)*d/dw0 (f - y)"), ("2: ", "2*(f - y)*(x0 + w1*x1)"), ("3: ", "."), ("\n2: ", EMPTY + "hint"),
    ("\n2: ", EMPTY + "= 2(f-y)x_0"), ("Enter goes on to: ", "goto all-gradients"),
    # gradients
    ("∂L/∂w₀ = ", "2x0(f-y)"), ("∂L/∂w₁ = ", "2*(f - y)"), ("∂L/∂b = ", "2f - 2y"), ("∂L/∂w₁ = ", "hint"), ("∂L/∂w₁ = ", "dL/dw1 = 2 x₁ (f-y)"),
    ("Enter goes on to: ", "goto local-square"),
    # local
    ("∂L/∂e = ", "e"), ("∂L/∂e = ", "dunno"), ("∂L/∂e = ", "2e"), ("Enter goes on to: ", "goto forward-sheet"),
    # sheet
    ("\np₀ = ", "2.5"), ("\np₁ = ", "-0.6"), ("\ns = ", "3.1"), ("\nf = ", "back"), ("\ns = ", "3,1"), ("\nf = ", "3.2"), ("\ne = ", "4.2"),
    ("\nL = ", "17.64"), ("\np₁ = ", "hint"), ("\np₁ = ", "3/5"), ("Enter goes on to: ", "goto decision-boundary"),
    # solve
    ("\nx₂ = ", "-b - w0*x1/w1"), ("\nx₂ = ", "stuck"), ("\nx₂ = ", "x_2 = -(w0 x1 + b)/w1"), ("Enter goes on to: ", "goto code-one-update"),
    # code
    ("\n1: ", "def update(x, w, b, true_val, rate):"), ("2: ", "    w[0] -= rate*2*x[0]*(w[0]*x[0] + w[1]*x[1] + b - true_val)"),
    ("3: ", "    g = 2*(w[0]*x[0] + w[1]*x[1] + b - true_val)"), ("4: ", "    return [w[0], w[1] - rate*g*x[1], b - rate*g]"), ("5: ", "."),
    ("\n1: ", "def update(x, w, b, y, r):"), ("2: ", "    g = 2*(w[0]*x[0] + w[1]*x[1] + b - y)"), ("3: ", "    print(g)"),
    ("4: ", "    return [w[0]-r*g*x[0], w[1]-r*g*x[1], b-r*g]"), ("5: ", "."), ("Enter goes on to: ", "goto sum-rule"),
    # what else may be typed
    ("∂f/∂y = ", "next"), ("∂f/∂x = ", "skip"), ("= ", "goto sum-rule"), ("∂f/∂y = ", "goto nowhere"), ("∂f/∂y = ", "show"),
    ("∂f/∂y = ", "solution"), ("Enter goes on to: ", "q"),
]  # fmt: skip


def said(shell: Shell) -> Iterator[tuple[str, str, str]]:
    """Yield (prompt, what is typed, what is said then), without what the terminal echoes."""
    before, before_prompt = "", ("", "")
    for prompt, line in PLAY:
        told = shell.prompted(prompt, prompt.startswith("Enter") or line.startswith(EMPTY))
        if before:
            yield (*before_prompt, told.partition("\n")[2])
        before, before_prompt = prompt, (prompt.strip("\n"), line.strip(EMPTY))
        shell.type(line)
    shell.end()
    yield (*before_prompt, shell.text.rpartition(before)[2].partition("\n")[2])


@needs_pty
@pytest.mark.parametrize("columns", [80, 60])
def test_every_kind_is_played_alike_at_any_width(tmp_path: Path, columns: int) -> None:
    shell = Shell(tmp_path / "p.json", columns=columns, GRAPHTUTOR_EXPLORE="")
    told = list(said(shell))
    lines = [line.rstrip("\r") for *_, text in told for line in text.split("\n")]
    assert [line for line in lines if len(line) > columns] == []
    words = "\n".join(f"{prompt}{line}\n    {' '.join(text.split())}" for prompt, line, text in told) + "\n"
    if os.environ.get("GRAPHTUTOR_GOLDEN"):
        GOLDEN.write_text(words, "utf-8")
    assert words == GOLDEN.read_text("utf-8")
    states = {name: r.state for name, r in Store(tmp_path / "p.json").read().exercises.items()}
    assert [name for name, state in states.items() if state != "done"] == ["sum-rule", "max-one-square"]


@needs_pty
@pytest.mark.parametrize("columns", [80, 60])
def test_keys_that_end_a_lesson_lose_nothing_and_it_goes_on_there(tmp_path: Path, columns: int) -> None:
    path = tmp_path / "p.json"
    Store(path).change(lambda p: Progress(current="forward-sheet"))
    shell = Shell(path, columns=columns)
    shell.prompted("\np₀ = ")
    shell.child.send("2.5\n0.6\n3.1\n")  # pasted: one line a question
    shell.prompted("\nf = ")
    assert shell.interrupted() == 130
    shell = Shell(path, columns=columns)
    assert "Your answers so far: p₀ = 2.5; p₁ = 0.6; s = 3.1" in shell.prompted("\nf = ")
    shell.child.send("3.2\n4.2\n")
    shell.prompted("\nL = ")
    shell.child.sendeof()  # Ctrl-D
    shell.expect("Stopped here. graphtutor goes on from this exercise.")
    assert shell.end() == 0
    shell = Shell(path, columns=columns)
    shell.prompted("\nL = ")
    shell.type("17.64")
    shell.says(("Right, all 6 cells.", ""), ("= ", "list"), ("Computation graphs (1 of", "q"))
    assert shell.end() == 0
    assert all(len(line) <= columns for line in shell.lines)


@needs_pty
def test_a_terminal_that_has_ascii_alone_gets_no_other_sign(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    Store(path).change(lambda p: Progress(current="forward-by-hand"))
    shell = Shell(path, LC_ALL="C")
    told = shell.prompted("\nf = ")
    assert "With f = w0*x0 + w1*x1 + b, e = f - y and L = e^2: give f, e and L." in " ".join(told.split())
    shell.type("goto mse-db")
    shell.says(("dL/db = ", "2*b*(f - y)"), ("dL/db = ", "q"))
    assert shell.end() == 0
    assert shell.text.isascii()


def test_what_is_set_in_unicode_is_taken_back_sign_by_sign() -> None:
    signs = re.compile(r"[\s*()^_]|\.?T\b")
    for it in map(course().exercise, course().order):
        for text in (it.title, it.prompt, *it.hints, it.note, *it.listing()):
            assert signs.sub("", transliterate(in_unicode(text))) == signs.sub("", text)


@pytest.mark.parametrize(
    "text",
    ["graphtutor goto mse-dw0", "one-hot", "a two-layer net", "cross-entropy-dp", "1e-5", "dfn_w0(x, w)", "outputs/a/b.svg",
     "w[0], x[1]", "log-softmax", "2 by 3", "a - {b}", "Python 3.11"],
)  # fmt: skip
def test_words_that_are_no_formula_stay(text: str) -> None:
    assert in_unicode(text) == text


def test_formulas_are_set_as_derive_sets_them() -> None:
    own = re.compile(r"\b(sum|log|abs|norm|sigmoid)\b")  # what is typed by its name stays so
    told = 0
    for name in course().order:
        it = course().exercise(name)
        for program in (p for p in it.programs() if "{{" not in p):
            graph = it.graph(program)
            plain = graph.formula(graph.out, "plain")
            if not own.search(plain):
                assert in_unicode(plain) == graph.formula(graph.out, "unicode")
                told += 1
    assert told > 80
