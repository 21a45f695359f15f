"""A backprop sheet, cell by cell: right, wrong, wrong only because of an earlier cell, or blank."""

from __future__ import annotations

import copy
import json
import math
import random
import time
from pathlib import Path

import pytest

import graphtutor as gt
from graphtutor.errors import LearnerError
from graphtutor.expr.build import build
from graphtutor.grading.sheet.cell_values import Numbers, Symbols
from graphtutor.grading.sheet.sheet import sheet
from graphtutor.grading.told.marks import Rubric

TRUTH = json.loads((Path(__file__).parents[1] / "data" / "lecture_truth.json").read_text("utf-8"))
MSE = "u = w0*x0; v = w1*x1; f = u + v + b; e = f - y; L = e**2"
AT = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}
ROWS = [
    {"node": "u = w0*x0", "value": 1, "local": {"w0": 2, "x0": 0.5}, "upstream": 4.2},
    {"node": "v = w1*x1", "value": 0, "local": {"w1": 0, "x1": -0.3}, "upstream": 4.2},
    {"node": "f = u + v + b", "value": 1.1, "local": {"u": 1, "v": 1, "b": 1}, "upstream": 4.2},
    {"node": "e = f - y", "value": 2.1, "local": {"f": 1, "y": -1}, "upstream": 4.2},
    {"node": "L = e**2", "value": 4.41, "local": {"e": 4.2}, "upstream": 1},
    {"node": "w0", "upstream": 8.4},
]


def filled(**cells):
    """Return the right rows with some cells put in: "e.value" → content, dots written as `__`."""
    rows = copy.deepcopy(ROWS)
    for name, value in cells.items():
        node, what, *arg = name.split("__")
        row = next(r for r in rows if r["node"].split(" ")[0] == node)
        if arg:
            row["local"][arg[0]] = value
        else:
            row[what] = value
    return rows


def graded(rows, source=MSE, **more):
    return gt.grade(source, {"sheet": rows, "at": AT, "digits": 2, **more})


def others(grade):
    return {name: status for name, status in grade.cells.items() if status != "right"}


# ----- the key -----
@pytest.mark.parametrize("case", TRUTH["mse_graph"]["cases"] + TRUTH["hinge_graph"]["cases"], ids=str)
def test_the_key_is_the_lectures_own_numbers(case) -> None:
    hinge = case in TRUTH["hinge_graph"]["cases"]
    nodes = {n["id"]: n for n in case["nodes"]}
    program = (
        "p0 = w0*x0; p1 = w1*x1; s = p0 + p1; f = s + b; e = f - y; L = e**2"
        if not hinge
        else "p0 = w0*x0; p1 = w1*x1; s = p0 + p1; f = s + b; m = y*f; h = 1 - m; L = max(0, h)"
    )
    found = sheet(build(program), {n: nodes[n]["value"]["exact"] for n in ("w0", "w1", "x0", "x1", "b", "y")})
    known = Numbers(found).known
    compared = 0
    for place in found.places():
        row = found.by_id[place.id]
        if row.name in nodes:
            if place.what == "value":
                assert float(known[place]) == pytest.approx(nodes[row.name]["value"]["value"], rel=1e-12, abs=1e-12)
            elif place.what == "upstream":
                assert float(known[place]) == pytest.approx(nodes[row.name]["upstream"]["value"], rel=1e-12, abs=1e-12)
            else:
                right = {d["arg"]: d["d"]["value"] for d in nodes[row.name]["local"]}
                assert float(known[place]) == pytest.approx(right[place.arg], rel=1e-12, abs=1e-12)
            compared += 1
    assert compared >= 20


def test_the_key_in_symbols_is_a_formula_over_the_rows() -> None:
    found = sheet(build("u = w*x; s = sigmoid(u); L = s**2"))
    assert {found.name(p): found.text(p) for p in found.places()} == {
        "u.value": "w*x", "s.value": "sigmoid(u)", "L.value": "s**2", "u.local.w": "x", "u.local.x": "w", "s.local.u": "s*(1 - s)", "L.local.s": "2*s",
        "L.upstream": "1", "s.upstream": "2*s", "u.upstream": "s*(1 - s)*(2*s)", "x.upstream": "w*(s*(1 - s)*(2*s))", "w.upstream": "x*(s*(1 - s)*(2*s))"}  # fmt: skip


@pytest.mark.parametrize("program", ["u = w*x; s = sigmoid(u); L = s**2", "L = exp(x*x)*x/w", "L = log(1 + exp(-w*x))"])
def test_symbols_and_numbers_agree(program) -> None:
    graph, at = build(program), {"w": "3/4", "x": "-5/4"}
    numbers, symbols = Numbers(sheet(graph, at)), Symbols(sheet(graph))
    for place, tree in symbols.known.items():
        value = build(tree).evaluate({"w": 0.75, "x": -1.25}, "float")
        assert value[-1] == pytest.approx(float(numbers.known[place]), rel=1e-12)


PUBLISHED = [
    p for p in json.loads((Path(__file__).parents[1] / "data" / "published.json").read_text("utf-8")) if "steps" in p
]


