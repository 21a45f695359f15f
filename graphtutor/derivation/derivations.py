"""Deriving: d/dw carried through an expression one rule at a time, or as a lecturer does at the board; then tidied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import sympy as sp

from ..errors import LearnerError
from ..ops import heads
from ..ops.row import Row
from ..ops.spell import Spelled, folded
from . import algebra, places
from .along import along_graph
from .anatomy import Keys, flat_factors, row_of, spell
from .cells import encoded
from .lines import Derivation, Line
from .places import Path
from .problem import Problem, problem
from .rules import CONSTANT, DEFINITION, START, VARIABLE, Calculus, Rule, fits

# ----- what differs between two trees: the smallest places that a reader has to look at -----
# Terms of a sum and factors of a product that stand on both sides are passed over, wherever they stand.
Member = tuple[Path, sp.Basic, int]


def changed(before: sp.Basic, after: sp.Basic) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the smallest places that differ: where they stand before, and where after.

    >>> a, b, c = sp.symbols("a b c")
    >>> changed(sp.Add(a, b, evaluate=False), sp.Add(a, c, evaluate=False))
    (((1,),), ((1,),))
    """
    keys, exact = Keys(), Keys(exact=True)
    old: list[Path] = []
    new: list[Path] = []
    todo: list[tuple[Path, sp.Basic, Path, sp.Basic]] = [((), before, (), after)]
    while todo:
        p, a, q, b = todo.pop()
        pairs = [] if exact(a) == exact(b) else differing(keys, a, b)
        if pairs is None:
            old.append(p)
            new.append(q)
            continue
        for x, y in pairs:
            if x is not None and y is not None:
                todo.append(((*p, *x[0]), x[1], (*q, *y[0]), y[1]))
            elif x is not None:
                old.append((*p, *x[0]))
            elif y is not None:
                new.append((*q, *y[0]))
    return tuple(sorted(old)), tuple(sorted(new))


# branches: sums, products and everything else are compared each in its way
def differing(keys: Keys, a: sp.Basic, b: sp.Basic) -> list[tuple[Member | None, Member | None]] | None:
    """Return the parts of two trees that differ, in pairs where one became the other, alone where it came or went; None for the trees themselves."""
    x, y = spell(a), spell(b)
    kin = family(a)
    if (
        not x.args
        or not y.args
        or kin != family(b)
        or (not kin and (x.op, len(x.args), x.params) != (y.op, len(y.args), y.params))
    ):
        return None
    if not kin:
        return [(((k,), u, 1), ((k,), v, 1)) for k, (u, v) in enumerate(zip(x.args, y.args, strict=True))]
    left, right = members(a, kin), members(b, kin)
    gone, come = only(keys, left, right), only(keys, right, left)
    if len(gone) == len(come) == 1 and gone[0][2] == come[0][2] and len(left) > 1:
        return [(gone[0], come[0])]
    if not (gone or come) or max(len(gone), 1) >= len(left) or max(len(come), 1) >= len(right):
        return None
    return [*((m, None) for m in gone), *((None, m) for m in come)]


def only(keys: Keys, these: list[Member], others: list[Member]) -> list[Member]:
    """Return the members that have no equal among the others."""
    spare = Counter((keys(t), sign) for _, t, sign in others)
    found = []
    for member in these:
        key = keys(member[1]), member[2]
        if spare[key]:
            spare[key] -= 1
        else:
            found.append(member)
    return found


def family(tree: sp.Basic) -> str:
    """Return "sum" or "product" for what is compared member by member, else ""."""
    spelled = spell(tree)
    if not spelled.args:
        return ""
    row = row_of(spelled.op)
    if row.joint and row.entrywise and not row.conditions and row.arity[0] > 1:
        return "sum"
    return "product" if joins(row) and row.linear else ""


def joins(row: Row) -> bool:
    """Return whether it does not matter in which order the arguments stand, as in a sum and not in a difference."""
    return row.note is not None and row.note.join


def members(tree: sp.Basic, kin: str) -> list[Member]:
    """Return the terms of a sum or the factors of a product, each with its place and its sign."""
    found: list[Member] = []
    todo: list[Member] = [((), tree, 1)]
    while todo:
        path, top, sign = todo.pop()
        if family(top) != kin:
            found.append((path, top, sign))
            continue
        spelled = spell(top)
        rest = 1 if joins(row_of(spelled.op)) else -1
        todo.extend(((*path, k), a, sign * (rest if k else 1)) for k, a in reversed(list(enumerate(spelled.args))))
    return found


MAX_LINES = 10_000
MAX_SPOTS = 30_000  # derivatives met on all lines together: some seconds
MAX_REPEATED = 1_000  # times that a name is met where shared parts are derived at each of their places
MAX_ORDER = 12
TOGETHER = (CONSTANT, VARIABLE)
STYLES = (None, "lecture")
DETAILS = ("full", "brief")
ALONG = ("rules", "graph")
TIDY = {
    "zeros": Rule("zeros", "zeros and ones left out", "u + 0 = u; 1·u = u; 0·u = 0"),
    "collect": Rule("collect", "products and like terms collected", "uᵐ·uⁿ = uᵐ⁺ⁿ; a·u + b·u = (a + b)·u"),
    "cancel": Rule("cancel", "common factors cancelled", "(c·u)/(c·v) = u/v"),
    "gather": Rule("gather", "written as one product", "(u/v)·(s/t) = (u·s)/(v·t)"),
}


