"""What the right answers are, worked out from the program of an exercise: numbers, options, sheets, solutions."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from msgspec.structs import replace

from ..equal.domain import KINDS, easy
from ..errors import AuthorError, LearnerError
from ..expr.build import build
from ..expr.graph import Graph
from ..training.data import START, lecture
from ..training.train import train
from ..walk.trace import Trace, trace
from .exercises import Ask, Choice, Exercise, Numbers, Option, Point, Run, Sheet, Solve, lettered

SAMPLES = 60
CLOSE = 1e-9  # relative: what float64 leaves of some ten operations
RELATIONS = {"==": lambda a, b: abs(a - b) <= CLOSE * max(1, abs(a), abs(b)), "<=": lambda a, b: a <= b + CLOSE, ">=": lambda a, b: a >= b - CLOSE,
             "<": lambda a, b: a < b, ">": lambda a, b: a > b, "!=": lambda a, b: abs(a - b) > CLOSE * max(1, abs(a), abs(b))}  # fmt: skip


def graph_of(exercise: Exercise, program: str | None = None) -> Graph:
    """Return the graph of an exercise's program."""
    text = exercise.program if program is None else program
    return build(text, shapes=declared(exercise, text), constants=exercise.constants)


def declared(exercise: Exercise, text: str) -> dict[str, Any]:
    """Return the shapes of an exercise's names in a text of it. What it assumes of, or differentiates by, is a name, `e` too."""
    wrt = getattr(exercise, "wrt", ())
    assigned = {line.partition("=")[0].strip() for line in text.splitlines()}
    names = (*exercise.assume, *((wrt,) if isinstance(wrt, str) and wrt else wrt))
    return {name: () for name in names if name not in assigned} | exercise.shapes


# ----- the numbers that formulas may use -----
def environment(exercise: Exercise, at: Mapping[str, Any], tie: str = "") -> dict[str, Any]:
    """Return every number of the program at a point: values, gradients `dL_dw0`, and local gradients `local_e_f`."""
    if not exercise.program:
        return {name: exactly(value) for name, value in at.items()}
    graph = graph_of(exercise)
    walked = trace(
        graph, {n.name: at[n.name] for n in graph.inputs if n.name in at} if graph.inputs else {}, tie=tie or "zero"
    )
    assert walked.numbers is not None
    found = {name: walked.numbers[i] for name, i in graph.ids.items()}
    if walked.walk is None:
        return found
    top = graph.name(graph.out)
    found |= {
        f"d{top}_d{name}": walked.numbers[walked.walk.gradient[i]]
        for name, i in graph.ids.items()
        if i in walked.walk.gradient
    }
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
    here = dict(shapes or {}) | {name: np.shape(value) for name, value in known.items() if np.ndim(value)}
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


# ----- numbers -----
def places(exercise: Numbers, ask: Ask) -> list[Point]:
    """Return the points at which a question is asked."""
    return [exercise.at | exercise.points[name] for name in ask.points] or [exercise.at]


def numbers(exercise: Numbers, ask: Ask, formula: str | tuple[str, ...] | None = None) -> list[Any]:
    """Return the right numbers for one question; with `formula`, those that a slip gives instead."""
    if ask.count:
        return counted(exercise, ask.count) if formula is None else [evaluated(str(formula), {})]
    if ask.shape:
        return (
            list(shape_of(exercise, ask.shape)) if formula is None else [Fraction(f) for f in str(formula).split(",")]
        )
    texts = ask.formula if formula is None else formula
    texts = (texts,) if isinstance(texts, str) else texts
    if ask.run:
        known = ran(exercise, exercise.runs[ask.run])
        return [v for text in texts for v in flat(evaluated(text, known))]
    where = places(exercise, ask)
    own = (
        len(texts) // len(where)
        if not ask.over and formula is not None and len(texts) == len(numbers(exercise, ask))
        else 0
    )  # a slip of each point's own
    shares = [texts[k * own : (k + 1) * own] if own else texts for k in range(len(where))]
    shown = replace(exercise, program=ask.program or exercise.program)
    rows = [
        [v for text in share for v in flat(evaluated(text, environment(shown, at, ask.tie or exercise.tie)))]
        for share, at in zip(shares, where, strict=True)
    ]
    total = [sum(column) for column in zip(*rows, strict=True)]
    return (
        [v / len(rows) for v in total]
        if ask.over == "mean"
        else total
        if ask.over
        else [v for row in rows for v in row]
    )


def counted(exercise: Exercise, what: str) -> list[Any]:
    graph = graph_of(exercise)
    found = {"inputs": len(graph.inputs), "operations": sum(bool(n.args) for n in graph.nodes), "edges": len(graph.edges()),
             "constants": sum(n.role == "constant" for n in graph.nodes)}  # fmt: skip
    if what not in found:
        raise AuthorError(f"{exercise.id}: count = '{what}'; expected {', '.join(found)}")
    return [found[what]]


