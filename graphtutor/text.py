"""Text and files as every room writes them: names in a row, did-you-mean, ASCII, JSON's types, whole files."""

from __future__ import annotations

import difflib
import math
import os
import platform
import re
import sys
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from .errors import LearnerError

MOST_BITS = 1024  # of a whole number that is handed in: what a float64 holds


# ----- words -----
def several(names: Iterable[object], most: int | None = None, last: str = "and") -> str:
    """Return names in a row, at most `most` of them by name.

    >>> several("a"), several("ab"), several("abc", last="or"), several("abcdef", most=4)
    ('a', 'a and b', 'a, b or c', 'a, b, c and 3 more')
    """
    shown = [str(name) for name in names]
    if most is not None and len(shown) > most:
        shown = [*shown[: most - 1], f"{len(shown) - most + 1} more"]
    *rest, end = shown or [""]
    return f"{', '.join(rest)} {last} {end}" if rest else end


def near(word: str, known: Iterable[str], cutoff: float = 0.6, before: str = "") -> str:
    """Return ` (did you mean 'sin'?)` for the known word that is nearest, or nothing; `before` stands before it in the quotes.

    >>> near("sine", ["sin", "cosh"]), near("q", ["sin"])
    (" (did you mean 'sin'?)", '')
    """
    found = difflib.get_close_matches(word, list(known), 1, cutoff)
    return f" (did you mean '{before}{found[0]}'?)" if found else ""


# ----- signs -----
ASCII = {"−": "-", "–": "-", "—": "-", "·": "*", "×": "*", "÷": "/", "∂": "d", "∇": "grad ", "√": "sqrt", "Σ": "sum", "∞": "inf", "→": "->", "←": "<-", "↑": "^", "↓": "v",
         "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "…": "...", "‘": "'", "’": "'", "“": '"', "”": '"', "✓": "ok", "✗": "x", "▶": ">", "◀": "<", "●": "*", "○": "o",
         "│": "|", "─": "-", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+", "┼": "+", "∈": " in ", "ϵ": "epsilon", "ᵀ": ".T", "‖": "||"}  # fmt: skip
SUPERSCRIPT = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n", strict=True))
RAISED = {plain: sign for sign, plain in SUPERSCRIPT.items()}
LOWERED = str.maketrans("0123456789ij", "₀₁₂₃₄₅₆₇₈₉ᵢⱼ")
ONE = r"(?:\d*(?!(?<=\d)[eE])[A-Za-z]_?\d*|\d+)"  # a name as formulas have it, or a number; a word of prose is longer
# what stands in a formula inside a sentence -> the same as `language.write` sets it, one after the other
SET: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"(?<![a-z]{2}-)\b(d?[A-Za-z])_?(\d+)\b(?!\()", lambda m: m[1] + m[2].translate(LOWERED)),
    (r"\b([A-Za-z])_([ij])\b", lambda m: m[1] + m[2].translate(LOWERED)),
    (r"\bd([A-Za-z]*[₀-₉]*)/d(?=[A-Za-z][₀-₉]*(?![A-Za-z]))", r"∂\1/∂"),
    (r"\bd(\([^()]*\))/d(?=[A-Za-z][₀-₉]*(?![A-Za-z]))", r"∂\1/∂"),
    (r"\*\*", "^"),
    (r"(?<=\S)\^(\(-?\d+\)|-?\d+)(?!\w|\.\d)", lambda m: "".join(RAISED[c] for c in m[1].strip("()"))),
    (r"(?<=[\w)\]⁰-⁹])(?:\.T|\^T)\b", "ᵀ"),
    (r"(?<=[\w)\]⁰-⁹₀-₉²³']) ?\* ?(?=[\w(−∂√|-])", "·"),
    (r"(?<=[\w)\]₀-₉⁰-⁹²³ᵀ|]) - (?=[\w(∂√|])", " − "),
    (rf"(?<![\w.-])({ONE}|\d*\.\d+|[)\]²³])-(?={ONE}[₀-₉]*(?![A-Za-z])|\()", r"\1−"),
    (r"(?<=[)\]²³₀-₉])-(?=[\w(])", "−"),
    (r"(?:(?<=[\s(\[,=·^/])|^)-(?=[\d(∂√.]|[A-Za-z]+[₀-₉]*(?:[·²³^/([),;:.]|\s|$))", "−"),
    (r"\bpi\b", "π"),
    (r"\bsqrt\(([A-Za-zπ][₀-₉]*|\d+)\)", r"√\1"),
    (r"\bsqrt\(", "√("),
    (r">=", "≥"), (r"<=", "≤"), (r"!=", "≠"), (r"->", "→"),
)  # fmt: skip
SETTING = tuple((re.compile(pattern), set_as) for pattern, set_as in SET)


def in_unicode(text: str) -> str:
    """Return prose with its formulas as a Unicode terminal shows them; `transliterate` takes them back.

    By their signs alone, so that nothing waits for a reader; a word with a hyphen stays as it is.

    >>> in_unicode("L = (f - y)**2 with f = w0*x0 + b: find dL/dw0 at x = -1, one-hot y_1 <= 2^(-3).")
    'L = (f − y)² with f = w₀·x₀ + b: find ∂L/∂w₀ at x = −1, one-hot y₁ ≤ 2⁻³.'
    """
    for pattern, set_as in SETTING:
        text = pattern.sub(set_as, text)
    return text


