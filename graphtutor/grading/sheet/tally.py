"""From the judged cells of a sheet to a Grade: points, what is said, and what explains the wrong cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from ...errors import ReadError
from ...expr.graph import Graph
from ...expr.running import as_sympy
from ...expr.tracer import Builder, Tracer
from ...language import trees
from ...ops.misconceptions import mistake
from ...ops.table import ROWS
from ...text import several
from ..asked.task import Task
from ..told.grades import Grade
from ..told.marks import Cell, Misconception, Rubric
from .cell_values import OUT
from .filled import KEYS, read_sheet
from .judged import ROUNDED, Found, Judge, told
from .matching import handed_in
from .sheet import Place, Row
from .typed import finite

SHARE = {"right": 1.0, "wrong": 0.0, "blank": 0.0}
OPEN = ("unread", "undecided")
WAYS: Mapping[
    str, Callable[[Any, Any], Any]
] = {  # how what arrives at a node can be put together wrongly: id → from (local, upstream) of one edge
    "upstream.dropped": lambda local, up: local,
    "local.dropped": lambda local, up: up,
    "chain.added-not-multiplied": lambda local, up: local + up,
    "sign.lost-inner-minus": lambda local, up: -local * up,
}
MOST_PATHS = 8


def of_sheet(
    asked: Task, answer: Mapping[str, Any], rubric: Rubric, tie: str = "zero", columns: Sequence[str] = KEYS
) -> Grade:
    """Return the Grade of a backprop sheet: {"sheet": rows, "at": point, "digits": n}; `Grade.cells` holds every cell.

    `sheet` may be the text of a table or CSV too. `columns`: those of "value", "local" and "upstream" that are asked for.

    A cell that only follows from a wrong one earns the rubric's share; one that cannot be read costs nothing.

    >>> from graphtutor.grading.asked.task import task
    >>> rows = [{"node": "u = w*x", "value": 5, "local": {"w": 3, "x": 2}, "upstream": 10}, {"node": "L = u**2", "value": 25, "local": {"u": 10}}]
    >>> grade = of_sheet(task("u = w*x; L = u**2"), {"sheet": rows, "at": {"w": 2, "x": 3}}, Rubric())
    >>> [(name, status) for name, status in grade.cells.items() if status != "right"]
    [('u.value', 'wrong'), ('L.value', 'follows'), ('L.local.u', 'follows'), ('u.upstream', 'follows')]
    """
    try:
        written = answer.get("sheet")
        read = read_sheet(written)["answer"] if isinstance(written, str) else {}
        whole = {**read, **{key: value for key, value in answer.items() if key not in read or key != "sheet"}}
        judge = Judge(asked, handed_in(asked, whole, tie, columns))
    except ReadError as error:
        return Grade(0.0, None, f"This cannot be read: {error.message}. It costs nothing.", invalid=error)
    cells = told(judge)
    wrong = [f for f in judge.found.values() if f.status == "wrong" and f.place in judge.handed.asked]
    return Grade(
        earned(judge, cells, rubric),
        message=message(cells, judge.handed.sheet.name(Place("upstream", judge.handed.sheet.graph.out))),
        first_wrong=next((k for k, i in enumerate(judge.handed.listed) if any(f.place.id == i for f in wrong)), None),
        misconceptions=tuple(dict.fromkeys(m for f in wrong for m in named(judge, f)))[:12],
        table=cells,
        broken=broken(asked, judge, wrong),
        **openings(cells),
    )


def openings(cells: Sequence[Cell]) -> dict[str, Any]:
    """Return whether all cells are right, None where some are open, and what of them could not be read or decided."""
    open_ = [c for c in cells if c.status in OPEN]
    wrong = any(c.status not in ("right", *OPEN) for c in cells)
    unread = next((c for c in open_ if c.status == "unread"), None)
    return {
        "correct": False if wrong else None if open_ else True,
        "invalid": None if unread is None else ReadError(f"{unread.name}: {unread.note}", unread.given),
        "undecided_because": "" if wrong else "; ".join(f"{c.name}: {c.note}" for c in open_),
    }


def earned(judge: Judge, cells: Sequence[Cell], rubric: Rubric) -> float:
    """Return the share of the points that cells earn; those that are open do not count."""
    points = [(weight(judge, c, rubric), rubric.follow if c.status == "follows" else SHARE[c.status]) for c in cells if c.status not in OPEN]  # fmt: skip
    whole = sum(weight for weight, _ in points)
    return sum(weight * share for weight, share in points) / whole if whole else 0.0


def weight(judge: Judge, cell: Cell, rubric: Rubric) -> float:
    """Return the points of a cell: those of its row, in the order in which the student lists them."""
    name = cell.name.split(".")[0]
    row = next(
        (k for k, i in enumerate(judge.handed.listed) if judge.handed.sheet.by_id[i].name == name),
        len(judge.handed.listed),
    )
    return rubric.of(row)


def message(cells: tuple[Cell, ...], printed: str = "") -> str:
    """Return the sheet's result in one or two sentences; the cell `printed` is filled in on every sheet.

    >>> message((Cell("u.value", "wrong"), Cell("L.value", "follows", note="follows from your u.value"), Cell("L.local.u", "blank")))
    'u.value is wrong. 1 cell follows from it, 1 is blank.'
    """
    by = {status: [c.name for c in cells if c.status == status] for status in ("right", "wrong", "follows", "blank", *OPEN)}  # fmt: skip
    wrong = by["wrong"]
    if all(c.status == "blank" or c.name == printed for c in cells):
        return "Nothing is filled in yet."
    if len(by["right"]) == len(cells):
        rounded = sum(c.note.startswith(ROUNDED) for c in cells)
        told = f"Right, all {len(cells)} cells" if len(cells) > 1 else "Right"
        return f"{told}; {rounded} as rounded." if rounded else f"{told}."
    head = f"What is filled in is right: {len(by['right'])} of {len(cells)} cells."
    if wrong:
        head = f"{several(wrong, 4)} {'is' if len(wrong) == 1 else 'are'} wrong."
    rest = others(by, "it" if len(wrong) == 1 else "them")
    return f"{head} {', '.join(rest)}." if rest else head


def others(by: Mapping[str, Sequence[str]], wrong: str) -> list[str]:
    """Return how many cells are neither right nor wrong, in words."""
    count = len(by["follows"])
    found = [f"{count} cell{'s follow' if count > 1 else ' follows'} from {wrong}"] if count else []
    for status, word in (("blank", "blank"), ("unread", "not readable"), ("undecided", "for a person to decide")):
        count = len(by[status])
        found += [f"{count} {'is' if count == 1 else 'are'} {word}"] if count else []
    return found


# ----- what explains a wrong cell -----
def named(judge: Judge, found: Found) -> Iterator[Misconception]:
    """Yield what explains a wrong cell: the slips of the operation's row, or of putting a gradient together."""
    place, row = found.place, judge.handed.sheet.by_id[found.place.id]
    if judge.numeric and not finite(found.worth):
        return
    if place.what == "local":
        for id_, hint, value in local_slips(judge, row, place.arg):
            if judge.near(found.worth, value):
                yield Misconception(id_, row.name, row.text, (row.name, place.arg), hint, hint, argument=place.arg)
    elif place.what == "upstream":
        yield from gathered(judge, found, row)


