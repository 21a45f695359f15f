"""gt.grade over answers that people hand in: which line is wrong, why, and where it can be seen."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sympy as sp
from corpus import ALIASES, DATA

import graphtutor as gt
from graphtutor.errors import LearnerError

LOSS = "(w*x + b - y)**2"


def rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / name).read_text("utf-8"))
    return found


def ids(grade: gt.Grade) -> list[str]:
    return [m.id for m in grade.misconceptions]


# ----- the derivations on file -----
@pytest.mark.parametrize("given", rows("student_derivations.json"), ids=lambda g: g["id"])
def test_students_derivation_gets_its_first_wrong_line_and_its_misconception(given: dict[str, Any]) -> None:
    found = gt.grade(given["expression"], [line["sympy"] for line in given["lines"]], wrt=given["wrt"])
    assert found.first_wrong == given["first_wrong_line"]
    assert found.correct is (given["first_wrong_line"] is None)
    for line, label in zip(found.lines, given["lines"], strict=True):
        assert (line.status not in ("wrong", "follows")) == label["ok_vs_truth"], line
        assert (None if line.previous is None else line.previous != "differs") == label["ok_vs_previous"], line
    expected = ALIASES[given["misconception"]]
    if found.correct:
        assert found.misconceptions == () and found.score == 1 and found.counterexample is None
    elif expected:
        assert expected & set(ids(found)), ids(found)
        assert found.counterexample is not None and found.counterexample.answer != found.counterexample.truth
    else:
        assert [line.status for line in found.lines].count("compensates") == 1


def assumptions(given: dict[str, Any]) -> dict[str, Any]:
    """The domains of the lecture's names; what it says in prose is translated."""
    told = dict(given["assumptions"]["symbols"])
    for name in told:
        told[name] = (
            "positive"
            if f"{name} > 0" in given["assumptions"]["extra"]
            else "nonzero"
            if f"{name} != 0" in given["assumptions"]["extra"]
            else told[name]
        )
    return told


@pytest.mark.parametrize("column", ["latex", "sympy"])
@pytest.mark.parametrize(
    "given", [d for d in rows("lecture_derivations.json") if d["kind"] == "derivative"], ids=lambda g: g["id"]
)
def test_lectures_derivation_is_right_or_flagged_where_it_goes_wrong(given: dict[str, Any], column: str) -> None:
    definitions = given["definitions"] if column == "latex" else None
    found = gt.grade(
        given["expression"],
        [line[column] for line in given["lines"]],
        wrt=given["wrt"],
        assume=assumptions(given),
        definitions=definitions,
    )
    assert found.first_wrong == given["first_line_wrong_vs_truth"], found
    assert found.correct is (given["first_line_wrong_vs_truth"] is None), found


POSITIVE = {f"f{k}": "positive" for k in range(3)}


@pytest.mark.parametrize(
    ("source", "lines", "options"),
    [
        ("w0*x0 + w1*x1 + b", [r"W \cdot x + b", r"w_0 \cdot x_0 + w_1 \cdot x_1 + b"], {"definitions": {"W": "[w0, w1]", "x": "[x0, x1]"}}),
        ("-(y0*log(f0) + y1*log(f1) + y2*log(f2))", [r"- \sum_i y_i \log(f_i)", "-y_c \\log(f_c)", "-\\log(f_c)"],
         {"given": {"y0": 0, "y1": 1, "y2": 0}, "definitions": {"f_c": "f1", "y_c": "y1"}, "assume": POSITIVE}),
        ("(exp(f0) + exp(f1) + exp(f2))/(exp(f0) + exp(f1) + exp(f2))", [r"\sum_i \frac{e^{f_i}}{\sum_j e^{f_j}}", "1"], {}),
    ],
    ids=["SD18", "SD19", "SD21"],
)  # fmt: skip
def test_lectures_identities_are_right(source: str, lines: list[str], options: dict[str, Any]) -> None:
    found = gt.grade(source, lines, wrt=(), **options)
    assert found.correct is True and [line.status for line in found.lines] == ["right"] * len(lines), found


