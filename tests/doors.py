"""Every door by which a text or a file comes in, and a child of limited time and memory that carries hostile text through one.

`DOORS` is the one list. Most doors are not written down: each parameter of a public function is one, in four forms, and each option
and argument of a command that takes text. What else takes text stands in CALLS, SCREENS and FILES; a new row there is tested.
"""

from __future__ import annotations

import inspect
import json
import os
import resource
import signal
import sys
import time
import tomllib
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import sympy as sp

import graphtutor as gt
from graphtutor.cli import COMMANDS, cli, main
from graphtutor.tutor.course import course
from graphtutor.tutor.exercises import KINDS, template
from graphtutor.tutor.judge import judge
from graphtutor.tutor.lesson import Leave, Lesson
from graphtutor.tutor.predict import play, walked
from graphtutor.tutor.store import Store

SECONDS, MEGABYTES = 2.0, 300
LINES = "hostile.jsonl", "hostile_more.jsonl"
DATA = Path(__file__).parent / "data"
COURSE = course(Path(__file__).resolve().parent.parent / "exercises")
ONE_EACH = {COURSE.exercise(name).kind: name for name in reversed(COURSE.order)}
EXITS = {0, 1, 2, 3, 5}
STEERING = frozenset(
    map(chr, (*range(9), *range(11, 13), *range(14, 32), 127, *range(0x80, 0xA0), 0x202E, 0x2066, 0x200E))
)


def hostile() -> Iterator[str]:
    """Yield the hostile texts of `tests/data`."""
    for file in LINES:
        for line in (DATA / file).read_text("utf-8").splitlines():
            row = json.loads(line)
            yield row["text"] if "text" in row else "".join(unit * times for unit, times in row["runs"])


