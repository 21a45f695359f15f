"""The page on its own: Python that is not there yet, a tab that is killed, two tabs, no network, a hang, one file, a learning platform."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.pyodide]
READY = "#status[data-stage=ready]"
SOON = 120_000  # milliseconds in which Python is ready on a loaded machine


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    """A learner's browser, that has seen nothing yet."""
    made = browser.new_context()
    made.set_default_timeout(SOON)
    yield made
    made.close()


def standing(page: Any, words: str) -> None:
    page.wait_for_function("words => document.getElementById('standing').textContent.startsWith(words)", arg=words)


def answer(page: Any, id: str, text: str) -> None:
    page.goto(page.url.partition("#")[0] + "#" + id)
    page.wait_for_selector(f"#chapters a[href='#{id}'][aria-current]")
    page.fill("#field0", text)
    page.press("#field0", "Enter")
    page.wait_for_selector("#verdict .is-true")


def test_a_learner_loses_nothing(context: Any, host: Any) -> None:
    """Typed before Python is there, the tab killed, opened again, in two tabs at once, then without any network."""
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    first = context.new_page()
    first.goto(f"{host.home}#power-rule")
    assert first.inner_text("h1") == "Power rule"  # readable at once
    first.fill("#field0", "n*x**(n-1)")
    first.press("#field0", "Enter")
    assert "checked as soon as Python is ready" in first.inner_text("#verdict")
    first.close()

    one = context.new_page()
    one.goto(f"{host.home}#power-rule")
    assert one.input_value("#field0") == "n*x**(n-1)"
    one.press("#field0", "Enter")
    one.wait_for_selector("#verdict .is-true")  # it waited for Python
    two = context.new_page()
    two.goto(f"{host.home}#constant-multiple")
    two.wait_for_selector(READY)
    answer(two, "constant-multiple", "5")
    answer(one, "sum-rule", "1")
    for page in (one, two):
        standing(page, "3 of ")

    one.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    host.end()
    try:
        context.set_offline(True)
        one.reload()
        one.wait_for_selector(READY)
        standing(one, "3 of ")
        answer(one, "product-first-factor", "y")
        standing(one, "4 of ")
    finally:
        context.set_offline(False)
        host.start(host.server.server_port)
    assert all(url.startswith((host.home, "data:")) for url in asked)


def test_an_answer_that_hangs_is_left_to_a_person_and_the_next_one_is_graded(browser: Any, host: Any) -> None:
    context = browser.new_context(service_workers="block")
    context.set_default_timeout(SOON)

    def changed(route: Any, old: str, new: str) -> None:
        text = route.fetch().text()
        assert old in text
        route.fulfill(body=text.replace(old, new), content_type="text/html" if "<" in text[:1] else "text/javascript")

    context.route(host.home, lambda route: changed(route, '"seconds":20', '"seconds":8'))
    hang = 'if (e.data.text && /"check".*hang|"hear".*hang/.test(e.data.text)) for (;;);\n  if (e.data.setup)'
    context.route("**/worker.js", lambda route: changed(route, "if (e.data.setup)", hang))
    page = context.new_page()
    page.goto(f"{host.home}#power-rule")
    page.wait_for_selector(READY)
    page.fill("#field0", "hang*x")
    page.press("#field0", "Enter")
    page.wait_for_selector("#verdict:has-text('This took too long; a person decides')")
    page.fill("#field0", "n*x**(n-1)")
    page.press("#field0", "Enter")
    page.wait_for_selector("#verdict .is-true")
    with page.expect_download() as saved:
        page.goto(f"{host.home}#progress")
        page.click("text=Export progress")
    attempts = json.loads(saved.value.path().read_text())["exercises"]["power-rule"]["attempts"]
    assert [(a["answer"], a["correct"]) for a in attempts] == [("hang*x", None), ("n*x**(n-1)", True)]
    context.close()


