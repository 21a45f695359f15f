"""Trace: a graph walked forward, seeded, and walked backward one edge at a time.

Symbols and numbers stand side by side in every step, because both come from the same nodes: the
symbols are the adjoint nodes written out, the numbers their values at the point.
"""

from __future__ import annotations

import math
import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from ..door import Listed, Named
from ..errors import DomainError, LearnerError, ShapeError
from ..expr import limits
from ..expr.adjoint import Backward, Flow, backward
from ..expr.graph import Edge, Graph, Node, known_functions
from ..expr.running import needed, to_float
from ..language import write
from ..ops.arrays import show_shape
from ..ops.table import ROWS
from ..shown import card
from ..text import near

DIGITS = 6
MOST_TERMS = 40  # of a gradient's sum that are written out in a sentence
PATH = "path", "paths"
SEED = "s·"  # before the output's name where the backward pass starts from a seed s other than 1
ONE = ("const", (), (Fraction(1), "1"))


@dataclass(frozen=True, slots=True)
class Quantity:
    """A node of the extended graph as a step shows it: in symbols, and as a number if there is a point.

    `value` is a float or an array, None without a point; `exact` the Fraction, where it is one.
    """

    walk: Backward
    id: int
    value: Any
    exact: Fraction | None
    stops: tuple[tuple[int, str], ...] = ()
    symbol: str = ""

    def text(self, form: str = "unicode") -> str:
        """Return the quantity in symbols over the graph's names, such as `2·e`; `form` is plain, unicode or latex."""
        size = len(self.walk.graph)
        graph = self.walk.extended
        if self.symbol:
            return derivative(self.symbol, form)
        if self.id < size:
            return (
                graph.formula(self.id, form)
                if graph.cells[self.id][0] == "const"
                else write.name(graph.name(self.id), form)
            )
        stops = ChainMap({i: derivative(symbol, form) for i, symbol in self.stops}, operations(self.walk.graph, form))
        return stops[self.id] if self.id in stops else graph.formula(self.id, form, stops=stops)

    @property
    def expression(self) -> Any:
        """The quantity as a SymPy expression of the inputs."""
        return self.walk.extended.expression(self.id)

    def __float__(self) -> float:
        if self.value is None:
            raise LearnerError("this trace has no point; call .trace(at={…}) for numbers")
        return float(self.value)


@lru_cache(maxsize=32)
def operations(graph: Graph, form: str) -> dict[int, str]:
    """Return the written name of every operation of a graph that an input goes into; what constants alone give is written out."""
    varies: list[bool] = []
    for op, args, _ in graph.cells:
        varies.append(op == "input" or any(varies[a] for a in args))
    return {
        i: write.name(name, form)
        for i, (name, cell) in enumerate(zip(graph.labels, graph.cells, strict=True))
        if cell[1] and varies[i]
    }


def derivative(pair: str, form: str = "unicode") -> str:
    """Return the name of a derivative, given as "top bottom".

    >>> derivative("L w0"), derivative("L w0", "plain")
    ('∂L/∂w₀', 'dL/dw0')
    """
    top, bottom = pair.split(" ", 1)
    seeded, b = top.removeprefix(SEED), write.name(bottom, form)
    a = write.name(seeded, form)
    if seeded != top:
        joint = {"latex": r" \cdot ", "plain": "*"}.get(form, "·")
        a = f"(s{joint}{a})" if form != "mathml" else f"<mo>(</mo><mi>s</mi><mo>·</mo>{a}<mo>)</mo>"
    if form == "latex":
        return rf"\frac{{\partial {a}}}{{\partial {b}}}"
    if form == "mathml":
        return f"<mfrac><mrow><mo>∂</mo>{a}</mrow><mrow><mo>∂</mo>{b}</mrow></mfrac>"
    return f"d{a}/d{b}" if form == "plain" else f"∂{a}/∂{b}"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trace, as data.

    phase "forward": `node` gets its value. "seed": the output's gradient is 1. "backward": `node`
    sends `contribution` = `local` × `upstream` along `edge`; `total` is the sum at the edge's target
    so far, and `missing` counts the contributions it still waits for. `local` is None where entries
    mix (matrix products, softmax). `kink` is the interval of slopes at a kink that was met, or None; `remark` what is
    to be noticed here, in words.
    """

    index: int
    phase: str
    node: Node
    sentence: str
    edge: Edge | None = None
    local: Quantity | None = None
    upstream: Quantity | None = None
    contribution: Quantity | None = None
    total: Quantity | None = None
    missing: int = 0
    value: Quantity | None = None
    kink: tuple[Any, Any] | None = None
    remark: str = ""

    def _repr_html_(self) -> str:
        return card(f"{self.phase.capitalize()}, step {self.index + 1}", [self.sentence])

    @property
    def receiver(self) -> int | None:
        """The id of the node whose derivative grows: at the edge's far end on the way back, at its near end on the way ahead."""
        return None if self.edge is None else self.edge.source if self.phase == "tangent" else self.edge.target