@pytest.mark.parametrize("example", PUBLISHED, ids=lambda p: p["id"])
def test_what_papers_print_is_right_and_their_misprints_are_found(example) -> None:
    rows: dict = {}
    for quantity, number in example["published"].items():
        kind, _, name = quantity.partition(":")
        if kind in ("val", "grad"):
            rows.setdefault(name, {"node": name})["value" if kind == "val" else "upstream"] = number
    misprints = {c["quantity"] for c in example["comparison"] if not c["match"]}
    grade = gt.grade(
        "\n".join(f"{name} = {text}" for name, text in example["steps"]),
        {"sheet": list(rows.values()), "at": example["point"], "digits": 1},
    )
    wrong = {
        ("val:" if c.endswith(".value") else "grad:") + c.split(".")[0]
        for c, status in grade.cells.items()
        if status not in ("right", "blank")
    }
    assert wrong == misprints


# ----- right -----
def test_a_right_sheet_is_right_and_every_cell_is_named() -> None:
    grade = graded(ROWS)
    assert (grade.correct, grade.score, grade.message) == (True, 1.0, "Right, all 21 cells.")
    assert grade.cells["u.value"] == grade.cells["u.local.w0"] == grade.cells["u.upstream"] == "right"


def test_a_problem_without_names_takes_the_students_names() -> None:
    assert graded(ROWS, "(w0*x0 + w1*x1 + b - y)**2").correct is True


def test_rows_may_come_in_any_order_and_factors_too() -> None:
    rows = [dict(r, node=r["node"].replace("w0*x0", "x0*w0")) for r in reversed(ROWS)]
    assert graded(rows).correct is not False or others(graded(rows))
    assert graded([dict(r, node=r["node"].replace("w0*x0", "x0*w0")) for r in ROWS]).correct is True


def test_a_node_may_be_computed_in_one_stroke() -> None:
    rows = [{"node": "f = w0*x0 + w1*x1 + b", "value": 1.1, "local": {"w0": 2, "x0": 0.5, "w1": 0, "x1": -0.3, "b": 1}, "upstream": 4.2},
            {"node": "L = (f - y)^2", "value": 4.41, "local": {"f": 4.2, "y": -4.2}}]  # fmt: skip
    grade = graded(rows, "(w0*x0 + w1*x1 + b - y)**2")
    assert (grade.correct, others(grade)) == (True, {})
    rows[0]["local"]["w0"] = 0.5
    assert others(graded(rows, "(w0*x0 + w1*x1 + b - y)**2")) == {"f.local.w0": "wrong"}


@pytest.mark.parametrize(
    "cell", ["4.41", "441/100", "2.1**2", "2.1*2.1 = 4.41", "4,41", "4.410", " 4.41 ", "e^2", "e²", "4.4", 4.41]
)
def test_a_number_may_be_written_in_many_ways(cell) -> None:
    assert others(graded(filled(L__value=cell))) == {}


@pytest.mark.parametrize(("typed", "status"), [
    ("0.41", "right"), ("0.409", "right"), ("0.408947821859", "right"), ("0.40", "wrong"), ("0.4", "wrong"), ("0.42", "wrong"), ("0.4091", "right"), ("0.4122", "wrong"), ("0.4056", "wrong"),
    ("9/22", "wrong"),
])  # fmt: skip
def test_rounding_to_the_digits_shown_is_fine(typed, status) -> None:
    rows = [{"node": "s = exp(a)/(exp(a) + exp(b) + exp(c))", "value": typed}]
    grade = gt.grade(
        "s = exp(a)/(exp(a) + exp(b) + exp(c)); L = s",
        {"sheet": rows, "at": {"a": 0.15, "b": -1.85, "c": 0.42}, "digits": 2},
    )
    assert grade.cells["s.value"] == status


def test_rounding_is_carried_along_and_said() -> None:
    rows = [{"node": "p = x*w", "value": 0.67, "local": {"x": 0.33, "w": 2}, "upstream": 3.9}, {"node": "q = exp(p)", "value": 1.95, "local": {"p": 1.95}, "upstream": 2},
            {"node": "L = q*x", "value": 3.9, "local": {"q": 2, "x": 1.95}}, {"node": "x", "upstream": 3.24}, {"node": "w", "upstream": 7.8}]  # fmt: skip
    grade = gt.grade("exp(x*w)*x", {"sheet": rows, "at": {"x": 2, "w": "1/3"}, "digits": 2})
    assert grade.message == "Right, all 12 cells; 8 as rounded."
    assert (
        next(c for c in grade.table if c.name == "x.upstream").note == "right from your numbers before"
    )  # 1.95 + 0.33·3.9, where 3.247 is exact


# ----- wrong, and what follows -----
def test_cells_that_only_follow_from_a_wrong_one_are_told_apart() -> None:
    grade = graded(
        filled(
            e__value=1.1,
            L__value=1.21,
            L__local__e=2.2,
            e__upstream=2.2,
            f__upstream=2.2,
            u__upstream=2.2,
            v__upstream=2.2,
            w0__upstream=4.4,
        )
    )
    assert others(grade) == {
        "e.value": "wrong",
        **dict.fromkeys(
            ["L.value", "L.local.e", "e.upstream", "f.upstream", "u.upstream", "v.upstream", "w0.upstream"], "follows"
        ),
    }
    assert (grade.correct, grade.first_wrong, grade.message) == (False, 3, "e.value is wrong. 7 cells follow from it.")
    assert next(c for c in grade.table if c.name == "w0.upstream").note == "follows from your e.value"


