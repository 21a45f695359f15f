"""Layout: one for each graph, boxes that hold their texts, nothing on top of anything."""

from __future__ import annotations

import itertools
import json
import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphtutor.errors import LearnerError
from graphtutor.front.api import graph as make
from graphtutor.picture.files import fonts
from graphtutor.picture.steps import layout
from graphtutor.picture.steps.canvas import arrange
from graphtutor.picture.steps.frames import film
from graphtutor.picture.steps.layout import outlines
from graphtutor.picture.steps.needs import label_size, need, sizes, slots

LECTURE = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}
MSE = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"
HINGE = "L = max(0, 1 - y*(w0*x0 + w1*x1 + b))"
SOFTMAX = make("L = -log(softmax(W@x + b)[0])", shapes={"W": (3, 2), "x": 2, "b": 3}).trace(
    {"W": [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]], "x": [1, 2], "b": [0, 0.1, -0.1]}
)
DEEP = "\n".join(f"h{i} = tanh(w{i}*{f'h{i - 1}' if i else 'x'} + b{i})" for i in range(8)) + "\nL = (h7 - y)**2"


def films():
    yield "squared error", film(make(MSE).trace(LECTURE))
    yield "hinge", film(make(HINGE).trace(LECTURE))
    yield "x*x", film(make("x*x").trace({"x": 3}))
    yield "softmax", film(SOFTMAX)
    deep = make(DEEP)
    yield "40 nodes", film(deep.trace({n.name: 0.5 for n in deep.inputs}))
    yield "graph alone", film(make(MSE))


def outlined(frames) -> str:
    """The DOT text that is laid out."""
    return outlines(sizes(frames), slots(frames, "LR"), "LR")


def rectangles(frame, placed) -> list[tuple[str, float, float, float, float]]:
    """Every box and label of a frame: name, left, top, right, bottom."""
    found = [
        (f"n{b.id}", p.left, p.top, p.left + p.width, p.top + p.height)
        for b in frame.boxes
        for p in [placed.places[b.id]]
    ]
    for w in frame.wires:
        if w.local or w.product:
            wide, high = label_size(w)
            x, y = placed.routes[w.edge].spot(placed.direction, wide, high)
            found.append((f"l{w.edge}", x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))
    return found


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize(("name", "frames"), list(films()), ids=lambda value: value if isinstance(value, str) else "")
def test_no_box_and_no_label_lies_on_another(name: str, frames, direction: str) -> None:
    placed = arrange(frames, direction)
    for frame in frames:
        for (a, l1, t1, r1, b1), (b, l2, t2, r2, b2) in itertools.combinations(rectangles(frame, placed), 2):
            assert r1 <= l2 + 0.01 or r2 <= l1 + 0.01 or b1 <= t2 + 0.01 or b2 <= t1 + 0.01, (name, frame.index, a, b)


