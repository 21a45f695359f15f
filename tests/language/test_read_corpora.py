"""The reader against corpora that others wrote, in numbers, and against random text."""

from __future__ import annotations

import csv
import json
import os
import random
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import pytest
import sympy as sp

from graphtutor.errors import ReadError
from graphtutor.language.read import derivation, program, read, reading
from graphtutor.language.trees import names_in
from graphtutor.ops.spell import recognise
from graphtutor.ops.table import ROWS

DATA = Path(__file__).parents[1] / "data"
CONSTANTS = {"pi": mpmath.pi, "e": mpmath.e, "nan": mpmath.nan}


def value(tree: sp.Basic, at: dict[str, Any]) -> Any:
    """The value of a tree at a point, node by node through the rows, in mpmath; nan where it is undefined."""
    done: dict[int, Any] = {}
    todo: list[Any] = [tree]
    kept: list[Any] = []
    while todo:
        top = todo.pop()
        if isinstance(top, tuple):
            whole, spelled = top
            args = [done[id(a)] for a in spelled.args]
            try:
                out = ROWS[spelled.op].forward(*args, *spelled.params)
            except (ValueError, ZeroDivisionError):
                out = mpmath.nan
            done[id(whole)] = mpmath.nan if isinstance(out, mpmath.mpc | complex) else out
            continue
        spelled = recognise(top)
        kept.append(spelled)
        if spelled.op == "input":
            done[id(top)] = at[spelled.params[0]]
        elif spelled.op == "const":
            number = spelled.params[0]
            done[id(top)] = (
                mpmath.mpf(number.numerator) / number.denominator
                if isinstance(number, Fraction)
                else +CONSTANTS[number]
            )
        else:
            todo.append((top, spelled))
            todo.extend(spelled.args)
    return done[id(tree)]


