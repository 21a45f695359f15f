"""What a learner has done and what comes back: records, the place in the lesson, and boxes with growing intervals (Leitner's).

Everything here is a value, and every change a function from one progress to the next; `store` keeps them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

FORMAT = 1
LATEST = 50  # attempts kept for each exercise
INTERVALS = timedelta(minutes=10), *(timedelta(days=days) for days in (1, 3, 7, 21, 60))
STAMP = "%Y-%m-%dT%H:%M:%SZ"


class Attempt(Struct, frozen=True, omit_defaults=True):
    """One answer: when, what was typed, and what came of it (`correct` is None if nobody could decide)."""

    when: str
    answer: object
    correct: bool | None
    score: float = 0.0
    misconceptions: tuple[str, ...] = ()
    seed: str | None = None


class Record(Struct, frozen=True, omit_defaults=True):
    """One exercise: its state (open, done, shown, skipped), the attempts, how many hints were taken, and answers not yet handed in."""

    state: str = "open"
    hints: int = 0
    attempts: tuple[Attempt, ...] = ()
    seed: str | None = None
    draft: dict[str, str] = {}


class Card(Struct, frozen=True, omit_defaults=True):
    """A misconception to come back to: where it was met, in which box of the repetition it is, and when it is due."""

    misconception: str
    exercise: str
    box: int = 0
    due: str = ""
    seen: int = 1


class Progress(Struct, frozen=True):
    """All that is kept of a learner. `current` is the exercise to resume, `road` the way through the course, `seed` what variants are drawn from."""

    format_version: int = FORMAT
    current: str = ""
    road: str = ""
    seed: str | None = None
    exercises: dict[str, Record] = {}
    cards: dict[str, Card] = {}

    def record(self, name: str) -> Record:
        return self.exercises.get(name, Record())

    def with_record(self, name: str, record: Record) -> Progress:
        """Return the progress with the record of one exercise replaced."""
        return replace(self, exercises={**self.exercises, name: record})


# ----- the place in the lesson -----
def with_state(progress: Progress, name: str, state: str) -> Progress:
    """Return the progress with an exercise shown or skipped; one that is done stays done."""
    record = progress.record(name)
    return progress.with_record(
        name, replace(record, state=record.state if record.state == "done" else state, draft={})
    )


def gone_to(progress: Progress, name: str, seed: str | None = None) -> Progress:
    """Return the progress at an exercise, open again if it was shown or skipped, in the variant of `seed` if one is given."""
    record = progress.record(name)
    state = "open" if record.state in ("shown", "skipped") else record.state
    return replace(
        progress.with_record(name, replace(record, state=state, seed=record.seed if seed is None else seed)),
        current=name,
    )


def started(progress: Progress, name: str, seed: str | None) -> Progress:
    """Return the progress with an exercise begun anew, in the variant of `seed`; its attempts are forgotten."""
    return replace(progress.with_record(name, Record(seed=seed)), current=name)


def hint_taken(progress: Progress, name: str, count: int) -> Progress:
    """Return the progress with one more hint taken, of `count` that there are."""
    record = progress.record(name)
    return progress.with_record(name, replace(record, hints=min(record.hints + 1, count)))


# ----- attempts, and what they bring back -----
def now() -> str:
    """Return this moment as text that sorts: 2026-01-31T12:00:00Z."""
    return datetime.now(UTC).strftime(STAMP)


def noted(progress: Progress, name: str, attempt: Attempt) -> Progress:
    """Return the progress with one more attempt at an exercise, and cards for the misconceptions it showed.

    A right answer finishes the exercise; an exercise once done stays done.

    >>> p = noted(Progress(), "power-rule", Attempt("2026-01-01T00:00:00Z", "x", False, 0, ("power.exponent-kept",)))
    >>> p.cards["power.exponent-kept"].due, p.record("power-rule").state
    ('2026-01-01T00:10:00Z', 'open')
    """
    record = progress.record(name)
    state = "done" if attempt.correct else record.state
    attempts = (*record.attempts, attempt)
    progress = progress.with_record(name, replace(record, state=state, attempts=attempts[-LATEST:], draft={}))
    cards = dict(progress.cards)
    for misconception in attempt.misconceptions[:1]:
        old = cards.get(misconception)
        cards[misconception] = Card(misconception, name, 0, later(attempt.when, 0), old.seen + 1 if old else 1)
    return replace(progress, cards=cards)


def reviewed(progress: Progress, misconception: str, correct: bool, when: str) -> Progress:
    """Return the progress after a review of one card: a box further if right, back to the first if not, away after the last."""
    card = progress.cards[misconception]
    box = card.box + 1 if correct else 0
    cards = {**progress.cards, misconception: replace(card, box=box, due=later(when, min(box, len(INTERVALS) - 1)))}
    if box >= len(INTERVALS):
        del cards[misconception]
    return replace(progress, cards=cards)


def due(progress: Progress, when: str) -> list[Card]:
    """Return the cards that are due, the longest overdue first."""
    return sorted(
        (card for card in progress.cards.values() if moment(card.due) <= moment(when)), key=lambda card: card.due
    )


def later(when: str, box: int) -> str:
    return (moment(when) + INTERVALS[max(0, box)]).strftime(STAMP)


def moment(when: str) -> datetime:
    """Return the time of a stamp; what is none is long ago, so that it is due."""
    try:
        return datetime.strptime(when, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)


def next_due(cards: Iterable[Card]) -> str:
    """Return when the first of the cards is due, or nothing."""
    return min((card.due for card in cards), default="")


def wait(when: str, until: str) -> str:
    """Return how long it is from one time to another, as a person says it.

    >>> wait("2026-01-01T00:00:00Z", "2026-01-01T00:09:20Z"), wait("2026-01-01T00:00:00Z", "2026-01-03T23:00:00Z")
    ('10 minutes', '3 days')
    """
    seconds = (moment(until) - moment(when)).total_seconds()
    size, unit = next(((s, u) for s, u in ((86_400, "day"), (3_600, "hour")) if seconds >= s), (60, "minute"))
    count = max(1, math.ceil(seconds / size))
    return f"{count} {unit}{'s' * (count != 1)}"
