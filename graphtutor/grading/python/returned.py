"""What the Python of an answer returns: for each derivative asked for, the tree of its function, and the lines it comes from.

A whitelisted part of Python (assignments, arithmetic, indices and masks, calls of each other and of the functions of math,
NumPy and torch, `if`, bounded loops, comprehensions) is followed on symbols. What is followed gives the same trees as text
does; anything else is refused with the line and the reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NoReturn

import numpy as np
import sympy as sp

from ...errors import LearnerError, ReadError
from ...expr.build import build
from ...language import read
from ...ops.arrays import Shape
from .source import NoValue, Source, parameters, read_source, refuse
from .statements import Follower
from .values import NOTHING, Function, Named, array_of, kind, tree_of

MOST_TERMS = 20_000
NO_SHAPES: Mapping[str, Shape] = {}


@dataclass(frozen=True, eq=False)
class Code:
    """The functions of a text of Python: `code("dfn_w0", args)` gives the tree of what one returns.

    >>> from graphtutor.language.write import write
    >>> code = read_code("def f(x, w):\\n    return 2*x[0]*w")
    >>> write(code("f", {"x": ["x0", "x1"], "w": "w0"}))
    '2*x0*w0'
    """

    source: Source

    @property
    def functions(self) -> Mapping[str, Any]:
        return self.source.functions

    def __call__(
        self, name: str, args: Mapping[str, Any] | None = None, shapes: Mapping[str, Shape] = NO_SHAPES
    ) -> Any:
        """Return the tree (lists of trees for several values) that function `name` returns.

        `args`: parameter → a name of the problem, a number, or a list of them; a parameter left out stands for
        itself. `shapes` are those of the problem's vectors and matrices. Raises ReadError for what is not read, NoValue
        where it returns None.
        """
        return self.followed(name, args, shapes).value

    def followed(
        self, name: str, args: Mapping[str, Any] | None = None, shapes: Mapping[str, Shape] = NO_SHAPES
    ) -> Followed:
        """Return what a function returns, and from where."""
        if name not in self.functions:
            raise ReadError(
                f"no function '{name}' in the code; it has {', '.join(self.functions) or 'none'}",
                self.source.text.split("\n")[0][:100],
            )
        node = self.functions[name]
        given = [described((args or {}).get(a.arg), a.arg, shapes) for a in parameters(node)]
        follower = Follower(self.source)
        try:
            value = plain(follower.call(Function(node), given, {}, node))
        except ReadError:
            raise
        except LearnerError as error:
            refuse(self.source.text, node, str(error))
        if value is None:
            self.no_value(name, follower.nothing[-1] if follower.nothing else None)
        if sum(written_out(tree) for tree in leaves(value)) > MOST_TERMS:
            refuse(
                self.source.text,
                node,
                f"what {name} returns is too long: written out it has more than {MOST_TERMS} terms",
            )
        gaps = tuple(n.lineno for n in follower.nothing) if any(tree.has(NOTHING) for tree in leaves(value)) else ()
        return Followed(value, follower.line, gaps)

    def no_value(self, name: str, node: Any) -> NoReturn:
        """Refuse a function that returns None wherever it is called."""
        if isinstance(node, ast.Return):
            message = "return without a value gives None; return the derivative"
        elif isinstance(node, ast.FunctionDef):
            message = f"{name} ends without return, which gives None; write return before its result"
        else:
            node, message = self.functions[name], "the function returns nothing; expected a number"
        refuse(self.source.text, node, message, NoValue)


@dataclass(frozen=True, eq=False)
class Followed:
    """What one function returns: a tree, or nested lists of them; the number of the line that returns it, a tree where
    symbols decide which; and the lines after which None comes.
    """

    value: Any
    line: Any = 0
    gaps: tuple[int, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of what is returned.

        >>> Followed([[1, 2, 3], [4, 5, 6]]).shape
        (2, 3)
        """
        return tuple(np.shape(array_of(self.value))) if isinstance(self.value, list) else ()


def read_code(text: str) -> Code:
    """Return the functions of a text of Python. Raises ReadError for what is refused, with line and column.

    >>> read_code("import os")
    Traceback (most recent call last):
        ...
    graphtutor.errors.ReadError: line 1, column 1: import of 'os' is not read; only math and numpy are known
    """
    return Code(read_source(text))


