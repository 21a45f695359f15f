"""Exercise files: how one is read, a new one begun, and a folder of them found; the schema as JSON.

Nothing here computes; the kinds work out the expected answers, which no file holds.
"""

from __future__ import annotations

import json
import os
import pkgutil
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Union

import msgspec
from msgspec import Struct

from ..errors import AuthorError, LearnerError
from ..text import near
from . import kinds
from .kinds import Exercise, Wrong

FORMAT = 1
PACKAGED = Path(__file__).resolve().parent.parent / "_exercises"
CHECKOUT = Path(__file__).resolve().parent.parent.parent / "exercises"
ENVIRONMENT = "GRAPHTUTOR_EXERCISES"
COURSE = "course.toml"
MOST_FILES = 20_000  # below a folder that is said to hold exercises
LARGEST = 1_000_000  # bytes of a file
DEEP_KEY = re.compile(r"(?:[\w\"'-]+[ \t]*\.[ \t]*){60}")

MODULES = [import_module(f".kinds.{found.name}", __package__) for found in pkgutil.iter_modules(kinds.__path__)]
PARTS: list[type[Struct]] = [Wrong, *(value for module in MODULES for value in vars(module).values()
                                      if isinstance(value, type) and issubclass(value, Struct) and value.__module__ == module.__name__)]  # fmt: skip
KINDS: dict[str, type[Exercise]] = {str(k.__struct_config__.tag): k for k in PARTS if issubclass(k, Exercise)}
KINDS = dict(sorted(KINDS.items()))
Kind: Any = Union[tuple(KINDS.values())]  # noqa: UP007 - which kinds there are is known when their folder was read
FIELDS = tuple(dict.fromkeys(name for part in PARTS for name in part.__struct_fields__))


# ----- one file -----
def parse(text: str, where: str = "the exercise") -> Exercise:
    """Return the exercise that TOML text describes; an AuthorError names the file, the field, and what was expected there.

    >>> parse("format_version = 1\\nkind = 'expresion'")
    Traceback (most recent call last):
        ...
    graphtutor.errors.AuthorError: the exercise: Invalid value 'expresion' - at `$.kind`; kinds are choice, code, derivation, ...
    """
    data = table(text, where)
    version = data.get("format_version")
    if isinstance(version, int) and version > FORMAT:
        raise AuthorError(
            f"{where}: format_version is {version}, and this graphtutor reads up to {FORMAT}; update graphtutor"
        )
    try:
        exercise: Exercise = msgspec.convert(data, Kind)
    except msgspec.ValidationError as error:
        kinds = f"; kinds are {', '.join(KINDS)}" if "$.kind" in str(error) or "`kind`" in str(error) else ""
        raise AuthorError(f"{where}: {told(error, FIELDS)}{kinds}") from None
    check_fields(exercise, where)
    return exercise


def told(error: msgspec.ValidationError, fields: Iterable[str]) -> str:
    """Return what a validation error says, an unknown field with the one that was meant."""
    said = re.sub(r"`str` matching regex '.*'", "lower case words joined by hyphens, such as hinge-dw0,", str(error))
    unknown = re.search(r"unknown field `(\w+)`", said)
    return said.replace(unknown[0], unknown[0] + nearest(unknown[1], fields)) if unknown else said


def table(text: str, where: str) -> dict[str, Any]:
    """Return TOML text as a table, or an AuthorError with its line and column."""
    if DEEP_KEY.search(text):
        raise AuthorError(f"{where}: a key is nested too deeply; expected the fields of an exercise or a course")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AuthorError(f"{where} is no TOML: {error}") from None
    except RecursionError:
        raise AuthorError(
            f"{where}: lists or tables are nested too deeply; expected the fields of an exercise"
        ) from None
    except ValueError:  # Python refuses to read thousands of digits
        raise AuthorError(f"{where}: a number has too many digits; expected at most some hundred") from None


def text_in(path: Path) -> str:
    """Return the text of a TOML file, or an AuthorError: of what is no file, too large, or not UTF-8."""
    try:
        if path.exists() and not path.is_file():
            raise AuthorError(f"{path} is no file; expected TOML text")
        if path.stat().st_size > LARGEST:
            raise AuthorError(f"{path} holds more than {LARGEST:,} bytes; expected one exercise or course")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror or error
        raise AuthorError(f"{path} cannot be read: {why}") from None


def check_fields(exercise: Exercise, where: str) -> None:
    """Raise AuthorError for what types alone cannot say."""
    if exercise.format_version < 1:
        raise AuthorError(f"{where}: format_version is {exercise.format_version}; expected {FORMAT}")
    if len({frozenset(row) for row in exercise.variants}) > 1:
        raise AuthorError(f"{where}: the rows of variants replace different things; give every row the same keys")
    fault = next(exercise.faults(), "")
    if fault:
        raise AuthorError(f"{where}: {fault}")


