"""What is kept on disk while a class is graded: the journal of grades, which only grows, and the roll of what was handed in.

A line of the journal is a key and a grade. The key is worked out from all that decides the grade (the question with its exercise's
file, the answer, the version), so that grading again with `--resume` grades what is missing and nothing twice. Memory holds places
in files, no grades.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from array import array
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from .. import __version__
from ..errors import LearnerError
from ..tutor.exercises import COURSE, library
from .results import packed
from .submissions import Submission, digest

try:
    import fcntl
except ImportError:  # Windows: nobody is kept from writing the same journal twice
    fcntl = None  # type: ignore[assignment]

ENDING = ".journal"
HEADER = b"graphtutor journal 1\n"
EVERY = 0.5  # seconds between two syncs: what a power cut may take; a kill takes nothing
KEY = 32  # hexadecimal digits


# ----- what decides a grade -----
@cache
def code_digest() -> str:
    """Return a short name of this version: its number, and its code as it stands."""
    found = hashlib.blake2b(__version__.encode(), digest_size=8)
    for path in sorted(Path(__file__).resolve().parent.parent.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()


def exercise_digest(name: str, folder: str | None) -> str:
    """Return a short name of an exercise as its file and its course stand; of the course alone where there is no such exercise."""
    taken = library_of(folder)
    files = [taken.paths[name]] if name in taken else []
    return digest([path.read_text("utf-8", "replace") for path in (*files, taken.root / COURSE) if path.is_file()])


@cache
def library_of(folder: str | None) -> Any:
    return library(folder)


def key_of(one: Submission, folder: str | None, exercises: dict[str, str]) -> bytes:
    """Return the key of a submission: the same for the same answer to the same question, whoever gave it.

    `exercises` keeps the digests of those that were met before.
    """
    name = str(one.about.get("exercise") or "")
    if name and name not in exercises:
        exercises[name] = exercise_digest(name, folder)
    own = [said for said in one.conflicts if said.startswith("at: ")]
    text = json.dumps([one.about, one.answer, exercises.get(name, ""), code_digest(), own], sort_keys=True, default=str)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=KEY // 2).digest()


# ----- lines on disk -----
class Lines:
    """Lines of a file that only grows, each found again by its place (where it starts, and how long it is, in one number)."""

    def __init__(self, file: BinaryIO, path: Path | None = None):
        self.file, self.path, self.end = file, path, 0

    def append(self, line: bytes) -> int:
        """Add a line and return its place. Raises LearnerError where the disk is full; what was there before stays whole."""
        try:
            self.file.seek(self.end)
            view = memoryview(line)
            while view:
                view = view[self.file.write(view) :]
        except OSError as error:
            with contextlib.suppress(OSError):
                self.file.truncate(self.end)
            raise unwritable(self.path, error) from None
        place = self.end << 32 | len(line)
        self.end += len(line)
        return place

    def at(self, place: int) -> bytes:
        self.file.seek(place >> 32)
        return self.file.read(place & 0xFFFFFFFF)


def unwritable(path: Path | None, error: OSError) -> LearnerError:
    where = path or f"a temporary file in {tempfile.gettempdir()}"
    move = "make room, or choose another place" if path else "make room, or name another folder in TMPDIR"
    return LearnerError(f"cannot write {where}: {(error.strerror or 'it failed').lower()}; {move}")


def nameless() -> BinaryIO:
    """Open a file without a name, that nobody finds and no kill leaves behind."""
    try:
        return tempfile.TemporaryFile(buffering=0)  # type: ignore[return-value]
    except OSError as error:
        raise unwritable(None, error) from None


class Journal:
    """Grades by key, in a file that only grows: beside the results where they go to a file, else a nameless one.

    With `resume` what the file holds is kept, up to a line that a kill cut short; but for what was stopped under other `limits`.
    Raises LearnerError where it cannot be written.
    """

    def __init__(self, path: Path | None = None, resume: bool = False, limits: str = ""):
        self.lines = Lines(self.opened(path) if path else nameless(), path)
        self.limits = limits
        self.places: dict[bytes, int] = {}
        self.synced = time.monotonic()
        if resume:
            self.take()
        if not self.lines.end:
            self.lines.file.truncate(0)
            self.lines.append(HEADER)

    def opened(self, path: Path) -> BinaryIO:
        try:
            found = open(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b", buffering=0)  # noqa: SIM115
            if fcntl is not None:
                fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LearnerError(f"{path} is being written by another grade; wait for it, or name another -o") from None
        except OSError as error:
            raise unwritable(path, error) from None
        return found

    def take(self) -> None:
        """Take what the file holds, up to its last whole line."""
        path = self.lines.path
        with open(path, "rb") if path else nameless() as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                if not self.lines.end and line != HEADER:
                    raise LearnerError(f"{path} is no journal of grades; move it away, or name another -o")
                key = self.key_in(line) if self.lines.end else b""
                if key:
                    self.places[key] = self.lines.end << 32 | len(line)
                self.lines.end += len(line)

    def key_in(self, line: bytes) -> bytes:
        """Return the key of a line; nothing for a damaged one, or for what was stopped under other limits than today's."""
        try:
            key, grade = bytes.fromhex(line[:KEY].decode()), json.loads(line[KEY + 1 :])
        except ValueError:
            return b""
        return key if grade.get("stopped", self.limits) == self.limits else b""

    def __contains__(self, key: bytes) -> bool:
        return key in self.places

    def __len__(self) -> int:
        return len(self.places)

    def add(self, key: bytes, grade: bytes) -> None:
        """Add a grade in JSON. Raises LearnerError on a full disk."""
        try:
            self.places[key] = self.lines.append(key.hex().encode() + b" " + grade + b"\n")
        except LearnerError as error:
            kept = (
                f"; the {len(self):,} grades before are kept, and --resume goes on from there"
                if self.lines.path
                else ""
            )
            raise LearnerError(f"{error}{kept}") from None
        if time.monotonic() - self.synced > EVERY:
            self.sync()

    def __getitem__(self, key: bytes) -> dict[str, Any]:
        """Return a grade in JSON's types."""
        found: dict[str, Any] = json.loads(self.lines.at(self.places[key])[KEY + 1 :])
        found.pop("stopped", None)
        return found

    def sync(self) -> None:
        """Have the disk write what it was given."""
        if self.lines.path is not None:
            with contextlib.suppress(OSError):
                os.fsync(self.lines.file.fileno())
        self.synced = time.monotonic()

    def close(self) -> None:
        self.sync()
        self.lines.file.close()


class Roll:
    """What was handed in, in order, in a nameless file: what each submission said, and the key of its grade."""

    def __init__(self) -> None:
        self.lines = Lines(nameless())
        self.places = array("Q")
        self.widest = 0

    def add(self, one: Submission, key: bytes) -> None:
        self.widest = max(self.widest, len(one.id))
        line = {"id": one.id, "key": key.hex(), "digest": digest(one.answer), "question": one.question, "where": one.where,
                "conflicts": one.conflicts, "data": one.data, "about": one.about, "answer": one.answer}  # fmt: skip
        self.places.append(self.lines.append(packed(line) + b"\n"))

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, k: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.lines.at(self.places[k]))
        return found

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(self.__getitem__, range(len(self)))
