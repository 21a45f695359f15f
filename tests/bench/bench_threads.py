"""Grades in eight threads against the same ones alone, a hundred rounds: `python tests/bench/bench_threads.py [ROUNDS]`."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import mpmath

import graphtutor as gt
from graphtutor.equal import comparing

WORK = [
    ("(w*x - y)**2", "2*x*(w*x - y)", "w"),
    ("max(0, x-2)*max(0, y-5)", "0", "x"),
    ("sec(x)^3", "3*sin(x)/(1-sin(x)^2)^2", "x"),
    ("log(1 + exp(-y*w*x))", "-y*x*sigmoid(-y*w*x)", "w"),
    ("exp(1000) + x - exp(1000)", "1", "x"),
    ("tanh(w*x)**2", "2*tanh(w*x)*x", "w"),
]


def graded(work: tuple[str, str, str]) -> str:
    function, answer, wrt = work
    return str(gt.grade(function, answer, wrt=wrt).to_json())


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    alone = [graded(w) for w in WORK]
    before, wrong = mpmath.mp.prec, 0
    with ThreadPoolExecutor(8) as pool:
        for _ in range(rounds):
            comparing.remembered.cache_clear()
            wrong += sum(a != b for a, b in zip(pool.map(graded, WORK), alone, strict=True))
    kept = "kept" if mpmath.mp.prec == before else f"changed to {mpmath.mp.prec}"
    print(f"{rounds * len(WORK)} grades in eight threads, {wrong} other than alone; precision {kept}")


if __name__ == "__main__":
    main()
