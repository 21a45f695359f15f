"""Exercises as data: the schema of a file, how a folder of them is found and read, and the schema as JSON.

Nothing here computes; `judge` works out the expected answers, which no file holds.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar, get_args

import msgspec
from msgspec import Meta, Struct

from ..errors import AuthorError, LearnerError
from ..ops.misconceptions import unknown
from ..text import near

FORMAT = 1
PACKAGED = Path(__file__).resolve().parent.parent / "_exercises"
CHECKOUT = Path(__file__).resolve().parent.parent.parent / "exercises"
ENVIRONMENT = "GRAPHTUTOR_EXERCISES"
COURSE = "course.toml"

Answer = TypeVar("Answer")
Number = int | float | str
Name = Annotated[
    str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="lower case words joined by hyphens, such as hinge-dw0")
]
Hints = Annotated[tuple[str, ...], Meta(min_length=3, description="weak to strong; the last one leaves only one step")]
Point = dict[str, Number | list[Any]]


def known(ids: Iterable[str]) -> None:
    """Raise ValueError for an id that the catalogue of misconceptions has not; the reader of a file says where it stands."""
    fault = unknown(ids)
    if fault:
        raise ValueError(fault)


class Wrong(Struct, Generic[Answer], frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An answer that must fail. One of `misconceptions` (ids of the catalogue) must be named; `why` is told to the learner who gives it."""

    answer: Answer
    misconceptions: tuple[str, ...] = ()
    why: str = ""

    def __post_init__(self) -> None:
        known(self.misconceptions)


