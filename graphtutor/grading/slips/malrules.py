"""Where which slip can be made: every site of a problem, from the table's rows and from the structure.

The slips of an operation stand in its row. Here stand those that belong to no operation: of the chain
rule, of paths and of constants. Their ids are those of the catalogue of misconceptions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...expr.tracer import Tracer
from ...ops.table import ROWS
from .slopes import Site, Slopes

# id -> (rank among candidates that explain an answer equally well, low = more specific; hint that gives nothing away)
STRUCTURAL: dict[str, tuple[int, str]] = {
    "chain.missing-inner": (12, "The inner function has to be differentiated too."),
    "chain.missing-middle": (20, "Count the functions that are nested here: is there a factor for each?"),
    "chain.derivative-inside": (14, "At which point is the outer derivative taken?"),
    "chain.inner-left-undifferentiated": (24, "The inner function stands there as it was: differentiate it."),
    "chain.composition-as-product": (26, "Is this a product, or a function inside a function?"),
    "chain.added-not-multiplied": (22, "How does the chain rule join its two factors?"),
    "chain.outer-not-differentiated": (18, "The outer function has to be differentiated too."),
    "chain.outer-at-x": (24, "At which point is the outer derivative taken?"),
    "product.one-term": (16, "A product in which both factors vary has two terms."),
    "path.dropped": (20, "On how many paths does the variable reach the result?"),
    "upstream.dropped": (20, "What comes back from above has to be multiplied in."),
    "local.dropped": (23, "A local derivative is missing on the way."),
    "constant.factor-dropped": (21, "What happens to a constant factor?"),
    "constant.not-zero": (17, "What is the derivative of something that does not depend on the variable?"),
    "sum.term-not-differentiated": (19, "Every term of a sum is differentiated."),
    "not-differentiated": (13, "Is this the function or its derivative?"),
    "definition.as-constant": (27, "Does this part depend on the variable?"),
    "wrong-function": (42, "Compare with the function that is given: is it the same?"),
    "sign.lost-inner-minus": (40, "Follow the signs once more."),
    "wrt.wrong-variable": (17, "With respect to which variable is it to be differentiated?"),
    "wrt.total": (18, "Only one variable moves; the others are held fixed."),
    "integrated-instead": (15, "Differentiate, do not integrate."),
    "second-derivative": (18, "How many times is it to be differentiated?"),
    "name.unknown": (10, "This name does not occur in the problem."),
    "domain.abs-dropped": (30, "Try it with a negative number."),
    "rounding": (5, "Keep the exact number; do not round."),
    "branch.kink-convention": (34, "On the kink itself any value between those of its sides may be taken."),
    "branch.condition-wrong": (34, "On exactly which values of the variable does each case hold?"),
    "branch.ignored": (33, "Is it the same on the other side of the kink?"),
    "log.base": (28, "To which base is this logarithm?"),
    "matrix.transpose-missing": (9, "Compare the shapes: which factor has to be transposed?"),
    "reduction.sum-for-mean": (28, "Is this a sum or an average?"),
    "algebra": (44, "Check the algebra of this part."),
    "algebra.cancelling": (36, "Check the powers that are left after cancelling."),
    "copied-wrong": (45, "Compare with the function that is given: is it the same?"),
    "arithmetic-slip": (48, "Check the numbers."),
}  # fmt: skip
ROW_RANK, WHOLE_RANK, RARE, LAW_RANK, ALGEBRA_RANK = 10, 11, 12, 13, 26
SPECIAL = {
    "ce.sign": -3
}  # known to happen at just this operation: named before slips that any operation like it may have
LAWS = frozenset(
    ["sqrt.of-sum", "log.power-confusion", "domain.abs-dropped"]
)  # a law of algebra that does not hold: named before a slip of the chain rule


def site(
    id: str, node: int, slot: int | None, kind: str, plan: tuple[tuple[int, int], ...], wrong: str = "", later: int = 0
) -> Site:
    rank, hint = STRUCTURAL[id]
    return Site(id, node, slot, kind, plan, hint, rank + later, wrong)


def sites(tree: Slopes) -> list[Site]:
    """Return every site of a problem; the tree's builder grows by what the slips ask for."""
    found: list[Site] = []
    for i in sorted(tree.locals):
        found.extend(of_row(tree, i))
        found.extend(of_chain(tree, i))
        found.extend(of_edges(tree, i))
        found.extend(of_node(tree, i))
    return found


