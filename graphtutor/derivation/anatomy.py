"""What a tree consists of: operations on arguments, taken apart, put together again, compared.

Trees are SymPy's, unevaluated, in the author's order; nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

import sympy as sp

from ..language import trees
from ..ops.row import Row
from ..ops.spell import Spelled, folded, number, recognise
from ..ops.table import OPERATORS, ROWS

ONE, ZERO = sp.S.One, sp.S.Zero


def spell(tree: sp.Basic) -> Spelled:
    return recognise(tree, faithful=True)


def row_of(op: str) -> Row:
    return ROWS.get(op) or OPERATORS[op]


def compose(op: str, args: Iterable[sp.Basic], params: tuple[Any, ...] = ()) -> sp.Basic:
    """Return the tree of an operation; what joins any number of arguments is built from the left, as the reader does.

    >>> compose("add", sp.symbols("a b c")).args[0].args
    (a, b)
    """
    given = tuple(args)
    if op in OPERATORS:
        return OPERATORS[op].heads[0](*given)
    note = ROWS[op].note
    if note is not None and note.join and len(given) > 2:
        built = given[0]
        for arg in given[1:]:
            built = trees.compose(op, (built, arg))
        return built
    return trees.compose(op, given, params)


def mapped(tree: sp.Basic, step: Callable[[sp.Basic], sp.Basic], faithful: bool = True,
           passed: Collection[int] = ()) -> sp.Basic:  # fmt: skip
    """Return `tree` with `step` applied to every operation but those whose ids are `passed`, from the leaves up; no recursion."""

    def join(whole: sp.Basic, spelled: Spelled, args: list[sp.Basic]) -> sp.Basic:
        as_it_was = faithful and all(a is b for a, b in zip(args, spelled.args, strict=True))
        new = whole if as_it_was else compose(spelled.op, kept(spelled, args), spelled.params)
        return new if id(whole) in passed else step(new)

    return folded(tree, lambda leaf, _: leaf, join, faithful)


def kept(spelled: Spelled, args: list[sp.Basic]) -> list[sp.Basic]:
    """Return the new arguments; where shapes have to fit, a vector stays a vector though it became the number 0."""
    if row_of(spelled.op).entrywise:
        return args
    if len(args) == 1:  # Σ x/(w·x) is not Σ 1/w: what a sum goes over must not be cancelled away
        lost = trees.names_in(spelled.args[0]) - trees.names_in(args[0]) if number(args[0]) != 0 else set()
        return list(spelled.args) if lost else args
    return [
        old if number(new) == 0 and number(old) is None else new for new, old in zip(args, spelled.args, strict=True)
    ]


def flat_factors(spelled: Spelled, row: Row | None = None) -> list[sp.Basic]:
    """Return the arguments of an operation; of one that joins any number, those of its own kind inside too."""
    row = row or row_of(spelled.op)
    if row.note is None or not row.note.join:
        return list(spelled.args)
    found = []
    todo = list(reversed(spelled.args))
    while todo:
        top = todo.pop()
        inner = spell(top)
        if inner.op == spelled.op:
            todo.extend(reversed(inner.args))
        else:
            found.append(top)
    return found


def normal(tree: sp.Basic) -> sp.Basic:
    """Return what SymPy has sorted as the reader would have built it from a person's text.

    >>> f = sp.Symbol("f")
    >>> normal(f - 2).args
    (f, -2)
    """
    return mapped(tree, lambda t: t, faithful=False)


def is_zero(tree: sp.Basic) -> bool:
    return tree is ZERO or (type(tree) is sp.Mul and tree.args == (sp.S.NegativeOne, ZERO))


def same(a: sp.Basic, b: sp.Basic) -> bool:
    """Return True for trees of one structure, compared without recursion, shared parts once."""
    todo = [(a, b)]
    seen: set[tuple[int, int]] = set()
    while todo:
        x, y = todo.pop()
        if x is y or (id(x), id(y)) in seen:
            continue
        seen.add((id(x), id(y)))
        if (
            type(x) is not type(y)
            or len(x.args) != len(y.args)
            or getattr(x, "params", ()) != getattr(y, "params", ())
            or (not x.args and x != y)
        ):
            return False
        todo.extend(zip(x.args, y.args, strict=True))
    return True


# ----- who is equal to whom -----
class Keys:
    """One number for each different tree; the order of terms and factors does not matter, unless they are to be `exact`.

    >>> keys = Keys()
    >>> a, b = sp.symbols("a b")
    >>> keys(sp.Add(a, b, evaluate=False)) == keys(sp.Add(b, a, evaluate=False))
    True
    """

    def __init__(self, exact: bool = False) -> None:
        self.exact = exact
        self.known: dict[Any, int] = {}
        self.done: dict[int, tuple[sp.Basic, int]] = {}

    def __call__(self, tree: sp.Basic) -> int:
        return folded(
            tree,
            lambda _, spelled: self.key((spelled.op, spelled.params if self.exact else spelled.params[:1])),
            self.join,
            done=self.done,
        )

    def join(self, tree: sp.Basic, spelled: Spelled, keys: list[int]) -> int:
        note = row_of(spelled.op).note
        return self.key(
            (
                spelled.op,
                tuple(sorted(keys) if note is not None and note.join and not self.exact else keys),
                spelled.params,
            )
        )

    def key(self, key: Any) -> int:
        return self.known.setdefault(key, len(self.known))
