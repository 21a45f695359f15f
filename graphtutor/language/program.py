"""Programs: lines `name = expression`, the last one the output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from ..errors import LearnerError, ReadError
from .context import context
from .grammar import DEFAULT, Grammar, Limits
from .names import Context, key
from .tokens import LOOKS_LATEX, Token, tokens


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a program: the name that it defines (None for a bare expression), its tree, and where it stands."""

    name: str | None
    tree: sp.Basic
    line_no: int
    source: str
    column: int = 1
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """Lines in order; the last one is the output. Names of earlier lines stand in the trees as symbols."""

    lines: tuple[Line, ...]


def program(text: str, *, names: Iterable[str] | None = None, shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None,
            definitions: Mapping[str, Any] | None = None, limits: Limits = DEFAULT) -> Program:  # fmt: skip
    """Return the lines of a program: `f = …`, separated by newlines or `;`, the last one the output.

    A name may be used many times, but after its line, and is assigned once. `f(x) = …` is a line of
    the name f. Raises ReadError with line, column and caret.

    >>> [line.name for line in program("f = w*x  # the score\\nL = f**2; L/2").lines]
    ['f', 'L', None]
    """
    bounded(text, limits)
    known = context(names, definitions, shapes, constants, limits=limits)
    tex = bool(LOOKS_LATEX.search(text))
    pieces = list(statements(tokens(text, tex, whole_names(known))))
    if not pieces:
        raise ReadError("nothing to read; expected an expression such as (w*x - y)**2", text[:100].split("\n")[0])
    headings = [heading(piece) for piece in pieces]
    later = {h[0]: piece[0].line for h, piece in reversed(list(zip(headings, pieces, strict=True))) if h is not None}
    lines: list[Line] = []
    for piece, head in zip(pieces, headings, strict=True):
        name = None if head is None else head[0]
        if name is not None and name not in later:
            fail(f"'{name}' is assigned twice; give the second line a name of its own", text, piece[0])
        body = piece if head is None else piece[head[1] :]
        if not body:
            fail(f"'{name} =' has no right side; expected an expression after '='", text, piece[-1])
        grammar = Grammar(body, known, limits, text, later=later)
        tree = grammar.whole()
        lines.append(
            Line(
                name, tree, piece[0].line, text.split("\n")[piece[0].line - 1], piece[0].column, tuple(grammar.assumed)
            )
        )
        if name is not None:
            del later[name]
            known = assigned(known, name, grammar.shape(tree), () if head is None else head[2])
    return Program(tuple(lines))


def assigned(known: Context, name: str, shape: tuple[int, ...], params: tuple[str, ...] = ()) -> Context:
    """Return the context after the line of `name`: a name from now on, whatever it was before."""
    rest = {n: d for n, d in known.definitions.items() if key(n) != key(name)}
    shapes = {**known.shapes, name: shape} if shape else known.shapes
    calls = {**known.calls, name: params} if params else known.calls
    return replace(known, names={**known.names, key(name): name}, definitions=rest, shapes=shapes, calls=calls)


def bounded(text: Any, limits: Limits) -> None:
    """Raise unless `text` is text of a length that is read."""
    if not isinstance(text, str):
        raise LearnerError(f"cannot read {type(text).__name__}; expected text")
    if len(text) > limits.chars:
        line = text[: limits.chars].count("\n") + 1
        raise ReadError(
            f"the text is {len(text)} characters long; at most {limits.chars} are read",
            text[:100].split("\n")[0],
            line,
            1,
        )


def whole_names(known: Context) -> frozenset[str]:
    return frozenset(n for n in known.names.values() if re.search("_[A-Za-z]{2}", n))


def statements(stream: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each statement; inside brackets and environments a new line goes on."""
    depth = 0
    held: list[Token] = []
    for token in stream:
        if token.kind == "comment":
            continue
        depth += (token.kind in ("open", "begin")) - (token.kind in ("close", "finish"))
        if token.kind == "end" or (token.kind == "break" and depth <= 0):
            if held:
                yield held
            held, depth = [], 0
        elif token.kind != "break" or token.text == "\\\\" or token.text == ";":
            held.append(token)


def heading(piece: Sequence[Token]) -> tuple[str, int, tuple[str, ...]] | None:
    """Return what a statement `name = …` or `name(x, y) = …` defines: the name, where its body starts, the arguments."""
    if not piece or piece[0].kind != "word":
        return None
    at = 1
    if at < len(piece) and piece[at].kind == "open" and piece[at].text == "(":
        while at < len(piece) and piece[at].kind != "close":
            if piece[at].kind not in ("word", "open") and piece[at].text != ",":
                return None
            at += 1
        at += 1
    if at < len(piece) and piece[at].kind == "op" and piece[at].text in ("=", ":="):
        return piece[0].name, at + 1, tuple(t.name for t in piece[1:at] if t.kind == "word")
    return None


def fail(message: str, text: str, token: Token) -> None:
    raise ReadError(message, text.split("\n")[token.line - 1], token.line, token.column)
