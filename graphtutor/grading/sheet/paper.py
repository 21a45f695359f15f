"""A sheet on paper: as a text table, as CSV, or as JSON, with blanks to fill in or as its key.

The text table and the CSV say their problem, point and digits themselves, so that a filled-in file can be
graded as it is.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Paper:
    """A sheet as it is handed out, its problem above it: with blanks, or `filled` as its key."""

    sheet: Sheet
    problem: str
    filled: bool = False
    shapes: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)

    def headings(self) -> list[tuple[str, str]]:
        """Return what stands above a sheet: the problem, the point, the digits."""
        found = [("problem", "; ".join(line.strip() for line in self.problem.strip().splitlines()))]
        if self.sheet.at is not None:
            found.append(("at", ", ".join(f"{name} = {shown_exactly(value)}" for name, value in self.sheet.at)))
            found.append(("digits", str(self.sheet.digits)))
        if self.shapes:
            sizes = {n: (s,) if isinstance(s, int) else s for n, s in self.shapes.items()}
            found.append(("shapes", ", ".join(f"{n} = {'x'.join(map(str, s))}" for n, s in sizes.items())))
        if self.constants:
            found.append(("constants", ", ".join(f"{n} = {v}" for n, v in self.constants.items())))
        return found

    def text(self) -> str:
        """Return the sheet as a table of text.

        >>> from graphtutor.expr.build import build
        >>> from .sheet import sheet
        >>> print(Paper(sheet(build("u = w*x; L = u**2"), {"w": 2, "x": 3}), "u = w*x; L = u**2").text())
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
        table = [[*COLUMNS, f"d{self.sheet.graph.name(self.sheet.graph.out)}/d(node)"]]
        for row in rows_of(self.sheet, self.filled):
            slopes = row.get("local", {}).items()
            local = "; ".join(f"{name}: {BLANK if value is None else value}" for name, value in slopes)
            table.append([row["node"], cell(row, "value"), local, cell(row, "upstream")])
        wide = [max(len(line[k]) for line in table) for k in range(4)]
        lines = [" | ".join(text.ljust(w) for text, w in zip(line, wide, strict=True)).rstrip() for line in table]
        lines.insert(1, "-|-".join("-" * w for w in wide))
        return "\n".join([*(f"{name}: {text}" for name, text in self.headings()), "", *lines])

    def csv(self) -> str:
        """Return the sheet as CSV, a line for each cell: cell, node, answer."""
        known = content(self.sheet) if self.filled else {}
        known |= {Place("upstream", self.sheet.graph.out): "1"}
        cells = [(self.sheet.name(p), self.sheet.by_id[p.id].title, known.get(p, "")) for p in self.sheet.places()]
        out = io.StringIO()
        above = [(name, "", text) for name, text in self.headings()]
        csv.writer(out, lineterminator="\n").writerows([("cell", "node", "answer"), *above, *cells])
        return out.getvalue().rstrip("\n")

    def json(self) -> dict[str, Any]:
        """Return the sheet as the object that a submission's answer is, with its problem beside."""
        at = self.sheet.at
        point = {"at": {name: number(shown_exactly(value)) for name, value in at}} if at is not None else {}
        answer = {"sheet": rows_of(self.sheet, self.filled), **point, "digits": self.sheet.digits}
        more = {"shapes": dict(self.shapes), "constants": dict(self.constants)}
        return {"expression": self.problem, **{key: value for key, value in more.items() if value}, "answer": answer}


def cell(row: Mapping[str, Any], column: str) -> str:
    return "" if column not in row else BLANK if row[column] is None else str(row[column])


def number(text: str) -> Any:
    """Return a number of a point as JSON has it: text where it is a fraction."""
    try:
        return json.loads(text)
    except ValueError:
        return text
