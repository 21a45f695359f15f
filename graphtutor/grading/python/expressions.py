"""What an expression of a student's Python is worth on symbols: a stack of nodes, each after its parts."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from ...ops import heads
from ...ops.row import Row
from . import library
from .entrywise import LARGEST, MOST_TIMES, Operators
from .source import named
from .values import Function, Library, Scope, Text, kind

MOST_DEPTH = 12
CONSTANTS: Mapping[str, Any] = {"pi": sp.pi, "e": sp.E, "inf": sp.oo, "newaxis": None}
WITHIN = frozenset("linalg special nn functional numpy".split())  # modules inside modules
TYPES = frozenset("float int bool float64 float32 int64 int32 bool_ long str".split())


class Expressions(Operators):
    """Works out expressions: a stack of nodes, each after its parts."""

    def call(self, function: Function, args: list[Any], by_name: Mapping[str, Any], node: Any) -> Any:
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
                self.known(top, scope)
                todo.append((top, True))
                todo.extend((p, False) for p in reversed(parts))
                continue
            given = done[len(done) - len(parts) :]
            del done[len(done) - len(parts) :]
            work = self.WORK.get(type(top))
            if work is None:
                self.fail(
                    top,
                    f"{named(top)} is not read; write the derivative with arithmetic and the functions of math and numpy",
                )
            done.append(work(self, top, given, scope))
        return done[0]

    # ----- parts -----
    def parts(self, node: ast.expr) -> list[ast.expr]:
        """Return the sub-expressions that are worked out before a node, in order."""
        if isinstance(node, ast.Call):
            own = (
                []
                if self.plainly_named(node.func)
                else [node.func.value if isinstance(node.func, ast.Attribute) else node.func]
            )
            return [*own, *node.args, *(k.value for k in node.keywords if k.arg not in library.IGNORED)]
        if isinstance(node, ast.Attribute):
            return [] if self.module(node.value) else [node.value]
        if isinstance(node, ast.Slice):
            return [p for p in (node.lower, node.upper, node.step) if p is not None]
        if isinstance(node, ast.Compare):
            return [node.left, *node.comparators]
        fields = {ast.BinOp: ("left", "right"), ast.UnaryOp: ("operand",), ast.IfExp: ("test", "body", "orelse"), ast.Subscript: ("value", "slice")}  # fmt: skip
        if isinstance(node, ast.BoolOp | ast.Dict):
            return node.values
        if isinstance(node, ast.List | ast.Tuple):
            return node.elts
        return [getattr(node, name) for name in fields.get(type(node), ())]

    def plainly_named(self, target: ast.expr) -> bool:
        """Return whether what is called is a name, or a name of a module."""
        return isinstance(target, ast.Name) or (isinstance(target, ast.Attribute) and self.module(target.value))

    def module(self, node: ast.expr) -> bool:
        """Return whether this is a module of mathematics, or one inside it: np, np.linalg."""
        while isinstance(node, ast.Attribute) and node.attr in WITHIN:
            node = node.value
        return isinstance(node, ast.Name) and node.id in self.code.modules

    def known(self, node: ast.expr, scope: Scope) -> None:
        """Refuse a call of an unknown function before its arguments are looked at."""
        if not isinstance(node, ast.Call):
            return
        target = node.func
        if isinstance(target, ast.Name):
            mine = target.id in (*self.code.functions, *self.code.imported, *self.code.globals) or self.holds(
                target.id, scope
            )
            if not mine and library.found(target.id) is None:
                self.fail(
                    node,
                    f"'{target.id}' is not read; call your own functions, or exp, log, sqrt, max … of math and numpy",
                )
        elif not isinstance(target, ast.Attribute | ast.Lambda) or (
            isinstance(target, ast.Attribute) and not self.module(target.value) and not self.method(target.attr)
        ):
            self.fail(node, "this call is not read; call your own functions, or those of math and numpy")

    def method(self, name: str) -> bool:
        return name in library.SAME or name in library.CHANGING or library.found(name, True) is not None

    def holds(self, name: str, scope: Scope | None) -> bool:
        """Return whether a name is a value where this scope stands."""
        while scope is not None:
            if name in scope.known or name in scope.own:
                return True
            scope = scope.around
        return False

    # ----- leaves -----
    def constant(self, node: ast.Constant, given: list[Any], scope: Scope) -> Any:
        value = node.value
        if value is None or value is Ellipsis:
            return value
        if isinstance(value, str):
            return Text(value)
        if isinstance(value, int):
            return value if abs(value) < LARGEST else self.fail(node, "a number of more than 100 digits is not read")
        if not isinstance(value, float):
            self.fail(node, "this constant is not read; expected numbers")
        text = (ast.get_source_segment(self.code.text, node) or repr(value)).replace("_", "")
        return (
            heads.Decimal(params=(Fraction(text), text))
            if value < LARGEST
            else self.fail(node, "this number is too large")
        )

    def name(self, node: ast.Name, given: list[Any], scope: Scope) -> Any:
        here: Scope | None = scope
        while here is not None:
            if node.id in here.known:
                return here.known[node.id]
            if node.id in here.own:
                self.fail(node, f"'{node.id}' is used before this function has given it a value")
            here = here.around
        return self.outside(node)

    def outside(self, node: ast.Name) -> Any:
        """Return the value of a name that no function holds."""
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
        name = self.code.imported.get(node.id, node.id)
        if node.id in self.code.imported and name in CONSTANTS:
            return CONSTANTS[name]
        if node.id in self.code.functions:
            return Function(self.code.functions[node.id])
        if name in TYPES or library.found(name) is not None:
            return Library(name)
        self.fail(node, f"'{node.id}' is not defined here; define it before, or make it a parameter")

    def attribute(self, node: ast.Attribute, given: list[Any], scope: Scope) -> Any:
        if self.module(node.value):
            if node.attr in CONSTANTS:
                return CONSTANTS[node.attr]
            if node.attr in TYPES or library.found(node.attr, True) is not None:
                return Library(node.attr, of_arrays=True)
        whole = given[0] if given else None
        if isinstance(whole, list | tuple | np.ndarray):
            array = self.array(whole, node)
            properties = {
                "shape": tuple(array.shape),
                "T": array.T,
                "mT": array.T,
                "size": array.size,
                "ndim": array.ndim,
            }
            if node.attr in properties:
                return self.sized(properties[node.attr], node) if node.attr == "T" else properties[node.attr]
        self.fail(node, f"'.{node.attr}' is not read")

    # ----- lists -----
    def condition(self, node: ast.expr, scope: Scope) -> Any:
        """Return a condition as True or False, or as a tree where symbols decide."""
        return self.truth(self.value(node, scope), node)

    def each(self, node: ast.expr, scope: Scope) -> list[Any]:
        """Return the values that a loop runs over."""
        values = self.value(node, scope)
        if not isinstance(values, list | tuple | np.ndarray):
            self.fail(
                node, f"for needs a list or range(…), met {kind(values)}; describe the length of the parameter in args"
            )
        if len(values) > MOST_TIMES:
            self.fail(node, f"the loop runs {len(values)} times; at most {MOST_TIMES} are followed")
        return list(values)

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp, given: list[Any], scope: Scope) -> list[Any]:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.fail(node, "comprehensions are nested too deeply")
        scopes = [Scope({}, around=scope)]
        for clause in node.generators:
            if clause.is_async:
                self.fail(node, "'async' is not read")
            new = []
            for inner in scopes:
                for value in self.each(clause.iter, inner):
                    self.step(node)
                    here = Scope(inner.known | self.unpacked(clause.target, value), around=scope)
                    if all(self.decided(test, here) for test in clause.ifs):
                        new.append(here)
            scopes = new
        found = [self.value(node.elt, here) for here in scopes]
        self.depth -= 1
        return list(self.sized(found, node))

    def unpacked(self, target: ast.expr, value: Any) -> dict[str, Any]:
        """Return the names of a comprehension's target with their values."""
        if isinstance(target, ast.Name):
            return {target.id: value}
        if (
            not isinstance(target, ast.Tuple | ast.List)
            or not isinstance(value, list | tuple | np.ndarray)
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

    def dictionary(self, node: ast.Dict, given: list[Any], scope: Scope) -> dict[str, Any]:
        """Return a dictionary of text, such as the gradients {"dw": dw, "db": db}."""
        keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
        if not all(isinstance(key, str) for key in keys):
            self.fail(node, "a dictionary is not read but with names in quotes as keys")
        return {str(key): value for key, value in zip(keys, given, strict=True)}

    def sliced(self, node: ast.Slice, given: list[Any], scope: Scope) -> slice:
        bounds = iter(given)
        return slice(*(next(bounds) if p is not None else None for p in (node.lower, node.upper, node.step)))

    # ----- calls -----
    def called(self, node: ast.Call, given: list[Any], scope: Scope) -> Any:
        """Return the value of a call: of the student's own functions, of `library`, or of an operation's row."""
        keys = [k.arg for k in node.keywords if k.arg not in library.IGNORED]
        count = len(given) - len(node.args) - len(keys)
        args = given[count : len(given) - len(keys)]
        by_name = {str(k): v for k, v in zip(keys, given[len(given) - len(keys) :], strict=True)}
        if None in keys or any(isinstance(a, ast.Starred) for a in node.args):
            self.fail(node, "'**' is not read")
        target = node.func
        if isinstance(target, ast.Name):
            meant = self.meant(target, node, scope)
        elif isinstance(target, ast.Attribute) and self.module(target.value):
            meant = Library(target.attr, of_arrays=True)
            module = target.value.id if isinstance(target.value, ast.Name) else ""
            if module in library.MATH and any(isinstance(a, list | tuple | np.ndarray) for a in args):
                self.fail(node, f"{module}.{target.attr} takes numbers, met a list; np.{target.attr} goes over arrays")
        elif isinstance(target, ast.Attribute):
            return self.of_object(node, given[0], target.attr, args, by_name)
        else:
            meant = given[0]
        return self.applied(meant, args, node, by_name)

    def meant(self, target: ast.Name, node: ast.Call, scope: Scope) -> Any:
        """Return the function that a name stands for."""
        if target.id in self.code.imported and not self.holds(target.id, scope):
            return Library(self.code.imported[target.id], of_arrays=True)
        if self.holds(target.id, scope):
            value = scope.known.get(target.id) if target.id in scope.own else self.name(target, [], scope)
            if not isinstance(value, Function | Library):
                self.fail(
                    node,
                    f"'{target.id}' is a value in this function, so it cannot be called; use another name for one of them",
                )
            return value
        return self.outside(target)

    def of_object(self, node: ast.Call, whole: Any, name: str, args: list[Any], by_name: Mapping[str, Any]) -> Any:
        """Return the value of a method of a list, an array or a number."""
        if name in library.CHANGING:
            if not isinstance(whole, list):
                self.fail(node, f".{name} is a list's; met {kind(whole)}")
            own = library.CHANGING[name]
            return own.work(self, library.bound(self, name, own, [whole, *args], by_name, node), node)
        if name in library.SAME:
            return whole
        return self.applied(Library(name, of_arrays=True), [whole, *args], node, by_name)

    def applied(self, function: Any, args: list[Any], node: Any, by_name: Mapping[str, Any] | None = None) -> Any:
        """Return the value of a function for these arguments."""
        if isinstance(function, Function):
            return self.call(function, args, by_name or {}, node)
        if not isinstance(function, Library):
            self.fail(node, f"{kind(function)} cannot be called")
        name = function.name
        work = library.found(name, function.of_arrays)
        if isinstance(work, library.Entry):
            return work.work(self, library.bound(self, name, work, args, by_name or {}, node), node)
        if not isinstance(work, Row):
            self.fail(
                node, f"'{name}' is not read; call your own functions, or exp, log, sqrt, max … of math and numpy"
            )
        if by_name:
            self.fail(node, f"'{min(by_name)}=' is not read here; give arguments by position")
        return self.of_row(work, name, args, function.of_arrays, node)

    def of_row(self, row: Row, name: str, args: list[Any], of_arrays: bool, node: Any) -> Any:
        """Return an operation of the table on numbers, or on arrays entry by entry."""
        spread = row.arity[1] != 1 and len(args) == 1 and isinstance(args[0], list | tuple | np.ndarray)
        if spread:
            args = list(args[0])
        elif not of_arrays and len(args) > 1 and any(isinstance(a, list | tuple | np.ndarray) for a in args):
            self.fail(node, f"{name} of Python does not go over the entries of an array; use np.{name}imum" if name in ("max", "min") else f"{name} takes numbers, met a list")  # fmt: skip
        least, upper = row.arity
        if len(args) < least or (upper is not None and len(args) > upper):
            self.fail(node, f"{name} takes {least} argument{'s' * (least > 1)}, met {len(args)}")
        return self.entrywise(row.name, args, node)

    WORK: Mapping[type, Any] = {
        ast.Constant: constant, ast.Name: name, ast.Attribute: attribute, ast.Slice: sliced, ast.Call: called, ast.ListComp: comprehension, ast.GeneratorExp: comprehension,
        ast.BinOp: lambda f, node, given, scope: f.binary(node.op, given[0], given[1], node), ast.UnaryOp: lambda f, node, given, scope: f.unary(node, given[0]),
        ast.Compare: lambda f, node, given, scope: f.compare(node, given), ast.BoolOp: lambda f, node, given, scope: f.both(node, given),
        ast.IfExp: lambda f, node, given, scope: f.either(f.truth(given[0], node.test), given[1], given[2], node),
        ast.List: lambda f, node, given, scope: f.sized(list(given), node), ast.Tuple: lambda f, node, given, scope: f.sized(tuple(given), node),
        ast.Subscript: lambda f, node, given, scope: f.entry(given[0], given[1], node),
        ast.Dict: dictionary, ast.Lambda: lambda f, node, given, scope: Function(node, scope),
    }  # fmt: skip
