"""Places in a tree, as paths of argument numbers: finding derivative operators, putting in what they became, marking.

A path counts the arguments of operations as they are written: (0, 1) is the second argument of the
first argument of the whole; the parts of `a - b` are 0 and 1, whatever SymPy makes of the minus.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import sympy as sp

from ..language import trees
from ..language.write import Part, operation, part_of
from ..ops import heads
from ..ops.spell import Spelled
from .anatomy import ONE, ZERO, Keys, compose, flat_factors, is_zero, row_of, same, spell
from .terms import is_fraction, lengthened, product, split, times, turned

Path = tuple[int, ...]
OPEN, CLOSE = "\ue000", "\ue001"
BESIDE = re.compile(rf"{CLOSE}(\*|·| \\cdot |<mo>·</mo>){OPEN}")


class Piece(NamedTuple):
    """A stretch of text, and whether it is marked."""

    text: str
    marked: bool


Held = dict[int, tuple[sp.Basic, bool]]


def operators(tree: sp.Basic, known: Held | None = None) -> list[tuple[Path, heads.Diff]]:
    """Return the derivative operators with none inside, in the order in which they are written.

    `known` may be kept from line to line: what has been looked into once is not looked into again.

    >>> x = sp.Symbol("x")
    >>> operators(product([x, heads.Diff(x, x)]))
    [((1,), Diff(x, x))]
    """
    inside = {} if known is None else known
    found: list[tuple[Path, heads.Diff]] = []
    todo: list[tuple[Path, sp.Basic]] = [((), tree)]
    while todo:
        path, top = todo.pop()
        if not holds(top, inside):
            continue
        if isinstance(top, heads.Diff) and not holds(top.args[0], inside):
            found.append((path, top))
        else:
            todo.extend(((*path, k), a) for k, a in reversed(list(enumerate(spell(top).args))))
    return found


def holds(tree: sp.Basic, known: Held) -> bool:
    """Return whether a tree holds a derivative operator, or is one; noted in `known` for all of its parts."""
    todo: list[tuple[sp.Basic, bool]] = [(tree, False)]
    while todo:
        top, ready = todo.pop()
        if ready:
            known[id(top)] = top, isinstance(top, heads.Diff) or any(known[id(a)][1] for a in top.args)
        elif id(top) not in known:
            todo.append((top, True))
            todo.extend((a, False) for a in top.args)
    return known[id(tree)][1]


def above(tree: sp.Basic, paths: Iterable[Path]) -> list[tuple[Path, sp.Basic, Spelled]]:
    """Return the operations on the way to `paths`, each before those inside it."""
    ways = {path[:k] for path in paths for k in range(len(path))}
    found = []
    todo: list[tuple[Path, sp.Basic]] = [((), tree)] if () in ways else []
    while todo:
        path, top = todo.pop()
        spelled = spell(top)
        found.append((path, top, spelled))
        todo.extend(((*path, k), a) for k, a in enumerate(spelled.args) if (*path, k) in ways)
    return found


def replaced(tree: sp.Basic, changes: Mapping[Path, sp.Basic]) -> tuple[sp.Basic, tuple[Path, ...]]:
    """Return `tree` with other trees at some places, and where these came to stand.

    1·u becomes u, 0·u becomes 0, and a product put into a product loses its brackets; zeros in sums stay.

    >>> a, b, c = sp.symbols("a b c")
    >>> replaced(product([a, b]), {(1,): sp.Integer(1)})
    (a, ((),))
    """
    done: dict[Path, tuple[sp.Basic, tuple[Path, ...]]] = {path: (new, ((),)) for path, new in changes.items()}
    for path, _, spelled in reversed(above(tree, changes)):
        args: list[sp.Basic] = []
        marks: list[Path] = []
        for k, old in enumerate(spelled.args):
            new, inner = done.get((*path, k), (old, ()))
            args.append(new)
            marks.extend((k, *m) for m in inner)
        done[path] = joined(spelled, args, tuple(marks))
    return done[()]


# branches: one case for each thing that stands differently once something is put in
def joined(spelled: Spelled, args: list[sp.Basic], marks: tuple[Path, ...]) -> tuple[sp.Basic, tuple[Path, ...]]:
    tree = compose(spelled.op, args, spelled.params)
    if not spell(tree).args:  # −1, a number of its own
        return tree, ((),)
    if type(tree) is sp.Add and len(args) == 2 and turned(args[1]):
        coefficient, decimal, rest = split(Keys(), args[1])
        if coefficient < 0 and rest is not None and tree.args[1] is args[1]:
            return trees.sub(args[0], times(-coefficient, [rest], decimal)), marks
    if type(tree) is not sp.Mul:
        return tree, marks
    if len(args) == 2 and not is_fraction(tree):
        for k, other in ((0, 1), (1, 0)):
            if is_zero(args[k]):
                return ZERO, ((),)
            if args[k] is ONE and spelled.params == () and len(tree.args) == 2:
                return args[other], tuple(m[1:] for m in marks if m[0] == other) or ((),)
        if type(args[1]) is sp.Mul and not is_fraction(args[1]) and args[1].args[0] is not sp.S.NegativeOne:
            factors = flat_factors(spell(args[1]))
            flat = lengthened(args[0], args[1]) if len(factors) > 1 else product(args)
            return flat, taken_in(flat, args, len(factors), marks)
    return (ZERO, ((),)) if is_zero(args[0]) else (tree, marks)


def taken_in(flat: sp.Basic, args: list[sp.Basic], count: int, marks: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return where marks stand once a product has lost its brackets as the last factor of another: each of its factors is marked."""
    factors: list[Path] = []
    path: Path = ()
    top = flat
    for _ in range(count):
        spelled = spell(top)
        if len(spelled.args) != 2 or is_fraction(top):
            return ((),)
        factors.append((*path, 1))
        path, top = (*path, 0), spelled.args[0]
    if not same(top, args[0]):
        return ((),)
    inside = tuple((*path, *m[1:]) for m in marks if m[0] == 0)
    return (*inside, *reversed(factors)) if any(m[0] == 1 for m in marks) else inside


