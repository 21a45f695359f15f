"""same: from two things a person may give to a Verdict, and what was found told in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ..door import door
from ..errors import LearnerError
from ..expr.running import Cell
from ..ops.arrays import Shape, show_shape
from ..ops.precision import context
from .breaks import alike_edges, breaks
from .domain import REAL, Domain, domains
from .formal import prove_in_child, proved
from .given import Context, Graphs, both, boxes, declared, graphs, in_order
from .lanes import FLOAT_DIGITS
from .outcomes import LEFT, RIGHT
from .ranges import Ranges
from .reals import to_mpf
from .sampling import Sampler, Witness
from .scalars import Scalars, ancestors, expanded
from .verdict import Evidence, Point, Verdict, place

SHOWN = (6, 12, 25, 50, 100, 400)  # digits of a value in a sentence: as few as tell the two apart


class Findings:
    """A sampler's findings; `entries` are the indices of its pairs, `turned`: its second was given first."""

    def __init__(self, sampler: Sampler, entries: Sequence[tuple[int, ...]], turned: bool):
        self.sampler, self.entries, self.turned = sampler, entries, turned
        self.digits = sampler.comparison.trusted
        self.gone = tuple(self.named(p) for p in sampler.excluded)

    # ----- verdicts -----
    def refuted(self) -> Verdict | None:
        """Return the verdict of a difference, a kink or no points at all; None if the two may be equal everywhere."""
        s = self.sampler
        if s.differs is not None:
            return self.difference(s.differs)
        if s.kink is not None:
            return self.on_kink(s.kink)
        if not s.agreed:
            return Verdict(
                "undecided",
                Evidence(
                    "No point was found where both are defined and small enough to be worked out; narrow the assumptions.",
                    s.seed,
                ),
            )
        return None

    def equal(self, method: str) -> Verdict:
        """Return the verdict of what no point told apart; `method` is what proved it, if anything did."""
        s = self.sampler
        if not method and s.thin:
            sentence = f"Equal at {s.agreed} point{'s' * (s.agreed != 1)}, but elsewhere the numbers are too large or too small to be worked out; narrow the assumptions."
            return Verdict("undecided", Evidence(sentence, s.seed))
        if method:
            kind, sentence = "proved", f"Equal, proved by {method}."
        else:
            kind, sentence = "agrees", f"{self.sampled()} (seed {s.seed}); a sample, not a proof."
        if self.gone:
            sentence += f" Only one of them is defined at {'; '.join(map(place, self.gone[:3]))}{' …' if len(self.gone) > 3 else ''}."
        if not method and (not s.whole or s.visited < s.cells):
            count = f"{s.visited} of {'at least ' * (not s.whole)}{s.cells}"
            sentence += f" They were compared in {count} regions between their kinks; in the others they may differ."
        return Verdict(
            kind,
            Evidence(
                sentence,
                s.seed,
                s.agreed + s.quick,
                self.digits,
                excluded=self.gone,
                method=method,
                cells=s.cells,
                visited=s.visited,
            ),
        )

    def sampled(self) -> str:
        """Return at how many points they are equal, to how many digits."""
        s = self.sampler
        if not s.quick:
            return f"Equal to {self.digits} digits at {s.agreed} point{'s' * (s.agreed != 1)}"
        return f"Equal to {FLOAT_DIGITS} digits at {s.agreed + s.quick} points, to {self.digits} at {s.agreed} of them"

    def difference(self, found: Witness) -> Verdict:
        one, two = self.values(found)
        at = self.named(found.point)
        where = ", ".join(part for part in (f"at {place(at)}" if at else "", self.of_entry(found.entry)) if part)
        but = ", but the second is" if found.outcome.kind in (LEFT, RIGHT) else ", the second"
        sentence = f"{where} the first is {one}{but} {two}.".strip()
        return Verdict(
            "differs",
            Evidence(
                sentence[0].upper() + sentence[1:],
                self.sampler.seed,
                point=at,
                values=(one, two),
                entry=self.entries[found.entry],
            ),
        )

    def on_kink(self, found: Witness) -> Verdict:
        one, two = self.values(found)
        low, high = (text(v, SHOWN[0]) for v in found.sides or ())
        at = self.named(found.point)
        where = ", ".join(part for part in (place(at), self.of_entry(found.entry)) if part)
        sentence = f"Equal but on the kink {where}: there the first is {one} and the second {two}, both from {low} to {high}, the values on its sides."
        return Verdict(
            "kink",
            Evidence(
                sentence,
                self.sampler.seed,
                self.sampler.agreed + self.sampler.quick,
                self.digits,
                at,
                (one, two),
                (low, high),
                self.entries[found.entry],
                self.gone,
            ),
        )

    # ----- their parts -----
    def named(self, point: Sequence[Any]) -> Point:
        return tuple(
            (name, value if isinstance(value, Fraction) else float(value))
            for name, value in zip(self.sampler.names, point, strict=True)
        )

    def of_entry(self, entry: int) -> str:
        index = self.entries[entry]
        return f"in entry [{', '.join(map(str, index))}]" if index else ""

    def values(self, found: Witness) -> tuple[str, str]:
        """Return both values as text, in the order the two were given, with digits enough to tell them apart."""
        left, right = found.outcome.left, found.outcome.right
        written = ((text(left, digits), text(right, digits)) for digits in SHOWN)
        one, two = next((pair for pair in written if pair[0] != pair[1]), (text(left, SHOWN[-1]),) * 2)
        return (two, one) if self.turned else (one, two)


