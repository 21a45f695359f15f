"""Answers graded in processes that can be killed: a limit of time and of memory that holds inside C code too.

A `Cell` is a process that imports everything once. Where there is fork it grades nothing itself: it forks a child, watches the
clock of the child's own work, kills it, and forks the next one in some milliseconds. A hang, a crash or a bomb so costs one
answer. Seconds are those of the processor, so that a busy machine stops nothing that an idle one would not.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import math
import os
import pickle
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from ..door import kind as called
from ..errors import LearnerError

if TYPE_CHECKING:  # a cell is started before anything heavy is imported, so that both import at once
    from .submissions import Submission

WORK = "graphtutor.batch.results:told"  # what grades one submission: (submission, folder) → JSON as bytes
READY = "graphtutor.batch.results:ready"  # what a process does before many are forked from it
FORKS = hasattr(os, "fork")
DONE, DIED, CLOCK, MEMORY, LOST = range(5)
# a process may be killed for what another answer, or another program, did; the keeper is LOST for nothing that an answer does
TRIES = {DIED: 3, MEMORY: 2, CLOCK: 1, LOST: 30}
PATIENCE = 5  # times the seconds of work that may pass on the clock on the wall: waiting is no work
GRACE = 1  # second for a process to end by itself
LONGER = 10  # times as long for what only the clock stopped
HEAD = struct.Struct(">IIB")  # bytes that follow, which submission, what became of it
MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may take: `timeout` seconds of work, `memory` megabytes beside what grading takes anyway (0: any)."""

    timeout: float = 5.0
    memory: int = 1024
    work: str = field(default_factory=lambda: WORK)

    def __post_init__(self) -> None:
        for name, value, example in (("timeout", self.timeout, "5 seconds"), ("memory", self.memory, "1024 megabytes")):
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                met = value if isinstance(value, int | float) else called(value)
                raise LearnerError(f"{name} is {met}; expected a number such as {example}")

    def longer(self) -> Limits:
        """Return the limits under which what the clock stopped is tried once more."""
        return replace(self, timeout=LONGER * self.timeout)

    def __str__(self) -> str:
        return f"{self.timeout:g} s, {self.memory} MB"


class Outcome(NamedTuple):
    """What became of one answer: its grade as JSON, or `why` there is none; `clock` where only the time was up."""

    told: bytes = b""
    why: str = ""
    clock: bool = False


class Stopped(Exception):
    """The cell was closed while it graded."""


# ----- frames -----
def exactly(read: Callable[[int], bytes | None], count: int) -> bytes:
    """Return so many bytes; fewer where the other end is gone."""
    found = bytearray()
    while len(found) < count:
        more = read(min(count - len(found), MEGABYTE))
        if not more:
            break
        found += more
    return bytes(found)


def received(read: Callable[[int], bytes | None]) -> tuple[int, int, bytes] | None:
    """Return a frame (which, status, content), None where the other end is gone."""
    head = exactly(read, HEAD.size)
    if len(head) < HEAD.size:
        return None
    size, which, status = HEAD.unpack(head)
    content = exactly(read, size)
    return (which, status, content) if len(content) == size else None


def frame(which: int, status: int, content: bytes = b"") -> bytes:
    return HEAD.pack(len(content), which, status) + content


# ----- the child, which grades -----
def grade_on(pipe: socket.socket, limits: Limits) -> None:
    """Grade what comes through a pipe, until nothing more does or memory is out."""
    work = worker(limits.work)
    bound(limits.memory)
    while (asked := received(pipe.recv)) is not None:
        which, _, content = asked
        try:
            answer = frame(which, DONE, work(*pickle.loads(content)))
        except MemoryError:
            answer = frame(which, MEMORY)
        pipe.sendall(answer)


def worker(name: str) -> Callable[..., bytes]:
    module, _, function = name.partition(":")
    found: Callable[..., bytes] = getattr(import_module(module), function)
    return found


def bound(megabytes: int) -> None:
    """Let this process take so much more memory, and leave no picture of itself behind when it crashes."""
    with suppress(ImportError, OSError, ValueError):  # Windows has neither; a lower limit may be set from outside
        import_module("faulthandler").disable()
        resource = import_module("resource")
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if megabytes and (now := size_of(os.getpid())):
            resource.setrlimit(resource.RLIMIT_AS, (now + megabytes * MEGABYTE,) * 2)


