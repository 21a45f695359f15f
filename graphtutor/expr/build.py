"""From text, a SymPy tree or a Python function to a Graph, without recursion."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from math import prod
from typing import Any

import sympy as sp

from ..errors import LearnerError, ShapeError
from ..language import read
from ..language.cursor import LECTURER
from ..language.write import write
from ..ops.arrays import Shape
from ..ops.spell import Spelled, folded
from .adjoint import backward
from .forward import tangents_of
from .graph import Graph, Group
from .jacobian import MOST, entries, rows
from .traced import named_call, on_tracers
from .tracer import Builder, Tracer

MAX_NODES = 2_000_000
PARAMETER = re.compile(r"(?:w|W|b|B|U|V|theta|Theta|beta|bias|weight|weights|θ|Θ|β)[_\d]*")
MAX_DERIVED = (
    10_000  # nodes of a graph once a derivative operator in it is carried out: the 10th derivative of softplus(sin(x²))
)
LONGEST = 60  # characters of an expression named in a message


class Plan:
    """A builder, with the names that stand for nodes and the shapes of inputs to come."""

    def __init__(self, shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None):
        self.builder = Builder()
        self.shapes = {name: check_shape(name, s) for name, s in (shapes or {}).items()}
        self.env: dict[str, int] = {}
        self.symbols: dict[str, sp.Symbol] = {}
        self.slopes: dict[int, dict[int, int]] = {}  # by what, and of what: derivatives, and tangents made on the way
        for name, value in (constants or {}).items():
            self.env[name] = Tracer(self.builder, 0).lift(value)

    def input(self, name: str, shape: Shape = ()) -> int:
        known = self.env.get(name)
        return self.builder.input(name, self.shapes.get(name, shape)) if known is None else known

    def tree(self, tree: sp.Basic, done: dict[int, tuple[sp.Basic, int]] | None = None) -> int:
        """Return the node of a SymPy tree; shared subtrees are visited once, however deep. `done` may be kept between trees."""
        return folded(tree, self.leaf, self.joined, done=done)

    def joined(self, tree: sp.Basic, spelled: Spelled, args: list[int]) -> int:
        if len(self.builder.cells) > MAX_NODES:
            raise LearnerError(f"the graph has more than {MAX_NODES} nodes; draw a part of it")
        try:
            return self.node(spelled.op, tuple(args), spelled.params)
        except ShapeError as error:
            raise ShapeError(f"{error} (in {excerpt(tree)})") from None

    def leaf(self, tree: sp.Basic, spelled: Spelled) -> int:
        if spelled.op == "const":
            return self.builder.constant(*spelled.params)
        name, *shape = spelled.params
        if isinstance(tree, sp.Symbol) and self.symbols.setdefault(name, tree) != tree:
            raise LearnerError(f"two symbols are called '{name}' with different assumptions; rename one of them")
        return self.input(name, *shape)

    def node(self, op: str, args: tuple[int, ...], params: tuple[Any, ...]) -> int:
        return self.derivative(*args) if op == "diff" else self.builder.add(op, args, params)

    def derivative(self, what: int, wrt: int) -> int:
        """Return the node of d what / d wrt: a derivative operator inside an expression; of a vector the Jacobian, row by row."""
        shape = self.builder.shapes[what]
        if shape:
            if prod((*shape, *self.builder.shapes[wrt])) > MOST:
                raise LearnerError(f"a Jacobian of more than {MOST:,} entries; differentiate a part of it")
            return rows(self.builder, [self.derivative(e, wrt) for e in entries(self.builder, what)], shape)
        known = self.slopes.setdefault(wrt, {})
        if what not in known:
            again = not self.builder.shapes[wrt] and what in known.values()
            known[what] = self.tangent(what, wrt) if again else self.gradient(what, wrt)
        return known[what]

    def tangent(self, what: int, wrt: int) -> int:
        """Return d what / d wrt of a derivative, in forward mode: each node's tangent is made once, and serves all higher orders."""
        known = self.slopes[wrt]
        known[wrt] = self.builder.constant(1)
        size = len(self.builder.cells)
        needed = [False] * size
        needed[what] = True
        for i in range(what, -1, -1):
            for a in self.builder.cells[i][1] if needed[i] and i not in known else ():
                needed[a] = True
        graph = Graph(tuple(self.builder.cells), tuple(self.builder.shapes), what)
        tangents = tangents_of(graph, known, [i for i in range(what + 1) if needed[i]])
        moved = self.builder.graft(tangents.cells, tangents.shapes, {i: i for i in range(size)})
        known.update({i: moved[t] for i, t in tangents.known.items()})
        return known[what]

    def gradient(self, what: int, wrt: int) -> int:
        walk = backward(Graph(tuple(self.builder.cells), tuple(self.builder.shapes), what), wanted=(wrt,))
        if len(walk.cells) > MAX_DERIVED:
            raise LearnerError(
                f"this derivative has more than {MAX_DERIVED} parts; ask for fewer derivatives one after the other"
            )
        kept = {i: i for i in range(len(self.builder.cells))}
        return self.builder.graft(walk.cells, walk.shapes, kept)[walk.gradient[wrt]]

    def graph(
        self, out: int, names: Iterable[tuple[int, str]] = (), groups: Iterable[Group] = (), source: str = ""
    ) -> Graph:
        assumed = tuple((n, s) for n, s in self.symbols.items() if s != sp.Symbol(n))
        return self.builder.graph(out, names=tuple(names), groups=tuple(groups), symbols=assumed, source=source)


