"""Text → tokens: plain, Unicode, LaTeX and Python are spellings of one stream, so that there is one grammar.

Characters are taken by class before anything else is looked at. Scanning never fails: what is not
mathematics becomes a token of kind "junk" that says what is wrong, and fails only if it is read as
mathematics, so that prose around a formula does no harm. Its parts: `scan` (the ground) and
`commands` (LaTeX) and `signs` (who is who); here are letters and Unicode.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import replace
from functools import lru_cache

from . import signs
from .commands import COMMAND, KEYWORDS, SUB_GROUP, command, plain_subscript, unknown_command
from .names import LETTERS, MARKS, SUBSCRIPTS
from .scan import Scan, Token, unreadable

__all__ = ["LOOKS_LATEX", "Token", "tokens", "unknown_command"]

NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+|\.(?=\s*[-+*/)^]))?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
RUN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\\?_[A-Za-z0-9]+)*")
LIBRARY = re.compile(
    r"(?:np|numpy|math|cmath|torch|jnp|jax|tf|scipy|sympy|keras)(?:\.[A-Za-z]\w*)*\.([A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*)"
)
NUMBERS = frozenset(["pi", "e", "inf", "nan"])
SETS = frozenset("ℝℕℤℚℂ")
TEX_RUN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\\_[A-Za-z0-9]+)*")
SIGN = re.compile(r"\*\*|<=|>=|==|!=|=>|->|<-(?=\s)|:=|&&|//|[-+*/^=<>@,:&!.|~]")
ALIAS = {"**": "^", "=>": "⇒", "->": "⇒"}
SUB_ONE = re.compile(r"[0-9]+|[A-Za-z]")
SUB_PLAIN = re.compile(r"[A-Za-z0-9]+")
LOOKS_LATEX = re.compile(r"\\[A-Za-z ,;!]|[\^_]\{|\$")
BRACKETS = {"(": "open", "{": "open", "[": "open", ")": "close", "}": "close", "]": "close"}
TIE = re.compile(r"~(?=[A-Za-z0-9\\({])(?![A-Z][A-Za-z]*\s*\()")
PRIMES = {"′": [1], "’": [1], "″": [0, 1]}
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
    plain = text if text.isascii() else "".join(map(unstyled, text))
    return Scan(step, plain, bool(LOOKS_LATEX.search(plain)) if tex is None else tex, whole, dollars).run()


@lru_cache(maxsize=10_000)
def unstyled(char: str) -> str:
    """Return a letter, digit or sign of a mathematical alphabet or of full width as the plain one, any other character as it is.

    >>> "".join(map(unstyled, "𝑤𝐱＋２𝛼ℓ²ℝ"))
    'wx+2αℓ²ℝ'
    """
    if char in LETTERS or char in signs.CHARACTERS or char in SETS:
        return char
    if not unicodedata.decomposition(char).startswith(("<font>", "<wide>", "<narrow>")):
        return char
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain.isascii() or plain in LETTERS or plain in signs.CHARACTERS else char


def is_space(s: Scan, char: str) -> bool:
    return char in SPACE or s.at in s.dropped or char == "$" or (char == "~" and (s.tex or joins(s)))


def joins(s: Scan) -> bool:
    """True if a ~ outside LaTeX is the space of 2~x, and not the sign of y ~ N(0, 1)."""
    return bool(s.found) and not s.gap and TIE.match(s.text, s.at) is not None


def step(s: Scan) -> None:
    char = s.text[s.at]
    if char == "$" and s.dollars:
        s.put("op", "$", 2 if s.text.startswith("$$", s.at) else 1)
    elif is_space(s, char):
        s.at += 1
        s.gap = s.gap or char != "}"
    elif char == "\n":
        s.put("break", "\n", 1)
    elif char == "\\":
        command(s)
    elif char == "#" or (char == "%" and s.tex):
        stop = s.text.find("\n", s.at)
        said = s.text[s.at : len(s.text) if stop < 0 else stop]
        s.put("comment", said, len(said))
    elif char.isascii():
        ascii(s, char)
    else:
        unicode(s, char)


# ----- plain -----
def ascii(s: Scan, char: str) -> None:
    number = NUMBER.match(s.text, s.at)
    if number:
        s.put("number", number[0], len(number[0]))
    elif char.isalpha():
        run_of_letters(s)
    elif char in BRACKETS:
        s.put(BRACKETS[char], char, 1)
    elif char == ";":
        s.put(*(("op", ",") if s.round > 0 else ("break", ";")), 1)  # f(x; w)
    elif char in "'_" and s.found and not s.gap:
        behind(s, char)
    elif s.text.startswith("||", s.at):
        s.put("op", "|", 1)
    elif sign := SIGN.match(s.text, s.at):
        s.put("op", ALIAS.get(sign[0], sign[0]), len(sign[0]))
    else:
        s.junk(1, unreadable(char))


def behind(s: Scan, char: str) -> None:
    """Read a prime, or a subscript, right behind what it belongs to."""
    if char == "'" and s.found[-1].kind in ("word", "close", "prime"):
        s.put("prime", "'", 1)
    elif char == "'":
        s.junk(1, unreadable(char))
    elif not subscript(s):
        s.put("op", "_", 1)


def run_of_letters(s: Scan) -> None:
    if of_library(s):
        return
    code = not s.tex or s.at < s.code_until
    match = (RUN if code else TEX_RUN).match(s.text, s.at)
    assert match is not None
    run = match[0]
    if not code and s.text.startswith("_", match.end()):  # true_val in LaTeX is one name only if it is declared
        wider = RUN.match(s.text, s.at)
        if wider and wider[0] in s.whole:
            run, code = wider[0], True
    mark = MARKS.get(s.text[s.at + len(run) : s.at + len(run) + 1])
    if mark and len(run) > 1:
        run, mark = run[:-1], None  # a hat belongs to the letter before it
    if run in KEYWORDS:
        s.put("key", KEYWORDS[run], len(run))
    elif mark:
        s.put("word", f"{run}_{mark}", 2)
    else:
        plain = run.replace("\\", "")
        stem, _, sub = plain.rpartition("_") if code and "_" in run else (plain, "", None)
        s.put("word", stem, len(run), sub=sub, tex=not code)


def of_library(s: Scan) -> bool:
    """Give np.exp( or math.pi as the word exp or pi; False if none stands here."""
    dotted = LIBRARY.match(s.text, s.at)
    if dotted is None or not (dotted[1] in NUMBERS or s.text.startswith("(", dotted.end())):
        return False
    stem, _, sub = dotted[1].rpartition("_")
    s.put("word", stem or sub, len(dotted[0]), sub=sub if stem else None, said="library")
    return True


def subscript(s: Scan) -> bool:
    """Give the word before a subscript `_…`; False if there is none to give or to take."""
    place = s.before_subscript()
    if place is None:
        return False
    group = SUB_GROUP.match(s.text, s.at + 1)
    if group:
        return s.attach(plain_subscript(group[1]), group.end() - s.at, place)
    found = COMMAND.match(s.text, s.at + 1)
    if found and found[1] in signs.WORDS:
        return s.attach(signs.WORDS[found[1]], found.end() - s.at, place)
    one = (SUB_ONE if s.tex else SUB_PLAIN).match(s.text, s.at + 1)
    return one is not None and s.attach(one[0], one.end() - s.at, place)


# ----- Unicode -----
def unicode(s: Scan, char: str) -> None:
    if char in signs.RAISED:
        raised(s)
    elif char in signs.CHARACTERS:
        s.put(*signs.CHARACTERS[char], 1)
    elif char in "⊤⊺":
        s.put("word", "T", 1, said="upright")
    elif char in SUBSCRIPTS:
        lowered(s)
    elif char in LETTERS:
        greek(s, char)
    elif char == "•" and last_kind(s) in ("word", "number", "close"):
        s.put("op", "·", 1)
    elif unicodedata.decomposition(char).startswith("<fraction>"):
        vulgar(s, char)
    elif char in PRIMES:
        for length in PRIMES[char]:
            s.put("prime", "'", length)
    elif char in MARKS and not s.gap and last_kind(s) == "word" and s.found[-1].sub is None:
        s.found[-1] = replace(s.found[-1], text=f"{s.found[-1].text}_{MARKS[char]}", stop=s.at + 1)
        s.at += 1
    else:
        accented(s, char)


def last_kind(s: Scan) -> str:
    return s.found[-1].kind if s.found else ""


def accented(s: Scan, char: str) -> None:
    base, *rest = list(unicodedata.normalize("NFD", char))
    if len(rest) == 1 and rest[0] in MARKS and base.isascii() and base.isalpha():
        s.put("word", f"{base}_{MARKS[rest[0]]}", 1)
    elif char.isalpha() and s.found and s.found[-1].kind == "junk" and not s.gap:
        last = s.found[-1]
        s.found[-1] = replace(last, text=last.text + char, stop=s.at + 1)
        s.at += 1
    else:
        s.junk(1, unreadable(char))


def greek(s: Scan, char: str) -> None:
    s.put("word", LETTERS[char], 1)
    follows = re.compile("[0-9]+|_[A-Za-z]{2,}").match(s.text, s.at)
    if follows:
        s.attach(follows[0].lstrip("_"), len(follows[0]))


def vulgar(s: Scan, char: str) -> None:
    """Read ½ as (1/2)."""
    if s.found and s.found[-1].kind == "number" and not s.gap:
        return s.junk(1, f"'{s.found[-1].text}{char}' is not read; write a decimal, or a sum in brackets")
    above, _, under = unicodedata.normalize("NFKD", char).partition("\u2044")
    for kind, text in (("open", "("), ("number", above), ("op", "/"), ("number", under or "1")):
        s.put(kind, text, 0)
    s.put("close", ")", 1)


def raised(s: Scan) -> None:
    """Read a run of superscript characters as `^{…}`."""
    stop = s.at
    while stop < len(s.text) and s.text[stop] in signs.RAISED:
        stop += 1
    inner = s.inner("".join(signs.RAISED[c] for c in s.text[s.at : stop]))
    line, column, start = (
        bisect_right(s.starts, s.at),
        s.at - s.starts[bisect_right(s.starts, s.at) - 1] + 1,
        s.at,
    )
    s.put("op", "^", 0)
    s.put("open", "{", 0)
    s.found += [
        replace(t, line=line, column=column + t.column - 1, start=start + t.start, stop=start + t.stop) for t in inner
    ]
    s.at = stop
    s.put("close", "}", 0)


def lowered(s: Scan) -> None:
    """Read a run of subscript characters as a subscript of the word before."""
    stop = s.at
    while stop < len(s.text) and s.text[stop] in SUBSCRIPTS:
        stop += 1
    sub = "".join(SUBSCRIPTS[c] for c in s.text[s.at : stop])
    place = s.before_subscript()
    if place is not None and s.found[place].kind == "word":
        s.attach(sub, stop - s.at, place)
    else:
        s.junk(stop - s.at, f"the subscript '{s.text[s.at : stop]}' has no name before it")
