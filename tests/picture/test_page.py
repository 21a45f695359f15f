"""The interactive page: one file, nothing from outside, every step reachable, nothing that a learner typed can run."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sympy as sp

from graphtutor.front.api import graph as make
from graphtutor.picture.steps.page import framed
from graphtutor.picture.steps.save import Painter

LECTURE = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}
TRACE = make("f = w0*x0 + w1*x1 + b\nL = (f - y)**2").trace(LECTURE)
PAGE = Painter(TRACE).page()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def film(page: str) -> list[dict[str, object]]:
    return json.loads(re.search(r'<script type="application/json" id="film">(.*?)</script>', page, re.S)[1])


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_holds_every_step_and_asks_for_nothing_from_outside() -> None:
    frames = film(PAGE)
    assert [f["says"] for f in frames] == [s.sentence for s in TRACE.steps]
    assert not re.search(r"(?:src|href)=|url\(|@import|https?://(?!www\.w3\.org/2000/svg)", PAGE)


def test_only_what_changed_is_kept_and_replaying_it_gives_the_picture() -> None:
    frames = film(PAGE)
    assert len(frames[0]["parts"]) == 12 + 2 * 11
    assert all(len(f["parts"]) < 12 for f in frames[1:6])
    now: dict[str, str] = {}
    for f in frames[:17]:
        now |= f["parts"]
    bare = re.sub(r'"var\(--\w+\)"', "", "".join(now[f"n{k}"] for k in range(12)))
    svg = re.sub(r'"#[0-9A-F]{6}"', "", "".join(re.findall(r'<g id="n\d+".*?</g>', TRACE.svg(16))))
    assert bare == svg


def test_controls_have_names_and_the_sentence_is_announced() -> None:
    found = Tags(PAGE).found
    assert {a["aria-label"] for tag, a in found if tag == "button"} == {
        "first step",
        "step back",
        "play",
        "next step",
        "last step",
    }
    assert any(tag == "header" and a.get("aria-live") == "polite" for tag, a in found)
    assert [(a["min"], a["max"]) for tag, a in found if tag == "input"] == [("0", "17")]


def test_hostile_names_stay_inside_their_script_element() -> None:
    evil = sp.Symbol("</script><img src=x onerror=alert(1)><!--")
    page = Painter(make(evil * sp.Symbol("y")).trace({evil: 1, sp.Symbol("y"): 2})).page()
    assert page.count("</script>") == 2
    assert not any(
        tag == "img" or any(name.startswith("on") for name in attributes) for tag, attributes in Tags(page).found
    )


def test_a_theme_may_be_fixed_or_follow_the_reader() -> None:
    painter = Painter(TRACE)
    assert "prefers-color-scheme:dark" in painter.page()
    assert "prefers-color-scheme" not in painter.page("dark") and "--ground:#0F172A" in painter.page("dark")


def test_a_notebook_gets_it_in_a_frame_of_its_own() -> None:
    ((tag, attributes),) = Tags(framed(PAGE, 480)).found
    assert (tag, attributes["sandbox"], attributes["srcdoc"]) == ("iframe", "allow-scripts", PAGE)


def test_a_trace_shows_itself_as_the_stepper_and_as_a_picture_where_scripts_do_not_run() -> None:
    ((_, attributes),) = Tags(TRACE._repr_html_()).found
    assert attributes["srcdoc"] == PAGE == TRACE.page()
    assert TRACE._repr_svg_() == TRACE.svg()


@pytest.mark.browser
def test_keys_buttons_slider_and_links_reach_the_same_pictures(tmp_path: Path) -> None:
    sync = pytest.importorskip("playwright.sync_api")
    (path,) = TRACE.draw(str(tmp_path / "mse.html"))
    with sync.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(offline=True, viewport={"width": 390, "height": 700}).new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{path.as_uri()}#16")
        linked = page.inner_html("#picture svg")
        assert page.text_content("#title") == "Backward · step 17 of 18"
        assert page.evaluate("document.getElementById('picture').scrollWidth > 390")
        page.keyboard.press("Home")
        for _ in range(16):
            page.keyboard.press("ArrowRight")
        assert page.inner_html("#picture svg") == linked and page.url.endswith("#16")
        page.click("#last")
        assert page.text_content("#count") == "18 / 18" and page.is_disabled("#next")
        page.click("#back")
        assert page.inner_html("#picture svg") == linked
        page.fill("#slider", "3")
        assert page.text_content("#says") == TRACE.steps[3].sentence
        browser.close()
    assert said == []
