"""SVG: nothing moves, every word is escaped, the same bytes each time, and nobody depends on colour."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphtutor.errors import LearnerError
from graphtutor.front.api import graph as make
from graphtutor.picture.files.inks import PALETTES, THEMES, colours, n
from graphtutor.picture.steps.canvas import arrange
from graphtutor.picture.steps.frames import film
from graphtutor.picture.steps.save import Painter
from graphtutor.picture.steps.svg import paint

LECTURE = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}
MSE = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"
SVG = "{http://www.w3.org/2000/svg}"
GOLDEN = Path(__file__).parents[1] / "golden"


def places(svg: str) -> dict[str, tuple[str | None, ...]]:
    """The position and size of every node's outline."""
    return {g.get("id", ""): tuple(g.find(f"{SVG}rect").get(k) for k in ("x", "y", "width", "height"))
            for g in ET.fromstring(svg).iter(f"{SVG}g") if "node" in g.get("class", "").split()}  # fmt: skip


def group(svg: str, name: str) -> ET.Element:
    return next(g for g in ET.fromstring(svg).iter(f"{SVG}g") if g.get("id") == name)


def said(element: ET.Element) -> list[str]:
    return ["".join(t.itertext()) for t in element.iter(f"{SVG}text")]


def test_no_box_moves_between_steps() -> None:
    painter = Painter(make(MSE).trace(LECTURE))
    first = places(painter.svg(0))
    assert len(first) == 12
    assert all(places(painter.svg(k)) == first for k in range(len(painter.frames)))


