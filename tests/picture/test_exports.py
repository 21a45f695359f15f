"""TikZ, beamer, animated SVG, pages of PDF, Mermaid, GIF: every step in one file, and the same picture in other words."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pypdf
import pytest
from PIL import Image

from graphtutor.errors import LearnerError
from graphtutor.front.api import graph as make
from graphtutor.picture.files.inbetweens import animated, area, changed, things
from graphtutor.picture.files.raster import gif, png
from graphtutor.picture.files.tikz import tex
from graphtutor.picture.steps.save import Painter

LECTURE = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}
MSE = make("f = w0*x0 + w1*x1 + b\nL = (f - y)**2").trace(LECTURE)
SOFTMAX = make("L = -log(softmax(W@x + b)[0])", shapes={"W": (3, 2), "x": 2, "b": 3}).trace(
    {"W": [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]], "x": [1, 2], "b": [0, 0.1, -0.1]}
)
CHAIN = make(
    "; ".join(f"h{i} = tanh(w{i}*{f'h{i - 1}' if i else 'x'} + b{i})" for i in range(12)) + "; L = (h11 - y)**2"
)
PICTURES = {
    "mse": MSE,
    "softmax": SOFTMAX,
    "hinge": make("L = max(0, 1 - y*(w*x + b))").trace({"y": 1, "w": 1, "x": 0.5, "b": 0}),
    "chain": CHAIN.trace(dict.fromkeys([n.name for n in CHAIN.inputs], 0.5)),
    "greek": make("σ_a = sqrt(lam*α**2 + x_1); L = abs(σ_a)/ε").trace({"lam": 1, "alpha": 2, "x1": 3, "epsilon": 4}),
}


@pytest.mark.parametrize("name", PICTURES)
def test_tex_compiles_the_picture_and_its_slides(tmp_path: Path, name: str) -> None:
    if shutil.which("pdflatex") is None:
        assert not os.environ.get("GRAPHTUTOR_SKIP_NOTHING"), "CI installs TeX"
        pytest.skip("no pdflatex here")
    walked = PICTURES[name]
    walked.draw(tmp_path / "one.tex", step=-2)
    files = ["one.tex"]
    if name == "mse":
        walked.draw(tmp_path / "all.tex", step="all")
        files.append("all.tex")
    for file in files:
        done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", file], cwd=tmp_path, capture_output=True, text=True, timeout=120)  # fmt: skip
        assert done.returncode == 0, [line for line in done.stdout.split("\n") if line.startswith("!")]
        assert "Overfull" not in done.stdout
        reader = pypdf.PdfReader(tmp_path / file.replace(".tex", ".pdf"))
        box = reader.pages[0].mediabox
        assert len(reader.pages) == (1 if file == "one.tex" else len(walked.steps))
        assert float(box.width) / float(box.height) == pytest.approx(16 / 9, rel=0.01)


def test_words_for_tex_are_escaped_and_signs_are_mathematics() -> None:
    assert tex("50% & a_b {x} \\end $") == r"50\% \& a\_b \{x\} \textbackslash{}end \$"
    assert tex("v₁₂ = σ(x)²") == r"v$_{12}$ = $\sigma$(x)$^{2}$"


def test_every_step_in_one_svg_is_shown_in_turn_and_the_last_alone_without_motion() -> None:
    painter = Painter(MSE)
    svgs = [painter.svg(k) for k in range(len(painter))]
    whole = animated(svgs, 1.0)
    root = ET.fromstring(whole)
    frames = {m[1]: m[2] for m in re.finditer(r"@keyframes (\w+)\{(.*?)\}\}?\.\1\{", whole)}
    assert "prefers-reduced-motion" in whole and f"animation:{len(svgs)}s" in whole
    for k, svg in enumerate(svgs):
        shown = set()
        for g in root:
            kind = (g.get("class") or "").split()
            if kind[:1] == ["f"]:
                stops = sorted(
                    (float(at), state)
                    for at, state in re.findall(r"([\d.]+)%\{visibility:(\w+)", frames[kind[1]] + "}")
                )
                now = [state for at, state in stops if at <= 100 * (k + 0.5) / len(svgs)][-1]
                shown |= {g[0].get("id")} if now == "visible" else set()
        there = {re.search('id="(\\w+)"', line)[1] for line in things(svg)[1]}
        always = {g.get("id") for g in root if (g.get("class") or "").split()[:1] != ["f"]} - {None}
        assert shown | always == there
    assert len(whole) < sum(map(len, svgs)) / 2


def test_every_step_in_one_pdf_is_a_page_of_the_slide(tmp_path: Path) -> None:
    reader = pypdf.PdfReader(MSE.draw(tmp_path / "mse.pdf", step="all")[0])
    assert len(reader.pages) == len(MSE.steps)
    assert [f"step {k + 1} of 18" in page.extract_text() for k, page in enumerate(reader.pages)] == [True] * 18
    assert {(float(p.mediabox.width), float(p.mediabox.height)) for p in reader.pages} == {(960.0, 540.0)}


@pytest.mark.parametrize(("path", "message"), [
    ("a.png", "step='all' makes a .svg \\(an animation\\), a .pdf \\(pages\\), a .tex \\(slides of beamer\\); no .png"),
    ("folder", "step='all' puts every step into one file; name a .svg, .pdf or .tex, or leave step out for a folder")])  # fmt: skip
def test_what_cannot_hold_every_step_is_refused(tmp_path: Path, path: str, message: str) -> None:
    with pytest.raises(LearnerError, match=message):
        MSE.draw(tmp_path / path, step="all")


def test_mermaid_has_every_node_and_edge_and_keeps_words_inside_their_quotes(tmp_path: Path) -> None:
    text = MSE.draw(tmp_path / "mse.mmd")[0].read_text("utf-8")
    assert text.startswith("flowchart LR\n") and text.count("-->") == 11
    assert 'n11[["L = v₄²<br/>value 4.41<br/>∂L/∂L = 1"]]' in text and 'n0 -->|"∂v₁/∂w₀ = x₀ = 2"| n2' in text
    kink = make("L = where(x < y, x, y)").trace({"x": 1, "y": 2}).draw(tmp_path / "k.mmd")[0].read_text("utf-8")
    assert all(
        re.fullmatch(r'[^"]*("[^"<>]*(<br/>[^"<>]*)*"[^"]*)?', line) for line in kink.replace("-->", "--").split("\n")
    )


def test_a_dot_source_shows_itself_without_any_graphviz(monkeypatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *a, **k: None)
    monkeypatch.setenv("PATH", "")
    shown = MSE.dot(3)._repr_mimebundle_()
    assert list(shown) == ["image/svg+xml"] and "step 4 of 18" in shown["image/svg+xml"]


def test_a_gif_that_paints_only_what_changes_shows_what_whole_pictures_show() -> None:
    painter = Painter(make("L = (w*x - y)**2").trace({"w": 2, "x": 3, "y": 5}))
    svgs = [painter.drawing(k, "gif") for k in range(len(painter))]
    with Image.open(io.BytesIO(gif(svgs))) as image:
        assert image.n_frames == len(svgs) and image.width <= 1600
        for k, svg in enumerate(svgs):
            image.seek(k)
            with Image.open(io.BytesIO(png(svg, 1.25))) as still:
                off = np.abs(
                    np.asarray(image.convert("RGB"), dtype=int) - np.asarray(still.convert("RGB"), dtype=int)
                ).max(axis=2)
            assert np.mean(off > 60) < 0.001, k


def test_what_changes_between_two_steps_is_a_small_part_of_the_picture() -> None:
    painter = Painter(MSE)
    lines = [things(painter.svg(k))[1] for k in (15, 16)]
    patches = changed(*lines)
    layout = painter.layout
    assert 0 < sum((a.right - a.left) * (a.bottom - a.top) for a in patches) < 0.6 * layout.width * layout.height
    assert not any(a.meets(b) for a in patches for b in patches if a is not b)
    assert all(area(line) is not None for line in lines[0] if "<title>" in line)


def test_a_thing_may_be_several_elements_in_a_row() -> None:
    """A board writes a line's sign and its formula one after the other."""
    assert area('<rect x="0" y="0" width="1" height="2"/><path d="M3 4H9"/>') == (0, 0, 9, 4)
