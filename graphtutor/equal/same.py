"""same: from two things a person may give to a Verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import isfinite
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from ..build import Plan
from ..errors import LearnerError
from ..graphs import Cell, Graph
from ..language import read
from ..maths.arrays import show_shape
from .assume import REAL, Domain, domains, of_symbol
from .breaks import breaks
from .evaluate import to_mpf
from .formal import proved
from .prover import prove_in_child
from .sampling import LEFT, RIGHT, Sampler, Witness
from .scalars import Scalars, ancestors, expand
from .verdict import Evidence, Point, Verdict, place

POINTS = 16
SHOWN = 12  # digits of a value in a sentence, more if the two would look alike


def same(a: Any, b: Any, assume: Mapping[Any, Any] | str | None = None, *, names: Iterable[str] | None = None, definitions: Mapping[str, Any] | None = None,
         shapes: Mapping[str, Any] | None = None, seed: int = 0, points: int = POINTS, prove: bool | float = True) -> Verdict:  # fmt: skip
    """Return whether `a` and `b` are equal wherever they are defined, and defined at the same points but for isolated ones.

    Each is text, a SymPy tree, a Graph, or a list or matrix of those. `assume`: name → "real" (what is
    taken otherwise), "positive", "nonnegative", "nonzero", "integer", an open interval (-1, 1) or a
    finite set [-1, 1]; or text, "x=positive; y=[-1,1]". They are compared at simple points, at about
    `points` random ones and some far ones, on the kinks of both and between them, at 50 digits or more.
    `prove`: False leaves it at that, True (usual) tries a quick proof, a number of seconds a long one too.

    >>> same("2*x*(w*x - y)", "2 x^2 w - 2xy").kind
    'proved'
    >>> print(same("2*x", "2*exp(log(x))").evidence)
    At x = -1 the first is -2, but the second is undefined.
    >>> bool(same("2*x", "2*exp(log(x))", assume={"x": "positive"}))
    True
    >>> print(same("where(x > 0, 1, 0)", "where(x >= 0, 1, 0)").evidence)
    Equal but on the kink x = 0: there the first is 0 and the second 1, both from 0 to 1, the values on its sides.
    """
    first, second, told = graphs_of(a, b, assume, names, definitions, shapes)
    turned = signature(second) < signature(first)
    verdict = compare(*((second, first) if turned else (first, second)), told, seed, points, prove, turned)
    return verdict


def compare(first: Any, second: Any, told: Mapping[str, Domain], seed: int, points: int, prove: bool | float, turned: bool) -> Verdict:
    """Return the verdict on two arrays of graphs, in an order that does not depend on which was given first."""
    builder = Scalars()
    left, right = (whole(builder, graphs) for graphs in (first, second))
    if left.shape != right.shape:
        ends = [show_shape(left.shape), show_shape(right.shape)]
        one, two = ends[::-1] if turned else ends
        return Verdict("differs", Evidence(f"The first has shape {one}, the second {two}.", seed))
    pairs = list(dict.fromkeys(zip(left.ravel().tolist(), right.ravel().tolist(), strict=True)))
    entry_of = {pair: index for index, pair in reversed(list(zip(np.ndindex(*left.shape), zip(left.ravel().tolist(), right.ravel().tolist(), strict=True), strict=True)))}
    open_ = [pair for pair in pairs if pair[0] != pair[1]]
    if not open_:
        return Verdict("proved", Evidence("Both are the same expression.", seed, method="the same expression"))
    found = breaks(builder, [i for pair in open_ for i in pair])
    used = sorted({builder.cells[i][2][0] for i in ancestors(builder.cells, [i for pair in open_ for i in pair]) if builder.cells[i][0] == "input"})
    sampler = Sampler(builder, open_, found, used, [domain_of(name, told) for name in used], seed, points)
    sampler.run()
    return Judge(sampler, seed, turned, [entry_of[pair] for pair in open_]).verdict(builder.cells, told, prove)


# ----- what was given -----
def graphs_of(a: Any, b: Any, assume: Any, names: Iterable[str] | None, definitions: Mapping[str, Any] | None, shapes: Mapping[str, Any] | None,
              ) -> tuple[Any, Any, dict[str, Domain]]:  # fmt: skip
    """Return both sides as arrays of graphs, and the domains of the names.

    The names of one side tell the other that `2xw` is 2·x·w: a side with a name of its own is read again.
    """
    told = domains(assume)
    declared = [*dict.fromkeys([*(names or ()), *(n for n in told if n.isidentifier())])]
    known: dict[str, Domain] = {}
    sides = [boxes(a), boxes(b)]
    made = [graphs(side, declared, definitions, shapes, known) for side in sides]
    used = [{n.name for g in side.flat for n in g.inputs if n.name.isidentifier()} for side in made]
    for k in (0, 1):
        if any(len(name) > 1 for name in used[k] - used[1 - k]) and any(isinstance(given, str) for given in sides[k].flat):
            made[k] = graphs(sides[k], [*dict.fromkeys([*declared, *sorted(used[1 - k])])], definitions, shapes, known)
    return made[0], made[1], {**known, **told}


def graphs(side: np.ndarray[Any, Any], names: Sequence[str], definitions: Any, shapes: Any, known: dict[str, Domain]) -> np.ndarray[Any, Any]:
    out = np.empty(side.shape, dtype=object)
    for index in np.ndindex(*side.shape):
        out[index] = graph_of(side[index], names, definitions, shapes, known)
    return out


def boxes(given: Any) -> np.ndarray[Any, Any]:
    """Return what was given as an array of texts, trees and graphs; a column matrix of SymPy's is a vector."""
    if isinstance(given, sp.MatrixBase):
        given = given.tolist()
        if given and all(len(row) == 1 for row in given):
            given = [row[0] for row in given]
    if isinstance(given, sp.NDimArray):
        given = given.tolist()
    if isinstance(given, list | tuple | np.ndarray) and not (isinstance(given, tuple) and hasattr(given, "_fields")):
        parts = [boxes(g) for g in given]
        if not parts or any(p.shape != parts[0].shape for p in parts):
            raise LearnerError("a vector or matrix needs rows of one length and at least one entry")
        return np.stack(parts)
    out = np.empty((), dtype=object)
    out[()] = given
    return out


