"""What a user holds: `graph` and the Graph and Trace whose methods reach every room of the house.

The rooms below hand plain frozen data up; here the same data gets its methods.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

import sympy as sp

from ..compiled import function as compile
from ..door import Listed, NoAttribute, door, elsewhere, made_by
from ..errors import LearnerError
from ..expr import adjoint, build, foreign, jacobian, views
from ..expr import graph as graphs
from ..expr.forward import Costs, costs
from ..expr.tracer import Tracer
from ..ops.table import ROWS, TABLE
from ..ops.tracing import f as on_tracers
from ..picture.files.inks import Look
from ..picture.steps import save
from ..picture.steps.page import framed
from ..picture.steps.widget import widget
from ..shown import bundle
from ..text import near
from ..walk import trace
from ..walk.tangents import Tangents, tangents
from ..walk.trace import derivative, shown

if TYPE_CHECKING:
    import graphviz


TALL = 760  # pixels of a page in a notebook


@made_by("gt.graph('(w*x - y)**2')")
class Graph(graphs.Graph):
    """A computation graph: its nodes, its gradients, and its pictures. `gt.graph` makes one.

    >>> g = graph("f = w*x + b; L = (f - y)**2")
    >>> g.gradient("w")
    x*(2*b + 2*w*x - 2*y)
    """

    @cached_property
    def nodes(self) -> tuple[graphs.Node, ...]:
        """Every node, by its number in topological order."""
        return Listed(super().nodes)

    @cached_property
    def inputs(self) -> tuple[graphs.Node, ...]:
        """The named leaves, in the order in which they appear."""
        return Listed(super().inputs)

    def __getitem__(self, name: Any) -> Any:
        raise NoAttribute(f"a graph is not taken apart by [ ]: {elsewhere(self, str(name))}")

    __iter__ = None

    @door
    def gradient(self, name: Any, tie: str = "zero") -> Any:
        """Return d output / d `name` as a SymPy expression got by backpropagation (a matrix of entries for a shaped name)."""
        walk = adjoint.backward(self, tie)
        return walk.extended.expression(walk.gradient[self.id_of(name, walk)])

    def id_of(self, name: Any, walk: adjoint.Backward) -> int:
        called = str(getattr(name, "name", name))  # a Node or a Symbol too
        i = self.ids.get(called)
        if i is None or i not in walk.gradient:
            known = [n for n, j in self.ids.items() if j in walk.gradient]
            raise LearnerError(
                f"'{called}' is no node with a gradient{near(called, known)}; this graph has {', '.join(known)}"
            )
        return i

    @door
    def backward_graph(self, wrt: str | None = None, tie: str = "zero") -> Graph:
        """Return the adjoints as a Graph of their own, to be drawn or differentiated again.

        The output is the gradient with respect to `wrt` (the first parameter or input); every
        adjoint is named `dL/dw0`.
        """
        walk = adjoint.backward(self, tie)
        first = wrt or next(
            (n.name for n in self.inputs if n.role == "parameter"), self.inputs[0].name if self.inputs else ""
        )
        extended = walk.extended
        return dressed(
            graphs.Graph(
                extended.cells,
                extended.shapes,
                walk.gradient[self.id_of(first, walk)],
                extended.names,
                self.parameters,
                self.groups,
                self.symbols,
            )
        )

    @door
    def function(self, reduce: str | None = None, tie: str = "zero") -> compile.Function:
        """Return the compiled function: `f({"w0": …})` → (value, {"w0": gradient, …}), one point or a batch."""
        return compile.compiled(self, reduce, tie)

    @overload
    def trace(
        self,
        at: Mapping[Any, Any] | None = None,
        tie: str = "zero",
        *,
        seed: Any = None,
        mode: Literal["reverse"] = "reverse",
    ) -> Trace: ...

    @overload
    def trace(
        self, at: Mapping[Any, Any] | None = None, tie: str = "zero", *, seed: Any = None, mode: Literal["forward"]
    ) -> Ahead: ...

    @door
    def trace(
        self, at: Mapping[Any, Any] | None = None, tie: str = "zero", *, seed: Any = None, mode: str = "reverse"
    ) -> Trace | Ahead:
        """Return the walk at a point (name → number or array), or in symbols alone.

        `tie` chooses the slope at a kink: "zero" (the end of the interval nearest 0), "first", "last" or "half".
        Raises LearnerError for a missing or unknown name, DomainError where the output is undefined.

        `mode="reverse"`: `seed` is what the backward pass starts from, numbers of the output's shape (1 for a number).
        `mode="forward"`: `seed` is the direction, a name whose tangent is 1, or name → number or array; see `tangents.Tangents`.

        >>> g = graph("y = W@x", shapes={"W": (2, 2), "x": 2})
        >>> at = {"W": [[1, 2], [3, 4]], "x": [1, 1]}
        >>> g.trace(at=at, seed=[1, 0]).gradients["x"].tolist()
        [1.0, 2.0]
        >>> g.trace(at=at, seed={"x": [1, 0]}, mode="forward").derivative.tolist()
        [1.0, 3.0]
        """
        if mode == "forward":
            ahead = tangents(self, at, self.direction(seed), tie)
            return Ahead(ahead.walk, self, ahead.point, ahead.along)
        if mode != "reverse":
            raise LearnerError(f"mode='{mode}' is no way through a graph; expected 'reverse' or 'forward'")
        walked = trace.trace(self, at, tie, seed)
        return Trace(walked.walk, self, walked.point, walked.tie)

    def direction(self, seed: Any) -> dict[str, Any]:
        """Return a direction as name → numbers: that of the only input where none is given."""
        if isinstance(seed, Mapping):
            return {str(name): value for name, value in seed.items()}
        names = [n.name for n in self.inputs]
        if seed is None and len(names) == 1:
            seed = names[0]
        if not isinstance(seed, str):
            raise LearnerError(
                f"forward mode needs a direction: seed='{names[0] if names else 'w'}' for one input, or seed={{name: number}} for several"
            )
        return {seed: 1}

    @door
    def jacobian(self, of: str | None = None, wrt: Any = None, tie: str = "zero") -> Graph:
        """Return d `of` / d `wrt` as a graph to draw, evaluate or step; see `jacobian.jacobian`.

        >>> graph("y = tanh(W@x)", shapes={"W": (2, 3), "x": 3}).jacobian("y", wrt="x").output.shape
        (2, 3)
        """
        return dressed(jacobian.jacobian(self, of, wrt, tie))

    @door
    def hessian(self, of: str | None = None, wrt: Any = None, tie: str = "zero") -> Graph:
        """Return the second derivatives of a number as a graph; see `jacobian.hessian`.

        >>> graph("L = x**2*y").hessian("L", wrt=["x", "y"]).expression()
        Matrix([
        [2*y, 2*x],
        [2*x,   0]])
        """
        return dressed(jacobian.hessian(self, of, wrt, tie))

    @door
    def hessian_vector(self, wrt: str, direction: Any, tie: str = "zero") -> Graph:
        """Return Hessian times vector as a graph, forward mode over the backward pass; see `jacobian.hessian_vector`."""
        return dressed(jacobian.hessian_vector(self, wrt, direction, tie))

    def costs(self) -> Costs:
        """Return how many multiplications reverse and forward mode take for every gradient, and why.

        >>> graph("f = w*x + b; L = (f - y)**2").costs().reverse
        7
        """
        return costs(self)

    @door
    def draw(self, path: str | os.PathLike[str] = "", **look: Unpack[Look]) -> list[Path]:
        """Write the graph alone as a picture (.svg, .png, .pdf, .dot); return its path. The options are those of `Look`."""
        return save.save(self, path, None, None, **look)

    def __repr__(self) -> str:
        return (
            f"<Graph {self.output.name}: {len(self)} nodes; inputs {', '.join(n.name for n in self.inputs) or 'none'}>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return bundle(repr(self), lambda: framed(save.Painter(self).page(), TALL), self._repr_svg_)

    def _repr_svg_(self) -> str:
        return save.Painter(self).svg()

    @door
    def opened(self, *names: str) -> Graph:
        """Return this graph with softmax, sigmoid, relu … (or only `names`) written out in smaller operations, as groups."""
        return dressed(views.opened(self, flat(names) or None))

    @door
    def collapsed(self, *names: str) -> Graph:
        """Return this graph with named lines or opened operations shown as one node each."""
        return dressed(views.collapsed(self, flat(names)))


def flat(names: Iterable[Any]) -> tuple[str, ...]:
    """Return names that came one by one or as lists."""
    return tuple(str(n) for name in names for n in (name if isinstance(name, list | tuple | set) else [name]))


class Drawn:
    """A walk that draws itself, step by step: what Trace and Ahead share."""

    @property
    def _walk(self) -> trace.Trace | Tangents:
        assert isinstance(self, trace.Trace | Tangents)
        return self

    @door
    def draw(
        self,
        path: str | os.PathLike[str] = "",
        step: int | str | None = None,
        format: str | None = None,
        **look: Unpack[Look],
    ) -> list[Path]:
        """Write every step into a folder, one step or an animation into one file; return the paths.

        `path`: a folder, or a file that ends in .svg, .png, .pdf or .dot (one step; the finished picture, nothing lit, if `step`
        is left out; the values alone for "values"), .gif or .html (all of them). Options, all those of `Look`: theme="light" | "dark", palette="default" | "cs231n", direction="LR" | "TB",
        digits (significant ones, 1 to 17), size="slide" | "page" | "square" | "wide" | "graph" | (width, height) in points, collapse=["f"],
        parameters=["w"], title, caption and legend (True or False), letters (points at least), engine="pygraphviz" | "dot".
        """
        return save.save(self._walk, path, step, format, **look)

    @door
    def dot(self, step: int | str | None = None, **look: Unpack[Look]) -> graphviz.Source:
        """Return a step as DOT with pinned positions, which any Graphviz renders (engine neato, -n2)."""
        return save.painter(self._walk, **look).dot(step)

    @door
    def svg(self, step: int | str | None = None, **look: Unpack[Look]) -> str:
        """Return a step as SVG text, the finished picture if left out."""
        return save.painter(self._walk, **look).svg(step)

    @door
    def page(self, **look: Unpack[Look]) -> str:
        """Return the interactive stepper as an HTML page; it follows the reader's light or dark mode unless theme="dark"."""
        return save.painter(self._walk, **look).bytes(None, "html").decode()

    def widget(self) -> Any:
        """Return the page as a notebook's widget: `step` and every input are traits, to be linked and observed.

        Raises LearnerError without anywidget (`pip install "graphtutor[anywidget]"`).
        """
        return widget(self._walk)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return bundle(repr(self), self._repr_html_, self.svg)

    def _repr_html_(self) -> str:
        return framed(save.Painter(self._walk).page(), TALL)

    def _repr_svg_(self) -> str:
        return self.svg()


