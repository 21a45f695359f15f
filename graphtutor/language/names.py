"""What a name is, and what a person may call it: one key for `w0`, `w_0`, `w₀` and `w_{0}`.

A `Context` is what the reader knows beforehand: the problem's names, what stands for what, which
names are vectors or matrices, and the functions that the table of operations offers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import sympy as sp

from ..ops import heads
from ..ops import table as ops
from ..ops.row import Row
from ..text import near

Shape = tuple[int, ...]
GREEK = dict(zip("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi psi omega "
                 "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split(), "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", strict=True))  # fmt: skip
LETTERS = {letter: word for word, letter in GREEK.items()}
LETTERS |= dict(zip("ϵϕϑςℓℒµ", "epsilon phi theta sigma ell L mu".split(), strict=True))
MARKS = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde"}
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789aehijklmnoprstuvx", strict=True))
NAMED_NUMBERS = {"pi": sp.pi, "inf": sp.oo, "oo": sp.oo, "nan": sp.nan}
ABBREVIATED = dict(
    pair.split(":") for pair in "lam:lambda eps:epsilon sig:sigma gam:gamma alph:alpha thet:theta omeg:omega".split()
)
PREDICTED = ("hat", "pred")  # ŷ and y_pred
SHORT = 1  # names of this length (H), and Greek ones (σ), are functions only when called with brackets
LONGEST_FUNCTION = 8  # letters, in a run of names: sinwx
LONGEST_RUN = 60  # letters; a longer run is one word
DIGITS = re.compile(r"[0-9]+")
ENTRY = re.compile(r"([A-Za-z]+)_?([0-9]+)")
PIECE = re.compile(r"[A-Za-z][0-9]*")


@lru_cache(maxsize=10_000)
def joined(stem: str, sub: str | None) -> str:
    """Return a name with its subscript: digits follow at once, anything else after an underscore.

    >>> joined("w", "0"), joined("x", "i"), joined("W", "1,2"), joined("w_1", "2"), joined("b", None)
    ('w0', 'x_i', 'W12', 'w_1_2', 'b')
    """
    if sub is None:
        return stem
    parts = [p for p in re.split(r"[,\s]+", sub) if p]
    short = all(len(p) == 1 and p.isdigit() for p in parts)
    tail = ("" if short else "_").join(parts)
    return stem + ("" if tail.isdigit() and not stem[-1:].isdigit() else "_") + tail


@lru_cache(maxsize=10_000)
def key(name: str) -> str:
    """Return what all spellings of a name have in common.

    >>> key("w_0") == key("w₀") == key("w0"), key("σ"), key("ŷ")
    (True, 'sigma', 'yhat')
    """
    plain = "".join(SUBSCRIPTS.get(c, LETTERS.get(c, c)) for c in unicodedata.normalize("NFD", name))
    return "".join(MARKS.get(c, c) for c in plain).replace("_", "")


@lru_cache(maxsize=10_000)
def also_called(name: str) -> frozenset[str]:
    """Return the keys of other names for the same thing: Greek letters and their usual abbreviations, a hat and "pred".

    >>> also_called("lam1"), also_called("ypred"), also_called("w")
    (frozenset({'lambda1'}), frozenset({'yhat'}), frozenset())
    """
    stem = name.rstrip("0123456789")
    tail = name[len(stem) :]
    found = {long + tail for short, long in ABBREVIATED.items() if short == stem} | {
        short + tail for short, long in ABBREVIATED.items() if long == stem
    }
    for one, other in (PREDICTED, PREDICTED[::-1]):
        if stem.endswith(one) and len(stem) > len(one):
            found.add(stem.removesuffix(one) + other + tail)
    return frozenset(found)


def loose(name: str) -> str:
    """Return a function's name without case and underscores, as `LeakyReLU` and `leaky_relu` have it in common."""
    return name.replace("_", "").lower()


@lru_cache(maxsize=4)  # the rows of an answer live as long as it does, so that no other row has their ids
def functions_of(rows: tuple[int, ...]) -> dict[str, Row]:
    """Return every spelling of the operations of the table, which are these."""
    exact = {name: row for row in ops.ROWS.values() for name in row.names}
    return {loose(name): row for name, row in exact.items() if len(name) > 2} | exact


