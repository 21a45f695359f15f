"""A course: the order and groups of its exercises, and the defaults of a class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from ..errors import AuthorError, LearnerError
from ..text import several
from .exercises import COURSE, FORMAT, Library, library, nearest, table, text_in, told
from .kinds import Exercise

TIES = "zero", "first", "last", "half"
NOTATIONS = "auto", "plain", "unicode", "latex"


class Group(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A chapter: the exercises of a folder (named without its number), or those listed; `about` says what it is about."""

    title: str
    about: str = ""
    folder: str = ""
    exercises: tuple[str, ...] = ()


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a course file says. `seed` gives the whole class its variants; without it exercises are as their files show them.

    `tie` is taken at kinks where an exercise does not say, `reduction` in training runs; `notation`
    and `palette` are those of formulas and pictures; notation "auto" is Unicode where the terminal
    has it. `roads`: name → the exercises of a shorter way through the course.
    """

    format_version: int = FORMAT
    title: str = "Exercises"
    welcome: str = ""
    farewell: str = "That was the last exercise. Well done."
    tie: str = "zero"
    notation: str = "auto"
    palette: str = "default"
    reduction: str = "sum"
    seed: str | None = None
    groups: tuple[Group, ...] = ()
    roads: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True)
class Course:
    """A library in the order of a course, or of one of its roads."""

    library: Library
    settings: Settings
    road: str = ""

    def along(self, road: str) -> Course:
        """Return the course along a road of its own; "" and "all" are the whole of it."""
        if road in ("", "all"):
            return replace(self, road="")
        if road not in self.settings.roads:
            known = several(("all", *self.settings.roads))
            raise LearnerError(f"no road '{road}'{nearest(road, self.settings.roads)}; this course has {known}")
        for name in self.settings.roads[road]:
            if name not in self.library:
                where = nearest(name, self.library.paths)
                raise AuthorError(f"{COURSE}: road '{road}' lists '{name}'{where}, which is no exercise")
        return replace(self, road=road)

    @cached_property
    def groups(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each chapter's title with the ids of its exercises on this road, in order; chapters without one are left out."""
        if not self.road:
            return self.chapters
        taken = set(self.settings.roads[self.road])
        found = ((title, tuple(name for name in names if name in taken)) for title, names in self.chapters)
        return tuple((title, names) for title, names in found if names)

    @cached_property
    def chapters(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each chapter's title with the ids of all its exercises, in order."""
        if not self.settings.groups:
            folders: dict[str, list[str]] = {}
            for name in self.library.paths:
                folders.setdefault(self.library.group(name), []).append(name)
            return tuple(
                (title.replace("-", " ").capitalize() or "Exercises", tuple(names)) for title, names in folders.items()
            )
        return tuple((group.title, self.members(group)) for group in self.settings.groups)

    def members(self, group: Group) -> tuple[str, ...]:
        inside = (
            tuple(name for name in self.library.paths if self.library.group(name) == group.folder)
            if group.folder
            else ()
        )
        if group.folder and not inside:
            raise AuthorError(f"{COURSE}: group '{group.title}' takes folder '{group.folder}', which holds no exercise")
        unknown = next((name for name in group.exercises if name not in self.library), None)
        if unknown:
            raise AuthorError(
                f"{COURSE}: group '{group.title}' lists '{unknown}'{nearest(unknown, self.library.paths)}, which is no exercise"
            )
        return inside + group.exercises

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The ids of the exercises on this road, each once."""
        return tuple(dict.fromkeys(name for _, names in self.groups for name in names))

    def chapter(self, name: str) -> int:
        """Return the number, from 0, of the chapter that holds an exercise; -1 if none does."""
        return next((k for k, (_, names) in enumerate(self.groups) if name in names), -1)

    def minutes(self, names: Iterable[str]) -> int:
        """Return how long exercises take, estimated from their kinds."""
        return sum(self.library.exercise(name).MINUTES for name in names)

    def about(self, title: str) -> str:
        """Return what a chapter is about, in the words of the course file."""
        return next((group.about for group in self.settings.groups if group.title == title), "")

    def exercise(self, name: str) -> Exercise:
        """Return an exercise of this course with the course's defaults."""
        return self.library.exercise(name).with_defaults(self.settings.tie, self.settings.reduction)

    def after(self, name: str) -> str:
        """Return the exercise after this one, or nothing at the end."""
        place = self.order.index(name) + 1 if name in self.order else 0
        return self.order[place] if place < len(self.order) else ""


def course(folder: str | Path | None = None, file: str | Path | None = None) -> Course:
    """Return the course of a folder of exercises: of its course.toml, of `file`, or all in order of the folders."""
    found = library(folder)
    path = Path(file) if file else found.root / COURSE
    if not path.is_file():
        if file:
            raise LearnerError(f"no course file '{file}'; expected a TOML file such as {COURSE}")
        return Course(found, Settings())
    return Course(found, settings(table(text_in(path), str(path)), str(path)))


def settings(data: Mapping[str, Any], where: str) -> Settings:
    """Return what a course file says, or an AuthorError that names its field."""
    try:
        read = msgspec.convert(data, Settings)
    except msgspec.ValidationError as error:
        raise AuthorError(f"{where}: {told(error, (*Settings.__struct_fields__, *Group.__struct_fields__))}") from None
    if read.format_version > FORMAT:
        raise AuthorError(
            f"{where}: format_version is {read.format_version}, and this graphtutor reads up to {FORMAT}; update graphtutor"
        )
    for field, value, allowed in (
        ("tie", read.tie, TIES),
        ("notation", read.notation, NOTATIONS),
        ("reduction", read.reduction, ("sum", "mean")),
    ):
        if value not in allowed:
            raise AuthorError(f"{where}: {field} = '{value}'; expected one of {', '.join(allowed)}")
    return read