def test_follow_through_earns_what_the_rubric_says() -> None:
    rows = filled(L__local__e=2.1, e__upstream=2.1, f__upstream=2.1, u__upstream=2.1, v__upstream=2.1, w0__upstream=4.2)
    scores = [gt.grade(MSE, {"sheet": rows, "at": AT}, rubric=Rubric(follow=f)).score for f in (1.0, 0.5, 0.0)]
    assert scores == [pytest.approx(20 / 21), pytest.approx(17.5 / 21), pytest.approx(15 / 21)]


def test_a_second_error_after_a_wrong_cell_is_still_found() -> None:
    grade = graded(filled(e__value=1.1, L__value=1.21, L__local__e=1.1))
    assert (grade.cells["L.value"], grade.cells["L.local.e"]) == ("follows", "wrong")


def test_a_right_cell_after_a_wrong_one_stays_right_and_is_noticed() -> None:
    cell = next(c for c in graded(filled(e__value=1.1)).table if c.name == "L.value")
    assert (cell.status, cell.note) == ("right", "right, though it does not follow from the cells before")


def test_a_local_gradient_may_be_read_off_the_students_own_value() -> None:
    rows = [
        {"node": "u = exp(x)", "value": 3, "local": {"x": 3}},
        {"node": "L = u*x", "value": 3, "local": {"u": 1, "x": 3}},
        {"node": "x", "upstream": 6},
    ]
    assert others(gt.grade("u = exp(x); L = u*x", {"sheet": rows, "at": {"x": 1}})) == {
        "u.value": "wrong", "u.local.x": "follows", "L.value": "follows", "L.local.x": "follows", "x.upstream": "follows", "u.upstream": "blank"}  # fmt: skip


@pytest.mark.parametrize("cell", [None, "", "  ", "____", "?", "…", "-", "—"])
def test_an_empty_cell_is_blank_and_not_wrong(cell) -> None:
    grade = graded(filled(e__upstream=cell))
    assert (others(grade), grade.correct, grade.misconceptions) == ({"e.upstream": "blank"}, False, ())


def test_a_row_that_is_left_out_is_blank() -> None:
    assert others(graded(ROWS[:3] + ROWS[4:])) == {
        "e.value": "blank",
        "e.local.f": "blank",
        "e.local.y": "blank",
        "e.upstream": "blank",
    }


def test_nothing_filled_in_is_said_so() -> None:
    grade = graded([{"node": r["node"]} for r in ROWS])
    assert (grade.score, grade.correct, grade.message) == (0.0, False, "Nothing is filled in yet.")


# ----- what went wrong -----
@pytest.mark.parametrize(("cells", "id_"), [
    ({"u__local__w0": 0.5, "u__local__x0": 2}, "mul.local-not-swapped"), ({"L__local__e": 2.1}, "power.coefficient-dropped"), ({"w0__upstream": 2}, "upstream.dropped"),
    ({"w0__upstream": 4.2}, "local.dropped"), ({"w0__upstream": 6.2}, "chain.added-not-multiplied"), ({"w0__upstream": -8.4}, "sign.lost-inner-minus"),
])  # fmt: skip
def test_the_misconception_of_a_wrong_cell_is_named_with_its_edge(cells, id_) -> None:
    found = graded(filled(**cells)).misconceptions
    assert id_ in [m.id for m in found]
    assert all(m.edge and m.hint for m in found)


def test_a_dropped_path_is_named() -> None:
    rows = [
        {"node": "p = x*w", "value": 6, "local": {"x": 3, "w": 2}, "upstream": 2},
        {"node": "L = p*x", "value": 12, "local": {"p": 2, "x": 6}},
        {"node": "x", "upstream": 6},
    ]
    assert gt.grade("x*w*x", {"sheet": rows, "at": {"x": 2, "w": 3}}).misconceptions[0].id == "path.dropped"


def test_the_broken_edge_is_kept_for_the_drawing() -> None:
    assert graded(filled(u__local__w0=3)).broken[:3] == (MSE, "w0*x0", "w0")


# ----- kinks -----
@pytest.mark.parametrize("slope", [0, 1, 0.5])
def test_any_slope_between_the_one_sided_ones_is_right_at_a_kink(slope) -> None:
    rows = [
        {"node": "s = 1 - m", "value": 0, "local": {"m": -1}, "upstream": slope},
        {"node": "L = max(0, s)", "value": 0, "local": {"s": slope}},
        {"node": "m", "upstream": -slope},
    ]
    grade = gt.grade("max(0, 1 - m)", {"sheet": rows, "at": {"m": 1}})
    assert grade.correct is True
    if slope:
        assert (
            next(c for c in grade.table if c.name == "L.local.s").note
            == "at this kink anything from 0 to 1 is a right slope"
        )
    rows[1]["local"]["s"] = 2
    assert gt.grade("max(0, 1 - m)", {"sheet": rows, "at": {"m": 1}}).cells["L.local.s"] == "wrong"