@settings(max_examples=20, deadline=None)
@given(st.recursive(st.sampled_from(["x", "y", "w0", "2", "x"]), lambda inner: st.one_of(
    st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"), inner.map(lambda t: f"tanh({t})")), max_leaves=8),
    st.sampled_from(["LR", "TB"]))  # fmt: skip
def test_no_box_moves_and_no_picture_changes_its_size_in_random_graphs(text: str, direction: str) -> None:
    g = make(text)
    painter = Painter(g.trace({i.name: 0.5 for i in g.inputs}), direction=direction)
    drawn = [painter.svg(k) for k in range(len(painter.frames))]
    assert len({str(places(svg)) for svg in drawn}) == 1
    assert len({re.search(r'viewBox="[^"]*"', svg)[0] for svg in drawn}) == 1


def test_the_picture_is_the_golden_one() -> None:
    """Regenerate with: python -c "from tests.picture.test_svg import regenerate; regenerate()"."""
    assert Painter(make(MSE).trace(LECTURE)).svg(16) == (GOLDEN / "squared_error_016.svg").read_text("utf-8")


def regenerate() -> None:
    (GOLDEN / "squared_error_016.svg").write_text(Painter(make(MSE).trace(LECTURE)).svg(16), "utf-8")


def test_the_same_trace_gives_the_same_bytes() -> None:
    assert make(MSE).trace(LECTURE).svg(16) == make(MSE).trace(LECTURE).svg(16)


def test_pictures_say_in_words_what_they_show() -> None:
    t = make(MSE).trace(LECTURE)
    root = ET.fromstring(t.svg(16))
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "Backward · step 17 of 18"
    told = root.find(f"{SVG}desc").text
    assert told.startswith(t.steps[16].sentence)
    assert "w₀ = 0.5, ∂L/∂w₀ = 8.4" in told and "x₀ = 2, ∂L/∂x₀ = ?" in told


def test_a_node_shows_name_formula_value_and_gradient_with_labelled_columns() -> None:
    svg = make(MSE).trace(LECTURE).svg(16)
    assert said(group(svg, "n2")) == ["×", "v₁ = w₀·x₀", "value", "1", "∂L/∂v₁", "4.2"]
    assert said(group(svg, "n0")) == ["w₀", "value", "0.5", "∂L/∂w₀", "8.4"]
    assert said(group(svg, "n1")) == ["x₀", "value", "2", "∂L/∂x₀", "?"]


def test_the_active_edge_carries_the_pill_and_its_arrow_stands_at_the_argument() -> None:
    painter = Painter(make(MSE).trace(LECTURE))
    assert said(group(painter.svg(16), "l2_0")) == ["∂v₁/∂w₀ = x₀ = 2", "2 × 4.2 = 8.4"]
    target = painter.layout.places[0]
    tips = {}
    for k in (15, 16):
        edge = group(painter.svg(k), "e2_0")
        tips[k] = float(edge.find(f"{SVG}polygon").get("points").split(",")[0])
    assert tips[16] < target.left + target.width + 2 < tips[15] - 50
    assert group(painter.svg(16), "e2_0").find(f"{SVG}path").get("stroke-dasharray")


def test_roles_differ_by_shape_and_not_by_colour_alone() -> None:
    svg = make("L = max(0, 1 - w*x)").trace({"w": 1, "x": 0.5}).svg(-1)
    looks = {}
    for g in ET.fromstring(svg).iter(f"{SVG}g"):
        kind = g.get("class", "").split()
        if kind[:1] == ["node"]:
            rects = g.findall(f"{SVG}rect")
            looks[kind[1]] = (len(rects), rects[0].get("rx"), rects[0].get("stroke-dasharray"))
    assert set(looks) == {"parameter", "data", "operation", "output"}
    assert len(set(looks.values())) == 4
    assert looks["data"][1] == "0" and looks["output"][0] == 2


def test_states_differ_by_line_and_not_by_colour_alone() -> None:
    svg = make(MSE).trace(LECTURE).svg(10)
    widths = {
        g.get("class").split()[2]: g.find(f"{SVG}rect").get("stroke-width")
        for g in ET.fromstring(svg).iter(f"{SVG}g")
        if g.get("class", "").startswith("node")
    }
    assert widths["active"] == widths["target"] == "2.4" and widths["waiting"] == widths["done"] == "1.2"
    assert said(group(svg, "n0"))[-1] == "?"  # a node that waits says so


def test_matrices_stand_in_brackets_entry_by_entry() -> None:
    t = make("L = sum(W@x)", shapes={"W": (3, 2), "x": 2}).trace(
        {"W": [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]], "x": [1, 2]}
    )
    box = group(t.svg(-1), "n0")
    assert said(box) == [
        "W",
        "(3×2)",
        "value",
        "0.1",
        "0.3",
        "0.5",
        "0.2",
        "−0.4",
        "0.6",
        "∂L/∂W",
        "1",
        "1",
        "1",
        "2",
        "2",
        "2",
    ]
    assert len(box.findall(f"{SVG}path")) == 5  # the rule under the name, and two pairs of brackets


HOSTILE = [
    '<script>alert(1)</script>"&\x1b[31m',
    "]]><!--",
    '\'" onload="x',
    "\u202egnp.exe",
    "&#0;\x00\x07",
    "javascript:alert(1)",
    "%s{0}{{}}$x",
]


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_text_is_escaped(evil: str) -> None:
    from graphtutor.picture.steps.frames import clean

    frame = film(make(MSE).trace(LECTURE))[16]
    boxes = tuple(
        b._replace(
            name=clean(evil), formula=clean(evil) if b.formula else "", label=clean(evil), value=((clean(evil),),)
        )
        for b in frame.boxes
    )
    wires = tuple(w._replace(local=tuple(r._replace(text=clean(evil)) for r in w.local)) for w in frame.wires)
    hostile = type(frame)(0, 1, "backward", clean(evil), boxes, wires)
    svg = paint(hostile, arrange([hostile]))
    tags = {element.tag.removeprefix(SVG) for element in ET.fromstring(svg).iter()}
    assert tags <= {"svg", "title", "desc", "rect", "g", "text", "tspan", "path", "polygon"}
    assert all(not name.startswith("on") for element in ET.fromstring(svg).iter() for name in element.attrib)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", svg)
    assert clean(evil) in "".join(ET.fromstring(svg).itertext())


def test_a_hostile_name_of_an_input_cannot_leave_its_text() -> None:
    import sympy as sp

    svg = (
        make(sp.Symbol("<b onclick=x>&") * sp.Symbol("y")).svg()
        if hasattr(make("x"), "svg")
        else Painter(make(sp.Symbol("<b onclick=x>&") * sp.Symbol("y"))).svg()
    )
    assert "<b" not in svg and "\x1b" not in svg
    ET.fromstring(svg)


# ----- colours -----
def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("palette", PALETTES)
def test_every_text_colour_has_contrast_aa_on_every_ground(theme: str, palette: str) -> None:
    c = colours(theme, palette)
    for ground in (c.ground, c.box, c.idle, c.lit, c.fresh):
        for ink in (c.ink, c.muted, c.value, c.upstream, c.local):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    assert contrast(c.line, c.ground) >= 3  # what is not text but must be seen (WCAG 1.4.11)


# Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB
BLIND = {"protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
         "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))}  # fmt: skip


def lab(colour: str, matrix) -> tuple[float, float, float]:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    rgb = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    seen = [min(1.0, max(0.0, sum(m * v for m, v in zip(row, rgb, strict=True)))) for row in matrix]
    xyz = [sum(m * v for m, v in zip(row, seen, strict=True)) / white for row, white in zip(
        ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)), (0.9505, 1.0, 1.089), strict=True)]  # fmt: skip
    f = [v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", BLIND)
def test_value_and_gradient_stay_apart_for_the_colour_blind(theme: str, kind: str) -> None:
    c = colours(theme)
    a, b = lab(c.value, BLIND[kind]), lab(c.upstream, BLIND[kind])
    # cs231n's green and red come to 24 and 10 (visualizers.md)
    assert sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5 > 50


def test_every_colour_of_a_theme_is_one_that_svg_and_graphviz_know() -> None:
    for theme in THEMES:
        c = colours(theme)
        assert all(re.fullmatch("#[0-9A-F]{6}", value) for value in c)


@pytest.mark.parametrize(("look", "message"), [
    ({"theme": "blue"}, "theme='blue' is not known; expected light or dark"),
    ({"palette": "jet"}, "palette='jet' is not known; expected default or cs231n"),
    ({"digits": 0}, "digits=0 is not possible; expected a whole number from 1 to 17")])  # fmt: skip
def test_an_unknown_look_is_refused_by_name(look, message: str) -> None:
    with pytest.raises(LearnerError, match=re.escape(message)):
        Painter(make("x*y"), **look)


def test_coordinates_have_at_most_two_decimals() -> None:
    assert [n(v) for v in (1.0, 0.126, -0.001, 10.0, 100.5)] == ["1", "0.13", "0", "10", "100.5"]
    assert not re.search(r"\d\.\d{3}", re.sub(r"<(title|desc|text).*?</\1>", "", make(MSE).trace(LECTURE).svg(5)))
