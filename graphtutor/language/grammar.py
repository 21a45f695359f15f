"""Tokens → one SymPy tree, by operator precedence.

Every rule of the grammar is a generator that yields the rules it needs and gets their trees back;
`run` keeps them on a stack of its own, so that no line of text can exhaust Python's.

Where people mean two things by one line (how far `d/dw` reaches, what `1/2x` is), the grammar takes
the usual one, notes it, and counts it as a choice; reading again with other `picks` gives the rest.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any, NoReturn

import sympy as sp

from ..errors import ReadError, ShapeError
from ..maths import heads, ops
from ..maths.row import Row
from . import trees
from .names import GREEK, NAMED_NUMBERS, SHORT, Context, Definition, joined, key, split
from .tokens import Token, unknown_command

Rule = Generator[Any, Any, Any]

IF, OR, AND, NOT, COMPARE, SUM, PRODUCT, TIGHT, MINUS, POWER = 2, 4, 6, 8, 10, 20, 30, 37, 40, 50
GLUED = 36  # letters of one run: y/xw is y/(x·w)
JOINS = {"+": (SUM, "add"), "-": (SUM, "sub"), "*": (PRODUCT, "mul"), "⊙": (PRODUCT, "mul"), "⊗": (PRODUCT, "outer"), "@": (PRODUCT, "matmul")}
RELATIONS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne", "=": "eq"}
CONDITIONS = frozenset([*RELATIONS.values(), "and", "or", "not"])
CLOSES = {"(": ")", "{": "}", "[": "]", "|": "|", "‖": "‖"}
LIBRARIES = frozenset("np numpy math torch jnp jax sp sympy scipy special nn functional F tf keras cmath".split())
DERIVATIVES = frozenset(["diff", "Derivative", "D", "derivative"])
BY_CASES = frozenset(["Piecewise", "piecewise", "cases"])
NAME = re.compile(r"[^\W\d]\w*")
TRUTH: dict[str, Any] = {"True": True, "False": False, "None": None}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a learner's text is read: characters, nesting, digits of a number, nodes of the tree."""

    chars: int = 10_000
    depth: int = 200
    digits: int = 100
    nodes: int = 20_000
    exponent: int = 300


DEFAULT = Limits()


@dataclass(frozen=True, slots=True)
class Bound:
    """An index of a sum: its value now, and the range it runs through."""

    value: int
    first: int
    last: int


def run(rule: Rule) -> Any:
    """Return the result of a rule; rules that it yields run on a stack here, not on Python's."""
    stack, value = [rule], None
    while stack:
        try:
            inner = stack[-1].send(value)
        except StopIteration as done:
            stack.pop()
            value = done.value
        else:
            stack.append(inner)
            value = None
    return value


