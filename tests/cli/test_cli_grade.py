"""'graphtutor sheet' and 'graphtutor grade' as a teaching assistant types them."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from graphtutor.batch import reviews
from graphtutor.batch.submissions import Fault, Submission, gathered
from graphtutor.cli import main
from graphtutor.grading.sheet.filled import read_sheet

MSE = "f = w0*x0 + w1*x1 + b; L = (f - y)**2"
SUBMISSIONS = [
    {"id": "ada", "student": "Ada", "expression": MSE, "wrt": "w0", "answer": "2*x0*(f - y)"},
    {"id": "bob", "expression": "(w*x - y)**2", "wrt": "w", "answer": ["2*(w*x - y)*d/dw(w*x - y)", "= 2*(w*x - y)", "= 2*w*x - 2*y"]},
    {"id": "cyd", "exercise": "code-dw0", "answer": {"code": "def dfn_w0(x, w, b, true_val):\n    return 2*x[0]*(x[0]*w[0] + x[1]*w[1] + b - true_val)\n"}},
    {"id": "dan", "expression": "x**2", "wrt": "x", "answer": "2*x +* 3"},
    {"id": "eve", "expression": "x**2", "wrt": "x", "answer": "2x", "disputed": True},
    {"id": "fay", "student": "=cmd()", "expression": "u = w*x; L = u**2",
     "answer": {"sheet": [{"node": "u", "value": 6, "local": {"w": 3, "x": 2}, "upstream": 12}, {"node": "L", "value": 36, "local": {"u": 12}}], "at": {"w": 2, "x": 3}}},
]  # fmt: skip


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "week.jsonl").write_text("\n".join(map(json.dumps, SUBMISSIONS)), "utf-8")
    return tmp_path


def run(capsys, *args: str) -> tuple[int, str, str]:
    code = main(list(args))
    out, err = capsys.readouterr()
    return code, out, err


# ----- sheet -----
BLANK = """\
problem: u = w*x; L = max(0, 1 - y*u)
at: w = 0.5, x = 1/3, y = -1
digits: 2

