"""Strong zeros: a branch not taken, an argument that does not win, an edge with gate 0 sends no gradient.

A gate of 0 times a slope that is not finite would be nan. So where a node is reached through gates
alone, and what it sends may not be finite, that is selected and not multiplied: the node's own
condition (some way from it to the output is open) says whether it is sent at all. Conditions are
nodes of the extended graph, made only where they are needed.
"""

from __future__ import annotations

from ..ops.arrays import broadcast
from ..ops.row import Row
from ..ops.table import ROWS
from .running import Cell
from .tracer import Builder, fitted

POINTS = ("eq", "ne")  # conditions that hold, or fail, at single points
Way = tuple[int, int | None]  # from which node, and through which gate


class Gates:
    """The ways on which gradients come to each node of a graph whose backward pass is being built.

    `calm`: nothing can be blocked, or everything is finite, so there is nothing to select.
    """

    def __init__(self, builder: Builder, out: int):
        self.builder = builder
        kinds = {(op, params) for op, args, params in builder.cells if args}
        gated = any(ROWS[op].gates for op, _ in kinds)
        self.filled = gated and (any(op in POINTS for op, _ in kinds) or any(self.bare(cell) for cell in builder.cells))
        self.calm = not self.filled and (not gated or all(ROWS[op].stays_finite(p) for op, p in kinds))
        self.ways: dict[int, list[Way] | None] = {out: None}  # None: it is always open
        self.conditions: dict[int, int] = {}

    def sent(self, i: int, target: int, local: int | None, part: int, g: int) -> int:
        """Return what node `i`, whose gradient is `g`, sends to `target`: `part`, or what selects it."""
        builder = self.builder
        gated = ROWS[builder.cells[i][0]].gates and local is not None and builder.cells[local][0] != "const"
        gate = local if gated else None
        self.note(i, target, gate)
        if builder.facts(g if gated else part).finite or (gate is None and self.ways[i] is None):
            return part
        condition = self.condition(i) if gate is None else gate
        if local is None:  # entries mix: all that is sent, or nothing
            return builder.add("kept", (self.whole(condition), part))
        entries = builder.add("mul", (local, g))  # selected entry by entry, before what was spread is summed
        return fitted(builder, builder.add("kept", (condition, entries)), builder.shapes[target])

    def bare(self, cell: Cell) -> bool:
        """Return whether a cell chooses by a number that is no condition, so at the single point where it is 0."""
        if not cell[1] or not ROWS[cell[0]].conditions:
            return False
        return any(self.is_number(cell[1][slot]) for slot in ROWS[cell[0]].conditions)

    def is_number(self, i: int) -> bool:
        op = self.builder.cells[i][0]
        return op != "const" and not (op in ROWS and ROWS[op].discrete)

    def holes(self, i: int) -> list[tuple[tuple[int, int], int]]:
        """Return the pairs whose equality decides at a choice, node `i`, each with the node that is nan where they are equal, else 0.

        There a single point is filled in, as in where(x == 0, 1, sin(x)/x): the branch taken says nothing of the slope.
        """
        op, args, _ = self.builder.cells[i]
        found: list[tuple[tuple[int, int], int]] = []
        todo = [args[slot] for slot in ROWS[op].conditions]
        while todo:
            condition = todo.pop()
            inner, pair, _ = self.builder.cells[condition]
            if self.is_number(condition):
                inner, pair = "ne", (condition, self.builder.constant(0))
            if inner in POINTS:
                hole = self.builder.add("hole", pair)
                shut = None if self.ways[i] is None else self.condition(i)
                found.append(((pair[0], pair[1]), hole if shut is None else self.builder.add("kept", (shut, hole))))
            elif inner in ROWS and ROWS[inner].discrete:
                todo.extend(pair)
        return found

    def note(self, i: int, target: int, gate: int | None) -> None:
        if gate is None and self.ways[i] is None:
            self.ways[target] = None
        else:
            known = self.ways.setdefault(target, [])
            if known is not None:
                known.append((i, gate))

    def condition(self, i: int) -> int:
        """Return the node that is 1 where some way from node `i` to the output is open, for a node that is not always open."""
        todo = [i]
        while todo:
            top = todo[-1]
            ways = self.ways[top]
            waiting = [s for s, _ in ways or () if self.ways[s] is not None and s not in self.conditions]
            if top in self.conditions or not waiting:
                todo.pop()
                if ways is not None and top not in self.conditions:
                    self.conditions[top] = self.any(top, ways)
            todo.extend(waiting)
        return self.conditions[i]

    def any(self, i: int, ways: list[Way]) -> int:
        opens = []
        for source, gate in ways:
            row = ROWS[self.builder.cells[source][0]]
            terms = [self.fitted(c, row, i) for c in (self.conditions.get(source), gate) if c is not None]
            opens.append(self.joined("and", terms))
        return self.joined("or", list(dict.fromkeys(opens)))

    def joined(self, op: str, terms: list[int]) -> int:
        return terms[0] if len(terms) == 1 else self.builder.add(op, tuple(terms))

    def fitted(self, condition: int, row: Row, target: int) -> int:
        """Return a condition over a node's entries as one over those of its argument: an entry is open if it meets an open one."""
        have, want = self.builder.shapes[condition], self.builder.shapes[target]
        if not have:
            return condition
        if not row.entrywise:
            return self.whole(condition)
        if broadcast("where", have, want) == want:
            return condition
        summed = self.builder.add("sum_to", (condition,), (have, want))
        return self.builder.add("gt", (summed, self.builder.constant(0)))

    def whole(self, condition: int) -> int:
        """Return a condition as a number: whether any entry is open."""
        if not self.builder.shapes[condition]:
            return condition
        return self.builder.add("gt", (self.builder.add("total", (condition,)), self.builder.constant(0)))
