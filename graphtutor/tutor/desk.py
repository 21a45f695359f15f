"""The desk of a learner: the course, the progress, and a screen; what can be said without any mathematics."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Protocol

from msgspec.structs import replace

from ..errors import LearnerError
from ..text import in_unicode
from .course import Course
from .kinds import Exercise
from .progress import Progress, Record, due, hint_taken, now, with_state
from .store import Store
from .variants import variant

WIDEST = 96
FAMILIAR = 3  # exercises tried, after which nobody needs to be told of ?
GLUED = "\u00a0=\u00a0"  # no line begins with a sign of equality


class Screen(Protocol):
    """Where a lesson is held: lines out, lines in."""

    @property
    def width(self) -> int:
        """How many columns there are."""

    @property
    def notation(self) -> str:
        """What formulas are written in where a course leaves it open: plain or unicode."""

    def say(self, text: str = "", style: str = "") -> None:
        """Write a line; `style` is heading, good, bad, quiet or nothing."""

    def ask(self, prompt: str, before: str = "") -> str:
        """Return what a learner types, or pastes in several lines; `before` stands there to be changed. EOFError at the end of input."""


@dataclass(frozen=True)
class Desk:
    """A learner at a course: exercises from the course, progress in the store, talk on the screen."""

    course: Course
    store: Store
    screen: Screen

    # ----- where we are -----
    def current(self, progress: Progress) -> str:
        """Return the exercise where the learner is, finished or not; else the first that is open, else nothing."""
        whole = (name for _, names in self.course.chapters for name in names)
        return progress.current if progress.current in whole else self.onward(progress, "").current

    def onward(self, progress: Progress, name: str) -> Progress:
        """Return the progress at the next open exercise after `name`, from the start again after the last; at none if all are finished."""
        place = self.course.order.index(name) + 1 if name in self.course.order else 0
        ahead = self.course.order[place:] + self.course.order[: max(0, place - 1)]
        return replace(progress, current=next((n for n in ahead if progress.record(n).state == "open"), ""))

    def passed(self, before: Progress, after: Progress, name: str) -> Progress:
        """Return the progress behind an exercise: at the next open one if the learner was at it, else where the learner was."""
        return self.onward(after, name) if self.current(before) == name else after

    def called(self, word: str) -> str:
        """Return the exercise that a word names: by its id, or by its number in the list."""
        if word in self.course.library or not word.isdecimal():
            return self.course.library.exercise(word).id
        if not 1 <= int(word) <= len(self.course.order):
            raise LearnerError(f"there is no exercise {word}; they go from 1 to {len(self.course.order)}")
        return self.course.order[int(word) - 1]

    def exercise(self, name: str, progress: Progress) -> Exercise:
        """Return an exercise as this learner has it: in the variant of their record, their progress, or the course."""
        seed = progress.record(name).seed or progress.seed or self.course.settings.seed
        return variant(self.course.exercise(name), seed)

    def leave(self, name: str, state: str) -> None:
        """Keep that an exercise was shown or skipped, and go on if the learner is at it; one that is done stays done."""
        self.store.change(lambda p: self.passed(p, with_state(p, name, state), name))

    # ----- small commands -----
    def hint(self, name: str, exercise: Exercise) -> None:
        text, number, count = next_hint(exercise, self.store.read().record(name))
        self.store.change(lambda p: hint_taken(p, name, count))
        self.tell(f"Hint {number} of {count}: {self.set(text, exercise)}")
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

    @property
    def notation(self) -> str:
        """What formulas of solutions are written in."""
        wished = self.course.settings.notation
        return self.screen.notation if wished == "auto" else wished

    def set(self, text: str, exercise: Exercise | None = None) -> str:
        """Return words with their formulas set as this screen has them; of an exercise in Python as they are."""
        code = exercise is not None and exercise.FORM == "code"
        return text if code or self.notation != "unicode" else in_unicode(text)

    def show(self, name: str) -> None:
        """Show an exercise: where it stands, its title, what it asks."""
        progress = self.store.read()
        record = progress.record(name)
        self.present(name, self.exercise(name, progress), "" if record.state == "open" else record.state)
        begun = sum(bool(r.attempts) for r in progress.exercises.values())
        if not record.attempts and not record.hints and begun < FAMILIAR:
            self.tell("(? for help)", "quiet")

    def present(self, name: str, exercise: Exercise, remark: str = "") -> None:
        order = self.course.order
        place = f"Exercise {order.index(name) + 1} of {len(order)}" if name in order else "Exercise"
        self.screen.say()
        title = self.set(exercise.title)
        self.tell(f"{place}: {title} ({name}{', ' + remark if remark else ''})", "heading")
        self.tell(self.set(exercise.prompt, exercise))
        for line in exercise.listing():
            self.screen.say(wrapped(self.set(line, exercise), self.screen.width, "   "))

    def standing(self, progress: Progress) -> str:
        """Return how far the learner is: `13 of 129 done, 4 to review`."""
        done = sum(progress.record(n).state == "done" for n in self.course.order)
        waiting = len(due(progress, now()))
        back = f", {waiting} to review (graphtutor review)" if waiting else ""
        return f"{done} of {len(self.course.order)} done{back}"

    def chapter(self, number: int) -> str:
        """Return what announces a chapter: its number and title, how long it takes, and what it is about."""
        title, names = self.course.groups[number]
        many = f"{len(names)} exercise{'s' * (len(names) != 1)}, about {self.course.minutes(names)} minutes"
        head = f"Chapter {number + 1} of {len(self.course.groups)}: {title} ({many})."
        return f"{head} {self.set(self.course.about(title))}".strip()

    def state(self, name: str, progress: Progress) -> str:
        """Return a word for where an exercise stands: here, due, done, shown, skipped, tried, or nothing."""
        record = progress.record(name)
        if name == self.current(progress):
            return "here"
        if any(card.exercise == name for card in due(progress, now())):
            return "due"
        return ("tried" if record.attempts else "") if record.state == "open" else record.state

    def list(self, pending: bool = False, only: str = "") -> None:
        """List the exercises with their number and state, a word each, so that no colour is needed; of groups without `only`, the title alone."""
        progress = self.store.read()
        for title, names in self.course.groups:
            still = [n for n in names if progress.record(n).state == "open"]
            rows = still if pending else names
            if rows:
                left = f", about {self.course.minutes(still)} minutes left" if still else ""
                finished = sum(progress.record(n).state == "done" for n in names)
                self.tell(f"{title} ({finished} of {len(names)}{left})", "heading")
            for name in rows if not only or only in names else ():
                line = f"{self.course.order.index(name) + 1:4} {self.state(name, progress):8}{name}"
                wide = "" if self.screen.width < 72 else f"  {self.set(self.course.exercise(name).title)}"
                self.screen.say(line + wide)
        self.tell(f"{self.standing(progress)}.")


def wrapped(line: str, width: int, indent: str = "") -> str:
    """Return a line of prose in lines of at most `width` columns; words longer than that stay whole."""
    room = max(20, min(width, WIDEST))
    fits = all(len(word) <= room for word in line.replace(" = ", GLUED).split(" "))
    text = line.replace(" = ", GLUED) if fits else line
    set_in_lines = textwrap.fill(text, room, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return set_in_lines.replace(GLUED, " = ")


def next_hint(exercise: Exercise, record: Record) -> tuple[str, int, int]:
    """Return the next hint with its number and how many there are; after the last one, that one again."""
    place = min(record.hints, len(exercise.hints) - 1)
    return exercise.hints[place], place + 1, len(exercise.hints)
