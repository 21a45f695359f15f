"""A Dask cluster as an executor: each of its workers grades handfuls in cells of its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
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
        yield client.get_executor(pure=False, retries=2)


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
