"""Trees tidied as a person tidies them: zeros left out, products collected, fractions cancelled.

Four passes over a tree, each a pure function that keeps the value wherever both are defined:
`without_zeros`, `collected`, `cancelled`, `gathered`. None of them expands a product of sums, and
all keep the author's order. They work on SymPy's Add, Mul, Pow and exp alone, unevaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm
from typing import Any

import sympy as sp

from ..language import trees
from ..maths import heads
from ..maths.ops import OPERATORS, ROWS
from ..maths.row import Row
from ..maths.spell import Spelled, number, recognise

ONE, ZERO = sp.S.One, sp.S.Zero
MAX_POWER = 64
Pass = Callable[[sp.Basic], sp.Basic]


def spell(tree: sp.Basic) -> Spelled:
    return recognise(tree, faithful=True)


def row_of(op: str) -> Row:
    return ROWS.get(op) or OPERATORS[op]


def compose(op: str, args: Iterable[sp.Basic], params: tuple[Any, ...] = ()) -> sp.Basic:
    """Return the tree of an operation; what joins any number of arguments is built from the left, as the reader does.

    >>> compose("add", sp.symbols("a b c")).args[0].args
    (a, b)
    """
    given = tuple(args)
    if op in OPERATORS:
        return OPERATORS[op].heads[0](*given)
    note = ROWS[op].note
    if note is not None and note.join and len(given) > 2:
        built = given[0]
        for arg in given[1:]:
            built = trees.compose(op, (built, arg))
        return built
    return trees.compose(op, given, params)


def mapped(tree: sp.Basic, step: Callable[[sp.Basic], sp.Basic], faithful: bool = True) -> sp.Basic:
    """Return `tree` with `step` applied to every operation, from the leaves up; no recursion."""
    done: dict[int, tuple[sp.Basic, sp.Basic]] = {}
    todo: list[Any] = [tree]
    while todo:
        top = todo.pop()
        if isinstance(top, tuple):
            whole, spelled = top
            args = [done[id(a)][1] for a in spelled.args]
            same = faithful and all(a is b for a, b in zip(args, spelled.args, strict=True))
            done[id(whole)] = whole, step(whole if same else compose(spelled.op, kept(spelled, args), spelled.params))
        elif id(top) not in done:
            spelled = recognise(top, faithful)
            if spelled.op in ("input", "const"):
                done[id(top)] = top, top
            else:
                todo.append((top, spelled))
                todo.extend(reversed(spelled.args))
    return done[id(tree)][1]


def kept(spelled: Spelled, args: list[sp.Basic]) -> list[sp.Basic]:
    """Return the new arguments; where shapes have to fit, a vector stays a vector though it became the number 0."""
    if row_of(spelled.op).entrywise or len(args) < 2:
        return args
    return [old if number(new) == 0 and number(old) is None else new for new, old in zip(args, spelled.args, strict=True)]


def flat_factors(spelled: Spelled, row: Row | None = None) -> list[sp.Basic]:
    """Return the arguments of an operation; of one that joins any number, those of its own kind inside too."""
    row = row or row_of(spelled.op)
    if row.note is None or not row.note.join:
        return list(spelled.args)
    found = []
    todo = list(reversed(spelled.args))
    while todo:
        top = todo.pop()
        inner = spell(top)
        if inner.op == spelled.op:
            todo.extend(reversed(inner.args))
        else:
            found.append(top)
    return found


# ----- who is equal to whom -----
class Keys:
    """One number for each different tree; the order of terms and factors does not matter.

    >>> keys = Keys()
    >>> a, b = sp.symbols("a b")
    >>> keys(sp.Add(a, b, evaluate=False)) == keys(sp.Add(b, a, evaluate=False))
    True
    """

    def __init__(self) -> None:
        self.known: dict[Any, int] = {}
        self.done: dict[int, tuple[sp.Basic, int]] = {}

    def __call__(self, tree: sp.Basic) -> int:
        todo: list[Any] = [tree]
        while todo:
            top = todo.pop()
            if isinstance(top, tuple):
                whole, (op, args, params) = top
                keys = [self.done[id(a)][1] for a in args]
                note = row_of(op).note
                self.note(whole, (op, tuple(sorted(keys) if note is not None and note.join else keys), params))
            elif id(top) not in self.done:
                spelled = recognise(top)
                if spelled.op in ("input", "const"):
                    self.note(top, (spelled.op, spelled.params[:1]))
                else:
                    todo.append((top, spelled))
                    todo.extend(spelled.args)
        return self.done[id(tree)][1]

    def note(self, tree: sp.Basic, key: Any) -> None:
        self.done[id(tree)] = tree, self.known.setdefault(key, len(self.known))


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
            elif type(top) is sp.Pow and isinstance(top.args[1], sp.Integer) and (through or top.args[1] > 0 or self.bases) and abs(int(top.args[1]) * n) <= MAX_POWER:
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
    return type(tree) is sp.Mul and any(type(a) is sp.Pow and isinstance(a.args[1], sp.Integer) and a.args[1] < 0 for a in tree.args)


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
        built = ZERO if ZERO in (built, factor) else trees.mul(built, factor)
    return built


def times(coefficient: Fraction, factors: list[sp.Basic], decimal: bool = False) -> sp.Basic:
    """Return coefficient × factors; −1 is a minus sign."""
    if not factors:
        return trees.constant(coefficient, decimal)
    if abs(coefficient) == 1:
        return product(factors if coefficient == 1 else [trees.neg(factors[0]), *factors[1:]])
    return product([trees.constant(coefficient, decimal), *factors])


# ----- sums -----
def terms(tree: sp.Basic) -> Iterator[tuple[sp.Basic, int]]:
    """Yield each term of a sum with its sign, brackets opened."""
    todo = [(tree, 1)]
    while todo:
        top, sign = todo.pop()
        if type(top) is sp.Add:
            todo.extend((a, sign) for a in reversed(top.args))
        elif type(top) is sp.Mul and top.args[0] is sp.S.NegativeOne and len(top.args) == 2 and number(top.args[1]) is None:
            todo.append((top.args[1], -sign))
        else:
            yield top, sign


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
        else:
            found[key] = [sign * coefficient, decimal, rest, (tree, sign)]
    built: sp.Basic | None = None
    for coefficient, decimal, rest, as_it_was in found.values():
        if coefficient == 0:
            continue
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


# ----- the passes -----
def normal(tree: sp.Basic) -> sp.Basic:
    """Return what SymPy has sorted as the reader would have built it from a person's text.

    >>> f = sp.Symbol("f")
    >>> normal(f - 2).args
    (f, -2)
    """
    return mapped(tree, lambda t: t, faithful=False)


def without_zeros(tree: sp.Basic) -> sp.Basic:
    """Return `tree` with terms 0, factors 1 and products with 0 left out; numbers are not worked out."""
    return mapped(tree, simply)


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


def is_zero(tree: sp.Basic) -> bool:
    return tree is ZERO or (type(tree) is sp.Mul and tree.args == (sp.S.NegativeOne, ZERO))


def collected(tree: sp.Basic, keys: Keys | None = None) -> sp.Basic:
    """Return `tree` with like factors of each product and like terms of each sum put together.

    Powers of products and quotients are opened; fractions stay factors of their own.

    >>> from ..language.write import write
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

    return mapped(tree, step)


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


