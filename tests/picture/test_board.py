"""A derivation as a picture: its lines at fixed places, what changed marked by more than colour, the same bytes each time."""

from __future__ import annotations

import pickle
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
import sympy as sp

import graphtutor as gt
from graphtutor.errors import LearnerError
from graphtutor.picture.board.blackboard import LEGEND, Board

GOLDEN = Path(__file__).parents[1] / "golden"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SVG = "{http://www.w3.org/2000/svg}"
QUOTIENT = gt.derive("(exp(x*w)/(x*w))**3", "w", style="lecture")
ALONG = gt.derive("f = w0*x0 + w1*x1 + b; L = (f - y)**2", "w0", along="graph")


def root(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def line(svg: str, number: int) -> ElementTree.Element:
    return next(g for g in root(svg).iter(f"{SVG}g") if g.get("id") == f"line{number}")


def texts(element: ElementTree.Element) -> list[str]:
    return [t.text or "" for t in element.iter(f"{SVG}text")]


def test_the_picture_is_the_same_byte_for_byte() -> None:
    assert QUOTIENT.svg() == (GOLDEN / "derivation_quotient.svg").read_text("utf-8")
    assert ALONG.svg() == (GOLDEN / "derivation_along_graph.svg").read_text("utf-8")


def test_every_line_has_its_rule_and_the_rule_as_a_formula() -> None:
    svg = QUOTIENT.svg()
    for k, each in enumerate(QUOTIENT.lines):
        said = " ".join(texts(line(svg, k + 1)))
        assert each.rule.name in said and each.rule.formula in said


def test_what_is_new_is_framed_and_what_comes_next_is_underlined() -> None:
    svg = QUOTIENT.svg()
    frames = [len([r for r in line(svg, k).iter(f"{SVG}rect") if r.get("class") == "new"]) for k in range(1, 8)]
    under = [len([p for p in line(svg, k).iter(f"{SVG}path") if p.get("class") == "next"]) for k in range(1, 8)]
    assert frames == [0, 1, 1, 2, 1, 2, 1]
    assert under == [1, 1, 2, 2, 2, 1, 0]
    assert {LEGEND["new"], LEGEND["next"]} <= set(texts(root(svg)))


def test_along_the_graph_local_and_upstream_have_lines_of_their_own() -> None:
    svg = ALONG.svg()
    found = [[p.get("class") for p in line(svg, k).iter(f"{SVG}path") if p.get("class")] for k in range(1, 8)]
    assert [sorted(line_) for line_ in found] == [[], *[["local", "upstream"]] * 5, []]
    assert "v₁ = w₀·x₀" in root(svg).find(f"{SVG}desc").text


def test_lines_come_one_by_one_and_none_moves() -> None:
    board = Board(QUOTIENT)
    whole = board.svg()
    for k in range(len(board)):
        svg = board.svg(k)
        assert re.findall(r'id="(line\d+)"', svg) == [f"line{j + 1}" for j in range(k + 1)]
        assert re.search(r'viewBox="[^"]*"', svg)[0] == re.search(r'viewBox="[^"]*"', whole)[0]
        for j in range(1, k + 1):
            assert ElementTree.tostring(line(svg, j)) == ElementTree.tostring(line(whole, j))
        assert 'class="next"' not in ElementTree.tostring(line(svg, k + 1)).decode()


@pytest.mark.parametrize("look", [{"theme": "dark"}, {"palette": "cs231n"}])
def test_the_look_changes_colours_alone(look: dict[str, str]) -> None:
    bare = re.compile(r"#[0-9A-F]{6}")
    assert QUOTIENT.svg(**look) != QUOTIENT.svg()
    assert bare.sub("", QUOTIENT.svg(**look)) == bare.sub("", QUOTIENT.svg())


def test_everything_is_inside_the_picture() -> None:
    for found in (QUOTIENT, ALONG, gt.derive(" + ".join(f"w*exp(x{i}*w)" for i in range(15)), "w")):
        svg = root(found.svg())
        wide, high = float(svg.get("width")), float(svg.get("height"))
        for element in svg.iter(f"{SVG}text"):
            assert 0 < float(element.get("x")) < wide and 0 < float(element.get("y")) < high
        assert wide < 1300  # long sums are broken, not stretched


def test_files_of_every_format_are_written(tmp_path: Path) -> None:
    for name, start in (
        ("d.svg", b"<svg"),
        ("d.png", b"\x89PNG"),
        ("d.pdf", b"%PDF"),
        ("d.gif", b"GIF8"),
        ("d.html", b"<!DOCTYPE html>"),
    ):
        [path] = QUOTIENT.draw(tmp_path / name)
        assert path.read_bytes().startswith(start)
    assert [p.name for p in ALONG.draw(tmp_path / "folder")] == [f"{k:03d}.svg" for k in range(7)]
    assert QUOTIENT.draw(tmp_path / "one.svg", step=2)[0].read_text("utf-8") == QUOTIENT.svg(2)


def test_both_ways_stand_on_one_picture_and_nothing_moves(tmp_path: Path) -> None:
    by_rules = gt.derive("f = w0*x0 + w1*x1 + b; L = (f - y)**2", "w0", style="lecture")
    [path] = by_rules.draw(tmp_path / "both.svg", both=True)
    whole = path.read_text("utf-8")
    assert re.findall(r'id="(line\d+)"', whole) == [f"line{k}" for k in range(1, 13)]
    for k in range(1, 6):
        assert ElementTree.tostring(line(whole, k)) == ElementTree.tostring(line(by_rules.svg(), k))
    heights = [float(next(line(whole, k).iter(f"{SVG}text")).get("y")) for k in range(1, 13)]
    assert heights == sorted(heights) and heights[-1] < float(root(whole).get("height"))
    assert set(LEGEND.values()) <= set(texts(root(whole)))
    [early] = by_rules.draw(tmp_path / "early.svg", step=6, both=True)
    assert re.findall(r'id="(line\d+)"', early.read_text("utf-8")) == [f"line{k}" for k in range(1, 8)]
    [page] = by_rules.draw(tmp_path / "both.html", both=True)
    assert page.read_text("utf-8").count("<tr ") == 13


def test_the_text_of_a_pdf_can_be_searched(tmp_path: Path) -> None:
    import pypdf

    [path] = QUOTIENT.draw(tmp_path / "d.pdf")
    assert "quotient rule" in pypdf.PdfReader(path).pages[0].extract_text()


def test_lines_and_formats_that_there_are_not_are_named(tmp_path: Path) -> None:
    with pytest.raises(LearnerError, match="there is no line 9; this derivation has lines 0 to 6"):
        QUOTIENT.draw(tmp_path / "d.svg", step=9)
    with pytest.raises(LearnerError, match="theme='blue' is not known; expected light or dark"):
        QUOTIENT.svg(theme="blue")


def test_names_from_a_sympy_user_are_escaped() -> None:
    odd = sp.Symbol("</text><script>")
    found = gt.derive(odd * sp.Symbol("w") ** 2, "w")
    assert "<script>" not in found.svg() + found.page().replace('<script>"use strict"', "")
    assert ElementTree.fromstring(found.svg()) is not None


def test_a_derivation_still_compares_and_pickles() -> None:
    again = gt.derive("(exp(x*w)/(x*w))**3", "w", style="lecture")
    assert again == QUOTIENT and hash(again) == hash(QUOTIENT)
    assert pickle.loads(pickle.dumps(QUOTIENT)).svg() == QUOTIENT.svg()


def test_a_notebook_gets_the_page_in_a_frame_and_a_picture_where_scripts_do_not_run() -> None:
    html = QUOTIENT._repr_html_()
    assert html.startswith("<iframe srcdoc=") and 'sandbox="allow-scripts' in html
    assert QUOTIENT._repr_svg_() == QUOTIENT.svg()


def test_the_page_asks_for_nothing_from_outside_and_says_every_line_in_mathml() -> None:
    page = QUOTIENT.page()
    assert not re.search(r"(?:src|href)=|url\(|@import|https?://(?!www\.w3\.org/(?:2000/svg|1998/Math/MathML))", page)
    assert page.count("<math") == len(QUOTIENT.lines) == page.count("<tr ")


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as p:
        opened = p.chromium.launch(executable_path=CHROMIUM)
        yield opened
        opened.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_lines_come_and_go_with_the_keys(browser, tmp_path: Path) -> None:
    [path] = QUOTIENT.draw(tmp_path / "d.html")
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())

    def shown() -> int:
        return page.evaluate(
            "[...document.querySelectorAll('#lines tr')].filter(r => getComputedStyle(r).visibility === 'visible').length"
        )

    def places() -> list[float]:
        return page.evaluate("[...document.querySelectorAll('#lines tr')].map(r => r.getBoundingClientRect().top)")

    at_first = places()
    assert shown() == 7
    for key, want in (("Home", 1), ("ArrowRight", 2), (" ", 3), ("ArrowLeft", 2), ("End", 7)):
        page.keyboard.press(key)
        assert shown() == want
        assert places() == at_first
    page.goto(path.as_uri() + "#3")
    assert page.text_content("#count") == "3 / 7"
    assert said == []
    page.close()