def alone(pipe: int) -> None:
    """Keep nothing open but one pipe, and end when the process that forked this one ends."""
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)
    os.closerange(3, pipe)
    os.closerange(pipe + 1, 256)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG of prctl(2)


def size_of(pid: int) -> int:
    """Return how many bytes of addresses a process has, 0 where that cannot be known."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


class Child:
    """A forked process that grades one submission after the other."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.pipe, theirs = socket.socketpair()
        self.pid = os.fork()
        if not self.pid:
            code = 1
            try:
                self.pipe.close()
                alone(theirs.fileno())
                grade_on(theirs, limits)
                code = 0
            finally:
                os._exit(code)
        theirs.close()
        self.size = size_of(self.pid)

    def seconds(self) -> float:
        """Return how long it has worked, by its own clock where the system shows that."""
        if sys.platform != "linux":
            return time.monotonic()
        try:
            return time.clock_gettime((~self.pid << 3) | 2)  # clock_getcpuclockid(3)
        except OSError:
            return -math.inf  # it has just ended, which is not for want of time

    @property
    def swollen(self) -> bool:
        """Whether what it has kept of earlier answers leaves the next one too little room."""
        return self.size > 0 and size_of(self.pid) - self.size > self.limits.memory * MEGABYTE / 2 > 0

    def end(self) -> str:
        """Kill it and return what ended it if it was gone before."""
        with suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        self.pipe.close()
        by = os.waitstatus_to_exitcode(status)
        return f"signal {signal.Signals(-by).name}" if by < 0 else f"exit code {by}"

    def graded(self, which: int, content: bytes, parent: int) -> bytes:
        """Return the frame about one submission; it is dead afterwards where that is not DONE. SystemExit where the parent is gone."""
        start, end = self.seconds(), time.monotonic() + PATIENCE * self.limits.timeout
        try:
            self.pipe.sendall(frame(which, DONE, content))
            while (left := min(self.limits.timeout - self.seconds() + start, end - time.monotonic())) > 0:
                ready, _, _ = select.select([self.pipe.fileno(), parent], [], [], max(left, 0.005))
                if parent in ready:
                    self.end()
                    raise SystemExit
                if ready:
                    found = received(self.pipe.recv)
                    break
            else:
                self.end()
                return frame(which, CLOCK)
        except OSError:
            found = None
        if found is None:
            time.sleep(0.01)  # its end is read before the system has noted what ended it
            return frame(which, DIED, self.end().encode())
        if found[1] != DONE:
            self.end()
        return frame(*found)


