"""Products of vectors and matrices as textbooks write them, side by side: which product is meant follows from the shapes."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from ...errors import LearnerError
from ...language import trees
from ...ops import heads
from ...ops.arrays import Shape
from .task import Task


def textbook(task: Task, tree: sp.Basic) -> sp.Basic:
    """Return a tree in which a product that has no meaning entry by entry is the one meant: matrix, outer or dot product.

    >>> from .task import task
    >>> layer = task("L = sum((W@x)**2)", wrt="W", shapes={"W": (3, 2), "x": 2})
    >>> W, x = sp.symbols("W x")
    >>> textbook(layer, sp.Mul(W, x, evaluate=False))
    MatMul(W, x)
    """
    return rebuilt(tree, lambda top, args: product(task, top, args))


def unboxed(tree: sp.Basic) -> sp.Basic:
    """Return a tree in which square brackets around one expression are brackets like any other.

    >>> x = sp.Symbol("x")
    >>> unboxed(sp.Mul(2, heads.Vector(x), evaluate=False))
    2*x
    """
    return rebuilt(
        tree, lambda top, args: args[0] if isinstance(top, heads.Vector) and len(args) == 1 else kept(top, args)
    )


def rebuilt(tree: sp.Basic, make: Callable[[sp.Basic, tuple[sp.Basic, ...]], sp.Basic]) -> sp.Basic:
    """Return a tree made anew from its leaves up: `make` gets each node and its new arguments."""
    made: dict[int, sp.Basic] = {}
    todo = [tree]
    while todo:
        top = todo[-1]
        waiting = [a for a in top.args if id(a) not in made]
        if id(top) in made or not waiting:
            if id(top) not in made:
                made[id(top)] = make(top, tuple(made[id(a)] for a in top.args))
            todo.pop()
        else:
            todo.extend(waiting)
    return made[id(tree)]


def kept(tree: sp.Basic, args: tuple[sp.Basic, ...]) -> sp.Basic:
    return tree if all(a is b for a, b in zip(args, tree.args, strict=True)) else trees.rebuilt(tree, args)


def product(task: Task, tree: sp.Basic, args: tuple[sp.Basic, ...]) -> sp.Basic:
    """Return `tree` on new arguments, as the product that their shapes ask for."""
    plain = kept(tree, args)
    if not isinstance(tree, sp.Mul | heads.MatMul) or len(args) != 2:
        return plain
    a, b = args
    one, other = shape(task, a), shape(task, b)
    if len(one) == len(other) == 1:
        if isinstance(b, heads.Transpose):
            return heads.Outer(a, b.args[0])
        return heads.Dot(a, b) if ends_turned(a) and one == other else plain
    fits = bool(one and other) and one[-1] == other[0]
    return heads.MatMul(a, b) if fits and isinstance(tree, sp.Mul) and one != other else plain


def ends_turned(tree: sp.Basic) -> bool:
    """Return whether the last factor is transposed."""
    while isinstance(tree, sp.Mul) and tree.args:
        tree = tree.args[-1]
    return isinstance(tree, heads.Transpose)


def shape(task: Task, tree: sp.Basic) -> Shape:
    """Return the shape of a tree, () where it has none."""
    try:
        graph = task.graph_of(tree)
    except LearnerError:
        return ()
    return graph.shapes[graph.out]
