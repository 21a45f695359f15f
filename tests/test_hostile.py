"""Hostile text: nothing runs, nothing takes a second or 300 MB, and each ends as an expression or a ReadError."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

DATA = Path(__file__).parent / "data" / "hostile.jsonl"
CHILD = """
import json, resource, sys, time
from graphtutor.errors import ReadError
from graphtutor.language.read import program, read
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for line in open(sys.argv[1], encoding="utf-8"):
    row = json.loads(line)
    text = row["text"] if "text" in row else "".join(unit * times for unit, times in row["runs"])
    for reader in (read, program):
        start = time.perf_counter()
        try:
            reader(text)
            end = "expression"
        except ReadError as error:
            end = "ReadError" if str(error) and "\\n" in error.caret else "no caret"
        except BaseException as error:
            end = type(error).__name__
        print(json.dumps([text[:60], reader.__name__, end, time.perf_counter() - start]))
print(json.dumps(["memory", "", "", (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024]))
"""


def test_hostile_text_never_runs_hangs_or_ends_in_a_traceback(tmp_path: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(
        [sys.executable, "-c", CHILD, str(DATA)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env=env,
    )
    *rows, memory = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(rows) == 2 * len(DATA.read_text(encoding="utf-8").splitlines()) == 260
    assert {end for _, _, end, _ in rows} == {"expression", "ReadError"}, [
        r for r in rows if r[2] not in ("expression", "ReadError")
    ]
    assert max(seconds for *_, seconds in rows) < 1, max(rows, key=lambda r: r[3])
    assert memory[3] < 300
    assert list(tmp_path.iterdir()) == []


def test_honest_input_among_it_is_read() -> None:
    from graphtutor.language.read import read

    for text in ("2x", "2(x)", "e^x", "|x|", "x²", "2×x", "√x", "sin x", "pi", "N", "Q", "beta", "lambda"):
        assert read(text) is not None
