"""Lines as people hand them in → claims: which derivative is said to be what, and what was defined on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from ..errors import ReadError
from ..ops.heads import Diff
from . import cases, prose
from .grammar import DEFAULT, Limits, parse
from .names import Context, Definition, key
from .program import bounded, context, whole_names
from .prose import DEFINES, GIVES, LATE, REASONS, Piece
from .readings import Reading, readings
from .tokens import LOOKS_LATEX, Token, tokens
from .trees import names_in, replaced

MOST_LATE = 300  # meanings put into earlier ones; more of them is no derivation of a person's
MOST_SPENT = 8_000  # tokens; what a whole derivation may cost in other readings
ANSWERS = frozenset(["grad", "gradient", "answer", "ans", "result", "derivative", "slope"])
CODE_STYLE = re.compile(r"d(?:[A-Za-z]+_?d|_)?(\w+)|grad_(\w+)|(\w+)_grad")


@dataclass(frozen=True, slots=True)
class Part:
    """One expression of a claim: its tree, the other readings that a person could mean, and where it stands.

    `relation` is the sign before it: "" (none), "=" or "≈".
    """

    tree: sp.Basic
    source: str
    line: int
    column: int
    relation: str = ""
    alternatives: tuple[sp.Basic, ...] = ()
    assumed: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()


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
    tex = bool(LOOKS_LATEX.search(whole))
    rows = [
        cases.normal(prose.plain(row, whole, known))
        for row in prose.lines(tokens(whole, tex, whole_names(known), dollars=True))
    ]
    rows = joined_rows([row for row in rows if row and not all(t.text == "$" for t in row)])
    if prose.bulleted(rows):
        rows = [row[1:] for row in rows]
    reader = Reader(whole, known, limits)
    return tuple(claim for row in rows for claim in reader.row(row))


def joined_rows(rows: Sequence[list[Token]]) -> list[list[Token]]:
    """Return the rows with those joined to the next that end in an operator or an equals sign, and the cases of one choice."""
    found: list[list[Token]] = []
    for row in rows:
        if found and cases.goes_on(found[-1], row):
            found[-1] = [*found[-1], cases.comma(row[0]), *row]
        elif found and found[-1][-1].kind == "op" and found[-1][-1].text in ("=", "+", "-", "*", "·", "/"):
            found[-1] = [*found[-1], *row]
        else:
            found.append(list(row))
    return found


class Reader:
    """Reads rows one after the other; `known` grows with what the student defines."""

    def __init__(self, text: str, known: Context, limits: Limits):
        self.text, self.known, self.limits = text, known, limits
        self.given = known
        self.spent = self.late = 0

    def row(self, row: Sequence[Token]) -> list[Claim]:
        """Return the claims of one line; definitions that come after `where` are read first."""
        pieces = cases.apart(prose.pieces(row, self.known))
        order = sorted(
            range(len(pieces)), key=lambda i: not (pieces[i].intro in LATE and prose.has_equals(pieces[i].tokens))
        )
        done = {}
        for i in order:
            later = any(p.math and p.intro not in REASONS and not cases.compares(p.tokens) for p in pieces[i + 1 :])
            dashed = i + 1 < len(pieces) and not pieces[i + 1].math
            by_case = any(cases.compares(p.tokens) or cases.otherwise(p) for p in pieces)
            done[i] = self.piece(pieces[i], by_case or not later, prose.answers(pieces, i), dashed)
        return [done[i] for i in range(len(pieces))]

    def piece(self, piece: Piece, last: bool, answer: bool, dashed: bool) -> Claim:
        """Return the claim of one piece; without certainty that it is mathematics, text.

        `last`: no other mathematics but reasons follows in its line; `answer`: words say that this is
        the answer; `dashed`: words follow, after a dash or an arrow it may be.
        """
        body = list(piece.tokens)
        if not piece.math:
            return self.text_of(body)
        body = without_marks(without_dash(body) if dashed else body)
        equals = prose.has_equals(body)
        if not (piece.sure or equals or answer or (last and piece.intro in GIVES)):
            return self.text_of(body)
        if all(t.kind in ("op", "junk", "prime", "break") for t in body):
            return self.text_of(body)
        try:
            return self.claim(body, piece.intro)
        except ReadError as error:
            if not piece.sure and not equals:
                return self.text_of(body)
            return replace(self.text_of(body), kind="unread", error=error)

    def text_of(self, body: Sequence[Token]) -> Claim:
        return Claim("text", self.source(body), body[0].line, body[0].column)

    def source(self, body: Sequence[Token]) -> str:
        return self.text[body[0].start : body[-1].stop].strip()

    def claim(self, body: list[Token], intro: str) -> Claim:
        sides = cut(body)
        continues = sides[0][0] == "=" or sides[0][0] == "≈"
        place = Claim("claim", self.source(body), body[0].line, body[0].column, continues=continues)
        if len(sides) > 1 or continues:
            sides = [s for s in sides if s[1]]
        if not sides or (len(sides) == 1 and body[-1].kind == "op" and body[-1].text in prose.EQUALS and not continues):
            raise ReadError(
                "the right side is missing; expected an expression after '='",
                self.text.split("\n")[body[0].line - 1],
                body[-1].line,
                body[-1].column,
            )
        head = sides[0][1]
        if len(sides) > 1 and not continues:
            named = self.quantity(head)
            if named is not None:
                claim = replace(
                    place, of=named[0], wrt=named[1], left=self.left_side(head, named), parts=self.parts(sides[1:])
                )
                self.remember(head, claim)
                return claim
            name = self.defined(head, intro)
            if name is not None:
                parts = self.parts(sides[1:])
                self.define(name, parts[-1])
                return replace(place, kind="definition", name=name, parts=parts)
        return replace(place, parts=self.parts(sides))

    def parts(self, sides: Sequence[tuple[str, list[Token]]]) -> tuple[Part, ...]:
        found = []
        for relation, body in sides:
            reading = self.read(without_open_brace(body))
            found.append(
                Part(
                    reading.tree,
                    self.source(body),
                    body[0].line,
                    body[0].column,
                    relation,
                    reading.alternatives,
                    reading.assumed,
                    reading.shape,
                )
            )
        return tuple(found)

    def read(self, body: list[Token]) -> Reading:
        """Return the readings of one expression; in a text with very much ambiguity only the first."""
        few = self.spent < MOST_SPENT
        reading = readings(body, self.known, self.limits, self.text, few)
        self.spent += len(body) * (1 + len(reading.alternatives))
        return reading

    # ----- left sides -----
    def quantity(self, head: list[Token]) -> tuple[str | None, str | None] | None:
        """Return (of, wrt) if a left side names a derivative: dL/dw, ∂L/∂w, \\frac{…}{…}, f′(x), ∇_w L, dw, grad."""
        return self.quotient(head) or self.primed(head) or self.nabla(head) or self.code_style(head)

    def quotient(self, head: list[Token]) -> tuple[str | None, str | None] | None:
        flat = [t for t in head if not (t.kind == "macro" and t.text == "frac")]
        if len(flat) < len(head):
            if (
                len(flat) != len(head) - 1
                or len(flat) < 2
                or head[0].text != "frac"
                or flat[0].text != "{"
                or flat[-1].text != "}"
            ):
                return None
            middle = [i for i in range(len(flat) - 1) if flat[i].text == "}" and flat[i + 1].text == "{"]
            if len(middle) != 1:
                return None
            above, under = flat[1 : middle[0]], flat[middle[0] + 2 : -1]
        else:
            slash = [i for i, t in enumerate(head) if t.kind == "op" and t.text == "/"]
            if len(slash) != 1:
                return None
            above, under = head[: slash[0]], head[slash[0] + 1 :]
        of, wrt = differential(above), differential(under)
        if of is None or wrt is None or (self.known.spelling(above[0].name) and self.known.spelling(under[0].name)):
            return None
        return self.spelled(of), self.spelled(wrt)

    def spelled(self, name: str) -> str:
        return self.known.spelling(name) or name

    def primed(self, head: list[Token]) -> tuple[str | None, str | None] | None:
        if len(head) < 2 or head[0].kind != "word" or head[1].kind != "prime" or self.known.function(head[0].name):
            return None
        rest = [t for t in head[1:] if t.kind != "prime"]
        if not rest:
            return self.spelled(head[0].name), self.known.wrt
        if (
            rest[0].kind == "open"
            and rest[-1].kind == "close"
            and all(t.kind == "word" or t.text == "," for t in rest[1:-1])
        ):
            inside = [t for t in rest[1:-1] if t.kind == "word"]
            return self.spelled(head[0].name), self.spelled(inside[0].name) if len(inside) == 1 else self.known.wrt
        return None

    def nabla(self, head: list[Token]) -> tuple[str | None, str | None] | None:
        words = [t for t in head if t.kind == "word"]
        if (
            head[0].kind == "macro"
            and head[0].text in ("nabla", "d")
            and len(words) in (1, 2)
            and len(head) > 1
            and head[1].text == "_"
        ):
            return (self.spelled(words[1].name) if len(words) == 2 else None), self.spelled(words[0].name)
        return None

    def code_style(self, head: list[Token]) -> tuple[str | None, str | None] | None:
        """Return what `dw0 = …`, `dL_dw0 = …`, `grad_w0 = …`, `grad = …` name."""
        if len(head) != 1 or head[0].kind != "word" or self.known.spelling(head[0].name):
            return None
        name = head[0].name
        if name.lower() in ANSWERS:
            return None, self.known.wrt
        match = re.fullmatch(r"d([A-Za-z]\w*?)_?d_?([A-Za-z]\w*)", name)
        if match and (self.known.spelling(match[2]) or not self.known.known):
            return match[1], self.spelled(match[2])
        match = CODE_STYLE.fullmatch(name)
        variable = next((g for g in match.groups() if g), None) if match else None
        if variable and (
            self.known.spelling(variable) or (not self.known.known and re.fullmatch(r"[A-Za-z][0-9]*", variable))
        ):
            return None, self.spelled(variable)
        return None

    def left_side(self, head: list[Token], named: tuple[str | None, str | None]) -> sp.Basic | None:
        """Return the tree of a named derivative, None where nothing says what it is the derivative of."""
        of, wrt = named
        try:
            if of is not None and differential_like(head):
                return parse(head, self.known, self.limits, self.text).tree
        except ReadError:
            return None
        meaning = self.known.definitions.get(of or "")
        tree = meaning.tree if meaning is not None else self.known.target
        if tree is None or wrt is None:
            return None
        variable = self.known.definitions.get(wrt)
        return Diff(tree, variable.tree if variable else sp.Symbol(wrt))

    def defined(self, head: list[Token], intro: str) -> str | None:
        """Return the name that a left side defines, or None if it is an expression like any other."""
        if head[0].kind != "word" or head[0].name == "d":
            return None
        if len(head) > 1 and not (
            head[1].kind == "open"
            and head[-1].kind == "close"
            and all(t.kind == "word" or t.text == "," for t in head[2:-1])
        ):
            return None
        if len(head) > 1 and self.known.function(head[0].name) and len(head[0].name) > 1:
            return None
        name = head[0].name
        declared = self.known.spelling(name)
        if declared is not None and declared not in self.known.definitions and intro not in DEFINES:
            return None
        if declared is not None and len(head) > 1 and declared not in self.known.definitions:
            return None
        if declared is None and head[0].tex and len(head[0].text) > 1:
            return None
        return declared or name

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
        if (
            len(head) == 1
            and claim.tree is not None
            and key(head[0].name) not in self.known.names
            and head[0].name.lower() not in ANSWERS
        ):
            self.known = self.known.defining(
                head[0].name, Definition(claim.tree, None, claim.parts[-1].shape, names_in(claim.tree))
            )


def cut(body: list[Token]) -> list[tuple[str, list[Token]]]:
    """Return the sides of a chain of equalities, each with the sign before it."""
    sides: list[tuple[str, list[Token]]] = [("", [])]
    depth = 0
    for token in body:
        depth += (token.kind in ("open", "begin")) - (token.kind in ("close", "finish"))
        if depth <= 0 and token.kind == "op" and token.text in prose.EQUALS:
            sides.append(("≈" if token.text == "≈" else "=", []))
        else:
            sides[-1][1].append(token)
    if len(sides) > 1 and not sides[0][1]:
        sides = sides[1:]
    return sides


def without_marks(body: list[Token]) -> list[Token]:
    """Return a piece without ticks, question marks and the like at its ends."""
    marks = [t.kind == "junk" and not any(c.isalnum() or c in "'\"" for c in t.text) for t in body]
    first = next((i for i, m in enumerate(marks) if not m), 0)
    last = next((i for i in range(len(body) - 1, -1, -1) if not marks[i]), len(body) - 1)
    return body[first : last + 1]


def without_dash(body: list[Token]) -> list[Token]:
    """Return a piece without the dash, dashes or arrow that part it from a remark: 2x -- by the chain rule."""
    kept = list(body)
    while (
        len(kept) > 1
        and kept[-1].kind == "op"
        and kept[-1].text in ("-", "<-")
        and (kept[-1].gap or len(kept) < len(body) or kept[-2].text == "-")
    ):
        kept.pop()
    return kept


def without_open_brace(body: list[Token]) -> list[Token]:
    """Return a side without the { of cases that nothing closes: { a if x > 0, b otherwise."""
    lone = (
        body[0].kind == "open"
        and body[0].text == "{"
        and sum((t.kind == "open") - (t.kind == "close") for t in body) == 1
    )
    return body[1:] if lone and len(body) > 1 else body


def differential(part: Sequence[Token]) -> str | None:
    """Return the L of dL, d L, ∂L, ∂L(w, b), or the w0 of ∂w₀; None for anything else."""
    if not part:
        return None
    first, rest = part[0], list(part[1:])
    if (first.kind == "macro" and first.text == "d") or first.name == "d":
        if not rest or rest[0].kind != "word":
            return None
        name, rest = rest[0].name, rest[1:]
    elif first.kind == "word" and first.text.startswith("d") and len(first.name) > 1:
        name = first.name[1:]
    else:
        return None
    if rest and not (
        rest[0].kind == "open"
        and rest[-1].kind == "close"
        and all(t.kind == "word" or t.text == "," for t in rest[1:-1])
    ):
        return None
    return name


def differential_like(head: Sequence[Token]) -> bool:
    return any(t.kind == "macro" or (t.kind == "op" and t.text == "/") for t in head)
