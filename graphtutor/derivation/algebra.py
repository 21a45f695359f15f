"""Trees tidied as a person tidies them: zeros left out, products collected, fractions cancelled.

Four passes over a tree, each a pure function that keeps the value wherever both are defined:
`without_zeros`, `collected`, `cancelled`, `gathered`. None of them expands a product of sums, and
all keep the author's order. They work on SymPy's Add, Mul, Pow and exp alone, unevaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm

import sympy as sp

from ..language import trees
from ..ops import heads
from ..ops.spell import number
from .anatomy import ONE, ZERO, Keys, is_zero, mapped, row_of, same, spell
from .terms import (
    EXPONENTIAL,
    MAX_POWER,
    Product,
    halves,
    heads_of_same,
    is_fraction,
    power_of,
    split,
    terms,
    times,
    total_of,
)

Pass = Callable[[sp.Basic], sp.Basic]


def without_zeros(tree: sp.Basic) -> sp.Basic:
    """Return `tree` with terms 0, factors 1 and products with 0 left out; numbers are not worked out."""
    return mapped(tree, simply)


# branches: one case for each law: u + 0, 0 + u, 0·u, 1·u, u·1, u¹
def simply(tree: sp.Basic) -> sp.Basic:
    """Return one operation without what does not count: u + 0, 1·u, 0·u, 0/u, u¹."""
    if type(tree) is sp.Add and len(tree.args) == 2:
        a, b = tree.args
        if is_zero(b):
            return a
        return b if is_zero(a) else tree
    if type(tree) is sp.Mul and len(tree.args) == 2:
        a, b = tree.args
        if is_zero(a) or is_zero(b):
            return ZERO
        if b is ONE or (type(b) is sp.Pow and b.args[0] is ONE):
            return a
        if a is ONE and not (type(b) is sp.Pow and b.args[1] is sp.S.NegativeOne):
            return b
        return tree
    if type(tree) is sp.Pow and tree.args[1] is ONE:
        return tree.args[0]
    return tree


def collected(tree: sp.Basic, keys: Keys | None = None) -> sp.Basic:
    """Return `tree` with like factors of each product and like terms of each sum put together.

    Powers of products and quotients are opened; fractions stay factors of their own.

    >>> from ..language.write import write
    >>> from .terms import product
    >>> e, x, w = sp.exp(sp.Symbol("w")), *sp.symbols("x w")
    >>> write(collected(product([e, x, x, w, sp.Integer(2)])))
    '2*exp(w)*x**2*w'
    """
    known = keys or Keys()

    def step(top: sp.Basic) -> sp.Basic:
        top = simply(top)
        if type(top) is sp.Add:
            return total_of(known, ((t, Fraction(s)) for t, s in terms(top)))
        if type(top) is sp.Pow:
            return opened(known, top)
        if type(top) is sp.Mul:
            return fraction(known, *halves(top)) if is_fraction(top) else factors_collected(known, top)
        return same_branches(known, top)

    return mapped(tree, step, passed=heads_of_same(tree))


def same_branches(keys: Keys, tree: sp.Basic) -> sp.Basic:
    """Return the value of a choice that is the same either way, else the tree."""
    if not tree.args:
        return tree
    spelled = spell(tree)
    row = row_of(spelled.op)
    if not (row.joint and row.conditions):
        return tree
    values = [a for i, a in enumerate(spelled.args) if i not in row.conditions]
    return values[0] if len({keys(v) for v in values}) == 1 else tree


def fraction(keys: Keys, above: sp.Basic, below: sp.Basic) -> sp.Basic:
    a, b = number(above), number(below)
    if b == 1:
        return above
    if a is not None and b:
        value = a / b
        return trees.constant(value, isinstance(above, heads.Decimal) or isinstance(below, heads.Decimal))
    if b:  # a sign or a number below a bar belongs above it
        coefficient, decimal, rest = split(keys, above)
        value = coefficient / b
        top = times(Fraction(value.numerator), [] if rest is None else [rest], decimal)
        return top if value.denominator == 1 else trees.div(top, sp.Integer(value.denominator))
    return trees.div(above, below)


def factors_collected(keys: Keys, tree: sp.Basic) -> sp.Basic:
    found = Product(keys)
    found.times(tree, through=False)
    return (
        tree
        if found.coefficient == -1 and tree.args[0] is sp.S.NegativeOne and unchanged(keys, found, tree)
        else found.tree()
    )


def unchanged(keys: Keys, found: Product, tree: sp.Basic) -> bool:
    return keys(found.tree()) == keys(tree)


def opened(keys: Keys, tree: sp.Basic) -> sp.Basic:
    """Return a whole power of a number, product, quotient, power or exponential with its brackets opened."""
    base, exponent = tree.args
    value = number(base)
    if not isinstance(exponent, sp.Integer) or abs(int(exponent)) > MAX_POWER:
        return tree
    n = int(exponent)
    if value is not None and (value != 0 or n > 0) and n != -1:
        return trees.constant(value**n, isinstance(base, heads.Decimal))
    if is_fraction(base) and n > 0:
        above, below = halves(base)
        return trees.div(opened(keys, trees.power(above, exponent)), opened(keys, trees.power(below, exponent)))
    if type(base) is sp.Pow and n > 0 and power_of(base, n).args[:1] != (base,):
        return power_of(base, n)
    if type(base) in (sp.Mul, sp.Pow) or isinstance(base, sp.exp):
        if n < 0:
            return tree
        found = Product(keys)
        found.times(base, n)
        return found.tree()
    return tree


def cancelled(tree: sp.Basic) -> sp.Basic:
    """Return `tree` with the factors that all terms above and below a bar share taken out of both.

    >>> from ..language.write import write
    >>> from .terms import product
    >>> x, w = sp.symbols("x w")
    >>> write(cancelled(trees.div(trees.sub(product([x, x, w]), x), product([x, w]))))
    '(x*w - 1)/w'
    """
    keys = Keys()
    return mapped(tree, lambda top: cancel(keys, top) if is_fraction(top) else top)


def cancel(keys: Keys, tree: sp.Basic) -> sp.Basic:
    above, below = halves(tree)
    shared, over = common(keys, above), Product(keys)
    over.times(below)
    taken = Product(keys)
    for key, n in shared.powers.items():
        m = min(n, over.powers.get(key, 0))
        if m > 0 and key != EXPONENTIAL:
            taken.appear(key, shared.bases[key], m)
    both = gcd(shared.coefficient.numerator, over.coefficient.numerator)
    if over.coefficient.denominator == 1 and shared.coefficient.denominator == 1 and not over.decimal:
        taken.coefficient = Fraction(both)
    if not taken.bases and taken.coefficient == 1:
        return tree
    under = divided(keys, below, taken)
    top = divided(keys, above, taken)
    return top if under is ONE else trees.div(top, under)


def common(keys: Keys, tree: sp.Basic) -> Product:
    """Return what every term of a sum has as a factor; of one term alone, all of it."""
    found: Product | None = None
    for term, _ in terms(tree):
        one = Product(keys)
        one.times(term)
        one.coefficient = abs(one.coefficient)
        if one.coefficient == 0:
            continue
        if found is None:
            found = one
            continue
        found.coefficient = shared_number(found.coefficient, one.coefficient)
        for key in list(found.bases):
            n = min(found.powers[key], one.powers.get(key, 0))
            if key == EXPONENTIAL:
                found.exponents = shared_exponents(keys, found, one)
                stays = bool(found.exponents)
            else:
                stays = n > 0
                found.powers[key] = n
            if not stays:
                del found.bases[key], found.powers[key]
    return found or Product(keys)


def shared_exponents(keys: Keys, a: Product, b: Product) -> list[tuple[sp.Basic, int]]:
    """Return the exponents of e that two products share: all of them, or the smaller multiple of the same thing, as u of 2u and u."""
    one, other = a.exponential(), b.exponential()
    if one is None or other is None:
        return []
    if keys(one) == keys(other):
        return a.exponents
    (m, _, u), (n, _, v) = split(keys, one.args[0]), split(keys, other.args[0])
    if u is None or v is None or m <= 0 or n <= 0 or keys(u) != keys(v):
        return []
    return [(times(min(m, n), [u]), 1)]


def shared_number(a: Fraction, b: Fraction) -> Fraction:
    return Fraction(gcd(a.numerator, b.numerator), lcm(a.denominator, b.denominator))


def divided(keys: Keys, tree: sp.Basic, by: Product) -> sp.Basic:
    """Return `tree`, term by term, divided by what all its terms have as a factor."""
    parts: list[tuple[sp.Basic, Fraction]] = []
    for term, sign in terms(tree):
        one = Product(keys)
        one.times(term)
        one.coefficient /= by.coefficient
        for key, n in by.powers.items():
            if key != EXPONENTIAL:
                one.appear(key, by.bases[key], -n)
        one.exponents += [(u, -n) for u, n in by.exponents]
        parts.extend((part, Fraction(sign * turn)) for part, turn in terms(one.tree()))
    return total_of(keys, parts)


def gathered(tree: sp.Basic) -> sp.Basic:
    """Return `tree` with each product as one fraction, and what all terms of a sum in it share taken out of the sum.

    >>> from ..language.write import write
    >>> from .terms import product
    >>> x, y = sp.symbols("x y")
    >>> write(gathered(product([sp.Integer(3), trees.div(x, y), trees.div(x, sp.Integer(6))])))
    'x**2/(2*y)'
    """
    keys = Keys()
    return mapped(tree, lambda top: gather(keys, top) if type(top) is sp.Mul else top, passed=heads_of_same(tree))


def gather(keys: Keys, tree: sp.Basic) -> sp.Basic:
    found = Product(keys)
    found.times(tree)
    if found.coefficient == 0:
        return ZERO
    bases = list(found.bases.items())
    if len(bases) + (found.coefficient != 1) > 1:
        for key, base in bases:
            if type(base) is sp.Add and found.powers[key] == 1:
                shared = common(keys, base)
                shared.coefficient = Fraction(1)
                if shared.bases and any(shared.powers[k] or k == EXPONENTIAL for k in shared.bases):
                    del found.bases[key], found.powers[key]
                    above, below = shared.factors()
                    for factor in above:
                        found.times(factor)
                    for factor in below:
                        found.times(factor, -1)
                    found.times(divided(keys, base, shared))
    built = found.tree()
    return tree if keys(built) == keys(tree) else built


PASSES: tuple[tuple[str, Pass], ...] = (
    ("zeros", without_zeros),
    ("collect", collected),
    ("cancel", cancelled),
    ("gather", gathered),
)


def stages(tree: sp.Basic, passes: Iterable[tuple[str, Pass]] = PASSES) -> list[tuple[str, sp.Basic]]:
    """Return the name of each pass that changes something, with the tree after it."""
    found: list[tuple[str, sp.Basic]] = [("", tree)]
    for name, change in passes:
        after = change(found[-1][1])
        if not same(after, found[-1][1]):
            found.append((name, after))
    assert all(not same(a[1], b[1]) for a, b in pairwise(found))
    return found[1:]
