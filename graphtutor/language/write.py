"""Operations written out: plain text, Unicode, LaTeX, in the order the author wrote them.

What each operation looks like stands in its row (`Notation`); here are only brackets, names and
numbers. A `Part` is a piece of text and how tightly it holds together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from ..maths.ops import ROWS
from ..maths.row import Row
from ..maths.spell import recognise

ATOM, MINUS, PRODUCT = 70, 40, 30
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
GREEK = dict(zip("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega Gamma Delta Theta Lambda "
                 "Xi Pi Sigma Phi Psi Omega".split(), "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True))  # fmt: skip
LETTERS = {letter: word for word, letter in GREEK.items()}
NAME = re.compile(r"(.*?)_?(\d+)?")


class Part(NamedTuple):
    """Written text, and how tightly it holds together (see `Notation.binds`)."""

    text: str
    binds: int


def name(text: str, form: str) -> str:
    """Return a name in one of the forms.

    >>> name("w_10", "unicode"), name("theta1", "unicode"), name("w0", "latex"), name("loss", "latex")
    ('w₁₀', 'θ₁', 'w_{0}', '\\\\mathrm{loss}')
    """
    if form == "plain":
        return text
    stem, digits = NAME.fullmatch(text).groups()  # type: ignore[union-attr]
    if form == "unicode":
        return (GREEK.get(stem, stem) + (digits or "").translate(SUBSCRIPTS)) if stem else text
    word = LETTERS.get(stem, stem)
    tex = f"\\{word}" if word in GREEK else stem if len(stem) == 1 else rf"\mathrm{{{stem.replace('_', chr(92) + '_')}}}"
    return tex + (f"_{{{digits}}}" if digits else "")


NAMED = {"pi": {"unicode": "π", "latex": r"\pi"}, "inf": {"unicode": "∞", "latex": r"\infty"}}


def number(value: Any, form: str) -> Part:
    """Return a number as a part: a Fraction as a quotient, text as it is."""
    text = str(value)
    if text in NAMED:
        return Part(NAMED[text].get(form, text), ATOM)
    binds = MINUS if text.startswith("-") else ATOM
    if "/" in text:
        binds = min(binds, PRODUCT)
        if form == "latex":
            top, bottom = text.lstrip("-").split("/")
            return Part(("-" if text.startswith("-") else "") + rf"\frac{{{top}}}{{{bottom}}}", binds)
    return Part(text.replace("-", "−") if form == "unicode" else text, binds)


def bracket(part: Part, least: int, first: bool, form: str) -> str:
    """Return the text of an argument, in brackets if it binds less than its place asks, or opens with a minus inside."""
    if part.binds < least or (part.binds == MINUS and not first and least > 0):
        return rf"\left({part.text}\right)" if form == "latex" else f"({part.text})"
    return part.text


class Setting:
    """A setting of an operation (an exponent, an axis, a key) in a template: `{n}`, or `{n:sup}` raised."""

    def __init__(self, value: Any, form: str):
        self.value, self.form = value, form

    def __str__(self) -> str:
        if isinstance(self.value, Fraction):
            return number(self.value, self.form).text
        if isinstance(self.value, tuple):
            return ", ".join(slice_text(v) if isinstance(v, tuple) else str(v) for v in self.value)
        return str(self.value)

    def __format__(self, spec: str) -> str:
        text = str(self)
        if spec != "sup":
            return f"({text})" if self.form == "plain" and text.startswith("-") | ("/" in text) else text
        return text.replace("−", "-").translate(SUPERSCRIPTS) if "/" not in text and "." not in text else f"^({text})"


def slice_text(key: tuple[Any, ...]) -> str:
    start, stop, step = key
    text = f"{'' if start in (None, 0) else start}:{'' if stop is None else stop}"
    return text if step in (None, 1) else f"{text}:{step}"


def operation(row: Row, parts: Sequence[Part], params: tuple[Any, ...], form: str) -> Part:
    """Return an operation over its written arguments, as its row's notation says, or as a call."""
    note = row.note
    template = "" if note is None else (getattr(note, form, None) or note.plain)
    if note is None or not template:
        return call(row, parts, params)
    infix = "{" not in template
    leads = infix or template.startswith("{0}")
    shown = [bracket(p, note.slots[min(k, len(note.slots) - 1)], k == 0 and leads, form) for k, p in enumerate(parts)]
    if infix:
        return Part(template.join(shown), note.binds)
    named = {key: Setting(value, form) for (key, _), value in zip(row.params, params, strict=False)}
    return Part(template.replace("{*}", "{all}").format(*shown, all=", ".join(shown), **named), note.binds)


def call(row: Row, parts: Sequence[Part], params: tuple[Any, ...]) -> Part:
    """Return `name(a, b, axis=0)`; settings that have their usual value are left out."""
    word = row.names[0] if row.names else row.name
    given = [f"{key}={Setting(value, 'plain')}" for (key, default), value in zip(row.params, params, strict=False) if value not in (default, *row.usual)]
    return Part(f"{word}({', '.join([*(p.text for p in parts), *given])})", ATOM)


def write(tree: sp.Basic, form: str = "plain") -> str:
    """Return a SymPy tree as text, in the author's order; no recursion, however deep the tree.

    >>> x, y = sp.symbols("x y")
    >>> write(sp.Add(y, sp.Mul(-1, x, evaluate=False), evaluate=False))
    'y - x'
    """
    done: dict[int, Part] = {}
    alive: list[Any] = []
    todo: list[Any] = [tree]
    while todo:
        top = todo.pop()
        if isinstance(top, tuple):
            whole, spelled = top
            done[id(whole)] = operation(ROWS[spelled.op], [done[id(a)] for a in spelled.args], spelled.params, form)
        elif id(top) not in done:
            spelled = recognise(top, keep_order=True)
            alive.append((top, spelled))
            if spelled.op == "input":
                done[id(top)] = Part(name(spelled.params[0], form), ATOM)
            elif spelled.op == "const":
                done[id(top)] = number(spelled.params[1], form)
            else:
                todo.append((top, spelled))
                todo.extend(reversed(spelled.args))
    return done[id(tree)].text
