"""What an expression of a student's Python is worth on symbols: numbers known here, trees, names, lists of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NoReturn

import sympy as sp

from ..errors import LearnerError
from ..language import trees
from ..maths import heads
from ..maths.ops import ROWS
from ..maths.row import Row
from . import library
from .source import CONDITIONS, MOST_DEPTH, MOST_LEVELS, MOST_STEPS, MOST_TIMES, Named, Scope, Source, Vector, kind, named, refuse, tree_of

CONSTANTS: Mapping[str, sp.Basic] = {"pi": sp.pi, "e": sp.E, "inf": sp.oo}
BINARY: Mapping[type, str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
COMPARE: Mapping[type, str] = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}
PYTHON: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b, ast.FloorDiv: lambda a, b: a // b, ast.Mod: lambda a, b: a % b,
    ast.Lt: lambda a, b: a < b, ast.LtE: lambda a, b: a <= b, ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b, ast.NotEq: lambda a, b: a != b,
}  # fmt: skip
LARGEST = 10**100
class Values:
    """Works out expressions: a stack of nodes, each after its parts."""

    def __init__(self, code: Source):
        self.code, self.steps, self.depth, self.branches = code, 0, 0, 0

    def call(self, function: ast.FunctionDef, args: Sequence[Any], by_name: Mapping[str, Any], node: Any) -> Any:
        """Return what one of the student's functions returns; the follower of statements knows how."""
        raise NotImplementedError

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

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """Return the value of an expression."""
        todo: list[tuple[ast.expr, bool]] = [(node, False)]
        done: list[Any] = []
        while todo:
            top, ready = todo.pop()
            parts = self.parts(top)
            if not ready and parts:
                self.step(top)
                self.known(top)
                todo.append((top, True))
                todo.extend((p, False) for p in reversed(parts))
                continue
            given = done[len(done) - len(parts) :]
            del done[len(done) - len(parts) :]
            done.append(self.one(top, given, scope))
        return done[0]

    def parts(self, node: ast.expr) -> list[ast.expr]:
        """Return the sub-expressions that are worked out before a node, in order."""
        if isinstance(node, ast.BinOp):
            return [node.left, node.right]
        if isinstance(node, ast.UnaryOp):
            return [node.operand]
        if isinstance(node, ast.Compare):
            return [node.left, *node.comparators]
        if isinstance(node, ast.BoolOp):
            return node.values
        if isinstance(node, ast.IfExp):
            return [node.test, node.body, node.orelse]
        if isinstance(node, ast.List | ast.Tuple):
            return node.elts
        if isinstance(node, ast.Subscript):
            return [node.value, node.slice]
        if isinstance(node, ast.Slice):
            return [p for p in (node.lower, node.upper, node.step) if p is not None]
        if isinstance(node, ast.Call):
            own = [node.func.value] if isinstance(node.func, ast.Attribute) and node.func.attr in library.METHODS and not self.module(node.func.value) else []
            return [*own, *node.args, *(k.value for k in node.keywords)]
        return [node.value] if isinstance(node, ast.Attribute) and not self.module(node.value) else []

    def known(self, node: ast.expr) -> None:
        """Refuse a call of an unknown function before its arguments are looked at."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in (*self.code.functions, *self.code.imported) and not function(node.func.id):
            self.fail(node, f"'{node.func.id}' is not read; call your own functions, or exp, log, sqrt, max … of math and numpy")

    def module(self, node: ast.expr) -> bool:
        """Return whether a name is that of math or numpy."""
        return isinstance(node, ast.Name) and node.id in self.code.modules

    def one(self, node: ast.expr, given: list[Any], scope: Scope) -> Any:
        """Return the value of a node whose parts have the values `given`."""
        if isinstance(node, ast.Constant):
            return self.constant(node)
        if isinstance(node, ast.Name):
            return self.name(node, scope)
        if isinstance(node, ast.BinOp):
            return self.binary(node.op, given[0], given[1], node)
        if isinstance(node, ast.UnaryOp):
            return self.unary(node, given[0])
        if isinstance(node, ast.Compare):
            return self.compare(node, given)
        if isinstance(node, ast.BoolOp):
            return self.both(node, given)
        if isinstance(node, ast.IfExp):
            test = self.truth(given[0], node.test)
            return self.either(test, given[1], given[2], node) if isinstance(test, sp.Basic) else given[1] if test else given[2]
        if isinstance(node, ast.List | ast.Tuple):
            return self.sized(list(given), node)
        if isinstance(node, ast.Slice):
            bounds = iter(given)
            return slice(*(next(bounds) if p is not None else None for p in (node.lower, node.upper, node.step)))
        if isinstance(node, ast.Subscript):
            return self.entry(given[0], given[1], node)
        if isinstance(node, ast.Call):
            return self.called(node, given, scope)
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            return self.comprehension(node, scope)
        if isinstance(node, ast.Attribute):
            return self.attribute(node, given[0] if given else None)
        self.fail(node, f"{named(node)} is not read; write the derivative with arithmetic and the functions of math and numpy")

    def either(self, condition: sp.Basic, yes: Any, no: Any, node: Any) -> Any:
        """Return one value or the other by a condition; the follower of statements knows how."""
        raise NotImplementedError

    # ----- leaves -----
    def constant(self, node: ast.Constant) -> Any:
        value = node.value
        if value is None:
            return None  # d = None, before both sides of an if give it a value
        if isinstance(value, int):
            return value if abs(value) < LARGEST else self.fail(node, "a number of more than 100 digits is not read")
        if isinstance(value, float):
            text = (ast.get_source_segment(self.code.text, node) or repr(value)).replace("_", "")
            return heads.Decimal(params=(Fraction(text), text)) if value < LARGEST else self.fail(node, "this number is too large")
        self.fail(node, f"{'text' if isinstance(value, str) else 'this constant'} is not read; expected numbers")

    def name(self, node: ast.Name, scope: Scope) -> Any:
        if node.id in scope.known:
            return scope.known[node.id]
        if node.id in scope.own:
            self.fail(node, f"'{node.id}' is used before this function has given it a value")
        if node.id in self.code.globals:
            self.depth += 1
            if self.depth > MOST_DEPTH:
                self.fail(node, f"'{node.id}' is defined by itself")
            value = self.value(self.code.globals[node.id], Scope({}))
            self.depth -= 1
            return value
        if self.code.imported.get(node.id) in CONSTANTS:
            return CONSTANTS[self.code.imported[node.id]]
        if node.id in self.code.functions:
            self.fail(node, f"'{node.id}' is a function; call it: {node.id}(…)")
        self.fail(node, f"'{node.id}' is not defined here; define it before, or make it a parameter")

    def attribute(self, node: ast.Attribute, whole: Any) -> Any:
        if self.module(node.value) and node.attr in CONSTANTS:
            return CONSTANTS[node.attr]
        if node.attr == "shape" and isinstance(whole, list):
            return list(shape_of(whole))
        if node.attr == "T" and isinstance(whole, list):
            if not even(whole):
                self.fail(node, "the rows of a matrix have different lengths")
            return whole if len(shape_of(whole)) < 2 else self.sized(Vector(Vector(row) for row in zip(*whole, strict=True)), node)
        self.fail(node, f"'.{node.attr}' is not read")

    # ----- operators -----
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
            self.fail(node, "arithmetic on a plain list is not that on its entries in Python; use np.array([…]) or a loop")
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
            return Vector(self.entrywise(op, [v[k] if n == most else v for v, n in zip(given, axes, strict=True)], node) for k in range(lengths.pop()))
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

    def condition(self, node: ast.expr, scope: Scope) -> Any:
        """Return a condition as True or False, or as a tree where symbols decide."""
        return self.truth(self.value(node, scope), node)

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
    def each(self, node: ast.expr, scope: Scope) -> list[Any]:
        """Return the values that a loop runs over."""
        values = self.value(node, scope)
        if not isinstance(values, list):
            self.fail(node, f"for needs a list or range(…), met {kind(values)}; describe the length of the parameter in args")
        if len(values) > MOST_TIMES:
            self.fail(node, f"the loop runs {len(values)} times; at most {MOST_TIMES} are followed")
        return list(values)

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> list[Any]:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.fail(node, "comprehensions are nested too deeply")
        scopes = [Scope(dict(scope.known), scope.own)]
        for clause in node.generators:
            if clause.is_async:
                self.fail(node, "'async' is not read")
            new = []
            for inner in scopes:
                for value in self.each(clause.iter, inner):
                    self.step(node)
                    here = Scope(inner.known | self.unpacked(clause.target, value), scope.own)
                    if all(self.decided(test, here) for test in clause.ifs):
                        new.append(here)
            scopes = new
        found = [self.value(node.elt, here) for here in scopes]
        self.depth -= 1
        return self.sized(found, node)

    def unpacked(self, target: ast.expr, value: Any) -> dict[str, Any]:
        """Return the names of a comprehension's target with their values."""
        if isinstance(target, ast.Name):
            return {target.id: value}
        if not isinstance(target, ast.Tuple | ast.List) or not isinstance(value, list) or len(target.elts) != len(value):
            self.fail(target, f"cannot unpack {kind(value)} here")
        return {name: v for t, part in zip(target.elts, value, strict=True) for name, v in self.unpacked(t, part).items()}

    def decided(self, test: ast.expr, scope: Scope) -> bool:
        value = self.condition(test, scope)
        if isinstance(value, sp.Basic):
            self.fail(test, "a condition on the numbers inside a comprehension is not read; write a if condition else b")
        return bool(value)

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
            self.fail(node, "@ and dot need two vectors; describe the parameters in args, such as {\"x\": [\"x0\", \"x1\"]}")
        if not (even(a) and even(b)):
            self.fail(node, "the rows of a matrix have different lengths")
        if a and isinstance(a[0], list):
            return Vector(self.product(Vector(row), b, node) for row in a)
        if b and isinstance(b[0], list):
            return Vector(self.product(a, Vector(row[k] for row in b), node) for k in range(len(b[0])))
        if len(a) != len(b):
            self.fail(node, f"vectors of {len(a)} and {len(b)} entries do not fit")
        return self.total(self.entrywise("mul", [Vector(a), Vector(b)], node), node)

    # ----- calls -----
    def called(self, node: ast.Call, given: list[Any], scope: Scope) -> Any:
        """Return the value of a call: of the student's own functions, of `library`, or of an operation's row."""
        keys = [k.arg for k in node.keywords]
        count = len(given) - len(node.args) - len(keys)
        args, by_name = given[count : count + len(node.args)], dict(zip(keys, given[len(given) - len(keys) :], strict=True))
        if None in by_name:
            self.fail(node, "'**' is not read")
        target = node.func
        if isinstance(target, ast.Name):
            if target.id in scope.known or target.id in scope.own:
                self.fail(node, f"'{target.id}' is a value in this function, so it cannot be called; use another name for one of them")
            if target.id in self.code.functions:
                return self.call(self.code.functions[target.id], args, {str(k): v for k, v in by_name.items()}, node)
            name = self.code.imported.get(target.id, target.id)
        elif isinstance(target, ast.Attribute) and self.module(target.value):
            name = library.OF_ARRAYS.get(target.attr, target.attr)
        elif isinstance(target, ast.Attribute) and target.attr in library.METHODS:
            name, args = library.OF_ARRAYS.get(target.attr, target.attr), [given[0], *args]
        else:
            self.fail(node, "this call is not read; call your own functions, or those of math and numpy")
        if by_name:
            self.fail(node, f"'{min(str(n) for n in by_name)}=' is not read here; give arguments by position")
        return self.function(name, args, node)

    def function(self, name: str, args: list[Any], node: ast.Call) -> Any:
        """Return the value of a function of Python, math or numpy."""
        builtin = library.FUNCTIONS.get(name)
        if builtin is not None:
            least, most, work = builtin
            if not least <= len(args) <= most:
                self.fail(node, f"{name} takes {least if least == most else f'{least} to {most}'} argument{'s' * (most > 1)} here, met {len(args)}")
            return work(self, args, node)
        row = function(name)
        if not isinstance(row, Row):
            self.fail(node, f"'{name}' is not read; call your own functions, or exp, log, sqrt, max … of math and numpy")
        if row.arity[1] != 1 and len(args) == 1 and isinstance(args[0], list):
            args = list(args[0])
        least, upper = row.arity
        if len(args) < least or (upper is not None and len(args) > upper):
            self.fail(node, f"{name} takes {least} argument{'s' * (least > 1)}, met {len(args)}")
        return self.entrywise(row.name, args, node)


def function(name: str) -> Any:
    """Return what a function's name means: an entry of `library`, the row of an operation, or None."""
    return library.FUNCTIONS.get(name) or next((r for r in ROWS.values() if name in r.names and r.entrywise), None)




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
