"""Equality against peers on the same pairs in one run: `python tests/bench/bench_same.py` prints a table.

The pairs are those of data/equivalence.csv that have a plain yes or no; the `kink-only` ones, for
which only `gt.same` has an answer, are counted on the last line. SymPy reads the plain column with
symbols that know their assumptions, Math-Verify the LaTeX column. Each contestant works in a child
process that is stopped when a pair takes longer than the time allowed; what it does not answer is
a hang, what it answers with None or an error is undecided. Times are for reading and deciding.
"""

from __future__ import annotations

import csv
import importlib.util
import multiprocessing as mp
import statistics
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import pytest

DATA = Path(__file__).parent.parent / "data" / "equivalence.csv"
ALLOWED = 30.0  # seconds for one pair
pytestmark = pytest.mark.bench
Row = dict[str, str]


class Score(NamedTuple):
    """How often a contestant was right or not, and the seconds that each pair took."""

    right: int
    accepted: int
    rejected: int
    undecided: int
    hangs: int
    seconds: list[float]


# ----- contestants: a pair → True, False or None -----
def ours(row: Row) -> bool | None:
    import graphtutor as gt

    verdict = gt.same(row["reference"], row["answer"], row["assumptions"])
    return None if verdict.kind == "undecided" else bool(verdict)


def sympy_pair(row: Row) -> tuple[Any, Any]:
    """Both expressions of a trusted corpus as SymPy reads them, over the reals."""
    import sympy as sp

    told = dict(part.split("=", 1) for part in row["assumptions"].split(";") if part)
    names = set(told) | {str(s) for column in ("reference", "answer") for s in sp.sympify(row[column]).free_symbols}
    known = {
        n: sp.Symbol(n, positive=True)
        if told.get(n, "").startswith(("positive", "unit01"))
        else sp.Symbol(n, real=True)
        for n in names
    }
    return sp.sympify(row["reference"], known), sp.sympify(row["answer"], known)


def simplified(row: Row) -> bool | None:
    import sympy as sp

    a, b = sympy_pair(row)
    return bool(sp.simplify(a - b) == 0)


def equals(row: Row) -> bool | None:
    a, b = sympy_pair(row)
    found = a.equals(b)
    return None if found is None else bool(found)


def math_verify(row: Row) -> bool | None:
    from math_verify import parse, verify  # type: ignore[import-not-found]

    gold, answer = (parse(f"${row[column]}$") for column in ("reference_latex", "answer_latex"))
    return bool(verify(gold, answer)) if gold and answer else None


CONTESTANTS: dict[str, tuple[str, Callable[[Row], bool | None]]] = {
    "gt.same": ("graphtutor", ours),
    "sympy.simplify(a - b) == 0": ("sympy", simplified),
    "Expr.equals": ("sympy", equals),
    "Math-Verify": ("math_verify", math_verify),
}


# ----- the run -----
def serve(name: str, pipe: Connection) -> None:
    """Answer every row that comes through a pipe, with the seconds it took."""
    decide = CONTESTANTS[name][1]
    while True:
        row = pipe.recv()
        start = time.perf_counter()
        try:
            answer = decide(row)
        except Exception as error:  # a peer's own error is its answer
            answer = None
            if name == "gt.same":
                raise
            sys.stderr.write(f"{name}: {type(error).__name__} on {row['id']}\n")
        pipe.send((answer, time.perf_counter() - start))


class Child:
    """One contestant in a process of its own, started again after it was stopped."""

    def __init__(self, name: str, warm: Row):
        self.name, self.warm = name, warm
        self.start()

    def start(self) -> None:
        context = mp.get_context("spawn")
        self.pipe, end = context.Pipe()
        self.process = context.Process(target=serve, args=(self.name, end), daemon=True)
        self.process.start()
        self.pipe.send(self.warm)  # imports and first calls are not counted
        self.pipe.recv()

    def ask(self, row: Row) -> tuple[bool | None, float] | None:
        """Return the answer and its seconds, or None if it took longer than allowed."""
        self.pipe.send(row)
        if self.pipe.poll(ALLOWED):
            answer: tuple[bool | None, float] = self.pipe.recv()
            return answer
        self.stop()
        self.start()
        return None

    def stop(self) -> None:
        self.process.kill()
        self.process.join()


def score(name: str, rows: list[Row]) -> Score:
    child = Child(name, rows[0])
    right = accepted = rejected = undecided = hangs = 0
    seconds = []
    for row in rows:
        found = child.ask(row)
        hangs += found is None
        answer, took = found or (None, ALLOWED)
        seconds.append(took)
        right += answer is (row["equal"] == "1")
        accepted += answer is True and row["equal"] == "0"
        rejected += answer is False and row["equal"] == "1"
        undecided += answer is None and found is not None
    child.stop()
    return Score(right, accepted, rejected, undecided, hangs, seconds)


def kinks(rows: list[Row]) -> int:
    import graphtutor as gt

    return sum(gt.same(row["reference"], row["answer"], row["assumptions"]).kind == "kink" for row in rows)


def main() -> dict[str, Score]:
    with DATA.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    plain, on_kinks = ([row for row in rows if (row["kind"] == "kink-only") is which] for which in (False, True))
    print(f"{len(plain)} pairs, {ALLOWED:.0f} s each at most")
    print(
        f"{'':28}{'right':>7}{'false accepts':>15}{'false rejects':>15}{'undecided':>11}{'hangs':>7}{'median ms':>11}{'slowest ms':>12}"
    )
    found = {}
    for name, (module, _) in CONTESTANTS.items():
        if importlib.util.find_spec(module) is None:
            print(f"{name:28}is not installed and left out")
            continue
        s = found[name] = score(name, plain)
        middle, slowest = 1000 * statistics.median(s.seconds), 1000 * max(s.seconds)
        print(
            f"{name:28}{s.right:7}{s.accepted:15}{s.rejected:15}{s.undecided:11}{s.hangs:7}{middle:11.2f}{slowest:12.1f}",
            flush=True,
        )
    print(f'gt.same says "kink" on {kinks(on_kinks)} of the {len(on_kinks)} pairs that differ on a kink alone')
    return found


@pytest.mark.bench
def test_same_against_its_peers() -> None:
    s = main()["gt.same"]
    assert (s.right, s.accepted, s.rejected, s.undecided, s.hangs) == (len(s.seconds), 0, 0, 0, 0)
    assert statistics.median(s.seconds) < 0.005  # asked of it
    assert max(s.seconds) < 2


if __name__ == "__main__":
    main()
