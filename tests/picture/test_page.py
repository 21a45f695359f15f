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
from axe_playwright_python.sync_playwright import Axe

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


# ----- changing an input -----
@pytest.mark.browser
def test_an_input_changed_by_number_or_slider_changes_every_number(view: Any) -> None:
    page = view(TRACE, "#17")
    page.get_by_role("tab", name="Inputs").click()
    page.get_by_label("w₀", exact=True).fill("2")
    there = make("f = w0*x0 + w1*x1 + b\nL = (f - y)**2").trace(LECTURE | {"w0": 2})
    assert page.evaluate("graph.tutor.number(11)")[0] == pytest.approx(there.value, rel=1e-12)
    assert page.text_content("[aria-live=polite]") == there.steps[17].sentence
    page.get_by_label("w₀, slider").fill("-1.5")
    assert page.get_by_label("w₀", exact=True).input_value() == "-1.5"
    page.click(".gt-reset")
    assert page.text_content("[aria-live=polite]") == TRACE.steps[17].sentence


@pytest.mark.browser
def test_a_point_outside_the_domain_is_said_and_not_drawn_as_a_number(view: Any) -> None:
    page = view(make("L = log(x)*w").trace({"x": 2, "w": 1}))
    page.get_by_role("tab", name="Inputs").click()
    page.get_by_label("x", exact=True).fill("-1")
    assert page.text_content(".gt-trouble") == "v₁ = ln(x) is undefined at this point; choose another."


@pytest.mark.browser
def test_a_kink_that_is_moved_to_is_named(view: Any) -> None:
    page = view(make("L = max(0, 1 - m)").trace({"m": 3}))
    page.get_by_role("tab", name="Inputs").click()
    page.get_by_label("m", exact=True).fill("1")
    page.click(".gt-count")
    page.evaluate("graph.tutor.show(3)")
    assert "At this kink the slope may be anything from 0 to 1; 0 is taken." in page.text_content(".gt-says")


# ----- predict, then see -----
@pytest.mark.browser
def test_a_gradient_is_asked_marked_and_hinted_before_it_is_shown(view: Any) -> None:
    page = view(TRACE, "#16")
    page.click(".gt-predict")
    assert (
        page.get_attribute(".gt-predict", "aria-pressed") == "true"
        and not page.get_by_role("tab", name="Paths").is_visible()
    )
    page.evaluate("graph.tutor.show(16)")
    assert page.text_content(".gt-ask-what") == "What does v₁ = w₀·x₀ send to w₀? ∂L/∂v₁ = 4.2 is known."
    assert "8.4" not in page.inner_text("body")
    said = {}
    for wrong in ("2", "2.1", "4.2", "-8.4", "x"):
        page.fill(".gt-guess", wrong)
        page.click(".gt-check")
        said[wrong] = page.text_content(".gt-verdict")
    assert said == {
        "2": "Not yet. What comes back from above has to be multiplied in.",
        "2.1": "Not yet. A product swaps its factors: which one belongs here?",
        "4.2": "Not yet. The other factor is missing from this local derivative.",
        "-8.4": "Not yet. Check the sign in your table of derivatives.",
        "x": "Write a number, such as −0.5 or 1/3.",
    }
    page.fill(".gt-guess", "8.4")
    page.keyboard.press("Enter")
    assert page.text_content(".gt-verdict") == "Right." and "8.4" in page.text_content(".gt-canvas")
    assert page.text_content(".gt-score") == "0 of 1 at first try"
    page.click("[data-act=next]")
    page.click("[data-act=back]")
    page.evaluate("graph.tutor.show(15)")
    page.click("[data-act=next]")
    assert page.text_content(".gt-verdict") == "Your prediction first; or press Show."
    page.click(".gt-hint")
    assert page.text_content(".gt-verdict").startswith("product rule: d(u·v) = v·du + u·dv.")
    page.click(".gt-show")
    assert page.text_content(".gt-verdict") == "It is −1.26."


# ----- paths, derivation, forward mode -----
@pytest.mark.browser
def test_every_path_of_a_gradient_is_listed_with_its_product_and_their_sum(view: Any) -> None:
    page = view(make("L = x*x + x*sin(x)").trace({"x": 1.5}), "#30")
    page.get_by_role("tab", name="Paths").click()
    page.select_option(".gt-paths select", label="x")
    assert page.locator(".gt-paths li").count() == 4
    ways = page.locator(".gt-paths li b").all_text_contents()
    assert ways[0] == "1 × 1.5 = 1.5" and page.locator(".gt-whole").last.text_content() == "Sum over 4 paths: 4.104"
    page.hover(".gt-paths li:last-child button")
    assert page.locator(".gt-edge.gt-path").count() == 2