@dataclass(frozen=True)
class Trace:
    """A walk over a graph, at a point or (without one) in symbols alone. Compares by graph, point and tie."""

    walk: Backward | None
    graph: Graph
    point: tuple[tuple[str, Any], ...] | None
    tie: str = "zero"

    # ----- numbers -----
    @cached_property
    def given(self) -> dict[str, Any]:
        """The point, tuples as arrays."""
        return {name: np.asarray(v, dtype=float) if isinstance(v, tuple) else v for name, v in self.point or ()}

    @cached_property
    def plain(self) -> tuple[Any, ...]:
        """The value of every node of the extended graph by Fractions and floats alone."""
        return tuple((self.walk.extended if self.walk else self.graph).evaluate(self.given))

    @cached_property
    def numbers(self) -> tuple[Any, ...] | None:
        """The value of every node of the extended graph, Fractions where exact; None without a point. See `limits` for what floats leave undefined."""
        if self.point is None:
            return None
        return self.plain if self.beside is None else limits.put(self.plain, self.beside, self.derived, self.graph)

    @cached_property
    def beside(self) -> limits.Mended | None:
        """What more digits and limits give where floats leave the output or a gradient undefined."""
        if self.walk is None or self.point is None:
            return None
        got = {
            n.name: to_float(self.plain[self.walk.gradient[n.id]]) for n in self.graph.inputs if n.id in self.derived
        }
        told = finite(self.plain[self.graph.out]) and not any(np.isnan(v).any() for v in got.values())
        return None if told else limits.mended(self.walk, self.given, self.plain[self.graph.out], got)

    def number(self, i: int) -> Any:
        """Return the value of node `i` of the extended graph as a float or an array."""
        assert self.numbers is not None
        value = to_float(self.numbers[i])
        return float(value) if np.ndim(value) == 0 else value

    @property
    def value(self) -> Any:
        """The output's value: a float, or an array where it has a shape."""
        self.need_point()
        return self.number(self.graph.out)

    @cached_property
    def values(self) -> dict[str, Any]:
        """The value of every named node."""
        self.need_point()
        return Named({name: self.number(i) for name, i in self.graph.ids.items()})

    @cached_property
    def gradients(self) -> dict[str, Any]:
        """d output / d node for every named node; 0 where a node does not reach the output."""
        self.need_point()
        walk = self.need_walk()
        found = ((name, walk.gradient[i]) for name, i in self.graph.ids.items() if i in walk.gradient)
        return Named((name, self.number(i)) for name, i in found)

    @cached_property
    def exact(self) -> dict[str, Fraction | None]:
        """The rational value of every named node, and of `dL/dname`; None where it is not rational."""
        self.need_point()
        assert self.numbers is not None
        found = {name: self.numbers[i] for name, i in self.graph.ids.items()}
        if self.walk:
            top = self.graph.name(self.graph.out)
            found |= {
                f"d{top}/d{name}": self.numbers[self.walk.gradient[i]]
                for name, i in self.graph.ids.items()
                if i in self.walk.gradient
            }
        return Named((name, v if isinstance(v, Fraction) else None) for name, v in found.items())

    def need_point(self) -> None:
        if self.point is None:
            raise LearnerError("this trace has no point; call .trace(at={…}) for numbers")

    def need_walk(self) -> Backward:
        if self.walk is None:
            shape = show_shape(self.graph.shapes[self.graph.out])
            raise LearnerError(
                f"the output {self.graph.name(self.graph.out)} has shape {shape}; gradients start from a number: sum it, or take an entry"
            )
        return self.walk

    @property
    def derived(self) -> Mapping[int, int]:
        """The id of the gradient of each node that has one; empty where there is no backward pass."""
        return self.walk.gradient if self.walk is not None else {}

    def pair(self, i: int) -> str:
        """Return what a node's gradient is the derivative of and by, as "L w0"."""
        return f"{self.top} {self.graph.name(i)}"

    @property
    def top(self) -> str:
        """What the gradients are of: the output, or the seed times it."""
        name = self.graph.name(self.graph.out)
        return name if self.walk is None or self.walk.cells[self.walk.seed] == ONE else SEED + name

    # ----- steps -----
    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step: forward one node at a time, the seed, then backward one edge at a time."""
        return Listed(self._steps())

    def _steps(self) -> Iterator[Step]:
        index = 0
        for node in self.graph.nodes:
            if node.args:
                yield Step(index, "forward", node, self.forward_sentence(node.id), value=self.quantity(node.id))
                index += 1
        if self.walk is None:
            return
        top = self.graph.name(self.graph.out)
        seed = self.quantity(self.walk.seed)
        sentence = f"Seed: {derivative(f'{top} {top}')} = 1, for {write.name(top, 'unicode')} changes exactly as much as itself."
        if self.walk.cells[self.walk.seed] != ONE:
            sentence = f"Seed: the backward pass starts with {seed.text()} at {write.name(top, 'unicode')}; every gradient is that of the seed times {write.name(top, 'unicode')}."
        yield Step(index, "seed", self.graph.output, sentence, contribution=seed, total=seed)
        arrived: dict[int, list[Flow]] = {}
        for flow in self.walk.flows:
            index += 1
            arrived.setdefault(flow.edge.target, []).append(flow)
            yield self.backward_step(index, flow, arrived[flow.edge.target])

    def quantity(self, i: int, stops: tuple[tuple[int, str], ...] = (), symbol: str = "") -> Quantity:
        walk = self.walk or Backward(self.graph, self.graph.cells, self.graph.shapes, -1, (), (), self.tie)
        if self.numbers is None:
            return Quantity(walk, i, None, None, stops, symbol)
        value = self.numbers[i]
        return Quantity(walk, i, to_float(value), value if isinstance(value, Fraction) else None, stops, symbol)

    def backward_step(self, index: int, flow: Flow, arrived: list[Flow]) -> Step:
        edge = flow.edge
        up = self.pair(edge.source)
        stops = self.stops(flow)
        local = None if flow.local is None else self.quantity(flow.local)
        upstream = self.quantity(flow.upstream, symbol=up)
        contribution = self.quantity(flow.contribution, stops)
        total = self.quantity(flow.total, symbol=self.pair(edge.target))
        kink = self.kink(edge)
        sentence = self.backward_sentence(edge, local, upstream, contribution, total, flow.missing, arrived, kink)
        remark = self.remark(flow, local, kink)
        chosen = f" (tie='{self.tie}')." if kink is not None and local is not None else ""
        sentence += remark[:-1] + chosen if chosen else remark
        return Step(
            index,
            "backward",
            self.graph.node(edge.source),
            sentence,
            edge,
            local,
            upstream,
            contribution,
            total,
            flow.missing,
            kink=kink,
            remark=remark,
        )

    def kink(self, edge: Edge) -> tuple[Any, Any] | None:
        """Return the interval of slopes if the operation at the edge's source is at a kink here."""
        row = self.graph.row(edge.source)
        if row.kink is None or self.numbers is None:
            return None
        _, args, params = self.graph.cells[edge.source]
        zero = [
            q
            for q in row.kink.where(*(self.numbers[a] for a in args), *params)
            if np.any(np.asarray(q, dtype=float) == 0)
        ]
        return row.kink.ends(*params) if zero else None

    # ----- sentences -----
    def forward_sentence(self, i: int) -> str:
        name, formula = write.name(self.graph.name(i), "unicode"), self.graph.text(i, "unicode")
        if self.numbers is None:
            return f"{name} = {formula}."
        value = shown(self.numbers[i])
        _, args, params = self.graph.cells[i]
        if finite(self.numbers[i]) and not all(finite(self.numbers[a]) for a in args):
            value += " (∞ is too large for a float, and kept with a longer exponent)"
        if any(self.graph.shapes[a] for a in args) or self.graph.row(i).written:
            return f"{name} = {formula} = {value}."
        numbers = [write.Part(shown(self.numbers[a]), 70 if to_float(self.numbers[a]) >= 0 else 25) for a in args]
        filled = write.operation(self.graph.row(i), numbers, params, "unicode").text
        return f"{name} = {formula} = {filled} = {value}." if filled != value else f"{name} = {formula} = {value}."

    def backward_sentence(self, edge: Edge, local: Quantity | None, upstream: Quantity, contribution: Quantity, total: Quantity, missing: int,
                          arrived: list[Flow], kink: tuple[Any, Any] | None) -> str:  # fmt: skip
        source, target = (write.name(self.graph.name(i), "unicode") for i in (edge.source, edge.target))
        formula = self.graph.text(edge.source, "unicode")
        head = f"{source} = {formula} → {target}: "
        up = chain(upstream.text(), upstream)
        if local is None:
            what = f"upstream {up}, contribution {chain(contribution.text(), contribution)}"
        else:
            name = derivative(f"{self.graph.name(edge.source)} {self.graph.name(edge.target)}")
            what = f"local {name}{self.place(edge)} = {chain(local.text(), local)}, upstream {up}"
            if local.value is None:
                what += f", contribution {contribution.text()}"
            else:
                what += f", contribution {product_of(local, upstream)} = {shown_of(contribution)}"
        sum_ = total.text()
        if len(arrived) > 1 or missing:
            long = len(arrived) > MOST_TERMS
            terms = [bracketed(self.term(f)) for f in ([*arrived[:3], *arrived[-3:]] if long else arrived)]
            terms[3:3] = ["…"] * long
            told = " + ?" * missing if missing <= MOST_TERMS else " + ? + … + ?"
            if not missing and total.value is not None:
                told = f" = {shown_of(total)}"
            result = f"; {sum_} = {' + '.join(terms)}{told}"
            result += f" ({len(arrived)} of {len(arrived) + missing} {PATH[len(arrived) + missing > 1]})"
        else:
            result = f"; {sum_} = {shown_of(total)}" if total.value is not None else ""
        return head + what + result + ". "

    def place(self, edge: Edge) -> str:
        return place(self.graph, edge)

    def term(self, flow: Flow) -> str:
        """Return one contribution to a sum: its number, or its symbols without a point."""
        if self.numbers is not None:
            return shown(self.numbers[flow.contribution])
        return self.quantity(flow.contribution, self.stops(flow)).text()

    def stops(self, flow: Flow) -> tuple[tuple[int, str], ...]:
        """Return where a contribution is written by its upstream's name: not where that is a node of the graph, which means itself too."""
        return ((flow.upstream, self.pair(flow.edge.source)),) if flow.upstream >= len(self.graph) else ()

    def filled(self, flow: Flow) -> bool:
        """Return whether all that arrives is known and yet the gradient is not: a single point is filled in here."""
        if self.walk is None or self.numbers is None or flow.missing:
            return False
        found = self.walk.gradient[flow.edge.target]
        return found != flow.total and not finite(self.numbers[found]) and finite(self.numbers[flow.total])

    def beyond(self, flow: Flow) -> str:
        """Return what is to be said where floats leave an input's gradient undefined, and more digits or a limit do not."""
        name = self.graph.name(flow.edge.target)
        if self.beside is None or flow.missing or name not in self.beside.slopes:
            return ""
        limit = next((s for s in self.beside.slopes[name].values() if s.limit), None)
        if limit is None:
            return "A number on the way is too large for a float; with a longer exponent the gradient is as shown."
        return f"The formula says nothing at this point itself (0 × ∞, or a point filled in), but the function is continuous, and beside it the slope tends to {tends(limit, self.tie)}."

    def selected(self, flow: Flow) -> str:
        """Return what is to be said where a step sends 0 by selection, for what it selects would be 0 × ∞."""
        if self.walk is None or self.numbers is None:
            return ""
        todo, seen = [flow.contribution], {flow.upstream}
        while todo:
            i = todo.pop()
            if i < len(self.graph) or i in seen:
                continue
            seen.add(i)
            op, args, _ = self.walk.cells[i]
            note = ROWS[op].at_zero if args else None
            if note is not None and not np.any(np.asarray(self.numbers[args[note[0]]], dtype=float)):
                return f"{note[1]}."
            todo.extend(args)
        return ""

    def remark(self, flow: Flow, local: Quantity | None, kink: tuple[Any, Any] | None) -> str:
        """Return what is to be noticed: the choice at a kink, a gradient that is blocked or not finite, else what the row says."""
        if kink is not None and local is not None:
            low, high = (shown(v) for v in kink)
            return f"At this kink the slope may be anything from {low} to {high}; {shown_of(local)} is taken."
        if note := self.beyond(flow):
            return note
        if self.filled(flow):
            return "At this point the formula is filled in by a value of its own, so it gives no derivative here."
        if note := self.selected(flow):
            return note
        if local is not None and local.value is not None:
            if not np.all(np.isfinite(local.value)):
                return "This local derivative is not finite here."
            if np.all(np.asarray(local.value) == 0):
                return "A local derivative of 0 blocks the gradient here."
        says = self.graph.row(flow.edge.source).says
        return says[:1].upper() + says[1:] + "." if says else ""