def text(value: Any, digits: int) -> str:
    """Return a number with so many digits, as short as it can be.

    >>> text(to_mpf(2), 6), text(None, 6)
    ('2', 'undefined')
    """
    if value is None:
        return "undefined"
    with context().workdps(digits + 10):
        written = str(context().nstr(to_mpf(value), digits, min_fixed=-4, max_fixed=max(digits, 7)))
    return written.removesuffix(".0")


POINTS = 16
MOST_KEPT_CELLS = 4000  # of a question whose verdict is remembered


@door
def same(a: Any, b: Any, assume: Mapping[Any, Any] | str | None = None, *, names: Iterable[str] | None = None, definitions: Mapping[str, Any] | None = None,
         shapes: Mapping[str, Any] | None = None, within: Any = None, seed: int = 0, points: int = POINTS, prove: bool | float = True, slopes: bool = False) -> Verdict:  # fmt: skip
    """Return whether `a` and `b` are equal wherever they are defined, and defined at the same points but for isolated ones.

    Each is text, a SymPy tree, a Graph, or a list or matrix of those. `assume`: name → "real" (what is
    taken otherwise), "positive", "nonnegative", "nonzero", "integer", an open interval (-1, 1) or a
    finite set [-1, 1]; or text, "x=positive; y=[-1,1]". They are compared at simple points, at about
    `points` random ones and some far ones, on the kinks of both and between them, at 50 digits or more.
    `within`: an expression; where it is undefined nothing is compared, as a derivative is asked for only where its function is.
    `slopes`: `b` is a derivative as backpropagation gives it, whose value on a kink is one choice of many; there `a` is held
    against the slopes from the sides alone, and where these are one, that is the derivative.
    `prove`: False leaves it at that, True (usual) tries a quick proof, a number of seconds a long one too.

    >>> same("2*x*(w*x - y)", "2 x^2 w - 2xy").kind
    'proved'
    >>> print(same("2*x", "2*exp(log(x))").evidence)
    At x = -1 the first is -2, but the second is undefined.
    >>> bool(same("2*x", "2*exp(log(x))", assume={"x": "positive"}))
    True
    >>> bool(same("1/x", "exp(-log(x))", within="log(x)"))
    True
    >>> same("1", "where(x > 0, 1, 0) + where(x < 0, 1, 0)", slopes=True).kind
    'agrees'
    >>> print(same("where(x > 0, 1, 0)", "where(x >= 0, 1, 0)").evidence)
    Equal but on the kink x = 0: there the first is 0 and the second 1, both from 0 to 1, the values on its sides.
    """
    told = domains(assume)
    context = Context(declared(names, told), definitions, shapes)
    sides = both(a, b, context)
    turned = not in_order(sides)
    around = None if within is None else graphs(boxes(within), context)
    first, second = map(side, sides[::-1] if turned else sides)
    question = Question(
        first,
        second,
        None if around is None else side(around),
        tuple(sorted({**context.domains, **told}.items())),
        seed,
        points,
        prove,
        turned,
        slopes,
    )
    return remembered(question) if question.size <= MOST_KEPT_CELLS else compare(question)


class Side(NamedTuple):
    """An array of graphs, with nothing but what they compute: its shape, and the cells, their shapes and the output of each."""

    shape: tuple[int, ...]
    graphs: tuple[tuple[tuple[Cell, ...], tuple[Shape, ...], int], ...]


