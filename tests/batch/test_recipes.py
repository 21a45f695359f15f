"""The recipes for Gradescope and PrairieLearn, run on samples as those systems run them."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

TOP = Path(__file__).resolve().parents[2]
RECIPES = TOP / "recipes"


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of an image in which graphtutor is installed."""
    shim = folder / "bin" / "graphtutor"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m graphtutor "$@"\n', "utf-8")
    shim.chmod(0o755)
    return (
        os.environ
        | {"PATH": f"{shim.parent}:{os.environ['PATH']}", "PYTHONPATH": str(TOP), "PYTHON": sys.executable}
        | more
    )


@pytest.mark.parametrize(("files", "question", "score", "tests"), [
    ({"answer.txt": "dL/df = 2(f - y)\ndL/dw0 = 2x_0(f - y)"}, "--exercise mse-dw0", 1.0, 2),
    ({"homework.md": "## Exercise: power-rule\nn x^(n-1)\n## Exercise: mse-dw0\n2(f-y)\n"}, "--format gradescope", 1.0, 2),
    ({"empty.txt": ""}, "--exercise mse-dw0", 0.0, 1),
])  # fmt: skip
def test_gradescope_gets_its_results(files, question, score, tests, tmp_path: Path) -> None:
    (tmp_path / "submission").mkdir()
    for name, text in files.items():
        (tmp_path / "submission" / name).write_text(text, "utf-8")
    env = environment(tmp_path, AUTOGRADER=str(tmp_path), GRAPHTUTOR_QUESTION=question)
    subprocess.run([RECIPES / "gradescope" / "run_autograder"], env=env, check=True, capture_output=True, cwd=tmp_path)
    assert [p.name for p in (tmp_path / "results").iterdir()] == ["results.json"]
    found = json.loads((tmp_path / "results" / "results.json").read_text("utf-8"))
    assert found["score"] == score and found["visibility"] == "visible" and len(found["tests"]) <= tests
    assert all({"score", "max_score", "name", "output"} <= set(test) for test in found["tests"])


@pytest.mark.parametrize(("answers", "gradable", "score"), [
    ({"power-rule": "n x^(n-1)", "mse-dw0": "2(f-y)", "other": "3"}, True, 0.5), ({"power-rule": "n x^"}, False, None), ({}, False, None),
])  # fmt: skip
def test_prairielearns_external_grader_gets_its_results(answers, gradable, score, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "data.json").write_text(json.dumps({"submitted_answers": answers, "params": {}}), "utf-8")
    env = environment(tmp_path, GRADE=str(tmp_path), GRAPHTUTOR_EXERCISES=str(TOP / "exercises"))
    subprocess.run([RECIPES / "prairielearn" / "external" / "run.sh"], env=env, check=True, cwd=tmp_path)
    found = json.loads((tmp_path / "results" / "results.json").read_text("utf-8"))
    assert (found["gradable"], found.get("score")) == (gradable, score)
    assert all({"points", "max_points"} <= set(test) for test in found.get("tests", []))
    assert gradable or found["format_errors"]


@pytest.fixture(scope="module")
def element() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "pl_graphtutor", RECIPES / "prairielearn" / "elements" / "pl-graphtutor" / "pl-graphtutor.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def submitted(answer: str, panel: str = "question") -> dict:
    return {
        "submitted_answers": {"dw": answer},
        "raw_submitted_answers": {"dw": answer},
        "format_errors": {},
        "partial_scores": {},
        "panel": panel,
        "editable": True,
    }


TAG = '<pl-graphtutor answers-name="dw" expression="(w*x - y)**2" wrt="w" weight="3"></pl-graphtutor>'


@pytest.mark.parametrize(
    ("answer", "score", "said"),
    [
        ("2x(wx - y)", 1.0, "Right."),
        ("2(wx - y)", 0.0, "Not right"),
        ("2x(", None, "cannot be read"),
        ("", None, "read"),
    ],
)
def test_prairielearns_element_grades_and_costs_nothing_where_it_cannot_read(answer, score, said, element) -> None:
    data = submitted(answer)
    element.prepare(TAG, data)
    element.parse(TAG, data)
    if data["format_errors"]:
        assert score is None and said in data["format_errors"]["dw"]
        return
    element.grade(TAG, data)
    assert (data["partial_scores"]["dw"]["score"], data["partial_scores"]["dw"]["weight"]) == (score, 3)
    assert said in data["partial_scores"]["dw"]["feedback"]


def test_prairielearns_element_escapes_what_was_typed(element) -> None:
    for panel in ("question", "submission", "answer"):
        assert "<script" not in element.render(TAG, submitted("</textarea><script>alert(1)</script>", panel))
    with pytest.raises(ValueError, match="needs exercise, or expression with wrt"):
        element.prepare('<pl-graphtutor answers-name="dw"></pl-graphtutor>', submitted(""))
