"""How often a slip is found: the wrong answers of the corpus, students' derivations, and generated derivations with one slip.

python tests/bench/bench_diagnosis.py [how many to generate]
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.bench
sys.path += [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "grading")]


def told(name: str, found: list[tuple[set[str], list[str], bool]], missed: list[str]) -> None:
    n = len(found)
    line = sum(ok for _, _, ok in found)
    among = sum(bool(ids & set(got)) for ids, got, _ in found)
    first = sum(bool(got) and got[0] in ids for ids, got, _ in found)
    print(
        f"{name}: {n}; first wrong line {line} ({line / n:.1%}), among candidates {among} ({among / n:.1%}), first {first} ({first / n:.1%})"
    )
    for m in missed:
        print("   ", m)


def main(count: int = 400, most: int = 60) -> None:
    import test_slipped_derivations as slipped  # type: ignore[import-not-found]
    from corpus import ALIASES as known
    from corpus import DATA, NO_SLIP, PAIRS

    import graphtutor as gt

    start = time.process_time()
    found: list[tuple[set[str], list[str], bool]] = []
    missed: list[str] = []
    for row in PAIRS:
        if row["equal"] == "0" and row["kind"] not in NO_SLIP:
            grade = gt.grade(row["source_function"], row["answer"], wrt=row["wrt"], assume=row["assumptions"])
            got = [m.id for m in grade.misconceptions]
            found.append((known[row["kind"]], got, grade.correct is False))
            if not got or got[0] not in known[row["kind"]]:
                missed.append(f"{row['id']} {row['source_function']} | {row['answer']}: {row['kind']}, named {got[:4]}")
    told("equivalence.csv", found, missed[:most])
    found, missed = [], []
    for case in json.loads((DATA / "student_derivations.json").read_text("utf-8")):
        if not known.get(case["misconception"]):
            continue
        grade = gt.grade(case["expression"], [line["sympy"] for line in case["lines"]], wrt=case["wrt"])
        got = [m.id for m in grade.misconceptions]
        found.append((known[case["misconception"]], got, grade.first_wrong == case["first_wrong_line"]))
        if not got or got[0] not in known[case["misconception"]]:
            missed.append(f"{case['id']}: {case['misconception']}, named {got[:4]}")
    told("student_derivations.json", found, missed[:most])
    found, missed = [], []
    kinds: Counter[str] = Counter()
    for case in slipped.cases(count):
        grade = gt.grade(case.problem, case.lines, wrt=case.wrt)
        got = [m.id for m in grade.misconceptions]
        found.append((set(case.ids), got, grade.first_wrong == case.wrong))
        if not got or got[0] not in case.ids or grade.first_wrong != case.wrong:
            kinds[min(case.ids)] += 1
            missed.append(
                f"{case.problem} by {case.wrt} | {case.lines[case.wrong - 1]} -> {case.lines[case.wrong]}: {sorted(case.ids)}, named {got[:4]}"
                + (f"; first wrong {grade.first_wrong}, not {case.wrong}" if grade.first_wrong != case.wrong else "")
            )
    told("generated", found, missed[:most])
    print(kinds.most_common(12))
    print(f"{time.process_time() - start:.1f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
