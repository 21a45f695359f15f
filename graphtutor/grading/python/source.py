"""The text of a student's Python, parsed, and the values that its names have on symbols."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

import sympy as sp

from ...errors import LearnerError, ReadError
from ...ops import heads
from ...ops.table import ROWS

MOST_STEPS, MOST_DEPTH, MOST_NESTING, MOST_TIMES, MOST_LEVELS = 20_000, 12, 60, 1000, 4
CONDITIONS = tuple(
    {
        head
        for row in ROWS.values()
        if row.discrete and row.entrywise
        for head in row.heads
        if issubclass(head, heads.Head)
    }
)
MODULES = frozenset(["math", "np", "numpy", "cmath"])
WORDS = {"While": "while", "Try": "try", "With": "with", "ClassDef": "class", "Lambda": "lambda", "Delete": "del", "Global": "global", "Nonlocal": "nonlocal", "Raise": "raise",
         "Assert": "assert", "JoinedStr": "an f-string", "Await": "await", "Yield": "yield", "Starred": "*", "Dict": "a dictionary", "Set": "a set", "For": "for", "If": "if",
         "NamedExpr": ":=", "Expr": "an expression", "Assign": "this assignment", "AugAssign": "this assignment", "Break": "break", "Continue": "continue", "Match": "match",
         "AsyncFunctionDef": "async", "AsyncFor": "async", "DictComp": "a dictionary", "SetComp": "a set", "YieldFrom": "yield"}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Source:
    """A parsed text. `modules` are the names of math and numpy in it, `imported` the names taken from them, `globals` what is
    assigned outside functions, `passed` the names, with a line, that get a value where nothing is read.
    """

    text: str
    functions: Mapping[str, ast.FunctionDef]
    modules: frozenset[str] = MODULES
    imported: Mapping[str, str] = field(default_factory=dict)
    globals: Mapping[str, ast.expr] = field(default_factory=dict)
    passed: Mapping[str, int] = field(default_factory=dict)


class Vector(list[Any]):
    """A list of values that arithmetic acts on entry by entry, as NumPy's arrays do."""


@dataclass(frozen=True, slots=True)
class Named:
    """A parameter that nobody described: itself a name, and indexed, the name with the index (`x[0]` → x0)."""

    name: str


@dataclass(slots=True)
class Scope:
    """Names and their values while a function is followed; `own` are all that it assigns, `foreign` the lists it was given."""

    known: dict[str, Any]
    own: frozenset[str] = frozenset()
    given: Any = None
    done: bool = False
    foreign: set[int] = field(default_factory=set)
    kept: list[Any] = field(default_factory=list)  # keeps the lists alive whose ids `foreign` holds

    def __post_init__(self) -> None:
        if not self.foreign:
            self.kept = [v for value in self.known.values() for v in lists(value)]
            self.foreign = {id(v) for v in self.kept}

    def copy(self) -> Scope:
        """Return the scope with lists of its own: what one side of a branch puts into them, the other does not see."""
        made: dict[int, Any] = {}
        return Scope(
            {name: self.copied(v, made) for name, v in self.known.items()},
            self.own,
            self.given,
            self.done,
            self.foreign or {0},
            self.kept,
        )

    def copied(self, value: Any, made: dict[int, Any]) -> Any:
        if not isinstance(value, list) or id(value) in self.foreign:
            return value
        if id(value) not in made:
            made[id(value)] = type(value)(self.copied(v, made) for v in value)
        return made[id(value)]


def lists(value: Any) -> list[Any]:
    """Return a list and the lists in it."""
    return [value, *(v for part in value for v in lists(part))] if isinstance(value, list) else []


def tree_of(value: Any) -> sp.Basic:
    if isinstance(value, sp.Basic):
        return value
    if isinstance(value, Named):
        return sp.Symbol(value.name)
    if isinstance(value, bool | int):
        return sp.Integer(int(value))
    raise LearnerError(f"expected a number, met {kind(value)}")


def kind(value: Any) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, Named):
        return f"'{value.name}'"
    return (
        "nothing"
        if value is None
        else "a number"
        if isinstance(value, int | sp.Basic)
        else f"a {type(value).__name__.lower()}"
    )


def named(node: ast.AST) -> str:
    name = WORDS.get(type(node).__name__, type(node).__name__)
    return name if " " in name else f"'{name}'"


def refuse(text: str, node: Any, message: str) -> NoReturn:
    """Raise the ReadError of a node, with its line of the text."""
    line = getattr(node, "lineno", 1)
    raise ReadError(message, text.split("\n")[line - 1], line, getattr(node, "col_offset", 0) + 1)


def parameters(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


class Reader(Protocol):
    """What the functions of `library` ask of whoever works expressions out."""

    def fail(self, node: Any, message: str) -> NoReturn: ...
    def sized(self, value: list[Any], node: Any) -> list[Any]: ...
    def binary(self, op: ast.operator, a: Any, b: Any, node: Any) -> Any: ...
    def total(self, values: Any, node: Any) -> Any: ...
    def product(self, a: Any, b: Any, node: Any) -> Any: ...
