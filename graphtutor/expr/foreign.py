"""Programs of other libraries as graphs: a PyTorch module by torch.export, a JAX function by its jaxpr.

Both arrive as a list of calls on arrays. A call becomes the row of that name where the row gives the same numbers at the
example; what is spelled otherwise stands in the two tables TORCH and JAX, over tracers. Lines of the user's own program that
say `name = …` name their nodes.
"""

from __future__ import annotations

import ast
import inspect
import keyword
import linecache
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import LearnerError
from ..ops.row import Row
from ..ops.table import ROWS, TABLE
from ..ops.tracing import f
from .graph import Graph
from .tracer import Builder, Tracer

CLOSE = 1e-5  # a row is taken for a call if both give the same at the example, to what single precision shows


@dataclass
class Reading:
    """A foreign program on its way to a graph: the nodes so far, each with its number at the example."""

    builder: Builder = field(default_factory=Builder)
    point: dict[str, Any] = field(default_factory=dict)
    names: dict[str, tuple[int, Any]] = field(default_factory=dict)
    place: tuple[str, int] | None = None  # the line of the user's own that is being read

    def input(self, name: str, value: Any) -> Tracer:
        name = plain_name(name, self.point)
        self.point[name] = np.asarray(value, float) if np.ndim(value) else float(value)
        return Tracer(self.builder, self.builder.input(name, np.shape(value)))

    def tracer(self, value: Any) -> Tracer:
        return value if isinstance(value, Tracer) else Tracer(self.builder, Tracer(self.builder, 0).lift(listed(value)))

    def numbers(self, node: Tracer) -> Any:
        return self.builder.graph(node.id).evaluate(self.point, "float")[node.id]

    def row(self, name: str, args: Sequence[Any], wanted: Any) -> Tracer | None:
        """Return the node of the row that is called `name`, if it gives what the program gave at the example."""
        row = ROWS.get(name) or next((r for r in TABLE if name in r.names), None)
        if row is None or not fits(row, len(args)):
            return None
        size = len(self.builder.cells)
        try:
            node = self.tracer(args[0]).apply(row.name, tuple(self.tracer(a) for a in args))
            if node.shape == np.shape(wanted) and np.allclose(
                self.numbers(node), np.asarray(wanted, float), CLOSE, CLOSE, equal_nan=True
            ):
                return node
        except LearnerError:
            pass
        del self.builder.cells[size:], self.builder.shapes[size:]
        self.builder.index = {cell: i for i, cell in enumerate(self.builder.cells)}
        return None

    def name(self, node: Any, place: tuple[str, int] | None) -> None:
        """Give the node the name that the user's line gives it; the last of a line's nodes keeps it, and the first of several lines."""
        name = assigned(*place) if place else None
        if name is None or not isinstance(node, Tracer) or not self.builder.cells[node.id][1] or name in self.point:
            return
        if self.names.get(name, (0, place))[1] == place:
            self.names[name] = node.id, place

    def graph(self, out: Any) -> tuple[Graph, dict[str, Any]]:
        node = self.tracer(out)
        if node.shape != ():
            node = node[0] if node.shape == (1,) else node
        return self.builder.graph(node.id, names=tuple((i, n) for n, (i, _) in self.names.items())), self.point


def fits(row: Row, count: int) -> bool:
    least, most = row.arity
    return least <= count and (most is None or count <= most)


def listed(value: Any) -> Any:
    """Return a number or an array of another library as Python's numbers and lists."""
    array = np.asarray(value)
    return array.astype(float).tolist() if array.dtype != bool else array.astype(int).tolist()


def plain_name(name: str, taken: Iterable[str]) -> str:
    """Return a name that our reader reads: `fc.weight` is `fc_weight`; one that is taken gets a number.

    >>> plain_name("0.weight", []), plain_name("x", ["x"])
    ('p0_weight', 'x_2')
    """
    name = re.sub(r"\W+", "_", name).strip("_") or "x"
    name = name if not name[0].isdigit() and not keyword.iskeyword(name) else f"p{name}"
    plain, count = name, 1
    while plain in taken:
        count += 1
        plain = f"{name}_{count}"
    return plain