def pieces(tree: sp.Basic, paths: Iterable[Path], form: str) -> tuple[Piece, ...]:
    """Return a written tree in pieces, those at `paths` marked.

    >>> a, b = sp.symbols("a b")
    >>> [p.text for p in pieces(sp.Add(a, b, evaluate=False), [(1,)], "plain") if p.marked]
    ['b']
    """
    return tuple(cut(adjoined(marked(tree, dict.fromkeys(paths, (OPEN, CLOSE)), form).text)))


def marked(tree: sp.Basic, marks: Mapping[Path, tuple[str, str]], form: str) -> Part:
    """Return a written tree in which each path's opening and closing text stand around what is there.

    >>> a, b = sp.symbols("a b")
    >>> marked(sp.Add(a, b, evaluate=False), {(1,): ("<", ">")}, "plain").text
    'a + <b>'
    """
    parts: dict[Path, Part] = {}
    outer = above(tree, marks)
    for path, top, spelled in reversed([*outer, *((p, t, None) for p, t in targets(tree, set(marks), outer))]):
        if spelled is None and any(way == path for way, _, _ in outer):
            continue  # marked, and marked inside too: written from its arguments below
        if spelled is None:
            part = part_of(top, form)
        else:
            given = [parts.get((*path, k)) or part_of(a, form) for k, a in enumerate(spelled.args)]
            part = operation(row_of(spelled.op), given, spelled.params, form)
        begin, end = marks.get(path, ("", ""))
        parts[path] = part._replace(text=begin + part.text + end)
    return parts[()] if () in parts else part_of(tree, form)


def adjoined(text: str) -> str:
    """Return a text in which the marks of two factors side by side are one mark."""
    return BESIDE.sub(r"\1", text)


def targets(
    tree: sp.Basic, wanted: set[Path], outer: list[tuple[Path, sp.Basic, Spelled]]
) -> list[tuple[Path, sp.Basic]]:
    """Return the marked places with their trees."""
    found: list[tuple[Path, sp.Basic]] = [((), tree)] if () in wanted else []
    for path, _, spelled in outer:
        found.extend(((*path, k), a) for k, a in enumerate(spelled.args) if (*path, k) in wanted)
    return found


def cut(text: str) -> Iterable[Piece]:
    """Yield the pieces of a text with marks in it; a mark inside a mark is one mark."""
    depth, held = 0, ""
    for char in text:
        if char in (OPEN, CLOSE):
            if held and (depth == 0 or (char == CLOSE and depth == 1)):
                yield Piece(held, depth > 0)
                held = ""
            depth += 1 if char == OPEN else -1
        else:
            held += char
    if held:
        yield Piece(held, False)
