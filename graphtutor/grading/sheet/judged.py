"""Each cell of a handed-in sheet: right, wrong, wrong only because of an earlier cell, or blank.

A wrong cell is worked out anew from the student's own cells before it. Numbers are taken as rounded to the
digits that they show, on the way too; at a kink any slope between the one-sided ones is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp

from ...errors import LearnerError, ReadError
from ...expr.adjoint import TIES
from ...expr.build import build
from ...language import trees
from ..asked.rulings import compare
from ..asked.task import Task
from ..told.marks import Cell
from .cell_values import Numbers, Symbols, Work, key
from .filled import Edges, blank
from .matching import Handed
from .sheet import Place
from .typed import EXACT, Typed, agrees, apart, content, decimal, entries, exactly, finite, said

ROUNDED = "rounded"
LAST_DIGITS = 5e-4  # relative: more digits than asked for may be off, as from rounding on the way
UNEXPLAINED = "right, though it does not follow from the cells before"
NEAR = 1e-6  # relative: a slip is worked out from numbers as they are written


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one cell. `worth` stands for it in later cells; `blame` is the wrong cell that it comes from."""

    place: Place
    status: str
    given: str = ""
    worth: Any = None
    slack: float = 0.0
    note: str = ""
    blame: Place | None = None


@dataclass
class Judge:
    """Goes through the cells in the order of calculation, and keeps what the student's own are worth."""

    asked: Task
    handed: Handed
    found: dict[Place, Found] = field(default_factory=dict)
    worth: dict[Place, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sheet, base = self.handed.sheet, self.handed.base
        self.numeric = sheet.at is not None
        self.work: Work = Numbers(sheet, base) if self.numeric else Symbols(sheet, base)
        self.right = self.work.known
        self.others = [Numbers(sheet, base, tie).known for tie in TIES if tie != sheet.tie] if self.numeric else []
        self.worth = {place: value for place, value in self.right.items() if place.what == "value"}
        for place in sheet.places():
            found = self.judged(place)
            self.found[place], self.worth[place] = found, found.worth

    def judged(self, place: Place) -> Found:
        """Return what is found of one cell."""
        raw = self.handed.given.get(place)
        own = self.own(place)
        blame = next(
            (
                f.blame or f.place
                for f in map(self.found.get, self.handed.sheet.uses(place))
                if f is not None and (f.blame is not None or f.status == "wrong")
            ),
            None,
        )
        if blank(raw):
            return Found(place, "blank", worth=own, blame=blame)
        try:
            return self.compared(place, raw, own, blame)
        except LearnerError as error:
            return Found(
                place,
                "unread",
                str(raw)[:60],
                own,
                note=error.message if isinstance(error, ReadError) else str(error),
                blame=blame,
            )

    def own(self, place: Place) -> Any:
        """Return what a cell is by the student's own cells before it; the right value where those do not lead to it."""
        sheet = self.handed.sheet
        if place.what == "upstream" and place.id != sheet.graph.out and not sheet.senders(place.id):
            return self.right[place]
        return self.work.work(place, self.worth)

    def compared(self, place: Place, raw: Any, own: Any, blame: Place | None) -> Found:
        if isinstance(raw, Edges):
            return self.several(place, raw, own, blame)
        if np.ndim(self.right[place]) and self.numeric:
            return self.array(place, raw)
        typed = self.read(raw)
        if isinstance(typed, Typed) and self.numeric:
            return self.number(place, typed, own, blame)
        return self.symbolic(place, said(raw), exactly(typed) if isinstance(typed, Typed) else typed, own, blame)

    # ----- two edges from one argument, as in x*x -----
    def several(self, place: Place, raw: Edges, own: Any, blame: Place | None) -> Found:
        """Judge the local gradients of a row's edges from one argument, each against its own edge."""
        slots = self.work.slots(place, self.worth)
        if len(raw) != len(slots):
            raise ReadError(
                f"{len(raw)} local gradients by {place.arg}, where {max(1, len(slots))} "
                f"edge{'s go' if len(slots) > 1 else ' goes'} from it",
                str(list(raw))[:60],
            )
        typed = [self.read(value) for value in raw]
        text = ", ".join(said(value) for value in raw)
        if not all(self.is_edge(place, t, slot) for t, slot in zip(typed, slots, strict=True)):
            return Found(place, "wrong", text, own, blame=place)
        found = Found(place, "right", text, own, note=self.of_edges(place))
        return found if blame is None else self.following(found, blame)

    def is_edge(self, place: Place, typed: Typed | sp.Basic, slot: Any) -> bool:
        """Return whether a number or a formula is the local gradient of one edge."""
        if self.numeric:
            number = typed if isinstance(typed, Typed) else Typed("", self.evaluated(typed), None)
            return finite(number.value) and self.is_right(number, slot)
        tree = exactly(typed) if isinstance(typed, Typed) else typed
        return self.near(trees.replaced(tree, self.meanings(self.formulas)), slot)

    def one_edge(self, place: Place, found: Found, typed: Typed | sp.Basic, blame: Place | None) -> Found | None:
        """Return what is found of a cell that holds one of several edges where the whole is meant; None if it does not."""
        if not any(self.is_edge(place, typed, slot) for slot in self.work.slots(place, self.worth)):
            return None
        whole = self.right[place] if blame is None else self.own(place)
        found = replace(found, status="right", worth=whole, note=f"one of the {self.of_edges(place)}")
        return found if blame is None else self.following(found, blame)

    def of_edges(self, place: Place) -> str:
        """Return in words that several edges go from an argument; empty where it is one."""
        count = len(self.work.slots(place, self.worth))
        sheet = self.handed.sheet
        return (
            f"{count} edges from {place.arg}; together they are ∂{sheet.by_id[place.id].name}/∂{place.arg} = {key(sheet, self.right, place)}"
            if count > 1
            else ""
        )

    # ----- numbers -----
    def number(self, place: Place, typed: Typed, own: Any, blame: Place | None) -> Found:
        """Judge a number against the right one, against the other choices at a kink, and against the student's own way."""
        right = self.right[place]
        exact = apart(typed, right) <= EXACT * max(1, abs(float(right)))
        found = Found(place, "right", typed.text, typed.value, 0.0 if exact else self.half(typed))
        if self.is_right(typed, right):
            own_way = blame is None or self.follows(place, typed, own)
            return noted(found, UNEXPLAINED if not own_way else self.whole_of(place) if exact else rounded(typed))
        interval = sorted(float(k[place]) for k in (self.right, *self.others))
        if interval[0] - EXACT <= float(typed.value) <= interval[-1] + EXACT:
            low, high = decimal(interval[0], 4), decimal(interval[-1], 4)
            return noted(found, f"at this kink anything from {low} to {high} is a right slope")
        edge = self.one_edge(place, found, typed, blame)
        if edge is not None:
            return edge
        if self.follows(place, typed, own):
            return noted(found, "right from your numbers before") if blame is None else self.following(found, blame)
        return replace(found, status="wrong", slack=self.half(typed), note=self.short(typed, right), blame=place)

    def whole_of(self, place: Place) -> str:
        """Return a note that a cell holds the derivative by an argument over all its edges, where there are several."""
        count = len(self.work.slots(place, self.worth))
        return (
            f"∂{self.handed.sheet.by_id[place.id].name}/∂{place.arg}, its {count} edges from {place.arg} together"
            if count > 1
            else ""
        )

    def is_right(self, typed: Typed, right: Any) -> bool:
        """Return whether a number is the right one, rounded to no fewer than the asked decimals, or to one and two digits."""
        digits, off = self.handed.sheet.digits, apart(typed, right)
        if typed.decimals is None:
            return agrees(typed, right, digits) is not False
        if off <= 0.5 * 10.0**-digits * (1 + EXACT) and (
            typed.decimals < digits or off <= LAST_DIGITS * abs(float(right))
        ):
            return True  # 0.9 for 0.8981, which is 0.90; and 0.4091 for 0.4089, where 0.41 is asked for
        enough = typed.decimals >= digits or (typed.decimals >= 1 and typed.significant >= 2)
        return agrees(typed, right, digits if enough and typed.decimals >= digits else 0) is True and enough

    def half(self, typed: Typed) -> float:
        """Return how far a number may be from what was rounded to it: half of its last digit, or of the last that is asked for."""
        return 0.0 if typed.decimals is None else 0.5 * 10.0 ** -max(typed.decimals, self.handed.sheet.digits)

    def short(self, typed: Typed, right: Any) -> str:
        digits = self.handed.sheet.digits
        few = agrees(typed, right, digits) is None
        return (
            f"right as far as it goes, but {digits} decimal{'s are' if digits > 1 else ' is'} asked for" if few else ""
        )

    def follows(self, place: Place, typed: Typed, own: Any) -> bool:
        """Return whether a number is what the student's own cells before it give, each rounded as it is shown."""
        if not finite(own) or self.is_right(typed, own):
            return finite(own)
        return self.within(place, typed.value, own, self.half(typed))

    def within(self, place: Place, value: Any, own: Any, slack: float = 0.0) -> bool:
        """Return whether a number is as near to the student's own way as rounding before it allows."""
        return abs(float(value) - float(own)) <= slack + self.room(place) + EXACT * max(1, abs(float(own)))

    def room(self, place: Place) -> float:
        """Return how far a cell may move while those before it move within their rounding; none across a kink."""
        total = 0.0
        row = self.handed.sheet.by_id[place.id]
        if (
            place.what == "local"
            and row.graph is not None
            and any(row.graph.row(i).kink for i, c in enumerate(row.graph.cells) if c[1])
        ):
            return total
        for before in self.handed.sheet.uses(place):
            slack = self.found[before].slack if before in self.found else 0.0
            if slack:
                ends = [
                    self.work.work(place, {**self.worth, before: float(self.worth[before]) + d})
                    for d in (-slack, slack)
                ]
                total += abs(float(ends[1]) - float(ends[0])) / 2 if all(map(finite, ends)) else 0.0
        return total

    def following(self, found: Found, blame: Place) -> Found:
        return replace(found, status="follows", note=f"follows from your {self.handed.sheet.name(blame)}", blame=blame)

    def array(self, place: Place, raw: Any) -> Found:
        """Judge a vector or matrix entry by entry, against the right one alone."""
        right = np.asarray(self.right[place], dtype=float)
        given = entries(raw)
        if len(given) != right.size:
            raise ReadError(f"{len(given)} numbers where {right.size} are asked for", said(raw)[:60])
        ok = all(self.is_right(t, v) for t, v in zip(given, right.flat, strict=True))
        return Found(place, "right" if ok else "wrong", said(raw), self.right[place], blame=None if ok else place)

    # ----- symbols -----
    def near(self, a: Any, b: Any) -> bool:
        """Return whether two contents are the same number, or the same formula."""
        if not self.numeric:
            return bool(compare(self.asked, a, b, prove=False))
        return finite(a) and finite(b) and abs(float(a) - float(b)) <= NEAR * max(1, abs(float(b)))

    def symbolic(self, place: Place, text: str, tree: sp.Basic, own: Any, blame: Place | None) -> Found:
        """Judge a formula as a formula; at a point one that is wrong may still follow from the student's numbers."""
        whole = trees.replaced(tree, self.meanings(self.formulas))
        ruling = compare(self.asked, whole, self.formulas[place], prove=False)
        worth = self.evaluated(tree) if self.numeric else whole
        found = Found(place, "right", text, worth)
        if ruling:
            own_way = blame is None or self.same(place, worth, own)
            note = ruling.evidence if ruling.kind == "kink" else self.whole_of(place) if own_way else UNEXPLAINED
            return replace(found, worth=self.right[place] if self.numeric else whole, note=note)
        if ruling.kind == "undecided":
            return replace(found, status="undecided", note=ruling.evidence)
        edge = self.one_edge(place, found, tree, blame)
        if edge is not None:
            return edge
        if blame is not None and self.same(place, worth, own):
            return self.following(found, blame)
        return replace(found, status="wrong", worth=worth if not self.numeric or finite(worth) else own, blame=place)

    def same(self, place: Place, worth: Any, own: Any) -> bool:
        if self.numeric:
            return finite(worth) and finite(own) and self.within(place, worth, own)
        return bool(compare(self.asked, worth, own, prove=False))

    @cached_property
    def formulas(self) -> Mapping[Place, Any]:
        """The right content of every cell as a formula."""
        return Symbols(self.handed.sheet, self.handed.base).known if self.numeric else self.right

    def meanings(self, known: Mapping[Place, Any]) -> dict[str, sp.Basic]:
        """Return what the names of rows stand for, as trees over the inputs."""
        sheet = self.handed.sheet
        every = {name: known[Place("value", i)] for name, i in sheet.graph.ids.items() if Place("value", i) in known}
        return every | {row.name: known[Place("value", row.id)] for row in sheet.rows}

    def evaluated(self, tree: sp.Basic) -> Any:
        """Return a formula's number at the point, with the student's own values for the names of rows."""
        graph = build(tree)
        point = {n: self.worth[Place("value", i)] for n, i in self.names.items() if Place("value", i) in self.worth}
        return graph.evaluate({n.name: point[n.name] for n in graph.inputs})[graph.out]

    @property
    def names(self) -> dict[str, int]:
        return {**self.handed.sheet.graph.ids, **{row.name: row.id for row in self.handed.sheet.rows}}

    # ----- reading -----
    def read(self, raw: Any) -> Typed | sp.Basic:
        """Return a cell as a number with its decimals, or as a tree over the names of the sheet."""
        return content(raw, list(self.names), self.asked)


def rounded(typed: Typed) -> str:
    return f"{ROUNDED} to {typed.decimals} decimal{'s' * (typed.decimals != 1)}" if typed.decimals else ROUNDED


def noted(found: Found, note: str) -> Found:
    return replace(found, note=note)


def told(judge: Judge) -> tuple[Cell, ...]:
    """Return the cells that count, with what is told of each."""
    sheet = judge.handed.sheet
    found = [judge.found[p] for p in sheet.places() if p in judge.handed.asked]
    cells = [Cell(sheet.name(f.place), f.status, f.given, key(sheet, judge.right, f.place), f.note) for f in found]
    return (*cells, *(Cell(name, "unread", str(raw)[:60], "", why) for name, raw, why in judge.handed.strange))
