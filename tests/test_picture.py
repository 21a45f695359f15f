"""Pictures: nothing moves between steps, every word is escaped, files are whole or not there."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pygraphviz
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphtutor.api import make
from graphtutor.errors import LearnerError
from graphtutor.picture import fonts
from graphtutor.picture.frames import film
from graphtutor.picture.layout import arrange
from graphtutor.picture.save import Painter
from graphtutor.picture.svg import CLASSIC, DARK, LIGHT, paint

POINT = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}
MSE = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"
SVG = "{http://www.w3.org/2000/svg}"


def boxes(svg: str) -> dict[str, tuple[str, ...]]:
    """The position and size of every node's outline."""
    found = {}
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        if group.get("id", "").startswith("n"):
            rect = group.find(f"{SVG}rect")
            found[group.get("id")] = tuple(rect.get(k) for k in ("x", "y", "width", "height"))
    return found


def test_no_box_moves_between_steps() -> None:
    painter = Painter(make(MSE).trace(POINT))
    first = boxes(painter.svg(0))
    assert len(first) == 12
    assert all(boxes(painter.svg(k)) == first for k in range(1, len(painter.frames)))


@settings(max_examples=15, deadline=None)
@given(st.recursive(st.sampled_from(["x", "y", "w0", "2", "x"]), lambda inner: st.one_of(
    st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"), inner.map(lambda t: f"tanh({t})")), max_leaves=8))  # fmt: skip
def test_no_box_moves_in_random_graphs(text: str) -> None:
    g = make(text)
    painter = Painter(g.trace({n.name: 0.5 for n in g.inputs}))
    first = boxes(painter.svg(0)) if painter.frames else {}
    assert all(boxes(painter.svg(k)) == first for k in range(len(painter.frames)))


def test_pinned_dot_has_every_node_where_the_svg_has_it() -> None:
    painter = Painter(make(MSE).trace(POINT))
    graph = pygraphviz.AGraph(string=painter.dot(12).source)
    graph.layout(prog="nop2")
    for node in graph.nodes():
        x, y = map(float, node.attr["pos"].split(","))
        place = painter.layout.places[int(node[1:])]
        assert abs(x - place.x) < 0.01 and abs(painter.layout.height - y - place.y) < 0.01


def test_a_gradient_not_reached_is_a_question_mark_and_never_zero() -> None:
    frames = film(make("L = x*x + x").trace({"x": 3}))
    slots = [next(b.gradient for b in f.boxes if b.name == "x") for f in frames]
    assert slots == ["?", "?", "?", "?", "1 + ? + ?", "1 + 3 + ?", "7"]


def test_an_edge_shows_local_times_upstream_when_its_turn_comes() -> None:
    frame = film(make(MSE).trace(POINT))[16]
    wire = next(w for w in frame.wires if w.state == "active")
    assert (wire.local, wire.product) == ("∂v₁/∂w₀ = x₀ = 2", "2 × 4.2 = 8.4")


def test_texts_fit_their_boxes() -> None:
    frames = film(make(MSE).trace(POINT))
    layout = arrange(frames)
    for frame in frames:
        for box in frame.boxes:
            for line in (*box.value.split("\n"), *(box.gradient or "").split("\n")):
                assert fonts.width(line, 12, True) <= layout.places[box.id].width


def test_pictures_say_in_words_what_they_show_and_are_byte_stable() -> None:
    t = make(MSE).trace(POINT)
    svg = t.svg(16)
    assert svg == make(MSE).trace(POINT).svg(16)
    root = ET.fromstring(svg)
    assert root.find(f"{SVG}title").text == "Backward · step 17 of 18"
    assert t.steps[16].sentence in root.find(f"{SVG}desc").text


def test_hostile_text_is_escaped_in_every_format() -> None:
    g = make(MSE).trace(POINT)
    frame = film(g)[0]
    evil = frame._replace if hasattr(frame, "_replace") else None
    box = frame.boxes[0]._replace(name='<script>"&\x1b', value="<b>&")
    hostile = type(frame)(0, 1, "forward", "<img onerror=1>", (box, *frame.boxes[1:]), frame.wires)
    svg = paint(hostile, arrange([hostile]))
    assert evil is None
    assert "<script" not in svg and "<img" not in svg
    assert ET.fromstring(svg.replace("\x1b", "")) is not None


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_text_colour_has_contrast_aa(theme) -> None:
    colours = [theme.ink, theme.muted, theme.value, theme.upstream, theme.local] + (list(CLASSIC.values()) if theme is LIGHT else [])
    for ground in (theme.ground, theme.box, theme.lit):
        for colour in colours:
            high, low = sorted((luminance(colour), luminance(ground)), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (colour, ground)


def test_folders_are_replaced_frame_by_frame_and_nothing_else_is_touched(tmp_path: Path) -> None:
    folder = tmp_path / "steps"
    make(MSE).trace(POINT).draw(str(folder))
    (folder / "notes.txt").write_text("mine")
    assert len(list(folder.glob("*.svg"))) == 18
    make("w*x").trace({"w": 1, "x": 2}).draw(str(folder), format="png")
    assert sorted(p.name for p in folder.iterdir()) == ["000.png", "001.png", "002.png", "003.png", "notes.txt"]


@pytest.mark.parametrize("name, start", [("a.svg", b"<svg"), ("a.png", b"\x89PNG"), ("a.pdf", b"%PDF"), ("a.gif", b"GIF89a"), ("a.dot", b"digraph")])
def test_each_suffix_gets_its_format(tmp_path: Path, name: str, start: bytes) -> None:
    (path,) = make("w*x").trace({"w": 1, "x": 2}).draw(str(tmp_path / name))
    assert path.read_bytes().startswith(start)


def test_what_cannot_be_written_is_one_clear_line_and_leaves_nothing(tmp_path: Path) -> None:
    t = make("w*x").trace({"w": 1, "x": 2})
    with pytest.raises(LearnerError, match=r"'.bmp' is no format of pictures; expected .svg, .png, .pdf, .dot"):
        t.draw(str(tmp_path / "a.bmp"))
    (tmp_path / "file").write_text("x")
    with pytest.raises(LearnerError, match=r"cannot write .*; choose another place with -o"):
        t.draw(str(tmp_path / "file" / "a.svg"))
    with pytest.raises(LearnerError, match="there is no step 99; this trace has steps 0 to 3"):
        t.draw(str(tmp_path / "a.svg"), step=99)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_png_has_its_text_without_any_system_font() -> None:
    from io import BytesIO

    import numpy as np
    from PIL import Image

    from graphtutor.picture.raster import png

    def dark(svg: str) -> int:
        with Image.open(BytesIO(png(svg, 1.0))) as image:
            return int((np.asarray(image.convert("L")) < 110).sum())

    svg = make(MSE).trace(POINT).svg(16)
    assert dark(svg) > 1.5 * dark(re.sub(r"<text.*?</text>", "", svg))
