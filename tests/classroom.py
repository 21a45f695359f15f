"""A class of any size: submissions over all exercises and a machine-learning course, each with what should become of it in `label`.

"right", "wrong", "open" (undecided), "not right" (wrong or undecided). Truth is that of the exercise files and of SymPy (`spellings`).
`python tests/classroom.py 10000 > class.jsonl` writes one; `check(results)` counts what became of them.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import spellings
import sympy as sp
from chaos import ACTS

from graphtutor.tutor.course import course
from graphtutor.tutor.kinds import Exercise
from graphtutor.tutor.variants import variant

HERE = TESTS = Path(__file__).resolve().parent
ROWS = map(json.loads, (HERE / "data" / "hostile.jsonl").read_text("utf-8").splitlines())
HOSTILE = [row["text"] if "text" in row else "".join(unit * times for unit, times in row["runs"]) for row in ROWS]
PLAIN = sorted(s for s in spellings.SPELLINGS if spellings.SPELLINGS[s][2] is spellings.plainly)
GARBLED = [
    "2*x +* 1",
    "= = =",
    "((((",
    "the answer is left as an exercise",
    "\\frac{1",
    "2x)",
    "d/dx",
    "??",
    "f(",
    "x^",
    "\\begin{align}",
    "∂∂∂",
    "1/",
    "][",
]
TROUBLE = ("hang", "hang in C", "bomb", "bomb in C", "crash", "exit", "kill")
EXPECTED: Mapping[str, Callable[[bool | None], bool]] = {
    "right": lambda c: c is True, "wrong": lambda c: c is False, "open": lambda c: c is None, "not right": lambda c: c is not True,
}  # fmt: skip


def spaced(text: str, k: int) -> str:
    """Return a text with some of its spaces doubled, another one for each k: the same mathematics, another answer. Python's indents stay."""
    out, start = [], True
    for place, char in enumerate(text):
        start = char == "\n" or (start and char == " ")
        out.append(char * 2 if char == " " and not start and (k >> (place % 13)) & 1 else char)
    return "".join(out) + " " * (k % 3)


def retyped(answer: Any, k: int) -> Any:
    return (
        spaced(answer, k)
        if isinstance(answer, str)
        else [spaced(line, k) for line in answer]
        if isinstance(answer, list)
        else answer
    )


def of_exercises(seed: int) -> Iterator[dict[str, Any]]:
    """Yield right and wrong answers to every exercise, each round in other variants."""
    whole = course(str(HERE.parent / "exercises"))
    for k in range(10**9):
        for name in whole.order:
            drawn: Exercise = variant(whole.exercise(name), f"{seed} {k}" if k else None)
            told = {"exercise": name, **({"seed": f"{seed} {k}"} if k else {})}
            filed = variant(whole.exercise(name))  # in another variant a wrong answer of the file may be right
            right, wrong = list(drawn.accepted()), [answer for answer, _ in filed.rejected()]
            yield {**told, "answer": retyped(right[k % len(right)], k), "label": "right"}
            if wrong:
                yield {"exercise": name, "answer": retyped(wrong[k % len(wrong)], k), "label": "wrong"}


def of_course(seed: int) -> Iterator[dict[str, Any]]:
    """Yield derivations of a course, four right ones in other spellings for each with a slip in one line."""
    every = spellings.problems()
    names, draw = list(spellings.SPELLINGS), random.Random(seed)
    for k in range(10**9):
        for place, p in enumerate(every):
            assume = {n: d if isinstance(d, str) else f"({d[0]}, {d[1]})" for n, d in p.assume}
            told = (
                {"expression": p.text, "wrt": p.wrt, "assume": assume}
                if assume
                else {"expression": p.text, "wrt": p.wrt}
            )
            spelling = names[(k + place) % len(names)]
            lines = spellings.spelled(spellings.derivation(p), spelling)
            yield {**told, "answer": retyped(lines, k + seed), "label": "right", "spelling": spelling}
            if k % 4 == 1:
                yield {**told, "answer": retyped(slipped(p, draw), k), "label": "wrong"}


def somewhere(value: sp.Expr) -> bool:
    """Return whether a value is not zero at a point of no particular numbers."""
    at = {name: sp.Rational(37 + 14 * k, 101 + 3 * k) for k, name in enumerate(sorted(value.free_symbols, key=str))}
    return bool(abs(sp.N(value.subs(at), 20)) > 1e-12)


