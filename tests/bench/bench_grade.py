"""How long a grade takes: the lecture's and the students' derivations, and the single answers of the corpus. Run by name.

python tests/bench/bench_grade.py
"""

from __future__ import annotations

import csv
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bench
DATA = Path(__file__).parent.parent / "data"


def corpora() -> dict[str, list[tuple[tuple[Any, Any], dict[str, Any]]]]:
    """Return the arguments of gt.grade for each corpus."""
    own = json.loads((DATA / "derivations.json").read_text("utf-8"))
    students = [
        ((d["expression"], [line["sympy"] for line in d["lines"]]), {"wrt": d["wrt"]})
        for d in json.loads((DATA / "student_derivations.json").read_text("utf-8"))
    ]
    lecture = [((d["expression"], [line["latex"] for line in d["lines"]]), {"wrt": d["wrt"], "definitions": d["definitions"]})
               for d in json.loads((DATA / "lecture_derivations.json").read_text("utf-8")) if d["kind"] == "derivative"]  # fmt: skip
    course = [
        (
            (own["problems"][d["problem"]]["source"], [line["text"] for line in d["lines"]]),
            {"wrt": d["wrt"], "assume": own["problems"][d["problem"]].get("assume")},
        )
        for d in own["derivations"]
    ]
    rows = list(csv.DictReader((DATA / "equivalence.csv").read_text("utf-8").splitlines()))
    answers = [((r["source_function"], r["answer"]), {"wrt": r["wrt"], "assume": r["assumptions"]}) for r in rows]
    derivations = [*students, *lecture, *course]
    return {
        "students' derivations": students, "lecture's derivations": lecture, "course derivations": course, "of five lines and more": [d for d in derivations if len(d[0][1]) >= 5],
        "single answers, wrong": [a for a, r in zip(answers, rows, strict=True) if r["equal"] == "0"], "single answers, right": [a for a, r in zip(answers, rows, strict=True) if r["equal"] == "1"],
    }  # fmt: skip


def times(grade: Callable[..., Any], given: Iterable[tuple[tuple[Any, Any], dict[str, Any]]]) -> list[float]:
    """Return the milliseconds of one core that each grade takes; other programs do not count."""
    out = []
    for args, options in given:
        start = time.process_time()
        grade(*args, **options)
        out.append(1000 * (time.process_time() - start))
    return out


def main() -> None:
    start = time.process_time()
    import graphtutor as gt

    gt.grade("w*x", "x", wrt="w")
    print(f"start-up with the first grade: {time.process_time() - start:.2f} s")
    print(f"{'':<26}{'answers':>8}{'median':>10}{'slowest':>10}{'a second':>10}{'median again':>14}")
    for name, given in corpora().items():
        first, again = times(gt.grade, given), times(gt.grade, given)
        print(
            f"{name:<26}{len(first):>8}{statistics.median(first):>7.1f} ms{max(first):>7.0f} ms{1000 * len(first) / sum(first):>10.0f}{statistics.median(again):>11.1f} ms"
        )


def test_a_derivation_of_five_lines_takes_less_than_50_ms(capsys: Any) -> None:
    import graphtutor as gt

    gt.grade("w*x", "x", wrt="w")
    with capsys.disabled():
        main()
    assert statistics.median(times(gt.grade, corpora()["of five lines and more"])) < 50


if __name__ == "__main__":
    sys.exit(main())
