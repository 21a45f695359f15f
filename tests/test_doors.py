"""Hostile text through every door: nothing runs, nothing but a LearnerError or AuthorError comes out, in 2 s of CPU and 300 MB.

Here each text goes through some doors, and each door takes some texts, others in each place of the list. All of them through all:
`python tests/test_doors.py` (about 600,000 calls), or `python tests/test_doors.py K N` for every N-th door from K on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# what takes more than it should, each with its text: a program of 50,000 nodes told step by step; thirty gates in a product, in a line
# of a derivation. Another failure of theirs is one.
SLOW = {"$ step expr": "x+x+x+x", "answer, lines": "max(x-1,0)*max(x-1,0)"}
STEP = 601  # of the texts, every so many goes through a door
CHILD = "import sys; sys.path.insert(0, sys.argv[1]); import test_doors; test_doors.sample(int(sys.argv[2]))"


def sample(step: int) -> None:
    """Carry a sample of the texts through every door, and write each failure as a line of JSON."""
    from tempfile import mkdtemp

    import doors

    texts = list(enumerate(doors.hostile()))
    doors.warm()
    place = Path(mkdtemp())
    for door in doors.DOORS:
        first = zlib.crc32(door.encode()) % step  # of the door's name, so that a new door moves no other
        chosen = [(n, text) for n, text in texts if n % step == first]
        for failure in doors.through(door, chosen, place):
            print(json.dumps([failure.door, texts[failure.number][1][:80], failure.what]), flush=True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs fork and the limits of Linux")
def test_hostile_text_through_every_door_ends_in_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CHILD, str(ROOT / "tests"), str(STEP)]
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "TMPDIR": str(tmp_path)}
    run = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300, check=False)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    much = ("of CPU were not enough", "MemoryError")
    other = [f for f in found if not (any(w in f[2] for w in much) and f[1].startswith(SLOW.get(f[0], "\0")))]
    assert (other, run.returncode) == ([], 0), f"{other}\n{run.stderr[-2000:]}"


def test_the_list_of_doors_knows_every_public_function_and_every_command() -> None:
    import doors

    import graphtutor as gt

    called = {name.split(".")[0] for name in doors.CALLS} | {
        "fn",
        "outliers",
        "from_torch",
        "from_jax",
    }  # these take no text
    functions = {name for name in gt.PUBLIC if name[0].islower()}
    assert functions <= called
    commands = {name.split()[1] for name in doors.DOORS if name.startswith("$ ")}
    drawn_first = {"doctor", "demo"}  # draws everything before it looks at the place it is given
    assert {name.split()[0] for name, command in doors.commands() if command.params} - commands <= drawn_first
    assert len(doors.DOORS) > 700 and len(list(doors.hostile())) >= 430


def everything(part: int, parts: int) -> None:
    """Carry every text through every `parts`-th door, and say what failed."""
    from tempfile import mkdtemp

    import doors

    texts = list(enumerate(doors.hostile()))
    doors.warm()
    place, calls, failures, began = Path(mkdtemp()), 0, 0, time.time()
    for k, door in enumerate(doors.DOORS):
        if k % parts == part:
            for failure in doors.through(door, texts, place):
                failures += 1
                print(
                    json.dumps([failure.door, failure.number, texts[failure.number][1][:80], failure.what]), flush=True
                )
            calls += len(texts)
            print(
                f"{time.time() - began:.0f} s: {calls} calls, {failures} failures, {door}", file=sys.stderr, flush=True
            )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    everything(*map(int, sys.argv[1:] or ("0", "1")))
