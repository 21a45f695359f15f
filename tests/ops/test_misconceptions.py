"""One catalogue of misconceptions: rows, rules about paths and exercise files name only what it holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graphtutor.errors import AuthorError
from graphtutor.ops.misconceptions import CATALOGUE, LATER, Mistake, mistake, unknown
from graphtutor.ops.row import Row, Slip
from graphtutor.ops.table import TABLE
from graphtutor.tutor.exercises import parse

ROOT = Path(__file__).parents[2]
EXERCISE = """
format_version = 1
kind = "expression"
id = "square"
title = "A square"
prompt = "Differentiate."
hints = ["one", "two", "three"]
program = "w**2"
wrt = "w"
accept = ["2*w"]

[[wrong]]
answer = "w"
misconceptions = ["{id}"]
"""


@pytest.mark.parametrize("id", ["brnch.ignoredd", "sign.tabel", "chain", "", "Branch.ignored", "path.dropped "])
def test_unknown_id_is_an_authors_error_in_a_row_a_rule_and_an_exercise(id: str) -> None:
    with pytest.raises(AuthorError, match=re.escape(f"'{id}' is no misconception of the catalogue")):
        Row("cube", lambda x: x**3, slips=(Slip(id, lambda y, x: (x,)),))
    with pytest.raises(AuthorError, match=re.escape(f"'{id}' is no misconception of the catalogue")):
        mistake(id)
    with pytest.raises(AuthorError, match=re.escape(f"'{id}' is no misconception of the catalogue")) as told:
        parse(EXERCISE.format(id=id), "square.toml")
    assert "$.wrong[0]" in str(told.value) or "$.wrong[...]" in str(told.value)


def test_misspelt_id_is_told_the_one_that_was_meant() -> None:
    with pytest.raises(AuthorError, match=r"did you mean 'branch\.ignored'\?"):
        mistake("brnch.ignoredd")
    assert unknown(["sign.table", "path.dropped"]) == ""


@pytest.mark.parametrize("found", CATALOGUE.values(), ids=lambda m: m.id)
def test_entry_has_two_hints_that_differ(found: Mistake) -> None:
    assert found.hint and found.strong and found.hint != found.strong


def test_hint_of_a_row_says_more_than_that_of_the_catalogue_or_is_left_out() -> None:
    lines = (ROOT / "graphtutor" / "ops" / "table.py").read_text("utf-8").splitlines()
    doubled = [m.id for m in CATALOGUE.values() for line in lines if f'"{m.id}"' in line and f'hint="{m.hint}"' in line]
    assert doubled == []
    assert all(slip.hint for row in TABLE for slip in row.slips)


def test_ids_stand_in_the_code_only_as_the_catalogue_spells_them() -> None:
    """Every string of the diagnosis that looks like an id is one."""
    words = {id.split(".")[0] for id in CATALOGUE if "." in id}
    for path in (ROOT / "graphtutor" / "grading").rglob("*.py"):
        for text in re.findall(r'"([a-z]+\.[a-z-]+)"', path.read_text("utf-8")):
            assert text.split(".")[0] not in words or text in CATALOGUE, (path.name, text)


def test_rank_of_a_slip_is_that_of_the_catalogue_and_a_rare_one_comes_later() -> None:
    usual, rare = Slip("sign.table"), Slip("sign.table", rare=True)
    assert rare.rank - usual.rank == LATER["rare"] > 0
    assert Slip("ce.sign").rank < usual.rank
