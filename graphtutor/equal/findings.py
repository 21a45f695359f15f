"""What a sampler found, in words and numbers: a Verdict."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import mpmath

from .outcomes import LEFT, RIGHT
from .reals import to_mpf
from .sampling import Sampler, Witness
from .verdict import Evidence, Point, Verdict, place

SHOWN = (6, 12, 25, 50, 100, 400)  # digits of a value in a sentence: as few as tell the two apart


class Findings:
    """A sampler's findings; `entries` are the indices of its pairs, `turned`: its second was given first."""

    def __init__(self, sampler: Sampler, entries: Sequence[tuple[int, ...]], turned: bool):
        self.sampler, self.entries, self.turned = sampler, entries, turned
        self.digits = sampler.comparison.trusted
        self.gone = tuple(self.named(p) for p in sampler.excluded)

    # ----- verdicts -----
    def refuted(self) -> Verdict | None:
        """Return the verdict of a difference, a kink or no points at all; None if the two may be equal everywhere."""
        s = self.sampler
        if s.differs is not None:
            return self.difference(s.differs)
        if s.kink is not None:
            return self.on_kink(s.kink)
        if not s.agreed:
            return Verdict(
                "undecided",
                Evidence(
                    "No point was found where both are defined and small enough to be worked out; narrow the assumptions.",
                    s.seed,
                ),
            )
        return None

    def equal(self, method: str) -> Verdict:
        """Return the verdict of what no point told apart; `method` is what proved it, if anything did."""
        s = self.sampler
        if method:
            kind, sentence = "proved", f"Equal, proved by {method}."
        else:
            kind, sentence = (
                "agrees",
                f"Equal to {self.digits} digits at {s.agreed} point{'s' * (s.agreed != 1)} (seed {s.seed}); a sample, not a proof.",
            )
        if self.gone:
            sentence += f" Only one of them is defined at {'; '.join(map(place, self.gone[:3]))}{' …' if len(self.gone) > 3 else ''}."
        return Verdict(kind, Evidence(sentence, s.seed, s.agreed, self.digits, excluded=self.gone, method=method))

    def difference(self, found: Witness) -> Verdict:
        one, two = self.values(found)
        at = self.named(found.point)
        where = ", ".join(part for part in (f"at {place(at)}" if at else "", self.of_entry(found.entry)) if part)
        but = ", but the second is" if found.outcome.kind in (LEFT, RIGHT) else ", the second"
        sentence = f"{where} the first is {one}{but} {two}.".strip()
        return Verdict(
            "differs",
            Evidence(
                sentence[0].upper() + sentence[1:],
                self.sampler.seed,
                point=at,
                values=(one, two),
                entry=self.entries[found.entry],
            ),
        )

    def on_kink(self, found: Witness) -> Verdict:
        one, two = self.values(found)
        low, high = (text(v, SHOWN[0]) for v in found.sides or ())
        at = self.named(found.point)
        where = ", ".join(part for part in (place(at), self.of_entry(found.entry)) if part)
        sentence = f"Equal but on the kink {where}: there the first is {one} and the second {two}, both from {low} to {high}, the values on its sides."
        return Verdict(
            "kink",
            Evidence(
                sentence,
                self.sampler.seed,
                self.sampler.agreed,
                self.digits,
                at,
                (one, two),
                (low, high),
                self.entries[found.entry],
                self.gone,
            ),
        )

    # ----- their parts -----
    def named(self, point: Sequence[Any]) -> Point:
        return tuple(
            (name, value if isinstance(value, Fraction) else float(value))
            for name, value in zip(self.sampler.names, point, strict=True)
        )

    def of_entry(self, entry: int) -> str:
        index = self.entries[entry]
        return f"in entry [{', '.join(map(str, index))}]" if index else ""

    def values(self, found: Witness) -> tuple[str, str]:
        """Return both values as text, in the order the two were given, with digits enough to tell them apart."""
        left, right = found.outcome.left, found.outcome.right
        written = [(text(left, digits), text(right, digits)) for digits in SHOWN]
        one, two = next((pair for pair in written if pair[0] != pair[1]), written[-1])
        return (two, one) if self.turned else (one, two)


def text(value: Any, digits: int) -> str:
    """Return a number with so many digits, as short as it can be.

    >>> text(mpmath.mpf(2), 6), text(None, 6)
    ('2', 'undefined')
    """
    if value is None:
        return "undefined"
    with mpmath.workdps(digits + 10):
        written = str(mpmath.nstr(to_mpf(value), digits, min_fixed=-4, max_fixed=max(digits, 7)))
    return written.removesuffix(".0")
