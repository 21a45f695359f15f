"""The lesson in a browser tab: Python in the page grades as Python here does, and the page is played by keyboard alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from graphtutor.site.call import answered, room
from graphtutor.tutor.course import course
from graphtutor.tutor.variants import variant

pytestmark = [pytest.mark.browser, pytest.mark.pyodide]
COURSE = course()
IN_TURN = """async texts => { const found = []; for (const text of texts) found.push(await graphtutor.call(text)); return found; }"""


def timeless(text: str) -> str:
    return re.sub(r'"when": "[^"]*"', "", text)


def test_every_answer_of_the_authors_is_graded_in_the_page_as_here_byte_for_byte(tab: Any) -> None:
    exercises = {id: variant(COURSE.exercise(id)) for id in COURSE.order}
    answers = [
        (id, a) for id, it in exercises.items() for a in (*it.accepted(), *(wrong for wrong, _ in it.rejected()))
    ]
    asked = [json.dumps({"op": "check", "id": id, "answer": answer}) for id, answer in answers]
    assert len(exercises) >= 129 and len(asked) >= 472
    here = room(COURSE)
    for text, there in zip(asked, tab.evaluate(IN_TURN, asked), strict=True):
        assert timeless(there) == timeless(answered(here, text)), text
    assert tab.said == []


# ----- by keyboard alone -----
def to(page: Any, selector: str, key: str = "Tab") -> None:
    """Press Tab until an element has the focus."""
    for _ in range(80):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not reach {selector}")


def write(page: Any, text: str) -> None:
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def typed(page: Any, told: Any, answer: Any) -> None:
    """Give an answer in the form of its exercise, from where the heading or an earlier answer has the focus."""
    page.evaluate("document.getElementById('heading').focus()")
    if told["form"] in ("one", "any"):
        to(page, "#answer input")
        words = str(answer).split()
        if told["form"] == "one":
            for _ in told["choices"]:
                page.keyboard.press("ArrowDown")
                if page.evaluate("document.activeElement.value") == words[0]:
                    return
        for _ in told["choices"]:
            wanted = page.evaluate(
                "words => words.includes(document.activeElement.value) !== document.activeElement.checked", words
            )
            page.keyboard.press("Space") if wanted else None
            page.keyboard.press("Tab")
    elif told["form"] == "lines":
        to(page, ".lines input")
        while page.evaluate("document.querySelectorAll('.lines li').length") > 1:
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Control+A")
            page.keyboard.press("Delete")
            page.keyboard.press("Backspace")
        write(page, answer[0])
        for line in answer[1:]:
            page.keyboard.press("End")
            page.keyboard.press("Enter")
            page.keyboard.insert_text(line)
    else:
        fields = {
            q["key"]: f"#{'cell-' if told['form'] == 'table' else 'field'}{k}" for k, q in enumerate(told["asks"])
        }
        for key, field in fields.items():
            to(page, field)
            write(page, answer if isinstance(answer, str) else str(answer[key]))


FIRST = {COURSE.exercise(id).kind: id for id in reversed(COURSE.order)}


@pytest.mark.parametrize("kind", FIRST)
def test_an_exercise_of_each_kind_is_played_by_keyboard_alone(tab: Any, kind: str) -> None:
    id = FIRST[kind]
    it = variant(COURSE.exercise(id))
    told = json.loads(answered(room(COURSE), json.dumps({"op": "open", "id": id})))
    tab.goto(tab.url.partition("#")[0] + f"#{id}")
    tab.wait_for_selector(f"#chapters a[href='#{id}'][aria-current]")
    tab.wait_for_function("document.activeElement.id === 'heading'")
    typed(tab, told, next(iter(it.rejected()))[0])
    tab.keyboard.press("Control+Enter")
    tab.wait_for_selector("#verdict .is-false")
    to(tab, "#answer button:not([type=submit])")
    assert tab.evaluate("document.activeElement.textContent") == "Hint"
    tab.keyboard.press("Enter")
    tab.wait_for_selector(f"#hints li:has-text({json.dumps(told['hints'][0][:30])})")
    typed(tab, told, it.accepted()[0])
    tab.keyboard.press("Control+Enter")
    tab.wait_for_selector("#verdict .is-true")
    following = COURSE.order[COURSE.order.index(id) + 1]
    tab.wait_for_function("document.activeElement.id === 'onward'")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(f"#chapters a[href='#{following}'][aria-current]")
    tab.wait_for_function("document.activeElement.id === 'heading'")


def test_a_wrong_guess_is_told_wrong(tab: Any) -> None:
    tab.goto(tab.url.partition("#")[0] + "#play")
    tab.fill("#expression", "L = 2.5*x")
    tab.fill("#at", "x=3")
    tab.press("#at", "Enter")
    tab.click("text=Step through")
    tab.click(".gt-predict")
    tab.click(".gt [data-act=next]")
    tab.wait_for_selector(".gt-ask")
    for guess, said in (("3", "Not yet."), ("2.5", "Right.")):
        tab.fill(".gt-guess", guess)
        tab.press(".gt-guess", "Enter")
        assert tab.inner_text(".gt-verdict").startswith(said)


# ----- for everybody -----
PLACES = [
    "power-rule",
    "mse-dw0-derivation",
    "forward-sheet",
    "what-gates-do",
    "rescue-slide",
    "code-score",
    "play",
    "descend",
    "progress",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(tab: Any, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    tab.emulate_media(color_scheme=scheme)
    for place in PLACES:
        tab.goto(tab.url.partition("#")[0] + f"#{place}")
        tab.wait_for_selector("#main form, #main #import")
        tab.wait_for_timeout(100)
        if place in ("play", "descend"):
            tab.click("#main button.main")
            tab.wait_for_selector("#main section svg, #main section picture")
        elif place != "progress":
            told = json.loads(answered(room(COURSE), json.dumps({"op": "open", "id": place})))
            typed(tab, told, next(iter(variant(COURSE.exercise(place)).rejected()))[0])
            tab.keyboard.press("Control+Enter")
            tab.wait_for_selector("#verdict .verdict")
        if tab.query_selector("text=Step through"):
            tab.click("text=Step through")
            tab.wait_for_selector(".walk .gt-canvas")
        found = axe.run(tab)
        assert found.violations_count == 0, (place, found.generate_report())
    tab.emulate_media(color_scheme="light")


# ----- what is hostile -----
EVIL = [
    '<img src=x onerror="hit=1">',
    "</script><script>hit=1</script>",
    "${hit=1}",
    "javascript:hit=1",
    "\u202e\u0000\ud83d\ude00é𝒳",
    "(" * 3000,
    "x" * 70_000,
    "x\u2028y",
]


@pytest.mark.parametrize("text", EVIL, ids=range(len(EVIL)))
def test_what_a_learner_types_is_neither_markup_nor_code(tab: Any, text: str) -> None:
    home = tab.url.partition("#")[0]
    for place, field in (
        ("power-rule", "#field0"),
        ("forward-sheet", "#cell-0"),
        ("code-score", "#field0"),
        ("play", "#expression"),
        ("descend", "#loss"),
    ):
        tab.goto(f"{home}#{place}")
        tab.wait_for_selector(field)
        tab.wait_for_function(
            "place => location.hash === '#' + place && document.querySelector('#main h1') === document.activeElement",
            arg=place,
        )
        tab.fill(field, text)
        tab.press(field, "Control+Enter") if place not in ("play", "descend") else tab.click("#main button.main")
        tab.wait_for_selector("#main .verdict, #main section .program")
    assert tab.evaluate("typeof hit") == "undefined" and tab.query_selector("main img[src=x], main script") is None


HOSTILE = [
    "[]", "5", "{", '{"exercises": 3}', '{"format_version": 99}', '{"cards": {"x": {"misconception": 1}}}', '{"road": "constructor"}', '{"road": "__proto__"}',
    '{"exercises": {"__proto__": {"state": "done"}, "<b>": {"hints": -5}, "power-rule": {"hints": 1000000000, "draft": {"1": "<img src=x onerror=hit=1>"}}}}',
    '{"exercises": {"power-rule": {"attempts": [{"when": "<b>", "answer": {"a": ["<img src=x onerror=hit=1>"]}, "correct": true, "score": 1e308}]}}}',
    '{"cards": {"<i>": {"misconception": "<img src=x onerror=hit=1>", "exercise": "javascript:hit=1", "due": "soon"}}}', '{"current": "../../x", "seed": "<img src=x onerror=hit=1>"}',
    '{"exercises": {"power-rule": {"attempts": [{"when": "", "correct": true, "answer": ' + "[" * 900 + "]" * 900 + "}]}}}", '{"exercises": ' + '{"a":' * 5000 + "1" + "}" * 5000 + "}",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_progress_file_of_anybody_can_be_imported_or_is_refused(tab: Any, text: str) -> None:
    tab.goto(tab.url.partition("#")[0] + "#progress")
    tab.wait_for_selector("#import")
    tab.evaluate("document.getElementById('said').textContent = ''")
    tab.set_input_files("#import", {"name": "p.json", "mimeType": "application/json", "buffer": text.encode()})
    tab.wait_for_selector("#said:has-text('mported')")
    tab.goto(tab.url.partition("#")[0] + "#power-rule")
    tab.fill("#field0", "n*x**(n-1)")
    tab.press("#field0", "Enter")
    tab.wait_for_selector("#verdict .is-true")
    assert tab.evaluate("typeof hit") == "undefined" and tab.query_selector("img[src=x]") is None and tab.said == []
    assert tab.locator("#chapters li").count() == len(COURSE.order)


@pytest.mark.parametrize("word", ["constructor", "__proto__", "%E0%A4%A", "<img src=x>", "x" * 5000, "toString"])
def test_any_address_opens_a_page(tab: Any, word: str) -> None:
    tab.goto(tab.url.partition("#")[0] + "#" + word)
    tab.wait_for_selector("#answer")
    assert tab.said == []


def test_a_script_in_the_page_does_not_run(tab: Any) -> None:
    tab.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'hit = 1'; document.body.append(s); }"
    )
    assert tab.evaluate("typeof hit") == "undefined"
    assert tab.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', error => error.name)") == "TypeError"
    tab.said.clear()


# ----- to the shell and back -----
def test_the_shell_goes_on_from_the_page_and_back_and_grade_reads_its_answers(
    tab: Any, tmp_path: Path, at: Any
) -> None:
    home, kept, results = tab.url.partition("#")[0], tmp_path / "kept.json", tmp_path / "answers.jsonl"
    tab.goto(f"{home}#progress")
    tab.set_input_files("#import", {"name": "p.json", "mimeType": "application/json", "buffer": b"{}"})
    tab.wait_for_selector("#said:has-text('Imported')")
    for id, answer in (("power-rule", "n*x**n"), ("power-rule", "n*x**(n-1)"), ("constant-multiple", "5*x")):
        tab.goto(f"{home}#{id}")
        tab.wait_for_selector(f"#chapters a[href='#{id}'][aria-current]")
        tab.fill("#field0", answer)
        tab.press("#field0", "Enter")
        tab.wait_for_selector("#verdict .is-true, #verdict .is-false")
        tab.wait_for_selector("#check:enabled")
    tab.goto(f"{home}#progress")
    for word, path in (("Export progress", kept), ("Results for graphtutor grade", results)):
        with tab.expect_download() as saved:
            tab.click(f"text={word}")
        saved.value.save_as(path)
    code, said, _ = at("--progress", str(kept), "list")
    assert code == 0 and "1 of " in said
    assert at("--progress", str(kept), "answer", "constant-multiple", "5")[0] == 0
    code, said, _ = at("grade", str(results), "--json")
    assert code == 0 and [row["correct"] for row in json.loads(said)["results"]] == [True, False]
    tab.set_input_files("#import", str(kept))
    tab.wait_for_selector("#standing:has-text('2 of ')")