def test_one_file_grades_when_it_is_opened_from_disk(context: Any, site: Path) -> None:
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    context.set_offline(True)
    page.goto(f"{(site.parent / 'lesson.html').as_uri()}#power-rule")
    page.fill("#field0", "n*x**n")
    page.press("#field0", "Enter")
    page.wait_for_selector("#verdict .is-false")
    page.wait_for_selector(".reading mfrac, .reading msup")
    page.click("text=Step through")
    page.wait_for_selector(".walk .gt-canvas svg")
    assert all(url.startswith(("file:", "blob:", "data:")) for url in asked)


# ----- a learning platform: its run-time, as far as a page needs it, with the elements and types of the standard -----
RUNTIME = """
const OLD = {"cmi.core.student_id": "r", "cmi.core.session_time": /^\\d{4}:\\d\\d:\\d\\d(\\.\\d\\d?)?$/, "cmi.core.exit": /^(time-out|suspend|logout|)$/, "cmi.core.lesson_status": /^(passed|completed|failed|incomplete|browsed)$/,
  "cmi.core.score.raw": "%", "cmi.core.score.min": "%", "cmi.core.score.max": "%", "cmi.suspend_data": 4096, "cmi.interactions._count": "r",
  "cmi.interactions.n.id": /^[\\w.-]{1,255}$/, "cmi.interactions.n.type": /^(true-false|choice|fill-in|matching|performance|sequencing|likert|numeric)$/, "cmi.interactions.n.student_response": 255,
  "cmi.interactions.n.result": /^(correct|wrong|unanticipated|neutral|-?\\d+(\\.\\d+)?)$/, "cmi.interactions.n.time": /^\\d\\d:\\d\\d:\\d\\d(\\.\\d\\d?)?$/, "cmi.interactions.n.objectives.n.id": /^[\\w.-]{1,255}$/};
const NEW = {"cmi.learner_id": "r", "cmi.session_time": /^PT\\d+S$/, "cmi.exit": /^(time-out|suspend|logout|normal|)$/, "cmi.completion_status": /^(completed|incomplete|not attempted|unknown)$/, "cmi.success_status": /^(passed|failed|unknown)$/,
  "cmi.progress_measure": 1, "cmi.score.scaled": 1, "cmi.score.raw": "%", "cmi.score.min": "%", "cmi.score.max": "%", "cmi.suspend_data": 64000, "cmi.interactions._count": "r",
  "cmi.interactions.n.id": /^\\S{1,4000}$/, "cmi.interactions.n.type": /^(true-false|choice|fill-in|long-fill-in|matching|performance|sequencing|likert|numeric|other)$/, "cmi.interactions.n.learner_response": 4000,
  "cmi.interactions.n.result": /^(correct|incorrect|unanticipated|neutral|-?\\d+(\\.\\d+)?)$/, "cmi.interactions.n.timestamp": /^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(Z|\\.\\d+Z)?$/, "cmi.interactions.n.description": 250, "cmi.interactions.n.objectives.n.id": /^\\S{1,4000}$/};
function platform(words, kept, id, head) {
  const kinds = {...words}, log = {said: {...kept}, wrong: [], on: false, commits: 0, over: 0};
  const kind = name => kinds[name.replace(/\\.\\d+\\./g, ".n.")];
  const fits = (k, v) => typeof v === "string" && (k === "%" ? v !== "" && +v >= 0 && +v <= 100 : k === 1 ? v !== "" && +v >= 0 && +v <= 1 : typeof k === "number" ? v.length <= k : k instanceof RegExp && k.test(v));
  const count = () => new Set(Object.keys(log.said).filter(n => n.startsWith("cmi.interactions.")).map(n => n.split(".")[2])).size;
  const refuse = why => { log.wrong.push(why); return "false"; };
  const api = {
    Initialize: text => text === "" && !log.on ? (log.on = true, "true") : refuse("Initialize"),
    SetValue: (name, value) => {
      if (!log.on) return refuse("SetValue before Initialize");
      if (!kind(name) || kind(name) === "r" || !fits(kind(name), value)) return refuse(`${name} = ${value}`);
      if (name.startsWith("cmi.interactions.") && +name.split(".")[2] > count()) return refuse(`${name} leaves one out`);
      if (head === "" && /interactions\\.\\d+\\.(?!id$)/.test(name) && !(name.split(".").slice(0, 3).join(".") + ".id" in log.said)) return refuse(`${name} before its id`);
      log.said[name] = value; return "true";
    },
    GetValue: name => !log.on || !kind(name) ? refuse(`GetValue ${name}`) : name.endsWith("_count") ? String(count()) : name === id ? "learner-7" : log.said[name] || "",
    Commit: text => { log.commits++; return text === "" && log.on ? "true" : refuse("Commit"); },
    [head ? "Finish" : "Terminate"]: text => { log.over++; if (!log.on) return refuse("Finish"); log.on = false; return text === "" ? "true" : refuse("Finish"); },
    GetLastError: () => "0", GetErrorString: () => "", GetDiagnostic: () => "",
  };
  window.log = log;
  return Object.fromEntries(Object.entries(api).map(([name, act]) => [head + name, act]));
}
"""
FRAME = """<!DOCTYPE html><title>platform</title><iframe id="sco" src="SCO/index.html#power-rule" width="1000" height="700"></iframe><script src="runtime.js"></script>"""


