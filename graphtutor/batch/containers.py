"""Where submissions lie: files, folders and archives, and who handed in what in the layouts of Gradescope, Moodle and Canvas."""

from __future__ import annotations

import os
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

OWN = (".review.json", ".results.jsonl", ".journal")
ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
METADATA = "submission_metadata.yml"
LARGEST, MOST, WHOLE = 20_000_000, 200_000, 2_000_000_000  # bytes of a file, members and bytes of an archive


@dataclass(frozen=True)
class Fault:
    """What cannot be taken for a submission: where it stands, and why."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True)
class Handed:
    """A file that was handed in: `data` reads it (one byte more than LARGEST at the most); `who` is what its place says of the student."""

    path: Path
    data: Callable[[], bytes]
    who: Mapping[str, Any] = field(default_factory=dict)
    alone: bool = False


# who handed in, by how a system names files: one row a layout, its groups are fields of a submission
LAYOUTS = (
    re.compile(
        r"(?:.*/)?(?P<student>[^/]+)_(?P<identifier>\d+)_assignsubmission_(?:file|onlinetext)_?/?(?P<name>[^/]+)"
    ),  # Moodle
    re.compile(r"(?:.*/)?submission_(?P<identifier>\d+)/(?:.*/)?(?P<name>[^/]+)"),  # Gradescope
    re.compile(
        r"(?:.*/)?(?P<student>[^/_]+)_(?:LATE_)?(?P<identifier>\d+)_(?:\d+_(?P<name>[^/]+)|(?P<text>text\.html))"
    ),  # Canvas
)


def who(place: str, students: Mapping[str, str]) -> dict[str, str]:
    """Return what the place of a file says of who handed it in; {} in a folder of no known layout.

    >>> who("Ada Lovelace_77_assignsubmission_file_/a.txt", {})
    {'student': 'Ada Lovelace', 'identifier': '77', 'name': 'a.txt'}
    >>> who("export/submission_5/a.txt", {"5": "Ada"}), who("lovelaceada_LATE_12_345_a.txt", {})
    ({'identifier': '5', 'name': 'a.txt', 'student': 'Ada'}, {'student': 'lovelaceada', 'identifier': '12', 'name': 'a.txt'})
    """
    found = next((m for m in (layout.fullmatch(place) for layout in LAYOUTS) if m), None)
    if found is None:
        return {}
    told = {key: value for key, value in found.groupdict().items() if value}
    told.setdefault("name", told.pop("text", ""))
    name = students.get(told["identifier"])
    return {**told, "student": name} if name else told


def submitters(text: str) -> dict[str, str]:
    r"""Return submission → its students, of Gradescope's metadata: the two levels of YAML that it has.

    >>> submitters("---\nsubmission_5:\n  :submitters:\n  - :name: Ada L\n    :sid: '1'\n  - :name: Bob\n  :status: processed\n")
    {'5': 'Ada L, Bob'}
    """
    found: dict[str, list[str]] = {}
    names: list[str] = []
    for line in text.splitlines():
        start = re.fullmatch(r"submission_(\d+):\s*", line)
        if start:
            names = found.setdefault(start[1], [])
        person = re.fullmatch(r"[ -]*:?name:\s*(.+?)\s*", line)
        if person:
            names.append(person[1].strip("'\""))
    return {key: ", ".join(dict.fromkeys(people)) for key, people in found.items() if people}


def handed_in(paths: Iterable[str | Path], archives: ExitStack) -> Iterator[Handed | Fault]:
    """Yield the files among paths, in folders and in archives, in order of name; hidden ones and our own results are left out.

    `archives` closes those that are read, when their files have been.

    A link in a folder is not followed, and what is no regular file not opened: a Fault says so.
    """
    listed = list(map(Path, paths))
    for path in listed:
        if path.is_dir():
            yield from inside(path)
        elif path.exists() and not path.is_file():
            yield Fault(str(path), "is no regular file; give - for standard input")
        elif path.name.lower().endswith(ARCHIVES):
            yield from unpacked(path, archives)
        else:
            yield Handed(path, reader(path), alone=len(listed) == 1)


def reader(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)

    return read


def ours(name: str) -> bool:
    return name.startswith(".") or name.endswith(OWN) or name in (METADATA, "__MACOSX")


def inside(folder: Path) -> Iterator[Handed | Fault]:
    """Yield the files in a folder and in those in it."""
    found: list[Path] = []
    for where, folders, names in os.walk(folder):
        links = [name for name in folders if Path(where, name).is_symlink()]
        folders[:] = [name for name in folders if not ours(name)]
        found += [Path(where, name) for name in (*links, *names) if not ours(name)]
    told = folder / METADATA
    students = submitters(told.read_text("utf-8", "replace")) if told.is_file() and not told.is_symlink() else {}
    for path in sorted(found):
        if path.is_symlink():
            yield Fault(str(path), "is a link, which is not followed; hand in the file itself")
        elif path.is_file():
            yield Handed(path, reader(path), who(path.relative_to(folder).as_posix(), students))


# ----- archives -----
def unpacked(path: Path, archives: ExitStack) -> Iterator[Handed | Fault]:
    """Yield the files of an archive, read where they lie: nothing is unpacked to the disk. A Fault refuses one with a link or `..` in it."""
    try:
        members: Members = archives.enter_context((zipped if zipfile.is_zipfile(path) else tarred)(path))
        fault = next((why for why in (refused(*member) for member in members.every) if why), "") or members.too_much
        if fault:
            yield Fault(str(path), fault)
        else:
            yield from members.handed_in(path)
    except (OSError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, tarfile.TarError) as error:
        yield Fault(str(path), f"cannot be read as an archive: {str(error)[:100]}")


def refused(name: str, kind: str, size: int) -> str:
    """Return why an archive with such a member is not read; "" for a file or folder in it.

    >>> refused("a/../../b", "file", 1), refused("a/b.txt", "file", 1)
    ('holds ../ in a name (a/../../b); refused', '')
    """
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts:
        return f"holds ../ in a name ({name[:60]}); refused"
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        return f"holds the name of a place outside it ({name[:60]}); refused"
    if kind != "file":
        return f"holds a {kind} ({name[:60]}); refused"
    return f"holds a file of {size:,} bytes ({name[:60]}); refused" if size > WHOLE else ""


class Members:
    """The members of an archive as (name, kind, size); `read` gives the bytes of one."""

    every: list[tuple[str, str, int]]

    def __init__(self, archive: Any):
        self.archive = archive

    def __enter__(self) -> Members:
        return self

    def __exit__(self, *_: object) -> None:
        self.archive.close()

    @property
    def too_much(self) -> str:
        """Why it is not read at once, "" where it can be."""
        whole = sum(size for _, _, size in self.every)
        return (
            "holds more than can be read at once; unpack it and give the folder"
            if len(self.every) > MOST or whole > WHOLE
            else ""
        )

    def read(self, name: str) -> bytes:
        raise NotImplementedError

    def handed_in(self, path: Path) -> Iterator[Handed | Fault]:
        """Yield the files in it, in order of name."""
        told = next((name for name, _, _ in self.every if PurePosixPath(name).name == METADATA), None)
        students = submitters(self.read(told).decode("utf-8", "replace")) if told else {}
        for name in sorted(name for name, _, _ in self.every if not name.endswith("/")):
            if name.lower().endswith(ARCHIVES):
                yield Fault(f"{path}/{name}", "is an archive in an archive; unpack it")
            elif not any(map(ours, PurePosixPath(name).parts)):
                yield Handed(path / name, partial(self.read, name), who(name, students))


class zipped(Members):
    def __init__(self, path: Path):
        super().__init__(zipfile.ZipFile(path))
        self.every = [
            (i.filename, "link" if stat.S_ISLNK(i.external_attr >> 16) else "file", i.file_size)
            for i in self.archive.infolist()
        ]

    def read(self, name: str) -> bytes:
        with self.archive.open(name) as file:
            found: bytes = file.read(LARGEST + 1)
            return found


class tarred(Members):
    def __init__(self, path: Path):
        super().__init__(tarfile.open(path))  # noqa: SIM115 - closed with the members
        kinds = [
            (i, "file" if i.isfile() or i.isdir() else "link" if i.issym() or i.islnk() else "special file")
            for i in self.archive.getmembers()
        ]
        self.every = [(i.name + "/" * i.isdir(), kind, i.size) for i, kind in kinds]

    def read(self, name: str) -> bytes:
        file = self.archive.extractfile(name)
        found: bytes = file.read(LARGEST + 1) if file else b""
        return found
