"""The lesson in the shell: `graphtutor` alone resumes it; list, next, show, answer, hint, solution, skip, goto, reset, watch, review."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from ..errors import LearnerError
from ..text import clean
from .shared import (
    Answer,
    Command,
    Expression,
    ascii_only,
    complain,
    decoded,
    json_option,
    say,
    show_json,
    styled,
    text_of_file,
)

if TYPE_CHECKING:
    from ..tutor.desk import Desk
    from ..tutor.kinds import Exercise
    from ..tutor.lesson import Lesson

STYLES: dict[str, dict[str, Any]] = {
    "heading": {"bold": True},
    "good": {"fg": "green"},
    "bad": {"fg": "yellow"},
    "quiet": {"dim": True},
}
POLL = 0.3  # seconds between looks at a watched file
SETTLED = 0.15  # seconds without a change after which a save is taken to be whole
PASTED = 0.02  # seconds within which further lines belong to what was pasted
LONGEST = 1_000_000


class Terminal:
    """A lesson's screen: standard output and input. Every line makes sense without its colour."""

    @property
    def width(self) -> int:
        return shutil.get_terminal_size((80, 24)).columns

    @property
    def notation(self) -> str:
        return "unicode" if sys.stdout.isatty() and not ascii_only() else "plain"

    def say(self, text: str = "", style: str = "") -> None:
        click.echo(styled(text, **STYLES[style]) if style else clean(text))

    def ask(self, prompt: str, before: str = "") -> str:
        """Return what is typed; several lines pasted at once are one answer. `before` can be edited where the system lets it."""
        with suppress(ImportError):
            line = import_module("readline")
            line.set_startup_hook((lambda: line.insert_text(before)) if before else None)
        text = input(clean(prompt))
        while pasting():
            text += "\n" + input("")
        return clean(text)


def pasting() -> bool:
    """Return whether more lines stand in a terminal's input already: nobody types so fast."""
    if not sys.stdin.isatty():
        return False
    with suppress(ImportError, OSError, ValueError):  # on Windows only sockets can be waited for
        return bool(import_module("select").select([sys.stdin], [], [], PASTED)[0])
    return False


# ----- options -----
def on_desk(command: Callable[..., Any]) -> Any:
    """Give a command the Desk of this learner, and the options that say whose lesson it is, over which exercises."""

    @wraps(command)
    def with_desk(exercises: str | None, course: str | None, progress: str | None, **given: Any) -> Any:
        return command(desk_of(exercises, course, progress), **given)

    decorated: Any = with_desk
    for option in (
        click.option("--progress", metavar="FILE", help="Where progress is kept ($GRAPHTUTOR_PROGRESS)."),
        click.option("--course", metavar="FILE", help="A course file in place of the folder's course.toml."),
        click.option("--exercises", metavar="DIR", help="A folder of exercises ($GRAPHTUTOR_EXERCISES)."),
    ):
        decorated = option(decorated)
    return decorated


