"""A sheet on paper: as a text table, as CSV, or as JSON, with blanks to fill in or as its key; and read back from them.

The text table and the CSV say their problem, point and digits themselves, so that a filled-in file can be
graded as it is.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from ..errors import ReadError
from .cells import key
from .figures import plain
from .sheet import Numbers, Place, Sheet, Symbols

BLANK = "____"
HEADINGS = ("problem", "at", "digits", "shapes", "constants")
COLUMNS = ("node", "value", "local gradients")
NODE, VALUE, UPSTREAM = ("node", "name", "operation"), ("value", "forward", "forward value"), ("upstream", "gradient", "arrives")
LONGEST = 200_000
NAMED = r"(?:[d∂]\s*\w+\s*/\s*[d∂]\s*\w+|[^\W\d]\w*)\s*[:=](?!=)"  # w: … or ∂u/∂w = …
LABEL, BETWEEN = re.compile(NAMED), re.compile(rf";|,(?=\s*{NAMED})")


# ----- out -----
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


def headings(sheet: Sheet, problem: str, shapes: Mapping[str, Any], constants: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what stands above a sheet: the problem, the point, the digits."""
    found = [("problem", "; ".join(line.strip() for line in problem.strip().splitlines()))]
    if sheet.at is not None:
        found += [("at", ", ".join(f"{name} = {shown_exactly(value)}" for name, value in sheet.at)), ("digits", str(sheet.digits))]
    found += [("shapes", ", ".join(f"{n} = {'x'.join(map(str, (s,) if isinstance(s, int) else s))}" for n, s in shapes.items()))] if shapes else []
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


def as_text(sheet: Sheet, problem: str, filled: bool = False, shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None) -> str:
    """Return a sheet as a table of text, with blanks or (`filled`) as its key.

    >>> from graphtutor.build import build
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
        local = "; ".join(f"{name}: {BLANK if value is None else value}" for name, value in row.get("local", {}).items())
        table.append([row["node"], cell(row, "value"), local, cell(row, "upstream")])
    wide = [max(len(line[k]) for line in table) for k in range(4)]
    lines = [" | ".join(text.ljust(w) for text, w in zip(line, wide, strict=True)).rstrip() for line in table]
    lines.insert(1, "-|-".join("-" * w for w in wide))
    return "\n".join([*(f"{name}: {text}" for name, text in headings(sheet, problem, shapes or {}, constants or {})), "", *lines])


def cell(row: Mapping[str, Any], column: str) -> str:
    return "" if column not in row else BLANK if row[column] is None else str(row[column])


def as_csv(sheet: Sheet, problem: str, filled: bool = False, shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None) -> str:
    """Return a sheet as CSV, a line for each cell: cell, node, answer."""
    known = content(sheet) if filled else {}
    lines = [("cell", "node", "answer"), *((name, "", text) for name, text in headings(sheet, problem, shapes or {}, constants or {}))]
    lines += [(sheet.name(p), sheet.by_id[p.id].title, "1" if p == Place("upstream", sheet.graph.out) else known.get(p, "")) for p in sheet.places()]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue().rstrip("\n")


def as_json(sheet: Sheet, problem: str, filled: bool = False, shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a sheet as the object that a submission's answer is, with its problem beside."""
    point = {"at": {name: number(shown_exactly(value)) for name, value in sheet.at}} if sheet.at is not None else {}
    more = {"shapes": dict(shapes)} if shapes else {}
    return {"expression": problem, **more, **({"constants": dict(constants)} if constants else {}), "answer": {"sheet": rows_of(sheet, filled), **point, "digits": sheet.digits}}


def number(text: str) -> Any:
    """Return a number of a point as JSON has it: text where it is a fraction."""
    try:
        return json.loads(text)
    except ValueError:
        return text


# ----- in -----
def looks_like(text: str) -> bool:
    """Return whether a text is a sheet, as a table or as CSV."""
    first = next((line.strip().lower() for line in text.splitlines() if line.strip()), "")
    names = [name.strip().strip('"') for name in first.split(",")]
    rows = [{part.strip().lower() for part in line.split("|")} for line in text.splitlines() if "|" in line]
    return {"cell", "answer"} <= set(names) or {"node", "value"} <= set(names) or any(set(NODE) & row and set(VALUE) & row for row in rows)


def read_sheet(text: str) -> dict[str, Any]:
    """Return a filled-in sheet as a submission: what stands above it, and its answer.

    Raises ReadError with the line where a table or CSV goes wrong.

    >>> read_sheet("at: w = 2\\nnode | value | local | upstream\\nL = w*w | 4 | w: 4 | 1")
    {'answer': {'sheet': [{'node': 'L = w*w', 'value': '4', 'local': {'w': '4'}, 'upstream': '1'}], 'at': {'w': 2}}}
    """
    if len(text) > LONGEST:
        raise ReadError(f"the sheet is {len(text)} characters long; at most {LONGEST} are read", text.split("\n")[0][:60])
    first = next((line for line in text.splitlines() if line.strip()), "")
    above, rows = from_csv(text) if "," in first.split("|")[0] and "|" not in text.split("\n")[0] and not heading(first) else from_table(text)
    if not rows:
        raise ReadError("no row of a sheet found; expected a table with the columns node, value, local gradients, upstream", first[:60])
    answer: dict[str, Any] = {"sheet": rows}
    if "at" in above:
        answer["at"] = {name: number(value) for name, value in pairs(above["at"]).items()}
    if "digits" in above:
        digits = plain(above["digits"].strip())
        answer["digits"] = int(digits.value) if digits is not None and digits.decimals == 0 else above["digits"]
    found: dict[str, Any] = {"expression": above["problem"]} if "problem" in above else {}
    if "shapes" in above:
        found["shapes"] = {n: [int(s) for s in v.split("x") if s.strip().isdigit()] for n, v in pairs(above["shapes"]).items()}
    if "constants" in above:
        found["constants"] = {n: number(v) for n, v in pairs(above["constants"]).items()}
    return {**found, "answer": answer}


