"""A graph and its adjoints as a list of elementary operations on single numbers, which any language can run: a page does in JavaScript.

Each row is taken from what compiled code takes: its `code` where it acts on entries, read as Python's
own syntax tree, and its `forward` run on arrays of `Term` where entries mix. So there is no second
table: what runs the list knows Python's signs and the functions of its `math`, and no operation.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from ..expr.graph import Graph
from ..expr.running import NUMBERS, Cell, needed, to_float
from ..expr.views import Body
from ..ops.arrays import Shape
from ..ops.row import Row
from ..ops.table import ROWS
from .floats import code_of

MOST = 60_000  # elementary operations; a page that worked out more would not be quick
SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.Pow: "pow", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">",
    ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.And: "and", ast.Or: "or", ast.USub: "neg", ast.Not: "not",
}  # fmt: skip
ALREADY: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "neg": operator.neg,
}  # worked out here where all is constant


class TooMuch(Exception):
    """More elementary operations than MOST."""


class Term:
    """One number of the list, by its place. Quacks like a number of mpmath, so that a row's formula takes it."""

    __slots__ = ("at", "context")
    _mpf_ = None

    def __init__(self, context: Listing, at: int):
        self.context, self.at = context, at

    def __neg__(self) -> Term:
        return self.context.put("neg", self)


