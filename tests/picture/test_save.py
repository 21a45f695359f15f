"""Files: whole or not there, their own frames replaced, nothing else touched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graphtutor.errors import LearnerError
from graphtutor.front.api import graph as make
from graphtutor.picture.steps.save import Painter

LECTURE = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}
MSE = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"
SMALL = make("w*x").trace({"w": 1, "x": 2})


@pytest.mark.parametrize("format", ["svg", "png", "pdf", "dot"])
def test_a_folder_gets_every_step_and_its_own_earlier_frames_are_replaced(tmp_path: Path, format: str) -> None:
    folder = tmp_path / "new" / "steps"
    made = make("w*x + b").trace({"w": 1, "x": 2, "b": 3}).draw(str(folder), format=format)
    assert [p.name for p in made] == [f"{k:03d}.{format}" for k in range(7)]
    (folder / "notes.txt").write_text("mine")
    (folder / "2024.png").write_bytes(b"a photograph of mine")
    (folder / "005.svg").write_text("<svg>drawn by hand</svg>") if format != "svg" else None
    SMALL.draw(str(folder), format=format)
    kept = {"notes.txt", "2024.png"} | ({"005.svg"} if format != "svg" else set())
    assert {p.name for p in folder.iterdir()} == {f"00{k}.{format}" for k in range(4)} | kept


def test_one_step_into_a_folder_leaves_the_others(tmp_path: Path) -> None:
    SMALL.draw(str(tmp_path))
    before = (tmp_path / "000.svg").read_text("utf-8")
    (path,) = make("w + x").trace({"w": 1, "x": 2}).draw(str(tmp_path), step=-1)
    assert path.name == "003.svg"
    assert len(list(tmp_path.iterdir())) == 4 and (tmp_path / "000.svg").read_text("utf-8") == before


@pytest.mark.parametrize(("name", "start"), [
    ("a.svg", b"<svg"), ("a.png", b"\x89PNG"), ("a.pdf", b"%PDF"), ("a.gif", b"GIF89a"), ("a.dot", b"digraph"), ("a.html", b"<!DOCTYPE html>")])  # fmt: skip
def test_each_suffix_gets_its_format(tmp_path: Path, name: str, start: bytes) -> None:
    for drawn in (SMALL, make("w*x")):
        (path,) = drawn.draw(str(tmp_path / name))
        assert path.read_bytes().startswith(start)


def test_a_step_goes_to_one_file_and_is_that_step(tmp_path: Path) -> None:
    (path,) = make(MSE).trace(LECTURE).draw(str(tmp_path / "mse.svg"), step=12)
    assert "Backward · step 13 of 18" in path.read_text("utf-8")


@pytest.mark.parametrize(("name", "more", "message"), [
    ("a.bmp", {}, "'.bmp' is no format of pictures; expected .svg, .png, .pdf, .tex, .dot, .mmd, .gif, .html, or a folder name"),
    ("folder", {"format": "gif"}, "format='gif' holds every step in one file; name a file that ends in .gif"),
    ("folder", {"format": "bmp"}, "format='bmp' is no format of pictures; expected svg, png, pdf, tex, dot, mmd, gif, html"),
    ("a.svg", {"format": "png"}, "'a.svg' ends in .svg and format is 'png'; leave format out, or name the file .png"),
    ("a.svg", {"step": 99}, "there is no step 99; this trace has steps 0 to 3"),
    ("a.svg", {"theme": "blue"}, "theme='blue' is not known; expected light or dark"),
    ("file/a.svg", {}, "cannot write {}/file/a.svg: file exists; choose another place"),
    ("file/b/a.svg", {}, "cannot write {}/file/b/a.svg: not a directory; choose another place"),
])  # fmt: skip
def test_what_cannot_be_is_one_clear_line_and_leaves_nothing(tmp_path: Path, name: str, more, message: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LearnerError, match=re.escape(message.format(tmp_path))) as caught:
        SMALL.draw(str(tmp_path / name), **more)
    assert "\n" not in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_failure_in_the_middle_leaves_the_old_file_whole(tmp_path: Path, monkeypatch) -> None:
    target = tmp_path / "a.svg"
    SMALL.draw(str(target))
    before = target.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(LearnerError, match=r"cannot write .*a\.svg: no space left on device"):
        make(MSE).trace(LECTURE).draw(str(target))
    assert target.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_the_finished_picture_lights_no_step_and_the_values_alone_know_no_gradient(tmp_path) -> None:
    t = make("f = w*x + b; L = (f - y)**2").trace({"w": 2, "x": 3, "b": 1, "y": 5})
    whole, values = t.svg(), t.svg(step="values")
    assert (
        not re.search('class="(node|edge|label) [a-z ]*(active|target|computed|feeding)', whole)
        and "step" not in whole.split("<desc>")[0]
    )
    assert "Values and gradients" in whole and "∂L/∂w" in whole
    assert "<title>Values</title>" in values and "∂L" not in values
    assert t.svg(step=-1) != whole


def test_lines_are_collapsed_and_parameters_told_where_it_is_drawn() -> None:
    t = make("f = w*x + b; L = (f - y)**2").trace({"w": 2, "x": 3, "b": 1, "y": 5})
    assert len(Painter(t, collapse="f")) < len(t.steps)
    assert "f = w·x + b" in t.svg(collapse=["f"])
    svg = t.svg(parameters=["x"], legend=True)
    assert ">parameter x<" in svg and ">given w, b, y<" in svg
    with pytest.raises(LearnerError, match="'z' is no input of this graph; its inputs are w, x, b, y"):
        t.svg(parameters=["z"])
    with pytest.raises(LearnerError, match="'q' is no group of this graph"):
        t.svg(collapse=["q"])


@pytest.mark.parametrize("seed", [None, 2.0])
def test_a_collapsed_walk_keeps_its_point_its_tie_and_its_seed(seed) -> None:
    t = make("u = max(0, 2*x); L = u*x").trace({"x": 0}, tie="last", seed=seed)
    closed = Painter(t, collapse=["u"]).walked
    assert (closed.point, closed.tie) == (t.point, "last")
    assert closed.gradients["x"] == t.gradients["x"]


def test_title_caption_and_legend_stand_where_they_are_wanted() -> None:
    t = make("L = (w*x - y)**2").trace({"w": 2, "x": 3, "y": 5})
    bare = t.svg(-1, title=False, caption=False)
    assert "Backward" not in bare.split("</desc>")[1] and 'id="legend"' not in bare
    assert 'id="legend"' in t.svg(-1, legend=True) and 'id="legend"' in t.svg(-1, size="slide")
    assert 'id="legend"' not in t.svg(-1, size="slide", legend=False)


def test_larger_letters_close_more_lines() -> None:
    t = make("h = w*x + b; p = sigmoid(h); L = -log(p)").trace({"w": 2, "x": 3, "b": 1})
    assert Painter(t, size="slide").layout.tiles == () != Painter(t, size="slide", letters=30).layout.tiles
    with pytest.raises(LearnerError, match="letters=2 is no size of letters; expected 4 to 40 points"):
        Painter(t, letters=2)
