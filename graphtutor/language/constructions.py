"""The part of the grammar that reads what has a shape of its own: fractions, roots, sums, cases, matrices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from ..ops import table as ops
from . import trees
from .names import key
from .tokens import Token
from .walk import IF, POWER, PRODUCT, SUM, Bound, Rule, Walk


class Constructions(Walk):
    """Roots, indicators, sums and products over an index, cases, matrices."""

    def macro_frac(self) -> Rule:
        if self.fraction_of_d():
            return (yield self.derivative_fraction())
        self.take()
        above = yield self.braced()
        under = yield self.braced()
        return self.make("div", above, under)

    def braced(self) -> Rule:
        """Read an argument of a LaTeX command: {…}, or one character."""
        token = self.now
        if token.kind == "open" and token.text == "{":
            return (yield self.group())
        if token.kind == "number" and len(token.text) > 1 and token.text.isdigit():
            self.tokens[self.at : self.at + 1] = [replace(token, text=token.text[0], stop=token.start + 1),
                                                  replace(token, text=token.text[1:], start=token.start + 1, column=token.column + 1)]  # fmt: skip
            return self.number(self.take())
        if token.kind == "word" and token.tex and len(token.text) > 1:
            first = replace(token, text=token.text[0], sub=None, stop=token.start + 1, said="piece")
            self.tokens[self.at : self.at + 1] = [
                first,
                replace(token, text=token.text[1:], start=token.start + 1, column=token.column + 1),
            ]
        if token.kind not in ("word", "number", "macro"):
            self.refuse("an argument in braces { }")
        return (yield self.operand())

    def macro_sqrt(self) -> Rule:
        """Read √x, √(…), \\sqrt{…}, \\sqrt[n]{…}."""
        sign = self.take()
        root = None
        if self.now.kind == "open" and self.now.text == "[":
            opened = self.take()
            root = yield self.inside(self.expression(0))
            self.close(opened)
        whole = (
            self.text[sign.start : sign.stop] == "√" and self.now.kind == "number"
        )  # √10 is no √1·0, as it is in LaTeX
        inner = yield (
            self.group()
            if self.now.kind == "open" and self.now.text in "({"
            else self.operand()
            if whole
            else self.braced()
        )
        if (
            self.text[sign.start : sign.stop] == "√"
            and self.now.kind == "word"
            and self.now.glued
            and self.choose(2, "read √ of its first factor alone; write √(…) for more")
        ):
            while self.now.kind == "word" and self.now.glued:
                inner = self.times(inner, (yield self.braced()))
        if root is None:
            return self.make("sqrt", inner)
        return self.make("pow", inner, trees.div(sp.S.One, root))

    def macro_inf(self) -> Rule:
        self.take()
        self.count()
        return sp.oo
        yield

    def macro_indicator(self) -> Rule:
        self.take()
        return (yield self.indicator())

    def indicator(self) -> Rule:
        """Read what stands after the 1 of an indicator: [c], (c), {c}, _{c}."""
        if self.sign("_"):
            self.take()
        opened = self.now
        if opened.kind != "open":
            self.refuse("a condition in brackets, as in 1[x > 0]")
        self.take()
        inner = self.take() if self.now.kind == "open" and self.now.text == "{" else None
        test = yield self.inside(self.expression(0))
        if inner is not None:
            self.close(inner)
        self.close(opened)
        return self.make("indicator", test)

    def macro_sum(self) -> Rule:
        return (yield self.series("add", sp.S.Zero))

    def macro_prod(self) -> Rule:
        return (yield self.series("mul", sp.S.One))

    def series(self, op: str, empty: sp.Basic) -> Rule:
        """Read Σ over an index, written out term by term; without an index, the sum of the entries of a vector."""
        start = self.take()
        index, first, last = None, None, None
        while self.sign("_", "^"):
            if self.take().text == "_":
                index, first = yield self.lower_bound()
            else:
                last = yield self.bound_value()
        if index is None:
            if op != "add":
                self.fail("a product needs its index: \\prod_{i=1}^{3}", start)
            return self.make("total", (yield self.expression(PRODUCT)), params=trees.filled(ops.ROWS["total"], {}))
        values = self.span(index, first, last, start)
        outer, place, total = self.bound.get(index), self.at, None
        kept = self.tokens.copy()  # reading may cut a token in two
        if not values:
            yield self.expression(PRODUCT)
            return empty
        for value in values:
            self.at, self.tokens = place, kept.copy()
            self.bound[index] = Bound(value, values[0], values[-1])
            term = yield self.expression(PRODUCT)
            total = term if total is None else self.make(op, total, term)
        del self.bound[index]
        if outer is not None:
            self.bound[index] = outer
        return total

    def lower_bound(self) -> Rule:
        """Read i, {i} or {i=1}: the index and where it starts."""
        braced = self.now.kind == "open"
        if braced:
            self.take()
        if self.now.kind != "word":
            self.refuse("the index of the sum, as in \\sum_{i=1}^{3}")
        index, first = self.take().name, None
        if braced and self.sign("="):
            self.take()
            first = yield self.whole_value()
        if braced:
            if self.now.kind != "close":
                self.refuse("'}' after the index of the sum")
            self.take()
        return index, first

    def bound_value(self) -> Rule:
        """Read the upper end of a sum; None for a name without a value (n)."""
        braced = self.now.kind == "open"
        if not braced:
            named = self.now.kind == "word" and self.whole_of(self.now) is None
            return None if named and self.take() is not None else self.whole_number()
        self.take()
        value = yield self.whole_value()
        if self.now.kind != "close":
            self.refuse("'}' after the end of the sum")
        self.take()
        return value

    def whole_value(self) -> Rule:
        if self.now.kind == "word" and self.whole_of(self.now) is None and self.ahead().kind == "close":
            self.take()
            return None
        token = self.now
        if self.now.kind == "word":
            return self.whole_number()
        tree = yield self.expression(SUM if self.now.kind != "number" or self.ahead().kind != "word" else POWER)
        if not isinstance(tree, sp.Integer):
            self.fail("a sum runs over whole numbers, as in \\sum_{i=1}^{3}", token)
        return int(tree)

    def span(self, index: str, first: int | None, last: int | None, start: Token) -> range | list[int]:
        """Return the values of an index; without numbers, those for which the problem has names."""
        if first is not None and last is not None:
            if last - first >= self.limits.nodes:
                self.fail(f"a sum of {last - first + 1} terms; write at most {self.limits.nodes}", start)
            return range(first, last + 1)
        found: set[int] | None = None
        for token in self.tokens[self.at :]:
            if token.kind == "word" and token.sub is not None and index in token.sub.replace(" ", "").split(","):
                stem = key(token.text)
                shape = self.context.shapes.get(self.context.spelling(stem) or "", ())
                numbered = {
                    int(k[len(stem) :]) for k in self.context.names if k.startswith(stem) and k[len(stem) :].isdigit()
                }
                family = set(range(shape[0])) if shape else numbered
                found = family if found is None or not family else found & family if found else family
        if not found:
            self.fail(
                f"the sum over {index} has no ends; write \\sum_{{{index}=1}}^{{3}}, or declare the names it runs over",
                start,
            )
        values = sorted(found)
        self.note(f"summed over {index} = {', '.join(map(str, values))}")
        return values

    def cases(self) -> Rule:
        """Read \\begin{cases} value & condition \\\\ … \\end{cases}."""
        opened = self.take()
        found: list[tuple[sp.Basic, sp.Basic | None]] = []
        while self.now.kind != "finish":
            found.append((yield self.case(opened)))
            if self.now.kind == "break":
                self.take()
            elif self.now.kind != "finish":
                self.refuse("'\\\\' or \\end{cases}")
        self.take()
        return self.by_cases(found, opened)

    def case(self, opened: Token) -> Rule:
        bars, self.bars = self.bars, 0
        rows, self.rows = self.rows, 1
        nest, self.nest = self.nest, self.nest + 1
        value = yield self.expression(IF + 1)
        test: sp.Basic | None = None
        marked = False
        while (
            self.sign(",", "&", ":")
            or self.key("if", "for")
            or self.now.kind == "words"
            or self.now.name in ("when", "where")
        ):
            marked = True
            self.take()
        if self.key("otherwise", "else"):
            self.take()
        elif marked and self.now.kind not in ("break", "finish"):
            test = yield self.expression(IF + 1)
        while self.sign(",", "."):
            self.take()
        self.bars, self.rows, self.nest = bars, rows, nest
        return value, test

    def by_cases(self, found: Sequence[tuple[sp.Basic, sp.Basic | None]], opened: Token) -> sp.Basic:
        """Return nested choices; without a last case for all the rest, that is undefined (nan)."""
        if not found:
            self.fail("no cases; expected value & condition", opened)
        tree: sp.Basic = sp.nan
        rest = list(found)
        if rest[-1][1] is None:
            tree = rest.pop()[0]
        for value, test in reversed(rest):
            if test is None:
                self.fail("a case without a condition stands before others; put it last", opened)
            tree = self.make("where", test, value, tree)
        return tree

    def piecewise(self) -> Rule:
        """Read Piecewise((value, condition), …, (value, True))."""
        opened = self.take()
        found: list[tuple[sp.Basic, sp.Basic | None]] = []
        while self.now.kind == "open":
            inner = self.take()
            value, test = yield self.inside(self.pair())
            self.close(inner)
            found.append((value, test))
            if self.sign(","):
                self.take()
        self.close(opened)
        if found and found[-1][1] is sp.true:
            found[-1] = (found[-1][0], None)
        return self.by_cases([(v, sp.S.One if t is sp.true else t) for v, t in found], opened)

    def pair(self) -> Rule:
        value = yield self.expression(IF + 1)
        if not self.sign(","):
            self.fail("a case is written (value, condition)")
        self.take()
        if self.key("True", "otherwise", "else"):
            self.take()
            return value, sp.true
        return value, (yield self.expression(0))

    def matrix(self) -> Rule:
        """Read \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}; one row or one column is a vector."""
        opened = self.take()
        rows: list[list[sp.Basic]] = [[]]
        outer, self.rows = self.rows, 1
        while self.now.kind != "finish":
            rows[-1].append((yield self.expression(IF + 1)))
            if self.sign("&"):
                self.take()
            elif self.now.kind == "break":
                self.take()
                if self.now.kind != "finish":
                    rows.append([])
            elif self.now.kind != "finish":
                self.refuse("'&', '\\\\' or \\end{pmatrix}")
        self.take()
        self.rows = outer
        widths = {len(r) for r in rows}
        if len(widths) != 1 or widths == {0}:
            self.fail("the rows of the matrix differ in length", opened)
        if len(rows) == 1 or widths == {1}:
            return self.vector(e for r in rows for e in r)
        return self.vector(self.vector(r) for r in rows)
