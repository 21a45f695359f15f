"""In what form an answer stands: as cases, expanded, as a product, without decimals. Asked of the tree as it was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp

from ...language import trees
from ...ops import heads


def is_sum(tree: sp.Basic) -> bool:
    return isinstance(tree, sp.Add)


def whole_power(tree: sp.Basic) -> bool:
    return isinstance(tree, sp.Pow) and isinstance(tree.args[1], sp.Integer) and tree.args[1] > 1


def as_cases(tree: sp.Basic) -> bool:
    return isinstance(tree, heads.Where | heads.Indicator | sp.Piecewise)


def expanded(tree: sp.Basic) -> bool:
    """Return whether no product and no whole power holds a sum."""
    return not any(
        (isinstance(t, sp.Mul) and any(map(is_sum, t.args))) or (whole_power(t) and is_sum(t.args[0]))
        for t in trees.parts(tree)
    )


def as_product(tree: sp.Basic) -> bool:
    return not is_sum(tree)


def exact(tree: sp.Basic) -> bool:
    return not any(isinstance(t, heads.Decimal | sp.Float) for t in trees.parts(tree))


# name in a rubric -> (how it is asked for, whether a tree has it)
FORMS: Mapping[str, tuple[str, Callable[[sp.Basic], bool]]] = {
    "cases": ("as cases", as_cases),
    "expanded": ("expanded", expanded),
    "product": ("as a product", as_product),
    "no-decimals": ("without decimals", exact),
}


def missing(tree: sp.Basic, asked: tuple[str, ...]) -> list[str]:
    """Return, in words, the forms asked for that an answer does not have.

    >>> x, y = sp.symbols("x y")
    >>> missing(sp.Mul(2, sp.Add(x, y), evaluate=False), ("expanded", "product"))
    ['expanded']
    """
    return [FORMS[name][0] for name in asked if not FORMS[name][1](tree)]


def unfinished(tree: sp.Basic) -> bool:
    """Return whether a derivative is left to be worked out."""
    return any(isinstance(t, heads.Diff) for t in trees.parts(tree))
