"""The part of the scanner that reads LaTeX: commands, delimiters, accents, fonts, environments."""

from __future__ import annotations

import re

from ..text import near
from . import latex
from .names import GREEK
from .scan import Scan

KEYWORDS = frozenset("if else and or not otherwise True False None is in for while import yield del return".split())
BRACED = re.compile(r"\s*\\\{\s*\\begin\s*\{(array|aligned|gathered|split|matrix)\}(?:\s*\{[^{}]*\})?")
COMMAND = re.compile(r"\\(?:([A-Za-z]+)\*?|(.))", re.DOTALL)
GROUP = re.compile(r"\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
SUB_GROUP = re.compile(r"\{((?:[^{}<>=]|\{[^{}<>=]*\})*)\}")
UPRIGHT = re.compile(r"\\(?:text|mathrm|mathit|mathbf|rm|textrm)\s*\{([^{}]*)\}")
SIMPLE_SUB = re.compile(r"[A-Za-z0-9]+(?:[,+\- ]*[A-Za-z0-9]+)*")
IDENTIFIER = re.compile(r"[A-Za-z](?:[A-Za-z0-9]|\\?_)*")


class Commands(Scan):
    """Everything that starts with a backslash."""

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
            self.put(
                "open" if opens else "close",
                "|" if bar[1].endswith(("vert", "|")) and bar[1] != "\\|" else "‖",
                bar.end() - self.at,
            )

    def accent(self, mark: str, after: int) -> None:
        """Read \\hat{y}, \\hat y, \\hat{y_i} or \\hat{\\theta} as a name of its own."""
        group = GROUP.match(self.text, after)
        inside = group[1] if group else None
        one = re.compile(r"\s*(\\[A-Za-z]+|[A-Za-z])").match(self.text, after) if group is None else None
        stop = group.end() if group else one.end() if one else after
        inner = self.inner(inside if inside is not None else one[1] if one else "")
        if (len(inner) == 1 and inner[0].kind == "word" and inner[0].said != "command" and len(inner[0].text) == 1) or (
            inner and len(inner) == 1 and inner[0].text in GREEK
        ):
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
            self.put(
                "begin" if name == "begin" else "finish", "cases" if kind in latex.CASES else "matrix", stop - self.at
            )
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


def unknown_command(name: str) -> str:
    """Return what to say about a LaTeX command that is neither known nor a function."""
    meant = near(name, latex.KNOWN, 0.7, before="\\")
    return f"unknown LaTeX command '\\{name}'" + (meant or r"; \operatorname{…} names a function")
