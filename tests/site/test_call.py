"""The JSON call: every operation answers, what a learner can mend is told, and nothing but JSON comes back."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from graphtutor.site.call import OPERATIONS, answered, call, room
from graphtutor.tutor.course import course
from graphtutor.tutor.exercises import KINDS as EXERCISE_KINDS
from graphtutor.tutor.judge import judge
from graphtutor.tutor.variants import variant

COURSE = course()
ROOM = room(COURSE)
KINDS = [[id for id in COURSE.order if COURSE.exercise(id).kind == kind][:2] for kind in EXERCISE_KINDS]

BLOCKED = """
import importlib.abc, sys

class Blocked(importlib.abc.MetaPathFinder):
    names = {"fcntl", "multiprocessing", "_multiprocessing", "resvg_py", "matplotlib", "PIL", "pygraphviz", "graphviz", "rich", "click"}

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ImportError(f"{name} is not in a browser")

sys.meta_path.insert(0, Blocked())
from graphtutor.site.call import answered, room
from graphtutor.tutor.course import course
from graphtutor.tutor.exercises import KINDS as EXERCISE_KINDS
here = room(course(), lambda dot: '{"bb": "0,0,0,0", "objects": []}')
print(answered(here, '{"op": "check", "id": "hinge-dw0", "answer": "-y*x0"}'))
"""


def go(**request):
    return json.loads(answered(ROOM, json.dumps(request)))


def test_the_core_needs_nothing_that_a_browser_lacks() -> None:
    done = subprocess.run([sys.executable, "-c", BLOCKED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["correct"] is False


def test_the_list_holds_every_exercise_once() -> None:
    told = go(op="course")
    ids = [e["id"] for chapter in told["chapters"] for e in chapter["exercises"]]
    assert ids == list(COURSE.order) and told["count"] == len(ids)


@pytest.mark.parametrize("name", [id for ids in KINDS for id in ids])
def test_every_kind_of_exercise_opens_and_its_own_answer_is_right(name: str) -> None:
    told = go(op="open", id=name)
    assert told["ok"] and len(told["hints"]) >= 3 and told["asks"]
    assert told["form"] in ("text", "lines", "code", "table", "one", "any")
    assert bool(told["choices"]) == (told["form"] in ("one", "any"))
    for answer in variant(COURSE.exercise(name)).accepted()[:1]:
        found = go(op="check", id=name, answer=answer)
        assert found["correct"] is True and found["attempt"]["correct"] is True
        assert found["grade"] == json.loads(json.dumps(judge(ROOM.exercise(name), answer).to_json()))


@pytest.mark.parametrize(
    ("answer", "status", "signs"),
    [
        ("2*(f - y)*d/dw0 (f - y)\n= 2*(f - y)*x0", True, "✓✓"),
        ("2*(f - y)*d/dw0 (f - y)\n= 2*(f - y)*w0", False, "✓✗"),
        ("2*(f - y)*w0\n= 2*w0*(f - y)", False, "✗→"),
        ("2*(f - y)*x0 +", None, "?"),
        ("", None, ""),
    ],
)
def test_a_derivation_is_told_line_by_line(answer: str, status: bool | None, signs: str) -> None:
    found = go(op="check", id="mse-dw0-derivation", answer=answer)
    assert found["correct"] is status
    assert "".join(line["sign"] for line in found["lines"]) == signs
    assert found["unread"] == (status is None) and (found["attempt"] is None) == (status is None)


@pytest.mark.parametrize(
    ("id", "key", "text", "markup", "unread"),
    [
        ("mse-dw0-derivation", "", "= 2(f - y) x0", "<mi>f</mi>", ""),
        ("mse-dw0-derivation", "", "dL/dw0 = 2(f-y)", "<mfrac>", ""),
        ("mse-dw0-derivation", "", "2(f - y) +", "", "the text ends after '+'"),
        ("power-rule", "", "n x^(n-1)", "<msup>", ""),
        ("power-rule", "", "n x^(n-", "", "expected"),
        ("all-gradients", "w0", "2*x0*(f - y)", "<mn>2</mn>", ""),
        ("forward-by-hand", "f", "1.1x", "", "is a name"),
        ("code-dw0", "", "def f(:", "", ""),
    ],
)
def test_what_is_typed_is_shown_as_it_is_read(id: str, key: str, text: str, markup: str, unread: str) -> None:
    heard = go(op="hear", id=id, key=key, text=text)["heard"]
    assert markup in "".join(h["markup"] for h in heard)
    assert unread in "".join(h["unread"] for h in heard)
    assert bool(markup) != any(h["unread"] for h in heard)


def test_names_of_the_problem_stay_names_in_what_is_shown() -> None:
    (heard,) = go(op="hear", id="mse-dw0-derivation", text="2*(f - y)")["heard"]
    assert "<msub>" not in heard["markup"]  # f is f, not w0*x0 + w1*x1 + b


def test_numbers_are_said_as_they_are_read() -> None:
    assert go(op="hear", id="forward-by-hand", key="f", text="1,1")["heard"][0]["says"].startswith("1.1")


def test_the_picture_of_a_wrong_answer_marks_the_place() -> None:
    assert 'id="broken"' in go(op="broken", id="hinge-dw0", answer="-y*x0")["light"]


@pytest.mark.parametrize(
    "walk", [{"id": "forward-sheet"}, {"expression": "L = (w*x - y)**2", "at": {"w": 2, "x": 3, "y": 5}}]
)
def test_a_walk_is_told_as_the_data_of_the_interactive_page(walk: dict[str, object]) -> None:
    film = go(op="film", walk=walk)["film"]
    assert [s["k"] for s in film["steps"]].count("s") == 1 and {"nodes", "edges", "code", "inputs", "hints"} <= set(
        film
    )


@pytest.mark.parametrize(
    ("expression", "at", "wrt", "gradient"),
    [("L = (w*x - y)**2", {"w": 2, "x": 3, "y": 5}, "w", 6.0), ("tanh(a)*b", {"a": 0, "b": 3}, "a", 3.0),
     ("log(q)/q", {"q": 1}, "q", 1.0), ("max(0, 1 - m)", {"m": 0}, "m", -1.0), ("u = s*t; exp(u)", {"s": 0, "t": 2}, "s", 2.0)],
)  # fmt: skip
def test_any_expression_can_be_played_with(expression: str, at: dict[str, float], wrt: str, gradient: float) -> None:
    told = go(op="play", expression=expression, at=at, wrt=wrt)
    assert told["gradients"][wrt] == gradient and told["check"] == "Every gradient agrees with sympy.diff."
    assert told["wrt"] == wrt and len(told["derivation"]) > 1


def test_a_vector_can_be_played_with() -> None:
    told = go(op="play", expression="dot(w, x)", at={"w": [1, 2], "x": [3, 4]}, shapes={"w": [2], "x": [2]}, wrt="w")
    assert told["value"] == 11 and told["gradients"]["w"] == [3, 4]


def test_a_run_has_losses_a_boundary_and_a_surface() -> None:
    told = go(op="descend")
    assert told["losses"][0] == pytest.approx(7.1375) and told["loss"] == pytest.approx(0.114928, abs=1e-6)
    assert len(told["parameters"]["w0"]) == 21 and len(told["surface"]["loss"]) == len(told["surface"]["y"])
    assert go(op="descend", rate=10, epochs=200)["ok"]


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"op": "chekc"}, "no operation 'chekc'"),
        ({"op": "open"}, "missing a required argument: 'id'"),
        ({"op": "open", "id": "power-rul"}, "did you mean 'power-rule'?"),
        ({"op": "open", "id": "power-rule", "sed": 1}, "unexpected keyword argument 'sed'"),
        ({"op": "check", "id": "power-rule", "answer": "x" * 70_000}, "more than 60000 characters"),
        ({"op": "check", "id": "forward-by-hand", "answer": {"zz": "1"}}, "'zz' is no question"),
        ({"op": "play", "expression": "x +"}, "the text ends after '+'"),
        ({"op": "play", "expression": "+".join(f"x{k}" for k in range(100))}, "a page draws up to"),
        ({"op": "film", "walk": {"expresion": "x"}}, "a walk has no 'expresion'"),
        ({"op": "descend", "epochs": 10_000}, "a page runs 1 to 200"),
        ({"op": "progress", "progress": {"exercises": 5}}, "no progress file"),
        ({"op": "progress", "progress": {"format_version": 99}}, "newer graphtutor"),
    ],
)
def test_what_can_be_mended_is_told(request_: dict[str, object], error: str) -> None:
    found = call(ROOM, request_)
    assert found["ok"] is False and error in found["error"]


@pytest.mark.parametrize("text", ["", "[1]", "null", '"open"', "{", "[" * 100_000, '{"a":' * 41 + "1" + "}" * 41])
def test_what_is_no_request_is_told_too(text: str) -> None:
    assert json.loads(answered(ROOM, text)) == {
        "ok": False,
        "error": "a request is a JSON object of less than 40 levels",
    }


def test_every_operation_is_listed_once() -> None:
    assert len(set(OPERATIONS.values())) == len(OPERATIONS)


# ----- progress -----
def test_progress_is_the_shells_own_and_grows_by_what_happens() -> None:
    wrong = go(op="check", id="power-rule", answer="n*x**n")
    right = go(op="check", id="power-rule", answer="n*x**(n-1)")
    first = go(
        op="progress",
        events=[{"do": "hint", "id": "power-rule"}, {"do": "attempt", "id": "power-rule", "attempt": wrong["attempt"]}],
    )
    assert first["states"]["power-rule"] == "here" and first["progress"]["exercises"]["power-rule"]["hints"] == 1
    after = go(
        op="progress",
        progress=first["progress"],
        events=[{"do": "attempt", "id": "power-rule", "attempt": right["attempt"]}, {"do": "hint", "id": "no-such"}],
    )
    assert after["current"] == "constant-multiple" and after["standing"].startswith("1 of ")
    assert after["progress"]["cards"]["power.exponent-kept"]["exercise"] == "power-rule"
    skipped = go(
        op="progress",
        progress=after["progress"],
        events=[{"do": "leave", "id": "constant-multiple", "state": "skipped"}],
    )
    assert skipped["states"]["constant-multiple"] == "skipped"
    begun = go(
        op="progress",
        progress=skipped["progress"],
        events=[{"do": "begin", "id": "power-rule"}, {"do": "road", "road": "core"}],
    )
    assert begun["states"]["power-rule"] == "here" and begun["progress"]["road"] == "core"


def test_a_draft_of_lines_comes_back() -> None:
    found = go(op="check", id="mse-dw0-derivation", answer="2*(f - y)*x0\n= 2*(f - y)")
    event = {"do": "attempt", "id": "mse-dw0-derivation", "attempt": found["attempt"], "again": found["again"]}
    kept = go(op="progress", events=[event])["progress"]["exercises"]["mse-dw0-derivation"]
    assert kept["draft"] == {"1": "2*(f - y)*x0", "2": "= 2*(f - y)", "again": "2"}