def graph_of(given: Any, names: Sequence[str], definitions: Any, shapes: Any, known: dict[str, Domain]) -> Graph:
    """Return the graph of one text, tree, number or graph; what SymPy's symbols assume is noted in `known`."""
    if isinstance(given, Graph):
        return given
    if isinstance(given, str):
        given = read.read(given, names=names, definitions=definitions, shapes=shapes)
    elif isinstance(given, bool | int | float | Fraction | np.generic):
        given = number(given)
    if not isinstance(given, sp.Basic | sp.MatrixBase):
        raise LearnerError(f"cannot compare {type(given).__name__}; expected text, a SymPy expression, a graph, or a list of them")
    plan = Plan(shapes)
    out = plan.tree(given)
    for name, symbol in plan.symbols.items():
        place_ = of_symbol(symbol)
        if place_ is not None:
            known.setdefault(name, place_)
    return plan.graph(out)


def number(value: Any) -> sp.Basic:
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not isfinite(value):
        raise LearnerError(f"cannot compare {value}; expected a finite number")
    exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    return sp.Rational(exact.numerator, exact.denominator)


def whole(builder: Scalars, graphs: Any) -> np.ndarray[Any, Any]:
    """Return the ids of all entries of an array of graphs."""
    parts = [expand(g, builder) for g in graphs.flat]
    if any(p.shape != parts[0].shape for p in parts):
        raise LearnerError(f"the entries have shapes {', '.join(dict.fromkeys(show_shape(p.shape) for p in parts))}; they must agree")
    return np.array(parts).reshape(graphs.shape + parts[0].shape)


def signature(graphs: Any) -> str:
    """Return text that orders two sides, so that their verdict does not depend on their order."""
    return "\n".join(repr((g.out, g.cells)) for g in graphs.flat)


def domain_of(name: str, told: Mapping[str, Domain]) -> Domain:
    """Return the domain of a name; an entry `W[0, 1]` has that of `W`."""
    return told.get(name) or told.get(name.split("[")[0]) or REAL


