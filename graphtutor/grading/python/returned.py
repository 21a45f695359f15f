"""What the Python of an answer returns: for each derivative asked for, the tree of its function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ...errors import LearnerError
from ...ops.arrays import Shape
from .code import Code, read_code
from .source import kind, parameters


@dataclass(frozen=True, eq=False)
class Returned:
    """What the functions of an answer return: a tree for each derivative asked for. `assumed` says what stands for what."""

    trees: tuple[sp.Basic, ...]
    assumed: tuple[str, ...] = ()


def returned(answer: Mapping[str, Any], wrt: Sequence[str], inputs: Mapping[str, Shape]) -> Returned:
    """Return the trees of an answer in Python: `{"code": text, "function": name, "args": {parameter: names}}`.

    `inputs`: the problem's names and their shapes. Without `function` it is the only one, or for each
    derivative the one whose name ends in its variable. A parameter that `args` leaves out is the input of
    this name, the vector of its entries (`x` for x0, x1), or, if one of each is left, that one.

    >>> r = returned({"code": "def d(x, w, t):\\n    return 2*x*(w*x - t)"}, ["w"], {"w": (), "x": (), "y": ()})
    >>> r.assumed
    ("'t' is taken for y",)
    """
    code = read_code(answer.get("code", ""))
    names = [answer["function"]] if answer.get("function") else chosen(code, wrt)
    args = answer.get("args") or {}
    if not isinstance(args, Mapping):
        raise LearnerError(f'args is {kind(args)}; expected an object such as {{"x": ["x0", "x1"], "b": "b"}}')
    trees: list[sp.Basic] = []
    assumed: dict[str, None] = {}
    for name in names:
        own = [a.arg for a in parameters(code.functions[name])] if name in code.functions else []
        meant, told = meanings(own, args, inputs)
        assumed |= dict.fromkeys(told)
        value = code(name, meant, inputs)
        trees.extend(value if isinstance(value, list) else [value])
    return Returned(tuple(trees), tuple(assumed))


def chosen(code: Code, wrt: Sequence[str]) -> list[str]:
    """Return the function for each derivative: by the end of its name, or the only one there is."""
    found = [[f for f in code.functions if f.endswith((f"_{w}", f"d{w}"))] for w in wrt]
    if found and all(len(f) == 1 for f in found):
        return [f[0] for f in found]
    if len(code.functions) == 1:
        return list(code.functions)
    known = ", ".join(code.functions) or "none"
    raise LearnerError(f'which function is the answer? The code has {known}; say it as "function": "dfn_w0"')


def meanings(
    own: Iterable[str], args: Mapping[str, Any], inputs: Mapping[str, Shape]
) -> tuple[dict[str, Any], list[str]]:
    """Return what each parameter stands for, and in words what was assumed."""
    meant = {name: args[name] for name in own if name in args}
    free = [name for name in own if name not in args]
    for name in free:
        entries = [f"{name}{k}" for k in range(len(inputs)) if f"{name}{k}" in inputs]
        if name in inputs:
            meant[name] = entries_of(name, inputs[name])
        elif entries:
            meant[name] = entries
    used = {n for value in meant.values() for n in flat(value)}
    left, others = (
        [name for name in free if name not in meant],
        [n for n in inputs if n.split("[")[0] not in {u.split("[")[0] for u in used}],
    )
    if len(left) == len(others) == 1:
        meant[left[0]] = entries_of(others[0], inputs[others[0]])
        return meant, [f"'{left[0]}' is taken for {others[0]}"]
    return meant, []


def entries_of(name: str, shape: Shape) -> Any:
    """Return a name as the names of its entries.

    >>> entries_of("W", (2, 1)), entries_of("b", ())
    ([['W[0,0]'], ['W[1,0]']], 'b')
    """
    if not shape:
        return name
    if len(shape) == 1:
        return [f"{name}[{k}]" for k in range(shape[0])]
    return [[f"{name}[{j},{k}]" for k in range(shape[1])] for j in range(shape[0])]


def flat(value: Any) -> list[str]:
    """Return the names in nested lists."""
    found, todo = [], [value]
    while todo:
        top = todo.pop()
        if isinstance(top, list | tuple):
            todo.extend(reversed(top))
        else:
            found.append(str(top))
    return found