def tends(limit: limits.Slope, tie: str) -> str:
    """Return what a slope tends to beside a point, and what is taken for it."""
    if limit.below is None or limit.above is None:
        return f"{shown(limit.value)} on the one side where it is defined: that is the derivative"
    if limit.below == limit.above:
        return f"{shown(limit.value)}: that is the derivative"
    return f"{shown(limit.below)} from below and {shown(limit.above)} from above: a kink, and {shown(limit.value)} is taken (tie='{tie}')"


def place(graph: Graph, edge: Edge) -> str:
    """Return which of several edges between two nodes this is: the slope along one edge is not that of the whole node."""
    slots = [slot for slot, a in enumerate(graph.cells[edge.source][1]) if a == edge.target]
    return f" (place {slots.index(edge.slot) + 1} of {len(slots)} alone)" if len(slots) > 1 else ""


def chain(symbol: str, quantity: Quantity) -> str:
    """Return `symbol = number`, or the symbol alone if it is the number or there is none."""
    number = shown_of(quantity)
    return symbol if quantity.value is None or symbol == number else f"{symbol} = {number}"


def product_of(local: Quantity, upstream: Quantity) -> str:
    return f"{bracketed(shown_of(local), first=True)} × {bracketed(shown_of(upstream))}"


def bracketed(number: str, first: bool = False) -> str:
    return f"({number})" if number.startswith("−") and not first else number


