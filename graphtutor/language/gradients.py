"""What a left side names: the L and the w of dL/dw = …, of ∂/∂w L, \\frac{…}{…}, f′(x), ∇_w L, dw, grad.

Only names are told here; what a derivative is as a tree is the grammar's to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

import sympy as sp

from ..ops.row import Row
from .names import GREEK, SHORT, Context, split
from .pieces import ANSWERS
from .prose import is_op
from .tokens import Token

CODE_STYLE = re.compile(r"d(?:[A-Za-z]+_?d|_)?(\w+)|grad_(\w+)|(\w+)_grad")
BOTH = re.compile(r"d([A-Za-z]\w*?)_?d_?([A-Za-z]\w*)")

SLASH = frozenset("/")

Named = tuple[str | None, str | None]  # (of, wrt)


def derivative_named(
    head: Sequence[Token], known: Context, own: Collection[str], called: Collection[str]
) -> Named | None:
    """Return (of, wrt) if a left side names a derivative.

    `own`: names in code style that stand for gradients already; `called`: names that the text calls as functions.
    """
    found = quotient(head, known) or primed(head, known, called) or nabla(head, known) or code_style(head, known, own)
    if found is None:
        return None
    of, wrt = (None if name is None else known.spelling(name) or name for name in found)
    return of, wrt


# ----- dL/dw, d/dw L -----
# branches: the quotients of differentials that people write
def quotient(head: Sequence[Token], known: Context) -> Named | None:
    """Return the names of dL/dw, ∂L(w, b)/∂w and of an operator on a name: d/dw L, (d/dw) L, \\frac{d}{dw} L."""
    line = in_a_row(head)
    above = differential(line, known)
    if above is None or is_operation(*above, known):
        return None
    rest = without_arguments(above[1])
    under = differential(rest[1:], known) if len(rest) > 1 and is_op(rest[0], SLASH) else None
    if under is None or under[0] is None or (is_name(line[0], known) and is_name(rest[1], known)):
        return None
    of, (wrt, rest) = above[0] or in_brackets_alone(above[1], known), under
    if of is None and rest and rest[0].kind == "word":
        of, rest = rest[0].name, rest[1:]
    if of is None and is_op(above[1][0], SLASH) and not rest:
        return None, wrt  # d/dx = 3x²
    return None if of is None or without_arguments(rest) else (of, wrt)


def in_brackets_alone(rest: Sequence[Token], known: Context) -> str | None:
    """Return the loss of d(loss)/dw: a name of the student's own."""
    alone = len(rest) > 2 and rest[0].kind == "open" and rest[1].kind == "word" and rest[2].kind == "close"
    return (
        rest[1].name
        if alone and len(rest[1].name) > 1 and rest[1].text.isalpha() and not splits(rest[1], known)
        else None
    )


def splits(token: Token, known: Context) -> bool:
    """True for a name of the problem, and for letters that are a product of its names."""
    return is_name(token, known) or split(token.text, known, False, False, False) is not None


def is_name(token: Token, known: Context) -> bool:
    return token.kind == "word" and known.spelling(token.name) is not None


def is_operation(of: str | None, rest: Sequence[Token], known: Context) -> bool:
    """True for the sin(x) of d sin(x)/dx; a single letter is the problem's own function, unless that has such an operation in it."""
    row = known.function(of) if of is not None and rest and rest[0].kind == "open" else None
    return row is not None and (uses(known, row) or (len(of or "") > SHORT and of not in GREEK))


def in_a_row(head: Sequence[Token]) -> list[Token]:
    """Return \\frac{a}{b} c as a / b c, and (d/dw) without its brackets."""
    line = list(head)
    if line[0].kind == "macro" and line[0].text == "frac" and len(line) > 1:
        stop = closing(line, 1)
        end = closing(line, stop + 1) if stop + 1 < len(line) else 0
        if not end:
            return line
        return [
            *line[2:stop],
            replace(line[stop], kind="op", text="/", sub=None, gap=False, glued=False, said=""),
            *line[stop + 2 : end],
            *line[end + 1 :],
        ]
    if line[0].kind == "open" and (stop := closing(line, 0)) < len(line) - 1:
        return [*line[1:stop], *line[stop + 1 :]]
    return line


def closing(line: Sequence[Token], at: int) -> int:
    """Return the place of the bracket that closes the one at `at`; 0 if there is none."""
    depth = 0
    for k in range(at, len(line)):
        depth += (line[k].kind == "open") - (line[k].kind == "close")
        if depth == 0:
            return k if k > at else 0
    return 0


