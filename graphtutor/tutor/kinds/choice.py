"""Options to choose from."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct

from ...errors import AuthorError, ReadError
from ...text import several
from . import Exercise, Point, Wrong, indented, known, maths, refused, right

if TYPE_CHECKING:
    from ...grading.told.grades import Grade
    from ..heard import Heard

SAMPLES = 60
CLOSE = 1e-9  # relative: what float64 leaves of some ten operations
RELATIONS = {"==": lambda a, b: abs(a - b) <= CLOSE * max(1, abs(a), abs(b)), "<=": lambda a, b: a <= b + CLOSE, ">=": lambda a, b: a >= b - CLOSE,
             "<": lambda a, b: a < b, ">": lambda a, b: a > b, "!=": lambda a, b: abs(a - b) > CLOSE * max(1, abs(a), abs(b))}  # fmt: skip


class Option(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One answer to choose. It is right where all its `claims` hold: (left side, relation, right side), or one not."""

    text: str
    claims: Annotated[tuple[tuple[str, str, str], ...], Meta(min_length=1)]
    misconceptions: tuple[str, ...] = ()
    why: str = ""

    def __post_init__(self) -> None:
        known(self.misconceptions)


class Choice(Exercise, frozen=True, kw_only=True, tag="choice"):
    """Options lettered a, b, c …; the right ones are those whose claims hold, at `at` or wherever the names are defined."""

    at: Point = {}
    options: Annotated[tuple[Option, ...], Meta(min_length=2)]

    MINUTES = 1
    FORM = "any"
    TEMPLATE = """\
prompt = "Which holds for every x? (All letters that do.)"
hints = [
    "Try x = 1.",
    "Try x = -1.",
    "One of the two squares what the other keeps.",
]

[[options]]
text = "x^2 is never negative"
claims = [["x**2", ">=", "0"]]

[[options]]
text = "x^3 is never negative"
claims = [["x**3", ">=", "0"]]
why = "try x = -1"
"""

    @property
    def lettered(self) -> dict[str, Option]:
        """Each option behind its letter."""
        return dict(zip("abcdefgh", self.options, strict=False))

    @property
    def asks_for(self) -> str:
        return "letter"

    def choices(self) -> list[tuple[str, str]]:
        return [(letter, option.text) for letter, option in self.lettered.items()]

    def heard(self, key: str, text: str) -> list[Heard]:
        return []

    def listing(self) -> list[str]:
        return [f"{letter}) {option.text}" for letter, option in self.lettered.items()]

    def letters(self, text: str) -> list[str]:
        """Return the letters chosen: `b`, `a c`, `A, C`, `(a) and (c)`."""
        known = list(self.lettered)
        words = [w for w in "".join(c if c.isalnum() else " " for c in text.lower()).split() if w != "and"]
        if len(words) == 1 and len(words[0]) > 1:
            words = list(words[0])
        unknown = next((w for w in words if w not in known), None)
        if unknown is not None or not words:
            raise ReadError(f"'{unknown or text}' is no letter of an option; expected {', '.join(known)}", text)
        return sorted(set(words))

    def judged(self, answer: str) -> Grade:
        chosen, holding = self.letters(answer), self.holding()
        bad = [letter for letter in chosen if letter not in holding]
        if chosen == holding:
            return right()
        agree = sum((letter in chosen) == (letter in holding) for letter in self.lettered)
        score = agree / len(self.lettered) if len(holding) > 1 else 0.0
        told = bad or chosen
        verb = ("do" if bad else "hold") if len(told) > 1 else ("does" if bad else "holds")
        if not bad:
            return maths.Grade(score, False, f"{several(told)} {verb}, but not alone: look at the others again.")
        first = self.lettered[bad[0]]
        return refused(score, f"{several(told)} {verb} not hold.", [first.misconceptions], first.why)

    # ----- which hold -----
    def holding(self) -> list[str]:
        """Return the letters of the options whose claims all hold."""
        return [letter for letter, option in self.lettered.items() if all(self.holds(*c) for c in option.claims)]

    def holds(self, left: str, relation: str, right: str) -> bool:
        """Return whether a claim holds at the exercise's point, or at every sampled one."""
        if relation not in RELATIONS:
            raise AuthorError(f"{self.id}: a claim relates by '{relation}'; expected one of {' '.join(RELATIONS)}")
        for numbers in self.knowns((left, right)):
            a, b = (maths.flat(maths.evaluated(side, numbers)) for side in (left, right))
            if not all(RELATIONS[relation](float(x), float(y)) for x, y in zip(a, b, strict=True)):
                return False
        return True

    def knowns(self, sides: Iterable[str]) -> Iterable[dict[str, Any]]:
        """Yield the numbers at which a claim is tried."""
        if self.at or self.program:
            yield maths.environment(self.graph() if self.program else None, self.at, self.tie)
            return
        names = sorted(
            {n.name for side in sides for n in maths.build(side, shapes=dict.fromkeys(self.assume, ())).inputs}
        )
        rng = random.Random(self.id)
        for _ in range(SAMPLES if names else 1):
            yield {name: sampled(self.assume.get(name, "real"), rng) for name in names}

    # ----- answers -----
    def accepted(self) -> list[Any]:
        return [" ".join(self.holding())]

    def slips(self) -> list[Wrong[Any]]:
        return [Wrong(answer=o.text, misconceptions=o.misconceptions, why=o.why) for o in self.options]

    def rejected(self) -> list[tuple[Any, tuple[str, ...]]]:
        holding = self.holding()
        return [(letter, o.misconceptions) for letter, o in self.lettered.items() if letter not in holding]

    def told(self, notation: str = "plain", width: int = 80) -> str:
        return indented(f"{letter}) {self.lettered[letter].text}" for letter in self.holding())


def sampled(domain: str | list[Any], rng: random.Random) -> float:
    """Return a number of a domain, a named one or (low, high)."""
    low, high = maths.stretch(domain)
    value = rng.uniform(low, high)
    if domain == "integer":
        return float(round(value))
    return -value if domain == "nonzero" and rng.random() < 0.5 else value
