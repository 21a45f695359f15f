"""dy/dx of an equation between x and y: both sides differentiated, y depending on x; then solved for y′.

x² + y² = 1 gives 2·x + 2·y·y′ = 0, so y′ = −x/y. A derivative of higher order goes on from there, with y′ put in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

import sympy as sp

from ..errors import LearnerError
from ..language import trees
from ..language.read import equation
from ..ops.spell import Spelled
from ..text import several
from . import algebra
from .anatomy import is_zero
from .derivations import MAX_ORDER, TIDY, one_derivative
from .lines import Derivation, Line
from .rules import START, Calculus, Rule

GIVEN = Rule("implicit", "what is given", "y depends on x")
SIDES = Rule("sides", "both sides differentiated", "u = v gives du/dx = dv/dx")
DEPENDS = Rule("depends", "derivative of the function", "d(y)/dx = y′")
APART = Rule("apart", "the terms with y′ on one side", "a + b·y′ = 0 gives b·y′ = −a")
SOLVED = Rule("solved", "divided by what stands before y′", "b·y′ = −a gives y′ = −a/b")
PUT_IN = Rule("put-in", "y′ put in")


def function_of(names: frozenset[str], wrt: str, of: str | None, how: str = "say it with of='…'") -> str:
    """Return the name that depends on `wrt`: the one that is said, the only other one, or y. Raises LearnerError.

    >>> function_of(frozenset("xy"), "x", None), function_of(frozenset("rxy"), "x", None), function_of(frozenset("st"), "t", "s")
    ('y', 'y', 's')
    """
    others = sorted(names - {wrt})
    if of is None and (len(others) == 1 or "y" in others):
        of = others[0] if len(others) == 1 else "y"
    if of not in others or wrt not in names:
        raise LearnerError(
            f"which name depends on {wrt}? The equation has {several(sorted(names)) or 'no names'}; {how}"
        )
    return of


def slope(sides: tuple[sp.Basic, sp.Basic], wrt: str, of: str) -> sp.Basic:
    """Return dy/dx as a tree: −(∂F/∂x)/(∂F/∂y) of F = left − right, each derivative tidied.

    >>> x, y = sp.symbols("x y")
    >>> slope((x**2 + y**2, sp.Integer(1)), "x", "y")
    (-x)/y
    """
    above, below = (partial(sides, name) for name in (wrt, of))
    if is_zero(below):
        raise LearnerError(f"{of} drops out of the equation, so it says nothing about d{of}/d{wrt}")
    return tidied(trees.neg(trees.div(above, below)))


def partial(sides: tuple[sp.Basic, sp.Basic], name: str) -> sp.Basic:
    """Return the derivative of left − right by one name, all others held."""
    calculus = Calculus(sp.Symbol(name), {}, {})
    whole = calculus.diff(trees.sub(*sides))
    return list(one_derivative(calculus, whole, True))[-1][0]


def tidied(tree: sp.Basic) -> sp.Basic:
    return [tree, *(step for _, step in algebra.stages(tree))][-1]


class Implicit(Calculus):
    """The rules by x where y, y′, … depend on it: the derivative of each is the next."""

    def __init__(self, wrt: sp.Symbol, of: str):
        self.of = of
        super().__init__(wrt, {}, {})

    def leaf_depends(self, tree: sp.Basic, spelled: Spelled) -> bool:
        return super().leaf_depends(tree, spelled) or self.moves(tree)

    def moves(self, tree: sp.Basic) -> bool:
        return isinstance(tree, sp.Symbol) and tree.name.rstrip("'") == self.of

    def apply(self, u: sp.Basic) -> tuple[sp.Basic, Rule]:
        if isinstance(u, sp.Symbol) and self.moves(u):
            return sp.Symbol(f"{u.name}'"), DEPENDS
        return super().apply(u)


def from_equation(
    source: Any, wrt: Any, of: str | None = None, brief: bool = True, order: int = 1
) -> Derivation | None:
    """Return the derivation of d `of` / d `wrt` from an equation in text; None where the text is none.

    Raises LearnerError where it cannot be told which name depends on `wrt`, or the equation says nothing about it.

    >>> print(from_equation("exp(y) = x", "x").lines[-1].text)
    y' = exp(-y)
    """
    by = str(wrt)
    sides = equation(source, [by, of or "y"], by=by) if isinstance(source, str) and "=" in source else None
    if sides is None:
        if of is not None:
            raise LearnerError(
                f"of='{of}' says what depends on {wrt} in an equation, such as x**2 + y**2 = 1; met none"
            )
        return None
    names = trees.names_in(sides[0]) | trees.names_in(sides[1])
    return implicitly(sides, sp.Symbol(by), function_of(names, by, of), brief, order)


def implicitly(sides: tuple[sp.Basic, sp.Basic], wrt: sp.Symbol, of: str, brief: bool, order: int) -> Derivation:
    """Return the lines from an equation to dy/dx, or to the derivative of that order.

    >>> x, y = sp.symbols("x y")
    >>> print(implicitly((x**2 + y**2, sp.Integer(1)), x, "y", True, 1))
      x² + y² = 1                 what is given
      ∂/∂x (x² + y²) = ∂/∂x (1)   both sides differentiated
      2·x + 2·y·y′ = 0            derivatives carried out and constant rule
      2·y·y′ = −2·x               the terms with y′ on one side
      y′ = −2·x/(2·y)             divided by what stands before y′
      y′ = −x/y                   common factors cancelled
    """
    if not isinstance(order, int) or not 1 <= order <= MAX_ORDER:
        raise LearnerError(f"order={order!r} is not possible; expected a whole number from 1 to {MAX_ORDER}")
    calculus = Implicit(wrt, of)
    lines = [equal(sides, GIVEN)]
    lines += both_sides(calculus, sides, brief)
    first, prime = slope(sides, wrt.name, of), sp.Symbol(f"{of}'")
    above, below = partial(sides, wrt.name), partial(sides, of)
    apart = (tidied(trees.mul(below, prime)), tidied(trees.neg(above)))
    lines += [equal(apart, APART), *solved(trees.div(apart[1], below), f"{of}'", SOLVED)]
    known: dict[str, sp.Basic] = {prime.name: first}
    for k in range(2, order + 1):
        lines += higher(calculus, lines[-1].expr, f"{of}{chr(39) * k}", known, brief)
    return Derivation(tuple(lines), wrt.name, along="equation", name=of)


def equal(sides: tuple[sp.Basic, sp.Basic], rule: Rule) -> Line:
    return Line(sides[0], rule, right=sides[1])


def both_sides(calculus: Implicit, sides: tuple[sp.Basic, sp.Basic], brief: bool) -> Iterator[Line]:
    """Yield the lines in which the two sides are differentiated, rule by rule side by side."""
    asked = (calculus.diff(sides[0]), calculus.diff(sides[1]))
    yield equal(asked, SIDES)
    steps = [list(one_derivative(calculus, side, brief)) for side in asked]
    now = list(asked)
    for pair in zip_longest(*steps):
        made = [step for step in pair if step is not None]
        now = [side if step is None else step[0] for side, step in zip(now, pair, strict=True)]
        yield equal((now[0], now[1]), joint([step[1] for step in made]))


def joint(rules: list[Rule]) -> Rule:
    """Return the rules of the two sides as one."""
    first, other = rules[0], rules[-1]
    if first == other:
        return first
    return Rule(first.id, f"{first.name} and {other.name}", "; ".join(r.formula for r in (first, other) if r.formula))


def solved(tree: sp.Basic, name: str, rule: Rule) -> Iterator[Line]:
    """Yield the line y′ = … and those that tidy it."""
    yield Line(tree, rule, left=(name, ""))
    for id, after in algebra.stages(tree):
        yield Line(after, TIDY[id], left=(name, ""))


def higher(calculus: Implicit, tree: sp.Basic, name: str, known: Mapping[str, sp.Basic], brief: bool) -> Iterator[Line]:
    """Yield the lines of the next derivative: that of the one before, y′ put in, tidied."""
    yield Line(calculus.diff(tree), START, left=(name, ""))
    for step in one_derivative(calculus, calculus.diff(tree), brief):
        tree = step[0]
        yield Line(tree, step[1], left=(name, ""))
    tree = trees.replaced(tree, known)
    yield Line(tree, PUT_IN, left=(name, ""))
    for id, after in algebra.stages(tree):
        yield Line(after, TIDY[id], left=(name, ""))
