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


def line(name: str, taken: list[float]) -> str:
    """Return a row of the table: how many, median, mean, 95 %, slowest, a second."""
    if not taken:
        return f"{name:<40}{0:>8}"
    share = sorted(taken)[int(0.95 * (len(taken) - 1))]
    middle, mean = statistics.median(taken), statistics.mean(taken)
    return f"{name:<40}{len(taken):>8}{middle:>8.1f}{mean:>8.1f}{share:>8.0f}{max(taken):>8.0f}{1000 / mean:>10.0f}"


def main() -> None:
    start = time.process_time()
    import graphtutor as gt

    gt.grade("w*x", "x", wrt="w")
    gt.grade("(w*x - y)**2", ["2*(w*x - y)"], wrt="w")
    print(f"start-up with the first grades: {time.process_time() - start:.2f} s; CPU ms of one core below")
    print(f"{'':<40}{'answers':>8}{'median':>8}{'mean':>8}{'95 %':>8}{'slowest':>8}{'a second':>10}")
    met: set[str] = set()
    for name, given in corpora().items():
        taken = times(gt.grade, given)
        new = [repr((args[0], options)) not in met and not met.add(repr((args[0], options))) for args, options in given]  # type: ignore[func-returns-value]
        print(line(name, taken))
        print(line("  the first answer to its problem", [t for t, one in zip(taken, new, strict=True) if one]))
        print(line("  a further one, the problem kept", [t for t, one in zip(taken, new, strict=True) if not one]))
        print(line("  the same answer again", times(gt.grade, given)))


def test_a_derivation_of_five_lines_takes_less_than_50_ms(capsys: Any) -> None:
    import graphtutor as gt

    gt.grade("w*x", "x", wrt="w")
    with capsys.disabled():
        main()
    assert statistics.median(times(gt.grade, corpora()["of five lines and more"])) < 50


if __name__ == "__main__":
    sys.exit(main())
