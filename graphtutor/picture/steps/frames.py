"""Frames: what each picture of a trace says, as data; no markup and no positions.

A number is shown as a grid of one entry, a small vector as a column, a small matrix as it is
(up to 4 × 4, 12 entries in all), and anything larger by its norm.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from ...expr.graph import Edge, Graph, Node
from ...language import write
from ...ops.arrays import show_shape
from ...ops.table import ROWS
from ...walk.tangents import Tangents
from ...walk.trace import Quantity, Step, Trace, bracketed, derivative, shown
from .caption import equal, formulas, number, told

Grid = tuple[tuple[str, ...], ...]
ORDER = ("parameter", "data")
UNKNOWN: Grid = (("?",),)
MOST_ROWS, MOST_COLUMNS, MOST_ENTRIES = 4, 4, 12
LONGEST = 34
MOST_TERMS, MOST_SYMBOLS, MOST_RULE, MOST_SAID = 3, 24, 36, 8


class Run(NamedTuple):
    """A piece of an edge's label. `kind`: "name", "local", "upstream", "result" or "sign"."""

    text: str
    kind: str


class Box(NamedTuple):
    """A node in a frame.

    `value` is None in a trace without a point, `gradient` None where none flows (a constant);
    `rest` follows the gradient while contributions are missing. `state` is "waiting", "done",
    "computed" (it just got its value), "active" (seeded, or sending its gradient) or "target" (receiving one).
    """

    id: int
    role: str
    label: str
    name: str
    formula: str
    shape: str
    value: Grid | None
    gradient: Grid | None
    rest: str
    gradient_name: str
    state: str


