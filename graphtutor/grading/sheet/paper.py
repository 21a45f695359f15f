"""A sheet on paper: as a text table, as CSV, or as JSON, with blanks to fill in or as its key.

The text table and the CSV say their problem, point and digits themselves, so that a filled-in file can be
graded as it is.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from .cell_values import Numbers, Symbols, key
from .sheet import Place, Sheet

BLANK = "____"
HEADINGS = ("problem", "at", "digits", "shapes", "constants")
COLUMNS = ("node", "value", "local gradients")


def rows_of(sheet: Sheet, filled: bool) -> list[dict[str, Any]]:
    """Return the rows as the contract writes them; None in what is to be filled in, everywhere if not `filled`."""
    known = content(sheet) if filled else {}
    here = list(sheet.places())
    found = []
    for row in sheet.rows:
        own = [p for p in here if p.id == row.id]
        said: dict[str, Any] = {"node": row.title}
        if row.graph is not None:
            said["value"] = known.get(Place("value", row.id))
            said |= {"local": local} if (local := {p.arg: known.get(p) for p in own if p.what == "local"}) else {}
        elif sheet.at is not None:
            said["value"] = shown_exactly(dict(sheet.at)[row.name])
        if Place("upstream", row.id) in own:
            said["upstream"] = "1" if row.id == sheet.graph.out else known.get(Place("upstream", row.id))
        found.append(said)
    return found


def content(sheet: Sheet) -> dict[Place, str]:
    """Return what belongs into each cell, as text."""
    known = (Numbers(sheet) if sheet.at is not None else Symbols(sheet)).known
    return {place: key(sheet, known, place) for place in sheet.places()}


def headings(
    sheet: Sheet, problem: str, shapes: Mapping[str, Any], constants: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Return what stands above a sheet: the problem, the point, the digits."""
    found = [("problem", "; ".join(line.strip() for line in problem.strip().splitlines()))]
    if sheet.at is not None:
        found += [
            ("at", ", ".join(f"{name} = {shown_exactly(value)}" for name, value in sheet.at)),
            ("digits", str(sheet.digits)),
        ]
    found += (
        [
            (
                "shapes",
                ", ".join(f"{n} = {'x'.join(map(str, (s,) if isinstance(s, int) else s))}" for n, s in shapes.items()),
            )
        ]
        if shapes
        else []
    )
    return [*found, *([("constants", ", ".join(f"{n} = {v}" for n, v in constants.items()))] if constants else [])]


def shown_exactly(value: Any) -> str:
    """Return a number of the point so that it reads back as it is.

    >>> shown_exactly(Fraction(1, 2)), shown_exactly(Fraction(1, 3)), shown_exactly((1.0, 2.5))
    ('0.5', '1/3', '[1, 2.5]')
    """
    if np.ndim(value):
        return f"[{', '.join(shown_exactly(v) for v in value)}]"
    if not isinstance(value, Fraction):
        return repr(float(value)).removesuffix(".0")
    text = f"{float(value):.15g}"
    return text if "e" not in text and Fraction(text) == value else str(value)


def as_text(
    sheet: Sheet,
    problem: str,
    filled: bool = False,
    shapes: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
) -> str:
    """Return a sheet as a table of text, with blanks or (`filled`) as its key.

    >>> from graphtutor.expr.build import build
    >>> from .sheet import sheet
    >>> print(as_text(sheet(build("u = w*x; L = u**2"), {"w": 2, "x": 3}), "u = w*x; L = u**2"))
    problem: u = w*x; L = u**2
    at: w = 2, x = 3
    digits: 2
    <BLANKLINE>
    node     | value | local gradients  | dL/d(node)
    ---------|-------|------------------|-----------
    w        | 2     |                  | ____
    x        | 3     |                  | ____
    u = w*x  | ____  | w: ____; x: ____ | ____
    L = u**2 | ____  | u: ____          | 1
    """
    rows = rows_of(sheet, filled)
    table = [[*COLUMNS, f"d{sheet.graph.name(sheet.graph.out)}/d(node)"]]
    for row in rows:
        local = "; ".join(
            f"{name}: {BLANK if value is None else value}" for name, value in row.get("local", {}).items()
        )
        table.append([row["node"], cell(row, "value"), local, cell(row, "upstream")])
    wide = [max(len(line[k]) for line in table) for k in range(4)]
    lines = [" | ".join(text.ljust(w) for text, w in zip(line, wide, strict=True)).rstrip() for line in table]
    lines.insert(1, "-|-".join("-" * w for w in wide))
    return "\n".join(
        [*(f"{name}: {text}" for name, text in headings(sheet, problem, shapes or {}, constants or {})), "", *lines]
    )


def cell(row: Mapping[str, Any], column: str) -> str:
    return "" if column not in row else BLANK if row[column] is None else str(row[column])


def as_csv(
    sheet: Sheet,
    problem: str,
    filled: bool = False,
    shapes: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
) -> str:
    """Return a sheet as CSV, a line for each cell: cell, node, answer."""
    known = content(sheet) if filled else {}
    lines = [
        ("cell", "node", "answer"),
        *((name, "", text) for name, text in headings(sheet, problem, shapes or {}, constants or {})),
    ]
    lines += [
        (sheet.name(p), sheet.by_id[p.id].title, "1" if p == Place("upstream", sheet.graph.out) else known.get(p, ""))
        for p in sheet.places()
    ]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue().rstrip("\n")


def as_json(
    sheet: Sheet,
    problem: str,
    filled: bool = False,
    shapes: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a sheet as the object that a submission's answer is, with its problem beside."""
    point = {"at": {name: number(shown_exactly(value)) for name, value in sheet.at}} if sheet.at is not None else {}
    more = {"shapes": dict(shapes)} if shapes else {}
    return {
        "expression": problem,
        **more,
        **({"constants": dict(constants)} if constants else {}),
        "answer": {"sheet": rows_of(sheet, filled), **point, "digits": sheet.digits},
    }


def number(text: str) -> Any:
    """Return a number of a point as JSON has it: text where it is a fraction."""
    try:
        return json.loads(text)
    except ValueError:
        return text
