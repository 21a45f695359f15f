"""What the reader is told beforehand (`names=`, `definitions=`, `shapes=`, `constants=`) as one Context."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sympy as sp

from ..errors import LearnerError, ReadError
from ..ops.arrays import Shape
from . import trees
from .grammar import DEFAULT, Grammar, Limits
from .names import Context, Definition, key
from .tokens import Token, tokens

HEADING = re.compile(r"\s*([^\W\d_]\w*)\s*(?:\(([^()]*)\))?\s*")
NAME = re.compile(r"[^\W\d]\w*")


def context(names: Iterable[str] | None = None, definitions: Mapping[str, Any] | None = None, shapes: Mapping[str, Any] | None = None,
            constants: Mapping[str, Any] | None = None, *, target: Any = None, wrt: str | None = None, strict: bool = False,
            limits: Limits = DEFAULT) -> Context:  # fmt: skip
    """Return the Context of a problem.

    `definitions`: a name or a call such as "f(x, W, b)" → text, SymPy tree or number; one may use
    another. `target` (text or tree) is what an undefined quantity means in dL/dw. Raises LearnerError
    for a name that is none, ReadError for a definition that cannot be read or that uses itself.

    >>> context(["w0"], {"f(x)": "w0*x"}).definitions["f"].params
    ('x',)
    """
    sizes = {checked(name): size(s) for name, s in (shapes or {}).items()}
    start = Context(shapes=sizes, values=dict(constants or {}), wrt=wrt, strict=strict)
    start = start.declaring([checked(n) for n in (*(names or ()), *sizes, *(constants or {}), *([wrt] if wrt else ()))])
    known = with_definitions(start, dict(definitions or {}), limits)
    if target is None:
        return known
    tree = meaning(target, known, limits)
    return replace(known, target=tree.tree).declaring(sorted(tree.free))


def checked(name: Any) -> str:
    """Return a declared name; a SymPy symbol is its name."""
    text = str(name.name) if isinstance(name, sp.Symbol) else name
    if not isinstance(text, str) or not NAME.fullmatch(text):
        raise LearnerError(f"{text!r} is no name; a name is letters, then letters, digits or _, such as w0")
    return text


def size(shape: Any) -> Shape:
    return tuple(int(n) for n in shape) if isinstance(shape, tuple | list) else (int(shape),)


def with_definitions(known: Context, given: dict[str, Any], limits: Limits) -> Context:
    """Return `known` with the definitions, each read after those that it uses."""
    waiting: dict[str, tuple[tuple[str, ...] | None, Any, list[Token]]] = {}
    for heading, value in given.items():
        match = HEADING.fullmatch(heading)
        if match is None:
            raise LearnerError(f"'{heading}' cannot be defined; give a name, or a call such as 'f(x, w)'")
        params = None if match[2] is None else tuple(checked(p.strip()) for p in match[2].split(","))
        waiting[match[1]] = params, value, tokens(value) if isinstance(value, str) else []
    keys = {key(n): n for n in waiting}
    while waiting:
        ready = [
            n
            for n, (_, _, stream) in waiting.items()
            if not any(keys.get(key(t.name)) in waiting for t in stream if t.kind == "word")
        ]
        if not ready:
            raise ReadError(
                f"the definitions of {' and '.join(waiting)} use one another; put one of them in terms of the problem's names"
            )
        for name in ready:
            params, value, _ = waiting.pop(name)
            given_here = known.declaring(params) if params else known
            read = meaning(value, given_here, limits)
            known = known.declaring(sorted(read.free)).defining(
                name, Definition(read.tree, params, read.shape, read.free)
            )
    return known


def meaning(value: Any, known: Context, limits: Limits) -> Definition:
    """Return what a definition's text, tree or number says."""
    if isinstance(value, sp.Basic):
        return Definition(value, free=trees.names_in(value))
    grammar = Grammar(tokens(str(value)), known, limits, str(value))
    tree = grammar.whole()
    return Definition(tree, None, grammar.shape(tree), trees.names_in(tree))
