"""Index notation as a spelling of vectors and matrices: p_i - y_i, δ_ij, x_i as a row of X, ∂p_i/∂z_j.

A letter below a vector that no sum binds and no constant names stands for every place: one such letter makes the
expression a vector, two a matrix. Where the letter only picks entries of vectors, the vectors themselves are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

import sympy as sp

from .cursor import Bound, Cursor, Rule
from .names import Context, Shape
from .tokens import Token

MOST_FREE = 2


def index_parts(sub: str) -> list[str]:
    """Return the indices of a subscript.

    >>> index_parts("ij"), index_parts("i, 2"), index_parts("1,2"), index_parts("12"), index_parts("i+1"), index_parts("pred")
    (['i', 'j'], ['i', '2'], ['1', '2'], ['12'], ['i+1'], ['pred'])
    """
    found = [part.strip() for part in sub.split(",")]
    return list(found[0]) if len(found) == 1 and found[0].isalpha() and len(found[0]) <= MOST_FREE else found


def array_of(known: Context, stem: str) -> tuple[str, Shape] | None:
    """Return the vector or matrix whose entry or row `stem` with a subscript is: x of x_i, or X where only X is declared."""
    for name in (stem, stem.upper()):
        declared = known.spelling(name)
        if declared is not None:
            meaning = known.definitions.get(declared)
            shape = known.shapes.get(declared) or (meaning.shape if meaning is not None else ())
            if shape and (name == stem or len(shape) == 2):
                return declared, tuple(shape)
            if name == stem:
                return None
    return None


def indexed(known: Context, token: Token) -> tuple[str, Shape] | None:
    """Return the vector or matrix that a name with a subscript is of, the z of dz_i too; None for a declared name."""
    if token.kind != "word" or token.sub is None or known.spelling(token.name) is not None:
        return None
    return array_of(known, token.text) or (array_of(known, token.text[1:]) if token.text[:1] == "d" else None)


def sizes(stream: Sequence[Token], known: Context) -> dict[str, int | None]:
    """Return how far each free letter goes, in the order in which they are met; None where the vectors do not say."""
    bound = set(summed(stream))
    found: dict[str, int | None] = {}
    for k, token in enumerate(stream):
        array = indexed(known, token)
        if array is not None:
            letters: dict[str, int | None] = dict(zip(index_parts(token.sub or ""), array[1], strict=False))
        else:
            letters = dict.fromkeys(index_parts(token.sub or "") if undeclared(known, token) else ())
            if behind_bracket(stream, k):
                letters = {token.name: None}
        for letter, n in letters.items():
            if is_index(letter, known) and letter not in bound:
                found[letter] = found.get(letter) or n
    return found


def numbers_below(known: Context, token: Token) -> list[tuple[int, int]]:
    """Return the numbers below a vector's or matrix's name, each with the length of its axis: [] where anything else stands there."""
    array = indexed(known, token)
    parts = index_parts(token.sub or "")
    if array is not None and len(parts) == 1 and parts[0].isdigit() and len(parts[0]) == len(array[1]) == 2:
        parts = list(parts[0])
    every = array is not None and len(parts) <= len(array[1]) and all(part.isdigit() for part in parts)
    return list(zip(map(int, parts), array[1], strict=False)) if array is not None and every else []


def first_of(stream: Sequence[Token], known: Context) -> int:
    """Return 1 if the numbers below vectors go from 1 to a length in a line, else 0."""
    met = [pair for token in stream for pair in numbers_below(known, token)]
    return int(any(at == n for at, n in met) and all(at > 0 for at, _ in met))


def entry_named(stream: Sequence[Token], known: Context) -> tuple[list[Token], tuple[int, ...]]:
    """Return a left side with the numbers below its vectors left out, and the entry that they name, counted from 0: ∂p_1/∂z_2, dL/dz[0]."""
    found: list[Token] = []
    entry: tuple[int, ...] = ()
    for token in in_subscripts(stream, known):
        met = numbers_below(known, token)
        entry += tuple(at - known.first for at, _ in met)
        found.append(replace(token, sub=None) if met else token)
    return found, entry


def in_subscripts(stream: Sequence[Token], known: Context) -> list[Token]:
    """Return tokens with z[0] as z_0, for a vector z."""
    found: list[Token] = []
    for k, token in enumerate(stream):
        behind = [t.text for t in stream[k - 2 : k]]
        if found and token.text == "]" and behind[:1] == ["["] and behind[-1].isdigit() and len(found) > 2:
            stem = found[-3]
            if numbers_below(known, replace(stem, sub=behind[-1])):
                found[-3:] = [replace(stem, sub=behind[-1])]
                continue
        found.append(token)
    return found


def undeclared(known: Context, token: Token) -> bool:
    """True for p_i and δ_ij where nobody said what p is: the index goes as far as the others do."""
    return token.kind == "word" and token.sub is not None and not any(map(known.spelling, (token.name, token.text)))


def behind_bracket(stream: Sequence[Token], k: int) -> bool:
    """True for the i of softmax(z)_i and softmax(z)_{i}."""
    if stream[k].kind != "word" or stream[k].sub is not None:
        return False
    at = k - 2 if stream[k - 1].text == "{" else k - 1
    return at > 0 and stream[at].text == "_" and stream[at - 1].kind == "close"


def without_indices(stream: Sequence[Token], known: Context) -> list[Token]:
    """Return the tokens of a left side with its free letters left out: ∂p_i/∂z_j is ∂p/∂z, for all i and j."""
    free = sizes(stream, known)
    return [
        replace(t, sub=None) if indexed(known, t) and all(i in free for i in index_parts(t.sub or "")) else t
        for t in stream
    ]


def summed(stream: Sequence[Token]) -> Iterator[str]:
    """Yield the indices of sums and products: Σ_i, \\sum_{i=1}."""
    for k, token in enumerate(stream[:-2]):
        if token.kind == "macro" and token.text in ("sum", "prod") and stream[k + 1].text == "_":
            yield stream[k + 2 + (stream[k + 2].kind == "open")].name


def is_index(letter: str, known: Context) -> bool:
    """True for a letter that nothing but places can be meant by."""
    return len(letter) == 1 and letter.isalpha() and letter not in known.values and known.spelling(letter) is None


def liftable(stream: Sequence[Token], known: Context, letter: str) -> bool:
    """True if a free letter picks entries of vectors and does nothing else, so that the vectors may stand for them."""
    for k, token in enumerate(stream):
        if token.kind != "word" or (token.sub is not None and known.spelling(token.name) is not None):
            continue
        if token.sub is None:
            if token.name == letter and not behind_bracket(stream, k):
                return False
        elif letter in (parts := index_parts(token.sub)):
            array = indexed(known, token)
            if parts != [letter] or (array is not None and len(array[1]) != 1):
                return False
    return True


def lengths_of(p: Cursor, free: Mapping[str, int | None]) -> dict[str, int]:
    """Return how far each free letter goes; where no vector says so, as far as the gradient that is asked for."""
    shape = p.context.shapes.get(p.context.wrt or "", ())
    if len(free) == len(shape) or len(shape) == 1:
        free = {letter: n or shape[k % len(shape)] for k, (letter, n) in enumerate(free.items())}
    found = {letter: n for letter, n in free.items() if n is not None}
    if len(free) > MOST_FREE or len(found) < len(free):
        p.fail(f"the indices {', '.join(free)} have no ends; write the vectors without them, or sums with their bounds")
    return found


def every(p: Cursor, free: Mapping[str, int | None], rule: Callable[[], Rule]) -> Rule:
    """Return the vector or matrix of what `rule` reads at all values of the free letters."""
    p.free = lengths_of(p, free)
    lengths = list(p.free.values())
    place, kept, values = p.at, p.tokens.copy(), []
    for at in product(*map(range, lengths)):
        p.at, p.tokens, p.choices = place, kept.copy(), []
        p.bound.update({i: Bound(k, 0, n - 1) for i, k, n in zip(free, at, lengths, strict=True)})
        values.append((yield rule()))
    for letter in free:
        del p.bound[letter]
    p.note(f"read as the {'vector' if len(free) == 1 else 'matrix'} of all {', '.join(free)}")
    if len(free) == 1:
        return p.vector(values)
    n = lengths[1]
    return p.vector(p.vector(values[k : k + n]) for k in range(0, len(values), n))


def is_kronecker(p: Cursor, token: Token) -> bool:
    return token.text == "delta" and token.sub is not None and p.context.spelling("delta") is None


def kronecker(p: Cursor, token: Token, place: Callable[[str], int | None]) -> sp.Basic | None:
    """Return δ_ij, 1 where both indices are the same and 0 elsewhere; None if `delta` with a subscript is anything else."""
    if not is_kronecker(p, token):
        return None
    parts = index_parts(token.sub or "")
    if len(parts) == 1 and len(parts[0]) == 2 and parts[0].isdigit():
        parts = list(parts[0])
    if len(parts) != 2:
        return None
    if all(part.isdigit() for part in parts):
        return sp.Integer(parts[0] == parts[1])
    one, other = (place(part) for part in parts)
    return None if one is None or other is None else sp.Integer(one == other)