# ----- one expression, several gradients -----
def test_wrong_expression_gets_a_counterexample_and_a_hint_that_gives_nothing_away() -> None:
    found = gt.grade(LOSS, "x*(w*x + b - y)", wrt="w")
    assert (found.correct, found.score, found.first_wrong) == (False, 0.0, 0)
    assert found.misconceptions[0].id == "power.coefficient-dropped"
    assert found.misconceptions[0].node == "v4" and found.misconceptions[0].text == "(w*x + b - y)**2"
    assert found.misconceptions[0].hint == "The exponent comes down as a factor."
    assert (
        found.misconceptions[0].strong
        == "power rule: d(uⁿ) = n·uⁿ⁻¹·du. At (w*x + b - y)**2 its derivative by w*x + b - y is 2*(w*x + b - y)."
    )
    shown = found.counterexample
    assert shown is not None and shown.ratio == "half the right value"
    at = {name: sp.Rational(value) for name, value in shown.point}
    w, x, b, y = (at[n] for n in "wxby")
    assert sp.Rational(shown.answer) == x * (w * x + b - y) and sp.Rational(shown.truth) == 2 * x * (w * x + b - y)


def test_several_gradients_come_in_any_order_and_each_counts() -> None:
    found = gt.grade(LOSS, {"dL/db": "2(w x + b - y)", "w": "2*(w*x + b - y)"}, wrt=["w", "b"])
    assert (found.correct, found.score) == (False, 0.5)
    assert [(line.quantity, line.status) for line in found.lines] == [("w", "wrong"), ("b", "right")]
    assert "chain.missing-inner" in ids(found) and {m.line for m in found.misconceptions} == {0}
    other = gt.grade(LOSS, {"w": "2x(wx + b - y)", "b": "w x + b - y"}, wrt=["w", "b"])
    assert other.first_wrong == 1 and {m.line for m in other.misconceptions} == {1}
    assert gt.grade(LOSS, "dL/db = 2(wx + b - y)\ndL/dw = 2x(wx + b - y)", wrt=["w", "b"]).correct
    assert gt.grade(LOSS, "[2x(wx + b - y), 2(wx + b - y)]", wrt=["w", "b"]).correct


def test_gradient_that_is_left_out_is_missed_and_named() -> None:
    found = gt.grade(LOSS, {"w": "2x(wx + b - y)"}, wrt=["w", "b"])
    assert (found.correct, found.score, found.message) == (False, 0.5, "b is missing.")


def test_gradient_that_was_not_asked_for_is_said() -> None:
    with pytest.raises(LearnerError, match="'y' was not asked for; expected w and b"):
        gt.grade(LOSS, {"w": "1", "y": "2"}, wrt=["w", "b"])


def test_sympy_trees_numbers_and_lists_are_answers_too() -> None:
    w, x, y = sp.symbols("w x y")
    assert gt.grade((w * x - y) ** 2, 2 * x * (w * x - y), wrt="w").correct
    assert gt.grade("w**2*x", [2 * w * x, w**2], wrt=["w", "x"]).correct
    assert gt.grade("3*w", 3, wrt="w").correct


def test_symbols_bring_their_assumptions() -> None:
    p, q = sp.Symbol("p", positive=True), sp.Symbol("q", real=True)
    assert gt.grade(sp.log(p**2) * q, 2 * q / p, wrt=p).correct
    assert gt.grade(sp.sqrt(q**2), "1", wrt="q").correct is False
    assert gt.grade(q * sp.Max(p, 1), sp.Max(p, 1), wrt=q).correct
    assert gt.grade(sp.Piecewise((q**2, q > 0), (0, True)), "where(q > 0, 2*q, 0)", wrt=q).correct


def test_code_is_graded_by_what_its_function_returns() -> None:
    text = "def f(w, x, b):\n    return w*x + b\n\ndef dw(w, x, b, y):\n    return 2*(f(w, x, b) - y)*x"
    assert gt.grade(
        LOSS, {"code": text, "function": "dw", "args": {"w": "w", "x": "x", "b": "b", "y": "y"}}, wrt="w"
    ).correct
    wrong = gt.grade(LOSS, {"code": text.replace("*x\n", "*x\n").replace("y)*x", "y)"), "function": "dw"}, wrt="w")
    assert wrong.correct is False and "chain.missing-inner" in ids(wrong)


# ----- derivations -----
def test_names_of_ones_own_and_local_gradients_may_be_mixed() -> None:
    found = gt.grade(LOSS, "let u = wx + b - y\ndu/dw = x, dL/du = 2u\nso dL/dw = 2u x", wrt="w")
    assert found.correct and [line.status for line in found.lines] == ["definition", "right", "right"]


