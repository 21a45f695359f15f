"""Numbers as people type them: whatever parts them, brackets, rows of matrices, decimal commas; and what cannot be told apart is asked."""

from __future__ import annotations

import pytest

from graphtutor.errors import ReadError
from graphtutor.tutor.course import course
from graphtutor.tutor.judge import judge
from graphtutor.tutor.maths import labelled, typed

COURSE = course()


@pytest.mark.parametrize(
    ("text", "wanted", "numbers"),
    [
        ("8.4;0;4.2", 3, [8.4, 0, 4.2]),
        ("8.4 0 4.2", 3, [8.4, 0, 4.2]),
        ("8.4\n0\n4.2", 3, [8.4, 0, 4.2]),
        ("8.4, 0 and 4.2", 3, [8.4, 0, 4.2]),
        ("8,4; 0; 4,2", 3, [8.4, 0, 4.2]),
        ("8,4 0 4,2", 3, [8.4, 0, 4.2]),
        ("8,4, 0, -4,2", 3, [8.4, 0, -4.2]),
        ("1,1", 2, [1, 1]),
        ("1,1", 1, [1.1]),
        ("−0,25", 1, [-0.25]),
        ("2 -1; 6 -3", 4, [2, -1, 6, -3]),
        ("[2 -1; 6 -3]", 4, [2, -1, 6, -3]),
        ("[[2, -1], [6, -3]]", 4, [2, -1, 6, -3]),
        ("(2, -1), (6, -3)", 4, [2, -1, 6, -3]),
        ("{2, -1}", 2, [2, -1]),
        ("np.array([[2, -1], [6, -3]])", 4, [2, -1, 6, -3]),
        ("[2. 0.5 -1.]", 3, [2, 0.5, -1]),
        ("1/2 -3/4", 2, [0.5, -0.75]),
        ("1/2, 2*(3 + 1)", 2, [0.5, 8]),
        ("3x1", 2, [3, 1]),
        ("3×1", 2, [3, 1]),
        ("3 by 1", 2, [3, 1]),
        ("(3,1)", 2, [3, 1]),
        ("(1+2)/3", 1, [1]),
        ("2 - 1", 1, [1]),
        ("1e-3\t2E+2", 2, [0.001, 200]),
    ],
)
def test_numbers_are_read_as_they_are_typed(text: str, wanted: int, numbers: list[float]) -> None:
    assert [float(n.value) for n in typed(text, wanted)] == pytest.approx(numbers)


def test_digits_after_a_decimal_comma_count_as_decimals() -> None:
    assert [n.decimals for n in typed("8,40; 0", 2)] == [2, 0]


@pytest.mark.parametrize("text", ["8.4 zero", "w", "2(", "1,2,x"])
def test_what_is_no_number_is_unread(text: str) -> None:
    with pytest.raises(ReadError):
        typed(text, 2)


MATRIX = ("[[2,-1],[6,-3]] [10,-1]", "[[2,-1],[6,-3]]; [10,-1]", "2 -1 6 -3 10 -1", "[2 -1; 6 -3] [10 -1]")


@pytest.mark.parametrize("text", MATRIX)
def test_numbers_are_dealt_out_to_the_questions_that_want_them(text: str) -> None:
    dealt = labelled(text, ["dL/dW", "dL/dc"], [4, 2])
    assert [[float(n.value) for n in typed(part)] for part in dealt.values()] == [[2, -1, 6, -3], [10, -1]]


def numbers_of(name: str) -> dict[str, list[str]]:
    answer = COURSE.exercise(name).accepted()[0]
    return {label: text.split(", ") for label, text in answer.items()}


@pytest.mark.parametrize("name", ["four-points", "matrix-gradient", "dot-and-norm", "multiclass-scores", "one-step"])
@pytest.mark.parametrize("between", [", ", ",", " ", "; ", ";", "\n", " , "])
def test_every_separator_is_right_in_every_exercise(name: str, between: str) -> None:
    grade = judge(COURSE.exercise(name), {label: between.join(n) for label, n in numbers_of(name).items()})
    assert grade.correct, grade.message


@pytest.mark.parametrize("name", ["four-points", "one-step", "multiclass-scores", "forward-by-hand", "by-hand"])
def test_decimal_commas_are_right_where_they_leave_no_doubt(name: str) -> None:
    answer = {label: "; ".join(n).replace(".", ",") for label, n in numbers_of(name).items()}
    assert judge(COURSE.exercise(name), answer).correct


def test_how_many_numbers_are_wanted_is_said_before_and_after() -> None:
    exercise = COURSE.exercise("four-points")
    first = exercise.questions()[0]
    count = len(numbers_of("four-points")[first.key])
    assert exercise.prompt_of(first) == f"{first.prompt} ({count} numbers) = "
    answer = {label: ", ".join(n) for label, n in numbers_of("four-points").items()} | {first.key: "8.4"}
    grade = judge(exercise, answer)
    assert grade.correct is None
    assert f"{first.key}: 1 number where {count} were asked for; expected {count} numbers" in grade.message
