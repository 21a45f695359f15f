"""A class's own course: its order, its defaults, its palette and notation, and variants that are one learner's own."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from graphtutor.errors import AuthorError
from graphtutor.tutor.course import course
from graphtutor.tutor.judge import judge
from graphtutor.tutor.kinds.numbers import Numbers
from graphtutor.tutor.variants import variant

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "exercises"
KINK = """
format_version = 1
id = "kink"
kind = "numbers"
title = "On the kink"
prompt = "L = max(0, 1 - m) at m = 1, and what the lecture's loop ends with."
program = "L = max(0, 1 - y*(w0*x0 + w1*x1 + b))"
at = { y = 1, w0 = 1, x0 = 1, w1 = 0, x1 = 0, b = 0 }
hints = ["Look at both sides.", "Which one does your class take?", "Half way between is half."]
[runs.batch]
method = "batch"
epochs = 1
[[asks]]
label = "slope"
formula = "dL_dw0"
[[asks]]
label = "w0"
formula = "w0"
run = "batch"
[[wrong]]
answer = { slope = "5" }
why = "that is too steep"
"""


def settings(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["format_version = 1", *lines]) + "\n", "utf-8")
    return path


@pytest.mark.parametrize(("tie", "slope"), [("zero", 0), ("first", 0), ("last", -1), ("half", -0.5)])
def test_the_tie_rule_of_a_class_decides_what_is_right_on_a_kink(tie: str, slope: float, tmp_path: Path) -> None:
    (tmp_path / "01-kink.toml").write_text(KINK, "utf-8")
    settings(tmp_path / "course.toml", f'tie = "{tie}"')
    exercise = course(tmp_path).exercise("kink")
    assert isinstance(exercise, Numbers)
    assert exercise.numbers(exercise.asks[0]) == [slope]


def test_the_reduction_of_a_class_is_that_of_its_training_runs(tmp_path: Path) -> None:
    (tmp_path / "01-kink.toml").write_text(KINK, "utf-8")
    ends = {}
    for reduction in ("sum", "mean"):
        settings(tmp_path / "course.toml", f'reduction = "{reduction}"')
        exercise = course(tmp_path).exercise("kink")
        assert isinstance(exercise, Numbers)
        ends[reduction] = float(exercise.numbers(exercise.asks[1])[0])
    assert ends["sum"] - 0.5 == pytest.approx(4 * (ends["mean"] - 0.5))  # four points, one update from w0 = 0.5


def test_order_and_groups_are_those_of_the_course_file(tmp_path: Path, at: Callable[..., tuple[int, str, str]]) -> None:
    file = settings(
        tmp_path / "mine.toml",
        'title = "Short"',
        "[[groups]]",
        'title = "Kinks first"',
        'folder = "hinge"',
        "[[groups]]",
        'title = "Then one rule"',
        'exercises = ["power-rule"]',
    )
    _, out, _ = at("list", "--course", str(file), "--json")
    rows = json.loads(out)["exercises"]
    assert rows[0]["id"] == "hinge-dw0"
    assert rows[-1]["id"] == "power-rule"
    assert {r["group"] for r in rows} == {"Kinks first", "Then one rule"}
    assert "Exercise 1 of 8" in at("show", "hinge-dw0", "--course", str(file))[1]
    assert "Exercise 1 of 8" in at("--course", str(file), "show", "hinge-dw0")[1]


@pytest.mark.parametrize(
    ("notation", "line"),
    [
        ("plain", "= 2*(f - y)*d/dw0 (f - y)"),
        ("unicode", "= 2·(f − y)·∂/∂w₀ (f − y)"),
        ("latex", r"= 2 \cdot (f - y) \cdot \frac{\partial"),
    ],
)
def test_solutions_are_written_in_the_notation_of_the_class(
    notation: str, line: str, tmp_path: Path, at: Callable[..., tuple[int, str, str]]
) -> None:
    file = settings(tmp_path / "mine.toml", f'notation = "{notation}"')
    assert line in at("solution", "mse-dw0", "--course", str(file))[1]


def test_pictures_have_the_palette_of_the_class(tmp_path: Path, at: Callable[..., tuple[int, str, str]]) -> None:
    pictures = set()
    for palette in ("default", "cs231n"):
        file = settings(tmp_path / f"{palette}.toml", f'palette = "{palette}"')
        assert at("answer", "mse-dw0", "2*(f - y)", "--course", str(file))[0] == 1
        pictures.add((tmp_path / "outputs" / "lesson" / "mse-dw0.svg").read_text("utf-8"))
    assert len(pictures) == 2
    code, _, err = at(
        "answer", "mse-dw0", "2*(f - y)", "--course", str(settings(tmp_path / "pink.toml", 'palette = "pink"'))
    )
    assert code == 2
    assert "pink" in err
    assert "cs231n" in err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('tie = "both"', "tie = 'both'; expected one of zero, first, last, half"),
        ('notation = "ascii"', "notation = 'ascii'; expected one of auto, plain, unicode, latex"),
        ('reduction = "max"', "reduction = 'max'; expected one of sum, mean"),
        ('redution = "sum"', "unknown field `redution` (did you mean 'reduction'?)"),
        ("tie = 3", "Expected `str`, got `int` - at `$.tie`"),
        ("tie = ", "is no TOML"),
        ('[[groups]]\ntitle = "x"\nfolder = "hinges"', "takes folder 'hinges', which holds no exercise"),
        (
            '[[groups]]\ntitle = "x"\nexercises = ["hinge-dw"]',
            "lists 'hinge-dw' (did you mean 'hinge-dw0'?), which is no exercise",
        ),
    ],
)
def test_a_course_file_at_fault_says_what_and_where(line: str, said: str, tmp_path: Path) -> None:
    file = settings(tmp_path / "course.toml", line)
    with pytest.raises(AuthorError) as error:
        _ = course(FOLDER, file).order
    assert said in str(error.value)


def test_a_newer_course_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "course.toml"
    file.write_text("format_version = 7\n")
    with pytest.raises(AuthorError, match="format_version is 7, and this graphtutor reads up to 1; update graphtutor"):
        course(FOLDER, file)


def test_a_missing_folder_or_course_file_is_said(at: Callable[..., tuple[int, str, str]]) -> None:
    code, _, err = at("list", "--exercises", "nowhere")
    assert (code, err) == (
        2,
        "graphtutor: no folder of exercises at 'nowhere'; give one with --exercises DIR or $GRAPHTUTOR_EXERCISES\n",
    )
    code, _, err = at("list", "--course", "nowhere.toml")
    assert (code, err) == (2, "graphtutor: no course file 'nowhere.toml'; expected a TOML file such as course.toml\n")


# ----- variants -----
CLASS = [f"student {k}" for k in range(30)]
VARIED = [
    name
    for name in course(FOLDER).order
    if course(FOLDER).exercise(name).variants
    or course(FOLDER).exercise(name).vary
    or getattr(course(FOLDER).exercise(name), "drill", None)
]


def test_most_exercises_have_variants() -> None:
    assert len(VARIED) > 60


@pytest.mark.parametrize("name", ["mse-dw0", "forward-sheet", "small-graph", "larger-graph", "two-layer-net"])
def test_each_of_a_class_has_a_variant_of_its_own_that_its_own_answer_passes(name: str) -> None:
    exercise = course(FOLDER).exercise(name)
    drawn = {who: variant(exercise, who) for who in CLASS}
    assert drawn == {who: variant(exercise, who) for who in CLASS}  # the same tomorrow, and on another machine
    prompts = Counter(v.prompt for v in drawn.values())
    assert len(prompts) >= 3
    for who in CLASS[:6]:
        assert judge(drawn[who], drawn[who].accepted()[0]).correct
    if name.endswith("graph"):
        assert len(prompts) > 25  # drills differ in structure, nearly every one


def test_a_renamed_variant_keeps_the_shape_of_the_question() -> None:
    exercise = course(FOLDER).exercise("mse-dw0")
    for who in CLASS:
        program = variant(exercise, who).program
        assert re.fullmatch(r"f = (\w+)\*(\w+) \+ (\w+)\*(\w+) \+ b\nL = \(f - y\)\*\*2\n", program)


# ----- for authors -----
def test_the_schema_of_a_file_is_json_schema_and_every_file_of_ours_names_only_its_fields(
    at: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    code, out, _ = at("author", "schema")
    assert code == 0
    schema = json.loads(out)
    kinds = {d["properties"]["kind"]["enum"][0] for d in schema["$defs"].values() if "kind" in d.get("properties", {})}
    assert {
        "expression",
        "gradients",
        "derivation",
        "sheet",
        "local",
        "find-line",
        "numbers",
        "code",
        "choice",
        "solve",
    } == kinds
    assert schema["$defs"]["Expression"]["additionalProperties"] is False
    assert at("author", "schema", "-o", "schema.json") == (0, "", "")
    assert json.loads((tmp_path / "schema.json").read_text("utf-8")) == schema


def test_a_preview_shows_prompt_hints_solution_and_what_is_said_to_wrong_answers(
    at: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, _ = at("author", "preview", "constant-multiple", "--seed", "7")
    drawn = variant(course(FOLDER).exercise("constant-multiple"), "7")
    assert code == 0
    assert drawn.prompt in out
    for k, hint in enumerate(drawn.hints, 1):
        assert f"Hint {k}: {hint}" in out
    assert "Solution:\n  d/d" in out
    assert out.count("\nTo ") == 3


def test_a_new_file_is_refused_where_one_stands_and_named_as_its_id(
    at: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    assert at("author", "new", "my-first")[0] == 0
    assert (tmp_path / "01-my-first.toml").is_file()
    assert "exists; take another name" in at("author", "new", "my-first")[2]
    assert (
        "should be called like it, such as 01-my-second.toml" in at("author", "new", "my-second", "-o", "other.toml")[2]
    )
    assert (
        "no template for 'essay'; there is one for choice, code, derivation, expression"
        in at("author", "new", "x", "--kind", "essay")[2]
    )
    assert "`$.id`" in at("author", "new", "My First")[2]
    assert at("author", "new", "quoted", "--title", 'The "inner" \\ part')[0] == 0
    assert 'The "inner" \\ part (quoted, expression)' in at("author", "preview", "01-quoted.toml")[1]


def test_author_check_says_what_is_at_fault_and_ends_with_one(
    at: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    at("author", "new", "my-first")
    file = tmp_path / "01-my-first.toml"
    file.write_text(file.read_text("utf-8").replace("2*x*(w*x - y)", "x*(w*x - y)"), "utf-8")
    code, out, _ = at("author", "check", str(file))
    assert code == 1
    assert "my-first: accepts x*(w*x - y): it is refused: " in out
    found = json.loads(at("author", "check", str(file), "--json")[1])
    assert (found["ok"], found["files"]) == (False, 1)
    assert found["faults"][0]["exercise"] == "my-first"
    code, _, err = at("author", "check", "nowhere")
    assert (code, err) == (2, "graphtutor: no file or folder 'nowhere'\n")
