"""The same derivative edge by edge of the computation graph: what each edge sends back, local × upstream."""

from __future__ import annotations

import sympy as sp

from ..errors import LearnerError
from ..expr.adjoint import Backward, backward
from ..expr.build import Plan
from . import algebra
from .anatomy import compose, row_of, same
from .cells import encoded, names_written
from .lines import Derivation, Line
from .problem import Problem
from .rules import CONSTANT, VARIABLE, Rule, named, number_tree


# branches: one pass over the flows, with the first and the last line of their own
def along_graph(asked: Problem) -> Derivation:
    """Return the derivation edge by edge: each line what has arrived at an edge's target so far.

    Every node of the graph has a name; `definitions` say what it is in terms of its arguments.
    """
    plan = Plan(asked.shapes)
    for name, meant in asked.definitions.items():
        plan.env[name] = plan.tree(meant)
    out = plan.tree(asked.tree)
    top_name = [] if isinstance(asked.tree, sp.Symbol) else [(out, asked.name)]
    graph = plan.graph(out, [*((i, name) for name, i in plan.env.items()), *top_name])
    wrt = graph.ids.get(asked.wrt.name)
    if wrt is None or graph.cells[wrt][0] != "input":
        raise LearnerError(
            f"'{asked.wrt.name}' is no input of the graph; its inputs are {', '.join(n.name for n in graph.inputs) or 'none'}"
        )
    walk = backward(graph, wanted=(wrt,))
    symbols = Symbols(walk)
    top = graph.name(out)
    lines = [Line(sp.S.One, SEED, left=(top, top))]
    arrived: dict[int, sp.Basic] = {}
    for flow in walk.flows:
        rule = named(graph.row(flow.edge.source))
        factors = None if flow.local is None else (symbols.tree(flow.local), symbols.tree(flow.upstream))
        target, total = flow.edge.target, symbols.tree(flow.total)
        lines.append(Line(total, rule, left=(top, graph.name(target)), factors=factors, so_far=arrived.get(target)))
        arrived[target] = total
    if len(lines) == 1:
        lines.append(
            Line(symbols.tree(walk.gradient[wrt]), CONSTANT if wrt != out else VARIABLE, left=(top, asked.wrt.name))
        )
    given = {name for _, name in graph.names}
    nodes = {
        graph.name(i): symbols.node(i) for i, cell in enumerate(graph.cells) if cell[1] and graph.name(i) not in given
    }
    answer = lines[-1].expr
    opened = names_written(answer, nodes)
    written_out = [opened, *(tree for _, tree in algebra.stages(opened))][-1]
    if not same(written_out, answer):
        lines.append(Line(written_out, OPENED, left=lines[-1].left))
    named_nodes = (
        (graph.name(i), encoded(symbols.node(i)))
        for i, cell in enumerate(graph.cells)
        if cell[1] and graph.name(i) != asked.wrt.name
    )
    return Derivation(
        tuple(lines), asked.wrt.name, tuple(named_nodes), tuple(asked.shapes.items()), "graph", asked.name
    )


def turned(found: Derivation) -> Derivation:
    """Return the derivation along the graph of what a derivation by rules has derived."""
    if found.along == "graph":
        return found
    if found.along == "equation":
        raise LearnerError("an equation has no graph to walk: its derivation is by rules; draw it without both")
    what, by = found.lines[0].expr.args
    return along_graph(Problem(what, by, found.meanings, dict(found.shapes), found.name))


SEED = Rule("seed", "seed", "dL/dL = 1")
OPENED = Rule("nodes", "nodes written out and collected")


class Symbols:
    """Adjoints as trees over the names of a graph's nodes."""

    def __init__(self, walk: Backward):
        self.walk, self.graph = walk, walk.graph
        self.found: dict[int, sp.Basic] = {}

    def tree(self, i: int) -> sp.Basic:
        """Return a cell of the extended graph; the graph's own nodes stand there by name."""
        todo = [i]
        while todo:
            top = todo[-1]
            args = self.walk.cells[top][1]
            waiting = [] if top < len(self.graph) else [a for a in args if a not in self.found]
            if top in self.found or not waiting:
                todo.pop()
                self.found.setdefault(top, self.named(top) if top < len(self.graph) else self.built(top))
            todo.extend(waiting)
        return self.found[i]

    def named(self, i: int) -> sp.Basic:
        op, _, params = self.graph.cells[i]
        return number_tree(*params) if op == "const" else sp.Symbol(self.graph.name(i))

    def built(self, i: int) -> sp.Basic:
        op, args, params = self.walk.cells[i]
        if op == "const":
            return number_tree(*params)
        flat = all(len(self.walk.shapes[a]) < 2 for a in args)  # then a sum with its axis kept is as good as a number
        return compose(op, (self.found[a] for a in args), row_of(op).seen(params) if flat else params)

    def node(self, i: int) -> sp.Basic:
        """Return what a node of the graph is, in terms of its arguments' names."""
        op, args, params = self.graph.cells[i]
        return compose(op, (self.named(a) for a in args), params)