def test_line_that_follows_from_a_wrong_local_gradient_earns_its_points() -> None:
    found = gt.grade(LOSS, ["u = w*x + b - y", "dL/du = u", "dL/dw = u*x"], wrt="w")
    assert [line.status for line in found.lines] == ["definition", "wrong", "follows"]
    assert (found.correct, found.first_wrong, found.score) == (False, 1, 0.5)
    assert found.message == "Line 2 is the first wrong one. Line 3 follows correctly from line 2."
    assert (
        gt.grade(LOSS, ["u = w*x + b - y", "dL/du = u", "dL/dw = u*x"], wrt="w", rubric=gt.Rubric(follow=0)).score == 0
    )


def test_right_last_line_after_a_wrong_middle_is_not_a_right_derivation() -> None:
    found = gt.grade(LOSS, ["2*(w*x + b - y)*(x + 1)", "2*x*(w*x + b - y)"], wrt="w")
    assert found.correct is False
    assert [line.status for line in found.lines] == ["wrong", "compensates"]


@pytest.mark.parametrize(
    ("lines", "id"),
    [
        (["2*x*(w*x - y)", "2*w*x - 2*y"], "algebra.cancelling"),
        (["2*x*(w*x - y)", "2*w*x**2 - y"], "algebra.parenthesis"),
        (["2*x*(w*x - y)", "2*w*x**2 - 3*x*y"], "arithmetic-slip"),
        (["2*x*(w*x - y)", "2*w*x*(w*x - y)/x"], "copied-wrong"),
        (["2*x*(w*x - y)", "-2*x*(w*x - y)"], "sign.lost-inner-minus"),
    ],
)
def test_slip_after_all_is_differentiated_is_one_of_writing(lines: list[str], id: str) -> None:
    found = gt.grade("(w*x - y)**2", lines, wrt="w")
    assert found.first_wrong == 1 and ids(found)[0] == id, ids(found)


def test_skipped_steps_are_fine() -> None:
    assert gt.grade(LOSS, ["d/dw (w*x + b - y)**2", "2*x**2*w + 2*x*b - 2*x*y"], wrt="w").correct


def test_unreadable_line_costs_nothing_and_says_where() -> None:
    found = gt.grade(LOSS, ["2*(w*x + b - y)*x", "2*((w*x)", "2*w*x**2 + 2*b*x - 2*x*y"], wrt="w")
    assert (found.correct, found.score, found.first_wrong) == (True, 1.0, None)
    assert found.invalid is not None and (found.invalid.line, found.invalid.column) == (2, 9)
    alone = gt.grade(LOSS, "2*(w*x + b", wrt="w")
    assert (alone.correct, alone.score) == (None, 0.0) and alone.invalid is not None and alone.invalid.column == 11


@pytest.mark.parametrize("answer", ["", "  ", "I do not know", "no idea, sorry"])
def test_answer_without_an_expression_cannot_be_read(answer: str) -> None:
    found = gt.grade(LOSS, answer, wrt="w")
    assert found.correct is None and found.invalid is not None


@pytest.mark.parametrize("answer", ["d/dw (w*x + b - y)^2", "2*(w*x + b - y)*d/dw (w*x + b - y)"])
def test_derivative_that_is_left_to_be_worked_out_is_no_answer(answer: str) -> None:
    found = gt.grade(LOSS, answer, wrt="w")
    assert found.correct is False and found.first_wrong is None and found.score < 1
    assert "not finished" in found.message


def test_undecided_goes_to_a_person_and_is_not_wrong() -> None:
    found = gt.grade("sqrt(-1 - w**2)", "-w/sqrt(-1 - w**2)", wrt="w")
    assert found.correct is None and found.undecided == (0,) and found.undecided_because
    assert found.message == "Line 1 could be shown neither right nor wrong; a person decides."


def test_value_chosen_on_a_kink_earns_full_credit_with_a_note() -> None:
    found = gt.grade("max(0, 1 - y*w*x)", "where(y*w*x <= 1, -y*x, 0)", wrt="w")
    assert (found.correct, found.score, found.misconceptions) == (True, 1.0, ())
    assert found.message == "Right. On the kink w = 1, x = 1, y = 1 yours is -1, where any value from -1 to 0 will do."


# ----- case by case -----
HINGE = "f = w*x + b\nL = max(0, 1 - y*f)"


