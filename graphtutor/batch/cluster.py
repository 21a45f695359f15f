"""A Dask cluster as an executor: each of its workers grades handfuls in cells of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

from ..errors import LearnerError
from .journal import code_digest

PATIENCE = 10  # seconds for the scheduler to answer


@contextmanager
def scheduled(url: str | None) -> Iterator[Executor | None]:
    """Yield an executor over the workers of the scheduler at `url`, None where there is no url.

    Raises LearnerError where nobody answers there, where there are no workers, or where one has another version of graphtutor.
    """
    if not url:
        yield None
        return
    try:
        from distributed import Client as connect
    except ImportError:
        raise LearnerError("a cluster needs dask.distributed; pip install 'graphtutor[cluster]'") from None
    try:
        client: Any = connect(url, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise LearnerError(
            f"no scheduler answers at {url} ({type(error).__name__}); start one with dask scheduler"
        ) from None
    with client:
        alike(client)
        yield Cluster(client, url)


class Cluster(Executor):
    """The workers of a scheduler, as long as it is there: Dask itself waits for ever for one that died."""

    def __init__(self, client: Any, url: str):
        self.client, self.url, self.inner = client, url, client.get_executor(pure=False, retries=2)

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        end = time.monotonic() + PATIENCE
        while self.client.status == "connecting" and time.monotonic() < end:
            time.sleep(0.1)
        if self.client.status != "running":
            raise LearnerError(
                f"the scheduler at {self.url} is gone; what is graded is kept: go on with --resume, here or with a new --scheduler"
            )
        found: Future[Any] = self.inner.submit(work, *args, **named)
        return found


def alike(client: Any) -> None:
    """Raise LearnerError unless there are workers, all with this version: the same answer gets the same grade wherever it is graded."""
    try:
        found = client.run(code_digest, on_error="return")
    except Exception as error:
        raise LearnerError(
            f"the workers do not answer ({type(error).__name__}); see the log of the scheduler"
        ) from None
    if not found:
        raise LearnerError("the scheduler has no workers; start some with dask worker, with graphtutor installed")
    other = next((where for where, version in found.items() if version != code_digest()), None)
    if other is not None:
        raise LearnerError(f"the worker at {other} has no graphtutor, or another version of it; install this one there")
