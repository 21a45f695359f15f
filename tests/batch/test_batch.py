"""Many answers from Python: gt.grade_many, over any executor, with every answer's own result."""

from __future__ import annotations

import json
import unicodedata
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest

import graphtutor as gt
from graphtutor.batch import compare, results
from graphtutor.batch.fields import FIELDS
from graphtutor.batch.submissions import made

MANY = [
    {"id": f"s{k}", "expression": "(w*x - y)**2", "wrt": "w", "answer": answer}
    for k, answer in enumerate(["2*x*(w*x - y)", "2*(w*x - y)", "2*x +* 1", "x(2wx - 2y)", ""])
]


def test_every_submission_gets_its_result_in_order() -> None:
    found = gt.grade_many(MANY)
    assert [(r["id"], r["correct"]) for r in found] == [
        ("s0", True),
        ("s1", False),
        ("s2", None),
        ("s3", True),
        ("s4", None),
    ]
    assert found[1]["misconceptions"][0]["id"] == "chain.missing-inner"
    assert {
        "correct",
        "score",
        "first_wrong",
        "misconceptions",
        "message",
        "invalid",
        "undecided_because",
        "answer",
    } <= set(found[0])
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(
    "executor",
    [lambda: ThreadPoolExecutor(2), lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn"))],
    ids=["threads", "processes"],
)
def test_any_executor_gives_the_same_results(executor) -> None:
    with executor() as pool:
        assert gt.grade_many(MANY, executor=pool) == gt.grade_many(MANY)


def test_what_is_no_submission_has_an_error_and_costs_the_others_nothing() -> None:
    found = gt.grade_many([3, {"answer": "2x"}, {**MANY[0], "wrt": 5}, {**MANY[0], "wrt": "W"}, MANY[0]])
    assert [r["correct"] for r in found] == [None, None, None, None, True]
    for words, one in zip(
        ["expected an object", "says neither exercise nor expression", "wrt is '5'", "'W' is no variable"],
        found,
        strict=False,
    ):
        assert words in one["error"]


def test_a_bug_of_ours_in_one_answer_costs_the_others_nothing(monkeypatch) -> None:
    grade = results.grade

    def fails(source, answer, **options):
        if answer == "boom":
            raise RuntimeError("our bug")
        return grade(source, answer, **options)

    monkeypatch.setattr(results, "grade", fails)
    found = [
        json.loads(results.told(made({**MANY[0], "answer": answer}, "a", "a")))
        for answer in ("2*x*(w*x - y)", "boom", "1")
    ]
    assert [r["correct"] for r in found] == [True, None, False]
    assert found[1]["error"] == "graphtutor failed on it (RuntimeError); this is its bug, not the answer's"
    assert "our bug" in found[1]["bug"]


@pytest.mark.parametrize(("field", "good", "bad"), [
    ("wrt", ["w", ["w", "x"]], [3, ["w", 3], {}]), ("assume", ["x=positive", {"x": "positive"}, {"x": [-1, 1]}], [3, {"x": {}}, {3: "real"}]),
    ("shapes", [{"W": [3, 2], "x": 2}], [{"W": [0]}, {"W": "3x2"}, [2], {"W": [10**9]}]),
    ("definitions", [{"f": "w*x"}], [{"f": 3}, "f"]), ("constants", [{"k": 1, "v": [1, 2.5]}], [{"k": "a"}, {"k": None}]),
    ("given", [{"y": 0.5, "z": "1/3"}], [{"y": "1/0"}, {"y": float("inf")}]), ("exercise", ["a"], [3]),
    ("rubric", [{"points": [1, 2.5], "follow": 0.5, "form": ["cases"]}, {}], [{"follow": 2}, {"points": [-1]}, {"pts": 1}, 3]),
])  # fmt: skip
def test_every_field_of_a_submission_is_checked(field, good, bad) -> None:
    check, expected = FIELDS[field]
    assert all(map(check, good)) and not any(map(check, bad)) and expected


def test_results_that_did_not_change_are_no_change() -> None:
    found = {r["id"]: r for r in gt.grade_many(MANY)}
    assert compare.changes(found, found) == []
    assert compare.summary(found, found, []) == "0 of 5 results changed."


def test_exercises_are_graded_as_the_lesson_asks_them_each_student_in_a_variant_of_their_own() -> None:
    handed_in = [
        {"id": "as filed", "exercise": "constant-multiple", "answer": "5"},
        {"id": "at the kink", "exercise": "on-the-kink", "answer": "0; 1; 0; 2; 0, 2"},
    ]
    for who in ("ada", "grace", "emmy"):
        drill = gt.exercise("small-graph", who)
        handed_in.append({"id": who, "exercise": "small-graph", "seed": who, "answer": drill.accepted()[0]})
    assert [(r["id"], r["correct"]) for r in gt.grade_many(handed_in)] == [(one["id"], True) for one in handed_in]
    assert gt.grade_many([{**handed_in[-1], "seed": "ada"}])[0]["correct"] is not True  # the sheet of another graph


HUGE = 10**4000
STRANGE = [
    {"answer": HUGE}, {"answer": [HUGE, 1]}, {"answer": {"sheet": [{"node": "L", "value": HUGE}], "at": {"w": 1, "x": 1, "y": 1}}}, {"answer": {HUGE: "1"}},
    {"answer": {"code": "def f(w, x, y):\n    return w", "args": {"w": HUGE}}}, {"answer": {"code": "def f(w):\n    return w", "function": ["f"]}}, {"answer": {"code": 5}}, {"answer": {"code": "def f(w):\n    return w", "args": [1]}},
    {"answer": "1", "id": HUGE}, {"answer": "1", "seed": HUGE}, {"answer": "1", "given": {"y": HUGE}}, {"answer": "1", "assume": {"x": [HUGE]}}, {"answer": float("nan")}, {"answer": True}, {"answer": {}}, {"answer": []},
    {"answer": {"sheet": [{"node": "L", "value": 1}], "at": {"w": 1e308, "x": 1e308, "y": 0}}}, {"answer": {"sheet": [{"node": "L", "value": 1}], "at": {"w": 10**400, "x": 1, "y": 0}}}, {"answer": {"sheet": "node | value\nL\ud800 | \ud800"}},
]  # fmt: skip


@pytest.mark.parametrize("item", STRANGE, ids=range(len(STRANGE)))
def test_no_item_makes_the_grader_fail(item) -> None:
    [found] = gt.grade_many([{"expression": "(w*x - y)**2", "wrt": "w", **item}])
    assert found["correct"] is not True
    assert "bug" not in found["message"]
    json.dumps(found)


@pytest.mark.parametrize(("answer", "place"), [("2*x*(w*x - y)\udce9", "line 1, column 14"), (["2*x*(w*x - y)", "= \ufffd2*x*(w*x - y)"], "line 2, column 3"), ("2\ud800", "line 1, column 2"), (["\udcff"], "line 1, column 1"),
                                               ({"w": "2*x*(w*x - y)\udce9"}, "line 1, column 14")])  # fmt: skip
def test_a_byte_that_is_no_text_is_said_with_its_place(answer, place) -> None:
    [found] = gt.grade_many([{"expression": "(w*x - y)**2", "wrt": "w", "answer": answer}])
    assert found["correct"] is None
    assert "a byte that is no text stands here" in found["message"]
    line, column = (int(word.split(" ")[1]) for word in place.split(", "))
    assert (found["invalid"]["line"], found["invalid"]["column"]) == (line, column)


@pytest.mark.parametrize("answer", ["2*\x1b[31mx", "\u202e2*x", ["2*x", "= \x07x"], "2*x\x9b", "x\u2066\u2069"])
def test_what_is_printed_of_a_grade_steers_no_terminal(answer) -> None:
    grade = gt.grade("x**2", answer, wrt="x")
    for text in (str(grade), grade.to_text(), grade.to_markdown()):
        assert not any(unicodedata.category(c) in ("Cc", "Cf") and c not in "\n\t" for c in text)
