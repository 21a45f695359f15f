"""The operators of a student's Python on symbols: arithmetic, comparisons, conditions, entries, products of arrays."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
import sympy as sp

from ...errors import LearnerError
from ...language import trees
from .source import Source, refuse
from .values import (
    CONDITIONS,
    Named,
    Text,
    array_of,
    content,
    entry_by_entry,
    fill,
    fitting,
    kind,
    nothing_like,
    outline,
    owner,
    tree_of,
)

MOST_STEPS, MOST_TIMES, MOST_LEVELS, LARGEST = 20_000, 1000, 4, 10**100
SIGNS: Mapping[type, str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow", ast.FloorDiv: "//", ast.Mod: "%", ast.BitAnd: "and", ast.BitOr: "or",
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
}  # fmt: skip
EXACT: Mapping[str, Callable[[Any, Any], Any]] = {  # on whole numbers that are known here
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "//": lambda a, b: a // b if b else None, "%": lambda a, b: a % b if b else None, "pow": lambda a, b: a**b if 0 <= b <= 300 and abs(a) <= 1000 else None,
    "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b, "eq": lambda a, b: a == b, "ne": lambda a, b: a != b,
    "and": lambda a, b: a & b, "or": lambda a, b: a | b,
}  # fmt: skip


Several = (list, tuple, np.ndarray, dict)


class Operators:
    """Applies operators, with a bound on steps and on the size of lists and arrays.

    `log` holds what lists and arrays held before they were changed, while a branch is followed that may be undone; `mixed`
    those that are one of two by a condition: under another name they live on, so that changing them is refused.
    """

    def __init__(self, code: Source):
        self.code, self.steps, self.depth, self.branches = code, 0, 0, 0
        self.log: list[tuple[Any, Any]] = []
        self.mixed: dict[int, Any] = {}
        self.nothing: list[Any] = []
        self.line: Any = 0

    def fail(self, node: Any, message: str) -> NoReturn:
        refuse(self.code.text, node, message)

    def step(self, node: Any, count: int = 1) -> None:
        self.steps += count
        if self.steps > MOST_STEPS:
            self.fail(node, f"the code takes more than {MOST_STEPS} steps; only short functions are read")

    def sized(self, value: Any, node: Any) -> Any:
        """Return a new list or array, its entries counted as steps; one that is nested too deeply is refused."""
        if isinstance(value, np.ndarray):
            if value.ndim > MOST_LEVELS:
                self.fail(node, f"arrays of more than {MOST_LEVELS} axes are not read")
            self.step(node, value.size)
            return value
        level, entries = 0, [value]
        while entries:
            level += 1
            self.step(node, sum(map(len, entries)))
            if level > MOST_LEVELS:
                self.fail(node, f"lists inside lists more than {MOST_LEVELS} deep are not read")
            entries = [v for inner in entries for v in inner if isinstance(v, list | tuple)]
        return value

    def array(self, value: Any, node: Any) -> Any:
        """Return nested lists as an array, a number as it is."""
        try:
            return self.sized(array_of(value), node) if isinstance(value, list | tuple) else value
        except LearnerError as error:
            self.fail(node, str(error))

    # ----- numbers -----
    def binary(self, op: ast.operator, a: Any, b: Any, node: Any) -> Any:
        if isinstance(op, ast.MatMult):
            return self.product(a, b, node)
        if type(op) not in SIGNS:
            self.fail(node, "this operator is not read; expected + - * / ** or @")
        lists = [v for v in (a, b) if isinstance(v, list | tuple)]
        if lists and not any(isinstance(v, np.ndarray) for v in (a, b)):
            if isinstance(op, ast.Add) and type(a) is type(b):
                return self.sized(a + b, node)
            if isinstance(op, ast.Mult) and isinstance(b, int) and len(a) * b <= MOST_TIMES:
                return self.sized(a * b, node)
            self.fail(
                node, "arithmetic on a plain list is not that on its entries in Python; use np.array([…]) or a loop"
            )
        return self.entrywise(SIGNS[type(op)], [a, b], node)

    def entrywise(self, op: str, given: Sequence[Any], node: Any, params: tuple[Any, ...] = ()) -> Any:
        """Return an operation on numbers, or on arrays entry by entry, stretched to one shape as NumPy does."""
        whole = [self.array(v, node) for v in given]
        try:
            shape = fitting(np.shape(v) if isinstance(v, np.ndarray) else () for v in whole)
            self.step(node, max(1, int(np.prod(shape))))
            return entry_by_entry(lambda *entries: self.number(op, entries, node, params), *whole)
        except LearnerError as error:
            self.fail(node, str(error))

    def number(self, op: str, given: Sequence[Any], node: Any, params: tuple[Any, ...] = ()) -> Any:
        """Return an operation on numbers: worked out where they are whole numbers known here, else as a tree."""
        if op in EXACT and all(isinstance(v, int) for v in given):
            value = EXACT[op](*given)
            if value is not None:
                return (
                    value if abs(value) < LARGEST else self.fail(node, "a number of more than 100 digits is not read")
                )
        if op in ("//", "%"):
            self.fail(node, "this operator is not read; expected + - * / ** or @")
        if op in ("and", "or", "not"):
            given = [self.truth(v, node) for v in given]
            if not any(isinstance(v, sp.Basic) for v in given):
                return {"and": all(given), "or": any(given), "not": not given[0]}[op]
        return trees.compose(op, tuple(tree_of(v) for v in given), params)

    def unary(self, node: ast.UnaryOp, value: Any) -> Any:
        if isinstance(node.op, ast.Not):
            return self.number("not", [self.truth(value, node)], node)
        if isinstance(value, list | tuple):
            self.fail(node, "a sign before a plain list is not that of its entries in Python; use np.array([…])")
        if isinstance(node.op, ast.UAdd):
            return value
        if isinstance(node.op, ast.USub):
            return -value if isinstance(value, int) else self.entrywise("neg", [value], node)
        if not all(
            isinstance(v, (bool, *CONDITIONS)) for v in (value.flat if isinstance(value, np.ndarray) else [value])
        ):
            self.fail(node, "'~' of a number is not read; of a condition it is not")
        return self.entrywise("not", [value], node)

    # ----- conditions -----
    def compare(self, node: ast.Compare, given: list[Any]) -> Any:
        pairs = zip(node.ops, given[:-1], given[1:], strict=True)
        found = [self.comparison(op, a, b, node) for op, a, b in pairs]
        if len(found) > 1 and any(isinstance(f, np.ndarray) for f in found):
            self.fail(node, "an array is no condition; compare numbers, or write (a < b) & (b < c)")
        return found[0] if len(found) == 1 else self.number("and", found, node)

    def comparison(self, op: ast.cmpop, a: Any, b: Any, node: Any) -> Any:
        """Return one comparison: of numbers, of arrays entry by entry, of shapes, or with None."""
        if isinstance(op, ast.Is | ast.IsNot) and (a is None or b is None):
            return (a is b) == isinstance(op, ast.Is)
        if type(op) not in SIGNS:
            self.fail(node, "'in' and 'is' are not read; expected < <= > >= == !=")
        if isinstance(a, tuple) and isinstance(b, tuple) and all(isinstance(v, int) for v in (*a, *b)):
            return EXACT[SIGNS[type(op)]](a, b)
        if isinstance(a, list | tuple) or isinstance(b, list | tuple):
            self.fail(node, "plain lists are not compared entry by entry in Python; compare numbers")
        return self.entrywise(SIGNS[type(op)], [a, b], node)

    def both(self, node: ast.BoolOp, given: list[Any]) -> Any:
        """Return the value of `and`, `or`: a condition of conditions; of numbers, as in Python, one of them."""
        is_and = isinstance(node.op, ast.And)
        if all(isinstance(v, (bool, *CONDITIONS)) for v in given):
            return self.number("and" if is_and else "or", given, node)
        out = given[-1]
        for value in reversed(given[:-1]):
            test = self.truth(value, node)
            first, second = (out, value) if is_and else (value, out)
            out = self.either(test, first, second, node)
        return out

    def truth(self, value: Any, node: Any) -> Any:
        """Return a value as a condition; a number that is no comparison is true where it is not 0."""
        if isinstance(value, np.ndarray) and value.size == 1:
            value = value.item()
        if isinstance(value, list | tuple | np.ndarray):
            self.fail(node, "a list is no condition; compare a number, such as x[0] > 0")
        if isinstance(value, int) or value is None:
            return bool(value)
        tree = tree_of(value)
        return tree if isinstance(tree, CONDITIONS) else trees.compose("ne", (tree, sp.Integer(0)))

    def either(self, condition: Any, yes: Any, no: Any, node: Any) -> Any:
        """Return one value or the other by a condition, entry by entry; where one of them is None, trees without a value there."""
        if not isinstance(condition, sp.Basic):
            return yes if condition else no
        if yes is no or (isinstance(yes, int | Named) and type(yes) is type(no) and yes == no):
            return yes
        if (yes is None) != (no is None):
            self.nothing.append(node)
            yes, no = nothing_like(no) if yes is None else yes, nothing_like(yes) if no is None else no
        if isinstance(yes, Several) or isinstance(no, Several):
            return self.either_of_several(condition, yes, no, node)
        return trees.compose("where", (condition, tree_of(yes), tree_of(no)))

    def either_of_several(self, condition: sp.Basic, yes: Any, no: Any, node: Any) -> Any:
        """Return two lists, arrays or dictionaries of one shape, one or the other by a condition."""
        if type(yes) is not type(no) or outline(yes) != outline(no):
            self.fail(node, "the two sides of this if give values of different lengths")
        if isinstance(yes, np.ndarray):
            return entry_by_entry(lambda a, b: self.either(condition, a, b, node), yes, no)
        if isinstance(yes, dict):
            return {key: self.either(condition, yes[key], no[key], node) for key in yes}
        return type(yes)(self.either(condition, a, b, node) for a, b in zip(yes, no, strict=True))

    # ----- entries -----
    def entry(self, whole: Any, key: Any, node: Any) -> Any:
        """Return an entry or a part of a list or array, or of a name, which gets the index behind it."""
        if isinstance(whole, np.ndarray):
            return self.part(whole, key, node)
        if isinstance(whole, dict):
            return self.by_name(whole, key, node)
        if isinstance(key, slice) and isinstance(whole, list | tuple):
            if any(not isinstance(b, int | None) for b in (key.start, key.stop, key.step)) or key.step == 0:
                self.fail(node, "a slice needs whole numbers known here")
            return self.sized(whole[key], node)
        known = isinstance(key, int) and not isinstance(key, bool)
        if isinstance(whole, Named) and known and 0 <= key < MOST_TIMES:
            return Named(f"{whole.name}{key}")
        if not isinstance(whole, list | tuple) or not known:
            self.fail(node, f"cannot take an entry of {kind(whole)}; an index is a whole number known here")
        if not -len(whole) <= key < len(whole):
            self.fail(node, f"index {key} of {len(whole)} entries; counting starts at 0")
        return whole[key]

    def by_name(self, whole: dict[str, Any], key: Any, node: Any) -> Any:
        if not isinstance(key, Text) or key.text not in whole:
            self.fail(node, f"this dictionary has {', '.join(whole) or 'nothing'}")
        return whole[key.text]

    def part(self, whole: np.ndarray, key: Any, node: Any) -> Any:
        """Return an entry of an array, or a view or copy of a part of it, as NumPy's own indexing gives it."""
        index = self.index(key, node)
        if isinstance(index, int) and whole.ndim and not -len(whole) <= index < len(whole):
            self.fail(node, f"index {index} of {len(whole)} entries; counting starts at 0")
        try:
            return self.sized(found, node) if isinstance(found := whole[index], np.ndarray) else found
        except (IndexError, ValueError) as error:
            self.fail(node, f"this index does not fit an array of shape {whole.shape}: {error}")

    def index(self, key: Any, node: Any) -> Any:
        """Return an index as NumPy takes it."""
        if isinstance(key, tuple):
            return tuple(self.index(k, node) for k in key)
        if isinstance(key, list | np.ndarray):
            entries = self.array(key, node)
            types = {type(v) for v in entries.flat}
            if types <= {int} or types <= {bool}:
                return entries.astype(int if types <= {int} else bool)
            self.fail(node, "how many entries this mask takes depends on the numbers; use np.where, or assign to it")
        bounds = (key.start, key.stop, key.step) if isinstance(key, slice) else (key,)
        if key is not Ellipsis and not all(
            b is None or (isinstance(b, int) and not isinstance(b, bool)) for b in bounds
        ):
            self.fail(node, f"cannot take an entry of an array by {kind(key)}; an index is a whole number known here")
        return key

    def put(self, whole: Any, key: Any, value: Any, node: Any) -> None:
        """Put a value into a list or an array, at an index or where a mask holds."""
        if isinstance(whole, dict) and isinstance(key, Text):
            self.touch(whole, node)
            whole[key.text] = value
        elif isinstance(whole, np.ndarray):
            if not self.masked(whole, key, lambda old: value, node):
                self.place(whole, self.index(key, node), value, node)
        elif not isinstance(whole, list) or not isinstance(key, int) or not -len(whole) <= key < len(whole):
            self.fail(node, "only an entry of a list or array can be assigned")
        else:
            self.touch(whole, node)
            whole[key] = value

    def place(self, whole: np.ndarray, index: Any, value: Any, node: Any) -> None:
        value = self.array(value, node)
        if not isinstance(value, np.ndarray):
            tree_of(value)  # a LearnerError for what is no number
        self.touch(whole, node)
        try:
            whole[index] = value
        except (IndexError, ValueError) as error:
            self.fail(node, f"this does not fit an array of shape {whole.shape}: {error}")

    def masked(self, whole: np.ndarray, key: Any, new: Callable[[Any], Any], node: Any) -> bool:
        """Change the entries of an array where a mask of conditions holds, and return whether the key is such a mask.

        `new` gives an entry's new value from its old one: a number, or an array that goes with each entry of the whole.
        """
        conditions = key.flat if isinstance(key, np.ndarray) else [key]
        if not any(isinstance(c, CONDITIONS) for c in conditions):
            return False
        value = self.array(new(whole), node)
        if np.ndim(value) and np.shape(value) != whole.shape:
            self.fail(node, "only a number can be put where a mask holds; use np.where for an array")
        if isinstance(key, np.ndarray) and key.shape != whole.shape[: key.ndim]:
            self.fail(node, f"a mask of shape {key.shape} does not fit an array of shape {whole.shape}")
        mask = key.reshape(key.shape + (1,) * (whole.ndim - key.ndim)) if isinstance(key, np.ndarray) else key
        fitted = np.broadcast_to(mask, whole.shape) if isinstance(mask, np.ndarray) else mask
        self.step(node, whole.size)
        self.place(
            whole,
            ...,
            entry_by_entry(lambda c, v, old: self.either(self.truth(c, node), v, old, node), fitted, value, whole),
            node,
        )
        return True

    def touch(self, value: Any, node: Any) -> None:
        """Keep what a list or array holds before it is changed, so that the other side of a branch does not see it."""
        held = owner(value)
        if id(held) in self.mixed:
            self.fail(node, "this is one of two lists, by a condition above; take a copy before changing it")
        if self.branches:
            self.log.append((held, content(held)))

    def undone(self, mark: int) -> dict[int, tuple[Any, Any]]:
        """Undo the changes since `mark`; return what each changed list or array held before that, by identity."""
        found: dict[int, tuple[Any, Any]] = {}
        for held, before in reversed(self.log[mark:]):
            found.setdefault(id(held), (held, content(held)))
            fill(held, before)
        del self.log[mark:]
        return found

    # ----- sums and products -----
    def total(self, values: Any, node: Any) -> Any:
        """Return the sum of a list, from left to right; of an array, of its rows."""
        if not isinstance(values, list | tuple | np.ndarray):
            self.fail(node, f"sum needs a list, met {kind(values)}; describe the length of the parameter in args")
        out: Any = 0
        for k, value in enumerate(values):
            out = value if k == 0 else self.binary(ast.Add(), out, value, node)
        return out

    def product(self, a: Any, b: Any, node: Any) -> Any:
        """Return the dot or matrix product of arrays of up to two axes."""
        a, b = self.array(a, node), self.array(b, node)
        if not isinstance(a, np.ndarray) or not isinstance(b, np.ndarray):
            self.fail(node, '@ and dot need two vectors; describe the parameters in args, such as {"x": ["x0", "x1"]}')
        if a.ndim > 2 or b.ndim > 2:
            self.fail(node, "products of arrays with more than two axes are not read")
        if a.shape[-1] != b.shape[0]:
            shapes = (
                f"shapes {a.shape} and {b.shape}"
                if a.ndim + b.ndim > 2
                else f"vectors of {len(a)} and {len(b)} entries"
            )
            self.fail(node, f"{shapes} do not fit")
        rows, columns = (a if a.ndim > 1 else a[None, :]), (b if b.ndim > 1 else b[:, None])
        out = np.empty((len(rows), columns.shape[1]), dtype=object)
        for at in np.ndindex(out.shape):
            out[at] = self.total(self.entrywise("mul", [rows[at[0]], columns[:, at[1]]], node), node)
        found = out.reshape(a.shape[:-1] + b.shape[1:])
        return found if found.ndim else found.item()
