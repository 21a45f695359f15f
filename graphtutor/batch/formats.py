"""How results are written, in each form that `graphtutor grade` offers: one row of FORMATS for each.

A form goes through the results as they lie on disk and yields pieces, so that a class of any size is written. Imports nothing heavy,
so that the shell knows its forms before anything is graded.
"""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ..errors import LearnerError
from ..text import clean, escaped
from .final import Result, Results, counts, final, ids, question, remark, student, summary, word
from .report import as_report

# ----- for grading systems -----
RISKY = ("=", "+", "-", "@", "\t", "\r")
TITLE = "graphtutor"
NOTHING: Result = {
    "id": "",
    "exercise": "nothing",
    "correct": None,
    "score": 0.0,
    "message": "Nothing that was handed in could be read.",
}


def safe(value: Any) -> str:
    """Return a cell that no spreadsheet runs.

    >>> safe("=HYPERLINK(1)"), safe(-3), safe("2*x")
    ("'=HYPERLINK(1)", '-3', '2*x')
    """
    text = " ".join(clean(str("" if value is None else value)).split())
    return f"'{text}" if isinstance(value, str) and text.startswith(RISKY) else text


def row(cells: Iterable[Any]) -> str:
    """Return a line of CSV, each cell made safe."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([safe(cell) for cell in cells])
    return out.getvalue()


# ----- results.json -----
def tests(of: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the lines or cells of a result as (name, points, most, message) for a grading system."""
    if of.get("table"):
        return [
            {"name": c["name"], "score": float(c["status"] in ("right", "follows")), "max": 1.0, "output": f"{c['status']} {c['note']}".strip()}
            for c in of["table"]
        ]  # fmt: skip
    lines = [line for line in of.get("lines") or [] if line["points"]]
    return [
        {"name": f"line {x['index'] + 1}: {x['text']}"[:120], "score": float(x["earned"]), "max": float(x["points"]), "output": x["note"] or x["status"]}
        for x in lines
    ]  # fmt: skip


def all_tests(of: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the results of one student as tests: the parts of a single answer, or each answer as one, named for its question."""
    if len(of) == 1:
        return tests(of[0])
    return [
        {
            "name": question(one)[:120] or str(one["id"]),
            "score": final(one)[1],
            "max": 1.0,
            "output": str(one["message"]),
        }
        for one in of
    ]


def as_gradescope(of: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the results of one student as Gradescope's results.json; of a single answer, each line is a test."""
    found = [
        {"name": t["name"], "score": t["score"], "max_score": t["max"], "status": "passed" if t["score"] == t["max"] else "failed", "output": t["output"]}
        for t in all_tests(of)
    ]  # fmt: skip
    open_ = "Undecided, a person looks at it. " if any(final(one)[0] is None for one in of) else ""
    more = [
        {"id": one["id"], "correct": final(one)[0], "first_wrong": one.get("first_wrong"), "misconceptions": ids(one)}
        for one in of
    ]
    return {"score": sum(final(one)[1] for one in of), "output": open_ + (str(of[0]["message"]) if len(of) == 1 else ""),
            "visibility": "visible", "tests": found, "extra_data": more[0] if len(of) == 1 else {"answers": more}}  # fmt: skip


def as_prairielearn(of: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the results of one student as PrairieLearn's results.json.

    An answer that is undecided or cannot be read is not gradable and costs no attempt.
    """
    open_ = [one for one in of if final(one)[0] is None]
    if open_:
        unread = [one["invalid"]["message"] for one in open_ if one.get("invalid")]
        return {"gradable": False, "message": open_[0]["message"], "format_errors": unread or ["A person looks at it."]}
    found = [
        {"name": t["name"], "points": t["score"], "max_points": t["max"], "message": t["output"]} for t in all_tests(of)
    ]
    score = sum(final(one)[1] for one in of) / len(of)
    return {"gradable": True, "score": score, "message": of[0]["message"] if len(of) == 1 else "", "tests": found}


def for_system(form: Callable[[Sequence[Mapping[str, Any]]], dict[str, Any]]) -> Callable[[Results], Iterator[str]]:
    """Return the writer of a grading system's form: one object where all is one student's, else of several id → object."""

    def write(results: Results) -> Iterator[str]:
        if results.together or len(results) == 1:
            yield json.dumps(form([one for one in results if counts(one)] or [NOTHING]), ensure_ascii=False, indent=1)
            return
        before = "{\n"
        for one in results:
            yield f"{before}{json.dumps(str(one['id']), ensure_ascii=False)}: {json.dumps(form([one]), ensure_ascii=False, indent=1)}"
            before = ",\n"
        yield "\n}" if before != "{\n" else "{}"

    return write


# ----- gradebooks -----
@dataclass
class Sum:
    """What a student has earned: over the answers that count, of how many; blank while one of them is undecided."""

    of: Result
    score: float = 0.0
    most: int = 0
    open: int = 0
    remarks: list[str] = field(default_factory=list)

    def add(self, one: Result) -> None:
        correct, score = final(one)
        self.score, self.most, self.open = self.score + score, self.most + 1, self.open + (correct is None)
        self.remarks.append(f"{question(one)[:60]}: {one['message']}")

    @property
    def grade(self) -> str:
        return "" if self.open else f"{self.score:.6g}"


def sums(results: Iterable[Result]) -> dict[str, Sum]:
    """Return each student with the sum of what counts, in the order in which they come first."""
    found: dict[str, Sum] = {}
    for one in results:
        if counts(one):
            found.setdefault(str(one.get("identifier") or student(one)), Sum(one)).add(one)
    return found


def as_moodle(results: Results) -> Iterator[str]:
    """Yield a grading worksheet of Moodle's assignment, to be uploaded there; its comments are HTML and are escaped."""
    yield row(("Identifier", "Full name", "Email address", "Grade", "Maximum Grade", "Feedback comments"))
    for name, sum_ in sums(results).items():
        said = html.escape(" ".join(sum_.remarks))[:2000]
        email = sum_.of.get("email") or (name if "@" in name else "")  # Moodle finds a student by either
        known = f"Participant {name}" if name.isdigit() else "" if name == email else name
        yield row((known, "" if email == (who := sum_.of.get("student", "")) else who, email, sum_.grade, str(sum_.most), said))  # fmt: skip


def as_canvas(results: Results) -> Iterator[str]:
    """Yield a gradebook of Canvas, with the row of points possible."""
    found = sums(results)
    yield row(("Student", "ID", "SIS User ID", "SIS Login ID", "Section", TITLE))
    yield row(("Points Possible", "", "", "", "", str(max((s.most for s in found.values()), default=0))))
    for name, sum_ in found.items():
        login = sum_.of.get("email") or ("" if name.isdigit() else name)
        yield row((student(sum_.of), name if name.isdigit() else "", "", login, "", sum_.grade))


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
