"""PNG, PDF and GIF: with their text on a machine without fonts, of a bounded size, the same each time."""

from __future__ import annotations

import io
import re

import numpy as np
import pypdf
import pytest
from PIL import Image

from graphtutor.errors import LearnerError
from graphtutor.front.api import graph as make
from graphtutor.picture.files.pdf import pdf
from graphtutor.picture.files.raster import MOST_PIXELS, gif, png, size
from graphtutor.picture.steps.save import Painter

LECTURE = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}
MSE = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"
PAINTER = Painter(make(MSE).trace(LECTURE))


def pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("L"))


def test_a_png_has_its_text_without_any_system_font() -> None:
    svg = PAINTER.svg(16)
    bare = re.sub(r"<text.*?</text>", "", svg)
    assert (pixels(png(svg, 1.0)) < 110).sum() > 1.5 * (pixels(png(bare, 1.0)) < 110).sum()


def test_each_letter_has_a_glyph_and_not_a_box() -> None:
    def glyph(letter: str) -> bytes:
        return png(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" font-family="\'DejaVu Sans\'"><text x="5" y="30" font-size="24">{letter}</text></svg>',
            1.0,
        )

    missing = glyph("\ue123")
    shown = [glyph(c) for c in "∂₀²·×−√Σσδ∞ᵀ⊗▣"]
    assert missing not in shown and len(set(shown)) == len(shown)


def test_scale_gives_pixels_a_point_and_the_width_is_capped() -> None:
    svg = PAINTER.svg(16)
    wide, high = size(svg)
    assert abs(pixels(png(svg, 1.5)).shape[1] - 1.5 * wide) <= 1
    assert abs(pixels(png(svg, 1.5)).shape[0] - 1.5 * high) <= 1.5  # a picture's height is no whole number
    assert pixels(png(svg, 50.0)).shape[1] <= MOST_PIXELS + 1


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert png(PAINTER.svg(16)) == png(PAINTER.svg(16))
    assert pdf(PAINTER.svg(16)) == pdf(PAINTER.svg(16))


def test_a_png_names_its_maker() -> None:
    with Image.open(io.BytesIO(png(PAINTER.svg(0)))) as image:
        image.load()
        assert image.info["Software"] == "graphtutor"


def test_a_pdf_has_one_page_of_the_right_size_with_text_in_an_embedded_font() -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf(PAINTER.svg(16))))
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx(size(PAINTER.svg(16)), abs=1)
    text = reader.pages[0].extract_text()
    assert all(words in text for words in ("Backward · step 17 of 18", "∂v₁/∂w₀", "v₁ = w₀·x₀", "8.4", "−0.3"))
    fonts = [str(f.get_object()["/BaseFont"]) for f in reader.pages[0]["/Resources"]["/Font"].values()]
    assert fonts and all("DejaVuSans" in name for name in fonts)


def test_a_gif_keeps_its_ground_and_its_flat_colours_as_they_are() -> None:
    painter = Painter(make("L = (w*x - y)**2").trace({"w": 2, "x": 3, "y": 5}))
    with Image.open(io.BytesIO(gif(painter.svg(k) for k in range(len(painter.frames))))) as image:
        for k in range(image.n_frames):
            image.seek(k)
            colours = {colour: n for n, colour in image.convert("RGB").getcolors(1 << 16)}
            assert max(colours, key=colours.get) == (255, 255, 255)
            assert {(0, 0x67, 0xA3), (0x1E, 0x29, 0x3B)} <= set(colours)  # values, ink


def test_a_gif_has_a_frame_a_step_in_one_size() -> None:
    painter = Painter(make("w*x").trace({"w": 1, "x": 2}))
    with Image.open(io.BytesIO(gif(painter.svg(k) for k in range(4)))) as image:
        assert image.n_frames == 4
        image.seek(3)
        assert image.info["duration"] == 4800
        last = np.asarray(image.convert("RGB"), dtype=int)
    with Image.open(io.BytesIO(png(painter.svg(3), 1.25))) as still:
        # 64 colours for anti-aliased text: a small part of the pixels is off by a little
        assert np.mean(np.abs(np.asarray(still.convert("RGB"), dtype=int) - last).max(axis=2) > 40) < 0.005


@pytest.mark.parametrize(("module", "draw", "message"), [
    ("resvg_py", png, "PNG needs resvg-py; install it with 'pip install resvg-py', or write .svg"),
    ("matplotlib.figure", pdf, "PDF needs matplotlib; install it with 'pip install matplotlib', or write .svg")])  # fmt: skip
def test_a_missing_library_is_named_with_the_way_out(monkeypatch, module: str, draw, message: str) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(LearnerError, match=message):
        draw(PAINTER.svg(0))
