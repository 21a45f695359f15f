"""What of a line is prose, and why; and that nothing goes with it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from graphtutor.errors import LearnerError
from graphtutor.language.neighbours import told
from graphtutor.language.program import context, scanned
from graphtutor.language.prose import Row
from graphtutor.language.read import derivation, read
from graphtutor.language.write import write

PROBLEM: dict[str, Any] = {"names": list("wxyb"), "target": "(w*x - y)**2", "wrt": "w"}
WORDS = "reg decay noise lambda_ bias penalty momentum weight rate batch dropout offset const error stuff lr eta foo".split()
OPERATORS = ["+", "-", "*", "/", "^", "·", "times", "plus", "minus", "over", "divided by", "multiplied by"]


def prose(line: str, **problem: Any) -> dict[str, str]:
    """Each word of a line that is prose, with the reason."""
    known = context(**(problem or PROBLEM))
    row = Row(scanned(line, known)[:-1], known, line)
    return {t.text: mark.why for t, mark in zip(row.line, told(row), strict=True) if mark.kind == "words"}


def test_it_can_be_said_why_a_word_is_prose() -> None:
    assert prose("so by the chain rule dL/dw = 2x(wx-y) (outer part)") == {
        "so": "a word of English",
        "by": "letters of the problem that spell a word, as its neighbours say",
        "the": "a word of English",
        "chain": "no name of the problem, and no operator beside it",
        "rule": "no name of the problem, and no operator beside it",
        "(": "a bracket that holds words",
        "outer": "a bracket that holds words",
        "part": "a bracket that holds words",
        ")": "a bracket that holds words",
    }
    assert prose(r"\text{Hence } dL/dw = 2x") == {"Hence": r"a word in \text{…}"}
    assert prose("dL/dw = 2wx - by") == prose("by + 2wx") == {}


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("before", [False, True], ids=["after", "before"])
def test_an_operator_and_what_it_joins_never_vanish(operator: str, before: bool) -> None:
    whole = write(read("2x(wx-y)", **PROBLEM))
    for word in [*WORDS, "w", "3", "by", "x y"]:
        line = f"dL/dw = {word} {operator} 2x(wx-y)" if before else f"dL/dw = 2x(wx-y) {operator} {word}"
        said = [write(c.tree) for c in derivation(line, **PROBLEM) if c.kind == "claim" and c.tree is not None]
        assert whole not in said, line


@pytest.mark.parametrize(
    "remark",
    ["by the chain rule", "(chain rule)", "-- chain rule", "<- done", ", done", "since y is a label", "for all x"],
)
def test_a_remark_leaves_the_formula_as_it_is(remark: str) -> None:
    claims = derivation(f"dL/dw = 2x(wx-y) {remark}", **PROBLEM)
    assert [write(c.tree) for c in claims if c.kind == "claim" and c.tree is not None] == ["2*x*(w*x - y)"]
    assert not any(c.kind == "unread" for c in claims)


def test_no_line_of_words_and_signs_ends_in_anything_but_claims() -> None:
    pick = random.Random(7)
    pool = [*"wxyb2=+-*/^()[]{}|$,.:;'_&", "dL/dw", "∂", "by", "is", "if", "and", "otherwise", "times", "divided by", "rule", "\\frac", "\\text{so}", "answer",
            "since", "≈", "→", "—", "(1)", "^{(1)}", "w.r.t.", "\n", "\\\\", "because", "σ", "'", "np.", "exp", "a", "I", "e", "dw", "where"]  # fmt: skip
    for _ in range(1500):
        line = " ".join(pick.choice(pool) for _ in range(pick.randint(1, 14)))
        line = line if pick.random() < 0.5 else line.replace(" ", "")
        try:
            claims = derivation(line, **PROBLEM)
        except LearnerError:
            continue
        assert all(c.kind in ("claim", "definition", "text", "unread") for c in claims), line