def local_slips(judge: Judge, row: Row, arg: str) -> Iterator[tuple[str, str, Any]]:
    """Yield (id, hint, value) of every wrong local derivative that the operation's row knows."""
    assert row.graph is not None
    op, args, params = row.graph.cells[row.graph.out]
    if any(row.graph.cells[a][1] for a in args):
        return
    here = [slot for slot, a in enumerate(args) if a == row.graph.ids[arg]]
    known = {name: judge.worth[Place("value", i)] for name, i in row.args}
    for slip in ROWS[op].slips:
        if slip.local is None:
            continue
        builder = Builder(row.graph.cells, row.graph.shapes)
        builder.cells[row.graph.out] = ("input", (), (OUT,))
        stand_ins = (Tracer(builder, a) for a in args)
        wrong = ROWS[op].local_at(
            judge.handed.sheet.tie, Tracer(builder, row.graph.out), *stand_ins, *params, rule=slip.local
        )
        for slot in here:
            if wrong[slot] is not None:
                out = Tracer(builder, args[slot]).lift(wrong[slot])
                graph = Graph(tuple(builder.cells), tuple(builder.shapes), out)
                values = {**known, OUT: judge.worth[Place("value", row.id)]}
                yield (
                    slip.id,
                    slip.hint,
                    graph.evaluate(values)[out]
                    if judge.numeric
                    else trees.replaced(as_sympy(graph.expression(out)), values),
                )


def gathered(judge: Judge, found: Found, row: Row) -> Iterator[Misconception]:
    """Yield the slips that lead from the student's own local and upstream gradients to what was written as arriving."""
    edges = [
        (s, name, judge.worth[Place("local", s.id, name)], judge.worth[Place("upstream", s.id)])
        for s, name in judge.handed.sheet.senders(row.id)
        if s.flat
    ]
    if not edges or len(edges) > MOST_PATHS:
        return
    lost = dropped(judge, found.worth, [local * up for _, _, local, up in edges])
    if lost is not None:
        yield structural("path.dropped", edges[lost][0], edges[lost][1])
        return
    for id_, way in WAYS.items():
        for k, (sender, name, local, up) in enumerate(edges):
            rest = [a * b for j, (_, _, a, b) in enumerate(edges) if j != k]
            wrong = way(local, up)
            if judge.near(found.worth, added([wrong, *rest])) and not judge.near(wrong, local * up):
                yield structural(id_, sender, name)


def dropped(judge: Judge, worth: Any, parts: list[Any]) -> int | None:
    """Return the first of the parts that a sum lacks, where it is the sum of the others."""
    for count in range(1, len(parts)):
        for kept in combinations(range(len(parts)), count):
            if judge.near(worth, added([parts[k] for k in kept])):
                return next(k for k in range(len(parts)) if k not in kept)
    return None


def structural(id_: str, sender: Row, name: str) -> Misconception:
    hint = mistake(id_).hint
    return Misconception(
        id_,
        sender.name,
        sender.text,
        (sender.name, name),
        hint,
        f"{hint} Look at what goes from {sender.name} to {name}.",
        argument=name,
    )


def added(parts: list[Any]) -> Any:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def broken(asked: Task, judge: Judge, wrong: list[Found]) -> tuple[Any, ...]:
    """Return the place of the first wrong cell that is an edge, else of the first wrong one."""
    graph = judge.handed.sheet.graph
    for f in wrong:
        row = judge.handed.sheet.by_id[f.place.id]
        if f.place.what == "local":
            return asked.place(graph.formula(row.id), graph.formula(dict(row.args)[f.place.arg]))
        senders = judge.handed.sheet.senders(row.id)
        if f.place.what == "upstream" and senders:
            return asked.place(graph.formula(senders[0][0].id), graph.formula(row.id))
    first = next(iter(wrong), None)
    return () if first is None else asked.place(graph.formula(first.place.id))
