"""Quotients of polynomials over atoms, with the operators of a number, so that rules of the table run on them.

Exponents may be negative and broken, a power of an atom may obey a law, and every product of terms is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, Protocol

Exact = int | Fraction  # a whole number is an int: these add, compare and hash several times as fast
Monomial = tuple[tuple[int, Exact], ...]  # (atom, its power), sorted
Terms = dict[Monomial, Exact]
ONE: Monomial = ()
LIMIT = 20_000  # products of terms in one proof: about 20 ms


class TooLong(ArithmeticError):
    """The proof would take more steps than it is given."""


class Polynomials:
    """Sums and products of terms, within a number of steps; `powers`: an atom → (d, terms) where atomᵈ = terms.

    >>> ring = Polynomials()
    >>> ring.powers[1] = (2, {ONE: 3})  # the square root of 3
    >>> root = {((1, 1),): 1}
    >>> ring.times(root, root)
    {(): 3}
    """

    def __init__(self, limit: int = LIMIT):
        self.left = limit
        self.powers: dict[int, tuple[int, Terms]] = {}

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooLong

    def plus(self, a: Terms, b: Terms, sign: int = 1) -> Terms:
        self.spend(len(b))
        out = dict(a)
        for m, c in b.items():
            put(out, m, sign * c)
        return out

    def times(self, a: Terms, b: Terms) -> Terms:
        self.spend(len(a) * len(b))
        out: Terms = {}
        for m, c in a.items():
            for n, d in b.items():
                put(out, product(m, n), c * d)
        return self.reduced(out)

    def reduced(self, terms: Terms) -> Terms:
        """Return terms with the powers of atoms brought down by what they obey."""
        while self.powers:
            high = next(
                ((m, i) for m in terms for i, power in m if i in self.powers and power >= self.powers[i][0]), None
            )
            if high is None:
                break
            m, i = high
            degree, law = self.powers[i]
            self.spend(len(law) + len(terms))
            terms = dict(terms)
            c = terms.pop(m)
            low = product(m, ((i, -degree),))
            for n, d in law.items():
                put(terms, product(low, n), c * d)
        return terms


def whole(value: Exact) -> Exact:
    """Return a number that is whole as an int.

    >>> whole(Fraction(4, 2)), whole(Fraction(1, 2))
    (2, Fraction(1, 2))
    """
    return value.numerator if value.denominator == 1 else value


def put(terms: Terms, m: Monomial, c: Exact) -> None:
    """Add one term to others, in place; what cancels is gone."""
    total = whole(terms.get(m, 0) + c)
    if total:
        terms[m] = total
    else:
        terms.pop(m, None)


def product(m: Monomial, n: Monomial) -> Monomial:
    """Return the product of two monomials.

    >>> product(((0, 2), (1, 1)), ((0, -2),))
    ((1, 1),)
    """
    if not m or not n:
        return m or n
    powers = dict(m)
    for i, p in n:
        total = whole(powers.get(i, 0) + p)
        if total:
            powers[i] = total
        else:
            del powers[i]
    return tuple(sorted(powers.items()))


def inverse(m: Monomial) -> Monomial:
    return tuple((i, -p) for i, p in m)


HIGHEST = 24  # powers that are multiplied out


class Functions(Protocol):
    """What a power and an absolute value ask of functions."""

    def exp(self, u: Any) -> Quotient: ...
    def log(self, u: Any) -> Quotient: ...
    def root(self, u: Quotient, degree: int) -> Quotient: ...
    def absolute(self, u: Quotient) -> Quotient: ...


class Forms(Polynomials):
    """The atoms of one proof, and how many steps it may still take; `laws` makes the functions that know these atoms."""

    def __init__(self, laws: Callable[[Forms], Functions], limit: int = LIMIT):
        super().__init__(limit)
        self.index: dict[Any, int] = {}
        self.positive: list[bool] = []  # for each atom: it is positive, and may have any power
        self.laws = laws(self)

    def atom(self, key: Any, positive: bool = False) -> int:
        """Return the number of the atom of a key: the same for equal keys."""
        i = self.index.get(key)
        if i is None:
            i = self.index[key] = len(self.index)
            self.positive.append(positive)
        return i

    def single(self, i: int, power: Fraction | int = 1) -> Quotient:
        return Quotient(self, {((i, whole(power)),): 1})

    def number(self, value: Fraction | int) -> Quotient:
        return Quotient(self, {ONE: whole(value)} if value else {})

    def opaque(self, name: str, args: Iterable[Any], params: tuple[Any, ...] = ()) -> Quotient:
        """Return an atom for a function without laws, the same for the same arguments."""
        return self.single(self.atom((name, tuple(self.lift(a).key() for a in args), params)))

    def lift(self, value: Any) -> Quotient:
        if isinstance(value, Quotient):
            return value
        if isinstance(value, int | Fraction):
            return self.number(value)
        raise TypeError(f"no exact number: {value!r}")


class Quotient:
    """A quotient of polynomials; a denominator of one term is moved to the top."""

    __slots__ = ("forms", "over", "under")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, forms: Forms, over: Terms, under: Terms | None = None):
        self.forms = forms
        if under is not None and len(under) == 1:
            ((m, c),) = under.items()
            over, under = forms.times(over, {inverse(m): whole(Fraction(1) / c)}), None
        self.over, self.under = over, under if over else None

    def key(self) -> Any:
        """Return what is equal for equal forms (not for all equal functions)."""
        if self.under is None:
            return frozenset(self.over.items()), None
        lead = Fraction(self.under[min(self.under)])
        return tuple(frozenset((m, whole(c / lead)) for m, c in terms.items()) for terms in (self.over, self.under))

    @property
    def constant(self) -> Exact | None:
        """The value if it is a number, else None."""
        if self.under is not None or len(self.over) > 1 or (self.over and ONE not in self.over):
            return None
        return self.over.get(ONE, 0)

    @property
    def negative(self) -> bool:
        """Whether the term that leads the numerator has a minus, so that it is turned into that of −u."""
        return bool(self.over) and self.over[min(self.over)] < 0

    @property
    def zero(self) -> bool:
        """Whether this is 0 wherever it is defined: so it is if it is 0 times a root that it is divided by."""
        f = self.forms
        below: dict[int, Exact] = {}
        for m in self.over:
            for i, p in m:
                if p < 0 and i in f.powers:
                    below[i] = max(below.get(i, 0), -p)
        return not (f.times(self.over, {tuple(sorted(below.items())): 1}) if below else self.over)

    # ----- operators -----
    def __add__(self, other: Any) -> Quotient:
        return self.joined(other, 1)

    def joined(self, other: Any, sign: int) -> Quotient:
        f, b = self.forms, self.forms.lift(other)
        if self.under == b.under:
            return Quotient(f, f.plus(self.over, b.over, sign), self.under)
        one: Terms = {ONE: 1}
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
        return self * Quotient(f, b.under or {ONE: 1}, b.over)

    def __rtruediv__(self, other: Any) -> Quotient:
        return self.forms.lift(other) / self

    def __pow__(self, power: Any) -> Quotient:
        n = self.forms.lift(power).constant
        if n is None:
            return self.forms.laws.exp(power * self.forms.laws.log(self))
        if n < 0:
            return 1 / self**-n
        root = self if n.denominator == 1 else self.forms.laws.root(self, n.denominator)
        return root.times_itself(n.numerator)

    def times_itself(self, n: int) -> Quotient:
        if len(self.over) == 1 and self.under is None:
            ((m, c),) = self.over.items()
            if n <= HIGHEST or c in (1, -1):
                return Quotient(self.forms, self.forms.reduced({tuple((i, p * n) for i, p in m if n): c**n}))
        if n > HIGHEST:
            return self.forms.opaque("power", (self,), (n,))
        out = self.forms.number(1)
        for _ in range(n):
            out = out * self
        return out

    def __rpow__(self, base: Any) -> Quotient:
        return self.forms.lift(base) ** self

    def __abs__(self) -> Quotient:
        return self.forms.laws.absolute(self)

    def __bool__(self) -> bool:
        raise TypeError("a form has no truth")

    def refuse(self, other: object) -> Any:
        raise TypeError("forms have no order")

    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = refuse
