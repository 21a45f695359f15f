"""PNG, PDF and GIF: with their text on a machine without fonts, of a bounded size, the same each time."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pypdf
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from graphtutor.errors import LearnerError
from graphtutor.front.api import graph as make
from graphtutor.picture.files.fonts import STYLES, files
from graphtutor.picture.files.pdf import pdf
from graphtutor.picture.files.raster import MOST_PIXELS, gif, png, size
from graphtutor.picture.files.truetype import TrueType
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


def test_a_missing_library_is_named_with_the_way_out(monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "resvg_py", None)
    with pytest.raises(LearnerError, match="PNG needs resvg-py; install it with 'pip install resvg-py', or write .svg"):
        png(PAINTER.svg(0))
    monkeypatch.setattr("graphtutor.picture.files.pdf.files", tuple)
    with pytest.raises(
        LearnerError, match="PDF needs the fonts of matplotlib; install it with 'pip install matplotlib'"
    ):
        pdf(PAINTER.svg(0))


def test_a_pdf_is_made_without_matplotlib() -> None:
    code = """if True:
        import sys
        import graphtutor as gt
        gt.graph("w*x").trace(at={"w": 2, "x": 3}).draw(sys.argv[1])
        assert "matplotlib" not in sys.modules and "fontTools" not in sys.modules"""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run([sys.executable, "-c", code, f"{place}/a.pdf"], check=True)


@pytest.mark.parametrize("style", STYLES)
def test_the_letters_of_an_embedded_font_are_those_of_the_whole(style: str) -> None:
    path = dict(zip(STYLES, files(), strict=True))[style]
    font, whole = TrueType(path), TTFont(path)
    text = "∂ŵ₀ Σé½ ≤ f(x)·ﬁ 𝟙"  # letters made of others, and one beyond U+FFFF
    assert font.glyphs(text) == "".join(f"{whole.getGlyphID(whole.getBestCmap()[ord(c)]):04X}" for c in text)
    small = TTFont(io.BytesIO(font.subset()))
    for glyph, char in font.used.items():
        name = whole.getGlyphName(glyph)
        assert font.width(glyph) == round(whole["hmtx"][name][0] * 1000 / whole["head"].unitsPerEm), char
        inner = whole["glyf"][name]
        assert small["glyf"][small.getGlyphName(glyph)].compile(small["glyf"]) == inner.compile(whole["glyf"]), char
        for part in inner.components if inner.isComposite() else ():
            assert small["glyf"][small.getGlyphName(whole.getGlyphID(part.glyphName))].numberOfContours != 0
    assert len(font.subset()) < 60_000


SHAPES = """<svg xmlns="http://www.w3.org/2000/svg" width="{size}pt" height="{size}pt" viewBox="0 0 40 40">
<rect x="0" y="0" width="40" height="40" fill="white"/><rect x="2" y="2" width="14" height="10" rx="3" fill="#0067a3"/>
<rect x="20" y="2" width="16" height="10" fill="#c0392b" fill-opacity="0.4" stroke="black" stroke-width="1"/>
<path d="M2 20C10 14 14 28 20 20H26V26L34 30" fill="none" stroke="#127a4b" stroke-width="2"/>
<polygon points="4,38 14,38 9,30" fill="#333"/><path d="M20 36L38 36" fill="none" stroke="black" stroke-width="2" stroke-dasharray="4 2"/></svg>"""


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="looks at the page with poppler")
@pytest.mark.parametrize("size", [60, 240])
def test_a_page_shows_what_the_svg_does(size: int, tmp_path: Path) -> None:
    svg = SHAPES.format(size=size)
    (tmp_path / "a.pdf").write_bytes(pdf(svg))
    told = pixels(png(svg, 480 / size))
    command = ["pdftoppm", "-png", "-singlefile", "-scale-to", str(len(told)), "a.pdf", "a"]
    subprocess.run(command, cwd=tmp_path, check=True)
    with Image.open(tmp_path / "a.png") as page:
        apart = np.abs(np.asarray(page.convert("L"), dtype=int) - told)
    assert (apart > 60).mean() < 0.005  # edges alone
