"""What exercises compute with: numbers as a learner types them, the numbers of a graph at a point, and the grading room.

Imported when an answer is first looked at (see `kinds`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace as renewed
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import sympy as sp

from ..derivation import derive
from ..equal.domain import KINDS, easy
from ..errors import LearnerError, ReadError
from ..expr.build import build
from ..expr.graph import Graph
from ..grading.asked.rulings import compare
from ..grading.asked.task import Task, lettered, task
from ..grading.grader import as_tree, grade
from ..grading.lines.judging import judged
from ..grading.lines.scoring import BAD
from ..grading.python.returned import read_code
from ..grading.sheet.tally import message, of_sheet
from ..grading.sheet.typed import PLAIN, Typed, agrees, decimal, plain
from ..grading.told.grades import Grade
from ..grading.told.marks import Cell, Misconception, Rubric
from ..language import trees
from ..language.read import derivation, read
from ..language.write import write
from ..ops import heads
from ..training.data import START, lecture
from ..training.train import train
from ..walk.trace import Trace, trace
from .heard import Heard, refused
from .heard import code as code_heard
from .heard import formulas as formulas_heard

__all__ = [
    "Cell", "Grade", "Misconception", "Rubric", "Typed", "as_tree", "build", "code_heard", "decimal", "derive", "early", "formulas_heard", "grade", "lettered", "message",
    "of_sheet", "read_code", "renewed", "respelled", "task", "trace",
]  # fmt: skip

LONGEST = 2000
MOST_CHANGED = 6  # parameters of one step whose order is looked at
SIGNS = str.maketrans({"−": "-", "–": "-", "×": "x", "\u00a0": " ", "\t": " ", "⟨": "(", "⟩": ")"})
NUMBER = re.compile(rf"(?:{PLAIN.pattern})(?:/\d+)?")
DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
BESIDE = re.compile(r"[\d)]\s*\(|\)\s*\d|[-+/]\s*\(|\)\s*[-+/]")  # brackets that belong to a formula: 2(3), (1+2)/3


def respelled(asked: Task, lettered: Task, answer: str) -> list[str]:
    """Return an answer once for each letter that the second task knows: with what it stands for called by it.

    Where that does not occur in the answer, the letter is added and subtracted.

    >>> one = task("tanh(w*x)", wrt="w")
    >>> respelled(one, lettered(one, "h = tanh(w*x) with u = w*x + 1"), "x*(1 - tanh(w*x)**2)")
    ['x*(1 - h**2)', '(x*(1 - tanh(w*x)**2)) + u - u']
    """
    tree = read(answer, **asked.read_options())
    found = []
    for name, meaning in lettered.named:

        def call(top: sp.Basic, args: tuple[sp.Basic, ...], name: str = name, meaning: sp.Basic = meaning) -> sp.Basic:
            return sp.Symbol(name) if top == meaning else trees.kept(top, args)

        called = trees.remade(tree, call)
        found.append(f"({answer}) + {name} - {name}" if called is tree else write(called))
    return found


def typed(text: str, wanted: int = 0) -> list[Typed]:
    """Return the numbers of an answer: decimals, fractions, and formulas without names, however they are set apart.

    Commas, semicolons, spaces, ends of lines and brackets part numbers, and so do `3x1` and `3 by 1`. Where that gives
    another count than is `wanted`, a comma between digits is a decimal one, if that gives it.

    >>> [(str(n.value), n.decimals) for n in typed("[8.40, -1/2, 3x2]")]
    [('42/5', 2), ('-1/2', None), ('3', 0), ('2', 0)]
    >>> [str(n.value) for n in typed("8,4; 0; -4,2", 3)], len(typed("1,1", 2)), len(typed("[2 -1; 6 -3]"))
    (['42/5', '0', '-21/5'], 2, 4)
    """
    if len(text) > LONGEST:
        raise ReadError(f"{len(text)} characters; expected a few numbers, such as 8.4, 0, 4.2")
    flat = text.translate(SIGNS)
    found = pieces(parted(flat))
    if wanted and len(found) != wanted and DECIMAL_COMMA.search(flat):
        pointed = pieces(parted(DECIMAL_COMMA.sub(".", flat)))
        found = pointed if len(pointed) == wanted else found
    return [one(piece) for piece in found]


def numbers_heard(text: str, wanted: int = 0) -> list[Heard]:
    """Return what is understood of numbers while they are typed.

    >>> numbers_heard("8,4; 1/2", 2)[0].says, numbers_heard("8.4 x")[0].unread[:15]
    ('8.4, 0.5', "'x' is a name; ")
    """
    try:
        found = typed(text, wanted)
    except ReadError as error:
        return [refused(error)]
    except LearnerError as error:
        return [Heard(1, 1, 0, unread=str(error))]
    counted = f" ({len(found)} of {wanted})" if wanted and len(found) != wanted else ""
    return [Heard(1, 1, 0, says=shown((number.value for number in found), 6) + counted)]


def parted(text: str) -> str:
    """Return text in which what parts numbers is a comma: `3x1`, `3 by 1`, `8.4 and 0`, `np.array([1, 2])`."""
    text = re.sub(r"(?:np\.|numpy\.|torch\.)?\b(?:array|tensor|matrix)\s*(?=[(\[])", "", text)
    return re.sub(r"(?<=\d)\s*(?:x|by)\s*(?=\d)|\band\b|\|", ", ", text)


def pieces(text: str) -> list[str]:
    """Return what stands between commas and semicolons; between spaces too, where each piece is a number by itself."""
    found: list[str] = []
    for part in cut(opened(text)):
        words = part.split()
        apart = len(words) > 1 and all(NUMBER.fullmatch(w) for w in words)
        found.extend(words if apart else [part])
    return stripped(found)


def stripped(parts: Iterable[str]) -> list[str]:
    return [part.strip() for part in parts if part.strip()]


def opened(text: str) -> str:
    """Return a vector or matrix without its brackets: `[[1, 2], [3, 4]]` and `(1, 2), (3, 4)` are four numbers."""
    bare = re.sub(r"[\[\]{}]", " ", text)
    return (
        re.sub(r"[()]", " ", bare) if re.fullmatch(r"[\d\s.,;()eE/+-]*", bare) and BESIDE.search(bare) is None else bare
    )


def cut(text: str) -> list[str]:
    """Return the parts between commas, semicolons and ends of lines that stand outside brackets."""
    parts, depth, start = [], 0, 0
    for k, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if c in ",;\n" and depth <= 0:
            parts.append(text[start:k])
            start = k + 1
    return [*parts, text[start:]]


def one(text: str) -> Typed:
    """Return one number; a ReadError for what is none."""
    found = plain(text)
    if found is not None:
        return found
    graph = build(text)
    if graph.inputs:
        raise ReadError(
            f"'{graph.inputs[0].name}' is a name; expected a number such as 8.4, -2 or 1/3",
            text,
            1,
            text.find(graph.inputs[0].name) + 1,
        )
    value = graph.evaluate({})[graph.out]
    if np.ndim(value) or not np.isfinite(float(value)):
        raise ReadError("this is no finite number; expected one such as 8.4, -2 or 1/3", text)
    return Typed(text, value, None)


def all_agree(given: Sequence[Typed], right: Sequence[Any], digits: int = 0) -> bool | None:
    """Return whether all numbers are right; None if they are, but some in too few decimals."""
    if len(given) != len(right):
        return False
    found = [agrees(g, r, digits) for g, r in zip(given, right, strict=True)]
    return False if False in found else None if None in found else True


def shown(values: Iterable[Any], digits: int) -> str:
    """Return numbers as an answer would give them, to `digits` decimals, whole numbers and short decimals as they are.

    >>> from fractions import Fraction
    >>> shown([Fraction(42, 5), 0.40894782, 2.0], 4)
    '8.4, 0.4089, 2'
    """
    return ", ".join(decimal(v, digits) for v in values)


def labelled(text: str, labels: Sequence[str], wanted: Sequence[int] = ()) -> dict[str, str]:
    """Return label → what was typed for it, from one text: in order, or each behind its label and `:` or `=`.

    Numbers alone are dealt out as many to each label as are `wanted` of it, where that leaves none over.

    >>> labelled("f = 1.1, L = 4.41", ["f", "e", "L"])
    {'f': '1.1', 'L': '4.41'}
    >>> labelled("8.4, 0, 4.2; 1, 3, -1", ["first", "second"])
    {'first': '8.4, 0, 4.2', 'second': '1, 3, -1'}
    >>> labelled("[[2,-1],[6,-3]] [10,-1]", ["W", "b"], [4, 2])
    {'W': '2, -1, 6, -3', 'b': '10, -1'}
    """
    if len(labels) == 1 and not named(text, labels):
        return {labels[0]: text}
    parts = stripped(re.split(r"[;\n]", text))
    bare = not any(named(part, labels) for part in parts)
    dealt = deal(text, wanted) if bare and (len(parts) != len(labels) or "[" in text) else []
    if dealt:
        return dict(zip(labels, dealt, strict=True))
    if len(parts) == 1 and bare and len(text.split()) == len(labels):
        parts = text.replace(",", " ").split()
    elif len(parts) == 1:
        parts = joined(stripped(cut(text)), labels)
    return placed(parts, labels)


def placed(parts: Sequence[str], labels: Sequence[str]) -> dict[str, str]:
    """Return label → part: the label it begins with, else the next one that is free."""
    found: dict[str, str] = {}
    free = iter(labels)
    for part in parts:
        match = named(part, labels)
        label = match[0] if match else next((n for n in free if n not in found), None)
        if label is None:
            raise LearnerError(f"{len(parts)} answers for {len(labels)} questions; expected {'; '.join(labels)}")
        found[label] = match[1] if match else part
    return found


def deal(text: str, wanted: Sequence[int]) -> list[str]:
    """Return the numbers of a text, as many to each as are wanted; nothing where the count is another."""
    try:
        numbers = [n.text for n in typed(text, sum(wanted))] if wanted else []
    except LearnerError:
        return []
    if len(numbers) != sum(wanted):
        return []
    rest = iter(numbers)
    return [", ".join(next(rest) for _ in range(count)) for count in wanted]


def joined(parts: list[str], labels: Sequence[str]) -> list[str]:
    """Return comma-separated parts, those without a label put behind the one before where any part has a label."""
    if not any(named(part, labels) for part in parts):
        return parts
    out: list[str] = []
    for part in parts:
        if named(part, labels) or not out:
            out.append(part)
        else:
            out[-1] += f", {part}"
    return out


def named(part: str, labels: Sequence[str]) -> tuple[str, str] | None:
    """Return (label, rest) if a part begins with a label and `:` or `=`."""
    for label in sorted(labels, key=len, reverse=True):
        rest = part.strip()[len(label) :].lstrip()
        if part.strip().startswith(label) and rest[:1] in (":", "="):
            return label, rest[1:].strip()
    return None


# ----- the numbers of a graph -----
def environment(graph: Graph | None, at: Mapping[str, Any], tie: str = "") -> dict[str, Any]:
    """Return every number of a graph at a point: values, gradients `dL_dw0`, and local gradients `local_e_f`."""
    if graph is None:
        return {name: exactly(value) for name, value in at.items()}
    walked = trace(graph, {n.name: at[n.name] for n in graph.inputs if n.name in at}, tie or "zero")
    assert walked.numbers is not None
    found = {name: walked.numbers[i] for name, i in graph.ids.items()}
    if walked.walk is None:
        return found
    top, gradient = graph.name(graph.out), walked.walk.gradient
    found |= {f"d{top}_d{name}": walked.numbers[gradient[i]] for name, i in graph.ids.items() if i in gradient}
    return found | {f"local_{source}_{target}": value for (source, target), value in locals_of(walked).items()}


def locals_of(walked: Trace) -> dict[tuple[str, str], Any]:
    """Return the local gradient of each operation by each argument; an argument used twice has the sum of both slots."""
    found: dict[tuple[str, str], Any] = {}
    for step in walked.steps:
        if step.edge is not None and step.local is not None:
            value = step.local.exact if step.local.exact is not None else step.local.value
            pair = walked.graph.name(step.edge.source), walked.graph.name(step.edge.target)
            found[pair] = found.get(pair, 0) + value
    return found


def exactly(value: Any) -> Any:
    """Return a number of a file as the decimal or fraction it was written as, a list as an array."""
    return np.array(value, dtype=float) if isinstance(value, list) else Fraction(str(value))


def evaluated(formula: str, known: Mapping[str, Any], shapes: Mapping[str, Any] | None = None) -> Any:
    """Return the value of a formula over known numbers, exact where they are.

    >>> evaluated("w0 - 0.01*dL_dw0", {"w0": Fraction(1, 2), "dL_dw0": Fraction(42, 5)})
    Fraction(52, 125)
    """
    here = dict(shapes or {}) | {name: np.shape(value) for name, value in known.items()}  # declared: e is a name, too
    graph = build(formula, shapes=here)
    missing = [n.name for n in graph.inputs if n.name not in known]
    if missing:
        raise LearnerError(f"'{missing[0]}' is no number of this exercise")
    value = graph.evaluate(
        {n.name: known[n.name] for n in graph.inputs},
        "float" if any(np.ndim(known[n.name]) for n in graph.inputs) else "exact",
    )[graph.out]
    return int(value) if isinstance(value, bool | np.bool_) else value


def flat(value: Any) -> list[Any]:
    """Return a number or an array as a list of numbers, row by row."""
    return list(np.ravel(value)) if np.ndim(value) else [value]


def trained(graph: Graph, run: Any) -> dict[str, Any]:
    """Return what a training run on the lecture's data ends with: each parameter, `loss_first`, `loss_last` (printed in the last epoch), `loss_after`."""
    history = train(graph, lecture(), method=run.method, reduction=run.reduction or "sum", rate=run.rate, epochs=run.epochs, batch_size=run.batch_size,
                    sequential=run.sequential, start=run.start or START)  # fmt: skip
    found: dict[str, Any] = {name: float(rows[-1]) for name, rows in history.parameters.items()}
    losses = {"loss_first": history.losses[0], "loss_last": history.losses[-1], "loss_after": history.loss}
    return found | {name: float(value) for name, value in losses.items()}


