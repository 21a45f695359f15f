"""Whose mistake is which: the labels of the files in tests/data, for the tests that hold them and the benches that count them."""

from __future__ import annotations

import csv
from pathlib import Path

DATA = Path(__file__).parent / "data"
PAIRS = list(csv.DictReader((DATA / "equivalence.csv").read_text("utf-8").splitlines()))
# the name that the data give a mistake → the misconceptions that it may be called
ALIASES = {
    row["alias"]: {id.strip().rstrip("*") for id in row["ids"].split("|") if not id.strip().startswith("(")}
    for row in csv.DictReader((DATA / "misconceptions.csv").read_text("utf-8").splitlines())
}
# kinds of pairs that differ by no slip that somebody makes
NO_SLIP = {"kink-only", "domain-bad", "identity-slip", "misplaced-factor", "tiny-difference", "trap-negative", "trap-integers", "trap-far",
           "trap-decay"}  # fmt: skip
