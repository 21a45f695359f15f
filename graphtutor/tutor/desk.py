"""The desk of a learner: the course, the progress, and a screen; what can be said without any mathematics."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Protocol

from msgspec.structs import replace

from .course import Course
from .kinds import Exercise
from .progress import Progress, Record, hint_taken, with_state
from .store import Store
from .variants import variant

WIDEST = 96


class Screen(Protocol):
    """Where a lesson is held: lines out, lines in."""

    @property
    def width(self) -> int:
        """How many columns there are."""

    def say(self, text: str = "", style: str = "") -> None:
        """Write a line; `style` is heading, good, bad, quiet or nothing."""

    def ask(self, prompt: str) -> str:
        """Return a line that the learner types; EOFError at the end of input."""


@dataclass(frozen=True)
class Desk:
    """A learner at a course: exercises from the course, progress in the store, talk on the screen."""

    course: Course
    store: Store
    screen: Screen

    # ----- where we are -----
    def current(self, progress: Progress) -> str:
        """Return the exercise where the learner is, finished or not; else the first that is open, else nothing."""
        return progress.current if progress.current in self.course.order else self.onward(progress, "").current

    def onward(self, progress: Progress, name: str) -> Progress:
        """Return the progress at the next open exercise after `name`, from the start again after the last; at none if all are finished."""
        place = self.course.order.index(name) + 1 if name in self.course.order else 0
        ahead = self.course.order[place:] + self.course.order[: max(0, place - 1)]
        return replace(progress, current=next((n for n in ahead if progress.record(n).state == "open"), ""))

    def exercise(self, name: str, progress: Progress) -> Exercise:
        """Return an exercise as this learner has it: in the variant of their record, their progress, or the course."""
        seed = progress.record(name).seed or progress.seed or self.course.settings.seed
        return variant(self.course.exercise(name), seed)

    def leave(self, name: str, state: str) -> None:
        """Keep that an exercise was shown or skipped, and go on to the next; one that is done stays done."""
        self.store.change(lambda p: self.onward(with_state(p, name, state), name))

    # ----- small commands -----
    def hint(self, name: str, exercise: Exercise) -> None:
        text, number, count = next_hint(exercise, self.store.read().record(name))
        self.store.change(lambda p: hint_taken(p, name, count))
        self.tell(f"Hint {number} of {count}: {text}")
        if number == count:
            self.tell("That is the strongest hint; solution shows the answer.", "quiet")

    def skip(self, name: str) -> None:
        self.leave(name, "skipped")
        self.tell("Skipped; graphtutor goto " + name + " comes back to it.", "quiet")

    # ----- saying -----
    def tell(self, text: str, style: str = "") -> None:
        """Say text wrapped to the screen; lines of a program or formula stay as they are."""
        for line in text.splitlines() or [""]:
            self.screen.say(wrapped(line, self.screen.width), style)

    def show(self, name: str) -> None:
        """Show an exercise: where it stands, its title, what it asks."""
        progress = self.store.read()
        record = progress.record(name)
        self.present(name, self.exercise(name, progress), "" if record.state == "open" else record.state)
        if not record.attempts and not record.hints:
            self.tell("(? for help)", "quiet")

    def present(self, name: str, exercise: Exercise, remark: str = "") -> None:
        place = (
            f"Exercise {self.course.order.index(name) + 1} of {len(self.course.order)}"
            if name in self.course.order
            else "Exercise"
        )
        self.screen.say()
        self.tell(f"{place}: {exercise.title} ({name}{', ' + remark if remark else ''})", "heading")
        self.tell(exercise.prompt)
        for line in exercise.listing():
            self.screen.say(wrapped(line, self.screen.width, "   "))

    def list(self, pending: bool = False, only: str = "") -> None:
        """List the exercises with their state, a word each, so that no colour is needed; of groups without `only`, the title alone."""
        progress = self.store.read()
        here = self.current(progress)
        done = sum(progress.record(n).state == "done" for n in self.course.order)
        for title, names in self.course.groups:
            rows = [n for n in names if not pending or progress.record(n).state == "open"]
            if rows:
                finished = sum(progress.record(n).state == "done" for n in names)
                self.tell(f"{title} ({finished} of {len(names)})", "heading")
            for name in rows if not only or only in names else ():
                state = (
                    "here"
                    if name == here
                    else {"open": ""}.get(progress.record(name).state, progress.record(name).state)
                )
                self.screen.say(
                    f"  {state:8}{name}".rstrip()
                    + ("" if self.screen.width < 72 else f"  {self.course.exercise(name).title}")
                )
        self.tell(f"{done} of {len(self.course.order)} done.")


def wrapped(line: str, width: int, indent: str = "") -> str:
    """Return a line of prose in lines of at most `width` columns; words longer than that stay whole."""
    return textwrap.fill(
        line, max(20, min(width, WIDEST)), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def next_hint(exercise: Exercise, record: Record) -> tuple[str, int, int]:
    """Return the next hint with its number and how many there are; after the last one, that one again."""
    place = min(record.hints, len(exercise.hints) - 1)
    return exercise.hints[place], place + 1, len(exercise.hints)
