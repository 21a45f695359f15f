"""The part of the grammar that reads calls: functions with their settings, sin x without brackets, definitions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import sympy as sp

from ..ops import heads
from ..ops.row import Row
from . import trees
from .names import GREEK, SHORT, Definition, respelling
from .tokens import Token
from .walk import POWER, TRUTH, Rule, Walk


class Calls(Walk):
    """Functions and what stands for something, with their arguments."""

    def call(self, token: Token, row: Row, first: tuple[sp.Basic, ...] = ()) -> Rule:
        opened = self.take()
        args, given = yield self.inside(self.arguments(token, row, opened, list(first)))
        self.close(opened)
        if len(args) == 1 and row.arity[0] > 1 and isinstance(args[0], heads.Vector):
            args = list(args[0].args)
        least, most = row.arity
        if len(args) < least or (most is not None and len(args) > most):
            expected = str(least) if least == most else f"at least {least}" if most is None else f"{least} to {most}"
            self.fail(f"{token.name} takes {expected} argument{'s' * (expected != '1')}, met {len(args)}", token)
        if len(token.name) <= SHORT or token.name in GREEK:
            self.note(f"read {token.name}(…) as {row.names[0] if row.names else row.name}")
        return self.make(row.name, *args, params=trees.filled(row, given))

    def arguments(self, token: Token, row: Row, opened: Token, args: list[sp.Basic]) -> Rule:
        """Read the arguments of a call; those beyond the row's arity are its settings."""
        given: dict[str, Any] = {}
        settings = [k for k, _ in row.params]
        extra: list[Any] = []
        while self.now.kind != "close":
            if self.now.kind == "word" and self.ahead().kind == "op" and self.ahead().text == "=":
                word = self.take()
                setting = "axis" if word.name == "dim" else word.name
                self.take()
                if setting not in settings:
                    self.fail(
                        f"{token.name} has no setting '{word.name}'; it has {', '.join(settings) or 'none'}", word
                    )
                given[setting] = self.setting()
            elif row.arity[1] is not None and len(args) >= row.arity[1] and settings:
                extra.append(self.setting())
            else:
                args.append((yield self.expression(0)))
            if not self.sign(","):
                break
            self.take()
        if len(extra) > len(settings) and settings and isinstance(row.params[0][1], tuple):
            extra = [tuple(extra)]
        if len(extra) > len(settings):
            self.fail(
                f"{token.name} takes at most {len(settings)} settings ({', '.join(settings)}), met {len(extra)}", token
            )
        given.update(zip(settings, extra, strict=False))
        return args, given

    def setting(self) -> Any:
        """Return the value of a setting: a number, True, False, None, or a tuple of them."""
        if self.now.kind == "open":
            opened = self.take()
            values = []
            while self.now.kind != "close":
                values.append(self.plain_value())
                if not self.sign(","):
                    break
                self.take()
            self.close(opened)
            return tuple(values)
        return self.plain_value()

    def plain_value(self) -> Any:
        if self.now.kind == "key" and self.now.text in TRUTH:
            return TRUTH[self.take().text]
        sign = -1 if self.sign("-") else 1
        if sign < 0:
            self.take()
        token = self.now
        value: Any = None
        if token.kind == "word":
            value = self.context.values.get(self.context.spelling(token.name) or token.name)
            if not isinstance(value, int | float | Fraction):
                self.fail(f"'{token.name}' has no number; a setting is a plain number, or one of constants={{…}}")
            self.take()
        elif token.kind == "number":
            value = trees.number(self.checked(self.take()))
            value = value.value if isinstance(value, heads.Decimal) else int(value)
            if self.sign("/") and self.ahead().kind == "number" and self.ahead().text.isdigit():
                self.take()
                under = int(self.checked(self.take()))
                if under == 0:
                    self.fail("a setting cannot be divided by 0")
                value = Fraction(value) / under
        else:
            self.refuse("a plain number as a setting")
        return sign * value

    def checked(self, token: Token) -> str:
        self.number(token)
        return token.text

    def applied(self, token: Token, row: Row) -> Rule:
        """Read a function without brackets: sin x, \\ln 2x, \\cos^2 x, \\sin^{-1} x."""
        exponent: sp.Basic | None = None
        if self.sign("^"):
            self.take()
            exponent = yield self.expression(POWER)
        if self.now.kind == "open" and self.now.text in "({[":
            tree = yield self.call(token, row)
        else:
            if row.arity[0] > 1:
                self.fail(f"{token.name} needs its arguments in brackets: {token.name}(a, b)", token)
            argument = yield self.expression(POWER)
            count = 1
            while (
                self.now.kind == "word"
                and not self.derivative_starts()
                and not (self.context.function(self.now.name) and len(self.now.name) > SHORT)
            ):
                argument = self.times(argument, (yield self.expression(POWER)))
                count += 1
            if count > 1:
                self.note(f"read {token.name} of all {count} factors that follow it")
            tree = self.make(row.name, argument, params=trees.filled(row, {}))
        if exponent is None:
            return tree
        inverse = self.context.function("a" + token.name)
        if (
            exponent == sp.S.NegativeOne
            and isinstance(exponent, sp.Integer)
            and inverse is not None
            and inverse.arity == row.arity == (1, 1)
            and tree.args
        ):
            self.note(f"read {token.name}^(-1) as the inverse function {inverse.name}")
            return self.make(inverse.name, tree.args[0], params=trees.filled(inverse, {}))
        return self.make("pow", tree, exponent)

    def respelled(self, token: Token) -> Rule:
        """Read sec x as 1/cos x, and log₂ x as ln x/ln 2."""
        other, base = respelling(token.name) or ("", None)
        row = self.context.function(other)
        assert row is not None
        if self.sign("^") and (base is not None or self.ahead().text == "-" or self.ahead(2).text == "-"):
            self.fail(f"a power of {token.name} is written behind it: ({token.name}(x))^2")
        plain = replace(token, text=other, sub=None)
        tree = yield (self.call(plain, row) if self.now.kind == "open" else self.applied(plain, row))
        return (
            self.make("div", sp.S.One, tree)
            if base is None
            else self.make("div", tree, self.make(row.name, sp.Integer(base)))
        )

    def stands_for(self, name: str, meaning: Definition) -> Rule:
        """Read a defined name with brackets: a call if they hold its arguments, else a product."""
        primes = 0
        while self.now.kind == "prime":
            self.take()
            primes += 1
        start, opened = self.at, self.take()
        args = yield self.inside(self.listed())
        self.close(opened)
        bare = [a.name for a in args if isinstance(a, sp.Symbol)]
        params = meaning.params
        if (
            params is None
            and len(args) == 1
            and not primes
            and not (bare and (bare[0] in meaning.free or self.context.spelling(bare[0]) is None))
        ):
            self.at = start  # f is no function of this: a product
            return meaning.tree
        if params is not None and bare and len(bare) == len(args) < len(params) and set(bare) <= set(params):
            bare, args = list(params), [sp.Symbol(p) for p in params]  # f(x) for f(x, W, b)
        if params is not None and len(args) != len(params):
            self.fail(
                f"{name} takes {len(params)} argument{'s' * (len(params) != 1)} ({', '.join(params)}), met {len(args)}",
                opened,
            )
        tree = meaning.tree
        if params is not None and tuple(bare) != params:
            tree = trees.replaced(tree, dict(zip(params, args, strict=True)))
        self.count()
        if primes:
            variable = sp.Symbol(bare[0]) if len(bare) == len(args) == 1 else None
            if variable is None:
                self.fail(f"say what {name}' is the derivative with respect to: d{name}/dx", opened)
            for _ in range(primes):
                tree = heads.Diff(tree, variable)
        elif self.shaped:
            self.shapes[id(tree)] = tree, meaning.shape
        return tree

    def own_call(self, name: str, token: Token) -> Rule:
        """Read f(x, w) where a line `f(x, w) = …` came before: the same as f."""
        opened = self.take()
        args = yield self.inside(self.listed())
        self.close(opened)
        params = self.context.calls[name]
        if tuple(getattr(a, "name", "") for a in args) != params:
            self.fail(
                f"{name} was given for ({', '.join(params)}) and is read with these alone; write its formula out for other arguments",
                token,
            )
        return self.symbol(name)