def described(value: Any, name: str, shapes: Mapping[str, Shape] = NO_SHAPES) -> Any:
    """Return what a parameter stands for: a tree, an array of them, or a name to be indexed."""
    return Named(name) if value is None else array_of(nest(value, name, shapes, 0))


def nest(value: Any, name: str, shapes: Mapping[str, Shape], level: int) -> Any:
    if level > 2:
        raise LearnerError(f"args of '{name}': lists nested more than 2 deep; expected a name, or names in rows")
    if isinstance(value, str):
        return read.read(value, names=[value] if value.isidentifier() else None, shapes=shapes)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if isinstance(value, int) else read.read(repr(value))
    if isinstance(value, list | tuple):
        return [nest(v, name, shapes, level + 1) for v in value]
    raise LearnerError(f"args of '{name}': expected a name or a list of names, met {value!r}")


def written_out(value: sp.Basic) -> int:
    """Return how many numbers, names and signs a tree has when it is written out, shared parts again and again.

    >>> written_out(sp.Symbol("x") + 1)
    3
    """
    size: dict[int, int] = {}
    todo = [(value, False)]
    while todo:
        top, ready = todo.pop()
        if ready:
            size[id(top)] = 1 + sum(size[id(a)] for a in top.args)
        elif id(top) not in size:
            todo.append((top, True))
            todo.extend((a, False) for a in top.args)
    return size[id(value)]


def ends(line: Any) -> list[int]:
    """Return the numbers of all lines among which conditions decide.

    >>> ends(sp.Integer(3)), ends(4)
    ([3], [4])
    """
    found, todo = [], [tree_of(line)]
    while todo:
        top = todo.pop()
        if isinstance(top, sp.Integer):
            found.append(int(top))
        todo.extend(top.args[1:])
    return sorted(found)


def plain(value: Any) -> Any:
    """Return a result as a tree, as nested lists of them, a dictionary of these, or None."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        parts = [plain(v) for v in value]
        if None in parts:
            raise LearnerError(
                "one of the values that the function returns is None; expected a number or a list of them"
            )
        return parts
    if value is None:
        return None
    if isinstance(value, sp.Basic | Named | int):
        return tree_of(value)
    raise LearnerError(f"the function returns {kind(value)}; expected a number or a list of them")


def leaves(value: Any) -> list[Any]:
    """Return the trees, or names, in nested lists, in order."""
    found, todo = [], [value]
    while todo:
        top = todo.pop()
        top = list(top.values()) if isinstance(top, dict) else top
        if isinstance(top, list | tuple):
            todo.extend(reversed(top))
        else:
            found.append(top)
    return found


# ----- an answer -----
@dataclass(frozen=True, eq=False)
class Returned:
    """What the functions of an answer return: one value of each, a tree or nested lists of them. `assumed` says what stands for what."""

    code: Code
    names: tuple[str, ...]
    values: tuple[Followed, ...]
    assumed: tuple[str, ...] = ()

    @property
    def trees(self) -> tuple[Any, ...]:
        """The values one after the other, those of a function that returns several by themselves."""
        return tuple(part for v in self.values for part in (v.value if isinstance(v.value, list) else [v.value]))

    def quoted(self, point: Mapping[str, str]) -> list[str]:
        """Return the learner's own lines that give what is returned at a point; all that may where the point does not say."""
        found: dict[int, None] = {}
        for value in self.values:
            try:
                graph = build(tree_of(value.line))
                here = {n.name: float(Fraction(point[n.name])) for n in graph.inputs}
            except (KeyError, ValueError, LearnerError):  # entries of a matrix, or a point that lacks a name
                found |= dict.fromkeys(ends(value.line))
                continue
            at = graph.evaluate(here, "float")[graph.out]
            found |= {int(at): None} if np.isfinite(at) else {}
        lines = dict.fromkeys(self.code.source.origin(k) for k in found if k > 0)
        return [f"line {k}: {self.code.source.line(k)}" for k in lines]

    @property
    def gaps(self) -> list[str]:
        """The learner's own lines after which nothing is returned."""
        lines = dict.fromkeys(k for value in self.values for k in value.gaps)
        return [f"line {k}: {self.code.source.line(k)}" for k in lines]