@made_by("gt.graph(…).trace(at={…})")
class Trace(Drawn, trace.Trace):
    """A walk over a graph; see `trace.Trace` for its data."""

    def __getitem__(self, name: Any) -> Any:
        raise NoAttribute(f"a trace is not taken apart by [ ]: {elsewhere(self, str(name))}")

    __iter__ = None

    def __repr__(self) -> str:
        out = self.graph.output.name
        value = "" if self.point is None else f" = {shown(self.values[out])}"
        return f"<Trace {out}{value}: {len(self.steps)} step{'s' * (len(self.steps) != 1)}{'' if self.point is not None else ', in symbols'}>"


class Ahead(Drawn, Tangents):
    """A forward-mode walk over a graph; see `tangents.Tangents` for its data."""

    def __repr__(self) -> str:
        value = "" if self.point is None else f" = {shown(self.tangents[self.graph.output.name])}"
        return f"<Tangents {derivative(self.pair(self.graph.out))}{value}: {len(self.steps)} steps>"


def dressed(plain: graphs.Graph) -> Graph:
    """Return a plain graph with the methods of this room."""
    return Graph(**{f.name: getattr(plain, f.name) for f in fields(graphs.Graph)})


@door
def graph(source: Any, *, shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None, definitions: Mapping[str, Any] | None = None,
         parameters: Iterable[str] | None = None, data: Iterable[str] | None = None) -> Graph:  # fmt: skip
    """Return the computation graph of text, of a SymPy expression, or of a Python function.

    `source`: text of one or more lines, the last of which is the output; a SymPy tree, drawn as it stands; or a function,
    called with tracers (`gt.fn.exp`, `gt.fn.max`, … inside it). `shapes`: name → size or sizes of a vector or matrix;
    `constants`: name → number; `definitions`: name → what it stands for; `parameters` and `data` say which inputs are
    learned and which are given (usually w, b, W, θ … are parameters). Raises ReadError with line, column and caret, or
    another LearnerError, for what makes no graph.

    >>> g = graph("f = w*x + b; L = (f - y)**2")
    >>> g.trace(at={"w": 2, "x": 3, "b": 1, "y": 5}).gradients["w"]
    12.0
    """
    if isinstance(source, sp.MatrixBase):
        rows, columns = source.shape
        raise LearnerError(
            f"cannot draw a {rows}×{columns} Matrix: a graph has one output; give one entry, or text with shapes={{…}}"
        )
    return dressed(
        build.build(
            source, shapes=shapes, constants=constants, definitions=definitions, parameters=parameters, data=data
        )
    )


