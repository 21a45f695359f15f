"""`check`: which oracle a graph is held against, and what came of it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import sympy as sp

from ..expr.adjoint import Backward, backward
from ..expr.graph import Graph
from ..expr.tracer import Builder, Tracer
from ..ops.precision import TooLarge, context
from ..ops.table import ROWS
from ..ops.tracing import f
from ..walk.trace import trace
from . import Evidence, Verdict, weakest
from .differences import MOST_PRECISE, at_point, by_difference, work
from .reals import to_mpf
from .tape import Tape

# ----- against SymPy's derivative of explicit entries -----
# A small difference is shown to be zero by expansion ("proved"); else both are evaluated at random points with 40 digits ("agrees").
DIGITS, POINTS, TRIES, SEED = 40, 12, 40, 20260101
DEEPEST = 90  # levels of calls; SymPy's own recursion stops near 140
WORK = (
    40_000  # nodes of the expression written out, times the entries to differentiate by: a few seconds of SymPy's time
)
KINKS = 12  # SymPy asks of each argument of a Max how it compares with the others, which takes seconds for nested ones
EXPANDABLE = 2_000  # terms of a sum of products
ENTRIES = 24  # of all arguments of an operation whose rule is checked entry by entry

SYMPY_FAILS = (TypeError, ValueError, KeyError, NotImplementedError, RecursionError, ZeroDivisionError)


def small(graph: Graph) -> bool:
    """Return True for a graph that `sympy.diff` can take whole: not deep, and not long once its shared parts are repeated."""
    entries = sum(int(np.prod(n.shape)) for n in graph.inputs)
    written: list[int] = []
    levels: list[int] = []
    for i, (_, args, _) in enumerate(graph.cells):
        shared = (
            1
            if ROWS.get(graph.cells[i][0], LEAF).entrywise
            else max([1, *(int(np.prod(graph.shapes[a])) for a in args)])
        )
        written.append(min(WORK + 1, 1 + shared * sum(written[a] for a in args)))
        levels.append(1 + max((levels[a] for a in args), default=0))
    kinks = sum(bool(args) and ROWS[op].kink is not None for op, args, _ in graph.cells)
    work = written[graph.out] * int(np.prod(graph.shapes[graph.out])) * max(entries, 1)
    return max(levels) <= DEEPEST and kinks <= KINKS and work <= WORK


LEAF = ROWS["add"]  # inputs and constants have no row; each of their entries stands for itself


def by_sympy(graph: Graph, walk: Backward) -> dict[str, Verdict]:
    """Return a verdict for every input: the gradient by backpropagation against `sympy.diff`, entry by entry."""
    real = {
        s: sp.Symbol(s.name, real=True)
        for n in graph.inputs
        for s in np.ravel(np.asarray(graph.entries[n.name], dtype=object))
    }
    try:
        loss = sp.sympify(graph.expression()).xreplace(real)
    except SYMPY_FAILS as error:
        return {
            n.name: Verdict("undecided", Evidence(f"SymPy cannot hold this function: {error}", SEED))
            for n in graph.inputs
        }
    adjoints = walk.extended.evaluate(graph.entries, "sympy")
    verdicts = {}
    for node in graph.inputs:
        symbols = np.ravel(np.asarray(graph.entries[node.name], dtype=object))
        ours = np.broadcast_to(np.ravel(np.asarray(adjoints[walk.gradient[node.id]], dtype=object)), (len(symbols),))
        verdicts[node.name] = weakest([compared(a, loss, s, real) for a, s in zip(ours, symbols, strict=True)])
    return verdicts


def compared(ours: Any, loss: sp.Expr, symbol: sp.Symbol, real: dict[sp.Symbol, sp.Symbol]) -> Verdict:
    """Return the verdict on one entry of a gradient; what SymPy cannot differentiate or evaluate is undecided."""
    try:
        return same_values(sp.sympify(ours).xreplace(real), sp.diff(loss, real[symbol]))
    except SYMPY_FAILS as error:
        return Verdict(
            "undecided",
            Evidence(
                f"SymPy stopped: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}", SEED
            ),
        )


def same_values(a: sp.Expr, b: sp.Expr) -> Verdict:
    """Return whether two expressions over real symbols are equal: at random points, then by expansion.

    >>> x = sp.Symbol("x", real=True)
    >>> same_values((x + 1) ** 2, x**2 + 2 * x + 1).kind, same_values(sp.sin(x) ** 2 + sp.cos(x) ** 2, x**0).kind
    ('proved', 'agrees')
    """
    names = sorted(a.free_symbols | b.free_symbols, key=lambda s: s.name)
    rng = random.Random(SEED)
    tape = Tape((a, b), names)
    met = 0
    for _ in range(TRIES):
        point = [Fraction(rng.randint(-3000, 3000), 1000) for _ in names]
        with context().workdps(DIGITS):
            try:
                x, y = tape.at([to_mpf(p) for p in point])
            except TooLarge:
                continue
            if x != x or y != y:
                continue
            if abs(x - y) > context().mpf(10) ** (-DIGITS + 12) * (1 + abs(x) + abs(y)):
                ours, theirs = context().nstr(x, 8), context().nstr(y, 8)
                where = tuple((s.name, p) for s, p in zip(names, point, strict=True))
                return Verdict(
                    "differs", Evidence(f"{ours} is not {theirs}", SEED, met, DIGITS - 12, where, (ours, theirs))
                )
        met += 1
        if met == POINTS:
            break
    if met == 0:
        return Verdict("undecided", Evidence("no point was found where both are defined", SEED))
    if terms(a) + terms(b) < EXPANDABLE and sp.expand(a - b) == 0:
        return Verdict("proved", Evidence("the difference expands to 0", SEED, met, DIGITS - 12, method="expansion"))
    return Verdict(
        "agrees",
        Evidence(f"equal at {met} random points to {DIGITS - 12} digits (seed {SEED})", SEED, met, DIGITS - 12),
    )


def terms(tree: sp.Basic) -> int:
    """Return how many terms `tree` has at most when multiplied out, itself and inside its functions.

    >>> x, y = sp.symbols("x y")
    >>> terms((x + y) ** 3), terms((x + 1) * (y + 2) * sp.exp(x + y))
    (4, 8)
    """
    counts: list[int] = []
    for part in sp.postorder_traversal(tree):
        args = [counts.pop() for _ in part.args][::-1]
        n = 1
        if isinstance(part, sp.Add):
            n = sum(args)
        elif isinstance(part, sp.Pow) and isinstance(part.exp, sp.Integer):
            n = comb(abs(int(part.exp)) + args[0] - 1, args[0] - 1) if args[0] < EXPANDABLE else EXPANDABLE
        else:
            for k in args:
                n *= k
        counts.append(min(n, EXPANDABLE))
    return counts[0]


# ----- each operation's own rule -----
def local_rules(graph: Graph) -> dict[str, Verdict]:
    """Return a verdict for one node of each operation, by its name: its rule against SymPy's derivative of its own expression."""
    seen: dict[Any, int] = {}
    for i, (op, args, params) in enumerate(graph.cells):
        shapes = tuple(graph.shapes[a] for a in args)
        if args and ROWS[op].differentiable and sum(int(np.prod(s)) for s in shapes) <= ENTRIES:
            seen.setdefault((op, params, shapes), i)
    return {graph.name(i): local_rule(op, params, shapes) for (op, params, shapes), i in seen.items()}


def local_rule(op: str, params: tuple[Any, ...], shapes: tuple[tuple[int, ...], ...]) -> Verdict:
    """Return whether the gradients that an operation sends to its arguments agree with SymPy's, entry by entry.

    An upstream gradient of symbols stands for whatever comes later.
    """
    builder = Builder()
    args = tuple(builder.input(f"u{k}", shape) for k, shape in enumerate(shapes))
    out = Tracer(builder, builder.intern((op, args, params), ROWS[op].result_shape(shapes, params)))
    upstream = Tracer(builder, builder.input("g", out.shape))
    sent = out * upstream
    graph = builder.graph(f.total(sent).id if out.shape else sent.id)
    wanted = [f"u{k}" for k in range(len(shapes)) if k not in ROWS[op].conditions]
    found = by_sympy(graph, backward(graph, "zero"))
    return weakest([found[name] for name in wanted]) if wanted else Verdict("agrees", Evidence("it sends nothing back"))


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
