"""A longer proof by SymPy, in a child process that is stopped when its time is over."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sympy as sp

from ..expr.running import Cell, run
from .domain import NAMED, Domain
from .scalars import ancestors

START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from graphtutor.equal.prover import child; child()"
TOLD = {
    "positive": {"positive": True},
    "negative": {"negative": True},
    "nonnegative": {"nonnegative": True},
    "nonzero": {"nonzero": True},
}


def prove_in_child(
    cells: Sequence[Cell], pairs: Sequence[tuple[int, int]], domains: Mapping[str, Domain], seconds: float
) -> str:
    """Return how SymPy proved every pair equal, or "" if it did not within `seconds` (of the clock)."""
    needed = ancestors(list(cells), [i for pair in pairs for i in pair])
    moved = {i: k for k, i in enumerate(needed)}
    kept = [(op, tuple(moved[a] for a in args), params) for op, args, params in (cells[i] for i in needed)]
    question = pickle.dumps(
        (kept, [(moved[a], moved[b]) for a, b in pairs], {name: told(d) for name, d in domains.items()})
    )
    try:
        answer = subprocess.run(
            [sys.executable, "-c", START, json.dumps(sys.path)],
            input=question,
            capture_output=True,
            timeout=seconds,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):  # OSError: in a browser there are no processes
        return ""
    return answer.stdout.decode().strip()


def told(domain: Domain) -> dict[str, bool]:
    """Return what SymPy may assume of a name's domain."""
    if domain.low is not None and domain.low >= 0:
        return TOLD["nonnegative" if domain.closed else "positive"]
    plain = next((name for name in TOLD if NAMED[name] == domain), None)
    return TOLD[plain] if plain else {"integer": True} if domain.integer else {"real": True}


def child() -> None:
    """Read a question from standard input and write how it was proved to standard output."""
    cells, pairs, assumptions = pickle.load(sys.stdin.buffer)
    point = {name: sp.Symbol(name, **{"real": True, **known}) for name, known in assumptions.items()}
    values = run(cells, ((),) * len(cells), point, "sympy")
    ways = [
        next((how for how, zero in attempts(sp.sympify(values[a]) - sp.sympify(values[b])) if zero), "")
        for a, b in pairs
    ]
    print(", ".join(dict.fromkeys(ways)) if all(ways) else "")


def attempts(difference: Any) -> Iterator[tuple[str, bool]]:
    """Yield SymPy's ways to see a zero, the quick ones first."""
    yield "SymPy's evaluation", difference == 0
    yield "SymPy's together", sp.together(difference) == 0
    yield "SymPy's simplify", sp.simplify(difference) == 0
    yield "SymPy's simplify over exponentials", sp.simplify(difference.rewrite(sp.exp)) == 0
    yield "SymPy's simplify by cases", sp.simplify(sp.piecewise_fold(difference.rewrite(sp.Piecewise))) == 0
