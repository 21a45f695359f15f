"""Follow the statements of a student's function on symbols, with a bound on steps, branches and calls within calls."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sympy as sp

from ...language import trees
from .operators import BINARY
from .source import MOST_DEPTH, MOST_NESTING, Named, Scope, kind, named, parameters, tree_of
from .values import Values


class Bound(NamedTuple):
    """A loop's variable about to get its next value."""

    target: ast.expr
    value: Any


class Follower(Values):
    """Follows functions on symbols. A branch that symbols decide is followed on both sides."""

    def call(self, function: ast.FunctionDef, args: Sequence[Any], by_name: Mapping[str, Any], node: Any) -> Any:
        """Return what a function returns for these arguments."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.fail(node, f"functions call one another more than {MOST_DEPTH} deep")
        scope = Scope(self.given(function, args, by_name, node), own=assigned(function))
        self.block(function.body, scope)
        self.depth -= 1
        if not scope.done:
            self.fail(function, f"{function.name} ends without return; write return before its result")
        return scope.given

    def given(
        self, function: ast.FunctionDef, args: Sequence[Any], by_name: Mapping[str, Any], node: Any
    ) -> dict[str, Any]:
        """Return the value of each parameter, as Python binds them."""
        own = [a.arg for a in parameters(function)]
        if function.args.vararg or function.args.kwarg or function.decorator_list:
            self.fail(function, "only functions with plain parameters and without decorators are read")
        if len(set(own)) != len(own):
            self.fail(function, "two parameters have the same name")
        before = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        known = dict(zip(own, args, strict=False))
        unknown = next((n for n in by_name if n not in own or n in known), None)
        if unknown is not None:
            self.fail(node, f"{function.name} has {'already its' if unknown in known else 'no parameter'} '{unknown}'")
        known |= by_name
        for name, default in zip(
            before[len(before) - len(function.args.defaults) :], function.args.defaults, strict=True
        ):
            if name not in known:
                known[name] = self.value(default, Scope({}))
        for a, kw in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
            if kw is not None and a.arg not in known:
                known[a.arg] = self.value(kw, Scope({}))
        if len(args) > len(own) or any(name not in known for name in own):
            self.fail(
                node, f"{function.name} takes {len(own)} arguments ({', '.join(own)}), met {len(args) + len(by_name)}"
            )
        return known

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
            elif isinstance(top, ast.If):
                condition = self.condition(top.test, scope)
                if not isinstance(condition, sp.Basic):
                    todo.extend(reversed(top.body if condition else top.orelse))
                elif self.branch(top, condition, list(reversed(todo)), scope):
                    return
            else:
                self.statement(top, scope)

    def branch(self, node: ast.If, condition: sp.Basic, rest: Sequence[ast.stmt | Bound], scope: Scope) -> bool:
        """Follow both sides of an `if`, and return whether what comes after it has been followed too.

        Where neither side can return, the two states are joined name by name; otherwise each side goes
        on to the end by itself.
        """
        self.branches += 1
        if self.branches > MOST_NESTING:
            self.fail(node, f"more than {MOST_NESTING} conditions inside one another; only short functions are read")
        returns = any(isinstance(n, ast.Return) for n in ast.walk(node))
        yes, no = scope.copy(), scope.copy()
        self.block([*node.body, *(rest if returns else [])], yes)
        self.block([*node.orelse, *(rest if returns else [])], no)
        self.branches -= 1
        if not returns:
            scope.known = self.joined(condition, yes.known, no.known, node)
            return False
        if yes.done != no.done:
            self.fail(node, "one side of this if ends without return")
        scope.done = yes.done
        if scope.done:
            scope.given = self.either(condition, yes.given, no.given, node)
        return True

    def joined(self, condition: sp.Basic, yes: Mapping[str, Any], no: Mapping[str, Any], node: Any) -> dict[str, Any]:
        """Return the names that both sides know; a list that two names share stays shared."""
        made: dict[tuple[int, int], Any] = {}
        for name in yes:
            if name in no:
                pair = id(yes[name]), id(no[name])
                made.setdefault(pair, None)
                if made[pair] is None:
                    made[pair] = self.either(condition, yes[name], no[name], node)
        return {name: made[id(yes[name]), id(no[name])] for name in yes if name in no}

    def either(self, condition: sp.Basic, yes: Any, no: Any, node: Any) -> Any:
        if yes is no or (isinstance(yes, int | Named) and yes == no):
            return yes
        if isinstance(yes, list) and isinstance(no, list) and len(yes) == len(no):
            return type(yes)(self.either(condition, a, b, node) for a, b in zip(yes, no, strict=True))
        if isinstance(yes, list) or isinstance(no, list):
            self.fail(node, "the two sides of this if give values of different lengths")
        return trees.compose("where", (condition, tree_of(yes), tree_of(no)))

    def statement(self, node: ast.stmt, scope: Scope) -> None:
        if isinstance(node, ast.Return):
            if node.value is None:
                self.fail(node, "return without a value; return the derivative")
            scope.given, scope.done = self.value(node.value, scope), True
        elif isinstance(node, ast.Assign):
            value = self.value(node.value, scope)
            for target in node.targets:
                self.assign(target, value, scope)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self.assign(node.target, self.value(node.value, scope), scope)
        elif isinstance(node, ast.AugAssign):
            self.augmented(node, scope)
        elif isinstance(node, ast.FunctionDef):
            self.fail(node, "a function inside a function is not read; write it beside the others")
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = node.value.func
            name = (
                called.id
                if isinstance(called, ast.Name)
                else called.attr
                if isinstance(called, ast.Attribute)
                else "this"
            )
            self.fail(
                node, f"a call of {name} whose result is not used is not read; leave it out, or assign its result"
            )
        elif not (isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))):
            self.fail(node, f"{named(node)} is not read; write the derivative with assignments, if, for and return")

    def augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        """Follow `a += b`; of a list Python would change the list itself, under all its names."""
        if type(node.op) not in BINARY:
            self.fail(node, "this assignment is not read; only +=, -=, *=, /= and **= are")
        old = self.value(node.target, scope)
        if isinstance(old, list):
            self.fail(node, "changing a whole list in place is not read; write a = a + b")
        self.assign(node.target, self.binary(node.op, old, self.value(node.value, scope), node), scope)

    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope.known[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            if not isinstance(value, list):
                self.fail(target, f"cannot unpack {kind(value)}; describe the length of the parameter in args")
            if len(value) != len(target.elts):
                self.fail(target, f"{len(target.elts)} names for {len(value)} values")
            for t, v in zip(target.elts, value, strict=True):
                self.assign(t, v, scope)
        elif isinstance(target, ast.Subscript):
            self.put(target, value, scope)
        else:
            self.fail(target, "only names and entries of lists are assigned")

    def put(self, target: ast.Subscript, value: Any, scope: Scope) -> None:
        """Put a value into a list that this function has made."""
        whole, key = self.value(target.value, scope), self.value(target.slice, scope)
        if not isinstance(whole, list) or not isinstance(key, int) or not -len(whole) <= key < len(whole):
            self.fail(target, "only an entry of a list made here can be assigned")
        if id(whole) in scope.foreign:
            self.fail(target, "changing an argument in place is not read; make a new list, or use another name")
        if isinstance(value, list):
            self.fail(target, "only a number can be put into a list")
        whole[key] = value


def assigned(function: ast.FunctionDef) -> frozenset[str]:
    """Return the names that a function assigns, which are its own from its first line on."""
    inner = {
        id(n)
        for c in ast.walk(function)
        if isinstance(c, ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp)
        for n in ast.walk(c)
    }
    return frozenset(
        n.id
        for n in ast.walk(function)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and id(n) not in inner
    )
