"""Products and sums as a person keeps them: factors with their powers, terms with their numbers, in order of appearance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy as sp

from ..language import trees
from ..ops import heads
from ..ops.spell import number
from .anatomy import ONE, ZERO, Keys, row_of, spell

MAX_POWER = 64  # of a number that is worked out


# ----- products -----
@dataclass
class Product:
    """A coefficient and powers of different bases in order of appearance; `exponents` of e are added up."""

    keys: Keys
    coefficient: Fraction = Fraction(1)
    decimal: bool = False
    bases: dict[int, sp.Basic] = field(default_factory=dict)
    powers: dict[int, int] = field(default_factory=dict)
    exponents: list[tuple[sp.Basic, int]] = field(default_factory=list)

    # branches: one case for each kind of factor
    def times(self, tree: sp.Basic, exponent: int = 1, through: bool = True) -> None:
        """Multiply by tree**exponent; `through`: into fractions as well, which else are one factor."""
        todo = [(tree, exponent)]
        while todo:
            top, n = todo.pop()
            value = number(top)
            if value is not None and (value != 0 or n > 0) and abs(n) <= MAX_POWER:
                self.coefficient *= value**n
                self.decimal = self.decimal or isinstance(top, heads.Decimal)
            elif type(top) is sp.Mul and (through or not is_fraction(top)):
                todo.extend((a, n) for a in reversed(top.args))
            elif (
                type(top) is sp.Pow
                and isinstance(top.args[1], sp.Integer)
                and (through or top.args[1] > 0 or self.bases)
            ):
                todo.append((top.args[0], n * int(top.args[1])))
            elif isinstance(top, sp.exp):
                self.exponents.append((top.args[0], n))
                self.appear(EXPONENTIAL, top, 0)
            else:
                self.appear(self.keys(top), top, n)

    def appear(self, key: int, tree: sp.Basic, n: int) -> None:
        self.bases.setdefault(key, tree)
        self.powers[key] = self.powers.get(key, 0) + n

    def exponential(self) -> sp.Basic | None:
        """Return e to the sum of all exponents met, or None for e⁰."""
        if not self.exponents:
            return None
        if len(self.exponents) == 1 and self.exponents[0][1] == 1:
            return trees.compose("exp", (self.exponents[0][0],))
        total = total_of(self.keys, [(term, Fraction(n) * sign) for u, n in self.exponents for term, sign in terms(u)])
        return None if number(total) == 0 else trees.compose("exp", (total,))

    def factors(self) -> tuple[list[sp.Basic], list[sp.Basic]]:
        """Return what stands above and below the bar, names and functions before sums, without the coefficient."""
        above: list[sp.Basic] = []
        below: list[sp.Basic] = []
        for late in (False, True):
            for key, base in self.bases.items():
                if key == EXPONENTIAL:
                    power = self.exponential()
                    if power is not None and not late:
                        above.append(power)
                elif is_late(base) == late and self.powers[key]:
                    n = self.powers[key]
                    (above if n > 0 else below).append(power_of(base, abs(n)))
        return above, below

    def tree(self) -> sp.Basic:
        """Return the product as one tree, one fraction if something stands below the bar."""
        if self.coefficient == 0:
            return ZERO
        above, below = self.factors()
        value = self.coefficient
        whole = self.decimal and value.denominator != 1 and isinstance(trees.constant(abs(value), True), heads.Decimal)
        top = times(value if whole else Fraction(value.numerator), above, self.decimal)
        under = [] if whole or value.denominator == 1 else [sp.Integer(value.denominator)]
        return trees.div(top, product([*under, *below])) if under or below else top


EXPONENTIAL = -1


def is_fraction(tree: sp.Basic) -> bool:
    return type(tree) is sp.Mul and any(
        type(a) is sp.Pow and isinstance(a.args[1], sp.Integer) and a.args[1] < 0 for a in tree.args
    )


def is_late(base: sp.Basic) -> bool:
    """Return True for a sum, a fraction or a choice: what is written after single letters and functions."""
    return type(base) is sp.Add or is_fraction(base) or bool(base.args and row_of(spell(base).op).conditions)


def power_of(base: sp.Basic, n: int) -> sp.Basic:
    if type(base) is sp.Pow and base.args[1] is sp.S.Half and n % 2 == 0 and (number(base.args[0]) or 0) > 0:
        return power_of(base.args[0], n // 2)
    return base if n == 1 else trees.power(base, sp.Integer(n))


def product(factors: Iterable[sp.Basic]) -> sp.Basic:
    """Return a product built from the left; a factor that is itself a product is taken apart.

    >>> a, b, c = sp.symbols("a b c")
    >>> product([a, sp.Mul(b, c, evaluate=False)]).args[0].args
    (a, b)
    """
    flat: list[sp.Basic] = []
    todo = list(factors)[::-1]
    while todo:
        top = todo.pop()
        if type(top) is sp.Mul and not is_fraction(top) and (top.args[0] is not sp.S.NegativeOne or not flat):
            todo.extend(reversed(top.args))
        elif top is not ONE:
            flat.append(top)
    built = flat[0] if flat else ONE
    for factor in flat[1:]:
        built = ZERO if built is ZERO or factor is ZERO else trees.mul(built, factor)
    return built


def lengthened(whole: sp.Basic, factor: sp.Basic) -> sp.Basic:
    """Return a product with the factors of another behind its own, which stay as they are.

    >>> a, b, c, d = sp.symbols("a b c d")
    >>> ab = product([a, b])
    >>> lengthened(ab, product([c, d])).args[0].args[0] is ab
    True
    """
    last = product([factor])
    if type(whole) is not sp.Mul or is_fraction(whole) or last is ONE or last is ZERO:
        return product([whole, factor])
    right: list[sp.Basic] = []
    while type(last) is sp.Mul and not is_fraction(last) and last.args[0] is not sp.S.NegativeOne:
        right.append(last.args[1])
        last = last.args[0]
    for part in (last, *reversed(right)):
        whole = trees.mul(whole, part)
    return whole


def times(coefficient: Fraction, factors: list[sp.Basic], decimal: bool = False) -> sp.Basic:
    """Return coefficient × factors; −1 is a minus sign."""
    if not factors:
        return trees.constant(coefficient, decimal)
    if abs(coefficient) == 1:
        return product(factors if coefficient == 1 else [trees.neg(factors[0]), *factors[1:]])
    return product([trees.constant(coefficient, decimal), *factors])


def halves(tree: sp.Basic) -> tuple[sp.Basic, sp.Basic]:
    """Return what stands above and below the bar of a fraction."""
    above = [a for a in tree.args if not (type(a) is sp.Pow and isinstance(a.args[1], sp.Integer) and a.args[1] < 0)]
    below = [
        power_of(a.args[0], -int(a.args[1]))
        for a in tree.args
        if type(a) is sp.Pow and isinstance(a.args[1], sp.Integer) and a.args[1] < 0
    ]
    return product(above), product(below)


def heads_of_same(tree: sp.Basic) -> set[int]:
    """Return the ids of products and sums that come first in another and stand nowhere else: what is done with the whole does with them.

    >>> a, b, c = sp.symbols("a b c")
    >>> abc = product([a, b, c])
    >>> heads_of_same(abc) == {id(abc.args[0])}
    True
    """
    found: set[int] = set()
    uses: Counter[int] = Counter([id(tree)])
    for top in trees.parts(tree):
        uses.update(map(id, top.args))
        if type(top) in (sp.Mul, sp.Add) and not is_fraction(top) and len(top.args) == 2:
            first = top.args[0]
            if type(first) is type(top) and not is_fraction(first):
                found.add(id(first))
    return {i for i in found if uses[i] == 1}


# ----- sums -----
def terms(tree: sp.Basic) -> Iterator[tuple[sp.Basic, int]]:
    """Yield each term of a sum with its sign, brackets opened."""
    todo = [(tree, 1)]
    while todo:
        top, sign = todo.pop()
        if type(top) is sp.Add:
            todo.extend((a, sign) for a in reversed(top.args))
        elif (
            type(top) is sp.Mul
            and top.args[0] is sp.S.NegativeOne
            and len(top.args) == 2
            and number(top.args[1]) is None
        ):
            todo.append((top.args[1], -sign))
        else:
            yield top, sign


def turned(tree: sp.Basic) -> bool:
    """Return whether a negative number is among the factors of a term: seen without building anything."""
    todo = [tree]
    while todo:
        top = todo.pop()
        if type(top) is sp.Mul:
            todo.extend(top.args)
        elif not top.args and (number(top) or 0) < 0:
            return True
    return False


def split(keys: Keys, tree: sp.Basic) -> tuple[Fraction, bool, sp.Basic | None]:
    """Return a term as its number (and whether it was a decimal) and the rest, None for a bare number."""
    value = number(tree)
    if value is not None:
        return value, isinstance(tree, heads.Decimal), None
    if type(tree) is not sp.Mul:
        return Fraction(1), False, tree
    if is_fraction(tree):
        above, below = halves(tree)
        coefficient, decimal, rest = split(keys, above)
        if coefficient >= 0:
            return Fraction(1), False, tree
        return Fraction(-1), False, trees.div(times(-coefficient, [] if rest is None else [rest], decimal), below)
    coefficient, decimal, rest = Fraction(1), False, []
    todo = list(reversed(tree.args))
    while todo:
        top = todo.pop()
        value = number(top)
        if value is not None:
            coefficient, decimal = coefficient * value, decimal or isinstance(top, heads.Decimal)
        elif type(top) is sp.Mul and not is_fraction(top):
            todo.extend(reversed(top.args))
        else:
            rest.append(top)
    return coefficient, decimal, product(rest) if rest else None


# branches: a first term with its minus, a later one, one left as it was
def total_of(keys: Keys, signed: Iterable[tuple[sp.Basic, Fraction]]) -> sp.Basic:
    """Return a sum with equal terms put together and zeros left out, in order of appearance."""
    found: dict[int | None, list[Any]] = {}
    for tree, sign in signed:
        coefficient, decimal, rest = split(keys, tree)
        key = None if rest is None else keys(rest)
        if key in found:
            found[key][0] += sign * coefficient
            found[key][1] = found[key][1] or decimal
            found[key][3] = None
            if found[key][0] == 0:  # a term of this kind that comes later has a place of its own, as in a + b - a + a
                del found[key]
        elif coefficient:
            found[key] = [sign * coefficient, decimal, rest, (tree, sign)]
    built: sp.Basic | None = None
    for coefficient, decimal, rest, as_it_was in found.values():
        negative = coefficient < 0
        factors = [] if rest is None else [rest]
        untouched = as_it_was is not None and as_it_was[1] == (-1 if negative else 1)
        if built is None and negative and not is_fraction(as_it_was[0] if untouched else ONE):
            built = times(coefficient, factors, decimal)  # −2·w and not −(2·w)
            continue
        built = appended(built, as_it_was[0] if untouched else times(abs(coefficient), factors, decimal), negative)
    return ZERO if built is None else built


def appended(built: sp.Basic | None, term: sp.Basic, negative: bool) -> sp.Basic:
    if built is None:
        return trees.neg(term) if negative else term
    return trees.sub(built, term) if negative else trees.add(built, term)