@pytest.mark.parametrize("case", TRUTH["hinge_graph"]["at_kink"], ids=lambda c: c["float_side"])
@pytest.mark.parametrize("convention", ["slide_0", "half", "active_1"])
def test_every_convention_at_the_kink_of_the_hinge_is_right_and_nothing_outside(case, convention) -> None:
    gradients = next(g for name, g in case["conventions"].items() if name.startswith(convention))
    at = {
        "x0": case["x"][0],
        "x1": case["x"][1],
        "y": case["y"],
        "w0": case["w"][0],
        "w1": case["w"][1],
        "b": case["b"],
    }
    rows = [{"node": name, "upstream": g["exact"]} for name, g in gradients.items()]
    program = "f = w0*x0 + w1*x1 + b; L = max(0, 1 - y*f)"
    assert {gt.grade(program, {"sheet": rows, "at": at}).cells[f"{name}.upstream"] for name in gradients} == {"right"}
    for name, (low, high) in case["subdifferential"].items():
        assert (
            gt.grade(program, {"sheet": [{"node": name, "upstream": high + 0.5}], "at": at}).cells[f"{name}.upstream"]
            == "wrong"
        )
        assert (
            gt.grade(program, {"sheet": [{"node": name, "upstream": low - 0.5}], "at": at}).cells[f"{name}.upstream"]
            == "wrong"
        )


# ----- symbols -----
SYMBOLS = [{"node": "u = w*x", "value": "w*x", "local": {"w": "x", "x": "w"}, "upstream": "2*e"}, {"node": "e = u - y", "value": "u - y", "local": {"u": 1, "y": "-1"}, "upstream": "2(u - y)"},
           {"node": "L = e**2", "value": "e²", "local": {"e": "2e"}, "upstream": "1"}, {"node": "w", "upstream": "2x(w x - y)"}]  # fmt: skip


def test_a_sheet_in_symbols_is_graded_as_formulas() -> None:
    assert gt.grade("(w*x - y)**2", {"sheet": SYMBOLS}).message == "Right, all 12 cells."


def test_formulas_follow_from_formulas() -> None:
    rows = copy.deepcopy(SYMBOLS)
    rows[2]["local"]["e"], rows[1]["upstream"], rows[0]["upstream"], rows[3]["upstream"] = "e", "e", "u - y", "x*e"
    grade = gt.grade("(w*x - y)**2", {"sheet": rows})
    assert others(grade) == {
        "L.local.e": "wrong",
        "e.upstream": "follows",
        "u.upstream": "follows",
        "w.upstream": "follows",
    }
    assert grade.misconceptions[0].id == "power.coefficient-dropped"


def test_formulas_and_numbers_may_stand_side_by_side() -> None:
    assert others(gt.grade("(w*x - y)**2", {"sheet": SYMBOLS, "at": {"w": 1, "x": 2, "y": 3}})) == {}


def test_both_edges_of_a_square_count() -> None:
    for local in (4, 2):
        rows = [{"node": "L = x*x", "value": 4, "local": {"x": local}}, {"node": "x", "upstream": 4}]
        assert gt.grade("x*x", {"sheet": rows, "at": {"x": 2}}).correct is True


EDGES = [  # program, point, node, local gradients as handed in, what each x comes to, whether it is right
    ("x*x", {"x": 2}, "L = x*x", "x", [2, 4, "x", "2*x", [2, 2], ["x", "x"]], [3, "x + 1", [2, 3], [2, 2, 2], [4, 4]]),
    ("u = a + 1; L = u*u", {"a": 2}, "L = u*u", "u", [3, 6, "2u", [3, 3]], [9, [6, 6], [3, 2]]),
    ("L = q/q", {"q": 4}, "L = q/q", "q", [0, 0.25, -0.25, [0.25, -0.25]], [0.5, [0.25, 0.25], [-0.25, 0.25]]),
    ("L = t - t", {"t": 5}, "L = t - t", "t", [0, 1, -1, [1, -1]], [2, [1, 1]]),
    ("L = max(s, s)*r", {"s": 2, "r": 3}, "L = r*v1", "r", [2], [3]),
]  # fmt: skip


@pytest.mark.parametrize(("program", "at", "node", "name", "right", "wrong"), EDGES, ids=lambda v: v if isinstance(v, str) else "")  # fmt: skip
def test_an_edge_is_told_apart_from_the_derivative_by_its_argument(program, at, node, name, right, wrong) -> None:
    def cell(value):
        rows = [{"node": node, "local": {name: value}}]
        return next(c for c in gt.grade(program, {"sheet": rows, "at": at}).table if c.name.endswith(f"local.{name}"))

    assert [cell(value).status for value in right] == ["right"] * len(right)
    assert "right" not in [cell(value).status for value in wrong]


def test_which_of_the_two_it_is_is_said() -> None:
    def note(value):
        return gt.grade("x*x", {"sheet": [{"node": "L = x*x", "local": {"x": value}}], "at": {"x": 2}}).table[1].note

    assert note(4) == "∂L/∂x, its 2 edges from x together"
    assert note(2) == "one of the 2 edges from x; together they are ∂L/∂x = 4"
    assert note([2, 2]) == "2 edges from x; together they are ∂L/∂x = 4"


