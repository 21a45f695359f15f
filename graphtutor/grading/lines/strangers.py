"""Names in an answer that the problem does not have: what they mean by convention, and what to ask where they mean nothing.

n, m and N are sizes that the shapes fix, p and ŷ the probabilities of the problem, y and t the label where it picks
one class k, I the identity matrix. Any other name is not guessed: an answer with it is unread, and the names of the problem are said.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from difflib import get_close_matches
from itertools import islice, product

import numpy as np
import sympy as sp

from ...errors import ReadError
from ...language import trees
from ...language.read import read
from ...language.write import write
from ...ops import heads
from ...ops.misconceptions import mistake
from ...ops.table import ROWS
from ...text import near, several
from ..asked.labels import summing_to_one
from ..asked.rulings import compare
from ..asked.task import Task
from ..told.marks import Misconception

SIZES = frozenset("nmN")
LABELS = frozenset("yt")
CERTAIN = heads.Softmax, heads.Sigmoid
PROBABILITIES = frozenset(["p", "yhat", "y_hat", "ŷ", "y_pred"])
MOST_TRIED, MOST_NAMED, MOST_ROWS = 12, 12, 12


def strangers(task: Task, tree: sp.Basic) -> list[str]:
    """Return the names in a tree that the problem does not have."""
    return sorted(trees.names_in(tree).difference(task.names))


def sized(task: Task, tree: sp.Basic) -> tuple[sp.Basic, str]:
    """Return a tree with n, m and N as the number of rows that the shapes fix, and what was read as what.

    One size alone: with several to choose from 1/n passes for 2/n.
    """
    names = [name for name in strangers(task, tree) if name in SIZES] if task.shapes else []
    size, words = next(sizes(task), (None, "")) if names else (None, "")
    if size is None:
        return tree, ""
    return trees.replaced(tree, dict.fromkeys(names, size)), "; ".join(f"{name} read as {words}" for name in names)


def by_convention(task: Task, tree: sp.Basic) -> Iterator[tuple[sp.Basic, str]]:
    """Yield a tree with names that books give to a part of the problem put in, and what was read as what; to be taken only where it is right."""
    found = {name: list(conventional(task, name)) for name in strangers(task, tree)}
    known = {name: meanings for name, meanings in found.items() if meanings}
    for chosen in islice(product(*known.values()), MOST_TRIED if known else 0):
        put_in = dict(zip(known, chosen, strict=True))
        said = "; ".join(f"{name} read as {words}" for name, (_, words) in put_in.items())
        yield trees.replaced(tree, {name: meaning for name, (meaning, _) in put_in.items()}), said


def only_meant(task: Task, tree: sp.Basic) -> tuple[sp.Basic, str]:
    """Return a tree with p and ŷ as the one probability whose log the problem takes, and what was read; "" where there is another name or choice."""
    names = strangers(task, tree)
    if not names or not PROBABILITIES.issuperset(names):
        return tree, ""
    found = weighed(task)
    if len(found) != 1:
        return tree, ""
    said = "; ".join(f"{name} read as {write(found[0])}" for name in names)
    return trees.replaced(tree, dict.fromkeys(names, found[0])), said


def weighed(task: Task) -> list[sp.Basic]:
    """Return the probabilities whose log the problem takes, each once."""
    logs = [t for t in trees.parts(task.tree) if isinstance(t, heads.CrossEntropy | sp.log)]
    held = [t for log in logs for t in trees.parts(log) if isinstance(t, CERTAIN)]
    if not held and any(isinstance(t, heads.CrossEntropy) for t in logs):
        held = list(in_derivative(task))
    return list({task.graph_of(t): t for t in held}.values())


def conventional(task: Task, name: str) -> Iterator[tuple[sp.Basic, str]]:
    """Yield what a name that nobody has said stands for in books, each in words."""
    label = next(iter(task.one_class.values()), None) if name in LABELS else None
    if label is not None:
        yield label, "the unit vector of the class that is picked"
    elif name in PROBABILITIES:
        own = [t for t in trees.parts(task.tree) if isinstance(t, CERTAIN)]
        yield from ((t, write(t)) for t in own or in_derivative(task))
    elif name == "I":
        yield from identities(task)


def identities(task: Task) -> Iterator[tuple[sp.Basic, str]]:
    """Yield the identity matrices of the lengths that the shapes have."""
    for n in sorted({n for node in task.graph.inputs for n in node.shape if 1 < n <= MOST_ROWS}):
        rows = (heads.Vector(*(sp.Integer(i == j) for j in range(n))) for i in range(n))
        yield heads.Vector(*rows), f"the {n}×{n} identity matrix"


def in_derivative(task: Task) -> Iterator[sp.Basic]:
    """Yield the probabilities that come up in the derivative where the problem has them inside an operation: cross_entropy(z, y), softplus(z)."""
    if len(task.wrt) != 1:
        return
    graph = task.graph_of(task.slope(task.wrt[0]))
    certain = summing_to_one(graph, np.abs, range(len(graph.cells)))
    for i, (op, _, _) in enumerate(graph.cells):
        if i in certain or (op in ROWS and any(issubclass(head, CERTAIN) for head in ROWS[op].heads)):
            with suppress(ReadError):  # an adjoint has operations of its own, which nobody spells
                tree = read(graph.formula(i), names=task.names, shapes=task.shapes)
                if trees.names_in(tree):
                    yield tree


def sizes(task: Task) -> Iterator[tuple[sp.Basic, str]]:
    """Yield the sizes that the shapes of the data fix, rows of a matrix first, each number once."""
    data = [(n.name, n.shape) for n in task.graph.inputs if n.shape and n.name not in task.wrt]
    found = [(shape[0], f"the number of rows of {name}") for name, shape in data if len(shape) > 1]
    found += [(shape[-1], f"the number of columns of {name}") for name, shape in data if len(shape) > 1]
    found += [(shape[0], f"the number of entries of {name}") for name, shape in data if len(shape) == 1]
    first: dict[int, str] = {}
    for size, words in found:
        first.setdefault(size, words)
    for size, words in first.items():
        yield sp.Integer(size), f"{size}, {words}"


def misnamed(task: Task, name: str, line: int) -> Misconception:
    """Return the misconception of a name that the problem does not have."""
    found = mistake("name.unknown")
    strong = f"'{name}' does not occur in the problem; it has {', '.join(sorted(task.inputs))}."
    meant = get_close_matches(name, sorted(task.inputs), 1, 0.5)
    return Misconception(
        found.id, name, name, hint=found.hint, strong=strong + (f" Is {meant[0]} meant?" if meant else ""), line=line
    )


def asks(task: Task, tree: sp.Basic, truth: sp.Basic) -> str:
    """Return what is said of an answer with names that the problem does not have; where one substitution makes it right, a question."""
    names = strangers(task, tree)
    said = f"{several(repr(n) for n in names)} {'is no name' if len(names) == 1 else 'are no names'} of this problem{near(names[0], task.inputs)}"
    has = f"; it has {several(sorted(task.inputs), MOST_NAMED) or 'none'}"
    if len(names) == 1:
        for meaning, words in substitutes(task):
            if compare(task, trees.replaced(tree, {names[0]: meaning}), truth, prove=False):
                return f"{said}{has}. Is your {names[0]} {words}?"
    return said + has


def substitutes(task: Task) -> Iterator[tuple[sp.Basic, str]]:
    """Yield what one name may have been meant to be: a name of the problem, a line of it, a size."""
    for name in sorted(task.inputs):
        yield sp.Symbol(name), f"the problem's {name}"
    for name, tree in task.named:
        yield tree, f"the problem's {name}"
    for size, words in sizes(task):
        yield size, words.partition(", ")[2]
    for part in islice((t for t in trees.parts(task.tree) if isinstance(t, heads.Head | sp.Function)), MOST_TRIED):
        yield part, write(part)