# ----- Python: every parameter of what a user calls -----
G = gt.graph("f = w*x + b; L = (f - y)**2")
AT = {"w": 1, "x": 2, "b": 3, "y": 4}
T = G.trace(at=AT)
D = gt.derive("w**2", wrt="w")
GRADE = gt.grade("(w*x - y)**2", "2*(w*x - y)", wrt="w")
H = gt.train("(w*x - y)**2", {"x": [1.0, 2.0], "y": [1.0, 2.0]}, start={"w": 0.0}, epochs=2)
FORMS: Mapping[str, Callable[[str], Any]] = {"text": str, "key": lambda s: {s: 1}, "value": lambda s: {"x": s}, "list": lambda s: [s]}  # fmt: skip
# function -> arguments with which it works; each of its parameters is a door
CALLS: Mapping[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "read": (gt.read, {"text": "w*x"}),
    "graph": (gt.graph, {"source": "w*x"}),
    "check": (gt.check, {"source": "w*x"}),
    "derive": (gt.derive, {"source": "w*x**2", "wrt": "w"}),
    "derive.lecture": (gt.derive, {"source": "w*x**2", "wrt": "w", "style": "lecture"}),
    "derive.along": (gt.derive, {"source": "w*x**2", "wrt": "w", "along": "graph"}),
    "same": (gt.same, {"a": "w*x", "b": "x*w"}),
    "grade": (gt.grade, {"source": "(w*x - y)**2", "answer": "2*x*(w*x - y)", "wrt": "w"}),
    "grade_many": (gt.grade_many, {"submissions": [{"expression": "x**2", "wrt": "x", "answer": "2*x"}]}),
    "train": (gt.train, {"loss": "(w*x - y)**2", "data": {"x": [1.0], "y": [2.0]}, "start": {"w": 0.0}, "epochs": 1}),
    "load": (gt.load, {"path": "lecture"}),
    "exercise": (gt.exercise, {"name": "power-rule"}),
    "compare_losses": (gt.compare_losses, {}),
    "Graph.gradient": (G.gradient, {"name": "w"}),
    "Graph.backward_graph": (G.backward_graph, {"wrt": "w"}),
    "Graph.function": (G.function, {}),
    "Graph.trace": (G.trace, {"at": AT}),
    "Graph.jacobian": (G.jacobian, {"of": "L", "wrt": "w"}),
    "Graph.hessian": (G.hessian, {"of": "L", "wrt": "w"}),
    "Graph.hessian_vector": (G.hessian_vector, {"wrt": "w", "direction": 1}),
    "Graph.draw": (G.draw, {"path": "g.svg"}),
    "Trace.draw": (T.draw, {"path": "t.svg", "step": 3}),
    "Trace.dot": (T.dot, {}),
    "Trace.svg": (T.svg, {}),
    "Derivation.draw": (D.draw, {"path": "d.svg"}),
    "Derivation.svg": (D.svg, {}),
    "Grade.draw": (GRADE.draw, {"path": "v.svg"}),
    "History.predict": (H.predict, {}),
    "History.plot": (H.plot, {"kind": "loss", "path": "p.svg"}),
    "History.to_csv": (H.to_csv, {}),
}  # fmt: skip
# what else a user hands over from Python
SAID: Mapping[str, Callable[[str], Any]] = {
    "Graph.opened": lambda s: G.opened(s),
    "Graph.collapsed": lambda s: G.collapsed(s),
    "function, a point": lambda s: G.function()({**AT, "w": s}),
    "function, a name": lambda s: G.function()({**AT, s: 1}),
    "trace, a value": lambda s: G.trace(at={**AT, "w": s}),
    "assume, a domain": lambda s: gt.same("x", "x", {"x": s}),
    "program": lambda s: gt.graph(f"f = w*x\n{s}\nL = f**2"),
    "definition": lambda s: gt.grade("(f - y)**2", "2*x*(f - y)", wrt="w", definitions={"f": s}),
    "answer, lines": lambda s: told(gt.grade("(w*x - y)**2", ["2*(w*x - y)*x", s, "2*x*(w*x - y)"], wrt="w")),
    "answer, a claim": lambda s: told(gt.grade("(w*x - y)**2", f"dL/dw = {s}", wrt="w")),
    "answer, several": lambda s: told(gt.grade("w*x + b", {"w": s, "b": "1"}, wrt=["w", "b"])),
    "answer, a vector": lambda s: told(gt.grade("dot(w, x)", s, wrt="w", shapes={"w": 2, "x": 2})),
    "answer to a problem": lambda s: told(gt.grade(s, s)),
    "code": lambda s: told(gt.grade("(w*x - y)**2", {"code": s}, wrt="w")),
    "code, a line": lambda s: told(gt.grade("(w*x - y)**2", {"code": f"def f(w, x, y):\n    a = {s}\n    return a"}, wrt="w")),
    "code, its function": lambda s: gt.grade("x**2", {"code": "def f(x):\n    return 2*x", "function": s}, wrt="x"),
    "code, its arguments": lambda s: gt.grade("x**2", {"code": "def f(x):\n    return 2*x", "args": {"x": s, s: "x"}}, wrt="x"),
    "sheet": lambda s: told(gt.grade("u = w*x; L = u**2", {"sheet": s}, wrt="w")),
    "sheet, a node": lambda s: told(gt.grade("L = (w*x)**2", {"sheet": [{"node": s, "value": 1}], "at": {"w": 1, "x": 1}}, wrt="w")),
    "sheet, its cells": lambda s: told(gt.grade("L = (w*x)**2", {"sheet": [{"node": "L", "value": s, "local": {"w": s, s: 1}, "upstream": s}], "at": {"w": 1, "x": 1}}, wrt="w")),
    "sheet, its point": lambda s: told(gt.grade("L = (w*x)**2", {"sheet": [{"node": "L", "value": 1}], "at": {"w": s, "x": 1}}, wrt="w")),
    "submission": lambda s: gt.grade_many([{"id": s, "expression": s, "wrt": s, "answer": s, "student": s}]),
    "submission of an exercise": lambda s: gt.grade_many([{"exercise": s, "answer": "1"}, {"exercise": "hinge-dw0", "answer": s, "seed": s}]),
    "labels of a plot": lambda s: pictured(gt.train("(w*x - y)**2", {"x": [1.0, 2.0], "y": [s, "b"]}, start={"w": 0.0}, epochs=1).plot("loss", "p.svg")),
    "a name of a column": lambda s: gt.train("(w*x - y)**2", {"x": [1.0], "y": [1.0], s: [2.0]}, start={"w": 0.0}, epochs=1),
    "symbol": lambda s: painted(sp.Symbol(s)),
    "symbol, derived": lambda s: derived(sp.Symbol(s)),
    "symbol, of a function": lambda s: gt.graph(sp.Function(s.replace("\0", ""))(sp.Symbol("x"))).draw("f.svg"),
    "symbol, graded": lambda s: told(gt.grade(sp.Symbol(s) ** 2, 2 * sp.Symbol(s), wrt=s)),
    "symbol, compared": lambda s: gt.same(sp.Symbol(s) + 1, 1 + sp.Symbol(s)),
}  # fmt: skip


