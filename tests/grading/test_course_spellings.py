"""A course in many spellings: right work is never called wrong, and one slip in one line is found there. All of it: tests/bench/bench_spellings.py."""

from __future__ import annotations

from pathlib import Path

import pytest
import spellings

import graphtutor as gt

COURSE = [*spellings.problems(), *spellings.exercises(Path(__file__).resolve().parents[2] / "exercises")]
NAMES = list(spellings.SPELLINGS)
EACH = 3  # spellings of each problem here; every spelling meets eight problems


@pytest.mark.parametrize("k", range(len(COURSE)), ids=[p.name for p in COURSE])
def test_right_work_is_right_however_it_is_spelled(k: int) -> None:
    p = COURSE[k]
    lines = spellings.derivation(p)
    for spelling in (NAMES[(EACH * k + i) % len(NAMES)] for i in range(EACH)):
        grade = gt.grade(p.text, spellings.spelled(lines, spelling), wrt=p.wrt, assume=dict(p.assume))
        assert grade.correct is True, f"{spelling}: {spellings.spelled(lines, spelling)}\n{grade}"


@pytest.mark.parametrize("k", range(len(COURSE)), ids=[p.name for p in COURSE])
def test_one_slip_is_found_in_its_line(k: int) -> None:
    p = COURSE[k]
    slip, spelling, lines, where = spellings.wrong(p, k)
    grade = gt.grade(p.text, lines, wrt=p.wrt, assume=dict(p.assume))
    assert grade.correct is False and grade.first_wrong == where, f"{slip} in {spelling}: {lines}\n{grade}"


@pytest.mark.parametrize("q", spellings.shaped(), ids=lambda q: q.name)
def test_vectors_and_matrices_are_read_as_books_write_them(q: spellings.Shaped) -> None:
    told = {}
    for wanted, answers in ((True, q.right), (False, q.wrong)):
        for answer in answers:
            program, about = q.asked
            grade = gt.grade(program, answer, **about)
            if grade.correct is True if not wanted else grade.correct is not True:
                told[answer] = (grade.correct, grade.message)
    assert told == {}