def shown_of(quantity: Quantity) -> str:
    return "" if quantity.value is None else shown(quantity.exact if quantity.exact is not None else quantity.value)


def shown(value: Any, digits: int = DIGITS) -> str:
    """Return a number or array as a person writes it, to `digits` significant digits.

    >>> shown(Fraction(21, 10)), shown(-0.30000000000000004), shown(1e-9), shown(np.array([1.0, 2.5]))
    ('2.1', '−0.3', '1e−9', '[1, 2.5]')
    """
    if isinstance(value, np.ndarray) and value.ndim:
        if value.size > 12:
            return f"{show_shape(value.shape)} array"
        return "[" + ", ".join(shown(v, digits) for v in value) + "]"
    number = to_float(value if isinstance(value, Fraction | int) else float(value))
    if math.isnan(number) or math.isinf(number):
        return "undefined" if math.isnan(number) else "∞" if number > 0 else "−∞"
    text = f"{number:.{digits}g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        text = f"{mantissa}e{int(exponent)}"
    return ("0" if text == "-0" else text).replace("-", "−")


# ----- the point -----
DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")


def typed(name: str, value: str) -> Fraction:
    """Return the number of a text such as 0.5, −2 or 1/3. Raises LearnerError."""
    parts = value.replace("−", "-").strip().split("/")
    if 1 <= len(parts) <= 2 and all(DECIMAL.fullmatch(p.strip()) and len(p) < 100 for p in parts):
        above, below = [Fraction(p.strip()) for p in (*parts, "1")][:2]
        if below != 0:
            return above / below
    raise LearnerError(f"the value of '{name}' is {value!r}; expected a number such as 0.5, -2 or 1/3")


