"""In a notebook every value shows itself; the example notebook runs; the widget's inputs are traits; an exercise keeps its answers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import graphtutor as gt

EXAMPLE = Path(__file__).resolve().parents[2] / "outputs" / "notebook.ipynb"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
GRAPH = gt.graph("f = w*x + b; L = (f - y)**2")
TRACE = GRAPH.trace(at={"w": 2, "x": 3, "b": 1, "y": 5})
SHOWN = ("div", "iframe", "svg")


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        (GRAPH, {"text/plain", "text/html", "image/svg+xml"}),
        (TRACE, {"text/plain", "text/html", "image/svg+xml"}),
        (gt.derive("w**2", "w"), {"text/plain", "text/html", "image/svg+xml", "text/latex"}),
        (gt.grade("(w*x - y)**2", "2*(w*x - y)", wrt="w"), {"text/plain", "text/html", "image/svg+xml"}),
        (gt.grade("w**2", "2*w", wrt="w"), {"text/plain", "text/html"}),
    ],
    ids=["graph", "trace", "derivation", "wrong grade", "right grade"],
)
def test_a_value_shows_a_page_a_picture_and_text(value: Any, kinds: set[str]) -> None:
    found = value._repr_mimebundle_()
    assert set(found) == kinds
    assert found["text/html"].startswith(("<div", "<iframe"))


def test_a_run_of_descent_shows_its_losses() -> None:
    history = gt.train("L = (w*x - y)**2", {"x": [1.0, 2.0], "y": [2.0, 4.0]}, start={"w": 0.0}, epochs=3)
    assert set(history._repr_mimebundle_()) == {"text/plain", "image/svg+xml"}


def test_words_are_shown_as_words() -> None:
    assert (
        "3 = 12" not in TRACE.steps[5]._repr_html_()
        and TRACE.steps[5].sentence.split(":")[0] in TRACE.steps[5]._repr_html_()
    )
    assert ">differs<" in gt.same("x", "2*x")._repr_html_()
    hostile = gt.grade("w**2", "<img src=x onerror=alert(1)>", wrt="w")._repr_html_()
    assert "<img" not in hostile and "&lt;img" in hostile


def test_an_exercise_never_shows_its_answers() -> None:
    for one in ("power-rule", "hinge-dw0", "quotient-rule"):
        try:
            exercise = gt.exercise(one)
        except gt.LearnerError:
            continue
        told = repr(exercise) + str(exercise) + exercise._repr_html_()
        assert exercise.title in told
        assert not any(str(answer) in told for answer in [*getattr(exercise, "right", ()), *exercise.hints])


def test_the_example_notebook_runs() -> None:
    notebook = nbformat.read(EXAMPLE, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    kinds = [
        set(out["data"]) for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs if "data" in out
    ]
    assert len(kinds) == 10 and sum("text/html" in k for k in kinds) == 7
    assert {"application/vnd.jupyter.widget-view+json", "image/svg+xml"} <= kinds[-2]


def test_the_widget_has_a_trait_for_every_input_and_one_for_the_step() -> None:
    widget = (
        gt.graph("L = keys*u + sum(W)", shapes={"W": (2, 2)})
        .trace(at={"u": 1, "keys": 2, "W": [[1, 2], [3, 4]]})
        .widget()
    )
    assert widget.step == 0 and widget.u == 1.0 and widget.keys_ == 2.0 and widget.W == [[1, 2], [3, 4]]
    with pytest.raises(gt.LearnerError, match="this trace has no point"):
        GRAPH.trace().widget()


MODEL = """async ([esm, state]) => {
  const heard = {}, model = {state, get: k => state[k], set: (k, v) => { state[k] = v; }, save_changes: () => {}, on: (e, f) => (heard[e] ||= []).push(f), off: () => {}};
  window.model = model; window.tell = (k, v) => { state[k] = v; (heard["change:" + k] || []).forEach(f => f()); };
  const made = await import(URL.createObjectURL(new Blob([esm], {type: "text/javascript"})));
  window.end = made.default.render({model, el: document.body});
}"""


@pytest.mark.browser
def test_the_graph_follows_a_trait_and_the_trait_follows_the_graph() -> None:
    sync = pytest.importorskip("playwright.sync_api")
    widget = TRACE.widget()
    state = {
        "_told": widget._told,
        "_names": widget._names,
        "step": widget.step,
        **{n: getattr(widget, n) for n in "wxby"},
    }
    with sync.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.evaluate(MODEL, [str(widget._esm), json.loads(json.dumps(state))])
        page.evaluate("tell('step', 11)")
        assert page.text_content(".gt-count") == "12 / 12"
        page.evaluate("tell('w', -1)")
        there = GRAPH.trace(at={"w": -1, "x": 3, "b": 1, "y": 5})
        assert page.text_content("[aria-live=polite]") == there.steps[-1].sentence.strip()
        page.get_by_role("tab", name="Inputs").click()
        page.get_by_label("w", exact=True).fill("0.5")
        assert page.evaluate("model.state.w") == 0.5
        page.click("[data-act=first]")
        assert page.evaluate("model.state.step") == 0
        page.evaluate("end()")
        assert page.evaluate("document.querySelectorAll('.gt-main').length") == 0
        browser.close()