def returned(answer: Mapping[str, Any], wrt: Sequence[str], inputs: Mapping[str, Shape]) -> Returned:
    """Return what an answer in Python returns: `{"code": text, "function": name, "args": {parameter: names}}`.

    `inputs`: the problem's names and their shapes. Without `function` it is the only one, or for each
    derivative the one whose name ends in its variable. A parameter that `args` leaves out is the input of
    this name, the vector of its entries (`x` for x0, x1), or, if one of each is left, that one.

    >>> r = returned({"code": "d = lambda x, w, t: 2*x*(w*x - t)"}, ["w"], {"w": (), "x": (), "y": ()})
    >>> r.assumed, r.quoted({})
    (("'t' is taken for y",), ['line 1: d = lambda x, w, t: 2*x*(w*x - t)'])
    """
    code = read_code(answer.get("code", ""))
    if not isinstance(answer.get("function") or "", str):
        raise LearnerError(f"function is {kind(answer['function'])}; expected the name of one, such as dfn_w0")
    names = [answer["function"]] if answer.get("function") else chosen(code, wrt)
    args = answer.get("args") or {}
    if not isinstance(args, Mapping):
        raise LearnerError(f'args is {kind(args)}; expected an object such as {{"x": ["x0", "x1"], "b": "b"}}')
    values: list[Followed] = []
    assumed: dict[str, None] = {}
    for name in names:
        own = [a.arg for a in parameters(code.functions[name])] if name in code.functions else []
        meant, told = meanings(own, args, inputs)
        assumed |= dict.fromkeys(told)
        found = code.followed(name, meant, inputs)
        values.append(replace(found, value=by_key(found.value, wrt)) if isinstance(found.value, dict) else found)
    return Returned(code, tuple(names), tuple(values), tuple(assumed))


def by_key(value: Mapping[str, Any], wrt: Sequence[str]) -> Any:
    """Return the gradients of a dictionary in the order asked for, one alone by itself: `{"dw": …, "db": …}`.

    >>> by_key({"db": 2, "dw": 1}, ["w", "b"]), by_key({"w": 1}, ["w"])
    ([1, 2], 1)
    """
    keys = {w: next((k for k in value if k == w or k.endswith((f"d{w}", f"_{w}"))), None) for w in wrt}
    missing = [w for w, key in keys.items() if key is None]
    if missing:
        raise LearnerError(
            f"the dictionary that is returned has no gradient for {missing[0]}; it has {', '.join(value)}"
        )
    found = [value[key] for key in keys.values() if key is not None]
    return found[0] if len(found) == 1 else found


def chosen(code: Code, wrt: Sequence[str]) -> list[str]:
    """Return the function for each derivative: by the end of its name, or the only one there is."""
    found = [[f for f in code.functions if f.endswith((f"_{w}", f"d{w}"))] for w in wrt]
    if found and all(len(f) == 1 for f in found):
        return [f[0] for f in found]
    if len(code.functions) == 1:
        return list(code.functions)
    known = ", ".join(code.functions) or "none"
    raise LearnerError(f'which function is the answer? The code has {known}; say it as "function": "dfn_w0"')


def meanings(
    own: Iterable[str], args: Mapping[str, Any], inputs: Mapping[str, Shape]
) -> tuple[dict[str, Any], list[str]]:
    """Return what each parameter stands for, and in words what was assumed."""
    given = {name: args[name] if name in args else of_problem(name, inputs) for name in own}
    meant = {name: value for name, value in given.items() if value is not None}
    used = {str(n).split("[")[0] for value in meant.values() for n in leaves(value)}
    left = [name for name in given if name not in meant and name not in args]
    others = [n for n in inputs if n.split("[")[0] not in used]
    if len(left) == len(others) == 1:
        meant[left[0]] = entries_of(others[0], inputs[others[0]])
        return meant, [f"'{left[0]}' is taken for {others[0]}"]
    return meant, []


def of_problem(name: str, inputs: Mapping[str, Shape]) -> Any:
    """Return what the problem has under a name: an input, or the vector of those with a number behind; None for nothing."""
    if name in inputs:
        return entries_of(name, inputs[name])
    return [f"{name}{k}" for k in range(len(inputs)) if f"{name}{k}" in inputs] or None


def entries_of(name: str, shape: Shape) -> Any:
    """Return a name as the names of its entries.

    >>> entries_of("W", (2, 1)), entries_of("b", ())
    ([['W[0,0]'], ['W[1,0]']], 'b')
    """
    if not shape:
        return name
    if len(shape) == 1:
        return [f"{name}[{k}]" for k in range(shape[0])]
    return [[f"{name}[{j},{k}]" for k in range(shape[1])] for j in range(shape[0])]