@pytest.mark.parametrize(
    "answer",
    [
        "If y f < 1 then dL/dw = -y x, otherwise dL/dw = 0.",
        "if y f < 1: L = 1 - y f, so dL/dw = -y x\notherwise dL/dw = 0",
        "dL/dw = -y x if y f < 1\ndL/dw = 0 if y f > 1",
        "dL/dw = -y x for y f < 1, dL/dw = 0 for y f > 1",
        "Case 1: y f < 1.\nThen dL/dw = -y x.\nCase 2: y f > 1.\nThen dL/dw = 0.",
        "1 - y f > 0: dL/dw = -y x\n1 - y f < 0: dL/dw = 0",
        "dL/dw = -y x (y f < 1)\ndL/dw = 0 (y f >= 1)",
    ],
)
def test_derivative_may_be_given_case_by_case(answer: str) -> None:
    found = gt.grade(HINGE, answer, wrt="w")
    assert found.correct is True and not found.misconceptions, found


def test_wrong_case_is_the_one_that_is_flagged() -> None:
    found = gt.grade(HINGE, ["for y f < 1: dL/dw = -y x", "for y f > 1: dL/dw = x"], wrt="w")
    assert [line.status for line in found.lines] == ["right", "wrong"]


def test_cases_that_leave_something_out_are_not_the_whole_derivative() -> None:
    found = gt.grade(HINGE, "if y f < 1 then dL/dw = -y x\nif y f < 0 then dL/dw = -y x", wrt="w")
    assert (found.correct, found.first_wrong) == (False, None)


def test_one_case_alone_is_not_the_whole_derivative() -> None:
    found = gt.grade(HINGE, "if y f < 1 then dL/dw = -y x", wrt="w")
    assert (found.correct, found.first_wrong) == (False, None)
    assert found.message == "Right so far, but not finished: d/dw is not given in every case."


# ----- what a student may write on the way -----
@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("exp(x*w)/(x*w)", ["ln L = xw - ln(xw)", "L'/L = x - 1/w", "L' = exp(xw)/(xw) * (x - 1/w)"]),
        (LOSS, ["(w x + b - y)^2 = (wx)^2 + 2 w x (b - y) + (b - y)^2", "dL/dw = 2 w x^2 + 2x(b - y)"]),
        (LOSS, ["L = e^2 with e = wx + b - y", "dL/dw = 2 e x"]),
        (LOSS, "2 e x where e = wx + b - y"),
        (LOSS, "By the chain rule, dL/dw = 2(wx + b - y) * x, i.e. 2x(wx + b - y)."),
    ],
)  # fmt: skip
def test_equations_between_other_things_are_no_errors(source: str, answer: Any) -> None:
    found = gt.grade(source, answer, wrt="w")
    assert found.correct is True and not found.misconceptions, found


def test_follow_through_goes_along_a_chain_of_local_gradients() -> None:
    lines = ["dL/df = 2(f - y)", "df/dh = v", "dh/dw = h(1 - h) x", "dL/dw = 2(f - y) v h(1 - h) x"]
    found = gt.grade("h = tanh(w*x)\nf = v*h\nL = (f - y)**2", lines, wrt="w")
    assert [(line.status, line.after) for line in found.lines] == [
        ("right", None),
        ("right", None),
        ("wrong", None),
        ("follows", 2),
    ]
    assert (found.score, found.misconceptions[0].id) == (0.75, "tanh-as-sigmoid")


@pytest.mark.parametrize(
    ("source", "lines", "place"),
    [
        ("h = tanh(w*x)\nf = v*h\nL = (f - y)**2", ["dL/df = f - y"], ("(v*tanh(w*x) - y)**2", "v*tanh(w*x) - y")),
        ("(w*x - y)**2", ["u = wx - y", "dL/du = u"], ("(w*x - y)**2", "w*x - y")),
        ("(w*x - y)**2", ["s = 3w", "ds/dw = w"], ()),
    ],
)
def test_broken_place_is_one_of_the_problems_graph(source: str, lines: list[str], place: tuple[str, ...]) -> None:
    assert gt.grade(source, lines, wrt="w").broken[1:3] == place


