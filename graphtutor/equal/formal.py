"""A normal form that proves equality: quotients of polynomials over atoms, with what exp, roots and cosines obey.

Rules of the table run on these quotients as they run on numbers: `forward` of a sum adds them, and
a function written over a module (`m.exp`) finds its laws in `Laws`. Whatever has none is an atom,
the same for the same arguments. Two normal forms with a difference of 0 prove equality wherever
both are defined; different ones prove nothing. Counted in products of terms, never in seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

from ..expr.graph import Cell
from ..ops.arrays import Entry
from ..ops.table import ROWS
from .laws import Laws
from .polynomials import TooLong
from .quotients import Forms, Quotient
from .scalars import ancestors

HOW = "bringing both to one normal form"


def proved(cells: Sequence[Cell], pairs: Sequence[tuple[int, int]], positive: Collection[str] = ()) -> str:
    """Return how the pairs were proved equal wherever both are defined, or "" if they were not.

    `positive`: the names that stand for positive numbers alone.

    >>> b = __import__("graphtutor.equal.scalars", fromlist=["Scalars"]).Scalars()
    >>> x = b.input("x")
    >>> proved(b.cells, [(b.add("mul", (x, x)), b.add("power", (x,), (Fraction(2),)))])
    'bringing both to one normal form'
    >>> proved(b.cells, [(b.add("abs", (x,)), x)]), proved(b.cells, [(b.add("abs", (x,)), x)], {"x"}) == HOW
    ('', True)
    """
    forms = Forms(Laws)
    made: dict[int, Quotient] = {}
    try:
        for i in ancestors(cells, [i for pair in pairs for i in pair]):
            made[i] = form(forms, cells[i], [made[a] for a in cells[i][1]], positive)
        return HOW if all((made[a] - made[b]).zero for a, b in pairs) else ""
    except TooLong:
        return ""


def form(forms: Forms, cell: Cell, args: Sequence[Quotient], positive: Collection[str]) -> Quotient:
    """Return the form of one cell: by its rule where the rule takes forms, else an atom."""
    op, _, params = cell
    if op == "input":
        return forms.single(forms.atom(("input", params[0]), positive=params[0] in positive))
    if op == "const":
        return forms.number(params[0]) if isinstance(params[0], Fraction) else forms.opaque("const", (), (params[0],))
    row = ROWS[op]
    if row.discrete or row.conditions:
        return forms.opaque(op, args, params)
    try:
        made = (
            row.forward.formula(forms.laws, *args, *params)
            if isinstance(row.forward, Entry)
            else row.forward(*args, *params)
        )
        return forms.lift(made)
    except (TypeError, ValueError):
        return forms.opaque(op, args, params)
