"""Python functions as people have them, called on tracers: NumPy, math, PyTorch and JAX by name, and the names of their variables.

NumPy hands its functions over to tracers by itself; the others do not, nor does `np.array` of tracers. So the function runs on its
own code with other globals: where they hold one of these libraries, or a function of one, stands what asks the table first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import CellType, FrameType, FunctionType, ModuleType
from typing import Any

import numpy as np

from .tracer import Tracer, bound

LIBRARIES = {"numpy", "math", "torch", "jax", "scipy", "autograd"}
BUILT_IN = (max, min, round)  # Python's own, which would compare


def tracer_in(values: Any) -> Tracer | None:
    """Return the first tracer among arguments, inside lists too."""
    for value in values:
        found = value if isinstance(value, Tracer) else tracer_in(value) if isinstance(value, list | tuple) else None
        if found is not None:
            return found
    return None


def asking(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a library's function that makes a node of tracers; of numbers it is itself, with NumPy's arrays for its own."""

    def run(*args: Any, **settings: Any) -> Any:
        tracer = tracer_in([*args, *settings.values()])
        if tracer is not None:
            return tracer.called(function.__name__, *bound(function, args, settings))
        out = function(*args, **settings)
        return np.asarray(out) if hasattr(out, "__array__") and not isinstance(out, np.ndarray | np.generic) else out

    return run


class Library:
    """A module whose functions ask the table first."""

    def __init__(self, module: ModuleType):
        self.module = module

    def __getattr__(self, name: str) -> Any:
        return stand_in(getattr(self.module, name))


def of_library(value: Any) -> bool:
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    return isinstance(name, str) and name.split(".")[0] in LIBRARIES


def stand_in(value: Any) -> Any:
    """Return what stands for a library's module or function; anything else as it is."""
    if isinstance(value, ModuleType):
        return Library(value) if of_library(value) else value
    calls = callable(value) and not isinstance(value, type | np.ufunc) and hasattr(value, "__name__")
    return asking(value) if calls and of_library(value) else value


def standing(cell: CellType) -> CellType:
    """Return a cell of a closure that holds what stands for a library; any other cell as it is."""
    try:
        held = cell.cell_contents
    except ValueError:  # not filled yet
        return cell
    stands = stand_in(held)
    return cell if stands is held else CellType(stands)


def on_tracers(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a Python function that runs on tracers, and those of its own module that it calls."""
    if not isinstance(function, FunctionType):
        return function
    own = function.__globals__
    space = {**{f.__name__: asking(f) for f in BUILT_IN}, **own}

    def moved(f: FunctionType) -> FunctionType:
        closure = None if f.__closure__ is None else tuple(map(standing, f.__closure__))
        made = FunctionType(f.__code__, space, f.__name__, f.__defaults__, closure)
        made.__kwdefaults__ = f.__kwdefaults__
        return made

    for name, value in own.items():
        inside = isinstance(value, FunctionType) and value.__globals__ is own
        space[name] = moved(value) if inside else stand_in(value)
    return moved(function)


def named_call(function: Callable[..., Any], args: list[Any], named: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return what a function gives, and its variables as it returned."""
    code, seen, before = getattr(function, "__code__", None), {}, sys.getprofile()

    def watch(frame: FrameType, event: str, _: Any) -> None:
        if event == "return" and frame.f_code is code:
            seen.update(frame.f_locals)

    sys.setprofile(watch)
    try:
        return function(*args, **named), seen
    finally:
        sys.setprofile(before)
