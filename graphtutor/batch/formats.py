"""How results are written, in each form that `graphtutor grade` offers: one row of FORMATS for each.

A form goes through the results as they lie on disk and yields pieces, so that a class of any size is written. Imports nothing heavy,
so that the shell knows its forms before anything is graded.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..errors import LearnerError
from ..text import clean, escaped
from .final import Result, Results, final, ids, question, remark, summary, word
from .gradebooks import as_canvas, as_gradescope, as_moodle, as_prairielearn, for_system, row
from .report import as_report

COLUMNS = ("id", "student", "exercise", "correct", "score", "first_wrong", "misconceptions", "message", "undecided_because", "decided_by", "conflicts")  # fmt: skip
WIDEST, PAGE = 80, 5000


@dataclass(frozen=True, slots=True)
class Form:
    """A form of results: what writes it, and the ending of a file's name that asks for it."""

    write: Callable[[Results], Iterator[str | bytes]]
    ending: str = ""


# ----- for machines -----
def as_lines(results: Results) -> Iterator[str]:
    """Yield results as JSON lines."""
    for one in results:
        yield json.dumps(one, ensure_ascii=False, default=str) + "\n"


def cells(one: Result) -> list[Any]:
    """Return a result as the cells under COLUMNS."""
    correct, score = final(one)
    first = one.get("first_wrong")
    by = "person" if final(one) != (one["correct"], float(one["score"])) else "machine"
    return [one.get("id"), one.get("student", ""), question(one), word(correct), f"{score:.4g}", "" if first is None else first + 1,
            " ".join(ids(one)), one.get("message", ""), one.get("undecided_because", ""), by, "; ".join(one.get("conflicts", []))]  # fmt: skip


def as_csv(results: Results) -> Iterator[str]:
    """Yield results as CSV; a text that a spreadsheet would take for a formula gets an apostrophe."""
    yield row(COLUMNS)
    for one in results:
        yield row(cells(one))


def as_parquet(results: Results) -> Iterator[bytes]:
    """Yield the table as Parquet, the whole result as JSON in a column of its own."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise LearnerError("Parquet needs pyarrow; pip install 'graphtutor[parquet]', or take --format csv") from None
    names = (*COLUMNS, "result")
    schema = pyarrow.schema([(n, pyarrow.float64() if n == "score" else pyarrow.string()) for n in names])
    out, rest = io.BytesIO(), iter(results)
    with pyarrow.parquet.ParquetWriter(out, schema) as writer:
        while page := list(islice(rest, PAGE)):
            rows = [[*map(str, cells(one)), json.dumps(one, ensure_ascii=False, default=str)] for one in page]
            columns = [list(column) for column in zip(*rows, strict=True)]
            columns[COLUMNS.index("score")] = [final(one)[1] for one in page]
            writer.write_table(pyarrow.table(columns, schema=schema))
    yield out.getvalue()


# ----- for people -----
def as_text(results: Results) -> Iterator[str]:
    """Yield one answer, or with `verbose` every one, line by line; many as one line each, with a sentence about all."""
    many = len(results) > 1
    if many and not results.verbose:
        yield from (line + "\n" for line, _ in listed(results))
        yield summary(results) + "\n"
        return
    for k, one in enumerate(results):
        yield ("\n" if k else "") + (f"{clean(str(one['id']))}\n" if many else "") + results.text(one) + "\n"


def as_markdown(results: Results) -> Iterator[str]:
    many = len(results) > 1
    for k, one in enumerate(results):
        yield ("\n" if k else "") + (f"## {escaped(clean(str(one['id'])))}\n\n" if many else "") + results.markdown(one)


def listed(results: Results) -> Iterator[tuple[str, str]]:
    """Yield a line for each result, with the word for what became of it."""
    wide = min(24, results.widest)
    for one in results:
        correct, score = final(one)
        line = f"{clean(str(one['id']))[:wide]:<{wide}}  {word(correct):<9}  {100 * score:3.0f} %  {clean(remark(one))}".rstrip()
        yield line if len(line) <= WIDEST else line[: WIDEST - 3] + "...", word(correct)


FORMATS: Mapping[str, Form] = {
    "text": Form(as_text, ".txt"),
    "json": Form(as_lines, ".jsonl"),
    "markdown": Form(as_markdown, ".md"),
    "csv": Form(as_csv, ".csv"),
    "parquet": Form(as_parquet, ".parquet"),
    "html": Form(as_report, ".html"),
    "gradescope": Form(for_system(as_gradescope)),
    "prairielearn": Form(for_system(as_prairielearn)),
    "moodle": Form(as_moodle),
    "canvas": Form(as_canvas),
}


def form_for(name: str) -> str:
    """Return the form that a file's name asks for.

    >>> form_for("week3.csv"), form_for("results.json")
    ('csv', 'json')
    """
    return next((key for key, form in FORMATS.items() if form.ending and name.endswith(form.ending)), "json")
