"""The place in the tokens, with what has been met so far: errors, choices, shapes, and building nodes.

Every rule of the grammar is a function of the Cursor. A rule that needs others is a generator that yields
them and gets their trees back; `run` keeps them on a stack of its own, so that no line of text can exhaust
Python's. The rules stand in a `Table`: a spelling is one entry, of what starts an operand, stands between
two, or comes after one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import GeneratorType
from typing import Any, NoReturn, TypeVar

import sympy as sp

from ..errors import ReadError, ShapeError
from ..ops import heads
from ..ops import table as ops
from . import trees
from .names import Context
from .tokens import Token

Rule = Generator[Any, Any, Any]

IF, OR, AND, NOT, COMPARE, SUM, PRODUCT, TIGHT, MINUS, POWER = 2, 4, 6, 8, 10, 20, 30, 37, 40, 50
GLUED = 36  # letters of one run: y/xw is y/(x·w)
RELATIONS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne", "=": "eq"}
CONDITIONS = frozenset([*RELATIONS.values(), "and", "or", "not"])
CLOSES = {"(": ")", "{": "}", "[": "]", "|": "|", "‖": "‖"}
LIBRARIES = frozenset(
    "np numpy math linalg torch jnp jax sp sympy scipy special nn functional F tf keras cmath".split()
)
DERIVATIVES = frozenset(["diff", "Derivative", "D", "derivative"])
BY_CASES = frozenset(["Piecewise", "piecewise", "cases"])
NAME = re.compile(r"[^\W\d]\w*")
TRUTH: dict[str, Any] = {"True": True, "False": False, "None": None}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a learner's text is read: characters, nesting, digits of a number, nodes of the tree, order of derivatives."""

    chars: int = 10_000
    depth: int = 200
    digits: int = 100
    nodes: int = 20_000
    exponent: int = 300
    order: int = 20


DEFAULT = Limits()
LECTURER = Limits(chars=1_000_000, nodes=1_000_000)  # programs that a teacher writes


@dataclass(frozen=True, slots=True)
class Bound:
    """An index of a sum: its value now, and the range it runs through."""

    value: int
    first: int
    last: int


def run(rule: Any) -> Any:
    """Return the result of a rule; rules that it yields run on a stack here, not on Python's."""
    stack: list[Rule] = []
    value = rule
    while True:
        if isinstance(value, GeneratorType):
            stack.append(value)
            value = None
        elif not stack:
            return value
        try:
            value = stack[-1].send(value)
        except StopIteration as done:
            stack.pop()
            value = done.value


@dataclass(frozen=True, slots=True)
class Start:
    """What an operand starts with: tokens of a kind (`texts`: only these), and the rule that reads it; `when`: how it is told from others."""

    kind: str
    texts: tuple[str, ...]
    read: Callable[[Cursor], Any]
    when: Callable[[Cursor], bool] | None = None


@dataclass(frozen=True, slots=True)
class Between:
    """An operator between two operands, how tightly it binds, and the rule that goes on after the left one."""

    kind: str
    texts: tuple[str, ...]
    binds: int
    read: Callable[[Cursor, sp.Basic], Any]
    when: Callable[[Cursor, sp.Basic], bool] | None = None


@dataclass(frozen=True, slots=True)
class After:
    """What may come after an operand, and the rule that goes on with it."""

    kind: str
    texts: tuple[str, ...]
    read: Callable[[Cursor, sp.Basic], Any]
    when: Callable[[Cursor, sp.Basic], bool] | None = None


Entry = TypeVar("Entry", Start, Between, After)