# ----- the slips of the row -----
def of_row(tree: Slopes, i: int) -> Iterator[Site]:
    op, args, params = tree.graph.cells[i]
    moving = tree.moving(i)
    for slip in ROWS[op].slips:
        if slip.local is not None:
            wrong = tree.lifted(i, tree.rule(i, slip.local))
            plan = tuple((slot, d) for slot, d in enumerate(wrong) if d is not None and slot in moving)
            if plan:
                yield Site(
                    slip.id,
                    i,
                    plan[0][0] if len(plan) == 1 else None,
                    "local",
                    plan,
                    slip.hint,
                    ROW_RANK + RARE * slip.rare,
                )
            if len(plan) > 1:
                for slot, d in plan:
                    yield Site(slip.id, i, slot, "local", ((slot, d),), slip.hint, ROW_RANK + 3 + RARE * slip.rare)
        if slip.whole is not None:
            slopes = tuple(tree.slope(i, slot) if slot in moving else None for slot in range(len(args)))
            out = slip.whole(tree.tracer(i), tuple(map(tree.tracer, args)), slopes, *params)
            if out is not None:
                yield Site(
                    slip.id,
                    i,
                    None,
                    "whole",
                    ((0, tree.tracer(i).lift(out)),),
                    slip.hint,
                    WHOLE_RANK + RARE * slip.rare + SPECIAL.get(slip.id, 0),
                )


# ----- the chain rule -----
def linear(tree: Slopes, i: int, slot: int) -> bool:
    """Return whether the local derivative of node `i` does not depend on what is differentiated there."""
    d = tree.locals[i][slot]
    if d is None:
        return True
    args = tree.graph.cells[i][1]
    target = args[slot]
    todo, seen = [d], set(args) - {target}
    while todo:
        top = todo.pop()
        if top in (i, target):
            return False
        if top not in seen:
            seen.add(top)
            todo.extend(tree.builder.cells[top][1])
    return True


def number(tree: Slopes, i: int) -> bool:
    """Return whether a cell is made of numbers alone."""
    todo, seen = [i], set()
    while todo:
        top = todo.pop()
        if tree.builder.cells[top][0] == "input":
            return False
        if top not in seen:
            seen.add(top)
            todo.extend(tree.builder.cells[top][1])
    return True


def of_chain(tree: Slopes, i: int) -> Iterator[Site]:
    """Yield the slips of the chain rule at a function of one varying argument."""
    moving = tree.moving(i)
    if len(moving) != 1:
        return
    (slot,) = moving
    local = tree.locals[i][slot]
    inner = tree.graph.cells[i][1][slot]
    if local is None:
        return
    du, y, u, x = tree.slope(i, slot), tree.tracer(i), tree.tracer(inner), tree.tracer(tree.wrt)
    g = tree.tracer(local)
    if inner != tree.wrt:
        yield whole(tree, "chain.added-not-multiplied", i, g + du)
    if linear(tree, i, slot):
        return
    if inner == tree.wrt:
        if i != tree.graph.out:
            yield whole(tree, "chain.outer-not-differentiated", i, y)
        return
    yield whole(tree, "chain.outer-not-differentiated", i, y * du)
    yield whole(tree, "chain.inner-left-undifferentiated", i, g * u)
    yield whole(tree, "chain.composition-as-product", i, g * u + y * du)
    value_there, local_there = moved(tree, i, slot, du)
    yield whole(tree, "chain.derivative-inside", i, local_there)
    yield whole(tree, "chain.derivative-inside", i, local_there * du)
    yield whole(tree, "chain.derivative-inside", i, value_there, later=1)
    value_at, local_at = moved(tree, i, slot, x)
    kinked = ROWS[tree.graph.cells[i][0]].kink is not None
    yield whole(
        tree, "branch.condition-wrong" if kinked else "chain.outer-at-x", i, local_at * du, later=-10 if kinked else 0
    )
    yield whole(tree, "chain.composition-as-product", i, local_at * u + value_at * du)


