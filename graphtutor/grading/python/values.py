"""What an expression of a student's Python is worth on symbols: numbers known here, trees, names, lists of them."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from ...ops import heads
from ...ops.row import Row
from ...ops.table import ROWS
from . import library
from .operators import LARGEST, Operators, even, shape_of
from .source import MOST_DEPTH, MOST_TIMES, Scope, Vector, kind, named

CONSTANTS: Mapping[str, sp.Basic] = {"pi": sp.pi, "e": sp.E, "inf": sp.oo}


class Values(Operators):
    """Works out expressions: a stack of nodes, each after its parts."""

    def call(self, function: ast.FunctionDef, args: Sequence[Any], by_name: Mapping[str, Any], node: Any) -> Any:
        """Return what one of the student's functions returns; the follower of statements knows how."""
        raise NotImplementedError

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
            own = (
                [node.func.value]
                if isinstance(node.func, ast.Attribute)
                and node.func.attr in library.METHODS
                and not self.module(node.func.value)
                else []
            )
            return [*own, *node.args, *(k.value for k in node.keywords)]
        return [node.value] if isinstance(node, ast.Attribute) and not self.module(node.value) else []

    def known(self, node: ast.expr) -> None:
        """Refuse a call of an unknown function before its arguments are looked at."""
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id not in (*self.code.functions, *self.code.imported)
            and not function(node.func.id)
        ):
            self.fail(
                node,
                f"'{node.func.id}' is not read; call your own functions, or exp, log, sqrt, max … of math and numpy",
            )

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
            return (
                self.either(test, given[1], given[2], node)
                if isinstance(test, sp.Basic)
                else given[1]
                if test
                else given[2]
            )
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
        self.fail(
            node, f"{named(node)} is not read; write the derivative with arithmetic and the functions of math and numpy"
        )

    # ----- leaves -----
    def constant(self, node: ast.Constant) -> Any:
        value = node.value
        if value is None:
            return None  # d = None, before both sides of an if give it a value
        if isinstance(value, int):
            return value if abs(value) < LARGEST else self.fail(node, "a number of more than 100 digits is not read")
        if isinstance(value, float):
            text = (ast.get_source_segment(self.code.text, node) or repr(value)).replace("_", "")
            return (
                heads.Decimal(params=(Fraction(text), text))
                if value < LARGEST
                else self.fail(node, "this number is too large")
            )
        self.fail(node, f"{'text' if isinstance(value, str) else 'this constant'} is not read; expected numbers")

    def name(self, node: ast.Name, scope: Scope) -> Any:
        if node.id in scope.known:
            return scope.known[node.id]
        if node.id in scope.own:
            self.fail(node, f"'{node.id}' is used before this function has given it a value")
        if node.id in self.code.passed:
            self.fail(
                node,
                f"'{node.id}' gets its value outside functions, on line {self.code.passed[node.id]}, which is not read; make it a parameter",
            )
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
            return (
                whole
                if len(shape_of(whole)) < 2
                else self.sized(Vector(Vector(row) for row in zip(*whole, strict=True)), node)
            )
        self.fail(node, f"'.{node.attr}' is not read")

    def condition(self, node: ast.expr, scope: Scope) -> Any:
        """Return a condition as True or False, or as a tree where symbols decide."""
        return self.truth(self.value(node, scope), node)

    # ----- lists -----
    def each(self, node: ast.expr, scope: Scope) -> list[Any]:
        """Return the values that a loop runs over."""
        values = self.value(node, scope)
        if not isinstance(values, list):
            self.fail(
                node, f"for needs a list or range(…), met {kind(values)}; describe the length of the parameter in args"
            )
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
        if (
            not isinstance(target, ast.Tuple | ast.List)
            or not isinstance(value, list)
            or len(target.elts) != len(value)
        ):
            self.fail(target, f"cannot unpack {kind(value)} here")
        return {
            name: v for t, part in zip(target.elts, value, strict=True) for name, v in self.unpacked(t, part).items()
        }

    def decided(self, test: ast.expr, scope: Scope) -> bool:
        value = self.condition(test, scope)
        if isinstance(value, sp.Basic):
            self.fail(
                test, "a condition on the numbers inside a comprehension is not read; write a if condition else b"
            )
        return bool(value)

    # ----- calls -----
    def called(self, node: ast.Call, given: list[Any], scope: Scope) -> Any:
        """Return the value of a call: of the student's own functions, of `library`, or of an operation's row."""
        keys = [k.arg for k in node.keywords]
        count = len(given) - len(node.args) - len(keys)
        args, by_name = (
            given[count : count + len(node.args)],
            dict(zip(keys, given[len(given) - len(keys) :], strict=True)),
        )
        if None in by_name:
            self.fail(node, "'**' is not read")
        target = node.func
        if isinstance(target, ast.Name):
            if target.id in scope.known or target.id in scope.own:
                self.fail(
                    node,
                    f"'{target.id}' is a value in this function, so it cannot be called; use another name for one of them",
                )
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
                self.fail(
                    node,
                    f"{name} takes {least if least == most else f'{least} to {most}'} argument{'s' * (most > 1)} here, met {len(args)}",
                )
            return work(self, args, node)
        row = function(name)
        if not isinstance(row, Row):
            self.fail(
                node, f"'{name}' is not read; call your own functions, or exp, log, sqrt, max … of math and numpy"
            )
        if row.arity[1] != 1 and len(args) == 1 and isinstance(args[0], list):
            args = list(args[0])
        least, upper = row.arity
        if len(args) < least or (upper is not None and len(args) > upper):
            self.fail(node, f"{name} takes {least} argument{'s' * (least > 1)}, met {len(args)}")
        return self.entrywise(row.name, args, node)


def function(name: str) -> Any:
    """Return what a function's name means: an entry of `library`, the row of an operation, or None."""
    return library.FUNCTIONS.get(name) or next((r for r in ROWS.values() if name in r.names and r.entrywise), None)
