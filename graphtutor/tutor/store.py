"""The file of a learner's progress: JSON, written atomically, safe between two shells, set aside when damaged.

Every change reads the file anew under a lock, so that what another shell wrote is kept; the file
is replaced in one stroke, so that a kill at any moment leaves the old one or the new one whole.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from ..errors import LearnerError
from .progress import FORMAT, Progress

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

ENVIRONMENT = "GRAPHTUTOR_PROGRESS"
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


@dataclass(frozen=True)
class Store:
    """The file that holds a learner's progress; `say` gets a line when something had to be set aside."""

    path: Path
    say: Callable[[str], None] = lambda line: None

    def read(self) -> Progress:
        """Return what is kept. A damaged file is set aside under another name, and said; a newer one is left alone."""
        try:
            return self.decoded()
        except msgspec.MsgspecError:
            with self.locked():
                return self.mended()

    def change(self, change: Callable[[Progress], Progress]) -> Progress:
        """Return the progress after `change`, which is given what is on disk now, and keep it."""
        with self.locked():
            changed = change(self.mended())
            self.write(changed)
        return changed

    def keep_aside(self) -> Path | None:
        """Copy the file beside itself under a name of its own, and return that; None if there is no file."""
        with self.locked():
            if not self.path.exists():
                return None
            aside = self.aside("kept")
            aside.write_bytes(self.path.read_bytes())
            return aside

    # ----- the file -----
    def decoded(self) -> Progress:
        try:
            data = self.path.read_bytes()
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
        except msgspec.MsgspecError as error:
            aside = self.aside("damaged")
            self.path.replace(aside)
            self.say(f"Your progress file was damaged ({error}). It is kept as {aside}; a new one begins here.")
            return Progress()

    def aside(self, what: str) -> Path:
        """Return a name beside the file that no other file has."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        names = (
            self.path.with_name(f"{self.path.stem}.{what}-{stamp}{f'-{k}' if k else ''}{self.path.suffix}")
            for k in range(1000)
        )
        return next(path for path in names if not path.exists())

    def write(self, progress: Progress) -> None:
        """Replace the file in one stroke; a kill in the middle leaves the old one."""
        part = self.path.with_name(self.path.name + ".part")
        try:
            with part.open("wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(progress), indent=1) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)
        except OSError as error:
            raise LearnerError(
                f"cannot write your progress to {self.path}: {error.strerror}; set ${ENVIRONMENT} to a file you may write"
            ) from None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock beside the file; the system lets go of it when its holder dies."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self.path.with_name(self.path.name + ".lock").open("a+b")
        except OSError as error:
            raise LearnerError(
                f"cannot write your progress to {self.path}: {error.strerror}; set ${ENVIRONMENT} to a file you may write"
            ) from None
        with file:
            hold(file.fileno(), self.path)
            try:
                yield
            finally:
                release(file.fileno())


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