def transliterate(text: str) -> str:
    """Return text in ASCII, as a learner would type it.

    >>> transliterate("∂L/∂w₀ = 2·x₀² → θ⁻¹ ≤ ∞")
    'dL/dw0 = 2*x0^2 -> theta^-1 <= inf'
    """
    out, raised = [], False
    for c in text:
        if c in SUPERSCRIPT:
            out.append(SUPERSCRIPT[c] if raised else "^" + SUPERSCRIPT[c])
        elif c < "\x80" or c in ASCII:
            out.append(ASCII.get(c, c))
        else:
            out.append(letter(c))
        raised = c in SUPERSCRIPT
    return "".join(out)


def letter(c: str) -> str:
    """Return a Greek letter's name, an accented letter without its accent, else `?`."""
    name = unicodedata.name(c, "")
    if name.startswith("GREEK") and "LETTER" in name:
        word = name.split("LETTER ")[1].split()[0].lower().replace("lamda", "lambda")
        return word.capitalize() if "CAPITAL" in name else word
    return unicodedata.normalize("NFKD", c).encode("ascii", "ignore").decode() or "?"


def clean(text: str) -> str:
    """Return text without control characters but for line ends and tabs: what learners typed must not steer a terminal.

    >>> clean("\\x1b[31mred\\u202e\\n")
    '[31mred\\n'
    """
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def escaped(text: str) -> str:
    """Return text on one line in which nothing is Markdown."""
    return "".join("\\" + c if c in "\\`*_[]<>|#" else c for c in " ".join(text.split()))


def jsonable(value: Any) -> Any:
    """Return a value in JSON's types: arrays as lists, numbers that are not finite as text, anything else as its text.

    >>> from fractions import Fraction
    >>> jsonable({"a": Fraction(1, 3), "b": (1.5, float("inf"))})
    {'a': '1/3', 'b': [1.5, 'inf']}
    """
    if isinstance(value, Mapping):
        return {str(k): jsonable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(v) for v in value]
    if hasattr(value, "tolist"):
        return jsonable(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def long_number(value: Any) -> bool:
    """Return whether a value in JSON's types holds a whole number of more than MOST_BITS bits, as a key too.

    Python refuses to write out some thousands of digits, so that such a number could not even be told about.

    >>> long_number({"a": [1, 10**400]}), long_number([10**300, "1" * 400])
    (True, False)
    """
    todo = [value]
    while todo:
        top = todo.pop()
        if isinstance(top, Mapping):
            todo.extend((*top.keys(), *top.values()))
        elif isinstance(top, list | tuple):
            todo.extend(top)
        elif isinstance(top, int) and top.bit_length() > MOST_BITS:
            return True
    return False


# ----- files -----
def written(path: Path, data: bytes | Iterable[bytes]) -> Path:
    """Write a file, given whole or in pieces, whole or not at all: to a temporary name beside it, then renamed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        swept(path.parent.absolute(), os.getpid())
        name = path.with_name(f".{path.name[:60]}-{HERE}-{os.getpid()}-{os.urandom(4).hex()}")
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except OSError as error:
        raise cannot(path, error) from None
    except ValueError:
        raise LearnerError("the name of a file holds a NUL character; leave that out") from None
    try:
        with os.fdopen(handle, "wb") as out:
            out.writelines([data] if isinstance(data, bytes) else data)
        os.replace(name, path)
    except OSError as error:
        name.unlink(missing_ok=True)
        raise cannot(path, error) from None
    except BaseException:
        name.unlink(missing_ok=True)
        raise
    return path


HERE = (
    f"{zlib.crc32(platform.node().encode()):08x}"  # a folder may be shared: only this machine knows its own processes
)
# no suffix: what looks for `*.svg` never meets half a picture
UNFINISHED = re.compile(rf"\..{{0,60}}-{HERE}-(\d+)-[0-9a-f]{{8}}")


@lru_cache(maxsize=256)
def swept(folder: Path, process: int) -> None:
    """Take away what a killed process left unfinished in a folder; once for each process that writes there."""
    for name in os.listdir(folder):
        found = UNFINISHED.fullmatch(name)
        if found and not running(int(found[1])):
            with suppress(OSError):
                (folder / name).unlink()


def running(process: int) -> bool:
    if sys.platform == "win32":
        return False  # there a file that is being written cannot be taken away
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def cannot(path: Path, error: OSError) -> LearnerError:
    return LearnerError(f"cannot write {path}: {(error.strerror or 'it failed').lower()}; choose another place")


def unusable(error: OSError) -> str:
    """Return what to say of a file or folder that cannot be used."""
    name = str(error.filename)
    shown = name if len(name) <= 60 else f"{name[:59]}…"
    return f"cannot use '{shown}': {(error.strerror or 'it failed').lower()}; choose another place"
