"""The lesson from first to last: right answers, wrong ones, Ctrl-C at every prompt, 60 columns, kill -9, as a learner meets it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from msgspec.structs import replace
from shells import Shell, needs_pty

import graphtutor as gt
from graphtutor.tutor.course import course
from graphtutor.tutor.exercises import KINDS
from graphtutor.tutor.judge import judge
from graphtutor.tutor.kinds import Exercise
from graphtutor.tutor.lesson import AGAIN, Lesson, kept
from graphtutor.tutor.maths import shown
from graphtutor.tutor.predict import Guess, guesses, judged, walked
from graphtutor.tutor.progress import Progress, Record
from graphtutor.tutor.store import Store
from graphtutor.tutor.variants import variant

ROOT = Path(__file__).resolve().parents[2]
COURSE = course(ROOT / "exercises")
EMPTIED = "\x15"  # Ctrl-U empties the line that stands there to be changed
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]")


def typed(name: str, answer: Any) -> list[str]:
    """Return the lines that a learner types to give this answer."""
    asks = variant(COURSE.exercise(name)).questions()
    if asks[0].key:
        return [str(answer[q.key]) for q in asks]
    if asks[0].lines:
        return [*(answer if isinstance(answer, list) else answer.strip("\n").splitlines()), "."]
    return [str(answer)]


def right(name: str) -> list[str]:
    return typed(name, variant(COURSE.exercise(name)).accepted()[0])


def wrong(name: str) -> list[str]:
    return typed(name, variant(COURSE.exercise(name)).rejected()[0][0])


# ----- without a terminal: every prompt of the whole lesson -----
@dataclass
class Script:
    """A screen whose learner types what `reply` gives for a prompt."""

    reply: Callable[[str], str]
    width: int = 80
    lines: list[str] = field(default_factory=list)
    asked: int = 0
    notation: str = "plain"

    def say(self, text: str = "", style: str = "") -> None:
        self.lines.extend(text.split("\n"))

    def ask(self, prompt: str, before: str = "") -> str:
        self.asked += 1
        return self.reply(prompt)


def lesson(store: Store, screen: Script) -> Lesson:
    return Lesson(COURSE, store, screen, judge)


class Learner:
    """Types the prepared lines for each exercise, then Enter; presses Ctrl-C at every prompt first, if so inclined."""

    def __init__(self, store: Store, restless: bool = False):
        self.store, self.restless, self.stopped = store, restless, False
        self.lines: dict[str, list[str]] = {}

    def __call__(self, prompt: str) -> str:
        if self.restless and not self.stopped:
            self.stopped = True
            raise KeyboardInterrupt
        self.stopped = False
        if prompt.startswith("Enter goes on"):
            return ""
        progress = self.store.read()
        name = progress.current
        rest = self.lines.setdefault(name, right(name))
        asks = variant(COURSE.exercise(name)).questions()
        if asks[0].key:  # those typed before a stop are remembered
            return rest[len(progress.record(name).draft)]
        if asks[0].lines:  # lines of an answer not yet ended are not
            return rest[int(prompt.split(":")[0]) - 1]
        return rest[0]


def test_ctrl_c_at_every_prompt_of_the_whole_lesson_loses_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "progress.json")
    learner = Learner(store, restless=True)
    stops = 0
    done: set[str] = set()
    names = [
        n for n in COURSE.order if not variant(COURSE.exercise(n)).questions()[0].lines
    ]  # those with lines: the next test
    for name in set(COURSE.order) - set(names):
        store.change(lambda p, name=name: p.with_record(name, Record(state="skipped")))
    while True:
        screen = Script(learner)
        try:
            lesson(store, screen).run()
        except KeyboardInterrupt:
            stops += 1
        now = {n for n, r in store.read().exercises.items() if r.state == "done"}
        assert done <= now
        done = now
        if "That was the last exercise" in " ".join(screen.lines):
            break
    assert done == set(names)
    assert stops > len(names)
    assert all(len(store.read().record(n).attempts) == 1 for n in names)


def test_ctrl_c_between_the_lines_of_a_derivation_keeps_what_was_done_before(tmp_path: Path) -> None:
    store = Store(tmp_path / "progress.json")
    lines = right("mse-dw0-derivation")
    for stop in range(len(lines)):
        store.change(lambda p: Progress(current="mse-dw0-derivation", exercises={"power-rule": p.record("power-rule")}))
        given = iter([*lines[:stop]])

        def reply(prompt: str, given: Iterator[str] = given) -> str:
            try:
                return next(given)
            except StopIteration:
                raise KeyboardInterrupt from None

        with pytest.raises(KeyboardInterrupt):
            lesson(store, Script(reply)).run()
        assert store.read().current == "mse-dw0-derivation"
        assert "power-rule" in store.read().exercises


def test_no_line_is_wider_than_sixty_columns_unless_it_is_a_formula(tmp_path: Path) -> None:
    store = Store(tmp_path / "progress.json")
    screen = Script(lambda _: "quit", width=60)
    it = lesson(store, screen)
    for name in COURSE.order:
        it.show(name)
        it.hint(name, it.exercise(name, store.read()))
        it.feedback(
            it.exercise(name, store.read()),
            judge(it.exercise(name, store.read()), it.exercise(name, store.read()).rejected()[0][0]),
        )
    it.list()
    wide = [line for line in screen.lines if len(line) > 60 and " " in line.strip()[:55]]
    assert wide == []


# ----- with a terminal -----
def prompts(name: str) -> list[str]:
    exercise = variant(COURSE.exercise(name))
    return [exercise.prompt_of(q) for q in exercise.questions()]


def give(shell: Shell, name: str, lines: list[str], known: Mapping[str, str] = MappingProxyType({})) -> None:
    """Type an answer, each line at its prompt; what is `known` is not asked for again, and of lines one is: with back in its place all are typed anew."""
    asks = variant(COURSE.exercise(name)).questions()
    if asks[0].lines and known:
        shell.expect("begins anew")
        shell.expect(f"\n{known[AGAIN]}: ", "\n<")  # a line wider than the terminal shows its end
        shell.type(EMPTIED + "back")
    for k, line in enumerate(lines):
        if asks[0].lines or asks[k].key not in known:
            shell.expect("\n" + (f"{k + 1}: " if asks[0].lines else prompts(name)[k]))
            shell.type(line)


def known_after(name: str) -> Mapping[str, str]:
    """Return which answers are kept when the first wrong answer of a file was given."""
    exercise = variant(COURSE.exercise(name))
    answer = exercise.rejected()[0][0]
    return kept(judge(exercise, answer), exercise.checked(answer))


@needs_pty
def test_the_whole_lesson_with_right_answers(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    shell = Shell(path)
    for number, name in enumerate(COURSE.order, 1):
        shell.expect(f"Exercise {number} of {len(COURSE.order)}: ")
        give(shell, name, right(name))
        shell.expect("Right")
        if number < len(COURSE.order):
            shell.expect("Enter goes on to: ")
            shell.type("")
    assert shell.end() == 0
    assert "That was the last exercise" in shell.text
    kept = json.loads(path.read_text("utf-8"))
    assert {n: r["state"] for n, r in kept["exercises"].items()} == dict.fromkeys(COURSE.order, "done")
    assert kept["cards"] == {}
    assert not ESCAPE.search(shell.text.replace("\x1b[?2004h", "").replace("\x1b[?2004l", ""))


@needs_pty
def test_the_whole_lesson_with_wrong_answers_first_at_sixty_columns(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    shell = Shell(path, columns=60)
    for number, name in enumerate(COURSE.order, 1):
        shell.expect(f"Exercise {number} of {len(COURSE.order)}: ")
        give(shell, name, wrong(name))
        shell.expect("Not yet.")
        give(shell, name, right(name), known_after(name))
        shell.expect("Right")
        if number < len(COURSE.order):
            shell.expect("Enter goes on to: ")
            shell.type("")
    assert shell.end() == 0
    kept = json.loads(path.read_text("utf-8"))
    assert all(len(r["attempts"]) == 2 and r["state"] == "done" for r in kept["exercises"].values())
    assert len(kept["cards"]) > 15


@needs_pty
@pytest.mark.parametrize(
    ("steps", "kept"),
    [
        ([("df/dx = ", None)], {}),
        ([("df/dx = ", "hint"), ("df/dx = ", None)], {"power-rule": "open"}),
        ([("df/dx = ", "n*x**(n-1)"), ("Enter goes on to: ", None)], {"power-rule": "done"}),
        ([("df/dx = ", "n*x**(n-1)"), ("Enter goes on to: ", ""), ("df/dx = ", None)], {"power-rule": "done"}),
    ],
)
def test_ctrl_c_in_a_terminal_ends_with_130_and_keeps_what_was_done(
    tmp_path: Path, steps: list[tuple[str, str | None]], kept: dict[str, str]
) -> None:
    path = tmp_path / "progress.json"
    shell = Shell(path)
    for prompt, line in steps:
        shell.expect(prompt)
        if line is None:
            assert shell.interrupted() == 130
        else:
            shell.type(line)
    assert "Traceback" not in shell.text
    assert {n: r.state for n, r in Store(path).read().exercises.items()} == kept


@needs_pty
def test_answers_typed_before_ctrl_c_are_still_there(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    run(path, "goto", "forward-by-hand")
    shell = Shell(path)
    shell.expect("\nf = ")
    shell.type("1.1")
    shell.expect("\ne = ")
    assert shell.interrupted() == 130
    again = Shell(path)
    assert "Your answers so far: f = 1.1" in again.expect("\ne = ")
    again.type("2.1")
    again.expect("\nL = ")
    again.type("4.41")
    again.expect("Right, all 3.")
    again.expect("Enter goes on to: ")
    again.type("quit")
    assert again.end() == 0


def test_of_several_answers_only_the_wrong_one_is_asked_for_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "progress.json")
    store.change(lambda p: Progress(current="forward-by-hand"))
    asked: list[str] = []
    typed = iter(["1.1", "0.1", "4.41", "two", "2.1", "quit"])

    def reply(prompt: str) -> str:
        asked.append(prompt)
        return next(typed)

    screen = Script(reply)
    lesson(store, screen).run()
    assert asked[:5] == ["f = ", "e = ", "L = ", "e = ", "e = "]
    assert asked[5].startswith("Enter goes on to: ")
    assert "Your answers so far: f = 1.1; L = 4.41" in screen.lines
    assert [a.correct for a in store.read().record("forward-by-hand").attempts] == [
        False,
        True,
    ]  # what could not be read did not count


def test_back_takes_the_answer_before_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "progress.json")
    store.change(lambda p: Progress(current="forward-by-hand"))
    typed = iter(["back", "1.2", "back", "1.1", "2.1", "4.41", "quit"])
    screen = Script(lambda _: next(typed))
    lesson(store, screen).run()
    assert "There is no answer before this one." in screen.lines
    assert store.read().record("forward-by-hand").state == "done"


@needs_pty
def test_end_of_input_stops_as_quit_does(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "progress.json")
    shell.expect("df/dx = ")
    shell.child.sendeof()
    assert shell.end() == 0
    assert "Stopped here" in shell.text


@needs_pty
def test_kill_minus_nine_and_resume(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    for number, name in enumerate(COURSE.order[:4], 1):
        shell = Shell(path)
        shell.expect(f"Exercise {number} of ")
        give(shell, name, right(name))
        shell.expect("Right")
        time.sleep(0.01 * number)
        shell.child.kill(signal.SIGKILL)
        assert shell.end() == -signal.SIGKILL
        assert [n for n, r in Store(path).read().exercises.items() if r.state == "done"] == list(COURSE.order[:number])


@needs_pty
def test_hint_solution_skip_show_and_list_inside_the_lesson(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    shell = Shell(path)
    said_to = {
        "?": "quit       stop",
        "hint": "Hint 1 of 3: What happens to the exponent",
        "list": "here    power-rule",
        "2*(": "I cannot read that",
        "show": "Exercise 1 of",
        "solution": "= n·x^(n − 1)   power rule",
    }
    for word, said in said_to.items():
        shell.expect("df/dx = ")
        shell.type(word)
        shell.expect(said)
    shell.expect("Enter goes on to: Constant multiple")
    shell.type("")
    shell.expect("df/dx = ")
    shell.type("skip")
    shell.expect("Skipped; graphtutor goto constant-multiple")
    shell.expect("df/dx = ")
    shell.type("q")
    assert shell.end() == 0
    states = {n: r.state for n, r in Store(path).read().exercises.items()}
    assert states == {"power-rule": "shown", "constant-multiple": "skipped"}
    assert Store(path).read().record("power-rule").attempts == ()  # what cannot be read costs nothing


@needs_pty
def test_review_brings_a_slip_back_as_a_variant(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    assert run(path, "answer", "power-rule", "n*x**n")[0] == 1
    assert "Nothing to review now." in run(path, "review")[1]
    shell = Shell(path, "review", "--all")
    shown = shell.expect(" = ")
    name = re.search(r"\(([a-z0-9-]+),\s+review 1 of 1\)", shown)
    assert name is not None and name[1] == "power-rule"
    x, n = re.search(r"Differentiate (\w)\^(\w) with", shown).groups()
    shell.type(f"{n}*{x}**({n}-1)")
    shell.expect("1 of 1 right.")
    assert shell.end() == 0
    (card,) = Store(path).read().cards.values()
    assert card.box == 1


@needs_pty
@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_ctrl_c_at_each_prompt_of_each_kind_leaves_what_was_typed_before(tmp_path: Path, kind: type[Exercise]) -> None:
    name = next(n for n in COURSE.order if type(COURSE.exercise(n)) is kind)
    asks, lines = variant(COURSE.exercise(name)).questions(), right(name)
    asked = [f"\n{k + 1}: " for k in range(len(lines))] if asks[0].lines else [f"\n{p}" for p in prompts(name)]
    for stop in range(min(3, len(lines))):  # every prompt of the whole lesson, without a terminal, is above
        path = tmp_path / f"{stop}.json"
        Store(path).change(lambda p: Progress(current=name))
        shell = Shell(path)
        shell.expect("(? for help)")
        for k in range(stop):
            shell.expect(asked[k])
            shell.type(lines[k])
        shell.expect(asked[stop])
        assert shell.interrupted() == 130
        assert "Traceback" not in shell.text
        kept = Store(path).read()
        assert (kept.current, kept.record(name).state, kept.record(name).attempts) == (name, "open", ())
        assert list(kept.record(name).draft.values()) == ([] if asks[0].lines else lines[:stop])


@needs_pty
def test_under_an_ascii_locale_everything_said_is_ascii_and_an_answer_may_still_be_typed(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    shell = Shell(path, LC_ALL="C")
    for name in COURSE.order[:3]:
        give(shell, name, wrong(name))
        shell.expect("Not yet.")
        give(shell, name, right(name))
        shell.expect("Right")
        shell.expect("Enter goes on to: ")
        shell.type("")
    shell.expect("df/dy = ")
    shell.type("q")
    assert shell.end() == 0
    assert shell.text.isascii()
    code, out, _ = run(path, "step", "forward-by-hand", LC_ALL="C")
    assert code == 0
    assert out.isascii()
    assert "dL/dw0 = 8.4" in out


@needs_pty
@pytest.mark.parametrize(("no_color", "coloured"), [("1", False), ("", True)])
def test_colour_only_where_it_is_wanted_and_never_needed(tmp_path: Path, no_color: str, coloured: bool) -> None:
    shell = Shell(tmp_path / "progress.json", NO_COLOR=no_color, TERM="xterm-256color")
    shell.expect("df/dx = ")
    shell.type("hint")
    shell.expect("Hint 1 of 3")
    shell.expect("df/dx = ")
    shell.type("n*x**n")
    shell.expect("Not yet.")
    shell.expect("df/dx = ")
    shell.type("q")
    assert shell.end() == 0
    assert bool(re.search("\x1b\\[[0-9;]*m", shell.text)) is coloured


@needs_pty
def test_predict_then_see(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "p.json", "step", "forward-by-hand")
    shell.expect("value of v₁ = w₀·x₀: ")
    shell.type("1")
    shell.expect("Right.")
    for line, said in (
        ("7", "Not yet; try again"),
        ("seven", "It is no guess"),
        ("hint", "Put the numbers of w₁ and x₁ into w₁·x₁."),
        ("8", "It is 0. v₂ = w₁·x₁"),
    ):
        shell.expect("value of v₂ = w₁·x₁: ")
        shell.type(line)
        shell.expect(said)
    shell.expect("value of v₃ = v₁ + v₂: ")
    shell.type("q")
    shell.expect("1 of 2 guessed right.")
    assert shell.end() == 0
    shell = Shell(tmp_path / "p.json", "step", "forward-by-hand")
    shell.expect("value of v₁ = w₀·x₀: ")
    assert shell.interrupted() == 130


# ----- commands -----
def run(path: Path, *args: str, stdin: str = "", **more: str) -> tuple[int, str, str]:
    """Run a command in a folder of its own, where pictures go."""
    env = (
        {k: v for k, v in os.environ.items() if not k.startswith("GRAPHTUTOR")}
        | {"GRAPHTUTOR_PROGRESS": str(path)}
        | more
    )
    done = subprocess.run(
        [sys.executable, "-m", "graphtutor", *args],
        cwd=path.parent,
        env=env,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_right_wrong_unreadable_and_unknown_have_their_exit_codes(at: Callable[..., tuple[int, str, str]]) -> None:
    assert at("answer", "n*x**(n-1)")[0] == 0
    code, out, _ = at("answer", "constant-multiple", "x")
    assert code == 1 and out.startswith("Not yet.")
    code, _, err = at("answer", "constant-multiple", "2*(")
    assert code == 3 and "the text ends after '('" in err
    code, _, err = at("show", "hinge-dw")
    assert (
        code == 2
        and err == "graphtutor: no exercise 'hinge-dw' (did you mean 'hinge-dw0'?); see them with graphtutor list\n"
    )


def test_answers_as_json(at: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = at("answer", "forward-by-hand", "f=1.1", "e=0.1", "L=4.41", "--json")
    found = json.loads(out)
    assert code == 1
    assert (found["ok"], found["exercise"], found["correct"]) == (False, "forward-by-hand", False)
    assert found["score"] == pytest.approx(2 / 3)
    assert "sign.table" in found["misconceptions"]


def test_next_skip_goto_reset_and_list(at: Callable[..., tuple[int, str, str]]) -> None:
    assert "power-rule" in at("next")[1]
    assert "constant-multiple" in at("next")[1]
    assert "Skipped" in at("skip")[1]
    rows = json.loads(at("list", "--json")[1])
    assert rows["current"] == "product-first-factor"
    assert {r["id"]: r["state"] for r in rows["exercises"]}["constant-multiple"] == "skipped"
    assert "hinge-dw0" in at("goto", "hinge-dw0")[1]
    assert json.loads(at("list", "--json")[1])["current"] == "hinge-dw0"
    assert "Exercise" in at("reset", "constant-multiple")[1]
    assert json.loads(at("list", "--json")[1])["current"] == "constant-multiple"
    assert json.loads(at("skip", "--json")[1])["id"] == "product-first-factor"
    drawn = {
        json.loads(at("reset", "constant-multiple", "--seed", seed, "--json")[1])["program"]
        for seed in ("ada", "grace", "emmy", "sofia")
    }
    assert len(drawn) > 1
    code, out, _ = at("reset", "--all")
    assert code == 0 and "is kept as" in out
    assert json.loads(at("list", "--json")[1])["current"] == "power-rule"


def test_a_seed_draws_a_variant_that_is_graded_as_such(at: Callable[..., tuple[int, str, str]]) -> None:
    seen = set()
    for seed in ("ada", "grace", "emmy", "sofia"):
        _, shown, _ = at("goto", "constant-multiple", "--seed", seed)
        k, x = re.search(r"Differentiate (-?\d+)\*(\w) ", shown).groups()
        seen.add((k, x))
        assert at("answer", k)[0] == 0
    assert len(seen) > 1


def test_a_seed_gives_every_learner_the_same_variant_again_and_a_class_one_each(tmp_path: Path) -> None:
    shown = {}
    for name in ("ada", "grace", "emmy", "sofia", "maryam", "ada"):
        path = tmp_path / f"{name}.json"
        Store(path).change(lambda p, name=name: Progress(seed=name))
        text = run(path, "show", "two-layer-net")[1]
        assert shown.setdefault(name, text) == text
    assert len(set(shown.values())) > 2


def test_what_the_drawn_variant_asks_is_what_is_graded_for_every_exercise(tmp_path: Path) -> None:
    for name in COURSE.order:
        drawn = variant(COURSE.exercise(name), "grace")
        assert judge(drawn, drawn.accepted()[0]).correct, name


def test_the_solution_is_shown_when_asked_for_and_the_exercise_does_not_count_as_done(
    at: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, _ = at("solution", "mse-dw0")
    assert code == 0
    assert out.startswith(
        "  d/dw0 ((f - y)**2)\n= 2*(f - y)*d/dw0 (f - y)                   power rule and chain rule\n"
    )
    found = json.loads(at("solution", "forward-by-hand", "--json")[1])
    assert found["solution"] == {"f": "1.1", "e": "2.1", "L": "4.41"}
    states = {r["id"]: r["state"] for r in json.loads(at("list", "--json")[1])["exercises"]}
    assert (states["mse-dw0"], states["forward-by-hand"], states["power-rule"]) == ("shown", "shown", "open")
    assert "  mse-dw0 " not in at("list", "--pending")[1]
    assert at("goto", "mse-dw0")[0] == 0
    assert at("answer", "2*x0*(f - y)")[0] == 0  # goto opens it again
    assert {r["id"]: r["state"] for r in json.loads(at("list", "--json")[1])["exercises"]}["mse-dw0"] == "done"


def test_a_wrong_line_is_named_with_a_point_at_which_it_fails(
    at: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    file = tmp_path / "lines.txt"
    file.write_text("2*(f - y)*d/dw0 (f - y)\n2*(f - y)*(x0 + w1*x1)\n2*x0*(f - y)\n")
    code, out, _ = at("answer", "mse-dw0-derivation", f"@{file}")
    assert code == 1
    assert "Not yet. Line 2 is the first wrong one." in out
    assert (
        "  1. right: 2*(f - y)*d/dw0 (f - y)\n  2. wrong: 2*(f - y)*(x0 + w1*x1)\n  3. does not follow: 2*x0*(f - y)\n"
        in out
    )
    found = json.loads(at("answer", "mse-dw0-derivation", f"@{file}", "--json")[1])
    assert (found["first_wrong"], found["misconceptions"][0]) == (1, "constant.not-zero")
    assert found["counterexample"].startswith("At b = ")


def test_the_picture_of_a_wrong_answer_marks_where_it_broke(
    at: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    _, out, _ = at("answer", "mse-dw0", "2*(f - y)")
    assert "Picture: outputs/lesson/mse-dw0.svg" in out.replace("\\", "/")
    assert "chain.missing-inner" in (tmp_path / "outputs" / "lesson" / "mse-dw0.svg").read_text("utf-8")
    assert "Picture" not in at("answer", "mse-dw0", "2*x0*(f - y)")[1]
    (tmp_path / "outputs" / "lesson" / "mse-dw0.svg").unlink()
    (tmp_path / "outputs" / "lesson").rmdir()
    (tmp_path / "outputs" / "lesson").write_text("in the way")
    code, out, _ = at("answer", "mse-dw0", "2*(f - y)")  # no picture is no reason to say less
    assert code == 1
    assert "Picture" not in out


def test_a_sheet_says_which_cell_is_wrong_and_what_only_follows_from_it(
    at: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, _ = at("answer", "forward-sheet", "p0=2.5", "p1=-0.6", "s=1.9", "f=2", "e=3", "L=9")
    assert code == 1
    assert out.startswith("Not yet. p1 is wrong. 4 cells follow from it. (-0.3)*(-2) is positive.\n")
    code, out, _ = at("answer", "forward-sheet", "p0=2.5", "p1=0.6", "s=3.1", "f=3.2", "e=4.2", "L=17.64")
    assert (code, out) == (0, "Right, all 6 cells.\n")


def test_gt_grade_takes_an_exercise_by_its_name_and_seed() -> None:
    assert gt.grade(gt.exercise("hinge-dw0"), "where(y*f < 1, -y*x0, 0)").correct
    assert gt.grade(gt.exercise("hinge-dw0"), ["-y*d/dw0 (f)", "-y*x0"]).misconceptions[0].id == "branch.ignored"
    row = {"node": "w0", "upstream": 5}
    assert "dL/dw0 is wrong" in gt.grade(gt.exercise("upstream-gradients"), {"sheet": [row]}).message
    names = {gt.exercise("constant-multiple", seed).program for seed in range(8)}
    assert len(names) > 1
    code = {"code": "def dfn_b(x, w, b, true_val):\n    return 2 * (w[0]*x[0] + w[1]*x[1] + b - true_val)"}
    assert gt.grade(gt.exercise("code-db"), code).correct
    with pytest.raises(gt.LearnerError, match=r"no exercise 'hinge-dw' \(did you mean 'hinge-dw0'\?\)"):
        gt.exercise("hinge-dw")
    with pytest.raises(gt.LearnerError, match="leave out wrt"):
        gt.grade(gt.exercise("hinge-dw0"), "0", wrt="w0")


def test_an_exercise_stepped_without_a_terminal_prints_its_walk(at: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = at("step", "forward-by-hand")
    assert code == 0
    assert "taking 'forward-by-hand' as the exercise of that name" in err
    assert "∂L/∂w₀ = 8.4" in out
    assert json.loads(at("step", "forward-by-hand", "--json", "--at", "y=1")[1])["steps"][5]["value"][
        "value"
    ] == pytest.approx(0.01)
    code, _, err = at("step", "forward-by-hand", "--at", "q=1")
    assert code == 2
    assert "'q' is no input of forward-by-hand; it has w0, x0, w1, x1, b, y" in err
    code, _, err = at("step", "which-loss-penalises-more")
    assert code == 2
    assert "has no graph to walk" in err


@pytest.mark.parametrize("name", [n for n in COURSE.order if COURSE.exercise(n).program])
def test_every_exercise_with_a_graph_can_be_walked(name: str) -> None:
    found = walked(variant(COURSE.exercise(name)))
    for guess in guesses(found):
        assert judged(shown(guess.right, 12), guess) == "Right."


@pytest.mark.parametrize(
    ("given", "right", "said"),
    [("3", 2.5, "It is 2.5."), ("2", 2.5, "It is 2.5."), ("8", 8.4, "It is 8.4."), ("0", 0.04, "It is 0.04."), ("8", 8, "Right."), ("0.4", 0.40894782, "Right."), ("1/3", 1 / 3, "Right.")],
)  # fmt: skip
def test_a_guess_that_is_only_near_is_wrong(given: str, right: float, said: str) -> None:
    assert judged(given, Guess("", [right], "", "")) == said


def test_on_windows_consoles_the_lesson_needs_nothing_that_is_not_there(tmp_path: Path) -> None:
    code = """
