"""`graphtutor` in a pseudo-terminal, as a person sits before it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from graphtutor.text import in_unicode

pexpect: Any = pytest.importorskip("pexpect") if sys.platform != "win32" else None
needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


class Shell:
    """`graphtutor` in a pseudo-terminal."""

    def __init__(self, path: Path, *args: str, columns: int = 80, **env: str):
        said = ("GRAPHTUTOR", "COLUMNS", "LINES")  # these would be taken for the size of the terminal
        surroundings = {k: v for k, v in os.environ.items() if not k.startswith(said)}
        surroundings |= {"GRAPHTUTOR_PROGRESS": str(path), "NO_COLOR": "1", "TERM": "dumb", "LC_ALL": "C.UTF-8", **env}
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "graphtutor", *args],
            cwd=str(path.parent),
            env=surroundings,
            dimensions=(40, columns),
            encoding="utf-8",
            timeout=90,
        )
        self.child.delaybeforesend = None
        self.text = ""

    def expect(self, *texts: str) -> str:
        """Wait for this text, or for one of several, plain or set in Unicode, and return what came before it."""
        self.child.expect_exact([*texts, *map(in_unicode, texts)])
        before = str(self.child.before)
        self.text += before + str(self.child.after)
        return before

    def prompted(self, prompt: str, filled: bool = False) -> str:
        """Wait until this stands at the very end, a place to type at (`filled`: with more on its line); return what came before it."""
        self.child.expect(re.escape(prompt) + (r"[^\r\n]+" if filled else "") + r"\Z")
        before = str(self.child.before)
        self.text += before + str(self.child.after)
        return before

    def type(self, line: str) -> None:
        self.child.sendline(line)

    def interrupted(self) -> int:
        """Press Ctrl-C and return the exit code. A signal between a prompt and the reading of its answer waits for the next key, so press on."""
        for _ in range(20):
            self.child.sendintr()
            if self.child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=3) == 0:
                break
        return self.end()

    def end(self) -> int:
        self.child.expect(pexpect.EOF)
        self.text += str(self.child.before)
        self.child.close()
        return int(self.child.exitstatus if self.child.exitstatus is not None else -int(self.child.signalstatus))

    def says(self, *talk: tuple[str, str]) -> None:
        """Wait for each text, and type what stands beside it; line ends of a wrapped text count as spaces."""
        for text, line in talk:
            self.expect(text)
            self.type(line)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip("\r") for line in self.text.split("\n")]