# ----- rubrics -----
@pytest.mark.parametrize(
    ("form", "source", "bad", "good"),
    [
        ("expanded", "(w*x - y)**2", "2*x*(w*x - y)", "2*w*x**2 - 2*x*y"),
        ("product", "(w*x - y)**2", "2*w*x**2 - 2*x*y", "2*x*(w*x - y)"),
        ("cases", "max(0, 1 - w)", "-step(1 - w)", "where(w < 1, -1, 0)"),
        ("no-decimals", "w**2/4", "0.5*w", "w/2"),
    ],
)
def test_form_that_was_asked_for_is_looked_at(form: str, source: str, bad: str, good: str) -> None:
    rubric = gt.Rubric(form=(form,))
    assert gt.grade(source, good, wrt="w", rubric=rubric).score == 1
    found = gt.grade(source, bad, wrt="w", rubric=rubric)
    assert (found.correct, found.score) == (False, 0.5) and found.message.startswith(
        "Equal to the right answer, but it was asked for"
    )


def test_points_can_be_given_per_line() -> None:
    answer = ["d/dw (w*x + b - y)**2", "2*(w*x + b - y)*d/dw (w*x + b - y)", "2*(w*x + b - y)*w"]
    assert gt.grade(LOSS, answer, wrt="w", rubric=gt.Rubric(points=(1, 3, 4))).score == 0.5


def test_rubric_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(
        LearnerError, match="'simplest' is no form of an answer; expected cases, expanded, product, no-decimals"
    ):
        gt.Rubric(form=("simplest",))


# ----- telling explanations apart -----
@pytest.mark.parametrize(
    ("source", "answer", "problem", "answers"),
    [
        ("(w*x - y)**2", "x*(w*x - y)", "(w*x - y)**3", {"power.coefficient-dropped", "power.off-by-one"}),
        ("(w*x - y)**2", "2*(w*x - y)", "(3*w*x - y)**2", {"chain.missing-inner", "local.dropped"}),
    ],
)
def test_variant_tells_the_explanations_of_an_answer_apart(
    source: str, answer: str, problem: str, answers: set[str]
) -> None:
    found = gt.grade(source, answer, wrt="w", rubric=gt.Rubric(variant=True)).variant
    assert found is not None and found.problem == problem
    given = dict(found.answers)
    assert answers <= set(given) and len(set(given.values())) > 1
    assert gt.grade(source, answer, wrt="w").variant is None
    # on the variant each explanation's own answer is wrong at the point, and told apart from the other
    right = (
        gt.graph(found.problem)
        .trace(at={name: float(sp.Rational(value)) for name, value in found.point})
        .gradients["w"]
    )
    assert all(float(sp.Rational(value)) != pytest.approx(right) for value in given.values())


def test_threads_that_grade_one_problem_do_not_meet() -> None:
    answers = ["2*(w*x - y)", "x*(w*x - y)", "-2*x*(w*x - y)", "2*x*(w*x - y)", "x", "2*x*w*(w*x - y)**3"] * 8
    alone = [gt.grade("(w*x - y)**2", a, wrt="w").key for a in answers]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda a: gt.grade("(w*x - y)**2", a, wrt="w").key, answers)) == alone


# ----- hostile derivations -----
@pytest.mark.parametrize(
    "lines",
    [
        ["u0 = x", *(f"u{k + 1} = u{k}*u{k}" for k in range(40)), "du40/dx = 1", "2x"],
        [*(f"u{k} = u{k + 1} + 1" for k in range(200)), "2x"],
        [*(f"dL/du{k} = {k}" for k in range(200)), "2x"],
        [*(f"if x > {k}: 2x" for k in range(200))],
    ],
    ids=["doubling", "names before they are said", "chains", "cases"],
)  # fmt: skip
def test_derivation_that_doubles_or_winds_ends_and_is_graded(lines: list[str]) -> None:
    found = gt.grade("x**2", lines, wrt="x")
    assert len(found.lines) == len(lines) and len(json.dumps(found.to_json())) < 200_000


# ----- the Grade as a value -----
def test_grade_compares_by_value_hashes_pickles_and_becomes_json() -> None:
    one, other = (gt.grade(LOSS, ["2*(w*x + b - y)", "2*((w"], wrt="w") for _ in range(2))
    assert one == other and hash(one) == hash(other) and one != gt.grade(LOSS, "0", wrt="w")
    assert pickle.loads(pickle.dumps(one)) == one
    assert json.loads(json.dumps(one.to_json()))["first_wrong"] == 0


