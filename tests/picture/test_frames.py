"""Frames: what a picture says at each step, as data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphtutor.front.api import graph as make
from graphtutor.picture.steps.frames import clean, cut, film, grid, line, still, words

LECTURE = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}
MSE = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"
SOFTMAX = "L = -log(softmax(W@x + b)[0])"
SHAPES = {"W": (3, 2), "x": 2, "b": 3}
MATRICES = {"W": [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]], "x": [1, 2], "b": [0, 0.1, -0.1]}


def gradients(frames, name: str) -> list[str]:
    """The gradient slot of a node in every frame, as text."""
    return [next(line(b.gradient) + b.rest for b in f.boxes if b.name == name) for f in frames]


def test_there_is_one_frame_a_step_and_its_caption_is_the_sentence() -> None:
    t = make(MSE).trace(LECTURE)
    frames = film(t)
    assert [f.caption for f in frames] == [s.sentence for s in t.steps]
    assert frames[16].title == "Backward · step 17 of 18"


def test_the_node_computed_is_lit_and_what_comes_later_waits() -> None:
    frame = film(make(MSE).trace(LECTURE))[2]
    states = {b.name: b.state for b in frame.boxes}
    assert states == dict.fromkeys(("w₀", "x₀", "w₁", "x₁", "b", "y", "v₁", "v₂"), "done") | {
        "v₃": "computed",
        "f": "waiting",
        "v₄": "waiting",
        "L": "waiting",
    }
    assert [w.edge.target for w in frame.wires if w.state == "feeding"] == [2, 5]


def test_backward_lights_the_sender_the_receiver_and_one_edge() -> None:
    frame = film(make(MSE).trace(LECTURE))[16]
    assert {b.name: b.state for b in frame.boxes if b.state in ("active", "target")} == {"v₁": "active", "w₀": "target"}
    assert len([w for w in frame.wires if w.state == "active"]) == 1


def test_an_edge_shows_local_in_symbol_and_number_and_the_product_when_its_turn_comes() -> None:
    frames = film(make(MSE).trace(LECTURE))
    seen = [
        (w.state, words(w.local), words(w.product))
        for f in frames
        for w in f.wires
        if (w.edge.source, w.edge.slot) == (2, 0)
    ]
    assert seen[2] == ("feeding" if frames[2].boxes[2].state == "computed" else "done", "", "")
    assert seen[15] == ("waiting", "∂v₁/∂w₀ = x₀", "")
    assert seen[16] == ("active", "∂v₁/∂w₀ = x₀ = 2", "2 × 4.2 = 8.4")
    assert seen[17] == ("done", "∂v₁/∂w₀ = x₀ = 2", "")


def test_the_product_is_local_times_upstream_on_every_edge() -> None:
    t = make("L = (a*b - c)**2 * a / b").trace({"a": 3, "b": 5, "c": 2})
    for step, frame in zip(t.steps, film(t, digits=12), strict=True):
        if step.phase == "backward":
            (wire,) = (w for w in frame.wires if w.state == "active")
            local, upstream = (
                float(run.text.strip("()").replace("−", "-"))
                for run in wire.product
                if run.kind in ("local", "upstream")
            )
            assert (local, upstream) == pytest.approx((step.local.value, step.upstream.value), rel=1e-11)


def test_a_gradient_not_reached_is_a_question_mark_and_never_zero() -> None:
    assert gradients(film(make("L = x*x + x").trace({"x": 3})), "x") == [
        "?",
        "?",
        "?",
        "?",
        "1 + ? + ?",
        "1 + 3 + ?",
        "1 + 3 + 3 = 7",
    ]


def test_negative_terms_of_a_sum_stand_in_brackets() -> None:
    assert gradients(film(make("L = x - x*y").trace({"x": 3, "y": 2})), "x")[-2] == "1 + (−2) = −1"


def test_at_a_kink_the_edge_shows_the_interval_of_slopes() -> None:
    frames = film(make("m = y*s\nL = max(0, 1 - m)").trace({"y": 1, "s": 1}))
    assert words(next(w.local for w in frames[4].wires if w.state == "active")).endswith("= 0 ∈ [0, 1]")


def test_many_terms_are_shown_as_the_sum_so_far() -> None:
    got = gradients(film(make("L = x*a + x*b + x*c + x*d").trace({"x": 1, "a": 1, "b": 2, "c": 4, "d": 8})), "x")
    assert [text for k, text in enumerate(got) if k == 0 or text != got[k - 1]] == [
        "?",
        "8 + ? + …",
        "12 + ? + ?",
        "14 + ?",
        "15",
    ]


def test_a_line_that_does_not_feed_the_output_has_gradient_0_after_the_last_step_only() -> None:
    got = gradients(film(make("u = 3*z\nL = w*x").trace({"z": 1, "w": 2, "x": 3})), "z")
    assert got[-2:] == ["?", "0"]


def test_a_constant_stands_in_the_formula_of_the_operation_that_uses_it_and_nowhere_else() -> None:
    g = make("u = 1 + x; v = 1 - u; L = max(0, 2*v) + 1/v")
    frame = film(g.trace({"x": 0.5}))[-1]
    assert [b.role for b in frame.boxes if b.role == "constant"] == []
    assert {b.formula for b in frame.boxes} >= {"u = 1 + x", "v = 1 − u", "v₁ = 2·v", "v₂ = max(0, v₁)", "v₃ = 1/v"}
    assert {w.edge.target for w in frame.wires} <= {b.id for b in frame.boxes}


def test_a_constant_exponent_is_part_of_its_operation() -> None:
    assert [b.name for b in film(make("x**2").trace({"x": 3}))[0].boxes if b.role == "constant"] == []


def test_without_a_point_the_symbols_stand_alone() -> None:
    frame = film(make("L = (w*x - y)**2").trace())[-2]
    (wire,) = (w for w in frame.wires if w.state == "active")
    assert (words(wire.local), words(wire.product)) == ("∂v₁/∂w = x", "= x·∂L/∂v₁")
    assert all(b.value is None for b in frame.boxes)


def test_small_arrays_show_their_entries_and_all_show_their_shape() -> None:
    frame = film(make(SOFTMAX, shapes=SHAPES).trace(MATRICES))[-1]
    w = frame.boxes[0]
    assert (w.shape, w.value) == ("(3×2)", (("0.1", "0.2"), ("0.3", "−0.4"), ("0.5", "0.6")))
    assert next(b.value for b in frame.boxes if b.name == "x") == (("1",), ("2",))


def test_large_arrays_show_their_norm() -> None:
    t = make("sum(W*W)", shapes={"W": (5, 5)}).trace({"W": np.ones((5, 5)).tolist()})
    assert film(t)[0].boxes[0].value == (("norm 5",),)


def test_where_entries_mix_the_edge_shows_the_rule() -> None:
    frames = film(make(SOFTMAX, shapes=SHAPES).trace(MATRICES))
    labels = [words(w.local) for f in frames for w in f.wires if w.state == "active"]
    assert "v₃·(∂L/∂v₃ − Σ(∂L/∂v₃·v₃))" in labels and "∂L/∂v₄ at [0]" in labels
    assert labels[-1].replace("·", " @ ") == "Wᵀ @ ∂L/∂v₁"


def test_a_graph_alone_is_one_frame_without_values() -> None:
    (frame,) = film(make(MSE))
    assert frame == still(make(MSE))
    assert frame.title == "Computation graph"
    assert all(
        b.value is None and b.gradient is None and b.state == "done" for b in frame.boxes if b.role != "constant"
    )


def test_a_graph_of_one_name_has_a_frame_too() -> None:
    assert [b.name for b in film(make("x").trace({"x": 3}))[-1].boxes] == ["x"]


def test_a_collapsed_group_is_one_node_with_its_own_label() -> None:
    g = make(MSE).collapsed("f")
    box = next(b for b in film(g.trace(LECTURE))[-1].boxes if b.name == "f")
    assert box.label == next(grp for grp in make(MSE).groups if grp.name == "f").label
    assert line(box.value) == "1.1"


def test_plain_form_keeps_ascii_names() -> None:
    frame = film(make(MSE).trace(LECTURE), form="plain")[16]
    (wire,) = (w for w in frame.wires if w.state == "active")
    assert words(wire.local) == "dv1/dw0 = x0 = 2"


def test_digits_are_significant_digits() -> None:
    assert line(film(make("x/3").trace({"x": 1}), digits=2)[0].boxes[-1].value) == "0.33"


def test_control_characters_never_get_through() -> None:
    assert clean("a\x1b[31m\u202e\n\tb\u2028c") == "a[31mbc"
    assert len(cut("x" * 500)) == 34


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_a_grid_is_never_larger_than_a_box_can_hold(entries: list[float]) -> None:
    shown = grid(np.array(entries), 4)
    assert len(shown) <= 4
    assert (len(entries) <= 4) == (len(shown) == len(entries) and not shown[0][0].startswith("norm"))
