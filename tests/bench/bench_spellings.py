"""How the course of tests/spellings.py is judged: right work in every spelling, wrong work by one slip. `python tests/bench/bench_spellings.py [PROBLEMS]`"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import spellings

import graphtutor as gt


def judged(p: spellings.Problem, lines: list[str]) -> gt.Grade:
    return gt.grade(p.text, lines, wrt=p.wrt, assume=dict(p.assume))


def main(every: int = 1, verbose: bool = False) -> None:
    right, wrong, firsts = Counter(), Counter(), Counter()
    spent, count = time.process_time(), 0
    for k, p in enumerate(
        [*spellings.problems(), *spellings.exercises(Path(__file__).resolve().parents[2] / "exercises")]
    ):
        if k % every:
            continue
        for spelling, lines in spellings.right(p):
            grade = judged(p, lines)
            count += 1
            kind = {True: "right", False: "rejected", None: "unread or undecided"}[grade.correct]
            right[kind] += 1
            if kind != "right" and verbose:
                print(f"{kind}: {p.name}, {spelling}: {lines}\n{grade}\n")
        for seed in range(8):
            slip, spelling, lines, k_wrong = spellings.wrong(p, seed)
            grade = judged(p, lines)
            count += 1
            wrong["accepted" if grade.correct else "refused" if grade.correct is False else "undecided"] += 1
            firsts[grade.first_wrong == k_wrong] += 1
            if (grade.correct is not False or grade.first_wrong != k_wrong) and verbose:
                print(f"wrong ({slip}) at {k_wrong}: {p.name}, {spelling}: {lines}\n{grade}\n")
    shaped: dict[bool, Counter] = {True: Counter(), False: Counter()}
    for q in spellings.shaped():
        for wanted, answers in ((True, q.right), (False, q.wrong)):
            for answer in answers:
                program, about = q.asked
                grade = gt.grade(program, answer, **about)
                kind = "unread" if grade.invalid else {True: "right", False: "wrong", None: "undecided"}[grade.correct]
                shaped[wanted][kind] += 1
                if verbose and kind != ("right" if wanted else "wrong"):
                    print(f"{q.name} ({q.wrt}), {'right' if wanted else 'wrong'} work is {kind}: {answer}\n{grade}\n")
    spent = time.process_time() - spent
    print(f"right derivations in {len(spellings.SPELLINGS)} spellings: {dict(right)}")
    print(
        f"wrong by one slip: {dict(wrong)}; first wrong line: {firsts[True] / max(1, sum(firsts.values())):.1%} of {sum(firsts.values())}"
    )
    print(f"vectors and matrices: right work {dict(shaped[True])}, wrong work {dict(shaped[False])}")
    print(f"{1000 * spent / max(1, count):.0f} ms CPU a derivation")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] and sys.argv[1].isdigit() else 1, "-v" in sys.argv)
