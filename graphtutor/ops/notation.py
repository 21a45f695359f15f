"""How an operation is written: Notation and its Styles, and the shapes that many rows share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Style:
    """One form of a notation, where more than its template differs; None stands for what the notation says.

    `endings`: if the last argument's text opens with the first of a pair (and is of the same
    operation, or is just that), the pair's second is the template, over what follows it. `unless`:
    with this (a regular expression) in an argument the plain form is written, for this one would be read
    another way; with it in two arguments the template `instead`, if there is one. `comma` stands between
    all arguments, `{*}`.
    """

    template: str
    binds: int | None = None
    slots: tuple[int, ...] | None = None
    endings: tuple[tuple[str, str], ...] = ()
    unless: str = ""
    comma: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Notation:
    """How an operation is written: templates over the written arguments `{0}`, `{1}`, … and params `{axis}`.

    `binds` is how tightly the result holds together (70 = an atom or a call, 60 postfix, 50 power,
    40 unary minus, 30 product, 20 sum, 10 comparison, 8 not, 6 and, 4 or, 0 = never inside another);
    an argument that binds less than its entry in `slots` (the last repeats) is put in brackets.
    A template without braces is an infix sign. `join`: it stands between any number of arguments;
    `minus`: among more than two, a term that opens with a minus joins by this sign alone. A form left
    out is written as plain, MathML as a sign or a call.
    """

    plain: str
    unicode: str | Style | None = None
    latex: str | Style | None = None
    binds: int = 70
    slots: tuple[int, ...] = (0,)
    join: bool = False
    mathml: str | Style | None = None
    minus: str = ""

    @lru_cache(maxsize=1000)  # noqa: B019 - notations live as long as the table
    def style(self, form: str) -> Style:
        """Return one form: "plain", "unicode", "latex" or "mathml"."""
        given = getattr(self, form)
        if given is None:
            given = "" if form == "mathml" or ("{" in self.plain and form == "latex") else self.plain
        style = given if isinstance(given, Style) else Style(given)
        binds, slots = (
            self.binds if style.binds is None else style.binds,
            self.slots if style.slots is None else style.slots,
        )
        return replace(style, binds=binds, slots=slots)


# ----- shapes that many rows share -----
def infix(plain: str, binds: int, unicode: str | Style | None = None, latex: str | Style | None = None) -> Notation:
    return Notation(plain, unicode, latex, binds, (binds, binds + 1))


PRODUCT = Notation(  # of two vectors · would be the dot product
    "*", Style("·", unless=r"(^|[^\w\])}])\[", instead="⊙"), Style(r" \cdot ", unless=r"\\begin\{bmatrix\}", instead=r" \odot "), 30, (30, 31), join=True,
    mathml=Style("<mo>·</mo>", unless=r"<mo>\[</mo>", instead="<mo>⊙</mo>"),
)  # fmt: skip


def bare(sign: str) -> str | Style:
    """Return the form of a comparison; `=` outside brackets would be read as a line of a derivation."""
    return Style(sign, 1) if sign.strip() == "=" else sign


def call(latex: str) -> Notation:
    return Notation("", latex=latex)


def flat(template: str, binds: int, *slots: int) -> Style:
    """Return a form whose layout (a bar, a raised place, a roof) brackets its arguments by itself."""
    return Style(template, binds, slots or (0,))


def cases(start: str, row: str, link: str, last: str, end: str, nothing: str) -> Style:
    """Return a form that writes a choice in the other branch as one more case, and no branch (`nothing`) as none."""
    chained = start.format(), start + row + link + "{2}"
    return Style(start + row + link + last + end, 15, (0,), (chained, (nothing, start + row + end)))
