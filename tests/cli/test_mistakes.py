"""What a Python or shell user gets wrong, each with its whole message: one sentence that says the next move, and never a traceback.

`tests/data/mistakes.json` holds the table: code or arguments, the exit code, and what is said.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp

import graphtutor as gt

TABLE = json.loads((Path(__file__).parents[1] / "data" / "mistakes.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def user() -> dict[str, Any]:
    """What stands in a user's notebook."""
    g = gt.graph("f = w*x + b; L = (f - y)**2")
    return {
        "gt": gt, "sp": sp, "np": np, "math": math, "g": g, "t": g.trace(at={"w": 1, "x": 2, "b": 3, "y": 4}),
        "h": gt.train("(w-3)**2", start={"w": 0.0}, epochs=2), "d": gt.derive("w**2", wrt="w"),
    }  # fmt: skip


def test_there_are_at_least_a_hundred_and_twenty() -> None:
    assert len(TABLE["python"]) + len(TABLE["shell"]) >= 120


@pytest.mark.parametrize("row", TABLE["python"], ids=lambda row: row["code"][:60])
def test_a_mistake_in_python_ends_in_one_sentence(
    row: dict[str, str], user: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((gt.LearnerError, gt.AuthorError)) as error:
        eval(row["code"], user)
    said = str(error.value).split("\n", 1)[0]
    assert said == row["says"]
    assert " -o" not in said and "\n" not in said


@pytest.mark.skipif(sys.platform == "win32", reason="the system's words for a missing place")
@pytest.mark.parametrize("row", TABLE["shell"], ids=lambda row: " ".join(row["args"])[:60])
def test_a_mistake_in_the_shell_ends_in_one_sentence(
    row: dict[str, Any], at: Callable[..., tuple[int, str, str]]
) -> None:
    code, _, err = at(*row["args"])
    assert (code, err.split("\n")[0]) == (row["code"], row["says"])
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("g.trace(at={n: 1 for n in g.inputs}).value", 1.0),
        ("g.trace(at={sp.Symbol('w'): 1, 'x': 2, 'b': 3, 'y': 4}).value", 1.0),
        ("g.trace(at={'w': np.array(2.0), 'x': 2, 'b': 1, 'y': 2}).value", 9.0),
        ("g.gradient(g.inputs[0]) == g.gradient('w')", True),
        ("gt.exercise(1).id", "power-rule"),
        ("t.values.get('zz')", None),
        ("'zz' in t.gradients", False),
    ],
)
def test_what_is_meant_plainly_is_taken(code: str, value: Any, user: dict[str, Any]) -> None:
    assert eval(code, user) == value


def test_a_name_that_is_not_there_is_a_key_error_too(user: dict[str, Any]) -> None:
    with pytest.raises(KeyError, match="nothing is called 'zz' here; there is w, x"):
        user["t"].values["zz"]


def test_a_word_that_may_be_a_call_is_asked_about(at: Callable[..., tuple[int, str, str]]) -> None:
    said = at("draw", "cosx + 1")[2]
    assert said == "graphtutor: 'cosx' is taken for one name; if cos(x) is meant, write it so\n"
    assert at("draw", "cost + 1")[2] == ""


def test_an_expression_that_is_defined_nowhere_says_where_to_look(at: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = at("check", "x/0")
    assert code == 5
    assert out.endswith("look for a division by 0, or for the root or log of a negative number.\n")


def test_the_names_of_the_package_are_its_public_ones_and_help_begins_with_what_a_user_does() -> None:
    assert dir(gt) == sorted(gt.PUBLIC)
    assert gt.graph.__name__ == "graph" and ">>> g = graph(" in (gt.graph.__doc__ or "")
    assert "gt.graph(" in (gt.__doc__ or "").split("The house")[0]
    with pytest.raises(AttributeError, match=r"has no attribute 'grph'; did you mean gt.graph\?"):
        _ = gt.grph