@dataclass(frozen=True)
class Imported(Graph):
    """A graph read from another library's program, with the example it was read at: `trace()` walks it there.

    `example`: name → number or array, the parameters' values and the example's.
    """

    example: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def trace(self, at: Mapping[Any, Any] | None = None, *args: Any, **how: Any) -> Any:
        """Return the trace at a point, the example where none is given; see `Graph.trace`."""
        return super().trace(self.example if at is None else at, *args, **how)


def imported(found: tuple[graphs.Graph, Mapping[str, Any]]) -> Imported:
    plain, example = found
    return Imported(**{f.name: getattr(plain, f.name) for f in fields(graphs.Graph)}, example=example)


def from_torch(module: Any, *example: Any) -> Imported:
    """Return the computation graph of a PyTorch module, called with the tensors of `example`; its parameters are inputs.

    `fc.weight` is called `fc_weight`, and a line `h = torch.tanh(…)` of the module's own code names its node h. Read through
    torch.export, in evaluation mode and double precision. Raises LearnerError, with the source line, for an operation
    that has no row.
    """
    try:
        return imported(foreign.from_torch(module, *example))
    except ModuleNotFoundError as error:
        raise LearnerError(
            f"from_torch reads modules of PyTorch, which is not installed ({error.name}): pip install torch"
        ) from None