def side(graphs: Graphs) -> Side:
    return Side(graphs.shape, tuple((g.cells, g.shapes, g.out) for g in graphs.flat))


class Question(NamedTuple):
    """All that a verdict depends on; `turned`: the second was given first."""

    first: Side
    second: Side
    around: Side | None
    told: tuple[tuple[str, Domain], ...]
    seed: int
    points: int
    prove: bool | float
    turned: bool
    slopes: bool

    @property
    def size(self) -> int:
        return sum(len(cells) for s in (self.first, self.second, self.around) if s for cells, _, _ in s.graphs)


def compare(question: Question) -> Verdict:
    """Return the verdict on two arrays of graphs where a third is defined."""
    first, second, around, _, seed, _, prove, turned, _ = question
    builder = Scalars()
    left, right = whole(builder, first), whole(builder, second)
    if left.shape != right.shape:
        one, two = (show_shape(side.shape) for side in ((right, left) if turned else (left, right)))
        return Verdict("differs", Evidence(f"The first has shape {one}, the second {two}.", seed))
    entries: dict[tuple[int, int], tuple[int, ...]] = {}
    for index in np.ndindex(*left.shape):
        entries.setdefault((int(left[index]), int(right[index])), index)
    pairs = [pair for pair in entries if pair[0] != pair[1]]
    if not pairs:
        return Verdict("proved", Evidence("Equal: both are the same expression.", seed, method="the same expression"))
    told = dict(question.told)
    ranges = Ranges(builder.cells, lambda name: domain_of(name, told))
    within = [] if around is None else partial(builder, np.ravel(whole(builder, around)).tolist(), ranges)
    sampler = sampled(builder, pairs, within, question, ranges)
    findings = Findings(sampler, [entries[pair] for pair in pairs], turned)
    refuted = findings.refuted()
    if refuted is not None:
        return refuted
    method = sampler.method or ("" if isinstance(prove, bool) else proof(sampler, builder, prove))
    return findings.equal(method)


def sampled(
    builder: Scalars, pairs: list[tuple[int, int]], within: list[int], question: Question, ranges: Ranges
) -> Sampler:
    """Return what sampling finds about pairs of cells."""
    outputs = [*(i for pair in pairs for i in pair), *within]
    found = breaks(builder, outputs, ranges)
    used = sorted({builder.cells[i][2][0] for i in ancestors(builder.cells, outputs) if builder.cells[i][0] == "input"})
    domains = [ranges.domain(name) for name in used]
    sampler = Sampler(builder, pairs, found, used, domains, question.seed, question.points, within)
    if question.slopes:
        sampler.judged = int(question.turned)
    sampler.run(
        lambda: proof(sampler, builder, bool(question.prove)), lambda: alike_edges(builder.cells, pairs, ranges)
    )
    return sampler


remembered = lru_cache(maxsize=2000)(compare)


def whole(builder: Scalars, side: Side) -> np.ndarray[Any, Any]:
    """Return the ids of all entries of an array of graphs."""
    parts = [expanded(cells, shapes, builder, [out])[out] for cells, shapes, out in side.graphs]
    if any(p.shape != parts[0].shape for p in parts):
        raise LearnerError(
            f"the entries have shapes {', '.join(dict.fromkeys(show_shape(p.shape) for p in parts))}; they must agree"
        )
    return np.array(parts).reshape(side.shape + parts[0].shape)


def partial(builder: Scalars, cells: list[int], ranges: Ranges) -> list[int]:
    """Return those of `cells` that may be undefined somewhere."""
    return [i for i in dict.fromkeys(cells) if any(not b.kink for b in breaks(builder, [i], ranges))]


def domain_of(name: str, told: Mapping[str, Domain]) -> Domain:
    """Return the domain of a name; an entry `W[0, 1]` has that of `W`."""
    return told.get(name) or told.get(name.split("[")[0]) or REAL


def proof(sampler: Sampler, builder: Scalars, prove: bool | float) -> str:
    """Return how equality was proved, or "": quickly, or, if `prove` is a number of seconds, by a long proof."""
    known = dict(zip(sampler.names, sampler.domains, strict=True))
    if isinstance(prove, bool):
        positive = {name for name, domain in known.items() if domain.positive}
        return proved(builder.cells, sampler.pairs, positive) if prove else ""
    return prove_in_child(builder.cells, sampler.pairs, known, float(prove))