@pytest.mark.browser
def test_a_line_of_the_derivation_and_its_edge_light_up_together(view: Any) -> None:
    page = view(TRACE)
    page.get_by_role("tab", name="Derivation").click()
    page.select_option(".gt-derivation select", label="w₀")
    lines = page.locator(".gt-derivation li button")
    assert lines.count() == 5
    lines.last.click()
    assert (
        lines.last.get_attribute("aria-current") == "step"
        and page.text_content(".gt-title") == "Backward · step 17 of 18"
    )
    assert page.locator(".gt-edge.gt-is-active").count() == 1
    page.keyboard.press("Home")
    assert page.locator(".gt-derivation [aria-current]").count() == 0


@pytest.mark.browser
def test_forward_mode_stands_beside_reverse_mode(view: Any) -> None:
    page = view(TRACE)
    page.get_by_role("tab", name="Forward").click()
    page.select_option(".gt-beside select", label="b")
    rows = [row.split("\t") for row in page.inner_text(".gt-beside tbody").split("\n")]
    assert ["b", "1", "4.2"] in rows and ["L", "4.2", "1"] in rows


@pytest.mark.browser
def test_a_walk_in_forward_mode_and_one_in_symbols_are_pages_too(view: Any) -> None:
    graph = make("f = w*x + b; L = (f - y)**2")
    ahead = graph.trace({"w": 2, "x": 3, "b": 1, "y": 5}, seed="w", mode="forward")
    page = view(ahead, f"#{len(ahead.steps) - 1}")
    assert page.text_content("[aria-live=polite]").startswith(ahead.steps[-1].sentence[:-1])
    symbols = graph.trace()
    page = view(symbols, f"#{len(symbols.steps) - 1}")
    assert "undefined" not in page.inner_text("body") and not page.get_by_role("tab", name="Inputs").count()
    assert "NaN" not in view(graph).inner_text("body")


# ----- zoom, worksheets, paper -----
@pytest.mark.browser
def test_the_graph_zooms_pans_fits_and_follows(view: Any) -> None:
    page = view(TRACE)
    whole = page.evaluate("graph.tutor.view")
    page.click(".gt-in")
    page.click(".gt-in")
    near = page.evaluate("graph.tutor.view")
    assert near["w"] == pytest.approx(whole["w"] * 0.64)
    page.click(".gt-in")
    page.click(".gt-in")
    near = page.evaluate("graph.tutor.view")
    page.click("[data-act=last]")
    followed = page.evaluate("graph.tutor.view")
    assert followed["w"] == near["w"] and (followed["x"], followed["y"]) != (near["x"], near["y"])
    page.click(".gt-follow")
    page.click("[data-act=first]")
    assert page.evaluate("graph.tutor.view") == followed
    box = page.locator(".gt-canvas").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 230, steps=4)
    page.mouse.up()
    assert page.evaluate("graph.tutor.view")["x"] < followed["x"]
    page.focus(".gt-canvas")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("-")
    assert page.evaluate("graph.tutor.view")["w"] > followed["w"]
    page.click(".gt-fit")
    assert page.evaluate("graph.tutor.view") == whole


