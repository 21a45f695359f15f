"""Domain: the numbers that a name may stand for, and which of them are tried."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Any

import mpmath

from ..errors import LearnerError

PRIMES = (101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197)
FRIENDLY = tuple(Fraction(n) for n in ("2", "1", "-1", "3", "1/2", "-2", "0", "-1/2", "1/3", "10", "-3", "3/2", "-10"))


def fraction(value: Any) -> Fraction:
    """Return an mpmath number or a Fraction as an exact Fraction."""
    return value if isinstance(value, Fraction) else Fraction(*mpmath.libmp.to_rational(value._mpf_))


@dataclass(frozen=True, slots=True)
class Domain:
    """The numbers that a name may stand for: an open interval (`closed`: with its ends), whole numbers, or `members`.

    `without` are never sampled; `must` are always among the values sampled.
    """

    low: Fraction | None = None
    high: Fraction | None = None
    closed: bool = False
    integer: bool = False
    members: tuple[Fraction, ...] | None = None
    without: tuple[Fraction, ...] = ()
    must: tuple[Fraction, ...] = ()

    def __contains__(self, value: Any) -> bool:
        """Return whether a number (a Fraction or an mpmath one) may be sampled.

        >>> Fraction(0) in NAMED["positive"], Fraction(1, 2) in NAMED["integer"]
        (False, False)
        """
        value = fraction(value)
        if value in self.without:
            return False
        if self.members is not None:
            return value in self.members
        if self.integer and value != int(value):
            return False
        above = self.low is None or value > self.low or (self.closed and value == self.low)
        return bool(above and (self.high is None or value < self.high or (self.closed and value == self.high)))

    @property
    def discrete(self) -> bool:
        """True if its points stand apart, so that nothing can come near one."""
        return self.integer or self.members is not None

    @property
    def positive(self) -> bool:
        """True if all its numbers are positive."""
        if self.members is not None:
            return min(self.members) > 0
        return self.low is not None and (self.low > 0 or (self.low == 0 and (not self.closed or 0 in self.without)))

    def friendly(self, extra: tuple[Fraction, ...] = ()) -> tuple[Fraction, ...]:
        """Return the members, or small numbers of this domain (and those of `extra`), the simplest first.

        >>> NAMED["unit"].friendly()[:3]
        (Fraction(1, 2), Fraction(0, 1), Fraction(-1, 2))
        """
        return easy_numbers(self, extra)

    def between(self, share: Fraction) -> Fraction:
        """Return the number that lies `share` (0 to 1) of the way through the domain; unbounded ones are bent into (−1, 1)."""
        if self.low is not None and self.high is not None:
            return self.low + (self.high - self.low) * share
        away = share / (1 - share) if share < 1 else Fraction(1000)
        if self.low is not None:
            return self.low + away
        if self.high is not None:
            return self.high - away
        return (2 * share - 1) * 4

    def random(self, rng: Random, scale: str = "near") -> Fraction:
        """Return a random number of the domain; `scale` is "near" (about 1), "small" or "far" (up to a million).

        Denominators are primes above 100, so that nothing periodic in the whole numbers or in simple fractions hides.
        """
        if self.members is not None:
            return rng.choice(self.friendly())
        for _ in range(100):
            value = self.draw(rng, scale)
            if value in self:
                return value
        raise LearnerError("an assumption leaves no numbers to try; widen its interval")

    def draw(self, rng: Random, scale: str) -> Fraction:
        prime = rng.choice(PRIMES)
        if self.low is not None and self.high is not None:
            width = self.high - self.low
            share = Fraction(rng.randint(1, prime - 1), prime)
            if scale != "near":
                share = share / rng.choice((10, 1000)) if rng.random() < 0.5 else 1 - share / rng.choice((10, 1000))
            value = self.low + width * share
            return Fraction(round(value)) if self.integer else value
        size = Fraction(rng.randint(1, 4 * prime), prime)
        if scale == "small":
            size /= rng.choice((10, 50, 1000))
        elif scale == "far":
            size *= rng.choice((10, 30, 1000, 100000))
        if self.integer:
            size = Fraction(rng.randint(0, {"near": 9, "small": 3, "far": 1000}[scale]))
        if self.low is not None:
            return self.low + size
        return self.high - size if self.high is not None else size * rng.choice((-1, 1))


@lru_cache(maxsize=1000)
def easy_numbers(domain: Domain, extra: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    if domain.members is not None:
        return tuple(m for m in domain.members if m not in domain.without)
    found = dict.fromkeys(v for v in (*domain.must, *FRIENDLY, *extra) if v in domain)
    if len(found) < 3 and not domain.integer:
        found |= dict.fromkeys(v for v in (domain.between(Fraction(k, 4)) for k in (2, 1, 3)) if v in domain)
    return tuple(found)


REAL = Domain()
KINDS = {  # what a name is assumed to be: its numbers, and the stretch that a person's easy ones are drawn from
    "real": (REAL, (-3.0, 3.0)),
    "positive": (Domain(low=Fraction(0)), (0.05, 3.0)),
    "negative": (Domain(high=Fraction(0)), (-3.0, -0.05)),
    "nonnegative": (Domain(low=Fraction(0), closed=True), (0.0, 3.0)),
    "nonpositive": (Domain(high=Fraction(0), closed=True), (-3.0, 0.0)),
    "nonzero": (Domain(without=(Fraction(0),)), (0.2, 3.0)),  # of either sign
    "integer": (Domain(integer=True), (-3.0, 3.0)),
    "unit": (Domain(Fraction(-1), Fraction(1)), (-0.95, 0.95)),
    "unit01": (Domain(Fraction(0), Fraction(1)), (0.02, 0.98)),
}
NAMED = {name: numbers for name, (numbers, _) in KINDS.items()}


def easy(name: str) -> tuple[float, float]:
    """Return the stretch that easy numbers of a named domain are drawn from.

    >>> easy("negative")
    (-3.0, -0.05)
    """
    return KINDS[name][1]
