"""Submissions: what one is, and how files of any form are read into them.

A file holds one JSON object or a list of them, JSON lines, a CSV with a column `answer`, a filled-in sheet
(text or CSV), Python, a document with marked answers, or the lines of one answer. What the teacher says of the question wins over
what a file says of its own; that is listed, and used only where the teacher trusts the files.

The file of results that a browser writes is JSON lines, an object for each answer that was given, in the order in which they were given:

    {"student": "ada", "exercise": "hinge-dw0", "answer": "-y*x0", "time": "2026-11-30T21:14:03Z"}

`student` is any name or number; `answer` any form that `gt.grade` takes (text, a list of lines, an object); `time` is UTC as ISO 8601,
by which attempts are put in order. `seed` stands with it where the exercise was a variant, "answers" in place of `answer` and `exercise`
may be an object exercise → answer, or in place of `answer` a list of attempts. Other fields are handed on and not looked at: what the
browser itself thought of an answer may stand there as `shown`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from typing import Any

from ..errors import ReadError
from ..grading.sheet.filled import looks_like, read_sheet
from ..text import long_number
from .containers import LARGEST, Fault, Handed, handed_in
from .documents import DOCUMENTS, WHOLE
from .fields import FIELDS, QUESTION

LOOKS_JSON = re.compile(r'\s*(\{\s*"|\[\s*\{)')
JSON_LINES = (".jsonl", ".ndjson")
USUAL = {"digits": 2}


@dataclass(frozen=True)
class Submission:
    """One answer and the question it answers: an exercise's id, or an expression with `wrt` and what `about` says of it.

    `data` is the object as it was handed in, given back with the result; `where` the file and line; `name` the id that
    this place gives it. `conflicts` lists what it says of its question or id and what was not used, as `field: value`.
    """

    id: str
    answer: Any
    about: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""
    name: str = ""
    conflicts: tuple[str, ...] = ()

    @property
    def question(self) -> str:
        return str(self.about.get("exercise") or self.about.get("expression") or "")

    def named(self, name: str) -> Submission:
        """Return it under another id than it claims; the claim is a conflict."""
        if name == self.id:
            return self
        return replace(self, id=name, conflicts=(*self.conflicts, f"id: {shortened(self.id)}"))


# ----- files -----
def gathered(
    paths: Iterable[str | Path],
    says: Mapping[str, Any] | None = None,
    trust: bool = False,
    columns: Mapping[str, str] | None = None,
) -> Iterator[Submission | Fault]:
    """Yield the submissions of files, folders and archives, each with an id of its own.

    The ids are those of one file that is named, and where there are several files, the files' names: an id in a file
    of many answers counts there unless it is another file's. `says` is the teacher's word on the question; `trust`
    lets files say otherwise. `columns`: a table's column → the field that it holds.
    """
    with ExitStack() as archives:
        found = list(handed_in(paths, archives))
        stems = {one.path.name.removesuffix(one.path.suffix) for one in found if isinstance(one, Handed)}
        owner: dict[str, Path] = {}
        seen: dict[str, int] = {}
        for file in found:
            items = iter([file]) if isinstance(file, Fault) else of_file(file, says or {}, trust, columns)
            first = list(islice(items, 2))
            for one in chain(first, items):
                if isinstance(one, Submission) and isinstance(file, Handed):
                    one = named(one, file, trust, stems, owner, many=len(first) > 1)
                    seen[one.id] = seen.get(one.id, 0) + 1
                    one = one if seen[one.id] == 1 else replace(one, id=f"{one.id}#{seen[one.id]}")
                yield one


def named(
    one: Submission, file: Handed, trust: bool, stems: set[str], owner: dict[str, Path], many: bool
) -> Submission:
    """Return a submission under the id that its place gives it; `owner` says which file has which."""
    if file.who:
        return handed_by(one, file)
    if not (file.alone or trust):
        one = own_name(one, file.path, stems, owner, many)
        owner.setdefault(one.id, file.path)
    return one


def handed_by(one: Submission, file: Handed) -> Submission:
    """Return a submission under the name of who handed it in, as the system's export says: what a file says of that is not used."""
    told = {key: value for key, value in file.who.items() if key != "name"}
    id = f"{told['identifier']}/{one.name}"
    return replace(one, id=id, data={**one.data, **told, "id": id})


