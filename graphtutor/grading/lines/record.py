"""What was said before, and what follows from it: by the chain rule over claims, and with claims put in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import sympy as sp

from ...language import trees
from ...ops import heads
from ..asked import samples
from ..asked.rulings import Key, Step, compare, origin, unboxed
from ..asked.task import Task

ROUNDED_AT = 12  # points
MOST_PATHS = 50
NOT_RIGHT = "wrong", "follows"


@dataclass
class Record:
    """The steps of a derivation so far: the latest of each derivative, and the names of the student's own."""

    task: Task
    steps: list[Step] = field(default_factory=list)
    latest: dict[Key, Step] = field(default_factory=dict)
    by_case: dict[tuple[Key, str], Step] = field(default_factory=dict)
    own: dict[str, sp.Basic] = field(default_factory=dict)

    def remember(self, step: Step) -> None:
        self.steps.append(step)
        if step.under:
            self.by_case[step.key, step.under] = step
        else:
            self.latest[step.key] = step

    def whole(self, name: str | None) -> sp.Basic | None:
        """Return what a name of the student's own stands for over the problem's inputs, None if it is not known."""
        tree = self.own.get(name or "")
        for _ in range(len(self.own)):
            if tree is None or trees.names_in(tree) <= self.task.inputs:
                break
            tree = self.spelled(tree)
        return tree if tree is not None and trees.names_in(tree) <= self.task.inputs else None

    def spelled(self, tree: sp.Basic) -> sp.Basic:
        """Return a tree with names of the student's own put in; the problem's names stay what they are."""
        own = {name: meaning for name, meaning in self.own.items() if name not in self.task.inputs}
        put_in = trees.replaced(tree, own) if own else tree
        return put_in if self.task.shapes else unboxed(put_in)

    # ----- what a claim may rest on -----
    def built_on(self, tree: sp.Basic, key: Key) -> int | None:
        """Return the wrong line from which a claim follows by the chain rule over claims made before, or None."""
        paths = self.paths(*key)
        whole = paths[0][0] if paths else None
        for product, _ in paths[1:]:
            whole = trees.add(whole, product)
        every = [*paths, (whole, [s for _, steps in paths for s in steps])] if len(paths) > 1 else paths
        for product, steps in every:
            wrong = [s for s in steps if s.status in NOT_RIGHT]
            if wrong and compare(self.task, tree, product, prove=False):
                return min(map(origin, wrong))
        return None

    def paths(self, of: str, wrt: str) -> list[tuple[sp.Basic, list[Step]]]:
        """Return the products along the chains of claims that lead from `of` to `wrt`, and the claims of each.

        A last factor that was not written down is the right one.
        """
        found: list[tuple[sp.Basic, list[Step]]] = []
        todo: list[tuple[str, sp.Basic | None, list[Step]]] = [(of, None, [])]
        while todo and len(found) + len(todo) < MOST_PATHS:
            at, product, steps = todo.pop()
            onward = list(self.onward(at, steps, (of, wrt)))
            for middle, step, tree in onward:
                longer = tree if product is None else trees.mul(product, tree)
                if middle == wrt:
                    found.append((longer, [*steps, step]))
                else:
                    todo.append((middle, longer, [*steps, step]))
            if product is not None and not onward:
                last = self.slope_of(at, wrt)
                found += [] if last is None else [(trees.mul(product, last), steps)]
        return found

    def onward(self, at: str, steps: Sequence[Step], whole: Key) -> Iterator[tuple[str, Step, sp.Basic]]:
        """Yield (variable, claim, its expression) for the latest claims about `at` that are not among `steps`, the `whole` one left out."""
        for (of, middle), step in self.latest.items():
            fresh = all(step is not s for s in steps) and (at, middle) != whole
            if of == at and fresh and step.tree is not None:
                yield middle, step, step.tree

    def slope_of(self, name: str, wrt: str) -> sp.Basic | None:
        """Return the right derivative of a defined name, for a chain in which it was not written down."""
        tree = self.whole(name) or self.task.meaning(name)
        return heads.Diff(tree, sp.Symbol(wrt)) if tree is not None and wrt in self.task.inputs else None

    def as_claimed(self, before: Step, tree: sp.Basic) -> int | None:
        """Return the wrong line from which a claim follows if the right line before, u'v + uv', is worked out with what was said of u' and v'."""
        wrong = [
            s
            for s in self.latest.values()
            if s.status in NOT_RIGHT and isinstance(s.truth, heads.Diff) and s.tree is not None
        ]
        if not wrong or before.status != "right" or before.tree is None:
            return None
        used: list[Step] = []

        def put_in(top: sp.Basic, args: tuple[sp.Basic, ...]) -> sp.Basic:
            same = next((s for s in wrong if isinstance(top, heads.Diff) and alike(self.task, top, s.truth)), None)
            if same is None or same.tree is None:
                return trees.kept(top, args)
            used.append(same)
            return same.tree

        claimed = trees.remade(before.tree, put_in)
        return min(map(origin, used)) if used and compare(self.task, tree, claimed, prove=False) else None

    def by_chain_rule(self, tree: sp.Basic, truth: sp.Basic) -> bool:
        """Return whether dL/du holds as dL/dv = dL/du · du/dv for a variable v: L need not be written with u in it."""
        if not isinstance(truth, heads.Diff) or isinstance(truth.args[1], sp.Symbol):
            return False
        what, u = truth.args
        for name in sorted(trees.names_in(u) & self.task.inputs):
            v = sp.Symbol(name)
            inner, outer = heads.Diff(u, v), heads.Diff(what, v)
            if not compare(self.task, inner, sp.S.Zero, prove=False):
                return bool(compare(self.task, trees.mul(tree, inner), outer, prove=False))
        return False

    def near(self, tree: sp.Basic, truth: sp.Basic, share: float) -> bool:
        """Return whether two expressions are within a share of each other, at every point that is tried."""
        graphs = [self.task.graph_of(t) for t in (tree, truth)]
        if any(any(g.shapes) for g in graphs):
            return False
        points = samples.draws(
            sorted({(n.name, n.shape) for g in graphs for n in g.inputs}), self.task.assume, ROUNDED_AT
        )
        with np.errstate(all="ignore"):
            a, b = (np.asarray(samples.evaluated(g, points)[g.out], dtype=float) for g in graphs)
            return bool(np.all((np.abs(a - b) <= share * np.maximum(np.abs(a), np.abs(b))) | ~np.isfinite(b)))


def alike(task: Task, one: sp.Basic, other: sp.Basic | None) -> bool:
    """Return whether two derivatives are of the same expression, as it is written, by the same variable."""
    if not isinstance(one, heads.Diff) or not isinstance(other, heads.Diff):
        return False
    return all(task.graph_of(a) == task.graph_of(b) for a, b in zip(one.args, other.args, strict=True))
