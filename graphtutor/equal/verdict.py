"""Verdict: are two things equal, and what shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from ..shown import BAD, GOOD, OPEN, card

KINDS = ("differs", "undecided", "kink", "agrees", "proved")  # what says least for the whole, first
LONGEST = 40  # letters of a name in a sentence
Point = tuple[tuple[str, Fraction | float], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict rests on; `str()` gives its sentence.

    seed      of the random points
    points    how many points both expressions were compared at and agreed
    digits    to how many significant digits at some of them; at the others, where floats are sure, to `lanes.FLOAT_DIGITS`
    point     where they differ, or the kink: name → number (a float if it is irrational)
    values    both values there as text, "undefined" among them; enough digits to tell them apart
    interval  at a kink, the least and greatest value from its sides
    entry     of a vector or matrix, which entry differs
    excluded  isolated points where only one of the two is defined
    method    what proved it
    cells     how many regions between kinks and edges of domains were found (0: there are none to find)
    visited   in how many of them the two were compared
    """

    sentence: str = ""
    seed: int | None = None
    points: int = 0
    digits: int = 0
    point: Point = ()
    values: tuple[str, ...] = ()
    interval: tuple[str, ...] = ()
    entry: tuple[int, ...] = ()
    excluded: tuple[Point, ...] = ()
    method: str = ""
    cells: int = 0
    visited: int = 0

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` is "proved", "agrees", "kink", "differs" or "undecided"; truthy if it means equal.

    >>> bool(Verdict("kink")), bool(Verdict("undecided"))
    (True, False)
    """

    kind: str
    evidence: Evidence = Evidence()

    def __bool__(self) -> bool:
        return self.kind in ("proved", "agrees", "kink")

    def _repr_html_(self) -> str:
        colour = GOOD if self else OPEN if self.kind == "undecided" else BAD
        return card(self.kind, [self.evidence.sentence], colour)

    @property
    def point(self) -> dict[str, Fraction | float]:
        """The point of the evidence: where the two differ, or the kink."""
        return dict(self.evidence.point)

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as what JSON can hold; exact numbers become text such as "1/3".

        >>> Verdict("differs", Evidence("…", point=(("x", Fraction(1, 3)),), values=("1", "2"))).to_json()["point"]
        {'x': '1/3'}
        """
        hidden = {"points", "digits"} if self.kind == "undecided" or not self.evidence.points else set()
        hidden |= {"cells", "visited"} if self.evidence.cells < 2 else set()
        given = {k: v for k, v in asdict(self.evidence).items() if v not in ((), "", None) and k not in hidden}
        if "point" in given:
            given["point"] = texts(dict(self.evidence.point))
        if "excluded" in given:
            given["excluded"] = [texts(dict(p)) for p in self.evidence.excluded]
        return {
            "kind": self.kind,
            "equal": bool(self) if self.kind != "undecided" else None,
            **{k: list(v) if isinstance(v, tuple) else v for k, v in given.items()},
        }


def texts(point: Mapping[str, Fraction | float]) -> dict[str, str]:
    """Return a point with its numbers as a person writes them.

    >>> texts({"x": Fraction(1, 3), "y": 0.1})
    {'x': '1/3', 'y': '0.1'}
    """
    return {name: str(value) if isinstance(value, Fraction) else f"{value:.10g}" for name, value in point.items()}


def place(point: Point) -> str:
    """Return "x = 1/3, y = 2".

    >>> place((("x", Fraction(1, 3)), ("y", Fraction(2))))
    'x = 1/3, y = 2'
    """
    return ", ".join(
        f"{name if len(name) <= LONGEST else name[: LONGEST - 1] + '…'} = {value}"
        for name, value in texts(dict(point)).items()
    )


def weakest(verdicts: list[Verdict]) -> Verdict:
    """Return the verdict that says least: a difference first, then what is undecided, a kink, a sample."""
    return min(verdicts, key=lambda v: KINDS.index(v.kind))
