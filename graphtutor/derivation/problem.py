"""What a derivation is asked for, read: the expression, the variable, what names stand for, shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ..errors import LearnerError
from ..expr.build import check_shape
from ..language import trees
from ..language.read import program, read
from ..ops.arrays import Shape
from .anatomy import normal


@dataclass(frozen=True)
class Problem:
    """An expression, the variable, what its names stand for (in an order in which each uses earlier ones), and shapes."""

    tree: sp.Basic
    wrt: sp.Symbol
    definitions: Mapping[str, sp.Basic]
    shapes: Mapping[str, Shape]
    name: str


# branches: text, trees, definitions and constants come in one after the other
def problem(
    source: Any,
    wrt: Any,
    definitions: Mapping[str, Any] | None,
    shapes: Mapping[str, Any] | None,
    constants: Mapping[str, Any] | None,
) -> Problem:
    """Return what `derive` was asked, read. Raises ReadError or LearnerError in one line."""
    sizes = {n: check_shape(n, s) for n, s in (shapes or {}).items()}
    variable = read(wrt, shapes=shapes) if isinstance(wrt, str) else wrt
    if not isinstance(variable, sp.Symbol):
        raise LearnerError(f"'{wrt}' is no name to differentiate by; expected one name, such as w0")
    calls = {heading: sp.Symbol(heading.partition("(")[0].strip()) for heading in definitions or {}}
    names = [variable.name]
    meant = {
        calls[h].name: v if isinstance(v, sp.Basic) else read(str(v), names, calls, shapes, constants=constants)
        for h, v in (definitions or {}).items()
    }
    meant |= {name: read(str(value)) for name, value in (constants or {}).items()}
    top = "L"
    if isinstance(source, str):
        lines = program(source, names=names, definitions=calls, shapes=shapes, constants=constants).lines
        meant |= {line.name: line.tree for line in lines[:-1] if line.name}
        tree, top = lines[-1].tree, lines[-1].name or top
    elif isinstance(source, sp.Basic):
        tree = normal(source)
    else:
        raise LearnerError(f"cannot differentiate {type(source).__name__}; expected text or a SymPy expression")
    return Problem(tree, symbol_in(tree, variable), ordered(meant), sizes, top)


def symbol_in(tree: sp.Basic, variable: sp.Symbol) -> sp.Symbol:
    """Return the tree's own symbol of that name, with its assumptions, if it has one."""
    return next((t for t in trees.parts(tree) if isinstance(t, sp.Symbol) and t.name == variable.name), variable)


def ordered(meant: Mapping[str, sp.Basic]) -> dict[str, sp.Basic]:
    """Return definitions so that each comes after those it uses. Raises LearnerError for a circle."""
    waiting = {
        name: trees.names_in(tree) & (set(meant) - {name}) | ({name} & trees.names_in(tree))
        for name, tree in meant.items()
    }
    done: dict[str, sp.Basic] = {}
    while waiting:
        ready = [name for name, needs in waiting.items() if needs <= set(done)]
        if not ready:
            raise LearnerError(
                f"the definitions of {' and '.join(waiting)} use one another; put one of them in terms of the other names"
            )
        for name in ready:
            del waiting[name]
            done[name] = meant[name]
    return done
