"""What a claim is about: the derivatives that its left side names or may mean."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import sympy as sp

from ...expr.graph import Graph
from ...language import trees
from ...language.read import Claim, Part
from ...ops import heads
from ..asked.rulings import Key, compare
from ..asked.task import Task
from ..slips.problems import node_of
from .record import Record

MOST_PARTS = 60  # of the function, looked at for what a name stands for
BY_ARGUMENT = "read as the derivative by its own argument"
PRIME = re.compile(r"['′’]|\\prime")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a left side may mean: the derivative `truth`, (of, wrt) its `key`; `beside` says what makes it a calculation on the way."""

    truth: sp.Basic
    key: Key
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Meanings:
    """Says of a claim which derivative it is of; knows what was said before."""

    task: Task
    record: Record
    unsaid: frozenset[str] = frozenset()  # names by which derivatives are taken, and which nobody has said
    own_argument: bool = True  # whether a prime may mean the derivative by the function's own argument

    def of_claim(self, claim: Claim) -> list[Meaning]:
        """Return what the derivative that a claim names may be, the usual meaning first; none where it cannot be told."""
        usual = None if self.by_stranger(claim) else self.usual(claim)
        if usual is None:
            return []
        if claim.entry:
            entry = trees.compose("index", (usual.truth,), (claim.entry,))
            return [Meaning(entry, entry_key(usual.key, claim.entry))]
        return [usual, *self.of_own_name(claim), *self.by_argument(claim, usual.truth)]

    def usual(self, claim: Claim) -> Meaning | None:
        """Return what a named derivative is; the key of the one asked for is ("", wrt)."""
        own = self.record.whole(claim.of)
        if own is not None and claim.wrt:
            return self.of_own(own, str(claim.of), claim.wrt)
        left = claim.left
        if left is None:
            return None
        if isinstance(left, heads.Diff):
            by = self.record.whole(claim.wrt)
            left = heads.Diff(left.args[0], by) if by is not None else left
        meaning = self.task.meaning(claim.of)
        known = claim.of in self.task.definitions and (meaning is None or not self.is_asked(meaning))
        known = known or (isinstance(left, heads.Diff) and self.is_part(left.args[0]))
        known = known or (isinstance(left, heads.Diff) and isinstance(left.args[0], heads.Diff))  # f''
        asked = claim.of in (None, self.task.output) or not known
        return Meaning(left, ("" if asked else str(claim.of), str(claim.wrt)))

    def of_own(self, own: sp.Basic, of: str, wrt: str) -> Meaning:
        """Return the derivative of what a name of the student's own stands for, which may be the whole."""
        variable = self.record.whole(wrt) or self.task.meaning(wrt)
        by = sp.Symbol(wrt) if variable is None else variable
        return (
            Meaning(heads.Diff(self.task.tree, by), ("", wrt))
            if self.is_asked(own)
            else Meaning(heads.Diff(own, by), (of, wrt))
        )

    def is_asked(self, tree: sp.Basic) -> bool:
        """Return whether an expression is the function of the problem."""
        return bool(compare(self.task, tree, self.task.tree, prove=False))

    def by_stranger(self, claim: Claim) -> bool:
        """Return whether a derivative is by a name that nobody has said, or of one: dL/dz and dz/dw where z is not known."""
        known = self.task.inputs | {*self.task.wrt, *self.task.definitions, *self.record.own, *self.task.shapes}
        if claim.of in self.unsaid and claim.of not in self.record.own:
            return True
        return claim.wrt is not None and claim.wrt not in known and self.task.meaning(claim.wrt) is None

    def of_own_name(self, claim: Claim) -> Iterator[Meaning]:
        """Yield du/dw for `du = …`, which in code is dL/du and in a substitution the derivative of u."""
        own = self.record.whole(claim.wrt) if claim.of is None else None
        if own is not None and claim.wrt and len(self.task.wrt) == 1:
            yield Meaning(heads.Diff(own, sp.Symbol(self.task.wrt[0])), (claim.wrt, self.task.wrt[0]))

    def by_argument(self, claim: Claim, truth: sp.Basic) -> Iterator[Meaning]:
        """Yield the derivative of t = g(u) by u for t′: a prime does not say by what."""
        what = (
            truth.args[0]
            if self.own_argument and isinstance(truth, heads.Diff) and PRIME.search(claim.source.split("=")[0])
            else None
        )
        if what is not None and len(what.args) == 1:
            own = ("", f"d{claim.of}/d{what.args[0]}")  # a key of its own: no later line goes on from it
            yield Meaning(heads.Diff(what, what.args[0]), own, BY_ARGUMENT)

    def in_disguise(self, claim: Claim, last: bool) -> tuple[str, Sequence[Part]]:
        """Return (variable, expressions) of a right derivative that looks like a definition: L_w = …, dL = … dw, or at last out = …"""
        name = claim.name or ""
        for wrt in self.task.wrt:
            parts = [replace(part, tree=trees.replaced(part.tree, {f"d{wrt}": sp.S.One})) for part in claim.parts]
            named = (
                (last and len(self.task.wrt) == 1)
                or name.endswith(f"_{wrt}")
                or name[1:] == wrt
                or name.startswith("d")
            )
            slope = self.task.slope(wrt)
            if named and parts and all(self.is_slope(p, slope) for p in parts):
                return wrt, parts
        return "", ()

    def is_slope(self, part: Part, slope: sp.Basic) -> bool:
        return bool(compare(self.task, self.record.spelled(part.tree), slope, prove=False))

    def asked(self, tree: heads.Head) -> bool:
        """Return whether a derivative written as an operator is the one asked for."""
        what, by = tree.args
        if not isinstance(by, sp.Symbol) or by.name not in (self.task.wrt or (by.name,)):
            return False
        return not self.is_part(what)  # the derivative of a part of the function is another one

    def is_part(self, tree: sp.Basic) -> bool:
        """Return whether an expression is a part of the function, as it is written, and not the whole."""
        node = node_of(self.task.graph, self.task.graph_of(self.record.spelled(tree)))
        return node is not None and node != self.task.graph.out

    def main(self) -> Meaning:
        """Return the derivative asked for: that of several names is a row of them."""
        task = self.task
        if len(task.wrt) == 1:
            return Meaning(task.slope(task.wrt[0]), ("", task.wrt[0]))
        if not task.wrt:
            return Meaning(task.tree, ("", ""))
        return Meaning(heads.Vector(*map(task.slope, task.wrt)), ("", " ".join(task.wrt)))