def derive(source: Any, wrt: Any, *, style: str | None = None, detail: str = "full", definitions: Mapping[str, Any] | None = None,
           shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None, along: str = "rules", order: int = 1) -> Derivation:  # fmt: skip
    """Return the derivation of d source / d wrt, line by line, each with its rule.

    `source`: text (of one or more lines, the last one the output) or a SymPy tree. `detail`: "full",
    one rule a line, or "brief", as a lecturer would; `style="lecture"` is the lecture's own, which is
    brief. `definitions`: name → what it stands for; it stays in the lines until its derivative is
    taken. `shapes` and `constants` are those of `gt.graph`. `along="graph"`: one edge of the computation graph a line, local × upstream.
    `order`: 2 for the second derivative, and so on; each is tidied before the next is taken.
    Raises LearnerError (ReadError, ShapeError) in one line.

    >>> print(derive("(w*x - y)**2", "w", detail="brief"))
      ∂/∂w ((w·x − y)²)               what is asked
    = 2·(w·x − y)·∂/∂w (w·x − y)      power rule and chain rule
    = 2·(w·x − y)·(x − 0)             derivatives carried out
    = 2·x·(w·x − y)                   products and like terms collected
    """
    for what, given, known in (("style", style, STYLES), ("detail", detail, DETAILS), ("along", along, ALONG)):
        if given not in known:
            raise LearnerError(f"{what}='{given}' is not known; expected {' or '.join(map(repr, known))}")
    if not isinstance(order, int) or not 1 <= order <= MAX_ORDER:
        raise LearnerError(f"order={order!r} is not possible; expected a whole number from 1 to {MAX_ORDER}")
    if along == "graph" and order > 1:
        raise LearnerError("along='graph' walks one derivative; leave it out for order=2 and more, or draw .hessian()")
    asked = problem(source, wrt, definitions, shapes, constants)
    if along == "graph":
        return along_graph(asked)
    fits(asked.shapes.get(asked.wrt.name, ()), asked.wrt.name)
    brief = detail == "brief" or style == "lecture"
    asked, order = outermost(asked, order)
    lines = tuple(rule_lines(asked, brief, order))
    return Derivation(
        lines,
        asked.wrt.name,
        tuple((n, encoded(t)) for n, t in asked.definitions.items()),
        tuple(asked.shapes.items()),
        name=asked.name,
    )


def outermost(asked: Problem, order: int) -> tuple[Problem, int]:
    """Return what stands inside the derivatives that are asked for, and how many these are: d/dx before d/dx f is the second one of f."""
    tree = asked.tree
    while isinstance(tree, heads.Diff) and tree.args[1] == asked.wrt:
        tree, order = tree.args[0], order + 1
    if order > MAX_ORDER:
        raise LearnerError(
            f"{order} derivatives one after the other are too many to write out; expected at most {MAX_ORDER}"
        )
    return replace(asked, tree=tree), order


def rule_lines(asked: Problem, brief: bool, order: int = 1) -> Iterator[Line]:
    calculus = Calculus(asked.wrt, asked.definitions, asked.shapes)
    calculus.shape(asked.tree)
    repeated(calculus, asked.tree)
    tree = asked.tree
    for waiting in range(order - 1, -1, -1):
        tree = calculus.diff(tree)
        if waiting == order - 1:
            yield line_of(calculus, tree, START, waiting)
        for step in one_derivative(calculus, tree, brief):
            tree, rule, before, after = step
            yield line_of(calculus, tree, rule, waiting, before, after)


def repeated(calculus: Calculus, tree: sp.Basic) -> None:
    """Raise a LearnerError where the same parts would be derived thousands of times over: by rules, each place is derived on its own."""
    places_of: dict[int, tuple[sp.Basic, int]] = {}
    meant = {name: 0 for name in calculus.definitions}

    def leaf(top: sp.Basic, _: Spelled) -> int:
        return meant.get(top.name, 1) if isinstance(top, sp.Symbol) and calculus.depends(top) else 0

    def count(top: sp.Basic) -> int:
        return folded(top, leaf, lambda _, spelled, found: min(sum(found), MAX_REPEATED**2), True, places_of)

    for name, what in calculus.definitions.items():
        meant[name] = count(what)
    times = count(tree)
    if times > MAX_REPEATED and times > 4 * len(places_of):
        raise LearnerError(
            f"by rules the same parts would be derived {times if times < MAX_REPEATED**2 else f'more than {MAX_REPEATED**2:,}'} times; ask for it along the graph (along='graph'), where each is derived once"
        )


