"""The lesson in the shell: `graphtutor` alone resumes it; list, next, show, answer, hint, solution, skip, goto, reset, watch, review."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import LearnerError
from ..text import clean
from .shared import (
    Answer,
    Command,
    Expression,
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
LONGEST = 1_000_000


class Terminal:
    """A lesson's screen: standard output and input. Every line makes sense without its colour."""

    @property
    def width(self) -> int:
        return shutil.get_terminal_size((80, 24)).columns

    def say(self, text: str = "", style: str = "") -> None:
        click.echo(styled(text, **STYLES[style]) if style else clean(text))

    def ask(self, prompt: str) -> str:
        return clean(input(clean(prompt)))


# ----- options -----
def desk_options(command: Command) -> Command:
    """Give a command the options that say whose lesson this is, and over which exercises."""
    for option in (
        click.option("--progress", metavar="FILE", help="Where progress is kept ($GRAPHTUTOR_PROGRESS)."),
        click.option("--course", metavar="FILE", help="A course file in place of the folder's course.toml."),
        click.option("--exercises", metavar="DIR", help="A folder of exercises ($GRAPHTUTOR_EXERCISES)."),
    ):
        command = option(command)
    return command


def setting(name: str, given: str | None) -> str | None:
    """Return an option of this command, or the same one given before the command."""
    root = click.get_current_context().find_root()
    return given if given is not None else (root.obj or {}).get(name)


def desk_of(exercises: str | None, course: str | None, progress: str | None) -> Desk:
    """Return the desk of this learner; what has to be set aside is said on standard error."""
    from ..tutor.course import course as course_of
    from ..tutor.desk import Desk
    from ..tutor.store import Store, default_path

    where = setting("progress", progress)
    store = Store(Path(where).expanduser() if where else default_path(), complain)
    return Desk(course_of(setting("exercises", exercises), setting("course", course)), store, Terminal())


def lesson_of(desk: Desk) -> Lesson:
    """Return the desk with its teacher."""
    from ..picture.steps.svg import colours
    from ..tutor.judge import drawn, judge
    from ..tutor.lesson import Lesson

    palette = desk.course.settings.palette
    colours("light", palette)  # an unknown palette is said now, not at the first wrong answer
    return Lesson(desk.course, desk.store, desk.screen, judge, lambda it, grade: drawn(it, grade, palette))


def named(desk: Desk, exercise: str | None) -> str:
    """Return the id that was given, checked, or the exercise where the learner is."""
    if exercise:
        desk.course.library.exercise(exercise)
        return exercise
    here = desk.current(desk.store.read())
    if not here:
        raise LearnerError(
            "every exercise is finished; name one, such as graphtutor show hinge-dw0, or begin again with graphtutor reset --all"
        )
    return here


# ----- the whole lesson -----
def resume(seed: str | None = None) -> None:
    """Resume the lesson in this terminal."""
    from msgspec.structs import replace

    desk = desk_of(None, None, None)
    if seed is not None:
        desk.store.change(lambda p: replace(p, seed=seed))
    with_history()
    lesson_of(desk).run()


def with_history() -> None:
    """Let the arrow keys edit a line and bring earlier ones back, where the system can."""
    from contextlib import suppress
    from importlib import import_module

    with suppress(ImportError):
        import_module("readline")


# ----- looking -----
@click.command("list")
@click.option("--pending", is_flag=True, help="Only those still open.")
@desk_options
@json_option
def list_(exercises: str | None, course: str | None, progress: str | None, pending: bool, as_json: bool) -> None:
    """List the exercises with what is done."""
    desk = desk_of(exercises, course, progress)
    if not as_json:
        desk.list(pending)
        return
    kept = desk.store.read()
    rows = [{"id": name, "title": desk.course.exercise(name).title, "group": title, "state": kept.record(name).state, "attempts": len(kept.record(name).attempts)}
            for title, names in desk.course.groups for name in names if not pending or kept.record(name).state == "open"]  # fmt: skip
    show_json(
        {
            "ok": True,
            "current": desk.current(kept),
            "done": sum(kept.record(n).state == "done" for n in desk.course.order),
            "exercises": rows,
        }
    )


@click.command()
@click.argument("exercise", required=False)
@desk_options
@json_option
def show(exercise: str | None, exercises: str | None, course: str | None, progress: str | None, as_json: bool) -> None:
    """Show an exercise: the one where you are, or EXERCISE."""
    desk = desk_of(exercises, course, progress)
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
@desk_options
@json_option
def next_(exercises: str | None, course: str | None, progress: str | None, as_json: bool) -> None:
    """Go to the next exercise that is still open, and show it; to the first where the lesson has not begun."""
    from ..tutor.progress import gone_to

    desk = desk_of(exercises, course, progress)
    here = named(desk, None)
    begun = bool(desk.store.read().current)
    shown(
        desk, desk.store.change(lambda p: desk.onward(p, here) if begun else gone_to(p, here)).current or here, as_json
    )


@click.command()
@click.argument("exercise")
@click.option("--seed", help="Draw this variant of it.")
@desk_options
@json_option
def goto(
    exercise: str, seed: str | None, exercises: str | None, course: str | None, progress: str | None, as_json: bool
) -> None:
    """Go to EXERCISE and show it; the lesson goes on from there."""
    from ..tutor.progress import gone_to

    desk = desk_of(exercises, course, progress)
    name = named(desk, exercise)
    desk.store.change(lambda p: gone_to(p, name, seed))
    shown(desk, name, as_json)


