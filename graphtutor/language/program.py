"""Programs: lines `name = expression`, the last one the output; and what a reader is told beforehand, as one Context."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from ..errors import LearnerError, ReadError
from ..ops.arrays import Shape
from ..ops.spell import Spelled, folded
from ..ops.table import ROWS
from . import trees
from .grammar import DEFAULT, Limits, parse
from .names import NAMED_NUMBERS, Context, Definition, key
from .tokens import LOOKS_LATEX, Token, tokens

HEADING = re.compile(r"\s*([^\W\d_]\w*)\s*(?:\(([^()]*)\))?\s*")
JOINABLE = re.compile(r"\^\s*\{?\s*[(\[]|prime|'|w\s*\.\s*r")  # what may be more tokens than it is names
LAYER = re.compile(r"\^\{?([(\[])([0-9]+)[)\]]\}?")
CALLED = frozenset("e E f g h".split())  # letters whose raised number is a power or the order of a derivative
NAME = re.compile(r"[^\W\d]\w*")


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
    pieces = list(statements(scanned(text, known)))
    if not pieces:
        raise ReadError("nothing to read; expected an expression such as (w*x - y)**2", text[:100].split("\n")[0])
    headings = [heading(piece) for piece in pieces]
    later = {h[0]: piece[0].line for h, piece in reversed(list(zip(headings, pieces, strict=True))) if h is not None}
    lines: list[Line] = []
    sources = text.split("\n")
    known = replace(known, names=dict(known.names), shapes=dict(known.shapes), calls=dict(known.calls))
    for piece, head in zip(pieces, headings, strict=True):
        name = None if head is None else head[0]
        if name is not None and name not in later:
            fail(f"'{name}' is assigned twice; give the second line a name of its own", text, piece[0])
        body = piece if head is None else piece[head[1] :]
        if not body:
            fail(f"'{name} =' has no right side; expected an expression after '='", text, piece[-1])
        found = parse(body, known, limits, text, later=later)
        lines.append(Line(name, found.tree, piece[0].line, sources[piece[0].line - 1], piece[0].column, found.assumed))
        if name is not None:
            del later[name]
            known = assigned(known, name, found.shape, () if head is None else head[2])
    return Program(tuple(lines))


def assigned(known: Context, name: str, shape: tuple[int, ...], params: tuple[str, ...] = ()) -> Context:
    """Return the context after the line of `name`: a name from now on, whatever it was before.

    The names of `known` are a program's own and grow in place, so that a long program costs about its length.
    """
    assert isinstance(known.names, dict) and isinstance(known.shapes, dict) and isinstance(known.calls, dict)
    known.names[key(name)] = name
    if shape:
        known.shapes[name] = shape
    if params:
        known.calls[name] = params
    rest = known.definitions
    if any(key(n) == key(name) for n in rest):
        rest = {n: d for n, d in rest.items() if key(n) != key(name)}
    return replace(known, definitions=rest, longest=max(known.longest, len(name) + 2))


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


def scanned(text: str, known: Context, dollars: bool = False) -> list[Token]:
    """Return the tokens of a text with the problem's names in hand: true_val in LaTeX, w^{(1)} for w1, "w.r.t." as one word."""
    whole = frozenset(n for n in known.names.values() if re.search("_[A-Za-z]{2}", n))
    stream = tokens(text, bool(LOOKS_LATEX.search(text)), whole, dollars)
    if not JOINABLE.search(text):
        return stream
    found: list[Token] = []
    at = 0
    while at < len(stream):
        joins = (join(stream, at, known) for join in (layered, accented, abbreviated))
        token, at = next(filter(None, joins), (stream[at], at + 1))
        found.append(token)
    return found


def abbreviated(stream: Sequence[Token], at: int, known: Context) -> tuple[Token, int] | None:
    """Return "w.r.t." as one word, and the place after it."""
    if [t.text for t in stream[at : at + 5]] != ["w", ".", "r", ".", "t"]:
        return None
    stop = at + 5 + (stream[at + 5].text == ".")
    return replace(stream[at], text="wrt", stop=stream[stop - 1].stop), stop


def accented(stream: Sequence[Token], at: int, known: Context) -> tuple[Token, int] | None:
    """Return the prime of y^{\\prime}, y^\\prime and of f ' (x), and the place after it."""
    token, before = stream[at], stream[at - 1] if at else None
    if before is None or before.kind not in ("word", "close"):
        return None
    texts = [t.text for t in stream[at : at + 4]]
    length = 4 if texts == ["^", "{", "prime", "}"] else 2 if texts[:2] == ["^", "prime"] else 0
    apart = token.kind == "junk" and token.text == "'" and before.kind == "word" and texts[1:2] in (["("], ["="])
    if not length and not apart:
        return None
    return replace(token, kind="prime", text="'", gap=False, stop=stream[at + max(length, 1) - 1].stop), at + max(
        length, 1
    )