def own_name(one: Submission, path: Path, stems: set[str], owner: Mapping[str, Path], many: bool) -> Submission:
    """Return a submission under an id that no other file has: its own where its file holds many, else its file's name."""
    taken = one.id in stems - {path.name.removesuffix(path.suffix)} or owner.get(one.id, path) != path
    return one.named(one.name) if taken or not many else one


def of_file(
    file: Handed, says: Mapping[str, Any], trust: bool = False, columns: Mapping[str, str] | None = None
) -> Iterator[Submission | Fault]:
    """Yield the submissions of one file; one Fault if it cannot be read at all."""
    path = file.path
    if path.suffix.lower() in JSON_LINES and path.is_file():
        yield from of_lines(path, says, trust)
        return
    try:
        data = file.data()
        text = data.decode("utf-8-sig")
    except (OSError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        why = getattr(error, "strerror", None) or str(error) or "it failed"
        yield Fault(str(path), f"cannot be read: {why.lower()[:100]}")
    except UnicodeDecodeError as error:
        yield Fault(str(path), f"is no UTF-8 text: {undecodable(data, error.start)}; save it as UTF-8")
    else:
        if len(data) > LARGEST:
            yield Fault(str(path), f"holds more than {LARGEST:,} bytes; split it")
        elif not text.strip():
            yield Fault(str(path), "is empty")
        else:
            yield from of_text(text, path, says, trust, columns)


def of_lines(path: Path, says: Mapping[str, Any], trust: bool) -> Iterator[Submission | Fault]:
    """Yield the submissions of JSON lines, a line at a time, so that a file of any length takes the room of its longest line."""
    met = 0
    try:
        with path.open("rb") as lines:
            for k, line in enumerate(iter(lambda: lines.readline(LARGEST + 1), b""), 1):
                try:
                    text = line.decode("utf-8-sig" if k == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    yield Fault(f"{path}:{k}", f"is no UTF-8 text: {undecodable(line, error.start)}; save it as UTF-8")
                    continue
                if len(line) > LARGEST:
                    yield Fault(f"{path}:{k}", f"holds more than {LARGEST:,} bytes in one line")
                    return
                if text.strip():
                    met += 1
                    yield from of_line(text, path, k, says, trust)
    except OSError as error:
        yield Fault(str(path), f"cannot be read: {(error.strerror or 'it failed').lower()}")
        return
    if not met:
        yield Fault(str(path), "is empty")


def of_line(text: str, path: Path, k: int, says: Mapping[str, Any], trust: bool) -> Iterator[Submission | Fault]:
    try:
        yield from each(json.loads(text, parse_constant=str), f"{path.stem}-{k}", f"{path}:{k}", says, trust)
    except (ValueError, RecursionError) as error:
        yield Fault(f"{path}:{k}", unreadable(error))


def undecodable(data: bytes, at: int) -> str:
    """Return in words where a byte stands that is no text.

    >>> undecodable(b"2x\\nn\\xb7x", 4)
    'byte 0xb7 on line 2, after n'
    """
    before = data[:at].split(b"\n")
    last = before[-1].decode("utf-8", "replace")[-20:]
    return f"byte 0x{data[at]:02x} on line {len(before)}, {f'after {last}' if last.strip() else 'at its start'}"


# ----- texts -----
def of_text(
    text: str, path: Path, says: Mapping[str, Any], trust: bool = False, columns: Mapping[str, str] | None = None
) -> Iterator[Submission | Fault]:
    """Yield the submissions of a file's text, by what it looks like."""
    kind, name = path.suffix.lower(), path.name.removesuffix(path.suffix)
    if kind in DOCUMENTS:
        found = list(of_document(text, path, says, trust))
        if found:
            yield from found
            return
        text = WHOLE[kind](text) if kind in WHOLE else text
    if kind in (".json", *JSON_LINES) or LOOKS_JSON.match(text):
        yield from of_json(text, path, says, trust)
    elif looks_like(text):
        try:
            yield made(read_sheet(text), name, str(path), says, trust)
        except ReadError as error:
            yield Fault(f"{path}:{error.line}", error.message)
    elif kind in (".csv", ".tsv"):
        yield from of_csv(text, path, "\t" if kind == ".tsv" else ",", says, trust, columns or {})
    else:
        answer = {"code": text} if kind == ".py" else text.strip("\n")
        yield made({"answer": answer}, name, str(path), says, trust)


def of_document(text: str, path: Path, says: Mapping[str, Any], trust: bool) -> Iterator[Submission | Fault]:
    """Yield the marked answers of a document; nothing where it has none, and is one answer itself."""
    try:
        parts = DOCUMENTS[path.suffix.lower()](text)
    except (ValueError, AttributeError, RecursionError):
        yield Fault(str(path), "is no notebook that can be read")
        return
    if not parts and path.suffix.lower() == ".ipynb":
        yield Fault(str(path), "has no marked cell; begin one with # answer: ID, or give it the tag answer:ID")
    for exercise, answer in [part for part in parts if part[0] == says.get("exercise")] or parts:
        item = {"student": path.stem, "exercise": exercise, "answer": answer}
        yield made(item, f"{path.stem}-{exercise}", str(path), says, trust)


def of_json(text: str, path: Path, says: Mapping[str, Any], trust: bool = False) -> Iterator[Submission | Fault]:
    """Yield the submissions of one JSON value, or of one on each line."""
    if path.suffix.lower() not in JSON_LINES:
        try:
            whole = json.loads(text, parse_constant=str)
        except (ValueError, RecursionError) as error:
            if not any(line.strip().startswith("{") and line.strip().endswith("}") for line in text.splitlines()[1:]):
                yield Fault(f"{path}:{getattr(error, 'lineno', 1)}", unreadable(error))
                return
        else:
            several = whole.get("submissions", [whole]) if isinstance(whole, dict) else whole
            items = several if isinstance(several, list) else [several]
            for k, item in enumerate(items, 1):
                yield from each(
                    item,
                    path.stem if len(items) == 1 else f"{path.stem}-{k}",
                    str(path) if len(items) == 1 else f"{path}[{k - 1}]",
                    says,
                    trust,
                )
            return
    for k, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield from of_line(line, path, k, says, trust)


def each(item: Any, name: str, where: str, says: Mapping[str, Any], trust: bool) -> Iterator[Submission | Fault]:
    """Yield the submissions in an object: one, or those of its `answers`, a list of attempts or exercise → answer.

    >>> found = each({"student": "ada", "answers": {"power-rule": "n*x^(n-1)", "hinge-dw0": "0"}}, "a", "a.json", {}, False)
    >>> [(one.id, one.question, one.data["student"]) for one in found]
    [('a-power-rule', 'power-rule', 'ada'), ('a-hinge-dw0', 'hinge-dw0', 'ada')]
    """
    answers = item.get("answers") if isinstance(item, Mapping) and item.get("answer") is None else None
    if isinstance(answers, Mapping):
        parts = [(f"-{k}", {"exercise": k, "answer": answer}) for k, answer in answers.items()]
    elif isinstance(answers, list):
        parts = [(f"-{k}", {"answer": answer}) for k, answer in enumerate(answers, 1)]
    else:
        yield made(item, name, where, says, trust)
        return
    rest = {key: value for key, value in item.items() if key != "answers"}
    for ending, part in parts:
        own = {"id": f"{rest['id']}{ending}"} if rest.get("id") else {}
        yield made({**rest, **part, **own}, f"{name}{ending}", where, says, trust)


def unreadable(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is no JSON: {error.msg.lower()} at column {error.colno}"
    return "is no JSON that can be read: nested too deeply, or a number too long"


def of_csv(
    text: str, path: Path, comma: str, says: Mapping[str, Any], trust: bool, columns: Mapping[str, str]
) -> Iterator[Submission | Fault]:
    """Yield the submissions of a table with a column `answer`; an answer may be several lines, or a JSON object.

    A column `answer:ID` holds the answers to that exercise; `columns` says what the table's own names mean.
    """
    reader = csv.DictReader(io.StringIO(text), delimiter=comma)
    try:
        names = [columns.get(str(n).strip(), str(n).strip()) for n in reader.fieldnames or []]
    except csv.Error as error:
        yield Fault(f"{path}:1", f"cannot be read as a table: {str(error)[:80]}")
        return
    asked = [name for name in names if name == "answer" or name.startswith("answer:")]
    if not asked:
        yield Fault(
            f"{path}:1",
            f"has no column answer; it has {', '.join(names)[:80] or 'none'}; --columns answer=NAME says which holds it",
        )
        return
    reader.fieldnames = names
    try:
        for row in reader:
            name, where = f"{path.stem}-{reader.line_num}", f"{path}:{reader.line_num}"
            yield from (of_cell(*cell, name, where, says, trust) for cell in answers_in(row, asked))
    except (csv.Error, ValueError, RecursionError) as error:
        yield Fault(f"{path}:{reader.line_num}", f"cannot be read: {str(error)[:80]}")


def answers_in(row: Mapping[Any, Any], asked: list[str]) -> Iterator[tuple[Any, str, dict[str, Any]]]:
    """Yield each answer of a row with the exercise that its column names, and what stands beside it."""
    item = {str(key): value for key, value in row.items() if key and value not in (None, "")}
    base = {key: value for key, value in item.items() if key not in asked}
    for column in asked:
        if column in item or len(asked) == 1:
            yield item.get(column), column.partition(":")[2], base


def of_cell(
    answer: Any, exercise: str, base: dict[str, Any], name: str, where: str, says: Mapping[str, Any], trust: bool
) -> Submission | Fault:
    """Return the submission in a cell of a table, with what stands beside it; `exercise` where its column names one."""
    if str(answer or "").lstrip().startswith("{"):
        answer = json.loads(str(answer), parse_constant=str)
    if exercise:
        base = {**base, "exercise": exercise, **({"id": f"{base['id']}-{exercise}"} if base.get("id") else {})}
        name = f"{name}-{exercise}"
    return made({**base, "answer": answer}, name, where, says, trust)


# ----- one -----
def made(
    item: Any, name: str, where: str, says: Mapping[str, Any] | None = None, trust: bool = True
) -> Submission | Fault:
    """Return the submission that an object is; a Fault that says what it lacks.

    >>> made({"id": "s1", "expression": "x**2", "wrt": "x", "answer": "2x"}, "a", "a.json").question
    'x**2'
    >>> print(made({"id": "s1", "answer": "2x"}, "a", "a.json"))
    a.json: says neither exercise nor expression; put one in, or give --exercise or --expression with --wrt
    >>> made({"expression": "x", "answer": "1"}, "a", "a.json", {"expression": "x**2", "wrt": "x"}, trust=False).conflicts
    ('expression: x',)
    """
    if not isinstance(item, Mapping):
        return Fault(
            where,
            f'is {kind(item)}; expected an object such as {{"id": "s1", "expression": "…", "wrt": "w0", "answer": "…"}}',
        )
    if long_number(item):
        return Fault(where, "holds a number of more than 300 digits")
    if item.get("answer") is None:
        return Fault(where, "has no answer")
    about, conflicts = settled(item, says or {}, trust)
    if not (about.get("exercise") or about.get("expression")):
        return Fault(
            where, "says neither exercise nor expression; put one in, or give --exercise or --expression with --wrt"
        )
    wrong = next((key for key in about if not FIELDS[key][0](about[key])), None)
    if wrong is not None:
        return Fault(where, f"{wrong} is {shortened(repr(str(about[wrong])))}; expected {FIELDS[wrong][1]}")
    answer, more = answered(item["answer"], about, says or {}, trust)
    claimed = item.get("id") if isinstance(item.get("id"), str | int) and item.get("id") != "" else name
    return Submission(str(claimed)[:200], answer, about, dict(item), where, name, (*conflicts, *more))


def settled(item: Mapping[str, Any], says: Mapping[str, Any], trust: bool) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what is asked, and what an object says otherwise: of a question that the teacher states, nothing is its own.

    >>> settled({"wrt": "x", "assume": {"x": [1]}}, {"expression": "x*y", "wrt": "y"}, trust=False)
    ({'expression': 'x*y', 'wrt': 'y'}, ('wrt: x', "assume: {'x': [1]}"))
    """
    own = {key: item[key] for key in FIELDS if item.get(key) not in (None, "")}
    teachers = {key: says[key] for key in FIELDS if key in says}
    if trust:
        about = {**teachers, **own}
        if "exercise" not in own and "expression" in own:
            about.pop("exercise", None)
        return about, ()
    about = teachers if set(says) & set(QUESTION) else {**own, **teachers}
    return about, tuple(f"{key}: {shortened(own[key])}" for key in own if about.get(key) != own[key])


def answered(answer: Any, about: dict[str, Any], says: Mapping[str, Any], trust: bool) -> tuple[Any, tuple[str, ...]]:
    """Return an answer with what the teacher says of a sheet or of code put into it, and what it says otherwise.

    The point of a sheet and its decimals belong to the question: where the teacher states one, the sheet's own count
    as little as its problem.
    """
    point: dict[str, Any] = {key: about.pop(key) for key in ("at", "digits") if key in about}
    if isinstance(answer, str) and looks_like(answer):
        try:
            answer = read_sheet(answer)["answer"]
        except ReadError:
            return answer, ()  # grading says where it cannot be read
    if not isinstance(answer, Mapping):
        return answer, ()
    if "code" in answer:
        taken = {"function": says["function"]} if says.get("function") else {}
        return taught(answer, taken, set(taken), trust)
    if "sheet" in answer:
        return taught(answer, point, set(point) | ({"at", "digits"} if "expression" in says else set()), trust)
    return answer, ()


def taught(
    answer: Mapping[str, Any], taken: Mapping[str, Any], teachers: set[str], trust: bool
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return an answer with what the teacher says put in, and without what is the teacher's to say."""
    if trust:
        return {**taken, **answer}, ()
    own = [key for key in sorted(teachers) if answer.get(key) is not None]
    other = [key for key in own if not alike(answer[key], taken.get(key, USUAL.get(key)))]
    kept = {key: value for key, value in answer.items() if key not in own}
    return {**kept, **taken}, tuple(f"{key}: {shortened(answer[key])}" for key in other)


def alike(own: Any, teachers: Any) -> bool:
    """Return whether two points are the same numbers, however they are written."""
    if isinstance(own, Mapping) and isinstance(teachers, Mapping):
        return own.keys() == teachers.keys() and all(alike(own[key], teachers[key]) for key in own)
    try:
        return bool(own == teachers or Fraction(str(own)) == Fraction(str(teachers)))
    except (ValueError, ZeroDivisionError):
        return False


def digest(value: Any) -> str:
    """Return a short name of a value in JSON's types, the same for the same value."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def shortened(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def kind(value: Any) -> str:
    words = {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "true or false",
        int: "a number",
        float: "a number",
        type(None): "null",
    }
    return words.get(type(value), type(value).__name__)
