"""The quick road says what the slow one says: floats where they are sure, proof first, remembered verdicts, against many digits at every point."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

import graphtutor as gt
from graphtutor import LearnerError
from graphtutor.equal import comparing
from graphtutor.equal.ranges import Range
from graphtutor.equal.sampling import UNKNOWN, Sampler

DATA = Path(__file__).parents[1] / "data"


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text("utf-8").splitlines()))


def pairs() -> list[tuple[str, str, str]]:
    judged = [(r["reference"], r["answer"], r["assumptions"]) for r in table("equivalence.csv")]
    return judged + [(r["a"], r["b"], r["assume"]) for r in table("equal_pairs.csv")]


def told(a: str, b: str, assume: str) -> Any:
    comparing.remembered.cache_clear()
    try:
        v = gt.same(a, b, assume)
    except LearnerError as error:
        return str(error)
    return v.kind, v.evidence.point, v.evidence.values, v.evidence.interval, v.evidence.excluded


@pytest.mark.parametrize("share", range(3))
def test_the_quick_road_gives_the_verdict_and_the_witness_of_the_slow_one(
    share: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A half of the corpora."""
    some = pairs()[share::6]
    quick = [told(*p) for p in some]
    monkeypatch.setattr(Sampler, "looked_at", lambda self, points: [UNKNOWN] * len(points))
    monkeypatch.setattr(comparing, "alike_edges", lambda *_: False)
    monkeypatch.setattr(Range, "nonzero", property(lambda _: False))
    assert [(p, q, s) for p, q in zip(some, quick, strict=True) if (s := told(*p)) != q] == []


def test_a_question_that_comes_again_is_answered_from_memory_by_all_it_depends_on() -> None:
    comparing.remembered.cache_clear()
    first = gt.same("abs(x)", "x", "x=positive")
    assert gt.same("abs(x)", "x", "x=positive") is first
    assert gt.same("abs(x)", "x").kind == "differs"
    assert gt.same("abs(x)", "x", within="log(x)")
    assert gt.same("abs(x)", "x", "x=positive", prove=False).kind == "agrees"
    assert comparing.remembered.cache_info().maxsize is not None
