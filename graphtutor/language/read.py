"""Text → SymPy trees, unevaluated, in the author's order; nothing is ever run.

Plain text, Unicode, LaTeX and Python are spellings of one language: `tokens` (with `commands`) spells,
`names` knows who is who, `grammar` builds, `program` and `claims` read several lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy as sp

from .claims import Claim, Part, derivation
from .grammar import DEFAULT, Limits
from .names import Context
from .program import Line, Program, bounded, context, program, whole_names
from .readings import Reading, readings
from .tokens import LOOKS_LATEX, Token, tokens

__all__ = [
    "DEFAULT",
    "Claim",
    "Limits",
    "Line",
    "Part",
    "Program",
    "Reading",
    "context",
    "derivation",
    "program",
    "read",
    "reading",
]


def read(text: str, names: Iterable[str] | None = None, definitions: Mapping[str, Any] | None = None, shapes: Mapping[str, Any] | None = None,
         limits: Limits = DEFAULT, *, constants: Mapping[str, Any] | None = None, target: Any = None, wrt: str | None = None,
         strict: bool = False) -> sp.Basic:  # fmt: skip
    """Return one expression as an unevaluated SymPy tree.

    `names` are the problem's names: run-together letters are products of them. `definitions`: a name,
    or a call such as "f(x, W, b)", → what it stands for. Of `dL/dw = …` or `y = …` the last side is
    returned. `strict` refuses names that are not declared. Raises ReadError with line, column, caret.

    >>> read("2(f - y)"), read(r"e^{-x}"), read("2x²").args[1]
    (2*(f - y), exp(-x), x**2)
    >>> read("1 + sine(x)")
    Traceback (most recent call last):
        ...
    graphtutor.errors.ReadError: line 1, column 5: unknown function 'sine' (did you mean 'sin'?)
    """
    known = context(names, definitions, shapes, constants, target=target, wrt=wrt, strict=strict, limits=limits)
    return one(text, known, limits)[0].tree


def reading(text: str, names: Iterable[str] | None = None, definitions: Mapping[str, Any] | None = None, shapes: Mapping[str, Any] | None = None,
            limits: Limits = DEFAULT, *, constants: Mapping[str, Any] | None = None, target: Any = None, wrt: str | None = None,
            strict: bool = False) -> Reading:  # fmt: skip
    """Return the tree of an expression with what was assumed and the other readings there are.

    >>> reading("x(y + 1)").assumed
    ('read x(…) as a product',)
    >>> r = reading(r"\\frac{d}{dw} e^{w} \\cdot w")
    >>> r.tree, r.alternatives[0]
    (w*Diff(exp(w), w), Diff(w*exp(w), w))
    """
    known = context(names, definitions, shapes, constants, target=target, wrt=wrt, strict=strict, limits=limits)
    return one(text, known, limits, alternatives=True)[0]


def one(text: str, known: Context, limits: Limits, alternatives: bool = False) -> tuple[Reading, Sequence[Token]]:
    """Return the reading of one expression, and its tokens."""
    bounded(text, limits)
    stream = last_side(tokens(text, bool(LOOKS_LATEX.search(text)), whole_names(known)))
    return readings(stream, known, limits, text, alternatives), stream


def last_side(stream: list[Token]) -> list[Token]:
    """Return the tokens after the last `=` that stands outside brackets; layout and blank lines go.

    Lines stay apart: a second line is for `program`, not for `read`.
    """
    kept: list[Token] = []
    depth, sides = 0, 0
    for token in stream:
        depth += (token.kind in ("open", "begin")) - (token.kind in ("close", "finish"))
        outside = depth == 0
        if (
            token.kind == "comment"
            or (token.kind == "junk" and token.text == "`")
            or (token.kind == "break" and token.text == "\n" and (depth > 0 or not kept))
        ):
            continue
        equals = (
            outside and token.kind == "op" and token.text in ("=", "⇒") and not any(t.kind == "break" for t in kept)
        )
        if equals and (kept or not sides):
            kept, sides = [], sides + 1
            continue
        kept.append(token)
    end = kept.pop()
    while kept and kept[-1].kind == "break":
        kept.pop()
    return [*kept, end]
