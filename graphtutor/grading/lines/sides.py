"""What a derivation says beside its point: the function once more, parts before their sum, equations between other things."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from itertools import takewhile

from ..asked.rulings import Key, Step, compare
from ..asked.task import Task
from ..slips.problems import fits, problem


def wanted(task: Task) -> list[Key]:
    """Return the derivatives that are asked for."""
    return [("", w) for w in task.wrt] or [("", "")]


def main_keys(task: Task) -> set[Key]:
    return {("", w) for w in task.wrt} | {("", " ".join(task.wrt))}


def restated(task: Task, steps: list[Step], identities: Container[int] = ()) -> list[Step]:
    """Return the steps with calculations on the way, and the function written down once more, told from errors.

    Before anything else an expression without a left side may be the function itself; an equation between
    other things (`identities`, lines) counts as wrong only if the derivation does not end right.
    """
    said = [k for k, s in enumerate(steps) if s.key in main_keys(task) and s.verdict is not None]
    itself: set[int] = (
        set()
        if len(said) < 2
        else set(  # one expression alone is the answer
            takewhile(
                lambda k: (
                    steps[k].bare
                    and task.wrt
                    and steps[k].status in ("wrong", "follows")
                    and compare(task, steps[k].tree, task.tree, prove=False)
                ),
                said,
            )
        )
    )
    side = itself if len(itself) < len(said) else set()
    if said and steps[said[-1]].status in ("right", "compensates"):
        start = next(
            (k for k in said if steps[k].status in ("right", "compensates") and steps[k].index not in identities),
            said[-1],
        )
        early = said[: said.index(start)]
        side = side | {k for k in early if steps[k].bare and passed(task, steps[k])}
        side = side | set(early) if all(k in side or steps[k].index in identities for k in early) else side
    if not side:
        return steps
    first = next(k for k in said if k not in side)
    clean = (
        replace(steps[first], status="right", previous=None, note="")
        if steps[first].status == "compensates"
        else replace(steps[first], previous=None)
    )
    return [
        replace(s, status="side", note="a calculation on the way") if k in side else clean if k == first else s
        for k, s in enumerate(steps)
    ]


def passed(task: Task, step: Step) -> bool:
    """Return whether an expression is one that a right calculation passes: a node, its slope, what comes back to it, a product on the way."""
    if len(task.wrt) != 1 or task.wrt[0] not in task.graph.ids or step.tree is None:
        return False
    graph, asked = task.graph_of(step.tree), problem(task.graph, task.wrt[0], task.assume)
    if not asked.flat or any(graph.shapes):
        return False
    return bool(fits(asked.passed, asked.values_of(graph)).any())
