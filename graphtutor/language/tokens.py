"""Text → tokens: plain, Unicode, LaTeX and Python are spellings of one stream, so that there is one grammar.

Characters are taken by class before anything else is looked at. Scanning never fails: what is not
mathematics becomes a token of kind "junk" that says what is wrong, and fails only if it is read as
mathematics, so that prose around a formula does no harm. Its parts: `scan` (the ground) and
`commands` (LaTeX); here are letters, signs and Unicode.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import replace

from . import latex
from .commands import COMMAND, KEYWORDS, SUB_GROUP, Commands, plain_subscript, unknown_command
from .names import LETTERS, MARKS, SUBSCRIPTS
from .scan import Token, unreadable

__all__ = ["LOOKS_LATEX", "Token", "tokens", "unknown_command"]

SAME = {"−": "-", "–": "-", "‒": "-", "×": "*", "∗": "*", "·": "·", "⋅": "·", "∙": "·", "÷": "/", "∕": "/", "⁄": "/", "≤": "<=", "⩽": "<=", "≥": ">=", "⩾": ">=",
        "≠": "!=", "⊙": "⊙", "∘": "⊙", "⊗": "⊗", "⇒": "⇒", "→": "⇒", "∴": "⇒", "⟹": "⇒", "⟶": "⇒", "⇔": "⇒", "∵": "⇒", "≈": "≈", "≡": "=", "≔": ":=", "…": "…",
        "‖": "‖", "∥": "‖", "∣": "|"}  # fmt: skip
KEYS = {"∧": "and", "∨": "or", "¬": "not"}
MACROS = {
    "∂": "d",
    "√": "sqrt",
    "∑": "sum",
    "Σ": "sum",
    "∏": "prod",
    "∞": "inf",
    "𝟙": "indicator",
    "𝟏": "indicator",
    "∇": "nabla",
}
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᐟⁿⁱˣʸʷᵃᵇᶜᵈᵉᵏᵐᵗᵘᵛᶻ", "0123456789+-()/nixywabcdekmtuvz", strict=True))
NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+|\.(?=\s*[-+*/)^]))?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
RUN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\\?_[A-Za-z0-9]+)*")
TEX_RUN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\\_[A-Za-z0-9]+)*")
SIGN = re.compile(r"\*\*|<=|>=|==|!=|=>|->|<-(?=\s)|:=|&&|//|[-+*/^=<>@,:&!.|~]")
ALIAS = {"**": "^", "=>": "⇒", "->": "⇒"}
SUB_ONE = re.compile(r"[0-9]+|[A-Za-z]")
SUB_PLAIN = re.compile(r"[A-Za-z0-9]+")
LOOKS_LATEX = re.compile(r"\\[A-Za-z]|[\^_]\{|\$")
SPACE = " \t\r\u00a0\u2009\u202f\u2002\u2003\u2005"


def tokens(
    text: str, tex: bool | None = None, whole: frozenset[str] = frozenset(), dollars: bool = False
) -> list[Token]:
    """Return the tokens of `text`, ending with one of kind "end".

    `tex`: letters side by side multiply (guessed from the text if None); `whole`: names with an
    underscore that are one name all the same; `dollars`: keep the signs that set formulas apart from prose.

    >>> [(t.kind, t.text, t.sub) for t in tokens("w₀·x²")][:4]
    [('word', 'w', '0'), ('op', '·', None), ('word', 'x', None), ('op', '^', None)]
    """
    return Scanner(text, bool(LOOKS_LATEX.search(text)) if tex is None else tex, whole, dollars).run()


class Scanner(Commands):
    """Letters, signs and Unicode."""

    def run(self) -> list[Token]:
        while self.at < len(self.text):
            self.step()
        self.put("end", "", 0)
        return self.found

    def step(self) -> None:
        char = self.text[self.at]
        if char == "$" and self.dollars:
            self.put("op", "$", 2 if self.text.startswith("$$", self.at) else 1)
        elif char in SPACE or self.at in self.dropped or char == "$" or (char == "~" and self.tex):
            self.at += 1
            self.gap = self.gap or char != "}"
        elif char == "\n":
            self.put("break", "\n", 1)
        elif char == "\\":
            self.command()
        elif char == "#" or (char == "%" and self.tex):
            stop = self.text.find("\n", self.at)
            self.put(
                "comment",
                self.text[self.at : stop if stop >= 0 else None],
                (stop if stop >= 0 else len(self.text)) - self.at,
            )
        elif char.isascii():
            self.ascii(char)
        else:
            self.unicode(char)

    # ----- plain -----
    def ascii(self, char: str) -> None:
        number = NUMBER.match(self.text, self.at)
        if number:
            self.put("number", number[0], len(number[0]))
        elif char.isalpha():
            self.run_of_letters()
        elif char in "({[":
            self.put("open", char, 1)
        elif char in ")}]":
            self.put("close", char, 1)
        elif char == ";":
            self.put(*(("op", ",") if self.round > 0 else ("break", ";")), 1)  # f(x; w)
        elif char == "'" and self.found and not self.gap and self.found[-1].kind in ("word", "close", "prime"):
            self.put("prime", "'", 1)
        elif char == "_" and self.subscript():
            pass
        elif char == "_" and self.found and not self.gap:
            self.put("op", "_", 1)
        elif self.text.startswith("||", self.at):
            self.put("op", "|", 1)
        elif sign := SIGN.match(self.text, self.at):
            self.put("op", ALIAS.get(sign[0], sign[0]), len(sign[0]))
        else:
            self.junk(1, unreadable(char))

    def run_of_letters(self) -> None:
        code = not self.tex or self.at < self.code_until
        match = (RUN if code else TEX_RUN).match(self.text, self.at)
        assert match is not None
        run = match[0]
        if not code and self.text.startswith("_", match.end()):  # true_val in LaTeX is one name only if it is declared
            wider = RUN.match(self.text, self.at)
            if wider and wider[0] in self.whole:
                run, code = wider[0], True
        follows = self.text[self.at + len(run) : self.at + len(run) + 1]
        if follows in MARKS and follows and len(run) > 1:
            run = run[:-1]  # a hat belongs to the letter before it
        mark = MARKS.get(self.text[self.at + len(run) : self.at + len(run) + 1]) if len(run) == 1 else None
        if run in KEYWORDS:
            self.put("key", run, len(run))
        elif mark:
            self.put("word", f"{run}_{mark}", 2)
        else:
            stem, _, sub = (
                run.replace("\\", "").rpartition("_") if code and "_" in run else (run.replace("\\", ""), "", None)
            )
            self.put("word", stem, len(run), sub=sub, tex=not code)

    def subscript(self) -> bool:
        """Give the word before a subscript `_…`; False if there is none to give or to take."""
        place = self.before_subscript()
        if place is None:
            return False
        group = SUB_GROUP.match(self.text, self.at + 1)
        if group:
            return self.attach(plain_subscript(group[1]), group.end() - self.at, place)
        command = COMMAND.match(self.text, self.at + 1)
        if command and command[1] in latex.WORDS:
            return self.attach(latex.WORDS[command[1]], command.end() - self.at, place)
        one = (SUB_ONE if self.tex else SUB_PLAIN).match(self.text, self.at + 1)
        return one is not None and self.attach(one[0], one.end() - self.at, place)

    # ----- Unicode -----
    def unicode(self, char: str) -> None:
        if char in RAISED:
            self.raised()
        elif char == "ᵀ":
            self.put("op", "ᵀ", 1)
        elif char in "⊤⊺":
            self.put("word", "T", 1, said="upright")
        elif char in SUBSCRIPTS:
            self.lowered()
        elif char in MACROS:
            self.put("macro", MACROS[char], 1)
        elif char in KEYS:
            self.put("key", KEYS[char], 1)
        elif char in SAME:
            self.put("op", SAME[char], 1)
        elif char in LETTERS:
            self.greek(char)
        elif char == "•" and self.found and self.found[-1].kind in ("word", "number", "close"):
            self.put("op", "·", 1)
        elif unicodedata.decomposition(char).startswith("<fraction>"):
            self.vulgar(char)
        elif char in "′’":
            self.put("prime", "'", 1)
        elif char == "″":
            self.put("prime", "'", 0)
            self.put("prime", "'", 1)
        elif (
            char in MARKS
            and self.found
            and self.found[-1].kind == "word"
            and not self.gap
            and self.found[-1].sub is None
        ):
            self.found[-1] = replace(self.found[-1], text=f"{self.found[-1].text}_{MARKS[char]}", stop=self.at + 1)
            self.at += 1
        else:
            self.accented(char)

    def accented(self, char: str) -> None:
        base, *rest = list(unicodedata.normalize("NFD", char))
        if len(rest) == 1 and rest[0] in MARKS and base.isascii() and base.isalpha():
            self.put("word", f"{base}_{MARKS[rest[0]]}", 1)
        elif char.isalpha() and self.found and self.found[-1].kind == "junk" and not self.gap:
            last = self.found[-1]
            self.found[-1] = replace(last, text=last.text + char, stop=self.at + 1)
            self.at += 1
        else:
            self.junk(1, unreadable(char))

    def greek(self, char: str) -> None:
        self.put("word", LETTERS[char], 1)
        follows = re.compile("[0-9]+|_[A-Za-z]{2,}").match(self.text, self.at)
        if follows:
            self.attach(follows[0].lstrip("_"), len(follows[0]))

    def vulgar(self, char: str) -> None:
        """Read ½ as (1/2)."""
        if self.found and self.found[-1].kind == "number" and not self.gap:
            return self.junk(1, f"'{self.found[-1].text}{char}' is not read; write a decimal, or a sum in brackets")
        above, _, under = unicodedata.normalize("NFKD", char).partition("\u2044")
        for kind, text in (("open", "("), ("number", above), ("op", "/"), ("number", under or "1")):
            self.put(kind, text, 0)
        self.put("close", ")", 1)

    def raised(self) -> None:
        """Read a run of superscript characters as `^{…}`."""
        stop = self.at
        while stop < len(self.text) and self.text[stop] in RAISED:
            stop += 1
        inner = self.inner("".join(RAISED[c] for c in self.text[self.at : stop]))
        line, column, start = (
            bisect_right(self.starts, self.at),
            self.at - self.starts[bisect_right(self.starts, self.at) - 1] + 1,
            self.at,
        )
        self.put("op", "^", 0)
        self.put("open", "{", 0)
        self.found += [
            replace(t, line=line, column=column + t.column - 1, start=start + t.start, stop=start + t.stop)
            for t in inner
        ]
        self.at = stop
        self.put("close", "}", 0)

    def lowered(self) -> None:
        """Read a run of subscript characters as a subscript of the word before."""
        stop = self.at
        while stop < len(self.text) and self.text[stop] in SUBSCRIPTS:
            stop += 1
        sub = "".join(SUBSCRIPTS[c] for c in self.text[self.at : stop])
        place = self.before_subscript()
        if place is not None and self.found[place].kind == "word":
            self.attach(sub, stop - self.at, place)
        else:
            self.junk(stop - self.at, f"the subscript '{self.text[self.at : stop]}' has no name before it")