def assigned(file: str, line: int) -> str | None:
    """Return the name that a line of the user's program gives its value, if it is `name = …`."""
    try:
        tree = ast.parse(linecache.getline(file, line).strip())
    except SyntaxError:
        return None
    first = tree.body[0] if tree.body else None
    whole = isinstance(first, ast.Assign) and len(first.targets) == 1 and isinstance(first.targets[0], ast.Name)
    return first.targets[0].id if whole else None  # type: ignore[union-attr]


# ----- JAX -----
def contracted(a: Any, b: Any, dims: Any) -> Any:
    """Return `dot_general` of vectors and matrices without a batch axis: a transpose where it is needed, then @."""
    ((left, *more), (right, *_)), batch = dims
    if any(batch) or more:
        raise LearnerError(
            "dot_general over several axes or with a batch axis is no operation of a graph; map over the batch outside of it"
        )
    a = f.transpose(a) if len(a.shape) == 2 and left == 0 else a
    b = f.transpose(b) if len(b.shape) == 2 and right == 1 else b
    return f.matmul(a, b)


def widened(x: Any, shape: Any, dims: Any) -> Any:
    """Return `broadcast_in_dim`: our operations spread by themselves, so only new axes of length 1 are made."""
    want = [1] * len(shape)
    for axis, there in enumerate(dims):
        want[there] = x.shape[axis]
    return f.reshape(x, params=(tuple(want),)) if tuple(want) != tuple(x.shape) else x


def cut(x: Any, start: Sequence[int], stop: Sequence[int], step: Any) -> Any:
    return x[tuple(slice(a, b, c) for a, b, c in zip(start, stop, step or [1] * len(start), strict=True))]


def stacked(xs: Sequence[Any], dim: int) -> Any:
    """Return arrays of one shape side by side along a new axis."""
    wide = [f.reshape(x, params=((*x.shape[:dim], 1, *x.shape[dim:]),)) for x in xs]
    return f.concatenate(*wide, params=(dim,))


def axes(p: Mapping[str, Any]) -> Any:
    return tuple(p["axes"])


# what a primitive does, over tracers; one that is not here is the row of its name
JAX: dict[str, Callable[..., Any]] = {
    "dot_general": lambda p, a, b: contracted(a, b, p["dimension_numbers"]),
    "transpose": lambda p, x: f.transpose(x) if tuple(p["permutation"]) == (1, 0) else x,
    "broadcast_in_dim": lambda p, x: widened(x, p["shape"], p["broadcast_dimensions"]),
    "reshape": lambda p, x: f.reshape(x, params=(tuple(p["new_sizes"]),)),
    "squeeze": lambda p, x: f.reshape(x, params=(tuple(n for i, n in enumerate(x.shape) if i not in p["dimensions"]),)),
    "expand_dims": lambda p, x: widened(x, p["shape"], p["dimensions"]),
    "slice": lambda p, x: cut(x, p["start_indices"], p["limit_indices"], p["strides"]),
    "split": lambda p, x: [x[(slice(None),) * p["axis"] + (slice(sum(p["sizes"][:k]), sum(p["sizes"][: k + 1])),)] for k in range(len(p["sizes"]))],
    "concatenate": lambda p, *xs: f.concatenate(*xs, params=(p["dimension"],)),
    "stack": lambda p, *xs: stacked(xs, p["dimension"] if "dimension" in p else p["axis"]),
    "reduce_sum": lambda p, x: f.total(x, params=(axes(p),)),
    "integer_pow": lambda p, x: x ** int(p["y"]),
    "square": lambda p, x: x**2,
    "rsqrt": lambda p, x: 1 / f.sqrt(x),
    "select_n": lambda p, c, no, yes: f.where(c, yes, no),
    "convert_element_type": lambda p, x: x,
    "copy": lambda p, x: x,
    "logistic": lambda p, x: f.sigmoid(x),
    "add_any": lambda p, a, b: a + b,
}  # fmt: skip