# branches: a layer is told by its bracket, its braces and by whose the name is
def layered(stream: Sequence[Token], at: int, known: Context) -> tuple[Token, int] | None:
    """Return the name w1 for w^{(1)} and w^{[1]}, and the place after it.

    A name of the problem always wins; braces and a bracket around the number say "layer" where w1 is nobody's.
    """
    word = stream[at]
    braced = at + 2 < len(stream) and stream[at + 2].text == "{"
    stop = at + (7 if braced else 5)
    texts = "".join(t.text for t in stream[at + 1 : stop])
    match = LAYER.fullmatch(texts) if word.kind == "word" else None
    if match is None or len(stream) <= stop:
        return None
    layer = replace(word, sub=",".join(filter(None, (match[2], word.sub))), stop=stream[stop - 1].stop)
    free = word.name not in CALLED and (not known.known or match[1] == "[")
    nobodys = braced and not known.function(word.name) and (free or own_layer(word, stream[stop : stop + 3], known))
    known_as = known.spelling(layer.name) or (word.text.startswith("d") and known.spelling(layer.name[1:]))  # da^{[1]}
    return (layer, stop) if known_as or nobodys else None


def own_layer(word: Token, follows: Sequence[Token], known: Context) -> bool:
    """True for a letter of the student's own with the number of a layer above it; f^{(2)}, y^{(2)} are derivatives, e^{(2)} is a power."""
    other = word.name in (CALLED - {"h"}) | {"y", *NAMED_NUMBERS} or known.spelling(word.name)
    called = [t.kind for t in follows] == ["open", "word", "close"]  # h^{(1)}(x)
    return known.known and not other and not called


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


# ----- what is known beforehand -----
def context(names: Iterable[str] | None = None, definitions: Mapping[str, Any] | None = None, shapes: Mapping[str, Any] | None = None,
            constants: Mapping[str, Any] | None = None, *, target: Any = None, wrt: str | None = None, strict: bool = False,
            limits: Limits = DEFAULT) -> Context:  # fmt: skip
    """Return the Context of a problem.

    `definitions`: a name or a call such as "f(x, W, b)" → text, SymPy tree or number; one may use
    another. `target` (text or tree) is what an undefined quantity means in dL/dw. Raises LearnerError
    for a name that is none, ReadError for a definition that cannot be read or that uses itself.

    >>> context(["w0"], {"f(x)": "w0*x"}).definitions["f"].params
    ('x',)
    """
    sizes = {checked(name): size(s) for name, s in (shapes or {}).items()}
    start = Context(shapes=sizes, values=dict(constants or {}), wrt=wrt, strict=strict)
    start = start.declaring([checked(n) for n in (*(names or ()), *sizes, *(constants or {}), *([wrt] if wrt else ()))])
    known = with_definitions(start, dict(definitions or {}), limits)
    if target is None:
        return known
    tree = meaning(target, known, limits)
    return replace(known, target=tree.tree).declaring(sorted(tree.free))


def checked(name: Any) -> str:
    """Return a declared name; a SymPy symbol is its name."""
    text = str(name.name) if isinstance(name, sp.Symbol) else name
    if not isinstance(text, str) or not NAME.fullmatch(text):
        raise LearnerError(f"{text!r} is no name; a name is letters, then letters, digits or _, such as w0")
    return text


def size(shape: Any) -> Shape:
    return tuple(int(n) for n in shape) if isinstance(shape, tuple | list) else (int(shape),)


def with_definitions(known: Context, given: dict[str, Any], limits: Limits) -> Context:
    """Return `known` with the definitions, each read after those that it uses."""
    waiting: dict[str, tuple[tuple[str, ...] | None, Any, list[Token]]] = {}
    for heading, value in given.items():
        match = HEADING.fullmatch(heading)
        if match is None:
            raise LearnerError(f"'{heading}' cannot be defined; give a name, or a call such as 'f(x, w)'")
        params = None if match[2] is None else tuple(checked(p.strip()) for p in match[2].split(","))
        waiting[match[1]] = params, value, tokens(value) if isinstance(value, str) else []
    keys = {key(n): n for n in waiting}
    while waiting:
        ready = [
            n
            for n, (_, _, stream) in waiting.items()
            if not any(keys.get(key(t.name)) in waiting for t in stream if t.kind == "word")
        ]
        if not ready:
            raise ReadError(
                f"the definitions of {' and '.join(waiting)} use one another; put one of them in terms of the problem's names"
            )
        for name in ready:
            params, value, _ = waiting.pop(name)
            given_here = known.declaring(params) if params else known
            read = meaning(value, given_here, limits)
            known = known.declaring(sorted(read.free)).defining(
                name, Definition(read.tree, params, read.shape, read.free)
            )
    return known


def meaning(value: Any, known: Context, limits: Limits) -> Definition:
    """Return what a definition's text, tree or number says."""
    if isinstance(value, sp.Basic):
        return (
            Definition(value, None, shape_of(value, known), trees.names_in(value))
            if known.shapes
            else Definition(value, free=trees.names_in(value))
        )
    found = parse(tokens(str(value)), known, limits, str(value))
    return Definition(found.tree, None, found.shape, trees.names_in(found.tree))


def shape_of(tree: sp.Basic, known: Context) -> Shape:
    """Return the shape of a tree over the problem's vectors; () where it has none, or where shapes do not fit."""

    def joined(top: sp.Basic, spelled: Spelled, shapes: list[Shape]) -> Shape:
        row = ROWS.get(spelled.op)
        return (
            shapes[0] if row is None else tuple(row.result_shape(tuple(shapes), row.settled(spelled.params, *shapes)))
        )

    try:
        return folded(tree, lambda top, spelled: known.shapes.get(str(spelled.params[0]), ()), joined)
    except (LearnerError, IndexError, TypeError):
        return ()