def by_token(entries: Iterable[Entry]) -> dict[tuple[str, str], tuple[Entry, ...]]:
    """Return entries by the kind and text of their token, those with a condition in their order."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        for text in entry.texts or ("",):
            found.setdefault((entry.kind, text), []).append(entry)
    return {token: tuple(same) for token, same in found.items()}


class Table:
    """All spellings, by the token that tells them; `beside` reads two factors side by side."""

    def __init__(self, entries: Iterable[Start | Between | After], beside: Callable[[Cursor, sp.Basic], Any]):
        entries = tuple(entries)
        self.start = by_token(e for e in entries if isinstance(e, Start))
        self.between = by_token(e for e in entries if isinstance(e, Between))
        self.after = by_token(e for e in entries if isinstance(e, After))
        self.beside = beside


class Cursor:
    """One reading of a sequence of tokens. `picks` says which choice to take where several are possible.

    `choices` holds (picked, how many there were) in order, `assumed` says in words
    what was assumed.
    """

    def __init__(
        self,
        table: Table,
        stream: Sequence[Token],
        context: Context,
        limits: Limits,
        text: str,
        picks: Sequence[int] = (),
        later: Mapping[str, int] | None = None,
    ):
        self.tokens = [t for t in stream if t.kind not in ("comment",)]
        if not self.tokens or self.tokens[-1].kind != "end":
            last = self.tokens[-1] if self.tokens else Token("end", "", 1, 1, 0, 0)
            self.tokens.append(
                replace(last, kind="end", text="", column=last.column + last.stop - last.start, start=last.stop)
            )
        self.table = table
        self.context, self.limits, self.text, self.picks = context, limits, text, picks
        self.later = later or {}
        self.at = self.depth = self.nodes = self.bars = self.norms = self.rows = self.nest = 0
        self.beside = self.entrywise = False
        self.lifted: str | None = None  # the index of a vector that stands for all its entries
        self.free: dict[str, int] = {}  # the letters that stand for every place, and how far they go
        self.products: dict[int, tuple[sp.Basic, sp.Basic, sp.Basic]] = {}
        self.orders: dict[int, tuple[sp.Basic, int]] = {}
        self.unsized: dict[int, tuple[sp.Basic, int | None]] = {}  # 1 and e_k: where the one is, None for all
        self.choices: list[tuple[int, int]] = []
        self.assumed: list[str] = []
        self.bound: dict[str, Bound] = {}
        self.shapes: dict[int, tuple[sp.Basic, tuple[int, ...]]] = {}
        self.shaped = any(context.shapes.values()) or any(d.shape for d in context.definitions.values())

    # ----- walking -----
    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    def ahead(self, n: int = 1) -> Token:
        return self.tokens[min(self.at + n, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def sign(self, *texts: str) -> bool:
        return self.now.kind == "op" and self.now.text in texts

    def key(self, *texts: str) -> bool:
        return self.now.kind == "key" and self.now.text in texts

    def fail(self, message: str, token: Token | None = None) -> NoReturn:
        token = token or self.now
        raise ReadError(
            "".join(c if c.isprintable() else " " for c in message),
            self.text.split("\n")[token.line - 1],
            token.line,
            token.column,
        )

    def refuse(self, expected: str) -> NoReturn:
        """Fail at the present token, saying what it is and what was expected."""
        token = self.now
        if token.kind == "junk":
            self.fail(token.said)
        if token.kind == "end":
            before = self.tokens[self.at - 1] if self.at else None
            typed = self.text[: token.start].split()
            if before or typed:
                self.fail(
                    f"the text ends after '{self.shown(before) if before else typed[-1][-20:]}'; expected {expected}"
                )
            self.fail("nothing to read; expected an expression such as 2*x")
        if token.kind == "words":
            self.fail(f"the words '{token.text}' are not mathematics; expected {expected}")
        if token.kind == "number" and self.at and self.tokens[self.at - 1].kind in ("number", "word", "close"):
            self.fail(
                f"'{self.shown(self.tokens[self.at - 1])}' and '{token.text}' stand side by side; expected an operator such as * between them"
            )
        self.fail(f"'{self.shown(token)}' cannot stand here; expected {expected}")

    def shown(self, token: Token | None) -> str:
        """Return a token as a person typed it."""
        if token is None:
            return ""
        typed = self.text[token.start : token.stop].strip()
        return typed or ("the next line" if token.kind == "break" else token.text)

    def note(self, text: str) -> None:
        if text not in self.assumed:
            self.assumed.append(text)

    def choose(self, ways: int, note: str) -> int:
        """Return which of several readings to take here."""
        place = len(self.choices)
        pick = self.picks[place] if place < len(self.picks) else 0
        self.choices.append((pick, ways))
        self.note(note)
        return pick

    # ----- building -----
    def make(self, op: str, *args: sp.Basic, params: tuple[Any, ...] = ()) -> sp.Basic:
        self.count()
        args = self.fill(op, *args)
        tree = trees.compose(op, args, params)
        if self.shaped:
            self.shapes[id(tree)] = tree, self.result_shape(op, args, params)
        return tree

    def vector(self, entries: Iterable[sp.Basic]) -> sp.Basic:
        """Return entries as a vector; from here on shapes are followed."""
        self.shaped = True
        return self.make("vector", *entries)

    def count(self, nodes: int = 1) -> None:
        self.nodes += nodes
        if self.nodes > self.limits.nodes:
            self.fail(f"more than {self.limits.nodes} nodes; split the expression into named lines")

    def shape(self, tree: sp.Basic) -> tuple[int, ...]:
        known = self.shapes.get(id(tree))
        if known is None and isinstance(tree, sp.Symbol):
            return tuple(self.context.shapes.get(tree.name, ()))
        return known[1] if known else ()

    def result_shape(self, op: str, args: tuple[sp.Basic, ...], params: tuple[Any, ...]) -> tuple[int, ...]:
        """Return the shape of a result; shapes that do not fit are the graph's to report, with names."""
        shapes = tuple(self.shape(a) for a in args)
        row = ops.ROWS[op]
        if row.entrywise and not any(shapes):
            return ()
        try:
            return tuple(row.result_shape(shapes, row.settle(params, *shapes)))
        except (ShapeError, IndexError, TypeError):
            return ()

    def number(self, token: Token) -> sp.Basic:
        mantissa, _, exponent = token.text.lower().partition("e")
        if len(mantissa) > self.limits.digits:
            self.fail(f"a number of {len(mantissa)} digits; at most {self.limits.digits} are read", token)
        if exponent and (len(exponent) > 5 or abs(int(exponent)) > self.limits.exponent):
            self.fail(f"the exponent {exponent[:10]} is too large; at most {self.limits.exponent} is read", token)
        self.count()
        return trees.number(token.text)

    def fill(self, op: str, *args: sp.Basic) -> tuple[sp.Basic, ...]:
        """Return the arguments of an operation, vectors of no length (1, e_k) as long as the others make them."""
        if not self.unsized or op == "transpose":
            return args
        known: int | None = None
        for i, shape in enumerate(map(self.shape, args)):
            if shape and known is None:
                known = shape[-1] if op == "matmul" and i == 0 else shape[0]
        if known is None:
            known = next(iter(self.context.shapes.get(self.context.wrt or "", ())), None)
        return tuple(self.long(a, known) for a in args)

    def counted(self, place: int | None, length: int | None) -> int | None:
        """Return the place of the 1 of e_n, which counts from 1 where it would stand behind the end."""
        if place is None or place != length:
            return place
        self.note("counted the unit vectors from 1")
        return place - 1

    def long(self, tree: sp.Basic, length: int | None) -> sp.Basic:
        inner = tree.args[0] if isinstance(tree, heads.Transpose) else tree
        if id(inner) not in self.unsized:
            return tree
        _, place = self.unsized[id(inner)]
        place = self.counted(place, length)
        if length is None or (place is not None and place >= length):
            self.fail("nothing says how long this vector is; write its entries, as in [1, 0, 0]")
        found = self.vector(sp.Integer(place is None or i == place) for i in range(length))
        return self.make("transpose", found) if inner is not tree else found


def condition(tree: sp.Basic) -> bool:
    """True for a comparison, and, or, not."""
    return isinstance(tree, CONDITION_HEADS)


CONDITION_HEADS = tuple(ops.ROWS[op].heads[0] for op in CONDITIONS)
