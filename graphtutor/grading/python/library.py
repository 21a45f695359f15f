"""The functions of Python and numpy that act on lists and whole numbers, for code that is read and not run.

Each row: the least and the greatest number of arguments, and what it does with a follower, the arguments and
the place of the call. The functions of numbers (exp, max, abs …) are the rows of the table of operations.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from .source import CONDITIONS, MOST_TIMES, Reader, Vector

Work = Callable[[Reader, list[Any], Any], Any]
METHODS = frozenset(["sum", "mean", "dot", "copy"])
OF_ARRAYS: Mapping[str, str] = {"sum": "np.sum"}  # numpy's own adds up every entry, Python's the rows


def listed(f: Reader, value: Any, node: Any) -> list[Any]:
    return (
        value
        if isinstance(value, list)
        else f.fail(node, "expected a list here; describe the length of the parameter in args")
    )


def whole(f: Reader, value: Any, node: Any) -> int:
    return value if isinstance(value, int) else f.fail(node, "expected a whole number known here")


def total(f: Reader, args: list[Any], node: Any) -> Any:
    """Python's sum, which starts from its second argument."""
    found = f.total(args[0], node)
    return found if len(args) == 1 else f.binary(ast.Add(), args[1], found, node)


def every(f: Reader, args: list[Any], node: Any) -> Any:
    """The sum of all entries, also of a matrix."""
    return f.total([every(f, [v], node) if isinstance(v, list) else v for v in listed(f, args[0], node)], node)


def mean(f: Reader, args: list[Any], node: Any) -> Any:
    return f.binary(ast.Div(), every(f, args, node), entries(args[0]), node)


def entries(value: Any) -> int:
    return sum(map(entries, value)) if isinstance(value, list) else 1


def counted(f: Reader, args: list[Any], node: Any) -> list[Any]:
    bounds = [whole(f, a, node) for a in args]
    if len(bounds) == 3 and bounds[2] == 0:
        f.fail(node, "range with a step of 0 has no end")
    numbers = range(*bounds)
    times = max(0, -(-(numbers.stop - numbers.start) // numbers.step))
    return (
        list(numbers)
        if times <= MOST_TIMES
        else f.fail(node, f"the loop runs {times} times; at most {MOST_TIMES} are followed")
    )


def filled(value: int) -> Work:
    """Return the function that makes a vector or matrix of this number."""

    def make(f: Reader, args: list[Any], node: Any) -> Any:
        sizes = [whole(f, v, node) for v in args[0]] if isinstance(args[0], list) else [whole(f, args[0], node)]
        if len(sizes) > 2 or any(not 0 <= s <= MOST_TIMES for s in sizes):
            f.fail(node, f"vectors and matrices of up to {MOST_TIMES} entries are followed")
        out: Any = value
        for size in reversed(sizes):
            out = copies(f, out, size, node)
        return out

    return make


def copies(f: Reader, value: Any, count: int, node: Any) -> list[Any]:
    return f.sized(Vector(Vector(value) if isinstance(value, list) else value for _ in range(count)), node)


def like(value: int) -> Work:
    """Return the function that makes a vector of this number, as long as another."""

    def make(f: Reader, args: list[Any], node: Any) -> Any:
        return Vector(make(f, [v], node) if isinstance(v, list) else value for v in listed(f, args[0], node))

    return make


def array(f: Reader, args: list[Any], node: Any) -> Any:
    return (
        Vector(array(f, [v], node) if isinstance(v, list) else v for v in args[0])
        if isinstance(args[0], list)
        else args[0]
    )


def product(f: Reader, args: list[Any], node: Any) -> Any:
    return f.product(args[0], args[1], node)


def power(f: Reader, args: list[Any], node: Any) -> Any:
    return f.binary(ast.Pow(), args[0], args[1], node)


def rows(f: Reader, args: list[Any], node: Any) -> list[Any]:
    return f.sized([list(row) for row in zip(*(listed(f, v, node) for v in args), strict=False)], node)


def numbered(f: Reader, args: list[Any], node: Any) -> list[Any]:
    return f.sized(
        [[k, v] for k, v in enumerate(listed(f, args[0], node), whole(f, args[1], node) if len(args) > 1 else 0)], node
    )


def listing(f: Reader, args: list[Any], node: Any) -> list[Any]:
    return f.sized(list(listed(f, args[0], node)), node)


def copied(f: Reader, args: list[Any], node: Any) -> Any:
    return f.sized(type(args[0])(args[0]), node) if isinstance(args[0], list) else args[0]


def number(f: Reader, args: list[Any], node: Any) -> Any:
    return args[0] if not isinstance(args[0], list) else f.fail(node, "float takes a number, met a list")


def whole_number(f: Reader, args: list[Any], node: Any) -> Any:
    """int: of a whole number or a condition; of another number it would cut."""
    if isinstance(args[0], int):
        return int(args[0])
    return (
        args[0]
        if isinstance(args[0], CONDITIONS)
        else f.fail(node, "int of a number that is not known here is not read; leave it out")
    )


FUNCTIONS: Mapping[str, tuple[int, int, Work]] = {
    "sum": (1, 2, total), "np.sum": (1, 1, every),
    "mean": (1, 1, mean), "average": (1, 1, mean),
    "len": (1, 1, lambda f, a, n: len(listed(f, a[0], n))),
    "range": (1, 3, counted), "arange": (1, 3, counted),
    "zip": (1, 10, rows), "enumerate": (1, 2, numbered),
    "list": (1, 1, listing), "tuple": (1, 1, listing), "reversed": (1, 1, lambda f, a, n: listing(f, a, n)[::-1]),
    "int": (1, 1, whole_number),
    "float": (1, 1, number), "float64": (1, 1, number),
    "array": (1, 1, array), "asarray": (1, 1, array),
    "zeros": (1, 1, filled(0)), "ones": (1, 1, filled(1)), "zeros_like": (1, 1, like(0)), "ones_like": (1, 1, like(1)),
    "dot": (2, 2, product), "matmul": (2, 2, product), "inner": (2, 2, product),
    "pow": (2, 2, power), "power": (2, 2, power),
    "square": (1, 1, lambda f, a, n: f.binary(ast.Pow(), a[0], 2, n)),
    "copy": (1, 1, copied),
}  # fmt: skip
