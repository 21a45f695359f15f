"""What a name stands for: a variable, an entry of a vector, a number, a definition; and the names that a run of letters is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import sympy as sp

from ..ops.abbreviations import CALLED, spoken
from .cursor import BY_CASES, DERIVATIVES, NAME, Bound, Cursor
from .matrices import unsized
from .names import ENTRY, GREEK, NAMED_NUMBERS, SHORT, joined, split
from .subscripts import array_of, first_of, index_parts, kronecker
from .tokens import Token, unknown_command

FUNCTION_OF_NUMBER = re.compile(r"([A-Za-z]+)([0-9]+)([A-Za-z]*)")


def named(p: Cursor, token: Token) -> sp.Basic:
    """Return what a name stands for: what was declared or defined, an entry of a vector, a number; else a name of its own."""
    name = with_index(p, token) if token.sub is not None and p.bound else token.name
    declared = p.context.spelling(name)
    if declared is not None:
        return meant(p, declared)
    found = below(p, token) if token.sub is not None and p.shaped else None
    if found is not None:
        return found
    if name in p.later:
        p.fail(f"'{name}' is used before its own line {p.later[name]}; move that line up", token)
    return known_number(p, token, name) or undeclared(p, token, name)


def below(p: Cursor, token: Token) -> sp.Basic | None:
    """Return what an index makes of a name among vectors: x_0, x_i, δ_ij, e_k; None for any other subscript."""
    if p.lifted is not None and token.sub == p.lifted:
        return named(p, replace(token, sub=None))
    place = entry_of_array(p, token)
    if place is None:
        place = kronecker(p, token, lambda part: place_of(p, part, None))
    if place is None and all(part in p.free for part in index_parts(token.sub or "")):
        at_all = tuple(p.bound[part].value for part in index_parts(token.sub or ""))
        return p.make("index", symbol(p, token.text), params=(at_all,))
    if place is None and token.text == "e" and p.context.spelling("e") is None:
        at = unit_place(p, token.sub or "")
        return None if at is None else unsized(p, at)
    return place


def unit_place(p: Cursor, sub: str) -> int | None:
    """Return where the 1 of e_k stands, from 0; of e_2 two readings are kept, as the numbers count from 0 or from 1."""
    if not sub.isdigit():
        return whole_of_name(p, sub)
    first = p.context.first
    other = int(sub) > 0 and p.choose(2, f"counted e_{sub} from {first}; it may also count from {1 - first}")
    return int(sub) - (1 - first if other else first)


def meant(p: Cursor, declared: str) -> sp.Basic:
    """Return a declared name, or the tree that it stands for."""
    meaning = p.context.definitions.get(declared)
    if meaning is None:
        return symbol(p, declared)
    if p.shaped:
        p.shapes[id(meaning.tree)] = meaning.tree, meaning.shape
    p.count()
    return meaning.tree


def entry_of_array(p: Cursor, token: Token) -> sp.Basic | None:
    """Return x_0, x_k with a constant k, W_ij, or the row x_i of X; None if it is no entry or row of anything."""
    array = array_of(p.context, token.text)
    if array is None:
        return None
    name, shape = array
    parts = index_parts(token.sub or "")
    if len(parts) == 1 and parts[0].isdigit() and len(parts[0]) == len(shape) == 2:
        parts = list(parts[0])
    found = [place_of(p, part, n) for part, n in zip(parts, shape, strict=False)]
    if None in found or len(parts) > len(shape):
        return None
    if name != (p.context.spelling(token.text) or ""):
        p.note(f"read {token.text} with an index as a row of {name}")
    first = counted_from(p, token) if all(part.isdigit() for part in parts) else 0
    return p.make("index", meant(p, name), params=(tuple(at - first for at in found if at is not None),))


def counted_from(p: Cursor, token: Token) -> int:
    """Return what the numbers below a vector count from: 1 where the text or the expression shows it."""
    first = p.context.first or first_of(p.tokens, p.context)
    if first:
        p.note(f"counted the entries of {token.text} from 1")
    return first


def place_of(p: Cursor, part: str, length: int | None) -> int | None:
    """Return the place, counted from 0, that an index means along an axis of `length`; sums from 1 to its end count from 1."""
    if part.isdigit():
        return int(part)
    worked = shifted(part, p.bound)
    letter = next((b for b in p.bound if b in part), None)
    value = int(worked) if worked.isdigit() else whole_of_name(p, part)
    if value is None or letter is None:
        return value
    bound = p.bound[letter]
    counted = bound.first == 1 and length in (None, bound.last)
    if counted and length is not None:
        p.note("counted the entries of vectors from 1, as the sum does")
    return value - counted


def known_number(p: Cursor, token: Token, name: str) -> sp.Basic | None:
    """Return π, ∞ or Euler's number, None for any other name."""
    if name in NAMED_NUMBERS and token.sub is None:
        p.count()
        return NAMED_NUMBERS[name]
    if name == "e" or (name == "E" and (p.sign("^") or token.said == "upright")):
        p.note(f"read {name} as Euler's number")
        return sp.E
    return None


