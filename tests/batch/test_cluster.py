"""A Dask cluster of separate processes on loopback, started as the manual says: the same bytes, also where a worker is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from classroom import TESTS, graded, handed_in, journal, started, until
from distributed import Client


class Cluster:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder: Path):
        self.folder, self.processes = folder, []
        self.file = folder / "scheduler.json"
        self.start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(self.file)
        )
        until(self.file.exists)

    def start(self, what: str, *args: str) -> subprocess.Popen[bytes]:
        env = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)]),
            "GRAPHTUTOR_EXERCISES": str(TESTS.parent / "exercises"),
        }
        command = [sys.executable, "-P", "-m", f"distributed.cli.dask_{what}", *args]
        self.processes.append(
            subprocess.Popen(command, cwd=self.folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        return self.processes[-1]

    def worker(self) -> subprocess.Popen[bytes]:
        return self.start(
            "worker",
            "--scheduler-file",
            str(self.file),
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
            "--host",
            "127.0.0.1",
        )

    @property
    def url(self) -> str:
        return json.loads(self.file.read_text("utf-8"))["address"]

    def workers(self, count: int) -> None:
        """Wait until so many workers are there."""
        with Client(self.url, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=60)

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made.end()


def test_a_cluster_grades_the_same_bytes_though_a_worker_is_killed(cluster: Cluster, tmp_path: Path) -> None:
    first, _ = cluster.worker(), cluster.worker()
    handed_in(tmp_path, 150, trouble=2, seed=5)
    limits = ("--timeout", "0.5", "--memory", "300")
    graded("class.jsonl", "-o", "here.jsonl", "-j", "2", *limits, cwd=tmp_path)
    cluster.workers(2)
    with started("class.jsonl", "-o", "r.jsonl", "--scheduler", cluster.url, *limits, cwd=tmp_path) as process:
        until(lambda: journal(tmp_path) or process.poll() is not None)
        first.send_signal(signal.SIGKILL)
        out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert "150 graded" in out
    assert (tmp_path / "r.jsonl").read_bytes() == (tmp_path / "here.jsonl").read_bytes()
    keys = journal(tmp_path)
    assert len(keys) == len(set(keys))


def test_a_cluster_without_workers_or_of_another_version_is_said(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("2x", "utf-8")
    asked = ("a.txt", "--expression", "x**2", "--wrt", "x", "--scheduler")
    _, err = graded(*asked, cluster.url, cwd=tmp_path, code=2)
    assert "the scheduler has no workers; start some with dask worker" in err.splitlines()[-1]
    start = time.monotonic()
    _, err = graded(*asked, "tcp://127.0.0.1:9", cwd=tmp_path, code=2)
    assert "no scheduler answers at tcp://127.0.0.1:9" in err.splitlines()[-1] and time.monotonic() - start < 60


def test_a_scheduler_that_dies_loses_no_grade_and_resume_goes_on_here(cluster: Cluster, tmp_path: Path) -> None:
    scheduler = cluster.processes[0]
    cluster.worker()
    handed_in(tmp_path, 80, seed=5)
    graded("class.jsonl", "-o", "here.jsonl", "-j", "2", cwd=tmp_path)
    cluster.workers(1)
    with started("class.jsonl", "-o", "r.jsonl", "--scheduler", cluster.url, cwd=tmp_path) as process:
        until(lambda: journal(tmp_path) or process.poll() is not None)
        scheduler.send_signal(signal.SIGKILL)
        _, err = process.communicate(timeout=200)
    assert process.returncode == 2 and "Traceback" not in err, err
    assert "the scheduler" in err.splitlines()[-1] and "--resume" in err.splitlines()[-1], err
    assert journal(tmp_path)
    graded("class.jsonl", "-o", "r.jsonl", "--resume", cwd=tmp_path)
    assert (tmp_path / "r.jsonl").read_bytes() == (tmp_path / "here.jsonl").read_bytes()
