"""How a grade is told: for a terminal of 80 columns, as Markdown, as JSON, and as a picture with the broken edge marked."""

from __future__ import annotations

import json
import pickle
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

import graphtutor as gt
from graphtutor.errors import LearnerError, ReadError
from graphtutor.grading.told.drawing import Verdict
from graphtutor.grading.told.grades import Grade
from graphtutor.grading.told.marks import Cell, Counterexample, Line, Misconception

GOLDEN = Path(__file__).parents[1] / "golden"
MSE = "f = w0*x0 + w1*x1 + b; L = (f - y)**2"
DERIVATION = ["dL/df = 2(f - y)", "df/dw0 = x1", "dL/dw0 = 2 x1 (f - y)", "so I think | *this* is `it`"]
SHEET = {
    "sheet": [
        {"node": "u = w*x", "value": 5, "local": {"w": 3, "x": 2}, "upstream": 10},
        {"node": "L = u**2", "value": 25, "local": {"u": "3..1"}},
    ],
    "at": {"w": 2, "x": 3},
}


FOUND = Grade(
    2 / 3, False, "Line 2 is the first wrong one. Line 3 follows correctly from line 2.",
    (Line(0, DERIVATION[0], "right", "dL/df", "proved", points=1, earned=1), Line(1, DERIVATION[1], "wrong", "df/dw0", "differs"),
     Line(2, DERIVATION[2], "follows", "dL/dw0", "differs", after=1, points=1, earned=1), Line(3, DERIVATION[3], "text", points=0),
     Line(4, "= 2 x1 (", "unread", error=ReadError("'(' is never closed", "= 2 x1 (", 5, 8), points=0)),
    1, (Misconception("wrt.wrong-variable", "w1", "w1", None, "With respect to which variable is it to be differentiated?", "This is df/dw1.", line=1),),
    Counterexample((("x0", "3"), ("x1", "1")), "1", "3"), ReadError("'(' is never closed", "= 2 x1 (", 5, 8), broken=(MSE, "w1", "", (), ()))  # fmt: skip


@pytest.fixture(scope="module")
def grades() -> dict:
    return {"derivation": FOUND, "sheet": gt.grade("u = w*x; L = u**2", SHEET), "right": Grade(1.0, True, "Right.", (Line(0, "2*x0*(f - y)", "right", "dL/dw0", "proved", earned=1.0),)),
            "unread": gt.grade("x**2", {"code": "def f(x):\n    with x:\n        pass"}, wrt="x")}  # fmt: skip


def same_as_golden(name: str, found: str) -> None:
    """Compare with the golden file; one that is missing is written, and the test fails once."""
    path = GOLDEN / name
    if not path.exists():
        path.write_text(found, "utf-8")
        pytest.fail(f"{name} was missing; it is written now: read it")
    assert found == path.read_text("utf-8")


@pytest.mark.parametrize("name", ["derivation", "sheet", "right", "unread"])
@pytest.mark.parametrize("form", ["txt", "md", "json"])
def test_a_grade_is_told_as_in_the_golden_file(name, form, grades) -> None:
    grade = grades[name]
    told = {
        "txt": grade.to_text,
        "md": grade.to_markdown,
        "json": lambda: json.dumps(grade.to_json(), indent=1, ensure_ascii=False) + "\n",
    }
    same_as_golden(f"grade_{name}.{form}", told[form]())


@pytest.mark.parametrize("name", ["derivation", "sheet", "right", "unread"])
def test_no_line_for_a_terminal_is_wider_than_80_columns(name, grades) -> None:
    assert max(map(len, grades[name].to_text().splitlines())) <= 80


def test_a_long_line_of_an_answer_is_wrapped_and_kept_whole() -> None:
    long = " + ".join(f"x{k}*w{k}" for k in range(40))
    grade = replace(gt.grade("x**2", "2x", wrt="x"), lines=(Line(0, long, "wrong", note="not the derivative"),))
    assert max(map(len, grade.to_text().splitlines())) <= 80
    assert long.replace(" ", "") in re.sub(r"\s", "", grade.to_text())


def test_what_a_student_typed_is_no_markup(grades) -> None:
    told = grades["derivation"].to_markdown()
    assert r"| 4 |" in told
    assert "`` so I think \\| *this* is `it` ``" in told


def test_a_grade_compares_hashes_and_pickles_by_value(grades) -> None:
    for grade in grades.values():
        copy = pickle.loads(pickle.dumps(grade))
        assert copy == grade and hash(copy) == hash(grade) and copy.to_text() == grade.to_text()
    assert grades["right"] != grades["sheet"]


