"""Lines as people hand them in → claims: which derivative is said to be what, and what was defined on the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NoReturn

import sympy as sp

from ..errors import ReadError
from ..ops import heads
from . import cases
from .gradients import derivative_named, without_arguments
from .grammar import DEFAULT, Limits, Reading, readings
from .names import Context, Definition, key
from .numbering import rows
from .pieces import ANSWER, ANSWERS, DEFINES, DETERMINERS, GIVES, LATE, REASONS, Piece, answers
from .pieces import pieces as pieces_of
from .program import bounded, context, scanned
from .prose import EQUALS, has_equals, is_op
from .subscripts import entry_named, first_of, in_subscripts, sizes, without_indices
from .tokens import Token
from .trees import names_in, neg, replaced

MOST_LATE = 300  # meanings put into earlier ones; more of them is no derivation of a person's
MINUS, PRIME = frozenset("-"), "'"
Side = tuple[str, list[Token]]  # one side of an equation, with the sign before it
MOST_SPENT = 8_000  # tokens; what a whole derivation may cost in other readings


@dataclass(frozen=True, slots=True)
class Part:
    """One expression of a claim: its tree, the other readings that a person could mean, and where it stands.

    `relation` is the sign before it: "" (none), "=" or "≈". `dashed`: it is said of `- dL/dw`, where a dash and a space may be a
    bullet, as which it is taken, or a minus.
    """

    tree: sp.Basic
    source: str
    line: int
    column: int
    relation: str = ""
    alternatives: tuple[sp.Basic, ...] = ()
    assumed: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of a handed-in line.

    kind      "claim" (one or more expressions said to be equal), "definition" (`name` stands for the last
              part from here on), "text" (prose, kept as it is), "unread" (mathematics that cannot be read:
              `error` says why)
    of, wrt   the derivative named on the left: dL/dw0 → ("L", "w0"), dw0 = … → (None, "w0"); None if none is named
    left      the tree of that derivative, if it is known what it stands for
    parts     the expressions joined by = in order, without the named left side
    continues  the line starts with =: it goes on from the claim before
    entry     the one entry of that derivative that is named, counted from 0: ∂p_1/∂z_2; () for the whole
    """

    kind: str
    source: str
    line: int
    column: int
    parts: tuple[Part, ...] = ()
    of: str | None = None
    wrt: str | None = None
    left: sp.Basic | None = None
    name: str | None = None
    continues: bool = False
    error: ReadError | None = None
    entry: tuple[int, ...] = ()

    @property
    def tree(self) -> sp.Basic | None:
        """The last expression: what the line comes to."""
        return self.parts[-1].tree if self.parts else None


def derivation(text: str | Iterable[str], *, names: Iterable[str] | None = None, definitions: Mapping[str, Any] | None = None,
               shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None, target: Any = None, wrt: str | None = None,
               limits: Limits = DEFAULT) -> tuple[Claim, ...]:  # fmt: skip
    """Return the claims of a derivation, line by line, in order.

    `target` (text or tree) is the problem's expression: what L is in dL/dw if no definition says so;
    `wrt` the variable that a prime and a bare gradient mean. Definitions made on the way stand for what
    they abbreviate in all later lines. A line that cannot be read is a claim of kind "unread"; only text
    beyond the limits raises ReadError.

    >>> lines = derivation("Let u = f - y.\\ndL/dw = 2u x  (chain rule)", names=["f", "y", "w", "x"])
    >>> [(c.kind, c.name, c.of, c.wrt, c.tree) for c in lines if c.kind != "text"]
    [('definition', 'u', None, None, f - y), ('claim', None, 'L', 'w', x*(2*(f - y)))]
    """
    whole = text if isinstance(text, str) else "\n".join(text)
    bounded(whole, limits)
    known = context(names, definitions, shapes, constants, target=target, wrt=wrt, limits=limits)
    stream = scanned(whole, known, dollars=True)
    known = replace(known, first=first_of(in_subscripts(stream, known), known))
    called = {t.name for t, after in pairwise(stream) if t.kind == "word" and after.text == "(" and not after.gap}
    if not known.spelling("e") and by_e(stream):
        known = known.declaring("e")
    reader = Reader(whole, known, limits, called)
    return tuple(claim for row in rows(stream, whole, known) for claim in reader.row(cases.normal(row)))


