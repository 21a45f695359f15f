"""LaTeX, where a backslash starts it: commands, delimiters, accents, fonts, environments."""

from __future__ import annotations

import re
from functools import lru_cache

from ..text import near
from . import signs
from .names import GREEK
from .scan import Scan

KEYWORDS = {
    w: w for w in "if else and or not otherwise True False None is in for while import yield del return".split()
}
KEYWORDS |= {"falls": "if", "wenn": "if", "sonst": "otherwise"}  # as they stand in a German hand-in
BRACED = re.compile(r"\s*\\\{\s*\\begin\s*\{(array|aligned|gathered|split|matrix)\}(?:\s*\{[^{}]*\})?")
COMMAND = re.compile(r"\\(?:([A-Za-z]+)\*?|(.))", re.DOTALL)
GROUP = re.compile(r"\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
SUB_GROUP = re.compile(r"\{((?:[^{}<>=]|\{[^{}<>=]*\})*)\}")
UPRIGHT = re.compile(r"\\(?:text|mathrm|mathit|mathbf|rm|textrm)\s*\{([^{}]*)\}")
UPRIGHT_D = r"\\(?:mathrm|text|textrm|operatorname|mathsf|rm)\s*(?:\{\s*d\s*\}|\s+d(?![A-Za-z]))"
QUOTIENT_OF_D = re.compile(
    rf"\\[dt]?frac\s*\{{\s*(?P<a>{UPRIGHT_D})(?:[^{{}}]|\{{[^{{}}]*\}})*\}}\s*\{{\s*(?P<b>{UPRIGHT_D})"
    rf"|(?P<c>{UPRIGHT_D})[^/=+;,\n]*/\s*(?P<d>{UPRIGHT_D})"
)  # fmt: skip
SIMPLE_SUB = re.compile(r"[A-Za-z0-9]+(?:[,+\- ]*[A-Za-z0-9]+)*")
SPACING = re.compile(r"\s?\[-?[0-9.]+\s?(?:pt|em|ex|mm|cm)\]")
BAR = re.compile(r"\s*(\\\||\\[lr]?[vV]ert(?![A-Za-z])|\||\.)")
IDENTIFIER = re.compile(r"[A-Za-z](?:[A-Za-z0-9]|\\?_)*")


def command(s: Scan) -> None:
    """Read what starts with a backslash."""
    match = COMMAND.match(s.text, s.at)
    if match is None:
        return s.junk(1, "a backslash starts a LaTeX command such as \\frac; here nothing follows")
    name, length = match[1] or match[2], match.end() - s.at
    if match[2] and match[2] in "()[]\\":
        between_lines_or_modes(s, match[2], match.end())
    elif name in READ:
        READ[name](s, name, match.end())
    elif name in signs.SKIPPED or name == "\n":
        s.at, s.gap = match.end(), True
    elif name in signs.COMMANDS:
        s.put(*signs.COMMANDS[name], length)
    elif match[1]:
        s.put("word", name, length, said="command")
    else:
        s.junk(length, f"unknown LaTeX command '\\{name}'")


def between_lines_or_modes(s: Scan, sign: str, after: int) -> None:
    """Read \\\\ with its spacing, and \\( … \\), \\[ … \\]."""
    if sign == "\\":
        spacing = SPACING.match(s.text, after)
        s.put("break", "\\\\", (spacing.end() if spacing else after) - s.at)
    elif s.dollars:
        s.put("op", "$", after - s.at)
    else:
        s.at, s.gap = after, True


def delimiter(s: Scan, name: str, after: int) -> None:
    """Skip \\left and \\right, but say of a bar whether it opens or closes; \\left\\{ before an array opens cases."""
    opens = name in signs.OPENING
    choice = BRACED.match(s.text, after) if opens else None
    if choice is not None:
        s.choices.append(choice[1])
        return s.put("begin", "cases", choice.end() - s.at)
    bar = BAR.match(s.text, after)
    if bar is None:
        s.at, s.gap = after, s.gap
    elif bar[1] == ".":
        s.at = bar.end()
    else:
        s.put(
            "open" if opens else "close",
            "|" if bar[1].endswith(("vert", "|")) and bar[1] != "\\|" else "‖",
            bar.end() - s.at,
        )


def accent(s: Scan, name: str, after: int) -> None:
    """Read \\hat{y}, \\hat y, \\hat{y_i} or \\hat{\\theta} as a name of its own."""
    mark, group = signs.ACCENTS[name], GROUP.match(s.text, after)
    inside = group[1] if group else None
    one = re.compile(r"\s*(\\[A-Za-z]+|[A-Za-z])").match(s.text, after) if group is None else None
    stop = group.end() if group else one.end() if one else after
    inner = s.inner(inside if inside is not None else one[1] if one else "")
    letter = inner[0] if len(inner) == 1 and inner[0].kind == "word" and inner[0].said != "command" else None
    if letter and (len(letter.text) == 1 or letter.text in GREEK):
        s.put("word", f"{letter.text}_{mark}", stop - s.at, sub=letter.sub)
    else:
        s.junk(max(stop - s.at, 1), f"a {mark} stands over one letter, as in \\{mark}{{y}}")


# branches: one for each thing that a font may hold
def font(s: Scan, name: str, after: int) -> None:
    """Read what a font command holds: a word, prose, code, or mathematics as it is."""
    group = GROUP.match(s.text, after)
    if group is None and s.at in differentials(s.text):
        return s.put("macro", "d", s.text.index("d", after) + 1 - s.at)
    if group is None:
        s.at = after
        return None
    inside, whole = group[1].strip(), group.end() - s.at
    if inside in ("1", "I") and (name in ("mathbb", "mathds", "mathbf") and (inside, name) != ("I", "mathbf")):
        return s.put("macro", "indicator", whole)
    if inside == "d" and s.at in differentials(s.text):
        return s.put("macro", "d", whole)
    if name in signs.UPRIGHT:
        bare = inside.strip(" ,.:;")
        if bare in KEYWORDS:
            return s.put("key", KEYWORDS[bare], whole)
        if IDENTIFIER.fullmatch(inside):
            stem, _, sub = inside.replace("\\", "").rpartition("_") if "_" in inside else (inside, "", None)
            return s.put("word", stem or inside, whole, sub=sub, said="upright")
        if name != "texttt" and re.search("[A-Za-z]{2}", inside):
            return s.put("words", inside, whole)
    close = group.end() - 1
    s.dropped.add(close)
    if name == "texttt":
        s.code_until = close
    s.at = group.start(1)


@lru_cache(maxsize=100)
def differentials(text: str) -> frozenset[int]:
    """Return where an upright d is a differential, whatever the names are: above and below one line of a fraction.

    >>> sorted(differentials(r"\\frac{\\mathrm{d} d}{\\mathrm{d} a} + \\mathrm{d}"))
    [6, 20]
    """
    return frozenset(m.start(k) for m in QUOTIENT_OF_D.finditer(text) for k in "abcd" if m[k])


def braced_under(s: Scan, name: str, after: int) -> None:
    """Read what \\underbrace{…}_{…} holds; what stands below or above the brace is a remark."""
    stop = closing_brace(s.text, after)
    if s.text[stop : stop + 1] in ("_", "^"):
        s.dropped |= set(range(stop, closing_brace(s.text, stop + 1)))
    s.at = after


def closing_brace(text: str, at: int) -> int:
    """Return the place after the brace that closes the one at `at`; after one character where none opens."""
    depth = 0
    for k in range(at, len(text)):
        depth += (text[k] == "{") - (text[k] == "}")
        if depth <= 0:
            return k + 1
    return len(text)


def environment(s: Scan, name: str, after: int) -> None:
    group = GROUP.match(s.text, after)
    kind = group[1].strip().rstrip("*") if group else ""
    stop = group.end() if group else after
    if name == "end" and s.choices[-1:] == [kind]:
        s.choices.pop()
        s.put("finish", "cases", stop - s.at)
    elif kind in signs.LAYOUT:
        s.at, s.gap = stop, True
    elif kind in signs.CASES or kind in signs.MATRICES:
        s.put("begin" if name == "begin" else "finish", "cases" if kind in signs.CASES else "matrix", stop - s.at)
    elif kind == "array" and name == "begin":
        layout = GROUP.match(s.text, stop)
        s.put("begin", "matrix", (layout.end() if layout else stop) - s.at)
    elif kind == "array":
        s.put("finish", "matrix", stop - s.at)
    else:
        s.junk(stop - s.at, f"the LaTeX environment '{kind}' is not read; cases, pmatrix and align are")


def upright_t(s: Scan, name: str, after: int) -> None:
    s.put("word", "T" if name in ("top", "intercal") else name, after - s.at)


READ = {
    **dict.fromkeys(signs.OPENING | signs.CLOSING, delimiter),
    **dict.fromkeys(signs.ACCENTS, accent),
    **dict.fromkeys((signs.UPRIGHT | signs.ALPHABETS) - set(signs.COMMANDS), font),
    **dict.fromkeys(["begin", "end"], environment),
    **dict.fromkeys(["underbrace", "overbrace"], braced_under),
    **dict.fromkeys(["top", "intercal", "tag", "label", "mathstrut"], upright_t),
}


def plain_subscript(inside: str) -> str | None:
    """Return what stands in `_{…}` as plain text, or None if that is no subscript of a name.

    >>> plain_subscript(r"\\text{out}"), plain_subscript("1, 2"), plain_subscript("m < 1")
    ('out', '1, 2', None)
    """
    flat = UPRIGHT.sub(lambda m: m[1], inside)
    flat = re.sub(r"\\([A-Za-z]+)\s*", lambda m: signs.WORDS.get(m[1], m[0]), flat).strip()
    return flat if SIMPLE_SUB.fullmatch(flat) else None


def unknown_command(name: str) -> str:
    """Return what to say about a LaTeX command that is neither known nor a function."""
    meant = near(name, signs.KNOWN, 0.7, before="\\")
    return f"unknown LaTeX command '\\{name}'" + (meant or r"; \operatorname{…} names a function")