class Wire(NamedTuple):
    """An edge in a frame: its local derivative and, on its turn, the product local × upstream.

    `state` is "waiting", "feeding" (its value is being used), "active" (a gradient goes back along it) or "done".
    """

    edge: Edge
    local: tuple[Run, ...]
    product: tuple[Run, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: boxes and wires in the graph's order, and the caption, which is the step's sentence. `at`: the operation whose turn it is.

    `formulas`: the same as mathematics, in MathML with the classes upstream, local and value; `remark`: what it says beside them.
    """

    index: int
    total: int
    phase: str
    caption: str
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    at: int = -1
    formulas: tuple[str, ...] = ()
    remark: str = ""
    title: str = ""

    def with_wires(self, wires: tuple[Wire, ...]) -> Frame:
        return replace(self, wires=wires)

    def __post_init__(self) -> None:
        title = (
            f"{self.phase.capitalize()} · step {self.index + 1} of {self.total}" if self.total else "Computation graph"
        )
        object.__setattr__(self, "title", self.title or title)


def words(runs: tuple[Run, ...]) -> str:
    """Return the runs of a label as one text."""
    return "".join(run.text for run in runs)


def line(grid: Grid | None) -> str:
    """Return a grid on one line.

    >>> line((("1", "2"), ("3", "4"))), line((("5",), ("6",))), line((("7",),))
    ('[[1, 2], [3, 4]]', '[5, 6]', '7')
    """
    if grid is None:
        return ""
    if len(grid) == 1 and len(grid[0]) == 1:
        return grid[0][0]
    rows = [row[0] if len(row) == 1 else f"[{', '.join(row)}]" for row in grid]
    return f"[{', '.join(rows)}]" if len(rows) > 1 else rows[0]


def clean(text: str) -> str:
    """Return text without control characters, line breaks and marks that turn the direction of writing.

    >>> clean("a\\x1b[31m\\u202eb")
    'a[31mb'
    """
    return (
        text if text.isprintable() else "".join(c for c in text if unicodedata.category(c)[0] not in "CZ" or c == " ")
    )


def cut(text: str, most: int = LONGEST) -> str:
    """Return clean text of at most `most` characters."""
    text = clean(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def grid(value: Any, digits: int) -> Grid:
    """Return a number or an array as a grid of written entries; a large array by its norm.

    >>> grid(0.25, 4), grid(np.array([1.0, 2.5]), 4), grid(np.ones((5, 5)), 4)
    ((('0.25',),), (('1',), ('2.5',)), (('norm 5',),))
    """
    array = np.asarray(value)
    if array.ndim == 0:
        return ((shown(value, digits),),)
    if array.ndim > 2 or array.size > MOST_ENTRIES or array.shape[0] > MOST_ROWS or array.shape[-1] > MOST_COLUMNS:
        return ((f"norm {shown(float(np.linalg.norm(np.asarray(array, dtype=float))), digits)}",),)
    table = array.reshape(len(array), -1)
    return tuple(tuple(shown(entry, digits) for entry in row) for row in table)


# ----- what never changes -----
@dataclass
class Film:
    """The running state of a trace while its frames are made: lists whose changed places alone are made anew."""

    walked: Trace | Tangents
    digits: int
    form: str
    boxes: dict[int, Box] = field(default_factory=dict)
    wires: dict[Edge, Wire] = field(default_factory=dict)
    terms: dict[int, list[str]] = field(default_factory=dict)
    turns: dict[Edge, tuple[tuple[Run, ...], tuple[Run, ...], tuple[Run, ...]]] = field(default_factory=dict)
    used: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        graph = self.walked.graph
        used = self.used = live(graph)
        self.boxes = {i: self.first(graph.node(i)) for i in range(len(graph)) if used[i]}
        self.wires = {edge: Wire(edge, (), (), "waiting") for edge in graph.edges() if used[edge.target]}

    def first(self, node: Node) -> Box:
        """Return a node's box before the first step."""
        graph, form = self.walked.graph, self.form
        name = cut(write.name(node.name, form))
        row = ROWS.get(node.op)
        role = "constant" if node.op == "const" else node.role
        label = "" if row is None else cut(next((p.label for p in node.params if hasattr(p, "label")), row.label), 16)
        if row is not None and "( )ⁿ" in label:  # the exponent is known
            label = cut(write.operation(row, [write.Part("( )", 70)], node.params, form).text, 16)
        formula = "" if row is None else cut(f"{name} = {self.written_out(node, form)}")
        value: Grid | None = self.number(node.id) if row is None else UNKNOWN
        if self.walked.numbers is None:
            value = ((cut(graph.text(node.id, form)),),) if node.op == "const" else None
        gradient = UNKNOWN if node.id in self.walked.derived else None
        top = cut(derivative(self.walked.pair(node.id), form))
        shape = show_shape(node.shape) if node.shape else ""
        return Box(node.id, role, label, name, formula, shape, value, gradient, "", top, "waiting" if row else "done")

    def written_out(self, node: Node, form: str) -> str:
        """Return a node's formula over the names of the nodes that are drawn."""
        graph = self.walked.graph
        stops = {a: write.name(graph.name(a), form) for a in node.args if self.used[a] and graph.cells[a][1]}
        return graph.formula(node.id, form, stops=stops)

    # ----- numbers -----
    def number(self, i: int) -> Grid | None:
        numbers = self.walked.numbers
        return None if numbers is None else grid(numbers[i], self.digits)

    def known(self, quantity: Quantity) -> Any:
        return quantity.exact if quantity.exact is not None else quantity.value

    def written(self, quantity: Quantity, most: int = LONGEST) -> str:
        """Return a quantity on one line: its number, or its symbols where there is no point."""
        return (
            cut(quantity.text(self.form), most)
            if quantity.value is None
            else line(grid(self.known(quantity), self.digits))
        )

    # ----- steps -----
    def frames(self) -> Iterator[Frame]:
        steps = self.walked.steps
        if not steps:
            yield self.frame(
                0, 0, "", f"{cut(write.name(self.walked.graph.output.name, self.form))} is not computed from anything."
            )
        for step in steps:
            before = self.settle(step)
            if step.index == len(steps) - 1 and step.phase != "forward":
                self.unreached()
            yield self.told(step)
            self.after(step, before)

    def told(self, step: Step) -> Frame:
        """Return the frame of a step, with what it says."""
        terms = self.terms.get(step.receiver, []) if step.receiver is not None else []
        said = formulas(step, self.walked.graph, self.walked.numbers, self.digits, terms)
        at, remark = step.edge.source if step.edge else step.node.id, step.remark
        if step.edge is not None and len(terms) + step.missing > 1:
            remark = f"{len(terms)} of {len(terms) + step.missing} paths have arrived. {remark}".rstrip()
        frame = self.frame(step.index, len(self.walked.steps), step.phase, clean(step.sentence))
        return replace(frame, at=at, formulas=said, remark=clean(remark))

    def frame(self, index: int, total: int, phase: str, caption: str) -> Frame:
        return Frame(index, total, phase, caption, tuple(self.boxes.values()), tuple(self.wires.values()))

    def settle(self, step: Step) -> list[Edge]:
        """Put in what a step says; return the edges whose state goes back after it."""
        i = step.node.id
        box = self.boxes.get(i)
        if box is None:  # of constants alone
            return []
        if step.phase == "forward":
            self.boxes[i] = box._replace(value=self.number(i), state="computed")
            feeding = [e for slot, a in enumerate(step.node.args) if (e := Edge(i, a, slot)) in self.wires]
            for edge in feeding:
                self.wires[edge] = self.wires[edge]._replace(state="feeding")
            return feeding
        if step.phase == "seed":
            assert step.total is not None
            seed = (("1",),) if step.total.value is None else grid(self.known(step.total), self.digits)
            self.boxes[i] = box._replace(gradient=seed, state="active")
            if not self.turns:
                self.announce()
            return []
        assert step.edge is not None and step.receiver is not None
        sender = step.edge.target if step.receiver == i else i
        self.boxes[sender] = self.boxes[sender]._replace(state="active")
        self.receive(step, step.receiver)
        local, _, product = self.turns[step.edge]
        self.wires[step.edge] = Wire(step.edge, local, product, "active")
        return [step.edge]

    def after(self, step: Step, edges: list[Edge]) -> None:
        """Take back what held for one step only."""
        for i in (step.node.id, *((step.edge.target,) if step.edge else ())):
            box = self.boxes.get(i)
            if box is None:
                continue
            gradient = box.gradient
            if (
                step.edge
                and i == step.receiver
                and not step.missing
                and step.total is not None
                and step.total.value is not None
            ):
                gradient = grid(self.known(step.total), self.digits)
            self.boxes[i] = box._replace(state="done", gradient=gradient)
        for edge in edges:
            wire = self.wires[edge]
            self.wires[edge] = wire._replace(product=(), state="done")

    def announce(self) -> None:
        """From the seed on, all waits for gradients, and every edge shows the symbol of its local derivative."""
        for i, box in self.boxes.items():
            if box.gradient == UNKNOWN:
                self.boxes[i] = box._replace(state="waiting")
        for step in self.walked.steps:
            if step.edge is not None:
                self.turns[step.edge] = self.turn(step, step.edge)
                self.wires[step.edge] = self.wires[step.edge]._replace(local=self.turns[step.edge][1], state="waiting")

    def turn(self, step: Step, edge: Edge) -> tuple[tuple[Run, ...], tuple[Run, ...], tuple[Run, ...]]:
        """Return an edge's label on its turn, while it waits, and the product."""
        assert step.contribution is not None and step.upstream is not None
        contribution, upstream, local, form = step.contribution, step.upstream, step.local, self.form
        if local is None:  # entries mix: the rule in symbols, and the result if it is short
            symbol = (Run(self.rule(contribution, edge), "local"),)
            small = contribution.value is not None and np.size(contribution.value) <= MOST_ROWS
            return symbol, symbol, (Run("= ", "sign"), Run(self.written(contribution), "result")) if small else ()
        graph = self.walked.graph
        name = Run(
            cut(derivative(f"{graph.name(edge.source)} {graph.name(edge.target)}", form))
            + self.walked.place(edge)
            + " = ",
            "name",
        )
        symbol_ = cut(local.text(form), MOST_SYMBOLS)
        if np.ndim(upstream.value) or np.ndim(local.value):
            label = (name, Run(symbol_, "local"))
            factor = f"({symbol_})" if " " in symbol_ else symbol_
            return (
                label,
                label,
                (Run(factor, "local"), Run(" × ", "sign"), Run(cut(upstream.text(form), MOST_SYMBOLS), "upstream")),
            )
        if local.value is None:
            result = (Run("= ", "sign"), Run(self.written(contribution), "result"))
            return (name, Run(symbol_, "local")), (name, Run(symbol_, "local")), result
        number = self.written(local)
        full = (
            (name, Run(number, "local"))
            if number == symbol_
            else (name, Run(f"{symbol_} = ", "name"), Run(number, "local"))
        )
        if step.kink is not None:  # any slope of this interval would do
            full = (*full, Run(f" ∈ [{', '.join(shown(end, self.digits) for end in step.kink)}]", "name"))
        product = (Run(number, "local"), Run(" × ", "sign"), Run(bracketed(self.written(upstream)), "upstream"),
                   Run(" = ", "sign"), Run(self.written(contribution), "result"))  # fmt: skip
        return full, (name, Run(symbol_, "name")), product

    def rule(self, contribution: Quantity, edge: Edge) -> str:
        """Return how a gradient passes where entries mix: in symbols if they are short and a learner can read them, else as the row's formula."""
        text = contribution.text(self.form)
        row, own = ROWS.get(contribution.walk.cells[contribution.id][0]), self.walked.graph.row(edge.source)
        readable = len(text) <= MOST_RULE and row is not None and (row.names or row.note is not None)
        return cut(text if readable else own.formula or own.rule or text, MOST_RULE)

    def receive(self, step: Step, target: int) -> None:
        """Add a step's contribution to the gradient of its target: `a`, `a + ?` or `a + b = c`."""
        assert step.contribution is not None and step.total is not None
        terms = self.terms.setdefault(target, [])
        terms.append(self.written(step.contribution))
        box, total, rest = self.boxes[target], step.total, ""
        if np.ndim(total.value):
            amount, rest = grid(self.known(total), self.digits), " + ?" * bool(step.missing)
        else:
            sum_ = " + ".join(bracketed(t, first=k == 0) for k, t in enumerate(terms))
            if len(terms) + step.missing > MOST_TERMS:
                sum_ = self.written(total) if total.value is not None else f"{len(terms)} terms"
                rest = " + ?" * step.missing if step.missing < 3 else " + ? + …"
            elif step.missing:
                rest = " + ?" * step.missing
            elif len(terms) > 1 and total.value is not None:
                sum_ = f"{sum_} = {self.written(total)}"
            amount = ((cut(sum_),),)
        self.boxes[target] = box._replace(gradient=amount, rest=rest, state="target")

    def unreached(self) -> None:
        """At the end, write 0 where no gradient ever comes: the node does not reach the output."""
        for i, box in self.boxes.items():
            if box.gradient == UNKNOWN:
                self.boxes[i] = box._replace(gradient=(("0",),), state="done")


def finished(walked: Trace | Tangents, last: Frame, digits: int = 4) -> Frame:
    """Return the picture of a finished walk: every number in its place, and nothing lit."""
    boxes = tuple(b._replace(state="done") for b in last.boxes)
    wires = tuple(w._replace(product=(), state="done") for w in last.wires)
    back = bool(walked.derived)
    title = "Values and gradients" if last.phase == "backward" else "Values and derivatives" if back else "Values"
    words, done = found(walked, last)
    remark = "" if done else "Every node has its gradient." if back else "Every node has its value."
    return Frame(len(walked.steps), 0, "", f"{title}{words}.", boxes, wires, -1, done, remark, title)


def found(walked: Trace | Tangents, last: Frame) -> tuple[str, tuple[str, ...]]:
    """Return the gradients of the inputs in words and, those that are numbers, as equations; the parameters first."""
    inputs = [b for role in ORDER for b in last.boxes if b.role == role and b.gradient is not None]
    words = "; ".join(f"{b.gradient_name} = {line(b.gradient)}{b.rest}" for b in inputs)
    small = [b for b in inputs if walked.numbers is not None and not bracketed_grid(b.gradient)][:MOST_SAID]
    written = (told("upstream", number(total_in(line(b.gradient)))) for b in small)
    names = (derivative(walked.pair(b.id), "mathml") for b in small)
    return f": {words}" if words else "", tuple(map(equal, names, written))


def bracketed_grid(grid: Grid | None) -> bool:
    return grid is not None and len(grid) * len(grid[0]) > 1


def total_in(written: str) -> str:
    """Return a gradient without the sum it was made of."""
    return written.rpartition(" = ")[2]


def valued(walked: Trace | Tangents, digits: int = 4) -> Frame:
    """Return the graph with the values of its nodes, before any gradient."""
    start = Film(walked, digits, "unicode")
    boxes = tuple(
        b._replace(value=start.number(b.id) or b.value, gradient=None, state="done") for b in start.boxes.values()
    )
    wires = tuple(w._replace(state="done") for w in start.wires.values())
    out = walked.graph.output
    name, value = write.name(out.name, "unicode"), line(start.number(out.id))
    return Frame(0, 0, "", f"{name} = {value}." if value else "", boxes, wires, title="Values")


def live(graph: Graph) -> list[bool]:
    """Return which nodes are drawn: a constant is not, nor what is worked out of constants alone; they stand in the formulas that use them."""
    used: list[bool] = []
    for op, args, _ in graph.cells:
        used.append(op == "input" or any(used[a] for a in args))
    used[graph.out] = True
    return used


def film(walked: Trace | Tangents | Graph, digits: int = 4, form: str = "unicode") -> tuple[Frame, ...]:
    """Return one frame for every step of a trace: the state of the graph after that step. A graph alone gives one.

    `digits` is how many significant digits are shown; `form` is "unicode" or "plain".
    """
    if isinstance(walked, Graph):
        return (still(walked, digits, form),)
    return tuple(Film(walked, digits, form).frames())


def still(graph: Graph, digits: int = 4, form: str = "unicode") -> Frame:
    """Return the graph alone, with no value and no gradient."""
    start = Film(Trace(None, graph, None), digits, form)
    boxes = tuple(box._replace(gradient=None, state="done") for box in start.boxes.values())
    wires = tuple(wire._replace(state="done") for wire in start.wires.values())
    name, size = cut(write.name(graph.output.name, form)), sum(1 for box in boxes if box.formula)
    caption = f"The computation graph of {name}: {size} operation{'s' * (size != 1)}, {len(graph.inputs)} input{'s' * (len(graph.inputs) != 1)}."
    return Frame(0, 0, "", caption, boxes, wires)


__all__ = ["Box", "Film", "Frame", "Grid", "Run", "Wire", "clean", "cut", "film", "grid", "line", "still", "words"]
