"""What a name stands for: a variable, an entry of a vector, a number, a definition; and the names that a run of letters is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import sympy as sp

from .cursor import BY_CASES, DERIVATIVES, NAME, Bound, Cursor
from .names import GREEK, NAMED_NUMBERS, SHORT, joined, respelling, split
from .tokens import Token, unknown_command


def named(p: Cursor, token: Token) -> sp.Basic:
    """Return what a name stands for."""
    name, base = token.name, token.text
    if token.sub is not None and p.bound:
        name = with_index(p, token)
    declared = p.context.spelling(name)
    if declared is not None and declared in p.context.definitions:
        meaning = p.context.definitions[declared]
        if p.shaped:
            p.shapes[id(meaning.tree)] = meaning.tree, meaning.shape
        p.count()
        return meaning.tree
    if declared is not None:
        return symbol(p, declared)
    whole = p.context.spelling(base)
    digits = name[len(base) :].lstrip("_")
    constant = None if token.sub is None else whole_of(p, replace(token, text=token.sub, sub=None))
    if whole is not None and whole in p.context.shapes and constant is not None and token.sub not in p.bound:
        return p.make("index", symbol(p, whole), params=((constant,),))
    if whole is not None and whole in p.context.shapes and digits.replace("_", "").isdigit():
        return p.make("index", symbol(p, whole), params=(places(p, whole, digits, token),))
    if name in p.later:
        p.fail(f"'{name}' is used before its own line {p.later[name]}; move that line up", token)
    if name in NAMED_NUMBERS and token.sub is None:
        p.count()
        return NAMED_NUMBERS[name]
    if name in ("e", "E") and (p.sign("^") or token.said == "upright"):
        p.note(f"read {name} as Euler's number")
        return sp.E
    if token.said == "command" and len(name) > 1 and not p.context.function(name):
        p.fail(unknown_command(base), token)
    if not NAME.fullmatch(name):
        p.fail(f"the subscript '{token.sub}' has no value here; an index has one inside \\sum_{{i=1}}^{{3}}", token)
    if p.context.strict:
        known = ", ".join(sorted(p.context.names.values())[:12])
        p.fail(f"unknown name '{name}'{p.context.like(name) or f'; the names here are {known}'}", token)
    if name == "e":
        p.note("read e as a name, because it is not the base of a power")
    if len(base) > 1 and base.isalpha() and base not in GREEK and token.sub is None:
        p.note(f"read '{base}' as one name")
    return symbol(p, name)


def symbol(p: Cursor, name: str) -> sp.Basic:
    p.count()
    return sp.Symbol(name)


def with_index(p: Cursor, token: Token) -> str:
    """Return the name with the indices of sums in its subscript worked out: x_{i+1} at i = 2 is x3."""
    sub = token.sub or ""
    parts = []
    for part in sub.split(","):
        part = part.strip()
        if part in p.bound:
            parts.append(str(p.bound[part].value))
        elif part.isalpha() and all(c in p.bound for c in part):
            parts += [str(p.bound[c].value) for c in part]
        else:
            parts.append(shifted(part, p.bound))
    return joined(token.text, ",".join(parts))


def shifted(part: str, bound: Mapping[str, Bound]) -> str:
    """Return i+1 or j-2 with the index worked out; anything else as it is."""
    for sign in "+-":
        left, found, right = part.partition(sign)
        if found and left.strip() in bound and right.strip().isdigit():
            return str(bound[left.strip()].value + (1 if sign == "+" else -1) * int(right))
    return part


def places(p: Cursor, name: str, digits: str, token: Token) -> tuple[int, ...]:
    """Return the index that a subscript of a vector or matrix means; sums from 1 to n count from 1."""
    shape = p.context.shapes[name]
    places = [int(p) for p in digits.split("_")] if "_" in digits or len(shape) == 1 else [int(c) for c in digits]
    letters = [b for b in p.bound if b in (token.sub or "")]
    if letters and all(p.bound[b].first == 1 and p.bound[b].last == n for b, n in zip(letters, shape, strict=False)):
        p.note(f"counted the entries of {name} from 1, as the sum does")
        places = [p - 1 for p in places]
    return tuple(places)


def whole_of(p: Cursor, token: Token) -> int | None:
    """Return the whole number that a name stands for: an index of a sum, or a constant."""
    if token.name in p.bound:
        return p.bound[token.name].value
    value = p.context.values.get(p.context.spelling(token.name) or token.name)
    return (
        int(value) if isinstance(value, int) or (isinstance(value, float | Fraction) and value == int(value)) else None
    )


def cut_run(p: Cursor) -> None:
    """Replace a run of letters by the names it is made of."""
    token = p.now
    if (
        token.said
        or token.glued
        or token.kind != "word"
        or p.context.spelling(token.name)
        or (token.text in GREEK and len(token.text) > 1)
    ):
        return
    name, follows = token.name, p.ahead()
    called, powered = follows.kind == "open" and follows.text == "(", follows.kind == "op" and follows.text == "^"
    row = p.context.function(name)
    if (
        (row is not None and (len(name) > SHORT or called))
        or name in NAMED_NUMBERS
        or respelling(name)
        or (called and name in DERIVATIVES | BY_CASES)
    ):
        return
    pieces = split(name, p.context, False, called, powered)
    sub = None
    if pieces is None and token.tex and len(token.text) > 1:
        pieces, sub = split(token.text, p.context, True, called, powered), token.sub
        if pieces and len(pieces) == 1:
            pieces = None
    if not pieces:
        return
    if any(p.context.spelling(piece) is None for piece in pieces[:-1]):
        p.note(f"read '{name}' as {'·'.join(pieces)}")
    where, found = token.start, []
    for i, piece in enumerate(pieces):
        last = i == len(pieces) - 1
        found.append(replace(token, text=piece, sub=sub if last else None, glued=i > 0, gap=token.gap and i == 0, start=where, stop=where + len(piece),
                             column=token.column + where - token.start, said="" if i == 0 else "piece"))  # fmt: skip
        where += len(piece)
    found[0] = replace(found[0], said="piece")
    p.tokens[p.at : p.at + 1] = found
