"""Domain: the numbers that a name may stand for, and which of them are tried."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Any

import mpmath
import sympy as sp

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


# ----- assumptions: from what a person says of a name to its Domain -----
NUMBER = re.compile(r"[-+]?(\d+(/\d+)?|\d*\.\d+|\d+\.)([eE][-+]?\d{1,2})?")
EXPECTED = "real, positive, nonnegative, negative, nonzero, integer, an interval (-1, 1) or a finite set [-1, 1]"


def domains(assume: Mapping[Any, Any] | str | None) -> dict[str, Domain]:
    """Return the domain of every name in `assume`: a mapping, or text such as "x=positive; y=[-1,1]".

    >>> sorted(domains("x=positive;y=[-1,1]")), domains({"x": (0, 1)})["x"] == domains("x=unit01")["x"]
    (['x', 'y'], True)
    """
    if assume is None:
        return {}
    if isinstance(assume, str):
        assume = dict(pair(piece) for piece in split(assume, ";,"))
    return {str(name): domain(str(name), spec) for name, spec in assume.items()}


def split(text: str, marks: str) -> list[str]:
    """Return the pieces of `text` between marks that stand outside brackets.

    >>> split("x=(0,1), y=real", ";,")
    ['x=(0,1)', 'y=real']
    """
    pieces, depth, held = [], 0, ""
    for c in text:
        depth += (c in "([{") - (c in ")]}")
        if c in marks and depth <= 0:
            pieces.append(held)
            held = ""
        else:
            held += c
    return [p.strip() for p in (*pieces, held) if p.strip()]


def pair(text: str) -> tuple[str, str]:
    name, sign, spec = text.partition("=")
    if not sign or not name.strip() or not spec.strip():
        raise LearnerError(
            f"cannot read the assumption '{text[:60]}'; expected name=domain, such as x=positive or y=[-1,1]"
        )
    return name.strip(), spec.strip()


def domain(name: str, spec: Any) -> Domain:
    """Return the domain that `spec` describes.

    A name of `NAMED`, an open interval `(low, high)` with None for no end, or a finite set `[…]`;
    in text `@v` adds a value that must be tried and `!v` leaves one out. Raises LearnerError.

    >>> domain("x", "real!0").without, domain("y", [-1, 1]).members, domain("t", (0, None)) == NAMED["positive"]
    ((Fraction(0, 1),), (Fraction(-1, 1), Fraction(1, 1)), True)
    """
    if isinstance(spec, Domain):
        return spec
    if isinstance(spec, str):
        return spelled(name, spec)
    if isinstance(spec, tuple) and len(spec) == 2:
        low, high = (None if v is None else number(name, v) for v in spec)
        if low is not None and high is not None and not low < high:
            raise LearnerError(
                f"the interval of '{name}' runs from {low} to {high}; its first end must be the smaller one"
            )
        return Domain(low, high)
    if isinstance(spec, list | set | frozenset | range):
        if not spec:
            raise LearnerError(f"the set of '{name}' is empty; give it at least one number")
        members = [number(name, v) for v in spec]
        return Domain(members=tuple(members if isinstance(spec, list | range) else sorted(members)))
    raise LearnerError(f"cannot read the assumption on '{name}': {spec!r:.60}; expected {EXPECTED}")


def spelled(name: str, text: str) -> Domain:
    body, *marks = re.split(r"(?=[@!])", text.strip())
    body = body.strip()
    if body.startswith(("(", "[", "{")):
        items = split(body[1:-1], ",")
        if body[:1] == "(" and body.endswith(")") and len(items) == 2:
            found = domain(name, tuple(None if re.fullmatch(r"[-+]?(oo|inf|∞)", i) else i for i in items))
        elif body[-1] in "]}" and items:
            found = domain(name, items)
        else:
            raise LearnerError(f"cannot read the assumption on '{name}': {text[:60]}; expected {EXPECTED}")
    elif body in NAMED or not body:
        found = NAMED[body or "real"]
    else:
        raise LearnerError(f"unknown assumption '{body[:40]}' on '{name}'; expected {EXPECTED}")
    for mark in marks:
        value = number(name, mark[1:].strip())
        found = (
            replace(found, must=(*found.must, value))
            if mark[0] == "@"
            else replace(found, without=(*found.without, value))
        )
    if not found.friendly():
        raise LearnerError(f"the assumption on '{name}' leaves no number to try: {text[:60]}")
    return found


def number(name: str, value: Any) -> Fraction:
    """Return a finite number of an assumption as a Fraction; a float is the decimal it prints as."""
    if isinstance(value, sp.Rational):
        return Fraction(int(value.p), int(value.q))
    text = repr(value) if isinstance(value, float) else str(value)
    try:
        if len(text) <= 100 and NUMBER.fullmatch(text):
            return Fraction(text)
    except ZeroDivisionError:
        pass
    raise LearnerError(f"the assumption on '{name}' holds {text[:40]!r}; expected a number such as 0, -1 or 1/2")


def of_symbol(symbol: sp.Symbol) -> Domain | None:
    """Return the domain that a SymPy symbol's own assumptions give, or None.

    >>> of_symbol(sp.Symbol("x", positive=True)) == NAMED["positive"]
    True
    """
    told = symbol.assumptions0
    if told.get("integer"):
        low = Fraction(1) if told.get("positive") else Fraction(0) if told.get("nonnegative") else None
        high = Fraction(-1) if told.get("negative") else Fraction(0) if told.get("nonpositive") else None
        return Domain(low, high, True, True, without=(Fraction(0),) if told.get("nonzero") else ())
    return next(
        (NAMED[key] for key in ("positive", "negative", "nonnegative", "nonpositive", "nonzero") if told.get(key)), None
    )
