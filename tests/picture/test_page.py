"""The page to play with: one file, nothing from outside, every control driven, nothing that a learner typed can run."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

from graphtutor.front.api import graph as make
from graphtutor.picture.steps.page import component, framed
from graphtutor.picture.steps.save import Painter

LECTURE = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}
TRACE = make("f = w0*x0 + w1*x1 + b\nL = (f - y)**2").trace(LECTURE)
PAGE = Painter(TRACE).page()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDTHS = (375, 768, 1440, 1920)


def film(page: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json" id="film">(.*?)</script>', page, re.S)[1])


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync = pytest.importorskip("playwright.sync_api")
    with sync.sync_playwright() as p:
        opened = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def view(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Open a trace's page; at the end nothing may have been said on the console or asked of the network."""
    said: list[str] = []
    opened = []

    def open_(walked: Any, at: str = "", width: int = 1440, height: int = 900, **more: Any) -> Any:
        path = tmp_path / "page.html"
        path.write_text(Painter(walked).page(), "utf-8")
        context = browser.new_context(offline=True, viewport={"width": width, "height": height}, **more)
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path.as_uri() + at)
        return page

    yield open_
    for context in opened:
        context.close()
    assert said == []


# ----- the file -----
def test_the_page_asks_for_nothing_from_outside() -> None:
    assert not re.search(r"(?:src|href)=|url\(|@import|https?://(?!www\.w3\.org/(2000/svg|1998/Math))", PAGE)
    assert "eval(" not in component() and "new Function" not in component() and "innerHTML" not in component()


def test_a_step_is_kept_as_what_it_changes() -> None:
    told = film(PAGE)
    assert [step["k"] for step in told["steps"]] == [s.phase[0] for s in TRACE.steps]
    assert len(told["nodes"]) == 12 and len(told["edges"]) == 11
    assert len(json.dumps(told["steps"])) < 4000


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
    assert (tag, attributes["sandbox"], attributes["srcdoc"]) == ("iframe", "allow-scripts allow-modals", PAGE)


def test_a_trace_shows_itself_as_the_stepper_and_as_a_picture_where_scripts_do_not_run() -> None:
    ((_, attributes),) = Tags(TRACE._repr_html_()).found
    assert attributes["srcdoc"] == PAGE == TRACE.page()
    assert TRACE._repr_svg_() == TRACE.svg()


# ----- moving -----
@pytest.mark.browser
def test_keys_buttons_slider_list_and_links_reach_the_same_pictures(view: Any) -> None:
    page = view(TRACE, "#16")
    linked = page.inner_html(".gt-canvas svg")
    assert page.text_content(".gt-title") == "Backward · step 17 of 18"
    page.keyboard.press("Home")
    for _ in range(16):
        page.keyboard.press("ArrowRight")
    labels = "document.querySelector('.gt-canvas svg').textContent.split('').sort().join('')"
    assert page.evaluate(labels) and page.url.endswith("#16")
    told = page.evaluate(labels)
    page.click("[data-act=last]")
    assert page.text_content(".gt-count") == "18 / 18" and page.is_disabled("[data-act=next]")
    page.click("[data-act=back]")
    assert page.evaluate(labels) == told
    page.fill(".gt-slider", "3")
    assert page.text_content("[aria-live=polite]") == "f = v₃ + b = 1.1."
    page.click(".gt-steps li:nth-child(17) button")
    assert page.evaluate(labels) == told and page.get_attribute(".gt-steps [aria-current]", "aria-current") == "step"
    page.click("[data-act=first]")
    assert page.is_disabled("[data-act=back]") and linked


@pytest.mark.browser
def test_the_sentence_is_that_of_the_trace(view: Any) -> None:
    page = view(TRACE)
    for k in (14, 16):
        page.evaluate(f"document.getElementById('graph').tutor.show({k})")
        assert page.text_content("[aria-live=polite]") == TRACE.steps[k].sentence


@pytest.mark.browser
def test_play_goes_on_by_itself_at_the_speed_chosen(view: Any) -> None:
    page = view(TRACE)
    page.select_option(".gt-speed", "4")
    page.click(".gt-play")
    page.wait_for_function("document.getElementById('graph').tutor.step >= 2", timeout=5000)
    page.click(".gt-play")
    assert page.get_attribute(".gt-play", "aria-label") == "play"
