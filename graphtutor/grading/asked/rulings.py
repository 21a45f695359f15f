"""Is one expression the same as another within a task? And Step: one expression of an answer with what was found of it.

What `equal.same` says, with the task's names, shapes and numbers. Products of vectors and matrices stand side by side
in textbooks; which product is meant follows from the shapes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy as sp

from ...equal import Verdict, place, same, weakest
from ...errors import LearnerError, ReadError, ShapeError
from ...language import trees
from ...ops import heads
from ...ops.arrays import Shape
from .curve import agreement
from .task import Task

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict on two trees; `why` says what kept them from being compared, `note` what was
    taken for granted, `misfit` that their shapes differ."""

    verdict: Verdict
    why: str = ""
    note: str = ""
    misfit: bool = False

    @property
    def kind(self) -> str:
        return self.verdict.kind

    @property
    def evidence(self) -> str:
        """What shows it, as said to the student."""
        return self.why or sentence(self.verdict)

    def __bool__(self) -> bool:
        return bool(self.verdict)


@dataclass(frozen=True, slots=True)
class Step:
    """One expression of a derivation, judged. `key` is (of, wrt) of the derivative it is said to be; `truth` that derivative.

    Under a condition (`case`, and `under`, its text) `tree` is the expression where it holds and the truth elsewhere; `written` is as it was written.
    `bare`: it has no left side that says what it is; `identity`: it is a side of an equation between other things, which holds;
    `idle`: it follows from a wrong line that left nothing to be worked out.
    """

    index: int
    source: str
    status: str
    tree: sp.Basic | None = None
    truth: sp.Basic | None = None
    key: Key = ("", "")
    verdict: Ruling | None = None
    previous: Ruling | None = None
    after: int | None = None
    note: str = ""
    error: ReadError | None = None
    written: sp.Basic | None = None
    under: str = ""
    case: sp.Basic | None = None
    bare: bool = False
    identity: bool = False
    idle: bool = False


def origin(step: Step) -> int:
    return step.after if step.after is not None else step.index


def sentence(verdict: Verdict) -> str:
    """Return a verdict's evidence with the two sides called what they are: the student's, and the right one.

    >>> from graphtutor.equal import same
    >>> sentence(same("where(x > 0, 1, 0)", "where(x >= 0, 1, 0)"))
    'on the kink x = 0 yours is 0, where any value from 0 to 1 will do'
    """
    shown = verdict.evidence
    if verdict.kind == "kink" and len(shown.values) == len(shown.interval) == 2:
        return f"on the kink {place(shown.point)} yours is {shown.values[0]}, where any value from {shown.interval[0]} to {shown.interval[1]} will do"
    if verdict.kind == "differs" and len(shown.values) == 2:
        return (
            f"at {place(shown.point)} it is {shown.values[0]}, not {shown.values[1]}"
            if shown.point
            else f"it is {shown.values[0]}, not {shown.values[1]}"
        )
    return str(shown)


def compare(task: Task, a: sp.Basic, b: sp.Basic, prove: bool = True) -> Ruling:
    """Return whether two trees are the same for this task's names and assumptions, where its function is defined; `a` is the student's."""
    if task.depends:
        return along_curve(task, a, b, prove)
    sides = [trees.replaced(t, task.numbers) if task.given else t for t in (a, b)]
    if task.shapes:
        sides[0] = textbook(task, sides[0])
    if isinstance(sides[0], heads.Vector) and isinstance(sides[1], heads.Vector) and not task.shapes:
        return entries(task, sides, prove)
    found = ruled(task, sides[0], sides[1], prove)
    return for_labels(task, sides, found, prove) if found.kind == "differs" and task.shapes and task.labelled else found


def along_curve(task: Task, a: sp.Basic, b: sp.Basic, prove: bool) -> Ruling:
    """Return whether two trees are the same on the curve of an equation: everywhere, or at all its points that are found."""
    one, other = task.along(a), task.along(b)
    found = ruled(task, one, other, prove)
    strange = (trees.names_in(one) | trees.names_in(other)) - task.inputs
    if found.kind != "differs" or found.misfit or strange:
        return found
    return Ruling(agreement(task.graph_of(one), task.graph_of(other), task.points, task.depends))