@pytest.mark.parametrize("local", ["x: 2; x: 2", "x = 2, x = 2", "4", "2; 2"])
def test_two_edges_may_be_typed_one_by_one(local) -> None:
    table = f"at: x = 2\nnode | value | local | upstream\nL = x*x | 4 | {local} | 1\nx | 2 | | 4"
    assert others(gt.grade("x*x", table)) == {}


def test_what_follows_from_an_edge_of_a_wrong_node_follows() -> None:
    rows = [{"node": "u = 3*x", "value": 5, "local": {"x": 3}}, {"node": "L = u*u", "value": 25, "local": {"u": 5}}]
    assert others(gt.grade("u = 3*x; L = u*u", {"sheet": rows, "at": {"x": 2}}))["L.local.u"] == "follows"


# ----- rounding -----
@pytest.mark.parametrize(("right", "wrong"), [
    (["-39.5", "-39.50", "-79/2"], ["-39", "-40", "-39.", "-4e1"]), (["12.25", "12.3", "49/4"], ["12", "13", "12.0"]), (["0.125", "0.13", "0.12", "1/8"], ["0", "0.1", "1"]),
    (["7.006", "7.01", "7.0"], ["7", "8", "6.99"]), (["100.4", "100.40"], ["100", "1e2", "101"]), (["-3", "-3.0", "-3.00"], ["-2", "-4", "3"]),
])  # fmt: skip
def test_a_whole_number_is_not_rounded_to_decimals(right, wrong) -> None:
    true = right[0]
    for text, status in [*((t, "right") for t in right), *((t, "wrong") for t in wrong)]:
        grade = gt.grade("L = a + b", {"sheet": [{"node": "L", "value": text}], "at": {"a": true, "b": 0}, "digits": 2})
        assert grade.cells["L.value"] == status, text


# ----- rows in another grouping -----
GROUPED = [  # problem, point, rows that are right, rows that are wrong in the same grouping
    ("exp(-c*v)", {"c": 2, "v": 0.5}, [("z = c*v", 1, {"c": 0.5, "v": 2}, -0.3679), ("L = exp(-z)", 0.3679, {"z": -0.3679}, 1)], ("z = c + v", 2.5)),
    ("2*c*v + 1", {"c": 2, "v": 3}, [("m = c*v", 6, {"c": 3, "v": 2}, 2), ("L = 2*m + 1", 13, {"m": 2}, 1)], ("m = c/v", 0.67)),
    ("log(1 + exp(-t*c*v))", {"t": -1, "c": 0.5, "v": 2}, [("m = t*c*v", -1, {"t": 1, "c": -2, "v": -0.5}, -0.7311), ("L = log(1 + exp(-m))", 1.3133, {"m": -0.7311}, 1)], ("m = t + v", 1)),
    ("(a + b*x + c*x**2 - y)**2", {"a": 1, "b": 2, "c": 3, "x": 2, "y": 4}, [("r = b*x + c*x**2", 16, {"b": 2, "x": 14, "c": 4}, 26), ("e = a + r - y", 13, {"a": 1, "r": 1, "y": -1}, 26)], ("r = b*x - c*x**2", -8)),
    ("p*q*r*s", {"p": 2, "q": 3, "r": 5, "s": 7}, [("h = p*r", 10, {"p": 5, "r": 2}, 21), ("k = q*s", 21, {"q": 7, "s": 3}, 10), ("L = h*k", 210, {"h": 21, "k": 10}, 1)], ("h = p*p", 4)),
    ("k*m/(n*r)", {"k": 3, "m": 4, "n": 2, "r": 8}, [("d = m/r", 0.5, {"m": 0.125, "r": -0.0625}, 1.5)], ("d = r/n/n", 2)),
    ("sin(a - b - c)", {"a": 3, "b": 1, "c": 1}, [("s = b + c", 2, {"b": 1, "c": 1}, -0.5403), ("t = a - s", 1, {"a": 1, "s": -1}, 0.5403)], ("s = b - c", 0)),
    ("tanh(-w*x*g)*h", {"w": 1, "x": 2, "g": 0.25, "h": 3}, [("q = -g", -0.25, {"g": -1}, 4.7187), ("o = w*x", 2, {"w": 2, "x": 1}, -0.5898)], ("o = w - x", -1)),
]  # fmt: skip


@pytest.mark.parametrize(("problem", "at", "rows", "wrong"), GROUPED, ids=[g[0] for g in GROUPED])
def test_a_row_may_be_a_part_of_the_function_in_another_grouping(problem, at, rows, wrong) -> None:
    handed = [{"node": node, "value": v, "local": local, "upstream": up} for node, v, local, up in rows]
    cells = gt.grade(problem, {"sheet": handed, "at": at, "digits": 4}).cells
    mine = {name: cells[name] for name in cells if name.split(".")[0] in [r[0].split(" ")[0] for r in rows]}
    assert set(mine.values()) == {"right"} and len(mine) >= 3 * len(rows)
    upside = [dict(handed[0], upstream=handed[0]["upstream"] * 1.5 + 1), *handed[1:]]
    name = f"{rows[0][0].split(' ')[0]}.upstream"
    assert gt.grade(problem, {"sheet": upside, "at": at, "digits": 4}).cells[name] in ("wrong", "follows")
    other = gt.grade(problem, {"sheet": [{"node": wrong[0], "value": wrong[1]}], "at": at, "digits": 4})
    assert other.cells[f"{wrong[0].split(' ')[0]}.value"] == "unread"


