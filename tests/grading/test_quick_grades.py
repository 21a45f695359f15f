"""Grades are what the slow road gives: every point with many digits, no proof first, no range, nothing remembered.

One answer in 24 of tests/data here; `ROADS=1 python -m pytest tests/grading/test_quick_grades.py` compares them all.
"""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import graphtutor as gt
from graphtutor.equal import comparing
from graphtutor.equal.ranges import Range
from graphtutor.equal.sampling import UNKNOWN, Sampler
from graphtutor.grading.asked import task
from graphtutor.grading.slips import diagnose, problems

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))
EVERY = int(os.environ.get("ROADS", "24"))
REMEMBERED = (comparing.remembered, task.prepared, problems.prepared, diagnose.single, diagnose.other_functions)
COUNTS = re.compile(r"(to \d+ digits )?at \d+ points?(, to \d+ at \d+ of them)?|in \d+ of (at least )?\d+ regions")


def data(name: str) -> Any:
    text = (TESTS / "data" / name).read_text("utf-8")
    return json.loads(text) if name.endswith("json") else list(csv.DictReader(text.splitlines()))


def answers() -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """Yield (problem, answer, options) for every answer of tests/data, and one spelling and slip of each problem of the course."""
    import spellings

    for r in data("equivalence.csv"):
        yield r["source_function"], r["answer"], {"wrt": r["wrt"], "assume": r["assumptions"]}
    for r in data("equal_pairs.csv"):
        yield r["a"], r["b"], {"wrt": (), "assume": r["assume"] or None}
    for d in data("student_derivations.json"):
        yield d["expression"], [line["sympy"] for line in d["lines"]], {"wrt": d["wrt"]}
    for d in (d for d in data("lecture_derivations.json") if d["kind"] == "derivative"):
        lines = [line["latex"] for line in d["lines"]]
        yield d["expression"], lines, {"wrt": d["wrt"], "definitions": d["definitions"]}
    own = data("derivations.json")
    for d in own["derivations"]:
        about = own["problems"][d["problem"]]
        yield about["source"], [line["text"] for line in d["lines"]], {"wrt": d["wrt"], "assume": about.get("assume")}
    for e in (e for e in data("exercise_plan.json") if e.get("expression") and e.get("wrt")):
        for answer in (*e.get("accept", ()), *(w["answer"] for w in e.get("wrong", ()))):
            yield e["expression"], answer, {"wrt": e["wrt"]}
    for q in spellings.shaped():
        for answer in (*q.right, *q.wrong):
            options = {"shapes": q.shapes, "assume": dict(q.assume), "constants": dict(q.constants)}
            yield q.program.replace("; ", "\n"), answer, {"wrt": q.wrt, **options}


def forget() -> None:
    for kept in REMEMBERED:
        kept.cache_clear()


def told(problem: Any, answer: Any, options: dict[str, Any]) -> str:
    """Return the whole grade, but for how many points were tried."""
    try:
        return COUNTS.sub("", gt.grade(problem, answer, **options).key)
    except gt.LearnerError as error:
        return str(error)


@pytest.mark.parametrize("share", range(2))
def test_a_grade_is_that_of_the_slow_road(share: int, monkeypatch: pytest.MonkeyPatch) -> None:
    some = list(answers())[share * EVERY // 2 :: EVERY]
    quick = [told(*a) for a in some]
    again = [told(*a) for a in some]
    assert again == quick
    monkeypatch.setattr(Sampler, "looked_at", lambda self, points: [UNKNOWN] * len(points))
    monkeypatch.setattr(comparing, "alike_edges", lambda *_: False)
    monkeypatch.setattr(Range, "nonzero", property(lambda _: False))
    for a, found in zip(some, quick, strict=True):
        forget()
        assert told(*a) == found, a
    forget()


def test_what_is_remembered_of_a_problem_depends_on_all_that_is_asked() -> None:
    """The same text by another variable, with other domains, constants and shapes; and no answer is kept with the problem."""
    right = gt.grade("abs(x)*y", "y", wrt="x", assume={"x": "positive"})
    assert right.correct is True
    assert gt.grade("abs(x)*y", "y", wrt="x").correct is False
    assert gt.grade("abs(x)*y", "abs(x)", wrt="y").correct is True
    assert gt.grade("k*x", "2", wrt="x", constants={"k": 2}).correct is True
    assert gt.grade("k*x", "2", wrt="x", constants={"k": 3}).correct is False
    assert gt.grade("a*x", "a", wrt="x", definitions={"a": "b*c"}).correct is True
    assert gt.grade("a*x", "b*c", wrt="x", definitions={"a": "b*c"}).correct is True
    assert gt.grade("a*x", "b*c", wrt="x", definitions={"a": "b + c"}).correct is False
    kept = task.task("abs(x)*y", wrt="x")
    before = len(task.task("abs(x)*y", wrt="x").graphs)
    kept.graph_of(kept.slope("x") * 2)
    assert len(task.task("abs(x)*y", wrt="x").graphs) == before


def test_threads_that_grade_the_same_problem_at_once_agree() -> None:
    some = list(answers())[::150]
    forget()
    alone = [told(*a) for a in some]
    forget()
    found: list[list[str]] = [[] for _ in range(4)]
    threads = [Thread(target=lambda k=k: found[k].extend(told(*a) for a in some)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert found == [alone] * 4