def ruled(task: Task, a: sp.Basic, b: sp.Basic, prove: bool) -> Ruling:
    """Return the ruling on two trees: first on their shapes, then on their values."""
    try:
        one, other = task.graph_of(a), task.graph_of(b)
        mine, due = one.shapes[one.out], other.shapes[other.out]
        if mine != due and not mine and task.graph_of(a).cells[one.out][0] == "const" and a == sp.S.Zero:
            one, mine = task.graph_of(trees.mul(a, b)), due  # 0 for a vector of zeros
        if mine != due:
            return Ruling(
                Verdict("differs"), f"yours is {shaped(mine)}, the right answer is {shaped(due)}", misfit=True
            )
        return Ruling(
            same(one, other, assume=dict(task.assume), within=task.numeric, prove=prove, slopes=bool(task.wrt))
        )
    except ShapeError as error:
        return Ruling(Verdict("differs"), str(error))
    except LearnerError as error:
        return Ruling(Verdict("undecided"), str(error))


def shaped(shape: Shape) -> str:
    """Return a shape in words.

    >>> shaped(()), shaped((3,)), shaped((3, 2))
    ('a number', 'a vector of 3', 'a matrix of shape 3×2')
    """
    if len(shape) < 2:
        return f"a vector of {shape[0]}" if shape else "a number"
    return f"a matrix of shape {'×'.join(map(str, shape))}"


def for_labels(task: Task, sides: list[sp.Basic], found: Ruling, prove: bool) -> Ruling:
    """Return the ruling on two trees that differ, for labels that are a distribution or one class."""
    every = [dict(zip(task.labelled, chosen, strict=True)) for chosen in product(*task.labelled.values())]
    rulings = [ruled(task, trees.replaced(sides[0], m), trees.replaced(sides[1], m), prove) for m in every]
    if not all(rulings):
        return found
    said = "; ".join(
        f"{name} taken as {'one class' if len(m) > 1 else 'a distribution'}: its entries sum to 1"
        for name, m in task.labelled.items()
    )
    return Ruling(weakest([r.verdict for r in rulings]), note=said)


def entries(task: Task, sides: list[Any], prove: bool) -> Ruling:
    """Return the verdict on two rows of numbers, entry by entry."""
    if len(sides[0].args) != len(sides[1].args):
        return Ruling(Verdict("differs"), f"it has {len(sides[0].args)} entries, expected {len(sides[1].args)}")
    return Ruling(
        weakest([compare(task, x, y, prove).verdict for x, y in zip(sides[0].args, sides[1].args, strict=True)])
    )


# ----- products side by side -----
def textbook(task: Task, tree: sp.Basic) -> sp.Basic:
    """Return a tree in which a product that has no meaning entry by entry is the one meant: matrix, outer or dot product.

    >>> from graphtutor.grading.asked.task import task
    >>> layer = task("L = sum((W@x)**2)", wrt="W", shapes={"W": (3, 2), "x": 2})
    >>> W, x = sp.symbols("W x")
    >>> textbook(layer, sp.Mul(W, x, evaluate=False))
    MatMul(W, x)
    """
    return trees.remade(tree, lambda top, args: joined(task, top, args))


def unboxed(tree: sp.Basic) -> sp.Basic:
    """Return a tree in which square brackets around one expression are brackets like any other.

    >>> x = sp.Symbol("x")
    >>> unboxed(sp.Mul(2, heads.Vector(x), evaluate=False))
    2*x
    """
    return trees.remade(
        tree, lambda top, args: args[0] if isinstance(top, heads.Vector) and len(args) == 1 else trees.kept(top, args)
    )


def joined(task: Task, tree: sp.Basic, args: tuple[sp.Basic, ...]) -> sp.Basic:
    """Return `tree` on new arguments, as the product that their shapes ask for."""
    plain = trees.kept(tree, args)
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