# ----- formulas of an answer -----
def wrong_tree(asked: Task, answer: Any) -> sp.Basic | None:
    """Return the only expression of an answer, or the first wrong one of several; None if there is none."""
    text = answer if isinstance(answer, str) else "\n".join(answer) if isinstance(answer, list | tuple) else ""
    trees = [part.tree for claim in derivation(text, **asked.read_options()) for part in claim.parts]
    if len(trees) < 2:
        return trees[0] if trees else None
    return next((s.tree for s in judged(asked, answer) if s.status in BAD and s.tree is not None), None)


def agree(asked: Task, given: Mapping[str, Any], slip: Mapping[str, Any]) -> bool:
    """Return whether an answer makes the slip: in each gradient that it has wrong."""
    return bool(given) and all(
        slip.get(name) is not None and tree is not None and compare(asked, tree, slip[name], prove=False)
        for name, tree in given.items()
    )


def early(asked: Task, given: sp.Basic) -> dict[str, tuple[str, ...]]:
    """Return parameter → the ones changed before its gradient was worked out, where an answer takes a step of descent so.

    The step is a list of `parameter - …`; a wrong entry counts where it is right once new values stand in its gradient.
    """
    right = asked.tree.args
    if not isinstance(given, heads.Vector) or len(given.args) != len(right) or len(right) > MOST_CHANGED:
        return {}
    new = dict(zip((entry.args[0] if entry.args else entry for entry in right), given.args, strict=True))
    wrong = [k for k, entry in enumerate(right) if not compare(asked, given.args[k], entry, prove=False)]
    found = {str(right[k].args[0]): changed_before(asked, right[k], given.args[k], new) for k in wrong if right[k].args}
    return found if found and all(found.values()) else {}


def changed_before(asked: Task, right: sp.Basic, given: sp.Basic, new: Mapping[sp.Basic, sp.Basic]) -> tuple[str, ...]:
    """Return the fewest parameters whose new values in the gradient of one step make it the given one; none where nothing does."""
    own, *rest = right.args
    others = [name for name in new if name != own and isinstance(name, sp.Symbol)]
    for count in range(1, len(others) + 1):
        for chosen in combinations(others, count):
            put = {name.name: new[name] for name in chosen}
            tree = trees.rebuilt(right, (own, *(trees.replaced(part, put) for part in rest)))
            if compare(asked, given, tree, prove=False):
                return tuple(put)
    return ()


# ----- domains -----
def stretch(domain: str | list[Any]) -> tuple[float, float]:
    """Return the ends between which numbers of a domain are drawn: a named one, or (low, high)."""
    if isinstance(domain, str):
        return easy(domain if domain in KINDS else "real")
    low, high = (float(Fraction(str(v))) for v in domain)
    return low, high