def told(grade: gt.Grade) -> None:
    """Tell a grade by every road; what it says must steer no terminal."""
    for text in (str(grade), grade.to_text(60), grade.to_markdown(), json.dumps(grade.to_json())):
        plain(text)


def painted(symbol: sp.Symbol) -> None:
    """Draw a graph of a symbol in every form that is text."""
    trace = gt.graph((symbol * 2 + 1) ** 2).trace()
    pictured(trace.draw("s.svg"))
    for text in (trace.dot().source, trace.page(), "\n".join(s.sentence for s in trace.steps)):
        assert "\x1b" not in text and "\0" not in text, "a control character came through"


def derived(symbol: sp.Symbol) -> None:
    found = gt.derive(symbol**2, wrt=symbol)
    pictured(found.draw("d.svg"))
    assert "\x1b" not in found.page() + str(found), "a control character came through"


def pictured(paths: Iterable[Path] | Any) -> None:
    """Assert that every SVG written is XML."""
    for path in paths if isinstance(paths, list) else ():
        if path.suffix == ".svg":
            ElementTree.fromstring(path.read_text("utf-8"))


def plain(text: str) -> None:
    found = STEERING & set(text)
    assert not found, f"it prints {sorted(map(ascii, found))}"


def parameters() -> Iterator[tuple[str, Callable[[str], Any]]]:
    """Yield a door for each parameter of each function of CALLS, in each form."""
    for name, (function, works) in CALLS.items():
        for parameter in inspect.signature(function).parameters.values():
            if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL) or parameter.name == "limits":
                continue
            for form, shaped in FORMS.items():
                yield f"{name}({parameter.name}: {form})", partial(handed, function, works, parameter.name, shaped)


def handed(function: Callable[..., Any], works: dict[str, Any], name: str, shaped: Callable[[str], Any], text: str) -> Any:  # fmt: skip
    return function(**{**works, name: shaped(text)})


# ----- the shell: every option and argument that takes text -----
# command -> a call that works; a door puts its text beside it, or in the place of the argument
SHELL: Mapping[str, list[str]] = {
    "draw": ["(w*x)**2"], "step": ["(w*x)**2"], "check": ["(w*x)**2"], "derive": ["(w*x)**2", "--wrt", "w"], "same": ["x", "x"],
    "grade": ["a.txt", "--expression", "(w*x)**2", "--wrt", "w"], "sheet": ["(w*x)**2", "--at", "w=1,x=2"],
    "train": ["(w*x0 - y)**2", "--epochs", "1"], "plot": ["loss", "(w*x0 - y)**2", "--epochs", "1"],
    "show": ["power-rule"], "answer": ["power-rule", "x"], "hint": ["power-rule"], "solution": ["power-rule"], "skip": ["power-rule"],
    "goto": ["power-rule"], "reset": ["power-rule"], "watch": ["a.txt", "power-rule", "--once"], "author new": ["my-first"],
    "author check": ["e.toml"], "author preview": ["e.toml"],
}  # fmt: skip
ENDLESS = {"watch file", "demo -o"}  # waits for a file of that name; draws everything first
VIA = {"next", "list", "review", "doctor", "demo", "author schema"}


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        inner = command.commands.items() if isinstance(command, click.Group) else ()
        yield from ((f"{name} {sub}", found) for sub, found in inner) if inner else [(name, command)]


def options() -> Iterator[tuple[str, Callable[[str], Any]]]:
    """Yield a door for each parameter of a command that takes text."""
    for name, command in commands():
        for k, parameter in enumerate(p for p in command.params if isinstance(p, click.Argument)):
            if f"{name} {parameter.name}" not in ENDLESS and isinstance(parameter.type, click.types.StringParamType):
                yield f"$ {name} {parameter.name}", partial(argument, name, k)
        for parameter in command.params:
            texts = isinstance(parameter.type, click.types.StringParamType) and isinstance(parameter, click.Option)
            if texts and f"{name} {parameter.opts[0]}" not in ENDLESS:
                yield f"$ {name} {parameter.opts[-1]}", partial(option, name, parameter.opts[-1], parameter.nargs)
    for parameter in cli.params:
        if isinstance(parameter, click.Option) and isinstance(parameter.type, click.types.StringParamType):
            yield f"$ graphtutor {parameter.opts[0]}", lambda s, o=parameter.opts[0]: shell(o, s, "show")
    yield "$ graphtutor", lambda s: shell(s)