def exactly(name: str, value: Any) -> Any:
    """Return one number of a point: text and Python floats as the decimal they print as, NumPy floats as they are.

    >>> exactly("b", 0.1), exactly("b", "1/3"), exactly("b", np.float64(0.5))
    (Fraction(1, 10), Fraction(1, 3), 0.5)
    """
    if isinstance(value, str):
        return typed(name, value)
    if isinstance(value, np.floating | np.integer):
        value = float(value) if isinstance(value, np.floating) else int(value)
        if math.isfinite(value):
            return value if isinstance(value, float) else Fraction(value)
    if isinstance(value, float) and math.isfinite(value):
        return Fraction(repr(value))
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if getattr(value, "is_Rational", False):
        return Fraction(int(value.p), int(value.q))
    if getattr(value, "is_Float", False):
        return Fraction(repr(float(value)))
    raise LearnerError(
        f"the value of '{name}' is {value!r}; expected a finite number"
        + (", or an array for a name with a shape" if isinstance(value, list | tuple) else "")
    )


def settle_point(graph: Graph, at: Mapping[Any, Any]) -> tuple[tuple[str, Any], ...]:
    """Return a value for every input, in the graph's order; LearnerError names what is missing, unknown or of the wrong shape."""
    given = {str(getattr(name, "name", name)): value for name, value in at.items()}  # a Node or a Symbol too
    inputs = {n.name: n.shape for n in graph.inputs}
    for name in given:
        if name not in inputs:
            why = "is computed by the graph, not given" if name in graph.ids else "is no input of this graph"
            raise LearnerError(f"'{name}' {why}; its inputs are {', '.join(inputs) or 'none'}{near(name, inputs)}")
    missing = [name for name in inputs if name not in given]
    if missing:
        raise LearnerError(
            f"no value for {', '.join(missing)}; give a number to each of {', '.join(inputs)} with at={{…}} (--at name=value in the shell)"
        )
    return tuple((name, shaped_value(name, given[name], shape)) for name, shape in inputs.items())