# branches: d, ∂ and dL, each with what may follow, where d may be a name
def differential(line: Sequence[Token], known: Context) -> tuple[str | None, Sequence[Token]] | None:
    """Return the L of dL, d L, ∂L (None for d alone) and what comes after it; None for anything else."""
    first, rest = line[0], line[1:]
    if first.kind == "word" and first.name != "d":
        return (first.name[1:], rest) if first.text.startswith("d") and len(first.name) > 1 else None
    sign = first.kind == "macro" and first.text == "d"
    divided = bool(rest) and rest[0].text == "/"
    if not sign and (first.kind != "word" or (divided and known.spelling("d") and not over_d(rest, known))):
        return None
    named = rest and rest[0].kind == "word" and (sign or rest[0].name != "d")
    return (rest[0].name, rest[1:]) if named else (None, rest)


def over_d(rest: Sequence[Token], known: Context) -> bool:
    """True for the /dd of d/dd, where d is a name."""
    return len(rest) == 2 and rest[1].text.startswith("d") and not known.spelling(rest[1].name)


def without_arguments(rest: Sequence[Token]) -> Sequence[Token]:
    """Return what comes after the arguments of a named function: L(w, b)."""
    if not rest or rest[0].kind != "open":
        return rest
    stop = next((k for k, t in enumerate(rest) if t.kind == "close"), 0)
    names = stop > 0 and all(t.kind == "word" or t.text == "," for t in rest[1:stop])
    return rest[stop + 1 :] if names else rest


# ----- f′(x), ∇_w L, dw -----
def primed(head: Sequence[Token], known: Context, called: Collection[str]) -> Named | None:
    """Return the names of f′, f′(x); of σ′(x) and H′(p) where σ, H name the problem's own function, and no operation that the text calls."""
    if not prime_behind(head, known):
        return None
    name, rest = head[0].name, [t for t in head[1:] if t.kind != "prime"]
    inside = [t.name for t in rest[1:-1] if t.kind == "word"]
    row = known.function(name)
    if row is not None:
        other = name in called or uses(known, row)
        if inside not in ([], [known.wrt]) or (other and not isinstance(known.target, row.heads)):
            return None
    if without_arguments(rest):
        return None
    return name, inside[0] if len(inside) == 1 else known.wrt


def prime_behind(head: Sequence[Token], known: Context) -> bool:
    """True for f′ and f′(x); yy′ is y·y′."""
    primes = len(head) > 1 and head[0].kind == "word" and head[1].kind == "prime"
    return primes and (is_name(head[0], known) or not splits(head[0], known))


def uses(known: Context, row: Row) -> bool:
    """True if the problem's function has an operation in it."""
    todo = [known.target] if known.target is not None else []
    while todo:
        tree = todo.pop()
        if isinstance(tree, row.heads):
            return True
        todo.extend(a for a in tree.args if isinstance(a, sp.Basic))
    return False


def nabla(head: Sequence[Token], known: Context) -> Named | None:
    words = [t.name for t in head if t.kind == "word"]
    if known.wrt and gradient_of(head):
        return words[0], known.wrt
    operator = head[0].kind == "macro" and head[0].text in ("nabla", "d") and len(head) > 1 and head[1].text == "_"
    if not operator or len(words) not in (1, 2):
        return None
    return (words[1] if len(words) == 2 else None), words[0]


def gradient_of(head: Sequence[Token]) -> bool:
    """True for ∇L, which names the gradient where one is asked for."""
    return [t.kind for t in head] == ["macro", "word"] and head[0].text == "nabla"


def code_style(head: Sequence[Token], known: Context, own: Collection[str]) -> Named | None:
    """Return what `dw0 = …`, `dL_dw0 = …`, `grad_w0 = …`, `grad = …` name."""
    if len(head) != 1 or head[0].kind != "word":
        return None
    name = head[0].name
    if known.spelling(name) and name not in own:
        return None
    if name.lower() in ANSWERS:
        return None, known.wrt
    both = BOTH.fullmatch(name)
    if both and (known.spelling(both[2]) or not known.known):
        return both[1], both[2]
    match = CODE_STYLE.fullmatch(name)
    variable = next(filter(None, match.groups()), "") if match else ""
    free = not known.known and re.fullmatch(r"[A-Za-z][0-9]*", variable)
    return (None, variable) if variable and (known.spelling(variable) or free) else None
