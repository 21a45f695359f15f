"""The functions of Python, NumPy and torch that act on lists and arrays, for code that is read and not run.

Each row: the parameters as a call may name them, those after `*` with a default, and what it does with a follower, the
arguments (None where one is left out) and the place of the call. The functions of numbers (exp, max, abs …) are the rows of
the table of operations, under the names that text has for them.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn, Protocol

import numpy as np

from ...ops.abbreviations import abbreviation
from ...ops.row import Row
from ...ops.table import ROWS
from .entrywise import MOST_TIMES
from .values import CONDITIONS, Library, Text

MATH = frozenset(["math", "cmath"])
IGNORED = frozenset(
    "dtype order copy casting device requires_grad subok ndmin like".split()
)  # say nothing about values
OTHER_NAMES = {"dim": "axis", "keepdim": "keepdims", "min": "a_min", "max": "a_max", "input": "a", "x": "a", "other": "b", "newshape": "shape"}  # fmt: skip


class Reader(Protocol):
    """What these functions ask of whoever works expressions out."""

    def fail(self, node: Any, message: str) -> NoReturn: ...
    def sized(self, value: Any, node: Any) -> Any: ...
    def array(self, value: Any, node: Any) -> Any: ...
    def binary(self, op: ast.operator, a: Any, b: Any, node: Any) -> Any: ...
    def entrywise(self, op: str, given: Sequence[Any], node: Any, params: tuple[Any, ...] = ()) -> Any: ...
    def number(self, op: str, given: Sequence[Any], node: Any, params: tuple[Any, ...] = ()) -> Any: ...
    def total(self, values: Any, node: Any) -> Any: ...
    def product(self, a: Any, b: Any, node: Any) -> Any: ...
    def applied(self, function: Any, args: list[Any], node: Any) -> Any: ...
    def touch(self, value: Any, node: Any) -> None: ...


Work = Callable[[Reader, list[Any], Any], Any]


class Entry(NamedTuple):
    """One function: its parameters in order, how many must be given (`most`: None for any number), and its work."""

    names: tuple[str, ...]
    least: int
    most: int | None
    work: Work


def entry(parameters: str, work: Work) -> Entry:
    """Return an entry from its parameters as text; those after `*` may be left out, `…` takes any number.

    >>> entry("a * axis keepdims", total)[:3]
    (('a', 'axis', 'keepdims'), 1, 3)
    """
    before, _, after = parameters.partition("*")
    names = (*before.split(), *after.split())
    return Entry(names, len(before.split()), None if "…" in names else len(names), work)


# ----- what is expected -----
def listed(f: Reader, value: Any, node: Any) -> Any:
    if isinstance(value, list | tuple | np.ndarray):
        return value
    f.fail(node, "expected a list here; describe the length of the parameter in args")


def whole(f: Reader, value: Any, node: Any) -> int:
    return value if isinstance(value, int) else f.fail(node, "expected a whole number known here")


def times(f: Reader, count: int, node: Any) -> int:
    return (
        count
        if count <= MOST_TIMES
        else f.fail(node, f"the loop runs {count} times; at most {MOST_TIMES} are followed")
    )


# ----- Python's own -----
def total(f: Reader, a: list[Any], node: Any) -> Any:
    """Python's sum, which starts from its second argument."""
    found = f.total(a[0], node)
    return found if a[1] is None else f.binary(ast.Add(), a[1], found, node)