import sys, types, pathlib, subprocess, click, sympy, numpy, pytest, tempfile, shutil, os
sys.modules["msvcrt"] = types.SimpleNamespace(locking=lambda *a: None, LK_NBLCK=1, LK_UNLCK=0, getwch=None)
for name in ("fcntl", "termios", "tty", "pty", "readline", "resource", "curses"):
    sys.modules[name] = None
sys.platform = "win32"
from graphtutor.cli import main
assert main(["list"]) == 0
assert main(["answer", "power-rule", "n*x**(n-1)"]) == 0
assert main(["hint"]) == 0 and main(["next"]) == 0 and main(["review"]) == 0
from graphtutor.cli import lesson
lesson.with_history()
"""
    env = os.environ | {"GRAPHTUTOR_PROGRESS": str(tmp_path / "p.json"), "APPDATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


HOSTILE = [
    d["text"] if "text" in d else "".join(unit * times for unit, times in d["runs"])
    for d in map(json.loads, (ROOT / "tests" / "data" / "hostile.jsonl").read_text("utf-8").splitlines())
]


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_whatever_is_typed_is_graded_or_said_to_be_unreadable(tmp_path: Path, kind: type[Exercise]) -> None:
    name = next(n for n in COURSE.order if type(COURSE.exercise(n)) is kind)
    store = Store(tmp_path / "progress.json")
    screen = Script(lambda _: "")
    it = lesson(store, screen)
    exercise = variant(COURSE.exercise(name))
    asks = exercise.questions()
    for text in (
        *HOSTILE,
        "[1, 2]",
        "x0 < 1",
        "W@x",
        "1/0",
        "0/0",
        "nan",
        "1e999",
        "1" * 5000,
        "1,2,3",
        "a = b = c",
        "=",
        "L",
        "(1, 2)",
        "\x1b[31m",
    ):
        said = len(screen.lines)
        it.attempt(name, exercise, {q.key: text for q in asks} if asks[0].key else text)
        assert len(screen.lines) > said


def test_what_is_due_is_said_when_the_lesson_goes_on(tmp_path: Path) -> None:
    store = Store(tmp_path / "progress.json")
    lesson(store, Script(lambda _: "quit")).grade("power-rule", variant(COURSE.exercise("power-rule")), "n*x**n")
    screen = Script(lambda _: "quit")
    lesson(store, screen).run()
    assert "graphtutor review" not in " ".join(screen.lines)  # ten minutes have not gone by
    store.change(lambda p: replace(p, cards={k: replace(c, due="2020-01-01T00:00:00Z") for k, c in p.cards.items()}))
    lesson(store, screen).run()
    assert f"Derivative rules. 0 of {len(COURSE.order)} done, 1 to review (graphtutor review)." in screen.lines


@needs_pty
def test_the_lesson_of_a_seed_asks_and_grades_variants(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    shell = Shell(path, "--seed", "grace")
    for name in COURSE.order[:4]:
        drawn = variant(COURSE.exercise(name), "grace")
        shell.expect(drawn.prompt)
        shell.expect(" = ")
        shell.type(drawn.accepted()[0])
        shell.expect("Right.")
        shell.expect("Enter goes on to: ")
        shell.type("")
    shell.expect(" = ")
    shell.type("q")
    assert shell.end() == 0
    assert Store(path).read().seed == "grace"
    assert {r.state for r in Store(path).read().exercises.values()} == {"done"}


def test_hints_come_one_by_one_and_the_last_one_stays(at: Callable[..., tuple[int, str, str]]) -> None:
    said = [at("hint", "mse-dw0")[1] for _ in range(4)]
    assert [s.split(":")[0] for s in said] == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"]


def test_list_and_hint_wait_for_no_sympy() -> None:
    code = "import sys; from graphtutor.cli import main; main(['list']); main(['hint']); main(['show']); assert 'sympy' not in sys.modules and 'numpy' not in sys.modules"
    env = (
        os.environ | {"GRAPHTUTOR_PROGRESS": os.devnull + "-none/x"}
        if sys.platform == "win32"
        else os.environ | {"GRAPHTUTOR_PROGRESS": str(Path("/tmp") / f"graphtutor-{os.getpid()}.json")}
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_without_a_terminal_there_is_help(at: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = at()
    assert code == 0 and "Usage: graphtutor" in out


def test_watch_grades_again_on_every_save(tmp_path: Path) -> None:
    file = tmp_path / "answer.txt"
    file.write_text("x**(n-1)\n")
    env = {k: v for k, v in os.environ.items() if not k.startswith("GRAPHTUTOR")} | {
        "GRAPHTUTOR_PROGRESS": str(tmp_path / "p.json"),
        "PYTHONUNBUFFERED": "1",
    }
    watcher = subprocess.Popen(
        [sys.executable, "-m", "graphtutor", "watch", file.name, "power-rule"],
        cwd=tmp_path,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watcher.stdout is not None
    seen = ""
    while "Not yet." not in seen:
        seen += watcher.stdout.readline()
    other = tmp_path / "new"
    other.write_text("n*x**(n-1)\n")
    other.replace(file)  # as editors save
    while "answer.txt is now an answer to constant-multiple." not in seen:
        seen += watcher.stdout.readline()
    assert "Right." in seen and "Exercise 2 of" in seen
    watcher.kill()
    watcher.stdout.close()
    watcher.wait()
    assert run(tmp_path / "p.json", "watch", "--once", str(file), "sum-rule")[0] == 1


@needs_pty
def test_ctrl_c_ends_a_watch(tmp_path: Path) -> None:
    file = tmp_path / "answer.txt"
    shell = Shell(tmp_path / "p.json", "watch", str(file), "power-rule")
    shell.expect("Ctrl-C stops.")
    file.write_text("n*x**n\n")
    shell.expect("Not yet.")
    file.write_text("2*(\n")
    shell.expect("I cannot read that")
    assert shell.interrupted() == 130
    assert [a.correct for a in Store(tmp_path / "p.json").read().record("power-rule").attempts] == [False]


def test_a_folder_and_a_course_of_ones_own(tmp_path: Path, at: Callable[..., tuple[int, str, str]]) -> None:
    mine = tmp_path / "mine"
    assert at("author", "new", "my-first", "-o", str(mine / "01-my-first.toml"))[0] == 0
    assert at("author", "new", "in-numbers", "--kind", "numbers", "-o", str(mine / "02-in-numbers.toml"))[0] == 0
    code, out, _ = at("author", "check", str(mine))
    assert code == 0 and "2 files: " in out and out.rstrip().endswith(" 0 at fault")
    assert "my-first" in at("list", "--exercises", str(mine))[1]
    (mine / "course.toml").write_text(
        'format_version = 1\ntitle = "Mine"\ntie = "half"\n[[groups]]\ntitle = "Turned round"\nexercises = ["in-numbers", "my-first"]\n'
    )
    rows = json.loads(at("list", "--json", "--exercises", str(mine))[1])
    assert [r["id"] for r in rows["exercises"]] == ["in-numbers", "my-first"]
    assert "To 2*(w*x - y):" in at("author", "preview", str(mine / "01-my-first.toml"))[1]
    (mine / "course.toml").write_text('format_version = 1\ntie = "both"\n')
    code, _, err = at("list", "--exercises", str(mine))
    assert code == 2 and "tie = 'both'; expected one of zero, first, last, half" in err


def test_review_says_how_long_there_is_to_wait(at: Callable[..., tuple[int, str, str]]) -> None:
    at("answer", "power-rule", "n*x**n")
    assert "The next one is due in 10 minutes." in at("review")[1]


def test_no_word_is_broken_at_sixty_columns(tmp_path: Path) -> None:
    said: dict[int, list[str]] = {}
    for width in (60, 10_000):
        screen = Script(lambda _: "quit", width=width)
        it = lesson(Store(tmp_path / f"{width}.json"), screen)
        for name in COURSE.order[::6]:
            exercise = it.exercise(name, it.store.read())
            it.show(name)
            it.hint(name, exercise)
            for answer in (exercise.rejected()[0][0], "2*(", "sine(x)"):
                with contextlib.suppress(gt.LearnerError):
                    it.feedback(exercise, judge(exercise, answer))
        cut = "…" if width == 60 else "\0"  # the window around a caret
        said[width] = [w for line in screen.lines if cut not in line for w in line.split()]
    assert set(said[60]) - set(said[10_000]) == set()
