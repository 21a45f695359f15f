"""A sheet as it is handed in: its rows matched to the problem's nodes, and what stands in each cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import ReadError
from ..asked.task import Task
from .matching import Matching, name_and_formula
from .sheet import Place, Row, Sheet, sheet, with_rows

BLANK = re.compile(r"[\s_?.…–—-]*")
KEYS = ("node", "value", "local", "upstream")
MOST_ROWS = 2000


@dataclass(frozen=True)
class Handed:
    """A sheet with what a student put into it: cell → as it was typed; `listed` are the rows in the student's order.

    `base` is the problem's own sheet, `asked` the cells that count.
    `strange` holds the cells whose row is no node of the problem, each with the reason.
    """

    sheet: Sheet
    base: Sheet
    given: Mapping[Place, Any]
    listed: tuple[int, ...]
    asked: frozenset[Place]
    strange: tuple[tuple[str, Any, str], ...] = ()


def blank(value: Any) -> bool:
    """Return whether a cell is empty: nothing, a line to write on, a dash or a question mark."""
    return value is None or (isinstance(value, str) and BLANK.fullmatch(value) is not None)


def handed_in(asked: Task, answer: Mapping[str, Any], tie: str = "zero", columns: Sequence[str] = KEYS) -> Handed:
    """Return what a sheet in the form of the contract says: {"sheet": rows, "at": point, "digits": n}.

    A row has `node` ("u = w0*x0", or the name of a node alone), `value`, `local` (argument → gradient) and
    `upstream`. A node that no row is for is taken as a row of blanks; `columns` are those that are asked for.
    Raises ReadError for another form.
    """
    rows, at, digits = form_of(answer)
    base = sheet(
        asked.graph,
        None if at is None else {name: value for name, value in at.items() if name in asked.inputs},
        digits,
        tie,
    )
    found = Matching(asked, base, [row["node"] for row in rows])
    given: dict[Place, Any] = {}
    local: list[tuple[Row, Mapping[str, Any]]] = []
    strange: list[tuple[str, Any, str]] = []
    for row in rows:
        slopes = local_of(row.get("local"))
        try:
            mine = found.row(row["node"], [argument_name(name) for name in slopes])
        except ReadError as error:
            strange.extend(
                (f"{name_and_formula(row['node'])[0]}.{k}", row[k], error.message)
                for k in ("value", "upstream")
                if not blank(row.get(k))
            )
            continue
        given[Place("value", mine.id)], given[Place("upstream", mine.id)] = row.get("value"), row.get("upstream")
        local.append((mine, slopes))
    whole = with_rows(base, list(found.own.values()), found.lines())
    for mine, values in local:
        for name, value in values.items():
            try:
                counted(mine, values)
                given[Place("local", mine.id, argument(whole, mine, str(name)))] = value
            except ReadError as error:
                strange.extend([] if blank(value) else [(f"{mine.name}.local.{str(name)[:30]}", value, error.message)])
    return Handed(
        whole,
        base,
        given,
        tuple(found.own),
        frozenset(p for p in wanted(whole, given) if p.what in columns),
        tuple(strange),
    )


def form_of(answer: Mapping[str, Any]) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, Any] | None, int]:
    """Return the rows, the point and the decimals of a sheet. Raises ReadError where one of them has another form."""
    rows, at, digits = answer.get("sheet"), answer.get("at") or None, answer.get("digits", 2)
    if (
        not isinstance(rows, list | tuple)
        or not all(isinstance(r, Mapping) and isinstance(r.get("node"), str) for r in rows)
        or len(rows) > MOST_ROWS
    ):
        raise ReadError(
            'a sheet is a list of rows such as {"node": "u = w0*x0", "value": 1, "local": {"w0": 2}, "upstream": 4.2}',
            str(rows)[:60],
        )
    for row in rows:
        unknown = next((str(k) for k in row if k not in KEYS), None)
        if unknown is not None:
            raise ReadError(
                f"'{unknown[:30]}' is no column of a sheet; it has node, value, local and upstream",
                str(row["node"])[:60],
            )
    if at is not None and not isinstance(at, Mapping):
        raise ReadError('the point of a sheet is an object such as {"w0": 0.5, "x0": 2}', str(at)[:60])
    if not isinstance(digits, int) or isinstance(digits, bool):
        raise ReadError(f"digits is {str(digits)[:20]!r}; expected a whole number of decimals", str(digits)[:60])
    return rows, at, digits


def local_of(value: Any) -> dict[str, Any]:
    """Return the local gradients of a row by argument; a list of them by their number, one alone as the first.

    >>> local_of({"w": 3}), local_of([3, 2]), local_of("4"), local_of(None)
    ({'w': 3}, {'#0': 3, '#1': 2}, {'#0': '4'}, {})
    """
    if isinstance(value, Mapping):
        return {str(name): v for name, v in value.items()}
    if blank(value):
        return {}
    several = value if isinstance(value, list | tuple) else [value]
    return {f"#{k}": v for k, v in enumerate(several)}


def counted(row: Row, values: Mapping[str, Any]) -> None:
    """Refuse local gradients without names that are not as many as the row has."""
    if any(name.startswith("#") for name in values) and len(values) != len(row.passes):
        raise ReadError(
            f"{row.name} has {len(row.passes)} local gradients ({', '.join(row.passes)}), met {len(values)}; say which is which",
            row.title[:60],
        )


def argument_name(name: str) -> str:
    """Return the argument that a key names: `w0`, `du/dw0`, `∂u/∂w₀`.

    >>> argument_name(" ∂u/∂w₀ "), argument_name("w0")
    ('w0', 'w0')
    """
    short = unicodedata.normalize("NFKC", name).strip()
    quotient = re.fullmatch(r"[d∂]\s*\w+\s*/\s*[d∂]\s*(\w+)", short)
    return quotient[1] if quotient else short


def argument(whole: Sheet, row: Row, name: str) -> str:
    """Return the argument of a row that a key names, however the row itself calls it."""
    short = argument_name(name)
    if re.fullmatch(r"#\d+", short) and int(short[1:]) < len(row.passes):
        return row.passes[int(short[1:])]
    if short in row.passes:
        return short
    there = next(
        (
            n
            for n, i in row.args
            if n in row.passes and (whole.by_id[i].name == short or whole.graph.ids.get(short) == i)
        ),
        None,
    )
    if there is None:
        raise ReadError(
            f"{row.name} has no local gradient by '{short[:30]}'; it has {', '.join(row.passes) or 'none'}",
            row.title[:60],
        )
    return there


def wanted(whole: Sheet, given: Mapping[Place, Any]) -> list[Place]:
    """Return the cells that count: all, but for the gradient of the output, which is 1, and of inputs where they are left out."""
    found = []
    for place in whole.places():
        said = not blank(given.get(place))
        free = place.what == "upstream" and (
            place.id == whole.graph.out or (whole.by_id[place.id].graph is None and place not in given)
        )
        if said or not free:
            found.append(place)
    return found
