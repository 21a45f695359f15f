"""Derivations as people hand them in: what is claimed, what is defined on the way, what is prose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graphtutor.errors import ReadError
from graphtutor.language.read import Claim, derivation
from graphtutor.language.write import write

DATA = Path(__file__).parents[1] / "data"
LINEAR: dict[str, Any] = {"names": "w x b y".split(), "target": "(w*x + b - y)**2", "wrt": "w"}
LECTURE: dict[str, Any] = {
    "names": "w0 w1 x0 x1 b y".split(),
    "definitions": {"f(x, W, b)": "w0*x0 + w1*x1 + b", "L": "(f - y)**2"},
    "wrt": "w0",
}
F = "w0*x0 + w1*x1 + b"
CASES: dict[str, Any] = {**LECTURE, "definitions": {"f(x, W, b)": F, "L": "max(0, 1 - y*f)"}}
ACTIVE = f"y*({F}) < 1"


def said(claim: Claim) -> str:
    """A claim in one line: the derivative or name it is about, then its sides; prose in brackets."""
    if claim.kind == "text":
        return f"[{claim.source}]"
    if claim.kind == "unread":
        return f"?{claim.source}?"
    head = f"d{claim.of or ''}/d{claim.wrt} " if claim.wrt else f"{claim.name} " if claim.name else ""
    return (head + " ".join(f"{p.relation} {write(p.tree, 'plain')}".strip() for p in claim.parts)).strip()


HANDED_IN = [
    (
        "Let z = wx + b. By the chain rule, dL/dw = 2(z-y)x.",
        LINEAR,
        ["[Let]", "z = w*x + b", "[By the chain rule]", "dL/dw = 2*(w*x + b - y)*x"],
    ),
    ("therefore dL/db = 2(wx + b - y)", LINEAR, ["[therefore]", "dL/db = 2*(w*x + b - y)"]),
    ("since y f < 1:\ndL/dw0 = -y x0", LECTURE, ["[since]", "[y f < 1]", "dL/dw0 = -y*x0"]),
    (
        "u = wx + b - y\ndu/dw = x, dL/du = 2u\nso dL/dw = 2u x",
        LINEAR,
        ["u = w*x + b - y", "du/dw = x", "dL/du = 2*(w*x + b - y)", "[so]", "dL/dw = 2*(w*x + b - y)*x"],
    ),
    (
        "dL/dw = 2u x = 2(wx+b-y)x where u = wx+b-y",
        LINEAR,
        ["dL/dw = 2*(w*x + b - y)*x = 2*(w*x + b - y)*x", "[where]", "u = w*x + b - y"],
    ),
    (
        "p = σ(z), z = wx + b\ndL/dw = (p − y)x",
        LINEAR,
        ["p = sigmoid(z)", "z = w*x + b", "dL/dw = (sigmoid(w*x + b) - y)*x"],
    ),
    (
        "1) dL/dw0 = d/dw0 (f-y)^2\n2) = 2(f-y) df/dw0\n(iii) = 2 x0 (f-y)  # done",
        LECTURE,
        [f"dL/dw0 = d/dw0 (({F} - y)**2)", f"= 2*({F} - y)*d/dw0 ({F})", f"= 2*x0*({F} - y)"],
    ),
    ("1. 2x\n2. 2w", LINEAR, ["2*x", "2*w"]),
    ("a) 2x\nb) 2w", {"names": ["x", "w"]}, ["2*x", "2*w"]),
    ("Step 1: 2x\nStep 2. x", LINEAR, ["2*x", "x"]),
    ("• 2x\n• 2w", LINEAR, ["2*x", "2*w"]),
    ("- dL/dw = 2x\n- dL/db = 2", LINEAR, ["dL/dw = 2*x", "dL/db = 2"]),
    ("* 2x", LINEAR, ["2*x"]),
    ("- 2x\n2", LINEAR, ["-2*x", "2"]),
    ("f′(x) = 2x\n∴ f'(x) = 2x", {"names": ["x"], "definitions": {"f": "x**2"}}, ["df/dx = 2*x", "df/dx = 2*x"]),
    ("df/dx = 2x ⇒ 2x", {"names": ["x"], "definitions": {"f": "x**2"}}, ["df/dx = 2*x", "2*x"]),
    ("L' = 2(f - y) f'", LECTURE, [f"dL/dw0 = 2*({F} - y)*d/dw0 ({F})"]),
    ("dw = 2*(w*x + b - y)*x\ndb = 2*(w*x + b - y)", LINEAR, ["d/dw = 2*(w*x + b - y)*x", "d/db = 2*(w*x + b - y)"]),
    ("dL_dw = x\nw_grad = x\ngrad_b = 1\ngrad = x", LINEAR, ["dL/dw = x", "d/dw = x", "d/db = 1", "d/dw = x"]),
    ("df = 2*(f - y)\ndw0 = df*x0", LECTURE, [f"d/df = 2*({F} - y)", f"d/dw0 = 2*({F} - y)*x0"]),
    ("```python\ndw = 2*x\n```", LINEAR, ["d/dw = 2*x"]),
    ("$$\n2x\n$$", LINEAR, ["2*x"]),
    ("\\[ 2x \\]", LINEAR, ["2*x"]),
    (
        "\\begin{align*}\n\\frac{\\partial L}{\\partial w_0} &= 2(f-y)\\cdot\\frac{\\partial f}{\\partial w_0} && \\text{(chain rule)}\\\\\n&= 2(f-y)x_0\n\\end{align*}",
        LECTURE,
        [f"dL/dw0 = 2*({F} - y)*d/dw0 ({F})", "[\\text{(chain rule)}]", f"= 2*({F} - y)*x0"],
    ),
    (
        "We use $u = f - y$ and get $\\frac{dL}{dw_0} = 2 u x_0$ by the chain rule.",
        LECTURE,
        ["[We use]", f"u = {F} - y", "[and get]", f"dL/dw0 = 2*({F} - y)*x0", "[by the chain rule]"],
    ),
    ("dL/dw0 = 0 if y f >= 1, -y x0 otherwise", LECTURE, [f"dL/dw0 = where(y*({F}) >= 1, 0, -y*x0)"]),
    ("dL/dw0 = { -y x0 if y f < 1, 0 otherwise", LECTURE, [f"dL/dw0 = where(y*({F}) < 1, -y*x0, 0)"]),
    (
        "If y f < 1 then dL/dw0 = -y x0, otherwise dL/dw0 = 0.",
        CASES,
        ["[If]", "[y f < 1]", "[then]", "dL/dw0 = -y*x0", "[otherwise]", "dL/dw0 = 0"],
    ),
    (
        "\\begin{cases} 0, & y \\cdot f(x, W, b) \\geq 1 \\\\\n -y \\cdot x_0, & y \\cdot f(x, W, b) < 1 \\end{cases}",
        LECTURE,
        [f"where(y*({F}) >= 1, 0, where(y*({F}) < 1, -y*x0, nan))"],
    ),
    (
        "The derivative of (f-y)^2 with respect to w0 is 2(f-y)x0",
        LECTURE,
        ["[The derivative of]", "[(f-y)^2]", "[with respect to]", "[w0]", "[is]", f"2*({F} - y)*x0"],
    ),
    *(
        (text, CASES, [f"dL/dw0 = where({ACTIVE}, -y*x0, 0)"])
        for text in (
            "dL/dw0 = -y x0 if y f < 1 else 0",
            "dL/dw0 = -y x0 if yf < 1, 0 otherwise",
            "dL/dw0 = -y x0 for yf < 1 and 0 otherwise",
            "dL/dw0 = -y x0 when y f < 1, 0 else",
            "dL/dw0 = { -y x0 if y f < 1; 0 otherwise",
            "dL/dw0 = -y x0 if y f < 1\n         0 otherwise",
            "dL/dw0 = -y x0 (if y f < 1), 0 (otherwise)",
        )
    ),
    *(
        (text, CASES, [f"dL/dw0 = where({ACTIVE}, -y*x0, where(y*({F}) >= 1, 0, nan))"])
        for text in ("dL/dw0 = -y x0 if y f < 1 and 0 if y f >= 1", "dL/dw0 = -y x0 for y f < 1\n 0 for y f ≥ 1")
    ),
    ("dL/dw0 = -y x0 if y f < 1", CASES, ["dL/dw0 = -y*x0", "[if]", "[y f < 1]"]),
    (
        "dL/dw0 = -y x0 for y f < 1, dL/dw0 = 0 otherwise",
        CASES,
        ["dL/dw0 = -y*x0", "[for]", "[y f < 1]", "dL/dw0 = 0", "[otherwise]"],
    ),
    ("if y*f < 1: dL/dw0 = -y x0, else 0", CASES, ["[if]", "[y*f < 1]", "dL/dw0 = -y*x0", "[else]", "0"]),
    (
        "if y f < 1 the gradient is -y x0, otherwise it is 0",
        CASES,
        ["[if]", "[y f < 1]", "[the gradient is]", "d/dw0 -y*x0", "[otherwise]", "[it is]", "0"],
    ),
    ("Answer: 2x", LINEAR, ["[Answer]", "2*x"]),
    ("I think it's 2x ✓", LINEAR, ["[I think it's]", "2*x"]),
    ("By the power rule: 3x^2 (power rule)", LINEAR, ["[By the power rule]", "3*x**2", "[(power rule)]"]),
    (
        "dL/dw = 2x (by the chain rule, where d(wx)/dw = x)",
        LINEAR,
        ["dL/dw = 2*x", "[(by the chain rule]", "[where]", "d/dw (w*x) = x", "[)]"],
    ),
    ("dL/dw =\n   2x", LINEAR, ["dL/dw = 2*x"]),
    ("dL/dw = 2.4 ≈ 2", LINEAR, ["dL/dw = 2.4 ≈ 2"]),
    ("∇_w L = 2x", LINEAR, ["dL/dw = 2*x"]),
    ("\\nabla_{w} L = 2x", LINEAR, ["dL/dw = 2*x"]),
    (
        "loss = (w*x+b-y)**2\nd loss/dw = 2*x\ndloss/db = 2",
        LINEAR,
        ["loss = (w*x + b - y)**2", "dloss/dw = 2*x", "dloss/db = 2"],
    ),
    ("y = w*x", LINEAR, ["y = w*x"]),
    ("", LINEAR, []),
    (
        "I think it's 2x(wx+b-y) because the inner derivative is x",
        LINEAR,
        ["[I think it's]", "2*x*(w*x + b - y)", "[because the inner derivative is]", "[x]"],
    ),
    ("2x is the derivative", LINEAR, ["2*x", "[is the derivative]"]),
    ("wx + b - y is the error", LINEAR, ["[wx + b - y]", "[is the error]"]),
    ("Also, 2x", LINEAR, ["[Also]", "2*x"]),
    ("2x by the chain rule", LINEAR, ["2*x", "[by the chain rule]"]),
    ("dL/dw = 2x -- chain rule", LINEAR, ["dL/dw = 2*x", "[chain rule]"]),
    ("dL/dw = 2x - by the chain rule", LINEAR, ["dL/dw = 2*x", "[by the chain rule]"]),
    ("dL/dw = 2x  <- chain rule", LINEAR, ["dL/dw = 2*x", "[chain rule]"]),
    ("> dL/dw = 2x", LINEAR, ["dL/dw = 2*x"]),
    ("(d/dw) (wx+b) = x", LINEAR, ["d/dw (w*x + b) = x"]),
    ("We are done", LINEAR, ["[We are done]"]),
    ("2*x*(w", LINEAR, ["?2*x*(w?"]),
    ("x = 2*\ny +", LINEAR, ["?x = 2*\ny +?"]),
]


@pytest.mark.parametrize(("text", "problem", "expected"), HANDED_IN, ids=[h[0][:40] for h in HANDED_IN])
def test_lines_as_people_hand_them_in(text: str, problem: dict[str, Any], expected: list[str]) -> None:
    assert [said(c) for c in derivation(text, **problem)] == expected


def test_a_claim_knows_where_it_stands_and_what_its_left_side_means() -> None:
    text = "Let u = f - y.\n  dL/du = 2u"
    *_, claim = derivation(text, **LECTURE)
    assert (claim.line, claim.column, claim.source, claim.of, claim.wrt) == (2, 3, "dL/du = 2u", "L", "u")
    assert claim.left is not None
    inner, variable = claim.left.args
    assert write(inner, "plain") == f"({F} - y)**2"
    assert write(variable, "plain") == f"{F} - y"
    assert (claim.parts[0].line, claim.parts[0].column, claim.parts[0].source) == (2, 11, "2u")


def test_a_line_that_goes_on_says_so() -> None:
    first, second = derivation(["dL/dw = 2 x", "= x + x"], **LINEAR)
    assert (first.continues, second.continues) == (False, True)
    assert second.of is None


def test_a_line_that_cannot_be_read_carries_its_error_and_spoils_no_other() -> None:
    bad, good = derivation("dL/dw = 2*(x\ndL/db = 2", **LINEAR)
    assert bad.kind == "unread"
    assert str(bad.error) == "line 1, column 13: expected ')' to close the '(' of column 11, met the end"
    assert isinstance(bad.error, ReadError)
    assert bad.error.caret == "dL/dw = 2*(x\n            ^"
    assert said(good) == "dL/db = 2"


def test_both_scopes_of_the_lectures_quotient_line_are_kept() -> None:
    rows = json.loads((DATA / "lecture_derivations.json").read_text("utf-8"))
    lecture = next(d for d in rows if d["id"] == "SD04")
    claims = derivation([line["latex"] for line in lecture["lines"]], names=["x", "w"], wrt="w")
    assert [c.kind for c in claims] == ["claim"] * len(lecture["lines"])
    scopes = [write(t, "plain") for t in (claims[2].parts[0].tree, *claims[2].parts[0].alternatives)]
    assert "d/dw (exp(x*w))*x*w - exp(x*w)*d/dw (x*w)" in scopes[0].replace("d/dw exp(x*w)", "d/dw (exp(x*w))")
    assert any("exp(x*w)*x*w)" in scope for scope in scopes[1:])


@pytest.mark.parametrize("column", ["latex", "sympy"])
def test_every_derivation_of_the_lecture_is_read_line_by_line(column: str) -> None:
    for given in json.loads((DATA / "lecture_derivations.json").read_text("utf-8")):
        lines = [line[column] for line in given["lines"] if "Matrix" not in line[column]]
        names = [*given["assumptions"]["symbols"], *([given["wrt"]] if given["wrt"] else [])]
        shapes = {"W": 2, "x": 2} if given["id"] == "SD18" else None
        claims = derivation(lines, names=names, definitions=given["definitions"], shapes=shapes)
        assert [c.kind for c in claims if c.kind in ("unread", "text")] == [], given["id"]
        assert len(claims) == len(lines), given["id"]


def test_every_students_derivation_is_read_line_by_line() -> None:
    for given in json.loads((DATA / "student_derivations.json").read_text("utf-8")):
        claims = derivation([line["sympy"] for line in given["lines"]], target=given["expression"], wrt=given["wrt"])
        assert [c.kind for c in claims] == ["claim"] * len(given["lines"]), given["id"]


@pytest.mark.parametrize("word", ["for", r"\text{for}\:", r"\text{when }", r"\text{if }"])
def test_cases_may_say_their_condition_in_any_word_and_with_an_equals_sign(word: str) -> None:
    (claim,) = derivation(
        rf"\begin{{cases}} 0 & {word} w = 0 \\\frac{{w}}{{|w|}} & \text{{otherwise}} \end{{cases}}", names=["w"]
    )
    assert claim.kind == "claim" and write(claim.tree) == "where(w == 0, 0, w/abs(w))"
