"""Text → SymPy trees, unevaluated, in the author's order; nothing is ever run.

Plain text, Unicode, LaTeX and Python are spellings of one language: `tokens` (with `commands`) spells,
`names` knows who is who, `grammar` builds, `program` and `claims` read several lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy as sp

from ..door import door
from ..errors import ReadError
from .claims import Claim, Part, derivation
from .gradients import derivative_named
from .grammar import DEFAULT, Limits, Reading, readings
from .names import Context
from .program import Line, Program, bounded, context, program, scanned
from .prose import is_op
from .tokens import Token

PARTS = frozenset(["<", ">", "≤", "≥", "<=", ">=", "≠"])  # signs that an equation between numbers does not have
LABELLING = frozenset(["=", "⇒"])  # between a label and what it says

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
    "equation",
    "program",
    "read",
    "reading",
]


@door
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
    stream = last_side(scanned(text, known), known, text)
    return readings(stream, known, limits, text, alternatives), stream


def equation(
    text: str, names: Iterable[str] | None = None, limits: Limits = DEFAULT, by: str = ""
) -> tuple[sp.Basic, sp.Basic] | None:
    """Return the two sides of an equation between names, as in x² + y² = 1 and y = x·exp(y); None for any other text.

    A name on the left that the right side does not hold is what a program calls it, and no equation, unless it is what is
    differentiated by.

    >>> equation("x**2 + y**2 = 1"), equation("L = x**2"), equation("y = x exp(y)")[1], equation("x = tan(y)", by="x")
    ((x**2 + y**2, 1), None, x*exp(y), (x, tan(y)))
    """
    bounded(text, limits)
    known = context(names, None, None, None, limits=limits)
    sides = parted(scanned(text, known))
    while len(sides[-1]) > 1 and sides[-1][-2].kind == "break":
        del sides[-1][-2]
    if len(sides) != 2 or not sides[0] or len(sides[1]) < 2:
        return None
    if named_line(sides[0], sides[1], known) and [t.name for t in sides[0]] != [by]:
        return None
    if any(is_op(t, PARTS) or t.kind == "break" for side in sides for t in side):
        return None
    end = sides[1][-1]
    one, other = (readings(side, known, limits, text, False).tree for side in ([*sides[0], end], sides[1]))
    return one, other


def named_line(head: Sequence[Token], body: Sequence[Token], known: Context) -> bool:
    """True for a line of a program: f(x) = …, and L = … unless L comes again; not for exp(y) = x."""
    first, *more = head
    if not is_label(head, known) or (more and known.function(first.name) is not None):
        return False
    return bool(more) or first.name not in (t.name for t in body)


def last_side(stream: list[Token], known: Context, text: str) -> list[Token]:
    """Return the tokens after the last `=` that stands outside brackets; layout and blank lines go.

    What stands before an equals sign is a label: a name or a derivative; an equation of other things has no value.
    Lines stay apart: a second line is for `program`, not for `read`.
    """
    *labels, kept = parted(stream)
    end = kept.pop()
    while kept and kept[-1].kind == "break":
        kept.pop()
    other = next((head for head in labels if head and not is_label(head, known)), None)
    if other and kept:
        told = "an equation has no value: a name or a derivative stands before '='; give one side alone"
        raise ReadError(told, text.split("\n")[other[0].line - 1], other[0].line, other[0].column)
    return [*kept, end]


def parted(stream: Sequence[Token]) -> list[list[Token]]:
    """Return the sides of the first line that has any, the last with what comes after; layout goes."""
    sides: list[list[Token]] = [[]]
    depth, lines = 0, False
    for token in stream:
        depth += (token.kind in ("open", "begin")) - (token.kind in ("close", "finish"))
        if is_layout(token, depth > 0 or not sides[-1]):
            continue
        if not depth and not lines and is_op(token, LABELLING) and (sides[-1] or len(sides) == 1):
            sides.append([])
            continue
        lines = lines or token.kind == "break"
        sides[-1].append(token)
    return sides


def is_layout(token: Token, goes_on: bool) -> bool:
    """True for comments, fences, and the end of a line after which an expression goes on."""
    fence = token.kind == "junk" and token.text == "`"
    return token.kind == "comment" or fence or (goes_on and token.kind == "break" and token.text == "\n")


def is_label(head: Sequence[Token], known: Context) -> bool:
    """True for what only says what a right side is: a name, f(x), dL/dw, d/dw (…)."""
    name = head[0].kind == "word" and (len(head) == 1 or (head[1].text == "(" and head[-1].text == ")"))
    operator = head[0].text in ("d", "nabla") or (
        head[0].text.startswith("d") and len(head) > 1 and head[1].text == "/"
    )
    fraction = head[0].text == "frac" and len(head) > 2 and head[2].text.startswith("d")
    return name or operator or fraction or derivative_named(head, known, (), ()) is not None