@pytest.mark.parametrize("year", ["1.2", "2004"])
def test_a_learning_platform_is_told_score_completion_and_every_answer(
    context: Any, browser: Any, site: Path, tmp_path: Path, year: str, serve: Callable[[Path], Any]
) -> None:
    with zipfile.ZipFile(site.parent / f"site-scorm-{year}.zip") as package:
        package.extractall(tmp_path / "SCO")
    (tmp_path / "index.html").write_text(FRAME)
    old = year == "1.2"

    def launch(kept: dict[str, str], context: Any) -> tuple[Any, Any]:
        given = f'platform({"OLD" if old else "NEW"}, {json.dumps(kept)}, "cmi.{"core.student_id" if old else "learner_id"}", "{"LMS" if old else ""}")'
        (tmp_path / "runtime.js").write_text(f"{RUNTIME}\nwindow.{'API' if old else 'API_1484_11'} = {given};")
        page = context.new_page()
        page.goto(serve(tmp_path).home)
        return page, page.frame_locator("#sco")

    page, sco = launch({}, context)
    for text, sign in (("n*x**n", "false"), ("n*x**(n-1) +", "unread"), ("n*x**(n-1)", "true")):
        sco.locator("#field0").fill(text)
        sco.locator("#field0").press("Enter")
        sco.locator(f"#verdict .is-{sign}").first.wait_for(timeout=SOON)
    page.wait_for_function("log.commits >= 2")
    page.evaluate("document.getElementById('sco').remove()")
    page.wait_for_function("log.over === 1")
    said, wrong = page.evaluate("log.said"), page.evaluate("log.wrong")
    assert wrong == []
    response, bad = ("student_response", "wrong") if old else ("learner_response", "incorrect")
    assert [said[f"cmi.interactions.{k}.{response}"] for k in (0, 1)] == ["n*x**n", "n*x**(n-1)"]
    assert [said[f"cmi.interactions.{k}.result"] for k in (0, 1)] == [bad, "correct"]
    assert said["cmi.interactions.0.objectives.0.id"] == "power.exponent-kept"
    assert (said["cmi.core.lesson_status" if old else "cmi.completion_status"], said["cmi.suspend_data"]) == (
        "incomplete",
        "1",
    )
    assert said["cmi.core.score.raw" if old else "cmi.score.raw"] == "1"
    if not old:  # another machine: what the platform kept is taken up
        other = browser.new_context()
        page, sco = launch({name: said[name] for name in ("cmi.suspend_data",)}, other)
        sco.locator("#standing:has-text('1 of ')").wait_for(timeout=SOON)
        assert page.evaluate("log.wrong") == []
        other.close()
