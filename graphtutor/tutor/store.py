"""The file of a learner's progress: JSON, written atomically, safe between two shells, set aside when damaged.

Every change reads the file anew under a lock, so that what another shell wrote is kept; the file
is replaced in one stroke, so that a kill at any moment leaves the old one or the new one whole.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from msgspec import Struct

from ..errors import LearnerError
from ..text import jsonable, written
from .progress import FORMAT, Progress

if sys.platform == "win32":
    import msvcrt
else:
    with suppress(ImportError):  # a browser tab has none, and keeps progress itself
        import fcntl

ENVIRONMENT = "GRAPHTUTOR_PROGRESS"
LARGEST = 50_000_000  # bytes: some thousand times a whole course
DAMAGED = (msgspec.MsgspecError, RecursionError)
PATIENCE = 10.0  # seconds to wait for another shell's write, which takes some milliseconds


def default_path() -> Path:
    """Return where progress is kept: $GRAPHTUTOR_PROGRESS, else one file in the user's own data folder."""
    given = os.environ.get(ENVIRONMENT)
    if given:
        return Path(given).expanduser()
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "graphtutor" / "progress.json"


class Unkept(LearnerError):
    """What a learner did could not be written."""


@dataclass(frozen=True)
class Store:
    """The file that holds a learner's progress; `say` gets a line when something had to be set aside.

    A lesson is held to its end although the disk is full or the place may not be written: with `lenient`, what cannot be
    written is said once and kept in memory. A link is followed; anything but a regular file is refused.
    """

    path: Path
    say: Callable[[str], None] = lambda line: None
    lenient: bool = False
    held: list[Progress] = field(default_factory=list, compare=False)

    @property
    def file(self) -> Path:
        """Where the file really is: behind a link, what the link leads to."""
        try:
            if b"\0" in os.fsencode(self.path):
                raise ValueError
        except ValueError:
            raise LearnerError(f"no file can be called {str(self.path)!a}; set ${ENVIRONMENT} to another") from None
        return Path(os.path.realpath(self.path)) if self.path.is_symlink() else self.path

    def read(self) -> Progress:
        """Return what is kept. A damaged file is set aside under another name, and said; a newer one is left alone."""
        if self.held:
            return self.held[-1]
        try:
            return self.decoded()
        except DAMAGED:
            with self.locked():
                return self.mended()

    def change(self, change: Callable[[Progress], Progress]) -> Progress:
        """Return the progress after `change`, which is given what is on disk now, and keep it."""
        try:
            with self.locked():
                changed = change(self.held[-1] if self.held else self.mended())
                self.write(changed)
            self.held.clear()
        except Unkept as error:
            if not self.lenient:
                raise
            if not self.held:
                self.say(f"{error}; until then nothing is kept")
            changed = change(self.read())
            self.held[:] = [changed]
        return changed

    def keep_aside(self) -> Path | None:
        """Copy the file beside itself under a name of its own, and return that; None if there is no file."""
        with self.locked():
            if not self.file.exists():
                return None
            aside = self.aside("kept")
            try:
                return written(aside, self.file.read_bytes())
            except OSError as error:
                raise self.unkept(error) from None
            except LearnerError as error:
                raise Unkept(str(error)) from None

    # ----- the file -----
    def decoded(self) -> Progress:
        try:
            state = self.file.stat()
            if not stat.S_ISREG(state.st_mode):
                what = "a folder" if stat.S_ISDIR(state.st_mode) else "a device or a pipe"
                raise LearnerError(
                    f"{self.path} is {what}, where your progress cannot be kept; set ${ENVIRONMENT} to a file"
                )
            if state.st_size > LARGEST:
                raise LearnerError(f"{self.path} is too large for a progress file; set ${ENVIRONMENT} to another file")
            data = self.file.read_bytes()
        except FileNotFoundError:
            return Progress()
        except OSError as error:
            raise LearnerError(
                f"cannot read your progress at {self.path}: {error.strerror}; set ${ENVIRONMENT} to another file"
            ) from None
        version = msgspec.json.decode(data, type=Version).format_version
        if version > FORMAT:
            raise LearnerError(
                f"{self.path} was written by a newer graphtutor (format {version}); update graphtutor, or set ${ENVIRONMENT} to another file"
            )
        return msgspec.json.decode(data, type=Progress)

    def mended(self) -> Progress:
        """Return what is kept; under the lock, a file that cannot be read is moved out of the way."""
        try:
            return self.decoded()
        except DAMAGED as error:
            aside = self.aside("damaged")
            self.file.replace(aside)
            what = "nested too deeply" if isinstance(error, RecursionError) else error
            self.say(f"Your progress file was damaged ({what}). It is kept as {aside}; a new one begins here.")
            return Progress()

    def aside(self, what: str) -> Path:
        """Return a name beside the file that no other file has."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        names = (
            self.file.with_name(f"{self.file.stem}.{what}-{stamp}{f'-{k}' if k else ''}{self.file.suffix}")
            for k in range(1000)
        )
        return next(path for path in names if not path.exists())

    def write(self, progress: Progress) -> None:
        """Replace the file in one stroke; a kill in the middle leaves the old one."""
        part = self.file.with_name(self.file.name + ".part")
        try:
            with part.open("wb") as file:
                file.write(msgspec.json.format(encoded(progress), indent=1) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.file)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise self.unkept(error) from None

    def unkept(self, error: OSError) -> Unkept:
        where = f"set ${ENVIRONMENT} to a file you may write"
        return Unkept(f"cannot write your progress to {self.path}: {error.strerror}; {where}")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock beside the file; the system lets go of it when its holder dies."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            file = self.file.with_name(self.file.name + ".lock").open("a+b")
        except OSError as error:
            raise self.unkept(error) from None
        with file:
            hold(file.fileno(), self.path)
            try:
                yield
            finally:
                release(file.fileno())


def encoded(progress: Progress) -> bytes:
    """Return the progress as JSON; half a character, as a terminal may send it, becomes a mark for one."""
    try:
        return msgspec.json.encode(progress)
    except UnicodeEncodeError:
        plain = json.dumps(jsonable(msgspec.to_builtins(progress)), ensure_ascii=False)
        return plain.encode("utf-8", "replace")


class Version(Struct):
    """What is read first of a file."""

    format_version: int


def hold(descriptor: int, path: Path) -> None:
    """Take the lock, waiting for another shell to let go of it."""
    end = time.monotonic() + PATIENCE
    while not taken(descriptor):
        if time.monotonic() > end:
            raise LearnerError(f"another graphtutor has been writing {path} for {PATIENCE:g} s; end it and try again")
        time.sleep(0.01)


if sys.platform == "win32":

    def taken(descriptor: int) -> bool:
        try:
            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def release(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:

    def taken(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
