"""Tokens, and the place in a text where they are put."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .names import SUBSCRIPTS, joined

LOOKALIKES = dict(zip("аеорсухіѕјԁΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "aeopcyxisjdABEZHIKMNOPTYXo", strict=True))


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text, with its place in the source (both ends; lines and columns count from 1).

    kind: "number", "word" (a name to be, with its subscript), "key" (if, and, …), "op", "open" and
    "close" (a bracket), "macro" (a construction: frac, sum, d, …), "begin" and "finish" (a LaTeX
    environment), "prime", "words" (text in \\text{…}), "comment", "break" (the end of a line), "junk", "end".
    `gap`: space comes before; `tex`: a run of letters that multiply; `glued`: the run before goes on.
    """

    kind: str
    text: str
    line: int
    column: int
    start: int
    stop: int
    gap: bool = False
    sub: str | None = None
    tex: bool = False
    glued: bool = False
    said: str = ""

    @property
    def name(self) -> str:
        """The name with its subscript."""
        return joined(self.text, self.sub)


class Scan:
    """One pass over the text. `found` are the tokens so far, `at` the place of the next character; `step` reads what stands there."""

    def __init__(
        self,
        step: Callable[[Scan], None],
        text: str,
        tex: bool,
        whole: frozenset[str] = frozenset(),
        dollars: bool = False,
    ):
        self.step = step
        self.text, self.tex, self.whole, self.dollars = text, tex, whole, dollars
        self.starts = [0] + [m.end() for m in re.finditer("\n", text)]
        self.found: list[Token] = []
        self.round = 0  # round brackets that are open in this line
        self.at, self.gap = (1 if text.startswith("\ufeff") else 0), False
        self.dropped: set[int] = set()  # closing braces of commands that only change the font
        self.choices: list[str] = []  # environments that stand behind a brace, and so are cases
        self.code_until = -1  # inside \texttt{…}: letters do not multiply

    def put(self, kind: str, text: str, length: int, **more: Any) -> None:
        """Add a token that takes up `length` characters."""
        line = bisect_right(self.starts, self.at)
        self.round = 0 if kind == "break" else self.round + (text == "(") - (text == ")")
        self.found.append(
            Token(kind, text, line, self.at - self.starts[line - 1] + 1, self.at, self.at + length, self.gap, **more)
        )
        self.at += length
        self.gap = False

    def junk(self, length: int, said: str) -> None:
        self.put("junk", self.text[self.at : self.at + length], length, said=said)

    def before_subscript(self) -> int | None:
        """Return the place of the word that a subscript here belongs to, over its exponent too: x_1 in x^{2}_{1} and x²₁."""
        if not self.found or self.gap:
            return None
        if self.braced_word():
            del self.found[-1], self.found[-2]
            return len(self.found) - 1
        at = self.before_exponent()
        return at if self.found[at].kind in ("word", "prime") and self.found[at].sub is None else None

    def before_exponent(self) -> int:
        """Return the place of the word whose exponent ends here, else the last place."""
        last = exponent = len(self.found) - 1
        if (self.found[last].kind, self.found[last].text) == ("close", "}"):
            while exponent > 0 and self.found[exponent].kind != "open":
                exponent -= 1
        tex = self.tex or self.text[self.at] in SUBSCRIPTS or self.found[last].kind == "number"
        raised = exponent > 1 and self.found[exponent - 1].text == "^" and self.found[exponent - 2].kind == "word"
        return exponent - 2 if tex and raised else last

    def braced_word(self) -> bool:
        """True if {x} alone stands before, and is no argument of a command and no exponent: the x of {x}_{1}."""
        near = [(t.kind, t.text) for t in self.found[-4:]]
        if len(near) < 3 or near[-1] != ("close", "}") or near[-2][0] != "word" or near[-3] != ("open", "{"):
            return False
        before = self.found[-4] if len(near) == 4 else None
        return self.found[-2].sub is None and (
            before is None or (before.kind in ("op", "open", "number", "break") and before.text not in ("^", "_"))
        )

    def attach(self, sub: str | None, length: int, place: int = -1) -> bool:
        if sub is None:
            return False
        self.at += length
        word = self.found[place]
        self.found[place] = replace(word, sub=sub, stop=self.at if word is self.found[-1] else word.stop)
        return True

    def inner(self, text: str) -> list[Token]:
        """Return the tokens of a piece of text that is LaTeX by itself, without an end."""
        return Scan(self.step, text, True).run()[:-1]

    def run(self) -> list[Token]:
        """Return the tokens of the whole text, ending with one of kind "end"."""
        while self.at < len(self.text):
            self.step(self)
        self.put("end", "", 0)
        return self.found


def unreadable(char: str) -> str:
    """Return what to say about a character that is no mathematics.

    >>> unreadable("х")
    "'х' is CYRILLIC SMALL LETTER HA; did you mean the Latin 'x'?"
    """
    plain = LOOKALIKES.get(char) or unicodedata.normalize("NFKC", char)
    visible = char.isprintable() and not unicodedata.combining(char)
    name = unicodedata.name(char, f"U+{ord(char):04X}")
    if char in "\"'`“”":
        return "text in quotes is not mathematics; write names without quotes"
    if not char.isascii() and len(plain) == 1 and plain.isascii() and plain.isalnum():
        return f"'{char}' is {name}; did you mean the {'digit' if plain.isdigit() else 'Latin'} '{plain}'?"
    if char.isascii() and char.isprintable():
        return f"'{char}' is not read here; write with letters, digits, + - * / ^ ( ) and function names"
    shown = f"'{char}' ({name})" if visible else f"the character {name}"
    return f"{shown} is not read here; write with Latin or Greek letters, digits, + - * / ^ ( )"
