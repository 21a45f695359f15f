"""The part of the grammar that reads an index behind an operand: x[0], W[0, 1:], softmax(z)_k."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from .names import joined
from .tokens import Token
from .walk import Rule, Walk


class Indices(Walk):
    """Indices and slices, in numbers or in names that have one."""

    def index_follows(self) -> bool:
        """True if what stands in the brackets ahead is an index: whole numbers, slices, constants."""
        at = self.at + 1
        while (token := self.tokens[at]).kind != "close":
            number = token.kind == "number" and token.text.isdigit()
            if (
                not number
                and not (token.kind == "op" and token.text in "-:,")
                and not (token.kind == "word" and self.whole_of(token) is not None)
            ):
                return (
                    token.kind == "word"
                    and self.tokens[at - 1].kind == "open"
                    and self.tokens[at + 1].kind == "close"
                    and not token.tex
                )
            at += 1
        return token.text == "]" and at > self.at + 1

    def whole_of(self, token: Token) -> int | None:
        """Return the whole number that a name stands for: an index of a sum, or a constant."""
        if token.name in self.bound:
            return self.bound[token.name].value
        value = self.context.values.get(self.context.spelling(token.name) or token.name)
        return (
            int(value)
            if isinstance(value, int) or (isinstance(value, float | Fraction) and value == int(value))
            else None
        )

    def indexed(self, left: sp.Basic) -> Rule:
        opened = self.take()
        entries = self.entries("]")
        self.close(opened)
        return self.element(left, entries)
        yield

    def lowered(self, left: sp.Basic) -> Rule:
        """Read an index below a bracket or a call: softmax(z)_k."""
        self.take()
        if self.now.kind == "open" and self.now.text == "{":
            opened = self.take()
            entries = self.entries("}")
            self.close(opened)
        else:
            entries = (self.entry(),)
        return self.element(left, entries)
        yield

    def element(self, left: sp.Basic, entries: tuple[Any, ...]) -> sp.Basic:
        """Return left[entries]; of a name without a shape, the declared name with that number (w[0] is w0)."""
        if isinstance(left, sp.Symbol) and not self.shape(left) and all(isinstance(e, int) for e in entries):
            named = self.context.spelling(joined(left.name, ",".join(map(str, entries))))
            if named is not None:
                return self.symbol(named)
        return self.make("index", left, params=(entries,))

    def entries(self, close: str) -> tuple[Any, ...]:
        found = [self.entry()]
        while self.sign(","):
            self.take()
            found.append(self.entry())
        return tuple(found)

    def entry(self) -> Any:
        """Return one index: a whole number, or a slice as (start, stop, step)."""
        parts: list[int | None] = [self.whole_number()]
        while self.sign(":"):
            self.take()
            parts.append(self.whole_number())
        if len(parts) > 3:
            self.fail("a slice has at most three parts: start:stop:step")
        if len(parts) > 1:
            return (*parts, None)[:3]
        if parts[0] is None:
            self.fail("an index is a whole number or a slice, such as [0], [1:], [0, 2]")
        return parts[0]

    def whole_number(self) -> int | None:
        sign = 1
        if self.sign("-"):
            self.take()
            sign = -1
        token = self.now
        if token.kind == "number" and token.text.isdigit() and len(token.text) < 10:
            return sign * int(self.take().text)
        if token.kind == "word":
            value = self.whole_of(token)
            if value is None:
                self.fail(f"the index '{token.name}' has no number; give it one with constants={{'{token.name}': 0}}")
            self.take()
            return sign * value
        if sign < 0:
            self.refuse("a whole number")
        return None
