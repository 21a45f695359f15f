"""Which misconception explains a wrong answer: the catalogue's own examples, and the corpus of wrong answers."""

from __future__ import annotations

import json

import pytest
from corpus import ALIASES, DATA, NO_SLIP, PAIRS

import graphtutor as gt

# id, function, variable, the wrong derivative that it gives: the examples of the catalogue, and of the ids proposed beside it
CATALOGUE = [
    ("chain.missing-inner", "sin(x**2)", "x", "cos(x**2)"),
    ("chain.missing-middle", "exp(sin(x**2))", "x", "2*x*exp(sin(x**2))"),
    ("chain.derivative-inside", "sin(x**2)", "x", "cos(2*x)"),
    ("chain.inner-left-undifferentiated", "(1-exp(x))**3", "x", "3*(1-exp(x))**2*(1-exp(x))"),
    ("chain.composition-as-product", "log(x**3)", "x", "log(x**3)*3*x**2 + x**3/x**3"),
    ("chain.added-not-multiplied", "sin(x**2)", "x", "2*x+cos(x**2)"),
    ("chain.outer-not-differentiated", "log(x**2+1)", "x", "2*x*log(x**2+1)"),
    ("chain.outer-at-x", "sin(x**2)", "x", "2*x*cos(x)"),
    ("power.exponent-kept", "x**3", "x", "3*x**3"),
    ("power.coefficient-dropped", "x**2", "x", "x"),
    ("power.off-by-one", "(x-a)**60", "x", "59*(x-a)**59"),
    ("exp.power-rule", "2**x", "x", "x*2**(x-1)"),
    ("exp.missing-ln", "2**x", "x", "2**x"),
    ("product.derivatives-multiplied", "x**2*exp(x)", "x", "2*x*exp(x)"),
    ("product.one-term", "x*exp(x)", "x", "exp(x)"),
    ("quotient.derivatives-divided", "exp(x)/(x**2+1)", "x", "exp(x)/(2*x)"),
    ("quotient.order-swapped", "x/(1+x)", "x", "-1/(1+x)**2"),
    ("quotient.denominator-not-squared", "sin(x)/x", "x", "(x*cos(x)-sin(x))/x"),
    ("quotient.plus", "sin(x)/x", "x", "(x*cos(x)+sin(x))/x**2"),
    ("sign.table", "cos(x)", "x", "sin(x)"),
    ("sign.lost-inner-minus", "1/(1+exp(-x))", "x", "-exp(-x)/(1+exp(-x))**2"),
    ("constant.not-zero", "x**2+c", "x", "2*x+1"),
    ("constant.factor-dropped", "5*x**2", "x", "2*x"),
    ("sum.term-not-differentiated", "softplus(z)-y*z", "z", "sigmoid(z)-y*z"),
    ("integrated-instead", "3*x**2", "x", "x**3"),
    ("sqrt.of-sum", "sqrt(x**2+y**2)", "x", "x/(x+y)"),
    ("log.power-confusion", "log(x)**2", "x", "2/x"),
    ("domain.abs-dropped", "sqrt(x**2)", "x", "1"),
    ("wrt.wrong-variable", "x**2*y", "x", "x**2"),
    ("wrt.total", "x**2*y", "x", "2*x*y+x**2"),
    ("mul.local-not-swapped", "(w*x+b-y)**2", "w", "2*w*(w*x+b-y)"),
    ("path.dropped", "x*(x+y)", "x", "x+y"),
    ("upstream.dropped", "v*tanh(w*x)", "w", "x*(1-tanh(w*x)**2)"),
    ("local.dropped", "log(1+exp(w*x))-y*w*x", "w", "sigmoid(w*x)-y"),
    ("sigmoid.sign", "sigmoid(x)", "x", "sigmoid(x)*(1+sigmoid(x))"),
    ("tanh-as-sigmoid", "tanh(x)", "x", "tanh(x)*(1-tanh(x))"),
    ("tanh.table", "tanh(x)", "x", "1+tanh(x)**2"),
    ("tanh.table", "tanh(x)", "x", "(1-tanh(x))**2"),
    ("tanh.table", "tanh(x)", "x", "-tanh(x)**2"),
    ("softmax.diagonal-everywhere", "exp(a)/(exp(a)+exp(b))", "b", "exp(a)/(exp(a)+exp(b))*(1-exp(b)/(exp(a)+exp(b)))"),
    ("softmax.coupling-ignored", "exp(a)/(exp(a)+exp(b))", "b", "0"),
    ("ce.sign", "-log(exp(a)/(exp(a)+exp(b)))", "a", "1-exp(a)/(exp(a)+exp(b))"),
    ("branch.value-not-derivative", "relu(w*x)", "w", "where(w*x>0, w*x, 0)"),
    ("branch.swapped", "max(0,1-y*x)", "x", "where(y*x>1,-y,0)"),
    ("branch.ignored", "max(0,1-y*x)", "x", "-y"),
    ("rounding", "2**x", "x", "0.693147*2**x"),
    ("copied-wrong", "(w*x+b-y)**2", "w", "2*x*(w*x+b-x)"),
    ("arithmetic-slip", "(3*x+1)**2+7*x", "x", "18*x+14"),
    ("algebra", "(x+y)**3", "x", "3*(x**2+y**2)"),
    ("definition.as-constant", "(w*x+b-y)**2", "w", "0"),
    ("not-differentiated", "x**2*y", "x", "x**2*y"),
    ("second-derivative", "x**3", "x", "6*x"),
    ("name.unknown", "x**2", "x", "2*q"),
    ("reduction.sum-for-mean", "((a*w-b)**2+(c*w-d)**2)/2", "w", "2*a*(a*w-b)+2*c*(c*w-d)"),
    ("ce.p-for-p-minus-y", "-log(exp(a)/(exp(a)+exp(b)))", "a", "exp(a)/(exp(a)+exp(b))"),
    ("log.base", "log(x)", "x", "1/(x*log(10))"),
    ("sigmoid.argument-sign", "sigmoid(w*x)", "w", "-x*sigmoid(w*x)*(1-sigmoid(w*x))"),
    ("wrong-function", "(w*x+b-y)**2", "w", "2*x*(w*x-y)"),
    ("algebra.parenthesis", "(w-y)**2*x", "w", "2*w-y*x"),
    ("branch.condition-wrong", "max(0,1-y*w)", "w", "where(w<1,-y,0)"),
    ("local.other-operation", "x*y", "x", "1"),
    ("algebra.cancelling", "(x*y+x)/y", "x", "2"),
]