# ----- the verdict -----
class Judge:
    """Puts what a sampler found into a Verdict; `turned`: the second was taken first."""

    def __init__(self, sampler: Sampler, seed: int, turned: bool, entries: list[tuple[int, ...]]):
        self.sampler, self.seed, self.turned, self.entries = sampler, seed, turned, entries

    def verdict(self, cells: list[Cell], told: Mapping[str, Domain], prove: bool | float) -> Verdict:
        s = self.sampler
        if s.differs is not None:
            return self.difference(s.differs)
        digits = s.digits - 15
        gone = tuple(self.named(p) for p in s.excluded)
        at_isolated = f" Only one of them is defined at {'; '.join(map(place, gone[:3]))}{' …' if len(gone) > 3 else ''}." if gone else ""
        if s.kink is not None:
            return self.on_kink(s.kink, digits, gone)
        if not s.agreed:
            return Verdict("undecided", Evidence("No point was found where both are defined and small enough to be worked out; narrow the assumptions.", self.seed))
        method = "" if prove is False else self.proof(cells, told, prove)
        if method:
            return Verdict("proved", Evidence(f"Equal: shown by {method}.{at_isolated}", self.seed, s.agreed, digits, excluded=gone, method=method))
        sampled = f"Equal to {digits} digits at {s.agreed} point{'s' * (s.agreed != 1)} (seed {self.seed}); a sample, not a proof.{at_isolated}"
        return Verdict("agrees", Evidence(sampled, self.seed, s.agreed, digits, excluded=gone))

    def proof(self, cells: list[Cell], told: Mapping[str, Domain], prove: bool | float) -> str:
        pairs = self.sampler.pairs
        method = proved(cells, pairs)
        if not method and not isinstance(prove, bool):
            method = prove_in_child(cells, pairs, {name: domain_of(name, told) for name in self.sampler.names}, float(prove))
        return method

    def named(self, point: Sequence[Any]) -> Point:
        return tuple((name, value if isinstance(value, Fraction) else float(value)) for name, value in zip(self.sampler.names, point, strict=True))

    def of_entry(self, entry: int) -> str:
        index = self.entries[entry]
        return f" in entry [{', '.join(map(str, index))}]" if index else ""

    def difference(self, found: Witness) -> Verdict:
        values = shown(found.outcome.left, found.outcome.right)
        one, two = values[::-1] if self.turned else values
        at = self.named(found.point)
        where = (f"At {place(at)}" if at else "Always") + self.of_entry(found.entry)
        if found.outcome.kind in (LEFT, RIGHT):
            text = f"{where} the first is {one}, but the second is undefined." if two == "undefined" else f"{where} the first is undefined, but the second is {two}."
        else:
            text = f"{where} the first is {one}, the second {two}."
        return Verdict("differs", Evidence(text, self.seed, point=at, values=(one, two), entry=self.entries[found.entry]))

    def on_kink(self, found: Witness, digits: int, gone: tuple[Point, ...]) -> Verdict:
        assert found.sides is not None
        values = shown(found.outcome.left, found.outcome.right)
        one, two = values[::-1] if self.turned else values
        low, high = (text(v, 6) for v in found.sides)
        at = self.named(found.point)
        sentence = (f"Equal but on the kink {place(at)}{self.of_entry(found.entry)}: there the first is {one} and the second {two}, "
                    f"both from {low} to {high}, the values on its sides.")  # fmt: skip
        return Verdict("kink", Evidence(sentence, self.seed, self.sampler.agreed, digits, at, (one, two), (low, high), self.entries[found.entry], gone))


def shown(left: Any, right: Any) -> tuple[str, str]:
    """Return two values as text, with digits enough to tell them apart."""
    for digits in (6, SHOWN, 25, 50, 100, 400):
        one, two = text(left, digits), text(right, digits)
        if one != two:
            break
    return one, two


def text(value: Any, digits: int) -> str:
    """Return a number with so many digits, as short as it can be.

    >>> text(mpmath.mpf(2), 6), text(None, 6)
    ('2', 'undefined')
    """
    if value is None:
        return "undefined"
    with mpmath.workdps(digits + 10):
        written = mpmath.nstr(to_mpf(value), digits, min_fixed=-4, max_fixed=max(digits, 7))
    return str(written)[:-2] if str(written).endswith(".0") else str(written)

