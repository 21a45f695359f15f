"""Is the gradient right? The backward pass against SymPy's own derivative, and each local rule on its own.

SymPy differentiates the whole expression; ours came edge by edge. Small differences are shown to be
zero by expansion ("proved"); else both are evaluated at random points with 40 digits ("agrees": a
sample is no proof). Graphs too big for `sympy.diff` are checked node by node against SymPy, and as a
whole by central differences at high precision; the sentence says so.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from .adjoint import backward
from .graphs import Builder, Graph
from .maths.ops import ROWS
from .trace import Trace, trace

DIGITS, POINTS, SEED = 40, 12, 20260101
DEEPEST, LARGEST, EXPANDABLE = 90, 400, 400
TRIES = 40


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two things are equal, with the evidence: `kind` is "proved", "agrees", "kink", "differs" or "undecided"."""

    kind: str
    evidence: str
    point: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return self.kind in ("proved", "agrees", "kink")


@dataclass(frozen=True, slots=True)
class Check:
    """The check of a graph: a verdict for each input, one for each operation's local rule, and how it was done."""

    verdicts: dict[str, Verdict]
    locals: dict[str, Verdict]
    method: str

    @property
    def ok(self) -> bool:
        return all(self.verdicts.values()) and all(self.locals.values())

    @property
    def sentence(self) -> str:
        bad = [name for name, v in self.verdicts.items() if v.kind == "differs"]
        open_ = [name for name, v in self.verdicts.items() if v.kind == "undecided"]
        if bad:
            return f"The gradient differs from {self.method} for {', '.join(bad)}."
        if open_:
            return f"Undecided for {', '.join(open_)}; the others agree with {self.method}."
        return f"Every gradient agrees with {self.method}."


def check(graph: Graph, tie: str = "zero", at: Mapping[str, Any] | None = None) -> Check:
    """Return the check of every gradient of `graph` against SymPy's derivative, and at the point `at` against one-sided slopes.

    At a kink SymPy's value is no truth: there a gradient is right ("kink") if it lies between the
    slopes from the left and from the right of the whole function, and "differs" where it does not.

    >>> from graphtutor.build import build
    >>> check(build("(w*x - y)**2")).verdicts["w"].kind
    'proved'
    """
    rules = {graph.name(i): local_rule(*graph.cells[i][::2], len(graph.cells[i][1])) for i in first_of_kind(graph)}
    if depth(graph) > DEEPEST or len(graph) > LARGEST:
        return Check(by_difference(graph, tie), rules, "central differences at high precision (the graph is too big for sympy.diff; each rule was checked against SymPy)")
    walk = backward(graph, tie)
    real = {s: sp.Symbol(s.name, real=True) for n in graph.inputs for s in np.ravel(np.asarray(graph.entries[n.name], dtype=object))}
    loss = sp.sympify(graph.expression()).xreplace(real)
    verdicts = {}
    for node in graph.inputs:
        ours = np.ravel(np.asarray(walk.extended.evaluate(graph.entries, "sympy")[walk.gradient[node.id]], dtype=object))
        theirs = [sp.diff(loss, real[s]) for s in np.ravel(np.asarray(graph.entries[node.name], dtype=object))]
        pairs = [same_values(sp.sympify(a).xreplace(real), b) for a, b in zip(np.broadcast_to(ours, (len(theirs),)), theirs, strict=True)]
        verdicts[node.name] = weakest(pairs)
    if at is not None:
        verdicts |= at_point(trace(graph, at, tie))
    return Check(verdicts, rules, "sympy.diff")


def at_point(walked: Trace) -> dict[str, Verdict]:
    """Return a verdict for every number among the inputs that is at a kink: the gradient against the one-sided slopes."""
    assert walked.point is not None
    graph, found = walked.graph, {}
    with mpmath.workdps(60):
        point = {name: np.array(v, dtype=object) if isinstance(v, tuple) else mpmath.mpf(v.numerator) / v.denominator if isinstance(v, Fraction) else mpmath.mpf(v)
                 for name, v in walked.point}  # fmt: skip
        h = mpmath.mpf(10) ** -20
        here = graph.evaluate(point, "mpmath")[graph.out]
        for node in graph.inputs:
            if node.shape:
                continue
            left, right = ((graph.evaluate(point | {node.name: point[node.name] + d}, "mpmath")[graph.out] - here) / d for d in (-h, h))
            got = walked.gradients[node.name]
            if not (mpmath.isfinite(left) and mpmath.isfinite(right)):
                continue
            low, high = sorted((left, right))
            near = mpmath.mpf(10) ** -9 * (1 + abs(low) + abs(high))
            if high - low < near:
                if abs(got - low) > near:
                    found[node.name] = Verdict("differs", f"the slope here is {mpmath.nstr(low, 6)}, but backpropagation gives {got:g}: "
                                               "a choice was made at each kink on the way, and the chain rule does not hold there")  # fmt: skip
                continue
            ends = f"{mpmath.nstr(low, 6)} from one side, {mpmath.nstr(high, 6)} from the other"
            if low - near <= got <= high + near:
                found[node.name] = Verdict("kink", f"at this point is a kink: slopes {ends}; {got:g} lies between them (tie='{walked.tie}')")
            else:
                found[node.name] = Verdict("differs", f"at this point is a kink: slopes {ends}, but backpropagation gives {got:g}; the chain rule does not hold there")
    return found