def ids(grade: gt.Grade) -> list[str]:
    return [m.id for m in grade.misconceptions]


@pytest.mark.parametrize(("id", "function", "wrt", "answer"), CATALOGUE, ids=[f"{c[0]} {c[1]}" for c in CATALOGUE])
def test_every_misconception_of_the_catalogue_is_named(id: str, function: str, wrt: str, answer: str) -> None:
    found = gt.grade(function, answer, wrt=wrt)
    assert found.correct is (None if id == "name.unknown" else False)
    assert id in ids(found)
    told = next(m for m in found.misconceptions if m.id == id)
    assert told.hint and told.strong and told.hint != told.strong


def test_wrong_answers_of_the_corpus_get_a_right_misconception() -> None:
    rows = [row for row in PAIRS if row["equal"] == "0" and row["kind"] not in NO_SLIP]
    named = [
        (
            row["id"],
            ALIASES[row["kind"]],
            ids(gt.grade(row["source_function"], row["answer"], wrt=row["wrt"], assume=row["assumptions"])),
        )
        for row in rows
    ]
    among = sum(bool(right & set(got)) for _, right, got in named) / len(named)
    first = sum(bool(got) and got[0] in right for _, right, got in named) / len(named)
    # asked for: 85 % and 65 %; reached when this was written, on 82 rows: 99 % and 95 %
    assert among >= 0.97, [n for n in named if not n[1] & set(n[2])]
    assert first >= 0.92, [n for n in named if not n[2] or n[2][0] not in n[1]]


