"""From judged steps to a Grade: points for each line, is the question answered, and what is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from ...language import trees
from ...ops import heads
from ...text import several
from ..asked.forms import missing, unfinished
from ..asked.rulings import Key, Step, shape
from ..asked.task import Task
from ..told.grades import Grade
from ..told.marks import Line, Rubric
from .conditions import everywhere
from .judging import wanted
from .meanings import entry_key
from .record import alike

COUNTED = {
    "right": 1.0,
    "wrong": 0.0,
    "compensates": 0.0,
    "follows": 1.0,
}  # the rest is neither right nor wrong: words, definitions, what cannot be read
NEUTRAL = ("definition", "side")  # counted only where the rubric gives a line points of its own
WORST = ("wrong", "compensates", "unread", "undecided", "follows", "right", "side", "definition", "text")
BAD = ("wrong", "compensates")


def marked(task: Task, steps: Sequence[Step], answer: str | Sequence[str], rubric: Rubric) -> Grade:
    """Return the Grade of judged steps, without what explains a wrong one."""
    found = credits(steps, answer, rubric)
    left = unanswered(task, steps)
    first = next((line.index for line in found if line.status in BAD), None)
    forms = [] if first is not None or left else lacking(task, steps, rubric)
    correct = verdict(found, bool(left), bool(forms))
    unread = of_status(found, "unread")
    waiting = [*of_status(found, "undecided"), *(unread if correct is None else ())]
    return Grade(
        score(found, left, rubric) * (rubric.form_share if forms else 1.0),
        correct,
        said(found, first, left, forms, what_is_left(task, steps, left)),
        found,
        first,
        invalid=unread[0].error if unread else None,
        undecided_because="; ".join(map(because, waiting)),
    )


def credits(steps: Sequence[Step], answer: str | Sequence[str], rubric: Rubric) -> tuple[Line, ...]:
    """Return the lines of an answer, each with what it earned."""
    stated = {s.index for s in steps if s.tree is not None and not isinstance(s.tree, heads.Diff)}
    restated = {s.index for s in steps if isinstance(s.tree, heads.Diff)} - stated
    idle = {s.index for s in steps if s.idle}
    return tuple(credited(line, rubric, line.index in restated, line.index in idle) for line in lines(steps, answer))


def verdict(found: Sequence[Line], left: bool, forms: bool) -> bool | None:
    """Return whether an answer is right; None where a person decides, or nothing that could be read answers the question."""
    if any(line.status in (*BAD, "follows") for line in found):
        return False
    if of_status(found, "undecided") or (left and of_status(found, "unread")):
        return None
    return not left and not forms


def score(found: Sequence[Line], left: Sequence[Key], rubric: Rubric) -> float:
    """Return the share of its points that an answer earns; what is left to be given counts as a line each."""
    points = sum(line.points for line in found) + len(left) * rubric.of(len(found))
    return sum(line.earned for line in found) / points if points else 0.0


def of_status(found: Sequence[Line], status: str) -> list[Line]:
    return [line for line in found if line.status == status]


def credited(line: Line, rubric: Rubric, restated: bool, idle: bool) -> Line:
    """Return a line with its points and what it earned of them; what is neither right nor wrong, or only the question again, has none."""
    share = rubric.follow * (not idle) if line.status == "follows" else COUNTED.get(line.status)
    if line.status in NEUTRAL and rubric.points:
        share = 1.0
    points = 0.0 if share is None or (restated and share and not rubric.points) else rubric.of(line.index)
    return replace(line, points=points, earned=points * (share or 0.0))


def because(line: Line) -> str:
    what = line.evidence or line.note if line.status == "undecided" else str(line.error)
    return f"line {line.index + 1}: {what}" if what else f"line {line.index + 1}"


# ----- what becomes of each line -----
def lines(steps: Iterable[Step], answer: str | Sequence[str]) -> tuple[Line, ...]:
    """Return one Line for each line of the answer: the worst of what stands in it."""
    rows = [
        r
        for r in (answer.split("\n") if isinstance(answer, str) else answer)
        if r.strip() or not isinstance(answer, str)
    ]
    groups: dict[int, list[Step]] = {k: [] for k in range(len(rows))}
    for step in steps:
        groups.setdefault(step.index, []).append(step)
    return tuple(merged(k, rows[k] if k < len(rows) else "", group) for k, group in sorted(groups.items()))


def merged(index: int, text: str, group: Sequence[Step]) -> Line:
    if not group:
        return Line(index, text.strip(), "text")
    worst = min(group, key=lambda s: WORST.index(s.status))
    verdict, previous = worst.verdict, worst.previous  # neither is true as such if the two differ
    return Line(index, text.strip(), worst.status, named(worst.key), None if verdict is None else verdict.kind, None if previous is None else previous.kind,
                "" if verdict is None else verdict.evidence, worst.after, worst.note, worst.error)  # fmt: skip


def named(key: Key) -> str:
    of, wrt = key
    return f"d{of}/d{wrt}" if wrt and wrt != "definition" else ""


# ----- is the question answered? -----
def answers(task: Task, steps: Sequence[Step]) -> dict[Key, Step]:
    """Return the last expression for each derivative asked for; a vector of all of them stands for each."""
    found: dict[Key, Step] = {}
    keys = wanted(task)
    for step in steps:
        if step.tree is not None and step.truth is not None and step.status != "side":
            if step.key in keys:
                found[step.key] = step
            elif step.key == ("", " ".join(task.wrt)):
                found |= dict.fromkeys(keys, step)
    return entry_by_entry(task, steps, [key for key in keys if key not in found]) | found


def entry_by_entry(task: Task, steps: Sequence[Step], keys: Sequence[Key]) -> dict[Key, Step]:
    """Return the last entry of each derivative of which all entries are given, each with its name."""
    given = {step.key: step for step in steps if step.tree is not None and "[" in step.key[1]}
    entries = {key: entry_keys(task, key) for key in keys if given}
    return {key: given[names[-1]] for key, names in entries.items() if names and all(n in given for n in names)}


def entry_keys(task: Task, key: Key) -> list[Key]:
    """Return the keys of all entries of a gradient or Jacobian; none of a number."""
    sizes = shape(task, task.slope(key[1]))
    return [entry_key(key, at) for at in np.ndindex(*sizes)] if sizes else []


def what_is_left(task: Task, steps: Sequence[Step], left: Sequence[Key]) -> str:
    """Return in words what becomes of derivatives asked for that are not given, or not whole."""
    last = answers(task, steps)
    if left and all(key in last and last[key].under for key in left):
        return "not given in every case"
    some = {step.key[1].partition("[")[0] for step in steps if step.tree is not None and "[" in step.key[1]}
    return "given in some entries only" if left and some.issuperset(w for _, w in left) else "left to be worked out"


def unanswered(task: Task, steps: Sequence[Step]) -> list[Key]:
    """Return which derivatives asked for are not given, or only with a derivative in them that is left to be worked out."""
    found = answers(task, steps)
    return [
        key
        for key in wanted(task)
        if key not in found
        or (key[1] and not finished(task, found[key], steps))
        or not complete(task, found[key], steps)
    ]


def finished(task: Task, step: Step, steps: Sequence[Step]) -> bool:
    """Return whether an answer has no derivative in it that is left to be worked out, neither there nor in a line of its own."""
    tree = step.written if step.written is not None else step.tree
    worked_out = [s.truth for s in steps if s.tree is not None and not unfinished(s.tree)]
    return tree is not None and all(
        any(alike(task, d, t) for t in worked_out) for d in trees.parts(tree) if isinstance(d, heads.Diff)
    )


def complete(task: Task, step: Step, steps: Sequence[Step]) -> bool:
    """Return whether an answer is given once for all cases, or the cases in which it is given are all there are."""
    said = [s for s in steps if s.key == step.key and s.tree is not None]
    cases = [s.case for s in said if s.case is not None]
    return (
        step.case is None
        or any(s.case is None and s.tree is not None and not unfinished(s.tree) for s in said)
        or everywhere(task, cases)
    )


def lacking(task: Task, steps: Sequence[Step], rubric: Rubric) -> list[str]:
    """Return the forms asked for in the rubric that an answer does not have."""
    last = {id(s): s for s in answers(task, steps).values()}.values()
    return list(dict.fromkeys(form for s in last if s.tree is not None for form in missing(s.tree, rubric.form)))


# ----- in words -----
def said(found: Sequence[Line], first: int | None, left: Sequence[Key], forms: Sequence[str], what: str) -> str:
    """Return the verdict in a few sentences; lines are counted from 1."""
    out = [mistaken(found, first)] if first is not None else [outcome(found, left, forms, what)]
    out += [
        f"Line {line.index + 1} cannot be read ({line.error.message}); it costs nothing."
        for line in found
        if line.error is not None
    ]
    out += [f"{line.note[0].upper()}{line.note[1:]}." for line in found if line.truth == "kink" and line.note]
    return " ".join(filter(None, out))


def mistaken(found: Sequence[Line], first: int) -> str:
    """Return what is said of an answer whose line `first` is wrong."""
    why = f": {found[first].note}" if found[first].status == "wrong" and found[first].note else ""
    return " ".join(
        [f"Line {first + 1} is the first wrong one{why}." if len(found) > 1 else f"Not right{why}.", *aftermath(found)]
    )


def outcome(found: Sequence[Line], left: Sequence[Key], forms: Sequence[str], what: str) -> str:
    """Return what is said of an answer in which nothing is wrong; nothing where all that counts cannot be read."""
    counted = [line for line in found if line.status in COUNTED]
    unsure = [line.index + 1 for line in of_status(found, "undecided")]
    unread = of_status(found, "unread")
    if left and unread and not counted:
        return ""
    if unsure:
        return f"{numbered(unsure)} could be shown neither right nor wrong; a person decides."
    if left:
        so_far = "Right so far, but not" if counted else "Not"
        return f"{so_far} finished: {several(asked(key) for key in left)} {'is' if len(left) == 1 else 'are'} {what}."
    if forms:
        return f"Equal to the right answer, but it was asked for {several(forms)}."
    return "Right, every line." if len(counted) > 1 and not unread else "Right."


def aftermath(found: Sequence[Line]) -> list[str]:
    """Return what is said of the lines after a wrong one."""
    out = []
    after = [line for line in found if line.status == "follows"]
    for source in dict.fromkeys(line.after for line in after if line.after is not None):
        numbers = [line.index + 1 for line in after if line.after == source]
        out.append(
            f"{numbered(numbers)} {'follows' if len(numbers) == 1 else 'follow'} correctly from line {source + 1}."
        )
    out.extend(
        f"Line {line.index + 1} is right again, but does not follow from the line before."
        for line in found
        if line.status == "compensates"
    )
    return out


def numbered(numbers: Sequence[int]) -> str:
    """Return "Line 2", "Lines 2 and 3".

    >>> numbered([2, 3, 5])
    'Lines 2, 3 and 5'
    """
    return f"{'Line' if len(numbers) == 1 else 'Lines'} {several(map(str, numbers))}"


def asked(key: Key) -> str:
    return f"d/d{key[1]}" if key[1] else "the expression"
