"""A class of any size graded: handfuls by question over any executor, each grade kept as it comes, results in the order of what was handed in.

Nothing here depends on which process graded what, or when: what a handful is, how many there are at once and what was kept before
changes no byte of a result.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass, field
from typing import Any

from ..door import door
from ..errors import LearnerError
from .containers import Fault
from .final import Result
from .isolation import Limits, Outcome, apart, stop
from .journal import Journal, Roll, key_of
from .results import packed, ungraded
from .submissions import Submission, made

HANDFUL = 32  # answers sent at once: a message costs about as much as a short answer
AHEAD = 8192  # answers read ahead, so that those to one question are graded together
TRIES = 4  # of a handful whose worker was lost
Tell = Callable[[int, int, bool], None]


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class Handful:
    """Answers that are sent at once, with the keys of their grades; `alone` where the clock stopped one before."""

    work: list[tuple[bytes, Submission]]
    alone: bool = False
    tries: int = 0


@dataclass
class Class:
    """What was handed in, and its grades: on disk, in order, to be gone through as often as is wanted."""

    roll: Roll
    journal: Journal
    faults: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.roll)

    def __enter__(self) -> Class:
        return self

    def __exit__(self, *_: object) -> None:
        self.journal.close()
        self.roll.lines.file.close()

    def entries(self) -> Iterator[tuple[dict[str, Any], Result]]:
        """Yield what was handed in with its result; what is not graded yet is left out."""
        for one in self.roll:
            if bytes.fromhex(one["key"]) in self.journal:
                yield one, self.result(one)

    def result(self, one: Mapping[str, Any]) -> Result:
        """Return what is handed on of a submission: what it was, and the grade in JSON's types."""
        own = {"conflicts": one["conflicts"]} if one["conflicts"] else {}
        return {**one["data"], "id": one["id"], **self.journal[bytes.fromhex(one["key"])], **own}


@dataclass
class Queue:
    """Submissions that wait, by question, in the order in which questions were first met."""

    waiting: dict[str, deque[tuple[bytes, Submission]]] = field(default_factory=dict)
    keys: set[bytes] = field(default_factory=set)  # of all that is not graded yet, sent or not
    count: int = 0

    def put(self, key: bytes, one: Submission) -> None:
        if key not in self.keys:
            self.keys.add(key)
            self.count += 1
            self.waiting.setdefault(one.question, deque()).append((key, one))

    def take(self) -> Handful:
        """Take a handful: answers to one question, filled up with those to the next."""
        work: list[tuple[bytes, Submission]] = []
        while len(work) < HANDFUL and self.waiting:
            question, first = next(iter(self.waiting.items()))
            work += [first.popleft() for _ in range(min(HANDFUL - len(work), len(first)))]
            if not first:
                del self.waiting[question]
        self.count -= len(work)
        return Handful(work)


def read_in(
    source: Iterable[Submission | Fault], into: Class, folder: str | None, complain: Callable[[Fault], None]
) -> Iterator[tuple[bytes, Submission]]:
    """Yield the submissions that are not graded yet, each with its key, as they are written on the roll."""
    exercises: dict[str, str] = {}
    for one in source:
        if isinstance(one, Fault):
            into.faults.append(str(one))
            complain(one)
            continue
        key = key_of(one, folder, exercises)
        into.roll.add(one, key)
        if key not in into.journal:
            yield key, one


def grade_all(todo: Iterator[tuple[bytes, Submission]], into: Class, limits: Limits, folder: str | None = None, executor: Executor | None = None,
              jobs: int | None = None, tell: Tell = lambda done, met, whole: None) -> None:  # fmt: skip
    """Grade submissions and keep each grade in the journal as it comes. Whatever stops this, what is done is kept."""
    own = None if executor is not None else ThreadPoolExecutor(jobs or cores())  # each thread has a cell of its own
    try:
        Run(todo, into, limits, folder, executor or own or ThreadPoolExecutor(1), tell).through()
    except BaseException:
        if own is not None:
            stop()  # the threads read the end of what their cells write
        raise
    finally:
        if own is not None:
            own.shutdown(cancel_futures=True)
        into.journal.sync()


