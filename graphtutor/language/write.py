"""Trees and operations written out: plain text, Unicode, LaTeX, MathML, in the order the author wrote them.

What each operation looks like stands in its row (`Notation`); here are only brackets, names and
numbers. A `Part` is a piece of text and how tightly it holds together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

import sympy as sp

from ..ops.notation import Style
from ..ops.row import Row
from ..ops.spell import recognise
from ..ops.table import OPERATORS, ROWS
from .names import GREEK, LETTERS, MARKS, SUBSCRIPTS

FORMS = ("plain", "unicode", "latex", "mathml")
ATOM, MINUS, PRODUCT, SUM, BARE = 70, 40, 30, 20, 1
LOWERED = {char: low for low, char in SUBSCRIPTS.items()}
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
ACCENTS = {word: mark for mark, word in MARKS.items()}
NAME = re.compile(r"(.*?)(?:_?(\d+)|_(\w+))?")
TALL = re.compile(r"\\frac|\\begin|\\left|\\sum|\\sqrt")
FENCES = re.compile(r"\\(?:left|right)(?=[(\[)\]])")
MINUS_SIGN = {"plain": "-", "unicode": "−", "latex": "-", "mathml": "<mo>−</mo>"}
MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML">'


class Part(NamedTuple):
    """Written text, and how tightly it holds together (see `Notation.binds`).

    `minus`: it opens with a minus sign; `literal`: it is a number without one.
    """

    text: str
    binds: int
    minus: bool = False
    literal: bool = False


# ----- names -----
@lru_cache(maxsize=10_000)
def name(text: str, form: str) -> str:
    """Return a name in one of the forms; a number at its end is its subscript.

    >>> name("w_10", "unicode"), name("theta1", "unicode"), name("w0", "latex"), name("loss", "latex"), name("y_hat", "latex")
    ('w₁₀', 'θ₁', 'w_0', '\\\\mathrm{loss}', '\\\\hat{y}')
    >>> name("y''", "unicode"), name("y'", "latex")
    ('y′′', "y'")
    """
    if form == "plain":
        return text
    if text.endswith("'"):
        plain = text.rstrip("'")
        return PRIMED[form].format(name(plain, form), (len(text) - len(plain)) * ("'" if form == "latex" else "′"))
    stem, digits, word = NAME.fullmatch(text).groups() if "[" not in text else (text, None, None)  # type: ignore[union-attr]
    if not stem:
        stem, digits, word = text, None, None
    return NAMERS[form](stem, digits if digits is not None else word, text)


PRIMED = {"unicode": "{0}{1}", "latex": "{0}{1}", "mathml": "<mrow>{0}<mo>{1}</mo></mrow>"}


def unicode_name(stem: str, sub: str | None, text: str) -> str:
    if sub in ACCENTS and len(GREEK.get(stem, stem)) == 1:
        return unicodedata.normalize("NFC", GREEK.get(stem, stem) + ACCENTS[sub])
    if sub is None:
        return GREEK.get(stem, stem)
    if all(c in LOWERED for c in sub) and (sub.isdigit() or len(sub) == 1):
        return GREEK.get(stem, stem) + "".join(LOWERED[c] for c in sub)
    return text


def latex_name(stem: str, sub: str | None, text: str) -> str:
    if sub is not None and "_" in sub:
        return rf"\mathrm{{{tex(text)}}}"
    if sub in ACCENTS and len(GREEK.get(stem, stem)) == 1:
        return rf"\{sub}{{{latex_word(stem)}}}"
    below = (
        ""
        if sub is None
        else f"_{sub}"
        if len(sub) == 1
        else f"_{{{sub}}}"
        if sub.isdigit()
        else rf"_{{\mathrm{{{tex(sub)}}}}}"
    )
    return latex_word(stem) + below


def latex_word(stem: str) -> str:
    word = LETTERS.get(stem, stem)
    return rf"\{word}" if word in GREEK else stem if len(stem) == 1 else rf"\mathrm{{{tex(stem)}}}"


def mathml_name(stem: str, sub: str | None, text: str) -> str:
    if sub in ACCENTS and len(GREEK.get(stem, stem)) == 1:
        return f"<mi>{escape(unicode_name(stem, sub, text))}</mi>"
    letter = f"<mi>{escape(GREEK.get(stem, stem))}</mi>"
    if sub is None:
        return letter
    return f"<msub>{letter}<mn>{sub}</mn></msub>" if sub.isdigit() else f"<msub>{letter}<mi>{escape(sub)}</mi></msub>"


NAMERS: dict[str, Callable[[str, str | None, str], str]] = {
    "unicode": unicode_name,
    "latex": latex_name,
    "mathml": mathml_name,
}


def tex(text: str) -> str:
    return text.replace("_", r"\_")


# ----- numbers -----
NAMED = {
    "pi": {"unicode": "π", "latex": r"\pi", "mathml": "<mi>π</mi>"},
    "inf": {"unicode": "∞", "latex": r"\infty", "mathml": "<mi>∞</mi>"},
    "nan": {"latex": r"\mathrm{nan}", "mathml": "<mi>nan</mi>"},
    "e": {"plain": "exp(1)", "unicode": "exp(1)", "latex": "e^{1}", "mathml": "<msup><mi>e</mi><mn>1</mn></msup>"},
}


def number(value: Any, form: str) -> Part:
    """Return a number as a part: a Fraction as a quotient, text as it is.

    >>> number(Fraction(-1, 2), "plain").text, number(Fraction(1, 2), "latex").text, number("0.50", "unicode").text, number(-2, "unicode").text
    ('-1/2', '\\\\frac{1}{2}', '0.50', '−2')
    """
    text = str(value)
    minus = text.startswith("-")
    if minus:
        inner = number(text[1:], form)
        return Part(MINUS_SIGN[form] + inner.text, min(MINUS, inner.binds), minus=True)
    if text in NAMED:
        return Part(NAMED[text].get(form, text), ATOM)
    top, slash, bottom = text.partition("/")
    if slash:
        binds = {"latex": 45, "mathml": 45}.get(form, PRODUCT)
        shapes = {"latex": r"\frac{{{0}}}{{{1}}}", "mathml": "<mfrac><mn>{0}</mn><mn>{1}</mn></mfrac>"}
        return Part(shapes.get(form, "{0}/{1}").format(top, bottom), binds)
    return Part(f"<mn>{text}</mn>" if form == "mathml" else text, ATOM, literal=True)


class Setting:
    """A setting of an operation (an exponent, an axis, a key) in a template: `{n}`, or `{n:sup}` raised."""

    def __init__(self, value: Any, form: str):
        self.value, self.form = value, form

    def __str__(self) -> str:
        if isinstance(self.value, tuple):
            text = ", ".join(slice_text(v) if isinstance(v, tuple) else str(v) for v in self.value)
            return f"<mn>{text}</mn>" if self.form == "mathml" else text
        if isinstance(self.value, Fraction | int | float) and not isinstance(self.value, bool):
            return number(self.value, self.form).text
        return str(self.value)

    def __format__(self, spec: str) -> str:
        text = str(self)
        if spec != "sup":
            return (
                f"({text})"
                if self.form == "plain" and not isinstance(self.value, tuple) and (text.startswith("-") or "/" in text)
                else text
            )
        if self.form == "latex":
            text = number(self.value, "plain").text
            return text if len(text) == 1 else f"{{{text}}}"
        if self.form == "mathml":
            return f"<mrow>{text}</mrow>"
        return text.replace("−", "-").translate(SUPERSCRIPTS) if "/" not in text and "." not in text else f"^({text})"


def slice_text(key: tuple[Any, ...]) -> str:
    start, stop, step = key
    text = f"{'' if start in (None, 0) else start}:{'' if stop is None else stop}"
    return text if step in (None, 1) else f"{text}:{step}"


# ----- operations -----
def fenced(text: str, form: str) -> str:
    """Return `text` in round brackets."""
    if form == "mathml":
        return f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>"
    return rf"\left({text}\right)" if form == "latex" and TALL.search(text) else f"({text})"


def bracket(part: Part, least: int, first: bool, form: str, touched: bool = False) -> str:
    """Return the text of an argument, in brackets if it binds less than its place asks or opens with a minus inside.

    `touched`: the sign beside it would grow together with a number (`-2`, `1.T`, `1[0]`).
    """
    loose = part.binds < least or (part.minus and not first and least >= SUM) or (touched and part.literal)
    return fenced(part.text, form) if loose else part.text


def operation(row: Row, parts: Sequence[Part], params: tuple[Any, ...], form: str) -> Part:
    """Return an operation over its written arguments, as its row's notation says, or as a call.

    >>> operation(ROWS["mul"], [Part("2", 70), Part("a + b", 20)], (), "unicode").text
    '2·(a + b)'
    """
    note = row.note
    if row.written is not None:
        return row.written(list(parts), *params, form)  # type: ignore[no-any-return]
    if note is None:
        return call(row, parts, params, form)
    style = note.style(form)
    met = sum(bool(re.search(style.unless, p.text)) for p in parts) if style.unless else 0
    if style.instead:
        style = replace(style, template=style.instead) if met > 1 else style
    elif met:
        style, form = note.style("plain"), "plain"
    template = style.template
    if not template and form == "mathml" and "{" not in note.plain and note.plain:
        like = note.style("unicode")
        template, style = f"<mo>{escape(like.template.strip())}</mo>", like
    if not template or hidden(row, params, template):
        return call(row, parts, params, form)
    if "{" not in template:
        return infix(row, parts, template, style, form)
    return templated(row, parts, params, style, form)


def hidden(row: Row, params: tuple[Any, ...], template: str) -> bool:
    """Return True if an unusual setting would not be seen in `template`."""
    return any(f"{{{key}" not in template for key, _ in unusual(row, params))


def unusual(row: Row, params: tuple[Any, ...]) -> list[tuple[str, Any]]:
    """Return the settings that have to be written, with their names."""
    return [
        (key, value)
        for (key, default), value in shown(row, params)
        if key not in row.inner and value not in (default, *row.usual) and not every_axis(value)
    ]


def shown(row: Row, params: tuple[Any, ...]) -> list[tuple[tuple[str, Any], Any]]:
    return list(zip(row.params, params[-len(row.params) :] if len(params) > len(row.params) else params, strict=False))


def every_axis(value: Any) -> bool:
    """Return True for the last axes counted from the end, as a setting that was left out is worked out."""
    return isinstance(value, tuple) and value == tuple(range(-len(value), 0))


def infix(row: Row, parts: Sequence[Part], sign: str, style: Style, form: str) -> Part:
    assert row.note is not None and style.slots is not None and style.binds is not None
    slots, lead = style.slots, parts[0]
    first = bracket(lead, slots[0], True, form)
    pieces = [first]
    minus = ROWS[row.note.minus].note if row.note.minus and len(parts) > 2 else None
    for part in parts[1:]:
        if minus is not None and part.minus and part.binds > SUM:
            taken = minus.style(form).template or f"<mo>{escape(minus.style('unicode').template.strip())}</mo>"
            pieces += [taken, part.text.removeprefix(MINUS_SIGN[form])]
        else:
            pieces += [sign, bracket(part, slots[-1], False, form)]
    return Part("".join(pieces), style.binds, minus=lead.minus and first == lead.text)


def with_ending(style: Style, parts: Sequence[Part]) -> tuple[str, list[Part]]:
    """Return the template and the parts where the last part starts with what the template ends in: a + −b is a − b."""
    last = parts[-1]
    for start, other in style.endings:
        if last.text == start or (last.text.startswith(start) and last.binds == style.binds):
            return other, [*parts[:-1], last._replace(text=last.text.removeprefix(start), binds=ATOM)]
    return style.template, list(parts)


def templated(row: Row, parts: Sequence[Part], params: tuple[Any, ...], style: Style, form: str) -> Part:
    assert style.slots is not None and style.binds is not None
    template, texts = with_ending(style, parts)
    opens, leads = template.startswith(MINUS_SIGN[form]), template.startswith("{0}")
    touched = opens or template.startswith(("{0}[", "{0}.", "{0}<mo>["))
    slots = [style.slots[min(k, len(style.slots) - 1)] for k in range(len(texts))]
    written = [bracket(p, slots[k], k == 0 and leads, form, touched) for k, p in enumerate(texts)]
    if form == "latex" and not TALL.search(" ".join(written)):
        template = FENCES.sub("", template)
    comma = style.comma or ("<mo>,</mo>" if form == "mathml" else ", ")
    named = {key: Setting(value, form) for (key, _), value in shown(row, params)}
    text = template.replace("{*}", "{all}").format(*written, all=comma.join(written), **named)
    return Part(text, style.binds, minus=opens or (leads and parts[0].minus and written[0] == parts[0].text))


def call(row: Row, parts: Sequence[Part], params: tuple[Any, ...], form: str) -> Part:
    """Return `name(a, b, axis=0)`; settings that have their usual value are left out."""
    word = row.names[0] if row.names else row.name
    given = unusual(row, params)
    if form == "mathml":
        inner = [p.text for p in parts] + [f"<mi>{key}</mi><mo>=</mo>{setting_element(value)}" for key, value in given]
        return Part(f"<mrow><mi>{word}</mi><mo>&#x2061;</mo>{fenced('<mo>,</mo>'.join(inner), form)}</mrow>", ATOM)
    if form == "latex":
        inner = [p.text for p in parts] + [rf"\mathrm{{{tex(key)}}}={setting_text(value)}" for key, value in given]
        return Part(rf"\operatorname{{{tex(word)}}}" + fenced(", ".join(inner), form), ATOM)
    return Part(
        f"{word}({', '.join([*(p.text for p in parts), *(f'{key}={setting_text(value)}' for key, value in given)])})",
        ATOM,
    )


def setting_text(value: Any) -> str:
    if isinstance(value, Fraction):
        return repr(float(value)) if value.denominator != 1 and Fraction(repr(float(value))) == value else str(value)
    return f"({', '.join(map(str, value))}{',' * (len(value) == 1)})" if isinstance(value, tuple) else str(value)


def setting_element(value: Any) -> str:
    plain = isinstance(value, Fraction | int) and not isinstance(value, bool)
    return number(setting_text(value), "mathml").text if plain else f"<mtext>{escape(setting_text(value))}</mtext>"


# ----- trees -----
def write(tree: sp.Basic, form: str = "plain", tidy: bool = False) -> str:
    """Return a SymPy tree as text, in the author's order; no recursion, however deep the tree.

    Reading it gives the same tree back. `tidy`: write what SymPy has sorted as a person would
    (`-2 + f` as `f - 2`, `x*y**(-1)` as `x/y`), though reading gives another tree then.

    >>> x, y = sp.symbols("x y")
    >>> write(sp.Add(y, sp.Mul(-1, x, evaluate=False), evaluate=False))
    'y - x'
    >>> write(x**2 / (y - 1), "latex", tidy=True)
    '\\\\frac{x^2}{y - 1}'
    """
    part = part_of(tree, form, tidy)
    text = fenced(part.text, form) if part.binds == BARE else part.text
    return f"{MATH}{text}</math>" if form == "mathml" else text


def part_of(tree: sp.Basic, form: str = "plain", tidy: bool = False) -> Part:
    """Return a written tree as a part."""
    done: dict[int, Part] = {}
    alive: list[Any] = []
    todo: list[Any] = [tree]
    while todo:
        top = todo.pop()
        if isinstance(top, tuple):
            whole, spelled = top
            row = ROWS.get(spelled.op) or OPERATORS[spelled.op]
            part = operation(row, [done[id(a)] for a in spelled.args], spelled.params, form)
        elif id(top) in done:
            continue
        else:
            whole, spelled = top, recognise(top, faithful=not tidy)
            alive.append((top, spelled))
            if spelled.op == "input":
                part = Part(name(spelled.params[0], form), ATOM)
            elif spelled.op == "const":
                part = number(spelled.params[1], form)
            else:
                todo.append((top, spelled))
                todo.extend(reversed(spelled.args))
                continue
        done[id(whole)] = part
    return done[id(tree)]
