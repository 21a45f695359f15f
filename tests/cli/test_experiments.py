"""What a user sees of a long run: a bar in a terminal that goes away again, and nothing anywhere else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
LONG = f"""
import sys
sys.path.insert(0, {str(HOUSE)!r})
from graphtutor.training import train
from graphtutor.training.data import START, lecture
train.PATIENCE = 0.05
print(train.train("f = w0*x0 + w1*x1 + b; L = (f - y)**2", lecture(), start=START, epochs=60_000, rate=0.001))
"""


def test_a_long_run_is_silent_without_a_terminal() -> None:
    done = subprocess.run([sys.executable, "-c", LONG], capture_output=True, text=True, check=True)
    assert done.stderr == "" and done.stdout.startswith(
        "<History: sgd, 60000 epochs, 240000 updates, loss 7.1375 → 0.11"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal is driven by pexpect, which needs a Unix")
def test_a_long_run_shows_a_bar_in_a_terminal_and_takes_it_away() -> None:
    pexpect = pytest.importorskip("pexpect")
    child = pexpect.spawn(sys.executable, ["-c", LONG], encoding="utf-8", timeout=60, dimensions=(24, 100))
    child.expect(r"epoch \d+/60000.*loss 0\.\d+")
    child.expect("<History: sgd, 60000 epochs")
    child.expect(pexpect.EOF)