def equivalences() -> list[tuple[str, str, str]]:
    with (DATA / "equivalence.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [(row["id"], row[column], row[f"{column}_latex"]) for row in rows for column in ("reference", "answer")]


def same_value(a: Any, b: Any) -> bool:
    return bool(mpmath.isnan(a) and mpmath.isnan(b)) or bool(mpmath.almosteq(a, b, 1e-25))


def test_latex_says_what_the_plain_column_says_at_every_point() -> None:
    """In mpmath at 30 digits, 20 points each. At random points: H loses its value at 0, so kinks are left out."""
    wrong = []
    found = equivalences()
    with mpmath.workdps(30):
        for name, plain, latex in found:
            a, b = read(plain), read(latex)
            for seed in range(20):
                pick = random.Random(f"{name}{seed}")
                low, high = [(0.05, 0.95), (1.05, 4), (-4, 4), (-0.95, 0.95)][seed % 4]
                at = {n: mpmath.mpf(pick.uniform(low, high)) for n in sorted(names_in(a) | names_in(b))}
                if not same_value(value(a, at), value(b, at)):
                    wrong.append((name, latex, at))
                    break
    assert len(found) == 364
    assert wrong == []


def test_every_line_of_the_lecture_says_the_same_in_latex_and_in_plain_text() -> None:
    """By the values of both, with SymPy's own derivative for the operators (an oracle from outside)."""
    compared = 0
    for given in json.loads((DATA / "lecture_derivations.json").read_text("utf-8")):
        names = [*given["assumptions"]["symbols"], *([given["wrt"]] if given["wrt"] else [])]
        for line in given["lines"]:
            shapes = {"W": 2, "x": 2} if given["id"] == "SD18" else None
            latex = read(line["latex"], names, given["definitions"], shapes)
            if "Matrix" in line["sympy"]:
                continue
            plain = read(line["sympy"], names, given["definitions"])
            if given["id"] == "SD19" and line["n"] > 0:
                continue  # y_c and f_c on the slide: c = 1 is said in words
            compared += 1
            assert numbers(latex, names) == pytest.approx(numbers(plain, names), rel=1e-9), (given["id"], line["n"])
    assert compared >= 43


def numbers(tree: sp.Basic, names: list[str]) -> list[float]:
    found = []
    for seed in range(5):
        pick = random.Random(seed)
        at = {n: mpmath.mpf(pick.uniform(0.3, 1.7)) for n in sorted(names)}
        with mpmath.workdps(30):
            found.append(float(value(without_operators(tree), at)))
    return found


def without_operators(tree: sp.Basic) -> sp.Basic:
    """The tree with derivative operators carried out by SymPy; the corpus's trees are shallow."""
    if recognise(tree).op == "diff":
        what, wrt = tree.args
        return sp.diff(without_operators(what).doit(), wrt)
    if not tree.args:
        return tree
    args = [without_operators(a) for a in tree.args]
    return tree.func(*args) if any(a is not b for a, b in zip(args, tree.args, strict=True)) else tree


# ----- random text -----
ATOMS = [
    *"xywbfed01239.+-*/^_=<>()[]{}|&,;:'\"\\ \n$~!?@#%⁻²₀ᵢ·−√∂Σ∇≤σθ",
    *r"\frac{ \partial \left( \right) \begin{cases} \end{cases} \sum_{i=1}^{3} \text{ \hat{ \\ d/dw dL/dw sin max( if else and not || ^T e^ ** w0 x_{ softmax( 1[ d^2".split(),
    "Piecewise((", "let ", "where ", " so ",
]  # fmt: skip
CONTEXT: dict[str, Any] = {
    "names": ["x", "w", "b", "y", "w0", "x0"],
    "definitions": {"f(x)": "w0*x0 + b", "L": "(f - y)**2"},
    "shapes": {"v": 3, "A": (2, 3)},
}
EXTRA = [
    "Let z = wx + b. By the chain rule, dL/dw = 2(z - y)x", "1) dL/dw0 = d/dw0 (f-y)^2\n2) = 2(f-y) df/dw0", "softmax(A@v + b, axis=0)[0]", "∂L/∂w₀ = 2·x₀·(f − y)", "f′(x)",
    r"\sum_{i=1}^{3} x_i", r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "||x||^2 |y|", "1[m<1]", "x if y else z", "σ'(z)", r"\frac{d^2 L}{d w^2}", r"\mathbb{1}_{m<1}",
]  # fmt: skip


def seeds() -> list[str]:
    lines = [
        line[c]
        for d in json.loads((DATA / "lecture_derivations.json").read_text("utf-8"))
        for line in d["lines"]
        for c in ("latex", "sympy")
    ]
    return [*lines, *(text for row in equivalences() for text in row[1:]), *EXTRA]


def mutant(pick: random.Random, sources: list[str], longest: int) -> str:
    """Random atoms, or up to `longest` characters of a real line with a few lost, put in, or taken from another line."""
    if pick.random() < 0.3:
        return "".join(pick.choice(ATOMS) for _ in range(pick.randint(1, min(40, longest // 3))))
    line = pick.choice(sources)
    start = pick.randrange(max(1, len(line) - longest))
    text = list(line[start : start + longest])
    for _ in range(pick.randint(1, 4)):
        at, kind = pick.randrange(len(text) + 1), pick.random()
        if kind < 0.4:
            text[at : at + 1] = [pick.choice(ATOMS)]
        elif kind < 0.7:
            text.insert(at, pick.choice(ATOMS))
        elif kind < 0.85:
            text[at:at] = list(pick.choice(sources))[: pick.randint(1, 20)]
        else:
            del text[at : at + pick.randint(1, 8)]
    return "".join(text)


SHARES = 20
IN_CONTEXT = [lambda t: reading(t, **CONTEXT), lambda t: derivation(t, **CONTEXT, target="(f - y)**2", wrt="w0")]
READERS = [read, program, read, IN_CONTEXT[0], read, program, read, IN_CONTEXT[1]]


@pytest.mark.parametrize("share", range(SHARES))
def test_random_text_ends_as_a_tree_or_a_read_error_within_a_second(share: int) -> None:
    """200,000 strings in all, every tenth as long as a line; GRAPHTUTOR_FUZZ=2000000 runs more, GRAPHTUTOR_FUZZ_SEED starts elsewhere."""
    count, start = int(os.environ.get("GRAPHTUTOR_FUZZ", "200000")), int(os.environ.get("GRAPHTUTOR_FUZZ_SEED", "0"))
    sources = seeds()
    slowest = (0.0, "")
    for number in range(start + share, start + count, SHARES):
        text = mutant(random.Random(number), sources, 30 if number // SHARES % 10 else 1000)
        begun = time.process_time()
        try:
            READERS[number // SHARES % len(READERS)](text)
        except ReadError as error:
            assert error.line >= 1
            assert error.column >= 1
            assert "\n" not in error.message
            assert error.caret
        slowest = max(slowest, (time.process_time() - begun, text))
    assert slowest[0] < 1, slowest
