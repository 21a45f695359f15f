"""The lesson: show an exercise, ask, grade, say what came of it, go on; every answer is kept before its verdict is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from msgspec.structs import replace

from ..errors import LearnerError, ReadError
from ..text import jsonable
from .desk import Desk, wrapped
from .kinds import Exercise, Question
from .progress import Attempt, Card, Progress, due, gone_to, next_due, noted, now, reviewed, wait
from .variants import variant

Judge = Callable[[Exercise, Any], Any]
END = "."  # alone on a line, it ends an answer of several lines
AGAIN = "again"  # in a draft of lines: the number of the line to type again
MOST_SHOWN = 8  # answers repeated when an exercise is gone on with
STATUS = {"compensates": "does not follow", "unread": "not read", "side": "on the way"}
OPENINGS = "Not yet.", "Not that either.", "Still not it.", "No, not yet."  # one after the other, for tries in a row
HELP = """\
Type your answer and press Enter. Formulas as you would write them:
  2*x0*(f - y)   x^2   sqrt(x)   dL/dw   where(x > 0, x, 0)
Or type one of these words:
  hint       a hint, weak ones first (so does "I don't know")
  solution   show it, and go on
  skip       go on without an answer
  show       this exercise again
  back       take the answer before again, where there are several
  list       what is done
  next       the next exercise, this one stays open
  goto 45    another exercise, by its number or name
  quit       stop; graphtutor goes on from here next time"""

# ----- what is typed in place of an answer -----
WORDS = {word: word for word in ("help", "hint", "solution", "skip", "list", "show", "back", "next", "quit")} | {
    "?": "help",
    "q": "quit",
    "exit": "quit",
    "answer": "solution",
}
LOST = re.compile(
    r"(i|we)?('?m| am)? ?(really|just|honestly|still|totally)? ?"
    r"((do ?n'?o?t|can'?t|cannot|can not) (know|understand|get|see|remember|do)( (it|this|that|how|why|what|the answer).*)?"
    r"|have no (idea|clue).*|(not sure|unsure|stuck|lost|confused|clueless)( here| now)?)"
    r"|idk|dunno|no (idea|clue)|help( me| please)+|(a |another |next |more |please )*(hints?|tips?|clues?)( please)?"
    r"|(can|could|may) (i|you) (have|get|give me) (a |another )?(hint|tip|clue)( please)?|give me (a |another )?(hint|tip|clue)( please)?"
)


class Order(NamedTuple):
    """A word of command, and what it is for: an exercise to go to, or nothing."""

    word: str
    target: str = ""


def ordered(text: str, names: frozenset[str] = frozenset()) -> Order | None:
    """Return the command in what is typed, None for an answer; a name of the exercise, such as `q`, is an answer.

    >>> ordered("I don't know."), ordered("graphtutor goto 45"), ordered("q", frozenset("pq")), ordered("2*x")
    (Order(word='hint', target=''), Order(word='goto', target='45'), None, None)
    """
    words = text.strip().split()
    if not words or (len(words) == 1 and words[0] in names):
        return None
    if LOST.fullmatch(" ".join(re.sub(r"[^\w' ]", " ", text.lower().replace("’", "'")).split())):
        return Order("hint")
    if words[0].lower() == "graphtutor":
        words = words[1:] or ["show"]
    first = words[0].lower()
    if first == "goto" or (first in ("show", "skip", "hint", "solution") and len(words) == 2 and words[1] not in names):
        return Order("goto" if first == "show" else first, words[1] if len(words) > 1 else "")
    if len(words) == 1 and first in WORDS:
        return Order(WORDS[first])
    return None


class Leave(Exception):
    """The learner wants to stop."""


class Instead(Exception):
    """The learner types a command in place of an answer."""

    def __init__(self, order: Order):
        super().__init__(order.word)
        self.order = order


@dataclass(frozen=True)
class Lesson(Desk):
    """A desk with a teacher: `judge` grades, `picture` draws a grade and returns the path (or "")."""

    judge: Judge
    picture: Callable[[Exercise, Any], str] = lambda exercise, grade: ""
    told: list[str] = field(default_factory=list)  # what was said to wrong answers of this exercise

    # ----- the loop -----
    def run(self) -> None:
        """Hold the lesson until it is finished or the learner leaves."""
        progress = self.store.read()
        self.greet(progress)
        chapter = self.course.chapter(self.current(progress)) if progress.current else -1
        try:
            while name := self.current(self.store.read()):
                self.store.change(lambda p, name=name: replace(p, current=name))  # type: ignore[misc]
                here = self.course.chapter(name)
                if here not in (chapter, -1):
                    self.screen.say()
                    self.tell(self.chapter(here), "heading")
                chapter = here
                self.hold(name)
        except (Leave, EOFError):
            self.screen.say()
            self.tell("Stopped here. graphtutor goes on from this exercise.", "quiet")
            return
        self.tell(self.course.settings.farewell, "good")

    def greet(self, progress: Progress) -> None:
        """Say what the course is, or where the learner left it."""
        if progress.exercises or progress.current:
            place = self.course.chapter(self.current(progress))
            title = f"{self.course.groups[place][0]}. " if place >= 0 else ""
            self.tell(f"{title}{self.standing(progress)}.", "quiet")
            return
        if self.course.settings.welcome:
            self.tell(self.course.settings.welcome)
        for road, names in self.course.settings.roads.items() if not self.course.road else ():
            self.tell(
                f"{len(self.course.order)} exercises; graphtutor --road {road} takes {len(names)} of them.", "quiet"
            )

    def hold(self, name: str) -> None:
        """Show one exercise and ask until it is right, shown, skipped or left."""
        self.told.clear()
        self.show(name)
        while True:
            progress = self.store.read()
            exercise = self.exercise(name, progress)
            try:
                answer = self.answer(name, exercise, progress)
            except Instead as instead:
                if self.obey(instead.order, name, exercise):
                    return
                continue
            if self.attempt(name, exercise, answer):
                self.pause(name)
                return

    def show(self, name: str) -> None:
        """Show an exercise; one about its graph with the graph, before the first try."""
        super().show(name)
        progress = self.store.read()
        exercise = self.exercise(name, progress)
        if exercise.DRAWN and not progress.record(name).attempts:
            for line in ["The graph:", *exercise.diagram()]:
                self.screen.say(self.set(line), "quiet")

    def pause(self, name: str) -> None:
        """Wait for Enter before the next exercise; a command may come first."""
        while following := self.current(self.store.read()):
            title = self.set(self.course.exercise(following).title)
            order = ordered(self.screen.ask(f"Enter goes on to: {title} "))
            if order is None or order.word == "next":
                return
            if order.word in ("quit", "list", "help", "goto") and self.obey(order, name, self.course.exercise(name)):
                return

    # ----- asking -----
    def answer(self, name: str, exercise: Exercise, progress: Progress) -> Any:
        """Return the learner's answer to every question of an exercise; what was typed before a stop is still there."""
        asks, draft = exercise.questions(), progress.record(name).draft
        if asks[0].lines:
            return self.lines(name, exercise.names, draft)
        if len(asks) == 1:
            text = self.typed(exercise, asks[0])
            return {asks[0].key: text} if asks[0].key else text
        given = {q.key: draft[q.key] for q in asks if q.key in draft}
        self.repeat(asks, given)
        while missing := [q for q in asks if q.key not in given]:
            parts = [part for part in self.typed(exercise, missing[0]).split("\n") if part.strip()]
            several = 1 < len(parts) <= len(missing)  # pasted: one line a question
            given |= {q.key: p for q, p in zip(missing, parts if several else ["\n".join(parts)], strict=False)}
            self.keep_draft(name, dict(given))
        self.keep_draft(name, {})
        return given

    def repeat(self, asks: list[Question], given: dict[str, str]) -> None:
        """Say which answers stand already."""
        if given:
            so_far = [f"{self.set(q.prompt)} = {given[q.key]}" for q in asks if q.key in given]
            shown = "; ".join(so_far if len(so_far) <= MOST_SHOWN else [f"{len(so_far)} of {len(asks)}"])
            self.tell(f"Your answers so far: {shown}", "quiet")

    def keep_draft(self, name: str, draft: dict[str, str]) -> None:
        self.store.change(lambda p: p.with_record(name, replace(p.record(name), draft=draft)))

    def back(self, name: str) -> None:
        """Forget the answer typed last, so that it is asked for again; of lines all of them."""
        draft = dict(self.store.read().record(name).draft)
        if not draft:
            self.tell("There is no answer before this one.", "quiet")
        self.keep_draft(name, {} if AGAIN in draft else dict(list(draft.items())[:-1]))

    def asked(self, prompt: str, names: frozenset[str], before: str = "") -> str:
        """Return what is typed at a prompt; a command word is raised as Instead."""
        text = self.screen.ask(prompt, before) if before else self.screen.ask(prompt)
        order = ordered(text, names)
        if order is not None:
            raise Instead(order)
        return text

    def typed(self, exercise: Exercise, question: Question) -> str:
        """Return what is typed for one question, once something is."""
        if question.lines:
            return self.rest([], exercise.names)
        prompt = self.set(exercise.prompt_of(question), exercise)
        while not (text := self.asked(prompt, exercise.names).strip()):
            pass
        return text

    def rest(self, lines: list[str], names: frozenset[str], name: str = "") -> str:
        """Return lines with those that are typed after them, up to the one that ends them; a command in between keeps them."""
        self.tell(f"Type your lines; a line with only {END} ends them.", "quiet")
        while True:
            try:
                new = self.asked(f"{len(lines) + 1}: ", names).split("\n")
            except Instead:
                if lines and name:
                    self.keep_draft(name, numbered(lines, len(lines)))
                raise
            ended = next((k for k, line in enumerate(new) if line.strip() == END), None)
            lines = [*lines, *new[:ended]]
            if ended is not None:
                return "\n".join(lines)

    def lines(self, name: str, names: frozenset[str], draft: dict[str, str]) -> str:
        """Return the lines of an answer: all of them, or after a wrong one that line alone, the others kept."""
        keys = [str(k) for k in range(1, len(draft))]
        if not (draft.get(AGAIN, "").isdecimal() and all(key in draft for key in keys)):  # none yet, or changed by hand
            return self.rest([], names, name)
        lines = [draft[key] for key in keys]
        place = max(0, int(draft[AGAIN]) - 1)
        if place >= len(lines):
            kept = "1 line is" if len(lines) == 1 else f"{len(lines)} lines are"
            self.tell(f"Your {kept} kept; go on from there (back begins anew).", "quiet")
            return self.rest(lines, names, name)
        self.tell(f"Line {place + 1} again; the others are kept (back begins anew). It was: {lines[place]}", "quiet")
        while not (text := self.asked(f"{place + 1}: ", names, lines[place]).strip()):
            pass
        return "\n".join([*lines[:place], *text.split("\n"), *lines[place + 1 :]])

    def obey(self, order: Order, name: str, exercise: Exercise) -> bool:
        """Do what a command says; return whether this exercise is over."""
        if order.word == "quit":
            raise Leave
        if order.word in ("goto", "next"):
            return self.go(order, name)
        if order.target:
            self.tell(f"Here {order.word} is for this exercise; goto {order.target} goes to the other.", "quiet")
            return False
        if order.word in ("skip", "solution"):
            self.skip(name) if order.word == "skip" else self.solution(name, exercise)
            if order.word == "solution":
                self.pause(name)
            return True
        {
            "help": lambda: self.tell(HELP),
            "hint": lambda: self.hint(name, exercise),
            "list": lambda: self.list(only=name),
            "show": lambda: self.show(name),
            "back": lambda: self.back(name),
        }[order.word]()
        return False

    def go(self, order: Order, name: str) -> bool:
        """Go to another exercise, this one staying open; return whether there is one."""
        try:
            if order.word == "goto":
                target = self.called(order.target or name)
                self.store.change(lambda p: gone_to(p, target))
            else:
                target = self.store.change(lambda p: replace(p, current=self.onward(p, name).current or name)).current
        except LearnerError as error:
            self.tell(str(error), "bad")
            return False
        if target == name and order.word == "next":
            self.tell("No other exercise is open.", "quiet")
        return target != name or order.word == "goto"

    # ----- what comes back -----
    def review(self, everything: bool = False) -> int:
        """Ask again what went wrong before, each misconception once, as a variant; return how many were right."""
        progress = self.store.read()
        cards = sorted(progress.cards.values(), key=lambda c: c.due) if everything else due(progress, now())
        right = 0
        for number, card in enumerate(cards, 1):
            name = self.where(card)
            if name:
                exercise = variant(self.course.exercise(name), f"{card.misconception}/{card.seen}/{card.box}")
                self.present(name, exercise, f"review {number} of {len(cards)}")
                grade = self.once(exercise)
                right += bool(grade.correct)
                self.store.change(
                    partial(reviewed, misconception=card.misconception, correct=bool(grade.correct), when=now())
                )
        coming = next_due(self.store.read().cards.values())
        self.tell(f"{right} of {len(cards)} right." if cards else "Nothing to review now.", "heading")
        if coming:
            self.tell(f"The next one is due in {wait(now(), coming)}.", "quiet")
        return right

    def where(self, card: Card) -> str:
        """Return the exercise to review a misconception with: the one where it was met, and others that know it in turn."""
        known = [
            n
            for n in self.course.order
            if n != card.exercise
            and any(card.misconception in w.misconceptions for w in self.course.exercise(n).slips())
        ]
        places = ([card.exercise] if card.exercise in self.course.library else []) + known
        return places[card.seen % len(places) if card.box else 0] if places else ""

    def once(self, exercise: Exercise) -> Any:
        """Return the Grade of one answer that can be read; hints may be taken before."""
        while True:
            try:
                given = {q.key: self.typed(exercise, q) for q in exercise.questions()}
            except Instead as instead:
                if instead.order.word == "quit":
                    raise Leave from None
                self.tell(self.set(exercise.hints[0], exercise) if instead.order.word == "hint" else HELP)
                continue
            try:
                grade = self.judge(exercise, exercise.checked(given.get("", given)))
            except LearnerError as error:
                self.tell(str(error), "bad")
                continue
            self.feedback(exercise, grade, retry=unread(grade))
            if not unread(grade):
                if not grade.correct:
                    self.solved(exercise)
                return grade

    # ----- the commands -----
    def attempt(self, name: str, exercise: Exercise, answer: Any) -> bool:
        """Grade an answer, keep it, say what came of it; return whether it is right. What cannot be an answer at all is said too."""
        try:
            checked = exercise.checked(answer)
            grade = self.grade(name, exercise, checked)
        except LearnerError as error:
            self.tell(str(error), "bad")
            return False
        self.feedback(exercise, grade, name=name)
        if not grade.correct:
            self.keep_draft(name, kept(grade, checked))
        return bool(grade.correct)

    def grade(self, name: str, exercise: Exercise, answer: Any) -> Any:
        """Return the Grade of an answer, which is kept; one that cannot be read is not counted. The lesson goes on if it stands here."""
        grade = self.judge(exercise, answer)
        if not unread(grade):
            seed = self.store.read().record(name).seed
            attempt = Attempt(now(), jsonable(answer), grade.correct, round(grade.score, 4), ids(grade), seed)
            self.store.change(
                lambda p: self.passed(p, noted(p, name, attempt), name) if grade.correct else noted(p, name, attempt)
            )
        return grade

    def feedback(self, exercise: Exercise, grade: Any, retry: bool = True, name: str = "") -> None:
        """Say what came of an answer: the verdict, the lines, the reason, a point that shows it, and where to look.

        With `name`, tries in a row are told apart: what was said before gives way to the next hint.
        """
        if unread(grade):
            self.unreadable(grade.invalid)
        elif grade.correct:
            self.tell(self.set(grade.message, exercise), "good")
            if exercise.note:
                self.tell(self.set(exercise.note))
        else:
            self.refuse(exercise, grade, name)
            path = self.picture(exercise, grade)
            if path:
                self.tell(f"Picture: {path}", "quiet")
            if retry:
                self.tell("Try again, or type hint.", "quiet")

    def refuse(self, exercise: Exercise, grade: Any, name: str) -> None:
        """Say why an answer is not right; the second time something else than the first."""
        why = reasons(grade)
        said = grade.message.removeprefix("Not right.").strip()
        said = said or ("" if why else "That is not equal to what is asked for.")
        body = "\n".join([said, *why])
        opening = OPENINGS[len(self.told) % len(OPENINGS)] if grade.correct is False else "Undecided."
        repeated = bool(name) and body in self.told
        self.told.append(body)
        self.tell(
            f"{opening} {'That comes to the same as before.' if repeated else self.set(said, exercise)}".strip(), "bad"
        )
        for line in grade.lines if len(grade.lines) > 1 else ():
            shown = f"  {line.index + 1}. {STATUS.get(line.status, line.status)}: {' '.join(line.text.split())}"
            self.screen.say(wrapped(shown, self.screen.width, "     "))
        if repeated and self.store.read().record(name).hints < len(exercise.hints):
            self.hint(name, exercise)
        elif repeated:
            self.tell("You have had every hint; solution shows how it is done, and skip goes on without.")
        for reason in () if repeated else why:
            self.tell(self.set(reason, exercise))

    def unreadable(self, error: ReadError) -> None:
        """Say what could not be read, and where."""
        self.tell(f"I cannot read that: {error.message}", "bad")
        if error.source:
            self.screen.say(window(error.caret, self.screen.width))
        self.tell("It does not count; try again.", "quiet")

    def solution(self, name: str, exercise: Exercise) -> None:
        """Show a solution; the exercise counts as shown, not as done, unless it was done before."""
        self.leave(name, "shown")
        self.solved(exercise)
        if exercise.note:
            self.tell(self.set(exercise.note))

    def solved(self, exercise: Exercise) -> None:
        """Say a solution, its formulas as this screen has them."""
        self.screen.say(self.set(exercise.told(self.notation, self.screen.width), exercise))