class Run:
    """One pass over submissions: what waits, what is being graded, and what the clock stopped."""

    def __init__(
        self,
        todo: Iterator[tuple[bytes, Submission]],
        into: Class,
        limits: Limits,
        folder: str | None,
        executor: Executor,
        tell: Tell,
    ):
        self.todo, self.into, self.limits, self.folder, self.executor, self.tell = (
            todo,
            into,
            limits,
            folder,
            executor,
            tell,
        )
        self.queue, self.late = Queue(), deque[Handful]()
        self.out: dict[Future[list[Outcome]], Handful] = {}
        self.room = 2 * min(getattr(executor, "_max_workers", 16), 64)
        self.whole = False

    def through(self) -> None:
        """Send handful after handful until all have come back, then one at a time what only the clock stopped."""
        try:
            while self.more():
                done, _ = wait(self.out, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    self.take(future)
                self.tell(len(self.into.journal), len(self.into), self.whole)
        finally:
            for future in self.out:
                future.cancel()

    def more(self) -> bool:
        """Send what there is room for; False where nothing is left to wait for."""
        if not self.whole and self.queue.count < AHEAD // 2:
            while not self.whole and self.queue.count < AHEAD:
                following = next(self.todo, None)
                self.whole = following is None
                if following is not None:
                    self.queue.put(*following)
        while self.queue.waiting and len(self.out) < self.room:
            self.send(self.queue.take())
        if self.whole and not self.out and self.late:
            self.send(self.late.popleft())
        return bool(self.out)

    def send(self, handful: Handful) -> None:
        limits = self.limits.longer() if handful.alone else self.limits
        try:
            future = self.executor.submit(apart, [one for _, one in handful.work], limits, self.folder)
        except (BrokenExecutor, RuntimeError):  # it takes nothing any more: this program goes on alone
            self.executor = ThreadPoolExecutor(cores())
            future = self.executor.submit(apart, [one for _, one in handful.work], limits, self.folder)
        self.out[future] = handful

    def take(self, future: Future[list[Outcome]]) -> None:
        """Keep the grades of a handful; one that is lost with its worker is sent again."""
        handful = self.out.pop(future)
        try:
            outcomes = future.result()
        except (Exception, CancelledError) as error:
            handful.tries += 1
            if handful.tries < TRIES:
                self.send(handful)
                return
            if isinstance(error, LearnerError):
                raise
            why = f"its worker was lost {TRIES} times ({type(error).__name__})"
            outcomes = [Outcome(why=why) for _ in handful.work]
        for (key, one), became in zip(handful.work, outcomes, strict=True):
            if became.clock and not handful.alone:
                self.late.append(Handful([(key, one)], alone=True))
            else:
                told = became.told or packed(ungraded(f"{became.why}; a person decides", stopped=str(self.limits)))
                self.into.journal.add(key, told)
                self.queue.keys.discard(key)


@door
def grade_many(
    submissions: Iterable[Mapping[str, Any]],
    executor: Executor | None = None,
    folder: str | None = None,
    *,
    jobs: int | None = None,
    timeout: float = Limits().timeout,
    memory: int = Limits().memory,
) -> list[Result]:
    """Return the result of each submission, in order: what was handed in, and the grade in JSON's types.

    A submission is an object with `answer`, and `exercise` or `expression` with `wrt`; see `submissions.made`. One that
    cannot be graded has an `error` and costs the others nothing: each is graded in a process that is ended after `timeout`
    seconds of work or with `memory` megabytes. `executor`: any of concurrent.futures, those processes then stand beside
    its workers; without it this machine grades, with `jobs` processes. `folder` holds the exercises.

    >>> [r["correct"] for r in grade_many([{"expression": "x**2", "wrt": "x", "answer": "2x"}, {"answer": "2x"}])]
    [True, None]
    """
    read = [made(item, f"submission-{k}", f"submission {k}") for k, item in enumerate(submissions, 1)]
    good = (one for one in read if isinstance(one, Submission))
    count = min(jobs or cores(), 1 + len(read) // HANDFUL)
    with Class(Roll(), Journal()) as into:
        todo = read_in(good, into, folder, lambda fault: None)
        grade_all(todo, into, Limits(timeout, memory), folder, executor, count)
        entries = into.entries()
        return [next(entries)[1] if isinstance(one, Submission) else refused(one) for one in read]


def refused(fault: Fault) -> Result:
    """Return the result of what is no submission."""
    found: Result = json.loads(packed({"id": fault.where, **ungraded(fault.message)}))
    return found
