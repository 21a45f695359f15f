"""The operators of a student's Python on symbols: arithmetic, comparisons, conditions, entries, sums and products of lists."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import sympy as sp

from ...errors import LearnerError
from ...language import trees
from .source import CONDITIONS, MOST_LEVELS, MOST_STEPS, MOST_TIMES, Named, Source, Vector, kind, refuse, tree_of

BINARY: Mapping[type, str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
COMPARE: Mapping[type, str] = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}
PYTHON: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b, ast.FloorDiv: lambda a, b: a // b, ast.Mod: lambda a, b: a % b,
    ast.Lt: lambda a, b: a < b, ast.LtE: lambda a, b: a <= b, ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b, ast.NotEq: lambda a, b: a != b,
}  # fmt: skip
LARGEST = 10**100


class Operators:
    """Applies operators, with a bound on steps and on the size of lists."""

    def __init__(self, code: Source):
        self.code, self.steps, self.depth, self.branches = code, 0, 0, 0

    def fail(self, node: Any, message: str) -> NoReturn:
        refuse(self.code.text, node, message)

    def step(self, node: Any, count: int = 1) -> None:
        self.steps += count
        if self.steps > MOST_STEPS:
            self.fail(node, f"the code takes more than {MOST_STEPS} steps; only short functions are read")

    def sized(self, value: list[Any], node: Any) -> list[Any]:
        """Return a new list, its entries counted as steps; one that is nested too deeply is refused."""
        level, entries = 0, [value]
        while entries:
            level += 1
            self.step(node, sum(map(len, entries)))
            if level > MOST_LEVELS:
                self.fail(node, f"lists inside lists more than {MOST_LEVELS} deep are not read")
            entries = [v for inner in entries for v in inner if isinstance(v, list)]
        return value

    def either(self, condition: sp.Basic, yes: Any, no: Any, node: Any) -> Any:
        """Return one value or the other by a condition; the follower of statements knows how."""
        raise NotImplementedError

    # ----- numbers -----
    def binary(self, op: ast.operator, a: Any, b: Any, node: Any) -> Any:
        if isinstance(op, ast.MatMult):
            return self.product(a, b, node)
        if isinstance(a, int) and isinstance(b, int):
            if type(op) in PYTHON and not (isinstance(op, ast.FloorDiv | ast.Mod) and b == 0):
                return self.small(PYTHON[type(op)](a, b), node)
            if isinstance(op, ast.Pow) and 0 <= b <= 300 and abs(a) <= 1000:
                return self.small(a**b, node)
        if type(op) not in BINARY:
            self.fail(node, "this operator is not read; expected + - * / ** or @")
        if type(a) is list and type(b) is list and isinstance(op, ast.Add):
            return self.sized(a + b, node)
        if isinstance(op, ast.Mult) and type(a) is list and isinstance(b, int) and len(a) * b <= MOST_TIMES:
            return self.sized(a * b, node)
        if list in (type(a), type(b)) and Vector not in (type(a), type(b)):
            self.fail(
                node, "arithmetic on a plain list is not that on its entries in Python; use np.array([…]) or a loop"
            )
        return self.entrywise(BINARY[type(op)], [a, b], node)

    def small(self, value: int, node: Any) -> int:
        return value if abs(value) < LARGEST else self.fail(node, "a number of more than 100 digits is not read")

    def entrywise(self, op: str, given: Sequence[Any], node: Any) -> Any:
        """Return an operation on numbers, or on vectors and matrices entry by entry."""
        self.step(node)
        axes = [len(shape_of(v)) for v in given]
        most = max(axes, default=0)
        lengths = {len(v) for v, n in zip(given, axes, strict=True) if n == most > 0}
        if len(lengths) > 1:
            self.fail(node, f"vectors of {' and '.join(map(str, sorted(lengths)))} entries do not fit")
        if lengths:  # what has fewer axes goes with each row, as in numpy
            return Vector(
                self.entrywise(op, [v[k] if n == most else v for v, n in zip(given, axes, strict=True)], node)
                for k in range(lengths.pop())
            )
        try:
            return trees.compose(op, tuple(tree_of(v) for v in given))
        except LearnerError as error:
            self.fail(node, str(error))

    def unary(self, node: ast.UnaryOp, value: Any) -> Any:
        if isinstance(node.op, ast.Not):
            test = self.truth(value, node)
            return trees.compose("not", (test,)) if isinstance(test, sp.Basic) else not test
        if type(value) is list:
            self.fail(node, "a sign before a plain list is not that of its entries in Python; use np.array([…])")
        if isinstance(node.op, ast.UAdd):
            return value
        if isinstance(node.op, ast.USub):
            return -value if isinstance(value, int) else self.entrywise("neg", [value], node)
        self.fail(node, "'~' is not read")

    def compare(self, node: ast.Compare, given: list[Any]) -> Any:
        found = []
        for op, a, b in zip(node.ops, given[:-1], given[1:], strict=True):
            if type(op) not in COMPARE:
                self.fail(node, "'in' and 'is' are not read; expected < <= > >= == !=")
            if list in (type(a), type(b)):
                self.fail(node, "plain lists are not compared entry by entry in Python; compare numbers")
            plain = isinstance(a, int) and isinstance(b, int)
            found.append(PYTHON[type(op)](a, b) if plain else self.entrywise(COMPARE[type(op)], [a, b], node))
        if not any(isinstance(f, sp.Basic | list) for f in found):
            return all(found)
        return found[0] if len(found) == 1 else self.entrywise("and", found, node)

    def both(self, node: ast.BoolOp, given: list[Any]) -> Any:
        """Return the value of `and`, `or`: a condition of conditions; of numbers, as in Python, one of them."""
        if all(isinstance(v, (bool, *CONDITIONS)) for v in given):
            if not any(isinstance(v, sp.Basic) for v in given):
                return all(given) if isinstance(node.op, ast.And) else any(given)
            return self.entrywise("and" if isinstance(node.op, ast.And) else "or", given, node)
        out = given[-1]
        for value in reversed(given[:-1]):
            test = self.truth(value, node)
            first, second = (out, value) if isinstance(node.op, ast.And) else (value, out)
            out = self.either(test, first, second, node) if isinstance(test, sp.Basic) else first if test else second
        return out

    def truth(self, value: Any, node: Any) -> Any:
        """Return a value as a condition; a number that is no comparison is true where it is not 0."""
        if isinstance(value, list):
            self.fail(node, "a list is no condition; compare a number, such as x[0] > 0")
        if isinstance(value, int):
            return bool(value)
        tree = tree_of(value)
        return tree if isinstance(tree, CONDITIONS) else trees.compose("ne", (tree, sp.Integer(0)))

    def entry(self, whole: Any, key: Any, node: ast.Subscript) -> Any:
        """Return an entry or a part: of a list by one key, of a vector, matrix or name by one for each axis."""
        if isinstance(key, list) and isinstance(node.slice, ast.Tuple) and type(whole) is not list:
            first, *rest = key or self.fail(node, "an index is a whole number known here")
            part = self.entry_of(whole, first, node)
            if isinstance(first, slice):
                return Vector(self.entry(row, rest, node) for row in part) if rest else part
            return self.entry(part, rest, node) if rest else part
        return self.entry_of(whole, key, node)

    def entry_of(self, whole: Any, key: Any, node: ast.Subscript) -> Any:
        """Return one entry of a list, a part of it, or of a name, which gets the index behind it."""
        if isinstance(key, slice) and isinstance(whole, list):
            if any(not isinstance(b, int | None) for b in (key.start, key.stop, key.step)) or key.step == 0:
                self.fail(node, "a slice needs whole numbers known here")
            return self.sized(type(whole)(whole[key]), node)
        known = isinstance(key, int) and not isinstance(key, bool)
        if isinstance(whole, Named) and known and 0 <= key < MOST_TIMES:
            return Named(f"{whole.name}{key}")
        if not isinstance(whole, list) or not known:
            self.fail(node, f"cannot take an entry of {kind(whole)}; an index is a whole number known here")
        if not -len(whole) <= key < len(whole):
            self.fail(node, f"index {key} of {len(whole)} entries; counting starts at 0")
        return whole[key]

    # ----- lists -----
    def total(self, values: Any, node: Any) -> Any:
        """Return the sum of a list, from left to right."""
        if not isinstance(values, list):
            self.fail(node, f"sum needs a list, met {kind(values)}; describe the length of the parameter in args")
        out: Any = 0
        for k, value in enumerate(values):
            out = value if k == 0 else self.binary(ast.Add(), out, value, node)
        return out

    def product(self, a: Any, b: Any, node: Any) -> Any:
        """Return the dot or matrix product of lists."""
        if not isinstance(a, list) or not isinstance(b, list):
            self.fail(node, '@ and dot need two vectors; describe the parameters in args, such as {"x": ["x0", "x1"]}')
        if not (even(a) and even(b)):
            self.fail(node, "the rows of a matrix have different lengths")
        if a and isinstance(a[0], list):
            return Vector(self.product(Vector(row), b, node) for row in a)
        if b and isinstance(b[0], list):
            return Vector(self.product(a, Vector(row[k] for row in b), node) for k in range(len(b[0])))
        if len(a) != len(b):
            self.fail(node, f"vectors of {len(a)} and {len(b)} entries do not fit")
        return self.total(self.entrywise("mul", [Vector(a), Vector(b)], node), node)


def even(value: list[Any]) -> bool:
    """Return whether nested lists are a vector or a matrix: all entries numbers, or all rows of one length."""
    rows = [v for v in value if isinstance(v, list)]
    return not rows or (len(rows) == len(value) and len({len(r) for r in rows}) == 1 and all(map(even, rows)))


def shape_of(value: Any) -> tuple[int, ...]:
    """Return the shape of nested lists, by their first entries."""
    found = []
    while isinstance(value, list):
        found.append(len(value))
        value = value[0] if value else None
    return tuple(found)