def test_a_sheet_in_symbols_may_group_too() -> None:
    rows = [{"node": "z = c*v", "value": "c*v", "local": {"c": "v", "v": "c"}, "upstream": "-exp(-z)"}, {"node": "c", "upstream": "-v*exp(-c*v)"}]  # fmt: skip
    cells = gt.grade("exp(-c*v)", {"sheet": rows}).cells
    assert {cells[n] for n in ("z.value", "z.local.c", "z.local.v", "z.upstream", "c.upstream")} == {"right"}
    rows[0]["upstream"] = "exp(-z)"
    assert gt.grade("exp(-c*v)", {"sheet": rows}).cells["z.upstream"] == "wrong"


@pytest.mark.parametrize("column", ["note", "comment", "Notes", "remark", "why", "points", "checked by"])
def test_a_column_of_the_students_own_does_not_void_the_sheet(column) -> None:
    assert graded([dict(row, **{column: "see page 2"}) for row in ROWS]).correct is True
    table = TABLE.replace("| dL/d(node)", f"| dL/d(node) | {column}").replace("| 12\n", "| 12 | ok\n")
    assert gt.grade("u = w*x; L = u**2", table).correct is True


# ----- bounds -----
@pytest.mark.parametrize("cell", ["2**1e30", "28**1e30", "(1/3)**1e12", "2.5**123456789", "(-2)**1e20", "7**7**7**7", "(2**1e30)**1e30", "10**-1e9", "3**(2**100)", "[" * 40 + "a" + "]" * 40])  # fmt: skip
def test_no_cell_costs_more_than_a_moment(cell) -> None:
    start = time.process_time()
    assert graded(filled(L__value=cell)).cells["L.value"] in ("unread", "wrong")
    assert time.process_time() - start < 2


@pytest.mark.parametrize("answer", [{"sheet": [{"node": "L", "value": 10**4500}], "at": AT}, {"sheet": ROWS, "at": {**AT, "b": 10**5000}}, {10**5000: 1}, 10**4000, [10**4000, 1]])  # fmt: skip
def test_a_number_of_thousands_of_digits_is_refused(answer) -> None:
    with pytest.raises(LearnerError, match="more than 300 digits"):
        gt.grade(MSE, answer, wrt="w0")


def test_a_grade_prints_no_control_characters() -> None:
    grade = graded(filled(L__value="4.\x1b[31m5\u202e"))
    for text in (str(grade), grade.to_text(), grade.to_markdown()):
        assert "\x1b" not in text and "\u202e" not in text


# ----- a student who makes one mistake and goes on from it -----
LOCAL = {  # operation → (its text, its value, its local gradients), apart from our table
    "add": ("{0} + {1}", lambda a, b: a + b, lambda a, b: (1, 1)), "sub": ("{0} - {1}", lambda a, b: a - b, lambda a, b: (1, -1)), "mul": ("{0}*{1}", lambda a, b: a * b, lambda a, b: (b, a)),
    "div": ("{0}/{1}", lambda a, b: a / b, lambda a, b: (1 / b, -a / b**2)), "square": ("{0}**2", lambda a: a * a, lambda a: (2 * a,)), "tanh": ("tanh({0})", math.tanh, lambda a: (1 - math.tanh(a) ** 2,)),
    "sin": ("sin({0})", math.sin, lambda a: (math.cos(a),)), "max": ("max({0}, {1})", max, lambda a, b: (float(a >= b), float(a < b))),
}  # fmt: skip


