"""Submissions: what one is, and how files of any form are read into them.

A file holds one JSON object or a list of them, JSON lines, a CSV with a column `answer`, a filled-in sheet
(text or CSV), Python, or the lines of one answer. What the teacher says of the question wins over what a file
says of its own; that is listed, and used only where the teacher trusts the files.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..errors import ReadError
from ..grading.sheet.filled import looks_like, read_sheet
from ..text import long_number
from .fields import FIELDS, QUESTION

LARGEST = 20_000_000
OWN = (".review.json", ".results.jsonl")
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


@dataclass(frozen=True)
class Fault:
    """What cannot be taken for a submission: where it stands, and why."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


# ----- files -----
def gathered(
    paths: Iterable[str | Path], says: Mapping[str, Any] | None = None, trust: bool = False
) -> Iterator[Submission | Fault]:
    """Yield the submissions of files and folders, each with an id of its own.

    The ids are those of one file that is named, and where there are several files, the files' names: an id in a file
    of many answers counts there unless it is another file's. `says` is the teacher's word on the question; `trust`
    lets files say otherwise.
    """
    listed = list(paths)
    found = list(files(listed))
    alone = len(listed) == 1 and not Path(listed[0]).is_dir()
    stems = {path.name.removesuffix(path.suffix) for path in found if isinstance(path, Path)}
    owner: dict[str, Path] = {}
    seen: dict[str, int] = {}
    for path in found:
        if isinstance(path, Fault):
            yield path
            continue
        items = list(of_file(path, says or {}, trust))
        for one in items:
            if isinstance(one, Fault):
                yield one
                continue
            if not (alone or trust):
                one = own_name(one, path, stems, owner, many=len(items) > 1)
            owner.setdefault(one.id, path)
            seen[one.id] = seen.get(one.id, 0) + 1
            yield one if seen[one.id] == 1 else replace(one, id=f"{one.id}#{seen[one.id]}")


def own_name(one: Submission, path: Path, stems: set[str], owner: Mapping[str, Path], many: bool) -> Submission:
    """Return a submission under an id that no other file has: its own where its file holds many, else its file's name."""
    taken = one.id in stems - {path.name.removesuffix(path.suffix)} or owner.get(one.id, path) != path
    return one.named(one.name) if taken or not many else one


def files(paths: Iterable[str | Path]) -> Iterator[Path | Fault]:
    """Yield the files among paths and in folders, in order of name; hidden ones and our own results are left out.

    A link in a folder is not followed, and what is no regular file not opened: a Fault says so.
    """
    for path in map(Path, paths):
        if path.is_dir():
            yield from inside(path)
        elif path.exists() and not path.is_file():
            yield Fault(str(path), "is no regular file; give - for standard input")
        else:
            yield path


def inside(folder: Path) -> Iterator[Path | Fault]:
    """Yield the files in a folder and in those in it."""
    found: list[Path] = []
    for where, folders, names in os.walk(folder):
        links = [name for name in folders if Path(where, name).is_symlink()]
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(where, name) for name in (*links, *names) if not name.startswith(".") and not name.endswith(OWN)]
    for path in sorted(found):
        if path.is_symlink():
            yield Fault(str(path), "is a link, which is not followed; hand in the file itself")
        elif path.is_file():
            yield path


def of_file(path: Path, says: Mapping[str, Any], trust: bool = False) -> Iterator[Submission | Fault]:
    """Yield the submissions of one file; one Fault if it cannot be read at all."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        yield Fault(str(path), f"cannot be read: {(error.strerror or 'it failed').lower()}")
    except UnicodeDecodeError as error:
        yield Fault(str(path), f"is no UTF-8 text: {undecodable(data, error.start)}; save it as UTF-8")
    else:
        if len(data) > LARGEST:
            yield Fault(str(path), f"holds more than {LARGEST:,} bytes; split it")
        elif not text.strip():
            yield Fault(str(path), "is empty")
        else:
            yield from of_text(text, path, says, trust)


def undecodable(data: bytes, at: int) -> str:
    """Return in words where a byte stands that is no text.

    >>> undecodable(b"2x\\nn\\xb7x", 4)
    'byte 0xb7 on line 2, after n'
    """
    before = data[:at].split(b"\n")
    last = before[-1].decode("utf-8", "replace")[-20:]
    return f"byte 0x{data[at]:02x} on line {len(before)}, {f'after {last}' if last.strip() else 'at its start'}"


# ----- texts -----
def of_text(text: str, path: Path, says: Mapping[str, Any], trust: bool = False) -> Iterator[Submission | Fault]:
    """Yield the submissions of a file's text, by what it looks like."""
    kind, name = path.suffix.lower(), path.name.removesuffix(path.suffix)
    if kind in (".json", *JSON_LINES) or LOOKS_JSON.match(text):
        yield from of_json(text, path, says, trust)
    elif looks_like(text):
        try:
            yield made(read_sheet(text), name, str(path), says, trust)
        except ReadError as error:
            yield Fault(f"{path}:{error.line}", error.message)
    elif kind in (".csv", ".tsv"):
        yield from of_csv(text, path, "\t" if kind == ".tsv" else ",", says, trust)
    elif kind == ".py":
        yield made({"answer": {"code": text}}, name, str(path), says, trust)
    else:
        yield made({"answer": text.strip("\n")}, name, str(path), says, trust)


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
                yield made(
                    item,
                    path.stem if len(items) == 1 else f"{path.stem}-{k}",
                    str(path) if len(items) == 1 else f"{path}[{k - 1}]",
                    says,
                    trust,
                )
            return
    for k, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield made(json.loads(line, parse_constant=str), f"{path.stem}-{k}", f"{path}:{k}", says, trust)
            except (ValueError, RecursionError) as error:
                yield Fault(f"{path}:{k}", unreadable(error))


def unreadable(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is no JSON: {error.msg.lower()} at column {error.colno}"
    return "is no JSON that can be read: nested too deeply, or a number too long"


def of_csv(
    text: str, path: Path, comma: str, says: Mapping[str, Any], trust: bool = False
) -> Iterator[Submission | Fault]:
    """Yield the submissions of a table with a column `answer`; an answer may be several lines, or a JSON object."""
    reader = csv.DictReader(io.StringIO(text), delimiter=comma)
    names = [str(n).strip() for n in reader.fieldnames or []]
    if "answer" not in names:
        yield Fault(f"{path}:1", f"has no column answer; it has {', '.join(names)[:80] or 'none'}")
        return
    reader.fieldnames = names
    try:
        for row in reader:
            item: dict[str, Any] = {str(k): v for k, v in row.items() if k and v not in (None, "")}
            if str(item.get("answer", "")).lstrip().startswith("{"):
                item["answer"] = json.loads(item["answer"], parse_constant=str)
            yield made(item, f"{path.stem}-{reader.line_num}", f"{path}:{reader.line_num}", says, trust)
    except (csv.Error, ValueError, RecursionError) as error:
        yield Fault(f"{path}:{reader.line_num}", f"cannot be read: {str(error)[:80]}")


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
