"""Frames: what each picture of a trace says, as data; no markup and no positions."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..graphs import Edge, Graph
from ..language import write
from ..maths.arrays import show_shape
from ..maths.ops import ROWS
from ..trace import Quantity, Step, Trace, bracketed, derivative, shown

ENTRIES = 12
LONGEST = 34


class Box(NamedTuple):
    """A node in a frame. `state` is "waiting", "active" or "done"; `gradient` is None for a constant."""

    id: int
    role: str
    label: str
    name: str
    formula: str
    shape: str
    value: str
    gradient: str | None
    gradient_name: str
    state: str


class Wire(NamedTuple):
    """An edge in a frame, with the local derivative and, on its turn, the product local × upstream."""

    edge: Edge
    local: str
    product: str
    state: str


@dataclass(frozen=True)
class Frame:
    """One picture: boxes and wires in the graph's order, and the caption, which is the step's sentence."""

    index: int
    total: int
    phase: str
    caption: str
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]


def clean(text: str) -> str:
    """Return text without control characters."""
    return "".join(c for c in text if unicodedata.category(c)[0] != "C")


def cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def film(walked: Trace, digits: int = 4) -> tuple[Frame, ...]:
    """Return one frame for every step of a trace: the state of the graph after that step."""
    return Film(walked, digits).frames()


def still(graph: Graph, digits: int = 4) -> Frame:
    """Return the graph alone, with no value and no gradient filled in."""
    film_ = Film(Trace(None, graph, None), digits)
    return film_.frame(Step(0, "forward", graph.output, None, None, None, None, None, 0, f"The computation graph of {write.name(graph.name(graph.out), 'unicode')}."), 1)


class Film:
    """The running state of a trace while its frames are made."""

    def __init__(self, walked: Trace, digits: int):
        self.walked, self.graph, self.digits = walked, walked.graph, digits
        self.used = live(walked.graph)
        self.value: dict[int, str] = {}
        self.gradient: dict[int, str] = {}
        self.sum: dict[int, list[str]] = {}
        self.local: dict[Edge, str] = {}
        self.sent: dict[Edge, str] = {}
        for i, (op, _, _) in enumerate(self.graph.cells):
            if op in ("input", "const"):
                self.value[i] = self.number(i)

    def number(self, i: int) -> str:
        if self.walked.numbers is None:
            return "" if self.graph.cells[i][0] != "const" else write.number(self.graph.cells[i][2][1], "unicode").text
        return self.show(self.walked.numbers[i], self.graph.shapes[i])

    def show(self, value: object, shape: tuple[int, ...]) -> str:
        size = 1
        for n in shape:
            size *= n
        if np.ndim(value) == 0:  # type: ignore[arg-type]
            return shown(value, self.digits)
        if size > ENTRIES or len(shape) > 2:
            return show_shape(shape)
        return "\n".join("  ".join(shown(v, self.digits) for v in np.atleast_1d(row)) for row in np.asarray(value))

    def quantity(self, q: Quantity, shape: tuple[int, ...]) -> str:
        return cut(q.text()) if q.value is None else self.show(q.exact if q.exact is not None else q.value, shape)

    def frames(self) -> tuple[Frame, ...]:
        steps = self.walked.steps
        return tuple(self.frame(step, len(steps)) for step in steps)

    def frame(self, step: Step, total: int) -> Frame:
        active = {step.node.id}
        if step.phase == "forward" and step.value is not None:
            self.value[step.node.id] = self.number(step.node.id)
        elif step.phase == "seed":
            self.gradient[step.node.id] = "1"
        elif step.edge is not None:
            active.add(step.edge.target)
            self.backward(step)
        boxes = tuple(self.box(i, active, step) for i in range(len(self.graph)) if self.used[i])
        wires = tuple(self.wire(edge, step) for edge in self.graph.edges() if self.used[edge.source])
        return Frame(step.index, total, step.phase, clean(step.sentence), boxes, wires)

    def backward(self, step: Step) -> None:
        assert step.edge is not None and step.contribution is not None and step.total is not None and step.upstream is not None
        shape = self.graph.shapes[step.edge.target]
        part = self.quantity(step.contribution, shape)
        terms = self.sum.setdefault(step.edge.target, [])
        terms.append(part)
        if step.missing:
            sum_ = " + ".join(bracketed(t, first=k == 0) for k, t in enumerate(terms)) if "\n" not in part else "…"
            self.gradient[step.edge.target] = sum_ + " + ?" * step.missing
        else:
            self.gradient[step.edge.target] = self.quantity(step.total, shape) if step.total.value is not None else " + ".join(terms)
        if step.local is not None:
            name = derivative(f"{self.graph.name(step.edge.source)} {self.graph.name(step.edge.target)}")
            symbol = cut(step.local.text())
            number = "" if step.local.value is None else self.quantity(step.local, self.graph.shapes[step.edge.source])
            self.local[step.edge] = f"{name} = {symbol}" + (f" = {number}" if number and number != symbol and "\n" not in number else "")
            if step.local.value is not None:
                up = self.quantity(step.upstream, self.graph.shapes[step.edge.source])
                product = f"{bracketed(number, first=True)} × {bracketed(up)} = {part}"
                self.sent[step.edge] = cut(product) if "\n" not in product else f"{symbol} × {step.upstream.text()}"
            else:
                self.sent[step.edge] = cut(step.contribution.text())
        else:
            self.local[step.edge] = cut(step.contribution.text())
            self.sent[step.edge] = f"shape {show_shape(shape)}" if shape else part if step.contribution.value is not None else ""

    def box(self, i: int, active: set[int], step: Step) -> Box:
        node = self.graph.node(i)
        top = self.graph.name(self.graph.out)
        name = clean(write.name(node.name, "unicode"))
        gradient = None if node.role == "constant" else self.gradient.get(i, "?")
        state = "active" if i in active else "done" if self.value.get(i) or step.phase != "forward" else "waiting"
        row = ROWS.get(node.op)
        formula = "" if row is None else clean(f"{name} = {self.graph.text(i, 'unicode')}")
        label = row.label if row else ""
        return Box(i, node.role if node.args or node.role != "output" else "output", label, name, cut(formula), show_shape(node.shape) if node.shape else "",
                   self.value.get(i, ""), gradient, clean(derivative(f"{top} {node.name}")), state)  # fmt: skip

    def wire(self, edge: Edge, step: Step) -> Wire:
        if edge == step.edge:
            return Wire(edge, self.local.get(edge, ""), self.sent.get(edge, ""), "active")
        if step.phase == "forward" and edge.source == step.node.id:
            return Wire(edge, "", "", "feeding")
        return Wire(edge, self.local.get(edge, ""), "", "done" if edge in self.local else "waiting")


def live(graph: Graph) -> list[bool]:
    """Return which nodes are drawn: a constant that only settings use is not."""
    used = [op != "const" for op, _, _ in graph.cells]
    for _, args, _ in graph.cells:
        for a in args:
            used[a] = True
    used[graph.out] = True
    return used
