"""Assumptions: from what a person says of a name to its Domain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import sympy as sp

from ..errors import LearnerError
from .domain import NAMED, Domain

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