# ----- the keeper, which watches it -----
def keep() -> None:
    """Serve the program that started this process: read handfuls from standard input, write what becomes of each answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for that program, which ends this one
    requests, answers = os.fdopen(0, "rb", buffering=0, closefd=False), os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # a print, of whatever module, is no answer
    worker(WORK)
    ready: set[str | None] = set()
    child: Child | None = None
    while (asked := received(requests.read)) is not None:
        fresh, limits, folder, work = pickle.loads(asked[2])
        if len(work) > 1 and folder not in ready:
            ready.add(folder)
            worker(READY)(folder)
            gc.collect()
            gc.freeze()  # what is there stays shared with every child
        for which, one in work:
            content = pickle.dumps((one, folder))
            if not FORKS:
                send(answers, frame(which, DONE, worker(limits.work)(one, folder)))
                continue
            if child is not None and (fresh or child.limits != limits or child.swollen):
                child.end()
                child = None
            child = child or Child(limits)
            found = child.graded(which, content, requests.fileno())
            child = child if found[HEAD.size - 1] == DONE else None
            send(answers, found)
    if child is not None:
        child.end()


def send(to: BinaryIO, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[to.write(view) :]


# ----- the cell, as the program that asks has it -----
class Cell:
    """A keeper in a process of its own, for one thread at a time."""

    def __init__(self) -> None:
        paths = [path for path in sys.path if os.path.isabs(path)]
        start = f"import sys; sys.path[:] = {paths!r}; from {__name__} import keep; keep()"
        # -P: what lies in the folder where this runs, students' files perhaps, is nothing to import
        self.process = subprocess.Popen([sys.executable, "-P", "-c", start], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
                                        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"})  # fmt: skip
        self.closed = False
        EVERY.add(self)

    def outcomes(
        self, work: Sequence[tuple[int, Submission]], limits: Limits, folder: str | None, fresh: bool
    ) -> Iterator[tuple[int, int, bytes]]:
        """Yield (which, status, content) for submissions, in order; after the end of the keeper itself nothing more."""
        assert self.process.stdin is not None and self.process.stdout is not None
        content = pickle.dumps((fresh, limits, folder, work))
        with suppress(OSError):
            self.process.stdin.write(frame(0, DONE, content))
            self.process.stdin.flush()
        for which, _ in work:
            with self.watched(limits) as late:
                found = received(self.process.stdout.read)
            if self.closed:
                raise Stopped
            if found is None:
                self.process.kill()
                self.process.wait()  # its end is read before the system has noted it
            yield found or (which, CLOCK if late.is_set() else LOST if FORKS else DIED, b"its keeper was killed")
            if found is None:
                return

    @contextmanager
    def watched(self, limits: Limits) -> Iterator[threading.Event]:
        """Kill the keeper itself when the time is up, where no child of it can be killed."""
        late = threading.Event()
        if FORKS:
            yield late
            return

        def end() -> None:
            late.set()
            self.process.kill()

        timer = threading.Timer(limits.timeout, end)
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()

    @property
    def alive(self) -> bool:
        return not self.closed and self.process.poll() is None

    def close(self) -> None:
        """End its processes: the keeper reads the end of its input and ends its child; what does not is killed."""
        self.closed = True
        EVERY.discard(self)
        if self.process.stdin is not None:
            with suppress(OSError, ValueError):
                self.process.stdin.close()
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            with suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL) if FORKS else self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            with suppress(OSError, ValueError):
                self.process.stdout.close()


# processes, no results: a cell takes a second to start and serves whoever asks next in this program
IDLE: list[Cell] = []
EVERY: set[Cell] = set()
LOCK = threading.Lock()


@contextmanager
def cell() -> Iterator[Cell]:
    """Lend a cell, an idle one if there is one."""
    with LOCK:
        taken = IDLE.pop() if IDLE else Cell()
    try:
        yield taken
    except BaseException:
        taken.close()
        raise
    if taken.alive:
        IDLE.append(taken)
    else:
        taken.close()


def warm(count: int) -> None:
    """Start so many cells now, that they import while the caller does other things."""
    with LOCK:
        IDLE.extend(Cell() for _ in range(count - len(EVERY)))


@atexit.register
def stop() -> None:
    """End every cell, also those that grade."""
    IDLE.clear()
    for one in list(EVERY):
        one.close()


def apart(work: Sequence[Submission], limits: Limits, folder: str | None = None) -> list[Outcome]:
    """Return what becomes of each submission, graded in a cell of this program; whatever one does costs the others nothing.

    What a process died of, or took too much memory for, is tried again alone in a new one: it may have been another's doing.
    """
    found: dict[int, Outcome] = {}
    tries: Counter[tuple[int, int]] = Counter()
    while todo := [(k, one) for k, one in enumerate(work) if k not in found]:
        with cell() as taken:
            for k, status, content in taken.outcomes(todo, limits, folder, fresh=bool(tries)):
                tries[k, status] += status != DONE
                if status == DONE or tries[k, status] >= TRIES[status]:
                    found[k] = outcome(status, content, limits)
    return [found[k] for k in range(len(work))]


def outcome(status: int, content: bytes, limits: Limits) -> Outcome:
    if status == DONE:
        return Outcome(content)
    if status == CLOCK:
        return Outcome(why=f"it was stopped after {limits.timeout:g} s of work", clock=True)
    if status == MEMORY:
        return Outcome(why=f"it needs more than {limits.memory} MB of memory")
    ended = content.decode("utf-8", "replace")
    return Outcome(why=f"the process that graded it ended {TRIES[status]} times ({ended})")