def argument(command: str, place: int, text: str) -> None:
    given = list(SHELL.get(command, []))
    given[place : place + 1] = [text]
    shell(*command.split(), *given)


def option(command: str, name: str, count: int, text: str) -> None:
    shell(*command.split(), *SHELL.get(command, []), name, *[text] * count)


def shell(*args: str) -> None:
    """Run a command on ready files; it must end with one of its exit codes and print nothing that steers a terminal."""
    Path("a.txt").write_text("2*w*x**2", "utf-8")
    Path("e.toml").write_text(template("e", "E", "expression"), "utf-8")
    with quiet() as said:
        code = main(list(args))
    assert code in EXITS, f"exit code {code}: {said()[-300:]}"
    plain(said())


class quiet:
    """Standard output and error in a file of their own."""

    def __enter__(self) -> Callable[[], str]:
        self.file = open("said.txt", "w+", encoding="utf-8", errors="surrogatepass")
        self.kept = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = self.file
        return lambda: Path("said.txt").read_text("utf-8", "surrogatepass")

    def __exit__(self, *failure: object) -> None:
        sys.stdout, sys.stderr = self.kept
        self.file.close()


# ----- the lesson: whatever is typed at a prompt -----
class Typing:
    """A screen on which one text is typed, as often as it is asked for, and then quit."""

    width, notation = 60, "unicode"

    def __init__(self, text: str, times: int = 3):
        self.text, self.left = text, times

    def say(self, text: str = "", style: str = "") -> None:
        pass

    def ask(self, prompt: str, before: str = "") -> str:
        self.left -= 1
        return self.text if self.left >= 0 else "." if self.left == -1 else "quit"


def answering(kind: str, text: str) -> None:
    """Type a text as the answer to an exercise of a kind, in a lesson of its own."""
    store = Store(Path("progress.json"))
    store.change(lambda p: type(p)(current=ONE_EACH[kind]))
    Lesson(COURSE, store, Typing(text), judge).run()


def drafted(text: str) -> None:
    """Begin the lesson with a progress that holds this text wherever text may stand."""
    record = {"state": text, "attempts": [{"when": text, "answer": text, "correct": False, "misconceptions": [text]}], "draft": {"1": text, text: text, "again": "1"}}  # fmt: skip
    data = {"format_version": 1, "current": "mse-dw0-derivation", "road": text, "seed": text, "exercises": {"mse-dw0-derivation": record, text: record},
            "cards": {text: {"misconception": text, "exercise": text, "due": text}}}  # fmt: skip
    Path("progress.json").write_text(json.dumps(data), "utf-8")
    lesson = Lesson(COURSE, Store(Path("progress.json")), Typing(text), judge)
    lesson.run()
    with suppress(Leave):
        lesson.review(True)


SCREENS: Mapping[str, Callable[[str], Any]] = {
    **{f"lesson, {kind}": partial(answering, kind) for kind in ONE_EACH},
    "step, a guess": lambda s: play(walked(COURSE.exercise("forward-by-hand")), Typing(s)),
    "lesson, its progress": drafted,
}


# ----- files: of every form, whole or with the text in a field -----
def filled(value: Any, text: str, at: int) -> tuple[Any, int]:
    """Return a value in which its leaf number `at` is the text, and how many leaves of text were passed."""
    if isinstance(value, str):
        return (text if at == 0 else value), 1
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    seen, found = 0, {}
    for key, inner in items:
        found[key], more = filled(inner, text, at - seen)
        seen += more
    return (found if isinstance(value, dict) else list(found.values()) if isinstance(value, list) else value), seen