def slipped(p: spellings.Problem, draw: random.Random) -> list[str]:
    """Return a derivation with one slip in one line: a sign, a factor of 2, or one more."""
    lines = spellings.derivation(p)
    k = draw.choice(
        [k for k, line in enumerate(lines) if somewhere(spellings.written_out(line.value, spellings.meaning_of(p)))]
    )
    value = lines[k].value
    wrong = spellings.Line(lines[k].of, lines[k].by, draw.choice([-value, 2 * value, value + 1]))
    return spellings.spelled([*lines[:k], wrong, *lines[k + 1 :]], draw.choice(PLAIN))


def of_trouble(seed: int) -> Iterator[dict[str, Any]]:
    """Yield what cannot be read, what is meant to do harm, and nothing at all."""
    draw = random.Random(seed)
    while True:
        yield {
            "expression": "(w*x - y)**2",
            "wrt": "w",
            "answer": spaced(draw.choice(GARBLED), draw.randrange(99)),
            "label": "not right",
        }
        yield {
            "expression": "(w*x - y)**2",
            "wrt": "w",
            "answer": retyped(draw.choice(HOSTILE), draw.randrange(99)),
            "label": "not right",
        }


def submissions(count: int, seed: int = 0, trouble: int = 7) -> Iterator[dict[str, Any]]:
    """Yield so many submissions in an order drawn from `seed`, `trouble` of which hang, swell or crash (see `chaos`)."""
    draw = random.Random(seed)
    bad = dict(
        zip(draw.sample(range(count), min(trouble, count)), (TROUBLE * (trouble // 7 + 1))[:trouble], strict=False)
    )
    sources = [of_exercises(seed), of_course(seed), of_trouble(seed)]
    for k in range(count):
        if k in bad:
            assert bad[k] in ACTS
            item = {"expression": f"x**2 + {k}", "wrt": "x", "answer": f"chaos: {bad[k]}", "label": "open"}
        else:
            item = next(draw.choices(sources, (45, 45, 10))[0])
        yield {"id": f"s{k:06}", "student": f"student {k}", **item}


def check(results: Iterable[Mapping[str, Any]]) -> tuple[Counter[str], list[str]]:
    """Return how many became what, by label, and a line for each that did not become what it should."""
    counts: Counter[str] = Counter()
    other = []
    for one in results:
        became = {True: "right", False: "not right", None: "undecided"}[one["correct"]]
        counts[f"{one['label']}: {became}"] += 1
        if not EXPECTED[one["label"]](one["correct"]):
            other.append(
                f"{one['id']} {one['label']}, became {became}: {one.get('exercise') or one.get('expression')!r} {one['answer']!r} ({one['message']})"
            )
    return counts, other


# ----- a night of grading, in a process of its own -----
def started(*args: str, cwd: Path, **options: object) -> subprocess.Popen[str]:
    """Start the shell's program, with `chaos` grading, in a folder."""
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)]),
        "GRAPHTUTOR_EXERCISES": str(TESTS.parent / "exercises"),
    }
    command = [sys.executable, str(TESTS / "chaotic.py"), "grade", *args]
    # a shell that starts things in the background hands down an ignored Ctrl-C
    return subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler), **options)  # fmt: skip


def graded(*args: str, cwd: Path, code: int = 0) -> tuple[str, str]:
    with started(*args, cwd=cwd) as process:
        out, err = process.communicate(timeout=300)
    assert process.returncode == code, err
    return out, err


def handed_in(folder: Path, count: int, trouble: int = 0, seed: int = 0) -> Path:
    path = folder / "class.jsonl"
    path.write_text(
        "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in submissions(count, seed, trouble)),
        "utf-8",
    )
    return path


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def journal(folder: Path) -> list[str]:
    """Return the keys of the grades in the journal, but for a line that is not whole."""
    path = folder / "r.jsonl.journal"
    whole = path.read_bytes().split(b"\n")[1:-1] if path.exists() else []
    return [line[:32].decode() for line in whole]


def until(true, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to this"
        time.sleep(0.02)


if __name__ == "__main__":
    for one in submissions(int(sys.argv[1]), *map(int, sys.argv[2:])):
        print(json.dumps(one, ensure_ascii=False))