@pytest.mark.parametrize(("name", "frames"), list(films()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_text_of_every_frame_fits_its_box_and_all_lies_on_the_canvas(name: str, frames) -> None:
    placed = arrange(frames)
    for frame in frames:
        for box in frame.boxes:
            place = placed.places[box.id]
            wide, high, value, gradient, beside = need(box)
            assert wide <= place.width + 0.01 and high <= place.height + 0.01
            assert value <= place.value + 0.01 and gradient <= place.gradient + 0.01 and beside <= place.name + 0.01
        for what, left, top, right, bottom in rectangles(frame, placed):
            assert left >= 0 and top >= placed.dress.top and right <= placed.width and bottom <= placed.height, (
                name,
                what,
            )


@settings(max_examples=25, deadline=None)
@given(st.recursive(st.sampled_from(["x", "y", "w0", "2", "x"]), lambda inner: st.one_of(
    st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"), inner.map(lambda t: f"tanh({t})")), max_leaves=8))  # fmt: skip
def test_the_layout_of_a_trace_depends_on_no_step(text: str) -> None:
    g = make(text)
    frames = film(g.trace({n.name: Fraction(1, 2) for n in g.inputs}))
    placed = arrange(frames)
    assert set(placed.places) == {b.id for f in frames for b in f.boxes}
    again = arrange(film(make(text).trace({n.name: Fraction(1, 2) for n in g.inputs})))
    assert again == placed


def test_both_edges_of_x_times_x_are_apart() -> None:
    frames = film(make("x*x").trace({"x": 3}))
    placed = arrange(frames)
    first, second = placed.routes.values()
    middle = [max(r.points, key=lambda p: abs(p[0] - placed.places[0].x)) for r in (first, second)]
    assert first.points != second.points
    assert len(placed.routes) == 2 and middle[0] != middle[1]


def test_edges_end_on_the_borders_of_their_boxes() -> None:
    placed = arrange(film(make(MSE).trace(LECTURE)))
    for edge, route in placed.routes.items():
        for (x, y), place in (
            (route.points[0], placed.places[edge.target]),
            (route.points[-1], placed.places[edge.source]),
        ):
            beside = max(abs(x - place.x) - place.width / 2, abs(y - place.y) - place.height / 2)
            assert -0.5 < beside < 1.5  # Graphviz leaves about the width of a pen


def test_operands_stand_in_reading_order() -> None:
    placed = arrange(film(make("L = a - b").trace({"a": 1, "b": 2})))
    assert placed.places[0].y < placed.places[1].y


def test_a_longer_text_in_one_step_makes_the_box_wider_in_all() -> None:
    frames = film(make("L = x*x + x").trace({"x": 3}))
    short, whole = arrange(frames[:1]), arrange(frames)
    assert whole.places[0].width > short.places[0].width


def test_what_graphviz_sees_holds_no_text_of_a_learner() -> None:
    text = outlined(film(make("secret*other").trace({"secret": 2, "other": 3})))
    assert "secret" not in text and "other" not in text
    assert re.findall(r"^n\d+ ", text, re.M) == ["n0 ", "n1 ", "n2 ", "n0 ", "n1 "]


def test_shortened_curves_lose_the_length_of_the_arrow() -> None:
    placed = arrange(film(make(MSE).trace(LECTURE)))
    for route in placed.routes.values():
        for back in (False, True):
            curve, tip = route.drawn(back, 10.0)
            end = curve[0] if back else curve[-1]
            assert (len(curve) - 1) % 3 == 0
            assert ((tip[0] - end[0]) ** 2 + (tip[1] - end[1]) ** 2) ** 0.5 == pytest.approx(10.0, abs=1e-3)


def test_a_host_may_hand_in_its_own_graphviz() -> None:
    asked: list[str] = []

    def engine(dot: str) -> str:
        asked.append(dot)
        return json.dumps(layout.positions(dot, "pygraphviz"))

    frames = film(make(MSE).trace(LECTURE))
    assert arrange(frames, engine=engine) == arrange(frames)
    assert asked == [outlined(frames)]


@pytest.mark.dot
def test_dot_on_path_gives_the_same_picture_within_what_versions_differ() -> None:
    frames = film(make(MSE).trace(LECTURE))
    here, there = arrange(frames), arrange(frames, engine="dot")
    assert set(here.places) == set(there.places)
    # 30 pt: Graphviz 2.43 and 14.1 place nodes of one rank differently
    assert all(
        abs(here.places[i].x - there.places[i].x) < 30 and abs(here.places[i].y - there.places[i].y) < 30
        for i in here.places
    )


def test_without_dot_the_message_says_what_to_do(monkeypatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(
        LearnerError, match="engine='dot' needs Graphviz's dot on PATH; install Graphviz, or leave engine out"
    ):
        arrange(film(make("x*y")), engine="dot")


def test_without_pygraphviz_and_without_dot_the_message_says_what_to_do(monkeypatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setitem(__import__("sys").modules, "pygraphviz", None)
    with pytest.raises(
        LearnerError, match="no Graphviz found; install it with 'pip install pygraphviz', or put Graphviz's dot on PATH"
    ):
        arrange(film(make("x*y")))


@pytest.mark.parametrize(("look", "message"), [
    ({"direction": "RL"}, "direction='RL' is not known; expected LR or TB"), ({"engine": "neato"}, "engine='neato' is not known; expected pygraphviz or dot")])  # fmt: skip
def test_an_unknown_wish_is_refused_by_name(look, message: str) -> None:
    with pytest.raises(LearnerError, match=message):
        arrange(film(make("x*y")), **look)


# ----- fonts -----
@pytest.mark.parametrize(("weight", "file"), [("regular", 0), ("bold", 1)])
def test_the_committed_widths_are_those_of_the_font_files(weight: str, file: int) -> None:
    """Regenerate with: python -c "from graphtutor.picture.files import fonts; fonts.regenerate()"."""
    found = fonts.measured(fonts.files()[file])
    assert {char: int(w) for w, chars in found.items() for char in chars} == fonts.table(weight)


@pytest.mark.parametrize(("upright", "slanted"), [(0, 2), (1, 3)])
def test_an_oblique_is_as_wide_as_its_upright_in_the_letters_of_names(upright: int, slanted: int) -> None:
    letters = [
        c
        for c in fonts.table("regular")
        if (c.isascii() and c.isalnum()) or c in " ()[]=+*/,._" or c in "₀₁₂₃₄₅₆₇₈₉αβγδεθλμπρστφωΔΣΩ²³·−√∂"
    ]
    assert fonts.measured(fonts.files()[upright], letters) == fonts.measured(fonts.files()[slanted], letters)


def test_the_table_knows_every_sign_that_the_rows_write() -> None:
    from graphtutor.ops.table import TABLE

    signs = {c for row in TABLE for text in (row.label, row.rule, row.formula, row.says) for c in text}
    assert {c for c in signs if c not in fonts.table("regular")} == set()


def test_text_is_broken_into_lines_that_fit() -> None:
    lines = fonts.wrapped("a sum hands its upstream gradient on " + "x" * 80, 100, 11)
    assert all(fonts.width(line, 11) <= 100 for line in lines)
    assert "".join(lines).replace(" ", "") == "asumhandsitsupstreamgradienton" + "x" * 80
