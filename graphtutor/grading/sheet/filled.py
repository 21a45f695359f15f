"""A filled-in sheet as people type it: a text table, CSV or an object, read into rows, a point and the decimals."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from ...errors import ReadError
from .paper import HEADINGS, number
from .typed import plain

NODE, VALUE, UPSTREAM = (
    ("node", "name", "operation"),
    ("value", "forward", "forward value"),
    ("upstream", "gradient", "arrives"),
)
LONGEST, MOST_ROWS = 200_000, 2000
KEYS = ("node", "value", "local", "upstream")
BLANK = re.compile(r"[\s_?.…–—-]*")
NAMED = r"(?:[d∂]\s*\w+\s*/\s*[d∂]\s*\w+|[^\W\d]\w*)\s*[:=](?!=)"  # w: … or ∂u/∂w = …
LABEL, BETWEEN = re.compile(NAMED), re.compile(rf";|,(?=\s*{NAMED})")


class Edges(list[Any]):
    """The local gradients of several edges from one argument, as in x*x, in the order of the edges."""


def looks_like(text: str) -> bool:
    """Return whether a text is a sheet, as a table or as CSV."""
    first = next((line.strip().lower() for line in text.splitlines() if line.strip()), "")
    names = [name.strip().strip('"') for name in first.split(",")]
    rows = [{part.strip().lower() for part in line.split("|")} for line in text.splitlines() if "|" in line]
    return (
        {"cell", "answer"} <= set(names)
        or {"node", "value"} <= set(names)
        or any(set(NODE) & row and set(VALUE) & row for row in rows)
    )


def read_sheet(text: str) -> dict[str, Any]:
    """Return a filled-in sheet as a submission: what stands above it, and its answer.

    Raises ReadError with the line where a table or CSV goes wrong.

    >>> read_sheet("at: w = 2\\nnode | value | local | upstream\\nL = w*w | 4 | w: 4 | 1")
    {'answer': {'sheet': [{'node': 'L = w*w', 'value': '4', 'local': {'w': '4'}, 'upstream': '1'}], 'at': {'w': 2}}}
    """
    if len(text) > LONGEST:
        raise ReadError(
            f"the sheet is {len(text)} characters long; at most {LONGEST} are read", text.split("\n")[0][:60]
        )
    first = next((line for line in text.splitlines() if line.strip()), "")
    is_csv = "," in first.split("|")[0] and "|" not in text.split("\n")[0] and not heading(first)
    above, rows = from_csv(text) if is_csv else from_table(text)
    if not rows:
        raise ReadError(
            "no row of a sheet found; expected a table with the columns node, value, local gradients, upstream",
            first[:60],
        )
    said: dict[str, Any] = {name: ABOVE[name](value) for name, value in above.items()}
    own = {name: said.pop(name) for name in ("at", "digits") if name in said}
    found = {"expression" if name == "problem" else name: value for name, value in said.items()}
    return {**found, "answer": {"sheet": rows, **own}}


def values_of(text: str) -> dict[str, Any]:
    """Return name → number of `w = 2, x = [1, 2]`."""
    return {name: number(value) for name, value in pairs(text).items()}


def decimals_of(text: str) -> Any:
    """Return a whole number; other text as it is, to be refused."""
    found = plain(text.strip())
    return int(found.value) if found is not None and found.decimals == 0 else text


def shapes_of(text: str) -> dict[str, list[int]]:
    return {name: [int(s) for s in v.split("x") if s.strip().isdigit()] for name, v in pairs(text).items()}


ABOVE: Mapping[str, Callable[[str], Any]] = {  # what may stand above a sheet: how it is read
    "problem": str, "at": values_of, "digits": decimals_of, "shapes": shapes_of, "constants": values_of,
}  # fmt: skip


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
        elif "|" in line and set(line) - set("-|+: \t=_"):
            parts = cells_of(line)
            if not columns:
                columns = [column(part) for part in parts]
                if "node" in columns:
                    continue
                columns = ["node", "value", "local", "upstream"]
            if len(parts) > len(columns):
                raise ReadError(
                    f"{len(parts)} cells where there are {len(columns)} columns; write abs(x) for |x|", line, k, 1
                )
            rows.append(row_of(dict(zip(columns, parts, strict=False))))
    return above, rows


def cells_of(line: str) -> list[str]:
    """Return the cells of a line of a table, with bars at its ends or without.

    >>> cells_of("| u = w*x | 6 |"), cells_of("u | 6 | ")
    (['u = w*x', '6'], ['u', '6', ''])
    """
    flat = line.strip()
    whole = flat.removeprefix("|").removesuffix("|") if flat.startswith("|") else line
    return [part.strip() for part in whole.split("|")]


def row_of(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return a row by its columns, its local gradients by argument."""
    return {
        name: locals_of(value) if name == "local" else value
        for name, value in cells.items()
        if name and (value or name != "local")
    }


