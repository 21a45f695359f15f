"""What a learner got wrong comes back later, as a variant: boxes with growing intervals (Leitner's)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from .progress import LATEST, Attempt, Card, Progress

INTERVALS = timedelta(minutes=10), *(timedelta(days=days) for days in (1, 3, 7, 21, 60))
STAMP = "%Y-%m-%dT%H:%M:%SZ"


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
    return sorted((card for card in progress.cards.values() if card.due <= when), key=lambda card: card.due)


def later(when: str, box: int) -> str:
    moment = datetime.strptime(when, STAMP).replace(tzinfo=UTC)
    return (moment + INTERVALS[box]).strftime(STAMP)


def next_due(cards: Iterable[Card]) -> str:
    """Return when the first of the cards is due, or nothing."""
    return min((card.due for card in cards), default="")


def wait(when: str, until: str) -> str:
    """Return how long it is from one time to another, as a person says it.

    >>> wait("2026-01-01T00:00:00Z", "2026-01-01T00:09:20Z"), wait("2026-01-01T00:00:00Z", "2026-01-03T23:00:00Z")
    ('10 minutes', '3 days')
    """
    seconds = (datetime.strptime(until, STAMP) - datetime.strptime(when, STAMP)).total_seconds()
    size, unit = next(((s, u) for s, u in ((86_400, "day"), (3_600, "hour")) if seconds >= s), (60, "minute"))
    count = max(1, math.ceil(seconds / size))
    return f"{count} {unit}{'s' * (count != 1)}"