def shaped_value(name: str, value: Any, shape: tuple[int, ...]) -> Any:
    if not shape:
        single = getattr(value, "shape", None) == () and hasattr(value, "item")  # an array or tensor of no axis
        number = exactly(name, value.item() if single else value)
        if not finite(number):
            raise LearnerError(f"the value of '{name}' is too large; expected a number below 1e308")
        return number
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise LearnerError(
            f"the value of '{name}' is {value!r}; expected numbers of shape {show_shape(shape)}"
        ) from None
    if array.shape != shape:
        raise ShapeError(f"the value of '{name}' has shape {show_shape(array.shape)}; expected {show_shape(shape)}")
    if not np.all(np.isfinite(array)):
        raise LearnerError(
            f"the value of '{name}' holds an entry that is not finite; expected finite numbers of shape {show_shape(shape)}"
        )
    return nested(array.tolist())


def nested(value: Any) -> Any:
    return tuple(nested(v) for v in value) if isinstance(value, list) else value


def trace(graph: Graph, at: Mapping[Any, Any] | None = None, tie: str = "zero", seed: Any = None) -> Trace:
    """Return the trace of `graph` at a point, or in symbols alone.

    `seed`: what the backward pass starts from, numbers of the output's shape; 1 where the output is a number. With it every
    gradient is that of seed·output, which is how a vector function is walked backward.

    `tie` chooses the slope at a kink: "zero" (the end of the interval nearest 0), "first", "last"
    or "half". Raises LearnerError for a missing or unknown name, DomainError where the output is
    undefined, naming the node where that arose.
    """
    if at is not None:
        known_functions(graph)
    walk = None if graph.shapes[graph.out] and seed is None else backward(graph, tie, seed=seed)
    walked = Trace(walk, graph, None if at is None else settle_point(graph, at), tie)
    if walked.numbers is not None:
        check_domain(walked)
    return walked


def check_domain(walked: Trace) -> None:
    """Raise DomainError if the output is not finite, naming the first node where that arose."""
    graph, numbers = walked.graph, walked.numbers
    assert numbers is not None
    if finite(numbers[graph.out]):
        return
    culprit = next(i for i in needed(graph.cells, [graph.out]) if not finite(numbers[i]))
    _, args, _ = graph.cells[culprit]
    where = ", ".join(
        f"{graph.name(a)} = {shown(numbers[a])}" for a in dict.fromkeys(args) if graph.cells[a][0] != "const"
    )
    row = graph.row(culprit)
    needs = (
        f" it needs {' and '.join(dict.fromkeys(need(d) for d in row.domain if d != 'real'))};"
        if any(d != "real" for d in row.domain)
        else ""
    )
    named = graph.name(culprit)
    name = f" (node {named})" if f"{graph.text(culprit)}" != named else ""
    raise DomainError(
        f"{graph.text(culprit)}{name} is {shown(numbers[culprit]).replace('−', '-')} at {where.replace('−', '-') or 'this point'};{needs} choose another point"
    )


def need(domain: Any) -> str:
    return f"a value between {domain[0]} and {domain[1]}" if isinstance(domain, tuple) else f"a {domain} value"


def finite(value: Any) -> bool:
    return bool(np.all(np.isfinite(value))) if isinstance(value, np.ndarray) else math.isfinite(to_float(value))
