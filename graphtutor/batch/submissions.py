"""Submissions: what one is, and how files of any form are read into them.

A file holds one JSON object or a list of them, JSON lines, a CSV with a column `answer`, a filled-in sheet
(text or CSV), Python, or the lines of one answer. What a file does not say comes from `defaults`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import ReadError
from ..grading.sheet.filled import looks_like, read_sheet
from .fields import FIELDS

LARGEST = 20_000_000
OWN = (".review.json", ".results.jsonl")
LOOKS_JSON = re.compile(r'\s*(\{\s*"|\[\s*\{)')
JSON_LINES = (".jsonl", ".ndjson")


@dataclass(frozen=True)
class Submission:
    """One answer and the question it answers: an exercise's id, or an expression with `wrt` and what `about` says of it.

    `data` is the object as it was handed in, given back with the result; `where` the file and line.
    """

    id: str
    answer: Any
    about: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""

    @property
    def question(self) -> str:
        return str(self.about.get("exercise") or self.about.get("expression") or "")


@dataclass(frozen=True)
class Fault:
    """What cannot be taken for a submission: where it stands, and why."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def gathered(paths: Iterable[str | Path], defaults: Mapping[str, Any] | None = None) -> Iterator[Submission | Fault]:
    """Yield the submissions of files and folders, each id once: a second one of the same id gets a number."""
    seen: dict[str, int] = {}
    for path in files(paths):
        for found in of_file(path, dict(defaults or {})):
            if isinstance(found, Submission):
                seen[found.id] = seen.get(found.id, 0) + 1
                found = found if seen[found.id] == 1 else replace(found, id=f"{found.id}#{seen[found.id]}")
            yield found


def files(paths: Iterable[str | Path]) -> Iterator[Path]:
    """Yield the files among paths and in folders, in order of name; hidden ones and our own results are left out."""
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(
                p
                for p in path.rglob("*")
                if p.is_file() and not any(part.startswith(".") for part in p.relative_to(path).parts)
            )
            yield from (p for p in inside if not p.name.endswith(OWN))
        else:
            yield path


def of_file(path: Path, defaults: Mapping[str, Any]) -> Iterator[Submission | Fault]:
    """Yield the submissions of one file; one Fault if it cannot be read at all."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        yield Fault(str(path), f"cannot be read: {(error.strerror or 'it failed').lower()}")
    except UnicodeDecodeError:
        yield Fault(str(path), "is no UTF-8 text; save it as UTF-8")
    else:
        if len(data) > LARGEST:
            yield Fault(str(path), f"holds more than {LARGEST:,} bytes; split it")
        elif not text.strip():
            yield Fault(str(path), "is empty")
        else:
            yield from of_text(text, path, defaults)


def of_text(text: str, path: Path, defaults: Mapping[str, Any]) -> Iterator[Submission | Fault]:
    """Yield the submissions of a file's text, by what it looks like."""
    kind, name = path.suffix.lower(), path.name.removesuffix(path.suffix)
    if kind in (".json", *JSON_LINES) or LOOKS_JSON.match(text):
        yield from of_json(text, path, defaults)
    elif looks_like(text):
        try:
            yield made({**defaults, **read_sheet(text)}, name, str(path))
        except ReadError as error:
            yield Fault(f"{path}:{error.line}", error.message)
    elif kind in (".csv", ".tsv"):
        yield from of_csv(text, path, defaults, "\t" if kind == ".tsv" else ",")
    elif kind == ".py":
        more = {key: defaults[key] for key in ("function", "args") if key in defaults}
        yield made({**defaults, "answer": {"code": text, **more}}, name, str(path))
    else:
        yield made({**defaults, "answer": text.strip("\n")}, name, str(path))


def of_json(text: str, path: Path, defaults: Mapping[str, Any]) -> Iterator[Submission | Fault]:
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
                    defaults,
                )
            return
    for k, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield made(json.loads(line, parse_constant=str), f"{path.stem}-{k}", f"{path}:{k}", defaults)
            except (ValueError, RecursionError) as error:
                yield Fault(f"{path}:{k}", unreadable(error))


def unreadable(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is no JSON: {error.msg.lower()} at column {error.colno}"
    return "is no JSON that can be read: nested too deeply, or a number too long"


def of_csv(text: str, path: Path, defaults: Mapping[str, Any], comma: str) -> Iterator[Submission | Fault]:
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
            yield made(item, f"{path.stem}-{reader.line_num}", f"{path}:{reader.line_num}", defaults)
    except (csv.Error, ValueError, RecursionError) as error:
        yield Fault(f"{path}:{reader.line_num}", f"cannot be read: {str(error)[:80]}")


def made(item: Any, name: str, where: str, defaults: Mapping[str, Any] | None = None) -> Submission | Fault:
    """Return the submission that an object is; a Fault that says what it lacks.

    >>> made({"id": "s1", "expression": "x**2", "wrt": "x", "answer": "2x"}, "a", "a.json").question
    'x**2'
    >>> print(made({"id": "s1", "answer": "2x"}, "a", "a.json"))
    a.json: says neither exercise nor expression; put one in, or give --exercise or --expression with --wrt
    """
    if not isinstance(item, Mapping):
        return Fault(
            where,
            f'is {kind(item)}; expected an object such as {{"id": "s1", "expression": "…", "wrt": "w0", "answer": "…"}}',
        )
    whole = {**(defaults or {}), **item}
    if "answer" not in whole or whole["answer"] is None:
        return Fault(where, "has no answer")
    about = {key: whole[key] for key in FIELDS if whole.get(key) not in (None, "")}
    if "exercise" not in item and "expression" in item:
        about.pop("exercise", None)
    if not (about.get("exercise") or about.get("expression")):
        return Fault(
            where, "says neither exercise nor expression; put one in, or give --exercise or --expression with --wrt"
        )
    wrong = next((key for key in about if not FIELDS[key][0](about[key])), None)
    if wrong is not None:
        return Fault(where, f"{wrong} is {str(about[wrong])[:40]!r}; expected {FIELDS[wrong][1]}")
    return Submission(str(whole.get("id") or name)[:200], whole["answer"], about, dict(item), where)


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
