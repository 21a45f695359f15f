"""The part of the grammar that reads derivatives: dL/dw, ∂/∂w (…), f′(x), \\frac{d}{dx}, ∇_w L, diff(…, x)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from ..ops import heads
from ..ops.row import Row
from . import trees
from .names import GREEK
from .tokens import Token
from .walk import POWER, PRODUCT, SUM, TIGHT, Rule, Walk

BARE_OPERATOR = re.compile(r"d/d[A-Za-z]\w*|frac\{d\}\{d[A-Za-z]\w*\}")


class Derivatives(Walk):
    """Derivative operators and the derivatives of named quantities."""

    def slope(self, token: Token, row: Row) -> Rule:
        """Read σ'(z): the derivative of a function at its argument."""
        primes = 0
        while self.now.kind == "prime":
            self.take()
            primes += 1
        tree = yield self.call(token, row)
        for _ in range(primes):
            tree = self.differential(tree, tree.args[0] if not isinstance(tree, heads.Diff) else tree.args[1])
        return tree

    def prime_name(self, token: Token) -> sp.Basic:
        """Return the name that x' is, where nothing says what it differentiates."""
        primes = 0
        while self.now.kind == "prime":
            self.take()
            primes += 1
        name = f"{token.name}_{'_'.join(['prime'] * primes)}"
        self.note(f"read {token.name}{chr(39) * primes} as a name of its own")
        return self.named(replace(token, text=name, sub=None))

    def primed(self, left: sp.Basic) -> Rule:
        """Read u' for a u that stands for something: the derivative with respect to the problem's variable."""
        token = self.take()
        free = sorted(trees.names_in(left))
        wrt = self.context.wrt if self.context.wrt in free or len(free) != 1 else free[0]
        if wrt is None:
            self.fail("say what the prime differentiates with respect to: write du/dx", token)
        return self.differential(left, sp.Symbol(wrt))
        yield

    def differential(self, what: sp.Basic, wrt: sp.Basic) -> sp.Basic:
        self.count()
        return heads.Diff(what, wrt)

    def starts_d(self, at: int) -> bool:
        """True if a differential may start here: ∂, d, dw."""
        token = self.tokens[min(at, len(self.tokens) - 1)]
        return (token.kind == "macro" and token.text == "d") or (
            token.kind == "word" and token.text.startswith("d") and token.text not in GREEK
        )

    def derivative_starts(self) -> bool:
        """True if `d/dw`, `dL/dw`, `d(…)/dw` stands here (and is no quotient of declared names)."""
        token = self.now
        if not self.starts_d(self.at):
            return False
        at = self.after_power(self.at + 1)
        if token.name == "d" and not (self.tokens[at].kind == "op" and self.tokens[at].text == "/"):
            if self.context.spelling("d") or self.tokens[at].kind not in ("word", "open", "macro"):
                return False
            at = self.after_operand(at)
        elif token.name != "d" and self.tokens[at].kind == "open":
            at = self.after_operand(at)
        over = self.tokens[at]
        if not (over.kind == "op" and over.text == "/") or not self.starts_d(at + 1):
            return False
        under = self.tokens[at + 1]
        if under.kind == "word" and under.name == "d" and self.tokens[at + 2].kind != "word":
            return False
        return not (self.context.spelling(token.name) and (under.kind != "word" or self.context.spelling(under.name)))

    def after_power(self, at: int) -> int:
        """Return the place after `^2` or `^{2}`, if it stands at `at`."""
        token = self.tokens[min(at, len(self.tokens) - 1)]
        if token.kind == "op" and token.text == "^":
            return (
                at + (4 if self.tokens[min(at + 1, len(self.tokens) - 1)].kind == "open" else 2)
                if at + 4 < len(self.tokens)
                else at
            )
        return at

    def after_operand(self, at: int) -> int:
        """Return the place after a name (with its call) or a bracket, without reading it."""
        if self.tokens[at].kind in ("word", "macro"):
            at += 1
        if self.tokens[at].kind == "open":
            at = self.after_bracket(at)
        return min(self.after_power(at), len(self.tokens) - 1)

    def operator_in_brackets(self) -> bool:
        """True if (d/dw) or (\\frac{d}{dw}) stands here, with nothing inside that it could apply to."""
        return self.operator_end() > 0 and not self.context.spelling("d")

    def operator_end(self) -> int:
        """Return the place of the bracket that closes (d/dw), 0 if it is none."""
        near = self.tokens[self.at + 1 : self.at + 10]
        stop = next((k for k, t in enumerate(near) if t.text == ")"), 0)
        return self.at + 1 + stop if BARE_OPERATOR.fullmatch("".join(t.text for t in near[:stop])) else 0

    def bracketed_operator(self) -> Rule:
        """Read (d/dw) L as d/dw L."""
        stop = self.operator_end()
        self.tokens[self.at : stop + 1] = self.tokens[self.at + 1 : stop]
        return (yield self.operand())

    def after_bracket(self, at: int) -> int:
        """Return the place after the bracket that closes the one at `at`."""
        depth = 0
        while self.tokens[at].kind != "end":
            depth += (self.tokens[at].kind == "open") - (self.tokens[at].kind == "close")
            at += 1
            if depth == 0:
                break
        return at

    def macro_d(self) -> Rule:
        """Read ∂L/∂w, ∂/∂w …, or ∂_w …."""
        if self.ahead().kind == "op" and self.ahead().text == "_":
            return (yield self.macro_nabla())
        return (yield self.derivative())

    def macro_nabla(self) -> Rule:
        """Read ∇_w L and ∂_w L."""
        start = self.take()
        if not self.sign("_"):
            self.fail("say what ∇ differentiates with respect to: ∇_w L", start)
        self.take()
        braced = self.now.kind == "open"
        if braced:
            self.take()
        variable = self.variable()
        if braced:
            if self.now.kind != "close":
                self.refuse("'}'")
            self.take()
        return (yield self.reached([variable]))

    def operator_by_subscript(self) -> bool:
        """True if D_w stands here: nobody's name, over a name that is somebody's or a single letter."""
        token = self.now
        if token.text != "D" or token.sub is None or self.context.spelling(token.name):
            return False
        return bool(self.context.spelling(token.sub)) or (
            not self.context.known and len(token.sub) == 1 and token.sub.isalpha()
        )

    def subscripted_operator(self) -> Rule:
        """Read D_w L."""
        token = self.take()
        variable = self.named(replace(token, text=token.sub or "", sub=None))
        return (yield self.reached([variable]))

    def derivative(self) -> Rule:
        """Read `d/dw` with what it applies to, `dL/dw`, or `d(…)/dw`."""
        order = self.differential_mark()
        if self.sign("/"):
            self.take()
            variables = self.variables(order)
            return (yield self.reached(variables))
        what = yield self.quantity()
        if not self.sign("/"):
            self.refuse("'/' and the variable: dL/dw")
        self.take()
        for variable in self.variables(order):
            what = self.differential(what, variable)
        return what

    def differential_mark(self) -> int:
        """Take d, ∂ or the d of dL, and return the order of the derivative (d² is 2)."""
        token = self.take()
        if token.kind == "word" and token.name != "d":
            self.at -= 1
            self.tokens[self.at] = replace(token, text=token.text[1:], start=token.start + 1, column=token.column + 1)
        return self.order()

    def order(self) -> int:
        if not self.sign("^"):
            return 1
        self.take()
        braced = self.now.kind == "open"
        if braced:
            self.take()
        if self.now.kind != "number" or not self.now.text.isdigit() or not 0 < int(self.now.text[:3]) < 10:
            self.refuse("the order of the derivative, such as 2")
        order = int(self.take().text)
        if braced:
            if self.now.kind != "close":
                self.refuse("'}'")
            self.take()
        return order

    def variables(self, order: int) -> list[sp.Basic]:
        """Return the variables of `dw`, `∂w²`, `∂w ∂v`; as many as the order says."""
        found: list[sp.Basic] = []
        while not found or (len(found) < order and self.starts_d(self.at)):
            if not self.starts_d(self.at):
                self.refuse("the variable, as in dL/dw")
            token = self.take()
            if token.kind == "word" and token.name != "d":
                self.at -= 1
                self.tokens[self.at] = replace(
                    token, text=token.text[1:], start=token.start + 1, column=token.column + 1, said="piece"
                )
            variable = self.variable()
            times = self.order() if order > 1 else 1
            found += [variable] * times
        if len(found) != order:
            self.refuse(f"{order} variables below a derivative of order {order}")
        return found

    def variable(self) -> sp.Basic:
        token = self.now
        if token.kind != "word":
            self.refuse("the name of the variable")
        if self.context.spelling(token.name) is None and len(token.text) > 1 and token.tex:
            self.part()
        token = self.take()
        tree = self.named(replace(token, said="piece"))
        if not trees.names_in(tree):
            self.fail(f"'{token.name}' is a number here; nothing varies with it", token)
        return tree

    def quantity(self) -> Rule:
        """Read what is differentiated, in dL/dw: a name that stands for something, or an expression."""
        token = self.now
        follows = self.ahead()
        if token.kind == "word" and not (
            follows.kind == "open" and follows.text == "(" and self.context.function(token.name)
        ):
            self.part()
            token, follows = self.now, self.ahead()
            declared = self.context.spelling(token.name)
            if declared is None and not (self.context.function(token.name) and follows.kind in ("open", "word")):
                if follows.kind == "prime" or token.name in self.bound:
                    return (yield self.expression(POWER))
                if self.context.target is None:
                    self.fail(
                        f"nothing says what '{token.name}' is; define it first, as in {token.name} = …, or give definitions={{'{token.name}': …}}",
                        token,
                    )
                self.take()
                if self.now.kind == "open" and self.now.text == "(":
                    yield self.inside(self.skipped())
                return self.context.target
        return (yield self.expression(POWER))

    def skipped(self) -> Rule:
        """Pass over the arguments of the problem's function: L(w, b)."""
        opened = self.take()
        yield self.listed()
        self.close(opened)

    def reached(self, variables: Sequence[sp.Basic]) -> Rule:
        """Read what an operator d/dw applies to. How far it reaches is a choice where a person could mean more."""
        bracket = self.now.kind == "open" and self.now.text in "([{"
        if bracket:
            body = yield self.expression(POWER, beside=True)
            ways = ["the bracket alone"]
        else:
            if (
                self.now.kind == "word"
                and not self.derivative_starts()
                and self.now.sub is None
                and self.names_nothing()
            ):
                body = yield self.quantity()
            else:
                body = yield self.expression(TIGHT)
            while self.factor_starts() and not self.derivative_starts() and not self.fraction_of_d():
                body = self.times(body, (yield self.expression(TIGHT, beside=True)))
            ways = ["the first product without a sign"]
        product = self.sign("*", "·", "/", "@", "⊙") or (bracket and self.factor_starts())
        if product:
            ways.append("the whole product")
        if not bracket and (product or self.sign("+", "-")):
            ways.append("the whole sum")
        if len(ways) > 1:
            pick = self.choose(len(ways), f"applied the derivative operator to {ways[0]}")
            if ways[pick] == "the whole product":
                body = yield self.rest(body, PRODUCT)
            elif ways[pick] == "the whole sum":
                body = yield self.rest(body, SUM)
        for variable in variables:
            body = self.differential(body, variable)
        return body

    def names_nothing(self) -> bool:
        """True if the name ahead is nobody's: the problem's own quantity, as in ∂/∂w L."""
        name = self.now.name
        return (
            self.context.target is not None
            and len(name) == 1
            and self.context.spelling(name) is None
            and not self.context.function(name)
            and name not in ("e", "E")
        )

    def fraction_of_d(self) -> bool:
        """True if \\frac{d…}{d…} stands here."""
        if not (
            self.now.kind == "macro"
            and self.now.text == "frac"
            and self.ahead().kind == "open"
            and self.starts_d(self.at + 2)
        ):
            return False
        at = self.after_bracket(self.at + 1)
        if self.tokens[at].kind != "open" or not self.starts_d(at + 1):
            return False
        above, under = self.ahead(2), self.tokens[at + 1]
        bare = under.kind == "word" and under.name == "d"
        if bare and self.tokens[at + 2].kind != "word":
            return False
        if under.kind == "word" and self.context.spelling(under.name):
            return False
        return not (above.kind == "word" and self.context.spelling(above.name))

    def derivative_fraction(self) -> Rule:
        self.at += 2
        order = self.differential_mark()
        what = None
        if self.now.kind != "close":
            only = self.after_operand(self.at)
            what = yield (self.quantity() if self.tokens[only].kind == "close" else self.expression(0))
        if self.now.kind != "close":
            self.refuse("'}'")
        self.take()
        self.take()
        variables = self.variables(order)
        if self.now.kind != "close":
            self.refuse("'}' after the variable")
        self.take()
        if what is None:
            return (yield self.reached(variables))
        for variable in variables:
            what = self.differential(what, variable)
        return what

    def diff_call(self, token: Token) -> Rule:
        """Read diff(…, w0), Derivative(…, (x, 2)), D(…, x, y)."""
        opened = self.take()
        tree = yield self.inside(self.expression(0))
        variables: list[sp.Basic] = []
        while self.sign(","):
            self.take()
            if self.now.kind == "open":
                inner = self.take()
                variable = self.variable()
                self.expect(",")
                variables += [variable] * self.repetitions()
                self.close(inner)
            elif self.now.kind == "number" and variables:
                variables += [variables[-1]] * (self.repetitions() - 1)
            else:
                variables.append(self.variable())
        self.close(opened)
        if not variables:
            self.fail(f"say what to differentiate with respect to: {token.name}(…, x)", token)
        for variable in variables:
            tree = self.differential(tree, variable)
        return tree

    def repetitions(self) -> int:
        times = self.whole_number()
        if times is None or not 0 < times < 10:
            self.fail("the order of a derivative is a whole number from 1 to 9")
        return times

    def expect(self, text: str) -> None:
        if not self.sign(text):
            self.refuse(f"'{text}'")
        self.take()
