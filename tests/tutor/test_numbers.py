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


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("w[0] -= rate*E*x[0]; g = E; w[1] -= rate*g*x[1]; b -= rate*g; return [w[0], w[1], b]", "gradients by w1 and b are worked out with the new w0"),
        ("g = E; w[0] -= rate*g*x[0]; w[1] -= rate*g*x[1]; b -= rate*E; return [w[0], w[1], b]", "gradient by b is worked out with the new w0 and w1"),
        ("b -= rate*E; g = E; return [w[0] - rate*g*x[0], w[1] - rate*g*x[1], b]", "gradients by w0 and w1 are worked out with the new b"),
        ("g = E; w[0] -= rate*g*x[0]; return [w[0], w[1] - rate*E*x[1], b - rate*g]", "gradient by w1 is worked out with the new w0"),
        ("g = E; b -= rate*g; return [w[0] - rate*E*x[0], w[1] - rate*g*x[1], b]", "gradient by w0 is worked out with the new b"),
        ("w[1] -= rate*E*x[1]; w[0] -= rate*E*x[0]; b = b - rate*E; return [w[0], w[1], b]", "are worked out with the new w1"),
        ("g = E; return [g*x[0], g*x[1], g]", "These are the gradients"),
        ("g = E; return [w[0] - g*x[0], w[1] - g*x[1], b - g]", "The whole gradient is subtracted"),
    ],
)  # fmt: skip
def test_an_update_that_sees_new_parameters_is_named_with_them(body: str, said: str) -> None:
    lines = body.replace("E", "2*(w[0]*x[0] + w[1]*x[1] + b - true_val)").split("; ")
    grade = judge(
        COURSE.exercise("code-one-update"), "\n    ".join(["def update(x, w, b, true_val, rate):", *lines]) + "\n"
    )
    assert grade.correct is False
    assert said in grade.message
    assert ("worked out" in said) == ("update.sequential" in [m.id for m in grade.misconceptions])


def test_a_slip_in_a_step_is_not_called_an_early_update() -> None:
    code = "def update(x, w, b, true_val, rate):\n    g = w[0]*x[0] + w[1]*x[1] + b - true_val\n    return [w[0] - rate*g*x[0], w[1] - rate*g*x[1], b - rate*g]\n"
    grade = judge(COURSE.exercise("code-one-update"), code)
    assert grade.correct is False
    assert "update.sequential" not in [m.id for m in grade.misconceptions]


@pytest.mark.parametrize(
    ("name", "answer", "named"),
    [
        ("four-points", "0.416, -0.3, 0.058; 0.08, -0.132, 0.016; 0.4, -0.2, 0.15; 0.49, -0.33, 0.11; 0.3465, -0.2405, 0.0835", True),
        ("four-points", "-0.34, -0.3, -0.32; 42, -16.8, 8.4; 10, -10, -5; 1, 3, -1; 15.35, -5.95, 1.65", True),
        ("four-points", "-7.9, -0.3, -4.1; 42, -16.8, 8.4; 10, -10, -5; 1, 3, -1; 15.35, -5.95, 1.65", True),
        ("both-sides", "0.1, 2, 0, 1; 0, 0, 0, 0; 0.5, -0.52, -0.28, 0.11; 0, 0, 0, 0", True),
        ("both-sides", "0.1, -0.7, -0.3, 0; 0, 0, 0, 0; 0.5, 2, -2, -1; 0, 0, 0, 0", True),
        ("four-points", "8.4, 0, 4.2; 42, -16.8, 8.4; 10, -10, -5; 1, 3, -1; 1, 2, 3", False),
        ("one-step", "8.4, 0, 4.2", False),
    ],
)  # fmt: skip
def test_weights_where_gradients_are_asked_are_named_as_such(name: str, answer: str, named: bool) -> None:
    it = COURSE.exercise(name)
    grade = judge(it, it.checked(answer))
    assert grade.correct is False
    assert ("updated-instead" in [m.id for m in grade.misconceptions]) == named


@pytest.mark.parametrize(
    "answer",
    ["x2 = (-b - w0*x1)/w1", "x_2 = -(w0 x1 + b)/w1", "x₂ = −(b + w₀·x₁)/w₁", "x_{2} = -(b + w0*x1)/w1", "w1*x2 = -b - w0*x1\nx2 = (-b - w0*x1)/w1", "x2=-b/w1 - w0*x1/w1"],
)  # fmt: skip
def test_the_name_that_is_solved_for_may_stand_before_the_answer(answer: str) -> None:
    assert judge(COURSE.exercise("decision-boundary"), answer).correct
    assert not judge(COURSE.exercise("decision-boundary"), "x2 = -b - w0*x1/w1").correct
