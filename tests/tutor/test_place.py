"""Your place in the lesson is yours; and what may be typed in it besides answers: transcripts at 60 and 80 columns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from shells import Shell, needs_pty

from graphtutor.errors import LearnerError
from graphtutor.tutor.course import course
from graphtutor.tutor.lesson import Order, ordered
from graphtutor.tutor.progress import Progress, Record
from graphtutor.tutor.store import Store

COURSE = course()
COLUMNS = pytest.mark.parametrize("columns", [60, 80])
LINES = ["2*(f - y)*d/dw0 (f - y)", "2*(f - y)*(x0 + w1*x1)", "2*x0*(f - y)"]
RESUBMIT = "\x15"  # Ctrl-U empties the line that stands there to be changed


def where(path: Path) -> str:
    return Store(path).read().current


def begun(path: Path, name: str, *done: str) -> Path:
    Store(path).change(lambda p: Progress(current=name, exercises={n: Record(state="done") for n in done}))
    return path


# ----- from outside the lesson -----
@pytest.mark.parametrize(
    "command",
    [
        ("answer", "forward-by-hand", "f=1.1", "e=2.1", "L=4.41"),
        ("answer", "mse-dw0", "2*x0*(f - y)"),
        ("answer", "mse-dw0", "2*(f - y)"),
        ("solution", "mse-dw0"),
        ("solution", "forward-by-hand", "--json"),
        ("skip", "hinge-dw0"),
        ("skip", "45"),
        ("hint", "hinge-dw0"),
        ("show", "hinge-dw0"),
    ],
)
def test_naming_another_exercise_leaves_the_lesson_where_it_was(
    command: tuple[str, ...], at: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    at(*command)
    assert json.loads(at("list", "--json")[1])["current"] == "power-rule"
    at("goto", "sum-rule")
    at(*command)
    assert where(tmp_path / "progress.json") == "sum-rule"


def test_the_exercise_where_you_are_goes_on_when_it_is_right_named_or_not(
    at: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    at("answer", "n*x**(n-1)")
    assert where(tmp_path / "progress.json") == "constant-multiple"
    at("skip", "constant-multiple")
    assert where(tmp_path / "progress.json") == "product-first-factor"


def test_a_number_names_an_exercise_wherever_an_id_does(at: Callable[..., tuple[int, str, str]]) -> None:
    assert f"Exercise 45 of {len(COURSE.order)}" in at("goto", "45")[1]
    assert f"({COURSE.order[44]})" in at("show")[1]
    assert at("hint", "1")[1].startswith("Hint 1 of 3: What happens to the exponent")
    assert "  45 here    " in at("list")[1]
    code, _, err = at("goto", "450")
    assert (code, err) == (
        2,
        f"graphtutor: there is no exercise 450; they go from 1 to {len(COURSE.order)}\n",
    )


def test_the_list_shows_done_tried_and_due(at: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    at("answer", "power-rule", "n*x**(n-1)")
    at("answer", "sum-rule", "0")
    at("answer", "mse-dw0", "2*(f - y)")
    store = Store(tmp_path / "progress.json")
    store.change(
        lambda p: replace(
            p,
            cards={
                k: replace(c, due="2020-01-01T00:00:00Z" if c.exercise == "mse-dw0" else "2999-01-01T00:00:00Z")
                for k, c in p.cards.items()
            },
        )
    )
    said = at("list")[1]
    assert "   1 done    power-rule" in said
    assert "   4 tried   sum-rule" in said
    assert "  10 due     mse-dw0" in said
    assert said.endswith(f"1 of {len(COURSE.order)} done, 1 to review (graphtutor review).\n")
    assert "Derivative rules (1 of 6, about 11 minutes left)" in said


# ----- roads -----
def test_a_shorter_road_has_an_end_of_its_own_and_is_kept(
    at: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    core = COURSE.along("core").order
    assert 40 <= len(core) <= 50
    assert set(core) < set(COURSE.order)
    assert [n for n in COURSE.order if n in core] == list(core)
    assert at("--road", "core", "list")[1].endswith(f"0 of {len(core)} done.\n")
    assert f"Exercise 2 of {len(core)}" in at("goto", core[1])[1]
    extra = next(n for n in COURSE.order if n not in core)
    assert f"Exercise: {COURSE.exercise(extra).title} ({extra})" in " ".join(at("goto", extra)[1].split())
    assert where(tmp_path / "progress.json") == extra  # an extra may be gone to, and the road goes on after it
    assert json.loads(at("list", "--json")[1])["road"] == "core"
    assert at("--road", "all", "list")[1].endswith(f"0 of {len(COURSE.order)} done.\n")
    code, _, err = at("--road", "cor", "list")
    assert (code, err) == (2, "graphtutor: no road 'cor' (did you mean 'core'?); this course has all and core\n")


def test_every_exercise_of_a_road_is_one_of_the_course() -> None:
    with pytest.raises(LearnerError, match="no road 'short'"):
        COURSE.along("short")


# ----- words -----
@pytest.mark.parametrize(
    "text",
    ["I don't know", "i dont know", "I don’t know.", "idk", "no idea", "No clue!", "I'm stuck", "im lost", "I can't do this",
     "dunno", "not sure", "i have no idea how to do this", "hint please", "can I have a hint?", "give me another hint", "help me"],
)  # fmt: skip
def test_not_knowing_is_a_request_for_a_hint(text: str) -> None:
    assert ordered(text) == Order("hint")


@pytest.mark.parametrize(
    "text", ["2*x", "n*x**(n-1)", "no", "none", "line 3", "x", "b", "i", "0", "f = 1", "dL/dw = 2", "t*i"]
)
def test_an_answer_is_no_command(text: str) -> None:
    assert ordered(text) is None


def test_a_name_of_the_exercise_is_an_answer_although_a_command_is_called_so() -> None:
    assert ordered("q") == Order("quit")
    assert ordered("q", frozenset({"p", "q"})) is None
    assert ordered("graphtutor goto 45") == ordered("goto 45") == Order("goto", "45")


# ----- transcripts -----
@needs_pty
@COLUMNS
def test_a_resume_says_chapter_and_how_far_you_are(tmp_path: Path, columns: int) -> None:
    path = begun(tmp_path / "p.json", "one-step", *COURSE.order[:13])
    shell = Shell(path, columns=columns)
    said = shell.expect("w0 = ")
    assert f"Gradient descent. 13 of {len(COURSE.order)} done.\r\n" in said
    assert "Chapter" not in said
    shell.type("q")
    assert shell.end() == 0


@needs_pty
@COLUMNS
def test_inside_the_lesson_goto_next_list_and_commands_as_they_are_printed(tmp_path: Path, columns: int) -> None:
    path = tmp_path / "p.json"
    shell = Shell(path, columns=columns)
    shell.says(
        ("Chapter 1 of 11: Derivative rules", ""),
        ("df/dx = ", "I don't know"),
        ("Hint 1 of 3: ", "next"),
        (f"Exercise 2 of {len(COURSE.order)}", "goto 14"),
        ("Chapter 2 of 11: Linear classifier and squared error", ""),
        (f"Exercise 14 of {len(COURSE.order)}", "graphtutor goto hinge-dw0"),
        ("Chapter 6 of 11: Hinge loss", ""),
        ("(hinge-dw0)", "goto hinge-dw"),
        ("no exercise 'hinge-dw'", "goto 999"),
        ("there is no exercise 999", "list"),
        ("here    hinge-dw0", "q"),
    )
    assert shell.end() == 0
    assert where(path) == "hinge-dw0"
    assert all(len(line) <= columns for line in shell.lines)
    assert {n: r.state for n, r in Store(path).read().exercises.items() if r.state != "open"} == {}


@needs_pty
@COLUMNS
def test_four_wrong_tries_in_a_row_never_get_the_same_sentence(tmp_path: Path, columns: int) -> None:
    shell = Shell(tmp_path / "p.json", columns=columns)
    said = []
    for _ in range(5):
        shell.expect("df/dx = ")
        shell.type("n*x**n")
        said.append(shell.expect("Picture: ").split("n*x**n", 1)[1])
    sentences = [" ".join(text.split()) for text in said]
    assert len(set(sentences[:4])) == 4
    assert [s.split(".")[0].strip() for s in sentences[:4]] == [
        "Not yet",
        "Not that either",
        "Still not it",
        "No, not yet",
    ]
    assert ["Hint 1 of 3" in sentences[1], "Hint 2 of 3" in sentences[2], "Hint 3 of 3" in sentences[3]] == [True] * 3
    assert "You have had every hint" in sentences[4]
    shell.type("q")
    assert shell.end() == 0


@needs_pty
@COLUMNS
def test_after_a_wrong_line_only_that_line_is_asked_again(tmp_path: Path, columns: int) -> None:
    path = begun(tmp_path / "p.json", "mse-dw0-derivation")
    shell = Shell(path, columns=columns)
    shell.says(("1: ", LINES[0]), ("2: ", LINES[1]), ("3: ", LINES[2]), ("4: ", "."))
    shell.expect("Line 2 is the first wrong one.")
    shell.expect("Line 2 again; the others are kept")
    shell.expect("2: ")
    shell.type(RESUBMIT + "2*(f - y)*(x0 + 0)")
    shell.expect("Right")
    shell.expect("Enter goes on to")
    shell.type("q")
    assert shell.end() == 0
    attempts = Store(path).read().record("mse-dw0-derivation").attempts
    assert [a.correct for a in attempts] == [False, True]
    assert attempts[1].answer == [LINES[0], "2*(f - y)*(x0 + 0)", LINES[2]]


@needs_pty
def test_the_kept_lines_outlive_a_stop_and_back_begins_anew(tmp_path: Path) -> None:
    path = begun(tmp_path / "p.json", "mse-dw0-derivation")
    shell = Shell(path)
    shell.says(("1: ", LINES[0]), ("2: ", LINES[1]), ("3: ", "."), ("\n2: ", RESUBMIT + "q"))
    assert shell.end() == 0
    again = Shell(path)
    again.expect("Line 2 again; the others are kept (back begins anew).")
    again.says(("\n2: ", RESUBMIT + "back"), ("\n1: ", LINES[2]), ("2: ", "hint"), ("Hint 1", ""))
    again.expect("Your 1 line is kept; go on from there")
    again.says(("2: ", "."), ("Right", ""), ("Enter goes on to", "q"))
    assert again.end() == 0


@needs_pty
@COLUMNS
def test_several_pasted_lines_are_one_answer(tmp_path: Path, columns: int) -> None:
    path = begun(tmp_path / "p.json", "forward-by-hand")
    shell = Shell(path, columns=columns)
    shell.expect("\nf = ")
    shell.child.send("1.1\n2.1\n4.41\n")
    shell.expect("Right, all 3.")
    shell.expect("Enter goes on to")
    shell.type("goto mse-dw0-derivation")
    shell.expect("\n1: ")
    shell.child.send(f"{LINES[0]}\n{LINES[2]}\n.\n")
    shell.expect("Right")
    shell.expect("Enter goes on to")
    shell.type("goto mse-dw0")
    shell.expect("dL/dw0 = ")
    shell.child.send(f"{LINES[0]}\n= {LINES[2]}\n")
    shell.expect("Right")
    shell.expect("Enter goes on to")
    shell.type("q")
    assert shell.end() == 0
    kept = Store(path).read()
    assert kept.record("forward-by-hand").attempts[0].answer == {"f": "1.1", "e": "2.1", "L": "4.41"}
    assert len(kept.record("mse-dw0").attempts) == 1


@needs_pty
@COLUMNS
def test_an_exercise_about_its_graph_shows_it_before_the_first_try(tmp_path: Path, columns: int) -> None:
    path = begun(tmp_path / "p.json", "forward-sheet")
    shell = Shell(path, columns=columns)
    shell.expect("The graph:")
    shell.expect("w0, x0 → p0 = w0*x0")
    shell.expect("\np0 = ")
    shell.child.send("2.5\n0.6\n3.1\n3.2\n4.2\n1\n")
    shell.expect("Not yet.")
    shell.expect("\nL = ")
    shell.type("show")
    assert "The graph:" not in shell.expect("\nL = ")
    shell.type("q")
    assert shell.end() == 0


@needs_pty
def test_nothing_said_breaks_inside_a_word_at_sixty_columns(tmp_path: Path) -> None:
    path = begun(tmp_path / "p.json", "heading-dw")
    shell = Shell(path, columns=60)
    shell.expect(" = ")
    shell.type("3*(exp(x*w)/(x*w))**2*(exp(x*w)*x*x*w - exp(x*w)*x)/(x**2*w**2 + ")
    said = shell.expect("try again")
    lines = [line.rstrip("\r") for line in said.split("\n")]
    assert all(len(line) < 60 for line in lines if not line.startswith("3*(exp"))  # what was typed comes back as it was
    assert "…" in said  # the caret's line is cut to what is around the caret
    shell.expect(" = ")
    shell.type("q")
    assert shell.end() == 0