def halves(tree: sp.Basic) -> tuple[sp.Basic, sp.Basic]:
    """Return what stands above and below the bar of a fraction."""
    above = [a for a in tree.args if not (type(a) is sp.Pow and isinstance(a.args[1], sp.Integer) and a.args[1] < 0)]
    below = [power_of(a.args[0], -int(a.args[1])) for a in tree.args if type(a) is sp.Pow and isinstance(a.args[1], sp.Integer) and a.args[1] < 0]
    return product(above), product(below)


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
    return tree if found.coefficient == -1 and tree.args[0] is sp.S.NegativeOne and unchanged(keys, found, tree) else found.tree()


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
                same = EXPONENTIAL in one.bases and keys(found.exponential() or ONE) == keys(one.exponential() or ONE)
            else:
                same = n > 0
                found.powers[key] = n
            if not same:
                del found.bases[key], found.powers[key]
                found.exponents = found.exponents if key != EXPONENTIAL else []
    return found or Product(keys)


def shared_number(a: Fraction, b: Fraction) -> Fraction:
    return Fraction(gcd(a.numerator, b.numerator), lcm(a.denominator, b.denominator))


def divided(keys: Keys, tree: sp.Basic, by: Product) -> sp.Basic:
    """Return `tree`, term by term, divided by what all its terms have as a factor."""
    parts = []
    for term, sign in terms(tree):
        one = Product(keys)
        one.times(term)
        one.coefficient /= by.coefficient
        for key, n in by.powers.items():
            if key != EXPONENTIAL:
                one.appear(key, by.bases[key], -n)
        one.exponents += [(u, -n) for u, n in by.exponents]
        parts.append((one.tree(), Fraction(sign)))
    return total_of(keys, parts)


def gathered(tree: sp.Basic) -> sp.Basic:
    """Return `tree` with each product as one fraction, and what all terms of a sum in it share taken out of the sum.

    >>> from ..language.write import write
    >>> x, y = sp.symbols("x y")
    >>> write(gathered(product([sp.Integer(3), trees.div(x, y), trees.div(x, sp.Integer(6))])))
    'x**2/(2*y)'
    """
    keys = Keys()
    return mapped(tree, lambda top: gather(keys, top) if type(top) is sp.Mul else top)


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


def same(a: sp.Basic, b: sp.Basic) -> bool:
    """Return True for trees of one structure, compared without recursion."""
    todo = [(a, b)]
    while todo:
        x, y = todo.pop()
        if x is y:
            continue
        if type(x) is not type(y) or len(x.args) != len(y.args) or getattr(x, "params", ()) != getattr(y, "params", ()) or (not x.args and x != y):
            return False
        todo.extend(zip(x.args, y.args, strict=True))
    return True


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