def from_jax(function: Callable[..., Any], *example: Any) -> tuple[Graph, dict[str, Any]]:
    """Return the graph of a JAX function of the arrays `example`, and the example as a point of it.

    The names of its parameters name the inputs (`params["W"]` is `params_W`, or `W` where nothing else is). The graph is that
    of the values: shapes are fixed by the example. LearnerError names a primitive that has no row, with its source line.
    """
    import jax

    with jax.enable_x64(True):
        example = jax.tree_util.tree_map(
            lambda v: np.asarray(v, float) if np.asarray(v).dtype.kind == "f" else v, example
        )
        closed = jax.make_jaxpr(function)(*example)
        reading = Reading()
        flat = jax.tree_util.tree_flatten_with_path(example)[0]
        parameters = list(inspect.signature(function).parameters)
        args = []
        for path, value in flat:
            steps = [str(getattr(step, "key", getattr(step, "idx", getattr(step, "name", step)))) for step in path[1:]]
            name = "_".join([parameters[path[0].idx] if path[0].idx < len(parameters) else f"x{path[0].idx}", *steps])
            short = steps[-1] if steps and not steps[-1].isdigit() else name
            args.append((reading.input(short if short not in reading.point else name, value), value))
        consts = [(value, value) for value in closed.consts]
        (out,) = through(reading, closed.jaxpr, consts, args)[:1]
    return reading.graph(out[0])


Pair = tuple[Any, Any]  # a node, or a number where nothing depends on the inputs; and its number at the example


@dataclass
class Following:
    """A jaxpr being followed: what each of its variables is."""

    reading: Reading
    eqns: Sequence[Any]
    outs: Sequence[Any]
    known: dict[Any, Pair]

    def look(self, var: Any) -> Pair:
        return (var.val, var.val) if literal(var) else self.known[var]

    def followed(self) -> list[Pair]:
        for group in grouped(self.eqns):
            self.settle(group)
        return [self.look(v) for v in self.outs]

    def settle(self, group: list[Any]) -> None:
        """Work a run of equations out: as the row that its function is called by, else equation by equation."""
        place, called = frames(group[-1])
        self.reading.place = place or self.reading.place
        numbers = self.numbers(group)
        made, left, taken = self.border(group)
        if not any(isinstance(self.known[v][0], Tracer) for v in taken):
            self.known.update({v: numbers[v] for v in made})
            return
        name = called or str(group[-1].params.get("name", ""))
        args = [self.known[v][0] for v in taken]
        node = self.reading.row(name, args, numbers[left[0]][1]) if name and len(left) == 1 else None
        if node is not None:
            self.known[left[0]] = (node, numbers[left[0]][1])
        else:
            self.one_by_one(group, numbers)
        self.reading.name(self.known[group[-1].outvars[0]][0], place)

    def one_by_one(self, group: list[Any], numbers: Mapping[Any, Pair]) -> None:
        for eqn in group:
            found = equation(self.reading, eqn, [self.look(v) for v in eqn.invars])
            self.known.update({var: (node, numbers[var][1]) for var, node in zip(eqn.outvars, found, strict=True)})

    def numbers(self, group: list[Any]) -> dict[Any, Pair]:
        """Return what is known with what a run of equations gives at the example."""
        found = dict(self.known)
        for eqn in group:
            values = results(eqn, [v.val if literal(v) else found[v][1] for v in eqn.invars])
            found.update(zip(eqn.outvars, [(r, r) for r in values], strict=True))
        return found

    def border(self, group: list[Any]) -> tuple[set[Any], list[Any], list[Any]]:
        """Return what a run makes, which of it is used outside, and what it takes from there."""
        inner = {id(eqn) for eqn in group}
        made = {v for eqn in group for v in eqn.outvars}
        outside = (v for eqn in self.eqns if id(eqn) not in inner for v in eqn.invars)
        later = {v for v in (*outside, *self.outs) if not literal(v)}
        taken = dict.fromkeys(v for eqn in group for v in eqn.invars if not literal(v) and v not in made)
        return made, [v for v in made if v in later], list(taken)


