"""The part of the grammar that reads names: variables, runs of letters, subscripts, library prefixes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp

from .calls import Calls
from .names import GREEK, NAMED_NUMBERS, SHORT, joined, respelling, split
from .tokens import Token, unknown_command
from .walk import BY_CASES, DERIVATIVES, LIBRARIES, NAME, Bound, Rule


class Words(Calls):
    """What a word is."""

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
        called = (
            self.now.kind == "open"
            and self.now.text in "({"
            and (self.now.text == "(" or token.said == "command" or bool(self.context.function(name)))
        )
        declared = self.context.spelling(name)
        if (
            declared is None
            and respelling(name)
            and (called or self.now.kind in ("word", "number", "macro", "open") or self.sign("^"))
        ):
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
        if (
            follows.kind in ("word", "number", "macro", "open", "begin")
            or (follows.kind == "op" and follows.text in ("^", "|", "‖", "-"))
            or follows.kind == "prime"
        ):
            return follows.kind == "prime"
        self.fail(f"{token.name} needs its argument: {token.name}(x)", token)

    def part(self) -> None:
        """Replace a run of letters by the names it is made of."""
        token = self.now
        if (
            token.said
            or token.glued
            or token.kind != "word"
            or self.context.spelling(token.name)
            or (token.text in GREEK and len(token.text) > 1)
        ):
            return
        name, follows = token.name, self.ahead()
        called, powered = follows.kind == "open" and follows.text == "(", follows.kind == "op" and follows.text == "^"
        row = self.context.function(name)
        if (
            (row is not None and (len(name) > SHORT or called))
            or name in NAMED_NUMBERS
            or respelling(name)
            or (called and name in DERIVATIVES | BY_CASES)
        ):
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
        while (
            self.now.kind == "word"
            and self.now.name in LIBRARIES
            and self.ahead().text == "."
            and not self.context.spelling(self.now.name)
        ):
            self.at += 2
        if self.at == start:
            return False
        token = self.now
        if token.kind == "word" and (
            self.context.function(token.name)
            or respelling(token.name)
            or token.name in NAMED_NUMBERS
            or token.name == "e"
        ):
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
            self.fail(
                f"the subscript '{token.sub}' has no value here; an index has one inside \\sum_{{i=1}}^{{3}}", token
            )
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
        if letters and all(
            self.bound[b].first == 1 and self.bound[b].last == n for b, n in zip(letters, shape, strict=False)
        ):
            self.note(f"counted the entries of {name} from 1, as the sum does")
            places = [p - 1 for p in places]
        return tuple(places)

    def factor_in_brackets(self) -> bool:
        """True if brackets stand apart and hold more than names and numbers, as in f (1 - x): no argument, but a factor."""
        inside = self.tokens[self.at + 1 : self.after_bracket(self.at) - 1]
        return self.now.gap and any(t.kind == "op" and t.text not in ",;." for t in inside)

    def unknown_call(self, token: Token) -> None:
        """Decide what `name(…)` is if nobody said so: a product for a letter, else an error."""
        name = token.name
        if token.said == "command":
            self.fail(unknown_command(token.text), token)
        if token.glued or (token.tex and len(token.text) == 1 and token.text not in "fghFG"):
            return
        if len(token.text.rstrip("0123456789")) > 1 and token.text not in GREEK and not token.tex and name != "e":
            self.fail(
                f"unknown function '{name}'{self.context.like(name, called=True) or '; sin, exp, log, max, … are known'}",
                token,
            )
        if token.text in "fghFG" and not self.factor_in_brackets():
            self.fail(
                f"nothing says what {name}(…) is; give definitions={{'{name}(x)': …}}, or write {name}*(…) for a product",
                token,
            )
        if name != "I":
            self.note(f"read {name}(…) as a product")


def shifted(part: str, bound: Mapping[str, Bound]) -> str:
    """Return i+1 or j-2 with the index worked out; anything else as it is."""
    for sign in "+-":
        left, found, right = part.partition(sign)
        if found and left.strip() in bound and right.strip().isdigit():
            return str(bound[left.strip()].value + (1 if sign == "+" else -1) * int(right))
    return part