def counted(f: Reader, a: list[Any], node: Any) -> list[Any]:
    bounds = [whole(f, v, node) for v in a if v is not None] or [whole(f, None, node)]
    if len(bounds) == 3 and bounds[2] == 0:
        f.fail(node, "range with a step of 0 has no end")
    numbers = range(*bounds)
    times(f, max(0, -(-(numbers.stop - numbers.start) // numbers.step)), node)
    return list(numbers)


def rows(f: Reader, a: list[Any], node: Any) -> list[Any]:
    return list(f.sized(list(zip(*(listed(f, v, node) for v in a), strict=False)), node))


def numbered(f: Reader, a: list[Any], node: Any) -> list[Any]:
    start = 0 if a[1] is None else whole(f, a[1], node)
    return list(f.sized(list(enumerate(listed(f, a[0], node), start)), node))


def mapped(f: Reader, a: list[Any], node: Any) -> list[Any]:
    parts = zip(*(listed(f, v, node) for v in a[1:]), strict=False)
    return list(f.sized([f.applied(a[0], list(part), node) for part in parts], node))


def as_list(f: Reader, a: list[Any], node: Any) -> Any:
    return f.sized(list(listed(f, a[0], node)) if a[0] is not None else [], node)


def as_tuple(f: Reader, a: list[Any], node: Any) -> Any:
    return f.sized(tuple(listed(f, a[0], node)), node)


def as_float(f: Reader, a: list[Any], node: Any) -> Any:
    value = a[0].item() if isinstance(a[0], np.ndarray) and a[0].size == 1 else a[0]
    if isinstance(value, list | tuple | np.ndarray):
        f.fail(node, "float takes a number, met a list")
    return value


def as_int(f: Reader, a: list[Any], node: Any) -> Any:
    """int: of a whole number or a condition; of another number it would cut."""
    if isinstance(a[0], int):
        return int(a[0])
    if isinstance(a[0], CONDITIONS):
        return a[0]
    f.fail(node, "int of a number that is not known here is not read; leave it out")


def appended(f: Reader, a: list[Any], node: Any) -> None:
    f.touch(a[0], node)
    a[0].append(a[1])
    f.sized(a[0], node)


def extended(f: Reader, a: list[Any], node: Any) -> None:
    f.touch(a[0], node)
    a[0].extend(listed(f, a[1], node))
    f.sized(a[0], node)


# ----- along axes -----
def along(work: Callable[[Reader, list[Any], Any], Any]) -> Work:
    """Return the function that takes the entries along an axis, several, or all, to one number each."""

    def reduce(f: Reader, a: list[Any], node: Any) -> Any:
        array = f.array(listed(f, a[0], node), node)
        given = range(array.ndim) if a[1] is None else [a[1]] if isinstance(a[1], int) else listed(f, a[1], node)
        axes = sorted({whole(f, k, node) % max(1, array.ndim) for k in given})
        if len(axes) < len(given) or any(not -array.ndim <= k < array.ndim for k in given):
            f.fail(node, f"an array of shape {array.shape} has no axis {a[1]}")
        kept = [k for k in range(array.ndim) if k not in axes]
        lines = array.transpose([*kept, *axes]).reshape(*(array.shape[k] for k in kept), -1)
        out = np.empty(lines.shape[:-1], dtype=object)
        for at in np.ndindex(out.shape):
            out[at] = work(f, list(lines[at]), node)
        if a[2]:
            out = out.reshape([1 if k in axes else n for k, n in enumerate(array.shape)])
        return out if out.ndim else out.item()

    return reduce


def mean_of(f: Reader, values: list[Any], node: Any) -> Any:
    return f.binary(ast.Div(), f.total(values, node), len(values), node)


def product_of(f: Reader, values: list[Any], node: Any) -> Any:
    out: Any = 1
    for k, value in enumerate(values):
        out = value if k == 0 else f.binary(ast.Mult(), out, value, node)
    return out


def variance_of(f: Reader, values: list[Any], node: Any) -> Any:
    middle = mean_of(f, values, node)
    return mean_of(f, [f.binary(ast.Pow(), f.binary(ast.Sub(), v, middle, node), 2, node) for v in values], node)


def norm_of(f: Reader, values: list[Any], node: Any) -> Any:
    return f.number("sqrt", [f.total([f.binary(ast.Pow(), v, 2, node) for v in values], node)], node)


def log_of_sum(f: Reader, values: list[Any], node: Any) -> Any:
    return f.number("log", [f.total([f.number("exp", [v], node) for v in values], node)], node)


def outermost(op: str) -> Callable[[Reader, list[Any], Any], Any]:
    return lambda f, values, node: values[0] if len(values) == 1 else f.number(op, values, node)


def shared(f: Reader, a: list[Any], node: Any) -> Any:
    """Softmax along an axis, of all entries where none is named."""
    powers = f.entrywise("exp", [a[0]], node)
    return f.entrywise("div", [powers, FUNCTIONS["np.sum"].work(f, [powers, a[1], a[1] is not None], node)], node)


# ----- arrays -----
def filled(value: Any) -> Work:
    """Return the function that makes an array of this number; of its second argument where there is one."""

    def make(f: Reader, a: list[Any], node: Any) -> Any:
        sizes = [
            whole(f, v, node) for v in (a[0] if isinstance(a[0], list | tuple) else [v for v in a if v is not None])
        ]
        if len(sizes) > 2 or any(not 0 <= s <= MOST_TIMES for s in sizes) or math.prod(sizes) > MOST_TIMES * 10:
            f.fail(node, f"vectors and matrices of up to {MOST_TIMES} entries are followed")
        return f.sized(constant(sizes, value), node)

    return make


def constant(shape: Sequence[int], value: Any) -> Any:
    out = np.empty(tuple(shape), dtype=object)
    out.fill(value)
    return out


def like(value: int) -> Work:
    """Return the function that makes an array of this number in the shape of another; of a number, the number itself."""
    return lambda f, a, node: constant(shape, value) if (shape := np.shape(f.array(a[0], node))) else value


def identity(f: Reader, a: list[Any], node: Any) -> Any:
    size = times(f, whole(f, a[0], node), node)
    return f.sized(constant((size, size), 0) + np.eye(size, dtype=int).astype(object), node) if size <= 100 else f.fail(node, "a matrix of more than 100 rows is not followed")  # fmt: skip


def copied(f: Reader, a: list[Any], node: Any) -> Any:
    """A new array with the entries of a list or array; a number as it is."""
    found = f.array(a[0], node)
    return f.sized(found.copy(), node) if isinstance(found, np.ndarray) else found


def outer(f: Reader, a: list[Any], node: Any) -> Any:
    one, other = (f.array(listed(f, v, node), node).ravel() for v in a)
    return f.entrywise("mul", [one[:, None], other[None, :]], node)


def arranged(work: Callable[..., Any], several: bool = False) -> Work:
    """Return the function that puts entries in another order or shape, as NumPy itself does; `several`: of a list of arrays."""

    def arrange(f: Reader, a: list[Any], node: Any) -> Any:
        whole = listed(f, a[0], node)
        arrays = [f.array(v, node) for v in whole] if several else [f.array(whole, node)]
        if any(isinstance(v, int) and abs(v) > MOST_TIMES for v in a[1:]):
            f.fail(node, f"a size or a place above {MOST_TIMES} is not followed")
        try:
            return f.sized(work(arrays if several else arrays[0], *(v for v in a[1:] if v is not None)), node)
        except (ValueError, TypeError, IndexError, OverflowError) as error:
            shapes = " and ".join(str(np.shape(v)) for v in arrays)
            f.fail(node, f"this does not fit an array of shape {shapes}: {error}")

    return arrange


def reshaped(array: Any, *shape: Any) -> Any:
    return array.reshape(*shape)


def typed(f: Reader, a: list[Any], node: Any) -> Any:
    """`.astype(…)`: a float is the number itself, an int is refused where it would cut."""
    name = a[1].name if isinstance(a[1], Library) else a[1].text if isinstance(a[1], Text) else ""
    if name.startswith(("int", "long")):
        out = f.array(a[0], node)
        return np.vectorize(lambda v: as_int(f, [v], node), otypes=[object])(out) if isinstance(out, np.ndarray) else as_int(f, [out], node)  # fmt: skip
    return a[0]


# ----- numbers -----
def clipped(f: Reader, a: list[Any], node: Any) -> Any:
    low = a[0] if a[1] is None else f.entrywise("max", [a[0], a[1]], node)
    return low if a[2] is None else f.entrywise("min", [low, a[2]], node)


def step(f: Reader, a: list[Any], node: Any) -> Any:
    """The step function, with the value at 0 that NumPy asks for."""
    below = f.entrywise("where", [f.entrywise("lt", [a[0], 0], node), 0, 0 if a[1] is None else a[1]], node)
    return f.entrywise("where", [f.entrywise("gt", [a[0], 0], node), 1, below], node)


class Entrywise:
    """The operations of the table on numbers and arrays, as `ops.abbreviations` asks for them."""

    def __init__(self, f: Reader, node: Any):
        self.f, self.node = f, node

    def __getattr__(self, op: str) -> Callable[..., Any]:
        return lambda *args: self.f.entrywise(op, list(args), self.node)


def abbreviated(name: str) -> Entry | None:
    """Return the entry of a function that is short for operations of the table, as in text: log1p, hypot, multiply."""
    counts = [n for n in (1, 2, 3) if abbreviation(name, n, code=True)]

    def written_out(f: Reader, a: list[Any], node: Any) -> Any:
        given = [v for v in a if v is not None]
        short = abbreviation(name, len(given), code=True)
        if short is None:
            f.fail(node, f"{name} takes numbers, met nothing")
        return short.meaning(Entrywise(f, node), *given)

    return Entry(("a", "b", "c")[: counts[-1]], counts[0], counts[-1], written_out) if counts else None


LAYOUT: Mapping[str, Callable[..., Any]] = {"reshape": reshaped, "view": reshaped, "transpose": np.transpose, "permute": np.transpose, "swapaxes": np.swapaxes, "expand_dims": np.expand_dims, "unsqueeze": np.expand_dims,
          "squeeze": np.squeeze, "ravel": np.ravel, "flatten": np.ravel, "diag": np.diag, "diagonal": np.diagonal, "atleast_2d": np.atleast_2d, "broadcast_to": np.broadcast_to,
          "flip": np.flip}  # fmt: skip
JOINED: Mapping[str, Callable[..., Any]] = {"concatenate": np.concatenate, "cat": np.concatenate, "hstack": np.hstack, "vstack": np.vstack, "stack": np.stack, "column_stack": np.column_stack}  # fmt: skip
AXES = {"np.sum": lambda f, v, n: f.total(v, n), "mean": mean_of, "average": mean_of, "prod": product_of, "np.max": outermost("max"), "amax": outermost("max"), "np.min": outermost("min"),
        "amin": outermost("min"), "var": variance_of, "std": lambda f, v, n: f.number("sqrt", [variance_of(f, v, n)], n), "logsumexp": log_of_sum}  # fmt: skip
FUNCTIONS: Mapping[str, Entry] = {
    "sum": entry("a * start", total), "pow": entry("a b", lambda f, a, n: f.binary(ast.Pow(), a[0], a[1], n)), "len": entry("a", lambda f, a, n: len(listed(f, a[0], n))), "range": entry("stop * b c", counted), "arange": entry("stop * b c", counted),
    "zip": entry("… * …", rows), "enumerate": entry("a * start", numbered), "map": entry("f a * …", mapped), "list": entry("* a", as_list), "tuple": entry("a", as_tuple),
    "reversed": entry("a", lambda f, a, n: f.sized(list(listed(f, a[0], n))[::-1], n)),
    "int": entry("a", as_int), "float": entry("a", as_float), "float64": entry("a", as_float), "float32": entry("a", as_float), "item": entry("a", as_float),
    **{name: entry("a * axis keepdims", along(work)) for name, work in AXES.items()}, "norm": entry("a * ord axis keepdims", lambda f, a, n: along(norm_of)(f, [a[0], *a[2:]], n) if a[1] is None or (isinstance(a[1], int) and a[1] == 2) else f.fail(n, "only the norm of squares is read")),
    "softmax": entry("a * axis", shared), "log_softmax": entry("a * axis", lambda f, a, n: f.entrywise("log", [shared(f, a, n)], n)),
    "array": entry("a", copied), "asarray": entry("a", lambda f, a, n: f.array(a[0], n)), "tensor": entry("a", copied), "as_tensor": entry("a", lambda f, a, n: f.array(a[0], n)), "copy": entry("a", copied), "clone": entry("a", copied),
    "zeros": entry("a * b c", filled(0)), "ones": entry("a * b c", filled(1)), "zeros_like": entry("a", like(0)), "ones_like": entry("a", like(1)), "empty_like": entry("a", like(0)), "eye": entry("a", identity), "identity": entry("a", identity),
    "full": entry("a value", lambda f, a, n: filled(a[1])(f, a[:1], n)), "full_like": entry("a value", lambda f, a, n: like(a[1])(f, a, n)),
    **{name: entry("a b", lambda f, a, n: f.product(a[0], a[1], n)) for name in ("dot", "matmul", "inner", "vdot", "mm", "mv")}, "outer": entry("a b", outer),
    **{name: entry("a * b c d", arranged(work)) for name, work in LAYOUT.items()}, **{name: entry("a * axis", arranged(work, several=True)) for name, work in JOINED.items()},
    "t": entry("a", arranged(np.transpose)), "astype": entry("a dtype", typed), "type": entry("a dtype", typed), "tolist": entry("a", lambda f, a, n: listed(f, f.array(a[0], n), n).tolist()),
    "clip": entry("a * a_min a_max", clipped), "clamp": entry("a * a_min a_max", clipped), "heaviside": entry("a * b", step),
}  # fmt: skip
SAME = frozenset("detach numpy cpu double float contiguous".split())  # methods that give the array itself
CHANGING: Mapping[str, Entry] = {"append": entry("a value", appended), "extend": entry("a values", extended)}


def found(name: str, of_arrays: bool = False) -> Entry | Row | None:
    """Return what a name of a function means: an entry here, or the row of an operation on numbers.

    `of_arrays`: with `np.` before it, or a method of an array, where sum and max go along axes.

    >>> found("sum", True).names, found("multiply", True).names, found("nope")
    (('a', 'axis', 'keepdims'), ('a', 'b'), None)
    """
    if not of_arrays:
        return FUNCTIONS.get(name) or row_named(name)
    own = FUNCTIONS.get(f"np.{name}") or FUNCTIONS.get(name)
    return own or row_named(name) or abbreviated(name)


def row_named(name: str) -> Row | None:
    return next((row for row in ROWS.values() if name in row.names and row.entrywise), None)


def bound(f: Reader, name: str, own: Entry, args: list[Any], by_name: Mapping[str, Any], node: Any) -> list[Any]:
    """Return the arguments of a call in the order of an entry's parameters, None where one is left out."""
    most = len(own.names) if own.most is not None else max(own.least, len(args))
    if not own.least <= len(args) + sum(key in own.names[: own.least] for key in by_name) or len(args) > most:
        asked = f"{own.least}" if own.least == own.most else f"{own.least} to {own.most or 'any number of'}"
        f.fail(node, f"{name} takes {asked} argument{'s' * (own.most != 1)} here, met {len(args)}")
    out = [*args, *[None] * (most - len(args))]
    for key, value in by_name.items():
        at = next((k for k, n in enumerate(own.names) if n in (key, OTHER_NAMES.get(key))), None)
        if at is None or at < len(args):
            f.fail(node, f"'{key}=' is not read here; {name} takes {', '.join(n for n in own.names if n != '…')}")
        out[at] = value
    return out