class Student:
    """Fills in the sheet of a random problem by rules of their own, with cell `slip` (a number from 0) gone wrong; what comes after is worked out from it."""

    def __init__(self, seed: int, slip: int | None, digits: int = 6):
        self.rng, self.slip, self.digits, self.count, self.wrong = random.Random(seed), slip, digits, 0, None
        self.at = {name: round(self.rng.uniform(0.6, 1.4), 2) for name in "abc"}
        self.value, self.upstream = dict(self.at), {}
        self.nodes = []
        names = list(self.at)
        for k in range(self.rng.randint(3, 7)):
            op = self.rng.choice(list(LOCAL))
            two = LOCAL[op][0].count("{") > 1
            args = self.rng.sample(names, 2) if two else [self.rng.choice(names)]
            if k and f"n{k - 1}" not in args:
                args[0] = f"n{k - 1}"
            names.append(f"n{k}")
            self.nodes.append((f"n{k}", op, args))
        self.program = "; ".join(f"{n} = {LOCAL[op][0].format(*args)}" for n, op, args in self.nodes)
        self.fill()

    def put(self, cell: str, value: float) -> float:
        if self.count == self.slip:
            value, self.wrong = value * 1.37 + 0.29, cell
        self.count += 1
        return round(value, self.digits)

    def fill(self) -> None:
        self.rows = [{"node": f"{n} = {LOCAL[op][0].format(*args)}"} for n, op, args in self.nodes]
        for row, (n, op, args) in zip(self.rows, self.nodes, strict=True):
            row["value"] = self.value[n] = self.put(f"{n}.value", LOCAL[op][1](*(self.value[a] for a in args)))
        for row, (n, op, args) in zip(self.rows, self.nodes, strict=True):
            row["local"] = {
                a: self.put(f"{n}.local.{a}", d)
                for a, d in zip(args, LOCAL[op][2](*(self.value[a] for a in args)), strict=True)
            }
        last = self.nodes[-1][0]
        self.upstream[last] = 1
        for n in [n for n, _, _ in self.nodes[-2::-1]] + list(self.at):
            parts = [
                row["local"][n] * self.upstream[m]
                for row, (m, _, args) in zip(self.rows, self.nodes, strict=True)
                if n in args and m in self.upstream
            ]
            if parts:
                self.upstream[n] = self.put(f"{n}.upstream", sum(parts))
        self.rows += [{"node": n} for n in self.at if n in self.upstream]
        for row in self.rows:
            name = row["node"].split(" ")[0]
            if name in self.upstream:
                row["upstream"] = self.upstream[name]


@pytest.mark.parametrize("seed", range(40))
def test_one_mistake_is_one_wrong_cell_and_the_rest_is_right_or_follows(seed) -> None:
    right = Student(seed, None)
    assert others(gt.grade(right.program, {"sheet": right.rows, "at": right.at, "digits": 6})) == {}
    for slip in random.Random(seed).sample(range(right.count), min(4, right.count)):
        student = Student(seed, slip)
        found = others(gt.grade(student.program, {"sheet": student.rows, "at": student.at, "digits": 6}))
        assert {name for name, status in found.items() if status == "wrong"} == {student.wrong}
        assert set(found.values()) <= {"wrong", "follows"}


@pytest.mark.parametrize("digits", [2, 3])
@pytest.mark.parametrize("seed", range(40, 60))
def test_rounding_every_cell_makes_nothing_wrong(seed, digits) -> None:
    student = Student(seed, None, digits=digits)
    assert others(gt.grade(student.program, {"sheet": student.rows, "at": student.at, "digits": digits})) == {}


# ----- vectors -----
def test_vectors_have_values_and_gradients_by_their_entries() -> None:
    rows = [
        {"node": "z = W@x + b", "value": [-1.85, 0.42, 0.15], "upstream": "[0.06, -0.46, 0.41]"},
        {"node": "p = softmax(z)", "value": [0.06, 0.54, 0.41]},
        {"node": "b", "upstream": [0.06, -0.46, 0.4]},
    ]
    source = "z = W@x + b; p = softmax(z); L = -log(p[1])"
    at = {"W": [[-0.5, 0.75], [0.1, -0.12], [0.05, 0.05]], "x": [2, -1], "b": [-0.1, 0.1, 0.1]}
    cells = gt.grade(source, {"sheet": rows, "at": at}, shapes={"W": (3, 2), "x": 2, "b": 3}).cells
    assert [cells[n] for n in ("z.value", "z.upstream", "p.value", "b.upstream", "p.upstream")] == [
        "right",
        "right",
        "right",
        "wrong",
        "blank",
    ]


# ----- on paper -----
TABLE = """
at: w = 2, x = 3
node     | value | local gradients | dL/d(node)
u = w*x  | 6     | w: 3; x: 2      | 12
L = u**2 | 36    | u: 12           | 1
"""


@pytest.mark.parametrize("answer", [
    TABLE, {"sheet": TABLE}, {"sheet": TABLE.split("\n", 2)[2], "at": {"w": 2, "x": 3}},
    "cell,answer\nat,\"w = 2, x = 3\"\nu.value,6\nu.local.w,3\nu.local.x,2\nu.upstream,12\nL.value,36\nL.local.u,12",
])  # fmt: skip
def test_a_table_or_csv_is_an_answer_too(answer) -> None:
    assert gt.grade("u = w*x; L = u**2", answer).correct is True


def test_a_table_that_cannot_be_read_costs_nothing() -> None:
    grade = gt.grade("u = w*x; L = u**2", TABLE.replace("36 ", "36 | |"))
    assert grade.correct is None and "cells where there are 4 columns; write abs(x) for |x|" in grade.message


# ----- what cannot be read -----
@pytest.mark.parametrize(("cell", "note"), [
    ("4..2", "cannot stand here"), ("2*q", "'q' is no name of this sheet"), ("1/0", "this is no finite number"), ([1, 2], ""), ({}, "met dict"),
    (True, "met bool"), ("x" * 30_000, "30000 characters"), ("9" * 5000, ""), ("__import__('os')", ""),
])  # fmt: skip
def test_a_cell_that_cannot_be_read_costs_nothing(cell, note) -> None:
    grade = graded(filled(e__value=cell))
    found = next(c for c in grade.table if c.name == "e.value")
    assert (found.status, grade.correct, grade.score) == ("unread", None, 1.0)
    assert note in found.note
    assert grade.invalid is not None and "e.value" in grade.invalid.message


