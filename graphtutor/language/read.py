"""Text → SymPy trees, unevaluated, in the author's order; nothing is ever run.

One grammar over the tokens of `scan.py`, by operator precedence; what a word means comes from
the rows' names. Bounded in length, depth and digits, with line, column and caret in every error.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from ..errors import LearnerError, ReadError
from ..maths import heads
from ..maths.heads import unevaluated
from ..maths.ops import TABLE
from ..maths.row import Row
from .scan import MAX_LENGTH, Token, plain_name, tokens

MAX_DEPTH = 200
FUNCTIONS: dict[str, Row] = {name: row for row in TABLE for name in row.names}
LIBRARIES = {"np", "numpy", "math", "torch", "jnp", "sp", "sympy"}
CONSTANTS = {"pi": sp.pi, "π": sp.pi}
RELATIONS = {"<": heads.Lt, "<=": heads.Le, ">": heads.Gt, ">=": heads.Ge, "==": heads.Eq, "!=": heads.Ne}
WORDS = {"and", "or", "not", "if", "else", "in", "is", "for", "lambda", "True", "False"}
IF, OR, AND, NOT, COMPARE, SUM, PRODUCT, UNARY, POWER, POSTFIX = 2, 4, 6, 8, 10, 20, 30, 40, 50, 60
ASSIGNMENT = re.compile(r"\s*([A-Za-zͰ-Ͽ][A-Za-zͰ-Ͽ\d_₀-₉]*)\s*=(?!=)")


class Line(NamedTuple):
    """One line of a program: the name it defines (None for a bare expression), its tree, and where it stands."""

    name: str | None
    tree: sp.Basic
    number: int
    source: str


@dataclass(frozen=True)
class Program:
    """Lines in order; the last one is the output."""

    lines: tuple[Line, ...]


def read(text: str, names: Iterable[str] | None = None, definitions: Mapping[str, Any] | None = None, shapes: Mapping[str, Any] | None = None) -> sp.Basic:
    """Return one expression as an unevaluated SymPy tree.

    `names` are the problem's names: run-together letters are products of them. `definitions`: name →
    text it stands for. Raises ReadError with line, column and caret.

    >>> read("2 x0 (f - y)"), read("x²")
    (2*x0*(f - y), x**2)
    """
    if not isinstance(text, str):
        raise LearnerError(f"cannot read {type(text).__name__}; expected text")
    known = {plain_name(n) for n in (*(names or ()), *(shapes or ()), *(definitions or ()))}
    meant = {plain_name(name): value if isinstance(value, sp.Basic) else read(value, names, shapes=shapes) for name, value in (definitions or {}).items()}
    return Parser(text, 1, known, {}, meant).whole()


def program(text: str, *, names: Iterable[str] | None = None, shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None,
            definitions: Mapping[str, Any] | None = None) -> Program:  # fmt: skip
    """Return the lines of a program: `f = …` lines, separated by newlines or `;`, the last one the output.

    Names may be used many times, but only after their line, and assigned once.

    >>> [line.name for line in program("f = w*x; L = f**2").lines]
    ['f', 'L']
    """
    meant = {plain_name(name): value if isinstance(value, sp.Basic) else read(value, names, shapes=shapes) for name, value in (definitions or {}).items()}
    known = {plain_name(n) for n in (*(names or ()), *(shapes or ()), *(constants or ()), *meant)}
    pieces = list(statements(text))
    if not pieces:
        raise ReadError("nothing to read; expected an expression such as (w*x - y)**2", text[:100].split("\n")[0])
    assigned = {plain_name(m[1]) for _, piece in pieces if (m := ASSIGNMENT.match(piece))}
    lines: list[Line] = []
    defined: set[str] = set()
    for number, source in pieces:
        match = ASSIGNMENT.match(source)
        name = plain_name(match[1]) if match else None
        if name is not None and match is not None:
            if name in defined:
                raise ReadError(f"'{name}' is assigned twice; give the second line a name of its own", source, number, match.start(1) + 1)
            if name in WORDS:
                raise ReadError(f"'{name}' is a word of the language; choose another name", source, number, match.start(1) + 1)
        parser = Parser(source, number, known | defined, dict(constants or {}), meant, assigned - defined, start=match.end() if match else 0)
        lines.append(Line(name, parser.whole(), number, source))
        if name is not None:
            defined.add(name)
    return Program(tuple(lines))


def statements(text: str) -> Iterable[tuple[int, str]]:
    """Yield (line number, source) of each statement; comments go, and open brackets join lines."""
    if len(text) > MAX_LENGTH:
        raise ReadError(f"the text is {len(text)} characters long; at most {MAX_LENGTH} are read", text[:100].split("\n")[0], 1, 1)
    held, first, open_ = "", 1, 0
    for number, raw in enumerate(text.lstrip("\ufeff").split("\n"), 1):
        line = raw.split("#", 1)[0]
        if not held:
            first = number
        for char in line:
            if char == ";" and open_ == 0:
                if held.strip():
                    yield first, held
                held, first = "", number
                continue
            open_ += (char in "([{") - (char in ")]}")
            held += char
        if open_ > 0:
            held += " "
            continue
        if held.strip():
            yield first, held
        held, open_ = "", 0
    if held.strip():
        yield first, held


class Parser:
    """Operator precedence over the tokens of one statement; each nesting is counted against MAX_DEPTH."""

    def __init__(self, source: str, line: int, names: Iterable[str], constants: Mapping[str, Any], definitions: Mapping[str, sp.Basic],
                 later: Iterable[str] = (), start: int = 0):  # fmt: skip
        self.source, self.line = source, line
        self.names, self.constants, self.definitions, self.later = set(names), constants, definitions, set(later)
        self.tokens = tokens(" " * start + source[start:], line)
        self.at, self.depth, self.bars = 0, 0, 0

    # ----- walking -----
    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def fail(self, message: str, token: Token | None = None) -> ReadError:
        return ReadError(message, self.source, self.line, (token or self.now).column)

    def expect(self, kind: str, opened: Token) -> None:
        if self.now.kind != kind:
            met = "the end" if self.now.kind == "end" else f"'{self.now.text}'"
            raise self.fail(f"expected '{kind}' to close the '{opened.text}' of column {opened.column}, met {met}")
        self.take()

    def word(self, text: str) -> bool:
        return self.now.kind == "name" and self.now.text == text

    # ----- the grammar -----
    def whole(self) -> sp.Basic:
        tree = self.expression(0)
        if self.now.kind != "end":
            token = self.now
            if token.kind in ")]}":
                raise self.fail(f"'{token.text}' closes nothing; take it away, or open a bracket before it")
            if token.kind == "=":
                raise self.fail("'=' stands only after the name at the start of a line; compare with ==")
            raise self.fail(f"'{token.text}' cannot stand here; expected an operator such as + or *, or the end")
        return tree

    def expression(self, least: int) -> sp.Basic:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail(f"nested more than {MAX_DEPTH} deep; name a part on a line of its own")
        left = self.prefix()
        while True:
            binds, join = self.infix()
            if join is None or binds < least or (binds == least and binds != IF):
                break
            left = join(left)
        self.depth -= 1
        return left

    def prefix(self) -> sp.Basic:
        token = self.take()
        if token.kind == "number":
            return number(token.text)
        if token.kind == "name":
            return self.name(token)
        if token.kind == "-":
            return self.minus()
        if token.kind == "+":
            return self.expression(UNARY)
        if token.kind == "(":
            return self.brackets(token)
        if token.kind == "[":
            return heads.Vector(*self.items("]", token))
        if token.kind == "√":
            return call_tree(FUNCTIONS["sqrt"], (self.expression(UNARY),), ())
        if token.kind == "|":
            return self.between("|", "abs", token)
        if token.kind == "‖":
            return self.between("‖", "norm", token)
        if token.kind == "end":
            raise self.fail("the expression stops too early; expected a number, a name or '('" if self.at else "nothing to read; expected an expression", token)
        raise self.fail(f"'{token.text}' cannot stand here; expected a number, a name or '('", token)

    def minus(self) -> sp.Basic:
        literal = self.now
        after = self.tokens[self.at + 1].kind if literal.kind == "number" else ""
        if literal.kind == "number" and after not in ("**", "raise", "["):
            self.take()
            return number("-" + literal.text)
        return unevaluated(sp.Mul, sp.S.NegativeOne, self.expression(UNARY))

    def brackets(self, opened: Token) -> sp.Basic:
        if self.now.kind == ")":
            raise self.fail("the brackets are empty; expected an expression")
        bars, self.bars = self.bars, 0
        tree = self.expression(0)
        self.bars = bars
        if self.now.kind == ",":
            raise self.fail("a comma needs a function or a list; write [a, b] for a vector")
        self.expect(")", opened)
        return tree

    def between(self, mark: str, function: str, opened: Token) -> sp.Basic:
        self.bars += 1
        tree = self.expression(0)
        self.bars -= 1
        self.expect(mark, opened)
        return call_tree(FUNCTIONS[function], (tree,), defaults(FUNCTIONS[function]))

    def items(self, close: str, opened: Token) -> list[sp.Basic]:
        """Return the expressions up to `close`, separated by commas."""
        bars, self.bars = self.bars, 0
        found = []
        if self.now.kind == close:
            raise self.fail("nothing stands between the brackets; expected an expression")
        while True:
            found.append(self.expression(0))
            if self.now.kind != ",":
                break
            self.take()
            if self.now.kind == close:
                break
        self.bars = bars
        self.expect(close, opened)
        return found

    # ----- what joins -----
    def infix(self) -> tuple[int, Callable[[sp.Basic], sp.Basic] | None]:
        """Return how tightly the next joint binds and what makes it; None if nothing joins here."""
        token = self.now
        kind = token.kind
        if kind in ("+", "-"):
            return SUM, self.sum
        if kind in ("*", "/", "@"):
            return PRODUCT, self.product
        if kind == "**":
            return POWER + 1, self.power
        if kind == "raise":
            return POSTFIX, self.raised
        if kind == "[":
            return POSTFIX, self.index
        if kind == ".":
            return POSTFIX, self.attribute
        if kind in RELATIONS:
            return COMPARE, self.compare
        if kind == "name" and token.text in ("and", "or"):
            return (AND, self.logic(heads.And, AND)) if token.text == "and" else (OR, self.logic(heads.Or, OR))
        if kind == "name" and token.text == "if":
            return IF, self.choice
        if kind == "(" or (kind == "name" and token.text not in WORDS) or kind in ("number", "√") or (kind == "|" and not self.bars):
            return PRODUCT, self.beside
        return 0, None

    def sum(self, left: sp.Basic) -> sp.Basic:
        sign = self.take().kind
        right = self.expression(SUM)
        return unevaluated(sp.Add, left, right if sign == "+" else unevaluated(sp.Mul, sp.S.NegativeOne, right))

    def product(self, left: sp.Basic) -> sp.Basic:
        sign = self.take().kind
        right = self.expression(PRODUCT)
        if sign == "@":
            return heads.MatMul(left, right)
        return unevaluated(sp.Mul, left, unevaluated(sp.Pow, right, sp.S.NegativeOne) if sign == "/" else right)

    def beside(self, left: sp.Basic) -> sp.Basic:
        if self.now.kind == "number" and self.tokens[self.at - 1].kind == "number":
            raise self.fail("two numbers stand side by side; expected an operator between them")
        return unevaluated(sp.Mul, left, self.expression(PRODUCT))

    def power(self, left: sp.Basic) -> sp.Basic:
        self.take()
        return raise_to(left, self.expression(POWER), self.names)

    def raised(self, left: sp.Basic) -> sp.Basic:
        return raise_to(left, number(self.take().text), self.names)

    def compare(self, left: sp.Basic) -> sp.Basic:
        parts = []
        while self.now.kind in RELATIONS:
            head = RELATIONS[self.take().kind]
            right = self.expression(COMPARE)
            parts.append(head(left, right))
            left = right
        return parts[0] if len(parts) == 1 else heads.And(*parts)

    def logic(self, head: type[heads.Head], binds: int) -> Callable[[sp.Basic], sp.Basic]:
        def join(left: sp.Basic) -> sp.Basic:
            self.take()
            return head(left, self.expression(binds))

        return join

    def choice(self, left: sp.Basic) -> sp.Basic:
        opened = self.take()
        condition = self.expression(IF)
        if not self.word("else"):
            raise self.fail("'if' needs an 'else': write a if condition else b", opened)
        self.take()
        return heads.Where(condition, left, self.expression(0))

    def attribute(self, left: sp.Basic) -> sp.Basic:
        dot = self.take()
        if self.word("T"):
            self.take()
            return heads.Transpose(left)
        raise self.fail("a dot reads as .T (transpose) alone; attributes and methods are not read", dot)

    def index(self, left: sp.Basic) -> sp.Basic:
        opened = self.take()
        key = [self.index_entry()]
        while self.now.kind == ",":
            self.take()
            key.append(self.index_entry())
        self.expect("]", opened)
        return heads.Index(left, params=(tuple(key),))

    def index_entry(self) -> Any:
        parts: list[int | None] = [self.whole_number()]
        while self.now.kind == ":":
            self.take()
            parts.append(self.whole_number())
        if len(parts) > 3:
            raise self.fail("a slice has at most three parts: start:stop:step")
        if len(parts) == 1:
            if parts[0] is None:
                raise self.fail("an index is a whole number or a slice, such as [0], [1:], [0, 2]")
            return parts[0]
        return (parts + [None])[:3] and (parts[0], parts[1], parts[2] if len(parts) == 3 else None)

    def whole_number(self) -> int | None:
        sign = -1 if self.now.kind == "-" and self.take() else 1
        token = self.now
        if token.kind == "number" and token.text.isdigit() and len(token.text) < 10:
            return sign * int(self.take().text)
        if token.kind == "name" and isinstance(self.constants.get(token.text), int):
            return sign * int(self.constants[self.take().text])
        if token.kind == "name":
            raise self.fail(f"the index '{token.text}' has no number; give it one with constants={{'{token.text}': 0}}")
        return None

    # ----- names -----
    def name(self, token: Token) -> sp.Basic:
        text = token.text
        if text in LIBRARIES and self.now.kind == "." and text not in self.names:
            self.take()
            token = self.take()
            if token.kind != "name" or token.text not in FUNCTIONS | CONSTANTS | {"e": 0}:
                raise self.fail(f"'{text}.{token.text}' is no function that is read; write exp(x), max(a, b), …", token)
            text = token.text
        if text == "not":
            return heads.Not(self.expression(NOT))
        if text in ("True", "False"):
            return sp.Integer(text == "True")
        if text in WORDS - {"lambda", "is", "in", "for"} and text not in self.names:
            raise self.fail(f"'{text}' cannot stand here; expected a number, a name or '('", token)
        called = self.now.kind == "("
        if called and text in ("Piecewise", "cases"):
            return self.piecewise()
        if text in FUNCTIONS and (called or text not in self.names):
            return self.function(text, token)
        if text in self.definitions:
            return self.definitions[text]
        if text in self.later and text not in self.names:
            raise self.fail(f"'{text}' is used before the line that defines it; move that line up", token)
        if called and not self.now.spaced and text not in self.names and re.fullmatch(r"[A-Za-z]{2,}", text):
            near = difflib.get_close_matches(text, FUNCTIONS, 1)
            raise self.fail(f"unknown function '{text}'" + (f" (did you mean '{near[0]}'?)" if near else "; gt.fn lists the functions there are"), token)
        if text in CONSTANTS and text not in self.names:
            return CONSTANTS[text]
        if text not in self.names and len(text) > 1 and self.names and set(text) <= {n for n in self.names if len(n) == 1}:
            tree: sp.Basic = sp.Symbol(text[0])
            for letter in text[1:]:
                tree = unevaluated(sp.Mul, tree, sp.Symbol(letter))
            return tree
        return sp.Symbol(text)

    def function(self, text: str, token: Token) -> sp.Basic:
        row = FUNCTIONS[text]
        if self.now.kind in ("**", "raise") and self.tokens[self.at + 1].kind in ("(", "number", "name"):
            raise self.fail(f"write ({text}(x))**2 for a power of {text}", token)
        if self.now.kind != "(":
            if self.now.kind == "end" or self.now.kind in "+*/)],":
                raise self.fail(f"{text} needs its argument: {text}(x)", token)
            return call_tree(row, (self.expression(PRODUCT),), defaults(row))
        opened = self.take()
        args: list[sp.Basic] = []
        given: dict[str, Any] = {}
        bars, self.bars = self.bars, 0
        while self.now.kind != ")":
            if self.now.kind == "name" and self.tokens[self.at + 1].kind == "=":
                key = self.take()
                self.take()
                if key.text not in {k for k, _ in row.params}:
                    settings = ", ".join(k for k, _ in row.params) or "none"
                    raise self.fail(f"{text} has no setting '{key.text}'; it has {settings}", key)
                given[key.text] = self.setting()
            else:
                args.append(self.expression(0))
            if self.now.kind != ",":
                break
            self.take()
        self.bars = bars
        self.expect(")", opened)
        least, most = row.arity
        if most is not None and len(args) > most and len(args) - most <= len(row.params):
            for (key_name, _), extra in zip(row.params, args[most:], strict=False):
                given[key_name] = self.constant(extra, text, token)
            args = args[:most]
        if len(args) < least or (most is not None and len(args) > most):
            expected = str(least) if least == most else f"at least {least}" if most is None else f"{least} to {most}"
            raise self.fail(f"{text} takes {expected} argument{'s' * (expected != '1')}, met {len(args)}", token)
        return call_tree(row, tuple(args), tuple(given.get(k, default) for k, default in row.params))

    def setting(self) -> Any:
        """Return the value of a setting: a number, True, False, None, or a tuple of whole numbers."""
        if self.now.kind in ("(", "["):
            close = ")" if self.now.kind == "(" else "]"
            opened = self.take()
            values = []
            while self.now.kind != close:
                values.append(self.whole_number())
                if self.now.kind != ",":
                    break
                self.take()
            self.expect(close, opened)
            return tuple(values)
        if self.now.kind == "name" and self.now.text in ("True", "False", "None"):
            return {"True": True, "False": False, "None": None}[self.take().text]
        return self.constant(self.expression(0), "a setting", self.now)

    def constant(self, tree: sp.Basic, text: str, token: Token) -> Any:
        if isinstance(tree, sp.Integer):
            return int(tree)
        if isinstance(tree, heads.Decimal):
            return tree.value
        if isinstance(tree, heads.Vector) and all(isinstance(a, sp.Integer) for a in tree.args):
            return tuple(int(a) for a in tree.args)
        raise self.fail(f"{text} takes a plain number as its setting", token)

    def piecewise(self) -> sp.Basic:
        opened = self.take()
        pairs: list[tuple[sp.Basic, sp.Basic]] = []
        while self.now.kind == "(":
            inner = self.take()
            value = self.expression(0)
            if self.now.kind != ",":
                raise self.fail("a case is written (value, condition)")
            self.take()
            pairs.append((value, self.expression(0)))
            self.expect(")", inner)
            if self.now.kind == ",":
                self.take()
        self.expect(")", opened)
        if not pairs:
            raise self.fail("Piecewise needs cases: Piecewise((value, condition), …, (value, True))", opened)
        tree: sp.Basic = sp.nan
        if pairs[-1][1] is sp.S.One:
            tree = pairs.pop()[0]
        for value, condition in reversed(pairs):
            tree = heads.Where(condition, value, tree)
        return tree


def defaults(row: Row) -> tuple[Any, ...]:
    return tuple(default for _, default in row.params)


def call_tree(row: Row, args: tuple[sp.Basic, ...], params: tuple[Any, ...]) -> sp.Basic:
    """Return the tree of a called operation."""
    if row.tree is not None:
        return row.tree(*args)
    head = row.heads[0]
    return head(*args, params=params) if issubclass(head, heads.Head) else unevaluated(head, *args)


def raise_to(base: sp.Basic, exponent: sp.Basic, names: set[str]) -> sp.Basic:
    if isinstance(base, sp.Symbol) and base.name in ("e", "E") and base.name not in names:
        return unevaluated(sp.exp, exponent)
    return unevaluated(sp.Pow, base, exponent)


def number(text: str) -> sp.Basic:
    """Return an Integer, or a Decimal that keeps its text.

    >>> number("0.50"), number("12")
    (0.50, 12)
    """
    return sp.Integer(int(text)) if text.lstrip("-").isdigit() else heads.Decimal(params=(Fraction(text), text))
