"""98 derivations of a course on backpropagation, half of them right and many in unusual ways.

Their labels are checked without any code of ours: each line's number against a central difference of the
problem as a plain Python function. Then the grader has to find them.
"""

from __future__ import annotations

import ast
import json
import math
import operator
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import graphtutor as gt

GIVEN = json.loads((Path(__file__).parents[1] / "data" / "derivations.json").read_text("utf-8"))
PROBLEMS: dict[str, dict[str, Any]] = GIVEN["problems"]
DERIVATIONS: list[dict[str, Any]] = GIVEN["derivations"]
NAMES = "w w0 w1 w2 x x0 x1 x2 b y y1 y2 v a c m s z p lam f u h".split()
POINTS = [dict(zip(NAMES, values, strict=True)) for values in (
    (0.7, 0.4, -0.6, 0.3, 1.3, 0.8, 1.7, -0.9, 0.2, 1.1, 0.6, -0.4, 0.9, 0.5, -0.3, 0.35, 1.4, 0.25, 0.45, 0.15, 0.85, 0.65, 0.55),
    (1.6, -1.1, 0.5, 0.2, 0.6, 1.9, -0.7, 1.2, -0.4, 0.75, 1.3, 0.2, 1.8, -0.6, 0.35, -0.8, 0.7, -1.5, 0.3, 0.6, -0.45, 1.25, 0.15),
    (1.2, 0.9, 1.4, -0.5, 2.1, -0.3, 0.55, 0.65, 0.8, -1.3, -0.2, 1.6, 0.4, 1.7, 0.95, 1.05, -0.9, 0.8, 0.7, 0.9, 1.75, -0.35, 0.45),
)]  # fmt: skip
SIGNS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Gt: operator.gt,
    ast.Lt: operator.lt,
}
CALLS = {"exp": math.exp, "log": math.log, "sqrt": math.sqrt, "tanh": math.tanh, "abs": abs, "max": max}
STEP = 1e-5


def value(text: str, at: Mapping[str, float]) -> float:
    """Return what a line of plain Python arithmetic comes to."""

    def of(node: ast.expr) -> Any:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return at[node.id]
        if isinstance(node, ast.BinOp):
            return SIGNS[type(node.op)](of(node.left), of(node.right))
        if isinstance(node, ast.UnaryOp):
            return -of(node.operand)
        if isinstance(node, ast.IfExp):
            return of(node.body) if of(node.test) else of(node.orelse)
        if isinstance(node, ast.Compare):
            return SIGNS[type(node.ops[0])](of(node.left), of(node.comparators[0]))
        assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name), ast.dump(node)
        return CALLS[node.func.id](*map(of, node.args))

    return float(of(ast.parse(text, mode="eval").body))


def slope(text: str, name: str, at: Mapping[str, float]) -> float:
    return (value(text, {**at, name: at[name] + STEP}) - value(text, {**at, name: at[name] - STEP})) / (2 * STEP)


def is_derivative(line: Mapping[str, str], problem: Mapping[str, Any], wrt: str) -> bool:
    """Return whether a line is the derivative it claims to be, at every point, to what a central difference can tell."""
    of, by = line.get("of", problem["python"]), line.get("by", wrt)
    return all(math.isclose(value(line["python"], at), slope(of, by, at), rel_tol=1e-6, abs_tol=1e-7) for at in POINTS)


def test_there_are_enough_of_them_and_a_third_is_right() -> None:
    right = [d for d in DERIVATIONS if d["first_wrong"] is None]
    assert (
        len(DERIVATIONS) >= 60 and len({d["problem"] for d in DERIVATIONS}) >= 20 and len(right) >= len(DERIVATIONS) / 3
    )


@pytest.mark.parametrize("given", DERIVATIONS, ids=lambda d: d["id"])
def test_label_agrees_with_a_central_difference(given: dict[str, Any]) -> None:
    problem = PROBLEMS[given["problem"]]
    judged = [
        (k, is_derivative(line, problem, given["wrt"])) for k, line in enumerate(given["lines"]) if "python" in line
    ]
    assert judged, "no line with a number"
    wrong = next((k for k, right in judged if not right), None)
    assert wrong == given["first_wrong"]
    statuses = given.get("statuses", [])
    assert all(right == (statuses[k] in ("right", "compensates")) for k, right in judged if statuses)


@pytest.mark.parametrize("given", DERIVATIONS, ids=lambda d: d["id"])
def test_derivation_is_graded_as_labelled(given: dict[str, Any]) -> None:
    problem = PROBLEMS[given["problem"]]
    found = gt.grade(
        problem["source"], [line["text"] for line in given["lines"]], wrt=given["wrt"], assume=problem.get("assume")
    )
    assert (found.first_wrong, found.correct) == (given["first_wrong"], given["first_wrong"] is None), found
    if "statuses" in given:
        assert [line.status for line in found.lines] == given["statuses"]
    if found.correct:
        assert found.misconceptions == () and found.score == 1
    else:
        assert set(given["ids"]) & {m.id for m in found.misconceptions}, found
        assert found.counterexample is not None
