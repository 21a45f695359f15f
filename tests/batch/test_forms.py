"""What a class gets back: gradebooks, results for grading systems, tables and a report, each safe to open."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pyarrow import parquet

from graphtutor.batch.final import read_results
from graphtutor.batch.formats import FORMATS
from graphtutor.batch.likeness import alike
from graphtutor.batch.report import as_report
from graphtutor.cli import main

EVIL = "=cmd|' /C calc'!A0</td><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[31m\u202e"
CLASS = [
    {"id": "1", "student": "Ada", "exercise": "power-rule", "answer": "x", "time": "2026-11-30T21:00:00Z"},
    {"id": "2", "student": "Ada", "exercise": "power-rule", "answer": "n*x**(n-1)", "time": "2026-11-30T21:05:00Z"},
    {"id": "3", "student": "Ada", "exercise": "mse-dw0", "answer": "2*(f-y)"},
    {"id": "4", "student": "Bob", "exercise": "mse-dw0", "answer": "2*x0 +* (f-y)"},
    {"id": "5", "student": EVIL, "exercise": "mse-dw0", "answer": ["2*(f-y)", EVIL], "email": "@evil"},
    {"id": EVIL, "student": "Cyd", "expression": "x**2", "wrt": "x", "answer": EVIL},
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "class.jsonl").write_text("\n".join(map(json.dumps, CLASS)), "utf-8")
    return tmp_path


def grade(*args: str) -> None:
    assert main(["grade", "class.jsonl", *args]) == 0


def rows(name: str) -> list[list[str]]:
    with Path(name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_every_form_is_written_twice_the_same_and_steers_nothing(form: str, here: Path) -> None:
    grade("--format", form, "-o", "one")
    data = Path("one").read_bytes()
    grade("--format", form, "-o", "one", "-j", "2")
    assert data == Path("one").read_bytes() and data
    if form not in ("parquet", "json", "gradescope", "prairielearn"):  # those escape it, or are no text
        assert b"\x1b" not in data and "\u202e".encode() not in data
    if form == "html":
        assert b"<script" not in data and b"<img" not in data
    if form == "markdown":
        assert b"\n## =cmd\\|' /C calc'!A0\\</td\\>\\<script\\>" in data


@pytest.mark.parametrize("form", ["csv", "moodle", "canvas"])
def test_no_cell_is_a_formula(form: str, here: Path) -> None:
    grade("--format", form, "-o", "t.csv")
    assert not [cell for row in rows("t.csv") for cell in row if re.match(r"[=+@\t\r]|-\D", cell)]
    assert any("'=cmd" in cell for row in rows("t.csv") for cell in row)


def test_the_ending_of_a_file_says_its_form(here: Path) -> None:
    grade("-o", "r.csv")
    assert rows("r.csv")[0][:3] == ["id", "student", "exercise"]
    grade("-o", "r.jsonl")
    assert list(read_results("r.jsonl"))[:5] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("which", "counts", "grade_of_ada"),
    [
        ("last", [False, True], "1"),
        ("first", [True, False], "0"),
        ("best", [False, True], "1"),
        ("all", [True, True], "1"),
    ],
)
def test_which_attempt_counts(which: str, counts: list[bool], grade_of_ada: str, here: Path) -> None:
    grade("--attempts", which, "-o", "r.jsonl")
    results = list(read_results("r.jsonl").values())
    assert [(r["attempt"], r["counts"]) for r in results[:2]] == list(zip((1, 2), counts, strict=True))
    assert "attempt" not in results[2]
    grade("--attempts", which, "--format", "canvas", "-o", "c.csv")
    ada = next(row for row in rows("c.csv") if row[0] == "Ada")
    assert ada[-1] == grade_of_ada


def test_a_gradebook_leaves_a_grade_blank_while_an_answer_is_undecided(here: Path) -> None:
    grade("--format", "moodle", "-o", "m.csv")
    by_name = {row[1]: row for row in rows("m.csv")}
    assert (by_name["Ada"][3:5], by_name["Bob"][3:5]) == (["1", "2"], ["", "1"])


def test_a_gradebook_of_moodle_and_of_canvas_goes_by_the_systems_own_number(here: Path) -> None:
    Path("class.jsonl").write_text(
        json.dumps(
            {
                "student": "Ada Lovelace",
                "identifier": "77",
                "email": "ada@x.org",
                "expression": "x**2",
                "wrt": "x",
                "answer": "2x",
            }
        ),
        "utf-8",
    )
    grade("--format", "moodle", "-o", "m.csv")
    assert rows("m.csv")[1][:5] == ["Participant 77", "Ada Lovelace", "ada@x.org", "1", "1"]
    grade("--format", "canvas", "-o", "c.csv")
    assert rows("c.csv") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "graphtutor"],
        ["Points Possible", "", "", "", "", "1"],
        ["Ada Lovelace", "77", "", "ada@x.org", "", "1"],
    ]


def test_all_answers_of_one_student_are_one_results_json(here: Path) -> None:
    Path("class.jsonl").write_text("\n".join(map(json.dumps, CLASS[1:3])), "utf-8")
    grade("--together", "--format", "gradescope", "-o", "results.json")
    found = json.loads(Path("results.json").read_text("utf-8"))
    assert (found["score"], [t["name"] for t in found["tests"]], [t["score"] for t in found["tests"]]) == (
        1.0,
        ["power-rule", "mse-dw0"],
        [1.0, 0.0],
    )
    assert all(t["max_score"] == 1 and t["status"] in ("passed", "failed") for t in found["tests"])
    grade("--together", "--format", "prairielearn", "-o", "results.json")
    found = json.loads(Path("results.json").read_text("utf-8"))
    assert (found["gradable"], found["score"], [t["max_points"] for t in found["tests"]]) == (True, 0.5, [1.0, 1.0])


@pytest.mark.parametrize("form", ["gradescope", "prairielearn"])
def test_where_nothing_can_be_read_a_grading_system_is_told_so(form: str, here: Path) -> None:
    Path("class.jsonl").write_text("no json", "utf-8")
    assert main(["grade", "class.jsonl", "--together", "--format", form, "-o", "results.json"]) == 3
    found = json.loads(Path("results.json").read_text("utf-8"))
    assert "Nothing that was handed in could be read." in (found.get("output") or found.get("message"))
    assert found.get("gradable", False) is False and found.get("score", 0) == 0


def test_parquet_holds_the_table_and_each_whole_result(here: Path) -> None:
    grade("-o", "r.parquet")
    table = parquet.read_table("r.parquet").to_pylist()
    assert [(r["id"], r["correct"], r["score"]) for r in table[:3]] == [
        ("1", "not right", 0.0),
        ("2", "right", 1.0),
        ("3", "not right", 0.0),
    ]
    assert json.loads(table[1]["result"])["message"] == "Right."


# ----- the report -----
class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_report_names_nobody_loads_nothing_and_shows_where_answers_broke(here: Path) -> None:
    grade("-o", "r.jsonl", "--report", "week.html")
    text = Path("week.html").read_text("utf-8")
    reader = Tags()
    reader.feed(text)
    links = [attrs["href"] for tag, attrs in reader.tags if tag == "a"]
    assert {tag for tag, _ in reader.tags} <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "h3",
        "p",
        "code",
        "table",
        "tr",
        "th",
        "td",
        "pre",
        "svg",
        "rect",
        "text",
        "a",
        "br",
        "span",
    }
    assert not [attrs for _, attrs in reader.tags if "src" in attrs or any(name.startswith("on") for name in attrs)]
    assert "http" not in text
    assert links and all(
        Path(link).read_text("utf-8").startswith("<svg") and 'id="broken"' in Path(link).read_text("utf-8")
        for link in links
    )
    assert not re.search(r"\bAda\b|\bBob\b", text) and re.search(r"student [0-9a-f]{8}\b", text)
    headings = re.findall(r"<h2>([^<(]+)", text)
    assert [h.strip() for h in headings] == ["Undecided", "Scores", "Exercises, the hardest first", "Misconceptions"]
    named = {r["misconceptions"][0]["id"] for r in read_results("r.jsonl").values() if r["misconceptions"]}
    assert set(re.findall(r"<h3>([\w.-]+)", text)) <= named and named
    grade("-o", "r.jsonl", "--report", "week.html", "--names")
    assert "Bob" in Path("week.html").read_text("utf-8")


def test_a_list_of_the_class_does_not_tell_who_is_meant_in_a_report(tmp_path: Path) -> None:
    class Kept(list):
        names, alike, picture = False, False, staticmethod(lambda one: None)

    def called(answer: str) -> set[str]:
        told = {"id": "1", "student": "Bob", "exercise": "power-rule", "correct": None, "score": 0.0, "message": "", "misconceptions": []}  # fmt: skip
        rows = Kept([{**told, "answer": "?"}, {**told, "id": "2", "student": "Ada", "answer": answer}])
        return set(re.findall(r"student [0-9a-f]{8}", "".join(as_report(rows))))

    assert len(called("2x")) == 2 and called("2x") == called("2x")
    assert not called("2x") & called("3x"), "the name depends on what everybody handed in"


def test_answers_that_are_nearly_the_same_are_listed_as_information(here: Path, capsys) -> None:
    long = ["dL/df = 2*(f - y)", "df/dw0 = x0", "dL/dw0 = 2*(f - y)*df/dw0", "dL/dw0 = 2*x0*(w0*x0 + w1*x1 + b - y)"]
    other = [
        "dL/dw0 = d/dw0 (f - y)**2",
        "= 2*(f - y)*d/dw0(w0*x0 + w1*x1 + b - y)",
        "= 2*(f - y)*(x0 + 0 + 0 - 0)",
        "= 2*x0*(f - y)",
    ]
    students = {
        "ada": long,
        "bob": [line.replace(" ", "") for line in long],
        "cyd": other,
        "dan": ["2*x0*(f-y)"],
        "eve": ["2*x0*(f-y)"],
    }
    Path("class.jsonl").write_text(
        "\n".join(
            json.dumps({"id": n, "student": n, "exercise": "mse-dw0-derivation", "answer": a})
            for n, a in students.items()
        ),
        "utf-8",
    )
    grade("--alike")
    assert (
        capsys.readouterr().out.splitlines()[-1] == "nearly the same, as information, in mse-dw0-derivation: ada, bob"
    )
    grade("--alike", "--format", "html", "-o", "week.html")
    assert "Nearly the same" in Path("week.html").read_text("utf-8")
    assert (
        alike([{"id": k, "student": "ada", "exercise": "e", "answer": long} for k in range(3)]) == []
    )  # attempts of one student


def test_a_student_known_by_an_address_stands_where_moodle_looks_for_it(here: Path) -> None:
    Path("mail.csv").write_text("Email address,Response\nann@example.org,n*x^(n-1)\n", "utf-8")
    columns = "student=Email address,answer:power-rule=Response"
    assert main(["grade", "mail.csv", "--columns", columns, "--format", "moodle", "-o", "m.csv"]) == 0
    assert rows("m.csv")[1][:4] == ["", "", "ann@example.org", "1"]