def test_a_persons_decision_is_told_beside_the_machines(grades) -> None:
    grade = replace(grades["derivation"], human=(("correct", False), ("score", 0.5), ("note", "sign only")))
    assert grade.to_text().splitlines()[-1] == "  decided by a person: not right, 50 %: sign only"
    assert "Decided by a person: not right, 50 %: sign only" in grade.to_markdown()
    assert grade.to_json()["human"] == {"correct": False, "score": 0.5, "note": "sign only"}
    assert grade.to_text().splitlines()[0] == grades["derivation"].to_text().splitlines()[0]


def test_blank_cells_do_not_give_the_key_away() -> None:
    grade = replace(
        gt.grade("x**2", "2x", wrt="x"),
        table=(Cell("u.value", "blank", "", "3.14"), Cell("v.value", "wrong", "2", "2.71")),
    )
    assert "blank: u.value" in grade.to_text() and "3.14" not in grade.to_text()


# ----- the picture -----
def test_the_broken_edge_is_dashed_crossed_and_named(tmp_path) -> None:
    grade = gt.grade(MSE, "2*(f - y)", wrt="w0")
    (path,) = grade.draw(str(tmp_path / "verdict.svg"))
    picture = ElementTree.parse(path).getroot()
    mark = picture.find(".//*[@id='broken']")
    assert mark is not None
    assert [p for p in mark.iter() if p.get("stroke-dasharray")]
    assert (
        sum("M" in (p.get("d") or "") and (p.get("d") or "").count("L") == 2 for p in mark.iter()) == 2
    )  # a cross, on a wider one in the colour of the page
    words = " ".join("".join(t.itertext()) for t in picture.iter() if t.tag.endswith(("text", "title")))
    assert grade.misconceptions[0].id in words and "Where it broke" in words


@pytest.mark.parametrize("name", ["verdict.png", "verdict.pdf", "verdict.svg"])
def test_a_verdict_is_drawn_in_every_format(name, tmp_path) -> None:
    (path,) = gt.grade("u = w*x; L = u**2", SHEET).draw(str(tmp_path / name), theme="dark")
    assert path.read_bytes()[:5] in (b"\x89PNG\r", b"%PDF-", b"<svg ")


def test_a_wrong_value_marks_its_node(tmp_path) -> None:
    (path,) = gt.grade("u = w*x; L = u**2", SHEET).draw(str(tmp_path / "v.svg"))
    assert "the slip is here" in path.read_text("utf-8")


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize(
    ("source", "answer", "wrt"),
    [
        ("exp(sin(x**2))", "2*x*exp(sin(x**2))", "x"),
        ("x*x*x", "x*x", "x"),
        ("log(w*x)/(1 + x)", "1/x/1", "x"),
        (MSE, "2*x1*(f - y)", "w0"),
    ],
)
def test_every_verdict_with_a_place_can_be_drawn(source, answer, wrt, direction) -> None:
    grade = gt.grade(source, answer, wrt=wrt)
    if grade.broken:
        assert 'id="broken"' in grade.verdict(direction=direction).svg()


def test_vectors_can_be_drawn_too(tmp_path) -> None:
    grade = gt.grade("z = W@x; L = sum(z**2)", "2*W@x", wrt="x", shapes={"W": (2, 2), "x": 2})
    assert grade.correct is False
    if grade.broken:
        assert grade.draw(str(tmp_path / "v.svg"))


def test_a_grade_without_a_place_says_so() -> None:
    with pytest.raises(
        LearnerError, match="names no place in the graph, so there is nothing to mark: the answer is right"
    ):
        gt.grade("x**2", "2x", wrt="x").draw("v.svg")


def test_a_notebook_shows_the_verdict_only_where_there_is_one() -> None:
    assert gt.grade("x**2", "2x", wrt="x")._repr_svg_() is None
    assert "Where it broke" in (gt.grade(MSE, "2*(f - y)", wrt="w0")._repr_svg_() or "")


@pytest.mark.parametrize(
    "source", ["z = w*x/sqrt(2)", "L = log(2)*x*sqrt(3)", "L = (2*w + 1)**2", "L = x**3 + exp(2)*x"]
)
def test_every_node_and_edge_can_be_marked_those_of_constants_too(source: str) -> None:
    g = gt.graph(source)
    for i, (_, args, _) in enumerate(g.cells):
        for argument in ("", *map(g.formula, args)):
            assert '<g id="broken">' in Verdict((source, g.formula(i), argument, (), ()), "here").svg()