@pytest.mark.browser
def test_a_worksheet_has_blanks_and_a_key_and_paper_has_every_step(view: Any) -> None:
    page = view(TRACE)
    page.evaluate("graph.tutor.paper[0]()")
    steps = page.evaluate("[...document.querySelectorAll('.gt-paper li')].map(li => li.textContent)")
    assert len(steps) == 18 and steps[16] == TRACE.steps[16].sentence
    page.evaluate("graph.tutor.paper[1]()")
    page.get_by_role("tab", name="Worksheet").click()
    page.click(".gt-blank-all")
    page.click(".gt-sheet tbody tr:first-child button")
    page.evaluate("graph.dataset.print = 'sheet'; graph.tutor.paper[0]()")
    blank, key = page.evaluate("[...document.querySelectorAll('.gt-paper table')].map(t => t.textContent)")
    assert blank.count("______") == key.count(" = ") - key.count("∂L/∂w₀ = 8.4") - 12 and "8.4" not in blank.replace(
        "∂L/∂w₀ = 8.4", ""
    )
    assert "______" not in key
    page.evaluate("graph.tutor.paper[1]()")
    assert page.evaluate("graph.tutor.step") == 0 and page.text_content(".gt-paper") == ""


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(view: Any, width: int) -> None:
    page = view(TRACE, "#12", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    labels = page.evaluate(
        "[...document.querySelectorAll('.gt-label text')].map(t => t.getBoundingClientRect().height)"
    )
    assert min(height for height in labels if height) >= 8


# ----- for everybody -----
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_any_panel(view: Any, scheme: str) -> None:
    axe = Axe()
    page = view(TRACE, "#12", color_scheme=scheme)
    for name in ("Steps", "Inputs", "Paths", "Derivation", "Forward", "Worksheet"):
        page.get_by_role("tab", name=name).click()
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()
    page.click(".gt-predict")
    page.evaluate("graph.tutor.show(12)")
    assert axe.run(page).violations_count == 0


@pytest.mark.browser
def test_the_tabs_are_walked_by_arrows_and_reduced_motion_is_respected(view: Any) -> None:
    page = view(TRACE, reduced_motion="reduce")
    page.focus("[role=tab][aria-selected=true]")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "Inputs" and page.is_visible(".gt-inputs")
    assert page.evaluate("getComputedStyle(document.querySelector('.gt-box')).transitionDuration") == "0s"


# ----- size and speed -----
@pytest.mark.browser
def test_large_pages_stay_small_and_quick(view: Any) -> None:
    fifteen = make("L = (w0*x0 + w1*x1 + w2*x2 + b - y)**2").trace(
        {"w0": 1, "w1": 2, "w2": 3, "x0": 1, "x1": 2, "x2": 3, "b": 0, "y": 1}
    )
    assert len(fifteen.graph) >= 15 and len(Painter(fifteen).page().encode()) < 60_000
    lines = [f"h{k + 1} = sigmoid(w{k}*h{k} + b{k})*sigmoid(h{k}) + h{k}*u{k}" for k in range(20)]
    graph = make("h0 = x*1.5\n" + "\n".join(lines) + "\nL = (h20 - y)**2")
    walked = graph.trace({n.name: 0.3 for n in graph.inputs})
    assert len(graph) >= 190
    assert len(Painter(walked).page().encode()) < 600_000
    page = view(walked)
    spent = page.context.new_cdp_session(page)
    spent.send("Performance.enable", {"timeDomain": "threadTicks"})  # of the processor, whatever runs beside the test

    def milliseconds() -> float:
        return 1000 * next(
            m["value"] for m in spent.send("Performance.getMetrics")["metrics"] if m["name"] == "ScriptDuration"
        )

    for move in ("show(1e6); tutor.show(0)", "show(200); tutor.show(201)"):
        before = milliseconds()
        page.evaluate(f"() => {{ const tutor = graph.tutor; for (let i = 0; i < 10; i++) {{ tutor.{move}; }} }}")
        assert (milliseconds() - before) / 20 < 16, move


# ----- closed groups -----
@pytest.mark.browser
def test_a_closed_group_opens_in_place_with_the_gradient_at_its_border_unchanged(view: Any) -> None:
    graph = make("s = w*x + b; p = sigmoid(s)*s; L = (p - y)**2")
    at = {"w": 1, "x": 2, "b": 0.5, "y": 1}
    page = view(graph.collapsed("p").trace(at), "#30")
    page.select_option("[aria-label='open a group']", index=1)
    assert page.text_content(".gt-inset p").startswith("Inside p: ∂L/∂p = 2.621 arrives")

    def inner(name: str) -> tuple[float, float]:
        told = page.evaluate(
            "name => { const told = JSON.parse(document.getElementById('film').textContent).nodes.find(n => n.inside).inside, node = told.nodes.find(n => n.name === name), shown = graph.tutor.nested; if (!shown) return [0, 0]; return [shown.number(node.i)[0], shown.slope(node.i)[0]]; }",
            name,
        )
        return tuple(told)

    for point in (at, at | {"w": -2}):
        page.evaluate("w => graph.tutor.set('w', w)", point["w"])
        there = graph.trace(point)
        assert inner("s") == pytest.approx((there.values["s"], there.gradients["s"]), rel=1e-12)
        assert inner("p") == pytest.approx((there.values["p"], there.gradients["p"]), rel=1e-12)
    assert page.locator(".gt-inset .gt-count").text_content() == "6 / 6"
    page.locator(".gt-inset [data-act=back]").click()
    assert page.locator(".gt-inset .gt-count").text_content() == "5 / 6"
    page.keyboard.press("ArrowLeft")
    assert page.locator(".gt-inset .gt-count").text_content() == "4 / 6"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.click(".gt-close")
    assert page.locator(".gt-inset .gt-main").count() == 0 and page.locator(".gt-canvas").is_visible()