class Ask(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One question of a numbers exercise, answered by one number or several.

    Just one of: `formula`, over the names of the program, their gradients (`dL_dw0`) and local
    gradients (`local_e_f`); `shape`, `count` of inputs, operations or edges. `points` name the places
    where it is asked (all their values are added or averaged, if `over` says so); `run` a training run.
    `program` stands in for that of the exercise; `tie` and `digits` (decimals to give) too.
    """

    label: str
    program: str = ""
    formula: str | tuple[str, ...] = ()
    shape: str = ""
    count: str = ""
    points: tuple[str, ...] = ()
    over: str = ""
    run: str = ""
    tie: str = ""
    digits: int | None = None


class Run(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A training run on the lecture's data: what `train` is called with."""

    method: str = "sgd"
    reduction: str = ""
    rate: float = 0.01
    epochs: int = 20
    batch_size: int | None = None
    sequential: bool = False
    start: dict[str, float] = {}


class Option(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One answer to choose. It is right where all its `claims` hold: (left side, relation, right side), or one not."""

    text: str
    claims: Annotated[tuple[tuple[str, str, str], ...], Meta(min_length=1)]
    misconceptions: tuple[str, ...] = ()
    why: str = ""

    def __post_init__(self) -> None:
        known(self.misconceptions)


class Drill(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A random graph in place of a program: how many operations over how many inputs."""

    operations: int = 4
    inputs: int = 3


class Exercise(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """What every kind of exercise has. `program` is what the reader reads; its last line is the output.

    `assume`: name → domain, `real` where not given. `note` is shown with the solution. `variants`:
    rows of replacements, a name → another name or `{{key}}` → text, the first row being what the
    file shows without a seed; `vary`: name → numbers that its value may take.
    """

    format_version: int
    id: Name
    title: str
    prompt: str
    hints: Hints
    program: str = ""
    lecture: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    assume: dict[str, str | list[Number]] = {}
    shapes: dict[str, int | list[int]] = {}
    constants: dict[str, int | float] = {}
    tie: str = ""
    note: str = ""
    variants: tuple[dict[str, Number], ...] = ()
    vary: dict[str, list[Number | list[Any]]] = {}

    @property
    def kind(self) -> str:
        return str(self.__struct_config__.tag)


class Expression(Exercise, frozen=True, kw_only=True, tag="expression"):
    """One derivative as a formula: d output / d `wrt`."""

    program: str
    wrt: str
    accept: Annotated[tuple[str, ...], Meta(min_length=1)]
    wrong: Annotated[tuple[Wrong[str], ...], Meta(min_length=1)]


class Gradients(Exercise, frozen=True, kw_only=True, tag="gradients"):
    """Several derivatives at once: name → formula."""

    program: str
    wrt: tuple[str, ...]
    accept: Annotated[tuple[dict[str, str], ...], Meta(min_length=1)]
    wrong: Annotated[tuple[Wrong[dict[str, str]], ...], Meta(min_length=1)]


class Derivation(Exercise, frozen=True, kw_only=True, tag="derivation"):
    """A derivation line by line: of d output / d `wrt`, or without `wrt` a rewriting of the output where `given` holds."""

    program: str
    wrt: str = ""
    given: dict[str, Number] = {}
    accept: Annotated[tuple[tuple[str, ...], ...], Meta(min_length=1)]
    wrong: Annotated[tuple[Wrong[tuple[str, ...]], ...], Meta(min_length=1)]


class Sheet(Exercise, frozen=True, kw_only=True, tag="sheet"):
    """The forward or backward pass by hand: cells such as `e.value`, `e.local.f`, `e.upstream` of the nodes at a point.

    A wrong answer names only the cells that are wrong; the others are filled in from the key.
    """

    at: Point = {}
    columns: Annotated[tuple[str, ...], Meta(min_length=1)] = ("value", "local", "upstream")
    digits: int = 2
    drill: Drill | None = None
    wrong: Annotated[tuple[Wrong[dict[str, str]], ...], Meta(min_length=1)]


class Local(Exercise, frozen=True, kw_only=True, tag="local"):
    """The local gradient of one node by one of its arguments, as a formula over its arguments."""

    program: str
    node: str
    wrt: str
    accept: Annotated[tuple[str, ...], Meta(min_length=1)]
    wrong: Annotated[tuple[Wrong[str], ...], Meta(min_length=1)]


class FindLine(Exercise, frozen=True, kw_only=True, tag="find-line"):
    """Which line of a given derivation is the first that does not follow? Lines count from 1; `none` if all do."""

    program: str
    wrt: str
    lines: Annotated[tuple[str, ...], Meta(min_length=2)]
    wrong: Annotated[tuple[Wrong[str], ...], Meta(min_length=1)]


class Numbers(Exercise, frozen=True, kw_only=True, tag="numbers"):
    """Numbers at given points. A wrong answer gives formulas of the slip; labels left out keep the right number."""

    at: Point = {}
    points: dict[str, Point] = {}
    runs: dict[str, Run] = {}
    asks: Annotated[tuple[Ask, ...], Meta(min_length=1)]
    digits: int = 3
    wrong: Annotated[tuple[Wrong[dict[str, str | tuple[str, ...]]], ...], Meta(min_length=1)]


class Code(Exercise, frozen=True, kw_only=True, tag="code"):
    """A Python function to write: the derivative by `wrt`, or without `wrt` the output itself. `args`: its parameters → names."""

    program: str
    wrt: str = ""
    function: str
    args: dict[str, str | list[str]]
    accept: Annotated[tuple[str, ...], Meta(min_length=1)]
    wrong: Annotated[tuple[Wrong[str], ...], Meta(min_length=1)]


class Choice(Exercise, frozen=True, kw_only=True, tag="choice"):
    """Options lettered a, b, c …; the right ones are those whose claims hold, at `at` or wherever the names are defined."""

    at: Point = {}
    options: Annotated[tuple[Option, ...], Meta(min_length=2)]


class Solve(Exercise, frozen=True, kw_only=True, tag="solve"):
    """Solve output = 0 for `wrt`, in which the output is linear."""

    program: str
    wrt: str
    accept: Annotated[tuple[str, ...], Meta(min_length=1)]
    wrong: Annotated[tuple[Wrong[str], ...], Meta(min_length=1)]


def lettered(exercise: Choice) -> Iterable[tuple[str, Option]]:
    """Yield each option of a choice behind its letter."""
    return zip("abcdefgh", exercise.options, strict=False)


Kind = Expression | Gradients | Derivation | Sheet | Local | FindLine | Numbers | Code | Choice | Solve
KINDS: tuple[type[Exercise], ...] = get_args(Kind)
PARTS: tuple[type[Struct], ...] = (*KINDS, Wrong, Ask, Run, Option, Drill)
FIELDS = tuple(dict.fromkeys(name for part in PARTS for name in part.__struct_fields__))


# ----- one file -----
def parse(text: str, where: str = "the exercise") -> Exercise:
    """Return the exercise that TOML text describes; an AuthorError names the file, the field, and what was expected there.

    >>> parse("format_version = 1\\nkind = 'expresion'")
    Traceback (most recent call last):
        ...
    graphtutor.errors.AuthorError: the exercise: Invalid value 'expresion' - at `$.kind`; kinds are expression, gradients, derivation, ...
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
        kinds = (
            f"; kinds are {', '.join(str(k.__struct_config__.tag) for k in KINDS)}"
            if "$.kind" in str(error) or "`kind`" in str(error)
            else ""
        )
        raise AuthorError(f"{where}: {told(error, FIELDS)}{kinds}") from None
    check_fields(exercise, where)
    return exercise


def told(error: msgspec.ValidationError, fields: Iterable[str]) -> str:
    """Return what a validation error says, an unknown field with the one that was meant."""
    unknown = re.search(r"unknown field `(\w+)`", str(error))
    return str(error).replace(unknown[0], unknown[0] + nearest(unknown[1], fields)) if unknown else str(error)


def table(text: str, where: str) -> dict[str, Any]:
    """Return TOML text as a table, or an AuthorError with its line and column."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AuthorError(f"{where} is no TOML: {error}") from None


def check_fields(exercise: Exercise, where: str) -> None:
    """Raise AuthorError for what types alone cannot say."""
    if exercise.format_version < 1:
        raise AuthorError(f"{where}: format_version is {exercise.format_version}; expected {FORMAT}")
    keys = {frozenset(row) for row in exercise.variants}
    if len(keys) > 1:
        raise AuthorError(f"{where}: the rows of variants replace different things; give every row the same keys")
    if isinstance(exercise, Numbers):
        check_asks(exercise, where)
    if isinstance(exercise, Sheet):
        if not exercise.program and not exercise.drill:
            raise AuthorError(f"{where}: a sheet needs a program, or a drill = {{ operations = 4, inputs = 3 }}")
        unknown = set(exercise.columns) - {"value", "local", "upstream"}
        if unknown:
            raise AuthorError(f"{where}: columns has '{min(unknown)}'; expected value, local, upstream")


def check_asks(exercise: Numbers, where: str) -> None:
    labels = [ask.label for ask in exercise.asks]
    for ask in exercise.asks:
        if sum(map(bool, (ask.formula, ask.shape, ask.count))) != 1:
            raise AuthorError(f"{where}: ask '{ask.label}' needs one of formula, shape and count")
        if labels.count(ask.label) > 1:
            raise AuthorError(f"{where}: two asks are labelled '{ask.label}'; give each its own label")
        unknown = [p for p in ask.points if p not in exercise.points] + (
            [ask.run] if ask.run and ask.run not in exercise.runs else []
        )
        if unknown:
            raise AuthorError(f"{where}: ask '{ask.label}' names '{unknown[0]}', which is no point or run of this file")
        if ask.over not in ("", "sum", "mean"):
            raise AuthorError(f"{where}: ask '{ask.label}' has over = '{ask.over}'; expected sum or mean")
    for wrong in exercise.wrong:
        unknown = [label for label in wrong.answer if label not in labels]
        if unknown:
            raise AuthorError(f"{where}: a wrong answer is for '{unknown[0]}'; the labels are {', '.join(labels)}")


def load(path: str | Path) -> Exercise:
    """Return the exercise in a file."""
    path = Path(path)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AuthorError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    exercise = parse(text, str(path))
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
        for path in sorted(self.root.rglob("*.toml"), key=lambda p: p.relative_to(self.root).as_posix()):
            if path.name == COURSE or any(part.startswith(".") for part in path.relative_to(self.root).parts):
                continue
            name = plain(path.stem)
            if name in found:
                raise AuthorError(f"{path} and {found[name]} have the same id; rename one of them")
            found[name] = path
        return found

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
    holding = [k for k in known if name and name in k]
    return near(name, holding or known, 0 if holding else 0.6)


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
