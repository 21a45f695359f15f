"""Other views of a problem: what is written out is recognised as the operation it is, and a quotient by a power as a power.

The patterns are those of the table's rows (`opens`, `also`): 1/(1 + e^(−u)) is a sigmoid, √Σu² a norm. Shares
eᵘ/(eᵘ + eᵛ + …) are entries of a softmax, whatever the order of their terms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache, lru_cache
from itertools import permutations
from typing import Any, NamedTuple

from ...expr.adjoint import Folding, reach
from ...expr.graph import Graph
from ...expr.running import Cell, needed
from ...expr.tracer import Builder, Tracer
from ...ops.arrays import Shape
from ...ops.row import Row
from ...ops.table import ROWS

WRITTEN_OUT = 3  # operations of a form; ln(1 + u) and max(0, u) are not written out, that is how they are written
COMMUTE = frozenset(["add", "mul"])
SHAPES = (3,), (2, 3)  # of the vectors and matrices that patterns are written for
Bound = dict[str, tuple[int, int]]  # a pattern's argument -> (node, 1), or −1 for what is minus that node


class View(NamedTuple):
    """A graph in which a form has another name; `back` gives for each of its nodes the node of the graph it was made of."""

    graph: Graph
    back: tuple[int, ...]
    later: str  # in the catalogue's LATER

    def renamed(self, graph: Graph, i: int) -> bool:
        """Return whether node `i` is another operation than the node of `graph` it was made of."""
        return self.graph.cells[i][0] != graph.cells[self.back[i]][0]


class Pattern(NamedTuple):
    """How an operation is written out: the cells up to `out`, over the inputs `0`, `1`, …"""

    op: str
    cells: tuple[Cell, ...]
    out: int


@cache
def patterns() -> dict[str, list[Pattern]]:
    """Return the written-out forms of all rows by their last operation."""
    found: dict[str, list[Pattern]] = {}
    for row in ROWS.values():
        for shape in ((),) if row.entrywise else SHAPES:
            whole = [written(row, row.opens, shape)] if row.opens is not None and not row.group else []
            kept = [p for p in whole if sum(bool(args) for _, args, _ in p.cells) >= WRITTEN_OUT]
            for pattern in (*kept, *(written(row, form, shape) for form in row.also)):
                found.setdefault(pattern.cells[pattern.out][0], []).append(pattern)
    return found


def written(row: Row, form: Callable[..., Any], shape: Shape) -> Pattern:
    """Return one way in which a row is written out, over arguments of a shape."""
    builder = Builder()
    args = [Tracer(builder, builder.input(str(k), shape)) for k in range(row.arity[0])]
    out = form(*args, *row.settled((), *(a.shape for a in args))).id
    return Pattern(row.name, tuple(builder.cells), out)


# ----- matching -----
def matched(builder: Builder, i: int, pattern: Pattern, p: int, bound: Bound) -> Iterator[Bound]:
    """Yield what the arguments of a pattern's cell `p` are, if node `i` is of that form."""
    op, args, params = builder.cells[i]
    want, inner, settings = pattern.cells[p]
    if want == "input":
        yield from taken(builder, settings[0], (i, 1), bound)
    elif want == "neg" and op != "neg" and pattern.cells[inner[0]][0] == "input":
        yield from taken(builder, pattern.cells[inner[0]][2][0], (i, -1), bound)
    elif want == op == "const":
        yield from (bound,) if params[0] == settings[0] else ()
    elif want == op and len(args) == len(inner) and ROWS[op].seen(params) == ROWS[op].seen(settings):
        for order in permutations(args) if op in COMMUTE and len(args) == 2 else [args]:
            yield from matched_all(builder, tuple(order), pattern, inner, bound)


def taken(builder: Builder, name: str, node: tuple[int, int], bound: Bound) -> Iterator[Bound]:
    """Yield the arguments with `name` taken for a node, or for what is minus it; nothing if it is another already."""
    known = bound.get(name, node)
    if known == node or (node[1] < 0 and known == (negated(builder, node[0]), 1)):
        yield {name: node, **bound}


def matched_all(
    builder: Builder, args: tuple[int, ...], pattern: Pattern, inner: tuple[int, ...], bound: Bound
) -> Iterator[Bound]:
    if not args:
        yield bound
        return
    for found in matched(builder, args[0], pattern, inner[0], bound):
        yield from matched_all(builder, args[1:], pattern, inner[1:], found)