def entry_key(key: Key, entry: tuple[int, ...]) -> Key:
    """Return the key of one entry of a derivative."""
    return key[0], f"{key[1]}{list(entry)}"


def of_whole(task: Task, claim: Claim, known: set[str]) -> bool:
    """Return whether a derivative is of a name that is not `known`, and so may be of the function: dL/dw."""
    if not claim.of or not claim.wrt or claim.of in known:
        return False
    return not isinstance(claim.left, heads.Diff) or task.graph_of(claim.left.args[0]) == task.graph_of(task.tree)


def named_parts(task: Task, claims: Sequence[Claim], own: Mapping[str, sp.Basic]) -> dict[str, sp.Basic]:
    """Return the parts of the function that names stand for by which derivatives are taken, and which no line says.

    A part is taken only where all that is said of the name is right of it: dp/dz = p(1 - p), dz/dw = x.
    """
    found: dict[str, sp.Basic] = {}
    for name in middle_names(task, claims, own):
        said = [c for c in claims if name in (c.of, c.wrt) and is_whole(c)]
        record = Record(task, own={**own, **found})
        part = next((t for t in inner_parts(task) if all_hold(record, said, name, t)), None)
        if part is not None:
            found[name] = part
    return found


def is_whole(claim: Claim) -> bool:
    """Return whether a claim is of a whole derivative between two names."""
    return bool(claim.of and claim.wrt and claim.parts and not claim.entry)


def middle_names(task: Task, claims: Sequence[Claim], own: Mapping[str, sp.Basic]) -> list[str]:
    """Return the names by which derivatives are taken, and which nobody has said."""
    taken = {*task.inputs, *task.definitions, *task.shapes, *task.wrt, *own}
    by = dict.fromkeys(c.wrt for c in claims if c.wrt and c.parts)
    return [name for name in by if name not in taken and task.meaning(name) is None]


def all_hold(record: Record, said: Sequence[Claim], name: str, part: sp.Basic) -> bool:
    """Return whether what is said of a name is right of a part of the function; what is said beside other unknown names does not count."""
    task = record.task
    known = Record(task, own={**record.own, name: part})
    told = [(known.spelled(c.parts[-1].tree), derivative_of(known, c, {c.wrt for c in said})) for c in said]
    whole = [(value, truth) for value, truth in told if truth is not None and trees.names_in(value) <= task.inputs]
    return bool(whole) and all(compare(task, value, truth, prove=False) for value, truth in whole)


def derivative_of(known: Record, claim: Claim, middle: Collection[str | None]) -> sp.Basic | None:
    """Return the derivative that a claim between two names is of, None where one of them is not known."""
    task = known.task
    what, by = (
        known.whole(n) or task.meaning(n) or (sp.Symbol(n) if n in task.inputs else None) for n in (claim.of, claim.wrt)
    )
    what = task.tree if what is None and claim.of not in middle else what
    return None if what is None or by is None else heads.Diff(what, by)


def inner_parts(task: Task) -> list[sp.Basic]:
    """Return the parts of the function that hold something, from the largest down, each once."""
    found: dict[Graph, sp.Basic] = {}
    whole = task.graph_of(task.tree)
    for tree in islice(trees.parts(task.tree), MOST_PARTS):
        if tree.args and trees.names_in(tree):
            found.setdefault(task.graph_of(tree), tree)
    return [tree for graph, tree in found.items() if graph != whole]


def own_names(task: Task, claims: Sequence[Claim]) -> dict[str, sp.Basic]:
    """Return what names that only a student has stand for before a line says so: the L of dL/dw, and what a later line defines."""
    defined = {c.name: c.tree for c in reversed(claims) if c.kind == "definition" and c.name and c.tree is not None}
    taken = {*task.inputs, *task.definitions}
    middle = middle_names(task, claims, defined)
    found = {str(c.of): task.tree for c in claims if of_whole(task, c, {*taken, *defined, *middle})}
    found |= named_parts(task, claims, {**found, **defined})
    primes = {f"{name}_prime": task.slope(task.wrt[0]) for name in found if len(task.wrt) == 1}
    later = {name: tree for name, tree in defined.items() if name not in taken and task.meaning(name) is None}
    return found | primes | later
