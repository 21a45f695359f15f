"""Losses side by side: the lecture's two tables, and its sentences about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphtutor.errors import LearnerError
from graphtutor.training.losses import compare_losses, saturation

TRUTH = json.loads((Path(__file__).parents[1] / "data" / "lecture_truth.json").read_text("utf-8"))
TABLES = TRUTH["tables"]
ROWS = {name: [[float(v) for v in row] for row in TABLES[name]["rows"]] for name in ("model1", "model2")}


@pytest.mark.parametrize("name", ROWS)
def test_the_lectures_tables_come_out_to_full_precision(name: str) -> None:
    truth = TABLES[name]
    table = compare_losses(ROWS, truth["true_index"])[name]
    for ours, theirs in (
        ("squared", "mse_sum"),
        ("mean_squared", "mse_mean"),
        ("absolute", "abs_sum"),
        ("cross_entropy", "ce"),
    ):
        assert getattr(table, ours) == pytest.approx([float(v) for v in truth[theirs]], rel=1e-12)
        assert table.averages[ours] == pytest.approx(float(truth[f"{theirs}_avg"]), rel=1e-12)
    assert table.said.tolist() == truth["argmax"] and list(table.wrong) == TABLES["misclassified"][name]
    printed = TABLES["slide"]
    assert [f"{v:.2f}" for v in [*table.squared, table.averages["squared"]]] == printed[f"mse{name[-1]}"]
    assert [f"{v:.2f}" for v in [*table.cross_entropy, table.averages["cross_entropy"]]] == printed[f"ce{name[-1]}"]


def test_differences_and_ratios_say_opposite_things() -> None:
    c = compare_losses()
    assert c.differences()["squared"] == pytest.approx(float(TABLES["mse_difference"]), rel=1e-12)
    assert c.differences()["cross_entropy"] == pytest.approx(float(TABLES["ce_difference"]), rel=1e-12)
    assert c.ratios()["squared"] == pytest.approx(float(TABLES["mse_ratio"]), rel=1e-12)
    assert c.ratios()["cross_entropy"] == pytest.approx(float(TABLES["ce_ratio"]), rel=1e-12)


def test_the_lectures_sentences_are_judged() -> None:
    claims = {c.slide: c for c in compare_losses().claims}
    assert {slide: c.verdict for slide, c in claims.items()} == {
        "S91": "does not hold",
        "S108": "holds",
        "S109": "does not hold",
        "S110": "holds in part",
    }
    assert "0.408947821859); entry 3 rounds to 0.41, printed 0.40" in claims["S91"].evidence
    assert (
        "0.739281 in cross entropy and 0.466667 in squared error; but their ratios say the opposite (2.1567 and 2.3725)"
        in claims["S108"].evidence
    )


def test_squared_error_never_exceeds_cross_entropy() -> None:
    rng = np.random.default_rng(0)
    rows = rng.dirichlet(np.ones(4) / 3, size=2000) * (1 - 1e-9) + 1e-9 / 4
    c = compare_losses([rows], rng.integers(0, 4, 2000))
    table = c.tables[0]
    bound = 2 * (1 - table.right) ** 2
    assert np.all(table.squared <= bound + 1e-12) and np.all(bound <= table.cross_entropy + 1e-12)
    assert {claim.slide: claim.verdict for claim in c.claims}["S109"] == "does not hold"


def test_slopes_by_probability_are_those_of_the_field_note() -> None:
    rows = TRUTH["claims"]["saturation"]["rows"]
    s = saturation(np.array([float(r["p_correct"]) for r in rows]))
    for ours, theirs in (
        (s.cross, "ce"),
        (s.squared, "mse_two_class_sum"),
        (s.cross_slope, "dCE_dz"),
        (s.squared_slope, "dMSE_dz"),
    ):
        assert ours == pytest.approx([float(r[theirs]) for r in rows], rel=1e-8)


@pytest.mark.parametrize(("second", "verdict"), [([[0.5, 0.5]], "holds"), ([[1.0, 0.0]], "holds in part")])
def test_a_right_class_of_probability_0_makes_cross_entropy_infinite_and_says_so(second: Any, verdict: str) -> None:
    c = compare_losses([[[1.0, 0.0]], second], [1])
    claim = {claim.slide: claim for claim in c.claims}["S108"]
    assert c.tables[0].averages["cross_entropy"] == np.inf and claim.verdict == verdict
    assert (
        claim.evidence.startswith("the cross entropy of Model 1")
        and "a right class got probability 0" in claim.evidence
        and "inf" in str(c)
    )


def test_labels_are_numbers_names_or_one_hot() -> None:
    rows = [[0.2, 0.8], [0.5, 0.5]]
    tables = [
        compare_losses([rows], labels, classes=("cat", "dog")).tables[0].cross_entropy.tolist()
        for labels in ([1, 0], ["dog", "cat"], [[0, 1], [1, 0]])
    ]
    assert tables[0] == tables[1] == tables[2]
    assert "right class" in str(compare_losses([rows], [1, 0]))


@pytest.mark.parametrize(("rows", "labels", "message"), [
    ([[[0.5, 0.6]]], [0], "row 1 of 'Model 1' adds up to 1.1; expected probabilities, 0 or more, that add up to 1"),
    ([[[0.5, 0.5]]], [2], "label 2 is no class; expected a whole number from 0 to 1"),
    ([[[0.5, 0.5]]], [0, 1], "2 labels for 1 rows; expected one a row"),
    ([[[0.5, 0.5]]], None, "no labels; give the right class of each row"),
    ([[[0.5, 0.5]], [[1.0, 0.0], [0.0, 1.0]]], [0], r"'Model 2' has rows of shape \(2×2\), the first model \(1×2\)"),
])  # fmt: skip
def test_what_is_no_table_is_one_clear_line(rows: Any, labels: Any, message: str) -> None:
    with pytest.raises(LearnerError, match=message):
        compare_losses(rows, labels)