# ----- answering -----
@click.command(cls=Expression)
@click.argument("words", nargs=-1, metavar="[EXERCISE] ANSWER…")
@desk_options
@json_option
def answer(
    words: tuple[str, ...], exercises: str | None, course: str | None, progress: str | None, as_json: bool
) -> None:
    """Grade ANSWER to the exercise where you are, or to EXERCISE. @FILE takes it from a file, - from standard input.

    \b
    graphtutor answer "2*x0*(f - y)"
    graphtutor answer forward-by-hand f=1.1 e=2.1 L=4.41
    """
    desk = desk_of(exercises, course, progress)
    given = [word.strip() for word in words]
    first = given[0] if given and given[0] in desk.course.library else None
    text = joined(given[1:] if first else given)
    name = named(desk, first)
    if not text:
        raise LearnerError(f'no answer to {name}; expected one, such as: graphtutor answer {name} "…"')
    graded(lesson_of(desk), name, text, as_json)


def joined(words: list[str]) -> str:
    """Return the text of an answer from the words of a command line."""
    if len(words) == 1 and words[0].startswith("@"):
        return text_of_file(Path(words[0][1:]))
    if words == ["-"]:
        return decoded(sys.stdin.buffer.read(LONGEST + 1), "standard input")
    return "; ".join(words) if len(words) > 1 and all("=" in w for w in words) else " ".join(words)


def graded(lesson: Lesson, name: str, text: str, as_json: bool) -> None:
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
@click.argument("exercise", required=False)
@desk_options
@json_option
def hint(exercise: str | None, exercises: str | None, course: str | None, progress: str | None, as_json: bool) -> None:
    """Give the next hint, the nearest first."""
    from ..tutor.desk import next_hint
    from ..tutor.progress import hint_taken

    desk = desk_of(exercises, course, progress)
    name = named(desk, exercise)
    kept = desk.store.read()
    if not as_json:
        desk.hint(name, desk.exercise(name, kept))
        return
    text, number, count = next_hint(desk.exercise(name, kept), kept.record(name))
    desk.store.change(lambda p: hint_taken(p, name, count))
    show_json({"ok": True, "exercise": name, "hint": text, "number": number, "count": count})


@click.command()
@click.argument("exercise", required=False)
@desk_options
@json_option
def solution(
    exercise: str | None, exercises: str | None, course: str | None, progress: str | None, as_json: bool
) -> None:
    """Show a solution; the exercise then counts as shown, not as done."""
    lesson = lesson_of(desk_of(exercises, course, progress))
    name = named(lesson, exercise)
    it = lesson.exercise(name, lesson.store.read())
    if not as_json:
        lesson.solution(name, it)
        return
    lesson.leave(name, "shown")
    show_json({"ok": True, "exercise": name, "solution": it.accepted()[0], "note": it.note})


@click.command()
@click.argument("exercise", required=False)
@desk_options
@json_option
def skip(exercise: str | None, exercises: str | None, course: str | None, progress: str | None, as_json: bool) -> None:
    """Leave an exercise out for now, and show the next one."""
    desk = desk_of(exercises, course, progress)
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
@click.argument("exercise", required=False)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Begin the whole lesson again; the old progress is kept in a file beside it.",
)
@click.option("--new", is_flag=True, help="Draw another variant of it.")
@click.option("--seed", help="Draw this variant of it.")
@desk_options
@json_option
def reset(
    exercise: str | None,
    everything: bool,
    new: bool,
    seed: str | None,
    exercises: str | None,
    course: str | None,
    progress: str | None,
    as_json: bool,
) -> None:
    """Begin an exercise again: its attempts and hints are forgotten."""
    from ..tutor.progress import Progress, started

    desk = desk_of(exercises, course, progress)
    if everything:
        aside = desk.store.keep_aside()
        desk.store.change(lambda p: Progress(seed=seed))
        if as_json:
            show_json({"ok": True, "kept_as": str(aside or "")})
        else:
            desk.tell(f"The lesson begins again.{f' Your progress so far is kept as {aside}.' if aside else ''}")
        return
    name = named(desk, exercise)
    drawn = str(time.time_ns() % 1_000_000) if new else seed
    desk.store.change(lambda p: started(p, name, drawn))
    shown(desk, name, as_json)


@click.command()
@click.argument("file", metavar="FILE")
@click.argument("exercise", required=False)
@click.option("--once", is_flag=True, help="Grade the file as it is, and leave.")
@desk_options
def watch(
    file: str, exercise: str | None, once: bool, exercises: str | None, course: str | None, progress: str | None
) -> None:
    """Grade FILE as an answer each time it is saved, until it is right."""
    lesson = lesson_of(desk_of(exercises, course, progress))
    name = named(lesson, exercise)
    it = lesson.exercise(name, lesson.store.read())
    path = Path(file)
    if not path.exists() and once:
        raise LearnerError(f"no file '{file}'; write your answer into it and save")
    say(f"Watching {file} as an answer to {name}; Ctrl-C stops.")
    seen: tuple[int, int] | None = None
    while True:
        now = stamp(path)
        if now is not None and now != seen:
            seen = now
            if lesson.attempt(name, it, saved(path)):
                return
            if once:
                raise Answer(1)
        time.sleep(POLL)


def stamp(path: Path) -> tuple[int, int] | None:
    """Return what changes when a file is saved; None while there is none (editors replace files)."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


def saved(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""


@click.command()
@click.option("--all", "everything", is_flag=True, help="All that ever went wrong, due or not.")
@desk_options
def review(everything: bool, exercises: str | None, course: str | None, progress: str | None) -> None:
    """Ask again, in a variant, what went wrong before: after ten minutes, a day, three, a week …"""
    from ..tutor.lesson import Leave

    with_history()
    try:
        lesson_of(desk_of(exercises, course, progress)).review(everything)
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
