"""A derivation as data: lines, each with its rule, written in every form; every line has the derivative's value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import sympy as sp

from ..door import Listed
from ..language import trees
from ..language.write import BARE, MATH, bracket, fenced, part_of
from ..language.write import name as written_name
from ..ops.arrays import Shape
from ..ops.spell import folded
from . import algebra, places
from .anatomy import compose, flat_factors, row_of, spell
from .cells import Cells, decoded, encoded, evaluated, names_written
from .places import Path, Piece
from .rules import Rule

# ----- as much of a long tree as somebody reads -----
GAP = sp.Symbol("…")
MOST = 10**9  # that are counted
Counts = dict[int, tuple[sp.Basic, int]]


def length(tree: sp.Basic, known: Counts | None = None) -> int:
    """Return how many names, numbers and operations are written for a tree, its shared parts each time; `known` may be kept between trees that share parts."""
    return folded(tree, lambda *_: 1, lambda _, spelled, counts: min(1 + sum(counts), MOST), True, known)


def excerpt(tree: sp.Basic, most: int, known: Counts | None = None) -> sp.Basic:
    """Return `tree` with at most about `most` names, numbers and operations, `…` for those left out; conditions stand whole.

    >>> from .terms import product
    >>> from ..language.write import write
    >>> write(excerpt(product(sp.symbols("a b c d e f g h")), 8))
    'a*b*c*…*f*g*h'
    >>> write(excerpt(sp.sin(sp.sin(sp.sin(sp.sin(sp.Symbol("x") * 2) + 3))), 6))
    'sin(sin(sin(3 + …)))'
    """
    counts: Counts = {} if known is None else known
    length(tree, counts)
    done: dict[tuple[int, int], sp.Basic] = {}
    todo = [(tree, most)]
    while todo:
        top, room = todo[-1]
        if (id(top), room) in done:
            todo.pop()
        elif counts[id(top)][1] <= room:
            done[id(top), room] = top
        elif room < 3:
            done[id(top), room] = GAP
        else:
            inside = shares(top, room, counts)
            waiting = [part for part in inside if (id(part[0]), part[1]) not in done]
            if waiting:
                todo.extend(waiting)
                continue
            spelled = spell(top)
            done[id(top), room] = compose(spelled.op, [done[id(a), n] for a, n in inside], spelled.params)
    return done[id(tree), most]


def shares(tree: sp.Basic, room: int, counts: Counts) -> list[tuple[sp.Basic, int]]:
    """Return the arguments of an operation that are shown, each with its room: the short ones have theirs first."""
    spelled = spell(tree)
    row = row_of(spelled.op)
    args = flat_factors(spelled, row)
    keep = max(1, (room - 1) // 2)
    if row.note is not None and row.note.join and len(args) > 2 * keep:
        args = [*args[:keep], GAP, *args[-keep:]]
        counts.setdefault(id(GAP), (GAP, 1))
    left = room - 1
    rooms = {}
    waiting = len(args)
    for k in sorted(range(len(args)), key=lambda k: counts[id(args[k])][1]):
        size = counts[id(args[k])][1]
        rooms[k] = size if k in row.conditions else max(1, min(size, left // waiting))
        left -= rooms[k]
        waiting -= 1
    return [(a, rooms[k]) for k, a in enumerate(args)]


LONGEST = 20_000  # names, numbers and operations of a line that is written out: more than is ever read
SHOWN = 160  # … of a line among the others


def field_values(value: Any) -> tuple[Any, ...]:
    """Return the fields of a dataclass: what travels, and not the SymPy trees that were built from them."""
    return tuple(getattr(value, field.name) for field in fields(value))


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a derivation: `expr`, its SymPy tree, unevaluated, which it shares with the lines beside it.

    `rule` made it from the line before: what stood there at the places `before` stands here at `after`
    (paths, see `places`). In a derivation along the graph `left` is the derivative that it gives,
    ("L", "w0"), or ("y'", "") for a name alone; `right` is the other side of an equation, `factors` what the edge sends, local × upstream, and `so_far` what other edges have
    sent before. Compares by value and pickles, both by its `cells`, which are made when they are asked for.
    """

    expr: sp.Basic
    rule: Rule
    before: tuple[Path, ...] = ()
    after: tuple[Path, ...] = ()
    left: tuple[str, str] | None = None
    factors: tuple[sp.Basic, sp.Basic] | None = None
    so_far: sp.Basic | None = None
    right: sp.Basic | None = None

    @cached_property
    def cells(self) -> Cells:
        return encoded(self.expr)

    @property
    def values(self) -> tuple[Any, ...]:
        """All of the line by value, its tree as cells."""
        factors = self.factors and tuple(encoded(tree) for tree in self.factors)
        return (
            self.cells,
            *field_values(self)[1:5],
            factors,
            *(None if t is None else encoded(t) for t in (self.so_far, self.right)),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Line) and self.values == other.values

    def __hash__(self) -> int:
        return hash(self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        return line_of_cells, self.values

    @property
    def text(self) -> str:
        """The line as plain text, which reads back as the same tree unless it is so long that … stands in it."""
        return self.written("plain")

    @property
    def unicode(self) -> str:
        return self.written("unicode")

    @property
    def latex(self) -> str:
        return self.written("latex")

    @property
    def mathml(self) -> str:
        return self.written("mathml")

    def written(self, form: str, most: int = LONGEST, known: Counts | None = None) -> str:
        """Return the line in one of the forms, with its left side if it has one; … stands in it for what is more than `most` names and numbers."""
        text = self.sides(form, most=most, known=known) + self.body(form, {}, most, known)
        return wrapped(text + self.behind(form, most, known), form)

    @property
    def whole(self) -> bool:
        """Whether the line is an equation of its own, and not what the line before is equal to."""
        return self.left is not None or self.right is not None

    def behind(self, form: str, most: int = LONGEST, known: Counts | None = None) -> str:
        """Return the equals sign and the right side of an equation, nothing for any other line."""
        return "" if self.right is None else EQUALS[form] + part_of(excerpt(self.right, most, known), form).text

    def body(
        self, form: str, marks: Mapping[Path, tuple[str, str]], most: int = LONGEST, known: Counts | None = None
    ) -> str:
        """Return what stands on the right, with each path's opening and closing text around what is there; a long line is not marked."""
        shown = excerpt(self.expr, most, known)
        part = places.marked(shown, marks, form) if shown is self.expr else part_of(shown, form)
        return fenced(part.text, form) if part.binds == BARE else part.text

    def sides(self, form: str, mark: Callable[[str, str], str] = lambda role, text: text,
              most: int = LONGEST, known: Counts | None = None) -> str:  # fmt: skip
        """Return all that stands before the last equals sign, and the sign; `mark(role, text)` may dress what is "local" and "upstream"."""
        if self.left is None:
            return ""
        named = [written_name(n, form) for n in self.left if n]
        text = (LEFT[form].format(*named) if len(named) > 1 else named[0]) + EQUALS[form]
        if self.factors is None:
            return text
        local, upstream = (part_of(excerpt(tree, most, known), form) for tree in self.factors)
        before = (
            ""
            if self.so_far is None
            else bracket(part_of(excerpt(self.so_far, most, known), form), 20, True, form) + PLUS[form]
        )
        sent = (
            mark("local", bracket(local, 30, not before, form))
            + TIMES[form]
            + mark("upstream", bracket(upstream, 31, False, form))
        )
        return text + before + sent + EQUALS[form]

    def dressed(self, to_change: tuple[Path, ...] = ()) -> str:
        """Return the line in MathML with groups of a class: "new" what its rule put in, "next" what the next line changes, "local", "upstream"."""
        marks = dict.fromkeys(self.after, (places.OPEN, places.CLOSE))
        for path in to_change:
            begin, end = marks.get(path, ("", ""))
            marks[path] = begin + GROUP["next"][0], GROUP["next"][1] + end
        body = (
            places.adjoined(self.body("mathml", marks))
            .replace(places.OPEN, GROUP["new"][0])
            .replace(places.CLOSE, GROUP["new"][1])
        )
        return wrapped(
            self.sides("mathml", lambda role, text: text.join(GROUP[role])) + body + self.behind("mathml"), "mathml"
        )

    def pieces(self, form: str = "unicode", to_change: tuple[Path, ...] | None = None) -> tuple[Piece, ...]:
        """Return the text in pieces, marked where the rule put something new, or at the paths of `to_change`."""
        shown = excerpt(self.expr, LONGEST)
        paths = () if shown is not self.expr else self.after if to_change is None else to_change
        return places.pieces(shown, paths, form)


def line_of_cells(cells: Cells, rule: Rule, before: tuple[Path, ...], after: tuple[Path, ...], left: tuple[str, str] | None,
                  factors: tuple[Cells, Cells] | None, so_far: Cells | None, right: Cells | None) -> Line:  # fmt: skip
    """Return the line of what `Line.values` gave."""
    sent = None if factors is None else (decoded(factors[0]), decoded(factors[1]))
    beside = (None if given is None else decoded(given) for given in (so_far, right))
    return Line(decoded(cells), rule, before, after, left, sent, *beside)


TIMES = {"plain": " * ", "unicode": " × ", "latex": r" \times ", "mathml": "<mo>×</mo>"}
PLUS = {"plain": " + ", "unicode": " + ", "latex": " + ", "mathml": "<mo>+</mo>"}
EQUALS = {"plain": " = ", "unicode": " = ", "latex": " = ", "mathml": "<mo>=</mo>"}
LEFT = {"plain": "d{0}/d{1}", "unicode": "∂{0}/∂{1}", "latex": r"\frac{{\partial {0}}}{{\partial {1}}}",
        "mathml": "<mfrac><mrow><mo>∂</mo>{0}</mrow><mrow><mo>∂</mo>{1}</mrow></mfrac>"}  # fmt: skip
GROUP = {role: (f'<mrow class="{role}">', "</mrow>") for role in ("new", "next", "local", "upstream")}


def wrapped(text: str, form: str) -> str:
    return f"{MATH}{text}</math>" if form == "mathml" else text


@dataclass(frozen=True)
class Derivation:
    """Lines in order, for the derivative by `wrt`. Compares by value, hashes, and pickles.

    `definitions`: the names that stand for something, each with its cells. The first line asks, the
    last one answers. `name` is that of what is differentiated. `str()` gives the lines as a person would write them.
    """

    lines: tuple[Line, ...]
    wrt: str
    definitions: tuple[tuple[str, Cells], ...] = ()
    shapes: tuple[tuple[str, Shape], ...] = ()
    along: str = "rules"
    name: str = "L"

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", Listed(self.lines))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), field_values(self)

    @cached_property
    def meanings(self) -> dict[str, sp.Basic]:
        """What each defined name stands for, as a tree."""
        return {name: decoded(table) for name, table in self.definitions}

    @property
    def names(self) -> list[str]:
        """The names that occur in what is differentiated and in the definitions, in alphabetical order."""
        first = self.lines[0]
        asked = first.expr.args[:1] if self.along == "rules" else ()
        if first.right is not None:
            asked = (first.expr, first.right)
        return sorted(set().union(*map(trees.names_in, (*asked, *self.meanings.values()))))

    @property
    def answer(self) -> sp.Basic:
        """The last line."""
        return self.lines[-1].expr

    @property
    def result(self) -> sp.Basic:
        """The last line with every defined name written out, its products collected."""
        return algebra.collected(names_written(self.answer, self.meanings)) if self.meanings else self.answer

    def evaluated(self, line: int | Line) -> Any:
        """Return a line as SymPy evaluates it: names written out, every d/dw carried out by SymPy itself."""
        tree = (self.lines[line] if isinstance(line, int) else line).expr
        return evaluated(tree, self.meanings, dict(self.shapes))

    def given(self, form: str = "unicode") -> list[str]:
        """Return what each defined name stands for, as `f = w₀·x₀ + b`."""
        return [
            wrapped(written_name(name, form) + EQUALS[form] + part_of(tree, form).text, form)
            for name, tree in self.meanings.items()
        ]

    def written(self, form: str = "unicode") -> str:
        """Return all lines, one under the other, each with its rule; in LaTeX an `align*`. A long line has … in it, its `text` has not."""
        if form == "latex":
            return latex_lines(self.lines)
        known: Counts = {}
        rows = [
            ("  " if k == 0 or line.whole else "= ") + line.written(form, SHOWN, known)
            for k, line in enumerate(self.lines)
        ]
        width = min(max(len(r) for r in rows), 90)
        given = self.given(form) if self.along == "graph" else []
        return "\n".join(
            [
                *(f"  {line}" for line in given),
                *(f"{row:<{width}}   {line.rule.name}".rstrip() for row, line in zip(rows, self.lines, strict=True)),
            ]
        )

    def __str__(self) -> str:
        return self.written()

    def _repr_latex_(self) -> str:
        return f"$${latex_lines(self.lines, 'aligned')}$$"


def latex_lines(lines: tuple[Line, ...], environment: str = "align*") -> str:
    rows = []
    known: Counts = {}
    for k, line in enumerate(lines):
        text = line.written("latex", SHOWN, known)
        text = text.replace(" = ", " &= ", 1) if line.whole else ("" if k == 0 else "={} ") + text
        rows.append(f"  {text if line.whole else '& ' + text} && \\text{{{line.rule.name}}}")
    return f"\\begin{{{environment}}}\n" + " \\\\\n".join(rows) + f"\n\\end{{{environment}}}"