def test_problem_that_makes_no_sense_is_said() -> None:
    with pytest.raises(LearnerError, match=r"'W' is no variable of this problem \(did you mean 'w'\?\)"):
        gt.grade(LOSS, "1", wrt="W")
    with pytest.raises(
        LearnerError,
        match="by which variable is the derivative asked for\\? The problem has b, w, x and y: name one with wrt; wrt=\\(\\)",
    ):
        gt.grade(LOSS, "2*x*(w*x + b - y)")


# ----- vectors and matrices -----
SHAPES = {"W": (3, 2), "x": 2, "b": 3, "y": 3}
LAYER = "z = W@x + b; e = z - y; L = sum(e**2)"
BATCH = {"X": (4, 2), "w": 2, "y": 4}


@pytest.mark.parametrize(
    ("wrt", "answer"),
    [("W", "2*outer(e, x)"), ("W", "2 e x^T"), ("W", r"2 e x^\top"), ("b", "2*(W@x + b - y)"), ("x", "2 W^T e"), ("x", "2 W^T (W x + b - y)"), ("b", ["2*e[0]", "2*e[1]", "2*e[2]"]),
     ("W", ["dL/dz = 2e", "dL/dW = 2*outer(e, x)"])],
)  # fmt: skip
def test_gradient_of_a_layer_is_right_in_textbook_notation(wrt: str, answer: Any) -> None:
    found = gt.grade(LAYER, answer, wrt=wrt, shapes=SHAPES)
    assert found.correct is True, found


@pytest.mark.parametrize(
    ("source", "wrt", "shapes", "answer", "id"),
    [
        (LAYER, "W", SHAPES, "outer(e, x)", "power.coefficient-dropped"),
        (LAYER, "W", SHAPES, "2*outer(x, e)", "matrix.transpose-missing"),
        (LAYER, "x", SHAPES, "2*W@e", "matrix.transpose-missing"),
        (LAYER, "W", SHAPES, "-2*outer(e, x)", "sign.lost-inner-minus"),
        (LAYER, "W", SHAPES, "0*W", "definition.as-constant"),
        ("L = mean((X@w - y)**2)", "w", BATCH, "2*X.T@(X@w - y)", "reduction.sum-for-mean"),
        ("L = sum((X@w - y)**2)", "w", BATCH, "2*X.T@(X@w - y)/4", "reduction.sum-for-mean"),
        ("L = mean((X@w - y)**2) + 0.1*sum(w**2)", "w", BATCH, "2*X.T@(X@w - y)/4", "path.dropped"),
        ("L = sum(sigmoid(X@w))", "w", BATCH, "X.T @ sigmoid(X@w)", "chain.outer-not-differentiated"),
        ("L = -log(softmax(z)[1])", "z", {"z": 3}, "softmax(z)", "ce.p-for-p-minus-y"),
        ("L = -log(softmax(z)[1])", "z", {"z": 3}, "softmax(z) - 1", "ce.one-hot-everywhere"),
        ("L = -log(softmax(z)[1])", "z", {"z": 3}, "[0,1,0] - softmax(z)", "ce.sign"),
    ],
)
def test_slip_with_vectors_and_matrices_is_named(
    source: str, wrt: str, shapes: dict[str, Any], answer: str, id: str
) -> None:
    found = gt.grade(source, answer, wrt=wrt, shapes=shapes)
    assert found.correct is False and id in ids(found), found


def test_counterexample_of_matrices_shows_them_as_they_are_written() -> None:
    found = gt.grade("L = sum(W@x)", "[x, 2*x]", wrt="W", shapes={"W": (2, 2), "x": 2})
    assert (
        str(found.counterexample)
        == "At W = [[5, 5], [5, 3]], x = [3, 5]: yours is [[3, 5], [6, 10]], the derivative is [[3, 5], [3, 5]]."
    )


@pytest.mark.parametrize(
    ("function", "answer"),
    [
        ("log(x)", "1/abs(x)"),
        ("x*log(x)", "log(abs(x)) + 1"),
        ("log(x)**2", "log(x**2)/x"),
        ("sqrt(x)", "exp(-log(x)/2)/2"),
    ],
)
def test_a_derivative_is_asked_for_only_where_the_function_is(function: str, answer: str) -> None:
    assert gt.grade(function, answer, wrt="x").correct is True


def test_a_counterexample_lies_where_the_function_does() -> None:
    found = gt.grade("log(1 - w)", "1/(1 - w)", wrt="w")
    assert found.correct is False and dict(found.counterexample.point) == {"w": "1/2"}