def depth(graph: Graph) -> int:
    levels: list[int] = []
    for _, args, _ in graph.cells:
        levels.append(1 + max((levels[a] for a in args), default=0))
    return max(levels)


def weakest(verdicts: list[Verdict]) -> Verdict:
    """Return the verdict that says least for the whole: a difference first, then what is undecided, then a sample."""
    return min(verdicts, key=lambda v: ("differs", "undecided", "kink", "agrees", "proved").index(v.kind))


def same_values(a: sp.Expr, b: sp.Expr) -> Verdict:
    """Return whether two expressions over real symbols are equal: by expansion, else at random points."""
    names = sorted(a.free_symbols | b.free_symbols, key=lambda s: s.name)
    rng = random.Random(SEED)
    run = sp.lambdify(names, (a, b), "mpmath")
    met = 0
    for _ in range(TRIES):
        point = [Fraction(rng.randint(-3000, 3000), 1000) for _ in names]
        with mpmath.workdps(DIGITS):
            try:
                x, y = (mpmath.mpf(v) for v in run(*(mpmath.mpf(p.numerator) / p.denominator for p in point)))
            except (TypeError, ValueError, ZeroDivisionError, OverflowError):
                continue
            if not (mpmath.isfinite(x) and mpmath.isfinite(y)):
                continue
            if abs(x - y) > mpmath.mpf(10) ** (-DIGITS + 12) * (1 + abs(x) + abs(y)):
                where = tuple((s.name, str(p)) for s, p in zip(names, point, strict=True))
                return Verdict("differs", f"{mpmath.nstr(x, 8)} is not {mpmath.nstr(y, 8)}", where)
        met += 1
        if met == POINTS:
            break
    if met == 0:
        return Verdict("undecided", "no point was found where both are defined")
    if sp.count_ops(a) + sp.count_ops(b) < EXPANDABLE and sp.expand(a - b) == 0:
        return Verdict("proved", "the difference expands to 0")
    return Verdict("agrees", f"equal at {met} random points to {DIGITS - 12} digits (seed {SEED})")


def first_of_kind(graph: Graph) -> list[int]:
    """Return one node for each kind of operation that has a local rule."""
    seen: dict[Any, int] = {}
    for i, (op, args, params) in enumerate(graph.cells):
        if args and ROWS[op].local is not None and not any(graph.shapes[j] for j in (i, *args)) and ROWS[op].written is None:
            seen.setdefault((op, len(args), params), i)
    return list(seen.values())


def local_rule(op: str, params: tuple[Any, ...], count: int) -> Verdict:
    """Return whether a row's local derivatives agree with SymPy's of its own expression."""
    builder = Builder()
    args = tuple(builder.input(f"u{k}") for k in range(count))
    builder.intern((op, args, params), ())
    graph = builder.graph(len(builder.cells) - 1)
    walk = backward(graph)
    real = {sp.Symbol(f"u{k}"): sp.Symbol(f"u{k}", real=True) for k in range(count)}
    loss = graph.expression().xreplace(real)
    verdicts = [same_values(sp.sympify(walk.extended.expression(walk.gradient[a])).xreplace(real), sp.diff(loss, s))
                for a, s in zip(args, real.values(), strict=True) if a in walk.gradient and args.index(a) not in ROWS[op].conditions]  # fmt: skip
    return weakest(verdicts) if verdicts else Verdict("agrees", "it sends nothing back")


def by_difference(graph: Graph, tie: str) -> dict[str, Verdict]:
    """Return verdicts from central differences with step 10⁻¹⁵ at 50 digits, entry by entry, at two random points."""
    walk = backward(graph, tie)
    rng = random.Random(SEED)
    verdicts: dict[str, Verdict] = {}
    with mpmath.workdps(50):
        point = {n.name: np.vectorize(lambda _: mpmath.mpf(rng.randint(200, 900)) / 1000, otypes=[object])(np.zeros(n.shape)) for n in graph.inputs}
        point = {name: v if v.ndim else v.item() for name, v in point.items()}
        values = walk.extended.evaluate(point, "mpmath")
        h = mpmath.mpf(10) ** -15
        for node in graph.inputs[:20]:
            ours = values[walk.gradient[node.id]]
            index = (0,) * len(node.shape)
            ups = [graph.evaluate(point | {node.name: moved(point[node.name], index, d)}, "mpmath")[graph.out] for d in (h, -h)]
            slope, got = (ups[0] - ups[1]) / (2 * h), ours[index] if node.shape else ours
            near = abs(slope - got) <= mpmath.mpf(10) ** -18 * (1 + abs(got))
            verdicts[node.name] = Verdict("agrees" if near else "differs", "a central difference, step 1e-15, 50 digits")
    return verdicts


def moved(value: Any, index: tuple[int, ...], by: Any) -> Any:
    if not index:
        return value + by
    out = value.copy()
    out[index] = out[index] + by
    return out


__all__ = ["Check", "Verdict", "check"]