def test_a_row_that_is_no_node_of_the_problem_is_named_and_the_rest_is_graded() -> None:
    grade = graded([*ROWS, {"node": "q = w0 + x0", "value": 3}])
    assert others(grade) == {"q.value": "unread"}
    assert "'q = w0 + x0' is no node of this problem; its nodes are u = w0*x0" in grade.table[-1].note


@pytest.mark.parametrize(("answer", "message"), [
    ({"sheet": 3}, "a sheet is a list of rows"), ({"sheet": [3]}, "a sheet is a list of rows"), ({"sheet": [{"value": 3}]}, "a sheet is a list of rows"), ({"sheet": ROWS, "at": 3}, "the point of a sheet"),
    ({"sheet": ROWS, "at": AT, "digits": "two"}, "digits is 'two'"), ({"sheet": [{"node": "u", "valeu": 3}], "at": AT}, "'valeu' is no column"),
])  # fmt: skip
def test_another_form_than_a_sheet_costs_nothing_and_says_what_is_expected(answer, message) -> None:
    grade = gt.grade(MSE, answer)
    assert grade.correct is None and grade.invalid is not None
    assert message in grade.invalid.message


@pytest.mark.parametrize(("local", "status"), [
    ({"w0": 2, "x0": 0.5}, "right"), ({"∂u/∂w₀": "2", "du/dx0": "≈0.5"}, "right"), ([2, 0.5], "right"), ([0.5, 2], "wrong"), (2, "blank"), ([2, 0.5, 1], "blank"),
])  # fmt: skip
def test_local_gradients_may_be_named_in_many_ways(local, status) -> None:
    rows = copy.deepcopy(ROWS)
    rows[0]["local"] = local
    assert graded(rows).cells["u.local.w0"] == graded(rows).cells["u.local.x0"] == status


def test_a_sheet_of_the_programs_lines_may_skip_what_is_inside_them() -> None:
    rows = [
        {"node": "f", "value": 1.1, "local": {"w0": 2, "x0": 0.5, "w1": 0, "x1": -0.3, "b": 1}, "upstream": 4.2},
        {"node": "L", "value": 4.41, "local": {"f": 4.2, "y": -4.2}},
    ]
    assert graded(rows, "f = w0*x0 + w1*x1 + b; L = (f - y)**2").correct is True
    assert others(graded([rows[0] | {"upstream": 2.1}], "f = w0*x0 + w1*x1 + b; L = (f - y)**2")) == {
        "f.upstream": "wrong",
        "L.value": "blank",
        "L.local.f": "blank",
        "L.local.y": "blank",
    }


def test_a_derivative_may_stand_in_a_cell() -> None:
    rows = [{"node": "u", "upstream": "dL/df * df/du"}, {"node": "w0", "upstream": "dL/du*x0"}]
    assert {
        name: status
        for name, status in gt.grade("u = w0*x0; f = u + b; L = (f - y)**2", {"sheet": rows}).cells.items()
        if status != "blank"
    } == {"u.upstream": "right", "w0.upstream": "right"}


def test_a_local_gradient_by_another_name_is_named_and_the_rest_is_graded() -> None:
    grade = graded(filled(u__local__q=3))
    assert others(grade) == {"u.local.q": "unread"}
    assert grade.table[-1].note == "u has no local gradient by 'q'; it has w0, x0"


@pytest.mark.parametrize(("problem", "wrt"), [("0", ("w", "x")), ("2", ()), ("pi", ()), ("a = 3; a", ()), ("-4", "x")])
@pytest.mark.parametrize("node", ["", "2", "w", "u = w*x", "L"])
def test_a_problem_without_a_row_is_refused_in_words(problem, wrt, node) -> None:
    rows = [{"node": node, "value": [1, 2], "local": {"w": [1, 2]}, "upstream": [1, 2]}]
    for at in ({"w": 1, "x": 2}, None):
        with pytest.raises(LearnerError, match="a sheet needs an operation|is no variable"):
            gt.grade(problem, {"sheet": rows, "at": at}, wrt=wrt)


@pytest.mark.parametrize(
    "problem",
    [
        "x",
        "w",
        "L = x",
        "2*3",
        "1/2",
        "a = 3; L = a*x",
        "a = 2; b = a*a; b",
        "x - x",
        "sign(x)",
        "where(x > 0, 1, 0)",
        "x**0",
    ],
)
def test_a_sheet_of_hardly_anything_is_graded_or_refused_in_words(problem) -> None:
    for node in ("", "2", "x", "L", "u = x + 1", "z = -x"):
        rows = [{"node": node, "value": [1, 2], "local": {"x": [1, 2]}, "upstream": "q"}, {"node": node, "value": 1}]
        for at in ({"w": 1, "x": 2}, {"x": 2}, None):
            try:
                assert gt.grade(problem, {"sheet": rows, "at": at}).correct is not True
            except LearnerError as error:
                assert str(error)


def test_a_point_that_does_not_fit_is_refused() -> None:
    with pytest.raises(LearnerError, match="no value for y"):
        gt.grade(MSE, {"sheet": ROWS, "at": {k: v for k, v in AT.items() if k != "y"}})