def pairs(text: str) -> dict[str, str]:
    """Return name → text of `w = 2, x = [1, 2]`."""
    pieces = re.split(r"[,;]\s*(?=[^\W\d]\w*\s*=)", text)
    return {name.strip(): value.strip() for name, equals, value in (p.partition("=") for p in pieces) if equals}


def heading(line: str) -> tuple[str, str] | None:
    """Return (name, text) of a line such as `at: w = 2`."""
    name, colon, rest = line.partition(":")
    return (name.strip().lower(), rest.strip()) if colon and name.strip().lower() in HEADINGS else None


def from_table(text: str) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return what stands above a table, and its rows."""
    above: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    columns: list[str] = []
    for k, line in enumerate(text.splitlines(), 1):
        said = heading(line)
        if said is not None:
            above[said[0]] = said[1]
        if said is not None or "|" not in line or not set(line) - set("-|+: \t=_"):
            continue
        parts = [part.strip() for part in line.strip().removeprefix("|").removesuffix("|" if line.strip().startswith("|") else "\0").split("|")]
        if not columns:
            columns = [column(part) for part in parts]
            if "node" in columns:
                continue
            columns = ["node", "value", "local", "upstream"]
        if len(parts) > len(columns):
            raise ReadError(f"{len(parts)} cells where there are {len(columns)} columns; write abs(x) for |x|", line, k, 1)
        row = dict(zip(columns, parts, strict=False))
        rows.append({name: locals_of(value, line, k) if name == "local" else value for name, value in row.items() if name and not (name == "local" and not value)})
    return above, rows


def column(title: str) -> str:
    """Return what a column holds, by its title."""
    word = title.lower().strip()
    if word in NODE or word in VALUE or word in UPSTREAM:
        return "node" if word in NODE else "value" if word in VALUE else "upstream"
    return "local" if word.startswith("local") else "upstream" if re.match(r"(d|∂)\w+/|upstream|total", word) else ""


def locals_of(text: str, line: str, number: int) -> dict[str, str]:
    """Return argument → gradient of `w: 3; x: 2`, `w = 3, x = 2`; a single one may stand alone.

    >>> locals_of("∂u/∂w = 3, x: max(1, 2)", "", 1), locals_of("2*e", "", 1)
    ({'∂u/∂w': '3', 'x': 'max(1, 2)'}, {'#0': '2*e'})
    """
    found: dict[str, str] = {}
    for piece in filter(None, (p.strip() for p in BETWEEN.split(text))):
        labelled = LABEL.match(piece)
        name, value = (labelled[0][:-1].strip(), piece[labelled.end() :]) if labelled else (f"#{len(found)}", piece)
        if name in found:
            raise ReadError(f"'{name}' is given twice; write each local gradient once, such as w: 3; x: 2", line, number, max(1, line.find(piece) + 1))
        found[name] = value.strip()
    return found


def from_csv(text: str) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return what stands above the cells of a CSV, and its rows: a line for each cell, or for each node."""
    above: dict[str, str] = {}
    rows: dict[str, dict[str, Any]] = {}
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), skipinitialspace=True)
    names = {str(name).strip().lower(): name for name in reader.fieldnames or []}
    try:
        lines = list(reader)
    except csv.Error as error:
        raise ReadError(f"this is no CSV: {error}", text.split("\n")[0][:60]) from None
    for k, line in enumerate(lines, 2):
        said = {name: str(line.get(given) or "").strip() for name, given in names.items()}
        if "cell" not in names:
            row = {column(name): value for name, value in said.items() if column(name)}
            rows[str(k)] = {name: locals_of(value, "", k) if name == "local" else value for name, value in row.items() if value or name != "local"}
        elif said["cell"].lower() in HEADINGS:
            above[said["cell"].lower()] = said.get("answer", "")
        elif said["cell"]:
            put(rows, said, k)
    return above, list(rows.values())


def put(rows: dict[str, dict[str, Any]], said: Mapping[str, str], number: int) -> None:
    """Put one line `u.local.w0, u = w0*x0, 2` of a CSV into its row."""
    node, _, rest = said["cell"].partition(".")
    what, _, arg = rest.partition(".")
    if what not in ("value", "local", "upstream") or (what == "local") != bool(arg):
        raise ReadError(f"'{said['cell'][:40]}' is no cell; expected u.value, u.local.w or u.upstream", said["cell"][:60], number, 1)
    row = rows.setdefault(node, {"node": said.get("node") or node})
    if what == "local":
        row.setdefault("local", {})[arg] = said.get("answer", "")
    else:
        row[what] = said.get("answer", "")


