"""The part of the grammar that knows names: variables, functions with their settings, definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import sympy as sp

from ..maths import heads
from ..maths.row import Row
from . import trees
from .names import GREEK, NAMED_NUMBERS, SHORT, Definition, joined, respelling, split
from .tokens import Token, unknown_command
from .walk import BY_CASES, DERIVATIVES, LIBRARIES, NAME, POWER, TRUTH, Bound, Rule, Walk


class Calls(Walk):
    """Names and calls."""

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
        if declared is None and respelling(name) and (called or self.now.kind in ("word", "number", "macro", "open") or self.sign("^")):
            return (yield self.respelled(token))
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
            primed = self.prime_name(token)
            if self.now.text == "(" and token.text in "fghFG":
                self.fail(f"nothing says what {name}(…) is; give definitions={{'{name}(x)': …}}", token)
            return primed
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
        if (row is not None and (len(name) > SHORT or called)) or name in NAMED_NUMBERS or respelling(name) or (called and name in DERIVATIVES | BY_CASES):
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
        if token.kind == "word" and (self.context.function(token.name) or respelling(token.name) or token.name in NAMED_NUMBERS or token.name == "e"):
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

    def respelled(self, token: Token) -> Rule:
        """Read sec x as 1/cos x, and log₂ x as ln x/ln 2."""
        other, base = respelling(token.name) or ("", None)
        row = self.context.function(other)
        assert row is not None
        if self.sign("^") and (base is not None or self.ahead().text == "-" or self.ahead(2).text == "-"):
            self.fail(f"a power of {token.name} is written behind it: ({token.name}(x))^2")
        plain = replace(token, text=other, sub=None)
        tree = yield (self.call(plain, row) if self.now.kind == "open" else self.applied(plain, row))
        return self.make("div", sp.S.One, tree) if base is None else self.make("div", tree, self.make(row.name, sp.Integer(base)))

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
        if params is not None and bare and len(bare) == len(args) < len(params) and set(bare) <= set(params):
            bare, args = list(params), [sp.Symbol(p) for p in params]  # f(x) for f(x, W, b)
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


def shifted(part: str, bound: Mapping[str, Bound]) -> str:
    """Return i+1 or j-2 with the index worked out; anything else as it is."""
    for sign in "+-":
        left, found, right = part.partition(sign)
        if found and left.strip() in bound and right.strip().isdigit():
            return str(bound[left.strip()].value + (1 if sign == "+" else -1) * int(right))
    return part
