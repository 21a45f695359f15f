"""The loop, opened up: one update of a run as the lecture does it, the graph with its gradients and every number filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..compiled.floats import make
from ..compiled.function import compiled
from ..expr.graph import Graph
from ..language import write
from ..walk.trace import Trace, derivative, shown, trace
from .runs import Plan


@dataclass(frozen=True, eq=False, repr=False)
class Update:
    """One update, which prints itself as the lecture shows it: `number` counts from 0; `points` are its points (from 0); parameters before and after; gradients as used."""

    number: int
    points: tuple[int, ...]
    before: dict[str, Any]
    after: dict[str, Any]
    gradients: dict[str, Any]
    moments: dict[str, tuple[Any, ...]]
    plan: Plan
    epoch: int
    rate: float

    @property
    def graph(self) -> Graph:
        return self.plan.graph

    @cached_property
    def trace(self) -> Trace:
        """The walk over the graph at the update's first point, before the update."""
        values = {**self.before, **self.plan.data.point(self.points[0])} if self.points else dict(self.before)
        return trace(self.graph, {name: plain(v) for name, v in values.items()}, self.plan.tie)

    def loss(self, parameters: dict[str, Any]) -> float:
        """Return the loss of the update's points, reduced as the run does."""
        data = self.plan.data
        points = {name: a[list(self.points)] for name, a in data.arrays.items()}
        return float(compiled(self.graph, self.plan.reduction, wrt=())({**data.fixed, **parameters, **points})[0])

    def gradient_of(self, k: int) -> dict[str, Any]:
        """Return the gradients of the loss of point `k` alone."""
        return compiled(self.graph, None, self.plan.tie, self.plan.parameters)(
            {**self.before, **self.plan.data.point(k)}
        )[1]

    def lines(self) -> list[str]:
        """Return the update in words and numbers.

        >>> from graphtutor.training.data import START, lecture
        >>> from graphtutor.training.train import train
        >>> h = train("f = w0*x0 + w1*x1 + b; L = (f - y)**2", lecture(), start=START)
        >>> print(*h.update().lines()[-5:], sep="\\n")
        w₀ ← 0.5 − 0.01 · 8.4 = 0.416
        w₁ ← −0.3 − 0.01 · 0 = −0.3
        b ← 0.1 − 0.01 · 4.2 = 0.058
        <BLANKLINE>
        L = 3.5721 after the update; it was 4.41
        """
        top = write.name(self.graph.name(self.graph.out), "unicode")
        what = top if len(self.points) < 2 else f"{self.plan.reduction} of {top}"
        return [self.heading(), "", *self.values(), "", *self.sums(), *self.changes(), "",
                f"{what} = {shown(self.loss(self.after))} after the update; it was {shown(self.loss(self.before))}"]  # fmt: skip

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def heading(self) -> str:
        names = self.plan.data.arrays
        many = len(self.points) > 1
        here = ", ".join(str(k + 1) for k in self.points[:12]) + (", …" if len(self.points) > 12 else "")
        values = (
            ""
            if many or not names
            else ": " + ", ".join(f"{write.name(n, 'unicode')} = {shown(a[self.points[0]])}" for n, a in names.items())
        )
        where = f", point{'s' * many} {here}" if names else ""
        return f"Update {self.number + 1} (epoch {self.epoch}){where}{values}"

    def values(self) -> Iterator[str]:
        """Yield a line for every operation and input that has a gradient: its formula, value and gradient at the first point."""
        t = self.trace
        top = self.graph.name(self.graph.out)
        if len(self.points) > 1:
            yield f"the graph at point {self.points[0] + 1}:"
        rows = []
        for node in self.graph.nodes:
            if node.op == "const" or not (node.args or node.name in self.before):
                continue
            name = write.name(node.name, "unicode")
            formula = self.graph.text(node.id, "unicode") if node.args else ""
            value = f"{name} = {formula + ' = ' if formula and formula != name else ''}{shown(t.number(node.id))}"
            slope = t.need_walk().gradient.get(node.id)
            rows.append(
                (value, "" if slope is None else f"{derivative(top + ' ' + node.name)} = {shown(t.number(slope))}")
            )
        wide = max(len(value) for value, _ in rows)
        for value, gradient in rows:
            yield f"  {value.ljust(wide)}   {gradient}".rstrip()

    def sums(self) -> Iterator[str]:
        """Yield a line for each parameter that adds up the gradients of a batch's points; none for a single point."""
        if len(self.points) < 2:
            return
        top = self.graph.name(self.graph.out)
        parts = [self.gradient_of(k) for k in self.points[:6]]
        more = ["…"] if len(self.points) > 6 else []
        for name, g in self.gradients.items():
            terms = " + ".join([bracketed(shown(part[name])) for part in parts] + more)
            text = terms if self.plan.reduction == "sum" else f"({terms}) / {len(self.points)}"
            yield f"{self.plan.reduction} of {derivative(top + ' ' + name)}: {text} = {shown(g)}" + (
                " (clipped)" if self.plan.clip is not None else ""
            )
        yield ""

    def changes(self) -> Iterator[str]:
        """Yield the method's statements for each parameter with the numbers filled in."""
        method = self.plan.method
        known = {"rate": self.rate, "t": float(self.number + 1)}
        known |= dict(zip((key for key, _ in method.settings), self.plan.settings, strict=True))
        for name, g in self.gradients.items():
            now: dict[str, Any] = {
                "p": self.before[name],
                "g": g,
                **dict(zip(method.state, self.moments[name], strict=True)),
            }
            for statement in method.update:
                target, formula = statement.split(" = ", 1)
                key = target.strip("{}")
                run = make([], [*now, *known], re.sub(r"[{}]", "", formula), {"sqrt": np.sqrt})
                filled = "".join(
                    self.filled(piece, now, known) for piece in re.split(r"(\{\w+\}|\b[a-z]\w*\b)", formula)
                )
                now[key] = run(**now, **known)
                mark = write.name(name, "unicode") if key == "p" else f"{key}({write.name(name, 'unicode')})"
                yield f"{mark} ← {filled.replace(' * ', ' · ').replace(' - ', ' − ').replace('**', '^')} = {shown(now[key])}"

    @staticmethod
    def filled(piece: str, now: dict[str, Any], known: dict[str, float]) -> str:
        """Return a piece of a statement with its number in place, bracketed where it is negative and not in front."""
        if piece.startswith("{"):
            key = piece.strip("{}")
            return shown(now[key]) if key == "p" else bracketed(shown(now[key]))
        return shown(known[piece]) if piece in known else piece


def bracketed(number: str) -> str:
    return f"({number})" if number.startswith("−") else number


def plain(value: Any) -> Any:
    return (
        value.tolist() if isinstance(value, np.ndarray) else float(value) if isinstance(value, np.floating) else value
    )