def line_of(
    calculus: Calculus,
    tree: sp.Basic,
    rule: Rule,
    waiting: int,
    before: Iterable[Path] = (),
    after: Iterable[Path] = (),
) -> Line:
    """Return the line of a tree that `waiting` derivative operators still stand before; the paths lie inside them."""
    inside = (0,) * waiting
    for _ in range(waiting):
        tree = calculus.diff(tree)
    return Line(tree, rule, tuple((*inside, *path) for path in before), tuple((*inside, *path) for path in after))


def one_derivative(
    calculus: Calculus, tree: sp.Basic, brief: bool
) -> Iterator[tuple[sp.Basic, Rule, Iterable[Path], Iterable[Path]]]:
    """Yield the trees from d/dw (…) to the tidied derivative, each with its rule and what changed where."""
    met = 0
    known: dict[int, tuple[sp.Basic, bool]] = {}
    for _ in range(MAX_LINES):
        spots = places.operators(tree, known)
        if not spots:
            break
        met += len(spots)
        if met > MAX_SPOTS:
            raise LearnerError(
                "this derivation grows too long to write out; ask for a lower order, or for a part of it"
            )
        changes, rule = (at_the_board if brief else one_rule)(calculus, spots)
        tree, after = places.replaced(tree, changes)
        yield tree, rule, tuple(changes), after
    else:
        raise LearnerError(
            f"the derivation takes more than {MAX_LINES} lines; ask for detail='brief', or for a part of it"
        )
    for name, after_pass in algebra.stages(tree, algebra.PASSES[1:] if brief else algebra.PASSES):
        yield after_pass, TIDY[name], *changed(tree, after_pass)
        tree = after_pass


def one_rule(calculus: Calculus, spots: list[tuple[Path, heads.Diff]]) -> tuple[dict[Path, sp.Basic], Rule]:
    """Return the changes of one rule, at the first operator; constants, the variable itself and a definition go all at once."""
    path, first = spots[0]
    new, rule = by(calculus, first)
    return {path: new} | (
        everywhere(calculus, spots[1:], rule) if rule in TOGETHER or rule.id == DEFINITION else {}
    ), rule


def everywhere(calculus: Calculus, spots: list[tuple[Path, heads.Diff]], rule: Rule) -> dict[Path, sp.Basic]:
    """Return what `rule` makes of those operators to which it applies."""
    found = ((path, *by(calculus, spot)) for path, spot in spots)
    return {path: new for path, new, applied in found if applied == rule}


def at_the_board(calculus: Calculus, spots: list[tuple[Path, heads.Diff]]) -> tuple[dict[Path, sp.Basic], Rule]:
    """Return one rule at the first operator that cannot be seen at once, or all derivatives carried out."""
    for path, spot in spots:
        if not at_sight(calculus, spot.args[0]):
            new, rule = by(calculus, spot)
            return {path: new} | (everywhere(calculus, spots, rule) if rule.id == DEFINITION else {}), rule
    used: list[Rule] = []
    changes = {path: carried_out(calculus, spot, used) for path, spot in spots}
    formulas = "; ".join(dict.fromkeys(r.formula for r in used if r.formula))
    return changes, used[0] if len(used) == 1 else Rule("carry", "derivatives carried out", formulas)


def by(calculus: Calculus, spot: heads.Diff) -> tuple[sp.Basic, Rule]:
    """Return what one rule makes of an operator, by its own variable."""
    if spot.args[1].name != calculus.wrt.name:
        calculus = Calculus(spot.args[1], calculus.definitions, calculus.shapes)
    return calculus.apply(spot.args[0])


def carried_out(calculus: Calculus, spot: heads.Diff, used: list[Rule]) -> sp.Basic:
    tree: sp.Basic = spot
    while spots := places.operators(tree):
        changes, rule = one_rule(calculus, spots)
        used.append(rule)
        tree, _ = places.replaced(tree, changes)
    return tree


# branches: one case for each form that a lecturer writes down at once
def at_sight(calculus: Calculus, tree: sp.Basic) -> bool:
    """Return whether a lecturer writes d/dw (tree) down at once.

    That is: sums and constant multiples of single functions of w or of c·w; no defined name.
    """
    todo: list[tuple[sp.Basic, bool]] = [(tree, False)]
    while todo:
        top, plain = todo.pop()
        if not calculus.depends(top):
            continue
        if isinstance(top, sp.Symbol):
            if calculus.stands_for(top) is not None:
                return False
            continue
        spelled = spell(top)
        row = row_of(spelled.op)
        factors = flat_factors(spelled, row)
        varying = [i for i, a in enumerate(factors) if calculus.depends(a)]
        if row.joint and not row.conditions and not plain:
            todo.extend((a, False) for a in factors)
        elif len(varying) == 1 and varying[0] in row.linear:
            todo.append((factors[varying[0]], plain))
        elif len(varying) == 1 and row.local is not None and not plain:
            todo.append((factors[varying[0]], True))
        else:
            return False
    return True
