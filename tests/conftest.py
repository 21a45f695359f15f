"""What several tests share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from graphtutor.cli import main

# The same examples every run, so that a red run is about the change; GRAPHTUTOR_EXPLORE=1 draws new ones each time.
settings.register_profile("same", derandomize=True, database=None)
settings.load_profile("default" if os.environ.get("GRAPHTUTOR_EXPLORE") else "same")


@pytest.fixture
def at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """A command in this process, in a folder and with progress of its own: its exit code, and what it wrote to output and error."""
    monkeypatch.setenv("GRAPHTUTOR_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.chdir(tmp_path)

    def call(*args: str) -> tuple[int, str, str]:
        code = main(list(args))
        said = capsys.readouterr()
        return code, said.out, said.err

    return call
