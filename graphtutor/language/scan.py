"""Text → tokens: every spelling of a symbol becomes one token here, so that there is one grammar.

Characters are taken by class before anything else is looked at: what is not mathematics (quotes,
control characters, letters of other alphabets that only look like ours) is refused with its column.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from ..errors import ReadError

MAX_LENGTH, MAX_DIGITS, MAX_EXPONENT = 10_000, 100, 300
SAME = {"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "^": "**", "∧": "and", "∨": "or", "¬": "not",
        "&": "and", "⊙": "*", "（": "(", "）": ")"}  # fmt: skip
SUBSCRIPT = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
SUPERSCRIPT = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\d.])")
NAME = re.compile(r"[A-Za-zͰ-Ͽ][A-Za-zͰ-Ͽ\d_₀-₉]*")
SIGNS = re.compile(r"\*\*|<=|>=|==|!=|[-+*/@()\[\]{},:<>|=.√‖]")
SPACE = " \t\r"


class Token(NamedTuple):
    """A piece of text: `kind` is "number", "name", "raise" (a superscript), "end" or a sign, which is its own kind."""

    kind: str
    text: str
    column: int
    spaced: bool


def tokens(source: str, line: int = 1) -> list[Token]:
    """Return the tokens of one line, ending with one of kind "end"; columns count from 1.

    >>> [t.text for t in tokens("2·x₀²")]
    ['2', '*', 'x0', '2', '']
    """
    if len(source) > MAX_LENGTH:
        raise ReadError(f"the text is {len(source)} characters long; at most {MAX_LENGTH} are read", source[:MAX_LENGTH], line, MAX_LENGTH)
    found: list[Token] = []
    at, spaced = 0, False
    while at < len(source):
        char = source[at]
        if char in SPACE:
            at, spaced = at + 1, True
            continue
        token = one(source, at, line, spaced)
        found.append(token[0])
        at, spaced = token[1], False
    found.append(Token("end", "", len(source) + 1, spaced))
    return found


def one(source: str, at: int, line: int, spaced: bool) -> tuple[Token, int]:
    """Return the token that starts at `at`, and where the next one may."""
    char, column = source[at], at + 1
    if char in SUPERSCRIPT or (char == "⁻" and source[at + 1 : at + 2] in SUPERSCRIPT):
        stop = at + 1
        while stop < len(source) and source[stop] in SUPERSCRIPT:
            stop += 1
        return Token("raise", "".join("-" if c == "⁻" else SUPERSCRIPT[c] for c in source[at:stop]), column, spaced), stop
    if char in SAME:
        text = SAME[char]
        return Token(text if text not in ("and", "or", "not") else "name", text, column, spaced), at + 1
    number = NUMBER.match(source, at)
    if number:
        check_number(number[0], source, line, column)
        return Token("number", number[0], column, spaced), number.end()
    if char.isdigit():
        raise ReadError(f"'{source[at : at + 12]}' is no number; a number looks like 2, 0.5 or 1e-3", source, line, column)
    name = NAME.match(source, at)
    if name:
        return Token("name", plain_name(name[0]), column, spaced), name.end()
    sign = SIGNS.match(source, at)
    if sign:
        return Token(sign[0], sign[0], column, spaced), sign.end()
    raise ReadError(f"{described(char)} is not read here; write with letters, digits, + - * / ** ( ) and function names", source, line, column)


def described(char: str) -> str:
    return f"'{char}'" if char.isprintable() and not unicodedata.combining(char) else f"the character {unicodedata.name(char, f'U+{ord(char):04X}')}"


def plain_name(text: str) -> str:
    """Return a name in its one spelling: `w₀` and `w_0` are `w0`.

    >>> plain_name("w₁₀"), plain_name("w_10"), plain_name("true_val")
    ('w10', 'w10', 'true_val')
    """
    text = "".join(SUBSCRIPT.get(c, c) for c in text)
    match = re.fullmatch(r"([A-Za-zͰ-Ͽ]+)_(\d+)", text)
    return match[1] + match[2] if match else text


def check_number(text: str, source: str, line: int, column: int) -> None:
    mantissa, _, exponent = text.lower().partition("e")
    if len(mantissa) > MAX_DIGITS:
        raise ReadError(f"a number of {len(mantissa)} digits; at most {MAX_DIGITS} are read", source, line, column)
    if exponent and (len(exponent) > 5 or abs(int(exponent)) > MAX_EXPONENT):
        raise ReadError(f"the exponent {exponent[:10]} is too large; at most {MAX_EXPONENT} is read", source, line, column)