def column(title: str) -> str:
    """Return what a column holds, by its title."""
    word = title.lower().strip()
    if word in NODE or word in VALUE or word in UPSTREAM:
        return "node" if word in NODE else "value" if word in VALUE else "upstream"
    return "local" if word.startswith("local") else "upstream" if re.match(r"(d|∂)\w+/|upstream|total", word) else ""


def locals_of(text: str) -> dict[str, Any]:
    """Return argument → gradient of `w: 3; x: 2`, `w = 3, x = 2`; a single one may stand alone.

    >>> locals_of("∂u/∂w = 3, x: max(1, 2)"), locals_of("2*e"), locals_of("x: 2; x: 3")
    ({'∂u/∂w': '3', 'x': 'max(1, 2)'}, {'#0': '2*e'}, {'x': ['2', '3']})
    """
    found: dict[str, Any] = {}
    for piece in filter(None, (p.strip() for p in BETWEEN.split(text))):
        labelled = LABEL.match(piece)
        name, value = (labelled[0][:-1].strip(), piece[labelled.end() :]) if labelled else (f"#{len(found)}", piece)
        found[name] = value.strip() if name not in found else Edges([*several(found[name]), value.strip()])
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
            rows[str(k)] = row_of({column(name): value for name, value in said.items()})
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
        raise ReadError(
            f"'{said['cell'][:40]}' is no cell; expected u.value, u.local.w or u.upstream", said["cell"][:60], number, 1
        )
    row = rows.setdefault(node, {"node": said.get("node") or node})
    if what == "local":
        row.setdefault("local", {})[arg] = said.get("answer", "")
    else:
        row[what] = said.get("answer", "")


# ----- the object of the contract -----
def blank(value: Any) -> bool:
    """Return whether a cell is empty: nothing, a line to write on, a dash or a question mark."""
    return value is None or (isinstance(value, str) and BLANK.fullmatch(value) is not None)


def form_of(answer: Mapping[str, Any]) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, Any] | None, int]:
    """Return the rows, the point and the decimals of a sheet. Raises ReadError where one of them has another form."""
    rows, at, digits = rows_of(answer.get("sheet")), answer.get("at") or None, answer.get("digits", 2)
    if at is not None and not isinstance(at, Mapping):
        raise ReadError('the point of a sheet is an object such as {"w0": 0.5, "x0": 2}', str(at)[:60])
    if not isinstance(digits, int) or isinstance(digits, bool):
        raise ReadError(f"digits is {str(digits)[:20]!r}; expected a whole number of decimals", str(digits)[:60])
    return rows, at, digits


def rows_of(rows: Any) -> Sequence[Mapping[str, Any]]:
    """Return the rows of a sheet. Raises ReadError for what is none, and for a column that is misspelt."""
    whole = isinstance(rows, list | tuple) and len(rows) <= MOST_ROWS
    if not whole or not all(isinstance(r, Mapping) and isinstance(r.get("node"), str) for r in rows):
        raise ReadError(
            'a sheet is a list of rows such as {"node": "u = w0*x0", "value": 1, "local": {"w0": 2}, "upstream": 4.2}',
            str(rows)[:60],
        )
    for row in rows:
        unknown = next((str(k) for k in row if k not in KEYS and missing(str(k), row)), None)
        if unknown is not None:
            raise ReadError(
                f"'{unknown[:30]}' is no column of a sheet; it has node, value, local and upstream",
                str(row["node"])[:60],
            )
    return list(rows)


def missing(key: str, row: Mapping[str, Any]) -> bool:
    """Return whether a key is a column that the row lacks, misspelt; any other column, such as note, is the student's own."""
    return any(near not in row for near in get_close_matches(key, KEYS, 1))


def local_of(value: Any) -> dict[str, Any]:
    """Return the local gradients of a row by argument; a list of them by their number, one alone as the first.

    >>> local_of({"w": 3}), local_of([3, 2]), local_of("4"), local_of(None)
    ({'w': 3}, {'#0': 3, '#1': 2}, {'#0': '4'}, {})
    """
    if isinstance(value, Mapping):
        return {str(name): Edges(v) if isinstance(v, list | tuple) else v for name, v in value.items()}
    return {} if blank(value) else {f"#{k}": v for k, v in enumerate(several(value))}


def several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def argument_name(name: str) -> str:
    """Return the argument that a key names: `w0`, `du/dw0`, `∂u/∂w₀`.

    >>> argument_name(" ∂u/∂w₀ "), argument_name("w0")
    ('w0', 'w0')
    """
    short = unicodedata.normalize("NFKC", name).strip()
    quotient = re.fullmatch(r"[d∂]\s*\w+\s*/\s*[d∂]\s*(\w+)", short)
    return quotient[1] if quotient else short
