"""What a user holds: `graph` and the Graph and Trace whose methods reach every room of the house.

The rooms below hand plain frozen data up; here the same data gets its methods.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..compiled import function as compile
from ..errors import LearnerError
from ..expr import adjoint, build, foreign, views
from ..expr import graph as graphs
from ..expr.tracer import Tracer
from ..ops.table import ROWS, TABLE
from ..ops.tracing import f as on_tracers
from ..picture.steps import save
from ..picture.steps.page import framed
from ..walk import trace
from ..walk.trace import shown

if TYPE_CHECKING:
    import graphviz


class Graph(graphs.Graph):
    """A computation graph; see `graphs.Graph` for its data.

    >>> g = make("f = w*x + b; L = (f - y)**2")
    >>> g.gradient("w")
    x*(2*b + 2*w*x - 2*y)
    """

    def gradient(self, name: str, tie: str = "zero") -> Any:
        """Return d output / d `name` as a SymPy expression got by backpropagation (a matrix of entries for a shaped name)."""
        walk = adjoint.backward(self, tie)
        return walk.extended.expression(walk.gradient[self.id_of(name, walk)])

    def id_of(self, name: str, walk: adjoint.Backward) -> int:
        i = self.ids.get(str(name))
        if i is None or i not in walk.gradient:
            raise LearnerError(
                f"'{name}' is no node with a gradient; this graph has {', '.join(n for n, j in self.ids.items() if j in walk.gradient)}"
            )
        return i

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

    def function(self, reduce: str | None = None, tie: str = "zero") -> compile.Function:
        """Return the compiled function: `f({"w0": …})` → (value, {"w0": gradient, …}), one point or a batch."""
        return compile.compiled(self, reduce, tie)

    def trace(self, at: Mapping[Any, Any] | None = None, tie: str = "zero") -> Trace:
        """Return the trace at a point, or in symbols alone; see `trace.trace`."""
        walked = trace.trace(self, at, tie)
        return Trace(walked.walk, self, walked.point, walked.tie)

    def draw(self, path: str | os.PathLike[str], **look: Any) -> list[Path]:
        """Write the graph alone as a picture; return its path."""
        return save.save(self, path, **look)

    def __repr__(self) -> str:
        return (
            f"<Graph {self.output.name}: {len(self)} nodes; inputs {', '.join(n.name for n in self.inputs) or 'none'}>"
        )

    def _repr_svg_(self) -> str:
        return save.Painter(self).svg()

    def opened(self, *names: str) -> Graph:
        """Return this graph with softmax, sigmoid, relu … (or only `names`) written out in smaller operations, as groups."""
        return dressed(views.opened(self, names or None))

    def collapsed(self, *names: str) -> Graph:
        """Return this graph with named lines or opened operations shown as one node each."""
        return dressed(views.collapsed(self, names))


class Trace(trace.Trace):
    """A walk over a graph; see `trace.Trace` for its data."""

    def draw(
        self, path: str | os.PathLike[str], step: int | None = None, format: str | None = None, **look: Any
    ) -> list[Path]:
        """Write every step into a folder, one step or an animation into one file; return the paths. See `picture.save.save`.

        `look`: theme="light" | "dark", palette="default" | "cs231n", direction="LR" | "TB", digits, engine.
        """
        return save.save(self, path, step, format, **look)

    def dot(self, step: int | None = None, **look: Any) -> graphviz.Source:
        """Return a step as DOT with pinned positions, which any Graphviz renders (engine neato, -n2)."""
        return save.Painter(self, **look).dot(step)

    def svg(self, step: int | None = None, **look: Any) -> str:
        """Return a step, the last if left out, as SVG text."""
        return save.Painter(self, **look).svg(step)

    def page(self, **look: Any) -> str:
        """Return the interactive stepper as an HTML page; it follows the reader's light or dark mode unless theme="dark"."""
        return save.Painter(self, **look).bytes(None, "html").decode()

    def __repr__(self) -> str:
        out = self.graph.output.name
        value = "" if self.point is None else f" = {shown(self.values[out])}"
        return f"<Trace {out}{value}: {len(self.steps)} step{'s' * (len(self.steps) != 1)}{'' if self.point is not None else ', in symbols'}>"

    def _repr_html_(self) -> str:
        painter = save.Painter(self)
        return framed(painter.page(), round(painter.layout.height) + 190)

    def _repr_svg_(self) -> str:
        return self.svg()


def dressed(plain: graphs.Graph) -> Graph:
    """Return a plain graph with the methods of this room."""
    return Graph(**{f.name: getattr(plain, f.name) for f in fields(graphs.Graph)})


def make(source: Any, *, shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None, definitions: Mapping[str, Any] | None = None,
         parameters: Iterable[str] | None = None, data: Iterable[str] | None = None) -> Graph:  # fmt: skip
    """Return the computation graph of text, of a SymPy expression, or of a Python function; see `build.build`."""
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

    def trace(self, at: Mapping[Any, Any] | None = None, tie: str = "zero") -> Trace:
        """Return the trace at a point, the example where none is given; see `trace.trace`."""
        return super().trace(self.example if at is None else at, tie)


def imported(found: tuple[graphs.Graph, Mapping[str, Any]]) -> Imported:
    plain, example = found
    return Imported(**{f.name: getattr(plain, f.name) for f in fields(graphs.Graph)}, example=example)


def from_torch(module: Any, *example: Any) -> Imported:
    """Return the computation graph of a PyTorch module, called with the tensors of `example`; its parameters are inputs.

    `fc.weight` is called `fc_weight`, and a line `h = torch.tanh(…)` of the module's own code names its node h. Read through
    torch.export, in evaluation mode and double precision. Raises LearnerError, with the source line, for an operation
    that has no row.
    """
    return imported(foreign.from_torch(module, *example))


def from_jax(function: Any, *example: Any) -> Imported:
    """Return the computation graph of a function of JAX arrays, called with `example`; its parameters are inputs.

    Read from the function's jaxpr, in double precision; a line `h = jnp.tanh(…)` names its node h, and a call such as
    `jax.nn.softmax` stays one node. Raises LearnerError, with the source line, for a primitive that has no row.
    """
    return imported(foreign.from_jax(function, *example))


class Functions:
    """Every operation as a function: on tracers inside `gt.graph(lambda …)`, on SymPy trees, and on numbers.

    >>> fn.max(1, 2), fn.abs(-3)
    (2, 3)
    """

    def __getattr__(self, name: str) -> Any:
        row = ROWS.get(name) or next((r for r in TABLE if name in r.names), None)
        if row is None:
            raise AttributeError(
                f"no operation for '{name}'; gt.fn has {', '.join(sorted(n for r in TABLE for n in r.names))}"
            )

        def call(*args: Any, **settings: Any) -> Any:
            unknown = set(settings) - {key for key, _ in row.params}
            if unknown:
                raise LearnerError(
                    f"{name} has no setting '{min(unknown)}'; it takes {', '.join(k for k, _ in row.params) or 'none'}"
                )
            params = tuple(settings.get(key, default) for key, default in row.params)
            if any(isinstance(a, Tracer) for a in args):
                return getattr(on_tracers, row.name)(*args, params=params)
            shapes = [getattr(a, "shape", ()) for a in args]
            return row.forward(*args, *(row.settled(params, *shapes)))

        call.__name__, call.__doc__ = name, f"{row.rule}: {row.formula}"
        return call

    def __dir__(self) -> list[str]:
        return sorted(n for r in TABLE for n in r.names)


fn = Functions()