node           | value | local gradients  | dL/d(node)
---------------|-------|------------------|-----------
w              | 0.5   |                  | ____
x              | 1/3   |                  | ____
u = w*x        | ____  | w: ____; x: ____ | ____
y              | -1    |                  | ____
v1 = y*u       | ____  | y: ____; u: ____ | ____
v2 = 1 - v1    | ____  | v1: ____         | ____
L = max(0, v2) | ____  | v2: ____         | 1
"""


def test_a_sheet_is_printed_with_blanks_and_with_its_key(capsys) -> None:
    args = ["sheet", "u = w*x; L = max(0, 1 - y*u)", "--at", "w=.5,x=1/3,y=-1"]
    assert run(capsys, *args) == (0, BLANK, "")
    _, key, _ = run(capsys, *args, "--key")
    assert [line.split(" | ")[1:] for line in key.splitlines()[8:10]] == [
        ["0.17 ", "w: 0.33; x: 0.5", "1"],
        ["-1   ", "               ", "-0.17"],
    ]


def test_the_sheet_of_an_exercise_is_printed_at_its_own_point_and_graded(here, capsys, monkeypatch) -> None:
    monkeypatch.setenv("GRAPHTUTOR_PROGRESS", str(here / "progress.json"))
    code, out, err = run(capsys, "sheet", "forward-sheet", "--key", "-o", "s.txt")
    assert (code, out, err) == (0, "wrote s.txt\n", "graphtutor: taking 'forward-sheet' as the exercise of that name\n")
    assert run(capsys, "grade", "s.txt")[1].startswith("right, 100 %")
    rows = read_sheet(Path("s.txt").read_text("utf-8"))["answer"]["sheet"]
    Path("a.json").write_text(
        json.dumps(
            {
                "exercise": "forward-sheet",
                "answer": {"sheet": [{"node": r["node"], "value": r.get("value")} for r in rows]},
            }
        ),
        "utf-8",
    )
    assert json.loads(run(capsys, "grade", "a.json", "--json")[1])["correct"] is True


PROBLEMS = [["u = w*x; L = max(0, 1 - y*u)", "--at", "w=.5,x=1/3,y=-1"], ["L = (exp(x*w)/(x*w))**3", "--at", "x=.5,w=2", "--digits", "4"], ["L = (exp(x*w)/(x*w))**3"],
            ["f = w*x + b; L = (f - y)**2", "--collapse", "f", "--at", "w=1,x=2,b=3,y=4"],
            ["L = -log(softmax(W@x + b)[k])", "--shapes", "W=2x2,x=2,b=2", "--constants", "k=1", "--at", "W=[[1,2],[3,4]],x=[1,-1],b=[0,.5]"], ["x*x*x", "--at", "x=3"],
            ["u = x**2; L = sigmoid(u)*u/(1 + u)"],
            ["abs(x) + x", "--at", "x=0"], ["where(x > 1, x**2, x)", "--at", "x=2"]]  # fmt: skip


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p[0])
@pytest.mark.parametrize("form", ["text", "csv", "json"])
def test_a_printed_sheet_filled_with_its_key_is_all_right(problem, form, here, capsys) -> None:
    name = f"sheet.{form if form != 'text' else 'txt'}"
    assert run(capsys, "sheet", *problem, "--key", "--format", form, "-o", name)[0] == 0
    code, out, err = run(capsys, "grade", name, "--json")
    result = json.loads(out)
    assert (code, err, result["correct"], set(result["cells"].values())) == (0, "", True, {"right"})
    blank = run(capsys, "sheet", *problem, "--format", form)[1]
    Path(name).write_text(blank, "utf-8")
    assert json.loads(run(capsys, "grade", name, "--json")[1])["message"] == "Nothing is filled in yet."


def test_one_wrong_cell_of_a_printed_sheet_is_found_with_what_follows(here, capsys) -> None:
    key = run(capsys, "sheet", "u = w*x; L = (u - y)**2", "--at", "w=2,x=3,y=5", "--key")[1]
    assert "w: 3; x: 2      | 2\n" in key
    Path("s.txt").write_text(
        key.replace("u: 1; y: -1", "u: -1; y: -1").replace("w: 3; x: 2      | 2\n", "w: 3; x: 2      | -2\n"), "utf-8"
    )
    cells = json.loads(run(capsys, "grade", "s.txt", "--json")[1])["cells"]
    assert {n: s for n, s in cells.items() if s != "right"} == {"v1.local.u": "wrong", "u.upstream": "follows"}


@pytest.mark.parametrize(("text", "found"), [
    ("node | value\nu | 3", [{"node": "u", "value": "3"}]),
    ("| node | value | local | upstream |\n|---|---|---|---|\n| u = w*x | 6 | w: 3; x: 2 | 12 |", [{"node": "u = w*x", "value": "6", "local": {"w": "3", "x": "2"}, "upstream": "12"}]),
    ("Node|Value|Local gradient|dL/du\nL=u^2|36|12|1\n\nnotes: | see above", [{"node": "L=u^2", "value": "36", "local": {"#0": "12"}, "upstream": "1"}, {"node": "notes:", "value": "see above"}]),
    ("node | value | local\nu = w₀·x₀ | ≈1 | ∂u/∂w₀ = 2, ∂u/∂x₀ = 0,5", [{"node": "u = w₀·x₀", "value": "≈1", "local": {"∂u/∂w₀": "2", "∂u/∂x₀": "0,5"}}]),
    ("cell,node,answer\nu.value,u = w*x,6\nu.local.w,u = w*x,3\n", [{"node": "u = w*x", "value": "6", "local": {"w": "3"}}]),
    ("node,value,local,upstream\nu,6,w: 3; x: 2,12\n", [{"node": "u", "value": "6", "local": {"w": "3", "x": "2"}, "upstream": "12"}]),
])  # fmt: skip
def test_a_table_is_read_as_people_type_it(text, found) -> None:
    assert read_sheet(text)["answer"]["sheet"] == found


# ----- one answer -----
def test_lines_in_a_text_file_are_graded(here, capsys) -> None:
    Path("a.txt").write_text("dL/df = 2(f - y)\ndf/dw0 = x1\ndL/dw0 = 2 x1 (f - y)\n", "utf-8")
    code, out, err = run(capsys, "grade", "a.txt", "--expression", MSE, "--wrt", "w0")
    assert (code, err) == (0, "")
    assert out.splitlines()[1] == "Line 2 is the first wrong one. Line 3 follows correctly from line 2."
    assert max(map(len, out.splitlines())) <= 80


def test_a_python_file_is_graded_and_not_run(here, capsys) -> None:
    Path("hand_in.py").write_text("open('gt_canary', 'w')\ndef dfn_w0(x, w, b, y):\n    return 1\n", "utf-8")
    code, out, _ = run(capsys, "grade", "hand_in.py", "--exercise", "code-dw0")
    assert code == 0 and "an expression outside a function is not read" in out
    assert not Path("gt_canary").exists()
    Path("hand_in.py").write_text(
        "def fn(x, w, b):\n    return x[0]*w[0] + x[1]*w[1] + b\ndef dfn_w0(x, w, b, y):\n    return 2*x[0]*(fn(x, w, b) - y)\n",
        "utf-8",
    )
    assert run(capsys, "grade", "hand_in.py", "--expression", MSE, "--wrt", "w0", "--function", "dfn_w0")[1].startswith(
        "right, 100 %"
    )


def test_points_and_follow_through_are_given_as_asked(here, capsys) -> None:
    Path("a.txt").write_text("2*(w*x - y)*d/dw(w*x - y)\n= 2*(w*x - y)\n= 2*w*x - 2*y\n", "utf-8")
    asked = ["grade", "a.txt", "--expression", "(w*x - y)**2", "--wrt", "w", "--json"]
    scores = [
        json.loads(run(capsys, *asked, *more)[1])["score"]
        for more in ([], ["--follow", "0"], ["--points", "1,1,8", "--follow", "0.5"])
    ]
    assert scores == [pytest.approx(2 / 3), pytest.approx(1 / 3), pytest.approx(0.5)]
    Path("b.txt").write_text("2*(x + 1)", "utf-8")
    result = json.loads(
        run(capsys, "grade", "b.txt", "--expression", "(x + 1)**2", "--wrt", "x", "--form", "expanded", "--json")[1]
    )
    assert (result["correct"], result["score"]) == (False, 0.5)
    assert (
        "'weird' is no form"
        in run(capsys, "grade", "b.txt", "--expression", "(x + 1)**2", "--wrt", "x", "--form", "weird")[1]
    )
    assert run(capsys, "grade", "b.txt", "--expression", "x", "--points", "one")[0] == 2


def test_a_problem_that_tells_explanations_apart_is_proposed_where_asked(here, capsys) -> None:
    Path("a.txt").write_text("2*(w*x - y)", "utf-8")
    assert "To tell these apart" not in run(capsys, "grade", "a.txt", "--expression", "(w*x - y)**2", "--wrt", "w")[1]
    assert (
        "To tell these apart: d/dw of "
        in run(capsys, "grade", "a.txt", "--expression", "(w*x - y)**2", "--wrt", "w", "--variant")[1]
    )


def test_one_result_as_json_holds_the_submission_and_the_grade(here, capsys) -> None:
    Path("one.json").write_text(json.dumps(SUBMISSIONS[1]), "utf-8")
    result = json.loads(run(capsys, "grade", "one.json", "--json")[1])
    assert (result["ok"], result["id"], result["correct"], result["first_wrong"], result["expression"]) == (
        True,
        "bob",
        False,
        1,
        "(w*x - y)**2",
    )
    assert {"score", "misconceptions", "message", "invalid", "undecided_because", "lines", "counterexample"} <= set(
        result
    )


def test_the_verdict_is_drawn(here, capsys) -> None:
    Path("a.txt").write_text("2*(f - y)", "utf-8")
    code, _, err = run(capsys, "grade", "a.txt", "--expression", MSE, "--wrt", "w0", "--draw", "v.svg")
    assert (code, err) == (0, "wrote v.svg\n")
    assert 'id="broken"' in Path("v.svg").read_text("utf-8")


def test_an_ascii_terminal_gets_ascii(here) -> None:
    Path("a.txt").write_text("∂L/∂w₀ = 2·x₀·(f − y)", "utf-8")
    ascii_only = {**os.environ, "LC_ALL": "C", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-m", "graphtutor", "grade", "a.txt", "--expression", MSE, "--wrt", "w0"],
        capture_output=True,
        env=ascii_only,
        check=True,
    )
    assert done.stdout.decode("ascii").splitlines()[:2] == ["right, 100 %", "Right."]


# ----- many -----
def test_many_answers_get_a_line_each(here, capsys) -> None:
    code, out, err = run(capsys, "grade", "week.jsonl")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in lines[:6]] == ["ada", "bob", "cyd", "dan", "eve", "fay"]
    assert lines[0] == "ada  right      100 %"
    assert lines[1].startswith("bob  not right   67 %  line 2  chain.missing-inner")
    assert lines[-1] == "6 graded: 4 right, 1 not right, 1 undecided. 2 wait for a person: --review."
    assert max(map(len, lines)) <= 80


def test_processes_give_the_same_results(here, capsys) -> None:
    one = run(capsys, "grade", "week.jsonl", "--format", "json")[1]
    assert run(capsys, "grade", "week.jsonl", "--format", "json", "-j", "2")[1] == one
    assert [json.loads(line)["id"] for line in one.splitlines()] == ["ada", "bob", "cyd", "dan", "eve", "fay"]


def test_csv_runs_nothing_in_a_spreadsheet(here, capsys) -> None:
    rows = list(csv.DictReader(io.StringIO(run(capsys, "grade", "week.jsonl", "--format", "csv")[1])))
    assert [r["correct"] for r in rows] == ["right", "not right", "right", "undecided", "right", "right"]
    assert (rows[1]["first_wrong"], rows[1]["misconceptions"].split()[0], rows[5]["student"]) == (
        "2",
        "chain.missing-inner",
        "'=cmd()",
    )


def test_grading_systems_get_their_own_form(here, capsys) -> None:
    gradescope = json.loads(run(capsys, "grade", "week.jsonl", "--format", "gradescope")[1])
    assert [t["status"] for t in gradescope["bob"]["tests"]] == ["passed", "failed", "passed"]
    assert gradescope["bob"]["score"] == pytest.approx(2 / 3)
    assert gradescope["dan"]["output"].startswith("Undecided")
    prairie = json.loads(run(capsys, "grade", "week.jsonl", "--format", "prairielearn")[1])
    assert prairie["dan"]["gradable"] is False and prairie["dan"]["format_errors"]
    assert all({"points", "max_points"} <= set(t) for t in prairie["fay"]["tests"])


def test_files_of_all_kinds_lie_in_one_folder(here, capsys) -> None:
    (here / "box" / "sub").mkdir(parents=True)
    Path("box/a.json").write_text(json.dumps(SUBMISSIONS[:2]), "utf-8")
    Path("box/b.csv").write_text('id,expression,wrt,answer\ng,x**2,x,2x\nh,x**2,x,"d/dx x^2\n= 2x"\n', "utf-8")
    Path("box/sub/c.txt").write_text("2*x", "utf-8")
    Path("box/.hidden").write_text("x", "utf-8")
    Path("box/ada.json").write_text(json.dumps(SUBMISSIONS[0]), "utf-8")
    assert [s.id for s in gathered(["box"]) if isinstance(s, Submission)] == ["a-1", "bob", "ada", "g", "h"]
    out = run(capsys, "grade", "box", "--expression", "x**2", "--wrt", "x")[1]
    assert out.splitlines()[-1].startswith("6 graded: 3 right, ")
    own = run(capsys, "grade", "box", "--expression", "x**2", "--wrt", "x", "--own-questions")[1].splitlines()
    assert [line.split()[0] for line in own[:-1]] == ["ada", "bob", "ada#2", "g", "h", "c"]
    assert own[-1].startswith("6 graded: 5 right, 1 not right.")


# ----- the teacher's question wins -----
TEACHER = ["--expression", "(w*x - y)**2", "--wrt", "w"]
CHOSEN = {  # a file that chooses its own question, and what is listed of it
    "own.txt": ('{"expression": "x", "wrt": "x", "answer": "1"}', ["expression: x", "wrt: x"]),
    "own.json": ('{"expression": "3*q", "wrt": "q", "answer": "3"}', ["expression: 3*q", "wrt: q"]),
    "point.txt": ('{"assume": {"w": [1], "x": [1], "y": [1]}, "answer": "0"}', ["assume: {'w': [1], 'x': [1], 'y': [1]}"]),
    "exercise.json": ('{"exercise": "power-rule", "answer": "3*x^2"}', ["exercise: power-rule"]),
    "table.csv": ('answer,expression,wrt\n5,5*a,a\n', ["expression: 5*a", "wrt: a"]),
    "lines.jsonl": ('{"expression": "x**3", "wrt": "x", "answer": ["3x^2"]}', ["expression: x**3", "wrt: x"]),
    "meaning.json": ('{"definitions": {"x": "1", "w": "y"}, "answer": "0"}', ["definitions: {'x': '1', 'w': 'y'}"]),
    "points.json": ('{"rubric": {"points": [1, 0]}, "given": {"y": 0}, "answer": "1"}', ["rubric: {'points': [1, 0]}", "given: {'y': 0}"]),
    "sheet.txt": ("problem: L = w\nnode | value\nL | ", ["expression: L = w"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CHOSEN)
def test_what_a_file_says_of_its_own_question_is_listed_and_not_used(name, here, capsys) -> None:
    text, conflicts = CHOSEN[name]
    Path(name).write_text(text, "utf-8")
    result = json.loads(run(capsys, "grade", name, *TEACHER, "--json")[1])
    assert result["correct"] is not True and result["score"] < 1
    assert result["conflicts"] == conflicts
    (here / "two").mkdir()
    Path("two/a.txt").write_text("2*x*(w*x - y)", "utf-8")
    Path("two", name).write_text(text, "utf-8")
    listed = run(capsys, "grade", "two", *TEACHER)[1].splitlines()
    assert listed[0].split()[1] == "right"
    assert f"{conflicts[0].split(':')[0]}" in listed[1] or len(listed[1]) == 80


def test_a_file_may_say_its_own_question_where_the_teacher_allows_it(here, capsys) -> None:
    Path("own.txt").write_text(CHOSEN["own.txt"][0], "utf-8")
    result = json.loads(run(capsys, "grade", "own.txt", *TEACHER, "--own-questions", "--json")[1])
    assert (result["correct"], "conflicts" in result) == (True, False)


SHEET = "u = w*x; L = u**2"
ROWS = [
    {"node": "u", "value": 0, "local": {"w": 0, "x": 0}, "upstream": 0},
    {"node": "L", "value": 0, "local": {"u": 0}},
]


@pytest.mark.parametrize(("own", "more", "correct"), [
    ({"w": 0, "x": 0}, [], None), ({"w": 0, "x": 0}, ["--at", "w=2,x=3"], False), ({"w": 0, "x": 0}, ["--at", "w=0,x=0"], True),
    ({"w": "0/1", "x": 0.0}, ["--at", "w=0,x=0"], True), ({"w": 0, "x": 0}, ["--own-questions"], True),
])  # fmt: skip
def test_a_sheet_does_not_choose_the_point_at_which_it_is_right(own, more, correct, here, capsys) -> None:
    Path("s.json").write_text(json.dumps({"answer": {"sheet": ROWS, "at": own}}), "utf-8")
    found = json.loads(run(capsys, "grade", "s.json", "--expression", SHEET, *more, "--json")[1])
    assert found["correct"] is correct
    table = "at: w = 0, x = 0\nnode | value | local | upstream\nu | 0 | w: 0; x: 0 | 0\nL | 0 | u: 0 |"
    Path("s.txt").write_text(table, "utf-8")
    found = json.loads(run(capsys, "grade", "s.txt", "--expression", SHEET, *more, "--json")[1])
    assert found["correct"] is correct
    assert correct is not None or "say the point with --at" in found["error"]


def test_a_sheet_does_not_choose_how_far_it_rounds(here, capsys) -> None:
    text = "at: w = 0.3, x = 0.5\ndigits: 0\nnode | value | local | upstream\nu = w*x | 0 | w: 1; x: 0 | 0\nL = u**2 | 0 | u: 0 |"
    Path("s.txt").write_text(text, "utf-8")
    found = json.loads(run(capsys, "grade", "s.txt", "--expression", SHEET, "--at", "w=.3,x=.5", "--json")[1])
    assert (found["correct"], found["conflicts"]) == (False, ["digits: 0"])


@pytest.mark.parametrize("text", [
    '{"id": "bob", "answer": "0"}', '[{"id": "bob", "answer": "0"}, {"id": "bob", "answer": "1"}]', "id,answer\nbob,0\nbob,1\n",
    '{"submissions": [{"id": "bob", "answer": "0"}]}', '{"id": "bob", "answer": "0"}\n{"id": "bob", "answer": "1"}',
])  # fmt: skip
@pytest.mark.parametrize("name", ["aaa", "mallory"])
def test_no_file_takes_anothers_name(name, text, here, capsys) -> None:
    (here / "box").mkdir()
    suffix = (
        ".csv" if text.startswith("id,") else ".json" if text.startswith(("{", "[")) and "\n" not in text else ".jsonl"
    )
    Path("box", name + suffix).write_text(text, "utf-8")
    Path("box/bob.txt").write_text("2*x*(w*x - y)", "utf-8")
    found = [
        one for one in gathered(["box"], {"expression": "(w*x - y)**2", "wrt": "w"}) if isinstance(one, Submission)
    ]
    assert [one.id for one in found if one.where == "box/bob.txt"] == ["bob"]
    assert all(one.id.startswith(name) and "id: bob" in one.conflicts for one in found if one.where != "box/bob.txt")
    assert {r["correct"] for r in map(json.loads, run(capsys, "grade", "box", *TEACHER, "--format", "json")[1].splitlines()) if r["id"] != "bob"} == {False}  # fmt: skip


def test_links_in_a_folder_are_not_followed(here, capsys) -> None:
    (here / "box").mkdir()
    (here / "secret").mkdir()
    Path("secret/key.txt").write_text("2*x*(w*x - y)", "utf-8")
    Path("box/me.txt").symlink_to(here / "secret" / "key.txt")
    Path("box/more").symlink_to(here / "secret")
    Path("box/you.txt").write_text("2*x*(w*x - y)", "utf-8")
    os.mkfifo("box/pipe.txt")
    code, out, err = run(capsys, "grade", "box", *TEACHER)
    assert (code, out.splitlines()[0]) == (0, "right, 100 %")
    assert [line.split(": ", 1)[1].split(" is ")[0] for line in err.splitlines()] == ["box/me.txt:", "box/more:"]


# ----- where results go is looked at first -----
@pytest.mark.parametrize(
    ("place", "why"),
    [("folder", "it is a folder"), ("file/x.jsonl", "cannot write file/x.jsonl"), ("pipe", "it is no regular file")],
)
def test_a_place_that_cannot_be_written_is_found_before_anything_is_graded(
    place, why, here, capsys, monkeypatch
) -> None:
    (here / "folder").mkdir()
    Path("file").write_text("x", "utf-8")
    os.mkfifo("pipe")
    monkeypatch.setattr("graphtutor.batch.many.grade_all", lambda *_: pytest.fail("graded first"))
    code, out, err = run(capsys, "grade", "week.jsonl", "-o", place)
    assert (code, out) == (2, "") and why in err


def test_a_full_disk_is_found_before_anything_is_graded(here, capsys, monkeypatch) -> None:
    monkeypatch.setattr("graphtutor.batch.many.grade_all", lambda *_: pytest.fail("graded first"))
    monkeypatch.setattr("os.fdopen", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    code, out, err = run(capsys, "grade", "week.jsonl", "-o", "out.jsonl")
    assert (code, out) == (2, "") and "cannot write out.jsonl: no space left on device" in err
    assert sorted(p.name for p in here.iterdir()) == ["week.jsonl"]


def test_bytes_that_are_no_text_are_said_with_their_place(here, capsys) -> None:
    Path("a.txt").write_bytes("2x\n= 2n·x".encode("latin-1"))
    Path("b.json").write_bytes(b'{"answer": "n\xb7x"}')
    err = run(capsys, "grade", "a.txt", "b.json", *TEACHER)[2]
    assert "a.txt: is no UTF-8 text: byte 0xb7 on line 2, after = 2n" in err
    assert 'b.json: is no UTF-8 text: byte 0xb7 on line 1, after {"answer": "n' in err


BAD = ["not json", '{"id": "x"}', "3", '{"id": "x", "answer": "1"}', '{"id": "x", "answer": "1", "expression": 3}', '{"id": "x", "answer": "1", "expression": "x", "wrt": 3}', '{"a":' * 3000,
       '{"id": "x", "answer": "1", "expression": "x", "shapes": {"x": [1000000, 1000000]}}']  # fmt: skip


def test_what_is_no_submission_is_named_in_one_line_and_the_rest_is_graded(here, capsys) -> None:
    Path("bad.jsonl").write_text("\n".join([*BAD, json.dumps(SUBMISSIONS[0])]), "utf-8")
    code, out, err = run(capsys, "grade", "bad.jsonl")
    assert (code, out.splitlines()[0]) == (0, "right, 100 %")
    assert [line.split(": ")[1] for line in err.splitlines()] == [f"bad.jsonl:{k}" for k in range(1, len(BAD) + 1)]
    assert "is no JSON: expecting value at column 1" in err and "has no answer" in err


@pytest.mark.parametrize(("args", "code", "message"), [
    (["nope.txt"], 3, "nope.txt: cannot be read: no such file or directory"), ([], 2, "no PATH to grade"), (["empty.txt"], 3, "empty.txt: is empty"),
    (["a.txt"], 3, "a.txt: says neither exercise nor expression"),
    (["latin.txt"], 3, "latin.txt: is no UTF-8 text"), (["week.jsonl", "--decide", "zoe=right"], 2, "no answer 'zoe' here to decide"),
    (["week.jsonl", "--decide", "ada=maybe"], 2, "'maybe' is no decision"),
    (["week.jsonl", "--draw", "v.svg"], 2, "--draw takes one answer, met 6"), (["--diff", "week.jsonl", "nope"], 2, "week.jsonl holds no results"), (["folder"], 3, "nothing to grade in folder"),
    (["week.jsonl", "--reviews", "a.txt"], 2, "a.txt is no file of decisions"),
])  # fmt: skip
def test_bad_input_is_one_clear_line(args, code, message, here, capsys) -> None:
    Path("a.txt").write_text("2x", "utf-8")
    Path("empty.txt").write_text(" \n", "utf-8")
    Path("latin.txt").write_bytes(b"2x \xe9")
    Path("folder").mkdir()
    found, out, err = run(capsys, "grade", *args)
    assert (found, out) == (code, "")
    assert message in err and len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--exercise", "nope"], "nothing could be graded by --exercise: no exercise 'nope'; see them"),
        (["--expression", "x**", "--wrt", "x"], "nothing could be graded by --expression: the text ends after '**'"),
    ],
)
def test_a_question_of_the_command_line_that_is_none_ends_in_an_exit_code(given, said, here, capsys) -> None:
    Path("a.txt").write_text("2x", "utf-8")
    Path("b.txt").write_text("2*(", "utf-8")
    code, _, err = run(capsys, "grade", "a.txt", "b.txt", *given)
    assert code == 3 and said in err and len(err.strip().splitlines()) == 1
    assert run(capsys, "grade", "b.txt", "--expression", "x**2", "--wrt", "x")[0] == 0, "an answer may be unread"


def test_an_answer_to_no_exercise_is_undecided_and_says_why(here, capsys) -> None:
    Path("a.json").write_text('{"id": "a", "exercise": "no-such", "answer": "1"}', "utf-8")
    result = json.loads(run(capsys, "grade", "a.json", "--json")[1])
    assert result["correct"] is None and "no exercise 'no-such'" in result["error"]


# ----- what a person decides -----
def test_a_decision_is_kept_beside_the_machines_verdict_and_survives_grading_again(here, capsys) -> None:
    run(capsys, "grade", "week.jsonl", "--decide", "dan=0.5 the idea is right", "--decide", "eve=wrong: not simplified")
    results = {
        r["id"]: r for r in map(json.loads, run(capsys, "grade", "week.jsonl", "--format", "json")[1].splitlines())
    }
    assert (results["dan"]["correct"], results["dan"]["human"]["score"], results["dan"]["human"]["note"]) == (
        None,
        0.5,
        "the idea is right",
    )
    assert (results["eve"]["correct"], results["eve"]["human"]["correct"]) == (True, False)
    lines = run(capsys, "grade", "week.jsonl")[1].splitlines()
    assert lines[3] == "dan  not right   50 %  decided by a person"
    assert lines[-1] == "6 graded: 3 right, 3 not right."
    run(capsys, "grade", "week.jsonl", "--decide", "eve=undo")
    assert run(capsys, "grade", "week.jsonl")[1].splitlines()[4] == "eve  right      100 %"


def test_a_decision_about_another_answer_is_stale(here, capsys) -> None:
    run(capsys, "grade", "week.jsonl", "--decide", "dan=right")
    changed = [*SUBMISSIONS[:3], {**SUBMISSIONS[3], "answer": "3x"}, *SUBMISSIONS[4:]]
    Path("week.jsonl").write_text("\n".join(map(json.dumps, changed)), "utf-8")
    results = {
        r["id"]: r for r in map(json.loads, run(capsys, "grade", "week.jsonl", "--format", "json")[1].splitlines())
    }
    assert results["dan"]["human"]["stale"] is True
    assert run(capsys, "grade", "week.jsonl")[1].splitlines()[3].startswith("dan  not right    0 %")


def test_review_asks_about_each_open_grade(here, capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("perhaps\n0.25 typo\nskip\n"))
    _, out, err = run(capsys, "grade", "week.jsonl", "--review")
    assert "1 of 2: dan  (x**2)" in out and "2 of 2: eve  (x**2)" in out
    assert "'perhaps' is no decision; expected right, wrong, or points from 0 to 1" in err
    assert reviews.load(Path("week.jsonl.review.json")).decisions["dan"].score == 0.25
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert "1 of 1: eve" in run(capsys, "grade", "week.jsonl", "--review")[1]


def test_a_kill_in_the_middle_leaves_the_old_decisions(here, monkeypatch, capsys) -> None:
    run(capsys, "grade", "week.jsonl", "--decide", "dan=right")
    before = Path("week.jsonl.review.json").read_bytes()
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert run(capsys, "grade", "week.jsonl", "--decide", "eve=right")[0] == 130
    assert Path("week.jsonl.review.json").read_bytes() == before
    assert [p.name for p in here.iterdir() if p.name.startswith(".")] == []


# ----- what a change changed -----
def test_the_difference_between_two_gradings_is_shown(here, capsys) -> None:
    run(capsys, "grade", "week.jsonl", "-o", "old.results.jsonl")
    mended = [{**s, "expression": "(w*x - y)**2/x"} if s["id"] == "bob" else s for s in SUBMISSIONS[:-1]]
    Path("week.jsonl").write_text("\n".join(map(json.dumps, mended)), "utf-8")
    assert run(capsys, "grade", "week.jsonl", "-o", "new.results.jsonl")[1].startswith(
        "wrote new.results.jsonl: 5 graded: "
    )
    code, out, _ = run(capsys, "grade", "--diff", "old.results.jsonl", "new.results.jsonl")
    assert code == 0
    assert out.splitlines()[0].startswith("bob: not right from line 2 -> ")
    assert out.splitlines()[-1] == "1 of 5 results changed, 1 only in the old file."
    assert (
        json.loads(run(capsys, "grade", "--diff", "old.results.jsonl", "new.results.jsonl", "--json")[1])["changes"][0][
            "id"
        ]
        == "bob"
    )


def test_a_file_of_results_is_not_graded_as_answers(here) -> None:
    Path("box").mkdir()
    Path("box/a.results.jsonl").write_text("{}", "utf-8")
    Path("box/b.txt").write_text("2x", "utf-8")
    assert [
        s.id if isinstance(s, Submission) else str(s) for s in gathered(["box"], {"expression": "x**2", "wrt": "x"})
    ] == ["b"]
    assert isinstance(next(iter(gathered(["box/a.results.jsonl"]))), Fault)