@pytest.mark.parametrize(
    "row", [r for r in PAIRS if r["equal"] == "1" or r["kind"] == "kink-only"], ids=lambda r: r["id"]
)
def test_right_answer_of_the_corpus_is_right_and_no_misconception_is_named(row: dict[str, str]) -> None:
    found = gt.grade(row["source_function"], row["answer"], wrt=row["wrt"], assume=row["assumptions"])
    assert (found.correct, found.misconceptions, found.counterexample) == (True, (), None)


@pytest.mark.parametrize(
    "row", [r for r in PAIRS if r["equal"] == "0" and r["kind"] != "kink-only"], ids=lambda r: r["id"]
)
def test_wrong_answer_of_the_corpus_comes_with_a_point_that_shows_it(row: dict[str, str]) -> None:
    found = gt.grade(row["source_function"], row["answer"], wrt=row["wrt"], assume=row["assumptions"])
    if ids(found) == ["name.unknown"]:  # it cannot be read, and a question is asked: no point can show that it is wrong
        assert found.correct is None and "is no name of this problem" in str(found.invalid)
        return
    assert found.correct is False and found.counterexample is not None
    assert found.counterexample.answer != found.counterexample.truth


def test_answers_to_the_planned_exercises_are_judged_as_planned() -> None:
    plan = [x for x in json.loads((DATA / "exercise_plan.json").read_text("utf-8")) if x["kind"] == "symbolic"]
    named = []
    for x in plan:
        wrt = None if x["wrt"] == "-" else x["wrt"]
        for answer in x["accept"]:
            found = gt.grade(x["expression"], answer, wrt=wrt)
            assert found.correct is True and not found.misconceptions, (x["id"], answer)
        for wrong in x["wrong"]:
            found = gt.grade(x["expression"], wrong["answer"], wrt=wrt)
            assert found.correct is False, (x["id"], wrong)
            if ALIASES.get(wrong["misconception"]):
                named.append((x["id"], ALIASES[wrong["misconception"]], ids(found)))
    among = sum(bool(right & set(got)) for _, right, got in named) / len(named)
    assert among >= 0.9, [n for n in named if not n[1] & set(n[2])]


@pytest.mark.parametrize(
    ("source", "answer", "wrt"),
    [
        ("f = w0*x0 + w1*x1 + b; L = (f - y)**2", "w0 - 0.01*2*x0*(f - y)", "w0"),
        ("f = w0*x0 + w1*x1 + b; L = (f - y)**2", "b - 0.2*(f - y)", "b"),
        ("f = w0*x0 + w1*x1 + b; L = (f - y)**2", "w1 + 0.02*x1*(f - y)", "w1"),
        ("exp(w*x)", "w - 0.5*x*exp(w*x)", "w"),
        ("log(1 + exp(-y*w*x))", "w + 0.1*y*x*sigmoid(-y*w*x)", "w"),
        ("(a*z - t)**2", "a - 0.05*z*(a*z - t)", "a"),
        ("tanh(u*v)", "u - v*(1 - tanh(u*v)**2)", "u"),
    ],
)
def test_a_parameter_after_its_step_is_told_from_its_gradient(source: str, answer: str, wrt: str) -> None:
    assert gt.grade(source, answer, wrt=wrt).misconceptions[0].id == "updated-instead"


@pytest.mark.parametrize("answer", ["w0", "w0 - x0", "2*x0*(f - y)", "w0 - 0.01*(f - y)", "w1 - 0.02*x0*(f - y)"])
def test_nothing_else_is_called_a_parameter_after_its_step(answer: str) -> None:
    found = gt.grade("f = w0*x0 + w1*x1 + b; L = (f - y)**2", answer, wrt="w0")
    assert "updated-instead" not in [m.id for m in found.misconceptions]


@pytest.mark.parametrize(("source", "answer"), [("x*y", "x + y"), ("a*x", "x + a"), ("x*sin(y)", "x + sin(y)")])
def test_factors_that_were_added_are_no_step_uphill(source: str, answer: str) -> None:
    assert "updated-instead" not in [m.id for m in gt.grade(source, answer, wrt="x").misconceptions]
