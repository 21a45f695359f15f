"""A walk as plain data for a page: boxes, edges and steps once, and the elementary operations that give every number.

What a step changes follows from its kind and its place in the list, so no frame is stored; every number
is a place in one list that the page works out anew when an input changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...compiled.portable import Portable, TooMuch
from ...errors import LearnerError
from ...expr.adjoint import Backward, Folding, backward, parts
from ...expr.forward import Forward, forward
from ...expr.graph import Edge, Graph
from ...expr.running import Cell, to_float
from ...expr.tracer import Builder
from ...expr.views import Body
from ...language import write
from ...ops.arrays import Shape
from ...ops.misconceptions import mistake
from ...ops.row import Row
from ...ops.table import ROWS
from ...walk.tangents import Tangents
from ...walk.trace import Quantity, Step, Trace, derivative
from .canvas import Layout
from .frames import MOST_ENTRIES, Box, Frame, Wire, cut
from .layout import Place, Route
from .needs import FIRST, GAP, HEADER, LEAF_FIRST, LINE, PAD

# ----- inside a closed group: a walk of its own -----
ARRIVES = "what arrives"  # no name that a reader could give


def inside(body: Body, args: Sequence[tuple[str, Any]], name: str, arrives: Any, tie: str) -> Trace:
    """Return the walk inside a group called `name`, whose arguments have these names and values; `arrives` is its gradient.

    The gradients of its inputs are what the group sends to its arguments, so nothing changes at the border.

    >>> from ...expr.build import build
    >>> body = Body(Graph((("input", (), ("0",)), ("power", (0,), (2,))), ((), ()), 1), "square")
    >>> inside(body, [("u", 3.0)], "p", 10.0, "zero").gradients["u"]
    60.0
    """
    inner = body.graph
    cells = [
        ("input", (), (args[int(params[0])][0],)) if op == "input" else (op, given, params)
        for op, given, params in inner.cells
    ]
    graph = Graph(tuple(cells), inner.shapes, inner.out, ((inner.out, name),))
    builder = Builder(graph.cells, graph.shapes)
    product = builder.add("mul", (inner.out, builder.input(ARRIVES, inner.shapes[inner.out])))
    out = builder.add("total", (product,)) if builder.shapes[product] else product
    whole = backward(Graph(tuple(builder.cells), tuple(builder.shapes), out), tie)
    sent = tuple(flow for flow in whole.sent if flow[0] < len(graph))
    own = whole.adjoints[: len(graph)]
    walk = Backward(graph, whole.cells, whole.shapes, own[inner.out], sent, own, tie)
    return Trace(walk, graph, (*args, (ARRIVES, arrives)), tie)


Walked = Trace | Tangents
LONGEST_LINE = 160  # characters of a line of the derivation
AIR = 12.0  # around the graph
MOST_AHEAD = 8  # inputs whose tangents a page works out
GENERAL = ("upstream.dropped", "local.dropped", "chain.added-not-multiplied", "sign.table", "path.dropped")
MATHML = "http://www.w3.org/1998/Math/MathML"


@dataclass
class Numbers:
    """Every number of a page: as a place in the list of operations, or, where that would be too long, as it is."""

    walked: Walked
    shapes: Sequence[Shape]
    portable: Portable | None = None
    read: Callable[[int], list[int]] = lambda i: []

    def __call__(self, i: int) -> Any:
        """Return cell `i`: the place of a number, the places and shape of an array, or numbers that cannot be changed."""
        shape = self.shapes[i]
        if self.walked.numbers is None:
            return None
        if self.portable is None:
            return {"s": shape, "n": self.fixed(i)}
        places = self.read(i)
        return {"s": shape, "p": places} if shape else places[0]

    def fixed(self, i: int) -> list[float]:
        assert self.walked.numbers is not None
        value = np.asarray(to_float(self.walked.numbers[i]), dtype=float)
        entries = value.ravel() if value.size <= MOST_ENTRIES else np.asarray([np.linalg.norm(value)])
        return [plain(float(v)) for v in entries]


def plain(value: float) -> Any:
    """Return a float as JSON has it: what is not finite as text."""
    return value if np.isfinite(value) else str(value)


@dataclass
class Teller:
    """Makes the data of a walk on its layout."""

    walked: Walked
    frame: Frame
    layout: Layout
    digits: int
    arranged: Callable[[Trace], tuple[Frame, Layout]]
    shared: Portable | None = None  # the list of the walk that this one is inside of
    hints: list[str] = field(default_factory=lambda: [mistake(m).hint for m in GENERAL])

    def __post_init__(self) -> None:
        self.graph = self.walked.graph
        walk = self.walked.walk
        self.cells: Sequence[Cell] = walk.cells if walk else self.graph.cells
        self.shapes: Sequence[Shape] = walk.shapes if walk else self.graph.shapes
        self.slips = self.wrong_parts()
        self.ahead = self.tangents()
        self.numbers = self.listed()
        self.edges = {wire.edge: k for k, wire in enumerate(self.frame.wires)}

    # ----- numbers -----
    def listed(self) -> Numbers:
        if self.walked.numbers is None:
            return Numbers(self.walked, self.shapes)
        portable = self.shared or Portable(self.graph)
        try:
            return Numbers(self.walked, self.shapes, portable, portable.add(self.cells, range(len(self.cells))))
        except TooMuch:
            return Numbers(self.walked, self.shapes)

    def wrong_parts(self) -> dict[Edge, list[tuple[str, int]]]:
        """Return for each edge what slips of its operation would send along it: (hint, cell)."""
        walk = self.walked.walk
        if not isinstance(walk, Backward) or self.walked.numbers is None:
            return {}
        builder = Folding(walk.cells, walk.shapes)
        found: dict[Edge, list[tuple[str, int]]] = {}
        done: dict[int, list[tuple[str, list[tuple[int | None, int | None]]]]] = {}
        for flow in walk.flows:
            i = flow.edge.source
            if i not in done:
                done[i] = list(slipped(builder, walk, i, flow.upstream))
            wrong = [(hint, parts_[flow.edge.slot][1]) for hint, parts_ in done[i]]
            found[flow.edge] = [(hint, part) for hint, part in wrong if part is not None and part != flow.contribution]
        self.cells, self.shapes = builder.cells, builder.shapes
        return found

    def tangents(self) -> list[tuple[str, Forward]]:
        """Return forward mode along each input that is a number, where there are few."""
        inputs = [n.name for n in self.graph.inputs if not n.shape]
        if (
            self.shared is not None
            or not isinstance(self.walked, Trace)
            or self.walked.walk is None
            or self.walked.numbers is None
            or not 0 < len(inputs) <= MOST_AHEAD
        ):
            return []
        try:
            return [(name, forward(self.graph, {name: 1}, self.walked.tie)) for name in inputs]
        except LearnerError:
            return []

    # ----- parts -----
    def node(self, b: Box, p: Place) -> dict[str, Any]:
        node, derived = self.graph.node(b.id), self.walked.derived
        told: dict[str, Any] = {
            "i": b.id, **({} if b.role == "operation" else {"role": b.role}), "name": b.name, "label": b.label, "formula": b.formula, **({"shape": b.shape} if b.shape else {}), "x": r(p.left), "y": r(p.top), "w": r(p.width), "h": r(p.height), "v": self.numbers(b.id), **columns_of(p),
        }  # fmt: skip
        if b.value and self.walked.numbers is None:
            told["t"] = b.value[0][0]
        if b.id in derived:
            told["g"] = {"t": "?"} if self.walked.numbers is None else self.numbers(derived[b.id])
        if node.op in ROWS:
            told["op"] = node.op
            told |= self.kink(b.id, ROWS[node.op])
        if inner := self.inner(b.id):
            told["inside"] = inner
        return told

    def inner(self, i: int) -> dict[str, Any] | None:
        """Return the data of what a closed group holds, its numbers in the same list; None for any other node."""
        _, args, params = self.graph.cells[i]
        body = next((p for p in params if isinstance(p, Body)), None)
        adjoint = self.walked.derived.get(i)
        if body is None or adjoint is None or self.numbers.portable is None or not isinstance(self.walked, Trace):
            return None
        numbers, names = self.walked.numbers or (), [self.graph.name(a) for a in args]
        walked = inside(body, [(n, numbers[a]) for n, a in zip(names, args, strict=True)], self.graph.name(i), numbers[adjoint], self.walked.tie)  # fmt: skip
        cells = {**dict(zip(names, args, strict=True)), ARRIVES: adjoint}
        known = {name: self.numbers.read(cell) for name, cell in cells.items()}
        portable = self.numbers.portable.within(known, {name: self.shapes[cell] for name, cell in cells.items()})
        frame, layout = self.arranged(walked)
        told = Teller(walked, frame, layout, self.digits, self.arranged, portable).told()
        top = derivative(self.walked.pair(self.graph.out)).rsplit("/", 1)[0]
        return told | {"d": [cut(top, 24), told["d"][1]], "inputs": [], "code": None}

    def kink(self, i: int, row: Row) -> dict[str, Any]:
        """Return what must not be 0 for the operation to be smooth, and the ends of its slopes there."""
        if row.kink is None or self.numbers.portable is None or self.graph.shapes[i]:
            return {}
        _, args, params = self.graph.cells[i]
        if any(self.graph.shapes[a] for a in args):
            return {}
        listing = self.numbers.portable.listing
        terms = [listing.term(self.numbers.read(a)[0]) for a in args]
        zeros = row.kink.where(*terms, *params)
        return {"kink": [z.at for z in zeros], "ends": [float(e) for e in row.kink.ends(*params)]}

    def edge(self, wire: Wire, route: Route) -> dict[str, Any]:
        e = wire.edge
        told: dict[str, Any] = {"s": e.source, "t": e.target}
        told["p"] = [r(c) for point in route.points for c in point]
        if self.layout.direction != "LR":
            told["a"] = "start"
        if route.marks:
            told["marks"] = [[r(x), r(y)] for x, y in route.marks]
        x, y = route.spot(self.layout.direction, 0.0, LINE)
        told |= {"x": r(x), "y": r(y), "room": r(route.size[0])}
        return told

    def step(self, step: Step) -> dict[str, Any]:
        if step.edge is None:
            told = {"k": step.phase[0], "n": step.node.id}
            return told | ({"c": self.quantity(step.contribution)} if step.contribution is not None else {})
        assert step.upstream is not None and step.contribution is not None and step.total is not None
        e = step.edge
        told = {
            "k": "b" if step.phase == "backward" else "t", "n": e.source, "e": self.edges[e], "r": step.receiver, **({"m": step.missing} if step.missing else {}),
            "u": self.quantity(step.upstream), "c": self.quantity(step.contribution), **({"T": self.quantity(step.total)} if step.total.id != step.contribution.id else {}),
        }  # fmt: skip
        if step.local is not None:
            told["l"] = self.quantity(step.local)
            told["lt"] = cut(step.local.text("unicode"), 60)
        else:
            told["ct"] = cut(step.contribution.text("unicode"), 60)
        if line := self.line(step):
            told["line"] = line
        if wrong := self.slips.get(e):
            told["slips"] = [[self.hint(hint), self.numbers(part)] for hint, part in wrong]
        return told

    def line(self, step: Step) -> str:
        """Return what has arrived, in symbols over the names of nodes alone: a line of the derivation along the graph."""
        assert step.total is not None
        text = self.walked.quantity(step.total.id).text("unicode") if len(self.frame.wires) <= 120 else ""
        return text if len(text) <= LONGEST_LINE else ""

    def hint(self, text: str) -> int:
        if text not in self.hints:
            self.hints.append(text)
        return self.hints.index(text)

    def quantity(self, q: Quantity) -> Any:
        return {"t": cut(q.text("unicode"), 40)} if q.value is None else self.numbers(q.id)

    # ----- the whole -----
    def problem(self) -> list[str]:
        """Return each named line of the program in MathML, the output last."""
        graph = self.graph
        named = {i for i, _ in graph.names if graph.cells[i][1]} | {graph.out}
        stops = {i: write.name(graph.name(i), "mathml") for i in named}
        lines = []
        for i in sorted(named, key=lambda i: (i == graph.out, i)):
            text = graph.formula(i, "mathml", stops=stops)
            if len(text) < 8000 and graph.cells[i][1]:
                lines.append(f'<math xmlns="{MATHML}"><mrow>{stops[i]}<mo>=</mo>{text}</mrow></math>')
        return lines

    def inputs(self) -> list[dict[str, Any]]:
        point = dict(self.walked.point or ())
        return [
            {"i": n.id, "name": cut(write.name(n.name, "unicode")), "key": n.name, "s": n.shape, "role": n.role,
             "v": [plain(float(to_float(v))) for v in np.asarray(point[n.name], dtype=object if not n.shape else float).ravel()]}
            for n in self.graph.inputs if n.name in point
        ]  # fmt: skip

    def beside(self) -> list[dict[str, Any]]:
        """Return for each input the tangent of every node that depends on it."""
        portable = self.numbers.portable
        if portable is None:
            return []
        told = []
        for name, walk in self.ahead:
            read = portable.add(walk.cells, walk.tangent.values())
            shapes = walk.shapes
            told.append({"wrt": cut(write.name(name, "unicode")), "of": [
                [i, {"s": shapes[t], "p": read(t)} if shapes[t] else read(t)[0]] for i, t in walk.tangent.items()]})  # fmt: skip
        return told

    def told(self) -> dict[str, Any]:
        layout, portable = self.layout, self.numbers.portable
        xs, ys = zip(*extent(layout), strict=True)
        nodes = [self.node(b, layout.places[b.id]) for b in self.frame.boxes]
        edges = [self.edge(w, layout.routes[w.edge]) for w in self.frame.wires]
        steps = [self.step(s) for s in self.walked.steps]
        used = {n["op"] for n in nodes if "op" in n}
        beside = self.beside()
        return {
            "out": self.graph.out, "title": cut(write.name(self.graph.output.name, "unicode")), "problem": self.problem(), "digits": self.digits,
            "size": [r(min(xs) - AIR), r(min(ys) - AIR), r(max(xs) - min(xs) + 2 * AIR), r(max(ys) - min(ys) + 2 * AIR)], "short": layout.short, "nodes": nodes, "edges": edges, "steps": steps,
            "ops": {op: {"rule": ROWS[op].rule, "says": ROWS[op].says, "formula": ROWS[op].formula} for op in used},
            "hints": self.hints, "inputs": self.inputs(), "ahead": beside,
            "d": [cut(part, 24) for part in derivative(self.walked.pair(self.graph.out)).rsplit("/", 1)],
            "mode": "forward" if isinstance(self.walked, Tangents) else "reverse",
            "code": [i if isinstance(i, float) else list(i) for i in portable.instructions] if portable else None,
        }  # fmt: skip


def slipped(
    builder: Folding, walk: Backward, i: int, upstream: int
) -> Iterable[tuple[str, list[tuple[int | None, int | None]]]]:
    """Yield (hint, what is sent to each argument) for each local slip of the operation at node `i`."""
    op, args, params = walk.cells[i]
    row = ROWS[op]
    mixed = row.local is None or (row.pull is not None and any(walk.shapes[j] for j in (i, *args)))
    for slip in row.slips:
        if slip.local is not None:
            wrong = replace(row, pull=slip.local) if mixed else replace(row, local=slip.local)
            asked = tuple(slot not in row.conditions for slot in range(len(args)))
            try:
                yield slip.hint, parts(builder, wrong, i, args, params, upstream, walk.tie, asked)
            except LearnerError:  # a slip whose shapes do not fit here
                continue


def extent(layout: Layout) -> list[tuple[float, float]]:
    """Return the corners of boxes and labels, and the points of lines."""
    corners = [
        (p.left + dx, p.top + dy) for p in layout.places.values() for dx in (0.0, p.width) for dy in (0.0, p.height)
    ]
    for route in layout.routes.values():
        corners += route.points
        (x, y), (wide, high) = route.label, route.size
        corners += [(x - wide / 2, y - high / 2), (x + wide / 2, y + high / 2)]
    return corners


def columns_of(p: Place) -> dict[str, float]:
    """Return where a box's numbers stand: their base line, the middle and room of each column, and of an input where its name ends."""
    left, right = p.left + PAD + (p.name + GAP if p.name else 0.0), p.left + p.width - PAD
    wide = [w for w in (p.value, p.gradient) if w]
    spare = (right - left - sum(wide) - GAP * (len(wide) - 1)) / max(1, len(wide))
    told = {
        "b": r(p.top + (LEAF_FIRST if p.name else FIRST)),
        "bar": r(p.left + PAD + p.name + GAP / 2 if p.name else p.top + HEADER),
    }
    for key, room in (("v", p.value), ("g", p.gradient)):
        if room:
            told |= {f"{key}x": r(left + (room + spare) / 2), f"{key}w": r(room + spare)}
            left += room + spare + GAP
    return told | ({"leaf": 1} if p.name else {})


def r(value: float) -> float:
    """Return a coordinate to a tenth of a point."""
    rounded = round(float(value), 1)
    return int(rounded) if rounded == int(rounded) else rounded


def told(
    walked: Trace | Tangents | Graph, arranged: Callable[[Any], tuple[Frame, Layout]], digits: int = 4
) -> dict[str, Any]:
    """Return a walk, or a graph alone, as plain data for the page's component; `arranged` gives a walk's first frame and its layout."""
    frame, layout = arranged(walked)
    if isinstance(walked, Graph):
        walked = Trace(None, walked, None)
        return Teller(walked, frame, layout, digits, arranged).told() | {"steps": [], "mode": "still"}
    return Teller(walked, frame, layout, digits, arranged).told()