def toml(value: Any) -> str:
    """Return a value as inline TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(c):08x}" if ord(c) < 0xD800 or ord(c) > 0xDFFF else "?" for c in value) + '"'
    return json.dumps(value)


def exercise_file(kind: str, text: str) -> None:
    """Check and preview an exercise of a kind with the text in one of its fields, another for each text."""
    table = tomllib.loads(template("e", "E", kind))
    table, _ = filled(table, text, len(text) % filled(table, "", -1)[1])
    Path("e.toml").write_text("\n".join(f"{key} = {toml(value)}" for key, value in table.items()), "utf-8")
    with quiet():
        codes = {main(["author", "preview", "e.toml"]), main(["author", "check", "e.toml"])}
    assert codes <= EXITS, codes


def saved(name: str, text: str, *args: str, around: str = "{}") -> None:
    """Run a command on a file that holds this text."""
    Path(name).write_bytes(around.replace("{}", text).encode("utf-8", "surrogatepass"))
    with quiet() as said:
        code = main([arg.replace("FILE", name) for arg in args])
    assert code in EXITS, f"exit code {code}: {said()[-300:]}"
    plain(said())


GRADED = "grade", "FILE", "--expression", "(w*x)**2", "--wrt", "w"
RESULT = '{"id": "a", "correct": false, "score": 0, "message": {}, "misconceptions": [{}]}'
FILES: Mapping[str, Callable[[str], Any]] = {
    **{f"exercise file, {kind}": partial(exercise_file, kind) for kind in KINDS},
    **{f"submissions.{form}": lambda s, form=form: saved(f"s.{form}", s, *GRADED) for form in ("txt", "csv", "tsv", "json", "jsonl", "py")},
    "submission, its fields": lambda s: saved("s.json", json.dumps({"id": s, "student": s, "wrt": s, "assume": s, "answer": s}), *GRADED),
    "submission, its question": lambda s: saved("s.json", json.dumps({"expression": s, "wrt": "x", "shapes": {"x": s}, "answer": s}), "grade", "FILE"),
    "submission, markdown": lambda s: saved("s.json", json.dumps({"id": s, "answer": s}), *GRADED, "--format", "markdown"),
    "submission, csv": lambda s: saved("s.json", json.dumps({"id": s, "answer": s}), *GRADED, "--format", "csv"),
    "sheet, as text": lambda s: saved("s.txt", s, *GRADED, around="node | value | local | upstream\nL = (w*x)**2 | {} | w: {} | {}"),
    "results": lambda s: saved("r.jsonl", s, "grade", "--diff", "FILE", "FILE"),
    "results, a field": lambda s: saved("r.jsonl", RESULT.replace("{}", json.dumps(s)), "grade", "--diff", "FILE", "FILE"),
    "decisions": lambda s: saved("d.json", s, "grade", "a.txt", "--expression", "x", "--wrt", "x", "--reviews", "FILE"),
    "exercise.toml": lambda s: saved("e.toml", s, "author", "check", "FILE"),
    "course.toml": lambda s: saved("c.toml", s, "list", "--course", "FILE"),
    "course.toml, a field": lambda s: saved("c.toml", f"title = {toml(s)}\nwelcome = {toml(s)}\n[[groups]]\ntitle = {toml(s)}\nabout = {toml(s)}\nexercises = ['power-rule']", "show", "--course", "FILE"),
    "progress.json": lambda s: saved("p.json", s, "show", "--progress", "FILE"),
    "@file": lambda s: saved("x.txt", s, "draw", "@FILE", "-o", "x.svg"),
    "watch": lambda s: saved("w.txt", s, "watch", "FILE", "mse-dw0", "--once") if s.strip() else None,
    "data.csv": lambda s: saved("d.csv", s, "train", "(w*x - y)**2", "--data", "FILE", "--epochs", "1"),
    "data.csv, a header": lambda s: saved("d.csv", s, "train", "(w*x - y)**2", "--data", "FILE", "--epochs", "1", around="x,y,{}\n1,2,3"),
    "data.csv, an entry": lambda s: saved("d.csv", s, "train", "(w*x - y)**2", "--data", "FILE", "--epochs", "1", around="x,y\n1,{}\n"),
    "data.npz": lambda s: saved("d.npz", s, "train", "(w*x - y)**2", "--data", "FILE", "--epochs", "1"),
}  # fmt: skip

DOORS: Mapping[str, Callable[[str], Any]] = {**dict(parameters()), **SAID, **dict(options()), **SCREENS, **FILES}


# ----- children -----
@dataclass(frozen=True)
class Failure:
    """A text that went through a door and did what it may not."""

    door: str
    number: int
    what: str


def watched(event: str, args: tuple[Any, ...]) -> None:
    """End a child that starts a program, opens a connection, or imports what a text names."""
    if event in {"subprocess.Popen", "os.fork"} and (event == "os.fork" or args[0] == sys.executable):
        return  # grade_many grades in processes of its own
    if event in {
        "os.system",
        "subprocess.Popen",
        "os.exec",
        "os.posix_spawn",
        "os.fork",
        "socket.connect",
        "ctypes.dlopen",
        "pty.spawn",
    }:
        os.write(2, f"{event} {args}\n".encode("utf-8", "replace"))
        os._exit(77)


def child(door: str, texts: list[tuple[int, str]], place: Path, out: int) -> None:
    """Carry texts through a door one after the other, and write what came of each."""
    os.chdir(place)
    os.environ |= {"GRAPHTUTOR_PROGRESS": str(place / "progress.json"), "MPLBACKEND": "agg"}
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open("stderr.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    with open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MEGABYTES * 2**20, -1))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the child, in C code too
    sys.addaudithook(watched)
    for number, text in texts:
        os.write(out, f"{number}\t\n".encode())
        signal.setitimer(
            signal.ITIMER_PROF, SECONDS + len(text) / 20_000
        )  # what is long and legal costs about its length
        began = time.process_time()
        try:
            DOORS[door](text)
            end = ""
        except (gt.LearnerError, gt.AuthorError):
            end = ""
        except BaseException as error:
            places = [f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
            end = f"{type(error).__name__}: {str(error)[:200]} ({' '.join(places[-3:])})"
        signal.setitimer(signal.ITIMER_PROF, 0)
        if "gt_canary" not in door and Path("gt_canary").exists() and text != "gt_canary" and not text.startswith("@"):
            end = end or "it ran: gt_canary was made"
        Path("gt_canary").unlink(missing_ok=True)
        os.write(
            out,
            f"{number}\t{time.process_time() - began:.3f}\t{end}\n".replace("\0", "").encode(
                "utf-8", "backslashreplace"
            )
            if "\n" not in end
            else f"{number}\t0\t{' '.join(end.split())}\n".encode("utf-8", "backslashreplace"),
        )
    os._exit(0)


def through(door: str, texts: list[tuple[int, str]], place: Path, alone: bool = False) -> Iterator[Failure]:
    """Carry texts through a door in limited children; one that ends is replaced, and its text tried once more alone."""
    left = list(texts)
    while left:
        taken, back = os.pipe()
        sys.stdout.flush()
        pid = os.fork()
        if not pid:
            try:
                os.close(taken)
                child(door, left[:40], place, back)
            finally:
                os._exit(1)
        os.close(back)
        with os.fdopen(taken, encoding="utf-8") as lines:
            rows = [line.rstrip("\n").split("\t", 2) for line in lines]
        (
            _,
            status,
        ) = os.waitpid(pid, 0)
        done = {int(row[0]): row[2] for row in rows if len(row) == 3}
        begun = [int(row[0]) for row in rows if len(row) == 2]
        hung = next((number for number in begun if number not in done), None)
        ended = (
            f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit {os.waitstatus_to_exitcode(status)}"
        )
        bad = {n: what for n, what in done.items() if what} | ({} if hung is None else {hung: {"signal 27": f"{SECONDS:g} s of CPU were not enough", "exit 77": "it ran a program"}.get(ended, ended)})  # fmt: skip
        for number, what in bad.items():
            if alone:
                yield Failure(door, number, what)
            else:
                yield from through(door, [(n, t) for n, t in left if n == number], place, alone=True)
        left = [(n, t) for n, t in left if n not in done and n != hung]


def warm() -> None:
    """Import and draw once what every child needs, so that its time and memory go to its text."""
    import tempfile

    here = os.getcwd()
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        os.environ["GRAPHTUTOR_PROGRESS"] = str(Path(place, "progress.json"))
        T.draw("a.svg", step=1)
        D.draw("b.svg")
        H.plot("loss", "c.svg")
        told(GRADE)
        gt.check(G)
        for kind in ONE_EACH:
            answering(kind, "x")
        with quiet():
            for command, args in SHELL.items():
                if command != "watch":
                    main([*command.split(), *args])
        os.chdir(here)
