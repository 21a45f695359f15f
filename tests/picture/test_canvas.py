"""A canvas with a shape: letters as large as the targets ask for, nothing on top of anything, no box that moves."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest

from graphtutor.errors import LearnerError
from graphtutor.front.api import graph as make
from graphtutor.picture.steps.canvas import MOST_BLOCKS, blocks, fitted, shape_of
from graphtutor.picture.steps.frames import film
from graphtutor.picture.steps.needs import LABEL, NUMBER, label_size
from graphtutor.picture.steps.overlap import runs_through
from graphtutor.picture.steps.save import Painter

LECTURE = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1, "w": 2, "x": 3}
NET = "; ".join(f"h{i} = tanh(u{i}*x0 + v{i}*x1 + b{i})" for i in range(1, 13))
NET += "; " + "; ".join(f"k{j} = tanh({' + '.join(f'w{j}_{i}*h{i}' for i in range(1, 5))} + c{j})" for j in range(1, 5))
NET += f"; f = {' + '.join(f'a{j}*k{j}' for j in range(1, 5))} + {' + '.join(f'a{j}*h{j}' for j in range(5, 13))}; L = (f - y)**2"
CHAIN = "; ".join(f"h{i} = sigmoid(w{i}*{f'h{i - 1}' if i > 1 else 'x'} + b{i})" for i in range(1, 21))
# name: program, shapes, constants, and the smallest edge label and number in points on a slide
ASKED = {
    "squared error": ("f = w0*x0 + w1*x1 + b; L = (f - y)**2", {}, {}, (10, 14)),
    "hinge": ("L = max(0, 1 - y*(w0*x0 + w1*x1 + b))", {}, {}, (9, 13)),
    "softmax with cross entropy": ("L = -log(softmax(W@x + b)[k])", {"W": (3, 2), "x": 2, "b": 3}, {"k": 1}, (8, 11)),
    "attention": ("S = Q@K.T/sqrt(d); P = softmax(S); O = P@V; L = sum(O*O)", {"Q": (2, 2), "K": (3, 2), "V": (3, 2)}, {"d": 2}, (7, 10)),
    "two layers": ("h = tanh(W1@x + b1); p = softmax(W2@h + b2); L = -log(p[k])", {"W1": (3, 2), "x": 2, "b1": 3, "W2": (2, 3), "b2": 2}, {"k": 0}, (7, 10)),
    "20 layers": (f"{CHAIN}; L = (h20 - y)**2", {}, {}, (8, 11)),
    "192 nodes": (NET, {}, {}, (8, 11)),
}  # fmt: skip
OURS = {
    "line": ("L = (w*x + b - y)**2", {}, {}, (10, 14)),
    "two paths": ("L = x*x + x*sin(x)", {}, {}, (10, 14)),
    "logistic": ("z = w*x + b; p = sigmoid(z); L = -(y*log(p) + (1 - y)*log(1 - p))", {}, {}, (7, 10)),
    "gaussian": ("L = log(s) + (x - m)**2/(2*s**2)", {}, {}, (8, 11)),
    "gru gate": ("z = sigmoid(a*x + c*h); n = tanh(d*x + e1*h); L = (1 - z)*n + z*h", {}, {}, (7, 10)),
    "six in a sum": ("L = (x*w1 + y*w2 + z*w3 + u*w4 + v*w5 + t*w6)**2", {}, {}, (7, 10)),
    "ridge": ("L = norm(X@w - y)**2 + l*norm(w)**2", {"X": (3, 2), "w": 2, "y": 3}, {}, (7, 10)),
    "quotient of powers": ("L = (exp(x*w)/(x*w))**3", {}, {}, (9, 12)),
    "polynomial": ("L = ((a*x + b)*x + c)*x + d", {}, {}, (8, 11)),
    "newton": ("x1 = x - (x**2 - a)/(2*x); x2 = x1 - (x1**2 - a)/(2*x1); x3 = x2 - (x2**2 - a)/(2*x2)", {}, {}, (7, 10)),
}  # fmt: skip


@cache
def laid(name: str, size: str = "slide"):
    """The frames of a program at some point, and their layout."""
    program, shapes, constants, _ = {**ASKED, **OURS}[name]
    g = make(program, shapes=shapes, constants=constants)
    rng = np.random.default_rng(0)
    drawn = {
        n.name: np.round(rng.normal(size=n.shape) if n.shape else rng.uniform(0.1, 2), 2).tolist() for n in g.inputs
    }
    t = g.trace(
        {
            n.name: LECTURE.get(n.name, drawn[n.name]) if name in ("squared error", "hinge", "line") else drawn[n.name]
            for n in g.inputs
        }
    )
    layout, frames = fitted(film(t), size, g)
    return layout, frames


@pytest.mark.parametrize("name", [*ASKED, *OURS])
def test_the_letters_of_a_slide_are_as_large_as_asked(name: str) -> None:
    layout, _ = laid(name)
    labels, numbers = {**ASKED, **OURS}[name][3]
    assert (layout.width / layout.height) == pytest.approx(16 / 9)
    assert LABEL * layout.scale >= labels and NUMBER * layout.scale >= numbers


def rectangles(frame, layout):
    """What a frame shows of text: name, left, top, right, bottom; boxes, labels and tiles."""
    plan = layout.plan(frame)
    for b in frame.boxes:
        if b.id in plan.places:
            p = plan.places[b.id]
            yield f"n{b.id}", p.left, p.top, p.left + p.width, p.top + p.height
    for w in frame.wires:
        if (w.local or w.product) and w.edge in plan.routes:
            wide, high = label_size(w)
            x, y = plan.routes[w.edge].spot(plan.direction, wide, high)
            yield f"l{w.edge}", x - wide / 2, y - high / 2, x + wide / 2, y + high / 2
    for t in layout.tiles:
        yield f"t{t.block.output}", t.left, t.top, t.left + t.width, t.top + t.height


@pytest.mark.parametrize("name", [*ASKED, *OURS])
def test_no_text_lies_over_text_none_over_a_line_and_all_on_the_canvas(name: str) -> None:
    layout, frames = laid(name)
    found = []
    step = max(1, len(frames) // 40)
    for frame in frames[::step]:
        shown = list(rectangles(frame, layout))
        for (a, l1, t1, r1, b1), (b, l2, t2, r2, b2) in itertools.combinations(shown, 2):
            if r1 > l2 + 0.01 and r2 > l1 + 0.01 and b1 > t2 + 0.01 and b2 > t1 + 0.01:
                found.append((frame.index, a, b))
        for edge, route in layout.plan(frame).routes.items():
            for what, left, top, right, bottom in shown:
                ends = what in (f"n{edge.source}", f"n{edge.target}")
                if not ends and runs_through(route.points, left + 1, top + 1, right - 1, bottom - 1):
                    found.append((frame.index, what, edge))
        for _, left, top, right, bottom in shown:
            assert (
                left >= 0
                and right <= layout.width
                and bottom <= layout.height
                and top >= layout.dress.top * layout.unit - 0.01
            )
    assert found == []


@pytest.mark.parametrize("name", ["squared error", "20 layers", "two layers"])
def test_a_box_stands_in_one_place_whenever_it_is_shown_in_its_line(name: str) -> None:
    layout, frames = laid(name)
    seen: dict[tuple[int, int], object] = {}
    for frame in frames:
        k = layout.which[frame.index] if layout.which else 0
        for i, place in layout.plan(frame).places.items():
            assert seen.setdefault((k, i), place) == place


def test_every_step_of_a_closed_graph_shows_its_edge() -> None:
    layout, frames = laid("192 nodes")
    for frame in frames:
        lit = [w.edge for w in frame.wires if w.state == "active"]
        assert all(edge in layout.plan(frame).routes for edge in lit)


def test_layers_of_one_structure_are_opened_in_the_same_places() -> None:
    layout, _ = laid("20 layers")
    corners = {tuple(sorted((p.x, p.y) for p in plan.places.values())) for plan in layout.plans[1:-1]}
    assert len(corners) == 1 and len(layout.tiles) == 21


def test_a_line_belongs_to_the_first_name_that_all_its_uses_lead_to() -> None:
    g = make("u = a*b; f = u + c*d; L = f**2")
    assert [(b.name, len(b.nodes)) for b in blocks(g)] == [("u", 1), ("f", 2), ("L", 1)]
    many = make("; ".join(f"s{i} = s{i - 1} + a{i}*x" for i in range(1, 200)).replace("s0", "x"))
    assert len(blocks(many)) <= MOST_BLOCKS


@pytest.mark.parametrize("size", ["slide", "page", "square", "wide", "400x300", (300, 700)])
def test_a_canvas_has_the_shape_that_was_asked_for(size) -> None:
    painter = Painter(make("L = (w*x - y)**2").trace({"w": 1, "x": 2, "y": 3}), size=size)
    wide, high = shape_of(size)
    assert f'width="{wide:g}" height="{high:g}"' in painter.svg(-1)


@pytest.mark.parametrize("size", ["huge", "10x10", (1, 2, 3), 7, "x", "9000x9000", ("a", "b"), None.__class__])
def test_what_is_no_canvas_is_refused_by_name(size) -> None:
    with pytest.raises(
        LearnerError, match="is no canvas; expected slide, page, square, wide, or width and height in points"
    ):
        Painter(make("x*y"), size=size)


def test_the_legend_speaks_of_blue_outlines_where_there_are_some() -> None:
    program = "S = Q@K.T/sqrt(2)\nA = softmax(S)\nO = A@V\nL = sum(O**2)"
    point = {"Q": [[0.04, -2.33], [-0.22, -1.25]], "K": [[-0.73, -0.54], [-0.32, 0.41]], "V": [[0.1, 0.2], [0.3, 0.4]]}
    painter = Painter(make(program, shapes={"Q": (2, 2), "K": (2, 2), "V": (2, 2)}).trace(at=point), size="slide")
    pictures = [painter.svg(k) for k in range(len(painter))]
    first = next(p for p in pictures if "S opened" in p)
    assert "outlined in blue" not in first  # it is computed from inputs alone
    assert all("outlined in blue" in p for p in pictures if "A opened" in p)
    assert any("A opened" in p for p in pictures)
