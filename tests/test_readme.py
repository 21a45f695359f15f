"""What README.md shows of the shell is what the shell prints; its Python examples run as doctests."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import pytest

from graphtutor.cli import main

README = (Path(__file__).resolve().parent.parent / "README.md").read_text("utf-8")


def transcripts(text: str) -> list[tuple[str, str]]:
    """Return (command, what it printed) for every `$ ` line in a code block.

    >>> transcripts(chr(10).join(["```", "$ a b", "1", "", "$ c", "2", "```"]))
    [('a b', '1'), ('c', '2')]
    """
    found = []
    for tag, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.S | re.M):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:] if tag != "lesson" else ():
            command, _, printed = part.partition("\n")
            found.append((command, printed.strip("\n")))
    return found


@pytest.mark.parametrize(("command", "printed"), transcripts(README), ids=lambda value: value[:40])
def test_shell_prints_what_the_readme_shows(command, printed, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRAPHTUTOR_PROGRESS", str(tmp_path / "progress.json"))
    program, *args = shlex.split(command)
    assert program == "graphtutor"
    main(args)
    out, err = capsys.readouterr()
    pattern = re.escape(printed).replace("…", "(?s:.*)")
    assert re.fullmatch(pattern, (out + err).strip("\n")), out + err


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_the_lesson_goes_as_the_readme_shows(tmp_path) -> None:
    pexpect = pytest.importorskip("pexpect")
    (shown,) = re.findall(r"^```lesson\n\$ graphtutor\n(.*?)^```", README, re.S | re.M)
    env = {k: v for k, v in os.environ.items() if not k.startswith("GRAPHTUTOR")} | {
        "GRAPHTUTOR_PROGRESS": str(tmp_path / "progress.json"),
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
    }
    shell = pexpect.spawn(
        sys.executable,
        ["-m", "graphtutor"],
        cwd=str(tmp_path),
        env=env,
        dimensions=(40, 80),
        encoding="utf-8",
        timeout=90,
    )
    said = ""
    for prompt, typed in re.findall(r"^(df/dx = |Enter goes on to: [^\n]*)(.*)$", shown, re.M):
        shell.expect_exact(prompt)
        said += shell.before + prompt
        shell.sendline(typed)
    shell.expect(pexpect.EOF)
    said += shell.before
    assert [line.rstrip() for line in said.replace("\r", "").splitlines()] == [
        line.rstrip() for line in shown.splitlines()
    ]


def test_readme_shows_the_shell_at_all() -> None:
    assert len(transcripts(README)) >= 4


def test_files_that_the_readme_links_exist() -> None:
    root = Path(__file__).resolve().parent.parent
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert links
    assert [link for link in links if not (root / link).exists()] == []


def test_one_line_sets_up_and_passes_the_tests() -> None:
    assert len(re.findall(r"^python3 -m venv .*pip install .*pytest.*$", README, re.M)) == 1
