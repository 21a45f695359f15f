"""The part of the grammar that reads what stands in brackets: groups, lists, conditions, |x|, ‖x‖, (u)₊."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import sympy as sp

from .tokens import Token
from .walk import CLOSES, RELATIONS, SUM, Rule, Walk, condition


class Brackets(Walk):
    """What opens and closes."""

    def compares(self) -> bool:
        """True if a comparison stands in the bracket that opens here."""
        depth = 0
        for token in self.tokens[self.at :]:
            depth += (token.kind == "open") - (token.kind == "close")
            if depth == 0:
                return False
            if depth == 1 and token.kind == "op" and token.text in RELATIONS:
                return True
        return False

    def opened(self, beside: bool) -> Rule:
        token = self.now
        if token.text == "[":
            return self.bracket(beside)
        if token.text == "|":
            return self.between("|", "abs")
        if token.text == "‖":
            return self.between("‖", "norm")
        return self.bracketed_operator() if self.operator_in_brackets() else self.group()

    def group(self) -> Rule:
        """Read ( … ) or { … }."""
        opened = self.take()
        if self.now.kind == "close":
            self.fail(f"the brackets are empty; expected an expression before '{self.now.text}'")
        tree = yield self.inside(self.expression(0))
        if self.sign(","):
            self.fail("a comma needs a function or a list; write [a, b] for a vector")
        self.close(opened)
        return tree

    def inside(self, rule: Rule) -> Rule:
        """Run a rule inside brackets: bars that were open outside are not closed here, and = compares."""
        bars, norms, self.bars, self.norms = self.bars, self.norms, 0, 0
        rows, self.rows = self.rows, 0
        self.nest += 1
        tree = yield rule
        self.nest -= 1
        self.bars, self.norms, self.rows = bars, norms, rows
        return tree

    def close(self, opened: Token) -> None:
        wanted = CLOSES[opened.text]
        if not (self.now.kind in ("close", "op") and self.now.text == wanted):
            met = "the end" if self.now.kind == "end" else f"'{self.shown(self.now)}'"
            if self.now.kind == "junk":
                self.fail(self.now.said)
            if self.now.kind in ("number", "words"):
                self.refuse(f"an operator, or '{wanted}'")
            self.fail(f"expected '{wanted}' to close the '{opened.text}' of column {opened.column}, met {met}")
        self.take()

    def between(self, mark: str, op: str) -> Rule:
        """Read |x| or ‖x‖ with one kind of bar on both sides."""
        opened = self.take()
        bars, norms = self.bars, self.norms
        self.bars, self.norms = (bars + 1, norms) if mark == "|" else (bars, norms + 1)
        nest, self.nest = self.nest, self.nest + 1
        tree = yield self.expression(SUM)
        self.nest, self.bars, self.norms = nest, bars, norms
        if mark == "‖" and self.sign("|") and self.ahead().text == "|":
            self.take()
            self.take()
        else:
            self.close(replace(opened, text=mark))
        return self.euclidean(self.make(op, tree)) if mark == "‖" else self.make(op, tree)

    def euclidean(self, norm: sp.Basic) -> sp.Basic:
        """Take the 2 of ‖x‖₂."""
        if self.sign("_"):
            self.take()
            braced = self.now.kind == "open"
            if braced:
                self.take()
            if self.now.text != "2":
                self.refuse("2: the Euclidean norm is the one that is read")
            self.take()
            if braced:
                self.take()
        elif self.now.kind == "junk" and self.now.text == "₂" and not self.now.gap:
            self.take()
        return norm

    def between_bars(self) -> Rule:
        """Read |x|, or ||x|| as a norm if two bars stand together again later."""
        second = self.ahead()
        if second.text == "|" and second.kind == "op" and not second.gap and self.twice_later():
            self.take()
            self.tokens[self.at] = replace(second, text="‖")
            return self.between_double()
        return self.between("|", "abs")

    def between_double(self) -> Rule:
        self.take()
        bars, self.bars = self.bars, self.bars + 1
        tree = yield self.expression(SUM)
        self.bars = bars
        for _ in range(2):
            if not self.sign("|"):
                self.refuse("'||' to close the norm")
            self.take()
        return self.euclidean(self.make("norm", tree))

    def twice_later(self) -> bool:
        later = self.tokens[self.at + 2 :]
        return any(a.kind == b.kind == "op" and a.text == b.text == "|" and not b.gap for a, b in pairwise(later))

    def bracket(self, beside: bool) -> Rule:
        """Read [ … ]: a vector, one condition (1 where it holds), or plain brackets where mathematics uses them so."""
        opened = self.take()
        if self.now.kind == "close":
            self.fail("the list is empty; expected [a, b]")
        entries = yield self.inside(self.listed())
        self.close(opened)
        if len(entries) == 1 and condition(entries[0]):
            return self.make("indicator", entries[0])
        if len(entries) == 1 and (beside or self.tokens[self.at - 2].tex or self.word_beside() or self.positive_part()):
            return entries[0]
        return self.vector(entries)

    def word_beside(self) -> bool:
        """True if a name stands right beside a bracket, as in [f - y]x."""
        return self.now.kind == "word" and not self.now.gap

    def positive_part(self) -> bool:
        """True if `_+` or `_{+}` stands here."""
        return self.sign("_") and (
            self.ahead().text == "+"
            or (self.ahead().text == "{" and self.ahead(2).text == "+" and self.ahead(3).text == "}")
        )

    def floored(self, left: sp.Basic) -> Rule:
        """Read (u)_+ as max(0, u)."""
        self.at += 2 if self.ahead().text == "+" else 4
        return self.make("max", sp.S.Zero, left)
        yield

    def listed(self) -> Rule:
        entries = [(yield self.expression(0))]
        while self.sign(","):
            self.take()
            if self.now.kind == "close":
                break
            entries.append((yield self.expression(0)))
        return entries