def undeclared(p: Cursor, token: Token, name: str) -> sp.Basic:
    """Return a name that nobody declared, if it can be one here."""
    base = token.text
    if token.said == "command" and len(name) > 1 and not p.context.function(name):
        p.fail(unknown_command(base), token)
    if not NAME.fullmatch(name):
        p.fail(f"the subscript '{token.sub}' has no value here; an index has one inside \\sum_{{i=1}}^{{3}}", token)
    if p.context.strict:
        known = ", ".join(sorted(p.context.names.values())[:12])
        p.fail(f"unknown name '{name}'{p.context.like(name) or f'; the names here are {known}'}", token)
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


def whole_of(p: Cursor, token: Token) -> int | None:
    return whole_of_name(p, token.name)


def whole_of_name(p: Cursor, name: str) -> int | None:
    """Return the whole number that a name stands for: an index of a sum, or a constant."""
    if name in p.bound:
        return p.bound[name].value
    value = p.context.values.get(p.context.spelling(name) or name)
    return (
        int(value) if isinstance(value, int) or (isinstance(value, float | Fraction) and value == int(value)) else None
    )


def cut_run(p: Cursor) -> None:
    """Replace a run of letters by the names it is made of, and functions with their numbers: wx, sin5x."""
    token = p.now
    if not one_piece(p, token):
        pieces, sub = pieces_of(p, token)
        if len(pieces) > 1:
            if any(p.context.spelling(piece) is None for piece in pieces[:-1]):
                p.note(f"read '{token.name}' as {'·'.join(pieces)}")
            p.tokens[p.at : p.at + 1] = cut(token, pieces, sub, p.context.entry)


def one_piece(p: Cursor, token: Token) -> bool:
    """True if a word is one name or function, and no run of names."""
    if token.said or token.glued or token.kind != "word":
        return True
    name, called = token.name, p.ahead().kind == "open" and p.ahead().text == "("
    if p.context.spelling(name) or (token.text in GREEK and len(token.text) > 1) or name in NAMED_NUMBERS:
        return True
    return one_function(p, token, called)


def one_function(p: Cursor, token: Token, called: bool) -> bool:
    """True if a word is a function: with its brackets, or without where its name is no letter; and log of log_m x."""
    name = token.name
    if p.context.function(name) is not None and (len(name) > SHORT or called):
        return True
    if token.sub is not None and p.context.function(token.text):
        return True
    return spoken(name) or (called and name in DERIVATIVES | BY_CASES | CALLED)


def pieces_of(p: Cursor, token: Token) -> tuple[list[str], str | None]:
    """Return the names that a run is made of, and the subscript that its last letter keeps."""
    follows = p.ahead()
    called, powered = follows.kind == "open" and follows.text == "(", follows.kind == "op" and follows.text == "^"
    pieces = split(token.name, p.context, False, called, powered) or function_of_number(p, token.name)
    if pieces is None and token.tex and len(token.text) > 1:
        return split(token.text, p.context, True, called, powered) or [], token.sub
    return pieces or [], None


def function_ahead(p: Cursor) -> bool:
    """True if the word ahead is a function, with a number or without: ln, ln5."""
    name = p.now.name
    if len(name) <= SHORT or p.context.spelling(name):
        return False
    first = (pieces_of(p, p.now)[0] or [name])[0] if not one_piece(p, p.now) else name
    return len(first) > SHORT and (
        p.context.function(first) is not None or spoken(first) or function_of_number(p, name) is not None
    )


def function_of_number(p: Cursor, name: str) -> list[str] | None:
    """Return sin, 5, x of sin5x."""
    found = FUNCTION_OF_NUMBER.fullmatch(name)
    return [piece for piece in found.groups() if piece] if found and p.context.takes_number(found[1]) else None


def cut(
    token: Token, pieces: Sequence[str], sub: str | None, entries: Callable[[str], bool] = lambda piece: False
) -> list[Token]:
    """Return the tokens of the pieces of a run; the last keeps the subscript, and an entry of a vector has its number as one."""
    found, where = [], token.start
    for i, piece in enumerate(pieces):
        below = ENTRY.fullmatch(piece) if entries(piece) else None
        found.append(
            replace(
                token,
                kind="number" if piece.isdigit() else "word",
                text=below[1] if below else piece,
                sub=below[2] if below else sub if i == len(pieces) - 1 else None,
                glued=i > 0,
                gap=token.gap and i == 0,
                start=where,
                stop=where + len(piece),
                column=token.column + where - token.start,
                said="piece",
            )
        )
        where += len(piece)
    return found
