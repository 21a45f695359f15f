"""Every exercise file does what it says: right answers pass, wrong ones fail by their name; and the plan of the course is all there."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from graphtutor.equal import same
from graphtutor.errors import AuthorError
from graphtutor.tutor.authoring import SEEDS, check, checked_file, found_files, short, unnamed, unpractised
from graphtutor.tutor.course import Group, Settings, course
from graphtutor.tutor.exercises import FIELDS, KINDS, load, parse, template
from graphtutor.tutor.judge import judge
from graphtutor.tutor.kinds import Worded
from graphtutor.tutor.lesson import ids
from graphtutor.tutor.variants import variant

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(__file__).parents[1] / "data"
COURSE = course(ROOT / "exercises")
NAMES = list(COURSE.library.paths)
PLAN: dict[str, dict[str, Any]] = {e["id"]: e for e in json.loads((DATA / "exercise_plan.json").read_text("utf-8"))}

# the exercises of the plan in lecture order, and the file that holds each
FILES = dict(
    zip(
        PLAN,
        """power-rule constant-multiple product-first-factor sum-rule max-one-square max-at-points
        score-dw0 forward-by-hand outer-derivative mse-dw0 mse-dw1 mse-db mse-dy mse-dx0 four-points
        cube-of-quotient heading-dw heading-dx cubed-exponential line-that-does-not-follow quotient-rule-line
        count-the-graph forward-sheet local-gradients upstream-gradients used-twice what-gates-do
        one-step which-direction simultaneous-update train-twenty-epochs decision-boundary batches
        hinge-dw0 hinge-dw1 hinge-db both-sides on-the-kink train-with-hinge
        shapes by-hand softmax-own-score softmax-other-score squared-error-vector absolute-error one-hot-cross-entropy cross-entropy-dp
        squared-error-table cross-entropy-table which-loss-penalises-more softmax-ce-right-class softmax-ce-wrong-class p-minus-y
        why-squared-error-learns-slowly whole-pipeline
        sigmoid logistic-loss squared-hinge weight-decay two-layers log-sum-exp shared-input numerical-check""".split(),
        strict=True,
    )
)
SYMBOLIC = [name for name, e in PLAN.items() if e["kind"] == "symbolic"]

# what the plan says of the others, as a learner would type it; a line for each question
TYPED = {
    "E06": "4\n0\n-6\n2",
    "E08": "1.1\n2.1\n4.41",
    "E15": "8.4, 0, 4.2\n42, -16.8, 8.4\n10, -10, -5\n1, 3, -1\n15.35, -5.95, 1.65",
    "E20": "3",  # 2 in the plan, which counts from 0
    "E21": "3*(exp(x*w)/(x*w))**2*(exp(x*w)*x*x*w - exp(x*w)*x)/(x**2*w**2)",
    "E22": "6\n6\n11",
    "E23": "p0 = 2.5\np1 = 0.6\ns = 3.1\nf = 3.2\ne = 4.2\nL = 17.64",
    "E25": "dL/dL = 1\ndL/de = 8.4\ndL/df = 8.4\ndL/dy = -8.4\ndL/ds = 8.4\ndL/db = 8.4\ndL/dp0 = 8.4\ndL/dp1 = 8.4\n"
    "dL/dw0 = 42\ndL/dx0 = 4.2\ndL/dw1 = -16.8\ndL/dx1 = -2.52",
    "E26": "3.694528049465325\n40.948612\n151.285797559776\n-75.642898779888\n75.642898779888\n75.642898779888\n151.285797559776",
    "E27": "b",
    "E28": "0.416, -0.3, 0.058",
    "E29": "4.41\n3.5721\n5.3361",
    "E30": "c",
    "E31": "7.1375\n0.11538710790269743\n0.11492804616402481\n-0.3513579597222886, -0.13701451183395194, 0.22297137473601955\n1, 1, 2, 2",
    "E32": "(-b - w0*x1)/w1",
    "E33": "0.416, -0.3, 0.058\n-0.114, -0.062, 0.034\n0.3465, -0.2405, 0.0835\n-0.004, -0.132, -0.026",
    "E37": "0.1, 2, 0, 1\n0, 0, 0, 0\n0.5, 2, -2, -1\n0, 0, 0, 0",
    "E38": "0\n1\n0\n2\n0, 2",
    "E39": "2.325\n0\n-0.59, -0.11, 0.11",
    "E40": "3\n3\n3\n3x2",
    "E41": "0.06, 0.54, 0.41\n0.0553, 0.5357, 0.4089\n3",
    "E46": "-(0*log(f0) + 1*log(f1) + 0*log(f2))\n-log(f1)",
    "E48": "0.54, 0.54, 1.34\n0.8067\n0.14, 0.14, 0.74\n0.34",
    "E49": "0.9163, 0.9163, 2.3026\n1.3784\n0.3567, 0.3567, 1.2040\n0.6391",
    "E50": "a d",
    "E53": "0.624167705993944\n0.0553450693, -0.4642928912, 0.4089478219",
    "E54": "-0.99, -0.5, -0.01\n-0.039204, -0.5, -0.000396",
    "E63": "42.0000\n42",
}
LOCAL = {
    "L.local.e": "8.4",
    "e.local.f": "1",
    "e.local.y": "-1",
    "f.local.s": "1",
    "f.local.b": "1",
    "p0.local.w0": "5",
    "p1.local.w1": "-2",
}

# beyond the lecture, no exercise yet
BEYOND = """silu mish hardtanh huber log1p expm1 cbrt hypot atan2 logaddexp floor ceil round mod
    kept prod amax amin var std cumsum layer_norm batch_norm diag trace det inv solve unknown""".split()


def ids_of(alias: str) -> set[str]:
    """Return the ids that count as naming a slip of the plan; none where it stands for no rule."""
    rows = {
        row["alias"]: row["ids"]
        for row in csv.DictReader((DATA / "misconceptions.csv").read_text("utf-8").splitlines())
    }
    return {name.rstrip("*") for name in rows.get(alias, alias).split("|") if not name.startswith("(")}


# ----- every file -----
@pytest.mark.parametrize("name", NAMES)
def test_right_answers_pass_and_wrong_ones_fail_by_their_name_and_nothing_is_solved(name: str) -> None:
    findings = list(check(load(COURSE.library.paths[name])))
    assert [f"{f.what}: {f.fault}" for f in findings if f.fault] == []
    said = [f.what for f in findings]
    assert sum(what.startswith("accepts") for what in said) >= 1
    assert sum(what.startswith("refuses") for what in said) >= 1
    assert "is unsolved as it stands" in said


def test_there_are_at_least_sixty_three_of_every_kind() -> None:
    assert len(NAMES) >= 63
    assert {type(COURSE.exercise(name)) for name in NAMES} == set(KINDS.values())
    assert set(COURSE.order) == set(NAMES)


def test_every_differentiable_operation_of_the_lecture_is_practised_and_what_goes_beyond_is_listed() -> None:
    assert len(set(BEYOND)) == len(BEYOND)
    assert set(unpractised(COURSE.library)) == set(BEYOND)  # one that gets an exercise leaves the list


def test_titles_and_prompts_tell_exercises_apart() -> None:
    for what in ("title", "prompt"):
        texts = [getattr(COURSE.exercise(name), what) for name in NAMES]
        assert {t for t in texts if texts.count(t) > 1} == set()


# ----- the plan -----
@pytest.mark.parametrize("name", SYMBOLIC)
def test_what_the_plan_accepts_passes_and_what_it_refuses_fails_with_its_misconception(name: str) -> None:
    exercise = variant(COURSE.exercise(FILES[name]))
    refused = [answer for answer, _ in exercise.rejected()]
    for answer in PLAN[name]["accept"]:
        assert judge(exercise, answer).correct, answer
    for wrong in PLAN[name]["wrong"]:
        grade = judge(exercise, wrong["answer"])
        expected = ids_of(wrong["misconception"])
        assert grade.correct is False, wrong["answer"]
        assert not expected or expected & set(ids(grade)), (wrong["answer"], ids(grade))
        assert any(same(wrong["answer"], given, exercise.assume) for given in refused), wrong[
            "answer"
        ]  # it stands in the file too


def test_the_plan_has_93_wrong_answers_for_its_symbolic_exercises() -> None:
    assert sum(len(PLAN[name]["wrong"]) for name in SYMBOLIC) == 93
    assert sum(len(variant(COURSE.exercise(FILES[name])).rejected()) for name in SYMBOLIC) >= 93


@pytest.mark.parametrize("name", TYPED)
def test_what_the_plan_gives_for_the_others_passes(name: str) -> None:
    grade = judge(variant(COURSE.exercise(FILES[name])), TYPED[name])
    assert grade.correct, grade.message


@pytest.mark.parametrize(
    ("name", "answer", "correct"),
    [
        ("local-square", "2*e", True),
        ("local-square", "2*(f - y)", True),  # e written out
        ("local-square", "2*x0*e", False),
        ("local-of-a-group", "2*x0*(f - y)", False),
        ("local-of-a-group", "L", False),
        ("local-of-a-group", "q", None),  # a name of no line
    ],
)
def test_an_answer_for_one_node_may_use_every_name_of_the_program(name: str, answer: str, correct: bool | None) -> None:
    assert judge(variant(COURSE.exercise(name)), answer).correct is correct


def test_local_gradients_of_the_plan_pass_in_a_full_sheet() -> None:
    exercise = variant(COURSE.exercise(FILES["E24"]))
    key = exercise.accepted()[0]
    assert LOCAL.keys() <= key.keys()
    assert judge(exercise, key | LOCAL).correct
    assert set(PLAN) - set(SYMBOLIC) == {*TYPED, "E24"}


@pytest.mark.parametrize("name", sorted(set(PLAN) - set(SYMBOLIC)))
def test_each_of_the_others_has_a_wrong_answer_that_is_named_or_explained(name: str) -> None:
    exercise = variant(COURSE.exercise(FILES[name]))
    for answer, _ in exercise.rejected():
        grade = judge(exercise, answer)
        assert grade.correct is False
        assert ids(grade) or len(grade.message) > 40, (answer, grade.message)


# ----- files that are at fault -----
def fault(text: str, tmp_path: Path) -> list[str]:
    path = tmp_path / "01-my-first.toml"
    path.write_text(text, "utf-8")
    return [f.fault for f in checked_file(path) if f.fault]


def test_there_is_a_template_for_every_kind() -> None:
    assert all(kind.TEMPLATE for kind in KINDS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_each_template_holds_as_it_stands(kind: str, tmp_path: Path) -> None:
    assert fault(template("my-first", "My first", kind), tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('accept = ["2*x*(w*x - y)"]', 'accept = ["2*(w*x - y)"]', "it is refused"),
        ('accept = ["2*x*(w*x - y)"]', 'accept = ["2*("]', "it is refused: Line 1 cannot be read"),
        ('answer = "2*(w*x - y)"', 'answer = "2*x*(w*x - y)"', "it is accepted"),
        ('wrt = "w"', 'wrt = "v"', "the program: wrt = 'v' is no name of it; it has w, x, y"),
        ('"The inner derivative is the factor beside w."', '"2*x*(w*x - y)"', "it is an accepted answer"),
        (
            'program = "L = (w*x - y)**2"',
            'program = "L = (w*x - y"',
            "the program: line 1, column 13: expected ')' to close the '('",
        ),
        ('kind = "expression"', 'kind = "expresion"', "kinds are choice, code, derivation, expression"),
        ("hints = [", "hint = [", "unknown field `hint` (did you mean 'hints'?)"),
        ('wrt = "w"', "wrt = 3", "Expected `str`, got `int` - at `$.wrt`"),
        ("format_version = 1", "format_version = 9", "update graphtutor"),
        ('id = "my-first"', 'id = "another"', "should be called 01-another.toml"),
        ('title = "My first"', 'title = "My first', "is no TOML"),
        ("variants = [{ w", 'variants = [{ q = "q" }, { w', "give every row the same keys"),
    ],
)
def test_a_file_at_fault_says_what_and_where(old: str, new: str, said: str, tmp_path: Path) -> None:
    text = template("my-first", "My first", "expression")
    assert old in text
    path = tmp_path / "01-my-first.toml"
    path.write_text(text.replace(old, new), "utf-8")
    found = [f"{f.what}: {f.fault}" for f in checked_file(path) if f.fault]
    assert any(said in f for f in found), found


def test_an_exercise_solved_as_it_stands_is_a_fault(tmp_path: Path) -> None:
    text = 'format_version = 1\nid = "my-first"\nkind = "expression"\ntitle = "t"\nprompt = "p"\nhints = ["a?", "b?", "c?"]\nprogram = "exp(x)"\nwrt = "x"\n'
    text += 'accept = ["exp(x)"]\n[[wrong]]\nanswer = "x*exp(x)"\n'
    assert "an empty answer is right" in " ".join(fault(text, tmp_path)) or "as it stands" in " ".join(
        f.what for f in check(parse(text)) if f.fault
    )


def test_a_fault_in_a_variant_alone_is_found(tmp_path: Path) -> None:
    text = template("my-first", "My first", "expression").replace('{ w = "a", x = "t" }]', '{ w = "a", x = "a" }]')
    assert fault(text, tmp_path)
    assert SEEDS[0] is None


def test_two_files_of_one_id_are_refused(tmp_path: Path) -> None:
    for folder in ("01-a", "02-b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "01-same.toml").write_text(template("same", "Same", "expression"), "utf-8")
    with pytest.raises(AuthorError, match="have the same id; rename one of them"):
        found_files([tmp_path])


def test_long_answers_are_shown_in_short() -> None:
    assert short(["a", "b"]) == "a | b"
    assert short({"f": "1"}) == "f 1"
    assert len(short("x" * 100)) == 60


def test_the_diagnosis_names_nine_of_ten_wrong_formulas_without_the_files_help() -> None:
    exercises = [variant(COURSE.exercise(name)) for name in NAMES]
    by_file = [
        bool(unnamed(e, answer, names))
        for e in exercises
        if isinstance(e, Worded)
        for answer, names in e.rejected()
        if names
    ]
    assert len(by_file) > 150
    assert sum(by_file) / len(by_file) < 0.1


def test_the_guide_for_authors_names_every_kind_and_no_field_that_is_not_there() -> None:
    text = (ROOT / "exercises" / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| ([\w-]+) \|(.*)\|$", text, re.M)
    assert {kind for kind, _ in rows} - {"kind"} == set(KINDS)
    named = set(re.findall(r"`([a-z_]+)`", text))
    known = {*FIELDS, *Settings.__struct_fields__, *Group.__struct_fields__, "kind"}
    assert named <= known
    own = {name: set(kind.__struct_fields__) for name, kind in KINDS.items()}
    assert all(set(re.findall(r"`([a-z_]+)`", row.rsplit("|", 1)[1])) <= own[kind] for kind, row in rows if kind in own)
