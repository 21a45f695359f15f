"""Text → tokens: plain, Unicode, LaTeX and Python are spellings of one stream, so that there is one grammar.

Characters are taken by class before anything else is looked at. Scanning never fails: what is not
mathematics becomes a token of kind "junk" that says what is wrong, and fails only if it is read as
mathematics, so that prose around a formula does no harm.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, replace
from difflib import get_close_matches

from . import latex
from .names import GREEK, LETTERS, MARKS, SUBSCRIPTS, joined

SAME = {"−": "-", "–": "-", "‒": "-", "×": "*", "∗": "*", "·": "·", "⋅": "·", "∙": "·", "÷": "/", "∕": "/", "⁄": "/", "≤": "<=", "⩽": "<=", "≥": ">=", "⩾": ">=",
        "≠": "!=", "⊙": "⊙", "∘": "⊙", "⊗": "⊗", "⇒": "⇒", "→": "⇒", "∴": "⇒", "⟹": "⇒", "⟶": "⇒", "⇔": "⇒", "∵": "⇒", "≈": "≈", "≡": "=", "≔": ":=", "…": "…",
        "‖": "‖", "∥": "‖", "∣": "|"}  # fmt: skip
KEYS = {"∧": "and", "∨": "or", "¬": "not"}
KEYWORDS = frozenset("if else and or not otherwise True False None is in for while import yield del return".split())
MACROS = {"∂": "d", "√": "sqrt", "∑": "sum", "Σ": "sum", "∏": "prod", "∞": "inf", "𝟙": "indicator", "𝟏": "indicator", "∇": "nabla"}
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᐟⁿⁱˣʸʷᵃᵇᶜᵈᵉᵏᵐᵗᵘᵛᶻ", "0123456789+-()/nixywabcdekmtuvz", strict=True))
NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+|\.(?=\s*[-+*/)^]))?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
RUN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\\?_[A-Za-z0-9]+)*")
TEX_RUN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\\_[A-Za-z0-9]+)*")
SIGN = re.compile(r"\*\*|<=|>=|==|!=|=>|->|<-|:=|&&|//|[-+*/^=<>@,:&!.|~]")
ALIAS = {"**": "^", "=>": "⇒", "->": "⇒"}
COMMAND = re.compile(r"\\(?:([A-Za-z]+)\*?|(.))", re.DOTALL)
BRACED = re.compile(r"\s*\\\{\s*\\begin\s*\{(array|aligned|gathered|split|matrix)\}(?:\s*\{[^{}]*\})?")
GROUP = re.compile(r"\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
SUB_GROUP = re.compile(r"\{((?:[^{}<>=]|\{[^{}<>=]*\})*)\}")
SUB_ONE = re.compile(r"[0-9]+|[A-Za-z]")
SUB_PLAIN = re.compile(r"[A-Za-z0-9]+")
SIMPLE_SUB = re.compile(r"[A-Za-z0-9]+(?:[,+\- ]*[A-Za-z0-9]+)*")
UPRIGHT = re.compile(r"\\(?:text|mathrm|mathit|mathbf|rm|textrm)\s*\{([^{}]*)\}")
IDENTIFIER = re.compile(r"[A-Za-z](?:[A-Za-z0-9]|\\?_)*")
LOOKS_LATEX = re.compile(r"\\[A-Za-z]|[\^_]\{|\$")
SPACE = " \t\r\u00a0\u2009\u202f\u2002\u2003\u2005"
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


def tokens(text: str, tex: bool | None = None, whole: frozenset[str] = frozenset(), dollars: bool = False) -> list[Token]:
    """Return the tokens of `text`, ending with one of kind "end".

    `tex`: letters side by side multiply (guessed from the text if None); `whole`: names with an
    underscore that are one name all the same; `dollars`: keep the signs that set formulas apart from prose.

    >>> [(t.kind, t.text, t.sub) for t in tokens("w₀·x²")][:4]
    [('word', 'w', '0'), ('op', '·', None), ('word', 'x', None), ('op', '^', None)]
    """
    return Scanner(text, bool(LOOKS_LATEX.search(text)) if tex is None else tex, whole, dollars).run()


class Scanner:
    """One pass over the text. `found` are the tokens so far, `at` the place of the next character."""

    def __init__(self, text: str, tex: bool, whole: frozenset[str] = frozenset(), dollars: bool = False):
        self.text, self.tex, self.whole, self.dollars = text, tex, whole, dollars
        self.starts = [0] + [m.end() for m in re.finditer("\n", text)]
        self.found: list[Token] = []
        self.round = 0  # round brackets that are open in this line
        self.at, self.gap = (1 if text.startswith("\ufeff") else 0), False
        self.dropped: set[int] = set()  # closing braces of commands that only change the font
        self.choices: list[str] = []  # environments that stand behind a brace, and so are cases
        self.code_until = -1  # inside \texttt{…}: letters do not multiply

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
            self.put("comment", self.text[self.at : stop if stop >= 0 else None], (stop if stop >= 0 else len(self.text)) - self.at)
        elif char.isascii():
            self.ascii(char)
        else:
            self.unicode(char)

    def put(self, kind: str, text: str, length: int, **more: object) -> None:
        """Add a token that takes up `length` characters."""
        line = bisect_right(self.starts, self.at)
        self.round = 0 if kind == "break" else self.round + (text == "(") - (text == ")")
        self.found.append(Token(kind, text, line, self.at - self.starts[line - 1] + 1, self.at, self.at + length, self.gap, **more))  # type: ignore[arg-type]
        self.at += length
        self.gap = False

    def junk(self, length: int, said: str) -> None:
        self.put("junk", self.text[self.at : self.at + length], length, said=said)

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
            stem, _, sub = run.replace("\\", "").rpartition("_") if code and "_" in run else (run.replace("\\", ""), "", None)
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

    def before_subscript(self) -> int | None:
        """Return the place of the word that a subscript here belongs to, over its exponent too: x_1 in x^{2}_{1} and x²₁."""
        if not self.found or self.gap:
            return None
        at = exponent = len(self.found) - 1
        if self.found[at].kind == "close" and self.found[at].text == "}":
            while exponent > 0 and self.found[exponent].kind != "open":
                exponent -= 1
        tex = self.tex or self.text[self.at] in SUBSCRIPTS or self.found[at].kind == "number"
        if exponent > 1 and tex and self.found[exponent - 1].text == "^" and self.found[exponent - 2].kind == "word":
            at = exponent - 2
        return at if self.found[at].kind in ("word", "prime") and self.found[at].sub is None else None

    def attach(self, sub: str | None, length: int, place: int = -1) -> bool:
        if sub is None:
            return False
        self.at += length
        word = self.found[place]
        self.found[place] = replace(word, sub=sub, stop=self.at if word is self.found[-1] else word.stop)
        return True

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
        elif char in MARKS and self.found and self.found[-1].kind == "word" and not self.gap and self.found[-1].sub is None:
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
        inner = Scanner("".join(RAISED[c] for c in self.text[self.at : stop]), True).run()[:-1]
        line, column, start = bisect_right(self.starts, self.at), self.at - self.starts[bisect_right(self.starts, self.at) - 1] + 1, self.at
        self.put("op", "^", 0)
        self.put("open", "{", 0)
        self.found += [replace(t, line=line, column=column + t.column - 1, start=start + t.start, stop=start + t.stop) for t in inner]
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

    # ----- LaTeX -----
    def command(self) -> None:
        match = COMMAND.match(self.text, self.at)
        if match is None:
            return self.junk(1, "a backslash starts a LaTeX command such as \\frac; here nothing follows")
        name, length = match[1] or match[2], match.end() - self.at
        if match[2] == "\n":
            self.at, self.gap = match.end(), True
        elif match[2] == "\\":
            spacing = re.compile(r"\s?\[-?[0-9.]+\s?(?:pt|em|ex|mm|cm)\]").match(self.text, match.end())
            self.put("break", "\\\\", length + (len(spacing[0]) if spacing else 0))
        elif match[2] in ("(", ")", "[", "]") and match[2] and self.dollars:
            self.put("op", "$", length)
        elif match[2] in ("(", ")", "[", "]") and match[2]:
            self.at, self.gap = match.end(), True
        elif name in latex.OPENING or name in latex.CLOSING:
            self.delimiter(name, match.end())
        elif name in latex.SKIPPED:
            self.at, self.gap = match.end(), True
        elif name in latex.SIGNS:
            sign = latex.SIGNS[name]
            self.put("key" if sign in KEYWORDS else "op", sign, length)
        elif name in latex.MACROS:
            self.put("macro", latex.MACROS[name], length)
        elif name in latex.BRACKETS:
            self.put(*latex.BRACKETS[name], length)
        elif name in latex.WORDS:
            self.put("word", latex.WORDS[name], length)
        elif name in latex.ACCENTS:
            self.accent(latex.ACCENTS[name], match.end())
        elif name in latex.UPRIGHT or name in latex.ALPHABETS:
            self.font(name, match.end())
        elif name in ("begin", "end"):
            self.environment(name, match.end())
        elif name in ("top", "intercal", "tag", "label", "mathstrut"):
            self.put("word", "T" if name in ("top", "intercal") else name, length)
        elif match[1]:
            self.put("word", name, length, said="command")
        else:
            self.junk(length, f"unknown LaTeX command '\\{name}'")

    def delimiter(self, name: str, after: int) -> None:
        """Skip \\left and \\right, but say of a bar whether it opens or closes; \\left\\{ before an array opens cases."""
        opens = name in latex.OPENING
        choice = BRACED.match(self.text, after) if opens else None
        if choice is not None:
            self.choices.append(choice[1])
            return self.put("begin", "cases", choice.end() - self.at)
        bar = re.compile(r"\s*(\\\||\\[lr]?[vV]ert(?![A-Za-z])|\||\.)").match(self.text, after)
        if bar is None:
            self.at, self.gap = after, self.gap
        elif bar[1] == ".":
            self.at = bar.end()
        else:
            self.put("open" if opens else "close", "|" if bar[1].endswith(("vert", "|")) and bar[1] != "\\|" else "‖", bar.end() - self.at)

    def accent(self, mark: str, after: int) -> None:
        """Read \\hat{y}, \\hat y, \\hat{y_i} or \\hat{\\theta} as a name of its own."""
        group = GROUP.match(self.text, after)
        inside = group[1] if group else None
        one = re.compile(r"\s*(\\[A-Za-z]+|[A-Za-z])").match(self.text, after) if group is None else None
        stop = group.end() if group else one.end() if one else after
        inner = Scanner(inside if inside is not None else one[1] if one else "", True).run()[:-1]
        if (len(inner) == 1 and inner[0].kind == "word" and inner[0].said != "command" and len(inner[0].text) == 1) or (inner and len(inner) == 1 and inner[0].text in GREEK):
            self.put("word", f"{inner[0].text}_{mark}", stop - self.at, sub=inner[0].sub)
        else:
            self.junk(max(stop - self.at, 1), f"a {mark} stands over one letter, as in \\{mark}{{y}}")

    def font(self, name: str, after: int) -> None:
        """Read what a font command holds: a word, prose, code, or mathematics as it is."""
        group = GROUP.match(self.text, after)
        if group is None:
            self.at = after
            return
        inside, whole = group[1].strip(), group.end() - self.at
        if inside in ("1", "I") and (name in ("mathbb", "mathds", "mathbf") and (inside, name) != ("I", "mathbf")):
            return self.put("macro", "indicator", whole)
        if name in latex.UPRIGHT:
            bare = inside.strip(" ,.:;")
            if bare in KEYWORDS:
                return self.put("key", bare, whole)
            if IDENTIFIER.fullmatch(inside):
                stem, _, sub = inside.replace("\\", "").rpartition("_") if "_" in inside else (inside, "", None)
                return self.put("word", stem or inside, whole, sub=sub, said="upright")
            if name != "texttt" and re.search("[A-Za-z]{2}", inside):
                return self.put("words", inside, whole)
        close = group.end() - 1
        self.dropped.add(close)
        if name == "texttt":
            self.code_until = close
        self.at = group.start(1)

    def environment(self, name: str, after: int) -> None:
        group = GROUP.match(self.text, after)
        kind = group[1].strip().rstrip("*") if group else ""
        stop = group.end() if group else after
        if name == "end" and self.choices[-1:] == [kind]:
            self.choices.pop()
            self.put("finish", "cases", stop - self.at)
        elif kind in latex.LAYOUT:
            self.at, self.gap = stop, True
        elif kind in latex.CASES or kind in latex.MATRICES:
            self.put("begin" if name == "begin" else "finish", "cases" if kind in latex.CASES else "matrix", stop - self.at)
        elif kind == "array" and name == "begin":
            layout = GROUP.match(self.text, stop)
            self.put("begin", "matrix", (layout.end() if layout else stop) - self.at)
        elif kind == "array":
            self.put("finish", "matrix", stop - self.at)
        else:
            self.junk(stop - self.at, f"the LaTeX environment '{kind}' is not read; cases, pmatrix and align are")


def plain_subscript(inside: str) -> str | None:
    """Return what stands in `_{…}` as plain text, or None if that is no subscript of a name.

    >>> plain_subscript(r"\\text{out}"), plain_subscript("1, 2"), plain_subscript("m < 1")
    ('out', '1, 2', None)
    """
    flat = UPRIGHT.sub(lambda m: m[1], inside)
    flat = re.sub(r"\\([A-Za-z]+)\s*", lambda m: latex.WORDS.get(m[1], m[0]), flat).strip()
    return flat if SIMPLE_SUB.fullmatch(flat) else None


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


def unknown_command(name: str) -> str:
    """Return what to say about a LaTeX command that is neither known nor a function."""
    near = get_close_matches(name, latex.KNOWN, 1, 0.7)
    return f"unknown LaTeX command '\\{name}'" + (f" (did you mean '\\{near[0]}'?)" if near else "; \\operatorname{…} names a function")