def literal(var: Any) -> bool:
    """Say whether an argument of an equation is a number that stands there."""
    return hasattr(var, "val")


def through(reading: Reading, jaxpr: Any, consts: Sequence[Pair], args: Sequence[Pair]) -> list[Pair]:
    """Follow a jaxpr on (node, number at the example) pairs; a node is a tracer, or a number where nothing depends on the inputs."""
    known = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*consts, *args], strict=True))
    return Following(reading, jaxpr.eqns, jaxpr.outvars, known).followed()


def frames(eqn: Any) -> tuple[Any, str]:
    """Return the user's (file, line) of an equation, and the library function that this line called ("" for an operator)."""
    from jax._src import source_info_util

    traceback = eqn.source_info.traceback
    user = source_info_util.user_frame(traceback)
    inner = "" if user is None else str(user.function_name)
    called = ""
    for frame in (
        source_info_util.get_frames(traceback) if hasattr(source_info_util, "get_frames") else traceback.frames
    ):
        if frame.function_name == inner:
            break
        if "/jax/" in frame.file_name and not frame.function_name.startswith(("_", "<")):
            called = frame.function_name
    return (user and (user.file_name, user.start_line), called)


def grouped(eqns: Sequence[Any]) -> list[list[Any]]:
    """Return equations in runs that one call of a library function by one line of the user's made."""
    runs: list[list[Any]] = []
    last: Any = None
    for eqn in eqns:
        here = frames(eqn)
        if runs and here == last and here[1]:
            runs[-1].append(eqn)
        else:
            runs.append([eqn])
        last = here
    return runs


def results(eqn: Any, values: Sequence[Any]) -> list[Any]:
    """Return the numbers of one equation."""
    bound = eqn.primitive.get_bind_params(eqn.params)
    functions, params = bound if isinstance(bound, tuple) else ((), bound)  # a pair until JAX 0.8
    found = eqn.primitive.bind(*functions, *values, **params)
    return list(found) if eqn.primitive.multiple_results else [found]


def equation(reading: Reading, eqn: Any, args: list[Pair]) -> list[Any]:
    """Return the nodes of one equation: a call followed inside, a primitive by the table, or the row of its name."""
    if not any(isinstance(node, Tracer) for node, _ in args):
        return results(eqn, [number for _, number in args])
    inside = next((eqn.params[key] for key in ("jaxpr", "call_jaxpr", "fun_jaxpr") if key in eqn.params), None)
    if inside is not None:
        consts = [(c, c) for c in getattr(inside, "consts", ())]
        return [node for node, _ in through(reading, getattr(inside, "jaxpr", inside), consts, args)]
    tracers = [reading.tracer(node) for node, _ in args]
    if eqn.primitive.name in JAX:
        found = JAX[eqn.primitive.name](eqn.params, *tracers)
        return found if isinstance(found, list) else [found]
    return [by_name("jax", eqn.primitive.name, tracers, reading.place)]


def by_name(library: str, name: str, args: Sequence[Any], place: Any) -> Any:
    """Return the node of the row that a library's operation is called by; LearnerError with the source line if there is none."""
    row = ROWS.get(name) or next((r for r in TABLE if name in r.names), None)
    tensors = [a for a in args if isinstance(a, Tracer)]
    if row is None or not tensors or not fits(row, len(args)):
        raise LearnerError(
            f"{library}'s '{name}' has no row in the table of operations{where(place)}; write it in operations that have, or add a row"
        )
    return tensors[0].apply(row.name, tuple(args))


def where(place: Any) -> str:
    return f" (line {place[1]} of {place[0].rsplit('/', 1)[-1]}: {linecache.getline(*place).strip()})" if place else ""


# ----- PyTorch -----
def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    out = f.matmul(weight, x) if len(x.shape) == 1 else f.matmul(x, f.transpose(weight))
    return out if bias is None else out + bias


