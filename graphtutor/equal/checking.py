"""`check`: which oracle a graph is held against, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..expr.adjoint import backward
from ..expr.graph import Graph
from ..walk.trace import trace
from .differences import MOST_PRECISE, at_point, by_difference, work
from .oracle import by_sympy, local_rules, small
from .verdict import Verdict

SYMPY = "sympy.diff"
DIFFERENCES = (
    "central differences at high precision (the graph is too big for sympy.diff; each rule was checked against SymPy)"
)
IN_FLOATS = "central differences of floats (the graph is too wide for sympy.diff; each rule was checked against SymPy)"


@dataclass(frozen=True)
class Check:
    """The check of a graph: a verdict for each input, one for each operation's local rule, and how it was done.

    `locals` has one node, by its name, for each operation with its settings and shapes.
    """

    verdicts: dict[str, Verdict]
    locals: dict[str, Verdict]
    method: str

    @property
    def ok(self) -> bool:
        return all(self.verdicts.values()) and all(self.locals.values())

    @property
    def sentence(self) -> str:
        bad = [name for name, v in self.verdicts.items() if v.kind == "differs"]
        undecided = [name for name, v in self.verdicts.items() if v.kind == "undecided"]
        if bad:
            return f"The gradient differs from {self.method} for {', '.join(bad)}."
        if undecided:
            others = f"; the others agree with {self.method}" if len(undecided) < len(self.verdicts) else ""
            return f"Undecided for {', '.join(undecided)}{others}."
        return f"Every gradient agrees with {self.method}."

    def __repr__(self) -> str:
        kinds = ", ".join(f"{name}: {v.kind}" for name, v in self.verdicts.items())
        return f"<Check {{{kinds}}} {self.sentence}>"


def check(graph: Graph, tie: str = "zero", at: Mapping[str, Any] | None = None) -> Check:
    """Return the check of every gradient of `graph` against SymPy's derivative, and at the point `at` against one-sided slopes.

    A graph that SymPy could not differentiate in a few seconds, written out with its shared parts repeated, is checked by
    central differences instead, and `method` says so. At a kink SymPy's value is no truth: there a gradient is
    right ("kink") if it lies between the slopes from the left and from the right of the whole function, and
    "differs" where it does not.

    >>> from graphtutor.expr.build import build
    >>> check(build("(w*x - y)**2"))
    <Check {w: proved, x: proved, y: proved} Every gradient agrees with sympy.diff.>
    """
    fits = small(graph)
    walk = backward(graph, tie)
    verdicts = by_sympy(graph, walk) if fits else by_difference(graph, walk)
    if at is not None:
        verdicts |= at_point(trace(graph, at, tie))
    method = SYMPY if fits else DIFFERENCES if work(walk.extended) <= MOST_PRECISE else IN_FLOATS
    return Check(verdicts, local_rules(graph), method)
