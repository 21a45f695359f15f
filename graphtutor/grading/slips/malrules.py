"""Where which slip can be made: every site of a problem, from the table's rows and from the structure.

The slips of an operation stand in its row. Here stand those that belong to no operation: of the chain
rule, of paths and of constants. Their ids are those of the catalogue of misconceptions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...expr.running import Cell, needed, reached
from ...expr.tracer import Tracer
from ...ops.misconceptions import LATER, mistake
from ...ops.row import Slip
from ...ops.table import ROWS
from .slopes import Site, Slopes
from .substitutes import differentiated

MOST_BELOW = (
    20_000  # pairs of a node and one below it between which factors may be left out: all of them up to 140 nodes
)


def site(id: str, node: int, slot: int | None, kind: str, plan: tuple[tuple[int, int], ...], later: str = "") -> Site:
    found = mistake(id)
    return Site(id, node, slot, kind, plan, found.hint, found.rank + LATER[later])


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
    moving = tree.moving(i)
    for slip in ROWS[tree.graph.cells[i][0]].slips:
        if slip.local is not None:
            wrong = tree.lifted(i, tree.rule(i, slip.local))
            plan = tuple((slot, d) for slot, d in enumerate(wrong) if d is not None and slot in moving)
            later = "several arguments" if len(plan) > 1 and not kinked(tree, i) else ""
            if plan:
                yield of_slip(slip, i, plan[0][0] if len(plan) == 1 else None, "local", plan, later)
            for slot, d in plan if len(plan) > 1 else ():
                yield of_slip(slip, i, slot, "local", ((slot, d),), "one argument")
        if slip.whole is not None:
            yield from of_whole(tree, i, slip)


def of_whole(tree: Slopes, i: int, slip: Slip) -> Iterator[Site]:
    _, args, params = tree.graph.cells[i]
    moving = tree.moving(i)
    slopes = tuple(tree.slope(i, a) if slot in moving else None for slot, a in enumerate(args))
    assert slip.whole is not None
    out = slip.whole(tree.tracer(i), tuple(map(tree.tracer, args)), slopes, *params)
    if out is not None:
        yield of_slip(slip, i, None, "whole", ((0, tree.tracer(i).lift(out)),), "whole")


def of_slip(
    slip: Slip, i: int, slot: int | None, kind: str, plan: tuple[tuple[int, int], ...], later: str = ""
) -> Site:
    return Site(slip.id, i, slot, kind, plan, slip.hint, slip.rank + LATER[later])


# ----- the chain rule -----
def linear(tree: Slopes, i: int, slot: int) -> bool:
    """Return whether the local derivative of node `i` does not depend on what is differentiated there."""
    d = tree.locals[i][slot]
    if d is None:
        return True
    args = tree.graph.cells[i][1]
    target = args[slot]
    return all(top not in (i, target) for top in reached(tree.builder.cells, [d], set(args) - {target}))


def number(tree: Slopes, i: int) -> bool:
    """Return whether a cell is made of numbers alone."""
    return all(tree.builder.cells[top][0] != "input" for top in reached(tree.builder.cells, [i]))


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
    du, y, u, x = tree.slope(i, inner), tree.tracer(i), tree.tracer(inner), tree.tracer(tree.wrt)
    g = tree.tracer(local)
    if inner != tree.wrt:
        yield whole(tree, "chain.added-not-multiplied", i, g + du)
    if linear(tree, i, slot):
        return
    if inner == tree.wrt:
        if i != tree.graph.out:
            yield whole(tree, "chain.outer-not-differentiated", i, y, "nothing inside")
        return
    yield whole(tree, "chain.outer-not-differentiated", i, y * du)
    yield whole(tree, "chain.inner-left-undifferentiated", i, g * u)
    yield whole(tree, "chain.composition-as-product", i, g * u + y * du)
    value_there, local_there = moved(tree, i, slot, du)
    yield whole(tree, "chain.derivative-inside", i, local_there)
    yield whole(tree, "chain.derivative-inside", i, local_there * du)
    yield whole(tree, "chain.derivative-inside", i, value_there, "nearly")
    value_at, local_at = moved(tree, i, slot, x)
    if kinked(tree, i):
        yield from of_nested(tree, i, slot)
        yield whole(tree, "branch.condition-wrong", i, local_at * du, "at a kink")
    else:
        yield whole(tree, "chain.outer-at-x", i, local_at * du)
    yield whole(tree, "chain.composition-as-product", i, local_at * u + value_at * du)


def kinked(tree: Slopes, i: int) -> bool:
    """Return whether a node chooses: it has a kink or a condition."""
    row = ROWS[tree.graph.cells[i][0]]
    return row.kink is not None or bool(row.conditions)


def of_nested(tree: Slopes, i: int, slot: int) -> Iterator[Site]:
    """Yield the slip of a choice inside a choice, such as a clip, that lets the slope through just where it is held."""
    inner = tree.graph.cells[i][1][slot]
    outer = tree.locals[i][slot]
    if not kinked(tree, inner) or len(tree.moving(inner)) != 1 or outer is None:
        return
    (below,) = tree.moving(inner)
    local = tree.locals[inner][below]
    if local is not None:
        through = tree.slope(i, tree.graph.cells[inner][1][below])
        out = through - tree.tracer(outer) * tree.tracer(local) * through
        yield site("branch.swapped", i, None, "whole", ((0, out.id),))


def moved(tree: Slopes, i: int, slot: int, to: Tracer) -> tuple[Tracer, Tracer]:
    """Return the value of node `i` and its local derivative with argument `slot` moved to another place."""
    op, args, params = tree.graph.cells[i]
    there = (*args[:slot], to.id, *args[slot + 1 :])
    node = tree.builder.intern((op, there, params), ())
    found = tree.lifted(i, tree.rule(i, ROWS[op].local, there, node))[slot]
    assert found is not None
    return tree.tracer(node), tree.tracer(found)


def whole(tree: Slopes, id: str, i: int, out: Any, later: str = "") -> Site:
    return site(id, i, None, "whole", ((0, out.id),), later)


# ----- edges -----
def of_edges(tree: Slopes, i: int) -> Iterator[Site]:
    """Yield what can go wrong with what one argument brings."""
    moving = tree.moving(i)
    for slot, local in enumerate(tree.locals[i]):
        if local is not None and slot not in moving:
            yield from of_still(tree, i, slot, number(tree, local))
        elif local is not None:
            yield from of_paths(tree, i, slot, local) if len(moving) > 1 else ()
            yield from of_inner(tree, i, slot, number(tree, local))


def edge(tree: Slopes, id: str, i: int, slot: int, slope: Any, later: str = "") -> Site:
    """Return the site of an argument whose slope is taken to be `slope`, a node or a number."""
    return site(id, i, slot, "edge", ((slot, tree.tracer(i).lift(slope)),), later)


def of_still(tree: Slopes, i: int, slot: int, plain: bool) -> Iterator[Site]:
    """Yield what is made of an argument that does not depend on the variable; `plain`: it stands alone in a sum."""
    a = tree.graph.cells[i][1][slot]
    if tree.graph.cells[a][0] != "const" or plain:
        yield edge(tree, "constant.not-zero", i, slot, 1, "" if plain else "no number")
        yield edge(tree, "constant.not-zero", i, slot, tree.tracer(a), "nearly" if plain else "no number")
    for slope in own_slopes(tree, a):
        yield edge(tree, "constant.not-zero", i, slot, tree.tracer(slope), "one argument" if plain else "no number")


def of_paths(tree: Slopes, i: int, slot: int, local: int) -> Iterator[Site]:
    """Yield what can go wrong with one of several paths that meet in a node."""
    turned = -tree.tracer(local)
    yield site("sign.lost-inner-minus", i, slot, "local", ((slot, turned.id),))
    yield edge(tree, "branch.ignored" if kinked(tree, i) else "path.dropped", i, slot, 0)
    if swaps(tree, i):
        yield edge(tree, "product.one-term", i, slot, 0)


def of_inner(tree: Slopes, i: int, slot: int, plain: bool) -> Iterator[Site]:
    """Yield what can be taken for the slope of an argument that varies; `plain`: its local derivative is a number."""
    args = tree.graph.cells[i][1]
    a, straight = args[slot], linear(tree, i, slot)
    if tree.graph.cells[a][1] and not kinked(tree, i):
        yield edge(tree, "definition.as-constant", i, slot, 0)
    if tree.graph.cells[a][1]:
        outermost = i == tree.graph.out and not straight and not kinked(tree, a)
        id = "local.dropped" if straight else "chain.missing-inner"
        yield edge(tree, id, i, slot, 1, "outermost" if outermost else "")
    if plain and len(args) > 1:
        yield edge(tree, "sum.term-not-differentiated", i, slot, tree.tracer(a))
    elif straight and not plain:
        yield edge(tree, "not-differentiated", i, slot, tree.tracer(a), "taken for its slope")


def own_slopes(tree: Slopes, i: int) -> Iterator[int]:
    """Yield the derivatives of what does not depend on the variable, by each of its own names."""
    for n in needed(tree.graph.cells, [i]) if tree.graph.cells[i][1] else ():
        if tree.graph.cells[n][0] == "input":
            slope = differentiated(tree.builder, i, n)
            if slope is not None:
                yield slope


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
    yield site("sign.lost-inner-minus", i, None, "minus", (), "" if has_minus(tree, i) else "nearly")
    for b in below(tree, i)[: max(2, MOST_BELOW // len(tree.graph))]:
        near = b in tree.graph.cells[i][1]
        yield from of_one(tree, i, b) if near and len(tree.moving(i)) == 1 else ()
        if b != tree.wrt and not dropped(tree, i, b):
            id = "upstream.dropped" if i == tree.graph.out else "local.dropped"
            yield jump(id, i, None, b, "" if near else "nearly")
        elif b == tree.wrt and near and i != tree.graph.out:
            yield jump("local.dropped", i, None, b)


def jump(id: str, i: int, slot: int | None, b: int, later: str = "") -> Site:
    """Return the site of a node whose slope is taken to be that of node `b` below it."""
    return site(id, i, slot, "jump", ((0, b),), later)


def of_one(tree: Slopes, i: int, b: int) -> Iterator[Site]:
    """Yield the factor that a node of one varying argument `b` brings, left out."""
    (slot,) = tree.moving(i)
    local, straight = tree.locals[i][slot], linear(tree, i, slot)
    if straight and local is not None and value(tree, local) not in (1, -1):
        yield jump("constant.factor-dropped", i, slot, b, "" if number(tree, local) else "no number")
    elif not straight and i != tree.graph.out and b != tree.wrt:
        yield jump("chain.missing-middle", i, slot, b)


def dropped(tree: Slopes, i: int, b: int) -> bool:
    """Return whether all that lies between a node and its argument `b` is a number that is dropped as a factor."""
    if b not in tree.graph.cells[i][1] or len(tree.moving(i)) != 1:
        return False
    (slot,) = tree.moving(i)
    local = tree.locals[i][slot]
    return local is not None and number(tree, local) and value(tree, local) not in (1, -1)


def has_minus(tree: Slopes, i: int) -> bool:
    """Return whether a minus sign stands at a node or in its derivative."""
    return tree.graph.cells[i][0] in ("neg", "sub") or any(
        d is not None and negative(tree.builder.cells, d) for d in tree.locals[i]
    )


def negative(cells: Sequence[Cell], i: int) -> bool:
    """Return whether a minus sign stands in front of a cell."""
    op, args, params = cells[i]
    while op in ("mul", "div"):
        op, args, params = cells[args[0]]
    return op == "neg" or (op == "const" and not isinstance(params[0], str) and params[0] < 0)


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
