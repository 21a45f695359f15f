"""What README.md shows of the shell is what the shell prints; its Python examples run as doctests."""

from __future__ import annotations

import re
import shlex
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
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.S | re.M):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, printed = part.partition("\n")
            found.append((command, printed.strip("\n")))
    return found


@pytest.mark.parametrize(("command", "printed"), transcripts(README), ids=lambda value: value[:40])
def test_shell_prints_what_the_readme_shows(command, printed, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    program, *args = shlex.split(command)
    assert program == "graphtutor"
    main(args)
    out, err = capsys.readouterr()
    pattern = re.escape(printed).replace("…", "(?s:.*)")
    assert re.fullmatch(pattern, (out + err).strip("\n")), out + err


def test_readme_shows_the_shell_at_all() -> None:
    assert len(transcripts(README)) >= 4


def test_files_that_the_readme_links_exist() -> None:
    root = Path(__file__).resolve().parent.parent
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert links
    assert [link for link in links if not (root / link).exists()] == []


def test_one_line_sets_up_and_passes_the_tests() -> None:
    assert len(re.findall(r"^python3 -m venv .*pip install .*pytest.*$", README, re.M)) == 1
