"""Where which slip can be made: every site of a problem, from the table's rows and from the structure.

The slips of an operation stand in its row. Here stand those that belong to no operation: of the chain
rule, of paths and of constants. Their ids are those of the catalogue of misconceptions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...expr.running import Cell, needed
from ...expr.tracer import Tracer
from ...ops.misconceptions import LATER, mistake
from ...ops.row import Slip
from ...ops.table import ROWS
from .algebra import differentiated
from .slopes import Site, Slopes


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
                yield site("constant.not-zero", i, slot, "edge", ((slot, one),), "" if plain else "no number")
                yield site("constant.not-zero", i, slot, "edge", ((slot, a),), "nearly" if plain else "no number")
            for slope in own_slopes(tree, a):
                yield site(
                    "constant.not-zero", i, slot, "edge", ((slot, slope),), "one argument" if plain else "no number"
                )
            continue
        if len(moving) > 1:
            turned = -tree.tracer(local)
            yield site("sign.lost-inner-minus", i, slot, "local", ((slot, turned.id),))
            yield site("branch.ignored" if kinked(tree, i) else "path.dropped", i, slot, "edge", ((slot, zero),))
            if not plain and swaps(tree, i):
                yield site("product.one-term", i, slot, "edge", ((slot, zero),))
        if operation:
            if not kinked(tree, i):
                yield site("definition.as-constant", i, slot, "edge", ((slot, zero),))
            outermost = "outermost" if i == tree.graph.out and not straight and not kinked(tree, a) else ""
            yield site(
                "local.dropped" if straight else "chain.missing-inner", i, slot, "edge", ((slot, one),), outermost
            )
        if plain and len(args) > 1:
            yield site("sum.term-not-differentiated", i, slot, "edge", ((slot, a),))
        elif straight and not plain:
            yield site("not-differentiated", i, slot, "edge", ((slot, a),), "taken for its slope")


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
    moving = tree.moving(i)
    yield site("sign.lost-inner-minus", i, None, "minus", (), "" if has_minus(tree, i) else "nearly")
    top = i == tree.graph.out
    for b in below(tree, i):
        near = b in tree.graph.cells[i][1]
        if near and len(moving) == 1:
            (slot,) = moving
            local = tree.locals[i][slot]
            numeric = local is not None and number(tree, local)
            if linear(tree, i, slot) and local is not None and value(tree, local) not in (1, -1):
                yield site("constant.factor-dropped", i, slot, "jump", ((0, b),), "" if numeric else "no number")
                if numeric:
                    continue
            elif not linear(tree, i, slot) and not top and b != tree.wrt:
                yield site("chain.missing-middle", i, slot, "jump", ((0, b),))
        if b == tree.wrt:
            if near and not top:
                yield site("local.dropped", i, None, "jump", ((0, b),))
            continue
        yield site("upstream.dropped" if top else "local.dropped", i, None, "jump", ((0, b),), "" if near else "nearly")


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
