"""What README.md shows of the shell is what the shell prints; its Python examples run as doctests."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import pytest

import graphtutor as gt
from graphtutor.cli import COMMANDS, main
from graphtutor.cli.manual import anchor

ROOT = Path(__file__).resolve().parent.parent
README, GUIDE = ((ROOT / name).read_text("utf-8") for name in ("README.md", "GUIDE.md"))


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


@pytest.mark.parametrize(("command", "printed"), transcripts(README) + transcripts(GUIDE), ids=lambda value: value[:40])
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
    for prompt, typed in re.findall(r"^(∂f/∂x = |Enter goes on to: [^\n]*)(.*)$", shown, re.M):
        shell.expect_exact(prompt)
        said += shell.before + prompt
        shell.sendline(typed)
    shell.expect(pexpect.EOF)
    said += shell.before
    assert [line.rstrip() for line in said.replace("\r", "").splitlines()] == [
        line.rstrip() for line in shown.splitlines()
    ]


def test_readme_shows_the_shell_at_all() -> None:
    assert len(transcripts(README)) >= 2 and len(transcripts(GUIDE)) >= 8
    assert len(README.splitlines()) < 170, "what is long goes into the guide"


def test_files_that_the_readme_links_exist() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", README + GUIDE)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_table_of_contents_and_links_to_headings_lead_somewhere() -> None:
    headings = {
        "": {anchor(h) for h in re.findall(r"^#+ (.*)$", README, re.M)},
        "GUIDE.md": {anchor(h) for h in re.findall(r"^#+ (.*)$", GUIDE, re.M)},
    }
    for page, place in re.findall(r"\]\((GUIDE\.md|)#([\w-]+)\)", README):
        assert place in headings[page], place


def test_the_manual_has_a_page_for_everything_and_no_dead_link(tmp_path, capsys) -> None:
    assert main(["manual", str(tmp_path / "manual")]) == 0
    assert "index.html and 6 more" in capsys.readouterr().out
    pages = {path.name: path.read_text("utf-8") for path in (tmp_path / "manual").glob("*.html")}
    assert all(f">gt.{name}<" in pages["python.html"] for name in gt.PUBLIC)
    assert all(f">graphtutor {name}<" in pages["shell.html"] for name in COMMANDS)
    for text in pages.values():
        assert {link for link in re.findall(r'href="([\w-]+\.html)', text)} <= set(pages)


def test_one_line_sets_up_and_passes_the_tests() -> None:
    assert len(re.findall(r"^python3 -m venv .*pip install .*pytest.*$", README, re.M)) == 1