def excerpt(tree: sp.Basic) -> str:
    text = write(tree, tidy=True)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def from_text(text: str, shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None,
              definitions: Mapping[str, Any] | None = None) -> Graph:  # fmt: skip
    """Return the graph of an expression or a program; the last line is the output.

    >>> g = from_text("f = w*x + b; L = (f - y)**2")
    >>> [n.name for n in g.inputs], g.output.text
    (['w', 'x', 'b', 'y'], 'v2**2')
    """
    program = read.program(text, shapes=shapes, constants=constants, definitions=definitions, limits=LECTURER)
    plan = Plan(shapes, constants)
    names: list[tuple[int, str]] = []
    groups: list[Group] = []
    out = 0
    for line in program.lines:
        start = len(plan.builder.cells)
        out = plan.tree(line.tree)
        if line.name is not None:
            plan.env[line.name] = out
            names.append((out, line.name))
            inner = tuple(i for i in range(start, len(plan.builder.cells)) if plan.builder.cells[i][1])
            if len(inner) > 1 and out in inner:
                groups.append(Group(line.name, line.name, inner, out))
    return plan.graph(out, names, groups, text)


def from_tree(tree: Any, shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None) -> Graph:
    """Return the graph of a SymPy tree, drawn as it stands.

    >>> x = sp.Symbol("x")
    >>> len(from_tree(sp.Add(x, x, evaluate=False)))
    2
    """
    plan = Plan(shapes, constants)
    return plan.graph(plan.tree(tree))


def from_function(
    function: Callable[..., Any], shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None
) -> Graph:
    """Return the graph of a Python function, called once with a tracer for each of its parameters; its variables name their nodes.

    It may call NumPy, math, PyTorch and JAX by their names; see `traced`.

    >>> g = from_function(lambda x: x + x)
    >>> g.output.args
    (0, 0)
    """
    plan = Plan(shapes, constants)
    args, named = [], {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise LearnerError(f"'{parameter}' takes any number of arguments; name each input of the function")
        tracer = Tracer(plan.builder, plan.input(name))
        if parameter.kind is parameter.KEYWORD_ONLY:
            named[name] = tracer
        else:
            args.append(tracer)
    try:
        result, variables = named_call(on_tracers(function), args, named)
    except TypeError as error:
        raise LearnerError(
            f"the function cannot be traced: {error}; use operators, gt.fn functions and functions of NumPy, math, PyTorch or JAX of its parameters"
        ) from error
    made = {name: v.id for name, v in variables.items() if isinstance(v, Tracer) and plan.builder.cells[v.id][1]}
    taken = {cell[2][0] for cell in plan.builder.cells if cell[0] == "input"}
    return plan.graph(
        Tracer(plan.builder, 0).lift(result), [(i, name) for name, i in made.items() if name not in taken]
    )


def build(source: Any, *, shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None, definitions: Mapping[str, Any] | None = None,
          parameters: Iterable[str] | None = None, data: Iterable[str] | None = None) -> Graph:  # fmt: skip
    """Return the graph of text, of a SymPy tree, or of a Python function of symbols.

    `shapes`: name → shape of vectors and matrices; `constants`: name → number. `parameters` and
    `data` tell the inputs apart; without them names like w, W, b, U, V, θ, β (with digits) are
    parameters. Raises LearnerError (ReadError, ShapeError) in one line.
    """
    if isinstance(source, str):
        graph = from_text(source, shapes, constants, definitions)
    elif isinstance(source, sp.Basic | sp.MatrixBase):
        graph = from_tree(source, shapes, constants)
    elif callable(source):
        graph = from_function(source, shapes, constants)
    else:
        raise LearnerError(
            f"cannot draw {type(source).__name__}; expected text, a SymPy expression or a Python function"
        )
    return with_roles(graph, parameters, data)


# ----- what an input is: its shape, its role -----
def default_parameters(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names taken for parameters when nothing is said: w, W, b, U, V, θ, β, with digits.

    >>> default_parameters(["w0", "x0", "b", "y"])
    ('w0', 'b')
    """
    return tuple(n for n in names if PARAMETER.fullmatch(n))


def with_roles(graph: Graph, parameters: Iterable[str] | None, data: Iterable[str] | None) -> Graph:
    """Return `graph` with its inputs told apart; an unknown name is a LearnerError."""
    names = [n.name for n in graph.inputs]
    for given in (*(parameters or ()), *(data or ())):
        if given not in names:
            raise LearnerError(f"'{given}' is no input of this graph; its inputs are {', '.join(names) or 'none'}")
    if parameters is None:
        chosen = default_parameters(names) if data is None else tuple(n for n in names if n not in set(data))
    else:
        chosen = tuple(n for n in names if n in set(parameters))
    return replace(graph, parameters=chosen)


def check_shape(name: str, shape: Any) -> Shape:
    """Return a shape as a tuple; `2` is `(2,)`, as in NumPy."""
    given = (shape,) if isinstance(shape, int) else tuple(shape)
    if not all(isinstance(n, int) and n > 0 for n in given):
        raise ShapeError(f"shape {shape!r} of '{name}': expected whole numbers above 0, such as 2 or (3, 2)")
    return given
