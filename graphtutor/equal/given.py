"""What a person may ask about: text, SymPy trees, graphs, numbers, and lists or matrices of them, as arrays of graphs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np
import sympy as sp

from ..door import kind
from ..errors import LearnerError
from ..expr.build import Plan
from ..expr.graph import Graph
from ..language import read
from .domain import Domain, of_symbol

Graphs = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What is known when a side is read, and in `domains` what its SymPy symbols say of themselves."""

    names: tuple[str, ...]
    definitions: Mapping[str, Any] | None
    shapes: Mapping[str, Any] | None
    domains: dict[str, Domain] = field(default_factory=dict)


def both(a: Any, b: Any, context: Context) -> tuple[Graphs, Graphs]:
    """Return both sides as arrays of graphs.

    The names of one side tell the other that `2xw` is 2·x·w: a side with a longer name of its own is read again.
    """
    sides = [boxes(a), boxes(b)]
    made = [graphs(side, context) for side in sides]
    used = [{n.name for g in side.flat for n in g.inputs if n.name.isidentifier()} for side in made]
    for k in (0, 1):
        if any(len(name) > 1 for name in used[k] - used[1 - k]) and any(
            isinstance(given, str) for given in sides[k].flat
        ):
            more = tuple(dict.fromkeys([*context.names, *sorted(used[1 - k])]))
            made[k] = graphs(sides[k], Context(more, context.definitions, context.shapes, context.domains))
    return made[0], made[1]


def boxes(given: Any) -> Graphs:
    """Return what was given as an array of texts, trees and graphs; a column matrix of SymPy's is a vector."""
    if isinstance(given, sp.MatrixBase):
        given = given.tolist()
        if given and all(len(row) == 1 for row in given):
            given = [row[0] for row in given]
    if isinstance(given, sp.NDimArray):
        given = given.tolist()
    if isinstance(given, list | tuple | np.ndarray):
        parts = [boxes(g) for g in given]
        if not parts or any(p.shape != parts[0].shape for p in parts):
            raise LearnerError("a vector or matrix needs rows of one length and at least one entry")
        return np.stack(parts)
    return boxed(given)


def boxed(given: Any) -> Graphs:
    out = np.empty((), dtype=object)
    out[()] = given
    return out


def graphs(side: Graphs, context: Context) -> Graphs:
    out = np.empty(side.shape, dtype=object)
    for index in np.ndindex(*side.shape):
        out[index] = graph_of(side[index], context)
    return out


def graph_of(given: Any, context: Context) -> Graph:
    """Return the graph of one text, tree, number or graph; what SymPy's symbols assume is noted in the context."""
    if isinstance(given, Graph):
        return given
    if isinstance(given, str):
        given = read.read(given, names=context.names, definitions=context.definitions, shapes=context.shapes)
    elif isinstance(given, bool | int | float | Fraction | np.generic):
        given = number(given)
    if not isinstance(given, sp.Basic | sp.MatrixBase):
        raise LearnerError(
            f"cannot compare {type(given).__name__}; expected text, a SymPy expression, a graph, or a list of them"
        )
    plan = Plan(context.shapes)
    out = plan.tree(given)
    for name, symbol in plan.symbols.items():
        assumed = of_symbol(symbol)
        if assumed is not None:
            context.domains.setdefault(name, assumed)
    return plan.graph(out)


def number(value: Any) -> sp.Basic:
    """Return a number as SymPy's; a float is the decimal it prints as."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not isfinite(value):
        raise LearnerError(f"cannot compare {value}; expected a finite number")
    try:
        exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    except (ValueError, TypeError, ZeroDivisionError):
        raise LearnerError(f"{kind(value)} is no number; expected one such as 2, 0.5 or 1/3") from None
    return sp.Rational(exact.numerator, exact.denominator)


def in_order(sides: Sequence[Graphs]) -> bool:
    """Return whether the sides stand in the order in which they are compared, so that a verdict does not depend on which is given first."""
    first, second = ("\n".join(repr((g.out, g.cells)) for g in side.flat) for side in sides)
    return first <= second


def declared(names: Iterable[str] | None, told: Iterable[str]) -> tuple[str, ...]:
    """Return the names that are known before anything is read: those declared and those that something is assumed of."""
    return tuple(dict.fromkeys([*(names or ()), *(n for n in told if n.isidentifier())]))
