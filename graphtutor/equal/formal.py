"""A normal form that proves equality: quotients of polynomials over atoms, with what exp, roots and cosines obey.

Rules of the table run on these quotients as they run on numbers: `forward` of a sum adds them, and
a function written over a module (`m.exp`) finds its laws in `Laws`. Whatever has none is an atom,
the same for the same arguments. Two normal forms with a difference of 0 prove equality wherever
both are defined; different ones prove nothing. Counted in products of terms, never in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from ..graphs import Cell
from ..maths.arrays import Entry
from ..maths.ops import ROWS
from .scalars import ancestors

Monomial = tuple[tuple[int, Fraction], ...]
Terms = dict[Monomial, Fraction]
LIMIT = 20_000  # products of terms in one proof: about 20 ms
HIGHEST = 24  # powers that are multiplied out
ONE: Monomial = ()


class TooLong(ArithmeticError):
    """The proof would take more steps than it is given."""


class Forms:
    """The atoms of one proof, and how many steps it may still take."""

    def __init__(self, limit: int = LIMIT):
        self.left = limit
        self.index: dict[Any, int] = {}
        self.whole: list[bool] = []  # atoms that take whole powers only; exponentials take any
        self.powers: dict[int, tuple[int, Terms]] = {}  # atomᵈ = terms
        self.arguments: dict[int, Quotient] = {}  # of a logarithm
        self.exponents: dict[int, Monomial] = {}  # of an exponential of one term
        self.laws = Laws(self)

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooLong

    def atom(self, key: Any, any_power: bool = False) -> int:
        i = self.index.get(key)
        if i is None:
            i = self.index[key] = len(self.index)
            self.whole.append(not any_power)
        return i

    def single(self, i: int, power: Fraction | int = 1) -> Quotient:
        return Quotient(self, {((i, Fraction(power)),): Fraction(1)})

    def number(self, value: Fraction | int) -> Quotient:
        return Quotient(self, {ONE: Fraction(value)} if value else {})

    def opaque(self, name: str, args: Iterable[Any], params: tuple[Any, ...] = ()) -> Quotient:
        return self.single(self.atom((name, tuple(self.lift(a).key() for a in args), params)))

    def lift(self, value: Any) -> Quotient:
        if isinstance(value, Quotient):
            return value
        if isinstance(value, int | Fraction):
            return self.number(value)
        raise TypeError(f"no exact number: {value!r}")

    # ----- polynomials -----
    def plus(self, a: Terms, b: Terms, sign: int = 1) -> Terms:
        self.spend(len(b))
        out = dict(a)
        for m, c in b.items():
            total = out.get(m, 0) + sign * c
            if total:
                out[m] = total
            else:
                out.pop(m, None)
        return out

    def times(self, a: Terms, b: Terms) -> Terms:
        self.spend(len(a) * len(b))
        out: Terms = {}
        for m, c in a.items():
            for n, d in b.items():
                merged = product(m, n)
                out[merged] = out.get(merged, Fraction(0)) + c * d
        return self.reduced({m: c for m, c in out.items() if c})

    def reduced(self, terms: Terms) -> Terms:
        """Return terms with the powers of roots and cosines brought down by what they obey."""
        while True:
            high = next(((m, i) for m in terms for i, power in m if i in self.powers and power >= self.powers[i][0]), None) if self.powers else None
            if high is None:
                return terms
            m, i = high
            degree, law = self.powers[i]
            low = tuple((j, p - degree if j == i else p) for j, p in m if j != i or p != degree)
            c = terms[m]
            self.spend(len(law) + len(terms))
            rest = {k: v for k, v in terms.items() if k != m}
            for n, d in law.items():
                merged = product(low, n)
                total = rest.get(merged, Fraction(0)) + c * d
                if total:
                    rest[merged] = total
                else:
                    rest.pop(merged, None)
            terms = rest


def product(m: Monomial, n: Monomial) -> Monomial:
    if not m or not n:
        return m or n
    powers = dict(m)
    for i, p in n:
        total = powers.get(i, Fraction(0)) + p
        if total:
            powers[i] = total
        else:
            del powers[i]
    return tuple(sorted(powers.items()))


def inverse(m: Monomial) -> Monomial:
    return tuple((i, -p) for i, p in m)


class Quotient:
    """A quotient of polynomials whose exponents may be negative; a denominator of one term is moved to the top."""

    __slots__ = ("forms", "over", "under")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, forms: Forms, over: Terms, under: Terms | None = None):
        self.forms = forms
        if under is not None and len(under) == 1:
            ((m, c),) = under.items()
            over, under = forms.times(over, {inverse(m): 1 / c}), None
        self.over, self.under = over, under if over else None

    def key(self) -> Any:
        """Return what is equal for equal forms (not for all equal functions)."""
        lead = Fraction(1) if self.under is None else self.under[min(self.under)]
        under = None if self.under is None else frozenset((m, c / lead) for m, c in self.under.items())
        return frozenset((m, c / lead) for m, c in self.over.items()), under

    def constant(self) -> Fraction | None:
        if self.under is not None or len(self.over) > 1 or (self.over and ONE not in self.over):
            return None
        return self.over.get(ONE, Fraction(0))

    @property
    def zero(self) -> bool:
        """Whether this is 0 wherever it is defined: so it is if it is 0 times a root that it is divided by."""
        f = self.forms
        below: dict[int, Fraction] = {}
        for m in self.over:
            for i, p in m:
                if p < 0 and i in f.powers:
                    below[i] = max(below.get(i, Fraction(0)), -p)
        return not (f.times(self.over, {tuple(sorted(below.items())): Fraction(1)}) if below else self.over)

    def __add__(self, other: Any) -> Quotient:
        return self.joined(other, 1)

    def joined(self, other: Any, sign: int) -> Quotient:
        f, b = self.forms, self.forms.lift(other)
        if self.under == b.under:
            return Quotient(f, f.plus(self.over, b.over, sign), self.under)
        one = {ONE: Fraction(1)}
        mine, yours = self.under or one, b.under or one
        top = f.plus(f.times(self.over, yours), f.times(b.over, mine), sign)
        return Quotient(f, top, f.times(mine, yours))

    __radd__ = __add__

    def __neg__(self) -> Quotient:
        return Quotient(self.forms, {m: -c for m, c in self.over.items()}, self.under)

    def __sub__(self, other: Any) -> Quotient:
        return self.joined(other, -1)

    def __rsub__(self, other: Any) -> Quotient:
        return (-self).joined(other, 1)

    def __mul__(self, other: Any) -> Quotient:
        f, b = self.forms, self.forms.lift(other)
        under = self.under if b.under is None else b.under if self.under is None else f.times(self.under, b.under)
        return Quotient(f, f.times(self.over, b.over), under)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Quotient:
        f, b = self.forms, self.forms.lift(other)
        if b.zero:
            raise TypeError("nothing is divided by zero")
        turned = Quotient(f, b.under or {ONE: Fraction(1)}, b.over)
        return self * turned

    def __rtruediv__(self, other: Any) -> Quotient:
        return self.forms.lift(other) / self

    def __pow__(self, power: Any) -> Quotient:
        n = Fraction(power) if isinstance(power, int | Fraction) else None if not isinstance(power, Quotient) else power.constant()
        if n is None:
            return self.forms.laws.exp(power * self.forms.laws.log(self))
        if n < 0:
            return 1 / self**-n
        root = self if n.denominator == 1 else self.forms.laws.root(self, n.denominator)
        if len(self.over) == 1 and self.under is None and n.denominator == 1:
            ((m, c),) = self.over.items()
            if abs(n) <= HIGHEST or c in (1, -1):
                return Quotient(self.forms, self.forms.reduced({tuple((i, p * n) for i, p in m): c ** int(n)}))
        if n.numerator > HIGHEST:
            return self.forms.opaque("power", (self,), (n,))
        out = self.forms.number(1)
        for _ in range(n.numerator):
            out = out * root
        return out

    def __rpow__(self, base: Any) -> Quotient:
        return self.forms.lift(base) ** self

    def __abs__(self) -> Quotient:
        """|u| is |−u|, and |u|² = u²."""
        f = self.forms
        _, key = f.laws.turned(self)
        i = f.atom(("abs", key))
        square = self * self
        if square.under is None:
            f.powers.setdefault(i, (2, square.over))
        return f.single(i)

    def __bool__(self) -> bool:
        raise TypeError("a form has no truth")

    def refuse(self, other: object) -> Any:
        raise TypeError("forms have no order")

    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = refuse


class Laws:
    """What a formula finds where it asks a module for functions: laws that hold wherever the functions are defined."""

    def __init__(self, forms: Forms):
        self.forms = forms

    @property
    def pi(self) -> Quotient:
        return self.forms.opaque("pi", ())

    def mpf(self, value: Any) -> Any:
        return self.forms.lift(value)

    def exp(self, u: Any) -> Quotient:
        """e^(Σ cᵢmᵢ) = Π (e^mᵢ)^cᵢ, and e^(c·ln v) = v^c for a whole c."""
        f = self.forms
        u = f.lift(u)
        if u.under is not None:
            over, sign = u.over, 1
            if over[min(over)] < 0:
                over, sign = {m: -c for m, c in over.items()}, -1
            return f.single(f.atom(("exp", Quotient(f, over, u.under).key()), any_power=True), sign)
        out = f.number(1)
        for m, c in sorted(u.over.items()):
            if len(m) == 1 and m[0][1] == 1 and m[0][0] in f.arguments and c.denominator == 1:
                out = out * f.arguments[m[0][0]] ** c
            else:
                i = f.atom(("exp", m), any_power=True)
                f.exponents[i] = m
                out = out * f.single(i, c)
        return out

    def log(self, u: Any) -> Quotient:
        """ln(e^v) = v; any other logarithm is an atom that exp knows."""
        f = self.forms
        u = f.lift(u)
        if u.constant() == 1:
            return f.number(0)
        if u.under is None and len(u.over) == 1:
            ((m, c),) = u.over.items()
            if c == 1 and all(i in f.exponents for i, _ in m):
                return Quotient(f, {f.exponents[i]: p for i, p in m})
        i = f.atom(("log", u.key()))
        f.arguments.setdefault(i, u)
        return f.single(i)

    def sqrt(self, u: Any) -> Quotient:
        return self.root(self.forms.lift(u), 2)

    def root(self, u: Quotient, degree: int) -> Quotient:
        """The root r of u obeys r^degree = u; a root of an exponential is one."""
        f = self.forms
        if u.under is None and len(u.over) == 1:
            ((m, c),) = u.over.items()
            if c == 1 and m and not any(f.whole[i] for i, _ in m):
                return Quotient(f, {tuple((i, p / degree) for i, p in m): Fraction(1)})
        i = f.atom(("root", u.key(), degree))
        if u.under is None:
            f.powers.setdefault(i, (degree, u.over))
        return f.single(i)

    def sin(self, u: Any) -> Quotient:
        sign, key = self.turned(u)
        return sign * self.forms.single(self.forms.atom(("sin", key)))

    def cos(self, u: Any) -> Quotient:
        """cos is even, and cos² = 1 − sin²."""
        f = self.forms
        _, key = self.turned(u)
        sine, i = f.atom(("sin", key)), f.atom(("cos", key))
        f.powers.setdefault(i, (2, {ONE: Fraction(1), ((sine, Fraction(2)),): Fraction(-1)}))
        return f.single(i)

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
        sign = -1 if u.over and u.over[min(u.over)] < 0 else 1
        return sign, (u if sign > 0 else -u).key()

    def __getattr__(self, name: str) -> Callable[..., Quotient]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args: self.forms.opaque(name, args)


def form(forms: Forms, cell: Cell, args: Sequence[Quotient]) -> Quotient:
    """Return the form of one cell: by its rule where the rule takes forms, else an atom."""
    op, _, params = cell
    if op == "input":
        return forms.single(forms.atom(("input", params[0])))
    if op == "const":
        return forms.number(params[0]) if isinstance(params[0], Fraction) else forms.opaque("const", (), (params[0],))
    row = ROWS[op]
    if row.discrete or row.conditions:
        return forms.opaque(op, args, params)
    try:
        made = row.forward.formula(forms.laws, *args, *params) if isinstance(row.forward, Entry) else row.forward(*args, *params)
        return forms.lift(made)
    except (TypeError, ValueError):
        return forms.opaque(op, args, params)


def proved(cells: Sequence[Cell], pairs: Sequence[tuple[int, int]]) -> str:
    """Return how the pairs were proved equal wherever both are defined, or "" if they were not.

    >>> b = __import__("graphtutor.equal.scalars", fromlist=["Scalars"]).Scalars()
    >>> x = b.input("x")
    >>> proved(b.cells, [(b.add("mul", (x, x)), b.add("power", (x,), (Fraction(2),)))])
    'bringing both to one normal form'
    """
    forms = Forms()
    made: dict[int, Quotient] = {}
    try:
        for i in ancestors(cells, [i for pair in pairs for i in pair]):  # type: ignore[arg-type]
            made[i] = form(forms, cells[i], [made[a] for a in cells[i][1]])
        return "bringing both to one normal form" if all((made[a] - made[b]).zero for a, b in pairs) else ""
    except TooLong:
        return ""