def shape_of(exercise: Exercise, name: str) -> tuple[int, ...]:
    """Return the shape of a node; `dL/dW` has that of W."""
    graph = graph_of(exercise)
    top = f"d{graph.name(graph.out)}/d"
    inner = name.removeprefix(top)
    if inner not in graph.ids:
        raise AuthorError(f"{exercise.id}: shape = '{name}', which is no node of its program")
    return graph.shapes[graph.ids[inner]]


def ran(exercise: Numbers, run: Run) -> dict[str, Any]:
    """Return what a training run on the lecture's data ends with: each parameter, `loss_first`, `loss_last` (printed in the last epoch), `loss_after`."""
    history = train(graph_of(exercise), lecture(), method=run.method, reduction=run.reduction or "sum", rate=run.rate, epochs=run.epochs, batch_size=run.batch_size,
                    sequential=run.sequential, start=run.start or START)  # fmt: skip
    found: dict[str, Any] = {name: float(rows[-1]) for name, rows in history.parameters.items()}
    return found | {
        "loss_first": float(history.losses[0]),
        "loss_last": float(history.losses[-1]),
        "loss_after": float(history.loss),
    }


# ----- options -----
def right_options(exercise: Choice) -> list[str]:
    """Return the letters of the options whose claims all hold."""
    return [letter for letter, option in lettered(exercise) if holds(exercise, option)]


def holds(exercise: Choice, option: Option) -> bool:
    """Return whether every claim of an option holds at the exercise's point, or at every sampled one."""
    for left, relation, right in option.claims:
        if relation not in RELATIONS:
            raise AuthorError(f"{exercise.id}: a claim relates by '{relation}'; expected one of {' '.join(RELATIONS)}")
        for known in knowns(exercise, (left, right)):
            a, b = (evaluated(side, known) for side in (left, right))
            if not all(RELATIONS[relation](float(x), float(y)) for x, y in zip(flat(a), flat(b), strict=True)):
                return False
    return True


def knowns(exercise: Choice, sides: Iterable[str]) -> Iterable[dict[str, Any]]:
    """Yield the numbers at which a claim is tried."""
    if exercise.at or exercise.program:
        yield environment(exercise, exercise.at, exercise.tie)
        return
    names = sorted({n.name for side in sides for n in build(side).inputs})
    rng = random.Random(exercise.id)
    for _ in range(SAMPLES if names else 1):
        yield {name: drawn(exercise.assume.get(name, "real"), rng) for name in names}


def stretch(domain: str | list[Any]) -> tuple[float, float]:
    """Return the ends between which numbers of a domain are drawn: a named one, or (low, high)."""
    if isinstance(domain, str):
        return easy(domain if domain in KINDS else "real")
    low, high = (float(Fraction(str(v))) for v in domain)
    return low, high


def drawn(domain: str | list[Any], rng: random.Random) -> float:
    """Return a number of a domain: a named one, or (low, high)."""
    low, high = stretch(domain)
    value = rng.uniform(low, high)
    if domain == "integer":
        return float(round(value))
    return -value if domain == "nonzero" and rng.random() < 0.5 else value


# ----- sheets -----
def sheet(exercise: Sheet) -> dict[str, Any]:
    """Return the cells of a sheet and their right numbers: `e.value`, `e.local.f`, `e.upstream`, in order of the nodes.

    Only named nodes are asked for: the program of a sheet gives every operation a name.
    """
    graph = graph_of(exercise)
    walked = trace(graph, exercise.at, exercise.tie or "zero")
    assert walked.numbers is not None and walked.walk is not None
    local = locals_of(walked)
    cells: dict[str, Any] = {}
    for node in graph.nodes:
        if node.args and "value" in exercise.columns:
            cells[f"{node.name}.value"] = walked.numbers[node.id]
        for (source, target), value in local.items() if "local" in exercise.columns else ():
            if source == node.name:
                cells[f"{source}.local.{target}"] = value
    backward: Iterable[Any] = reversed(graph.nodes) if "upstream" in exercise.columns else ()
    return cells | {
        f"{n.name}.upstream": walked.numbers[walked.walk.gradient[n.id]]
        for n in backward
        if n.id in walked.walk.gradient and n.role != "constant"
    }


# ----- solutions -----
def solution(exercise: Solve) -> str:
    """Return the root of a linear output as text: -(output at 0)/(its slope).

    >>> from .exercises import parse
    >>> text = 'format_version=1\\nid="a"\\nkind="solve"\\ntitle="t"\\nprompt="p"\\nhints=["1","2","3"]\\nprogram="a*x + b"\\nwrt="x"\\naccept=["-b/a"]\\n[[wrong]]\\nanswer="b"'
    >>> solution(parse(text))
    '-(a*0 + b)/(a)'
    """
    graph = graph_of(exercise)
    walked = trace(graph)
    assert walked.walk is not None
    here = graph.ids.get(exercise.wrt)
    if here is None or here not in walked.walk.gradient:
        raise AuthorError(f"{exercise.id}: wrt = '{exercise.wrt}' is no input of its program")
    slope = walked.walk.extended.formula(walked.walk.gradient[here])
    stops = {here: "0"}
    return f"-({graph.formula(graph.out, stops=stops)})/({slope})"
