"""Calls of operations by name on tracers: how a row's rules speak of other rows.

A tracer is anything with a method `apply(name, args, params)`; `graph.Tracer` records a node.
Rules run on tracers only, so one rule gives the symbols that are shown and, by evaluating the
nodes it recorded, the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any


class Functions:
    """Every operation as a function of tracers: `f.exp(x)`, `f.total(x, axes)`."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, params: tuple[Any, ...] = ()) -> Any:
            for arg in args:
                if hasattr(arg, "apply"):
                    return arg.apply(name, args, params)
            raise TypeError(f"{name} needs a tracer among its arguments")

        return call


f = Functions()


def product(factors: tuple[Any, ...]) -> Any:
    return math.prod(factors[1:], start=factors[0])


def is_zero(d: Any) -> bool:
    """Return whether a derivative is the plain 0 of something constant."""
    return isinstance(d, int)