def gru_cell(x: Any, h: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """Return the next state of a gated recurrent unit as PyTorch's manual writes it."""
    inner, state, n = linear(x, w_ih, b_ih), linear(h, w_hh, b_hh), h.shape[-1]
    (ir, iz, ic), (hr, hz, hc) = (
        tuple(part[..., k * n : (k + 1) * n] for k in range(3)) for part in (Last(inner), Last(state))
    )
    reset, update = f.sigmoid(ir + hr), f.sigmoid(iz + hz)
    fresh = f.tanh(ic + reset * hc)
    return fresh + update * (h - fresh)


class Last:
    """An array cut along its last axis, whatever the others: `Last(x)[..., a:b]`."""

    def __init__(self, x: Any):
        self.x = x

    def __getitem__(self, key: tuple[Any, slice]) -> Any:
        return self.x[(slice(None),) * (len(self.x.shape) - 1) + (key[1],)]


def axis(dim: Any) -> Any:
    return tuple(dim) if isinstance(dim, list | tuple) else dim


def kept(x: Any, dim: Any, keep: bool, op: Callable[..., Any]) -> Any:
    out = op(x, params=(axis(dim),))
    if not keep:
        return out
    drop = {d % len(x.shape) for d in (dim if isinstance(dim, list | tuple) else [dim])}
    return f.reshape(out, params=(tuple(1 if i in drop else n for i, n in enumerate(x.shape)),))


def select(x: Any, dim: int, index: int) -> Any:
    return x[(slice(None),) * (dim % len(x.shape)) + (index,)]


def parts(x: Any, size: Any, dim: int = 0) -> list[Any]:
    n = x.shape[dim]
    sizes = list(size) if isinstance(size, list | tuple) else [size] * (-(-n // size))
    starts = [sum(sizes[:k]) for k in range(len(sizes))]
    return [
        x[(slice(None),) * (dim % len(x.shape)) + (slice(a, min(a + s, n)),)]
        for a, s in zip(starts, sizes, strict=True)
    ]


def swapped(x: Any, *_: Any) -> Any:
    return f.transpose(x) if len(x.shape) == 2 else x


def fully(q: Any, k: Any, v: Any, *_: Any, scale: float | None = None, **__: Any) -> Any:
    """Return scaled dot-product attention of one head: rows of q, k and v are positions."""
    return f.matmul(f.softmax(f.matmul(q, f.transpose(k)) * (scale or float(q.shape[-1]) ** -0.5)), v)


# what an ATen operation does, over tracers; one that is not here is the row of its name
TORCH: dict[str, Callable[..., Any]] = {
    "linear": linear,
    "addmm": lambda b, x, w, **_: b + f.matmul(x, w),
    "mm": lambda a, b: f.matmul(a, b),
    "mv": lambda a, b: f.matmul(a, b),
    "t": swapped,
    "transpose": swapped,
    "permute": swapped,
    "numpy_T": swapped,
    "softmax": lambda x, dim, *_: f.softmax(x, params=(dim,)),
    "_softmax": lambda x, dim, *_: f.softmax(x, params=(dim,)),
    "log_softmax": lambda x, dim, *_: f.log_softmax(x, params=(dim,)),
    "_log_softmax": lambda x, dim, *_: f.log_softmax(x, params=(dim,)),
    "logsumexp": lambda x, dim, keep=False: kept(x, dim, keep, f.logsumexp),
    "sum": lambda x, dim=None, keep=False, **_: kept(x, dim, keep, f.total) if dim is not None else f.total(x),
    "mean": lambda x, dim=None, keep=False, **_: kept(x, dim, keep, f.mean) if dim is not None else f.mean(x),
    "add": lambda a, b, alpha=1: a + (b if alpha == 1 else b * alpha),
    "sub": lambda a, b, alpha=1: a - (b if alpha == 1 else b * alpha),
    "rsub": lambda a, b, alpha=1: b - (a if alpha == 1 else a * alpha),
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "square": lambda x: x**2,
    "rsqrt": lambda x: 1 / f.sqrt(x),
    "reciprocal": lambda x: 1 / x,
    "silu": lambda x: x * f.sigmoid(x),
    "view": lambda x, shape: f.reshape(x, params=(tuple(shape),)),
    "reshape": lambda x, shape: f.reshape(x, params=(tuple(shape),)),
    "flatten": lambda x, *_: f.reshape(x, params=(-1,)),
    "unsqueeze": lambda x, dim: f.reshape(x, params=((*x.shape[: dim % (len(x.shape) + 1)], 1, *x.shape[dim % (len(x.shape) + 1) :]),)),
    "squeeze": lambda x, dim=None: f.reshape(x, params=(tuple(n for i, n in enumerate(x.shape) if not (n == 1 and (dim is None or i == dim % len(x.shape)))),)),
    "select": select,
    "slice": lambda x, dim=0, start=None, end=None, step=1: x[(slice(None),) * (dim % len(x.shape)) + (slice(start, None if end is None or end > x.shape[dim] else end, step),)],
    "chunk": lambda x, count, dim=0: parts(x, -(-x.shape[dim] // count), dim),
    "split": parts,
    "split_with_sizes": parts,
    "stack": lambda xs, dim=0: stacked(xs, dim % (len(xs[0].shape) + 1)),
    "cat": lambda xs, dim=0: f.concatenate(*xs, params=(dim,)),
    "clone": lambda x, **_: x,
    "contiguous": lambda x, **_: x,
    "_to_copy": lambda x, **_: x,
    "to": lambda x, *_, **__: x,
    "dropout": lambda x, *_: x,
    "gru_cell": gru_cell,
    "scaled_dot_product_attention": fully,
    "mse_loss": lambda a, b, *_: f.mean((a - b) ** 2),
}  # fmt: skip


def from_torch(module: Any, *example: Any) -> tuple[Graph, dict[str, Any]]:
    """Return the graph of a PyTorch module (in evaluation mode) on the tensors `example`, and parameters and example as a point of it.

    `fc.weight` is the input `fc_weight`. LearnerError names an operation that has no row, with its source line.
    """
    import torch

    doubles = tuple(e.double() if isinstance(e, torch.Tensor) and e.is_floating_point() else e for e in example)
    program = torch.export.export(module.double().eval(), doubles, strict=False)
    signature = program.graph_signature
    inputs = {**signature.inputs_to_parameters, **signature.inputs_to_buffers}
    held = {**dict(module.named_parameters()), **dict(module.named_buffers()), **program.constants}
    inputs |= dict(signature.inputs_to_lifted_tensor_constants)
    reading, known, given = Reading(), {}, iter(doubles)
    with torch.no_grad():
        for node in program.graph.nodes:
            if node.op == "placeholder":
                name = inputs.get(node.target)
                value = (held[name] if name is not None else next(given)).detach().numpy()
                known[node] = (
                    value
                    if node.target in signature.inputs_to_lifted_tensor_constants
                    else reading.input(name or node.name, value)
                )
            elif node.op == "call_function":
                known[node] = call(reading, node, known)
                reading.name(known[node], torch_place(node))
            elif node.op == "output":
                out = [known[n] for n in node.all_input_nodes]
    return reading.graph(out[0])


def call(reading: Reading, node: Any, known: Mapping[Any, Any]) -> Any:
    """Return what one call of the exported program makes: by the table, or the row of its name."""

    def put(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return type(value)(put(v) for v in value)
        found = known.get(value, value) if hasattr(value, "op") else value
        return reading.tracer(found) if isinstance(found, np.ndarray) else found

    args, settings = [put(a) for a in node.args], {k: put(v) for k, v in node.kwargs.items()}
    if getattr(node.target, "__name__", "") == "getitem":
        return args[0][args[1]]
    name = (
        str(node.target).removeprefix("aten.").split(".")[0].rstrip("_")
        if "aten." in str(node.target)
        else str(node.target)
    )
    if name in TORCH:
        return TORCH[name](*args, **settings)
    return by_name("torch", name, args, torch_place(node))


def torch_place(node: Any) -> tuple[str, int] | None:
    """Return the user's own (file, line): the last frame of the call that does not lie in torch itself."""
    found = re.findall(r'File "([^"]+)", line (\d+)', node.meta.get("stack_trace") or "")
    own = [(file, int(line)) for file, line in found if "/torch/" not in file]
    return own[-1] if own else None
