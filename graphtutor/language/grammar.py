"""Tokens → one SymPy tree, by operator precedence.

Where people mean two things by one line (how far `d/dw` reaches, what `1/2x` is), the grammar takes
the usual one, notes it, and counts it as a choice; reading again with other `picks` gives the rest.
Its parts: `walk` (the ground), `words`, `calls`, `derivatives`, `constructions`, `brackets`, `indices`; here are operators and operands.
"""

from __future__ import annotations

from typing import NoReturn

import sympy as sp

from ..ops import heads
from .brackets import Brackets
from .constructions import Constructions
from .derivatives import Derivatives
from .indices import Indices
from .walk import (
    AND,
    BY_CASES,
    COMPARE,
    DEFAULT,
    DERIVATIVES,
    GLUED,
    IF,
    JOINS,
    MINUS,
    NOT,
    OR,
    POWER,
    PRODUCT,
    RELATIONS,
    TIGHT,
    Limits,
    Rule,
    condition,
    run,
)
from .words import Words

__all__ = ["BY_CASES", "DEFAULT", "DERIVATIVES", "Grammar", "Limits"]


class Grammar(Words, Derivatives, Constructions, Brackets, Indices):
    """One reading of a sequence of tokens; `whole()` gives its tree."""

    # ----- expressions -----
    def whole(self) -> sp.Basic:
        """Return the tree of all the tokens."""
        tree = run(self.expression(0))
        if self.sign(".") and self.ahead().kind == "end":
            self.take()
        if self.now.kind != "end":
            self.unfinished()
        return tree

    def unfinished(self) -> NoReturn:
        token = self.now
        if token.kind == "close":
            self.fail(f"'{token.text}' closes nothing; take it away, or open a bracket before it")
        if token.kind == "op" and token.text in ("=", ":="):
            self.fail("'=' cannot stand inside an expression; compare with ==, or give the line a name at its start")
        if token.kind == "break":
            self.fail("one expression was expected, and a second line follows; name the first one, as in u = x + y")
        if token.kind == "op" and token.text == "!":
            self.fail("factorials are not read; write the product out")
        if (
            token.kind == "op"
            and token.text == ","
            and not token.gap
            and not self.ahead().gap
            and self.tokens[self.at - 1].kind == self.ahead().kind == "number"
        ):
            self.fail(f"a decimal is written with a point: {self.tokens[self.at - 1].text}.{self.ahead().text}")
        if token.kind == "op" and token.text in (",", "⇒"):
            self.fail(f"'{token.text}' separates two expressions; expected one alone")
        self.refuse("an operator such as + or *, or the end")

    def expression(self, least: int, beside: bool = False, nested: bool = True) -> Rule:
        """Read an expression of operators that bind at least `least`.

        `beside`: it stands beside a factor, so that [ … ] are brackets; `nested`: it counts as a level of nesting.
        """
        self.depth += nested
        if self.depth > self.limits.depth:
            self.fail(f"nested deeper than {self.limits.depth} levels; name a part on a line of its own")
        left = yield self.operand(beside)
        left = yield self.rest(left, least)
        self.depth -= nested
        return left

    def rest(self, left: sp.Basic, least: int) -> Rule:
        """Go on after `left` with operators that bind at least `least`."""
        while (step := self.infix(left, least)) is not None:
            left = yield step
        return left

    def infix(self, left: sp.Basic, least: int) -> Rule | None:
        token = self.now
        rule: Rule | None = None
        binds = -1
        if token.kind == "op":
            text = token.text
            if text in JOINS:
                binds, op = JOINS[text]
                rule = self.join(left, op, TIGHT if binds == PRODUCT else binds + 1)
            elif text == "·":
                binds, rule = PRODUCT, self.dotted(left)
            elif text == "/":
                binds, rule = PRODUCT, self.over(left)
            elif text == "^":
                binds, rule = POWER, self.raised(left)
            elif text in RELATIONS and (text != "=" or self.nest):
                binds, rule = COMPARE, self.compared(left)
            elif text == "&&" or (text == "&" and not self.rows):
                binds, rule = AND, self.join(left, "and", AND + 1)
            elif text == "|" and not self.bars and condition(left):
                binds, rule = OR, self.join(left, "or", OR + 1)
        elif token.kind == "key":
            if token.text in ("and", "or"):
                binds = AND if token.text == "and" else OR
                rule = self.join(left, token.text, binds + 1)
            elif token.text == "if":
                binds, rule = IF, self.choice(left)
        if rule is None and self.factor_starts():
            binds = GLUED if token.glued else PRODUCT
            rule = self.beside(left)
        return rule if binds >= least else None

    def factor_starts(self) -> bool:
        """True if the present token can be a factor that stands beside the one before."""
        token = self.now
        if token.kind == "word" or token.kind == "begin":
            return True
        if token.kind == "open":
            return True
        if token.kind == "macro":
            return True
        if token.kind == "op":
            return (token.text == "|" and not self.bars) or (token.text == "‖" and not self.norms)
        return False

    def join(self, left: sp.Basic, op: str, right: int) -> Rule:
        self.take()
        other = yield self.expression(right, nested=False)
        return self.make(op, left, other)

    def dotted(self, left: sp.Basic) -> Rule:
        self.take()
        other = yield self.expression(TIGHT, nested=False)
        return self.times(left, other)

    def beside(self, left: sp.Basic) -> Rule:
        if condition(left) and self.now.kind == "word":
            self.refuse("'and', 'or' or the end after a condition")
        other = yield self.expression(TIGHT, beside=True, nested=False)
        if isinstance(left, sp.Symbol) and left.name == "I" and not self.context.spelling("I"):
            if condition(other):
                return self.make("indicator", other)
            if isinstance(other, heads.Indicator):  # I[x > 0]: a condition in square brackets is 1 where it holds
                return other
        return self.times(left, other)

    def over(self, left: sp.Basic) -> Rule:
        """Read a quotient; of `1/2x` and `y/xw` both readings are kept."""
        start = self.take()
        under = yield self.expression(TIGHT, nested=False)
        follows = self.now
        if self.factor_starts() and not follows.gap and follows.kind in ("word", "open"):
            tight = follows.glued
            pick = self.choose(
                2,
                f"read what follows '{start.text}' at column {start.column} as {'one denominator' if tight else 'the first factor below alone'}",
            )
            if tight != bool(pick):
                while self.factor_starts() and not self.now.gap and (not tight or self.now.glued):
                    under = self.times(under, (yield self.expression(TIGHT, beside=True)))
        return self.make("div", left, under)

    def raised(self, left: sp.Basic) -> Rule:
        sign = self.take()
        if self.shown(sign) != "**" and self.transposing(left):
            return self.make("transpose", left)
        short = self.now.kind in ("word", "number") or (self.sign("-") and self.ahead().kind in ("word", "number"))
        exponent = yield self.expression(POWER)
        if short and self.now.kind == "word" and not self.now.gap and not self.now.tex and left is sp.E:
            pick = self.choose(2, "read the power of e as its first factor alone; write e^(…) for more")
            while pick and self.now.kind == "word" and not self.now.gap:
                exponent = self.times(exponent, (yield self.expression(POWER)))
        if isinstance(left, heads.Norm):
            left = self.euclidean(left)  # ‖x‖^2_2
        return self.make("pow", left, exponent)

    def transposing(self, left: sp.Basic) -> bool:
        """Take the T of x^T, if it is one."""
        braced = self.now.kind == "open" and self.now.text == "{" and self.ahead(2).kind == "close"
        token = self.ahead() if braced else self.now
        if (
            token.kind != "word"
            or token.name != "T"
            or self.context.spelling("T")
            or left is sp.E
            or isinstance(left, sp.Integer | heads.Decimal)
        ):
            return False
        self.at += 3 if braced else 1
        self.note("read ^T as transposed")
        return True

    def compared(self, left: sp.Basic) -> Rule:
        """Read a comparison; a chain a < b < c is (a < b) and (b < c)."""
        whole = None
        while self.now.kind == "op" and self.now.text in RELATIONS and (self.now.text != "=" or self.nest):
            op = RELATIONS[self.take().text]
            right = yield self.expression(COMPARE + 1, nested=False)
            part = self.make(op, left, right)
            whole = part if whole is None else self.make("and", whole, part)
            left = right
        return whole

    def choice(self, value: sp.Basic, first: bool = True) -> Rule:
        """Read `a if c else b`, and `a if c, b otherwise`; after other cases `a if c` alone, undefined elsewhere."""
        opened = self.take()
        self.nest += 1
        test = yield self.expression(IF + 1)
        self.nest -= 1
        if self.key("else"):
            self.take()
            other = yield self.expression(IF)
            return self.make("where", test, value, other)
        if self.sign(",") and not self.nest:
            self.take()
            if self.key("otherwise", "else"):
                self.take()
                return self.make("where", test, value, (yield self.expression(IF)))
            other = yield self.expression(IF + 1)
            if self.key("otherwise", "else"):
                self.take()
                return self.make("where", test, value, other)
            if self.key("if"):
                return self.make("where", test, value, (yield self.choice(other, False)))
        if not first:
            return self.make("where", test, value, sp.nan)
        self.fail("'if' needs an 'else': a if condition else b", opened)

    # ----- operands -----
    def operand(self, beside: bool = False) -> Rule:
        left = yield self.primary(beside)
        while (step := self.postfix(left)) is not None:
            left = yield step
        return left

    def primary(self, beside: bool) -> Rule:
        token = self.now
        if token.kind == "number":
            return self.numeral()
        if token.kind == "word":
            return self.subscripted_operator() if self.operator_by_subscript() else self.word()
        if token.kind == "open":
            return self.opened(beside)
        if token.kind == "macro":
            rule: Rule = getattr(self, f"macro_{token.text}")()
            return rule
        if token.kind == "begin":
            return self.cases() if token.text == "cases" else self.matrix()
        if token.kind == "key":
            return self.keyword()
        if token.kind == "op":
            if token.text == "-":
                return self.minus()
            if token.text == "+":
                self.take()
                return self.expression(MINUS)
            if token.text == "|":
                return self.between_bars()
            if token.text == "‖":
                return self.between("‖", "norm")
        self.refuse("a number, a name or '('")

    def numeral(self) -> Rule:
        token = self.take()
        follows = self.now
        bracket = follows.kind == "open" and (follows.text == "[" or (follows.text == "{" and self.compares()))
        if token.text == "1" and not follows.gap and (follows.text == "_" or bracket):
            return (yield self.indicator())
        return self.number(token)
        yield

    def minus(self) -> Rule:
        self.take()
        inner = yield self.expression(MINUS)
        return self.make("neg", inner)

    def keyword(self) -> Rule:
        token = self.now
        if token.text == "not":
            self.take()
            inner = yield self.expression(NOT)
            return self.make("not", inner)
        if token.text in ("True", "False"):
            self.take()
            return sp.Integer(token.text == "True")
        self.refuse("a number, a name or '('")

    # ----- after an operand -----
    def postfix(self, left: sp.Basic) -> Rule | None:
        token = self.now
        if token.kind == "open" and token.text == "[" and not token.gap and self.index_follows():
            return self.indexed(left)
        if token.kind == "prime":
            return self.primed(left)
        if token.kind != "op":
            return None
        if token.text == "ᵀ":
            return self.turned(left)
        if token.text == "_" and self.at and self.tokens[self.at - 1].kind == "close" and self.positive_part():
            return self.floored(left)
        if (
            token.text == "_"
            and not token.gap
            and self.at
            and self.tokens[self.at - 1].kind == "close"
            and not isinstance(left, sp.Integer)
        ):
            return self.lowered(left)
        if token.text == "." and self.ahead().kind == "word":
            return self.attribute(left)
        return None

    def turned(self, left: sp.Basic) -> Rule:
        self.take()
        return self.make("transpose", left)
        yield

    def attribute(self, left: sp.Basic) -> Rule:
        dot = self.take()
        word = self.take()
        if word.name == "T":
            return self.make("transpose", left)
        row = self.context.function(word.name)
        if row is not None and self.now.kind == "open" and self.now.text == "(":
            return (yield self.call(word, row, (left,)))
        self.fail(f"'.{word.name}' is not read; .T transposes, and functions are written exp(x), sum(x)", dot)