def signed(sign: str, turned: bool) -> Callable[[Term, Any], Term]:
    def run(self: Term, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            return NotImplemented
        return self.context.put(sign, *((other, self) if turned else (self, other)))

    return run


for name, sign_ in (("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/"), ("mod", "%"), ("pow", "pow")):
    setattr(Term, f"__{name}__", signed(sign_, False))
    setattr(Term, f"__r{name}__", signed(sign_, True))


class Listing:
    """Elementary operations in order, equal ones once: a number, or (sign, place, …). Also what a row's formula calls its functions on."""

    def __init__(self) -> None:
        self.instructions: list[Any] = []
        self.found: dict[Any, Term] = {}

    def __getattr__(self, name: str) -> Callable[..., Term]:
        if name.startswith("_") or not hasattr(math, name):
            raise AttributeError(name)
        return lambda *args: self.put(name, *args)

    def mpf(self, value: Any) -> Term:
        return self.constant(value)

    def max(self, *entries: Any) -> Any:
        return reduce(lambda a, b: self.put("if", self.put(">=", a, b), a, b), entries)

    def min(self, *entries: Any) -> Any:
        return reduce(lambda a, b: self.put("if", self.put("<=", a, b), a, b), entries)

    def argmost(self, sign: str, entries: Sequence[Any]) -> Term:
        """Return the first place of the greatest (`sign` ">") or least entry."""
        best, place = entries[0], self.constant(0)
        for k, entry in enumerate(entries[1:], 1):
            wins = self.put(sign, entry, best)
            best, place = self.put("if", wins, entry, best), self.put("if", wins, k, place)
        return place

    def term(self, at: int) -> Term:
        return Term(self, at)

    def constant(self, value: Any) -> Term:
        number = float(to_float(value))
        return self.take(number if math.isfinite(number) else (str(number),))

    def input(self) -> Term:
        """Return a number that is given: the first of the list, in their order."""
        return self.take(("in", len(self.instructions)))

    def put(self, sign: str, *args: Any) -> Term:
        terms = [a if isinstance(a, Term) else self.constant(a) for a in args]
        known = [self.instructions[t.at] for t in terms]
        if sign in ALREADY and all(isinstance(k, float) for k in known):
            return self.constant(ALREADY[sign](*known))
        return self.take((sign, *(t.at for t in terms)))

    def take(self, instruction: Any) -> Term:
        made = self.found.get((type(instruction), instruction))
        if made is None:
            if len(self.instructions) >= MOST:
                raise TooMuch
            made = self.found[type(instruction), instruction] = Term(self, len(self.instructions))
            self.instructions.append(instruction)
        return made


@lru_cache(maxsize=2000)
def parsed(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body


def spelled(listing: Listing, code: str, given: Sequence[Any]) -> Any:
    """Return what a row's `code` says, over the terms `given`.

    >>> listing = Listing()
    >>> spelled(listing, "(0.0 if {0} <= 0 else {0})", [listing.input()]).at, listing.instructions
    (3, [('in', 0), 0.0, ('<=', 0, 1), ('if', 2, 1, 0)])
    """
    return walked(listing, parsed(code.format(*(f"a{k}" for k in range(len(given))))), given)


# branches: one line for each form of Python's expressions that rows use
def walked(listing: Listing, tree: ast.expr, given: Sequence[Any]) -> Any:
    def of(part: ast.expr) -> Any:
        return walked(listing, part, given)

    match tree:
        case ast.Constant(value):
            return listing.constant(value)
        case ast.Name(name):
            return given[int(name[1:])] if name[1:].isdigit() else listing.constant(getattr(math, name))
        case ast.BinOp(left, sign, right):
            return listing.put(SIGNS[type(sign)], of(left), of(right))
        case ast.UnaryOp(sign, part):
            return listing.put(SIGNS[type(sign)], of(part))
        case ast.IfExp(test, yes, no):
            return listing.put("if", of(test), of(yes), of(no))
        case ast.Compare(left, [sign], [right]):
            return listing.put(SIGNS[type(sign)], of(left), of(right))
        case ast.BoolOp(sign, parts):
            return reduce(lambda a, b: listing.put(SIGNS[type(sign)], a, b), map(of, parts))
        case ast.Call(ast.Name(name), parts):
            return listing.put(name, *map(of, parts))
    raise NotImplementedError(f"code of a row with {ast.unparse(tree)}; say how it is read, in compiled.portable")


def entries(row: Row, params: tuple[Any, ...], listing: Listing, given: list[Any]) -> Any:
    """Return the value of an operation on arrays of terms (0-d ones for numbers), as such an array."""
    code = code_of(row, params)
    body = next((p for p in params if isinstance(p, Body)), None)
    if body is not None:
        inner = dict(zip((int(n.name) for n in body.graph.inputs), [n.id for n in body.graph.inputs], strict=True))
        known = {inner[k]: value for k, value in enumerate(given) if k in inner}
        return run(listing, body.graph.cells, known, [body.graph.out])[body.graph.out]
    if code is not None and row.entrywise:
        slots = row.arity[0]

        def one(*terms: Any) -> Any:
            return (
                reduce(lambda a, b: spelled(listing, code, [a, b]), terms)
                if len(terms) > slots
                else spelled(listing, code, terms)
            )

        return np.frompyfunc(one, len(given), 1)(*given)
    return row.forward(*given, *params)


def run(listing: Listing, cells: Sequence[Cell], known: dict[int, Any], outs: Iterable[int]) -> dict[int, Any]:
    """Return the cells that `outs` need as arrays of terms; `known` holds those of the inputs."""
    values = dict(known)
    for i in needed(cells, outs):
        op, args, params = cells[i]
        if i in values:
            continue
        if op == "const":
            value = NUMBERS[params[0]][0] if isinstance(params[0], str) else params[0]
            values[i] = np.asarray(listing.constant(value), dtype=object)
        else:
            values[i] = np.asarray(entries(ROWS[op], params, listing, [values[a] for a in args]), dtype=object)
    return values


class Portable:
    """A graph's cells as one list. `inputs` are the cells' own, in order; `add` takes further cells over the same inputs."""

    def __init__(self, graph: Graph):
        self.listing = Listing()
        self.inputs: dict[str, tuple[Shape, list[int]]] = {}
        self.known: dict[str, Any] = {}
        for node in graph.inputs:
            terms = np.empty(node.shape, dtype=object)
            for place in np.ndindex(*node.shape):
                terms[place] = self.listing.input()
            self.known[node.name] = terms
            self.inputs[node.name] = node.shape, [t.at for t in terms.flat]

    def within(self, known: dict[str, list[int]], shapes: dict[str, Shape]) -> Portable:
        """Return the same list for cells whose inputs are numbers of it: name → places, and its shape."""
        inner = Portable.__new__(Portable)
        inner.listing, inner.inputs, inner.known = self.listing, {}, {}
        for name, places in known.items():
            terms = np.empty(len(places), dtype=object)
            terms[:] = [self.listing.term(at) for at in places]
            inner.known[name] = terms.reshape(shapes[name])
        return inner

    def add(self, cells: Sequence[Cell], outs: Iterable[int]) -> Callable[[int], list[int]]:
        """Take in the cells that `outs` need; return a function from a cell to the places of its entries, in row order."""
        given = {i: self.known[params[0]] for i, (op, _, params) in enumerate(cells) if op == "input"}
        values = run(self.listing, cells, given, outs)
        return lambda i: [
            (entry if isinstance(entry, Term) else self.listing.constant(entry)).at for entry in values[i].flat
        ]

    @property
    def instructions(self) -> list[Any]:
        return self.listing.instructions
