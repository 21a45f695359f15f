"""A normal form that proves equality: quotients of polynomials over atoms, with what exp, roots and cosines obey.

Rules of the table run on these quotients as they run on numbers: `forward` of a sum adds them, and
a function written over a module (`m.exp`) finds its laws in `Laws`. Whatever has none is an atom,
the same for the same arguments. Two normal forms with a difference of 0 prove equality wherever
both are defined; different ones prove nothing. Counted in products of terms, never in seconds.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from ..expr.running import Cell, run
from ..ops.arrays import Entry
from ..ops.table import ROWS
from .domain import NAMED, Domain
from .quotients import ONE, Exact, Forms, Monomial, Quotient, TooLong, whole
from .scalars import ancestors

MOST_ANGLES = 6  # angles that one is the sum of


class Laws:
    """What a formula finds where it asks a module for functions (`m.exp`)."""

    def __init__(self, forms: Forms):
        self.forms = forms
        self.arguments: dict[int, Quotient] = {}  # of an atom that is a logarithm
        self.exponents: dict[int, Monomial] = {}  # of an atom that is an exponential

    @property
    def pi(self) -> Quotient:
        return self.forms.opaque("pi", ())

    def mpf(self, value: Any) -> Quotient:
        return self.forms.lift(value)

    # ----- exponentials and logarithms -----
    def exp(self, u: Any) -> Quotient:
        """e^(Σ cᵢmᵢ) = Π (e^mᵢ)^cᵢ."""
        f = self.forms
        u = f.lift(u)
        if u.under is not None:
            sign = -1 if u.negative else 1
            return f.single(f.atom(("exp", (sign * u).key()), positive=True), sign)
        out = f.number(1)
        for m, c in sorted(u.over.items()):
            out = out * self.exp_of_term(m, c)
        return out

    def exp_of_term(self, m: Monomial, c: Exact) -> Quotient:
        """e^(c·ln v) = vᶜ for a whole c, and for any c if v is positive by itself."""
        f = self.forms
        v = self.arguments.get(m[0][0]) if len(m) == 1 and m[0][1] == 1 else None
        if v is not None and (c.denominator == 1 or self.positive(v)):
            return v**c
        i = f.atom(("exp", m), positive=True)
        self.exponents[i] = m
        return f.single(i, c)

    def log(self, u: Any) -> Quotient:
        """ln(e^v) = v and ln(v·w) = ln v + ln w where both are positive by themselves; any other logarithm is an atom that exp knows."""
        f = self.forms
        u = f.lift(u)
        if not self.positive(u):
            return self.log_of(u)
        ((m, c),) = u.over.items()
        return sum((p * self.log_of_atom(i) for i, p in m), self.log_of(f.number(c)))

    def log_of_atom(self, i: int) -> Quotient:
        return (
            Quotient(self.forms, {self.exponents[i]: 1}) if i in self.exponents else self.log_of(self.forms.single(i))
        )

    def log_of(self, u: Quotient) -> Quotient:
        if u.constant == 1:
            return self.forms.number(0)
        i = self.forms.atom(("log", u.key()))
        self.arguments.setdefault(i, u)
        return self.forms.single(i)

    # ----- roots and absolute values -----
    def sqrt(self, u: Any) -> Quotient:
        return self.root(self.forms.lift(u), 2)

    def root(self, u: Quotient, degree: int) -> Quotient:
        """The root r of u obeys r^degree = u; that of what is positive by itself is a power of it."""
        f = self.forms
        if self.positive(u) and ONE not in u.over:
            ((m, c),) = u.over.items()
            rest = Quotient(f, {tuple((i, whole(Fraction(p) / degree)) for i, p in m): 1})
            return rest if c == 1 else rest * self.root(f.number(c), degree)
        exact = whole_root(u.constant, degree)
        if exact is not None:
            return f.number(exact)
        i = f.atom(("root", u.key(), degree), positive=u.constant is not None)
        if u.under is None:
            f.powers.setdefault(i, (degree, u.over))
        return f.single(i)

    def absolute(self, u: Quotient) -> Quotient:
        """|u| is |−u|, and |u|² = u²; what is positive by itself stays."""
        f = self.forms
        if self.positive(u):
            return u
        _, key = self.turned(u)
        i = f.atom(("abs", key))
        square = u * u
        if square.under is None:
            f.powers.setdefault(i, (2, square.over))
        return f.single(i)

    def positive(self, u: Quotient) -> bool:
        """Return whether this is a product of positive atoms and a positive number."""
        if u.under is not None or len(u.over) != 1:
            return False
        ((m, c),) = u.over.items()
        return c > 0 and all(self.forms.positive[i] for i, _ in m)

    # ----- circles and hyperbolas -----
    def sin(self, u: Any) -> Quotient:
        return self.circle(self.forms.lift(u))[0]

    def cos(self, u: Any) -> Quotient:
        return self.circle(self.forms.lift(u))[1]

    def circle(self, u: Quotient) -> tuple[Quotient, Quotient]:
        """Return sin and cos of an angle; of a sum of few whole multiples by the addition theorems."""
        terms = u.over.items()
        if (
            u.under is not None
            or sum(abs(Fraction(c)) for c in u.over.values()) > MOST_ANGLES
            or any(c.denominator > 1 for _, c in terms)
        ):
            return self.atoms_of_circle(u)
        sine, cosine = self.forms.number(0), self.forms.number(1)
        for m, c in terms:
            s, k = self.atoms_of_circle(Quotient(self.forms, {m: 1}))
            s = s if c > 0 else -s
            for _ in range(abs(int(c))):
                sine, cosine = sine * k + cosine * s, cosine * k - sine * s
        return sine, cosine

    def atoms_of_circle(self, u: Quotient) -> tuple[Quotient, Quotient]:
        """Return sin and cos of an angle as atoms: sin is odd, cos is even, and cos² = 1 − sin²."""
        f = self.forms
        sign, key = self.turned(u)
        sine, cosine = f.atom(("sin", key)), f.atom(("cos", key))
        f.powers.setdefault(cosine, (2, {ONE: 1, ((sine, 2),): -1}))
        return sign * f.single(sine), f.single(cosine)

    def tan(self, u: Any) -> Quotient:
        return self.sin(u) / self.cos(u)

    def sinh(self, u: Any) -> Quotient:
        return (self.exp(u) - self.exp(-u)) / 2

    def cosh(self, u: Any) -> Quotient:
        return (self.exp(u) + self.exp(-u)) / 2

    def tanh(self, u: Any) -> Quotient:
        return 1 - 2 / (self.exp(2 * u) + 1)

    def erfc(self, u: Any) -> Quotient:
        return 1 - self.erf(u)

    def turned(self, u: Any) -> tuple[int, Any]:
        """Return a sign and the key of ±u, the same for u and −u."""
        u = self.forms.lift(u)
        return (-1, (-u).key()) if u.negative else (1, u.key())

    def __getattr__(self, name: str) -> Callable[..., Quotient]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args: self.forms.opaque(name, args)


def whole_root(c: Exact | None, degree: int) -> Fraction | None:
    """Return the root of a number if it is a Fraction, else None.

    >>> whole_root(Fraction(4, 9), 2), whole_root(Fraction(2), 2), whole_root(Fraction(-8), 3)
    (Fraction(2, 3), None, None)
    """
    if c is None or c < 0 or max(c.numerator, c.denominator) > 2**52:
        return None
    near = Fraction(round(c.numerator ** (1 / degree)), round(c.denominator ** (1 / degree)))
    return near if near**degree == c else None


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


# ----- a longer proof by SymPy, in a child process that is stopped when its time is over -----
START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from graphtutor.equal.formal import child; child()"
TOLD = {
    "positive": {"positive": True},
    "negative": {"negative": True},
    "nonnegative": {"nonnegative": True},
    "nonzero": {"nonzero": True},
}


def prove_in_child(
    cells: Sequence[Cell], pairs: Sequence[tuple[int, int]], domains: Mapping[str, Domain], seconds: float
) -> str:
    """Return how SymPy proved every pair equal, or "" if it did not within `seconds` (of the clock)."""
    needed = ancestors(list(cells), [i for pair in pairs for i in pair])
    moved = {i: k for k, i in enumerate(needed)}
    kept = [(op, tuple(moved[a] for a in args), params) for op, args, params in (cells[i] for i in needed)]
    question = pickle.dumps(
        (kept, [(moved[a], moved[b]) for a, b in pairs], {name: told(d) for name, d in domains.items()})
    )
    try:
        answer = subprocess.run(
            [sys.executable, "-c", START, json.dumps(sys.path)],
            input=question,
            capture_output=True,
            timeout=seconds,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):  # OSError: in a browser there are no processes
        return ""
    return answer.stdout.decode().strip()


def told(domain: Domain) -> dict[str, bool]:
    """Return what SymPy may assume of a name's domain."""
    if domain.low is not None and domain.low >= 0:
        return TOLD["nonnegative" if domain.closed else "positive"]
    plain = next((name for name in TOLD if NAMED[name] == domain), None)
    return TOLD[plain] if plain else {"integer": True} if domain.integer else {"real": True}


def child() -> None:
    """Read a question from standard input and write how it was proved to standard output."""
    cells, pairs, assumptions = pickle.load(sys.stdin.buffer)
    point = {name: sp.Symbol(name, **{"real": True, **known}) for name, known in assumptions.items()}
    values = run(cells, ((),) * len(cells), point, "sympy")
    ways = [
        next((how for how, zero in attempts(sp.sympify(values[a]) - sp.sympify(values[b])) if zero), "")
        for a, b in pairs
    ]
    print(", ".join(dict.fromkeys(ways)) if all(ways) else "")


def attempts(difference: Any) -> Iterator[tuple[str, bool]]:
    """Yield SymPy's ways to see a zero, the quick ones first."""
    yield "SymPy's evaluation", difference == 0
    yield "SymPy's together", sp.together(difference) == 0
    yield "SymPy's simplify", sp.simplify(difference) == 0
    yield "SymPy's simplify over exponentials", sp.simplify(difference.rewrite(sp.exp)) == 0
    yield "SymPy's simplify by cases", sp.simplify(sp.piecewise_fold(difference.rewrite(sp.Piecewise))) == 0