class Grammar:
    """One reading of a sequence of tokens. `picks` says which choice to take where several are possible.

    After `whole()`: `choices` holds (picked, how many there were) in order, `assumed` says in words
    what was assumed.
    """

    def __init__(self, stream: Sequence[Token], context: Context, limits: Limits, text: str, picks: Sequence[int] = (), later: Mapping[str, int] | None = None):
        self.tokens = [t for t in stream if t.kind not in ("comment",)]
        if not self.tokens or self.tokens[-1].kind != "end":
            last = self.tokens[-1] if self.tokens else Token("end", "", 1, 1, 0, 0)
            self.tokens.append(replace(last, kind="end", text="", column=last.column + last.stop - last.start, start=last.stop))
        self.context, self.limits, self.text, self.picks = context, limits, text, picks
        self.later = later or {}
        self.at = self.depth = self.nodes = self.bars = self.norms = self.rows = self.nest = 0
        self.choices: list[tuple[int, int]] = []
        self.assumed: list[str] = []
        self.bound: dict[str, Bound] = {}
        self.shapes: dict[int, tuple[sp.Basic, tuple[int, ...]]] = {}
        self.shaped = bool(context.shapes) or any(d.shape for d in context.definitions.values())

    # ----- walking -----
    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    def ahead(self, n: int = 1) -> Token:
        return self.tokens[min(self.at + n, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def sign(self, *texts: str) -> bool:
        return self.now.kind == "op" and self.now.text in texts

    def key(self, *texts: str) -> bool:
        return self.now.kind == "key" and self.now.text in texts

    def fail(self, message: str, token: Token | None = None) -> NoReturn:
        token = token or self.now
        raise ReadError("".join(c if c.isprintable() else " " for c in message), self.text.split("\n")[token.line - 1], token.line, token.column)

    def refuse(self, expected: str) -> NoReturn:
        """Fail at the present token, saying what it is and what was expected."""
        token = self.now
        if token.kind == "junk":
            self.fail(token.said)
        if token.kind == "end":
            before = self.tokens[self.at - 1] if self.at else None
            typed = self.text[: token.start].split()
            if before or typed:
                self.fail(f"the text ends after '{self.shown(before) if before else typed[-1][-20:]}'; expected {expected}")
            self.fail("nothing to read; expected an expression such as 2*x")
        if token.kind == "words":
            self.fail(f"the words '{token.text}' are not mathematics; expected {expected}")
        if token.kind == "number" and self.at and self.tokens[self.at - 1].kind in ("number", "word", "close"):
            self.fail(f"'{self.shown(self.tokens[self.at - 1])}' and '{token.text}' stand side by side; expected an operator such as * between them")
        self.fail(f"'{self.shown(token)}' cannot stand here; expected {expected}")

    def shown(self, token: Token | None) -> str:
        """Return a token as a person typed it."""
        if token is None:
            return ""
        typed = self.text[token.start : token.stop].strip()
        return typed or ("the next line" if token.kind == "break" else token.text)

    def note(self, text: str) -> None:
        if text not in self.assumed:
            self.assumed.append(text)

    def choose(self, ways: int, note: str) -> int:
        """Return which of several readings to take here."""
        place = len(self.choices)
        pick = self.picks[place] if place < len(self.picks) else 0
        self.choices.append((pick, ways))
        self.note(note)
        return pick

    # ----- building -----
    def make(self, op: str, *args: sp.Basic, params: tuple[Any, ...] = ()) -> sp.Basic:
        self.count()
        tree = trees.compose(op, args, params)
        if self.shaped:
            self.shapes[id(tree)] = tree, self.result_shape(op, args, params)
        return tree

    def count(self, nodes: int = 1) -> None:
        self.nodes += nodes
        if self.nodes > self.limits.nodes:
            self.fail(f"more than {self.limits.nodes} nodes; split the expression into named lines")

    def shape(self, tree: sp.Basic) -> tuple[int, ...]:
        known = self.shapes.get(id(tree))
        if known is None and isinstance(tree, sp.Symbol):
            return tuple(self.context.shapes.get(tree.name, ()))
        return known[1] if known else ()

    def result_shape(self, op: str, args: tuple[sp.Basic, ...], params: tuple[Any, ...]) -> tuple[int, ...]:
        """Return the shape of a result; shapes that do not fit are the graph's to report, with names."""
        shapes = tuple(self.shape(a) for a in args)
        if not any(shapes) and op != "vector":
            return ()
        row = ops.ROWS[op]
        try:
            return tuple(row.result_shape(shapes, row.settle(params, *shapes)))
        except (ShapeError, IndexError, TypeError):
            return ()

    def number(self, token: Token) -> sp.Basic:
        mantissa, _, exponent = token.text.lower().partition("e")
        if len(mantissa) > self.limits.digits:
            self.fail(f"a number of {len(mantissa)} digits; at most {self.limits.digits} are read", token)
        if exponent and (len(exponent) > 5 or abs(int(exponent)) > self.limits.exponent):
            self.fail(f"the exponent {exponent[:10]} is too large; at most {self.limits.exponent} is read", token)
        self.count()
        return trees.number(token.text)

    def times(self, a: sp.Basic, b: sp.Basic) -> sp.Basic:
        """Return a product written `·` or side by side: of matrices and vectors the matrix or dot product."""
        left, right = len(self.shape(a)), len(self.shape(b))
        if left == right == 1:
            turned = isinstance(b, heads.Transpose) and not isinstance(a, heads.Transpose)
            return self.make("outer" if turned else "dot", a, *(b.args if turned else (b,)))
        return self.make("matmul" if left and right else "mul", a, b)

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
        if token.kind == "op" and token.text in (",", "⇒"):
            self.fail(f"'{token.text}' separates two expressions; expected one alone")
        self.refuse("an operator such as + or *, or the end")

    def expression(self, least: int, beside: bool = False) -> Rule:
        self.depth += 1
        if self.depth > self.limits.depth:
            self.fail(f"nested deeper than {self.limits.depth} levels; name a part on a line of its own")
        left = yield self.operand(beside)
        left = yield self.rest(left, least)
        self.depth -= 1
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
        other = yield self.expression(right)
        return self.make(op, left, other)

    def dotted(self, left: sp.Basic) -> Rule:
        self.take()
        other = yield self.expression(TIGHT)
        return self.times(left, other)

    def beside(self, left: sp.Basic) -> Rule:
        if condition(left) and self.now.kind == "word":
            self.refuse("'and', 'or' or the end after a condition")
        other = yield self.expression(TIGHT, beside=True)
        if isinstance(left, sp.Symbol) and left.name == "I" and condition(other) and not self.context.spelling("I"):
            return self.make("indicator", other)
        return self.times(left, other)

    def over(self, left: sp.Basic) -> Rule:
        """Read a quotient; of `1/2x` and `y/xw` both readings are kept."""
        start = self.take()
        under = yield self.expression(TIGHT)
        follows = self.now
        if self.factor_starts() and not follows.gap and follows.kind in ("word", "open"):
            tight = follows.glued
            pick = self.choose(2, f"read what follows '{start.text}' at column {start.column} as {'one denominator' if tight else 'the first factor below alone'}")
            if tight != bool(pick):
                while self.factor_starts() and not self.now.gap and (not tight or self.now.glued):
                    under = self.times(under, (yield self.expression(TIGHT, beside=True)))
        return self.make("div", left, under)

    def raised(self, left: sp.Basic) -> Rule:
        sign = self.take()
        if self.shown(sign) != "**" and self.transposing(left):
            return self.make("transpose", left)
        short = self.now.kind in ("word", "number")
        exponent = yield self.expression(POWER)
        if short and self.now.kind == "word" and not self.now.gap and not self.now.tex and left is sp.E:
            pick = self.choose(2, "read the power of e as its first factor alone; write e^(…) for more")
            while pick and self.now.kind == "word" and not self.now.gap:
                exponent = self.times(exponent, (yield self.expression(POWER)))
        return self.make("pow", left, exponent)

    def transposing(self, left: sp.Basic) -> bool:
        """Take the T of x^T, if it is one."""
        braced = self.now.kind == "open" and self.now.text == "{" and self.ahead(2).kind == "close"
        token = self.ahead() if braced else self.now
        if token.kind != "word" or token.name != "T" or self.context.spelling("T") or left is sp.E or isinstance(left, sp.Integer | heads.Decimal):
            return False
        self.at += 3 if braced else 1
        self.note("read ^T as transposed")
        return True

    def compared(self, left: sp.Basic) -> Rule:
        """Read a comparison; a chain a < b < c is (a < b) and (b < c)."""
        whole = None
        while self.now.kind == "op" and self.now.text in RELATIONS and (self.now.text != "=" or self.nest):
            op = RELATIONS[self.take().text]
            right = yield self.expression(COMPARE + 1)
            part = self.make(op, left, right)
            whole = part if whole is None else self.make("and", whole, part)
            left = right
        return whole

    def choice(self, value: sp.Basic) -> Rule:
        """Read `a if c else b`, and `a if c, b otherwise`."""
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
            if self.key("otherwise"):
                self.take()
                return self.make("where", test, value, other)
            if self.key("if"):
                return self.make("where", test, value, (yield self.choice(other)))
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
            return self.word()
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
        if token.text == "1" and not follows.gap and (follows.text == "_" or (follows.kind == "open" and follows.text == "[")):
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

    def opened(self, beside: bool) -> Rule:
        token = self.now
        if token.text == "[":
            return self.bracket(beside)
        if token.text == "|":
            return self.between("|", "abs")
        if token.text == "‖":
            return self.between("‖", "norm")
        return self.group()

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
        if len(entries) == 1 and (beside or self.tokens[self.at - 2].tex):
            return entries[0]
        return self.make("vector", *entries)

    def listed(self) -> Rule:
        entries = [(yield self.expression(0))]
        while self.sign(","):
            self.take()
            if self.now.kind == "close":
                break
            entries.append((yield self.expression(0)))
        return entries

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
        if token.text == "_" and not token.gap and self.at and self.tokens[self.at - 1].kind == "close":
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

    def index_follows(self) -> bool:
        """True if what stands in the brackets ahead is an index: whole numbers, slices, constants."""
        at = self.at + 1
        while (token := self.tokens[at]).kind != "close":
            number = token.kind == "number" and token.text.isdigit()
            if not number and not (token.kind == "op" and token.text in "-:,") and not (token.kind == "word" and self.whole_of(token) is not None):
                return token.kind == "word" and self.tokens[at - 1].kind == "open" and self.tokens[at + 1].kind == "close" and not token.tex
            at += 1
        return token.text == "]" and at > self.at + 1

    def whole_of(self, token: Token) -> int | None:
        """Return the whole number that a name stands for: an index of a sum, or a constant."""
        if token.name in self.bound:
            return self.bound[token.name].value
        value = self.context.values.get(self.context.spelling(token.name) or token.name)
        return int(value) if isinstance(value, int) or (isinstance(value, float | Fraction) and value == int(value)) else None

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

    # ----- names and calls -----
    def word(self) -> Rule:
        """Read a name, a function, a derivative, or the first of the names that a run is made of."""
        token = self.now
        if token.name in self.bound:
            self.take()
            return sp.Integer(self.bound[token.name].value)
        if self.library():
            return (yield self.word())
        if self.derivative_starts():
            return (yield self.derivative())
        self.part()
        token = self.take()
        name = token.name
        called = self.now.kind == "open" and self.now.text in "({" and (self.now.text == "(" or token.said == "command" or bool(self.context.function(name)))
        declared = self.context.spelling(name)
        row = self.context.function(name)
        short = len(name) <= SHORT or name in GREEK
        if called and not declared and name in DERIVATIVES:
            return (yield self.diff_call(token))
        if called and not declared and name in BY_CASES:
            return (yield self.piecewise())
        if row is not None and not (declared and short) and name not in self.context.definitions:
            if called or (self.now.kind == "open" and self.now.text == "[" and token.said):
                return (yield self.call(token, row))
            if not short and not declared and not self.bare(token):
                return (yield self.applied(token, row))
        if row is not None and called and declared in self.context.definitions and not short and self.now.text == "(":
            return (yield self.call(token, row))
        if self.now.kind == "prime" and declared not in self.context.definitions:
            if row is not None and self.ahead().kind == "open":
                return (yield self.slope(token, row))
            return self.prime_name(token)
        definition = self.context.definitions.get(declared or "")
        if definition is not None and (self.now.text == "(" or (self.now.kind == "prime" and self.ahead().text == "(")):
            return (yield self.stands_for(declared or "", definition))
        if declared in self.context.calls and self.now.text == "(":
            return (yield self.own_call(declared or "", token))
        if called and declared is None and self.now.text == "(":
            self.unknown_call(token)
        return self.named(token)

    def bare(self, token: Token) -> bool:
        """True if a function's name stands without an argument, and may be a plain name (`mean` of a problem)."""
        follows = self.now
        if follows.kind in ("word", "number", "macro", "open", "begin") or (follows.kind == "op" and follows.text in ("^", "|", "‖", "-")) or follows.kind == "prime":
            return follows.kind == "prime"
        self.fail(f"{token.name} needs its argument: {token.name}(x)", token)

    def part(self) -> None:
        """Replace a run of letters by the names it is made of."""
        token = self.now
        if token.said or token.glued or token.kind != "word" or self.context.spelling(token.name) or (token.text in GREEK and len(token.text) > 1):
            return
        name, follows = token.name, self.ahead()
        called, powered = follows.kind == "open" and follows.text == "(", follows.kind == "op" and follows.text == "^"
        row = self.context.function(name)
        if (row is not None and (len(name) > SHORT or called)) or name in NAMED_NUMBERS or (called and name in DERIVATIVES | BY_CASES):
            return
        pieces = split(name, self.context, False, called, powered)
        sub = None
        if pieces is None and token.tex and len(token.text) > 1:
            pieces, sub = split(token.text, self.context, True, called, powered), token.sub
            if pieces and len(pieces) == 1:
                pieces = None
        if not pieces:
            return
        if any(self.context.spelling(p) is None for p in pieces[:-1]):
            self.note(f"read '{name}' as {'·'.join(pieces)}")
        where, found = token.start, []
        for i, piece in enumerate(pieces):
            last = i == len(pieces) - 1
            found.append(replace(token, text=piece, sub=sub if last else None, glued=i > 0, gap=token.gap and i == 0, start=where, stop=where + len(piece),
                                 column=token.column + where - token.start, said="" if i == 0 else "piece"))  # fmt: skip
            where += len(piece)
        found[0] = replace(found[0], said="piece")
        self.tokens[self.at : self.at + 1] = found

    def library(self) -> bool:
        """Skip `np.`, `math.`, `torch.nn.functional.` before a function."""
        start = self.at
        while self.now.kind == "word" and self.now.name in LIBRARIES and self.ahead().text == "." and not self.context.spelling(self.now.name):
            self.at += 2
        if self.at == start:
            return False
        token = self.now
        if token.kind == "word" and (self.context.function(token.name) or token.name in NAMED_NUMBERS or token.name == "e"):
            if token.name == "e":
                self.tokens[self.at] = replace(token, said="upright")
            return True
        self.fail(f"'{self.shown(token)}' is no function that is read; write exp(x), max(a, b), …")

    def named(self, token: Token) -> sp.Basic:
        """Return what a name stands for."""
        name, base = token.name, token.text
        if token.sub is not None and self.bound:
            name = self.with_index(token)
        declared = self.context.spelling(name)
        if declared is not None and declared in self.context.definitions:
            meaning = self.context.definitions[declared]
            if self.shaped:
                self.shapes[id(meaning.tree)] = meaning.tree, meaning.shape
            self.count()
            return meaning.tree
        if declared is not None:
            return self.symbol(declared)
        whole = self.context.spelling(base)
        digits = name[len(base) :].lstrip("_")
        constant = None if token.sub is None else self.whole_of(replace(token, text=token.sub, sub=None))
        if whole is not None and whole in self.context.shapes and constant is not None and token.sub not in self.bound:
            return self.make("index", self.symbol(whole), params=((constant,),))
        if whole is not None and whole in self.context.shapes and digits.replace("_", "").isdigit():
            return self.make("index", self.symbol(whole), params=(self.places(whole, digits, token),))
        if name in self.later:
            self.fail(f"'{name}' is used before its own line {self.later[name]}; move that line up", token)
        if name in NAMED_NUMBERS and token.sub is None:
            self.count()
            return NAMED_NUMBERS[name]
        if name in ("e", "E") and (self.sign("^") or token.said == "upright"):
            self.note(f"read {name} as Euler's number")
            return sp.E
        if token.said == "command" and len(name) > 1 and not self.context.function(name):
            self.fail(unknown_command(base), token)
        if not NAME.fullmatch(name):
            self.fail(f"the subscript '{token.sub}' has no value here; an index has one inside \\sum_{{i=1}}^{{3}}", token)
        if self.context.strict:
            known = ", ".join(sorted(self.context.names.values())[:12])
            self.fail(f"unknown name '{name}'{self.context.like(name) or f'; the names here are {known}'}", token)
        if name == "e":
            self.note("read e as a name, because it is not the base of a power")
        if len(base) > 1 and base.isalpha() and base not in GREEK and token.sub is None:
            self.note(f"read '{base}' as one name")
        return self.symbol(name)

    def symbol(self, name: str) -> sp.Basic:
        self.count()
        return sp.Symbol(name)

    def with_index(self, token: Token) -> str:
        """Return the name with the indices of sums in its subscript worked out: x_{i+1} at i = 2 is x3."""
        sub = token.sub or ""
        parts = []
        for part in sub.split(","):
            part = part.strip()
            if part in self.bound:
                parts.append(str(self.bound[part].value))
            elif part.isalpha() and all(c in self.bound for c in part):
                parts += [str(self.bound[c].value) for c in part]
            else:
                parts.append(shifted(part, self.bound))
        return joined(token.text, ",".join(parts))

    def places(self, name: str, digits: str, token: Token) -> tuple[int, ...]:
        """Return the index that a subscript of a vector or matrix means; sums from 1 to n count from 1."""
        shape = self.context.shapes[name]
        places = [int(p) for p in digits.split("_")] if "_" in digits or len(shape) == 1 else [int(c) for c in digits]
        letters = [b for b in self.bound if b in (token.sub or "")]
        if letters and all(self.bound[b].first == 1 and self.bound[b].last == n for b, n in zip(letters, shape, strict=False)):
            self.note(f"counted the entries of {name} from 1, as the sum does")
            places = [p - 1 for p in places]
        return tuple(places)

    def unknown_call(self, token: Token) -> None:
        """Decide what `name(…)` is if nobody said so: a product for a letter, else an error."""
        name = token.name
        if token.said == "command":
            self.fail(unknown_command(token.text), token)
        if token.glued or (token.tex and len(token.text) == 1 and token.text not in "fghFG"):
            return
        if len(token.text.rstrip("0123456789")) > 1 and token.text not in GREEK and not token.tex and name != "e":
            self.fail(f"unknown function '{name}'{self.context.like(name, called=True) or '; sin, exp, log, max, … are known'}", token)
        if token.text in "fghFG":
            self.fail(f"nothing says what {name}(…) is; give definitions={{'{name}(x)': …}}, or write {name}*(…) for a product", token)
        if name != "I":
            self.note(f"read {name}(…) as a product")

    # ----- calls -----
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
                    self.fail(f"{token.name} has no setting '{word.name}'; it has {', '.join(settings) or 'none'}", word)
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
            self.fail(f"{token.name} takes at most {len(settings)} settings ({', '.join(settings)}), met {len(extra)}", token)
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
            while self.now.kind == "word" and not self.derivative_starts() and not (self.context.function(self.now.name) and len(self.now.name) > SHORT):
                argument = self.times(argument, (yield self.expression(POWER)))
                count += 1
            if count > 1:
                self.note(f"read {token.name} of all {count} factors that follow it")
            tree = self.make(row.name, argument, params=trees.filled(row, {}))
        if exponent is None:
            return tree
        inverse = self.context.function("a" + token.name)
        if exponent == sp.S.NegativeOne and isinstance(exponent, sp.Integer) and inverse is not None and inverse.arity == row.arity == (1, 1) and tree.args:
            self.note(f"read {token.name}^(-1) as the inverse function {inverse.name}")
            return self.make(inverse.name, tree.args[0], params=trees.filled(inverse, {}))
        return self.make("pow", tree, exponent)

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
        if params is None and len(args) == 1 and not primes and not (bare and (bare[0] in meaning.free or self.context.spelling(bare[0]) is None)):
            self.at = start  # f is no function of this: a product
            return meaning.tree
        if params is not None and len(args) != len(params):
            self.fail(f"{name} takes {len(params)} argument{'s' * (len(params) != 1)} ({', '.join(params)}), met {len(args)}", opened)
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
            self.fail(f"{name} was given for ({', '.join(params)}) and is read with these alone; write its formula out for other arguments", token)
        return self.symbol(name)

    # ----- derivatives -----
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
        return (token.kind == "macro" and token.text == "d") or (token.kind == "word" and token.text.startswith("d") and token.text not in GREEK)

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
            return at + (4 if self.tokens[min(at + 1, len(self.tokens) - 1)].kind == "open" else 2) if at + 4 < len(self.tokens) else at
        return at

    def after_operand(self, at: int) -> int:
        """Return the place after a name (with its call) or a bracket, without reading it."""
        if self.tokens[at].kind in ("word", "macro"):
            at += 1
        if self.tokens[at].kind == "open":
            depth = 0
            while self.tokens[at].kind != "end":
                depth += (self.tokens[at].kind == "open") - (self.tokens[at].kind == "close")
                at += 1
                if depth == 0:
                    break
        return min(self.after_power(at), len(self.tokens) - 1)

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
                self.tokens[self.at] = replace(token, text=token.text[1:], start=token.start + 1, column=token.column + 1, said="piece")
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
        if token.kind == "word" and not (follows.kind == "open" and follows.text == "(" and self.context.function(token.name)):
            self.part()
            token, follows = self.now, self.ahead()
            declared = self.context.spelling(token.name)
            if declared is None and not (self.context.function(token.name) and follows.kind in ("open", "word")):
                if follows.kind == "prime" or token.name in self.bound:
                    return (yield self.expression(POWER))
                if self.context.target is None:
                    self.fail(f"nothing says what '{token.name}' is; define it first, as in {token.name} = …, or give definitions={{'{token.name}': …}}", token)
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
            if self.now.kind == "word" and not self.derivative_starts() and self.now.sub is None and self.names_nothing():
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
        return self.context.target is not None and len(name) == 1 and self.context.spelling(name) is None and not self.context.function(name) and name not in ("e", "E")

    def fraction_of_d(self) -> bool:
        """True if \\frac{d…}{d…} stands here."""
        if not (self.now.kind == "macro" and self.now.text == "frac" and self.ahead().kind == "open" and self.starts_d(self.at + 2)):
            return False
        at = self.at + 1
        depth = 0
        while self.tokens[at].kind != "end":
            depth += (self.tokens[at].kind == "open") - (self.tokens[at].kind == "close")
            at += 1
            if depth == 0:
                break
        if self.tokens[at].kind != "open" or not self.starts_d(at + 1):
            return False
        above, under = self.ahead(2), self.tokens[at + 1]
        bare = under.kind == "word" and under.name == "d"
        if bare and self.tokens[at + 2].kind != "word":
            return False
        if under.kind == "word" and self.context.spelling(under.name):
            return False
        return not (above.kind == "word" and self.context.spelling(above.name))

    def macro_frac(self) -> Rule:
        if self.fraction_of_d():
            return (yield self.derivative_fraction())
        self.take()
        above = yield self.braced()
        under = yield self.braced()
        return self.make("div", above, under)

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
            self.tokens[self.at : self.at + 1] = [first, replace(token, text=token.text[1:], start=token.start + 1, column=token.column + 1)]
        if token.kind not in ("word", "number", "macro"):
            self.refuse("an argument in braces { }")
        return (yield self.operand())

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

    # ----- constructions -----
    def macro_sqrt(self) -> Rule:
        """Read √x, √(…), \\sqrt{…}, \\sqrt[n]{…}."""
        sign = self.take()
        root = None
        if self.now.kind == "open" and self.now.text == "[":
            opened = self.take()
            root = yield self.inside(self.expression(0))
            self.close(opened)
        whole = self.text[sign.start : sign.stop] == "√" and self.now.kind == "number"  # √10 is no √1·0, as it is in LaTeX
        inner = yield (self.group() if self.now.kind == "open" and self.now.text in "({" else self.operand() if whole else self.braced())
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
        if not values:
            yield self.expression(PRODUCT)
            return empty
        for value in values:
            self.at = place
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
                numbered = {int(k[len(stem) :]) for k in self.context.names if k.startswith(stem) and k[len(stem) :].isdigit()}
                family = set(range(shape[0])) if shape else numbered
                found = family if found is None or not family else found & family if found else family
        if not found:
            self.fail(f"the sum over {index} has no ends; write \\sum_{{{index}=1}}^{{3}}, or declare the names it runs over", start)
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
        while self.sign(",", "&", ":") or self.key("if", "for") or self.now.kind == "words" or self.now.name in ("when", "where"):
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
            return self.make("vector", *(e for r in rows for e in r))
        return self.make("vector", *(self.make("vector", *r) for r in rows))


def condition(tree: sp.Basic) -> bool:
    """True for a comparison, and, or, not."""
    return isinstance(tree, CONDITION_HEADS)


CONDITION_HEADS = tuple(ops.ROWS[op].heads[0] for op in CONDITIONS)


def shifted(part: str, bound: Mapping[str, Bound]) -> str:
    """Return i+1 or j-2 with the index worked out; anything else as it is."""
    for sign in "+-":
        left, found, right = part.partition(sign)
        if found and left.strip() in bound and right.strip().isdigit():
            return str(bound[left.strip()].value + (1 if sign == "+" else -1) * int(right))
    return part
