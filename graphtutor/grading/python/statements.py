"""Follow the statements of a student's function on symbols, with a bound on steps, branches and calls within calls."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from .entrywise import SIGNS
from .expressions import MOST_DEPTH, Expressions
from .source import MOST_NESTING, Defined, named, parameters
from .values import Function, Scope, content, fill, kind, owner, reachable

OF_TYPES = frozenset(
    "isinstance type dtype allclose isclose isfinite all any".split()
)  # asserts of these are passed over


class Bound(NamedTuple):
    """A loop's variable about to get its next value."""

    target: ast.expr
    value: Any


class Follower(Expressions):
    """Follows functions on symbols. A branch that symbols decide is followed on both sides."""

    def call(self, function: Function, args: Sequence[Any], by_name: Mapping[str, Any], node: Any) -> Any:
        """Return what a function returns for these arguments, None where it ends without return."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.fail(node, f"functions call one another more than {MOST_DEPTH} deep")
        known = self.given(function, args, by_name, node)
        scope = Scope(known, assigned(function.node), function.around)
        if self.depth > 1:
            scope.foreign = reachable(known)
        if isinstance(function.node, ast.Lambda):
            value = self.value(function.node.body, scope)
        else:
            self.block(function.node.body, scope)
            value = scope.given
            if not scope.done:
                self.nothing.append(function.node)
        self.depth -= 1
        self.line = scope.line if isinstance(function.node, ast.FunctionDef) else function.node.lineno
        return value

    def given(self, function: Function, args: Sequence[Any], by_name: Mapping[str, Any], node: Any) -> dict[str, Any]:
        """Return the value of each parameter, as Python binds them."""
        own = [a.arg for a in parameters(function.node)]
        self.plain_parameters(function.node, own)
        known = dict(zip(own, args, strict=False))
        unknown = next((n for n in by_name if n not in own or n in known), None)
        if unknown is not None:
            self.fail(node, f"{function.name} has {'already its' if unknown in known else 'no parameter'} '{unknown}'")
        known |= by_name
        for name, default in defaults(function.node).items():
            if name not in known:
                known[name] = self.value(default, function.around or Scope({}))
        if len(args) > len(own) or any(name not in known for name in own):
            self.fail(
                node, f"{function.name} takes {len(own)} arguments ({', '.join(own)}), met {len(args) + len(by_name)}"
            )
        return known

    def plain_parameters(self, node: Defined, own: Sequence[str]) -> None:
        if node.args.vararg or node.args.kwarg or getattr(node, "decorator_list", None):
            self.fail(node, "only functions with plain parameters and without decorators are read")
        if len(set(own)) != len(own):
            self.fail(node, "two parameters have the same name")

    # ----- statements -----
    def block(self, body: Sequence[ast.stmt | Bound], scope: Scope) -> None:
        """Follow statements until one returns; loops are written out as they are met."""
        todo: list[ast.stmt | Bound] = list(reversed(body))
        while todo and not scope.done:
            top = todo.pop()
            if isinstance(top, Bound):
                self.assign(top.target, top.value, scope)
                continue
            self.step(top)
            if isinstance(top, ast.For):
                todo.extend(reversed(top.orelse))
                for value in reversed(self.each(top.iter, scope)):
                    todo.extend(reversed([Bound(top.target, value), *top.body]))
            elif isinstance(top, ast.While):
                todo.extend(reversed([*top.body, top] if self.goes_on(top, scope) else top.orelse))
            elif isinstance(top, ast.If):
                condition = self.condition(top.test, scope)
                if not isinstance(condition, sp.Basic):
                    todo.extend(reversed(top.body if condition else top.orelse))
                elif self.branch(top, condition, list(reversed(todo)), scope):
                    return
            else:
                self.statement(top, scope)

    def goes_on(self, node: ast.While, scope: Scope) -> bool:
        """Return whether a loop is gone through once more; only a condition on numbers known here can say so."""
        condition = self.condition(node.test, scope)
        if isinstance(condition, sp.Basic):
            self.fail(
                node, "'while' is not read where the numbers decide how often; count with a whole number, or use for"
            )
        return bool(condition)

    def branch(self, node: ast.If, condition: sp.Basic, rest: Sequence[ast.stmt | Bound], scope: Scope) -> bool:
        """Follow both sides of an `if`, and return whether what comes after it has been followed too.

        Where neither side can return, the two states are joined name by name; otherwise each side goes
        on to the end by itself.
        """
        self.branches += 1
        if self.branches > MOST_NESTING:
            self.fail(node, f"more than {MOST_NESTING} conditions inside one another; only short functions are read")
        returns = any(isinstance(n, ast.Return) for n in ast.walk(node))
        before, mark, old = dict(scope.known), len(self.log), reachable(scope.known)
        sides = []
        for body in (node.body, node.orelse):
            scope.known, scope.given, scope.done, scope.line = dict(before), None, False, 0
            self.block([*body, *(rest if returns else [])], scope)
            if returns and not scope.done:
                self.nothing.append(node)
            sides.append((scope.known, (scope.given, scope.line), self.undone(mark)))
        self.branches -= 1
        (yes, one, first), (no, other, second) = sides
        for key in {**first, **second}:
            held = first.get(key, second.get(key))[0]  # type: ignore[index]
            self.touch(held, node)
            now = content(held)
            fill(held, self.either(condition, first.get(key, (None, now))[1], second.get(key, (None, now))[1], node))
        scope.known = self.joined(condition, yes, no, old, node)
        scope.done = returns
        scope.given, scope.line = (self.either(condition, *two, node) for two in zip(one, other, strict=True)) if returns else (None, 0)  # fmt: skip
        return returns

    def joined(self, condition: sp.Basic, yes: Mapping[str, Any], no: Mapping[str, Any], old: Mapping[int, Any], node: Any) -> dict[str, Any]:  # fmt: skip
        """Return the names that both sides know; a list that two names share stays shared.

        A list that was there before, or that several names come from, lives on beside what it becomes here: it may not be
        changed any more, for who would see it?
        """
        made: dict[tuple[int, int], Any] = {}
        seen: dict[int, int] = {}
        for name in yes:
            pair = id(yes[name]), id(no.get(name))
            if name in no and pair not in made:
                made[pair] = self.either(condition, yes[name], no[name], node)
                for side in {
                    id(v): v for v in (yes[name], no[name]) if isinstance(v, list | dict | np.ndarray)
                }.values():
                    if yes[name] is not no[name]:
                        seen[id(side)] = seen.get(id(side), 0) + 1
                        if seen[id(side)] > 1 or id(side) in old:
                            self.mixed |= {id(owner(v)): owner(v) for v in (side, made[pair])}
        return {name: made[id(yes[name]), id(no[name])] for name in yes if name in no}

    def statement(self, node: ast.stmt, scope: Scope) -> None:
        """Follow a statement that is no branch and no loop."""
        follow = self.FOLLOW.get(type(node))
        if follow is not None:
            follow(self, node, scope)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            self.alone(node.value, scope)
        elif not (isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))):
            self.fail(node, f"{named(node)} is not read; write the derivative with assignments, if, for and return")

    def returning(self, node: ast.Return, scope: Scope) -> None:
        if node.value is None:
            self.nothing.append(node)
        scope.given, scope.done = None if node.value is None else self.value(node.value, scope), True
        scope.line = node.lineno

    def assignment(self, node: ast.Assign | ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            value = self.value(node.value, scope)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self.assign(target, value, scope)

    def define(self, node: ast.FunctionDef, scope: Scope) -> None:
        scope.known[node.name] = Function(node, scope)

    def alone(self, call: ast.Call, scope: Scope) -> None:
        """Follow a call whose result is not used: one that changes a list; print changes nothing."""
        target = call.func
        name = (
            target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else "this"
        )
        if name == "print" and isinstance(target, ast.Name) and not self.holds(name, scope):
            for inner in [
                n for part in (*call.args, *call.keywords) for n in ast.walk(part) if isinstance(n, ast.Call)
            ]:
                if not (isinstance(inner.func, ast.Name) and inner.func.id in ("len", "str", "round", "float", "int", "repr", "type")):  # fmt: skip
                    self.value(inner, scope)
        elif isinstance(target, ast.Attribute) and name in ("append", "extend"):
            self.value(call, scope)
        else:
            self.fail(
                call, f"a call of {name} whose result is not used is not read; leave it out, or assign its result"
            )

    def asserted(self, node: ast.Assert, scope: Scope) -> None:
        """Pass over an assert, such as one on shapes; one that does not hold here is refused."""
        if any(isinstance(n, ast.Name) and n.id in OF_TYPES for n in ast.walk(node.test)):
            return  # nothing that the value depends on
        if any(isinstance(n, ast.Attribute) and n.attr in OF_TYPES for n in ast.walk(node.test)):
            return
        if self.condition(node.test, scope) is False:
            self.fail(node, "this assert does not hold for the parameters as they are described in args")

    def augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        """Follow `a += b`: a list and an array are changed in place, under all their names; a number is a new one."""
        if type(node.op) not in SIGNS or isinstance(node.op, ast.BitAnd | ast.BitOr):
            self.fail(node, "this assignment is not read; only +=, -=, *=, /= and **= are")
        target, new = node.target, self.value(node.value, scope)
        if isinstance(target, ast.Subscript):
            whole, key = self.value(target.value, scope), self.value(target.slice, scope)
            self.own(whole, target, scope)
            if (
                isinstance(whole, np.ndarray)
                and not isinstance(new, list | np.ndarray)
                and self.masked(whole, key, lambda old: self.binary(node.op, old, new, node), node)
            ):
                return
            self.put(whole, key, self.binary(node.op, self.entry(whole, key, target), new, node), node)
            return
        old = self.value(target, scope)
        if isinstance(old, list) and isinstance(node.op, ast.Add) and isinstance(new, list | tuple | np.ndarray):
            self.own(old, target, scope)
            self.touch(old, node)
            old.extend(new)
            self.sized(old, node)
        elif isinstance(old, np.ndarray):
            self.own(old, target, scope)
            self.place(old, ..., self.binary(node.op, old, new, node), node)
        else:
            self.assign(target, self.binary(node.op, old, new, node), scope)

    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope.known[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            if not isinstance(value, list | tuple | np.ndarray):
                self.fail(target, f"cannot unpack {kind(value)}; describe the length of the parameter in args")
            if len(value) != len(target.elts):
                self.fail(target, f"{len(target.elts)} names for {len(value)} values")
            for t, v in zip(target.elts, value, strict=True):
                self.assign(t, v, scope)
        elif isinstance(target, ast.Subscript):
            whole = self.value(target.value, scope)
            self.own(whole, target, scope)
            self.put(whole, self.value(target.slice, scope), value, target)
        else:
            self.fail(target, "only names and entries of lists are assigned")

    def own(self, value: Any, node: Any, scope: Scope) -> None:
        """Refuse to change in place what a function was given by another."""
        if id(owner(value)) in scope.foreign:
            self.fail(node, "changing an argument in place is not read; make a new list, or use another name")

    FOLLOW: Mapping[type, Any] = {ast.Return: returning, ast.Assign: assignment, ast.AnnAssign: assignment, ast.AugAssign: augmented, ast.FunctionDef: define, ast.Assert: asserted}  # fmt: skip


def defaults(function: Defined) -> dict[str, ast.expr]:
    """Return the defaults of a function's parameters.

    >>> [*defaults(ast.parse("lambda a, b=1, *, c=2: a", mode="eval").body)]
    ['b', 'c']
    """
    args = function.args
    before = [a.arg for a in (*args.posonlyargs, *args.args)]
    found = dict(zip(before[len(before) - len(args.defaults) :], args.defaults, strict=True))
    return found | {a.arg: d for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None}


def assigned(function: Defined) -> frozenset[str]:
    """Return the names that a function assigns, which are its own from its first line on."""
    if isinstance(function, ast.Lambda):
        return frozenset()
    found: set[str] = set()
    todo: list[ast.AST] = list(function.body)
    while todo:
        top = todo.pop()
        if isinstance(top, ast.FunctionDef):
            found.add(top.name)
        elif isinstance(top, ast.Name) and isinstance(top.ctx, ast.Store):
            found.add(top.id)
        if not isinstance(
            top, ast.FunctionDef | ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp
        ):
            todo.extend(ast.iter_child_nodes(top))
    return frozenset(found)