def completed(ctx: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the exercises whose id begins so, for a shell that completes."""
    from ..tutor.exercises import library

    with suppress(LearnerError):
        found = library((ctx.find_root().params or {}).get("exercises"))
        return [CompletionItem(name) for name in found.paths if name.startswith(begun)]
    return []


def one_exercise(required: bool = False) -> Callable[[Command], Command]:
    """Give a command its EXERCISE: an id, or a number of the list."""
    return click.argument("exercise", required=required, shell_complete=completed)


def setting(name: str, given: str | None) -> str | None:
    """Return an option of this command, or the same one given before the command."""
    root = click.get_current_context().find_root()
    return given if given is not None else (root.obj or {}).get(name)


def desk_of(exercises: str | None, course: str | None, progress: str | None) -> Desk:
    """Return the desk of this learner, along the road taken; what has to be set aside is said on standard error."""
    from msgspec.structs import replace as changed

    from ..tutor.course import course as course_of
    from ..tutor.desk import Desk
    from ..tutor.store import Store, default_path

    where = setting("progress", progress)
    store = Store(Path(where).expanduser() if where else default_path(), complain)
    whole = course_of(setting("exercises", exercises), setting("course", course))
    road = setting("road", None)
    if road is None:
        kept = store.read().road
        return Desk(whole.along(kept if kept in whole.settings.roads else ""), store, Terminal())
    taken = whole.along(road)
    store.change(lambda p: changed(p, road=taken.road))
    return Desk(taken, store, Terminal())


def lesson_of(desk: Desk) -> Lesson:
    """Return the desk with its teacher."""
    from ..picture.files.inks import colours
    from ..tutor.judge import drawn, judge
    from ..tutor.lesson import Lesson

    palette = desk.course.settings.palette
    colours("light", palette)  # an unknown palette is said now, not at the first wrong answer
    store = replace(desk.store, lenient=True)  # a verdict is given also where it cannot be kept
    return Lesson(desk.course, store, desk.screen, judge, lambda it, grade: drawn(it, grade, palette))


def named(desk: Desk, exercise: str | None) -> str:
    """Return the exercise that was given, by id or number, or the one where the learner is."""
    here = desk.called(exercise) if exercise else desk.current(desk.store.read())
    if not here:
        raise LearnerError(
            "every exercise is finished; name one, such as graphtutor show hinge-dw0, or begin again with graphtutor reset --all"
        )
    return here


# ----- the whole lesson -----
def resume(seed: str | None = None) -> None:
    """Resume the lesson in this terminal."""
    from msgspec.structs import replace as changed

    desk = desk_of(None, None, None)
    if seed is not None:
        desk.store.change(lambda p: changed(p, seed=seed))
    with_history()
    lesson_of(desk).run()


def with_history() -> None:
    """Let the arrow keys edit a line and bring earlier ones back, where the system can."""
    with suppress(ImportError):
        import_module("readline")


# ----- looking -----
@click.command("list")
@click.option("--pending", is_flag=True, help="Only those still open.")
@on_desk
@json_option
def list_(desk: Desk, pending: bool, as_json: bool) -> None:
    """List the exercises with what is done, tried, and due for review."""
    if not as_json:
        desk.list(pending)
        return
    kept = desk.store.read()
    rows = [{"id": name, "number": desk.course.order.index(name) + 1, "title": desk.course.exercise(name).title, "group": title, "state": kept.record(name).state,
             "attempts": len(kept.record(name).attempts), "due": desk.state(name, kept) == "due"}
            for title, names in desk.course.groups for name in names if not pending or kept.record(name).state == "open"]  # fmt: skip
    done = sum(kept.record(n).state == "done" for n in desk.course.order)
    show_json({"ok": True, "current": desk.current(kept), "road": desk.course.road, "done": done, "exercises": rows})


@click.command()
@one_exercise()
@on_desk
@json_option
def show(desk: Desk, exercise: str | None, as_json: bool) -> None:
    """Show an exercise: the one where you are, or EXERCISE."""
    shown(desk, named(desk, exercise), as_json)


def shown(desk: Desk, name: str, as_json: bool) -> None:
    if not as_json:
        desk.show(name)
        return
    kept = desk.store.read()
    it = desk.exercise(name, kept)
    show_json({"ok": True, "id": name, "kind": it.kind, "title": it.title, "prompt": it.prompt, "program": it.program, "lines": it.listing(), "hints": len(it.hints),
               "state": kept.record(name).state})  # fmt: skip


@click.command("next")
@on_desk
@json_option
def next_(desk: Desk, as_json: bool) -> None:
    """Go to the next exercise that is still open, and show it; to the first where the lesson has not begun."""
    from ..tutor.progress import gone_to

    here = named(desk, None)
    begun = bool(desk.store.read().current)
    gone = desk.store.change(lambda p: desk.onward(p, here) if begun else gone_to(p, here))
    shown(desk, gone.current or here, as_json)


@click.command()
@one_exercise(required=True)
@click.option("--seed", help="Draw this variant of it.")
@on_desk
@json_option
def goto(desk: Desk, exercise: str, seed: str | None, as_json: bool) -> None:
    """Go to EXERCISE, a name or a number of the list, and show it; the lesson goes on from there."""
    from ..tutor.progress import gone_to

    name = named(desk, exercise)
    desk.store.change(lambda p: gone_to(p, name, seed))
    shown(desk, name, as_json)


# ----- answering -----
@click.command(cls=Expression)
@click.argument("words", nargs=-1, metavar="[EXERCISE] ANSWER…", shell_complete=completed)
@on_desk
@json_option
def answer(desk: Desk, words: tuple[str, ...], as_json: bool) -> None:
    """Grade ANSWER to the exercise where you are, or to EXERCISE. @FILE takes it from a file, - from standard input.

    \b
    graphtutor answer "2*x0*(f - y)"
    graphtutor answer forward-by-hand f=1.1 e=2.1 L=4.41
    graphtutor answer matrix-gradient "2 -1; 6 -3" "10 -1"
    """
    given = [word.strip() for word in words]
    first = given[0] if given and given[0] in desk.course.library else None
    rest = given[1:] if first else given
    name = named(desk, first)
    text = apart(desk, name, rest) or joined(rest)
    if not text:
        raise LearnerError(f'no answer to {name}; expected one, such as: graphtutor answer {name} "…"')
    graded(lesson_of(desk), name, text, as_json)


def apart(desk: Desk, name: str, words: list[str]) -> dict[str, str]:
    """Return one answer for each question where as many words are given as it asks, none of which says what it answers."""
    asks = desk.exercise(name, desk.store.read()).questions()
    if not (1 < len(asks) == len(words)) or not asks[0].key or any("=" in word for word in words):
        return {}
    return {question.key: word for question, word in zip(asks, words, strict=True)}


def joined(words: list[str]) -> str:
    """Return the text of an answer from the words of a command line."""
    if len(words) == 1 and words[0].startswith("@"):
        return text_of_file(Path(words[0][1:]))
    if words == ["-"]:
        return decoded(sys.stdin.buffer.read(LONGEST + 1), "standard input")
    return "; ".join(words) if len(words) > 1 and all("=" in w for w in words) else " ".join(words)


def graded(lesson: Lesson, name: str, text: str | dict[str, str], as_json: bool) -> None:
    """Grade a text, say or print what came of it, and end with the exit code of the verdict."""
    from ..tutor.lesson import ids, unread

    exercise = lesson.exercise(name, lesson.store.read())
    grade = lesson.grade(name, exercise, exercise.checked(text))
    if unread(grade):
        raise grade.invalid
    if as_json:
        show_json({"ok": grade.correct is True, "exercise": name, "correct": grade.correct, "score": grade.score, "first_wrong": grade.first_wrong, "misconceptions": ids(grade), "message": grade.message,
                   "counterexample": None if grade.counterexample is None else str(grade.counterexample)})  # fmt: skip
    else:
        lesson.feedback(exercise, grade, retry=False)
    if not grade.correct:
        raise Answer(1 if grade.correct is False else 5)


@click.command()
@one_exercise()
@on_desk
@json_option
def hint(desk: Desk, exercise: str | None, as_json: bool) -> None:
    """Give the next hint, the nearest first."""
    from ..tutor.desk import next_hint
    from ..tutor.progress import hint_taken

    name = named(desk, exercise)
    kept = desk.store.read()
    it = desk.exercise(name, kept)
    if not as_json:
        desk.hint(name, it)
        return
    text, number, count = next_hint(it, kept.record(name))
    desk.store.change(lambda p: hint_taken(p, name, count))
    show_json({"ok": True, "exercise": name, "hint": text, "number": number, "count": count})


@click.command()
@one_exercise()
@on_desk
@json_option
def solution(desk: Desk, exercise: str | None, as_json: bool) -> None:
    """Show a solution; the exercise then counts as shown, not as done."""
    lesson = lesson_of(desk)
    name = named(lesson, exercise)
    it = lesson.exercise(name, lesson.store.read())
    if not as_json:
        lesson.solution(name, it)
        return
    lesson.leave(name, "shown")
    show_json({"ok": True, "exercise": name, "solution": it.accepted()[0], "note": it.note})


@click.command()
@one_exercise()
@on_desk
@json_option
def skip(desk: Desk, exercise: str | None, as_json: bool) -> None:
    """Leave an exercise out for now, and show where you are."""
    name = named(desk, exercise)
    if as_json:
        desk.leave(name, "skipped")
    else:
        desk.skip(name)
    following = desk.current(desk.store.read())
    if following:
        shown(desk, following, as_json)
    elif as_json:
        show_json({"ok": True, "id": None})


@click.command()
@one_exercise()
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Begin the whole lesson again; the old progress is kept in a file beside it.",
)
@click.option("--new", is_flag=True, help="Draw another variant of it.")
@click.option("--seed", help="Draw this variant of it.")
@on_desk
@json_option
def reset(desk: Desk, exercise: str | None, everything: bool, new: bool, seed: str | None, as_json: bool) -> None:
    """Begin an exercise again: its attempts and hints are forgotten."""
    from ..tutor.progress import Progress, started

    if everything:
        aside = desk.store.keep_aside()
        desk.store.change(lambda p: Progress(seed=seed, road=p.road))
        if as_json:
            show_json({"ok": True, "kept_as": str(aside or "")})
        else:
            desk.tell(f"The lesson begins again.{f' Your progress so far is kept as {aside}.' if aside else ''}")
        return
    name = named(desk, exercise)
    drawn = str(time.time_ns() % 1_000_000) if new else seed
    desk.store.change(lambda p: started(p, name, drawn))
    shown(desk, name, as_json)


# ----- a file that is saved again and again -----
@click.command()
@click.argument("file", metavar="FILE")
@one_exercise()
@click.option("--once", is_flag=True, help="Grade the file as it is, and leave.")
@on_desk
def watch(desk: Desk, file: str, exercise: str | None, once: bool) -> None:
    """Grade FILE as an answer each time it is saved; when it is right, show the next exercise and go on."""
    lesson = lesson_of(desk)
    name = named(lesson, exercise)
    path = Path(file)
    if path.exists() and not path.is_file():
        raise LearnerError(f"'{file}' is no file that can be saved; name one, such as answer.txt")
    if once and not path.exists():
        raise LearnerError(f"no file '{file}'; write your answer into it and save")
    if once and path.stat().st_size <= LONGEST:
        text_of_file(path)  # empty, or no text: said now, and not waited for
    say(f"Watching {file} as an answer to {name}; Ctrl-C stops.")
    seen: tuple[int, int] | None = None
    while name:
        seen, text = saved(path, seen)
        right = lesson.attempt(name, lesson.exercise(name, lesson.store.read()), text)
        if once:
            raise Answer(0 if right else 1)
        if right:
            name = lesson.onward(lesson.store.read(), name).current
            if name:
                lesson.show(name)
                lesson.tell(f"{file} is now an answer to {name}.", "quiet")
    lesson.tell(lesson.course.settings.farewell, "good")


def saved(path: Path, seen: tuple[int, int] | None) -> tuple[tuple[int, int], str]:
    """Wait until a file was saved anew and whole, and holds something; return its stamp and its text."""
    told = None
    while True:
        now = stamp(path)
        if now is not None and now[1] > LONGEST:
            raise LearnerError(f"'{path}' holds more than {LONGEST:,} bytes; expected one answer")
        if now is not None and now != seen:
            time.sleep(SETTLED)
            with suppress(OSError):  # an editor is between two states of it
                data = path.read_bytes()
                if stamp(path) == now and data.strip():
                    try:
                        return now, decoded(data, f"'{path}'")
                    except LearnerError as error:
                        if told != now:
                            complain(str(error))
                        told = now
        time.sleep(POLL if now == seen or now is None else SETTLED)


def stamp(path: Path) -> tuple[int, int] | None:
    """Return what changes when a file is saved; None while there is none (editors replace files)."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


@click.command()
@click.option("--all", "everything", is_flag=True, help="All that ever went wrong, due or not.")
@on_desk
def review(desk: Desk, everything: bool) -> None:
    """Ask again, in a variant, what went wrong before: after ten minutes, a day, three, a week …"""
    from ..tutor.lesson import Leave

    with_history()
    try:
        lesson_of(desk).review(everything)
    except (Leave, EOFError):
        say("Stopped here; what is left stays due.")


# ----- predict, then see -----
def given(name: str) -> tuple[Desk, Exercise]:
    """Return this learner's desk, and an exercise in the variant that the learner has of it."""
    desk = desk_of(None, None, None)
    return desk, desk.exercise(name, desk.store.read())


def predict(name: str, at: dict[str, Any] | None = None) -> None:
    """Walk the backward pass of an exercise, guessing each number before it is shown."""
    from ..tutor.predict import play, walked

    desk, exercise = given(name)
    desk.tell(f"{exercise.title} ({name})", "heading")
    with_history()
    play(walked(exercise, at), desk.screen)