def negated(builder: Builder, i: int) -> int:
    """Return the node of −`i`, written as a person would: b − a for a − b, 2·u for −2·u."""
    op, args, params = builder.cells[i]
    if op == "neg":
        return args[0]
    if op == "sub":
        return builder.add("sub", args[::-1])
    if op == "const" and not isinstance(params[0], str):
        return builder.constant(-params[0])
    if op in ("mul", "div") and builder.cells[args[0]][0] in ("neg", "const", "mul", "div"):
        return builder.add(op, (negated(builder, args[0]), *args[1:]))
    return builder.add("neg", (i,))


def terms(builder: Builder, i: int) -> list[int]:
    """Return the terms of a sum of sums, in order."""
    found, todo = [], [i]
    while todo:
        top = todo.pop()
        op, args, _ = builder.cells[top]
        if op == "add":
            todo.extend(reversed(args))
        else:
            found.append(top)
    return found


def share(builder: Builder, i: int) -> int | None:
    """Return the node `share` or `log_share` that node `i` is, None if it is none."""
    op, args, _ = builder.cells[i]
    if op == "log" and builder.cells[args[0]][0] == "share":
        return builder.add("log_share", builder.cells[args[0]][1])
    if op != "div" or builder.cells[args[0]][0] != "exp":
        return None
    whole = terms(builder, args[1])
    if len(whole) < 2 or args[0] not in whole or any(builder.cells[t][0] != "exp" or builder.shapes[t] for t in whole):
        return None
    whole.remove(args[0])
    return builder.add("share", tuple(builder.cells[t][1][0] for t in (args[0], *whole)))


def form(builder: Builder, i: int) -> int | None:
    """Return the node of the operation that node `i` is written out, None if it is none."""
    for pattern in patterns().get(builder.cells[i][0], ()):
        for bound in matched(builder, i, pattern, pattern.out, {}):
            args = [node if sign > 0 else negated(builder, node) for _, (node, sign) in sorted(bound.items())]
            out = builder.add(pattern.op, tuple(args))
            if builder.shapes[out] == builder.shapes[i]:
                return out
    return share(builder, i)


def as_power(builder: Builder, i: int) -> int | None:
    """Return c·u^(−n) for a quotient c/uⁿ, √u being u^(1/2); None for anything else."""
    op, args, _ = builder.cells[i]
    if op != "div" or builder.shapes[i] or builder.cells[args[1]][0] in ("const", "mul"):
        return None
    base, inner, params = builder.cells[args[1]]
    n = Fraction(1, 2) if base == "sqrt" else params[0] if base == "power" else Fraction(1)
    below = inner if base in ("sqrt", "power") else (args[1],)
    return builder.add("mul", (args[0], builder.add("power", below, (-n,))))


# ----- views -----
@lru_cache(maxsize=500)
def views(graph: Graph, wrt: int) -> tuple[View, ...]:
    """Return the graph with its written-out forms recognised, and with its quotients as powers, where these depend on the input `wrt`.

    >>> from graphtutor.expr.build import build
    >>> graph = build("y*log(1/(1 + exp(-w*x)))")
    >>> [v.graph.formula(v.graph.out) for v in views(graph, graph.ids["w"])]
    ['y*log_sigmoid(w*x)', 'y*log((1 + exp(-w*x))**(-1))']
    """
    moving = reach(graph, (wrt,))
    found = (seen(graph, how, moving, later) for how, later in ((form, "recognised"), (as_power, "nearly")))
    return tuple(view for view in found if view is not None)


def seen(graph: Graph, how: Callable[[Builder, int], int | None], moving: list[bool], later: str) -> View | None:
    """Return the view of a graph in which each moving node `how` has another node for is that one."""
    builder, back = Folding(), dict[int, int]()
    changed = False

    def node(i: int, args: tuple[int, ...]) -> int:
        nonlocal changed
        op, _, params = graph.cells[i]
        here = builder.intern((op, args, params), graph.shapes[i])
        other = how(builder, here) if args and moving[graph.cells[i][1][-1]] else None
        changed |= other is not None
        out = here if other is None else other
        for k in range(len(back), len(builder.cells)):
            back[k] = i  # what was made on the way, such as −u, stands for what it was made of
        return out

    moved = builder.graft(graph.cells, graph.shapes, node=node)
    if not changed:
        return None
    kept = needed(builder.cells, [moved[graph.out]])
    place = {old: new for new, old in enumerate(kept)}
    cells = tuple((op, tuple(place[a] for a in args), params) for op, args, params in (builder.cells[k] for k in kept))
    return View(
        Graph(cells, tuple(builder.shapes[k] for k in kept), place[moved[graph.out]]),
        tuple(back[k] for k in kept),
        later,
    )