def load(path: str | Path) -> Exercise:
    """Return the exercise in a file."""
    path = Path(path)
    exercise = parse(text_in(path), str(path))
    if plain(path.stem) != exercise.id:
        raise AuthorError(
            f"{path}: its id is '{exercise.id}'; the file should be called {path.stem.split('-')[0]}-{exercise.id}.toml, so that an id leads to its file"
        )
    return exercise


def plain(stem: str) -> str:
    """Return a folder's or file's name without the number that orders it.

    >>> plain("01-power-rule"), plain("power-rule")
    ('power-rule', 'power-rule')
    """
    return re.sub(r"^\d+-", "", stem)


def template(name: str, title: str, kind: str) -> str:
    """Return the text of a new exercise file, complete and right as it stands, to be changed."""
    if kind not in KINDS:
        raise LearnerError(f"no template for '{kind}'; there is one for {', '.join(KINDS)}")
    quoted = (json.dumps(text, ensure_ascii=False) for text in (name, title))  # JSON's strings are TOML's too
    head = 'format_version = 1\nid = {}\nkind = "{}"\ntitle = {}\n'
    return head.format(next(quoted), kind, next(quoted)) + KINDS[kind].TEMPLATE


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of an exercise file, for editors and other tools."""
    return msgspec.json.schema(Kind)


# ----- a folder of them -----
@dataclass(frozen=True)
class Library:
    """A folder of exercises in lecture order; a file is read when it is first asked for."""

    root: Path

    @cached_property
    def paths(self) -> dict[str, Path]:
        """Every exercise's id with its file, in order of folders and files."""
        found: dict[str, Path] = {}
        for path in sorted(self.files(), key=lambda p: p.relative_to(self.root).as_posix()):
            name = plain(path.stem)
            if name in found:
                raise AuthorError(f"{path} and {found[name]} have the same id; rename one of them")
            found[name] = path
        return found

    def files(self) -> Iterator[Path]:
        """Yield every exercise file below the folder; what is hidden is none, and a whole disk is no folder of exercises."""
        seen = 0
        for folder, inner, names in os.walk(self.root):
            inner[:] = [name for name in inner if not name.startswith(".")]
            seen += len(inner) + len(names)
            if seen > MOST_FILES:
                raise LearnerError(
                    f"'{self.root}' holds more than {MOST_FILES:,} files; give the folder of exercises itself"
                )
            yield from (Path(folder, n) for n in names if n.endswith(".toml") and n != COURSE and not n.startswith("."))

    def group(self, name: str) -> str:
        """Return the folder of an exercise, without its number."""
        parts = self.paths[name].relative_to(self.root).parts
        return plain(parts[0]) if len(parts) > 1 else ""

    def __contains__(self, name: object) -> bool:
        return name in self.paths

    def exercise(self, name: str) -> Exercise:
        """Return the exercise of this id, or a LearnerError with the nearest one."""
        if name not in self.paths:
            raise LearnerError(f"no exercise '{name}'{nearest(name, self.paths)}; see them with graphtutor list")
        return self.read(name)

    def read(self, name: str) -> Exercise:
        if name not in self.cache:
            self.cache[name] = load(self.paths[name])
        return self.cache[name]

    @cached_property
    def cache(self) -> dict[str, Exercise]:
        return {}

    def all(self) -> Iterable[Exercise]:
        return (self.read(name) for name in self.paths)


def nearest(name: str, known: Iterable[str] | Mapping[str, Any]) -> str:
    """Return ` (did you mean 'x'?)` for the known name that is nearest, or nothing.

    >>> nearest("hinge-dw", ["hinge-dw0", "power-rule"])
    " (did you mean 'hinge-dw0'?)"
    """
    return near(name, [k for k in known if name and name in k][:1], 0) or near(name, known)


def where(folder: str | Path | None = None) -> Path:
    """Return the folder to read: the one given, $GRAPHTUTOR_EXERCISES, ./exercises, else the copy in the package."""
    given = folder or os.environ.get(ENVIRONMENT)
    if given:
        path = Path(given).expanduser()
        if not path.is_dir():
            raise LearnerError(f"no folder of exercises at '{given}'; give one with --exercises DIR or ${ENVIRONMENT}")
        return path.absolute()
    here = Path("exercises").absolute()  # whoever goes elsewhere afterwards still reads these
    if (here / COURSE).is_file():
        return here
    return PACKAGED if PACKAGED.is_dir() else CHECKOUT


def library(folder: str | Path | None = None) -> Library:
    """Return the exercises of a folder; see `where` for the order in which one is looked for."""
    return Library(where(folder))
