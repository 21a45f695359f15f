"""What is understood of an answer while it is typed: each piece of it set in type, or the reason why it is not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..errors import LearnerError, ReadError
from ..grading.asked.task import Task
from ..grading.python.returned import read_code
from ..language.read import Claim, derivation
from ..language.write import MATH, name, part_of


class Heard(NamedTuple):
    """A piece of what is typed: where it stands (line and column from 1, length), its formula in MathML, words about it, why it is unread."""

    line: int
    column: int
    length: int
    markup: str = ""
    says: str = ""
    unread: str = ""


def formulas(asked: Task, text: str) -> list[Heard]:
    """Return what is understood of formulas and lines of a derivation; remarks are said to be remarks.

    >>> from ..grading.asked.task import task
    >>> [(h.line, h.says or h.unread or h.markup[-60:]) for h in formulas(task("(w*x)**2", wrt="w"), "chain rule:\\n2*w*x^2 +")]
    [(1, 'a remark'), (2, "the text ends after '+'; expected a number, a name or '('")]
    """
    options = asked.read_options()
    try:
        claims = derivation(text, **options)
    except ReadError as error:
        return [refused(error)]
    told = named(text, options)
    same = [(c.kind, c.line, c.column, len(c.parts)) for c in claims] == [
        (c.kind, c.line, c.column, len(c.parts)) for c in told
    ]
    return [of_claim(claim, shown) for claim, shown in zip(claims, told if same else claims, strict=True)]


def named(text: str, options: dict[str, Any]) -> tuple[Claim, ...]:
    """Return the same lines with every name of the problem standing for itself, as they are shown."""
    names = [*(options.get("names") or ()), *(options.get("definitions") or ())]
    try:
        return derivation(text, **{**options, "names": names, "definitions": {}})
    except LearnerError:
        return ()


def of_claim(claim: Claim, shown: Claim) -> Heard:
    place = claim.line, claim.column, len(claim.source)
    if claim.kind == "unread" and claim.error is not None:
        return Heard(claim.error.line or claim.line, claim.error.column or claim.column, 1, unread=claim.error.message)
    if claim.kind == "text":
        return Heard(*place, says="a remark")
    assumed = [word for part in claim.parts for word in part.assumed]
    return Heard(*place, markup=f"{MATH}{''.join(sides(shown))}</math>", says="; ".join(dict.fromkeys(assumed)))


def sides(claim: Claim) -> Iterator[str]:
    """Yield the sides of a claim in MathML, the signs between them too."""
    if claim.kind == "definition" and claim.name:
        yield name(claim.name, "mathml")
    elif claim.wrt is not None and not claim.continues:
        over, under = (f"<mo>∂</mo>{name(n, 'mathml') if n else ''}" for n in (claim.of, claim.wrt))
        yield f"<mfrac><mrow>{over}</mrow><mrow>{under}</mrow></mfrac>"
    headed = claim.kind == "definition" or claim.wrt is not None or claim.continues
    for k, part in enumerate(claim.parts):
        if part.relation or k or headed:
            yield f"<mo>{part.relation or '='}</mo>"
        yield f"<mrow>{part_of(part.tree, 'mathml').text}</mrow>"


def code(text: str, function: str, args: Any) -> list[Heard]:
    """Return what a Python function gives back, as a formula; it is read and never run."""
    try:
        found = read_code(text)(function, args)
        markup = part_of(found, "mathml").text if hasattr(found, "args") else ""
    except ReadError as error:
        return [refused(error)]
    except LearnerError as error:
        return [Heard(1, 1, 0, unread=str(error))]
    ending = [k for k, line in enumerate(text.split("\n"), 1) if "return" in line] or [1]
    return [Heard(ending[-1], 1, 0, f"{MATH}{markup}</math>" if markup else "", f"{function} gives this back")]


def refused(error: ReadError) -> Heard:
    return Heard(error.line or 1, error.column or 1, 1, unread=error.message)
