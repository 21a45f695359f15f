"""Polynomials whose exponents may be negative and broken, over atoms of which a power may obey a law; counted in steps."""

from __future__ import annotations

from fractions import Fraction

Monomial = tuple[tuple[int, Fraction], ...]  # (atom, its power), sorted
Terms = dict[Monomial, Fraction]
ONE: Monomial = ()
LIMIT = 20_000  # products of terms in one proof: about 20 ms


class TooLong(ArithmeticError):
    """The proof would take more steps than it is given."""


class Polynomials:
    """Sums and products of terms, within a number of steps; `powers`: an atom → (d, terms) where atomᵈ = terms.

    >>> ring = Polynomials()
    >>> ring.powers[1] = (2, {ONE: Fraction(3)})  # the square root of 3
    >>> root = {((1, Fraction(1)),): Fraction(1)}
    >>> ring.times(root, root)
    {(): Fraction(3, 1)}
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
            low = product(m, ((i, Fraction(-degree)),))
            for n, d in law.items():
                put(terms, product(low, n), c * d)
        return terms


def put(terms: Terms, m: Monomial, c: Fraction) -> None:
    """Add one term to others, in place; what cancels is gone."""
    total = terms.get(m, Fraction(0)) + c
    if total:
        terms[m] = total
    else:
        terms.pop(m, None)


def product(m: Monomial, n: Monomial) -> Monomial:
    """Return the product of two monomials.

    >>> product(((0, Fraction(2)), (1, Fraction(1))), ((0, Fraction(-2)),))
    ((1, Fraction(1, 1)),)
    """
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
