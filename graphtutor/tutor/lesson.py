"""The lesson: show an exercise, ask, grade, say what came of it, go on; every answer is kept before its verdict is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from msgspec.structs import replace

from ..errors import LearnerError
from .desk import Desk, wrapped
from .kinds import Exercise, Question
from .progress import Attempt, Card, Progress, due, next_due, noted, now, reviewed, wait
from .variants import variant

Judge = Callable[[Exercise, Any], Any]
END = "."  # alone on a line, it ends an answer of several lines
WORDS = {word: word for word in ("help", "hint", "solution", "skip", "list", "show", "back", "quit")} | {
    "?": "help",
    "q": "quit",
    "exit": "quit",
}
MOST_SHOWN = 8  # answers repeated when an exercise is gone on with
STATUS = {"compensates": "does not follow", "unread": "not read", "side": "on the way"}
HELP = """\
Type your answer and press Enter. Formulas as you would write them:
  2*x0*(f - y)   x^2   sqrt(x)   where(x > 0, x, 0)
Or type one of these words:
  hint       a hint, weak ones first
  solution   show it, and go on
  skip       go on without an answer
  show       this exercise again
  back       take the answer before again, where there are several
  list       what is done
  quit       stop; graphtutor goes on from here next time"""


class Leave(Exception):
    """The learner wants to stop."""


class Instead(Exception):
    """The learner types a command in place of an answer."""

    def __init__(self, word: str):
        super().__init__(word)
        self.word = word


@dataclass(frozen=True)
class Lesson(Desk):
    """A desk with a teacher: `judge` grades, `picture` draws a grade and returns the path (or "")."""

    judge: Judge
    picture: Callable[[Exercise, Any], str] = lambda exercise, grade: ""

    # ----- the loop -----
    def run(self) -> None:
        """Hold the lesson until it is finished or the learner leaves."""
        progress = self.store.read()
        if not progress.exercises and self.course.settings.welcome:
            self.tell(self.course.settings.welcome)
        waiting = len(due(progress, now()))
        if waiting:
            self.tell(
                f"{waiting} thing{'s' if waiting > 1 else ''} that went wrong before {'are' if waiting > 1 else 'is'} due again: graphtutor review.",
                "quiet",
            )
        try:
            while name := self.current(self.store.read()):
                self.store.change(lambda p, name=name: replace(p, current=name))  # type: ignore[misc]
                self.hold(name)
        except (Leave, EOFError):
            self.screen.say()
            self.tell("Stopped here. graphtutor goes on from this exercise.", "quiet")
            return
        self.tell(self.course.settings.farewell, "good")

    def hold(self, name: str) -> None:
        """Show one exercise and ask until it is right, shown or skipped."""
        self.show(name)
        while True:
            progress = self.store.read()
            exercise = self.exercise(name, progress)
            try:
                answer = self.answer(name, exercise, progress)
            except Instead as instead:
                if self.obey(instead.word, name, exercise):
                    return
                continue
            if self.attempt(name, exercise, answer):
                self.pause(name)
                return

    def pause(self, name: str) -> None:
        """Wait for Enter before the next exercise."""
        following = self.current(self.store.read())
        if following:
            title = self.course.exercise(following).title
            if WORDS.get(self.screen.ask(f"Enter goes on to: {title} ").strip().lower()) == "quit":
                raise Leave

    # ----- asking -----
    def answer(self, name: str, exercise: Exercise, progress: Progress) -> Any:
        """Return the learner's answer to every question of an exercise; what was typed before a stop is still there."""
        asks = exercise.questions()
        if len(asks) == 1:
            return self.typed(asks[0]) if not asks[0].key else {asks[0].key: self.typed(asks[0])}
        given = {key: text for key, text in progress.record(name).draft.items() if key in {q.key for q in asks}}
        if given:
            so_far = [f"{q.prompt} = {given[q.key]}" for q in asks if q.key in given]
            self.tell(
                "Your answers so far: "
                + "; ".join(so_far if len(so_far) <= MOST_SHOWN else [f"{len(so_far)} of {len(asks)}"]),
                "quiet",
            )
        for question in asks:
            if question.key not in given:
                given[question.key] = self.typed(question)
                self.keep_draft(name, dict(given))
        self.keep_draft(name, {})
        return given

    def keep_draft(self, name: str, draft: dict[str, str]) -> None:
        self.store.change(lambda p: p.with_record(name, replace(p.record(name), draft=draft)))

    def back(self, name: str) -> None:
        """Forget the answer typed last, so that it is asked for again."""
        draft = dict(self.store.read().record(name).draft)
        if not draft:
            self.tell("There is no answer before this one.", "quiet")
        self.keep_draft(name, dict(list(draft.items())[:-1]))

    def typed(self, question: Question) -> str:
        """Return what is typed for one question; a command word is raised as Instead."""
        if question.lines:
            self.tell(f"Type your lines; a line with only {END} ends them.", "quiet")
            lines: list[str] = []
            while (line := self.screen.ask(f"{len(lines) + 1}: ")).strip() != END:
                if not lines and line.strip().lower() in WORDS:
                    raise Instead(WORDS[line.strip().lower()])
                lines.append(line)
            return "\n".join(lines)
        while True:
            text = self.screen.ask(
                f"{question.prompt} = " if "=" not in question.prompt else f"{question.prompt}: "
            ).strip()
            if text.lower() in WORDS:
                raise Instead(WORDS[text.lower()])
            if text:
                return text

    def obey(self, word: str, name: str, exercise: Exercise) -> bool:
        """Do what a command word asks; return whether the exercise is over."""
        if word == "quit":
            raise Leave
        if word == "help":
            self.tell(HELP)
        elif word == "hint":
            self.hint(name, exercise)
        elif word == "list":
            self.list(only=name)
        elif word == "show":
            self.show(name)
        elif word == "back":
            self.back(name)
        elif word == "skip":
            self.skip(name)
            return True
        elif word == "solution":
            self.solution(name, exercise)
            self.pause(name)
            return True
        return False

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
                grade = self.once(name, exercise)
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

    def once(self, name: str, exercise: Exercise) -> Any:
        """Return the Grade of one answer that can be read; hints may be taken before."""
        while True:
            try:
                given = {q.key: self.typed(q) for q in exercise.questions()}
            except Instead as instead:
                if instead.word == "quit":
                    raise Leave from None
                self.tell(exercise.hints[0] if instead.word == "hint" else HELP)
                continue
            try:
                grade = self.judge(exercise, exercise.checked(given.get("", given)))
            except LearnerError as error:
                self.tell(str(error), "bad")
                continue
            self.feedback(exercise, grade, retry=unread(grade))
            if not unread(grade):
                if not grade.correct:
                    self.screen.say(exercise.told(self.course.settings.notation, self.screen.width))
                return grade

    # ----- the commands -----
    def attempt(self, name: str, exercise: Exercise, answer: Any) -> bool:
        """Grade an answer, keep it, say what came of it; return whether it is right. What cannot be an answer at all is said too."""
        try:
            grade = self.grade(name, exercise, exercise.checked(answer))
        except LearnerError as error:
            self.tell(str(error), "bad")
            return False
        self.feedback(exercise, grade)
        if not grade.correct:
            self.keep_draft(name, kept(grade, answer))
        return bool(grade.correct)

    def grade(self, name: str, exercise: Exercise, answer: Any) -> Any:
        """Return the Grade of an answer, which is kept; one that cannot be read is not counted."""
        grade = self.judge(exercise, answer)
        if not unread(grade):
            seed = self.store.read().record(name).seed
            attempt = Attempt(now(), jsonable(answer), grade.correct, round(grade.score, 4), ids(grade), seed)
            self.store.change(
                lambda p: (
                    self.onward(noted(p, name, attempt), name)
                    if grade.correct
                    else replace(noted(p, name, attempt), current=name)
                )
            )
        return grade

    def feedback(self, exercise: Exercise, grade: Any, retry: bool = True) -> None:
        """Say what came of an answer: the verdict, the lines, the reason, a point that shows it, and where to look."""
        if unread(grade):
            self.screen.say(f"I cannot read that: {grade.invalid.message}", "bad")
            if grade.invalid.source:
                self.screen.say(grade.invalid.caret)
            self.tell("It does not count; try again.", "quiet")
            return
        if grade.correct:
            self.tell(grade.message, "good")
            if exercise.note:
                self.tell(exercise.note)
            return
        said = grade.message.removeprefix("Not right.").strip() or (
            "" if reasons(grade) else "That is not equal to what is asked for."
        )
        self.tell(f"{'Not yet' if grade.correct is False else 'Undecided'}. {said}".strip(), "bad")
        for line in grade.lines if len(grade.lines) > 1 else ():
            self.screen.say(
                wrapped(
                    f"  {line.index + 1}. {STATUS.get(line.status, line.status)}: {' '.join(line.text.split())}",
                    self.screen.width,
                    "     ",
                )
            )
        for reason in reasons(grade):
            self.tell(reason)
        path = self.picture(exercise, grade)
        if path:
            self.tell(f"Picture: {path}", "quiet")
        if retry:
            self.tell("Try again, or type hint.", "quiet")

    def solution(self, name: str, exercise: Exercise) -> None:
        """Show a solution; the exercise counts as shown, not as done, unless it was done before."""
        self.leave(name, "shown")
        self.screen.say(exercise.told(self.course.settings.notation, self.screen.width))
        if exercise.note:
            self.tell(exercise.note)


def unread(grade: Any) -> bool:
    """Return whether an answer could not be read, so that it counts neither way."""
    return grade.invalid is not None and grade.correct is None


def kept(grade: Any, answer: Any) -> dict[str, str]:
    """Return, of several answers, those that need not be typed again: the right ones, or all that can be read where one cannot."""
    if not isinstance(answer, dict):
        return {}
    status = {cell.name: cell.status for cell in grade.table} or {line.quantity: line.status for line in grade.lines}
    done = ("right", "undecided", "wrong", "follows") if unread(grade) else ("right",)
    return {key: text for key, text in answer.items() if status.get(key) in done}


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


def jsonable(answer: Any) -> Any:
    """Return an answer as JSON can hold it."""
    if isinstance(answer, dict):
        return {str(key): jsonable(value) for key, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [jsonable(value) for value in answer]
    return answer if isinstance(answer, str | int | float) else str(answer)