def moved(tree: Slopes, i: int, slot: int, to: Tracer) -> tuple[Tracer, Tracer]:
    """Return the value of node `i` and its local derivative with argument `slot` moved to another place."""
    op, args, params = tree.graph.cells[i]
    there = (*args[:slot], to.id, *args[slot + 1 :])
    node = tree.builder.intern((op, there, params), ())
    found = tree.lifted(i, tree.rule(i, ROWS[op].local, there, node))[slot]
    assert found is not None
    return tree.tracer(node), tree.tracer(found)


def whole(tree: Slopes, id: str, i: int, out: Any, later: int = 0) -> Site:
    return site(id, i, None, "whole", ((0, out.id),), later=later)


# ----- edges -----
def of_edges(tree: Slopes, i: int) -> Iterator[Site]:
    """Yield what can go wrong with what one argument brings."""
    _, args, _ = tree.graph.cells[i]
    moving = tree.moving(i)
    one, zero = tree.builder.constant(1), tree.builder.constant(0)
    for slot, a in enumerate(args):
        local = tree.locals[i][slot]
        if local is None:
            continue
        plain = number(tree, local)
        straight = linear(tree, i, slot)
        operation = bool(tree.graph.cells[a][1])
        if slot not in moving:
            if tree.graph.cells[a][0] != "const" or plain:
                yield site("constant.not-zero", i, slot, "edge", ((slot, one),), later=0 if plain else 8)
                yield site("constant.not-zero", i, slot, "edge", ((slot, a),), later=1 if plain else 9)
            continue
        if len(moving) > 1:
            yield site("path.dropped", i, slot, "edge", ((slot, zero),))
            if not plain and not tree.graph.shapes[a]:
                yield (
                    site("product.one-term", i, slot, "edge", ((slot, zero),))
                    if swaps(tree, i)
                    else site("path.dropped", i, slot, "edge", ((slot, zero),))
                )
        if operation:
            yield site("definition.as-constant", i, slot, "edge", ((slot, zero),))
            yield site("local.dropped" if straight else "chain.missing-inner", i, slot, "edge", ((slot, one),))
        if plain:
            yield site("sum.term-not-differentiated", i, slot, "edge", ((slot, a),))
        elif straight:
            yield site("not-differentiated", i, slot, "edge", ((slot, a),), later=26)


def swaps(tree: Slopes, i: int) -> bool:
    """Return whether every local derivative of node `i` is without the argument it belongs to, and not a number: a product."""
    return all(linear(tree, i, s) and d is not None and not number(tree, d) for s, d in enumerate(tree.locals[i]))


# ----- nodes -----
def value(tree: Slopes, i: int) -> Any:
    """Return the number that a cell holds, None if it is no plain number."""
    op, _, params = tree.builder.cells[i]
    return params[0] if op == "const" else None


def of_node(tree: Slopes, i: int) -> Iterator[Site]:
    """Yield factors that are left out between a node and one below it, and a sign turned."""
    moving = tree.moving(i)
    yield site("sign.lost-inner-minus", i, None, "minus", ())
    top = i == tree.graph.out
    for b in below(tree, i):
        near = b in tree.graph.cells[i][1]
        if near and len(moving) == 1:
            (slot,) = moving
            local = tree.locals[i][slot]
            numeric = local is not None and number(tree, local)
            if linear(tree, i, slot) and local is not None and value(tree, local) not in (1, -1):
                yield site("constant.factor-dropped", i, slot, "jump", ((0, b),), later=0 if numeric else 6)
                if numeric:
                    continue
            elif not linear(tree, i, slot) and not top and b != tree.wrt:
                yield site("chain.missing-middle", i, slot, "jump", ((0, b),))
        if b == tree.wrt:
            if near and not top:
                yield site("local.dropped", i, None, "jump", ((0, b),))
            continue
        yield site("upstream.dropped" if top else "local.dropped", i, None, "jump", ((0, b),), later=0 if near else 1)


def below(tree: Slopes, i: int) -> list[int]:
    """Return the varying nodes below node `i`."""
    seen, todo = set(), [i]
    while todo:
        top = todo.pop()
        for slot in tree.moving(top):
            a = tree.graph.cells[top][1][slot]
            if a not in seen:
                seen.add(a)
                todo.append(a)
    return sorted(seen, reverse=True)