def by_e(stream: Sequence[Token]) -> bool:
    """True if a derivative is taken by e or of e, and nothing is a power of it: dL/de, de/dw, \\frac{\\partial L}{\\partial e}."""
    pairs = [(a.kind, a.text, b.name) for a, b in pairwise(stream) if b.kind in ("word", "op")]
    by = any(
        (text in ("/", "{") and name == "de") or (kind, text, name) == ("macro", "d", "e") for kind, text, name in pairs
    )
    return by and ("word", "e", "^") not in pairs


class Reader:
    """Reads rows one after the other; `known` grows with what the student defines."""

    def __init__(self, text: str, known: Context, limits: Limits, called: Collection[str] = ()):
        self.text, self.known, self.limits, self.called = text, known, limits, called
        self.given = known
        self.gradients: set[str] = set()  # names in code style, such as dw, that stand for a gradient in later lines
        self.spent = self.late = 0
        self.axes: dict[str, int | None] = {}  # the indices of the last left side, ∂p_i/∂z_j

    def row(self, row: Sequence[Token]) -> list[Claim]:
        """Return the claims of one line; definitions that come after `where` are read first."""
        pieces = cases.apart(pieces_of(self.with_equals(row), self.known, self.text))
        order = sorted(range(len(pieces)), key=lambda i: not (pieces[i].intro in LATE and has_equals(pieces[i].tokens)))
        by_case = any(cases.compares(p.tokens) or cases.otherwise(p) for p in pieces)
        done = {}
        for i in order:
            later = any(p.math and p.intro not in REASONS and not cases.compares(p.tokens) for p in pieces[i + 1 :])
            done[i] = self.piece(pieces[i], by_case or not later, answers(pieces, i))
        return [done[i] for i in range(len(pieces))]

    def with_equals(self, row: Sequence[Token]) -> Sequence[Token]:
        """Return a line with the colon or arrow behind a derivative as an equals sign: dL/dh: 2(h - y)."""
        at = next((k for k, t in enumerate(row) if t.kind == "op" and t.text in (":", "⇒")), 0)
        if at < 2 or at + 1 == len(row) or has_equals(row):
            return row
        head = without_indices(entry_named(row[:at], self.known)[0], self.known)
        named = derivative_named(head, self.known, self.gradients, self.called)
        return row if named is None else [*row[:at], replace(row[at], text="="), *row[at + 1 :]]

    def piece(self, piece: Piece, last: bool, answer: bool) -> Claim:
        """Return the claim of one piece; without certainty that it is mathematics, text.

        `last`: no other mathematics but reasons follows in its line; `answer`: words say that this is the answer.
        """
        body = without_marks(list(piece.tokens)) if piece.math else list(piece.tokens)
        equals = has_equals(body)
        said = piece.sure or equals or answer or (last and piece.intro in GIVES)
        if not piece.math or not said or all(t.kind in ("op", "junk", "prime", "break") for t in body):
            return self.text_of(body)
        try:
            if piece.broken is not None:
                self.fail(
                    f"'{self.source([piece.broken])}' cannot be read as a part of the formula beside it; write a remark in brackets",
                    piece.broken,
                )
            return self.claim(body, piece)
        except ReadError as error:
            return replace(self.text_of(body), kind="unread", error=error)

    def text_of(self, body: Sequence[Token]) -> Claim:
        return Claim("text", self.source(body), body[0].line, body[0].column)

    def source(self, body: Sequence[Token]) -> str:
        return self.text[body[0].start : body[-1].stop].strip()

    def fail(self, message: str, token: Token) -> NoReturn:
        raise ReadError(message, self.text.split("\n")[token.line - 1], token.line, token.column)

    def claim(self, body: list[Token], piece: Piece) -> Claim:
        sides = cut(body)
        continues = sides[0][0] != ""
        place = Claim("claim", self.source(body), body[0].line, body[0].column, continues=continues)
        whole = len(sides) > 1
        sides = [s for s in sides if s[1]]
        if not sides or (whole and len(sides) == 1 and not continues and is_op(body[-1], EQUALS)):
            self.fail("the right side is missing; expected an expression after '='", body[-1])
        if piece.label:
            return self.labelled(place, piece.label, sides)
        found = self.equation(place, piece.intro, sides) if len(sides) > 1 and not continues else None
        if found is not None:
            return found
        if piece.intro == ANSWER and len(sides) == 1:
            place = replace(place, wrt=self.known.wrt, left=self.left_side(None, self.known.wrt))
        return replace(place, parts=self.parts(sides))

    def equation(self, place: Claim, intro: str, sides: Sequence[Side]) -> Claim | None:
        """Return what an equation says by its left side: a derivative is …, a name is …, a reason; None where it is one expression of several."""
        head = sides[0][1]
        dash = len(head) > 2 and is_op(head[0], MINUS)
        told = head[dash:]
        bare, entry = entry_named(told, self.known)
        named = derivative_named(without_indices(bare, self.known), self.known, self.gradients, self.called)
        if named is not None:
            self.axes = sizes(bare, self.known)
            parts = self.parts(sides[1:])
            if dash:
                bullet = told[0].gap and self.source(head[:1]) == "-"
                parts = tuple(replace(p, dashed=True) for p in parts) if bullet else negative(parts)
            left, primes = self.left_side(*named), sum(t.kind == "prime" for t in told)
            if primes > 1 and left is not None and named[1]:  # f'' is the derivative of f'
                for _ in range(primes - 1):
                    left = heads.Diff(left, sp.Symbol(named[1]))
                return replace(place, of=f"{named[0]}{PRIME * (primes - 1)}", wrt=named[1], left=left, parts=parts)
            claim = replace(place, of=named[0], wrt=named[1], left=left, parts=parts, entry=entry)
            if not entry:
                self.remember(head, claim)
            return claim
        name = self.defined(head, intro)
        if name is not None:
            parts = self.parts(sides[1:])
            self.define(name, parts[-1])
            return replace(place, kind="definition", name=name, parts=parts)
        return self.fact(place, sides) if intro in REASONS | DEFINES else None

    def fact(self, place: Claim, sides: Sequence[Side]) -> Claim:
        """Return what is said as a reason: since d(wx)/dw = x is a claim, since s² = 1 is no answer to anything."""
        try:
            parts = self.parts(sides)
        except ReadError:
            return replace(place, kind="text")
        return replace(place, parts=parts) if isinstance(parts[0].tree, heads.Diff) else replace(place, kind="text")

    def labelled(self, place: Claim, label: Sequence[str], sides: Sequence[Side]) -> Claim:
        """Return what words on the left say: the final answer = …, or a quantity of one's own, as in outer derivative = …."""
        place, parts = replace(place, continues=False), self.parts(sides)
        said = [word.lower() for word in label]
        wrt = self.known.spelling(label[-1]) if {"wrt", "to", "by"}.intersection(said[-2:-1]) else None
        noun = next((k for k, word in enumerate(said) if word in ANSWERS), len(said))
        if not DETERMINERS.issuperset(said[:noun]) or not (wrt or noun == len(said) - 1):
            return replace(place, kind="definition", parts=parts)
        of = label[noun + 2] if wrt and said[noun + 1] == "of" and self.known.definitions.get(label[noun + 2]) else None
        wrt = wrt or self.known.wrt
        return replace(place, of=of, wrt=wrt, left=self.left_side(of, wrt), parts=parts)

    def parts(self, sides: Sequence[Side]) -> tuple[Part, ...]:
        found = []
        for relation, body in sides:
            r, at = self.read(without_open_brace(body)), body[0]
            part = Part(r.tree, self.source(body), at.line, at.column, relation, r.alternatives, r.assumed, r.shape)
            found.append(part)
        return tuple(found)

    def read(self, body: list[Token]) -> Reading:
        """Return the readings of one expression; in a text with very much ambiguity only the first."""
        few = self.spent < MOST_SPENT
        reading = readings(body, self.known, self.limits, self.text, few, self.axes)
        self.spent += len(body) * (1 + len(reading.alternatives))
        return reading

    # ----- left sides -----
    def left_side(self, of: str | None, wrt: str | None) -> sp.Basic | None:
        """Return the tree of a named derivative, None where nothing says what it is the derivative of."""
        what = self.known.target if of is None else self.meaning(of, self.known.target)
        by = None if wrt is None else self.meaning(wrt, sp.Symbol(wrt))
        return None if what is None or by is None else heads.Diff(what, by)

    def meaning(self, name: str, unknown: sp.Basic | None) -> sp.Basic | None:
        """Return what a name stands for: itself if the problem has it and gives it no meaning."""
        definition = self.known.definitions.get(name)
        if definition is not None:
            return definition.tree
        return sp.Symbol(name) if self.known.spelling(name) else unknown

    def defined(self, head: list[Token], intro: str) -> str | None:
        """Return the name that a left side defines, or None if it is an expression like any other."""
        name, called = head[0].name, len(head) > 1
        if head[0].kind != "word" or name == "d" or (called and without_arguments(head[1:])):
            return None
        declared = self.known.spelling(name)
        if declared in self.known.definitions:
            return declared
        if declared is not None:
            return declared if intro in DEFINES and not called else None
        operation = called and len(name) > 1 and self.known.function(name)
        return None if operation or (head[0].tex and len(head[0].text) > 1) else name

    def define(self, name: str, part: Part) -> None:
        """Let `name` stand for `tree` from here on; the problem's own definitions stay as they are."""
        tree = part.tree
        if name in self.given.definitions or name in names_in(tree):
            return  # u = 2u: a claim about u, and no definition of it
        for other, meaning in self.known.definitions.items():
            if (
                self.late < MOST_LATE and name in meaning.free and other not in self.given.definitions
            ):  # p = σ(z), and z = wx + b only now
                self.late += 1
                told = replaced(meaning.tree, {name: tree})
                self.known = self.known.defining(other, Definition(told, meaning.params, meaning.shape, names_in(told)))
        self.known = self.known.defining(name, Definition(tree, None, part.shape, names_in(tree)))

    def remember(self, head: list[Token], claim: Claim) -> None:
        """Let the name of a gradient in code style (du) be used in later lines."""
        name = head[0].name
        free = name in self.gradients or key(name) not in self.known.names
        if len(head) == 1 and claim.tree is not None and free and name.lower() not in ANSWERS:
            self.gradients.add(name)
            self.known = self.known.defining(
                name, Definition(claim.tree, None, claim.parts[-1].shape, names_in(claim.tree))
            )