def unread(grade: Any) -> bool:
    """Return whether an answer could not be read, so that it counts neither way."""
    return grade.invalid is not None and grade.correct is None


def kept(grade: Any, answer: Any) -> dict[str, str]:
    """Return what need not be typed again: of several answers the right ones, or all that can be read where one cannot; of lines all but one."""
    if isinstance(answer, list) and answer:
        line = grade.first_wrong if grade.first_wrong is not None else len(answer)
        if unread(grade):
            line = min(max(1, grade.invalid.line), len(answer)) - 1
        return numbered(answer, line)
    if not isinstance(answer, dict):
        return {}
    status = {cell.name: cell.status for cell in grade.table} or {line.quantity: line.status for line in grade.lines}
    done = ("right", "undecided", "wrong", "follows") if unread(grade) else ("right",)
    return {key: text for key, text in answer.items() if status.get(key) in done}


def numbered(lines: list[str], again: int) -> dict[str, str]:
    """Return lines as a draft, of which one (from 0) is to be typed again; behind the last, they are to be gone on with."""
    return {**{str(k): text for k, text in enumerate(lines, 1)}, AGAIN: str(again + 1)}


def window(caret: str, width: int) -> str:
    """Return a line with the caret under it, cut to the columns around the caret.

    >>> print(window("abcdefghij\\n        ^", 6))
    …ghij
      ^
    """
    lines = caret.split("\n")
    start = max(0, len(lines[-1]) - 1 - (width - 1) // 2)
    if max(map(len, lines)) < width:
        return caret
    cut = [line[start : start + width - 1] for line in lines]
    return "\n".join([("…" if start else "") + cut[0], *((" " if start else "") + line for line in cut[1:])])


def reasons(grade: Any) -> list[str]:
    """Return what is said beside the message of a wrong answer: the hint of the first misconception with its place, and a point that shows it."""
    first = next((m for m in grade.misconceptions if m.hint), None)
    said = []
    if first is not None and first.hint not in grade.message:
        said.append(f"Look at {first.text}: {first.hint}" if first.text else first.hint)
    return [*said, *([str(grade.counterexample)] if grade.counterexample is not None else [])]


def ids(grade: Any) -> tuple[str, ...]:
    """Return the ids of a grade's misconceptions, most specific first."""
    return tuple(str(getattr(m, "id", m)) for m in grade.misconceptions)