def from_jax(function: Any, *example: Any) -> Imported:
    """Return the computation graph of a function of JAX arrays, called with `example`; its parameters are inputs.

    Read from the function's jaxpr, in double precision; a line `h = jnp.tanh(…)` names its node h, and a call such as
    `jax.nn.softmax` stays one node. Raises LearnerError, with the source line, for a primitive that has no row.
    """
    try:
        return imported(foreign.from_jax(function, *example))
    except ModuleNotFoundError as error:
        raise LearnerError(
            f"from_jax reads functions of JAX, which is not installed ({error.name}): pip install jax"
        ) from None


class Functions:
    """Every operation as a function: on tracers inside `gt.graph(lambda …)`, on SymPy trees, and on numbers.

    >>> fn.max(1, 2), fn.abs(-3)
    (2, 3)
    """

    def __getattr__(self, name: str) -> Any:
        row = ROWS.get(name) or next((r for r in TABLE if name in r.names), None)
        if row is None:
            raise NoAttribute(f"gt.fn has no function '{name}'{near(name, dir(self))}; dir(gt.fn) lists what it has")

        def call(*args: Any, **settings: Any) -> Any:
            unknown = set(settings) - {key for key, _ in row.params}
            if unknown:
                raise LearnerError(
                    f"{name} has no setting '{min(unknown)}'; it takes {', '.join(k for k, _ in row.params) or 'none'}"
                )
            params = tuple(settings.get(key, default) for key, default in row.params)
            if any(isinstance(a, Tracer) for a in args):
                return getattr(on_tracers, row.name)(*args, params=params)
            least, most = row.arity
            if len(args) < least or (most is not None and len(args) > most):
                raise LearnerError(f"{name} takes {least} argument{'s' * (least != 1)}; {len(args)} given")
            if any(isinstance(a, str) for a in args):
                raise LearnerError(f"{name} takes numbers and arrays; text is read by gt.graph('{name}(x)')")
            shapes = [getattr(a, "shape", ()) for a in args]
            return row.forward(*args, *(row.settled(params, *shapes)))

        call.__name__, call.__doc__ = name, f"{row.rule}: {row.formula}"
        return call

    def __dir__(self) -> list[str]:
        return sorted(n for r in TABLE for n in r.names)


fn = Functions()