@dataclass(frozen=True, slots=True)
class Definition:
    """What a name stands for; `params` are the names in its brackets, None if it was given without."""

    tree: sp.Basic
    params: tuple[str, ...] | None = None
    shape: Shape = ()
    free: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Context:
    """What is known before reading; every name maps from its key to the problem's spelling.

    `values` are the numbers of constants (an index may use them); `target` is what a quantity that
    nobody defined stands for in a derivative (`L` in dL/dw); `wrt` the variable that a prime means;
    `calls` the arguments of names that a program's line gave with brackets; `longest` the length of the
    longest name, with room for an underscore; `first` what the numbers below vectors count from, 1 where a line shows it.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    target: sp.Basic | None = None
    wrt: str | None = None
    strict: bool = False
    calls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    longest: int = 2
    first: int = 0

    @cached_property
    def functions(self) -> dict[str, Row]:
        """Every spelling of every operation, as the table has it now."""
        return functions_of(tuple(map(id, ops.ROWS.values())))

    @property
    def known(self) -> bool:
        """True if anything was said about names."""
        return bool(self.names)

    def spelling(self, name: str) -> str | None:
        """Return the problem's spelling of a name, or None if the problem does not have it."""
        known = self.names.get(key(name))
        if known is not None:
            return known
        others = [self.names[other] for other in also_called(key(name)) if other in self.names]
        return others[0] if len(others) == 1 else None  # λ for lam, ŷ for y_pred; never for a name that it has

    def entry(self, name: str) -> bool:
        """Return whether a name is a vector's with a number behind it: the p1 of p1p3."""
        found = ENTRY.fullmatch(name)
        stem = self.spelling(found[1]) if found else None
        meaning = self.definitions.get(stem or "")
        return stem is not None and bool(self.shapes.get(stem) or (meaning is not None and meaning.shape))

    def function(self, name: str) -> Row | None:
        row = self.functions.get(name)
        return row if row is not None or len(name) <= 2 else self.functions.get(loose(name))

    @cached_property
    def abstract(self) -> frozenset[str]:
        """The defined names of which only that they are functions is known."""
        return frozenset(name for name, meaning in self.definitions.items() if isinstance(meaning.tree, heads.Unknown))

    def unknown(self, name: str, order: int) -> Row:
        """Return the row of a function of which only the name is known, differentiated `order` times."""
        return replace(ops.ROWS["unknown"], params=(("name", name), ("order", order)))

    def declaring(self, names: Iterable[str]) -> Context:
        """Return this context with more names."""
        more = {key(n): n for n in names}
        return replace(self, names={**self.names, **more}, longest=max((self.longest, *(len(k) + 2 for k in more))))

    def defining(self, name: str, meaning: Definition) -> Context:
        """Return this context with `name` standing for `meaning`."""
        return replace(self.declaring([name]), definitions={**self.definitions, name: meaning})

    def takes_number(self, name: str) -> bool:
        """True for a function that a number may follow at once: ln3, sin5x; not for step1, which is a name.

        >>> Context().takes_number("ln"), Context().takes_number("step"), Context().takes_number("x")
        (True, False, False)
        """
        row = self.functions.get(name)
        return (
            len(name) > SHORT
            and row is not None
            and row.entrywise
            and row.arity == (1, 1)
            and row.kink is None
            and row.local is not None
        )

    def like(self, name: str, called: bool = False) -> str:
        """Return " (did you mean 'sin'?)" for a name that resembles a known one, else nothing."""
        known = [*self.names.values(), *(() if not called else (n for n in self.functions if len(n) > SHORT))]
        return near(name, known)


def split(word: str, context: Context, tex: bool, called: bool, powered: bool) -> list[str] | None:
    """Return the names that a run of letters is made of, or None if it is one name.

    A run of declared names is their product; its last piece may be a function (`called`: a bracket
    follows) or Euler's e (`powered`: a power follows). In LaTeX any other run is split into letters.

    >>> split("wx", Context().declaring("wxb"), False, False, False)
    ['w', 'x']
    >>> split("wxy", Context().declaring("wx"), False, False, False) is None
    True
    >>> split("xyz", Context(), True, False, False)
    ['x', 'y', 'z']
    """
    found = declared_run(word, context, called, powered)
    if found is None and context.known:
        found = declared_run(word, context, called, powered, functions=True)
    if found is None and tex:
        found = PIECE.findall(word)
        if "".join(found) != word:
            return None
    return found if found and len(found) > 1 else None


def declared_run(word: str, context: Context, called: bool, powered: bool, functions: bool = False) -> list[str] | None:
    """Return the split of `word` into declared names, taking the longest first and going back where that fails; `functions`: and tanh x, ln w before names."""
    ends: dict[int, tuple[int, str] | None] = {0: None}
    todo = [0]
    while todo and len(word) <= LONGEST_RUN:
        at = todo.pop()
        if at == len(word):
            break
        options = next_names(word[at:], at, context)
        if functions:
            options += next_functions(word[at:], at, ends[at], context)
        if (called and at and context.function(word[at:])) or (powered and at and word[at:] in ("e", "E")):
            options.append((len(word), word[at:]))
        for end, piece in sorted(options):  # the longest is popped first
            if end not in ends:
                ends[end] = (at, piece)
                todo.append(end)
    return walked(ends, len(word)) if word and len(word) in ends else None


def next_names(rest: str, at: int, context: Context) -> list[tuple[int, str]]:
    """Return the declared names that the rest of a run can start with, each with the place after it."""
    most = min(len(rest), context.longest)
    return [(at + n, rest[:n]) for n in range(1, most + 1) if context.spelling(rest[:n]) or context.entry(rest[:n])]


def next_functions(rest: str, at: int, before: tuple[int, str] | None, context: Context) -> list[tuple[int, str]]:
    """Return the functions of one argument, and what belongs to them, that the rest of a run can start with: tanh x, ln3, ex."""
    rows = [(n, context.function(rest[:n])) for n in range(2, min(len(rest), LONGEST_FUNCTION))]
    found = [(at + n, rest[:n]) for n, row in rows if row is not None and row.arity == (1, 1)]
    return [*numbers_and_e(rest, at, before, context), *found]


def walked(ends: Mapping[int, tuple[int, str] | None], at: int) -> list[str]:
    """Return the pieces on the way to a place, from the place before each."""
    pieces: list[str] = []
    while (step := ends[at]) is not None:
        at = step[0]
        pieces.append(step[1])
    return pieces[::-1]


def numbers_and_e(rest: str, at: int, before: tuple[int, str] | None, context: Context) -> list[tuple[int, str]]:
    """Return where a number behind a function ends (ln3), or Euler's e before other names (ex)."""
    digits = DIGITS.match(rest)
    if digits is not None:
        return [(at + digits.end(), digits[0])] if before is not None and context.takes_number(before[1]) else []
    return [(1, "e")] if at == 0 and rest[:1] == "e" and len(rest) > 1 else []