def negative(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Return what −dL/dw = 2x says of dL/dw."""
    return tuple(replace(p, tree=neg(p.tree), alternatives=tuple(map(neg, p.alternatives))) for p in parts)


def cut(body: list[Token]) -> list[Side]:
    """Return the sides of a chain of equalities, each with the sign before it."""
    sides: list[Side] = [("", [])]
    depth = 0
    for token in body:
        depth += (token.kind in ("open", "begin")) - (token.kind in ("close", "finish"))
        if depth <= 0 and token.kind == "op" and token.text in EQUALS:
            sides.append(("≈" if token.text == "≈" else "=", []))
        else:
            sides[-1][1].append(token)
    if len(sides) > 1 and not sides[0][1]:
        sides = sides[1:]
    return sides


def without_marks(body: list[Token]) -> list[Token]:
    """Return a piece without ticks, question marks and the like at its ends; a percent sign is a number, and stays."""
    marks = [t.kind == "junk" and not any(c.isalnum() or c in "'\"%‰" for c in t.text) for t in body]
    first = next((i for i, m in enumerate(marks) if not m), 0)
    last = next((i for i in range(len(body) - 1, -1, -1) if not marks[i]), len(body) - 1)
    return body[first : last + 1]


def without_open_brace(body: list[Token]) -> list[Token]:
    """Return a side without the { of cases that nothing closes: { a if x > 0, b otherwise."""
    lone = body[0].text == "{" and sum((t.kind == "open") - (t.kind == "close") for t in body) == 1
    return body[1:] if lone and len(body) > 1 else body
